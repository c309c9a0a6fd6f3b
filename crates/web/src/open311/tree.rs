//! An answer of GeoReport v2 once, and written in either format: JSON and XML cannot say two things.
//!
//! XML is only written here. Nothing in the program reads any.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::{Map, Value};

/// The namespace of what GeoReport v2 does not know.
pub(super) const NAMESPACE: &str = "urn:pengayom:open311:1";

/// Its prefix in XML.
const PREFIX: &str = "pengayom";

/// Where such things stand in JSON, and around them in XML.
const EXTENDED: &str = "extended_attributes";

/// A value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    /// Known to be nothing: `null`, an empty element.
    Nothing,
    /// A text; see [`Tree::text`].
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with decimals.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// Several of one kind, each an element of this name in XML.
    List(&'static str, Vec<Tree>),
    /// Named values.
    Object(Vec<(&'static str, Tree)>),
    /// Named values that GeoReport v2 does not know: in XML in our own namespace.
    Extended(Vec<(&'static str, Tree)>),
}

impl Tree {
    /// A text without the signs that XML 1.0 has no way to write (§2.2) and other controls, so that both
    /// formats say the same.
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        let written = |c: &char| {
            matches!(c, '\n' | '\t') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        };
        Self::Text(text.as_ref().chars().filter(written).collect())
    }

    /// A text, if there is one.
    pub(super) fn maybe(text: Option<impl AsRef<str>>) -> Self {
        text.map_or(Self::Nothing, Self::text)
    }

    /// A moment with its offset from UTC (GeoReport v2, "Date/time format").
    pub(super) fn moment(at: Option<jiff::Timestamp>) -> Self {
        // Whole seconds: what parses W3C-DTF seldom takes more.
        let at = at.map(|at| jiff::Timestamp::from_second(at.as_second()).unwrap_or(at));
        Self::maybe(at.map(|at| at.to_string()))
    }

    /// The answer as JSON.
    pub(super) fn to_json(&self) -> Value {
        let object = |fields: &[(&'static str, Self)]| {
            let mut object = Map::with_capacity(fields.len());
            for (name, value) in fields {
                let name = match value {
                    Self::Extended(_) => EXTENDED,
                    _ => name,
                };
                object.insert(name.to_owned(), value.to_json());
            }
            Value::Object(object)
        };
        match self {
            Self::Nothing => Value::Null,
            Self::Text(text) => Value::from(text.as_str()),
            Self::Whole(number) => Value::from(*number),
            Self::Real(number) => Value::from(*number),
            Self::Flag(flag) => Value::from(*flag),
            Self::List(_, items) => items.iter().map(Self::to_json).collect(),
            Self::Object(fields) | Self::Extended(fields) => object(fields),
        }
    }

    /// The answer as XML under a root element, with its declaration.
    ///
    /// # Errors
    /// [`std::fmt::Error`] when it could not be written; into memory it always can.
    pub(super) fn to_xml(&self, root: &str) -> Result<String, std::fmt::Error> {
        let mut writer = Writer::new(Vec::new());
        let done = writer
            .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
            .and_then(|()| self.element(&mut writer, root, false));
        done.map_err(|_| std::fmt::Error)?;
        String::from_utf8(writer.into_inner()).map_err(|_| std::fmt::Error)
    }

    /// Writes one element; `ours` when it stands in our namespace.
    fn element(
        &self,
        writer: &mut Writer<Vec<u8>>,
        name: &str,
        ours: bool,
    ) -> Result<(), std::io::Error> {
        let prefixed = format!("{PREFIX}:{name}");
        let name = if ours { prefixed.as_str() } else { name };
        let mut start = BytesStart::new(name);
        let declared = format!("xmlns:{PREFIX}");
        if matches!(self, Self::Extended(_)) {
            start.push_attribute((declared.as_str(), NAMESPACE));
        }
        let text = match self {
            Self::Nothing => return writer.write_event(Event::Empty(start)),
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::List(..) | Self::Object(_) | Self::Extended(_) => String::new(),
        };
        writer.write_event(Event::Start(start))?;
        if !text.is_empty() {
            writer.write_event(Event::Text(BytesText::new(&text)))?;
        }
        match self {
            Self::List(item, items) => {
                for one in items {
                    one.element(writer, item, ours)?;
                }
            }
            Self::Object(fields) => {
                for (name, value) in fields {
                    let name = match value {
                        Self::Extended(_) => EXTENDED,
                        _ => name,
                    };
                    value.element(writer, name, ours)?;
                }
            }
            Self::Extended(fields) => {
                for (name, value) in fields {
                    value.element(writer, name, true)?;
                }
            }
            _ => {}
        }
        writer.write_event(Event::End(BytesEnd::new(name)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test may stop at the first surprise"
    )]

    use proptest::prelude::*;
    use quick_xml::Reader;

    use super::*;

    /// An element as a reader of XML sees it.
    #[derive(Debug, Default)]
    struct Element {
        name: String,
        text: String,
        within: Vec<Element>,
    }

    fn read(xml: &str) -> Element {
        let mut reader = Reader::from_str(xml);
        let mut open = vec![Element::default()];
        loop {
            let named = |start: &BytesStart<'_>| Element {
                name: start.name().as_ref().to_owned(),
                ..Element::default()
            };
            match reader.read_event().unwrap() {
                Event::Start(start) => open.push(named(&start)),
                Event::Empty(start) => {
                    let element = named(&start);
                    open.last_mut().unwrap().within.push(element);
                }
                Event::Text(text) => {
                    let text = text.xml10_content();
                    open.last_mut().unwrap().text.push_str(&text);
                }
                Event::GeneralRef(reference) => {
                    let sign = match &*reference {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        "apos" => '\'',
                        _ => reference.resolve_char_ref().unwrap().unwrap(),
                    };
                    open.last_mut().unwrap().text.push(sign);
                }
                Event::End(_) => {
                    let element = open.pop().unwrap();
                    open.last_mut().unwrap().within.push(element);
                }
                Event::Eof => break,
                Event::Decl(_) => {}
                other => panic!("{other:?}"),
            }
        }
        open.pop().unwrap().within.pop().unwrap()
    }

    /// Whether an element and a value of JSON say the same.
    fn same(element: &Element, value: &Value) -> Result<(), String> {
        let differ = || Err(format!("{element:?} and {value}"));
        match value {
            Value::Null if element.text.is_empty() && element.within.is_empty() => Ok(()),
            Value::String(text) if *text == element.text => Ok(()),
            Value::Bool(flag) if flag.to_string() == element.text => Ok(()),
            // This reader of JSON may miss the last digit of a number; nothing is measured that finely.
            Value::Number(number)
                if element.text.parse::<f64>().is_ok_and(|found| {
                    (found - number.as_f64().unwrap()).abs() <= 1e-9 * found.abs()
                }) =>
            {
                Ok(())
            }
            Value::Array(items) if items.len() == element.within.len() => {
                let names = element.within.iter().map(|one| one.name.as_str());
                if names.clone().any(|name| Some(name) != names.clone().next()) {
                    return differ();
                }
                let mut pairs = element.within.iter().zip(items);
                pairs.try_for_each(|(element, value)| same(element, value))
            }
            Value::Object(fields) if fields.len() == element.within.len() => {
                element.within.iter().try_for_each(|one| {
                    let name = one.name.strip_prefix("pengayom:").unwrap_or(&one.name);
                    let value = fields.get(name).ok_or(format!("no {name}"))?;
                    same(one, value)
                })
            }
            _ => differ(),
        }
    }

    const NAMES: [&str; 4] = ["service_code", "status", "lat", "description"];

    fn tree() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            Just(Tree::Nothing),
            any::<String>().prop_map(Tree::text),
            "[<>&\"'\\]\\[ \t\n\r\0é\u{202e}]{0,12}".prop_map(Tree::text),
            any::<i32>().prop_map(|n| Tree::Whole(n.into())),
            (-180.0..180.0_f64).prop_map(Tree::Real),
            any::<bool>().prop_map(Tree::Flag),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let fields = proptest::collection::vec(inner.clone(), 0..NAMES.len())
                .prop_map(|values| NAMES.into_iter().zip(values).collect::<Vec<_>>());
            prop_oneof![
                proptest::collection::vec(inner, 0..5).prop_map(|items| Tree::List("item", items)),
                fields.clone().prop_map(Tree::Object),
                fields
                    .prop_map(|fields| { Tree::Object(vec![(EXTENDED, Tree::Extended(fields))]) }),
            ]
        })
    }

    proptest! {
        // S40: a program is told the same in either format, whatever somebody wrote.
        #[test]
        fn xml_and_json_say_the_same(tree in tree()) {
            let json = serde_json::from_str(&tree.to_json().to_string()).unwrap();
            let xml = tree.to_xml("root").unwrap();
            prop_assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><root"));
            let told = same(&read(&xml), &json);
            prop_assert!(told.is_ok(), "{:?}\n{}\n{}", told, xml, json);
        }
    }

    #[test]
    fn a_text_cannot_end_its_element() {
        let text = Tree::text("</a><!DOCTYPE x>]]>\u{0}\u{b}&x;\u{ffff}");
        let xml = text.to_xml("a").unwrap();
        assert_eq!(read(&xml).text, "</a><!DOCTYPE x>]]>&x;");
        assert!(!xml.contains("<!DOCTYPE"));
    }
}
