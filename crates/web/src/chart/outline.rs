//! Outlines of areas, their numbers and their scale, for every map that is drawn here.
//!
//! Units are those of `pengayom_core::place::AreaMap`: two for each pixel of the smallest telephone.

use std::fmt::Write as _;

use pengayom_core::place::{AreaMap, MapArea};

use crate::frame::PageFrame;

/// Units that a letter is high, so that it is 16 px on the smallest telephone, and about how wide it is.
pub(crate) const LETTER: i32 = 36;
pub(crate) const LETTER_WIDE: i32 = 19;

/// Units under the map for the scale and the north.
pub(crate) const FOOT: i32 = 72;

/// Room that words already take: left, top, right, bottom.
pub(crate) struct Taken(pub(crate) Vec<[i32; 4]>);

impl Taken {
    pub(crate) fn is_free(&self, [left, top, right, bottom]: [i32; 4]) -> bool {
        self.0
            .iter()
            .all(|[l, t, r, b]| right <= *l || left >= *r || bottom <= *t || top >= *b)
    }
}

/// The number of each area in the list, where it has room: the middle of its line, and the number. `skipped` is an
/// area that is marked otherwise.
pub(crate) fn numbers(
    map: &AreaMap,
    taken: &mut Taken,
    skipped: Option<usize>,
) -> Vec<(i32, i32, String)> {
    let mut numbers = Vec::new();
    for (at, area) in map.areas.iter().enumerate() {
        if Some(at) == skipped {
            continue;
        }
        let words = (at + 1).to_string();
        let letters = i32::try_from(words.len()).unwrap_or(1);
        let (half, [x, y]) = (letters * LETTER_WIDE / 2 + 1, area.inside);
        // In the middle, or beside what stands there, as long as it is inside.
        let aside = [[0, 0], [0, -LETTER], [0, LETTER], [-LETTER, 0], [LETTER, 0]];
        let places = aside.map(|[right, down]| [x + right, y + down]);
        let free = places.into_iter().find(|[x, y]| {
            let room = room(*x, *y, half);
            is_inside(area, [*x, *y]) && taken.is_free(room)
        });
        if let Some([x, y]) = free {
            taken.0.push(room(x, y, half));
            numbers.push((x, y + LETTER / 3, words));
        }
    }
    numbers
}

/// What a number takes around its middle.
const fn room(x: i32, y: i32, half: i32) -> [i32; 4] {
    let high = LETTER / 2 - 2;
    [x - half, y - high, x + half, y + high]
}

/// Whether a place lies in an area, holes left out: a line to the right crosses its rings an odd number of times.
fn is_inside(area: &MapArea, [x, y]: [i32; 2]) -> bool {
    let mut crossings = 0;
    for ring in &area.rings {
        let next = ring.iter().cycle().skip(1);
        for ([ax, ay], [bx, by]) in ring.iter().zip(next) {
            let (x, y) = (i64::from(x), i64::from(y));
            let [ax, ay, bx, by] = [*ax, *ay, *bx, *by].map(i64::from);
            if (ay > y) != (by > y) {
                // The crossing lies to the right of x, without dividing.
                let side = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
                crossings += u32::from((side > 0) == (by > ay));
            }
        }
    }
    crossings % 2 == 1
}

/// The outlines of an area as the data of a path, each step from the last; a minus parts two numbers as well as a space.
pub(crate) fn path(area: &MapArea) -> String {
    let mut d = String::new();
    for ring in &area.rings {
        let mut last: Option<[i32; 2]> = None;
        for [x, y] in ring {
            // Writing to a `String` cannot fail.
            let _ = match last {
                None => write!(d, "M{x} {y}l"),
                Some([from_x, from_y]) => {
                    let (right, down) = (x - from_x, y - from_y);
                    let first = if d.ends_with('l') || right < 0 {
                        ""
                    } else {
                        " "
                    };
                    let second = if down < 0 { "" } else { " " };
                    write!(d, "{first}{right}{second}{down}")
                }
            };
            last = Some([*x, *y]);
        }
        d.push('z');
    }
    d
}

/// A round length: metres below a kilometre.
pub(crate) fn distance(frame: &PageFrame, metres: u32) -> String {
    let (key, n) = match metres {
        1000.. => ("area.km", metres / 1000),
        _ => ("area.metres", metres),
    };
    let n = frame.format().count(i64::from(n));
    frame.tf(key, &[("n", &n)])
}
