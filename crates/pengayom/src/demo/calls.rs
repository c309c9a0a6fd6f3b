//! The recorded shifts that the simulation draws on.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Deserialize;

use crate::fault::Fault;

/// One recorded call, as far as the simulation draws on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordedCall {
    /// From the beginning of the shift to the call.
    pub(super) into_shift: SignedDuration,
    /// From the call until somebody is sent.
    pub(super) dispatch: SignedDuration,
    /// From there until arrival.
    pub(super) travel: SignedDuration,
}

#[derive(Debug, Deserialize)]
struct CallRow {
    shift_no: u32,
    call_time_local: jiff::civil::DateTime,
    dispatch_min: Option<f64>,
    travel_min: Option<f64>,
}

/// The hour a recorded shift begins.
const SHIFT_BEGINS: i8 = 8;

/// Hours of a shift.
pub(super) const SHIFT_HOURS: i64 = 8;

/// The recorded shifts.
///
/// # Errors
/// [`Fault`] where the file does not read.
pub(super) fn shifts(calls: &[u8]) -> Result<Vec<Vec<RecordedCall>>, Fault> {
    let unpacked = flate2::read::GzDecoder::new(calls);
    let mut rows = csv::Reader::from_reader(unpacked);
    let mut shifts: BTreeMap<u32, Vec<RecordedCall>> = BTreeMap::new();
    for row in rows.deserialize::<CallRow>() {
        let row = row.map_err(|error| Fault::Input(format!("recorded calls: {error}")))?;
        let (Some(dispatch), Some(travel)) = (row.dispatch_min, row.travel_min) else {
            continue;
        };
        let begins = row.call_time_local.date().at(SHIFT_BEGINS, 0, 0, 0);
        let into_shift = row.call_time_local.duration_since(begins);
        if into_shift.is_negative() || into_shift > SignedDuration::from_hours(SHIFT_HOURS) {
            continue;
        }
        shifts.entry(row.shift_no).or_default().push(RecordedCall {
            into_shift,
            dispatch: minutes(dispatch),
            travel: minutes(travel),
        });
    }
    Ok(shifts.into_values().collect())
}

fn minutes(minutes: f64) -> SignedDuration {
    SignedDuration::from_secs_f64(minutes.clamp(0.0, 24.0 * 60.0) * 60.0)
}
