//! The rejects file: what was not taken, with line and reason.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// Why a row is not taken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reject {
    /// Line of the file, from 1, the header included.
    pub(crate) line: u64,
    /// The field or column concerned, if one is.
    pub(crate) field: String,
    /// What is wrong and what to do.
    pub(crate) reason: String,
}

/// The rejects file. It is made when the first row is refused.
#[derive(Debug)]
pub(crate) struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<std::fs::File>>,
    append: bool,
    /// What an earlier run noted before it was broken off, by line and field.
    noted: HashSet<(u64, String)>,
    count: u64,
}

impl Rejects {
    /// Rejects go to this file; with `append`, behind those of the import that is gone on with.
    pub(crate) fn new(path: PathBuf, append: bool) -> Self {
        Self {
            noted: if append { noted(&path) } else { HashSet::new() },
            path,
            writer: None,
            append,
            count: 0,
        }
    }

    /// Where they go.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many there are in this run.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Notes one.
    ///
    /// # Errors
    /// [`Fault::File`] when the file cannot be written.
    pub(crate) fn add(&mut self, reject: &Reject) -> Result<(), Fault> {
        self.count += 1;
        if self.noted.contains(&(reject.line, reject.field.clone())) {
            return Ok(());
        }
        if self.writer.is_none() {
            let begun = self.append && self.path.exists();
            let file = std::fs::OpenOptions::new()
                .create(true)
                .write(true)
                .append(begun)
                .truncate(!begun)
                .open(&self.path)
                .map_err(Fault::file(&self.path))?;
            let mut writer = csv::Writer::from_writer(file);
            if !begun {
                self.write(&mut writer, &["line", "field", "reason"])?;
            }
            self.writer = Some(writer);
        }
        let Some(mut writer) = self.writer.take() else {
            return Ok(());
        };
        let line = reject.line.to_string();
        self.write(
            &mut writer,
            &[line.as_str(), reject.field.as_str(), reject.reason.as_str()],
        )?;
        self.writer = Some(writer);
        Ok(())
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// As [`Rejects::add`].
    pub(crate) fn flush(&mut self) -> Result<(), Fault> {
        if let Some(writer) = &mut self.writer {
            writer.flush().map_err(Fault::file(&self.path))?;
        }
        Ok(())
    }

    fn write(&self, writer: &mut csv::Writer<std::fs::File>, row: &[&str]) -> Result<(), Fault> {
        writer
            .write_record(row)
            .map_err(|error| Fault::file(&self.path)(std::io::Error::other(error)))
    }
}

/// What a rejects file has; nothing when there is none or it is no such file.
fn noted(path: &Path) -> HashSet<(u64, String)> {
    let Ok(mut reader) = csv::ReaderBuilder::new().flexible(true).from_path(path) else {
        return HashSet::new();
    };
    reader
        .records()
        .filter_map(Result::ok)
        .filter_map(|row| Some((row.get(0)?.parse().ok()?, row.get(1)?.to_owned())))
        .collect()
}
