//! The ledger's tree: how far it is built and published, its tiles, and what it is built of.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::act::Subject;
use pengayom_core::value::UnitId;

use super::engine::{Connection, Pool};
use super::map::{self, add_rows, count, damaged, get, maybe_moment, replace, stored};
use super::query::{Query, Script};
use super::writer::Answer;
use super::{SqlStore, beside};
use crate::PAGE_MAX;
use crate::error::StoreError;
use crate::ledger::{Cosignature, Integrated, LedgerRow, LedgerStore, TileId, Witnessed};
use crate::proof::StoredAct;

/// Most commitments one reading returns: 256 whole tiles.
pub(crate) const COMMITMENTS_MAX: u32 = 65_536;

/// Most tiles one reading returns.
const TILES_MAX: usize = 1_024;

/// A change of the ledger.
#[derive(Debug)]
pub(super) enum What {
    Integrate(Integrated),
    Publish {
        size: u64,
        checkpoint: String,
        at: Timestamp,
    },
    PutCosignature(Cosignature),
    PutWitnessed {
        known: Option<u64>,
        seen: Witnessed,
    },
}

#[async_trait]
impl LedgerStore for SqlStore {
    async fn ledger(&self, unit: &UnitId) -> Result<Option<LedgerRow>, StoreError> {
        state(&self.readers, unit).await
    }

