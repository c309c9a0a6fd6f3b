//! What follows from rights, measures and settlements for the steps of a case and for its end.

use pengayom_core::pack::{ClockEvent, ConcernedRole, Party};
use pengayom_core::subject::case::{
    BeginMeasure, CaseCommand, Consent, ControlCommand, RightsCommand, RightsRefusal,
};

use crate::rights::{
    Story, answers, begin, close, end, give, judge, judge_again, measure, minute, name, refused,
    said, told,
};
use crate::support::pack;

// S18, S24: whoever has told the rights need not say once more that they did.
#[test]
fn the_step_of_the_rights_is_done_once_reporter_and_victims_were_told() {
    let mut story = Story::of("lp_b");
    let (reporter, victim) = (ConcernedRole::Reporter, ConcernedRole::Victim);
    story.tell(1, 1, name(&[reporter], Some(false))).unwrap();
    story.tell(2, 1, name(&[victim], Some(false))).unwrap();
    let suspect = name(&[ConcernedRole::Suspect], Some(false));
    story.tell(3, 1, suspect).unwrap();
    story.tell(4, 1, give(told(3))).unwrap();
    story.tell(5, 1, give(told(1))).unwrap();
    assert!(story.steps_done().is_empty(), "the victim waits");
    story.tell(6, 1, give(told(2))).unwrap();
    assert_eq!(story.steps_done(), ["rights_told"]);
    // Told again: the step stays done, and is not said twice.
    story.tell(7, 1, give(told(2))).unwrap();
    assert_eq!(story.steps_done(), ["rights_told"]);
}

// S18, S37
#[test]
fn diversion_begins_with_its_offer_and_not_with_a_judgement_that_excludes_it() {
    let mut story = Story::of("abh");
    let suspect = name(&[ConcernedRole::Suspect], Some(true));
    story.tell(1, 1, suspect).unwrap();
    let excluded = judge("diversion", answers(&["repeat"]));
    story.tell(4, 1, excluded).unwrap();
    assert!(story.steps_done().is_empty());
    let free = judge_again("diversion", answers(&[]), "putusan dulu milik anak lain");
    story.tell(5, 1, free).unwrap();
    assert_eq!(story.steps_done(), ["diversion_begun"]);
    let begun = ClockEvent::DiversionBegun;
    assert_eq!(story.case().event_at(begun), Some(minute(5)));
}

// S37: an exclusion that was found does not go away unsaid.
#[test]
fn a_way_that_was_excluded_is_offered_with_a_reason_only() {
    let mut story = Story::of("lp_b");
    let shut = judge("restorative", answers(&["unrest"]));
    story.tell(1, 1, shut).unwrap();
    assert_eq!(story.case().prevention.shut_by("restorative"), Some(1));
    for unsaid in ["", "  "] {
        let free = story.tell(2, 1, judge_again("restorative", answers(&[]), unsaid));
        let settlement = 1;
        assert_eq!(refused(free), RightsRefusal::ExcludedBefore { settlement });
    }
    // Another way was not found excluded, and excluded once more is no change.
    story
        .tell(3, 1, judge("diversion", answers(&["child"])))
        .unwrap();
    let shut = judge("restorative", answers(&["unrest"]));
    story.tell(4, 1, shut).unwrap();
    let why = "pasal yang disangkakan berubah";
    story
        .tell(5, 1, judge_again("restorative", answers(&[]), why))
        .unwrap();
    let prevention = &story.case().prevention;
    assert_eq!(prevention.shut_by("restorative"), None);
    let judged = &prevention.settlements.last().unwrap().judged;
    assert_eq!(judged.reason.as_deref(), Some(why));
}

// S37: nor does it when the matter becomes another.
#[test]
fn a_way_that_the_service_excluded_needs_a_reason_when_the_service_is_another() {
    let mut story = Story::of("tpks");
    story
        .tell(1, 1, judge("restorative", answers(&[])))
        .unwrap();
    let another = CaseCommand::Assess {
        service: "lp_b".parse().unwrap(),
        reason: Some("hasil visum".to_owned()),
    };
    story.tell(2, 1, another).unwrap();
    let free = story.tell(3, 1, judge("restorative", answers(&[])));
    let settlement = 1;
    assert_eq!(refused(free), RightsRefusal::ExcludedBefore { settlement });
    let why = "visum menunjukkan penganiayaan saja";
    story
        .tell(4, 1, judge_again("restorative", answers(&[]), why))
        .unwrap();
}

// S37: what became excluded since it was offered is neither consented to nor agreed.
#[test]
fn a_settlement_that_is_excluded_by_now_goes_no_further() {
    let mut story = Story::of("abh");
    let suspect = |under_18| {
        CaseCommand::Rights(RightsCommand::Name {
            person: Some(1),
            roles: vec![ConcernedRole::Suspect],
            under_18: Some(under_18),
            needs: Vec::new(),
            reason: "akta lahir diperlihatkan".to_owned(),
        })
    };
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(true)))
        .unwrap();
    story.tell(2, 1, judge("diversion", answers(&[]))).unwrap();
    story
        .tell(3, 1, said(Party::Victim, Consent::Given, true))
        .unwrap();
    // They turn out to be grown up.
    story.tell(4, 1, suspect(false)).unwrap();
    let later = story.tell(5, 1, said(Party::Child, Consent::Given, true));
    assert_eq!(refused(later), RightsRefusal::SettlementOver);
    // To say no, or to take a consent back, is always free.
    story
        .tell(6, 1, said(Party::Victim, Consent::Withdrawn, true))
        .unwrap();
}

// S37: what is owed of a measure is not left behind with a closed case.
#[test]
fn a_case_is_not_closed_before_an_urgent_measure_was_looked_at_and_rights_were_told() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(false)))
        .unwrap();
    let urgent = BeginMeasure {
        order: String::new(),
        ground: pack().measures().grounds[0].code.as_str().to_owned(),
        ..measure("arrest", Some(1))
    };
    story.tell(2, 1, begin(urgent)).unwrap();
    story.tell(3, 1, end()).unwrap();
    let shut = story.tell(4, 1, close());
    assert_eq!(refused(shut), RightsRefusal::RightsFirst { person: 1 });
    story.tell(5, 1, give(told(1))).unwrap();
    let shut = story.tell(6, 1, close());
    assert_eq!(refused(shut), RightsRefusal::MeasureUnseen { measure: 1 });
    let look = CaseCommand::Control(ControlCommand::Review {
        measure: 1,
        justified: true,
        text: "bahaya nyata".to_owned(),
    });
    story.tell(7, 2, look).unwrap();
    story.tell(8, 1, close()).unwrap();
}

// S24, S37: an arrest that is typed hours later began before the rights were told.
#[test]
fn rights_told_after_a_measure_began_do_not_come_before_it() {
    let mut story = Story::of("lp_b");
    story
        .tell(1, 1, name(&[ConcernedRole::Suspect], Some(false)))
        .unwrap();
    story.tell(60, 1, give(told(1))).unwrap();
    let early = story.tell(30, 1, begin(measure("arrest", Some(1))));
    assert_eq!(refused(early), RightsRefusal::RightsFirst { person: 1 });
    story
        .tell(61, 1, begin(measure("arrest", Some(1))))
        .unwrap();
}
