//! Who may know a case, at every door: pages, files, lists, search, live pages, the hand-over.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

#[path = "access/doors.rs"]
mod doors;
#[path = "access/emergency.rs"]
mod emergency;
#[path = "access/table.rs"]
mod table;

use axum::http::StatusCode;
use pengayom_core::act::Actor;
use pengayom_core::subject::case::{CaseCommand, Channel, Harm};
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::PersonDetails;
use pengayom_node::access::Staff;
use pengayom_node::handle::case::{FileRequest, Filed};
use pengayom_node::handle::place::PlaceInput;
use support::{Answer, Browser, Site};

/// A service whose cases are sensitive, and one whose are not.
const VIOLENCE: &str = "kdrt";
const THEFT: &str = "lp_b";

/// Words that no page may show to whoever the case is shut to.
const TOLD: &str = "Diancam dengan pisau";

/// A report from Growong Lor, which Polsek Juwana answers for.
async fn file(site: &Site, service: &str) -> Filed {
    let request = FileRequest {
        command: CommandId(site.node.new_id()),
        service: service.parse().unwrap(),
        report_kind: None,
        channel: Channel::Web,
        paper: None,
        description: TOLD.to_owned(),
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        place: PlaceInput::Text("Growong Lor, Juwana".to_owned()),
        reporter: PersonDetails {
            name: Some("Sutrisno".to_owned()),
            phone: Some("081234567890".to_owned()),
            ..PersonDetails::default()
        },
        media: Vec::new(),
        simulated: false,
    };
    let filed = site.node.file_request(request, &Actor::Citizen).await;
    filed.unwrap()
}

async fn change(site: &Site, by: &Staff, case: CaseId, command: CaseCommand) {
    let changed = site.node.change_case(by, case, None, command, None).await;
    changed.unwrap();
}

/// Sends a form with the version the page shows.
async fn act(
    browser: &mut Browser<'_>,
    case: CaseId,
    slug: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let page = browser.get(&format!("/perkara/{case}")).await;
    let version = page.value_of("versi").unwrap_or_default();
    let mut all = vec![("versi", version.as_str())];
    all.extend_from_slice(fields);
    browser.post(&format!("/perkara/{case}/{slug}"), &all).await
}

/// That a page or an answer shows nothing of a case.
fn assert_says_nothing(answer: &Answer) {
    for told in [TOLD, "Sutrisno", "081234567890", "Growong"] {
        assert!(!answer.text.contains(told), "{told}: {}", answer.words());
    }
}

fn assert_shut(answer: &Answer, status: StatusCode) {
    assert_eq!(answer.status, status, "{}", answer.words());
    assert_says_nothing(answer);
}
