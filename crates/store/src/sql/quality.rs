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
use crate::sql::engine::{Engine, Row};

/// Columns of a table of counts in a span, in its order; in a grain where the table has several.
fn cells(
    engine: Engine,
    (table, columns, order): (&'static str, &[&str], &'static str),
    unit: &UnitId,
    span: Span,
    grain: Option<Grain>,
    rest: impl FnOnce(&mut Query),
) -> Query {
    let mut query = select(engine, table, columns, unit);
    if let Some(grain) = grain {
        query.push(" AND grain = ").push_bind(grain.as_str());
    }
    query.push(" AND at >= ").push_bind(stored(span.from));
    query.push(" AND at < ").push_bind(stored(span.to));
    rest(&mut query);
    query.push(" ORDER BY ").push(order);
    query
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
        let of = ("rollup_case", &columns[..], "at, place, service");
        let query = cells(
            self.readers.engine(),
            of,
            unit,
            span,
            Some(grain),
            |query| {
                query.push(" AND filed <> 0");
            },
        );
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
        let of = ("rollup_meeting", &columns[..], "at, place, service");
        let query = cells(
            self.readers.engine(),
            of,
            unit,
            span,
            Some(grain),
            |query| {
                query.push(" AND encounters <> 0");
            },
        );
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
        let of = ("rollup_answer", &columns[..], "at, place, item, answer");
        let query = cells(
            self.readers.engine(),
            of,
            unit,
            span,
            Some(grain),
            |query| {
                query.push(" AND n <> 0");
            },
        );
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
        let of = ("rollup_force", &columns[..], "at, station, stage");
        let query = cells(self.readers.engine(), of, unit, span, None, |query| {
            query.push(" AND n <> 0");
        });
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
        let of = ("rollup_control", &columns[..], "at, station, measure");
        let query = cells(self.readers.engine(), of, unit, span, None, |query| {
            query.push(" AND n <> 0");
        });
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
        let of = ("rollup_officer_month", &columns[..], "at, officer, service");
        let query = cells(self.readers.engine(), of, unit, span, None, |query| {
            if let Some(officer) = officer {
                query.push(" AND officer = ").push_bind(officer.0);
            }
            query.push(" AND (encounters <> 0 OR responded <> 0 OR closed <> 0)");
        });
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use jiff::Timestamp;

    use super::*;
    use crate::OpenOptions;

    /// A range of the key, read in its order: nothing is sorted, nothing else is looked at.
    // S15
    #[tokio::test]
    async fn what_a_board_reads_is_a_range_of_the_key() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("record.sqlite");
        let store = SqlStore::open_sqlite(&path, OpenOptions::default())
            .await
            .unwrap();
        let unit: UnitId = "polres-pati".parse().unwrap();
        let span = Span {
            from: Timestamp::UNIX_EPOCH,
            to: Timestamp::MAX,
        };
        let grain = Some(Grain::StationDay);
        for (table, order, grain) in [
            ("rollup_case", "at, place, service", grain),
            ("rollup_meeting", "at, place, service", grain),
            ("rollup_answer", "at, place, item, answer", grain),
            ("rollup_force", "at, station, stage", None),
            ("rollup_control", "at, station, measure", None),
            ("rollup_officer_month", "at, officer, service", None),
        ] {
            let of = (table, &["at"][..], order);
            let mut query = cells(Engine::Sqlite, of, &unit, span, grain, |_| ());
            query.sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
            let rows = store.readers.fetch_all(query).await.unwrap();
            let steps: Vec<String> = rows.iter().map(|row| get(row, "detail").unwrap()).collect();
            let key = if grain.is_some() {
                "unit=? AND grain=?"
            } else {
                "unit=?"
            };
            let expected = format!("SEARCH {table} USING PRIMARY KEY ({key} AND at>? AND at<?)");
            assert_eq!(steps, [expected]);
        }
    }
}
