//! Notices, wishes and stops, on either engine.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::notice::{Kind, Way};
use pengayom_core::value::{CaseId, OfficerId, SecretHash, UnitId};
use uuid::Uuid;

use super::SqlStore;
use super::beside;
use super::engine::{Connection, Row};
use super::map::{count, damaged, get, hash_bytes, maybe_moment, moment, stored, write_rows};
use super::read::{push_limit, select};
use super::unfit;
use super::writer::Answer;
use crate::error::StoreError;
use crate::notice::{NoticeChange, NoticeRow, NoticeState, NoticeStore, WishRow};

const COLUMNS: &[&str] = &[
    "id",
    "case_id",
    "kind",
    "way",
    "state",
    "due_at",
    "attempts",
    "made_at",
    "tried_at",
    "fault",
    "settled_at",
    "settled_by",
    "reason",
    "reported_at",
];

fn read(row: &Row) -> Result<NoticeRow, StoreError> {
    let kind: &str = get(row, "kind")?;
    let way: &str = get(row, "way")?;
    let state: &str = get(row, "state")?;
    Ok(NoticeRow {
        id: get(row, "id")?,
        case: CaseId(get(row, "case_id")?),
        kind: Kind::parse(kind).ok_or_else(|| damaged("kind", "no such kind of notice"))?,
        way: Way::parse(way).ok_or_else(|| damaged("way", "no such way"))?,
        state: NoticeState::parse(state).ok_or_else(|| damaged("state", "no such state"))?,
        due_at: maybe_moment(row, "due_at")?,
        attempts: count(row, "attempts")?,
        made_at: moment(row, "made_at")?,
        tried_at: maybe_moment(row, "tried_at")?,
        fault: get(row, "fault")?,
        settled_at: maybe_moment(row, "settled_at")?,
        settled_by: get::<Option<Uuid>>(row, "settled_by")?.map(OfficerId),
        reason: get(row, "reason")?,
        reported_at: maybe_moment(row, "reported_at")?,
    })
}

/// What is changed, in the transaction of the unit's writer.
#[derive(Debug)]
pub(super) enum What {
    Put(Vec<NoticeRow>),
    Take {
        ways: Vec<Way>,
        at: Timestamp,
        lease_until: i64,
    },
    Change(NoticeChange),
    Arrived(Uuid, Timestamp),
    SwapWish {
        case: CaseId,
        wish: WishRow,
        before: Option<Vec<u8>>,
    },
    Stop(SecretHash, Option<Timestamp>),
}

pub(super) async fn apply(
    connection: &mut Connection,
    unit: &str,
    what: &What,
) -> Result<Answer, StoreError> {
    match what {
        What::Put(rows) => put(connection, unit, rows).await,
        What::Take {
            ways,
            at,
            lease_until,
        } => take(connection, unit, ways, *at, *lease_until).await,
        What::Change(change) => change_one(connection, unit, change).await,
        What::Arrived(id, at) => {
            let query = connection
                .query(
                    "UPDATE notices SET reported_at = $3
                     WHERE unit = $1 AND id = $2 AND state = 'sent' AND reported_at IS NULL",
                )
                .bind(unit)
                .bind(*id)
                .bind(stored(*at));
            Ok(Answer::Rows(connection.execute(query).await?))
        }
        What::SwapWish { case, wish, before } => {
            swap_wish(connection, unit, *case, wish, before.as_deref()).await
        }
        What::Stop(hash, None) => {
            let query = connection.query("DELETE FROM notice_stops WHERE unit = $1 AND hash = $2");
            connection
                .execute(query.bind(unit).bind(hash_bytes(*hash)))
                .await?;
            Ok(Answer::Done)
        }
        What::Stop(hash, Some(at)) => {
            let query = connection
                .query(
                    "INSERT INTO notice_stops (unit, hash, stopped_at) VALUES ($1, $2, $3)
                     ON CONFLICT (unit, hash) DO NOTHING",
                )
                .bind(unit)
                .bind(hash_bytes(*hash))
                .bind(stored(*at));
            connection.execute(query).await?;
            Ok(Answer::Done)
        }
    }
}

