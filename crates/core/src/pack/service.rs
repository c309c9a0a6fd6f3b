//! The service catalogue: what a person can ask for, under which duty, by when somebody must have answered.

use super::choice::choice;
use super::code::{DutyCode, EntryCode, ServiceCode};
use super::fault::{PackFault, PackRule};
use super::first_hour::FirstHourItem;
use super::function::{OfficerRole, PoliceFunction};
use super::lang::{Localized, LocalizedList};
use super::question::{QUESTIONS_MAX, Question};
use super::read::Table;
use super::retention::{KeepBounds, Retention};
use super::source::{Certainty, Sourced};

/// Longest first response a standard may allow: 30 days, in minutes.
pub const RESPOND_WITHIN_MAX_MINUTES: u32 = 30 * 24 * 60;

/// What sensitive kinds of report refer to.
pub(crate) const SENSITIVE_SERVICE: &str = "sensitive service";
/// What other kinds of report refer to.
pub(crate) const OPEN_SERVICE: &str = "service that is not sensitive";

choice!(
    /// What a request is at first sight; triage may change it.
    pub enum ServiceClass {
        /// Danger to life or body now.
        Emergency = "emergency",
        /// A suspected crime.
        Criminal = "criminal",
        /// A suspected crime that only the entitled person may complain of (*delik aduan*).
        CriminalComplaint = "criminal_complaint",
        /// A crime that a child did, suffered or saw.
        CriminalChild = "criminal_child",
        /// A petty offence (*tindak pidana ringan*).
        Petty = "petty",
        /// Traffic.
        Traffic = "traffic",
        /// Public order.
        Order = "order",
        /// A letter, permit or notice.
        Administrative = "administrative",
        /// A question.
        Information = "information",
        /// A complaint about the police itself.
        Complaint = "complaint",
        /// A dispute between people, civil or social.
        CivilOrSocial = "civil_or_social",
        /// Community policing.
        Community = "community",
    }
);

impl ServiceClass {
    /// Whether a service of the class can be one whose requests anybody may see.
    pub const fn may_be_public(self) -> bool {
        matches!(self, Self::Order | Self::Traffic | Self::Community)
    }
}

/// When somebody must have answered, and why that number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standard {
    /// Minutes from receipt to the first response: an officer has looked at the matter and answered, or has arrived.
    /// From 1 to [`RESPOND_WITHIN_MAX_MINUTES`].
    pub respond_within_minutes: u32,
    /// Where the number comes from, as a reader sees it.
    pub basis: Localized,
    /// The clock in `clocks.toml` the number was taken from.
    pub clock: Option<EntryCode>,
    /// Source and certainty of the number; `draft` where it is a proposal for the unit to set.
    pub sourced: Sourced,
}

/// Most places that one service names to go to instead.
const ELSEWHERE_MAX: usize = 6;

/// Where else to go when this unit is not the right one, or is slow (S26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// One sentence a place: who, for what.
    pub say: LocalizedList,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// What services of some classes say of it that say nothing of their own.
pub(crate) struct ElsewhereOfClass {
    classes: Vec<ServiceClass>,
    elsewhere: Elsewhere,
}

impl Elsewhere {
    fn read(table: &Table<'_>) -> Self {
        Self {
            say: table.localized_list("say", &(1..=ELSEWHERE_MAX)),
            sourced: table.sourced(),
        }
    }
}

impl ElsewhereOfClass {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            classes: row.choices("classes", &(1..=ServiceClass::ALL.len())),
            elsewhere: Elsewhere::read(row),
        }
    }
}

