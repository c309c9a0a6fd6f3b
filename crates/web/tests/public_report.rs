//! A person reports something: six questions, one page each, sent once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use axum::http::StatusCode;
use pengayom_core::subject::case::Channel;
use pengayom_node::access::Role;
use support::{Answer, Browser, STOLEN, Site, fill, photo};

async fn send(browser: &mut Browser<'_>, check: &Answer) -> Answer {
    let command = check.value_of("perintah").unwrap();
    let sent = browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.words());
    browser.follow(sent).await
}

fn refused(answer: &Answer, words: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.inner("title").starts_with("Perlu diperbaiki:"),
        "{}",
        answer.inner("title")
    );
    assert!(answer.text.contains("error-summary"));
    let found = answer.words().matches(words).count();
    assert!(
        found >= 2,
        "{words:?} stands {found} times in {}",
        answer.words()
    );
}

// S2, S32, S33: without account or script, one question a page, to the station that answers.
#[tokio::test]
async fn a_report_is_filed_without_account_or_script_and_its_receipt_names_the_station() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let check = fill(&mut browser, "dicuri").await;
    assert_eq!(browser.at, "/lapor/periksa");
    for words in [
        "Motor atau mobil",
        "Growong Lor",
        "23 November 2026, pukul 21.30 WIB",
    ] {
        assert!(
            check.words().contains(words),
            "{words} not in {}",
            check.words()
        );
    }
    let receipt = send(&mut browser, &check).await;
    let words = receipt.words();
    for expected in [
        "PTI-2611-0001",
        "Polsek Juwana",
        "24 November 2026, pukul 21.30 WIB",
        "menghubungi Anda paling lambat 27 November 2026, pukul 21.30 WIB",
        "Layanan ini gratis",
    ] {
        assert!(words.contains(expected), "{expected} not in {words}");
    }
    assert!(receipt.text.contains("<svg xmlns"), "QR code");
    let text = browser.get("/lapor/terkirim.txt").await;
    assert!(text.text.contains("PTI-2611-0001") && text.text.contains("Polsek Juwana"));
    assert!(
        text.header("content-disposition")
            .contains("PTI-2611-0001.txt")
    );
}

#[tokio::test]
async fn what_was_answered_reaches_the_desk_as_it_was_told() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut browser = site.browser();
    let check = fill(&mut browser, "dicuri").await;
    send(&mut browser, &check).await;
    let waiting = site.node.waiting(&desk, 10).await.unwrap();
    let case = site
        .node
        .case_history(&desk, waiting[0].id)
        .await
        .unwrap()
        .case;
    assert_eq!(case.filed.channel, Channel::Web);
    assert_eq!(case.filed.report_kind.as_deref(), Some("dicuri"));
    assert_eq!(
        case.filed.description,
        "Motor atau mobil. Motor Honda hitam hilang dari teras"
    );
    assert_eq!(
        case.filed.occurred_at,
        Some("2026-11-23T14:30:00Z".parse().unwrap())
    );
    let person = site.node.reporter(&desk, &case).await.unwrap().unwrap();
    assert_eq!(person.phone.as_deref(), Some("081234567890"));
    assert_eq!(person.name.as_deref(), Some("Siti"));
}

#[tokio::test]
async fn sending_twice_in_any_way_gives_one_report_and_one_receipt() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut browser = site.browser();
    let check = fill(&mut browser, "dicuri").await;
    let command = check.value_of("perintah").unwrap();
    // Two tabs of one browser, sent before either got its answer.
    let mut other = site.browser();
    other.cookies.clone_from(&browser.cookies);
    other.token.clone_from(&browser.token);
    let fields = [("perintah", command.as_str())];
    let (one, two) = tokio::join!(
        browser.post("/lapor/periksa", &fields),
        other.post("/lapor/periksa", &fields)
    );
    let one = browser.follow(one).await;
    let two = other.follow(two).await;
    assert!(one.words().contains("PTI-2611-0001") && two.words().contains("PTI-2611-0001"));
    site.clock.pass(5);
    // Back and once more.
    let again = browser.post("/lapor/periksa", &fields).await;
    let again = browser.follow(again).await;
    assert!(
        again
            .words()
            .contains("Laporan ini sudah terkirim pukul 21.30 WIB")
    );
    assert_eq!(site.node.waiting(&desk, 10).await.unwrap().len(), 1);
    // The page of all answers leads to the receipt as well, and a new report begins a new draft.
    assert_eq!(
        browser.get("/lapor/periksa").await.location(),
        "/lapor/terkirim"
    );
    let check = fill(&mut browser, "dicuri").await;
    assert_ne!(check.value_of("perintah").unwrap(), command);
    let stale = browser.post("/lapor/periksa", &fields).await;
    assert_eq!(stale.location(), "/lapor/periksa");
}

