//! `/wilayah` and its maps, and `/tentang`: who answers where, how far, and what the site says of itself.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::io::Write as _;

use axum::http::StatusCode;
use pengayom_core::pack::Lang;
use support::{Answer, Site, fill};

const VILLAGE: &str = "/wilayah/33.18.08.2022";

/// Most bytes of a map, compressed.
const MAP_MAX: usize = 40_000;

fn compressed(text: &str) -> usize {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap().len()
}

fn svg(page: &Answer) -> &str {
    let start = page.text.find("<svg class=\"map\"").unwrap();
    let end = start + page.text[start..].find("</svg>").unwrap();
    &page.text[start..end]
}

// S86
#[tokio::test]
async fn a_village_says_who_answers_how_far_and_how_to_reach_them() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let moved = browser.get("/wilayah?kode=33.18.08.2022").await;
    assert_eq!(
        (moved.status, moved.location()),
        (StatusCode::PERMANENT_REDIRECT, VILLAGE)
    );
    let found = browser.get("/wilayah?desa=growong+lor").await;
    assert_eq!(found.location(), VILLAGE);
    let page = browser.get(VILLAGE).await;
    let words = page.words();
    for part in [
        "Growong Lor, Juwana",
        "Dilayani Polsek Juwana",
        "Jarak dari tengah desa sekitar",
        "siang dan malam",
        "° LS",
        "Belum ada bulan penuh yang tercatat.",
        "Laporan Polisi Model B",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    // Neighbours, each with its page; the map only where asked.
    let near = page.text.matches("href=\"/wilayah/33.18.08.").count();
    assert!((3..=20).contains(&near), "{near}");
    assert!(!page.text.contains("<svg class=\"map\""));
    assert!(page.text.contains("?peta=ya"));
    // No officer is invented.
    assert!(!words.contains("Bhabinkamtibmas"), "{words}");
    let english = browser.get(&format!("{VILLAGE}?lang=en")).await;
    assert!(english.words().contains("Served by Polsek Juwana"));
    for gone in ["/wilayah/99", "/wilayah/x%20y", "/wilayah?kode=%3Cb%3E"] {
        assert_eq!(
            browser.get(gone).await.status,
            StatusCode::NOT_FOUND,
            "{gone}"
        );
    }
    let other = browser.get("/wilayah?desa=Rembang&lang=id").await;
    let other = browser.follow(other).await;
    assert!(
        other.words().contains("dilayani kantor polisi di sana"),
        "{}",
        other.words()
    );
    assert!(!other.text.contains("peta=ya"));
}

// S86: a map weighs at most 40 kB, and the list beside it has a link for each area.
#[tokio::test]
async fn every_map_is_light_and_stands_beside_its_list() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let unit = site.node.unit();
    let mut largest = 0;
    for choice in unit.geography.choices() {
        let path = format!("/wilayah/{}?peta=ya", choice.area.code);
        let page = browser.get(&path).await;
        let map = svg(&page);
        largest = largest.max(compressed(map));
        assert_eq!(
            map.matches("<path d=").count(),
            choice.beats.len(),
            "{path}"
        );
        assert!(
            map.contains("role=\"img\" aria-labelledby=\"peta-judul\""),
            "{path}"
        );
        assert!(map.contains(&format!(
            "<title id=\"peta-judul\">Peta {}",
            choice.area.name
        )));
        for beat in &choice.beats {
            let link = format!("href=\"/wilayah/{}\"", beat.code);
            assert!(page.text.contains(&link), "{path} {link}");
        }
    }
    let unit_map = browser.get("/wilayah?peta=ya").await;
    largest = largest.max(compressed(svg(&unit_map)));
    assert!(svg(&unit_map).matches("<rect").count() > 15);
    println!("largest map: {largest} bytes");
    assert!(largest <= MAP_MAX, "{largest} bytes");
    let village = browser.get(&format!("{VILLAGE}?peta=ya")).await;
    let map = svg(&village);
    assert!(map.contains("<path class=\"here\"") && map.contains("<path class=\"mark\""));
    assert!(
        map.contains(">Growong Lor</text>") && map.contains(">Polsek Juwana</text>"),
        "{map}"
    );
    assert!(
        map.contains("Growong Lor ditandai segitiga. Polsek Juwana ditandai kotak. Utara di atas.")
    );
    assert!(village.text.contains("aria-current=\"page\""));
    // Bounded, and no request goes elsewhere for ground or tiles.
    assert!(!village.text.contains("http"), "no address of another site");
}

