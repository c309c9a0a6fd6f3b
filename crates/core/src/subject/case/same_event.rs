//! Two reports of one event: suggested with why, put together by an officer, never silently (S18, S40).
//!
//! Both keep their numbers, codes, reporters and receipts; neither reporter learns of the other. One case is
//! the *main* one; others are part of it, one level deep.

use jiff::{SignedDuration, Timestamp};

use super::act::CaseAct;
use super::decide::needed;
use super::refusal::CaseRefusal;
use super::state::Case;
use crate::place::{AreaCode, Point};
use crate::value::CaseId;

/// Most cases that are part of one.
pub const PARTS_MAX: usize = 50;

/// How far apart in time two reports may be filed and be suggested as one event, in hours.
pub const SAME_WITHIN_HOURS: i64 = 72;

/// How far apart two points may be, in metres: a village's main street, or the error of a telephone indoors.
pub const SAME_WITHIN_METRES: f64 = 1_500.0;

/// How like two reports must be to be suggested, in [0, 1].
const ALIKE_FROM: f64 = 0.45;

/// How like words must be, in [0, 1]: any two texts of one language share that many pairs of letters nearly.
const WORDS_FROM: f64 = 0.4;

/// How near two reports are so that their words need not be alike, in metres and in hours: two people saw
/// the same, and tell it differently.
const BESIDE: (f64, i64) = (300.0, 2);

/// What is compared of a report's words, in characters: what happened stands at the beginning.
const COMPARED_CHARS: usize = 300;

/// What a case is part of, and what is part of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Links {
    /// The main case.
    pub into: Option<CaseId>,
    /// Cases that are part of this one, in the order they were put there.
    pub parts: Vec<CaseId>,
}

impl Links {
    /// Whether a case is put together with this one.
    pub fn has(&self, other: CaseId) -> bool {
        self.into == Some(other) || self.parts.contains(&other)
    }

    /// Takes notice of an act.
    pub(super) fn note(&mut self, payload: &CaseAct) {
        match payload {
            CaseAct::CaseMergedInto { into, .. } => self.into = Some(*into),
            CaseAct::CaseMergeReceived { part, .. }
                if !self.parts.contains(part) && self.parts.len() < PARTS_MAX =>
            {
                self.parts.push(*part);
            }
            CaseAct::CaseMergeUndone { other, .. } => {
                if self.into == Some(*other) {
                    self.into = None;
                }
                self.parts.retain(|part| part != other);
            }
            _ => {}
        }
    }
}

/// What is compared of a case.
#[derive(Debug, Clone, Copy)]
pub struct Likeness<'a> {
    /// The service.
    pub service: &'a str,
    /// When it happened as told, else when it was filed.
    pub at: Timestamp,
    /// The smallest area.
    pub beat: Option<&'a AreaCode>,
    /// The point.
    pub point: Option<Point>,
    /// What was told.
    pub text: &'a str,
}

impl<'a> Likeness<'a> {
    /// Of a case.
    pub fn of(case: &'a Case) -> Self {
        let place = case.place.as_ref();
        Self {
            service: case.service.as_str(),
            at: case.filed.occurred_at.unwrap_or(case.filed_at),
            beat: place.and_then(|place| place.beat.as_ref()),
            point: place.and_then(|place| place.point),
            text: &case.filed.description,
        }
    }
}

/// Why two reports may be of one event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alike {
    /// How like they are, in [0, 1].
    pub score: f64,
    /// How far apart in time.
    pub apart: SignedDuration,
    /// How far apart, in metres, where both have a point.
    pub metres: Option<f64>,
    /// They lie in the same smallest area.
    pub same_beat: bool,
    /// How like their words are, in [0, 1].
    pub words: f64,
}

