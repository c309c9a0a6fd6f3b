//! Nothing personal where it does not belong: the built program is used with marks for every kind of
//! personal data, and everything that it says to others is searched for them.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, header};
use serde_json::json;

use crate::asking::{Answer, Asker};
use crate::browser::{Browser, link, location, text, value_of};
use crate::serving::PATIENCE;
use crate::unit::{Engine, Unit, beats};

/// Marks that no other text holds.
const MARKS: [&str; 8] = [
    "Zubaidah Marktanda",
    "081299887766",
    "6281299887766",
    "zubaidah@marktanda.example",
    "Gang Marktanda",
    "Ceritaku tentang bunyi",
    // In the words of officers and of whoever judges.
    "Katanya Bu Marktanda",
    "Isi berkas marktanda",
];

/// The message of a judgement. It names nobody and stays when a case is erased (S5).
const MESSAGE: &str = "Pesanmarka untuk petugas";

fn searched(place: &str, text: &str) {
    let text = text.to_lowercase();
    for mark in MARKS.into_iter().chain([MESSAGE]) {
        assert!(
            !text.contains(&mark.to_lowercase()),
            "{place}: {mark}: {text}"
        );
    }
}

fn heads(answer: &Answer) -> String {
    format!("{:?}", answer.headers)
}

async fn post(asker: &mut Asker, path: &str, kind: &str, body: String) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, kind)
        .header("Idempotency-Key", format!("leak-{}", body.len()))
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    asker.send(request).await.unwrap()
}

// S18
#[tokio::test]
async fn nothing_personal_is_in_logs_figures_errors_or_manifests() {
    let unit = Unit::on(Engine::Sqlite);
    let serving = unit.serve_with(&[("PENGAYOM_LOG", "debug")]);
    let mut asker = Asker::new(serving.address);
    let beats = beats();
    let report = |service: &str, phone: &str, beat: &str| {
        json!({
            "service_code": service,
            "description": "Ceritaku tentang bunyi",
            "area_id": beat,
            "place_text": "Gang Marktanda 3",
            "contact": {
                "name": "Zubaidah Marktanda",
                "phone": phone,
                "email": "zubaidah@marktanda.example",
                "address": "Gang Marktanda 3",
            },
        })
        .to_string()
    };
    let api = "/api/v1/requests";
    let json = "application/json";
    let filed = post(
        &mut asker,
        api,
        json,
        report("call_110", "+62 812-9988-7766", &beats[0]),
    )
    .await;
    assert_eq!(filed.status, StatusCode::CREATED, "{filed:?}");
    searched("the answer to its own reporter", &format!("{filed:?}"));
    let receipt = filed.receipt();

    // What fails says what is wrong and not what was typed.
    for body in [
        report("no_such_service", "081299887766", &beats[0]),
        report("call_110", "081299887766x", &beats[0]),
        report("call_110", "081299887766", "no such area Gang Marktanda"),
        report("call_110", "081299887766", &beats[0]).replace('}', ""),
    ] {
        let answer = post(&mut asker, api, json, body).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        searched("a problem", &format!("{} {answer:?}", heads(&answer)));
    }
    let form = "application/x-www-form-urlencoded";
    for (path, body) in [
        (
            "/lacak",
            "nomor=Zubaidah+Marktanda&kode=081299887766".to_owned(),
        ),
        (
            "/masuk",
            "nama=zubaidah%40marktanda.example&sandi=081299887766".to_owned(),
        ),
        ("/meja/cari", "q=081299887766".to_owned()),
    ] {
        let answer = post(&mut asker, path, form, body).await;
        searched(path, &heads(&answer));
    }
    let wrong = format!("{api}/{}?secret=123456789012", receipt.number);
    for path in ["/readyz", "/healthz", "/tlog/key", wrong.as_str()] {
        let answer = asker.get(path).await.unwrap();
        searched(path, &format!("{} {answer:?}", heads(&answer)));
    }

    // What the commands say, and what a backup shows without its key.
    let dir = unit.folder().join("backup");
    let dir = dir.to_str().unwrap();
    let (number, basis) = (receipt.number.as_str(), "Surat 12/2026");
    let export = unit.run(&["person", "export", "--case", number]);
    let held = String::from_utf8_lossy(&export.stdout).into_owned();
    assert!(
        held.contains(MARKS[0]) && held.contains(MARKS[5]),
        "{export:?}"
    );
    searched(
        "what is said beside an export",
        &String::from_utf8_lossy(&export.stderr),
    );
    let refused = unit.run(&["person", "erase", "--case", number, "--basis", basis]);
    assert_eq!(refused.status.code(), Some(1), "it is open: {refused:?}");
    for arguments in [
        &["backup", dir][..],
        &["doctor", "--deep"],
        &["rebuild", "--check"],
        &["key", "show"],
    ] {
        searched(arguments[0], &format!("{:?}", unit.run(arguments)));
    }
    searched("a refused erasure", &format!("{refused:?}"));
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        searched(
            &path.display().to_string(),
            &String::from_utf8_lossy(&bytes),
        );
    }
    let said = serving.said();
    assert!(said.contains("request"), "the log says something: {said}");
    searched("the log", &said);
}

