//! Shaded maps.

use pengayom_core::pack::Lang;
use pengayom_core::place::{Area, AreaLevel};
use proptest::prelude::*;

use super::{PATI, check, frame, head, mapped, svg};
use crate::chart::Unit;
use crate::chart::shade::{Classes, Shade, ShadeArea, ShadeDrawn, ShadeInput, Shaded, draw};

fn areas(level: &str) -> Vec<&'static Area> {
    let level: AreaLevel = level.parse().unwrap();
    let all = PATI.geography.areas().iter();
    all.filter(|area| *area.level() == level).collect()
}

fn input(
    areas: &[&'static Area],
    values: impl IntoIterator<Item = Shaded>,
    classes: Classes,
) -> ShadeInput<'static> {
    let areas = areas.iter().zip(values).map(|(area, value)| ShadeArea {
        area,
        name: area.name().to_owned(),
        href: Some(format!("/wilayah/{}", area.code())),
        value,
        n: Some(40),
    });
    ShadeInput {
        head: head(Unit::Minutes),
        of: "Kabupaten Pati",
        areas: areas.collect(),
        elsewhere: vec![(
            "Tempat tidak diketahui".to_owned(),
            Shaded::Value(3.0),
            Some(4),
        )],
        classes,
    }
}

fn counts(drawn: &ShadeDrawn) -> Vec<(Shade, usize)> {
    let groups = drawn.plan.iter().flat_map(|plan| &plan.groups);
    groups
        .map(|group| (group.shade, group.patches.len()))
        .collect()
}

// S45
#[test]
fn a_map_of_all_villages_is_light_and_its_list_has_them_all() {
    let villages = areas("village");
    assert_eq!(villages.len(), 406);
    let values = (0..406_u16).map(|n| Shaded::Value(f64::from(n % 97) * 1.37));
    let page = frame(Lang::Id);
    let drawn = draw(&page, &input(&villages, values, Classes::Fifths));
    let html = mapped(&page, &drawn);
    assert_eq!(check(&html), Ok(()));
    assert!(svg(&html).len() <= 60_000, "{}", svg(&html).len());
    assert!(svg(&html).contains("<title>Sukolilo: "));
    // And what happened nobody knows where.
    assert_eq!(drawn.table.rows.len(), 407);
    let shades = counts(&drawn);
    assert_eq!(shades.len(), 5);
    assert!(
        shades.iter().all(|(_, n)| (70..=95).contains(n)),
        "{shades:?}"
    );
    assert!(!drawn.is_open);
}

// S45
#[test]
fn what_is_hidden_or_not_known_is_hatched_and_said_and_never_a_class() {
    let districts = areas("subdistrict");
    let values = (0..21).map(|n| match n {
        0 => Shaded::Hidden,
        1 => Shaded::Unknown,
        2 => Shaded::Value(f64::NAN),
        n => Shaded::Value(f64::from(n)),
    });
    let page = frame(Lang::Id);
    let drawn = draw(&page, &input(&districts, values, Classes::Fifths));
    let html = mapped(&page, &drawn);
    assert_eq!(check(&html), Ok(()));
    assert!(counts(&drawn).contains(&(Shade::Hidden, 1)));
    assert!(counts(&drawn).contains(&(Shade::Unknown, 2)));
    assert!(html.contains("disembunyikan, terlalu sedikit (1 wilayah)"));
    assert!(html.contains("tidak diketahui (2 wilayah)"));
    assert!(
        drawn.sentence.contains("3 wilayah tanpa angka diarsir"),
        "{}",
        drawn.sentence
    );
    assert!(drawn.is_open && html.contains("<text class=\"number\""));
    assert!(drawn.table.rows[0].name.starts_with("1. "));
    assert_eq!(
        drawn.table.rows[0].cells[1].words,
        "disembunyikan, terlalu sedikit"
    );
}

// S45
#[test]
fn bounds_that_are_given_stand_in_the_words_of_the_classes() {
    let districts = areas("subdistrict");
    let values = (0..21).map(|n| Shaded::Value(f64::from(n)));
    let said = |lang, classes| -> Vec<String> {
        let values = values.clone();
        let drawn = draw(&frame(lang), &input(&districts, values, classes));
        drawn.key.into_iter().map(|key| key.words).collect()
    };
    assert_eq!(
        said(Lang::Id, Classes::Bounds(vec![10.0, 5.0])),
        [
            "kurang dari 5,0 (5 wilayah)",
            "5,0 sampai kurang dari 10,0 (5 wilayah)",
            "10,0 atau lebih (11 wilayah)"
        ]
    );
    assert_eq!(
        said(Lang::En, Classes::Bounds(Vec::new())),
        ["all (21 areas)"]
    );
    let around = said(Lang::En, Classes::Around([1.0, 5.0, 15.0, 19.0]));
    assert_eq!(around.len(), 5);
    assert_eq!(around[0], "less than 1.0 (1 area)");
}

// S45
#[test]
fn below_the_middle_is_dotted_as_well_as_dark() {
    let districts = areas("subdistrict");
    let values = (0..21).map(|n| Shaded::Value(f64::from(n)));
    let classes = Classes::Around([4.0, 8.0, 12.0, 16.0]);
    let page = frame(Lang::Id);
    let drawn = draw(&page, &input(&districts, values, classes));
    let html = mapped(&page, &drawn);
    assert_eq!(check(&html), Ok(()));
    let patterns: Vec<bool> = counts(&drawn)
        .iter()
        .map(|(shade, _)| shade.pattern().is_some())
        .collect();
    assert_eq!(patterns, [true, true, false, false, false]);
}

#[test]
fn no_area_is_no_map_and_no_figure_is_said() {
    let page = frame(Lang::Id);
    let drawn = draw(&page, &input(&[], [], Classes::Fifths));
    assert!(drawn.plan.is_none() && drawn.key.is_empty());
    let districts = areas("subdistrict");
    let values = (0..21).map(|_| Shaded::Unknown);
    let drawn = draw(&page, &input(&districts, values, Classes::Fifths));
    assert_eq!(check(&mapped(&page, &drawn)), Ok(()));
    assert_eq!(counts(&drawn), [(Shade::Unknown, 21)]);
    assert!(
        drawn.sentence.contains("Belum ada angka"),
        "{}",
        drawn.sentence
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    // S45
    #[test]
    fn equal_figures_have_one_class_and_a_larger_one_never_a_lighter(
        values in prop::collection::vec(prop_oneof![0.0..5.0_f64, (0..4_u8).prop_map(f64::from)], 21),
    ) {
        let districts = areas("subdistrict");
        let shaded = values.iter().map(|value| Shaded::Value(*value));
        let page = frame(Lang::En);
        let drawn = draw(&page, &input(&districts, shaded, Classes::Fifths));
        let plan = drawn.plan.as_ref().unwrap();
        prop_assert!(plan.groups.len() <= 5);
        let shade_of = |d: &str| {
            let mut groups = plan.groups.iter();
            groups.find(|group| group.patches.iter().any(|own| own.d == d)).unwrap().shade
        };
        let map = pengayom_core::place::AreaMap::draw(districts.iter().copied()).unwrap();
        let mut found: Vec<(f64, Shade)> = values.iter().zip(&map.areas)
            .map(|(value, area)| (*value, shade_of(&crate::chart::outline::path(area))))
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        for pair in found.windows(2) {
            prop_assert!(pair[0].1 <= pair[1].1);
            prop_assert!(pair[0].0 < pair[1].0 || pair[0].1 == pair[1].1);
        }
    }
}
