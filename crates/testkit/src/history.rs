//! Histories that come out when the rules are driven with random commands.

use jiff::SignedDuration;
use pengayom_core::act::{Act, ActPlace, Actor, Payload, Subject};
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{self, Case, CaseCommand};
use pengayom_core::subject::encounter::{self, Encounter, EncounterCommand};
use pengayom_core::subject::feedback::{self, Feedback, FeedbackCommand};
use pengayom_core::subject::officer::{self, Officer, OfficerCommand};
use pengayom_core::subject::outage::{self, Outage, OutageCommand};
use pengayom_core::subject::thing::{self, Thing, ThingCommand};
use pengayom_core::subject::visit::{self, Visit, VisitCommand};
use pengayom_core::value::{
    ActId, CaseId, EncounterId, FeedbackId, OfficerId, OutageId, ThingId, VisitId,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use uuid::Uuid;

use crate::command;
use crate::method::SampleMethod;
use crate::value::{actor, place, second};

/// A command with who gives it and when.
#[derive(Debug, Clone)]
pub struct Step<C> {
    /// What is asked.
    pub command: C,
    /// Who asks.
    pub actor: Actor,
    /// When it happened and was told.
    pub moment: Moment,
    /// Where.
    pub place: Option<ActPlace>,
}

/// A step at any moment within some days, told up to a day later.
pub fn step<C: std::fmt::Debug>(
    command: impl Strategy<Value = C>,
) -> impl Strategy<Value = Step<C>> {
    let told_after = prop_oneof![3 => Just(0_i64), 1 => -200_i64..90_000];
    (command, actor(), -600_i64..200_000, told_after, of(place())).prop_map(
        |(command, actor, at, told_after, place)| Step {
            command,
            actor,
            moment: Moment {
                happened_at: second(at),
                recorded_at: second(at) + SignedDuration::from_secs(told_after),
            },
            place,
        },
    )
}

/// The subject of every history of a case here.
pub const CASE: Subject = Subject::Case(CaseId(Uuid::from_u128(0xca5e)));
/// The subject of every history of an encounter here.
pub const ENCOUNTER: Subject = Subject::Encounter(EncounterId(Uuid::from_u128(0xe2c0)));
/// The subject of every history of a feedback here.
pub const FEEDBACK: Subject = Subject::Feedback(FeedbackId(Uuid::from_u128(0xfeed)));
/// The subject of every history of a visit here.
pub const VISIT: Subject = Subject::Visit(VisitId(Uuid::from_u128(0x0715)));
/// The subject of every history of something that can be down here.
pub const OUTAGE: Subject = Subject::Outage(OutageId(Uuid::from_u128(0x0ff0)));
/// The subject of every history of a thing here.
pub const THING: Subject = Subject::Thing(ThingId(Uuid::from_u128(0x7419)));
/// The officer whose standing every history here is of: the second of the few.
pub const OFFICER: OfficerId = OfficerId(Uuid::from_u128(0x0ff1_0002));

/// The day on which every history of things and standing is told.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 24);

/// An act at its place in a history.
pub fn act<C>(subject: Subject, version: usize, step: &Step<C>, payload: Payload) -> Act {
    let version = u32::try_from(version).unwrap();
    Act {
        id: ActId(Uuid::from_u128(0xac70_0000 + u128::from(version))),
        unit: "polres-pati".parse().unwrap(),
        subject,
        version,
        actor: step.actor.clone(),
        happened_at: step.moment.happened_at,
        recorded_at: step.moment.recorded_at,
        place: step.place.clone(),
        payload,
    }
}

/// What the rules make of the steps, refusals left out.
pub fn drive_case(steps: &[Step<CaseCommand>]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut known: Option<Case> = None;
    for step in steps {
        let command = step.command.clone();
        let decided = case::decide(
            known.as_ref(),
            command,
            &step.actor,
            step.moment,
            &SampleMethod,
        );
        for what in decided.unwrap_or_default() {
            let next = act(CASE, acts.len() + 1, step, Payload::Case(what));
            known = case::evolve(known, &next);
            acts.push(next);
        }
    }
    acts
}

/// What the rules make of the steps, refusals left out.
pub fn drive_encounter(steps: &[Step<EncounterCommand>]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut known: Option<Encounter> = None;
    for step in steps {
        let command = step.command.clone();
        let decided = encounter::decide(
            known.as_ref(),
            command,
            &step.actor,
            step.moment,
            step.place.as_ref(),
            &SampleMethod,
        );
        for what in decided.unwrap_or_default() {
            let next = act(ENCOUNTER, acts.len() + 1, step, Payload::Encounter(what));
            known = encounter::evolve(known, &next);
            acts.push(next);
        }
    }
    acts
}

/// What the rules make of the steps, refusals left out.
pub fn drive_feedback(steps: &[Step<FeedbackCommand>]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut known: Option<Feedback> = None;
    for step in steps {
        let decided = feedback::decide(
            known.as_ref(),
            step.command.clone(),
            step.moment,
            &SampleMethod,
        );
        for what in decided.unwrap_or_default() {
            let next = act(FEEDBACK, acts.len() + 1, step, Payload::Feedback(what));
            known = feedback::evolve(known, &next);
            acts.push(next);
        }
    }
    acts
}

/// What the rules make of the steps, refusals left out.
pub fn drive_visit(steps: &[Step<VisitCommand>]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut known: Option<Visit> = None;
    for step in steps {
        let decided = visit::decide(
            known.as_ref(),
            step.command.clone(),
            &step.actor,
            step.moment,
            &SampleMethod,
        );
        for what in decided.unwrap_or_default() {
            let next = act(VISIT, acts.len() + 1, step, Payload::Visit(what));
            known = visit::evolve(known, &next);
            acts.push(next);
        }
    }
    acts
}

/// What the rules make of the steps, refusals left out.
pub fn drive_outage(steps: &[Step<OutageCommand>]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut known: Option<Outage> = None;
    for step in steps {
        let command = step.command.clone();
        let decided = outage::decide(known.as_ref(), command, step.moment, &SampleMethod);
        for what in decided.unwrap_or_default() {
            let next = act(OUTAGE, acts.len() + 1, step, Payload::Outage(what));
            known = outage::evolve(known, &next);
            acts.push(next);
        }
    }
    acts
}

/// What the rules make of the steps, refusals left out.
pub fn drive_thing(steps: &[Step<ThingCommand>]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut known: Option<Thing> = None;
    for step in steps {
        let command = step.command.clone();
        let decided = thing::decide(known.as_ref(), command, step.moment, TODAY, &SampleMethod);
        for what in decided.unwrap_or_default() {
            let next = act(THING, acts.len() + 1, step, Payload::Thing(what));
            known = thing::evolve(known, &next);
            acts.push(next);
        }
    }
    acts
}

/// What the rules make of the steps, refusals left out.
pub fn drive_officer(steps: &[Step<OfficerCommand>]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut known: Option<Officer> = None;
    for step in steps {
        let command = step.command.clone();
        let decided = officer::decide(
            OFFICER,
            known.as_ref(),
            command,
            &step.actor,
            step.moment,
            TODAY,
            &SampleMethod,
        );
        for what in decided.unwrap_or_default() {
            let subject = Subject::Officer(OFFICER);
            let next = act(subject, acts.len() + 1, step, Payload::Officer(what));
            known = officer::evolve(known, &next);
            acts.push(next);
        }
    }
    acts
}

/// Steps of a case that begin with filings, so that most become a case.
pub fn case_steps() -> impl Strategy<Value = Vec<Step<CaseCommand>>> {
    let filings = vec(step(command::file_request()), 1..4);
    let others = vec(step(command::of_case()), 0..40);
    (filings, others).prop_map(|(mut steps, others)| {
        steps.sort_by_key(|step| step.moment.happened_at);
        // The filing comes early, so that most of what follows is after it.
        for step in &mut steps {
            step.moment = Moment::now(second(0));
        }
        steps.extend(others.into_iter().map(taken_for_oneself));
        steps
    })
}

/// An officer who takes a case takes it for themself, so that most are let.
fn taken_for_oneself(mut step: Step<CaseCommand>) -> Step<CaseCommand> {
    if let (
        Actor::Officer { id },
        CaseCommand::Take { by: taker } | CaseCommand::TakeOver { to: taker, .. },
    ) = (&mut step.actor, &step.command)
    {
        *id = *taker;
    }
    step
}

/// A case's acts as the rules let them come.
pub fn of_case() -> impl Strategy<Value = Vec<Act>> {
    case_steps().prop_map(|steps| drive_case(&steps))
}

/// An encounter's acts as the rules let them come.
pub fn of_encounter() -> impl Strategy<Value = Vec<Act>> {
    vec(step(command::of_encounter()), 1..20).prop_map(|steps| drive_encounter(&steps))
}

/// A feedback's acts as the rules let them come.
pub fn of_feedback() -> impl Strategy<Value = Vec<Act>> {
    vec(step(command::of_feedback()), 1..5).prop_map(|steps| drive_feedback(&steps))
}

/// A visit's acts as the rules let them come.
pub fn of_visit() -> impl Strategy<Value = Vec<Act>> {
    let join = vec(step(command::join()), 1..3);
    (join, vec(step(command::of_visit()), 0..20)).prop_map(|(mut steps, others)| {
        steps.extend(others);
        drive_visit(&steps)
    })
}

/// The acts of something that can be down, as the rules let them come.
pub fn of_outage() -> impl Strategy<Value = Vec<Act>> {
    vec(step(command::of_outage()), 1..20).prop_map(|steps| drive_outage(&steps))
}

/// The acts of a thing, as the rules let them come: steps in the order of their moments.
pub fn of_thing() -> impl Strategy<Value = Vec<Act>> {
    vec(step(command::of_thing()), 1..20).prop_map(|mut steps| {
        steps.sort_by_key(|step| step.moment.happened_at);
        drive_thing(&steps)
    })
}

/// The acts of an officer's standing, as the rules let them come.
pub fn of_officer() -> impl Strategy<Value = Vec<Act>> {
    vec(step(command::of_officer()), 1..20).prop_map(|steps| drive_officer(&steps))
}

/// Acts of a case that no rule led to, in any order, at any moment, by anybody.
pub fn any_acts() -> impl Strategy<Value = Vec<Act>> {
    let steps = vec(
        (
            step(crate::payload::any_payload()),
            crate::value::any_moment(),
            proptest::sample::select(
                &[
                    CASE,
                    CASE,
                    CASE,
                    ENCOUNTER,
                    FEEDBACK,
                    VISIT,
                    OUTAGE,
                    THING,
                    Subject::Officer(OFFICER),
                    Subject::Unit,
                ][..],
            ),
        ),
        0..20,
    );
    steps.prop_map(|steps| {
        (1..)
            .zip(steps)
            .map(|(version, (mut step, at, subject))| {
                step.moment.happened_at = at;
                act(subject, version, &step, step.command.clone())
            })
            .collect()
    })
}
