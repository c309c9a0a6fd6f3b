//! From the members of a body to the fields of the form that a page has for the same: what a page's
//! reader makes of them and says of them holds for both.

use jiff::Timestamp;
use pengayom_node::UnitContext;

use crate::api::body::Fields;
use crate::extract::Fields as Form;
use crate::problem::Fault;

/// A member of a body, and the field of the form that means the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// Pointer to it: `/name`, or `/object/name` for one inside an object.
    pub(super) pointer: &'static str,
    /// Name of the field.
    pub(super) field: &'static str,
    /// Identifiers under which the page says what is wrong with the field; none: its name.
    pub(super) ids: &'static [&'static str],
    /// What it is.
    pub(super) kind: Kind,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text of at most so many characters.
    Text(usize),
    /// True or false, in two words of the form.
    Flag([&'static str; 2]),
    /// True says something, false nothing.
    Tick(&'static str),
    /// A whole number.
    Whole,
    /// Something that its operation reads itself; listed for its pointer.
    Apart,
}

impl Member {
    /// A text.
    pub(super) const fn text(pointer: &'static str, field: &'static str, max_chars: usize) -> Self {
        Self {
            pointer,
            field,
            ids: &[],
            kind: Kind::Text(max_chars),
        }
    }

    /// Something else.
    pub(super) const fn new(pointer: &'static str, field: &'static str, kind: Kind) -> Self {
        Self {
            pointer,
            field,
            ids: &[],
            kind,
        }
    }

    /// The same with the identifiers of its errors.
    pub(super) const fn at(mut self, ids: &'static [&'static str]) -> Self {
        self.ids = ids;
        self
    }

    /// Its name, that of the object around it included.
    pub(super) fn name(&self) -> &'static str {
        self.pointer.trim_start_matches('/')
    }

    fn is_blamed(&self, id: &str) -> bool {
        if self.ids.is_empty() {
            self.field == id
        } else {
            self.ids.contains(&id)
        }
    }
}

/// A body as a form.
pub(super) struct Read {
    /// The form.
    pub(super) form: Form,
    members: &'static [Member],
    given: Vec<&'static str>,
}

impl Read {
    /// Reads the members of a body; what is wrong with their types is noted there.
    ///
    /// # Errors
    /// [`Fault::Unreadable`] for more than any form has.
    pub(super) fn of(members: &'static [Member], fields: &mut Fields<'_>) -> Result<Self, Fault> {
        let mut read = Self {
            form: Form::default(),
            members,
            given: Vec::new(),
        };
        for member in members {
            let whole = member.name();
            let value = match (member.kind, whole.split_once('/')) {
                (Kind::Text(max), Some((object, name))) => fields.text_in(object, name, max),
                (Kind::Text(max), None) => fields.text(whole, max),
                (Kind::Flag([yes, no]), _) => fields
                    .flag(whole)
                    .map(|flag| if flag { yes } else { no }.to_owned()),
                (Kind::Tick(word), _) => {
                    let ticked = fields.flag(whole) == Some(true);
                    ticked.then(|| word.to_owned())
                }
                (Kind::Whole, _) => fields.number(whole).map(|n| format!("{n}")),
                (Kind::Apart, _) => None,
            };
            if let Some(value) = value {
                read.put(member.field, &value)?;
                read.given.push(member.pointer);
            }
        }
        Ok(read)
    }

    /// Adds a field.
    ///
    /// # Errors
    /// As [`Read::of`].
    pub(super) fn put(&mut self, field: &str, value: &str) -> Result<(), Fault> {
        self.form.push(field, value)
    }

    /// Says that a member was given that is read apart.
    pub(super) fn gave(&mut self, pointer: &'static str) {
        self.given.push(pointer);
    }

    /// The pointer of the member that an error is about.
    pub(super) fn pointer_of(&self, id: &str) -> Option<&'static str> {
        let members = || self.members.iter().filter(|member| member.is_blamed(id));
        // Of several that could be meant, the one that was given.
        let given = members().find(|member| self.has(member.pointer));
        Some(given.or_else(|| members().next())?.pointer)
    }

    /// Whether a member was given.
    pub(super) fn has(&self, pointer: &str) -> bool {
        self.given.contains(&pointer)
    }
}

/// A moment of a body (RFC 3339).
pub(super) fn moment(fields: &mut Fields<'_>, name: &str) -> Option<Timestamp> {
    let text = fields.text(name, 64)?;
    let at = text.parse::<Timestamp>().ok();
    if at.is_none() {
        fields.wrong_by_key(&format!("/{name}"), "unreadable", "error.json_time");
    }
    at
}

/// A day as RFC 3339 writes one, if there is one.
pub(super) fn day(fields: &mut Fields<'_>, name: &str) -> Option<jiff::civil::Date> {
    let text = fields.text(name, 64)?;
    let day = text.parse().ok();
    if day.is_none() {
        fields.wrong_by_key(&format!("/{name}"), "unreadable", "error.json_time");
    }
    day
}

/// A moment on the unit's clock as forms write it: day and hour.
pub(super) fn day_and_hour(unit: &UnitContext, at: Timestamp) -> (String, String) {
    let local = unit.zone.to_datetime(at);
    (
        local.strftime("%Y-%m-%d").to_string(),
        local.strftime("%H:%M:%S").to_string(),
    )
}
