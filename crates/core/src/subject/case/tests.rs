//! Given acts, when a command, then acts or a refusal: each command in each stage, then each rule.

mod access;
mod class;
mod filing;
mod handling;
mod harm;
mod kept;
mod letter;
mod news;
mod paper;
mod promise;
mod review;
mod same_event;
mod steps;

use super::*;
use crate::act::{Act, Actor, Payload, Subject};
use crate::subject::erasure::{ErasureBasis, HoldGround};
use crate::subject::testing::{
    FakeMethod, act, by, hash, import, minute, officer, person, service, told, told_later,
};
use crate::subject::{Method, Moment, TEXT_MAX_CHARS, TextFault};
use crate::value::CaseId;
use uuid::Uuid;

pub(super) const SUBJECT: Subject = Subject::Case(CaseId(Uuid::from_u128(0xca5e)));

/// A case with its history, an actor and a moment, waiting for a command.
struct Given {
    history: Vec<Act>,
    actor: Actor,
    moment: Moment,
}

/// The history: who did what at which minute.
fn given(acts: impl IntoIterator<Item = (i64, Actor, CaseAct)>) -> Given {
    let history = (1..)
        .zip(acts)
        .map(|(version, (at, actor, what))| {
            act(SUBJECT, version, actor, minute(at), Payload::Case(what))
        })
        .collect();
    Given {
        history,
        actor: by(1),
        moment: told(40),
    }
}

impl Given {
    fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    fn at(self, minutes: i64) -> Self {
        let moment = told(minutes);
        Self { moment, ..self }
    }

    fn told(self, moment: Moment) -> Self {
        Self { moment, ..self }
    }

    fn state(&self) -> Option<Case> {
        self.history.iter().fold(None, evolve)
    }

    fn when(&self, command: CaseCommand) -> Result<Vec<CaseAct>, CaseRefusal> {
        self.when_by(&FakeMethod, command)
    }

    fn when_by(
        &self,
        method: &impl Method,
        command: CaseCommand,
    ) -> Result<Vec<CaseAct>, CaseRefusal> {
        let state = self.state();
        decide(state.as_ref(), command, &self.actor, self.moment, method)
    }
}

pub(super) fn filed(code: &str, promise: Option<u32>) -> CaseAct {
    CaseAct::RequestFiled(RequestFiled {
        number: None,
        secret: Some(hash(1)),
        service: service(code),
        report_kind: None,
        channel: Channel::Web,
        form: None,
        written_at: None,
        description: "dompet hilang di pasar".to_owned(),
        when_text: None,
        occurred_at: None,
        wellbeing: None,
        loss_rupiah: None,
        danger: false,
        sensitive: false,
        reporter: Some(person(1)),
        reachable: true,
        media: Vec::new(),
        respond_by: promise.map(|minutes| minute(i64::from(minutes))),
        respond_minutes: promise,
        pack_version: "1".to_owned(),
        simulated: false,
        priority: None,
    })
}

fn assessed(code: &str, promise: Option<i64>) -> CaseAct {
    CaseAct::CaseAssessed {
        service: service(code),
        reason: None,
        respond_by: promise.map(minute),
        sensitive: false,
    }
}

/// A request filed at minute 0 by a citizen, with 60 minutes promised.
fn received() -> Vec<(i64, Actor, CaseAct)> {
    vec![(0, Actor::Citizen, filed("lost_item", Some(60)))]
}

/// Read at minute 10.
fn read() -> Vec<(i64, Actor, CaseAct)> {
    let mut acts = received();
    acts.push((10, by(1), assessed("lost_item", Some(60))));
    acts
}

/// Taken by officer 2, given to officer 3, a unit sent.
fn handled() -> Vec<(i64, Actor, CaseAct)> {
    let mut acts = read();
    acts.push((11, by(2), CaseAct::CaseTaken { by: officer(2) }));
    acts.push((
        12,
        by(2),
        CaseAct::OfficerAssigned {
            officer: officer(3),
            lacks: None,
            reason: None,
        },
    ));
    let responder = "P-1".to_owned();
    acts.push((13, by(2), CaseAct::ResponderDispatched { responder }));
    acts
}

/// Ended at minute 30.
fn closed() -> Vec<(i64, Actor, CaseAct)> {
    let mut acts = handled();
    acts.push((
        30,
        by(3),
        CaseAct::CaseClosed {
            outcome: "helped".to_owned(),
            reason: "dompet ditemukan".to_owned(),
            keep_months: None,
        },
    ));
    acts
}

