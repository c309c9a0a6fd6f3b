//! `/perkara/{id}`: what was reported, what was done, and what can be done now.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::act::Payload;
use pengayom_core::subject::case::{Case, CaseRefusal, CaseStage};
use pengayom_core::value::{CaseId, OfficerId};
use pengayom_node::access::{CaseFacts, Permission, Purpose, Staff};
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::notices::Telling;
use pengayom_node::{HandleError, Node, PersonDetails, UnitContext};

use super::act::{self, ActForm, CaseForm, Offer, Part, Typed};
use super::asked;
use super::care::{self, Owed};
use super::evidence::{self, EvidenceForm};
use super::file::FileFacts;
use super::history::{self, Entry, channel_words};
use super::letter::{self, LetterForm, LetterLine};
use super::parts::{self, OnPage};
use super::queue::seen_version;
use super::{first_hour, readers, refusal, shut, triage};
use crate::extract::{FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::signin::home;
use crate::staff::held::given_back;
use crate::staff::{Clock, Fact, Names, Promise, clock_of, place_words, service_name, stage_words};

#[derive(Template)]
#[template(path = "desk/case.html")]
struct CasePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    id: String,
    href: String,
    back: &'static str,
    stream: String,
    now: String,
    version: u32,
    heading: String,
    changed: Option<String>,
    recorded: Option<String>,
    service: String,
    stage: StageTag,
    clock: Option<Clock>,
    danger: bool,
    sensitive: bool,
    owes_reason: bool,
    can_delay: bool,
    owed: Vec<Owed>,
    description: String,
    facts: Vec<Fact>,
    parts: Vec<parts::Part>,
    files: Vec<FileFacts>,
    evidence: Option<EvidenceForm>,
    letters: Vec<LetterLine>,
    letter: Option<LetterForm>,
    can_take: bool,
    can_meet: bool,
    actions_none: Option<String>,
    acts: Vec<ActForm>,
    history: Vec<Entry>,
    encounters: Vec<Met>,
    waiting: Option<String>,
    cautions: Vec<String>,
    basis: String,
    promise: String,
    not_promised: String,
}

struct StageTag {
    state: &'static str,
    words: String,
}

struct Met {
    href: Option<String>,
    words: String,
}

/// What the address of a case carries after an act: the page then begins with what was recorded.
const RECORDED: &str = "tercatat=ya";

/// A case, for those whom it concerns.
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    match read(&page, &case).await {
        Err(Fault::CaseShut(_)) => {
            let id = case.parse().map_err(|_| Fault::NotFound)?;
            shut::show(page, id).await
        }
        read => case_page(page, StatusCode::OK, read?, None, Typed::default()).await,
    }
}

pub(super) async fn read(page: &StaffPage, case: &str) -> Result<CaseHistory, Fault> {
    page.require(Permission::ReadCase)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    Ok(page.node.case_history(&page.staff, case).await?)
}

