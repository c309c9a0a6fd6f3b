//! Receipts: what somebody takes home who reported something, and how it is checked without
//! trusting the unit (S22).

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::checkpoint::CheckpointError;
use crate::commit::commitment;
use crate::hash::{Hash, leaf_hash};
use crate::key::{KeyId, KeyKind, VerifierKey};
use crate::note::NoteError;
use crate::promise::{CompactPromise, Promise, PromiseError, SignedPromise, spell, unspell};
use crate::proof::{ProofError, TlogProof, verify_consistency};
use crate::text;
use crate::tree::TreeHead;

/// The format's name, in the JSON and on the line before it.
pub const RECEIPT_FORMAT: &str = "pengayom-receipt/v1";

/// The line of a receipt's text after which the JSON follows.
pub const RECEIPT_MARKER: &str = "--- pengayom-receipt/v1 ---";

/// The longest receipt that is read, in bytes, text and all.
pub const MAX_RECEIPT_BYTES: usize = 256 * 1024;

/// The longest act's text that is read, in bytes.
pub const MAX_ACT_BYTES: usize = 128 * 1024;

/// Seconds by which clocks may differ before a moment counts as one of the future.
pub const CLOCK_ALLOWANCE_SECONDS: i64 = 300;

/// What a service costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// In whole units of the currency; 0 where the service is free.
    pub amount: u64,
    /// Its ISO 4217 code, `IDR`.
    pub currency: String,
}

/// A receipt as it is written down. Nothing in it is to be believed before [`verify`]; `unit_name`,
/// `fee` and `log` are for the reader and signed by nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// [`RECEIPT_FORMAT`].
    pub format: String,
    /// The unit's code.
    pub unit: String,
    /// The unit's name, for the reader.
    pub unit_name: String,
    /// The number people use.
    pub number: String,
    /// When it was recorded: RFC 3339, UTC, microseconds.
    pub recorded_at: String,
    /// What it cost, for the reader; absent where the pack says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// The log's key, as the unit states it. Whoever checks has it from elsewhere too.
    pub key: String,
    /// Where the log is to be had.
    pub log: String,
    /// The signed promise.
    pub promise: String,
    /// The act's text, to which the leaf is a commitment. `None` on receipts of a sensitive kind: it
    /// names the service, and a receipt may lie where others see it.
    #[serde(deserialize_with = "present")]
    pub act: Option<String>,
    /// The commitment's salt, in base64; `None` exactly when `act` is.
    #[serde(deserialize_with = "present")]
    pub salt: Option<String>,
    /// The proof that the act is in the log (C2SP tlog-proof), once there is one.
    #[serde(deserialize_with = "present")]
    pub proof: Option<String>,
}

/// A field that may be null and may not be absent, so that a proof does not get lost in silence.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

/// Why something is no receipt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Longer than any receipt.
    #[error("expected a receipt of at most {MAX_RECEIPT_BYTES} bytes, found {found}")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// The line that says where the JSON begins is not there: cut off, or something else.
    #[error("expected the line {RECEIPT_MARKER}, or JSON, found neither")]
    NoReceipt,
    /// No JSON of a receipt: cut off, altered or of another form.
    #[error("expected the JSON of a receipt, found a mistake at line {line}, column {column}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A format that came after this program.
    #[error("expected the format {RECEIPT_FORMAT}, found {found}")]
    Format {
        /// The format it states.
        found: String,
    },
}

impl Receipt {
    /// Reads a receipt, as JSON or as the text with the JSON under it. Line ends of any system and a
    /// byte order mark do no harm.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`].
    pub fn parse(all: &str) -> Result<Self, ReceiptError> {
        if all.len() > MAX_RECEIPT_BYTES {
            return Err(ReceiptError::TooLong { found: all.len() });
        }
        let json = if all
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with('{')
        {
            all.trim_start_matches('\u{feff}')
        } else {
            let marker = format!("\n{RECEIPT_MARKER}");
            let at = all.rfind(&marker).ok_or(ReceiptError::NoReceipt)?;
            all.get(at + marker.len()..).unwrap_or_default()
        };
        let receipt: Self = serde_json::from_str(json).map_err(|error| ReceiptError::Json {
            line: error.line(),
            column: error.column(),
        })?;
        if receipt.format != RECEIPT_FORMAT {
            return Err(ReceiptError::Format {
                found: receipt.format.chars().take(60).collect(),
            });
        }
        Ok(receipt)
    }

