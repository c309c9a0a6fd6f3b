//! What an act is held to: its text as the ledger commits to it, its salt and its commitment (S18,
//! S22).
//!
//! The text has one line for each column of the act, so that whoever has text and salt can check
//! the commitment without this program. `docs/ledger.md` describes it.

use pengayom_core::value::UnitId;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// 32 random bytes from which the salts of one act follow. It is not kept.
///
/// `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Seed {
    /// The act's salt. It is kept with the act and given out with its receipt.
    pub(crate) fn salt(self) -> [u8; 32] {
        self.derive(b"pengayom/salt/1\n")
    }

    /// The salt of what was told with the act. It is erased together with the words; nobody finds
    /// it from the act's own.
    pub(crate) fn told_salt(self) -> [u8; 32] {
        self.derive(b"pengayom/told-salt/1\n")
    }

    fn derive(self, label: &[u8]) -> [u8; 32] {
        Sha256::new()
            .chain_update(label)
            .chain_update(self.0)
            .finalize()
            .into()
    }
}

/// An act as it is stored, without what was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAct {
    /// Its place in the unit's order, from 1; its leaf in the ledger is one less.
    pub sequence: i64,
    /// Word of the subject's kind.
    pub subject_kind: String,
    /// The subject.
    pub subject_id: Uuid,
    /// Its place in the subject's history.
    pub version: i64,
    /// Identifier.
    pub id: Uuid,
    /// What happened.
    pub kind: String,
    /// Schema version of the payload.
    pub schema_version: i64,
    /// Who did it, JSON.
    pub actor: String,
    /// When it happened, microseconds since 1970 in UTC.
    pub happened_at: i64,
    /// When it was recorded, likewise.
    pub recorded_at: i64,
    /// Where, JSON.
    pub place: Option<String>,
    /// What happened, JSON, without what was told.
    pub payload: String,
    /// Salt of the commitment.
    pub salt: [u8; 32],
    /// Salted hash of what was told.
    pub told_hash: Option<[u8; 32]>,
    /// What the ledger holds.
    pub commitment: [u8; 32],
}

impl StoredAct {
    /// The text that the commitment is over: one line a column, each with its name.
    pub fn text(&self, unit: &UnitId) -> String {
        // Put together from texts, it is one.
        String::from_utf8_lossy(&self.columns().text(unit)).into_owned()
    }

    fn columns(&self) -> ActColumns<'_> {
        ActColumns {
            sequence: self.sequence,
            subject_kind: self.subject_kind.as_bytes(),
            subject_id: self.subject_id,
            version: self.version,
            id: self.id,
            kind: self.kind.as_bytes(),
            schema_version: self.schema_version,
            actor: self.actor.as_bytes(),
            happened_at: self.happened_at,
            recorded_at: self.recorded_at,
            told_hash: self.told_hash.as_ref(),
            place: self.place.as_deref().map(str::as_bytes),
            payload: self.payload.as_bytes(),
        }
    }

    /// The commitment that follows from what is stored; another than [`StoredAct::commitment`] when
    /// something was altered.
    pub fn committed(&self, unit: &UnitId) -> [u8; 32] {
        pengayom_ledger::commitment(&self.salt, self.columns().text(unit))
    }
}

/// The columns of an act that its commitment is over. Texts are bytes, because in a damaged store
/// they may be no texts.
pub(crate) struct ActColumns<'a> {
    pub(crate) sequence: i64,
    pub(crate) subject_kind: &'a [u8],
    pub(crate) subject_id: Uuid,
    pub(crate) version: i64,
    pub(crate) id: Uuid,
    pub(crate) kind: &'a [u8],
    pub(crate) schema_version: i64,
    pub(crate) actor: &'a [u8],
    pub(crate) happened_at: i64,
    pub(crate) recorded_at: i64,
    pub(crate) told_hash: Option<&'a [u8; 32]>,
    pub(crate) place: Option<&'a [u8]>,
    pub(crate) payload: &'a [u8],
}

impl ActColumns<'_> {
    /// One line a column, each with its name.
    pub(crate) fn text(&self, unit: &UnitId) -> Vec<u8> {
        use base64::Engine as _;
        use std::io::Write as _;
        let told = match self.told_hash {
            Some(hash) => base64::engine::general_purpose::STANDARD.encode(hash),
            None => "-".to_owned(),
        };
        let texts = self.actor.len() + self.payload.len() + self.place.map_or(0, <[u8]>::len);
        let mut text = Vec::with_capacity(texts + 400);
        // Writing to memory does not fail.
        let _ = write!(text, "unit {unit}\nseq {}\nsubject ", self.sequence);
        text.extend_from_slice(self.subject_kind);
        let _ = write!(
            text,
            " {}\nversion {}\nid {}\nkind ",
            self.subject_id, self.version, self.id
        );
        text.extend_from_slice(self.kind);
        let _ = write!(text, "\nschema {}\nactor ", self.schema_version);
        text.extend_from_slice(self.actor);
        let _ = write!(
            text,
            "\nhappened {}\nrecorded {}\ntold {told}\nplace ",
            self.happened_at, self.recorded_at
        );
        text.extend_from_slice(self.place.unwrap_or(b"-"));
        text.extend_from_slice(b"\npayload ");
        text.extend_from_slice(self.payload);
        text.push(b'\n');
        text
    }
}
