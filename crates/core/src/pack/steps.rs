//! Like cases, like steps: what is done in every case of a service (S18).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::choice::choice;
use super::clock::{Clock, ClockEvent};
use super::code::{EntryCode, ServiceCode, StepCode};
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

/// Most services that one step names.
const SERVICES_MAX: usize = 60;

/// Most steps of one service: a list that is longer is read by nobody.
pub const STEPS_MAX: usize = 30;

choice!(
    /// Who does a step.
    pub enum StepBy {
        /// The front desk.
        Desk = "desk",
        /// The officer who goes there.
        Patrol = "patrol",
        /// Who investigates.
        Investigator = "investigator",
        /// The chief.
        Chief = "chief",
        /// Whoever has the case.
        Handler = "handler",
        /// The program.
        Program = "program",
    }
);

choice!(
    /// By what a step counts as done.
    pub enum StepDoneBy {
        /// Somebody says so.
        Hand = "hand",
        /// The reporter has a number and a code since the filing.
        Receipt = "receipt",
        /// An officer decided which service it needs.
        Assessed = "assessed",
        /// It was given to an officer.
        Assigned = "assigned",
        /// Somebody was at the place.
        Arrived = "arrived",
        /// Something was done about it.
        Acted = "acted",
        /// The reporter was answered.
        Answered = "answered",
        /// Support was offered.
        Supported = "supported",
        /// A letter was given.
        Letter = "letter",
        /// A progress notice was sent.
        Notice = "notice",
        /// The case was closed.
        Closed = "closed",
    }
);

choice!(
    /// What also does a step that somebody may say is done: whoever has done the one need not say the other.
    pub enum StepWith {
        /// Reporter and victims, as far as the case knows them, were told their rights.
        RightsTold = "rights_told",
        /// A way to settle was offered; `way` says which.
        WayOffered = "way_offered",
    }
);

/// One step of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Code kept in acts.
    pub code: StepCode,
    /// Its name, as staff read it.
    pub name: Localized,
    /// What it is for the reporter, a sentence; without one the reporter does not see it.
    pub citizen: Option<Localized>,
    /// The case is not closed while it is neither done nor left out with a reason.
    pub required: bool,
    /// Who does it.
    pub by: StepBy,
    /// By what it counts as done.
    pub done: StepDoneBy,
    /// What also does it; only of a step that is done by hand.
    pub with: Option<StepWith>,
    /// The way to settle that does it when it is offered.
    pub way: Option<EntryCode>,
    /// The time limit, if it has one.
    pub clock: Option<Arc<Clock>>,
    /// Code of that limit.
    pub clock_code: Option<EntryCode>,
    /// The rule of the floor that protects it: then nobody leaves it out.
    pub floor: Option<EntryCode>,
    /// What doing it starts: clocks count from it.
    pub marks: Option<ClockEvent>,
    /// What it rests on.
    pub basis: Vec<String>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// The steps of every service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Steps {
    /// Cases filed from this day on are closed only when their required steps are done or left out; older
    /// ones show them and are closed as before.
    pub since: Date,
    by_service: BTreeMap<ServiceCode, Vec<Step>>,
}

impl Steps {
    /// The steps of a service, in the order they are done; none where the pack names none.
    pub fn of(&self, service: &ServiceCode) -> &[Step] {
        self.by_service.get(service).map_or(&[], Vec::as_slice)
    }

    /// One step, whatever service it is of.
    pub fn step(&self, code: &str) -> Option<&Step> {
        let mut all = self.by_service.values().flatten();
        all.find(|step| step.code.as_str() == code)
    }

    /// Services that have steps.
    pub fn services(&self) -> impl Iterator<Item = &ServiceCode> {
        self.by_service.keys()
    }

    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let since = root.table("steps", |table| {
            table.text("since").parse::<Date>().unwrap_or_else(|_| {
                table.break_rule("since", PackRule::RealDate);
                Date::default()
            })
        });
        let mut by_service: BTreeMap<ServiceCode, Vec<Step>> = BTreeMap::new();
        let rows = root.rows("step", |row| {
            let services: Vec<ServiceCode> =
                row.references("services", "service", &(1..=SERVICES_MAX));
            let clock_code: Option<EntryCode> = row.reference_or_none("clock", "clock");
            let step = Step {
                code: row.id("step"),
                name: row.localized("name"),
                citizen: row.localized_or_none("citizen"),
                required: row.flag_or_false("required"),
                by: row.choice("by", StepBy::Handler),
                done: row.choice("done", StepDoneBy::Hand),
                with: row.choice_or_none("with"),
                way: row.reference_or_none("way", "way to settle"),
                clock: None,
                clock_code,
                floor: row.reference_or_none("floor", "floor rule"),
                marks: row.choice_or_none("marks"),
                basis: row.texts_or_empty("basis"),
                sourced: row.sourced(),
            };
            if step.floor.is_some() && !step.required {
                row.break_rule("floor", PackRule::FloorStepRequired);
            }
            if step.marks.is_some() && step.done != StepDoneBy::Hand {
                row.break_rule("marks", PackRule::StepMarksByHand);
            }
            let offers = step.with == Some(StepWith::WayOffered);
            if step.with.is_some() && step.done != StepDoneBy::Hand || offers != step.way.is_some()
            {
                row.break_rule("with", PackRule::StepWithByHand);
            }
            (services, step)
        });
        for (services, step) in rows {
            let once: BTreeSet<ServiceCode> = services.into_iter().collect();
            for service in once {
                by_service.entry(service).or_default().push(step.clone());
            }
        }
        if by_service.values().any(|steps| steps.len() > STEPS_MAX) {
            root.break_rule("step", PackRule::StepsFew);
        }
        Some(Self {
            since: since?,
            by_service,
        })
    }

    /// Gives steps their clocks. Says whether each clock can start: with the report, or with a step of the
    /// same service that marks its event.
    pub(crate) fn wind(&mut self, clocks: &[Clock]) -> bool {
        let clocks: BTreeMap<&EntryCode, Arc<Clock>> = clocks
            .iter()
            .map(|clock| (&clock.code, Arc::new(clock.clone())))
            .collect();
        let mut all_start = true;
        for steps in self.by_service.values_mut() {
            let marked: BTreeSet<ClockEvent> = steps.iter().filter_map(|step| step.marks).collect();
            for step in steps {
                let code = step.clock_code.as_ref();
                step.clock = code.and_then(|code| clocks.get(code).cloned());
                let Some(clock) = &step.clock else { continue };
                all_start &= clock.event.is_known_itself() || marked.contains(&clock.event);
            }
        }
        all_start
    }
}
