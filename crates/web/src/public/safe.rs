//! `/aman`: help for somebody who is not safe, on a telephone others may look at (S3, S76).
//!
//! Nothing is kept before it is sent, titles are neutral, and the way out stands on every page.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use pengayom_core::act::Actor;
use pengayom_core::pack::{DeskSystem, Helpline, Lang, Safety};
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{Channel, Harm};
use pengayom_core::value::parse_phone;
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{HandleError, PersonDetails, UnitContext};
use pengayom_store::OutageRow;

use super::report::{keep_receipt, too_long};
use crate::extract::{Fields, FormPost, PublicPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::outages::{self, OutageLine, is_at};
use crate::problem::Fault;
use crate::staff::command_of;
use crate::state::AppState;

/// Longest safe word, in characters.
pub(crate) const WORD_MAX_CHARS: usize = 60;

#[derive(Template)]
#[template(path = "public/safe/before.html")]
struct BeforePage {
    page: PageFrame,
}

struct Line {
    name: String,
    help: String,
    phone: Option<String>,
    call: String,
    /// Address that opens a chat.
    message: Option<String>,
    write: String,
    checked: String,
}

struct KindLink {
    href: String,
    words: String,
}

#[derive(Template)]
#[template(path = "public/safe/help.html")]
struct HelpPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    /// Which of the ways to get help are down.
    outages: Vec<OutageLine>,
    none_near: Option<String>,
    lines: Vec<Line>,
    desk: String,
    kinds: Vec<KindLink>,
    time: ChoiceGroup,
    phone: TextField,
    word: TextField,
    words: TextField,
    command: String,
}

struct Tip {
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "public/safe/tips.html")]
struct TipsPage {
    page: PageFrame,
    tips: Vec<Tip>,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/aman", get(before))
        .route("/aman/bantuan", get(help).post(ask))
        .route("/aman/tips", get(tips))
}

/// `GET /aman`: how to leave stands before anything that must not be seen.
async fn before(PublicPage { mut frame, .. }: PublicPage) -> Result<Response, Fault> {
    frame.titled("safe.before_neutral_title");
    frame.sensitive = true;
    draw(StatusCode::OK, &BeforePage { page: frame })
}

/// `GET /aman/bantuan`
async fn help(page: PublicPage) -> Result<Response, Fault> {
    help_page(page, &Fields::default(), Vec::new()).await
}

/// `GET /aman/tips`
async fn tips(PublicPage { mut frame, .. }: PublicPage) -> Result<Response, Fault> {
    frame.titled("safe.tips_neutral_title");
    frame.sensitive = true;
    let tips = frame.unit().pack.safety().tips.iter().map(|tip| Tip {
        title: frame.say(&tip.title).to_owned(),
        text: frame.say(&tip.text).to_owned(),
    });
    let tips = tips.collect();
    draw(StatusCode::OK, &TipsPage { page: frame, tips })
}

