//! Two tabs at once, Back after sending, a second tap, a reload: nothing is lost and nothing doubled.

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseAct;

use super::{cases, desk_of, followed, hidden, send_form, sent, tab};
use crate::support::{STOLEN, Site, fill, photo};

fn path(step: &str) -> String {
    format!("/lapor/dicuri/{step}")
}

// S32
#[tokio::test]
async fn tabs_that_answer_at_once_lose_none_of_their_answers() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    // The first answers of all, before the browser has a draft: each tab begins one.
    browser.get("/lapor/dicuri/bahaya").await;
    let mut tabs: Vec<_> = STOLEN.iter().map(|_| tab(&browser)).collect();
    let posts = tabs
        .iter_mut()
        .zip(STOLEN)
        .map(|(tab, (step, fields))| async move { tab.post(&path(step), fields).await.status });
    for status in futures_util::future::join_all(posts).await {
        assert_eq!(status, StatusCode::SEE_OTHER);
    }
    // Whichever cookie came last leads to all of them.
    for mut one in tabs {
        let check = one.get("/lapor/periksa").await.words();
        for told in [
            "Motor atau mobil",
            "Growong Lor",
            "pukul 21.30",
            "Motor Honda hitam",
            "Siti",
        ] {
            assert!(check.contains(told), "{told}: {check}");
        }
        browser.cookies = one.cookies;
    }
    // And once there is a draft, with a photograph in one of them.
    let picture = photo();
    let mut words = tab(&browser);
    let mut contact = tab(&browser);
    let mut place = tab(&browser);
    let (one, two, three) = tokio::join!(
        words.post_file(
            "/lapor/dicuri/cerita",
            &[("cerita", "Motor Beat biru")],
            ("foto", "a.jpg", &picture)
        ),
        contact.post("/lapor/dicuri/kontak", &[("nama", "Sri")]),
        place.post("/lapor/dicuri/tempat", &[("tempat", "Bendar, Juwana")]),
    );
    for answer in [one, two, three] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    }
    let check = browser.get("/lapor/periksa").await.words();
    for told in ["Motor Beat biru", "Foto 1", "Sri", "Bendar"] {
        assert!(check.contains(told), "{told}: {check}");
    }
}

#[tokio::test]
async fn what_another_tab_changed_is_seen_before_it_is_sent() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let mut browser = site.browser();
    let seen = fill(&mut browser, "dicuri").await;
    let mut other = tab(&browser);
    other
        .post("/lapor/dicuri/kontak", &[("nama", "Orang lain")])
        .await;
    let answer = send_form(&mut browser, "/lapor/periksa", &seen, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    assert!(
        words.contains("Ada jawaban yang berubah di halaman lain"),
        "{words}"
    );
    assert!(words.contains("Orang lain"), "and is shown: {words}");
    assert_eq!(cases(&site, &desk).await, 0);
    let answer = send_form(&mut browser, "/lapor/periksa", &answer, &[]).await;
    assert_eq!(answer.location(), "/lapor/terkirim");
    assert_eq!(cases(&site, &desk).await, 1);
}

#[tokio::test]
async fn back_after_sending_shows_the_receipt_and_begins_nothing() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    // Pages as they stand in the browser's history.
    let story = browser.get("/lapor/dicuri/cerita").await;
    let check = browser.get("/lapor/periksa").await;
    let (number, _) = sent(&mut browser).await;
    for (path, page, typed) in [
        (
            "/lapor/dicuri/cerita",
            &story,
            vec![("cerita", "Diubah setelah terkirim")],
        ),
        (
            "/lapor/dicuri/cerita",
            &story,
            vec![("cerita", "x"), ("simpan", "ya")],
        ),
        ("/lapor/periksa", &check, vec![]),
        ("/lapor/periksa", &check, vec![]),
    ] {
        let answer = send_form(&mut browser, path, page, &typed).await;
        assert_eq!(answer.location(), "/lapor/terkirim?lagi=ya", "{path}");
        let receipt = browser.follow(answer).await.words();
        assert!(
            receipt.contains(&number)
                && receipt.contains("Laporan ini sudah terkirim pukul 21.30 WIB")
        );
    }
    assert_eq!(cases(&site, &desk).await, 1);
    // A bookmark and a reload show it as well.
    for path in ["/lapor/terkirim", "/lapor/terkirim", "/lapor/periksa"] {
        let answer = browser.get(path).await;
        let page = browser.follow(answer).await;
        assert!(page.words().contains(&number), "{path}");
    }
}

