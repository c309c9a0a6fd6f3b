//! `/perkara/{id}/telaah`: whose the matter is (S10). One question at a time with its reason; what the tree
//! proposes; what a named officer decides; the second look; and what is noted of the reporter.

mod draw;
mod form;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::pack::{Matter, ServiceClass};
use pengayom_core::subject::case::{
    Case, CaseAct, CaseCommand, ConfirmedBy, Guardian, SecondLook, ToldBy, Triage, TriageAnswer,
    TriageReply, walk,
};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;

pub(super) use draw::{cautions, state_words};

use super::case::{moved_words, read};
use super::history::Entry;
use super::queue::seen_version;
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::staff::held::given_back;

/// A form of the page, as its address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Answers to questions of the tree.
    Answers,
    /// A decision on the class.
    Decide,
    /// A second look.
    Look,
    /// A decision between two who differ.
    Settle,
    /// A child reports.
    Child,
    /// The reporter is the one it is about.
    Reported,
    /// What was written was read back.
    ReadBack,
}

impl Step {
    const ALL: [Self; 7] = [
        Self::Answers,
        Self::Decide,
        Self::Look,
        Self::Settle,
        Self::Child,
        Self::Reported,
        Self::ReadBack,
    ];

    /// Its part of the address, with which the identifiers of its fields begin.
    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Answers => "jawaban",
            Self::Decide => "putusan",
            Self::Look => "kedua",
            Self::Settle => "penentuan",
            Self::Child => "anak",
            Self::Reported => "terlapor",
            Self::ReadBack => "dibacakan",
        }
    }

    fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.slug() == slug)
    }

    /// What it takes; the node asks again.
    const fn permission(self) -> Permission {
        match self {
            Self::Settle => Permission::AssignCase,
            _ => Permission::WorkCase,
        }
    }
}

/// What was typed and what was wrong with it.
#[derive(Default)]
pub(super) struct Typed {
    step: Option<Step>,
    fields: Fields,
    errors: Vec<FieldError>,
    /// Answers of a sitting that is not over.
    answers: Option<Vec<TriageAnswer>>,
}

/// What the address carries after an act.
const RECORDED: &str = "tercatat=ya";

/// Whether it is asked of a case whose the matter is: not where the service is a letter, a question or a visit, which
/// is neither an offence nor a conflict, unless something was recorded there already. What comes from people who do
/// not know what it is, is asked. Its address works all the same.
pub(super) fn offered(frame: &PageFrame, case: &Case) -> bool {
    let pack = &frame.unit().pack;
    let of_office = pack.service(&case.service).is_some_and(|service| {
        matches!(
            service.class,
            ServiceClass::Administrative | ServiceClass::Information | ServiceClass::Community
        )
    });
    let mut kinds = pack.report_kinds().iter();
    let unsorted = kinds.any(|kind| kind.unknown && kind.service == case.service);
    !of_office || unsorted || case.triage != Triage::default()
}

/// The page.
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    draw::page(page, StatusCode::OK, history, None, Typed::default()).await
}

