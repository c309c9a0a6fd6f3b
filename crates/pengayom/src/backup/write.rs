//! Writing a backup: parts first, the manifest last.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use age::x25519::Recipient;
use pengayom_node::NodeKey;
use pengayom_store::dump::{Batch, Cell};

use super::manifest::{self, FORMAT, Head, Manifest, PartEntry, UnitEntry};
use super::part::{OpenPart, new_file};
use crate::fault::Fault;

/// How large a part's rows may get before packing, in bytes: small enough to copy and to check
/// piece by piece, large enough that a big record has hundreds of parts, not thousands.
const PART_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A backup being written. Given up before its end, it takes away what it has written.
pub(crate) struct BackupWriter {
    dir: PathBuf,
    made_dir: bool,
    recipients: Vec<Recipient>,
    part_max_bytes: u64,
    open: Option<OpenPart>,
    parts: Vec<PartEntry>,
    units: BTreeMap<String, UnitEntry>,
    finished: bool,
}

impl BackupWriter {
    /// Begins in a folder that is empty or not there yet.
    ///
    /// # Errors
    /// [`Fault::Input`] when something is in it; [`Fault::File`] when it cannot be made.
    pub(crate) fn begin(dir: &Path, recipients: Vec<Recipient>) -> Result<Self, Fault> {
        let made_dir = match std::fs::read_dir(dir) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(Fault::Input(occupied(dir)));
                }
                false
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                std::fs::DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(dir)
                    .map_err(Fault::file(dir))?;
                true
            }
            Err(error) => return Err(Fault::file(dir)(error)),
        };
        Ok(Self {
            dir: dir.to_owned(),
            made_dir,
            recipients,
            part_max_bytes: PART_MAX_BYTES,
            open: None,
            parts: Vec::new(),
            units: BTreeMap::new(),
            finished: false,
        })
    }

    /// Writes rows.
    ///
    /// # Errors
    /// [`Fault`] when they cannot be written.
    pub(crate) fn take(&mut self, batch: &Batch) -> Result<(), Fault> {
        let unit = batch.unit.as_str();
        let table = batch.table;
        let entry = self
            .units
            .entry(unit.to_owned())
            .or_insert_with(|| UnitEntry {
                unit: unit.to_owned(),
                acts: 0,
                last_sequence: 0,
                rows: BTreeMap::new(),
            });
        let count = batch.rows.len() as u64;
        *entry.rows.entry(table.name.to_owned()).or_default() += count;
        if table.name == "acts" {
            entry.acts += count;
            let at = table.position("seq");
            let last = batch.rows.last().zip(at).and_then(|(row, at)| row.get(at));
            if let Some(Cell::Integer(sequence)) = last {
                entry.last_sequence = *sequence;
            }
        }
        for row in &batch.rows {
            let line = table
                .to_json(row)
                .map_err(|fault| Fault::Input(fault.to_string()))?;
            let fits = self.open.as_ref().is_some_and(|part| {
                part.is_of(unit, table.name) && part.unpacked_bytes() < self.part_max_bytes
            });
            if !fits {
                self.end_part()?;
                let number = self.parts.len() + 1;
                let part = OpenPart::begin(&self.dir, number, unit, table.name, &self.recipients)?;
                self.open = Some(part);
            }
            if let Some(part) = &mut self.open {
                part.add(&line)?;
            }
        }
        Ok(())
    }

    fn end_part(&mut self) -> Result<(), Fault> {
        if let Some(part) = self.open.take() {
            self.parts.push(part.finish()?);
        }
        Ok(())
    }

    /// Writes the manifest: from now on the folder is a backup.
    ///
    /// # Errors
    /// [`Fault`] when it cannot be written.
    pub(crate) fn finish(mut self, head: Head, key: &NodeKey) -> Result<Manifest, Fault> {
        self.end_part()?;
        sync(&self.dir)?;
        let mut manifest = Manifest {
            format: FORMAT,
            head,
            units: std::mem::take(&mut self.units).into_values().collect(),
            parts: self.parts.clone(),
            seal: String::new(),
        };
        manifest.seal(key);
        let partial = self.dir.join(format!(".{}.partial", manifest::NAME));
        let path = self.dir.join(manifest::NAME);
        let mut text = serde_json::to_vec_pretty(&manifest)
            .map_err(|error| Fault::Input(format!("{}: {error}", path.display())))?;
        text.push(b'\n');
        let mut file = new_file(&partial)?;
        file.write_all(&text)
            .and_then(|()| file.sync_all())
            .map_err(Fault::file(&partial))?;
        std::fs::rename(&partial, &path).map_err(Fault::file(&path))?;
        self.finished = true;
        sync(&self.dir)?;
        if let Some(parent) = self.dir.parent().filter(|_| self.made_dir) {
            let parent = if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            };
            sync(parent)?;
        }
        Ok(manifest)
    }
}

impl Drop for BackupWriter {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        self.open = None;
        // The folder was empty, so everything of these names in it is ours.
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".age") || name.ends_with(".partial") {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        if self.made_dir {
            let _ = std::fs::remove_dir(&self.dir);
        }
    }
}

/// Makes sure that the names in a folder are on the disk.
fn sync(dir: &Path) -> Result<(), Fault> {
    std::fs::File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(Fault::file(dir))
}

fn occupied(dir: &Path) -> String {
    let shown = dir.display();
    if dir.join(manifest::NAME).exists() {
        format!("{shown}: there is a backup already. Give a new folder: a backup replaces none")
    } else {
        format!(
            "{shown}: not empty. Give a new folder; one without a {} that an interrupted backup \
             left behind may be removed",
            manifest::NAME
        )
    }
}
