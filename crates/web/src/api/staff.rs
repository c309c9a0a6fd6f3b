//! What staff do on pages, for programs that act for them (`docs/api.md`).
//!
//! A program shows a token that is bound to an account and carries the scope of the operation; it may do
//! what that account may, no more. Each operation asks the handler of the node that its page asks, reads what came with
//! the reader of the page's form where there is one, and refuses with the page's words.

mod board;
mod body;
mod case;
mod change;
mod changes;
mod encounter;
mod file;
mod form;
mod handover;
mod issue;
mod letter;
mod list;
mod notice;
mod opening;
mod outage;
mod progress;
mod proof;
mod queue;
mod receipt;
mod refused;
mod report;
mod rights;
mod same_event;
mod shown;
mod skill;
mod thing;
mod triage;
mod visit;
mod who;
mod words;

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use pengayom_core::value::CommandId;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::once::Once;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Api;
use super::once::Key;
use crate::problem::Fault;
use crate::state::AppState;

/// The operations with their description.
pub(super) fn operations() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(cases())
        .merge(changes_of_cases())
        .merge(progress_of_cases())
        .merge(class_and_first_hour())
        .merge(desk())
        .routes(routes!(encounter::list, encounter::record))
        .routes(routes!(encounter::show))
        .routes(routes!(encounter::card))
        .routes(routes!(encounter::correct))
        .routes(routes!(board::morning))
        .routes(routes!(board::trend))
        .routes(routes!(board::response_times))
        .routes(routes!(board::civility))
        .routes(routes!(board::competence))
        .routes(routes!(board::consistency))
        .routes(routes!(board::survey))
        .routes(routes!(board::equal_attention))
        .routes(routes!(changes::listen))
        .routes(routes!(changes::listen_to_case))
        .merge(means())
        .routes(routes!(who::me))
        .routes(routes!(who::staff))
        .routes(routes!(words::all))
}

/// Skills, rooms and equipment, and what services lack.
fn means() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(thing::list, thing::register))
        .routes(routes!(thing::show))
        .routes(routes!(thing::state))
        .routes(routes!(thing::moved))
        .routes(routes!(thing::hand_over))
        .routes(routes!(thing::check))
        .routes(routes!(thing::gaps))
        .routes(routes!(skill::own))
        .routes(routes!(skill::show, skill::grant))
        .routes(routes!(skill::withdraw))
}

fn cases() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::all))
        .routes(routes!(list::mine))
        .routes(routes!(list::reviews))
        .routes(routes!(list::search))
        .routes(routes!(opening::waiting))
        .routes(routes!(opening::reviewed))
        .routes(routes!(opening::unhanded))
        .routes(routes!(case::show))
        .routes(routes!(case::history))
        .routes(routes!(file::list, file::add))
        .routes(routes!(file::original))
        .routes(routes!(file::preview))
        .routes(routes!(letter::list, letter::give))
        .routes(routes!(letter::original))
        .routes(routes!(issue::templates))
        .routes(routes!(issue::preview))
        .routes(routes!(issue::issue_one))
        .routes(routes!(receipt::show))
        .routes(routes!(proof::show))
}

fn changes_of_cases() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(change::take))
        .routes(routes!(change::take_over))
        .routes(routes!(change::assess))
        .routes(routes!(change::act))
        .routes(routes!(change::answer))
        .routes(routes!(change::explain_delay))
        .routes(routes!(change::offer_support))
        .routes(routes!(change::answer_explanation))
        .routes(routes!(change::answer_second_look))
        .routes(routes!(change::assign))
        .routes(routes!(change::close))
        .routes(routes!(change::reopen))
        .routes(routes!(change::hold))
        .routes(routes!(change::lift_hold))
        .routes(routes!(change::erase))
        .routes(routes!(change::withdraw_letter))
        .routes(routes!(change::name_reader))
        .routes(routes!(change::remove_reader))
        .routes(routes!(change::name_concerned))
        .routes(routes!(change::clear_concerned))
        .merge(changes_of_proof())
        .routes(routes!(rights::show, rights::give))
        .routes(routes!(rights::name))
        .routes(routes!(rights::begin))
        .routes(routes!(rights::end))
        .routes(routes!(rights::review))
        .routes(routes!(rights::attempt))
        .routes(routes!(rights::judge))
        .routes(routes!(rights::consent))
        .routes(routes!(rights::agree))
        .routes(routes!(rights::keep))
        .routes(routes!(opening::open))
        .routes(routes!(opening::review))
}

