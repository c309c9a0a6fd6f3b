//! Counting, worked by hand against the Indonesian pack.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise; shares compared are exact"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use pengayom_core::pack::{Pack, Survey, SurveyScale};
use proptest::prelude::*;

use super::*;

fn pack() -> &'static Pack {
    static PACK: LazyLock<Pack> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/id");
        let mut files = BTreeMap::new();
        for folder in ["", "access", "words"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                    files.insert(name.to_owned(), std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        Pack::load(&files).unwrap()
    });
    &PACK
}

fn sheet(minute: i64, answers: &[(&str, u8)]) -> Sheet {
    Sheet {
        service: "report_theft".to_owned(),
        station: "polsek-juwana".to_owned(),
        given_at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute),
        answers: answers
            .iter()
            .map(|(item, digit)| ((*item).to_owned(), *digit))
            .collect(),
    }
}

fn met(service: &str, station: &str, n: i64) -> [Served; 2] {
    let served = |mix: bool, station: &str| Served {
        mix,
        service: service.to_owned(),
        station: station.to_owned(),
        n,
    };
    [served(false, ""), served(true, station)]
}

fn scale(board: &SurveyBoard, scale: SurveyScale) -> ScaleResult {
    let found = board.scales.iter().find(|known| known.scale == scale);
    found.unwrap().clone()
}

fn official(survey: &Survey, digit: u8) -> Vec<(String, u8)> {
    let items = survey.items.iter();
    let official = items.filter(|item| item.scale == SurveyScale::Ikm);
    official
        .map(|item| (item.code.to_string(), digit))
        .collect()
}

#[test]
fn nobody_who_answered_leaves_every_figure_open() {
    let pack = pack();
    let board = count(pack.survey(), &[], 0, &[]);
    assert_eq!((board.sheets, board.asked, board.response), (0, 0, None));
    assert!(board.index.index.is_none() && board.signs.is_empty());
    assert!(
        board
            .scales
            .iter()
            .all(|scale| scale.good.is_none() && scale.sheets == 0)
    );
    assert_eq!(board.weighting, Weighting::No(Unweighted::Few));
}

// S5, S19, S39, S41, S42
#[test]
fn every_scale_is_told_apart_and_few_are_hidden() {
    let pack = pack();
    let four: Vec<Sheet> = (0..4)
        .map(|at| sheet(at * 5, &[("k1", 4), ("t1", 1)]))
        .collect();
    let board = count(
        pack.survey(),
        &four,
        4,
        &met("report_theft", "polsek-juwana", 20),
    );
    let competence = scale(&board, SurveyScale::Competence);
    assert_eq!((competence.sheets, competence.good), (4, None));
    assert_eq!(board.response.unwrap().n, 20);
    let six: Vec<Sheet> = (0..6)
        .map(|at| sheet(at * 5, &[("k1", 4), ("t1", 1)]))
        .collect();
    let board = count(
        pack.survey(),
        &six,
        6,
        &met("report_theft", "polsek-juwana", 20),
    );
    let good = |of| scale(&board, of).good.map(|good| good.share);
    assert_eq!(good(SurveyScale::Competence), Some(1.0));
    assert_eq!(good(SurveyScale::Trust), Some(0.0));
    assert_eq!(good(SurveyScale::Liking), None);
}

// S19
#[test]
fn an_item_whose_low_end_is_good_counts_the_other_way() {
    let pack = pack();
    let money = pack.survey().item("b2").unwrap();
    assert_eq!(money.good_points(1), Some(4));
    let sheets: Vec<Sheet> = (0..10).map(|at| sheet(at * 5, &[("b2", 1)])).collect();
    let board = count(pack.survey(), &sheets, 10, &[]);
    assert_eq!(
        scale(&board, SurveyScale::Civility).good.unwrap().share,
        1.0
    );
}

#[test]
fn the_official_index_takes_whole_sheets_only() {
    let pack = pack();
    let survey = pack.survey();
    let mut sheets = Vec::new();
    for at in 0..8 {
        let answers = official(survey, if at % 2 == 0 { 3 } else { 4 });
        let answers: Vec<(&str, u8)> = answers
            .iter()
            .map(|(item, digit)| (item.as_str(), *digit))
            .collect();
        // The last one leaves a question out.
        let answers = if at == 7 { &answers[1..] } else { &answers[..] };
        sheets.push(sheet(at * 5, answers));
    }
    let board = count(survey, &sheets, 8, &[]);
    let index = board.index.index.unwrap();
    assert_eq!((board.index.sheets, board.index.items.len()), (7, 9));
    // Four of 3 and three of 4: 25 · 24 / 7.
    assert!((index.index - 25.0 * 24.0 / 7.0).abs() < 1e-9);
    assert!(index.interval.is_some());
}

