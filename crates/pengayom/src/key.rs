//! The node's key: from the environment, or from a file that only its owner can read.

use std::path::{Path, PathBuf};

use pengayom_node::{NodeKey, Randomness};

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
            None => Err(Fault::Input(format!(
                "{}: the node's key is missing. Without it names, telephone numbers and \
                 secret codes in the store cannot be used. Put the file back, or say where it \
                 is with --node-key-file",
                path.display()
            ))),
        }
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
    file.sync_all().map_err(Fault::file(path))
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
