//! Equal attention, worked by hand, and what it does with what makes no sense.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise"
)]

use pengayom_core::value::OfficerId;
use pengayom_measure::suppression::suppress;
use pengayom_store::{AnswerSums, CaseSums, MeetingSums};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::areas::shown;

const SMALL: u64 = 5;

fn code(n: usize) -> AreaCode {
    format!("33.18.{n:03}").parse().unwrap()
}

/// Squares in a row, each next to the one before.
fn square(n: usize) -> Corners {
    let (west, east) = (111.0 + n as f64 * 0.01, 111.01 + n as f64 * 0.01);
    vec![
        [west, -6.7],
        [east, -6.7],
        [east, -6.69],
        [west, -6.69],
        [west, -6.7],
    ]
}

/// Beats in a row; two districts of halves of them; strata near and far by turns of three.
fn ground(people: &[Option<u64>]) -> Ground {
    let n = people.len();
    let near: StratumId = "dekat".parse().unwrap();
    let far: StratumId = "jauh".parse().unwrap();
    let beats = people.iter().enumerate().map(|(at, people)| Beat {
        code: code(at),
        name: format!("Desa {at}"),
        people: *people,
        stratum: Some(if at % 3 == 0 {
            far.clone()
        } else {
            near.clone()
        }),
        distance: Some(1000.0 * (at + 1) as f64),
        district: Some(usize::from(at >= n.div_ceil(2))),
        station: Some("polsek-juwana".parse().unwrap()),
    });
    let districts = (0..2).map(|at| District {
        code: code(900 + at),
        name: format!("Kecamatan {at}"),
        people: None,
        distance: Some(5000.0),
        station: None,
    });
    Ground::new(
        (beats.collect(), (0..n).map(square).collect()),
        (districts.collect(), vec![square(0), square(1)]),
        vec![near, far],
    )
}

fn at() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn cases(place: &str, filed: i64, responded: i64, late: i64, closed: i64) -> CaseSums {
    CaseSums {
        at: at(),
        place: place.to_owned(),
        service: String::new(),
        filed,
        responded,
        responded_late: late,
        closed,
        rights_owed: 0,
        rights_in_time: 0,
        wait_seconds: 0.0,
        wait_seconds_squared: 0.0,
    }
}

fn meetings(place: &str, encounters: i64) -> MeetingSums {
    MeetingSums {
        at: at(),
        place: place.to_owned(),
        service: String::new(),
        encounters,
        forced: 0,
        explained: 0,
    }
}

fn asked(attention: Attention, need: Option<Need>, level: Option<Level>) -> Asked<'static> {
    Asked {
        from: "2026-11-01".parse().unwrap(),
        to: "2026-11-30".parse().unwrap(),
        at: at(),
        small_cell: SMALL,
        wish: Wish {
            attention,
            need,
            level,
        },
        item: Some(("k1", GoodEnd::High)),
    }
}

/// Encounters and reports of beats, the reports all answered in time and closed.
fn sums(rows: &[(i64, i64)]) -> Sums {
    let place = |n: usize| code(n).to_string();
    Sums {
        cases: (rows.iter().enumerate())
            .map(|(n, row)| cases(&place(n), row.1, row.1, 0, row.1))
            .collect(),
        meetings: (rows.iter().enumerate())
            .map(|(n, row)| meetings(&place(n), row.0))
            .collect(),
        ..Sums::default()
    }
}

fn row(read: &Equity, n: usize) -> &AreaRow {
    read.areas
        .iter()
        .find(|row| row.code == Some(code(n)))
        .unwrap()
}

