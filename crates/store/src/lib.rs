//! The record of a unit: acts, views, rollups and jobs, kept in one transaction.
