//! Accounts of staff beyond name and password, on either engine.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::value::{OfficerId, SecretHash, UnitId};
use uuid::Uuid;

use super::SqlStore;
use super::beside::{What, put_session, put_user};
use super::engine::{Connection, Row};
use super::map::{beside, get, hash_bytes, hash_of, maybe_moment, moment, stored};
use super::read::{push_limit, select};
use super::writer::Answer;
use crate::PAGE_MAX;
use crate::account::{
    AccountChange, AccountEvent, AccountStore, CeremonyRow, DropFactors, EVENTS_KEPT, EndSessions,
    FactorRow, UseFactor,
};
use crate::error::StoreError;
use crate::rows::SessionRow;

const FACTOR: &[&str] = &[
    "id",
    "user_id",
    "kind",
    "factor_key",
    "name",
    "sealed",
    "mark",
    "created_at",
    "used_at",
];

pub(super) const SESSION: &[&str] = &[
    "token",
    "id",
    "user_id",
    "method",
    "device",
    "network",
    "created_at",
    "seen_at",
    "proved_at",
    "expires_at",
];

fn factor(row: &Row) -> Result<FactorRow, StoreError> {
    Ok(FactorRow {
        id: get(row, "id")?,
        user: OfficerId(get(row, "user_id")?),
        kind: get(row, "kind")?,
        key: hash_of(get(row, "factor_key")?, "factor_key")?,
        name: get(row, "name")?,
        sealed: get(row, "sealed")?,
        mark: get(row, "mark")?,
        created_at: moment(row, "created_at")?,
        used_at: maybe_moment(row, "used_at")?,
    })
}

fn event(row: &Row) -> Result<AccountEvent, StoreError> {
    Ok(AccountEvent {
        id: get(row, "id")?,
        user: OfficerId(get(row, "user_id")?),
        by: get::<Option<Uuid>>(row, "by_user")?.map(OfficerId),
        kind: get(row, "kind")?,
        detail: get(row, "detail")?,
        at: moment(row, "at")?,
    })
}

/// A change of what signing in needs.
#[derive(Debug)]
pub(super) enum Of {
    Change(Box<AccountChange>),
    Touch {
        token: SecretHash,
        seen_at: Timestamp,
        expires_at: Timestamp,
    },
    PutCeremony(CeremonyRow),
    TakeCeremony(SecretHash, Timestamp),
}

/// Carries a change out, in the transaction of the unit's writer.
pub(super) async fn apply(
    connection: &mut Connection,
    unit: &str,
    of: &Of,
) -> Result<Result<Answer, StoreError>, StoreError> {
    match of {
        Of::Change(change) => return carry_out(connection, unit, change).await,
        Of::Touch {
            token,
            seen_at,
            expires_at,
        } => {
            let query = connection
                .query(
                    "UPDATE sessions SET seen_at = $3, expires_at = $4
                     WHERE unit = $1 AND token = $2 AND seen_at < $3",
                )
                .bind(unit)
                .bind(hash_bytes(*token))
                .bind(stored(*seen_at))
                .bind(stored(*expires_at));
            connection.execute(query).await?;
        }
        Of::PutCeremony(ceremony) => {
            let query = connection
                .query(
                    "INSERT INTO ceremonies (unit, token, sealed, expires_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (unit, token) DO UPDATE SET
                        sealed = excluded.sealed, expires_at = excluded.expires_at",
                )
                .bind(unit)
                .bind(hash_bytes(ceremony.token))
                .bind(ceremony.sealed.as_slice())
                .bind(stored(ceremony.expires_at));
            connection.execute(query).await?;
        }
        Of::TakeCeremony(token, at) => {
            let query = connection
                .query("DELETE FROM ceremonies WHERE unit = $1 AND token = $2 AND expires_at > $3")
                .bind(unit)
                .bind(hash_bytes(*token))
                .bind(stored(*at));
            return Ok(Ok(Answer::Rows(connection.execute(query).await?)));
        }
    }
    Ok(Ok(Answer::Done))
}

