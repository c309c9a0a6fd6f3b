//! The plan of proof and things in custody: what is known, and each form of their pages as an operation.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{CaseCommand, Charge, Exhibit, Gap, Holder, Piece};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{
    AcceptExhibit, AddOffence, BaseEvidence, ConfirmDisposal, DropOffence, EndWithReason,
    ExcludeEvidence, ExplainDifference, LinkEvidence, MoveExhibit, OfferExhibit, OtherSide,
    ProposeDisposal, SendExhibit, TakeBackExhibit, TakeExhibit,
};
use super::case::known;
use super::change::{CaseChange, moved, stale};
use super::form::{Kind, Member, Read};
use super::refused::{at, case_code, refused, wrong};
use super::shown::{Officer, Shown};
use super::{CaseAt, DecidedOn, NOTHING, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::once::once;
use crate::desk::proof_forms as forms;
use crate::problem::Fault;

const LINE: usize = TEXT_MAX_CHARS;

/// Something missing before the proof is complete.
#[derive(Serialize, ToSchema)]
pub(super) struct ProofGap {
    /// `no_offence`, `offence_unknown`, `no_evidence`, `too_few`, `no_statement`, `untyped`, `lacks`, `custody` or
    /// `other_side_not_sought`.
    gap: String,
    /// The offence it is about.
    #[schema(required)]
    offence: Option<String>,
    /// The element it is about.
    #[schema(required)]
    element: Option<String>,
    /// The piece of evidence it is about, from 1.
    #[schema(required)]
    evidence: Option<u32>,
    /// What of it is missing or wrong: a need of its collection, or a fault of its custody.
    #[schema(required)]
    what: Option<String>,
}

/// An offence of the plan.
#[derive(Serialize, ToSchema)]
pub(super) struct ProofOffence {
    /// Its code.
    code: String,
    /// First day on which the act may have been done.
    #[schema(value_type = Option<String>, format = Date, required)]
    from: Option<Date>,
    /// Last such day.
    #[schema(value_type = Option<String>, format = Date, required)]
    until: Option<Date>,
}

/// What a piece of evidence says of an element.
#[derive(Serialize, ToSchema)]
pub(super) struct ProofLink {
    /// The offence.
    offence: String,
    /// The element.
    element: String,
    /// `supports`, `weakens` or `neutral`.
    #[schema(value_type = String)]
    bearing: &'static str,
}

/// A piece of evidence.
#[derive(Serialize, ToSchema)]
pub(super) struct ProofEvidence {
    /// Its place in the order they came, from 1.
    n: u32,
    /// SHA-256 of its file; none: it is a thing.
    #[schema(required)]
    sha256: Option<String>,
    /// Its type.
    #[schema(required)]
    kind: Option<String>,
    /// How it was collected.
    #[schema(required)]
    way: Option<String>,
    /// The day it was collected.
    #[schema(value_type = Option<String>, format = Date, required)]
    collected_on: Option<Date>,
    /// It counts as lawful evidence.
    counts: bool,
    /// Its file is no longer what was put there.
    altered: bool,
    /// What it says of elements.
    links: Vec<ProofLink>,
    /// Who of the unit has it, when it is a thing.
    #[schema(required)]
    holder: Option<Officer>,
    /// Where else it is: `laboratory`, `prosecutor`, `returned`, `destroyed`, `auctioned` or `deposited`.
    #[schema(required, value_type = Option<String>)]
    elsewhere: Option<&'static str>,
    /// Number of its seal.
    #[schema(required)]
    seal: Option<String>,
    /// Where it lies.
    #[schema(required)]
    place: Option<String>,
    /// To whom it is offered.
    #[schema(required)]
    offered_to: Option<Officer>,
    /// An end that is proposed, `returned`, `destroyed`, `auctioned` or `deposited`; of money also `laboratory` or
    /// `prosecutor`, to whom it is to be sent.
    #[schema(required, value_type = Option<String>)]
    proposed: Option<&'static str>,
}

/// The proof of a case.
#[derive(Serialize, ToSchema)]
pub(super) struct ProofBody {
    /// When it was said to be complete, and nothing was missing.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    complete_at: Option<Timestamp>,
    /// How many gaps there were when it was first said to be complete.
    #[schema(required)]
    first_gaps: Option<u32>,
    /// What is missing now.
    gaps: Vec<ProofGap>,
    /// Offences.
    offences: Vec<ProofOffence>,
    /// Evidence.
    evidence: Vec<ProofEvidence>,
}

impl ProofGap {
    fn of(gap: &Gap) -> Self {
        let stored = serde_json::to_value(gap).unwrap_or_default();
        let text = |name: &str| {
            stored
                .get(name)
                .and_then(|it| it.as_str())
                .map(String::from)
        };
        Self {
            gap: text("gap").unwrap_or_default(),
            offence: text("offence"),
            element: text("element"),
            evidence: gap.evidence(),
            what: text("need").or_else(|| text("fault")),
        }
    }
}

impl ProofEvidence {
    fn of(shown: &Shown<'_>, n: u32, piece: &Piece, counts: bool) -> Self {
        let typed = piece.typed.as_ref();
        let thing = piece.exhibit.as_deref();
        let links = piece.links.iter().map(|link| ProofLink {
            offence: link.offence.clone(),
            element: link.element.clone(),
            bearing: link.bearing.as_str(),
        });
        Self {
            n,
            sha256: piece.file.clone(),
            kind: typed.map(|typed| typed.kind.clone()),
            way: typed.map(|typed| typed.way.clone()),
            collected_on: typed.map(|typed| typed.on),
            counts,
            altered: piece.altered,
            links: links.collect(),
            holder: thing
                .and_then(Exhibit::officer)
                .map(|officer| shown.officer(officer)),
            elsewhere: thing.and_then(|thing| match thing.holder {
                Holder::Officer(_) => None,
                Holder::Outside(outside) => Some(outside.as_str()),
                Holder::Gone(way) => Some(way.as_str()),
            }),
            seal: thing.and_then(|thing| thing.seal.clone()),
            place: thing
                .map(|thing| thing.place.clone())
                .filter(|place| !place.is_empty()),
            offered_to: thing
                .and_then(|thing| thing.offer_at(shown.now))
                .map(|offer| shown.officer(offer.to)),
            proposed: thing
                .and_then(|thing| thing.proposal)
                .map(|proposal| proposal.way.as_str()),
        }
    }
}

/// The plan of proof: offences, evidence with its custody, and what is missing.
#[utoipa::path(
    get, path = "/cases/{case}/proof", operation_id = "getProof", tag = "cases",
    params(CaseAt),
    responses((status = 200, description = "What is known of it.", body = ProofBody,
        headers(("ETag" = String, description = "The version of the case, for `If-Match`.")))),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn show(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let shown = Shown::read(&api, staff).await?;
    let proof = &history.case.proof;
    let law = api.frame.unit().pack.proof();
    let gaps = proof.gaps(law, shown.now);
    let offence = |charge: &Charge| ProofOffence {
        code: charge.offence.clone(),
        from: charge.from,
        until: charge.until,
    };
    let pieces = (1..).zip(&proof.pieces);
    let body = ProofBody {
        complete_at: proof.complete_at,
        first_gaps: proof.first_gaps,
        gaps: gaps.iter().map(ProofGap::of).collect(),
        offences: proof.charges().map(offence).collect(),
        evidence: pieces
            .map(|(n, piece)| {
                let counts = proof.counts(piece, law).is_ok();
                ProofEvidence::of(&shown, n, piece, counts)
            })
            .collect(),
    };
    api.found_version(history.case.version, &body).map(for_one)
}

/// A form of one of the two pages, and what its body is called here.
struct Change {
    form: &'static str,
    permission: Permission,
    members: &'static [Member],
}

const fn plan(form: &'static str, members: &'static [Member]) -> Change {
    Change {
        form,
        permission: Permission::ProveCase,
        members,
    }
}

const fn thing(form: &'static str, members: &'static [Member]) -> Change {
    Change {
        form,
        permission: Permission::KeepExhibits,
        members,
    }
}

const EVIDENCE: &[&str] = &["jenis-bukti", "kaitan-bukti", "keluarkan-bukti"];

const fn evidence() -> Member {
    Member::new("/evidence", "bukti", Kind::Whole).at(EVIDENCE)
}

static ADD_OFFENCE: Change = plan(
    "tindak-pidana",
    &[
        Member::text("/offence", "tindak_pidana", 64).at(&["tp-pilih"]),
        Member::text("/from", "dari", 10).at(&["tp-dari"]),
        Member::text("/until", "sampai", 10).at(&["tp-sampai"]),
    ],
);

static DROP_OFFENCE: Change = plan(
    "cabut",
    &[
        Member::text("/offence", "tindak_pidana", 64).at(&["cabut-pilih"]),
        Member::text("/reason", "alasan", LINE).at(&["cabut-alasan"]),
    ],
);

static BASE: Change = plan(
    "jenis",
    &[
        evidence(),
        Member::text("/kind", "jenis", 64).at(&["jenis-jenis"]),
        Member::text("/way", "cara", 64).at(&["jenis-cara"]),
        Member::text("/collected_on", "tanggal", 10).at(&["jenis-tanggal"]),
        Member::text("/collector", "oleh_siapa", LINE).at(&["jenis-oleh"]),
        Member::text("/from", "dari_siapa", LINE).at(&["jenis-dari"]),
        Member::text("/place", "tempat", LINE).at(&["jenis-tempat"]),
        Member::text("/number", "nomor", LINE).at(&["jenis-nomor"]),
        Member::text("/urgent", "mendesak", LINE).at(&["jenis-mendesak"]),
        Member::text("/witness_1", "saksi1", LINE).at(&["jenis-saksi1"]),
        Member::text("/witness_2", "saksi2", LINE).at(&["jenis-saksi2"]),
        Member::text("/copy_on", "salinan", 10).at(&["jenis-salinan"]),
        Member::new("/recording", "rekaman", Kind::Whole).at(&["jenis-rekaman"]),
        Member::text("/no_recording", "tanpa_rekaman", LINE).at(&["jenis-tanpa-rekaman"]),
    ],
);

static LINK: Change = plan(
    "kaitan",
    &[
        evidence(),
        Member::text("/offence", "tindak_pidana", 64).at(&["kaitan-tp"]),
        Member::text("/element", "unsur_kode", 64).at(&["kaitan-unsur"]),
        Member::text("/bearing", "arah", 64).at(&["kaitan-arah"]),
    ],
);

static OTHER_SIDE: Change = plan(
    "sebaliknya",
    &[
        Member::new("/found", "hasil", Kind::Flag(["ya", "tidak"])).at(&["sebaliknya-hasil"]),
        Member::text("/text", "uraian", LINE).at(&["sebaliknya-uraian"]),
    ],
);

static EXCLUDE: Change = plan(
    "keluarkan",
    &[
        evidence(),
        Member::text("/ground", "dasar", 64).at(&["keluarkan-dasar"]),
        Member::text("/reason", "alasan", LINE).at(&["keluarkan-alasan"]),
    ],
);

static SUBMIT: Change = plan("lengkap", &[]);

static TAKE: Change = thing(
    forms::TAKE,
    &[
        Member::text("/description", "uraian", LINE).at(&["simpan-uraian"]),
        Member::new("/quantity", "jumlah", Kind::Whole).at(&["simpan-jumlah"]),
        Member::text("/seal", "segel", 40).at(&["simpan-segel"]),
        Member::text("/from", "dari_siapa", LINE).at(&["simpan-dari"]),
        Member::text("/place", "tempat", LINE).at(&["simpan-tempat"]),
        Member::new("/rupiah", "uang", Kind::Whole).at(&["simpan-uang"]),
    ],
);

static OFFER: Change = thing(
    "tawarkan",
    &[
        Member::text("/to", "kepada", 64).at(&["tawarkan-kepada"]),
        Member::text("/note", "untuk", LINE).at(&["tawarkan-untuk"]),
    ],
);

static ACCEPT: Change = thing(
    "terima",
    &[
        Member::text("/place", "tempat", LINE).at(&["terima-tempat"]),
        Member::new("/counted", "dihitung", Kind::Whole).at(&["terima-dihitung"]),
    ],
);

static END_OFFER: Change = thing(
    "batal",
    &[Member::text("/reason", "alasan", LINE).at(&["batal-alasan"])],
);

static MOVE: Change = thing(
    "pindah",
    &[
        Member::text("/place", "tempat", LINE).at(&["pindah-tempat"]),
        Member::text("/seal", "segel", 40).at(&["pindah-segel"]),
    ],
);

static SEND: Change = thing(
    "kirim",
    &[
        Member::text("/to", "ke", 64).at(&["kirim-ke"]),
        Member::text("/recipient", "penerima", LINE).at(&["kirim-penerima"]),
        Member::text("/letter", "surat", LINE).at(&["kirim-surat"]),
        Member::new("/counted", "dihitung", Kind::Whole).at(&["kirim-dihitung"]),
    ],
);

static TAKE_BACK: Change = thing(
    "kembali",
    &[
        Member::text("/note", "keadaan", LINE).at(&["kembali-keadaan"]),
        Member::text("/place", "tempat", LINE).at(&["kembali-tempat"]),
        Member::text("/seal", "segel", 40).at(&["kembali-segel"]),
        Member::new("/counted", "dihitung", Kind::Whole).at(&["kembali-dihitung"]),
    ],
);

static PROPOSE: Change = thing(
    "usul",
    &[
        Member::text("/way", "cara", 64).at(&["usul-cara"]),
        Member::text("/recipient", "penerima", LINE).at(&["usul-penerima"]),
        Member::text("/letter", "surat", LINE).at(&["usul-surat"]),
        Member::text("/reason", "alasan", LINE).at(&["usul-alasan"]),
        Member::new("/counted", "dihitung", Kind::Whole).at(&["usul-dihitung"]),
    ],
);

static CONFIRM: Change = thing(
    "setujui",
    &[Member::new("/counted", "dihitung", Kind::Whole).at(&["setujui-dihitung"])],
);

static REJECT: Change = thing(
    "tolak",
    &[Member::text("/reason", "alasan", LINE).at(&["tolak-alasan"])],
);

static EXPLAIN: Change = thing(
    "jelaskan",
    &[Member::text("/text", "uraian", LINE).at(&["jelaskan-uraian"])],
);

async fn carry_out(
    change: &'static Change,
    api: Api,
    case: String,
    n: Option<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    api.staff(Scope::CasesWrite)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let n = n.map(|n| n.parse::<u32>()).transpose();
    let n = n.map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let mut fields = Fields::new(body.values, &api.frame);
    let mut read = Read::of(change.members, &mut fields)?;
    fields.check()?;
    if change.form == "kaitan" {
        let pair = format!(
            "{}.{}",
            read.form.get("tindak_pidana"),
            read.form.get("unsur_kode")
        );
        if pair != "." {
            read.put("unsur", &pair)?;
        }
    }
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        Box::pin(work(&api, change, (case, n), read, &asked)).await
    })
    .await
}

