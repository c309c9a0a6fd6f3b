//! What can be asked for, and the questions by which it is judged.

use axum::extract::Path;
use axum::response::Response;
use pengayom_core::pack::{Certainty, LocalizedList, Service, ServiceCode};
use pengayom_core::subject::feedback::Answer;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{Api, for_everybody};
use super::cursor::Part;
use super::query::part_of;
use crate::frame::PageFrame;
use crate::problem::Fault;

/// A service in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct ServiceShort {
    /// Its code, as in requests.
    #[schema(examples("lp_b"))]
    code: String,
    name: String,
    /// Code of the duty of the law it serves.
    duty: String,
    /// What a request for it is at first sight.
    #[schema(examples("criminal"))]
    class: String,
    /// Call the emergency number first.
    emergency: bool,
    /// Its requests are shown without their kind.
    sensitive: bool,
    /// In rupiah; 0 is free, null is not known.
    #[schema(required)]
    fee_idr: Option<u32>,
    /// Minutes within which somebody first answers.
    respond_within_minutes: u32,
}

/// A service.
#[derive(Serialize, ToSchema)]
#[schema(as = Service)]
pub(super) struct ServiceBody {
    /// The service as in lists.
    short: ServiceShort,
    /// Other names people use for it.
    also_known_as: Vec<String>,
    /// The duty of the law it serves, in words.
    #[schema(required)]
    duty_name: Option<String>,
    /// The police function it serves at first.
    function: String,
    /// Levels of unit that give it.
    levels: Vec<String>,
    /// What is promised.
    promise: String,
    /// What is not promised.
    not_promised: String,
    /// Where else to go.
    elsewhere: Vec<String>,
    /// What the promise of a first answer rests on.
    standard_basis: String,
    /// The promise of a first answer is proposed by this program's pack, not found in a source.
    standard_proposed: bool,
    /// How long it takes, as the sources put it.
    #[schema(required)]
    time_standard: Option<String>,
    /// What to bring or know.
    requirements: Vec<String>,
    /// Ways to ask for it.
    channels: Vec<String>,
    /// What the person is given.
    notice: String,
    legal_basis: Vec<String>,
    /// Months for which what identifies people is kept once it is closed.
    keep_months: u32,
    /// What that rests on.
    keep_basis: String,
}

fn short(frame: &PageFrame, service: &Service) -> ServiceShort {
    ServiceShort {
        code: service.code.to_string(),
        name: frame.say(&service.name).to_owned(),
        duty: service.duty.to_string(),
        class: service.class.code().to_owned(),
        emergency: service.emergency,
        sensitive: service.sensitive,
        fee_idr: service.fee_idr,
        respond_within_minutes: service.standard.respond_within_minutes,
    }
}

/// Lists the services, in the order of the pack.
#[utoipa::path(
    get, path = "/services", operation_id = "listServices",
    params(
        ("duty" = Option<String>, Query, description = "Only services of this duty.", max_length = 200),
        ("limit" = Option<u32>, Query, description = "Most items.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, as in `next`.", max_length = 512),
    ),
    responses((status = 200, description = "Services.", body = Part<ServiceShort>))
)]
pub(super) async fn list(api: Api) -> Result<Response, Fault> {
    let pack = &api.frame.unit().pack;
    let mut query = api.query();
    let duty = query.word("duty", |word| {
        let known = pack.duties().iter().find(|duty| duty.code.as_str() == word);
        known.map(|duty| duty.code.clone())
    });
    let wanted = |service: &&Service| duty.as_ref().is_none_or(|duty| service.duty == *duty);
    let services: Vec<&Service> = pack.services().iter().filter(wanted).collect();
    let all = services
        .into_iter()
        .map(|service| short(&api.frame, service));
    let list = format!(
        "services/{}",
        duty.as_ref().map_or("", |duty| duty.as_str())
    );
    let part = part_of(&api, &list, query, all)?;
    api.found(&part).map(for_everybody)
}

