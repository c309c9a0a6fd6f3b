//! The fonts of letters, and how wide words are in them.

use krilla::text::Font;
use ttf_parser::Face;

const REGULAR: &[u8] = include_bytes!("../../../data/fonts/atkinson-400.ttf");
const BOLD: &[u8] = include_bytes!("../../../data/fonts/atkinson-700.ttf");

/// A face to measure with and to draw with.
struct One {
    face: Face<'static>,
    font: Font,
}

/// Both weights.
pub(crate) struct Fonts {
    regular: One,
    bold: One,
}

impl Fonts {
    /// The fonts that are part of the program; nothing when the files in it are broken.
    pub(crate) fn built_in() -> Option<Self> {
        let one = |bytes: &'static [u8]| {
            Some(One {
                face: Face::parse(bytes, 0).ok()?,
                font: Font::new(bytes.into(), 0)?,
            })
        };
        Some(Self {
            regular: one(REGULAR)?,
            bold: one(BOLD)?,
        })
    }

    const fn one(&self, bold: bool) -> &One {
        if bold { &self.bold } else { &self.regular }
    }

    pub(crate) fn font(&self, bold: bool) -> Font {
        self.one(bold).font.clone()
    }

    /// Whether both weights have a sign for a character.
    pub(crate) fn has(&self, character: char) -> bool {
        self.regular.face.glyph_index(character).is_some()
            && self.bold.face.glyph_index(character).is_some()
    }

    /// How wide a text is, in points, before its letters are moved together.
    pub(crate) fn width(&self, text: &str, size: f32, bold: bool) -> f32 {
        let face = &self.one(bold).face;
        let units: u32 = text
            .chars()
            .filter_map(|character| face.glyph_index(character))
            .filter_map(|glyph| face.glyph_hor_advance(glyph))
            .map(u32::from)
            .sum();
        units as f32 * size / f32::from(face.units_per_em())
    }
}
