//! `pengayom ledger`: the transparency log, from inside and from outside.

pub(crate) mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Subcommand;
use pengayom_ledger::{KeyKind, VerifierKey};
use pengayom_node::Clock as _;

use crate::clock::SystemClock;
use crate::fault::Fault;
use crate::witness::pull::{Look, Seen, look};
use crate::witness::{Witness, serve};

/// Arguments of `ledger`.
#[derive(Debug, clap::Args)]
pub(crate) struct LedgerArguments {
    #[command(subcommand)]
    verb: LedgerVerb,
}

#[derive(Debug, Subcommand)]
enum LedgerVerb {
    /// Hold every act, everything told and every tile to the ledger; changes nothing
    Verify(verify::VerifyArguments),
    /// Watch the logs of units and put your name to it that they only grow; needs no unit
    Witness(WitnessArguments),
}

/// Arguments of `ledger witness`.
#[derive(Debug, clap::Args)]
struct WitnessArguments {
    /// Folder with the witness's key and what it knows of each log; made when missing
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The witness's name, such as ombudsman.example/jateng, when its key is made
    #[arg(long)]
    name: Option<String>,
    /// Key of a log to watch, as its unit gives it out; several keys and several logs may be given
    #[arg(long = "log", value_name = "KEY", required = true)]
    logs: Vec<VerifierKey>,
    /// Where to wait for logs that ask
    #[arg(long, value_name = "ADDR:PORT", required_unless_present = "once")]
    listen: Option<SocketAddr>,
    /// Look at one log now, and end: with status 1 when it was set back or altered
    #[arg(long, conflicts_with = "listen", requires = "url")]
    once: bool,
    /// Where that log is served, the address of its unit with /tlog behind it
    #[arg(long, value_name = "URL", requires = "once")]
    url: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Carries out a verb of the ledger.
pub(crate) async fn run(arguments: LedgerArguments) -> Result<(), Fault> {
    match arguments.verb {
        LedgerVerb::Verify(arguments) => verify::run(arguments).await,
        LedgerVerb::Witness(arguments) => witness(arguments).await,
    }
}

async fn witness(arguments: WitnessArguments) -> Result<(), Fault> {
    if let Some(key) = arguments.logs.iter().find(|key| key.kind() != KeyKind::Log) {
        return Err(Fault::Input(format!(
            "{key}: expected the key of a log, found that of a witness"
        )));
    }
    let witness = Witness::open(&arguments.dir, arguments.name.as_deref(), arguments.logs)?;
    let key = witness.key().to_string();
    if let Some(at) = arguments.listen {
        let (address, serving) = serve::listen(witness, at).await?;
        if arguments.json {
            let said = serde_json::json!({"key": key, "url": format!("http://{address}")});
            println!("{said}");
        } else {
            println!("{key}\nhttp://{address}");
        }
        return serving.await;
    }
    let now = u64::try_from(SystemClock.now().as_second()).unwrap_or_default();
    let seen = look(&witness, arguments.url.as_deref().unwrap_or_default(), now).await?;
    tell(&seen, &key, arguments.json);
    match seen.seen {
        Seen::First | Seen::Same | Seen::Grown => Ok(()),
        Seen::SetBack | Seen::Forked | Seen::Broken => {
            Err(Fault::Input(format!("{}: {}", seen.log, sentence(&seen))))
        }
    }
}

fn word(seen: &Seen) -> &'static str {
    match seen {
        Seen::First => "first",
        Seen::Same => "same",
        Seen::Grown => "grown",
        Seen::SetBack => "set_back",
        Seen::Forked => "forked",
        Seen::Broken => "broken",
    }
}

fn sentence(look: &Look) -> String {
    let Look { known, found, .. } = look;
    let kept = look.evidence.as_ref().map_or_else(String::new, |file| {
        format!(". What it signed is kept in {}", file.display())
    });
    match look.seen {
        Seen::First => format!("seen for the first time, with {found} acts"),
        Seen::Same => format!("unchanged, {found} acts"),
        Seen::Grown => format!("grew from {known} to {found} acts, and only grew"),
        Seen::SetBack => format!(
            "THE LOG WAS SET BACK: expected at least {known} acts, found {found}. An older copy \
             was put in its place, and acts since are gone{kept}"
        ),
        Seen::Forked => format!(
            "THE LOG WAS ALTERED: its {found} acts do not begin with the {known} that it had. Acts \
             were changed, taken out or put in{kept}"
        ),
        Seen::Broken => format!(
            "THE LOG IS DAMAGED: its tiles do not give the root that it signed for {found} acts"
        ),
    }
}

fn tell(look: &Look, key: &str, json: bool) {
    if json {
        let said = serde_json::json!({
            "witness": key,
            "log": look.log,
            "seen": word(&look.seen),
            "known": look.known,
            "found": look.found,
            "evidence": look.evidence,
        });
        println!("{said}");
    } else {
        println!("{key}");
        if matches!(look.seen, Seen::First | Seen::Same | Seen::Grown) {
            println!("{}: {}", look.log, sentence(look));
        }
    }
}
