//! `/kecakapan/ketepatan`: whether one's own answers come in time, beside what the same services have everywhere (S17);
//! `/kecakapan/petugas/{officer}/ketepatan`: the same for who coaches that officer. Nobody else can ask for it, and
//! nothing ranks.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use pengayom_core::value::OfficerId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::consistency::{Beside, OFFICER_NEEDS, OFFICERS_NEED, Punctuality};
use serde::Serialize;

use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::Names;

#[derive(Template)]
#[template(path = "standing/punctual.html")]
struct PunctualPage {
    page: PageFrame,
    back: String,
    json: String,
    sentences: Vec<String>,
    who_reads: String,
}

/// The figures.
#[derive(Debug, Serialize)]
struct PunctualFigures {
    from: Date,
    to: Date,
    answered: u64,
    in_time: u64,
    needs: u64,
    officers_needed: usize,
    share: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// What the same services have everywhere.
    same_services: Option<f64>,
    /// The own share drawn towards that.
    estimate: Option<f64>,
    estimate_low: Option<f64>,
    estimate_high: Option<f64>,
    beside: &'static str,
}

/// `GET /kecakapan/ketepatan`
pub(super) async fn own(page: StaffPage) -> Result<Response, Fault> {
    let read = page.node.own_punctuality(&page.staff).await?;
    let mut frame = page.frame;
    frame.titled("consistency.own_title");
    let page = PunctualPage {
        back: "/kecakapan".to_owned(),
        json: "/kecakapan/ketepatan.json".to_owned(),
        sentences: sentences(&frame, &read),
        who_reads: frame.t("consistency.own_who").to_owned(),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

/// `GET /kecakapan/ketepatan.json`
pub(super) async fn own_json(page: StaffPage) -> Result<Response, Fault> {
    let read = page.node.own_punctuality(&page.staff).await?;
    Ok(Json(figures(&read)).into_response())
}

/// `GET /kecakapan/petugas/{officer}/ketepatan`
pub(super) async fn of_officer(
    page: StaffPage,
    Path(officer): Path<String>,
) -> Result<Response, Fault> {
    let (id, read) = coached(&page, &officer).await?;
    let names = Names::read(&page.node).await?;
    let mut frame = page.frame;
    let name = names.of(&frame, id);
    frame.title = frame.tf("consistency.coach_title", &[("name", &name)]);
    let page = PunctualPage {
        back: format!("/kecakapan/petugas/{id}"),
        json: format!("/kecakapan/petugas/{id}/ketepatan.json"),
        sentences: sentences(&frame, &read),
        who_reads: frame.t("consistency.coach_who").to_owned(),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

/// `GET /kecakapan/petugas/{officer}/ketepatan.json`
pub(super) async fn of_officer_json(
    page: StaffPage,
    Path(officer): Path<String>,
) -> Result<Response, Fault> {
    let (_, read) = coached(&page, &officer).await?;
    Ok(Json(figures(&read)).into_response())
}

/// What the coach of an officer reads; whoever does not coach them is told that there is no such officer.
async fn coached(page: &StaffPage, officer: &str) -> Result<(OfficerId, Punctuality), Fault> {
    page.require(Permission::ReadCoaching)?;
    let id: OfficerId = officer.parse().map_err(|_| Fault::NotFound)?;
    match page.node.punctuality_of(&page.staff, id).await {
        Err(HandleError::NoSuchOfficer) => Err(Fault::NotFound),
        read => Ok((id, read?)),
    }
}

const fn beside_code(beside: Beside) -> &'static str {
    match beside {
        Beside::TooFew => "few",
        Beside::Alone => "alone",
        Beside::Alike => "alike",
        Beside::Within => "within",
        Beside::More => "more",
        Beside::Less => "less",
    }
}

fn figures(read: &Punctuality) -> PunctualFigures {
    let interval = read.pooled.and_then(|of| of.interval);
    PunctualFigures {
        from: read.from,
        to: read.to,
        answered: read.n,
        in_time: read.in_time,
        needs: OFFICER_NEEDS,
        officers_needed: OFFICERS_NEED,
        share: read.share.map(|of| of.share),
        low: read.share.map(|of| of.interval.low),
        high: read.share.map(|of| of.interval.high),
        same_services: read.pooled.map(|of| of.expected),
        estimate: read.pooled.map(|of| of.share),
        estimate_low: interval.map(|of| of.low),
        estimate_high: interval.map(|of| of.high),
        beside: beside_code(read.beside),
    }
}

/// What may be said; it follows from the figures alone.
fn sentences(frame: &PageFrame, read: &Punctuality) -> Vec<String> {
    let format = frame.format();
    let count = |n: u64| format.count(i64::try_from(n).unwrap_or(i64::MAX));
    let percent = |share: f64| format!("{}%", format.decimal(share * 100.0, 0));
    let values = [
        ("from", format.day(read.from)),
        ("to", format.day(read.to)),
        ("n", count(read.n)),
        ("in_time", count(read.in_time)),
    ];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    let mut said = vec![frame.tf("consistency.own_sentence", &values)];
    if let Some(share) = read.share {
        let (low, high) = (percent(share.interval.low), percent(share.interval.high));
        let share = percent(share.share);
        let values = [("share", share.as_str()), ("low", &low), ("high", &high)];
        said.push(frame.tf("consistency.own_share", &values));
    }
    if let Some(pooled) = read.pooled {
        let (expected, share) = (percent(pooled.expected), percent(pooled.share));
        said.push(frame.tf("consistency.own_same", &[("share", &expected)]));
        if let Some(interval) = pooled.interval {
            let (low, high) = (percent(interval.low), percent(interval.high));
            let values = [("share", share.as_str()), ("low", &low), ("high", &high)];
            said.push(frame.tf("consistency.own_estimate", &values));
        }
    }
    let (needs, officers) = (count(OFFICER_NEEDS), OFFICERS_NEED.to_string());
    let values = [("needs", needs.as_str()), ("officers", &officers)];
    said.push(frame.tf(
        match read.beside {
            Beside::TooFew => "consistency.own_few",
            Beside::Alone => "consistency.own_alone",
            Beside::Alike => "consistency.own_alike",
            Beside::Within => "consistency.own_within",
            Beside::More => "consistency.own_more",
            Beside::Less => "consistency.own_less",
        },
        &values,
    ));
    said
}