async fn work(
    api: &Arc<Api>,
    change: &'static Change,
    (case, n): (CaseId, Option<u32>),
    read: Read,
    asked: &Bytes,
) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesWrite)?;
    require(staff, change.permission)?;
    let history = api.node.case_history(staff, case).await?;
    let is_thing = |n: u32| {
        let piece = history.case.proof.piece(n);
        piece.is_some_and(|piece| piece.exhibit.is_some())
    };
    if n.is_some_and(|n| !is_thing(n)) {
        return Err(Fault::NotFound);
    }
    let frame = &api.frame;
    let is_plan = change.permission == Permission::ProveCase;
    let wanted = if is_plan {
        let today = frame.format().local(api.node.now()).date();
        forms::of_plan(frame, change.form, &read.form, today).map(CaseCommand::Proof)
    } else {
        let n = n.unwrap_or_default();
        forms::of_thing(frame, change.form, n, &read.form).map(CaseCommand::Custody)
    };
    let wanted = wanted.map_err(|errors| wrong(&read, errors))?;
    let once = once_of(api, asked)?;
    let seen = api.wanted_version()?;
    let changed = api
        .node
        .change_case_once(staff, case, seen, wanted, once)
        .await;
    match changed {
        Ok(changed) => CaseChange::of(case, &changed).answer(api),
        Err(HandleError::Case(rule)) => {
            let code = case_code(&rule);
            let blamed = if is_plan {
                forms::blamed_plan(frame, change.form, &rule)
            } else {
                forms::blamed_thing(frame, change.form, &rule)
            };
            Err(match blamed {
                Some(blamed) => match read.pointer_of(&blamed.id) {
                    Some(pointer) => at(pointer, code, blamed.words),
                    None => refused(code, blamed.words),
                },
                None => moved(api, &rule).await?,
            })
        }
        Err(HandleError::NoSuchOfficer) => Err(at("/to", "unknown", frame.t("case.assign_gone"))),
        Err(HandleError::Conflict { now_with }) => Err(stale(api, staff, case, now_with).await?),
        Err(error) => Err(error.into()),
    }
}

