//! What services lack, in words: for the chief, at the desk, on the page of a service (S35).

use std::collections::BTreeMap;

use pengayom_core::gap::Asset;
use pengayom_core::pack::{NeedEffect, ServiceCode};
use pengayom_core::place::StationId;
use pengayom_measure::histogram::WaitHistogram;
use pengayom_node::Node;
use pengayom_node::access::Staff;
use pengayom_node::readiness::{COST_DAYS, COST_DAYS_SHORT, CostedGap};

use crate::frame::PageFrame;
use crate::outages::{OutageLine, at_once};
use crate::problem::Fault;
use crate::staff::{Names, service_name};

/// Most gaps a page lists; the rest are counted.
pub(crate) const GAPS_LISTED: usize = 20;

/// Something that is lacking at a station, for all services that need it there.
pub(crate) struct GapLine {
    /// What is lacking and where.
    pub(crate) title: String,
    /// `danger` or `warn`, for `ui::tag`.
    pub(crate) state: &'static str,
    /// What that means.
    pub(crate) effect: String,
    /// Which services, how many there are, since when, and where the nearest is.
    pub(crate) lines: Vec<String>,
    /// What it costs the public; empty for who does not read the board.
    pub(crate) cost: Vec<String>,
    /// Requests it cost in the longer period, for the order.
    pub(crate) requests: i64,
}

/// What somebody is called who has or is what is lacking.
pub(crate) fn asset_name(frame: &PageFrame, asset: &Asset) -> String {
    let pack = &frame.unit().pack;
    match asset {
        Asset::Skill(code) => match pack.skill(code.as_str()) {
            Some(skill) => frame.say(&skill.name).to_owned(),
            None => code.to_string(),
        },
        Asset::Thing(code) => match pack.thing(code.as_str()) {
            Some(thing) => frame.say(&thing.name).to_owned(),
            None => code.to_string(),
        },
    }
}

fn count(frame: &PageFrame, n: i64) -> String {
    frame.format().count(n)
}

/// Where the nearest is, with how far where that is known.
fn nearest_words(frame: &PageFrame, nearest: Option<&(StationId, Option<f64>)>) -> String {
    let Some((station, metres)) = nearest else {
        return frame.t("gap.nowhere").to_owned();
    };
    let name = frame.unit().station_name(station);
    match metres {
        Some(metres) => {
            let km = frame.format().decimal(metres / 1000.0, 0);
            frame.tf("gap.nearest_km", &[("station", &name), ("km", &km)])
        }
        None => frame.tf("gap.nearest", &[("station", &name)]),
    }
}

/// A number of requests, or that there are fewer than may be said.
fn requests_words(frame: &PageFrame, n: i64, days: i64, small: i64) -> String {
    let days = count(frame, days);
    if n == 0 {
        return frame.tf("gap.cost_none", &[("days", &days)]);
    }
    if n < small {
        let few = count(frame, small);
        return frame.tf("gap.cost_few", &[("n", &few), ("days", &days)]);
    }
    let n = count(frame, n);
    frame.tf("gap.cost", &[("n", &n), ("days", &days)])
}

/// How long people waited with the gap and without it: only where both are known of enough.
fn waits_words(
    frame: &PageFrame,
    with: &WaitHistogram,
    without: &WaitHistogram,
    small: i64,
) -> String {
    let enough = with.n() >= small && without.n() >= small;
    let half = |waits: &WaitHistogram| waits.quantile(0.5).filter(|_| enough);
    let (Some(one), Some(other)) = (half(with), half(without)) else {
        return frame.t("gap.waits_few").to_owned();
    };
    let time = |seconds: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a wait of a few years at most"
        )]
        let minutes = (seconds / 60.0).round() as i64;
        frame.format().duration(minutes)
    };
    frame.tf(
        "gap.waits",
        &[
            ("with", &time(one)),
            ("n", &count(frame, with.n())),
            ("without", &time(other)),
            ("m", &count(frame, without.n())),
        ],
    )
}

/// Gaps as a page lists them: one line for what is lacking at a station. `costs`: what they cost the
/// public too.
pub(crate) fn lines(frame: &PageFrame, gaps: &[CostedGap], costs: bool) -> Vec<GapLine> {
    let mut groups: BTreeMap<(&Asset, &StationId), Vec<&CostedGap>> = BTreeMap::new();
    for one in gaps {
        let key = (&one.gap.asset, &one.gap.station);
        groups.entry(key).or_default().push(one);
    }
    let mut lines: Vec<GapLine> = groups
        .into_iter()
        .map(|((asset, station), group)| line(frame, asset, station, &group, costs))
        .collect();
    lines.sort_by_key(|line| (line.state != "danger", -line.requests));
    lines
}

