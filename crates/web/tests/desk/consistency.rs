//! Consistency: from what is filed and answered on the pages to page, CSV and JSON; an officer's own answers, and who
//! coaches them.

use axum::http::StatusCode;
use pengayom_core::act::Actor;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::CaseId;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::place::PlaceInput;
use serde_json::Value;

use crate::THEFT;
use crate::support::Site;

const JUWANA: &str = "33.18.08.2022";
const TAYU: &str = "33.18.19.2001";

const DAY: i64 = 24 * 60;

/// Files so many reports from a village, and takes them.
async fn filed(site: &Site, desk: &Staff, area: &str, n: usize) -> Vec<CaseId> {
    let mut cases = Vec::new();
    for _ in 0..n {
        let mut request = THEFT.request(site);
        request.place = PlaceInput::Area {
            area: area.parse().unwrap(),
            text: None,
        };
        let filed = site.node.file_request(request, &Actor::Citizen).await;
        let case = filed.unwrap().case;
        let take = CaseCommand::Take { by: desk.id };
        let done = site.node.change_case(desk, case, None, take, None);
        done.await.unwrap();
        cases.push(case);
    }
    cases
}

async fn answer(site: &Site, desk: &Staff, cases: &[CaseId]) {
    for case in cases {
        let answer = CaseCommand::Answer {
            text: "Petugas datang".into(),
            next_news_by: None,
        };
        let done = site.node.change_case(desk, *case, None, answer, None);
        done.await.unwrap();
    }
}

/// Three weeks: of ten reports from Juwana four are answered late, of five from Tayu none; one more nobody answers.
async fn three_weeks(site: &Site, desk: &Staff) {
    for _ in 0..3 {
        let juwana = filed(site, desk, JUWANA, 11).await;
        let tayu = filed(site, desk, TAYU, 5).await;
        site.clock.pass(8);
        answer(site, desk, &tayu).await;
        answer(site, desk, &juwana[..6]).await;
        site.clock.pass(6 * DAY);
        answer(site, desk, &juwana[6..10]).await;
        site.clock.pass(DAY - 8);
    }
}

fn station<'r>(read: &'r Value, code: &str) -> &'r Value {
    let stations = read["places"]["stations"].as_array().unwrap();
    let found = stations.iter().find(|row| row["station"] == code);
    found.unwrap_or_else(|| panic!("{code}: {read}"))
}

// S15 S16 S17
#[tokio::test]
async fn weeks_hours_and_stations_are_told_alike_by_page_json_and_csv() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    three_weeks(&site, &desk).await;
    let mut chief = site.signed_in("commander").await;
    let read = chief.get("/pimpinan/konsistensi.json").await.json();
    assert_eq!(
        (&read["measure"], &read["scale"], &read["better"]),
        (&"late".into(), &"share".into(), &"less".into())
    );
    let weeks = read["weekly"]["weeks"].as_array().unwrap();
    assert_eq!(weeks.len(), 3, "{read}");
    for week in weeks {
        assert_eq!(week["n"], 15);
        let share = week["value"].as_f64().unwrap();
        assert!((share - 4.0 / 15.0).abs() < 1e-9, "{week}");
    }
    assert_eq!(read["weekly"]["chart"], "run");
    assert_eq!(read["weekly"]["change"], "none");
    assert_eq!(read["gaps"]["unanswered"], 3);
    let groups = read["hours"]["beside"].as_array().unwrap();
    assert_eq!(groups.len(), 6);
    for group in groups {
        assert_eq!(group["call"], "few", "{group}");
        assert!(group["value"].is_null(), "{group}");
    }
    assert_eq!(
        groups[2]["n"], 45,
        "all of them at half past nine in the evening"
    );
    assert!(read["hours"]["usual_from"].is_null());
    assert_eq!(read["places"]["adjusted"], true);
    let juwana = station(&read, "polsek-juwana");
    assert_eq!(juwana["n"], 30);
    let expected = juwana["expected"].as_f64().unwrap();
    assert!((expected - 12.0 / 45.0).abs() < 1e-9, "{juwana}");
    let ratio = juwana["ratio"].as_f64().unwrap();
    assert!((ratio - (12.0 / 30.0) / (12.0 / 45.0)).abs() < 1e-9);
    assert_eq!(station(&read, "polsek-tayu")["value"], 0.0);
    assert!(read["officers"].is_null());
    assert_eq!(read["parts"]["why_not"], "few");
    let page = chief.get("/pimpinan/konsistensi").await;
    assert_eq!(page.status, StatusCode::OK);
    let words = page.words();
    for shown in [
        "Aspek: Konsistensi",
        "Jawaban pertama lewat janji",
        "Tidak ada perubahan nyata",
        "Malam (22.00–05.59): belum cukup untuk dibandingkan",
        "Hari libur: belum cukup untuk dibandingkan",
        "Jam jaga satuan belum dicatat",
        "perlu 20 pekan",
        "Angka 1 berarti terlambat sesering layanan yang sama",
        "Belum cukup petugas untuk mengatakan ini tanpa menunjuk orang",
        "Belum cukup untuk membaginya",
        "3 laporan pada pekan-pekan itu belum dijawab",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    assert!(!words.contains("Sari desk"), "no officer is named");
    assert!(page.text.contains("role=\"img\""));
    let csv = chief.get("/pimpinan/konsistensi.csv").await.text;
    assert!(
        csv.starts_with("part,key,name,n,value,beside,low,high,said\r\n"),
        "{csv}"
    );
    let rows = |part: &str| csv.lines().filter(|line| line.starts_with(part)).count();
    assert_eq!(
        (
            rows("week,"),
            rows("beside,"),
            rows("since,"),
            rows("station,")
        ),
        (3, 6, 0, 2)
    );
    let morning = chief.get("/pimpinan").await.text;
    assert!(morning.contains("href=\"/pimpinan/konsistensi\""));
}