macro_rules! plan_changes {
    ($($(#[doc = $doc:literal])* $name:ident: $path:tt, $id:tt, $body:ident, $change:ident;)*) => {$(
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
            carry_out(&$change, api, case, None, body).await
        }
    )*};
}

plan_changes! {
    /// Puts an offence into the plan, or says better when it was done.
    add_offence: "/cases/{case}/proof/offences", "addOffence", AddOffence, ADD_OFFENCE;
    /// Takes an offence out of the plan.
    drop_offence: "/cases/{case}/proof/offence-droppings", "dropOffence", DropOffence, DROP_OFFENCE;
    /// Gives a piece of evidence its type and legal basis. What its collection lacks is said in the plan.
    base: "/cases/{case}/proof/bases", "baseEvidence", BaseEvidence, BASE;
    /// Says what a piece of evidence says of an element, for either side.
    link: "/cases/{case}/proof/links", "linkEvidence", LinkEvidence, LINK;
    /// Records that what speaks for the reported person was looked for.
    other_side: "/cases/{case}/proof/other-side", "seekOtherSide", OtherSide, OTHER_SIDE;
    /// Lets a piece of evidence count no longer. It is kept.
    exclude: "/cases/{case}/proof/exclusions", "excludeEvidence", ExcludeEvidence, EXCLUDE;
    /// Takes a thing into custody.
    take: "/cases/{case}/exhibits", "takeExhibit", TakeExhibit, TAKE;
}

