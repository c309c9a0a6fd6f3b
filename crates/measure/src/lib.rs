//! Statistics for police service quality. Pure; every figure carries its interval and its n.
//!
//! One method, one file. [`calc()`] gives a method by its name, JSON in and JSON out.

pub mod always_valid;
pub mod attribute_chart;
mod calc;
pub mod chart;
pub mod clustered;
mod compensated;
pub mod concentration;
pub mod confidence_sequence;
pub mod difference;
pub mod difference_in_differences;
pub mod equity;
mod f_distribution;
pub mod false_discovery;
pub mod funnel;
pub mod geary;
pub mod getis_ord;
pub mod histogram;
mod hull;
pub mod icc;
mod incomplete;
pub mod inequality;
pub mod interrupted;
pub mod interrupted_counts;
mod log_gamma;
pub mod middle;
pub mod mix;
pub mod mixed;
pub mod moran;
pub mod neighbours;
pub mod pooling;
pub mod pooling_rates;
pub mod pooling_shares;
pub mod proportion;
mod quantile;
pub mod rake;
pub mod ranking;
pub mod rate;
pub mod rate_ratio;
pub mod reliability;
pub mod run_chart;
pub mod sample_size;
pub mod satisfaction;
pub mod series;
pub mod shares;
pub mod stepped_wedge;
pub mod synthetic_control;
mod tail;
mod two_way;
pub mod variance_components;
pub mod variance_components_logistic;
pub mod xmr;

pub use calc::{CalcError, calc, methods};