    /// The JSON, on several lines.
    ///
    /// # Errors
    ///
    /// None that occurs: a receipt is text and numbers.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// The receipt as a text file: lines for people in their language, an empty line, the marker,
    /// the JSON.
    ///
    /// # Errors
    ///
    /// As [`Receipt::to_json`].
    pub fn to_text(&self, for_people: &str) -> Result<String, serde_json::Error> {
        let json = self.to_json()?;
        Ok(format!(
            "{}\n\n{RECEIPT_MARKER}\n{json}\n",
            for_people.trim_end()
        ))
    }
}

/// What somebody may have of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// The whole of it, as JSON or as text.
    Whole(Box<Receipt>),
    /// What its QR code holds: the promise, without key, act and proof.
    Code(CompactPromise),
}

impl Given {
    /// Reads a receipt as JSON or as text, the address that its QR code holds, or what stands in
    /// that behind the `#`.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`].
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let line = text.trim().trim_start_matches('\u{feff}');
        let code = line
            .split_once('#')
            .filter(|(page, _)| page.is_empty() || page.contains("/tanda-terima"))
            .map_or(line, |(_, code)| code);
        if let Some(code) = CompactPromise::from_fragment(code) {
            return Ok(Self::Code(code));
        }
        Receipt::parse(text).map(|whole| Self::Whole(Box::new(whole)))
    }
}

/// What a receipt is checked against.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// The keys of logs that are trusted, those of before a change of key among them.
    pub keys: &'a [VerifierKey],
    /// The keys of witnesses that are trusted.
    pub witnesses: &'a [VerifierKey],
    /// How many of those have to have cosigned. More than 0 asks for a proof too.
    pub witnesses_needed: usize,
    /// Whether a receipt whose act is not yet proven to be in the log is refused.
    pub proof_needed: bool,
    /// The report that the receipt is to be of, by its number.
    pub number: Option<&'a str>,
    /// The present, in microseconds since 1970, if it is known.
    pub now: Option<i64>,
    /// The largest tree of the log that is known otherwise: from the log itself, from a witness.
    pub known: Option<Known<'a>>,
}

/// A tree of the log that is known otherwise than from the receipt.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The tree.
    pub tree: TreeHead,
    /// The proof that it grew from the receipt's, if one was fetched.
    pub consistency: Option<&'a [Hash]>,
}

/// A field that is said twice and has to be the same both times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// The unit's code.
    Unit,
    /// The number people use.
    Number,
    /// When it was recorded.
    RecordedAt,
    /// The act's place in the unit's order.
    Sequence,
}

impl fmt::Display for Field {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Unit => "unit",
            Self::Number => "number",
            Self::RecordedAt => "time of recording",
            Self::Sequence => "place in the order",
        })
    }
}

