//! Help for somebody who is not safe (S3, S76).

use axum::response::Response;
use jiff::civil::Date;
use pengayom_core::act::Actor;
use pengayom_core::pack::{DeskSystem, Helpline as Listed, Lang};
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{Channel, Harm};
use pengayom_core::value::{CommandId, parse_phone};
use pengayom_node::PersonDetails;
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Fields, JsonBody};
use super::caller::{Api, for_everybody};
use super::once::Key;
use super::request::{FiledBody, answer};
use super::unit::{Outage, outage};
use crate::outages::is_at;
use crate::problem::{Fault, Problem};
use crate::public::safe::{WORD_MAX_CHARS, areas_of};

/// Room that is left for the sentence before what was told, in characters.
const ROOM_CHARS: usize = 100;

/// Help for somebody who is not safe. Show it under a neutral name, and a way out of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Safety {
    /// Who helps besides the police, the nearest first.
    helplines: Vec<Helpline>,
    /// Answers to "when is it safe to contact you?".
    times: Vec<SafeTime>,
    /// How to leave fewer traces.
    tips: Vec<SafeTip>,
    /// Which of the ways to get help are down.
    outages: Vec<Outage>,
}

/// Who helps.
#[derive(Serialize, ToSchema)]
pub(super) struct Helpline {
    code: String,
    name: String,
    help: String,
    /// Number to call.
    #[schema(required)]
    phone: Option<String>,
    /// Number to write to.
    #[schema(required)]
    message: Option<String>,
    /// Code of the area it is there for; null: everywhere.
    #[schema(required)]
    area_id: Option<String>,
    /// The day somebody last found the number in a source.
    #[schema(value_type = String, format = Date)]
    checked: Date,
}

/// When contact is safe.
#[derive(Serialize, ToSchema)]
pub(super) struct SafeTime {
    code: String,
    name: String,
    /// Never: nobody is called, whatever else is sent.
    never: bool,
}

/// How to leave fewer traces.
#[derive(Serialize, ToSchema)]
pub(super) struct SafeTip {
    title: String,
    text: String,
}

/// Shows who helps, when contact may be safe, and how to leave fewer traces.
#[utoipa::path(
    get, path = "/safety", operation_id = "showSafety",
    responses((status = 200, description = "Help.", body = Safety))
)]
pub(super) async fn show(api: Api) -> Result<Response, Fault> {
    let (frame, unit) = (&api.frame, api.context.unit());
    let safety = unit.pack.safety();
    let line = |line: &Listed| Helpline {
        code: line.code.to_string(),
        name: frame.say(&line.name).to_owned(),
        help: frame.say(&line.help).to_owned(),
        phone: line.phone.clone(),
        message: line.message.clone(),
        area_id: line.area.clone(),
        checked: line.checked,
    };
    let helplines = safety.helplines_for(&areas_of(unit)).into_iter();
    let rows = api.node.outages_now().await?;
    let helps = |system: &DeskSystem| system.helpline;
    let down = rows.iter().filter(|row| {
        let system = row.system.as_deref();
        let system = system.and_then(|code| unit.pack.desk().system(code));
        is_at(row, &[unit.own_station()]) && system.is_some_and(helps)
    });
    let body = Safety {
        helplines: helplines.map(line).collect(),
        times: safety
            .times
            .iter()
            .map(|time| SafeTime {
                code: time.code.to_string(),
                name: frame.say(&time.name).to_owned(),
                never: time.never,
            })
            .collect(),
        tips: safety
            .tips
            .iter()
            .map(|tip| SafeTip {
                title: frame.say(&tip.title).to_owned(),
                text: frame.say(&tip.text).to_owned(),
            })
            .collect(),
        outages: down.map(|row| outage(&api, row)).collect(),
    };
    api.found(&body).map(for_everybody)
}

/// A wish to be contacted safely.
#[derive(ToSchema)]
pub(super) struct NewWish {
    /// When it is safe: a code of `/safety`.
    #[schema(min_length = 1, max_length = 200)]
    time: String,
    /// 10 to 13 digits; needed unless it is never safe, and not kept then.
    #[schema(max_length = 300)]
    phone: Option<String>,
    /// What to say when somebody else answers.
    #[schema(max_length = 60)]
    word: Option<String>,
    /// What happened, as far as they want to say.
    #[schema(max_length = 4900)]
    words: Option<String>,
}

/// Asks to be contacted safely. It becomes a request of a sensitive kind that the unit's own desk answers.
#[utoipa::path(
    post, path = "/safety/requests", operation_id = "askForSafeContact",
    request_body = NewWish,
    responses(
        (status = 201, description = "Recorded, now or by the same wish before.", body = FiledBody,
         headers(("Location" = String, description = "Address of the request."))),
        (status = 403, description = "The token that was shown does not carry `requests:write`.",
         body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn ask(api: Api, body: JsonBody) -> Result<Response, Fault> {
    api.if_shown_needs(Scope::RequestsWrite)?;
    let command = api.key()?.map(Key::command);
    let unit = api.context.unit().clone();
    let safety = unit.pack.safety();
    let mut fields = Fields::new(body.values, &api.frame);
    let time = fields.text("time", 200);
    let new = NewWish {
        time: time.unwrap_or_default(),
        phone: fields.text("phone", 300),
        word: fields.text("word", WORD_MAX_CHARS),
        words: fields.text("words", TEXT_MAX_CHARS - ROOM_CHARS),
    };
    let time = safety.time(&new.time);
    if time.is_none() && !fields.has_fault_at("/time") {
        fields.wrong_by_key("/time", "unknown", "safe.time_choose");
    }
    let never = time.is_some_and(|time| time.never);
    let phone = new.phone.as_deref().and_then(parse_phone);
    if new.phone.is_some() && phone.is_none() {
        fields.wrong_by_key("/phone", "unreadable", "error.phone_digits");
    }
    if new.phone.is_none() && time.is_some() && !never && !fields.has_fault_at("/phone") {
        fields.wrong_by_key("/phone", "required", "safe.phone_needed");
    }
    fields.check()?;
    let asked = unit.pack.words(Lang::Id).text("safe.asked", &[]);
    let request = FileRequest {
        command: command.unwrap_or_else(|| CommandId(api.node.new_id())),
        service: safety.service.clone(),
        report_kind: None,
        channel: Channel::Api,
        paper: None,
        description: match new.words {
            Some(words) => format!("{asked}. {words}"),
            None => asked,
        },
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        // The unit's own protection desk answers, wherever it is.
        place: PlaceInput::Unknown,
        reporter: PersonDetails {
            phone: phone.filter(|_| !never),
            safe_time: Some(new.time),
            safe_word: new.word.filter(|_| !never),
            ..PersonDetails::default()
        },
        media: Vec::new(),
        simulated: false,
    };
    let filed = api.node.file_request(request, &Actor::Citizen).await?;
    answer(&api, &filed)
}
