//! Acts of a program that kept no ledger are brought up to date: what was told is taken out of them
//! and each is committed to. Once, before anything else is done with the store.

use pengayom_core::value::UnitId;

use super::engine::{Connection, Engine};
use super::map::act::{self, ActRecord};
use super::map::{self, add_rows, get};
use super::query::Script;
use crate::error::StoreError;
use crate::proof::Seed;

/// How many acts are brought up to date in one transaction.
const ACTS: i64 = 500;

/// Brings every act that has no commitment up to date, some hundred in a transaction, so that it goes
/// on where it was stopped.
pub(crate) async fn all(connection: &mut Connection) -> Result<(), StoreError> {
    // Nearly always there is nothing to do, and nobody has to wait for it.
    if next(connection).await?.is_none() {
        return Ok(());
    }
    loop {
        match connection.engine() {
            Engine::Sqlite => connection.run("BEGIN IMMEDIATE").await?,
            Engine::Postgres => {
                connection.run("BEGIN").await?;
                // Processes that start at once do it one after the other.
                let lock = "LOCK TABLE told IN SHARE ROW EXCLUSIVE MODE";
                connection.run(lock).await?;
            }
        }
        let done = some(connection).await;
        match done {
            Ok(0) => return connection.run("ROLLBACK").await,
            Ok(acts) => {
                connection.run("COMMIT").await?;
                tracing::info!(acts, "acts of an older program were brought up to date");
            }
            Err(fault) => {
                let _ = connection.run("ROLLBACK").await;
                return Err(fault);
            }
        }
    }
}

/// A unit with acts that have no commitment.
async fn next(connection: &mut Connection) -> Result<Option<UnitId>, StoreError> {
    let query = connection.query("SELECT unit FROM acts WHERE commitment IS NULL LIMIT 1");
    let row = connection.fetch_optional(query).await?;
    row.map(|row| map::code(get(&row, "unit")?, "unit"))
        .transpose()
}

/// Brings some acts up to date in the transaction that is open; says how many.
pub(crate) async fn some(connection: &mut Connection) -> Result<u64, StoreError> {
    let Some(unit) = next(connection).await? else {
        return Ok(0);
    };
    let columns = act::TO_READ.join(", ");
    let mut query = connection.query(format!("SELECT {columns} FROM acts WHERE unit = "));
    query.push_bind(&unit);
    query.push(" AND commitment IS NULL ORDER BY seq LIMIT ");
    query.push_bind(ACTS);
    let rows = connection.fetch_all(query).await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in &rows {
        let sequenced = act::read(&unit, row)?;
        let seed = Seed(rand::random());
        records.push(ActRecord::new(
            sequenced.sequence,
            &sequenced.act,
            Some(seed),
        )?);
    }
    for record in &records {
        let mut query = connection.query("UPDATE acts SET place = ");
        let stored = &record.stored;
        query
            .push_bind(stored.place.as_deref())
            .push(", payload = ");
        query.push_bind(stored.payload.as_str()).push(", salt = ");
        query.push_bind(stored.salt.to_vec()).push(", told_hash = ");
        query.push_bind(stored.told_hash.map(|hash| hash.to_vec()));
        query
            .push(", commitment = ")
            .push_bind(stored.commitment.to_vec());
        query.push(" WHERE commitment IS NULL AND unit = ");
        query
            .push_bind(record.unit())
            .push(" AND seq = ")
            .push_bind(stored.sequence);
        connection.execute(query).await?;
    }
    let mut script = Script::new(connection.engine());
    let told = records.iter().filter_map(act::told_row);
    add_rows(&mut script, "told", act::TOLD, "", told, act::bind_told);
    connection.carry_out(script).await?;
    Ok(rows.len().try_into().unwrap_or(u64::MAX))
}
