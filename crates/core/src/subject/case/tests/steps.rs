//! S18: like cases, like steps; leaving one out needs a reason; a case is not closed before.

use std::sync::Arc;

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::clock::Reckoning;
use crate::pack::{
    Calendar, Certainty, Clock, ClockEvent, ClockKind, ClockUnit, Localized, ServiceCode, Sourced,
    Step, StepBy, StepDoneBy,
};

/// The fake method with steps: `lost_item` and `violence_at_home` share some, and send progress notices.
pub(super) struct Stepped {
    lost: Vec<Step>,
    violence: Vec<Step>,
    second_person: bool,
    binds: bool,
}

fn sourced() -> Sourced {
    Sourced {
        source: "a test".to_owned(),
        certainty: Certainty::Draft,
        verify: None,
    }
}

pub(super) fn clock(unit: ClockUnit, value: u32, event: ClockEvent) -> Clock {
    Clock {
        code: "limit".parse().unwrap(),
        name: Localized::default(),
        kind: ClockKind::Limit,
        unit,
        values: vec![value],
        event,
        starts_at: Localized::default(),
        owed_to: Localized::default(),
        next_working_day: false,
        sourced: sourced(),
    }
}

fn step(code: &str, done: StepDoneBy, required: bool) -> Step {
    Step {
        code: code.parse().unwrap(),
        name: Localized::default(),
        citizen: None,
        required,
        by: StepBy::Handler,
        done,
        with: None,
        way: None,
        clock: None,
        clock_code: None,
        floor: None,
        marks: None,
        basis: Vec::new(),
        sourced: sourced(),
    }
}

impl Stepped {
    pub(super) fn new() -> Self {
        let timed = |step: Step, clock: Clock| Step {
            clock: Some(Arc::new(clock)),
            ..step
        };
        let rights = Step {
            floor: Some("rights".parse().unwrap()),
            ..step("rights", StepDoneBy::Hand, true)
        };
        let receipt = step("receipt", StepDoneBy::Receipt, true);
        let safe = Step {
            marks: Some(ClockEvent::VictimProtected),
            ..timed(
                step("safe", StepDoneBy::Hand, true),
                clock(ClockUnit::Hours, 24, ClockEvent::Filed),
            )
        };
        let court = timed(
            step("court", StepDoneBy::Hand, false),
            clock(ClockUnit::Hours, 24, ClockEvent::VictimProtected),
        );
        let answered = step("answered", StepDoneBy::Answered, false);
        Self {
            lost: vec![receipt.clone(), rights.clone(), answered],
            violence: vec![receipt, rights, safe, court],
            second_person: false,
            binds: true,
        }
    }

    pub(super) fn unbound(self) -> Self {
        Self {
            binds: false,
            ..self
        }
    }

    pub(super) fn by_second_person(self) -> Self {
        Self {
            second_person: true,
            ..self
        }
    }

    fn lines<'a>(&'a self, case: &'a Case, now: i64) -> Vec<(String, &'static str, bool)> {
        let calendar = Calendar::of(2025, 2026, &[date(2026, 12, 25)]);
        let zone = TimeZone::get("Asia/Jakarta").unwrap();
        let reckoning = Reckoning {
            calendar: &calendar,
            zone: &zone,
        };
        let lines = case.step_lines(self.steps(&case.service), reckoning, minute(now));
        let words = lines.iter().map(|line| {
            let state = match line.state {
                StepState::Done(_) => "done",
                StepState::LeftOut(_) => "left out",
                StepState::Open if line.waits => "waits",
                StepState::Open => "open",
            };
            (line.step.code.to_string(), state, line.late)
        });
        words.collect()
    }
}

