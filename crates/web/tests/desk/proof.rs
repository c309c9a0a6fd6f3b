//! The plan of proof and chains of custody, over the pages.

use axum::http::StatusCode;
use pengayom_core::value::CaseId;
use pengayom_node::access::Role;

use crate::THEFT;
use crate::support::{Answer, Browser, Site};

const PDF: &[u8] = b"%PDF-1.7\nsurat keterangan";

async fn send(
    browser: &mut Browser<'_>,
    case: CaseId,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    browser
        .post(&format!("/perkara/{case}/{path}"), fields)
        .await
}

async fn done(browser: &mut Browser<'_>, case: CaseId, path: &str, fields: &[(&str, &str)]) {
    let answer = send(browser, case, path, fields).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{path}: {}",
        answer.words()
    );
}

async fn add_file(browser: &mut Browser<'_>, case: CaseId, content: &[u8]) {
    let address = format!("/perkara/{case}/berkas");
    let fields = [("apa", "Surat keterangan pemilik toko")];
    let answer = browser
        .post_file(&address, &fields, ("berkas", "surat.pdf", content))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
}

const SIMPLE: [(&str, &str); 3] = [
    ("jenis", "surat"),
    ("cara", "dari_pelapor"),
    ("tanggal", "2026-11-24"),
];

