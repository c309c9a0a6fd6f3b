//! Who has a case, who was sent, and what is written down.

use super::*;

#[test]
fn a_case_ends_as_the_unit_says_cases_end_and_with_a_reason() {
    assert_eq!(
        given(handled()).when(close("lost_in_a_drawer", "selesai")),
        Err(CaseRefusal::NotInPack {
            field: "outcome",
            word: "lost_in_a_drawer".to_owned()
        })
    );
    let refusal = Err(CaseRefusal::Text {
        field: "reason",
        fault: TextFault::Empty,
    });
    assert_eq!(given(handled()).when(close("helped", "")), refusal);
    assert_eq!(given(closed()).when(reopen(" ")), refusal);
    let mut without = take_over(2, 1);
    if let CaseCommand::TakeOver { reason, .. } = &mut without {
        reason.clear();
    }
    assert_eq!(given(handled()).when(without), refusal);
}

#[test]
fn each_action_says_which_police_function_it_served() {
    // S1
    for function in ["order", "enforcement", "detection", "prevention"] {
        let acts = given(handled()).when(record_action(function)).unwrap();
        assert_eq!(
            acts,
            [CaseAct::ActionTaken {
                text: "tanya pedagang".to_owned(),
                function: function.to_owned()
            }]
        );
    }
    for none in ["", "parking"] {
        assert_eq!(
            given(handled()).when(record_action(none)),
            Err(CaseRefusal::NotInPack {
                field: "function",
                word: none.to_owned()
            })
        );
    }
}

#[test]
fn an_empty_text_says_nothing() {
    let refusal = |field| {
        Err(CaseRefusal::Text {
            field,
            fault: TextFault::Empty,
        })
    };
    let given = given(handled());
    assert_eq!(given.when(answer("\n")), refusal("text"));
    assert_eq!(given.when(add_information("")), refusal("text"));
    assert_eq!(given.when(dispatch(" ")), refusal("responder"));
    let without = CaseCommand::RecordAction {
        text: String::new(),
        function: "order".to_owned(),
    };
    assert_eq!(given.when(without), refusal("text"));
}

#[test]
fn a_reporter_adds_so_much_and_no_more() {
    let mut acts = received();
    for n in 0..ADDITIONS_MAX {
        let text = format!("hal {n}");
        let media = Vec::new();
        let added = CaseAct::InformationAdded { text, media };
        let found = given(acts.clone())
            .by(Actor::Citizen)
            .when(add_information("satu lagi"));
        assert!(found.is_ok());
        acts.push((1, Actor::Citizen, added));
    }
    assert_eq!(
        given(acts).by(Actor::Citizen).when(add_information("lagi")),
        Err(CaseRefusal::TooManyAdditions {
            limit: ADDITIONS_MAX
        })
    );
}

#[test]
fn two_officers_who_take_the_same_case_do_not_both_get_it() {
    let taken = || {
        let mut acts = received();
        acts.push((1, by(2), CaseAct::CaseTaken { by: officer(2) }));
        given(acts)
    };
    assert_eq!(
        taken().when(take(1)),
        Err(CaseRefusal::WithAnotherOfficer {
            officer: officer(2)
        })
    );
    assert_eq!(
        taken().by(by(2)).when(take(2)),
        Ok(Vec::new()),
        "asked twice, done once"
    );
    // Officer 1 saw officer 3 have it, but by now it is with officer 2.
    assert_eq!(
        taken().when(take_over(3, 1)),
        Err(CaseRefusal::WithAnotherOfficer {
            officer: officer(2)
        })
    );
    let again = taken().by(by(2)).when(take_over(2, 2));
    assert_eq!(again, Ok(Vec::new()));
    let acts = taken().when(take_over(2, 1)).unwrap();
    let mut history = received();
    history.push((1, by(2), CaseAct::CaseTaken { by: officer(2) }));
    history.push((2, by(1), acts[0].clone()));
    assert_eq!(given(history).state().unwrap().taken_by, Some(officer(1)));
}

#[test]
fn one_takes_a_case_for_oneself_and_not_for_a_colleague() {
    let program = Actor::Program {
        job: "simulate".to_owned(),
    };
    for actor in [by(3), import(), program] {
        let found = given(received()).by(actor.clone()).when(take(1));
        assert_eq!(found, Err(CaseRefusal::ForOneselfOnly), "{actor:?}");
        let found = given(handled()).by(actor).when(take_over(2, 1));
        assert_eq!(found, Err(CaseRefusal::ForOneselfOnly));
    }
}

#[test]
fn giving_a_case_to_who_has_it_changes_nothing() {
    assert_eq!(given(handled()).when(assign(3)), Ok(Vec::new()));
}