impl Method for Stepped {
    fn proof(&self) -> &crate::pack::ProofLaw {
        Method::proof(&FakeMethod)
    }
    fn steps(&self, service: &ServiceCode) -> &[Step] {
        match service.as_str() {
            "lost_item" => &self.lost,
            "violence_at_home" => &self.violence,
            _ => &[],
        }
    }
    fn step_due(&self, step: &Step, from: jiff::Timestamp) -> Option<jiff::Timestamp> {
        // Every clock of this method has 24 hours.
        step.clock
            .as_ref()
            .map(|_| from + jiff::SignedDuration::from_hours(24))
    }
    fn steps_bind(&self, _filed_at: jiff::Timestamp) -> bool {
        self.binds
    }
    fn sends_news(&self, service: &ServiceCode) -> bool {
        service.as_str() == "lost_item"
    }
    fn has_news_stage(&self, stage: &str) -> bool {
        ["a1", "a2"].contains(&stage)
    }
    fn has_difficulty(&self, difficulty: &str) -> bool {
        difficulty == "hard"
    }
    fn news_by_second_person(&self) -> bool {
        self.second_person
    }
    fn offers(&self, service: &ServiceCode) -> bool {
        FakeMethod.offers(service)
    }
    fn response_minutes(&self, service: &ServiceCode) -> Option<u32> {
        FakeMethod.response_minutes(service)
    }
    fn is_sensitive(&self, service: &ServiceCode) -> bool {
        FakeMethod.is_sensitive(service)
    }
    fn keep_months(&self, service: &ServiceCode) -> Option<u32> {
        FakeMethod.keep_months(service)
    }
    fn emergency_minutes(&self) -> u32 {
        FakeMethod.emergency_minutes()
    }
    fn has_outcome(&self, outcome: &str) -> bool {
        FakeMethod.has_outcome(outcome)
    }
    fn has_late_reason(&self, reason: &str) -> bool {
        FakeMethod.has_late_reason(reason)
    }
    fn has_letter(&self, kind: &str) -> bool {
        FakeMethod.has_letter(kind)
    }
    fn has_function(&self, function: &str) -> bool {
        FakeMethod.has_function(function)
    }
    fn has_role(&self, role: &str) -> bool {
        FakeMethod.has_role(role)
    }
    fn has_explanation(&self, explanation: &str) -> bool {
        FakeMethod.has_explanation(explanation)
    }
    fn asks(&self, item: &str) -> bool {
        FakeMethod.asks(item)
    }
}

pub(super) fn do_step(step: &str, note: &str) -> CaseCommand {
    CaseCommand::DoStep {
        step: step.to_owned(),
        note: note.to_owned(),
    }
}

fn leave_out(step: &str, reason: &str) -> CaseCommand {
    CaseCommand::LeaveOutStep {
        step: step.to_owned(),
        reason: reason.to_owned(),
    }
}

