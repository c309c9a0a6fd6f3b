//! People at the front desk: tickets, who is next, and the wait that everybody may read.

use axum::http::StatusCode;
use pengayom_core::subject::visit::LAPSED;
use pengayom_core::value::VisitId;
use pengayom_node::access::Role;

use crate::support::{Answer, Browser, Site};

const NEW: &str = "/meja/antrean/baru";

/// Puts somebody into the queue; gives the address of their page.
async fn join(desk: &mut Browser<'_>, need: &str, first: &str) -> String {
    desk.get(NEW).await;
    let answer = desk
        .post(NEW, &[("keperluan", need), ("dulu", first)])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    answer.location().to_owned()
}

/// Calls who is next; gives the address of their page.
async fn call(desk: &mut Browser<'_>) -> String {
    desk.get("/meja").await;
    desk.post("/meja/antrean", &[]).await.location().to_owned()
}

async fn end(desk: &mut Browser<'_>, address: &str, how: &str) -> Answer {
    desk.get(address).await;
    desk.post(&format!("{address}/selesai"), &[("akhir", how)])
        .await
}

async fn desk(site: &Site) -> Browser<'_> {
    site.account(Role::Desk).await;
    site.signed_in("desk").await
}

fn visit(address: &str) -> VisitId {
    address.rsplit('/').next().unwrap().parse().unwrap()
}

// S21 S33 S76
#[tokio::test]
async fn danger_is_called_first_then_who_goes_first_and_each_row_says_why() {
    let site = Site::pati().await;
    let mut desk = desk(&site).await;
    let plain = join(&mut desk, "skck", "-").await;
    let old = join(&mut desk, "-", "lansia").await;
    let danger = join(&mut desk, "kekerasan", "bahaya").await;
    site.clock.pass(7);
    let words = desk.get("/meja").await.words();
    assert!(
        words.contains("Berikutnya: A3, didahulukan: Dalam bahaya"),
        "{words}"
    );
    assert!(words.contains("A1 SKCK"), "{words}");
    assert!(words.contains("menunggu 7 menit"), "{words}");
    assert!(words.contains("didahulukan: Lanjut usia") && words.contains("urutan datang"));
    let at = |ticket: &str| words.rfind(ticket).unwrap();
    assert!(at("A3 ") < at("A2 ") && at("A2 ") < at("A1 "), "{words}");
    // A need that is kept narrow reads like one that nobody knows.
    assert!(!words.contains("Kekerasan di rumah"), "{words}");
    assert_eq!(
        words.matches("keperluan ditanyakan saat dipanggil").count(),
        2
    );
    for expected in [&danger, &old, &plain] {
        assert_eq!(&call(&mut desk).await, expected);
        let page = desk.get(expected).await;
        assert!(
            page.words().contains("dilayani Bripka Sari desk"),
            "{}",
            page.words()
        );
        assert_eq!(
            end(&mut desk, expected, "dilayani").await.location(),
            "/meja"
        );
    }
    assert_eq!(call(&mut desk).await, "/meja?orang=habis");
    assert!(
        desk.get("/meja?orang=habis")
            .await
            .words()
            .contains("Tidak ada orang yang menunggu")
    );
}

// S21
#[tokio::test]
async fn of_two_officers_at_once_each_serves_somebody_else() {
    let site = Site::pati().await;
    let mut one = desk(&site).await;
    site.account_at(Role::Desk, "meja-2", None).await;
    let mut two = site.signed_in("meja-2").await;
    let first = join(&mut one, "skck", "-").await;
    let second = join(&mut one, "hilang", "-").await;
    one.get("/meja").await;
    two.get("/meja").await;
    let (a, b) = tokio::join!(
        one.post("/meja/antrean", &[]),
        two.post("/meja/antrean", &[])
    );
    let mut led = [a.location().to_owned(), b.location().to_owned()];
    led.sort();
    let mut both = [first, second];
    both.sort();
    assert_eq!(led, both);
}

// S33
#[tokio::test]
async fn a_button_pressed_twice_does_one_thing() {
    let site = Site::pati().await;
    let mut desk = desk(&site).await;
    let form = desk.get(NEW).await;
    let command = form.value_of("perintah").unwrap();
    let fields = [("perintah", command.as_str()), ("keperluan", "skck")];
    let first = desk.post(NEW, &fields).await.location().to_owned();
    let again = desk.post(NEW, &fields).await.location().to_owned();
    assert_eq!(first, again);
    join(&mut desk, "hilang", "-").await;
    let next = desk.get("/meja").await.value_of("berikutnya").unwrap();
    let called = desk.post("/meja/antrean", &[("berikutnya", &next)]).await;
    let twice = desk.post("/meja/antrean", &[("berikutnya", &next)]).await;
    assert_eq!(called.location(), first);
    assert_eq!(twice.location(), first);
}

