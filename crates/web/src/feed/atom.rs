//! `/feed.atom`: Atom (RFC 4287) with GeoRSS-Simple, page by page (RFC 5005 §3).

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{
    Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text,
};
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::pack::Lang;
use pengayom_core::place::Point;
use pengayom_node::announced::Announced;
use pengayom_node::performance::PublicWeek;
use pengayom_node::{HandleError, SharedNode};
use serde::Deserialize;

use super::{lasting_id, page_of, place_of, plain};
use crate::conditional;
use crate::extract::PublicPage;
use crate::frame::PageFrame;
use crate::outages::{name_with_station, sentences};
use crate::problem::Fault;
use crate::public::performance;

/// Acts of outages on one page.
const PAGE: u32 = 50;

const MEDIA_TYPE: &str = "application/atom+xml";

/// Which page.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Place in the unit's order before which it begins.
    #[serde(default)]
    sebelum: String,
}

/// `GET /feed.atom`
pub(super) async fn feed(
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    PublicPage {
        context,
        frame,
        node,
    }: PublicPage,
) -> Result<Response, Fault> {
    let before = match asked.sebelum.as_str() {
        "" => None,
        place => Some(place.parse::<i64>().map_err(|_| Fault::NotFound)?),
    };
    let site = context.site();
    let page = node.announced(before, PAGE).await?;
    let mut told: Vec<Told> = Vec::new();
    for row in &page.rows {
        told.push(outage(&frame, site, row));
    }
    if before.is_none() {
        told.push(services(&frame, site));
        for week in &node.performance().await?.weeks {
            told.extend(figures(&frame, &node, site, week)?);
        }
        told.sort_by_key(|one| std::cmp::Reverse(one.changed_at));
    }
    let changed_at = told.iter().map(|one| one.changed_at).max();
    let mut feed = begin(&frame, site)?;
    feed.links = links(&frame, site, &asked.sebelum, page.next);
    if let Some(at) = changed_at {
        feed.updated = date(at)?;
    }
    let entries: Result<Vec<Entry>, Fault> = told.into_iter().map(entry).collect();
    feed.entries = entries?;
    let written = feed.write_to(Vec::new()).map_err(|error| {
        tracing::error!(%error, "the feed could not be written");
        Fault::Internal
    })?;
    let written = String::from_utf8(written).map_err(|_| Fault::Internal)?;
    let media_type = "application/atom+xml; charset=utf-8";
    Ok(conditional::answer(
        &headers, media_type, changed_at, written,
    ))
}

/// One thing the unit makes known.
struct Told {
    id: uuid::Uuid,
    /// A word that stays the same: `outage`, `outage-ended`, `services`, `figures`.
    kind: &'static str,
    title: String,
    text: String,
    page: String,
    since: Timestamp,
    changed_at: Timestamp,
    place: Option<Place>,
}

/// Where it is.
enum Place {
    Point(Point),
    /// Lower left and upper right corner, `[lng, lat]` in degrees.
    Frame([f64; 2], [f64; 2]),
}

fn outage(frame: &PageFrame, site: &str, announced: &Announced) -> Told {
    let row = &announced.row;
    let (kind, title) = match row.ended_at {
        None => ("outage", "feed.outage"),
        Some(_) => ("outage-ended", "feed.outage_ended"),
    };
    let name = name_with_station(frame, row);
    // What a feed said stays as it was said: with day and hour, whenever it is read.
    let at = |at| frame.format().moment(at);
    Told {
        id: announced.id.0,
        kind,
        title: frame.tf(title, &[("system", &name)]),
        text: sentences(frame, row, row.until, at),
        page: page_of(frame, site, row),
        since: row.declared_at,
        changed_at: announced.changed_at(),
        place: place_of(frame, row).map(Place::Point),
    }
}

/// The frame of everything the unit answers for.
fn whole_unit(frame: &PageFrame) -> Option<Place> {
    let unit = frame.unit();
    let area = unit.geography.area(&unit.config().area)?;
    let (lower, upper) = area.corners();
    Some(Place::Frame(lower, upper))
}

/// The services and promises in force.
fn services(frame: &PageFrame, site: &str) -> Told {
    let unit = frame.unit();
    let day = frame.format().date(unit.adopted_at);
    let values = [("version", unit.pack.version()), ("day", day.as_str())];
    Told {
        id: lasting_id(&["services", unit.id.as_str()]),
        kind: "services",
        title: frame.t("feed.services").to_owned(),
        text: frame.tf("feed.services_said", &values),
        page: format!("{site}/layanan"),
        since: unit.adopted_at,
        changed_at: unit.adopted_at,
        place: whole_unit(frame),
    }
}