/// One of its forms.
pub(super) async fn carry_out(
    page: StaffPage,
    Path((case, slug)): Path<(String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    let step = Step::parse(&slug).ok_or(Fault::NotFound)?;
    let history = read(&page, &case).await?;
    page.require(step.permission())?;
    let fields = post.fields;
    let typed = |errors| Typed {
        step: Some(step),
        fields: fields.clone(),
        errors,
        answers: None,
    };
    if given_back(&fields) {
        return draw::page(page, StatusCode::OK, history, None, typed(Vec::new())).await;
    }
    let command = if step == Step::Answers {
        let answers = answers_of(&fields);
        match answers_command(&page, &history, answers.clone()) {
            Some(command) => command,
            // Half a tree is kept by the form alone.
            None => {
                let typed = Typed {
                    answers: Some(answers),
                    ..Typed::default()
                };
                return draw::page(page, StatusCode::OK, history, None, typed).await;
            }
        }
    } else {
        match form::command(&page.frame, step, &fields) {
            Ok(command) => command,
            Err(errors) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return draw::page(page, status, history, None, typed(errors)).await;
            }
        }
    };
    let id = history.id;
    // Answers and what is noted of the reporter hold whatever else happened meanwhile.
    let decides = matches!(step, Step::Decide | Step::Look | Step::Settle);
    let seen = seen_version(&fields).filter(|_| decides);
    let changed = page
        .node
        .change_case(&page.staff, id, seen, command.clone(), None)
        .await;
    let Err(error) = changed else {
        let to = format!("/perkara/{id}/telaah?{RECORDED}");
        return Ok(Redirect::to(&to).into_response());
    };
    let history = page.node.case_history(&page.staff, id).await?;
    if seen.is_some_and(|seen| form::is_done(&history, seen, page.staff.id, &command)) {
        // Sent twice: the first time did it.
        let to = format!("/perkara/{id}/telaah?{RECORDED}");
        return Ok(Redirect::to(&to).into_response());
    }
    match error {
        HandleError::Case(refusal) => match form::refusal(&page.frame, step, &refusal) {
            Some(error) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                draw::page(page, status, history, None, typed(vec![error])).await
            }
            None => {
                let words = moved_words(&page.frame, &page.node, &refusal).await?;
                let typed = typed(Vec::new());
                draw::page(page, StatusCode::CONFLICT, history, Some(words), typed).await
            }
        },
        HandleError::Conflict { .. } => {
            let words = page.frame.t("case.changed").to_owned();
            let typed = typed(Vec::new());
            draw::page(page, StatusCode::CONFLICT, history, Some(words), typed).await
        }
        error => Err(error.into()),
    }
}

/// The answers a form carries, as `question:answer`.
fn answers_of(fields: &Fields) -> Vec<TriageAnswer> {
    let answers = fields.all("jawab").filter_map(|pair| {
        let (question, answer) = pair.split_once(':')?;
        Some(TriageAnswer {
            question: question.to_owned(),
            answer: TriageReply::parse(answer)?,
        })
    });
    answers.collect()
}

/// What is recorded of answers: those that came to an end, and danger at once.
fn answers_command(
    page: &StaffPage,
    history: &CaseHistory,
    answers: Vec<TriageAnswer>,
) -> Option<CaseCommand> {
    let pack = &page.frame.unit().pack;
    let walked = walk(pack.triage(), &answers);
    let danger = walked.danger.is_some() && history.case.triage.danger_at.is_none();
    (walked.outcome.is_some() || danger).then(|| CaseCommand::AnswerTriage {
        answers,
        pack_version: pack.version().to_owned(),
    })
}

/// Acts of triage in the history of a case.
pub(super) fn describe(frame: &PageFrame, act: &CaseAct, entry: &mut Entry) {
    let outcome = |code: &str| outcome_name(frame, code);
    match act {
        CaseAct::TriageAnswered {
            proposed, danger, ..
        } => {
            entry.words = match (proposed, danger) {
                (Some(code), _) => frame.tf("triage.act_proposed", &[("outcome", &outcome(code))]),
                (None, true) => frame.t("triage.act_danger").to_owned(),
                (None, false) => frame.t("triage.act_answered").to_owned(),
            };
        }
        CaseAct::TriageDecided {
            outcome: code,
            matter,
            agrees,
            reason,
            second_look,
            referrals,
            was,
            ..
        } => {
            let (name, class) = (outcome(code), matter_words(frame, *matter));
            let values = [("outcome", name.as_str()), ("class", class)];
            let key = match was {
                Some(before) if before != matter => "triage.act_changed",
                _ => "triage.act_decided",
            };
            entry.words = frame.tf(key, &values);
            entry.text = Some(reason.clone());
            if !agrees {
                entry.lines.push(frame.t("triage.act_departs").to_owned());
            }
            if *second_look {
                entry.lines.push(frame.t("triage.second_needed").to_owned());
            }
            entry.lines.extend(referral_lines(frame, referrals));
        }
        CaseAct::SecondLookGiven {
            agrees,
            outcome: code,
            matter,
            reason,
        } => {
            let (name, class) = (outcome(code), matter_words(frame, *matter));
            let values = [("outcome", name.as_str()), ("class", class)];
            let key = if *agrees {
                "triage.act_look_agrees"
            } else {
                "triage.act_look_differs"
            };
            entry.words = frame.tf(key, &values);
            entry.text = Some(reason.clone());
        }
        CaseAct::TriageSettled {
            outcome: code,
            matter,
            reason,
            referrals,
            ..
        } => {
            let (name, class) = (outcome(code), matter_words(frame, *matter));
            let values = [("outcome", name.as_str()), ("class", class)];
            entry.words = frame.tf("triage.act_settled", &values);
            entry.text = Some(reason.clone());
            entry.lines.extend(referral_lines(frame, referrals));
        }
        CaseAct::ChildReports { guardian } => {
            let guardian = frame.t(guardian_words(*guardian));
            entry.words = frame.tf("triage.act_child", &[("guardian", guardian)]);
        }
        CaseAct::ReporterIsReported { reported, reason } => {
            let key = if *reported {
                "triage.act_reported"
            } else {
                "triage.act_not_reported"
            };
            frame.t(key).clone_into(&mut entry.words);
            entry.text = Some(reason.clone());
        }
        CaseAct::ReadBackToReporter { told, confirmed } => {
            let (told, confirmed) = (
                frame.t(told_words(*told)),
                frame.t(confirmed_words(*confirmed)),
            );
            let values = [("told", told), ("confirmed", confirmed)];
            entry.words = frame.tf("triage.act_read_back", &values);
        }
        _ => {}
    }
}

