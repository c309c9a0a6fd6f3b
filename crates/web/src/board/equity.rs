//! `/pimpinan/pemerataan`: equal attention over whole months (S46, S47, S49), and how officers spread it (S48).
//!
//! What attention and need are is chosen, and said with its source and with what it cannot say. Areas stand in the
//! order of their codes: it asks, it does not rank. Page, CSV and JSON tell the same and hide the same.

pub(crate) mod figures;
mod told;

use askama::Template;
use axum::Json;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::equity::{Attention, Equity, Level, Need, Wish};
use serde::Deserialize;

use super::span::{Asked, Span, days_of};
use crate::extract::StaffPage;
use crate::form::{Choice, ChoiceGroup, FieldError};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::table::Csv;

use figures::EquityFigures;
use told::Told;

/// What is asked for, as it stands in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    dari: String,
    #[serde(default)]
    sampai: String,
    /// What attention is.
    #[serde(default)]
    perhatian: String,
    /// What need is.
    #[serde(default)]
    kebutuhan: String,
    /// Which areas.
    #[serde(default)]
    tingkat: String,
}

#[derive(Template)]
#[template(path = "board/equity.html")]
struct EquityPage {
    page: PageFrame,
    span: Span,
    attention: ChoiceGroup,
    need: ChoiceGroup,
    level: ChoiceGroup,
    errors: Vec<FieldError>,
    /// What files of the same are asked with.
    query: String,
    told: Option<Told>,
}

impl Chosen {
    fn days(&self) -> Asked {
        Asked {
            dari: self.dari.clone(),
            sampai: self.sampai.clone(),
        }
    }

    fn words(&self) -> [&str; 3] {
        [&self.perhatian, &self.kebutuhan, &self.tingkat]
    }
}

/// What is wished by three words, of attention, need and level, or which of them are none. An empty one is the usual.
pub(crate) fn wish([attention, need, level]: [&str; 3]) -> Result<Wish, Vec<usize>> {
    let attention = if attention.is_empty() {
        Some(Attention::Encounters)
    } else {
        Attention::parse(attention)
    };
    let need = (need.is_empty().then_some(None)).or_else(|| Need::parse(need).map(Some));
    let level = (level.is_empty().then_some(None)).or_else(|| Level::parse(level).map(Some));
    match (attention, need, level) {
        (Some(attention), Some(need), Some(level)) => Ok(Wish {
            attention,
            need,
            level,
        }),
        (attention, need, level) => {
            let wrong = [attention.is_none(), need.is_none(), level.is_none()];
            let wrong = wrong.into_iter().enumerate();
            Err(wrong
                .filter(|(_, wrong)| *wrong)
                .map(|(at, _)| at)
                .collect())
        }
    }
}

/// The page.
pub(super) async fn show(page: StaffPage, chosen: Query<Chosen>) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let span = Span::asked(&page.frame, &page.node, &chosen.days());
    let wished = wish(chosen.words());
    let read = match (span.days, &wished) {
        (Some(days), Ok(wish)) => Some(page.node.equity(&page.staff, days, *wish).await?),
        _ => None,
    };
    let StaffPage { mut frame, .. } = page;
    frame.titled("equity.title");
    let mut errors = span.errors.clone();
    for at in wished.err().unwrap_or_default() {
        let field = ["perhatian", "kebutuhan", "tingkat"].get(at);
        let words = frame.t("equity.choose");
        errors.extend(field.map(|field| FieldError::new(*field, words)));
    }
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let [attention, need, level] = groups(&frame, &chosen, read.as_ref(), &errors);
    let page = EquityPage {
        query: read
            .as_ref()
            .map(|read| query(&span, read))
            .unwrap_or_default(),
        told: read.as_ref().map(|read| Told::of(&frame, read)),
        attention,
        need,
        level,
        errors,
        span,
        page: frame,
    };
    draw(status, &page)
}

/// The same figures as JSON.
pub(super) async fn json(page: StaffPage, chosen: Query<Chosen>) -> Result<Response, Fault> {
    Ok(Json(read(&page, &chosen).await?).into_response())
}

/// The same figures as CSV: a row for each area, stratum and outcome.
pub(super) async fn csv(page: StaffPage, chosen: Query<Chosen>) -> Result<Response, Fault> {
    let read = read(&page, &chosen).await?;
    let mut table = Csv::new(&figures::COLUMNS);
    for row in read.rows() {
        table.row(&row);
    }
    Ok(table.file(&format!("pemerataan-{}-{}.csv", read.from, read.to)))
}

async fn read(page: &StaffPage, chosen: &Chosen) -> Result<EquityFigures, Fault> {
    page.require(Permission::ReadBoard)?;
    let days: (Date, Date) = days_of(&page.frame, &page.node, &chosen.days())?;
    let wish = wish(chosen.words()).map_err(|_| Fault::from(HandleError::Malformed))?;
    let read = page.node.equity(&page.staff, days, wish).await?;
    Ok(EquityFigures::new(&page.frame, &read))
}

/// The same in an address.
fn query(span: &Span, read: &Equity) -> String {
    format!(
        "{}&perhatian={}&kebutuhan={}&tingkat={}",
        span.query,
        read.attention.code(),
        read.need.need.code(),
        read.level.code(),
    )
}

/// The three choices, each with what was taken.
fn groups(
    frame: &PageFrame,
    chosen: &Chosen,
    read: Option<&Equity>,
    errors: &[FieldError],
) -> [ChoiceGroup; 3] {
    let [attention, need, level] = match read {
        Some(read) => [
            read.attention.code(),
            read.need.need.code(),
            read.level.code(),
        ],
        None => chosen.words(),
    };
    let attentions = Attention::ALL.map(|one| {
        let words = frame.t(told::attention_name(one));
        Choice::new(one.code(), words, attention)
    });
    let needs = Need::ALL.map(|one| Choice::new(one.code(), frame.t(told::need_name(one)), need));
    let levels = Level::ALL.map(|one| {
        let words = frame.t(match one {
            Level::Station => "equity.level_station",
            Level::Beat => "equity.level_beat",
        });
        Choice::new(one.code(), words, level)
    });
    [
        ChoiceGroup::new(
            "perhatian",
            frame.t("equity.attention"),
            attentions.into(),
            errors,
        ),
        ChoiceGroup::new("kebutuhan", frame.t("equity.need"), needs.into(), errors),
        ChoiceGroup::new("tingkat", frame.t("equity.level"), levels.into(), errors),
    ]
}
