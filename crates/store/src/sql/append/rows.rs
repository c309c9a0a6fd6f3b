//! Rows that the accepted appends of one transaction write, gathered by table.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pengayom_core::act::Subject;
use pengayom_core::value::{
    CaseId, EncounterId, FeedbackId, OfficerId, OutageId, ThingId, UnitId, VisitId,
};
use uuid::Uuid;

use super::known::Known;
use super::rollups::Rollups;
use crate::desk::{OutageRow, VisitRow};
use crate::error::StoreError;
#[cfg(debug_assertions)]
use crate::halt::{self, Step};
use crate::notice::WishRow;
use crate::proof::StoredAct;
use crate::rows::{CaseRow, EncounterRow, FeedbackRow};
use crate::sql::blobs;
use crate::sql::engine::{Connection, Engine};
use crate::sql::map::act::ActRecord;
use crate::sql::map::{self, add_rows, replace, stored};
use crate::sql::notice;
use crate::sql::query::Script;
use crate::sql::read::words::tsvector;
use crate::sql::webhooks;
use crate::standing::{StandingRow, ThingRow};
use crate::views::RowChange;
use crate::write::{Append, Appended, CommandRecord, Erase, NewJob, SealedPerson, SourceKey};

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
    numbers: Vec<(&'a UnitId, String, u32)>,
    persons: BTreeMap<(&'a UnitId, Uuid), &'a SealedPerson>,
    jobs: Vec<(&'a UnitId, &'a NewJob)>,
    wishes: Vec<(&'a UnitId, CaseId, &'a WishRow)>,
    blobs: BTreeMap<&'a UnitId, Vec<&'a str>>,
    cases: BTreeMap<(&'a UnitId, CaseId), CaseRow>,
    words: BTreeMap<&'a UnitId, BTreeMap<CaseId, Vec<String>>>,
    /// Words that replace those a case is found by.
    words_anew: BTreeMap<&'a UnitId, BTreeMap<CaseId, Vec<String>>>,
    erasures: Vec<(&'a UnitId, Subject, &'a Erase, Timestamp)>,
    encounters: BTreeMap<(&'a UnitId, EncounterId), EncounterRow>,
    feedback: BTreeMap<(&'a UnitId, FeedbackId), FeedbackRow>,
    visits: BTreeMap<(&'a UnitId, VisitId), VisitRow>,
    outages: BTreeMap<(&'a UnitId, OutageId), OutageRow>,
    things: BTreeMap<(&'a UnitId, ThingId), ThingRow>,
    standings: BTreeMap<(&'a UnitId, OfficerId), StandingRow>,
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
        let acts = appended.acts.iter().zip(&append.acts);
        for (sequence, (act, new)) in (place.first..).zip(acts) {
            self.acts.push(ActRecord::new(sequence, act, new.seed)?);
        }
        if let Some(erase) = &append.erase {
            let at = append.acts.last().map(|act| act.recorded_at);
            let at = at.unwrap_or_default();
            self.erasures.push((unit, append.subject, erase, at));
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
        if let (Some(wish), Subject::Case(case)) = (&append.wish, append.subject) {
            self.wishes.push((unit, case, wish));
        }
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
                let anew = self.words_anew.get_mut(unit);
                match anew.and_then(|anew| anew.get_mut(&case)) {
                    Some(words) => words.push(text),
                    None => {
                        let words = self.words.entry(unit).or_default();
                        words.entry(case).or_default().push(text);
                    }
                }
            }
            RowChange::DropCaseText { case, number } => {
                if let Some(words) = self.words.get_mut(unit) {
                    words.remove(&case);
                }
                let anew = self.words_anew.entry(unit).or_default();
                anew.insert(case, vec![number]);
            }
            RowChange::PutEncounter(row) => {
                self.encounters.insert((unit, row.id), *row);
            }
            RowChange::PutFeedback(row) => {
                self.feedback.insert((unit, row.id), *row);
            }
            RowChange::PutVisit(row) => {
                self.visits.insert((unit, row.id), *row);
            }
            RowChange::PutOutage(row) => {
                self.outages.insert((unit, row.id), *row);
            }
            RowChange::PutThing(row) => {
                self.things.insert((unit, row.id), *row);
            }
            RowChange::PutStanding(row) => {
                self.standings.insert((unit, row.id), *row);
            }
            RowChange::Add(count) => self.rollups.add(unit, count),
        }
    }

    /// The acts as they were written, in the order in which they were added.
    pub(super) fn into_stored(self) -> impl Iterator<Item = StoredAct> {
        self.acts.into_iter().map(|act| act.stored)
    }

    /// Adds the last number of each series of a unit.
    pub(super) fn add_numbers(&mut self, unit: &'a UnitId, known: &Known) {
        let counts = known.counts.iter().filter(|(_, count)| **count > 0);
        self.numbers
            .extend(counts.map(|(series, count)| (unit, series.clone(), *count)));
    }

    /// Writes everything.
    pub(super) async fn write(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let mut script = Script::new(connection.engine());
        self.write_record(&mut script);
        self.write_told(&mut script);
        #[cfg(debug_assertions)]
        rehearse(connection, &mut script, Step::AfterActs).await?;
        self.write_numbers(&mut script);
        self.write_beside(&mut script);
        self.write_views(&mut script);
        self.write_words(&mut script);
        #[cfg(debug_assertions)]
        rehearse(connection, &mut script, Step::AfterViews).await?;
        self.rollups.write(&mut script);
        #[cfg(debug_assertions)]
        rehearse(connection, &mut script, Step::AfterRollups).await?;
        connection.carry_out(script).await?;
        self.erase(connection).await
    }

    fn write_record(&self, script: &mut Script) {
        add_rows(
            script,
            "acts",
            map::act::COLUMNS,
            "",
            &self.acts,
            |values, act| map::act::bind(values, act),
        );
        add_rows(
            script,
            "told",
            map::act::TOLD,
            "",
            self.acts.iter().filter_map(map::act::told_row),
            map::act::bind_told,
        );
        add_rows(
            script,
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
                    .push_bind(command.fingerprint.keyed.to_vec())
                    .push_bind(place.subject.kind())
                    .push_bind(place.subject.id())
                    .push_bind(place.first)
                    .push_bind(place.last);
            },
        );
        add_rows(
            script,
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
        );
    }

    /// What is told of these acts to other programs.
    fn write_told(&self, script: &mut Script) {
        let rows = self.acts.iter().map(|act| {
            vec![
                act.unit().into(),
                act.stored.sequence.into(),
                act.stored.subject_kind.as_str().into(),
                act.stored.recorded_at.into(),
            ]
        });
        script.add_rows(rows.collect(), webhooks::tell);
    }

    fn write_numbers(&self, script: &mut Script) {
        let columns = &["unit", "series", "last"];
        add_rows(
            script,
            "numbers",
            columns,
            &replace("unit, series", columns),
            &self.numbers,
            |values, (unit, series, last)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(series.as_str())
                    .push_bind(*last);
            },
        );
    }

    fn write_beside(&self, script: &mut Script) {
        let columns = &["unit", "id", "wrapped_key", "sealed", "recorded_at"];
        add_rows(
            script,
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
        );
        let contacts = self.persons.iter().flat_map(|((unit, id), person)| {
            let hashes = person.contacts.iter();
            hashes.map(move |hash| (*unit, *id, *hash))
        });
        add_rows(
            script,
            "contacts",
            &["unit", "hash", "person"],
            "ON CONFLICT (unit, hash, person) DO NOTHING",
            contacts,
            |values, (unit, person, hash)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(map::hash_bytes(*hash))
                    .push_bind(*person);
            },
        );
        add_rows(
            script,
            "notice_wishes",
            &["unit", "case_id", "sealed", "changed_at"],
            "ON CONFLICT (unit, case_id) DO NOTHING",
            &self.wishes,
            |values, (unit, case, wish)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(case.0)
                    .push_bind(wish.sealed.as_slice())
                    .push_bind(stored(wish.changed_at));
            },
        );
        add_rows(
            script,
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
        );
        for (unit, blobs) in &self.blobs {
            script.add(|query| {
                query.push("UPDATE blobs SET keep_until = NULL, erased_at = NULL");
                query.push(" WHERE (keep_until IS NOT NULL OR erased_at IS NOT NULL)");
                query.push(" AND body IS NOT NULL");
                query.push(" AND unit = ").push_bind(*unit);
                query.push(" AND sha256").push_among(blobs.iter().copied());
            });
        }
    }

    fn write_views(&self, script: &mut Script) {
        add_rows(
            script,
            "cases",
            map::case::COLUMNS,
            &replace("unit, id", map::case::COLUMNS),
            self.cases.iter().map(|((unit, _), row)| (*unit, row)),
            map::case::bind,
        );
        add_rows(
            script,
            "encounters",
            map::encounter::COLUMNS,
            &replace("unit, id", map::encounter::COLUMNS),
            self.encounters.iter().map(|((unit, _), row)| (*unit, row)),
            map::encounter::bind,
        );
        add_rows(
            script,
            "feedback",
            map::feedback::COLUMNS,
            &replace("unit, id", map::feedback::COLUMNS),
            self.feedback.iter().map(|((unit, _), row)| (*unit, row)),
            map::feedback::bind,
        );
        add_rows(
            script,
            "visits",
            map::desk::VISITS,
            &replace("unit, id", map::desk::VISITS),
            self.visits.iter().map(|((unit, _), row)| (*unit, row)),
            map::desk::bind_visit,
        );
        add_rows(
            script,
            "outages",
            map::desk::OUTAGES,
            &replace("unit, id", map::desk::OUTAGES),
            self.outages.iter().map(|((unit, _), row)| (*unit, row)),
            map::desk::bind_outage,
        );
        add_rows(
            script,
            "things",
            map::standing::THINGS,
            &replace("unit, id", map::standing::THINGS),
            self.things.iter().map(|((unit, _), row)| (*unit, row)),
            map::standing::bind_thing,
        );
        add_rows(
            script,
            "officer_standing",
            map::standing::STANDING,
            &replace("unit, id", map::standing::STANDING),
            self.standings.iter().map(|((unit, _), row)| (*unit, row)),
            map::standing::bind_standing,
        );
    }

    /// Puts the new words of each case behind those it is found by already, so that a search for
    /// several words finds them wherever in the case they stand.
    fn write_words(&self, script: &mut Script) {
        for (all, anew) in [(&self.words, false), (&self.words_anew, true)] {
            for (unit, by_case) in all {
                let words = by_case.iter().map(|(case, texts)| (case, texts.join("\n")));
                match script.engine() {
                    Engine::Sqlite => words_to_fts5(script, unit, words, anew),
                    Engine::Postgres => words_to_vectors(script, unit, words, anew),
                }
            }
        }
    }

    /// Takes away what is erased of a subject: what was told in its acts, the keys and details of
    /// persons, the content of blobs. After the rows of this transaction, so that nothing of them
    /// stays behind.
    async fn erase(&self, connection: &mut Connection) -> Result<(), StoreError> {
        for (unit, subject, erase, at) in &self.erasures {
            let mut told = connection.query("DELETE FROM told WHERE unit = ");
            // The unit is named twice: a subquery that took it from outside would be asked again for
            // everything that was ever told in the unit.
            told.push_bind(*unit)
                .push(" AND seq IN (SELECT seq FROM acts WHERE acts.unit = ");
            told.push_bind(*unit).push(" AND subject_id = ");
            told.push_bind(subject.id()).push(" AND subject_kind = ");
            told.push_bind(subject.kind()).push(")");
            connection.execute(told).await?;
            if !erase.persons.is_empty() {
                for (table, person) in [("persons", "id"), ("contacts", "person")] {
                    let delete = format!("DELETE FROM {table} WHERE unit = ");
                    let mut persons = connection.query(delete);
                    persons.push_bind(*unit).push(" AND ").push(person);
                    persons.push_among(erase.persons.iter().map(|person| person.0));
                    connection.execute(persons).await?;
                }
            }
            if let Subject::Case(case) = subject {
                notice::erase(connection, unit, case.0).await?;
            }
            blobs::erase(connection, unit.as_str(), &erase.blobs, *at).await?;
        }
        Ok(())
    }
}

/// Where a stop at a step is rehearsed, what comes before it is carried out by itself.
#[cfg(debug_assertions)]
async fn rehearse(
    connection: &mut Connection,
    script: &mut Script,
    step: Step,
) -> Result<(), StoreError> {
    if halt::is_at(step) {
        let so_far = std::mem::replace(script, Script::new(connection.engine()));
        connection.carry_out(so_far).await?;
        halt::pass(step).await;
    }
    Ok(())
}

/// `anew`: in place of what a case is found by, instead of behind it.
fn words_to_vectors<'a>(
    script: &mut Script,
    unit: &UnitId,
    words: impl Iterator<Item = (&'a CaseId, String)>,
    anew: bool,
) {
    let rows = words.map(|(case, text)| {
        let vector = tsvector(&text);
        vec![unit.into(), case.0.into(), text.into(), vector.into()]
    });
    script.add_rows(rows.collect(), |query, rows| {
        query.push(
            "INSERT INTO case_words (unit, id, words, search)
             SELECT unit, id, words, search::tsvector FROM (",
        );
        query.push_rows(rows).push(
            " AS given (unit, id, words, search)) AS given ON CONFLICT (unit, id) DO UPDATE SET",
        );
        query.push(if anew {
            " words = excluded.words, search = excluded.search"
        } else {
            " words = case_words.words || chr(10) || excluded.words,
              search = case_words.search || excluded.search"
        });
    });
}

/// FTS5 knows no ON CONFLICT, but replaces a row with the same rowid, which is that of the case. The
/// rows of the cases are written before.
fn words_to_fts5<'a>(
    script: &mut Script,
    unit: &UnitId,
    words: impl Iterator<Item = (&'a CaseId, String)>,
    anew: bool,
) {
    let rows = words.map(|(case, text)| vec![case.0.into(), text.into()]);
    script.add_rows(rows.collect(), |query, rows| {
        query.push("WITH given (id, words) AS (").push_rows(rows);
        query.push(
            ") INSERT OR REPLACE INTO cases_fts (rowid, words)
             SELECT cases.row, ",
        );
        query.push(if anew {
            "given.words"
        } else {
            "CASE WHEN found.words <> ''
                THEN found.words || char(10) || given.words ELSE given.words END"
        });
        query.push(" FROM given CROSS JOIN cases ON cases.id = given.id AND cases.unit = ");
        query.push_bind(unit);
        query.push(" LEFT JOIN cases_fts AS found ON found.rowid = cases.row");
    });
}
