//! Lists of cases, as far as they concern the member of staff who reads them.

use pengayom_core::place::StationId;
use pengayom_core::subject::case::CaseStage;
use pengayom_store::rows::CaseRow;
use pengayom_store::{CasePage, CaseQuery};

use crate::Node;
use crate::access::{Permission, Staff};
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
        Ok(self.store.queue(&self.unit().id, &query, limit).await?)
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
        Ok(self.store.queue(&self.unit().id, &query, limit).await?)
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

    /// Cases page by page, newest first, as far as they concern the staff member. Kinds kept narrow
    /// are left out for those who may not read them.
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
        page.rows.retain(|row| {
            let has_it = row.taken_by == Some(by.id) || row.assigned_to == Some(by.id);
            !row.sensitive || has_it || by.may(Permission::ReadSensitiveCase)
        });
        Ok(page)
    }
}
