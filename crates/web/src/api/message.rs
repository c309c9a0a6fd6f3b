//! What the one who filed a request says later: something to add, or that somebody else should look at it.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{CaseRefusal, ReviewKind};
use pengayom_core::value::{CaseNumber, CommandId, SecretDigits};
use pengayom_node::HandleError;
use pengayom_node::handle::case::CaseHistory;
use utoipa::ToSchema;

use super::body::{Fields, JsonBody};
use super::caller::Api;
use super::document::BASE;
use super::once::{Key, once};
use super::request::{NewPhotograph, photographs, put_photographs};
use super::status::{ReviewWord, Status, own, status};
use crate::problem::{Fault, FieldFault};
use crate::public::track::refused;

/// Something to add.
#[derive(ToSchema)]
pub(super) struct NewMessage {
    /// What is added.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
    /// Photographs.
    #[schema(max_items = 4)]
    media: Option<Vec<NewPhotograph>>,
}

/// What somebody else should look at.
#[derive(ToSchema)]
pub(super) struct NewReview {
    kind: ReviewWord,
    /// What to look at.
    #[schema(max_length = 5000)]
    text: Option<String>,
}

/// The request that something is said about.
struct Own {
    number: CaseNumber,
    secret: SecretDigits,
}

impl Own {
    async fn of(api: &Api, number: &str) -> Result<Self, Fault> {
        let (number, _) = own(api, number).await?;
        let secret = api.secret()?;
        Ok(Self { number, secret })
    }

    /// The request as it stands after what was said.
    async fn answer(&self, api: &Api, history: &CaseHistory) -> Result<Response, Fault> {
        let body = status(api, &self.number, history).await?;
        api.created(Some(&format!("{BASE}/requests/{}", self.number)), &body)
    }
}

/// Adds something to a request.
#[utoipa::path(
    post, path = "/requests/{tracking_code}/messages", operation_id = "addMessage",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed here or as `secret`."),
        ("secret" = Option<String>, Query, description = "The same, for who cannot send a header; the header wins."),
    ),
    request_body = NewMessage,
    responses((status = 201, description = "Added. The request as it stands.", body = Status))
)]
pub(super) async fn add(
    Path(number): Path<String>,
    api: Api,
    body: JsonBody,
) -> Result<Response, Fault> {
    let own = Own::of(&api, &number).await?;
    let mut fields = Fields::new(body.values, &api.frame);
    let text = fields.text("text", TEXT_MAX_CHARS);
    if text.is_none() && !fields.has_fault_at("/text") {
        fields.wrong_by_key("/text", "required", "error.information_write");
    }
    let new = NewMessage {
        text: text.unwrap_or_default(),
        media: Some(photographs(&mut fields)),
    };
    fields.check()?;
    let contents = new.media.unwrap_or_default();
    let media = put_photographs(&api.context, &api.frame, &contents, &mut fields).await?;
    fields.check()?;
    let command = api.key()?.map(Key::command);
    let told = (new.text, media);
    once(api, &body.bytes, async move |api: Arc<Api>| {
        let command = command.unwrap_or_else(|| CommandId(api.node.new_id()));
        let client = api.context.client();
        let added = api
            .node
            .add_information(&own.number, &own.secret, client, command, told)
            .await;
        match added {
            Ok(history) => own.answer(&api, &history).await,
            Err(HandleError::Case(CaseRefusal::TooManyAdditions { limit })) => {
                let n = api.frame.format().count(i64::from(limit));
                Err(Fault::Refused {
                    code: "too-many-additions",
                    words: api.frame.tf("track.add_full", &[("n", &n)]),
                })
            }
            Err(HandleError::Case(CaseRefusal::Text { .. })) => {
                let words = api.frame.t("error.information_write");
                let fault = FieldFault::field("/text", "required", words);
                Err(Fault::Fields(vec![fault]))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// Asks for an explanation when news is overdue, or for a second look at what was decided. Asked again while it waits
/// for its answer, or while another officer looks at the class anyway, nothing more is asked.
#[utoipa::path(
    post, path = "/requests/{tracking_code}/reviews", operation_id = "askReview",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed here or as `secret`."),
        ("secret" = Option<String>, Query, description = "The same, for who cannot send a header; the header wins."),
    ),
    request_body = NewReview,
    responses((status = 201, description = "Asked. The request as it stands.", body = Status))
)]
pub(super) async fn ask(
    Path(number): Path<String>,
    api: Api,
    body: JsonBody,
) -> Result<Response, Fault> {
    let own = Own::of(&api, &number).await?;
    let mut fields = Fields::new(body.values, &api.frame);
    let kind = fields.word("kind", |word| ReviewKind::parse(word).map(ReviewWord::from));
    if kind.is_none() && !fields.has_fault_at("/kind") {
        fields.wrong_by_key("/kind", "required", "error.json_missing");
    }
    let text = fields.text("text", TEXT_MAX_CHARS);
    fields.check()?;
    let kind = kind.ok_or(Fault::Internal)?;
    let new = NewReview { kind, text };
    once(api, &body.bytes, async move |api: Arc<Api>| {
        let (kind, text) = (new.kind.into(), new.text.unwrap_or_default());
        let client = api.context.client();
        let node = &api.node;
        let asked = node
            .ask_review(&own.number, &own.secret, client, kind, text)
            .await;
        match asked {
            Ok(history) => own.answer(&api, &history).await,
            Err(HandleError::Case(CaseRefusal::AlreadyAsked)) => {
                let history = node.track(&own.number, &own.secret, client).await?;
                own.answer(&api, &history).await
            }
            Err(HandleError::Case(refusal)) => {
                let code = match refusal {
                    CaseRefusal::NothingToExplain => "nothing-to-explain",
                    CaseRefusal::NothingDecided => "nothing-decided",
                    CaseRefusal::TooManyReviews { .. } => "too-many-reviews",
                    CaseRefusal::AskedTooLate { .. } => "asked-too-late",
                    other => return Err(HandleError::Case(other).into()),
                };
                let words = refused(&api.frame, &refusal).unwrap_or_default();
                Err(Fault::Refused { code, words })
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}
