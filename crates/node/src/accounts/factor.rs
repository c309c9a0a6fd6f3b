//! What an account signs in with beside its password: codes of an app (TOTP, RFC 6238), recovery codes,
//! passkeys, an account at the provider. Secrets are sealed; what is looked up is a keyed hash.

use jiff::Timestamp;
use pengayom_core::value::{OfficerId, SecretDigits, SecretHash};
use pengayom_store::rows::UserRow;
use pengayom_store::{AccountChange, DropFactors, FactorRow, UseFactor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use super::ceremony::Ceremony;
use super::event::EventKind;
use super::session::{Asker, Live, Method};
use super::{AccountError, Refused, TRIES_PER_LOGIN, TRIES_PER_ORIGIN};
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::{Node, seal};

/// How many recovery codes are made at a time.
pub const CODES: usize = 10;

/// Bytes of the secret of an app's codes (RFC 4226 §4 recommends 160 bits).
pub(super) const SECRET_BYTES: usize = 20;

pub(super) const TOTP: &str = "totp";
pub(super) const RECOVERY: &str = "recovery";
pub(super) const PASSKEY: &str = "passkey";
pub(super) const LINKED: &str = "linked";

/// What counts as a second factor.
pub(super) const SECOND: &[&str] = &[TOTP, PASSKEY];

/// A factor with a name, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What it is called on pages; opens nothing.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// What an account signs in with beside its password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Factors {
    /// Codes of an app.
    pub totp: Option<Named>,
    /// Recovery codes that are left.
    pub recovery_left: usize,
    /// Passkeys.
    pub passkeys: Vec<Named>,
    /// Accounts at the provider; the name is the subject.
    pub linked: Vec<Named>,
    /// A role of the account must have a second factor.
    pub required: bool,
}

impl Factors {
    /// Whether the account has a second factor.
    pub fn has_second(&self) -> bool {
        self.totp.is_some() || !self.passkeys.is_empty()
    }
}

/// The step of the clock that a typed code is of; `None` when it is of none that is taken now: SHA-1,
/// six digits, 30 seconds, one step before and after (RFC 6238 §5.2). Pure.
pub(super) fn step_of(secret: &[u8], typed: &str, now: Timestamp) -> Option<i64> {
    let seconds = u64::try_from(now.as_second()).ok()?;
    let step = totp(secret)?.check(typed, seconds)?;
    i64::try_from(step).ok()
}

fn totp(secret: &[u8]) -> Option<Totp> {
    let bytes: [u8; SECRET_BYTES] = secret.try_into().ok()?;
    let secret = Secret::new_stack(bytes);
    Builder::new().with_secret(secret).build().ok()
}

/// RFC 4648 §6, without padding: how people type the secret into an app.
pub(super) fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut push = |index: u32| {
        let letter = usize::try_from(index & 31).ok();
        let letter = letter.and_then(|index| ALPHABET.get(index));
        text.extend(letter.map(|letter| char::from(*letter)));
    };
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    text
}

/// What somebody typed as a code, without the spaces and dashes between its digits.
pub(super) fn typed_digits(text: &str) -> String {
    text.chars()
        .take(64)
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect()
}

impl Node {
    pub(super) fn draw_secret(&self) -> Vec<u8> {
        let mut secret = vec![0_u8; SECRET_BYTES];
        self.randomness.fill(&mut secret);
        secret
    }

    /// The keyed hash a factor is found by.
    pub(super) fn factor_key(&self, kind: &str, text: &[u8]) -> SecretHash {
        let labelled = [kind.as_bytes(), b"\0", text].concat();
        self.hash(Purpose::Factor, &labelled)
    }

    fn bound(user: OfficerId, kind: &str) -> Vec<u8> {
        format!("{kind}/{user}").into_bytes()
    }

    pub(super) fn seal_factor<T: Serialize>(
        &self,
        user: OfficerId,
        kind: &str,
        content: &T,
    ) -> Result<Vec<u8>, HandleError> {
        let text = serde_json::to_vec(content).map_err(|_| HandleError::Malformed)?;
        let key = self.key.derive(Purpose::SealFactor);
        let bound = Self::bound(user, kind);
        Ok(seal::seal(&key, self.new_nonce(), &text, &bound)?)
    }

