//! `/perkara/{case}/langkah`: what is done in every case of the service, what of it is done in this one, by
//! when, and why something is left out (S18).

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pengayom_core::clock::Due;
use pengayom_core::pack::{StepBy, StepDoneBy, StepWith, Steps};
use pengayom_core::subject::case::{CaseCommand, CaseRefusal, Mark, StepLine, StepState};
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;

use super::beneath::{RECORDED, Typed, is_open, number_of, settled};
use super::case::{may_do, read};
use super::queue::seen_version;
use crate::extract::{FormPost, StaffPage};
use crate::form::{FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Names, service_name, text_words};

/// The field that names the step.
const STEP: &str = "langkah";

/// A step as the page shows it.
struct Line {
    code: String,
    name: String,
    /// The tag of its state, and its words.
    state: &'static str,
    state_words: &'static str,
    required: bool,
    protected: bool,
    /// Who does it, by when, on what it rests.
    lines: Vec<String>,
    /// The page where it gets done by itself, and the words of the link.
    with: Option<(String, String)>,
    /// What was written.
    text: Option<String>,
    /// The fields of the forms that are offered.
    note: Option<TextField>,
    reason: Option<TextField>,
    back: Option<TextField>,
    /// A form of it came back.
    open: bool,
}

#[derive(Template)]
#[template(path = "desk/steps.html")]
struct StepsPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    back: String,
    version: u32,
    heading: String,
    service: String,
    said: bool,
    changed: Option<String>,
    counted: String,
    /// Required steps that keep the case open; none where they do not.
    holds: bool,
    lines: Vec<Line>,
}

/// `GET /perkara/{case}/langkah`
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    steps_page(page, history, Typed::default()).await
}

/// `POST /perkara/{case}/langkah`
pub(super) async fn change(
    page: StaffPage,
    Path(case): Path<String>,
    post: FormPost,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let fields = post.fields;
    if given_back(&fields) {
        let typed = Typed {
            fields,
            ..Typed::default()
        };
        return steps_page(page, history, typed).await;
    }
    let id = history.id;
    let step = fields.get(STEP).to_owned();
    let reason = fields.line("alasan").unwrap_or_default();
    let command = match fields.get("apa") {
        "selesai" => CaseCommand::DoStep {
            step: step.clone(),
            note: fields.get("catatan").to_owned(),
        },
        "tinggalkan" => CaseCommand::LeaveOutStep {
            step: step.clone(),
            reason,
        },
        "batal" => CaseCommand::TakeStepBack {
            step: step.clone(),
            reason,
        },
        _ => return Err(Fault::Unreadable),
    };
    let seen = seen_version(&fields);
    let node = &page.node;
    let changed = node.change_case(&page.staff, id, seen, command, None).await;
    let words = |refusal: &CaseRefusal| words_of(&page.frame, &step, refusal);
    match settled(&page, (id, "langkah"), changed, fields, words).await? {
        Ok(response) => Ok(response),
        Err((history, typed)) => steps_page(page, history, typed).await,
    }
}

/// The words for the rule that stood in the way, at the field to blame.
pub(crate) fn words_of(frame: &PageFrame, step: &str, refusal: &CaseRefusal) -> Option<FieldError> {
    let at = |field: &str, key: &str| {
        let id = format!("{field}-{step}");
        Some(FieldError::new(id, frame.t(key)))
    };
    match refusal {
        CaseRefusal::Text { field, fault } => {
            let (name, missing) = match *field {
                "note" => ("catatan", "steps.reason_write"),
                _ => ("alasan", "steps.reason_write"),
            };
            let words = text_words(frame, *fault, missing);
            Some(FieldError::new(format!("{name}-{step}"), words))
        }
        CaseRefusal::StepProtected => at("alasan", "steps.protected_words"),
        CaseRefusal::StepByItsAct => at("catatan", "steps.by_its_act"),
        _ => None,
    }
}

