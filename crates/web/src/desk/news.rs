//! `/perkara/{case}/kabar`: the progress notices (SP2HP) of a case, the draft that waits, and what was sent; and
//! `/meja/kabar`: every notice that waits (S18, S40).

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::pack::Lang;
use pengayom_core::subject::case::{Case, CaseCommand, CaseRefusal, CaseStage, NextNews};
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;

use super::beneath::{RECORDED, Typed, number_of, settled};
use super::case::{may_do, read, safe_ways, telling_words};
use super::history::late_reason;
use super::queue::seen_version;
use super::steps::due_words;
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::letters::kind_name;
use crate::problem::Fault;
use crate::signin::home;
use crate::staff::held::given_back;
use crate::staff::{Fact, Names, text_words};

/// Fields.
const TEXT: &str = "isi";
const WHY: &str = "sebab";
const WHY_TEXT: &str = "penjelasan";
const LEVEL: &str = "tingkat";
const LEVEL_WHY: &str = "alasan";

/// The notice that waits.
struct Waiting {
    title: String,
    about: String,
    due: Vec<String>,
    late: bool,
    /// Why it is late, once somebody said so.
    reason: Option<String>,
    written: String,
    text: TextField,
}

/// A notice that was sent.
struct Sent {
    title: String,
    state: &'static str,
    state_words: &'static str,
    lines: Vec<String>,
    told: Vec<String>,
    /// Where the letter about it is made, and the words of the link.
    letter: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "desk/news.html")]
struct NewsPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    back: String,
    version: u32,
    heading: String,
    said: bool,
    changed: Option<String>,
    may: bool,
    /// Why there are none.
    none: Option<&'static str>,
    /// The next one, in words, where none waits.
    next: Option<String>,
    waiting: Option<Waiting>,
    /// The form that says why it is late.
    delay: Option<(ChoiceGroup, TextField)>,
    /// The form that says how hard the case is.
    level: Option<(ChoiceGroup, TextField)>,
    level_now: Option<String>,
    /// How the reporter is told of it.
    telling: Option<String>,
    /// When and how it is safe to reach the reporter.
    safe: Vec<Fact>,
    sent: Vec<Sent>,
}

/// `GET /perkara/{case}/kabar`
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    news_page(page, history, Typed::default()).await
}

/// `POST /perkara/{case}/kabar`
pub(super) async fn change(
    page: StaffPage,
    Path(case): Path<String>,
    post: FormPost,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let fields = post.fields;
    let id = history.id;
    if given_back(&fields) {
        let typed = Typed {
            fields,
            ..Typed::default()
        };
        return news_page(page, history, typed).await;
    }
    let seen = seen_version(&fields);
    let node = &page.node;
    let lang = match fields.get("apa") {
        "susun-id" => Some(Lang::Id),
        "susun-en" => Some(Lang::En),
        _ => None,
    };
    let changed = match lang {
        Some(lang) => node.draft_news_now(&page.staff, id, seen, lang).await,
        None => match command(&page.frame, &history.case, &fields) {
            Ok(command) => node.change_case(&page.staff, id, seen, command, None).await,
            Err(Ok(error)) => {
                let typed = Typed {
                    fields,
                    errors: vec![error],
                    changed: None,
                };
                return news_page(page, history, typed).await;
            }
            Err(Err(fault)) => return Err(fault),
        },
    };
    let words = |refusal: &CaseRefusal| words_of(&page.frame, refusal);
    match settled(&page, (id, "kabar"), changed, fields, words).await? {
        Ok(response) => Ok(response),
        Err((history, typed)) => news_page(page, history, typed).await,
    }
}

