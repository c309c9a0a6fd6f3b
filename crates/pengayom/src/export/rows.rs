//! The rows of each kind. What names a person, what somebody told and who served it is left out; of a kind
//! kept narrow so is what it was about and where, and its moments are days (`docs/export.md`).

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use pengayom_core::act::Subject;
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::{Area, AreaCode, Areas, Outline, Point};
use pengayom_core::subject::case::{Case, Channel};
use pengayom_core::value::{CaseId, EncounterId, FeedbackId};
use pengayom_node::UnitContext;
use pengayom_store::rows::{CaseRow, EncounterRow, FeedbackRow};
use pengayom_store::views::{self, State};
use pengayom_store::{CaseQuery, PAGE_MAX, Span, Store, StoreError};

use super::{Cell, Column, Holds, Kind};
use crate::fault::Fault;

/// Side of the cells to whose middle a position is moved, in degrees: 1.1 km.
const GRID: f64 = 0.01;

pub(super) const CASES: &[Column] = &[
    Column::new("case", Holds::Text),
    Column::new("filed_at", Holds::Moment),
    Column::new("service", Holds::Text),
    Column::new("report_kind", Holds::Text),
    Column::new("channel", Holds::Text),
    Column::new("stage", Holds::Text),
    Column::new("danger", Holds::Flag),
    Column::new("narrow", Holds::Flag),
    Column::new("simulated", Holds::Flag),
    Column::new("station", Holds::Text),
    Column::new("beat", Holds::Text),
    Column::new("stratum", Holds::Text),
    Column::new("respond_by", Holds::Moment),
    Column::new("responded_at", Holds::Moment),
    Column::new("responded_late", Holds::Flag),
    Column::new("wait_seconds", Holds::Whole),
    Column::new("closed_at", Holds::Moment),
    Column::new("outcome", Holds::Text),
    Column::new("geometry", Holds::Place),
];

pub(super) const CALLS: &[Column] = &[
    Column::new("case", Holds::Text),
    Column::new("received_at", Holds::Moment),
    Column::new("service", Holds::Text),
    Column::new("channel", Holds::Text),
    Column::new("priority", Holds::Text),
    Column::new("narrow", Holds::Flag),
    Column::new("simulated", Holds::Flag),
    Column::new("station", Holds::Text),
    Column::new("beat", Holds::Text),
    Column::new("responders", Holds::Whole),
    Column::new("dispatched_at", Holds::Moment),
    Column::new("arrived_at", Holds::Moment),
    Column::new("cleared_at", Holds::Moment),
    Column::new("outcome", Holds::Text),
    Column::new("geometry", Holds::Place),
];

pub(super) const ENCOUNTERS: &[Column] = &[
    Column::new("encounter", Holds::Text),
    Column::new("happened_at", Holds::Moment),
    Column::new("recorded_at", Holds::Moment),
    Column::new("case", Holds::Text),
    Column::new("capacity", Holds::Text),
    Column::new("service", Holds::Text),
    Column::new("function", Holds::Text),
    Column::new("role", Holds::Text),
    Column::new("force_used", Holds::Flag),
    Column::new("narrow", Holds::Flag),
    Column::new("simulated", Holds::Flag),
    Column::new("station", Holds::Text),
    Column::new("beat", Holds::Text),
    Column::new("stratum", Holds::Text),
];

pub(super) const FEEDBACK: &[Column] = &[
    Column::new("week", Holds::Day),
    Column::new("judged", Holds::Text),
    Column::new("narrow", Holds::Flag),
    Column::new("simulated", Holds::Flag),
    Column::new("service", Holds::Text),
    Column::new("station", Holds::Text),
    Column::new("item", Holds::Text),
    Column::new("answer", Holds::Whole),
];

pub(super) const AREAS: &[Column] = &[
    Column::new("code", Holds::Text),
    Column::new("level", Holds::Text),
    Column::new("name", Holds::Text),
    Column::new("parent", Holds::Text),
    Column::new("kind", Holds::Text),
    Column::new("population", Holds::Whole),
    Column::new("aliases", Holds::Texts),
    Column::new("geometry", Holds::Place),
];

/// Days of the unit's calendar, both included; `None`: from the first, to the last.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Days {
    /// The first.
    pub(crate) from: Option<Date>,
    /// The last.
    pub(crate) to: Option<Date>,
}

impl Days {
    fn dates(self) -> Option<(Date, Date)> {
        if self.from.is_none() && self.to.is_none() {
            return None;
        }
        Some((self.from.unwrap_or(Date::MIN), self.to.unwrap_or(Date::MAX)))
    }

