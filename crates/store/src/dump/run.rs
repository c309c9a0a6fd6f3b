//! Giving the whole record in one snapshot, and taking one in one transaction.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use pengayom_core::value::UnitId;
use tokio::sync::mpsc;

use super::{Batch, Cell, LEFT_OUT, Load, TABLES, rows};
use crate::error::StoreError;
use crate::rebuild::{self, Mode, Progress, Report};
use crate::sql::adopt;
use crate::sql::engine::{Connection, Engine};
use crate::sql::map::{damaged, get};

/// Begins a transaction that sees the store as it is now, until its end.
pub(crate) async fn snapshot(connection: &mut Connection) -> Result<(), StoreError> {
    match connection.engine() {
        // The snapshot is taken by the first statement that reads.
        Engine::Sqlite => connection.run("BEGIN").await,
        Engine::Postgres => {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            connection.run(begin).await
        }
    }
}

/// Sends every row of every table that is carried. Ends early when nobody listens any more.
pub(crate) async fn dump(
    connection: &mut Connection,
    to: &mpsc::Sender<Batch>,
) -> Result<(), StoreError> {
    snapshot(connection).await?;
    for unit in units(connection).await? {
        for table in TABLES {
            let mut after: Option<Vec<Cell>> = None;
            loop {
                let page = rows::page(connection, table, &unit, after.as_deref()).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.clone());
                let unit = unit.clone();
                let rows = page;
                if to.send(Batch { unit, table, rows }).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
    connection.run("ROLLBACK").await
}

/// Every unit that has a row in a table that is carried, known or not.
async fn units(connection: &mut Connection) -> Result<Vec<UnitId>, StoreError> {
    let selects: Vec<String> = TABLES
        .iter()
        .map(|table| format!("SELECT unit FROM {}", table.name))
        .collect();
    let query = connection.query(format!("{} ORDER BY unit", selects.join(" UNION ")));
    let rows = connection.fetch_all(query).await?;
    rows.iter()
        .map(|row| {
            get::<String>(row, "unit")?
                .parse()
                .map_err(|_| damaged("unit", "no unit code"))
        })
        .collect()
}

/// Whether nothing was ever kept in the store.
pub(crate) async fn is_empty(connection: &mut Connection) -> Result<bool, StoreError> {
    let names = TABLES.iter().map(|table| table.name);
    let any: Vec<String> = names
        .chain(LEFT_OUT.iter().copied())
        .map(|name| format!("EXISTS (SELECT 1 FROM {name})"))
        .collect();
    let query = connection.query(format!("SELECT {} AS found", any.join(" OR ")));
    let row = connection.fetch_one(query).await?;
    Ok(!get::<bool>(&row, "found")?)
}

/// Fills an empty store from what is sent, derives its views, and keeps all of it or nothing.
pub(crate) async fn load(
    connection: &mut Connection,
    from: &mut mpsc::Receiver<Load>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Vec<(UnitId, Report)>, StoreError> {
    match connection.engine() {
        Engine::Sqlite => connection.run("BEGIN IMMEDIATE").await?,
        Engine::Postgres => {
            connection.run("BEGIN").await?;
            // Nobody begins a unit in here meanwhile, and two restores do not mix.
            let lock = "LOCK TABLE unit_locks, units IN SHARE ROW EXCLUSIVE MODE";
            connection.run(lock).await?;
        }
    }
    if !is_empty(connection).await? {
        return Err(StoreError::Taken { what: "the store" });
    }
    let mut units: Vec<UnitId> = Vec::new();
    let mut sent: BTreeMap<&str, i64> = BTreeMap::new();
    loop {
        match from.recv().await {
            Some(Load::Rows(batch)) => {
                let fits = |row: &Vec<Cell>| {
                    row.len() == batch.table.columns.len()
                        && row.first() == Some(&Cell::Text(batch.unit.to_string()))
                };
                if !batch.rows.iter().all(fits) {
                    return Err(damaged(batch.table.name, "a row of another unit or table"));
                }
                if !units.contains(&batch.unit) {
                    units.push(batch.unit.clone());
                }
                let count = i64::try_from(batch.rows.len()).unwrap_or(i64::MAX);
                *sent.entry(batch.table.name).or_default() += count;
                rows::insert(connection, batch.table, &batch.rows).await?;
            }
            Some(Load::End) => break,
            None => {
                return Err(StoreError::Missing {
                    what: "the end of the backup",
                });
            }
        }
    }
    for table in TABLES {
        let name = table.name;
        let query = connection.query(format!("SELECT count(*) AS n FROM {name}"));
        let found: i64 = get(&connection.fetch_one(query).await?, "n")?;
        let expected = sent.get(name).copied().unwrap_or(0);
        if found != expected {
            let fault = format!("{found} rows are there, {expected} were sent");
            return Err(damaged(name, &fault));
        }
    }
    if connection.engine() == Engine::Postgres {
        // So that it knows how large the tables are when the acts are read.
        connection
            .run("ANALYZE acts, commands, source_keys")
            .await?;
    }
    // Acts of a backup that a program without a ledger made.
    while adopt::some(connection).await? > 0 {}
    let mut reports = Vec::new();
    for unit in units {
        let report = rebuild::run(connection, &unit, Mode::Mend, progress).await?;
        reports.push((unit, report));
    }
    connection.run("COMMIT").await?;
    if connection.engine() == Engine::Sqlite {
        // All of it into the file itself, so that the file can be moved alone.
        connection.run("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    }
    Ok(reports)
}

/// The zone days of a unit are counted in; UTC when it is not known.
pub(crate) async fn zone_of(
    connection: &mut Connection,
    unit: &UnitId,
) -> Result<TimeZone, StoreError> {
    let query = connection.query("SELECT time_zone FROM units WHERE unit = $1");
    let row = connection.fetch_optional(query.bind(unit)).await?;
    let name = match &row {
        Some(row) => get::<Option<String>>(row, "time_zone")?,
        None => None,
    };
    Ok(name
        .and_then(|name| TimeZone::get(&name).ok())
        .unwrap_or(TimeZone::UTC))
}
