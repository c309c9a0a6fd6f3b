//! `/pimpinan/keberadaban`: civility week by week (S19, S25, S37, S42, S43, S44).
//!
//! What the law asks stands first; a pleasing manner never makes up for it. Nothing is about one officer.

use askama::Template;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_node::Node;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::civility::{Civility, Followed, Force, Measure};
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{ShareFigure, share_figure};
use super::series::{self, SeriesFigure};
use crate::chart::{Drawn, Head, Unit};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::table::Csv;

#[derive(Template)]
#[template(path = "board/civility.html")]
struct CivilityPage {
    page: PageFrame,
    span: String,
    warning: Option<String>,
    law: Vec<Part>,
    manner: Vec<Part>,
    force: Vec<String>,
    stages: Vec<(String, String)>,
    hidden: String,
}

/// A measure with its drawing.
struct Part {
    code: String,
    name: String,
    help: String,
    said: String,
    shares: String,
    drawn: Drawn,
}

/// A measure week by week.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CivilityMeasure)]
struct MeasureFigure {
    /// Its code; it stays the same. Items of the survey have theirs.
    measure: String,
    /// In words.
    name: String,
    /// What it counts.
    about: String,
    /// The law asks for it.
    law: bool,
    /// Its weeks.
    series: SeriesFigure,
}

/// Meetings with force at one stage.
#[derive(Debug, Serialize, ToSchema)]
struct StageFigure {
    /// A stage of the pack. Null: not said.
    #[schema(required)]
    stage: Option<String>,
    /// In words.
    name: String,
    /// How many meetings.
    n: u64,
}

/// Force over the weeks.
#[derive(Debug, Serialize, ToSchema)]
struct ForceFigure {
    /// Meetings.
    meetings: u64,
    /// The share with force. Null: too few meetings.
    #[schema(required)]
    share: Option<ShareFigure>,
    /// Arrests that began in those weeks. Which of them went with force is not recorded.
    arrests: u64,
    /// By stage, in the pack's order.
    stages: Vec<StageFigure>,
}

/// Civility of the last weeks that are over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Civility)]
pub(crate) struct CivilityFigures {
    /// First day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// The moment it was read.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The manner is really better while what the law asks is really worse.
    pleasing_but_unlawful: bool,
    /// Measures, those of the law first.
    measures: Vec<MeasureFigure>,
    /// Force.
    force: ForceFigure,
    /// Totals of fewer people are hidden.
    small_cell: u32,
    /// Of force and rights, of fewer than these.
    small_cell_sensitive: u32,
}

