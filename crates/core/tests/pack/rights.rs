//! Rights by role, control measures, prevention and settlements, by the rules of a case and the pack of this repository.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{Act, Actor, Payload, Subject};
use pengayom_core::pack::{
    ConcernedRole, FactAnswer, Measures, Pack, Party, RightsBook, ServiceCode, Step,
};
use pengayom_core::subject::case::{
    BeginMeasure, Case, CaseAct, CaseCommand, CaseRefusal, Channel, Consent, ControlCommand,
    FactGiven, GiveRights, Harm, NotFirst, PreventionCommand, RightsCommand, RightsRefusal,
    SettlementStage, Signing, TriedResult, decide, evolve,
};
use pengayom_core::subject::{Method, Moment};
use pengayom_core::value::{ActId, CaseId, OfficerId};
use uuid::Uuid;

use crate::support::pack;

/// The pack as the rules of a case ask it, as far as these tests go.
struct Unit<'p>(&'p Pack);

impl Method for Unit<'_> {
    fn offers(&self, service: &ServiceCode) -> bool {
        self.0.service(service).is_some()
    }
    fn response_minutes(&self, _: &ServiceCode) -> Option<u32> {
        None
    }
    fn is_sensitive(&self, service: &ServiceCode) -> bool {
        self.0.is_sensitive(service)
    }
    fn keep_months(&self, _: &ServiceCode) -> Option<u32> {
        None
    }
    fn emergency_minutes(&self) -> u32 {
        60
    }
    fn has_outcome(&self, _: &str) -> bool {
        true
    }
    fn has_late_reason(&self, _: &str) -> bool {
        true
    }
    fn has_letter(&self, _: &str) -> bool {
        true
    }
    fn has_function(&self, _: &str) -> bool {
        true
    }
    fn has_role(&self, _: &str) -> bool {
        true
    }
    fn has_explanation(&self, _: &str) -> bool {
        true
    }
    fn proof(&self) -> &pengayom_core::pack::ProofLaw {
        self.0.proof()
    }
    fn asks(&self, _: &str) -> bool {
        true
    }
    fn steps(&self, service: &ServiceCode) -> &[Step] {
        self.0.steps().of(service)
    }
    fn steps_bind(&self, _: Timestamp) -> bool {
        false
    }
    fn rights(&self) -> Option<&RightsBook> {
        Some(self.0.rights())
    }
    fn measures(&self) -> Option<&Measures> {
        Some(self.0.measures())
    }
}

pub(crate) fn minute(n: i64) -> Timestamp {
    let start: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(n)
}

fn officer(n: u128) -> Actor {
    Actor::Officer {
        id: OfficerId(Uuid::from_u128(n)),
    }
}

/// A case as commands make it.
pub(crate) struct Story {
    case: Option<Case>,
    acts: Vec<CaseAct>,
}

impl Story {
    pub(crate) fn of(service: &str) -> Self {
        let mut story = Self {
            case: None,
            acts: Vec::new(),
        };
        let filing = CaseCommand::FileRequest {
            secret: None,
            service: service.parse().unwrap(),
            report_kind: None,
            channel: Channel::Desk,
            paper: None,
            description: "helm diambil di pasar".to_owned(),
            when_text: None,
            occurred_at: None,
            harm: Harm::default(),
            danger: false,
            reporter: None,
            reachable: false,
            media: Vec::new(),
            pack_version: "1".to_owned(),
            simulated: false,
            priority: None,
        };
        story.tell(0, 1, filing).unwrap();
        story
    }

