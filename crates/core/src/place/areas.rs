//! The areas of a unit and around it, read from GeoJSON (RFC 7946) and checked before anything uses them.
//!
//! A feature carries `level`, `code`, `name` and `parent` (a code, or null at the top), optionally
//! `kind`, `population` and `aliases`, and a Polygon or MultiPolygon in WGS84 `[lng, lat]`. Other
//! properties are left alone. The order of the features does not matter: areas are kept by code.
//!
//! Not checked: whether an outline crosses itself, and whether outlines of one level fit each other
//! (real ones do not, see [`super::RoutingRule`]). Outlines across the date line must be cut there.

mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use geo::MultiPolygon;
use geojson::FeatureCollection;

use super::code::{AreaCode, AreaLevel};
use super::point::Point;
use super::shape::Shape;

/// Most bytes of an area file that are read. Kabupaten Pati with 406 villages has 1.2 MB.
pub const MAX_AREAS_BYTES: usize = 64 * 1024 * 1024;

/// Most areas in one file: more than all villages of Indonesia (83,762 in the code list of 2026).
pub const MAX_AREAS: usize = 100_000;

/// Most errors that are reported at once.
const MAX_ERRORS: usize = 50;

/// One area: a regency, a subdistrict, a village, a beat.
#[derive(Debug, Clone)]
pub struct Area {
    code: AreaCode,
    name: Arc<str>,
    level: AreaLevel,
    parent: Option<AreaCode>,
    kind: Option<Arc<str>>,
    population: Option<u64>,
    aliases: Vec<Arc<str>>,
    shape: Shape,
}

impl Area {
    /// The code, unique in its file.
    pub fn code(&self) -> &AreaCode {
        &self.code
    }

    /// The name as people write it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The level, such as `village`.
    pub fn level(&self) -> &AreaLevel {
        &self.level
    }

    /// The area this one lies in by administration, or `None` at the top.
    pub fn parent(&self) -> Option<&AreaCode> {
        self.parent.as_ref()
    }

    /// What it is called within its level: `desa` or `kelurahan`, `kabupaten` or `kota`.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// People who live there, where the file says so.
    pub fn population(&self) -> Option<u64> {
        self.population
    }

    /// Other names it goes by.
    pub fn aliases(&self) -> &[Arc<str>] {
        &self.aliases
    }

    /// The ground it covers, in square metres (spherical, good for comparing).
    pub fn area_m2(&self) -> f64 {
        self.shape.area_m2()
    }

    /// A position well inside it.
    pub fn representative_point(&self) -> Point {
        self.shape.inside()
    }

    /// Lower left and upper right corner of its frame, `[lng, lat]` in degrees.
    pub fn corners(&self) -> ([f64; 2], [f64; 2]) {
        self.shape.corners()
    }

    /// Its polygons in degrees, for drawing: x is the longitude, y the latitude.
    pub fn polygons(&self) -> &MultiPolygon<f64> {
        self.shape.polygons()
    }

    /// Whether a position lies inside it or on its border.
    pub fn covers(&self, point: Point) -> bool {
        self.shape.covers(point.to_geo().0)
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(crate) fn shared_kind(&self) -> Option<Arc<str>> {
        self.kind.clone()
    }
}

/// All areas of one file, by code, with their hierarchy.
#[derive(Debug, Clone)]
pub struct Areas {
    /// Sorted by code.
    areas: Vec<Area>,
    /// Positions in `areas` of the children of each area, in the order of `areas`.
    children: Vec<Vec<usize>>,
}

/// What is wrong with one feature, or with the file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AreaProblem {
    /// The text is no GeoJSON feature collection.
    #[error(
        "this is no GeoJSON FeatureCollection ({detail}); export the areas as one FeatureCollection"
    )]
    NotGeoJson {
        /// What the parser said.
        detail: String,
    },
    /// The file is larger than we read.
    #[error("the file has {found} bytes, the limit is {MAX_AREAS_BYTES}; simplify the outlines")]
    FileTooLarge {
        /// Bytes found.
        found: usize,
    },
    /// No features, or too many.
    #[error("the file has {found} features, expected 1 to {MAX_AREAS}; one feature per area")]
    FeatureCount {
        /// Features found.
        found: usize,
    },
    /// A property that every area needs is not there.
    #[error(
        "property \"{key}\" is missing; every area needs level, code, name and parent (null at the top)"
    )]
    Missing {
        /// The property.
        key: &'static str,
    },
    /// A property has another type or form than expected.
    #[error("property \"{key}\" must be {expected}: found {found}")]
    BadProperty {
        /// The property.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What was found, cut short.
        found: String,
    },
    /// Two features carry one code.
    #[error(
        "code is also that of feature {first} (counted from 0); codes must be unique in the file"
    )]
    DuplicateCode {
        /// The earlier feature, counted from 0.
        first: usize,
    },
    /// The parent is not in the file.
    #[error("parent {parent} is not in the file; add that area or write null")]
    UnknownParent {
        /// The code of the parent.
        parent: AreaCode,
    },
    /// Following the parents comes to no end.
    #[error(
        "its parents run in a circle, or more than {MAX_DEPTH} deep; the top area must have the parent null"
    )]
    Circle,
    /// No geometry, or one that is no area.
    #[error("geometry must be a Polygon or MultiPolygon: found {found}")]
    NotPolygon {
        /// What was found.
        found: String,
    },
    /// A ring has too few positions or does not end where it began.
    #[error("ring {ring} of polygon {polygon} has {positions} positions{}; a ring has at least 4 and its last equals its first",
        if *.closed { "" } else { " and is open" })]
    BadRing {
        /// The polygon, counted from 0.
        polygon: usize,
        /// The ring, counted from 0 (0 is the outer one).
        ring: usize,
        /// Positions found.
        positions: usize,
        /// Whether the last position equals the first.
        closed: bool,
    },
    /// A position is not two finite degrees in range.
    #[error(
        "polygon {polygon} has a position out of range or order: found {found}; write [longitude, latitude] in WGS84 degrees"
    )]
    BadPosition {
        /// The polygon, counted from 0.
        polygon: usize,
        /// The position as found.
        found: String,
    },
    /// The outline encloses no ground.
    #[error("the outline encloses no ground; remove the feature or mend its outline")]
    NoGround,
}

