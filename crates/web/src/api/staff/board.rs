//! The chief's figures. Nothing ranks officers, and totals of few people are hidden as on pages.

use axum::response::Response;
use jiff::civil::Date;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::consistency::Measure;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::shown::{CaseInList, Shown};
use super::{for_one, require};
use crate::api::caller::Api;
use crate::board::civility::{self, CivilityFigures};
use crate::board::competence::{self, CompetenceFigures};
use crate::board::consistency::figures::ConsistencyFigures;
use crate::board::equity;
use crate::board::equity::figures::EquityFigures;
use crate::board::figures::{Figures, ItemFigure, item_figure};
use crate::board::morning::{duty_counts, function_counts};
use crate::board::response::{ResponseFigures, figures};
use crate::board::span::{Asked, days};
use crate::board::survey::{SurveyFigures, figures as survey_figures};
use crate::problem::{Fault, FieldFault};

/// The chief's morning.
#[derive(Serialize, ToSchema)]
pub(super) struct MorningBody {
    /// What is counted.
    figures: Figures,
    /// Late cases, the longest overdue first, at most 20. Those without `late_reason` wait for one.
    late: Vec<CaseInList>,
    /// Cases whose reporters wait for an explanation or a second look, the longest wait first, at most 200.
    reviews: Vec<CaseInList>,
    /// Requests of the last 30 days by the duty of the law that their service serves.
    by_duty: Vec<CountByCode>,
    /// The same by the police function that their service serves at first.
    by_function: Vec<CountByCode>,
}

/// How many of something.
#[derive(Serialize, ToSchema)]
pub(super) struct CountByCode {
    /// The code; it stays the same.
    code: String,
    /// In words.
    name: String,
    /// How many.
    n: i64,
}

fn counted(rows: Vec<(String, String, i64)>) -> Vec<CountByCode> {
    let rows = rows.into_iter();
    rows.map(|(code, name, n)| CountByCode { code, name, n })
        .collect()
}

/// The chief's morning: open cases, today hour by hour, waiting, what is late, how people judge the service.
#[utoipa::path(
    get, path = "/board/morning", operation_id = "getMorning", tag = "board",
    responses((status = 200, description = "As it is now.", body = MorningBody)),
    security(("token" = ["board"]))
)]
pub(super) async fn morning(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Board)?;
    let morning = api.node.morning(staff).await?;
    let reviews = api.node.asked_for_review(staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let body = MorningBody {
        figures: Figures::new(&api.frame, &morning),
        late: shown.cases(&morning.late),
        reviews: shown.cases(&reviews),
        by_duty: counted(duty_counts(&api.frame, &morning)),
        by_function: counted(function_counts(&api.frame, &morning)),
    };
    api.found(&body).map(for_one)
}

/// How people judged the service of seven days.
#[derive(Serialize, ToSchema)]
pub(super) struct WeekBody {
    /// First day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// Answers by item of the form, in its order.
    survey: Vec<ItemFigure>,
}

/// How people judge the service, week by week.
#[derive(Serialize, ToSchema)]
pub(super) struct TrendBody {
    /// The oldest first; the last one ends today.
    weeks: Vec<WeekBody>,
}

/// How people judge the service, week by week: six weeks. Whether a difference is real is not said.
#[utoipa::path(
    get, path = "/board/trend", operation_id = "getTrend", tag = "board",
    responses((status = 200, description = "By the day of service.", body = TrendBody)),
    security(("token" = ["board"]))
)]
pub(super) async fn trend(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Board)?;
    let weeks = api.node.survey_weeks(staff).await?;
    let week = |week: &pengayom_node::board::SurveyWeek| WeekBody {
        from: week.from,
        to: week.to,
        survey: week
            .survey
            .iter()
            .filter_map(|item| item_figure(&api.frame, item))
            .collect(),
    };
    let weeks = weeks.iter().map(week).collect();
    api.found(&TrendBody { weeks }).map(for_one)
}

/// The days of an address, both included; without any, the last 30.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names parameters for the description")]
struct DaysAsked {
    /// First day.
    #[param(format = Date, max_length = 64)]
    from: Option<String>,
    /// Last day; at most three years after the first.
    #[param(format = Date, max_length = 64)]
    to: Option<String>,
}

/// Response times by station and local hour of filing over some days, both included; without any, the last 30.
#[utoipa::path(
    get, path = "/board/response-times", operation_id = "getResponseTimes", tag = "board",
    params(DaysAsked),
    responses((status = 200, description = "In the order of the stations' codes.", body = ResponseFigures)),
    security(("token" = ["board"]))
)]
pub(super) async fn response_times(api: Api) -> Result<Response, Fault> {
    let (staff, found) = chief_and_days(&api)?;
    let body = figures(&api.frame, &api.node, staff, found).await?;
    api.found(&body).map(for_one)
}

/// Measures of competence by service, of the cases filed on some days, both included; without any, the last 30.
#[utoipa::path(
    get, path = "/board/competence", operation_id = "getCompetence", tag = "board",
    params(DaysAsked),
    responses((status = 200, description = "As it stands now, services in the order of their codes.", body = CompetenceFigures)),
    security(("token" = ["board"]))
)]
pub(super) async fn competence(api: Api) -> Result<Response, Fault> {
    let (staff, found) = chief_and_days(&api)?;
    let body = competence::figures(&api.frame, &api.node, staff, found).await?;
    api.found(&body).map(for_one)
}

