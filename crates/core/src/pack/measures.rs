//! Control measures with what each needs (S37), what is tried before them (S87), and when a matter may be
//! settled outside court.

use super::choice::choice;
use super::clock::Clock;
use super::code::{EntryCode, ServiceCode};
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::rights::{ConcernedRole, clock, clock_or_none};
use super::source::Sourced;

/// Most remedies, sides or services that one row names.
const ROWS_MAX: usize = 40;

choice!(
    /// What a measure rests on.
    pub enum MeasureOrder {
        /// Nothing in writing.
        None = "none",
        /// A written order of the police.
        Police = "police",
        /// The leave of a court.
        Court = "court",
    }
);

choice!(
    /// An answer to a question about a case.
    pub enum FactAnswer {
        /// It is so.
        Yes = "yes",
        /// It is not.
        No = "no",
    }
);

/// Something named, with its source: a ground, or a way of trying something first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntry {
    /// Code kept with acts.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Where somebody turns who thinks that a measure was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// Its code.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// What to do, a sentence.
    pub how: Localized,
    /// The route of complaints it is, if it is one.
    pub route: Option<EntryCode>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Somebody who is told of a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureTell {
    /// Who, and how.
    pub who: Localized,
    /// Within how many minutes.
    pub minutes: u32,
}

/// A kind of control measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Code kept with the act.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// What it rests on.
    pub order: MeasureOrder,
    /// May be taken without that on an urgent ground.
    pub urgent: bool,
    /// Against whom.
    pub roles: Vec<ConcernedRole>,
    /// Is always against a person, not only a place or a crowd.
    pub person: bool,
    /// Takes somebody's liberty: a case is not closed while it lasts.
    pub liberty: bool,
    /// Something else is tried first, or it is said why not (S87).
    pub prevent_first: bool,
    /// The law it rests on, a citation.
    pub law: String,
    /// What is explained, a sentence.
    pub explain: Localized,
    /// Longest duration in minutes; `None`: none is stated.
    pub longest_minutes: Option<u32>,
    /// The same for a child.
    pub longest_child_minutes: Option<u32>,
    /// Within how many minutes another officer looks at it; `None`: nobody has to.
    pub review_minutes: Option<u32>,
    /// Where to turn; at least one.
    pub remedies: Vec<EntryCode>,
    /// Who is told.
    pub tell: Vec<MeasureTell>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Measure {
    /// Longest duration in minutes against somebody; an unknown age counts as a child's.
    pub fn longest(&self, under_18: Option<bool>) -> Option<u32> {
        match under_18 {
            Some(false) => self.longest_minutes,
            _ => self.longest_child_minutes.or(self.longest_minutes),
        }
    }
}

/// A way to settle a matter outside court.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Code kept with the act.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// The law it rests on, a citation.
    pub law: String,
    /// What it is, a sentence.
    pub about: Localized,
    /// Whose free consent it needs, each a word of [`Party`].
    pub sides: Vec<Party>,
    /// Source and certainty.
    pub sourced: Sourced,
}

choice!(
    /// Whose consent a settlement needs.
    pub enum Party {
        /// Whoever did it.
        Offender = "offender",
        /// The child who did it.
        Child = "child",
        /// Parent or guardian of that child.
        Guardian = "guardian",
        /// Whoever was harmed.
        Victim = "victim",
    }
);

