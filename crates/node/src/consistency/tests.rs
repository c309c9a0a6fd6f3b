//! Consistency from counts, worked by hand: no store.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise; values are exact"
)]

use jiff::civil::date;
use pengayom_measure::funnel::InForce;
use pengayom_measure::series::SeriesChart;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::trend::Verdict;

/// Mondays of so many weeks.
fn weeks(n: usize) -> Vec<Date> {
    let first = date(2025, 12, 1);
    (0..i64::try_from(n).unwrap())
        .map(|week| first.saturating_add((7 * week).days()))
        .collect()
}

/// Ten answers in each hour of some weeks, of which `late` says how many are late. By itself every other hour has one
/// more and one less, so that groups differ by nothing.
fn hourly(weeks: &[Date], late: impl Fn(Date, i8) -> i64) -> Vec<HourSum> {
    let mut rows = Vec::new();
    for (at, monday) in weeks.iter().enumerate() {
        for back in 0..7_i8 {
            let day = monday.saturating_add(i64::from(back).days());
            for hour in 0..24_i8 {
                let turn = usize::try_from(i32::from(back) + i32::from(hour)).unwrap() + at;
                let more = if turn.is_multiple_of(2) { 1 } else { -1 };
                let x = (late(day, hour) + more).clamp(0, 10) as f64;
                rows.push(HourSum {
                    day,
                    hour,
                    n: 10,
                    sum: x,
                    squares: x,
                });
            }
        }
    }
    rows
}

fn working(day: Date) -> DayKind {
    if day.weekday().to_monday_zero_offset() > 4 {
        DayKind::Rest
    } else {
        DayKind::Working
    }
}

/// The first Wednesday of each month is off.
fn with_holidays(day: Date) -> DayKind {
    if day.weekday().to_monday_zero_offset() == 2 && day.day() <= 7 {
        DayKind::Holiday
    } else {
        working(day)
    }
}

fn is_night(hour: i8) -> bool {
    !(6..22).contains(&hour)
}

fn compared(
    hours: Vec<HourSum>,
    weeks: &[Date],
    measure: Measure,
    day_kind: &dyn Fn(Date) -> DayKind,
) -> Worked {
    let counted = Counted {
        hours,
        ..Counted::default()
    };
    let rules = Rules {
        measure,
        weeks,
        day_kind,
        small: 5,
    };
    work_out(&counted, &rules)
}

fn call(of: &[Compared], group: Group) -> Call {
    of.iter().find(|one| one.group == group).unwrap().call
}

fn officer(n: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(n))
}

fn answered(who: u128, service: &str, n: i64, late: i64) -> OfficerSums {
    OfficerSums {
        at: Timestamp::UNIX_EPOCH,
        officer: officer(who),
        service: service.to_owned(),
        encounters: 0,
        forced: 0,
        explained: 0,
        responded: n,
        responded_late: late,
        closed: 0,
    }
}

// S15 S16 S17
#[test]
fn an_empty_unit_is_told_nothing_and_not_zero() {
    let empty = compared(Vec::new(), &weeks(52), Measure::Late, &working);
    let Weekly::Shares(series) = &empty.weekly else {
        panic!("{:?}", empty.weekly)
    };
    assert_eq!((series.verdict, series.whole), (Verdict::TooFew, None));
    assert!(empty.hours.usual.is_none() && empty.hours.chart.is_none());
    assert!(empty.hours.since.is_empty() && empty.hours.days.is_empty());
    for one in &empty.hours.beside {
        assert_eq!(
            (one.n, one.value, one.call),
            (0, None, Call::TooFew),
            "{one:?}"
        );
    }
    assert_eq!(empty.places.funnel, None);
    assert_eq!(
        (empty.officers, empty.silent.len()),
        (None, 0),
        "weeks before the first are not silent"
    );
    assert_eq!(parts(&[]).why_not, Some(WhyNot::TooFew));
}