    /// Somebody asks for something at a minute.
    pub(crate) fn tell(
        &mut self,
        at: i64,
        by: u128,
        command: CaseCommand,
    ) -> Result<(), CaseRefusal> {
        let moment = Moment::now(minute(at));
        let actor = officer(by);
        let acts = decide(self.case.as_ref(), command, &actor, moment, &Unit(pack()))?;
        for what in acts {
            let act = Act {
                id: ActId(Uuid::from_u128(1)),
                unit: "polres-pati".parse().unwrap(),
                subject: Subject::Case(CaseId(Uuid::from_u128(2))),
                version: u32::try_from(self.acts.len() + 1).unwrap(),
                actor: actor.clone(),
                happened_at: minute(at),
                recorded_at: minute(at),
                place: None,
                payload: Payload::Case(what.clone()),
            };
            self.case = evolve(self.case.take(), &act);
            self.acts.push(what);
        }
        Ok(())
    }

    pub(crate) fn case(&self) -> &Case {
        self.case.as_ref().unwrap()
    }

    /// Steps that were done, in their order.
    pub(crate) fn steps_done(&self) -> Vec<&str> {
        let steps = self.acts.iter().filter_map(|act| match act {
            CaseAct::StepDone { step, .. } => Some(step.as_str()),
            _ => None,
        });
        steps.collect()
    }

    pub(crate) fn owed(&self, n: u32) -> Vec<&str> {
        let person = self.case().rights.person(n).unwrap();
        person.owed.iter().map(|owed| owed.list.as_str()).collect()
    }
}

pub(crate) fn name(roles: &[ConcernedRole], under_18: Option<bool>) -> CaseCommand {
    CaseCommand::Rights(RightsCommand::Name {
        person: None,
        roles: roles.to_vec(),
        under_18,
        needs: Vec::new(),
        reason: String::new(),
    })
}

pub(crate) fn told(person: u32) -> GiveRights {
    GiveRights::understood(person, "Indonesia")
}

pub(crate) fn give(give: GiveRights) -> CaseCommand {
    CaseCommand::Rights(RightsCommand::Give(give))
}

pub(crate) fn measure(kind: &str, person: Option<u32>) -> BeginMeasure {
    BeginMeasure {
        kind: kind.to_owned(),
        person,
        order: "SP/1/XI/2026".to_owned(),
        ground: String::new(),
        explained: "dijelaskan dengan kata sederhana".to_owned(),
        remedy_told: true,
        not_first: Some(NotFirst::NotSafe),
        not_first_text: "membawa pisau".to_owned(),
        encounter: None,
    }
}

pub(crate) fn begin(measure: BeginMeasure) -> CaseCommand {
    CaseCommand::Control(ControlCommand::Begin(measure))
}

pub(crate) fn end() -> CaseCommand {
    CaseCommand::Control(ControlCommand::End {
        measure: 1,
        text: "dipulangkan".to_owned(),
    })
}

pub(crate) fn close() -> CaseCommand {
    CaseCommand::Close {
        outcome: "resolved".to_owned(),
        reason: "selesai".to_owned(),
    }
}

pub(crate) fn refused(result: Result<(), CaseRefusal>) -> RightsRefusal {
    match result {
        Err(CaseRefusal::Rights(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

// S24
#[test]
fn a_witness_who_becomes_a_suspect_is_owed_the_rights_of_a_suspect() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Witness], Some(false)))
        .unwrap();
    assert_eq!(story.owed(1), ["witness"]);
    let due = story.case().rights.due_at().unwrap();
    assert_eq!(due, minute(1 + 24 * 60));
    story.tell(5, 1, give(told(1))).unwrap();
    assert!(story.owed(1).is_empty());
    assert_eq!(story.case().rights.due_at(), None);
    let change = |reason: &str| {
        CaseCommand::Rights(RightsCommand::Name {
            person: Some(1),
            roles: vec![ConcernedRole::Suspect],
            under_18: Some(false),
            needs: Vec::new(),
            reason: reason.to_owned(),
        })
    };
    assert!(matches!(
        story.tell(9, 1, change(" ")),
        Err(CaseRefusal::Text {
            field: "reason",
            ..
        })
    ));
    story.tell(9, 1, change("dua saksi melihatnya")).unwrap();
    assert_eq!(story.owed(1), ["suspect"]);
    story.tell(12, 1, give(told(1))).unwrap();
    assert_eq!(story.case().rights.counts(), (2, 2));
    let wait = story.case().rights.longest_wait();
    assert_eq!(wait, Some(SignedDuration::from_mins(4)));
}

