//! `/meja/laporan/{id}`: the receipt to give to the person who reported at the desk.
//!
//! The secret digits are kept nowhere but sealed, for a day, for the officer who took the report.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::subject::case::{Case, CaseStage, Channel, RequestFiled};
use pengayom_core::value::{CaseId, FormNumber, SecretDigits};
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::case::Filed;
use pengayom_node::{DraftToken, Node};

use super::case::due_words;
use super::triage;
use crate::class::{ClassWords, class_words};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::public::qr;
use crate::public::receipt::card;
use crate::staff::Digits;
use crate::standing;

#[derive(Template)]
#[template(path = "desk/receipt.html")]
struct ReceiptPage {
    page: PageFrame,
    number: String,
    station: String,
    secret: Option<Digits>,
    filed_at: String,
    due: Option<String>,
    address: String,
    qr: String,
    /// The code verifies the receipt; otherwise it leads to where the report is followed.
    verifiable: bool,
    fee: Option<String>,
    case_href: String,
    /// Where its letter is issued, for a service that has one.
    letter_href: Option<String>,
    /// How the code reaches the person, where it is not by this receipt.
    hand_over: Option<&'static str>,
    /// Whose the matter is, why, and where to go (S10).
    class: Option<ClassWords>,
    /// Somebody has to look whose the matter is.
    triage: bool,
    danger: bool,
    /// What its service lacks here, and whom to call.
    lacking: Vec<String>,
    /// It was written on paper, of which a photograph can be added.
    scan: bool,
}

fn token(case: CaseId, by: &Staff) -> DraftToken {
    DraftToken(format!("desk-receipt/{case}/{}", by.id))
}

/// Keeps the secret of a report just taken, so that the receipt can be shown and printed.
pub(crate) async fn keep(node: &Node, by: &Staff, filed: &Filed) -> Result<(), Fault> {
    node.keep_draft(&token(filed.case, by), &filed.secret.plain())
        .await?;
    Ok(())
}

/// A case whose receipt somebody hands over, and its secret if they took the report less than a day ago.
pub(crate) async fn with_secret(
    node: &Node,
    by: &Staff,
    id: CaseId,
) -> Result<(Case, Option<SecretDigits>), Fault> {
    let kept: Option<String> = node.draft(&token(id, by)).await?;
    let secret = kept.and_then(|plain| plain.parse::<SecretDigits>().ok());
    let case = match (node.case_history(by, id).await, &secret) {
        (Ok(history), _) => history.case,
        // Whoever took a sensitive report hands its receipt over, though the case is not theirs.
        (Err(HandleError::CaseShut(_)), Some(secret)) => node.case_with_secret(id, secret).await?,
        (Err(error), _) => return Err(error.into()),
    };
    Ok((case, secret))
}

/// Key of what the officer does besides handing the receipt over.
async fn hand_over(
    node: &Node,
    by: &Staff,
    case: CaseId,
    filed: &RequestFiled,
) -> Result<Option<&'static str>, Fault> {
    if filed.channel == Channel::Phone {
        return Ok(Some("desk.receipt_say"));
    }
    let form = filed.form.as_deref();
    let Some(form) = form.and_then(|form| form.parse::<FormNumber>().ok()) else {
        return Ok(None);
    };
    let entries = node.form_entries(by, &form).await?;
    let own = entries.first().is_some_and(|entry| entry.case == case);
    Ok(Some(match (own, entries.len()) {
        (true, 1) => "paper.receipt_strip",
        (true, _) => "paper.copied_first",
        (false, _) => "paper.copied_receipt",
    }))
}

/// The letter that is issued when a report of this service is taken.
fn letter_at_intake<'f>(frame: &'f PageFrame, case: &Case) -> Option<&'f str> {
    let templates = frame.unit().pack.templates().iter();
    let mut fitting = templates.filter(|one| one.at_intake && one.is_for(case.service.as_str()));
    fitting.next().map(|one| one.kind.as_str())
}

/// The receipt.
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    page.require(Permission::TakeReport)?;
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let id: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let (case, secret) = with_secret(&node, &staff, id).await?;
    let number = case
        .filed
        .number
        .as_ref()
        .ok_or(Fault::NotFound)?
        .to_string();
    frame.titled("desk.receipt_title");
    let address = format!("{}/lacak/{number}", context.site());
    let card = card::card(&context, id, case.sensitive).await?;
    let unit = frame.unit();
    let station = case
        .place
        .as_ref()
        .map_or(unit.own_station(), |place| &place.station);
    let hand_over = hand_over(&node, &staff, id, &case.filed).await?;
    let acts = match node.case_history(&staff, id).await {
        Ok(history) => history.acts,
        // Whoever took a sensitive report hands its receipt over, and reads no more of it.
        Err(HandleError::CaseShut(_) | HandleError::NotFound(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let page = ReceiptPage {
        class: class_words(&frame, &case, &acts).filter(|_| !acts.is_empty()),
        triage: case.triage.last.is_none() && !acts.is_empty() && triage::offered(&frame, &case),
        danger: case.filed.danger && case.stage != CaseStage::Closed,
        hand_over,
        lacking: standing::desk_lines(&frame, &node, &staff, &case.service).await,
        scan: case.filed.channel == Channel::Paper,
        station: unit.station_name(station),
        secret: secret.map(|secret| Digits::new(secret.grouped())),
        filed_at: frame.format().moment(case.filed_at),
        due: due_words(&frame, case.respond_by),
        verifiable: card.is_some(),
        qr: card.map_or_else(|| qr::svg(&address), |card| card.qr()),
        fee: card::fee(&frame, unit.pack.service(&case.service)),
        address,
        letter_href: letter_at_intake(&frame, &case)
            .filter(|_| staff.may(Permission::WorkCase))
            .map(|kind| format!("/perkara/{id}/surat?jenis={kind}")),
        case_href: format!("/perkara/{id}"),
        number,
        page: frame,
    };
    draw(StatusCode::OK, &page)
}