#[test]
fn one_week_is_not_a_change_and_says_nothing_of_hours() {
    let weeks = weeks(1);
    let one = compared(hourly(&weeks, |_, _| 2), &weeks, Measure::Late, &working);
    let Weekly::Shares(series) = &one.weekly else {
        panic!("{:?}", one.weekly)
    };
    assert_eq!(
        (series.verdict, series.weeks.len(), series.weeks[0].n),
        (Verdict::TooFew, 1, 1680)
    );
    assert!(one.hours.usual.is_none());
    for of in &one.hours.beside {
        assert_eq!(of.call, Call::TooFew, "seven days on a side at most");
    }
}

// S15
#[test]
fn all_in_time_and_all_late_are_no_difference_and_no_division_by_nothing() {
    for late in [-5, 20] {
        let weeks = weeks(52);
        let rows = hourly(&weeks, |_, _| late);
        let all = compared(rows, &weeks, Measure::Late, &with_holidays);
        for of in all.hours.beside.iter().chain(&all.hours.since) {
            assert_eq!(of.call, Call::Neither, "{late} {of:?}");
            let interval = of.difference.unwrap();
            assert!(interval.low < 0.0 && interval.high > 0.0, "{of:?}");
        }
        assert!(all.hours.usual.is_some());
        assert!(all.hours.days.is_empty(), "no variance to measure days by");
        assert_eq!(all.hours.chart, None);
    }
}

// S15
#[test]
fn nights_are_called_worse_when_they_are_and_the_hours_of_the_week_take_that_out_of_the_days() {
    let weeks = weeks(52);
    let rows = hourly(&weeks, |_, hour| if is_night(hour) { 5 } else { 2 });
    let found = compared(rows, &weeks, Measure::Late, &with_holidays);
    let night = found.hours.beside.iter();
    let night = night.clone().find(|of| of.group == Group::Night).unwrap();
    assert_eq!(night.call, Call::Worse);
    let interval = night.difference.unwrap();
    assert!(
        interval.low > 0.25 && interval.high < 0.35,
        "0.5 less 0.2: {interval:?}"
    );
    assert_eq!((night.n, night.days), (52 * 7 * 8 * 10, 52 * 7));
    assert_eq!(call(&found.hours.beside, Group::Second), Call::Better);
    assert_eq!(call(&found.hours.beside, Group::Rest), Call::Neither);
    assert_eq!(call(&found.hours.beside, Group::Holiday), Call::Neither);
    // It was always so: nothing has changed.
    for of in &found.hours.since {
        assert_eq!(of.call, Call::Neither, "{of:?}");
    }
    for day in &found.hours.days {
        assert!(day.left.abs() < 0.02, "{day:?}");
    }
    assert_eq!(found.hours.days.len(), 52 * 7);
    assert!(matches!(
        found.hours.chart,
        Some(SeriesChart::Individuals(_))
    ));
}

// S15
#[test]
fn a_shift_that_grew_worse_is_told_beside_its_own_first_weeks() {
    let weeks = weeks(52);
    let later = weeks[30];
    let rows = hourly(
        &weeks,
        |day, hour| {
            if hour >= 16 && day >= later { 4 } else { 2 }
        },
    );
    let found = compared(rows, &weeks, Measure::Late, &working);
    assert_eq!(call(&found.hours.since, Group::Third), Call::Worse);
    assert_eq!(call(&found.hours.since, Group::First), Call::Neither);
    assert_eq!(call(&found.hours.since, Group::Second), Call::Neither);
    assert_eq!(
        call(&found.hours.since, Group::Holiday),
        Call::TooFew,
        "there are none"
    );
    let Some(SeriesChart::Individuals(chart)) = &found.hours.chart else {
        panic!("no chart")
    };
    assert_eq!(chart.phases[0].baseline, 25 * 7, "days of the first weeks");
    assert!(chart.signals.iter().any(|of| of.index > 210));
}