/// What can be refused is asked first: a refusal leaves nothing behind.
async fn carry_out(
    connection: &mut Connection,
    unit: &str,
    change: &AccountChange,
) -> Result<Result<Answer, StoreError>, StoreError> {
    if let Some(refusal) = refusal(connection, unit, change).await? {
        return Ok(Err(refusal));
    }
    if let Some(account) = &change.account
        && let Err(refusal) = put_user(connection, unit, account).await?
    {
        return Ok(Err(refusal));
    }
    if let Some(used) = &change.used {
        note_use(connection, unit, used).await?;
    }
    if let Some(id) = change.used_up {
        drop_factors(connection, unit, change.user, &DropFactors::One(id)).await?;
    }
    end_sessions(connection, unit, change.user, &change.end).await?;
    drop_factors(connection, unit, change.user, &change.drop).await?;
    if let Some(at) = change.revoke_tokens {
        super::tokens::revoke_of(connection, unit, change.user, at).await?;
    }
    for factor in &change.factors {
        put_factor(connection, unit, factor).await?;
    }
    if let Some(session) = &change.session {
        put_session(connection, unit, session).await?;
    }
    if let Some(event) = &change.event {
        note(connection, unit, event).await?;
    }
    Ok(Ok(Answer::Done))
}

async fn refusal(
    connection: &mut Connection,
    unit: &str,
    change: &AccountChange,
) -> Result<Option<StoreError>, StoreError> {
    if let Some(used) = &change.used {
        let least = if used.must_grow { "<" } else { "<=" };
        let query = connection
            .query(format!(
                "SELECT id FROM factors WHERE unit = $1 AND id = $2 AND user_id = $3 AND mark {least} $4"
            ))
            .bind(unit)
            .bind(used.id)
            .bind(change.user.0)
            .bind(used.mark);
        if connection.fetch_optional(query).await?.is_none() {
            return Ok(Some(StoreError::Missing { what: "factor" }));
        }
    }
    if let Some(id) = change.used_up {
        let query = connection
            .query("SELECT id FROM factors WHERE unit = $1 AND id = $2 AND user_id = $3")
            .bind(unit)
            .bind(id)
            .bind(change.user.0);
        if connection.fetch_optional(query).await?.is_none() {
            return Ok(Some(StoreError::Missing { what: "factor" }));
        }
    }
    for factor in &change.factors {
        let query = connection
            .query(
                "SELECT user_id FROM factors
                 WHERE unit = $1 AND kind = $2 AND factor_key = $3",
            )
            .bind(unit)
            .bind(factor.kind.as_str())
            .bind(hash_bytes(factor.key));
        let other = connection.fetch_optional(query).await?;
        let goes = |row: &Row| -> Result<bool, StoreError> {
            let own = get::<Uuid>(row, "user_id")? == change.user.0;
            Ok(own
                && match &change.drop {
                    DropFactors::All => true,
                    DropFactors::Kinds(kinds) => kinds.contains(&factor.kind.as_str()),
                    DropFactors::None | DropFactors::One(_) => false,
                })
        };
        if let Some(row) = &other
            && !goes(row)?
        {
            return Ok(Some(StoreError::Taken { what: "factor" }));
        }
    }
    Ok(None)
}

async fn note_use(
    connection: &mut Connection,
    unit: &str,
    used: &UseFactor,
) -> Result<(), StoreError> {
    let query = connection
        .query(
            "UPDATE factors SET mark = $3, used_at = $4, sealed = COALESCE($5, sealed)
             WHERE unit = $1 AND id = $2",
        )
        .bind(unit)
        .bind(used.id)
        .bind(used.mark)
        .bind(stored(used.at))
        .bind(used.sealed.as_deref());
    connection.execute(query).await?;
    Ok(())
}

