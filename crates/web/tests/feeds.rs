//! What the unit makes known to programs: the feed, the calendar, and tables as files.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::SignedDuration;
use pengayom_core::act::Actor;
use pengayom_core::subject::case::{Channel, Harm};
use pengayom_core::value::{CommandId, OutageId};
use pengayom_node::PersonDetails;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::outage::DeclareOutage;
use pengayom_node::handle::place::PlaceInput;
use support::{Answer, Site};

/// Something in own words is down, and is to work again in four hours.
async fn down(site: &Site, by: &Staff, words: &str) -> OutageId {
    let declare = DeclareOutage {
        system: None,
        words: Some(words.to_owned()),
        since: None,
        way: Some("datang besok".to_owned()),
        until: Some(site.node.now() + SignedDuration::from_hours(4)),
        simulated: false,
    };
    site.node.declare_outage(by, declare).await.unwrap()
}

async fn filed(site: &Site, service: &str, village: &str) {
    let request = FileRequest {
        command: CommandId(site.node.new_id()),
        service: service.parse().unwrap(),
        report_kind: None,
        channel: Channel::Web,
        paper: None,
        description: "=HYPERLINK(\"x\")".to_owned(),
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        place: PlaceInput::Area {
            area: village.parse().unwrap(),
            text: None,
        },
        reporter: PersonDetails::default(),
        media: Vec::new(),
        simulated: false,
    };
    let filed = site.node.file_request(request, &Actor::Citizen).await;
    filed.unwrap();
}

async fn report_from(site: &Site, village: &str) {
    filed(site, "lp_b", village).await;
}

/// A report whose kind is kept narrow.
async fn narrow_report_from(site: &Site, village: &str) {
    filed(site, "kdrt", village).await;
}

async fn get(site: &Site, path: &str, with: &[(header::HeaderName, &str)]) -> Answer {
    let mut request = Request::get(path).header(header::HOST, "pati.example");
    for (name, value) in with {
        request = request.header(name, *value);
    }
    site.ask(request.body(Body::empty()).unwrap()).await
}

/// The entries of a feed: identifier, kind and title.
fn entries(feed: &str) -> Vec<(String, String, String)> {
    let part = |entry: &str, from: &str, to: &str| {
        let from = entry.find(from).unwrap() + from.len();
        entry[from..from + entry[from..].find(to).unwrap()].to_owned()
    };
    feed.split("<entry>")
        .skip(1)
        .map(|entry| {
            (
                part(entry, "<id>", "</id>"),
                part(entry, "term=\"", "\""),
                part(entry, "<title>", "</title>"),
            )
        })
        .collect()
}

#[tokio::test]
async fn an_outage_keeps_its_entry_from_its_announcement_to_its_end() {
    let site = Site::pati().await;
    let desk = site
        .account_at(Role::Desk, "juwana", Some("polsek-juwana"))
        .await;
    site.clock.pass(10);
    let id = down(&site, &desk, "Loket <A> & B\u{7}").await;
    let feed = get(&site, "/feed.atom", &[]).await;
    assert_eq!(feed.status, StatusCode::OK);
    assert_eq!(
        feed.header(header::CONTENT_TYPE),
        "application/atom+xml; charset=utf-8"
    );
    let first = entries(&feed.text);
    assert_eq!(first[0].1, "outage", "{first:?}");
    assert_eq!(
        first[0].2,
        "Gangguan: Polsek Juwana: Loket &lt;A&gt; &amp; B "
    );
    assert_eq!(first.last().unwrap().1, "services", "{first:?}");
    // Where the station stands, latitude first, as its file says.
    let station = site.node.unit();
    let station = station
        .geography
        .station(&"polsek-juwana".parse().unwrap())
        .unwrap();
    let point = station.point.unwrap();
    let georss = format!(
        "<georss:point>{} {}</georss:point>",
        point.lat(),
        point.lng()
    );
    assert!(feed.text.contains(&georss), "{}", feed.text);
    assert!(
        feed.text
            .contains("href=\"http://pati.example/wilayah/33.18."),
        "{}",
        feed.text
    );
    // Day and hour stand with it, for it is read at any time.
    assert!(
        feed.text.contains("24 November 2026, pukul 21.40 WIB"),
        "{}",
        feed.text
    );

    site.clock.pass(30);
    site.node.end_outage(&desk, id, None).await.unwrap();
    let after = get(&site, "/feed.atom?lang=en", &[]).await;
    let second = entries(&after.text);
    assert_eq!(
        second[0].0, first[0].0,
        "one outage, one entry, in every language"
    );
    assert_eq!(
        (second[0].1.as_str(), second.len()),
        ("outage-ended", first.len())
    );
    assert!(
        second[0].2.starts_with("Works again: Polsek Juwana"),
        "{second:?}"
    );
    let entry = after.text.split("<entry>").nth(1).unwrap();
    assert!(
        entry.contains("<published>2026-11-24T14:40:00+00:00</published>"),
        "{entry}"
    );
    assert!(
        entry.contains("<updated>2026-11-24T15:10:00+00:00</updated>"),
        "{entry}"
    );
    // Declared again it is another outage.
    site.clock.pass(30);
    down(&site, &desk, "loket <a> & b\u{7}").await;
    let third = entries(&get(&site, "/feed.atom", &[]).await.text);
    assert_ne!(third[0].0, first[0].0);
    assert_eq!(third[1].0, first[0].0, "the one before stays: {third:?}");
}

