//! What the pack as a whole says of itself: its head, the floor, the legal instruments and the phrases.

use super::code::{EntryCode, InstrumentCode, PhraseCode};
use super::fault::PackRule;
use super::lang::{Lang, Localized};
use super::read::Table;
use super::retention::{FLOOR, KeepBounds};
use super::source::Sourced;

/// Code of the floor's rule about what people are told.
const RIGHTS: &str = "rights_notices";

/// Most rights that the floor names.
const RIGHTS_MAX: usize = 200;

/// Head of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackHead {
    /// Code of the pack, such as `id`.
    pub code: EntryCode,
    /// Version, as the pack writes it; every case remembers it.
    pub version: String,
    /// Title.
    pub title: Localized,
    /// What the reader must know before relying on it.
    pub note: Localized,
    /// Month up to which the sources were seen, `YYYY-MM`.
    pub sources_until: String,
    /// What a unit's own pack may not weaken.
    pub floor: Vec<FloorRule>,
}

/// One thing of the national floor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloorRule {
    /// Its code.
    pub code: EntryCode,
    /// What it protects.
    pub name: Localized,
    /// Bounds of how long data is kept; only of the rule `retention`.
    pub keep: Option<KeepBounds>,
    /// Rights that no pack leaves out; only of the rule `rights_notices`.
    pub must_tell: Vec<EntryCode>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A law or rule the pack rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Its code.
    pub code: InstrumentCode,
    /// Number, such as `UU 2/2002`.
    pub number: String,
    /// Title.
    pub title: Localized,
    /// State last seen.
    pub status: Localized,
    /// What the pack uses it for.
    pub used_for: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A phrase at hand for the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Its code.
    pub code: PhraseCode,
    /// When to say it.
    pub used_for: Localized,
    /// The phrase, with placeholders.
    pub text: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl PackHead {
    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let floor = root.rows("floor", |row| {
            let code: EntryCode = row.id("floor rule");
            FloorRule {
                keep: (code.as_str() == FLOOR).then(|| KeepBounds::read(row)),
                must_tell: if code.as_str() == RIGHTS {
                    row.references("must_tell", "right", &(1..=RIGHTS_MAX))
                } else {
                    Vec::new()
                },
                code,
                name: row.localized("name"),
                sourced: row.sourced(),
            }
        });
        if floor.iter().all(|rule| rule.keep.is_none()) {
            root.break_rule("floor", PackRule::RetentionInFloor);
        }
        if floor.iter().all(|rule| rule.must_tell.is_empty()) {
            root.break_rule("floor", PackRule::RightsInFloor);
        }
        root.table("pack", |head| {
            let languages = head.texts_or_empty("languages");
            if !languages
                .iter()
                .map(String::as_str)
                .eq(Lang::ALL.iter().map(|lang| lang.code()))
            {
                head.break_rule("languages", PackRule::LanguagesFixed);
            }
            Self {
                code: head.id("pack"),
                version: head.text("version"),
                title: head.localized("title"),
                note: head.localized("note"),
                sources_until: head.text("sources_until"),
                floor,
            }
        })
    }
}

impl Instrument {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("instrument"),
            number: row.text("number"),
            title: row.localized("title"),
            status: row.localized("status"),
            used_for: row.localized("used_for"),
            sourced: row.sourced(),
        }
    }
}

impl Phrase {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("phrase"),
            used_for: row.localized("used_for"),
            text: row.localized("text"),
            sourced: row.sourced(),
        }
    }
}
