//! The kinds of report a citizen chooses from on `/lapor`, and what each asks.

use super::choice::choice;
use super::code::{EntryCode, KindCode, ServiceCode};
use super::lang::{Localized, LocalizedList};
use super::read::Table;
use super::service::{OPEN_SERVICE, SENSITIVE_SERVICE};
use super::source::Sourced;

choice!(
    /// One step of `/lapor/{jenis}/{langkah}`.
    pub enum ReportStep {
        /// Danger now?
        Danger = "danger",
        /// What happened?
        What = "what",
        /// Where?
        Where = "where",
        /// When?
        When = "when",
        /// In your own words.
        Words = "words",
        /// How can we reach you?
        Contact = "contact",
    }
);

/// One answer to "what happened?" of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatOption {
    /// Code kept with the report, unique in the pack.
    pub code: EntryCode,
    /// The words beside the radio button.
    pub name: Localized,
}

/// One kind of report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportKind {
    /// Code kept with the report.
    pub code: KindCode,
    /// Its part of the address: neutral for sensitive kinds, so that a browser's history says nothing.
    pub slug: String,
    /// Name of the icon beside it.
    pub icon: String,
    /// The words beside the icon.
    pub name: Localized,
    /// A short line under them.
    pub hint: Localized,
    /// The service a report of this kind starts with; triage may change it.
    pub service: ServiceCode,
    /// Whether the pages keep nothing on the phone, show the exit button and neutral titles, and queues hide the kind.
    pub sensitive: bool,
    /// Whether this is "I do not know"; exactly one is.
    pub unknown: bool,
    /// Whether a photo is asked for.
    pub photo: bool,
    /// The steps it asks, in order.
    pub steps: Vec<ReportStep>,
    /// Answers to "what happened?".
    pub what: Vec<WhatOption>,
    /// What to tell "in your own words".
    pub tell: LocalizedList,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// What people look for among the kinds of report and is none: a row of `/lapor` that leads to the page of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signpost {
    /// Its code.
    pub code: EntryCode,
    /// Name of the icon beside it.
    pub icon: String,
    /// The words beside the icon.
    pub name: Localized,
    /// A short line under them.
    pub hint: Localized,
    /// The service whose page it leads to.
    pub service: ServiceCode,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Signpost {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("signpost"),
            icon: row.text("icon"),
            name: row.localized("name"),
            hint: row.localized("hint"),
            service: row.reference("service", OPEN_SERVICE),
            sourced: row.sourced(),
        }
    }
}

impl ReportKind {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        let code: KindCode = row.id("report kind");
        let sensitive = row.flag("sensitive");
        Self {
            slug: row.unique_text("slug", "slug"),
            icon: row.text("icon"),
            name: row.localized("name"),
            hint: row.localized("hint"),
            service: row.reference(
                "service",
                if sensitive {
                    SENSITIVE_SERVICE
                } else {
                    OPEN_SERVICE
                },
            ),
            sensitive,
            unknown: row.flag_or_false("unknown"),
            photo: row.flag("photo"),
            steps: row.choices("steps", &(1..=ReportStep::ALL.len())),
            what: row.rows_or_empty("what", |option| WhatOption {
                code: option.id("answer"),
                name: option.localized("name"),
            }),
            tell: row.localized_list("tell", &(1..=8)),
            sourced: row.sourced(),
            code,
        }
    }
}
