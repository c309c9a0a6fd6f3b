//! What the ledger and the encryption cost, how soon a proof is there, and how long an audit takes.

mod cost;
mod proof;
mod verify;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pengayom_core::act::Actor;
use pengayom_core::place::{Area, Point};
use pengayom_core::subject::case::{Channel, Harm};
use pengayom_core::value::CommandId;
use pengayom_node::handle::case::{FileRequest, Filed};
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{Node, PersonDetails};

use super::intake::TOLD;
use crate::fault::Fault;

pub(crate) use cost::{Slices, cost};
pub(crate) use proof::proof;
pub(crate) use verify::verify;

/// By which way requests come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Over HTTP on loopback, asker and server in one process.
    Http,
    /// Straight to the node, so that what HTTP costs hides nothing.
    Handle,
}

impl Way {
    const fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Handle => "handle",
        }
    }
}

/// Positions all over the unit.
fn points(node: &Node) -> Arc<Vec<Point>> {
    let unit = node.unit();
    let beats = unit.geography.beats();
    Arc::new(beats.map(Area::representative_point).collect())
}

/// Requests without HTTP, each from another position.
struct Filing {
    points: Arc<Vec<Point>>,
    next: AtomicUsize,
}

impl Filing {
    fn new(points: Arc<Vec<Point>>) -> Self {
        Self {
            points,
            next: AtomicUsize::new(0),
        }
    }

    /// Files the same as an asker over HTTP does.
    async fn file(&self, node: &Node) -> Result<Filed, Fault> {
        let wrong = |fault: &dyn std::fmt::Display| Fault::Input(format!("filing: {fault}"));
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let point = self.points.get(at % self.points.len().max(1));
        let point = *point.ok_or_else(|| wrong(&"no position"))?;
        let request = FileRequest {
            command: CommandId(node.new_id()),
            service: "call_110".parse().map_err(|_| wrong(&"call_110"))?,
            report_kind: None,
            channel: Channel::Api,
            paper: None,
            description: TOLD.to_owned(),
            when_text: None,
            occurred_at: None,
            harm: Harm::default(),
            danger: false,
            place: PlaceInput::Point { point, text: None },
            reporter: PersonDetails {
                name: Some("Warga".to_owned()),
                phone: Some("081234567890".to_owned()),
                ..PersonDetails::default()
            },
            media: Vec::new(),
            simulated: false,
        };
        let filed = node.file_request(request, &Actor::Citizen).await;
        filed.map_err(|error| wrong(&error))
    }
}
