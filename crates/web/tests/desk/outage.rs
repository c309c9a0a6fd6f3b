//! Saying that something is down, where people read it, and that it works again.

use axum::http::StatusCode;
use pengayom_node::access::Role;

use crate::support::{Browser, Site};

const PAGE: &str = "/meja/gangguan";

async fn desk(site: &Site) -> Browser<'_> {
    site.account(Role::Desk).await;
    site.signed_in("desk").await
}

async fn words(site: &Site, path: &str) -> String {
    site.browser().get(path).await.words()
}

/// The identifier of the first thing that is down.
async fn first_down(desk: &mut Browser<'_>) -> String {
    let page = desk.get(PAGE).await;
    let at = page.text.find("action=\"/meja/gangguan/").unwrap() + 23;
    page.text[at..at + 36].to_owned()
}

// S26
#[tokio::test]
async fn what_is_down_stands_where_people_look_and_that_it_works_again_for_an_hour() {
    let site = Site::pati().await;
    let mut desk = desk(&site).await;
    desk.get(PAGE).await;
    let fields = [
        ("apa", "telepon_110"),
        ("mulai_jam", "20:15"),
        ("pulih_jam", "23.00"),
    ];
    let answer = desk.post(PAGE, &fields).await;
    assert_eq!(answer.location(), PAGE, "{}", answer.words());
    let told = "Telepon 110 terganggu sejak 20.15 WIB. Anda tetap bisa datang ke kantor polisi";
    for path in [
        "/",
        "/layanan/call_110",
        "/aman/bantuan",
        "/wilayah/33.18.08",
    ] {
        let words = words(&site, path).await;
        assert!(words.contains(told), "{path}: {words}");
        assert!(
            words.contains("Diperkirakan pulih 23.00 WIB"),
            "{path}: {words}"
        );
    }
    assert!(
        !words(&site, "/layanan/skck")
            .await
            .contains("terganggu sejak")
    );
    assert!(
        words(&site, "/?lang=en")
            .await
            .contains("Telephone 110 has been down since 20:15 WIB")
    );
    assert!(desk.get("/meja/serah-terima").await.words().contains(told));
    // What was expected and did not come is not promised any more.
    site.clock.pass(120);
    assert!(!words(&site, "/").await.contains("Diperkirakan pulih"));
    let id = first_down(&mut desk).await;
    let answer = desk.post(&format!("{PAGE}/{id}"), &[]).await;
    assert_eq!(answer.location(), PAGE, "{}", answer.words());
    let again = "Telepon 110 sudah pulih sejak 23.30 WIB";
    assert!(words(&site, "/").await.contains(again));
    site.clock.pass(61);
    let front = words(&site, "/").await;
    assert!(!front.contains("Telepon 110 sudah pulih"), "{front}");
    // And it may be down again.
    desk.get(PAGE).await;
    assert_eq!(
        desk.post(PAGE, &[("apa", "telepon_110")]).await.location(),
        PAGE
    );
    assert!(
        words(&site, "/")
            .await
            .contains("Telepon 110 terganggu sejak 00.31 WIB")
    );
}