// S24: the reporter who is the suspect.
#[test]
fn who_is_reporter_and_suspect_is_told_both_lists() {
    let mut story = Story::of("lp_b");
    let both = [ConcernedRole::Suspect, ConcernedRole::Reporter];
    story.tell(1, 1, name(&both, Some(false))).unwrap();
    assert_eq!(story.owed(1), ["reporter", "suspect"]);
}

// S24
#[test]
fn a_child_is_told_in_company_or_it_is_said_why_not() {
    let mut story = Story::of("abh");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(true)))
        .unwrap();
    assert_eq!(story.owed(1), ["suspect_child"]);
    let alone = story.tell(2, 1, give(told(1)));
    assert_eq!(refused(alone), RightsRefusal::ChildAlone);
    let without = GiveRights {
        guardian: Some(true),
        adviser: Some(false),
        ..told(1)
    };
    assert!(matches!(
        story.tell(2, 1, give(without.clone())),
        Err(CaseRefusal::Text {
            field: "absent",
            ..
        })
    ));
    let why = GiveRights {
        absent: "Bapas belum tiba".to_owned(),
        ..without
    };
    story.tell(3, 1, give(why)).unwrap();
    assert!(story.owed(1).is_empty());
}

// S24: whoever's age is not known is treated as a child.
#[test]
fn an_unknown_age_counts_as_a_childs() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], None))
        .unwrap();
    assert_eq!(story.owed(1), ["suspect_child"]);
}

// S24
#[test]
fn who_did_not_understand_is_helped_and_that_is_recorded() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Victim], Some(false)))
        .unwrap();
    let lost = GiveRights {
        understood: false,
        ..told(1)
    };
    assert!(matches!(
        story.tell(2, 1, give(lost.clone())),
        Err(CaseRefusal::Text { field: "help", .. })
    ));
    let helped = GiveRights {
        help: "dibacakan lagi dalam bahasa Jawa".to_owned(),
        signing: Signing::Refused,
        ..lost
    };
    story.tell(3, 1, give(helped)).unwrap();
    assert_eq!(
        story.case().rights.person(1).unwrap().understood,
        Some(false)
    );
}

// S37
#[test]
fn rights_come_before_a_measure_that_can_wait() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(false)))
        .unwrap();
    let early = story.tell(2, 1, begin(measure("arrest", Some(1))));
    assert_eq!(refused(early), RightsRefusal::RightsFirst { person: 1 });
    story.tell(3, 1, give(told(1))).unwrap();
    story.tell(4, 1, begin(measure("arrest", Some(1)))).unwrap();
    let begun = &story.case().control.measures[0];
    assert_eq!(begun.begun.ends_by, Some(minute(4 + 24 * 60)));
    assert!(!begun.is_over_time(minute(4 + 24 * 60)));
    assert!(begun.is_over_time(minute(5 + 24 * 60)));
}

// S37: in urgency they are owed within the pack's minutes.
#[test]
fn an_urgent_measure_puts_rights_off_for_the_packs_minutes_only() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(false)))
        .unwrap();
    let urgent = BeginMeasure {
        order: String::new(),
        ground: "caught".to_owned(),
        not_first: None,
        not_first_text: String::new(),
        ..measure("arrest", Some(1))
    };
    story.tell(2, 1, begin(urgent)).unwrap();
    let within = i64::from(pack().rights().urgent_minutes);
    assert_eq!(story.case().rights.due_at(), Some(minute(2 + within)));
    story.tell(4 + within, 1, give(told(1))).unwrap();
    assert_eq!(story.case().rights.counts(), (1, 0), "told too late");
}

