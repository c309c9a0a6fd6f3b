//! `/pertemuan/{id}`: the card for the person who was met, and the record behind it.
//!
//! The officer who recorded it sees the same card until its code runs out, whether it was used or
//! not: a code cannot be replaced, and its use is not shown.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use pengayom_core::act::Payload;
use pengayom_core::subject::encounter::{EncounterAct, EncounterRefusal};
use pengayom_core::value::EncounterId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::encounter::EncounterHistory;

use super::force::stage_words;
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::public::qr;
use crate::staff::held::given_back;
use crate::staff::{Digits, Fact, Names, place_words, service_name, text_words};

#[derive(Template)]
#[template(path = "field/card.html")]
struct CardPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    heading: String,
    card: Option<Card>,
    until: String,
    gone: String,
    facts: Vec<Fact>,
    own: bool,
    version: u32,
    correcting: bool,
    correction: TextField,
}

/// What the person is given.
struct Card {
    shown: String,
    spelt: String,
    address: String,
    qr: String,
}

/// The card and the record.
pub(super) async fn show(
    page: StaffPage,
    Path(encounter): Path<String>,
) -> Result<Response, Fault> {
    let history = read(&page, &encounter).await?;
    card_page(page, StatusCode::OK, history, None, Vec::new()).await
}

async fn read(page: &StaffPage, encounter: &str) -> Result<EncounterHistory, Fault> {
    let id: EncounterId = encounter.parse().map_err(|_| Fault::NotFound)?;
    Ok(page.node.encounter_history(&page.staff, id).await?)
}

async fn card_page(
    page: StaffPage,
    status: StatusCode,
    history: EncounterHistory,
    correction: Option<&str>,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let id = history.id;
    let recorded = &history.encounter.recorded;
    let own = recorded.officer == staff.id;
    frame.titled("encounter.saved");
    frame.body_class = "staff field";
    if !errors.is_empty() {
        frame.refused();
    }
    let ended = node.now() > recorded.rate_by;
    let card = if own {
        node.rating_card(&staff, id).await?
    } else {
        None
    };
    let card = card.map(|card| {
        let address = format!("{}/nilai/{}", context.site(), card.code.plain());
        let Digits { shown, spelt } = Digits::new(card.code.grouped());
        Card {
            shown,
            spelt,
            qr: qr::svg(&address),
            address,
        }
    });
    let names = Names::read(&node).await?;
    let date = frame.format().date(recorded.rate_by);
    let gone = if ended {
        frame.tf("encounter.ended", &[("date", &date)])
    } else {
        frame.t("encounter.card_yours").to_owned()
    };
    let correcting = correction.is_some();
    let text = TextField::new(
        "perbaikan",
        frame.t("encounter.correct"),
        correction.unwrap_or_default(),
        &errors,
    )
    .hint(frame.t("encounter.correct_help"));
    let page = CardPage {
        by: staff.id.to_string(),
        href: format!("/pertemuan/{id}"),
        heading: frame.t("encounter.saved").to_owned(),
        card,
        until: frame.tf("encounter.card_until", &[("date", &date)]),
        gone,
        facts: facts(&frame, &names, &history),
        own,
        version: history.encounter.version,
        correcting,
        correction: text,
        errors,
        page: frame,
    };
    draw(status, &page)
}

