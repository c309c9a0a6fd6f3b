//! One case: what is known of it, as far as the account may see it, and its history.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::Payload;
use pengayom_core::subject::case::{Case, Opening, ReviewKind};
use pengayom_core::value::{CaseId, OfficerId};
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::tokens::Scope;
use pengayom_node::{HandleError, PersonDetails};
use serde::Serialize;
use utoipa::ToSchema;

use super::change::offered;
use super::shown::{DoneBy, Named, Officer, Place, Shown};
use super::{CaseAt, PartOf, for_one, require};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::query::part_of;
use crate::desk::{channel_words, entry, form_words, text_of};
use crate::problem::Fault;

/// Everything that is known of a case.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseBody {
    /// Names the case.
    #[schema(format = "uuid")]
    id: String,
    /// How many acts it has; the version of its `ETag`.
    version: u32,
    /// The number people use.
    #[schema(required, examples("PTI-2611-0482"))]
    number: Option<String>,
    /// `received`, `assessed`, `handled` or `closed`.
    #[schema(value_type = String)]
    stage: &'static str,
    /// The service it needs.
    service: Named,
    /// The service that was asked for.
    service_asked: Named,
    /// How it came in.
    channel: Named,
    /// Somebody was in danger.
    danger: bool,
    /// Its kind is kept narrow.
    sensitive: bool,
    /// Made up for a demonstration.
    simulated: bool,
    /// What was told. Empty once it was erased.
    description: String,
    /// When it happened, in the reporter's words.
    #[schema(required)]
    when_text: Option<String>,
    /// When it happened.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    occurred_at: Option<Timestamp>,
    /// How the reporter is: `well`, `shaken` or `needs_support`.
    #[schema(value_type = Option<String>, required)]
    wellbeing: Option<&'static str>,
    /// What was lost, in rupiah.
    #[schema(required)]
    loss_rupiah: Option<u64>,
    /// Where it is.
    #[schema(required)]
    place: Option<Place>,
    /// Number of the printed form it was written on.
    #[schema(required)]
    form_number: Option<String>,
    /// When it was written on paper.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    written_at: Option<Timestamp>,
    reporter: Reporter,
    /// When it was filed: the start of every clock.
    #[schema(value_type = String, format = DateTime)]
    filed_at: Timestamp,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// When the first response is due.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    respond_by: Option<Timestamp>,
    /// When it came.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    responded_at: Option<Timestamp>,
    /// It came late, or is late now.
    late: bool,
    /// A promise was missed and nobody said why.
    owes_reason: bool,
    /// The last reason that was given.
    #[schema(required)]
    late_reason: Option<Named>,
    /// Who serves it.
    #[schema(required)]
    taken_by: Option<Officer>,
    /// Who handles it.
    #[schema(required)]
    assigned_to: Option<Officer>,
    /// When the next news is promised.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_news_by: Option<Timestamp>,
    /// The reporter needs support, and nobody recorded an offer.
    support_due: bool,
    /// When support was last offered.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    support_offered_at: Option<Timestamp>,
    /// What the reporter asked others to look at and waits for.
    reviews: Vec<OpenReview>,
    /// What keeps everything of it from being erased.
    #[schema(required)]
    hold: Option<CaseHold>,
    /// The last day on which what identifies persons in it is kept; of a closed case.
    #[schema(value_type = Option<String>, format = Date, required)]
    kept_until: Option<Date>,
    /// When what identifies persons in it was erased.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    erased_at: Option<Timestamp>,
    /// When it was closed, last.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    closed_at: Option<Timestamp>,
    /// How it ended.
    #[schema(required)]
    outcome: Option<Named>,
    /// Whom the chief named to read it.
    named: Vec<Officer>,
    /// Officers whom the report is about: they neither read nor handle it.
    concerned: Vec<Officer>,
    /// Openings in an emergency, the oldest first.
    openings: Vec<OpeningOfCase>,
    /// Encounters about it.
    encounters: Vec<EncounterOfCase>,
    /// What the account may do to it now, by the word of each operation: `take`, `take_over`, `assess`, `act`,
    /// `answer`, `explain_delay`, `offer_support`, `answer_explanation`, `answer_second_look`, `withdraw_letter`, `assign`,
    /// `close`, `reopen`, `name_reader`, `remove_reader`, `name_concerned`, `clear_concerned`, `hold`, `lift_hold`, `erase`.
    /// The rules decide again when it is asked for.
    #[schema(value_type = Vec<String>)]
    offered: Vec<&'static str>,
}

/// Who reported, as far as the account may know.
#[derive(Serialize, ToSchema)]
pub(super) struct Reporter {
    /// `anonymous`; `hidden`: the account may not know; `erased`; `sealed`: it cannot be opened with the node's key; or
    /// `known`.
    #[schema(value_type = String)]
    state: &'static str,
    /// Name as given.
    #[schema(required)]
    name: Option<String>,
    /// Telephone number.
    #[schema(required)]
    phone: Option<String>,
    /// Electronic mail.
    #[schema(required)]
    email: Option<String>,
    /// Address, or where to find them.
    #[schema(required)]
    address: Option<String>,
    /// When and how it is safe to make contact, in their words.
    #[schema(required)]
    safe_contact: Option<String>,
    /// When it is safe, a code of the pack.
    #[schema(required)]
    safe_time: Option<String>,
    /// What to say when somebody else answers.
    #[schema(required)]
    safe_word: Option<String>,
}

