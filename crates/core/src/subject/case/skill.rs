//! Giving a case to an officer who is not qualified for its service: it is said why, and recorded (S7).

use super::act::CaseAct;
use super::refusal::CaseRefusal;
use super::state::Case;
use crate::pack::SkillCode;
use crate::subject::{TextFault, text_fault};
use crate::value::OfficerId;

/// Gives a case to an officer. In danger nobody waits for a reason.
pub(super) fn assign(
    case: &Case,
    officer: OfficerId,
    lacks: Option<SkillCode>,
    reason: Option<String>,
) -> Result<CaseAct, CaseRefusal> {
    let fault = reason.as_deref().map_or(Some(TextFault::Empty), text_fault);
    // A reason that nobody needed is not kept.
    let reason = reason.filter(|_| lacks.is_some() && fault.is_none());
    match (&lacks, fault) {
        (Some(_), Some(fault @ TextFault::TooLong { .. })) => {
            let field = "reason";
            return Err(CaseRefusal::Text { field, fault });
        }
        (Some(skill), Some(TextFault::Empty)) if !case.filed.danger => {
            let skill = skill.clone();
            return Err(CaseRefusal::NotQualified { skill });
        }
        _ => {}
    }
    Ok(CaseAct::OfficerAssigned {
        officer,
        lacks,
        reason,
    })
}
