//! What services lack at a station, since when, and while which times (S35): the pack's needs held to
//! what there is. Pure: the same register and qualifications give the same gaps.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::pack::{NeedEffect, Pack, ServiceCode, SkillCode, ThingCode};
use crate::place::StationId;

/// What a service can lack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asset {
    /// An officer who is qualified.
    Skill(SkillCode),
    /// A room or equipment in order.
    Thing(ThingCode),
}

/// A station whose needs are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The station; the unit itself is one.
    pub station: StationId,
    /// Its level, such as `polsek`.
    pub level: String,
    /// It is the unit itself: stations that are not asked to have something use the unit's.
    pub whole: bool,
}

/// Something a station has or had: one officer's skill, or one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// What.
    pub asset: Asset,
    /// Where, and from when until when it could be used there; an open end: still.
    pub spans: Vec<(StationId, Timestamp, Option<Timestamp>)>,
}

/// Something a service lacks at a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The service.
    pub service: ServiceCode,
    /// The station that should have it.
    pub station: StationId,
    /// The stations whose requests need it: its own, and for the unit itself those that are not asked
    /// to have one.
    pub serves: Vec<StationId>,
    /// What is lacking.
    pub asset: Asset,
    /// What that means for the service.
    pub effect: NeedEffect,
    /// The public page of the service says so.
    pub public: bool,
    /// How many there are that can be used.
    pub there: u32,
    /// How many there should be.
    pub needed: u32,
    /// Since when there are too few; `None`: there were never enough.
    pub since: Option<Timestamp>,
    /// The times within the window in which there were too few, oldest first.
    pub stood: Vec<(Timestamp, Timestamp)>,
}

/// The gaps at a moment, by service and station; `window` is how far back `stood` looks.
///
/// A service is looked at where its level of unit gives it and the pack says how many of what it needs a
/// station of that level has. One more thing in order, or one more officer qualified, never makes a gap.
pub fn gaps(
    pack: &Pack,
    sites: &[Site],
    holdings: &[Holding],
    at: Timestamp,
    window: Timestamp,
) -> Vec<Gap> {
    let mut by_asset: BTreeMap<&Asset, Vec<&Holding>> = BTreeMap::new();
    for holding in holdings {
        by_asset.entry(&holding.asset).or_default().push(holding);
    }
    let mut found = Vec::new();
    let skills = pack.skills().iter().map(|skill| {
        (
            Asset::Skill(skill.code.clone()),
            &skill.needs,
            &skill.minimum,
        )
    });
    let things = pack.things().iter().map(|thing| {
        (
            Asset::Thing(thing.code.clone()),
            &thing.needs,
            &thing.minimum,
        )
    });
    for (asset, needs, minimum) in skills.chain(things) {
        let held = by_asset.get(&asset).map_or(&[][..], Vec::as_slice);
        for site in sites {
            let level = minimum.iter().find(|one| one.level.as_str() == site.level);
            let Some(needed) = level.map(|one| one.count) else {
                continue;
            };
            let lack = lack(held, &site.station, needed, at, window);
            let Some(lack) = lack else { continue };
            let asked = |one: &Site| {
                minimum
                    .iter()
                    .any(|level| level.level.as_str() == one.level)
            };
            let others = sites.iter().filter(|one| site.whole && !asked(one));
            let others = others.map(|one| one.station.clone());
            let serves: Vec<StationId> = std::iter::once(site.station.clone())
                .chain(others)
                .collect();
            for need in needs {
                let services = need.services.iter().filter(|code| {
                    pack.service(code).is_some_and(|service| {
                        service
                            .levels
                            .iter()
                            .any(|level| level.as_str() == site.level)
                    })
                });
                found.extend(services.map(|service| Gap {
                    service: service.clone(),
                    station: site.station.clone(),
                    serves: serves.clone(),
                    asset: asset.clone(),
                    effect: need.effect,
                    public: need.public,
                    there: lack.there,
                    needed,
                    since: lack.since,
                    stood: lack.stood.clone(),
                }));
            }
        }
    }
    found.sort_by(|a, b| {
        let key = |gap: &Gap| (gap.effect, gap.service.clone(), gap.station.clone());
        key(a).cmp(&key(b)).then_with(|| a.asset.cmp(&b.asset))
    });
    found
}

/// How something is lacking at a station.
struct Lack {
    there: u32,
    since: Option<Timestamp>,
    stood: Vec<(Timestamp, Timestamp)>,
}

/// Whether there are too few at a moment, and since when; `None`: there are enough.
fn lack(
    held: &[&Holding],
    station: &StationId,
    needed: u32,
    at: Timestamp,
    window: Timestamp,
) -> Option<Lack> {
    // When the number of those that can be used changes, and by how much.
    let mut changes: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for holding in held {
        for (from, to) in merged(holding, station) {
            *changes.entry(from).or_default() += 1;
            if let Some(to) = to {
                *changes.entry(to).or_default() -= 1;
            }
        }
    }
    let needed = i64::from(needed);
    let (mut there, mut since, mut stood) = (0_i64, None, Vec::new());
    let mut short_from = Some(Timestamp::MIN);
    for (when, change) in changes.range(..=at) {
        there += change;
        match (there < needed, short_from) {
            (true, None) => {
                short_from = Some(*when);
                since = Some(*when);
            }
            (false, Some(from)) => {
                stand(&mut stood, from, *when, window);
                short_from = None;
            }
            _ => {}
        }
    }
    let from = short_from?;
    stand(&mut stood, from, at, window);
    Some(Lack {
        there: u32::try_from(there.max(0)).unwrap_or(u32::MAX),
        since,
        stood,
    })
}

/// Adds the part of a time that lies in the window.
fn stand(
    stood: &mut Vec<(Timestamp, Timestamp)>,
    from: Timestamp,
    to: Timestamp,
    window: Timestamp,
) {
    let from = from.max(window);
    if from < to {
        stood.push((from, to));
    }
}

/// The times in which one holding could be used at a station, none overlapping another: a certificate
/// that was renewed early is one officer, not two.
fn merged(holding: &Holding, station: &StationId) -> Vec<(Timestamp, Option<Timestamp>)> {
    let here = holding
        .spans
        .iter()
        .filter(|(where_, from, to)| where_ == station && to.is_none_or(|to| to > *from));
    let mut spans: Vec<(Timestamp, Option<Timestamp>)> =
        here.map(|(_, from, to)| (*from, *to)).collect();
    spans.sort_by_key(|(from, _)| *from);
    let mut joined: Vec<(Timestamp, Option<Timestamp>)> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some((_, end)) if end.is_none_or(|end| end >= from) => {
                *end = match (*end, to) {
                    (Some(end), Some(to)) => Some(end.max(to)),
                    _ => None,
                };
            }
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// Stations of these where there are enough at a moment of what another lacks.
pub fn stations_with<'a>(
    asset: &Asset,
    sites: &'a [Site],
    holdings: &[Holding],
    at: Timestamp,
) -> Vec<&'a StationId> {
    let held: Vec<&Holding> = holdings.iter().filter(|one| one.asset == *asset).collect();
    let stations = sites.iter().map(|site| &site.station);
    stations
        .filter(|station| lack(&held, station, 1, at, at).is_none())
        .collect()
}
