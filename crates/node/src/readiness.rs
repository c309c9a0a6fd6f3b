//! Which services lack what, where, since when, and what that costs the public (S35).

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use pengayom_core::gap::{self, Asset, Gap, Holding, Site};
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::StationId;
use pengayom_core::value::OfficerId;
use pengayom_measure::histogram::WaitHistogram;
use pengayom_store::{Demand, Span, StandingRow, ThingRow};

use crate::access::Staff;
use crate::error::HandleError;
use crate::{Node, UnitContext};

/// Days over which the cost is counted.
pub const COST_DAYS: i64 = 90;

/// The shorter of the two periods for which it is told, in days.
pub const COST_DAYS_SHORT: i64 = 30;

/// How long a reading is shown without asking the store again.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// What a gap costs the public. Hours are counted whole: by when they begin.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cost {
    /// Requests of the service in the last [`COST_DAYS_SHORT`] days that came while the gap stood.
    pub short: i64,
    /// The same over [`COST_DAYS`] days.
    pub long: i64,
    /// How long those waited that came while it stood and were answered, over [`COST_DAYS`] days.
    pub waits_with: WaitHistogram,
    /// How long those waited that came while it did not.
    pub waits_without: WaitHistogram,
}

/// A gap with its cost.
#[derive(Debug, Clone)]
pub struct CostedGap {
    /// The gap.
    pub gap: Gap,
    /// What it costs the public.
    pub cost: Cost,
    /// The nearest station that has what is lacking, and how far it is in metres where both places are
    /// known.
    pub nearest: Option<(StationId, Option<f64>)>,
}

/// Who is qualified for something now.
#[derive(Debug, Clone)]
pub struct Qualified {
    /// The officer.
    pub officer: OfficerId,
    /// Their station.
    pub station: StationId,
}

/// What a unit lacks.
#[derive(Debug)]
pub struct Readiness {
    /// When it was read.
    pub at: Timestamp,
    /// What is lacking: what blocks first, then by service and station.
    pub gaps: Vec<CostedGap>,
    /// Nothing is registered: what is said of things follows from that alone.
    pub nothing_registered: bool,
    holdings: Vec<(OfficerId, Holding)>,
}

impl Readiness {
    /// What a service lacks.
    pub fn of_service(&self, service: &ServiceCode) -> impl Iterator<Item = &CostedGap> {
        let of_it = move |one: &&CostedGap| one.gap.service == *service;
        self.gaps.iter().filter(of_it)
    }

    /// Officers who are qualified for something at the moment of the reading.
    pub fn qualified(&self, skill: &pengayom_core::pack::SkillCode) -> Vec<Qualified> {
        let asset = Asset::Skill(skill.clone());
        let mut found: Vec<Qualified> = Vec::new();
        for (officer, holding) in self.holdings.iter().filter(|(_, one)| one.asset == asset) {
            let valid = holding
                .spans
                .iter()
                .find(|(_, from, to)| *from <= self.at && to.is_none_or(|to| to > self.at));
            if let Some((station, ..)) = valid {
                found.push(Qualified {
                    officer: *officer,
                    station: station.clone(),
                });
            }
        }
        found
    }
}

/// The last reading.
#[derive(Debug, Default)]
pub(crate) struct Kept(RwLock<Option<Arc<Readiness>>>);

impl Kept {
    /// A thing or a standing changed.
    pub(crate) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn get(&self) -> Option<Arc<Readiness>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn put(&self, read: Arc<Readiness>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
    }
}

/// The unit's stations, the unit itself first.
fn sites(unit: &UnitContext) -> Vec<Site> {
    let config = unit.config();
    let own = Site {
        station: unit.own_station().clone(),
        level: config.level.clone(),
        whole: true,
    };
    let stations = config.stations.iter().map(|station| Site {
        station: station.id.clone(),
        level: station.level.clone(),
        whole: false,
    });
    std::iter::once(own).chain(stations).collect()
}

/// What a thing was good for, and where.
fn of_thing(row: &ThingRow) -> Holding {
    let ends = row.phases.iter().skip(1).map(|phase| Some(phase.from));
    let phases = row.phases.iter().zip(ends.chain([None]));
    let spans = phases.filter_map(|(phase, end)| {
        let station = phase.station.clone().filter(|_| phase.in_order)?;
        Some((station, phase.from, end))
    });
    Holding {
        asset: Asset::Thing(row.kind.clone()),
        spans: spans.collect(),
    }
}