/// What consistency is asked with.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names parameters for the description")]
struct ConsistencyAsked {
    /// What is measured: `late` (without any), `first_answer`, or the code of an item of the survey.
    #[param(max_length = 64)]
    measure: Option<String>,
}

/// The same service at every hour, at every station, from every officer: the last weeks and months.
#[utoipa::path(
    get, path = "/board/consistency", operation_id = "getConsistency", tag = "board",
    params(ConsistencyAsked),
    responses((status = 200, description = "Stations in the order of their codes; no officer is named.", body = ConsistencyFigures)),
    security(("token" = ["board"]))
)]
pub(super) async fn consistency(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Board)?;
    require(staff, Permission::ReadBoard)?;
    let mut query = api.query();
    let word = query.text("measure", 64).unwrap_or_default();
    query.finish()?;
    let measure = Measure::parse(&api.frame.unit().pack, &word).ok_or_else(|| {
        let said = api.frame.t("error.word_unknown");
        Fault::Fields(vec![FieldFault::parameter("measure", "not_accepted", said)])
    })?;
    let read = api.node.consistency(staff, measure).await?;
    api.found(&ConsistencyFigures::new(&api.frame, &read))
        .map(for_one)
}

/// Civility week by week: what the law asks, then conduct. The last weeks that are over.
#[utoipa::path(
    get, path = "/board/civility", operation_id = "getCivility", tag = "board",
    responses((status = 200, description = "Measures of the law first.", body = CivilityFigures)),
    security(("token" = ["board"]))
)]
pub(super) async fn civility(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Board)?;
    let body = civility::figures(&api.frame, &api.node, staff).await?;
    api.found(&body).map(for_one)
}

/// What the people served said of the services of some days, both included; without any, the last 30.
#[utoipa::path(
    get, path = "/board/survey", operation_id = "getSurveyBoard", tag = "board",
    params(DaysAsked),
    responses((status = 200, description = "Scales in the order of the form.", body = SurveyFigures)),
    security(("token" = ["board"]))
)]
pub(super) async fn survey(api: Api) -> Result<Response, Fault> {
    let (staff, found) = chief_and_days(&api)?;
    let body = survey_figures(&api.frame, &api.node, staff, found).await?;
    api.found(&body).map(for_one)
}

/// What equal attention is asked with.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names parameters for the description")]
struct EquityAsked {
    /// First day; the months it and the last day lie in are counted whole.
    #[param(format = Date, max_length = 64)]
    from: Option<String>,
    /// Last day; at most three years after the first.
    #[param(format = Date, max_length = 64)]
    to: Option<String>,
    /// What attention is: `encounters` (without any), `taken_up`, `in_time` or `closed`.
    #[param(max_length = 64)]
    attention: Option<String>,
    /// What need is: `people`, `reports` or `equal`. Without any: people where they are known for all areas, else
    /// reports.
    #[param(max_length = 64)]
    need: Option<String>,
    /// Which areas: `station` (without any, where there are some) or `beat`.
    #[param(max_length = 64)]
    level: Option<String>,
}

/// Attention beside need by area and stratum, and who benefits, over whole months.
#[utoipa::path(
    get, path = "/board/equity", operation_id = "getEquity", tag = "board",
    params(EquityAsked),
    responses((status = 200, description = "Areas in the order of their codes.", body = EquityFigures)),
    security(("token" = ["board"]))
)]
pub(super) async fn equal_attention(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Board)?;
    require(staff, Permission::ReadBoard)?;
    let names = ["attention", "need", "level"];
    let mut query = api.query();
    let mut text = |name| query.text(name, 64).unwrap_or_default();
    let asked = Asked {
        dari: text("from"),
        sampai: text("to"),
    };
    let words = names.map(&mut text);
    query.finish()?;
    let found = found_days(&api, &asked)?;
    let [attention, need, level] = words.each_ref().map(String::as_str);
    let wish = equity::wish([attention, need, level]).map_err(|wrong| {
        let said = api.frame.t("error.word_unknown");
        let fault = |at: &usize| {
            let name = names.get(*at).copied().unwrap_or_default();
            FieldFault::parameter(name, "not_accepted", said)
        };
        Fault::Fields(wrong.iter().map(fault).collect())
    })?;
    let read = api.node.equity(staff, found, wish).await?;
    api.found(&EquityFigures::new(&api.frame, &read))
        .map(for_one)
}

/// Who asks, who has to read the board, and the days asked for by `from` and `to`.
fn chief_and_days(api: &Api) -> Result<(&Staff, (Date, Date)), Fault> {
    let staff = api.staff(Scope::Board)?;
    require(staff, Permission::ReadBoard)?;
    let mut query = api.query();
    let mut day = |name| query.text(name, 64).unwrap_or_default();
    let asked = Asked {
        dari: day("from"),
        sampai: day("to"),
    };
    query.finish()?;
    Ok((staff, found_days(api, &asked)?))
}

/// The days asked for, or what is wrong with `from` and `to`.
fn found_days(api: &Api, asked: &Asked) -> Result<(Date, Date), Fault> {
    let (found, errors) = days(&api.frame, &api.node, asked);
    found.ok_or_else(|| {
        let fault = |error: crate::form::FieldError| {
            let name = if error.id == "dari" { "from" } else { "to" };
            FieldFault::parameter(name, "not_accepted", error.words)
        };
        Fault::Fields(errors.into_iter().map(fault).collect())
    })
}