impl Reporter {
    fn of(state: &'static str, person: PersonDetails) -> Self {
        Self {
            state,
            name: person.name,
            phone: person.phone,
            email: person.email,
            address: person.address,
            safe_contact: person.safe_contact,
            safe_time: person.safe_time,
            safe_word: person.safe_word,
        }
    }

    async fn read(api: &Api, staff: &Staff, case: &Case) -> Result<Self, Fault> {
        let unknown = |state| Self::of(state, PersonDetails::default());
        if case.filed.reporter.is_none() {
            return Ok(unknown("anonymous"));
        }
        if !staff.may(Permission::ReadPerson) {
            return Ok(unknown("hidden"));
        }
        match api.node.reporter(staff, case).await {
            // A policy of the unit keeps it narrower than the case.
            Err(HandleError::CaseShut(_) | HandleError::NotAllowed(_)) => Ok(unknown("hidden")),
            Ok(Some(person)) => Ok(Self::of("known", person)),
            Ok(None) => Ok(unknown("erased")),
            Err(HandleError::Seal(_)) => Ok(unknown("sealed")),
            Err(error) => Err(error.into()),
        }
    }
}

/// Something the reporter asked others to look at.
#[derive(Serialize, ToSchema)]
pub(super) struct OpenReview {
    /// `explanation` or `second_look`.
    #[schema(value_type = String)]
    review: &'static str,
    /// Since when they wait.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// What they wrote.
    #[schema(required)]
    text: Option<String>,
    /// The account may answer in words: it neither handles the case nor decided it, and no class waits for a second
    /// look, which says what it comes to.
    may_answer: bool,
}

/// What keeps a case from being erased.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseHold {
    /// Why, a code of `/words`.
    #[schema(value_type = String)]
    ground: &'static str,
    /// The order, letter or number it rests on.
    reference: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// An opening of a case in an emergency.
#[derive(Serialize, ToSchema)]
pub(super) struct OpeningOfCase {
    /// Its place in the order they came, from 1; names it in addresses.
    n: u32,
    /// Who opened it.
    by: Officer,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Until when it holds.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// When somebody else looked at it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    reviewed_at: Option<Timestamp>,
    /// Who.
    #[schema(required)]
    reviewed_by: Option<Officer>,
    /// Whether there was need of it.
    #[schema(required)]
    justified: Option<bool>,
}

impl OpeningOfCase {
    pub(super) fn of(shown: &Shown<'_>, n: u32, opening: &Opening) -> Self {
        let review = opening.review;
        Self {
            n,
            by: shown.officer(opening.by),
            at: opening.at,
            until: opening.until,
            reviewed_at: review.map(|review| review.at),
            reviewed_by: review.map(|review| shown.officer(review.by)),
            justified: review.map(|review| review.justified),
        }
    }
}

/// An encounter about a case.
#[derive(Serialize, ToSchema)]
pub(super) struct EncounterOfCase {
    /// Names the encounter.
    #[schema(format = "uuid")]
    id: String,
    /// When they met.
    #[schema(value_type = String, format = DateTime)]
    happened_at: Timestamp,
    /// Who met somebody.
    officer: Officer,
    /// The account may open it.
    may_open: bool,
}

/// The case of an address, if the account may see it. The refusals are those of its page.
///
/// # Errors
/// [`Fault::NotFound`]; otherwise the node's.
pub(super) async fn known(api: &Api, staff: &Staff, case: &str) -> Result<CaseHistory, Fault> {
    require(staff, Permission::ReadCase)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    Ok(api.node.case_history(staff, case).await?)
}

/// What is known of a case.
#[utoipa::path(
    get, path = "/cases/{case}", operation_id = "getCase", tag = "cases",
    params(CaseAt),
    responses((status = 200, description = "What the account may see of it.", body = CaseBody,
        headers(("ETag" = String, description = "Its version, for `If-Match`.")))),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn show(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let body = body(&api, staff, &history).await?;
    api.found_version(history.case.version, &body).map(for_one)
}