#[tokio::test]
async fn what_is_missing_or_unknown_is_told_and_nothing_is_recorded() {
    let site = Site::pati().await;
    let mut desk = desk(&site).await;
    desk.get(NEW).await;
    for (fields, words) in [
        (vec![("dulu", "hamil")], "Pilih keperluan"),
        (
            vec![("keperluan", "menari"), ("dulu", "hamil")],
            "Pilih keperluan",
        ),
        (
            vec![("keperluan", "skck"), ("dulu", "teman")],
            "Pilih alasan",
        ),
    ] {
        let answer = desk.post(NEW, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.words().contains(words), "{}", answer.words());
        let kept = format!("value=\"{}\" checked", fields[0].1);
        let known = fields[0].1 != "menari";
        assert_eq!(answer.text.contains(&kept), known, "{kept}");
    }
    assert_eq!(
        site.node
            .store()
            .last_sequence(&site.node.unit().id)
            .await
            .unwrap(),
        0
    );
    let address = join(&mut desk, "skck", "-").await;
    let answer = end(&mut desk, &address, "").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .words()
            .contains("Pilih bagaimana kunjungan ini berakhir")
    );
    // Nobody was served who was not called.
    assert!(
        !answer.words().contains("Sudah dilayani"),
        "{}",
        answer.words()
    );
    let answer = end(&mut desk, &address, "dilayani").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for bad in [
        "/meja/antrean/x",
        "/meja/antrean/00000000-0000-0000-0000-000000000001",
    ] {
        assert_eq!(desk.get(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }
}

// S21
#[tokio::test]
async fn a_colleague_takes_over_and_who_is_put_back_waits_where_they_stood() {
    let site = Site::pati().await;
    let mut one = desk(&site).await;
    let leaving = site.node.active_staff().await.unwrap()[0].id.to_string();
    site.account_at(Role::Desk, "meja-2", None).await;
    let mut two = site.signed_in("meja-2").await;
    let address = join(&mut one, "skck", "-").await;
    let later = join(&mut one, "skck", "-").await;
    assert_eq!(call(&mut one).await, address);
    let page = two.get(&address).await;
    assert!(page.words().contains("dilayani Bripka Sari desk"));
    // Not theirs to end.
    let answer = two
        .post(&format!("{address}/selesai"), &[("akhir", "dilayani")])
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .words()
            .contains("Bripka Sari desk baru saja mengambil ini")
    );
    let take = format!("{address}/ambil-alih");
    let answer = two.post(&take, &[("dari", &leaving)]).await;
    assert_eq!(answer.location(), address);
    one.get(&address).await;
    let answer = one.post(&format!("{address}/kembali"), &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .words()
            .contains("Bripka Sari meja-2 baru saja mengambil ini")
    );
    two.get(&address).await;
    assert_eq!(
        two.post(&format!("{address}/kembali"), &[])
            .await
            .location(),
        "/meja"
    );
    // Before the one who came later.
    assert_eq!(call(&mut one).await, address);
    assert_eq!(call(&mut one).await, later);
    let words = two.get("/meja/serah-terima").await.words();
    assert!(
        words.contains("A1") && words.contains("dilayani Bripka Sari desk"),
        "{words}"
    );
}

