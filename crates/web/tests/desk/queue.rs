//! The queue of the desk, its lists and its search.

use axum::http::StatusCode;
use pengayom_core::subject::case::{CaseCommand, Channel};
use pengayom_node::access::Role;

use crate::support::{Browser, Site};
use crate::{Report, THEFT};

/// The number of whoever reports.
const PHONE: &str = "081234567890";

#[tokio::test]
async fn the_wrong_role_is_told_who_may() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    let answer = patrol.get("/meja").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let words = answer.words();
    assert!(words.contains("Yang berwenang: Petugas SPKT"), "{words}");
}

#[tokio::test]
async fn an_empty_desk_says_so() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let page = desk.get("/meja").await;
    assert!(page.words().contains("Tidak ada yang menunggu"));
    assert!(page.words().contains("Semua laporan online sudah ditelaah"));
    let answer = desk.post("/meja/layani", &[]).await;
    assert_eq!(answer.location(), "/meja?habis=1");
    assert!(
        desk.follow(answer)
            .await
            .words()
            .contains("Tidak ada lagi yang menunggu")
    );
}

#[tokio::test]
async fn danger_is_served_first_then_the_nearest_promise_and_each_row_says_why() {
    // S18 S33
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let desk = Report {
        channel: Channel::Desk,
        ..THEFT
    };
    let first = desk.file(&site).await.number.to_string();
    let urgent = Report {
        service: "laka",
        channel: Channel::Desk,
        danger: true,
        ..THEFT
    };
    let urgent = urgent.file(&site).await.number.to_string();
    let quick = Report {
        service: "gangguan",
        channel: Channel::Desk,
        ..THEFT
    };
    let quick = quick.file(&site).await.number.to_string();
    let mut browser = site.signed_in("desk").await;
    let page = browser.get("/meja").await;
    let words = page.words();
    let at = |number: &str| words.rfind(number).unwrap();
    assert!(
        at(&urgent) < at(&quick) && at(&quick) < at(&first),
        "{words}"
    );
    assert!(
        words.contains(&format!("Berikutnya: {urgent}, bahaya didahulukan")),
        "{words}"
    );
    assert!(
        words.contains("sisa 3 hari") || words.contains("sisa 2 hari"),
        "{words}"
    );
    // The clock is a word and a shape, not a colour alone.
    assert!(page.text.contains("icons.svg#clock"));
}

#[tokio::test]
async fn a_missed_promise_shows_at_the_desk() {
    // S18
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    Report {
        service: "gangguan",
        ..THEFT
    }
    .file(&site)
    .await;
    site.clock.pass(5 * 60);
    let mut desk = site.signed_in("desk").await;
    let page = desk.get("/meja").await;
    assert!(
        page.words().contains("janji sudah lewat"),
        "{}",
        page.words()
    );
    assert!(page.words().contains("lewat 4 jam"), "{}", page.words());
    assert!(page.text.contains("icons.svg#state-late"));
}

#[tokio::test]
async fn a_kind_kept_narrow_shows_neither_kind_nor_place_on_lists() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let narrow = Report {
        service: "kdrt",
        told: "Suami memukul",
        ..THEFT
    };
    narrow.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    // That its words fit would tell of it: whoever is not named does not find it.
    let found = found_by(&mut desk, "memukul").await;
    assert!(!desk.get(&found).await.words().contains("Didahulukan"));
    for address in ["/meja", "/meja/daftar"] {
        let words = desk.get(address).await.words();
        assert!(words.contains("Didahulukan"), "{address}: {words}");
        for kind in ["Kekerasan", "rumah tangga", "Growong"] {
            assert!(!words.contains(kind), "{address}: {kind}");
        }
    }
}

