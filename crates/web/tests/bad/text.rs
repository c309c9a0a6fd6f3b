//! Text of every script and of none: megabytes of it, marks that turn the direction, what nobody sees.

use std::path::Path;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use pengayom_node::access::Role;

use super::{FORM, OWN, case_of, cases, followed, raw, send_form, sent};
use crate::support::{Answer, Site, encode, fill};

/// Writing from right to left, with figures after it that would change places.
const ARABIC: &str = "علي بن حسن 12";
const HEBREW: &str = "דוד כהן";

/// Texts that have to come through as they were typed.
const SCRIPTS: [&str; 9] = [
    "ꦱꦸꦒꦼꦁꦫꦮꦸꦃ ꦥꦠꦶ",
    "警察に届け出ます",
    "Пати и Pаti",
    "Curi\u{301}gaan café",
    "İSTANBUL ıi",
    "👨\u{200d}👩\u{200d}👧 🇮🇩 👮🏽",
    "می\u{200c}خواهم",
    "ก็ น้ำ",
    "Z͑ͫ̓a̴l̵g̶o",
];

/// The elements in which a text stands: what the tag before it says, and the text between two tags.
fn around<'p>(page: &'p Answer, text: &str) -> Vec<(&'p str, &'p str)> {
    let html = page.text.as_str();
    let found = html.match_indices(text).map(|(at, _)| at);
    found
        .map(|at| {
            let (open, close) = (html[..at].rfind('<').unwrap(), html[..at].rfind('>'));
            // Inside a tag: an attribute.
            if close.is_none_or(|close| close < open) {
                let end = at + html[at..].find('>').unwrap();
                return (&html[open..end], &html[open..end]);
            }
            let close = close.unwrap();
            let end = at + html[at..].find('<').unwrap();
            (&html[open..close], &html[close + 1..end])
        })
        .collect()
}

/// Nothing beside a text written from right to left changes its place because of it.
fn isolated(page: &Answer, text: &str, at: &str) {
    let places = around(page, text);
    assert!(!places.is_empty(), "{at}: not shown");
    for (tag, between) in places {
        let begins = between.find('\u{2068}');
        let wrapped = begins.is_some_and(|from| from < between.find(text).unwrap());
        let alone = tag.contains("dir=\"auto\"");
        assert!(wrapped || alone, "{at}: {tag}> {between}");
        let count = |mark: char| between.matches(mark).count();
        assert_eq!(count('\u{2068}'), count('\u{2069}'), "{at}: {between:?}");
    }
    for mark in ('\u{202a}'..='\u{202e}').chain(['\u{2066}', '\u{2067}', '\u{200b}', '\0']) {
        assert!(!page.text.contains(mark), "{at}: {mark:?}");
    }
}

