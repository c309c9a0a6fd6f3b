//! An officer's own encounters by area (S48): for the officer themself, and for whoever coaches them when they show
//! it. Nobody is put beside anybody: the chief reads only how wide officers spread, all of them together.

use std::collections::BTreeMap;

use pengayom_core::place::{AreaCode, StationId};
use pengayom_core::value::OfficerId;

use super::count::whole;
use super::{
    Beat, Compared, Ground, Level, Need, NeedUsed, OfficerRow, Weighed, compare, need_used,
};

/// Encounters below which nothing is said of how one officer spreads them; our choice.
pub const OWN_NEEDS: u64 = 20;

/// Officers below which nothing is said of how they spread them: of fewer, quarters are single officers.
pub const SPREAD_NEEDS: usize = 8;

/// One area of an officer.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnPlace {
    /// Its code.
    pub code: AreaCode,
    /// Its name.
    pub name: String,
    /// Encounters there.
    pub encounters: u64,
    /// Beside need; `None` under [`OWN_NEEDS`] encounters.
    pub weighed: Option<Weighed>,
}

/// Where an officer met somebody, of all times.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnGround {
    /// The station in whose areas most of it was; `None`: none was in a known area.
    pub station: Option<StationId>,
    /// Encounters in its areas.
    pub encounters: u64,
    /// Encounters anywhere else, or at unknown places.
    pub elsewhere: u64,
    /// What need is: people where they are known for all these areas, else every area the same.
    pub need: NeedUsed,
    /// The areas of that station, by code.
    pub places: Vec<OwnPlace>,
    /// The share of the encounters that would have to be elsewhere to follow need; `None` under [`OWN_NEEDS`].
    pub hoover: Option<f64>,
    /// What that would be about if only chance made a difference.
    pub hoover_by_chance: Option<f64>,
}

/// How officers spread their encounters, all of them together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Officers with at least [`OWN_NEEDS`] encounters.
    pub officers: usize,
    /// Lower quarter, middle and upper quarter of the shares that would have to move.
    pub hoover: [f64; 3],
    /// The middle of what chance alone would give.
    pub by_chance: f64,
}

/// The encounters of one officer beside need.
pub fn own(ground: &Ground, rows: &[OfficerRow]) -> OwnGround {
    let mut of_beat: BTreeMap<usize, u64> = BTreeMap::new();
    let mut of_station: BTreeMap<&StationId, u64> = BTreeMap::new();
    let mut all = 0;
    for row in rows {
        let n = whole(row.encounters);
        all += n;
        let at = row
            .beat
            .as_ref()
            .and_then(|beat| ground.beat(beat.as_str()));
        if let Some(at) = at {
            *of_beat.entry(at).or_default() += n;
        }
        let beat = at.and_then(|at| ground.beats().get(at));
        if let Some(station) = beat.and_then(|beat| beat.station.as_ref()) {
            *of_station.entry(station).or_default() += n;
        }
    }
    // Of as many, the first by code.
    let most = of_station.values().copied().max();
    let station = of_station
        .iter()
        .find(|(_, n)| Some(**n) == most)
        .map(|(station, _)| (*station).clone());
    let here = |beat: &Beat| station.is_some() && beat.station == station;
    let beats: Vec<(usize, &Beat)> = ground
        .beats()
        .iter()
        .enumerate()
        .filter(|(_, beat)| here(beat))
        .collect();
    let mut need = need_used(None, beats.iter().map(|(_, beat)| beat.people));
    if need.need == Need::Reports {
        need.need = Need::Equal;
    }
    let pairs: Vec<(usize, u64, f64)> = beats
        .iter()
        .map(|(at, beat)| {
            let due = match need.need {
                Need::People => beat.people.unwrap_or(0) as f64,
                Need::Reports | Need::Equal => 1.0,
            };
            (*at, of_beat.get(at).copied().unwrap_or(0), due)
        })
        .collect();
    let encounters: u64 = pairs.iter().map(|(_, n, _)| n).sum();
    let enough = encounters >= OWN_NEEDS;
    let compared = if enough {
        compare(&pairs, false, None)
    } else {
        Compared::default()
    };
    let due: f64 = pairs.iter().map(|(_, _, due)| due).sum();
    let moved = |by_chance: bool| {
        (enough && due > 0.0 && pairs.len() > 1).then(|| {
            let parts = pairs.iter().map(|(_, n, own)| {
                let expected = own / due;
                if by_chance {
                    // The mean distance of a normal number from its mean.
                    let variance = expected * (1.0 - expected) / encounters as f64;
                    (2.0 / std::f64::consts::PI * variance).sqrt()
                } else {
                    (*n as f64 / encounters as f64 - expected).abs()
                }
            });
            parts.sum::<f64>() / 2.0
        })
    };
    let places = pairs
        .iter()
        .zip(&beats)
        .map(|((at, n, _), (_, beat))| OwnPlace {
            code: beat.code.clone(),
            name: ground.name_of(Level::Beat, *at).unwrap_or_default(),
            encounters: *n,
            weighed: compared.rows.get(at).copied(),
        });
    OwnGround {
        places: places.collect(),
        elsewhere: all - encounters.min(all),
        encounters,
        station,
        need,
        hoover: moved(false),
        hoover_by_chance: moved(true),
    }
}

/// How all officers together spread their encounters; `None` where there are fewer than [`SPREAD_NEEDS`], or fewer than
/// the small-cell limit.
pub fn spread(ground: &Ground, rows: &[OfficerRow], small_cell: u64) -> Option<Spread> {
    let mut of_officer: BTreeMap<OfficerId, Vec<OfficerRow>> = BTreeMap::new();
    for row in rows {
        of_officer.entry(row.officer).or_default().push(row.clone());
    }
    let mut moved = Vec::new();
    let mut by_chance = Vec::new();
    for rows in of_officer.values() {
        let own = own(ground, rows);
        if let (Some(hoover), Some(chance)) = (own.hoover, own.hoover_by_chance) {
            moved.push(hoover);
            by_chance.push(chance);
        }
    }
    let fewest = SPREAD_NEEDS.max(usize::try_from(small_cell).unwrap_or(usize::MAX));
    if moved.len() < fewest {
        return None;
    }
    moved.sort_by(f64::total_cmp);
    by_chance.sort_by(f64::total_cmp);
    Some(Spread {
        officers: moved.len(),
        hoover: [
            quarter(&moved, 1)?,
            quarter(&moved, 2)?,
            quarter(&moved, 3)?,
        ],
        by_chance: quarter(&by_chance, 2)?,
    })
}

/// The value that `k` quarters of the sorted values lie at or below.
fn quarter(sorted: &[f64], k: usize) -> Option<f64> {
    let at = (sorted.len() * k).div_ceil(4).saturating_sub(1);
    sorted.get(at).copied()
}