/// What a form asks for.
fn command(
    frame: &PageFrame,
    case: &Case,
    fields: &Fields,
) -> Result<CaseCommand, Result<FieldError, Fault>> {
    let text = fields.get(TEXT).to_owned();
    Ok(match fields.get("apa") {
        "kirim" => CaseCommand::SendProgress { text },
        "simpan" => {
            let draft = case.news.draft.as_ref();
            let draft = draft.ok_or_else(|| Ok(FieldError::new(TEXT, frame.t("news.no_draft"))))?;
            CaseCommand::DraftProgress {
                stage: draft.stage.clone(),
                due_at: draft.due_at,
                text,
            }
        }
        "telat" => {
            let reason = fields.get(WHY).to_owned();
            let text = fields.get(WHY_TEXT).to_owned();
            let known = frame.unit().pack.late_reasons().iter();
            let known = known.clone().find(|known| known.code.as_str() == reason);
            match known {
                None => {
                    return Err(Ok(FieldError::new(WHY, frame.t("case.delay_choose"))));
                }
                Some(known) if known.needs_text && text.is_empty() => {
                    let words = frame.t("case.delay_text_write");
                    return Err(Ok(FieldError::new(WHY_TEXT, words)));
                }
                Some(_) => CaseCommand::ExplainProgressDelay { reason, text },
            }
        }
        "tingkat" => CaseCommand::SetDifficulty {
            difficulty: fields.get(LEVEL).to_owned(),
            reason: fields.line(LEVEL_WHY).unwrap_or_default(),
        },
        _ => return Err(Err(Fault::Unreadable)),
    })
}

/// The words for the rule that stood in the way, at the field to blame.
pub(crate) fn words_of(frame: &PageFrame, refusal: &CaseRefusal) -> Option<FieldError> {
    let at = |id: &str, key: &str| Some(FieldError::new(id, frame.t(key)));
    match refusal {
        CaseRefusal::Text { field, fault } => {
            let (id, missing) = match *field {
                "reason" => (LEVEL_WHY, "news.level_write"),
                _ => (TEXT, "news.text_write"),
            };
            Some(FieldError::new(id, text_words(frame, *fault, missing)))
        }
        CaseRefusal::NotInPack {
            field: "difficulty",
            ..
        } => at(LEVEL, "news.level_choose"),
        CaseRefusal::NotInPack { .. } => at(WHY, "case.delay_choose"),
        CaseRefusal::OwnDraft => at(TEXT, "news.own_draft"),
        CaseRefusal::NoDraft => at(TEXT, "news.no_draft"),
        CaseRefusal::NewsLateWithoutReason { due } => {
            let time = frame.format().moment(*due);
            let words = frame.tf("news.late_first", &[("time", &time)]);
            Some(FieldError::new(WHY, words))
        }
        _ => None,
    }
}

/// Name of a stage.
pub(crate) fn stage_name(frame: &PageFrame, code: &str) -> String {
    let stage = frame.unit().pack.news().stage(code);
    stage.map_or_else(
        || code.to_owned(),
        |stage| frame.say(&stage.name).to_owned(),
    )
}

async fn news_page(page: StaffPage, history: CaseHistory, typed: Typed) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let number = number_of(&history);
    let heading = frame.tf("news.heading", &[("number", &number)]);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let now = node.now();
    let names = Names::read(&node).await?;
    let case = &history.case;
    let unit = node.unit();
    let sends = case.sends_news(&unit.pack);
    let may = sends && may_do(frame.unit(), &staff, case, now).contains(&Permission::WorkCase);
    let next = case.next_news(&unit.pack, unit.reckoning());
    let late = case
        .news
        .draft
        .as_ref()
        .is_some_and(|draft| draft.due_at < now);
    let explained = case
        .news
        .draft
        .as_ref()
        .is_some_and(|draft| draft.late_reason.is_some());
    let telling = if sends && !node.open_ways().is_empty() {
        let telling = node.telling_of(&staff, history.id, case).await;
        // Whoever may not know the person does not learn how they are reached.
        telling.ok().map(|telling| telling_words(&frame, &telling))
    } else {
        None
    };
    let safe = if case.news.draft.is_some() {
        safe_ways(&frame, &staff, &node, case).await?
    } else {
        Vec::new()
    };
    let none = if sends {
        None
    } else if case.erased.is_some() {
        Some("news.none_erased")
    } else {
        Some("news.none_service")
    };
    let view = View {
        frame: &frame,
        names: &names,
        typed: &typed,
    };
    let page = NewsPage {
        by: staff.id.to_string(),
        href: format!("/perkara/{}/kabar", history.id),
        back: format!("/perkara/{}", history.id),
        version: case.version,
        said: typed.errors.is_empty() && typed.changed.is_none() && context.asks(RECORDED),
        changed: typed.changed.clone(),
        may,
        none,
        next: next
            .filter(|_| case.news.draft.is_none())
            .map(|next| next_words(&frame, &next)),
        waiting: view.waiting(case, now),
        delay: (may && late && !explained || typed.fields.get("apa") == "telat")
            .then(|| view.delay()),
        level: (may && case.stage != CaseStage::Closed).then(|| view.level(case)),
        level_now: unit
            .pack
            .news()
            .difficulty(case.news.difficulty.as_deref())
            .filter(|_| sends)
            .map(|known| {
                let key = if case.news.difficulty.is_some() {
                    "news.level_now"
                } else {
                    "news.level_usual"
                };
                frame.tf(key, &[("level", frame.say(&known.name))])
            }),
        telling,
        safe,
        sent: view.sent(&history, may),
        heading,
        errors: typed.errors.clone(),
        page: frame,
    };
    draw(typed.status(), &page)
}