fn line(
    frame: &PageFrame,
    asset: &Asset,
    station: &StationId,
    group: &[&CostedGap],
    costs: bool,
) -> GapLine {
    let small = i64::from(frame.unit().pack.survey().form.small_cell);
    let blocks = group.iter().any(|one| one.gap.effect == NeedEffect::Blocks);
    let services: Vec<String> = group
        .iter()
        .map(|one| service_name(frame, &one.gap.service))
        .collect();
    let name = asset_name(frame, asset);
    let place = frame.unit().station_name(station);
    let mut lines = vec![frame.tf("gap.services", &[("services", &services.join(", "))])];
    if let Some(first) = group.first() {
        let there = count(frame, i64::from(first.gap.there));
        let needed = count(frame, i64::from(first.gap.needed));
        let key = match asset {
            Asset::Skill(_) => "gap.there_skill",
            Asset::Thing(_) => "gap.there_thing",
        };
        lines.push(frame.tf(key, &[("n", &there), ("needed", &needed)]));
        lines.push(match first.gap.since {
            Some(since) => {
                let time = frame.format().moment(since);
                frame.tf("gap.since", &[("time", &time)])
            }
            None => frame.t("gap.since_ever").to_owned(),
        });
        lines.push(nearest_words(frame, first.nearest.as_ref()));
    }
    let sum = |of: fn(&CostedGap) -> i64| group.iter().map(|one| of(one)).sum::<i64>();
    let requests = sum(|one| one.cost.long);
    let cost = if costs {
        let (mut with, mut without) = (WaitHistogram::new(), WaitHistogram::new());
        for one in group {
            with.merge(&one.cost.waits_with);
            without.merge(&one.cost.waits_without);
        }
        let short = sum(|one| one.cost.short);
        vec![
            requests_words(frame, short, COST_DAYS_SHORT, small),
            requests_words(frame, requests, COST_DAYS, small),
            waits_words(frame, &with, &without, small),
        ]
    } else {
        Vec::new()
    };
    GapLine {
        title: format!("{name}, {place}"),
        state: if blocks { "danger" } else { "warn" },
        effect: frame
            .t(if blocks { "gap.blocks" } else { "gap.hampers" })
            .to_owned(),
        lines,
        cost,
        requests,
    }
}

/// What of a service is not there, for anybody: only what was there before, and only where the pack says
/// so. A store that does not answer leaves the page without these sentences.
pub(crate) async fn public_lines(
    frame: &PageFrame,
    node: &Node,
    service: &ServiceCode,
) -> Vec<OutageLine> {
    let Some(read) = at_once(node.readiness()).await else {
        return Vec::new();
    };
    let told = read
        .of_service(service)
        .filter(|one| one.gap.public && one.gap.since.is_some());
    told.map(|one| OutageLine {
        words: not_there(frame, one),
        ended: false,
    })
    .collect()
}

/// What is not there, where, and where the nearest is.
fn not_there(frame: &PageFrame, one: &CostedGap) -> String {
    let what = asset_name(frame, &one.gap.asset);
    let station = frame.unit().station_name(&one.gap.station);
    let key = match one.gap.asset {
        Asset::Skill(_) => "gap.public_skill",
        Asset::Thing(_) => "gap.public_thing",
    };
    let words = frame.tf(key, &[("what", &what), ("station", &station)]);
    format!("{words} {}", nearest_words(frame, one.nearest.as_ref()))
}

/// What blocks services that are asked for at a desk, and was there before: where to send instead.
pub(crate) async fn desk_blocked(frame: &PageFrame, node: &Node, by: &Staff) -> Vec<String> {
    let Some(read) = at_once(node.readiness()).await else {
        return Vec::new();
    };
    let station = by.desk(frame.unit().own_station());
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    let here = read.gaps.iter().filter(|one| {
        let told = one.gap.effect == NeedEffect::Blocks && one.gap.since.is_some();
        told && one.gap.serves.contains(station)
    });
    for one in here {
        let words = not_there(frame, one);
        let service = service_name(frame, &one.gap.service);
        match lines.iter_mut().find(|(known, _)| *known == words) {
            Some((_, services)) => services.push(service),
            None => lines.push((words, vec![service])),
        }
    }
    let said = lines.into_iter().map(|(words, services)| {
        let services = frame.tf("gap.services", &[("services", &services.join(", "))]);
        format!("{words} {services}")
    });
    said.collect()
}

/// What of a service is not there for requests of a station, with whom to call: for whoever takes the
/// report.
pub(crate) async fn desk_lines(
    frame: &PageFrame,
    node: &Node,
    by: &Staff,
    service: &ServiceCode,
) -> Vec<String> {
    let Some(read) = at_once(node.readiness()).await else {
        return Vec::new();
    };
    let own = frame.unit().own_station();
    let station = by.desk(own);
    let here = read.of_service(service).filter(|one| {
        // What nobody in the unit ever had sends nobody anywhere.
        let known = one.gap.since.is_some() || one.nearest.is_some();
        one.gap.serves.contains(station) && known
    });
    let mut lines: Vec<String> = here.map(|one| not_there(frame, one)).collect();
    if let Ok(names) = Names::read(node).await {
        for skill in frame.unit().pack.skills_for(service) {
            let who = read.qualified(&skill.code);
            lines.extend(whom(frame, &names, &skill.name, &who));
        }
    }
    lines
}

/// Most colleagues that are named at once.
const NAMED: usize = 5;

fn whom(
    frame: &PageFrame,
    names: &Names,
    skill: &pengayom_core::pack::Localized,
    who: &[pengayom_node::readiness::Qualified],
) -> Option<String> {
    let named: Vec<String> = who
        .iter()
        .take(NAMED)
        .map(|one| {
            let station = frame.unit().station_name(&one.station);
            format!("{} ({station})", names.of(frame, one.officer))
        })
        .collect();
    let who = named.join(", ");
    let values = [("skill", frame.say(skill)), ("who", who.as_str())];
    (!named.is_empty()).then(|| frame.tf("gap.whom", &values))
}

/// What the service of a case asks of who handles it, and who has it.
pub(crate) async fn asked_of_handler(
    frame: &PageFrame,
    node: &Node,
    names: &Names,
    service: &ServiceCode,
) -> Result<Vec<String>, Fault> {
    let unit = frame.unit();
    if unit.pack.skills_for(service).next().is_none() {
        return Ok(Vec::new());
    }
    let read = node.readiness().await?;
    let lines = unit.pack.skills_for(service).map(|skill| {
        let who = read.qualified(&skill.code);
        whom(frame, names, &skill.name, &who)
            .unwrap_or_else(|| frame.tf("gap.whom_none", &[("skill", frame.say(&skill.name))]))
    });
    Ok(lines.collect())
}