// S46: months that are over; few reports are hidden, and no service is told apart.
#[tokio::test]
async fn figures_of_a_village_are_of_whole_months_and_hidden_when_few() {
    let site = Site::pati().await;
    for _ in 0..6 {
        report_from(&site, "33.18.08.2022").await;
    }
    for _ in 0..3 {
        report_from(&site, "33.18.08.2021").await;
    }
    let mut browser = site.browser();
    let early = browser.get(VILLAGE).await.words();
    assert!(
        early.contains("Belum ada bulan penuh"),
        "the month is not over: {early}"
    );
    site.clock.pass(20 * 24 * 60);
    let district = browser.get("/wilayah/33.18.08").await.words();
    assert!(
        district.contains("November 2026: 9 laporan masuk."),
        "{district}"
    );
    // Three are few; and the six beside them would give them away together with the nine of the district.
    for code in ["33.18.08.2022", "33.18.08.2021"] {
        let words = browser.get(&format!("/wilayah/{code}")).await.words();
        assert!(words.contains("November 2026: terlalu sedikit"), "{words}");
    }
    let none = browser.get("/wilayah/33.18.08.2001").await.words();
    assert!(none.contains("November 2026: tidak ada laporan"), "{none}");
}

async fn report_from(site: &Site, code: &str) {
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    browser
        .post("/lapor/dicuri/tempat", &[("wilayah", code)])
        .await;
    let check = browser.get("/lapor/periksa").await;
    let command = check.value_of("perintah").unwrap();
    let sent = browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    assert_eq!(sent.location(), "/lapor/terkirim");
}

// S33: a village that was named is named once.
#[tokio::test]
async fn the_place_is_not_said_twice_before_sending() {
    let site = Site::pati().await;
    for (typed, code, once) in [
        ("Growong Lor", "", "Growong Lor, Juwana"),
        ("desa growong lor", "", "Growong Lor, Juwana"),
        (
            "Growong Lor, Juwana",
            "33.18.08.2022",
            "Growong Lor, Juwana",
        ),
        ("GROWONG LOR", "33.18.08.2022", "Growong Lor, Juwana"),
    ] {
        let mut browser = site.browser();
        fill(&mut browser, "dicuri").await;
        let fields = [("tempat", typed), ("wilayah", code)];
        browser.post("/lapor/dicuri/tempat", &fields).await;
        let words = browser.get("/lapor/periksa").await.words();
        assert!(words.contains(once), "{typed}: {words}");
        assert_eq!(
            words.to_lowercase().matches("growong lor").count(),
            1,
            "{typed}: {words}"
        );
    }
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    let fields = [
        ("tempat", "depan pasar Growong Lor"),
        ("wilayah", "33.18.08.2022"),
    ];
    browser.post("/lapor/dicuri/tempat", &fields).await;
    let words = browser.get("/lapor/periksa").await.words();
    assert!(
        words.contains("depan pasar Growong Lor, Growong Lor, Juwana"),
        "{words}"
    );
}

// S26
#[tokio::test]
async fn every_service_says_where_else_to_go() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let unit = site.node.unit();
    for service in unit.pack.services() {
        let page = browser.get(&format!("/layanan/{}", service.code)).await;
        assert!(page.words().contains("Di mana lagi"), "{}", service.code);
        let elsewhere = service.elsewhere.as_ref().unwrap();
        for line in elsewhere.say.get(Lang::Id) {
            assert!(
                page.words().contains(line.as_str()),
                "{}: {line}",
                service.code
            );
        }
    }
}

#[tokio::test]
async fn the_page_about_the_site_lists_every_cookie_that_is_set_and_every_period() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let about = browser.get("/tentang?lang=id").await;
    let mut set = vec![about.header("set-cookie").to_owned()];
    fill(&mut browser, "dicuri").await;
    for path in ["/lapor/dicuri/apa", "/masuk", "/lacak"] {
        set.extend(
            browser
                .get(path)
                .await
                .headers
                .get("set-cookie")
                .map(|v| v.to_str().unwrap().to_owned()),
        );
    }
    for cookie in set.iter().chain(browser.cookies.keys()) {
        let name = cookie.split('=').next().unwrap();
        assert!(
            about.text.contains(&format!("<code>{name}</code>")),
            "{name}"
        );
    }
    let words = about.words();
    for service in site.node.unit().pack.services() {
        assert!(words.contains(&service.name.id), "{}", service.code);
    }
    for part in [
        "Polres Pati",
        "Polda Jawa Tengah",
        "12 tahun",
        "kurang dari 5 orang",
        "MIT atau Apache",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    for link in [
        "/lacak",
        "/layanan/dumas",
        "/tanda-terima/kunci",
        "/kinerja",
    ] {
        assert!(about.text.contains(&format!("href=\"{link}\"")), "{link}");
    }
    assert!(!words.contains("simulasi"));
    assert!(browser.get("/").await.text.contains("href=\"/tentang\""));
    assert!(
        !browser
            .get("/aman")
            .await
            .text
            .contains("href=\"/tentang\"")
    );
}