/// One error of an area file: where it is and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaError {
    /// The feature, counted from 0; `None` if the file as a whole is meant.
    pub feature: Option<usize>,
    /// The code of the feature, where it could be read.
    pub code: Option<String>,
    /// What is wrong, and the remedy in its text.
    pub problem: AreaProblem,
}

impl fmt::Display for AreaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(feature) = self.feature {
            write!(f, "feature {feature}")?;
            if let Some(code) = &self.code {
                write!(f, " (code {code})")?;
            }
            f.write_str(": ")?;
        }
        self.problem.fmt(f)
    }
}

/// All errors found in an area file, in the order of the file; at most 50 are listed.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaErrors(pub Vec<AreaError>);

impl fmt::Display for AreaErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for AreaErrors {}

impl AreaErrors {
    fn file(problem: AreaProblem) -> Self {
        Self(vec![AreaError {
            feature: None,
            code: None,
            problem,
        }])
    }
}

impl Areas {
    /// Reads and checks an area file.
    ///
    /// # Errors
    ///
    /// [`AreaErrors`] with every error found, each with the feature, its code and the remedy.
    pub fn from_geojson(text: &str) -> Result<Self, AreaErrors> {
        if text.len() > MAX_AREAS_BYTES {
            return Err(AreaErrors::file(AreaProblem::FileTooLarge {
                found: text.len(),
            }));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let collection: FeatureCollection = text.parse().map_err(|error| {
            let detail = match error {
                geojson::Error::MalformedGeoJson(error) => error.to_string(),
                error => error.to_string(),
            };
            AreaErrors::file(AreaProblem::NotGeoJson { detail })
        })?;
        let found = collection.features.len();
        if found == 0 || found > MAX_AREAS {
            return Err(AreaErrors::file(AreaProblem::FeatureCount { found }));
        }

        let mut errors = Vec::new();
        let mut read = Vec::with_capacity(found);
        for (index, feature) in collection.features.into_iter().enumerate() {
            let code = read::code_text(&feature);
            match read::read_area(feature) {
                Ok(area) => read.push((index, area)),
                Err(problem) => errors.push(AreaError {
                    feature: Some(index),
                    code,
                    problem,
                }),
            }
            if errors.len() >= MAX_ERRORS {
                return Err(AreaErrors(errors));
            }
        }
        // The hierarchy is judged only when every area could be read: otherwise each broken parent
        // would bring an error for each of its children.
        if errors.is_empty() {
            errors = hierarchy_errors(&read);
        }
        if !errors.is_empty() {
            errors.truncate(MAX_ERRORS);
            return Err(AreaErrors(errors));
        }
        Ok(Self::arranged(
            read.into_iter().map(|(_, area)| area).collect(),
        ))
    }

    /// These areas and those of another file, such as all regencies of the country around one unit.
    /// Where both have a code, ours stays.
    ///
    /// # Errors
    ///
    /// [`AreaErrors`] if together they are more than [`MAX_AREAS`].
    pub fn with_more(self, more: Self) -> Result<Self, AreaErrors> {
        let mut areas = self.areas;
        let known = areas.len();
        for area in more.areas {
            let is_new = areas
                .get(..known)
                .is_some_and(|ours| ours.binary_search_by(|a| a.code.cmp(&area.code)).is_err());
            if is_new {
                areas.push(area);
            }
        }
        if areas.len() > MAX_AREAS {
            return Err(AreaErrors::file(AreaProblem::FeatureCount {
                found: areas.len(),
            }));
        }
        Ok(Self::arranged(areas))
    }

    /// Sorts by code, so that no answer depends on the order of a file, and links the children.
    fn arranged(mut areas: Vec<Area>) -> Self {
        areas.sort_by(|a, b| a.code.cmp(&b.code));
        let mut arranged = Self {
            children: vec![Vec::new(); areas.len()],
            areas,
        };
        for index in 0..arranged.areas.len() {
            let parent = arranged.at(index).and_then(|a| a.parent.as_ref());
            let parent = parent.and_then(|code| arranged.position(code));
            if let Some(siblings) = parent.and_then(|p| arranged.children.get_mut(p)) {
                siblings.push(index);
            }
        }
        arranged
    }

    /// How many areas there are.
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether there are none; never so for a file that was read.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// All areas in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.areas.iter()
    }