#[tokio::test]
async fn a_desk_serves_its_own_people_and_no_role_but_those_who_serve_does() {
    let site = Site::pati().await;
    let mut own = desk(&site).await;
    let address = join(&mut own, "skck", "-").await;
    site.account_at(Role::Desk, "juwana", Some("polsek-juwana"))
        .await;
    let mut juwana = site.signed_in("juwana").await;
    assert_eq!(juwana.get(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(call(&mut juwana).await, "/meja?orang=habis");
    let theirs = join(&mut juwana, "skck", "-").await;
    assert!(juwana.get(&theirs).await.inner("h1").contains("A1"));
    site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    for path in [NEW, address.as_str()] {
        assert_eq!(
            patrol.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let mut stranger = site.browser();
    assert!(stranger.get(NEW).await.location().starts_with("/masuk"));
}

// S33
#[tokio::test]
async fn a_report_begins_with_what_the_ticket_says_and_ends_it() {
    let site = Site::pati().await;
    let mut desk = desk(&site).await;
    join(&mut desk, "kekerasan", "bahaya").await;
    let address = call(&mut desk).await;
    let id = address.rsplit('/').next().unwrap().to_owned();
    let new = format!("/meja/laporan/baru?kunjungan={id}");
    let form = desk.get(&new).await;
    assert!(
        form.words().contains("Melayani tiket A1"),
        "{}",
        form.words()
    );
    assert!(
        form.text.contains("value=\"kdrt\" checked") && form.text.contains("value=\"ya\" checked")
    );
    assert_eq!(form.value_of("kunjungan").as_deref(), Some(id.as_str()));
    let fields = [
        ("kunjungan", id.as_str()),
        ("bahaya", "ya"),
        ("layanan", "kdrt"),
        ("cerita", "Diancam di rumah"),
        ("tempat", "Growong Lor, Juwana"),
        ("kapan", "sekarang"),
        ("langkah", "simpan"),
    ];
    let answer = desk.post("/meja/laporan/baru", &fields).await;
    assert!(
        answer.location().starts_with("/meja/laporan/"),
        "{}",
        answer.words()
    );
    let row = site
        .node
        .store()
        .visit(&site.node.unit().id, visit(&address))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.ended.as_deref(), row.served), (Some("dilayani"), true));
    // A ticket that ended begins no report.
    assert_eq!(desk.get(&new).await.value_of("kunjungan"), None);
}

// S26 S86
#[tokio::test]
async fn the_front_page_tells_the_wait_that_was_measured_and_no_other() {
    let site = Site::pati().await;
    let mut desk = desk(&site).await;
    let mut anybody = site.browser();
    let words = anybody.get("/").await.words();
    assert!(
        words.contains("Waktu tunggu belum tercatat hari ini"),
        "{words}"
    );
    join(&mut desk, "skck", "-").await;
    site.clock.pass(5);
    let words = anybody.get("/").await.words();
    assert!(
        words.contains("Yang paling lama sudah menunggu 5 menit, 1 orang"),
        "{words}"
    );
    for _ in 0..2 {
        join(&mut desk, "hilang", "-").await;
    }
    for _ in 0..3 {
        let address = call(&mut desk).await;
        end(&mut desk, &address, "dilayani").await;
        site.clock.pass(4);
    }
    // They waited 5, 4 and 8 minutes.
    let words = anybody.get("/?lang=en").await.words();
    assert!(words.contains("About 5 minutes, nobody waiting"), "{words}");
    // A Polsek's desk is on the pages of its areas, and the other page says nothing of this one.
    let words = anybody.get("/wilayah/33.18.08?lang=id").await.words();
    assert!(
        words.contains("Waktu tunggu belum tercatat hari ini"),
        "{words}"
    );
    // Three hours later nobody was called lately.
    site.clock.pass(120);
    let words = anybody.get("/").await.words();
    assert!(
        words.contains("Tidak ada yang menunggu sekarang"),
        "{words}"
    );
}

// S26
#[tokio::test]
async fn a_ticket_of_yesterday_ends_by_rule_and_is_told_as_no_wait() {
    let site = Site::pati().await;
    let mut desk = desk(&site).await;
    let address = join(&mut desk, "skck", "-").await;
    // 21.30 WIB: it works to 03.30, after midnight too.
    site.clock.pass(6 * 60 - 1);
    assert_eq!(site.node.end_lapsed_visits().await.unwrap(), 0);
    let words = site.browser().get("/").await.words();
    assert!(
        words.contains("Yang paling lama sudah menunggu 5 jam, 1 orang"),
        "{words}"
    );
    site.clock.pass(2);
    let words = site.browser().get("/").await.words();
    assert!(
        words.contains("Waktu tunggu belum tercatat hari ini"),
        "{words}"
    );
    assert_eq!(site.node.end_lapsed_visits().await.unwrap(), 1);
    assert_eq!(site.node.end_lapsed_visits().await.unwrap(), 0);
    let row = site
        .node
        .store()
        .visit(&site.node.unit().id, visit(&address))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.ended.as_deref(), row.called_at), (Some(LAPSED), None));
    let mut desk = site.signed_in("desk").await;
    let words = desk.get(&address).await.words();
    assert!(words.contains("berakhir sendiri"), "{words}");
}
