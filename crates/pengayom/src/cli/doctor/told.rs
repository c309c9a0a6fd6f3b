//! Whether what other programs are told arrives.

use pengayom_store::{Store, StoreError};

use super::Findings;

/// What a finding is about.
const WHAT: &str = "webhooks";

/// Looks at each unit's webhooks; nothing is said of a unit without any.
pub(super) async fn look(findings: &mut Findings, store: &dyn Store) {
    if let Err(error) = all(findings, store).await {
        findings.wrong(WHAT, error.to_string(), "restore a backup");
    }
}

async fn all(findings: &mut Findings, store: &dyn Store) -> Result<(), StoreError> {
    for unit in store.units().await? {
        let webhooks = store.webhooks(&unit).await?;
        let disabled = webhooks.iter().filter(|one| one.disabled_at.is_some());
        let failing = webhooks.iter().filter(|one| one.failing_since.is_some());
        let (disabled, failing) = (disabled.count(), failing.count());
        if disabled > 0 {
            findings.note(
                WHAT,
                format!("{unit}: {disabled} disabled"),
                "`pengayom webhook list` says why; `enable` or `remove` each",
            );
        } else if failing > 0 {
            findings.note(
                WHAT,
                format!("{unit}: nothing arrives at {failing}"),
                "`pengayom webhook log` says what is wrong; it is tried again by itself",
            );
        } else if !webhooks.is_empty() {
            findings.good(WHAT, format!("{unit}: {} are told", webhooks.len()));
        }
    }
    Ok(())
}
