//! A rebuild finds what does not follow from the acts, names it and puts it right.

use pengayom_core::value::UnitId;
use pengayom_store::rebuild::{Mode, NAMED_MAX, Report, What};
use pengayom_store::{CaseQuery, Store};

use crate::made::{command, filing, pati, rembang, request, taken};
use crate::rebuild::live;
use crate::{BySql, Engine};

async fn rebuild(store: &dyn Store, unit: &UnitId, mode: Mode) -> Report {
    store.rebuild(unit, mode, &|_| ()).await.unwrap()
}

/// Everything a store says of a unit in lists, to see that nothing moved.
async fn cases(store: &dyn Store, unit: &UnitId) -> Vec<pengayom_store::rows::CaseRow> {
    let query = CaseQuery {
        limit: 500,
        ..CaseQuery::default()
    };
    store.cases(unit, &query).await.unwrap().rows
}

/// A store whose views were kept as acts came in is what a rebuild derives.
// S22
pub async fn an_untouched_store_differs_in_nothing(engine: &impl Engine) {
    let store = engine.open().await;
    live(&*store, &pati(), 1).await;
    live(&*store, &rembang(), 2).await;
    for unit in [pati(), rembang()] {
        let told = std::sync::Mutex::new(Vec::new());
        let report = store
            .rebuild(&unit, Mode::Check, &|progress| {
                told.lock().unwrap().push((progress.acts, progress.of));
            })
            .await
            .unwrap();
        assert_eq!(report.differences(), 0, "{:?}", report.named);
        assert_eq!(report.subjects, 172);
        assert_eq!(report.tables["cases"].rows, 40);
        assert_eq!(report.tables["case_words"].rows, 40);
        assert_eq!(report.tables["encounters"].rows, 40);
        assert_eq!(report.tables["feedback"].rows, 40);
        assert_eq!(report.tables["visits"].rows, 40);
        assert_eq!(report.tables["outages"].rows, 4);
        assert_eq!(report.tables["things"].rows, 4);
        assert_eq!(report.tables["officer_standing"].rows, 4);
        for table in [
            "rollup_hour",
            "rollup_wait",
            "rollup_officer_day",
            "rollup_officer_beat",
            "rollup_survey",
            "rollup_case",
            "rollup_meeting",
            "rollup_answer",
            "rollup_force",
            "rollup_control",
            "rollup_officer_month",
        ] {
            assert!(report.tables[table].rows > 0, "{table}");
        }
        // Of cases, and of the tickets of one desk and day.
        assert_eq!(report.tables["numbers"].rows, 2);
        let last = told.into_inner().unwrap().pop().unwrap();
        assert_eq!(last, (report.acts, report.acts));
        let mended = rebuild(&*store, &unit, Mode::Mend).await;
        assert_eq!(mended.differences(), 0, "{:?}", mended.named);
    }
    let nobody = rebuild(&*store, &"polres-lain".parse().unwrap(), Mode::Mend).await;
    assert_eq!((nobody.acts, nobody.differences()), (0, 0));
}

