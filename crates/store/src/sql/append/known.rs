//! What the record knows that bears on the appends of one transaction, unit by unit.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use pengayom_core::act::Subject;
use pengayom_core::value::{CaseNumber, CaseSeries, CommandId, EncounterId, SecretHash, UnitId};
use uuid::Uuid;

use super::{States, given_number, rating_code};
use crate::error::StoreError;
use crate::sql::engine::{Connection, Row};
use crate::sql::map::{code, count, get, hash_bytes, hash_of, subject};
use crate::sql::value::Value;
use crate::write::{Append, Appended, SourceKey};

/// Most values listed in one `IN`; far below SQLite's limit of bound values.
pub(super) const LIST_MAX: usize = 10_000;

/// Where the first of repeated appends is.
#[derive(Debug, Clone, Copy)]
pub(super) enum FirstPlace {
    /// In the record, from one sequence number to another.
    Recorded { first: i64, last: i64 },
    /// In this transaction, at a place in its order.
    Here(usize),
}

/// The first append of a command or source key.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    pub(super) subject: Subject,
    pub(super) place: FirstPlace,
}

/// A command carried out.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstCommand {
    pub(super) fingerprint: [u8; 32],
    pub(super) first: First,
}

/// What is known of one unit.
pub(super) struct Known {
    /// The unit's zone; UTC when unknown.
    pub(super) zone: TimeZone,
    /// Sequence number of the unit's last act.
    pub(super) last_sequence: i64,
    pub(super) versions: HashMap<Subject, u32>,
    pub(super) commands: HashMap<CommandId, FirstCommand>,
    pub(super) source_keys: HashMap<SourceKey, First>,
    /// The last number given in each series asked for.
    pub(super) counts: HashMap<CaseSeries, u32>,
    pub(super) taken_numbers: HashSet<CaseNumber>,
    /// Rating codes in force, and whose they are.
    pub(super) codes: HashMap<SecretHash, Subject>,
    pub(super) blobs: HashSet<String>,
    /// What is known of subjects this transaction has touched and will touch again.
    pub(super) states: States,
    /// How many appends about each subject are still to be judged, at most.
    left: HashMap<Subject, usize>,
}

impl Known {
    /// Reads what bears on these appends, all of one unit.
    pub(super) async fn load(
        connection: &mut Connection,
        unit: &UnitId,
        appends: &[&Append],
    ) -> Result<Self, StoreError> {
        let query = connection.query(
            "SELECT coalesce((SELECT max(seq) FROM acts WHERE unit = $1), 0) AS seq,
                    (SELECT time_zone FROM units WHERE unit = $1) AS time_zone",
        );
        let row = connection.fetch_one(query.bind(unit)).await?;
        let zone = get::<Option<&str>>(&row, "time_zone")?
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or(TimeZone::UTC);
        let mut left: HashMap<Subject, usize> = HashMap::new();
        for append in appends {
            *left.entry(append.subject).or_insert(0) += 1;
        }
        let mut known = Self {
            zone,
            last_sequence: get(&row, "seq")?,
            versions: HashMap::new(),
            commands: HashMap::new(),
            source_keys: HashMap::new(),
            counts: HashMap::new(),
            taken_numbers: HashSet::new(),
            codes: HashMap::new(),
            blobs: HashSet::new(),
            states: States::new(),
            left,
        };
        known.load_versions(connection, unit).await?;
        known.load_commands(connection, unit, appends).await?;
        known.load_source_keys(connection, unit, appends).await?;
        known.load_counts(connection, unit, appends).await?;
        known.load_numbers(connection, unit, appends).await?;
        known.load_codes(connection, unit, appends).await?;
        known.load_blobs(connection, unit, appends).await?;
        Ok(known)
    }

