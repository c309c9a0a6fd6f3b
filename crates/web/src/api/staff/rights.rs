//! Persons concerned in a case, their rights, control measures, what was tried first, and settlements (S24, S37, S87).

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::pack::{FactAnswer, Party};
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{
    BeginMeasure, Case, CaseCommand, CaseRefusal, Consent, ControlCommand, FactGiven, GiveRights,
    Manner, NotFirst, PERSONS_MAX, PreventionCommand, RightsCommand, SettlementStage, Signing,
    TriedResult,
};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::case::known;
use super::change::{CaseChange, moved, stale};
use super::form::moment;
use super::refused::{at, case_code};
use super::{CaseAt, DecidedOn, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::once::once;
use crate::desk::concerned::blamed;
use crate::problem::Fault;

/// Longest text that is read, in characters.
const LINE: usize = TEXT_MAX_CHARS;

/// Longest code that is read, in characters.
const CODE: usize = 64;

/// Largest number of a person, measure or settlement.
const NUMBERS: std::ops::RangeInclusive<u32> = 1..=1_000;

/// Persons, measures and settlements of a case.
#[derive(Serialize, ToSchema)]
pub(super) struct RightsOfCase {
    /// Persons concerned; nobody is named.
    people: Vec<PersonConcerned>,
    /// Control measures, in the order they began.
    measures: Vec<MeasureTaken>,
    /// What was tried first.
    tried: Vec<TriedFirst>,
    /// Settlements, in the order they were judged.
    settlements: Vec<SettlementOfCase>,
}

/// A person concerned.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonConcerned {
    /// Number in the case.
    person: u32,
    /// `reporter`, `victim`, `witness`, `suspect`.
    #[schema(value_type = Vec<String>)]
    roles: Vec<&'static str>,
    /// Whether they are under 18; `null`: not known, and treated as if.
    #[schema(required)]
    under_18: Option<bool>,
    /// Lists of rights they are owed.
    owed: Vec<String>,
    /// When they are to be told at the latest.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    due_at: Option<Timestamp>,
    /// Lists they were told, the oldest first.
    told: Vec<ListTold>,
}

/// A list that was told.
#[derive(Serialize, ToSchema)]
pub(super) struct ListTold {
    /// A list of the pack.
    list: String,
    /// Its version.
    version: u32,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whether that was past the time.
    late: bool,
}

/// A control measure.
#[derive(Serialize, ToSchema)]
pub(super) struct MeasureTaken {
    /// Number in the case.
    measure: u32,
    /// A kind of the pack.
    kind: String,
    /// Against whom.
    #[schema(required)]
    person: Option<u32>,
    /// The urgent ground, a code of the pack.
    #[schema(required)]
    ground: Option<String>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    begun_at: Timestamp,
    /// When it ends at the latest.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ends_by: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ended_at: Option<Timestamp>,
    /// When another officer is to have looked at it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    review_by: Option<Timestamp>,
    /// Whether another officer found it right.
    #[schema(required)]
    justified: Option<bool>,
}