pub(super) async fn case_page(
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
    let number = case
        .filed
        .number
        .as_ref()
        .map_or_else(|| id.to_string(), ToString::to_string);
    let heading = frame.tf("case.title", &[("number", &number)]);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let reporter = reporter_words(&frame, &staff, &node, id, &case).await?;
    let met = node.store().encounters_of_case(&node.unit().id, id).await;
    let met = met.map_err(HandleError::from)?;
    let encounters = met
        .into_iter()
        .map(|row| {
            let readable = row.officer == staff.id || staff.may(Permission::ReadBoard);
            let when = frame.format().moment(row.happened_at);
            Met {
                href: readable.then(|| format!("/pertemuan/{}", row.id)),
                words: format!("{when}, {}", names.of(&frame, row.officer)),
            }
        })
        .collect();
    let files = super::file::files(&frame, &node, &names, id, &acts).await?;
    let evidence = evidence::form(&frame, &node, &staff, id, &case, &typed);
    let letter = letter::form(&frame, &node, &staff, id, &case, &typed);
    let letters = letter::lines(&frame, &names, id, &acts);
    let shown = OnPage {
        files: (!files.is_empty() || evidence.is_some()).then_some(files.len()),
        letters: (!letters.is_empty() || letter.is_some()).then_some(letters.len()),
        now,
    };
    let parts = parts::parts(&frame, id, &case, shown, now);
    let skills = super::skill::facts(&frame, &node, &names, &case).await?;
    let late = case.is_late(now);
    let owes_reason = case.stage != CaseStage::Closed && case.owes_a_reason(now);
    let offer = Offer {
        may: may_do(frame.unit(), &staff, &case, now),
        frame: &frame,
        by: &staff,
        case: &case,
        late,
        owes_reason,
        names: &names,
        typed: &typed,
    };
    let forms = offer.forms();
    let can_take = offer.has(CaseForm::Take);
    let can_meet = staff.may(Permission::RecordEncounter);
    let actions_none = if case.stage == CaseStage::Closed {
        Some(frame.t("case.actions_closed").to_owned())
    } else if forms.is_empty() && !can_take && !can_meet {
        Some(frame.t("case.actions_none").to_owned())
    } else {
        None
    };
    let service = frame.unit().pack.service(&case.service);
    let history = history::entries(&frame, &names, &acts);
    let own = acts.last().and_then(|act| act.actor.officer()) == Some(staff.id);
    let done = own && status == StatusCode::OK && context.asks(RECORDED);
    let recorded = history.first().filter(|_| done);
    let page = CasePage {
        by: staff.id.to_string(),
        id: id.to_string(),
        href: format!("/perkara/{id}"),
        back: home(&staff),
        stream: format!("/aliran?perkara={id}"),
        now: frame.format().time(now),
        version: case.version,
        heading,
        changed,
        recorded: recorded.map(|act| frame.tf("case.recorded", &[("what", &act.words)])),
        service: service_name(&frame, &case.service),
        stage: stage_tag(&frame, case.stage),
        clock: clock_of(
            &frame,
            Promise {
                filed_at: case.filed_at,
                respond_by: case.respond_by,
                responded_at: case.response.map(|response| response.at),
            },
            now,
        ),
        danger: case.filed.danger && case.stage != CaseStage::Closed,
        sensitive: case.sensitive,
        owes_reason,
        can_delay: offer.has(CaseForm::Delay),
        owed: care::owed(&frame, &offer, &acts),
        description: if let Some(words) = erased_words(&frame, &case) {
            words
        } else if case.filed.description.is_empty() {
            frame.t("case.no_text").to_owned()
        } else {
            case.filed.description.clone()
        },
        facts: {
            let mut facts = facts(&frame, &names, &case, reporter);
            facts.extend(skills);
            facts.extend(care::facts(&frame, &case));
            facts.extend(readers::facts(&frame, &names, &case, now));
            facts.extend(super::hold::facts(&frame, &node, &case));
            facts
        },
        parts,
        files,
        evidence,
        letters,
        letter,
        can_take,
        can_meet,
        actions_none,
        acts: forms,
        history,
        encounters,
        waiting: first_hour::waiting_words(&frame, &case),
        cautions: triage::cautions(&frame, &case),
        basis: service
            .map(|s| s.legal_basis.join("; "))
            .unwrap_or_default(),
        promise: service
            .map(|s| frame.say(&s.promise).to_owned())
            .unwrap_or_default(),
        not_promised: service
            .map(|s| frame.say(&s.not_promised).to_owned())
            .unwrap_or_default(),
        errors: typed.errors.clone(),
        page: frame,
    };
    draw(status, &page)
}

/// What the policies let somebody do with a case.
pub(crate) fn may_do(
    unit: &UnitContext,
    by: &Staff,
    case: &Case,
    now: Timestamp,
) -> Vec<Permission> {
    let known = CaseFacts::of_case(case, now);
    let asks = |permission: &Permission| {
        let asked = unit.case_open_to(by, *permission, &known, Purpose::Handle);
        asked.is_ok()
    };
    let of_case = Permission::ALL.into_iter().filter(|one| one.is_of_a_case());
    of_case.filter(asks).collect()
}

