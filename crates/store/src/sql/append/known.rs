//! What the record knows that bears on the appends of one transaction, unit by unit.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::TimeZone;
use pengayom_core::act::Subject;
use pengayom_core::value::{CaseNumber, CommandId, EncounterId, SecretHash, UnitId};
use uuid::Uuid;

use super::{States, given_number, rating_code};
use crate::error::StoreError;
use crate::sql::engine::{Connection, Engine, Row};
use crate::sql::map::{code, count, damaged, get, hash_bytes, hash_of, subject};
use crate::sql::query::Query;
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
#[derive(Debug, Clone)]
pub(super) struct FirstCommand {
    /// As it is stored.
    pub(super) fingerprint: Vec<u8>,
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
    pub(super) counts: HashMap<String, u32>,
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
        let mut left: HashMap<Subject, usize> = HashMap::new();
        for append in appends {
            *left.entry(append.subject).or_insert(0) += 1;
        }
        let mut known = Self {
            zone: TimeZone::UTC,
            last_sequence: 0,
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
        for query in known.questions(connection.engine(), unit, appends) {
            for row in connection.fetch_all(query).await? {
                known.learn(&row)?;
            }
        }
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
            let fingerprint = command.fingerprint.keyed.to_vec();
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
                let count = self.counts.entry(number.series.to_string()).or_insert(0);
                *count = number.count.max(*count);
            }
            if let Some(code) = rating_code(&act.payload) {
                self.codes.insert(code, append.subject);
            }
        }
    }

    /// The next number of a series, which is given by this.
    pub(super) fn next_number(&mut self, series: &str) -> u32 {
        let count = self.counts.entry(series.to_owned()).or_insert(0);
        *count += 1;
        *count
    }

    /// Whether another append of this transaction may touch the subject. Asked after each.
    pub(super) fn touched_again(&mut self, subject: Subject) -> bool {
        self.left.get_mut(&subject).is_some_and(|left| {
            *left = left.saturating_sub(1);
            *left > 0
        })
    }

    /// What is asked: as few statements as hold it, because each way to the engine costs.
    fn questions(&mut self, engine: Engine, unit: &UnitId, appends: &[&Append]) -> Vec<Query> {
        let mut asked = Questions::new(engine, unit);
        let mut subjects: HashSet<Uuid> = self.left.keys().map(Subject::id).collect();
        let looked_at = appends.iter().flat_map(|append| &append.rests_on);
        subjects.extend(looked_at.map(|(subject, _)| subject.id()));
        asked.add(&VERSIONS, subjects);
        let commands = appends.iter().filter_map(|append| append.command);
        asked.add(&COMMANDS, commands.map(|command| command.id.0));
        let keys = appends
            .iter()
            .filter_map(|append| append.source_key.as_ref());
        let mut by_source: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for key in keys {
            by_source.entry(&key.source).or_default().push(&key.key);
        }
        for (source, keys) in by_source {
            asked.add_of_source(source, &keys);
        }
        let series = appends.iter().filter_map(|append| append.series.as_ref());
        let brought = given_numbers(appends).map(|number| &number.series);
        let series = series.chain(brought).map(ToString::to_string);
        let tickets = appends.iter().filter_map(|append| append.tickets.as_ref());
        let letters = appends.iter().filter_map(|append| append.letter.as_ref());
        let series: HashSet<String> = series
            .chain(tickets.map(ToString::to_string))
            .chain(letters.map(|letter| letter.series.clone()))
            .collect();
        asked.add(&SERIES, series.iter());
        for series in series {
            self.counts.insert(series, 0);
        }
        asked.add(&NUMBERS, given_numbers(appends).map(ToString::to_string));
        let acts = appends.iter().flat_map(|append| &append.acts);
        let codes = acts.filter_map(|act| rating_code(&act.payload));
        asked.add(&CODES, codes.map(hash_bytes));
        asked.add(
            &BLOBS,
            appends.iter().flat_map(|append| &append.blobs).cloned(),
        );
        asked.into_queries()
    }

    /// Takes a row of an answer in.
    fn learn(&mut self, row: &Row) -> Result<(), StoreError> {
        match get::<&str>(row, "what")? {
            "unit" => {
                self.last_sequence = get(row, "n")?;
                self.zone = get::<Option<&str>>(row, "word")?
                    .and_then(|name| TimeZone::get(name).ok())
                    .unwrap_or(TimeZone::UTC);
            }
            "version" => {
                self.versions.insert(subject(row)?, count(row, "n")?);
            }
            "command" => {
                let first = FirstCommand {
                    fingerprint: get(row, "bytes")?,
                    first: first(row)?,
                };
                self.commands.insert(CommandId(get(row, "id")?), first);
            }
            "key" => {
                let key = SourceKey {
                    source: get(row, "source")?,
                    key: get(row, "word")?,
                };
                self.source_keys.insert(key, first(row)?);
            }
            "series" => {
                let word: &str = get(row, "word")?;
                if let Some(last) = self.counts.get_mut(word) {
                    *last = count(row, "n")?;
                }
            }
            "number" => {
                let number = code(get(row, "word")?, "number")?;
                self.taken_numbers.insert(number);
            }
            "code" => {
                let code = hash_of(get(row, "bytes")?, "rating_code")?;
                let owner = Subject::Encounter(EncounterId(get(row, "id")?));
                self.codes.insert(code, owner);
            }
            "blob" => {
                self.blobs.insert(get(row, "word")?);
            }
            _ => return Err(damaged("answer", "to no question")),
        }
        Ok(())
    }
}

