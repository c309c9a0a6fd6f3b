//! Statistics for police service quality. Pure; every figure carries its interval and its n.
//!
//! One method, one file. [`calc()`] gives a method by its name, JSON in and JSON out.

pub mod always_valid;
mod calc;
pub mod clustered;
pub mod confidence_sequence;
pub mod difference;
pub mod difference_in_differences;
pub mod histogram;
mod hull;
pub mod interrupted;
pub mod interrupted_counts;
mod log_gamma;
pub mod middle;
pub mod proportion;
mod quantile;
pub mod rate;
pub mod rate_ratio;
pub mod stepped_wedge;
pub mod synthetic_control;
mod tail;
mod two_way;

pub use calc::{CalcError, calc, methods};
