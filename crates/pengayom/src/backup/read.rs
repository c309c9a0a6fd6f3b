//! Reading a backup: first whether every part is there and whole, then the rows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use age::x25519::Identity;
use pengayom_store::dump::{Batch, Cell, Table, rows_of_line};
use sha2::{Digest as _, Sha256};

use super::manifest::{self, FORMAT, Manifest, PartEntry, hex};
use crate::fault::Fault;

/// Rows handed on at a time, at most.
const BATCH_ROWS: usize = 1000;

/// Bytes of rows handed on at a time, roughly, before unpacking base64.
const BATCH_BYTES: usize = 16 * 1024 * 1024;

/// A backup in a folder.
#[derive(Debug)]
pub(crate) struct Backup {
    dir: PathBuf,
    /// What it says of itself.
    pub(crate) manifest: Manifest,
}

impl Backup {
    /// Reads the manifest.
    ///
    /// # Errors
    /// [`Fault::Input`] when there is none, it does not read, or a newer program wrote it.
    pub(crate) fn open(dir: &Path) -> Result<Self, Fault> {
        let path = dir.join(manifest::NAME);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Fault::Input(format!(
                    "{}: no backup: there is no {}. It is written last, so a folder without it is \
                     one that an interrupted backup left behind, or another folder",
                    dir.display(),
                    manifest::NAME
                )));
            }
            Err(error) => return Err(Fault::file(&path)(error)),
        };
        let wrong = |what: &str| Fault::Input(format!("{}: {what}", path.display()));
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
        let format = value.get("format").and_then(serde_json::Value::as_u64);
        match format {
            Some(format) if format == u64::from(FORMAT) => {}
            Some(format) => {
                return Err(wrong(&format!(
                    "format {format}, this program reads {FORMAT}: use the program that made it, \
                     or a newer one"
                )));
            }
            None => return Err(wrong("no manifest of a backup: it has no format")),
        }
        let manifest: Manifest =
            serde_json::from_value(value).map_err(|error| wrong(&error.to_string()))?;
        for part in &manifest.parts {
            let plain = part
                .file
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if !plain || part.file.starts_with('.') {
                return Err(wrong("names a part outside of the folder"));
            }
        }
        Ok(Self {
            dir: dir.to_owned(),
            manifest,
        })
    }

    /// Whether every part is there and as the manifest says. `read` is told how many bytes were
    /// read.
    ///
    /// # Errors
    /// [`Fault::Input`] with every part that is missing, cut short or changed.
    pub(crate) fn verify(&self, mut read: impl FnMut(u64)) -> Result<(), Fault> {
        let mut wrong = Vec::new();
        for part in &self.manifest.parts {
            let path = self.dir.join(&part.file);
            let file = match File::open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    wrong.push(format!("{}: missing", part.file));
                    continue;
                }
                Err(error) => return Err(Fault::file(&path)(error)),
            };
            let size = file.metadata().map_err(Fault::file(&path))?.len();
            if size != part.size_bytes {
                wrong.push(format!(
                    "{}: {size} bytes, expected {}",
                    part.file, part.size_bytes
                ));
                continue;
            }
            if sha256(file, &mut read).map_err(Fault::file(&path))? != part.sha256 {
                wrong.push(format!("{}: changed since it was written", part.file));
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        Err(Fault::Input(format!(
            "{}: {} of {} parts are not as they were written; nothing was restored. Take another \
             copy of this backup, or another backup:\n  {}",
            self.dir.display(),
            wrong.len(),
            self.manifest.parts.len(),
            wrong.join("\n  ")
        )))
    }

    /// Whether one of these identities opens it.
    ///
    /// # Errors
    /// [`Fault::Input`] when none does.
    pub(crate) fn can_be_opened_by(&self, identities: &[Identity]) -> Result<(), Fault> {
        match self.manifest.parts.first() {
            Some(part) => self.decrypted(part, identities).map(|_| ()),
            None => Ok(()),
        }
    }

    fn decrypted(
        &self,
        part: &PartEntry,
        identities: &[Identity],
    ) -> Result<impl std::io::Read + use<>, Fault> {
        let path = self.dir.join(&part.file);
        let file = File::open(&path).map_err(Fault::file(&path))?;
        let fault = |error: age::DecryptError| match error {
            age::DecryptError::NoMatchingKeys => Fault::Input(format!(
                "{}: this key does not open the backup. It was made for: {}",
                part.file,
                self.manifest.head.recipients.join(", ")
            )),
            error => Fault::Input(format!("{}: {error}", part.file)),
        };
        let identities = identities.iter().map(|one| one as &dyn age::Identity);
        age::Decryptor::new_buffered(BufReader::new(file))
            .and_then(|part| part.decrypt(identities))
            .map_err(fault)
    }

    /// Hands every row on, in the order of the parts. Ends early, without a fault, when `take` says
    /// that nobody listens any more.
    ///
    /// # Errors
    /// [`Fault::Input`] when a part does not open or read, or has not the rows it should.
    pub(crate) fn read(
        &self,
        identities: &[Identity],
        mut take: impl FnMut(Batch) -> bool,
    ) -> Result<(), Fault> {
        let mut found: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for part in &self.manifest.parts {
            let Some(rows) = self.read_part(part, identities, &mut take)? else {
                return Ok(());
            };
            *found.entry((&part.unit, &part.table)).or_default() += rows;
        }
        for unit in &self.manifest.units {
            for (table, expected) in &unit.rows {
                let rows = found.remove(&(unit.unit.as_str(), table.as_str()));
                let rows = rows.unwrap_or(0);
                if rows != *expected {
                    return Err(Fault::Input(format!(
                        "{} of unit {}: {rows} rows, expected {expected}",
                        table, unit.unit
                    )));
                }
            }
        }
        Ok(())
    }

    /// Hands the rows of a part on and says how many there were; `None` when nobody listens.
    fn read_part(
        &self,
        part: &PartEntry,
        identities: &[Identity],
        take: &mut impl FnMut(Batch) -> bool,
    ) -> Result<Option<u64>, Fault> {
        let wrong = |what: &str| Fault::Input(format!("{}: {what}", part.file));
        let table = Table::named(&part.table)
            .ok_or_else(|| wrong("a table of a newer program: use that program"))?;
        let unit: pengayom_core::value::UnitId =
            part.unit.parse().map_err(|_| wrong("no unit code"))?;
        let packed = self.decrypted(part, identities)?;
        let lines = zstd::Decoder::new(packed).map_err(|error| wrong(&error.to_string()))?;
        let mut waiting = Waiting::new(unit, table);
        let (mut count, mut bytes) = (0, 0);
        for line in BufReader::new(lines).lines() {
            let line = line.map_err(|error| wrong(&error.to_string()))?;
            let rows = rows_of_line(table, &line).map_err(|fault| wrong(&fault.to_string()))?;
            count += 1;
            bytes += line.len();
            for (table, row) in rows {
                if !waiting.add(table, row, take) {
                    return Ok(None);
                }
            }
            if waiting.rows.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
                bytes = 0;
                if !waiting.hand_on(take) {
                    return Ok(None);
                }
            }
        }
        if !waiting.hand_on(take) {
            return Ok(None);
        }
        if count != part.rows {
            return Err(wrong(&format!("{count} rows, expected {}", part.rows)));
        }
        Ok(Some(count))
    }
}

