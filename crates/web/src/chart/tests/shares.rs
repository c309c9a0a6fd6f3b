//! Curves of shares.

use pengayom_core::pack::Lang;
use pengayom_measure::proportion::Interval;
use pengayom_measure::ranking::CurvePoint;
use pengayom_measure::shares::shares;
use proptest::prelude::*;

use super::{check, frame, head, shown};
use crate::chart::Unit;
use crate::chart::lorenz::{Index, LorenzCurve, LorenzInput, draw};

fn input(curves: Vec<LorenzCurve>) -> LorenzInput<'static> {
    LorenzInput {
        head: head(Unit::Percent),
        of_x: "kebutuhan",
        of_y: "jam petugas",
        curves,
    }
}

fn curve(points: Vec<CurvePoint>) -> LorenzCurve {
    LorenzCurve {
        name: "Patroli".to_owned(),
        points,
        kind: Index::Gini,
        index: 0.31,
        interval: Some(Interval {
            low: 0.25,
            high: 0.38,
        }),
        by_chance: Some(0.05),
        n: 21,
    }
}

fn measured(attention: &[f64], need: &[f64]) -> LorenzCurve {
    let found = shares(attention, need).unwrap();
    LorenzCurve {
        points: found.lorenz,
        index: found.gini,
        interval: found.gini_interval,
        n: found.n,
        ..curve(Vec::new())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // S45
    #[test]
    fn what_is_measured_is_drawn_below_the_line_of_equality(
        areas in prop::collection::vec((0.0..1e6_f64, 0.001..1e6_f64), 1..200),
    ) {
        let (attention, need): (Vec<f64>, Vec<f64>) = areas.into_iter().unzip();
        prop_assume!(attention.iter().sum::<f64>() > 0.0);
        let page = frame(Lang::Id);
        let drawn = draw(&page, &input(vec![measured(&attention, &need)]));
        prop_assert_eq!(check(&shown(&page, &drawn)), Ok(()));
        prop_assert_eq!(drawn.table.rows.len(), 13);
        let drawing = drawn.drawing.unwrap();
        let line = drawing.strokes.iter().find(|stroke| stroke.class == "curve").unwrap();
        for (x, y) in super::places(&line.d).unwrap() {
            // Down is more of the drawing: at or under the diagonal from (50, 324) to (346, 28).
            prop_assert!(y >= 374.0 - x - 0.3, "{x} {y}");
        }
        prop_assert!(line.d.len() < 8000);
    }

    #[test]
    fn whatever_comes_is_drawn_within_its_room_or_said(
        points in prop::collection::vec((any::<f64>(), any::<f64>()), 0..20),
        index in any::<f64>(), low in any::<f64>(), curves in 0..6_usize,
    ) {
        let points = points.into_iter().map(|(x, y)| CurvePoint { x, y });
        let own = LorenzCurve {
            index,
            interval: Some(Interval { low, high: f64::NAN }),
            by_chance: Some(low),
            ..curve(points.collect())
        };
        let page = frame(Lang::En);
        let drawn = draw(&page, &input(vec![own; curves]));
        prop_assert_eq!(check(&shown(&page, &drawn)), Ok(()));
    }
}

// S45
#[test]
fn the_sentence_says_the_index_with_its_interval_and_what_half_of_the_need_gets() {
    let points = [(0.0, 0.0), (0.5, 0.31), (1.0, 1.0)].map(|(x, y)| CurvePoint { x, y });
    let said = |lang| draw(&frame(lang), &input(vec![curve(points.to_vec())])).sentence;
    assert_eq!(
        said(Lang::Id),
        "Patroli: Gini 0,31 (0,25–0,38; n 21). Separuh kebutuhan yang paling sedikit terlayani \
         mendapat 31% jam petugas. Kebetulan saja sudah memberi 0,05."
    );
    assert_eq!(
        said(Lang::En),
        "Patroli: Gini 0.31 (0.25–0.38; n 21). The half of kebutuhan that is attended to least \
         gets 31% of jam petugas. Chance alone would give 0.05."
    );
}

// S45
#[test]
fn one_area_has_no_interval_and_no_area_no_drawing() {
    let page = frame(Lang::Id);
    let drawn = draw(&page, &input(vec![measured(&[4.0], &[2.0])]));
    assert!(drawn.drawing.is_some());
    assert!(
        drawn.sentence.contains("selang tidak dapat dihitung"),
        "{}",
        drawn.sentence
    );
    let drawn = draw(&page, &input(Vec::new()));
    assert!(drawn.drawing.is_none());
    assert_eq!(
        drawn.sentence,
        "Belum cukup data untuk menghitung pembagian."
    );
}

#[test]
fn curves_differ_in_their_lines_and_each_is_in_the_key() {
    let points = [(0.0, 0.0), (1.0, 1.0)].map(|(x, y)| CurvePoint { x, y });
    let curves = ["Patroli", "Kunjungan", "Tanggapan", "Manfaat"].map(|name| LorenzCurve {
        name: name.to_owned(),
        ..curve(points.to_vec())
    });
    let drawn = draw(&frame(Lang::Id), &input(curves.to_vec()));
    let mut classes: Vec<&str> = drawn.key.iter().map(|key| key.class).collect();
    classes.dedup();
    assert_eq!(
        classes,
        [
            "curve",
            "curve curve-2",
            "curve curve-3",
            "curve curve-4",
            "equal"
        ]
    );
}