async fn end_sessions(
    connection: &mut Connection,
    unit: &str,
    user: OfficerId,
    end: &EndSessions,
) -> Result<(), StoreError> {
    let all = "DELETE FROM sessions WHERE unit = $1 AND user_id = $2";
    let query = match end {
        EndSessions::None => return Ok(()),
        EndSessions::All => connection.query(all).bind(unit).bind(user.0),
        EndSessions::AllBut(token) => connection
            .query(format!("{all} AND token <> $3"))
            .bind(unit)
            .bind(user.0)
            .bind(hash_bytes(*token)),
        EndSessions::With(token) => connection
            .query(format!("{all} AND token = $3"))
            .bind(unit)
            .bind(user.0)
            .bind(hash_bytes(*token)),
        EndSessions::One(id) => connection
            .query(format!("{all} AND id = $3"))
            .bind(unit)
            .bind(user.0)
            .bind(*id),
    };
    connection.execute(query).await?;
    Ok(())
}

async fn drop_factors(
    connection: &mut Connection,
    unit: &str,
    user: OfficerId,
    drop: &DropFactors,
) -> Result<(), StoreError> {
    let all = "DELETE FROM factors WHERE unit = $1 AND user_id = $2";
    let query = match drop {
        DropFactors::None => return Ok(()),
        DropFactors::All => connection.query(all).bind(unit).bind(user.0),
        DropFactors::Kinds(kinds) => {
            for kind in *kinds {
                let query = connection.query(format!("{all} AND kind = $3"));
                let query = query.bind(unit).bind(user.0).bind(*kind);
                connection.execute(query).await?;
            }
            return Ok(());
        }
        DropFactors::One(id) => connection
            .query(format!("{all} AND id = $3"))
            .bind(unit)
            .bind(user.0)
            .bind(*id),
    };
    connection.execute(query).await?;
    Ok(())
}

