//! Forms of the pages beneath a case: what each has in it, and what was typed into it.

use pengayom_core::subject::TextFault;

use crate::extract::Fields;
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::PageFrame;
use crate::staff::{OptionGroup, Pick, Select};

/// A form as the page offers it.
pub(super) struct Form {
    /// Its part of the address, which is also its identifier in the page.
    pub(super) id: &'static str,
    /// Heading.
    pub(super) title: String,
    /// It is open.
    pub(super) open: bool,
    /// One sentence under the heading.
    pub(super) help: Option<String>,
    /// Its fields, in order.
    pub(super) parts: Vec<Part>,
    /// Words of the button.
    pub(super) button: String,
    /// It cannot be undone.
    pub(super) warns: bool,
}

/// A field of a form.
pub(super) enum Part {
    /// Several lines.
    Area(TextField),
    /// One line.
    Line(TextField),
    /// A day.
    Day(TextField),
    /// A whole number.
    Digits(TextField),
    /// One of a few.
    Radios(ChoiceGroup),
    /// One of many.
    Select(Select),
}

/// What was typed into one form and what was wrong with it.
#[derive(Default)]
pub(super) struct Typed {
    /// The form.
    pub(super) form: Option<&'static str>,
    /// What was typed.
    pub(super) fields: Fields,
    /// What was wrong.
    pub(super) errors: Vec<FieldError>,
}

/// Draws forms of one page.
pub(super) struct Draw<'p> {
    pub(super) frame: &'p PageFrame,
    pub(super) typed: &'p Typed,
}

impl Draw<'_> {
    /// What was typed into a field of a form; empty in the others.
    pub(super) fn value(&self, form: &str, name: &str) -> &str {
        if self.typed.form == Some(form) {
            self.typed.fields.get(name)
        } else {
            ""
        }
    }

    pub(super) fn text(
        &self,
        form: &str,
        id: &'static str,
        name: &'static str,
        key: &str,
    ) -> TextField {
        TextField {
            id,
            name,
            label: self.frame.t(key).to_owned(),
            error: error_at(&self.typed.errors, id),
            value: self.value(form, name).to_owned(),
            ..TextField::default()
        }
    }

    /// One of a few, by value and words.
    pub(super) fn radios(
        &self,
        form: &str,
        (id, name): (&'static str, &'static str),
        key: &str,
        options: &[(&str, &str)],
    ) -> Part {
        let chosen = self.value(form, name);
        let options = options.iter();
        Part::Radios(ChoiceGroup {
            id: id.to_owned(),
            name: name.to_owned(),
            label: self.frame.t(key).to_owned(),
            error: error_at(&self.typed.errors, id),
            options: options
                .map(|(value, key)| Choice::new(*value, self.frame.t(key), chosen))
                .collect(),
            ..ChoiceGroup::default()
        })
    }

    /// One of many, by group, value and words.
    pub(super) fn select(
        &self,
        form: &str,
        field: TextField,
        groups: Vec<(String, Vec<(String, String)>)>,
    ) -> Part {
        let chosen = self.value(form, field.name).to_owned();
        let groups = groups.into_iter().map(|(label, options)| OptionGroup {
            label,
            options: options
                .into_iter()
                .map(|(value, words)| Pick::new(value, words, &chosen))
                .collect(),
        });
        Part::Select(Select {
            first: self.frame.t("proof.choose").to_owned(),
            groups: groups.collect(),
            field,
        })
    }

    /// A form whose title is its button.
    pub(super) fn form(&self, id: &'static str, key: &str, parts: Vec<Part>) -> Form {
        Form {
            id,
            title: self.frame.t(key).to_owned(),
            open: self.typed.form == Some(id),
            help: None,
            parts,
            button: self.frame.t(key).to_owned(),
            warns: false,
        }
    }
}

impl Form {
    pub(super) fn help(mut self, words: impl Into<String>) -> Self {
        self.help = Some(words.into());
        self
    }

    pub(super) const fn warns(mut self) -> Self {
        self.warns = true;
        self
    }
}

/// Reads the fields of a form that was sent, and what is wrong with them.
pub(super) struct Reading<'f> {
    pub(super) frame: &'f PageFrame,
    pub(super) fields: &'f Fields,
    pub(super) errors: Vec<FieldError>,
}

impl Reading<'_> {
    /// Notes what is wrong at a field.
    pub(super) fn wrong(&mut self, id: &str, key: &str) {
        self.errors.push(FieldError::new(id, self.frame.t(key)));
    }

    /// A text that must be there.
    pub(super) fn needed(&mut self, id: &str, name: &str) -> String {
        let text = self.fields.get(name).to_owned();
        if text.is_empty() {
            self.wrong(id, "proof.write");
        }
        text
    }

    /// One that must be chosen.
    pub(super) fn chosen(&mut self, id: &str, name: &str) -> String {
        let value = self.fields.get(name).to_owned();
        if value.is_empty() {
            self.wrong(id, "proof.choose_one");
        }
        value
    }

    /// One of fixed words; `None` when it is not among them, which is noted.
    pub(super) fn word<T>(
        &mut self,
        id: &str,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let chosen = parse(self.fields.get(name));
        if chosen.is_none() {
            self.wrong(id, "proof.choose_one");
        }
        chosen
    }

    /// A day that may be left empty.
    pub(super) fn day(&mut self, id: &str, name: &str) -> Option<jiff::civil::Date> {
        let text = self.fields.get(name);
        if text.is_empty() {
            return None;
        }
        let day = crate::staff::parse_date(text);
        if day.is_none() {
            self.wrong(id, "proof.day_unreadable");
        }
        day
    }

    /// A number that may be left empty; points and spaces between its digits do no harm.
    pub(super) fn number(&mut self, id: &str, name: &str) -> Option<u64> {
        let text = self.fields.get(name);
        if text.is_empty() {
            return None;
        }
        let number = whole(text);
        if number.is_none() {
            self.wrong(id, "proof.number_unreadable");
        }
        number
    }
}

/// A whole number as people write it: digits, perhaps in groups of three.
fn whole(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split(['.', ',', ' ']).collect();
    let are_digits = |group: &&str| group.bytes().all(|sign| sign.is_ascii_digit());
    let (first, rest) = groups.split_first()?;
    let grouped = rest.is_empty() || (1..=3).contains(&first.len());
    let fits =
        grouped && rest.iter().all(|group| group.len() == 3) && groups.iter().all(are_digits);
    fits.then(|| groups.concat().parse().ok()).flatten()
}

/// What is wrong with a text, in words.
pub(super) fn text_fault(frame: &PageFrame, fault: TextFault) -> String {
    crate::staff::text_words(frame, fault, "proof.write")
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_number_may_stand_in_groups_of_three_and_is_never_a_fraction() {
        for (text, number) in [
            ("1500000", Some(1_500_000)),
            ("1.500.000", Some(1_500_000)),
            ("1 500 000", Some(1_500_000)),
            ("0", Some(0)),
            ("1.5", None),
            ("1500.000", None),
            ("-5", None),
            ("", None),
            ("satu", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(whole(text), number, "{text}");
        }
    }
}