// S41
#[test]
fn trust_without_liking_is_counted_beside_liking_without_trust() {
    let pack = pack();
    let mut sheets = Vec::new();
    for (at, (trust, liking)) in [(4, 1), (3, 2), (1, 4), (4, 4), (1, 1)]
        .into_iter()
        .enumerate()
    {
        let at = i64::try_from(at).unwrap();
        sheets.push(sheet(at * 5, &[("t1", trust), ("t2", liking)]));
    }
    sheets.push(sheet(60, &[("t1", 4)]));
    let trust = count(pack.survey(), &sheets, 6, &[]).trust;
    assert_eq!(
        (trust.n, trust.both, trust.trust_only, trust.liking_only),
        (5, 1, 2, 1)
    );
    assert_eq!(trust.trusted_not_liked.unwrap().share, 0.4);
}

#[test]
fn weights_speak_for_those_who_answered_less() {
    let pack = pack();
    let mut sheets = Vec::new();
    // Forty of a station where half of the people were served are content, ten of the other are not.
    for at in 0..50 {
        let mut one = sheet(at * 5, &[("k1", if at < 40 { 4 } else { 1 })]);
        if at >= 40 {
            one.station = "polsek-pati".to_owned();
        }
        sheets.push(one);
    }
    let mut served = met("report_theft", "polsek-juwana", 500).to_vec();
    served.extend(met("report_theft", "polsek-pati", 500));
    let board = count(pack.survey(), &sheets, 50, &served);
    let result = scale(&board, SurveyScale::Competence);
    assert!((result.good.unwrap().share - 0.8).abs() < 1e-12);
    let weighted = result.weighted.unwrap();
    assert!((weighted.share - 0.5).abs() < 1e-9, "{weighted:?}");
    assert!(weighted.effective < 50.0);
    assert!(matches!(
        board.weighting,
        Weighting::ByServiceAndStation { uncovered: 0.0, design_effect } if design_effect > 1.5
    ));
}

#[test]
fn people_whom_nobody_speaks_for_are_told() {
    let pack = pack();
    let sheets: Vec<Sheet> = (0..40).map(|at| sheet(at * 5, &[("k1", 4)])).collect();
    let mut served = met("report_theft", "polsek-juwana", 300).to_vec();
    served.extend(met("report_theft", "polsek-pati", 100));
    let board = count(pack.survey(), &sheets, 40, &served);
    let Weighting::ByServiceAndStation { uncovered, .. } = board.weighting else {
        panic!("{:?}", board.weighting);
    };
    assert!((uncovered - 0.25).abs() < 1e-12);
}

#[test]
fn many_in_one_minute_and_one_station_that_is_all_best_are_pointed_out() {
    let pack = pack();
    let best = [("k1", 4), ("k3", 4), ("c2", 4), ("b5", 4)];
    let mixed = [("k1", 3), ("k3", 4), ("c2", 4), ("b5", 4)];
    let mut sheets: Vec<Sheet> = (0..30).map(|at| sheet(at * 5, &mixed)).collect();
    assert!(count(pack.survey(), &sheets, 30, &[]).signs.is_empty());
    for _ in 0..6 {
        let mut one = sheet(1000, &best);
        one.station = "polsek-pati".to_owned();
        sheets.push(one);
    }
    let signs = count(pack.survey(), &sheets, 36, &[]).signs;
    assert!(matches!(signs[0], Sign::Burst { n: 6, .. }));
    assert!(
        matches!(&signs[1], Sign::AllBest { station: Some(station), here, rest }
            if station == "polsek-pati" && here.n == 6 && rest.n == 30)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_answers_give_shares_within_their_intervals(
        rows in prop::collection::vec(
            (0_i64..200, 0_u8..4, 0_u8..4, prop::collection::btree_map("[kcbtsue][1-9]", 0_u8..7, 0..12)), 0..80),
        served in prop::collection::vec((0_u8..4, 0_u8..4, -3_i64..400), 0..8)
    ) {
        let pack = pack();
        let name = |kind: &str, n: u8| if n == 0 { String::new() } else { format!("{kind}{n}") };
        let sheets: Vec<Sheet> = rows.into_iter().map(|(minute, service, station, answers)| Sheet {
            service: name("s", service),
            station: name("p", station),
            given_at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute),
            answers: answers.into_iter().filter(|(_, digit)| (1..=4).contains(digit)).collect::<BTreeMap<_, _>>(),
        }).collect();
        let served: Vec<Served> = served.into_iter().flat_map(|(service, station, n)| {
            [false, true].map(|mix| Served { mix, service: name("s", service), station: name("p", station), n })
        }).collect();
        let total = u64::try_from(sheets.len()).unwrap();
        let board = count(pack.survey(), &sheets, total, &served);
        for scale in &board.scales {
            prop_assert!(scale.sheets <= total);
            if let Some(good) = scale.good {
                prop_assert!(good.interval.low <= good.share + 1e-12 && good.share <= good.interval.high + 1e-12);
                prop_assert!(scale.sheets >= u64::from(board.small_cell));
            }
            if let Some(weighted) = scale.weighted {
                prop_assert!((0.0..=1.0 + 1e-9).contains(&weighted.share) && weighted.share.is_finite());
                prop_assert!(weighted.interval.low <= weighted.interval.high);
            }
        }
        if let Weighting::ByServiceAndStation { uncovered, design_effect } = board.weighting {
            prop_assert!((0.0..=1.0).contains(&uncovered) && design_effect >= 1.0 - 1e-9);
        }
    }
}
