//! Who is concerned in a case, by role, and the rights each was told (S24, S37).
//!
//! Nobody is named: a person is a number in the case and a role. Which lists somebody is owed is decided when
//! their role is recorded and stands in the act, so that a later pack does not change what was owed.

mod told;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::decide::needed;
use super::refusal::CaseRefusal;
use super::state::Case;
use crate::act::Act;
use crate::pack::{ConcernedRole, Party, RightsBook};
use crate::subject::{Method, Moment, TextFault, text_fault};

/// Most persons concerned in one case.
pub const PERSONS_MAX: usize = 60;

/// Most lists kept of what one person was told.
const GIVEN_MAX: usize = 100;

/// Why something about rights, measures or settlements is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RightsRefusal {
    /// No person has that number in the case.
    #[error("no such person in the case")]
    NoSuchPerson,
    /// As many persons as a case takes.
    #[error("too many persons: limit {limit}")]
    TooManyPersons {
        /// The limit.
        limit: usize,
    },
    /// A person has no role.
    #[error("role missing")]
    RoleMissing,
    /// With a child it is said whether guardian and adviser were there.
    #[error("guardian and adviser of a child: said whether they were there")]
    ChildAlone,
    /// Rights come before the measure.
    #[error("person {person} was not told their rights")]
    RightsFirst {
        /// Which person.
        person: u32,
    },
    /// The measure is against somebody.
    #[error("person missing")]
    PersonMissing,
    /// The measure is not for somebody in that role.
    #[error("measure is not for this role")]
    NotForRole,
    /// Neither an order nor an urgent ground.
    #[error("order or urgent ground missing")]
    OrderMissing,
    /// Nobody told the person where to turn.
    #[error("remedy not told")]
    RemedyNotTold,
    /// Nothing was tried first and nobody said why (S87).
    #[error("nothing was tried first: reason missing")]
    NothingTriedFirst,
    /// No such measure.
    #[error("no such measure")]
    NoSuchMeasure,
    /// The measure ended before, or was reviewed before.
    #[error("already recorded of this measure")]
    MeasureOver,
    /// Somebody's liberty is still taken in this case.
    #[error("measure {measure} still lasts")]
    MeasureLasts {
        /// Which.
        measure: u32,
    },
    /// Nobody else looked at an urgent measure yet.
    #[error("measure {measure} was not looked at by another officer")]
    MeasureUnseen {
        /// Which.
        measure: u32,
    },
    /// As many measures, attempts or offers as a case takes.
    #[error("too many entries: limit {limit}")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// A question that may exclude the way has no answer.
    #[error("question {fact:?} is not answered")]
    FactNotAnswered {
        /// Its code.
        fact: String,
    },
    /// The way was found excluded, and nobody said why it is not any more.
    #[error("excluded before, by settlement {settlement}: reason missing")]
    ExcludedBefore {
        /// The judgement that found it so.
        settlement: u32,
    },
    /// The same way is offered.
    #[error("already offered")]
    AlreadyOffered,
    /// No such settlement.
    #[error("no such settlement")]
    NoSuchSettlement,
    /// It is excluded, declined, or over.
    #[error("settlement is over")]
    SettlementOver,
    /// The way does not ask this side.
    #[error("side is not asked")]
    SideNotAsked,
    /// A side has not consented.
    #[error("consent of {side} missing")]
    ConsentMissing {
        /// Whose.
        side: Party,
    },
    /// Nobody told the side that consent is free and may be taken back.
    #[error("not told that consent is free")]
    ConsentNotFree,
    /// Nothing was agreed.
    #[error("nothing is agreed")]
    NotAgreed,
}

/// How rights were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Read aloud.
    Spoken,
    /// Handed over on paper or shown.
    Printed,
    /// Both.
    Both,
}

impl Manner {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Both, Self::Spoken, Self::Printed];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spoken => "spoken",
            Self::Printed => "printed",
            Self::Both => "both",
        }
    }

    /// The manner of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// Whether the person signed that they were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// They signed.
    Signed,
    /// They refused to sign; they were told all the same.
    Refused,
    /// They were not asked to.
    NotAsked,
}

impl Signing {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Signed, Self::Refused, Self::NotAsked];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Refused => "refused",
            Self::NotAsked => "not_asked",
        }
    }

    /// The signing of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// A person is concerned in the case, or their roles changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonNamed {
    /// Their number in the case, from 1.
    pub person: u32,
    /// All their roles from now on.
    pub roles: Vec<ConcernedRole>,
    /// Whether they are under 18; `None`: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_18: Option<bool>,
    /// What adds lists, codes of the pack with commas between.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub needs: String,
    /// Lists of rights they are owed from now on, as the pack had it that day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<String>,
    /// When they are to be told at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Why the roles changed, in the officer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A list of rights as it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListGiven {
    /// A list of the pack.
    pub list: String,
    /// Its version.
    pub version: u32,
}