#[tokio::test]
async fn a_wrong_answer_comes_back_with_words_and_with_what_was_typed() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/bahaya").await;
    refused(
        &browser.post("/lapor/dicuri/bahaya", &[]).await,
        "Pilih Ya atau Tidak",
    );
    refused(
        &browser.post("/lapor/dicuri/apa", &[("apa", "x")]).await,
        "Pilih apa yang terjadi",
    );
    let empty = browser
        .post("/lapor/dicuri/tempat", &[("tempat", " ")])
        .await;
    refused(&empty, "Tulis nama desa, jalan, atau tempat yang dikenal");
    let unknown = browser
        .post("/lapor/dicuri/tempat", &[("tempat", "Xyzzyplugh")])
        .await;
    refused(&unknown, "“Xyzzyplugh” tidak ditemukan");
    assert_eq!(unknown.value_of("tempat").as_deref(), Some("Xyzzyplugh"));
    for (date, words) in [
        (
            "25-11-2026",
            "Tanggal kejadian harus hari ini atau sebelumnya",
        ),
        ("31-02-2026", "Tanggal itu tidak ada di kalender"),
        ("kemarin dulu", "Tulis tanggal seperti 24/11/2026"),
    ] {
        let fields = [("kapan", "lain"), ("tanggal", date), ("jam", "7")];
        let answer = browser.post("/lapor/dicuri/waktu", &fields).await;
        refused(&answer, words);
        assert_eq!(answer.value_of("tanggal").as_deref(), Some(date));
        assert_eq!(answer.value_of("jam").as_deref(), Some("7"));
    }
    let late = browser
        .post(
            "/lapor/dicuri/waktu",
            &[("kapan", "hari-ini"), ("jam", "23.00")],
        )
        .await;
    refused(&late, "Jam kejadian harus sekarang atau sebelumnya");
    refused(
        &browser.post("/lapor/dicuri/waktu", &[]).await,
        "Pilih kapan kejadiannya",
    );
    refused(
        &browser.post("/lapor/dicuri/cerita", &[]).await,
        "Tulis apa yang terjadi",
    );
    let long = "a".repeat(5_001);
    let long = browser
        .post("/lapor/dicuri/cerita", &[("cerita", &long)])
        .await;
    refused(&long, "Tulisan paling banyak 5.000 huruf; sekarang 5.001");
    let phone = browser
        .post(
            "/lapor/dicuri/kontak",
            &[("telepon", "0812"), ("nama", "Siti")],
        )
        .await;
    refused(&phone, "Nomor telepon harus 10 sampai 13 angka");
    assert_eq!(phone.value_of("nama").as_deref(), Some("Siti"));
    // Nothing of it counts as answered.
    let check = browser.get("/lapor/periksa").await;
    assert!(check.words().contains("Ada pertanyaan yang belum dijawab"));
    let command = check.value_of("perintah").unwrap();
    let sent = browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.words().contains("Jawab dulu: Di mana kejadiannya?"));
}

#[tokio::test]
async fn dates_and_hours_are_read_as_people_write_them() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/waktu").await;
    for date in [
        "2026-11-20",
        "20-11-2026",
        "20/11/2026",
        "20.11.2026",
        "20 November 2026",
        "20 nov 2026",
    ] {
        let fields = [("kapan", "lain"), ("tanggal", date), ("jam", "")];
        let answer = browser.post("/lapor/dicuri/waktu", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{date}");
        let check = browser.get("/lapor/periksa").await;
        assert!(
            check.words().contains("Jumat, 20 November 2026"),
            "{date}: {}",
            check.words()
        );
    }
    browser
        .post("/lapor/dicuri/waktu", &[("kapan", "sekarang")])
        .await;
    assert!(
        browser
            .get("/lapor/periksa")
            .await
            .words()
            .contains("Masih berlangsung pada 24 Nov")
    );
}