fn file_request() -> CaseCommand {
    CaseCommand::FileRequest {
        secret: Some(hash(1)),
        service: service("lost_item"),
        report_kind: None,
        channel: Channel::Web,
        paper: None,
        description: "dompet hilang di pasar".to_owned(),
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        reporter: Some(person(1)),
        reachable: true,
        media: Vec::new(),
        pack_version: "1".to_owned(),
        simulated: false,
        priority: None,
    }
}

fn take(n: u128) -> CaseCommand {
    CaseCommand::Take { by: officer(n) }
}

fn take_over(from: u128, to: u128) -> CaseCommand {
    CaseCommand::TakeOver {
        to: officer(to),
        from: officer(from),
        reason: "ganti regu".to_owned(),
    }
}

fn assess(code: &str, reason: Option<&str>) -> CaseCommand {
    CaseCommand::Assess {
        service: service(code),
        reason: reason.map(str::to_owned),
    }
}

fn assign(n: u128) -> CaseCommand {
    CaseCommand::AssignOfficer {
        officer: officer(n),
        lacks: None,
        reason: None,
    }
}

fn dispatch(responder: &str) -> CaseCommand {
    CaseCommand::Dispatch {
        responder: responder.to_owned(),
    }
}

fn arrive(responder: &str) -> CaseCommand {
    CaseCommand::Arrive {
        responder: responder.to_owned(),
    }
}

fn clear(responder: &str) -> CaseCommand {
    CaseCommand::Clear {
        responder: responder.to_owned(),
    }
}

fn record_action(function: &str) -> CaseCommand {
    CaseCommand::RecordAction {
        text: "tanya pedagang".to_owned(),
        function: function.to_owned(),
    }
}

fn answer(text: &str) -> CaseCommand {
    CaseCommand::Answer {
        text: text.to_owned(),
        next_news_by: Some(minute(600)),
    }
}

fn add_information(text: &str) -> CaseCommand {
    CaseCommand::AddInformation {
        text: text.to_owned(),
        media: Vec::new(),
    }
}

fn explain_delay(reason: &str) -> CaseCommand {
    CaseCommand::ExplainDelay {
        reason: reason.to_owned(),
        text: String::new(),
    }
}

fn close(outcome: &str, reason: &str) -> CaseCommand {
    CaseCommand::Close {
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
    }
}

/// A film, told apart by two digits of its hash.
fn add_evidence(digits: &str) -> CaseCommand {
    CaseCommand::AddEvidence {
        file: BlobRef {
            sha256: digits.repeat(32),
            media_type: "video/mp4".to_owned(),
            size_bytes: 9,
        },
        description: "rekaman kamera toko".to_owned(),
        obtained_from: Some("pemilik toko".to_owned()),
        obtained_at: None,
    }
}

fn reopen(reason: &str) -> CaseCommand {
    CaseCommand::Reopen {
        reason: reason.to_owned(),
    }
}

fn place_hold(reference: &str) -> CaseCommand {
    CaseCommand::PlaceHold {
        ground: HoldGround::CourtOrder,
        reference: reference.to_owned(),
    }
}

fn lift_hold(reference: &str) -> CaseCommand {
    CaseCommand::LiftHold {
        reference: reference.to_owned(),
    }
}

