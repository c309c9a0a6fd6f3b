//! Finding areas by name: real names of Pati and Surabaya, real misspellings, and made-up ones.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use pengayom_core::place::{
    AreaMatch, AreaResolution, Areas, Geography, NameEntry, NameIndex, Strata, UnitConfig,
    normalise_name,
};
use proptest::prelude::*;

fn data(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data");
    std::fs::read_to_string(root.join(path)).unwrap()
}

static PATI: LazyLock<Geography> = LazyLock::new(|| {
    let unit = UnitConfig::parse(&data("pati/unit.toml")).unwrap();
    let areas = Areas::from_geojson(&data("pati/areas.geojson")).unwrap();
    Geography::new(unit, areas, &Strata::none()).unwrap()
});

/// The names of Kota Surabaya, found with the words before names of the Pati unit file.
static SURABAYA: LazyLock<NameIndex> = LazyLock::new(|| {
    let text = data("id/surabaya_names.csv");
    let entries: Vec<_> = text
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<_> = line.split(',').collect();
            NameEntry {
                code: fields[0].parse().unwrap(),
                name: Arc::from(fields[1]),
                aliases: Vec::new(),
                level: fields[2].parse().unwrap(),
                kind: None,
                parent: fields[3].parse().ok(),
                ours: true,
            }
        })
        .collect();
    assert_eq!(entries.len(), 185);
    NameIndex::new(entries, &PATI.unit().name_prefixes)
});

fn one(resolution: AreaResolution) -> AreaMatch {
    match resolution {
        AreaResolution::One(area) => area,
        other => panic!("expected one area, found {other:?}"),
    }
}

fn codes(found: &[AreaMatch]) -> Vec<&str> {
    found.iter().map(|area| area.code.as_str()).collect()
}

fn several(text: &str) -> Vec<String> {
    match PATI.resolve_area(text) {
        AreaResolution::Several(found) => codes(&found).into_iter().map(str::to_owned).collect(),
        other => panic!("{text}: expected several areas, found {other:?}"),
    }
}

// S32: a person writes the name of a village in any of these ways.
#[test]
fn a_village_is_found_however_its_path_is_written() {
    for text in [
        "Growong Lor",
        "growong lor",
        "GROWONG  LOR",
        "Growong-Lor",
        "Growonglor",
        "desa Growong Lor",
        "Ds. Growong Lor",
        "ds growong lor",
        "Growong Lor, Juwana",
        "Growong Lor, Kec. Juwana, Kab. Pati",
        "Growong Lor, Juwana, Pati",
        "Growong Lor, Juwana, Pati, Jawa Tengah, Indonesia",
        "desa Growong Lor kecamatan Juwana kabupaten Pati",
        "Growong Lor Juwana",
        "Juwana Growong Lor",
        "Pati, Juwana, Growong Lor",
        "33.18.08.2022",
        "\u{feff}Ｇｒｏｗｏｎｇ Ｌｏｒ",
        "Grówong Lor",
    ] {
        let area = one(PATI.resolve_area(text));
        assert_eq!(
            (area.code.as_str(), area.exact),
            ("33.18.08.2022", true),
            "{text}: {area:?}"
        );
        assert_eq!(area.parent_name.as_deref(), Some("Juwana"));
    }
}

#[test]
fn a_misspelt_village_is_found_but_not_called_exact() {
    for text in [
        "Growog Lor",
        "Growong Lro",
        "Grawong Lor",
        "Growong Lor, Djuwana",
        "Gerowong Lor",
    ] {
        let found = PATI.find_area(text, 5);
        assert_eq!(found[0].code.as_str(), "33.18.08.2022", "{text}: {found:?}");
        assert!(!found[0].exact, "{text}");
    }
    let area = one(PATI.resolve_area("Jl. Sunan Muria 5, Growong Lor, Juwana"));
    assert_eq!((area.code.as_str(), area.exact), ("33.18.08.2022", false));
}

// S86: never a silent choice between two places of one name.
#[test]
fn a_name_that_several_areas_carry_gives_all_of_them() {
    assert_eq!(
        several("Winong"),
        ["33.18.04", "33.18.04.2018", "33.18.10.2010"]
    );
    assert_eq!(
        several("Tlogorejo"),
        ["33.18.04.2009", "33.18.09.2006", "33.18.14.2003"]
    );
    assert_eq!(several("Growong"), ["33.18.08.2022", "33.18.08.2021"]);
    // What is said besides the name decides.
    for (text, code) in [
        ("kecamatan Winong", "33.18.04"),
        ("desa Winong, Pati, Pati", "33.18.10.2010"),
        ("Winong, Winong", "33.18.04.2018"),
        ("Tlogorejo, Jakenan", "33.18.09.2006"),
        ("Tlogorejo Tlogowungu", "33.18.14.2003"),
        ("kec. tayu", "33.18.19"),
        ("kab pati", "33.18"),
    ] {
        assert_eq!(one(PATI.resolve_area(text)).code.as_str(), code, "{text}");
    }
    // A village of that name is not in that kecamatan: no answer is sure.
    match PATI.resolve_area("Winong, Tayu") {
        AreaResolution::One(area) => assert!(!area.exact),
        AreaResolution::Several(found) => assert!(found.iter().all(|area| !area.exact)),
        AreaResolution::None => {}
    }
}

