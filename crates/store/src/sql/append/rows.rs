//! Rows that the accepted appends of one transaction write, gathered by table.

use std::collections::BTreeMap;

use pengayom_core::act::Subject;
use pengayom_core::value::{CaseId, CaseSeries, EncounterId, FeedbackId, UnitId};
use uuid::Uuid;

use super::known::{Known, LIST_MAX};
use super::rollups::Rollups;
use crate::error::StoreError;
#[cfg(debug_assertions)]
use crate::halt::{self, Step};
use crate::rows::{CaseRow, EncounterRow, FeedbackRow};
use crate::sql::engine::{Connection, Engine};
use crate::sql::map::act::ActRecord;
use crate::sql::map::{self, get, replace, stored, write_rows};
use crate::sql::read::words::tsvector;
use crate::sql::value::Value;
use crate::views::RowChange;
use crate::write::{Append, Appended, CommandRecord, NewJob, SealedPerson, SourceKey};

/// The acts of one append.
#[derive(Debug, Clone, Copy)]
struct Place {
    subject: Subject,
    first: i64,
    last: i64,
}

/// Rows by table. A view row changed twice in a transaction is written once, as it was last.
#[derive(Default)]
pub(super) struct Rows<'a> {
    acts: Vec<ActRecord>,
    commands: Vec<(&'a UnitId, CommandRecord, Place)>,
    source_keys: Vec<(&'a UnitId, &'a SourceKey, Place)>,
    numbers: Vec<(&'a UnitId, CaseSeries, u32)>,
    persons: BTreeMap<(&'a UnitId, Uuid), &'a SealedPerson>,
    jobs: Vec<(&'a UnitId, &'a NewJob)>,
    blobs: BTreeMap<&'a UnitId, Vec<&'a str>>,
    cases: BTreeMap<(&'a UnitId, CaseId), CaseRow>,
    words: BTreeMap<&'a UnitId, BTreeMap<CaseId, Vec<String>>>,
    encounters: BTreeMap<(&'a UnitId, EncounterId), EncounterRow>,
    feedback: BTreeMap<(&'a UnitId, FeedbackId), FeedbackRow>,
    rollups: Rollups<'a>,
}

impl<'a> Rows<'a> {
    /// Adds the rows of an accepted append.
    pub(super) fn add(
        &mut self,
        append: &'a Append,
        appended: &Appended,
        changes: Vec<RowChange>,
    ) -> Result<(), StoreError> {
        let unit = &append.unit;
        let count = i64::try_from(appended.acts.len()).unwrap_or(i64::MAX);
        let place = Place {
            subject: append.subject,
            first: appended.sequence - count + 1,
            last: appended.sequence,
        };
        for (sequence, act) in (place.first..).zip(&appended.acts) {
            self.acts.push(ActRecord::new(sequence, act.clone())?);
        }
        if let Some(command) = append.command {
            self.commands.push((unit, command, place));
        }
        if let Some(key) = &append.source_key {
            self.source_keys.push((unit, key, place));
        }
        for person in &append.persons {
            self.persons.insert((unit, person.id.0), person);
        }
        self.jobs.extend(append.jobs.iter().map(|job| (unit, job)));
        if !append.blobs.is_empty() {
            let blobs = append.blobs.iter().map(String::as_str);
            self.blobs.entry(unit).or_default().extend(blobs);
        }
        for change in changes {
            self.change(unit, change);
        }
        Ok(())
    }

    fn change(&mut self, unit: &'a UnitId, change: RowChange) {
        match change {
            RowChange::PutCase(row) => {
                self.cases.insert((unit, row.id), *row);
            }
            RowChange::AddCaseText { case, text, .. } => {
                let words = self.words.entry(unit).or_default();
                words.entry(case).or_default().push(text);
            }
            RowChange::PutEncounter(row) => {
                self.encounters.insert((unit, row.id), *row);
            }
            RowChange::PutFeedback(row) => {
                self.feedback.insert((unit, row.id), *row);
            }
            RowChange::Add(count) => self.rollups.add(unit, count),
        }
    }

    /// Adds the last number of each series of a unit.
    pub(super) fn add_numbers(&mut self, unit: &'a UnitId, known: &Known) {
        let counts = known.counts.iter().filter(|(_, count)| **count > 0);
        self.numbers
            .extend(counts.map(|(series, count)| (unit, series.clone(), *count)));
    }

    /// Writes everything.
    pub(super) async fn write(&self, connection: &mut Connection) -> Result<(), StoreError> {
        self.write_record(connection).await?;
        #[cfg(debug_assertions)]
        halt::pass(Step::AfterActs).await;
        self.write_numbers(connection).await?;
        self.write_beside(connection).await?;
        self.write_views(connection).await?;
        self.write_words(connection).await?;
        #[cfg(debug_assertions)]
        halt::pass(Step::AfterViews).await;
        self.rollups.write(connection).await?;
        #[cfg(debug_assertions)]
        halt::pass(Step::AfterRollups).await;
        Ok(())
    }

    async fn write_record(&self, connection: &mut Connection) -> Result<(), StoreError> {
        write_rows(
            connection,
            "acts",
            map::act::COLUMNS,
            "",
            &self.acts,
            |values, act| map::act::bind(values, act),
        )
        .await?;
        write_rows(
            connection,
            "commands",
            &[
                "unit",
                "id",
                "fingerprint",
                "subject_kind",
                "subject_id",
                "first_seq",
                "last_seq",
            ],
            "",
            &self.commands,
            |values, (unit, command, place)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(command.id.0)
                    .push_bind(command.fingerprint.to_vec())
                    .push_bind(place.subject.kind())
                    .push_bind(place.subject.id())
                    .push_bind(place.first)
                    .push_bind(place.last);
            },
        )
        .await?;
        write_rows(
            connection,
            "source_keys",
            &[
                "unit",
                "source",
                "source_key",
                "subject_kind",
                "subject_id",
                "first_seq",
                "last_seq",
            ],
            "",
            &self.source_keys,
            |values, (unit, key, place)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(key.source.as_str())
                    .push_bind(key.key.as_str())
                    .push_bind(place.subject.kind())
                    .push_bind(place.subject.id())
                    .push_bind(place.first)
                    .push_bind(place.last);
            },
        )
        .await
    }

    async fn write_numbers(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let columns = &["unit", "series", "last"];
        write_rows(
            connection,
            "numbers",
            columns,
            &replace("unit, series", columns),
            &self.numbers,
            |values, (unit, series, last)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(series.to_string())
                    .push_bind(*last);
            },
        )
        .await
    }

    async fn write_beside(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let columns = &["unit", "id", "wrapped_key", "sealed", "recorded_at"];
        write_rows(
            connection,
            "persons",
            columns,
            &replace("unit, id", columns),
            &self.persons,
            |values, ((unit, id), person)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(*id)
                    .push_bind(person.wrapped_key.as_slice())
                    .push_bind(person.sealed.as_slice())
                    .push_bind(stored(person.recorded_at));
            },
        )
        .await?;
        write_rows(
            connection,
            "jobs",
            &["unit", "id", "kind", "payload", "due_at", "attempts"],
            "",
            &self.jobs,
            |values, (unit, job)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(job.id)
                    .push_bind(job.kind.as_str())
                    .push_bind(job.payload.as_str())
                    .push_bind(stored(job.run_at))
                    .push_bind(0_i64);
            },
        )
        .await?;
        for (unit, blobs) in &self.blobs {
            let mut query = connection.query(
                "UPDATE blobs SET keep_until = NULL WHERE keep_until IS NOT NULL AND unit = ",
            );
            query.push_bind(*unit).push(" AND sha256");
            query.push_among(blobs.iter().copied());
            connection.execute(query).await?;
        }
        Ok(())
    }

    async fn write_views(&self, connection: &mut Connection) -> Result<(), StoreError> {
        write_rows(
            connection,
            "cases",
            map::case::COLUMNS,
            &replace("unit, id", map::case::COLUMNS),
            self.cases.iter().map(|((unit, _), row)| (*unit, row)),
            map::case::bind,
        )
        .await?;
        write_rows(
            connection,
            "encounters",
            map::encounter::COLUMNS,
            &replace("unit, id", map::encounter::COLUMNS),
            self.encounters.iter().map(|((unit, _), row)| (*unit, row)),
            map::encounter::bind,
        )
        .await?;
        write_rows(
            connection,
            "feedback",
            map::feedback::COLUMNS,
            &replace("unit, id", map::feedback::COLUMNS),
            self.feedback.iter().map(|((unit, _), row)| (*unit, row)),
            map::feedback::bind,
        )
        .await
    }

    /// Puts the new words of each case behind those it is found by already, so that a search for
    /// several words finds them wherever in the case they stand.
    async fn write_words(&self, connection: &mut Connection) -> Result<(), StoreError> {
        match connection.engine() {
            Engine::Sqlite => self.write_words_to_fts5(connection).await,
            Engine::Postgres => self.write_words_to_vectors(connection).await,
        }
    }

    async fn write_words_to_vectors(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let rows = self.words.iter().flat_map(|(unit, by_case)| {
            let row = |(case, texts): (&CaseId, &Vec<String>)| (*unit, *case, texts.join("\n"));
            by_case.iter().map(row)
        });
        let rows: Vec<Vec<Value>> = rows
            .map(|(unit, case, text)| {
                let vector = tsvector(&text);
                vec![unit.into(), case.0.into(), text.into(), vector.into()]
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let mut query = connection.query(
            "INSERT INTO case_words (unit, id, words, search)
             SELECT unit, id, words, search::tsvector FROM (",
        );
        query.push_rows(rows).push(
            " AS given (unit, id, words, search)) AS given
             ON CONFLICT (unit, id) DO UPDATE SET
                words = case_words.words || chr(10) || excluded.words,
                search = case_words.search || excluded.search",
        );
        connection.execute(query).await?;
        Ok(())
    }

    async fn write_words_to_fts5(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let mut lines: Vec<(i64, String)> = Vec::new();
        for (unit, by_case) in &self.words {
            let ids: Vec<CaseId> = by_case.keys().copied().collect();
            for ids in ids.chunks(LIST_MAX) {
                let mut query = connection.query(
                    "SELECT cases.row AS row, cases.id AS id, cases_fts.words AS words
                     FROM cases LEFT JOIN cases_fts ON cases_fts.rowid = cases.row
                     WHERE cases.unit = ",
                );
                query.push_bind(*unit).push(" AND cases.id");
                query.push_among(ids.iter().map(|id| id.0));
                for row in connection.fetch_all(query).await? {
                    let mut words: String =
                        get::<Option<String>>(&row, "words")?.unwrap_or_default();
                    let added = by_case.get(&CaseId(get(&row, "id")?));
                    for text in added.into_iter().flatten() {
                        if !words.is_empty() {
                            words.push('\n');
                        }
                        words.push_str(text);
                    }
                    lines.push((get(&row, "row")?, words));
                }
            }
        }
        // FTS5 knows no ON CONFLICT, but replaces a row with the same rowid.
        for chunk in lines.chunks(LIST_MAX) {
            let mut query = connection.query("INSERT OR REPLACE INTO cases_fts (rowid, words)");
            let row = |(row, words): &(i64, String)| vec![(*row).into(), words.into()];
            query.push_rows(chunk.iter().map(row).collect());
            connection.execute(query).await?;
        }
        Ok(())
    }
}
