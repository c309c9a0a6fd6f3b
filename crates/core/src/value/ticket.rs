//! The ticket of somebody who waits at a front desk, counted anew each day.

use std::fmt;

use jiff::civil::Date;

use crate::place::StationId;

/// A series of tickets: one for each front desk and day of the unit's calendar, counted without
/// gaps from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketSeries {
    /// Whose front desk.
    pub station: StationId,
    /// The day.
    pub day: Date,
}

impl fmt::Display for TicketSeries {
    /// As the series is stored: no series of case numbers has a slash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "visit/{}/{}", self.station, self.day)
    }
}
