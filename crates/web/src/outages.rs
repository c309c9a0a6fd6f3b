//! What is down, in words: on public pages, at the desk, and when the shift is handed over (UX page 1).

use std::time::Duration;

use jiff::Timestamp;
use pengayom_core::pack::DeskSystem;
use pengayom_core::place::StationId;
use pengayom_node::{HandleError, Node};
use pengayom_store::OutageRow;

use crate::frame::PageFrame;

/// One sentence about something that is down, or works again since a short while.
pub(crate) struct OutageLine {
    /// What people read.
    pub(crate) words: String,
    /// It works again.
    pub(crate) ended: bool,
}

fn system<'f>(frame: &'f PageFrame, row: &OutageRow) -> Option<&'f DeskSystem> {
    frame.unit().pack.desk().system(row.system.as_deref()?)
}

/// What is down: the pack's name for it, or own words.
pub(crate) fn name(frame: &PageFrame, row: &OutageRow) -> String {
    let known = system(frame, row).map(|system| frame.say(&system.name).to_owned());
    let own = row.words.clone().or_else(|| row.system.clone());
    known.or(own).unwrap_or_default()
}

/// What people can still do: in own words, or as the pack says.
pub(crate) fn way(frame: &PageFrame, row: &OutageRow) -> String {
    let said = || system(frame, row).map(|system| frame.say(&system.way).to_owned());
    row.way.clone().or_else(said).unwrap_or_default()
}

/// The hour of today, or the day with it.
fn moment(frame: &PageFrame, at: Timestamp, now: Timestamp) -> String {
    let format = frame.format();
    if format.local(at).date() == format.local(now).date() {
        format.time(at)
    } else {
        format.moment(at)
    }
}

/// One sentence about it, as pages say it now.
fn line(frame: &PageFrame, row: &OutageRow, now: Timestamp) -> OutageLine {
    // A moment that was expected and has passed promises nothing any more.
    let expected = row.until.filter(|until| *until > now);
    OutageLine {
        words: sentences(frame, row, expected, |at| moment(frame, at, now)),
        ended: row.ended_at.is_some(),
    }
}

/// Its name; another station than the unit itself is named with it.
pub(crate) fn name_with_station(frame: &PageFrame, row: &OutageRow) -> String {
    let unit = frame.unit();
    let of_a_station = row
        .station
        .as_ref()
        .filter(|known| *known != unit.own_station());
    match of_a_station {
        Some(station) => format!("{}: {}", unit.station_name(station), name(frame, row)),
        None => name(frame, row),
    }
}

/// What is said of it, with the moments as `at` writes them; `expected` is when it is to work again.
pub(crate) fn sentences(
    frame: &PageFrame,
    row: &OutageRow,
    expected: Option<Timestamp>,
    at: impl Fn(Timestamp) -> String,
) -> String {
    let name = name_with_station(frame, row);
    if let Some(ended_at) = row.ended_at {
        let time = at(ended_at);
        let values = [("system", name.as_str()), ("time", time.as_str())];
        return frame.tf("outage.works_again", &values);
    }
    let (time, way) = (at(row.since), way(frame, row));
    let values = [
        ("system", name.as_str()),
        ("time", time.as_str()),
        ("way", way.as_str()),
    ];
    let mut words = frame.tf("outage.told", &values);
    if let Some(until) = expected {
        words.push(' ');
        words.push_str(&frame.tf("outage.until_said", &[("time", &at(until))]));
    }
    words
}

/// How long a public page waits for what it can do without. A store that answers later is in trouble,
/// and a front page that waits for it is none.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a page can do without; `None` when the store does not give it at once.
pub(crate) async fn at_once<T>(reading: impl Future<Output = Result<T, HandleError>>) -> Option<T> {
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(read)) => Some(read),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a page goes without what is read of the front desks");
            None
        }
        Err(_) => {
            tracing::warn!("a page does not wait for what is read of the front desks");
            None
        }
    }
}

/// What is down, of all that `wanted` picks. A store that cannot be read for a moment leaves the page
/// without these sentences rather than without an answer.
pub(crate) async fn lines(
    frame: &PageFrame,
    node: &Node,
    wanted: impl Fn(&OutageRow, Option<&DeskSystem>) -> bool,
) -> Vec<OutageLine> {
    let Some(rows) = at_once(node.outages_now()).await else {
        return Vec::new();
    };
    let now = node.now();
    let rows = rows.iter().filter(|row| wanted(row, system(frame, row)));
    rows.map(|row| line(frame, row, now)).collect()
}

/// Whether something is down at one of these stations.
pub(crate) fn is_at(row: &OutageRow, stations: &[&StationId]) -> bool {
    let station = row.station.as_ref();
    station.is_some_and(|station| stations.contains(&station))
}