fn facts(frame: &PageFrame, names: &Names, history: &EncounterHistory) -> Vec<Fact> {
    let met = &history.encounter;
    let recorded = &met.recorded;
    let pack = &frame.unit().pack;
    let format = frame.format();
    let mut functions = pack.functions().iter();
    let function = functions.find(|known| known.code.code() == recorded.function);
    let mut roles = pack.officer_roles().iter();
    let role = roles.find(|known| known.code.code() == recorded.role);
    let explained: Vec<&str> = pack
        .explanations()
        .iter()
        .filter(|known| {
            recorded
                .explained
                .iter()
                .any(|code| code == known.code.as_str())
        })
        .map(|known| frame.say(&known.name))
        .collect();
    let explained = if explained.is_empty() {
        frame.t("encounter.explained_none").to_owned()
    } else {
        explained.join("\n")
    };
    let force = if recorded.force_used {
        "encounter.force_yes"
    } else {
        "encounter.force_no"
    };
    let mut facts = vec![
        Fact::new(
            frame.t("common.service"),
            service_name(frame, &recorded.service),
        ),
        Fact::new(frame.t("encounter.when"), format.moment(met.happened_at)),
    ];
    if let Some(place) = &met.place {
        facts.push(Fact::new(
            frame.t("encounter.where"),
            place_words(frame, place),
        ));
    }
    facts.push(Fact::new(
        frame.t("encounter.who"),
        capacity_words(frame, recorded.capacity.as_str()),
    ));
    facts.push(Fact::new(
        frame.t("common.officer"),
        names.of(frame, recorded.officer),
    ));
    let function = function.map_or(recorded.function.as_str(), |known| frame.say(&known.name));
    facts.push(Fact::new(frame.t("encounter.function"), function));
    let role = role.map_or(recorded.role.as_str(), |known| frame.say(&known.name));
    facts.push(Fact::new(frame.t("encounter.role"), role));
    facts.push(Fact::new(frame.t("encounter.explained"), explained));
    facts.push(Fact::new(frame.t("encounter.force"), frame.t(force)));
    if let Some(code) = &recorded.force_stage {
        let mut stages = pack.force_stages().iter();
        let stage = stages.find(|known| known.code.as_str() == code);
        let words = stage.map_or(code.as_str(), |stage| stage_words(frame, stage));
        facts.push(Fact::new(frame.t("encounter.stage"), words));
    }
    if let Some(basis) = &recorded.legal_basis {
        facts.push(Fact::new(frame.t("encounter.basis"), basis.clone()));
    }
    if let Some(note) = &recorded.note {
        facts.push(Fact::new(frame.t("encounter.note"), note.clone()));
    }
    if let Some(case) = recorded.case {
        let mut fact = Fact::new(frame.t("case.facts"), "");
        fact.href = Some(format!("/perkara/{case}"));
        frame.t("desk.receipt_open").clone_into(&mut fact.link);
        facts.push(fact);
    }
    for act in &history.acts {
        if let Payload::Encounter(EncounterAct::EncounterCorrected { text }) = &act.payload {
            let label = frame.t("encounter.corrected");
            facts.push(Fact::new(
                label,
                format!("{}\n{text}", format.moment(act.recorded_at)),
            ));
        }
    }
    facts
}

/// As what a person was met, in words.
pub(crate) fn capacity_words<'f>(frame: &'f PageFrame, word: &'f str) -> &'f str {
    match word {
        "reporter" => frame.t("encounter.capacity_reporter"),
        "victim" => frame.t("encounter.capacity_victim"),
        "witness" => frame.t("encounter.capacity_witness"),
        "suspect" => frame.t("encounter.capacity_suspect"),
        "applicant" => frame.t("encounter.capacity_applicant"),
        "resident" => frame.t("encounter.capacity_resident"),
        other => other,
    }
}

/// Puts something right.
pub(super) async fn correct(
    page: StaffPage,
    Path(encounter): Path<String>,
    post: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::RecordEncounter)?;
    let history = read(&page, &encounter).await?;
    let fields = &post.fields;
    let text = fields.get("perbaikan").to_owned();
    if given_back(fields) {
        return card_page(page, StatusCode::OK, history, Some(&text), Vec::new()).await;
    }
    let done = || Redirect::to(&format!("/pertemuan/{}", history.id)).into_response();
    if sent_before(&history, fields, &text) {
        return Ok(done());
    }
    match page
        .node
        .correct_encounter(&page.staff, history.id, text.clone())
        .await
    {
        Ok(_) => Ok(done()),
        Err(HandleError::Encounter(refusal)) => refused(page, history, &text, &refusal).await,
        Err(error) => Err(error.into()),
    }
}

/// Whether the same form came before: the same words, recorded after the version it was shown at.
fn sent_before(history: &EncounterHistory, fields: &Fields, text: &str) -> bool {
    let Ok(seen) = fields.get("versi").parse::<u32>() else {
        return false;
    };
    let later = history.acts.iter().filter(|act| act.version > seen);
    later.into_iter().any(|act| {
        matches!(&act.payload,
            Payload::Encounter(EncounterAct::EncounterCorrected { text: done }) if done == text)
    })
}

async fn refused(
    page: StaffPage,
    history: EncounterHistory,
    typed: &str,
    refusal: &EncounterRefusal,
) -> Result<Response, Fault> {
    let frame = &page.frame;
    let words = match refusal {
        EncounterRefusal::Text { fault, .. } => {
            text_words(frame, *fault, "encounter.correct_write")
        }
        EncounterRefusal::NotYours => frame.t("encounter.yours_only").to_owned(),
        _ => frame.t("error.unreadable").to_owned(),
    };
    let errors = vec![FieldError::new("perbaikan", words)];
    card_page(
        page,
        StatusCode::UNPROCESSABLE_ENTITY,
        history,
        Some(typed),
        errors,
    )
    .await
}
