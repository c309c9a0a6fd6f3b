//! What people told is taken out of an act and put back, and nothing else is.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use pengayom_core::act::Payload;
use pengayom_core::act::told::{PLACE_NAMES, join, names, split};
use pengayom_testkit::payload::any_payload;
use pengayom_testkit::value::place;
use proptest::option::of;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use serde_json::Value;

proptest! {
    #[test]
    fn told_words_leave_an_act_and_come_back(payload in any_payload(), place in of(place())) {
        let (mut bare, mut bare_place) = (payload.clone(), place.clone());
        let told = split(&mut bare, bare_place.as_mut()).unwrap();
        // Without them it is an act that reads, and there is nothing more to take.
        let stored = bare.to_stored().unwrap();
        let mut again = Payload::from_stored(bare.kind(), 1, &stored).unwrap();
        let mut again_place = bare_place.clone();
        prop_assert_eq!(&again, &bare);
        prop_assert_eq!(split(&mut again, again_place.as_mut()).unwrap(), None);
        // Nothing but what may be told was taken.
        if let Some(told) = &told {
            let told: BTreeMap<String, Value> = serde_json::from_str(told).unwrap();
            let mut may = names(&payload);
            may.extend(PLACE_NAMES);
            for name in told.keys() {
                prop_assert!(may.contains(&name.as_str()), "{}", name);
            }
            join(&mut bare, bare_place.as_mut(), &serde_json::to_string(&told).unwrap()).unwrap();
        }
        prop_assert_eq!(bare, payload);
        prop_assert_eq!(bare_place, place);
    }

    #[test]
    fn nothing_told_stays_behind(payload in any_payload()) {
        // Each text that may be told is set to a mark; no mark is left in what is stored.
        let (mut marked, text) = (payload, "~~ told in confidence ~~");
        let told: BTreeMap<&str, Value> = names(&marked)
            .into_iter()
            .map(|name| (name, Value::String(text.to_owned())))
            .collect();
        join(&mut marked, None, &serde_json::to_string(&told).unwrap()).unwrap();
        let before = marked.to_stored().unwrap();
        prop_assert_eq!(before.matches(text).count(), told.len());
        split(&mut marked, None).unwrap();
        prop_assert_eq!(marked.to_stored().unwrap().matches(text).count(), 0);
    }
}

#[test]
fn words_that_have_no_place_in_an_act_are_damage() {
    let text = r#"{"act":"case_reopened","reason":""}"#;
    let mut payload = Payload::from_stored("case.case_reopened", 1, text).unwrap();
    for told in [r#"{"weather":"rain"}"#, r#"{"reason":7}"#, "[]", "", "{"] {
        let error = join(&mut payload, None, told).unwrap_err().to_string();
        assert!(!error.contains("rain"), "{error}");
    }
}

#[test]
fn every_text_of_an_act_was_decided_on() {
    // The list people read, `docs/privacy.toml`, says the same of every field.
    let decisions: toml::Table = include_str!("../../../docs/privacy.toml").parse().unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    let all: BTreeMap<&str, BTreeSet<String>> = decisions["act"]
        .as_table()
        .unwrap()
        .iter()
        .map(|(kind, fields)| {
            let fields = fields.as_table().unwrap().keys().cloned();
            (kind.as_str(), fields.collect())
        })
        .collect();
    let payloads = any_payload();
    // A field that an act may lack is not in every payload: until each was seen, within reason.
    for n in 0..20_000 {
        if n % 500 == 0 && seen == all {
            break;
        }
        let payload = payloads.new_tree(&mut runner).unwrap().current();
        let stored: BTreeMap<String, Value> =
            serde_json::from_str(&payload.to_stored().unwrap()).unwrap();
        let fields = seen.entry(payload.kind()).or_default();
        fields.extend(stored.into_keys().filter(|name| name != "act"));
        let decided = decisions["act"][payload.kind()].as_table().unwrap();
        let told: BTreeSet<&str> = names(&payload).into_iter().collect();
        let said: BTreeSet<&str> = decided
            .iter()
            .filter(|(_, decision)| decision.as_str() == Some("told"))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(told, said, "{}", payload.kind());
    }
    for (kind, fields) in &all {
        assert_eq!(seen.get(kind), Some(fields), "{kind}");
    }
    assert_eq!(seen.len(), all.len());
}
