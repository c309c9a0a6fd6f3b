//! Statistics for police service quality. Pure; every figure carries its interval and its n.

pub mod histogram;
pub mod proportion;