/// Shows a service: what it costs, takes, promises and does not promise.
#[utoipa::path(
    get, path = "/services/{service_code}", operation_id = "showService",
    params(("service_code" = String, Path, description = "Its code.", example = "lp_b")),
    responses((status = 200, description = "The service.", body = ServiceBody))
)]
pub(super) async fn one(Path(code): Path<String>, api: Api) -> Result<Response, Fault> {
    let frame = &api.frame;
    let pack = &frame.unit().pack;
    let code: ServiceCode = code.parse().map_err(|_| Fault::NotFound)?;
    let service = pack.service(&code).ok_or(Fault::NotFound)?;
    let list = |texts: &LocalizedList| texts.get(frame.lang).to_vec();
    let duty = pack.duty(&service.duty);
    let body = ServiceBody {
        short: short(frame, service),
        also_known_as: service.also_known_as.clone(),
        duty_name: duty.map(|duty| frame.say(&duty.name).to_owned()),
        function: pack
            .function(service.function)
            .map_or_else(String::new, |known| frame.say(&known.name).to_owned()),
        levels: service.levels.iter().map(ToString::to_string).collect(),
        promise: frame.say(&service.promise).to_owned(),
        not_promised: frame.say(&service.not_promised).to_owned(),
        elsewhere: service
            .elsewhere
            .as_ref()
            .map(|elsewhere| list(&elsewhere.say))
            .unwrap_or_default(),
        standard_basis: frame.say(&service.standard.basis).to_owned(),
        standard_proposed: service.standard.sourced.certainty == Certainty::Draft,
        time_standard: service
            .time_standard
            .as_ref()
            .map(|time| frame.say(time).to_owned()),
        requirements: list(&service.requirements),
        channels: list(&service.channels),
        notice: frame.say(&service.notice).to_owned(),
        legal_basis: service.legal_basis.clone(),
        keep_months: service.retention.keep_months,
        keep_basis: frame.say(&service.retention.basis).to_owned(),
    };
    api.found(&body).map(for_everybody)
}

/// A kind of report, as the form offers them.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportKind)]
pub(super) struct KindBody {
    /// Its code, as in requests.
    code: String,
    /// Its part of the form's address: neutral for sensitive kinds.
    slug: String,
    name: String,
    hint: String,
    /// The service a report of this kind starts with.
    service_code: String,
    /// Show it under a neutral title, and keep nothing of it on the device.
    sensitive: bool,
    /// "I do not know".
    unknown: bool,
    /// A photograph helps.
    photograph: bool,
    /// Answers to "what happened?"; what was chosen stands before what was told.
    what: Vec<String>,
    /// What to tell.
    tell: Vec<String>,
}

/// Lists the kinds of report, in the order of the form.
#[utoipa::path(
    get, path = "/report-kinds", operation_id = "listReportKinds",
    params(
        ("limit" = Option<u32>, Query, description = "Most items.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, as in `next`.", max_length = 512),
    ),
    responses((status = 200, description = "Kinds of report.", body = Part<KindBody>))
)]
pub(super) async fn kinds(api: Api) -> Result<Response, Fault> {
    let frame = &api.frame;
    let all = frame
        .unit()
        .pack
        .report_kinds()
        .iter()
        .map(|kind| KindBody {
            code: kind.code.to_string(),
            slug: kind.slug.clone(),
            name: frame.say(&kind.name).to_owned(),
            hint: frame.say(&kind.hint).to_owned(),
            service_code: kind.service.to_string(),
            sensitive: kind.sensitive,
            unknown: kind.unknown,
            photograph: kind.photo,
            what: kind
                .what
                .iter()
                .map(|option| frame.say(&option.name).to_owned())
                .collect(),
            tell: kind.tell.get(frame.lang).to_vec(),
        });
    let part = part_of(&api, "report-kinds", api.query(), all)?;
    api.found(&part).map(for_everybody)
}

/// The questions by which people judge how they were served.
#[derive(Serialize, ToSchema)]
pub(super) struct Survey {
    items: Vec<SurveyQuestion>,
    /// Days for which a card can be used.
    open_days: u32,
    /// Figures of fewer answers are hidden.
    small_cell: u32,
}

/// One question.
#[derive(Serialize, ToSchema)]
pub(super) struct SurveyQuestion {
    /// Its code, as in answers.
    code: String,
    ask: String,
    answers: Vec<SurveyAnswer>,
}

/// An answer to choose.
#[derive(Serialize, ToSchema)]
pub(super) struct SurveyAnswer {
    /// As it is sent: 1 to 4, and 0 for "do not know".
    #[schema(maximum = 4)]
    digit: u8,
    label: String,
}

/// Shows the questions of the survey.
#[utoipa::path(
    get, path = "/survey", operation_id = "showSurvey",
    responses((status = 200, description = "The questions.", body = Survey))
)]
pub(super) async fn survey(api: Api) -> Result<Response, Fault> {
    let frame = &api.frame;
    let survey = frame.unit().pack.survey();
    let items = survey.asked_items().map(|item| {
        let labels = item.labels.get(frame.lang).iter().cloned();
        let labels = labels.chain([frame.say(&survey.form.unknown).to_owned()]);
        let answers = Answer::ALL.into_iter().zip(labels);
        SurveyQuestion {
            code: item.code.to_string(),
            ask: frame.say(&item.ask).to_owned(),
            answers: answers
                .map(|(answer, label)| SurveyAnswer {
                    digit: answer.digit(),
                    label,
                })
                .collect(),
        }
    });
    let body = Survey {
        items: items.collect(),
        open_days: survey.form.open_days,
        small_cell: survey.form.small_cell,
    };
    api.found(&body).map(for_everybody)
}