/// Why a receipt is refused. Each says what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A part is too long, cut off, or not what it should be.
    #[error("expected a readable {part}, found one that is cut off, altered or too long")]
    Unreadable {
        /// Which part: a field of the receipt.
        part: &'static str,
    },
    /// The receipt names a key that is not trusted.
    #[error("expected a key among {}, found {found}", expected.join(", "))]
    WrongKey {
        /// The trusted keys, as `name+id`.
        expected: Vec<String>,
        /// The receipt's, as `name+id`.
        found: String,
    },
    /// A signature under the promise or the checkpoint is wrong or by nobody known.
    #[error("signature of the {part}: {error}")]
    Signature {
        /// `promise` or `checkpoint`.
        part: &'static str,
        /// What is wrong with it.
        error: NoteError,
    },
    /// The same thing is said twice, differently.
    #[error("expected the {field} {expected}, as the promise says, found {found}")]
    Differs {
        /// What.
        field: Field,
        /// What the promise says.
        expected: String,
        /// What else is said.
        found: String,
    },
    /// The act is not the one that was promised: act or salt were altered.
    #[error("expected the act that was promised, found another: it does not fit the commitment")]
    OtherAct,
    /// The receipt is of another report.
    #[error("expected the receipt of {expected}, found that of {found}")]
    OtherReport {
        /// The report it should be of.
        expected: String,
        /// The report it is of.
        found: String,
    },
    /// The checkpoint is of another log.
    #[error("expected a checkpoint of the log {expected}, found one of {found}")]
    OtherLog {
        /// The log that gave the promise.
        expected: String,
        /// The checkpoint's.
        found: String,
    },
    /// The proof is of another leaf than the promised one.
    #[error("expected a proof of leaf {expected}, found one of leaf {found}")]
    OtherLeaf {
        /// The promised leaf.
        expected: u64,
        /// The proof's.
        found: u64,
    },
    /// The proof does not lead from the promised commitment to the checkpoint's root.
    #[error("expected a proof that leaf {index} is in the tree of {size}, found one that fails")]
    NotIncluded {
        /// The leaf.
        index: u64,
        /// The checkpoint's size.
        size: u64,
    },
    /// The checkpoint is older than the act.
    #[error("expected a checkpoint of more than {index} leaves, found one of {size}")]
    OlderThanTheAct {
        /// The promised leaf.
        index: u64,
        /// The checkpoint's size.
        size: u64,
    },
    /// Something was signed later than now.
    #[error("expected a {part} from before {}, found one of {}", moment(*now), moment(*found))]
    FromTheFuture {
        /// `promise` or `cosignature`.
        part: &'static str,
        /// The present, in microseconds since 1970.
        now: i64,
        /// The moment it states, likewise.
        found: i64,
    },
    /// The receipt knows a larger tree, or a later leaf, than the log has today: the log was set
    /// back, or the receipt is not its.
    #[error("expected a log of at least {found} leaves, found one of {known}")]
    AheadOfTheLog {
        /// The size of the log as it is known.
        known: u64,
        /// The size that the receipt shows it had.
        found: u64,
    },
    /// The receipt's tree is not the beginning of the log as it is known: two histories.
    #[error(
        "expected a log that grew from the tree of {size} leaves in the receipt, found another"
    )]
    Forked {
        /// The receipt's size.
        size: u64,
    },
    /// The log as it is known has another leaf where the promised one should be.
    #[error("expected the promised act as leaf {index} of the log of {size}, found another")]
    NotInTheLog {
        /// The promised leaf.
        index: u64,
        /// The size of the log as it is known.
        size: u64,
    },
    /// No proof yet, and one was asked for.
    #[error("expected a proof that the act is in the log, found none")]
    NoProof,
    /// Not enough witnesses cosigned.
    #[error("expected {expected} witnesses, found {found}")]
    TooFewWitnesses {
        /// How many were asked for.
        expected: usize,
        /// How many cosigned.
        found: usize,
    },
}

impl Refusal {
    /// A word for it that does not change: the key of its sentence in the pack.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::WrongKey { .. } => "wrong_key",
            Self::Signature { .. } => "signature",
            Self::Differs { .. } => "differs",
            Self::OtherAct => "other_act",
            Self::OtherReport { .. } => "other_report",
            Self::OtherLog { .. } => "other_log",
            Self::OtherLeaf { .. } => "other_leaf",
            Self::NotIncluded { .. } => "not_included",
            Self::OlderThanTheAct { .. } => "older_than_the_act",
            Self::FromTheFuture { .. } => "from_the_future",
            Self::AheadOfTheLog { .. } => "ahead_of_the_log",
            Self::Forked { .. } => "forked",
            Self::NotInTheLog { .. } => "not_in_the_log",
            Self::NoProof => "no_proof",
            Self::TooFewWitnesses { .. } => "too_few_witnesses",
        }
    }
}

fn moment(micros: i64) -> String {
    spell(micros).unwrap_or_else(|| format!("{micros} µs"))
}

/// What a right receipt shows. Everything in it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What was promised.
    pub promise: Promise,
    /// The key that signed the promise.
    pub key: KeyId,
    /// Whether the receipt shows the act itself, and not only that one was promised.
    pub shows_act: bool,
    /// The tree that is proven to have the act; `None` while there is only the promise.
    pub tree: Option<TreeHead>,
    /// The trusted witnesses that cosigned that tree, with the time in seconds since 1970.
    pub witnesses: Vec<(String, u64)>,
    /// Whether that tree is known to be the beginning of [`Options::known`].
    pub in_known: bool,
}

