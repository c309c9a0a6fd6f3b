//! What is asked of somebody who asks for a service, and what they answered.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::pack::{
    ANSWER_MAX_CHARS, AnswerKind, EntryCode, Lang, Localized, Question, ReportKind, ReportStep,
    Service,
};
use pengayom_core::subject::{CLOCK_TOLERANCE, TEXT_MAX_CHARS};

use super::answer;
use super::asked::{Asked, Refused, moment_of};
use super::tree::Tree;
use crate::extract::Fields;
use crate::frame::PageFrame;

/// Codes of what is asked of every service; a pack's own questions have others.
const DANGER: &str = "danger";
const WHAT: &str = "what";
const WHEN: &str = "occurred_at";

/// Under which FixMyStreet sends its own number of a report, when a definition has it.
pub(super) const SENDERS_NUMBER: &str = "fixmystreet_id";

const YES: &str = "yes";
const NO: &str = "no";

/// What was answered.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answers {
    /// Somebody is in danger.
    pub(super) danger: bool,
    /// What happened, of the kind's choices, as officers read it.
    pub(super) what: Option<String>,
    /// When.
    pub(super) occurred_at: Option<Timestamp>,
    /// Further questions with their answers, as officers read them.
    pub(super) lines: Vec<String>,
}

/// `GET /open311/v2/services/{code}`
pub(super) async fn show(asked: Asked) -> Result<Response, Refused> {
    let Some(service) = asked.service(&asked.name) else {
        return Err(asked.unknown("service_code", "open311.service_unknown"));
    };
    let tree = Tree::Object(vec![
        ("service_code", Tree::text(service.code.as_str())),
        (
            "attributes",
            Tree::List("attribute", attributes(&asked.frame, service)),
        ),
    ]);
    Ok(answer(
        asked.format,
        StatusCode::OK,
        "service_definition",
        &tree,
    ))
}

/// The kind of report that begins with a service and asks what happened.
fn kind_of<'f>(frame: &'f PageFrame, service: &Service) -> Option<&'f ReportKind> {
    let mut kinds = frame.unit().pack.report_kinds().iter();
    kinds.find(|kind| kind.service == service.code && !kind.sensitive && !kind.unknown)
}

/// One line of a definition, before it has its place.
struct Line {
    variable: bool,
    code: String,
    kind: AnswerKind,
    required: bool,
    hint: String,
    words: String,
    values: Vec<(String, String)>,
}

fn attributes(frame: &PageFrame, service: &Service) -> Vec<Tree> {
    let lines = lines(frame, service);
    lines
        .iter()
        .zip(1..)
        .map(|(line, order)| drawn(line, order))
        .collect()
}

fn drawn(line: &Line, order: i64) -> Tree {
    let value = |(key, name): &(String, String)| {
        Tree::Object(vec![("key", Tree::text(key)), ("name", Tree::text(name))])
    };
    let hint = Some(&line.hint).filter(|hint| !hint.is_empty());
    let mut fields = vec![
        ("variable", Tree::Flag(line.variable)),
        ("code", Tree::text(&line.code)),
        ("datatype", Tree::text(line.kind.code())),
        ("required", Tree::Flag(line.required)),
        ("datatype_description", Tree::maybe(hint)),
        ("order", Tree::Whole(order)),
        ("description", Tree::text(&line.words)),
    ];
    if line.kind.has_values() {
        fields.push((
            "values",
            Tree::List("value", line.values.iter().map(value).collect()),
        ));
    }
    Tree::Object(fields)
}

fn lines(frame: &PageFrame, service: &Service) -> Vec<Line> {
    let word = |key: &str| frame.t(key).to_owned();
    let line = |code: &str, kind, words: String| Line {
        variable: true,
        code: code.to_owned(),
        kind,
        required: false,
        hint: String::new(),
        words,
        values: Vec::new(),
    };
    let number = frame.emergency_number.as_str();
    let emergency = frame.tf("open311.emergency", &[("number", number)]);
    let mut lines = vec![
        Line {
            variable: false,
            ..line("notice", AnswerKind::String, emergency)
        },
        Line {
            values: vec![
                (YES.to_owned(), word("common.yes")),
                (NO.to_owned(), word("common.no")),
            ],
            ..line(DANGER, AnswerKind::One, word("open311.ask_danger"))
        },
    ];
    let kind = kind_of(frame, service);
    if let Some(kind) = kind.filter(|kind| !kind.what.is_empty()) {
        let values = kind.what.iter();
        let values = values.map(|what| (what.code.to_string(), frame.say(&what.name).to_owned()));
        lines.push(Line {
            values: values.collect(),
            ..line(WHAT, AnswerKind::One, word("open311.ask_what"))
        });
    }
    if kind.is_some_and(|kind| kind.steps.contains(&ReportStep::When)) {
        lines.push(Line {
            hint: word("open311.hint_when"),
            ..line(WHEN, AnswerKind::Datetime, word("open311.ask_when"))
        });
    }
    lines.extend(
        service
            .questions
            .iter()
            .map(|question| asked_by_pack(frame, question)),
    );
    lines.push(line(
        SENDERS_NUMBER,
        AnswerKind::String,
        word("open311.ask_number"),
    ));
    lines
}