    fn span(self, zone: &TimeZone) -> Option<Span> {
        self.dates()?;
        let start = |day: Date| zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
        let from = self.from.and_then(|day| start(day).ok());
        let to = self.to.and_then(|day| day.checked_add(1.day()).ok());
        Some(Span {
            from: from.unwrap_or(Timestamp::MIN),
            to: to.and_then(|day| start(day).ok()).unwrap_or(Timestamp::MAX),
        })
    }
}

/// Where the next page of a list begins. Cases and encounters are gone through twice: what is kept narrow
/// comes at the end, for between two others its place in the list would say at which hour it was.
#[allow(clippy::large_enum_variant, reason = "there is one at a time")]
enum Next {
    Cases(CaseQuery, Pass),
    Encounters(Option<EncounterId>, Pass),
    Feedback(Option<FeedbackId>),
    Areas(usize),
    End,
}

/// Which rows are written when a list is gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Those that are not kept narrow.
    Open,
    /// The others.
    Narrow,
}

impl Pass {
    fn takes(self, narrow: bool) -> bool {
        narrow == (self == Self::Narrow)
    }
}

/// Reads the rows of a kind, a page at a time.
pub(crate) struct Reader {
    store: Arc<dyn Store>,
    unit: UnitContext,
    kind: Kind,
    days: Days,
    next: Next,
    read: VecDeque<Vec<Cell>>,
}

