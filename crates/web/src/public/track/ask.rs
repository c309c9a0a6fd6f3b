//! Asking for somebody else to look at a report: an explanation by the supervisor when news is
//! overdue, a second look at what was decided (S40, UX page 5).

use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{Case, CaseRefusal, ReviewKind};
use pengayom_node::HandleError;
use pengayom_node::handle::case::CaseHistory;

use super::{Typed, case_page, fitting, to_enter};
use crate::extract::{FormPost, PublicPage};
use crate::form::{FieldError, TextField};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::public::report::too_long;

/// What the address of the page says when something was asked for that waits already.
pub(super) const WAITS: &str = "menunggu";

/// One thing the reporter may ask for, or waits for.
pub(super) struct Ask {
    /// Identifier of its form.
    pub(super) id: &'static str,
    /// Value of the button.
    pub(super) kind: &'static str,
    /// Heading.
    pub(super) title: String,
    /// Words of the button.
    pub(super) button: String,
    /// What it is for.
    pub(super) help: String,
    /// What the reporter writes beside it.
    pub(super) text: TextField,
    /// It was asked and waits: the words for that, instead of the form.
    pub(super) waits: Option<String>,
}

/// Name and identifier of the field of a kind.
pub(super) const fn field_of(kind: ReviewKind) -> &'static str {
    match kind {
        ReviewKind::Explanation => "penjelasan",
        ReviewKind::SecondLook => "penilaian",
    }
}

/// What may be asked now, and what was asked; by the rule that decides when it is sent.
pub(super) fn asks(
    frame: &PageFrame,
    history: &CaseHistory,
    now: Timestamp,
    typed: &Typed<'_>,
    errors: &[FieldError],
) -> Vec<Ask> {
    let case = &history.case;
    let one = |kind: ReviewKind| {
        let (id, title, button, help) = match kind {
            ReviewKind::Explanation => (
                "minta-penjelasan",
                "track.explanation_title",
                "track.ask_supervisor",
                "track.explanation_help",
            ),
            ReviewKind::SecondLook => (
                "minta-penilaian",
                "track.second_look_title",
                "track.second_look",
                "track.second_look_help",
            ),
        };
        let waits = waits(frame, case, kind);
        let name = field_of(kind);
        let value = if typed.asked == Some(kind) {
            typed.text
        } else {
            ""
        };
        let text = TextField::new(name, frame.t("track.ask_text"), value, errors).optional();
        let offered = waits.is_some() || case.may_ask(kind, now).is_ok();
        offered.then(|| Ask {
            id,
            kind: kind.as_str(),
            title: frame.t(title).to_owned(),
            button: frame.t(button).to_owned(),
            help: frame.t(help).to_owned(),
            text,
            waits,
        })
    };
    ReviewKind::ALL.into_iter().filter_map(one).collect()
}

/// That one of a kind waits for its answer, and since when; nothing while none does.
fn waits(frame: &PageFrame, case: &Case, kind: ReviewKind) -> Option<String> {
    let (key, since) = match (kind, case.reviews.of(kind).open_since) {
        (ReviewKind::Explanation, since) => ("track.explanation_asked", since?),
        (ReviewKind::SecondLook, Some(since)) => ("track.second_look_asked", since),
        // Two officers differ, or the questions ask for it: somebody looks at it again anyway.
        (ReviewKind::SecondLook, None) => ("track.second_look_waits", case.triage.waits_since()?),
    };
    let time = frame.format().moment(since);
    Some(frame.tf(key, &[("time", &time)]))
}

/// `POST /lacak/{nomor}/minta`
pub(super) async fn ask(
    Path(number): Path<String>,
    page: PublicPage,
    post: FormPost,
) -> Result<Response, Fault> {
    let Some((number, secret)) = fitting(&page.context, &number).await? else {
        return to_enter(&number);
    };
    let kind = ReviewKind::parse(post.fields.get("minta")).ok_or(Fault::Unreadable)?;
    let client = page.context.client().to_owned();
    let history = page.node.track(&number, &secret, &client).await?;
    // Sent twice, or from a page that was read before: the page says that one waits, and since when.
    let waiting = format!("/lacak/{number}?diminta={WAITS}");
    if waits(&page.frame, &history.case, kind).is_some() {
        return Ok(Redirect::to(&waiting).into_response());
    }
    let text = post.fields.get(field_of(kind)).to_owned();
    let typed = Typed {
        text: &text,
        asked: Some(kind),
    };
    let found = text.chars().count();
    if found > TEXT_MAX_CHARS {
        let words = too_long(&page.frame, found, TEXT_MAX_CHARS);
        let errors = vec![FieldError::new(field_of(kind), words)];
        return case_page(page, &history, &number, None, &typed, errors).await;
    }
    let asked = page
        .node
        .ask_review(&number, &secret, &client, kind, text.clone())
        .await;
    let words = match asked {
        Ok(_) => {
            return Ok(Redirect::to(&format!("/lacak/{number}?diminta=ya")).into_response());
        }
        Err(HandleError::Case(CaseRefusal::AlreadyAsked)) => {
            return Ok(Redirect::to(&waiting).into_response());
        }
        Err(HandleError::Case(refusal)) => {
            refused(&page.frame, &refusal).ok_or(Fault::from(HandleError::Case(refusal)))?
        }
        Err(error) => return Err(error.into()),
    };
    let history = page.node.track(&number, &secret, &client).await?;
    let errors = vec![FieldError::new("minta", words)];
    case_page(page, &history, &number, None, &typed, errors).await
}

/// Why it cannot be asked for, and what can be done instead.
pub(crate) fn refused(frame: &PageFrame, refusal: &CaseRefusal) -> Option<String> {
    let count = |n: i64| frame.format().count(n);
    Some(match refusal {
        CaseRefusal::NothingToExplain => frame.t("track.ask_not_late").to_owned(),
        CaseRefusal::NothingDecided => frame.t("track.ask_not_decided").to_owned(),
        CaseRefusal::TooManyReviews { limit } => {
            frame.tf("track.ask_full", &[("n", &count(i64::from(*limit)))])
        }
        CaseRefusal::AskedTooLate { limit_days } => {
            frame.tf("track.ask_too_late", &[("n", &count(*limit_days))])
        }
        CaseRefusal::Text { .. } => frame.t("error.information_write").to_owned(),
        _ => return None,
    })
}
