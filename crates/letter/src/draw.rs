//! A letter that is laid out, as a file.

use std::num::NonZeroU16;

use krilla::Document;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, TableHeaderScope, Tag,
    TagGroup, TagTree,
};
use krilla::text::TextDirection;
use krilla::{SerializeSettings, color::luma};

use crate::code::Code;
use crate::fonts::Fonts;
use crate::layout::{CODE_SIDE, Laid, Node, Op, Role};
use crate::{Letter, RenderError};

/// How thick a line across is, in points.
const STROKE: f32 = 1.0;

pub(crate) fn draw(
    letter: &Letter<'_>,
    fonts: &Fonts,
    code: &Code,
    laid: &Laid,
) -> Result<Vec<u8>, RenderError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| RenderError::Invalid(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        enable_tagging: true,
        ..SerializeSettings::default()
    });
    document.set_metadata(metadata(letter));
    let mut outline = Outline::new();
    for (title, page) in &laid.outline {
        let place = XyzDestination::new(*page, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(title.clone(), place));
    }
    document.set_outline(outline);
    let read = Read::of(&laid.tree);
    let mut drawn = Vec::with_capacity(laid.pages.len());
    for (at, ops) in laid.pages.iter().enumerate() {
        let settings = PageSettings::from_wh(laid.width, laid.height)
            .ok_or_else(|| RenderError::Invalid("page".into()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut ids = Vec::with_capacity(ops.len());
        for (place, op) in ops.iter().enumerate() {
            let is_read = read.has(at, place);
            let tag = match op {
                _ if !is_read => {
                    let kind = match op {
                        Op::Text { .. } => ArtifactType::Footer,
                        _ => ArtifactType::Layout,
                    };
                    ContentTag::Artifact(Artifact::with_kind(kind))
                }
                Op::Text { .. } => ContentTag::Span(SpanTag::empty()),
                Op::Rule { .. } | Op::Code { .. } => ContentTag::Other,
            };
            let id = surface.start_tagged(tag);
            put(&mut surface, op, fonts, code);
            surface.end_tagged();
            ids.push(is_read.then_some(id));
        }
        surface.finish();
        page.finish();
        drawn.push(ids);
    }
    let mut tree = TagTree::new();
    for node in &laid.tree {
        if let Some(group) = group(node, &mut drawn) {
            tree.push(group);
        }
    }
    document.set_tag_tree(tree);
    document
        .finish()
        .map_err(|error| RenderError::Invalid(format!("{error:?}")))
}

fn metadata(letter: &Letter<'_>) -> Metadata {
    let lang = letter.sides.first().map_or("id", |side| side.lang.code());
    let dated = letter.dated;
    // Years before 0 are on no letter.
    let day = DateTime::new(u16::try_from(dated.year()).unwrap_or(0))
        .month(dated.month().unsigned_abs())
        .day(dated.day().unsigned_abs())
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(letter.title.to_owned())
        .authors(vec![letter.author.to_owned()])
        .creator("Pengayom".to_owned())
        .language(lang.to_owned())
        .document_id(letter.address.to_owned())
        .creation_date(day)
}

fn put(surface: &mut Surface<'_>, op: &Op, fonts: &Fonts, code: &Code) {
    surface.set_fill(Some(Fill {
        paint: luma::Color::black().into(),
        rule: FillRule::NonZero,
        ..Fill::default()
    }));
    match op {
        Op::Text {
            x,
            y,
            size,
            bold,
            text,
        } => surface.draw_text(
            Point::from_xy(*x, *y),
            fonts.font(*bold),
            *size,
            text,
            false,
            TextDirection::LeftToRight,
        ),
        Op::Rule { x, to, y } => {
            let rect = Rect::from_xywh(*x, *y, to - x, STROKE);
            fill(surface, rect.into_iter());
        }
        Op::Code { x, y } => {
            let module = CODE_SIDE / code.side as f32;
            let runs = code.runs();
            let rects = runs.iter().filter_map(|(column, row, long)| {
                Rect::from_xywh(
                    x + *column as f32 * module,
                    y + *row as f32 * module,
                    *long as f32 * module,
                    module,
                )
            });
            fill(surface, rects);
        }
    }
}

fn fill(surface: &mut Surface<'_>, rects: impl Iterator<Item = Rect>) {
    let mut path = PathBuilder::new();
    for rect in rects {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

/// The drawings that belong to the text.
struct Read(std::collections::HashSet<(usize, usize)>);

impl Read {
    fn of(tree: &[Node]) -> Self {
        let mut all = std::collections::HashSet::new();
        let mut open: Vec<&Node> = tree.iter().collect();
        while let Some(node) = open.pop() {
            match node {
                Node::Leaf(page, at) => {
                    all.insert((*page, *at));
                }
                Node::Group(_, nodes) => open.extend(nodes),
            }
        }
        Self(all)
    }

    fn has(&self, page: usize, at: usize) -> bool {
        self.0.contains(&(page, at))
    }
}

/// A part of the letter with everything in it; nothing when nothing of it was drawn.
fn group(node: &Node, drawn: &mut [Vec<Option<Identifier>>]) -> Option<krilla::tagging::Node> {
    let (role, nodes) = match node {
        Node::Leaf(page, at) => {
            let id = drawn.get_mut(*page)?.get_mut(*at)?.take()?;
            return Some(krilla::tagging::Node::Leaf(id));
        }
        Node::Group(role, nodes) => (role, nodes),
    };
    let children: Vec<_> = nodes.iter().filter_map(|node| group(node, drawn)).collect();
    // An empty cell stays: its row has two.
    if children.is_empty() && *role != Role::Cell {
        return None;
    }
    let level = |n: u16| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
    let group = match role {
        Role::Side(lang) => TagGroup::new(Tag::Section.with_lang(Some(lang.code().to_owned()))),
        Role::Title(title) => TagGroup::new(Tag::Hn(level(1), Some(title.clone()))),
        Role::Heading(title) => TagGroup::new(Tag::Hn(level(2), Some(title.clone()))),
        Role::Paragraph => TagGroup::new(Tag::P),
        Role::Table => TagGroup::new(Tag::Table),
        Role::Row => TagGroup::new(Tag::TR),
        Role::Head => TagGroup::new(Tag::TH(TableHeaderScope::Row)),
        Role::Cell => TagGroup::new(Tag::TD),
        Role::List => TagGroup::new(Tag::L(ListNumbering::Disc)),
        Role::Item => TagGroup::new(Tag::LI),
        Role::Bullet => TagGroup::new(Tag::Lbl),
        Role::ItemBody => TagGroup::new(Tag::LBody),
        Role::Code(words) => TagGroup::new(Tag::Figure(Some(words.clone()))),
    };
    let mut group = group;
    for child in children {
        group.push(child);
    }
    Some(krilla::tagging::Node::Group(group))
}