/// How promises were kept in a week that is over; nothing of one in which nothing was recorded.
fn figures(
    frame: &PageFrame,
    node: &SharedNode,
    site: &str,
    week: &PublicWeek,
) -> Result<Option<Told>, HandleError> {
    if week.filed == Some(0) {
        return Ok(None);
    }
    let over = node.day_span(week.to)?.to;
    let days = performance::week_words(frame, week);
    let from = week.from.to_string();
    Ok(Some(Told {
        id: lasting_id(&["figures", frame.unit().id.as_str(), &from]),
        kind: "figures",
        title: frame.tf("feed.figures", &[("days", &days)]),
        text: performance::sentences(frame, week).join(" "),
        page: format!("{site}/kinerja"),
        since: over,
        changed_at: over,
        place: whole_unit(frame),
    }))
}

fn begin(frame: &PageFrame, site: &str) -> Result<Feed, Fault> {
    let unit = frame.unit();
    let subtitle = if unit.simulated {
        format!("{} {}", frame.t("feed.about"), frame.t("common.simulated"))
    } else {
        frame.t("feed.about").to_owned()
    };
    let georss = ("georss", "http://www.georss.org/georss");
    Ok(Feed {
        title: Text::plain(plain(
            &frame.tf("feed.title", &[("unit", &frame.unit_name)]),
        )),
        subtitle: Some(Text::plain(plain(&subtitle))),
        id: urn(lasting_id(&["feed", unit.id.as_str(), frame.lang.code()])),
        updated: date(unit.adopted_at)?,
        authors: vec![Person {
            name: plain(&frame.unit_name),
            uri: (!site.is_empty()).then(|| site.to_owned()),
            ..Person::default()
        }],
        generator: Some(Generator {
            value: "Pengayom".to_owned(),
            ..Generator::default()
        }),
        namespaces: BTreeMap::from([(georss.0.to_owned(), georss.1.to_owned())]),
        lang: Some(frame.lang.code().to_owned()),
        ..Feed::default()
    })
}

/// This page, the next and the first, the same in the other language, and the site.
fn links(frame: &PageFrame, site: &str, before: &str, next: Option<i64>) -> Vec<Link> {
    let address = |lang: Lang, before: &str| match before {
        "" => format!("{site}/feed.atom?lang={lang}"),
        before => format!("{site}/feed.atom?lang={lang}&sebelum={before}"),
    };
    let link = |rel: &str, href: String, lang: Lang, media_type: &str| Link {
        href,
        rel: rel.to_owned(),
        hreflang: Some(lang.code().to_owned()),
        mime_type: Some(media_type.to_owned()),
        ..Link::default()
    };
    let (lang, other) = (frame.lang, frame.other_lang);
    let mut links = vec![
        link("self", address(lang, before), lang, MEDIA_TYPE),
        link(
            "alternate",
            format!("{site}/?lang={lang}"),
            lang,
            "text/html",
        ),
        link("alternate", address(other, before), other, MEDIA_TYPE),
        link("first", address(lang, ""), lang, MEDIA_TYPE),
    ];
    if let Some(next) = next {
        links.push(link(
            "next",
            address(lang, &next.to_string()),
            lang,
            MEDIA_TYPE,
        ));
    }
    links
}

fn entry(told: Told) -> Result<Entry, Fault> {
    Ok(Entry {
        title: Text::plain(plain(&told.title)),
        id: urn(told.id),
        updated: date(told.changed_at)?,
        published: Some(date(told.since)?),
        categories: vec![Category {
            term: told.kind.to_owned(),
            ..Category::default()
        }],
        links: vec![Link {
            href: told.page,
            mime_type: Some("text/html".to_owned()),
            ..Link::default()
        }],
        content: Some(Content {
            value: Some(plain(&told.text)),
            content_type: Some("text".to_owned()),
            ..Content::default()
        }),
        extensions: told.place.as_ref().map(georss).unwrap_or_default(),
        ..Entry::default()
    })
}

/// GeoRSS-Simple: latitude before longitude.
fn georss(place: &Place) -> ExtensionMap {
    let (name, value) = match place {
        Place::Point(point) => ("point", format!("{} {}", point.lat(), point.lng())),
        Place::Frame([west, south], [east, north]) => {
            ("box", format!("{south} {west} {north} {east}"))
        }
    };
    let element = Extension {
        name: format!("georss:{name}"),
        value: Some(value),
        ..Extension::default()
    };
    BTreeMap::from([(
        "georss".to_owned(),
        BTreeMap::from([(name.to_owned(), vec![element])]),
    )])
}

fn urn(id: uuid::Uuid) -> String {
    id.urn().to_string()
}

/// A moment as the library holds it: whole seconds.
fn date(at: Timestamp) -> Result<FixedDateTime, Fault> {
    let seconds = Timestamp::from_second(at.as_second()).unwrap_or(at);
    seconds.to_string().parse().map_err(|_| Fault::Internal)
}
