//! What every drawing keeps to: it is sound, lies in its room, and says in words and numbers what it shows.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod map;
mod shares;
mod time;
mod units;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use askama::Template;
use jiff::Timestamp;
use pengayom_core::pack::Lang;
use pengayom_node::UnitContext;
use pengayom_store::rows::UnitRow;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::multiples::Multiples;
use super::shade::ShadeDrawn;
use super::{Drawn, Head, Unit, wide};
use crate::frame::PageFrame;

static PATI: LazyLock<Arc<UnitContext>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pack = root.join("packs/id");
    let mut files = BTreeMap::new();
    for folder in ["", "access", "words"] {
        for entry in std::fs::read_dir(pack.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(&pack).unwrap().to_str().unwrap();
                let text = std::fs::read_to_string(&path).unwrap();
                files.insert(name.to_owned(), text);
            }
        }
    }
    let read = |name: &str| std::fs::read_to_string(root.join("data/pati").join(name)).unwrap();
    let row = UnitRow {
        id: "polres-pati".parse().unwrap(),
        config: read("unit.toml"),
        areas: read("areas.geojson"),
        pack: serde_json::to_string(&files).unwrap(),
        adopted_at: Timestamp::UNIX_EPOCH,
        simulated: false,
    };
    Arc::new(UnitContext::from_row(&row).unwrap())
});

/// The words of a page of Polres Pati.
fn frame(lang: Lang) -> PageFrame {
    PageFrame::of_unit(Arc::clone(&PATI), lang)
}

fn head(unit: Unit) -> Head<'static> {
    Head {
        id: "uji",
        title: "Dijawab tepat waktu",
        unit,
        n_of: "laporan",
    }
}

#[derive(Template)]
#[template(
    source = r#"{% import "chart/part.html" as chart %}{{ chart::drawn(page, own) }}"#,
    ext = "html"
)]
struct DrawnPage<'t> {
    page: &'t PageFrame,
    own: &'t Drawn,
}

#[derive(Template)]
#[template(
    source = r#"{% import "chart/part.html" as chart %}{{ chart::multiples(page, own) }}"#,
    ext = "html"
)]
struct MultiplesPage<'t> {
    page: &'t PageFrame,
    own: &'t Multiples,
}

#[derive(Template)]
#[template(
    source = r#"{% import "chart/part.html" as chart %}{{ chart::shaded(page, own) }}"#,
    ext = "html"
)]
struct ShadePage<'t> {
    page: &'t PageFrame,
    own: &'t ShadeDrawn,
}

fn shown(page: &PageFrame, own: &Drawn) -> String {
    DrawnPage { page, own }.render().unwrap()
}

fn several(page: &PageFrame, own: &Multiples) -> String {
    MultiplesPage { page, own }.render().unwrap()
}

fn mapped(page: &PageFrame, own: &ShadeDrawn) -> String {
    ShadePage { page, own }.render().unwrap()
}

/// The first drawing of a page, without its key.
fn svg(html: &str) -> &str {
    let Some(from) = html.find(r#"role="img""#) else {
        return "";
    };
    let html = html.get(from..).unwrap();
    html.split_once("</svg>").map_or(html, |(svg, _)| svg)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).unwrap()?;
    Some(found.value.into_owned())
}

/// Every place a path goes to; an error names what is no path.
fn places(d: &str) -> Result<Vec<(f64, f64)>, String> {
    let wrong = |what: &str| Err(format!("{what} in {d}"));
    let mut numbers: Vec<String> = Vec::new();
    let mut commands: Vec<(char, Vec<String>)> = Vec::new();
    for letter in d.chars() {
        match letter {
            'M' | 'm' | 'l' | 'h' | 'v' | 'a' | 'z' => {
                if let Some((_, own)) = commands.last_mut() {
                    *own = std::mem::take(&mut numbers);
                }
                commands.push((letter, Vec::new()));
            }
            '-' => numbers.push("-".to_owned()),
            ' ' => numbers.push(String::new()),
            '.' | '0'..='9' => match numbers.last_mut() {
                Some(number) => number.push(letter),
                None => numbers.push(letter.to_string()),
            },
            _ => return wrong("a strange letter"),
        }
    }
    if let Some((_, own)) = commands.last_mut() {
        *own = numbers;
    }
    let (mut at, mut begun) = ((0.0, 0.0), (0.0, 0.0));
    let mut places = Vec::new();
    for (command, own) in commands {
        let own: Result<Vec<f64>, _> = own.iter().map(|number| number.parse()).collect();
        let Ok(own) = own else {
            return wrong("no number");
        };
        let size = match command {
            'M' | 'm' | 'l' => 2,
            'h' | 'v' => 1,
            'a' => 7,
            _ => 0,
        };
        if (size == 0) != own.is_empty() || (size > 0 && own.len() % size != 0) {
            return wrong("a command with too many or too few numbers");
        }
        if command == 'z' {
            at = begun;
        }
        for own in own.chunks(size.max(1)) {
            let (x, y): (f64, f64) = at;
            at = match (command, own) {
                ('M', [to_x, to_y]) => (*to_x, *to_y),
                ('m' | 'l', [dx, dy]) | ('a', [.., dx, dy]) => (x + dx, y + dy),
                ('h', [dx]) => (x + dx, y),
                ('v', [dy]) => (x, y + dy),
                _ => return wrong("a strange command"),
            };
            if matches!(command, 'M' | 'm') {
                begun = at;
            }
            places.push(at);
        }
    }
    Ok(places)
}

