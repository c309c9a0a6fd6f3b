//! Files over HTTP: connections that break off in the middle, parts asked for, names and types that lie.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use hyper::{Method, StatusCode, header};
use serde_json::json;

use crate::asking::{Answer, Asker};
use crate::browser::{Browser, link, location, text};
use crate::serving::PATIENCE;
use crate::unit::{Engine, Unit, beats};

/// Bytes of a film: more than a few pieces of the store, and no two pieces alike.
fn film() -> Vec<u8> {
    let mut film = b"\0\0\0\x20ftypisom\0\0\x02\0".to_vec();
    film.extend((0..300_000_u32).flat_map(u32::to_be_bytes));
    film
}

/// A unit with a case, an officer at the desk, and the case's address.
async fn at_the_desk(unit: &Unit, address: SocketAddr) -> (Browser, String) {
    let named = ["user", "add", "uji", "--name", "Petugas Uji"];
    let made = unit.run(&[&named[..], &["--role", "desk"]].concat());
    assert!(made.status.success(), "{made:?}");
    let password = String::from_utf8(made.stdout).unwrap();
    let body = json!({
        "service_code": "call_110",
        "description": "Suara benturan",
        "area_id": beats()[0],
        "contact": { "name": "Warga", "phone": "081234567890" },
    });
    let request = hyper::Request::post("/api/v1/requests")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .header("Idempotency-Key", "file-case")
        .body(http_body_util::Full::new(body.to_string().into()));
    let filed = Asker::new(address).send(request.unwrap()).await.unwrap();
    assert_eq!(filed.status, StatusCode::CREATED, "{filed:?}");
    let mut desk = Browser::new(address);
    desk.sign_in("uji", password.trim()).await;
    desk.get("/meja/cari").await;
    let answer = desk
        .post("/meja/cari", &[("q", &filed.receipt().number)])
        .await;
    let page = match location(&answer) {
        there if there.is_empty() => text(&answer),
        there => text(&desk.get(&there).await),
    };
    let case = link(&page, "/perkara/");
    desk.get(&case).await;
    (desk, case)
}

/// Sends the beginning of a form, and then breaks off.
fn break_off(address: SocketAddr, request: &hyper::Request<()>, body: &[u8], after: usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!("POST {} HTTP/1.1\r\n", request.uri());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..after]).unwrap();
}