async fn steps_page(
    page: StaffPage,
    history: CaseHistory,
    typed: Typed,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let number = number_of(&history);
    let heading = frame.tf("steps.heading", &[("number", &number)]);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let now = node.now();
    let names = Names::read(&node).await?;
    let case = &history.case;
    let may = is_open(&history)
        && may_do(frame.unit(), &staff, case, now).contains(&Permission::WorkCase);
    let unit = node.unit();
    let steps = unit.pack.steps().of(&case.service);
    let known = case.step_lines(steps, unit.reckoning(), now);
    let open = case.open_steps(steps).len();
    let done = known.len()
        - known
            .iter()
            .filter(|line| line.state == StepState::Open)
            .count();
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let values = [
        ("done", count(done)),
        ("all", count(known.len())),
        ("open", count(open)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let counted = frame.tf("steps.counted", &values);
    let view = View {
        frame: &frame,
        names: &names,
        typed: &typed,
        case: format!("/perkara/{}", history.id),
        may,
    };
    let lines = known.iter().map(|line| view.line(line)).collect();
    let page = StepsPage {
        by: staff.id.to_string(),
        href: format!("/perkara/{}/langkah", history.id),
        back: format!("/perkara/{}", history.id),
        version: case.version,
        service: service_name(&frame, &case.service),
        said: typed.errors.is_empty() && typed.changed.is_none() && context.asks(RECORDED),
        changed: typed.changed.clone(),
        counted,
        holds: open > 0 && is_open(&history),
        lines,
        heading,
        errors: typed.errors.clone(),
        page: frame,
    };
    draw(typed.status(), &page)
}

/// Draws the steps.
struct View<'p> {
    frame: &'p PageFrame,
    names: &'p Names,
    typed: &'p Typed,
    /// The page of the case.
    case: String,
    may: bool,
}

impl View<'_> {
    fn line(&self, line: &StepLine<'_>) -> Line {
        let frame = self.frame;
        let step = line.step;
        let code = step.code.as_str();
        let (state, state_words) = state_words(line);
        let by_hand = step.done == StepDoneBy::Hand;
        let open = line.state == StepState::Open;
        let said = matches!(line.state, StepState::LeftOut(_))
            || by_hand && matches!(line.state, StepState::Done(_));
        let field = |name: &'static str, key: &str| {
            let id = format!("{name}-{code}");
            TextField {
                error: error_at(&self.typed.errors, &id),
                label: frame.t(key).to_owned(),
                value: self.typed.value((STEP, code), name).to_owned(),
                name,
                ..TextField::default()
            }
        };
        let mut lines = vec![frame.tf("steps.by", &[("who", frame.t(by_words(step.by)))])];
        lines.extend(due_words(frame, line.due));
        if line.waits {
            let starts = step.clock.as_ref().map(|clock| frame.say(&clock.starts_at));
            let values = [("event", starts.unwrap_or_default())];
            lines.push(frame.tf("steps.waits", &values));
        }
        if let StepState::Done(mark) | StepState::LeftOut(mark) = line.state {
            lines.push(self.marked(mark));
        }
        if !step.basis.is_empty() {
            let basis = step.basis.join("; ");
            lines.push(frame.tf("steps.basis", &[("basis", &basis)]));
        }
        let text = match line.state {
            StepState::Done(mark) | StepState::LeftOut(mark) => Some(mark.text.clone()),
            StepState::Open => None,
        };
        Line {
            code: code.to_owned(),
            name: frame.say(&step.name).to_owned(),
            state,
            state_words,
            required: step.required,
            protected: step.floor.is_some(),
            lines,
            text: text.filter(|text| !text.is_empty()),
            with: step.with.filter(|_| self.may && open).map(|with| {
                let (page, words) = match with {
                    StepWith::RightsTold => ("hak", "steps.with_rights"),
                    StepWith::WayOffered => ("upaya", "steps.with_way"),
                };
                (format!("{}/{page}", self.case), frame.t(words).to_owned())
            }),
            note: (self.may && by_hand && !matches!(line.state, StepState::Done(_)))
                .then(|| field("catatan", "steps.note").optional()),
            reason: (self.may && open && step.floor.is_none())
                .then(|| field("alasan", "steps.reason")),
            back: (self.may && said).then(|| field("alasan", "steps.back_reason")),
            open: self.typed.fields.get(STEP) == code,
        }
    }

    fn marked(&self, mark: &Mark) -> String {
        let frame = self.frame;
        let when = frame.format().moment(mark.at);
        let who = mark.by.map(|officer| self.names.of(frame, officer));
        let who = who.unwrap_or_else(|| frame.t("steps.by_record").to_owned());
        let late = mark.recorded_at.duration_since(mark.at).as_mins() > 2;
        if late {
            let recorded = frame.format().moment(mark.recorded_at);
            let values = [
                ("time", when.as_str()),
                ("who", who.as_str()),
                ("recorded", recorded.as_str()),
            ];
            return frame.tf("steps.marked_late", &values);
        }
        let values = [("time", when.as_str()), ("who", who.as_str())];
        frame.tf("steps.marked", &values)
    }
}

/// The tag of a step, and the key of its words.
pub(crate) const fn state_words(line: &StepLine<'_>) -> (&'static str, &'static str) {
    match (&line.state, line.late) {
        (StepState::Done(_), false) => ("ok", "steps.state_done"),
        (StepState::Done(_), true) => ("warn", "steps.state_done_late"),
        (StepState::LeftOut(_), _) => ("plain", "steps.state_left_out"),
        (StepState::Open, false) => ("wait", "steps.state_open"),
        (StepState::Open, true) => ("danger", "steps.state_late"),
    }
}

/// By when, and that holidays are not known so far ahead.
pub(crate) fn due_words(frame: &PageFrame, due: Option<Due>) -> Vec<String> {
    let Some(due) = due else { return Vec::new() };
    let time = frame.format().moment(due.at);
    let mut lines = vec![frame.tf("steps.due", &[("time", &time)])];
    if let Some(year) = due.unknown_after {
        let year = year.to_string();
        lines.push(frame.tf("steps.holidays_unknown", &[("year", &year)]));
    }
    lines
}

const fn by_words(by: StepBy) -> &'static str {
    match by {
        StepBy::Desk => "steps.by_desk",
        StepBy::Patrol => "steps.by_patrol",
        StepBy::Investigator => "steps.by_investigator",
        StepBy::Chief => "steps.by_chief",
        StepBy::Handler => "steps.by_handler",
        StepBy::Program => "steps.by_program",
    }
}

/// Names of steps by their codes, in a row; what the pack does not have any more is left as it is.
pub(crate) fn names_of(frame: &PageFrame, steps: &Steps, codes: &[String]) -> String {
    let name = |code: &String| {
        let known = steps.step(code);
        known.map_or_else(|| code.clone(), |step| frame.say(&step.name).to_owned())
    };
    codes.iter().map(name).collect::<Vec<_>>().join("; ")
}
