//! What is asked of the views, and what comes back.

use jiff::Timestamp;
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::{AreaCode, StationId};
use pengayom_core::subject::case::CaseStage;
use pengayom_core::value::{CaseId, OfficerId};
use pengayom_measure::histogram::WaitHistogram;

use crate::rows::{CaseClass, CaseMeasured, CaseRow};

/// Which cases. Empty lists and `None` mean "all".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseQuery {
    /// In one of these stages.
    pub stages: Vec<CaseStage>,
    /// Answered for by one of these stations.
    pub stations: Vec<StationId>,
    /// In this beat.
    pub beat: Option<AreaCode>,
    /// For this service.
    pub service: Option<ServiceCode>,
    /// Served by this officer at the desk.
    pub taken_by: Option<OfficerId>,
    /// Served by nobody yet.
    pub untaken: bool,
    /// Served by somebody else than this officer.
    pub taken_by_other_than: Option<OfficerId>,
    /// Handled by this officer.
    pub assigned_to: Option<OfficerId>,
    /// The reporter waits for an explanation or a second look, whether it is open or closed.
    pub review_open: bool,
    /// Filed in this span.
    pub filed: Option<Span>,
    /// An opening in an emergency waits for its review.
    pub opening_unreviewed: bool,
    /// It was opened in an emergency.
    pub opened: bool,
    /// Before this moment somebody had to be told their rights, or a control measure to end or be looked at.
    pub rights_or_measures_due: Option<Timestamp>,
    /// Nobody has it, because the report is about who had it.
    pub unhanded: bool,
    /// A progress notice waits for somebody to check it.
    pub news_due: bool,
    /// Its class waits for a second look, or for somebody to decide between two.
    pub second_look: bool,
    /// Something of it has gone up the line and nobody has taken it.
    pub escalated: bool,
    /// Something of it is in keeping, or a file of it was altered.
    pub exhibits: bool,
    /// A file of its evidence was altered, or money of it was counted, differs, and nobody explained that.
    pub evidence_wrong: bool,
    /// Late at this moment: open and overdue.
    pub late_at: Option<Timestamp>,
    /// In which order.
    pub order: CaseOrder,
    /// After this case, in the order of the list; only where that is the latest filed first.
    pub after: Option<CaseCursor>,
    /// At most so many (no more than [`crate::PAGE_MAX`]); 0 means 50.
    pub limit: u32,
}

/// In which order a list of cases comes, and so what is left out of one that is cut. All but the first are for lists
/// of what waits, each with the condition of the same name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// The latest filed first.
    #[default]
    Newest,
    /// Whose reporter has waited longest for a review.
    ReviewAsked,
    /// In which rights or a control measure were due first.
    RightsOrMeasuresDue,
    /// Whose progress notice is due first.
    NewsDue,
    /// Whose class has waited longest for a second look.
    SecondLook,
    /// What went up the line first.
    Escalated,
    /// Whose opening has waited longest for its review.
    OpeningUnreviewed,
    /// What nobody has had for the longest time.
    Unhanded,
    /// Whose evidence is wrong, the earliest filed first.
    EvidenceWrong,
}

/// Where a page of cases ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseCursor {
    /// Filing moment of the last case on the page.
    pub filed_at: Timestamp,
    /// That case.
    pub case: CaseId,
}

/// A page of cases.
#[derive(Debug, Clone, PartialEq)]
pub struct CasePage {
    /// The cases.
    pub rows: Vec<CaseRow>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<CaseCursor>,
}

/// From a moment (included) to a moment (not included); whole hours are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First moment.
    pub from: Timestamp,
    /// First moment after.
    pub to: Timestamp,
}

/// What the measures of competence count of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredCase {
    /// Its service, as decided last.
    pub service: ServiceCode,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When it was closed; `None`: it is open.
    pub closed_at: Option<Timestamp>,
    /// Whose the matter is, and how that came about.
    pub class: CaseClass,
    /// The earliest thing that was done about it.
    pub first_action_at: Option<Timestamp>,
    /// How often a level of the line was told.
    pub escalations: u32,
    /// It is open and waits up the line: since when.
    pub escalated_at: Option<Timestamp>,
    /// When the progress notice is due that waits for somebody to check it.
    pub news_due_at: Option<Timestamp>,
    /// The rest.
    pub measured: CaseMeasured,
}

/// By what request totals are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HourGroup {
    /// By hour of filing.
    Hour,
    /// By station.
    Station,
    /// By beat.
    Beat,
    /// By stratum.
    Stratum,
    /// By service.
    Service,
}

/// By what waiting times are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitGroup {
    /// All together.
    All,
    /// By hour of filing.
    Hour,
    /// By station.
    Station,
    /// By station and hour of filing.
    StationHour,
    /// By service.
    Service,
}

/// Totals of requests in one group. Requests count in the hour they were filed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HourTotals {
    /// The hour's first moment, when grouped by hour.
    pub hour: Option<Timestamp>,
    /// The group's code otherwise.
    pub key: Option<String>,
    /// Requests filed.
    pub filed: i64,
    /// Of them, answered.
    pub responded: i64,
    /// Of those, after the promised time.
    pub responded_late: i64,
    /// Of the filed, closed.
    pub closed: i64,
    /// Sum of the waiting times of the answered, in seconds.
    pub wait_seconds: f64,
    /// Sum of their squares.
    pub wait_seconds_squared: f64,
}

/// Waiting times in one group.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitTotals {
    /// The hour's first moment, when grouped by hour.
    pub hour: Option<Timestamp>,
    /// The group's code (station or service), when grouped by it.
    pub key: Option<String>,
    /// Counts by length.
    pub histogram: WaitHistogram,
}

/// Answers to one item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SurveyTotals {
    /// The item.
    pub item: String,
    /// Counts by digit of the answer: 0 "do not know", 1 to 4.
    pub counts: [i64; 5],
}

/// How often one officer met somebody in one beat, of all times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerBeat {
    /// Who.
    pub officer: OfficerId,
    /// Where; `None`: at a place that is in no known beat.
    pub beat: Option<AreaCode>,
    /// Encounters they recorded there.
    pub encounters: i64,
}

/// What one officer did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerTotals {
    /// Who.
    pub officer: OfficerId,
    /// Encounters recorded.
    pub encounters: i64,
    /// Cases closed that they handled or served.
    pub closed: i64,
}
