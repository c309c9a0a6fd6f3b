//! The views of the front desk: visits, and what is down.

use pengayom_core::subject::outage::Outage;
use pengayom_core::subject::visit::Visit;
use pengayom_core::value::{OutageId, VisitId};

use super::shown;
use crate::desk::{OutageRow, VisitRow};

/// The row of a visit.
pub(super) fn visit(id: VisitId, visit: &Visit) -> VisitRow {
    let joined = &visit.joined;
    let ended = visit.ended.as_ref();
    VisitRow {
        id,
        version: visit.version,
        station: visit.station.clone(),
        day: joined.day,
        ticket: joined.ticket.unwrap_or_default(),
        need: joined.need.as_deref().map(shown),
        sensitive: joined.sensitive,
        turn: joined.turn(),
        priority: joined.priority.as_deref().map(shown),
        joined_at: visit.joined_at,
        open_until: joined.open_until,
        called_by: visit.called.map(|called| called.by),
        called_at: visit.called.map(|called| called.at),
        ended: ended.map(|ended| shown(&ended.how)),
        served: ended.is_some_and(|ended| ended.served),
        ended_at: ended.map(|ended| ended.at),
        simulated: joined.simulated,
    }
}

/// The row of something that can be down.
pub(super) fn outage(id: OutageId, outage: &Outage) -> OutageRow {
    let declared = &outage.declared;
    OutageRow {
        id,
        version: outage.version,
        station: outage.station.clone(),
        system: declared.system.as_deref().map(shown),
        words: declared.words.as_deref().map(shown),
        way: declared.way.as_deref().map(shown),
        since: declared.since,
        until: declared.until,
        declared_at: outage.declared_at,
        ended_at: outage.ended_at,
        simulated: declared.simulated,
    }
}
