//! The files of the project, as text.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the tree.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path from the root, with `/` between its parts.
    pub path: String,
    /// The contents, or nothing when they are not UTF-8 text (pictures, fonts, archives).
    pub text: Option<String>,
}

/// Every file that belongs to the project.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Where the tree stands on this machine.
    pub root: PathBuf,
    /// The files, sorted by path.
    pub files: Vec<SourceFile>,
}

impl Tree {
    /// Reads the project that this crate is part of: what git tracks, and what it would track.
    ///
    /// # Errors
    ///
    /// When git cannot list the files or a listed file cannot be read.
    pub fn open() -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let listed = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(&root)
            .output()?;
        if !listed.status.success() {
            return Err(io::Error::other(format!(
                "git ls-files failed: {}",
                String::from_utf8_lossy(&listed.stderr)
            )));
        }
        let mut paths: Vec<String> = String::from_utf8_lossy(&listed.stdout)
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.dedup();
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let full = root.join(&path);
            // A file deleted but not yet committed is still listed.
            if !full.is_file() {
                continue;
            }
            let text = String::from_utf8(std::fs::read(&full)?).ok();
            files.push(SourceFile { path, text });
        }
        Ok(Self { root, files })
    }

    /// The text files whose path satisfies `wanted`, as (path, text).
    pub fn texts<'a>(
        &'a self,
        wanted: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |file| wanted(&file.path))
            .filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
    }

    /// The text of one file, if it is there.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files
            .iter()
            .find(|file| file.path == path)
            .and_then(|file| file.text.as_deref())
    }
}

/// Whether a path ends in one of these extensions (without the dot).
pub fn has_extension(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, found)| extensions.contains(&found))
}