// S15
#[test]
fn holidays_are_set_beside_the_same_hours_of_other_days() {
    let weeks = weeks(52);
    // Wednesdays are bad, holidays (which are all Wednesdays) no worse than other Wednesdays.
    let wednesday = |day: Date| day.weekday().to_monday_zero_offset() == 2;
    let rows = hourly(&weeks, |day, _| if wednesday(day) { 5 } else { 2 });
    let found = compared(rows, &weeks, Measure::Late, &with_holidays);
    assert_eq!(call(&found.hours.beside, Group::Holiday), Call::Worse);
    assert_eq!(call(&found.hours.since, Group::Holiday), Call::Neither);
    let rows = hourly(&weeks, |day, _| match with_holidays(day) {
        DayKind::Holiday => 6,
        _ => 2,
    });
    let found = compared(rows, &weeks, Measure::Late, &with_holidays);
    assert_eq!(call(&found.hours.since, Group::Holiday), Call::Worse);
    assert_eq!(call(&found.hours.since, Group::Night), Call::Neither);
}

// S15: the same of a mean time, and of a survey's good answers, of which more is better.
#[test]
fn a_mean_time_and_a_good_share_are_judged_by_their_own_good_end() {
    let weeks = weeks(52);
    let minutes = |rows: Vec<HourSum>| -> Vec<HourSum> {
        let minute = |row: HourSum| HourSum {
            sum: 60.0 * row.sum,
            // Ten answers that differ by ten minutes from their mean.
            squares: 360.0 * row.sum * row.sum + 1000.0,
            ..row
        };
        rows.into_iter().map(minute).collect()
    };
    let slow = |_, hour| if is_night(hour) { 5 } else { 2 };
    let found = compared(
        minutes(hourly(&weeks, slow)),
        &weeks,
        Measure::FirstAnswer,
        &working,
    );
    assert_eq!(call(&found.hours.beside, Group::Night), Call::Worse);
    let night = found.hours.beside[3];
    assert_eq!(night.value, Some(30.0));
    let Weekly::Means(means) = &found.weekly else {
        panic!("{:?}", found.weekly)
    };
    assert_eq!(means.weeks.len(), 52);
    assert_eq!(means.verdict, Verdict::NoChange);
    let whole = means.whole.unwrap();
    assert!(whole.interval.low < whole.mean && whole.mean < whole.interval.high);
    let usual = found.hours.usual.unwrap();
    // Monday 23.00 and 12.00: drawn towards the mean of all, and still far apart.
    let (night, noon) = (usual.hours[23].1, usual.hours[12].1);
    assert!(night > 25.0 && noon < 15.0, "{night} {noon}");
    let item = Measure::Item {
        code: "b5".to_owned(),
        good: GoodEnd::High,
    };
    let found = compared(hourly(&weeks, slow), &weeks, item, &working);
    assert_eq!(call(&found.hours.beside, Group::Night), Call::Better);
}

#[test]
fn weeks_without_anything_between_others_are_pointed_out() {
    let weeks = weeks(10);
    let rows: Vec<HourSum> = hourly(&weeks, |_, _| 2)
        .into_iter()
        .filter(|row| row.day < weeks[4] || row.day >= weeks[6])
        .collect();
    let found = compared(rows, &weeks, Measure::Late, &working);
    assert_eq!(found.silent, [weeks[4], weeks[5]]);
}

fn mixed(rows: &[(&str, &str, u64, f64)]) -> Vec<MixSum> {
    let row = |(station, service, n, sum): &(&str, &str, u64, f64)| MixSum {
        station: (*station).to_owned(),
        service: (*service).to_owned(),
        n: *n,
        sum: *sum,
        squares: *sum,
    };
    rows.iter().map(row).collect()
}

