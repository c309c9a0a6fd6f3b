//! Which areas lie next to each other, from their outlines.

use std::collections::{BTreeMap, BTreeSet};

/// Side of a cell in degrees, some 45 m: outlines of neighbours leave gaps and overlap by some metres, and their
/// corners, simplified alike, still come as near as this.
const CELL: f64 = 0.0004;

/// For each outline the numbers of those that have a corner in the same or the next cell of a grid, ascending.
///
/// # Shape and units
///
/// - `outlines`: corners of each, `[lng, lat]` in degrees; what is no number is left out.
/// - returns: as many lists; never an outline itself.
///
/// Two outlines that meet along a line without a corner near it are not seen; where three areas meet there is one.
pub fn neighbours<O: AsRef<[[f64; 2]]>>(outlines: &[O]) -> Vec<Vec<usize>> {
    let mut within: BTreeMap<(i64, i64), BTreeSet<usize>> = BTreeMap::new();
    for (at, outline) in outlines.iter().enumerate() {
        for cell in outline.as_ref().iter().filter_map(|corner| cell(*corner)) {
            within.entry(cell).or_default().insert(at);
        }
    }
    let mut found = vec![BTreeSet::new(); outlines.len()];
    for ((x, y), here) in &within {
        for (right, up) in [(0, 0), (1, -1), (1, 0), (1, 1), (0, 1)] {
            let Some(there) = within.get(&(x + right, y + up)) else {
                continue;
            };
            for one in here {
                for other in there.iter().filter(|other| *other != one) {
                    for (from, to) in [(*one, *other), (*other, *one)] {
                        if let Some(list) = found.get_mut(from) {
                            list.insert(to);
                        }
                    }
                }
            }
        }
    }
    found
        .into_iter()
        .map(|list| list.into_iter().collect())
        .collect()
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "degrees over 0.0004 are far below 2^53"
)]
fn cell([lng, lat]: [f64; 2]) -> Option<(i64, i64)> {
    let on_earth = (-360.0..=360.0).contains(&lng) && (-90.0..=90.0).contains(&lat);
    on_earth.then(|| ((lng / CELL).floor() as i64, (lat / CELL).floor() as i64))
}
