//! Figures over time.

use pengayom_core::pack::Lang;
use pengayom_measure::attribute_chart::p_chart;
use pengayom_measure::chart::{Phase, Rule, Side, Signal};
use pengayom_measure::run_chart::run_chart;
use pengayom_measure::xmr::xmr;
use proptest::prelude::*;

use super::{check, frame, head, several, shown, svg};
use crate::chart::spc::{Limits, SpcInput, SpcPhase, SpcPoint, draw};
use crate::chart::{Sign, Unit, Wish, multiples};

fn labels(n: usize) -> Vec<(String, Option<f64>)> {
    (1..=n)
        .map(|week| (format!("Minggu {week}"), Some(40.0)))
        .collect()
}

fn names(n: usize) -> Vec<String> {
    labels(n).into_iter().map(|(name, _)| name).collect()
}

fn unit() -> impl Strategy<Value = Unit> {
    prop_oneof![
        Just(Unit::Percent),
        Just(Unit::Minutes),
        Just(Unit::Count),
        Just(Unit::Number)
    ]
}

/// Values as they should not come.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..1.0_f64,
        2 => -1e6..1e6_f64,
        1 => prop_oneof![
            Just(0.0),
            Just(f64::MAX),
            Just(f64::MIN),
            Just(f64::MIN_POSITIVE),
            Just(5e-324),
            Just(1e15),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(f64::NAN),
        ],
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let more = [
        Rule::MovingRangeBeyond,
        Rule::BeyondLaney,
        Rule::LongRun,
        Rule::FewCrossings,
    ];
    let all: Vec<Rule> = Rule::OF_RUNS.into_iter().chain(more).collect();
    prop::sample::select(all)
}

fn signal(n: usize) -> impl Strategy<Value = Signal> {
    let side = prop_oneof![Just(Side::Above), Just(Side::Below), Just(Side::Either)];
    (0..n + 2, rule(), side).prop_map(|(index, rule, side)| Signal { index, rule, side })
}

