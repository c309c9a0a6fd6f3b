//! What the rules' tests share: a method made for them, fixed moments and people, and acts.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::unit::UnitAct;
use super::{Method, Moment};
use crate::act::{Act, ActPlace, Actor, Payload, Subject};
use crate::pack::{ProofLaw, ServiceCode};
use crate::value::{ActId, OfficerId, PersonId, SecretHash, UnitId};

/// A method with one service of each sort.
///
/// `lost_item` promises a response in 60 minutes, `violence_at_home` in 30 and is sensitive,
/// `traffic_advice` promises no time.
pub(super) struct FakeMethod;

impl Method for FakeMethod {
    fn offers(&self, service: &ServiceCode) -> bool {
        ["lost_item", "violence_at_home", "traffic_advice"].contains(&service.to_string().as_str())
    }
    fn response_minutes(&self, service: &ServiceCode) -> Option<u32> {
        match service.to_string().as_str() {
            "lost_item" => Some(60),
            "violence_at_home" => Some(30),
            _ => None,
        }
    }
    fn keep_months(&self, service: &ServiceCode) -> Option<u32> {
        match service.to_string().as_str() {
            "lost_item" => Some(24),
            "violence_at_home" => Some(216),
            _ => None,
        }
    }
    fn is_sensitive(&self, service: &ServiceCode) -> bool {
        service.to_string() == "violence_at_home"
    }
    fn has_outcome(&self, outcome: &str) -> bool {
        outcome == "helped"
    }
    fn emergency_minutes(&self) -> u32 {
        60
    }
    fn has_late_reason(&self, reason: &str) -> bool {
        reason == "flooded_road"
    }
    fn has_letter(&self, kind: &str) -> bool {
        ["progress", "summons"].contains(&kind)
    }
    fn letter_is_for_reporter(&self, kind: &str) -> bool {
        kind != "summons"
    }
    fn has_function(&self, function: &str) -> bool {
        ["order", "enforcement", "detection", "prevention"].contains(&function)
    }
    fn has_role(&self, role: &str) -> bool {
        ["protector", "servant", "enforcer", "guide"].contains(&role)
    }
    fn has_explanation(&self, explanation: &str) -> bool {
        ["next_steps", "rights"].contains(&explanation)
    }
    fn has_force_stage(&self, stage: &str) -> bool {
        ["stage_2", "stage_3"].contains(&stage)
    }
    fn proof(&self) -> &ProofLaw {
        static LAW: LazyLock<ProofLaw> = LazyLock::new(ProofLaw::trial);
        &LAW
    }
    fn asks(&self, item: &str) -> bool {
        ["trust", "liking", "listened"].contains(&item)
    }
}

/// A service of the fake method, or one it does not know.
pub(super) fn service(code: &str) -> ServiceCode {
    serde_json::from_value(serde_json::Value::from(code)).unwrap()
}

/// The moment some minutes after a fixed one.
pub(super) fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

/// Told as it happens, some minutes after the fixed moment.
pub(super) fn told(minutes: i64) -> Moment {
    Moment::now(minute(minutes))
}

/// A moment told an hour after it.
pub(super) fn told_later(minutes: i64) -> Moment {
    Moment {
        happened_at: minute(minutes),
        recorded_at: minute(minutes + 60),
    }
}

/// The n-th officer.
pub(super) fn officer(n: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(0x0ff1_0000 + n))
}

/// An act of the unit itself.
pub(super) fn unit_act(version: u32, what: UnitAct) -> Act {
    Act {
        id: ActId(Uuid::from_u128(0xac70 + u128::from(version))),
        unit: "polres-pati".parse().unwrap(),
        subject: Subject::Unit,
        version,
        actor: Actor::Program {
            job: "key rotation".to_owned(),
        },
        happened_at: minute(0),
        recorded_at: minute(0),
        place: None,
        payload: Payload::Unit(what),
    }
}

/// The n-th officer, acting.
pub(super) fn by(n: u128) -> Actor {
    Actor::Officer { id: officer(n) }
}

/// Another system's records, acting.
pub(super) fn import() -> Actor {
    Actor::Import {
        source: "calls".to_owned(),
    }
}

/// The n-th person.
pub(super) fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(0x9e00_0000 + n))
}

/// The hash of a secret.
pub(super) fn hash(byte: u8) -> SecretHash {
    SecretHash([byte; 32])
}

/// A place in the unit.
pub(super) fn place() -> ActPlace {
    ActPlace {
        station: "polsek-juwana".parse().unwrap(),
        beat: Some("33.18.10.2013".parse().unwrap()),
        stratum: Some("dekat".to_owned()),
        point: None,
        text: None,
        rule: None,
    }
}

/// One act of a subject, at its place in the history, told as it happened.
pub(super) fn act(
    subject: Subject,
    version: u32,
    actor: Actor,
    at: Timestamp,
    payload: Payload,
) -> Act {
    Act {
        id: ActId(Uuid::from_u128(0xac70_0000 + u128::from(version))),
        unit: "polres-pati".parse::<UnitId>().unwrap(),
        subject,
        version,
        actor,
        happened_at: at,
        recorded_at: at,
        place: Some(place()),
        payload,
    }
}

#[test]
fn a_text_of_signs_nobody_sees_is_empty() {
    use super::{TEXT_MAX_CHARS, TextFault, text_fault};
    for nothing in [
        "",
        " \n\t",
        "\u{200b}\u{200d}",
        "\u{2800}\u{3164}",
        "\u{feff} \u{202e}",
        "\0",
    ] {
        assert_eq!(text_fault(nothing), Some(TextFault::Empty), "{nothing:?}");
    }
    for something in ["a", "🆘", "!", "ꦲ", "ا\u{200d}"] {
        assert_eq!(text_fault(something), None, "{something:?}");
    }
    // The limit counts what a person counts, not bytes.
    assert_eq!(text_fault(&"é".repeat(TEXT_MAX_CHARS)), None);
    assert_eq!(
        text_fault(&"é".repeat(TEXT_MAX_CHARS + 1)),
        Some(TextFault::TooLong {
            chars: TEXT_MAX_CHARS + 1,
            limit: TEXT_MAX_CHARS
        })
    );
}

#[test]
fn a_clock_may_run_ahead_by_two_minutes_and_no_more() {
    let ahead = |seconds| Moment {
        happened_at: minute(0) + SignedDuration::from_secs(seconds),
        recorded_at: minute(0),
    };
    assert!(!ahead(120).is_in_the_future());
    assert!(ahead(121).is_in_the_future());
}
