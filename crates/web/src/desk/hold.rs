//! How long what identifies people in a case is kept, and what holds it longer.

use pengayom_core::subject::case::{Case, CaseCommand};
use pengayom_core::subject::erasure::HoldGround;
use pengayom_node::Node;

use super::act::{CaseForm, Offer, Part};
use crate::extract::Fields;
use crate::form::{Choice, FieldError};
use crate::frame::PageFrame;
use crate::staff::Fact;

/// Words for a ground.
pub(crate) const fn ground_words(ground: HoldGround) -> &'static str {
    match ground {
        HoldGround::CourtOrder => "case.hold_court_order",
        HoldGround::Investigation => "case.hold_investigation",
        HoldGround::Complaint => "case.hold_complaint",
    }
}

/// Until when it is kept, and what holds it.
pub(super) fn facts(frame: &PageFrame, node: &Node, case: &Case) -> Vec<Fact> {
    let mut facts = Vec::new();
    let months = node.keep_months(&case.service);
    if let Some(day) = case.last_day_kept(months, &frame.unit().zone) {
        let day = frame.format().day(day);
        let words = frame.tf("case.kept_until", &[("date", &day)]);
        facts.push(Fact::new(frame.t("case.kept"), words));
    }
    if let Some(hold) = &case.hold {
        let since = frame.format().moment(hold.since);
        let ground = frame.t(ground_words(hold.ground));
        let values = [
            ("ground", ground),
            ("reference", hold.reference.as_str()),
            ("time", since.as_str()),
        ];
        let words = frame.tf("case.held_words", &values);
        facts.push(Fact::new(frame.t("case.held"), words));
    }
    facts
}

/// Fields of the form that places a hold.
pub(super) fn place(offer: &Offer<'_>) -> Vec<Part> {
    let form = CaseForm::Hold;
    let (first, second) = form.field_ids();
    let chosen = offer.value(form, "dasar");
    let grounds = HoldGround::ALL.into_iter().map(|ground| {
        let words = offer.frame.t(ground_words(ground));
        Choice::new(ground.as_str(), words, chosen)
    });
    let grounds = offer.radios(first, "dasar", "case.hold_ground", grounds.collect());
    vec![Part::Radios(grounds), reference(offer, form, second)]
}

/// Fields of the form that lifts it.
pub(super) fn lift(offer: &Offer<'_>) -> Vec<Part> {
    let form = CaseForm::Lift;
    vec![reference(offer, form, form.field_ids().0)]
}

fn reference(offer: &Offer<'_>, form: CaseForm, id: &'static str) -> Part {
    let field = offer.text(form, id, "rujukan", "case.hold_reference");
    Part::Line(field.hint(offer.frame.t("case.hold_reference_help")))
}

/// What either form asks for.
///
/// # Errors
/// What is missing in it, in words.
pub(super) fn command(
    frame: &PageFrame,
    form: CaseForm,
    fields: &Fields,
) -> Result<CaseCommand, Vec<FieldError>> {
    let (first, second) = form.field_ids();
    let reference = fields.line("rujukan").unwrap_or_default();
    let missing = reference.is_empty();
    let write = |id| FieldError::new(id, frame.t("case.hold_reference_write"));
    if form == CaseForm::Lift {
        return if missing {
            Err(vec![write(first)])
        } else {
            Ok(CaseCommand::LiftHold { reference })
        };
    }
    match HoldGround::parse(fields.get("dasar")) {
        Some(ground) if !missing => Ok(CaseCommand::PlaceHold { ground, reference }),
        ground => {
            let mut errors = Vec::new();
            if ground.is_none() {
                errors.push(FieldError::new(first, frame.t("case.hold_ground_choose")));
            }
            if missing {
                errors.push(write(second));
            }
            Err(errors)
        }
    }
}
