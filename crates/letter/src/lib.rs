//! Letters as PDF files: PDF/A-2a and PDF/UA-1, tagged in reading order, the same bytes for the same input.
//!
//! [`render`] takes a letter whose lines are filled in ([`pengayom_core::letter`]) and gives the file. It reads no
//! clock and no file; the fonts are in the program (`data/fonts/`). What the fonts have no sign for is
//! printed as its code point and named in [`Rendered::unprintable`], so that nothing vanishes. How it was
//! chosen: `docs/decisions/0032-letters-with-krilla.md`.

mod code;
mod draw;
mod fonts;
mod layout;
mod text;

use std::collections::BTreeSet;

use jiff::civil::Date;
use pengayom_core::letter::Block;
use pengayom_core::pack::Lang;

/// Most pages of a letter, both languages together. What fields may hold fits; a letter beyond it is refused.
pub const PAGES_MAX: usize = 12;

/// The paper a letter is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 215 × 330 mm, the paper of Indonesian offices.
    F4,
}

impl Paper {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A4, Self::F4];

    /// The word it is chosen by: `a4` or `f4`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::F4 => "f4",
        }
    }

    /// The paper of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|paper| paper.code() == word)
    }

    /// Width and height in millimetres.
    const fn millimetres(self) -> (f32, f32) {
        match self {
            Self::A4 => (210.0, 297.0),
            Self::F4 => (215.0, 330.0),
        }
    }
}

/// A letter in one language. Each begins on a page of its own.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The language of its words.
    pub lang: Lang,
    /// What it says, from the top down.
    pub blocks: &'a [Block],
    /// What a screen reader says for the code that verifies the letter.
    pub code_words: &'a str,
    /// The foot of a page, with `{n}` and `{of}`.
    pub page_words: &'a str,
}

/// A letter to be made.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The title of the document, as a reader of files shows it.
    pub title: &'a str,
    /// The unit that gives it.
    pub author: &'a str,
    /// The day on it.
    pub dated: Date,
    /// What it is printed on.
    pub paper: Paper,
    /// The address the code holds, printed beside it too. It also tells the document from every other.
    pub address: &'a str,
    /// The letter in one language, or in one after the other.
    pub sides: &'a [Side<'a>],
}

/// A letter that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Characters the fonts have no sign for; printed as code points, such as `[U+1F600]`.
    pub unprintable: BTreeSet<char>,
}

/// Why a letter was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// It is longer than a letter may be.
    #[error("the letter has {pages} pages; at most {PAGES_MAX}")]
    TooLong {
        /// How many there would be.
        pages: usize,
    },
    /// The address does not fit into a code.
    #[error("the address has {bytes} bytes, too many for a code that is printed at this size")]
    Address {
        /// Its length.
        bytes: usize,
    },
    /// The file would not be what it says it is.
    #[error("the file does not hold to PDF/A and PDF/UA: {0}")]
    Invalid(String),
}

/// Makes the file of a letter.
///
/// # Errors
/// [`RenderError`]: too long, an address no code holds, or a file that does not conform.
pub fn render(letter: &Letter<'_>) -> Result<Rendered, RenderError> {
    let fonts = fonts::Fonts::built_in().ok_or_else(|| RenderError::Invalid("fonts".into()))?;
    let code = code::Code::of(letter.address)?;
    let mut unprintable = BTreeSet::new();
    let laid = layout::lay_out(letter, &fonts, &code, &mut unprintable);
    let pages = laid.pages.len();
    if pages > PAGES_MAX {
        return Err(RenderError::TooLong { pages });
    }
    Ok(Rendered {
        pdf: draw::draw(letter, &fonts, &code, &laid)?,
        pages,
        unprintable,
    })
}