// S37
#[test]
fn a_measure_needs_basis_explanation_and_remedy() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(false)))
        .unwrap();
    story.tell(2, 1, give(told(1))).unwrap();
    let good = || measure("arrest", Some(1));
    let no_order = BeginMeasure {
        order: String::new(),
        ..good()
    };
    assert_eq!(
        refused(story.tell(3, 1, begin(no_order))),
        RightsRefusal::OrderMissing
    );
    let silent = BeginMeasure {
        remedy_told: false,
        ..good()
    };
    assert_eq!(
        refused(story.tell(3, 1, begin(silent))),
        RightsRefusal::RemedyNotTold
    );
    let dumb = BeginMeasure {
        explained: String::new(),
        ..good()
    };
    assert!(matches!(
        story.tell(3, 1, begin(dumb)),
        Err(CaseRefusal::Text {
            field: "explained",
            ..
        })
    ));
    let unknown = BeginMeasure {
        ground: "tired".to_owned(),
        order: String::new(),
        ..good()
    };
    assert!(matches!(
        story.tell(3, 1, begin(unknown)),
        Err(CaseRefusal::NotInPack {
            field: "ground",
            ..
        })
    ));
    story
        .tell(3, 1, name(&[ConcernedRole::Witness], Some(false)))
        .unwrap();
    let witness = measure("arrest", Some(2));
    assert_eq!(
        refused(story.tell(3, 1, begin(witness))),
        RightsRefusal::NotForRole
    );
}

// S87
#[test]
fn something_is_tried_before_a_measure_or_it_is_said_why_not() {
    let mut story = Story::of("lp_b");
    let no_reason = BeginMeasure {
        not_first: None,
        ..measure("search", None)
    };
    let result = story.tell(1, 1, begin(no_reason.clone()));
    assert_eq!(refused(result), RightsRefusal::NothingTriedFirst);
    let tried = CaseCommand::Prevention(PreventionCommand::Try {
        kind: "invitation".to_owned(),
        result: TriedResult::Failed,
        text: "tidak datang".to_owned(),
    });
    story.tell(2, 1, tried).unwrap();
    story.tell(3, 1, begin(no_reason)).unwrap();
}

// S37
#[test]
fn another_officer_looks_at_a_measure_and_nobody_closes_a_case_with_somebody_locked_up() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(false)))
        .unwrap();
    story.tell(2, 1, give(told(1))).unwrap();
    story.tell(3, 1, begin(measure("arrest", Some(1)))).unwrap();
    let review = || {
        CaseCommand::Control(ControlCommand::Review {
            measure: 1,
            justified: true,
            text: "surat lengkap".to_owned(),
        })
    };
    assert_eq!(story.tell(4, 1, review()), Err(CaseRefusal::OwnDecision));
    story.tell(4, 2, review()).unwrap();
    assert_eq!(
        refused(story.tell(5, 2, review())),
        RightsRefusal::MeasureOver
    );
    let shut = story.tell(6, 1, close());
    assert_eq!(refused(shut), RightsRefusal::MeasureLasts { measure: 1 });
    story.tell(7, 1, end()).unwrap();
    story.tell(8, 1, close()).unwrap();
}

pub(crate) fn answers(yes: &[&str]) -> Vec<FactGiven> {
    let one = |fact: &pengayom_core::pack::Fact| FactGiven {
        fact: fact.code.as_str().to_owned(),
        answer: if yes.contains(&fact.code.as_str()) {
            FactAnswer::Yes
        } else {
            FactAnswer::No
        },
    };
    pack().measures().facts.iter().map(one).collect()
}

pub(crate) fn judge(way: &str, answers: Vec<FactGiven>) -> CaseCommand {
    judge_again(way, answers, "")
}

/// A judgement with the reason why it is another than before.
pub(crate) fn judge_again(way: &str, answers: Vec<FactGiven>, reason: &str) -> CaseCommand {
    CaseCommand::Prevention(PreventionCommand::Judge {
        way: way.to_owned(),
        answers,
        reason: Some(reason.to_owned()),
    })
}

