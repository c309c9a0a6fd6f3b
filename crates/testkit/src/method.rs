//! A unit's method made for tests.

use std::sync::LazyLock;

use pengayom_core::pack::{
    Boundary, Certainty, EntryCode, EscalationLevel, FirstHourBy, FirstHourItem, FirstHourRules,
    LessonCode, Localized, Matter, ProofLaw, RiskWord, ServiceClass, ServiceCode, Side, SkillCode,
    Sourced, ThingCode, ThreatLevel, TriageOutcome, TriageQuestion, TriageTree,
};
use pengayom_core::subject::Method;
use pengayom_core::subject::officer::SkillMethod;
use pengayom_core::subject::thing::ThingMethod;
use pengayom_core::subject::visit::DeskMethod;

use crate::value::service;

/// A method with one service of each sort: `lost_item` promises a response in 60 minutes,
/// `violence_at_home` in 30 and is sensitive, `traffic_advice` promises no time.
#[derive(Debug, Clone, Copy)]
pub struct SampleMethod;

/// The services [`SampleMethod`] offers.
pub const SERVICES: [&str; 3] = ["lost_item", "violence_at_home", "traffic_advice"];

/// The police functions it knows.
pub const FUNCTIONS: [&str; 4] = ["order", "enforcement", "detection", "prevention"];

/// The officer's roles it knows.
pub const ROLES: [&str; 4] = ["protector", "servant", "enforcer", "guide"];

/// Stages of force.
pub const FORCE_STAGES: [&str; 2] = ["stage_2", "stage_3"];

/// The survey's items.
pub const ITEMS: [&str; 3] = ["trust", "liking", "listened"];

/// The questions of the sample tree: danger, whether there was an agreement, whether there was deceit.
pub const QUESTIONS: [&str; 3] = ["danger", "agreement", "deceit"];

/// What it comes to.
pub const TRIAGE_OUTCOMES: [&str; 3] = ["crime", "debt", "lost"];

/// Where it refers to.
pub const REFERRALS: [&str; 2] = ["court", "legal_aid"];

/// The steps of the first hour of every service.
pub const STEPS: [&str; 2] = ["go_there", "help"];

/// A step that `violence_at_home` has besides.
pub const STEP_AT_HOME: &str = "shelter";

/// How badly somebody is threatened, the least first; from the third on it is an alarm.
pub const THREATS: [&str; 4] = ["none", "low", "high", "life"];

/// The line up which goes what nobody takes, ten minutes each.
pub const LEVELS: [&str; 3] = ["duty", "chief", "district"];

/// What people come for; the second is not named on lists.
pub const NEEDS: [&str; 2] = ["report", "violence"];

/// Why people go first; the second is danger.
pub const PRIORITIES: [&str; 2] = ["old", "danger"];

/// How visits end; in the first the person was served.
pub const ENDINGS: [&str; 2] = ["served", "left"];

/// What can be down.
pub const SYSTEMS: [&str; 2] = ["telephone", "power"];

impl DeskMethod for SampleMethod {
    fn need(&self, code: &str) -> Option<bool> {
        NEEDS.contains(&code).then_some(code == "violence")
    }
    fn priority(&self, code: &str) -> Option<bool> {
        PRIORITIES.contains(&code).then_some(code == "danger")
    }
    fn ending(&self, code: &str) -> Option<bool> {
        ENDINGS.contains(&code).then_some(code == "served")
    }
    fn system(&self, code: &str) -> bool {
        SYSTEMS.contains(&code)
    }
}

impl SkillMethod for SampleMethod {
    fn has_skill(&self, skill: &SkillCode) -> bool {
        ["ppa", "first_aid"].contains(&skill.as_str())
    }
    fn right_answers(&self, lesson: &LessonCode) -> Option<Vec<u32>> {
        match lesson.as_str() {
            "two_items" => Some(vec![2, 1]),
            "on_time" => Some(vec![1]),
            _ => None,
        }
    }
}

impl ThingMethod for SampleMethod {
    fn thing(&self, kind: &ThingCode) -> Option<bool> {
        match kind.as_str() {
            "room" => Some(true),
            "car" => Some(false),
            _ => None,
        }
    }
}