fn asked_by_pack(frame: &PageFrame, question: &Question) -> Line {
    let say = |words: &Localized| frame.say(words).to_owned();
    let values = question.values.iter();
    Line {
        variable: true,
        code: question.code.to_string(),
        kind: question.kind,
        required: question.required,
        hint: question.hint.as_ref().map(say).unwrap_or_default(),
        words: say(&question.name),
        values: values
            .map(|value| (value.code.to_string(), say(&value.name)))
            .collect(),
    }
}

/// The values of an attribute: `attribute[code]`, given several times or as `attribute[code][]` where
/// several are chosen.
pub(super) fn values_of(fields: &Fields, code: &str) -> Vec<String> {
    let (one, many) = (format!("attribute[{code}]"), format!("attribute[{code}][]"));
    let all = fields.all(&one).chain(fields.all(&many));
    all.map(ToOwned::to_owned).collect()
}

/// Reads the answers. What a definition does not ask for is passed over: clients send much of their own.
///
/// # Errors
/// What is wrong with each, in words.
pub(super) fn read(
    frame: &PageFrame,
    service: &Service,
    fields: &Fields,
    now: Timestamp,
) -> Result<Answers, Vec<String>> {
    let mut faults = Vec::new();
    let mut answers = Answers::default();
    let wrong = |code: &str, key: &str| format!("attribute[{code}]: {}", frame.t(key));
    match values_of(fields, DANGER).as_slice() {
        [] => {}
        [word] if word == YES => answers.danger = true,
        [word] if word == NO => {}
        _ => faults.push(wrong(DANGER, "open311.answer_choice")),
    }
    let kind = kind_of(frame, service);
    let whats = kind.map(|kind| kind.what.as_slice()).unwrap_or_default();
    match values_of(fields, WHAT).as_slice() {
        [] => {}
        [word] => match whats.iter().find(|what| what.code.as_str() == word) {
            // Officers read the first language.
            Some(what) => answers.what = Some(what.name.get(Lang::Id).to_owned()),
            None => faults.push(wrong(WHAT, "open311.answer_choice")),
        },
        _ => faults.push(wrong(WHAT, "open311.answer_choice")),
    }
    match values_of(fields, WHEN).as_slice() {
        [] => {}
        [text] => match moment_of(text, &frame.unit().zone) {
            Some(at) if at.duration_since(now) > CLOCK_TOLERANCE => {
                faults.push(wrong(WHEN, "error.time_future"));
            }
            Some(at) => answers.occurred_at = Some(at),
            None => faults.push(wrong(WHEN, "open311.date_wrong")),
        },
        _ => faults.push(wrong(WHEN, "open311.answer_one")),
    }
    for question in &service.questions {
        match answered(question, &values_of(fields, question.code.as_str())) {
            Ok(Some(answer)) => {
                let name = question.name.get(Lang::Id);
                answers.lines.push(format!("{name} {answer}"));
            }
            Ok(None) => {}
            Err(key) => faults.push(wrong(question.code.as_str(), key)),
        }
    }
    if faults.is_empty() {
        Ok(answers)
    } else {
        Err(faults)
    }
}

/// The answer to one question as officers read it.
///
/// # Errors
/// Key of the words for what is wrong.
fn answered(question: &Question, given: &[String]) -> Result<Option<String>, &'static str> {
    let name = |code: &String| {
        let mut values = question.values.iter();
        let of = |known: &EntryCode| known.as_str() == code;
        let value = values.find(|value| of(&value.code));
        value.map(|value| value.name.get(Lang::Id).to_owned())
    };
    let chosen: Vec<&String> = given.iter().collect();
    match (question.kind, chosen.as_slice()) {
        (_, []) if question.required => Err("open311.answer_required"),
        (_, []) => Ok(None),
        (AnswerKind::Many, codes) if codes.len() <= question.values.len() => {
            let names: Option<Vec<String>> = codes.iter().map(|code| name(code)).collect();
            let names = names.ok_or("open311.answer_choice")?;
            Ok(Some(names.join(", ")))
        }
        (AnswerKind::Many, _) => Err("open311.answer_choice"),
        (_, [_, _, ..]) => Err("open311.answer_one"),
        (AnswerKind::One, [code]) => name(code).map(Some).ok_or("open311.answer_choice"),
        (AnswerKind::Number, [text]) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() && text.len() <= 32 => Ok(Some((*text).clone())),
            _ => Err("open311.answer_number"),
        },
        (AnswerKind::Datetime, [text]) => match moment_of(text, &jiff::tz::TimeZone::UTC) {
            Some(_) => Ok(Some((*text).clone())),
            None => Err("open311.date_wrong"),
        },
        (AnswerKind::String, [text]) => short(text, ANSWER_MAX_CHARS),
        (AnswerKind::Text, [text]) => short(text, TEXT_MAX_CHARS),
    }
}

fn short(text: &str, max_chars: usize) -> Result<Option<String>, &'static str> {
    if text.chars().count() > max_chars {
        Err("open311.answer_long")
    } else {
        Ok(Some(text.to_owned()))
    }
}