/// Says that the proof is complete. Where something is missing, `recorded` names `case.proof_refused`, and the plan
/// says what; asked again with nothing new it is refused (`incomplete`).
#[utoipa::path(
    post, path = "/cases/{case}/proof/submissions", operation_id = "submitProof", tag = "cases",
    params(CaseAt, DecidedOn),
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn submit(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    api.staff(Scope::CasesWrite)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    once(api, NOTHING, move |api| async move {
        let mut none = Fields::new(serde_json::Map::new(), &api.frame);
        let read = Read::of(SUBMIT.members, &mut none)?;
        Box::pin(work(&api, &SUBMIT, (case, None), read, &Bytes::new())).await
    })
    .await
}

macro_rules! thing_changes {
    ($($(#[doc = $doc:literal])* $name:ident: $path:tt, $id:tt, $body:ident, $change:ident;)*) => {$(
        $(#[doc = $doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "cases",
            params(
                CaseAt,
                ("n" = u32, Path, description = "Its place in the order evidence came, from 1.", minimum = 1),
                DecidedOn
            ),
            request_body = $body,
            responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
                headers(("ETag" = String, description = "The version after it.")))),
            security(("token" = ["cases:write"]))
        )]
        pub(super) async fn $name(
            api: Api,
            Path((case, n)): Path<(String, String)>,
            body: JsonBody,
        ) -> Result<Response, Fault> {
            carry_out(&$change, api, case, Some(n), body).await
        }
    )*};
}

