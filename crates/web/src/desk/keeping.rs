//! `/barang-bukti`: things that the unit has in keeping, what waits for whoever reads it, and what needs
//! the eyes of the chief and the officer on duty (S13).

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::subject::case::Kept;
use pengayom_node::access::{Permission, Sight, Staff};
use pengayom_store::rows::CaseRow;
use serde::Deserialize;

use super::history::proof as said;
use super::{cursor_text, parse_cursor};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::Names;

/// Where the page goes on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct KeepingQuery {
    setelah: String,
}

#[derive(Template)]
#[template(path = "desk/keeping.html")]
struct KeepingPage {
    page: PageFrame,
    lists: [List; 3],
    first: bool,
    more: Option<String>,
}

/// Things under one heading.
struct List {
    id: &'static str,
    title: &'static str,
    lines: Vec<Line>,
}

struct Line {
    href: String,
    title: String,
    lines: Vec<String>,
    faults: Vec<&'static str>,
}

/// The things in keeping, of cases that are open to the reader.
pub(super) async fn show(
    page: StaffPage,
    Query(query): Query<KeepingQuery>,
) -> Result<Response, Fault> {
    page.require(Permission::ReadCase)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let after = parse_cursor(&query.setelah);
    let found = node.in_keeping(&staff, after).await?;
    let names = Names::read(&node).await?;
    let now = node.now();
    frame.titled("proof.keeping");
    let (mut waiting, mut eyes, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for row in &found.rows {
        for thing in &row.exhibits {
            let line = line(&frame, &names, row, thing, now);
            if waits(thing, &staff, now) {
                waiting.push(line);
            } else if thing.needs_eyes(now) {
                eyes.push(line);
            } else {
                others.push(line);
            }
        }
    }
    let list = |id, title, lines| List { id, title, lines };
    let page = KeepingPage {
        lists: [
            list("h-tunggu", "proof.keeping_waiting", waiting),
            list("h-perhatian", "proof.keeping_eyes", eyes),
            list("h-lain", "proof.keeping_others", others),
        ],
        first: after.is_some(),
        more: found
            .next
            .map(|next| format!("/barang-bukti?setelah={}", cursor_text(next))),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

/// What is wrong with the evidence of a case, a few words each: files that were altered, money that was counted and
/// differs. Of a case that is not open to the reader it is said only that something needs attention.
pub(crate) fn wrong_words(frame: &PageFrame, sight: Sight, row: &CaseRow) -> Vec<String> {
    let wrong = row.exhibits.iter().filter(|thing| thing.is_wrong());
    if sight != Sight::Open {
        let words = frame.t("proof.keeping_eyes").to_owned();
        return wrong.take(1).map(|_| words.clone()).collect();
    }
    let words = |thing: &Kept| {
        let piece = frame.tf("proof.piece", &[("n", &thing.n.to_string())]);
        let what = if thing.altered {
            frame.t("proof.why_altered")
        } else {
            frame.t("proof.fault_count")
        };
        frame.tf(
            "proof.gap_custody",
            &[("piece", piece.as_str()), ("what", what)],
        )
    };
    wrong.map(words).collect()
}

/// Whether a thing waits for the reader: offered to them, or proposed by somebody else.
fn waits(thing: &Kept, staff: &Staff, now: jiff::Timestamp) -> bool {
    let proposed = thing.proposed_by.is_some_and(|by| by != staff.id);
    thing.waits_for(staff.id, now) || proposed && staff.may(Permission::KeepExhibits)
}

fn line(
    frame: &PageFrame,
    names: &Names,
    row: &CaseRow,
    thing: &Kept,
    now: jiff::Timestamp,
) -> Line {
    let number = row.number.as_ref();
    let number = number.map_or_else(|| row.id.to_string(), ToString::to_string);
    let n = thing.n.to_string();
    let values = [("n", n.as_str()), ("number", number.as_str())];
    let mut lines = Vec::new();
    let who = match (thing.officer, thing.outside) {
        (Some(officer), _) => Some(names.of(frame, officer)),
        (None, Some(outside)) => {
            let to = frame.t(said::outside_words(outside));
            Some(frame.tf("proof.with", &[("who", to)]))
        }
        (None, None) => None,
    };
    if let (Some(who), Some(since)) = (who, thing.since) {
        let time = frame.format().moment(since);
        let values = [("who", who.as_str()), ("time", time.as_str())];
        lines.push(frame.tf("proof.since", &values));
    }
    if !thing.place.is_empty() {
        lines.push(thing.place.clone());
    }
    if let Some(seal) = &thing.seal {
        lines.push(frame.tf("proof.line_seal", &[("text", seal)]));
    }
    if let Some(to) = thing.offered_to {
        let to = names.of(frame, to);
        lines.push(frame.tf("proof.offered_to", &[("officer", &to)]));
    }
    let lapsed = thing.offered_until.is_some_and(|until| until <= now);
    let faults = [
        (thing.altered, "proof.why_altered"),
        (thing.differs, "proof.fault_count"),
        (lapsed, "proof.fault_offer_lapsed"),
    ];
    let href = if thing.altered {
        format!("/perkara/{}/pembuktian#bukti-{n}", row.id)
    } else {
        format!("/perkara/{}/barang-bukti/{n}", row.id)
    };
    Line {
        href,
        title: frame.tf("proof.exhibit_title", &values),
        lines,
        faults: faults
            .into_iter()
            .filter_map(|(is, key)| is.then_some(key))
            .collect(),
    }
}