// S46 S47
#[test]
fn an_area_with_half_the_people_and_a_tenth_of_the_encounters_has_a_fifth_of_its_share() {
    let ground = ground(&[Some(500), Some(250), Some(250)]);
    let asked = asked(Attention::Encounters, None, Some(Level::Beat));
    let read = weigh(&ground, &sums(&[(20, 9), (90, 9), (90, 9)]), &[], &asked);
    assert_eq!(read.need.need, Need::People);
    assert!(!read.need.fell_back);
    assert_eq!(
        (read.total, read.encounters, read.filed),
        (Some(200), Some(200), Some(27))
    );
    let first = row(&read, 0).weighed.unwrap();
    assert!((first.ratio.unwrap() - 0.2).abs() < 1e-12);
    // Wilson for 20 of 200, over a half.
    let share = pengayom_measure::proportion::share(20, 200)
        .unwrap()
        .interval;
    let interval = first.interval.unwrap();
    assert!((interval.low - share.low / 0.5).abs() < 1e-12);
    assert!((interval.high - share.high / 0.5).abs() < 1e-12);
    assert_eq!(first.call, Call::Less);
    assert_eq!(row(&read, 1).weighed.unwrap().call, Call::More);
    let unequal = read.unequal.unwrap();
    assert!((unequal.hoover - 0.4).abs() < 1e-12);
    // Half of the need has a tenth of the attention: twice 0.5 * 0.1 / 2 and 0.5 * 0.55 under the curve.
    assert!((unequal.gini - 0.4).abs() < 1e-12, "{}", unequal.gini);
    let chance = unequal.gini_by_chance.unwrap();
    assert!(chance > 0.0 && chance < 0.1, "{chance}");
}

// S46: which need it is, is chosen; people who are not known for all areas are no need.
#[test]
fn people_are_need_only_where_they_are_known_for_all_areas_and_it_says_so() {
    let known = ground(&[Some(500), Some(250), None]);
    let rows = sums(&[(20, 9), (90, 9), (90, 9)]);
    let of = |need, level| {
        weigh(
            &known,
            &rows,
            &[],
            &asked(Attention::Encounters, need, Some(level)),
        )
        .need
    };
    for need in [None, Some(Need::People)] {
        let used = of(need, Level::Beat);
        assert_eq!((used.need, used.people_known), (Need::Reports, (2, 3)));
        assert!(used.fell_back);
    }
    let used = of(Some(Need::Equal), Level::Beat);
    assert_eq!((used.need, used.fell_back), (Need::Equal, false));
    assert_eq!(of(None, Level::Station).people_known, (0, 2));
    // The people of strata are those of their beats.
    let read = weigh(
        &known,
        &rows,
        &[],
        &asked(Attention::Encounters, None, None),
    );
    assert_eq!(
        (read.level, read.strata_need.people_known),
        (Level::Station, (2, 3))
    );
}

// S46: what is answered is some of what was filed, and its interval is that of a share of it.
#[test]
fn answered_beside_filed_is_compared_as_a_share_of_the_filed() {
    let ground = ground(&[None; 4]);
    let mut rows = sums(&[(0, 100), (0, 100), (0, 100), (0, 100)]);
    rows.cases[0] = cases(&code(0).to_string(), 100, 50, 20, 10);
    let of = |attention| {
        weigh(
            &ground,
            &rows,
            &[],
            &asked(attention, Some(Need::Reports), Some(Level::Beat)),
        )
    };
    let read = of(Attention::TakenUp);
    let first = row(&read, 0).weighed.unwrap();
    // 50 of 100 here, 350 of 400 everywhere.
    assert!((first.ratio.unwrap() - 0.5 / 0.875).abs() < 1e-12);
    assert!(first.interval.unwrap().high < 0.75 && first.call == Call::Less);
    assert_eq!(of(Attention::InTime).total, Some(330));
    assert_eq!(of(Attention::Closed).total, Some(310));
    let spread = |read: Equity| read.unequal.unwrap().gini_by_chance.unwrap();
    let (subset, apart) = (spread(read), {
        let rows = sums(&[(50, 100), (100, 100), (100, 100), (100, 100)]);
        let asked = asked(
            Attention::Encounters,
            Some(Need::Reports),
            Some(Level::Beat),
        );
        spread(weigh(&ground, &rows, &[], &asked))
    });
    assert!(subset < apart, "{subset} {apart}");
}

