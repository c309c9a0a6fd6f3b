//! Where everything of a letter stands on its pages, and what it is to a reader who does not see them.

use std::collections::BTreeSet;

use pengayom_core::letter::{Block, Signer};
use pengayom_core::pack::{Lang, fill};

use crate::code::Code;
use crate::fonts::Fonts;
use crate::text::{lines, printable};
use crate::{Letter, Side};

const MILLIMETRE: f32 = 72.0 / 25.4;
/// Points; so are all lengths below.
const MARGIN: f32 = 20.0 * MILLIMETRE;
const SIZE: f32 = 11.0;
const SIZE_TITLE: f32 = 14.0;
const SIZE_SMALL: f32 = 9.0;
const SIZE_FOOT: f32 = 8.5;
/// From one line's foot to the next, of the size.
const LEADING: f32 = 1.3;
/// Between blocks.
const GAP: f32 = 7.0;
/// The modules of the code, without the white around them.
pub(crate) const CODE_SIDE: f32 = 27.0 * MILLIMETRE;
/// Room for a hand's signature and a stamp.
const HAND: f32 = 46.0;
const LABEL_SHARE: f32 = 0.32;
const INDENT: f32 = 14.0;

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Op {
    Text {
        x: f32,
        y: f32,
        size: f32,
        bold: bool,
        text: String,
    },
    /// A line across, from `x` to `to`.
    Rule { x: f32, to: f32, y: f32 },
    /// The code, its modules' corner at the top left.
    Code { x: f32, y: f32 },
}

/// What a part of the letter is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Role {
    /// The whole of a language.
    Side(Lang),
    Title(String),
    Heading(String),
    Paragraph,
    Table,
    Row,
    Head,
    Cell,
    List,
    Item,
    Bullet,
    ItemBody,
    Code(String),
}

/// The letter as a tree, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// A drawing: page and place on it.
    Leaf(usize, usize),
    Group(Role, Vec<Node>),
}

/// A letter with a place for everything.
pub(crate) struct Laid {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) pages: Vec<Vec<Op>>,
    /// One for each side.
    pub(crate) tree: Vec<Node>,
    /// Title and first page of each side.
    pub(crate) outline: Vec<(String, usize)>,
}

/// How a line stands between the margins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Left,
    Middle,
}

/// A text to put somewhere.
#[derive(Clone, Copy)]
struct Set {
    x: f32,
    width: f32,
    size: f32,
    bold: bool,
    stand: Stand,
}

struct Setting<'a> {
    fonts: &'a Fonts,
    code: &'a Code,
    width: f32,
    height: f32,
    /// The head of the space that is free on the last page.
    y: f32,
    pages: Vec<Vec<Op>>,
    unprintable: &'a mut BTreeSet<char>,
}

pub(crate) fn lay_out(
    letter: &Letter<'_>,
    fonts: &Fonts,
    code: &Code,
    unprintable: &mut BTreeSet<char>,
) -> Laid {
    let (width, height) = letter.paper.millimetres();
    let mut setting = Setting {
        fonts,
        code,
        width: width * MILLIMETRE,
        height: height * MILLIMETRE,
        y: MARGIN,
        pages: Vec::new(),
        unprintable,
    };
    let mut tree = Vec::new();
    let mut outline = Vec::new();
    let mut firsts = Vec::new();
    for side in letter.sides {
        setting.new_page();
        let first = setting.pages.len() - 1;
        firsts.push(first);
        let nodes = side
            .blocks
            .iter()
            .flat_map(|block| setting.block(block, letter, side))
            .collect();
        tree.push(Node::Group(Role::Side(side.lang), nodes));
        let title = side.blocks.iter().find_map(|block| match block {
            Block::Title(title) => Some(title.as_str()),
            _ => None,
        });
        outline.push((setting.clean(title.unwrap_or(letter.title)), first));
    }
    setting.feet(letter.sides, &firsts);
    Laid {
        width: setting.width,
        height: setting.height,
        pages: setting.pages,
        tree,
        outline,
    }
}