fn referral_lines(frame: &PageFrame, referrals: &[String]) -> Option<String> {
    let pack = &frame.unit().pack;
    let names: Vec<&str> = referrals
        .iter()
        .map(|code| {
            pack.referral(code)
                .map_or(code.as_str(), |one| frame.say(&one.name))
        })
        .collect();
    (!names.is_empty()).then(|| frame.tf("triage.act_referred", &[("places", &names.join("; "))]))
}

/// The name of an outcome; its code when the pack no longer has it.
pub(crate) fn outcome_name(frame: &PageFrame, code: &str) -> String {
    let known = frame.unit().pack.triage().outcome(code);
    known.map_or_else(
        || code.to_owned(),
        |outcome| frame.say(&outcome.name).to_owned(),
    )
}

/// Whose a matter is, in words.
pub(crate) fn matter_words(frame: &PageFrame, matter: Matter) -> &str {
    frame.t(matter_key(matter))
}

/// Key of whose a matter is.
pub(crate) const fn matter_key(matter: Matter) -> &'static str {
    match matter {
        Matter::Criminal => "triage.criminal",
        Matter::Civil => "triage.civil",
        Matter::Both => "triage.both",
        Matter::Neither => "triage.neither",
    }
}

/// Key of how a second look stands.
pub(crate) const fn look_words(look: SecondLook) -> &'static str {
    match look {
        SecondLook::Due => "triage.look_due",
        SecondLook::Agreed => "triage.look_agreed",
        SecondLook::Conflict => "triage.look_conflict",
        SecondLook::Settled => "triage.look_settled",
    }
}

const fn guardian_words(guardian: Guardian) -> &'static str {
    match guardian {
        Guardian::Present => "triage.guardian_present",
        Guardian::Called => "triage.guardian_called",
        Guardian::Missing => "triage.guardian_missing",
        Guardian::Unsafe => "triage.guardian_unsafe",
    }
}

const fn told_words(told: ToldBy) -> &'static str {
    match told {
        ToldBy::Aloud => "triage.told_aloud",
        ToldBy::Companion => "triage.told_companion",
        ToldBy::Interpreter => "triage.told_interpreter",
    }
}

const fn confirmed_words(confirmed: ConfirmedBy) -> &'static str {
    match confirmed {
        ConfirmedBy::Word => "triage.confirmed_word",
        ConfirmedBy::Thumb => "triage.confirmed_thumb",
        ConfirmedBy::Signature => "triage.confirmed_signature",
    }
}

/// Key of an answer.
const fn reply_words(reply: TriageReply) -> &'static str {
    match reply {
        TriageReply::Yes => "common.yes",
        TriageReply::No => "common.no",
        TriageReply::Unknown => "triage.unknown",
    }
}