async fn put_factor(
    connection: &mut Connection,
    unit: &str,
    factor: &FactorRow,
) -> Result<(), StoreError> {
    let query = connection
        .query(
            "INSERT INTO factors (unit, id, user_id, kind, factor_key, name, sealed, mark,
                created_at, used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(unit)
        .bind(factor.id)
        .bind(factor.user.0)
        .bind(factor.kind.as_str())
        .bind(hash_bytes(factor.key))
        .bind(factor.name.as_deref())
        .bind(factor.sealed.as_deref())
        .bind(factor.mark)
        .bind(stored(factor.created_at))
        .bind(factor.used_at.map(stored));
    connection.execute(query).await?;
    Ok(())
}

async fn note(
    connection: &mut Connection,
    unit: &str,
    event: &AccountEvent,
) -> Result<(), StoreError> {
    let query = connection
        .query(
            "INSERT INTO account_events (unit, id, user_id, by_user, kind, detail, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(unit)
        .bind(event.id)
        .bind(event.user.0)
        .bind(event.by.map(|by| by.0))
        .bind(event.kind.as_str())
        .bind(event.detail.as_deref())
        .bind(stored(event.at));
    connection.execute(query).await?;
    let query = connection
        .query(
            "DELETE FROM account_events WHERE unit = $1 AND user_id = $2 AND id IN (
                SELECT id FROM account_events WHERE unit = $1 AND user_id = $2
                ORDER BY at DESC, id DESC LIMIT 1000 OFFSET $3)",
        )
        .bind(unit)
        .bind(event.user.0)
        .bind(i64::from(EVENTS_KEPT));
    connection.execute(query).await?;
    Ok(())
}

#[async_trait]
impl AccountStore for SqlStore {
    async fn change_account(&self, unit: &UnitId, change: AccountChange) -> Result<(), StoreError> {
        let what = What::Account(Of::Change(Box::new(change)));
        self.done(unit, what).await
    }

    async fn sessions_of(
        &self,
        unit: &UnitId,
        user: OfficerId,
        at: Timestamp,
    ) -> Result<Vec<SessionRow>, StoreError> {
        let mut query = select(self.readers.engine(), "sessions", SESSION, unit);
        query.push(" AND user_id = ").push_bind(user.0);
        query.push(" AND expires_at > ").push_bind(stored(at));
        query.push(" ORDER BY seen_at DESC, id DESC");
        push_limit(&mut query, PAGE_MAX);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(beside::session).collect()
    }

    async fn touch_session(
        &self,
        unit: &UnitId,
        token: SecretHash,
        seen_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let touch = Of::Touch {
            token,
            seen_at,
            expires_at,
        };
        self.done(unit, What::Account(touch)).await
    }

    async fn factors_of(
        &self,
        unit: &UnitId,
        user: OfficerId,
    ) -> Result<Vec<FactorRow>, StoreError> {
        let mut query = select(self.readers.engine(), "factors", FACTOR, unit);
        query.push(" AND user_id = ").push_bind(user.0);
        query.push(" ORDER BY created_at, id");
        push_limit(&mut query, PAGE_MAX);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(factor).collect()
    }

    async fn accounts_with(
        &self,
        unit: &UnitId,
        kinds: &[&str],
    ) -> Result<Vec<OfficerId>, StoreError> {
        let mut found = Vec::new();
        for kind in kinds {
            let mut query = select(self.readers.engine(), "factors", &["user_id"], unit);
            query.push(" AND kind = ").push_bind(*kind);
            for row in self.readers.fetch_all(query).await? {
                let user = OfficerId(get(&row, "user_id")?);
                if !found.contains(&user) {
                    found.push(user);
                }
            }
        }
        Ok(found)
    }

    async fn factor(
        &self,
        unit: &UnitId,
        kind: &str,
        key: SecretHash,
    ) -> Result<Option<FactorRow>, StoreError> {
        let mut query = select(self.readers.engine(), "factors", FACTOR, unit);
        query.push(" AND kind = ").push_bind(kind);
        query.push(" AND factor_key = ").push_bind(hash_bytes(key));
        let row = self.readers.fetch_optional(query).await?;
        row.as_ref().map(factor).transpose()
    }

    async fn put_ceremony(&self, unit: &UnitId, ceremony: &CeremonyRow) -> Result<(), StoreError> {
        let what = What::Account(Of::PutCeremony(ceremony.clone()));
        self.done(unit, what).await
    }

    async fn ceremony(
        &self,
        unit: &UnitId,
        token: SecretHash,
        at: Timestamp,
    ) -> Result<Option<CeremonyRow>, StoreError> {
        let columns = ["token", "sealed", "expires_at"];
        let mut query = select(self.readers.engine(), "ceremonies", &columns, unit);
        query.push(" AND token = ").push_bind(hash_bytes(token));
        query.push(" AND expires_at > ").push_bind(stored(at));
        let row = self.readers.fetch_optional(query).await?;
        let read = |row: &Row| {
            Ok(CeremonyRow {
                token: hash_of(get(row, "token")?, "token")?,
                sealed: get(row, "sealed")?,
                expires_at: moment(row, "expires_at")?,
            })
        };
        row.as_ref().map(read).transpose()
    }

    async fn take_ceremony(
        &self,
        unit: &UnitId,
        token: SecretHash,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let what = What::Account(Of::TakeCeremony(token, at));
        match self.change(unit, what).await? {
            Answer::Rows(rows) => Ok(rows > 0),
            _ => Err(super::unfit()),
        }
    }

    async fn account_events(
        &self,
        unit: &UnitId,
        user: OfficerId,
        limit: u32,
    ) -> Result<Vec<AccountEvent>, StoreError> {
        let columns = ["id", "user_id", "by_user", "kind", "detail", "at"];
        let mut query = select(self.readers.engine(), "account_events", &columns, unit);
        query.push(" AND user_id = ").push_bind(user.0);
        query.push(" ORDER BY at DESC, id DESC");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(event).collect()
    }
}
