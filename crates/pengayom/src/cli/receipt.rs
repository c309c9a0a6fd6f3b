//! `pengayom receipt`: what somebody took home, checked without the unit and without a network.

mod today;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Subcommand};
use jiff::Timestamp;
use pengayom_ledger::receipt::{self, Given, MAX_RECEIPT_BYTES, Options, ReceiptError, Refusal};
use pengayom_ledger::{CompactPromise, Promise, TreeHead, VerifierKey};
use pengayom_node::Clock as _;
use serde::Serialize;

use crate::cli::Arguments;
use crate::clock::SystemClock;
use crate::fault::Fault;

/// What stands before the code in the address of a QR code.
const PAGE: &str = "/tanda-terima";

/// Arguments of `receipt`.
#[derive(Debug, clap::Args)]
pub(crate) struct ReceiptArguments {
    #[command(subcommand)]
    verb: ReceiptVerb,
}

#[derive(Debug, Subcommand)]
enum ReceiptVerb {
    /// Check a receipt offline: as JSON, as text, or as the address that its QR code holds
    ///
    /// With --log it is held to the unit's log as it is served today as well.
    ///
    /// Exit code 0: everything in it fits and the key named here signed it. 1: it does not, and
    /// what to do is said. 2: wrong usage.
    Verify(VerifyArguments),
}

#[derive(Debug, clap::Args)]
struct VerifyArguments {
    /// File with the receipt, or with the address of its QR code; standard input when left out or -
    file: Option<PathBuf>,
    /// Key of the unit's log, as its office displays it and /tlog/key gives it; may be repeated.
    /// Without one, the key inside the receipt is used, which proves nothing about who signed
    #[arg(long = "key", value_name = "VKEY")]
    keys: Vec<VerifierKey>,
    /// File with such keys, one a line, as /tlog/key gives them
    #[arg(long, value_name = "FILE")]
    keys_file: Option<PathBuf>,
    /// Number of the report that the receipt must be of
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// Address of the unit's log, such as https://UNIT/tlog: the receipt is held to it, so that a log
    /// which was set back or rewritten is found
    #[arg(long, value_name = "URL")]
    log: Option<String>,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// Whose word the key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum KeyFrom {
    /// Given to this command by whoever checks.
    Given,
    /// Written in the receipt itself: anybody can write one there.
    Receipt,
}

/// What a receipt came to.
#[derive(Debug, Serialize)]
struct Found {
    verdict: &'static str,
    reason: Option<&'static str>,
    detail: Option<String>,
    remedy: Option<&'static str>,
    number: Option<String>,
    recorded_at: Option<Timestamp>,
    log: Option<String>,
    index: Option<u64>,
    key: Option<String>,
    key_from: KeyFrom,
    fingerprint: Option<String>,
    shows_act: bool,
    proven_in: Option<ProvenIn>,
    log_today: Option<ProvenIn>,
    #[serde(skip)]
    promised: Option<today::Promised>,
}

/// The log of which a proof inside the receipt speaks.
#[derive(Debug, Serialize)]
struct ProvenIn {
    size: u64,
    root: String,
}

/// Works with receipts.
pub(crate) async fn run(arguments: ReceiptArguments) -> Result<(), Fault> {
    let ReceiptVerb::Verify(arguments) = arguments.verb;
    let text = read(arguments.file.as_deref())?;
    let given = Given::parse(&text).map_err(|error| unreadable(&error))?;
    let mut keys = arguments.keys;
    if let Some(path) = &arguments.keys_file {
        keys.extend(read_keys(path)?);
    }
    let key_from = if keys.is_empty() {
        KeyFrom::Receipt
    } else {
        KeyFrom::Given
    };
    let mut found = match &given {
        Given::Whole(whole) => {
            if keys.is_empty() {
                keys.extend(whole.key.parse::<VerifierKey>());
            }
            let options = Options {
                keys: &keys,
                number: arguments.number.as_deref(),
                now: Some(SystemClock.now().as_microsecond()),
                ..Options::default()
            };
            match receipt::verify(whole, &options) {
                Ok(verdict) => {
                    let signer = keys.iter().find(|key| key.to_string() == whole.key);
                    genuine(
                        &verdict.promise,
                        signer,
                        key_from,
                        verdict.shows_act,
                        verdict.tree,
                    )
                }
                Err(refusal) => refused(&refusal, key_from),
            }
        }
        Given::Code(code) => {
            if keys.is_empty() {
                Arguments::command()
                    .error(
                        clap::error::ErrorKind::MissingRequiredArgument,
                        "a QR code holds no key of the unit: give --key or --keys-file, or check the receipt's file",
                    )
                    .exit();
            }
            check_code(code, &keys, arguments.number.as_deref(), key_from)
        }
    };
    if let Some(address) = &arguments.log
        && let Some(promised) = found.promised.take()
    {
        match today::hold(address, &promised, &keys).await? {
            Ok(tree) => found.log_today = Some(shown(tree)),
            Err(refusal) => found = refused(&refusal, key_from),
        }
    }
    tell(&found, arguments.json, arguments.log.as_deref())
}

