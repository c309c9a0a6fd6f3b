//! A position on the earth, checked once.

use std::fmt;
use std::str::FromStr;

use geo::{Distance, Geodesic};
use serde::{Deserialize, Serialize};

use super::shape::LocalScale;

/// Steps per degree: seven decimals, about 1.1 cm on the ground.
const STEPS_PER_DEGREE: f64 = 1e7;

/// Degrees of latitude or longitude within which the ground is taken as flat: about 110 km.
const FLAT_DEGREES: f64 = 1.0;

/// Latitude, north or south, up to which it is.
const FLAT_LATITUDE: f64 = 75.0;

/// A position in WGS84, in degrees, kept to seven decimals (about 1.1 cm).
///
/// Kept as whole steps so that two equal positions are equal, hash alike and are written the same way
/// everywhere. Serialised as `{"lat": -6.748809, "lng": 111.038659}`.
///
/// # Examples
///
/// ```
/// use pengayom_core::place::{Point, PointError};
///
/// let polres = Point::new(-6.748_809, 111.038_659)?;
/// assert_eq!(polres.to_string(), "-6.748809,111.038659");
/// assert!(matches!(Point::new(111.0, -6.7), Err(PointError::LatitudeOutOfRange { .. })));
/// # Ok::<(), PointError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Degrees", into = "Degrees")]
pub struct Point {
    lat_steps: i32,
    lng_steps: i32,
}

/// Why two numbers are no position.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PointError {
    /// A coordinate is NaN or infinite, or a text is not two numbers.
    #[error("a position needs two numbers, latitude and longitude in degrees")]
    NotNumbers,
    /// The latitude is beyond a pole.
    #[error(
        "latitude must be -90 to 90 degrees: found {found}; are latitude and longitude exchanged?"
    )]
    LatitudeOutOfRange {
        /// The latitude given, in degrees.
        found: f64,
    },
    /// The longitude is beyond the date line.
    #[error("longitude must be -180 to 180 degrees: found {found}")]
    LongitudeOutOfRange {
        /// The longitude given, in degrees.
        found: f64,
    },
}

/// The written form of a [`Point`].
#[derive(Serialize, Deserialize)]
struct Degrees {
    lat: f64,
    lng: f64,
}

impl Point {
    /// The position at a latitude and a longitude, in degrees, rounded to seven decimals.
    ///
    /// # Errors
    ///
    /// [`PointError`] if a coordinate is not finite or out of range.
    pub fn new(lat: f64, lng: f64) -> Result<Self, PointError> {
        if !lat.is_finite() || !lng.is_finite() {
            return Err(PointError::NotNumbers);
        }
        if !(-90.0..=90.0).contains(&lat) {
            return Err(PointError::LatitudeOutOfRange { found: lat });
        }
        if !(-180.0..=180.0).contains(&lng) {
            return Err(PointError::LongitudeOutOfRange { found: lng });
        }
        Ok(Self {
            lat_steps: steps(lat),
            lng_steps: steps(lng),
        })
    }

    /// Latitude in degrees, north positive, in `[-90, 90]`.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_steps) / STEPS_PER_DEGREE
    }

    /// Longitude in degrees, east positive, in `[-180, 180]`.
    pub fn lng(self) -> f64 {
        f64::from(self.lng_steps) / STEPS_PER_DEGREE
    }

    /// Distance in metres along the ellipsoid (Karney 2013): for numbers that people read.
    pub fn geodesic_metres(self, other: Self) -> f64 {
        Geodesic.distance(self.to_geo(), other.to_geo())
    }

    /// Distance in metres along the ground: as [`Self::geodesic_metres`], many times quicker.
    ///
    /// Up to one degree apart (about 110 km) the ellipsoid is taken as flat with its radii of curvature at the
    /// middle latitude (Gauss's mid-latitude formulas to first order). Between latitudes 75° south and
    /// north that is within 0.01 % of the geodesic. Beyond, and nearer a pole, it is the geodesic.
    pub fn ground_metres(self, other: Self) -> f64 {
        let (from, to) = (self.to_geo().0, other.to_geo().0);
        let middle = f64::midpoint(from.y, to.y);
        let is_near = (from.y - to.y).abs() <= FLAT_DEGREES
            && (from.x - to.x).abs() <= FLAT_DEGREES
            && middle.abs() <= FLAT_LATITUDE;
        if is_near {
            LocalScale::with_latitude(from, middle).metres_to(to)
        } else {
            self.geodesic_metres(other)
        }
    }

    /// The position as the geometry library writes it: x is the longitude, y the latitude.
    pub(crate) fn to_geo(self) -> geo::Point<f64> {
        geo::Point::new(self.lng(), self.lat())
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the callers checked the range: 180 degrees are 1.8e9 steps, i32 holds 2.1e9"
)]
fn steps(degrees: f64) -> i32 {
    (degrees * STEPS_PER_DEGREE).round() as i32
}

