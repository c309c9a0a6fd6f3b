//! A statement and the values bound in it, for either engine.

use super::engine::Engine;
use super::value::Value;

/// What is bound at one place of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    /// One value.
    One(Value),
    /// A column of values of one type; PostgreSQL only.
    Array(Vec<Value>),
}

/// Longest list that is filled up to a power of two.
const FILLED_MAX: usize = 1_024;

/// Most rows one statement writes on SQLite. A statement of just so many is kept prepared; one of
/// thousands takes longer to prepare than to carry out.
pub(crate) const ROWS_AT_ONCE: usize = 64;

/// A statement being put together. Its text comes from this crate only: what others give is bound.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) engine: Engine,
    pub(crate) sql: String,
    pub(crate) bound: Vec<Bound>,
    /// How many values are bound before it, in the statements it is sent with.
    before: usize,
    /// It has as many rows as a statement ever has: there are many alike.
    full: bool,
    /// Whether the engine keeps the statement prepared. Statements of odd sizes come once; keeping
    /// them would push the usual ones out.
    pub(crate) persistent: bool,
}

impl Query {
    pub(crate) fn new(engine: Engine, sql: impl Into<String>) -> Self {
        Self {
            engine,
            sql: sql.into(),
            bound: Vec::new(),
            before: 0,
            full: false,
            persistent: true,
        }
    }

    /// Adds text of our own.
    pub(crate) fn push(&mut self, sql: impl AsRef<str>) -> &mut Self {
        self.sql.push_str(sql.as_ref());
        self
    }

    /// Binds a value whose place (`$1`, `$2` …) the text names already.
    #[must_use]
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.bound.push(Bound::One(value.into()));
        self
    }

    /// Adds a place and binds a value there.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.bound.push(Bound::One(value.into()));
        self.push_place()
    }

    /// Adds a condition: the expression before is one of these values.
    pub(crate) fn push_among<T: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return self.push(" IN (NULL)");
        }
        match self.engine {
            // One value keeps the order of an index, which several do not.
            Engine::Postgres if values.len() == 1 => {
                self.push(" = ");
                self.bound.extend(values.into_iter().map(Bound::One));
                return self.push_place();
            }
            Engine::Postgres => {
                self.push(" = ANY(");
                self.bound.push(Bound::Array(values));
                self.push_place();
            }
            Engine::Sqlite => {
                let count = values.len();
                let last = values.last().cloned();
                // Filled up with its last value to a power of two, so that a list of any length
                // finds a statement that is prepared already.
                let room = if count <= FILLED_MAX {
                    count.next_power_of_two()
                } else {
                    self.persistent = false;
                    count
                };
                let filling = last.into_iter().cycle().take(room - count);
                self.push(" IN (");
                for (n, value) in values.into_iter().chain(filling).enumerate() {
                    if n > 0 {
                        self.push(", ");
                    }
                    self.push_bind(value);
                }
            }
        }
        self.push(")")
    }

    /// Adds the rows of an `INSERT`: `VALUES (…), (…)`, or on PostgreSQL one array for each column,
    /// so that the statement is the same for any number of rows.
    pub(crate) fn push_rows(&mut self, rows: Vec<Vec<Value>>) -> &mut Self {
        match self.engine {
            Engine::Postgres => self.push_columns(rows),
            Engine::Sqlite => {
                self.persistent &= rows.len().is_power_of_two();
                self.push(" VALUES ");
                for (n, row) in rows.into_iter().enumerate() {
                    self.push(if n > 0 { ", (" } else { "(" });
                    for (n, value) in row.into_iter().enumerate() {
                        if n > 0 {
                            self.push(", ");
                        }
                        self.push_bind(value);
                    }
                    self.push(")");
                }
                self
            }
        }
    }

    fn push_columns(&mut self, rows: Vec<Vec<Value>>) -> &mut Self {
        let mut columns: Vec<Vec<Value>> = Vec::new();
        for row in rows {
            columns.resize_with(row.len().max(columns.len()), Vec::new);
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        self.push(" SELECT * FROM unnest(");
        for (n, column) in columns.into_iter().enumerate() {
            if n > 0 {
                self.push(", ");
            }
            let of = match column.first() {
                Some(Value::Int(_)) => "::bigint[]",
                Some(Value::Float(_)) => "::double precision[]",
                Some(Value::Bool(_)) => "::boolean[]",
                Some(Value::Bytes(_)) => "::bytea[]",
                Some(Value::Uuid(_)) => "::uuid[]",
                Some(Value::Text(_)) | None => "::text[]",
            };
            self.bound.push(Bound::Array(column));
            self.push_place().push(of);
        }
        self.push(")")
    }

    /// Adds the place of what was bound last.
    fn push_place(&mut self) -> &mut Self {
        match self.engine {
            // SQLite looks a named place up among all those before it: `?` costs nothing.
            Engine::Sqlite => self.push("?"),
            Engine::Postgres => {
                let place = self.before + self.bound.len();
                self.push(format!("${place}"))
            }
        }
    }
}

