//! `/meja/cari` and `/meja/daftar`: cases by words or number, by stage and area, page by page.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::place::StationId;
use pengayom_core::subject::case::CaseStage;
use pengayom_core::value::OfficerId;
use pengayom_node::DraftToken;
use pengayom_node::access::Permission;
use pengayom_store::{CaseCursor, CaseQuery};
use serde::{Deserialize, Serialize};

use crate::extract::{FormPost, StaffPage, escape_query};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::signin::home;
use crate::staff::{CaseLine, Pick, Why, stage_words};

/// Cases on one page.
const ROWS: u32 = 50;

/// Longest search, in characters.
const WORDS_MAX_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "desk/list.html")]
struct ListPage {
    page: PageFrame,
    back: &'static str,
    by: String,
    hint: String,
    heading: String,
    asked: String,
    shown: String,
    filter: Option<Filter>,
    rows: Vec<CaseLine>,
    first: Option<String>,
    more: Option<String>,
    /// The whole list as a table.
    csv: Option<String>,
}

struct Filter {
    stages: Vec<Pick>,
    areas: Vec<Pick>,
}

/// What was searched for, kept sealed: it may be a name or a telephone number, and does not stand in
/// an address, where a browser's history and every server on the way would keep it.
#[derive(Serialize, Deserialize)]
struct Asked {
    by: OfficerId,
    words: String,
}

#[derive(Deserialize)]
pub(super) struct SearchQuery {
    /// Leads to what was searched for.
    #[serde(default)]
    cari: String,
}

/// Takes what is searched for, keeps it sealed and leads to the page that shows what fits, which can
/// be read again and come back to.
pub(super) async fn search_for(page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::ReadCase)?;
    let words = form.fields.line("q").unwrap_or_default();
    let words: String = words.trim().chars().take(WORDS_MAX_CHARS).collect();
    if words.is_empty() {
        return Ok(Redirect::to("/meja/cari").into_response());
    }
    let token = page.node.new_token();
    let by = page.staff.id;
    page.node
        .keep_draft(&DraftToken(token.clone()), &Asked { by, words })
        .await?;
    Ok(Redirect::to(&format!("/meja/cari?cari={token}")).into_response())
}

