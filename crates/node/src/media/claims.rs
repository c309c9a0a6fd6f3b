//! What a photograph says of itself: the time and the place that the camera wrote into it (EXIF).
//!
//! It is the file's own claim. A camera's clock may be wrong, and anybody can write what they want.

use std::io::Cursor;

use exif::{Exif, Field, In, Reader, Tag, Value};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// What a photograph says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Claims {
    /// When it was taken, by the clock of the camera, whose zone is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<DateTime>,
    /// Where, as latitude and longitude in degrees (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<(f64, f64)>,
}

impl Claims {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads what a picture says of itself; nothing where nothing is written or it does not read.
///
/// Only the few values asked for are read, each a few bytes: a list of thousands of entries that all
/// point at the same megabyte is passed over.
pub fn claims(picture: &[u8]) -> Claims {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let read = reader
        .read_from_container(&mut Cursor::new(picture))
        // What was read before the fault is of use all the same.
        .or_else(|fault| fault.distill_partial_result(|_| ()));
    let Ok(exif) = read else {
        return Claims::default();
    };
    Claims {
        taken_at: taken_at(&exif),
        position: position(&exif),
    }
}

fn field(exif: &Exif, tag: Tag) -> Option<&Field> {
    exif.get_field(tag, In::PRIMARY)
}

fn taken_at(exif: &Exif) -> Option<DateTime> {
    [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime]
        .into_iter()
        .filter_map(|tag| ascii(field(exif, tag)?))
        .find_map(|text| moment(&text))
}

/// `2026:11:24 08:15:30`, as the standard writes it.
fn moment(text: &[u8]) -> Option<DateTime> {
    let read = exif::DateTime::from_ascii(text).ok()?;
    let narrow = |n: u8| i8::try_from(n).ok();
    let year = i16::try_from(read.year).ok()?;
    DateTime::new(
        year,
        narrow(read.month)?,
        narrow(read.day)?,
        narrow(read.hour)?,
        narrow(read.minute)?,
        narrow(read.second)?,
        0,
    )
    .ok()
}

fn position(exif: &Exif) -> Option<(f64, f64)> {
    let of = |tag: Tag, side: Tag, negative: u8, most: f64| {
        let degrees = degrees(field(exif, tag)?)?;
        let side = ascii(field(exif, side)?)?;
        let sign = if side.first() == Some(&negative) {
            -1.0
        } else {
            1.0
        };
        (degrees <= most).then_some(sign * degrees)
    };
    Some((
        of(Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S', 90.0)?,
        of(Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W', 180.0)?,
    ))
}

/// Degrees, minutes and seconds as degrees; never negative, never without a value.
fn degrees(field: &Field) -> Option<f64> {
    let Value::Rational(parts) = &field.value else {
        return None;
    };
    let [degrees, minutes, seconds] = parts.get(..3)? else {
        return None;
    };
    let sum = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    sum.is_finite().then_some(sum)
}

/// The first text of a field; longer ones are none of ours.
fn ascii(field: &Field) -> Option<Vec<u8>> {
    let Value::Ascii(texts) = &field.value else {
        return None;
    };
    let text = texts.first()?;
    (text.len() <= 64).then(|| text.clone())
}
