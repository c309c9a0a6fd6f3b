//! `/tentang`: who runs the site, what it keeps, what people may ask for, how figures are made (S16, S26, S84).

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::pack::ServiceClass;
use pengayom_node::DRAFT_HOURS;

use super::services;
use crate::extract::{CookieKind, PublicPage};
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::problem::Fault;

/// One row of a table: its heading and what stands beside it.
struct Row {
    name: String,
    words: String,
}

#[derive(Template)]
#[template(path = "public/about.html")]
struct AboutPage {
    page: PageFrame,
    who: String,
    /// How long what identifies people is kept, the longest first.
    kept: Vec<Row>,
    /// Page of the service to complain.
    complain: Option<String>,
    small: String,
    cookies: Vec<Row>,
}

/// `GET /tentang`
pub(super) async fn show(
    PublicPage {
        context, mut frame, ..
    }: PublicPage,
) -> Result<Response, Fault> {
    frame.titled("about.title");
    let unit = context.unit().clone();
    let config = unit.config();
    let who = match &config.parent {
        Some(parent) => frame.tf(
            "about.who_under",
            &[("unit", &config.name), ("parent", parent)],
        ),
        None => frame.tf("about.who", &[("unit", &config.name)]),
    };
    let mut all = unit.pack.services().iter();
    let complain = all.find(|service| service.class == ServiceClass::Complaint);
    let small = i64::from(unit.pack.survey().form.small_cell);
    let secure = context.state().settings.secure_cookies;
    let hours = frame.format().count(DRAFT_HOURS);
    let cookie = |kind: &CookieKind| Row {
        name: kind.name(secure).to_owned(),
        words: frame.tf(kind.words(), &[("hours", &hours)]),
    };
    let mut cookies: Vec<Row> = CookieKind::ALL.iter().map(cookie).collect();
    cookies.push(Row {
        name: "theme".to_owned(),
        words: frame.t("about.cookie_theme").to_owned(),
    });
    let page = AboutPage {
        who,
        kept: kept(&frame),
        complain: complain.map(services::address),
        small: frame.tf(
            "about.figures_small",
            &[("k", &frame.format().count(small))],
        ),
        cookies,
        page: frame,
    };
    draw_kept(StatusCode::OK, &page, Keep::AskAgain)
}

/// Services by how long they keep, and what the survey keeps.
fn kept(frame: &PageFrame) -> Vec<Row> {
    let pack = &frame.unit().pack;
    let mut by_months: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let survey = pack.survey();
    let apart = [
        (
            survey.encounter_retention.keep_months,
            "about.kept_encounter",
        ),
        (survey.message_retention.keep_months, "about.kept_message"),
    ];
    for service in pack.services() {
        let names = by_months.entry(service.retention.keep_months).or_default();
        names.push(frame.say(&service.name).to_owned());
    }
    for (months, key) in apart {
        let names = by_months.entry(months).or_default();
        names.push(frame.t(key).to_owned());
    }
    let longest_first = by_months.iter().rev();
    longest_first
        .map(|(months, names)| Row {
            name: services::period(frame, *months),
            words: names.join("; "),
        })
        .collect()
}