/// A question about a case whose answer may exclude a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Code kept with the act.
    pub code: EntryCode,
    /// The question.
    pub ask: Localized,
    /// In cases of these services the answer is yes, whatever is said.
    pub services: Vec<ServiceCode>,
    /// It asks whether the suspect is a child: where that is recorded, the answer is what is recorded.
    pub suspect_child: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// What keeps a way shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Code kept with the act.
    pub code: EntryCode,
    /// The ways it keeps shut.
    pub ways: Vec<EntryCode>,
    /// The question.
    pub fact: EntryCode,
    /// The answer that does it.
    pub answer: FactAnswer,
    /// Why, a sentence.
    pub name: Localized,
    /// The law it rests on, a citation; `None`: our design.
    pub law: Option<String>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Everything of `measures.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measures {
    /// Where to turn.
    pub remedies: Vec<Remedy>,
    /// Grounds on which a measure is urgent.
    pub grounds: Vec<NamedEntry>,
    /// Kinds of measure.
    pub kinds: Vec<Measure>,
    /// What may be tried first.
    pub tried: Vec<NamedEntry>,
    /// Ways to settle.
    pub ways: Vec<Way>,
    /// Questions.
    pub facts: Vec<Fact>,
    /// What keeps a way shut.
    pub exclusions: Vec<Exclusion>,
}

impl NamedEntry {
    fn read(row: &Table<'_>, kind: &'static str) -> Self {
        Self {
            code: row.id(kind),
            name: row.localized("name"),
            sourced: row.sourced(),
        }
    }
}

impl Measure {
    fn read(row: &Table<'_>, clocks: &[Clock]) -> Self {
        let measure = Self {
            code: row.id("measure"),
            name: row.localized("name"),
            order: row.choice("order", MeasureOrder::Police),
            urgent: row.flag_or_false("urgent"),
            roles: row.choices("roles", &(1..=4)),
            person: row.flag_or_false("person"),
            liberty: row.flag_or_false("liberty"),
            prevent_first: row.flag_or_false("prevent_first"),
            law: row.text("law"),
            explain: row.localized("explain"),
            longest_minutes: clock_or_none(row, "longest", clocks),
            longest_child_minutes: clock_or_none(row, "longest_child", clocks),
            review_minutes: clock_or_none(row, "review", clocks),
            remedies: row.references("remedies", "remedy", &(1..=ROWS_MAX)),
            tell: row.rows_or_empty("tell", |tell| MeasureTell {
                who: tell.localized("who"),
                minutes: clock(tell, "clock", clocks),
            }),
            sourced: row.sourced(),
        };
        // Whoever takes liberty says for how long, and a child's time is no longer than anybody's.
        let shorter = match (measure.longest_child_minutes, measure.longest_minutes) {
            (Some(child), Some(all)) => child <= all,
            (Some(_), None) => false,
            (None, _) => true,
        };
        if (measure.liberty && (measure.longest_minutes.is_none() || !measure.person)) || !shorter {
            row.break_rule("longest", PackRule::LibertyHasEnd);
        }
        measure
    }
}

impl Measures {
    pub(crate) fn read(root: &Table<'_>, clocks: &[Clock]) -> Self {
        let read = Self {
            remedies: root.rows("remedy", |row| Remedy {
                code: row.id("remedy"),
                name: row.localized("name"),
                how: row.localized("how"),
                route: row.reference_or_none("route", "complaint route"),
                sourced: row.sourced(),
            }),
            grounds: root.rows("ground", |row| NamedEntry::read(row, "urgent ground")),
            kinds: root.rows("measure", |row| Measure::read(row, clocks)),
            tried: root.rows("tried", |row| NamedEntry::read(row, "way tried")),
            ways: root.rows("way", |row| Way {
                code: row.id("way to settle"),
                name: row.localized("name"),
                law: row.text("law"),
                about: row.localized("about"),
                sides: row.choices("sides", &(2..=4)),
                sourced: row.sourced(),
            }),
            facts: root.rows("fact", |row| Fact {
                code: row.id("fact"),
                ask: row.localized("ask"),
                services: row.references_or_empty("services", "service", &(0..=ROWS_MAX)),
                suspect_child: row.flag_or_false("suspect_child"),
                sourced: row.sourced(),
            }),
            exclusions: root.rows("exclusion", |row| Exclusion {
                code: row.id("exclusion"),
                ways: row.references("ways", "way to settle", &(1..=ROWS_MAX)),
                fact: row.reference("fact", "fact"),
                answer: row.choice("answer", FactAnswer::Yes),
                name: row.localized("name"),
                law: row.text_or_none("law"),
                sourced: row.sourced(),
            }),
        };
        let excluded = |way: &Way| read.exclusions_of(&way.code).next().is_some();
        let consents = |way: &Way| way.sides.contains(&Party::Victim);
        if !read.ways.iter().all(|way| excluded(way) && consents(way)) {
            root.break_rule("way", PackRule::WayHasExclusions);
        }
        read
    }

    /// The kind of measure with this code.
    pub fn kind(&self, code: &str) -> Option<&Measure> {
        self.kinds.iter().find(|kind| kind.code.as_str() == code)
    }

    /// The remedy with this code.
    pub fn remedy(&self, code: &EntryCode) -> Option<&Remedy> {
        self.remedies.iter().find(|remedy| remedy.code == *code)
    }

    /// The way to settle with this code.
    pub fn way(&self, code: &str) -> Option<&Way> {
        self.ways.iter().find(|way| way.code.as_str() == code)
    }

    /// The urgent ground with this code.
    pub fn ground(&self, code: &str) -> Option<&NamedEntry> {
        self.grounds.iter().find(|one| one.code.as_str() == code)
    }

    /// What may be tried first, by its code.
    pub fn tried(&self, code: &str) -> Option<&NamedEntry> {
        self.tried.iter().find(|one| one.code.as_str() == code)
    }

    /// The exclusion with this code.
    pub fn exclusion(&self, code: &str) -> Option<&Exclusion> {
        self.exclusions.iter().find(|one| one.code.as_str() == code)
    }

    /// What keeps a way shut, in order.
    pub fn exclusions_of<'a>(
        &'a self,
        way: &'a EntryCode,
    ) -> impl Iterator<Item = &'a Exclusion> + 'a {
        let of_way = move |one: &&Exclusion| one.ways.contains(way);
        self.exclusions.iter().filter(of_way)
    }

    /// The questions that a way asks, in order.
    pub fn facts_of<'a>(&'a self, way: &'a EntryCode) -> impl Iterator<Item = &'a Fact> + 'a {
        let asked = move |fact: &&Fact| self.exclusions_of(way).any(|one| one.fact == fact.code);
        self.facts.iter().filter(asked)
    }
}