#[test]
fn a_unit_is_sent_arrives_and_is_free_again_in_this_order() {
    let mut acts = handled();
    let given_at = |acts: &Vec<(i64, Actor, CaseAct)>, at| given(acts.clone()).told(told_later(at));
    let again = Err(CaseRefusal::AlreadyRecorded("P-1".to_owned()));
    let before = |at, after| {
        Err(CaseRefusal::BeforeWhatItFollows {
            at: minute(at),
            after: minute(after),
        })
    };
    assert_eq!(given_at(&acts, 14).when(dispatch("P-1")), again);
    assert_eq!(given_at(&acts, 12).when(arrive("P-1")), before(12, 13));
    assert_eq!(given_at(&acts, 12).when(clear("P-1")), before(12, 13));
    let cleared_without_arriving = given_at(&acts, 14).when(clear("P-1"));
    assert!(cleared_without_arriving.is_ok(), "called off on the way");

    let responder = "P-1".to_owned();
    acts.push((20, by(1), CaseAct::ResponderArrived { responder }));
    assert_eq!(given_at(&acts, 21).when(arrive("P-1")), again);
    assert_eq!(given_at(&acts, 19).when(clear("P-1")), before(19, 20));

    let responder = "P-1".to_owned();
    acts.push((25, by(1), CaseAct::ResponderCleared { responder }));
    assert_eq!(given_at(&acts, 26).when(clear("P-1")), again);
    let case = given(acts).state().unwrap();
    assert_eq!(case.responders.len(), 1);
    assert_eq!(case.responders[0].dispatched_at, Some(minute(13)));
    assert_eq!(case.responders[0].arrived_at, Some(minute(20)));
    assert_eq!(case.responders[0].cleared_at, Some(minute(25)));
    assert_eq!(case.response.unwrap().at, minute(20));
}

#[test]
fn a_unit_that_is_free_again_can_be_sent_again() {
    // S15: the wait ends with the first arrival, however often a unit comes.
    let mut acts = handled();
    let mark = |acts: &mut Vec<(i64, Actor, CaseAct)>, at, command| {
        let found = given(acts.clone()).told(told_later(at)).when(command)?;
        acts.push((at, by(1), found[0].clone()));
        Ok(())
    };
    mark(&mut acts, 20, arrive("P-1")).unwrap();
    mark(&mut acts, 25, clear("P-1")).unwrap();
    let early = mark(&mut acts, 24, dispatch("P-1"));
    assert_eq!(
        early,
        Err(CaseRefusal::BeforeWhatItFollows {
            at: minute(24),
            after: minute(25)
        })
    );
    mark(&mut acts, 26, dispatch("P-1")).unwrap();
    let on_its_way = given(acts.clone()).state().unwrap();
    assert_eq!(on_its_way.responders.len(), 1);
    assert_eq!(on_its_way.responders[0].dispatched_at, Some(minute(26)));
    assert_eq!(on_its_way.responders[0].arrived_at, None);
    assert_eq!(on_its_way.responders[0].cleared_at, None);
    mark(&mut acts, 30, arrive("P-1")).unwrap();
    mark(&mut acts, 35, clear("P-1")).unwrap();
    assert_eq!(
        given(acts).state().unwrap().response.unwrap().at,
        minute(20)
    );
}

#[test]
fn spaces_around_a_call_sign_do_not_make_another_unit() {
    let sent = given(handled());
    let again = CaseRefusal::AlreadyRecorded("P-1".to_owned());
    assert_eq!(sent.when(dispatch(" P-1 ")), Err(again));
    let arrived = CaseAct::ResponderArrived {
        responder: "P-1".to_owned(),
    };
    assert_eq!(sent.when(arrive("P-1\t")), Ok(vec![arrived]));
    assert!(sent.when(clear(" P-1")).is_ok());
    let other = CaseAct::ResponderDispatched {
        responder: "P-2".to_owned(),
    };
    assert_eq!(sent.when(dispatch(" P-2")), Ok(vec![other]));
}

#[test]
fn whoever_acts_on_a_report_has_read_it() {
    // S40
    let text = || "x".to_owned();
    let acts = [
        CaseAct::ActionTaken {
            text: text(),
            function: "order".to_owned(),
        },
        CaseAct::ReporterAnswered {
            text: text(),
            next_news_by: None,
        },
        CaseAct::OfficerAssigned {
            officer: officer(3),
            lacks: None,
            reason: None,
        },
        CaseAct::ResponderDispatched { responder: text() },
        CaseAct::ResponderArrived { responder: text() },
        CaseAct::CaseClosed {
            outcome: "helped".to_owned(),
            reason: text(),
            keep_months: None,
        },
        assessed("lost_item", Some(60)),
    ];
    for what in acts {
        let mut history = received();
        history.push((7, by(1), what.clone()));
        history.push((20, by(1), assessed("lost_item", Some(60))));
        history.push((5, by(3), what.clone()));
        let case = given(history).state().unwrap();
        assert_eq!(case.assessed_at, Some(minute(5)), "{}", what.kind());
    }
    let mut history = received();
    let text = text();
    let media = Vec::new();
    history.push((3, Actor::Citizen, CaseAct::InformationAdded { text, media }));
    assert_eq!(given(history).state().unwrap().assessed_at, None);
}