/// Something that was tried first.
#[derive(Serialize, ToSchema)]
pub(super) struct TriedFirst {
    /// A code of the pack.
    kind: String,
    /// `worked`, `partly`, `failed` or `goes_on`.
    #[schema(value_type = String)]
    result: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// A settlement.
#[derive(Serialize, ToSchema)]
pub(super) struct SettlementOfCase {
    /// Number in the case.
    settlement: u32,
    /// A way of the pack.
    way: String,
    /// `excluded`, `offered`, `declined`, `agreed`, `kept` or `broken`.
    #[schema(value_type = String)]
    stage: &'static str,
    /// What excludes it, codes of the pack.
    excluded: Vec<String>,
    /// What each side said.
    sides: Vec<SideSaid>,
}

/// What a side said to a settlement.
#[derive(Serialize, ToSchema)]
pub(super) struct SideSaid {
    /// `offender`, `child`, `guardian` or `victim`.
    #[schema(value_type = String)]
    side: &'static str,
    /// `given`, `declined` or `withdrawn`; `null`: not asked yet.
    #[schema(value_type = Option<String>, required)]
    consent: Option<&'static str>,
}

fn of_case(case: &Case) -> RightsOfCase {
    let people = case.rights.persons.iter().map(|one| PersonConcerned {
        person: one.n,
        roles: one.roles.iter().map(|role| role.code()).collect(),
        under_18: one.under_18,
        owed: one.owed.iter().map(|owed| owed.list.clone()).collect(),
        due_at: one.due_at(),
        told: one
            .given
            .iter()
            .map(|given| ListTold {
                list: given.list.clone(),
                version: given.version,
                at: given.at,
                late: given.late,
            })
            .collect(),
    });
    let measures = case.control.measures.iter().map(|one| MeasureTaken {
        measure: one.begun.measure,
        kind: one.begun.kind.clone(),
        person: one.begun.person,
        ground: one.begun.ground.clone(),
        begun_at: one.begun_at,
        ends_by: one.begun.ends_by,
        ended_at: one.ended_at,
        review_by: one.begun.review_by,
        justified: one.reviewed.map(|(_, justified)| justified),
    });
    let tried = case.prevention.tried.iter().map(|one| TriedFirst {
        kind: one.kind.clone(),
        result: one.result.as_str(),
        at: one.at,
    });
    let settlements = case.prevention.settlements.iter();
    let settlements = settlements.map(|one| SettlementOfCase {
        settlement: one.judged.settlement,
        way: one.judged.way.clone(),
        stage: match one.stage() {
            SettlementStage::Excluded => "excluded",
            SettlementStage::Offered => "offered",
            SettlementStage::Declined => "declined",
            SettlementStage::Agreed => "agreed",
            SettlementStage::Kept => "kept",
            SettlementStage::Broken => "broken",
        },
        excluded: one.judged.excluded.clone(),
        sides: one
            .judged
            .sides
            .iter()
            .map(|side| SideSaid {
                side: side.code(),
                consent: one.consent_of(*side).map(Consent::as_str),
            })
            .collect(),
    });
    RightsOfCase {
        people: people.collect(),
        measures: measures.collect(),
        tried: tried.collect(),
        settlements: settlements.collect(),
    }
}

/// Persons concerned in a case with their rights, measures, what was tried first, and settlements.
#[utoipa::path(
    get, path = "/cases/{case}/rights", operation_id = "showCaseRights", tag = "cases",
    params(CaseAt),
    responses((status = 200, description = "As they are now.", body = RightsOfCase)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn show(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    api.found(&of_case(&history.case)).map(for_one)
}

/// Reads a body into a command and carries it out.
async fn record(
    api: Api,
    case: String,
    body: JsonBody,
    read: impl FnOnce(&mut Fields<'_>) -> Option<CaseCommand>,
) -> Result<Response, Fault> {
    require(api.staff(Scope::CasesWrite)?, Permission::WorkCase)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let mut fields = Fields::new(body.values, &api.frame);
    let command = read(&mut fields);
    let happened_at = moment(&mut fields, "happened_at");
    fields.check()?;
    let command = command.ok_or(Fault::Unreadable)?;
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        let once = once_of(&api, &asked)?;
        let seen = api.wanted_version()?;
        let changed = api
            .node
            .change_case_once_at(staff, case, seen, command, happened_at, once);
        let changed = Box::pin(changed).await;
        match changed {
            Ok(changed) => CaseChange::of(case, &changed).answer(&api),
            Err(HandleError::Case(rule @ CaseRefusal::BeforeWhatItFollows { .. }))
                if happened_at.is_some() =>
            {
                let words = api.frame.t("control.at_before").to_owned();
                Err(at("/happened_at", case_code(&rule), words))
            }
            Err(HandleError::Case(rule)) => match blamed(&api.frame, &rule) {
                Some((field, words)) => Err(at(&format!("/{field}"), case_code(&rule), words)),
                None => Err(moved(&api, &rule).await?),
            },
            Err(HandleError::Conflict { now_with }) => {
                Err(stale(&api, staff, case, now_with).await?)
            }
            Err(other) => Err(other.into()),
        }
    })
    .await
}

/// A word that has to be there.
fn word<T>(
    fields: &mut Fields<'_>,
    name: &str,
    known: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let word = fields.word(name, known);
    let pointer = format!("/{name}");
    if word.is_none() && !fields.has_fault_at(&pointer) {
        fields.wrong_by_key(&pointer, "required", "error.json_missing");
    }
    word
}

/// True or false that has to be there.
fn flag(fields: &mut Fields<'_>, name: &str) -> Option<bool> {
    let flag = fields.flag(name);
    let pointer = format!("/{name}");
    if flag.is_none() && !fields.has_fault_at(&pointer) {
        fields.wrong_by_key(&pointer, "required", "error.json_missing");
    }
    flag
}

/// A number that may be left out.
fn person(fields: &mut Fields<'_>) -> Option<u32> {
    let there = fields.number("person").is_some();
    there.then(|| fields.count("person", &NUMBERS))
}

fn text(fields: &mut Fields<'_>, name: &str) -> String {
    fields.text(name, LINE).unwrap_or_default()
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])* $name:ident: $path:tt, $id:tt, $body:ident, $read:expr;)*) => {$(
        $(#[doc = $doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "cases",
            params(CaseAt, DecidedOn),
            request_body = $body,
            responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
                headers(("ETag" = String, description = "The version after it.")))),
            security(("token" = ["cases:write"]))
        )]
        pub(super) async fn $name(
            api: Api,
            Path(case): Path<String>,
            body: JsonBody,
        ) -> Result<Response, Fault> {
            record(api, case, body, $read).await
        }
    )*};
}

