//! Areas by name, as people write names: misspelt, shortened, with or without "desa" before them.
//!
//! A written name is compared in this order, and the first that holds gives the score:
//!
//! 1. it is a code, or the beginning of codes;
//! 2. it equals the name (exact), prefixes such as "desa" aside;
//! 3. the name begins with it;
//! 4. a later word of the name begins with it;
//! 5. it is misspelt: optimal string alignment distance (strsim `osa_distance`: insertions,
//!    deletions, substitutions, exchanged neighbours) of at most 1 for 4-5 letters, 2 for 6-9 and 3 from
//!    10 letters on, spaces not counted;
//! 6. it is the first word of the name, misspelt, or shares a word of 4 letters or more with it.
//!
//! Several words may name an area and what it lies in: "Growong Lor, Juwana, Pati", "Growong Lor kec.
//! Juwana", "Juwana Growong Lor". A name that several areas carry gives all of them: nothing here
//! chooses in silence.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::code::{AreaCode, AreaLevel};
use super::unit::NamePrefix;

/// Longest query read, in characters; the rest is left out.
const MAX_QUERY: usize = 200;

/// Most words of a query that are tried as "area parent" without a comma between them.
const MAX_SPLIT_WORDS: usize = 8;

/// Lowest score that counts as an answer.
const LOWEST_SCORE: f64 = 0.45;

/// Taken off when the words before the name mean another level than the area has.
const OTHER_LEVEL: f64 = 0.10;

/// Taken off when they mean another kind of the same level.
const OTHER_KIND: f64 = 0.03;

/// Taken off when a place that was named around the area is not around it.
const OTHER_PARENT: f64 = 0.25;

/// Taken off for each leading part, such as a street, that is no area.
const SKIPPED_PART: f64 = 0.05;

/// Taken off for each area between one and the place named around it: "Winong, Pati" is rather the Winong
/// of kecamatan Pati than one of kabupaten Pati.
const SKIPPED_LEVEL: f64 = 0.02;

/// Answers this far below the best one are left out.
const FAR_BELOW: f64 = 0.30;

/// Lowest score of an only answer that is taken as meant, subject to a question.
const LIKELY_SCORE: f64 = 0.60;

/// Brings a name into the form in which names are compared.
///
/// Compatibility decomposition, marks dropped, lower case; apostrophes dropped; everything else that
/// is no letter or digit parts words; letters doubled are written once (digits stay).
///
/// # Examples
///
/// ```
/// use pengayom_core::place::normalise_name;
///
/// assert_eq!(normalise_name("  Dukuh-Seti "), "dukuh seti");
/// assert_eq!(normalise_name("Ma'arif  Tlogoayyu 11"), "marif tlogoayu 11");
/// ```
pub fn normalise_name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        if matches!(c, '\'' | '’' | '‘' | '`' | 'ʼ') {
            continue;
        }
        let c = if c.is_alphanumeric() { c } else { ' ' };
        let repeats = c == last && (c == ' ' || c.is_alphabetic());
        if !repeats {
            out.push(c);
            last = c;
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// One area that can be found by name.
#[derive(Debug, Clone)]
pub struct NameEntry {
    /// Its code.
    pub code: AreaCode,
    /// Its name.
    pub name: Arc<str>,
    /// Other names it goes by.
    pub aliases: Vec<Arc<str>>,
    /// Its level.
    pub level: AreaLevel,
    /// Its kind within the level.
    pub kind: Option<Arc<str>>,
    /// The code of what it lies in.
    pub parent: Option<AreaCode>,
    /// Whether the unit answers for it; areas of others come after.
    pub ours: bool,
}

/// One area that a written name may mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AreaMatch {
    /// Its code.
    pub code: AreaCode,
    /// Its name.
    pub name: Arc<str>,
    /// Its level.
    pub level: AreaLevel,
    /// The name of what it lies in.
    pub parent_name: Option<Arc<str>>,
    /// How well it fits, in `[0, 1]`: for order only, no probability.
    pub score: f64,
    /// Whether the words written are its name, its code or its full path, not merely like it.
    pub exact: bool,
    /// Whether the unit answers for it.
    pub ours: bool,
}

