//! How long a case is kept, and the hold that keeps it longer.

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_node::access::Role;

use crate::THEFT;
use crate::support::Site;

#[tokio::test]
async fn a_commander_holds_a_case_and_nothing_of_it_is_erased_until_that_is_lifted() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let case = THEFT.file(&site).await.case;
    let address = format!("/perkara/{case}");
    let close = CaseCommand::Close {
        outcome: "resolved".to_owned(),
        reason: "Selesai".to_owned(),
    };
    let closed = site.node.change_case(&officer, case, None, close, None);
    closed.await.unwrap();
    let mut desk = site.signed_in("desk").await;
    let mut chief = site.signed_in("commander").await;
    let words = desk.get(&address).await.words();
    assert!(words.contains("Disimpan sampai"), "{words}");
    assert!(!words.contains("Tahan penghapusan"), "{words}");
    let hold = format!("{address}/tahan-hapus");
    let page = chief.get(&address).await;
    let version = page.value_of("versi").unwrap();
    let asked = [("versi", version.as_str())];
    let nothing = chief.post(&hold, &asked).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = nothing.words();
    assert!(words.contains("Pilih mengapa harus disimpan"), "{words}");
    assert!(words.contains("Isi nomor surat atau putusan"), "{words}");
    let answer = desk.post(&hold, &asked).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let whole = [
        asked[0],
        ("dasar", "investigation"),
        ("rujukan", "SP.Sidik/4/2026"),
    ];
    // It leads back to the case, which says that it was recorded.
    let recorded = format!("{address}?tercatat=ya");
    assert_eq!(chief.post(&hold, &whole).await.location(), recorded);
    let page = chief.get(&address).await;
    let words = page.words();
    assert!(
        words.contains("Penyidikan masih berjalan, SP.Sidik/4/2026"),
        "{words}"
    );
    assert!(!words.contains("Hapus data pribadi"), "{words}");
    // A form that was open since before is refused in words.
    let version = page.value_of("versi").unwrap();
    let erase = [
        ("versi", version.as_str()),
        ("dasar", "Surat 12/2026"),
        ("yakin", "ya"),
    ];
    let refused = chief.post(&format!("{address}/hapus-data"), &erase).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.words().contains("Lepas penahanannya dulu"));
    let lift = [("versi", version.as_str()), ("rujukan", "S.Tap/9/2026")];
    let lifted = chief.post(&format!("{address}/lepas-hapus"), &lift).await;
    assert_eq!(lifted.location(), recorded);
    let words = chief.get(&address).await.words();
    assert!(words.contains("Penghapusan tidak lagi ditahan"), "{words}");
    assert!(words.contains("Hapus data pribadi"), "{words}");
}