/// A person was told their rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightsGiven {
    /// Their number in the case.
    pub person: u32,
    /// What they were told.
    pub lists: Vec<ListGiven>,
    /// How.
    pub manner: Manner,
    /// In which language, in the officer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Through an interpreter.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interpreter: bool,
    /// Whether a child's parent, guardian or somebody they trust was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<bool>,
    /// Whether a lawyer, adviser or social worker was there for a child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adviser: Option<bool>,
    /// Why one of them was not, in the officer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub absent: String,
    /// Whether the person understood.
    pub understood: bool,
    /// What was done when they did not, in the officer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Whether they signed.
    pub signing: Signing,
}

/// A list that a person is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedList {
    /// A list of the pack.
    pub list: String,
    /// Since when.
    pub since: Timestamp,
    /// When they are to be told at the latest.
    pub due_at: Timestamp,
}

/// A list that a person was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenList {
    /// A list of the pack.
    pub list: String,
    /// Its version.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// How long after it was owed; nothing when it was not.
    pub waited: SignedDuration,
    /// Whether that was past the time.
    pub late: bool,
}

/// A person concerned in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concerned {
    /// Number in the case, from 1.
    pub n: u32,
    /// Their roles.
    pub roles: Vec<ConcernedRole>,
    /// Whether they are under 18; `None`: not known, and treated as if.
    pub under_18: Option<bool>,
    /// What adds lists.
    pub needs: Vec<String>,
    /// Since when they have these roles.
    pub since: Timestamp,
    /// What they are owed.
    pub owed: Vec<OwedList>,
    /// What they were told, the oldest first.
    pub given: Vec<GivenList>,
    /// Whether they understood what they were told last; `None`: told nothing yet.
    pub understood: Option<bool>,
}

impl Concerned {
    /// Whether they are treated as a child.
    pub fn is_child(&self) -> bool {
        self.under_18 != Some(false)
    }

    /// The role that stands in their label: the gravest.
    pub fn main_role(&self) -> ConcernedRole {
        let last = self.roles.iter().max();
        last.copied().unwrap_or(ConcernedRole::Witness)
    }

    /// When they are to be told at the latest, if they are owed anything.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.owed.iter().map(|owed| owed.due_at).min()
    }

    /// When they were last told a list.
    pub fn told_at(&self, list: &str) -> Option<Timestamp> {
        let told = self.given.iter().rev().find(|given| given.list == list);
        told.map(|given| given.at)
    }
}

/// What is known of persons and their rights.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    /// Persons, by number.
    pub persons: Vec<Concerned>,
}

impl Rights {
    /// The person with a number.
    pub fn person(&self, n: u32) -> Option<&Concerned> {
        self.persons.iter().find(|person| person.n == n)
    }

