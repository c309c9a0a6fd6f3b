//! `/layanan`: what each service costs, takes, promises and does not promise (S2, S26).

mod file;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use pengayom_core::pack::{Certainty, DeskSystem, Service, ServiceCode};

use crate::extract::PublicPage;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::outages::{OutageLine, lines};
use crate::problem::Fault;
use crate::standing::public_lines;
use crate::state::AppState;

struct ServiceLink {
    href: String,
    words: String,
    hint: String,
}

/// The services that serve one duty of UU 2/2002 (S2).
struct DutyServices {
    code: String,
    duty: String,
    services: Vec<ServiceLink>,
}

#[derive(Template)]
#[template(path = "public/service/list.html")]
struct ListPage {
    page: PageFrame,
    duties: Vec<DutyServices>,
}

#[derive(Template)]
#[template(path = "public/service/one.html")]
struct ServicePage {
    page: PageFrame,
    /// What of it is down now, and where.
    outages: Vec<OutageLine>,
    /// The police function it serves at first (S1).
    function: String,
    /// In which of the four roles its officer meets people at first, and what that means (S28).
    role: Option<(String, String)>,
    emergency: bool,
    /// Anybody may see which requests of it there are.
    public: bool,
    /// The duty of the law it serves: its name, and what that covers.
    duty: Option<(String, String)>,
    promise: String,
    not_promised: String,
    /// Where else to go (S26).
    elsewhere: Vec<String>,
    elsewhere_proposed: bool,
    fee: String,
    first: String,
    basis: String,
    proposed: bool,
    /// How long what identifies people is kept.
    keep: String,
    keep_basis: String,
    keep_proposed: bool,
    time: Option<String>,
    bring: Vec<String>,
    ways: Vec<String>,
    get: String,
    law: Vec<String>,
    report: Option<String>,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/layanan", get(list))
        .route("/layanan.csv", get(file::csv))
        .route("/layanan.json", get(file::as_json))
        .route("/layanan/{layanan}", get(one))
}

/// `GET /layanan`
async fn list(PublicPage { mut frame, .. }: PublicPage) -> Result<Response, Fault> {
    frame.titled("service.list_title");
    let pack = &frame.unit().pack;
    // In the order of the pack, which puts public security and order first.
    let duties = pack.duties().iter().map(|duty| DutyServices {
        code: duty.code.to_string(),
        duty: frame.say(&duty.name).to_owned(),
        services: pack
            .services()
            .iter()
            .filter(|service| service.duty == duty.code)
            .map(|service| ServiceLink {
                href: address(service),
                words: frame.say(&service.name).to_owned(),
                hint: fee(&frame, service),
            })
            .collect(),
    });
    let duties = duties.filter(|duty| !duty.services.is_empty()).collect();
    draw_kept(
        StatusCode::OK,
        &ListPage {
            page: frame,
            duties,
        },
        Keep::AskAgain,
    )
}

/// Address of a service's page.
pub(super) fn address(service: &Service) -> String {
    format!("/layanan/{}", service.code)
}

/// `GET /layanan/{layanan}`
async fn one(
    Path(code): Path<String>,
    PublicPage {
        context,
        mut frame,
        node,
    }: PublicPage,
) -> Result<Response, Fault> {
    let unit = context.unit().clone();
    let code = code.parse::<ServiceCode>().map_err(|_| Fault::NotFound)?;
    let service = unit.pack.service(&code).ok_or(Fault::NotFound)?;
    frame.say(&service.name).clone_into(&mut frame.title);
    let standard = &service.standard;
    let minutes = i64::from(standard.respond_within_minutes);
    let mut kinds = unit.pack.report_kinds().iter();
    let report = kinds.find(|kind| kind.service == service.code && !kind.unknown);
    let list = |texts: &pengayom_core::pack::LocalizedList| texts.get(frame.lang).to_vec();
    let function = unit.pack.function(service.function);
    let of_this = |system: Option<&DeskSystem>| {
        system.is_some_and(|system| system.service.as_ref() == Some(&service.code))
    };
    let mut outages = lines(&frame, &node, |_, system| of_this(system)).await;
    outages.extend(public_lines(&frame, &node, &service.code).await);
    let page = ServicePage {
        outages,
        function: function
            .map_or("", |known| frame.say(&known.name))
            .to_owned(),
        role: unit.pack.officer_role(service.role).map(|role| {
            let say = |words| frame.say(words).to_owned();
            (say(&role.name), say(&role.help))
        }),
        emergency: service.emergency,
        public: service.public,
        duty: unit.pack.duty(&service.duty).map(|duty| {
            let say = |words| frame.say(words).to_owned();
            (say(&duty.name), say(&duty.help))
        }),
        promise: frame.say(&service.promise).to_owned(),
        not_promised: frame.say(&service.not_promised).to_owned(),
        elsewhere: service
            .elsewhere
            .as_ref()
            .map(|elsewhere| list(&elsewhere.say))
            .unwrap_or_default(),
        elsewhere_proposed: service
            .elsewhere
            .as_ref()
            .is_some_and(|elsewhere| elsewhere.sourced.certainty == Certainty::Draft),
        fee: fee(&frame, service),
        first: frame.tf(
            "service.first",
            &[("time", &frame.format().duration(minutes))],
        ),
        basis: frame.say(&standard.basis).to_owned(),
        proposed: standard.sourced.certainty == Certainty::Draft,
        keep: kept(&frame, service.retention.keep_months),
        keep_basis: frame.say(&service.retention.basis).to_owned(),
        keep_proposed: service.retention.sourced.certainty == Certainty::Draft,
        time: service
            .time_standard
            .as_ref()
            .map(|time| frame.say(time).to_owned()),
        bring: list(&service.requirements),
        ways: list(&service.channels),
        get: frame.say(&service.notice).to_owned(),
        law: service.legal_basis.clone(),
        report: report.map(|kind| format!("/lapor/{}", kind.slug)),
        page: frame,
    };
    draw_kept(StatusCode::OK, &page, Keep::AskAgain)
}

/// A period of keeping in words: whole years from two on, months below.
pub(super) fn period(frame: &PageFrame, months: u32) -> String {
    let (key, n) = match (months / 12, months % 12) {
        (2.., 0) => ("service.years", months / 12),
        _ => ("service.months", months),
    };
    let n = frame.format().count(i64::from(n));
    frame.tf(key, &[("n", &n)])
}

/// How long what a service keeps is kept.
fn kept(frame: &PageFrame, months: u32) -> String {
    frame.tf("service.keep", &[("time", &period(frame, months))])
}

fn fee(frame: &PageFrame, service: &Service) -> String {
    match service.fee_idr {
        Some(0) => frame.t("common.free").to_owned(),
        Some(rupiah) => {
            let amount = frame.format().count(i64::from(rupiah));
            frame.tf("service.fee", &[("amount", &amount)])
        }
        None => frame.t("service.fee_unknown").to_owned(),
    }
}
