//! What staff do to a case: each an operation of its own, carried out as the form of its page is.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{Case, CaseCommand, CaseRefusal};
use pengayom_core::value::CaseId;
use pengayom_node::access::Staff;
use pengayom_node::handle::case::CaseChanged;
use pengayom_node::tokens::Scope;
use pengayom_node::{HandleError, UnitContext};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{
    AnswerReporter, AnswerReview, AssessCase, AssignCase, CloseCase, EraseCase, ExplainDelay,
    HoldCase, LiftHold, NameOfficer, OfferSupport, RecordAction, ReopenCase, TakeCaseOver,
    WithdrawLetter,
};
use super::form::{Kind, Member, Read, moment};
use super::refused::{at, case_code, refused, wrong};
use super::{CaseAt, DecidedOn, NOTHING, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::once::once;
use crate::desk::{CaseForm, command, may_do, moved_words, readers_command, refusal, taken_words};
use crate::problem::Fault;

/// Longest reference, reason of one line or other short text that is read, in characters. The rules say which are too
/// long for them.
const LINE: usize = TEXT_MAX_CHARS;

/// An act on a case: the page's form, and what its body is called here.
pub(super) struct Change {
    /// The word by which an answer says that it is offered now.
    pub(super) name: &'static str,
    /// The form.
    pub(super) form: CaseForm,
    /// What a token carries for it.
    scope: Scope,
    /// The members of its body.
    pub(super) members: &'static [Member],
}

const fn change(
    name: &'static str,
    form: CaseForm,
    scope: Scope,
    members: &'static [Member],
) -> Change {
    Change {
        name,
        form,
        scope,
        members,
    }
}

static TAKE: Change = change("take", CaseForm::Take, Scope::Desk, &[]);

static TAKE_OVER: Change = change(
    "take_over",
    CaseForm::TakeOver,
    Scope::Desk,
    &[
        Member::text("/from", "dari", 64),
        Member::text("/reason", "alasan", LINE).at(&["ambil-alih-alasan"]),
    ],
);

static ASSESS: Change = change(
    "assess",
    CaseForm::Assess,
    Scope::CasesWrite,
    &[
        Member::text("/service_code", "layanan", 64).at(&["telaah-layanan"]),
        Member::text("/reason", "alasan", LINE).at(&["telaah-alasan"]),
    ],
);

static ACT: Change = change(
    "act",
    CaseForm::Act,
    Scope::CasesWrite,
    &[
        Member::text("/text", "uraian", LINE).at(&["tindakan-uraian"]),
        Member::text("/function", "fungsi", 64).at(&["tindakan-fungsi"]),
    ],
);

static ANSWER: Change = change(
    "answer",
    CaseForm::Answer,
    Scope::CasesWrite,
    &[
        Member::text("/text", "jawaban", LINE).at(&["jawab-jawaban"]),
        // Read apart: a moment with its zone.
        Member::new("/next_news_by", "", Kind::Apart).at(&["jawab-kabar"]),
    ],
);

static EXPLAIN_DELAY: Change = change(
    "explain_delay",
    CaseForm::Delay,
    Scope::CasesWrite,
    &[
        Member::text("/reason", "sebab", 64).at(&["terlambat-alasan"]),
        Member::text("/text", "penjelasan", LINE).at(&["terlambat-penjelasan"]),
    ],
);

static OFFER_SUPPORT: Change = change(
    "offer_support",
    CaseForm::Support,
    Scope::CasesWrite,
    &[
        Member::text("/support", "dukungan", LINE).at(&["dukungan-isi"]),
        Member::text("/reply", "tanggapan", 64).at(&["dukungan-tanggapan"]),
    ],
);

static ANSWER_EXPLANATION: Change = change(
    "answer_explanation",
    CaseForm::Explain,
    Scope::CasesWrite,
    &[Member::text("/text", "jawaban", LINE).at(&["penjelasan-jawaban"])],
);

static ANSWER_SECOND_LOOK: Change = change(
    "answer_second_look",
    CaseForm::SecondLook,
    Scope::CasesWrite,
    &[Member::text("/text", "jawaban", LINE).at(&["penilaian-jawaban"])],
);

static ASSIGN: Change = change(
    "assign",
    CaseForm::Assign,
    Scope::CasesWrite,
    &[
        Member::text("/officer", "petugas", 64).at(&["tugaskan-petugas"]),
        Member::text("/reason", "alasan", LINE).at(&["tugaskan-alasan"]),
    ],
);

static CLOSE: Change = change(
    "close",
    CaseForm::Close,
    Scope::CasesWrite,
    &[
        Member::text("/outcome", "hasil", 64).at(&["tutup-hasil"]),
        Member::text("/reason", "alasan", LINE).at(&["tutup-alasan"]),
    ],
);

static REOPEN: Change = change(
    "reopen",
    CaseForm::Reopen,
    Scope::CasesWrite,
    &[Member::text("/reason", "alasan", LINE).at(&["buka-alasan"])],
);

static HOLD: Change = change(
    "hold",
    CaseForm::Hold,
    Scope::CasesWrite,
    &[
        Member::text("/ground", "dasar", 64).at(&["tahan-dasar"]),
        Member::text("/reference", "rujukan", LINE).at(&["tahan-rujukan"]),
    ],
);

static LIFT_HOLD: Change = change(
    "lift_hold",
    CaseForm::Lift,
    Scope::CasesWrite,
    &[Member::text("/reference", "rujukan", LINE).at(&["lepas-rujukan"])],
);

static ERASE: Change = change(
    "erase",
    CaseForm::Erase,
    Scope::CasesWrite,
    &[
        Member::text("/ground", "dasar", LINE).at(&["hapus-dasar"]),
        Member::new("/sure", "yakin", Kind::Tick("ya")).at(&["hapus-yakin"]),
    ],
);

/// An officer and why, as four forms ask for them.
macro_rules! of_officer {
    ($name:literal, $form:ident, $officer:literal, $reason:literal) => {
        change(
            $name,
            CaseForm::$form,
            Scope::CasesWrite,
            &[
                Member::text("/officer", "petugas", 64).at(&[$officer]),
                Member::text("/reason", "alasan", LINE).at(&[$reason]),
            ],
        )
    };
}

static NAME_READER: Change = of_officer!("name_reader", NameReader, "beri-petugas", "beri-alasan");

static REMOVE_READER: Change = of_officer!(
    "remove_reader",
    RemoveReader,
    "cabut-petugas",
    "cabut-alasan"
);

static NAME_CONCERNED: Change = of_officer!(
    "name_concerned",
    NameConcerned,
    "terkait-petugas",
    "terkait-alasan"
);

static CLEAR_CONCERNED: Change = of_officer!(
    "clear_concerned",
    ClearConcerned,
    "bukan-petugas",
    "bukan-alasan"
);

static WITHDRAW_LETTER: Change = change(
    "withdraw_letter",
    CaseForm::Withdraw,
    Scope::CasesWrite,
    &[Member::text("/reason", "alasan", LINE).at(&["tarik-alasan"])],
);

/// All of them, in the order of the page.
pub(super) static CHANGES: [&Change; 20] = [
    &EXPLAIN_DELAY,
    &ANSWER_EXPLANATION,
    &ANSWER_SECOND_LOOK,
    &OFFER_SUPPORT,
    &ASSESS,
    &ACT,
    &ANSWER,
    &WITHDRAW_LETTER,
    &ASSIGN,
    &CLOSE,
    &TAKE,
    &TAKE_OVER,
    &REOPEN,
    &NAME_CONCERNED,
    &CLEAR_CONCERNED,
    &NAME_READER,
    &REMOVE_READER,
    &HOLD,
    &LIFT_HOLD,
    &ERASE,
];

/// What is offered to somebody now, by name. The rules of the case decide again when it is asked for.
pub(super) fn offered(
    unit: &UnitContext,
    staff: &Staff,
    case: &Case,
    now: Timestamp,
) -> Vec<&'static str> {
    let (late, may) = (case.is_late(now), may_do(unit, staff, case, now));
    let offered = CHANGES
        .iter()
        .filter(|change| change.form.is_offered(staff, case, late, &may));
    offered.map(|change| change.name).collect()
}