    /// Opens what a factor is checked with. One that does not open, as after a lost key, fits nothing.
    pub(super) fn open_factor<T: DeserializeOwned>(&self, row: &FactorRow) -> Option<T> {
        let sealed = row.sealed.as_deref()?;
        let key = self.key.derive(Purpose::SealFactor);
        let bound = Self::bound(row.user, &row.kind);
        let text = seal::open(&key, sealed, &bound);
        if text.is_err() {
            tracing::warn!(kind = row.kind.as_str(), "a factor does not open");
        }
        serde_json::from_slice(&text.ok()?).ok()
    }

    pub(super) fn new_factor(
        &self,
        user: OfficerId,
        kind: &str,
        key: SecretHash,
        sealed: Option<Vec<u8>>,
    ) -> FactorRow {
        FactorRow {
            id: self.new_id(),
            user,
            kind: kind.to_owned(),
            key,
            name: None,
            sealed,
            mark: 0,
            created_at: self.now(),
            used_at: None,
        }
    }

    /// Whether a role of the account must have a second factor. Demonstration accounts are left out:
    /// their passwords are published anyway, and nobody outside the machine reaches them.
    pub(super) fn needs_second(&self, user: &UserRow) -> bool {
        let unit = self.unit();
        let rules = unit.pack.sign_in();
        !user.demo
            && user
                .roles
                .iter()
                .any(|role| rules.needs_second_factor(role))
    }

    pub(super) async fn factor_rows(&self, user: OfficerId) -> Result<Vec<FactorRow>, HandleError> {
        Ok(self.store.factors_of(&self.unit().id, user).await?)
    }

    pub(super) fn factors_among(&self, rows: &[FactorRow], required: bool) -> Factors {
        let named = |row: &FactorRow| Named {
            id: row.id,
            name: match row.kind.as_str() {
                LINKED => self.open_factor::<String>(row).unwrap_or_default(),
                _ => row.name.clone().unwrap_or_default(),
            },
            created_at: row.created_at,
            used_at: row.used_at,
        };
        let of = |kind: &str| {
            let rows = rows.iter().filter(move |row| row.kind == kind);
            rows.map(named).collect::<Vec<_>>()
        };
        Factors {
            totp: of(TOTP).pop(),
            recovery_left: rows.iter().filter(|row| row.kind == RECOVERY).count(),
            passkeys: of(PASSKEY),
            linked: of(LINKED),
            required,
        }
    }

    /// What the owner of a session signs in with.
    ///
    /// # Errors
    /// The store's.
    pub async fn own_factors(&self, live: &Live) -> Result<Factors, HandleError> {
        let user = self.user_of(live).await?;
        let rows = self.factor_rows(user.id).await?;
        Ok(self.factors_among(&rows, self.needs_second(&user)))
    }

    /// Checks a typed code against an account and uses it up: a code of the app works once, and none
    /// before it works after; a recovery code is gone. Tries are counted by account and by origin.
    pub(super) async fn use_code(
        &self,
        user: &UserRow,
        typed: &str,
        asker: &Asker,
    ) -> Result<Method, HandleError> {
        let own = format!("sign-in/code/{}", user.id);
        self.count_try_of(user.id, &own, TRIES_PER_LOGIN).await?;
        self.count_try(
            &format!("sign-in/origin/{}", asker.origin),
            TRIES_PER_ORIGIN,
        )
        .await?;
        let typed = typed_digits(typed);
        let rows = self.factor_rows(user.id).await?;
        let change = self
            .use_of_code(user, &rows, &typed)
            .ok_or(HandleError::NoMatch)?;
        let method = if change.used_up.is_some() {
            Method::Recovery
        } else {
            Method::Totp
        };
        match self.change(change).await {
            Ok(()) => {}
            // Somebody else brought the same code a moment ago.
            Err(HandleError::Store(pengayom_store::StoreError::Missing { .. })) => {
                return Err(HandleError::NoMatch);
            }
            Err(error) => return Err(error),
        }
        self.forget_tries(&own).await?;
        Ok(method)
    }

    fn use_of_code(
        &self,
        user: &UserRow,
        rows: &[FactorRow],
        typed: &str,
    ) -> Option<AccountChange> {
        let all_digits = typed.chars().all(|c| c.is_ascii_digit());
        if all_digits && typed.len() == 6 {
            let row = rows.iter().find(|row| row.kind == TOTP)?;
            let secret: Vec<u8> = self.open_factor(row)?;
            let used = UseFactor {
                id: row.id,
                mark: step_of(&secret, typed, self.now())?,
                must_grow: true,
                sealed: None,
                at: self.now(),
            };
            return Some(AccountChange {
                used: Some(used),
                ..AccountChange::of(user.id)
            });
        }
        let code: SecretDigits = typed.parse().ok()?;
        let key = self.recovery_key(user.id, &code);
        let row = rows
            .iter()
            .find(|row| row.kind == RECOVERY && row.key == key)?;
        let left = rows.iter().filter(|row| row.kind == RECOVERY).count() - 1;
        let event = self.event(
            user.id,
            Some(user.id),
            EventKind::RecoveryUsed,
            Some(left.to_string()),
        );
        Some(AccountChange {
            used_up: Some(row.id),
            event: Some(event),
            ..AccountChange::of(user.id)
        })
    }