/// The next command of the table; the match fails to compile until a new command has its place.
fn following(command: Option<&CaseCommand>) -> Option<CaseCommand> {
    let Some(command) = command else {
        return Some(file_request());
    };
    match command {
        CaseCommand::FileRequest { .. } => Some(take(1)),
        CaseCommand::Take { .. } => Some(take_over(2, 1)),
        CaseCommand::TakeOver { .. } => Some(assess("lost_item", None)),
        CaseCommand::Assess { .. } => Some(assign(1)),
        CaseCommand::AssignOfficer { .. } => Some(dispatch("P-2")),
        CaseCommand::Dispatch { .. } => Some(arrive("P-1")),
        CaseCommand::Arrive { .. } => Some(clear("P-1")),
        CaseCommand::Clear { .. } => Some(record_action("order")),
        CaseCommand::RecordAction { .. } => Some(answer("sedang dicari")),
        CaseCommand::Answer { .. } => Some(add_information("warnanya coklat")),
        CaseCommand::AddInformation { .. } => Some(add_evidence("cd")),
        CaseCommand::AddEvidence { .. } => Some(CaseCommand::GiveLetter(letter::progress("ef"))),
        CaseCommand::GiveLetter(_) => Some(letter::withdraw(1, "surat orang lain")),
        CaseCommand::WithdrawLetter { .. } => Some(explain_delay("flooded_road")),
        CaseCommand::ExplainDelay { .. } => Some(CaseCommand::OfferSupport {
            support: "pendamping".to_owned(),
            reply: SupportReply::Taken,
        }),
        CaseCommand::OfferSupport { .. } => Some(CaseCommand::AskReview {
            review: ReviewKind::SecondLook,
            text: String::new(),
        }),
        CaseCommand::AskReview { .. } => Some(CaseCommand::AnswerReview {
            review: ReviewKind::SecondLook,
            text: "sudah diperiksa".to_owned(),
        }),
        CaseCommand::AnswerReview { .. } => Some(close("helped", "ditemukan")),
        CaseCommand::Close { .. } => Some(reopen("masih hilang")),
        CaseCommand::Reopen { .. } => Some(place_hold("Penetapan 12/2026")),
        CaseCommand::PlaceHold { .. } => Some(lift_hold("Putusan 12/2026")),
        CaseCommand::LiftHold { .. } => Some(CaseCommand::ErasePersonalData {
            basis: ErasureBasis::Request,
            ground: Some("surat 12/2026".to_owned()),
        }),
        CaseCommand::ErasePersonalData { .. } => Some(access::name_reader(9)),
        CaseCommand::NameReader { .. } => Some(access::remove_reader(9)),
        CaseCommand::RemoveReader { .. } => Some(access::name_concerned(9)),
        CaseCommand::NameConcerned { .. } => Some(access::clear_concerned(9)),
        CaseCommand::ClearConcerned { .. } => Some(access::open()),
        CaseCommand::OpenInEmergency { .. } => Some(access::review(1)),
        CaseCommand::ReviewOpening { .. } => Some(class::first()),
        CaseCommand::AnswerTriage { .. }
        | CaseCommand::DecideTriage(_)
        | CaseCommand::LookAgain { .. }
        | CaseCommand::SettleTriage { .. }
        | CaseCommand::NoteChild { .. }
        | CaseCommand::NoteReported { .. }
        | CaseCommand::ConfirmReadBack { .. }
        | CaseCommand::MarkStep { .. }
        | CaseCommand::RecordRisk { .. } => class::following(command),
        // Telling the next level has no row: without a line there is nobody to tell.
        CaseCommand::TakeEscalation => Some(steps::do_step("safe", "")),
        CaseCommand::UndoMerge { .. } => Some(CaseCommand::Rights(RightsCommand::Name {
            person: None,
            roles: Vec::new(),
            under_18: None,
            needs: Vec::new(),
            reason: String::new(),
        })),
        CaseCommand::Rights(_) => Some(CaseCommand::Control(ControlCommand::End {
            measure: 1,
            text: "selesai".to_owned(),
        })),
        CaseCommand::Control(_) => Some(CaseCommand::Prevention(PreventionCommand::End {
            settlement: 1,
            kept: true,
            text: "ditepati".to_owned(),
        })),
        CaseCommand::Prevention(_) => None,
        command => steps::following(command),
    }
}

fn commands() -> impl Iterator<Item = CaseCommand> {
    std::iter::successors(following(None), |command| following(Some(command)))
}

