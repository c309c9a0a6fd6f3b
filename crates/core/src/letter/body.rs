//! The lines of a template, and those of a letter that is filled in.

use super::check::{LetterFault, LetterRule};
use super::{BODY_MAX_CHARS, BODY_MAX_LINES, Values};
use crate::pack::{fill, placeholders};

/// Most columns of signatures side by side.
const SIGNERS_MAX: usize = 3;

/// Who signs: three lines beneath each other, with room for a hand's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// As what, above the signature.
    pub role: String,
    /// The name, beneath it.
    pub name: String,
    /// Rank and number or the like, beneath the name; may be empty.
    pub detail: String,
}

/// A part of a letter, from the top down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Lines of the head, such as the names of the force and of the unit.
    Head(Vec<String>),
    /// The title of the letter.
    Title(String),
    /// A heading within it.
    Heading(String),
    /// A line in the middle, such as the number under the title.
    Centred(String),
    /// A paragraph. A line break in a value stays one.
    Paragraph(String),
    /// A table of facts: what, and its value.
    Facts(Vec<(String, String)>),
    /// A list.
    List(Vec<String>),
    /// Who signs, side by side.
    Signatures(Vec<Signer>),
    /// The code that verifies the letter, with the words beside it.
    Qr(String),
    /// Small print.
    Small(String),
}

/// A line of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// Where it stands, from 1.
    at: u32,
    mark: Mark,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Parts what is before it from what is after it.
    Blank,
    Text,
    Head,
    Title,
    Heading,
    Centred,
    Fact,
    Item,
    Signer,
    Qr,
    Small,
}

/// The signs a line may begin with; each is followed by a space.
const MARKS: [(&str, Mark); 9] = [
    ("##", Mark::Heading),
    ("#", Mark::Title),
    ("^", Mark::Head),
    ("=", Mark::Centred),
    ("|", Mark::Fact),
    ("-", Mark::Item),
    ("~", Mark::Signer),
    ("@", Mark::Qr),
    (">", Mark::Small),
];

/// A template's lines in one language, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    lines: Vec<Line>,
}

impl Body {
    /// Reads the lines of a template.
    ///
    /// # Errors
    /// Every line that is not as lines are written, with its number.
    pub fn parse(text: &str) -> Result<Self, Vec<LetterFault>> {
        let chars = text.chars().count();
        if chars > BODY_MAX_CHARS || text.lines().count() > BODY_MAX_LINES {
            return Err(vec![LetterFault::of(LetterRule::TooLong)]);
        }
        let mut faults = Vec::new();
        let mut lines = Vec::new();
        for (at, line) in (1_u32..).zip(text.lines()) {
            match read_line(line.trim()) {
                Ok((mark, text)) => lines.push(Line {
                    at,
                    mark,
                    text: text.to_owned(),
                }),
                Err(rule) => faults.push(LetterFault { line: at, rule }),
            }
        }
        let mut signers = 0;
        for line in &lines {
            signers = if line.mark == Mark::Signer {
                signers + 1
            } else {
                0
            };
            if signers > SIGNERS_MAX {
                let rule = LetterRule::TooManySigners;
                faults.push(LetterFault {
                    line: line.at,
                    rule,
                });
            }
        }
        if faults.is_empty() {
            Ok(Self { lines })
        } else {
            Err(faults)
        }
    }

    /// Every `{field}` with the line it stands in.
    pub(super) fn fields(&self) -> impl Iterator<Item = (u32, &str)> {
        self.lines.iter().flat_map(|line| {
            placeholders(&line.text)
                .into_iter()
                .map(|name| (line.at, name))
        })
    }

    /// Every line with its number, as it was written after its sign.
    pub(super) fn texts(&self) -> impl Iterator<Item = (u32, &str)> {
        self.lines.iter().map(|line| (line.at, line.text.as_str()))
    }

    pub(super) fn titles(&self) -> usize {
        self.count(Mark::Title)
    }

    pub(super) fn codes(&self) -> usize {
        self.count(Mark::Qr)
    }

    pub(super) fn signers(&self) -> usize {
        self.count(Mark::Signer)
    }

