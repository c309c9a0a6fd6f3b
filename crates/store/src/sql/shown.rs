//! Cases that anybody may see, on either engine.

use async_trait::async_trait;
use pengayom_core::value::UnitId;

use super::SqlStore;
use super::map::case::{COLUMNS, read};
use super::map::stored;
use super::read::{push_limit, select};
use crate::error::StoreError;
use crate::rows::CaseRow;
use crate::shown::{ShownQuery, ShownStore};

#[async_trait]
impl ShownStore for SqlStore {
    async fn cases_shown(
        &self,
        unit: &UnitId,
        asked: &ShownQuery,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let none = asked.cases.as_ref().is_some_and(Vec::is_empty);
        if none || asked.services.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = select(self.readers.engine(), "cases", COLUMNS, unit);
        query
            .push(" AND service")
            .push_among(asked.services.iter().map(ToString::to_string));
        if let Some(cases) = &asked.cases {
            query
                .push(" AND id")
                .push_among(cases.iter().map(|case| case.0));
        }
        if !asked.stages.is_empty() {
            query
                .push(" AND stage")
                .push_among(asked.stages.iter().map(|stage| stage.as_str()));
        }
        query
            .push(" AND filed_at >= ")
            .push_bind(stored(asked.filed_from));
        query
            .push(" AND filed_at < ")
            .push_bind(stored(asked.filed_before));
        if let Some(from) = asked.touched_from {
            query.push(" AND last_at >= ").push_bind(stored(from));
        }
        query.push(" AND sensitive = ").push_bind(false);
        query.push(" AND danger = ").push_bind(false);
        query.push(" ORDER BY filed_at DESC, id DESC");
        push_limit(&mut query, asked.limit);
        query.push(" OFFSET ").push_bind(i64::from(asked.skip));
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read).collect()
    }
}
