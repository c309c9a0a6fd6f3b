//! `/kinerja`: how promises are kept, for anybody, week by week, and the same as CSV and JSON (S16, S88).

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use pengayom_measure::proportion::Share;
use pengayom_node::board::ItemResult;
use pengayom_node::performance::{Performance, PublicWeek};
use serde_json::{Value, json};

use crate::board::chart::whisker;
use crate::board::figures::{Group, MIDDLE_NEEDS, NINE_NEEDS, said, share_figure};
use crate::board::morning::group_words;
use crate::extract::PublicPage;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::problem::Fault;
use crate::state::AppState;
use crate::table::{self, Csv};

struct Row {
    words: String,
    note: Option<String>,
    cells: Vec<Cell>,
}

/// A figure, and in smaller letters its interval and n.
struct Cell {
    figure: String,
    rest: String,
}

impl Cell {
    fn plain(figure: String) -> Self {
        Self {
            figure,
            rest: String::new(),
        }
    }

    fn few(frame: &PageFrame) -> Self {
        Self {
            figure: String::new(),
            rest: frame.t("performance.hidden").to_owned(),
        }
    }

    fn share(frame: &PageFrame, share: Share) -> Self {
        let drawn = whisker(frame, share_figure(share));
        Self {
            figure: drawn.share,
            rest: drawn.rest,
        }
    }
}

struct RowGroup {
    id: &'static str,
    title: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "public/performance.html")]
struct PerformancePage {
    page: PageFrame,
    heading: String,
    sentences: Vec<String>,
    weeks: Vec<String>,
    groups: Vec<RowGroup>,
    small: String,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/kinerja", get(show))
        .route("/kinerja.csv", get(csv))
        .route("/kinerja.json", get(as_json))
}

/// `GET /kinerja`
async fn show(
    PublicPage {
        mut frame, node, ..
    }: PublicPage,
) -> Result<Response, Fault> {
    let read = node.performance().await?;
    frame.titled("performance.title");
    let k = frame.format().count(i64::from(read.small_cell));
    let page = PerformancePage {
        heading: read
            .weeks
            .first()
            .map(|week| week_words(&frame, week))
            .unwrap_or_default(),
        sentences: read
            .weeks
            .first()
            .map(|week| sentences(&frame, week))
            .unwrap_or_default(),
        weeks: read
            .weeks
            .iter()
            .map(|week| {
                let format = frame.format();
                let (from, to) = (format.short_day(week.from), format.short_day(week.to));
                frame.tf("performance.week", &[("from", &from), ("to", &to)])
            })
            .collect(),
        groups: groups(&frame, &read),
        small: frame.tf("performance.hidden_help", &[("k", &k)]),
        page: frame,
    };
    draw_kept(StatusCode::OK, &page, Keep::AskAgain)
}

/// The days of a week in words.
pub(crate) fn week_words(frame: &PageFrame, week: &PublicWeek) -> String {
    let format = frame.format();
    let (from, to) = (format.day(week.from), format.day(week.to));
    frame.tf("performance.week", &[("from", &from), ("to", &to)])
}

/// The last week in sentences: made of its figures, never of a judgement.
pub(crate) fn sentences(frame: &PageFrame, week: &PublicWeek) -> Vec<String> {
    let filed = match week.filed {
        Some(filed) => {
            let n = frame.format().count(i64::try_from(filed).unwrap_or(0));
            frame.tf("performance.filed_said", &[("n", &n)])
        }
        None => frame.t("performance.filed_few").to_owned(),
    };
    let in_time = match week.in_time {
        Some(share) => frame.tf(
            "performance.in_time_said",
            &[("share", &words(frame, share))],
        ),
        None => frame.t("performance.in_time_none").to_owned(),
    };
    let wait = |share: f64, need: u64, key: &str| {
        let time = wait_words(frame, week, share, need)?;
        Some(frame.tf(key, &[("time", &time)]))
    };
    let waits = [
        wait(0.5, MIDDLE_NEEDS, "performance.half_said"),
        wait(0.9, NINE_NEEDS, "performance.nine_said"),
    ];
    [filed, in_time]
        .into_iter()
        .chain(waits.into_iter().flatten())
        .collect()
}

fn words(frame: &PageFrame, share: Share) -> String {
    let drawn = whisker(frame, share_figure(share));
    format!("{} {}", drawn.share, drawn.rest)
}

fn wait_words(frame: &PageFrame, week: &PublicWeek, share: f64, need: u64) -> Option<String> {
    let n = u64::try_from(week.waits.n()).unwrap_or(0);
    let seconds = week.waits.quantile(share).filter(|_| n >= need)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "waiting times of at most some years, in minutes"
    )]
    let minutes = (seconds / 60.0).ceil() as i64;
    Some(frame.format().duration(minutes))
}