/// The page.
pub(super) async fn show(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let read = page.node.civility(&page.staff).await?;
    let StaffPage { mut frame, .. } = page;
    frame.titled("civility.title");
    let parts = |is_law: bool| -> Vec<Part> {
        let followed = read
            .followed
            .iter()
            .filter(|of| of.measure.is_law() == is_law);
        followed.map(|of| part(&frame, of)).collect()
    };
    let (from, to) = (frame.format().day(read.from), frame.format().day(read.to));
    let k = frame.format().count(i64::from(read.small_cell));
    let sensitive = frame.format().count(i64::from(read.small_cell_sensitive));
    let page = CivilityPage {
        span: frame.tf("civility.span", &[("from", &from), ("to", &to)]),
        warning: read
            .pleasing_but_unlawful
            .then(|| frame.t("civility.pleasing_but_unlawful").to_owned()),
        law: parts(true),
        manner: parts(false),
        force: force_sentences(&frame, &read.force),
        stages: stages(&frame, &read.force)
            .into_iter()
            .map(|stage| (stage.name, count(&frame, stage.n)))
            .collect(),
        hidden: frame.tf("civility.hidden", &[("k", &k), ("sensitive", &sensitive)]),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

fn part(frame: &PageFrame, of: &Followed) -> Part {
    let code = of.measure.code().to_owned();
    let name = name(frame, &of.measure);
    let id = format!("gambar-{}", code.replace('_', "-"));
    let head = Head {
        id: &id,
        title: &name,
        unit: Unit::Percent,
        n_of: frame.t(n_of(&of.measure)),
    };
    Part {
        help: help(frame, &of.measure),
        said: series::said(frame, &of.series),
        shares: series::shares(frame, &of.series),
        drawn: series::drawn(frame, &of.series, head, of.measure.good()),
        code,
        name,
    }
}

/// The same figures as JSON.
pub(super) async fn json(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let body = figures(&page.frame, &page.node, &page.staff).await?;
    Ok(Json(body).into_response())
}

/// Every week of every measure as CSV.
pub(super) async fn csv(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let read = figures(&page.frame, &page.node, &page.staff).await?;
    let mut table = Csv::new(&[
        "measure", "week", "x", "n", "share", "lower", "upper", "signals",
    ]);
    let number = |value: Option<f64>| value.map(|value| format!("{value:.4}")).unwrap_or_default();
    for measure in &read.measures {
        for week in &measure.series.weeks {
            let fired = measure
                .series
                .signals
                .iter()
                .filter(|signal| signal.week == week.from);
            let fired: Vec<String> = fired
                .map(|signal| format!("{} {}", signal.rule, signal.side))
                .collect();
            table.row(&[
                measure.measure.clone(),
                week.from.to_string(),
                week.x.to_string(),
                week.n.to_string(),
                format!("{:.4}", week.share),
                number(week.lower),
                number(week.upper),
                fired.join("; "),
            ]);
        }
    }
    Ok(table.file(&format!("keberadaban-{}-{}.csv", read.from, read.to)))
}

/// The figures, for whoever may read the board.
///
/// # Errors
/// The node's.
pub(crate) async fn figures(
    frame: &PageFrame,
    node: &Node,
    staff: &Staff,
) -> Result<CivilityFigures, Fault> {
    let read: Civility = node.civility(staff).await?;
    let measures = read.followed.iter().map(|of| MeasureFigure {
        measure: of.measure.code().to_owned(),
        name: name(frame, &of.measure),
        about: help(frame, &of.measure),
        law: of.measure.is_law(),
        series: series::figure(&of.series),
    });
    Ok(CivilityFigures {
        from: read.from,
        to: read.to,
        at: read.at,
        pleasing_but_unlawful: read.pleasing_but_unlawful,
        measures: measures.collect(),
        force: ForceFigure {
            meetings: read.force.meetings,
            share: read.force.share.map(share_figure),
            arrests: read.force.arrests,
            stages: stages(frame, &read.force),
        },
        small_cell: read.small_cell,
        small_cell_sensitive: read.small_cell_sensitive,
    })
}

fn stages(frame: &PageFrame, force: &Force) -> Vec<StageFigure> {
    let known = frame.unit().pack.force_stages();
    let stage = |of: &pengayom_node::civility::Stage| {
        let entry = known.iter().find(|entry| entry.code.as_str() == of.code);
        let name = entry.and_then(|entry| entry.localized("name"));
        StageFigure {
            stage: (!of.code.is_empty()).then(|| of.code.clone()),
            name: match name {
                Some(name) => frame.say(name).to_owned(),
                None if of.code.is_empty() => frame.t("civility.stage_unsaid").to_owned(),
                None => of.code.clone(),
            },
            n: of.n,
        }
    };
    force.stages.iter().map(stage).collect()
}

fn force_sentences(frame: &PageFrame, force: &Force) -> Vec<String> {
    let meetings = count(frame, force.meetings);
    let Some(share) = force.share else {
        return vec![frame.tf("civility.force_few", &[("meetings", &meetings)])];
    };
    let thousandth = |share: f64| frame.format().decimal(share * 1000.0, 1);
    let (n, rate) = (count(frame, force.n), thousandth(share.share));
    let (low, high) = (
        thousandth(share.interval.low),
        thousandth(share.interval.high),
    );
    let values = [
        ("n", n.as_str()),
        ("meetings", meetings.as_str()),
        ("rate", rate.as_str()),
        ("low", low.as_str()),
        ("high", high.as_str()),
    ];
    let arrests = count(frame, force.arrests);
    vec![
        frame.tf("civility.force_rate", &values),
        frame.tf("civility.arrests", &[("arrests", &arrests), ("n", &n)]),
    ]
}

fn name(frame: &PageFrame, measure: &Measure) -> String {
    match measure {
        Measure::RightsInTime => frame.t("civility.rights_in_time").to_owned(),
        Measure::Force => frame.t("civility.force").to_owned(),
        Measure::Explained => frame.t("civility.explained").to_owned(),
        Measure::Item(item) => {
            let found = frame.unit().pack.survey().item(item);
            found.map_or_else(|| item.clone(), |item| frame.say(&item.ask).to_owned())
        }
    }
}

fn help(frame: &PageFrame, measure: &Measure) -> String {
    frame
        .t(match measure {
            Measure::RightsInTime => "civility.rights_in_time_help",
            Measure::Force => "civility.force_help",
            Measure::Explained => "civility.explained_help",
            Measure::Item(_) => "civility.item_help",
        })
        .to_owned()
}

const fn n_of(measure: &Measure) -> &'static str {
    match measure {
        Measure::RightsInTime => "civility.n_rights",
        Measure::Force | Measure::Explained => "civility.n_meetings",
        Measure::Item(_) => "civility.n_answers",
    }
}

fn count(frame: &PageFrame, n: u64) -> String {
    frame.format().count(i64::try_from(n).unwrap_or(i64::MAX))
}
