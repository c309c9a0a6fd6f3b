//! `/setelan/surat`: the words of the letters that the program makes, for whoever answers for them: the
//! administrator and the chief of the unit (S18, S40).

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use pengayom_core::letter::{
    BODY_MAX_CHARS, BODY_MAX_LINES, Fact, Template as LetterTemplate, TemplateWords, Values,
    WordsFault,
};
use pengayom_core::pack::{Lang, Localized};
use pengayom_core::subject::unit::{
    LetterChange, LetterWords, UnitRefusal, letter_changes, letter_in_use,
};
use pengayom_letter::Paper;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::letter::LetterDraft;
use pengayom_node::handle::letter_words::LettersOfUnit;
use serde::Deserialize;

use super::kind_name;
use super::sample::{fact_key, samples};
use crate::desk::issue::{refusal_words, shown};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Names, service_name, text_words};
use crate::state::AppState;

/// Where the list is.
const HERE: &str = "/setelan/surat";

/// Most services that a list names.
const SERVICES_NAMED: usize = 2;

/// The signs a line may begin with, and the key of what each makes of it.
const SIGNS: [(&str, &str); 10] = [
    ("^", "letters.sign_head"),
    ("#", "letters.sign_title"),
    ("##", "letters.sign_heading"),
    ("=", "letters.sign_centred"),
    ("", "letters.sign_text"),
    ("|", "letters.sign_fact"),
    ("-", "letters.sign_item"),
    ("~", "letters.sign_signer"),
    ("@", "letters.sign_code"),
    (">", "letters.sign_small"),
];

/// What the page says was done, by the word in its address.
const DONE: [(&str, &str); 2] = [
    ("simpan", "letters.edit_saved"),
    ("paket", "letters.edit_reset_done"),
];

/// The routes.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/setelan/surat", get(list))
        .route("/setelan/surat/{kind}", get(show).post(save))
        .route("/setelan/surat/{kind}/contoh", post(preview))
        .route("/setelan/surat/{kind}/paket", post(reset))
}

/// A letter as it is listed.
struct Line {
    href: String,
    name: String,
    services: String,
    standing: Standing,
}

/// Whose words are in use.
struct Standing {
    /// State of the tag.
    state: &'static str,
    words: String,
    /// Since when, and by whom; nothing where they were never changed.
    since: Option<String>,
}

#[derive(Template)]
#[template(path = "letters/list.html")]
struct ListPage {
    page: PageFrame,
    lines: Vec<Line>,
}

/// A field that the lines may name.
struct FieldLine {
    name: String,
    what: String,
    /// The letter is not saved without it.
    needed: bool,
}

/// A sign at the beginning of a line.
struct SignLine {
    sign: &'static str,
    what: String,
}

/// Words that are only read: those somebody saved meanwhile, or those of a version of before.
struct ReadOnly {
    title: String,
    who: String,
    number: String,
    id: String,
    en: String,
}

/// A change of the words, as it is listed.
struct Change {
    version: String,
    what: String,
    who: String,
    /// Why, if somebody said.
    reason: Option<String>,
    /// Where its words are read.
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "letters/edit.html")]
struct EditPage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    back: &'static str,
    action: String,
    done: Option<String>,
    purpose: String,
    services: String,
    standing: Standing,
    /// Why the unit's own words are not used.
    below: Vec<String>,
    /// The version of the words that the form was shown with.
    version: u32,
    meanwhile: Option<ReadOnly>,
    old: Option<ReadOnly>,
    number: TextField,
    id: TextField,
    en: TextField,
    most_chars: usize,
    langs: ChoiceGroup,
    fields: Vec<FieldLine>,
    signs: Vec<SignLine>,
    /// There are words of the unit to go back from.
    own: bool,
    reason: TextField,
    changes: Vec<Change>,
}