/// Rows of one table, until there are enough of them.
struct Waiting {
    unit: pengayom_core::value::UnitId,
    table: &'static Table,
    rows: Vec<Vec<Cell>>,
}

impl Waiting {
    fn new(unit: pengayom_core::value::UnitId, table: &'static Table) -> Self {
        Self {
            unit,
            table,
            rows: Vec::new(),
        }
    }

    /// Adds a row; those of another table are handed on before. `false` when nobody listens.
    fn add(
        &mut self,
        table: &'static Table,
        row: Vec<Cell>,
        take: &mut impl FnMut(Batch) -> bool,
    ) -> bool {
        let heard = table == self.table || self.hand_on(take);
        self.table = table;
        self.rows.push(row);
        heard
    }

    /// Hands on what waits; `false` when nobody listens.
    fn hand_on(&mut self, take: &mut impl FnMut(Batch) -> bool) -> bool {
        let rows = std::mem::take(&mut self.rows);
        rows.is_empty()
            || take(Batch {
                unit: self.unit.clone(),
                table: self.table,
                rows,
            })
    }
}

/// SHA-256 of what a file holds, 64 hexadecimal digits.
fn sha256(mut file: File, read: &mut impl FnMut(u64)) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0_u8; 256 * 1024];
    loop {
        let bytes = file.read(&mut buffer)?;
        if bytes == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(buffer.get(..bytes).unwrap_or_default());
        read(bytes as u64);
    }
}