#[tokio::test]
async fn a_sample_says_so_about_itself() {
    let site = Site::with(pengayom_web::WebSettings::default(), true).await;
    let about = site.browser().get("/tentang").await;
    assert!(about.words().contains("simulasi, bukan kejadian nyata"));
}

/// Pages with dates, times and numbers on them.
const FIGURES: [&str; 12] = [
    "/",
    "/lapor",
    "/lapor/dicuri/waktu",
    "/lapor/periksa",
    "/lapor/terkirim",
    "/layanan",
    "/layanan/skck",
    "/layanan/lp_b",
    "/wilayah",
    "/kinerja",
    "/tentang",
    VILLAGE,
];

/// What looks like a number, a time or a date of the other language.
fn foreign_forms(words: &str, lang: &str) -> Vec<String> {
    let mut found = Vec::new();
    let all: Vec<&str> = words.split_whitespace().collect();
    for (at, token) in all.iter().enumerate() {
        let bare = token.trim_matches(|c: char| !c.is_ascii_digit());
        let bytes = bare.as_bytes();
        let groups = |mark: char| {
            let parts: Vec<&str> = bare.split(mark).collect();
            let digits = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
            let head = (1..=3).contains(&parts[0].len());
            parts.len() > 1
                && head
                && parts.iter().all(digits)
                && parts[1..].iter().all(|part| part.len() == 3)
        };
        let clock = |mark: u8| {
            bytes.len() == 5
                && bytes[2] == mark
                && all.get(at + 1).is_some_and(|next| next.starts_with("WI"))
        };
        let bad = match lang {
            "id" => groups(',') || clock(b':'),
            _ => groups('.') || clock(b'.'),
        };
        if bad {
            found.push((*token).to_owned());
        }
    }
    let lower = format!(" {} ", words.to_lowercase());
    let months = match lang {
        "id" => [
            " january ",
            " february ",
            " march ",
            " may ",
            " june ",
            " july ",
            " august ",
            " october ",
            " december ",
            " at ",
        ],
        _ => [
            " januari ",
            " februari ",
            " maret ",
            " mei ",
            " juni ",
            " juli ",
            " agustus ",
            " oktober ",
            " desember ",
            " pukul ",
        ],
    };
    found.extend(
        months
            .iter()
            .filter(|month| lower.contains(**month))
            .map(ToString::to_string),
    );
    found
}

#[test]
fn forms_of_the_other_language_are_seen() {
    assert_eq!(foreign_forms("ada 4,903 laporan", "id"), ["4,903"]);
    assert_eq!(foreign_forms("there are 4.903 reports", "en"), ["4.903"]);
    assert_eq!(foreign_forms("21:30 WIB", "id"), ["21:30"]);
    assert_eq!(
        foreign_forms("3 Mei 2026, pukul 21.30 WIB", "en"),
        ["21.30", " mei ", " pukul "]
    );
    assert!(foreign_forms("3 Mei 2026, pukul 21.30 WIB, 4.903, 2,5 km, Rp30.000", "id").is_empty());
    assert!(foreign_forms("3 May 2026, 21:30 WIB, 4,903, 2.5 km", "en").is_empty());
}

// S33: dates, times and numbers as the readers of each language write them.
#[tokio::test]
async fn dates_times_and_numbers_are_written_as_each_language_does() {
    let site = Site::pati().await;
    for lang in ["id", "en"] {
        let mut browser = site.browser();
        fill(&mut browser, "dicuri").await;
        for path in FIGURES {
            if path == "/lapor/terkirim" {
                let check = browser.get("/lapor/periksa").await;
                let command = check.value_of("perintah").unwrap();
                browser
                    .post("/lapor/periksa", &[("perintah", &command)])
                    .await;
            }
            let page = browser.get(&format!("{path}?lang={lang}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            // The language switch is in the other language, by intent.
            let switch = if lang == "id" {
                "English"
            } else {
                "Bahasa Indonesia"
            };
            let words = page.words().replace(switch, "");
            assert_eq!(
                foreign_forms(&words, lang),
                Vec::<String>::new(),
                "{path} {lang}: {words}"
            );
        }
    }
}
