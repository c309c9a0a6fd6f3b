//! `/perkara/{id}/barang-bukti`: things in custody, each with its chain from hand to hand (S13).

mod form;

pub(crate) use form::{TAKE, blamed, command};

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::act::Payload;
use pengayom_core::subject::case::{CaseAct, CaseCommand, Exhibit, Holder, Piece};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;

use super::case::{may_do, moved_words, read};
use super::forms::{Form, Part, Typed};
use super::history::entry;
use super::history::{Entry, proof as said};
use super::proof::{custody_fault, told_of};
use super::queue::seen_version;
use crate::extract::{FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Fact, Names};

#[derive(Template)]
#[template(path = "desk/exhibits.html")]
struct ExhibitsPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    version: u32,
    heading: String,
    recorded: bool,
    changed: Option<String>,
    exhibits: Vec<Line>,
    action: String,
    forms: Vec<Form>,
}

/// An exhibit in the list of its case.
struct Line {
    href: String,
    name: String,
    told: String,
    holder: String,
    place: String,
    faults: Vec<&'static str>,
    pending: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/exhibit.html")]
struct ExhibitPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    back: String,
    version: u32,
    heading: String,
    number: String,
    unit: String,
    recorded: bool,
    changed: Option<String>,
    told: String,
    facts: Vec<Fact>,
    faults: Vec<&'static str>,
    pending: Option<String>,
    chain: Vec<Entry>,
    forms: Vec<Form>,
}

/// What the address carries after something was recorded.
const RECORDED: &str = "tercatat=ya";

/// Who has an exhibit, in words.
pub(super) fn holder_words(frame: &PageFrame, names: &Names, holder: Holder) -> String {
    match holder {
        Holder::Officer(officer) => names.of(frame, officer),
        Holder::Outside(outside) => {
            let to = frame.t(said::outside_words(outside));
            frame.tf("proof.with", &[("who", to)])
        }
        Holder::Gone(way) => frame.t(said::disposal_words(way)).to_owned(),
    }
}

/// What waits for somebody: an offer or a proposal.
fn pending_words(
    frame: &PageFrame,
    names: &Names,
    exhibit: &Exhibit,
    now: Timestamp,
) -> Option<String> {
    if let Some(offer) = exhibit.offer {
        let (by, to) = (names.of(frame, offer.by), names.of(frame, offer.to));
        let time = frame.format().moment(offer.until());
        let key = if offer.is_lapsed(now) {
            "proof.offer_lapsed"
        } else {
            "proof.offer_pending"
        };
        let values = [
            ("by", by.as_str()),
            ("to", to.as_str()),
            ("time", time.as_str()),
        ];
        return Some(frame.tf(key, &values));
    }
    let proposal = exhibit.proposal?;
    let by = names.of(frame, proposal.by);
    let way = frame.t(said::disposal_words(proposal.way));
    let values = [("by", by.as_str()), ("way", way)];
    Some(frame.tf("proof.proposal_pending", &values))
}

fn fault_words(exhibit: &Exhibit, now: Timestamp) -> Vec<&'static str> {
    exhibit.faults(now).into_iter().map(custody_fault).collect()
}

/// The exhibits of a case, for those who may read the case.
pub(super) async fn list(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    list_page(page, StatusCode::OK, history, None, Typed::default()).await
}

async fn list_page(
    page: StaffPage,
    status: StatusCode,
    history: CaseHistory,
    changed: Option<String>,
    typed: Typed,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let now = node.now();
    let CaseHistory { id, case, acts } = history;
    let names = Names::read(&node).await?;
    let number = case.filed.number.as_ref();
    let number = number.map_or_else(|| id.to_string(), ToString::to_string);
    let heading = frame.tf("proof.exhibits_title", &[("number", &number)]);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let href = format!("/perkara/{id}");
    let things = (1_u32..).zip(&case.proof.pieces);
    let things = things.filter_map(|(n, piece)| Some((n, piece, piece.exhibit.as_deref()?)));
    let exhibits = things.map(|(n, piece, exhibit)| Line {
        href: format!("{href}/barang-bukti/{n}"),
        name: frame.tf("proof.piece", &[("n", &n.to_string())]),
        told: told_of(&acts, piece),
        holder: match exhibit.holder {
            Holder::Officer(officer) => {
                let name = names.of(&frame, officer);
                frame.tf("proof.kept_by", &[("name", &name)])
            }
            other => holder_words(&frame, &names, other),
        },
        place: exhibit.place.clone(),
        faults: fault_words(exhibit, now),
        pending: pending_words(&frame, &names, exhibit, now),
    });
    let exhibits = exhibits.collect();
    let may = may_do(frame.unit(), &staff, &case, now);
    let forms = if may.contains(&Permission::KeepExhibits) {
        vec![form::take(&frame, &typed)]
    } else {
        Vec::new()
    };
    let page = ExhibitsPage {
        by: staff.id.to_string(),
        version: case.version,
        heading,
        recorded: status == StatusCode::OK && context.asks(RECORDED),
        changed,
        exhibits,
        action: format!("{href}/barang-bukti"),
        forms,
        errors: typed.errors.clone(),
        href,
        page: frame,
    };
    draw(status, &page)
}