// S16: a station that has the hard cases is not worse for it.
#[test]
fn a_station_is_compared_with_what_its_own_services_have_everywhere() {
    let rows = mixed(&[
        ("polsek-a", "easy", 500, 25.0),
        ("polsek-a", "hard", 20, 10.0),
        ("polsek-b", "easy", 20, 1.0),
        ("polsek-b", "hard", 500, 250.0),
        ("polsek-c", "easy", 300, 15.0),
        ("", "easy", 7, 1.0),
        ("polsek-d", "easy", 4, 4.0),
    ]);
    let found = place::places(&rows, Kind::Share, true, 5);
    assert_eq!((found.hidden, found.unknown, found.without), (1, 7, 0));
    let funnel = found.funnel.unwrap();
    assert!(funnel.signals.is_empty(), "{:?}", funnel.signals);
    assert!((funnel.units[1].value - 1.0).abs() < 1e-9);
    let codes: Vec<&str> = found.rows.iter().map(|row| row.station.as_str()).collect();
    assert_eq!(codes, ["polsek-a", "polsek-b", "polsek-c"], "by code");
    let expected = found.rows[1].expected.unwrap();
    assert!((expected - (20.0 * 0.05 + 500.0 * 0.5) / 520.0).abs() < 1e-9);
    // As they are, one of them would have been called worse.
    let bare = place::places(&rows, Kind::Share, false, 5);
    assert!(!bare.is_adjusted && !bare.funnel.unwrap().signals.is_empty());
}

// S16
#[test]
fn a_station_that_is_late_more_often_than_its_services_are_lies_outside_the_funnel() {
    let mut rows = vec![("polsek-z", "easy", 400, 80.0)];
    let names: Vec<String> = (0..12).map(|n| format!("polsek-{n:02}")).collect();
    for (at, name) in names.iter().enumerate() {
        rows.push((name, "easy", 400, 18.0 + (at % 5) as f64));
    }
    let found = place::places(&mixed(&rows), Kind::Share, true, 5);
    let funnel = found.funnel.unwrap();
    assert_eq!(found.rows.len(), 13);
    let outside: Vec<&str> = funnel
        .signals
        .iter()
        .map(|signal| found.rows[signal.index].station.as_str())
        .collect();
    assert_eq!(outside, ["polsek-z"]);
    assert_eq!(
        funnel.in_force == InForce::Overdispersed,
        funnel.tau_squared > 0.0
    );
}

// S16
#[test]
fn one_station_nobody_late_and_everybody_late_make_no_made_up_funnel() {
    let one = place::places(&mixed(&[("a", "easy", 40, 4.0)]), Kind::Share, true, 5);
    assert_eq!((one.funnel, one.rows.len()), (None, 1));
    let none = mixed(&[("a", "easy", 40, 0.0), ("b", "easy", 60, 0.0)]);
    let found = place::places(&none, Kind::Share, true, 5);
    assert_eq!((found.funnel, found.without), (None, 2));
    assert_eq!(place::places(&none, Kind::Share, false, 5).funnel, None);
    let all = mixed(&[("a", "easy", 40, 40.0), ("b", "easy", 60, 60.0)]);
    let funnel = place::places(&all, Kind::Share, true, 5).funnel.unwrap();
    assert!(funnel.signals.is_empty());
    assert_eq!(place::places(&all, Kind::Share, false, 5).funnel, None);
}

// S16: a mean time has the limits of its own spread.
#[test]
fn a_mean_time_lies_on_a_funnel_by_how_much_times_differ() {
    let row = |station: &str, n: u64, mean: f64| MixSum {
        station: station.to_owned(),
        service: "easy".to_owned(),
        n,
        sum: n as f64 * mean,
        // Each time is about as far from the mean as the mean is long.
        squares: n as f64 * 2.0 * mean * mean,
    };
    let rows = [
        row("a", 900, 10.0),
        row("b", 900, 10.0),
        row("c", 900, 20.0),
    ];
    let found = place::places(&rows, Kind::Mean, true, 5);
    let funnel = found.funnel.unwrap();
    assert!((funnel.units[2].value - 1.5).abs() < 1e-9, "20 over 13.3");
    assert!(
        funnel
            .signals
            .iter()
            .any(|signal| signal.index == 2 && signal.is_above)
    );
    let few = [row("a", 9, 10.0), row("b", 9, 10.0), row("c", 9, 13.0)];
    let funnel = place::places(&few, Kind::Mean, true, 5).funnel.unwrap();
    assert!(funnel.signals.is_empty(), "nine say little");
}