impl TryFrom<Degrees> for Point {
    type Error = PointError;

    fn try_from(degrees: Degrees) -> Result<Self, Self::Error> {
        Self::new(degrees.lat, degrees.lng)
    }
}

impl From<Point> for Degrees {
    fn from(point: Point) -> Self {
        Self {
            lat: point.lat(),
            lng: point.lng(),
        }
    }
}

/// `lat,lng` in degrees, as maps and links write it.
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.lat(), self.lng())
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Point({self})")
    }
}

/// Reads `lat,lng` in degrees, with or without spaces.
impl FromStr for Point {
    type Err = PointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (lat, lng) = text.split_once(',').ok_or(PointError::NotNumbers)?;
        let number = |part: &str| part.trim().parse().map_err(|_| PointError::NotNumbers);
        Self::new(number(lat)?, number(lng)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_point_is_read_and_written_without_loss_at_seven_decimals() {
        let point: Point = "-6.7488091, 111.0386592".parse().unwrap();
        assert_eq!(point.to_string(), "-6.7488091,111.0386592");
        let json = serde_json::to_string(&point).unwrap();
        assert_eq!(json, r#"{"lat":-6.7488091,"lng":111.0386592}"#);
        assert_eq!(serde_json::from_str::<Point>(&json).unwrap(), point);
    }

    #[test]
    fn what_is_no_position_is_refused_with_the_number_found() {
        assert_eq!(Point::new(f64::NAN, 0.0), Err(PointError::NotNumbers));
        assert_eq!(Point::new(0.0, f64::INFINITY), Err(PointError::NotNumbers));
        let swapped = Point::new(111.03, -6.74).unwrap_err();
        assert!(swapped.to_string().contains("111.03"), "{swapped}");
        assert!(Point::new(0.0, 180.000_001).is_err());
        assert!(Point::new(-90.0, -180.0).is_ok());
        assert!("".parse::<Point>().is_err());
        assert!("1".parse::<Point>().is_err());
        assert!(serde_json::from_str::<Point>(r#"{"lat":91,"lng":0}"#).is_err());
    }

    #[test]
    fn one_degree_of_the_equator_has_its_known_length() {
        // WGS84: the equator has the radius a = 6,378,137 m; one degree is a * pi / 180.
        let one = Point::new(0.0, 0.0)
            .unwrap()
            .geodesic_metres(Point::new(0.0, 1.0).unwrap());
        assert!(
            (one - 6_378_137.0 * std::f64::consts::PI / 180.0).abs() < 0.001,
            "{one}"
        );
    }

    proptest::proptest! {
        #[test]
        fn the_quick_distance_is_the_geodesic_within_a_ten_thousandth(
            lat in -75.0..75.0_f64,
            lng in -179.0..179.0_f64,
            north in -1.2..1.2_f64,
            east in -0.9..0.9_f64,
        ) {
            let from = Point::new(lat, lng).unwrap();
            let to = Point::new(lat + north, lng + east).unwrap();
            let (quick, exact) = (from.ground_metres(to), from.geodesic_metres(to));
            proptest::prop_assert!((quick - exact).abs() <= 1e-4 * exact, "{quick} {exact}");
        }
    }
}
