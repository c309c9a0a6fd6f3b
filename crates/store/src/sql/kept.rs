//! What is kept of people until its time is over, on either engine.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::pack::ServiceCode;
use pengayom_core::value::{CaseId, EncounterId, FeedbackId, UnitId};
use uuid::Uuid;

use super::SqlStore;
use super::beside::What;
use super::engine::{Connection, Engine, Row};
use super::map::{code, get, maybe_moment, moment, stored};
use super::query::Query;
use super::writer::Answer;
use crate::PAGE_MAX;
use crate::error::StoreError;
use crate::kept::{HeldCases, Kept, KeptQuery, KeptStore, Left, RetentionRow};

/// A list of what is kept, by its order column.
fn list(engine: Engine, table: &str, order: &str, unit: &UnitId) -> Query {
    let mut query = Query::new(
        engine,
        format!("SELECT id, {order} AS at, kept_from FROM {table} WHERE unit = "),
    );
    query.push_bind(unit);
    query
}

/// Narrows a list to a page of it.
fn page(query: &mut Query, order: &str, asked: &KeptQuery) {
    if let Some((at, id)) = asked.after {
        query.push(format!(" AND ({order}, id) > ("));
        query.push_bind(stored(at)).push(", ").push_bind(id);
        query.push(")");
    }
    query.push(format!(" ORDER BY {order}, id LIMIT "));
    query.push_bind(i64::from(asked.limit.min(PAGE_MAX)));
}

fn kept<T>(row: &Row, of: impl Fn(Uuid) -> T) -> Result<Kept<T>, StoreError> {
    Ok(Kept {
        id: of(get(row, "id")?),
        at: moment(row, "at")?,
        from: moment(row, "kept_from")?,
    })
}

fn run(row: &Row) -> Result<RetentionRow, StoreError> {
    Ok(RetentionRow {
        id: get(row, "id")?,
        started_by: get(row, "started_by")?,
        begun_at: moment(row, "begun_at")?,
        noted_at: moment(row, "noted_at")?,
        ended_at: maybe_moment(row, "ended_at")?,
        refused: get(row, "refused")?,
        done: get(row, "done")?,
    })
}

