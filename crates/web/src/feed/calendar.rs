//! `/calendar.ics`: public times of the unit as a calendar (RFC 5545), in the unit's own zone.
//!
//! So far these are outages whose end is known or expected. Whatever has a public time joins as one more
//! source of [`Time`]s.

use axum::http::HeaderMap;
use axum::response::Response;
use icalendar::{Calendar, Component as _, Event, Property};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use pengayom_core::place::Point;
use pengayom_node::SharedNode;
use pengayom_node::announced::Announced;

use super::{page_of, place_of, plain};
use crate::conditional;
use crate::extract::PublicPage;
use crate::frame::PageFrame;
use crate::outages::{name_with_station, sentences};
use crate::problem::Fault;

/// Acts of outages that are looked at.
const READ: u32 = 200;

/// How long something that is over stays in the calendar.
const KEEP: SignedDuration = SignedDuration::from_hours(24 * 60);

/// A public time: begins and ends at known moments.
struct Time {
    /// The same for ever, whatever is said of it later.
    id: uuid::Uuid,
    /// How often it was changed.
    revision: u32,
    title: String,
    text: String,
    place: String,
    point: Option<Point>,
    page: String,
    from: Timestamp,
    to: Timestamp,
    /// When it was first said, and last.
    told_at: Timestamp,
    changed_at: Timestamp,
}

/// `GET /calendar.ics`
pub(super) async fn calendar(
    headers: HeaderMap,
    PublicPage {
        context,
        frame,
        node,
    }: PublicPage,
) -> Result<Response, Fault> {
    let mut times = outages(&frame, &node, context.site()).await?;
    times.sort_by_key(|time| (time.from, time.id));
    let changed_at = times.iter().map(|time| time.changed_at).max();
    let unit = frame.unit();
    let zone = Zone {
        name: &unit.config().time_zone,
        zone: &unit.zone,
    };
    let text = write(&frame, &zone, &times);
    Ok(conditional::answer(
        &headers,
        "text/calendar; charset=utf-8",
        changed_at,
        text,
    ))
}

/// Outages with a known or expected end, those that are over for no longer than [`KEEP`].
async fn outages(frame: &PageFrame, node: &SharedNode, site: &str) -> Result<Vec<Time>, Fault> {
    let page = node.announced(None, READ).await?;
    let since = node.now().checked_sub(KEEP).unwrap_or(Timestamp::MIN);
    let rows = page.rows.iter();
    Ok(rows
        .filter_map(|row| outage(frame, site, row))
        .filter(|time| time.to >= since)
        .collect())
}

fn outage(frame: &PageFrame, site: &str, announced: &Announced) -> Option<Time> {
    let row = &announced.row;
    let to = announced.until()?;
    let unit = frame.unit();
    let name = name_with_station(frame, row);
    let title = match row.ended_at {
        None => "feed.outage",
        Some(_) => "feed.outage_ended",
    };
    let station = row.station.as_ref().unwrap_or(unit.own_station());
    Some(Time {
        id: announced.id.0,
        revision: u32::from(row.ended_at.is_some()),
        title: frame.tf(title, &[("system", &name)]),
        text: sentences(frame, row, row.until, |at| frame.format().moment(at)),
        place: unit.station_name(station),
        point: place_of(frame, row),
        page: page_of(frame, site, row),
        from: row.since,
        // Something ended the moment it began still has a place in a calendar.
        to: to.max(row.since),
        told_at: row.declared_at,
        changed_at: announced.changed_at(),
    })
}

/// The unit's zone with its IANA name.
struct Zone<'u> {
    name: &'u str,
    zone: &'u TimeZone,
}

fn write(frame: &PageFrame, zone: &Zone<'_>, times: &[Time]) -> String {
    let mut calendar = Calendar::empty();
    let title = frame.tf("feed.calendar", &[("unit", &frame.unit_name)]);
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Pengayom//Pengayom//ID"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", plain(&title).as_str()),
        ("X-WR-TIMEZONE", zone.name),
    ] {
        calendar.append_property(Property::new(name, value));
    }
    for time in times {
        calendar.push(event(frame, zone, time));
    }
    let text = calendar.to_string();
    // The library gives every part an identifier and a time of its own, which a zone must not have: ours
    // is written by hand, before the first event. Its lines are short and hold no text.
    let from = times.iter().map(|time| time.from).min();
    let to = times.iter().map(|time| time.to).max();
    let always = frame.unit().adopted_at;
    let zone = zone.written(from.unwrap_or(always), to.unwrap_or(always));
    let before = if times.is_empty() {
        "END:VCALENDAR"
    } else {
        "BEGIN:VEVENT"
    };
    text.replacen(before, &format!("{zone}{before}"), 1)
}

