//! The triage tree, the referrals and the first hour of the Indonesian pack, and what is refused of each.

use std::collections::BTreeSet;

use crate::faults::one_fault;
use crate::support::pack;
use pengayom_core::pack::{Matter, PackFault, PackRule, PoliceFunction, ServiceClass};
use pengayom_core::subject::case::{TriageAnswer, TriageReply, walk};
use proptest::collection::vec;
use proptest::prelude::*;

fn all(reply: TriageReply) -> Vec<TriageAnswer> {
    let questions = pack().triage().questions.iter();
    let one = |question: &pengayom_core::pack::TriageQuestion| TriageAnswer {
        question: question.code.to_string(),
        answer: reply,
    };
    questions.map(one).collect()
}

// S10
#[test]
fn danger_is_asked_first_and_the_rest_goes_on_afterwards() {
    let tree = pack().triage();
    let walked = walk(tree, &all(TriageReply::Yes)[..1]);
    let danger = tree.outcome(walked.danger.as_deref().unwrap()).unwrap();
    assert_eq!(danger.class, ServiceClass::Emergency);
    assert_eq!(walked.next.as_deref(), Some("q2"));
}

// S10
#[test]
fn somebody_who_knows_nothing_is_helped() {
    let tree = pack().triage();
    let walked = walk(tree, &all(TriageReply::Unknown));
    let outcome = tree.outcome(&walked.outcome.unwrap()).unwrap();
    assert!(
        walked.danger.is_some(),
        "danger nobody can rule out is danger"
    );
    assert_eq!(outcome.class, ServiceClass::Emergency);
    // A debt of which nobody can say whether there was deceit is looked into.
    let unsure = all(TriageReply::No).into_iter().map(|one| TriageAnswer {
        answer: match one.question.as_str() {
            "q9" | "q11" => TriageReply::Yes,
            "q12" | "q13" | "q16" => TriageReply::Unknown,
            _ => one.answer,
        },
        ..one
    });
    let walked = walk(tree, &unsure.collect::<Vec<_>>());
    assert_eq!(walked.outcome.as_deref(), Some("o_both"));
}

// S10
#[test]
fn a_debt_without_deceit_is_civil_with_a_second_look_and_somewhere_to_go() {
    let tree = pack().triage();
    let debt = all(TriageReply::No).into_iter().map(|one| TriageAnswer {
        answer: match one.question.as_str() {
            "q9" | "q11" => TriageReply::Yes,
            _ => one.answer,
        },
        ..one
    });
    let walked = walk(tree, &debt.collect::<Vec<_>>());
    let outcome = tree.outcome(walked.outcome.as_deref().unwrap()).unwrap();
    assert_eq!(outcome.matter, Some(Matter::Civil));
    assert!(walked.second_look);
    for code in ["b1", "b6", "b2"] {
        assert!(walked.boundaries.iter().any(|met| met == code), "{code}");
    }
    let offered = pack().referrals().iter();
    let first = offered.filter(|one| one.first && one.matters.contains(&Matter::Civil));
    assert!(first.count() >= 2, "mediation and legal aid");
}

// S27
#[test]
fn each_function_has_a_service_with_a_standard_and_steps() {
    for function in PoliceFunction::ALL {
        let mut services = pack().services().iter();
        let whole = services.any(|service| {
            service.function == *function
                && service.standard.respond_within_minutes > 0
                && !service.first_hour.is_empty()
        });
        assert!(whole, "{function}");
    }
}

// S8
#[test]
fn steps_of_the_first_hour_have_codes_and_minutes_only_from_a_clock() {
    let steps = || {
        pack()
            .services()
            .iter()
            .flat_map(|service| &service.first_hour)
    };
    let codes: BTreeSet<&str> = steps().map(|step| step.code.as_str()).collect();
    assert_eq!(codes.len(), steps().count());
    assert_eq!(
        steps().filter(|step| step.within_minutes.is_some()).count(),
        2
    );
    let rules = pack().first_hour();
    assert_eq!(rules.levels[0].code.as_str(), "duty_officer");
    assert!(rules.threat("life").unwrap().1.alarm);
}

#[test]
fn a_broken_tree_is_refused_with_the_rule_that_it_breaks() {
    let broken = |file: &str, from: &str, to: &str| one_fault_of(file, from, to);
    let cycle = broken("triage.toml", "no = \"o_civil\"", "no = \"q12\"");
    assert!(cycle.contains(&PackRule::TriageEnds), "{cycle:?}");
    assert!(cycle.contains(&PackRule::TriageReached), "{cycle:?}");
    assert_eq!(
        broken("triage.toml", "no = \"o_info\"", "no = \"o_petty\""),
        [PackRule::TriageReached]
    );
    assert_eq!(
        broken(
            "triage.toml",
            "no = \"o_civil\"\nunknown = \"yes\"",
            "no = \"o_civil\"\nunknown = \"no\""
        ),
        [PackRule::TriageUnknownHelps]
    );
    assert_eq!(
        broken("triage.toml", "then = \"q2\"\n", "matter = \"neither\"\n"),
        [PackRule::TriageDangerFirst]
    );
}

/// The rules that one change breaks.
fn one_fault_of(file: &str, from: &str, to: &str) -> Vec<PackRule> {
    let (files, _) = crate::faults::broken(file, from, to);
    let found = crate::faults::faults(&files);
    let rules = found.iter().filter_map(|error| match error.fault {
        PackFault::RuleBroken { rule } => Some(rule),
        _ => None,
    });
    rules.collect()
}

#[test]
fn minutes_without_a_clock_and_threats_out_of_order_are_refused() {
    let found = one_fault(
        "services.toml",
        "within_minutes = 10\nclock = \"scene_arrival\"\nsay_id",
        "within_minutes = 10\nsay_id",
        0,
    );
    assert!(matches!(
        found.fault,
        PackFault::RuleBroken {
            rule: PackRule::MinutesHaveClock
        }
    ));
    let calm = "help_en = \"Nobody threatens now\"\n";
    let rules = one_fault_of("first_hour.toml", calm, &format!("{calm}alarm = true\n"));
    assert_eq!(rules, [PackRule::ThreatsRise]);
}

#[test]
fn a_question_that_leads_nowhere_is_named() {
    one_fault(
        "triage.toml",
        "yes = \"o_missing\"",
        "yes = \"o_mising\"",
        0,
    );
}

proptest! {
    // S10
    #[test]
    fn every_walk_through_the_real_tree_comes_to_an_end(
        replies in vec(proptest::sample::select(&TriageReply::ALL[..]), 16)
    ) {
        let tree = pack().triage();
        let answers = tree.questions.iter().zip(replies).map(|(question, answer)| TriageAnswer {
            question: question.code.to_string(),
            answer,
        });
        let walked = walk(tree, &answers.collect::<Vec<_>>());
        let outcome = walked.outcome.as_deref().and_then(|code| tree.outcome(code));
        prop_assert!(outcome.is_some_and(|outcome| outcome.matter.is_some()));
        prop_assert!(walked.next.is_none());
        // Whoever did not rule out danger is acted for at once.
        let first = walked.path.first().map(|one| one.answer);
        prop_assert_eq!(walked.danger.is_some(), first != Some(TriageReply::No));
    }
}
