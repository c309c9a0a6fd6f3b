//! Progress notices (SP2HP): their five stages, when each is due, and what a draft says (S18, S40).

use super::choice::choice;
use super::code::{DifficultyCode, EntryCode, LetterCode, NewsCode, ServiceCode};
use super::fault::PackRule;
use super::lang::{Lang, Localized};
use super::read::Table;
use super::source::Sourced;
use super::words::placeholders;

/// What a template may have filled in: the case's number, what was done, what stands in the way, what comes
/// next, who handles it and how to reach them, where to complain, the unit.
pub const NEWS_PLACEHOLDERS: [&str; 9] = [
    "complain",
    "difficulty",
    "done",
    "filed",
    "number",
    "obstacles",
    "officer",
    "phone",
    "unit",
];

choice!(
    /// Where in a case a stage stands.
    pub enum NewsWhen {
        /// The first notice.
        First = "first",
        /// While the inquiry goes on.
        Inquiry = "inquiry",
        /// When an investigation was ordered.
        InvestigationBegun = "investigation_begun",
        /// While the investigation goes on.
        Investigation = "investigation",
        /// When the case has ended.
        Ended = "ended",
    }
);

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsStage {
    /// Code kept in acts.
    pub code: NewsCode,
    /// Its name.
    pub name: Localized,
    /// What it tells, a sentence.
    pub about: Localized,
    /// Where in a case it stands.
    pub when: NewsWhen,
    /// The kind of letter it becomes.
    pub letter: LetterCode,
    /// What a draft says; see [`NEWS_PLACEHOLDERS`].
    pub text: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// How hard a case is, which says how often its reporter hears of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difficulty {
    /// Code kept in acts.
    pub code: DifficultyCode,
    /// Its name.
    pub name: Localized,
    /// The clock from one notice to the next while the inquiry goes on.
    pub inquiry: EntryCode,
    /// The clock of the notices of an investigation, from its order.
    pub investigation: EntryCode,
    /// It is assumed until somebody says otherwise.
    pub usual: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Everything about progress notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Services whose reporters get them.
    pub services: Vec<ServiceCode>,
    /// The clock of the first notice.
    pub first: EntryCode,
    /// The clock of the longest silence.
    pub at_least: EntryCode,
    /// The clock of the notice that a case has ended.
    pub ended: EntryCode,
    /// Hours before it is due at which a notice is drafted.
    pub draft_hours: u32,
    /// Somebody else than who wrote the text sends it.
    pub second_person: bool,
    /// What a draft says where nothing was done yet.
    pub nothing_done: Localized,
    /// What a draft says where nobody wrote of an obstacle.
    pub no_obstacle: Localized,
    /// Where to complain.
    pub complain: Localized,
    /// The telephone to ask at, where the case is with no officer.
    pub phone: Localized,
    stages: Vec<NewsStage>,
    difficulties: Vec<Difficulty>,
}

impl News {
    /// Every stage, in their order.
    pub fn stages(&self) -> &[NewsStage] {
        &self.stages
    }

    /// One stage.
    pub fn stage(&self, code: &str) -> Option<&NewsStage> {
        self.stages.iter().find(|stage| stage.code.as_str() == code)
    }

    /// The stage of a place in a case.
    pub fn stage_when(&self, when: NewsWhen) -> Option<&NewsStage> {
        self.stages.iter().find(|stage| stage.when == when)
    }

    /// How hard a case can be, the easiest first.
    pub fn difficulties(&self) -> &[Difficulty] {
        &self.difficulties
    }

    /// One of them; the usual one for none or an unknown one.
    pub fn difficulty(&self, code: Option<&str>) -> Option<&Difficulty> {
        let named = code.and_then(|code| self.known_difficulty(code));
        named.or_else(|| self.difficulties.iter().find(|known| known.usual))
    }

    /// One of them by its code.
    pub fn known_difficulty(&self, code: &str) -> Option<&Difficulty> {
        let mut all = self.difficulties.iter();
        all.find(|known| known.code.as_str() == code)
    }

    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let stages: Vec<NewsStage> = root.rows("stage", |row| {
            let stage = NewsStage {
                code: row.id("stage of notices"),
                name: row.localized("name"),
                about: row.localized("about"),
                when: row.choice("when", NewsWhen::First),
                letter: row.reference("letter", "letter"),
                text: row.localized("text"),
                sourced: row.sourced(),
            };
            for lang in [Lang::Id, Lang::En] {
                let found = placeholders(stage.text.get(lang));
                let known = found.iter().all(|name| NEWS_PLACEHOLDERS.contains(name));
                if !known || !found.contains("number") {
                    let key = format!("text_{}", lang.code());
                    row.break_rule(&key, PackRule::NewsPlaceholders);
                }
            }
            stage
        });
        let each_once = NewsWhen::ALL
            .iter()
            .all(|when| stages.iter().filter(|stage| stage.when == *when).count() == 1);
        if !each_once {
            root.break_rule("stage", PackRule::EachStageOnce);
        }
        let difficulties: Vec<Difficulty> = root.rows("difficulty", |row| Difficulty {
            code: row.id("difficulty"),
            name: row.localized("name"),
            inquiry: row.reference("inquiry", "clock"),
            investigation: row.reference("investigation", "clock"),
            usual: row.flag_or_false("usual"),
            sourced: row.sourced(),
        });
        if difficulties.iter().filter(|known| known.usual).count() != 1 {
            root.break_rule("difficulty", PackRule::OneUsual);
        }
        root.table("news", |table| {
            let news = Self {
                services: table.references("services", "service", &(1..=60)),
                first: table.reference("first", "clock"),
                at_least: table.reference("at_least", "clock"),
                ended: table.reference("ended", "clock"),
                draft_hours: table.whole("draft_hours", &(1..=720)),
                second_person: table.flag_or_false("second_person"),
                nothing_done: table.localized("nothing_done"),
                no_obstacle: table.localized("no_obstacle"),
                complain: table.localized("complain"),
                phone: table.localized("phone"),
                stages,
                difficulties,
            };
            let _ = table.sourced();
            news
        })
    }
}