#[tokio::test]
async fn writing_from_right_to_left_moves_nothing_beside_it_on_any_page() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    let told = format!("\u{202e}{ARABIC}\u{202c} tidak pulang\u{2067}\u{200b}");
    let name = format!("{HEBREW}\u{202e}");
    let place = format!("Growong Lor, {ARABIC}");
    browser.get("/lapor/dicuri/cerita").await;
    for (step, fields) in [
        ("cerita", vec![("cerita", told.as_str())]),
        (
            "kontak",
            vec![("nama", name.as_str()), ("telepon", "081234567890")],
        ),
        (
            "tempat",
            vec![("tempat", place.as_str()), ("wilayah", "33.18.08.2022")],
        ),
    ] {
        let path = format!("/lapor/dicuri/{step}");
        let answer = browser.post(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
        let text = if step == "kontak" { HEBREW } else { ARABIC };
        isolated(&browser.get(&path).await, text, &path);
    }
    // What was typed comes back in its field as it was typed.
    let field = browser.get("/lapor/dicuri/kontak").await;
    assert_eq!(field.value_of("nama").as_deref(), Some(HEBREW));
    let check = browser.get("/lapor/periksa").await;
    isolated(&check, ARABIC, "/lapor/periksa");
    isolated(&check, HEBREW, "/lapor/periksa");
    // A sentence with it in the middle: the marks around it stay around it.
    let unknown = browser
        .post("/lapor/dicuri/tempat", &[("tempat", ARABIC)])
        .await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unknown
            .words()
            .contains(&format!("“\u{2068}{ARABIC}\u{2069}” tidak ditemukan")),
        "{}",
        unknown.words()
    );
    browser
        .post(
            "/lapor/dicuri/tempat",
            &[("tempat", &place), ("wilayah", "33.18.08.2022")],
        )
        .await;
    let (number, code) = sent(&mut browser).await;
    // What the reporter reads.
    let mut reader = site.browser();
    reader.get("/lacak").await;
    reader
        .post("/lacak", &[("nomor", &number), ("kode", &code)])
        .await;
    let address = format!("/lacak/{number}");
    let page = reader.get(&address).await;
    send_form(&mut reader, &address, &page, &[("keterangan", ARABIC)]).await;
    isolated(&reader.get(&address).await, ARABIC, &address);
    let own = reader.post(&format!("{address}/data/baca"), &[]).await;
    assert_eq!(own.status, StatusCode::OK);
    isolated(&own, ARABIC, "own data");
    isolated(&own, HEBREW, "own data");
    // What staff read.
    let id = site.node.waiting(&desk, 1).await.unwrap()[0].id;
    let mut officer = site.signed_in("desk").await;
    let case = officer.get(&format!("/perkara/{id}")).await;
    isolated(&case, ARABIC, "/perkara");
    isolated(&case, HEBREW, "/perkara");
    officer.get("/meja").await;
    let found = officer.post("/meja/cari", &[("q", "علي")]).await;
    let found = officer.follow(found).await;
    assert!(found.text.contains(&number), "{}", found.words());
    isolated(&found, "علي", "/meja/cari");
    for path in ["/meja", "/meja/daftar", "/meja/serah-terima"] {
        let page = officer.get(path).await;
        if page.text.contains(ARABIC) {
            isolated(&page, ARABIC, path);
        }
    }
}

#[tokio::test]
async fn every_script_comes_through_as_it_was_typed() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut officer = site.signed_in("desk").await;
    for text in SCRIPTS {
        let mut browser = site.browser();
        fill(&mut browser, "dicuri").await;
        browser.get("/lapor/dicuri/cerita").await;
        browser
            .post("/lapor/dicuri/cerita", &[("cerita", text)])
            .await;
        browser
            .post("/lapor/dicuri/kontak", &[("nama", text)])
            .await;
        let check = browser.get("/lapor/periksa").await;
        assert!(check.text.contains(text), "{text}");
        let (number, _) = sent(&mut browser).await;
        let id = case_of(&site, &desk, &number).await;
        let case = site.node.case_history(&desk, id).await.unwrap().case;
        assert!(
            case.filed.description.ends_with(text),
            "{}",
            case.filed.description
        );
        let person = site.node.reporter(&desk, &case).await.unwrap().unwrap();
        assert_eq!(person.name.as_deref(), Some(text));
        let page = officer.get(&format!("/perkara/{id}")).await;
        assert!(page.text.contains(text), "{text}");
    }
    // Found again, whichever case or accent was typed; a letter of another script is another letter.
    officer.get("/meja").await;
    for (typed, found) in [
        ("istanbul", true),
        ("CURIGAAN cafe", true),
        ("ꦱꦸꦒꦼꦁꦫꦮꦸꦃ", true),
        ("警察に届け出ます", true),
        ("пати", true),
        ("xyzzy", false),
    ] {
        let answer = officer.post("/meja/cari", &[("q", typed)]).await;
        let page = officer.follow(answer).await;
        assert_eq!(
            page.text.contains("href=\"/perkara/"),
            found,
            "{typed}: {}",
            page.words()
        );
    }
}