// S15 S16: the same of another measure, each with its own words.
#[tokio::test]
async fn what_is_measured_is_chosen_and_a_measure_that_is_none_is_told() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    three_weeks(&site, &desk).await;
    let mut chief = site.signed_in("commander").await;
    let times = "/pimpinan/konsistensi.json?ukuran=first_answer";
    let read = chief.get(times).await.json();
    assert_eq!(read["scale"], "minutes");
    let week = &read["weekly"]["weeks"][0];
    // Eleven after eight minutes, four after six days and eight minutes.
    let mean = (15.0 * 8.0 + 4.0 * 6.0 * 1440.0) / 15.0;
    assert!(
        (week["value"].as_f64().unwrap() - mean).abs() < 1e-6,
        "{week}"
    );
    let page = chief.get("/pimpinan/konsistensi?ukuran=first_answer").await;
    let words = page.words();
    assert!(
        words.contains("Angka 1 berarti selama layanan yang sama"),
        "{words}"
    );
    assert!(
        page.text
            .contains("<option value=\"first_answer\" selected")
    );
    let item = chief.get("/pimpinan/konsistensi?ukuran=b5&lang=en").await;
    assert_eq!(item.status, StatusCode::OK);
    let words = item.words();
    for shown in [
        "Answers of citizens are not counted by service",
        "There is no data to draw yet",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    let wrong = chief
        .get("/pimpinan/konsistensi?ukuran=banyak&lang=id")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.words().contains("Pilih satu ukuran"));
    let file = chief.get("/pimpinan/konsistensi.csv?ukuran=banyak").await;
    assert_ne!(file.status, StatusCode::OK);
}

// S15
#[tokio::test]
async fn an_empty_unit_says_so_and_only_readers_of_the_board_see_it() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    let empty = chief.get("/pimpinan/konsistensi").await;
    assert_eq!(empty.status, StatusCode::OK);
    let words = empty.words();
    for shown in [
        "Belum cukup pekan",
        "Belum ada data untuk digambar",
        "Belum ada satuan dengan data",
        "Belum ada dua kantor",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    let mut desk = site.signed_in("desk").await;
    for ending in ["", ".csv", ".json"] {
        let address = format!("/pimpinan/konsistensi{ending}");
        let refused = desk.get(&address).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{address}");
    }
}

// S17: officers read their own answers; the chief of the same station reads them, and nobody else.
#[tokio::test]
async fn an_officer_and_who_coaches_them_read_how_often_answers_come_in_time_and_nobody_else() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let there = Some("polsek-juwana");
    let patrol = site.account_at(Role::Patrol, "patroli", there).await;
    site.account(Role::Commander).await;
    site.account(Role::Oversight).await;
    site.account_at(Role::Commander, "kapolsek", there).await;
    let cases = filed(&site, &desk, JUWANA, 20).await;
    site.clock.pass(8);
    answer(&site, &desk, &cases).await;
    let mut own = site.signed_in("desk").await;
    let page = own.get("/kecakapan/ketepatan").await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in [
        "20 laporan dijawab, 20 di antaranya tepat waktu",
        "Itu 100%",
        "Belum cukup petugas untuk dibandingkan: perlu 8 petugas",
        "Halaman ini dibaca oleh Anda dan pembimbing Anda",
    ] {
        assert!(page.words().contains(shown), "{shown}: {}", page.words());
    }
    let read = own.get("/kecakapan/ketepatan.json").await.json();
    assert_eq!(
        (&read["answered"], &read["beside"], &read["estimate"]),
        (&20.into(), &"alone".into(), &Value::Null)
    );
    assert!(
        own.get("/kecakapan")
            .await
            .text
            .contains("/kecakapan/ketepatan")
    );
    let of = |officer: &Staff, ending: &str| {
        let id = officer.id;
        format!("/kecakapan/petugas/{id}/ketepatan{ending}")
    };
    let mut chief = site.signed_in("commander").await;
    let mut station_chief = site.signed_in("kapolsek").await;
    for ending in ["", ".json"] {
        // Who serves at the unit itself has the chief of the unit for a coach.
        let coached = chief.get(&of(&desk, ending)).await;
        assert_eq!(coached.status, StatusCode::OK);
        let elsewhere = chief.get(&of(&patrol, ending)).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
        let coached = station_chief.get(&of(&patrol, ending)).await;
        assert_eq!(coached.status, StatusCode::OK);
        let above = station_chief.get(&of(&desk, ending)).await;
        assert_eq!(above.status, StatusCode::NOT_FOUND);
        for login in ["desk", "patroli", "oversight"] {
            let mut other = site.signed_in(login).await;
            let refused = other.get(&of(&desk, ending)).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{login}");
        }
    }
    let words = station_chief.get(&of(&patrol, "")).await.words();
    assert!(
        words.contains("Perlu sedikitnya 20 jawaban"),
        "nothing to say of few: {words}"
    );
    let leads = chief
        .get(&format!("/kecakapan/petugas/{}", desk.id))
        .await
        .text;
    assert!(leads.contains(&of(&desk, "")));
    let leads = chief
        .get(&format!("/kecakapan/petugas/{}", patrol.id))
        .await
        .text;
    assert!(!leads.contains("/ketepatan"));
}