    /// Takes an accepted append into account for those after it.
    pub(super) fn remember(&mut self, append: &Append, appended: &Appended, at: usize) {
        let version = appended.acts.last().map_or(0, |act| act.version);
        self.versions.insert(append.subject, version);
        let first = First {
            subject: append.subject,
            place: FirstPlace::Here(at),
        };
        if let Some(command) = append.command {
            let fingerprint = command.fingerprint;
            self.commands
                .insert(command.id, FirstCommand { fingerprint, first });
        }
        if let Some(key) = &append.source_key {
            self.source_keys.insert(key.clone(), first);
        }
        for act in &append.acts {
            if let Some(number) = given_number(append, act) {
                self.taken_numbers.insert(number.clone());
                // The series goes on after it, so that it never gives this number again.
                let count = self.counts.entry(number.series.clone()).or_insert(0);
                *count = number.count.max(*count);
            }
            if let Some(code) = rating_code(&act.payload) {
                self.codes.insert(code, append.subject);
            }
        }
    }

    /// Whether another append of this transaction may touch the subject. Asked after each.
    pub(super) fn touched_again(&mut self, subject: Subject) -> bool {
        self.left.get_mut(&subject).is_some_and(|left| {
            *left = left.saturating_sub(1);
            *left > 0
        })
    }

    async fn load_versions(
        &mut self,
        connection: &mut Connection,
        unit: &UnitId,
    ) -> Result<(), StoreError> {
        let ids: HashSet<Uuid> = self.left.keys().map(Subject::id).collect();
        let rows = fetch_among(
            connection,
            "SELECT subject_kind, subject_id, max(version) AS version FROM acts WHERE unit = ",
            unit,
            " AND subject_id",
            ids,
            " GROUP BY subject_id, subject_kind",
        )
        .await?;
        for row in &rows {
            self.versions.insert(subject(row)?, count(row, "version")?);
        }
        Ok(())
    }

    async fn load_commands(
        &mut self,
        connection: &mut Connection,
        unit: &UnitId,
        appends: &[&Append],
    ) -> Result<(), StoreError> {
        let commands = appends.iter().filter_map(|append| append.command);
        let rows = fetch_among(
            connection,
            "SELECT id, fingerprint, subject_kind, subject_id, first_seq, last_seq
             FROM commands WHERE unit = ",
            unit,
            " AND id",
            commands.map(|command| command.id.0),
            "",
        )
        .await?;
        for row in &rows {
            let first = FirstCommand {
                fingerprint: hash_of(get(row, "fingerprint")?, "fingerprint")?.0,
                first: first(row)?,
            };
            self.commands.insert(CommandId(get(row, "id")?), first);
        }
        Ok(())
    }

    async fn load_source_keys(
        &mut self,
        connection: &mut Connection,
        unit: &UnitId,
        appends: &[&Append],
    ) -> Result<(), StoreError> {
        let mut by_source: HashMap<&str, Vec<&str>> = HashMap::new();
        let asked = appends
            .iter()
            .filter_map(|append| append.source_key.as_ref());
        for key in asked {
            by_source.entry(&key.source).or_default().push(&key.key);
        }
        for (source, keys) in by_source {
            for keys in keys.chunks(LIST_MAX) {
                let mut query = connection.query(
                    "SELECT source_key, subject_kind, subject_id, first_seq, last_seq
                     FROM source_keys WHERE unit = ",
                );
                query.push_bind(unit);
                query.push(" AND source = ").push_bind(source);
                query
                    .push(" AND source_key")
                    .push_among(keys.iter().copied());
                for row in connection.fetch_all(query).await? {
                    let key = SourceKey {
                        source: source.to_owned(),
                        key: get(&row, "source_key")?,
                    };
                    self.source_keys.insert(key, first(&row)?);
                }
            }
        }
        Ok(())
    }