    fn recovery_key(&self, user: OfficerId, code: &SecretDigits) -> SecretHash {
        let text = format!("{user}/{}", code.plain());
        self.factor_key(RECOVERY, text.as_bytes())
    }

    /// New recovery codes, and the rows that keep their hashes.
    fn draw_codes(&self, user: OfficerId) -> (Vec<SecretDigits>, Vec<FactorRow>) {
        let mut codes: Vec<SecretDigits> = Vec::with_capacity(CODES);
        let mut rows = Vec::with_capacity(CODES);
        while codes.len() < CODES {
            let mut draw = [0_u8; 8];
            self.randomness.fill(&mut draw);
            let code = SecretDigits::from_random(u64::from_be_bytes(draw));
            let key = self.recovery_key(user, &code);
            if rows.iter().all(|row: &FactorRow| row.key != key) {
                rows.push(self.new_factor(user, RECOVERY, key, None));
                codes.push(code);
            }
        }
        (codes, rows)
    }

    /// What sets an app up for an account: its secret, the step that was just used, ten recovery codes.
    pub(super) fn totp_setup(
        &self,
        user: OfficerId,
        secret: &[u8],
        step: i64,
    ) -> Result<(AccountChange, Vec<SecretDigits>), HandleError> {
        let sealed = self.seal_factor(user, TOTP, &secret)?;
        let key = self.factor_key(TOTP, user.to_string().as_bytes());
        let mut row = self.new_factor(user, TOTP, key, Some(sealed));
        row.mark = step;
        row.used_at = Some(self.now());
        let (codes, mut factors) = self.draw_codes(user);
        factors.push(row);
        let change = AccountChange {
            drop: DropFactors::Kinds(&[TOTP, RECOVERY]),
            factors,
            event: Some(self.event(user, Some(user), EventKind::TotpAdded, None)),
            ..AccountChange::of(user)
        };
        Ok((change, codes))
    }

    /// Begins to set an app up: gives the secret as people type it, and the token for the browser.
    ///
    /// # Errors
    /// [`HandleError::ProofNeeded`], or the store's.
    pub async fn begin_totp(&self, live: &Live) -> Result<(String, String), HandleError> {
        live.require_proof()?;
        let secret = self.draw_secret();
        let shown = base32(&secret);
        let ceremony = Ceremony::Totp {
            user: live.staff.id,
            secret,
        };
        let (token, _) = self.begin_ceremony(&ceremony).await?;
        Ok((shown, token))
    }

    /// The secret of an app that is being set up; `None` when it was not begun, or too long ago.
    ///
    /// # Errors
    /// The store's.
    pub async fn totp_begun(
        &self,
        live: &Live,
        token: &str,
    ) -> Result<Option<String>, HandleError> {
        match self.read_ceremony(token).await? {
            Some(Ceremony::Totp { user, secret }) if user == live.staff.id => {
                Ok(Some(base32(&secret)))
            }
            _ => Ok(None),
        }
    }

    /// Sets an app up once a code of it fits; gives the recovery codes, which are shown this once.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`], [`HandleError::TooManyTries`], [`HandleError::ProofNeeded`],
    /// [`HandleError::NotFound`] when it was begun too long ago; or the store's.
    pub async fn finish_totp(
        &self,
        live: &Live,
        token: &str,
        typed: &str,
    ) -> Result<Vec<SecretDigits>, HandleError> {
        live.require_proof()?;
        let user = live.staff.id;
        self.count_try(&format!("enrol/{user}"), TRIES_PER_LOGIN * 2)
            .await?;
        let Some(Ceremony::Totp { user: of, secret }) = self.read_ceremony(token).await? else {
            return Err(HandleError::NotFound("enrolment"));
        };
        if of != user {
            return Err(HandleError::NotFound("enrolment"));
        }
        let step =
            step_of(&secret, &typed_digits(typed), self.now()).ok_or(HandleError::NoMatch)?;
        if !self.drop_ceremony(token).await? {
            return Err(HandleError::NotFound("enrolment"));
        }
        let (change, codes) = self.totp_setup(user, &secret, step)?;
        self.change(change).await?;
        Ok(codes)
    }

