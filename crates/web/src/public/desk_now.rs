//! How long people wait at a front desk now, in words (S26, S86).

use pengayom_core::place::StationId;
use pengayom_core::subject::visit::wait::Wait;
use pengayom_node::Node;

use crate::frame::PageFrame;
use crate::outages::at_once;

/// What is said of the wait at a front desk. `None` when it cannot be read for a moment: the page says
/// nothing then, which is not the same as that nothing was recorded.
pub(super) async fn words(frame: &PageFrame, node: &Node, station: &StationId) -> Option<String> {
    let desk = at_once(node.desk_now(station)).await?;
    let people = if desk.waiting == 0 {
        frame.t("wait.people_none").to_owned()
    } else {
        let n = frame.format().count(i64::from(desk.waiting));
        frame.tf("wait.people", &[("n", &n)])
    };
    let (key, minutes) = match desk.wait {
        Wait::Usual { minutes, .. } => ("wait.usual", minutes),
        Wait::LongestSoFar { minutes } => ("wait.longest", minutes),
        Wait::NobodyWaits => return Some(frame.t("wait.nobody").to_owned()),
        Wait::NotRecorded => return Some(frame.t("wait.none").to_owned()),
    };
    let time = frame.format().duration(i64::from(minutes));
    let values = [("time", time.as_str()), ("people", people.as_str())];
    Some(frame.tf(key, &values))
}
