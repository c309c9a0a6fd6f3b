//! `/pimpinan/tren`: how people judge the service, week by week (S5).
//!
//! It shows shares with their interval and n and says nothing about whether a difference is real: that
//! takes the charts of a later step.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_node::access::Permission;
use pengayom_node::board::{ItemResult, SurveyWeek};

use super::chart::whisker;
use super::figures::{Group, share_figure};
use super::morning::group_words;
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::table::Csv;

#[derive(Template)]
#[template(path = "board/trend.html")]
struct TrendPage {
    page: PageFrame,
    weeks: Vec<String>,
    groups: Vec<TrendGroup>,
}

/// The items of one aspect, or of trust or liking.
struct TrendGroup {
    title: String,
    rows: Vec<TrendRow>,
}

struct TrendRow {
    ask: String,
    cells: Vec<String>,
}

/// The page.
pub(super) async fn show(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let weeks = page.node.survey_weeks(&page.staff).await?;
    let StaffPage { mut frame, .. } = page;
    frame.titled("chief.trend");
    let heads = weeks.iter().map(|week| {
        let format = frame.format();
        let (from, to) = (format.day(week.from), format.day(week.to));
        frame.tf("chief.trend_week", &[("from", &from), ("to", &to)])
    });
    let page = TrendPage {
        weeks: heads.collect(),
        groups: groups(&frame, &weeks),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

fn groups(frame: &PageFrame, weeks: &[SurveyWeek]) -> Vec<TrendGroup> {
    let survey = frame.unit().pack.survey();
    Group::ALL
        .into_iter()
        .filter_map(|group| {
            let rows: Vec<TrendRow> = survey
                .form_items()
                .filter(|item| Group::of(item.aspect, item.scale) == group)
                .map(|item| TrendRow {
                    ask: frame.say(&item.ask).to_owned(),
                    cells: weeks
                        .iter()
                        .map(|week| cell(frame, found(week, item.code.as_str())))
                        .collect(),
                })
                .collect();
            (!rows.is_empty()).then(|| TrendGroup {
                title: group_words(frame, group).0,
                rows,
            })
        })
        .collect()
}

fn found<'w>(week: &'w SurveyWeek, item: &str) -> Option<&'w ItemResult> {
    week.survey.iter().find(|known| known.item == item)
}

fn cell(frame: &PageFrame, item: Option<&ItemResult>) -> String {
    match item {
        Some(ItemResult {
            good: Some(share), ..
        }) => {
            let whisker = whisker(frame, share_figure(*share));
            format!("{} {}", whisker.share, whisker.rest)
        }
        Some(item) if item.hidden => frame.t("chief.response_few").to_owned(),
        _ => frame.t("chief.response_none").to_owned(),
    }
}

/// The same figures as CSV; what is hidden on the page is empty here.
pub(super) async fn csv(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let weeks = page.node.survey_weeks(&page.staff).await?;
    let mut table = Csv::new(&["from", "to", "item", "good_share", "low", "high", "n"]);
    for week in &weeks {
        for item in &week.survey {
            let (from, to) = (week.from.to_string(), week.to.to_string());
            let [share, low, high, n] = match item.good {
                Some(good) => [
                    format!("{:.4}", good.share),
                    format!("{:.4}", good.interval.low),
                    format!("{:.4}", good.interval.high),
                    good.n.to_string(),
                ],
                None => Default::default(),
            };
            table.row(&[from, to, item.item.clone(), share, low, high, n]);
        }
    }
    Ok(table.file("tren.csv"))
}
