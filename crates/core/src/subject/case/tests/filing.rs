//! What a request carries when it is filed.

use super::*;

#[test]
fn a_filing_carries_the_promise_of_its_service() {
    // S18
    for (code, minutes, sensitive) in [
        ("lost_item", Some(60), false),
        ("violence_at_home", Some(30), true),
        ("traffic_advice", None, false),
    ] {
        let mut command = file_request();
        if let CaseCommand::FileRequest { service: of, .. } = &mut command {
            *of = service(code);
        }
        let acts = given([]).at(0).when(command).unwrap();
        let CaseAct::RequestFiled(filed) = &acts[0] else {
            panic!("{acts:?}");
        };
        assert_eq!(filed.respond_minutes, minutes);
        assert_eq!(filed.respond_by, minutes.map(|n| minute(i64::from(n))));
        assert_eq!(filed.sensitive, sensitive);
        assert_eq!(filed.number, None, "the store numbers it");
    }
}

#[test]
fn a_request_for_what_the_unit_does_not_offer_is_refused() {
    let mut command = file_request();
    if let CaseCommand::FileRequest { service: of, .. } = &mut command {
        *of = service("moon_landing");
    }
    let refusal = CaseRefusal::ServiceNotOffered("moon_landing".to_owned());
    assert_eq!(given([]).when(command), Err(refusal.clone()));
    let assess = assess("moon_landing", Some("diminta"));
    assert_eq!(given(received()).when(assess), Err(refusal));
}

#[test]
fn a_report_has_words_unless_another_system_sent_it() {
    let with = |text: &str, actor: Actor| {
        let mut command = file_request();
        if let CaseCommand::FileRequest { description, .. } = &mut command {
            text.clone_into(description);
        }
        given([]).by(actor).when(command).map(|acts| acts.len())
    };
    let refusal = |fault| {
        Err(CaseRefusal::Text {
            field: "description",
            fault,
        })
    };
    assert_eq!(with(" ", Actor::Citizen), refusal(TextFault::Empty));
    assert_eq!(with("\u{200b}", Actor::Citizen), refusal(TextFault::Empty));
    assert_eq!(with("", import()), Ok(1));
    let (chars, limit) = (TEXT_MAX_CHARS + 1, TEXT_MAX_CHARS);
    assert_eq!(
        with(&"x".repeat(chars), import()),
        refusal(TextFault::TooLong { chars, limit })
    );
    assert_eq!(with(&"x".repeat(limit), Actor::Citizen), Ok(1));
}

#[test]
fn what_is_reported_occurred_before_it_was_reported() {
    let with = |at, words: &str| {
        let mut command = file_request();
        if let CaseCommand::FileRequest {
            occurred_at,
            when_text,
            ..
        } = &mut command
        {
            *occurred_at = Some(minute(at));
            *when_text = Some(words.to_owned());
        }
        given([]).at(0).when(command).map(|acts| acts.len())
    };
    assert_eq!(with(-60, "tadi malam"), Ok(1));
    assert_eq!(with(2, "tadi"), Ok(1), "clocks differ a little");
    let at = minute(3);
    assert_eq!(with(3, "nanti"), Err(CaseRefusal::InTheFuture { at }));
    let (chars, limit) = (TEXT_MAX_CHARS + 1, TEXT_MAX_CHARS);
    assert_eq!(
        with(-60, &"x".repeat(chars)),
        Err(CaseRefusal::Text {
            field: "when_text",
            fault: TextFault::TooLong { chars, limit }
        })
    );
}

#[test]
fn a_citizen_files_and_adds_and_does_nothing_else() {
    for history in [received(), read(), handled(), closed()] {
        for command in commands() {
            let expected = match command {
                CaseCommand::FileRequest { .. } => Err(CaseRefusal::AlreadyFiled),
                CaseCommand::AskReview { .. } if history.len() == 1 => {
                    Err(CaseRefusal::NothingDecided)
                }
                CaseCommand::AddInformation { .. } | CaseCommand::AskReview { .. } => Ok(1),
                _ => Err(CaseRefusal::StaffOnly),
            };
            let found = given(history.clone())
                .by(Actor::Citizen)
                .when(command)
                .map(|acts| acts.len());
            assert_eq!(found, expected);
        }
    }
    let filed = given([]).by(Actor::Citizen).when(file_request()).unwrap();
    assert_eq!(filed[0].kind(), "case.request_filed");
}

#[test]
fn nothing_happens_in_the_future_or_before_the_filing() {
    for command in commands() {
        let ahead = Moment {
            happened_at: minute(43),
            recorded_at: minute(40),
        };
        let before_filing = Moment {
            happened_at: minute(-1),
            recorded_at: minute(40),
        };
        for history in [Vec::new(), handled()] {
            assert_eq!(
                given(history).told(ahead).when(command.clone()),
                Err(CaseRefusal::InTheFuture { at: minute(43) })
            );
        }
        let early = given(handled()).told(before_filing).when(command);
        assert_eq!(
            early,
            Err(CaseRefusal::BeforeWhatItFollows {
                at: minute(-1),
                after: minute(0)
            })
        );
    }
}
