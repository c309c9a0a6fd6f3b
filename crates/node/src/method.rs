//! The pack as the rules ask it.

use pengayom_core::pack::{Measures, Pack, RightsBook, ServiceCode};
use pengayom_core::subject::Method;
use pengayom_core::subject::visit::DeskMethod;

/// A pack, answering the rules' questions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PackMethod<'a>(pub(crate) &'a Pack);

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