/// Whatever a clock shows that was set back, what happens now follows what is recorded.
#[test]
fn after_a_clock_was_set_back_work_goes_on_and_nobody_waited_less_than_nothing() {
    let back = given(received()).at(-60);
    let acts = back.when(assign(3)).unwrap();
    assert_eq!(acts.len(), 1);
    let answer = CaseCommand::Answer {
        text: "petugas berangkat".to_owned(),
        next_news_by: None,
    };
    let acts = back.when(answer).unwrap();
    let history = received()
        .into_iter()
        .chain([(-60, by(1), acts[0].clone())]);
    let case = given(history.collect::<Vec<_>>()).state().unwrap();
    let response = case.response.unwrap();
    assert_eq!((response.waited.as_secs(), response.late), (0, false));
    // What is told of an earlier time has to fit all the same.
    assert!(matches!(
        given(received()).told(told_later(-60)).when(assign(3)),
        Err(CaseRefusal::BeforeWhatItFollows { .. })
    ));
}

#[test]
fn a_file_is_added_once_with_what_it_is_and_whoever_adds_it_has_read_the_case() {
    // S13 S18
    let given_one = given(received());
    let acts = given_one.when(add_evidence("cd")).unwrap();
    let CaseAct::EvidenceAdded {
        file, description, ..
    } = &acts[0]
    else {
        panic!("{acts:?}")
    };
    assert_eq!(file.sha256, "cd".repeat(32));
    assert_eq!(description, "rekaman kamera toko");
    let mut history = received();
    history.push((20, by(1), acts[0].clone()));
    let state = given(history.clone()).state().unwrap();
    assert_eq!(state.stage, CaseStage::Assessed);
    assert_eq!(state.assessed_at, Some(minute(20)));
    assert_eq!(state.response, None, "nobody was answered by it");
    assert_eq!((state.media.len(), state.evidence), (1, 1));
    assert_eq!(
        given(history.clone()).when(add_evidence("cd")),
        Err(CaseRefusal::FileAlreadyThere)
    );
    assert!(given(history).when(add_evidence("ab")).is_ok());
    assert_eq!(
        given(received())
            .by(Actor::Citizen)
            .when(add_evidence("ab")),
        Err(CaseRefusal::StaffOnly)
    );
}

#[test]
fn what_is_said_of_a_file_is_needed_where_it_has_to_be_and_never_of_the_future() {
    let with = |change: fn(&mut String, &mut Option<String>, &mut Option<jiff::Timestamp>)| {
        let mut command = add_evidence("ab");
        if let CaseCommand::AddEvidence {
            description,
            obtained_from,
            obtained_at,
            ..
        } = &mut command
        {
            change(description, obtained_from, obtained_at);
        }
        given(received()).when(command)
    };
    let text = |field, fault| Err(CaseRefusal::Text { field, fault });
    assert_eq!(
        with(|what, _, _| what.clear()),
        text("description", TextFault::Empty)
    );
    let chars = TEXT_MAX_CHARS + 1;
    let limit = TEXT_MAX_CHARS;
    assert_eq!(
        with(|_, from, _| *from = Some("a".repeat(TEXT_MAX_CHARS + 1))),
        text("obtained_from", TextFault::TooLong { chars, limit })
    );
    let empty = with(|_, from, _| *from = Some("  ".to_owned())).unwrap();
    assert!(matches!(
        &empty[0],
        CaseAct::EvidenceAdded {
            obtained_from: None,
            ..
        }
    ));
    assert_eq!(
        with(|_, _, at| *at = Some(minute(60))),
        Err(CaseRefusal::InTheFuture { at: minute(60) })
    );
    assert!(
        with(|_, _, at| *at = Some(minute(-60))).is_ok(),
        "obtained before the report"
    );
}

#[test]
fn a_case_takes_so_many_files_and_no_more() {
    let mut acts = received();
    for n in 0..EVIDENCE_MAX {
        let added = given(acts.clone()).when(add_evidence(&format!("{n:02x}")));
        acts.push((1, by(1), added.unwrap().remove(0)));
    }
    assert_eq!(
        given(acts).when(add_evidence("ff")),
        Err(CaseRefusal::TooManyFiles {
            limit: EVIDENCE_MAX
        })
    );
}