// S85: a misspelt name is asked about; a list, a position and "I do not know" lead on as well.
#[tokio::test]
async fn a_place_is_told_by_name_list_position_or_not_at_all() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/tempat").await;
    let path = "/lapor/dicuri/tempat";
    let meant = browser.post(path, &[("tempat", "Growong Lro")]).await;
    assert_eq!(meant.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(meant.words().contains("Maksud Anda yang mana?"));
    assert!(
        meant.words().contains("Growong Lor, Juwana"),
        "{}",
        meant.words()
    );
    let fields = [("tempat", "Growong Lro"), ("wilayah", "33.18.08.2022")];
    assert_eq!(
        browser.post(path, &fields).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(
        browser
            .get("/lapor/periksa")
            .await
            .words()
            .contains("Growong Lor, Juwana")
    );
    let districts = browser.get("/lapor/dicuri/tempat?daftar=").await;
    assert!(districts.text.contains("value=\"33.18.08\""));
    let villages = browser.get("/lapor/dicuri/tempat?daftar=33.18.08").await;
    assert!(villages.text.contains("value=\"33.18.08.2022\""));
    for fields in [
        vec![("wilayah", "33.18.08")],
        vec![("lat", "-6.748809"), ("lng", "111.038659")],
        vec![("tempat", "-6.748809, 111.038659")],
        vec![("tempat", "Pasar Juwana, dekat jembatan")],
        vec![("tidak_tahu", "ya"), ("tempat", "di jalan besar")],
        vec![("tidak_tahu", "ya")],
    ] {
        let answer = browser.post(path, &fields).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{fields:?}: {}",
            answer.words()
        );
    }
}

#[tokio::test]
async fn a_place_of_another_unit_is_told_whose_it_is_and_how_to_reach_them() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/tempat").await;
    // In Rembang, the neighbouring regency.
    let there = [("lat", "-6.705"), ("lng", "111.345")];
    let answer = browser.post("/lapor/dicuri/tempat", &there).await;
    refused(
        &answer,
        "Rembang, dilayani kantor polisi di sana. Telepon 110",
    );
    let far = [("lat", "52.5"), ("lng", "13.4")];
    let answer = browser.post("/lapor/dicuri/tempat", &far).await;
    refused(&answer, "Tempat ini di luar wilayah yang kami kenal");
    let words = browser.post("/lapor/tempat", &there).await;
    assert_eq!(words.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(words.text.contains("Rembang") && !words.text.contains('<'));
    let words = browser
        .post(
            "/lapor/tempat",
            &[("lat", "-6.748809"), ("lng", "111.038659")],
        )
        .await;
    assert_eq!(words.status, StatusCode::OK);
    assert!(words.text.contains("Polsek Pati"), "{}", words.text);
}

#[tokio::test]
async fn the_language_changes_with_everything_typed_kept() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/cerita").await;
    let fields = [("cerita", "Motor hilang"), ("lang", "en")];
    let switched = browser.post("/lapor/dicuri/cerita", &fields).await;
    assert_eq!(switched.location(), "/lapor/dicuri/cerita?lang=en");
    let page = browser.follow(switched).await;
    assert!(page.text.contains("<html lang=\"en\""));
    assert!(page.words().contains("Tell us in your own words"));
    assert!(page.text.contains("Motor hilang"));
    // Remembered without the query.
    assert!(
        browser
            .get("/lapor")
            .await
            .text
            .contains("<html lang=\"en\"")
    );
}

// S33: something lost is no report, and is found among the kinds all the same, before "I do not know".
#[tokio::test]
async fn who_lost_something_finds_the_letter_among_the_kinds() {
    let site = Site::pati().await;
    let page = site.browser().get("/lapor").await;
    let words = page.words();
    let lost = words.find("Barang atau surat hilang").unwrap();
    assert!(lost < words.find("Saya tidak tahu").unwrap(), "{words}");
    assert!(page.text.contains("href=\"/layanan/sktlk\""));
}

#[tokio::test]
async fn answers_are_kept_for_a_day_and_go_on_with_twelve_digits_on_another_phone() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/bahaya").await;
    for (step, fields) in &STOLEN[..3] {
        browser.post(&format!("/lapor/dicuri/{step}"), fields).await;
    }
    assert!(
        browser
            .get("/lapor")
            .await
            .text
            .contains("href=\"/lapor/dicuri/waktu\"")
    );
    let fields = [("cerita", "Motor hilang"), ("simpan", "ya")];
    let saved = browser.post("/lapor/dicuri/cerita", &fields).await;
    let code = saved.words();
    let code = code.split_once("Kode lanjut ").unwrap().1[..14].to_owned();
    let mut other = site.browser();
    other.get("/lapor/lanjut").await;
    refused(
        &other.post("/lapor/lanjut", &[("kode", "12")]).await,
        "Kode terdiri dari 12 angka",
    );
    let unknown = other
        .post("/lapor/lanjut", &[("kode", "0000 0000 0000")])
        .await;
    refused(
        &unknown,
        "Kode ini tidak kami kenal, atau sudah lewat 24 jam",
    );
    let resumed = other.post("/lapor/lanjut", &[("kode", &code)]).await;
    assert_eq!(resumed.location(), "/lapor/dicuri/waktu");
    let check = other.get("/lapor/periksa").await;
    assert!(check.words().contains("Growong Lor") && check.words().contains("Motor hilang"));
    // The code leads there once.
    let again = other.post("/lapor/lanjut", &[("kode", &code)]).await;
    refused(&again, "Kode ini tidak kami kenal");
    site.clock.pass(24 * 60 + 1);
    assert_eq!(other.get("/lapor/periksa").await.location(), "/lapor");
}

