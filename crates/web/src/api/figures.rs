//! How promises are kept, week by week, for anybody (S16, S88).

use axum::response::Response;
use jiff::civil::Date;
use pengayom_measure::proportion::Share as Measured;
use pengayom_node::performance::PublicWeek;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{Api, for_everybody};
use crate::problem::Fault;
use crate::public::performance::waits;

/// Whole weeks that are over.
#[derive(Serialize, ToSchema)]
pub(super) struct Performance {
    /// Figures of fewer people are hidden: null.
    small_cell: u32,
    /// The newest first.
    weeks: Vec<Week>,
}

/// One week, Monday to Sunday in the unit's zone.
#[derive(Serialize, ToSchema)]
pub(super) struct Week {
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// Requests filed.
    #[schema(required)]
    filed: Option<u64>,
    /// First answers that came in time.
    #[schema(required)]
    in_time: Option<Share>,
    /// Seconds until the first answer: half were faster. Null for too few.
    #[schema(required)]
    wait_median_seconds: Option<f64>,
    /// Nine of ten were faster.
    #[schema(required)]
    wait_p90_seconds: Option<f64>,
    /// Answers of the survey.
    survey: Vec<Item>,
}

/// A share with its uncertainty.
#[derive(Serialize, ToSchema)]
#[expect(
    clippy::struct_field_names,
    reason = "the word that readers of the JSON see"
)]
pub(super) struct Share {
    /// From 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    share: f64,
    /// Lower end of the 95 % Wilson score interval.
    #[schema(minimum = 0, maximum = 1)]
    low: f64,
    /// Upper end.
    #[schema(minimum = 0, maximum = 1)]
    high: f64,
    /// Out of how many.
    n: u64,
}

/// One question of the survey.
#[derive(Serialize, ToSchema)]
pub(super) struct Item {
    /// Its code, as in `/survey`.
    item: String,
    /// The share of good answers.
    #[schema(required)]
    good: Option<Share>,
}

impl From<Measured> for Share {
    fn from(share: Measured) -> Self {
        Self {
            share: share.share,
            low: share.interval.low,
            high: share.interval.high,
            n: share.n,
        }
    }
}

fn week(week: &PublicWeek) -> Week {
    let (median, nine) = waits(week);
    let survey = week.survey.iter().map(|item| Item {
        item: item.item.clone(),
        good: item.good.map(Share::from),
    });
    Week {
        from: week.from,
        to: week.to,
        filed: week.filed,
        in_time: week.in_time.map(Share::from),
        wait_median_seconds: median,
        wait_p90_seconds: nine,
        survey: survey.collect(),
    }
}

/// Shows how promises were kept in the last weeks.
#[utoipa::path(
    get, path = "/performance", operation_id = "showPerformance",
    responses((status = 200, description = "Weeks.", body = Performance))
)]
pub(super) async fn show(api: Api) -> Result<Response, Fault> {
    let read = api.node.performance().await?;
    let body = Performance {
        small_cell: read.small_cell,
        weeks: read.weeks.iter().map(week).collect(),
    };
    api.found(&body).map(for_everybody)
}
