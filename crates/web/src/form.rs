//! Pieces of forms as the templates' macros read them (`web/templates/part/ui.html`).

/// A line of the error summary, and the same words beside the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// Identifier of the field to go to.
    pub(crate) id: String,
    /// What was wrong and what to do.
    pub(crate) words: String,
}

impl FieldError {
    pub(crate) fn new(id: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            words: words.into(),
        }
    }
}

/// The words of the error at a field, if it has one.
pub(crate) fn error_at(errors: &[FieldError], id: &str) -> Option<String> {
    errors
        .iter()
        .find(|error| error.id == id)
        .map(|error| error.words.clone())
}

/// A line or several lines of text, for `ui::text_field` and `ui::text_area`.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextField {
    /// Identifier in the page.
    pub(crate) id: &'static str,
    /// Name in the form.
    pub(crate) name: &'static str,
    /// Label.
    pub(crate) label: String,
    /// May be left empty.
    pub(crate) optional: bool,
    /// Help under the label.
    pub(crate) hint: Option<String>,
    /// What was wrong.
    pub(crate) error: Option<String>,
    /// What was typed.
    pub(crate) value: String,
}

impl TextField {
    /// A field with what was typed and what was wrong with it.
    pub(crate) fn new(
        name: &'static str,
        label: impl Into<String>,
        value: impl Into<String>,
        errors: &[FieldError],
    ) -> Self {
        Self {
            id: name,
            name,
            label: label.into(),
            optional: false,
            hint: None,
            error: error_at(errors, name),
            value: value.into(),
        }
    }

    pub(crate) fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Radios or ticks, for `ui::choice_group`.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChoiceGroup {
    /// Identifier of the first control.
    pub(crate) id: String,
    /// Name in the form.
    pub(crate) name: String,
    /// Legend.
    pub(crate) label: String,
    /// May be left empty.
    pub(crate) optional: bool,
    /// Help under the legend.
    pub(crate) hint: Option<String>,
    /// What was wrong.
    pub(crate) error: Option<String>,
    /// The answers.
    pub(crate) options: Vec<Choice>,
}

/// One answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    /// Value in the form.
    pub(crate) value: String,
    /// Words beside it.
    pub(crate) words: String,
    /// A smaller line.
    pub(crate) hint: Option<String>,
    /// Name of an icon.
    pub(crate) icon: Option<String>,
    /// Chosen before.
    pub(crate) checked: bool,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, words: impl Into<String>, chosen: &str) -> Self {
        let value = value.into();
        let checked = value == chosen;
        Self {
            value,
            words: words.into(),
            hint: None,
            icon: None,
            checked,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl ChoiceGroup {
    /// A group with what was wrong with it.
    pub(crate) fn new(
        name: &str,
        label: impl Into<String>,
        options: Vec<Choice>,
        errors: &[FieldError],
    ) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            label: label.into(),
            optional: false,
            hint: None,
            error: error_at(errors, name),
            options,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
