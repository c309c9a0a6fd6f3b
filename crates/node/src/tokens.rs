//! Tokens of programs: what another program shows to be let in, and what it may do then.
//!
//! A token is 256 random bits, shown once and kept as a keyed hash. It carries scopes of a closed
//! list. What staff do, a program does only for an account: it may do what its scopes name *and* the
//! account may, and stops with the account. Nothing of a token is logged.
//!
//! Asking with wrong tokens is slowed by network. One that is right is let in even then: nobody finds
//! 256 bits by trying, so a neighbour's old settings must not lock out a good program.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::OfficerId;
use pengayom_store::tokens::TokenRow;
use uuid::Uuid;

use crate::Node;
use crate::access::Staff;
use crate::accounts::staff;
use crate::error::HandleError;
use crate::keys::Purpose;

/// What every token begins with, so that people and leak scanners know one when they see it.
pub const PREFIX: &str = "pgy_";

/// Characters after [`PREFIX`]: 32 bytes in base64url without padding (RFC 4648 §5).
const BODY_CHARS: usize = 43;

/// Longest name of a token, in characters.
pub const NAME_MAX_CHARS: usize = 100;

/// Longest life of a token, in days; a program that is still used gets another one before.
pub const DAYS_MAX: u32 = 730;

/// Life of a token when nothing else is said, in days.
pub const DAYS_DEFAULT: u32 = 365;

/// Tokens of a unit that work at one time.
pub const WORKING_MAX: usize = 200;

/// Wrong tokens from one network in [`crate::accounts::TRY_WINDOW_SECONDS`].
pub const WRONG_PER_ORIGIN: u32 = 40;

/// What a program may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// File requests by Open311, and send updates of those it filed.
    Open311Write,
    /// File requests by the JSON API.
    RequestsWrite,
    /// Read how far the requests are that it filed.
    RequestsRead,
    /// Read cases, as the account may.
    CasesRead,
    /// Work on cases, as the account may.
    CasesWrite,
    /// Serve the front desk and its queue, as the account may.
    Desk,
    /// Record encounters, as the account may.
    Encounters,
    /// Read the chief's figures, as the account may.
    Board,
    /// Take out tables of the record, as the account may.
    Export,
    /// Keep the list of who is told what by webhooks, as the account may.
    Webhooks,
    /// Keep accounts and settings, as the account may.
    Accounts,
}

impl Scope {
    /// All scopes, in the order they are listed.
    pub const ALL: [Self; 11] = [
        Self::Open311Write,
        Self::RequestsWrite,
        Self::RequestsRead,
        Self::CasesRead,
        Self::CasesWrite,
        Self::Desk,
        Self::Encounters,
        Self::Board,
        Self::Export,
        Self::Webhooks,
        Self::Accounts,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open311Write => "open311:write",
            Self::RequestsWrite => "requests:write",
            Self::RequestsRead => "requests:read",
            Self::CasesRead => "cases:read",
            Self::CasesWrite => "cases:write",
            Self::Desk => "desk",
            Self::Encounters => "encounters",
            Self::Board => "board",
            Self::Export => "export",
            Self::Webhooks => "webhooks",
            Self::Accounts => "accounts",
        }
    }

    /// The scope of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    /// Whether it is something that staff do, so that an account has to answer for it.
    pub const fn needs_account(self) -> bool {
        !matches!(
            self,
            Self::Open311Write | Self::RequestsWrite | Self::RequestsRead
        )
    }
}

/// A program that was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// Identifier of its token; what it does is kept apart from what other programs do by it.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The account it acts for; it may do no more than this.
    pub staff: Option<Staff>,
}

impl Bearer {
    /// Whether it carries a scope. For what staff do, the account's own permissions are asked besides.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) && (!scope.needs_account() || self.staff.is_some())
    }
}

