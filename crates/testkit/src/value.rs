//! Arbitrary small values, and fixed ones.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{ActPlace, Actor};
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::case::{BlobRef, Channel};
use pengayom_core::value::{CaseNumber, CaseSeries, OfficerId, PersonId, SecretHash};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::json;
use uuid::Uuid;

use crate::method::SERVICES;

/// The service of a code.
pub fn service(code: &str) -> ServiceCode {
    serde_json::from_value(json!(code)).unwrap()
}

/// The moment some seconds after a fixed one.
pub fn second(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(seconds)
}

/// The n-th officer.
pub fn officer(n: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(0x0ff1_0000 + n))
}

/// One of a few officers, so that they meet again.
pub fn few_officers() -> impl Strategy<Value = OfficerId> + Clone {
    (1_u128..=3).prop_map(officer)
}

/// Anybody or anything that acts.
pub fn actor() -> impl Strategy<Value = Actor> + Clone {
    prop_oneof![
        1 => Just(Actor::Citizen),
        6 => few_officers().prop_map(|id| Actor::Officer { id }),
        1 => Just(Actor::Program { job: "simulate".to_owned() }),
        1 => Just(Actor::Import { source: "calls".to_owned() }),
    ]
}

/// A service, mostly one that the sample method offers.
pub fn any_service() -> impl Strategy<Value = ServiceCode> + Clone {
    prop_oneof![
        9 => proptest::sample::select(&SERVICES[..]).prop_map(service),
        1 => Just(service("moon_landing")),
    ]
}

/// Any text a person may write: none, plain, of other scripts, of signs nobody sees, with quotes.
pub fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        // Built once: a string used as a strategy reads its pattern again for every value.
        6 => string_regex("[a-z ]{1,20}").unwrap().boxed(),
        2 => vec(any::<char>(), 0..20).prop_map(String::from_iter),
        1 => proptest::sample::select(&["", " ", "\u{200b}", "\"\\\0", "\u{202e}x"][..])
            .prop_map(str::to_owned),
    ]
}

/// One of these words, seldom another one.
pub fn word(known: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        9 => proptest::sample::select(known).prop_map(str::to_owned),
        1 => text(),
    ]
}

/// Any moment the calendar has, to the nanosecond.
pub fn any_moment() -> impl Strategy<Value = Timestamp> + Clone {
    let (first, last) = (
        Timestamp::MIN.as_nanosecond(),
        Timestamp::MAX.as_nanosecond(),
    );
    prop_oneof![
        8 => (-100_000_i64..100_000).prop_map(second),
        2 => (first..=last).prop_map(|at| Timestamp::from_nanosecond(at).unwrap()),
        1 => Just(Timestamp::MIN),
        1 => Just(Timestamp::MAX),
    ]
}

/// Any keyed hash.
pub fn hash() -> impl Strategy<Value = SecretHash> + Clone {
    any::<[u8; 32]>().prop_map(SecretHash)
}

/// Any person.
pub fn person() -> impl Strategy<Value = PersonId> + Clone {
    any::<u128>().prop_map(|n| PersonId(Uuid::from_u128(n)))
}

/// Any channel.
pub fn channel() -> impl Strategy<Value = Channel> + Clone {
    proptest::sample::select(
        &[
            Channel::Web,
            Channel::Desk,
            Channel::Phone,
            Channel::Paper,
            Channel::Officer,
            Channel::Api,
            Channel::Import,
        ][..],
    )
}

/// A day, mostly before those of the histories.
pub fn day() -> impl Strategy<Value = Date> + Clone {
    (2015_i16..2028, 1_i8..13, 1_i8..29).prop_map(|(year, month, day)| date(year, month, day))
}

/// A file.
pub fn file() -> impl Strategy<Value = BlobRef> + Clone {
    (any::<u128>(), any::<u64>()).prop_map(|(half, size_bytes)| BlobRef {
        sha256: format!("{half:032x}{half:032x}"),
        media_type: "image/jpeg".to_owned(),
        size_bytes,
    })
}

/// Some files.
pub fn media() -> impl Strategy<Value = Vec<BlobRef>> + Clone {
    vec(file(), 0..3)
}

/// Any case number.
pub fn case_number() -> impl Strategy<Value = CaseNumber> + Clone {
    let prefix = proptest::sample::select(&["PTI", "DT", "SFPDX"][..]).prop_map(str::to_owned);
    (prefix, 0_u8..100, 1_u8..=12, 1_u32..).prop_map(|(prefix, year, month, count)| {
        CaseSeries {
            prefix,
            year,
            month,
        }
        .number(count)
    })
}

/// One of a few places, known more or less closely.
pub fn place() -> impl Strategy<Value = ActPlace> + Clone {
    let beat = proptest::option::of(proptest::sample::select(
        &["33.18.10.2013", "33.18.10.2014"][..],
    ));
    let station = proptest::sample::select(&["polsek-juwana", "polsek-pati"][..]);
    let words = prop_oneof![4 => Just(None), 1 => text().prop_map(Some)];
    (station, beat, words).prop_map(|(station, beat, text)| ActPlace {
        station: station.parse().unwrap(),
        beat: beat.map(|code| code.parse().unwrap()),
        stratum: beat.map(|_| "dekat".to_owned()),
        point: None,
        text,
        rule: None,
    })
}