// S46: what happened nowhere in particular is told, and is no area's.
#[test]
fn unknown_places_are_a_group_of_their_own() {
    let ground = ground(&[Some(100); 4]);
    let mut rows = sums(&[(10, 10); 4]);
    rows.meetings.push(meetings("", 40));
    rows.meetings.push(meetings("99.99.99", 20));
    for level in Level::ALL {
        let asked = asked(Attention::Encounters, Some(Need::Equal), Some(level));
        let read = weigh(&ground, &rows, &[], &asked);
        let last = read.areas.last().unwrap();
        assert_eq!((last.code.as_ref(), last.attention), (None, Some(60)));
        assert_eq!((last.need, last.weighed), (None, None));
        assert_eq!(read.total, Some(100));
        for row in &read.areas[..read.areas.len() - 1] {
            assert!((row.weighed.unwrap().ratio.unwrap() - 1.0).abs() < 1e-12);
        }
        let unknown = read.strata.last().unwrap();
        assert_eq!(
            (unknown.stratum.as_ref(), unknown.attention),
            (None, Some(60))
        );
    }
}

// S46: of an encounter recorded for a station's area without a beat, the area of a station is known.
#[test]
fn what_is_a_stations_is_its_areas_where_it_answers_for_one_only() {
    let plain = ground(&[None; 4]);
    let mut districts = plain.districts().to_vec();
    let station = |code: &str| Some(code.parse().unwrap());
    districts[0].station = station("polsek-juwana");
    let of = |districts: &[District]| {
        let corners = vec![square(0), square(1)];
        let beats = (plain.beats().to_vec(), (0..4).map(square).collect());
        Ground::new(
            beats,
            (districts.to_vec(), corners),
            plain.strata().to_vec(),
        )
    };
    let mut rows = sums(&[(10, 10); 4]);
    rows.meetings.push(meetings("", 30));
    rows.cases.push(cases("", 8, 8, 0, 8));
    rows.station_meetings = vec![meetings("polsek-juwana", 45), meetings("polsek-tayu", 25)];
    rows.station_cases = vec![
        cases("polsek-juwana", 28, 20, 0, 20),
        cases("", 20, 20, 0, 20),
    ];
    let asked = asked(
        Attention::Encounters,
        Some(Need::Reports),
        Some(Level::Station),
    );
    let told = |ground: &Ground| {
        let read = weigh(ground, &rows, &[], &asked);
        let rows = read.areas.iter();
        rows.map(|row| (row.attention, row.need))
            .collect::<Vec<_>>()
    };
    // The first by its station, the second by its beats; what is left is of no known area.
    assert_eq!(
        told(&of(&districts)),
        [
            (Some(45), Some(28.0)),
            (Some(20), Some(20.0)),
            (Some(5), None)
        ]
    );
    // A station that answers for both does not say which.
    districts[1].station = station("polsek-juwana");
    let both = told(&of(&districts));
    assert_eq!(both[2], (Some(30), None));
}

// S46
#[test]
fn attention_without_need_is_infinite_and_need_without_attention_nothing() {
    let ground = ground(&[Some(0), Some(100), Some(100), Some(0)]);
    let asked = asked(Attention::Encounters, Some(Need::People), Some(Level::Beat));
    let read = weigh(
        &ground,
        &sums(&[(50, 9), (50, 9), (0, 9), (0, 9)]),
        &[],
        &asked,
    );
    let of = |n| row(&read, n).weighed.unwrap();
    assert!(of(0).ratio.unwrap().is_infinite() && of(0).interval.is_none());
    assert_eq!((of(0).q, of(0).call), (None, Call::Neither));
    assert_eq!((of(2).ratio, of(2).call), (Some(0.0), Call::Less));
    assert_eq!(of(3).ratio, None);
    assert!(read.unequal.unwrap().gini.is_finite());
}

#[test]
fn an_empty_unit_one_giant_area_and_all_zeros_say_nothing() {
    let empty = Ground::default();
    let nothing = Sums::default();
    for attention in Attention::ALL {
        for need in [
            None,
            Some(Need::People),
            Some(Need::Reports),
            Some(Need::Equal),
        ] {
            let asked = asked(attention, need, None);
            let read = weigh(&empty, &nothing, &[], &asked);
            assert!(read.areas.is_empty() && read.unequal.is_none() && read.together.is_none());
            assert_eq!((read.total, read.spread), (Some(0), None));
            let one = ground(&[Some(1_000_000)]);
            let read = weigh(&one, &sums(&[(900, 900)]), &[], &asked);
            assert_eq!((read.unequal, read.together, read.hidden), (None, None, 0));
            let zeros = weigh(&ground(&[Some(0); 9]), &sums(&[(0, 0); 9]), &[], &asked);
            assert!(zeros.unequal.is_none());
            assert!(zeros.areas.iter().all(|row| row.weighed.is_none()));
            assert!(
                zeros
                    .outcomes
                    .iter()
                    .all(|one| one.share.is_none() && one.n == Some(0))
            );
        }
    }
}

