//! Which acts of a case show a gap, whose it is, and which lesson it opens (S34).
//!
//! `CAUSES` is the whole rule: an act by its stored name, what its stored fields say, the kind of gap and
//! whose gap it is. Another act that shows one is another line.

use serde_json::Value;

use super::Officer;
use crate::act::{Act, Payload};
use crate::pack::{GapKind, Lesson, ServiceCode};
use crate::subject::case::{self, Case, CaseAct, Concerned};
use crate::value::{ActId, OfficerId};

/// What has to be so for an act to show a gap. Fields are those of the stored payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Whenever it is recorded.
    Always,
    /// A field is this text, or of a list one is; `list.field` looks into the members of a list.
    Is(&'static str, &'static str),
    /// A field is there and another than this one.
    Differs(&'static str, &'static str),
    /// A flag is not set.
    Unset(&'static str),
    /// A field is another than in the act of the same name before it.
    Changed(&'static str),
    /// A flag is set.
    Set(&'static str),
    /// Rights were told after they were due.
    RightsLate,
    /// An act of this name with this text in a field came since the case was closed last.
    Follows(&'static str, &'static str, &'static str),
}

/// Whose gap it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Of who acted.
    Actor,
    /// Of who did the last act of this name before.
    By(&'static str),
    /// Of who handled the case then, else of who served it.
    Handler,
}

/// One line of the rule.
struct Cause {
    act: &'static str,
    when: When,
    gap: GapKind,
    whose: Whose,
}

const fn cause(act: &'static str, when: When, gap: GapKind, whose: Whose) -> Cause {
    Cause {
        act,
        when,
        gap,
        whose,
    }
}

const ASSESSED: &str = "case.case_assessed";
const CLOSED: &str = "case.case_closed";
const ANSWERED: &str = "case.review_answered";
const DECIDED: &str = "case.triage_decided";
const REFUSED: &str = "case.proof_refused";

/// Which acts show which gap.
static CAUSES: &[Cause] = &[
    cause(
        "case.delay_explained",
        When::Always,
        GapKind::PromiseMissed,
        Whose::Handler,
    ),
    cause(
        ASSESSED,
        When::Changed("service"),
        GapKind::Reclassified,
        Whose::By(ASSESSED),
    ),
    // Whoever looked a second time saw reason to open the case again.
    cause(
        "case.case_reopened",
        When::Follows(ANSWERED, "review", "second_look"),
        GapKind::SecondLookDisagreed,
        Whose::By(CLOSED),
    ),
    cause(
        DECIDED,
        When::Differs("proposed", "outcome"),
        GapKind::TreeDisagreed,
        Whose::Actor,
    ),
    cause(
        DECIDED,
        When::Differs("was", "matter"),
        GapKind::Reclassified,
        Whose::By(DECIDED),
    ),
    cause(
        "case.second_look_given",
        When::Unset("agrees"),
        GapKind::SecondLookDisagreed,
        Whose::By(DECIDED),
    ),
    refused("no_evidence", GapKind::EvidenceMissing),
    refused("too_few", GapKind::EvidenceMissing),
    refused("no_statement", GapKind::EvidenceMissing),
    refused("untyped", GapKind::BasisMissing),
    refused("lacks", GapKind::BasisMissing),
    refused("custody", GapKind::CustodyGap),
    cause(
        "case.file_altered",
        When::Always,
        GapKind::FileAltered,
        Whose::Handler,
    ),
    cause(
        "case.step_left_out",
        When::Always,
        GapKind::StepLeftOut,
        Whose::Actor,
    ),
    cause(
        "case.step_done",
        When::Set("late"),
        GapKind::StepLate,
        Whose::Handler,
    ),
    cause(
        "case.rights_given",
        When::RightsLate,
        GapKind::RightsNotGiven,
        Whose::Handler,
    ),
    cause(
        "case.progress_delay_explained",
        When::Always,
        GapKind::NoticeLate,
        Whose::Handler,
    ),
];

/// A "complete" that was refused for a gap of the plan.
const fn refused(gap: &'static str, kind: GapKind) -> Cause {
    cause(REFUSED, When::Is("gaps.gap", gap), kind, Whose::Actor)
}

/// Whether an act of this name can show a gap.
pub fn may_show(kind: &str) -> bool {
    CAUSES.iter().any(|cause| cause.act == kind)
}

/// A gap that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Of which kind.
    pub gap: GapKind,
    /// Whose it is.
    pub officer: OfficerId,
    /// The act that shows it.
    pub cause: ActId,
    /// The service the case had then.
    pub service: ServiceCode,
}

/// The gaps that one act of a case shows; `acts` are all of the case, oldest first.
pub fn seen(acts: &[Act], act: ActId) -> Vec<Seen> {
    let Some(at) = acts.iter().position(|one| one.id == act) else {
        return Vec::new();
    };
    let (before, this) = (acts.get(..at).unwrap_or_default(), acts.get(at));
    let Some(this) = this.filter(|this| may_show(this.payload.kind())) else {
        return Vec::new();
    };
    let then = before.iter().fold(None, case::evolve);
    let now = case::evolve(then.clone(), this);
    let Some(service) = now.map(|case| case.service) else {
        return Vec::new();
    };
    let mut seen: Vec<Seen> = Vec::new();
    let causes = CAUSES
        .iter()
        .filter(|cause| cause.act == this.payload.kind());
    for cause in causes.filter(|cause| holds(cause.when, this, before, then.as_ref())) {
        let Some(officer) = whose(cause.whose, this, before, then.as_ref()) else {
            continue;
        };
        // Several lines may say the same of an act.
        if seen.iter().all(|known| known.gap != cause.gap) {
            seen.push(Seen {
                gap: cause.gap,
                officer,
                cause: this.id,
                service: service.clone(),
            });
        }
    }
    seen
}

fn stored(act: &Act) -> Value {
    let text = act.payload.to_stored().ok();
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

fn field(act: &Act, name: &str) -> Option<Value> {
    stored(act).get(name).cloned()
}

fn is_set(act: &Act, name: &str) -> bool {
    field(act, name).and_then(|flag| flag.as_bool()) == Some(true)
}

fn says(act: &Act, path: &str, word: &str) -> bool {
    let mut found = vec![stored(act)];
    for name in path.split('.') {
        let inner = found.iter().filter_map(|value| value.get(name)).cloned();
        found = inner
            .flat_map(|value| match value {
                Value::Array(list) => list,
                one => vec![one],
            })
            .collect();
    }
    found.iter().any(|value| value.as_str() == Some(word))
}

fn last<'a>(before: &'a [Act], kind: &str) -> Option<&'a Act> {
    before.iter().rfind(|act| act.payload.kind() == kind)
}

fn holds(when: When, this: &Act, before: &[Act], case: Option<&Case>) -> bool {
    match when {
        When::Always => true,
        When::Is(path, word) => says(this, path, word),
        When::Differs(name, other) => {
            let one = field(this, name);
            one.is_some() && one != field(this, other)
        }
        When::Unset(name) => !is_set(this, name),
        When::Set(name) => is_set(this, name),
        When::RightsLate => match (&this.payload, case) {
            (Payload::Case(CaseAct::RightsGiven(given)), Some(case)) => {
                let person = case.rights.person(given.person);
                let due = person.and_then(Concerned::due_at);
                due.is_some_and(|due| this.happened_at > due)
            }
            _ => false,
        },
        When::Changed(name) => last(before, this.payload.kind())
            .is_some_and(|earlier| field(earlier, name) != field(this, name)),
        When::Follows(kind, name, word) => {
            let closed = before.iter().rposition(|act| act.payload.kind() == CLOSED);
            let since = before.get(closed.unwrap_or(0)..).unwrap_or_default();
            since
                .iter()
                .any(|act| act.payload.kind() == kind && says(act, name, word))
        }
    }
}

fn whose(whose: Whose, this: &Act, before: &[Act], case: Option<&Case>) -> Option<OfficerId> {
    match whose {
        Whose::Actor => this.actor.officer(),
        Whose::By(kind) => last(before, kind)?.actor.officer(),
        Whose::Handler => case.and_then(|case| case.assigned_to.or(case.taken_by)),
    }
}

/// The lesson that a gap opens for an officer: of those for it the first that was never opened, else the
/// one done longest ago; `None` while one of them waits.
pub fn lesson<'p>(
    lessons: &'p [Lesson],
    officer: Option<&Officer>,
    gap: GapKind,
    service: &ServiceCode,
) -> Option<&'p Lesson> {
    let fitting: Vec<&Lesson> = lessons
        .iter()
        .filter(|lesson| lesson.is_for(gap, Some(service)))
        .collect();
    let state = |lesson: &Lesson| officer.and_then(|officer| officer.lessons.get(&lesson.code));
    let waits = |lesson: &&&Lesson| state(lesson).is_some_and(|state| state.done_at.is_none());
    if fitting.iter().any(|lesson| waits(&lesson)) {
        return None;
    }
    let fresh = fitting.iter().find(|lesson| state(lesson).is_none());
    let oldest = || {
        fitting
            .iter()
            .min_by_key(|lesson| state(lesson).and_then(|state| state.done_at))
    };
    fresh.or_else(oldest).copied()
}

/// Acts that may show a gap, of those just recorded.
pub fn showing<'a>(acts: impl IntoIterator<Item = (&'a ActId, &'a Payload)>) -> Vec<ActId> {
    let acts = acts.into_iter();
    acts.filter(|(_, payload)| may_show(payload.kind()))
        .map(|(id, _)| *id)
        .collect()
}

#[cfg(test)]
mod tests;