/// `GET /setelan/surat`
async fn list(page: StaffPage) -> Result<Response, Fault> {
    let letters = page.node.letter_words(&page.staff).await?;
    let names = Names::read(&page.node).await?;
    let mut frame = page.frame;
    frame.titled("letters.edit_title");
    let templates = frame.unit().pack.templates().iter();
    let lines = templates
        .map(|template| Line {
            href: format!("{HERE}/{}", template.kind.as_str()),
            name: kind_name(&frame, template.kind.as_str()),
            services: services_in_short(&frame, template),
            standing: standing(&frame, &names, &letters, template),
        })
        .collect();
    draw(StatusCode::OK, &ListPage { page: frame, lines })
}

/// The services of a template in a list: by name where they are few, else how many.
fn services_in_short(frame: &PageFrame, template: &LetterTemplate) -> String {
    match template.services.len() {
        0..=SERVICES_NAMED => services(frame, template),
        n => frame.tf("letters.edit_services_many", &[("n", &n.to_string())]),
    }
}

fn services(frame: &PageFrame, template: &LetterTemplate) -> String {
    if template.services.is_empty() {
        return frame.t("letters.edit_all_services").to_owned();
    }
    let names = template.services.iter();
    let names: Vec<String> = names.map(|code| service_name(frame, code)).collect();
    names.join(", ")
}

/// What is known of the words of a letter that were changed.
fn known<'a>(letters: &'a LettersOfUnit, template: &LetterTemplate) -> Option<&'a LetterWords> {
    let record = letters.record.as_ref()?;
    record.letters.get(template.kind.as_str())
}

