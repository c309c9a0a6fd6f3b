//! The pack as the rules ask it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pengayom_core::clock::Reckoning;
use pengayom_core::pack::{
    FirstHourItem, FirstHourRules, LessonCode, Matter, Measures, Pack, ProofLaw, RightsBook,
    ServiceCode, SkillCode, Step, ThingCode, TriageTree,
};
use pengayom_core::subject::Method;
use pengayom_core::subject::officer::SkillMethod;
use pengayom_core::subject::thing::ThingMethod;
use pengayom_core::subject::visit::DeskMethod;

use crate::unit::UnitContext;

/// A pack, answering the rules' questions.
#[derive(Debug, Clone, Copy)]
pub struct PackMethod<'a> {
    pack: &'a Pack,
    /// Counts its time limits where the unit is known.
    reckoning: Option<Reckoning<'a>>,
}

impl<'a> PackMethod<'a> {
    /// A pack alone: it knows of no time limit that depends on a unit's zone.
    pub const fn of(pack: &'a Pack) -> Self {
        Self {
            pack,
            reckoning: None,
        }
    }
}

impl UnitContext {
    /// The unit's pack, answering the rules' questions.
    pub fn method(&self) -> PackMethod<'_> {
        PackMethod {
            pack: &self.pack,
            reckoning: Some(self.reckoning()),
        }
    }
}

impl DeskMethod for PackMethod<'_> {
    fn need(&self, code: &str) -> Option<bool> {
        Some(self.pack.desk().need(code)?.sensitive)
    }

    fn priority(&self, code: &str) -> Option<bool> {
        Some(self.pack.desk().priority(code)?.danger)
    }

    fn ending(&self, code: &str) -> Option<bool> {
        Some(self.pack.desk().ending(code)?.served)
    }

    fn system(&self, code: &str) -> bool {
        self.pack.desk().system(code).is_some()
    }
}

impl SkillMethod for PackMethod<'_> {
    fn has_skill(&self, skill: &SkillCode) -> bool {
        self.pack.skill(skill.as_str()).is_some()
    }

    fn right_answers(&self, lesson: &LessonCode) -> Option<Vec<u32>> {
        let lesson = self.pack.lesson(lesson.as_str())?;
        Some(lesson.questions.iter().map(|one| one.right).collect())
    }
}

impl ThingMethod for PackMethod<'_> {
    fn thing(&self, kind: &ThingCode) -> Option<bool> {
        Some(self.pack.thing(kind.as_str())?.room)
    }
}

impl Method for PackMethod<'_> {
    fn offers(&self, service: &ServiceCode) -> bool {
        self.pack.service(service).is_some()
    }

    fn response_minutes(&self, service: &ServiceCode) -> Option<u32> {
        self.pack
            .service(service)
            .map(|service| service.standard.respond_within_minutes)
    }

    fn is_sensitive(&self, service: &ServiceCode) -> bool {
        self.pack.is_sensitive(service)
    }

    fn keep_months(&self, service: &ServiceCode) -> Option<u32> {
        self.pack.keep_months(service)
    }

    fn has_outcome(&self, outcome: &str) -> bool {
        self.pack
            .close_outcomes()
            .iter()
            .any(|known| known.code.as_str() == outcome)
    }

    fn emergency_minutes(&self) -> u32 {
        self.pack.access().open_minutes
    }

    fn has_late_reason(&self, reason: &str) -> bool {
        self.pack
            .late_reasons()
            .iter()
            .any(|known| known.code.as_str() == reason)
    }

    fn has_letter(&self, kind: &str) -> bool {
        self.pack.letter(kind).is_some()
    }

    fn letter_is_for_reporter(&self, kind: &str) -> bool {
        self.pack.letter_is_for_reporter(kind)
    }

    fn has_function(&self, function: &str) -> bool {
        self.pack
            .functions()
            .iter()
            .any(|known| known.code.code() == function)
    }

    fn has_role(&self, role: &str) -> bool {
        self.pack
            .officer_roles()
            .iter()
            .any(|known| known.code.code() == role)
    }

    fn has_explanation(&self, explanation: &str) -> bool {
        self.pack
            .explanations()
            .iter()
            .any(|known| known.code.as_str() == explanation)
    }

    fn has_force_stage(&self, stage: &str) -> bool {
        let mut stages = self.pack.force_stages().iter();
        stages.any(|known| known.code.as_str() == stage)
    }

    fn steps(&self, service: &ServiceCode) -> &[Step] {
        self.pack.steps().of(service)
    }

    fn step_due(&self, step: &Step, from: Timestamp) -> Option<Timestamp> {
        let clock = step.clock.as_ref()?;
        Some(self.reckoning?.due(clock, 0, from)?.at)
    }

    fn steps_bind(&self, filed_at: Timestamp) -> bool {
        TimeZone::UTC.to_datetime(filed_at).date() >= self.pack.steps().since
    }

    fn sends_news(&self, service: &ServiceCode) -> bool {
        self.pack.news().services.contains(service)
    }

    fn has_news_stage(&self, stage: &str) -> bool {
        self.pack.news().stage(stage).is_some()
    }

    fn has_difficulty(&self, difficulty: &str) -> bool {
        self.pack.news().known_difficulty(difficulty).is_some()
    }

    fn news_by_second_person(&self) -> bool {
        self.pack.news().second_person
    }

    fn triage(&self) -> &TriageTree {
        self.pack.triage()
    }

    fn refers(&self, referral: &str, matter: Matter) -> bool {
        let referral = self.pack.referral(referral);
        referral.is_some_and(|referral| referral.matters.contains(&matter))
    }

    fn first_hour(&self) -> &FirstHourRules {
        self.pack.first_hour()
    }

    fn first_hour_steps(&self, service: &ServiceCode) -> &[FirstHourItem] {
        let service = self.pack.service(service);
        service.map_or(&[], |service| service.first_hour.as_slice())
    }

    fn proof(&self) -> &ProofLaw {
        self.pack.proof()
    }

    fn rights(&self) -> Option<&RightsBook> {
        Some(self.pack.rights())
    }

    fn measures(&self) -> Option<&Measures> {
        Some(self.pack.measures())
    }

    fn asks(&self, item: &str) -> bool {
        self.pack
            .survey()
            .asked_items()
            .any(|known| known.code.as_str() == item)
    }
}
