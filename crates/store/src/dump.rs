//! The record as rows that any engine can give and take, for backups and for moving a unit from
//! one engine to the other.
//!
//! [`TABLES`] says at one place which tables are carried and how their columns are written down.
//! What is derived from acts ([`DERIVED`]) is derived anew, and what ends with the hour
//! ([`LEFT_OUT`]) stays behind. A test compares all three with the schema of each engine, so that a
//! new column cannot be forgotten.

mod cell;
pub(crate) mod rows;
pub(crate) mod run;

use pengayom_core::value::UnitId;

pub use cell::{Cell, RowFault, Rows, rows_of_line};

/// How a column's values are written down, whatever the engine calls its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number; moments are microseconds since 1970 in UTC.
    Integer,
    /// A binary float.
    Real,
    /// Text; in JSON a string.
    Text,
    /// Bytes; in JSON base64 (RFC 4648 §4).
    Bytes,
    /// A UUID; in JSON in its usual form.
    Id,
    /// True or false.
    Flag,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, the same in every engine.
    pub name: &'static str,
    /// How its values are written down.
    pub kind: Kind,
    /// Whether it may hold nothing.
    pub nullable: bool,
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns that name a row within a unit, in the order rows are read.
    pub key: &'static [&'static str],
    /// Its columns, the unit first.
    pub columns: &'static [Column],
    /// How many rows are read at a time: few where a row may be large.
    pub batch: u32,
}

impl Table {
    /// The table with this name among those that are carried.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// Names of its columns, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.name).collect()
    }

    /// Where a column stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// A column that always holds something.
pub(crate) const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        nullable: false,
    }
}

/// A column that may hold nothing.
pub(crate) const fn maybe(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        nullable: true,
    }
}

/// The unit, which comes first in every table.
pub(crate) const UNIT: Column = column("unit", Kind::Text);

/// The last number given in each series: carried, and compared with the acts by a rebuild.
pub(crate) const NUMBERS: Table = Table {
    name: "numbers",
    key: &["series"],
    columns: &[
        UNIT,
        column("series", Kind::Text),
        column("last", Kind::Integer),
    ],
    batch: 500,
};

/// Pieces of files.
pub(crate) const BLOB_CHUNKS: Table = Table {
    name: "blob_chunks",
    key: &["body", "start_byte"],
    columns: &[
        UNIT,
        column("body", Kind::Id),
        column("start_byte", Kind::Integer),
        column("content", Kind::Bytes),
    ],
    batch: 8,
};

