//! The promised time: what ends the wait, and what lateness asks for.

use super::*;

#[test]
fn another_service_than_was_asked_for_needs_a_reason() {
    // S18
    for none in [None, Some(""), Some("  "), Some("\u{2800}")] {
        let found = given(received()).when(assess("violence_at_home", none));
        assert!(found.is_err(), "{none:?}");
    }
    assert_eq!(
        given(received()).when(assess("violence_at_home", None)),
        Err(CaseRefusal::ReasonMissing)
    );
    let acts = given(read())
        .when(assess("violence_at_home", Some("pelapor dipukul")))
        .unwrap();
    assert_eq!(
        acts,
        [CaseAct::CaseAssessed {
            service: service("violence_at_home"),
            reason: Some("pelapor dipukul".to_owned()),
            // Counted from the filing, not from the assessment.
            respond_by: Some(minute(30)),
            sensitive: true,
        }]
    );
    let same = given(received()).when(assess("lost_item", None));
    assert!(same.is_ok(), "the same service needs none");
    let long = "x".repeat(TEXT_MAX_CHARS + 1);
    let found = given(received()).when(assess("lost_item", Some(&long)));
    assert!(matches!(
        found,
        Err(CaseRefusal::Text {
            field: "reason",
            ..
        })
    ));
}

#[test]
fn a_sensitive_case_stays_sensitive_whatever_service_it_is_given() {
    let mut acts = received();
    let why = Some("pelapor dipukul");
    let narrow = given(acts.clone()).when(assess("violence_at_home", why));
    acts.push((12, by(1), narrow.unwrap()[0].clone()));
    assert!(given(acts.clone()).state().unwrap().sensitive);
    let why = Some("salah pilih");
    let ordinary = given(acts.clone()).when(assess("lost_item", why)).unwrap();
    acts.push((13, by(1), ordinary[0].clone()));
    let case = given(acts).state().unwrap();
    assert_eq!(case.service, service("lost_item"));
    assert!(case.sensitive);
}

#[test]
fn a_late_case_is_not_closed_before_somebody_says_why() {
    // S18
    let due = minute(60);
    let late = || given(handled()).at(61);
    assert_eq!(
        late().when(close("helped", "selesai")),
        Err(CaseRefusal::LateWithoutReason { due })
    );
    let on_time = given(handled()).at(60).when(close("helped", "selesai"));
    assert!(on_time.is_ok(), "the promised minute is in time");

    let explained = late().when(explain_delay("flooded_road")).unwrap();
    let mut acts = handled();
    acts.push((61, by(1), explained[0].clone()));
    let after = given(acts).at(62).when(close("helped", "selesai"));
    assert_eq!(after.unwrap()[0].kind(), "case.case_closed");
}

#[test]
fn a_closing_dated_back_does_not_make_a_missed_promise_kept() {
    // S18
    let dated_back = Moment {
        happened_at: minute(59),
        recorded_at: minute(300),
    };
    let late = || given(received()).told(dated_back);
    assert_eq!(
        late().when(close("helped", "selesai")),
        Err(CaseRefusal::LateWithoutReason { due: minute(60) })
    );
    // The reason can be given in the same breath.
    assert!(late().when(explain_delay("flooded_road")).is_ok());
    assert!(late().by(import()).when(close("helped", "x")).is_ok());
}

#[test]
fn what_staff_tell_is_not_older_than_a_week() {
    // S18
    let day = 24 * 60;
    let told = |days: i64, more: i64| Moment {
        happened_at: minute(20),
        recorded_at: minute(20 + days * day + more),
    };
    let commands = || {
        [
            arrive("P-1"),
            record_action("order"),
            answer("sudah kami datangi"),
            explain_delay("flooded_road"),
        ]
    };
    let refusal = CaseRefusal::ToldTooLate {
        at: minute(20),
        limit_days: TELL_WITHIN_DAYS,
    };
    for command in commands() {
        let in_time = given(handled()).told(told(TELL_WITHIN_DAYS, 0));
        assert!(
            in_time.when(command.clone()).is_ok(),
            "a week to the minute"
        );
        let late = in_time.told(told(TELL_WITHIN_DAYS, 1));
        assert_eq!(late.when(command.clone()), Err(refusal.clone()));
        // Other systems' records are as old as they are.
        let program = Actor::Program {
            job: "simulate".to_owned(),
        };
        for actor in [import(), program] {
            let old = given(handled()).told(told(30, 0)).by(actor);
            assert!(old.when(command.clone()).is_ok());
        }
    }
    let late = given(handled()).told(told(TELL_WITHIN_DAYS, 1));
    assert_eq!(late.when(close("helped", "selesai")), Err(refusal));
}

