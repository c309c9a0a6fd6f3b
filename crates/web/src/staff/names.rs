//! Names of staff by account, those who left included: the record keeps who acted.

use std::collections::BTreeMap;

use pengayom_core::act::Actor;
use pengayom_core::value::OfficerId;
use pengayom_node::Node;
use pengayom_node::access::Staff;
use pengayom_node::accounts;

use crate::frame::PageFrame;
use crate::problem::Fault;

/// Everybody who has or had an account.
pub(crate) struct Names {
    all: BTreeMap<OfficerId, Staff>,
    active: Vec<OfficerId>,
}

impl Names {
    /// Reads the accounts of the unit.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn read(node: &Node) -> Result<Self, Fault> {
        let unit = node.unit();
        let users = node
            .store()
            .users(&unit.id)
            .await
            .map_err(pengayom_node::HandleError::from)?;
        let active = users.iter().filter(|user| user.disabled_at.is_none());
        Ok(Self {
            active: active.map(|user| user.id).collect(),
            all: users
                .iter()
                .map(|user| (user.id, accounts::staff(&unit, user)))
                .collect(),
        })
    }

    /// Rank and name; a plain word for an account that is not there.
    pub(crate) fn of(&self, frame: &PageFrame, officer: OfficerId) -> String {
        match self.all.get(&officer) {
            Some(staff) => staff.addressed(),
            None => frame.t("case.unknown_officer").to_owned(),
        }
    }

    /// Who did something, in words.
    pub(crate) fn actor(&self, frame: &PageFrame, actor: &Actor) -> String {
        match actor {
            Actor::Citizen => frame.t("case.reporter_by").to_owned(),
            Actor::Officer { id } => self.of(frame, *id),
            Actor::Program { .. } => frame.t("case.program_by").to_owned(),
            Actor::Import { source } => frame.tf("case.import_by", &[("source", source)]),
        }
    }

    /// Those who work here now, by name.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Staff> {
        self.active.iter().filter_map(|id| self.all.get(id))
    }
}