fn standing(
    frame: &PageFrame,
    names: &Names,
    letters: &LettersOfUnit,
    template: &LetterTemplate,
) -> Standing {
    let known = known(letters, template);
    let used = letter_in_use(letters.record.as_ref(), template);
    let (state, key) = if !used.below.is_empty() {
        ("warn", "letters.edit_state_below")
    } else if known.is_some_and(|known| known.own.is_some()) {
        ("ok", "letters.edit_state_own")
    } else {
        ("plain", "letters.edit_state_pack")
    };
    Standing {
        state,
        words: frame.t(key).to_owned(),
        since: known.map(|known| {
            let time = frame.format().moment(known.at);
            let who = names.actor(frame, &known.by);
            frame.tf("letters.edit_since", &[("time", &time), ("who", &who)])
        }),
    }
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
struct EditQuery {
    /// What was done a moment ago.
    #[serde(default)]
    selesai: String,
    /// A version of before, to be read.
    #[serde(default)]
    versi: String,
}

/// What the page is to show.
#[derive(Default)]
struct Asked {
    /// What was typed; without it, the words as they are.
    typed: Option<Fields>,
    errors: Vec<FieldError>,
    done: Option<String>,
    /// A version of before.
    old: Option<u32>,
    /// Somebody else changed the words meanwhile.
    moved: bool,
}

impl Asked {
    fn typed(fields: Fields) -> Self {
        Self {
            typed: Some(fields),
            ..Self::default()
        }
    }
}

/// `GET /setelan/surat/{kind}`
async fn show(
    page: StaffPage,
    Path(kind): Path<String>,
    Query(query): Query<EditQuery>,
) -> Result<Response, Fault> {
    let done = DONE.iter().find(|(word, _)| *word == query.selesai);
    let asked = Asked {
        done: done.map(|(_, key)| page.frame.t(key).to_owned()),
        old: query.versi.parse().ok(),
        ..Asked::default()
    };
    edit_page(page, StatusCode::OK, &kind, asked).await
}

/// The words of a form.
fn words_of(fields: &Fields) -> TemplateWords {
    TemplateWords {
        number: fields.line("nomor").unwrap_or_default(),
        body: Localized {
            id: fields.get("baris_id").to_owned(),
            en: fields.get("baris_en").to_owned(),
        },
    }
}

/// The version of the words that a form was shown with.
fn seen(fields: &Fields) -> u32 {
    fields.get("versi").parse().unwrap_or_default()
}

/// The form as it was typed, when it was sent for the other language or is given back; else the form, to do what it asks.
async fn begin(
    mut page: StaffPage,
    kind: &str,
    form: FormPost,
) -> Result<Result<(StaffPage, Fields), Response>, Fault> {
    page.require(Permission::KeepLetters)?;
    if page.frame.unit().pack.template(kind).is_none() {
        return Err(Fault::NotFound);
    }
    let switched = form.switched_lang();
    if let Some(lang) = switched {
        page.frame.switch_lang(&page.context, lang);
    }
    if switched.is_some() || given_back(&form.fields) {
        let asked = Asked::typed(form.fields);
        return Ok(Err(edit_page(page, StatusCode::OK, kind, asked).await?));
    }
    Ok(Ok((page, form.fields)))
}

/// `POST /setelan/surat/{kind}`: letters of this kind say this from now on.
async fn save(
    page: StaffPage,
    Path(kind): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    let (page, fields) = match begin(page, &kind, form).await? {
        Ok(begun) => begun,
        Err(answer) => return Ok(answer),
    };
    let words = words_of(&fields);
    let saved = page
        .node
        .set_letter_words(&page.staff, &kind, seen(&fields), words)
        .await;
    match saved {
        Ok(()) => Ok(to_letter(&kind, "simpan")),
        Err(error) => refused(page, &kind, fields, error).await,
    }
}

/// `POST /setelan/surat/{kind}/paket`: back to the words of the pack.
async fn reset(
    page: StaffPage,
    Path(kind): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    let (page, fields) = match begin(page, &kind, form).await? {
        Ok(begun) => begun,
        Err(answer) => return Ok(answer),
    };
    let reason = fields.line("alasan");
    let done = page
        .node
        .reset_letter_words(&page.staff, &kind, seen(&fields), reason)
        .await;
    match done {
        Ok(()) => Ok(to_letter(&kind, "paket")),
        Err(error) => refused(page, &kind, fields, error).await,
    }
}

fn to_letter(kind: &str, done: &str) -> Response {
    Redirect::to(&format!("{HERE}/{kind}?selesai={done}")).into_response()
}

/// `POST /setelan/surat/{kind}/contoh`: how a letter of these words looks.
async fn preview(
    page: StaffPage,
    Path(kind): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    let (page, fields) = match begin(page, &kind, form).await? {
        Ok(begun) => begun,
        Err(answer) => return Ok(answer),
    };
    let unit = page.node.unit();
    let template = unit.pack.template(&kind).ok_or(Fault::NotFound)?;
    let site = page.context.site();
    let draft = LetterDraft {
        kind: kind.clone(),
        paper: Paper::default(),
        english: fields.get("bahasa") == "id_en",
        typed: Values::new(),
        facts: samples(&unit, &page.node, &page.staff, template, site),
        replaces: None,
        site: site.to_owned(),
    };
    let made = page
        .node
        .preview_letter_words(&page.staff, &draft, &words_of(&fields))
        .await;
    match made {
        Ok(made) => Ok(shown(made.pdf, "contoh")),
        Err(error) => refused(page, &kind, fields, error).await,
    }
}

/// The form again with what was typed, and what stood in the way.
async fn refused(
    page: StaffPage,
    kind: &str,
    fields: Fields,
    error: HandleError,
) -> Result<Response, Fault> {
    let frame = &page.frame;
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, errors) = match error {
        HandleError::Unit(UnitRefusal::LetterWords(faults)) => (unfit, fault_words(frame, &faults)),
        HandleError::Unit(UnitRefusal::Reason(fault)) => {
            let words = text_words(frame, fault, "letters.edit_reason");
            (unfit, vec![FieldError::new("alasan", words)])
        }
        HandleError::Letter(refusal) => (unfit, refusal_words(frame, kind, &refusal)),
        HandleError::Conflict { .. } => {
            let error = FieldError::new("kini", frame.t("letters.edit_moved"));
            (StatusCode::CONFLICT, vec![error])
        }
        error => return Err(error.into()),
    };
    let asked = Asked {
        typed: Some(fields),
        errors,
        moved: status == StatusCode::CONFLICT,
        ..Asked::default()
    };
    edit_page(page, status, kind, asked).await
}