/// The checkpoint and every tile of a log, once it has so many acts: found, and with nothing personal.
async fn log_of(asker: &mut Asker, acts: u64) {
    let until = std::time::Instant::now() + PATIENCE;
    let size = loop {
        let answer = asker.get("/tlog/checkpoint").await.unwrap();
        let note = text(&answer);
        let size: Option<u64> = note.lines().nth(1).and_then(|line| line.parse().ok());
        match size {
            Some(size) if answer.status == StatusCode::OK && size >= acts => {
                assert!(note.starts_with("pengayom/"), "{note}");
                searched("the checkpoint", &format!("{} {note}", heads(&answer)));
                break size;
            }
            _ => assert!(
                std::time::Instant::now() < until,
                "no checkpoint: {answer:?}"
            ),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert!(size < 256, "one tile holds it all");
    let bytes = usize::try_from(size).unwrap() * 32;
    let hashes = format!("/tlog/tile/0/000.p/{size}");
    let answer = asker.get(&hashes).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, bytes));
    searched(
        "the tile of hashes",
        &format!("{} {answer:?}", heads(&answer)),
    );
    // An entry is the commitment of an act after its length (two bytes).
    let entries = format!("/tlog/tile/entries/000.p/{size}");
    let answer = asker.get(&entries).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body.len(), usize::try_from(size).unwrap() * 34);
    searched(
        "the tile of entries",
        &format!("{} {answer:?}", heads(&answer)),
    );
}

/// Files of the store whose bytes hold a word, in any case of its letters, with what is around it.
fn files_with(folder: &std::path::Path, word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
        let is_it = |part: &[u8]| part == word.as_bytes();
        if let Some(at) = bytes.windows(word.len()).position(is_it) {
            let around = &bytes[at.saturating_sub(120)..(at + 120).min(bytes.len())];
            let around = String::from_utf8_lossy(around);
            found.push(format!("{} at {at}: {around}", path.display()));
        }
    }
    found
}

