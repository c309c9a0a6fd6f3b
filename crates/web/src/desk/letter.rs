//! Letters for the reporter of a case: what was given, the form that gives one, and the one that takes
//! it back (S18, S40).

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use pengayom_core::act::Act;
use pengayom_core::subject::case::{
    BlobRef, Case, CaseAct, CaseCommand, CaseRefusal, GiveLetter, LETTER_NUMBER_MAX_CHARS,
};
use pengayom_core::value::CaseId;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::media::{MediaError, Wanted};
use pengayom_node::{HandleError, Node};

use super::act::{CaseForm, Offer, Part, Typed};
use super::case::read;
use super::file::size_words;
use super::upload::{FileField, FileForm, Received};
use crate::download::hand_down;
use crate::extract::{Fields, StaffPage, read_multipart};
use crate::form::{FieldError, TextField};
use crate::frame::PageFrame;
use crate::letters::{Given, Standing, are_given, file_name, given, kind_name, number_and_day};
use crate::problem::Fault;
use crate::staff::{Names, OptionGroup, Pick, Select, parse_date, text_words};
use crate::state::AppState;

/// Identifiers of the fields.
const WHICH: &str = "surat-jenis";
const NUMBER: &str = "surat-nomor";
const DATED: &str = "surat-tanggal";
const FILE: &str = "surat-berkas";

const FORM: FileForm = FileForm {
    wanted: Wanted::Letter,
    file: FILE,
    label: "case.letter_file",
    limits: "case.letter_file_help",
    choose: "case.letter_file_choose",
    back: "h-surat",
    words_of,
};

/// A letter as the page of its case lists it.
pub(super) struct LetterLine {
    /// What it is.
    pub(super) name: String,
    /// What is known of it, a line each.
    pub(super) lines: Vec<String>,
    /// Where it is, while it can be had.
    pub(super) href: Option<String>,
    /// Why it cannot.
    pub(super) gone: Option<String>,
}

/// The form that gives a letter.
pub(super) struct LetterForm {
    /// Its kind.
    pub(super) kind: Select,
    /// Its own number.
    pub(super) number: TextField,
    /// Most characters of a number.
    pub(super) number_most: usize,
    /// The day on it.
    pub(super) dated: TextField,
    /// Today, the last day that may stand on it.
    pub(super) today: String,
    /// The file.
    pub(super) file: FileField,
}

/// The letters that were given, in their order.
pub(super) fn lines(frame: &PageFrame, names: &Names, id: CaseId, acts: &[Act]) -> Vec<LetterLine> {
    let line = |letter: Given<'_>| {
        let time = frame.format().moment(letter.at);
        let name = names.actor(frame, letter.by);
        let gone = match letter.standing {
            Standing::There => None,
            Standing::Withdrawn { at, reason } => Some(withdrawn_words(frame, at, reason)),
            Standing::Erased => Some(frame.t("letter.erased").to_owned()),
        };
        LetterLine {
            name: kind_name(frame, letter.kind),
            lines: vec![
                number_and_day(frame, letter.number, letter.dated),
                size_words(frame, letter.file),
                frame.tf("case.letter_given", &[("time", &time), ("name", &name)]),
            ],
            href: gone
                .is_none()
                .then(|| format!("/perkara/{id}/surat/{}", letter.n)),
            gone,
        }
    };
    given(acts).into_iter().map(line).collect()
}

/// That a letter was taken back, and why.
pub(crate) fn withdrawn_words(frame: &PageFrame, at: jiff::Timestamp, reason: &str) -> String {
    let time = frame.format().moment(at);
    if reason.is_empty() {
        return frame.tf("letter.withdrawn_on", &[("time", &time)]);
    }
    let values = [("time", time.as_str()), ("reason", reason)];
    frame.tf("letter.withdrawn", &values)
}

