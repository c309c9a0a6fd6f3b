//! How far force went (S19, S37): the stages of the unit's method.

use pengayom_core::pack::Entry;

use crate::extract::Fields;
use crate::form::{Choice, ChoiceGroup, FieldError};
use crate::frame::PageFrame;

/// A stage of force in words.
pub(crate) fn stage_words<'f>(frame: &'f PageFrame, stage: &'f Entry) -> &'f str {
    let name = stage.localized("name");
    name.map_or(stage.code.as_str(), |name| frame.say(name))
}

/// How far force went, where the unit's method has stages of it.
pub(super) fn stage_choices(
    frame: &PageFrame,
    fields: &Fields,
    errors: &[FieldError],
) -> Option<ChoiceGroup> {
    let stages = frame.unit().pack.force_stages();
    let choices = stages.iter().map(|stage| {
        let choice = Choice::new(
            stage.code.as_str(),
            stage_words(frame, stage),
            fields.get("tahap"),
        );
        match stage.localized("examples") {
            Some(examples) => choice.hint(frame.say(examples)),
            None => choice,
        }
    });
    let label = frame.t("encounter.stage");
    let group = ChoiceGroup::new("tahap", label, choices.collect(), errors);
    let hint = frame.t("encounter.stage_help");
    (!stages.is_empty()).then(|| group.hint(hint))
}