/// What a new token is.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What people call it, such as the program that has it.
    pub name: String,
    /// What the program may do.
    pub scopes: Vec<Scope>,
    /// Login of the account it acts for.
    pub login: Option<String>,
    /// How many days it works; 1 to [`DAYS_MAX`].
    pub days: u32,
    /// Who makes it; `None`: the command line.
    pub made_by: Option<OfficerId>,
}

/// A token just made.
#[derive(Debug, Clone)]
pub struct MadeToken {
    /// The token itself, kept nowhere; shown once.
    pub text: String,
    /// What is kept of it.
    pub row: TokenRow,
}

/// Why a token cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The name is empty, too long, or has control characters.
    #[error("name must have 1 to {NAME_MAX_CHARS} characters, all of them visible: found {0}")]
    Name(usize),
    /// One that works has the same name.
    #[error("a token that works has this name already")]
    NameTaken,
    /// No scope.
    #[error("a token needs at least one scope")]
    NoScope,
    /// A scope of what staff do, and no account.
    #[error("{} is what staff do: it needs the account the program acts for", .0.as_str())]
    NeedsAccount(Scope),
    /// There is no such account, or it is disabled.
    #[error("the unit has no active account {0:?}")]
    Account(String),
    /// Too short or too long a life.
    #[error("a token works 1 to {DAYS_MAX} days: found {0}")]
    Days(u32),
    /// As many work as may.
    #[error("{WORKING_MAX} tokens work already; revoke those not needed")]
    TooMany,
}

impl Node {
    /// Makes a token.
    ///
    /// # Errors
    /// `Err(Ok(TokenError))` when what is given cannot be a token, `Err(Err(..))` for the store's.
    pub async fn add_token(
        &self,
        new: NewToken,
    ) -> Result<MadeToken, Result<TokenError, HandleError>> {
        let name = new.name.trim().to_owned();
        check_token(&new, &name).map_err(Ok)?;
        let unit = self.unit().id.clone();
        let now = self.now();
        let store = |error| Err(HandleError::from(error));
        let user = match &new.login {
            Some(login) => {
                let login = login.trim().to_lowercase();
                let user = self.store.user_by_login(&unit, &login).await;
                let user = user.map_err(store)?;
                let user = user.filter(|user| user.disabled_at.is_none());
                let short = || login.chars().take(64).collect();
                Some(user.ok_or_else(|| Ok(TokenError::Account(short())))?.id)
            }
            None => None,
        };
        let working = self.working_tokens(now).await.map_err(Err)?;
        if working >= WORKING_MAX {
            return Err(Ok(TokenError::TooMany));
        }
        let mut scopes = new.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        let text = format!("{PREFIX}{}", self.new_token());
        let row = TokenRow {
            id: self.new_id(),
            token: self.hash(Purpose::Token, text.as_bytes()),
            name,
            scopes: scopes.iter().map(|s| s.as_str().to_owned()).collect(),
            user,
            made_by: new.made_by,
            created_at: now,
            expires_at: now
                .checked_add(SignedDuration::from_hours(24 * i64::from(new.days)))
                .unwrap_or(Timestamp::MAX),
            used_on: None,
            revoked_at: None,
        };
        match self.store.add_token(&unit, &row).await {
            Ok(()) => Ok(MadeToken { text, row }),
            Err(pengayom_store::StoreError::Taken { .. }) => Err(Ok(TokenError::NameTaken)),
            Err(error) => Err(store(error)),
        }
    }

    async fn working_tokens(&self, at: Timestamp) -> Result<usize, HandleError> {
        let tokens = self.tokens().await?;
        Ok(tokens.iter().filter(|token| token.works(at)).count())
    }