/// What a written name means.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaResolution {
    /// One area: the only one that carries the name, or the only one the name is like. In the second
    /// case (`exact` is false) the person should be asked whether it is meant.
    One(AreaMatch),
    /// One or more areas that may be meant, none of them for sure; the best comes first.
    Several(Vec<AreaMatch>),
    /// No area is called so, nor like it.
    None,
}

/// An area and the forms of its names that are compared.
#[derive(Debug, Clone)]
struct Entry {
    area: NameEntry,
    parent: Option<usize>,
    forms: Vec<Form>,
}

#[derive(Debug, Clone)]
struct Form {
    /// The whole name, normalised.
    full: String,
    /// The name without words such as "kabupaten" before it.
    base: String,
    /// `base` without spaces.
    squeezed: String,
    letters: usize,
}

/// One part of a query, between commas.
#[derive(Debug, Clone)]
struct Part {
    form: Form,
    hint: Option<(AreaLevel, Option<String>)>,
}

/// Words before names, with the level and kind of area they mean.
type Prefix = (String, AreaLevel, Option<String>);

/// Which way a path is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// "Growong Lor, Juwana": the area, then what it lies in.
    InsideOut,
    /// "Juwana, Growong Lor": what it lies in, then the area.
    OutsideIn,
}

/// How one part fits one area.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fit {
    score: f64,
    exact: bool,
    /// Equal or misspelt as a whole, not only the beginning of the name.
    whole: bool,
}

/// Names of areas, ready for search.
#[derive(Debug, Clone)]
pub struct NameIndex {
    /// Sorted by code.
    entries: Vec<Entry>,
    /// Words before names, normalised, the longest first.
    prefixes: Vec<Prefix>,
}