    /// The earliest time by which somebody is to be told.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.persons.iter().filter_map(Concerned::due_at).min()
    }

    /// How many lists were owed or told, and how many of them were told in time.
    pub fn counts(&self) -> (u32, u32) {
        let (mut all, mut in_time) = (0_u32, 0_u32);
        for person in &self.persons {
            let lists = person.owed.len().saturating_add(person.given.len());
            all = all.saturating_add(u32::try_from(lists).unwrap_or(u32::MAX));
            let told = person.given.iter().filter(|given| !given.late).count();
            in_time = in_time.saturating_add(u32::try_from(told).unwrap_or(u32::MAX));
        }
        (all, in_time)
    }

    /// The longest that somebody waited for what they were told; `None`: nobody was told anything.
    pub fn longest_wait(&self) -> Option<SignedDuration> {
        let given = self.persons.iter().flat_map(|person| &person.given);
        given.map(|given| given.waited).max()
    }

    /// Whether a suspect is a child, as far as it is recorded: yes where one is, no where all are grown up.
    pub fn suspect_child(&self) -> Option<bool> {
        let mut suspects = self
            .persons
            .iter()
            .filter(|person| person.roles.contains(&ConcernedRole::Suspect))
            .map(|person| person.under_18)
            .peekable();
        suspects.peek()?;
        let ages: Vec<Option<bool>> = suspects.collect();
        if ages.contains(&Some(false)) {
            // One who is grown up is not diverted with the others.
            return Some(false);
        }
        ages.iter().all(|age| *age == Some(true)).then_some(true)
    }

    fn person_mut(&mut self, n: u32) -> Option<&mut Concerned> {
        self.persons.iter_mut().find(|person| person.n == n)
    }

    /// A measure began that could not wait: what is owed falls due sooner.
    pub(super) fn hurry(&mut self, n: u32, by: Timestamp) {
        if let Some(person) = self.person_mut(n) {
            for owed in &mut person.owed {
                owed.due_at = owed.due_at.min(by);
            }
        }
    }

    /// Takes notice of an act.
    pub(super) fn note(&mut self, act: &Act, payload: &CaseAct) {
        match payload {
            CaseAct::PersonNamed(named) => self.name(act.happened_at, named),
            CaseAct::RightsGiven(given) => self.give(act.happened_at, given),
            CaseAct::PersonalDataErased { .. } => {
                for person in &mut self.persons {
                    person.needs.clear();
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, at: Timestamp, named: &PersonNamed) {
        let before = self.persons.iter().position(|one| one.n == named.person);
        let before = before.map(|index| self.persons.remove(index));
        let (owed_before, given, understood) = match before {
            Some(person) => (person.owed, person.given, person.understood),
            None => (Vec::new(), Vec::new(), None),
        };
        let owed = named.owed.iter().map(|list| {
            let known = owed_before.iter().find(|owed| owed.list == *list);
            known.cloned().unwrap_or_else(|| OwedList {
                list: list.clone(),
                since: at,
                due_at: named.due_at.unwrap_or(at),
            })
        });
        let person = Concerned {
            n: named.person,
            roles: named.roles.clone(),
            under_18: named.under_18,
            needs: codes(&named.needs),
            since: at,
            owed: owed.collect(),
            given,
            understood,
        };
        if self.persons.len() < PERSONS_MAX {
            let after = self.persons.iter().position(|one| one.n > person.n);
            self.persons
                .insert(after.unwrap_or(self.persons.len()), person);
        }
    }

    fn give(&mut self, at: Timestamp, given: &RightsGiven) {
        let Some(person) = self.person_mut(given.person) else {
            return;
        };
        person.understood = Some(given.understood);
        for told in &given.lists {
            let owed = person.owed.iter().position(|owed| owed.list == told.list);
            let owed = owed.map(|index| person.owed.remove(index));
            if person.given.len() < GIVEN_MAX {
                person.given.push(GivenList {
                    list: told.list.clone(),
                    version: told.version,
                    at,
                    waited: owed.as_ref().map_or(SignedDuration::ZERO, |owed| {
                        at.duration_since(owed.since).max(SignedDuration::ZERO)
                    }),
                    late: owed.is_some_and(|owed| at > owed.due_at),
                });
            }
        }
    }
}

/// Codes with commas between, apart.
fn codes(text: &str) -> Vec<String> {
    let codes = text.split(',').filter(|code| !code.is_empty());
    codes.map(str::to_owned).collect()
}

/// What can be asked about persons and their rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RightsCommand {
    /// Record a person, or a change of their roles.
    Name {
        /// Who; `None`: somebody not recorded before.
        person: Option<u32>,
        /// All their roles.
        roles: Vec<ConcernedRole>,
        /// Whether they are under 18, if known.
        under_18: Option<bool>,
        /// What adds lists, codes of the pack.
        needs: Vec<String>,
        /// Why it changed; needed for somebody recorded before.
        reason: String,
    },
    /// Record that a person was told their rights: all that they are owed, or, where nothing is owed, all
    /// their lists again.
    Give(GiveRights),
}

/// How a person was told their rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveRights {
    /// Who.
    pub person: u32,
    /// How.
    pub manner: Manner,
    /// In which language.
    pub language: String,
    /// Through an interpreter.
    pub interpreter: bool,
    /// Whether a child's guardian was there; needed for a child.
    pub guardian: Option<bool>,
    /// Whether a child's adviser was there; needed for a child.
    pub adviser: Option<bool>,
    /// Why one of them was not; needed then.
    pub absent: String,
    /// Whether the person understood.
    pub understood: bool,
    /// What was done when they did not; needed then.
    pub help: String,
    /// Whether they signed.
    pub signing: Signing,
}

pub(super) fn book<M: Method>(method: &M) -> Result<&RightsBook, CaseRefusal> {
    method.rights().ok_or(CaseRefusal::NotInPack {
        field: "rights",
        word: String::new(),
    })
}

