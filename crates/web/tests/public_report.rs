//! A person reports something: six questions, one page each, sent once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use axum::http::StatusCode;
use support::{Site, fill};

#[tokio::test]
async fn a_report_is_filed_without_account_or_script_and_its_receipt_names_the_station() {
    // S2 S32
    let site = Site::pati().await;
    let mut browser = site.browser();
    let check = fill(&mut browser, "dicuri").await;
    assert_eq!(check.status, StatusCode::OK);
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
    let command = check.value_of("perintah").unwrap();
    let sent = browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    assert_eq!(sent.location(), "/lapor/terkirim");
    let receipt = browser.follow(sent).await;
    let words = receipt.words();
    assert!(words.contains("PTI-2611-0001"), "{words}");
    assert!(words.contains("Polsek Juwana"), "{words}");
    assert!(words.contains("27 November 2026"), "{words}");
}
