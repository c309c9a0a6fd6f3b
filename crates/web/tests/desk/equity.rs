//! Equal attention: from what is filed and answered on the pages to page, CSV and JSON; and an officer's own areas.

use axum::http::StatusCode;
use pengayom_core::act::Actor;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::CaseId;
use pengayom_node::access::Role;
use pengayom_node::handle::place::PlaceInput;
use serde_json::Value;

use crate::THEFT;
use crate::support::Site;

const JUWANA: &str = "33.18.08.2022";
const TAYU: &str = "33.18.19.2001";
const PATI: &str = "33.18.10.1005";
const SUKOLILO: &str = "33.18.01.2001";

/// Files so many reports from each village, and answers some of them eight minutes later.
async fn reports(site: &Site, of: &[(&str, usize, usize)]) {
    let desk = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let mut answered: Vec<CaseId> = Vec::new();
    for (area, filed, answers) in of {
        for n in 0..*filed {
            let mut request = THEFT.request(site);
            request.place = PlaceInput::Area {
                area: area.parse().unwrap(),
                text: None,
            };
            let filed = site.node.file_request(request, &Actor::Citizen).await;
            let case = filed.unwrap().case;
            if n < *answers {
                answered.push(case);
            }
        }
    }
    site.clock.pass(8);
    for case in answered {
        let answer = CaseCommand::Answer {
            text: "Petugas datang".into(),
            next_news_by: None,
        };
        let done = site.node.change_case(&desk, case, None, answer, None);
        done.await.unwrap();
    }
}

fn row<'r>(read: &'r Value, code: &str) -> &'r Value {
    let rows = read["areas"].as_array().unwrap();
    let found = rows.iter().find(|row| row["code"] == code);
    found.unwrap_or_else(|| panic!("{code}: {read}"))
}

