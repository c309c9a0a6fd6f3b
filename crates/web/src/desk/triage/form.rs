//! The forms of triage: what they ask for, and the words of the rule that stood in the way.

use pengayom_core::act::Payload;
use pengayom_core::subject::case::{
    CaseAct, CaseCommand, CaseRefusal, ConfirmedBy, Guardian, ToldBy, TriageDecision,
};
use pengayom_core::value::OfficerId;
use pengayom_node::handle::case::CaseHistory;

use super::Step;
use crate::extract::Fields;
use crate::form::FieldError;
use crate::frame::PageFrame;
use crate::staff::text_words;

/// Identifiers of the fields of a form: what is chosen, why, and where to.
pub(super) const fn ids(step: Step) -> [&'static str; 3] {
    match step {
        Step::Answers => ["pertanyaan", "pertanyaan", "pertanyaan"],
        Step::Decide => ["putusan-hasil", "putusan-alasan", "putusan-rujukan"],
        Step::Look => ["kedua-hasil", "kedua-alasan", "kedua-hasil"],
        Step::Settle => ["penentuan-hasil", "penentuan-alasan", "penentuan-rujukan"],
        Step::Child => ["anak-wali", "anak-wali", "anak-wali"],
        Step::Reported => [
            "terlapor-diingatkan",
            "terlapor-alasan",
            "terlapor-diingatkan",
        ],
        Step::ReadBack => ["dibacakan-cara", "dibacakan-tanda", "dibacakan-tanda"],
    }
}

/// What a form asks for.
///
/// # Errors
/// What is missing, in words.
pub(super) fn command(
    frame: &PageFrame,
    step: Step,
    fields: &Fields,
) -> Result<CaseCommand, Vec<FieldError>> {
    let [first, second, _] = ids(step);
    let choose = |id: &str, key: &str| vec![FieldError::new(id, frame.t(key))];
    let outcome = || match fields.some("hasil") {
        Some(outcome) => Ok(outcome),
        None => Err(choose(first, "triage.outcome_choose")),
    };
    let reason = fields.get("alasan").to_owned();
    let referrals = || fields.all("rujukan").map(ToOwned::to_owned).collect();
    Ok(match step {
        Step::Answers => return Err(choose(first, "error.unreadable")),
        Step::Decide => {
            let service = fields.get("layanan");
            CaseCommand::DecideTriage(TriageDecision {
                outcome: outcome()?,
                service: service.parse().ok(),
                reason,
                referrals: referrals(),
            })
        }
        Step::Look => CaseCommand::LookAgain {
            outcome: outcome()?,
            reason,
        },
        Step::Settle => CaseCommand::SettleTriage {
            outcome: outcome()?,
            reason,
            referrals: referrals(),
        },
        Step::Child => match Guardian::parse(fields.get("wali")) {
            Some(guardian) => CaseCommand::NoteChild { guardian },
            None => return Err(choose(first, "triage.guardian_choose")),
        },
        Step::Reported => CaseCommand::NoteReported {
            reported: fields.get("ialah") != "tidak",
            warned: fields.get("diingatkan") == "ya",
            reason,
        },
        Step::ReadBack => {
            let told = ToldBy::parse(fields.get("cara"));
            let confirmed = ConfirmedBy::parse(fields.get("tanda"));
            match (told, confirmed) {
                (Some(told), Some(confirmed)) => CaseCommand::ConfirmReadBack { told, confirmed },
                (None, _) => return Err(choose(first, "triage.told_choose")),
                (_, None) => return Err(choose(second, "triage.confirmed_choose")),
            }
        }
    })
}

/// The words for the rule that stood in the way, at the field to blame; `None` when the case moved on.
pub(super) fn refusal(frame: &PageFrame, step: Step, refusal: &CaseRefusal) -> Option<FieldError> {
    let [first, second, third] = ids(step);
    let at = |id: &str, key: &str| Some(FieldError::new(id, frame.t(key)));
    match refusal {
        CaseRefusal::Text { fault, .. } => {
            let words = text_words(frame, *fault, "triage.reason_write");
            Some(FieldError::new(second, words))
        }
        CaseRefusal::NotInPack {
            field: "referral", ..
        } => at(third, "triage.referral_unfit"),
        CaseRefusal::NotInPack { .. } => at(first, "triage.outcome_choose"),
        CaseRefusal::ServiceNotOffered(_) => at(first, "encounter.service_choose"),
        CaseRefusal::ReferralMissing => at(third, "triage.referral_choose"),
        CaseRefusal::WarningMissing => at(first, "triage.warning_first"),
        CaseRefusal::OwnDecision => at(first, "triage.look_own"),
        CaseRefusal::LooksDiffer => at(first, "triage.look_conflict"),
        CaseRefusal::TriageUnfinished => at(first, "triage.unfinished"),
        CaseRefusal::TooManyDecisions { limit } => {
            let n = frame.format().count(i64::from(*limit));
            Some(FieldError::new(
                first,
                frame.tf("triage.too_many", &[("n", &n)]),
            ))
        }
        _ => None,
    }
}

/// Whether an officer did what a form asks for since they saw the case: it was sent twice. A decision that changes
/// the service is followed by another act of theirs.
pub(super) fn is_done(
    history: &CaseHistory,
    seen: u32,
    by: OfficerId,
    asked: &CaseCommand,
) -> bool {
    let since = history.acts.iter().filter(|act| act.version > seen);
    let mut own = since.filter(|act| act.actor.officer() == Some(by));
    own.any(|act| matches!(&act.payload, Payload::Case(done) if is_what_was_asked(asked, done)))
}

fn is_what_was_asked(asked: &CaseCommand, done: &CaseAct) -> bool {
    match (asked, done) {
        (
            CaseCommand::DecideTriage(asked),
            CaseAct::TriageDecided {
                outcome, reason, ..
            },
        ) => asked.outcome == *outcome && asked.reason == *reason,
        (
            CaseCommand::LookAgain { outcome, reason },
            CaseAct::SecondLookGiven {
                outcome: done,
                reason: why,
                ..
            },
        )
        | (
            CaseCommand::SettleTriage {
                outcome, reason, ..
            },
            CaseAct::TriageSettled {
                outcome: done,
                reason: why,
                ..
            },
        ) => outcome == done && reason == why,
        _ => false,
    }
}