/// Waits until the store's files hold none of the bytes any more.
async fn until_nothing_is_left(unit: &Unit, bytes: &[u8]) {
    let until = Instant::now() + PATIENCE;
    loop {
        let held = std::fs::read_dir(unit.folder()).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            path.extension().is_some_and(|ending| ending == "db")
                && std::fs::read(&path)
                    .unwrap()
                    .windows(bytes.len())
                    .any(|part| part == bytes)
        });
        let kept = unit.run(&["doctor", "--deep"]);
        if !held && kept.status.success() {
            return;
        }
        assert!(Instant::now() < until, "something is left: {kept:?}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

// S13 S32
#[tokio::test]
async fn a_file_that_breaks_off_leaves_nothing_and_can_be_sent_again() {
    let unit = Unit::on(Engine::Sqlite);
    let serving = unit.serve();
    let (mut desk, case) = at_the_desk(&unit, serving.address).await;
    let film = film();
    let path = format!("{case}/berkas");
    let fields = [("apa", "Rekaman kamera")];
    let file = ("berkas", "a.mp4", "video/mp4", film.as_slice());
    let (kind, body) = desk.form(&fields, file);
    let request = desk
        .request(Method::POST, &path)
        .header(header::CONTENT_TYPE, kind)
        .body(())
        .unwrap();
    // Before the file, in its middle, at its last byte and before the end of the form.
    for after in [100, body.len() / 2, body.len() - 40, body.len() - 2] {
        break_off(serving.address, &request, &body, after);
    }
    until_nothing_is_left(&unit, &film[600_000..600_064]).await;
    let page = text(&desk.get(&case).await);
    assert!(!page.contains("Rekaman kamera"), "nothing was recorded");
    let answer = desk.post_file(&path, &fields, file).await.unwrap();
    assert!(answer.status.is_redirection(), "{}", text(&answer));
    let kept = link(&text(&desk.get(&case).await), &format!("{case}/berkas/"));
    assert_eq!(desk.get(&kept).await.body, film, "byte for byte");
}

// S32 S40
#[tokio::test]
async fn a_letter_that_breaks_off_leaves_nothing_and_can_be_given_again() {
    let unit = Unit::on(Engine::Sqlite);
    let serving = unit.serve();
    let (mut desk, case) = at_the_desk(&unit, serving.address).await;
    let mut pdf = b"%PDF-1.7\n".to_vec();
    pdf.extend((0..300_000_u32).flat_map(u32::to_be_bytes));
    let path = format!("{case}/surat");
    let fields = [
        ("jenis", "sp2hp_a1"),
        ("nomor", "SP2HP/12/XI/2026"),
        ("tanggal", "2026-01-02"),
    ];
    let file = ("berkas", "a.pdf", "application/pdf", pdf.as_slice());
    let (kind, body) = desk.form(&fields, file);
    let request = desk
        .request(Method::POST, &path)
        .header(header::CONTENT_TYPE, kind)
        .body(())
        .unwrap();
    for after in [100, body.len() / 2, body.len() - 2] {
        break_off(serving.address, &request, &body, after);
    }
    until_nothing_is_left(&unit, &pdf[600_000..600_064]).await;
    let page = text(&desk.get(&case).await);
    assert!(!page.contains("SP2HP/12/XI/2026"), "nothing was given");
    let answer = desk.post_file(&path, &fields, file).await.unwrap();
    assert!(answer.status.is_redirection(), "{}", text(&answer));
    let kept = link(&text(&desk.get(&case).await), &format!("{case}/surat/"));
    assert_eq!(desk.get(&kept).await.body, pdf, "byte for byte");
}

// S32
#[tokio::test]
async fn a_citizens_photograph_that_breaks_off_leaves_nothing_and_can_be_sent_again() {
    let unit = Unit::on(Engine::Sqlite);
    let serving = unit.serve();
    let mut citizen = Browser::new(serving.address);
    citizen.get("/lapor").await;
    // A picture of one point, and what a camera might leave after it.
    let mut photo =
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
        \0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82"
            .to_vec();
    photo.extend((0..300_000_u32).flat_map(u32::to_be_bytes));
    let path = "/lapor/dicuri/cerita";
    citizen.get(path).await;
    let fields = [("cerita", "Motor saya hilang di pasar")];
    let file = ("foto", "a.jpg", "image/jpeg", photo.as_slice());
    let (kind, body) = citizen.form(&fields, file);
    let request = citizen
        .request(Method::POST, path)
        .header(header::CONTENT_TYPE, kind)
        .body(())
        .unwrap();
    break_off(serving.address, &request, &body, body.len() / 2);
    until_nothing_is_left(&unit, &photo[500_000..500_064]).await;
    let answer = citizen.post_file(path, &fields, file).await.unwrap();
    assert!(answer.status.is_redirection(), "{}", text(&answer));
}

// S13
#[tokio::test]
async fn parts_of_a_file_are_the_bytes_asked_for_and_hostile_files_are_only_bytes() {
    let unit = Unit::on(Engine::Sqlite);
    let serving = unit.serve();
    let (mut desk, case) = at_the_desk(&unit, serving.address).await;
    let film = film();
    let name = "..\\\\..%2f..%2fetc%2fpasswd<script>alert(1)</script>.exe";
    let file = ("berkas", name, "text/html", film.as_slice());
    let path = format!("{case}/berkas");
    let answer = desk
        .post_file(&path, &[("apa", "<b>Rekaman</b>")], file)
        .await;
    assert!(answer.unwrap().status.is_redirection());
    let page = text(&desk.get(&case).await);
    assert!(!page.contains("alert(1)") && !page.contains("<b>Rekaman"));
    let kept = link(&page, &format!("{case}/berkas/"));
    let size = film.len();
    // A film is packed already: packed once more it would cost much and have no length.
    let request = desk
        .request(Method::GET, &kept)
        .header(header::ACCEPT_ENCODING, "gzip, br")
        .body(http_body_util::Full::default());
    let whole = desk.send(request.unwrap()).await.unwrap();
    assert!(!whole.headers.contains_key(header::CONTENT_ENCODING));
    assert_eq!(whole.headers[header::CONTENT_LENGTH], size.to_string());
    let chunk = 256 * 1024;
    for (asked, from, until) in [
        ("bytes=0-0".to_owned(), 0, 1),
        ("bytes=0-99".to_owned(), 0, 100),
        // Across the border of two pieces.
        (
            format!("bytes={}-{}", chunk - 3, chunk + 2),
            chunk - 3,
            chunk + 3,
        ),
        (format!("bytes={}-", size - 5), size - 5, size),
        ("bytes=-7".to_owned(), size - 7, size),
        (format!("bytes=-{}", size * 2), 0, size),
        (format!("bytes=10-{}", size * 2), 10, size),
    ] {
        let answer = part(&mut desk, &kept, &asked).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{asked}");
        assert_eq!(answer.body, film[from..until], "{asked}");
        let said = answer.headers[header::CONTENT_RANGE].to_str().unwrap();
        assert_eq!(said, format!("bytes {from}-{}/{size}", until - 1));
        assert_eq!(answer.headers[header::CONTENT_TYPE], "video/mp4");
    }
    for asked in [format!("bytes={size}-"), "bytes=-0".to_owned()] {
        let answer = part(&mut desk, &kept, &asked).await;
        assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE, "{asked}");
        let said = answer.headers[header::CONTENT_RANGE].to_str().unwrap();
        assert_eq!(said, format!("bytes */{size}"));
    }
    // Several parts, and what does not read, are answered with the whole (RFC 9110 §14.2).
    for asked in ["bytes=0-1,5-6", "bytes=9-3", "lines=1-2", "bytes=a-b"] {
        let answer = part(&mut desk, &kept, asked).await;
        assert_eq!(answer.status, StatusCode::OK, "{asked}");
        assert_eq!(answer.body.len(), size, "{asked}");
    }
    for (content, kind) in [
        (&b""[..], "image/png"),
        (b"PK\x03\x04\x14\0 zip", "application/pdf"),
        (b"<svg onload='alert(1)'>", "image/png"),
    ] {
        let file = ("berkas", "a.pdf", kind, content);
        let answer = desk.post_file(&path, &[("apa", "x")], file).await.unwrap();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

async fn part(desk: &mut Browser, path: &str, range: &str) -> Answer {
    let request = desk
        .request(Method::GET, path)
        .header(header::RANGE, range)
        .body(http_body_util::Full::default())
        .unwrap();
    desk.send(request).await.unwrap()
}