/// The tables that are carried, in the order they are written: the unit, its record, what lies
/// beside it.
pub const TABLES: &[Table] = &[
    Table {
        name: "units",
        key: &[],
        columns: &[
            UNIT,
            maybe("time_zone", Kind::Text),
            column("adopted_at", Kind::Integer),
            column("simulated", Kind::Flag),
            column("config", Kind::Text),
            column("areas", Kind::Text),
            column("pack", Kind::Text),
        ],
        batch: 1,
    },
    Table {
        name: "acts",
        key: &["seq"],
        columns: &[
            UNIT,
            column("seq", Kind::Integer),
            column("subject_kind", Kind::Text),
            column("subject_id", Kind::Id),
            column("version", Kind::Integer),
            column("id", Kind::Id),
            column("kind", Kind::Text),
            column("schema_version", Kind::Integer),
            column("actor", Kind::Text),
            column("happened_at", Kind::Integer),
            column("recorded_at", Kind::Integer),
            maybe("place", Kind::Text),
            column("payload", Kind::Text),
            // Missing in backups of a program that kept no ledger; made when they are restored.
            maybe("salt", Kind::Bytes),
            maybe("told_hash", Kind::Bytes),
            maybe("commitment", Kind::Bytes),
        ],
        batch: 1000,
    },
    Table {
        name: "told",
        key: &["seq"],
        columns: &[
            UNIT,
            column("seq", Kind::Integer),
            column("salt", Kind::Bytes),
            column("words", Kind::Text),
        ],
        batch: 1000,
    },
    Table {
        name: "ledger",
        key: &[],
        columns: &[
            UNIT,
            column("origin", Kind::Text),
            column("size", Kind::Integer),
            column("root", Kind::Bytes),
            column("published_size", Kind::Integer),
            maybe("checkpoint", Kind::Text),
            maybe("published_at", Kind::Integer),
        ],
        batch: 1,
    },
    Table {
        name: "ledger_tiles",
        key: &["level", "idx"],
        columns: &[
            UNIT,
            column("level", Kind::Integer),
            column("idx", Kind::Integer),
            column("hashes", Kind::Bytes),
        ],
        batch: 100,
    },
    Table {
        name: "ledger_cosignatures",
        key: &["witness"],
        columns: &[
            UNIT,
            column("witness", Kind::Text),
            column("size", Kind::Integer),
            column("line", Kind::Text),
            column("at", Kind::Integer),
        ],
        batch: 100,
    },
    Table {
        name: "ledger_witnessed",
        key: &["origin"],
        columns: &[
            UNIT,
            column("origin", Kind::Text),
            column("size", Kind::Integer),
            column("root", Kind::Bytes),
            column("at", Kind::Integer),
        ],
        batch: 100,
    },
    Table {
        name: "commands",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("fingerprint", Kind::Bytes),
            column("subject_kind", Kind::Text),
            column("subject_id", Kind::Id),
            column("first_seq", Kind::Integer),
            column("last_seq", Kind::Integer),
        ],
        batch: 1000,
    },
    Table {
        name: "source_keys",
        key: &["source", "source_key"],
        columns: &[
            UNIT,
            column("source", Kind::Text),
            column("source_key", Kind::Text),
            column("subject_kind", Kind::Text),
            column("subject_id", Kind::Id),
            column("first_seq", Kind::Integer),
            column("last_seq", Kind::Integer),
        ],
        batch: 1000,
    },
    NUMBERS,
    Table {
        name: "keyrings",
        key: &[],
        columns: &[
            UNIT,
            column("wrapped", Kind::Bytes),
            column("changed_at", Kind::Integer),
        ],
        batch: 1,
    },
    Table {
        name: "persons",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("wrapped_key", Kind::Bytes),
            column("sealed", Kind::Bytes),
            column("recorded_at", Kind::Integer),
        ],
        batch: 500,
    },
    Table {
        name: "contacts",
        key: &["hash", "person"],
        columns: &[
            UNIT,
            column("hash", Kind::Bytes),
            column("person", Kind::Id),
        ],
        batch: 1000,
    },
    Table {
        name: "blobs",
        key: &["sha256"],
        columns: &[
            UNIT,
            column("sha256", Kind::Text),
            column("media_type", Kind::Text),
            column("size_bytes", Kind::Integer),
            column("recorded_at", Kind::Integer),
            maybe("keep_until", Kind::Integer),
            maybe("body", Kind::Id),
            maybe("erased_at", Kind::Integer),
            maybe("preview", Kind::Bytes),
            maybe("claims", Kind::Text),
        ],
        batch: 8,
    },
    BLOB_CHUNKS,
    Table {
        name: "uploads",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("expires_at", Kind::Integer),
        ],
        batch: 500,
    },
    Table {
        name: "drafts",
        key: &["token"],
        columns: &[
            UNIT,
            column("token", Kind::Bytes),
            column("sealed", Kind::Bytes),
            column("expires_at", Kind::Integer),
        ],
        batch: 100,
    },
    Table {
        name: "users",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("login", Kind::Text),
            column("name", Kind::Text),
            maybe("rank", Kind::Text),
            maybe("station", Kind::Text),
            column("roles", Kind::Text),
            column("password", Kind::Text),
            column("demo", Kind::Flag),
            maybe("disabled_at", Kind::Integer),
            column("created_at", Kind::Integer),
            // Missing in backups of a program that had no passwords to be changed.
            maybe("change_by", Kind::Integer),
        ],
        batch: 500,
    },
    Table {
        name: "tokens",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("token", Kind::Bytes),
            column("name", Kind::Text),
            column("scopes", Kind::Text),
            maybe("user_id", Kind::Id),
            maybe("made_by", Kind::Id),
            column("created_at", Kind::Integer),
            column("expires_at", Kind::Integer),
            maybe("used_on", Kind::Integer),
            maybe("revoked_at", Kind::Integer),
        ],
        batch: 500,
    },
    Table {
        name: "factors",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("user_id", Kind::Id),
            column("kind", Kind::Text),
            column("factor_key", Kind::Bytes),
            maybe("name", Kind::Text),
            maybe("sealed", Kind::Bytes),
            column("mark", Kind::Integer),
            column("created_at", Kind::Integer),
            maybe("used_at", Kind::Integer),
        ],
        batch: 500,
    },
    Table {
        name: "account_events",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("user_id", Kind::Id),
            maybe("by_user", Kind::Id),
            column("kind", Kind::Text),
            maybe("detail", Kind::Text),
            column("at", Kind::Integer),
        ],
        batch: 1000,
    },
    Table {
        name: "webhooks",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("address", Kind::Text),
            column("kinds", Kind::Text),
            column("sealed", Kind::Bytes),
            maybe("token", Kind::Id),
            column("created_at", Kind::Integer),
            column("failures", Kind::Integer),
            maybe("failing_since", Kind::Integer),
            maybe("retry_at", Kind::Integer),
            maybe("disabled_at", Kind::Integer),
            maybe("disabled_why", Kind::Text),
        ],
        batch: 500,
    },
    Table {
        name: "webhook_deliveries",
        key: &["webhook", "seq"],
        columns: &[
            UNIT,
            column("webhook", Kind::Id),
            column("seq", Kind::Integer),
            maybe("due_at", Kind::Integer),
            column("attempts", Kind::Integer),
            maybe("tried_at", Kind::Integer),
            maybe("delivered_at", Kind::Integer),
            maybe("status", Kind::Integer),
            maybe("fault", Kind::Text),
        ],
        batch: 500,
    },
    Table {
        name: "jobs",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("kind", Kind::Text),
            column("payload", Kind::Text),
            maybe("due_at", Kind::Integer),
            column("attempts", Kind::Integer),
            maybe("fault", Kind::Text),
        ],
        batch: 500,
    },
    Table {
        name: "notices",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("case_id", Kind::Id),
            column("kind", Kind::Text),
            column("way", Kind::Text),
            column("state", Kind::Text),
            maybe("due_at", Kind::Integer),
            column("attempts", Kind::Integer),
            column("made_at", Kind::Integer),
            maybe("tried_at", Kind::Integer),
            maybe("fault", Kind::Text),
            maybe("settled_at", Kind::Integer),
            maybe("settled_by", Kind::Id),
            maybe("reason", Kind::Text),
            maybe("reported_at", Kind::Integer),
        ],
        batch: 500,
    },
    Table {
        name: "notice_wishes",
        key: &["case_id"],
        columns: &[
            UNIT,
            column("case_id", Kind::Id),
            column("sealed", Kind::Bytes),
            column("changed_at", Kind::Integer),
        ],
        batch: 100,
    },
    Table {
        name: "notice_stops",
        key: &["hash"],
        columns: &[
            UNIT,
            column("hash", Kind::Bytes),
            column("stopped_at", Kind::Integer),
        ],
        batch: 500,
    },
    Table {
        name: "retention_runs",
        key: &["id"],
        columns: &[
            UNIT,
            column("id", Kind::Id),
            column("started_by", Kind::Text),
            column("begun_at", Kind::Integer),
            column("noted_at", Kind::Integer),
            maybe("ended_at", Kind::Integer),
            column("refused", Kind::Flag),
            column("done", Kind::Text),
        ],
        batch: 500,
    },
    Table {
        name: "imports",
        key: &["source", "file_sha256"],
        columns: &[
            UNIT,
            column("source", Kind::Text),
            column("file_sha256", Kind::Text),
            column("rows_done", Kind::Integer),
            column("rows_rejected", Kind::Integer),
            column("complete", Kind::Flag),
            column("noted_at", Kind::Integer),
        ],
        batch: 500,
    },
];