    async fn commitments(
        &self,
        unit: &UnitId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<[u8; 32]>, StoreError> {
        commitments(&self.readers, unit, from, limit).await
    }

    async fn ledger_tiles(
        &self,
        unit: &UnitId,
        wanted: &[TileId],
    ) -> Result<Vec<(TileId, Vec<u8>)>, StoreError> {
        tiles(&self.readers, unit, wanted).await
    }

    async fn stored_act(
        &self,
        unit: &UnitId,
        sequence: i64,
    ) -> Result<Option<StoredAct>, StoreError> {
        act(&self.readers, unit, sequence).await
    }

    async fn stored_act_of(
        &self,
        unit: &UnitId,
        subject: Subject,
        version: u32,
    ) -> Result<Option<StoredAct>, StoreError> {
        act_of(&self.readers, unit, subject, version).await
    }

    async fn integrate(&self, unit: &UnitId, integrated: Integrated) -> Result<(), StoreError> {
        let what = What::Integrate(integrated);
        self.done(unit, beside::What::Ledger(what)).await
    }

    async fn publish(
        &self,
        unit: &UnitId,
        size: u64,
        checkpoint: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let checkpoint = checkpoint.to_owned();
        let what = What::Publish {
            size,
            checkpoint,
            at,
        };
        self.done(unit, beside::What::Ledger(what)).await
    }

    async fn put_cosignature(
        &self,
        unit: &UnitId,
        cosignature: Cosignature,
    ) -> Result<(), StoreError> {
        let what = What::PutCosignature(cosignature);
        self.done(unit, beside::What::Ledger(what)).await
    }

    async fn cosignatures(&self, unit: &UnitId) -> Result<Vec<Cosignature>, StoreError> {
        cosignatures(&self.readers, unit).await
    }

    async fn witnessed(
        &self,
        unit: &UnitId,
        origin: &str,
    ) -> Result<Option<Witnessed>, StoreError> {
        witnessed(&self.readers, unit, origin).await
    }

    async fn put_witnessed(
        &self,
        unit: &UnitId,
        known: Option<u64>,
        seen: Witnessed,
    ) -> Result<(), StoreError> {
        let what = What::PutWitnessed { known, seen };
        self.done(unit, beside::What::Ledger(what)).await
    }
}

pub(super) async fn state(pool: &Pool, unit: &UnitId) -> Result<Option<LedgerRow>, StoreError> {
    let row = pool
        .fetch_optional(state_query(pool.query(""), unit))
        .await?;
    row.as_ref().map(read_state).transpose()
}

fn state_query(mut query: Query, unit: &UnitId) -> Query {
    query.push(
        "SELECT origin, size, root, published_size, checkpoint, published_at FROM ledger
         WHERE unit = ",
    );
    query.push_bind(unit);
    query
}

fn read_state(row: &super::engine::Row) -> Result<LedgerRow, StoreError> {
    Ok(LedgerRow {
        origin: get(row, "origin")?,
        size: count(row, "size")?,
        root: map::act::hash(row, "root")?,
        published_size: count(row, "published_size")?,
        checkpoint: get(row, "checkpoint")?,
        published_at: maybe_moment(row, "published_at")?,
    })
}

/// Commitments in the order of the unit's acts, from a leaf on.
pub(super) async fn commitments(
    pool: &Pool,
    unit: &UnitId,
    from: u64,
    limit: u32,
) -> Result<Vec<[u8; 32]>, StoreError> {
    let mut query = pool.query("SELECT seq, commitment FROM acts WHERE unit = ");
    query
        .push_bind(unit)
        .push(" AND seq > ")
        .push_bind(whole(from));
    query.push(" ORDER BY seq LIMIT ");
    query.push_bind(i64::from(limit.min(COMMITMENTS_MAX)));
    let rows = pool.fetch_all(query).await?;
    (whole(from) + 1..)
        .zip(&rows)
        .map(|(expected, row)| {
            if get::<i64>(row, "seq")? == expected {
                map::act::hash(row, "commitment")
            } else {
                Err(damaged("acts", "sequence numbers have a gap"))
            }
        })
        .collect()
}

/// Tiles that are there, in the order asked for.
pub(super) async fn tiles(
    pool: &Pool,
    unit: &UnitId,
    wanted: &[TileId],
) -> Result<Vec<(TileId, Vec<u8>)>, StoreError> {
    let mut found = Vec::with_capacity(wanted.len());
    for tile in wanted.iter().take(TILES_MAX) {
        let query = pool
            .query("SELECT hashes FROM ledger_tiles WHERE unit = $1 AND level = $2 AND idx = $3")
            .bind(unit)
            .bind(i64::from(tile.level))
            .bind(whole(tile.index));
        if let Some(row) = pool.fetch_optional(query).await? {
            found.push((*tile, get::<Vec<u8>>(&row, "hashes")?));
        }
    }
    Ok(found)
}

/// An act as it is held to.
pub(super) async fn act(
    pool: &Pool,
    unit: &UnitId,
    sequence: i64,
) -> Result<Option<StoredAct>, StoreError> {
    let columns = map::act::COLUMNS.join(", ");
    let query = pool
        .query(format!(
            "SELECT {columns} FROM acts WHERE unit = $1 AND seq = $2"
        ))
        .bind(unit)
        .bind(sequence);
    let row = pool.fetch_optional(query).await?;
    row.as_ref().map(map::act::read_stored).transpose()
}

/// An act as it is held to, by its place in its subject's history.
pub(super) async fn act_of(
    pool: &Pool,
    unit: &UnitId,
    subject: Subject,
    version: u32,
) -> Result<Option<StoredAct>, StoreError> {
    let columns = map::act::COLUMNS.join(", ");
    let query = pool
        .query(format!(
            "SELECT {columns} FROM acts WHERE unit = $1 AND subject_id = $2 AND subject_kind = $3
             AND version = $4"
        ))
        .bind(unit)
        .bind(subject.id())
        .bind(subject.kind())
        .bind(version);
    let row = pool.fetch_optional(query).await?;
    row.as_ref().map(map::act::read_stored).transpose()
}

pub(super) async fn cosignatures(
    pool: &Pool,
    unit: &UnitId,
) -> Result<Vec<Cosignature>, StoreError> {
    let mut query = pool.query("SELECT witness, size, line, at FROM ledger_cosignatures");
    query.push(" WHERE unit = ").push_bind(unit);
    query.push(" ORDER BY witness LIMIT ").push_bind(PAGE_MAX);
    let rows = pool.fetch_all(query).await?;
    rows.iter()
        .map(|row| {
            Ok(Cosignature {
                witness: get(row, "witness")?,
                size: count(row, "size")?,
                line: get(row, "line")?,
                at: map::moment(row, "at")?,
            })
        })
        .collect()
}

pub(super) async fn witnessed(
    pool: &Pool,
    unit: &UnitId,
    origin: &str,
) -> Result<Option<Witnessed>, StoreError> {
    let query = pool
        .query("SELECT size, root, at FROM ledger_witnessed WHERE unit = $1 AND origin = $2")
        .bind(unit)
        .bind(origin);
    let Some(row) = pool.fetch_optional(query).await? else {
        return Ok(None);
    };
    Ok(Some(Witnessed {
        origin: origin.to_owned(),
        size: count(&row, "size")?,
        root: map::act::hash(&row, "root")?,
        at: map::moment(&row, "at")?,
    }))
}

/// Carries a change out. The inner error is a refusal that left nothing behind.
pub(super) async fn apply(
    connection: &mut Connection,
    unit: &str,
    what: &What,
) -> Result<Result<Answer, StoreError>, StoreError> {
    match what {
        What::Integrate(integrated) => integrate(connection, unit, integrated).await,
        What::Publish {
            size,
            checkpoint,
            at,
        } => publish(connection, unit, *size, checkpoint, *at).await,
        What::PutCosignature(cosignature) => {
            let query = connection
                .query(
                    "INSERT INTO ledger_cosignatures (unit, witness, size, line, at)
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (unit, witness) DO UPDATE SET
                        size = excluded.size, line = excluded.line, at = excluded.at
                     WHERE excluded.size >= ledger_cosignatures.size",
                )
                .bind(unit)
                .bind(&cosignature.witness)
                .bind(whole(cosignature.size))
                .bind(&cosignature.line)
                .bind(stored(cosignature.at));
            connection.execute(query).await?;
            Ok(Ok(Answer::Done))
        }
        What::PutWitnessed { known, seen } => put_witnessed(connection, unit, *known, seen).await,
    }
}

/// How far the tree is built, in the transaction that is open.
async fn now(connection: &mut Connection, unit: &str) -> Result<Option<(u64, u64)>, StoreError> {
    let query = connection.query("SELECT size, published_size FROM ledger WHERE unit = $1");
    let Some(row) = connection.fetch_optional(query.bind(unit)).await? else {
        return Ok(None);
    };
    Ok(Some((count(&row, "size")?, count(&row, "published_size")?)))
}

async fn integrate(
    connection: &mut Connection,
    unit: &str,
    integrated: &Integrated,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let found = now(connection, unit).await?;
    let size = found.map_or(0, |(size, _)| size);
    if size != integrated.from || integrated.size < size {
        return Ok(Err(stale(integrated.from, size)));
    }
    let mut script = Script::new(connection.engine());
    let columns = &["unit", "level", "idx", "hashes"];
    add_rows(
        &mut script,
        "ledger_tiles",
        columns,
        &replace("unit, level, idx", columns),
        &integrated.tiles,
        |values, (tile, hashes)| {
            values
                .push_bind(unit)
                .push_bind(i64::from(tile.level))
                .push_bind(whole(tile.index))
                .push_bind(hashes.as_slice());
        },
    );
    connection.carry_out(script).await?;
    let query = connection
        .query(
            "INSERT INTO ledger (unit, origin, size, root, published_size)
             VALUES ($1, $2, $3, $4, 0)
             ON CONFLICT (unit) DO UPDATE SET size = excluded.size, root = excluded.root",
        )
        .bind(unit)
        .bind(&integrated.origin)
        .bind(whole(integrated.size))
        .bind(integrated.root.to_vec());
    connection.execute(query).await?;
    Ok(Ok(Answer::Done))
}

async fn publish(
    connection: &mut Connection,
    unit: &str,
    size: u64,
    checkpoint: &str,
    at: Timestamp,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let (built, published) = now(connection, unit).await?.unwrap_or((0, 0));
    if size != built || size < published {
        return Ok(Err(stale(size, built)));
    }
    let query = connection
        .query(
            "UPDATE ledger SET published_size = $2, checkpoint = $3, published_at = $4
             WHERE unit = $1",
        )
        .bind(unit)
        .bind(whole(size))
        .bind(checkpoint)
        .bind(stored(at));
    connection.execute(query).await?;
    Ok(Ok(Answer::Done))
}

async fn put_witnessed(
    connection: &mut Connection,
    unit: &str,
    known: Option<u64>,
    seen: &Witnessed,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let query = connection
        .query("SELECT size FROM ledger_witnessed WHERE unit = $1 AND origin = $2")
        .bind(unit)
        .bind(&seen.origin);
    let found = match connection.fetch_optional(query).await? {
        Some(row) => Some(count::<u64>(&row, "size")?),
        None => None,
    };
    if found != known {
        return Ok(Err(stale(known.unwrap_or(0), found.unwrap_or(0))));
    }
    let query = connection
        .query(
            "INSERT INTO ledger_witnessed (unit, origin, size, root, at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (unit, origin) DO UPDATE SET
                size = excluded.size, root = excluded.root, at = excluded.at",
        )
        .bind(unit)
        .bind(&seen.origin)
        .bind(whole(seen.size))
        .bind(seen.root.to_vec())
        .bind(stored(seen.at));
    connection.execute(query).await?;
    Ok(Ok(Answer::Done))
}

fn stale(expected: u64, found: u64) -> StoreError {
    let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    StoreError::Stale {
        expected: small(expected),
        found: small(found),
    }
}

/// Sizes and places in the tree as the engines keep them; none comes near the limit.
fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
