//! Engine errors in the store's words.

use crate::error::StoreError;

/// SQLite's primary result codes (sqlite.org/rescode.html) that mean something to a caller.
mod code {
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
}

/// PostgreSQL's error codes (its documentation, appendix A) that mean something to a caller.
fn of_postgres(code: &str, message: &str) -> Option<StoreError> {
    let text = || message.to_owned();
    Some(match code {
        // Connection lost or refused, server stopping, starting, crashed, or full of connections.
        "57P01" | "57P02" | "57P03" | "53300" => StoreError::Unreachable(text()),
        _ if code.starts_with("08") => StoreError::Unreachable(text()),
        // A server that only reads (a standby), no room, no permission.
        "25006" | "53100" | "53200" | "58030" | "42501" => StoreError::NotWritable(text()),
        // Waited too long for another process, or two waited for each other.
        "55P03" | "40P01" | "40001" | "57014" => StoreError::Busy,
        "XX001" | "XX002" => StoreError::Damaged {
            what: "database",
            fault: text(),
        },
        _ => return None,
    })
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return match error {
                sqlx::Error::Io(fault) => Self::Unreachable(fault.to_string()),
                // Words cut off in their middle, as from a proxy whose server is gone.
                sqlx::Error::Protocol(fault) => Self::Unreachable(fault),
                sqlx::Error::PoolTimedOut => Self::Busy,
                sqlx::Error::PoolClosed => Self::Closing,
                error => Self::Engine(Box::new(error)),
            };
        };
        if let Some(postgres) = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
            let known = of_postgres(postgres.code(), postgres.message());
            return known.unwrap_or_else(|| Self::Engine(Box::new(error)));
        }
        // Extended codes carry the primary one in their low byte.
        let primary = database
            .code()
            .and_then(|code| code.parse::<i32>().ok())
            .map(|code| code & 0xff);
        match primary {
            Some(code::BUSY | code::LOCKED) => Self::Busy,
            Some(code::PERM | code::READONLY | code::IOERR | code::FULL | code::CANTOPEN) => {
                Self::NotWritable(database.message().to_owned())
            }
            Some(code::CORRUPT | code::NOTADB) => Self::Damaged {
                what: "file",
                fault: database.message().to_owned(),
            },
            _ => Self::Engine(Box::new(error)),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError;
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMissing(version) => Self::Damaged {
                what: "schema",
                fault: format!("migration {version} is of a newer program"),
            },
            MigrateError::VersionMismatch(version) => Self::Damaged {
                what: "schema",
                fault: format!("migration {version} differs from the one that was carried out"),
            },
            other => Self::Engine(Box::new(other)),
        }
    }
}

/// The same fault once more, for everybody whose write was part of what failed.
pub(super) fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Busy => StoreError::Busy,
        StoreError::Closing => StoreError::Closing,
        StoreError::NotWritable(text) => StoreError::NotWritable(text.clone()),
        StoreError::Unreachable(text) => StoreError::Unreachable(text.clone()),
        StoreError::Unclear => StoreError::Unclear,
        StoreError::Damaged { what, fault } => StoreError::Damaged {
            what,
            fault: fault.clone(),
        },
        other => StoreError::Engine(other.to_string().into()),
    }
}

/// Whether trying the writes of a failed commit one by one could help: a fault of one of them
/// would not touch the others, a fault of the disk would.
pub(super) fn may_be_of_one(error: &StoreError) -> bool {
    !matches!(
        error,
        StoreError::NotWritable(_)
            | StoreError::Busy
            | StoreError::Unreachable(_)
            | StoreError::Unclear
    )
}
