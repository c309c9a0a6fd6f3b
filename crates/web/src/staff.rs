//! What the pages of signed-in staff share: names, clocks, rows of cases, the form of a place, and
//! forms that came after their session had ended.

mod case_row;
mod clock;
pub(crate) mod held;
mod names;
mod place;
mod select;
mod tokens;
mod when;

pub(crate) use case_row::{CaseLine, Why, order_words, stage_words};
pub(crate) use clock::{Clock, Promise, clock_of, late_words};
pub(crate) use names::Names;
pub(crate) use place::{PlaceForm, place_errors, place_input, place_words};
pub(crate) use select::{OptionGroup, Pick, Select, service_groups, service_name};
pub(crate) use when::{local_moment, moment_on, parse_date, parse_time};

use axum::Router;
use axum::middleware;
use pengayom_core::pack::{CODE_MAX_CHARS, ServiceCode};
use pengayom_core::subject::{TEXT_MAX_CHARS, TextFault};
use pengayom_core::value::CommandId;
use pengayom_node::Node;

use crate::extract::Fields;
use crate::frame::PageFrame;
use crate::state::AppState;
use crate::{board, desk, field, letters, live, standing};

/// Every page of signed-in staff.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .merge(desk::router())
        .merge(field::router())
        .merge(board::router())
        .merge(live::router())
        .merge(standing::router())
        .merge(tokens::router())
        .merge(letters::router())
        .route_layer(middleware::from_fn(held::keep))
}

/// A line under a heading: what is known, and a link that belongs to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fact {
    /// What it is.
    pub(crate) label: String,
    /// What is known.
    pub(crate) words: String,
    /// Where more is.
    pub(crate) href: Option<String>,
    /// Words of that link.
    pub(crate) link: String,
}

impl Fact {
    pub(crate) fn new(label: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            words: words.into(),
            ..Self::default()
        }
    }
}

/// A field that a form carries unseen.
#[derive(Debug, Clone)]
pub(crate) struct HiddenField {
    /// Name in the form.
    pub(crate) name: String,
    /// Value.
    pub(crate) value: String,
}

/// A number that people read group by group, and the same digit by digit for a screen reader.
#[derive(Debug, Clone)]
pub(crate) struct Digits {
    /// In groups.
    pub(crate) shown: String,
    /// Digit by digit.
    pub(crate) spelt: String,
}

impl Digits {
    pub(crate) fn new(grouped: String) -> Self {
        let digits = grouped.chars().filter(|c| !c.is_whitespace());
        let spelt = digits.map(String::from).collect::<Vec<_>>().join(" ");
        Self {
            shown: grouped,
            spelt,
        }
    }
}

/// The identifier a form was given when it was shown, so that sending it twice does one thing; a new
/// one for a form without.
pub(crate) fn command_of(fields: &Fields, node: &Node) -> CommandId {
    fields
        .get("perintah")
        .parse()
        .unwrap_or_else(|_| CommandId(node.new_id()))
}

/// The service that was picked: from the list when something is picked there, else from the radios.
pub(crate) fn picked_service(fields: &Fields) -> Option<ServiceCode> {
    let listed = fields.get("layanan_lain");
    let code = if listed.is_empty() {
        fields.get("layanan")
    } else {
        listed
    };
    if code.len() > CODE_MAX_CHARS {
        None
    } else {
        code.parse().ok()
    }
}

/// What is wrong with a text, in words; `missing` is the key for a text that is not there.
pub(crate) fn text_words(frame: &PageFrame, fault: TextFault, missing: &str) -> String {
    match fault {
        TextFault::Empty => frame.t(missing).to_owned(),
        TextFault::TooLong { chars, limit } => {
            let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
            frame.tf(
                "case.text_long",
                &[("max", &count(limit)), ("found", &count(chars))],
            )
        }
    }
}

/// A text that was typed, when it is short enough to keep.
pub(crate) fn too_long(frame: &PageFrame, text: &str) -> Option<String> {
    let chars = text.chars().count();
    let limit = TEXT_MAX_CHARS;
    (chars > limit).then(|| text_words(frame, TextFault::TooLong { chars, limit }, ""))
}