/// What is checked of a QR code: the signature, the number and the time; it holds no act and no proof.
fn check_code(
    code: &CompactPromise,
    keys: &[VerifierKey],
    number: Option<&str>,
    key_from: KeyFrom,
) -> Found {
    let named = keys.iter().find(|key| key.id() == code.key);
    let Some(key) = named else {
        let expected = keys
            .iter()
            .map(|key| format!("{}+{}", key.name(), key.id()));
        let refusal = Refusal::WrongKey {
            expected: expected.collect(),
            found: code.key.to_string(),
        };
        return refused(&refusal, key_from);
    };
    let promise = match code.verify(key.name(), keys) {
        Ok(signed) => signed.promise().clone(),
        Err(error) => {
            let mut found = refused(&Refusal::Unreadable { part: "signature" }, key_from);
            found.reason = Some("signature");
            found.detail = Some(format!("signature of the promise: {error}"));
            return found;
        }
    };
    if let Some(expected) = number.filter(|number| *number != promise.number) {
        let refusal = Refusal::OtherReport {
            expected: expected.to_owned(),
            found: promise.number,
        };
        return refused(&refusal, key_from);
    }
    let now = SystemClock.now().as_microsecond();
    if promise.recorded > now.saturating_add(receipt::CLOCK_ALLOWANCE_SECONDS * 1_000_000) {
        let refusal = Refusal::FromTheFuture {
            part: "promise",
            now,
            found: promise.recorded,
        };
        return refused(&refusal, key_from);
    }
    genuine(&promise, Some(key), key_from, false, None)
}

fn genuine(
    promise: &Promise,
    key: Option<&VerifierKey>,
    key_from: KeyFrom,
    shows_act: bool,
    tree: Option<TreeHead>,
) -> Found {
    Found {
        verdict: if tree.is_some() { "whole" } else { "promised" },
        reason: None,
        detail: None,
        remedy: None,
        number: Some(promise.number.clone()),
        recorded_at: Timestamp::from_microsecond(promise.recorded).ok(),
        log: Some(promise.origin.clone()),
        index: Some(promise.index),
        key: key.map(ToString::to_string),
        key_from,
        fingerprint: key.map(VerifierKey::fingerprint),
        shows_act,
        proven_in: tree.map(shown),
        log_today: None,
        promised: Some(today::Promised {
            promise: promise.clone(),
            tree,
        }),
    }
}

fn shown(tree: TreeHead) -> ProvenIn {
    ProvenIn {
        size: tree.size,
        root: hex(&tree.root),
    }
}

fn refused(refusal: &Refusal, key_from: KeyFrom) -> Found {
    Found {
        verdict: "refused",
        reason: Some(refusal.code()),
        detail: Some(refusal.to_string()),
        remedy: Some(remedy(refusal)),
        number: None,
        recorded_at: None,
        log: None,
        index: None,
        key: None,
        key_from,
        fingerprint: None,
        shows_act: false,
        proven_in: None,
        log_today: None,
        promised: None,
    }
}

/// What to do about a refusal.
const fn remedy(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::WrongKey { .. } => {
            "Compare the key with the one displayed at the unit's office. If the receipt names this unit and its \
             key is not the unit's, do not rely on it, and ask at the front desk with the report's number"
        }
        Refusal::OtherReport { .. } => "Use the receipt of the report you mean",
        Refusal::FromTheFuture { .. } => {
            "Set this machine's clock right and check again; if it is right, ask at the front desk"
        }
        Refusal::OlderThanTheAct { .. } | Refusal::NoProof | Refusal::TooFewWitnesses { .. } => {
            "Fetch the receipt again: the log takes a report up within seconds"
        }
        Refusal::AheadOfTheLog { .. } | Refusal::Forked { .. } | Refusal::NotInTheLog { .. } => {
            "Keep the receipt and what was found: the unit's log was set back or rewritten. Tell those who oversee it"
        }
        _ => {
            "It is not as the unit gave it, or it was not copied whole. Use the original file or QR code; if it stays \
             so, fetch the receipt anew with the report's number and code"
        }
    }
}