    async fn load_counts(
        &mut self,
        connection: &mut Connection,
        unit: &UnitId,
        appends: &[&Append],
    ) -> Result<(), StoreError> {
        let asked = appends.iter().filter_map(|append| append.series.as_ref());
        let brought = given_numbers(appends).map(|number| &number.series);
        let series: HashSet<&CaseSeries> = asked.chain(brought).collect();
        let rows = fetch_among(
            connection,
            "SELECT series, last FROM numbers WHERE unit = ",
            unit,
            " AND series",
            series.iter().map(ToString::to_string),
            "",
        )
        .await?;
        let mut last: HashMap<String, u32> = HashMap::new();
        for row in &rows {
            last.insert(get(row, "series")?, count(row, "last")?);
        }
        for series in series {
            let count = last.get(&series.to_string()).copied().unwrap_or(0);
            self.counts.insert(series.clone(), count);
        }
        Ok(())
    }

    async fn load_numbers(
        &mut self,
        connection: &mut Connection,
        unit: &UnitId,
        appends: &[&Append],
    ) -> Result<(), StoreError> {
        let rows = fetch_among(
            connection,
            "SELECT number FROM cases WHERE unit = ",
            unit,
            " AND number",
            given_numbers(appends).map(ToString::to_string),
            "",
        )
        .await?;
        for row in &rows {
            let number = code(get(row, "number")?, "number")?;
            self.taken_numbers.insert(number);
        }
        Ok(())
    }

    async fn load_codes(
        &mut self,
        connection: &mut Connection,
        unit: &UnitId,
        appends: &[&Append],
    ) -> Result<(), StoreError> {
        let acts = appends.iter().flat_map(|append| &append.acts);
        let codes = acts.filter_map(|act| rating_code(&act.payload));
        let rows = fetch_among(
            connection,
            "SELECT id, rating_code FROM encounters WHERE unit = ",
            unit,
            " AND rating_code",
            codes.map(hash_bytes),
            "",
        )
        .await?;
        for row in &rows {
            let code = hash_of(get(row, "rating_code")?, "rating_code")?;
            let owner = Subject::Encounter(EncounterId(get(row, "id")?));
            self.codes.insert(code, owner);
        }
        Ok(())
    }

    async fn load_blobs(
        &mut self,
        connection: &mut Connection,
        unit: &UnitId,
        appends: &[&Append],
    ) -> Result<(), StoreError> {
        let rows = fetch_among(
            connection,
            "SELECT sha256 FROM blobs WHERE unit = ",
            unit,
            " AND sha256",
            appends.iter().flat_map(|append| &append.blobs).cloned(),
            "",
        )
        .await?;
        for row in &rows {
            self.blobs.insert(get(row, "sha256")?);
        }
        Ok(())
    }
}

/// Rows of a unit whose column is among values; no statement is sent when there are none.
async fn fetch_among<T: Into<Value>>(
    connection: &mut Connection,
    head: &'static str,
    unit: &UnitId,
    among: &'static str,
    values: impl IntoIterator<Item = T>,
    tail: &'static str,
) -> Result<Vec<Row>, StoreError> {
    let values: Vec<Value> = values.into_iter().map(Into::into).collect();
    let mut rows = Vec::new();
    for chunk in values.chunks(LIST_MAX) {
        let mut query = connection.query(head);
        query.push_bind(unit).push(among);
        query.push_among(chunk.iter().cloned()).push(tail);
        rows.extend(connection.fetch_all(query).await?);
    }
    Ok(rows)
}

fn first(row: &Row) -> Result<First, StoreError> {
    Ok(First {
        subject: subject(row)?,
        place: FirstPlace::Recorded {
            first: get(row, "first_seq")?,
            last: get(row, "last_seq")?,
        },
    })
}

/// Numbers that filings bring along.
fn given_numbers<'a>(appends: &'a [&'a Append]) -> impl Iterator<Item = &'a CaseNumber> {
    appends
        .iter()
        .flat_map(|append| append.acts.iter().map(move |act| (append, act)))
        .filter_map(|(append, act)| given_number(append, act))
}