async fn put(
    connection: &mut Connection,
    unit: &str,
    rows: &[NoticeRow],
) -> Result<Answer, StoreError> {
    let mut columns = vec!["unit"];
    columns.extend_from_slice(COLUMNS);
    let tail = "ON CONFLICT (unit, id) DO NOTHING";
    write_rows(
        connection,
        "notices",
        &columns,
        tail,
        rows,
        |values, row| {
            values
                .push_bind(unit)
                .push_bind(row.id)
                .push_bind(row.case.0)
                .push_bind(row.kind.as_str())
                .push_bind(row.way.as_str())
                .push_bind(row.state.as_str())
                .push_bind(row.due_at.map(stored))
                .push_bind(row.attempts)
                .push_bind(stored(row.made_at))
                .push_bind(row.tried_at.map(stored))
                .push_bind(row.fault.as_deref())
                .push_bind(row.settled_at.map(stored))
                .push_bind(row.settled_by.map(|by| by.0))
                .push_bind(row.reason.as_deref())
                .push_bind(row.reported_at.map(stored));
        },
    )
    .await?;
    Ok(Answer::Done)
}

async fn take(
    connection: &mut Connection,
    unit: &str,
    ways: &[Way],
    at: Timestamp,
    lease_until: i64,
) -> Result<Answer, StoreError> {
    let mut query = connection
        .query("UPDATE notices SET state = 'sending', attempts = attempts + 1, tried_at = ");
    query.push_bind(stored(at)).push(", due_at = ");
    query.push_bind(lease_until).push(" WHERE unit = ");
    query.push_bind(unit);
    query.push(" AND id = (SELECT id FROM notices WHERE unit = ");
    query.push_bind(unit).push(" AND way");
    query.push_among(ways.iter().map(|way| way.as_str()));
    query.push(" AND due_at <= ").push_bind(stored(at));
    query.push(" ORDER BY due_at, id LIMIT 1) RETURNING ");
    query.push(COLUMNS.join(", "));
    let row = connection.fetch_optional(query).await?;
    Ok(Answer::Notice(
        row.as_ref().map(read).transpose()?.map(Box::new),
    ))
}

async fn change_one(
    connection: &mut Connection,
    unit: &str,
    change: &NoticeChange,
) -> Result<Answer, StoreError> {
    let mut query = connection.query("UPDATE notices SET state = ");
    query.push_bind(change.state.as_str()).push(", due_at = ");
    query
        .push_bind(change.due_at.map(stored))
        .push(", fault = ");
    query.push_bind(change.fault.as_deref());
    query.push(", settled_at = ");
    let settled = change.due_at.is_none().then(|| stored(change.at));
    query.push_bind(settled).push(", settled_by = ");
    query.push_bind(change.by.map(|by| by.0));
    query.push(", reason = ");
    query.push_bind(change.reason.as_deref());
    if change.anew {
        query.push(", attempts = 0");
    }
    query.push(" WHERE unit = ").push_bind(unit);
    query.push(" AND id = ").push_bind(change.id);
    query.push(" AND state");
    query.push_among(change.from.iter().map(|state| state.as_str()));
    if let Some(attempts) = change.attempts {
        query.push(" AND attempts = ").push_bind(attempts);
    }
    Ok(Answer::Rows(connection.execute(query).await?))
}

async fn swap_wish(
    connection: &mut Connection,
    unit: &str,
    case: CaseId,
    wish: &WishRow,
    before: Option<&[u8]>,
) -> Result<Answer, StoreError> {
    let statement = match before {
        Some(_) => {
            "UPDATE notice_wishes SET sealed = $3, changed_at = $4
             WHERE unit = $1 AND case_id = $2 AND sealed = $5"
        }
        None => {
            "INSERT INTO notice_wishes (unit, case_id, sealed, changed_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (unit, case_id) DO NOTHING"
        }
    };
    let query = connection
        .query(statement)
        .bind(unit)
        .bind(case.0)
        .bind(wish.sealed.as_slice())
        .bind(stored(wish.changed_at));
    let query = match before {
        Some(before) => query.bind(before),
        None => query,
    };
    Ok(Answer::Rows(connection.execute(query).await?))
}

/// Takes away everything about the notices of a case, with what identified its reporter.
pub(super) async fn erase(
    connection: &mut Connection,
    unit: &UnitId,
    case: Uuid,
) -> Result<(), StoreError> {
    for table in ["notices", "notice_wishes"] {
        let mut query = connection.query(format!("DELETE FROM {table} WHERE unit = "));
        query
            .push_bind(unit)
            .push(" AND case_id = ")
            .push_bind(case);
        connection.execute(query).await?;
    }
    Ok(())
}

impl SqlStore {
    async fn notices(&self, unit: &UnitId, what: What) -> Result<Answer, StoreError> {
        self.change(unit, beside::What::Notices(what)).await
    }

