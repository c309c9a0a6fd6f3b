//! Areas as a picture: no ground beneath it, nothing fetched, and beside it always the list that says the same.

use pengayom_core::place::{Area, AreaCode, AreaMap, Point, Station};

use crate::chart::outline::{FOOT, LETTER, LETTER_WIDE, Taken, distance, numbers, path};
use crate::frame::PageFrame;

/// Half the side of a station's square.
const SQUARE: i32 = 10;

/// One outline.
pub(super) struct Outline {
    pub(super) d: String,
    pub(super) here: bool,
}

/// Words on the map, by the middle of their line.
pub(super) struct Label {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) words: String,
    pub(super) strong: bool,
}

/// What the template draws.
pub(super) struct MapView {
    pub(super) title: String,
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) outlines: Vec<Outline>,
    pub(super) squares: Vec<(i32, i32)>,
    pub(super) side: i32,
    /// The mark of the area asked for, as a path.
    pub(super) mark: Option<String>,
    pub(super) labels: Vec<Label>,
    /// Length of the scale bar, its height on the page, and its words.
    pub(super) bar: (i32, i32, String),
    pub(super) north: String,
}

/// What is to be drawn: areas in the order of the list beside the map, and stations; those to be named come
/// with their name.
pub(super) struct Drawn<'a> {
    pub(super) of: &'a str,
    pub(super) areas: Vec<&'a Area>,
    pub(super) here: Option<&'a AreaCode>,
    pub(super) stations: Vec<(&'a Station, bool)>,
}

/// Draws; `None` when there is too much to draw, and the list stands alone.
pub(super) fn view(frame: &PageFrame, drawn: &Drawn<'_>) -> Option<MapView> {
    let map = AreaMap::draw(drawn.areas.iter().copied())?;
    let mut taken = Taken(Vec::new());
    let mut labels = Vec::new();
    let here = map
        .areas
        .iter()
        .position(|area| Some(&area.code) == drawn.here);
    let here_at = here.and_then(|at| Some(map.areas.get(at)?.inside));
    let name = here.and_then(|at| Some(drawn.areas.get(at)?.name()));
    if let (Some([x, y]), Some(name)) = (here_at, name) {
        taken.0.push([x - 14, y - 14, x + 14, y + 14]);
        labels.extend(beside(&map, &mut taken, [x, y], name, true));
    }
    let mut squares = Vec::new();
    for (station, named) in &drawn.stations {
        let Some([x, y]) = station.point.and_then(|at| map.place(at)) else {
            continue;
        };
        squares.push((x - SQUARE, y - SQUARE));
        taken
            .0
            .push([x - SQUARE, y - SQUARE, x + SQUARE, y + SQUARE]);
        if *named {
            labels.extend(beside(&map, &mut taken, [x, y], &station.name, true));
        }
    }
    let numbers = numbers(&map, &mut taken, here);
    labels.extend(numbers.into_iter().map(|(x, y, words)| Label {
        x,
        y,
        words,
        strong: false,
    }));
    let foot = map.height + FOOT;
    let (metres, units) = map.scale_bar();
    Some(MapView {
        title: title(frame, drawn, name),
        width: map.width,
        height: foot,
        outlines: map
            .areas
            .iter()
            .map(|area| Outline {
                d: path(area),
                here: Some(&area.code) == drawn.here,
            })
            .collect(),
        squares,
        side: 2 * SQUARE,
        mark: here_at.map(|[x, y]| format!("M{} {}l14 -24h-28z", x, y + 12)),
        labels,
        bar: (units, foot - 24, distance(frame, metres)),
        north: frame.t("area.north_letter").to_owned(),
    })
}

/// The sentence that says what the map shows.
fn title(frame: &PageFrame, drawn: &Drawn<'_>, here: Option<&str>) -> String {
    let n = frame
        .format()
        .count(i64::try_from(drawn.areas.len()).unwrap_or(i64::MAX));
    let values = [("area", drawn.of), ("n", n.as_str())];
    let mut sentences = vec![frame.tf("area.map_title", &values)];
    if let Some(name) = here {
        sentences.push(frame.tf("area.map_here", &[("area", name)]));
    }
    let known = |(station, _): &&(&Station, bool)| station.point.is_some();
    let mut stations = drawn.stations.iter().filter(known);
    match (stations.next(), stations.next()) {
        (Some((one, _)), None) => {
            sentences.push(frame.tf("area.map_station", &[("station", &one.name)]));
        }
        (Some(_), Some(_)) => sentences.push(frame.t("area.map_stations").to_owned()),
        _ => {}
    }
    sentences.push(frame.t("area.map_north").to_owned());
    sentences.join(" ")
}

/// Words beneath or above a mark, inside the frame; none where there is no room.
fn beside(
    map: &AreaMap,
    taken: &mut Taken,
    [x, y]: [i32; 2],
    words: &str,
    strong: bool,
) -> Option<Label> {
    let letters = i32::try_from(words.chars().count()).unwrap_or(i32::MAX);
    let half = letters.saturating_mul(LETTER_WIDE) / 2 + 4;
    if half * 2 > map.width {
        return None;
    }
    let x = x.clamp(half, map.width - half);
    // A mark reaches 14 units above and 14 below its middle.
    for top in [y + 16, y - 16 - LETTER] {
        let room = [x - half, top, x + half, top + LETTER];
        if top >= 0 && top + LETTER <= map.height && taken.is_free(room) {
            taken.0.push(room);
            return Some(Label {
                x,
                y: top + LETTER - 8,
                words: words.to_owned(),
                strong,
            });
        }
    }
    None
}

/// A position as people write it: `6,7101° LS, 111,1512° BT`.
pub(super) fn position(frame: &PageFrame, point: Point) -> String {
    let degrees = |value: f64| frame.format().decimal(value.abs(), 4);
    let side = |value: f64, plus, minus| frame.t(if value < 0.0 { minus } else { plus });
    let (lat, lng) = (degrees(point.lat()), degrees(point.lng()));
    let values = [
        ("lat", lat.as_str()),
        ("ns", side(point.lat(), "area.north", "area.south")),
        ("lng", lng.as_str()),
        ("ew", side(point.lng(), "area.east", "area.west")),
    ];
    frame.tf("area.point", &values)
}