thing_changes! {
    /// Offers an exhibit to a colleague, who accepts it with an account of their own.
    offer: "/cases/{case}/exhibits/{n}/offers", "offerExhibit", OfferExhibit, OFFER;
    /// Accepts what was offered to the account.
    accept: "/cases/{case}/exhibits/{n}/acceptances", "acceptExhibit", AcceptExhibit, ACCEPT;
    /// Declines what was offered to the account, or takes its own offer back.
    end_offer: "/cases/{case}/exhibits/{n}/offer-endings", "endOffer", EndWithReason, END_OFFER;
    /// Puts an exhibit somewhere else, or seals it anew.
    put: "/cases/{case}/exhibits/{n}/moves", "moveExhibit", MoveExhibit, MOVE;
    /// Sends an exhibit to a laboratory or to the prosecutor. Money goes when a colleague confirms it
    /// (`confirmDisposal`); a count that differs is recorded instead.
    send: "/cases/{case}/exhibits/{n}/sendings", "sendExhibit", SendExhibit, SEND;
    /// Takes an exhibit back from outside. Money is counted, and a count that differs is recorded beside it.
    take_back: "/cases/{case}/exhibits/{n}/returns", "takeExhibitBack", TakeBackExhibit, TAKE_BACK;
    /// Proposes how an exhibit ends. Money that is counted and differs is recorded instead.
    propose: "/cases/{case}/exhibits/{n}/disposals", "proposeDisposal", ProposeDisposal, PROPOSE;
    /// Confirms what a colleague proposed, and carries it out.
    confirm: "/cases/{case}/exhibits/{n}/disposal-confirmations", "confirmDisposal", ConfirmDisposal, CONFIRM;
    /// Rejects what a colleague proposed, or takes one's own proposal back.
    reject: "/cases/{case}/exhibits/{n}/disposal-rejections", "rejectDisposal", EndWithReason, REJECT;
    /// Explains money that was counted and is not what it should be. Not by who had or counted it.
    explain: "/cases/{case}/exhibits/{n}/explanations", "explainDifference", ExplainDifference, EXPLAIN;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_of_the_description() {
        use utoipa::PartialSchema as _;
        let described = [
            (&ADD_OFFENCE, AddOffence::schema()),
            (&DROP_OFFENCE, DropOffence::schema()),
            (&BASE, BaseEvidence::schema()),
            (&LINK, LinkEvidence::schema()),
            (&OTHER_SIDE, OtherSide::schema()),
            (&EXCLUDE, ExcludeEvidence::schema()),
            (&TAKE, TakeExhibit::schema()),
            (&OFFER, OfferExhibit::schema()),
            (&ACCEPT, AcceptExhibit::schema()),
            (&END_OFFER, EndWithReason::schema()),
            (&MOVE, MoveExhibit::schema()),
            (&SEND, SendExhibit::schema()),
            (&TAKE_BACK, TakeBackExhibit::schema()),
            (&PROPOSE, ProposeDisposal::schema()),
            (&CONFIRM, ConfirmDisposal::schema()),
            (&REJECT, EndWithReason::schema()),
            (&EXPLAIN, ExplainDifference::schema()),
        ];
        for (change, schema) in described {
            let schema = serde_json::to_value(schema).unwrap();
            let said = schema["properties"].as_object().unwrap();
            let mut said: Vec<&str> = said.keys().map(String::as_str).collect();
            let mut read: Vec<&str> = change.members.iter().map(Member::name).collect();
            said.sort_unstable();
            read.sort_unstable();
            assert_eq!(said, read, "{}", change.form);
        }
    }
}
