//! A letter verified by the code on it.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::caller::Api;
use crate::letters::{Standing, given, kind_name};
use crate::problem::Fault;
use crate::public::letter::standing;

/// The code of an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "names parameters for the description")]
pub(super) struct CodeOfLetter {
    /// The code that stands on the letter beside its QR code.
    #[param(min_length = 1, max_length = 80, pattern = "^[A-Za-z0-9-]+$")]
    code: String,
}

/// What the unit says of a letter. Nothing of its case and nobody in it is named.
#[derive(Serialize, ToSchema)]
pub(super) struct VerifiedLetter {
    /// `valid`, `withdrawn`, `replaced` or `erased`.
    #[schema(value_type = String)]
    state: &'static str,
    /// The kind of letter, in words.
    kind: String,
    /// Its number.
    #[schema(required)]
    number: Option<String>,
    /// The day on it.
    #[schema(value_type = String, format = Date)]
    dated: Date,
    /// The unit that gave it.
    unit: String,
    /// When it was withdrawn.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    withdrawn_at: Option<Timestamp>,
    /// SHA-256 of the file that was issued.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
    /// The place of its issue in the unit's log, from 0.
    #[schema(required)]
    log_index: Option<u64>,
}

/// Verifies a letter by the code on it.
#[utoipa::path(
    get, path = "/letters/{code}", operation_id = "verifyLetter",
    params(CodeOfLetter),
    responses((status = 200, description = "A letter of this unit.", body = VerifiedLetter))
)]
pub(super) async fn verify(api: Api, Path(code): Path<String>) -> Result<Response, Fault> {
    let found = api.node.verify_letter(&code, api.context.client()).await?;
    let found = found.ok_or(Fault::NotFound)?;
    let all = given(&found.history.acts);
    let letter = all
        .iter()
        .find(|one| one.n == found.n)
        .ok_or(Fault::NotFound)?;
    let withdrawn_at = match letter.standing {
        Standing::Withdrawn { at, .. } => Some(at),
        _ => None,
    };
    api.found(&VerifiedLetter {
        state: standing(&found, letter).1,
        kind: kind_name(&api.frame, letter.kind),
        number: letter.number.map(ToOwned::to_owned),
        dated: letter.dated,
        unit: api.frame.unit().config().name.clone(),
        withdrawn_at,
        sha256: letter.file.sha256.clone(),
        log_index: api.node.letter_in_log(&found).await?,
    })
}
