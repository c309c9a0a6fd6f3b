//! The measures, worked by hand against the Indonesian pack.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::path::Path;
use std::sync::LazyLock;

use pengayom_core::pack::Matter;
use pengayom_store::rows::{CaseClass, CaseMeasured};
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

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + minutes * 60).unwrap()
}

/// When it is read: a day after the cases were filed.
fn now() -> Timestamp {
    at(1440)
}

/// A case of theft, filed at 0.
fn case() -> MeasuredCase {
    MeasuredCase {
        service: "lp_b".parse().unwrap(),
        filed_at: at(0),
        closed_at: None,
        class: CaseClass::default(),
        first_action_at: None,
        escalations: 0,
        escalated_at: None,
        news_due_at: None,
        measured: CaseMeasured::default(),
    }
}

fn row(cases: &[MeasuredCase], measure: Measure, service: Option<&str>) -> MeasuredService {
    let service = service.map(|code| code.parse().unwrap());
    let all = measures(cases, now(), pack());
    let of = all.into_iter().find(|rows| rows.measure == measure);
    let mut rows = of.unwrap().rows.into_iter();
    rows.find(|row| row.service == service).unwrap()
}

fn middle_of(row: &MeasuredService) -> Middle {
    let Some(Figure::Middle(middle)) = row.figure else {
        panic!("no middle: {row:?}");
    };
    middle
}

fn share_of(row: &MeasuredService) -> f64 {
    match row.figure {
        Some(Figure::Share(share)) => share.share,
        Some(Figure::Clustered(share)) => share.share,
        _ => panic!("no share: {row:?}"),
    }
}

#[test]
fn a_case_that_lies_counts_with_what_it_has_waited_and_a_closed_one_is_named() {
    let acted = |minutes| MeasuredCase {
        first_action_at: Some(at(minutes)),
        ..case()
    };
    let mut cases: Vec<MeasuredCase> = [10, 20, 30, 40, 50].map(acted).to_vec();
    cases.push(case());
    cases.push(MeasuredCase {
        closed_at: Some(at(60)),
        ..case()
    });
    let read = row(&cases, Measure::FirstAction, Some("lp_b"));
    assert_eq!((read.n, read.waiting, read.without), (6, 1, 1));
    let middle = middle_of(&read);
    assert_eq!((middle.exact(), middle.low), (Some(30 * 60), 10 * 60));
    assert_eq!(middle.high, None, "it may lie for ever");
    let promised = PackMethod::of(pack()).response_minutes(&"lp_b".parse().unwrap());
    assert_eq!(
        read.promise,
        promised.map(|minutes| i64::from(minutes) * 60)
    );
    assert_eq!(row(&cases, Measure::FirstAction, None).promise, None);
    let few = row(&cases[..5], Measure::FirstAction, Some("lp_b"));
    assert_eq!((few.n, few.figure), (5, None));
}

#[test]
fn the_right_class_is_the_one_that_holds_and_that_nobody_is_yet_to_look_at() {
    let classed = |since, changes| MeasuredCase {
        class: CaseClass {
            last: Some(Matter::Criminal),
            at: Some(at(5)),
            changes,
            disagreed: changes > 0,
            ..CaseClass::default()
        },
        measured: CaseMeasured {
            class_since: Some(at(since)),
            ..CaseMeasured::default()
        },
        ..case()
    };
    let mut cases: Vec<MeasuredCase> = [5, 5, 5, 5, 5].map(|since| classed(since, 0)).to_vec();
    cases.push(classed(300, 1));
    let mut looked_at = classed(5, 0);
    looked_at.class.second_look = Some(SecondLook::Due);
    looked_at.class.second_look_at = Some(at(5));
    cases.push(looked_at);
    // Without a class: one that needs it, one that ended without it, and a letter that needs none.
    cases.push(case());
    cases.push(MeasuredCase {
        closed_at: Some(at(9)),
        ..case()
    });
    cases.push(MeasuredCase {
        service: "skck".parse().unwrap(),
        ..case()
    });
    let read = row(&cases, Measure::RightClass, None);
    assert_eq!((read.n, read.waiting, read.without), (8, 2, 1));
    let middle = middle_of(&read);
    assert_eq!((middle.exact(), middle.low), (Some(300), 300));
    let changed = row(&cases, Measure::Reclassified, None);
    assert_eq!((changed.n, changed.cases), (7, 7));
    assert!((share_of(&changed) - 1.0 / 7.0).abs() < 1e-12);
    assert!((share_of(&row(&cases, Measure::Departed, None)) - 1.0 / 7.0).abs() < 1e-12);
}

#[test]
fn second_looks_and_notices_count_each_and_say_of_how_many_cases() {
    let looked = |agreed, looks| MeasuredCase {
        measured: CaseMeasured {
            looks,
            looks_agreed: agreed,
            ..CaseMeasured::default()
        },
        ..case()
    };
    let mut cases: Vec<MeasuredCase> = [(1, 1), (1, 1), (0, 1), (1, 1), (1, 2)]
        .map(|(a, n)| looked(a, n))
        .to_vec();
    let read = row(&cases, Measure::SecondLook, None);
    assert_eq!((read.n, read.cases, read.waiting), (6, 5, 0));
    assert!((share_of(&read) - 4.0 / 6.0).abs() < 1e-12);
    // Six looks in four cases are too few: one case may be most of it.
    let four = row(&cases[1..], Measure::SecondLook, None);
    assert_eq!((four.n, four.cases, four.figure), (5, 4, None));

    let sent = |sent, late, due: Option<i64>| MeasuredCase {
        news_due_at: due.map(at),
        measured: CaseMeasured {
            news_sent: sent,
            news_late: late,
            ..CaseMeasured::default()
        },
        ..case()
    };
    // One overdue and unsent is late; one that is due tomorrow waits.
    let notices = [
        sent(2, 0, None),
        sent(1, 1, None),
        sent(1, 0, Some(2000)),
        sent(0, 0, Some(1000)),
        sent(3, 1, None),
        sent(0, 0, Some(2000)),
    ];
    cases.truncate(0);
    cases.extend(notices);
    let read = row(&cases, Measure::NoticesInTime, None);
    assert_eq!((read.n, read.cases, read.waiting), (8, 5, 2));
    assert!((share_of(&read) - 5.0 / 8.0).abs() < 1e-12);
}