/// That what was told in a case was erased, and on which day.
fn erased_words(frame: &PageFrame, case: &Case) -> Option<String> {
    let erased = case.erased?;
    let date = frame.format().moment(erased.at);
    case.filed
        .description
        .is_empty()
        .then(|| frame.tf("case.erased_on", &[("time", &date)]))
}

fn stage_tag(frame: &PageFrame, stage: CaseStage) -> StageTag {
    let state = match stage {
        CaseStage::Received => "wait",
        CaseStage::Assessed | CaseStage::Handled => "plain",
        CaseStage::Closed => "ok",
    };
    StageTag {
        state,
        words: stage_words(frame, stage).to_owned(),
    }
}

/// Who reported, as far as the reader may know.
async fn reporter_words(
    frame: &PageFrame,
    staff: &Staff,
    node: &Node,
    id: CaseId,
    case: &Case,
) -> Result<Vec<Fact>, Fault> {
    let label = frame.t("case.reporter").to_owned();
    if case.filed.reporter.is_none() {
        return Ok(vec![Fact::new(label, frame.t("case.anonymous"))]);
    }
    if !staff.may(Permission::ReadPerson) {
        return Ok(vec![Fact::new(label, frame.t("case.reporter_hidden"))]);
    }
    let person = match node.reporter(staff, case).await {
        Ok(Some(person)) => person,
        // Erased on a lawful request: the case stays, the person is gone.
        Ok(None) => return Ok(vec![Fact::new(label, frame.t("case.reporter_erased"))]),
        // A policy of the unit keeps it narrower than the case.
        Err(HandleError::CaseShut(_) | HandleError::NotAllowed(_)) => {
            return Ok(vec![Fact::new(label, frame.t("case.reporter_hidden"))]);
        }
        Err(HandleError::Seal(_)) => {
            return Ok(vec![Fact::new(label, frame.t("case.reporter_sealed"))]);
        }
        Err(error) => return Err(error.into()),
    };
    let safe = safe_facts(frame, &person);
    let name = person
        .name
        .unwrap_or_else(|| frame.t("case.anonymous").to_owned());
    let ways = [person.phone, person.email, person.address]
        .into_iter()
        .flatten();
    let words = std::iter::once(name)
        .chain(ways)
        .collect::<Vec<_>>()
        .join("\n");
    let mut facts: Vec<Fact> = std::iter::once(Fact::new(label, words))
        .chain(safe)
        .collect();
    if !node.open_ways().is_empty() {
        let telling = node.telling_of(staff, id, case).await?;
        facts.push(Fact::new(
            frame.t("case.telling"),
            telling_words(frame, &telling),
        ));
    }
    Ok(facts)
}

/// When and how it is safe to reach somebody, and the word to say, as far as they told it.
fn safe_facts(frame: &PageFrame, person: &PersonDetails) -> Vec<Fact> {
    let safety = frame.unit().pack.safety();
    let time = person.safe_time.as_deref().map(|code| {
        let known = safety.time(code).map(|time| frame.say(&time.name));
        known.unwrap_or(code)
    });
    let safe = [
        ("case.reporter_safe", time),
        ("case.reporter_safe", person.safe_contact.as_deref()),
        ("safe.word_staff", person.safe_word.as_deref()),
    ];
    safe.into_iter()
        .filter_map(|(key, words)| Some(Fact::new(frame.t(key), words?)))
        .collect()
}

/// When and how it is safe to reach the reporter, as the page of the case says it; nothing for whoever may not know
/// who reported.
pub(super) async fn safe_ways(
    frame: &PageFrame,
    staff: &Staff,
    node: &Node,
    case: &Case,
) -> Result<Vec<Fact>, Fault> {
    if !staff.may(Permission::ReadPerson) {
        return Ok(Vec::new());
    }
    match node.reporter(staff, case).await {
        Ok(person) => Ok(person
            .map(|person| safe_facts(frame, &person))
            .unwrap_or_default()),
        Err(HandleError::CaseShut(_) | HandleError::NotAllowed(_) | HandleError::Seal(_)) => {
            Ok(Vec::new())
        }
        Err(error) => Err(error.into()),
    }
}

