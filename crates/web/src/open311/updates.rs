//! Updates, after FixMyStreet's extension: what happened to requests that anybody may see, and what
//! people told the program since.

use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{self, Case, CaseStage};
use pengayom_core::value::CommandId;
use pengayom_node::HandleError;
use pengayom_node::handle::case::CaseHistory;
use pengayom_store::PAGE_MAX;

use super::answer;
use super::asked::{Asked, Refused, case_id};
use super::requests::{page, standing};
use super::send::{blame, header_key, photographs, pictures, require_key, with_lines};
use super::tree::Tree;
use crate::extract::ProgramPost;
use crate::frame::PageFrame;

/// Most requests that are looked through for one question.
const LOOKED_THROUGH_MAX: u32 = 2_000;

/// Longest word for a status that is noted, in bytes.
const STATUS_MAX_BYTES: usize = 40;

/// A step of a request.
struct Step {
    at: Timestamp,
    tree: Tree,
}

/// `GET /open311/v2/servicerequestupdates`: oldest first.
pub(super) async fn list(asked: Asked) -> Result<Response, Refused> {
    let (from, before) = asked.span()?;
    // Who does not know of pages, such as FixMyStreet, would miss what lies on the second.
    let by_page = asked.query.has("page") || asked.query.has("page_size");
    let (skip, limit) = if by_page {
        page(&asked)?
    } else {
        (0, u32::MAX)
    };
    let mut steps = Vec::new();
    let mut passed = 0;
    loop {
        let found = asked
            .node
            .shown_touched(from, before, passed, PAGE_MAX)
            .await?;
        let more = found.len() >= PAGE_MAX as usize;
        for history in &found {
            steps.extend(steps_of(&asked.frame, history, from, before));
        }
        passed += PAGE_MAX;
        if !more {
            break;
        }
        if passed >= LOOKED_THROUGH_MAX {
            return Err(asked.wrong("start_date", "open311.page_far"));
        }
    }
    steps.sort_by_key(|step| step.at);
    let steps = steps.into_iter().skip(skip as usize).take(limit as usize);
    let list = Tree::List("request_update", steps.map(|step| step.tree).collect());
    Ok(answer(
        asked.format,
        StatusCode::OK,
        "service_request_updates",
        &list,
    ))
}

/// The steps that became known in a span. Only how far it came is told, in words of the pack: what an
/// officer wrote is for whom it was written to.
fn steps_of(
    frame: &PageFrame,
    history: &CaseHistory,
    from: Timestamp,
    before: Timestamp,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut known: Option<Case> = None;
    for act in &history.acts {
        let stage = known.as_ref().map(|case| case.stage);
        known = case::evolve(known, act);
        let Some(now) = &known else { continue };
        let Some(stage) = stage.filter(|stage| *stage != now.stage) else {
            continue;
        };
        if act.recorded_at < from || act.recorded_at >= before {
            continue;
        }
        let status = match now.stage {
            CaseStage::Closed => "CLOSED",
            _ if stage == CaseStage::Closed => "OPEN",
            CaseStage::Handled => "IN_PROGRESS",
            CaseStage::Assessed => "INVESTIGATING",
            CaseStage::Received => "OPEN",
        };
        let outcome = now.outcome.as_deref();
        let closed = outcome.filter(|_| now.stage == CaseStage::Closed);
        steps.push(Step {
            at: act.recorded_at,
            tree: Tree::Object(vec![
                ("update_id", Tree::text(act.id.to_string())),
                ("service_request_id", Tree::text(history.id.to_string())),
                ("status", Tree::text(status)),
                ("updated_datetime", Tree::moment(Some(act.recorded_at))),
                (
                    "description",
                    Tree::text(standing(frame, now.stage, outcome)),
                ),
                ("media_url", Tree::Nothing),
                (
                    "extended_attributes",
                    Tree::Extended(vec![
                        ("stage", Tree::text(now.stage.as_str())),
                        ("outcome", Tree::maybe(closed)),
                    ]),
                ),
            ]),
        });
    }
    steps
}

/// `POST /open311/v2/servicerequestupdates`: what somebody told the program later. It is added to the
/// request as the reporter's own additions are. Who it was is not kept: the contact of a request is
/// that of who filed it.
pub(super) async fn send(asked: Asked, request: Request) -> Result<Response, Refused> {
    let key = header_key(&request)?;
    let post = ProgramPost::from_request(request, asked.context.state()).await?;
    let fields = &post.fields;
    asked.require_jurisdiction(fields)?;
    let id = fields.get("service_request_id");
    let mut faults = Vec::new();
    for name in ["service_request_id", "description"] {
        if fields.get(name).is_empty() {
            faults.push(format!("{name}: {}", asked.frame.t("open311.needed")));
        }
    }
    if !faults.is_empty() {
        return Err(asked.refuse(StatusCode::BAD_REQUEST, &faults));
    }
    let unknown = || asked.unknown("service_request_id", "open311.request_unknown");
    let case = case_id(id).ok_or_else(unknown)?;
    let text = text(&asked, &post)?;
    let media = photographs(&asked, post.uploads).await?;
    let own = || fields.some("update_id");
    let command = match key.or_else(own) {
        Some(key) => {
            require_key(&asked, &key)?;
            let key = format!("{case}\n{key}");
            let program = &post.bearer.name;
            asked.node.program_command(program, "open311/update", &key)
        }
        None => CommandId(asked.node.new_id()),
    };
    match asked
        .node
        .add_for_program(case, command, (text, media))
        .await
    {
        Ok(_) => {}
        Err(HandleError::NotFound(_)) => return Err(unknown()),
        Err(error) => return Err(blame(&asked, error)),
    }
    let update = Tree::Object(vec![
        ("update_id", Tree::text(command.to_string())),
        ("service_request_id", Tree::text(case.to_string())),
    ]);
    let list = Tree::List("request_update", vec![update]);
    Ok(answer(
        asked.format,
        StatusCode::OK,
        "service_request_updates",
        &list,
    ))
}

/// The words, with what the sender says of the status and where its pictures lie.
fn text(asked: &Asked, post: &ProgramPost) -> Result<String, Refused> {
    let frame = &asked.frame;
    let status = post.fields.get("status");
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ' ' | '-');
    if status.len() > STATUS_MAX_BYTES || !status.chars().all(plain) {
        return Err(asked.wrong("status", "open311.status_wrong"));
    }
    let words = frame.unit().pack.words(pengayom_core::pack::Lang::Id);
    let said = match status.to_ascii_uppercase().as_str() {
        "" | "OPEN" => None,
        word => Some(words.text("open311.status_said", &[("status", word)])),
    };
    let lines = said.into_iter().chain(pictures(frame, &post.fields));
    let text = with_lines(post.fields.get("description").to_owned(), lines);
    if text.chars().count() > TEXT_MAX_CHARS {
        return Err(asked.wrong("description", "open311.answer_long"));
    }
    Ok(text)
}
