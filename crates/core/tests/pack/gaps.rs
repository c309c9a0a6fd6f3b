//! What services lack: the real pack's needs held to registers made for the test, and laws on any register.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::gap::{Asset, Gap, Holding, Site, gaps, stations_with};
use pengayom_core::pack::{GapKind, Lang, NeedEffect};
use pengayom_core::place::StationId;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::pack;

fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

fn station(code: &str) -> StationId {
    code.parse().unwrap()
}

fn sites() -> Vec<Site> {
    let site = |code: &str, level: &str, whole| Site {
        station: station(code),
        level: level.to_owned(),
        whole,
    };
    vec![
        site("polres-pati", "polres", true),
        site("polsek-juwana", "polsek", false),
        site("polsek-tayu", "polsek", false),
    ]
}

fn thing(code: &str, at_station: &str, from: i64, to: Option<i64>) -> Holding {
    Holding {
        asset: Asset::Thing(code.parse().unwrap()),
        spans: vec![(station(at_station), at(from), to.map(at))],
    }
}

fn found(holdings: &[Holding], service: &str, asset: &Asset) -> Vec<Gap> {
    let all = gaps(pack(), &sites(), holdings, at(1_000), at(0));
    let of_it = all.into_iter();
    of_it
        .filter(|gap| gap.service.as_str() == service && gap.asset == *asset)
        .collect()
}

fn rpk() -> Asset {
    Asset::Thing("rpk".parse().unwrap())
}

// S35
#[test]
fn a_room_that_broke_is_a_gap_since_then_for_every_station_that_uses_it() {
    let holdings = [thing("rpk", "polres-pati", -500, Some(400))];
    let gaps = found(&holdings, "kdrt", &rpk());
    assert_eq!(gaps.len(), 1, "a Polsek is not asked to have one");
    let gap = &gaps[0];
    assert_eq!((gap.effect, gap.public), (NeedEffect::Blocks, true));
    assert_eq!((gap.there, gap.needed, gap.since), (0, 1, Some(at(400))));
    assert_eq!(gap.stood, [(at(400), at(1_000))]);
    let serves: Vec<&str> = gap.serves.iter().map(StationId::as_str).collect();
    assert_eq!(serves, ["polres-pati", "polsek-juwana", "polsek-tayu"]);
    // In order it is none.
    assert!(found(&[thing("rpk", "polres-pati", -500, None)], "kdrt", &rpk()).is_empty());
}

// S35
#[test]
fn what_was_never_there_has_no_beginning_and_stood_all_the_time() {
    let gaps = found(&[], "kdrt", &rpk());
    assert_eq!(
        (gaps[0].since, gaps[0].stood.as_slice()),
        (None, &[(at(0), at(1_000))][..])
    );
}

// S35
#[test]
fn times_between_are_counted_apart() {
    let holdings = [
        thing("rpk", "polres-pati", 100, Some(200)),
        thing("rpk", "polres-pati", 500, Some(600)),
    ];
    let gap = &found(&holdings, "kdrt", &rpk())[0];
    assert_eq!(gap.since, Some(at(600)));
    let stood = [(at(0), at(100)), (at(200), at(500)), (at(600), at(1_000))];
    assert_eq!(gap.stood, stood);
}

// S7
#[test]
fn a_certificate_renewed_early_is_one_officer() {
    let first_aid = Asset::Skill("pertolongan_pertama".parse().unwrap());
    let renewed = Holding {
        asset: first_aid.clone(),
        spans: vec![
            (station("polres-pati"), at(0), Some(at(800))),
            (station("polres-pati"), at(600), None),
        ],
    };
    let gap = &found(&[renewed], "laka", &first_aid)[0];
    assert_eq!((gap.there, gap.needed), (1, 2));
}

#[test]
fn the_nearest_is_looked_for_where_there_is_one() {
    let holdings = [
        thing("rpk", "polsek-tayu", 0, None),
        thing("rpk", "polsek-juwana", 0, Some(10)),
    ];
    let sites = sites();
    let with = stations_with(&rpk(), &sites, &holdings, at(1_000));
    assert_eq!(with, [&station("polsek-tayu")]);
}

/// Any holding: things and skills of the pack, at any of the stations, in any time.
fn holding() -> impl Strategy<Value = Holding> {
    let mut assets: Vec<Asset> = Vec::new();
    assets.extend(
        pack()
            .things()
            .iter()
            .map(|one| Asset::Thing(one.code.clone())),
    );
    assets.extend(
        pack()
            .skills()
            .iter()
            .map(|one| Asset::Skill(one.code.clone())),
    );
    let span = (
        0_usize..3,
        -200_i64..1_200,
        proptest::option::of(0_i64..900),
    );
    (proptest::sample::select(assets), vec(span, 1..4)).prop_map(|(asset, spans)| Holding {
        asset,
        spans: spans
            .into_iter()
            .map(|(site, from, long)| {
                let to = long.map(|long| at(from + long));
                (sites()[site].station.clone(), at(from), to)
            })
            .collect(),
    })
}

/// What of a gap says which it is.
fn which(gap: &Gap) -> (String, String, Asset) {
    (
        gap.service.to_string(),
        gap.station.to_string(),
        gap.asset.clone(),
    )
}

fn stood(gap: &Gap) -> i64 {
    let spans = gap.stood.iter();
    spans
        .map(|(from, to)| to.duration_since(*from).as_secs())
        .sum()
}

proptest! {
    // S35
    #[test]
    fn one_more_thing_or_officer_never_makes_a_gap(
        holdings in vec(holding(), 0..12), more in holding()
    ) {
        let before = gaps(pack(), &sites(), &holdings, at(1_000), at(0));
        let mut with = holdings;
        with.push(more);
        let after = gaps(pack(), &sites(), &with, at(1_000), at(0));
        for gap in &after {
            let was = before.iter().find(|was| which(was) == which(gap));
            prop_assert!(was.is_some(), "{:?}", which(gap));
            if let Some(was) = was {
                prop_assert!(stood(gap) <= stood(was));
                prop_assert!(gap.there >= was.there);
            }
        }
    }

    #[test]
    fn a_gap_stands_now_since_when_it_says_and_its_times_do_not_overlap(
        holdings in vec(holding(), 0..12)
    ) {
        for gap in gaps(pack(), &sites(), &holdings, at(1_000), at(0)) {
            prop_assert!(gap.there < gap.needed);
            prop_assert!(gap.since.is_none_or(|since| since <= at(1_000)));
            for pair in gap.stood.windows(2) {
                prop_assert!(pair[0].1 < pair[1].0);
            }
            prop_assert!(gap.stood.iter().all(|(from, to)| from < to && *from >= at(0)));
        }
    }
}

// S34
#[test]
fn every_kind_of_gap_opens_a_lesson_of_any_service_it_can_be_in() {
    for gap in GapKind::ALL {
        let mut lessons = pack().lessons().iter();
        assert!(
            lessons.any(|lesson| lesson.opened_by.contains(gap)),
            "{gap}"
        );
    }
    assert!(pack().lessons().len() >= 10);
    for lesson in pack().lessons() {
        for lang in Lang::ALL {
            assert!(
                lesson
                    .screens
                    .iter()
                    .all(|one| !one.text.get(lang).is_empty())
            );
        }
    }
}
