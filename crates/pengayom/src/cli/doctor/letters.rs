//! Whether the unit's own words in letters are used.

use pengayom_node::UnitContext;
use pengayom_node::handle::letter_words::letters_below;
use pengayom_store::Store;

use super::Findings;

/// Tells of letters whose own words lack what the unit's pack asks for: they are made with the pack's.
pub(super) async fn look(findings: &mut Findings, store: &dyn Store, unit: &UnitContext) {
    let below = match letters_below(store, unit).await {
        Ok(below) => below,
        Err(error) => return findings.wrong("letters", error.to_string(), "restore a backup"),
    };
    for used in below {
        let kind = used.template.kind.as_str();
        let why = used.below.first().map(|one| one.fault.rule.to_string());
        findings.note(
            "letters",
            format!(
                "{}: the unit's words of `{kind}` are not used: {}",
                unit.id,
                why.unwrap_or_default()
            ),
            "mend them on /setelan/surat, or go back there to the words of the pack",
        );
    }
}