#[tokio::test]
async fn who_has_the_feed_already_is_told_so_and_a_change_is_sent() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    for path in [
        "/feed.atom",
        "/calendar.ics",
        "/wilayah.csv",
        "/kinerja.json",
    ] {
        let first = get(&site, path, &[]).await;
        assert_eq!(first.status, StatusCode::OK, "{path}");
        let tag = first.header(header::ETAG).to_owned();
        let again = get(&site, path, &[(header::IF_NONE_MATCH, &tag)]).await;
        assert_eq!(
            (again.status, again.bytes.len()),
            (StatusCode::NOT_MODIFIED, 0),
            "{path}"
        );
    }
    let before = get(&site, "/feed.atom", &[]).await;
    let changed = before.header(header::LAST_MODIFIED).to_owned();
    assert_eq!(changed, "Tue, 24 Nov 2026 14:30:00 GMT");
    let since = [(header::IF_MODIFIED_SINCE, changed.as_str())];
    assert_eq!(
        get(&site, "/feed.atom", &since).await.status,
        StatusCode::NOT_MODIFIED
    );
    site.clock.pass(1);
    down(&site, &desk, "Listrik").await;
    let tag = before.header(header::ETAG);
    let after = get(&site, "/feed.atom", &[(header::IF_NONE_MATCH, tag)]).await;
    assert_eq!(after.status, StatusCode::OK);
    assert_eq!(
        get(&site, "/feed.atom", &since).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_long_feed_is_read_page_by_page_and_nothing_comes_twice() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    // 60 outages that ended, and one that did not and is the oldest of all: 121 acts.
    down(&site, &desk, "Yang pertama").await;
    for n in 0..60 {
        site.clock.pass(1);
        let id = down(&site, &desk, &format!("Loket {n}")).await;
        site.clock.pass(1);
        site.node.end_outage(&desk, id, None).await.unwrap();
    }
    let mut path = "/feed.atom?lang=id".to_owned();
    let mut seen = std::collections::BTreeSet::new();
    let mut pages = 0;
    loop {
        let page = get(&site, &path, &[]).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        pages += 1;
        for (id, kind, title) in entries(&page.text) {
            assert!(seen.insert(id), "{title} came twice");
            assert_eq!(
                kind == "outage",
                title.ends_with("Yang pertama"),
                "{kind} {title}"
            );
        }
        let links = page
            .text
            .split("<link ")
            .filter(|link| link.contains("rel=\"next\""));
        let Some(next) = links.last() else { break };
        let mark = "href=\"http://pati.example";
        let from = next.find(mark).unwrap() + mark.len();
        path = next[from..]
            .split('"')
            .next()
            .unwrap()
            .replace("&amp;", "&");
    }
    assert_eq!((pages, seen.len()), (3, 62), "61 outages and the services");
    for bad in ["x", "9999999999999999999999", "-1x"] {
        let answer = get(&site, &format!("/feed.atom?sebelum={bad}"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bad}");
    }
    let none = get(&site, "/feed.atom?sebelum=-5", &[]).await;
    assert_eq!(
        (none.status, entries(&none.text).len()),
        (StatusCode::OK, 0)
    );
}

#[tokio::test]
async fn the_calendar_has_what_ends_in_the_units_own_zone() {
    let site = Site::pati().await;
    let desk = site
        .account_at(Role::Desk, "juwana", Some("polsek-juwana"))
        .await;
    let empty = get(&site, "/calendar.ics", &[]).await;
    assert!(
        !empty.text.contains("VEVENT") && !empty.text.contains("UID"),
        "{}",
        empty.text
    );
    assert!(
        empty.text.contains("BEGIN:VTIMEZONE"),
        "a calendar has one part at least"
    );
    let id = down(&site, &desk, "Loket; A, \\B\r\nATTENDEE:mailto:x@y").await;
    let endless = DeclareOutage {
        system: None,
        words: Some("Tanpa akhir".to_owned()),
        since: None,
        way: Some("menunggu".to_owned()),
        until: None,
        simulated: false,
    };
    site.node.declare_outage(&desk, endless).await.unwrap();
    let first = get(&site, "/calendar.ics", &[]).await;
    assert_eq!(
        first.header(header::CONTENT_TYPE),
        "text/calendar; charset=utf-8"
    );
    let lines: Vec<&str> = first.text.split("\r\n").collect();
    assert!(
        lines
            .iter()
            .all(|line| line.len() <= 75 && !line.contains('\n')),
        "folded, CRLF alone"
    );
    assert_eq!(
        first.text.matches("BEGIN:VEVENT").count(),
        1,
        "no end is known of the other"
    );
    for line in [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Jakarta",
        "TZOFFSETTO:+0700",
        "DTSTART;TZID=Asia/Jakarta:20261124T213000",
        "DTEND;TZID=Asia/Jakarta:20261125T013000",
        "DTSTAMP:20261124T143000Z",
        "SEQUENCE:0",
    ] {
        assert!(lines.contains(&line), "{line}: {}", first.text);
    }
    assert!(
        !lines.iter().any(|line| line.starts_with("ATTENDEE")),
        "{}",
        first.text
    );
    let uid = |text: &str| {
        text.split("UID:")
            .nth(1)
            .unwrap()
            .split("\r\n")
            .next()
            .unwrap()
            .to_owned()
    };
    site.clock.pass(90);
    site.node.end_outage(&desk, id, None).await.unwrap();
    let second = get(&site, "/calendar.ics", &[]).await;
    assert_eq!(uid(&second.text), uid(&first.text));
    for line in [
        "SEQUENCE:1",
        "DTEND;TZID=Asia/Jakarta:20261124T230000",
        "DTSTAMP:20261124T160000Z",
    ] {
        assert!(
            second.text.contains(&format!("{line}\r\n")),
            "{line}: {}",
            second.text
        );
    }
    site.clock.pass(61 * 24 * 60);
    let later = get(&site, "/calendar.ics", &[]).await;
    assert!(!later.text.contains("VEVENT"), "long over");
}

#[tokio::test]
async fn every_public_page_leads_to_the_feed_and_a_narrow_one_does_not() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    for (path, there) in [
        ("/", true),
        ("/layanan", true),
        ("/wilayah/33.18.08", true),
        ("/aman", false),
    ] {
        let page = browser.get(path).await;
        assert_eq!(
            page.text.contains("type=\"application/atom+xml\""),
            there,
            "{path}"
        );
        assert_eq!(
            page.text.contains("href=\"/calendar.ics?lang=id\""),
            there,
            "{path}"
        );
    }
}

