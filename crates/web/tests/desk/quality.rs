//! Civility and what people said, on the chief's board: counted in the append's transaction, told as page, CSV,
//! JSON and to programs alike.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_core::subject::feedback::Answer as Judged;
use pengayom_core::value::CommandId;
use pengayom_node::PersonDetails;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::encounter::RecordEncounter;
use pengayom_node::handle::place::PlaceInput;
use serde_json::Value;

use crate::support::Site;

/// A meeting, with force or without, that its person judges.
async fn met(site: &Site, officer: &Staff, stage: Option<&str>, answers: &[(&str, Judged)]) {
    let record = RecordEncounter {
        command: CommandId(site.node.new_id()),
        person: PersonDetails::default(),
        capacity: PersonCapacity::Resident,
        case: None,
        service: "laka".parse().unwrap(),
        function: "order".to_owned(),
        role: "servant".to_owned(),
        explained: Vec::new(),
        force_used: stage.is_some(),
        force_stage: stage.map(str::to_owned),
        legal_basis: stage.map(|_| "UU 2/2002 ps. 16".to_owned()),
        note: None,
        place: PlaceInput::Unknown,
        happened_at: None,
        simulated: false,
    };
    let card = site.node.record_encounter(officer, record).await.unwrap();
    if answers.is_empty() {
        return;
    }
    let rateable = site.node.rateable(&card.code, "test").await.unwrap();
    let answers: BTreeMap<String, Judged> = answers
        .iter()
        .map(|(item, answer)| ((*item).to_owned(), *answer))
        .collect();
    site.node
        .give_feedback(rateable, answers, None, None)
        .await
        .unwrap();
}

/// Three weeks with eleven meetings each, one of them with force.
async fn three_weeks(site: &Site, officer: &Staff) {
    for _ in 0..3 {
        for n in 0..11 {
            let stage = (n == 0).then_some("stage_3");
            let manner = if n < 8 { Judged::Yes } else { Judged::No };
            met(site, officer, stage, &[("b5", manner), ("b2", Judged::No)]).await;
        }
        site.clock.pass(7 * 24 * 60);
    }
}

fn measure<'f>(figures: &'f Value, code: &str) -> &'f Value {
    let all = figures["measures"].as_array().unwrap();
    all.iter().find(|row| row["measure"] == code).unwrap()
}