/// What an officer's command leads to: before the filing, then in each of the four stages.
#[expect(clippy::too_many_lines, reason = "a table, one row a command")]
fn row(command: &CaseCommand) -> [Result<&'static str, CaseRefusal>; 5] {
    use CaseRefusal as No;
    let open = |kind| {
        [
            Err(No::NotFiled),
            Ok(kind),
            Ok(kind),
            Ok(kind),
            Err(No::Closed),
        ]
    };
    let always = |found: Result<&'static str, CaseRefusal>| {
        [
            Err(No::NotFiled),
            found.clone(),
            found.clone(),
            found.clone(),
            found,
        ]
    };
    let refused = |why: CaseRefusal| {
        [
            Err(No::NotFiled),
            Err(why.clone()),
            Err(why.clone()),
            Err(why),
            Err(No::Closed),
        ]
    };
    let sent_only = |kind| {
        let not_sent = || Err(No::NotDispatched("P-1".to_owned()));
        [
            Err(No::NotFiled),
            not_sent(),
            not_sent(),
            Ok(kind),
            Err(No::Closed),
        ]
    };
    match command {
        CaseCommand::FileRequest { .. } => [
            Ok("case.request_filed"),
            Err(No::AlreadyFiled),
            Err(No::AlreadyFiled),
            Err(No::AlreadyFiled),
            Err(No::AlreadyFiled),
        ],
        CaseCommand::Take { .. } => [
            Err(No::NotFiled),
            Ok("case.case_taken"),
            Ok("case.case_taken"),
            Err(No::WithAnotherOfficer {
                officer: officer(2),
            }),
            Err(No::Closed),
        ],
        CaseCommand::TakeOver { .. } => [
            Err(No::NotFiled),
            Err(No::WithNobody),
            Err(No::WithNobody),
            Ok("case.case_taken_over"),
            Err(No::Closed),
        ],
        CaseCommand::Assess { .. } => open("case.case_assessed"),
        CaseCommand::AssignOfficer { .. } => open("case.officer_assigned"),
        CaseCommand::Dispatch { .. } => open("case.responder_dispatched"),
        CaseCommand::Arrive { .. } => sent_only("case.responder_arrived"),
        CaseCommand::Clear { .. } => sent_only("case.responder_cleared"),
        CaseCommand::RecordAction { .. } => open("case.action_taken"),
        CaseCommand::Answer { .. } => open("case.reporter_answered"),
        CaseCommand::AddInformation { .. } => {
            let added = Ok("case.information_added");
            [
                Err(No::NotFiled),
                added.clone(),
                added.clone(),
                added.clone(),
                added,
            ]
        }
        CaseCommand::AddEvidence { .. } => open("case.evidence_added"),
        CaseCommand::GiveLetter(_) => {
            let given = Ok("case.letter_given");
            [
                Err(No::NotFiled),
                given.clone(),
                given.clone(),
                given.clone(),
                given,
            ]
        }
        CaseCommand::WithdrawLetter { .. } => [
            Err(No::NotFiled),
            Err(No::NoSuchLetter),
            Err(No::NoSuchLetter),
            Err(No::NoSuchLetter),
            Err(No::NoSuchLetter),
        ],
        CaseCommand::ExplainDelay { .. } => [
            Err(No::NotFiled),
            Err(No::NotLate),
            Err(No::NotLate),
            Err(No::NotLate),
            Err(No::Closed),
        ],
        CaseCommand::OfferSupport { .. } => open("case.support_offered"),
        CaseCommand::AskReview { .. } => [
            Err(No::NotFiled),
            Err(No::ReporterOnly),
            Err(No::ReporterOnly),
            Err(No::ReporterOnly),
            Err(No::ReporterOnly),
        ],
        CaseCommand::AnswerReview { .. } => [
            Err(No::NotFiled),
            Err(No::NothingAsked),
            Err(No::NothingAsked),
            Err(No::NothingAsked),
            Err(No::NothingAsked),
        ],
        CaseCommand::Close { .. } => open("case.case_closed"),
        CaseCommand::Reopen { .. } => [
            Err(No::NotFiled),
            Err(No::NotClosed),
            Err(No::NotClosed),
            Err(No::NotClosed),
            Ok("case.case_reopened"),
        ],
        CaseCommand::PlaceHold { .. } => {
            let held = Ok("case.hold_placed");
            [
                Err(No::NotFiled),
                held.clone(),
                held.clone(),
                held.clone(),
                held,
            ]
        }
        CaseCommand::LiftHold { .. } => [
            Err(No::NotFiled),
            Err(No::NotHeld),
            Err(No::NotHeld),
            Err(No::NotHeld),
            Err(No::NotHeld),
        ],
        CaseCommand::ErasePersonalData { .. } => [
            Err(No::NotFiled),
            Err(No::NotClosed),
            Err(No::NotClosed),
            Err(No::NotClosed),
            Ok("case.personal_data_erased"),
        ],
        CaseCommand::NameReader { .. } => always(Ok("case.reader_named")),
        CaseCommand::RemoveReader { .. } | CaseCommand::ClearConcerned { .. } => {
            always(Err(No::NotNamed))
        }
        CaseCommand::NameConcerned { .. } => always(Ok("case.concerned_named")),
        CaseCommand::OpenInEmergency { .. } => always(Ok("case.emergency_opened")),
        CaseCommand::ReviewOpening { .. } => always(Err(No::NoSuchOpening)),
        CaseCommand::AnswerTriage { .. }
        | CaseCommand::DecideTriage(_)
        | CaseCommand::LookAgain { .. }
        | CaseCommand::SettleTriage { .. }
        | CaseCommand::NoteChild { .. }
        | CaseCommand::NoteReported { .. }
        | CaseCommand::ConfirmReadBack { .. }
        | CaseCommand::MarkStep { .. }
        | CaseCommand::RecordRisk { .. }
        | CaseCommand::TakeEscalation
        | CaseCommand::Escalate => class::row(command),
        CaseCommand::Rights(_) => refused(No::NotInPack {
            field: "rights",
            word: String::new(),
        }),
        CaseCommand::Control(_) => refused(RightsRefusal::NoSuchMeasure.into()),
        CaseCommand::Prevention(_) => refused(RightsRefusal::NoSuchSettlement.into()),
        command => steps::row(command),
    }
}

