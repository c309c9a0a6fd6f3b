//! Units beside one another.

use pengayom_core::pack::Lang;
use pengayom_measure::funnel::{FunnelRule, WINSORISE, ratio_root_funnel, share_funnel};
use pengayom_measure::proportion::Interval;
use proptest::prelude::*;

use super::{check, frame, head, shown};
use crate::chart::funnel::{FunnelDot, FunnelInput, draw};
use crate::chart::{Unit, Wish};

fn names(n: usize) -> Vec<(String, Option<String>)> {
    let name = |n: usize| (format!("Polsek {n}"), Some(format!("/satuan/{n}")));
    (1..=n).map(name).collect()
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => 0.0..1.0_f64,
        2 => 0.0..1e6_f64,
        1 => prop_oneof![
            Just(0.0),
            Just(f64::MAX),
            Just(f64::MIN),
            Just(5e-324),
            Just(f64::INFINITY),
            Just(f64::NAN),
        ],
    ]
}

fn interval() -> impl Strategy<Value = Interval> {
    (value(), value()).prop_map(|(low, high)| Interval { low, high })
}

fn dot() -> impl Strategy<Value = FunnelDot> {
    let rule = prop_oneof![Just(FunnelRule::Beyond95), Just(FunnelRule::Beyond998)];
    let outside = prop::option::of((rule, any::<bool>()));
    let name = "[A-Za-z ]{0,40}";
    (value(), value(), interval(), interval(), outside, name).prop_map(
        |(value, size, within_95, within_998, outside, name)| FunnelDot {
            name,
            href: None,
            value,
            size,
            within_95,
            within_998,
            outside,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // S15
    #[test]
    fn whatever_comes_is_drawn_within_its_room_or_said(
        dots in prop::collection::vec(dot(), 0..40), target in value(), is_adjusted in any::<bool>(),
    ) {
        for (unit, lang) in [(Unit::Percent, Lang::Id), (Unit::Number, Lang::En), (Unit::Minutes, Lang::Id)] {
            let input = FunnelInput {
                head: head(unit), wish: Wish::Higher, size_of: "laporan", target,
                dots: dots.clone(), is_adjusted, is_overdispersed: true,
            };
            let page = frame(lang);
            let drawn = draw(&page, &input);
            prop_assert_eq!(check(&shown(&page, &drawn)), Ok(()));
            prop_assert_eq!(drawn.table.rows.len(), dots.len());
        }
    }

    // S15
    #[test]
    fn what_is_measured_is_drawn(units in prop::collection::vec((0.0..1.0_f64, 1..5000_u32), 2..60)) {
        let trials: Vec<f64> = units.iter().map(|(_, n)| f64::from(*n)).collect();
        let counts: Vec<f64> = units.iter().zip(&trials).map(|((p, _), n)| (p * n).floor()).collect();
        let funnel = share_funnel(&counts, &trials, WINSORISE).unwrap();
        let names = names(units.len());
        let input = FunnelInput::of(head(Unit::Percent), Wish::Lower, "laporan", names, &funnel, true);
        let page = frame(Lang::Id);
        let drawn = draw(&page, &input);
        prop_assert_eq!(check(&shown(&page, &drawn)), Ok(()));
        // Every unit is there: as a dot, and in the table in the order given.
        let drawing = drawn.drawing.unwrap();
        prop_assert_eq!(drawing.marks.len(), units.len());
        let order: Vec<String> = drawn.table.rows.into_iter().map(|row| row.name).collect();
        let given: Vec<String> = input.dots.iter().map(|dot| dot.name.clone()).collect();
        prop_assert_eq!(order, given);
        let outside = drawing.marks.iter().filter(|mark| mark.class != "common").count();
        prop_assert_eq!(outside, funnel.signals.len());
    }
}

// S15
#[test]
fn a_unit_far_outside_is_named_beside_its_dot_and_the_rest_where_they_are() {
    let funnel = share_funnel(
        &[58.0, 60.0, 95.0, 310.0],
        &[100.0, 100.0, 100.0, 500.0],
        WINSORISE,
    )
    .unwrap();
    let draw_in = |lang, is_adjusted| {
        let head = head(Unit::Percent);
        let input = FunnelInput::of(
            head,
            Wish::Higher,
            "laporan",
            names(4),
            &funnel,
            is_adjusted,
        );
        draw(&frame(lang), &input)
    };
    let drawn = draw_in(Lang::Id, false);
    let drawing = drawn.drawing.as_ref().unwrap();
    let named: Vec<&str> = drawing
        .words
        .iter()
        .filter(|word| word.class == "halo")
        .map(|word| word.words.as_str())
        .collect();
    assert_eq!(named, ["Polsek 3"]);
    let mark = drawing
        .marks
        .iter()
        .find(|mark| mark.class == "better")
        .unwrap();
    let title = mark.title.as_deref().unwrap();
    assert_eq!(title, "Polsek 3: 95% (n 100). di atas batas 99,8%");
    assert!(drawn.signals.iter().any(|said| said == title));
    assert!(
        drawn.sentence.contains("Angka tidak disesuaikan"),
        "{}",
        drawn.sentence
    );
    assert!(
        drawing
            .words
            .iter()
            .any(|word| word.words == "tidak disesuaikan")
    );
    let drawn = draw_in(Lang::En, true);
    assert!(
        !drawn.sentence.contains("Not adjusted"),
        "{}",
        drawn.sentence
    );
    assert!(
        drawn.sentence.starts_with("4 units, all together "),
        "{}",
        drawn.sentence
    );
    let words = drawn.drawing.unwrap().words;
    assert!(words.iter().all(|word| word.words != "not adjusted"));
}

// S15
#[test]
fn without_units_there_are_words_and_with_one_there_is_a_dot() {
    let page = frame(Lang::Id);
    let mut input = FunnelInput {
        head: head(Unit::Percent),
        wish: Wish::Neither,
        size_of: "laporan",
        target: 0.5,
        dots: Vec::new(),
        is_adjusted: false,
        is_overdispersed: false,
    };
    let drawn = draw(&page, &input);
    assert_eq!(
        (drawn.drawing, drawn.sentence.as_str()),
        (None, "Belum ada satuan dengan data.")
    );
    let all = Interval {
        low: 0.0,
        high: 1.0,
    };
    input.dots.push(FunnelDot {
        name: "Polsek 1".to_owned(),
        href: None,
        value: 0.0,
        size: 3.0,
        within_95: all,
        within_998: all,
        outside: None,
    });
    let drawn = draw(&page, &input);
    assert_eq!(check(&shown(&page, &drawn)), Ok(()));
    assert_eq!(drawn.drawing.unwrap().marks.len(), 1);
}

#[test]
fn all_zeros_and_one_giant_are_drawn() {
    let page = frame(Lang::Id);
    let funnel = ratio_root_funnel(&[0.0; 12], &[3.0; 12], WINSORISE).unwrap();
    let of = |funnel, n| {
        FunnelInput::of(
            head(Unit::Number),
            Wish::Lower,
            "laporan",
            names(n),
            funnel,
            true,
        )
    };
    let drawn = draw(&page, &of(&funnel, 12));
    assert_eq!(check(&shown(&page, &drawn)), Ok(()));
    let expected = [3.0, 4.0, 5.0, 6.0, 1e7];
    let funnel = ratio_root_funnel(&[3.0, 4.0, 5.0, 6.0, 1e7], &expected, WINSORISE).unwrap();
    let drawn = draw(&page, &of(&funnel, 5));
    assert_eq!(check(&shown(&page, &drawn)), Ok(()));
    let words = drawn.drawing.unwrap().words;
    assert!(words.iter().any(|word| word.words.contains("skala akar")));
}