    /// The area of a code.
    pub fn get(&self, code: &AreaCode) -> Option<&Area> {
        self.position(code).and_then(|index| self.at(index))
    }

    /// The area one lies in.
    pub fn parent(&self, code: &AreaCode) -> Option<&Area> {
        self.get(self.get(code)?.parent()?)
    }

    /// The areas that lie directly in one, by code.
    pub fn children(&self, code: &AreaCode) -> impl Iterator<Item = &Area> {
        let children = self
            .position(code)
            .and_then(|index| self.children.get(index));
        children
            .into_iter()
            .flatten()
            .filter_map(|&index| self.at(index))
    }

    /// The areas one lies in, from its parent to the top.
    pub fn ancestors(&self, code: &AreaCode) -> impl Iterator<Item = &Area> {
        let mut next = self.parent(code);
        std::iter::from_fn(move || {
            let area = next?;
            next = area.parent().and_then(|parent| self.get(parent));
            Some(area)
        })
    }

    /// The areas of one level, by code.
    pub fn of_level<'a>(&'a self, level: &'a AreaLevel) -> impl Iterator<Item = &'a Area> {
        self.areas.iter().filter(move |area| area.level == *level)
    }

    /// The levels in the file, from the top down; levels of equal depth by name.
    pub fn levels(&self) -> Vec<AreaLevel> {
        let mut depths: BTreeMap<&AreaLevel, usize> = BTreeMap::new();
        for area in &self.areas {
            let depth = self.ancestors(&area.code).count();
            let deepest = depths.entry(&area.level).or_insert(depth);
            *deepest = (*deepest).max(depth);
        }
        let mut levels: Vec<_> = depths.into_iter().collect();
        levels.sort_by_key(|&(level, depth)| (depth, level));
        levels.into_iter().map(|(level, _)| level.clone()).collect()
    }

    pub(crate) fn position(&self, code: &AreaCode) -> Option<usize> {
        self.areas.binary_search_by(|area| area.code.cmp(code)).ok()
    }

    pub(crate) fn at(&self, index: usize) -> Option<&Area> {
        self.areas.get(index)
    }
}

fn hierarchy_errors(read: &[(usize, Area)]) -> Vec<AreaError> {
    let mut first_of: BTreeMap<&AreaCode, usize> = BTreeMap::new();
    let mut errors = Vec::new();
    let mut report = |index: usize, code: &AreaCode, problem| {
        errors.push(AreaError {
            feature: Some(index),
            code: Some(code.to_string()),
            problem,
        });
    };
    for (index, area) in read {
        if let Some(&first) = first_of.get(&area.code) {
            report(*index, &area.code, AreaProblem::DuplicateCode { first });
        } else {
            first_of.insert(&area.code, *index);
        }
    }
    let parents: BTreeMap<&AreaCode, Option<&AreaCode>> = read
        .iter()
        .map(|(_, area)| (&area.code, area.parent.as_ref()))
        .collect();
    for (index, area) in read {
        if let Some(parent) = &area.parent
            && !parents.contains_key(parent)
        {
            report(
                *index,
                &area.code,
                AreaProblem::UnknownParent {
                    parent: parent.clone(),
                },
            );
        }
        // A chain into a circle that the area itself is no part of ends by its length.
        let mut next = area.parent.as_ref();
        let mut steps = 0_usize;
        while let Some(code) = next {
            steps += 1;
            if *code == area.code || steps > MAX_DEPTH {
                report(*index, &area.code, AreaProblem::Circle);
                break;
            }
            next = parents.get(code).copied().flatten();
        }
    }
    errors.sort_by_key(|error| error.feature);
    errors
}

/// Deepest hierarchy of areas; nation, province, regency, subdistrict, village, RW, RT are seven.
const MAX_DEPTH: usize = 16;
