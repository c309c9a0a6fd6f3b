//! The pages of staff: each by nobody, by the wrong role, with a bad field, and as it should be.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

#[path = "desk/board.rs"]
mod board;
#[path = "desk/care.rs"]
mod care;
#[path = "desk/case.rs"]
mod case;
#[path = "desk/competence.rs"]
mod competence;
#[path = "desk/consistency.rs"]
mod consistency;
#[path = "desk/encounter.rs"]
mod encounter;
#[path = "desk/equity.rs"]
mod equity;
#[path = "desk/evidence.rs"]
mod evidence;
#[path = "desk/hold.rs"]
mod hold;
#[path = "desk/issue.rs"]
mod issue;
#[path = "desk/letter.rs"]
mod letter;
#[path = "desk/letter_words.rs"]
mod letter_words;
#[path = "desk/live.rs"]
mod live;
#[path = "desk/outage.rs"]
mod outage;
#[path = "desk/paper.rs"]
mod paper;
#[path = "desk/people.rs"]
mod people;
#[path = "desk/progress.rs"]
mod progress;
#[path = "desk/proof.rs"]
mod proof;
#[path = "desk/quality.rs"]
mod quality;
#[path = "desk/queue.rs"]
mod queue;
#[path = "desk/report.rs"]
mod report;
#[path = "desk/rights.rs"]
mod rights;
#[path = "desk/signin.rs"]
mod signin;
#[path = "desk/standing.rs"]
mod standing;
#[path = "desk/token.rs"]
mod token;
#[path = "desk/triage.rs"]
mod triage;

use pengayom_core::act::Actor;
use pengayom_core::subject::case::{Channel, Harm};
use pengayom_core::value::CommandId;
use pengayom_node::PersonDetails;
use pengayom_node::handle::case::{FileRequest, Filed};
use pengayom_node::handle::place::PlaceInput;

use support::{Answer, Site};

/// A report as it comes in.
struct Report {
    service: &'static str,
    area: &'static str,
    told: &'static str,
    danger: bool,
    harm: Harm,
    channel: Channel,
}

/// A theft in Growong Lor, which Polsek Juwana answers for.
const THEFT: Report = Report {
    service: "lp_b",
    area: "Growong Lor, Juwana",
    told: "Motor Beat merah hilang dari pasar",
    danger: false,
    harm: Harm {
        wellbeing: None,
        loss_rupiah: None,
    },
    channel: Channel::Web,
};

impl Report {
    /// As a reporter sends it.
    fn request(self, site: &Site) -> FileRequest {
        FileRequest {
            command: CommandId(site.node.new_id()),
            service: self.service.parse().unwrap(),
            report_kind: None,
            channel: self.channel,
            paper: None,
            description: self.told.to_owned(),
            when_text: None,
            occurred_at: None,
            harm: self.harm,
            danger: self.danger,
            place: PlaceInput::Text(self.area.to_owned()),
            reporter: PersonDetails {
                name: Some("Sutrisno".to_owned()),
                phone: Some("081234567890".to_owned()),
                ..PersonDetails::default()
            },
            media: Vec::new(),
            simulated: false,
        }
    }

    async fn file(self, site: &Site) -> Filed {
        let request = self.request(site);
        site.node
            .file_request(request, &Actor::Citizen)
            .await
            .unwrap()
    }
}

/// The secret digits that a page shows, in groups.
fn digits(page: &Answer) -> String {
    let mark = "<span class=\"code digits\" aria-hidden=\"true\">";
    let from = page.text.find(mark).unwrap() + mark.len();
    let to = page.text[from..].find('<').unwrap();
    page.text[from..from + to].to_owned()
}