impl NameIndex {
    /// An index of areas, with the words that may stand before their names.
    pub fn new(areas: impl IntoIterator<Item = NameEntry>, prefixes: &[NamePrefix]) -> Self {
        let mut words: Vec<_> = prefixes
            .iter()
            .flat_map(|prefix| {
                prefix.words.iter().map(|words| {
                    (
                        normalise_name(words),
                        prefix.level.clone(),
                        prefix.kind.clone(),
                    )
                })
            })
            .filter(|(words, _, _)| !words.is_empty())
            .collect();
        words.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));

        let mut areas: Vec<_> = areas.into_iter().collect();
        areas.sort_by(|a, b| a.code.cmp(&b.code));
        let positions: BTreeMap<AreaCode, usize> = areas
            .iter()
            .enumerate()
            .map(|(index, area)| (area.code.clone(), index))
            .collect();
        let mut index = Self {
            entries: Vec::with_capacity(areas.len()),
            prefixes: words,
        };
        for area in areas {
            let names = std::iter::once(&area.name).chain(&area.aliases);
            let forms = names
                .map(|name| index.part(&normalise_name(name)).form)
                .collect();
            let parent = area
                .parent
                .as_ref()
                .and_then(|code| positions.get(code))
                .copied();
            index.entries.push(Entry {
                area,
                parent,
                forms,
            });
        }
        index
    }

    /// The areas that a written name may mean, the best first, at most `limit`.
    ///
    /// Exact matches come first, then by score, then the unit's own, then by name and code.
    pub fn find(&self, text: &str, limit: usize) -> Vec<AreaMatch> {
        let text: String = text.chars().take(MAX_QUERY).collect();
        let mut best: BTreeMap<usize, Fit> = BTreeMap::new();
        self.find_by_code(text.trim(), &mut best);
        if best.is_empty() {
            let parts = self.parts(&text);
            self.find_by_path(&parts, &mut best);
            if let [only] = parts.as_slice()
                && !best.values().any(|fit| fit.exact)
            {
                self.find_by_split(only, &mut best);
            }
        }
        let mut found: Vec<_> = best
            .into_iter()
            .filter(|(_, fit)| fit.score >= LOWEST_SCORE)
            .collect();
        found.sort_by(|a, b| self.order(*a, *b));
        let top = found.iter().map(|(_, fit)| fit.score).fold(0.0, f64::max);
        found.retain(|(_, fit)| fit.score >= top - FAR_BELOW);
        found.truncate(limit);
        found
            .into_iter()
            .filter_map(|(index, fit)| self.matched(index, fit))
            .collect()
    }

    /// What a written name means: one area, several that must be chosen from, or none.
    pub fn resolve(&self, text: &str) -> AreaResolution {
        /// Enough for a page of choices.
        const CHOICES: usize = 20;
        let mut found = self.find(text, CHOICES);
        let top = found
            .iter()
            .filter(|area| area.exact)
            .map(|area| area.score)
            .reduce(f64::max);
        if let Some(top) = top {
            found.retain(|area| area.exact && area.score >= top);
        }
        match found.len() {
            0 => AreaResolution::None,
            1 if found
                .iter()
                .all(|area| area.exact || area.score >= LIKELY_SCORE) =>
            {
                found
                    .pop()
                    .map_or(AreaResolution::None, AreaResolution::One)
            }
            _ => AreaResolution::Several(found),
        }
    }

    fn order(&self, a: (usize, Fit), b: (usize, Fit)) -> Ordering {
        let key = |index: usize| self.entries.get(index).map(|entry| &entry.area);
        b.1.exact
            .cmp(&a.1.exact)
            .then_with(|| b.1.score.total_cmp(&a.1.score))
            .then_with(|| {
                key(b.0)
                    .map(|area| area.ours)
                    .cmp(&key(a.0).map(|area| area.ours))
            })
            .then_with(|| {
                key(a.0)
                    .map(|area| &area.name)
                    .cmp(&key(b.0).map(|area| &area.name))
            })
            // Entries are sorted by code.
            .then_with(|| a.0.cmp(&b.0))
    }

    fn matched(&self, index: usize, fit: Fit) -> Option<AreaMatch> {
        let entry = self.entries.get(index)?;
        let parent = entry.parent.and_then(|parent| self.entries.get(parent));
        Some(AreaMatch {
            code: entry.area.code.clone(),
            name: Arc::clone(&entry.area.name),
            level: entry.area.level.clone(),
            parent_name: parent.map(|parent| Arc::clone(&parent.area.name)),
            score: fit.score,
            exact: fit.exact,
            ours: entry.area.ours,
        })
    }

    /// A code finds its area; the beginning of a dotted code finds what lies below it.
    fn find_by_code(&self, text: &str, best: &mut BTreeMap<usize, Fit>) {
        let Ok(code) = text.trim_end_matches('.').parse::<AreaCode>() else {
            return;
        };
        if !text.bytes().any(|b| b.is_ascii_digit()) {
            return;
        }
        if let Ok(index) = self
            .entries
            .binary_search_by(|entry| entry.area.code.cmp(&code))
        {
            best.insert(
                index,
                Fit {
                    score: 1.0,
                    exact: true,
                    whole: true,
                },
            );
            return;
        }
        let below = format!("{code}.");
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.area.code.as_str().starts_with(&below) {
                best.insert(
                    index,
                    Fit {
                        score: 0.9,
                        exact: false,
                        whole: false,
                    },
                );
            }
        }
    }

    /// The parts of a query: between commas, and from a word such as "kec" on.
    fn parts(&self, text: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        for piece in text.split([',', ';', '/', '\n', '(', ')']) {
            let piece = normalise_name(piece);
            let words: Vec<&str> = piece.split(' ').filter(|word| !word.is_empty()).collect();
            let mut start = 0;
            // "Growong Lor kec Juwana", but not a name that has such a word in it.
            let parting = if self.is_a_name(&piece) {
                0..0
            } else {
                1..words.len()
            };
            for at in parting {
                let rest = words.get(at..).unwrap_or_default().join(" ");
                let before = words.get(start..at).unwrap_or_default().join(" ");
                if self.prefix_of(&rest).is_some() && !self.is_prefix(&before) {
                    parts.push(self.part(&before));
                    start = at;
                }
            }
            let rest = words.get(start..).unwrap_or_default().join(" ");
            if !rest.is_empty() {
                parts.push(self.part(&rest));
            }
        }
        parts
    }

    /// The words before a name that a text begins with, if a name follows them.
    fn prefix_of<'t>(&self, text: &'t str) -> Option<(&'t str, &Prefix)> {
        self.prefixes.iter().find_map(|prefix| {
            let rest = text.strip_prefix(prefix.0.as_str())?.strip_prefix(' ')?;
            (!rest.is_empty()).then_some((rest, prefix))
        })
    }

    fn is_a_name(&self, text: &str) -> bool {
        self.entries
            .iter()
            .flat_map(|entry| &entry.forms)
            .any(|form| form.full == text)
    }

    fn is_prefix(&self, text: &str) -> bool {
        self.prefixes.iter().any(|prefix| prefix.0 == text)
    }

    fn part(&self, full: &str) -> Part {
        let (base, hint) = match self.prefix_of(full) {
            Some((rest, (_, level, kind))) => (rest, Some((level.clone(), kind.clone()))),
            None => (full, None),
        };
        let squeezed: String = base.chars().filter(|c| *c != ' ').collect();
        let letters = squeezed.chars().count();
        let form = Form {
            full: full.to_owned(),
            base: base.to_owned(),
            squeezed,
            letters,
        };
        Part { form, hint }
    }

    /// "Growong Lor, Juwana, Pati", and the same from the top down; leading parts that are no area,
    /// such as a street, are passed over.
    fn find_by_path(&self, parts: &[Part], best: &mut BTreeMap<usize, Fit>) {
        let reversed: Vec<Part> = parts.iter().rev().cloned().collect();
        let mut skipped = 0.0;
        let (mut forward, mut backward) = (parts, reversed.as_slice());
        while let ([target, around @ ..], [top, inside @ ..]) = (forward, backward) {
            for index in 0..self.entries.len() {
                let mut fit = self.fit_path(index, target, around, Reading::InsideOut);
                if !inside.is_empty() {
                    let other = self.fit_path(index, top, inside, Reading::OutsideIn);
                    fit = better(fit, other.filter(|fit| fit.score >= 0.8));
                }
                if let Some(mut fit) = fit.filter(|fit| fit.score >= LOWEST_SCORE) {
                    fit.score -= skipped;
                    fit.exact &= skipped <= 0.0;
                    keep(best, index, fit);
                }
            }
            if !best.is_empty() {
                return;
            }
            skipped += SKIPPED_PART;
            forward = around;
            backward = backward.get(..inside.len()).unwrap_or_default();
        }
    }

    /// "Growong Lor Juwana" and "Juwana Growong Lor": no comma, but both parts are whole names.
    fn find_by_split(&self, part: &Part, best: &mut BTreeMap<usize, Fit>) {
        let words: Vec<&str> = part.form.full.split(' ').collect();
        if words.len() > MAX_SPLIT_WORDS {
            return;
        }
        for at in 1..words.len() {
            let left = self.part(&words.get(..at).unwrap_or_default().join(" "));
            let right = self.part(&words.get(at..).unwrap_or_default().join(" "));
            for index in 0..self.entries.len() {
                for (target, around) in [(&left, &right), (&right, &left)] {
                    let Some(fit) = self.fit(index, target).filter(|fit| fit.whole) else {
                        continue;
                    };
                    let Some(outer) = self.fit_around(index, around).filter(|fit| fit.whole) else {
                        continue;
                    };
                    let score = 0.8 * fit.score + 0.2 * outer.score - 0.01;
                    let exact = fit.exact && outer.exact;
                    keep(
                        best,
                        index,
                        Fit {
                            score,
                            exact,
                            whole: true,
                        },
                    );
                }
            }
        }
    }

    /// How a part and the places named around it fit one area.
    fn fit_path(
        &self,
        index: usize,
        target: &Part,
        around: &[Part],
        reading: Reading,
    ) -> Option<Fit> {
        let mut fit = self.fit(index, target)?;
        let mut at = index;
        let mut outer = 0.0;
        let mut known = 0_u32;
        for part in around {
            let Some((next, found)) = self.ancestor_like(at, part) else {
                if reading == Reading::OutsideIn {
                    return None;
                }
                // Above the top of the file, "Jawa Tengah" can be neither confirmed nor denied.
                let above = known > 0 && self.entries.get(at).is_some_and(|e| e.parent.is_none());
                if !above {
                    fit.score -= OTHER_PARENT;
                    fit.exact = false;
                }
                continue;
            };
            at = next;
            outer += found.score;
            known += 1;
            fit.exact &= found.exact;
        }
        if known > 0 {
            fit.score = 0.8 * fit.score + 0.2 * outer / f64::from(known);
        }
        Some(fit)
    }

    fn fit_around(&self, index: usize, part: &Part) -> Option<Fit> {
        self.ancestor_like(index, part).map(|(_, fit)| fit)
    }

    /// The nearest area around one that a part may mean.
    fn ancestor_like(&self, index: usize, part: &Part) -> Option<(usize, Fit)> {
        let mut next = self.entries.get(index)?.parent;
        let mut skipped = 0.0;
        while let Some(at) = next {
            if let Some(mut fit) = self.fit(at, part) {
                // Only a fifth of this score counts.
                fit.score -= 5.0 * skipped;
                return Some((at, fit));
            }
            skipped += SKIPPED_LEVEL;
            next = self.entries.get(at)?.parent;
        }
        None
    }

    /// How one part fits the names of one area.
    fn fit(&self, index: usize, part: &Part) -> Option<Fit> {
        let entry = self.entries.get(index)?;
        let mut fit = entry
            .forms
            .iter()
            .filter_map(|form| fit_form(form, &part.form))
            .reduce(|a, b| if b.score > a.score { b } else { a })?;
        if let Some((level, kind)) = &part.hint {
            if *level != entry.area.level {
                fit.score -= OTHER_LEVEL;
                fit.exact = false;
            } else if kind.is_some() && entry.area.kind.as_deref() != kind.as_deref() {
                fit.score -= OTHER_KIND;
            }
        }
        Some(fit)
    }
}