/// Checks a receipt. Pure arithmetic: it needs no log, no unit and no network.
///
/// # Errors
///
/// The first [`Refusal`] that applies.
pub fn verify(receipt: &Receipt, options: &Options<'_>) -> Result<Verdict, Refusal> {
    let key: VerifierKey =
        (receipt.key.parse()).map_err(|_| Refusal::Unreadable { part: "key" })?;
    if !options.keys.contains(&key) || key.kind() != KeyKind::Log {
        return Err(Refusal::WrongKey {
            expected: options.keys.iter().map(name_and_id).collect(),
            found: name_and_id(&key),
        });
    }
    let signed = SignedPromise::parse(&receipt.promise)
        .map_err(|_| Refusal::Unreadable { part: "promise" })?;
    let promise = signed.promise();
    let signature = |error| Refusal::Signature {
        part: "promise",
        error,
    };
    let by = signed.verified(options.keys).map_err(|error| match error {
        PromiseError::Note(error) => signature(error),
        _ => Refusal::Unreadable { part: "promise" },
    })?;
    // The receipt's own key is the one that signed: otherwise it was put together from two.
    if !by
        .iter()
        .any(|one| one.id == key.id() && one.name == key.name())
    {
        return Err(signature(NoteError::NoKnownKey {
            expected: vec![name_and_id(&key)],
            found: by
                .iter()
                .map(|one| format!("{}+{}", one.name, one.id))
                .collect(),
        }));
    }
    check_fields(receipt, promise)?;
    let shows_act = check_act(receipt, promise)?;
    if let Some(number) = options.number
        && number != promise.number
    {
        return Err(Refusal::OtherReport {
            expected: number.to_owned(),
            found: promise.number.clone(),
        });
    }
    check_time("promise", promise.recorded, options.now)?;
    let mut verdict = Verdict {
        promise: promise.clone(),
        key: key.id(),
        shows_act,
        tree: None,
        witnesses: Vec::new(),
        in_known: false,
    };
    match &receipt.proof {
        Some(proof) => check_proof(proof, options, &mut verdict)?,
        None if options.proof_needed || options.witnesses_needed > 0 => {
            return Err(Refusal::NoProof);
        }
        None => {}
    }
    if let Some(known) = options.known {
        check_known(known, options.now, &mut verdict)?;
    }
    Ok(verdict)
}

fn name_and_id(key: &VerifierKey) -> String {
    format!("{}+{}", key.name(), key.id())
}

fn same(field: Field, expected: &str, found: &str) -> Result<(), Refusal> {
    if expected == found {
        return Ok(());
    }
    Err(Refusal::Differs {
        field,
        expected: expected.to_owned(),
        found: found.chars().take(100).collect(),
    })
}

/// What the receipt says beside the promise is what the promise says.
fn check_fields(receipt: &Receipt, promise: &Promise) -> Result<(), Refusal> {
    let unit = unit_of(&promise.origin).ok_or(Refusal::Unreadable { part: "promise" })?;
    same(Field::Unit, unit, &receipt.unit)?;
    same(Field::Number, &promise.number, &receipt.number)?;
    if unspell(&receipt.recorded_at) != Some(promise.recorded) {
        same(
            Field::RecordedAt,
            &moment(promise.recorded),
            &receipt.recorded_at,
        )?;
    }
    Ok(())
}

/// The unit's code in an origin: `pengayom/<unit>/<8 hex>`.
fn unit_of(origin: &str) -> Option<&str> {
    let (unit, _) = origin.strip_prefix("pengayom/")?.rsplit_once('/')?;
    Some(unit)
}

/// The act is the promised one, and says of itself what the promise says. Whether there is one.
fn check_act(receipt: &Receipt, promise: &Promise) -> Result<bool, Refusal> {
    let unreadable = Refusal::Unreadable { part: "act" };
    let (act, salt) = match (&receipt.act, &receipt.salt) {
        (Some(act), Some(salt)) => (act, salt),
        (None, None) => return Ok(false),
        (None, Some(_)) => return Err(unreadable),
        (Some(_), None) => return Err(Refusal::Unreadable { part: "salt" }),
    };
    if act.len() > MAX_ACT_BYTES {
        return Err(unreadable);
    }
    let salt: [u8; 32] =
        text::hash_from_base64(salt).ok_or(Refusal::Unreadable { part: "salt" })?;
    if commitment(&salt, act) != promise.commitment {
        return Err(Refusal::OtherAct);
    }
    let line = |name: &str| act_line(act, name).ok_or_else(|| unreadable.clone());
    let unit = unit_of(&promise.origin).unwrap_or_default();
    same(Field::Unit, unit, line("unit")?)?;
    let seq = (promise.index + 1).to_string();
    same(Field::Sequence, &seq, line("seq")?)?;
    let recorded = promise.recorded.to_string();
    same(Field::RecordedAt, &recorded, line("recorded")?)?;
    // Only a filing bears the number; other acts are of a case that has it already.
    let payload: serde_json::Value =
        serde_json::from_str(line("payload")?).map_err(|_| unreadable.clone())?;
    match payload.get("number") {
        Some(serde_json::Value::String(number)) => same(Field::Number, &promise.number, number)?,
        Some(other) if !other.is_null() => {
            same(Field::Number, &promise.number, &other.to_string())?;
        }
        _ => {}
    }
    Ok(true)
}