// Another report begun in the same browser does not take the receipt of the first away.
#[tokio::test]
async fn a_new_report_leaves_the_receipt_of_the_last_one_readable() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    let (first, code) = sent(&mut browser).await;
    browser.get("/lapor/dicuri/bahaya").await;
    browser
        .post("/lapor/dicuri/bahaya", &[("bahaya", "tidak")])
        .await;
    let receipt = browser.get("/lapor/terkirim").await.words();
    assert!(
        receipt.contains(&first) && receipt.contains(&code),
        "{receipt}"
    );
    let check = browser.get("/lapor/periksa").await;
    assert!(
        !check.words().contains("Motor Honda"),
        "nothing of the first is in the second"
    );
    fill(&mut browser, "dicuri").await;
    let (second, _) = sent(&mut browser).await;
    assert_ne!(first, second);
    assert_eq!(cases(&site, &desk).await, 2);
}

// A page of one draft does not write into another that took its place.
#[tokio::test]
async fn a_form_of_another_draft_asks_before_it_writes() {
    let site = Site::pati().await;
    let mut phone = site.browser();
    phone.get("/lapor/dicuri/cerita").await;
    let saved = [("cerita", "Laporan dari telepon"), ("simpan", "ya")];
    let saved = phone.post("/lapor/dicuri/cerita", &saved).await.words();
    let code = saved.split_once("Kode lanjut ").unwrap().1[..14].to_owned();
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/cerita").await;
    browser
        .post("/lapor/dicuri/cerita", &[("cerita", "Laporan di komputer")])
        .await;
    let stale = browser.get("/lapor/dicuri/cerita").await;
    browser.get("/lapor/lanjut").await;
    browser.post("/lapor/lanjut", &[("kode", &code)]).await;
    let typed = [("cerita", "Laporan di komputer, diubah")];
    let answer = send_form(&mut browser, "/lapor/dicuri/cerita", &stale, &typed).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    assert!(
        words.contains("ada laporan lain yang sedang ditulis"),
        "{words}"
    );
    assert!(
        answer.text.contains("Laporan di komputer, diubah"),
        "what was typed stays"
    );
    let kept = browser.get("/lapor/dicuri/cerita").await;
    assert!(
        kept.text.contains("Laporan dari telepon"),
        "and nothing was overwritten"
    );
    // The person says so once more: then it is meant.
    let answer = send_form(&mut browser, "/lapor/dicuri/cerita", &answer, &typed).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let kept = browser.get("/lapor/dicuri/cerita").await;
    assert!(kept.text.contains("Laporan di komputer, diubah"));
}

// Turning to a kind without photographs and back loses none.
#[tokio::test]
async fn two_kinds_in_two_tabs_share_one_draft_and_keep_its_photographs() {
    let site = Site::pati().await;
    let unit = site.node.unit();
    let without = unit
        .pack
        .report_kinds()
        .iter()
        .find(|kind| !kind.photo)
        .unwrap();
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/cerita").await;
    let typed = [("cerita", "Motor hilang")];
    browser
        .post_file("/lapor/dicuri/cerita", &typed, ("foto", "a.jpg", &photo()))
        .await;
    let other = format!("/lapor/{}/bahaya", without.slug);
    let mut second = tab(&browser);
    second.get(&other).await;
    second.post(&other, &[("bahaya", "tidak")]).await;
    let check = browser.get("/lapor/periksa").await.words();
    assert!(!check.contains("Foto 1"), "this kind takes none: {check}");
    browser.get("/lapor/dicuri/bahaya").await;
    browser
        .post("/lapor/dicuri/bahaya", &[("bahaya", "tidak")])
        .await;
    let check = browser.get("/lapor/periksa").await.words();
    assert!(
        check.contains("Foto 1") && check.contains("Motor hilang"),
        "{check}"
    );
}

