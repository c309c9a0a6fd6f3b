//! Values as they are bound: one set of types that both engines keep alike.

use pengayom_core::value::UnitId;
use uuid::Uuid;

/// A value to bind. Each variant has one type in each engine, and may be NULL.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// `INTEGER` / `BIGINT`: numbers and moments.
    Int(Option<i64>),
    /// `REAL` / `DOUBLE PRECISION`.
    Float(Option<f64>),
    /// `INTEGER` / `BOOLEAN`.
    Bool(Option<bool>),
    /// `TEXT`.
    Text(Option<String>),
    /// `BLOB` / `BYTEA`.
    Bytes(Option<Vec<u8>>),
    /// `BLOB` of 16 bytes / `UUID`.
    Uuid(Option<Uuid>),
}

/// Makes a value of a type and of its `Option`.
macro_rules! value_of {
    ($($from:ty => $variant:ident, $convert:expr;)+) => {
        $(
            impl From<$from> for Value {
                fn from(value: $from) -> Self {
                    Self::$variant(Some($convert(value)))
                }
            }

            impl From<Option<$from>> for Value {
                fn from(value: Option<$from>) -> Self {
                    Self::$variant(value.map($convert))
                }
            }
        )+
    };
}

value_of! {
    i64 => Int, i64::from;
    u32 => Int, i64::from;
    u16 => Int, i64::from;
    u8 => Int, i64::from;
    f64 => Float, f64::from;
    bool => Bool, bool::from;
    String => Text, String::from;
    &str => Text, str::to_owned;
    &String => Text, String::clone;
    &UnitId => Text, |unit: &UnitId| unit.as_str().to_owned();
    Vec<u8> => Bytes, Vec::from;
    &[u8] => Bytes, <[u8]>::to_vec;
    Uuid => Uuid, Uuid::from;
}

/// A text as every engine can keep it: PostgreSQL has no NUL character in texts.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}
