//! Lists of cases, each as far as its reader sees them.

use pengayom_core::place::StationId;
use pengayom_core::subject::case::CaseStage;
use pengayom_store::rows::CaseRow;
use pengayom_store::{CasePage, CaseQuery};

use crate::Node;
use crate::access::{Permission, Sight, Staff};
use crate::error::HandleError;

impl Node {
    /// Cases that nobody serves yet, in the order to serve them.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn waiting(&self, by: &Staff, limit: u32) -> Result<Vec<CaseRow>, HandleError> {
        by.require(Permission::ServeQueue)?;
        let query = CaseQuery {
            stages: vec![CaseStage::Received, CaseStage::Assessed, CaseStage::Handled],
            stations: self.stations_of(by),
            untaken: true,
            ..CaseQuery::default()
        };
        self.seen_queue(by, &query, limit).await
    }

    /// Open cases a staff member serves or handles, in the order to serve them.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn own_cases(&self, by: &Staff, limit: u32) -> Result<Vec<CaseRow>, HandleError> {
        by.require(Permission::ReadCase)?;
        let open = vec![CaseStage::Received, CaseStage::Assessed, CaseStage::Handled];
        let taken = CaseQuery {
            stages: open.clone(),
            taken_by: Some(by.id),
            ..CaseQuery::default()
        };
        let given = CaseQuery {
            stages: open,
            assigned_to: Some(by.id),
            ..CaseQuery::default()
        };
        let unit = self.unit().id.clone();
        let mut rows = self.store.queue(&unit, &taken, limit).await?;
        for row in self.store.queue(&unit, &given, limit).await? {
            if rows.iter().all(|known| known.id != row.id) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Open cases that colleagues serve, for a take-over, in the order to serve them.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn colleagues_cases(
        &self,
        by: &Staff,
        limit: u32,
    ) -> Result<Vec<CaseRow>, HandleError> {
        by.require(Permission::ServeQueue)?;
        let query = CaseQuery {
            stages: vec![CaseStage::Received, CaseStage::Assessed, CaseStage::Handled],
            stations: self.stations_of(by),
            taken_by_other_than: Some(by.id),
            ..CaseQuery::default()
        };
        self.seen_queue(by, &query, limit).await
    }

    /// A queue without what is about the reader. How much of each row is shown, is asked of the
    /// policies for the rows of the page alone.
    async fn seen_queue(
        &self,
        by: &Staff,
        query: &CaseQuery,
        limit: u32,
    ) -> Result<Vec<CaseRow>, HandleError> {
        let mut rows = self.store.queue(&self.unit().id, query, limit).await?;
        rows.retain(|row| !row.access.is_about(by.id));
        Ok(rows)
    }

    /// The stations a staff member sees; empty: all.
    pub(crate) fn stations_of(&self, by: &Staff) -> Vec<StationId> {
        let unit = self.unit();
        match &by.station {
            Some(own) if own != unit.own_station() && !by.may(Permission::ReadAllStations) => {
                vec![own.clone()]
            }
            _ => Vec::new(),
        }
    }

    /// Cases page by page, newest first, as far as they concern the staff member. Of a sensitive
    /// one whoever is not named sees at most that it is there ([`Sight`]).
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn list_cases(
        &self,
        by: &Staff,
        mut query: CaseQuery,
    ) -> Result<CasePage, HandleError> {
        by.require(Permission::ReadCase)?;
        let own = self.stations_of(by);
        if !own.is_empty() {
            query.stations = own;
        }
        let mut page = self.store.cases(&self.unit().id, &query).await?;
        page.rows.retain(|row| match self.sight_of(by, row) {
            Sight::Open => true,
            // That one waits is of use to whoever could take it or open it in an emergency.
            Sight::Waits => by.may(Permission::ReadSensitiveCase),
            Sight::Hidden => false,
        });
        Ok(page)
    }
}
