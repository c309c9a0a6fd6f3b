//! Counts for the board of quality, on either engine.

use async_trait::async_trait;
use pengayom_core::value::{OfficerId, UnitId};

use super::SqlStore;
use super::map::{count, damaged, get, moment, stored};
use super::query::Query;
use super::read::select;
use crate::error::StoreError;
use crate::quality::{
    AnswerSums, CaseSums, ControlSums, ForceSums, Grain, MeetingSums, OfficerSums, QualityStore,
};
use crate::query::Span;
use crate::sql::engine::Row;

impl SqlStore {
    /// Columns of a table of counts in a span; in a grain where the table has several.
    fn cells(
        &self,
        table: &'static str,
        columns: &[&str],
        unit: &UnitId,
        span: Span,
        grain: Option<Grain>,
    ) -> Query {
        let mut query = select(self.readers.engine(), table, columns, unit);
        if let Some(grain) = grain {
            query.push(" AND grain = ").push_bind(grain.as_str());
        }
        query.push(" AND at >= ").push_bind(stored(span.from));
        query.push(" AND at < ").push_bind(stored(span.to));
        query
    }
}

#[async_trait]
impl QualityStore for SqlStore {
    async fn case_sums(
        &self,
        unit: &UnitId,
        span: Span,
        grain: Grain,
    ) -> Result<Vec<CaseSums>, StoreError> {
        let columns = [
            "at",
            "place",
            "service",
            "filed",
            "responded",
            "responded_late",
            "closed",
            "rights_owed",
            "rights_in_time",
            "wait_seconds",
            "wait_seconds_squared",
        ];
        let mut query = self.cells("rollup_case", &columns, unit, span, Some(grain));
        query.push(" AND filed <> 0 ORDER BY at, place, service");
        let rows = self.readers.fetch_all(query).await?;
        let read = |row: &Row| {
            Ok(CaseSums {
                at: moment(row, "at")?,
                place: get(row, "place")?,
                service: get(row, "service")?,
                filed: get(row, "filed")?,
                responded: get(row, "responded")?,
                responded_late: get(row, "responded_late")?,
                closed: get(row, "closed")?,
                rights_owed: get(row, "rights_owed")?,
                rights_in_time: get(row, "rights_in_time")?,
                wait_seconds: get(row, "wait_seconds")?,
                wait_seconds_squared: get(row, "wait_seconds_squared")?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn meeting_sums(
        &self,
        unit: &UnitId,
        span: Span,
        grain: Grain,
    ) -> Result<Vec<MeetingSums>, StoreError> {
        let columns = [
            "at",
            "place",
            "service",
            "encounters",
            "forced",
            "explained",
        ];
        let mut query = self.cells("rollup_meeting", &columns, unit, span, Some(grain));
        query.push(" AND encounters <> 0 ORDER BY at, place, service");
        let rows = self.readers.fetch_all(query).await?;
        let read = |row: &Row| {
            Ok(MeetingSums {
                at: moment(row, "at")?,
                place: get(row, "place")?,
                service: get(row, "service")?,
                encounters: get(row, "encounters")?,
                forced: get(row, "forced")?,
                explained: get(row, "explained")?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn answer_sums(
        &self,
        unit: &UnitId,
        span: Span,
        grain: Grain,
    ) -> Result<Vec<AnswerSums>, StoreError> {
        let columns = ["at", "place", "item", "answer", "n"];
        let mut query = self.cells("rollup_answer", &columns, unit, span, Some(grain));
        query.push(" AND n <> 0 ORDER BY at, place, item, answer");
        let mut sums: Vec<AnswerSums> = Vec::new();
        for row in &self.readers.fetch_all(query).await? {
            let at = moment(row, "at")?;
            let (place, item): (String, String) = (get(row, "place")?, get(row, "item")?);
            let same = sums
                .last()
                .is_some_and(|last| last.at == at && last.place == place && last.item == item);
            if !same {
                sums.push(AnswerSums {
                    at,
                    place,
                    item,
                    counts: [0; 5],
                });
            }
            let answer: usize = count(row, "answer")?;
            let cell = sums
                .last_mut()
                .and_then(|last| last.counts.get_mut(answer))
                .ok_or_else(|| damaged("answer", "no digit from 0 to 4"))?;
            *cell = get(row, "n")?;
        }
        Ok(sums)
    }

    async fn force_sums(&self, unit: &UnitId, span: Span) -> Result<Vec<ForceSums>, StoreError> {
        let columns = ["at", "station", "stage", "n"];
        let mut query = self.cells("rollup_force", &columns, unit, span, None);
        query.push(" AND n <> 0 ORDER BY at, station, stage");
        let rows = self.readers.fetch_all(query).await?;
        let read = |row: &Row| {
            Ok(ForceSums {
                at: moment(row, "at")?,
                station: get(row, "station")?,
                stage: get(row, "stage")?,
                n: get(row, "n")?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn control_sums(
        &self,
        unit: &UnitId,
        span: Span,
    ) -> Result<Vec<ControlSums>, StoreError> {
        let columns = ["at", "station", "measure", "n"];
        let mut query = self.cells("rollup_control", &columns, unit, span, None);
        query.push(" AND n <> 0 ORDER BY at, station, measure");
        let rows = self.readers.fetch_all(query).await?;
        let read = |row: &Row| {
            Ok(ControlSums {
                at: moment(row, "at")?,
                station: get(row, "station")?,
                measure: get(row, "measure")?,
                n: get(row, "n")?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn officer_sums(
        &self,
        unit: &UnitId,
        span: Span,
        officer: Option<OfficerId>,
    ) -> Result<Vec<OfficerSums>, StoreError> {
        let columns = [
            "at",
            "officer",
            "service",
            "encounters",
            "forced",
            "explained",
            "responded",
            "responded_late",
            "closed",
        ];
        let mut query = self.cells("rollup_officer_month", &columns, unit, span, None);
        if let Some(officer) = officer {
            query.push(" AND officer = ").push_bind(officer.0);
        }
        query.push(
            " AND (encounters <> 0 OR responded <> 0 OR closed <> 0)
             ORDER BY at, officer, service",
        );
        let rows = self.readers.fetch_all(query).await?;
        let read = |row: &Row| {
            Ok(OfficerSums {
                at: moment(row, "at")?,
                officer: OfficerId(get(row, "officer")?),
                service: get(row, "service")?,
                encounters: get(row, "encounters")?,
                forced: get(row, "forced")?,
                explained: get(row, "explained")?,
                responded: get(row, "responded")?,
                responded_late: get(row, "responded_late")?,
                closed: get(row, "closed")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
