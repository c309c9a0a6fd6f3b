//! How long it takes to route a position, beside two scans over all beats in the same run.
//!
//! `cargo bench -p pengayom-core --bench route [-- POINTS]`, default one million. One thread. The
//! positions are spread evenly over the frame of Kabupaten Pati: about six in ten are ours, the
//! others lie in a neighbour or in the sea and take the longest way through the rules. The harness is
//! plain because one number and its ratio are wanted, not a distribution.
//!
//! The scans stop at the first beat that holds the position: one asks every outline, the other looks at
//! the frames first. Neither knows overlaps, gaps, neighbours, strata or distances. With some hundred
//! beats the second is as quick as the index; the index is there for units with many more.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark may stop at the first surprise"
)]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use geo::Contains;
use pengayom_core::place::{Area, Areas, Geography, Point, Strata, StratumBound, UnitConfig};

/// Positions given to the slow scan; its time is per position, so fewer do.
const SCANNED: usize = 20_000;

fn data(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// Positions by a linear congruential generator (Knuth's MMIX constants): the same in every run.
fn positions(count: usize, own: Option<&Area>) -> Vec<Point> {
    let mut state = 20_261_124_u64;
    let mut share = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX)
    };
    let mut points = Vec::with_capacity(count);
    while points.len() < count {
        let point = Point::new(-7.04 + 0.62 * share(), 110.82 + 0.48 * share()).unwrap();
        if own.is_none_or(|area| area.covers(point)) {
            points.push(point);
        }
    }
    points
}

fn timed<T>(points: &[Point], mut answer: impl FnMut(Point) -> T) -> Duration {
    let start = Instant::now();
    for point in points {
        black_box(answer(black_box(*point)));
    }
    start.elapsed()
}

fn nanoseconds_each(time: Duration, points: &[Point]) -> f64 {
    time.as_secs_f64() * 1e9 / points.len() as f64
}

fn main() {
    let count = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(1_000_000);

    let start = Instant::now();
    let unit = UnitConfig::parse(&data("pati/unit.toml")).unwrap();
    let areas = Areas::from_geojson(&data("pati/areas.geojson")).unwrap();
    let bound = |name: &str, up_to_metres| StratumBound {
        stratum: name.parse().unwrap(),
        up_to_metres,
    };
    let strata = vec![
        bound("dekat", Some(5_000.0)),
        bound("sedang", Some(10_000.0)),
        bound("jauh", None),
    ];
    let pati = Geography::new(unit, areas, &Strata::new(strata).unwrap()).unwrap();
    println!(
        "read and joined {} areas in {:.0?}",
        pati.areas().len(),
        start.elapsed()
    );

    let beats: Vec<&Area> = pati.beats().collect();
    let outlines = |point: Point| {
        let at = geo::Point::new(point.lng(), point.lat());
        beats
            .iter()
            .find(|beat| beat.polygons().contains(&at))
            .map(|beat| beat.code())
    };
    let frames = |point: Point| {
        beats
            .iter()
            .find(|beat| beat.covers(point))
            .map(|beat| beat.code())
    };

    let own = pati.area(&pati.unit().area).unwrap();
    println!(
        "{:32} {:>8} {:>9} {:>8}  ratio of each scan",
        "ns each", "routed", "outlines", "frames"
    );
    for (name, points) in [
        ("in the kabupaten", positions(count, Some(own))),
        ("in its frame: also others, sea", positions(count, None)),
    ] {
        let few = points.get(..SCANNED.min(points.len())).unwrap();
        for point in few {
            // Warm, and compared: where a scan finds a beat, so do the rules.
            let routed = pati.route_point(*point);
            assert!(
                frames(*point).is_none() || routed.ours().is_some_and(|route| route.beat.is_some())
            );
        }
        let routed = nanoseconds_each(timed(&points, |point| pati.route_point(point)), &points);
        let outlines = nanoseconds_each(timed(few, outlines), few);
        let frames = nanoseconds_each(timed(few, frames), few);
        let (slow, quick) = (outlines / routed, frames / routed);
        println!("{name:32} {routed:>8.0} {outlines:>9.0} {frames:>8.0}  {slow:.1} and {quick:.1}");
    }

    let queries = [
        "Growong Lor, Juwana",
        "growog lor",
        "Winong",
        "33.18.08",
        "jl sunan muria 5, tayu",
    ];
    for query in queries {
        let rounds = 200;
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(pati.find_area(black_box(query), 10));
        }
        let each = start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds);
        println!("by name {query:?}: {each:.0} µs");
    }
}
