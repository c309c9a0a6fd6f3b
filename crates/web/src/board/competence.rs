//! `/pimpinan/kompetensi`: measures of competence by service over a span of days (S9, S10, S12, S16, S18).
//!
//! Services stand in the order of their codes, not of their figures: it asks, it does not rank. What is too
//! few to say something is said to be so, on the page as in the files.

use askama::Template;
use axum::Json;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_measure::middle::{MIDDLE_NEEDS, Middle};
use pengayom_node::Node;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::competence::{
    CASES_MAX, Competence, Figure, Measure, MeasuredService, SHARE_NEEDS, Scale, needs,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::span::{Asked, Span, days_of};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::service_name;
use crate::table::Csv;

#[derive(Template)]
#[template(path = "board/competence.html")]
struct CompetencePage {
    page: PageFrame,
    span: Span,
    sentence: String,
    /// The unit as a whole, a row for each measure.
    whole: Vec<WholeLine>,
    measures: Vec<MeasureTable>,
    how_few: String,
    any: bool,
}

/// A measure of the whole unit.
struct WholeLine {
    code: &'static str,
    name: String,
    cells: Cells,
}

/// A measure by service.
struct MeasureTable {
    code: &'static str,
    name: String,
    help: String,
    figure: String,
    /// What is promised or set is shown.
    promised: bool,
    /// Something can end without it.
    ends: bool,
    lines: Vec<ServiceLine>,
}

struct ServiceLine {
    name: String,
    cells: Cells,
}

/// What is shown of a measure of a service.
#[derive(Default)]
struct Cells {
    n: String,
    figure: String,
    interval: String,
    waiting: String,
    without: String,
    promise: String,
}

/// A measure of one service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompetenceFigure)]
struct ServiceFigure {
    /// Code of the service. Null: the unit as a whole.
    #[schema(required)]
    service: Option<String>,
    /// Its name.
    service_name: String,
    /// How many times, cases, looks or notices are counted.
    n: u64,
    /// Of how many cases.
    cases: u64,
    /// The middle or the share. Null: fewer than `needs`, or what is not over could move it.
    #[schema(required)]
    figure: Option<f64>,
    /// It is at least so much, should all that waits end now. Null: as `figure`, for too few.
    #[schema(required)]
    at_least: Option<f64>,
    /// Lower end of the 95 % interval.
    #[schema(required)]
    low: Option<f64>,
    /// Upper end. Null beside a lower end: there is none, because too much is not over.
    #[schema(required)]
    high: Option<f64>,
    /// What is not over. Of times it is part of `n`, of shares it is not.
    waiting: u64,
    /// What ended without it; never part of `n`.
    without: u64,
    /// The time promised or set, in seconds.
    #[schema(required)]
    promise_seconds: Option<i64>,
}

/// A measure, by service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompetenceMeasure)]
struct MeasureFigures {
    /// Its code; it stays the same.
    measure: &'static str,
    /// In words.
    name: String,
    /// What it counts, in words.
    about: String,
    /// What `figure` is in: `seconds` or `count` of a middle, `share` in `[0, 1]`.
    scale: &'static str,
    /// Cases below which there is no figure.
    needs: u64,
    /// The unit as a whole, then each service in the order of their codes.
    figures: Vec<ServiceFigure>,
}

/// Measures of competence of the cases filed on some days. It compares services, it does not rank them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Competence)]
pub(crate) struct CompetenceFigures {
    /// First day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// The moment it was read: what is not over has taken so long then.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Cases that are counted.
    cases: u64,
    /// There were more than are counted: the latest are.
    cut: bool,
    /// Each measure.
    measures: Vec<MeasureFigures>,
}

/// The page.
pub(super) async fn show(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let span = Span::asked(&page.frame, &page.node, &asked);
    let read = match span.days {
        Some((from, to)) => Some(page.node.competence(&page.staff, from, to).await?),
        None => None,
    };
    let StaffPage { mut frame, .. } = page;
    frame.titled("competence.title");
    let status = span.status(&mut frame);
    let sentence = read.as_ref().map(|read| sentence(&frame, read));
    let page = CompetencePage {
        sentence: sentence.unwrap_or_default(),
        any: read.as_ref().is_some_and(|read| read.cases > 0),
        whole: read
            .as_ref()
            .map(|read| whole(&frame, read))
            .unwrap_or_default(),
        measures: read
            .as_ref()
            .map(|read| tables(&frame, read))
            .unwrap_or_default(),
        how_few: frame.tf(
            "competence.how_few",
            &[
                ("times", &MIDDLE_NEEDS.to_string()),
                ("cases", &SHARE_NEEDS.to_string()),
            ],
        ),
        span,
        page: frame,
    };
    draw(status, &page)
}

/// The same figures as JSON.
pub(super) async fn json(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    Ok(Json(read(&page, &asked).await?).into_response())
}

/// The same figures as CSV.
pub(super) async fn csv(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    let read = read(&page, &asked).await?;
    let mut table = Csv::new(&[
        "measure",
        "service",
        "scale",
        "n",
        "cases",
        "figure",
        "at_least",
        "low",
        "high",
        "waiting",
        "without",
        "promise_seconds",
    ]);
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for measure in &read.measures {
        for row in &measure.figures {
            table.row(&[
                measure.measure.to_owned(),
                row.service.clone().unwrap_or_default(),
                measure.scale.to_owned(),
                row.n.to_string(),
                row.cases.to_string(),
                number(row.figure),
                number(row.at_least),
                number(row.low),
                number(row.high),
                row.waiting.to_string(),
                row.without.to_string(),
                row.promise_seconds
                    .map(|time| time.to_string())
                    .unwrap_or_default(),
            ]);
        }
    }
    Ok(table.file(&format!("kompetensi-{}-{}.csv", read.from, read.to)))
}

async fn read(page: &StaffPage, asked: &Asked) -> Result<CompetenceFigures, Fault> {
    page.require(Permission::ReadBoard)?;
    let found = days_of(&page.frame, &page.node, asked)?;
    figures(&page.frame, &page.node, &page.staff, found).await
}

/// The figures of some days, for whoever may read the board.
///
/// # Errors
/// The node's.
pub(crate) async fn figures(
    frame: &PageFrame,
    node: &Node,
    staff: &Staff,
    (from, to): (Date, Date),
) -> Result<CompetenceFigures, Fault> {
    let read = node.competence(staff, from, to).await?;
    let measures = read.measures.iter().map(|rows| MeasureFigures {
        measure: rows.measure.code(),
        name: name(frame, rows.measure).to_owned(),
        about: help(frame, rows.measure).to_owned(),
        scale: match rows.measure.scale() {
            Scale::Seconds => "seconds",
            Scale::Share => "share",
            Scale::Count => "count",
        },
        needs: needs(rows.measure),
        figures: rows.rows.iter().map(|row| figure(frame, row)).collect(),
    });
    Ok(CompetenceFigures {
        from: read.from,
        to: read.to,
        at: read.at,
        cases: read.cases,
        cut: read.cut,
        measures: measures.collect(),
    })
}

fn figure(frame: &PageFrame, row: &MeasuredService) -> ServiceFigure {
    #[allow(
        clippy::cast_precision_loss,
        reason = "seconds and counts are far below 2^52"
    )]
    let real = |value: i64| value as f64;
    let (figure, at_least, low, high) = match row.figure {
        None => (None, None, None, None),
        Some(Figure::Middle(middle)) => (
            middle.exact().map(real),
            Some(real(middle.at_least)),
            Some(real(middle.low)),
            middle.high.map(real),
        ),
        Some(Figure::Share(share)) => ends(share.share, share.interval.low, share.interval.high),
        Some(Figure::Clustered(share)) => {
            ends(share.share, share.interval.low, share.interval.high)
        }
    };
    ServiceFigure {
        service: row.service.as_ref().map(ToString::to_string),
        service_name: service(frame, row),
        n: row.n,
        cases: row.cases,
        figure,
        at_least,
        low,
        high,
        waiting: row.waiting,
        without: row.without,
        promise_seconds: row.promise,
    }
}