/// `POST /aman/bantuan`: a wish to be contacted safely becomes a case of a sensitive service.
async fn ask(mut page: PublicPage, post: FormPost) -> Result<Response, Fault> {
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return help_page(page, &post.fields, Vec::new()).await;
    }
    let unit = page.context.unit().clone();
    let wish = match Wish::read(&page.frame, unit.pack.safety(), &post.fields) {
        Ok(wish) => wish,
        Err(errors) => return help_page(page, &post.fields, errors).await,
    };
    let asked = unit.pack.words(Lang::Id).text("safe.asked", &[]);
    let description = match post.fields.some("cerita") {
        Some(words) => format!("{asked}. {words}"),
        None => asked,
    };
    let request = FileRequest {
        command: command_of(&post.fields, &page.node),
        service: unit.pack.safety().service.clone(),
        report_kind: None,
        channel: Channel::Web,
        paper: None,
        description,
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        // The unit's own protection desk answers, wherever it is.
        place: PlaceInput::Unknown,
        reporter: wish.into_person(),
        media: Vec::new(),
        simulated: false,
    };
    let reachable = request.reporter.is_reachable();
    match page.node.file_request(request, &Actor::Citizen).await {
        Ok(filed) => {
            keep_receipt(&page.context, &filed, reachable).await?;
            let again = if filed.repeated { "?lagi=ya" } else { "" };
            Ok(Redirect::to(&format!("/lapor/terkirim{again}")).into_response())
        }
        Err(HandleError::Store(error)) => {
            tracing::error!(%error, "a wish for safe contact was not recorded");
            let words = page.frame.t("safe.not_sent").to_owned();
            let errors = vec![FieldError::new("waktu", words)];
            let mut answer = help_page(page, &post.fields, errors).await?;
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

/// When and how somebody may be contacted.
struct Wish {
    time: String,
    never: bool,
    phone: Option<String>,
    word: Option<String>,
}

impl Wish {
    fn read(frame: &PageFrame, safety: &Safety, fields: &Fields) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let time = safety.time(fields.get("waktu"));
        if time.is_none() {
            errors.push(FieldError::new("waktu", frame.t("safe.time_choose")));
        }
        let never = time.is_some_and(|time| time.never);
        let typed = fields.line("telepon").unwrap_or_default();
        let phone = parse_phone(&typed);
        if typed.is_empty() {
            if time.is_some() && !never {
                errors.push(FieldError::new("telepon", frame.t("safe.phone_needed")));
            }
        } else if phone.is_none() {
            errors.push(FieldError::new("telepon", frame.t("error.phone_digits")));
        }
        let word = fields.line("kata");
        let long = [
            ("kata", word.as_deref(), WORD_MAX_CHARS),
            // Some room is left for the sentence that stands before it.
            ("cerita", Some(fields.get("cerita")), TEXT_MAX_CHARS - 100),
        ];
        for (id, text, limit) in long {
            let found = text.map_or(0, |text| text.chars().count());
            if found > limit {
                errors.push(FieldError::new(id, too_long(frame, found, limit)));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            time: time.map_or_else(String::new, |time| time.code.as_str().to_owned()),
            never,
            // Nobody is called who asked not to be, whatever else was typed.
            phone: phone.filter(|_| !never),
            word,
        })
    }

    fn into_person(self) -> PersonDetails {
        PersonDetails {
            phone: self.phone,
            safe_time: Some(self.time),
            safe_word: self.word.filter(|_| !self.never),
            ..PersonDetails::default()
        }
    }
}

async fn help_page(
    PublicPage {
        context,
        mut frame,
        node,
    }: PublicPage,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    frame.titled("safe.neutral_title");
    frame.sensitive = true;
    frame.with_form(&context, "form");
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let unit = context.unit();
    let own = unit.own_station();
    let is_line = |row: &OutageRow, system: Option<&DeskSystem>| {
        is_at(row, &[own]) && system.is_some_and(|system| system.helpline)
    };
    let outages = outages::lines(&frame, &node, is_line).await;
    let safety = unit.pack.safety();
    let near = safety.helplines_for(&areas_of(unit));
    let none_near = none_near(&frame, unit, &near);
    let lines = near.iter().map(|line| line_of(&frame, line)).collect();
    let kinds = unit.pack.report_kinds().iter();
    let kinds = kinds.filter(|kind| kind.sensitive).map(|kind| KindLink {
        href: format!("/lapor/{}", kind.slug),
        words: frame.say(&kind.name).to_owned(),
    });
    let times = safety.times.iter().map(|time| {
        Choice::new(
            time.code.as_str(),
            frame.say(&time.name),
            fields.get("waktu"),
        )
    });
    let text = |name, key: &str, help: &str| {
        TextField::new(name, frame.t(key), fields.get(name), &errors).hint(frame.t(help))
    };
    let page = HelpPage {
        outages,
        none_near,
        lines,
        desk: frame.tf("safe.desk", &[("unit", &frame.unit_name)]),
        kinds: kinds.collect(),
        time: ChoiceGroup::new("waktu", frame.t("safe.time"), times.collect(), &errors),
        phone: text("telepon", "report.contact_phone", "safe.phone_help"),
        word: text("kata", "safe.word", "safe.word_help").optional(),
        words: text("cerita", "safe.words", "safe.words_help").optional(),
        command: command_of(fields, &node).to_string(),
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// The unit's area and those it lies in.
pub(crate) fn areas_of(unit: &UnitContext) -> Vec<String> {
    let own = &unit.config().area;
    let above = unit.geography.areas().ancestors(own);
    std::iter::once(own.to_string())
        .chain(above.map(|area| area.code().to_string()))
        .collect()
}

/// Said when nobody but the police helps nearby.
fn none_near(frame: &PageFrame, unit: &UnitContext, near: &[&Helpline]) -> Option<String> {
    if near.iter().any(|line| line.area.is_some()) {
        return None;
    }
    let first = near.first()?;
    let number = first.phone.as_ref().or(first.message.as_ref())?;
    let area = unit.geography.area(&unit.config().area);
    let place = area.map_or(frame.unit_name.as_str(), |area| area.name());
    let name = frame.say(&first.name);
    Some(frame.tf(
        "safe.none_near",
        &[("place", place), ("name", name), ("number", number)],
    ))
}

fn line_of(frame: &PageFrame, line: &Helpline) -> Line {
    let say = |key: &str, number: &Option<String>| {
        let number = number.as_deref().unwrap_or_default();
        frame.tf(key, &[("number", number)])
    };
    Line {
        name: frame.say(&line.name).to_owned(),
        help: frame.say(&line.help).to_owned(),
        phone: line.phone.clone(),
        call: say("safe.call", &line.phone),
        message: line.message.as_deref().map(chat),
        write: say("safe.write", &line.message),
        checked: frame.tf(
            "safe.checked",
            &[("date", &frame.format().day(line.checked))],
        ),
    }
}

/// Address that opens a chat with an Indonesian number: `wa.me` wants the country's code.
fn chat(number: &str) -> String {
    let digits = number.trim_start_matches('+');
    match digits.strip_prefix('0') {
        Some(local) => format!("https://wa.me/62{local}"),
        None => format!("https://wa.me/{digits}"),
    }
}
