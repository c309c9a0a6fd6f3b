//! The other side: a unit's node asks its witnesses for their word on each checkpoint.

use std::str::FromStr;
use std::time::Duration;

use pengayom_ledger::witness::{AddCheckpoint, MAX_ANSWER_BYTES, size_in_conflict};
use pengayom_ledger::{KeyKind, VerifierKey};
use pengayom_node::SharedNode;
use pengayom_node::stop::is_told;
use pengayom_node::witnesses::Asking;
use tokio::sync::watch;

use crate::fault::Fault;
use pengayom_node::outside::Outside;

/// How often it is looked whether there is a new checkpoint to cosign.
const LOOK: Duration = Duration::from_secs(2);

/// How long to wait after a witness did not answer, or refused.
const AFTER_FAULT: Duration = Duration::from_mins(1);

/// A witness to ask: its key, and the address under which `add-checkpoint` is.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    key: VerifierKey,
    url: String,
}

/// `KEY URL`, with a space between.
impl FromStr for Asked {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected a witness's key, a space, and its address".to_owned();
        let (key, url) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let key: VerifierKey = key.parse().map_err(|error| format!("{error}"))?;
        if key.kind() != KeyKind::Witness {
            return Err("expected the key of a witness, found that of a log".to_owned());
        }
        let url = url.trim().trim_end_matches('/').to_owned();
        Outside::to(&url).map_err(|fault| fault.to_string())?;
        Ok(Self { key, url })
    }
}

/// Asks one witness until told to stop.
pub(crate) async fn run(node: SharedNode, witness: Asked, mut stop: watch::Receiver<bool>) {
    let name = witness.key.name().to_owned();
    // Asked once even if nothing is new: a store that was set back does not know what it forgot.
    let mut greeted = false;
    while !is_told(&stop) {
        let wait = match ask(&node, &witness, greeted).await {
            Ok(asked) => {
                greeted |= asked;
                LOOK
            }
            Err(fault) => {
                tracing::warn!(witness = name, %fault, "no cosignature");
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Whether it was asked, and answered.
async fn ask(node: &SharedNode, witness: &Asked, greeted: bool) -> Result<bool, Fault> {
    let mut known = if greeted {
        None
    } else {
        Some(node.cosigned(&witness.key).await.map_err(wrong)?)
    };
    // Once with what we remember, once with what it says it knows.
    for _ in 0..2 {
        let asked = match node.asking(&witness.key, known).await.map_err(wrong)? {
            Asking::Nothing => return Ok(false),
            Asking::SetBack { known, found } => {
                tracing::error!(
                    witness = witness.key.name(),
                    known,
                    found,
                    "the ledger was set back: a witness saw a larger one"
                );
                return Err(wrong("the store is older than what was already published"));
            }
            Asking::This(asked) => asked,
        };
        match send(witness, &asked).await? {
            Said::Cosigned(answer) => {
                return node
                    .keep_cosignature(&asked, &answer, &witness.key)
                    .await
                    .map(|()| true)
                    .map_err(wrong);
            }
            Said::Knows(size) => known = Some(size),
            Said::DoesNotFollow => {
                tracing::error!(
                    witness = witness.key.name(),
                    known = asked.old,
                    found = asked.checkpoint.checkpoint().size(),
                    "the ledger was altered: it does not begin with what a witness saw"
                );
                return Err(wrong("the witness saw another history"));
            }
        }
    }
    Err(wrong("the witness does not say twice what it knows"))
}

enum Said {
    Cosigned(String),
    Knows(u64),
    DoesNotFollow,
}

async fn send(witness: &Asked, asked: &AddCheckpoint) -> Result<Said, Fault> {
    let url = format!("{}/add-checkpoint", witness.url);
    let body = asked.to_string().into_bytes();
    let outside = Outside::to(&url).map_err(Fault::asking(&url))?;
    let answer = outside
        .post(&url, body, MAX_ANSWER_BYTES)
        .await
        .map_err(Fault::asking(&url))?;
    let text = String::from_utf8_lossy(&answer.body);
    match (answer.status, size_in_conflict(&text)) {
        (200, _) => Ok(Said::Cosigned(text.into_owned())),
        (409, Some(size)) => Ok(Said::Knows(size)),
        (422, _) => Ok(Said::DoesNotFollow),
        (404, _) => Err(wrong("it does not watch this log: give it the log's key")),
        (403, _) => Err(wrong("it does not know the log's key: give it the new one")),
        (status, _) => Err(wrong(format!("it answered with status {status}"))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn wrong(why: impl ToString) -> Fault {
    Fault::Input(why.to_string())
}
