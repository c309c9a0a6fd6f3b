//! The unit's method as data: service catalogue, surveys, roles and words, loaded from TOML.