#[tokio::test]
async fn codes_cannot_be_tried_without_end() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/lanjut").await;
    let mut last = StatusCode::OK;
    for n in 0..31 {
        let code = format!("{n:012}");
        last = browser
            .post("/lapor/lanjut", &[("kode", &code)])
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

// S76: what is begun about violence at home leaves no trace in the browser that a title, a list or
// a later visit would show.
#[tokio::test]
async fn a_sensitive_kind_has_neutral_titles_an_exit_and_no_way_back_but_the_code() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let page = browser.get("/lapor/bantuan-1/bahaya").await;
    assert_eq!(page.inner("title"), "Layanan (langkah 1 dari 6)");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.text.contains("href=\"/keluar\"") && page.text.contains("href=\"data:,\""));
    let answer = browser
        .post("/lapor/bantuan-1/bahaya", &[("bahaya", "tidak")])
        .await;
    let cookie = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|c| c.to_str().unwrap());
    let cookie = cookie
        .into_iter()
        .find(|cookie| cookie.starts_with("draft="))
        .unwrap();
    assert!(!cookie.contains("Max-Age"), "{cookie}");
    let what = browser.follow(answer).await;
    assert!(what.text.contains("home_hit") && !what.inner("title").contains("rumah"));
    assert!(
        !browser
            .get("/lapor")
            .await
            .text
            .contains("/lapor/bantuan-1/apa")
    );
    let saved = browser
        .post(
            "/lapor/bantuan-1/apa",
            &[("apa", "home_hit"), ("simpan", "ya")],
        )
        .await;
    assert_eq!(saved.inner("title"), "Layanan");
    assert!(!browser.cookies.contains_key("draft"));
    // Leaving drops what was begun.
    browser.get("/lapor/bantuan-1/bahaya").await;
    browser
        .post("/lapor/bantuan-1/bahaya", &[("bahaya", "tidak")])
        .await;
    let left = browser.get("/keluar").await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
    assert!(left.header("clear-site-data").contains("cookies"));
    assert!(!browser.cookies.contains_key("draft"));
    assert_eq!(browser.get("/lapor/periksa").await.location(), "/lapor");
}

#[tokio::test]
async fn the_receipt_of_a_sensitive_report_says_little_and_goes_after_half_an_hour() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/bantuan-1/bahaya").await;
    for (step, fields) in STOLEN {
        let fields = if step == "apa" {
            [("apa", "home_hit")].as_slice()
        } else {
            fields
        };
        browser
            .post(&format!("/lapor/bantuan-1/{step}"), fields)
            .await;
    }
    let check = browser.get("/lapor/periksa").await;
    assert_eq!(check.inner("title"), "Layanan, periksa isian");
    let receipt = send(&mut browser, &check).await;
    assert_eq!(receipt.inner("title"), "Layanan, tanda terima");
    for word in ["rumah", "KDRT", "ekerasan", "Dipukul"] {
        assert!(!receipt.words().contains(word), "{word}");
    }
    site.clock.pass(31);
    assert_eq!(browser.get("/lapor/terkirim").await.location(), "/lapor");
}

#[tokio::test]
async fn danger_shows_the_number_first_and_the_report_goes_on_from_there() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/keributan/bahaya").await;
    let answer = browser
        .post("/lapor/keributan/bahaya", &[("bahaya", "ya")])
        .await;
    let page = browser.follow(answer).await;
    assert!(
        page.text.contains("href=\"tel:110\"") && page.words().contains("Telepon 110 sekarang")
    );
    assert!(page.text.contains("href=\"/lapor/keributan/apa\""));
}