/// Ten officers: half have easy cases, half hard ones; all as late as their cases are, apart from what `more` says.
fn ten(more: impl Fn(u128) -> i64) -> Vec<OfficerSums> {
    let of = |who: u128| {
        if who < 5 {
            answered(who, "easy", 200, 10 + more(who))
        } else {
            answered(who, "hard", 200, 80 + more(who))
        }
    };
    (0..10).map(of).collect()
}

fn months() -> (Date, Date) {
    (date(2026, 1, 1), date(2026, 12, 1))
}

// S17: whoever has the hard cases is not called late for it.
#[test]
fn officers_are_compared_with_what_their_own_services_have() {
    let rows = ten(|_| 0);
    for who in 0..10 {
        let own = officer::punctuality(&rows, officer(who), months());
        assert_eq!(own.beside, Beside::Alike, "{own:?}");
        let pooled = own.pooled.unwrap();
        let expected = if who < 5 { 0.95 } else { 0.6 };
        assert!((pooled.expected - expected).abs() < 1e-9, "{pooled:?}");
        assert!((pooled.share - expected).abs() < 1e-9, "{pooled:?}");
        assert_eq!(pooled.interval, None);
    }
    let spread = officer::spread(&rows, 5).unwrap();
    assert_eq!(
        (spread.officers, spread.beyond, spread.differ),
        (10, 0, false)
    );
}

// S17
#[test]
fn one_officer_far_from_their_services_is_told_and_drawn_towards_all() {
    let rows = ten(|who| if who == 2 { 60 } else { 0 });
    let own = officer::punctuality(&rows, officer(2), months());
    assert_eq!(own.beside, Beside::Less);
    let pooled = own.pooled.unwrap();
    assert_eq!((pooled.n, pooled.in_time), (200, 130));
    let interval = pooled.interval.unwrap();
    assert!(pooled.share > 0.65, "drawn towards all: {pooled:?}");
    assert!(interval.low < pooled.share && pooled.share < interval.high);
    assert!(interval.high < pooled.expected, "{pooled:?}");
    let spread = officer::spread(&rows, 5).unwrap();
    assert!(spread.differ && spread.beyond >= 1, "{spread:?}");
    let [low, middle, high] = spread.shares;
    assert!(low <= middle && middle <= high);
}

// S17
#[test]
fn too_few_answers_or_officers_say_nothing_of_anybody() {
    let few = vec![answered(1, "easy", 19, 19)];
    let own = officer::punctuality(&few, officer(1), months());
    assert_eq!((own.n, own.share, own.beside), (19, None, Beside::TooFew));
    let nobody = officer::punctuality(&few, officer(9), months());
    assert_eq!((nobody.n, nobody.beside), (0, Beside::TooFew));
    let one = vec![answered(1, "easy", 100, 50)];
    let own = officer::punctuality(&one, officer(1), months());
    assert_eq!((own.beside, own.pooled), (Beside::Alone, None));
    assert_eq!(own.share.unwrap().share, 0.5);
    let seven: Vec<OfficerSums> = (0..7).map(|who| answered(who, "easy", 50, 5)).collect();
    assert_eq!(officer::spread(&seven, 5), None);
    assert_eq!(
        officer::punctuality(&seven, officer(0), months()).beside,
        Beside::Alone
    );
}

// S17
#[test]
fn nobody_late_and_all_late_are_alike() {
    for late in [0, 50] {
        let rows: Vec<OfficerSums> = (0..9).map(|who| answered(who, "easy", 50, late)).collect();
        for who in 0..9 {
            let own = officer::punctuality(&rows, officer(who), months());
            assert_eq!(own.beside, Beside::Alike, "{late} {own:?}");
            let pooled = own.pooled.unwrap();
            assert_eq!(pooled.share, if late == 0 { 1.0 } else { 0.0 });
        }
        assert_eq!(officer::spread(&rows, 5).unwrap().beyond, 0);
    }
    // More late than allowed is not believed.
    let wrong = officer::punctuality(&[answered(1, "easy", 30, 90)], officer(1), months());
    assert_eq!((wrong.n, wrong.in_time), (30, 0));
}