/// That a page is well formed, that ids are there once and every reference leads to one, and that everything lies
/// within the drawing it belongs to.
fn check(html: &str) -> Result<(), String> {
    // An attribute without a value is HTML and no XML.
    let xml = html.replace(" open>", ">");
    let mut reader = Reader::from_str(&xml);
    let (mut boxes, mut in_pattern) = (Vec::<(f64, f64)>::new(), false);
    let mut place: Option<(f64, f64, String)> = None;
    let (mut ids, mut references) = (Vec::<String>::new(), Vec::<String>::new());
    loop {
        let event = reader.read_event().map_err(|error| format!("{error}"))?;
        let (element, is_empty) = match &event {
            Event::Start(element) => (element, false),
            Event::Empty(element) => (element, true),
            Event::End(element) => {
                match element.name().as_ref() {
                    "svg" => {
                        boxes.pop();
                    }
                    "pattern" => in_pattern = false,
                    "text" => place = None,
                    _ => {}
                }
                continue;
            }
            Event::Text(text) => {
                if let (Some((x, y, anchor)), Some((width, height))) = (&place, boxes.last()) {
                    let text = text.as_ref().to_owned();
                    // Words of a map are of twice the units and a little more.
                    let times = if *width > 400.0 { 2.25 } else { 1.0 };
                    let wide = wide(text.trim()) * times;
                    let left = match anchor.as_str() {
                        "start" => *x,
                        "end" => x - wide,
                        _ => x - wide / 2.0,
                    };
                    let fits = left >= -1.0 && left + wide <= width + 1.0;
                    if !fits || *y < 10.0 || y + 2.0 > *height {
                        return Err(format!("{text} at {x} {y} leaves its room"));
                    }
                }
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        let name = element.name();
        if let Some(id) = attribute(element, "id") {
            ids.push(id);
        }
        for reference in ["aria-labelledby", "fill"] {
            let found = attribute(element, reference).unwrap_or_default();
            let found = found.trim_start_matches("url(#").trim_end_matches(')');
            references.extend(found.split_whitespace().map(str::to_owned));
        }
        match name.as_ref() {
            "svg" if !is_empty => {
                let room = attribute(element, "viewBox").ok_or("no viewBox")?;
                let sizes: Vec<f64> = room.split(' ').filter_map(|n| n.parse().ok()).collect();
                let [_, _, width, height] = *sizes else {
                    return Err(format!("viewBox {room}"));
                };
                boxes.push((width, height));
            }
            "pattern" => in_pattern = true,
            "path" if !in_pattern => {
                let d = attribute(element, "d").ok_or("a path without data")?;
                let (width, height) = boxes.last().copied().ok_or("a path outside")?;
                for (x, y) in places(&d)? {
                    if !(-0.2..=width + 0.2).contains(&x) || !(-0.2..=height + 0.2).contains(&y) {
                        return Err(format!("{x} {y} leaves {width} {height}: {d}"));
                    }
                }
            }
            "text" if !is_empty => {
                let number = |name| -> Result<f64, String> {
                    let text = attribute(element, name).ok_or("text without a place")?;
                    text.parse().map_err(|_| format!("{name}={text}"))
                };
                let anchor = attribute(element, "text-anchor").unwrap_or_default();
                let is_left = attribute(element, "class").is_some_and(|class| class == "left");
                let anchor = if is_left { "start".to_owned() } else { anchor };
                place = Some((number("x")?, number("y")?, anchor));
            }
            _ => {}
        }
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != all {
        return Err(format!("an id is there twice: {ids:?}"));
    }
    match references.iter().find(|name| !ids.contains(name)) {
        Some(name) => Err(format!("nothing is called {name}")),
        None => Ok(()),
    }
}

#[test]
fn every_word_of_the_drawings_is_there_in_both_languages() {
    // A key that is missing is shown as it is.
    for lang in Lang::ALL {
        let words = PATI.pack.words(lang);
        let keys = words.iter().filter(|(key, _)| key.starts_with("chart."));
        assert!(keys.count() > 80);
    }
    let source = [
        include_str!("../chart.rs"),
        include_str!("funnel.rs"),
        include_str!("lorenz.rs"),
        include_str!("multiples.rs"),
        include_str!("shade.rs"),
        include_str!("spc.rs"),
        include_str!("spc/place.rs"),
        include_str!("spc/said.rs"),
    ]
    .concat();
    for (_, rest) in source
        .match_indices("\"chart.")
        .map(|(at, _)| source.split_at(at + 1))
    {
        let (key, _) = rest.split_once('"').unwrap();
        for lang in Lang::ALL {
            assert!(PATI.pack.words(lang).get(key).is_some(), "{lang}: {key}");
        }
    }
}