#[tokio::test]
async fn a_station_speaks_for_itself() {
    let site = Site::pati().await;
    site.account_at(Role::Desk, "juwana", Some("polsek-juwana"))
        .await;
    let mut juwana = site.signed_in("juwana").await;
    juwana.get(PAGE).await;
    juwana.post(PAGE, &[("apa", "skck")]).await;
    let told = "Polsek Juwana: Penerbitan SKCK terganggu sejak";
    assert!(words(&site, "/layanan/skck").await.contains(told));
    assert!(words(&site, "/wilayah/33.18.08").await.contains(told));
    assert!(!words(&site, "/").await.contains("terganggu sejak"));
    let mut own = desk(&site).await;
    let id = first_down(&mut juwana).await;
    own.get(PAGE).await;
    let answer = own.post(&format!("{PAGE}/{id}"), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_what_was_typed_stays() {
    let site = Site::pati().await;
    let mut desk = desk(&site).await;
    desk.get(PAGE).await;
    let own = |fields: &[(&'static str, &'static str)]| {
        let mut all = vec![
            ("apa", "-"),
            ("nama", "Lift <b>kantor</b>"),
            ("cara", "naik tangga"),
        ];
        all.retain(|(name, _)| fields.iter().all(|(other, _)| other != name));
        all.extend(fields);
        all
    };
    for (fields, told) in [
        (vec![("nama", "Lift")], "Pilih apa yang terganggu"),
        (own(&[("nama", "")]), "Tulis apa yang terganggu"),
        (
            own(&[("cara", " ")]),
            "Tulis apa yang tetap bisa dilakukan warga",
        ),
        (own(&[("apa", "lift")]), "Pilih apa yang terganggu"),
        (own(&[("mulai_jam", "25.00")]), "jam"),
        (
            own(&[("mulai_jam", "22.30")]),
            "Gangguan harus mulai sekarang atau sebelumnya",
        ),
        (
            own(&[("mulai_tanggal", "2026-01-01"), ("mulai_jam", "08.00")]),
            "paling lama 30 hari lalu",
        ),
        (
            own(&[("pulih_jam", "21.00")]),
            "Perkiraan pulih harus setelah sekarang",
        ),
    ] {
        let answer = desk.post(PAGE, &fields).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{fields:?}"
        );
        assert!(
            answer.words().contains(told),
            "{fields:?}: {}",
            answer.words()
        );
        let (_, typed) = fields.last().unwrap();
        assert!(typed.trim().is_empty() || answer.text.contains(typed) || *typed == "lift");
    }
    let last = site
        .node
        .store()
        .last_sequence(&site.node.unit().id)
        .await
        .unwrap();
    assert_eq!(last, 0);
    // Words are words, whatever signs they have; capitals and spaces do not make another outage.
    assert_eq!(desk.post(PAGE, &own(&[])).await.location(), PAGE);
    let front = site.browser().get("/").await;
    assert!(!front.text.contains("<b>kantor"), "{}", front.text);
    assert!(
        front
            .words()
            .contains("Lift <b>kantor</b> terganggu sejak 21.30 WIB. Anda tetap bisa naik tangga.")
    );
    desk.get(PAGE).await;
    let answer = desk
        .post(PAGE, &own(&[("nama", "lift  <B>KANTOR</b>")]))
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .words()
            .contains("Gangguan ini sudah diumumkan, sejak"),
        "{}",
        answer.words()
    );
}

#[tokio::test]
async fn an_end_lies_between_the_beginning_and_now_and_is_said_once() {
    let site = Site::pati().await;
    let mut one = desk(&site).await;
    site.account(Role::Commander).await;
    let mut two = site.signed_in("commander").await;
    one.get(PAGE).await;
    one.post(PAGE, &[("apa", "listrik"), ("mulai_jam", "21.00")])
        .await;
    let id = first_down(&mut one).await;
    let address = format!("{PAGE}/{id}");
    for (hour, told) in [
        ("20.59", "Waktu pulih tidak boleh sebelum gangguan mulai"),
        ("22.00", "Waktu pulih harus sekarang atau sebelumnya"),
    ] {
        let answer = one.post(&address, &[("jam", hour)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.words().contains(told), "{}", answer.words());
        assert!(answer.text.contains(&format!("value=\"{hour}\"")));
    }
    first_down(&mut two).await;
    let (a, b) = tokio::join!(one.post(&address, &[]), two.post(&address, &[]));
    let mut statuses = [a.status, b.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    let lost = if a.status == StatusCode::CONFLICT {
        a
    } else {
        b
    };
    assert!(
        lost.words()
            .contains("baru saja menyatakan gangguan ini pulih")
    );
}

#[tokio::test]
async fn those_may_say_it_who_run_a_desk_or_the_unit() {
    let site = Site::pati().await;
    for role in Role::ALL {
        site.account(role).await;
        let mut browser = site.signed_in(role.as_str()).await;
        let may = matches!(
            role,
            Role::Desk | Role::Dispatch | Role::Commander | Role::Admin
        );
        let status = if may {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(browser.get(PAGE).await.status, status, "{role:?}");
    }
    assert!(
        site.browser()
            .get(PAGE)
            .await
            .location()
            .starts_with("/masuk")
    );
}
