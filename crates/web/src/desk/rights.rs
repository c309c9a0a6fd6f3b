//! `/perkara/{case}/hak`: who is concerned in a case and what rights they were told; and for each person a page
//! in large type that is turned towards them, printed, and recorded (S24).

mod person;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use pengayom_core::pack::{ConcernedRole, ListAge, RightsList};
use pengayom_core::subject::case::{
    Case, CaseCommand, CaseRefusal, CaseStage, Concerned, GiveRights, Manner, RightsCommand,
    Signing,
};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;

use self::person::{ADD, CHANGE, both_form, name_command, person_form, person_ids};
use super::case::{may_do, moved_words, read};
use super::concerned::{
    blamed, due_words, here_as, label, list_name, manner_key, roles_words, signing_key,
};
use super::pieces::{Form, Piece, Typing, happened, yes_no, yes_or_no};
use super::queue::seen_version;
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::local_moment;

/// Identifier of the form that records that rights were told.
const GIVE: &str = "catat-hak";

/// What the address carries after something was recorded.
pub(super) const RECORDED: &str = "tercatat=ya";

/// What a page was asked with: which form, what was typed, what was wrong, and that the case moved on.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) form: &'static str,
    pub(super) fields: Fields,
    pub(super) errors: Vec<FieldError>,
    pub(super) changed: Option<String>,
    pub(super) status: StatusCode,
}

#[derive(Template)]
#[template(path = "desk/rights.html")]
struct RightsPage {
    page: PageFrame,
    by: String,
    version: u32,
    back: String,
    heading: String,
    recorded: bool,
    changed: Option<String>,
    errors: Vec<FieldError>,
    people: Vec<PersonRow>,
    forms: Vec<Form>,
}

/// A person in the list.
struct PersonRow {
    href: String,
    label: String,
    roles: String,
    age: &'static str,
    owed: Vec<(&'static str, String)>,
    told: Vec<String>,
    misunderstood: bool,
}

#[derive(Template)]
#[template(path = "desk/rights_person.html")]
struct PersonPage {
    page: PageFrame,
    by: String,
    version: u32,
    back: String,
    heading: String,
    /// Key of the title.
    title: &'static str,
    label: String,
    /// As what they are here.
    here_as: String,
    /// They are suspected, which is not guilty.
    suspected: bool,
    changed: Option<String>,
    errors: Vec<FieldError>,
    child: bool,
    lists: Vec<ListView>,
    owed: Option<(&'static str, String)>,
    form: Option<Form>,
}

/// A list in large type.
pub(crate) struct ListView {
    /// Its part of identifiers.
    pub(crate) code: String,
    /// Its name.
    pub(crate) name: String,
    /// Its rights: the sentence, and the article it rests on.
    pub(crate) rights: Vec<(String, String)>,
}

/// A list as it is read, to a child in a child's words.
pub(crate) fn list_view(frame: &PageFrame, list: &RightsList, child: bool) -> ListView {
    let child = child || list.age == ListAge::Child;
    let rights = frame.unit().pack.rights().of_list(&list.code);
    ListView {
        code: list.code.as_str().to_owned(),
        name: frame.say(&list.name).to_owned(),
        rights: rights
            .map(|right| {
                let article = right.article.clone().unwrap_or_default();
                (frame.say(right.said_to(child)).to_owned(), article)
            })
            .collect(),
    }
}

/// `GET /perkara/{case}/hak`
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    list(page, history, Asked::default())
}

/// Whether something can be recorded by the reader.
pub(super) fn may_record(page: &StaffPage, case: &Case) -> bool {
    let now = page.node.now();
    let may = may_do(page.frame.unit(), &page.staff, case, now);
    case.stage != CaseStage::Closed && may.contains(&Permission::WorkCase)
}

/// "Perkara PTI-2611-0001".
pub(super) fn heading(frame: &PageFrame, id: CaseId, case: &Case) -> String {
    let number = case.filed.number.as_ref();
    let number = number.map_or_else(|| id.to_string(), ToString::to_string);
    frame.tf("case.title", &[("number", &number)])
}

fn list(mut page: StaffPage, history: CaseHistory, asked: Asked) -> Result<Response, Fault> {
    let CaseHistory { id, case, .. } = history;
    let may = may_record(&page, &case);
    let now = page.node.now();
    page.frame.titled("rights.title");
    if !asked.errors.is_empty() {
        page.frame.refused();
    }
    let frame = &page.frame;
    let people = case.rights.persons.iter().map(|person| {
        let owed = person.owed.iter().map(|owed| {
            let (late, due) = due_words(frame, owed.due_at, now);
            let name = list_name(frame, &owed.list);
            let state = if late { "danger" } else { "wait" };
            (state, format!("{name}: {due}"))
        });
        let told = person.given.iter().map(|given| {
            let (name, time) = (
                list_name(frame, &given.list),
                frame.format().moment(given.at),
            );
            frame.tf("rights.told_at", &[("list", &name), ("time", &time)])
        });
        PersonRow {
            href: format!("/perkara/{id}/hak/{}", person.n),
            label: label(frame, person),
            roles: roles_words(frame, &person.roles),
            age: age_key(person.under_18),
            owed: owed.collect(),
            told: told.collect(),
            misunderstood: person.understood == Some(false),
        }
    });
    let people = people.collect();
    let mut forms = Vec::new();
    if may {
        let both = both_form(&case);
        let form =
            |form: &'static str| person_form(frame, id, &asked, &case, (form, both == Some(form)));
        forms.push(form(ADD));
        if !case.rights.persons.is_empty() {
            forms.push(form(CHANGE));
        }
    }
    let view = RightsPage {
        by: page.staff.id.to_string(),
        version: case.version,
        back: format!("/perkara/{id}"),
        heading: heading(frame, id, &case),
        recorded: asked.status == StatusCode::OK && page.context.asks(RECORDED),
        changed: asked.changed,
        errors: asked.errors,
        people,
        forms,
        page: page.frame,
    };
    draw(asked.status, &view)
}

const fn age_key(under_18: Option<bool>) -> &'static str {
    match under_18 {
        Some(true) => "rights.age_child",
        Some(false) => "rights.age_adult",
        None => "rights.age_unknown",
    }
}