#[test]
fn damaged_sums_never_make_a_share_above_all() {
    let ground = ground(&[Some(10); 3]);
    let mut rows = sums(&[(10, 10); 3]);
    rows.cases
        .push(cases(&code(0).to_string(), 5, 900, 2000, 800));
    rows.cases.push(cases(&code(1).to_string(), -7, -7, -7, -7));
    rows.meetings.push(meetings(&code(2).to_string(), i64::MIN));
    let read = weigh(
        &ground,
        &rows,
        &[],
        &asked(Attention::InTime, Some(Need::Reports), Some(Level::Beat)),
    );
    for one in read.outcomes.iter().filter_map(|one| one.share) {
        assert!((0.0..=1.0).contains(&one.share), "{one:?}");
    }
}

// S49
#[test]
fn who_benefits_is_told_beside_the_rest_with_false_discoveries_held() {
    let ground = ground(&[None; 6]);
    let mut rows = Sums::default();
    for n in 0..6 {
        // Beats 0 and 3 are far: half of what is answered there is late.
        let late = if n % 3 == 0 { 50 } else { 5 };
        rows.cases
            .push(cases(&code(n).to_string(), 100, 100, late, 60));
        rows.answers.push(AnswerSums {
            at: at(),
            place: code(n).to_string(),
            item: "k1".to_owned(),
            counts: [9, 2, 1, 3, if n < 3 { 4 } else { 0 }],
        });
    }
    rows.answers.push(AnswerSums {
        item: "k9".to_owned(),
        ..rows.answers[0].clone()
    });
    let read = weigh(
        &ground,
        &rows,
        &[],
        &asked(Attention::Encounters, None, None),
    );
    let of = |kind, stratum: &str| {
        let stratum: StratumId = stratum.parse().unwrap();
        let mut all = read.outcomes.iter();
        all.find(|one| one.kind == kind && one.stratum == Some(stratum.clone()))
            .unwrap()
    };
    let far = of(OutcomeKind::InTime, "jauh");
    assert_eq!((far.n, far.call), (Some(200), Call::Less));
    assert!((far.share.unwrap().share - 0.5).abs() < 1e-12);
    assert!((far.difference.unwrap() + 0.45).abs() < 1e-12);
    let interval = far.interval.unwrap();
    assert!(interval.high < 0.0 && interval.low < far.difference.unwrap());
    assert_eq!(of(OutcomeKind::InTime, "dekat").call, Call::More);
    let closed = of(OutcomeKind::Closed, "jauh");
    assert_eq!((closed.call, closed.q), (Call::Neither, Some(1.0)));
    // Two beats of 10 and 6 who answered something; those who did not know are not counted.
    assert_eq!(of(OutcomeKind::Good, "jauh").n, Some(16));
    assert!((of(OutcomeKind::Good, "jauh").share.unwrap().share - 10.0 / 16.0).abs() < 1e-12);
}

// S46: much beside much and little beside little is seen, and a single high area is not.
#[test]
fn areas_with_much_attention_that_lie_together_are_found() {
    let ground = ground(&[Some(1000); 30]);
    let rows: Vec<(i64, i64)> = (0..30)
        .map(|n| (if n < 8 { 120 } else { 20 + n % 3 }, 9))
        .collect();
    let asked = asked(Attention::Encounters, Some(Need::People), Some(Level::Beat));
    let read = weigh(&ground, &sums(&rows), &[], &asked);
    let together = read.together.unwrap();
    assert!(
        together.moran > together.by_chance.unwrap().high,
        "{together:?}"
    );
    assert_eq!(together.n, 30);
    let spot = |n| row(&read, n).weighed.unwrap().spot;
    assert_eq!(spot(3), Some(pengayom_measure::getis_ord::Spot::Hot));
    assert_eq!(spot(20), None);
    // The near are the first: attention goes to them.
    let by_distance = read.unequal.unwrap().by_distance.unwrap();
    assert!(by_distance.index < 0.0 && by_distance.interval.unwrap().high < 0.0);
}