pub(crate) fn said(side: Party, consent: Consent, told_free: bool) -> CaseCommand {
    CaseCommand::Prevention(PreventionCommand::Answer {
        settlement: 1,
        side,
        consent,
        told_free,
    })
}

// S37, S87
#[test]
fn diversion_needs_the_free_consent_of_all_and_is_kept_or_broken() {
    let mut story = Story::of("abh");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(true)))
        .unwrap();
    story
        .tell(2, 1, judge("diversion", answers(&["child"])))
        .unwrap();
    let again = story.tell(3, 1, judge("diversion", answers(&["child"])));
    assert_eq!(refused(again), RightsRefusal::AlreadyOffered);
    let pressed = story.tell(3, 1, said(Party::Victim, Consent::Given, false));
    assert_eq!(refused(pressed), RightsRefusal::ConsentNotFree);
    story
        .tell(4, 1, said(Party::Child, Consent::Given, true))
        .unwrap();
    story
        .tell(4, 1, said(Party::Guardian, Consent::Given, true))
        .unwrap();
    let agree = || {
        CaseCommand::Prevention(PreventionCommand::Agree {
            settlement: 1,
            text: "mengganti helm".to_owned(),
            keep_by: Some(minute(10_000)),
        })
    };
    let missing = story.tell(5, 1, agree());
    assert_eq!(
        refused(missing),
        RightsRefusal::ConsentMissing {
            side: Party::Victim
        }
    );
    story
        .tell(6, 1, said(Party::Victim, Consent::Given, true))
        .unwrap();
    story.tell(7, 1, agree()).unwrap();
    let end = CaseCommand::Prevention(PreventionCommand::End {
        settlement: 1,
        kept: true,
        text: "helm diganti".to_owned(),
    });
    story.tell(8, 1, end).unwrap();
    assert_eq!(
        story.case().prevention.settlements[0].stage(),
        SettlementStage::Kept
    );
}

// S37
#[test]
fn consent_that_is_taken_back_ends_the_settlement() {
    let mut story = Story::of("lp_b");
    story
        .tell(2, 1, judge("restorative", answers(&[])))
        .unwrap();
    story
        .tell(3, 1, said(Party::Victim, Consent::Given, true))
        .unwrap();
    story
        .tell(4, 1, said(Party::Victim, Consent::Withdrawn, false))
        .unwrap();
    assert_eq!(
        story.case().prevention.settlements[0].stage(),
        SettlementStage::Declined
    );
    let late = story.tell(5, 1, said(Party::Victim, Consent::Given, true));
    assert_eq!(refused(late), RightsRefusal::SettlementOver);
}

// S37: never sexual violence, whatever is answered.
#[test]
fn the_service_decides_where_an_answer_would_deny_it() {
    let mut story = Story::of("tpks");
    story
        .tell(1, 1, judge("restorative", answers(&[])))
        .unwrap();
    let judged = &story.case().prevention.settlements[0];
    assert_eq!(judged.judged.excluded, ["sexual"]);
    assert_eq!(judged.stage(), SettlementStage::Excluded);
    let consent = story.tell(2, 1, said(Party::Victim, Consent::Given, true));
    assert_eq!(refused(consent), RightsRefusal::SettlementOver);
}

// S37
#[test]
fn a_suspect_who_is_grown_up_is_not_diverted() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(false)))
        .unwrap();
    story
        .tell(2, 1, judge("diversion", answers(&["child"])))
        .unwrap();
    let judged = &story.case().prevention.settlements[0].judged;
    assert_eq!(judged.excluded, ["not_child"]);
}

#[test]
fn a_question_without_an_answer_is_no_leave() {
    let mut story = Story::of("lp_b");
    let refusal = refused(story.tell(1, 1, judge("restorative", Vec::new())));
    assert!(matches!(refusal, RightsRefusal::FactNotAnswered { .. }));
}
