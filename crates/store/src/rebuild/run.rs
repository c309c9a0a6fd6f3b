//! Reading the acts and the rows beside them, and writing what differs.

use pengayom_core::act::{Act, Subject};
use pengayom_core::value::UnitId;
use uuid::Uuid;

use super::compare::{Expected, Key, Part, Remedy, compare, missing};
use super::derive::{Batch, Deriver};
use super::tables::{
    CASES, COUNTS, ENCOUNTERS, FEEDBACK, OUTAGES, STANDING, THINGS, VIEWS, VISITS, WORDS,
};
use super::{ColumnDifference, Mode, Progress, Report, What};
use crate::dump::{Cell, Table, rows, run::snapshot, run::zone_of};
use crate::error::StoreError;
use crate::sql::engine::{Connection, Engine, Opener};
use crate::sql::map::{self, get};
use crate::sql::read::words::tsvector;
use crate::sql::value::Value;

/// Acts read at a time.
const ACTS: u32 = 2_000;

/// Subjects compared at a time.
const SUBJECTS: usize = 500;

/// Rebuilds a unit on a connection of its own.
pub(crate) async fn rebuild(
    opener: &Opener,
    unit: &UnitId,
    mode: Mode,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, StoreError> {
    let mut connection = opener.connect().await?;
    match mode {
        Mode::Check => snapshot(&mut connection).await?,
        Mode::Mend => begin_alone(&mut connection, unit).await?,
    }
    // On a fault the connection is dropped, which undoes what it began.
    let report = run(&mut connection, unit, mode, progress).await?;
    connection
        .run(match mode {
            Mode::Check => "ROLLBACK",
            Mode::Mend => "COMMIT",
        })
        .await?;
    connection.close().await?;
    Ok(report)
}

/// Begins a transaction that keeps other writers of a unit out.
pub(super) async fn begin_alone(
    connection: &mut Connection,
    unit: &UnitId,
) -> Result<(), StoreError> {
    if connection.engine() == Engine::Sqlite {
        return connection.run("BEGIN IMMEDIATE").await;
    }
    connection.run("BEGIN").await?;
    let insert = "INSERT INTO unit_locks (unit) VALUES ($1) ON CONFLICT DO NOTHING";
    let insert = connection.query(insert).bind(unit);
    connection.execute(insert).await?;
    // Whoever appends for the unit waits for this row; nothing of it changes from here on.
    let lock = "SELECT unit FROM unit_locks WHERE unit = $1 FOR NO KEY UPDATE";
    let lock = connection.query(lock).bind(unit);
    connection.fetch_all(lock).await?;
    Ok(())
}

/// The next acts of a unit, subject by subject, after an act; none at the end.
pub(super) async fn acts_after(
    connection: &mut Connection,
    unit: &UnitId,
    after: Option<(Subject, u32)>,
) -> Result<Vec<Act>, StoreError> {
    let columns = map::act::TO_READ.join(", ");
    let mut query = connection.query(format!("SELECT {columns} FROM acts WHERE unit = "));
    query.push_bind(unit);
    if let Some((last, version)) = after {
        query.push(" AND (subject_id, subject_kind, version) > (");
        query.push_bind(last.id()).push(", ");
        query.push_bind(last.kind()).push(", ");
        query.push_bind(version).push(")");
    }
    query.push(" ORDER BY subject_id, subject_kind, version LIMIT ");
    query.push_bind(ACTS);
    let page = connection.fetch_all(query).await?;
    page.iter()
        .map(|row| map::act::read(unit, row).map(|read| read.act))
        .collect()
}

/// Rebuilds a unit in the transaction that is open.
pub(crate) async fn run(
    connection: &mut Connection,
    unit: &UnitId,
    mode: Mode,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, StoreError> {
    let zone = zone_of(connection, unit).await?;
    let without_nul = connection.engine() == Engine::Postgres;
    let mut rebuild = Rebuild {
        deriver: Deriver::new(unit.clone(), zone, without_nul),
        connection,
        unit,
        mode,
        report: Report {
            mended: mode == Mode::Mend,
            ..Report::default()
        },
    };
    let acts = rebuild.check_sequence().await?;
    for table in VIEWS {
        rebuild.drop_rows_of_nothing(table).await?;
    }
    rebuild.drop_words_of_nothing().await?;
    rebuild.read_acts(acts, progress).await?;
    for table in COUNTS {
        rebuild.compare_counts(table).await?;
    }
    rebuild.check_answers().await?;
    Ok(rebuild.report)
}

struct Rebuild<'a> {
    connection: &'a mut Connection,
    unit: &'a UnitId,
    mode: Mode,
    deriver: Deriver,
    report: Report,
}

impl Rebuild<'_> {
    /// Whether the unit's acts are numbered without a gap; how many there are.
    async fn check_sequence(&mut self) -> Result<u64, StoreError> {
        let query = self.connection.query(
            "SELECT count(*) AS acts, coalesce(max(seq), 0) AS last FROM acts WHERE unit = $1",
        );
        let row = self.connection.fetch_one(query.bind(self.unit)).await?;
        let (acts, last): (i64, i64) = (get(&row, "acts")?, get(&row, "last")?);
        if acts != last {
            let how = "sequence numbers have a gap";
            let key = || format!("{acts} acts, last number {last}");
            self.report.add("acts", key, What::Broken { how });
        }
        Ok(u64::try_from(acts).unwrap_or(0))
    }

    /// Reads all acts, subject by subject.
    async fn read_acts(
        &mut self,
        of: u64,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), StoreError> {
        let mut after: Option<(Subject, u32)> = None;
        let mut subject: Vec<Act> = Vec::new();
        loop {
            let page = acts_after(self.connection, self.unit, after).await?;
            if page.is_empty() {
                break;
            }
            for act in page {
                after = Some((act.subject, act.version));
                self.report.acts += 1;
                if subject
                    .first()
                    .is_some_and(|first| first.subject != act.subject)
                {
                    self.take(&subject);
                    subject.clear();
                }
                subject.push(act);
            }
            if self.deriver.waiting() >= SUBJECTS {
                self.settle().await?;
            }
            let acts = self.report.acts;
            progress(Progress { acts, of });
        }
        self.take(&subject);
        self.settle().await
    }

    fn take(&mut self, acts: &[Act]) {
        let Some(first) = acts.first() else { return };
        self.report.subjects += 1;
        if (1..).zip(acts).any(|(version, act)| act.version != version) {
            let key = || format!("{} {}", first.subject.kind(), first.subject.id());
            let how = "versions of a subject have a gap";
            self.report.add("acts", key, What::Broken { how });
        }
        self.deriver.take(acts);
    }

    /// Compares the rows of the subjects read since the last time.
    async fn settle(&mut self) -> Result<(), StoreError> {
        let Batch {
            subjects,
            mut cases,
            words,
            mut encounters,
            mut feedback,
            mut visits,
            mut outages,
            mut things,
            mut standings,
        } = self.deriver.batch();
        let of = |kind: &str| -> Vec<Uuid> {
            let subjects = subjects.iter().filter(|subject| subject.kind() == kind);
            subjects.map(Subject::id).collect()
        };
        let ids = of("case");
        self.compare_view(CASES, &ids, &mut cases).await?;
        self.compare_words(&ids, words).await?;
        let ids = of("encounter");
        self.compare_view(ENCOUNTERS, &ids, &mut encounters).await?;
        let ids = of("feedback");
        self.compare_view(FEEDBACK, &ids, &mut feedback).await?;
        let ids = of("visit");
        self.compare_view(VISITS, &ids, &mut visits).await?;
        let ids = of("outage");
        self.compare_view(OUTAGES, &ids, &mut outages).await?;
        let ids = of("thing");
        self.compare_view(THINGS, &ids, &mut things).await?;
        let ids = of("officer");
        self.compare_view(STANDING, &ids, &mut standings).await
    }

    async fn compare_view(
        &mut self,
        table: &'static Table,
        ids: &[Uuid],
        expected: &mut Expected,
    ) -> Result<(), StoreError> {
        let stored = rows::with_ids(self.connection, table, self.unit, ids).await?;
        let mut wrong = self.compare_rows(table, false, expected, stored).await?;
        wrong.extend(missing(table, expected, &mut self.report));
        self.put(table, &wrong).await
    }

    /// Compares stored rows; takes away those that follow from nothing, and gives the rows to put
    /// in place of those that differ.
    async fn compare_rows(
        &mut self,
        table: &'static Table,
        is_count: bool,
        expected: &mut Expected,
        stored: Vec<Vec<Cell>>,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let mut wrong = Vec::new();
        for row in stored {
            let key = Key::of(table, &row)
                .ok_or_else(|| map::damaged(table.name, "a row without its key"))?;
            match compare(table, is_count, expected, &key, &row, &mut self.report) {
                Remedy::Put(right) => wrong.push(right),
                Remedy::Drop if self.mode == Mode::Mend => {
                    rows::drop_row(self.connection, table, self.unit, &row).await?;
                }
                Remedy::None | Remedy::Drop => {}
            }
        }
        Ok(wrong)
    }

    async fn put(&mut self, table: &'static Table, wrong: &[Vec<Cell>]) -> Result<(), StoreError> {
        if self.mode == Mode::Check || wrong.is_empty() {
            return Ok(());
        }
        self.make_way(table, wrong).await?;
        rows::put(self.connection, table, wrong).await
    }

    /// Lets go of what must be unique and stands in the wrong row: that row is put right in its
    /// turn.
    async fn make_way(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        let (column, begin) = match table.name {
            "cases" => ("number", "UPDATE cases SET number = NULL WHERE unit = "),
            "encounters" => ("rating_code", "DELETE FROM encounters WHERE unit = "),
            _ => return Ok(()),
        };
        let at = table.position(column).unwrap_or_default();
        let values = rows.iter().filter_map(|row| match row.get(at)? {
            Cell::Text(text) => Some(Value::from(text)),
            Cell::Bytes(bytes) => Some(Value::from(bytes.as_slice())),
            _ => None,
        });
        let values: Vec<Value> = values.collect();
        // Also among the rows themselves: they may have changed places.
        let mut query = self.connection.query(begin);
        query.push_bind(self.unit).push(format!(" AND {column}"));
        query.push_among(values);
        self.connection.execute(query).await?;
        Ok(())
    }

    /// Rows of a view whose subject has no act.
    async fn drop_rows_of_nothing(&mut self, table: &'static Table) -> Result<(), StoreError> {
        let name = table.name;
        let kind = match name {
            "cases" => "case",
            "encounters" => "encounter",
            "visits" => "visit",
            "outages" => "outage",
            "things" => "thing",
            "officer_standing" => "officer",
            _ => "feedback",
        };
        let mut after: Option<Uuid> = None;
        loop {
            let mut query = self
                .connection
                .query(format!("SELECT id FROM {name} WHERE unit = "));
            query.push_bind(self.unit);
            if let Some(after) = after {
                query.push(" AND id > ").push_bind(after);
            }
            query.push(format!(
                " AND NOT EXISTS (SELECT 1 FROM acts WHERE acts.unit = {name}.unit
                  AND acts.subject_id = {name}.id AND acts.subject_kind = '{kind}')
                  ORDER BY id LIMIT 500"
            ));
            let found = self.connection.fetch_all(query).await?;
            for row in &found {
                let id: Uuid = get(row, "id")?;
                after = Some(id);
                self.report.add(name, || id.to_string(), What::Surplus);
                if self.mode == Mode::Mend {
                    if name == "cases" {
                        self.drop_words(id).await?;
                    }
                    let query = format!("DELETE FROM {name} WHERE unit = $1 AND id = $2");
                    let query = self.connection.query(query).bind(self.unit).bind(id);
                    self.connection.execute(query).await?;
                }
            }
            if found.is_empty() {
                return Ok(());
            }
        }
    }

    async fn compare_counts(&mut self, table: &'static Table) -> Result<(), StoreError> {
        let mut expected = self.deriver.counts(table);
        let mut after: Option<Vec<Cell>> = None;
        loop {
            let page = rows::page(self.connection, table, self.unit, after.as_deref()).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            let wrong = self.compare_rows(table, true, &mut expected, page).await?;
            self.put(table, &wrong).await?;
        }
        let wrong = missing(table, &mut expected, &mut self.report);
        self.put(table, &wrong).await
    }

    // -- the words of cases ----------------------------------------------------------------

    /// Words that belong to no case.
    async fn drop_words_of_nothing(&mut self) -> Result<(), StoreError> {
        let sql = match self.connection.engine() {
            // The index of words knows rows, not units: what belongs to no case is of nobody.
            Engine::Sqlite => {
                "SELECT rowid AS row FROM cases_fts WHERE rowid NOT IN (SELECT row FROM cases)"
            }
            Engine::Postgres => {
                "SELECT id FROM case_words WHERE unit = $1 AND NOT EXISTS
                 (SELECT 1 FROM acts WHERE acts.unit = case_words.unit
                  AND acts.subject_id = case_words.id AND acts.subject_kind = 'case')"
            }
        };
        let engine = self.connection.engine();
        let mut query = self.connection.query(sql);
        if engine == Engine::Postgres {
            query = query.bind(self.unit);
        }
        for row in self.connection.fetch_all(query).await? {
            let (key, drop) = match engine {
                Engine::Sqlite => {
                    let at: i64 = get(&row, "row")?;
                    let drop = "DELETE FROM cases_fts WHERE rowid = $1";
                    (format!("row {at}"), self.connection.query(drop).bind(at))
                }
                Engine::Postgres => {
                    let id: Uuid = get(&row, "id")?;
                    let drop = "DELETE FROM case_words WHERE unit = $1 AND id = $2";
                    let drop = self.connection.query(drop).bind(self.unit).bind(id);
                    (id.to_string(), drop)
                }
            };
            self.report.add(WORDS.name, || key, What::Surplus);
            if self.mode == Mode::Mend {
                self.connection.execute(drop).await?;
            }
        }
        Ok(())
    }

    async fn drop_words(&mut self, case: Uuid) -> Result<(), StoreError> {
        let sql = match self.connection.engine() {
            Engine::Sqlite => {
                "DELETE FROM cases_fts WHERE rowid =
                 (SELECT row FROM cases WHERE unit = $1 AND id = $2)"
            }
            Engine::Postgres => "DELETE FROM case_words WHERE unit = $1 AND id = $2",
        };
        let query = self.connection.query(sql).bind(self.unit).bind(case);
        self.connection.execute(query).await?;
        Ok(())
    }

    async fn compare_words(
        &mut self,
        ids: &[Uuid],
        mut expected: Expected,
    ) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let stored = self.stored_words(ids).await?;
        let vectors = self.wrong_vectors(&expected).await?;
        let mut wrong: Vec<Vec<Cell>> = Vec::new();
        for row in stored {
            let Some(key) = Key::of(WORDS, &row) else {
                continue;
            };
            let derived = expected.get(&key).cloned();
            match compare(WORDS, false, &mut expected, &key, &row, &mut self.report) {
                Remedy::Put(right) => wrong.push(right),
                Remedy::Drop if self.mode == Mode::Mend => {
                    if let Some(Part::Id(id)) = key.0.first() {
                        self.drop_words(*id).await?;
                    }
                }
                Remedy::None if vectors.contains(&key) => {
                    let column = ColumnDifference {
                        column: "search",
                        stored: None,
                        derived: None,
                    };
                    let columns = vec![column];
                    let what = What::Different { columns };
                    self.report.add(WORDS.name, || key.to_string(), what);
                    wrong.extend(derived);
                }
                Remedy::None | Remedy::Drop => {}
            }
        }
        wrong.extend(missing(WORDS, &mut expected, &mut self.report));
        if self.mode == Mode::Mend && !wrong.is_empty() {
            self.put_words(wrong).await?;
        }
        Ok(())
    }

    async fn stored_words(&mut self, ids: &[Uuid]) -> Result<Vec<Vec<Cell>>, StoreError> {
        let mut query = self.connection.query(match self.connection.engine() {
            Engine::Sqlite => {
                "SELECT cases.unit, cases.id, cases_fts.words FROM cases
                 JOIN cases_fts ON cases_fts.rowid = cases.row WHERE cases.unit = "
            }
            Engine::Postgres => "SELECT unit, id, words FROM case_words WHERE unit = ",
        });
        query.push_bind(self.unit).push(" AND id");
        query.push_among(ids.iter().copied());
        let found = self.connection.fetch_all(query).await?;
        found.iter().map(|row| rows::read(WORDS, row)).collect()
    }

    /// Cases whose words are indexed otherwise than they say; SQLite keeps the two together itself.
    async fn wrong_vectors(&mut self, expected: &Expected) -> Result<Vec<Key>, StoreError> {
        if self.connection.engine() == Engine::Sqlite || expected.is_empty() {
            return Ok(Vec::new());
        }
        let given = with_vectors(expected.values().cloned());
        let mut query = self.connection.query("SELECT case_words.id AS id FROM (");
        query.push_rows(given);
        query.push(
            " AS given (unit, id, words, search)) AS given
             JOIN case_words ON case_words.unit = given.unit AND case_words.id = given.id
             WHERE strip(case_words.search) <> strip(given.search::tsvector)",
        );
        let found = self.connection.fetch_all(query).await?;
        found
            .iter()
            .map(|row| Ok(Key(vec![Part::Id(get(row, "id")?)])))
            .collect()
    }

    async fn put_words(&mut self, wrong: Vec<Vec<Cell>>) -> Result<(), StoreError> {
        let mut query = match self.connection.engine() {
            Engine::Postgres => {
                let mut query = self.connection.query(
                    "INSERT INTO case_words (unit, id, words, search)
                     SELECT unit, id, words, search::tsvector FROM (",
                );
                query.push_rows(with_vectors(wrong.into_iter())).push(
                    " AS given (unit, id, words, search)) AS given
                     ON CONFLICT (unit, id) DO UPDATE SET
                        words = excluded.words, search = excluded.search",
                );
                query
            }
            Engine::Sqlite => {
                // One by one: a case's row in the file is found by its identifier.
                for row in wrong {
                    let [_, Cell::Id(id), Cell::Text(words)] = row.as_slice() else {
                        continue;
                    };
                    let query = self.connection.query(
                        "INSERT OR REPLACE INTO cases_fts (rowid, words)
                         SELECT row, $3 FROM cases WHERE unit = $1 AND id = $2",
                    );
                    let query = query.bind(self.unit).bind(*id).bind(words);
                    self.connection.execute(query).await?;
                }
                return Ok(());
            }
        };
        query.persistent = false;
        self.connection.execute(query).await?;
        Ok(())
    }

    // -- what the record says of itself ----------------------------------------------------

    /// Commands and rows of other systems whose first answer is not in the record.
    async fn check_answers(&mut self) -> Result<(), StoreError> {
        for (table, key) in [("commands", "id"), ("source_keys", "source")] {
            let at = |column: &str| {
                format!(
                    "EXISTS (SELECT 1 FROM acts WHERE acts.unit = {table}.unit
                      AND acts.seq = {table}.{column} AND acts.subject_id = {table}.subject_id
                      AND acts.subject_kind = {table}.subject_kind)"
                )
            };
            let query = self.connection.query(format!(
                "SELECT {key}, first_seq FROM {table} WHERE unit = $1
                 AND NOT (first_seq <= last_seq AND {} AND {}) ORDER BY first_seq",
                at("first_seq"),
                at("last_seq")
            ));
            for row in self.connection.fetch_all(query.bind(self.unit)).await? {
                let first: i64 = get(&row, "first_seq")?;
                let name = if key == "id" {
                    get::<Uuid>(&row, "id")?.to_string()
                } else {
                    get::<String>(&row, "source")?
                };
                let how = "the acts of its answer are not in the record";
                let key = || format!("{name} {first}");
                self.report.add(table, key, What::Broken { how });
            }
        }
        Ok(())
    }
}

/// Rows of words with what PostgreSQL indexes of them.
fn with_vectors(rows: impl Iterator<Item = Vec<Cell>>) -> Vec<Vec<Value>> {
    rows.map(|row| {
        let vector = match row.last() {
            Some(Cell::Text(words)) => tsvector(words),
            _ => String::new(),
        };
        let mut values: Vec<Value> = WORDS
            .columns
            .iter()
            .zip(&row)
            .map(|(column, cell)| rows::value(column.kind, cell))
            .collect();
        values.push(vector.into());
        values
    })
    .collect()
}