/// "SP2HP A2 is due on …".
pub(crate) fn next_words(frame: &PageFrame, next: &NextNews<'_>) -> String {
    let time = frame.format().moment(next.due.at);
    let name = frame.say(&next.stage.name);
    frame.tf("news.next", &[("stage", name), ("time", &time)])
}

struct View<'p> {
    frame: &'p PageFrame,
    names: &'p Names,
    typed: &'p Typed,
}

impl View<'_> {
    fn field(&self, id: &'static str, key: &str, value: &str) -> TextField {
        let typed = self.typed.fields.get(id);
        TextField {
            id,
            name: id,
            label: self.frame.t(key).to_owned(),
            error: error_at(&self.typed.errors, id),
            value: if typed.is_empty() { value } else { typed }.to_owned(),
            ..TextField::default()
        }
    }

    fn radios(&self, name: &str, key: &str, options: Vec<Choice>) -> ChoiceGroup {
        ChoiceGroup {
            id: name.to_owned(),
            name: name.to_owned(),
            label: self.frame.t(key).to_owned(),
            error: error_at(&self.typed.errors, name),
            options,
            ..ChoiceGroup::default()
        }
    }

    fn waiting(&self, case: &Case, now: jiff::Timestamp) -> Option<Waiting> {
        let (frame, draft) = (self.frame, case.news.draft.as_ref()?);
        let stage = frame.unit().pack.news().stage(&draft.stage);
        let when = frame.format().moment(draft.at);
        let who = draft.by.map(|officer| self.names.of(frame, officer));
        let who = who.unwrap_or_else(|| frame.t("news.by_program").to_owned());
        let due = pengayom_core::clock::Due {
            at: draft.due_at,
            unknown_after: None,
        };
        let values = [("time", when.as_str()), ("who", who.as_str())];
        Some(Waiting {
            title: stage_name(frame, &draft.stage),
            about: stage
                .map(|stage| frame.say(&stage.about).to_owned())
                .unwrap_or_default(),
            due: due_words(frame, Some(due)),
            late: draft.due_at < now,
            reason: draft.late_reason.as_deref().map(|code| {
                let reason = late_reason(frame, code);
                frame.tf("news.late_reason", &[("reason", &reason)])
            }),
            written: frame.tf("news.written", &values),
            text: self
                .field(TEXT, "news.text", &draft.text)
                .hint(frame.t("news.text_help")),
        })
    }

    fn delay(&self) -> (ChoiceGroup, TextField) {
        let chosen = self.typed.fields.get(WHY);
        let reasons = self.frame.unit().pack.late_reasons().iter();
        let options = reasons
            .map(|known| Choice::new(known.code.as_str(), self.frame.say(&known.name), chosen))
            .collect();
        let text = self.field(WHY_TEXT, "case.delay_text", "").optional();
        (self.radios(WHY, "case.late_reason", options), text)
    }

    fn level(&self, case: &Case) -> (ChoiceGroup, TextField) {
        let typed = self.typed.fields.get(LEVEL);
        let known = case.news.difficulty.as_deref().unwrap_or_default();
        let chosen = if typed.is_empty() { known } else { typed };
        let levels = self.frame.unit().pack.news().difficulties().iter();
        let options = levels
            .map(|known| Choice::new(known.code.as_str(), self.frame.say(&known.name), chosen))
            .collect();
        let reason = self.field(LEVEL_WHY, "news.level_reason", "");
        (self.radios(LEVEL, "news.level", options), reason)
    }

    /// The letter about the n-th notice of a stage, as long as fewer letters of its kind were given.
    fn letter(&self, history: &CaseHistory, stage: &str, n: usize) -> Option<(String, String)> {
        let (frame, case) = (self.frame, &history.case);
        let kind = frame.unit().pack.news().stage(stage)?.letter.as_str();
        let template = frame.unit().pack.template(kind)?;
        let given = case.letters.iter();
        let given = given.filter(|letter| letter.kind == kind && letter.is_there());
        if !template.is_for(case.service.as_str()) || given.count() >= n {
            return None;
        }
        let href = format!("/perkara/{}/surat?jenis={kind}#surat-baru", history.id);
        let name = kind_name(frame, kind);
        Some((href, frame.tf("news.make_letter", &[("kind", &name)])))
    }

    fn sent(&self, history: &CaseHistory, may: bool) -> Vec<Sent> {
        use pengayom_core::act::Payload;
        use pengayom_core::subject::case::CaseAct;
        let frame = self.frame;
        let texts = history.acts.iter().filter_map(|act| match &act.payload {
            Payload::Case(CaseAct::ProgressSent { text, .. }) => Some(text),
            _ => None,
        });
        let both = history.case.news.sent.iter().zip(texts);
        let mut of_stage: BTreeMap<&str, usize> = BTreeMap::new();
        let all: Vec<Sent> = both
            .map(|(sent, text)| {
                let n = of_stage.entry(&sent.stage).or_default();
                *n += 1;
                let letter = Some(*n).filter(|_| may);
                let time = frame.format().moment(sent.at);
                let due = frame.format().moment(sent.due_at);
                let who = sent.by.map(|officer| self.names.of(frame, officer));
                let who = who.unwrap_or_default();
                let mut lines = vec![
                    frame.tf("news.sent_at", &[("time", &time), ("who", &who)]),
                    frame.tf("steps.due", &[("time", &due)]),
                ];
                lines.extend(sent.late_reason.as_deref().map(|code| {
                    let reason = late_reason(frame, code);
                    frame.tf("news.late_reason", &[("reason", &reason)])
                }));
                let (state, state_words) = if sent.is_late() {
                    ("warn", "news.late")
                } else {
                    ("ok", "news.in_time")
                };
                Sent {
                    title: stage_name(frame, &sent.stage),
                    state,
                    state_words,
                    lines,
                    told: text.lines().map(ToOwned::to_owned).collect(),
                    letter: letter.and_then(|n| self.letter(history, &sent.stage, n)),
                }
            })
            .collect();
        all.into_iter().rev().collect()
    }
}

