//! Statistics for police service quality. Pure; every figure carries its interval and its n.
//!
//! One method, one file. [`calc()`] gives a method by its name, JSON in and JSON out.

mod calc;
pub mod clustered;
pub mod concentration;
pub mod difference;
pub mod equity;
pub mod false_discovery;
pub mod geary;
pub mod getis_ord;
pub mod histogram;
pub mod inequality;
pub mod middle;
pub mod moran;
pub mod neighbours;
pub mod noise;
pub mod proportion;
mod quantile;
pub mod ranking;
pub mod rate;
pub mod rate_ratio;
pub mod shares;
mod sum;
pub mod suppression;
pub mod zcdp;

pub use calc::{CalcError, calc, methods};