#[test]
fn choosing_another_service_does_not_undo_a_missed_promise() {
    // S18
    let mut acts = received();
    acts.push((70, by(1), assessed("traffic_advice", None)));
    let late = || given(acts.clone()).at(71);
    assert!(!late().state().unwrap().is_late(minute(71)));
    assert!(late().state().unwrap().owes_a_reason(minute(71)));
    assert_eq!(
        late().when(close("helped", "selesai")),
        Err(CaseRefusal::LateWithoutReason { due: minute(60) })
    );
    let explained = late().when(explain_delay("flooded_road")).unwrap();
    let mut after = acts.clone();
    after.push((71, by(1), explained[0].clone()));
    assert!(given(after).at(72).when(close("helped", "selesai")).is_ok());

    // In time, nothing was missed; a report of another system is judged by its own times.
    let mut acts = received();
    acts.push((60, by(1), assessed("traffic_advice", None)));
    let found = given(acts).at(500).when(close("helped", "selesai"));
    assert!(found.is_ok());
    let mut given = given(received());
    let mut assessed = act(
        SUBJECT,
        2,
        import(),
        minute(50),
        Payload::Case(assessed("traffic_advice", None)),
    );
    assessed.recorded_at = minute(100_000);
    given.history.push(assessed.clone());
    assert_eq!(given.state().unwrap().missed_before, None);
    // An officer who says so later says it late.
    assessed.actor = by(1);
    given.history[1] = assessed;
    assert_eq!(given.state().unwrap().missed_before, Some(minute(60)));
}

#[test]
fn an_answer_that_came_late_needs_a_reason_as_much_as_none() {
    // S18
    let mut acts = received();
    let text = "maaf".to_owned();
    acts.push((
        90,
        by(1),
        CaseAct::ReporterAnswered {
            text,
            next_news_by: None,
        },
    ));
    let due = minute(60);
    assert_eq!(
        given(acts).at(91).when(close("helped", "selesai")),
        Err(CaseRefusal::LateWithoutReason { due })
    );
    let mut acts = received();
    let text = "kami datang".to_owned();
    acts.push((
        20,
        by(1),
        CaseAct::ReporterAnswered {
            text,
            next_news_by: None,
        },
    ));
    let found = given(acts).at(500).when(close("helped", "selesai"));
    assert!(found.is_ok(), "answered in time, closed when done");
}

#[test]
fn another_systems_record_of_a_late_closing_is_taken_as_it_is() {
    let found = given(handled())
        .by(import())
        .at(500)
        .when(close("helped", "as recorded"));
    assert!(found.is_ok());
    // The closing of another system says nothing about an answer.
    let mut acts = received();
    acts.push((
        90,
        import(),
        CaseAct::CaseClosed {
            outcome: "helped".to_owned(),
            reason: "as recorded".to_owned(),
            keep_months: None,
        },
    ));
    let case = given(acts).state().unwrap();
    assert_eq!(case.response, None);
    assert_eq!(case.closed_at, Some(minute(90)));
}

