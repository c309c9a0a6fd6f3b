//! What follows a report taken at the desk: its receipt, the visit it was taken from, and who serves it.

use pengayom_core::subject::case::CaseCommand;
use pengayom_core::subject::visit::VisitCommand;
use pengayom_core::value::VisitId;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::case::Filed;
use pengayom_node::{HandleError, Node};
use pengayom_store::VisitRow;

use super::receipt;
use crate::problem::Fault;

/// What follows a report taken at the desk: its receipt can be shown, whoever told it was served, and
/// whoever took it serves it; a colleague may have been faster.
///
/// # Errors
/// The node's.
pub(crate) async fn settle(
    node: &Node,
    staff: &Staff,
    filed: &Filed,
    visit: Option<VisitId>,
) -> Result<(), Fault> {
    receipt::keep(node, staff, filed).await?;
    end_visit(node, staff, visit).await?;
    if !staff.may(Permission::ServeQueue) || filed.repeated {
        return Ok(());
    }
    let take = CaseCommand::Take { by: staff.id };
    match node.change_case(staff, filed.case, None, take, None).await {
        Ok(_)
        | Err(
            HandleError::Case(_)
            | HandleError::Conflict { .. }
            | HandleError::CaseShut(_)
            | HandleError::NotAllowed(_),
        ) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The visit a report is taken from, while the asker serves it.
pub(super) async fn visit_of(
    node: &Node,
    staff: &Staff,
    id: Option<VisitId>,
) -> Result<Option<VisitRow>, Fault> {
    let Some(id) = id.filter(|_| staff.may(Permission::ServeQueue)) else {
        return Ok(None);
    };
    match node.visit_at_desk(staff, id).await {
        Ok(row) => {
            Ok(Some(row).filter(|row| row.ended_at.is_none() && row.called_by == Some(staff.id)))
        }
        Err(HandleError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whoever reported was served: their visit ends with the pack's first ending that says so. One that
/// ended or moved on meanwhile stays as it is.
async fn end_visit(node: &Node, staff: &Staff, visit: Option<VisitId>) -> Result<(), Fault> {
    let Some(row) = visit_of(node, staff, visit).await? else {
        return Ok(());
    };
    let unit = node.unit();
    let mut endings = unit.pack.desk().endings.iter();
    let Some(served) = endings.find(|ending| ending.served) else {
        return Ok(());
    };
    let ended = served.code.to_string();
    let command = VisitCommand::End { ended };
    match node.change_visit(staff, row.id, command).await {
        Ok(_) | Err(HandleError::Visit(_) | HandleError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