/// A text that may be empty, but not too long.
pub(super) fn optional(field: &'static str, text: String) -> Result<String, CaseRefusal> {
    match text_fault(&text) {
        Some(TextFault::Empty) => Ok(String::new()),
        Some(fault) => Err(CaseRefusal::Text { field, fault }),
        None => Ok(text),
    }
}

/// The moment some minutes after another; that moment itself at the end of the calendar.
pub(super) fn after(at: Timestamp, minutes: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_mins(i64::from(minutes)))
        .unwrap_or(at)
}

pub(super) fn decide(
    case: &Case,
    command: RightsCommand,
    moment: Moment,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    match command {
        RightsCommand::Name {
            person,
            roles,
            under_18,
            needs,
            reason,
        } => {
            let book = book(method)?;
            name(case, book, (person, roles, under_18, needs, reason), moment)
        }
        RightsCommand::Give(give) => tell(case, book(method)?, give),
    }
}

type Named = (
    Option<u32>,
    Vec<ConcernedRole>,
    Option<bool>,
    Vec<String>,
    String,
);

fn name(
    case: &Case,
    book: &RightsBook,
    (person, mut roles, under_18, mut needs, reason): Named,
    moment: Moment,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    roles.sort_unstable();
    roles.dedup();
    needs.sort_unstable();
    needs.dedup();
    if roles.is_empty() {
        return Err(RightsRefusal::RoleMissing.into());
    }
    if let Some(word) = needs.iter().find(|need| !book.has_need(need)) {
        return Err(CaseRefusal::NotInPack {
            field: "needs",
            word: word.clone(),
        });
    }
    let known = match person {
        Some(n) => Some(case.rights.person(n).ok_or(RightsRefusal::NoSuchPerson)?),
        None => None,
    };
    let n = match known {
        Some(known) => {
            if known.roles == roles && known.under_18 == under_18 && known.needs == needs {
                return Ok(Vec::new());
            }
            known.n
        }
        None if case.rights.persons.len() >= PERSONS_MAX => {
            let limit = PERSONS_MAX;
            return Err(RightsRefusal::TooManyPersons { limit }.into());
        }
        None => {
            let last = case.rights.persons.iter().map(|known| known.n).max();
            last.unwrap_or_default().saturating_add(1)
        }
    };
    let reason = match known {
        Some(_) => needed("reason", reason)?,
        None => optional("reason", reason)?,
    };
    let had: Vec<&str> = needs.iter().map(String::as_str).collect();
    let told = |list: &str| known.is_some_and(|known| known.told_at(list).is_some());
    let owed: Vec<String> = book
        .lists_for(&roles, under_18, &had, &case.service)
        .map(|list| list.code.as_str())
        .filter(|list| !told(list))
        .map(str::to_owned)
        .collect();
    let due_at = (!owed.is_empty()).then(|| after(moment.happened_at, book.first_minutes));
    Ok(vec![CaseAct::PersonNamed(PersonNamed {
        person: n,
        roles,
        under_18,
        needs: needs.join(","),
        owed,
        due_at,
        reason,
    })])
}

fn tell(case: &Case, book: &RightsBook, give: GiveRights) -> Result<Vec<CaseAct>, CaseRefusal> {
    let person = case
        .rights
        .person(give.person)
        .ok_or(RightsRefusal::NoSuchPerson)?;
    let needs: Vec<&str> = person.needs.iter().map(String::as_str).collect();
    let all = book.lists_for(&person.roles, person.under_18, &needs, &case.service);
    let mut lists: Vec<ListGiven> = all
        .map(|list| ListGiven {
            list: list.code.as_str().to_owned(),
            version: list.version,
        })
        .collect();
    if !person.owed.is_empty() {
        // What a later pack does not have any more was owed all the same, and is told by its old name.
        let version = |list: &str| book.list(list).map_or(1, |known| known.version);
        let owed = person.owed.iter().map(|owed| ListGiven {
            list: owed.list.clone(),
            version: version(&owed.list),
        });
        lists = owed.collect();
    }
    let (mut guardian, mut adviser, mut absent) = (give.guardian, give.adviser, String::new());
    if person.is_child() {
        let (Some(guarded), Some(advised)) = (guardian, adviser) else {
            return Err(RightsRefusal::ChildAlone.into());
        };
        if !(guarded && advised) {
            absent = needed("absent", give.absent)?;
        }
    } else {
        (guardian, adviser) = (None, None);
    }
    let help = if give.understood {
        String::new()
    } else {
        needed("help", give.help)?
    };
    let told = GiveRights {
        language: needed("language", give.language)?,
        guardian,
        adviser,
        absent,
        help,
        ..give
    };
    Ok(vec![CaseAct::RightsGiven(told.recorded(lists))])
}