/// What an officer is and was qualified for, at the station they belong to now.
fn of_officer(unit: &UnitContext, row: &StandingRow, station: &StationId) -> Vec<Holding> {
    let mut holdings: Vec<Holding> = Vec::new();
    for one in &row.qualifications {
        let (from, to) = one.span(&unit.zone);
        let span = (station.clone(), from, to);
        let asset = Asset::Skill(one.skill.clone());
        match holdings.iter_mut().find(|known| known.asset == asset) {
            Some(known) => known.spans.push(span),
            None => holdings.push(Holding {
                asset,
                spans: vec![span],
            }),
        }
    }
    holdings
}

/// What a gap cost, from what was asked hour by hour.
fn cost(gap: &Gap, demand: &[Demand], at: Timestamp) -> Cost {
    let ago = SignedDuration::from_hours(24 * COST_DAYS_SHORT);
    let short = at.checked_sub(ago).unwrap_or(Timestamp::MIN);
    let mut cost = Cost::default();
    let of_gap = demand
        .iter()
        .filter(|one| one.service == gap.service && gap.serves.contains(&one.station));
    for one in of_gap {
        let stood = gap
            .stood
            .iter()
            .any(|(from, to)| *from <= one.hour && one.hour < *to);
        if !stood {
            cost.waits_without.merge(&one.waits);
            continue;
        }
        cost.waits_with.merge(&one.waits);
        cost.long += one.filed;
        if one.hour >= short {
            cost.short += one.filed;
        }
    }
    cost
}

/// The station nearest to another one of these; where a place is not known the first in their order.
fn nearest(
    unit: &UnitContext,
    from: &StationId,
    among: &[&StationId],
) -> Option<(StationId, Option<f64>)> {
    let config = unit.config();
    let point = |station: &StationId| match config.station(station) {
        Some(known) => known.point,
        None => config.point,
    };
    let here = point(from);
    let far = |station: &StationId| Some(here?.geodesic_metres(point(station)?));
    let others = among.iter().filter(|station| **station != from);
    let measured = others.map(|station| ((*station).clone(), far(station)));
    measured.min_by(|(_, one), (_, other)| {
        let reach = |metres: &Option<f64>| metres.unwrap_or(f64::INFINITY);
        reach(one).total_cmp(&reach(other))
    })
}

impl Node {
    /// Which services lack what now; read again after a minute at the latest, and when a thing or a
    /// qualification changed.
    ///
    /// # Errors
    /// The store's.
    pub async fn readiness(&self) -> Result<Arc<Readiness>, HandleError> {
        let now = self.now();
        let fresh = |kept: &Arc<Readiness>| {
            let age = now.duration_since(kept.at);
            !age.is_negative() && age < FRESH
        };
        if let Some(kept) = self.readiness.get().filter(fresh) {
            return Ok(kept);
        }
        let unit = self.unit();
        let things = self.store.things(&unit.id).await?;
        let staff = self.active_staff().await?;
        let standings = self.store.standings(&unit.id).await?;
        let mut holdings: Vec<Holding> = things.iter().map(of_thing).collect();
        let mut skills = Vec::new();
        for row in &standings {
            let account = staff.iter().find(|account| account.id == row.id);
            let Some(account) = account else { continue };
            let station = account.desk(unit.own_station());
            let own = of_officer(&unit, row, station);
            holdings.extend(own.iter().cloned());
            skills.extend(own.into_iter().map(|holding| (row.id, holding)));
        }
        let sites = sites(&unit);
        let ago = SignedDuration::from_hours(24 * COST_DAYS);
        let window = now.checked_sub(ago).unwrap_or(Timestamp::MIN);
        let gaps = gap::gaps(&unit.pack, &sites, &holdings, now, window);
        let mut services: Vec<ServiceCode> = gaps.iter().map(|gap| gap.service.clone()).collect();
        services.sort_unstable();
        services.dedup();
        let span = Span {
            from: window,
            to: now,
        };
        let demand = self.store.demand(&unit.id, span, &services).await?;
        let gaps = gaps.into_iter().map(|gap| {
            let among = gap::stations_with(&gap.asset, &sites, &holdings, now);
            CostedGap {
                cost: cost(&gap, &demand, now),
                nearest: nearest(&unit, &gap.station, &among),
                gap,
            }
        });
        let read = Arc::new(Readiness {
            at: now,
            gaps: gaps.collect(),
            nothing_registered: things.is_empty(),
            holdings: skills,
        });
        self.readiness.put(Arc::clone(&read));
        Ok(read)
    }

    /// What concerns a staff member of what is lacking: their own station's gaps; all of them at the
    /// unit itself.
    ///
    /// # Errors
    /// The store's.
    pub async fn gaps_for(&self, by: &Staff) -> Result<Vec<CostedGap>, HandleError> {
        let unit = self.unit();
        let read = self.readiness().await?;
        let mine = read
            .gaps
            .iter()
            .filter(|one| by.concerns(Some(&one.gap.station), unit.own_station()));
        Ok(mine.cloned().collect())
    }
}
