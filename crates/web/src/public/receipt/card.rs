//! What somebody takes home: the receipt on pages, as a QR code, as files.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use pengayom_core::pack::Service;
use pengayom_core::value::CaseId;
use pengayom_ledger::{Receipt, SignedPromise};
use pengayom_node::HandleError;

use crate::extract::Context;
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::public::qr;

/// Where receipts are verified.
pub(crate) const PAGE: &str = "/tanda-terima";

/// Added to the address of that page on screens of a sensitive kind: it keeps nothing in the browser.
const LEAVES_NO_TRACE: &str = "?jejak=tidak";

/// A receipt as pages show it.
pub(crate) struct Card {
    /// The receipt.
    pub(crate) receipt: Receipt,
    /// Address of this unit's page that verifies it, for a link.
    pub(crate) href: String,
    /// The same, whole, for a QR code.
    address: String,
}

impl Card {
    /// The QR code of that page on paper, as SVG; empty when it cannot be drawn. Drawing takes longer
    /// than everything else about a receipt, so only what shows it asks for it.
    pub(crate) fn qr(&self) -> String {
        qr::dense(&self.address)
    }
}

/// Where this unit's log is to be had.
pub(crate) fn log_address(context: &Context) -> String {
    format!("{}/tlog", context.site())
}

/// The receipt of a case. `None` when the log is not as it was built: whoever reported keeps number
/// and code all the same, and the log's fault is told to those who can mend it.
///
/// # Errors
/// The store's.
pub(crate) async fn card(
    context: &Context,
    case: CaseId,
    sensitive: bool,
) -> Result<Option<Card>, Fault> {
    let node = &context.state().node;
    match node.receipt(case, &log_address(context)).await {
        Ok(receipt) => Ok(drawn(context, receipt, sensitive)),
        Err(error @ HandleError::Ledger(_)) => {
            tracing::error!(%error, "a receipt could not be written");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn drawn(context: &Context, mut receipt: Receipt, sensitive: bool) -> Option<Card> {
    if sensitive {
        // Assessed as sensitive only after it was filed: from then on its kind is not shown either.
        (receipt.act, receipt.salt) = (None, None);
    }
    let promise = SignedPromise::parse(&receipt.promise).ok()?;
    let code = promise.compact()?.to_fragment()?;
    let trace = if sensitive { LEAVES_NO_TRACE } else { "" };
    Some(Card {
        href: format!("{PAGE}{trace}#{code}"),
        address: format!("{}{PAGE}#{code}", context.site()),
        receipt,
    })
}

/// "Biaya: Rp0", as the pack has it; nothing where the pack does not say.
pub(crate) fn fee(frame: &PageFrame, service: Option<&Service>) -> Option<String> {
    let rupiah = service?.fee_idr?;
    let amount = frame.format().count(i64::from(rupiah));
    let fee = frame.tf("service.fee", &[("amount", &amount)]);
    Some(frame.tf("sent.fee", &[("fee", &fee)]))
}

/// The receipt as a file of text: lines for people, then the receipt itself.
///
/// # Errors
/// None that occurs: a receipt is text and numbers.
pub(crate) fn text_file(
    frame: &PageFrame,
    card: Option<&Card>,
    number: &str,
    mut lines: Vec<String>,
) -> Result<Response, Fault> {
    let Some(card) = card else {
        return file(number, "txt", "text/plain; charset=utf-8", lines.join("\n"));
    };
    lines.push(String::new());
    lines.push(frame.t("sent.proves").to_owned());
    lines.push(frame.t("sent.how_to_verify").to_owned());
    let text = card.receipt.to_text(&lines.join("\n"));
    let text = text.map_err(|_| Fault::Internal)?;
    file(number, "txt", "text/plain; charset=utf-8", text)
}

/// The receipt as JSON.
///
/// # Errors
/// [`Fault::NotFound`] when there is none.
pub(crate) fn json_file(card: Option<&Card>, number: &str) -> Result<Response, Fault> {
    let card = card.ok_or(Fault::NotFound)?;
    let json = card.receipt.to_json().map_err(|_| Fault::Internal)?;
    file(number, "json", "application/json", json)
}

fn file(
    number: &str,
    ending: &str,
    content_type: &'static str,
    content: String,
) -> Result<Response, Fault> {
    let name = format!("attachment; filename=\"{number}.{ending}\"");
    let name = HeaderValue::from_str(&name).map_err(|_| Fault::Internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, content).into_response())
}
