//! One part on its way to the disk: lines, packed, encrypted, hashed as they lie there.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use age::stream::StreamWriter;
use age::x25519::Recipient;
use sha2::{Digest as _, Sha256};

use super::manifest::{PartEntry, hex};
use crate::fault::Fault;

/// How hard zstd packs: its own default, fast and nearly as small as much slower ones.
const LEVEL: i32 = 3;

/// Hashes and counts what goes through to the file.
struct Hashing {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// A part that is being written under another name.
pub(super) struct OpenPart {
    entry: PartEntry,
    unpacked_bytes: u64,
    partial: PathBuf,
    path: PathBuf,
    lines: zstd::Encoder<'static, StreamWriter<Hashing>>,
}

impl OpenPart {
    /// Begins the part with a number.
    pub(super) fn begin(
        dir: &Path,
        number: usize,
        unit: &str,
        table: &str,
        recipients: &[Recipient],
    ) -> Result<Self, Fault> {
        let name = format!("{number:04}-{table}.jsonl.zst.age");
        let partial = dir.join(format!(".{name}.partial"));
        let file = new_file(&partial)?;
        let hashing = Hashing {
            file,
            hash: Sha256::new(),
            bytes: 0,
        };
        let recipients = recipients.iter().map(|one| one as &dyn age::Recipient);
        let encrypted = age::Encryptor::with_recipients(recipients)
            .map_err(|error| Fault::Input(format!("the backup's recipients: {error}")))?
            .wrap_output(hashing)
            .map_err(Fault::file(&partial))?;
        let lines = zstd::Encoder::new(encrypted, LEVEL).map_err(Fault::file(&partial))?;
        Ok(Self {
            entry: PartEntry {
                file: name.clone(),
                unit: unit.to_owned(),
                table: table.to_owned(),
                rows: 0,
                size_bytes: 0,
                sha256: String::new(),
            },
            unpacked_bytes: 0,
            partial,
            path: dir.join(name),
            lines,
        })
    }

    /// Whether it takes rows of this table of this unit.
    pub(super) fn is_of(&self, unit: &str, table: &str) -> bool {
        self.entry.unit == unit && self.entry.table == table
    }

    /// How large its rows are before packing.
    pub(super) const fn unpacked_bytes(&self) -> u64 {
        self.unpacked_bytes
    }

    /// Adds a row.
    pub(super) fn add(&mut self, line: &str) -> Result<(), Fault> {
        self.lines
            .write_all(line.as_bytes())
            .and_then(|()| self.lines.write_all(b"\n"))
            .map_err(Fault::file(&self.partial))?;
        self.unpacked_bytes += line.len() as u64 + 1;
        self.entry.rows += 1;
        Ok(())
    }

    /// Brings it to the disk and gives it its name.
    pub(super) fn finish(self) -> Result<PartEntry, Fault> {
        let mut entry = self.entry;
        let hashing = self
            .lines
            .finish()
            .and_then(StreamWriter::finish)
            .map_err(Fault::file(&self.partial))?;
        hashing
            .file
            .sync_all()
            .map_err(Fault::file(&self.partial))?;
        entry.size_bytes = hashing.bytes;
        entry.sha256 = hex(&hashing.hash.finalize());
        std::fs::rename(&self.partial, &self.path).map_err(Fault::file(&self.path))?;
        Ok(entry)
    }
}

/// A new file that only its owner can read.
pub(super) fn new_file(path: &Path) -> Result<File, Fault> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(Fault::file(path))
}
