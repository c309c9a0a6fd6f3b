//! The two languages people read, Indonesian first.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of the pages and letters.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Indonesian, what a person sees who chose nothing.
    #[default]
    Id,
    /// English.
    En,
}

impl Lang {
    /// Every language, the first one first.
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    /// The code used in addresses, cookies and `<html lang>`: `id` or `en`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }

    /// The language named by `text`, if it is one of ours: `id`, `EN`, `en-GB`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let primary = text.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|lang| primary.eq_ignore_ascii_case(lang.code()))
    }

    /// The other language, for the switch on each page.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Id => Self::En,
            Self::En => Self::Id,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A text is not the code of a language we have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a language `id` or `en`")]
pub struct UnknownLang;

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        Self::parse(text).ok_or(UnknownLang)
    }
}

/// One text in each language. In a pack file it stands as two keys, `name_id` and `name_en`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Localized {
    /// The Indonesian text.
    pub id: String,
    /// The English text.
    pub en: String,
}

impl Localized {
    /// The text in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Id => &self.id,
            Lang::En => &self.en,
        }
    }
}

/// A list of texts in each language, of the same length and order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LocalizedList {
    /// The Indonesian texts.
    pub id: Vec<String>,
    /// The English texts, in the same order.
    pub en: Vec<String>,
}

impl LocalizedList {
    /// The texts in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &[String] {
        match lang {
            Lang::Id => &self.id,
            Lang::En => &self.en,
        }
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_recognised_with_its_region_and_in_any_case() {
        assert_eq!(Lang::parse("id"), Some(Lang::Id));
        assert_eq!(Lang::parse(" EN-gb "), Some(Lang::En));
        assert_eq!(Lang::parse("jv"), None);
        assert_eq!(Lang::parse(""), None);
        assert_eq!("en".parse(), Ok(Lang::En));
    }

    #[test]
    fn indonesian_is_first() {
        assert_eq!(Lang::default(), Lang::Id);
        assert_eq!(Lang::ALL[0], Lang::Id);
        assert_eq!(Lang::Id.other(), Lang::En);
    }
}