impl Method for SampleMethod {
    fn offers(&self, asked: &ServiceCode) -> bool {
        SERVICES.into_iter().any(|code| service(code) == *asked)
    }
    fn response_minutes(&self, asked: &ServiceCode) -> Option<u32> {
        match asked.to_string().as_str() {
            "lost_item" => Some(60),
            "violence_at_home" => Some(30),
            _ => None,
        }
    }
    fn keep_months(&self, asked: &ServiceCode) -> Option<u32> {
        match asked.to_string().as_str() {
            "lost_item" => Some(24),
            "violence_at_home" => Some(216),
            _ => None,
        }
    }
    fn is_sensitive(&self, asked: &ServiceCode) -> bool {
        *asked == service("violence_at_home")
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
        kind == "progress"
    }
    fn has_function(&self, function: &str) -> bool {
        FUNCTIONS.contains(&function)
    }
    fn has_role(&self, role: &str) -> bool {
        ROLES.contains(&role)
    }
    fn has_explanation(&self, explanation: &str) -> bool {
        ["next_steps", "rights"].contains(&explanation)
    }
    fn has_force_stage(&self, stage: &str) -> bool {
        FORCE_STAGES.contains(&stage)
    }
    fn triage(&self) -> &TriageTree {
        &TREE
    }
    fn refers(&self, referral: &str, matter: Matter) -> bool {
        REFERRALS.contains(&referral) && matter != Matter::Criminal
    }
    fn first_hour(&self) -> &FirstHourRules {
        &RULES
    }
    fn first_hour_steps(&self, asked: &ServiceCode) -> &[FirstHourItem] {
        let all = ITEMS_OF_HOUR.as_slice();
        let shared = all.get(..STEPS.len()).unwrap_or(all);
        if asked.as_str() == "violence_at_home" {
            all
        } else {
            shared
        }
    }
    fn proof(&self) -> &ProofLaw {
        static LAW: LazyLock<ProofLaw> = LazyLock::new(ProofLaw::trial);
        &LAW
    }
    fn asks(&self, item: &str) -> bool {
        ITEMS.contains(&item)
    }
}

fn both(text: &str) -> Localized {
    Localized {
        id: text.to_owned(),
        en: text.to_owned(),
    }
}

fn ours() -> Sourced {
    Sourced {
        source: "sample".to_owned(),
        certainty: Certainty::Draft,
        verify: None,
    }
}

fn code(text: &str) -> EntryCode {
    EntryCode::try_from(text.to_owned()).unwrap_or_else(|_| unreachable!("a code of the sample"))
}

/// Danger leads to an emergency at once; then an agreement without deceit is a debt, everything else a
/// crime or something lost.
pub static TREE: LazyLock<TriageTree> = LazyLock::new(|| {
    let question = |name: &str, yes: &str, no: &str, unknown, boundaries: &[&str]| TriageQuestion {
        code: code(name),
        ask: both(name),
        why: both(name),
        yes: code(yes),
        no: code(no),
        unknown,
        boundaries: boundaries.iter().map(|one| code(one)).collect(),
        sourced: ours(),
    };
    let outcome = |name: &str, class, matter, then: Option<&str>| TriageOutcome {
        code: code(name),
        name: both(name),
        rule: both(name),
        class,
        matter,
        services: vec![service("lost_item")],
        second_look: matter == Some(Matter::Civil),
        then: then.map(code),
        sourced: ours(),
    };
    TriageTree {
        root: "danger".to_owned(),
        questions: vec![
            question("danger", "emergency", "agreement", Side::Yes, &[]),
            question("agreement", "deceit", "lost", Side::Yes, &[]),
            question("deceit", "crime", "debt", Side::Yes, &["fraud"]),
        ],
        outcomes: vec![
            outcome(
                "emergency",
                ServiceClass::Emergency,
                None,
                Some("agreement"),
            ),
            outcome(
                "crime",
                ServiceClass::Criminal,
                Some(Matter::Criminal),
                None,
            ),
            outcome(
                "debt",
                ServiceClass::CivilOrSocial,
                Some(Matter::Civil),
                None,
            ),
            outcome(
                "lost",
                ServiceClass::Administrative,
                Some(Matter::Neither),
                None,
            ),
        ],
        boundaries: vec![Boundary {
            code: code("fraud"),
            pair: both("fraud, debt"),
            criminal_if: both("deceit"),
            civil_if: both("no deceit"),
            test_question: both("deceit?"),
            second_look: false,
            sourced: ours(),
        }],
    }
});

/// An hour, three levels of ten minutes, four threats.
pub static RULES: LazyLock<FirstHourRules> = LazyLock::new(|| {
    let word = |name: &str| RiskWord {
        code: code(name),
        name: both(name),
        sourced: ours(),
    };
    FirstHourRules {
        minutes: 60,
        levels: LEVELS
            .iter()
            .map(|level| EscalationLevel {
                code: code(level),
                name: both(level),
                take_within_minutes: 10,
                sourced: ours(),
            })
            .collect(),
        threats: THREATS
            .iter()
            .enumerate()
            .map(|(at, threat)| ThreatLevel {
                code: code(threat),
                name: both(threat),
                help: both(threat),
                alarm: at >= 2,
                sourced: ours(),
            })
            .collect(),
        harms: vec![word("body")],
        may_happen: vec![word("again")],
    }
});

/// One step with minutes of its own, one by the end of the hour; then the one of `violence_at_home`.
pub static ITEMS_OF_HOUR: LazyLock<Vec<FirstHourItem>> = LazyLock::new(|| {
    let item = |name: &str, within_minutes: Option<u32>| FirstHourItem {
        code: code(name),
        say: both(name),
        who: FirstHourBy::Patrol,
        within_minutes,
        clock: within_minutes.map(|_| code("arrival")),
    };
    vec![
        item(STEPS[0], Some(10)),
        item(STEPS[1], None),
        item(STEP_AT_HOME, Some(20)),
    ]
});
