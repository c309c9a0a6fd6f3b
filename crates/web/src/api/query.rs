//! The query of an address, read parameter by parameter, so that every one that is wrong is named.

use std::ops::RangeInclusive;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cursor::{self, CURSOR_MAX_CHARS, LIMIT_DEFAULT, LIMIT_MAX, Paging, Part};
use crate::extract::{Fields, escape_query};
use crate::frame::PageFrame;
use crate::problem::{Fault, FieldFault};
use pengayom_node::Node;
use utoipa::ToSchema;

/// A query, and what was found wrong in it so far.
pub(crate) struct Query<'q> {
    fields: &'q Fields,
    frame: &'q PageFrame,
    faults: Vec<FieldFault>,
}

impl<'q> Query<'q> {
    pub(crate) const fn new(fields: &'q Fields, frame: &'q PageFrame) -> Self {
        Self {
            fields,
            frame,
            faults: Vec::new(),
        }
    }

    /// Notes a parameter that is wrong.
    pub(crate) fn wrong(&mut self, name: &str, code: &'static str, detail: impl Into<String>) {
        let fault = FieldFault::parameter(name, code, detail);
        self.faults.push(fault);
    }

    /// A text; nothing when it is not there.
    pub(crate) fn text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let text = self.fields.some(name);
        if text.is_none() && self.fields.has(name) {
            self.wrong(name, "required", self.frame.t("error.json_text"));
        }
        // As it came: the bound is that of the description.
        let mut all = self.fields.iter();
        let came = all.find(|(known, _)| *known == name);
        let found = came.map_or(0, |(_, value)| value.chars().count());
        if found > max_chars {
            let words = crate::public::report::too_long(self.frame, found, max_chars);
            self.wrong(name, "too_long", words);
            return None;
        }
        text
    }

    /// A word that `known` makes something of; nothing when it is not there.
    pub(crate) fn word<T>(
        &mut self,
        name: &str,
        known: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name, 200)?;
        let found = known(&text);
        if found.is_none() {
            self.wrong(name, "unknown", self.frame.t("error.word_unknown"));
        }
        found
    }

    /// A whole number within a range; nothing when it is not there.
    pub(crate) fn whole(&mut self, name: &str, range: &RangeInclusive<u32>) -> Option<u32> {
        let text = self.text(name, 20)?;
        let mut all = self.fields.iter();
        let as_it_came = all.any(|(known, value)| known == name && value == text);
        let plain = as_it_came && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|n| plain && range.contains(n));
        if number.is_none() {
            let (from, to) = (range.start().to_string(), range.end().to_string());
            let values = [("from", from.as_str()), ("to", to.as_str())];
            let words = self.frame.tf("error.whole_between", &values);
            self.wrong(name, "out_of_range", words);
        }
        number
    }

    /// Which part of a list: `limit` and `cursor`.
    pub(crate) fn paging(&mut self) -> Paging {
        Paging {
            limit: self
                .whole("limit", &(1..=LIMIT_MAX))
                .unwrap_or(LIMIT_DEFAULT),
            cursor: self.text("cursor", CURSOR_MAX_CHARS),
        }
    }

    /// The place in a list that the cursor says; nothing at the beginning.
    pub(crate) fn place<P: DeserializeOwned>(
        &mut self,
        node: &Node,
        list: &str,
        paging: &Paging,
    ) -> Option<P> {
        let text = paging.cursor.as_deref()?;
        let place = cursor::read(node, list, text);
        if place.is_none() {
            self.wrong("cursor", "unknown", self.frame.t("error.cursor"));
        }
        place
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Fault::Fields`] with everything found wrong.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Fault::Fields(self.faults))
        }
    }
}

/// One part of a list that is at hand whole. Its cursors say how many came before.
///
/// # Errors
/// [`Fault::Fields`] for what is wrong with the query.
pub(crate) fn part_of<T: ToSchema + Serialize>(
    api: &super::caller::Api,
    list: &str,
    mut query: Query<'_>,
    all: impl ExactSizeIterator<Item = T>,
) -> Result<Part<T>, Fault> {
    let paging = query.paging();
    let begin: usize = query.place(&api.node, list, &paging).unwrap_or(0);
    query.finish()?;
    let limit = usize::try_from(paging.limit).unwrap_or(1);
    let end = begin.saturating_add(limit);
    let more = all.len() > end;
    let items = all.skip(begin).take(limit).collect();
    let next = more.then(|| next_address(api, list, &end)).flatten();
    Ok(Part { items, next })
}

/// The address of the part of a list that begins at a place: this one, with another cursor.
pub(crate) fn next_address<P: Serialize>(
    api: &super::caller::Api,
    list: &str,
    place: &P,
) -> Option<String> {
    let cursor = cursor::write(&api.node, list, place)?;
    let path_and_query = api.context.path_and_query();
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let kept = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let mut pairs: Vec<String> = kept.map(ToOwned::to_owned).collect();
    pairs.push(format!("cursor={}", escape_query(&cursor)));
    Some(format!("{path}?{}", pairs.join("&")))
}
