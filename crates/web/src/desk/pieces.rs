//! Forms of the pages beneath that of a case: what stands in one, what was typed, and what was wrong.

use crate::extract::Fields;
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::PageFrame;
use crate::staff::{OptionGroup, Pick, Select};

/// A field of a form.
pub(super) enum Piece {
    /// Several lines.
    Area(TextField),
    /// One line.
    Line(TextField),
    /// Day and hour.
    Moment(TextField),
    /// One of a few.
    Radios(ChoiceGroup),
    /// Some of a few.
    Ticks(ChoiceGroup),
    /// One of many.
    Select(Select),
}

/// A form, folded up until it is needed.
pub(super) struct Form {
    /// Identifier in the page.
    pub(super) id: &'static str,
    /// Where it is sent.
    pub(super) action: String,
    /// Its title.
    pub(super) title: String,
    /// Sentences above its fields.
    pub(super) help: Vec<String>,
    /// What it carries unseen.
    pub(super) hidden: Vec<(&'static str, String)>,
    /// Its fields.
    pub(super) pieces: Vec<Piece>,
    /// Words of its button.
    pub(super) button: String,
    /// Unfolded.
    pub(super) open: bool,
}

/// What was typed into one form of a page, and what was wrong with it.
pub(super) struct Typing<'p> {
    /// The page.
    pub(super) frame: &'p PageFrame,
    /// The form that was sent; empty: none.
    pub(super) sent: &'p str,
    /// What was typed into it.
    pub(super) fields: &'p Fields,
    /// What was wrong.
    pub(super) errors: &'p [FieldError],
}

impl Typing<'_> {
    /// Whether this is the form that was sent.
    pub(super) fn is(&self, form: &str) -> bool {
        self.sent == form
    }

    /// What was typed into a field of a form.
    pub(super) fn value(&self, form: &str, name: &str) -> &str {
        if self.is(form) {
            self.fields.get(name)
        } else {
            ""
        }
    }

    /// A field for a text.
    pub(super) fn text(
        &self,
        form: &str,
        (id, name): (&'static str, &'static str),
        key: &str,
    ) -> TextField {
        TextField {
            id,
            name,
            label: self.frame.t(key).to_owned(),
            optional: false,
            hint: None,
            error: error_at(self.errors, id),
            value: self.value(form, name).to_owned(),
        }
    }

    /// A group of radios or ticks; each option is a value with its words.
    pub(super) fn choices(
        &self,
        form: &str,
        (id, name): (&'static str, &'static str),
        key: &str,
        options: Vec<(String, String)>,
    ) -> ChoiceGroup {
        let ticked = |value: &str| self.is(form) && self.fields.all(name).any(|one| one == value);
        let options = options.into_iter().map(|(value, words)| Choice {
            checked: ticked(&value),
            value,
            words,
            ..Choice::default()
        });
        ChoiceGroup {
            id: id.to_owned(),
            name: name.to_owned(),
            label: self.frame.t(key).to_owned(),
            optional: false,
            hint: None,
            error: error_at(self.errors, id),
            options: options.collect(),
        }
    }

    /// A list to choose one from.
    pub(super) fn select(
        &self,
        form: &str,
        at: (&'static str, &'static str),
        key: &str,
        options: Vec<(String, String)>,
    ) -> Select {
        let chosen = self.value(form, at.1).to_owned();
        let picks = options.into_iter().map(|(value, words)| Pick {
            selected: value == chosen,
            value,
            words,
        });
        Select {
            field: self.text(form, at, key),
            first: self.frame.t("rights.choose").to_owned(),
            groups: vec![OptionGroup {
                label: self.frame.t(key).to_owned(),
                options: picks.collect(),
            }],
        }
    }
}

/// Yes and no, as radios.
pub(super) fn yes_no(frame: &PageFrame) -> Vec<(String, String)> {
    let one = |value: &str, key: &str| (value.to_owned(), frame.t(key).to_owned());
    vec![one("ya", "common.yes"), one("tidak", "common.no")]
}

/// The answer to such a question.
pub(super) fn yes_or_no(fields: &Fields, name: &str) -> Option<bool> {
    match fields.get(name) {
        "ya" => Some(true),
        "tidak" => Some(false),
        _ => None,
    }
}

/// When something was, where that is not now: whoever is out of reach types it later.
pub(super) fn happened(
    typing: &Typing<'_>,
    form: &'static str,
    id: &'static str,
    label: &str,
) -> Piece {
    let when = typing.text(form, (id, "waktu"), label);
    let hint = typing.frame.t("control.at_help");
    Piece::Moment(when.hint(hint).optional())
}