/// Tables that follow from the acts and are derived anew; each engine keeps the words of cases in
/// one of its own.
pub const DERIVED: &[&str] = &[
    "cases",
    "cases_fts",
    "case_words",
    "encounters",
    "feedback",
    "visits",
    "outages",
    "things",
    "officer_standing",
    "rollup_hour",
    "rollup_wait",
    "rollup_officer_day",
    "rollup_officer_beat",
    "rollup_survey",
    "rollup_case",
    "rollup_meeting",
    "rollup_answer",
    "rollup_force",
    "rollup_control",
    "rollup_officer_month",
    "blob_uses",
];

/// Tables that belong to this store alone: who was signed in must sign in again, what was half done is
/// begun again, wrong tries are counted anew, a restored store has not been backed up yet, and none of its counts are
/// still to be derived.
pub const LEFT_OUT: &[&str] = &[
    "sessions",
    "ceremonies",
    "attempts",
    "backups",
    "rollups_due",
];

/// Rows of one table of one unit, each with a cell for every column of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Whose they are.
    pub unit: UnitId,
    /// The table.
    pub table: &'static Table,
    /// The rows, in order of the table's key.
    pub rows: Vec<Vec<Cell>>,
}

/// What a store being filled from a backup is sent.
#[derive(Debug)]
pub enum Load {
    /// Rows to write.
    Rows(Batch),
    /// Everything was sent: derive the views and keep all of it. Without it nothing is kept.
    End,
}