fn groups(frame: &PageFrame, read: &Performance) -> Vec<RowGroup> {
    let few = || Cell::few(frame);
    let row = |key: &str, cell: &dyn Fn(&PublicWeek) -> Cell| Row {
        words: frame.t(key).to_owned(),
        note: None,
        cells: read.weeks.iter().map(cell).collect(),
    };
    let wait = |week: &PublicWeek, share, need| {
        wait_words(frame, week, share, need).map_or_else(few, Cell::plain)
    };
    let promise = RowGroup {
        id: "janji",
        title: frame.t("performance.promise").to_owned(),
        rows: vec![
            row("performance.filed", &|week| {
                let n = week.filed.and_then(|filed| i64::try_from(filed).ok());
                n.map_or_else(few, |n| Cell::plain(frame.format().count(n)))
            }),
            row("performance.in_time", &|week| {
                week.in_time
                    .map_or_else(few, |share| Cell::share(frame, share))
            }),
            row("performance.half", &|week| wait(week, 0.5, MIDDLE_NEEDS)),
            row("performance.nine", &|week| wait(week, 0.9, NINE_NEEDS)),
        ],
    };
    let asked = Group::ALL
        .into_iter()
        .filter_map(|group| survey_group(frame, read, group));
    std::iter::once(promise).chain(asked).collect()
}

/// The items of an aspect, or of trust or liking, which are told apart (S41).
fn survey_group(frame: &PageFrame, read: &Performance, group: Group) -> Option<RowGroup> {
    let survey = frame.unit().pack.survey();
    let items = survey.form_items();
    let items = items.filter(|item| Group::of(item.aspect, item.scale) == group);
    let rows: Vec<Row> = items
        .map(|item| Row {
            words: frame.say(&item.ask).to_owned(),
            note: Some(said(frame, item.good)),
            cells: read
                .weeks
                .iter()
                .map(|week| {
                    let good = found(week, item.code.as_str()).and_then(|item| item.good);
                    good.map_or_else(|| Cell::few(frame), |share| Cell::share(frame, share))
                })
                .collect(),
        })
        .collect();
    (!rows.is_empty()).then(|| RowGroup {
        id: group.as_str(),
        title: group_words(frame, group).0,
        rows,
    })
}

fn found<'w>(week: &'w PublicWeek, item: &str) -> Option<&'w ItemResult> {
    week.survey.iter().find(|known| known.item == item)
}

/// `GET /kinerja.json`: the figures of the page; what is hidden there is null here.
async fn as_json(
    headers: HeaderMap,
    PublicPage { node, .. }: PublicPage,
) -> Result<Response, Fault> {
    let read = node.performance().await?;
    let weeks: Vec<Value> = read.weeks.iter().map(week_json).collect();
    let body = json!({ "small_cell": read.small_cell, "weeks": weeks });
    Ok(table::public_json(&headers, &body))
}

fn week_json(week: &PublicWeek) -> Value {
    let (half, nine) = waits(week);
    let survey = week.survey.iter().map(|item| {
        let share = item.good.map(share_json);
        json!({ "item": item.item, "good": share })
    });
    json!({
        "from": week.from.to_string(),
        "to": week.to.to_string(),
        "filed": week.filed,
        "in_time": week.in_time.map(share_json),
        "wait_median_seconds": half,
        "wait_p90_seconds": nine,
        "survey": survey.collect::<Vec<_>>(),
    })
}

fn share_json(share: Share) -> Value {
    json!({
        "share": share.share,
        "low": share.interval.low,
        "high": share.interval.high,
        "n": share.n,
    })
}

/// Seconds until the first answer within which half, and nine of ten, got theirs; none for too few.
pub(crate) fn waits(week: &PublicWeek) -> (Option<f64>, Option<f64>) {
    let n = u64::try_from(week.waits.n()).unwrap_or(0);
    let at = |share: f64, need: u64| week.waits.quantile(share).filter(|_| n >= need);
    (at(0.5, MIDDLE_NEEDS), at(0.9, NINE_NEEDS))
}

/// `GET /kinerja.csv`: one figure a line (RFC 4180); what is hidden has no value.
async fn csv(headers: HeaderMap, PublicPage { node, .. }: PublicPage) -> Result<Response, Fault> {
    let read: Arc<Performance> = node.performance().await?;
    let mut table = Csv::new(&["from", "to", "figure", "value", "low", "high", "n"]);
    let mut line = |week: &PublicWeek, figure: &str, [value, low, high, n]: [String; 4]| {
        let (from, to) = (week.from.to_string(), week.to.to_string());
        table.row(&[from, to, figure.to_owned(), value, low, high, n]);
    };
    let alone = |value: Option<String>| {
        let mut cells: [String; 4] = Default::default();
        cells[0] = value.unwrap_or_default();
        cells
    };
    let share = |share: Option<Share>| match share {
        Some(share) => [
            format!("{:.4}", share.share),
            format!("{:.4}", share.interval.low),
            format!("{:.4}", share.interval.high),
            share.n.to_string(),
        ],
        None => Default::default(),
    };
    let seconds = |seconds: Option<f64>| alone(seconds.map(|seconds| format!("{seconds:.0}")));
    for week in &read.weeks {
        line(
            week,
            "filed",
            alone(week.filed.map(|filed| filed.to_string())),
        );
        line(week, "in_time", share(week.in_time));
        let (half, nine) = waits(week);
        line(week, "wait_median_seconds", seconds(half));
        line(week, "wait_p90_seconds", seconds(nine));
        for item in &week.survey {
            line(week, &item.item, share(item.good));
        }
    }
    Ok(table.public(&headers, "kinerja.csv"))
}