/// The form, for those who may give one. Where nobody could read it, in words that it is so.
pub(super) fn form(
    frame: &PageFrame,
    node: &Node,
    by: &Staff,
    id: CaseId,
    case: &Case,
    typed: &Typed,
) -> Option<LetterForm> {
    let pack = &frame.unit().pack;
    let offered = by.may(Permission::WorkCase) && case.may_get_letters().is_ok();
    if !are_given(pack) || !(offered || FORM.came_back(typed)) {
        return None;
    }
    let field = |id, name, key: &str| FORM.field(typed, (id, name), frame.t(key));
    let kind = field(WHICH, "jenis", "case.letter_kind");
    let kinds = pack.letters().iter();
    let kinds = kinds.filter(|one| pack.letter_is_for_reporter(one.code.as_str()));
    let options = kinds.map(|one| Pick::new(one.code.as_str(), frame.say(&one.name), &kind.value));
    let options = options.collect();
    Some(LetterForm {
        kind: Select {
            field: kind,
            first: frame.t("case.letter_kind_choose").to_owned(),
            groups: vec![OptionGroup {
                label: frame.t("letter.title").to_owned(),
                options,
            }],
        },
        number: field(NUMBER, "nomor", "case.letter_number").optional(),
        number_most: LETTER_NUMBER_MAX_CHARS,
        dated: field(DATED, "tanggal", "case.letter_date").hint(frame.t("case.letter_date_help")),
        today: frame.format().local(node.now()).date().to_string(),
        file: FORM.file_field(frame, node, by, id, typed),
    })
}

/// The fields that take a letter back.
pub(super) fn which(offer: &Offer<'_>) -> Vec<Part> {
    let form = CaseForm::Withdraw;
    let (first, second) = form.field_ids();
    let frame = offer.frame;
    let chosen = offer.value(form, "surat");
    let there = (1_u32..).zip(&offer.case.letters);
    let options = there.filter(|(_, letter)| letter.is_there());
    let options = options.map(|(n, letter)| {
        let name = kind_name(frame, &letter.kind);
        let day = frame.format().day(letter.dated);
        Pick::new(n.to_string(), format!("{n}. {name}, {day}"), chosen)
    });
    let which = Select {
        field: offer.text(form, first, "surat", "case.letter_which"),
        first: frame.t("case.letter_which_choose").to_owned(),
        groups: vec![OptionGroup {
            label: frame.t("letter.title").to_owned(),
            options: options.collect(),
        }],
    };
    let reason = offer.text(form, second, "alasan", "case.letter_withdraw_reason");
    vec![Part::Select(which), Part::Line(reason)]
}

/// What the form that takes a letter back asks for.
///
/// # Errors
/// What is wrong with it before any rule is asked.
pub(super) fn withdrawal(
    frame: &PageFrame,
    fields: &Fields,
) -> Result<CaseCommand, Vec<FieldError>> {
    let (first, second) = CaseForm::Withdraw.field_ids();
    let mut errors = Vec::new();
    let letter = fields.get("surat").parse::<u32>();
    if letter.is_err() {
        errors.push(FieldError::new(first, frame.t("case.letter_which_choose")));
    }
    let reason = fields.line("alasan").unwrap_or_default();
    if reason.is_empty() {
        let words = frame.t("case.letter_withdraw_write");
        errors.push(FieldError::new(second, words));
    }
    match letter {
        Ok(letter) if errors.is_empty() => Ok(CaseCommand::WithdrawLetter { letter, reason }),
        _ => Err(errors),
    }
}