/// `POST /perkara/{case}/hak`: somebody is concerned, or their roles changed.
pub(super) async fn name(
    page: StaffPage,
    Path(case): Path<String>,
    post: FormPost,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let fields = post.fields;
    let form = if fields.get("formulir_perkara") == CHANGE {
        CHANGE
    } else {
        ADD
    };
    let asked = |fields, errors| Asked {
        form,
        fields,
        errors,
        ..Asked::default()
    };
    if given_back(&fields) {
        return list(page, history, asked(fields, Vec::new()));
    }
    let command = match name_command(&page.frame, form, &fields) {
        Ok(command) => command,
        Err(errors) => {
            let asked = Asked {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..asked(fields, errors)
            };
            return list(page, history, asked);
        }
    };
    let to = format!("/perkara/{}/hak?{RECORDED}", history.id);
    let ids = person_ids(form);
    let id_of = move |field: &str| match field {
        "person" => ids[0],
        "needs" => ids[3],
        "reason" => ids[4],
        _ => ids[1],
    };
    match send(&page, history, command, &fields, id_of).await? {
        Ok(()) => Ok(Redirect::to(&to).into_response()),
        Err((history, refused)) => {
            let asked = Asked {
                form,
                fields,
                ..refused
            };
            list(page, history, asked)
        }
    }
}

type Refused = (CaseHistory, Asked);

/// Carries out a command; what stood in the way comes back with the case as it is by then.
pub(super) async fn send(
    page: &StaffPage,
    history: CaseHistory,
    command: CaseCommand,
    fields: &Fields,
    id_of: impl Fn(&str) -> &'static str,
) -> Result<Result<(), Refused>, Fault> {
    let id = history.id;
    let seen = seen_version(fields);
    let typed = fields.some("waktu");
    let typed = typed.map(|when| local_moment(page.frame.unit(), &when));
    let Ok(happened_at) = typed.transpose() else {
        let words = page.frame.t("error.time_unreadable");
        let asked = Asked {
            errors: vec![FieldError::new(id_of("happened_at"), words)],
            status: StatusCode::UNPROCESSABLE_ENTITY,
            ..Asked::default()
        };
        return Ok(Err((history, asked)));
    };
    let changed = page
        .node
        .change_case(&page.staff, id, seen, command, happened_at)
        .await;
    let Err(error) = changed else {
        return Ok(Ok(()));
    };
    let history = page.node.case_history(&page.staff, id).await?;
    let asked = match error {
        HandleError::Case(CaseRefusal::BeforeWhatItFollows { .. }) if happened_at.is_some() => {
            let words = page.frame.t("control.at_before");
            Asked {
                errors: vec![FieldError::new(id_of("happened_at"), words)],
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Asked::default()
            }
        }
        HandleError::Case(refusal) => match blamed(&page.frame, &refusal) {
            Some((field, words)) => Asked {
                errors: vec![FieldError::new(id_of(field), words)],
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Asked::default()
            },
            None => Asked {
                changed: Some(moved_words(&page.frame, &page.node, &refusal).await?),
                status: StatusCode::CONFLICT,
                ..Asked::default()
            },
        },
        HandleError::Conflict { .. } => Asked {
            changed: Some(page.frame.t("case.changed").to_owned()),
            status: StatusCode::CONFLICT,
            ..Asked::default()
        },
        error => return Err(error.into()),
    };
    Ok(Err((history, asked)))
}