fn rows(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(
        answer.header(header::CONTENT_TYPE),
        "text/csv; charset=utf-8"
    );
    assert!(answer.text.ends_with("\r\n"));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(answer.text.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect());
    rows.collect()
}

// S86
#[tokio::test]
async fn areas_are_files_at_the_address_of_their_page() {
    let site = Site::pati().await;
    let unit = site.node.unit();
    let choices = unit.geography.choices();
    let villages: usize = choices.iter().map(|choice| choice.beats.len()).sum();
    let table = rows(&get(&site, "/wilayah.csv", &[]).await);
    assert_eq!(table.len(), 1 + choices.len() + villages);
    assert_eq!(table[0][..3], ["code", "name", "level"]);
    let growong = table.iter().find(|row| row[0] == "33.18.08.2022").unwrap();
    assert_eq!(
        growong[1..7],
        [
            "Growong Lor",
            "village",
            "desa",
            "33.18.08",
            "polsek-juwana",
            "Polsek Juwana"
        ]
    );
    let json = get(&site, "/wilayah.json", &[]).await.json();
    assert_eq!(
        json["areas"].as_array().unwrap().len(),
        choices.len() + villages
    );

    let map = get(&site, "/wilayah.geojson", &[]).await;
    assert_eq!(map.header(header::CONTENT_TYPE), "application/geo+json");
    let map = map.json();
    assert_eq!(map["features"].as_array().unwrap().len(), choices.len());
    let one = get(&site, "/wilayah/33.18.08.geojson", &[]).await.json();
    let juwana = choices
        .iter()
        .find(|choice| choice.area.code.as_str() == "33.18.08")
        .unwrap();
    assert_eq!(
        one["features"].as_array().unwrap().len(),
        1 + juwana.beats.len()
    );
    let within = |inner: &serde_json::Value, outer: &serde_json::Value| {
        let at = |of: &serde_json::Value, n: usize| of["bbox"][n].as_f64().unwrap();
        (0..2).all(|n| at(inner, n) >= at(outer, n)) && (2..4).all(|n| at(inner, n) <= at(outer, n))
    };
    for collection in [&map, &one] {
        for feature in collection["features"].as_array().unwrap() {
            assert!(within(feature, collection), "{}", feature["properties"]);
        }
    }
    for gone in [
        "/wilayah/99.csv",
        "/wilayah/33.19.json",
        "/wilayah/33.18.08.xml",
        "/wilayah/.csv",
    ] {
        assert_eq!(
            get(&site, gone, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{gone}"
        );
    }
    let services = rows(&get(&site, "/layanan.csv?lang=en", &[]).await);
    assert_eq!(services.len(), 1 + unit.pack.services().len());
    assert!(services.iter().all(|row| row.len() == services[0].len()));
    let skck = services.iter().find(|row| row[0] == "skck").unwrap();
    assert!(skck[11].ends_with("/layanan/skck"), "{skck:?}");
}

// S46: what the page hides the file hides.
#[tokio::test]
async fn a_file_of_an_area_hides_what_its_page_hides() {
    let site = Site::pati().await;
    for (village, n) in [
        ("33.18.08.2022", 7),
        ("33.18.08.2001", 2),
        ("33.18.08.2002", 6),
    ] {
        for _ in 0..n {
            report_from(&site, village).await;
        }
    }
    site.clock.pass(31 * 24 * 60);
    let table = rows(&get(&site, "/wilayah/33.18.08.csv", &[]).await);
    let of = |code: &str| table.iter().find(|row| row[0] == code).unwrap().clone();
    assert_eq!(
        table[0],
        [
            "code", "name", "month", "filed", "answered", "in_time", "state"
        ]
    );
    assert_eq!(of("33.18.08")[2..4], ["2026-11", "15"]);
    assert_eq!(of("33.18.08.2001")[3..], ["", "", "", "hidden"]);
    assert_eq!(of("33.18.08.2002")[3], "", "hidden beside it: {table:?}");
    assert_eq!(of("33.18.08.2022")[3..], ["7", "", "", "answers_hidden"]);
    let json = get(&site, "/wilayah/33.18.08.2001.json", &[]).await.json();
    assert_eq!(
        json["areas"][0]["months"][0]["filed"],
        serde_json::Value::Null
    );
    assert_eq!(json["areas"][0]["months"][0]["state"], "hidden");
    let map = get(&site, "/wilayah/33.18.08.geojson", &[]).await.json();
    let small = map["features"].as_array().unwrap().iter();
    let small: Vec<_> = small
        .filter(|one| one["properties"]["code"] == "33.18.08.2001")
        .collect();
    assert_eq!(small[0]["properties"]["filed"], serde_json::Value::Null);
}

#[tokio::test]
async fn the_list_of_cases_is_a_file_for_who_may_read_the_list() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Admin).await;
    site.account_at(Role::Patrol, "patroli", Some("polsek-juwana"))
        .await;
    for village in ["33.18.08.2022", "33.18.08.2022", "33.18.10.1005"] {
        report_from(&site, village).await;
    }
    narrow_report_from(&site, "33.18.08.2022").await;
    let nobody = get(&site, "/meja/daftar.csv", &[]).await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
    let admin = site.signed_in("admin").await.get("/meja/daftar.csv").await;
    assert_eq!(admin.status, StatusCode::FORBIDDEN);

    let mut browser = site.signed_in("desk").await;
    let page = browser.get("/meja/daftar").await;
    assert!(page.text.contains("href=\"/meja/daftar.csv\""));
    let answer = browser.get("/meja/daftar.csv").await;
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert!(
        answer
            .header(header::CONTENT_DISPOSITION)
            .contains("daftar-2026-11-24.csv")
    );
    let table = rows(&answer);
    assert_eq!(table.len(), 5);
    assert_eq!(
        table[0][..5],
        ["number", "filed_at", "stage", "narrow", "service"]
    );
    let narrow: Vec<_> = table.iter().filter(|row| row[3] == "true").collect();
    assert_eq!(narrow.len(), 1);
    assert_eq!(
        [&narrow[0][4], &narrow[0][6]],
        ["", ""],
        "neither kind nor place: {narrow:?}"
    );
    let filtered = browser
        .get("/meja/daftar?wilayah=polsek-juwana&tahap=received")
        .await;
    let link = "href=\"/meja/daftar.csv?tahap=received&amp;wilayah=polsek-juwana\"";
    assert!(
        filtered.text.contains(link) || filtered.text.contains(&link.replace("&amp;", "&#38;")),
        "{}",
        filtered.text
    );
    let filtered = rows(&browser.get("/meja/daftar.csv?wilayah=polsek-juwana").await);
    assert!(
        filtered[1..].iter().all(|row| row[5] == "polsek-juwana"),
        "{filtered:?}"
    );
    // Whoever sees one station sees it here, and not what is kept narrow.
    let own = rows(
        &site
            .signed_in("patroli")
            .await
            .get("/meja/daftar.csv")
            .await,
    );
    assert_eq!(own.len(), 3, "{own:?}");
    assert!(
        own[1..]
            .iter()
            .all(|row| row[5] == "polsek-juwana" && row[3] == "false")
    );
}
