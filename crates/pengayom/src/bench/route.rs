//! A position routed to its beat, station and stratum.

use std::hint::black_box;
use std::time::{Duration, Instant};

use pengayom_core::place::{Area, Point};
use pengayom_node::{Clock as _, UnitContext};
use serde_json::json;

use super::{Told, forget_peak_memory, peak_memory_mib, rounded};
use crate::clock::SystemClock;
use crate::demo;
use crate::fault::Fault;

/// Routes positions spread over the frame of Kabupaten Pati, beside a scan over all outlines.
///
/// # Errors
/// [`Fault`] when what is built in does not read.
pub(crate) fn route(told: Told, run: u32, points: usize) -> Result<(), Fault> {
    forget_peak_memory();
    let row = demo::unit_row(SystemClock.now())?;
    let began = Instant::now();
    let unit = UnitContext::from_row(&row)?;
    let read = began.elapsed();
    let positions = positions(points);
    let beats: Vec<&Area> = unit.geography.beats().collect();
    let routed = timed(&positions, |point| unit.geography.route_point(point));
    let scanned = timed(&positions, |point| {
        beats.iter().find(|beat| beat.covers(point))
    });
    let rate = positions.len() as f64 / routed.as_secs_f64();
    told.tell(&json!({
        "what": "route",
        "run": run,
        "points": positions.len(),
        "points_a_second": rate.round(),
        "ns_each": (routed.as_secs_f64() * 1e9 / positions.len() as f64).round(),
        "scan_ns_each": (scanned.as_secs_f64() * 1e9 / positions.len() as f64).round(),
        "ratio_to_scan_over_frames": rounded(scanned.as_secs_f64() / routed.as_secs_f64()),
        "unit_read_ms": rounded(read.as_secs_f64() * 1e3),
        "peak_memory_mib": peak_memory_mib(),
    }));
    Ok(())
}

fn timed<T>(points: &[Point], mut answer: impl FnMut(Point) -> T) -> Duration {
    let began = Instant::now();
    for point in points {
        black_box(answer(black_box(*point)));
    }
    began.elapsed()
}

/// Positions by a linear congruential generator (Knuth's MMIX constants): the same in every run.
fn positions(count: usize) -> Vec<Point> {
    let mut state = 20_261_124_u64;
    let mut share = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 24) as f64
    };
    (0..count)
        .filter_map(|_| Point::new(-7.04 + 0.62 * share(), 110.82 + 0.48 * share()).ok())
        .collect()
}