/// One service of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Code kept in acts.
    pub code: ServiceCode,
    /// Its name.
    pub name: Localized,
    /// Other names people use for it, for search.
    pub also_known_as: Vec<String>,
    /// What a request for it is at first sight.
    pub class: ServiceClass,
    /// Levels of unit that give it, by the codes of `org.toml`.
    pub levels: Vec<EntryCode>,
    /// Whether people are told to call the emergency number first.
    pub emergency: bool,
    /// Whether its cases are shown without their kind and with narrow access.
    pub sensitive: bool,
    /// Whether other programs may ask for it and anybody may see which requests of it there are, without
    /// what was told and who told it. Only services that are not sensitive, of order, traffic or the
    /// community; those of other classes are nobody's business.
    pub public: bool,
    /// What programs ask besides.
    pub questions: Vec<Question>,
    /// The duty of UU 2/2002 it serves (S2).
    pub duty: DutyCode,
    /// The police function proposed for its records (S1); the officer may choose another.
    pub function: PoliceFunction,
    /// The role proposed for its encounters (S28); the officer may choose another.
    pub role: OfficerRole,
    /// Laws and rules it rests on, as citations.
    pub legal_basis: Vec<String>,
    /// What to bring or know.
    pub requirements: LocalizedList,
    /// Ways to ask for it.
    pub channels: LocalizedList,
    /// The time as the sources put it.
    pub time_standard: Option<Localized>,
    /// When somebody must have answered.
    pub standard: Standard,
    /// How long what identifies people is kept once a case is closed.
    pub retention: Retention,
    /// Fee in rupiah; 0 is free, `None` is not known.
    pub fee_idr: Option<u32>,
    /// What to do in the first hour, in order.
    pub first_hour: Vec<FirstHourItem>,
    /// How sure the first-hour list is, where it differs from the service.
    pub first_hour_certainty: Option<Certainty>,
    /// What the person is given.
    pub notice: Localized,
    /// What is promised (S26).
    pub promise: Localized,
    /// What is not promised (S26).
    pub not_promised: Localized,
    /// Where else to go (S26): its own answer, or that of its class; `None` when the pack has neither.
    pub elsewhere: Option<Elsewhere>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Service {
    pub(crate) fn read(
        row: &Table<'_>,
        floor: Option<KeepBounds>,
        elsewhere: &[ElsewhereOfClass],
    ) -> Self {
        const OURS: &str = "our wording";
        let class = row.choice("class", ServiceClass::Information);
        let of_class = || elsewhere.iter().find(|one| one.classes.contains(&class));
        let own = row.table_or_none("elsewhere", Elsewhere::read);
        let service = Self {
            code: row.id("service"),
            name: row.localized("name"),
            also_known_as: row.texts_or_empty("also_known_as"),
            class,
            levels: row.references("levels", "unit_level", &(1..=6)),
            emergency: row.flag("emergency"),
            sensitive: row.flag_or_false("sensitive"),
            public: row.flag_or_false("public"),
            questions: row.rows_or_empty("question", Question::read),
            duty: row.reference("duty", "duty"),
            function: row.choice("function", PoliceFunction::Order),
            role: row.choice("role", OfficerRole::Servant),
            legal_basis: row.texts_or_empty("legal_basis"),
            requirements: row.localized_list_or_empty("requirements"),
            channels: row.localized_list("channels", &(1..=20)),
            time_standard: row.localized_or_none("time_standard"),
            standard: row
                .table("standard", Standard::read)
                .unwrap_or_else(Standard::unread),
            retention: row
                .table("retention", |table| Retention::read(table, floor))
                .unwrap_or_else(Retention::unread),
            fee_idr: row.whole_or_none("fee_idr", &(0..=100_000_000)),
            first_hour: row.rows_or_empty("first_hour", FirstHourItem::read),
            first_hour_certainty: row.part_certainty("first_hour", OURS),
            notice: row.localized("notice"),
            promise: row.localized("promise"),
            not_promised: row.localized("not_promised"),
            elsewhere: own.or_else(|| of_class().map(|one| one.elsewhere.clone())),
            sourced: row.sourced(),
        };
        row.part_certainty("promise", OURS);
        if service.public && (service.sensitive || !service.class.may_be_public()) {
            row.break_rule("public", PackRule::PublicFewOnly);
        }
        if service.questions.len() > QUESTIONS_MAX {
            let fault = PackFault::OutOfRange {
                min: "0".to_owned(),
                max: QUESTIONS_MAX.to_string(),
                found: service.questions.len().to_string(),
            };
            row.fault("question", fault);
        }
        // Kinds of report refer to one of these, so that a sensitive service is never behind an open kind.
        row.also(
            if service.sensitive {
                SENSITIVE_SERVICE
            } else {
                OPEN_SERVICE
            },
            service.code.as_str(),
        );
        service
    }
}

impl Standard {
    fn read(table: &Table<'_>) -> Self {
        Self {
            respond_within_minutes: table
                .whole("respond_within_minutes", &(1..=RESPOND_WITHIN_MAX_MINUTES)),
            basis: table.localized("basis"),
            clock: table.reference_or_none("clock", "clock"),
            sourced: table.sourced(),
        }
    }

    /// Stands in for a standard that could not be read; never leaves the loader.
    fn unread() -> Self {
        Self {
            respond_within_minutes: 0,
            basis: Localized::default(),
            clock: None,
            sourced: Sourced {
                source: String::new(),
                certainty: Certainty::Draft,
                verify: None,
            },
        }
    }
}