    fn count(&self, mark: Mark) -> usize {
        self.lines.iter().filter(|line| line.mark == mark).count()
    }

    /// The letter with its values. A line is left out when a field in it has no value, so that no
    /// letter says "by  at".
    #[must_use]
    pub fn fill(&self, values: &Values) -> Vec<Block> {
        let pairs: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.trim()))
            .collect();
        let mut blocks: Vec<Block> = Vec::new();
        let mut open = false;
        for line in &self.lines {
            let empty = |name: &&str| {
                values
                    .get(*name)
                    .is_none_or(|value| value.trim().is_empty())
            };
            if placeholders(&line.text).iter().any(empty) {
                continue;
            }
            let put = |text: &str| fill(text, &pairs);
            open = add(&mut blocks, open, line, &put);
        }
        blocks
    }
}

/// Adds a line to the block before it when they belong together, else as a block of its own. Whether the
/// next line may belong to it.
fn add(blocks: &mut Vec<Block>, open: bool, line: &Line, put: &dyn Fn(&str) -> String) -> bool {
    let text = line.text.as_str();
    let last = blocks.last_mut().filter(|_| open);
    match (line.mark, last) {
        (Mark::Blank, _) => return false,
        (Mark::Text, Some(Block::Paragraph(before)))
        | (Mark::Small, Some(Block::Small(before))) => {
            before.push(' ');
            before.push_str(&put(text));
        }
        (Mark::Head, Some(Block::Head(lines))) => lines.push(put(text)),
        (Mark::Item, Some(Block::List(items))) => items.push(put(text)),
        (Mark::Fact, Some(Block::Facts(rows))) => rows.push(fact(text, put)),
        (Mark::Signer, Some(Block::Signatures(all))) => all.push(signer(text, put)),
        (Mark::Text, _) => blocks.push(Block::Paragraph(put(text))),
        (Mark::Small, _) => blocks.push(Block::Small(put(text))),
        (Mark::Head, _) => blocks.push(Block::Head(vec![put(text)])),
        (Mark::Item, _) => blocks.push(Block::List(vec![put(text)])),
        (Mark::Fact, _) => blocks.push(Block::Facts(vec![fact(text, put)])),
        (Mark::Signer, _) => blocks.push(Block::Signatures(vec![signer(text, put)])),
        (Mark::Title, _) => blocks.push(Block::Title(put(text))),
        (Mark::Heading, _) => blocks.push(Block::Heading(put(text))),
        (Mark::Centred, _) => blocks.push(Block::Centred(put(text))),
        (Mark::Qr, _) => blocks.push(Block::Qr(put(text))),
    }
    true
}

/// Cut before values are put in: a value may hold the sign.
fn fact(text: &str, put: &dyn Fn(&str) -> String) -> (String, String) {
    let (what, value) = text.split_once('|').unwrap_or((text, ""));
    (put(what.trim()), put(value.trim()))
}

fn signer(text: &str, put: &dyn Fn(&str) -> String) -> Signer {
    let mut parts = text.splitn(3, '|').map(|part| put(part.trim()));
    let mut next = || parts.next().unwrap_or_default();
    Signer {
        role: next(),
        name: next(),
        detail: next(),
    }
}

fn read_line(line: &str) -> Result<(Mark, &str), LetterRule> {
    if line.is_empty() {
        return Ok((Mark::Blank, ""));
    }
    let Some((rest, mark)) = MARKS
        .iter()
        .find_map(|(sign, mark)| Some((line.strip_prefix(sign)?, *mark)))
    else {
        return Ok((Mark::Text, line));
    };
    let text = rest.trim();
    if text.is_empty() {
        return Err(LetterRule::EmptyLine);
    }
    if !rest.starts_with(' ') {
        return Err(LetterRule::NoSpace);
    }
    let parts = text.split('|').count();
    match mark {
        Mark::Fact if parts != 2 || text.split('|').any(|part| part.trim().is_empty()) => {
            Err(LetterRule::FactOfTwo)
        }
        Mark::Signer if !(2..=3).contains(&parts) => Err(LetterRule::SignerOfTwo),
        _ => Ok((mark, text)),
    }
}
