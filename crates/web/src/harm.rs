//! How a reporter is and what they lost, asked gently: the questions, their answers and their words,
//! the same on every form (S3). Nobody has to answer.

use pengayom_core::subject::case::{Harm, LOSS_MAX_RUPIAH, Wellbeing};

use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::PageFrame;

/// Identifier and name of the question how the reporter is.
const WELLBEING: &str = "keadaan";

/// Identifier and name of the question what was lost.
const LOSS: &str = "kerugian";

/// The answer that says nothing, for who chose another before.
const NONE: &str = "lewati";

/// Longest text for a loss, in characters.
const LOSS_CHARS: usize = 40;

/// What was typed about harm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed<'t> {
    /// How the reporter is.
    pub(crate) wellbeing: &'t str,
    /// What was lost.
    pub(crate) loss: &'t str,
}

impl<'t> Typed<'t> {
    /// What a form says.
    pub(crate) fn of(fields: &'t crate::extract::Fields) -> Self {
        Self {
            wellbeing: fields.get(WELLBEING),
            loss: fields.get(LOSS),
        }
    }

    /// What it means.
    ///
    /// # Errors
    /// What is wrong with it, in words, at its field.
    pub(crate) fn read(self, frame: &PageFrame) -> Result<Harm, FieldError> {
        let wrong = |key: &str| FieldError::new(LOSS, frame.t(key));
        let loss_rupiah = match self.loss.trim() {
            "" => None,
            text => Some(rupiah(text).ok_or_else(|| wrong("harm.loss_unreadable"))?),
        };
        if loss_rupiah.is_some_and(|loss| loss > LOSS_MAX_RUPIAH) {
            return Err(wrong("harm.loss_large"));
        }
        Ok(Harm {
            // What no form of ours offers says nothing.
            wellbeing: Wellbeing::parse(self.wellbeing),
            loss_rupiah,
        })
    }

    /// The question how the reporter is, by the keys of its words.
    pub(crate) fn wellbeing(self, frame: &PageFrame, ask: &str, help: &str) -> ChoiceGroup {
        let options = Wellbeing::ALL.map(|known| {
            let words = frame.t(wellbeing_words(known));
            Choice::new(known.as_str(), words, self.wellbeing)
        });
        let none = Choice::new(NONE, frame.t("harm.none"), self.wellbeing);
        let options = options.into_iter().chain([none]).collect();
        let mut group = ChoiceGroup::new(WELLBEING, frame.t(ask), options, &[]);
        group.optional = true;
        group.hint(frame.t(help))
    }

    /// The question what was lost.
    pub(crate) fn loss(self, frame: &PageFrame, errors: &[FieldError]) -> TextField {
        TextField::new(LOSS, frame.t("harm.loss"), self.loss, errors)
            .optional()
            .hint(frame.t("harm.loss_help"))
    }
}

/// The key of an answer's words.
pub(crate) const fn wellbeing_words(wellbeing: Wellbeing) -> &'static str {
    match wellbeing {
        Wellbeing::Well => "harm.well",
        Wellbeing::Shaken => "harm.shaken",
        Wellbeing::NeedsSupport => "harm.needs_support",
    }
}

/// What was said, each with its label: nothing where nothing was.
pub(crate) fn said(frame: &PageFrame, harm: Harm) -> Vec<(&str, String)> {
    let wellbeing = harm.wellbeing.map(|known| {
        let words = frame.t(wellbeing_words(known)).to_owned();
        (frame.t("harm.wellbeing"), words)
    });
    let loss = harm.loss_rupiah.map(|loss| {
        let n = frame
            .format()
            .count(i64::try_from(loss).unwrap_or(i64::MAX));
        (frame.t("harm.lost"), frame.tf("harm.rupiah", &[("n", &n)]))
    });
    wellbeing.into_iter().chain(loss).collect()
}

/// An amount as people write it: `750000`, `750.000`, `Rp 750.000,00`, `Rp750.000,-`.
fn rupiah(text: &str) -> Option<u64> {
    if text.chars().count() > LOSS_CHARS {
        return None;
    }
    let text = text.to_lowercase();
    let text = text.strip_prefix("rp").unwrap_or(&text);
    let text = text.trim_start_matches('.');
    let text: String = text.split_whitespace().collect();
    let cents = [",00", ".00", ",-", ".-"];
    let text = cents
        .iter()
        .find_map(|cents| text.strip_suffix(cents))
        .unwrap_or(&text);
    let mut parts = text.split(['.', ',']);
    let first = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let grouped = rest.is_empty()
        || ((1..=3).contains(&first.len()) && rest.iter().all(|part| part.len() == 3));
    let digits = format!("{first}{}", rest.concat());
    if !grouped || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::rupiah;

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        // S3
        for text in [
            "750000",
            "750.000",
            "750,000",
            "Rp 750.000",
            "rp750.000,00",
            "Rp. 750.000,-",
            "750 000",
        ] {
            assert_eq!(rupiah(text), Some(750_000), "{text}");
        }
        assert_eq!(rupiah("0"), Some(0));
        assert_eq!(rupiah("1.250.000.000"), Some(1_250_000_000));
    }

    #[test]
    fn what_may_mean_two_amounts_is_asked_again() {
        // S3
        for text in [
            "1,5 juta",
            "1,5",
            "75.00.0",
            "7500.000",
            "-5",
            "banyak",
            ".",
            "",
            "99999999999999999999999",
            "١٢٣",
        ] {
            assert_eq!(rupiah(text), None, "{text}");
        }
    }
}