/// What a change came to.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseChange {
    /// The case.
    #[schema(format = "uuid")]
    id: String,
    /// Its version after that; the version of its `ETag`.
    version: u32,
    /// What was recorded. Empty when it was so already.
    recorded: Vec<RecordedInCase>,
}

/// An act that was recorded.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordedInCase {
    /// Its identifier.
    #[schema(format = "uuid")]
    id: String,
    /// What happened, such as `case.reporter_answered`.
    #[schema(value_type = String)]
    kind: &'static str,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl CaseChange {
    /// What a handler came to. Of a command that was sent before it says what that came to.
    pub(super) fn of(id: CaseId, changed: &CaseChanged) -> Self {
        let last = changed.acts.last().map(|act| act.version);
        Self {
            id: id.to_string(),
            version: last.unwrap_or(changed.case.version),
            recorded: changed
                .acts
                .iter()
                .map(|act| RecordedInCase {
                    id: act.id.to_string(),
                    kind: act.payload.kind(),
                    at: act.recorded_at,
                })
                .collect(),
        }
    }

    /// The answer.
    ///
    /// # Errors
    /// None that occurs.
    pub(super) fn answer(&self, api: &Api) -> Result<Response, Fault> {
        api.changed(self.version, self).map(for_one)
    }
}

