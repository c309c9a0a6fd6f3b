//! Given acts, when a command, then acts or a refusal.

use super::*;
use crate::act::{Actor, Subject};
use crate::subject::TEXT_MAX_CHARS;
use crate::subject::testing::{FakeMethod, act, minute, place, service, told};
use crate::value::FeedbackId;
use uuid::Uuid;

const DAY: i64 = 24 * 60;

fn subject() -> Subject {
    Subject::Feedback(FeedbackId(Uuid::from_u128(0xfeed)))
}

fn answers(given: &[(&str, Answer)]) -> BTreeMap<String, Answer> {
    given
        .iter()
        .map(|(item, answer)| ((*item).to_owned(), *answer))
        .collect()
}

/// A judgement of a service given at minute 0, with something changed.
fn give(change: impl FnOnce(&mut FeedbackGiven)) -> FeedbackCommand {
    let mut wanted = judged();
    change(&mut wanted);
    FeedbackCommand::Give {
        judged: wanted.judged,
        service: wanted.service,
        served_at: wanted.served_at,
        rate_by: minute(30 * DAY),
        answers: wanted.answers,
        message: wanted.message,
        pack_version: wanted.pack_version,
        simulated: wanted.simulated,
    }
}

fn judged() -> FeedbackGiven {
    FeedbackGiven {
        judged: Judged::Encounter,
        service: service("lost_item"),
        served_at: minute(0),
        answers: answers(&[("listened", Answer::Very)]),
        message: Some("terima kasih".to_owned()),
        pack_version: "1".to_owned(),
        simulated: false,
    }
}

fn known(acts: &[FeedbackAct]) -> Option<Feedback> {
    (1..)
        .zip(acts)
        .map(|(version, what)| {
            let what = Payload::Feedback(what.clone());
            act(subject(), version, Actor::Citizen, minute(5), what)
        })
        .fold(None, |known, act| evolve(known, &act))
}

fn when(
    given: &[FeedbackAct],
    at: i64,
    command: FeedbackCommand,
) -> Result<Vec<FeedbackAct>, FeedbackRefusal> {
    decide(known(given).as_ref(), command, told(at), &FakeMethod)
}

/// What a command leads to: before the first judgement, and after it.
fn row(command: &FeedbackCommand) -> [Result<&'static str, FeedbackRefusal>; 2] {
    match command {
        FeedbackCommand::Give { .. } => [
            Ok("feedback.feedback_given"),
            Err(FeedbackRefusal::AlreadyGiven),
        ],
        FeedbackCommand::ErasePersonalData { .. } => [
            Err(FeedbackRefusal::NotGiven),
            Ok("feedback.personal_data_erased"),
        ],
    }
}

#[test]
fn each_command_leads_to_its_act_or_refusal_before_and_after_the_judgement() {
    // S5
    let given = [Vec::new(), vec![FeedbackAct::FeedbackGiven(judged())]];
    for command in [give(|_| ()), erase()] {
        for (history, expected) in given.iter().zip(row(&command)) {
            let found = when(history, 5, command.clone()).map(|acts| acts[0].kind());
            assert_eq!(found, expected);
        }
    }
}

fn erase() -> FeedbackCommand {
    FeedbackCommand::ErasePersonalData {
        basis: ErasureBasis::Retention,
        ground: None,
    }
}

#[test]
fn what_was_written_is_erased_once_and_the_answers_stay() {
    // S5
    let mut history = vec![FeedbackAct::FeedbackGiven(judged())];
    assert_eq!(known(&history).unwrap().kept_from(), Some(minute(5)));
    history.extend(when(&history, 5, erase()).unwrap());
    let after = known(&history).unwrap();
    assert_eq!(
        (after.given.message.as_ref(), after.kept_from()),
        (None, None)
    );
    assert_eq!(after.given.answers, judged().answers);
    assert_eq!(
        when(&history, 6, erase()),
        Err(FeedbackRefusal::AlreadyErased)
    );
}

#[test]
fn a_judgement_is_given_once() {
    // S5
    let first = when(&[], 5, give(|_| ())).unwrap();
    assert_eq!(first, [FeedbackAct::FeedbackGiven(judged())]);
    let better = give(|wanted| wanted.answers = answers(&[("listened", Answer::No)]));
    assert_eq!(when(&first, 6, better), Err(FeedbackRefusal::AlreadyGiven));
    // A second one of the same encounter has the same subject, whoever sends it and when.
    let again = [first.clone(), first].concat();
    assert_eq!(known(&again), known(&again[..1]));
}