#[test]
fn a_delay_is_explained_with_a_reason_of_the_unit_and_only_when_there_is_one() {
    // S18
    let late = || given(received()).at(61);
    assert_eq!(
        late().when(explain_delay("did_not_feel_like_it")),
        Err(CaseRefusal::NotInPack {
            field: "reason",
            word: "did_not_feel_like_it".to_owned()
        })
    );
    assert_eq!(
        given(received()).at(60).when(explain_delay("flooded_road")),
        Err(CaseRefusal::NotLate)
    );
    let none_promised = given([(0, Actor::Citizen, filed("traffic_advice", None))]).at(100_000);
    assert_eq!(
        none_promised.when(explain_delay("flooded_road")),
        Err(CaseRefusal::NotLate)
    );
    let long = CaseCommand::ExplainDelay {
        reason: "flooded_road".to_owned(),
        text: "x".repeat(TEXT_MAX_CHARS + 1),
    };
    let found = late().when(long);
    assert!(matches!(
        found,
        Err(CaseRefusal::Text { field: "text", .. })
    ));
}

#[test]
fn the_next_news_is_promised_for_later() {
    let with = |at| CaseCommand::Answer {
        text: "sedang dicari".to_owned(),
        next_news_by: Some(minute(at)),
    };
    let given = given(handled()).at(40);
    assert_eq!(
        given.when(with(40)),
        Err(CaseRefusal::BeforeWhatItFollows {
            at: minute(40),
            after: minute(40)
        })
    );
    assert!(given.when(with(41)).is_ok());
}

#[test]
fn the_wait_ends_with_the_first_answer_arrival_or_closing() {
    // S18
    let arrival = |n: &str| CaseAct::ResponderArrived {
        responder: n.to_owned(),
    };
    let told = |text: &str| CaseAct::ReporterAnswered {
        text: text.to_owned(),
        next_news_by: None,
    };
    let end = CaseAct::CaseClosed {
        outcome: "helped".to_owned(),
        reason: "selesai".to_owned(),
        keep_months: None,
    };
    for (what, at, late) in [(told("ya"), 60, false), (arrival("P-1"), 61, true)] {
        let mut acts = received();
        acts.push((at, by(1), what));
        let response = given(acts).state().unwrap().response.unwrap();
        assert_eq!(
            (response.at, response.late, response.waited.as_mins()),
            (minute(at), late, at)
        );
    }
    let mut acts = received();
    acts.push((70, by(1), end));
    let response = given(acts).state().unwrap().response.unwrap();
    assert!(response.late);

    // What officers do among themselves is no answer to the reporter.
    let mut acts = handled();
    acts.push((14, Actor::Citizen, {
        CaseAct::InformationAdded {
            text: "warnanya coklat".to_owned(),
            media: Vec::new(),
        }
    }));
    assert_eq!(given(acts).state().unwrap().response, None);
}

#[test]
fn an_arrival_told_later_counts_from_when_it_happened() {
    // S18
    let mut acts = received();
    let text = "sudah ditangani".to_owned();
    acts.push((
        80,
        by(1),
        CaseAct::ReporterAnswered {
            text,
            next_news_by: None,
        },
    ));
    assert!(
        given(acts.clone())
            .state()
            .unwrap()
            .is_late(minute(100_000))
    );
    let responder = "P-1".to_owned();
    acts.push((50, by(3), CaseAct::ResponderArrived { responder }));
    let case = given(acts).state().unwrap();
    assert_eq!(case.response.unwrap().at, minute(50));
    assert!(!case.is_late(minute(100_000)));
    assert_eq!(case.last_at, minute(80), "the last thing that happened");
}

#[test]
fn another_service_has_its_own_promise_counted_from_the_filing() {
    // S18
    let mut acts = received();
    let text = "ya".to_owned();
    acts.push((
        45,
        by(1),
        CaseAct::ReporterAnswered {
            text,
            next_news_by: None,
        },
    ));
    assert!(!given(acts.clone()).state().unwrap().response.unwrap().late);
    acts.push((46, by(1), assessed("violence_at_home", Some(30))));
    let case = given(acts).state().unwrap();
    assert!(
        case.response.unwrap().late,
        "45 minutes, where 30 were promised"
    );
    assert_eq!(case.service, service("violence_at_home"));
    assert_eq!(case.filed.service, service("lost_item"));
}