fn keep(best: &mut BTreeMap<usize, Fit>, index: usize, fit: Fit) {
    let kept = best.entry(index).or_insert(fit);
    if let Some(better) = better(Some(*kept), Some(fit)) {
        *kept = better;
    }
}

fn better(a: Option<Fit>, b: Option<Fit>) -> Option<Fit> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if (b.exact, b.score) > (a.exact, a.score) {
            b
        } else {
            a
        }),
        (a, b) => a.or(b),
    }
}

/// Distance allowed between two names, the longer of them having so many letters.
fn typing_errors_allowed(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=5 => 1,
        6..=9 => 2,
        _ => 3,
    }
}

fn fit_form(name: &Form, written: &Form) -> Option<Fit> {
    if written.letters == 0 {
        return None;
    }
    if name.full == written.full || name.base == written.base || name.base == written.full {
        return Some(Fit {
            score: 1.0,
            exact: true,
            whole: true,
        });
    }
    if name.squeezed == written.squeezed {
        return Some(Fit {
            score: 0.99,
            exact: true,
            whole: true,
        });
    }
    let share = written.letters as f64 / name.letters.max(1) as f64;
    if written.letters >= 2 && name.squeezed.starts_with(&written.squeezed) {
        return Some(Fit {
            score: 0.80 + 0.15 * share.min(1.0),
            exact: false,
            whole: false,
        });
    }
    if written.letters >= 3 && name.base.contains(&format!(" {}", written.base)) {
        return Some(Fit {
            score: 0.65 + 0.10 * share.min(1.0),
            exact: false,
            whole: false,
        });
    }
    let longer = name.letters.max(written.letters);
    let allowed = typing_errors_allowed(longer);
    if name.letters.abs_diff(written.letters) <= allowed {
        let distance = strsim::osa_distance(&name.squeezed, &written.squeezed);
        if distance <= allowed {
            let like = 1.0 - distance as f64 / longer as f64;
            return Some(Fit {
                score: 0.90 * like,
                exact: false,
                whole: true,
            });
        }
    }
    suggestion(name, written)
}

/// The first word of a name misspelt, "Grwong" for one of the Growongs, or a word in common.
fn suggestion(name: &Form, written: &Form) -> Option<Fit> {
    let mut score: f64 = 0.0;
    if let Some((first, _)) = name.base.split_once(' ') {
        let longer = first.chars().count().max(written.letters);
        let allowed = typing_errors_allowed(longer);
        let distance = strsim::osa_distance(first, &written.squeezed);
        if allowed > 0 && distance <= allowed {
            score = 0.65 * (1.0 - distance as f64 / longer as f64);
        }
    }
    let in_name = |word: &&str| word.len() >= 4 && name.base.split(' ').any(|other| other == *word);
    let common: usize = written
        .base
        .split(' ')
        .filter(in_name)
        .map(|word| word.chars().count())
        .sum();
    let like = 2.0 * common as f64 / (name.letters + written.letters) as f64;
    if like >= 0.4 {
        score = score.max(0.45 + 0.2 * like.min(0.7));
    }
    (score > 0.0).then_some(Fit {
        score,
        exact: false,
        whole: false,
    })
}