/// An account that serves at the desk and may erase, and its password.
fn account(unit: &Unit) -> String {
    let roles = ["--role", "desk", "--role", "commander"];
    let named = ["user", "add", "uji", "--name", "Petugas Uji"];
    let made = unit.run(&[&named[..], &roles].concat());
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

/// Does one act on a case, which must be taken.
async fn act(desk: &mut Browser, case: &str, slug: &str, fields: &[(&str, &str)]) {
    let page = text(&desk.get(case).await);
    let version = value_of(&page, "versi").unwrap();
    let all = [&[("versi", version.as_str())], fields].concat();
    let answer = desk.post(&format!("{case}/{slug}"), &all).await;
    let back = location(&answer);
    let back = back.split('?').next().unwrap_or_default();
    assert_eq!(back, case, "{slug}: {}", text(&answer));
}

// S5 S13 S18 S22
#[tokio::test]
async fn a_case_worked_and_erased_leaves_nothing_personal_in_what_others_read_nor_on_the_disk() {
    let unit = Unit::on(Engine::Sqlite);
    let password = account(&unit);
    let serving = unit.serve_with(&[("PENGAYOM_LOG", "debug")]);
    let mut asker = Asker::new(serving.address);
    let report = json!({
        "service_code": "call_110",
        "description": "Ceritaku tentang bunyi",
        "area_id": beats()[0],
        "place_text": "Gang Marktanda 3",
        "contact": {
            "name": "Zubaidah Marktanda",
            "phone": "+62 812-9988-7766",
            "email": "zubaidah@marktanda.example",
            "address": "Gang Marktanda 3",
        },
    });
    let kind = "application/json";
    let filed = post(&mut asker, "/api/v1/requests", kind, report.to_string()).await;
    assert_eq!(filed.status, StatusCode::CREATED, "{filed:?}");
    let receipt = filed.receipt();

    // Found by telephone and by e-mail, and never in an address.
    let mut desk = Browser::new(serving.address);
    desk.sign_in("uji", &password).await;
    let mut case = String::new();
    for words in ["0812 9988 7766", "zubaidah@marktanda.example"] {
        desk.get("/meja/cari").await;
        let answer = desk.post("/meja/cari", &[("q", words)]).await;
        let page = match location(&answer) {
            there if there.is_empty() => text(&answer),
            there => text(&desk.get(&there).await),
        };
        case = link(&page, "/perkara/");
    }

    // Worked on: answered, a file added, told more by its reporter, somebody met and judged.
    let said = "Katanya Bu Marktanda sudah pulang";
    act(&mut desk, &case, "ambil", &[]).await;
    act(&mut desk, &case, "jawab", &[("jawaban", said)]).await;
    let action = [("uraian", said), ("fungsi", "detection")];
    act(&mut desk, &case, "tindakan-baru", &action).await;
    let pdf = b"%PDF-1.7 Isi berkas marktanda";
    let file = ("berkas", "zubaidah marktanda.pdf", "text/html", &pdf[..]);
    let told = [("apa", said), ("asal", "Katanya Bu Marktanda")];
    let answer = desk.post_file(&format!("{case}/berkas"), &told, file).await;
    let answer = answer.unwrap();
    assert!(answer.status.is_redirection(), "{}", text(&answer));
    let pdf = b"%PDF-1.7 surat, Isi berkas marktanda";
    let file = ("berkas", "zubaidah marktanda.pdf", "text/html", &pdf[..]);
    let told = [
        ("jenis", "sp2hp_a1"),
        ("nomor", "B/Marktanda/2026"),
        ("tanggal", "2026-01-02"),
    ];
    let answer = desk.post_file(&format!("{case}/surat"), &told, file).await;
    let answer = answer.unwrap();
    assert!(answer.status.is_redirection(), "{}", text(&answer));
    let mut citizen = Browser::new(serving.address);
    citizen.get("/lacak").await;
    let known = [
        ("nomor", receipt.number.as_str()),
        ("kode", receipt.secret.as_str()),
    ];
    let answer = citizen.post("/lacak", &known).await;
    let tracked = location(&answer);
    assert!(tracked.starts_with("/lacak/"), "{}", text(&answer));
    citizen.get(&tracked).await;
    let letter = citizen.get(&format!("{tracked}/surat/1")).await;
    assert_eq!(letter.body.as_ref(), &pdf[..], "its reporter has it");
    let said_why = [("surat", "1"), ("alasan", said)];
    act(&mut desk, &case, "tarik-surat", &said_why).await;
    let more = [("keterangan", "Ceritaku tentang bunyi, lanjutan")];
    let answer = citizen.post(&tracked, &more).await;
    assert!(answer.status.is_success() || answer.status.is_redirection());
    let id = case.rsplit('/').next().unwrap();
    let page = desk.get(&format!("/pertemuan/baru?perkara={id}")).await;
    let command = value_of(&text(&page), "perintah").unwrap();
    let met = [
        ("perintah", command.as_str()),
        ("perkara", id),
        ("layanan", "call_110"),
        ("sebagai", "resident"),
        ("kekuatan", "tidak"),
        ("di", "satuan"),
        ("kapan", "baru"),
        ("nama", "Zubaidah Marktanda"),
        ("catatan", said),
    ];
    let answer = desk.post("/pertemuan/baru", &met).await;
    let card = location(&answer);
    assert!(card.starts_with("/pertemuan/"), "{}", text(&answer));
    let card = text(&desk.get(&card).await);
    let mark = "<span class=\"code digits\" aria-hidden=\"true\">";
    let from = card.find(mark).unwrap() + mark.len();
    let code: String = card[from..].chars().take_while(|c| *c != '<').collect();
    let judged = format!("/nilai/{}", code.replace(' ', ""));
    let form = text(&citizen.get(&judged).await);
    let first = form.find("type=\"radio\"").unwrap();
    let item = name_at(&form[first..]);
    let answer = citizen
        .post(&judged, &[(&item, "3"), ("pesan", MESSAGE)])
        .await;
    assert!(answer.status.is_redirection(), "{}", text(&answer));
    let late = text(&desk.get(&case).await).contains("id=\"alasan-terlambat\"");
    assert!(!late, "a test is not so slow");
    let close = [("hasil", "resolved"), ("alasan", said)];
    act(&mut desk, &case, "tutup", &close).await;
    let page = text(&desk.get(&case).await);
    for (shown, words) in [("the file's words", said), ("the name", MARKS[0])] {
        assert!(
            page.contains(words),
            "{shown}: what is to be erased is there"
        );
    }
    log_of(&mut asker, 9).await;
    let inside = files_with(unit.folder(), "marktanda");
    assert!(
        !inside.is_empty(),
        "the store holds it, or this shows nothing"
    );

    // Erased: nothing is left, in the file nor in what is beside it, while the program serves on.
    let erase = [("dasar", "Surat 12/2026"), ("yakin", "ya")];
    act(&mut desk, &case, "hapus-data", &erase).await;
    for word in ["marktanda", "tentang bunyi", "ceritaku", "81299887766"] {
        assert_eq!(files_with(unit.folder(), word), [""; 0]);
    }
    log_of(&mut asker, 10).await;
    // Figures are on the chief's board; there is no other door to them.
    let door = asker.get("/metrics").await.unwrap();
    assert_eq!(door.status, StatusCode::NOT_FOUND);
    for path in ["/pimpinan", "/readyz", "/healthz"] {
        let answer = desk.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        searched(path, &format!("{answer:?}"));
    }
    let answer = asker.get("/api/v1/requests/nothing").await.unwrap();
    searched("an error", &format!("{answer:?}"));
    searched("heads and addresses", &desk.heads);
    searched("heads and addresses of the citizen", &citizen.heads);
    let dir = unit.folder().join("backup");
    let backup = unit.run(&["backup", dir.to_str().unwrap()]);
    assert!(backup.status.success(), "{backup:?}");
    assert_eq!(files_with(&dir, "marktanda"), [""; 0]);
    let audited = unit.run(&["ledger", "verify"]);
    assert!(audited.status.success(), "{audited:?}");
    searched("the audit", &format!("{audited:?}"));
    let log = serving.said();
    assert!(log.contains("answered"), "the log says who asked for what");
    searched("the log", &log);
}

/// The name of the field that a piece of a page begins with.
fn name_at(page: &str) -> String {
    let from = page.find("name=\"").unwrap() + 6;
    page[from..].chars().take_while(|c| *c != '"').collect()
}