#[test]
fn what_went_up_is_counted_with_who_took_it_and_how_soon() {
    let told = |taken: Option<i64>, waits: bool| MeasuredCase {
        escalations: 1,
        escalated_at: waits.then(|| at(60)),
        measured: CaseMeasured {
            told_at: Some(at(60)),
            told_taken_at: taken.map(at),
            ..CaseMeasured::default()
        },
        ..case()
    };
    let mut cases: Vec<MeasuredCase> = (1..=6).map(|n| told(Some(60 + n), false)).collect();
    cases.push(told(None, true));
    // The danger lessened before anybody took it.
    cases.push(told(None, false));
    cases.extend([case(), case()]);
    let read = row(&cases, Measure::EscalationTaken, Some("lp_b"));
    assert_eq!((read.n, read.waiting, read.without), (7, 1, 1));
    assert_eq!(middle_of(&read).exact(), Some(4 * 60));
    assert_eq!(read.promise, Some(600), "ten minutes of the pack");
    let share = row(&cases, Measure::Escalated, None);
    assert_eq!((share.n, share.waiting), (10, 1));
    assert!((share_of(&share) - 0.8).abs() < 1e-12);
}

#[test]
fn gaps_are_those_of_the_first_submission_and_cases_without_one_are_not_there() {
    let with = |gaps| MeasuredCase {
        measured: CaseMeasured {
            proof_gaps: Some(gaps),
            ..CaseMeasured::default()
        },
        ..case()
    };
    let mut cases: Vec<MeasuredCase> = [0, 7, 1, 0, 2, 5].map(with).to_vec();
    cases.push(case());
    let complete = row(&cases, Measure::ProofComplete, Some("lp_b"));
    assert_eq!((complete.n, complete.waiting), (6, 0));
    assert!((share_of(&complete) - 2.0 / 6.0).abs() < 1e-12);
    let gaps = middle_of(&row(&cases, Measure::ProofGaps, Some("lp_b")));
    assert_eq!((gaps.exact(), gaps.low, gaps.high), (Some(1), 0, Some(7)));
}

#[test]
fn nothing_is_said_of_what_there_is_nothing_of() {
    for rows in measures(&[], now(), pack()) {
        assert_eq!(rows.rows, [], "{:?}", rows.measure);
    }
    let rows = &measures(&[case()], now(), pack())[7];
    assert_eq!(
        (rows.measure, &*rows.rows),
        (Measure::ProofComplete, &[][..])
    );
    for (at, measure) in Measure::ALL.iter().enumerate() {
        let same = Measure::ALL
            .iter()
            .filter(|one| one.code() == measure.code());
        assert_eq!(same.count(), 1, "{at}");
    }
}

proptest! {
    /// Services add up to the unit, whatever the cases are, and n never holds what ended without it.
    #[test]
    fn services_add_up_to_the_unit(
        drawn in proptest::collection::vec((0_usize..3, any::<[bool; 6]>(), 0_u32..4, 0_i64..3000), 0..60)
    ) {
        let services = ["lp_b", "skck", "laka"];
        let cases: Vec<MeasuredCase> = drawn.iter().map(|(service, so, n, minutes)| MeasuredCase {
            service: services[*service].parse().unwrap(),
            closed_at: so[0].then(|| at(*minutes)),
            first_action_at: so[1].then(|| at(*minutes)),
            class: CaseClass {
                last: so[2].then_some(Matter::Civil),
                changes: *n,
                ..CaseClass::default()
            },
            escalations: *n,
            escalated_at: (*n > 0 && so[3] && !so[0]).then(|| at(1)),
            news_due_at: so[4].then(|| at(*minutes)),
            measured: CaseMeasured {
                class_since: so[2].then(|| at(*minutes)),
                looks: *n,
                looks_agreed: n / 2,
                told_at: (*n > 0).then(|| at(1)),
                told_taken_at: (*n > 0 && !so[3]).then(|| at(*minutes)),
                proof_gaps: so[5].then_some(*n),
                news_sent: *n,
                news_late: n / 2,
            },
            ..case()
        }).collect();
        for rows in measures(&cases, now(), pack()) {
            let (mut n, mut counted, mut waiting, mut without) = (0, 0, 0, 0);
            for row in rows.rows.iter().filter(|row| row.service.is_some()) {
                n += row.n;
                counted += row.cases;
                waiting += row.waiting;
                without += row.without;
            }
            let whole = rows.rows.iter().find(|row| row.service.is_none());
            let whole = whole.map_or((0, 0, 0, 0), |row| (row.n, row.cases, row.waiting, row.without));
            prop_assert_eq!((n, counted, waiting, without), whole, "{:?}", rows.measure);
            for row in &rows.rows {
                prop_assert!(row.figure.is_none() || row.cases >= SHARE_NEEDS);
                prop_assert!(row.cases + row.without <= length(&cases));
            }
        }
    }
}