#[test]
fn outlines_that_touch_are_neighbours_and_others_not() {
    let row: Vec<Corners> = (0..4).map(square).collect();
    assert_eq!(neighbours(&row), [vec![1], vec![0, 2], vec![1, 3], vec![2]]);
    let apart = [square(0), square(5), vec![], vec![[f64::NAN, 900.0]]];
    assert_eq!(neighbours(&apart), vec![Vec::<usize>::new(); 4]);
    assert!(neighbours::<Corners>(&[]).is_empty());
}

// S48
#[test]
fn an_officer_sees_where_they_met_people_and_too_few_are_not_judged() {
    let ground = ground(&[Some(100), Some(100), Some(200)]);
    let met = |beat: Option<usize>, encounters| OfficerRow {
        officer: OfficerId(Uuid::from_u128(7)),
        beat: beat.map(code),
        encounters,
    };
    let read = own(&ground, &[met(Some(0), 30), met(Some(1), 10), met(None, 5)]);
    assert_eq!(
        (read.encounters, read.elsewhere, read.need.need),
        (40, 5, Need::People)
    );
    // 30, 10, 0 of 40 for a quarter, a quarter and a half.
    assert!((read.hoover.unwrap() - 0.5).abs() < 1e-12);
    assert!(read.hoover_by_chance.unwrap() < 0.2);
    assert_eq!(read.places[2].weighed.unwrap().ratio, Some(0.0));
    let few = own(&ground, &[met(Some(0), 19)]);
    assert_eq!(
        (few.encounters, few.hoover, few.places[0].weighed),
        (19, None, None)
    );
    let nothing = own(&ground, &[]);
    assert_eq!(
        (nothing.station, nothing.places.len(), nothing.hoover),
        (None, 0, None)
    );
    let nowhere = own(&Ground::default(), &[met(Some(0), 40)]);
    assert_eq!((nowhere.encounters, nowhere.elsewhere), (0, 40));
}

// S48: the chief reads how wide officers spread, of enough of them, and of nobody.
#[test]
fn the_spread_of_officers_is_told_of_enough_of_them_only() {
    let ground = ground(&[Some(100), Some(100)]);
    let rows = |officers: u128| -> Vec<OfficerRow> {
        let of = |n| {
            let met = |beat: usize, encounters| OfficerRow {
                officer: OfficerId(Uuid::from_u128(n)),
                beat: Some(code(beat)),
                encounters,
            };
            [met(0, 20 + i64::try_from(n).unwrap()), met(1, 20)]
        };
        (0..officers).flat_map(of).collect()
    };
    assert_eq!(spread(&ground, &rows(7), SMALL), None);
    assert_eq!(spread(&ground, &rows(8), 9), None);
    let told = spread(&ground, &rows(8), SMALL).unwrap();
    let of = |n: f64| n / (40.0 + n) / 2.0;
    assert_eq!(told.officers, 8);
    for (found, n) in told.hoover.iter().zip([1.0, 3.0, 5.0]) {
        assert!((found - of(n)).abs() < 1e-12, "{told:?}");
    }
    assert!(told.by_chance > 0.0);
}

/// What may be known of a list: which parts are shown, and what they add up to.
fn hides_enough(parts: &[(u64, bool)], total_is_shown: bool) -> Result<(), TestCaseError> {
    for (n, hidden) in parts {
        prop_assert!(*hidden || *n == 0 || *n >= SMALL);
    }
    let hidden: Vec<u64> = parts
        .iter()
        .filter(|(n, hidden)| *hidden && *n > 0)
        .map(|(n, _)| *n)
        .collect();
    if total_is_shown && !hidden.is_empty() {
        prop_assert!(
            hidden.len() > 1 && hidden.iter().sum::<u64>() >= SMALL,
            "{parts:?}"
        );
    }
    Ok(())
}