/// What is wrong with words, each at its field with its language and line.
fn fault_words(frame: &PageFrame, faults: &[WordsFault]) -> Vec<FieldError> {
    let count = |n: u32| frame.format().count(i64::from(n));
    let words = |one: &WordsFault| {
        let rule = &one.fault.rule;
        let name = rule.field().map(|name| format!("{{{name}}}"));
        let key = format!("letters.fault_{}", rule.code());
        let said = frame.tf(&key, &[("name", name.as_deref().unwrap_or_default())]);
        let (id, lang) = match one.lang {
            None => return FieldError::new("nomor", said),
            Some(Lang::Id) => ("baris_id", frame.t("letters.edit_lang_id")),
            Some(Lang::En) => ("baris_en", frame.t("letters.edit_lang_en")),
        };
        let said = match one.fault.line {
            0 => frame.tf("letters.edit_fault", &[("lang", lang), ("fault", &said)]),
            line => frame.tf(
                "letters.edit_fault_line",
                &[("lang", lang), ("line", &count(line)), ("fault", &said)],
            ),
        };
        FieldError::new(id, said)
    };
    faults.iter().map(words).collect()
}

async fn edit_page(
    page: StaffPage,
    status: StatusCode,
    kind: &str,
    asked: Asked,
) -> Result<Response, Fault> {
    let letters = page.node.letter_words(&page.staff).await?;
    let unit = page.node.unit();
    let template = unit.pack.template(kind).ok_or(Fault::NotFound)?;
    let names = Names::read(&page.node).await?;
    let StaffPage {
        context,
        mut frame,
        staff,
        ..
    } = page;
    frame.with_form(&context, "form");
    let name = kind_name(&frame, kind);
    frame.title = frame.tf("letters.edit_one", &[("kind", &name)]);
    if !asked.errors.is_empty() {
        frame.refused();
    }
    let known = known(&letters, template);
    let now = known.and_then(|known| known.own.clone());
    let own = now.is_some();
    let now = now.unwrap_or_else(|| template.words());
    let version = letters.version(kind);
    let typed = asked.typed.as_ref();
    // The form for going back sends no words.
    let written = typed.filter(|fields| fields.has("baris_id"));
    let written = written.map_or_else(|| now.clone(), words_of);
    let used = letter_in_use(letters.record.as_ref(), template);
    let below = fault_words(&frame, &used.below);
    let standing = standing(&frame, &names, &letters, template);
    let meanwhile = asked.moved.then(|| {
        let title = frame.t("letters.edit_now").to_owned();
        let who = standing.since.clone().unwrap_or_default();
        read_only(title, who, &now)
    });
    let purpose = unit.pack.letter(kind);
    let purpose = purpose.map_or("", |kind| frame.say(&kind.purpose));
    let text = |name, key: &str, value: &str| text(&frame, name, key, value, &asked.errors);
    let reason = typed.map_or("", |fields| fields.get("alasan"));
    let shown = EditPage {
        by: staff.id.to_string(),
        back: HERE,
        action: format!("{HERE}/{kind}"),
        purpose: purpose.to_owned(),
        services: services(&frame, template),
        below: below.into_iter().map(|fault| fault.words).collect(),
        // Who was refused because of somebody else has seen now what that one wrote.
        version: match typed {
            Some(fields) if !asked.moved => seen(fields),
            _ => version,
        },
        meanwhile,
        old: asked
            .old
            .and_then(|version| old_words(&frame, &names, &letters, kind, version)),
        number: text("nomor", "letters.edit_number", &written.number)
            .hint(frame.t("letters.edit_number_help")),
        id: text("baris_id", "letters.edit_lines_id", &written.body.id).hint(limits(&frame)),
        en: text("baris_en", "letters.edit_lines_en", &written.body.en).hint(limits(&frame)),
        most_chars: BODY_MAX_CHARS,
        langs: langs(&frame, typed),
        fields: fields(&frame, template),
        signs: signs(&frame),
        own,
        reason: text("alasan", "letters.edit_reason", reason).optional(),
        changes: changes(&frame, &names, &letters, kind),
        standing,
        done: asked.done,
        errors: asked.errors,
        page: frame,
    };
    draw(status, &shown)
}