/// A notice that waits, in the list.
struct Line {
    href: String,
    number: String,
    stage: String,
    state: &'static str,
    state_words: &'static str,
    due: String,
    reason: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/news_list.html")]
struct ListPage {
    page: PageFrame,
    back: &'static str,
    lines: Vec<Line>,
}

/// `GET /meja/kabar`
pub(super) async fn list(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::ReadCase)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    frame.titled("news.list_title");
    let now = node.now();
    let rows = node.news_waiting(&staff).await?;
    let lines = rows.iter().map(|row| {
        let late = row.news_due_at.is_some_and(|due| due < now);
        let (state, state_words) = match (late, &row.news_late_reason) {
            (false, _) => ("wait", "news.waits"),
            (true, Some(_)) => ("warn", "news.late"),
            (true, None) => ("danger", "news.late_unexplained"),
        };
        let number = row.number.as_ref();
        Line {
            href: format!("/perkara/{}/kabar", row.id),
            number: number.map_or_else(|| row.id.to_string(), ToString::to_string),
            stage: stage_name(&frame, row.news_stage.as_deref().unwrap_or_default()),
            state,
            state_words,
            due: row
                .news_due_at
                .map_or_else(String::new, |due| frame.format().moment(due)),
            reason: row
                .news_late_reason
                .as_deref()
                .map(|code| late_reason(&frame, code)),
        }
    });
    let lines = lines.collect();
    let back = home(&staff);
    let page = ListPage {
        page: frame,
        back,
        lines,
    };
    draw(StatusCode::OK, &page)
}