proptest! {
    // S46: neither the unit's total nor those of its strata give a hidden village away.
    #[test]
    fn totals_give_nothing_away(counts in prop::collection::vec(0_i64..14, 1..14)) {
        let ground = ground(&vec![None; counts.len()]);
        let rows: Vec<(i64, i64)> = counts.iter().map(|n| (*n, *n)).collect();
        let read = weigh(&ground, &sums(&rows), &[], &asked(Attention::Encounters, None, Some(Level::Beat)));
        let strata: Vec<(u64, bool)> = read.strata.iter().map(|row| {
            let own = counts.iter().enumerate().filter(|(at, _)| {
                ground.beats()[*at].stratum == row.stratum
            });
            (own.map(|(_, n)| n.unsigned_abs()).sum(), row.attention.is_none())
        }).collect();
        hides_enough(&strata, read.total.is_some())?;
        for (stratum, row) in read.strata.iter().enumerate() {
            let own = counts.iter().enumerate().filter(|(at, _)| ground.beats()[*at].stratum == row.stratum);
            let beats: Vec<(u64, bool)> = own
                .map(|(at, n)| (n.unsigned_abs(), self::row(&read, at).attention.is_none()))
                .collect();
            hides_enough(&beats, !strata[stratum].1)?;
            // Of a hidden stratum nothing is shown that its villages would add up to.
            prop_assert!(!strata[stratum].1 || beats.iter().all(|(n, hidden)| *n == 0 || *hidden));
        }
        prop_assert_eq!(read.total.is_none(), (1..SMALL).contains(&counts.iter().map(|n| n.unsigned_abs()).sum::<u64>()));
    }

    // S46: as little is hidden as the least suppression of a table would hide.
    #[test]
    fn no_more_is_hidden_than_the_least_that_is_enough(counts in prop::collection::vec(0_u64..20, 1..7)) {
        // Beside each count stands the rest of something known: what the reader does not have anyway.
        const REST: u64 = 1 << 20;
        let table: Vec<[u64; 2]> = counts.iter().map(|n| [*n, REST]).collect();
        let ours: Vec<u64> = counts
            .iter()
            .zip(shown(&counts, u32::try_from(SMALL).unwrap(), &[]))
            .filter_map(|(n, shown)| (!shown).then_some(*n))
            .collect();
        match suppress(&table, SMALL) {
            Ok(least) => {
                let all = least.primary.iter().chain(&least.secondary);
                let left_out: Vec<u64> = all.filter(|cell| cell.column == 0).map(|cell| counts[cell.row]).collect();
                prop_assert_eq!(ours.len(), left_out.len());
                prop_assert_eq!(ours.iter().sum::<u64>(), left_out.iter().sum::<u64>());
            }
            // Nothing helps: then the total is hidden too.
            Err(_) => prop_assert!((1..SMALL).contains(&counts.iter().sum::<u64>())),
        }
    }

    // S46: laws of shares hold whatever is counted.
    #[test]
    fn shares_add_up_and_intervals_hold_their_ratio(
        rows in prop::collection::vec((0_i64..500, 0_i64..500, 0_u64..5000), 1..20),
        attention in prop::sample::select(Attention::ALL.to_vec()),
        need in prop::sample::select(Need::ALL.to_vec()),
    ) {
        let people: Vec<Option<u64>> = rows.iter().map(|row| Some(row.2)).collect();
        let rows: Vec<(i64, i64)> = rows.iter().map(|row| (row.0, row.1)).collect();
        let read = weigh(&ground(&people), &sums(&rows), &[], &asked(attention, Some(need), Some(Level::Beat)));
        let weighed: Vec<Weighed> = read.areas.iter().filter_map(|row| row.weighed).collect();
        if !weighed.is_empty() {
            prop_assert!((weighed.iter().map(|one| one.attention).sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!((weighed.iter().map(|one| one.need).sum::<f64>() - 1.0).abs() < 1e-9);
        }
        for one in &weighed {
            if let (Some(ratio), Some(interval)) = (one.ratio, one.interval) {
                prop_assert!(interval.low <= ratio + 1e-9 && ratio <= interval.high + 1e-9, "{one:?}");
            }
            prop_assert!(one.q.is_none_or(|q| (0.0..=1.0).contains(&q)));
        }
        if let Some(unequal) = read.unequal {
            prop_assert!((0.0..=1.0).contains(&unequal.gini) && unequal.hoover <= unequal.gini + 1e-9);
        }
    }
}
