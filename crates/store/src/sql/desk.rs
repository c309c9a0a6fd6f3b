//! The front desk, on either engine. Each question is read off an index of its own.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::place::StationId;
use pengayom_core::subject::visit::wait::Waited;
use pengayom_core::value::{OutageId, UnitId, VisitId};

use super::SqlStore;
use super::map::desk::{OUTAGES, VISITS, read_outage, read_visit, turn};
use super::map::{get, maybe_moment, moment, stored};
use super::query::Query;
use super::read::{push_limit, select};
use crate::desk::{DeskStore, OutageRow, VisitRow};
use crate::error::StoreError;

impl SqlStore {
    async fn visit_rows(&self, mut query: Query, limit: u32) -> Result<Vec<VisitRow>, StoreError> {
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read_visit).collect()
    }
}

#[async_trait]
impl DeskStore for SqlStore {
    async fn visit(&self, unit: &UnitId, visit: VisitId) -> Result<Option<VisitRow>, StoreError> {
        let mut query = select(self.readers.engine(), "visits", VISITS, unit);
        query.push(" AND id = ").push_bind(visit.0);
        let row = self.readers.fetch_optional(query).await?;
        row.as_ref().map(read_visit).transpose()
    }

    async fn visits_waiting(
        &self,
        unit: &UnitId,
        station: &StationId,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let mut query = select(self.readers.engine(), "visits", VISITS, unit);
        query.push(" AND station = ").push_bind(station.to_string());
        query.push(" AND called_at IS NULL AND ended_at IS NULL AND open_until > ");
        query
            .push_bind(stored(at))
            .push(" ORDER BY turn, joined_at, day, ticket, id");
        self.visit_rows(query, limit).await
    }

    async fn visits_served(
        &self,
        unit: &UnitId,
        station: &StationId,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let mut query = select(self.readers.engine(), "visits", VISITS, unit);
        query.push(" AND station = ").push_bind(station.to_string());
        query.push(" AND called_at IS NOT NULL AND ended_at IS NULL AND open_until > ");
        query.push_bind(stored(at)).push(" ORDER BY called_at, id");
        self.visit_rows(query, limit).await
    }

    async fn visits_called(
        &self,
        unit: &UnitId,
        station: &StationId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Waited>, StoreError> {
        let columns = &["turn", "joined_at", "called_at"];
        let mut query = select(self.readers.engine(), "visits", columns, unit);
        query.push(" AND station = ").push_bind(station.to_string());
        query.push(" AND called_at IS NOT NULL AND (ended_at IS NULL OR served)");
        query.push(" AND called_at >= ").push_bind(stored(since));
        query.push(" ORDER BY called_at DESC");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        let waited = rows.iter().map(|row| {
            Ok(Waited {
                turn: turn(row)?,
                joined_at: moment(row, "joined_at")?,
                called_at: moment(row, "called_at")?,
            })
        });
        waited.collect()
    }

    async fn last_visit(
        &self,
        unit: &UnitId,
        station: &StationId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let columns = &["max(joined_at) AS joined_at"];
        let mut query = select(self.readers.engine(), "visits", columns, unit);
        query.push(" AND station = ").push_bind(station.to_string());
        maybe_moment(&self.readers.fetch_one(query).await?, "joined_at")
    }

    async fn visits_to_end(
        &self,
        unit: &UnitId,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<VisitId>, StoreError> {
        let mut query = select(self.readers.engine(), "visits", &["id"], unit);
        query.push(" AND ended_at IS NULL AND open_until <= ");
        query.push_bind(stored(at)).push(" ORDER BY open_until, id");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        let ids = rows.iter().map(|row| get(row, "id").map(VisitId));
        ids.collect()
    }

    async fn outage(
        &self,
        unit: &UnitId,
        outage: OutageId,
    ) -> Result<Option<OutageRow>, StoreError> {
        let mut query = select(self.readers.engine(), "outages", OUTAGES, unit);
        query.push(" AND id = ").push_bind(outage.0);
        let row = self.readers.fetch_optional(query).await?;
        row.as_ref().map(read_outage).transpose()
    }

    async fn outages(
        &self,
        unit: &UnitId,
        ended_since: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutageRow>, StoreError> {
        let mut open = select(self.readers.engine(), "outages", OUTAGES, unit);
        open.push(" AND ended_at IS NULL ORDER BY since DESC, id");
        push_limit(&mut open, limit);
        let mut ended = select(self.readers.engine(), "outages", OUTAGES, unit);
        ended.push(" AND ended_at IS NOT NULL AND ended_at >= ");
        ended.push_bind(stored(ended_since));
        ended.push(" ORDER BY ended_at DESC, id");
        push_limit(&mut ended, limit);
        let mut rows = self.readers.fetch_all(open).await?;
        rows.extend(self.readers.fetch_all(ended).await?);
        rows.iter().map(read_outage).collect()
    }
}