fn cells(late: impl Fn(usize, usize, usize) -> u64) -> Vec<PartCell> {
    let mut cells = Vec::new();
    for month in 0..6 {
        for station in 0..6 {
            for person in 0..3 {
                cells.push(PartCell {
                    month: date(2026, i8::try_from(month + 1).unwrap(), 1),
                    station: format!("polsek-{station}"),
                    officer: officer(u128::try_from(10 * station + person).unwrap()),
                    n: 40,
                    late: late(month, station, person),
                });
            }
        }
    }
    cells
}

fn share_of(parts: &Parts, factor: Factor) -> Option<f64> {
    let part = parts.parts.iter().find(|part| part.factor == factor);
    part.unwrap().share
}

// S15 S16 S17
#[test]
fn what_lies_with_officers_stations_or_months_is_found_there() {
    let by_person = parts(&cells(|_, _, person| [2, 8, 20][person]));
    let by_place = parts(&cells(|_, station, _| [2, 4, 8, 12, 20, 26][station]));
    let by_time = parts(&cells(|month, _, _| [2, 4, 8, 12, 20, 26][month]));
    for (parts, most) in [
        (&by_person, Factor::Person),
        (&by_place, Factor::Place),
        (&by_time, Factor::Time),
    ] {
        assert_eq!((parts.why_not, parts.n, parts.is_cut), (None, 4320, false));
        let own = share_of(parts, most).unwrap();
        for factor in Factor::ALL.into_iter().filter(|factor| *factor != most) {
            let other = share_of(parts, factor).unwrap();
            assert!(other < 0.02 && own > 0.1, "{most:?}: {parts:?}");
        }
        let shares = parts.parts.iter().filter_map(|part| part.share);
        let all = shares.sum::<f64>() + parts.within.unwrap();
        assert!((all - 1.0).abs() < 1e-9, "{all}");
    }
}

// S17
#[test]
fn what_cannot_be_divided_is_said_so() {
    assert_eq!(parts(&cells(|_, _, _| 0)).why_not, Some(WhyNot::AllAlike));
    assert_eq!(parts(&cells(|_, _, _| 40)).why_not, Some(WhyNot::AllAlike));
    let one_officer: Vec<PartCell> = cells(|_, _, _| 4)
        .into_iter()
        .filter(|cell| cell.officer == officer(0))
        .collect();
    let alone = parts(&one_officer);
    assert_eq!(alone.parts[2].levels, 1);
    assert_eq!(share_of(&alone, Factor::Person), None);
    assert_eq!(share_of(&alone, Factor::Place), None);
    assert!(
        share_of(&alone, Factor::Time).is_some(),
        "months can be told: {alone:?}"
    );
    let one_each: Vec<PartCell> = cells(|month, station, _| (2 + month + station) as u64)
        .into_iter()
        .filter(|cell| cell.officer.0.as_u128().is_multiple_of(10))
        .collect();
    let one_each = parts(&one_each);
    assert_eq!(
        share_of(&one_each, Factor::Place),
        None,
        "station and officer are one"
    );
    assert!(share_of(&one_each, Factor::Person).is_some());
    let one_month: Vec<PartCell> = cells(|_, _, _| 4)
        .into_iter()
        .map(|cell| PartCell {
            n: ANSWERS_MAX,
            ..cell
        })
        .collect();
    let many = parts(&one_month);
    assert_eq!((many.why_not, many.n), (Some(WhyNot::TooMany), 0));
    let unknown: Vec<PartCell> = cells(|_, _, _| 4)
        .into_iter()
        .map(|cell| PartCell {
            station: String::new(),
            ..cell
        })
        .collect();
    assert_eq!(parts(&unknown).why_not, Some(WhyNot::TooFew));
}