/// Cases whose words, number or reporter fit.
pub(super) async fn search(
    page: StaffPage,
    Query(query): Query<SearchQuery>,
) -> Result<Response, Fault> {
    page.require(Permission::ReadCase)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    // A token that leads to nothing of the reader's own is an empty search.
    let kept: Option<Asked> = match query.cari.as_str() {
        "" => None,
        token => node
            .draft(&DraftToken(token.to_owned()))
            .await
            .unwrap_or_default(),
    };
    let asked = kept.filter(|asked| asked.by == staff.id);
    let asked = asked.map(|asked| asked.words).unwrap_or_default();
    let now = node.now();
    let found = if asked.is_empty() {
        Vec::new()
    } else {
        node.search_cases(&staff, &asked, ROWS).await?
    };
    frame.titled("desk.search_title");
    let shown = if asked.is_empty() {
        frame.t("desk.search_write").to_owned()
    } else if found.is_empty() {
        let prefix = &frame.unit().config().case_prefix;
        let example = format!(
            "{prefix}-{}-0001",
            frame.format().local(now).strftime("%y%m")
        );
        frame.tf(
            "desk.search_none",
            &[("text", &asked), ("example", &example)],
        )
    } else {
        let n = frame
            .format()
            .count(i64::try_from(found.len()).unwrap_or(i64::MAX));
        frame.tf("desk.search_shown", &[("n", &n), ("text", &asked)])
    };
    let line = |row| CaseLine::new(&frame, &staff, row, now, Why::Stage);
    let hint = if staff.may(Permission::ReadPerson) {
        "desk.search_hint_person"
    } else {
        "desk.search_hint"
    };
    let page = ListPage {
        back: home(&staff),
        by: staff.id.to_string(),
        hint: frame.t(hint).to_owned(),
        heading: frame.t("desk.search_title").to_owned(),
        asked,
        shown,
        filter: None,
        rows: found.iter().map(line).collect(),
        first: None,
        more: None,
        csv: None,
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    tahap: String,
    #[serde(default)]
    wilayah: String,
    #[serde(default)]
    setelah: String,
}

impl ListQuery {
    fn stage(&self) -> Option<CaseStage> {
        CaseStage::parse(&self.tahap)
    }

    fn station(&self) -> Option<StationId> {
        self.wilayah.parse().ok()
    }

    /// What is asked of the store, so many at a time.
    pub(super) fn asked(&self, limit: u32) -> CaseQuery {
        CaseQuery {
            stages: self.stage().into_iter().collect(),
            stations: self.station().into_iter().collect(),
            after: parse_cursor(&self.setelah),
            limit,
            ..CaseQuery::default()
        }
    }

    /// The same filter as the query of an address, with more; empty when nothing is asked.
    pub(super) fn address(&self, more: &[(&str, &str)]) -> String {
        let kept = [
            ("tahap", self.tahap.as_str()),
            ("wilayah", self.wilayah.as_str()),
        ];
        let pairs = kept.iter().chain(more);
        let pairs: Vec<String> = pairs
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", escape_query(value)))
            .collect();
        if pairs.is_empty() {
            String::new()
        } else {
            format!("?{}", pairs.join("&"))
        }
    }
}

const STAGES: [CaseStage; 4] = [
    CaseStage::Received,
    CaseStage::Assessed,
    CaseStage::Handled,
    CaseStage::Closed,
];

/// Every case that concerns the reader, newest first.
pub(super) async fn list(
    page: StaffPage,
    Query(query): Query<ListQuery>,
) -> Result<Response, Fault> {
    page.require(Permission::ReadCase)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let now = node.now();
    let (stage, station) = (query.stage(), query.station());
    let asked = query.asked(ROWS);
    let after = asked.after;
    let found = node.list_cases(&staff, asked).await?;
    frame.titled("desk.list_title");
    let address = |more: &[(&str, &str)]| format!("/meja/daftar{}", query.address(more));
    let shown = if found.rows.is_empty() {
        frame.t("desk.list_empty").to_owned()
    } else {
        let n = frame
            .format()
            .count(i64::try_from(found.rows.len()).unwrap_or(i64::MAX));
        frame.tf("desk.list_shown", &[("n", &n)])
    };
    let unit = frame.unit();
    let own = staff
        .station
        .as_ref()
        .filter(|own| *own != unit.own_station());
    let stations = unit.config().stations.iter().filter(|station| {
        own.is_none_or(|own| *own == station.id) || staff.may(Permission::ReadAllStations)
    });
    let chosen = station.as_ref().map(StationId::as_str).unwrap_or_default();
    let areas = stations.map(|station| Pick::new(station.id.as_str(), &*station.name, chosen));
    let chosen = stage.map(CaseStage::as_str).unwrap_or_default();
    let stages = STAGES.map(|stage| Pick::new(stage.as_str(), stage_words(&frame, stage), chosen));
    let line = |row| CaseLine::new(&frame, &staff, row, now, Why::Stage);
    let page = ListPage {
        back: home(&staff),
        by: staff.id.to_string(),
        hint: String::new(),
        heading: frame.t("desk.list_title").to_owned(),
        asked: String::new(),
        shown,
        filter: Some(Filter {
            stages: stages.into(),
            areas: areas.collect(),
        }),
        rows: found.rows.iter().map(line).collect(),
        csv: (!found.rows.is_empty()).then(|| format!("/meja/daftar.csv{}", query.address(&[]))),
        first: after.is_some().then(|| address(&[])),
        more: found
            .next
            .map(|next| address(&[("setelah", &cursor_text(next))])),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

/// Where the next page begins, as it stands in its address.
pub(crate) fn cursor_text(cursor: CaseCursor) -> String {
    format!("{}.{}", cursor.filed_at.as_microsecond(), cursor.case)
}

/// The place an address carries; `None` for what does not read.
pub(crate) fn parse_cursor(text: &str) -> Option<CaseCursor> {
    let (at, case) = text.split_once('.')?;
    let filed_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    Some(CaseCursor {
        filed_at,
        case: case.parse().ok()?,
    })
}