type Ends = (Option<f64>, Option<f64>, Option<f64>, Option<f64>);

const fn ends(share: f64, low: f64, high: f64) -> Ends {
    (Some(share), Some(share), Some(low), Some(high))
}

fn sentence(frame: &PageFrame, read: &Competence) -> String {
    let format = frame.format();
    let values = [
        ("from", format.day(read.from)),
        ("to", format.day(read.to)),
        ("n", count(frame, read.cases)),
        ("now", format.moment(read.at)),
    ];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    let mut words = frame.tf("competence.sentence", &values);
    if read.cut {
        let most = count(frame, u64::from(CASES_MAX));
        words.push(' ');
        words.push_str(&frame.tf("competence.cut", &[("n", &most)]));
    }
    words
}

fn whole(frame: &PageFrame, read: &Competence) -> Vec<WholeLine> {
    let line = |rows: &pengayom_node::competence::MeasureRows| {
        let row = rows.rows.iter().find(|row| row.service.is_none())?;
        Some(WholeLine {
            code: rows.measure.code(),
            name: name(frame, rows.measure).to_owned(),
            cells: cells(frame, rows.measure, row),
        })
    };
    read.measures.iter().filter_map(line).collect()
}

fn tables(frame: &PageFrame, read: &Competence) -> Vec<MeasureTable> {
    let table = |rows: &pengayom_node::competence::MeasureRows| MeasureTable {
        code: rows.measure.code(),
        name: name(frame, rows.measure).to_owned(),
        help: help(frame, rows.measure).to_owned(),
        figure: frame.t(figure_word(rows.measure.scale())).to_owned(),
        promised: rows.rows.iter().any(|row| row.promise.is_some()),
        ends: rows.measure.scale() == Scale::Seconds,
        lines: rows
            .rows
            .iter()
            .map(|row| ServiceLine {
                name: service(frame, row),
                cells: cells(frame, rows.measure, row),
            })
            .collect(),
    };
    let all = read.measures.iter().map(table);
    all.filter(|table| !table.lines.is_empty()).collect()
}