/// A field with everything that is wrong with it, for a text can have several faults.
fn text(
    frame: &PageFrame,
    name: &'static str,
    key: &str,
    value: &str,
    errors: &[FieldError],
) -> TextField {
    let mut field = TextField::new(name, frame.t(key), value, errors);
    let at_it = errors.iter().filter(|error| error.id == name);
    let said: Vec<&str> = at_it.map(|error| error.words.as_str()).collect();
    field.error = (!said.is_empty()).then(|| said.join(". "));
    field
}

fn limits(frame: &PageFrame) -> String {
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    frame.tf(
        "letters.edit_limits",
        &[
            ("chars", &count(BODY_MAX_CHARS)),
            ("lines", &count(BODY_MAX_LINES)),
        ],
    )
}

fn langs(frame: &PageFrame, typed: Option<&Fields>) -> ChoiceGroup {
    let chosen = typed.map_or("", |fields| fields.get("bahasa"));
    let chosen = if chosen.is_empty() { "id_en" } else { chosen };
    let options = vec![
        Choice::new("id", frame.t("letters.lang_id"), chosen),
        Choice::new("id_en", frame.t("letters.lang_both"), chosen),
    ];
    ChoiceGroup::new(
        "bahasa",
        frame.t("letters.edit_preview_langs"),
        options,
        &[],
    )
}

/// The fields that the lines may name: what has to stand in them first.
fn fields(frame: &PageFrame, template: &LetterTemplate) -> Vec<FieldLine> {
    let line = |name: &str| {
        let own = template.fields.iter().find(|field| field.code == name);
        let what = match (own, Fact::parse(name)) {
            (Some(field), _) => frame.say(&field.label).to_owned(),
            (None, Some(fact)) => frame.t(&fact_key(fact)).to_owned(),
            (None, None) => name.to_owned(),
        };
        FieldLine {
            name: format!("{{{name}}}"),
            what,
            needed: template.needed().any(|needed| needed == name),
        }
    };
    let mut lines: Vec<FieldLine> = template.known().into_iter().map(line).collect();
    lines.sort_by_key(|line| !line.needed);
    lines
}

fn signs(frame: &PageFrame) -> Vec<SignLine> {
    let signs = SIGNS.into_iter();
    let line = |(sign, key)| SignLine {
        sign,
        what: frame.t(key).to_owned(),
    };
    signs.map(line).collect()
}

fn read_only(title: String, who: String, words: &TemplateWords) -> ReadOnly {
    ReadOnly {
        title,
        who,
        number: words.number.clone(),
        id: words.body.id.clone(),
        en: words.body.en.clone(),
    }
}

/// The unit's words of a version of before.
fn old_words(
    frame: &PageFrame,
    names: &Names,
    letters: &LettersOfUnit,
    kind: &str,
    version: u32,
) -> Option<ReadOnly> {
    let changes = letter_changes(&letters.acts, kind);
    let change = changes.into_iter().find(|one| one.version == version)?;
    let n = frame.format().count(i64::from(version));
    let title = frame.tf("letters.edit_version", &[("n", &n)]);
    let time = frame.format().moment(change.at);
    let who = names.actor(frame, change.by);
    let who = frame.tf("letters.edit_since", &[("time", &time), ("who", &who)]);
    Some(read_only(title, who, &change.own?))
}

/// The changes of the words, the latest first.
fn changes(frame: &PageFrame, names: &Names, letters: &LettersOfUnit, kind: &str) -> Vec<Change> {
    let changes = letter_changes(&letters.acts, kind).into_iter().rev();
    let line = |change: LetterChange<'_>| {
        let n = frame.format().count(i64::from(change.version));
        let time = frame.format().moment(change.at);
        let who = names.actor(frame, change.by);
        let what = if change.own.is_some() {
            "letters.edit_state_own"
        } else {
            "letters.edit_state_pack"
        };
        Change {
            version: frame.tf("letters.edit_version", &[("n", &n)]),
            what: frame.t(what).to_owned(),
            who: frame.tf("letters.edit_since", &[("time", &time), ("who", &who)]),
            reason: change.reason.map(ToOwned::to_owned),
            href: change
                .own
                .map(|_| format!("{HERE}/{kind}?versi={}#lama", change.version)),
        }
    };
    changes.map(line).collect()
}
