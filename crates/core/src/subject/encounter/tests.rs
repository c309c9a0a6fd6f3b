//! Given acts, when a command, then acts or a refusal.

use super::*;
use crate::act::Subject;
use crate::subject::TEXT_MAX_CHARS;
use crate::subject::testing::{
    FakeMethod, act, by, hash, import, minute, officer, person, place, service, told,
};
use crate::value::EncounterId;
use uuid::Uuid;

const SUBJECT: Subject = Subject::Encounter(EncounterId(Uuid::from_u128(0xe2c0)));
const DAY: i64 = 24 * 60;

/// An encounter with its history, an actor, a moment and a place, waiting for a command.
struct Given {
    history: Vec<Act>,
    actor: Actor,
    moment: Moment,
    place: Option<ActPlace>,
}

fn given(acts: impl IntoIterator<Item = (i64, EncounterAct)>) -> Given {
    let history = (1..)
        .zip(acts)
        .map(|(version, (at, what))| {
            act(
                SUBJECT,
                version,
                by(1),
                minute(at),
                Payload::Encounter(what),
            )
        })
        .collect();
    Given {
        history,
        actor: by(1),
        moment: told(10),
        place: Some(place()),
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

    fn told(self, happened: i64, recorded: i64) -> Self {
        let moment = Moment {
            happened_at: minute(happened),
            recorded_at: minute(recorded),
        };
        Self { moment, ..self }
    }

    fn nowhere(self) -> Self {
        Self {
            place: None,
            ..self
        }
    }

    fn state(&self) -> Option<Encounter> {
        self.history.iter().fold(None, evolve)
    }

    fn when(&self, command: EncounterCommand) -> Result<Vec<EncounterAct>, EncounterRefusal> {
        decide(
            self.state().as_ref(),
            command,
            &self.actor,
            self.moment,
            self.place.as_ref(),
            &FakeMethod,
        )
    }
}

/// What officer 1 says of a meeting: all that S4 asks for.
fn recorded() -> EncounterRecorded {
    EncounterRecorded {
        officer: officer(1),
        person: Some(person(1)),
        capacity: PersonCapacity::Reporter,
        case: None,
        service: service("lost_item"),
        function: "order".to_owned(),
        role: "servant".to_owned(),
        explained: vec!["next_steps".to_owned()],
        force_used: false,
        force_stage: None,
        legal_basis: None,
        note: None,
        rating_code: hash(7),
        rate_by: minute(30 * DAY),
        simulated: false,
    }
}

fn met() -> EncounterAct {
    EncounterAct::EncounterRecorded(recorded())
}

/// The command that records a meeting, with something changed.
fn record(change: impl FnOnce(&mut EncounterRecorded)) -> EncounterCommand {
    let mut wanted = recorded();
    change(&mut wanted);
    EncounterCommand::Record {
        officer: wanted.officer,
        person: wanted.person,
        capacity: wanted.capacity,
        case: wanted.case,
        service: wanted.service,
        function: wanted.function,
        role: wanted.role,
        explained: wanted.explained,
        force_used: wanted.force_used,
        force_stage: wanted.force_stage,
        legal_basis: wanted.legal_basis,
        note: wanted.note,
        rating_code: wanted.rating_code,
        simulated: wanted.simulated,
    }
}

fn correct(text: &str) -> EncounterCommand {
    EncounterCommand::Correct {
        text: text.to_owned(),
    }
}

/// The next command of the table; the match fails to compile until a new command has its place.
fn following(command: Option<&EncounterCommand>) -> Option<EncounterCommand> {
    let Some(command) = command else {
        return Some(record(|_| ()));
    };
    match command {
        EncounterCommand::Record { .. } => Some(correct("bukan pasar, terminal")),
        EncounterCommand::Correct { .. } => Some(EncounterCommand::ErasePersonalData {
            basis: ErasureBasis::Retention,
            ground: None,
        }),
        EncounterCommand::ErasePersonalData { .. } => None,
    }
}

/// What a command leads to: before it was recorded, and after.
fn row(command: &EncounterCommand) -> [Result<&'static str, EncounterRefusal>; 2] {
    use EncounterRefusal as No;
    match command {
        EncounterCommand::Record { .. } => {
            [Ok("encounter.encounter_recorded"), Err(No::AlreadyRecorded)]
        }
        EncounterCommand::Correct { .. } => {
            [Err(No::NotRecorded), Ok("encounter.encounter_corrected")]
        }
        EncounterCommand::ErasePersonalData { .. } => {
            [Err(No::NotRecorded), Ok("encounter.personal_data_erased")]
        }
    }
}

#[test]
fn each_command_leads_to_its_act_or_refusal_before_and_after_the_recording() {
    // S4
    let commands = std::iter::successors(following(None), |command| following(Some(command)));
    for command in commands {
        for (history, expected) in [Vec::new(), vec![(0, met())]]
            .into_iter()
            .zip(row(&command))
        {
            let found = given(history).when(command.clone()).map(|acts| {
                assert_eq!(acts.len(), 1, "{command:?}");
                acts[0].kind()
            });
            assert_eq!(found, expected, "{command:?}");
        }
    }
}

#[test]
fn an_encounter_has_its_citizen_officer_place_time_and_service() {
    // S4
    let acts = given([]).at(0).when(record(|_| ())).unwrap();
    assert_eq!(acts, [met()]);
    let known = given([(0, acts[0].clone())]).state().unwrap();
    assert_eq!(known.recorded.person, Some(person(1)));
    assert_eq!(known.recorded.capacity, PersonCapacity::Reporter);
    assert_eq!(known.recorded.officer, officer(1));
    assert_eq!(known.place, Some(place()));
    assert_eq!(known.happened_at, minute(0));
    assert_eq!(known.recorded.service, service("lost_item"));
}

#[test]
fn an_encounter_without_a_place_is_refused_unless_another_system_has_none() {
    // S4
    let found = given([]).nowhere().when(record(|_| ()));
    assert_eq!(found, Err(EncounterRefusal::PlaceMissing));
    let imported = given([]).nowhere().by(import()).when(record(|_| ()));
    assert!(imported.is_ok());
}

#[test]
fn an_encounter_is_about_a_service_of_the_unit() {
    // S4
    assert_eq!(
        given([]).when(record(|wanted| wanted.service = service("moon_landing"))),
        Err(EncounterRefusal::ServiceNotOffered(
            "moon_landing".to_owned()
        ))
    );
}

#[test]
fn an_encounter_is_recorded_by_the_officer_who_was_there() {
    // S4
    for actor in [by(2), Actor::Citizen] {
        let found = given([]).by(actor).when(record(|_| ()));
        assert_eq!(found, Err(EncounterRefusal::NotYours));
    }
    let program = Actor::Program {
        job: "simulate".to_owned(),
    };
    for actor in [import(), program] {
        assert!(given([]).by(actor).when(record(|_| ())).is_ok());
    }
}

#[test]
fn only_that_officer_corrects_it() {
    for actor in [by(2), Actor::Citizen, import()] {
        let found = given([(0, met())]).by(actor.clone()).when(correct("x"));
        assert_eq!(found, Err(EncounterRefusal::NotYours), "{actor:?}");
    }
}

#[test]
fn each_encounter_says_which_police_function_it_served() {
    // S1
    for function in ["order", "enforcement", "detection", "prevention"] {
        let command = record(|wanted| function.clone_into(&mut wanted.function));
        let EncounterAct::EncounterRecorded(found) = &given([]).when(command).unwrap()[0] else {
            panic!("another act");
        };
        assert_eq!(found.function, function);
    }
    for word in ["", "parking"] {
        assert_eq!(
            given([]).when(record(|wanted| word.clone_into(&mut wanted.function))),
            Err(EncounterRefusal::NotInPack {
                field: "function",
                word: word.to_owned()
            })
        );
    }
}

#[test]
fn each_encounter_says_in_which_of_the_four_roles_the_officer_was() {
    // S28
    for role in ["protector", "servant", "enforcer", "guide"] {
        let command = record(|wanted| role.clone_into(&mut wanted.role));
        let EncounterAct::EncounterRecorded(found) = &given([]).when(command).unwrap()[0] else {
            panic!("another act");
        };
        assert_eq!(found.role, role);
    }
    for word in ["", "boss"] {
        assert_eq!(
            given([]).when(record(|wanted| word.clone_into(&mut wanted.role))),
            Err(EncounterRefusal::NotInPack {
                field: "role",
                word: word.to_owned()
            })
        );
    }
}

#[test]
fn force_needs_its_legal_basis() {
    // S37
    for none in [None, Some(""), Some("  "), Some("\u{200b}")] {
        let found = given([]).when(record(|wanted| {
            wanted.force_used = true;
            wanted.legal_basis = none.map(str::to_owned);
        }));
        assert_eq!(found, Err(EncounterRefusal::BasisMissing), "{none:?}");
    }
    let found = given([]).when(record(|wanted| {
        wanted.force_used = true;
        wanted.legal_basis = Some("Perkap 1/2009 pasal 5".to_owned());
    }));
    let EncounterAct::EncounterRecorded(found) = &found.unwrap()[0] else {
        panic!("another act");
    };
    assert!(found.force_used);
    assert_eq!(found.legal_basis.as_deref(), Some("Perkap 1/2009 pasal 5"));
}

#[test]
fn how_far_force_went_is_a_stage_of_the_unit_and_only_where_there_was_force() {
    // S19, S37
    let forced = |stage: Option<&str>| {
        let stage = stage.map(str::to_owned);
        record(|wanted| {
            wanted.force_used = true;
            wanted.force_stage = stage;
            wanted.legal_basis = Some("Perkap 1/2009 pasal 5".to_owned());
        })
    };
    for (stage, kept) in [
        (Some("stage_3"), Some("stage_3")),
        (Some(" "), None),
        (None, None),
    ] {
        let found = given([]).when(forced(stage)).unwrap();
        let EncounterAct::EncounterRecorded(found) = &found[0] else {
            panic!("another act");
        };
        assert_eq!(found.force_stage.as_deref(), kept);
    }
    assert_eq!(
        given([]).when(forced(Some("stage_9"))),
        Err(EncounterRefusal::NotInPack {
            field: "force_stage",
            word: "stage_9".to_owned()
        })
    );
    let none = record(|wanted| wanted.force_stage = Some("stage_3".to_owned()));
    assert_eq!(
        given([]).when(none),
        Err(EncounterRefusal::StageWithoutForce)
    );
}

#[test]
fn what_was_explained_is_a_word_of_the_unit() {
    let unknown = record(|wanted| wanted.explained.push("the_weather".to_owned()));
    assert_eq!(
        given([]).when(unknown),
        Err(EncounterRefusal::NotInPack {
            field: "explained",
            word: "the_weather".to_owned()
        })
    );
    let many = |n| record(|wanted| wanted.explained = vec!["rights".to_owned(); n]);
    assert!(given([]).when(many(20)).is_ok());
    assert_eq!(
        given([]).when(many(21)),
        Err(EncounterRefusal::TooManyExplanations {
            found: 21,
            limit: 20
        })
    );
}

#[test]
fn texts_of_an_encounter_are_kept_when_there_is_something_to_read() {
    let noted = |text: &str| {
        let text = Some(text.to_owned());
        given([]).when(record(|wanted| wanted.note = text))
    };
    let EncounterAct::EncounterRecorded(found) = &noted(" \u{200b}").unwrap()[0] else {
        panic!("another act");
    };
    assert_eq!(found.note, None);
    let fault = TextFault::TooLong {
        chars: TEXT_MAX_CHARS + 1,
        limit: TEXT_MAX_CHARS,
    };
    let long = "x".repeat(TEXT_MAX_CHARS + 1);
    let refusal = |field| Err(EncounterRefusal::Text { field, fault });
    assert_eq!(noted(&long), refusal("note"));
    let basis = record(|wanted| wanted.legal_basis = Some(long.clone()));
    assert_eq!(given([]).when(basis), refusal("legal_basis"));
    let after = given([(0, met())]);
    assert_eq!(after.when(correct(&long)), refusal("text"));
    assert_eq!(
        after.when(correct("")),
        Err(EncounterRefusal::Text {
            field: "text",
            fault: TextFault::Empty
        })
    );
}

#[test]
fn a_meeting_is_recorded_within_a_week_and_not_before_it_happened() {
    let found = given([])
        .told(0, RECORD_WITHIN_DAYS * DAY)
        .when(record(|_| ()));
    assert!(found.is_ok(), "a week to the minute");
    let late = || given([]).told(0, RECORD_WITHIN_DAYS * DAY + 1);
    assert_eq!(
        late().when(record(|_| ())),
        Err(EncounterRefusal::TooLongAgo {
            at: minute(0),
            limit_days: RECORD_WITHIN_DAYS
        })
    );
    assert!(
        late().by(import()).when(record(|_| ())).is_ok(),
        "other systems' records are as old as they are"
    );
    assert_eq!(
        given([]).told(3, 0).when(record(|_| ())),
        Err(EncounterRefusal::InTheFuture { at: minute(3) })
    );
}

#[test]
fn a_rating_code_works_for_thirty_days_from_the_meeting() {
    // S5
    // Recorded two days later: the thirty days count from the meeting.
    let acts = given([]).told(0, 2 * DAY).when(record(|_| ())).unwrap();
    let EncounterAct::EncounterRecorded(found) = &acts[0] else {
        panic!("another act");
    };
    assert_eq!(found.rate_by, minute(30 * DAY));
}

#[test]
fn a_correction_stands_beside_the_first_record() {
    let text = "bukan pasar, terminal".to_owned();
    let corrected = EncounterAct::EncounterCorrected { text: text.clone() };
    let known = given([(0, met()), (5, corrected)]).state().unwrap();
    assert_eq!(known.version, 2);
    // S5: with the code of the card, which nothing changes.
    assert_eq!(known.recorded, recorded());
    assert_eq!(known.corrections, [text]);
}

#[test]
fn acts_of_an_encounter_that_was_never_recorded_change_nothing() {
    let text = "bukan pasar, terminal".to_owned();
    let alone = given([(0, EncounterAct::EncounterCorrected { text })]);
    assert_eq!(alone.state(), None);
    let twice = given([(0, met()), (9, met())]).state().unwrap();
    assert_eq!((twice.version, twice.happened_at), (2, minute(0)));
}

#[test]
fn each_capacity_is_read_back_from_its_word() {
    for capacity in PersonCapacity::ALL {
        assert_eq!(PersonCapacity::parse(capacity.as_str()), Some(capacity));
        assert_eq!(
            serde_json::to_value(capacity).unwrap(),
            serde_json::json!(capacity.as_str())
        );
    }
    assert_eq!(PersonCapacity::parse("passer_by"), None);
}