impl Reader {
    /// A reader. Kinds that nothing is recorded of have no rows.
    pub(crate) fn new(store: Arc<dyn Store>, unit: UnitContext, kind: Kind, days: Days) -> Self {
        let next = match kind {
            Kind::Cases | Kind::Calls => {
                let query = CaseQuery {
                    filed: days.span(&unit.zone),
                    limit: PAGE_MAX,
                    ..CaseQuery::default()
                };
                Next::Cases(query, Pass::Open)
            }
            Kind::Encounters => Next::Encounters(None, Pass::Open),
            Kind::Feedback => Next::Feedback(None),
            Kind::Areas => Next::Areas(0),
            Kind::Complaints | Kind::Bulletins => Next::End,
        };
        Self {
            store,
            unit,
            kind,
            days,
            next,
            read: VecDeque::new(),
        }
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// [`Fault`] of the store.
    pub(crate) async fn row(&mut self) -> Result<Option<Vec<Cell>>, Fault> {
        loop {
            if let Some(row) = self.read.pop_front() {
                return Ok(Some(row));
            }
            match std::mem::replace(&mut self.next, Next::End) {
                Next::End => return Ok(None),
                Next::Cases(query, pass) => self.read_cases(query, pass).await?,
                Next::Encounters(after, pass) => self.read_encounters(after, pass).await?,
                Next::Feedback(after) => self.read_feedback(after).await?,
                Next::Areas(at) => self.read_areas(at),
            }
        }
    }

    async fn read_cases(&mut self, mut query: CaseQuery, pass: Pass) -> Result<(), Fault> {
        let page = self.store.cases(&self.unit.id, &query).await?;
        for row in page.rows.iter().filter(|row| pass.takes(row.sensitive)) {
            if self.kind == Kind::Cases {
                self.read.push_back(case_cells(row, &self.unit.zone));
            } else if matches!(row.channel, Channel::Phone | Channel::Import) {
                let known = self.case(row.id).await?;
                let cells = call_cells(row, known.as_deref(), &self.unit.zone);
                self.read.push_back(cells);
            }
        }
        query.after = page.next;
        self.next = match (page.next, pass) {
            (Some(_), _) => Next::Cases(query, pass),
            (None, Pass::Open) => Next::Cases(query, Pass::Narrow),
            (None, Pass::Narrow) => Next::End,
        };
        Ok(())
    }

    async fn case(&self, id: CaseId) -> Result<Option<Box<Case>>, StoreError> {
        let acts = self.store.acts(&self.unit.id, Subject::Case(id)).await?;
        Ok(match views::fold(&acts) {
            Some(State::Case(case)) => Some(case),
            _ => None,
        })
    }

    async fn read_encounters(
        &mut self,
        after: Option<EncounterId>,
        pass: Pass,
    ) -> Result<(), Fault> {
        let span = self.days.span(&self.unit.zone);
        let rows = self
            .store
            .encounters_after(&self.unit.id, span, after, PAGE_MAX)
            .await?;
        for row in &rows {
            let narrow = self.is_narrow(&row.service) || self.is_about_narrow(row).await?;
            if pass.takes(narrow) {
                let cells = encounter_cells(row, narrow, &self.unit.zone);
                self.read.push_back(cells);
            }
        }
        self.next = match (rows.last(), pass) {
            (Some(last), _) => Next::Encounters(Some(last.id), pass),
            (None, Pass::Open) => Next::Encounters(None, Pass::Narrow),
            (None, Pass::Narrow) => Next::End,
        };
        Ok(())
    }

    async fn read_feedback(&mut self, after: Option<FeedbackId>) -> Result<(), Fault> {
        let rows = self
            .store
            .feedback_after(&self.unit.id, self.days.dates(), after, PAGE_MAX)
            .await?;
        for row in &rows {
            let narrow = self.is_narrow(&row.service);
            self.read.extend(feedback_cells(row, narrow));
        }
        if let Some(last) = rows.last() {
            self.next = Next::Feedback(Some(last.id));
        }
        Ok(())
    }

    fn read_areas(&mut self, at: usize) {
        let page = usize::try_from(PAGE_MAX).unwrap_or(usize::MAX);
        let areas: &Areas = self.unit.geography.areas();
        let read = areas.iter().skip(at).take(page).map(|area| {
            vec![
                Cell::Text(area.code().to_string()),
                Cell::Text(area.level().to_string()),
                Cell::Text(area.name().to_owned()),
                Cell::text(area.parent()),
                Cell::text(area.kind()),
                Cell::whole(area.population().and_then(|n| i64::try_from(n).ok())),
                aliases(area),
                Cell::Place(Outline::from(area)),
            ]
        });
        self.read.extend(read);
        if !self.read.is_empty() {
            self.next = Next::Areas(at + page);
        }
    }

    /// Whether cases of a service are kept narrow; a service the pack has no longer is taken to be.
    fn is_narrow(&self, service: &ServiceCode) -> bool {
        let known = self.unit.pack.service(service);
        known.is_none_or(|service| service.sensitive)
    }

    async fn is_about_narrow(&self, row: &EncounterRow) -> Result<bool, StoreError> {
        let Some(case) = row.case else {
            return Ok(false);
        };
        let case = self.store.case(&self.unit.id, case).await?;
        Ok(case.is_some_and(|case| case.sensitive))
    }
}

fn aliases(area: &Area) -> Cell {
    let aliases: Vec<String> = area.aliases().iter().map(ToString::to_string).collect();
    if aliases.is_empty() {
        Cell::Empty
    } else {
        Cell::Texts(aliases)
    }
}

/// A moment; of a kind kept narrow the beginning of its day.
fn moment(at: Timestamp, narrow: bool, zone: &TimeZone) -> Timestamp {
    if !narrow {
        return at;
    }
    let day = zone.to_datetime(at).date();
    zone.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
        .unwrap_or(at)
}

/// The middle of the cell of the grid that a position lies in.
fn coarse(lat: f64, lng: f64) -> Option<Point> {
    // Two digits more than the grid has: what is left of a division of floats is none of the position's.
    let middle = |degrees: f64| ((((degrees / GRID).floor() + 0.5) * GRID) * 1e4).round() / 1e4;
    Point::new(
        middle(lat).clamp(-90.0, 90.0),
        middle(lng).clamp(-180.0, 180.0),
    )
    .ok()
}

fn place(row: &CaseRow) -> Cell {
    let point = row.lat.zip(row.lng).and_then(|(lat, lng)| coarse(lat, lng));
    point.map_or(Cell::Empty, |point| Cell::Place(Outline::from(point)))
}

fn case_cells(row: &CaseRow, zone: &TimeZone) -> Vec<Cell> {
    let narrow = row.sensitive;
    let at = |at: Option<Timestamp>| Cell::moment(at.map(|at| moment(at, narrow, zone)));
    let waited = row.responded_at;
    let waited = waited.map(|at| at.duration_since(row.filed_at).as_secs());
    vec![
        // An identifier holds the moment at which it was made.
        Cell::text(Some(row.id)).unless(narrow),
        at(Some(row.filed_at)),
        Cell::text(Some(&row.service)).unless(narrow),
        Cell::text(row.report_kind.as_ref()).unless(narrow),
        Cell::text(Some(row.channel.as_str())),
        Cell::text(Some(row.stage.as_str())),
        Cell::Flag(row.danger).unless(narrow),
        Cell::Flag(narrow),
        Cell::Flag(row.simulated),
        Cell::text(row.station.as_ref()),
        Cell::text(row.beat.as_ref().map(AreaCode::as_str)).unless(narrow),
        Cell::text(row.stratum.as_ref()).unless(narrow),
        at(row.respond_by),
        at(row.responded_at),
        Cell::Flag(row.responded_late),
        Cell::whole(waited),
        at(row.closed_at),
        Cell::text(row.outcome.as_ref()).unless(narrow),
        place(row).unless(narrow),
    ]
}

fn call_cells(row: &CaseRow, case: Option<&Case>, zone: &TimeZone) -> Vec<Cell> {
    let narrow = row.sensitive;
    let at = |at: Option<Timestamp>| Cell::moment(at.map(|at| moment(at, narrow, zone)));
    let responders = case.map_or(&[][..], |case| &case.responders);
    let dispatched = responders.iter().filter_map(|one| one.dispatched_at).min();
    let arrived = responders.iter().filter_map(|one| one.arrived_at).min();
    let cleared = responders.iter().filter_map(|one| one.cleared_at).max();
    let priority = case.and_then(|case| case.filed.priority.as_ref());
    vec![
        Cell::text(Some(row.id)).unless(narrow),
        at(Some(row.filed_at)),
        Cell::text(Some(&row.service)).unless(narrow),
        Cell::text(Some(row.channel.as_str())),
        Cell::text(priority).unless(narrow),
        Cell::Flag(narrow),
        Cell::Flag(row.simulated),
        Cell::text(row.station.as_ref()),
        Cell::text(row.beat.as_ref()).unless(narrow),
        Cell::whole(i64::try_from(responders.len()).ok()),
        at(dispatched),
        at(arrived),
        at(cleared),
        Cell::text(row.outcome.as_ref()).unless(narrow),
        place(row).unless(narrow),
    ]
}

fn encounter_cells(row: &EncounterRow, narrow: bool, zone: &TimeZone) -> Vec<Cell> {
    vec![
        Cell::text(Some(row.id)).unless(narrow),
        Cell::Moment(moment(row.happened_at, narrow, zone)),
        Cell::Moment(moment(row.recorded_at, narrow, zone)),
        Cell::text(row.case).unless(narrow),
        Cell::text(Some(&row.capacity)).unless(narrow),
        Cell::text(Some(&row.service)).unless(narrow),
        Cell::text(Some(&row.function)).unless(narrow),
        Cell::text(Some(&row.role)).unless(narrow),
        Cell::Flag(row.force_used).unless(narrow),
        Cell::Flag(narrow),
        Cell::Flag(row.simulated),
        Cell::text(row.station.as_ref()),
        Cell::text(row.beat.as_ref()).unless(narrow),
        Cell::text(row.stratum.as_ref()).unless(narrow),
    ]
}

/// One row for each answer, under the week of the service alone and without the beat, so that an answer is
/// not found by where and at which hour somebody was served.
fn feedback_cells(row: &FeedbackRow, narrow: bool) -> Vec<Vec<Cell>> {
    let back = i64::from(row.served_on.weekday().to_monday_zero_offset());
    let week = row.served_on.saturating_sub(back.days());
    let answers: std::collections::BTreeMap<String, i64> =
        serde_json::from_str(&row.answers).unwrap_or_default();
    let cells = answers.into_iter().map(|(item, answer)| {
        vec![
            Cell::Day(week),
            Cell::Text(row.judged.clone()),
            Cell::Flag(narrow),
            Cell::Flag(row.simulated),
            Cell::text(Some(&row.service)).unless(narrow),
            Cell::text(row.station.as_ref()),
            Cell::Text(item),
            Cell::Whole(answer),
        ]
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_position_becomes_the_middle_of_its_square_kilometre() {
        for (lat, lng, expected) in [
            (-6.7123, 111.1399, "POINT (111.135 -6.715)"),
            (-6.7101, 111.1301, "POINT (111.135 -6.715)"),
            (-6.7099, 111.1401, "POINT (111.145 -6.705)"),
            (42.3, -83.05, "POINT (-83.045 42.305)"),
            (90.0, 180.0, "POINT (180 90)"),
        ] {
            let outline = Outline::from(coarse(lat, lng).unwrap());
            assert_eq!(outline.wkt(), expected, "{lat} {lng}");
        }
    }

    #[test]
    fn days_are_of_the_units_calendar_and_both_count() {
        let zone = TimeZone::get("Asia/Jakarta").unwrap();
        let day = |text: &str| Some(text.parse::<Date>().unwrap());
        let days = Days {
            from: day("2026-11-01"),
            to: day("2026-11-30"),
        };
        let span = days.span(&zone).unwrap();
        assert_eq!(span.from.to_string(), "2026-10-31T17:00:00Z");
        assert_eq!(span.to.to_string(), "2026-11-30T17:00:00Z");
        assert!(Days::default().span(&zone).is_none());
    }
}
