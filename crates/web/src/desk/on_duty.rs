//! What whoever is on duty has before them: `/meja` shows it, and `/meja/serah-terima` hands it over.

use jiff::Timestamp;
use pengayom_node::Node;
use pengayom_node::access::Staff;
use pengayom_node::handle::visit::Queue;
use pengayom_store::rows::CaseRow;

use crate::problem::Fault;
use crate::staff::Names;

/// Most cases read for each list.
const READ: u32 = 500;

/// The open cases that concern one on duty, each list in the order to serve them.
pub(crate) struct OnDuty {
    /// With nobody yet.
    pub(crate) waiting: Vec<CaseRow>,
    /// Their own.
    pub(crate) mine: Vec<CaseRow>,
    /// With colleagues.
    pub(crate) colleagues: Vec<CaseRow>,
    /// Whose reporters wait for an explanation or a second look.
    pub(crate) reviews: Vec<CaseRow>,
    /// With rights or control measures past their time.
    pub(crate) overdue: Vec<CaseRow>,
    /// People who stand at the desk.
    pub(crate) people: Queue,
    /// Who is who.
    pub(crate) names: Names,
}

/// What falls into a shift.
pub(crate) struct Shift<'r> {
    /// Every open case, once.
    pub(crate) open: Vec<&'r CaseRow>,
    /// Without an answer and past the promise.
    pub(crate) late: Vec<&'r CaseRow>,
    /// Without an answer and due before the end.
    pub(crate) due: Vec<&'r CaseRow>,
    /// With nobody, and neither late nor due.
    pub(crate) untaken: Vec<&'r CaseRow>,
    /// News promised before the end, the nearest first.
    pub(crate) news: Vec<&'r CaseRow>,
}

impl OnDuty {
    /// Reads them all.
    ///
    /// # Errors
    /// The node's: not allowed, or the store's.
    pub(crate) async fn read(node: &Node, staff: &Staff) -> Result<Self, Fault> {
        Ok(Self {
            waiting: node.waiting(staff, READ).await?,
            mine: node.own_cases(staff, READ).await?,
            colleagues: node.colleagues_cases(staff, READ).await?,
            reviews: node.asked_for_review(staff).await?,
            overdue: node.rights_overdue(staff).await?,
            people: node.desk_queue(staff).await?,
            names: Names::read(node).await?,
        })
    }

    /// What falls into a shift from a moment to its end.
    pub(crate) fn parts(&self, now: Timestamp, end: Timestamp) -> Shift<'_> {
        let mut open: Vec<&CaseRow> = Vec::new();
        for row in self
            .waiting
            .iter()
            .chain(&self.mine)
            .chain(&self.colleagues)
        {
            // A case given to the asker may be served by a colleague.
            if open.iter().all(|known| known.id != row.id) {
                open.push(row);
            }
        }
        let unanswered = |wanted: &dyn Fn(Timestamp) -> bool| -> Vec<&CaseRow> {
            let rows = open.iter().filter(|row| row.responded_at.is_none());
            let rows = rows.filter(|row| row.respond_by.is_some_and(wanted));
            rows.copied().collect()
        };
        let late = unanswered(&|due| due < now);
        let due = unanswered(&|due| due >= now && due < end);
        let listed = |row: &CaseRow| late.iter().chain(&due).any(|known| known.id == row.id);
        let untaken = self.waiting.iter().filter(|row| !listed(row)).collect();
        let mut news: Vec<&CaseRow> = open
            .iter()
            .copied()
            .filter(|row| row.next_news_by.is_some_and(|by| by < end))
            .collect();
        news.sort_by_key(|row| row.next_news_by);
        Shift {
            open,
            late,
            due,
            untaken,
            news,
        }
    }

    /// There are more than were read: whoever counts them has to say so.
    pub(crate) fn is_cut(&self) -> bool {
        let lists = [&self.waiting, &self.mine, &self.colleagues];
        lists.iter().any(|rows| rows.len() >= READ as usize)
    }
}
