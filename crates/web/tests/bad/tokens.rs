//! Tokens that have expired, were used before, or are another browser's.

use axum::http::StatusCode;
use pengayom_node::access::Role;

use super::{FORM, OWN, desk_of, followed, raw, send_form, sent, tab};
use crate::support::{Answer, PASSWORD, Site, encode, fill};

fn form_old(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.words());
    let words = answer.words();
    assert!(words.contains("Kirim sekali lagi"), "{words}");
}

#[tokio::test]
async fn a_form_opened_yesterday_is_sent_today_and_nothing_typed_is_lost() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/bahaya").await;
    browser
        .post("/lapor/dicuri/bahaya", &[("bahaya", "tidak")])
        .await;
    let story = browser.get("/lapor/dicuri/cerita").await;
    site.clock.pass(24 * 60 + 5);
    // The browser was closed over night: what ties forms to it is gone.
    browser.cookies.remove("form");
    let typed = [("cerita", "Ditulis kemarin, dikirim hari ini")];
    let answer = send_form(&mut browser, "/lapor/dicuri/cerita", &story, &typed).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.words()
    );
    let words = answer.words();
    assert!(words.contains("Isian sebelumnya sudah dihapus"), "{words}");
    assert!(answer.text.contains("Ditulis kemarin, dikirim hari ini"));
    let answer = send_form(&mut browser, "/lapor/dicuri/cerita", &answer, &typed).await;
    assert_eq!(
        answer.location(),
        "/lapor/dicuri/kontak",
        "{}",
        answer.words()
    );
    let check = browser.get("/lapor/periksa").await.words();
    assert!(
        check.contains("Ditulis kemarin") && check.contains("Ada pertanyaan yang belum dijawab")
    );
}