// S46 S47 S49
#[tokio::test]
async fn the_answered_stand_beside_the_filed_and_page_and_files_tell_the_same() {
    let site = Site::pati().await;
    reports(&site, &[(JUWANA, 12, 12), (TAYU, 8, 4), (PATI, 6, 0)]).await;
    let mut chief = site.signed_in("commander").await;
    let asked = "?dari=2026-11-10&sampai=2026-11-24&perhatian=taken_up";
    let read = chief
        .get(&format!("/pimpinan/pemerataan.json{asked}"))
        .await
        .json();
    // Whole months are counted, and people are not known for all areas, so that reports are need.
    assert_eq!(
        (&read["from"], &read["to"]),
        (&"2026-11-01".into(), &"2026-11-30".into())
    );
    assert_eq!(
        (&read["need"]["used"], &read["need"]["fell_back"]),
        (&"reports".into(), &true.into())
    );
    assert_eq!(
        (&read["need"]["people_known"], &read["need"]["areas"]),
        (&15.into(), &21.into())
    );
    assert_eq!(
        (&read["total"], &read["filed"], &read["hidden"]),
        (&16.into(), &26.into(), &0.into())
    );
    assert_eq!(read["areas"].as_array().unwrap().len(), 21);
    let juwana = row(&read, "33.18.08");
    assert_eq!(
        (&juwana["attention"], &juwana["need"]),
        (&12.into(), &12.0.into())
    );
    let ratio = juwana["ratio"].as_f64().unwrap();
    assert!(
        (ratio - (12.0 / 16.0) / (12.0 / 26.0)).abs() < 1e-9,
        "{juwana}"
    );
    assert_eq!(
        (&juwana["call"], &row(&read, "33.18.10")["call"]),
        (&"more".into(), &"less".into())
    );
    // Nothing came from Tambakromo, which is no ratio of nothing.
    let none = row(&read, "33.18.03");
    assert_eq!(
        (&none["attention"], &none["ratio"]),
        (&0.into(), &Value::Null)
    );
    assert!(read["unequal"]["gini"].as_f64().unwrap() > 0.0);
    assert!(read["officers"].is_null());
    let outcomes = read["outcomes"].as_array().unwrap();
    let closed = outcomes.iter().filter(|one| one["outcome"] == "closed");
    let filed: u64 = closed.filter_map(|one| one["n"].as_u64()).sum();
    assert_eq!(filed, 26);
    let page = chief.get(&format!("/pimpinan/pemerataan{asked}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let words = page.words();
    for shown in [
        "Aspek: Pemerataan",
        "Jumlah penduduk baru diketahui untuk 15 dari 21 wilayah",
        "Yang tidak melapor tidak terhitung",
        "1 wilayah mendapat jelas lebih dari bagiannya: Juwana",
        "1 wilayah mendapat jelas kurang dari bagiannya: Pati",
        "Fakir miskin: belum dicatat",
        "Jenis permukiman",
        "Belum cukup petugas",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    let csv = chief
        .get(&format!("/pimpinan/pemerataan.csv{asked}"))
        .await
        .text;
    assert!(
        csv.starts_with("part,code,name,n,share,need,need_share,figure,low,high,q,call\r\n"),
        "{csv}"
    );
    assert!(csv.contains("\r\narea,33.18.08,Juwana,12,"), "{csv}");
    // Chosen otherwise, need is otherwise, and it is said.
    let equal = format!("/pimpinan/pemerataan{asked}&kebutuhan=equal&lang=en");
    let words = chief.get(&equal).await.words();
    assert!(words.contains("Every area counts the same"), "{words}");
    assert!(!words.contains("is known for 15 of 21 areas"), "{words}");
    let morning = chief.get("/pimpinan").await.text;
    assert!(morning.contains("href=\"/pimpinan/pemerataan\""));
}

// S46: neither page nor files show what too few are part of, nor what would give it away.
#[tokio::test]
async fn small_areas_are_hidden_with_as_much_as_totals_need() {
    let site = Site::pati().await;
    reports(&site, &[(SUKOLILO, 3, 3), (PATI, 6, 6), (JUWANA, 9, 9)]).await;
    let mut chief = site.signed_in("commander").await;
    for level in ["station", "beat"] {
        let asked = format!("?perhatian=taken_up&kebutuhan=reports&tingkat={level}");
        let read = chief
            .get(&format!("/pimpinan/pemerataan.json{asked}"))
            .await
            .json();
        assert_eq!(read["total"], 18);
        assert!(read["hidden"].as_u64().unwrap() >= 2, "{level}: {read}");
        let small = if level == "station" {
            "33.18.01"
        } else {
            SUKOLILO
        };
        let small = row(&read, small);
        for field in ["attention", "need", "ratio", "low", "q", "spot"] {
            assert!(small[field].is_null(), "{level} {field}: {small}");
        }
        let page = chief.get(&format!("/pimpinan/pemerataan{asked}")).await;
        let words = page.words();
        assert!(
            words.contains("baris disembunyikan: kurang dari 5"),
            "{words}"
        );
    }
}

// S46
#[tokio::test]
async fn an_empty_unit_says_so_wrong_choices_are_told_and_only_readers_of_the_board_see_it() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    let empty = chief.get("/pimpinan/pemerataan").await;
    assert_eq!(empty.status, StatusCode::OK);
    let words = empty.words();
    assert!(words.contains("Belum cukup yang tercatat"), "{words}");
    for wrong in [
        "perhatian=banyak",
        "kebutuhan=semua",
        "tingkat=rt",
        "dari=2026-11-24&sampai=2026-11-01",
    ] {
        let answer = chief.get(&format!("/pimpinan/pemerataan?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        let file = chief
            .get(&format!("/pimpinan/pemerataan.csv?{wrong}"))
            .await;
        assert_ne!(file.status, StatusCode::OK, "{wrong}");
    }
    let mut desk = site.signed_in("desk").await;
    for path in ["", ".csv", ".json"] {
        let address = format!("/pimpinan/pemerataan{path}");
        assert_eq!(desk.get(&address).await.status, StatusCode::FORBIDDEN);
    }
    let nobody = site.browser().get("/pimpinan/pemerataan").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}

// S48: an officer reads where they met people, and nobody can ask for another's.
#[tokio::test]
async fn an_officer_reads_their_own_areas_and_is_not_judged_by_few() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    site.account(Role::Dispatch).await;
    let mut patrol = site.signed_in("patrol").await;
    let page = patrol.get("/pertemuan/wilayah").await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in [
        "Belum ada pertemuan di wilayah yang diketahui",
        "Perlu sedikitnya 20 pertemuan",
        "hanya untuk Anda",
    ] {
        assert!(page.words().contains(shown), "{shown}: {}", page.words());
    }
    let read = patrol.get("/pertemuan/wilayah.json").await.json();
    assert_eq!(
        (&read["encounters"], &read["would_move"]),
        (&0.into(), &Value::Null)
    );
    assert!(
        patrol
            .get("/pertemuan")
            .await
            .text
            .contains("/pertemuan/wilayah")
    );
    let mut dispatch = site.signed_in("dispatch").await;
    let refused = dispatch.get("/pertemuan/wilayah").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
