//! The lists of tables that backups carry and rebuilds compare are those of the schema, on each
//! engine: a table or column that is added has to be decided on.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use pengayom_store::dump::{DERIVED, Kind, LEFT_OUT, TABLES, Table};
use pengayom_store::rebuild::{COUNTS, VIEWS};
use pengayom_testkit::postgres::Database;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Row as _};

/// Columns of each table: name, type, whether it may hold nothing.
type Schema = BTreeMap<String, BTreeMap<String, (String, bool)>>;

async fn sqlite() -> Schema {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = pengayom_store::open(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    store.close().await;
    let mut file = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    let rows = sqlx::query(
        "SELECT tables.name, columns.name, columns.type, columns.\"notnull\" = 0
         FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'
         AND tables.name NOT LIKE 'cases_fts_%'",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    let mut schema = Schema::new();
    for row in rows {
        let columns = schema.entry(row.get(0)).or_default();
        columns.insert(row.get(1), (row.get(2), row.get(3)));
    }
    schema
}

async fn postgres() -> Schema {
    let database = Database::new();
    let store = pengayom_store::open(database.url()).await.unwrap();
    store.close().await;
    let found = database.sql(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
         WHERE table_schema = 'public'",
    );
    let mut schema = Schema::new();
    for line in found.lines() {
        let parts: Vec<&str> = line.split('|').collect();
        let columns = schema.entry(parts[0].to_owned()).or_default();
        columns.insert(
            parts[1].to_owned(),
            (parts[2].to_owned(), parts[3] == "YES"),
        );
    }
    schema
}

fn every_table_is_decided_on(schema: &Schema, own: &[&str]) {
    let known: BTreeSet<&str> = TABLES
        .iter()
        .map(|table| table.name)
        .chain(DERIVED.iter().copied())
        .chain(LEFT_OUT.iter().copied())
        .chain(own.iter().copied())
        .collect();
    for table in schema.keys() {
        assert!(
            known.contains(table.as_str()),
            "{table}: does a backup carry it, is it derived, or is it left out?"
        );
    }
    for table in TABLES {
        assert!(schema.contains_key(table.name), "{}", table.name);
    }
}

fn columns_are_those_of(schema: &Schema, table: &Table, type_of: impl Fn(Kind) -> &'static str) {
    let listed: BTreeMap<String, (String, bool)> = table
        .columns
        .iter()
        .map(|column| {
            let of = (type_of(column.kind).to_owned(), column.nullable);
            (column.name.to_owned(), of)
        })
        .collect();
    let mut stored = schema[table.name].clone();
    if table.name == "cases" {
        // Ties a case to its words within the file.
        stored.remove("row");
    }
    assert_eq!(stored, listed, "{}", table.name);
}

fn all() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().chain(VIEWS).chain(COUNTS)
}

// S22
#[tokio::test]
async fn sqlite_has_the_tables_and_columns_that_are_listed() {
    let schema = sqlite().await;
    every_table_is_decided_on(&schema, &["_sqlx_migrations"]);
    for table in all() {
        columns_are_those_of(&schema, table, |kind| match kind {
            Kind::Integer | Kind::Flag => "INTEGER",
            Kind::Real => "REAL",
            Kind::Text => "TEXT",
            Kind::Bytes | Kind::Id => "BLOB",
        });
    }
}

// S22
#[tokio::test]
async fn postgresql_has_the_tables_and_columns_that_are_listed() {
    let schema = postgres().await;
    every_table_is_decided_on(&schema, &["_sqlx_migrations", "unit_locks"]);
    for table in all() {
        columns_are_those_of(&schema, table, |kind| match kind {
            Kind::Integer => "bigint",
            Kind::Flag => "boolean",
            Kind::Real => "double precision",
            Kind::Text => "text",
            Kind::Bytes => "bytea",
            Kind::Id => "uuid",
        });
    }
}
