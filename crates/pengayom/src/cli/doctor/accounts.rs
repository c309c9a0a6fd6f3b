//! Whether those who keep accounts sign in with more than a password.

use pengayom_core::value::UnitId;
use pengayom_node::{HandleError, Node};
use pengayom_store::Store;

use super::Findings;

/// What a finding is about.
const WHAT: &str = "accounts";

/// Looks at the accounts of each unit.
pub(super) async fn look(findings: &mut Findings, store: &dyn Store) {
    let units = match store.units().await {
        Ok(units) => units,
        Err(error) => return findings.wrong(WHAT, error.to_string(), "restore a backup"),
    };
    for unit in units {
        if let Err(error) = one(findings, store, &unit).await {
            findings.wrong(WHAT, error.to_string(), "restore a backup");
        }
    }
}

async fn one(findings: &mut Findings, store: &dyn Store, unit: &UnitId) -> Result<(), HandleError> {
    let bare = Node::keepers_without_second(store, unit).await?;
    if bare.is_empty() {
        let found = format!("{unit}: everyone who keeps accounts has a second factor");
        findings.good(WHAT, found);
    } else {
        let found = format!(
            "{unit}: without a second factor, though they keep accounts: {}",
            bare.join(", ")
        );
        findings.note(
            WHAT,
            found,
            "they sign in once and set up an app or a passkey; a password alone opens all accounts",
        );
    }
    Ok(())
}
