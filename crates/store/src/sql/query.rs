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

/// A statement being put together. Its text comes from this crate only: what others give is bound.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) engine: Engine,
    pub(crate) sql: String,
    pub(crate) bound: Vec<Bound>,
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
            Engine::Postgres => {
                self.push(" = ANY(");
                self.bound.push(Bound::Array(values));
                self.push_place();
            }
            Engine::Sqlite => {
                self.persistent &= values.len().is_power_of_two();
                self.push(" IN (");
                for (n, value) in values.into_iter().enumerate() {
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
                let place = self.bound.len();
                self.push(format!("${place}"))
            }
        }
    }
}