/// What is done to a store, and what a rebuild must say of a table: whether rows are
/// missing, different, surplus.
const TAMPERED: &[(BySql, &str, [bool; 3])] = &[
    (
        BySql::both(
            "UPDATE cases SET stage = 'closed', place_text = 'lain', danger = NOT danger
             WHERE unit = 'polres-pati' AND number = 'PTI-2611-0002'",
        ),
        "cases",
        [false, true, false],
    ),
    (
        BySql {
            sqlite: "UPDATE cases SET id = X'0000000000000000000000000000ffff'
                     WHERE unit = 'polres-pati' AND number = 'PTI-2611-0003'",
            postgres: "UPDATE cases SET id = '00000000-0000-0000-0000-00000000ffff'
                       WHERE unit = 'polres-pati' AND number = 'PTI-2611-0003'",
        },
        "cases",
        [true, false, true],
    ),
    (
        BySql {
            sqlite: "UPDATE cases_fts SET words = 'lain' WHERE rowid =
                     (SELECT row FROM cases WHERE unit = 'polres-pati' AND number = 'PTI-2611-0004')",
            postgres: "UPDATE case_words SET words = 'lain' WHERE unit = 'polres-pati' AND id =
                       (SELECT id FROM cases WHERE unit = 'polres-pati' AND number = 'PTI-2611-0004')",
        },
        "case_words",
        [false, true, false],
    ),
    (
        BySql {
            sqlite: "DELETE FROM cases_fts WHERE rowid =
                     (SELECT row FROM cases WHERE unit = 'polres-pati' AND number = 'PTI-2611-0005')",
            postgres: "DELETE FROM case_words WHERE unit = 'polres-pati' AND id =
                       (SELECT id FROM cases WHERE unit = 'polres-pati' AND number = 'PTI-2611-0005')",
        },
        "case_words",
        [true, false, false],
    ),
    (
        BySql {
            sqlite: "INSERT INTO cases_fts (rowid, words) VALUES (99999, 'hantu')",
            postgres: "INSERT INTO case_words (unit, id, words, search) VALUES ('polres-pati',
                       '00000000-0000-0000-0000-00000000eeee', 'hantu', '''hantu'':1')",
        },
        "case_words",
        [false, false, true],
    ),
    (
        BySql::both(
            "DELETE FROM encounters WHERE unit = 'polres-pati' AND happened_at =
             (SELECT min(happened_at) FROM encounters)",
        ),
        "encounters",
        [true, false, false],
    ),
    (
        BySql::both(
            "UPDATE feedback SET message = 'lain', answers = '{}' WHERE unit = 'polres-pati'
             AND given_at = (SELECT max(given_at) FROM feedback)",
        ),
        "feedback",
        [false, true, false],
    ),
    (
        BySql::both(
            "UPDATE rollup_hour SET filed = filed + 1, wait_seconds = wait_seconds + 1
             WHERE unit = 'polres-pati' AND station = 'polsek-tayu' AND filed > 0",
        ),
        "rollup_hour",
        [false, true, false],
    ),
    (
        BySql::both(
            "INSERT INTO rollup_wait (unit, hour, station, service, bucket, n)
             VALUES ('polres-pati', 0, 'polsek-hantu', 'report_theft', 1, 7)",
        ),
        "rollup_wait",
        [false, false, true],
    ),
    (
        BySql::both(
            "DELETE FROM rollup_officer_day WHERE unit = 'polres-pati' AND encounters > 0
             AND officer = (SELECT officer FROM encounters ORDER BY officer DESC LIMIT 1)",
        ),
        "rollup_officer_day",
        [true, false, false],
    ),
    (
        BySql::both("UPDATE rollup_officer_beat SET n = 0 WHERE unit = 'polres-pati' AND n = 10"),
        "rollup_officer_beat",
        [false, true, false],
    ),
    (
        BySql::both(
            "UPDATE rollup_survey SET n = n + 5 WHERE unit = 'polres-pati' AND item = 'trust'",
        ),
        "rollup_survey",
        [false, true, false],
    ),
    (
        BySql::both(
            "UPDATE rollup_case SET filed = filed + 1, rights_owed = rights_owed + 1
             WHERE unit = 'polres-pati' AND grain = 'mix_month' AND place = 'polsek-tayu' AND filed > 0",
        ),
        "rollup_case",
        [false, true, false],
    ),
    (
        BySql::both(
            "DELETE FROM rollup_meeting WHERE unit = 'polres-pati' AND grain = 'service_day'",
        ),
        "rollup_meeting",
        [true, false, false],
    ),
    (
        BySql::both(
            "UPDATE rollup_answer SET answer = 0 WHERE unit = 'polres-pati' AND item = 'trust'",
        ),
        "rollup_answer",
        [true, false, true],
    ),
    (
        BySql::both(
            "INSERT INTO rollup_force (unit, at, station, stage, n)
             VALUES ('polres-pati', 0, 'polsek-hantu', 'stage_6', 7)",
        ),
        "rollup_force",
        [false, false, true],
    ),
    (
        BySql::both("UPDATE rollup_control SET n = n + 5 WHERE unit = 'polres-pati'"),
        "rollup_control",
        [false, true, false],
    ),
    (
        BySql::both(
            "UPDATE rollup_officer_month SET forced = 0, closed = closed + 1
             WHERE unit = 'polres-pati' AND encounters > 0",
        ),
        "rollup_officer_month",
        [false, true, false],
    ),
    (
        BySql::both("UPDATE numbers SET last = 12 WHERE unit = 'polres-pati'"),
        "numbers",
        [false, true, false],
    ),
];

/// Each table, changed by hand: the difference is found, named without what people wrote, and put
/// right; a check alone changes nothing.
// S22
pub async fn what_was_changed_by_hand_is_named_and_put_right(engine: &impl Engine) {
    let store = engine.open().await;
    live(&*store, &pati(), 1).await;
    let before = cases(&*store, &pati()).await;
    for (sql, table, [missing, different, surplus]) in TAMPERED {
        engine.by_hand(*sql).await;
        for mode in [Mode::Check, Mode::Check, Mode::Mend] {
            let report = rebuild(&*store, &pati(), mode).await;
            let found = report.tables[table];
            assert_eq!(
                [found.missing > 0, found.different > 0, found.surplus > 0],
                [*missing, *different, *surplus],
                "{sql:?}: {:?}",
                report.named
            );
            let named = report.named.iter().filter(|named| named.table == *table);
            let expected = found.mendable().min(NAMED_MAX as u64);
            assert_eq!(named.count() as u64, expected, "{sql:?}");
            // On SQLite the words of a case go with its row.
            let others = report.tables.iter().filter(|(name, _)| *name != table);
            let others = others.filter(|(name, _)| **name != "case_words");
            let elsewhere: u64 = others.map(|(_, found)| found.mendable()).sum();
            assert_eq!(elsewhere, 0, "{sql:?}: {:?}", report.named);
            assert_eq!(report.mended, mode == Mode::Mend);
            let said = serde_json::to_string(&report).unwrap();
            assert!(
                !said.contains("lain") && !said.contains("hantu\""),
                "{said}"
            );
        }
        let report = rebuild(&*store, &pati(), Mode::Check).await;
        assert_eq!(report.differences(), 0, "{sql:?}: {:?}", report.named);
    }
    assert_eq!(cases(&*store, &pati()).await, before);
    let found = store.search_cases(&pati(), "sepeda", 500).await.unwrap();
    assert_eq!(found.len(), 40);
    let found = store.search_cases(&pati(), "lain", 500).await.unwrap();
    assert!(found.is_empty());
}

/// Columns that must be unique do not stand in the way when rows have changed places.
// S22
pub async fn rows_that_changed_places_are_put_right(engine: &impl Engine) {
    let store = engine.open().await;
    live(&*store, &pati(), 1).await;
    let before = cases(&*store, &pati()).await;
    for sql in [
        "UPDATE cases SET number = NULL WHERE number = 'PTI-2611-0001'",
        "UPDATE cases SET number = 'PTI-2611-0001' WHERE number = 'PTI-2611-0002'",
        "UPDATE cases SET number = 'PTI-2611-0002' WHERE number IS NULL",
    ] {
        engine.by_hand(BySql::both(sql)).await;
    }
    for sql in [
        BySql {
            sqlite: "UPDATE encounters SET rating_code = X'00' WHERE rating_code =
                     (SELECT rating_code FROM encounters ORDER BY 1 DESC LIMIT 1)",
            postgres: "UPDATE encounters SET rating_code = '\\x00' WHERE rating_code =
                       (SELECT rating_code FROM encounters ORDER BY 1 DESC LIMIT 1)",
        },
        BySql {
            sqlite: "UPDATE encounters SET rating_code = X'2828282828282828282828282828282828282828282828282828282828282828'
                     WHERE rating_code = (SELECT rating_code FROM encounters ORDER BY 1 DESC LIMIT 1)",
            postgres: "UPDATE encounters SET rating_code = '\\x2828282828282828282828282828282828282828282828282828282828282828'
                       WHERE rating_code = (SELECT rating_code FROM encounters ORDER BY 1 DESC LIMIT 1)",
        },
    ] {
        engine.by_hand(sql).await;
    }
    let report = rebuild(&*store, &pati(), Mode::Mend).await;
    assert_eq!(report.tables["cases"].different, 2, "{:?}", report.named);
    let encounters = report.tables["encounters"];
    assert_eq!(encounters.mendable(), 2, "{:?}", report.named);
    let columns = report.named.iter().find_map(|named| match &named.what {
        What::Different { columns } if named.table == "cases" => Some(columns),
        _ => None,
    });
    assert_eq!(columns.unwrap()[0].column, "number");
    assert_eq!(columns.unwrap()[0].stored, None, "a number names a case");
    let report = rebuild(&*store, &pati(), Mode::Check).await;
    assert_eq!(report.differences(), 0, "{:?}", report.named);
    assert_eq!(cases(&*store, &pati()).await, before);
}

/// Units are apart: what is wrong in one is neither told nor touched by a rebuild of another.
pub async fn a_rebuild_of_one_unit_leaves_another_alone(engine: &impl Engine) {
    let store = engine.open().await;
    live(&*store, &pati(), 1).await;
    live(&*store, &rembang(), 2).await;
    for sql in [
        "UPDATE cases SET stage = 'received' WHERE unit = 'polres-rembang'",
        "DELETE FROM rollup_hour WHERE unit = 'polres-rembang'",
    ] {
        engine.by_hand(BySql::both(sql)).await;
    }
    let wrong = cases(&*store, &rembang()).await;
    let report = rebuild(&*store, &pati(), Mode::Mend).await;
    assert_eq!(report.differences(), 0, "{:?}", report.named);
    assert_eq!(cases(&*store, &rembang()).await, wrong);
    let report = rebuild(&*store, &rembang(), Mode::Mend).await;
    assert!(report.tables["cases"].different > 0);
    assert!(report.tables["rollup_hour"].missing > 0);
    let report = rebuild(&*store, &rembang(), Mode::Check).await;
    assert_eq!(report.differences(), 0, "{:?}", report.named);
}

/// A command whose acts are not those of its subject is told; no derivation knows what it was.
pub async fn an_answer_without_its_acts_is_told(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=2 {
        let mut append = filing(&pati(), n, crate::made::at(0), request());
        append.command = command(n, 1);
        store.append(append).await.unwrap();
    }
    crate::made::follow(&*store, &pati(), 1, crate::made::at(60), taken(1)).await;
    let sql = "UPDATE commands SET first_seq = 2, last_seq = 2 WHERE first_seq = 1";
    engine.by_hand(BySql::both(sql)).await;
    for mode in [Mode::Check, Mode::Mend, Mode::Check] {
        let report = rebuild(&*store, &pati(), mode).await;
        assert_eq!((report.broken(), report.differences()), (1, 1));
        assert!(matches!(report.named[0].what, What::Broken { .. }));
    }
}

/// A store that differs everywhere is told in a few lines, and counted in full.
pub async fn at_most_twenty_differences_are_named(engine: &impl Engine) {
    let store = engine.open().await;
    live(&*store, &pati(), 1).await;
    engine
        .by_hand(BySql::both("UPDATE cases SET version = version + 1"))
        .await;
    let report = rebuild(&*store, &pati(), Mode::Check).await;
    assert_eq!(report.tables["cases"].different, 40);
    assert_eq!(report.named.len(), NAMED_MAX);
}