#[test]
fn students_quantile_is_that_of_the_tables() {
    for (freedom, table) in [(9.0, 2.262), (29.0, 2.045), (120.0, 1.980)] {
        let found = time::student(pengayom_measure::proportion::Z_95, freedom);
        assert!((found - table).abs() < 0.001, "{freedom}: {found}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    // Shifts share all hours out, in whatever order rows come, and upside down what was worse is better.
    #[test]
    fn hours_are_shared_out_and_upside_down_worse_is_better(
        late in prop::collection::vec(0_u64..=3, 24 * 14),
        turned in any::<bool>(),
    ) {
        let weeks = weeks(4);
        let row = |(at, late): (usize, &u64)| {
            let at = i64::try_from(at).unwrap();
            HourSum {
                day: weeks[0].saturating_add((at / 24).days()),
                hour: i8::try_from(at % 24).unwrap(),
                n: 3,
                sum: *late as f64,
                squares: *late as f64,
            }
        };
        let mut rows: Vec<HourSum> = late.iter().enumerate().map(row).collect();
        let found = compared(rows.clone(), &weeks, Measure::Late, &working);
        let shifts: u64 = found.hours.beside.iter().take(3).map(|of| of.n).sum();
        prop_assert_eq!(shifts, 3 * 24 * 14);
        if turned {
            rows.reverse();
        }
        prop_assert_eq!(&compared(rows.clone(), &weeks, Measure::Late, &working).hours.beside.len(), &6);
        for row in &mut rows {
            row.sum = 3.0 - row.sum;
            row.squares = row.sum;
        }
        let down = compared(rows, &weeks, Measure::Late, &working);
        for (one, other) in found.hours.beside.iter().zip(&down.hours.beside) {
            let mirrored = match one.call {
                Call::Worse => Call::Better,
                Call::Better => Call::Worse,
                same => same,
            };
            prop_assert_eq!(other.call, mirrored);
            if let (Some(one), Some(other)) = (one.difference, other.difference) {
                prop_assert!((one.low + other.high).abs() < 1e-9);
                prop_assert!((one.high + other.low).abs() < 1e-9);
            }
        }
    }

    // Whatever is counted, nothing that is told is not a number.
    #[test]
    fn whatever_is_counted_nothing_told_is_not_a_number(
        rows in prop::collection::vec((0_u64..40, 0_u64..40, 0_i64..400, 0_i8..24), 0..200),
        officers in prop::collection::vec((0_u128..12, -5_i64..80, -5_i64..80), 0..40),
    ) {
        let weeks = weeks(52);
        let row = |(n, late, day, hour): &(u64, u64, i64, i8)| HourSum {
            day: weeks[0].saturating_add(day.days()),
            hour: *hour,
            n: (*n).max(1),
            sum: (*late).min((*n).max(1)) as f64,
            squares: (*late).min((*n).max(1)) as f64,
        };
        let rows: Vec<HourSum> = rows.iter().map(row).collect();
        for measure in [Measure::Late, Measure::FirstAnswer] {
            let found = compared(rows.clone(), &weeks, measure, &with_holidays);
            for of in found.hours.beside.iter().chain(&found.hours.since) {
                prop_assert!(of.value.is_none_or(f64::is_finite));
                prop_assert!(of.difference.is_none_or(|of| of.low <= of.high));
            }
            prop_assert!(found.hours.days.iter().all(|day| day.z.is_finite()));
        }
        let sums: Vec<OfficerSums> = officers
            .iter()
            .map(|(who, n, late)| answered(*who, "easy", *n, *late))
            .collect();
        for who in 0..12 {
            let own = officer::punctuality(&sums, officer(who), months());
            prop_assert!(own.in_time <= own.n);
            if let Some(pooled) = own.pooled {
                prop_assert!((0.0..=1.0).contains(&pooled.share), "{:?}", pooled);
            }
        }
    }
}