/// Reads the body of a change.
fn read(
    change: &'static Change,
    api: &Api,
    body: JsonBody,
) -> Result<(Read, Option<Timestamp>), Fault> {
    let mut fields = Fields::new(body.values, &api.frame);
    let mut read = Read::of(change.members, &mut fields)?;
    let news = match change.form {
        CaseForm::Answer => moment(&mut fields, "next_news_by"),
        _ => None,
    };
    if news.is_some() {
        read.gave("/next_news_by");
    }
    fields.check()?;
    Ok((read, news))
}

/// Carries out a change with a body.
async fn carry_out(
    change: &'static Change,
    api: Api,
    case: String,
    body: JsonBody,
) -> Result<Response, Fault> {
    api.staff(change.scope)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let (read, news) = read(change, &api, body)?;
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        work(&api, change, case, (read, news), &asked).await
    })
    .await
}

async fn work(
    api: &Arc<Api>,
    change: &'static Change,
    case: CaseId,
    (read, news): (Read, Option<Timestamp>),
    asked: &Bytes,
) -> Result<Response, Fault> {
    let staff = api.staff(change.scope)?;
    require(staff, change.form.permission())?;
    let wanted = match api.node.case_history(staff, case).await {
        Ok(history) => command(&api.frame, staff, &history.case, change.form, &read.form),
        // What can be done to a case that is shut: taking one that waits, and naming who reads it.
        Err(HandleError::CaseShut(shut)) => match change.form {
            CaseForm::Take => Ok(CaseCommand::Take { by: staff.id }),
            CaseForm::NameReader | CaseForm::RemoveReader => {
                readers_command(&api.frame, change.form, &read.form).map_err(Ok)
            }
            _ => return Err(HandleError::CaseShut(shut).into()),
        },
        Err(error) => return Err(error.into()),
    };
    let mut wanted = match wanted {
        Ok(wanted) => wanted,
        Err(Ok(errors)) => return Err(wrong(&read, errors)),
        Err(Err(Fault::Unreadable)) => return Err(unreadable(api, change)),
        Err(Err(fault)) => return Err(fault),
    };
    if let CaseCommand::Answer { next_news_by, .. } = &mut wanted {
        *next_news_by = news;
    }
    let once = once_of(api, asked)?;
    let seen = api.wanted_version()?;
    let changed = api
        .node
        .change_case_once(staff, case, seen, wanted, once)
        .await;
    match changed {
        Ok(changed) => CaseChange::of(case, &changed).answer(api),
        Err(error) => Err(why_not(api, staff, case, (change.form, &read), error).await?),
    }
}

/// A code of ours that does not read: which member it is follows from the form.
fn unreadable(api: &Api, change: &Change) -> Fault {
    let pointer = change.members.first().map_or("", |member| member.pointer);
    at(pointer, "unknown", api.frame.t("error.word_unknown"))
}

/// Why a change was not carried out, in the page's words.
///
/// # Errors
/// The store's.
async fn why_not(
    api: &Api,
    staff: &Staff,
    case: CaseId,
    (form, read): (CaseForm, &Read),
    error: HandleError,
) -> Result<Fault, Fault> {
    match error {
        HandleError::Case(rule) => {
            let code = case_code(&rule);
            let Some(blamed) = refusal(&api.frame, form, &rule) else {
                return moved(api, &rule).await;
            };
            Ok(match read.pointer_of(&blamed.id) {
                Some(pointer) => at(pointer, code, blamed.words),
                // It is about something that another form asks for.
                None => refused(code, blamed.words),
            })
        }
        HandleError::NoSuchOfficer => {
            let words = api.frame.t("case.assign_gone");
            Ok(at("/officer", "unknown", words))
        }
        HandleError::Conflict { now_with } => stale(api, staff, case, now_with).await,
        other => Ok(other.into()),
    }
}