#[tokio::test]
async fn what_nobody_sees_is_not_an_answer() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/cerita").await;
    for nothing in [
        "\u{200b}\u{200b}",
        "\u{2060}",
        "\u{3164}",
        "\u{200d}",
        "\u{feff} \u{ad}",
        "\u{2800}",
        "\0\u{1b}\u{7f}",
        "\u{e0061}",
    ] {
        for (step, field, words) in [
            ("cerita", "cerita", "Tulis apa yang terjadi"),
            (
                "tempat",
                "tempat",
                "Tulis nama desa, jalan, atau tempat yang dikenal",
            ),
        ] {
            let answer = browser
                .post(&format!("/lapor/dicuri/{step}"), &[(field, nothing)])
                .await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{nothing:?}"
            );
            assert!(
                answer.words().contains(words),
                "{nothing:?}: {}",
                answer.words()
            );
        }
    }
    // Signs that no text has are left out of one that has others.
    let typed = "Ma\u{0}li\u{8}ng\u{1b}[31m \u{202e}moto\u{200b}r\u{85}";
    browser
        .post("/lapor/dicuri/cerita", &[("cerita", typed)])
        .await;
    let page = browser.get("/lapor/dicuri/cerita").await;
    assert!(page.text.contains("Maling[31m motor<"), "{}", page.text);
}

/// Names of the fields that something can be written in.
fn fields_of(page: &Answer) -> Vec<String> {
    let tags = page.text.split('<').filter(|tag| {
        tag.starts_with("textarea")
            || (tag.starts_with("input")
                && ![
                    "type=\"hidden\"",
                    "type=\"radio\"",
                    "type=\"checkbox\"",
                    "type=\"file\"",
                ]
                .iter()
                .any(|kind| tag.contains(kind)))
    });
    let names =
        tags.filter_map(|tag| Some(tag.split(" name=\"").nth(1)?.split('"').next()?.to_owned()));
    names.collect()
}