#[tokio::test]
async fn a_photograph_is_kept_with_the_draft_and_can_be_taken_away_again() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/cerita").await;
    let hostile = "../../etc/passwd\u{202e}gpj.exe";
    let words = [("cerita", "Motor hilang")];
    let path = "/lapor/dicuri/cerita";
    let answer = browser
        .post_file(path, &words, ("foto", hostile, &photo()))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let page = browser.get(path).await;
    assert!(page.words().contains("Foto 1, 1 kB") && !page.text.contains("passwd"));
    let sha256 = page.value_of("hapus_foto").unwrap();
    for (content, words) in [
        (
            b"<svg onload=alert(1)>".to_vec(),
            "Berkas harus foto JPEG, PNG, atau WebP",
        ),
        (
            [b"\xff\xd8\xff\xe0".to_vec(), vec![0; 10 * 1024 * 1024 - 3]].concat(),
            "Foto harus lebih kecil dari 10 MB",
        ),
    ] {
        let typed = [("cerita", "Motor hilang")];
        let answer = browser
            .post_file(path, &typed, ("foto", "foto.jpg", &content))
            .await;
        refused(&answer, words);
        assert!(answer.text.contains("Motor hilang"));
    }
    // A file with nothing in it; no file chosen is no fault.
    let empty = browser
        .post_file(path, &words, ("foto", "foto.jpg", b""))
        .await;
    refused(&empty, "Berkas itu kosong. Pilih berkas lain");
    let none = browser.post_file(path, &words, ("foto", "", b"")).await;
    assert_eq!(none.status, StatusCode::SEE_OTHER);
    let fields = [("cerita", "Motor hilang"), ("hapus_foto", sha256.as_str())];
    browser.post(path, &fields).await;
    assert!(!browser.get(path).await.words().contains("Foto 1"));
}

#[tokio::test]
async fn a_photograph_reaches_the_case() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    let words = [("cerita", "Motor hilang")];
    browser.get("/lapor/dicuri/cerita").await;
    browser
        .post_file("/lapor/dicuri/cerita", &words, ("foto", "a.jpg", &photo()))
        .await;
    let check = browser.get("/lapor/periksa").await;
    send(&mut browser, &check).await;
    let waiting = site.node.waiting(&desk, 1).await.unwrap();
    let case = site
        .node
        .case_history(&desk, waiting[0].id)
        .await
        .unwrap()
        .case;
    assert_eq!(case.filed.media.len(), 1);
    assert!(
        site.node
            .photo_preview(&case.filed.media[0].sha256)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn hostile_text_is_shown_as_text() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    let attack = "\"><script>alert(1)</script>{{7*7}}\u{202e}\0";
    browser.get("/lapor/dicuri/cerita").await;
    browser
        .post("/lapor/dicuri/cerita", &[("cerita", attack)])
        .await;
    browser
        .post("/lapor/dicuri/kontak", &[("nama", attack)])
        .await;
    for path in [
        "/lapor/dicuri/cerita",
        "/lapor/dicuri/kontak",
        "/lapor/periksa",
    ] {
        let page = browser.get(path).await;
        assert!(!page.text.contains("<script>alert"), "{path}");
        assert!(
            !page.text.contains('\u{202e}') && !page.text.contains('\0'),
            "{path}"
        );
        assert!(
            page.words().contains("alert(1)") || page.text.contains("alert(1)"),
            "{path}"
        );
    }
    let unknown = browser
        .post("/lapor/dicuri/tempat", &[("tempat", attack)])
        .await;
    assert!(!unknown.text.contains("<script>alert"));
}

#[tokio::test]
async fn a_name_of_a_megabyte_is_turned_away() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/kontak").await;
    let answer = browser
        .post("/lapor/dicuri/kontak", &[("nama", &"x".repeat(1_000_000))])
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        answer
            .words()
            .contains("Kiriman terlalu besar, paling banyak 64 kB")
    );
    let long = browser
        .post("/lapor/dicuri/kontak", &[("nama", &"x".repeat(201))])
        .await;
    refused(&long, "Tulisan paling banyak 200 huruf; sekarang 201");
}

#[tokio::test]
async fn a_store_that_does_not_answer_loses_nothing_and_says_so() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let check = fill(&mut browser, "dicuri").await;
    let command = check.value_of("perintah").unwrap();
    site.node.store().close().await;
    let answer = browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    assert!(answer.status.is_server_error(), "{}", answer.status);
    assert!(answer.words().contains("Isian Anda"), "{}", answer.words());
}

#[tokio::test]
async fn kinds_and_steps_that_are_not_there_are_not_found() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    assert_eq!(
        browser.get("/lapor/dicuri").await.location(),
        "/lapor/dicuri/bahaya"
    );
    for path in [
        "/lapor/x",
        "/lapor/dicuri/x",
        "/lapor/lain/apa",
        "/lapor/dicuri/tempat/x",
    ] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert_eq!(browser.get("/lapor/terkirim").await.location(), "/lapor");
    assert_eq!(
        browser.get("/lapor/terkirim.txt").await.status,
        StatusCode::NOT_FOUND
    );
}
