//! The triage tree (S10): questions, where each answer leads, and what a matter comes to. The tree proposes; a named
//! officer decides.

use std::collections::BTreeSet;

use super::choice::choice;
use super::code::{EntryCode, ServiceCode};
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::service::ServiceClass;
use super::source::Sourced;

/// Most questions of a tree.
pub const TREE_QUESTIONS_MAX: usize = 100;

choice!(
    /// Whose a matter is: of criminal law, of civil law, of both or of neither.
    pub enum Matter {
        /// Of criminal law.
        Criminal = "criminal",
        /// Of civil law: a court decides, the police refers.
        Civil = "civil",
        /// Of both at once.
        Both = "both",
        /// Of neither: a letter, a question, public order, a search.
        Neither = "neither",
    }
);

impl Matter {
    /// Whether the reporter is told where else to go.
    pub const fn is_referred(self) -> bool {
        matches!(self, Self::Civil | Self::Both)
    }

    /// Whether somebody who came for the police could leave without it: such a decision needs a reason.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Civil | Self::Neither)
    }
}

choice!(
    /// The side on which a question that nobody can answer goes on.
    pub enum Side {
        /// As if it were so.
        Yes = "yes",
        /// As if it were not so.
        No = "no",
    }
);

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriageQuestion {
    /// Code kept with answers.
    pub code: EntryCode,
    /// The question.
    pub ask: Localized,
    /// Why it is asked: the reason shown beside it.
    pub why: Localized,
    /// Question or outcome that follows a yes.
    pub yes: EntryCode,
    /// Question or outcome that follows a no.
    pub no: EntryCode,
    /// Where "I do not know" goes on: never to a place where help ends.
    pub unknown: Side,
    /// The look-alikes it decides on.
    pub boundaries: Vec<EntryCode>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// What the answers come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriageOutcome {
    /// Code kept with decisions.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// What is done then.
    pub rule: Localized,
    /// The finer class.
    pub class: ServiceClass,
    /// Whose the matter is; `None` only for danger, which is acted on before that is asked.
    pub matter: Option<Matter>,
    /// Services that take it.
    pub services: Vec<ServiceCode>,
    /// Whether another officer looks at it a second time.
    pub second_look: bool,
    /// Where the questions go on after the danger.
    pub then: Option<EntryCode>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Where criminal ends and civil begins: two matters that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    /// Code.
    pub code: EntryCode,
    /// The two.
    pub pair: Localized,
    /// When it is criminal.
    pub criminal_if: Localized,
    /// When it is civil.
    pub civil_if: Localized,
    /// The question that tells them apart.
    pub test_question: Localized,
    /// Whether another officer looks at a matter that lies here a second time.
    pub second_look: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// The tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TriageTree {
    /// Where it begins: the question of danger.
    pub root: String,
    /// Its questions, in the order of the file.
    pub questions: Vec<TriageQuestion>,
    /// What they come to.
    pub outcomes: Vec<TriageOutcome>,
    /// The look-alikes.
    pub boundaries: Vec<Boundary>,
}

impl TriageTree {
    /// A question.
    #[must_use]
    pub fn question(&self, code: &str) -> Option<&TriageQuestion> {
        self.questions.iter().find(|one| one.code.as_str() == code)
    }

    /// An outcome.
    #[must_use]
    pub fn outcome(&self, code: &str) -> Option<&TriageOutcome> {
        self.outcomes.iter().find(|one| one.code.as_str() == code)
    }

    /// A pair of look-alikes.
    #[must_use]
    pub fn boundary(&self, code: &str) -> Option<&Boundary> {
        self.boundaries.iter().find(|one| one.code.as_str() == code)
    }

    pub(crate) fn read(root: &Table<'_>, boundaries: Vec<Boundary>) -> Self {
        let begins: Option<EntryCode> = root.table("tree", |tree| tree.reference("root", STEP));
        let tree = Self {
            root: begins.map(String::from).unwrap_or_default(),
            questions: root.rows("question", TriageQuestion::read),
            outcomes: root.rows("outcome", TriageOutcome::read),
            boundaries,
        };
        for rule in tree.faults() {
            root.break_rule("question", rule);
        }
        tree
    }

    /// What is wrong with its shape; references that lead nowhere are told where they stand.
    fn faults(&self) -> Vec<PackRule> {
        let mut faults = Vec::new();
        let steps = self.questions.iter().map(|one| one.code.as_str());
        let mut steps = steps.chain(self.outcomes.iter().map(|one| one.code.as_str()));
        let known = |code: &&str| self.question(code).is_some() || self.outcome(code).is_some();
        // A reference that leads nowhere is told where it stands, and explains the rest.
        if !known(&self.root.as_str()) || !steps.all(|code| self.follows(code).iter().all(known)) {
            return faults;
        }
        if self.questions.len() > TREE_QUESTIONS_MAX || self.has_cycle() {
            faults.push(PackRule::TriageEnds);
        }
        let reached = self.reached();
        let all = self.questions.iter().map(|one| one.code.as_str());
        let mut all = all.chain(self.outcomes.iter().map(|one| one.code.as_str()));
        if all.any(|code| !reached.contains(code)) {
            faults.push(PackRule::TriageReached);
        }
        let helps = |question: &TriageQuestion| {
            let outcome = self.outcome(question.on(question.unknown));
            !outcome.is_some_and(|outcome| {
                outcome.matter.is_none_or(Matter::needs_reason)
                    && outcome.then.is_none()
                    && outcome.class != ServiceClass::Emergency
                    && outcome.class != ServiceClass::Order
            })
        };
        if !self.questions.iter().all(helps) {
            faults.push(PackRule::TriageUnknownHelps);
        }
        if !self.begins_with_danger() {
            faults.push(PackRule::TriageDangerFirst);
        }
        faults
    }

