//! Nothing personal where it does not belong: the built program is used with marks for every kind of
//! personal data, and everything that it says to others is searched for them.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, header};
use serde_json::json;

use crate::asking::{Answer, Asker};
use crate::unit::{Engine, Unit, beats};

/// Marks that no other text holds.
const MARKS: [&str; 6] = [
    "Zubaidah Marktanda",
    "081299887766",
    "6281299887766",
    "zubaidah@marktanda.example",
    "Gang Marktanda",
    "Ceritaku tentang bunyi",
];

fn searched(place: &str, text: &str) {
    let text = text.to_lowercase();
    for mark in MARKS {
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
    for path in [
        "/metrics",
        "/readyz",
        "/healthz",
        "/tlog/checkpoint",
        "/tlog/key",
        "/tlog/tile/entries/000.p/1",
        "/tlog/tile/0/000.p/1",
        wrong.as_str(),
    ] {
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
