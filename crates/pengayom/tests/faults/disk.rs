//! A disk of one's own that can be filled, cleared, and made one that only reads.
//!
//! Really one where the machine allows it: a small file system in memory, mounted where only the
//! program under test sees it. Elsewhere a limit on the size of the program's files, set and lifted
//! while it runs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Size of the disk, in bytes: room for a unit's files and some hundred requests.
const SIZE_BYTES: u64 = 12 << 20;

/// A process that holds a mount of its own; with it goes the mount.
#[derive(Debug)]
pub(crate) struct Disk {
    holder: Child,
    folder: PathBuf,
    is_root: bool,
}

impl Disk {
    /// Mounts a small disk at `disk` in a folder; `None` when the machine does not allow it.
    pub(crate) fn mount(folder: &Path) -> Option<Self> {
        let folder = folder.join("disk");
        std::fs::create_dir(&folder).unwrap();
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let script =
            r#"mount -t tmpfs -o "size=$2" tmpfs "$1" && echo mounted && exec sleep infinity"#;
        let mut holder = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare"])
            .arg(if is_root { "-m" } else { "-rm" })
            .args(["sh", "-c", script, "sh"])
            .arg(&folder)
            .arg(SIZE_BYTES.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut said = String::new();
        let mut stdout = BufReader::new(holder.stdout.take().unwrap());
        stdout.read_line(&mut said).unwrap();
        let disk = Self {
            holder,
            folder,
            is_root,
        };
        (said == "mounted\n").then_some(disk)
    }

    /// The same where its maker is root outside of the mount as well.
    pub(crate) fn mount_for_root(folder: &Path) -> Option<Self> {
        Self::mount(folder).filter(|disk| disk.is_root)
    }

    /// Makes a folder on it that belongs to the user of the database server.
    pub(crate) fn give_folder_to_postgres(&self, name: &str) {
        let folder = self.file(name);
        std::fs::create_dir(&folder).unwrap();
        let given = Command::new("chown")
            .arg("postgres:postgres")
            .arg(&folder)
            .status();
        assert!(given.unwrap().success(), "chown");
        // Whoever is not root has to pass through the folders above.
        let above = Command::new("chmod")
            .arg("o+x")
            .arg(self.file(""))
            .arg(self.folder.parent().unwrap())
            .status();
        assert!(above.unwrap().success(), "chmod");
    }

    /// Words that start a program where the disk is seen.
    pub(crate) fn before(&self) -> Vec<String> {
        let holder = self.holder.id().to_string();
        let mut words = vec!["nsenter", "-t", &holder, "-m"];
        if !self.is_root {
            words.extend(["-U", "--preserve-credentials"]);
        }
        words.into_iter().map(str::to_owned).collect()
    }

    /// The disk's folder, as the program sees it.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file of the disk, as everybody else sees it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.folder.strip_prefix("/").unwrap()).join(name)
    }

    /// Leaves no room on it.
    pub(crate) fn fill(&self) {
        let mut ballast = std::fs::File::create(self.file("ballast")).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Makes room again.
    pub(crate) fn clear(&self) {
        std::fs::remove_file(self.file("ballast")).unwrap();
    }

    /// Lets it be written, or only read. No file on it may be open.
    pub(crate) fn remount(&self, how: &str) {
        let mut words = self.before().into_iter();
        let done = Command::new(words.next().unwrap())
            .args(words)
            .args(["mount", "-o", &format!("remount,{how}")])
            .arg(&self.folder)
            .status();
        assert!(done.unwrap().success(), "remount,{how}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// Words that start a program which is told of a file that may not grow, and not ended for it.
pub(crate) fn told_of_limits() -> Vec<String> {
    let words = ["sh", "-c", r#"trap "" XFSZ; exec "$@""#, "sh"];
    words.map(str::to_owned).to_vec()
}

/// The same, with what it logs in a file that may not grow either.
pub(crate) fn told_of_limits_and_logging_to(file: &Path) -> Vec<String> {
    let log = file.to_str().unwrap();
    let words = ["sh", "-c", r#"trap "" XFSZ; exec "$@" 2>>"$0""#, log];
    words.map(str::to_owned).to_vec()
}

/// Sets how large files of a process may become, in bytes, or lifts the limit.
pub(crate) fn limit_files(process: u32, bytes: Option<u64>) {
    let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
    let done = Command::new("prlimit")
        .args(["--pid", &process.to_string()])
        .arg(format!("--fsize={limit}:"))
        .status();
    assert!(done.unwrap().success(), "prlimit --fsize={limit}");
}
