//! The node's key: from the environment, or from a file that only its owner can read.

use std::path::{Path, PathBuf};

use pengayom_node::{Fingerprint, KeyringError, NodeKey, Randomness};

use crate::fault::Fault;

/// Where the key is.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct KeyArguments {
    /// The node's key as 64 hexadecimal digits. Keep it out of the command line: use the
    /// environment, or the file
    #[arg(long, env = "PENGAYOM_NODE_KEY", hide_env_values = true, hide = true)]
    node_key: Option<String>,
    /// File with the node's key [default: the store's path with `.key` behind it; for a server
    /// pengayom/HOST_PORT_DATABASE.key in the folder for settings; made when missing]
    #[arg(long, env = "PENGAYOM_NODE_KEY_FILE", value_name = "FILE")]
    node_key_file: Option<PathBuf>,
}

impl KeyArguments {
    /// The key in this file.
    pub(crate) const fn in_file(path: PathBuf) -> Self {
        Self {
            node_key: None,
            node_key_file: Some(path),
        }
    }

    /// The same, with a file of the configuration where none was given.
    pub(crate) fn or_file(mut self, file: Option<PathBuf>) -> Self {
        self.node_key_file = self.node_key_file.or(file);
        self
    }

    /// Reads the key, or makes one when `make` and there is none.
    ///
    /// # Errors
    /// [`Fault`] when there is none, it does not read, or others can read its file.
    pub(crate) fn load(&self, store: &str, make: bool) -> Result<NodeKey, Fault> {
        if let Some(text) = &self.node_key {
            return NodeKey::from_hex(text)
                .map_err(|error| Fault::Input(format!("PENGAYOM_NODE_KEY: {error}")));
        }
        let path = self.path(store)?;
        match read_key(&path)? {
            Some(key) => Ok(key),
            None if make => make_key(&path),
            None => Err(Fault::KeyMissing { path }),
        }
    }

    /// Says in words what is wrong with the key that was found here, and the way on.
    pub(crate) fn explain(&self, store: &str, error: KeyringError) -> Fault {
        let KeyringError::WrongKey {
            unit,
            expected,
            found,
        } = error
        else {
            return Fault::Keyring(error);
        };
        let file = self.file(store);
        let lies = file.as_ref().map_or_else(
            || "PENGAYOM_NODE_KEY".to_owned(),
            |path| path.display().to_string(),
        );
        let Some(expected) = expected else {
            return Fault::Input(format!(
                "{unit}: the node's key in {lies} ({found}) does not open the details of any \
                 person in this store, so it is not the one they were sealed with. Nothing was \
                 done. {WHERE_A_KEY_MAY_BE}"
            ));
        };
        let nearby = file.and_then(|path| Some((find_nearby(&path, expected)?, path)));
        let way = match nearby {
            Some((there, path)) if there == staging(&path) => format!(
                "The right one is in {}: an interrupted `pengayom key rotate` left it there. Run \
                 `pengayom key rotate` again, which finishes it",
                there.display()
            ),
            Some((there, _)) => format!(
                "The right one is in {0}, from before a rotation: this store is older than that, \
                 such as one made from an old backup. Use --node-key-file {0}",
                there.display()
            ),
            None => WHERE_A_KEY_MAY_BE.to_owned(),
        };
        Fault::Input(format!(
            "{unit}: the node's key in {lies} is {found}, and this store opens with {expected}. \
             Nothing was done. {way}"
        ))
    }

    /// Whether it was said where the key is.
    pub(crate) const fn is_given(&self) -> bool {
        self.node_key.is_some() || self.node_key_file.is_some()
    }

    /// The file the key of a store is in; `None` when it comes from the environment, or when there
    /// is no default place.
    pub(crate) fn file(&self, store: &str) -> Option<PathBuf> {
        if self.node_key.is_some() {
            return None;
        }
        self.path(store).ok()
    }

    fn path(&self, store: &str) -> Result<PathBuf, Fault> {
        if let Some(path) = &self.node_key_file {
            return Ok(path.clone());
        }
        match store.strip_prefix("sqlite:") {
            Some(path) => Ok(PathBuf::from(format!("{path}.key"))),
            None => default_file(store),
        }
    }
}

/// Where the key of a store on a server lies unless told otherwise: in the folder for settings of
/// whoever runs the program, named after the server and the database.
#[allow(
    clippy::disallowed_methods,
    reason = "where a person's settings lie is the system's to say, not a setting of ours"
)]
fn default_file(store: &str) -> Result<PathBuf, Fault> {
    let settings = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
    let (Some(settings), Some(name)) = (settings, server_and_database(store)) else {
        return Err(Fault::Input(
            "there is no default place for the node's key of this store: use --node-key-file"
                .into(),
        ));
    };
    Ok(settings.join("pengayom").join(format!("{name}.key")))
}