/// The exhibit of an address.
fn exhibit_of(history: &CaseHistory, n: &str) -> Result<u32, Fault> {
    let n: u32 = n.parse().map_err(|_| Fault::NotFound)?;
    let piece = history.case.proof.piece(n).ok_or(Fault::NotFound)?;
    piece.exhibit.as_ref().map(|_| n).ok_or(Fault::NotFound)
}

/// One exhibit with its chain, for those who may read the case.
pub(super) async fn show(
    page: StaffPage,
    Path((case, n)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    let n = exhibit_of(&history, &n)?;
    one_page(page, StatusCode::OK, (history, n), None, Typed::default()).await
}

async fn one_page(
    page: StaffPage,
    status: StatusCode,
    (history, n): (CaseHistory, u32),
    changed: Option<String>,
    typed: Typed,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let now = node.now();
    let CaseHistory { id, case, acts } = history;
    let piece = case.proof.piece(n).ok_or(Fault::NotFound)?;
    let exhibit = piece.exhibit.as_deref().ok_or(Fault::NotFound)?;
    let names = Names::read(&node).await?;
    let number = case.filed.number.as_ref();
    let number = number.map_or_else(|| id.to_string(), ToString::to_string);
    let values = [("n", n.to_string()), ("number", number.clone())];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    let heading = frame.tf("proof.exhibit_title", &values);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let is_link = |act: &&pengayom_core::act::Act| match &act.payload {
        Payload::Case(payload) => act.version == piece.act || payload.in_custody_of() == Some(n),
        _ => false,
    };
    let chain = acts.iter().filter(is_link);
    let chain = chain.filter_map(|act| entry(&frame, &names, &acts, act));
    let chain = chain.collect();
    let may = may_do(frame.unit(), &staff, &case, now);
    let forms = if may.contains(&Permission::KeepExhibits) {
        let offer = form::Offer {
            frame: &frame,
            typed: &typed,
            by: &staff,
            exhibit,
            names: &names,
            now,
        };
        offer.forms()
    } else {
        Vec::new()
    };
    let page = ExhibitPage {
        by: staff.id.to_string(),
        href: format!("/perkara/{id}/barang-bukti/{n}"),
        back: format!("/perkara/{id}/barang-bukti"),
        version: case.version,
        heading,
        number,
        unit: frame.unit_name.clone(),
        recorded: status == StatusCode::OK && context.asks(RECORDED),
        changed,
        told: told_of(&acts, piece),
        facts: facts(&frame, &names, piece, exhibit, &acts),
        faults: fault_words(exhibit, now),
        pending: pending_words(&frame, &names, exhibit, now),
        chain,
        forms,
        errors: typed.errors.clone(),
        page: frame,
    };
    draw(status, &page)
}

fn facts(
    frame: &PageFrame,
    names: &Names,
    piece: &Piece,
    exhibit: &Exhibit,
    acts: &[pengayom_core::act::Act],
) -> Vec<Fact> {
    let quantity = frame.format().count(i64::from(exhibit.quantity));
    let mut facts = vec![Fact::new(frame.t("proof.quantity"), quantity)];
    if let Some(rupiah) = exhibit.rupiah {
        let amount = said::rupiah(frame, rupiah);
        facts.push(Fact::new(frame.t("proof.amount"), amount));
    }
    let seal = exhibit.seal.clone();
    let seal = seal.unwrap_or_else(|| frame.t("proof.seal_none").to_owned());
    facts.push(Fact::new(frame.t("proof.seal"), seal));
    if let Some(CaseAct::ExhibitTaken(taken)) = super::proof::payload_of(acts, piece.act)
        && let Some(from) = &taken.from
    {
        facts.push(Fact::new(frame.t("proof.from"), from.clone()));
    }
    let holder = holder_words(frame, names, exhibit.holder);
    let since = frame.format().moment(exhibit.since);
    facts.push(Fact::new(
        frame.t("proof.holder"),
        frame.tf("proof.since", &[("who", &holder), ("time", &since)]),
    ));
    if !exhibit.place.is_empty() {
        facts.push(Fact::new(frame.t("proof.place"), exhibit.place.clone()));
    }
    if let Some(difference) = exhibit.difference {
        let (expected, counted) = (
            said::rupiah(frame, difference.expected),
            said::rupiah(frame, difference.counted),
        );
        let values = [
            ("expected", expected.as_str()),
            ("counted", counted.as_str()),
        ];
        let words = frame.tf("proof.difference_words", &values);
        facts.push(Fact::new(frame.t("proof.difference"), words));
    }
    facts
}

/// `POST /perkara/{case}/barang-bukti`: takes a thing into custody.
pub(super) async fn take(
    page: StaffPage,
    Path(case): Path<String>,
    post: FormPost,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    page.require(Permission::KeepExhibits)?;
    let id = history.id;
    let back = format!("/perkara/{id}/barang-bukti?{RECORDED}");
    match carried_out(&page, history, None, form::TAKE, &post.fields, &back).await? {
        Outcome::Done(answer) => Ok(answer),
        Outcome::Again(status, history, changed, typed) => {
            list_page(page, status, *history, changed, typed).await
        }
    }
}

/// `POST /perkara/{case}/barang-bukti/{n}/{act}`: one form of an exhibit's page.
pub(super) async fn carry_out(
    page: StaffPage,
    Path((case, n, slug)): Path<(String, String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    let form = form::parse(&slug).ok_or(Fault::NotFound)?;
    let history = read(&page, &case).await?;
    page.require(Permission::KeepExhibits)?;
    let n = exhibit_of(&history, &n)?;
    let id = history.id;
    let back = format!("/perkara/{id}/barang-bukti/{n}?{RECORDED}");
    match carried_out(&page, history, Some(n), form, &post.fields, &back).await? {
        Outcome::Done(answer) => Ok(answer),
        Outcome::Again(status, history, changed, typed) => {
            one_page(page, status, (*history, n), changed, typed).await
        }
    }
}

/// What became of a form.
enum Outcome {
    Done(Response),
    /// The page again: with what status, of what history, what changed meanwhile, what was typed.
    Again(StatusCode, Box<CaseHistory>, Option<String>, Typed),
}

async fn carried_out(
    page: &StaffPage,
    history: CaseHistory,
    n: Option<u32>,
    form: &'static str,
    fields: &crate::extract::Fields,
    back: &str,
) -> Result<Outcome, Fault> {
    let id = history.id;
    let typed = |errors| Typed {
        form: Some(form),
        fields: fields.clone(),
        errors,
    };
    let again = |status, history, changed, errors| {
        Ok(Outcome::Again(
            status,
            Box::new(history),
            changed,
            typed(errors),
        ))
    };
    if given_back(fields) {
        return again(StatusCode::OK, history, None, Vec::new());
    }
    let command = match form::command(&page.frame, form, n.unwrap_or_default(), fields) {
        Ok(command) => command,
        Err(errors) => {
            return again(StatusCode::UNPROCESSABLE_ENTITY, history, None, errors);
        }
    };
    let seen = seen_version(fields);
    let wanted = CaseCommand::Custody(command);
    let changed = page
        .node
        .change_case(&page.staff, id, seen, wanted, None)
        .await;
    let Err(error) = changed else {
        return Ok(Outcome::Done(Redirect::to(back).into_response()));
    };
    let history = page.node.case_history(&page.staff, id).await?;
    match error {
        HandleError::Case(refusal) => match form::blamed(&page.frame, form, &refusal) {
            Some(error) => again(StatusCode::UNPROCESSABLE_ENTITY, history, None, vec![error]),
            None => {
                let words = moved_words(&page.frame, &page.node, &refusal).await?;
                again(StatusCode::CONFLICT, history, Some(words), Vec::new())
            }
        },
        HandleError::NoSuchOfficer => {
            let error = FieldError::new("tawarkan-kepada", page.frame.t("case.assign_gone"));
            again(StatusCode::UNPROCESSABLE_ENTITY, history, None, vec![error])
        }
        HandleError::Conflict { .. } => {
            let words = page.frame.t("case.changed").to_owned();
            again(StatusCode::CONFLICT, history, Some(words), Vec::new())
        }
        error => Err(error.into()),
    }
}