async fn body(api: &Api, staff: &Staff, history: &CaseHistory) -> Result<CaseBody, Fault> {
    let shown = Shown::read(api, staff).await?;
    let (case, now) = (&history.case, shown.now);
    let unit = api.frame.unit();
    let met = api.node.store().encounters_of_case(&unit.id, history.id);
    let met = met.await.map_err(HandleError::from)?;
    let months = api.node.keep_months(&case.service);
    let harm = case.filed.harm();
    let reviews = ReviewKind::ALL.into_iter().filter_map(|kind| {
        Some(OpenReview {
            review: kind.as_str(),
            since: case.reviews.of(kind).open_since?,
            text: text_of(&history.acts, kind),
            may_answer: case.may_answer(kind, staff.id) && staff.may(Permission::WorkCase),
        })
    });
    let officers = |ids: &[OfficerId]| ids.iter().map(|id| shown.officer(*id)).collect();
    let outcome = case.outcome.as_deref().map(|code| {
        let mut known = unit.pack.close_outcomes().iter();
        let known = known.find(|known| known.code.as_str() == code);
        let name = known.map_or(code, |known| api.frame.say(&known.name));
        Named {
            code: code.to_owned(),
            name: name.to_owned(),
        }
    });
    Ok(CaseBody {
        id: history.id.to_string(),
        version: case.version,
        number: case.filed.number.as_ref().map(ToString::to_string),
        stage: case.stage.as_str(),
        service: shown.service(&case.service),
        service_asked: shown.service(&case.filed.service),
        channel: Named {
            code: case.filed.channel.as_str().to_owned(),
            name: channel_words(&api.frame, case.filed.channel),
        },
        danger: case.filed.danger,
        sensitive: case.sensitive,
        simulated: case.filed.simulated,
        description: case.filed.description.clone(),
        when_text: case.filed.when_text.clone(),
        occurred_at: case.filed.occurred_at,
        wellbeing: harm
            .wellbeing
            .map(pengayom_core::subject::case::Wellbeing::as_str),
        loss_rupiah: harm.loss_rupiah,
        place: case.place.as_ref().map(|place| shown.place(place)),
        form_number: case.filed.form.as_deref().and_then(form_words),
        written_at: case.filed.written_at,
        reporter: Reporter::read(api, staff, case).await?,
        filed_at: case.filed_at,
        recorded_at: case.recorded_at,
        respond_by: case.respond_by,
        responded_at: case.response.map(|response| response.at),
        late: case.is_late(now),
        owes_reason: case.owes_a_reason(now),
        late_reason: case
            .late_reason
            .as_deref()
            .map(|code| shown.late_reason(code)),
        taken_by: case.taken_by.map(|id| shown.officer(id)),
        assigned_to: case.assigned_to.map(|id| shown.officer(id)),
        next_news_by: case.next_news_by,
        support_due: case.owes_support(),
        support_offered_at: case.support_offered_at,
        reviews: reviews.collect(),
        hold: case.hold.as_ref().map(|hold| CaseHold {
            ground: hold.ground.as_str(),
            reference: hold.reference.clone(),
            since: hold.since,
        }),
        kept_until: case.last_day_kept(months, &unit.zone),
        erased_at: case.erased.map(|erased| erased.at),
        closed_at: case.closed_at,
        outcome,
        encounters: met
            .into_iter()
            .map(|row| EncounterOfCase {
                id: row.id.to_string(),
                happened_at: row.happened_at,
                officer: shown.officer(row.officer),
                may_open: row.officer == staff.id || staff.may(Permission::ReadBoard),
            })
            .collect(),
        named: officers(&case.access.named),
        concerned: officers(&case.access.concerned),
        openings: (1_u32..)
            .zip(&case.access.openings)
            .map(|(n, opening)| OpeningOfCase::of(&shown, n, opening))
            .collect(),
        offered: offered(unit, staff, case, now),
    })
}

/// Something that happened to a case.
#[derive(Serialize, ToSchema)]
pub(super) struct ActOfCase {
    /// Its place among the acts of the case, from 1.
    version: u32,
    /// Its identifier.
    #[schema(format = "uuid")]
    id: String,
    /// What happened, such as `case.reporter_answered`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    happened_at: Timestamp,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// Who did it.
    by: DoneBy,
    /// What happened, in words.
    summary: String,
    /// What was written.
    #[schema(required)]
    text: Option<String>,
    /// Smaller lines, in words.
    lines: Vec<String>,
}

/// Everything that happened to a case, oldest first.
#[utoipa::path(
    get, path = "/cases/{case}/history", operation_id = "listHistory", tag = "cases",
    params(CaseAt, PartOf),
    responses((status = 200, description = "In the order it was recorded.", body = Part<ActOfCase>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn history(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let shown = Shown::read(&api, staff).await?;
    let acts = &history.acts;
    let acts: Vec<ActOfCase> = acts
        .iter()
        .filter(|act| matches!(act.payload, Payload::Case(_)))
        .map(|act| {
            let words = entry(&api.frame, &shown.names, acts, act).unwrap_or_default();
            ActOfCase {
                version: act.version,
                id: act.id.to_string(),
                kind: act.payload.kind(),
                happened_at: act.happened_at,
                recorded_at: act.recorded_at,
                by: shown.actor(&act.actor),
                summary: words.words,
                text: words.text,
                lines: words.lines,
            }
        })
        .collect();
    let list = format!("history/{}", history.id);
    let part = part_of(&api, &list, api.query(), acts.into_iter())?;
    api.found(&part).map(for_one)
}
