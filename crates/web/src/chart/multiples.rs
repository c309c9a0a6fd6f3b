//! The same figure for several, side by side on one scale, so that heights can be compared.

use super::Head;
use super::spc::{self, BESIDE, SpcInput};
use super::{Drawn, Key, many};
use crate::frame::PageFrame;

/// Drawings side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Multiples {
    pub(crate) id: String,
    pub(crate) title: String,
    /// What they have in common, in words.
    pub(crate) sentence: String,
    /// What signs mean, of all together.
    pub(crate) key: Vec<Key>,
    /// Each is named by its title; their keys are empty.
    pub(crate) panels: Vec<Drawn>,
}

/// Draws; each panel is named by the title of its head and stands in the order given.
pub(crate) fn draw(frame: &PageFrame, head: &Head<'_>, panels: &[SpcInput<'_>]) -> Multiples {
    let reaches = panels.iter().filter_map(spc::reach);
    let reach = reaches.reduce(|(low, high), own| (low.min(own.0), high.max(own.1)));
    let mut key: Vec<Key> = Vec::new();
    let panels: Vec<Drawn> = panels
        .iter()
        .map(|panel| {
            let mut drawn = spc::draw_on(frame, panel, BESIDE, reach);
            for own in std::mem::take(&mut drawn.key) {
                if !key.contains(&own) {
                    key.push(own);
                }
            }
            drawn
        })
        .collect();
    let sentence = if reach.is_some() {
        let n = many(frame, panels.len());
        frame.tf("chart.multiples", &[("n", &n)])
    } else {
        frame.t("chart.no_points").to_owned()
    };
    Multiples {
        id: head.id.to_owned(),
        title: head.title.to_owned(),
        sentence,
        key,
        panels,
    }
}