macro_rules! bodies {
    ($($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $field_doc:literal])* #[schema($($schema:tt)*)] $field:ident: $type:ty,)*
    })*) => {$(
        $(#[doc = $doc])*
        #[derive(ToSchema)]
        #[expect(dead_code, reason = "names members for the description; a test holds them to what is read")]
        pub(super) struct $name {
            $($(#[doc = $field_doc])* #[schema($($schema)*)] $field: $type,)*
            /// When it happened, where that is not now.
            #[schema(format = DateTime, max_length = 64)]
            happened_at: Option<String>,
        }
    )*};
}

bodies! {
    /// A person concerned in a case, by role. Nobody is named.
    NamePerson {
        /// Number of somebody recorded before, whose roles change; without it, somebody else.
        #[schema(minimum = 1, maximum = 1000)] person: Option<u32>,
        /// All their roles: `reporter`, `victim`, `witness`, `suspect`.
        #[schema(min_items = 1, max_items = 4)] roles: Vec<String>,
        /// Whether they are under 18; without it, not known.
        #[schema()] under_18: Option<bool>,
        /// Codes of the pack.
        #[schema(max_items = 10)] needs: Option<Vec<String>>,
        /// Why the roles changed; needed with `person`.
        #[schema(max_length = 5000)] reason: Option<String>,
    }
    /// How a person was told their rights: all that they are owed.
    TellRights {
        /// Number in the case.
        #[schema(minimum = 1, maximum = 1000)] person: u32,
        /// `both`, `spoken` or `printed`.
        #[schema(max_length = 200)] manner: String,
        /// In which language.
        #[schema(min_length = 1, max_length = 5000)] language: String,
        /// Through an interpreter.
        #[schema()] interpreter: Option<bool>,
        /// Whether a child's guardian was there; needed for a child.
        #[schema()] guardian: Option<bool>,
        /// Whether a child's adviser was there; needed for a child.
        #[schema()] adviser: Option<bool>,
        /// Why one of them was not.
        #[schema(max_length = 5000)] absent: Option<String>,
        /// Whether the person understood.
        #[schema()] understood: bool,
        /// What was done when they did not.
        #[schema(max_length = 5000)] help: Option<String>,
        /// `signed`, `refused` or `not_asked`.
        #[schema(max_length = 200)] signing: String,
    }
    /// A control measure that began.
    TakeMeasure {
        /// A kind of the pack.
        #[schema(min_length = 1, max_length = 64)] kind: String,
        /// Against whom, a number in the case.
        #[schema(minimum = 1, maximum = 1000)] person: Option<u32>,
        /// Number and date of the order or the court's leave.
        #[schema(max_length = 5000)] order: Option<String>,
        /// The urgent ground, a code of the pack; instead of an order.
        #[schema(max_length = 64)] ground: Option<String>,
        /// How it was explained in plain words.
        #[schema(min_length = 1, max_length = 5000)] explained: String,
        /// The person was told where they may object.
        #[schema()] remedy_told: bool,
        /// Why nothing was tried first: `not_lawful` or `not_safe`.
        #[schema(max_length = 200)] not_first: Option<String>,
        /// The same in words.
        #[schema(max_length = 5000)] not_first_text: Option<String>,
    }
    /// The end of a control measure.
    EndMeasure {
        /// Number in the case.
        #[schema(minimum = 1, maximum = 1000)] measure: u32,
        /// How it ended.
        #[schema(min_length = 1, max_length = 5000)] text: String,
    }
    /// What a colleague found of a control measure.
    ReviewMeasure {
        /// Number in the case.
        #[schema(minimum = 1, maximum = 1000)] measure: u32,
        /// Whether it was right.
        #[schema()] justified: bool,
        /// Why.
        #[schema(min_length = 1, max_length = 5000)] text: String,
    }
    /// Something that was tried first.
    TryFirst {
        /// A code of the pack.
        #[schema(min_length = 1, max_length = 64)] kind: String,
        /// `worked`, `partly`, `failed` or `goes_on`.
        #[schema(max_length = 200)] result: String,
        /// What was done.
        #[schema(min_length = 1, max_length = 5000)] text: String,
    }
    /// Whether a matter may be settled in a way.
    JudgeSettlement {
        /// A way of the pack.
        #[schema(min_length = 1, max_length = 64)] way: String,
        /// `yes` or `no` to each question of the way, by its code.
        #[schema(value_type = Object)] answers: std::collections::BTreeMap<String, String>,
        /// Why it is allowed after all; needed when the way was found excluded before.
        #[schema(max_length = 5000)] reason: Option<String>,
    }
    /// What a side said to a settlement.
    SettlementConsent {
        /// Number in the case.
        #[schema(minimum = 1, maximum = 1000)] settlement: u32,
        /// `offender`, `child`, `guardian` or `victim`.
        #[schema(max_length = 200)] side: String,
        /// `given`, `declined` or `withdrawn`.
        #[schema(max_length = 200)] consent: String,
        /// They were told that it is free and may be taken back; needed with `given`.
        #[schema()] told_free: Option<bool>,
    }
    /// What all sides agreed on.
    SettlementAgreement {
        /// Number in the case.
        #[schema(minimum = 1, maximum = 1000)] settlement: u32,
        /// What is done.
        #[schema(min_length = 1, max_length = 5000)] text: String,
        /// By when.
        #[schema(format = DateTime, max_length = 64)] keep_by: Option<String>,
    }
    /// Whether a settlement was kept.
    SettlementEnd {
        /// Number in the case.
        #[schema(minimum = 1, maximum = 1000)] settlement: u32,
        /// Whether it was.
        #[schema()] kept: bool,
        /// How that is known.
        #[schema(min_length = 1, max_length = 5000)] text: String,
    }
}

fn read_name(fields: &mut Fields<'_>) -> CaseCommand {
    let person = person(fields);
    let mut roles = Vec::new();
    for word in fields.texts("roles", 4, CODE) {
        match word.parse() {
            Ok(role) => roles.push(role),
            Err(_) => fields.wrong_by_key("/roles", "unknown", "error.word_unknown"),
        }
    }
    CaseCommand::Rights(RightsCommand::Name {
        person,
        roles,
        under_18: fields.flag("under_18"),
        needs: fields.texts("needs", 10, CODE),
        reason: text(fields, "reason"),
    })
}

fn read_give(fields: &mut Fields<'_>) -> Option<CaseCommand> {
    let most = u32::try_from(PERSONS_MAX).unwrap_or(u32::MAX);
    let person = fields.count("person", &(1..=most.max(*NUMBERS.end())));
    let manner = word(fields, "manner", Manner::parse);
    let understood = flag(fields, "understood");
    let signing = word(fields, "signing", Signing::parse);
    Some(CaseCommand::Rights(RightsCommand::Give(GiveRights {
        person,
        manner: manner?,
        language: text(fields, "language"),
        interpreter: fields.flag("interpreter").unwrap_or_default(),
        guardian: fields.flag("guardian"),
        adviser: fields.flag("adviser"),
        absent: text(fields, "absent"),
        understood: understood?,
        help: text(fields, "help"),
        signing: signing?,
    })))
}

fn read_begin(fields: &mut Fields<'_>) -> CaseCommand {
    CaseCommand::Control(ControlCommand::Begin(BeginMeasure {
        kind: fields.needed("kind", CODE),
        person: person(fields),
        order: text(fields, "order"),
        ground: fields.text("ground", CODE).unwrap_or_default(),
        explained: text(fields, "explained"),
        remedy_told: flag(fields, "remedy_told").unwrap_or_default(),
        not_first: fields.word("not_first", NotFirst::parse),
        not_first_text: text(fields, "not_first_text"),
        encounter: None,
    }))
}

fn read_judge(fields: &mut Fields<'_>) -> CaseCommand {
    let way = fields.needed("way", CODE);
    let mut answers = Vec::new();
    for (fact, value) in fields.members("answers") {
        match value.as_str().map(str::parse::<FactAnswer>) {
            Some(Ok(answer)) => answers.push(FactGiven { fact, answer }),
            _ if value == Value::Null => {}
            _ => fields.wrong_by_key("/answers", "unknown", "error.word_unknown"),
        }
    }
    let reason = fields.text("reason", LINE);
    CaseCommand::Prevention(PreventionCommand::Judge {
        way,
        answers,
        reason,
    })
}

operations! {
    /// Records a person concerned, or a change of their roles.
    name: "/cases/{case}/people", "nameCasePerson", NamePerson, |fields| Some(read_name(fields));
    /// Records that a person was told their rights.
    give: "/cases/{case}/rights", "tellCaseRights", TellRights, read_give;
    /// Records that a control measure began.
    begin: "/cases/{case}/measures", "beginCaseMeasure", TakeMeasure, |fields| Some(read_begin(fields));
    /// Records that a control measure ended.
    end: "/cases/{case}/measures/end", "endCaseMeasure", EndMeasure, |fields| {
        let measure = fields.count("measure", &NUMBERS);
        let text = text(fields, "text");
        Some(CaseCommand::Control(ControlCommand::End { measure, text }))
    };
    /// Records what another officer found of a control measure.
    review: "/cases/{case}/measures/review", "reviewCaseMeasure", ReviewMeasure, |fields| {
        let measure = fields.count("measure", &NUMBERS);
        let justified = flag(fields, "justified");
        let text = text(fields, "text");
        Some(CaseCommand::Control(ControlCommand::Review { measure, justified: justified?, text }))
    };
    /// Records what was tried first.
    attempt: "/cases/{case}/prevention", "tryFirstInCase", TryFirst, |fields| {
        let kind = fields.needed("kind", CODE);
        let result = word(fields, "result", TriedResult::parse);
        let text = text(fields, "text");
        Some(CaseCommand::Prevention(PreventionCommand::Try { kind, result: result?, text }))
    };
    /// Looks whether the matter may be settled in a way, and offers it if nothing excludes it.
    judge: "/cases/{case}/settlements", "judgeCaseSettlement", JudgeSettlement, |fields| Some(read_judge(fields));
    /// Records what a side said.
    consent: "/cases/{case}/settlements/consent", "answerCaseSettlement", SettlementConsent, |fields| {
        let settlement = fields.count("settlement", &NUMBERS);
        let side = word(fields, "side", |word| word.parse::<Party>().ok());
        let consent = word(fields, "consent", Consent::parse);
        let told_free = fields.flag("told_free").unwrap_or_default();
        Some(CaseCommand::Prevention(PreventionCommand::Answer {
            settlement, side: side?, consent: consent?, told_free,
        }))
    };
    /// Records what all sides agreed on.
    agree: "/cases/{case}/settlements/agreement", "agreeCaseSettlement", SettlementAgreement, |fields| {
        let settlement = fields.count("settlement", &NUMBERS);
        let text = text(fields, "text");
        let keep_by = moment(fields, "keep_by");
        Some(CaseCommand::Prevention(PreventionCommand::Agree { settlement, text, keep_by }))
    };
    /// Records whether a settlement was kept.
    keep: "/cases/{case}/settlements/end", "endCaseSettlement", SettlementEnd, |fields| {
        let settlement = fields.count("settlement", &NUMBERS);
        let kept = flag(fields, "kept");
        let text = text(fields, "text");
        Some(CaseCommand::Prevention(PreventionCommand::End { settlement, kept: kept?, text }))
    };
}