/// Statements that are sent together, because each way to the engine and back costs as much as a
/// statement itself. They write to different tables: on PostgreSQL none sees what another did.
#[derive(Debug)]
pub(crate) struct Script {
    engine: Engine,
    statements: Vec<Query>,
    bound: usize,
}

impl Script {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            statements: Vec::new(),
            bound: 0,
        }
    }

    pub(crate) const fn engine(&self) -> Engine {
        self.engine
    }

    /// Adds a statement.
    pub(crate) fn add(&mut self, build: impl FnOnce(&mut Query)) {
        let mut query = Query::new(self.engine, String::new());
        query.before = self.bound;
        build(&mut query);
        self.bound += query.bound.len();
        self.statements.push(query);
    }

    /// Adds the rows of an `INSERT` in as many statements as the engine wants; `build` is given
    /// the rows of each.
    pub(crate) fn add_rows(
        &mut self,
        rows: Vec<Vec<Value>>,
        mut build: impl FnMut(&mut Query, Vec<Vec<Value>>),
    ) {
        let most = match self.engine {
            Engine::Sqlite => ROWS_AT_ONCE,
            // Arrays, so that the statement is the same for any number.
            Engine::Postgres => rows.len().max(1),
        };
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(most).collect();
            let full = chunk.len() == most;
            self.add(|query| {
                query.full = full;
                build(query, chunk);
            });
        }
    }

    /// What is sent, one after the other.
    pub(crate) fn into_queries(self) -> Vec<Query> {
        match self.engine {
            Engine::Sqlite => in_a_row(self.statements),
            Engine::Postgres => at_once(self.statements).into_iter().collect(),
        }
    }
}

/// Statements behind each other in one text; those that fill their size stay apart, because there
/// are many alike, which are prepared once.
fn in_a_row(statements: Vec<Query>) -> Vec<Query> {
    let mut queries: Vec<Query> = Vec::new();
    let mut open = false;
    for statement in statements {
        let full = statement.full;
        match queries.last_mut() {
            Some(query) if open && !full => {
                query.push("; ").push(statement.sql);
                query.bound.extend(statement.bound);
                query.persistent &= statement.persistent;
            }
            _ => queries.push(statement),
        }
        open = !full;
    }
    queries
}

/// One statement that carries all of them out.
fn at_once(statements: Vec<Query>) -> Option<Query> {
    let mut statements = statements.into_iter().peekable();
    let first = statements.next()?;
    if statements.peek().is_none() {
        return Some(first);
    }
    let mut whole = Query::new(first.engine, "WITH ");
    for (n, statement) in std::iter::once(first).chain(statements).enumerate() {
        whole.push(if n > 0 { ", s" } else { "s" });
        whole.push(n.to_string()).push(" AS (");
        whole.push(statement.sql).push(")");
        whole.bound.extend(statement.bound);
        whole.persistent &= statement.persistent;
    }
    whole.push(" SELECT 1");
    Some(whole)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "a test may stop at the first surprise"
    )]

    use super::*;

    fn script(engine: Engine, rows: usize) -> Vec<Query> {
        let mut script = Script::new(engine);
        let given = (0..rows).map(|row| vec![Value::from(row as u32), "x".into()]);
        script.add_rows(given.collect(), |query, rows| {
            query.push("INSERT INTO a").push_rows(rows);
        });
        script.add(|query| {
            query.push("UPDATE b SET c = ").push_bind(1_u32);
            query.push(" WHERE d").push_among(["x", "y", "z"]);
        });
        script.into_queries()
    }

    fn texts(queries: &[Query]) -> Vec<&str> {
        queries.iter().map(|query| query.sql.as_str()).collect()
    }

    #[test]
    fn a_script_goes_to_sqlite_in_a_row_and_to_postgresql_at_once() {
        let sqlite = script(Engine::Sqlite, 2);
        assert_eq!(
            texts(&sqlite),
            ["INSERT INTO a VALUES (?, ?), (?, ?); UPDATE b SET c = ? WHERE d IN (?, ?, ?, ?)"]
        );
        assert_eq!(
            sqlite.iter().map(|query| query.bound.len()).sum::<usize>(),
            9
        );
        let postgres = script(Engine::Postgres, 2);
        assert_eq!(
            texts(&postgres),
            [concat!(
                "WITH s0 AS (INSERT INTO a SELECT * FROM unnest($1::bigint[], $2::text[])), ",
                "s1 AS (UPDATE b SET c = $3 WHERE d = ANY($4)) SELECT 1"
            )]
        );
    }

    #[test]
    fn statements_of_the_usual_size_stay_prepared() {
        let queries = script(Engine::Sqlite, 2 * ROWS_AT_ONCE + 3);
        let kept: Vec<bool> = queries.iter().map(|query| query.persistent).collect();
        assert_eq!(kept, [true, true, false]);
        assert_eq!(queries[0].sql, queries[1].sql);
    }

    #[test]
    fn nothing_to_send_is_not_sent() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            assert!(Script::new(engine).into_queries().is_empty());
        }
    }
}