fn event(frame: &PageFrame, zone: &Zone<'_>, time: &Time) -> Event {
    let mut event = Event::new();
    let local = |name: &str, at: Timestamp| {
        let text = zone.zone.to_datetime(at).strftime("%Y%m%dT%H%M%S");
        let mut property = Property::new(name, text.to_string());
        property.add_parameter("TZID", zone.name);
        property.done()
    };
    event.append_property(local("DTSTART", time.from));
    event.append_property(local("DTEND", time.to));
    let mut put = |name: &str, value: &str| {
        event.append_property(Property::new(name, value));
    };
    put("UID", &time.id.urn().to_string());
    put("DTSTAMP", &utc(time.changed_at));
    put("CREATED", &utc(time.told_at));
    put("LAST-MODIFIED", &utc(time.changed_at));
    put("SEQUENCE", &time.revision.to_string());
    put("STATUS", "CONFIRMED");
    put("TRANSP", "TRANSPARENT");
    put("CLASS", "PUBLIC");
    put("URL", &time.page);
    if let Some(point) = time.point {
        put("GEO", &format!("{};{}", point.lat(), point.lng()));
    }
    for (name, value) in [
        ("SUMMARY", &time.title),
        ("DESCRIPTION", &time.text),
        ("LOCATION", &time.place),
    ] {
        let mut property = Property::new(name, plain(value));
        property.add_parameter("LANGUAGE", frame.lang.code());
        event.append_property(property.done());
    }
    event
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// `+0700`, and with seconds where a zone of long ago has them.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, rest) = (seconds.abs() / 3600, seconds.abs() % 3600);
    let text = format!("{sign}{hours:02}{:02}", rest / 60);
    match rest % 60 {
        0 => text,
        seconds => format!("{text}{seconds:02}"),
    }
}

impl Zone<'_> {
    /// `VTIMEZONE` (RFC 5545 §3.6.5): each offset that is in force from one moment to another.
    fn written(&self, from: Timestamp, to: Timestamp) -> String {
        let mut text = format!("BEGIN:VTIMEZONE\r\nTZID:{}\r\n", self.name);
        let first = self
            .zone
            .preceding(from)
            .next()
            .map(|change| change.timestamp());
        let first = first.unwrap_or(Timestamp::UNIX_EPOCH.min(from));
        let later = self.zone.following(first);
        let later = later.map(|change| change.timestamp());
        for at in std::iter::once(first).chain(later.take_while(|at| *at <= to)) {
            let a_moment_before = at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(at);
            let before = self.zone.to_offset_info(a_moment_before);
            let info = self.zone.to_offset_info(at);
            let part = if info.dst().is_dst() {
                "DAYLIGHT"
            } else {
                "STANDARD"
            };
            // The clock that was in force until then says when it changed.
            let local = before.offset().to_datetime(at).strftime("%Y%m%dT%H%M%S");
            text.push_str(&format!(
                "BEGIN:{part}\r\nDTSTART:{local}\r\nTZOFFSETFROM:{}\r\nTZOFFSETTO:{}\r\nTZNAME:{}\r\nEND:{part}\r\n",
                offset(before.offset()),
                offset(info.offset()),
                info.abbreviation(),
            ));
        }
        text.push_str("END:VTIMEZONE\r\n");
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn written(name: &str, from: &str, to: &str) -> String {
        let zone = TimeZone::get(name).unwrap();
        let zone = Zone { name, zone: &zone };
        zone.written(from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn a_zone_says_each_change_between_two_moments() {
        let text = written(
            "America/Detroit",
            "2026-10-01T00:00:00Z",
            "2026-11-20T00:00:00Z",
        );
        let expected = "BEGIN:DAYLIGHT\r\nDTSTART:20260308T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nTZNAME:EDT\r\nEND:DAYLIGHT\r\n\
             BEGIN:STANDARD\r\nDTSTART:20261101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nTZNAME:EST\r\nEND:STANDARD\r\n";
        assert!(text.contains(expected), "{text}");
        let text = written(
            "Asia/Jakarta",
            "2026-10-01T00:00:00Z",
            "2027-11-20T00:00:00Z",
        );
        assert_eq!(text.matches("BEGIN:STANDARD").count(), 1, "{text}");
        assert!(text.contains("TZOFFSETTO:+0700\r\nTZNAME:WIB"), "{text}");
        assert_eq!(offset(Offset::from_seconds(-26_052).unwrap()), "-071412");
    }
}