    /// Tokens, newest first, those that ended lately included; at most [`pengayom_store::PAGE_MAX`].
    ///
    /// # Errors
    /// The store's.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, HandleError> {
        let unit = self.unit().id.clone();
        let tokens = self.store.tokens(&unit, pengayom_store::PAGE_MAX).await?;
        Ok(tokens)
    }

    /// Revokes a token by its identifier: from the next request on it opens nothing.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] when no token that is not revoked yet has it; otherwise the store's.
    pub async fn revoke_token(&self, id: Uuid) -> Result<(), HandleError> {
        let unit = self.unit().id.clone();
        if self.store.revoke_token(&unit, id, self.now()).await? {
            Ok(())
        } else {
            Err(HandleError::NotFound("token"))
        }
    }

    /// Who shows a token; `None` when it is none of ours, expired or revoked, or its account was
    /// disabled. `origin` is the network the asker comes from; it is only counted, under a keyed hash.
    ///
    /// # Errors
    /// [`HandleError::TooManyTries`] when the network showed too many wrong ones and this one is wrong
    /// as well; otherwise the store's.
    pub async fn token(&self, text: &str, origin: &str) -> Result<Option<Bearer>, HandleError> {
        if has_the_shape(text)
            && let Some(bearer) = self.bearer(text).await?
        {
            return Ok(Some(bearer));
        }
        let key = format!("token/origin/{origin}");
        self.require_tries_left(&key, WRONG_PER_ORIGIN).await?;
        self.count_try(&key, WRONG_PER_ORIGIN).await?;
        Ok(None)
    }

    async fn bearer(&self, text: &str) -> Result<Option<Bearer>, HandleError> {
        let unit = self.unit().id.clone();
        let now = self.now();
        let hash = self.hash(Purpose::Token, text.as_bytes());
        let row = self.store.token(&unit, hash).await?;
        let Some(row) = row.filter(|row| row.works(now)) else {
            return Ok(None);
        };
        let account = match row.user {
            Some(user) => {
                let user = self.store.user(&unit, user).await?;
                let Some(user) = user.filter(|user| user.disabled_at.is_none()) else {
                    return Ok(None);
                };
                Some(staff(&self.unit(), &user))
            }
            None => None,
        };
        let today = first_moment_of_day(now);
        if row.used_on.is_none_or(|on| on < today) {
            // Not worth a refusal: it is noted at the next use.
            let _ = self.store.note_token_use(&unit, row.id, today).await;
        }
        Ok(Some(Bearer {
            id: row.id,
            name: row.name,
            scopes: row.scopes.iter().filter_map(|s| Scope::parse(s)).collect(),
            staff: account,
        }))
    }
}

fn check_token(new: &NewToken, name: &str) -> Result<(), TokenError> {
    let chars = name.chars().count();
    if !(1..=NAME_MAX_CHARS).contains(&chars) || name.chars().any(char::is_control) {
        return Err(TokenError::Name(chars));
    }
    if new.scopes.is_empty() {
        return Err(TokenError::NoScope);
    }
    if new.login.is_none()
        && let Some(scope) = new.scopes.iter().find(|scope| scope.needs_account())
    {
        return Err(TokenError::NeedsAccount(*scope));
    }
    if !(1..=DAYS_MAX).contains(&new.days) {
        return Err(TokenError::Days(new.days));
    }
    Ok(())
}

/// Whether a text can be a token at all; what cannot is not looked up.
fn has_the_shape(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|body| {
        body.len() == BODY_CHARS
            && body
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    })
}

/// The first moment of a day in UTC, where every day has 86 400 seconds.
fn first_moment_of_day(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(86_400)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_a_word_of_its_own() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
        }
        assert_eq!(Scope::parse("everything"), None);
    }

    #[test]
    fn what_cannot_be_a_token_is_not_looked_up() {
        assert!(has_the_shape(&format!("pgy_{}", "a".repeat(43))));
        for bad in ["", "pgy_", "a", &format!("pgy_{}", "a".repeat(44))] {
            assert!(!has_the_shape(bad), "{bad}");
        }
        assert!(!has_the_shape(&format!("pgy_{}é", "a".repeat(41))));
        assert!(!has_the_shape(&format!("PGY_{}", "a".repeat(43))));
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        let at: Timestamp = "2026-11-24T23:59:59.9Z".parse().unwrap();
        let day: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        assert_eq!(first_moment_of_day(at), day);
        assert_eq!(first_moment_of_day(day), day);
    }
}