#[tokio::test]
async fn a_theft_is_proved_element_by_element_and_complete_says_what_is_missing() {
    // S11 S12 S13 S14
    let site = Site::pati().await;
    site.account(Role::Investigator).await;
    let case = THEFT.file(&site).await.case;
    let mut officer = site.signed_in("investigator").await;
    let address = format!("/perkara/{case}/pembuktian");
    let page = officer.get(&address).await;
    assert!(
        page.words().contains("Belum ada tindak pidana"),
        "{}",
        page.words()
    );

    let offence = [
        ("tindak_pidana", "pencurian"),
        ("dari", "2025-12-30"),
        ("sampai", "2026-01-03"),
    ];
    done(&mut officer, case, "pembuktian/tindak-pidana", &offence).await;
    let words = officer.get(&address).await.words();
    for shown in [
        "KUHP lama (UU 1/1946)",
        "Pasal 362",
        "Pasal 476",
        "Perbuatan antara 30 Desember 2025 dan 3 Januari 2026",
        "aturan yang lebih ringan",
        "belum ada bukti sah untuk unsur",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    // Refused, and it says which; the refusal is in the history.
    done(&mut officer, case, "pembuktian/lengkap", &[]).await;
    let history = officer.get(&format!("/perkara/{case}")).await.words();
    assert!(
        history.contains("Pembuktian belum lengkap: 7 kekurangan"),
        "{history}"
    );
    let again = send(&mut officer, case, "pembuktian/lengkap", &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.words().contains("belum ada yang berubah"));

    for (n, content) in [("1", PDF), ("2", b"%PDF-1.7\nlain")] {
        add_file(&mut officer, case, content).await;
        let fields: Vec<(&str, &str)> = SIMPLE.into_iter().chain([("bukti", n)]).collect();
        done(&mut officer, case, "pembuktian/jenis", &fields).await;
        for element in ["pelaku", "mengambil", "barang", "milik", "maksud"] {
            let element = format!("pencurian.pencurian_{element}");
            let link = [
                ("bukti", n),
                ("unsur", element.as_str()),
                ("arah", "supports"),
            ];
            done(&mut officer, case, "pembuktian/kaitan", &link).await;
        }
    }
    let words = officer.get(&address).await.words();
    assert!(words.contains("1 kekurangan"), "{words}");
    let sought = [
        ("hasil", "tidak"),
        ("uraian", "Ditanyakan kepada tetangga."),
    ];
    done(&mut officer, case, "pembuktian/sebaliknya", &sought).await;
    done(&mut officer, case, "pembuktian/lengkap", &[]).await;
    let words = officer.get(&address).await.words();
    assert!(words.contains("lengkap"), "{words}");
    assert!(words.contains("Tidak ada yang kurang"), "{words}");
    let english = officer.get(&format!("{address}?lang=en")).await.words();
    assert!(english.contains("Nothing is missing"), "{english}");
}

#[tokio::test]
async fn each_wrong_field_is_named_and_what_was_typed_stays() {
    // S13
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}/pembuktian")).await;
    add_file(&mut desk, case, PDF).await;
    let fields = [
        ("bukti", "1"),
        ("jenis", "barang_bukti"),
        ("cara", "penyitaan_izin"),
        ("tanggal", "besok"),
        ("nomor", "12/Pen.Sita/2026"),
    ];
    let answer = send(&mut desk, case, "pembuktian/jenis", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("Tulis tanggal seperti 24-11-2026"));
    assert!(answer.text.contains("value=\"12/Pen.Sita/2026\""));
    let ahead = [("tindak_pidana", "pencurian"), ("dari", "2027-01-01")];
    let answer = send(&mut desk, case, "pembuktian/tindak-pidana", &ahead).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.words().contains("belum terjadi"),
        "{}",
        answer.words()
    );
    // A type of the old procedure is not one of today.
    let old = [
        ("bukti", "1"),
        ("jenis", "petunjuk"),
        ("cara", "dari_pelapor"),
        ("tanggal", "2026-11-24"),
    ];
    let answer = send(&mut desk, case, "pembuktian/jenis", &old).await;
    assert!(
        answer.words().contains("tidak mengenal jenis ini"),
        "{}",
        answer.words()
    );
    let unknown = send(&mut desk, case, "pembuktian/apa-saja", &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_thing_passes_by_two_sign_ins_and_its_money_is_counted_by_both() {
    // S13
    let site = Site::pati().await;
    let one = site.account(Role::Desk).await;
    let two = site.account(Role::Investigator).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let mut other = site.signed_in("investigator").await;
    for browser in [&mut desk, &mut other] {
        browser.get(&format!("/perkara/{case}/barang-bukti")).await;
    }
    let thing = [
        ("uraian", "Uang dalam amplop cokelat"),
        ("jumlah", "1"),
        ("segel", "SGL-0042"),
        ("tempat", "Lemari A"),
        ("uang", "1.500.000"),
    ];
    done(&mut desk, case, "barang-bukti", &thing).await;
    let list = desk
        .get(&format!("/perkara/{case}/barang-bukti"))
        .await
        .words();
    assert!(list.contains("Uang dalam amplop cokelat"), "{list}");
    // It is found by its seal.
    desk.get("/meja/cari").await;
    let found = desk.post("/meja/cari", &[("q", "SGL-0042")]).await;
    let found = desk.follow(found).await;
    assert!(
        found.text.contains(&format!("/perkara/{case}")),
        "{}",
        found.words()
    );
    let to = [("kepada", two.id.to_string())];
    let to = [(to[0].0, to[0].1.as_str())];
    done(&mut desk, case, "barang-bukti/1/tawarkan", &to).await;
    let mine = other.get("/barang-bukti").await.words();
    assert!(
        mine.contains("SGL-0042") && mine.contains("Ditawarkan kepada"),
        "{mine}"
    );
    let address = format!("/perkara/{case}/barang-bukti/1");
    let page = other.get(&address).await;
    assert!(
        page.words().contains("Terima barang ini"),
        "{}",
        page.words()
    );
    // Whoever offers it cannot accept it.
    let own = [("tempat", "Gudang"), ("dihitung", "1500000")];
    let answer = send(&mut desk, case, "barang-bukti/1/terima", &own).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("tidak ditawarkan kepada Anda"));
    let missing = send(
        &mut other,
        case,
        "barang-bukti/1/terima",
        &[("tempat", "Gudang")],
    )
    .await;
    assert!(
        missing.words().contains("Hitung uangnya"),
        "{}",
        missing.words()
    );
    let short = [("tempat", "Gudang"), ("dihitung", "1400000")];
    done(&mut other, case, "barang-bukti/1/terima", &short).await;
    let words = other.get(&address).await.words();
    for shown in [
        "Rp 1.400.000",
        "Rp 1.500.000",
        "hitungan uang berbeda",
        &one.name,
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    // It stands on the desk's list and on the chief's morning until it is explained.
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    let link = format!("href=\"/perkara/{case}\"");
    for shown in [desk.get("/meja").await, chief.get("/pimpinan").await] {
        let words = shown.words();
        assert!(words.contains("Bukti 1: hitungan uang berbeda"), "{words}");
        assert!(shown.text.contains(&link), "{}", shown.text);
    }
    // Neither of the two explains it.
    let why = [("uraian", "Salah hitung")];
    for party in [&mut desk, &mut other] {
        let answer = send(party, case, "barang-bukti/1/jelaskan", &why).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    chief.get(&address).await;
    done(&mut chief, case, "barang-bukti/1/jelaskan", &why).await;
    for shown in [desk.get("/meja").await, chief.get("/pimpinan").await] {
        assert!(!shown.words().contains("hitungan uang berbeda"));
        assert!(!shown.text.contains("id=\"h-bukti\""), "no empty list");
    }
    let end = [
        ("cara", "returned"),
        ("penerima", "Pemilik"),
        ("surat", "B/13/XI/2026"),
        ("alasan", "Perkara selesai"),
        ("dihitung", "1400000"),
    ];
    done(&mut other, case, "barang-bukti/1/usul", &end).await;
    let own = send(
        &mut other,
        case,
        "barang-bukti/1/setujui",
        &[("dihitung", "1400000")],
    )
    .await;
    assert!(
        own.words().contains("Pengusul tidak menyetujui"),
        "{}",
        own.words()
    );
    let counted = [("dihitung", "1400000")];
    done(&mut chief, case, "barang-bukti/1/setujui", &counted).await;
    let words = chief.get(&address).await.words();
    assert!(words.contains("Dikembalikan kepada pemiliknya"), "{words}");
}

#[tokio::test]
async fn money_goes_to_the_prosecutor_when_two_counted_it_and_is_counted_when_it_is_back() {
    // S13
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Investigator).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let mut other = site.signed_in("investigator").await;
    for browser in [&mut desk, &mut other] {
        browser.get(&format!("/perkara/{case}/barang-bukti")).await;
    }
    let thing = [
        ("uraian", "Uang dalam amplop cokelat"),
        ("jumlah", "1"),
        ("segel", "SGL-0042"),
        ("tempat", "Lemari A"),
        ("uang", "1.500.000"),
    ];
    done(&mut desk, case, "barang-bukti", &thing).await;
    let to = [
        ("ke", "prosecutor"),
        ("penerima", "Jaksa"),
        ("surat", "B/14/XI/2026"),
    ];
    let missing = send(&mut desk, case, "barang-bukti/1/kirim", &to).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        missing.words().contains("Hitung uangnya dan isi jumlahnya"),
        "{}",
        missing.words()
    );
    assert!(missing.text.contains("value=\"B/14/XI/2026\""));
    let counted = ("dihitung", "1500000");
    let fields: Vec<(&str, &str)> = to.into_iter().chain([counted]).collect();
    done(&mut desk, case, "barang-bukti/1/kirim", &fields).await;
    let address = format!("/perkara/{case}/barang-bukti/1");
    let words = other.get(&address).await.words();
    assert!(words.contains("Dikirim ke penuntut umum"), "{words}");
    done(&mut other, case, "barang-bukti/1/setujui", &[counted]).await;
    let words = other.get(&address).await.words();
    assert!(words.contains("Terima kembali dari luar"), "{words}");
    let short = [
        ("keadaan", "Segel utuh"),
        ("tempat", "Gudang"),
        ("dihitung", "1400000"),
    ];
    done(&mut other, case, "barang-bukti/1/kembali", &short).await;
    let words = other.get(&address).await.words();
    for shown in ["Dihitung: Rp 1.400.000", "hitungan uang berbeda"] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
}

#[tokio::test]
async fn whoever_may_not_read_the_case_sees_neither_plan_nor_exhibits() {
    // S45
    let site = Site::pati().await;
    site.account(Role::Admin).await;
    site.account(Role::Oversight).await;
    let case = THEFT.file(&site).await.case;
    let mut admin = site.signed_in("admin").await;
    let mut oversight = site.signed_in("oversight").await;
    for page in ["pembuktian", "barang-bukti"] {
        let shut = admin.get(&format!("/perkara/{case}/{page}")).await;
        assert_eq!(shut.status, StatusCode::FORBIDDEN);
        let read = oversight.get(&format!("/perkara/{case}/{page}")).await;
        assert_eq!(read.status, StatusCode::OK);
        // Oversight reads and does not act.
        assert!(!read.text.contains("class=\"tight act\""), "{page}");
    }
    let answer = send(&mut oversight, case, "pembuktian/lengkap", &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let answer = send(&mut oversight, case, "barang-bukti", &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(
        site.browser()
            .get(&format!("/perkara/{case}/pembuktian"))
            .await
            .status,
        StatusCode::SEE_OTHER
    );
}