/// `GET /perkara/{case}/hak/{person}`
pub(super) async fn one(
    page: StaffPage,
    Path((case, n)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    let n = n.parse().map_err(|_| Fault::NotFound)?;
    person_page(page, history, n, Asked::default())
}

fn person_page(
    mut page: StaffPage,
    history: CaseHistory,
    n: u32,
    asked: Asked,
) -> Result<Response, Fault> {
    let CaseHistory { id, case, .. } = history;
    let person = case.rights.person(n).ok_or(Fault::NotFound)?;
    let may = may_record(&page, &case);
    let now = page.node.now();
    let child = person.is_child();
    let title = if child {
        "rights.read_title_child"
    } else {
        "rights.read_title"
    };
    page.frame.titled(title);
    if !asked.errors.is_empty() {
        page.frame.refused();
    }
    let frame = &page.frame;
    let book = frame.unit().pack.rights();
    let needs: Vec<&str> = person.needs.iter().map(String::as_str).collect();
    // What is owed is read; where nothing is, all of it again.
    let lists = if person.owed.is_empty() {
        let all = book.lists_for(&person.roles, person.under_18, &needs, &case.service);
        all.map(|list| list_view(frame, list, child)).collect()
    } else {
        let owed = person.owed.iter().filter_map(|owed| book.list(&owed.list));
        owed.map(|list| list_view(frame, list, child)).collect()
    };
    let owed = person.due_at().map(|due| {
        let (late, words) = due_words(frame, due, now);
        (if late { "danger" } else { "wait" }, words)
    });
    let view = PersonPage {
        by: page.staff.id.to_string(),
        version: case.version,
        back: format!("/perkara/{id}/hak"),
        heading: heading(frame, id, &case),
        title,
        label: label(frame, person),
        here_as: here_as(frame, person),
        suspected: person.roles.contains(&ConcernedRole::Suspect),
        child,
        lists,
        owed,
        form: may.then(|| give_form(frame, id, person, &asked)),
        changed: asked.changed,
        errors: asked.errors,
        page: page.frame,
    };
    draw(asked.status, &view)
}

/// Identifiers of manner, language, interpreter, guardian, adviser, why not, understood, help and signing.
const GIVE_IDS: [&str; 10] = [
    "hak-cara",
    "hak-bahasa",
    "hak-penerjemah",
    "hak-wali",
    "hak-pendamping",
    "hak-tanpa",
    "hak-mengerti",
    "hak-bantuan",
    "hak-tanda",
    "hak-waktu",
];

fn give_form(frame: &PageFrame, id: CaseId, person: &Concerned, asked: &Asked) -> Form {
    let typing = Typing {
        frame,
        sent: asked.form,
        fields: &asked.fields,
        errors: &asked.errors,
    };
    let [
        how,
        language,
        interpreter,
        guardian,
        adviser,
        absent,
        understood,
        help,
        signing,
        when,
    ] = GIVE_IDS;
    let manners = Manner::ALL.map(|manner| {
        (
            manner.as_str().to_owned(),
            frame.t(manner_key(manner)).to_owned(),
        )
    });
    let mut pieces = vec![
        Piece::Radios(typing.choices(GIVE, (how, "cara"), "rights.manner", manners.into())),
        Piece::Line(
            typing
                .text(GIVE, (language, "bahasa"), "rights.language")
                .hint(frame.t("rights.language_help")),
        ),
        Piece::Ticks({
            let tick = vec![(
                "ya".to_owned(),
                frame.t("rights.interpreter_yes").to_owned(),
            )];
            let mut group = typing.choices(
                GIVE,
                (interpreter, "penerjemah"),
                "rights.interpreter",
                tick,
            );
            group.optional = true;
            group
        }),
    ];
    if person.is_child() {
        let radio = |id, name, key: &str| {
            Piece::Radios(typing.choices(GIVE, (id, name), key, yes_no(frame)))
        };
        pieces.push(radio(guardian, "wali", "rights.guardian"));
        pieces.push(radio(adviser, "pendamping", "rights.adviser"));
        let why = typing.text(GIVE, (absent, "tanpa"), "rights.absent");
        pieces.push(Piece::Line(why.optional()));
    }
    pieces.push(Piece::Radios(typing.choices(
        GIVE,
        (understood, "mengerti"),
        "rights.understood",
        yes_no(frame),
    )));
    let why = typing.text(GIVE, (help, "bantuan"), "rights.help");
    pieces.push(Piece::Line(why.optional()));
    let signings = Signing::ALL.map(|one| {
        (
            one.as_str().to_owned(),
            frame.t(signing_key(one)).to_owned(),
        )
    });
    pieces.push(Piece::Radios(typing.choices(
        GIVE,
        (signing, "tanda"),
        "rights.signing",
        signings.into(),
    )));
    pieces.push(happened(&typing, GIVE, when, "rights.when"));
    Form {
        id: GIVE,
        action: format!("/perkara/{id}/hak/{}", person.n),
        title: frame.t("rights.give").to_owned(),
        help: vec![frame.t("rights.give_help").to_owned()],
        hidden: Vec::new(),
        pieces,
        button: frame.t("rights.give_save").to_owned(),
        open: true,
    }
}

/// `POST /perkara/{case}/hak/{person}`: they were told their rights.
pub(super) async fn give(
    page: StaffPage,
    Path((case, n)): Path<(String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let n = n.parse().map_err(|_| Fault::NotFound)?;
    history.case.rights.person(n).ok_or(Fault::NotFound)?;
    let fields = post.fields;
    if given_back(&fields) {
        let asked = Asked {
            form: GIVE,
            fields,
            ..Asked::default()
        };
        return person_page(page, history, n, asked);
    }
    let command = match give_command(&page.frame, n, &fields) {
        Ok(command) => command,
        Err(errors) => {
            let asked = Asked {
                form: GIVE,
                fields,
                errors,
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Asked::default()
            };
            return person_page(page, history, n, asked);
        }
    };
    let to = format!("/perkara/{}/hak?{RECORDED}", history.id);
    let id_of = |field: &str| match field {
        "language" => GIVE_IDS[1],
        "guardian" => GIVE_IDS[3],
        "absent" => GIVE_IDS[5],
        "help" => GIVE_IDS[7],
        "happened_at" => GIVE_IDS[9],
        _ => GIVE_IDS[0],
    };
    match send(&page, history, command, &fields, id_of).await? {
        Ok(()) => Ok(Redirect::to(&to).into_response()),
        Err((history, refused)) => {
            let asked = Asked {
                form: GIVE,
                fields,
                ..refused
            };
            person_page(page, history, n, asked)
        }
    }
}

fn give_command(
    frame: &PageFrame,
    person: u32,
    fields: &Fields,
) -> Result<CaseCommand, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut missing = |id: &str| errors.push(FieldError::new(id, frame.t("rights.choose_one")));
    let manner = Manner::parse(fields.get("cara"));
    if manner.is_none() {
        missing(GIVE_IDS[0]);
    }
    let understood = yes_or_no(fields, "mengerti");
    if understood.is_none() {
        missing(GIVE_IDS[6]);
    }
    let signing = Signing::parse(fields.get("tanda"));
    if signing.is_none() {
        missing(GIVE_IDS[8]);
    }
    let (Some(manner), Some(understood), Some(signing)) = (manner, understood, signing) else {
        return Err(errors);
    };
    Ok(CaseCommand::Rights(RightsCommand::Give(GiveRights {
        person,
        manner,
        language: fields.line("bahasa").unwrap_or_default(),
        interpreter: fields.get("penerjemah") == "ya",
        guardian: yes_or_no(fields, "wali"),
        adviser: yes_or_no(fields, "pendamping"),
        absent: fields.line("tanpa").unwrap_or_default(),
        understood,
        help: fields.line("bantuan").unwrap_or_default(),
        signing,
    })))
}