#[test]
fn the_beginning_of_a_code_finds_what_lies_below() {
    let below = PATI.find_area("33.18.08", 100);
    assert_eq!(codes(&below), ["33.18.08"]);
    let below = PATI.find_area("33.18.08.", 100);
    assert_eq!(below[0].code.as_str(), "33.18.08");
    let provinces = PATI.find_area("33", 10);
    assert!(
        provinces
            .iter()
            .all(|area| area.code.as_str().starts_with("33."))
    );
    assert_eq!(PATI.resolve_area("99.99.99"), AreaResolution::None);
}

#[test]
fn a_neighbouring_regency_is_found_and_known_as_not_ours() {
    for (text, code) in [
        ("Kudus", "33.19"),
        ("Kab. Jepara", "33.20"),
        ("kabupaten rembang", "33.17"),
    ] {
        let area = one(PATI.resolve_area(text));
        assert_eq!((area.code.as_str(), area.ours), (code, false), "{text}");
    }
}

#[test]
fn what_is_no_area_is_not_found() {
    for text in [
        "",
        "   ",
        ",",
        "???",
        "Xyzzy Qwerty",
        "x",
        "kecamatan",
        "di depan rumah saya",
    ] {
        assert_eq!(PATI.resolve_area(text), AreaResolution::None, "{text:?}");
    }
}

/// Names as the complaint desk of Kota Surabaya spelt them in 2022, beside the official list.
#[test]
fn the_known_misspellings_of_surabaya_are_found() {
    for (written, code, name) in [
        ("Pabean Cantikan", "35.78.12", "Pabean Cantian"),
        ("Bringin", "35.78.31.1003", "Beringin"),
        ("Wonorejo Rungkut", "35.78.03.1005", "Wonorejo"),
        ("Wonorejo Tegalsari", "35.78.05.1005", "Wonorejo"),
    ] {
        let area = one(SURABAYA.resolve(written));
        assert_eq!((area.code.as_str(), &*area.name), (code, name), "{written}");
    }
    // The list has no such kelurahan under these names: what is like them is offered, nothing chosen.
    for written in ["Perak Timur", "Perak Utara"] {
        let found = SURABAYA.find(written, 5);
        println!("{written}: {found:?}");
        assert!(found.iter().all(|area| !area.exact));
        assert!(
            found.iter().any(|area| area.name.contains("Perak")),
            "{written}: {found:?}"
        );
    }
    assert!(
        matches!(SURABAYA.resolve("Wonorejo"), AreaResolution::Several(both) if both.len() == 2)
    );
}

/// Draws numbers without a crate: a linear congruential generator (Knuth's MMIX constants).
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// One slip of the finger: a letter left out, doubled, exchanged with the next or replaced.
fn slip(name: &str, draws: &mut Draws) -> String {
    let mut letters: Vec<char> = name.to_lowercase().chars().collect();
    let at = draws.below(letters.len());
    match draws.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 => {
            let next = (at + 1) % letters.len();
            letters.swap(at, next);
        }
        _ => letters[at] = char::from(b'a' + u8::try_from(draws.below(26)).unwrap()),
    }
    letters.into_iter().collect()
}

#[test]
fn nearly_every_name_with_one_slip_is_found_among_the_first_three() {
    let mut draws = Draws(2_026);
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for beat in PATI.beats() {
        for _ in 0..2 {
            let written = slip(beat.name(), &mut draws);
            // With its kecamatan the village must come first; alone it may share its name.
            let parent = PATI.areas().parent(beat.code()).unwrap().name().to_owned();
            let alone = PATI.find_area(&written, 3);
            let with_parent = PATI.find_area(&format!("{written}, {parent}"), 1);
            *counts.entry("tried").or_default() += 1;
            if alone.iter().any(|area| &*area.name == beat.name()) {
                *counts.entry("alone").or_default() += 1;
            }
            if with_parent
                .first()
                .is_some_and(|area| area.code == *beat.code())
            {
                *counts.entry("with parent").or_default() += 1;
            }
        }
    }
    println!("{counts:?}");
    assert_eq!(counts["tried"], 812);
    assert!(counts["alone"] >= 796, "{counts:?}");
    assert!(counts["with parent"] >= 796, "{counts:?}");
}

#[test]
fn every_village_resolves_to_itself_by_its_own_label() {
    let mut ambiguous = Vec::new();
    for beat in PATI.beats() {
        let label = PATI.label(beat.code());
        match PATI.resolve_area(&label) {
            AreaResolution::One(area) => assert_eq!((&area.code, area.exact), (beat.code(), true)),
            // "Winong, Pati" is also kecamatan Winong in Kabupaten Pati.
            AreaResolution::Several(found) => {
                assert!(found.iter().any(|area| area.code == *beat.code()));
                ambiguous.push(label);
            }
            AreaResolution::None => panic!("{label}"),
        }
    }
    assert_eq!(ambiguous, ["Winong, Pati"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_search_panic(text in ".{0,80}", limit in 0_usize..30) {
        let found = PATI.find_area(&text, limit);
        prop_assert!(found.len() <= limit);
        for area in &found {
            prop_assert!((0.0..=1.0).contains(&area.score), "{area:?}");
        }
        prop_assert_eq!(&found, &PATI.find_area(&text, limit));
        let _ = PATI.resolve_area(&text);
    }

    #[test]
    fn normalising_twice_is_normalising_once(text in ".{0,80}") {
        let once = normalise_name(&text);
        prop_assert_eq!(normalise_name(&once), once);
    }
}