/// A case that moved on: by the rule that says so.
///
/// # Errors
/// The store's.
pub(super) async fn moved(api: &Api, rule: &CaseRefusal) -> Result<Fault, Fault> {
    let words = moved_words(&api.frame, &api.node, rule).await?;
    Ok(refused(case_code(rule), words))
}

/// Somebody acted since the version that a change was decided on.
///
/// # Errors
/// The store's.
pub(super) async fn stale(
    api: &Api,
    staff: &Staff,
    case: CaseId,
    now_with: Option<pengayom_core::value::OfficerId>,
) -> Result<Fault, Fault> {
    if api.wanted_version()?.is_some() {
        let version = match api.node.shut_case(staff, case).await? {
            Some(shut) => shut.version,
            None => api.node.case_history(staff, case).await?.case.version,
        };
        return Ok(Fault::Precondition { version });
    }
    Ok(match now_with {
        Some(officer) => {
            let words = taken_words(&api.frame, &api.node, officer).await?;
            refused("with_another_officer", words)
        }
        None => Fault::Conflict,
    })
}

/// Takes the case, to serve it.
#[utoipa::path(
    post, path = "/cases/{case}/take", operation_id = "takeCase", tag = "cases",
    params(CaseAt, DecidedOn),
    responses((status = 200, description = "The account serves it.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn take(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    api.staff(Scope::Desk)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    once(api, NOTHING, move |api| async move {
        let nothing = JsonBody {
            bytes: Bytes::new(),
            values: serde_json::Map::new(),
        };
        let read = read(&TAKE, &api, nothing)?;
        work(&api, &TAKE, case, read, &Bytes::new()).await
    })
    .await
}

macro_rules! changes {
    ($($(#[doc = $doc:literal])* $name:ident: $path:tt, $id:tt, $scope:tt, $body:ident, $change:ident;)*) => {$(
        $(#[doc = $doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "cases",
            params(CaseAt, DecidedOn),
            request_body = $body,
            responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
                headers(("ETag" = String, description = "The version after it.")))),
            security(("token" = [$scope]))
        )]
        pub(super) async fn $name(
            api: Api,
            Path(case): Path<String>,
            body: JsonBody,
        ) -> Result<Response, Fault> {
            carry_out(&$change, api, case, body).await
        }
    )*};
}

changes! {
    /// Takes the case over from a colleague.
    take_over: "/cases/{case}/take-over", "takeCaseOver", "desk", TakeCaseOver, TAKE_OVER;
    /// Decides which service the case needs.
    assess: "/cases/{case}/assessments", "assessCase", "cases:write", AssessCase, ASSESS;
    /// Records what was done. Staff see it, the reporter does not.
    act: "/cases/{case}/actions", "recordAction", "cases:write", RecordAction, ACT;
    /// Answers the reporter, who reads it where they follow the case.
    answer: "/cases/{case}/answers", "answerReporter", "cases:write", AnswerReporter, ANSWER;
    /// Says why a promise was missed. The reporter reads it.
    explain_delay: "/cases/{case}/delay-reasons", "explainDelay", "cases:write", ExplainDelay, EXPLAIN_DELAY;
    /// Records what support was offered to the reporter, and what they said.
    offer_support: "/cases/{case}/support-offers", "offerSupport", "cases:write", OfferSupport, OFFER_SUPPORT;
    /// Explains to the reporter who asked why a promise is past or news is overdue. Not by whoever handles the case.
    answer_explanation: "/cases/{case}/explanations", "answerExplanation", "cases:write", AnswerReview, ANSWER_EXPLANATION;
    /// Answers the reporter who asked for a second look. Not by whoever classified or closed the case.
    answer_second_look: "/cases/{case}/second-looks", "answerSecondLook", "cases:write", AnswerReview, ANSWER_SECOND_LOOK;
    /// Gives the case to an officer.
    assign: "/cases/{case}/assignments", "assignCase", "cases:write", AssignCase, ASSIGN;
    /// Ends the case. The reporter reads why.
    close: "/cases/{case}/closings", "closeCase", "cases:write", CloseCase, CLOSE;
    /// Opens a closed case again.
    reopen: "/cases/{case}/reopenings", "reopenCase", "cases:write", ReopenCase, REOPEN;
    /// Names an officer who may read the case beside whoever has it.
    name_reader: "/cases/{case}/readers", "nameReader", "cases:write", NameOfficer, NAME_READER;
    /// Takes that back.
    remove_reader: "/cases/{case}/reader-removals", "removeReader", "cases:write", NameOfficer, REMOVE_READER;
    /// Records an officer whom the report is about: they neither read nor handle it from then on.
    name_concerned: "/cases/{case}/concerned", "nameConcerned", "cases:write", NameOfficer, NAME_CONCERNED;
    /// Says that naming them was a mistake.
    clear_concerned: "/cases/{case}/concerned-clearings", "clearConcerned", "cases:write", NameOfficer, CLEAR_CONCERNED;
    /// Lets nothing of the case be erased until that is lifted.
    hold: "/cases/{case}/holds", "holdCase", "cases:write", HoldCase, HOLD;
    /// Says that what held the case is over.
    lift_hold: "/cases/{case}/hold-liftings", "liftHold", "cases:write", LiftHold, LIFT_HOLD;
    /// Erases what identifies persons in a closed case and in the encounters about it. It cannot be undone.
    erase: "/cases/{case}/erasures", "eraseCase", "cases:write", EraseCase, ERASE;
}