fn cells(frame: &PageFrame, measure: Measure, row: &MeasuredService) -> Cells {
    let n = count(frame, row.n);
    let (figure, interval) = match row.figure {
        None => (frame.t("competence.few").to_owned(), String::new()),
        Some(Figure::Middle(middle)) => middle_words(frame, measure, &middle),
        Some(Figure::Share(share)) => share_words(frame, share.share, share.interval),
        Some(Figure::Clustered(share)) => share_words(frame, share.share, share.interval),
    };
    Cells {
        n: if row.cases == row.n {
            n
        } else {
            let cases = count(frame, row.cases);
            frame.tf("competence.of_cases", &[("n", &n), ("cases", &cases)])
        },
        figure,
        interval,
        waiting: count(frame, row.waiting),
        without: count(frame, row.without),
        promise: row.promise.map_or_else(
            || frame.t("competence.unset").to_owned(),
            |time| duration(frame, time),
        ),
    }
}

/// A middle and its interval: times as lengths, gaps as counts.
fn middle_words(frame: &PageFrame, measure: Measure, middle: &Middle) -> (String, String) {
    let say = |value: i64| match measure.scale() {
        Scale::Count => {
            let n = frame.format().count(value);
            frame.tf("competence.gaps_count", &[("n", &n)])
        }
        Scale::Seconds | Scale::Share => duration(frame, value),
    };
    let figure = middle.exact().map_or_else(
        || {
            let least = say(middle.at_least);
            frame.tf("competence.least", &[("value", &least)])
        },
        say,
    );
    let low = say(middle.low);
    let interval = match middle.high {
        Some(high) => frame.tf("competence.to", &[("low", &low), ("high", &say(high))]),
        None => frame.tf("competence.or_more", &[("low", &low)]),
    };
    (figure, interval)
}

fn share_words(
    frame: &PageFrame,
    share: f64,
    interval: pengayom_measure::proportion::Interval,
) -> (String, String) {
    let percent = |share: f64| format!("{}%", frame.format().decimal(share * 100.0, 0));
    let (low, high) = (percent(interval.low), percent(interval.high));
    let interval = frame.tf("competence.to", &[("low", &low), ("high", &high)]);
    (percent(share), interval)
}

fn duration(frame: &PageFrame, seconds: i64) -> String {
    if seconds < 60 {
        return frame.t("competence.minute_less").to_owned();
    }
    frame.format().duration(seconds / 60)
}

fn count(frame: &PageFrame, n: u64) -> String {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    frame.format().count(n)
}

fn service(frame: &PageFrame, row: &MeasuredService) -> String {
    match &row.service {
        Some(service) => service_name(frame, service),
        None => frame.t("chief.response_whole").to_owned(),
    }
}

const fn figure_word(scale: Scale) -> &'static str {
    match scale {
        Scale::Seconds => "competence.half",
        Scale::Count => "competence.half_gaps",
        Scale::Share => "competence.share",
    }
}

fn name(frame: &PageFrame, measure: Measure) -> &str {
    frame.t(match measure {
        Measure::FirstAction => "competence.first_action",
        Measure::RightClass => "competence.right_class",
        Measure::Reclassified => "competence.reclassified",
        Measure::Departed => "competence.departed",
        Measure::SecondLook => "competence.second_look",
        Measure::Escalated => "competence.escalated",
        Measure::EscalationTaken => "competence.escalation_taken",
        Measure::ProofComplete => "competence.proof_complete",
        Measure::ProofGaps => "competence.proof_gaps",
        Measure::NoticesInTime => "competence.notices_in_time",
    })
}

fn help(frame: &PageFrame, measure: Measure) -> &str {
    frame.t(match measure {
        Measure::FirstAction => "competence.first_action_help",
        Measure::RightClass => "competence.right_class_help",
        Measure::Reclassified => "competence.reclassified_help",
        Measure::Departed => "competence.departed_help",
        Measure::SecondLook => "competence.second_look_help",
        Measure::Escalated => "competence.escalated_help",
        Measure::EscalationTaken => "competence.escalation_taken_help",
        Measure::ProofComplete => "competence.proof_complete_help",
        Measure::ProofGaps => "competence.proof_gaps_help",
        Measure::NoticesInTime => "competence.notices_in_time_help",
    })
}
