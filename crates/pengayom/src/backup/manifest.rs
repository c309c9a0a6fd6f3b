//! What a backup says of itself, in the clear: nothing in it is about persons.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use pengayom_core::value::UnitId;
use pengayom_node::keyring::{self, Unlocked};
use pengayom_node::{KeyringError, NodeKey, Purpose};
use serde::{Deserialize, Serialize};

/// The format this program writes, and the newest it reads.
pub(crate) const FORMAT: u32 = 1;

/// The manifest's name in the folder.
pub(super) const NAME: &str = "manifest.json";

/// A backup's manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Version of the format.
    pub(crate) format: u32,
    #[serde(flatten)]
    pub(crate) head: Head,
    /// What each unit has.
    pub(crate) units: Vec<UnitEntry>,
    /// The parts, in the order they are to be read.
    pub(crate) parts: Vec<PartEntry>,
    /// HMAC-SHA-256 of the rest under a key that follows from the node's key, 64 hexadecimal digits:
    /// whoever has the key sees that no part was left out or put in place of another.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) seal: String,
}

/// What is known before the first row is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Version of the program that made it.
    pub(crate) program: String,
    /// Number of the store's last migration.
    pub(crate) schema: i64,
    /// When it was begun; the record is as it was then, or a moment later.
    pub(crate) created_at: Timestamp,
    /// Where the file with the node's key lay on the machine that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_file: Option<String>,
    /// Who can open it (`age1…`), the node first.
    pub(crate) recipients: Vec<String>,
    /// The root secret of each unit, wrapped by the node's key of that time, in base64 (RFC 4648 §4):
    /// the node's key alone opens the backup.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) keyrings: BTreeMap<String, String>,
}

/// The keyrings of these units, as they stand in a manifest.
pub(crate) fn keyrings_of(units: &[Unlocked]) -> BTreeMap<String, String> {
    let units = units.iter();
    units
        .map(|unit| (unit.unit.to_string(), BASE64.encode(&unit.wrapped)))
        .collect()
}

impl Head {
    /// The root secrets the node's key opens, that of the seal first. In backups of the first
    /// releases that is the key itself.
    ///
    /// # Errors
    /// [`KeyringError`] when it is not the key the backup was made with.
    pub(crate) fn roots(&self, key: &NodeKey) -> Result<Vec<NodeKey>, KeyringError> {
        if self.keyrings.is_empty() {
            return Ok(vec![key.clone()]);
        }
        let mut roots = Vec::new();
        for (code, wrapped) in &self.keyrings {
            let unit: UnitId = code.parse().map_err(|_| KeyringError::NoUnit)?;
            let wrapped = BASE64
                .decode(wrapped)
                .map_err(|_| KeyringError::Damaged { unit: unit.clone() })?;
            let root = keyring::open(key, &wrapped, &unit)?;
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        Ok(roots)
    }
}

/// What a unit has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnitEntry {
    /// Its code.
    pub(crate) unit: String,
    /// Acts recorded.
    pub(crate) acts: u64,
    /// Sequence number of the last.
    pub(crate) last_sequence: i64,
    /// Rows of each table that is carried.
    pub(crate) rows: BTreeMap<String, u64>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartEntry {
    /// Its name in the folder.
    pub(crate) file: String,
    /// Whose rows.
    pub(crate) unit: String,
    /// Of which table.
    pub(crate) table: String,
    /// How many.
    pub(crate) rows: u64,
    /// Its size as it lies there.
    pub(crate) size_bytes: u64,
    /// SHA-256 of it as it lies there, 64 hexadecimal digits.
    pub(crate) sha256: String,
}

impl Manifest {
    /// The seal it must carry under a key.
    fn seal_under(&self, key: &NodeKey) -> String {
        let mut open = self.clone();
        open.seal.clear();
        let text = serde_json::to_vec(&open).unwrap_or_default();
        hex(&key.hash(Purpose::BackupManifest, &text).0)
    }

    /// Seals it.
    pub(super) fn seal(&mut self, key: &NodeKey) {
        self.seal = self.seal_under(key);
    }

    /// Whether it is as the owner of the key sealed it.
    pub(crate) fn is_sealed_by(&self, key: &NodeKey) -> bool {
        self.seal == self.seal_under(key)
    }

    /// Rows in all.
    pub(crate) fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows).sum()
    }

    /// Bytes of all parts.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.size_bytes).sum()
    }
}

/// Hexadecimal digits of bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
