//! Whose a matter is, and what waits of a first hour, as lists and rows show it.

use jiff::Timestamp;
use pengayom_core::pack::{ConcernedRole, Matter};
use pengayom_core::subject::case::{
    CaseAct, CountDiffered, CustodyExplained, EscalationCause, ExhibitTaken, MeasureBegun,
    PersonNamed, ProofRefused, ReviewKind, SecondLook,
};
use pengayom_store::rebuild::Mode;
use pengayom_store::rows::CaseMeasured;
use pengayom_store::{CaseOrder, CaseQuery, Span};

use crate::Engine;
use crate::made::{at, case, closed, filing, follow, officer, pati, rembang, request};

fn decided(outcome: &str, matter: Matter, was: Option<Matter>, second_look: bool) -> CaseAct {
    CaseAct::TriageDecided {
        outcome: outcome.to_owned(),
        class: "criminal".to_owned(),
        matter,
        proposed: None,
        agrees: false,
        reason: "ada tipu".to_owned(),
        second_look,
        referrals: Vec::new(),
        was,
    }
}

/// The class of a case stands with it, and what waits for somebody is listed until somebody did it.
// S9 S10
pub async fn a_class_and_what_waits_stand_with_the_case(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=2 {
        let at = at(i64::try_from(n).unwrap());
        let filed = store.append(filing(&pati(), n, at, request())).await;
        filed.unwrap();
    }
    let listed = async |query: CaseQuery| {
        let rows = store.cases(&pati(), &query).await.unwrap().rows;
        rows.iter()
            .map(|row| row.id.0.as_u128())
            .collect::<Vec<_>>()
    };
    let looks = || CaseQuery {
        second_look: true,
        ..CaseQuery::default()
    };
    let up = || CaseQuery {
        escalated: true,
        ..CaseQuery::default()
    };
    let first = decided("o_civil", Matter::Civil, None, true);
    follow(&*store, &pati(), 1, at(20), first).await;
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!(row.class.second_look, Some(SecondLook::Due));
    assert_eq!(
        (row.class.last, row.class.at),
        (Some(Matter::Civil), Some(at(20)))
    );
    assert!(row.class.disagreed);
    assert_eq!(listed(looks()).await, [1]);
    let changed = decided("o_criminal", Matter::Criminal, Some(Matter::Civil), false);
    follow(&*store, &pati(), 1, at(30), changed).await;
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!(
        (row.class.first, row.class.last),
        (Some(Matter::Civil), Some(Matter::Criminal))
    );
    assert_eq!((row.class.last_at, row.class.changes), (Some(at(30)), 1));
    assert_eq!(listed(looks()).await, [0_u128; 0]);
    let told = CaseAct::FirstHourEscalated {
        level: "duty_officer".to_owned(),
        cause: EscalationCause::Overdue,
    };
    follow(&*store, &pati(), 2, at(40), told).await;
    let row = store.case(&pati(), case(2)).await.unwrap().unwrap();
    assert_eq!(row.first_hour.level.as_deref(), Some("duty_officer"));
    assert_eq!(
        (row.first_hour.since, row.first_hour.escalations),
        (Some(at(40)), 1)
    );
    assert_eq!(listed(up()).await, [2]);
    let by = officer(7);
    let overdue = true;
    let taken = CaseAct::EscalationTaken { by, overdue };
    follow(&*store, &pati(), 2, at(50), taken).await;
    assert_eq!(listed(up()).await, [0_u128; 0]);
    let step = CaseAct::FirstHourStepDone {
        step: "call_110_send_officer".to_owned(),
        done: true,
        reason: String::new(),
    };
    follow(&*store, &pati(), 2, at(60), step).await;
    let row = store.case(&pati(), case(2)).await.unwrap().unwrap();
    assert_eq!(row.first_hour.first_action_at, Some(at(60)));
    let report = store.rebuild(&pati(), Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(report.differences(), 0, "{:?}", report.named);
}

/// A list of what waits begins with what has waited longest, and what is overdue is asked for as such: of a list that is
/// cut the newest is left out.
// S9 S10 S18 S24 S37 S40
pub async fn what_has_waited_longest_is_not_cut(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=3 {
        let at = at(i64::try_from(n).unwrap());
        let filed = store.append(filing(&pati(), n, at, request())).await;
        filed.unwrap();
    }
    let told = CaseAct::FirstHourEscalated {
        level: "duty_officer".to_owned(),
        cause: EscalationCause::Overdue,
    };
    let asked = CaseAct::ReviewAsked {
        review: ReviewKind::SecondLook,
        text: String::new(),
    };
    let look = decided("o_civil", Matter::Civil, None, true);
    // The one that was filed last waits longest, and the first one shortest.
    for (n, seconds) in [(3, 20), (2, 40), (1, 60)] {
        for act in [told.clone(), asked.clone(), look.clone()] {
            follow(&*store, &pati(), n, at(seconds), act).await;
        }
        let draft = CaseAct::ProgressDrafted {
            stage: "a1".to_owned(),
            due_at: at(seconds + 1_000),
            text: "Laporan diterima.".to_owned(),
        };
        follow(&*store, &pati(), n, at(seconds), draft).await;
    }
    follow(&*store, &pati(), 3, at(70), owed(at(2_000))).await;
    follow(&*store, &pati(), 2, at(70), measure(at(1_900))).await;
    for act in [owed(at(1_950)), measure(at(2_100))] {
        follow(&*store, &pati(), 1, at(70), act).await;
    }
    let listed = async |query: CaseQuery| {
        let page = store.cases(&pati(), &query).await.unwrap();
        assert!(page.next.is_none(), "it is no page of the list by filing");
        let ids = page.rows.iter().map(|row| row.id.0.as_u128());
        ids.collect::<Vec<_>>()
    };
    let waits = |order| CaseQuery {
        order,
        limit: 2,
        ..CaseQuery::default()
    };
    for query in [
        CaseQuery {
            escalated: true,
            ..waits(CaseOrder::Escalated)
        },
        CaseQuery {
            review_open: true,
            ..waits(CaseOrder::ReviewAsked)
        },
        CaseQuery {
            second_look: true,
            ..waits(CaseOrder::SecondLook)
        },
        CaseQuery {
            news_due: true,
            ..waits(CaseOrder::NewsDue)
        },
    ] {
        assert_eq!(listed(query.clone()).await, [3, 2], "{query:?}");
    }
    let overdue = |seconds, limit| CaseQuery {
        rights_or_measures_due: Some(at(seconds)),
        limit,
        ..waits(CaseOrder::RightsOrMeasuresDue)
    };
    // The earlier of the two counts; what is not due at the moment does not.
    assert_eq!(listed(overdue(3_000, 2)).await, [2, 1]);
    assert_eq!(listed(overdue(3_000, 9)).await, [2, 1, 3]);
    assert_eq!(listed(overdue(1_951, 9)).await, [2, 1]);
    assert_eq!(listed(overdue(1_900, 9)).await, [0_u128; 0]);
}

/// Somebody is owed their rights until a moment.
fn owed(due_at: Timestamp) -> CaseAct {
    CaseAct::PersonNamed(PersonNamed {
        person: 1,
        roles: vec![ConcernedRole::Victim],
        under_18: None,
        needs: String::new(),
        owed: vec!["victim".to_owned()],
        due_at: Some(due_at),
        reason: String::new(),
    })
}

/// A control measure that has to end by a moment.
fn measure(ends_by: Timestamp) -> CaseAct {
    CaseAct::MeasureBegun(MeasureBegun {
        measure: 1,
        kind: "search".to_owned(),
        person: None,
        order: None,
        ground: None,
        law: "KUHAP".to_owned(),
        explained: String::new(),
        not_first: None,
        not_first_text: String::new(),
        encounter: None,
        ends_by: Some(ends_by),
        review_by: None,
        rights_by: None,
        liberty: false,
    })
}

/// What the measures of competence count is that of the acts, for the cases filed in a span of one unit.
// S9 S10 S12 S18
pub async fn what_measures_count_is_read_by_the_span_of_filing(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=3_u128 {
        let at = at(i64::try_from(n).unwrap() * 10);
        let filed = store.append(filing(&pati(), n, at, request())).await;
        filed.unwrap();
    }
    let elsewhere = filing(&rembang(), 4, at(15), request());
    store.append(elsewhere).await.unwrap();
    let told = |level: &str| CaseAct::FirstHourEscalated {
        level: level.to_owned(),
        cause: EscalationCause::Overdue,
    };
    let taken = || CaseAct::EscalationTaken {
        by: officer(7),
        overdue: true,
    };
    let notice = |due_at| CaseAct::ProgressSent {
        stage: "a1".to_owned(),
        due_at,
        text: "Laporan diterima.".to_owned(),
    };
    let look = |agrees| CaseAct::SecondLookGiven {
        agrees,
        outcome: "o_criminal".to_owned(),
        matter: Matter::Criminal,
        reason: "ada tipu".to_owned(),
    };
    let refused = |count| {
        CaseAct::ProofRefused(ProofRefused {
            gaps: Vec::new(),
            count,
        })
    };
    let criminal = |was| decided("o_criminal", Matter::Criminal, was, true);
    let civil = decided("o_civil", Matter::Civil, None, false);
    let acts = [
        (30, civil.clone()),
        (31, criminal(Some(Matter::Civil))),
        // Decided again, but not anew: the class holds since 31.
        (32, criminal(Some(Matter::Criminal))),
        (33, look(false)),
        (34, criminal(Some(Matter::Criminal))),
        (35, look(true)),
        (40, told("duty_officer")),
        (41, told("pamapta")),
        (44, taken()),
        (45, told("duty_officer")),
        (46, taken()),
        // The first submission is what counts.
        (50, refused(3)),
        (51, CaseAct::ProofSubmitted {}),
        (60, notice(at(60))),
        (61, notice(at(60))),
    ];
    for (moment, act) in acts {
        follow(&*store, &pati(), 2, at(moment), act).await;
    }
    follow(&*store, &pati(), 3, at(70), closed()).await;
    let expected = CaseMeasured {
        class_since: Some(at(31)),
        looks: 2,
        looks_agreed: 1,
        told_at: Some(at(40)),
        told_taken_at: Some(at(44)),
        proof_gaps: Some(3),
        news_sent: 2,
        news_late: 1,
    };
    let row = store.case(&pati(), case(2)).await.unwrap().unwrap();
    assert_eq!(row.measured, expected);
    let read = async |from, to, limit| {
        let span = Span {
            from: at(from),
            to: at(to),
        };
        store.measured_cases(&pati(), span, limit).await.unwrap()
    };
    let all = read(0, 100, 10).await;
    let filed: Vec<_> = all.iter().map(|case| case.filed_at).collect();
    assert_eq!(filed, [at(30), at(20), at(10)]);
    assert_eq!(all[0].closed_at, Some(at(70)));
    assert_eq!(all[1].measured, expected);
    assert_eq!((all[1].class.changes, all[1].escalations), (1, 3));
    assert_eq!(all[1].service, request().service);
    assert_eq!(all[2].measured, CaseMeasured::default());
    // From the first moment on, the last not included; the latest where there are too many.
    assert_eq!(read(20, 30, 10).await, all[1..2]);
    assert_eq!(read(0, 100, 2).await, all[..2]);
    let report = store.rebuild(&pati(), Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(report.differences(), 0, "{:?}", report.named);
}

/// Money that differs brings its case into a list until somebody explained it; what somebody wrote never does.
// S13
pub async fn evidence_that_is_wrong_is_listed_until_that_is_explained(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=3 {
        let at = at(i64::try_from(n).unwrap());
        let filed = store.append(filing(&pati(), n, at, request())).await;
        filed.unwrap();
        let taken = CaseAct::ExhibitTaken(ExhibitTaken {
            description: "Amplop".to_owned(),
            quantity: 1,
            seal: None,
            from: None,
            place: r#"Lemari, "differs":true, "altered":true"#.to_owned(),
            rupiah: Some(1_000),
        });
        follow(&*store, &pati(), n, at, taken).await;
    }
    let listed = async || {
        let query = CaseQuery {
            evidence_wrong: true,
            order: CaseOrder::EvidenceWrong,
            ..CaseQuery::default()
        };
        let rows = store.cases(&pati(), &query).await.unwrap().rows;
        let ids = rows.iter().map(|row| row.id.0.as_u128());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [0_u128; 0]);
    for n in [3, 2] {
        let differed = CaseAct::CountDiffered(CountDiffered {
            evidence: 1,
            expected: 1_000,
            counted: 900,
            had: Some(officer(7)),
        });
        follow(&*store, &pati(), n, at(20), differed).await;
    }
    assert_eq!(listed().await, [2, 3], "the earliest filed first");
    let explained = CaseAct::CustodyExplained(CustodyExplained {
        evidence: 1,
        text: "Salah hitung".to_owned(),
    });
    follow(&*store, &pati(), 2, at(30), explained).await;
    assert_eq!(listed().await, [3]);
    let report = store.rebuild(&pati(), Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(report.differences(), 0, "{:?}", report.named);
}
