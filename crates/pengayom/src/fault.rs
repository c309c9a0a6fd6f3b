//! Why a command failed, as its exit code and what is said on standard error.

/// Why a command failed. Always exit code 1: the input or the state is bad.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file's content is wrong; the text names where and the remedy.
    #[error("{0}")]
    Input(String),
    /// The file with the node's key is not there.
    #[error(
        "{}: the node's key is missing. Without it names, telephone numbers and secret codes in \
         the store cannot be used. Put the file back, or say where it is with --node-key-file. {}",
        .path.display(), crate::key::WHERE_A_KEY_MAY_BE
    )]
    KeyMissing {
        /// Where it should be.
        path: std::path::PathBuf,
    },
    /// A unit's keyring does not open.
    #[error(transparent)]
    Keyring(#[from] pengayom_node::KeyringError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] pengayom_store::StoreError),
    /// A unit cannot be served.
    #[error(transparent)]
    Unit(#[from] pengayom_node::UnitError),
    /// A command was refused.
    #[error(transparent)]
    Handle(#[from] pengayom_node::HandleError),
    /// An account cannot be made.
    #[error(transparent)]
    Account(#[from] pengayom_node::accounts::AccountError),
    /// A token cannot be made.
    #[error(transparent)]
    Token(#[from] pengayom_node::tokens::TokenError),
    /// The network or the process failed.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Fault {
    /// Wraps an error about a file.
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.display().to_string();
        move |source| Self::File { path, source }
    }

    /// Wraps what was wrong with asking an address.
    pub(crate) fn asking(
        address: &str,
    ) -> impl FnOnce(pengayom_node::outside::OutsideError) -> Self + use<> {
        let address = address.to_owned();
        move |error| Self::Input(format!("{address}: {error}"))
    }

    /// Wraps an error of the system.
    pub(crate) fn system(what: &str) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let what = what.to_owned();
        move |source| Self::System { what, source }
    }
}

impl From<Result<pengayom_node::tokens::TokenError, pengayom_node::HandleError>> for Fault {
    fn from(error: Result<pengayom_node::tokens::TokenError, pengayom_node::HandleError>) -> Self {
        match error {
            Ok(token) => Self::Token(token),
            Err(handle) => Self::Handle(handle),
        }
    }
}

impl From<pengayom_node::accounts::Refused> for Fault {
    fn from(error: pengayom_node::accounts::Refused) -> Self {
        match error {
            pengayom_node::accounts::Refused::Account(account) => Self::Account(account),
            pengayom_node::accounts::Refused::Handle(handle) => Self::Handle(handle),
        }
    }
}