    async fn notice_rows(&self, unit: &UnitId, what: What) -> Result<u64, StoreError> {
        match self.notices(unit, what).await? {
            Answer::Rows(rows) => Ok(rows),
            _ => Err(unfit()),
        }
    }
}

#[async_trait]
impl NoticeStore for SqlStore {
    async fn put_notices(&self, unit: &UnitId, notices: &[NoticeRow]) -> Result<(), StoreError> {
        if notices.is_empty() {
            return Ok(());
        }
        self.notices(unit, What::Put(notices.to_vec())).await?;
        Ok(())
    }

    async fn take_notice(
        &self,
        unit: &UnitId,
        ways: &[Way],
        at: Timestamp,
        lease_seconds: u32,
    ) -> Result<Option<NoticeRow>, StoreError> {
        // Asked first, so that waiting for work writes nothing.
        let mut query = select(self.readers.engine(), "notices", &["id"], unit);
        query.push(" AND way");
        query.push_among(ways.iter().map(|way| way.as_str()));
        query.push(" AND due_at <= ").push_bind(stored(at));
        query.push(" LIMIT 1");
        if self.readers.fetch_optional(query).await?.is_none() {
            return Ok(None);
        }
        let what = What::Take {
            ways: ways.to_vec(),
            at,
            lease_until: stored(at).saturating_add(i64::from(lease_seconds) * 1_000_000),
        };
        match self.notices(unit, what).await? {
            Answer::Notice(notice) => {
                #[cfg(debug_assertions)]
                if notice.is_some() {
                    crate::halt::pass(crate::halt::Step::AfterJob).await;
                }
                Ok(notice.map(|notice| *notice))
            }
            _ => Err(unfit()),
        }
    }

    async fn change_notice(
        &self,
        unit: &UnitId,
        change: &NoticeChange,
    ) -> Result<bool, StoreError> {
        let rows = self.notice_rows(unit, What::Change(change.clone())).await?;
        Ok(rows > 0)
    }

    async fn note_arrival(
        &self,
        unit: &UnitId,
        id: Uuid,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.notice_rows(unit, What::Arrived(id, at)).await? > 0)
    }

    async fn notice(&self, unit: &UnitId, id: Uuid) -> Result<Option<NoticeRow>, StoreError> {
        let mut query = select(self.readers.engine(), "notices", COLUMNS, unit);
        query.push(" AND id = ").push_bind(id);
        let row = self.readers.fetch_optional(query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn dead_notices(&self, unit: &UnitId, limit: u32) -> Result<Vec<NoticeRow>, StoreError> {
        let mut query = select(self.readers.engine(), "notices", COLUMNS, unit);
        query.push(" AND state = 'dead' ORDER BY made_at, id");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read).collect()
    }

    async fn notices_of_case(
        &self,
        unit: &UnitId,
        case: CaseId,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let mut query = select(self.readers.engine(), "notices", COLUMNS, unit);
        query.push(" AND case_id = ").push_bind(case.0);
        query.push(" ORDER BY made_at DESC, id DESC");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read).collect()
    }

    async fn wish(&self, unit: &UnitId, case: CaseId) -> Result<Option<WishRow>, StoreError> {
        let columns = ["sealed", "changed_at"];
        let mut query = select(self.readers.engine(), "notice_wishes", &columns, unit);
        query.push(" AND case_id = ").push_bind(case.0);
        let row = self.readers.fetch_optional(query).await?;
        row.map(|row| {
            Ok(WishRow {
                sealed: get(&row, "sealed")?,
                changed_at: moment(&row, "changed_at")?,
            })
        })
        .transpose()
    }

    async fn swap_wish(
        &self,
        unit: &UnitId,
        case: CaseId,
        wish: &WishRow,
        before: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        let what = What::SwapWish {
            case,
            wish: wish.clone(),
            before: before.map(<[u8]>::to_vec),
        };
        Ok(self.notice_rows(unit, what).await? > 0)
    }

    async fn put_stop(
        &self,
        unit: &UnitId,
        hash: SecretHash,
        stopped_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.notices(unit, What::Stop(hash, stopped_at)).await?;
        Ok(())
    }

    async fn is_stopped(&self, unit: &UnitId, hash: SecretHash) -> Result<bool, StoreError> {
        let mut query = select(self.readers.engine(), "notice_stops", &["stopped_at"], unit);
        query.push(" AND hash = ").push_bind(hash_bytes(hash));
        Ok(self.readers.fetch_optional(query).await?.is_some())
    }
}