/// Whether two reports may be of one event, and why: the same group of services, near in time and place,
/// and like words.
pub fn alike(one: Likeness<'_>, other: Likeness<'_>, same_group: bool) -> Option<Alike> {
    let apart = one.at.duration_since(other.at).abs();
    let limit = SignedDuration::from_hours(SAME_WITHIN_HOURS);
    if !same_group || apart > limit {
        return None;
    }
    let metres = match (one.point, other.point) {
        (Some(one), Some(other)) => Some(metres_between(one, other)),
        _ => None,
    };
    let same_beat = one.beat.is_some() && one.beat == other.beat;
    let near = match metres {
        Some(metres) if metres > SAME_WITHIN_METRES => return None,
        Some(metres) => 1.0 - metres / SAME_WITHIN_METRES,
        None if same_beat => 0.5,
        None => return None,
    };
    let words = words_alike(one.text, other.text);
    let (beside, hours) = BESIDE;
    let seen_twice =
        metres.is_some_and(|metres| metres <= beside) && apart <= SignedDuration::from_hours(hours);
    if words < WORDS_FROM && !seen_twice {
        return None;
    }
    let soon = 1.0 - apart.as_secs_f64() / limit.as_secs_f64();
    let score = 0.5 * words + 0.25 * near + 0.25 * soon;
    (score >= ALIKE_FROM).then_some(Alike {
        score,
        apart,
        metres,
        same_beat,
        words,
    })
}

/// How like two texts are: of the words of either, how many both have.
fn words_alike(one: &str, other: &str) -> f64 {
    let cut = |text: &str| -> String {
        let start = text.chars().take(COMPARED_CHARS).collect::<String>();
        let lower = start.to_lowercase();
        let letters = lower
            .chars()
            .map(|sign| if sign.is_alphanumeric() { sign } else { ' ' });
        let mut words: Vec<String> = letters
            .collect::<String>()
            .split_whitespace()
            .filter(|word| word.chars().count() > 2)
            .map(ToOwned::to_owned)
            .collect();
        words.sort();
        words.dedup();
        words.join(" ")
    };
    let (one, other) = (cut(one), cut(other));
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    strsim::sorensen_dice(&one, &other)
}

/// Metres between two points of one neighbourhood, on a sphere.
fn metres_between(one: Point, other: Point) -> f64 {
    const EARTH_METRES: f64 = 6_371_000.0;
    let mean = f64::midpoint(one.lat(), other.lat()).to_radians();
    let north = (one.lat() - other.lat()).to_radians();
    let east = (one.lng() - other.lng()).to_radians() * mean.cos();
    EARTH_METRES * north.hypot(east)
}

/// One case becomes part of another. `own` is this case, `other` what is known of the main one.
pub(super) fn merge(
    case: &Case,
    own: CaseId,
    into: CaseId,
    other: &Links,
    reason: String,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if own == into {
        return Err(CaseRefusal::MergeWithItself);
    }
    match case.links.into {
        Some(known) if known == into => return Ok(Vec::new()),
        Some(_) => return Err(CaseRefusal::MergedAlready),
        None => {}
    }
    if !case.links.parts.is_empty() || other.into.is_some() {
        return Err(CaseRefusal::MergeChain);
    }
    if other.parts.len() >= PARTS_MAX {
        let limit = PARTS_MAX;
        return Err(CaseRefusal::TooManyNamed { limit });
    }
    Ok(vec![CaseAct::CaseMergedInto {
        into,
        reason: needed("reason", reason)?,
    }])
}

/// The other side of it; doing it again changes nothing. What became part of a third meanwhile takes no parts.
pub(super) fn receive(
    case: &Case,
    part: CaseId,
    reason: String,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if case.links.parts.contains(&part) {
        return Ok(Vec::new());
    }
    if case.links.into.is_some() {
        return Err(CaseRefusal::MergeChain);
    }
    let reason = needed("reason", reason)?;
    Ok(vec![CaseAct::CaseMergeReceived { part, reason }])
}

/// Putting them together was a mistake; on either side.
pub(super) fn undo(case: &Case, other: CaseId, reason: String) -> Result<CaseAct, CaseRefusal> {
    if !case.links.has(other) {
        return Err(CaseRefusal::NotMerged);
    }
    let reason = needed("reason", reason)?;
    Ok(CaseAct::CaseMergeUndone { other, reason })
}
