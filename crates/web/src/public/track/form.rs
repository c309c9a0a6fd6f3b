//! Following a report by the number of the paper form it was written on (S78).

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::value::{CaseNumber, FormNumber, FormNumberError, SecretDigits};
use pengayom_node::HandleError;
use pengayom_node::handle::paper::FormTracked;

use crate::extract::PublicPage;
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;

/// A number by which a report is followed.
pub(super) enum Number {
    /// Of the report.
    Case(CaseNumber),
    /// Of the form.
    Form(FormNumber),
}

/// Reads a number as people type it.
pub(super) fn read(frame: &PageFrame, typed: &str) -> Result<Number, FieldError> {
    match typed.parse::<FormNumber>() {
        Ok(number) => Ok(Number::Form(number)),
        Err(fault) => {
            let number = typed.to_uppercase().parse().map(Number::Case);
            number.map_err(|_| {
                let key = match fault {
                    FormNumberError::Check => "paper.number_check",
                    _ => "error.case_number",
                };
                FieldError::new("nomor", frame.t(key))
            })
        }
    }
}

/// The number of the report that number and code open; `None` for a form that is not entered yet.
pub(super) async fn follow(
    page: &PublicPage,
    number: &Number,
    secret: &SecretDigits,
) -> Result<Option<CaseNumber>, HandleError> {
    let client = page.context.client();
    match number {
        Number::Case(number) => {
            page.node.track(number, secret, client).await?;
            Ok(Some(number.clone()))
        }
        Number::Form(form) => match page.node.track_form(form, secret, client).await? {
            FormTracked::Entered(number) => Ok(Some(number)),
            FormTracked::NotEntered => Ok(None),
        },
    }
}

#[derive(Template)]
#[template(path = "public/track/waiting.html")]
struct WaitingPage {
    page: PageFrame,
}

/// That nobody entered the form yet, and what to do.
pub(super) fn waiting_page(PublicPage { mut frame, .. }: PublicPage) -> Result<Response, Fault> {
    frame.titled("paper.not_entered_title");
    draw(StatusCode::OK, &WaitingPage { page: frame })
}