fn take_back(step: &str, reason: &str) -> CaseCommand {
    CaseCommand::TakeStepBack {
        step: step.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The next command of the table of all commands.
pub(super) fn following(command: &CaseCommand) -> Option<CaseCommand> {
    match command {
        CaseCommand::DoStep { .. } => Some(leave_out("safe", "tidak perlu")),
        CaseCommand::LeaveOutStep { .. } => Some(take_back("safe", "salah perkara")),
        CaseCommand::TakeStepBack { .. } => Some(CaseCommand::SetDifficulty {
            difficulty: "hard".to_owned(),
            reason: "saksi jauh".to_owned(),
        }),
        CaseCommand::SetDifficulty { .. } => Some(news::draft("a1", 600)),
        CaseCommand::DraftProgress { .. } => Some(news::send("sedang diteliti")),
        CaseCommand::SendProgress { .. } => Some(news::explain()),
        CaseCommand::ExplainProgressDelay { .. } => Some(same_event::merge(1, 2)),
        CaseCommand::MergeInto { .. } => Some(same_event::receive(3)),
        CaseCommand::ReceiveMerge { .. } => Some(same_event::undo(3)),
        _ => None,
    }
}

/// What they lead to where the method knows no steps: before the filing, then in each stage.
pub(super) fn row(command: &CaseCommand) -> [Result<&'static str, CaseRefusal>; 5] {
    let of = |open: Result<&'static str, CaseRefusal>, ended| {
        let unfiled = Err(CaseRefusal::NotFiled);
        [unfiled, open.clone(), open.clone(), open, ended]
    };
    let closed = || Err(CaseRefusal::Closed);
    let unknown = |field, word: &str| {
        Err(CaseRefusal::NotInPack {
            field,
            word: word.to_owned(),
        })
    };
    match command {
        CaseCommand::DoStep { .. } | CaseCommand::LeaveOutStep { .. } => {
            of(unknown("step", "safe"), closed())
        }
        CaseCommand::TakeStepBack { .. } => of(Err(CaseRefusal::StepNotMarked), closed()),
        CaseCommand::SetDifficulty { .. } => of(unknown("difficulty", "hard"), closed()),
        CaseCommand::DraftProgress { .. } | CaseCommand::SendProgress { .. } => {
            let none = || Err(CaseRefusal::NoNewsOfService);
            of(none(), none())
        }
        CaseCommand::ExplainProgressDelay { .. } => {
            of(Err(CaseRefusal::NotLate), Err(CaseRefusal::NotLate))
        }
        CaseCommand::MergeInto { .. } => of(Ok("case.case_merged_into"), closed()),
        CaseCommand::ReceiveMerge { .. } => of(
            Ok("case.case_merge_received"),
            Ok("case.case_merge_received"),
        ),
        CaseCommand::UndoMerge { .. } => {
            of(Err(CaseRefusal::NotMerged), Err(CaseRefusal::NotMerged))
        }
        other => panic!("{other:?} is not of this part"),
    }
}

fn violence() -> Vec<(i64, Actor, CaseAct)> {
    vec![(0, Actor::Citizen, filed("violence_at_home", None))]
}

fn then(history: &Given, method: &Stepped, command: CaseCommand) -> Vec<(i64, Actor, CaseAct)> {
    let at = 40;
    let acts = history.when_by(method, command).unwrap();
    let before = history.history.iter().map(|act| {
        let Payload::Case(what) = &act.payload else {
            unreachable!("of a case")
        };
        let minutes = act.happened_at.duration_since(minute(0)).as_mins();
        (minutes, act.actor.clone(), what.clone())
    });
    let after = acts.into_iter().map(|act| (at, by(1), act));
    before.chain(after).collect()
}

// S18
#[test]
fn a_case_with_required_steps_open_is_not_closed_and_the_refusal_lists_them() {
    let method = Stepped::new();
    let close = || close("helped", "selesai");
    let open = given(violence()).when_by(&method, close());
    let steps = vec!["rights".to_owned(), "safe".to_owned()];
    assert_eq!(
        open,
        Err(CaseRefusal::StepsOpen { steps }),
        "the receipt was given at filing"
    );
    // One done, one left out with its reason: then it ends.
    let acts = then(&given(violence()), &method, do_step("rights", ""));
    let acts = then(
        &given(acts),
        &method,
        leave_out("safe", "korban sudah pindah"),
    );
    assert!(given(acts).when_by(&method, close()).is_ok());
    // What another system closed is closed, and so is what was filed before the duty began.
    assert!(
        given(violence())
            .by(import())
            .when_by(&method, close())
            .is_ok()
    );
    let before = Stepped::new().unbound();
    assert!(given(violence()).when_by(&before, close()).is_ok());
    // A service without steps is closed as ever.
    let advice = vec![(0, Actor::Citizen, filed("traffic_advice", None))];
    assert!(given(advice).when_by(&method, close()).is_ok());
}

// S18
#[test]
fn leaving_a_step_out_needs_a_reason_and_what_the_floor_protects_is_never_left_out() {
    let method = Stepped::new();
    let given = given(violence());
    assert_eq!(
        given.when_by(&method, leave_out("safe", " ")),
        Err(CaseRefusal::Text {
            field: "reason",
            fault: TextFault::Empty
        })
    );
    assert_eq!(
        given.when_by(&method, leave_out("rights", "tidak sempat")),
        Err(CaseRefusal::StepProtected)
    );
    assert_eq!(
        given.when_by(&method, do_step("receipt", "")),
        Err(CaseRefusal::StepByItsAct)
    );
    assert_eq!(
        given.when_by(&method, leave_out("receipt", "tidak perlu")),
        Err(CaseRefusal::StepDone)
    );
    assert_eq!(
        given.when_by(&method, do_step("answered", "")),
        Err(CaseRefusal::NotInPack {
            field: "step",
            word: "answered".to_owned()
        }),
        "a step of another service"
    );
}

// S18
#[test]
fn a_step_ticked_by_mistake_is_taken_back_with_a_reason_and_its_clock_stops() {
    let method = Stepped::new();
    let acts = then(
        &given(violence()),
        &method,
        do_step("safe", "di rumah saudara"),
    );
    let case = given(acts.clone()).state().unwrap();
    assert_eq!(case.event_at(ClockEvent::VictimProtected), Some(minute(40)));
    assert_eq!(
        given(acts.clone()).when_by(&method, do_step("safe", "")),
        Ok(Vec::new())
    );
    assert_eq!(
        given(acts.clone()).when_by(&method, take_back("safe", "")),
        Err(CaseRefusal::Text {
            field: "reason",
            fault: TextFault::Empty
        })
    );
    let acts = then(&given(acts), &method, take_back("safe", "salah perkara"));
    let case = given(acts.clone()).state().unwrap();
    assert_eq!(case.event_at(ClockEvent::VictimProtected), None);
    assert_eq!(
        given(acts).when_by(&method, take_back("safe", "lagi")),
        Err(CaseRefusal::StepNotMarked)
    );
}

// S18
#[test]
fn steps_are_late_by_when_they_happened_and_wait_for_what_starts_them() {
    let method = Stepped::new();
    let day = 24 * 60;
    let line = |case: &Case, now| -> Vec<(String, &'static str, bool)> {
        method.lines(case, now).into_iter().skip(2).collect()
    };
    let said = |code: &str, state, late| (code.to_owned(), state, late);
    let case = given(violence()).state().unwrap();
    assert_eq!(
        line(&case, day),
        [said("safe", "open", false), said("court", "waits", false)]
    );
    assert_eq!(
        line(&case, day + 1),
        [said("safe", "open", true), said("court", "waits", false)]
    );
    // An officer who was offline for a day: it happened in time, and was recorded late.
    let done = CaseAct::StepDone {
        step: "safe".to_owned(),
        note: String::new(),
        event: Some(ClockEvent::VictimProtected),
        late: false,
    };
    let mut history = given(violence()).history;
    let mut late = act(SUBJECT, 2, by(1), minute(300), Payload::Case(done));
    late.recorded_at = minute(300 + day);
    history.push(late);
    let case = history.iter().fold(None, evolve).unwrap();
    let lines = line(&case, 2 * day);
    assert_eq!(
        lines,
        [said("safe", "done", false), said("court", "open", true)]
    );
    let StepState::Done(mark) = case.step_lines(
        method.steps(&case.service),
        Reckoning {
            calendar: &Calendar::of(2025, 2026, &[]),
            zone: &TimeZone::UTC,
        },
        minute(2 * day),
    )[2]
    .state
    else {
        panic!("done")
    };
    assert_eq!(
        (mark.at, mark.recorded_at),
        (minute(300), minute(300 + day))
    );
}

// S18
#[test]
fn what_two_services_share_stays_done_when_another_service_is_decided_on() {
    let method = Stepped::new();
    let acts = then(&given(received()), &method, do_step("rights", ""));
    let change = assess("violence_at_home", Some("pelapor dipukul"));
    let acts = then(&given(acts), &method, change);
    let case = given(acts).state().unwrap();
    let lines = method.lines(&case, 50);
    let states: Vec<(&str, &str)> = lines
        .iter()
        .map(|(code, state, _)| (code.as_str(), *state))
        .collect();
    assert_eq!(
        states,
        [
            ("receipt", "done"),
            ("rights", "done"),
            ("safe", "open"),
            ("court", "waits")
        ]
    );
}

// S78
#[test]
fn what_was_written_of_steps_goes_with_the_person_and_that_they_were_done_stays() {
    let method = Stepped::new();
    let acts = then(
        &given(violence()),
        &method,
        do_step("safe", "di rumah Siti"),
    );
    let mut acts = then(&given(acts), &method, leave_out("court", "Siti menolak"));
    acts.push((
        50,
        by(9),
        CaseAct::PersonalDataErased {
            basis: ErasureBasis::Retention,
            ground: None,
        },
    ));
    let case = given(acts).state().unwrap();
    let lines = method.lines(&case, 60);
    assert_eq!(lines[2].1, "done");
    assert_eq!(lines[3].1, "left out");
    assert!(!format!("{:?}", case.steps).contains("Siti"));
}

// S18, S34: what was late when it was done stands in the act; later packs do not change it.
#[test]
fn a_step_that_was_done_after_its_limit_says_so() {
    let method = Stepped::new();
    let day = 24 * 60;
    let late = |filed_before: i64, step: &str| {
        let filed = vec![(
            40 - filed_before,
            Actor::Citizen,
            filed("violence_at_home", None),
        )];
        let acts = given(filed).when_by(&method, do_step(step, "")).unwrap();
        matches!(acts[..], [CaseAct::StepDone { late: true, .. }])
    };
    assert!(!late(day, "safe"));
    assert!(late(day + 1, "safe"));
    assert!(!late(9 * day, "rights"), "without a clock nothing is late");
    assert!(!late(9 * day, "court"), "its clock has not started");
}

// S18: the step of a letter is done while the reporter has one: not by one for somebody else, nor by one taken back.
#[test]
fn a_letter_does_its_step_while_the_reporter_has_it() {
    let mut method = Stepped::new();
    method.lost.push(step("letter", StepDoneBy::Letter, true));
    let mut history = received();
    let give = CaseCommand::GiveLetter;
    for (at, command, expected, since) in [
        (30, give(letter::made("aa", 1, true, None)), "open", None),
        (31, give(letter::progress("bb")), "done", Some(31)),
        (32, give(letter::progress("cc")), "done", Some(31)),
        (
            33,
            letter::withdraw(2, "surat orang lain"),
            "done",
            Some(32),
        ),
        (34, letter::withdraw(1, "salah panggil"), "done", Some(32)),
        (35, letter::withdraw(3, "surat orang lain"), "open", None),
    ] {
        let acts = given(history.clone()).when(command).unwrap();
        history.extend(acts.into_iter().map(|act| (at, by(1), act)));
        let case = given(history.clone()).state().unwrap();
        let line = method.lines(&case, 60).pop().unwrap();
        assert_eq!((line.0.as_str(), line.1), ("letter", expected), "{at}");
        let calendar = Calendar::of(2026, 2026, &[]);
        let reckoning = Reckoning {
            calendar: &calendar,
            zone: &TimeZone::UTC,
        };
        let lines = case.step_lines(method.steps(&case.service), reckoning, minute(60));
        let done = lines.last().and_then(|line| match line.state {
            StepState::Done(mark) => Some(mark.at),
            _ => None,
        });
        assert_eq!(done, since.map(minute), "{at}");
    }
}
