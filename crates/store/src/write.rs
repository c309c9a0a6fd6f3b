//! What is written: an append and all that belongs to it.

use jiff::Timestamp;
use pengayom_core::act::{Act, ActPlace, Actor, Payload, Subject};
use pengayom_core::value::{
    ActId, CaseSeries, CommandId, PersonId, SecretHash, TicketSeries, UnitId,
};
use uuid::Uuid;

use crate::notice::WishRow;
use crate::proof::{Seed, StoredAct};
use crate::views::State;

/// An act before it has its version.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAct {
    /// Identifier, sorted by time.
    pub id: ActId,
    /// Who did it.
    pub actor: Actor,
    /// When it happened.
    pub happened_at: Timestamp,
    /// When it is recorded.
    pub recorded_at: Timestamp,
    /// Where.
    pub place: Option<ActPlace>,
    /// What happened.
    pub payload: Payload,
    /// Random bytes that nobody else knows: what the ledger holds of the act is salted with them.
    /// `None` only where a measurement leaves the ledger out: such an act has no commitment and
    /// keeps its words, as before there was a ledger, and gets one when the store is opened again.
    pub seed: Option<Seed>,
}

/// The command an append came from, so that a repeated one gets the first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandRecord {
    /// Made by the asker.
    pub id: CommandId,
    /// Of what was asked; another content under the same id is refused.
    pub fingerprint: CommandFingerprint,
}

/// Tells a repeated command from another one under the same id, without giving away what was asked:
/// nobody without the key can test a guess of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandFingerprint {
    /// What is stored: [`CommandFingerprint::KEY_BYTES`] that name the key, then HMAC-SHA-256 under it
    /// of `plain`.
    pub keyed: [u8; 40],
    /// SHA-256 over what was asked. Never stored; commands of before are held to it.
    pub plain: [u8; 32],
}

impl CommandFingerprint {
    /// How many bytes name the key.
    pub const KEY_BYTES: usize = 8;

    /// Whether a stored fingerprint is of the same content. One under another key cannot be held to
    /// anything, as after a key was lost: the id decides, which only the asker knew.
    pub(crate) fn is_of(&self, stored: &[u8]) -> bool {
        if stored.len() == self.plain.len() {
            return stored == self.plain;
        }
        let (ours, theirs) = (
            self.keyed.split_at_checked(Self::KEY_BYTES),
            stored.split_at_checked(Self::KEY_BYTES),
        );
        match (ours, theirs) {
            (Some((key, hash)), Some((other, found))) => key != other || hash == found,
            _ => false,
        }
    }
}

/// The key of a row in another system, so that importing it twice changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceKey {
    /// The source's name.
    pub source: String,
    /// The row's own key.
    pub key: String,
}

/// A person's details, sealed by the node; the store cannot read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPerson {
    /// Whose they are.
    pub id: PersonId,
    /// The person's key, wrapped by the node's key.
    pub wrapped_key: Vec<u8>,
    /// The details, sealed under the person's key.
    pub sealed: Vec<u8>,
    /// When they were given.
    pub recorded_at: Timestamp,
    /// Keyed hashes of what they are found by, such as a telephone number; written with the append
    /// beside those known already. Empty when read.
    pub contacts: Vec<SecretHash>,
}

/// The wrapped root secret of a unit, in place of the one that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringChange {
    /// Whose.
    pub unit: UnitId,
    /// What is there now; `None` when there is none yet.
    pub expected: Option<Vec<u8>>,
    /// The new one; the store cannot read it.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub at: Timestamp,
    /// Work that follows from it.
    pub jobs: Vec<NewJob>,
}

/// What a file that was sent is, beside its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Media type.
    pub media_type: String,
    /// When it was given.
    pub recorded_at: Timestamp,
    /// With it, the file goes with the expired drafts unless an append names it first.
    pub keep_until: Option<Timestamp>,
    /// SHA-256 that the content must have, 64 hexadecimal digits, when that is known.
    pub claimed: Option<String>,
}

/// A file as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the content, 64 hexadecimal digits.
    pub sha256: String,
    /// Size of the content.
    pub size_bytes: u64,
}

/// A job to be done after the commit, in the same transaction as what caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Identifier.
    pub id: Uuid,
    /// The job's name, such as `media.preview`.
    pub kind: String,
    /// What it needs, as JSON, free of personal data.
    pub payload: String,
    /// Not before.
    pub run_at: Timestamp,
}

/// The number that a letter says it has in its series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterNumber {
    /// The series, such as `letter/sttlp/2026`.
    pub series: String,
    /// The number, from 1.
    pub n: u32,
}

/// Acts to append to one subject, with all that belongs to them.
#[derive(Debug, Clone)]
pub struct Append {
    /// The unit that owns the record.
    pub unit: UnitId,
    /// The subject.
    pub subject: Subject,
    /// What was known of the subject when it was decided; its version is the expected one.
    pub before: Option<State>,
    /// The acts, in order; at least one.
    pub acts: Vec<NewAct>,
    /// Other subjects that were looked at to decide it, and the version each had. Refused as stale when one has
    /// another by now, also by what comes before it in the same commit.
    pub rests_on: Vec<(Subject, u32)>,
    /// Number the filing in this series.
    pub series: Option<CaseSeries>,
    /// The number a letter has in its series; refused when it is not the next one.
    pub letter: Option<LetterNumber>,
    /// Give a visitor the next ticket of this series.
    pub tickets: Option<TicketSeries>,
    /// The command they came from.
    pub command: Option<CommandRecord>,
    /// The row of another system they came from.
    pub source_key: Option<SourceKey>,
    /// People named in the acts.
    pub persons: Vec<SealedPerson>,
    /// Blobs named in the acts, kept for good from now on (by SHA-256; put before).
    pub blobs: Vec<String>,
    /// Jobs the acts cause.
    pub jobs: Vec<NewJob>,
    /// What the reporter of a new case said of being told of it.
    pub wish: Option<WishRow>,
    /// What goes with these acts, in the same transaction.
    pub erase: Option<Erase>,
}

/// What is erased of a subject, so that its acts and statistics stay and nobody is found by them.
///
/// What was told in all acts of the subject goes too, with the words it is found by; the acts of the
/// append have to say so (`personal_data_erased`), so that views derived anew agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erase {
    /// Persons whose keys and details are destroyed.
    pub persons: Vec<PersonId>,
    /// Blobs whose content is dropped (by SHA-256).
    pub blobs: Vec<String>,
}

impl Append {
    /// An append of acts alone.
    pub fn new(unit: UnitId, subject: Subject, before: Option<State>, acts: Vec<NewAct>) -> Self {
        Self {
            unit,
            subject,
            before,
            acts,
            rests_on: Vec::new(),
            series: None,
            letter: None,
            tickets: None,
            command: None,
            source_key: None,
            persons: Vec::new(),
            blobs: Vec::new(),
            jobs: Vec::new(),
            wish: None,
            erase: None,
        }
    }

    /// The version the subject must have.
    pub fn expected_version(&self) -> u32 {
        self.before.as_ref().map_or(0, State::version)
    }
}

/// What an append came to.
#[derive(Debug, Clone)]
pub struct Appended {
    /// The acts as recorded, with their versions and the case's number.
    pub acts: Vec<Act>,
    /// The subject; of a repeated command the one of the first time.
    pub subject: Subject,
    /// Place of the last act in the unit's order.
    pub sequence: i64,
    /// The command (or source key) was recorded before; nothing changed.
    pub repeated: bool,
    /// The same acts as the ledger holds them; empty for those of another commit.
    pub stored: Vec<StoredAct>,
}