#[tokio::test]
async fn the_button_takes_one_case_however_often_it_is_pressed() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    for _ in 0..3 {
        THEFT.file(&site).await;
    }
    let mut desk = site.signed_in("desk").await;
    let next = desk.get("/meja").await.value_of("berikutnya").unwrap();
    let first = desk.post("/meja/layani", &[("berikutnya", &next)]).await;
    let second = desk.post("/meja/layani", &[("berikutnya", &next)]).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(site.node.own_cases(&officer, 10).await.unwrap().len(), 1);
    let page = desk.follow(second).await;
    assert!(page.words().contains("Diambil untuk dilayani"));
    // Asked anew, it serves the next one.
    let next = desk.get("/meja").await.value_of("berikutnya").unwrap();
    desk.post("/meja/layani", &[("berikutnya", &next)]).await;
    assert_eq!(site.node.own_cases(&officer, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_colleague_takes_over_with_a_reason() {
    let site = Site::pati().await;
    let holder = site.account(Role::Desk).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let case = THEFT.file(&site).await.case;
    let take = CaseCommand::Take { by: holder.id };
    site.node
        .change_case(&holder, case, None, take, None)
        .await
        .unwrap();
    let mut other = site.signed_in("desk2").await;
    let page = other.get("/meja").await;
    assert!(
        page.words().contains("pada Bripka Sari desk"),
        "{}",
        page.words()
    );
    let [from, version, id] = ["dari", "versi", "perkara"].map(|name| page.value_of(name).unwrap());
    let fields = |reason: &'static str| {
        [
            ("perkara", id.clone()),
            ("dari", from.clone()),
            ("versi", version.clone()),
        ]
        .into_iter()
        .chain([("alasan", reason.to_owned())])
        .collect::<Vec<_>>()
    };
    let send = |fields: Vec<(&'static str, String)>| fields;
    let empty = send(fields(" "));
    let empty: Vec<(&str, &str)> = empty.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = other.post("/meja/ambil-alih", &empty).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("Tulis alasan mengambil alih"));
    let good = send(fields("Pergantian regu"));
    let good: Vec<(&str, &str)> = good.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = other.post("/meja/ambil-alih", &good).await;
    assert_eq!(answer.location(), format!("/perkara/{case}"));
    // Sent twice, it leads to the same place.
    assert_eq!(
        other.post("/meja/ambil-alih", &good).await.location(),
        answer.location()
    );
    let page = other.follow(answer).await;
    assert!(page.words().contains("Diambil alih dari Bripka Sari desk"));
    assert!(page.words().contains("Pergantian regu"));
}

#[tokio::test]
async fn who_comes_too_late_for_a_take_over_is_told_who_was_faster() {
    let site = Site::pati().await;
    let holder = site.account(Role::Desk).await;
    let fast = site.account_at(Role::Desk, "desk2", None).await;
    site.account_at(Role::Desk, "desk3", None).await;
    let case = THEFT.file(&site).await.case;
    let take = CaseCommand::Take { by: holder.id };
    site.node
        .change_case(&holder, case, None, take, None)
        .await
        .unwrap();
    let mut slow = site.signed_in("desk3").await;
    let page = slow.get("/meja").await;
    let [from, version] = ["dari", "versi"].map(|name| page.value_of(name).unwrap());
    let over = CaseCommand::TakeOver {
        to: fast.id,
        from: holder.id,
        reason: "Regu B".to_owned(),
    };
    site.node
        .change_case(&fast, case, None, over, None)
        .await
        .unwrap();
    let fields = [
        ("perkara", case.to_string()),
        ("dari", from),
        ("versi", version),
        ("alasan", "Pelapor kembali".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = slow.post("/meja/ambil-alih", &fields).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .words()
            .contains("Bripka Sari desk2 baru saja mengambil ini")
    );
    assert_eq!(answer.value_of("alasan").unwrap(), "Pelapor kembali");
}

#[tokio::test]
async fn a_station_sees_its_own_cases() {
    let site = Site::pati().await;
    site.account_at(Role::Desk, "juwana", Some("polsek-juwana"))
        .await;
    site.account(Role::Commander).await;
    let ours = THEFT.file(&site).await.number.to_string();
    let other = Report {
        area: "Bulumanis Lor, Margoyoso",
        ..THEFT
    }
    .file(&site)
    .await;
    let theirs = other.number.to_string();
    let mut desk = site.signed_in("juwana").await;
    let found = found_by(&mut desk, "motor").await;
    for address in ["/meja", "/meja/daftar", &found] {
        let words = desk.get(address).await.words();
        assert!(words.contains(&ours), "{address}: {words}");
        assert!(!words.contains(&theirs), "{address}: {words}");
    }
    let answer = desk.get(&format!("/perkara/{}", other.case)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let asked = desk
        .get("/meja/daftar?wilayah=polsek-margoyoso")
        .await
        .words();
    assert!(
        !asked.contains(&theirs),
        "asking for another station does not open it"
    );
    let mut chief = site.signed_in("commander").await;
    let words = chief.get("/meja/daftar").await.words();
    assert!(words.contains(&ours) && words.contains(&theirs));
    let words = chief
        .get("/meja/daftar?wilayah=polsek-juwana")
        .await
        .words();
    assert!(words.contains(&ours) && !words.contains(&theirs));
}

/// Where a search leads to.
async fn found_by(browser: &mut Browser<'_>, asked: &str) -> String {
    browser.get("/meja/cari").await;
    let answer = browser.post("/meja/cari", &[("q", asked)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let location = answer.location().to_owned();
    assert!(location.starts_with("/meja/cari?cari="), "{location}");
    for word in asked.split_whitespace().filter(|word| word.len() > 4) {
        assert!(!location.contains(word), "{location}");
    }
    location
}

// S22
#[tokio::test]
async fn a_case_is_found_by_its_reporters_number_which_stands_in_no_address() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    // Reads no persons, so a number finds nothing.
    site.account(Role::Commander).await;
    let number = THEFT.file(&site).await.number.to_string();
    let mut desk = site.signed_in("desk").await;
    let page = desk.get("/meja/cari").await;
    assert!(page.words().contains("nomor telepon"), "{}", page.words());
    for asked in [PHONE, "+62 812 3456 7890", "0812-3456-7890"] {
        let address = found_by(&mut desk, asked).await;
        let words = desk.get(&address).await.words();
        assert!(words.contains(&number), "{asked}: {words}");
        assert!(words.contains("1 perkara cocok"), "{asked}: {words}");
    }
    let address = found_by(&mut desk, "081234567891").await;
    let words = desk.get(&address).await.words();
    assert!(words.contains("Tidak ada yang cocok"), "{words}");
    let mut chief = site.signed_in("commander").await;
    // What a colleague searched for is theirs.
    let theirs = found_by(&mut desk, PHONE).await;
    let words = chief.get(&theirs).await.words();
    assert!(words.contains("Tulis kata atau nomor"), "{words}");
    assert!(!words.contains(PHONE), "{words}");
    let address = found_by(&mut chief, PHONE).await;
    let words = chief.get(&address).await.words();
    assert!(words.contains("Tidak ada yang cocok"), "{words}");
    // Nothing typed is no search.
    let answer = desk.post("/meja/cari", &[("q", "  ")]).await;
    assert_eq!(answer.location(), "/meja/cari");
}

#[tokio::test]
async fn a_case_is_found_by_its_number_and_by_its_words() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let number = THEFT.file(&site).await.number.to_string();
    let mut desk = site.signed_in("desk").await;
    for asked in [number.as_str(), "beat merah", "MOTOR"] {
        let address = found_by(&mut desk, asked).await;
        let words = desk.get(&address).await.words();
        assert!(words.contains("1 perkara cocok"), "{asked}: {words}");
    }
    let address = found_by(&mut desk, "\") OR x").await;
    let page = desk.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.words().contains("Tidak ada yang cocok"),
        "{}",
        page.words()
    );
    assert!(
        desk.get("/meja/cari")
            .await
            .words()
            .contains("Tulis kata atau nomor")
    );
}

#[tokio::test]
async fn a_long_list_goes_on_page_by_page() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    for _ in 0..55 {
        THEFT.file(&site).await;
        site.clock.pass(1);
    }
    let mut desk = site.signed_in("desk").await;
    let first = desk.get("/meja/daftar?tahap=received").await;
    assert!(first.words().contains("50 perkara di halaman ini"));
    let from = first
        .text
        .find("/meja/daftar?tahap=received&#38;setelah=")
        .unwrap();
    let to = first.text[from..].find('"').unwrap();
    let next = first.text[from..from + to].replace("&#38;", "&");
    let second = desk.get(&next).await;
    assert!(
        second.words().contains("5 perkara di halaman ini"),
        "{}",
        second.words()
    );
    assert!(second.words().contains("PTI-2611-0001"));
    assert!(!second.words().contains("Halaman berikutnya"));
    // An address made up leads to the first page, not to a fault.
    let odd = desk
        .get("/meja/daftar?setelah=x&tahap=y&wilayah=Z%20Z")
        .await;
    assert_eq!(odd.status, StatusCode::OK);
}