fn progress_of_cases() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(progress::list_steps))
        .routes(routes!(progress::say_of_step))
        .routes(routes!(progress::show_progress))
        .routes(routes!(progress::draft))
        .routes(routes!(progress::send))
        .routes(routes!(progress::explain))
        .routes(routes!(progress::set_difficulty))
        .routes(routes!(progress::waiting))
        .routes(routes!(same_event::show_same_event))
        .routes(routes!(same_event::merge))
        .routes(routes!(same_event::undo_merge))
}

fn class_and_first_hour() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(triage::show))
        .routes(routes!(triage::answer))
        .routes(routes!(triage::decide))
        .routes(routes!(triage::look))
        .routes(routes!(triage::settle))
        .routes(routes!(triage::note_child))
        .routes(routes!(triage::note_reported))
        .routes(routes!(triage::confirm_read_back))
        .routes(routes!(triage::first_hour))
        .routes(routes!(triage::mark_step))
        .routes(routes!(triage::record_risk))
        .routes(routes!(triage::take_escalation))
}

fn changes_of_proof() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(proof::add_offence))
        .routes(routes!(proof::drop_offence))
        .routes(routes!(proof::base))
        .routes(routes!(proof::link))
        .routes(routes!(proof::other_side))
        .routes(routes!(proof::exclude))
        .routes(routes!(proof::submit))
        .routes(routes!(proof::take))
        .routes(routes!(proof::offer))
        .routes(routes!(proof::accept))
        .routes(routes!(proof::end_offer))
        .routes(routes!(proof::put))
        .routes(routes!(proof::send))
        .routes(routes!(proof::take_back))
        .routes(routes!(proof::propose))
        .routes(routes!(proof::confirm))
        .routes(routes!(proof::reject))
        .routes(routes!(proof::explain))
}

fn desk() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(queue::show))
        .routes(routes!(queue::next))
        .routes(routes!(report::file))
        .routes(routes!(report::printed_form))
        .routes(routes!(visit::list, visit::join))
        .routes(routes!(visit::next))
        .routes(routes!(visit::show))
        .routes(routes!(visit::end))
        .routes(routes!(visit::put_back))
        .routes(routes!(visit::take_over))
        .routes(routes!(outage::list, outage::declare))
        .routes(routes!(outage::show))
        .routes(routes!(outage::end))
        .routes(routes!(handover::show, handover::take))
        .routes(routes!(notice::list))
        .routes(routes!(notice::see_to))
}

/// The case of an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "names parameters for the description")]
struct CaseAt {
    /// Identifier of the case.
    #[param(format = "uuid")]
    case: String,
}

/// The version that a change is decided on.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "names parameters for the description")]
struct DecidedOn {
    /// The `ETag` of what the change was decided on; `412` when somebody acted since. Without it the change is decided
    /// on what is known now.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// A part of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names parameters for the description")]
struct PartOf {
    /// Most items.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Where to go on, as in `next`.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

/// A part of a file.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "names parameters for the description")]
struct Bytes {
    /// Which bytes (RFC 9110 §14), such as `bytes=0-1023`; one part of the file.
    #[param(rename = "Range")]
    range: Option<String>,
}

/// Refuses an account that may not do something.
fn require(staff: &Staff, permission: Permission) -> Result<(), Fault> {
    if staff.may(permission) {
        Ok(())
    } else {
        Err(Fault::Forbidden(permission))
    }
}

/// The command of a request: what its key names, else a new one.
fn command_of(api: &Api) -> Result<CommandId, Fault> {
    let key = api.key()?;
    Ok(key.map_or_else(|| CommandId(api.node.new_id()), Key::command))
}

/// The same for what is done once whatever becomes of the kept answer. `asked` is what came with it.
fn once_of(api: &Api, asked: &[u8]) -> Result<Once, Fault> {
    let path = api.context.path().as_bytes();
    Ok(api.node.once(command_of(api)?, &[path, asked]))
}

/// Nothing that a body says: for what is asked without one.
const NOTHING: &[u8] = b"";

/// The answer to what was done and has no version.
fn done(body: &impl serde::Serialize) -> Response {
    for_one(Json(body).into_response())
}

/// Lets nobody on the way keep what is told of persons and cases.
fn for_one(mut answer: Response) -> Response {
    no_store(answer.headers_mut());
    answer
}

fn no_store(headers: &mut HeaderMap) {
    let value = axum::http::HeaderValue::from_static("private, no-store");
    headers.insert(axum::http::header::CACHE_CONTROL, value);
}