// S40
#[tokio::test]
async fn what_is_added_to_a_report_is_there_once_however_often_it_is_sent() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let (mut reader, number, _) = followed(&site).await;
    let address = format!("/lacak/{number}");
    let page = reader.get(&address).await;
    let carried = hidden(&page);
    assert!(carried.iter().any(|(name, _)| name == "perintah"));
    let mut fields: Vec<(&str, &str)> = carried
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    fields.push(("keterangan", "Pelaku memakai jaket merah"));
    // A second tap before the first was answered, then Back and once more.
    let mut other = tab(&reader);
    let picture = photo();
    let (one, two) = tokio::join!(
        reader.post_file(&address, &fields, ("foto", "a.jpg", &picture)),
        other.post_file(&address, &fields, ("foto", "a.jpg", &picture))
    );
    let again = reader
        .post_file(&address, &fields, ("foto", "a.jpg", &picture))
        .await;
    for answer in [one, two, again] {
        assert_eq!(
            answer.location(),
            format!("{address}?ditambah=ya"),
            "{}",
            answer.words()
        );
    }
    let id = site.node.waiting(&desk, 1).await.unwrap()[0].id;
    let added = async || {
        let acts = site.node.case_history(&desk, id).await.unwrap().acts;
        let added = acts.into_iter().filter_map(|act| match act.payload {
            pengayom_core::act::Payload::Case(CaseAct::InformationAdded { text, media }) => {
                Some((text, media.len()))
            }
            _ => None,
        });
        added.collect::<Vec<_>>()
    };
    let first = ("Pelaku memakai jaket merah".to_owned(), 1);
    assert_eq!(added().await, std::slice::from_ref(&first));
    // Back, other words: they come after the first, which stand.
    fields.pop();
    fields.push(("keterangan", "Jaketnya ternyata hitam"));
    let answer = reader.post_file(&address, &fields, ("foto", "", b"")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    assert_eq!(
        added().await,
        [first, ("Jaketnya ternyata hitam".to_owned(), 0)]
    );
    // Words that are missing: the photograph is asked for again, since no page can give it back.
    let page = reader.get(&address).await;
    let answer = {
        let carried = hidden(&page);
        let fields: Vec<(&str, &str)> = carried
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        reader
            .post_file(&address, &fields, ("foto", "a.jpg", &picture))
            .await
    };
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.words().contains("Pilih fotonya sekali lagi"),
        "{}",
        answer.words()
    );
}

// S76
#[tokio::test]
async fn a_wish_for_safe_contact_that_is_sent_twice_is_one() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let mut browser = site.browser();
    let page = browser.get("/aman/bantuan").await;
    let mut other = tab(&browser);
    let typed = [("waktu", "never"), ("kata", "kata aman")];
    let (one, two) = tokio::join!(
        send_form(&mut browser, "/aman/bantuan", &page, &typed),
        send_form(&mut other, "/aman/bantuan", &page, &typed)
    );
    let again = send_form(&mut browser, "/aman/bantuan", &page, &typed).await;
    for answer in [&one, &two, &again] {
        assert!(
            answer.location().starts_with("/lapor/terkirim"),
            "{}",
            answer.words()
        );
    }
    assert_eq!(again.location(), "/lapor/terkirim?lagi=ya");
    assert_eq!(cases(&site, &desk).await, 1);
}
