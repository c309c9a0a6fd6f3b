//! Whole lists, on either engine. Each goes along the key of its table, so that a page costs the same
//! wherever it lies.

use async_trait::async_trait;
use jiff::civil::Date;
use pengayom_core::value::{EncounterId, FeedbackId, UnitId};

use super::SqlStore;
use super::map::{self, stored};
use super::read::{push_limit, select};
use crate::error::StoreError;
use crate::listing::ListStore;
use crate::query::Span;
use crate::rows::{EncounterRow, FeedbackRow, SequencedAct};

#[async_trait]
impl ListStore for SqlStore {
    async fn encounters_after(
        &self,
        unit: &UnitId,
        span: Option<Span>,
        after: Option<EncounterId>,
        limit: u32,
    ) -> Result<Vec<EncounterRow>, StoreError> {
        let columns = map::encounter::COLUMNS;
        let mut query = select(self.readers.engine(), "encounters", columns, unit);
        if let Some(span) = span {
            query
                .push(" AND happened_at >= ")
                .push_bind(stored(span.from));
            query.push(" AND happened_at < ").push_bind(stored(span.to));
        }
        if let Some(after) = after {
            query.push(" AND id > ").push_bind(after.0);
        }
        query.push(" ORDER BY id");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(map::encounter::read).collect()
    }

    async fn feedback_after(
        &self,
        unit: &UnitId,
        days: Option<(Date, Date)>,
        after: Option<FeedbackId>,
        limit: u32,
    ) -> Result<Vec<FeedbackRow>, StoreError> {
        let columns = map::feedback::COLUMNS;
        let mut query = select(self.readers.engine(), "feedback", columns, unit);
        if let Some((from, to)) = days {
            query.push(" AND served_on >= ").push_bind(from.to_string());
            query.push(" AND served_on <= ").push_bind(to.to_string());
        }
        if let Some(after) = after {
            query.push(" AND id > ").push_bind(after.0);
        }
        query.push(" ORDER BY id");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(map::feedback::read).collect()
    }

    async fn outage_acts(
        &self,
        unit: &UnitId,
        before: i64,
        limit: u32,
    ) -> Result<Vec<SequencedAct>, StoreError> {
        let mut query = select(self.readers.engine(), "acts", map::act::TO_READ, unit);
        query.push(" AND subject_id IN (SELECT id FROM outages WHERE outages.unit = ");
        query.push_bind(unit).push(") AND subject_kind = 'outage'");
        query.push(" AND seq < ").push_bind(before);
        // The sign keeps the order out of the choice of an index: a unit has few of these among
        // many acts, and going through all of them from the end would take long.
        query.push(" ORDER BY +seq DESC");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(|row| map::act::read(unit, row)).collect()
    }
}