/// By which ways and at which hours the reporter is told of news.
pub(super) fn telling_words(frame: &PageFrame, telling: &Telling) -> String {
    let words = crate::public::stands(frame, telling);
    let times = telling.wish.as_ref();
    match times.and_then(|wish| crate::public::times_words(frame, wish)) {
        Some(times) => format!("{words} {times}"),
        None => words,
    }
}

fn facts(frame: &PageFrame, names: &Names, case: &Case, reporter: Vec<Fact>) -> Vec<Fact> {
    let format = frame.format();
    let officer = |officer: Option<OfficerId>| match officer {
        Some(officer) => names.of(frame, officer),
        None => frame.t("case.nobody").to_owned(),
    };
    let mut facts = Vec::new();
    let place = match &case.place {
        Some(place) => place_words(frame, place),
        None => frame.t("case.place_unknown").to_owned(),
    };
    facts.push(Fact::new(frame.t("case.place"), place));
    let at = case.filed.occurred_at;
    let told = case.filed.when_text.as_deref();
    let told = told.map(|text| format.retold(text, at));
    if let Some(when) = told.or(at.map(|at| format.moment(at))) {
        facts.push(Fact::new(frame.t("case.when"), when));
    }
    facts.extend(reporter);
    let channel = channel_words(frame, case.filed.channel);
    let received = format!("{}, {channel}", format.moment(case.filed_at));
    facts.push(Fact::new(frame.t("case.received_at"), received));
    if let Some(due) = case.respond_by {
        let words = frame.tf("case.respond_by", &[("time", &format.moment(due))]);
        facts.push(Fact::new(frame.t("case.standard"), words));
    }
    if let Some(reason) = &case.late_reason {
        let words = history::late_reason(frame, reason);
        facts.push(Fact::new(frame.t("case.late_reason"), words));
    }
    if case.service != case.filed.service {
        let service = service_name(frame, &case.filed.service);
        let words = frame.tf("case.service_asked", &[("service", &service)]);
        facts.push(Fact::new(frame.t("common.service"), words));
    }
    if let Some(place) = &case.place {
        let station = frame.unit().station_name(&place.station);
        facts.push(Fact::new(frame.t("case.station"), station));
    }
    facts.push(Fact::new(frame.t("case.served_by"), officer(case.taken_by)));
    facts.push(Fact::new(
        frame.t("case.handled_by"),
        officer(case.assigned_to),
    ));
    if let Some(at) = case.next_news_by {
        facts.push(Fact::new(frame.t("case.news"), format.moment(at)));
    }
    facts
}

/// The small copy of a photograph of a case, for those who may read the case. What is kept is
/// evidence and is not shown by pages.
pub(super) async fn photo(
    page: StaffPage,
    Path((case, sha256)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    photo_of(&page.node, &history, &sha256).await
}

/// The answer with the small copy of a photograph of a case that the asker may read.
pub(crate) async fn photo_of(
    node: &Node,
    history: &CaseHistory,
    sha256: &str,
) -> Result<Response, Fault> {
    if !history.case.media.iter().any(|blob| blob.sha256 == sha256) {
        return Err(Fault::NotFound);
    }
    let preview = node.photo_preview(sha256).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, preview).into_response())
}

/// The classification of a case: its form has the address of the page of triage.
pub(super) async fn assess(
    page: StaffPage,
    Path(case): Path<String>,
    post: FormPost,
) -> Result<Response, Fault> {
    let slug = CaseForm::Assess.slug().to_owned();
    Box::pin(carry_out(page, Path((case, slug)), post)).await
}