fn tell(found: &Found, json: bool, log: Option<&str>) -> Result<(), Fault> {
    if json {
        let written = serde_json::to_string_pretty(found)
            .map_err(|error| Fault::Input(format!("cannot be written as JSON: {error}")))?;
        println!("{written}");
    }
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    if found.verdict == "refused" {
        let detail = said(&found.detail);
        let remedy = found.remedy.unwrap_or_default();
        return Err(Fault::Input(format!(
            "the receipt is refused: {detail}.\n{remedy}."
        )));
    }
    if json {
        return Ok(());
    }
    let number = said(&found.number);
    match &found.proven_in {
        Some(tree) => println!(
            "{number}: whole. The report was recorded, and its act is in the unit's log of {} entries.",
            tree.size
        ),
        None => println!(
            "{number}: the promise is genuine. The receipt holds no proof yet that the log has it."
        ),
    }
    if let (Some(at), Some(index), Some(log)) = (found.recorded_at, found.index, &found.log) {
        println!("Recorded {at} as entry {index} of the log {log}.");
    }
    if found.shows_act {
        println!("The act written in the receipt is the one that was promised.");
    }
    let key = said(&found.key);
    let print = said(&found.fingerprint);
    match found.key_from {
        KeyFrom::Given => println!("Signed by the key given here: {key}\n  fingerprint {print}"),
        KeyFrom::Receipt => println!(
            "Checked against the key inside the receipt only: {key}\n  fingerprint {print}\n\
             That key is no proof: anybody can write one there. Compare the fingerprint with the one displayed at \
             the unit's office, or give the key you have from there with --key."
        ),
    }
    match (&found.log_today, log) {
        (Some(tree), Some(address)) => println!(
            "The log at {address} holds it today: it has {} entries, and nothing before them was changed.",
            tree.size
        ),
        _ => println!(
            "Not checked: whether the log still holds it today. Give its address with --log; the unit's page {PAGE}, \
             another unit's, or a witness can tell too."
        ),
    }
    Ok(())
}

fn read(path: Option<&Path>) -> Result<String, Fault> {
    let most = u64::try_from(MAX_RECEIPT_BYTES).unwrap_or(u64::MAX) + 1;
    let mut text = Vec::new();
    match path.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            let file = std::fs::File::open(path).map_err(Fault::file(path))?;
            file.take(most)
                .read_to_end(&mut text)
                .map_err(Fault::file(path))?;
        }
        None => {
            std::io::stdin()
                .take(most)
                .read_to_end(&mut text)
                .map_err(Fault::system("reading standard input"))?;
        }
    }
    if text.len() > MAX_RECEIPT_BYTES {
        return Err(unreadable(&ReceiptError::TooLong { found: text.len() }));
    }
    String::from_utf8(text).map_err(|_| unreadable(&ReceiptError::NoReceipt))
}

fn unreadable(error: &ReceiptError) -> Fault {
    Fault::Input(format!(
        "this is no receipt, or not all of it: {error}.\n\
         Give the whole file as it was saved, or the whole address that its QR code holds."
    ))
}

fn read_keys(path: &Path) -> Result<Vec<VerifierKey>, Fault> {
    let text = std::fs::read_to_string(path).map_err(Fault::file(path))?;
    let lines = text.lines().enumerate();
    let keys: Result<Vec<VerifierKey>, Fault> = lines
        .map(|(at, line)| (at, line.trim()))
        .filter(|(_, line)| !line.is_empty())
        .map(|(at, line)| {
            line.parse().map_err(|error| {
                Fault::Input(format!("{}, line {}: {error}", path.display(), at + 1))
            })
        })
        .collect();
    match keys {
        Ok(keys) if keys.is_empty() => Err(Fault::Input(format!(
            "{}: expected keys, one a line, found none",
            path.display()
        ))),
        keys => keys,
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