    /// New recovery codes in the place of those that are left.
    ///
    /// # Errors
    /// [`HandleError::ProofNeeded`]; [`HandleError::NotFound`] without a second factor; or the store's.
    pub async fn new_recovery_codes(&self, live: &Live) -> Result<Vec<SecretDigits>, HandleError> {
        live.require_proof()?;
        let user = live.staff.id;
        if !self.own_factors(live).await?.has_second() {
            return Err(HandleError::NotFound("second factor"));
        }
        let (codes, factors) = self.draw_codes(user);
        let change = AccountChange {
            drop: DropFactors::Kinds(&[RECOVERY]),
            factors,
            event: Some(self.event(user, Some(user), EventKind::RecoveryMade, None)),
            ..AccountChange::of(user)
        };
        self.change(change).await?;
        Ok(codes)
    }

    /// Takes a factor of one's own away. With the last second factor its recovery codes go.
    ///
    /// # Errors
    /// [`AccountError::LastFactor`] when the account must keep one; [`HandleError::ProofNeeded`],
    /// [`HandleError::NotFound`]; or the store's.
    pub async fn drop_own_factor(&self, live: &Live, id: Uuid) -> Result<(), Refused> {
        live.require_proof()?;
        let user = self.user_of(live).await?;
        let rows = self.factor_rows(user.id).await?;
        let row = rows.iter().find(|row| row.id == id && row.kind != RECOVERY);
        let row = row.ok_or(HandleError::NotFound("factor"))?;
        let is_second = |row: &&FactorRow| SECOND.contains(&row.kind.as_str());
        let last = is_second(&row) && rows.iter().filter(is_second).count() == 1;
        if last && self.needs_second(&user) {
            return Err(AccountError::LastFactor.into());
        }
        let kind = match row.kind.as_str() {
            TOTP => EventKind::TotpRemoved,
            PASSKEY => EventKind::PasskeyRemoved,
            _ => EventKind::Unlinked,
        };
        let change = AccountChange {
            used_up: Some(id),
            drop: if last {
                DropFactors::Kinds(&[RECOVERY])
            } else {
                DropFactors::None
            },
            event: Some(self.event(user.id, Some(user.id), kind, row.name.clone())),
            ..AccountChange::of(user.id)
        };
        Ok(self.change(change).await?)
    }

    pub(super) async fn user_of(&self, live: &Live) -> Result<UserRow, HandleError> {
        let user = self.store.user(&self.unit().id, live.staff.id).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        user.ok_or(HandleError::NotFound("account"))
    }

    /// Counts a try at an account, and notes for its owner when there were too many.
    pub(super) async fn count_try_of(
        &self,
        user: OfficerId,
        key: &str,
        limit: u32,
    ) -> Result<(), HandleError> {
        let (count, until) = self.tried(key).await?;
        if count <= limit {
            return Ok(());
        }
        if count == limit + 1 {
            let change = AccountChange {
                event: Some(self.event(user, None, EventKind::TooManyTries, None)),
                ..AccountChange::of(user)
            };
            self.change(change).await?;
        }
        Err(HandleError::TooManyTries { until })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(
                step_of(secret, code, at(second)),
                Some(second / 30),
                "{second}"
            );
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_more() {
        let secret = b"12345678901234567890";
        let step = 1_234_567_890 / 30;
        for (away, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let now = at((step + away) * 30);
            assert_eq!(step_of(secret, "005924", now).is_some(), taken, "{away}");
        }
        for bad in ["", "5924", "0059240", "+05924", "00592é", "٠٠٥٩٢٤"] {
            assert_eq!(step_of(secret, bad, at(1_234_567_890)), None, "{bad}");
        }
        assert_eq!(step_of(b"short", "005924", at(0)), None);
        assert_eq!(step_of(secret, "005924", at(-5)), None);
    }

    /// RFC 4648 §10.
    #[test]
    fn the_typed_key_is_base32_of_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_as_a_code_is_judged_without_a_panic(text in ".*", second in any::<i32>()) {
            let typed = typed_digits(&text);
            prop_assert!(typed.chars().count() <= 64);
            let _ = step_of(b"12345678901234567890", &typed, at(i64::from(second)));
        }

        #[test]
        fn a_key_of_whole_groups_has_a_letter_for_each_five_bits(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(base32(&bytes).len(), (bytes.len() * 8).div_ceil(5));
        }
    }
}
