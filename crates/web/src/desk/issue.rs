//! `/perkara/{case}/surat`: letters that the program makes: which there are for the case, the form of one, how it
//! would look, and issuing it (S18, S40).

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::letter::{Template as LetterTemplate, TemplateInUse, Unfilled, Values};
use pengayom_core::pack::{Certainty, Lang};
use pengayom_core::subject::case::CaseRefusal;
use pengayom_core::value::CaseId;
use pengayom_letter::{Paper, RenderError};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::handle::letter::{LetterDraft, LetterRefusal};
use pengayom_node::handle::once::Once;
use pengayom_store::StoreError;
use serde::Deserialize;

use super::case::read;
use super::letter;
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::letters::facts::facts;
use crate::letters::{given, kind_name};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{OptionGroup, Pick, Select, command_of};

/// A kind of letter to choose.
struct Kind {
    href: String,
    name: String,
    purpose: String,
}

/// A field of a letter, for `ui::text_field` and `ui::text_area`.
struct Field {
    id: String,
    name: String,
    label: String,
    optional: bool,
    hint: Option<String>,
    error: Option<String>,
    value: String,
    lines: bool,
    max: usize,
}

/// The form of a letter.
struct Form {
    kind: String,
    name: String,
    limits: String,
    /// Whose it is, when it is not for the reporter.
    on_file: bool,
    /// It is about a progress notice that was not sent: where that is done, and the words of the link.
    news: Option<(String, String)>,
    unverified: bool,
    command: String,
    fields: Vec<Field>,
    paper: ChoiceGroup,
    langs: ChoiceGroup,
    replaces: Option<Select>,
}

/// What was issued.
struct Done {
    words: String,
    href: String,
    unprintable: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/issue.html")]
struct IssuePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    back: String,
    action: String,
    number: String,
    warn: Option<String>,
    done: Option<Done>,
    /// Why none can be issued.
    none: Option<String>,
    kinds: Vec<Kind>,
    form: Option<Form>,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct IssueQuery {
    /// A kind of letter.
    #[serde(default)]
    jenis: String,
    /// The place of a letter that was issued a moment ago.
    #[serde(default)]
    terbit: String,
    /// What of it could not be printed.
    #[serde(default)]
    tanda: String,
}

/// `GET /perkara/{case}/surat`
pub(super) async fn show(
    page: StaffPage,
    Path(case): Path<String>,
    Query(query): Query<IssueQuery>,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    let asked = Asked {
        kind: query.jenis.clone(),
        done: done(&page.frame, &history, &query),
        ..Asked::default()
    };
    issue_page(page, StatusCode::OK, &history, asked).await
}

fn done(frame: &PageFrame, history: &CaseHistory, query: &IssueQuery) -> Option<Done> {
    let n: u32 = query.terbit.parse().ok()?;
    let all = given(&history.acts);
    let letter = all.iter().find(|letter| letter.n == n)?;
    let kind = kind_name(frame, letter.kind);
    let number = letter.number.unwrap_or_default();
    let values = [("kind", kind.as_str()), ("number", number)];
    let codes = query.tanda.split('.').take(20);
    let signs = codes
        .filter_map(|code| u32::from_str_radix(code, 16).ok())
        .filter_map(char::from_u32)
        .map(|sign| format!("{sign} [U+{:04X}]", u32::from(sign)))
        .collect::<Vec<_>>()
        .join(", ");
    Some(Done {
        words: frame.tf("letters.issued", &values),
        href: format!("/perkara/{}/surat/{n}", history.id),
        unprintable: (!signs.is_empty())
            .then(|| frame.tf("letters.unprintable", &[("signs", &signs)])),
    })
}

/// What the page is to show.
#[derive(Default)]
struct Asked {
    kind: String,
    typed: Option<Fields>,
    errors: Vec<FieldError>,
    warn: Option<String>,
    done: Option<Done>,
    /// The form was sent before and did what it asked for then: this is another one.
    another: bool,
}

/// Identifier of a field of a letter in the page.
fn id_of(code: &str) -> String {
    format!("isi-{code}")
}

/// What a form of a letter asks for.
async fn draft(
    page: &StaffPage,
    history: &CaseHistory,
    used: &TemplateInUse,
    fields: &Fields,
) -> Result<LetterDraft, Fault> {
    let typed: Values = used
        .template
        .fields
        .iter()
        .map(|field| {
            (
                field.code.clone(),
                fields.get(&id_of(&field.code)).to_owned(),
            )
        })
        .collect();
    Ok(LetterDraft {
        kind: used.template.kind.as_str().to_owned(),
        paper: Paper::parse(fields.get("kertas")).unwrap_or_default(),
        english: fields.get("bahasa") == "id_en",
        typed,
        facts: facts(
            page.frame.unit(),
            &page.node,
            &page.staff,
            history,
            page.context.site(),
        )
        .await?,
        replaces: fields.get("menggantikan").parse().ok(),
        site: page.context.site().to_owned(),
    })
}

/// `POST /perkara/{case}/surat/contoh`: the letter as it would be, without number and code.
pub(super) async fn preview(
    page: StaffPage,
    Path(case): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    let (history, used) = match begin(&page, &case, &form.fields).await? {
        Ok(begun) => begun,
        Err(history) => return again(page, &history, form.fields).await,
    };
    let draft = draft(&page, &history, &used, &form.fields).await?;
    match page
        .node
        .preview_letter(&page.staff, history.id, &draft)
        .await
    {
        Ok(made) => Ok(shown(made.pdf, "contoh")),
        Err(error) => refused(page, history, form.fields, error).await,
    }
}

/// A letter that nobody keeps, to be looked at.
pub(crate) fn shown(pdf: Vec<u8>, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{name}.pdf\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, pdf).into_response()
}