/// `POST /perkara/{case}/surat`: gives a letter.
pub(super) async fn give(
    page: StaffPage,
    Path(case): Path<String>,
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let id = history.id;
    let (fields, uploads) = read_multipart(request, &state, FORM.wanted).await?;
    let mut errors = Vec::new();
    let file = match FORM.received(&page, id, &fields, uploads).await? {
        Ok(Received::Before(file)) => Some(file),
        // As the reporter will get it.
        Ok(Received::Sent(file)) => match page.node.letter_file(file).await {
            Ok(file) => Some(file),
            Err(HandleError::Media(MediaError::Broken)) => {
                errors.push(FieldError::new(FILE, page.frame.t("case.letter_broken")));
                None
            }
            Err(error) => return Err(error.into()),
        },
        Err(error) => {
            errors.push(error);
            None
        }
    };
    match asked(&page.frame, &page.node, &fields, file.clone(), &mut errors) {
        Some(letter) if errors.is_empty() => {
            let act = CaseAct::LetterGiven {
                kind: letter.kind.clone(),
                number: letter.number.clone(),
                dated: letter.dated,
                file: letter.file.clone(),
                issued: None,
            };
            let file = letter.file.clone();
            let asked = (CaseCommand::GiveLetter(letter), act);
            Box::pin(FORM.carry_out(page, id, asked, (fields, file))).await
        }
        _ => FORM.refuse(page, history, (fields, errors), file).await,
    }
}

/// What the form asks for; nothing without a file or a day. What is wrong is added to the errors.
fn asked(
    frame: &PageFrame,
    node: &Node,
    fields: &Fields,
    file: Option<BlobRef>,
    errors: &mut Vec<FieldError>,
) -> Option<GiveLetter> {
    let kind = fields.get("jenis").to_owned();
    if kind.is_empty() {
        errors.push(FieldError::new(WHICH, frame.t("case.letter_kind_choose")));
    }
    let dated = parse_date(fields.get("tanggal"));
    if dated.is_none() {
        errors.push(FieldError::new(DATED, frame.t("case.letter_date_write")));
    }
    Some(GiveLetter {
        kind,
        number: fields.line("nomor"),
        dated: dated?,
        today: frame.format().local(node.now()).date(),
        file: file?,
        issued: None,
    })
}

/// The words for the rule that stood in the way, at the field to blame; `None` when the case moved on.
pub(crate) fn words_of(frame: &PageFrame, refusal: &CaseRefusal) -> Option<FieldError> {
    let at = |id: &str, key: &str| Some(FieldError::new(id, frame.t(key)));
    let with = |id: &str, key: &str, name: &str, n: i64| {
        let n = frame.format().count(n);
        Some(FieldError::new(id, frame.tf(key, &[(name, &n)])))
    };
    match refusal {
        CaseRefusal::NotInPack { .. } => at(WHICH, "case.letter_kind_choose"),
        CaseRefusal::NobodyToRead => at(WHICH, "case.letter_nobody"),
        CaseRefusal::TooManyLetters { limit } => {
            with(WHICH, "case.letter_many", "max", i64::from(*limit))
        }
        CaseRefusal::Text { fault, .. } => {
            let words = text_words(frame, *fault, "case.letter_number");
            Some(FieldError::new(NUMBER, words))
        }
        CaseRefusal::LetterOfTomorrow { .. } => at(DATED, "case.letter_date_future"),
        CaseRefusal::LetterTooOld { limit_years, .. } => {
            with(DATED, "case.letter_date_old", "n", i64::from(*limit_years))
        }
        CaseRefusal::FileAlreadyThere => at(FILE, "case.letter_there"),
        CaseRefusal::AlreadyErased => at(WHICH, "case.letter_erased_case"),
        _ => None,
    }
}

/// A letter as its reporter gets it, for those who may read the case. One that was withdrawn is handed
/// to nobody: it may be about somebody else.
pub(super) async fn original(
    page: StaffPage,
    Path((case, n)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    let n: u32 = n.parse().map_err(|_| Fault::NotFound)?;
    hand_down_letter(&page.node, &history, n, &headers).await
}

/// The answer with a letter of a case that the asker may read.
pub(crate) async fn hand_down_letter(
    node: &Node,
    history: &CaseHistory,
    n: u32,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let letter = history.case.letter(n).filter(|letter| letter.is_there());
    let letter = letter.ok_or(Fault::NotFound)?;
    let file = node.file(&letter.file.sha256).await?;
    if file.body.is_none() {
        return Err(Fault::NotFound);
    }
    let number = history.case.filed.number.as_ref().map(ToString::to_string);
    let name = file_name(n, number.as_deref(), &letter.file);
    Ok(hand_down(node, file, headers, &name))
}
