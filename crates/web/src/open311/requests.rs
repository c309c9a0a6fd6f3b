//! Requests that anybody may see, and as much of them: what they are for, in which village, how far they
//! have come. Never what was told, who told it, or a photograph.

use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::subject::case::CaseStage;
use pengayom_node::HandleError;
use pengayom_node::handle::program::Shown;
use pengayom_store::PAGE_MAX;
use pengayom_store::rows::CaseRow;

use super::answer;
use super::asked::{Asked, Refused, case_id};
use super::tree::Tree;
use crate::frame::PageFrame;
use crate::staff::stage_words;

/// Requests on a page when nothing else is asked for.
const PAGE_SIZE: u32 = 100;

/// Most requests one question reaches over all its pages; narrower dates reach the rest.
const REACH_MAX: u32 = 10_000;

/// `GET /open311/v2/requests`
pub(super) async fn list(asked: Asked) -> Result<Response, Refused> {
    let (skip, limit) = page(&asked)?;
    let rows = match asked.cases()? {
        // Identifiers stand before everything else that is asked (GeoReport v2).
        Some(cases) => {
            let rows = asked.node.shown_of(cases).await?.into_iter();
            rows.skip(skip as usize).take(limit as usize).collect()
        }
        None => {
            let (from, before) = asked.span()?;
            let services = asked.list("service_code")?.map(|codes| {
                let known = codes.iter().filter_map(|code| asked.service(code));
                known.map(|service| service.code.clone()).collect()
            });
            let wanted = Shown {
                services,
                stages: stages(&asked)?,
                skip,
                limit,
            };
            asked.node.shown_filed(wanted, from, before).await?
        }
    };
    Ok(requests(&asked, &rows))
}

/// `GET /open311/v2/requests/{id}`
pub(super) async fn one(asked: Asked) -> Result<Response, Refused> {
    let unknown = || asked.unknown("service_request_id", "open311.request_unknown");
    let id = case_id(&asked.name).ok_or_else(unknown)?;
    let rows = asked.node.shown_of(vec![id]).await?;
    if rows.is_empty() {
        return Err(unknown());
    }
    Ok(requests(&asked, &rows))
}

/// `GET /open311/v2/tokens/{token}`: the request that came of a report whose answer was not sure.
pub(super) async fn of_token(asked: Asked) -> Result<Response, Refused> {
    let unknown = || asked.unknown("token", "open311.token_unknown");
    let token = asked.name.parse().map_err(|_| unknown())?;
    let case = match asked.node.shown_of_command(token).await {
        Ok(case) => case,
        Err(HandleError::NotFound(_)) => return Err(unknown()),
        Err(error) => return Err(error.into()),
    };
    let known = Tree::Object(vec![
        ("service_request_id", Tree::text(case.to_string())),
        ("token", Tree::text(token.to_string())),
    ]);
    let list = Tree::List("request", vec![known]);
    Ok(answer(
        asked.format,
        StatusCode::OK,
        "service_requests",
        &list,
    ))
}

/// How many to pass over and to give, by `page` from 1 and `page_size`.
pub(super) fn page(asked: &Asked) -> Result<(u32, u32), Refused> {
    let number = |name: &str, otherwise: u32| match asked.query.some(name) {
        None => Ok(otherwise),
        Some(text) => match text.parse::<u32>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(asked.wrong(name, "open311.page_wrong")),
        },
    };
    let size = number("page_size", PAGE_SIZE)?.min(PAGE_MAX);
    let skip = (number("page", 1)? - 1).saturating_mul(size);
    if skip >= REACH_MAX {
        return Err(asked.wrong("page", "open311.page_far"));
    }
    Ok((skip, size))
}

fn stages(asked: &Asked) -> Result<Vec<CaseStage>, Refused> {
    let mut stages = Vec::new();
    for word in asked.list("status")?.unwrap_or_default() {
        match word.to_ascii_lowercase().as_str() {
            "open" => stages.extend([CaseStage::Received, CaseStage::Assessed, CaseStage::Handled]),
            "closed" => stages.push(CaseStage::Closed),
            _ => return Err(asked.wrong("status", "open311.status_wrong")),
        }
    }
    Ok(stages)
}

fn requests(asked: &Asked, rows: &[CaseRow]) -> Response {
    let requests = rows.iter().map(|row| drawn(&asked.frame, row)).collect();
    let list = Tree::List("request", requests);
    answer(asked.format, StatusCode::OK, "service_requests", &list)
}

/// What is told of how it ended, or how far it is.
pub(super) fn standing(frame: &PageFrame, stage: CaseStage, outcome: Option<&str>) -> String {
    let outcomes = frame.unit().pack.close_outcomes().iter();
    let ended = outcome.and_then(|code| {
        let mut outcomes = outcomes;
        outcomes.find(|known| known.code.as_str() == code)
    });
    match ended.filter(|_| stage == CaseStage::Closed) {
        Some(outcome) => frame.say(&outcome.citizen).to_owned(),
        None => stage_words(frame, stage).to_owned(),
    }
}

fn drawn(frame: &PageFrame, row: &CaseRow) -> Tree {
    let unit = frame.unit();
    let service = unit.pack.service(&row.service);
    // The middle of the village, and never where it was: an outline says who answers, a pin says who
    // called.
    let area = row.beat.as_ref().and_then(|beat| unit.geography.area(beat));
    let point = area.map(pengayom_core::place::Area::representative_point);
    let degrees = |at: Option<f64>| at.map_or(Tree::Nothing, Tree::Real);
    let status = match row.stage {
        CaseStage::Closed => "closed",
        _ => "open",
    };
    let station = row.station.as_ref();
    let agency = station.map_or_else(|| frame.unit_name.clone(), |id| unit.station_name(id));
    let precision = area.map(|_| "area");
    Tree::Object(vec![
        ("service_request_id", Tree::text(row.id.to_string())),
        ("status", Tree::text(status)),
        (
            "status_notes",
            Tree::text(standing(frame, row.stage, row.outcome.as_deref())),
        ),
        (
            "service_name",
            Tree::maybe(service.map(|service| frame.say(&service.name))),
        ),
        ("service_code", Tree::text(row.service.as_str())),
        ("description", Tree::Nothing),
        ("agency_responsible", Tree::text(agency)),
        ("service_notice", Tree::Nothing),
        ("requested_datetime", Tree::moment(Some(row.filed_at))),
        ("updated_datetime", Tree::moment(Some(row.last_at))),
        // A first answer is promised, never an end.
        ("expected_datetime", Tree::Nothing),
        (
            "address",
            Tree::maybe(row.beat.as_ref().map(|beat| unit.geography.label(beat))),
        ),
        (
            "address_id",
            Tree::maybe(row.beat.as_ref().map(ToString::to_string)),
        ),
        ("zipcode", Tree::Nothing),
        ("lat", degrees(point.map(pengayom_core::place::Point::lat))),
        ("long", degrees(point.map(pengayom_core::place::Point::lng))),
        ("media_url", Tree::Nothing),
        (
            "extended_attributes",
            Tree::Extended(vec![
                ("stage", Tree::text(row.stage.as_str())),
                ("station_id", Tree::maybe(station.map(ToString::to_string))),
                (
                    "area_id",
                    Tree::maybe(row.beat.as_ref().map(ToString::to_string)),
                ),
                ("location_precision", Tree::maybe(precision)),
                ("respond_by", Tree::moment(row.respond_by)),
                ("responded_datetime", Tree::moment(row.responded_at)),
                ("simulated", Tree::Flag(row.simulated)),
            ]),
        ),
    ])
}