/// `POST /perkara/{case}/surat/terbit`: issues it.
pub(super) async fn issue(
    page: StaffPage,
    Path(case): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    let fields = form.fields;
    let (history, used) = match begin(&page, &case, &fields).await? {
        Ok(begun) => begun,
        Err(history) => return again(page, &history, fields).await,
    };
    let draft = draft(&page, &history, &used, &fields).await?;
    let id = history.id;
    let once = once(&page, id, &fields, &draft);
    let issued = page
        .node
        .issue_letter(&page.staff, id, &draft, Some(once))
        .await;
    match issued {
        Ok(issued) => {
            let signs: Vec<String> = issued
                .unprintable
                .iter()
                .take(20)
                .map(|sign| format!("{:X}", u32::from(*sign)))
                .collect();
            let to = format!(
                "/perkara/{id}/surat?terbit={}&tanda={}",
                issued.n,
                signs.join(".")
            );
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => refused(page, history, fields, error).await,
    }
}

/// The same form sent twice is one letter; sent again with something corrected it is another.
fn once(page: &StaffPage, case: CaseId, fields: &Fields, draft: &LetterDraft) -> Once {
    let command = command_of(fields, &page.node);
    let about = format!("letter/{}/{case}", page.staff.id);
    let replaces = draft.replaces.map(|n| n.to_string()).unwrap_or_default();
    let lang = if draft.english { "id_en" } else { "id" };
    let mut asked = vec![
        about.as_str(),
        draft.kind.as_str(),
        draft.paper.code(),
        lang,
        replaces.as_str(),
    ];
    for (field, value) in &draft.typed {
        asked.extend([field.as_str(), value.as_str()]);
    }
    let asked: Vec<&[u8]> = asked.into_iter().map(str::as_bytes).collect();
    page.node.once(command, &asked)
}

/// The case and the template a form is about; the case alone when the form is to be shown again.
async fn begin(
    page: &StaffPage,
    case: &str,
    fields: &Fields,
) -> Result<Result<(CaseHistory, TemplateInUse), CaseHistory>, Fault> {
    let history = read(page, case).await?;
    page.require(Permission::WorkCase)?;
    if given_back(fields) {
        return Ok(Err(history));
    }
    match page.node.letter_template(fields.get("jenis")).await {
        Ok(used) => Ok(Ok((history, used))),
        Err(HandleError::Letter(_)) => Ok(Err(history)),
        Err(error) => Err(error.into()),
    }
}

async fn again(page: StaffPage, history: &CaseHistory, fields: Fields) -> Result<Response, Fault> {
    let asked = Asked {
        kind: fields.get("jenis").to_owned(),
        typed: Some(fields),
        ..Asked::default()
    };
    issue_page(page, StatusCode::OK, history, asked).await
}

/// The form again with what was typed, and what stood in the way.
async fn refused(
    page: StaffPage,
    history: CaseHistory,
    fields: Fields,
    error: HandleError,
) -> Result<Response, Fault> {
    let another = matches!(error, HandleError::Store(StoreError::CommandReused));
    let (status, errors, warn) = match error {
        // The letter of before stands, and is offered as the one that this replaces.
        HandleError::Store(StoreError::CommandReused) => {
            let words = page.frame.t("letters.another").to_owned();
            (StatusCode::CONFLICT, Vec::new(), Some(words))
        }
        HandleError::Letter(refusal) => {
            let errors = refusal_words(&page.frame, fields.get("jenis"), &refusal);
            (StatusCode::UNPROCESSABLE_ENTITY, errors, None)
        }
        HandleError::Case(refusal) => match words_of(&page.frame, &refusal) {
            Some(error) => (StatusCode::UNPROCESSABLE_ENTITY, vec![error], None),
            None => {
                let words = super::moved_words(&page.frame, &page.node, &refusal).await?;
                (StatusCode::CONFLICT, Vec::new(), Some(words))
            }
        },
        HandleError::Conflict { .. } => {
            let words = page.frame.t("case.changed").to_owned();
            (StatusCode::CONFLICT, Vec::new(), Some(words))
        }
        error => return Err(error.into()),
    };
    let asked = Asked {
        kind: fields.get("jenis").to_owned(),
        typed: Some(fields),
        errors,
        warn,
        done: None,
        another,
    };
    issue_page(page, status, &history, asked).await
}

fn words_of(frame: &PageFrame, refusal: &CaseRefusal) -> Option<FieldError> {
    if *refusal == CaseRefusal::NoSuchLetter {
        return Some(FieldError::new(
            "menggantikan",
            frame.t("letters.replaces_gone"),
        ));
    }
    let error = letter::words_of(frame, refusal)?;
    Some(FieldError::new("h-isi", error.words))
}

/// Why a letter is not made, at the fields to blame.
pub(crate) fn refusal_words(
    frame: &PageFrame,
    kind: &str,
    refusal: &LetterRefusal,
) -> Vec<FieldError> {
    let all = |key: &str| vec![FieldError::new("h-isi", frame.t(key))];
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    match refusal {
        LetterRefusal::Fields(faults) => {
            let template = frame.unit().pack.template(kind);
            let label = |code: &str| {
                let known =
                    template.and_then(|one| one.fields.iter().find(|field| field.code == code));
                known.map_or_else(
                    || code.to_owned(),
                    |field| frame.say(&field.label).to_owned(),
                )
            };
            faults
                .iter()
                .map(|one| {
                    let name = label(&one.field);
                    let words = match one.fault {
                        Unfilled::Missing => frame.tf("letters.field_missing", &[("field", &name)]),
                        Unfilled::TooLong { chars, limit } => frame.tf(
                            "letters.field_long",
                            &[
                                ("field", &name),
                                ("found", &count(chars)),
                                ("max", &count(limit)),
                            ],
                        ),
                    };
                    FieldError::new(id_of(&one.field), words)
                })
                .collect()
        }
        LetterRefusal::NoTemplate => all("letters.no_template"),
        LetterRefusal::NotForService => all("letters.not_for_service"),
        LetterRefusal::NoNumber => all("letters.no_case_number"),
        LetterRefusal::NumberTooLong { .. } => all("letters.number_long"),
        LetterRefusal::Render(RenderError::TooLong { .. }) => all("letters.too_long"),
        LetterRefusal::Render(RenderError::Address { .. }) => all("letters.address_long"),
        LetterRefusal::Render(RenderError::Invalid(fault)) => {
            tracing::error!(%fault, "a letter was not made");
            all("letters.not_made")
        }
    }
}

async fn issue_page(
    page: StaffPage,
    status: StatusCode,
    history: &CaseHistory,
    asked: Asked,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let id = history.id;
    let may = staff.may(Permission::WorkCase);
    let service = history.case.service.as_str();
    let templates: Vec<LetterTemplate> = frame
        .unit()
        .pack
        .templates()
        .iter()
        .filter(|one| one.is_for(service))
        .cloned()
        .collect();
    let reporter = history.case.may_get_letters();
    let anybody = history.case.may_have_letters();
    let offered = |to_reporter: bool| {
        if to_reporter {
            reporter.is_ok()
        } else {
            anybody.is_ok()
        }
    };
    frame.titled("letters.title");
    if !asked.errors.is_empty() {
        frame.refused();
    }
    let kinds: Vec<Kind> = templates
        .iter()
        .filter(|one| may && offered(one.to_reporter))
        .map(|one| {
            let kind = frame.unit().pack.letter(one.kind.as_str());
            Kind {
                href: format!("/perkara/{id}/surat?jenis={}#surat-baru", one.kind.as_str()),
                name: kind_name(&frame, one.kind.as_str()),
                purpose: kind
                    .map(|kind| frame.say(&kind.purpose).to_owned())
                    .unwrap_or_default(),
            }
        })
        .collect();
    let none = kinds.is_empty().then(|| {
        let key = match (&anybody, &reporter) {
            _ if !may => "letters.not_yours",
            (Err(CaseRefusal::AlreadyErased), _) => "case.letter_erased_case",
            (_, Err(CaseRefusal::NobodyToRead)) => "case.letter_nobody",
            _ => "letters.none_for_service",
        };
        frame.t(key).to_owned()
    });
    let chosen = templates
        .iter()
        .find(|one| one.kind.as_str() == asked.kind && may && offered(one.to_reporter));
    let form = match chosen {
        Some(template) => {
            let known = facts(frame.unit(), &node, &staff, history, context.site()).await?;
            let known = known.get(&Lang::Id).cloned().unwrap_or_default();
            let command = node.new_id().to_string();
            Some(form(&frame, history, (template, command), &known, &asked))
        }
        None => None,
    };
    let number = history.case.filed.number.as_ref();
    let shown = IssuePage {
        by: staff.id.to_string(),
        back: format!("/perkara/{id}"),
        action: format!("/perkara/{id}/surat"),
        number: number.map(ToString::to_string).unwrap_or_default(),
        errors: asked.errors,
        warn: asked.warn,
        done: asked.done,
        none,
        kinds,
        form,
        page: frame,
    };
    draw(status, &shown)
}

fn form(
    frame: &PageFrame,
    history: &CaseHistory,
    (template, command): (&LetterTemplate, String),
    known: &Values,
    asked: &Asked,
) -> Form {
    let typed = asked.typed.as_ref();
    let value = |name: &str| typed.map(|fields| fields.get(name).to_owned());
    let kind = frame.unit().pack.letter(template.kind.as_str());
    let fields = template
        .fields
        .iter()
        .map(|field| {
            let id = id_of(&field.code);
            let before = field.from.and_then(|fact| known.get(fact.code()).cloned());
            let max = i64::try_from(field.max_chars).unwrap_or(i64::MAX);
            let max = frame.format().count(max);
            Field {
                error: error_at(&asked.errors, &id),
                value: value(&id).unwrap_or_else(|| before.unwrap_or_default()),
                name: id.clone(),
                id,
                label: frame.say(&field.label).to_owned(),
                optional: !field.required,
                hint: (field.max_chars > 200)
                    .then(|| frame.tf("letters.field_hint", &[("max", &max)])),
                lines: field.lines,
                max: field.max_chars,
            }
        })
        .collect();
    let chosen = |name: &str, otherwise: &str| {
        value(name)
            .filter(|value| !value.is_empty())
            .unwrap_or_else(|| otherwise.to_owned())
    };
    let paper = chosen("kertas", "a4");
    let lang = chosen("bahasa", "id");
    let before = chosen("menggantikan", "");
    let same: Vec<_> = given(&history.acts)
        .into_iter()
        .filter(|one| {
            let letter = history.case.letter(one.n);
            one.kind == template.kind.as_str()
                && letter.is_some_and(|letter| letter.is_there() && letter.replaced_by.is_none())
        })
        .map(|one| {
            let words = crate::letters::number_and_day(frame, one.number, one.dated);
            Pick::new(one.n.to_string(), words, &before)
        })
        .collect();
    let replaces = (!same.is_empty()).then(|| Select {
        field: TextField::new(
            "menggantikan",
            frame.t("letters.replaces"),
            before.clone(),
            &asked.errors,
        )
        .optional(),
        first: frame.t("letters.replaces_none").to_owned(),
        groups: vec![OptionGroup {
            label: kind_name(frame, template.kind.as_str()),
            options: same,
        }],
    });
    Form {
        kind: template.kind.as_str().to_owned(),
        name: kind_name(frame, template.kind.as_str()),
        limits: kind
            .map(|kind| frame.say(&kind.limits).to_owned())
            .unwrap_or_default(),
        on_file: !template.to_reporter,
        news: news_first(frame, history, template.kind.as_str()),
        unverified: template.sourced.certainty != Certainty::Found,
        command: value("perintah")
            .filter(|value| !(value.is_empty() || asked.another))
            .unwrap_or(command),
        fields,
        paper: ChoiceGroup::new(
            "kertas",
            frame.t("letters.paper"),
            vec![
                Choice::new("a4", frame.t("letters.paper_a4"), &paper),
                Choice::new("f4", frame.t("letters.paper_f4"), &paper),
            ],
            &[],
        ),
        langs: ChoiceGroup::new(
            "bahasa",
            frame.t("letters.langs"),
            vec![
                Choice::new("id", frame.t("letters.lang_id"), &lang),
                Choice::new("id_en", frame.t("letters.lang_both"), &lang),
            ],
            &[],
        ),
        replaces,
    }
}

/// A letter about progress does not stand for the notice: it is sent first, for the reporter waits for that.
fn news_first(frame: &PageFrame, history: &CaseHistory, kind: &str) -> Option<(String, String)> {
    let (unit, case) = (frame.unit(), &history.case);
    let waiting = case.news.draft.as_ref().map(|draft| draft.stage.as_str());
    let next = || {
        let next = case.next_news(&unit.pack, unit.reckoning())?;
        Some(next.stage.code.as_str())
    };
    let stage = unit.pack.news().stage(waiting.or_else(next)?)?;
    let href = format!("/perkara/{}/kabar", history.id);
    let words = frame.tf("letters.news_first", &[("stage", frame.say(&stage.name))]);
    (stage.letter.as_str() == kind).then_some((href, words))
}