/// `host_port_database` of an address, with nothing but letters, digits, dots and dashes between.
fn server_and_database(store: &str) -> Option<String> {
    let (scheme, rest) = store.split_once("://")?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return None;
    }
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    // Whatever stands before the last @ is a name and a password.
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let name: String = place
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    (!name.is_empty()).then_some(name)
}

/// The key in a file, if the file is there.
///
/// # Errors
/// [`Fault`] when it does not read or others can read it.
pub(crate) fn read_key(path: &Path) -> Result<Option<NodeKey>, Fault> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            refuse_if_open_to_others(path)?;
            NodeKey::from_hex(&text)
                .map(Some)
                .map_err(|error| Fault::Input(format!("{}: {error}", path.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::file(path)(error)),
    }
}

/// Makes a key in a new file that only its owner can read.
///
/// # Errors
/// [`Fault::File`] when the file is there already or cannot be written.
pub(crate) fn make_key(path: &Path) -> Result<NodeKey, Fault> {
    let mut bytes = [0_u8; 32];
    crate::clock::SystemRandomness.fill(&mut bytes);
    let key = NodeKey::new(bytes);
    write_key(&key, path)?;
    Ok(key)
}

/// Puts a key into a new file that only its owner can read.
///
/// # Errors
/// [`Fault::File`] when the file is there already or cannot be written.
pub(crate) fn write_key(key: &NodeKey, path: &Path) -> Result<(), Fault> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(Fault::file(folder))?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(Fault::file(path))?;
    file.write_all(key.to_hex().as_bytes())
        .map_err(Fault::file(path))?;
    file.sync_all().map_err(Fault::file(path))?;
    sync_folder(path)
}

/// What to try when a key is not where it should be.
pub(crate) const WHERE_A_KEY_MAY_BE: &str = "Look for the right one: on the machine that served \
    this store before, in its PENGAYOM_NODE_KEY, where copies of the key are kept (`pengayom key \
    show --node-key-file FILE` tells which key a file holds), or on paper: type its 64 digits into a \
    file that only you can read. Then say where it is with --node-key-file. If it is lost for good, \
    `pengayom key replace --lost` tells what is lost with it and goes on without it";

/// Where a new key lies until the store opens with it.
pub(crate) fn staging(path: &Path) -> PathBuf {
    behind(path, "new")
}

/// Where a key is kept that the store opened with before.
pub(crate) fn kept(path: &Path, key: Fingerprint) -> PathBuf {
    behind(path, &format!("old-{key}"))
}

fn behind(path: &Path, word: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(word);
    PathBuf::from(name)
}

/// Other keys beside a key's file, left there by rotations.
pub(crate) fn beside(path: &Path) -> Vec<(PathBuf, NodeKey)> {
    let Some(name) = path.file_name() else {
        return Vec::new();
    };
    let begin = format!("{}.", name.to_string_lossy());
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<(PathBuf, NodeKey)> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&begin))
        .filter_map(|entry| {
            let path = path.with_file_name(entry.file_name());
            let key = read_key(&path).ok()??;
            Some((path, key))
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn find_nearby(path: &Path, key: Fingerprint) -> Option<PathBuf> {
    let mut found = beside(path).into_iter();
    found
        .find(|(_, there)| there.fingerprint() == key)
        .map(|(path, _)| path)
}

/// Puts the new key from its staging place where the key belongs; the one that lies there stays
/// beside it. Both names are on the disk when this returns. Done again, it does what is left.
///
/// # Errors
/// [`Fault::File`] when a file cannot be named.
pub(crate) fn settle(path: &Path) -> Result<Option<PathBuf>, Fault> {
    let old = match read_key(path)? {
        None => None,
        Some(old) => {
            let to = kept(path, old.fingerprint());
            match std::fs::hard_link(path, &to) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Fault::file(&to)(error)),
            }
            sync_folder(path)?;
            Some(to)
        }
    };
    #[cfg(debug_assertions)]
    crate::rehearsal::key_step("kept");
    let from = staging(path);
    std::fs::rename(&from, path).map_err(Fault::file(&from))?;
    sync_folder(path)?;
    Ok(old)
}

/// Brings the names in a file's folder to the disk.
pub(crate) fn sync_folder(path: &Path) -> Result<(), Fault> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(Fault::file(folder))
}

fn refuse_if_open_to_others(path: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path)
        .map_err(Fault::file(path))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Fault::Input(format!(
        "{0}: others on this machine can read the node's key. Run: chmod 600 {0}",
        path.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::server_and_database;

    #[test]
    fn a_key_is_named_after_server_and_database_without_name_or_password() {
        for (store, name) in [
            (
                "postgres://polda:r@hasia@db.polda:5433/pati",
                Some("db.polda_5433_pati"),
            ),
            (
                "postgresql://localhost/pati?sslmode=require",
                Some("localhost_pati"),
            ),
            ("sqlite:pati.db", None),
            ("postgres://", None),
        ] {
            assert_eq!(server_and_database(store).as_deref(), name, "{store}");
        }
    }
}