    /// The first question's yes is the one outcome that is acted on before anything else is asked.
    fn begins_with_danger(&self) -> bool {
        let first = self.question(&self.root);
        let danger = first.and_then(|first| self.outcome(first.yes.as_str()));
        let acted_on = |outcome: &TriageOutcome| outcome.then.is_some() && outcome.matter.is_none();
        danger.is_some_and(|outcome| acted_on(outcome) && outcome.class == ServiceClass::Emergency)
            && self.outcomes.iter().all(|outcome| {
                danger.is_some_and(|danger| danger.code == outcome.code)
                    || (outcome.matter.is_some() && outcome.then.is_none())
            })
    }

    fn follows(&self, code: &str) -> Vec<&str> {
        if let Some(question) = self.question(code) {
            return vec![question.yes.as_str(), question.no.as_str()];
        }
        let then = self.outcome(code).and_then(|outcome| outcome.then.as_ref());
        then.map(EntryCode::as_str).into_iter().collect()
    }

    fn reached(&self) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![self.root.as_str()];
        while let Some(code) = open.pop() {
            if reached.insert(code) {
                open.extend(self.follows(code));
            }
        }
        reached
    }

    /// Whether some way through it comes back to where it was: what is left after taking away, again and
    /// again, whatever leads only to what was taken away.
    fn has_cycle(&self) -> bool {
        let outcomes = self.outcomes.iter().map(|one| one.code.as_str());
        let mut left: BTreeSet<&str> = self.questions.iter().map(|one| one.code.as_str()).collect();
        left.extend(outcomes);
        loop {
            let ends: Vec<&str> = left
                .iter()
                .copied()
                .filter(|code| self.follows(code).iter().all(|next| !left.contains(next)))
                .collect();
            if ends.is_empty() {
                return !left.is_empty();
            }
            left.retain(|code| !ends.contains(code));
        }
    }
}

/// What steps of the tree refer to.
const STEP: &str = "triage step";

impl TriageQuestion {
    /// Where a side leads.
    #[must_use]
    pub fn on(&self, side: Side) -> &str {
        match side {
            Side::Yes => self.yes.as_str(),
            Side::No => self.no.as_str(),
        }
    }

    fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id(STEP),
            ask: row.localized("ask"),
            why: row.localized("why"),
            yes: row.reference("yes", STEP),
            no: row.reference("no", STEP),
            unknown: row.choice("unknown", Side::Yes),
            boundaries: boundaries_of(row),
            sourced: row.sourced(),
        }
    }
}

/// The look-alikes of a question, if it names some.
fn boundaries_of(row: &Table<'_>) -> Vec<EntryCode> {
    let key = "boundaries";
    let named = row.find(key).is_some();
    if named {
        row.references(key, "boundary", &(1..=10))
    } else {
        Vec::new()
    }
}

impl TriageOutcome {
    fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id(STEP),
            name: row.localized("name"),
            rule: row.localized("rule"),
            class: row.choice("class", ServiceClass::Information),
            matter: row.choice_or_none("matter"),
            services: row.references("services", "service", &(1..=20)),
            second_look: row.flag_or_false("second_look"),
            then: row.reference_or_none("then", STEP),
            sourced: row.sourced(),
        }
    }
}

impl Boundary {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        let boundary = Self {
            code: row.id("boundary"),
            pair: row.localized("pair"),
            criminal_if: row.localized("criminal_if"),
            civil_if: row.localized("civil_if"),
            test_question: row.localized("test_question"),
            second_look: row.flag_or_false("second_look"),
            sourced: row.sourced(),
        };
        row.part_certainty("second_look", "our proposal");
        boundary
    }
}

/// Where a matter goes that is not for the police alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// Code kept with decisions.
    pub code: EntryCode,
    /// Who takes it.
    pub name: Localized,
    /// What they do.
    pub does: Localized,
    /// How to begin.
    pub begin: Localized,
    /// For which matters it is offered.
    pub matters: Vec<Matter>,
    /// Whether it is proposed at once.
    pub first: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Referral {
    pub(crate) fn read_all(root: &Table<'_>) -> Vec<Self> {
        let all = root.rows("referral", |row| Self {
            code: row.id("referral"),
            name: row.localized("name"),
            does: row.localized("does"),
            begin: row.localized("begin"),
            matters: row.choices("matters", &(1..=Matter::ALL.len())),
            first: row.flag_or_false("first"),
            sourced: row.sourced(),
        });
        let offered = |matter: &Matter| all.iter().any(|one| one.matters.contains(matter));
        if !Matter::ALL
            .iter()
            .filter(|one| one.is_referred())
            .all(offered)
        {
            root.break_rule("referral", PackRule::ReferralForCivil);
        }
        all
    }
}
