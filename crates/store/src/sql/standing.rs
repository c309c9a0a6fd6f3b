//! Means and skills, on either engine.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::StationId;
use pengayom_core::value::{OfficerId, ThingId, UnitId};
use pengayom_measure::histogram::WaitHistogram;

use super::SqlStore;
use super::map::standing::{STANDING, THINGS, read_standing, read_thing};
use super::map::{code, count, get, moment, stored};
use super::query::Query;
use super::read::select;
use crate::error::StoreError;
use crate::query::Span;
use crate::sql::engine::Row;
use crate::standing::{Demand, StandingRow, StandingStore, THINGS_MAX, ThingRow};

/// An hour, a station and a service.
type Cell = (Timestamp, StationId, ServiceCode);

impl SqlStore {
    /// Counts of these services in a span, by hour, station, service and whatever else `more` names.
    fn counted(
        &self,
        (table, more, sum): (&'static str, &'static str, &'static str),
        unit: &UnitId,
        span: Span,
        services: &[ServiceCode],
    ) -> Query {
        let zero = sum;
        let sum = format!("CAST(sum({sum}) AS BIGINT) AS counted");
        let mut columns = vec!["hour", "station", "service"];
        columns.extend((!more.is_empty()).then_some(more));
        let group = columns.join(", ");
        columns.push(&sum);
        let mut query = select(self.readers.engine(), table, &columns, unit);
        query.push(" AND hour >= ").push_bind(stored(span.from));
        query.push(" AND hour < ").push_bind(stored(span.to));
        query.push(" AND service");
        query.push_among(services.iter().map(ServiceCode::as_str));
        query.push(format!(
            " GROUP BY {group} HAVING sum({zero}) <> 0 ORDER BY {group}"
        ));
        query
    }
}

/// The cell of a row; `None` for counts of no station.
fn cell(row: &Row) -> Result<Option<Cell>, StoreError> {
    let station: String = get(row, "station")?;
    let Ok(station) = station.parse() else {
        return Ok(None);
    };
    let service = code(get(row, "service")?, "service")?;
    Ok(Some((moment(row, "hour")?, station, service)))
}

#[async_trait]
impl StandingStore for SqlStore {
    async fn thing(&self, unit: &UnitId, thing: ThingId) -> Result<Option<ThingRow>, StoreError> {
        let mut query = select(self.readers.engine(), "things", THINGS, unit);
        query.push(" AND id = ").push_bind(thing.0);
        let row = self.readers.fetch_optional(query).await?;
        row.as_ref().map(read_thing).transpose()
    }

    async fn things(&self, unit: &UnitId) -> Result<Vec<ThingRow>, StoreError> {
        let mut query = select(self.readers.engine(), "things", THINGS, unit);
        query.push(" ORDER BY station, kind, label, id LIMIT ");
        query.push_bind(i64::from(THINGS_MAX));
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read_thing).collect()
    }

    async fn standing(
        &self,
        unit: &UnitId,
        officer: OfficerId,
    ) -> Result<Option<StandingRow>, StoreError> {
        let mut query = select(self.readers.engine(), "officer_standing", STANDING, unit);
        query.push(" AND id = ").push_bind(officer.0);
        let row = self.readers.fetch_optional(query).await?;
        row.as_ref().map(read_standing).transpose()
    }

    async fn standings(&self, unit: &UnitId) -> Result<Vec<StandingRow>, StoreError> {
        let mut query = select(self.readers.engine(), "officer_standing", STANDING, unit);
        query.push(" ORDER BY id");
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read_standing).collect()
    }

    async fn demand(
        &self,
        unit: &UnitId,
        span: Span,
        services: &[ServiceCode],
    ) -> Result<Vec<Demand>, StoreError> {
        if services.is_empty() {
            return Ok(Vec::new());
        }
        let mut cells: BTreeMap<Cell, (i64, WaitHistogram)> = BTreeMap::new();
        let filed = self.counted(("rollup_hour", "", "filed"), unit, span, services);
        for row in &self.readers.fetch_all(filed).await? {
            if let Some(key) = cell(row)? {
                cells.insert(key, (get(row, "counted")?, WaitHistogram::new()));
            }
        }
        let waits = self.counted(("rollup_wait", "bucket", "n"), unit, span, services);
        for row in &self.readers.fetch_all(waits).await? {
            if let Some(key) = cell(row)? {
                let known = cells
                    .entry(key)
                    .or_insert_with(|| (0, WaitHistogram::new()));
                known.1.add(count(row, "bucket")?, get(row, "counted")?);
            }
        }
        let all = cells.into_iter();
        Ok(all
            .map(|((hour, station, service), (filed, waits))| Demand {
                hour,
                station,
                service,
                filed,
                waits,
            })
            .collect())
    }
}