/// Begins a run, in the transaction of the unit's writer.
pub(super) async fn begin(
    connection: &mut Connection,
    unit: &str,
    run: &RetentionRow,
    alive_since: Timestamp,
) -> Result<Answer, StoreError> {
    let ended = connection
        .query(
            "UPDATE retention_runs SET ended_at = noted_at
             WHERE unit = $1 AND ended_at IS NULL AND noted_at < $2",
        )
        .bind(unit)
        .bind(stored(alive_since));
    connection.execute(ended).await?;
    let begun = connection
        .query(
            "INSERT INTO retention_runs
                (unit, id, started_by, begun_at, noted_at, ended_at, refused, done)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(unit)
        .bind(run.id)
        .bind(&run.started_by)
        .bind(stored(run.begun_at))
        .bind(stored(run.noted_at))
        .bind(run.ended_at.map(stored))
        .bind(run.refused)
        .bind(&run.done);
    Ok(Answer::Rows(connection.execute(begun).await?))
}

/// Notes how far a run is.
pub(super) async fn note(
    connection: &mut Connection,
    unit: &str,
    run: &RetentionRow,
) -> Result<Answer, StoreError> {
    let noted = connection
        .query(
            "UPDATE retention_runs SET noted_at = $3, ended_at = $4, done = $5
             WHERE unit = $1 AND id = $2 AND ended_at IS NULL",
        )
        .bind(unit)
        .bind(run.id)
        .bind(stored(run.noted_at))
        .bind(run.ended_at.map(stored))
        .bind(&run.done);
    Ok(Answer::Rows(connection.execute(noted).await?))
}

#[async_trait]
impl KeptStore for SqlStore {
    async fn kept_services(&self, unit: &UnitId) -> Result<Vec<ServiceCode>, StoreError> {
        let query = self
            .readers
            .query(
                "SELECT DISTINCT service FROM cases
                 WHERE unit = $1 AND keep_until IS NOT NULL ORDER BY service",
            )
            .bind(unit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter()
            .map(|row| code(get(row, "service")?, "service"))
            .collect()
    }

    async fn cases_kept(
        &self,
        unit: &UnitId,
        service: &ServiceCode,
        asked: KeptQuery,
    ) -> Result<Vec<Kept<CaseId>>, StoreError> {
        let mut query = list(self.readers.engine(), "cases", "keep_until", unit);
        query.push(" AND service = ").push_bind(service.to_string());
        query.push(" AND keep_until IS NOT NULL AND keep_until <= ");
        query.push_bind(stored(asked.promised_until));
        query
            .push(" AND kept_from < ")
            .push_bind(stored(asked.before));
        page(&mut query, "keep_until", &asked);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(|row| kept(row, CaseId)).collect()
    }

    async fn encounters_kept(
        &self,
        unit: &UnitId,
        asked: KeptQuery,
    ) -> Result<Vec<Kept<EncounterId>>, StoreError> {
        let mut query = list(self.readers.engine(), "encounters", "kept_from", unit);
        query.push(" AND case_id IS NULL AND kept_from IS NOT NULL AND kept_from < ");
        query.push_bind(stored(asked.before));
        page(&mut query, "kept_from", &asked);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(|row| kept(row, EncounterId)).collect()
    }

    async fn encounters_kept_of_case(
        &self,
        unit: &UnitId,
        case: CaseId,
        limit: u32,
    ) -> Result<Vec<EncounterId>, StoreError> {
        let query = self
            .readers
            .query(
                "SELECT id FROM encounters
                 WHERE unit = $1 AND case_id = $2 AND kept_from IS NOT NULL ORDER BY id LIMIT $3",
            )
            .bind(unit)
            .bind(case.0)
            .bind(i64::from(limit.min(PAGE_MAX)));
        let rows = self.readers.fetch_all(query).await?;
        rows.iter()
            .map(|row| Ok(EncounterId(get(row, "id")?)))
            .collect()
    }

    async fn encounters_left(
        &self,
        unit: &UnitId,
        asked: KeptQuery,
    ) -> Result<Vec<Kept<Left>>, StoreError> {
        // No column says when a case was erased: nothing happens to it afterwards without its
        // being kept again, so its last act is the erasure.
        let mut query = Query::new(
            self.readers.engine(),
            "SELECT encounters.id, encounters.kept_from AS at, encounters.kept_from,
                    encounters.recorded_at <= cases.last_at AS cut_off
             FROM encounters JOIN cases
                ON cases.unit = encounters.unit AND cases.id = encounters.case_id
             WHERE encounters.unit = "
                .to_owned(),
        );
        query.push_bind(unit);
        query.push(
            " AND encounters.case_id IS NOT NULL AND encounters.kept_from IS NOT NULL
             AND cases.stage = 'closed' AND cases.kept_from IS NULL AND cases.held_since IS NULL
             AND (encounters.recorded_at <= cases.last_at OR encounters.kept_from < ",
        );
        query.push_bind(stored(asked.before)).push(")");
        if let Some((at, id)) = asked.after {
            query.push(" AND (encounters.kept_from, encounters.id) > (");
            query.push_bind(stored(at)).push(", ").push_bind(id);
            query.push(")");
        }
        query.push(" ORDER BY encounters.kept_from, encounters.id LIMIT ");
        query.push_bind(i64::from(asked.limit.min(PAGE_MAX)));
        let rows = self.readers.fetch_all(query).await?;
        let left = |row: &Row| {
            let cut_off = get(row, "cut_off")?;
            kept(row, |id| Left {
                id: EncounterId(id),
                cut_off,
            })
        };
        rows.iter().map(left).collect()
    }

    async fn feedback_kept(
        &self,
        unit: &UnitId,
        asked: KeptQuery,
    ) -> Result<Vec<Kept<FeedbackId>>, StoreError> {
        let mut query = list(self.readers.engine(), "feedback", "kept_from", unit);
        query.push(" AND kept_from IS NOT NULL AND kept_from < ");
        query.push_bind(stored(asked.before));
        page(&mut query, "kept_from", &asked);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(|row| kept(row, FeedbackId)).collect()
    }

    async fn held_cases(&self, unit: &UnitId) -> Result<HeldCases, StoreError> {
        let query = self
            .readers
            .query(
                "SELECT count(*) AS n, min(held_since) AS since FROM cases
                 WHERE unit = $1 AND held_since IS NOT NULL",
            )
            .bind(unit);
        let row = self.readers.fetch_one(query).await?;
        Ok(HeldCases {
            n: get(&row, "n")?,
            since: maybe_moment(&row, "since")?,
        })
    }

    async fn begin_retention(
        &self,
        unit: &UnitId,
        run: &RetentionRow,
        alive_since: Timestamp,
    ) -> Result<bool, StoreError> {
        let what = What::BeginRetention {
            run: run.clone(),
            alive_since,
        };
        Ok(self.rows_of(unit, what).await? > 0)
    }

    async fn note_retention(&self, unit: &UnitId, run: &RetentionRow) -> Result<bool, StoreError> {
        let what = What::NoteRetention(run.clone());
        Ok(self.rows_of(unit, what).await? > 0)
    }

    async fn retention_runs(
        &self,
        unit: &UnitId,
        limit: u32,
    ) -> Result<Vec<RetentionRow>, StoreError> {
        let query = self
            .readers
            .query(
                "SELECT id, started_by, begun_at, noted_at, ended_at, refused, done
                 FROM retention_runs WHERE unit = $1 ORDER BY begun_at DESC, id DESC LIMIT $2",
            )
            .bind(unit)
            .bind(i64::from(limit.min(PAGE_MAX)));
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(run).collect()
    }
}
