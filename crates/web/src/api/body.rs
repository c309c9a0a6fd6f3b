//! A JSON body, read field by field, so that every field that is wrong is named at once.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::extract::{clean, collect, has_type};
use crate::frame::PageFrame;
use crate::problem::{Fault, FieldFault};
use crate::state::AppState;

/// Largest body, in bytes: room for one photograph of 10 MB in base64 and some words.
pub(crate) const BODY_MAX_BYTES: usize = 16 * 1024 * 1024;

/// An object, and what was found wrong in it so far.
pub(crate) struct Fields<'f> {
    values: Map<String, Value>,
    frame: &'f PageFrame,
    faults: Vec<FieldFault>,
}

/// A body of one JSON object.
pub(crate) struct JsonBody {
    /// As it came: what was sent before is known again by it.
    pub(crate) bytes: Bytes,
    /// What it says.
    pub(crate) values: Map<String, Value>,
}

impl FromRequest<AppState> for JsonBody {
    type Rejection = Fault;

    /// Reads a request's body as one JSON object. A byte-order mark before it is passed over.
    ///
    /// # Errors
    /// [`Fault::UnsupportedMedia`], [`Fault::TooLarge`], or [`Fault::Unreadable`] for what is not an
    /// object in UTF-8.
    async fn from_request(request: Request, _: &AppState) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        check_head(&parts.headers)?;
        let bytes = collect(Body::new(body), BODY_MAX_BYTES).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Fault::Unreadable)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match serde_json::from_str(text) {
            Ok(Value::Object(values)) => Ok(Self { bytes, values }),
            _ => Err(Fault::Unreadable),
        }
    }
}

fn check_head(headers: &HeaderMap) -> Result<(), Fault> {
    if headers.get_all(header::CONTENT_TYPE).iter().count() > 1 {
        return Err(Fault::BadHeader("Content-Type"));
    }
    if has_type(headers, "application/json") {
        Ok(())
    } else {
        Err(Fault::UnsupportedMedia)
    }
}

/// The one value of a header, if it is there.
///
/// # Errors
/// [`Fault::BadHeader`] when it came twice, is empty, longer than 255 signs or not plain ASCII.
pub(crate) fn single_header<'h>(
    headers: &'h HeaderMap,
    name: &'static str,
) -> Result<Option<&'h str>, Fault> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Fault::BadHeader(name));
    }
    let text = value.to_str().map_err(|_| Fault::BadHeader(name))?.trim();
    if (1..=255).contains(&text.len()) && !text.contains('\t') {
        Ok(Some(text))
    } else {
        Err(Fault::BadHeader(name))
    }
}

impl<'f> Fields<'f> {
    pub(crate) fn new(values: Map<String, Value>, frame: &'f PageFrame) -> Self {
        Self {
            values,
            frame,
            faults: Vec::new(),
        }
    }

    /// Notes a field that is wrong, with words by key.
    pub(crate) fn wrong(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.faults.push(FieldFault::field(pointer, code, detail));
    }

    /// The same with words of the pack.
    pub(crate) fn wrong_by_key(&mut self, pointer: &str, code: &'static str, key: &str) {
        let words = self.frame.t(key).to_owned();
        self.wrong(pointer, code, words);
    }

    /// Notes a fault that is made elsewhere.
    pub(crate) fn fault(&mut self, fault: FieldFault) {
        self.faults.push(fault);
    }

    fn wrong_type(&mut self, pointer: &str, key: &str) {
        let detail = self.frame.t(key).to_owned();
        self.wrong(pointer, "type", detail);
    }

