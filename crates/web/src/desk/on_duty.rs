//! What whoever is on duty has before them: `/meja` shows it, and `/meja/serah-terima` hands it over.

use pengayom_node::Node;
use pengayom_node::access::Staff;
use pengayom_node::handle::visit::Queue;
use pengayom_store::rows::CaseRow;

use crate::problem::Fault;
use crate::staff::Names;

/// Most cases read for each list.
const READ: u32 = 500;

/// The open cases that concern one on duty, each list in the order to serve them.
pub(super) struct OnDuty {
    /// With nobody yet.
    pub(super) waiting: Vec<CaseRow>,
    /// Their own.
    pub(super) mine: Vec<CaseRow>,
    /// With colleagues.
    pub(super) colleagues: Vec<CaseRow>,
    /// Whose reporters wait for an explanation or a second look.
    pub(super) reviews: Vec<CaseRow>,
    /// People who stand at the desk.
    pub(super) people: Queue,
    /// Who is who.
    pub(super) names: Names,
}

impl OnDuty {
    /// Reads them all.
    ///
    /// # Errors
    /// The node's: not allowed, or the store's.
    pub(super) async fn read(node: &Node, staff: &Staff) -> Result<Self, Fault> {
        Ok(Self {
            waiting: node.waiting(staff, READ).await?,
            mine: node.own_cases(staff, READ).await?,
            colleagues: node.colleagues_cases(staff, READ).await?,
            reviews: node.asked_for_review(staff).await?,
            people: node.desk_queue(staff).await?,
            names: Names::read(node).await?,
        })
    }

    /// There are more than were read: whoever counts them has to say so.
    pub(super) fn is_cut(&self) -> bool {
        let lists = [&self.waiting, &self.mine, &self.colleagues];
        lists.iter().any(|rows| rows.len() >= READ as usize)
    }
}