impl Setting<'_> {
    fn clean(&mut self, text: &str) -> String {
        printable(text, self.fonts, self.unprintable)
    }

    fn full(&self) -> f32 {
        self.width - 2.0 * MARGIN
    }

    fn bottom(&self) -> f32 {
        self.height - MARGIN
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Makes sure that so much is free, when a page is that high at all.
    fn need(&mut self, height: f32) {
        let fits = self.y + height <= self.bottom();
        if !fits && self.y > MARGIN && height <= self.bottom() - MARGIN {
            self.new_page();
        }
    }

    fn put(&mut self, op: Op) -> Node {
        let page = self.pages.len().saturating_sub(1);
        match self.pages.last_mut() {
            Some(ops) => {
                ops.push(op);
                Node::Leaf(page, ops.len() - 1)
            }
            None => Node::Group(Role::Paragraph, Vec::new()),
        }
    }

    fn cut(&self, text: &str, set: Set) -> Vec<String> {
        lines(text, self.fonts, set.size, set.bold, set.width)
    }

    /// A line at a height of its own.
    fn line_at(&mut self, text: &str, set: Set, top: f32, last: bool) -> Node {
        let wide = self.fonts.width(text, set.size, set.bold);
        let x = match set.stand {
            Stand::Left => set.x,
            Stand::Middle => set.x + (set.width - wide).max(0.0) / 2.0,
        };
        // The space between words is there for whoever reads the text out of the file.
        let text = if last {
            text.to_owned()
        } else {
            format!("{text} ")
        };
        self.put(Op::Text {
            x,
            y: top + set.size,
            size: set.size,
            bold: set.bold,
            text,
        })
    }

    /// Lines beneath each other, over as many pages as they need.
    fn flow(&mut self, text: &str, set: Set) -> Vec<Node> {
        let text = self.clean(text);
        let cut = self.cut(&text, set);
        let step = set.size * LEADING;
        let last = cut.len().saturating_sub(1);
        let mut leaves = Vec::new();
        for (at, line) in cut.iter().enumerate() {
            if self.y + step > self.bottom() {
                self.new_page();
            }
            if !line.is_empty() {
                let top = self.y;
                leaves.push(self.line_at(line, set, top, at == last));
            }
            self.y += step;
        }
        leaves
    }

    const fn whole(&self, size: f32, bold: bool, stand: Stand) -> Set {
        Set {
            x: MARGIN,
            width: self.width - 2.0 * MARGIN,
            size,
            bold,
            stand,
        }
    }

    fn block(&mut self, block: &Block, letter: &Letter<'_>, side: &Side<'_>) -> Vec<Node> {
        let nodes = match block {
            Block::Head(lines) => self.head(lines),
            Block::Title(text) => {
                self.y += GAP;
                self.need(SIZE_TITLE * LEADING * 3.0);
                let set = self.whole(SIZE_TITLE, true, Stand::Middle);
                let leaves = self.flow(text, set);
                let title = self.clean(text);
                vec![Node::Group(Role::Title(title), leaves)]
            }
            Block::Heading(text) => {
                self.need(SIZE * LEADING * 4.0);
                let set = self.whole(SIZE + 0.5, true, Stand::Left);
                let leaves = self.flow(text, set);
                let title = self.clean(text);
                vec![Node::Group(Role::Heading(title), leaves)]
            }
            Block::Centred(text) => self.paragraph(text, SIZE, Stand::Middle),
            Block::Paragraph(text) => self.paragraph(text, SIZE, Stand::Left),
            Block::Small(text) => self.paragraph(text, SIZE_SMALL, Stand::Left),
            Block::Facts(rows) => self.facts(rows),
            Block::List(items) => self.list(items),
            Block::Signatures(signers) => self.signatures(signers),
            Block::Qr(words) => self.qr(words, letter.address, side.code_words),
        };
        self.y += GAP;
        nodes
    }

    fn paragraph(&mut self, text: &str, size: f32, stand: Stand) -> Vec<Node> {
        let set = self.whole(size, false, stand);
        let leaves = self.flow(text, set);
        vec![Node::Group(Role::Paragraph, leaves)]
    }

    fn head(&mut self, lines: &[String]) -> Vec<Node> {
        let set = self.whole(SIZE, true, Stand::Middle);
        let nodes = lines
            .iter()
            .map(|line| Node::Group(Role::Paragraph, self.flow(line, set)))
            .collect();
        let (x, to, y) = (MARGIN, self.width - MARGIN, self.y + 4.0);
        self.put(Op::Rule { x, to, y });
        self.y += 6.0;
        nodes
    }

    fn facts(&mut self, rows: &[(String, String)]) -> Vec<Node> {
        let label = Set {
            width: self.full() * LABEL_SHARE - 8.0,
            ..self.whole(SIZE, false, Stand::Left)
        };
        let value = Set {
            x: MARGIN + self.full() * LABEL_SHARE,
            width: self.full() * (1.0 - LABEL_SHARE),
            ..label
        };
        let rows = rows
            .iter()
            .map(|(what, said)| {
                let (what, said) = (self.clean(what), self.clean(said));
                let columns = [
                    (self.cut(&what, label), label),
                    (self.cut(&said, value), value),
                ];
                let [head, cell] = self.side_by_side(&columns);
                let head = Node::Group(Role::Head, head);
                Node::Group(Role::Row, vec![head, Node::Group(Role::Cell, cell)])
            })
            .collect();
        vec![Node::Group(Role::Table, rows)]
    }

    /// Columns of lines whose first lines stand at one height; together on a page where they fit.
    fn side_by_side(&mut self, columns: &[(Vec<String>, Set); 2]) -> [Vec<Node>; 2] {
        let step = SIZE * LEADING;
        let most = columns.iter().map(|(lines, _)| lines.len()).max();
        let most = most.unwrap_or(0);
        self.need(most as f32 * step);
        let mut nodes = [Vec::new(), Vec::new()];
        for at in 0..most {
            if self.y + step > self.bottom() {
                self.new_page();
            }
            let top = self.y;
            for ((lines, set), nodes) in columns.iter().zip(&mut nodes) {
                if let Some(line) = lines.get(at).filter(|line| !line.is_empty()) {
                    nodes.push(self.line_at(line, *set, top, at + 1 == lines.len()));
                }
            }
            self.y += step;
        }
        self.y += 1.5;
        nodes
    }

    fn list(&mut self, items: &[String]) -> Vec<Node> {
        let bullet = self.whole(SIZE, false, Stand::Left);
        let body = Set {
            x: MARGIN + INDENT,
            width: self.full() - INDENT,
            ..bullet
        };
        let items = items
            .iter()
            .map(|item| {
                self.need(SIZE * LEADING);
                let top = self.y;
                let mark = self.line_at("\u{2022}", bullet, top, false);
                let leaves = self.flow(item, body);
                let parts = vec![
                    Node::Group(Role::Bullet, vec![mark]),
                    Node::Group(Role::ItemBody, leaves),
                ];
                Node::Group(Role::Item, parts)
            })
            .collect();
        vec![Node::Group(Role::List, items)]
    }

    fn signatures(&mut self, signers: &[Signer]) -> Vec<Node> {
        // One alone stands on the right, as letters are signed.
        let columns = signers.len().max(2);
        let wide = self.full() / columns as f32;
        let first = columns - signers.len();
        let step = SIZE * LEADING;
        let mut cut = Vec::new();
        for (at, signer) in (first..).zip(signers) {
            let set = Set {
                x: MARGIN + at as f32 * wide,
                width: wide - 10.0,
                ..self.whole(SIZE, false, Stand::Left)
            };
            let bold = Set { bold: true, ..set };
            let role = self.clean(&signer.role);
            let name = self.clean(&signer.name);
            let detail = self.clean(&signer.detail);
            cut.push((
                (self.cut(&role, set), set),
                (self.cut(&name, bold), bold),
                (self.cut(&detail, set), set),
            ));
        }
        let tallest = |of: &dyn Fn(usize) -> usize| (0..cut.len()).map(of).max().unwrap_or(0);
        let above = tallest(&|at| cut.get(at).map_or(0, |(role, ..)| role.0.len())) as f32 * step;
        let beneath = |at: usize| {
            cut.get(at)
                .map_or(0, |(_, name, detail)| name.0.len() + detail.0.len())
        };
        let beneath = tallest(&beneath) as f32 * step;
        self.need(above + HAND + beneath);
        let top = self.y;
        let mut nodes = Vec::new();
        for ((role, role_set), (name, name_set), (detail, detail_set)) in cut {
            let mut put = |lines: &[String], set: Set, from: f32| -> Vec<Node> {
                let last = lines.len().saturating_sub(1);
                lines
                    .iter()
                    .enumerate()
                    .filter(|(_, line)| !line.is_empty())
                    .map(|(at, line)| self.line_at(line, set, from + at as f32 * step, at == last))
                    .collect()
            };
            let under = top + above + HAND;
            let named = name.len() as f32 * step;
            for leaves in [
                put(&role, role_set, top),
                put(&name, name_set, under),
                put(&detail, detail_set, under + named),
            ] {
                nodes.push(Node::Group(Role::Paragraph, leaves));
            }
        }
        self.y = top + above + HAND + beneath;
        nodes
    }

    fn qr(&mut self, words: &str, address: &str, code_words: &str) -> Vec<Node> {
        // Four modules of white on every side.
        let quiet = CODE_SIDE / self.code.side as f32 * 4.0;
        self.need(CODE_SIDE + 2.0 * quiet);
        let top = self.y;
        let page = self.pages.len();
        let code = self.put(Op::Code {
            x: MARGIN + quiet,
            y: top + quiet,
        });
        let x = MARGIN + CODE_SIDE + 2.0 * quiet + 6.0;
        let set = Set {
            x,
            width: self.width - MARGIN - x,
            ..self.whole(SIZE, false, Stand::Left)
        };
        let figure = Node::Group(Role::Code(code_words.to_owned()), vec![code]);
        self.y = top + quiet;
        let words = self.flow(words, set);
        self.y += 3.0;
        let bold = Set { bold: true, ..set };
        let address = self.flow(
            &broken(address, self.fonts.width(address, SIZE, true) > set.width),
            bold,
        );
        if self.pages.len() == page {
            self.y = self.y.max(top + CODE_SIDE + 2.0 * quiet);
        }
        vec![
            figure,
            Node::Group(Role::Paragraph, words),
            Node::Group(Role::Paragraph, address),
        ]
    }

    /// Page numbers, where a side has more than one page; no part of the text.
    fn feet(&mut self, sides: &[Side<'_>], firsts: &[usize]) {
        let all = self.pages.len();
        let ends = firsts.iter().skip(1).copied().chain([all]);
        let spans: Vec<(usize, usize)> = firsts.iter().copied().zip(ends).collect();
        for (side, (from, to)) in sides.iter().zip(spans) {
            let of = to - from;
            if of < 2 {
                continue;
            }
            for at in from..to {
                let (n, of) = ((at - from + 1).to_string(), of.to_string());
                let words = fill(side.page_words, &[("n", &n), ("of", &of)]);
                let text = self.clean(&words);
                let wide = self.fonts.width(&text, SIZE_FOOT, false);
                let op = Op::Text {
                    x: self.width - MARGIN - wide,
                    y: self.bottom() + 22.0,
                    size: SIZE_FOOT,
                    bold: false,
                    text,
                };
                if let Some(ops) = self.pages.get_mut(at) {
                    ops.push(op);
                }
            }
        }
    }
}

/// An address too long for its line, broken before its last part, which is what a person types.
fn broken(address: &str, is_long: bool) -> String {
    match address.rfind('/') {
        Some(at) if is_long => {
            let (site, code) = address.split_at(at + 1);
            format!("{site}\n{code}")
        }
        _ => address.to_owned(),
    }
}