#[tokio::test]
async fn a_megabyte_in_any_field_is_refused_with_a_sentence_and_soon() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let (mut reader, number, _) = followed(&site).await;
    let followed = format!("/lacak/{number}");
    let mut tried = 0;
    let huge = [
        "x".repeat(1 << 20),
        "ꦥ".repeat(120_000),
        "\u{202e}".repeat(120_000),
    ];
    let huge = huge.map(|text| encode(&text));
    let large = [
        "x ".repeat(12_000),
        "\"".repeat(20_000),
        "a\u{301}".repeat(6_000),
    ];
    let large = large.map(|text| encode(&text));
    for path in [
        "/lapor/dicuri/tempat",
        "/lapor/dicuri/waktu",
        "/lapor/dicuri/cerita",
        "/lapor/dicuri/kontak",
        "/lapor/bantuan-1/kontak",
        "/lapor/lanjut",
        "/lacak",
        "/nilai",
        "/aman/bantuan",
        "/masuk",
        "/tanda-terima",
        &followed,
    ] {
        let page = reader.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let fields = fields_of(&page);
        assert!(!fields.is_empty(), "{path}");
        for field in fields {
            tried += 1;
            for text in &huge {
                let began = Instant::now();
                let body = format!("csrf={}&{field}={text}", reader.token);
                let answer = raw(&reader, path, &[FORM, OWN], body).await;
                assert_eq!(
                    answer.status,
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "{path} {field}"
                );
                assert!(
                    answer
                        .words()
                        .contains("Kiriman terlalu besar, paling banyak 64 kB")
                );
                assert!(began.elapsed() < Duration::from_secs(10), "{path} {field}");
            }
            // As much as a form may have: read, and refused or taken with words, never a fault.
            for text in &large {
                let began = Instant::now();
                let body = format!("csrf={}&{field}={text}", reader.token);
                assert!(body.len() < 64 * 1024);
                let answer = raw(&reader, path, &[FORM, OWN], body).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{path} {field}: {}",
                    answer.status
                );
                assert!(
                    began.elapsed() < Duration::from_secs(10),
                    "{path} {field}: {:?}",
                    began.elapsed()
                );
            }
        }
    }
    assert!(tried >= 18, "{tried}");
    assert_eq!(cases(&site, &desk).await, 1);
    // A program is told which field it is, and how much it takes.
    let api = |field: &str, text: &str| {
        let mut value = serde_json::json!({
            "service_code": "lp_b", "description": "x", "address": "Growong Lor, Juwana", "contact": {}
        });
        match field.split_once('/') {
            Some((object, name)) => value[object][name] = text.into(),
            None => value[field] = text.into(),
        }
        value.to_string()
    };
    let json = ("content-type", "application/json");
    let browser = site.browser();
    for (field, status) in [
        ("description", 422),
        ("address", 422),
        ("service_code", 422),
        ("occurred_at", 422),
        ("wellbeing", 422),
        ("area_id", 422),
        ("contact/name", 422),
        ("contact/phone", 422),
        ("contact/email", 422),
        ("unknown_field", 201),
    ] {
        let answer = raw(
            &browser,
            "/api/v1/requests",
            &[json],
            api(field, &"x".repeat(1 << 20)),
        )
        .await;
        assert_eq!(answer.status.as_u16(), status, "{field}: {}", answer.text);
        if status == 422 {
            assert!(
                answer.text.contains(&format!("\"/{field}\"")),
                "{field}: {}",
                answer.text
            );
            assert!(answer.text.len() < 4_000, "nothing of it is said back");
        }
    }
    for body in [
        "{\"service_code\":\"lp_b\",\"description\":\"\\ud800\",\"address\":\"Juwana\"}",
        "{\"service_code\":\"lp_b\",\"description\":\"\\udc00\\ud800\",\"address\":\"Juwana\"}",
        "{\"description\":\"\u{1}\"}",
    ] {
        let answer = raw(&browser, "/api/v1/requests", &[json], body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = raw(&browser, "/api/v1/requests", &[json], deep).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let marked = api("description", "Mal\u{202e}ing\u{0}\u{200b}");
    let answer = raw(&browser, "/api/v1/requests", &[json], marked).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let number = answer.json()["tracking_code"].as_str().unwrap().to_owned();
    let id = case_of(&site, &desk, &number).await;
    let case = site.node.case_history(&desk, id).await.unwrap().case;
    assert_eq!(case.filed.description, "Maling");
}

// Every template shows what it shows through the escaper that isolates; what leaves it out gives back a
// field, or stands in an element that takes its direction from its text.
#[test]
fn no_template_shows_a_text_past_the_escaper() {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let name = path.display().to_string();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut templates = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/templates"),
        &mut templates,
    );
    assert!(templates.len() > 40);
    for (name, text) in templates {
        let html = Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "html");
        assert!(html, "{name}: the escaper is chosen by the ending");
        assert!(!text.contains("autoescape"), "{name}");
        for (number, line) in text.lines().enumerate() {
            let at = format!("{name}:{}", number + 1);
            for (from, _) in line.match_indices("|e(\"typed\")") {
                let before = &line[..from];
                let begin = before.rfind("{{").unwrap();
                let field = before[..begin].ends_with("value=\"") || line.contains("</textarea>");
                let own = before.contains("dir=\"auto\"");
                assert!(field || own, "{at}: {line}");
            }
            let whole = line.matches("|safe").count();
            let ours = line.matches("extra|safe").count() + line.matches("svg|safe").count();
            assert!(
                whole == 0 || (whole == ours && name.ends_with("part/ui.html")),
                "{at}: {line}"
            );
            assert!(
                !line.contains("|escape") && !line.contains("|e(\"none\")"),
                "{at}"
            );
        }
    }
}