/// One kind of row that bears on appends. All kinds have the same columns, so that they are asked
/// for together.
struct Question {
    /// The columns `what`, `id`, `subject_kind`, `subject_id`, `word`, `source`, `bytes`, `n`, `m`,
    /// and the table, up to the unit's value.
    head: &'static str,
    /// What has to be among the values.
    among: &'static str,
    tail: &'static str,
}

const VERSIONS: Question = Question {
    head: "SELECT 'version', NULL, subject_kind, subject_id, NULL, NULL, NULL,
               max(version), NULL FROM acts WHERE unit = ",
    among: "subject_id",
    tail: " GROUP BY subject_id, subject_kind",
};

const COMMANDS: Question = Question {
    head: "SELECT 'command', id, subject_kind, subject_id, NULL, NULL, fingerprint,
               first_seq, last_seq FROM commands WHERE unit = ",
    among: "id",
    tail: "",
};

const SOURCE_KEYS: Question = Question {
    head: "SELECT 'key', NULL, subject_kind, subject_id, source_key, source, NULL,
               first_seq, last_seq FROM source_keys WHERE unit = ",
    among: "source_key",
    tail: "",
};

const SERIES: Question = Question {
    head: "SELECT 'series', NULL, NULL, NULL, series, NULL, NULL, last, NULL
               FROM numbers WHERE unit = ",
    among: "series",
    tail: "",
};

const NUMBERS: Question = Question {
    head: "SELECT 'number', NULL, NULL, NULL, number, NULL, NULL, NULL, NULL
               FROM cases WHERE unit = ",
    among: "number",
    tail: "",
};

const CODES: Question = Question {
    head: "SELECT 'code', id, NULL, NULL, NULL, NULL, rating_code, NULL, NULL
               FROM encounters WHERE unit = ",
    among: "rating_code",
    tail: "",
};

const BLOBS: Question = Question {
    head: "SELECT 'blob', NULL, NULL, NULL, sha256, NULL, NULL, NULL, NULL
               FROM blobs WHERE unit = ",
    among: "sha256",
    tail: " AND body IS NOT NULL",
};

/// Questions about a unit being put together.
struct Questions<'a> {
    engine: Engine,
    unit: &'a UnitId,
    done: Vec<Query>,
    open: Query,
    /// Values listed in the open one.
    listed: usize,
}

impl<'a> Questions<'a> {
    /// Begins with what is asked of every unit; it names the columns and their types.
    fn new(engine: Engine, unit: &'a UnitId) -> Self {
        let mut query = Query::new(engine, Self::NAMES);
        query.push(
            "SELECT 'unit', NULL, NULL, NULL,
                (SELECT time_zone FROM units WHERE unit = ",
        );
        query.push_bind(unit);
        query.push("), NULL, NULL, coalesce((SELECT max(seq) FROM acts WHERE unit = ");
        query.push_bind(unit).push("), 0), NULL");
        Self {
            engine,
            unit,
            done: Vec::new(),
            open: query,
            listed: 0,
        }
    }

    /// Gives the columns of all kinds their names and types; it has no rows.
    const NAMES: &'static str = "SELECT '' AS what, CAST(NULL AS UUID) AS id,
            CAST(NULL AS TEXT) AS subject_kind, CAST(NULL AS UUID) AS subject_id,
            CAST(NULL AS TEXT) AS word, CAST(NULL AS TEXT) AS source,
            CAST(NULL AS BYTEA) AS bytes, CAST(NULL AS BIGINT) AS n, CAST(NULL AS BIGINT) AS m
        WHERE 1 = 0 UNION ALL ";

    fn add<T: Into<Value>>(&mut self, question: &Question, values: impl IntoIterator<Item = T>) {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        for values in values.chunks(LIST_MAX) {
            self.add_part(question, None, values);
        }
    }

    fn add_of_source(&mut self, source: &str, keys: &[&str]) {
        for keys in keys.chunks(LIST_MAX) {
            let keys: Vec<Value> = keys.iter().map(|key| (*key).into()).collect();
            self.add_part(&SOURCE_KEYS, Some(source), &keys);
        }
    }

    fn add_part(&mut self, question: &Question, source: Option<&str>, values: &[Value]) {
        let unit = self.unit;
        let query = self.with_room(values.len());
        query.push(question.head).push_bind(unit);
        if let Some(source) = source {
            query.push(" AND source = ").push_bind(source);
        }
        query.push(" AND ").push(question.among);
        query.push_among(values.iter().cloned()).push(question.tail);
    }

    /// The statement that takes so many more values: the last one, or a new one.
    fn with_room(&mut self, values: usize) -> &mut Query {
        self.listed += values;
        if self.listed > LIST_MAX {
            self.listed = values;
            self.done.push(std::mem::replace(
                &mut self.open,
                Query::new(self.engine, Self::NAMES),
            ));
        } else {
            self.open.push(" UNION ALL ");
        }
        &mut self.open
    }

    fn into_queries(self) -> Vec<Query> {
        let mut queries = self.done;
        queries.push(self.open);
        queries
    }
}

fn first(row: &Row) -> Result<First, StoreError> {
    Ok(First {
        subject: subject(row)?,
        place: FirstPlace::Recorded {
            first: get(row, "n")?,
            last: get(row, "m")?,
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
