//! Laws of rights, measures and settlements, whatever is recorded and answered.

use std::collections::{BTreeMap, BTreeSet};

use pengayom_core::pack::{ConcernedRole, FactAnswer, ServiceCode};
use pengayom_core::subject::case::{
    BeginMeasure, CaseCommand, FactGiven, GiveRights, RightsCommand, exclusions,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::rights::{Story, begin, give, measure, told as telling};
use crate::support::pack;

fn any_answers() -> impl Strategy<Value = BTreeMap<String, Option<bool>>> {
    let codes: Vec<String> = pack()
        .measures()
        .facts
        .iter()
        .map(|fact| fact.code.as_str().to_owned())
        .collect();
    let each = codes
        .into_iter()
        .map(|code| (Just(code), any::<Option<bool>>()));
    each.collect::<Vec<_>>()
        .prop_map(|all| all.into_iter().collect())
}

proptest! {
    // S37
    #[test]
    fn no_exclusion_is_ever_overridden(
        facts in any_answers(),
        way in select(vec!["diversion", "restorative", "deliberation"]),
        service in select(vec!["lp_b", "tpks", "kdrt", "abh"]),
        child in any::<Option<bool>>(),
    ) {
        let measures = pack().measures();
        let given: Vec<FactGiven> = facts.iter().filter_map(|(fact, answer)| Some(FactGiven {
            fact: fact.clone(),
            answer: if (*answer)? { FactAnswer::Yes } else { FactAnswer::No },
        })).collect();
        let code = &measures.way(way).unwrap().code;
        let service: ServiceCode = service.parse().unwrap();
        // What is so, with what the service and the suspects' ages force, told by other means.
        let is = |fact: &str| match fact {
            "sexual" if service.as_str() == "tpks" => Some(true),
            "child" if child.is_some() => child,
            fact => facts.get(fact).copied().flatten(),
        };
        let mut expected = BTreeSet::new();
        let mut unknown = false;
        for one in &measures.exclusions {
            if !one.ways.contains(code) {
                continue;
            }
            match is(one.fact.as_str()) {
                Some(so) if so == (one.answer == FactAnswer::Yes) => {
                    expected.insert(one.code.as_str());
                }
                Some(_) => {}
                None => unknown = true,
            }
        }
        match exclusions(measures, code, &service, child, &given) {
            Ok(found) => {
                prop_assert!(!unknown);
                let found: BTreeSet<&str> = found.iter().map(|one| one.code.as_str()).collect();
                prop_assert_eq!(found, expected);
            }
            Err(_) => prop_assert!(unknown),
        }
    }

    // S24, S37: whoever is owed rights meets no measure but an urgent one; what is owed is exactly what the lists of
    // the roles are without what was told.
    #[test]
    fn owed_is_exact_and_a_measure_without_rights_is_urgent(
        steps in proptest::collection::vec(
            (0_u8..3, 1_u32..3, proptest::sample::subsequence(ConcernedRole::ALL.to_vec(), 1..3), any::<Option<bool>>(), any::<bool>()),
            1..14,
        ),
    ) {
        let mut story = Story::of("lp_b");
        let mut told: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
        for (at, (what, person, roles, age, urgent)) in (1_i64..).zip(steps) {
            let known = story.case().rights.person(person).is_some();
            let command = match what {
                0 => CaseCommand::Rights(RightsCommand::Name {
                    person: known.then_some(person),
                    roles,
                    under_18: age,
                    needs: Vec::new(),
                    reason: "berubah".to_owned(),
                }),
                1 => give(GiveRights { guardian: Some(true), adviser: Some(true), ..telling(person) }),
                _ => begin(BeginMeasure {
                    order: if urgent { String::new() } else { "SP/2".to_owned() },
                    ground: if urgent { "danger".to_owned() } else { String::new() },
                    ..measure("arrest", Some(person))
                }),
            };
            let owed_before = known && !story.owed(person).is_empty();
            let done = story.tell(at, 1, command).is_ok();
            if done && what == 2 {
                prop_assert!(urgent || !owed_before);
            }
            if done && what == 1 {
                let given = &story.case().rights.person(person).unwrap().given;
                told.entry(person).or_default().extend(given.iter().map(|one| one.list.clone()));
            }
            for one in &story.case().rights.persons {
                let service = "lp_b".parse().unwrap();
                let lists = pack().rights().lists_for(&one.roles, one.under_18, &[], &service);
                let all: BTreeSet<String> = lists.map(|list| list.code.as_str().to_owned()).collect();
                let known = told.get(&one.n).cloned().unwrap_or_default();
                let expected: BTreeSet<String> = all.difference(&known).cloned().collect();
                let owed: BTreeSet<String> = one.owed.iter().map(|owed| owed.list.clone()).collect();
                prop_assert_eq!(owed, expected);
            }
        }
    }
}