/// Takes back a letter that was given by mistake. The reporter reads why, and cannot open it any more.
#[utoipa::path(
    post, path = "/cases/{case}/letters/{n}/withdrawal", operation_id = "withdrawLetter", tag = "cases",
    params(
        CaseAt,
        ("n" = u32, Path, description = "Its place in the order they were given, from 1.", minimum = 1),
        DecidedOn
    ),
    request_body = WithdrawLetter,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn withdraw_letter(
    api: Api,
    Path((case, n)): Path<(String, String)>,
    body: JsonBody,
) -> Result<Response, Fault> {
    api.staff(Scope::CasesWrite)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let n: u32 = n.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let (mut read, _) = read(&WITHDRAW_LETTER, &api, body)?;
    read.put("surat", &n.to_string())?;
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let withdrawn = work(&api, &WITHDRAW_LETTER, case, (read, None), &asked).await;
        withdrawn.map_err(|fault| match fault {
            // The letter is named by the address.
            Fault::Refused {
                code: "no_such_letter",
                ..
            } => Fault::NotFound,
            other => other,
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::FORMS;

    // A form of the page without an operation here is a thing that programs cannot do.
    #[test]
    fn every_form_of_a_case_is_an_operation() {
        for form in FORMS.into_iter().chain([CaseForm::Take]) {
            let known = CHANGES.iter().filter(|change| change.form == form);
            assert_eq!(known.count(), 1, "{form:?}");
        }
    }

    #[test]
    fn members_are_those_of_the_description() {
        use utoipa::PartialSchema as _;
        let described = [
            (&TAKE_OVER, TakeCaseOver::schema()),
            (&ASSESS, AssessCase::schema()),
            (&ACT, RecordAction::schema()),
            (&ANSWER, AnswerReporter::schema()),
            (&EXPLAIN_DELAY, ExplainDelay::schema()),
            (&OFFER_SUPPORT, OfferSupport::schema()),
            (&ANSWER_EXPLANATION, AnswerReview::schema()),
            (&ANSWER_SECOND_LOOK, AnswerReview::schema()),
            (&ASSIGN, AssignCase::schema()),
            (&CLOSE, CloseCase::schema()),
            (&REOPEN, ReopenCase::schema()),
            (&HOLD, HoldCase::schema()),
            (&LIFT_HOLD, LiftHold::schema()),
            (&ERASE, EraseCase::schema()),
            (&WITHDRAW_LETTER, WithdrawLetter::schema()),
            (&NAME_READER, NameOfficer::schema()),
            (&REMOVE_READER, NameOfficer::schema()),
            (&NAME_CONCERNED, NameOfficer::schema()),
            (&CLEAR_CONCERNED, NameOfficer::schema()),
        ];
        assert_eq!(described.len() + 1, CHANGES.len(), "all but taking");
        for (change, schema) in described {
            let schema = serde_json::to_value(schema).unwrap();
            let mut said: Vec<&str> = schema["properties"]
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let mut read: Vec<&str> = change.members.iter().map(Member::name).collect();
            said.sort_unstable();
            read.sort_unstable();
            assert_eq!(said, read, "{}", change.name);
        }
    }
}
