//! A unit's method made for tests.

use pengayom_core::pack::{LessonCode, ServiceCode, SkillCode, ThingCode};
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

/// The survey's items.
pub const ITEMS: [&str; 3] = ["trust", "liking", "listened"];

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
    fn asks(&self, item: &str) -> bool {
        ITEMS.contains(&item)
    }
}