/// The value of the one line of an act's text that begins with `name` and a space. `None` when there
/// is none, or several.
pub fn act_line<'a>(act: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = act
        .split('\n')
        .filter_map(|line| line.split_once(' '))
        .filter(|(found, _)| *found == name);
    let (_, value) = lines.next()?;
    lines.next().is_none().then_some(value)
}

fn check_time(part: &'static str, found: i64, now: Option<i64>) -> Result<(), Refusal> {
    match now {
        Some(now) if found > now.saturating_add(CLOCK_ALLOWANCE_SECONDS * 1_000_000) => {
            Err(Refusal::FromTheFuture { part, now, found })
        }
        _ => Ok(()),
    }
}

fn check_proof(text: &str, options: &Options<'_>, verdict: &mut Verdict) -> Result<(), Refusal> {
    let unreadable = Refusal::Unreadable { part: "proof" };
    let proof: TlogProof = text.parse().map_err(|_| unreadable.clone())?;
    let promise = &verdict.promise;
    let (index, size) = (promise.index, proof.tree().size);
    let keys: Vec<VerifierKey> = (options.keys.iter().filter(|key| key.kind() == KeyKind::Log))
        .chain(
            options
                .witnesses
                .iter()
                .filter(|key| key.kind() == KeyKind::Witness),
        )
        .cloned()
        .collect();
    let by = proof
        .checkpoint
        .verify(&promise.origin, &keys)
        .map_err(|error| match error {
            CheckpointError::Origin { expected, found } => Refusal::OtherLog { expected, found },
            CheckpointError::Note(error) => Refusal::Signature {
                part: "checkpoint",
                error,
            },
            _ => unreadable,
        })?;
    if proof.index != index {
        return Err(Refusal::OtherLeaf {
            expected: index,
            found: proof.index,
        });
    }
    proof
        .verify_inclusion(&leaf_hash(&promise.commitment))
        .map_err(|error| match error {
            ProofError::NoSuchLeaf { .. } => Refusal::OlderThanTheAct { index, size },
            _ => Refusal::NotIncluded { index, size },
        })?;
    for one in by {
        let Some(time) = one.time else { continue };
        let micros = i64::try_from(time)
            .unwrap_or(i64::MAX)
            .saturating_mul(1_000_000);
        check_time("cosignature", micros, options.now)?;
        verdict.witnesses.push((one.name, time));
    }
    if verdict.witnesses.len() < options.witnesses_needed {
        return Err(Refusal::TooFewWitnesses {
            expected: options.witnesses_needed,
            found: verdict.witnesses.len(),
        });
    }
    verdict.tree = Some(proof.tree());
    Ok(())
}

/// The log as it is known has to have what the receipt shows.
fn check_known(known: Known<'_>, now: Option<i64>, verdict: &mut Verdict) -> Result<(), Refusal> {
    let ahead = |found| Refusal::AheadOfTheLog {
        known: known.tree.size,
        found,
    };
    let Some(tree) = verdict.tree else {
        // A promise may be a moment ahead of the log; one of long ago may not.
        let promise = &verdict.promise;
        let settled = promise
            .recorded
            .saturating_add(CLOCK_ALLOWANCE_SECONDS * 1_000_000);
        return if promise.index >= known.tree.size && now.is_some_and(|now| now > settled) {
            Err(ahead(promise.index + 1))
        } else {
            Ok(())
        };
    };
    if known.tree.size < tree.size {
        return Err(ahead(tree.size));
    }
    if tree.size == known.tree.size {
        verdict.in_known = tree.root == known.tree.root;
    } else if let Some(proof) = known.consistency {
        verdict.in_known = verify_consistency(proof, &tree, &known.tree).is_ok();
    } else {
        return Ok(());
    }
    if verdict.in_known {
        Ok(())
    } else {
        Err(Refusal::Forked { size: tree.size })
    }
}
