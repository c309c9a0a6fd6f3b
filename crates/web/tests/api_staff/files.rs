//! Files and letters of a case.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode};
use pengayom_node::access::Role;
use serde_json::json;

use super::{ALL, filed, ok, problem, program, wrong_field};
use crate::support::{Site, photo};

const PDF: &[u8] = b"%PDF-1.7\nsurat keterangan";

fn sha256(content: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(content);
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[tokio::test]
async fn a_file_is_added_listed_and_had_whole_or_in_parts() {
    // S13
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = format!("/cases/{}", filed(&site, "lp_b").await.case);
    let desk = program(&site, "desk", &ALL).await;
    let files = format!("{case}/files");
    let fields = [
        ("description", "Surat jual beli"),
        ("obtained_from", "Penjual"),
        ("obtained_at", "2026-11-24T10:00:00+07:00"),
    ];
    let key = [("idempotency-key", "satu")];
    let first = ok(&desk.upload(&files, &key, &fields, Some(PDF)).await);
    assert_eq!(first["recorded"][0]["kind"], "case.evidence_added");
    let again = ok(&desk.upload(&files, &key, &fields, Some(PDF)).await);
    assert_eq!(again, first);
    let other = desk.upload(&files, &key, &fields, Some(&photo())).await;
    problem(&other, StatusCode::CONFLICT, "idempotency-key-reused");
    let same = desk.upload(&files, &[], &fields, Some(PDF)).await;
    wrong_field(&same, "/file", "file_already_there");
    ok(&desk
        .upload(&files, &[], &[("description", "Foto")], Some(&photo()))
        .await);
    let list = ok(&desk.get(&files).await);
    let item = &list["items"][0];
    assert_eq!(item["sha256"], sha256(PDF));
    assert_eq!(item["description"], "Surat jual beli");
    assert_eq!(item["obtained_at"], "2026-11-24T03:00:00Z");
    assert_eq!(item["is_there"], true);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let file = format!("{files}/{}", sha256(PDF));
    let whole = desk.get(&file).await;
    assert_eq!(whole.bytes, PDF);
    assert_eq!(whole.header("content-type"), "application/pdf");
    assert!(
        whole
            .header("content-disposition")
            .starts_with("attachment")
    );
    let range = |range| {
        let (desk, file) = (&desk, &file);
        async move {
            desk.send(Method::GET, file, &[("range", range)], None)
                .await
        }
    };
    let part = range("bytes=0-4").await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes, b"%PDF-");
    assert_eq!(
        range("bytes=900-").await.status,
        StatusCode::RANGE_NOT_SATISFIABLE
    );
    let small = desk
        .get(&format!("{files}/{}/preview", sha256(&photo())))
        .await;
    assert_eq!(small.header("content-type"), "image/jpeg");
    assert_eq!(
        desk.get(&format!("{file}/preview")).await.status,
        StatusCode::NOT_FOUND
    );
    let none = format!("{files}/{}", "0".repeat(64));
    assert_eq!(desk.get(&none).await.status, StatusCode::NOT_FOUND);
    let asked = [("accept", "text/html")];
    let refused = desk.send(Method::GET, &file, &asked, None).await;
    problem(&refused, StatusCode::NOT_ACCEPTABLE, "not-acceptable");
}

#[tokio::test]
async fn what_is_no_file_of_evidence_is_refused_at_its_field() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Oversight).await;
    let case = format!("/cases/{}", filed(&site, "lp_b").await.case);
    let files = format!("{case}/files");
    let desk = program(&site, "desk", &ALL).await;
    let what = [("description", "x")];
    let answer = desk.upload(&files, &[], &what, Some(b"#!/bin/sh")).await;
    wrong_field(&answer, "/file", "not_accepted");
    wrong_field(
        &desk.upload(&files, &[], &what, Some(b"")).await,
        "/file",
        "not_accepted",
    );
    let answer = desk
        .upload(&files, &[], &[("obtained_at", "kemarin")], None)
        .await;
    wrong_field(&answer, "/file", "required");
    wrong_field(&answer, "/description", "required");
    wrong_field(&answer, "/obtained_at", "unreadable");
    let long = "x".repeat(5_001);
    let answer = desk
        .upload(&files, &[], &[("description", &long)], Some(PDF))
        .await;
    wrong_field(&answer, "/description", "too_long");
    let later = [
        ("description", "x"),
        ("obtained_at", "2030-01-01T00:00:00Z"),
    ];
    let answer = desk.upload(&files, &[], &later, Some(PDF)).await;
    wrong_field(&answer, "/obtained_at", "in_the_future");
    let answer = desk.post(&files, json!({"description": "x"})).await;
    problem(
        &answer,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
    );
    let stale = [("if-match", "\"9.x\"")];
    let answer = desk.upload(&files, &stale, &what, Some(PDF)).await;
    problem(
        &answer,
        StatusCode::PRECONDITION_FAILED,
        "precondition-failed",
    );
    // Whoever may not add is told before the file is read.
    let oversight = program(&site, "oversight", &ALL).await;
    let answer = oversight.upload(&files, &[], &what, Some(PDF)).await;
    problem(&answer, StatusCode::FORBIDDEN, "forbidden");
    let list = ok(&desk.get(&files).await);
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn a_letter_is_given_had_and_taken_back() {
    // S18 S40
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = format!("/cases/{}", filed(&site, "lp_b").await.case);
    let desk = program(&site, "desk", &ALL).await;
    let letters = format!("{case}/letters");
    let kind = site.node.unit().pack.letters()[0].code.to_string();
    let fields = [
        ("kind", kind.as_str()),
        ("dated", "2026-11-24"),
        ("number", "SP2HP/1"),
    ];
    ok(&desk.upload(&letters, &[], &fields, Some(PDF)).await);
    let list = ok(&desk.get(&letters).await);
    assert_eq!(list["items"][0]["state"], "there");
    assert_eq!(list["items"][0]["number"], "SP2HP/1");
    assert_eq!(desk.get(&format!("{letters}/1")).await.bytes, PDF);
    for (fields, pointer, code) in [
        (
            [("kind", kind.as_str()), ("dated", "2026-11-25")],
            "/dated",
            "letter_of_tomorrow",
        ),
        (
            [("kind", kind.as_str()), ("dated", "24 November")],
            "/dated",
            "required",
        ),
        (
            [("kind", "surat_cinta"), ("dated", "2026-11-24")],
            "/kind",
            "not_in_pack",
        ),
        (
            // For somebody else than the reporter, who would read it.
            [("kind", "summons"), ("dated", "2026-11-24")],
            "/kind",
            "not_in_pack",
        ),
    ] {
        let answer = desk.upload(&letters, &[], &fields, Some(&photo())).await;
        wrong_field(&answer, pointer, code);
    }
    let answer = desk.upload(&letters, &[], &fields, Some(b"ID3\x04x")).await;
    wrong_field(&answer, "/file", "not_accepted");
    let back = format!("{letters}/1/withdrawal");
    wrong_field(&desk.post(&back, json!({})).await, "/reason", "required");
    ok(&desk.post(&back, json!({"reason": "Salah orang"})).await);
    assert_eq!(
        desk.get(&format!("{letters}/1")).await.status,
        StatusCode::NOT_FOUND
    );
    let list = ok(&desk.get(&letters).await);
    assert_eq!(list["items"][0]["withdrawn_reason"], "Salah orang");
    assert_eq!(
        desk.get(&format!("{letters}/2")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        desk.get(&format!("{letters}/x")).await.status,
        StatusCode::NOT_FOUND
    );
}