#[tokio::test]
async fn a_form_mark_of_another_browser_is_worth_nothing() {
    let site = Site::pati().await;
    let (mut ours, mut theirs) = (site.browser(), site.browser());
    ours.get("/lacak").await;
    theirs.get("/lacak").await;
    assert_ne!(ours.token, theirs.token);
    let body = format!("csrf={}&nomor=x", theirs.token);
    form_old(&raw(&ours, "/lacak", &[FORM], body.clone()).await);
    // A cookie that somebody planted does not make a mark.
    let mut planted = site.browser();
    planted
        .cookies
        .insert("form".to_owned(), "planted".to_owned());
    form_old(&raw(&planted, "/lacak", &[FORM], body).await);
    // The same mark twice is no harm: it says which browser, not which form.
    for _ in 0..2 {
        let body = format!("csrf={}&nomor=x", ours.token);
        let answer = raw(&ours, "/lacak", &[FORM], body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // What the browser itself says of where the form comes from is enough without a session, and never
    // with one.
    let answer = raw(&ours, "/lacak", &[FORM, OWN], "csrf=x&nomor=x").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    site.account(Role::Desk).await;
    let desk = site.signed_in("desk").await;
    form_old(&raw(&desk, "/meja/layani", &[FORM, OWN], "csrf=x").await);
    form_old(&raw(&desk, "/lacak", &[FORM, OWN], "csrf=x&nomor=x").await);
    form_old(
        &raw(
            &desk,
            "/keluar-akun",
            &[FORM, OWN],
            format!("csrf={}", ours.token),
        )
        .await,
    );
}

#[tokio::test]
async fn a_session_ends_and_its_token_opens_nothing_after_it() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut browser = site.signed_in("desk").await;
    let kept = browser.cookies["session"].clone();
    assert_eq!(browser.get("/meja").await.status, StatusCode::OK);
    // A session that somebody set before signing in is not the one that is opened.
    let mut planted = site.browser();
    planted
        .cookies
        .insert("session".to_owned(), "planted-session".to_owned());
    planted.get("/masuk").await;
    let fields = [("nama", "desk"), ("sandi", PASSWORD)];
    let answer = planted.post("/masuk", &fields).await;
    assert_eq!(answer.location(), "/meja", "{}", answer.words());
    assert_ne!(planted.cookies["session"], "planted-session");
    let mut attacker = site.browser();
    attacker
        .cookies
        .insert("session".to_owned(), "planted-session".to_owned());
    assert!(attacker.get("/meja").await.location().starts_with("/masuk"));
    // Signing in again ends what the browser had before.
    let first = planted.cookies["session"].clone();
    let mut again = tab(&planted);
    again.cookies.remove("session");
    again.get("/masuk").await;
    again.cookies.insert("session".to_owned(), first.clone());
    again.get("/meja").await;
    let answer = again.post("/masuk", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let mut replayed = site.browser();
    replayed.cookies.insert("session".to_owned(), first);
    assert!(replayed.get("/meja").await.location().starts_with("/masuk"));
    // The shift is over.
    site.clock.pass(12 * 60 + 1);
    let mut late = site.browser();
    late.cookies.insert("session".to_owned(), kept);
    for path in ["/meja", "/pertemuan", "/aliran"] {
        let answer = late.get(path).await;
        assert!(
            answer.location().starts_with("/masuk") || answer.status == StatusCode::UNAUTHORIZED,
            "{path}: {}",
            answer.status
        );
    }
}

// S33
#[tokio::test]
async fn a_form_of_an_earlier_session_is_given_back_to_its_officer_and_to_nobody_else() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let mut browser = site.signed_in("desk").await;
    let page = browser.get("/meja/laporan/baru").await;
    let stale = page.value_of("csrf").unwrap();
    let by = desk.id.to_string();
    let body = format!(
        "csrf={stale}&oleh={by}&langkah=baca&cerita={}",
        encode("Diketik sebelum masuk lagi")
    );
    // Signed out and in again in another window: the same officer.
    let mut same = site.signed_in("desk").await;
    let answer = raw(&same, "/meja/laporan/baru", &[FORM, OWN], body.clone()).await;
    assert_eq!(answer.location(), "/masuk/isian", "{}", answer.words());
    let held = answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let (name, value) = held.split_once('=').unwrap();
    same.cookies.insert(name.to_owned(), value.to_owned());
    let given = same.get("/masuk/isian").await;
    assert!(
        given.words().contains("Diketik sebelum masuk lagi"),
        "{}",
        given.words()
    );
    // Given back once.
    same.cookies.insert(name.to_owned(), value.to_owned());
    assert!(same.get("/masuk/isian").await.status.is_redirection());
    // Another officer at the same desk: told, and shown nothing of it.
    let other = site.signed_in("desk2").await;
    let answer = raw(&other, "/meja/laporan/baru", &[FORM, OWN], body).await;
    form_old(&answer);
    assert!(!answer.text.contains("Diketik sebelum"));
}

// S40, S76
#[tokio::test]
async fn what_opens_a_report_ends_after_half_an_hour_and_with_the_way_out() {
    let site = Site::pati().await;
    let (mut reader, number, code) = followed(&site).await;
    let address = format!("/lacak/{number}");
    assert_eq!(reader.get(&address).await.status, StatusCode::OK);
    let kept = tab(&reader);
    reader.get("/keluar").await;
    assert!(!reader.cookies.contains_key("track"));
    let mut replayed = kept;
    let answer = replayed.get(&address).await;
    assert_eq!(
        answer.location(),
        format!("/lacak?nomor={number}"),
        "left is left"
    );
    let fields = [("nomor", number.as_str()), ("kode", code.as_str())];
    reader.get("/lacak").await;
    reader.post("/lacak", &fields).await;
    assert_eq!(reader.get(&address).await.status, StatusCode::OK);
    site.clock.pass(31);
    for path in [
        address.clone(),
        format!("{address}/minta"),
        format!("{address}/data"),
    ] {
        let answer = if path == address {
            reader.get(&path).await
        } else {
            reader.post(&path, &[("minta", "explanation")]).await
        };
        assert_eq!(
            answer.location(),
            format!("/lacak?nomor={number}"),
            "{path}"
        );
    }
    // A cookie of one report opens no other.
    reader.get("/lacak").await;
    reader.post("/lacak", &fields).await;
    let other = reader.get("/lacak/PTI-2611-0002").await;
    assert_eq!(other.location(), "/lacak?nomor=PTI-2611-0002");
}

#[tokio::test]
async fn a_code_to_go_on_later_leads_there_once_and_to_nothing_once_it_was_sent() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    browser.get("/lapor/dicuri/kontak").await;
    let saved = [("nama", "Siti"), ("simpan", "ya")];
    let saved = browser.post("/lapor/dicuri/kontak", &saved).await.words();
    let code = saved.split_once("Kode lanjut ").unwrap().1[..14].to_owned();
    // Sent from here: what was kept to go on later goes with it.
    sent(&mut browser).await;
    let mut other = site.browser();
    other.get("/lapor/lanjut").await;
    let answer = other.post("/lapor/lanjut", &[("kode", &code)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.words().contains("Kode ini tidak kami kenal"),
        "{}",
        answer.words()
    );
    assert_eq!(super::cases(&site, &desk).await, 1);
}

// S5
#[tokio::test]
async fn a_rating_that_is_sent_twice_is_one_and_says_that_it_came() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let (mut reader, _, _) = followed(&site).await;
    let id = site.node.waiting(&desk, 1).await.unwrap()[0].id;
    for command in [
        pengayom_core::subject::case::CaseCommand::Take { by: desk.id },
        pengayom_core::subject::case::CaseCommand::Answer {
            text: "Kami sudah mulai mencari".to_owned(),
            next_news_by: None,
        },
    ] {
        site.node
            .change_case(&desk, id, None, command, None)
            .await
            .unwrap();
    }
    let page = reader.get("/nilai/kasus").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.words());
    let group = page.text.split("type=\"radio\"").nth(1).unwrap();
    let item = group
        .split("name=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let fields = [(item.as_str(), "3")];
    let mut other = tab(&reader);
    let (one, two) = tokio::join!(
        reader.post("/nilai/kasus", &fields),
        other.post("/nilai/kasus", &fields)
    );
    let again = reader.post("/nilai/kasus", &fields).await;
    let thanked = [&one, &two]
        .iter()
        .filter(|a| a.location() == "/nilai/terima-kasih")
        .count();
    assert_eq!(thanked, 1, "{} {}", one.words(), two.words());
    for answer in [one, two, again] {
        if answer.status.is_redirection() {
            continue;
        }
        assert_eq!(answer.status, StatusCode::GONE);
        let words = answer.words();
        assert!(
            words.contains("Bila Anda baru mengirim, penilaian itu sudah kami terima"),
            "{words}"
        );
    }
}
