//! Statistics for police service quality. Pure; every figure carries its interval and its n.
//!
//! One method, one file. [`calc()`] gives a method by its name, JSON in and JSON out.

mod calc;
pub mod clustered;
pub mod difference;
mod f_distribution;
pub mod histogram;
pub mod icc;
pub mod middle;
pub mod mixed;
pub mod proportion;
mod quantile;
pub mod rake;
pub mod rate;
pub mod rate_ratio;
pub mod reliability;
pub mod sample_size;
pub mod satisfaction;
pub mod variance_components;
pub mod variance_components_logistic;

pub use calc::{CalcError, calc, methods};