#[test]
fn each_command_leads_to_its_act_or_refusal_in_each_stage() {
    // S40
    let stages = [Vec::new(), received(), read(), handled(), closed()];
    for command in commands() {
        for (history, expected) in stages.iter().zip(row(&command)) {
            let given = given(history.clone());
            let stage = given.state().map(|case| case.stage);
            let found = given.when(command.clone()).map(|acts| {
                assert_eq!(acts.len(), 1, "{command:?} in {stage:?}");
                acts[0].kind()
            });
            assert_eq!(found, expected, "{command:?} in {stage:?}");
        }
    }
}

#[test]
fn a_case_goes_through_the_four_stages_its_reporter_sees() {
    // S40
    let stages: Vec<CaseStage> = [received(), read(), handled(), closed()]
        .into_iter()
        .map(|acts| given(acts).state().unwrap().stage)
        .collect();
    assert_eq!(
        stages,
        [
            CaseStage::Received,
            CaseStage::Assessed,
            CaseStage::Handled,
            CaseStage::Closed
        ]
    );
    for stage in stages {
        assert_eq!(CaseStage::parse(stage.as_str()), Some(stage));
    }
    assert_eq!(CaseStage::parse("lost"), None);
}

#[test]
fn a_stage_reached_is_not_left_but_by_opening_again() {
    // S40
    let mut acts = handled();
    acts.push((14, by(1), assessed("lost_item", Some(60))));
    assert_eq!(
        given(acts.clone()).state().unwrap().stage,
        CaseStage::Handled
    );
    acts.push((
        15,
        by(1),
        CaseAct::CaseClosed {
            outcome: "helped".to_owned(),
            reason: "selesai".to_owned(),
            keep_months: None,
        },
    ));
    acts.push((
        16,
        import(),
        CaseAct::OfficerAssigned {
            officer: officer(4),
            lacks: None,
            reason: None,
        },
    ));
    assert_eq!(
        given(acts.clone()).state().unwrap().stage,
        CaseStage::Closed
    );
    let reason = "belum selesai".to_owned();
    acts.push((17, by(1), CaseAct::CaseReopened { reason }));
    let case = given(acts).state().unwrap();
    assert_eq!(
        (case.stage, case.closed_at, case.outcome),
        (CaseStage::Handled, None, None)
    );
}

#[test]
fn acts_of_a_case_that_was_never_filed_or_of_something_else_change_nothing() {
    let taken = given([(1, by(1), CaseAct::CaseTaken { by: officer(1) })]);
    assert_eq!(taken.state(), None);
    let case = given(received()).state();
    let other = act(
        SUBJECT,
        2,
        by(1),
        minute(1),
        Payload::Encounter(
            crate::subject::encounter::EncounterAct::EncounterCorrected {
                text: "x".to_owned(),
            },
        ),
    );
    assert_eq!(evolve(case.clone(), &other), case);
    let mut twice = received();
    twice.push((9, Actor::Citizen, filed("traffic_advice", None)));
    let case = given(twice).state().unwrap();
    assert_eq!(
        (case.service, case.filed_at),
        (service("lost_item"), minute(0))
    );
}

#[test]
fn each_channel_is_read_back_from_its_word() {
    for word in ["web", "desk", "phone", "paper", "officer", "api", "import"] {
        let channel = Channel::parse(word).unwrap();
        assert_eq!(channel.as_str(), word);
        assert_eq!(
            serde_json::to_value(channel).unwrap(),
            serde_json::json!(word)
        );
    }
    assert_eq!(Channel::parse("pigeon"), None);
}