    /// A text, cleaned of signs that are no text; nothing for null and for what is empty.
    pub(crate) fn text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let value = self.values.get(name).cloned();
        self.text_of(&format!("/{name}"), value, max_chars)
    }

    /// A text that has to be there.
    pub(crate) fn needed(&mut self, name: &str, max_chars: usize) -> String {
        let pointer = format!("/{name}");
        let text = self.text(name, max_chars);
        if text.is_none() && !self.has_fault_at(&pointer) {
            let words = self.frame.t("error.json_missing").to_owned();
            self.wrong(&pointer, "required", words);
        }
        text.unwrap_or_default()
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
            let words = self.frame.t("error.word_unknown").to_owned();
            self.wrong(&format!("/{name}"), "unknown", words);
        }
        found
    }

    fn text_of(&mut self, pointer: &str, value: Option<Value>, max_chars: usize) -> Option<String> {
        match value {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => {
                // As it came: the bound is that of the description.
                let found = text.chars().count();
                let text = clean(&text).trim().to_owned();
                if found > max_chars {
                    let detail = crate::public::report::too_long(self.frame, found, max_chars);
                    self.wrong(pointer, "too_long", detail);
                    return None;
                }
                Some(text).filter(|text| !text.is_empty())
            }
            Some(_) => {
                self.wrong_type(pointer, "error.json_text");
                None
            }
        }
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str) -> Option<f64> {
        match self.values.get(name) {
            None | Some(Value::Null) => None,
            Some(value) => {
                let number = value.as_f64();
                if number.is_none() {
                    self.wrong_type(&format!("/{name}"), "error.json_number");
                }
                number
            }
        }
    }

    /// A whole number within a range, which has to be there.
    pub(crate) fn count(&mut self, name: &str, range: &std::ops::RangeInclusive<u32>) -> u32 {
        let pointer = format!("/{name}");
        let Some(number) = self.number(name) else {
            if !self.has_fault_at(&pointer) {
                self.wrong_by_key(&pointer, "required", "error.json_missing");
            }
            return *range.start();
        };
        let whole = number.fract().abs() < f64::EPSILON;
        let found = format!("{:.0}", number + 0.0).parse().ok();
        match found.filter(|found| whole && range.contains(found)) {
            Some(found) => found,
            None => {
                let (from, to) = (range.start().to_string(), range.end().to_string());
                let values = [("from", from.as_str()), ("to", to.as_str())];
                let words = self.frame.tf("error.whole_between", &values);
                self.wrong(&pointer, "out_of_range", words);
                *range.start()
            }
        }
    }

    /// True or false.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.values.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(_) => {
                self.wrong_type(&format!("/{name}"), "error.json_flag");
                None
            }
        }
    }

    /// A text inside an object.
    pub(crate) fn text_in(&mut self, object: &str, name: &str, max_chars: usize) -> Option<String> {
        match self.values.get(object) {
            None | Some(Value::Null) => None,
            Some(Value::Object(inner)) => {
                let value = inner.get(name).cloned();
                self.text_of(&format!("/{object}/{name}"), value, max_chars)
            }
            Some(_) => {
                let pointer = format!("/{object}");
                // Once is enough, however many fields are asked of it.
                if !self.has_fault_at(&pointer) {
                    self.wrong_type(&pointer, "error.json_object");
                }
                None
            }
        }
    }

    /// The base64 texts of a list of objects.
    pub(crate) fn contents(&mut self, list: &str, most: usize) -> Vec<String> {
        let items = match self.values.remove(list) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.wrong_type(&format!("/{list}"), "error.json_list");
                return Vec::new();
            }
        };
        if items.len() > most {
            let max = self.frame.format().count(i64::try_from(most).unwrap_or(0));
            let detail = self.frame.tf("error.photo_count", &[("max", &max)]);
            self.wrong(&format!("/{list}"), "too_many", detail);
            return Vec::new();
        }
        let mut contents = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            match item {
                Value::Object(mut item) => match item.remove("content") {
                    Some(Value::String(content)) => contents.push(content),
                    _ => self.wrong_type(&format!("/{list}/{at}/content"), "error.json_text"),
                },
                _ => self.wrong_type(&format!("/{list}/{at}"), "error.json_object"),
            }
        }
        contents
    }

    /// The texts of a list, each within a length; empty when there is none.
    pub(crate) fn texts(&mut self, list: &str, most: usize, max_chars: usize) -> Vec<String> {
        let items = match self.values.remove(list) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.wrong_type(&format!("/{list}"), "error.json_list");
                return Vec::new();
            }
        };
        if items.len() > most {
            let to = self.frame.format().count(i64::try_from(most).unwrap_or(0));
            let words = self
                .frame
                .tf("error.whole_between", &[("from", "0"), ("to", &to)]);
            self.wrong(&format!("/{list}"), "too_many", words);
            return Vec::new();
        }
        let mut texts = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            match self.text_of(&format!("/{list}/{at}"), Some(item), max_chars) {
                Some(text) => texts.push(text),
                None => {
                    self.wrong_by_key(&format!("/{list}/{at}"), "required", "error.json_missing");
                }
            }
        }
        texts
    }

    /// The members of an object inside; empty when there is none.
    pub(crate) fn members(&mut self, name: &str) -> Map<String, Value> {
        match self.values.remove(name) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(inner)) => inner,
            Some(_) => {
                self.wrong_type(&format!("/{name}"), "error.json_object");
                Map::new()
            }
        }
    }

    pub(crate) fn has_fault_at(&self, pointer: &str) -> bool {
        let mut faults = self.faults.iter();
        faults.any(|fault| fault.pointer.as_deref() == Some(pointer))
    }

    /// Ends the reading, or a part of it.
    ///
    /// # Errors
    /// [`Fault::Fields`] with everything found wrong so far.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Fault::Fields(self.faults.clone()))
        }
    }
}