/// Carries out one act on a case.
pub(super) async fn carry_out(
    page: StaffPage,
    Path((case, slug)): Path<(String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    let form = CaseForm::parse(&slug).ok_or(Fault::NotFound)?;
    let history = match read(&page, &case).await {
        Err(Fault::CaseShut(_))
            if matches!(
                form,
                CaseForm::Take | CaseForm::NameReader | CaseForm::RemoveReader
            ) =>
        {
            let id = case.parse().map_err(|_| Fault::NotFound)?;
            return shut::carry_out(page, id, form, post.fields).await;
        }
        read => read?,
    };
    page.require(form.permission())?;
    let id = history.id;
    let fields = post.fields;
    if given_back(&fields) {
        let typed = Typed {
            form: Some(form),
            fields,
            ..Typed::default()
        };
        return case_page(page, StatusCode::OK, history, None, typed).await;
    }
    let seen = seen_version(&fields);
    let own = form == CaseForm::NameConcerned && fields.get("petugas") == page.staff.id.to_string();
    let to = if own {
        // Whoever names themselves is shut out from here on.
        home(&page.staff).to_owned()
    } else {
        format!("/perkara/{id}?{RECORDED}")
    };
    let back = || Redirect::to(&to).into_response();
    let refused = |errors| Typed {
        form: Some(form),
        fields: fields.clone(),
        errors,
        ..Typed::default()
    };
    let command = match act::command(&page.frame, &page.staff, &history.case, form, &fields) {
        Ok(command) => command,
        Err(Ok(errors)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return case_page(page, status, history, None, refused(errors)).await;
        }
        Err(Err(fault)) => return Err(fault),
    };
    let changed = page
        .node
        .change_case(&page.staff, id, seen, command.clone(), None)
        .await;
    let Err(error) = changed else {
        return Ok(back());
    };
    let history = page.node.case_history(&page.staff, id).await?;
    let since = seen.unwrap_or(history.case.version);
    let already = history.acts.iter().filter(|act| act.version > since).any(|act| {
        let same = matches!(&act.payload, Payload::Case(done) if asked::is_what_was_asked(&command, done));
        same && act.actor.officer() == Some(page.staff.id)
    });
    if already {
        // Sent twice: the first time did it.
        return Ok(back());
    }
    match error {
        HandleError::Case(refusal) => {
            if let Some(error) = refusal::refusal(&page.frame, form, &refusal) {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return case_page(page, status, history, None, refused(vec![error])).await;
            }
            let words = Some(moved_words(&page.frame, &page.node, &refusal).await?);
            let status = StatusCode::CONFLICT;
            case_page(page, status, history, words, refused(Vec::new())).await
        }
        HandleError::NoSuchOfficer => {
            let error = FieldError::new(form.field_ids().0, page.frame.t("case.assign_gone"));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            case_page(page, status, history, None, refused(vec![error])).await
        }
        HandleError::Conflict { now_with } => {
            let taking = matches!(form, CaseForm::Take | CaseForm::TakeOver);
            let other = now_with.filter(|officer| taking && *officer != page.staff.id);
            let words = match other {
                Some(officer) => taken_words(&page.frame, &page.node, officer).await?,
                None => page.frame.t("case.changed").to_owned(),
            };
            case_page(
                page,
                StatusCode::CONFLICT,
                history,
                Some(words),
                refused(Vec::new()),
            )
            .await
        }
        error => Err(error.into()),
    }
}

/// The words for a case that moved on in between.
pub(crate) async fn moved_words(
    frame: &PageFrame,
    node: &Node,
    refusal: &CaseRefusal,
) -> Result<String, Fault> {
    match refusal {
        CaseRefusal::WithAnotherOfficer { officer } => taken_words(frame, node, *officer).await,
        CaseRefusal::Closed => Ok(frame.t("case.closed_refused").to_owned()),
        _ => Ok(frame.t("case.changed").to_owned()),
    }
}

/// The words for a case that a colleague has now.
pub(crate) async fn taken_words(
    frame: &PageFrame,
    node: &Node,
    officer: OfficerId,
) -> Result<String, Fault> {
    let name = Names::read(node).await?.of(frame, officer);
    Ok(frame.tf("case.changed_taken", &[("name", &name)]))
}

/// The moment by which a first response was promised, as a receipt says it.
pub(super) fn due_words(frame: &PageFrame, due: Option<Timestamp>) -> Option<String> {
    due.map(|due| frame.tf("case.respond_by", &[("time", &frame.format().moment(due))]))
}
