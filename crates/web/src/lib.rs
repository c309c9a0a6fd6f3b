//! Pages, JSON API and live streams of a unit.

pub mod assets;
