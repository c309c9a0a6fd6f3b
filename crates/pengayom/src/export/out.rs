//! Where an export goes: a file that is there whole or not at all, or standard output.

use std::fs::File;
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Sink;
use crate::fault::Fault;

/// An export on its way.
pub(crate) enum Out {
    /// A file beside the one that it becomes.
    File {
        /// What it is called in the end.
        path: PathBuf,
        /// What is written meanwhile; goes away by itself when it does not become the file.
        written: NamedTempFile,
    },
    /// Standard output.
    Standard,
}

impl Out {
    /// A file, or standard output without one. Only its owner may read the file.
    ///
    /// # Errors
    /// [`Fault::File`] when the folder cannot be written; [`Fault::Input`] for a binary format that would
    /// go to a terminal.
    pub(crate) fn begin(path: Option<&Path>, is_binary: bool) -> Result<Self, Fault> {
        let Some(path) = path else {
            if is_binary && std::io::stdout().is_terminal() {
                return Err(Fault::Input(
                    "Parquet is no text: say where it goes with --out FILE".to_owned(),
                ));
            }
            return Ok(Self::Standard);
        };
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        let written = tempfile::Builder::new()
            .prefix(".pengayom-export-")
            .tempfile_in(folder)
            .map_err(Fault::file(path))?;
        Ok(Self::File {
            path: path.to_owned(),
            written,
        })
    }

    /// What is written to.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub(crate) fn sink(&self) -> Result<Sink, Fault> {
        match self {
            Self::File { path, written } => {
                let file = written.reopen().map_err(Fault::file(path))?;
                Ok(Box::new(file))
            }
            Self::Standard => Ok(Box::new(std::io::stdout())),
        }
    }

    /// Everything is written: the file takes its place, in one step and durably.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub(crate) fn finish(self) -> Result<Option<PathBuf>, Fault> {
        match self {
            Self::Standard => {
                let flushed = std::io::stdout().flush();
                flushed.map_err(Fault::system("writing to standard output"))?;
                Ok(None)
            }
            Self::File { path, written } => {
                written.as_file().sync_all().map_err(Fault::file(&path))?;
                written
                    .persist(&path)
                    .map_err(|error| Fault::file(&path)(error.error))?;
                let folder = path.parent().filter(|folder| *folder != Path::new(""));
                let folder = folder.unwrap_or(Path::new("."));
                let synced = File::open(folder).and_then(|folder| folder.sync_all());
                synced.map_err(Fault::file(&path))?;
                Ok(Some(path))
            }
        }
    }
}
