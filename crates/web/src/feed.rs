//! What the unit makes known to everybody, for programs that look again and again: `/feed.atom` and
//! `/calendar.ics` (`docs/feeds.md`).
//!
//! Both are made of what is in the record already; nothing is written for them. A kind of public thing
//! that comes with a later step joins by one more source here.

mod atom;
mod calendar;

use axum::Router;
use axum::routing::get;
use pengayom_core::place::Point;
use pengayom_store::OutageRow;
use sha2::{Digest as _, Sha256};

use crate::frame::PageFrame;
use crate::state::AppState;

/// The routes.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/feed.atom", get(atom::feed))
        .route("/calendar.ics", get(calendar::calendar))
}

/// A text without signs that XML 1.0 and iCalendar cannot hold: each control sign but the end of a line
/// becomes a space.
fn plain(text: &str) -> String {
    let sign = |sign: char| match sign {
        '\n' => '\n',
        '\u{fffe}' | '\u{ffff}' => ' ',
        sign if sign.is_control() => ' ',
        sign => sign,
    };
    text.chars().map(sign).collect()
}

/// An identifier that follows from what it is of, the same for ever (RFC 9562 §5.8).
fn lasting_id(parts: &[&str]) -> uuid::Uuid {
    let digest = Sha256::digest(parts.join("\n").as_bytes());
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Where an outage is: its station, or the unit, as far as a source says where it stands.
fn place_of(frame: &PageFrame, row: &OutageRow) -> Option<Point> {
    let unit = frame.unit();
    let station = row.station.as_ref();
    let station = station.and_then(|code| unit.geography.station(code));
    station
        .and_then(|station| station.point)
        .or(unit.config().point)
}

/// Address of the page about the station of an outage.
fn page_of(frame: &PageFrame, site: &str, row: &OutageRow) -> String {
    let unit = frame.unit();
    let code = row
        .station
        .as_ref()
        .filter(|code| *code != unit.own_station());
    let station = code.and_then(|code| unit.geography.station(code));
    match station.and_then(|station| station.areas.first()) {
        Some(area) => format!("{site}/wilayah/{area}"),
        None => format!("{site}/"),
    }
}