// S19, S37
#[tokio::test]
async fn civility_is_told_week_by_week_with_what_the_law_asks_first() {
    let site = Site::pati().await;
    let officer = site.account(Role::Patrol).await;
    site.account(Role::Commander).await;
    three_weeks(&site, &officer).await;
    let mut chief = site.signed_in("commander").await;
    let read = chief.get("/pimpinan/keberadaban.json").await.json();
    let force = measure(&read, "force");
    assert_eq!(force["law"], true);
    let weeks = force["series"]["weeks"].as_array().unwrap();
    assert_eq!(weeks.len(), 3, "{force}");
    assert!(weeks.iter().all(|week| week["x"] == 1 && week["n"] == 11));
    assert_eq!(force["series"]["chart"], "run");
    assert_eq!(force["series"]["change"], "none");
    assert_eq!(read["force"]["meetings"], 33);
    assert_eq!(read["force"]["stages"][0]["stage"], "stage_3");
    assert_eq!(read["force"]["stages"][0]["n"], 3);
    let polite = &measure(&read, "b5")["series"];
    assert_eq!(
        (&polite["whole"]["n"], &polite["weeks"][0]["x"]),
        (&33.into(), &8.into())
    );
    // Not to be asked for money is good.
    assert_eq!(measure(&read, "b2")["series"]["weeks"][0]["x"], 11);
    let page = chief.get("/pimpinan/keberadaban").await;
    assert_eq!(page.status, StatusCode::OK);
    let words = page.words();
    for shown in [
        "Yang diminta hukum",
        "Tindakan tegas pada 3 dari 33 pertemuan",
        "Tidak ada perubahan nyata",
        "Aduan terhadap petugas dan pujian belum dicatat di sini",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    let (law, manner) = (words.find("Hak diberitahukan"), words.find("Sikap petugas"));
    assert!(law < manner);
    assert!(page.text.contains("role=\"img\""));
    let csv = chief.get("/pimpinan/keberadaban.csv").await.text;
    assert!(
        csv.starts_with("measure,week,x,n,share,lower,upper,signals\r\n"),
        "{csv}"
    );
    assert_eq!(
        csv.lines()
            .filter(|line| line.starts_with("force,"))
            .count(),
        3
    );
    assert!(
        chief
            .get("/pimpinan")
            .await
            .text
            .contains("href=\"/pimpinan/keberadaban\"")
    );
}

// S5, S39, S41, S42
#[tokio::test]
async fn what_people_said_is_told_by_scale_and_few_are_hidden() {
    let site = Site::pati().await;
    let officer = site.account(Role::Patrol).await;
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    let both = [
        ("t1", Judged::Very),
        ("t2", Judged::No),
        ("k1", Judged::Yes),
    ];
    for _ in 0..4 {
        met(&site, &officer, None, &both).await;
        site.clock.pass(2);
    }
    let few = chief.get("/pimpinan/survei.json").await.json();
    assert_eq!(
        (&few["judgements"], &few["could_judge"]),
        (&4.into(), &4.into())
    );
    let scale = |read: &Value, code: &str| -> Value {
        let all = read["scales"].as_array().unwrap();
        all.iter().find(|row| row["scale"] == code).unwrap().clone()
    };
    assert_eq!(scale(&few, "trust")["good"], Value::Null);
    let page = chief.get("/pimpinan/survei").await;
    assert!(page.words().contains("Disembunyikan") || page.words().contains("terlalu sedikit"));
    for _ in 0..2 {
        met(&site, &officer, None, &both).await;
        met(&site, &officer, None, &[]).await;
        site.clock.pass(2);
    }
    let read = chief.get("/pimpinan/survei.json").await.json();
    assert_eq!(
        (&read["judgements"], &read["could_judge"]),
        (&6.into(), &8.into())
    );
    assert_eq!(scale(&read, "trust")["good"]["share"], 1.0);
    assert_eq!(scale(&read, "liking")["good"]["share"], 0.0);
    assert_eq!(read["trusted_not_liked"]["share"], 1.0);
    assert_eq!(read["index"]["index"], Value::Null);
    let page = chief.get("/pimpinan/survei").await;
    let words = page.words();
    for shown in [
        "6 penilaian",
        "Yang menilai: 75%.",
        "Percaya tetapi tidak senang: 100%",
        "Belum cukup penilaian lengkap untuk indeks: 0, perlu 5.",
        "Tidak ditimbang: perlu 30 penilaian.",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    let csv = chief.get("/pimpinan/survei.csv").await.text;
    assert!(csv.contains("\r\ntrust,6,6,1.0000,"), "{csv}");
}

// S5
#[tokio::test]
async fn the_nine_official_questions_are_asked_besides_and_make_the_index() {
    let site = Site::pati().await;
    let officer = site.account(Role::Patrol).await;
    site.account(Role::Commander).await;
    let nine = ["u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9"];
    let answers = nine.map(|item| (item, Judged::Yes));
    for _ in 0..5 {
        met(&site, &officer, None, &answers).await;
        site.clock.pass(2);
    }
    let mut chief = site.signed_in("commander").await;
    let read = chief.get("/pimpinan/survei.json").await.json();
    assert_eq!(
        (&read["index"]["index"], &read["index"]["grade"]),
        (&75.0.into(), &"C".into())
    );
    assert_eq!(read["index"]["elements"].as_array().unwrap().len(), 9);
    let words = chief.get("/pimpinan/survei").await.words();
    assert!(words.contains("Indeks 75,00, mutu C"), "{words}");
    let mut anybody = site.browser();
    let sheet = anybody.get("/nilai/kertas").await;
    assert_eq!(sheet.status, StatusCode::OK);
    let unit = site.node.unit();
    for item in unit.pack.survey().asked_items() {
        let ask = item.ask.get(pengayom_core::pack::Lang::Id);
        assert!(sheet.words().contains(ask), "{ask}");
    }
}

#[tokio::test]
async fn only_readers_of_the_board_see_civility_and_what_people_said() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    for page in ["keberadaban", "survei"] {
        for ending in ["", ".csv", ".json"] {
            let address = format!("/pimpinan/{page}{ending}");
            let refused = desk.get(&address).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{address}");
        }
    }
}