prop_compose! {
    /// Any figure over time, also one that no measure would give.
    fn input(most: usize)(n in 0..most)(
        points in prop::collection::vec(
            (value(), prop::option::of(value()), prop::option::of(value()), prop::option::of(value())), n,
        ),
        mut signals in prop::collection::vec(signal(n), 0..2 * n + 1),
        notes in prop::collection::vec((0..n + 2, "[a-zA-Z ]{0,30}"), 0..4),
        cut in 0..n + 1,
        baseline in 0..n + 2,
        centers in (value(), value()),
        target in prop::option::of(value()),
        unit in unit(),
        wish in prop_oneof![Just(Wish::Higher), Just(Wish::Lower), Just(Wish::Neither)],
        phases in 0..3_usize,
    ) -> SpcInput<'static> {
        signals.sort_unstable();
        let phase = |start, end, center| SpcPhase {
            start, end, center, is_median: baseline == 0, baseline: baseline.min(end - start),
        };
        let n = points.len();
        let phases = match phases {
            0 => Vec::new(),
            1 => vec![phase(0, n, centers.0)],
            _ => vec![phase(0, cut, centers.0), phase(cut, n, centers.1)],
        };
        let points = points.into_iter().zip(1..).map(|((value, n, lower, upper), week)| SpcPoint {
            label: format!("Minggu {week}"), value, n, lower, upper,
        });
        SpcInput {
            head: head(unit), wish, points: points.collect(), phases, signals, notes, target,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // S15
    #[test]
    fn whatever_comes_is_drawn_within_its_room_or_said(input in input(90)) {
        for lang in Lang::ALL {
            let page = frame(lang);
            let drawn = draw(&page, &input);
            let html = shown(&page, &drawn);
            prop_assert_eq!(check(&html), Ok(()));
            prop_assert_eq!(drawn.table.rows.len(), input.points.len());
            for row in &drawn.table.rows {
                prop_assert_eq!(row.cells.len() + 1, drawn.table.heads.len());
            }
            let any = input.points.iter().any(|point| point.value.is_finite());
            prop_assert_eq!(drawn.drawing.is_some(), any);
        }
    }

    // S15
    #[test]
    fn what_is_measured_is_drawn(values in prop::collection::vec(0.0..100.0_f64, 2..60)) {
        let page = frame(Lang::En);
        let chart = xmr(&values, &[Phase::first(None)]).unwrap();
        let head = head(Unit::Minutes);
        let input = SpcInput::xmr(head, Wish::Lower, labels(values.len()), &chart);
        let drawn = draw(&page, &input);
        prop_assert_eq!(check(&shown(&page, &drawn)), Ok(()));
        let chart = run_chart(&values, None).unwrap();
        let input = SpcInput::run(head, Wish::Lower, labels(values.len()), &chart);
        let drawn = draw(&page, &input);
        prop_assert_eq!(check(&shown(&page, &drawn)), Ok(()));
        prop_assert!(drawn.sentence.contains("Median"));
        // Without limits none is drawn.
        let drawing = drawn.drawing.unwrap();
        prop_assert!(drawing.strokes.iter().all(|stroke| stroke.class != "limit"));
    }

    // S15
    #[test]
    fn side_by_side_all_have_the_scale_of_all(
        panels in prop::collection::vec(prop::collection::vec(0.0..100.0_f64, 1..12), 0..6),
    ) {
        let ids: Vec<String> = (0..panels.len()).map(|n| format!("uji-{n}")).collect();
        let inputs: Vec<SpcInput<'_>> = panels.iter().zip(&ids).map(|(values, id)| {
            let head = crate::chart::Head { id, ..head(Unit::Number) };
            let points = values.iter().map(|value| ("Mei".to_owned(), *value, None));
            SpcInput::bare(head, points.collect())
        }).collect();
        let page = frame(Lang::Id);
        let drawn = multiples::draw(&page, &head(Unit::Number), &inputs);
        prop_assert_eq!(check(&several(&page, &drawn)), Ok(()));
        let ticks = |own: &crate::chart::Drawn| -> Vec<(String, String)> {
            let words = own.drawing.iter().flat_map(|drawing| &drawing.words);
            let ticks = words.filter(|word| word.anchor == "end" && word.x != "356");
            ticks.map(|word| (word.y.clone(), word.words.clone())).collect()
        };
        for pair in drawn.panels.windows(2) {
            prop_assert_eq!(ticks(&pair[0]), ticks(&pair[1]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_long_series_stays_light(
        seed in prop::collection::vec((0.0..1.0_f64, 20.0..60.0_f64), 400),
        mut signals in prop::collection::vec(signal(400), 0..1200),
    ) {
        let trials: Vec<f64> = seed.iter().map(|(_, n)| n.round()).collect();
        let counts: Vec<f64> = seed.iter().zip(&trials).map(|((p, _), n)| (p * n).floor()).collect();
        let chart = p_chart(&counts, &trials, &[Phase::first(Some(25))]).unwrap();
        let limits = Limits::Counting;
        let mut input = SpcInput::attribute(head(Unit::Percent), Wish::Higher, names(400), &chart, limits);
        signals.sort_unstable();
        input.signals.extend(signals);
        input.signals.sort_unstable();
        let page = frame(Lang::Id);
        let html = shown(&page, &draw(&page, &input));
        prop_assert_eq!(check(&html), Ok(()));
        prop_assert!(svg(&html).len() <= 15_000, "{}", svg(&html).len());
    }
}

fn months(n: usize) -> Vec<(String, Option<f64>)> {
    let names = [
        "Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des",
    ];
    let all = names.iter().cycle().zip(0..n);
    all.map(|(name, n)| (format!("{name} {}", 2024 + n / 12), Some(40.0)))
        .collect()
}

/// Two years of minutes around 30, and then half of a year around 50.
fn slower() -> Vec<f64> {
    let jitter = [0.0, 3.0, -2.0, 1.0, -3.0, 2.0, -1.0];
    let all = jitter.iter().cycle().zip(0..30);
    all.map(|(own, n)| own + if n < 24 { 30.0 } else { 50.0 })
        .collect()
}

// S15
#[test]
fn a_change_is_drawn_with_another_shape_and_named_with_its_rule() {
    let chart = xmr(&slower(), &[Phase::first(Some(24))]).unwrap();
    let input = SpcInput::xmr(head(Unit::Minutes), Wish::Lower, months(30), &chart);
    let page = frame(Lang::Id);
    let drawn = draw(&page, &input);
    let drawing = drawn.drawing.as_ref().unwrap();
    let marks = |sign: Sign| {
        let own = drawing
            .marks
            .iter()
            .filter(|mark| mark.class == sign.class());
        own.count()
    };
    assert_eq!(
        (marks(Sign::Common), marks(Sign::Worse), marks(Sign::Better)),
        (24, 6, 0)
    );
    let worse = drawing
        .marks
        .iter()
        .find(|mark| mark.class == "worse")
        .unwrap();
    let title = worse.title.as_ref().unwrap();
    assert!(title.starts_with("Jan 2026: "), "{title}");
    assert!(title.contains("di atas batas atas"), "{title}");
    let said = drawn.signals.join("\n");
    assert!(
        said.contains("Jan 2026 sampai Jun 2026: di atas batas atas"),
        "{said}"
    );
    assert!(
        drawn.sentence.contains("6 titik memberi tanda perubahan"),
        "{}",
        drawn.sentence
    );
    assert!(
        drawn
            .key
            .iter()
            .any(|key| key.words == "berubah, lebih buruk")
    );
    // The 24 points that set the limits are marked, and the limits are settled.
    assert!(
        drawing
            .strokes
            .iter()
            .any(|stroke| stroke.class == "baseline-mark")
    );
    assert!(!drawn.sentence.contains("percobaan"));
}

// S15
#[test]
fn the_same_change_is_for_the_better_where_more_is_wished() {
    let chart = xmr(&slower(), &[Phase::first(Some(24))]).unwrap();
    let input = SpcInput::xmr(head(Unit::Minutes), Wish::Higher, months(30), &chart);
    let page = frame(Lang::En);
    let drawn = draw(&page, &input);
    let marks = drawn.drawing.unwrap().marks;
    assert!(marks.iter().any(|mark| mark.class == "better"));
    assert!(marks.iter().all(|mark| mark.class != "worse"));
    assert!(
        drawn
            .key
            .iter()
            .any(|key| key.words == "changed for the better")
    );
}

// S15
#[test]
fn limits_step_with_the_phase_and_each_phase_has_its_border() {
    let phases = [
        Phase {
            start: 0,
            baseline: Some(20),
        },
        Phase {
            start: 24,
            baseline: None,
        },
    ];
    let chart = xmr(&slower(), &phases).unwrap();
    let input = SpcInput::xmr(head(Unit::Minutes), Wish::Lower, months(30), &chart);
    let page = frame(Lang::Id);
    let drawn = draw(&page, &input);
    let drawing = drawn.drawing.unwrap();
    let pieces = |class: &str| {
        let stroke = drawing.strokes.iter().find(|stroke| stroke.class == class);
        stroke.unwrap().d.matches('M').count()
    };
    assert_eq!(
        (
            pieces("limit"),
            pieces("mean"),
            pieces("trace"),
            pieces("phase")
        ),
        (4, 2, 2, 1)
    );
    assert!(drawn.sentence.contains("2 masa"), "{}", drawn.sentence);
    // All six points of the last phase set its limits: they are not settled.
    assert!(
        drawn.sentence.contains("batas percobaan"),
        "{}",
        drawn.sentence
    );
}

// S15
#[test]
fn words_are_those_of_the_page_in_both_languages() {
    let points = |lang| {
        let of = |n: f64| ("Mei".to_owned(), 0.62, Some(n));
        draw(
            &frame(lang),
            &SpcInput::bare(head(Unit::Percent), vec![of(184.0)]),
        )
    };
    assert_eq!(
        points(Lang::Id).sentence,
        "Satu titik: Mei. Terakhir 62% (n 184). Titiknya terlalu sedikit untuk menilai perubahan."
    );
    assert_eq!(
        points(Lang::En).sentence,
        "One point: Mei. Latest 62% (n 184). Too few points to judge change."
    );
    let chart = run_chart(&[1.0, 2.0, 3.0], None).unwrap();
    let said = |lang| {
        let input = SpcInput::run(head(Unit::Minutes), Wish::Lower, months(3), &chart);
        draw(&frame(lang), &input).sentence
    };
    assert_eq!(
        said(Lang::Id),
        "3 titik, Jan 2024 sampai Mar 2024. Terakhir 3,0 menit (n 40). Nilai tengah 2,0 menit. \
         Titiknya belum cukup untuk batas. Tidak ada tanda perubahan."
    );
    assert_eq!(
        said(Lang::En),
        "3 points, Jan 2024 to Mar 2024. Latest 3.0 minutes (n 40). Median 2.0 minutes. Too few \
         points for limits yet. No sign of change."
    );
}

// S15
#[test]
fn nothing_is_drawn_as_zero_where_nothing_was_measured() {
    let page = frame(Lang::Id);
    let drawn = draw(&page, &SpcInput::bare(head(Unit::Percent), Vec::new()));
    assert_eq!((&drawn.drawing, drawn.key.len()), (&None, 0));
    assert_eq!(drawn.sentence, "Belum ada data untuk digambar.");
    assert!(!shown(&page, &drawn).contains("<svg"));
}

#[test]
fn all_zeros_and_all_equal_lie_on_their_centre() {
    let page = frame(Lang::Id);
    for value in [0.0, 0.4, 1.0] {
        let counts = vec![value * 40.0; 24];
        let chart = p_chart(&counts, &[40.0; 24], &[Phase::first(None)]).unwrap();
        for limits in [Limits::Counting, Limits::Laney] {
            let head = head(Unit::Percent);
            let input = SpcInput::attribute(head, Wish::Higher, names(24), &chart, limits);
            let drawn = draw(&page, &input);
            assert_eq!(check(&shown(&page, &drawn)), Ok(()));
            assert!(drawn.signals.is_empty(), "{:?}", drawn.signals);
            assert!(drawn.sentence.contains("Tidak ada tanda perubahan"));
        }
    }
}

// S15
#[test]
fn with_limits_of_laney_ordinary_days_do_not_alarm() {
    // Thousands a day, and days that differ more than chance in counting.
    let shares = [0.50, 0.53, 0.47, 0.52, 0.48, 0.51, 0.49, 0.54, 0.46, 0.50];
    let counts: Vec<f64> = shares.iter().cycle().take(30).map(|p| p * 9000.0).collect();
    let chart = p_chart(&counts, &[9000.0; 30], &[Phase::first(Some(25))]).unwrap();
    let signals = |limits| {
        let head = head(Unit::Percent);
        SpcInput::attribute(head, Wish::Higher, names(30), &chart, limits).signals
    };
    assert!(!signals(Limits::Counting).is_empty());
    assert!(signals(Limits::Laney).is_empty());
}
