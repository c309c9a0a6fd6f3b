//! The pack as the rules ask it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pengayom_core::pack::{
    FirstHourItem, FirstHourRules, LessonCode, Matter, Measures, Pack, ProofLaw, RightsBook,
    ServiceCode, SkillCode, Step, ThingCode, TriageTree,
};
use pengayom_core::subject::Method;
use pengayom_core::subject::officer::SkillMethod;
use pengayom_core::subject::thing::ThingMethod;
use pengayom_core::subject::visit::DeskMethod;

/// A pack, answering the rules' questions.
#[derive(Debug, Clone, Copy)]
pub struct PackMethod<'a>(pub &'a Pack);

impl DeskMethod for PackMethod<'_> {
    fn need(&self, code: &str) -> Option<bool> {
        Some(self.0.desk().need(code)?.sensitive)
    }

    fn priority(&self, code: &str) -> Option<bool> {
        Some(self.0.desk().priority(code)?.danger)
    }

    fn ending(&self, code: &str) -> Option<bool> {
        Some(self.0.desk().ending(code)?.served)
    }

    fn system(&self, code: &str) -> bool {
        self.0.desk().system(code).is_some()
    }
}

impl SkillMethod for PackMethod<'_> {
    fn has_skill(&self, skill: &SkillCode) -> bool {
        self.0.skill(skill.as_str()).is_some()
    }

    fn right_answers(&self, lesson: &LessonCode) -> Option<Vec<u32>> {
        let lesson = self.0.lesson(lesson.as_str())?;
        Some(lesson.questions.iter().map(|one| one.right).collect())
    }
}

impl ThingMethod for PackMethod<'_> {
    fn thing(&self, kind: &ThingCode) -> Option<bool> {
        Some(self.0.thing(kind.as_str())?.room)
    }
}

impl Method for PackMethod<'_> {
    fn offers(&self, service: &ServiceCode) -> bool {
        self.0.service(service).is_some()
    }

    fn response_minutes(&self, service: &ServiceCode) -> Option<u32> {
        self.0
            .service(service)
            .map(|service| service.standard.respond_within_minutes)
    }

    fn is_sensitive(&self, service: &ServiceCode) -> bool {
        self.0.is_sensitive(service)
    }

    fn keep_months(&self, service: &ServiceCode) -> Option<u32> {
        self.0.keep_months(service)
    }

    fn has_outcome(&self, outcome: &str) -> bool {
        self.0
            .close_outcomes()
            .iter()
            .any(|known| known.code.as_str() == outcome)
    }

    fn emergency_minutes(&self) -> u32 {
        self.0.access().open_minutes
    }

    fn has_late_reason(&self, reason: &str) -> bool {
        self.0
            .late_reasons()
            .iter()
            .any(|known| known.code.as_str() == reason)
    }

    fn has_letter(&self, kind: &str) -> bool {
        self.0.letter(kind).is_some()
    }

    fn has_function(&self, function: &str) -> bool {
        self.0
            .functions()
            .iter()
            .any(|known| known.code.code() == function)
    }

    fn has_role(&self, role: &str) -> bool {
        self.0
            .officer_roles()
            .iter()
            .any(|known| known.code.code() == role)
    }

    fn has_explanation(&self, explanation: &str) -> bool {
        self.0
            .explanations()
            .iter()
            .any(|known| known.code.as_str() == explanation)
    }

    fn steps(&self, service: &ServiceCode) -> &[Step] {
        self.0.steps().of(service)
    }

    fn steps_bind(&self, filed_at: Timestamp) -> bool {
        TimeZone::UTC.to_datetime(filed_at).date() >= self.0.steps().since
    }

    fn sends_news(&self, service: &ServiceCode) -> bool {
        self.0.news().services.contains(service)
    }

    fn has_news_stage(&self, stage: &str) -> bool {
        self.0.news().stage(stage).is_some()
    }

    fn has_difficulty(&self, difficulty: &str) -> bool {
        self.0.news().known_difficulty(difficulty).is_some()
    }

    fn news_by_second_person(&self) -> bool {
        self.0.news().second_person
    }

    fn triage(&self) -> &TriageTree {
        self.0.triage()
    }

    fn refers(&self, referral: &str, matter: Matter) -> bool {
        let referral = self.0.referral(referral);
        referral.is_some_and(|referral| referral.matters.contains(&matter))
    }

    fn first_hour(&self) -> &FirstHourRules {
        self.0.first_hour()
    }

    fn first_hour_steps(&self, service: &ServiceCode) -> &[FirstHourItem] {
        let service = self.0.service(service);
        service.map_or(&[], |service| service.first_hour.as_slice())
    }

    fn proof(&self) -> &ProofLaw {
        self.0.proof()
    }

    fn rights(&self) -> Option<&RightsBook> {
        Some(self.0.rights())
    }

    fn measures(&self) -> Option<&Measures> {
        Some(self.0.measures())
    }

    fn asks(&self, item: &str) -> bool {
        self.0
            .survey()
            .form_items()
            .any(|known| known.code.as_str() == item)
    }
}
