//! What a measurement leaves out of a node's work, so that it shows what the rest costs.

use pengayom_core::act::Payload;
use pengayom_core::subject::case::CaseAct;
use pengayom_store::Appended;
use pengayom_store::proof::StoredAct;

use crate::error::HandleError;
use crate::ledger::Promised;

/// What of a node's work is left out, so that a measurement shows what it costs. A node that serves
/// leaves nothing out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Commitments, words apart from acts, promises, the tree and its checkpoints.
    pub ledger: bool,
    /// Keys of persons, sealing, and the hashes they are found by: their details are kept as they
    /// are.
    pub sealing: bool,
}

/// What stands in place of a promise where a measurement leaves the ledger out: no act to show, and
/// nothing signed.
pub(crate) fn unpromised(appended: &Appended) -> Result<Promised, HandleError> {
    let act = appended.acts.first().ok_or(HandleError::NotFound("case"))?;
    let Payload::Case(CaseAct::RequestFiled(filed)) = &act.payload else {
        return Err(HandleError::NotFound("filing"));
    };
    Ok(Promised {
        number: filed
            .number
            .clone()
            .ok_or(HandleError::NotFound("case number"))?,
        service: filed.service.clone(),
        sensitive: true,
        note: String::new(),
        stored: StoredAct {
            sequence: appended.sequence,
            subject_kind: String::new(),
            subject_id: appended.subject.id(),
            version: 1,
            id: act.id.0,
            kind: String::new(),
            schema_version: 0,
            actor: String::new(),
            happened_at: act.happened_at.as_microsecond(),
            recorded_at: act.recorded_at.as_microsecond(),
            place: None,
            payload: String::new(),
            salt: [0; 32],
            told_hash: None,
            commitment: [0; 32],
        },
    })
}