#[test]
fn a_judgement_is_taken_for_thirty_days() {
    // S5
    assert!(when(&[], 30 * DAY, give(|_| ())).is_ok(), "to the minute");
    let ended = minute(30 * DAY);
    assert_eq!(
        when(&[], 30 * DAY + 1, give(|_| ())),
        Err(FeedbackRefusal::RatingEnded { ended })
    );
    // What counts is when it is told, not when it is said to have been written.
    let early = Moment {
        happened_at: minute(0),
        recorded_at: minute(30 * DAY + 1),
    };
    let found = decide(None, give(|_| ()), early, &FakeMethod);
    assert_eq!(found, Err(FeedbackRefusal::RatingEnded { ended }));
}

#[test]
fn a_judgement_names_neither_the_person_nor_the_officer() {
    // S5
    let text = Payload::Feedback(FeedbackAct::FeedbackGiven(judged()))
        .to_stored()
        .unwrap();
    let stored: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys: std::collections::BTreeSet<&str> = stored
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        std::collections::BTreeSet::from([
            "act",
            "answers",
            "judged",
            "message",
            "pack_version",
            "served_at",
            "service"
        ])
    );
}

#[test]
fn trust_and_liking_are_two_answers() {
    // S41
    let apart = answers(&[("trust", Answer::Very), ("liking", Answer::No)]);
    let acts = when(&[], 5, give(|wanted| wanted.answers.clone_from(&apart))).unwrap();
    let FeedbackAct::FeedbackGiven(given) = &acts[0] else {
        panic!("{acts:?}");
    };
    assert_eq!(given.answers["trust"], Answer::Very);
    assert_eq!(given.answers["liking"], Answer::No);
    let one_only = give(|wanted| wanted.answers = answers(&[("trust", Answer::Yes)]));
    assert!(when(&[], 5, one_only).is_ok(), "one may be left open");
}

#[test]
fn only_what_the_survey_asks_is_answered_and_something_is() {
    let other = give(|wanted| {
        wanted.answers.insert("shoe_size".to_owned(), Answer::Yes);
    });
    assert_eq!(
        when(&[], 5, other),
        Err(FeedbackRefusal::NotAsked("shoe_size".to_owned()))
    );
    let nothing = give(|wanted| wanted.answers.clear());
    assert_eq!(when(&[], 5, nothing), Err(FeedbackRefusal::NothingAnswered));
    let unknown = give(|wanted| wanted.answers = answers(&[("trust", Answer::Unknown)]));
    assert!(when(&[], 5, unknown).is_ok(), "not to know is an answer");
}

#[test]
fn a_message_is_kept_when_there_is_something_to_read() {
    let with = |text: &str| {
        let text = Some(text.to_owned());
        when(&[], 5, give(|wanted| wanted.message = text))
    };
    let acts = with(" \u{200b}\n").unwrap();
    let FeedbackAct::FeedbackGiven(given) = &acts[0] else {
        panic!("{acts:?}");
    };
    assert_eq!(given.message, None);
    let (chars, limit) = (TEXT_MAX_CHARS + 1, TEXT_MAX_CHARS);
    assert_eq!(
        with(&"x".repeat(chars)),
        Err(FeedbackRefusal::Message(TextFault::TooLong {
            chars,
            limit
        }))
    );
}

#[test]
fn a_judgement_keeps_where_the_service_was_given_and_when_it_was_judged() {
    let known = known(&[FeedbackAct::FeedbackGiven(judged())]).unwrap();
    assert_eq!(known.place, Some(place()));
    assert_eq!((known.version, known.given_at), (1, minute(5)));
}

#[test]
fn an_answer_is_one_of_five_digits() {
    for answer in Answer::ALL {
        assert_eq!(Answer::try_from(answer.digit()), Ok(answer));
        assert_eq!(u8::from(answer), answer.digit());
    }
    let digits: Vec<u8> = Answer::ALL.into_iter().map(u8::from).collect();
    assert_eq!(digits, [1, 2, 3, 4, 0]);
    assert_eq!(Answer::try_from(5), Err(AnswerError(5)));
}
