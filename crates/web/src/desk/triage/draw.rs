//! The page of triage, drawn.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::act::{Act, Payload};
use pengayom_core::pack::{Certainty, EntryCode, TriageTree};
use pengayom_core::subject::case::{
    Case, CaseAct, CaseStage, ConfirmedBy, Guardian, SecondLook, ToldBy, TriageAnswer, TriageReply,
    Walk, walk,
};
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;

use super::{
    RECORDED, Step, Typed, confirmed_words, form, guardian_words, look_words, matter_words,
    outcome_name, reply_words, told_words,
};
use crate::desk::case::may_do;
use crate::desk::history::{self, Entry};
use crate::extract::StaffPage;
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::{Names, OptionGroup, Pick, Select, service_name};

#[derive(Template)]
#[template(path = "desk/triage.html")]
struct TriagePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    back: String,
    version: u32,
    heading: String,
    changed: Option<String>,
    recorded: Option<String>,
    /// The rule of the emergency, where there is danger.
    danger: Option<String>,
    first_hour: String,
    /// What holds for this reporter: a child, one who is the one it is about.
    cautions: Vec<String>,
    path: Vec<Answered>,
    next: Option<Asked>,
    proposal: Option<Proposal>,
    decided: Option<Decided>,
    may_work: bool,
    decide: Option<Decide>,
    look: Option<Decide>,
    settle: Option<Decide>,
    /// Why somebody else gives the second look or decides.
    look_other: Option<String>,
    child: ChoiceGroup,
    reported: Reported,
    told: ChoiceGroup,
    confirmed: ChoiceGroup,
    basis: String,
    history: Vec<Entry>,
}

/// A question that was answered.
struct Answered {
    ask: String,
    answer: String,
    why: String,
    /// Answers before it, with which it is asked again.
    before: Vec<String>,
}

/// The question that comes next.
struct Asked {
    code: String,
    ask: String,
    why: String,
    before: Vec<String>,
    answers: Vec<(String, String)>,
    alike: Vec<Alike>,
}

/// Two matters that look alike.
struct Alike {
    pair: String,
    criminal: String,
    civil: String,
    test: String,
    unsure: bool,
}

struct Proposal {
    name: String,
    class: String,
    rule: String,
    alike: Vec<Alike>,
    second: bool,
}

struct Decided {
    name: String,
    class: String,
    who: String,
    when: String,
    reason: String,
    look: Option<String>,
}

/// A form that says what the matter comes to.
struct Decide {
    slug: &'static str,
    outcome: ChoiceGroup,
    service: Option<Select>,
    reason: TextField,
    referrals: Option<ChoiceGroup>,
}

struct Reported {
    is: bool,
    warned: ChoiceGroup,
    reason: TextField,
}

/// How the class of a case stands, in a few words: for the list of its parts.
pub(in crate::desk) fn state_words(frame: &PageFrame, case: &Case) -> String {
    let triage = &case.triage;
    let Some(last) = &triage.last else {
        let key = if triage.proposed.is_some() {
            "triage.state_proposed"
        } else {
            "triage.state_none"
        };
        return frame.t(key).to_owned();
    };
    let class = matter_words(frame, last.matter);
    match triage.second_look.filter(|look| look.is_open()) {
        Some(look) => format!("{class}. {}", frame.t(look_words(look))),
        None => class.to_owned(),
    }
}

/// The page.
pub(super) async fn page(
    page: StaffPage,
    status: StatusCode,
    history: CaseHistory,
    changed: Option<String>,
    typed: Typed,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let CaseHistory { id, case, acts } = history;
    let names = Names::read(&node).await?;
    let number = case.filed.number.as_ref();
    let number = number.map_or_else(|| id.to_string(), ToString::to_string);
    let heading = frame.tf("triage.title", &[("number", &number)]);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let may = may_do(frame.unit(), &staff, &case, node.now());
    let may_work = may.contains(&Permission::WorkCase) && case.stage != CaseStage::Closed;
    let tree = frame.unit().pack.triage().clone();
    let answers = typed.answers.as_ref().unwrap_or(&case.triage.answers);
    let walked = walk(&tree, answers);
    let drawing = Drawing {
        frame: &frame,
        tree: &tree,
        case: &case,
        typed: &typed,
    };
    let due = case.triage.second_look;
    let may_look = may.contains(&Permission::WorkCase) && case.may_look_again(staff.id);
    let may_settle = may.contains(&Permission::AssignCase) && case.may_settle(staff.id);
    let entries = acts.iter().rev().filter(|act| is_of_triage(act));
    let entries: Vec<Entry> = entries
        .filter_map(|act| history::entry(&frame, &names, &acts, act))
        .collect();
    let own = acts.last().and_then(|act| act.actor.officer()) == Some(staff.id);
    let recorded = entries
        .first()
        .filter(|_| own && status == StatusCode::OK && context.asks(RECORDED));
    let service = frame.unit().pack.service(&case.service);
    let view = TriagePage {
        by: staff.id.to_string(),
        href: format!("/perkara/{id}/telaah"),
        back: format!("/perkara/{id}"),
        first_hour: format!("/perkara/{id}/jam-pertama"),
        version: case.version,
        heading,
        changed,
        recorded: recorded.map(|act| frame.tf("case.recorded", &[("what", &act.words)])),
        danger: drawing.danger(&walked),
        cautions: cautions(&frame, &case),
        path: drawing.path(&walked),
        next: drawing.next(&walked).filter(|_| may_work),
        proposal: drawing.proposal(&walked),
        decided: decided(&frame, &names, &case, &acts),
        may_work,
        decide: (may_work && due != Some(SecondLook::Conflict))
            .then(|| drawing.form(Step::Decide, walked.outcome.as_deref())),
        look: may_look.then(|| drawing.form(Step::Look, None)),
        settle: may_settle.then(|| drawing.form(Step::Settle, None)),
        look_other: look_other(&frame, due, may_look || may_settle),
        child: drawing.child(),
        reported: drawing.reported(),
        told: drawing.told(),
        confirmed: drawing.confirmed(),
        basis: service
            .map(|service| service.legal_basis.join("; "))
            .unwrap_or_default(),
        history: entries,
        errors: typed.errors.clone(),
        page: frame,
    };
    draw(status, &view)
}

const fn is_of_triage(act: &Act) -> bool {
    matches!(
        act.payload,
        Payload::Case(
            CaseAct::TriageAnswered { .. }
                | CaseAct::TriageDecided { .. }
                | CaseAct::SecondLookGiven { .. }
                | CaseAct::TriageSettled { .. }
                | CaseAct::ChildReports { .. }
                | CaseAct::ReporterIsReported { .. }
                | CaseAct::ReadBackToReporter { .. }
        )
    )
}

/// Who else has to look at it, for one who may not.
fn look_other(frame: &PageFrame, due: Option<SecondLook>, may: bool) -> Option<String> {
    let key = match due {
        Some(SecondLook::Due) if !may => "triage.look_by_another",
        Some(SecondLook::Conflict) if !may => "triage.settle_by_another",
        _ => return None,
    };
    Some(frame.t(key).to_owned())
}

/// What whoever goes on has to know of the reporter.
pub(in crate::desk) fn cautions(frame: &PageFrame, case: &Case) -> Vec<String> {
    let mut words = Vec::new();
    if case.triage.reporter_is_reported {
        words.push(frame.t("triage.caution_reported").to_owned());
    }
    if let Some(guardian) = case.triage.child {
        let guardian = frame.t(guardian_words(guardian));
        words.push(frame.tf("triage.caution_child", &[("guardian", guardian)]));
    }
    words
}

fn decided(frame: &PageFrame, names: &Names, case: &Case, acts: &[Act]) -> Option<Decided> {
    let last = case.triage.last.as_ref()?;
    let reason = acts.iter().rev().find_map(|act| match &act.payload {
        Payload::Case(
            CaseAct::TriageDecided { reason, .. } | CaseAct::TriageSettled { reason, .. },
        ) => Some(reason.clone()),
        _ => None,
    });
    Some(Decided {
        name: outcome_name(frame, &last.outcome),
        class: matter_words(frame, last.matter).to_owned(),
        who: last.by.map(|by| names.of(frame, by)).unwrap_or_default(),
        when: frame.format().moment(last.at),
        reason: reason.unwrap_or_default(),
        look: case
            .triage
            .second_look
            .map(|look| frame.t(look_words(look)).to_owned()),
    })
}

struct Drawing<'p> {
    frame: &'p PageFrame,
    tree: &'p TriageTree,
    case: &'p Case,
    typed: &'p Typed,
}

fn pairs(answers: &[TriageAnswer]) -> Vec<String> {
    let pair = |one: &TriageAnswer| format!("{}:{}", one.question, one.answer.as_str());
    answers.iter().map(pair).collect()
}

impl Drawing<'_> {
    fn danger(&self, walked: &Walk) -> Option<String> {
        let code = walked.danger.as_deref()?;
        let outcome = self.tree.outcome(code)?;
        Some(self.frame.say(&outcome.rule).to_owned())
    }

    fn path(&self, walked: &Walk) -> Vec<Answered> {
        let rows = walked.path.iter().enumerate().filter_map(|(at, known)| {
            let question = self.tree.question(&known.question)?;
            Some(Answered {
                ask: self.frame.say(&question.ask).to_owned(),
                answer: self.frame.t(reply_words(known.answer)).to_owned(),
                why: self.frame.say(&question.why).to_owned(),
                before: pairs(walked.path.get(..at)?),
            })
        });
        rows.collect()
    }

    fn next(&self, walked: &Walk) -> Option<Asked> {
        let question = self.tree.question(walked.next.as_deref()?)?;
        let code = question.code.to_string();
        let answer = |reply: TriageReply| {
            let value = format!("{code}:{}", reply.as_str());
            (value, self.frame.t(reply_words(reply)).to_owned())
        };
        Some(Asked {
            ask: self.frame.say(&question.ask).to_owned(),
            why: self.frame.say(&question.why).to_owned(),
            before: pairs(&walked.path),
            answers: TriageReply::ALL.map(answer).to_vec(),
            alike: self.alike(question.boundaries.iter().map(EntryCode::as_str)),
            code,
        })
    }

    fn alike<'b>(&self, codes: impl Iterator<Item = &'b str>) -> Vec<Alike> {
        let known = codes.filter_map(|code| self.tree.boundary(code));
        let alike = known.map(|one| Alike {
            pair: self.frame.say(&one.pair).to_owned(),
            criminal: self.frame.say(&one.criminal_if).to_owned(),
            civil: self.frame.say(&one.civil_if).to_owned(),
            test: self.frame.say(&one.test_question).to_owned(),
            unsure: one.sourced.certainty != Certainty::Found || one.sourced.verify.is_some(),
        });
        alike.collect()
    }

    fn proposal(&self, walked: &Walk) -> Option<Proposal> {
        let outcome = self.tree.outcome(walked.outcome.as_deref()?)?;
        let class = outcome
            .matter
            .map(|matter| matter_words(self.frame, matter));
        Some(Proposal {
            name: self.frame.say(&outcome.name).to_owned(),
            class: class.unwrap_or_default().to_owned(),
            rule: self.frame.say(&outcome.rule).to_owned(),
            // Those that bear on the class; the others stood beside their question.
            alike: self.alike(
                walked
                    .boundaries
                    .iter()
                    .map(String::as_str)
                    .filter(|code| self.tree.boundary(code).is_some_and(|one| one.second_look)),
            ),
            second: walked.second_look,
        })
    }

    fn value(&self, step: Step, name: &str) -> &str {
        if self.typed.step == Some(step) {
            self.typed.fields.get(name)
        } else {
            ""
        }
    }

    fn error(&self, id: &str) -> Option<String> {
        error_at(&self.typed.errors, id)
    }

    fn group(&self, id: &str, name: &str, key: &str, options: Vec<Choice>) -> ChoiceGroup {
        ChoiceGroup {
            id: id.to_owned(),
            name: name.to_owned(),
            label: self.frame.t(key).to_owned(),
            error: self.error(id),
            options,
            ..ChoiceGroup::default()
        }
    }

    /// Outcome, service, reason and referrals; the proposal is named, not chosen.
    fn form(&self, step: Step, proposed: Option<&str>) -> Decide {
        let [first, second, third] = form::ids(step);
        let frame = self.frame;
        let chosen = self.value(step, "hasil");
        let outcomes = self.tree.outcomes.iter().filter_map(|outcome| {
            let class = matter_words(frame, outcome.matter?);
            let mut words = format!("{} ({class})", frame.say(&outcome.name));
            if proposed == Some(outcome.code.as_str()) {
                words = frame.tf("triage.proposed", &[("outcome", &words)]);
            }
            Some(Choice::new(outcome.code.as_str(), words, chosen).hint(frame.say(&outcome.rule)))
        });
        let outcome = self.group(first, "hasil", "triage.outcome", outcomes.collect());
        let key = if step == Step::Decide {
            "triage.reason_help"
        } else {
            "triage.reason_reader"
        };
        Decide {
            slug: step.slug(),
            outcome,
            service: (step == Step::Decide).then(|| self.service(proposed)),
            reason: TextField {
                id: second,
                name: "alasan",
                label: frame.t("triage.reason").to_owned(),
                error: self.error(second),
                value: self.value(step, "alasan").to_owned(),
                hint: Some(frame.t(key).to_owned()),
                ..TextField::default()
            },
            referrals: (step != Step::Look).then(|| self.referrals(step, third)),
        }
    }

    /// The services of the proposal first, then those of all outcomes.
    fn service(&self, proposed: Option<&str>) -> Select {
        let frame = self.frame;
        let chosen = self.value(Step::Decide, "layanan");
        let pack = &frame.unit().pack;
        let first = self
            .tree
            .outcomes
            .iter()
            .filter(|one| Some(one.code.as_str()) == proposed);
        let others = self
            .tree
            .outcomes
            .iter()
            .filter(|one| Some(one.code.as_str()) != proposed);
        let groups = first.chain(others).map(|outcome| OptionGroup {
            label: frame.say(&outcome.name).to_owned(),
            options: outcome
                .services
                .iter()
                .filter(|code| **code != self.case.service && pack.service(code).is_some())
                .map(|code| Pick::new(code.to_string(), service_name(frame, code), chosen))
                .collect(),
        });
        let name = service_name(frame, &self.case.service);
        Select {
            field: TextField {
                id: "putusan-layanan",
                name: "layanan",
                label: frame.t("case.assess_service").to_owned(),
                error: self.error("putusan-layanan"),
                ..TextField::default()
            },
            first: frame.tf("case.assess_same", &[("service", &name)]),
            groups: groups.filter(|group| !group.options.is_empty()).collect(),
        }
    }

    fn referrals(&self, step: Step, id: &str) -> ChoiceGroup {
        let frame = self.frame;
        let typed = self.typed.step == Some(step);
        let options = frame.unit().pack.referrals().iter().map(|one| {
            let code = one.code.as_str();
            let ticked = if typed {
                self.typed.fields.all("rujukan").any(|known| known == code)
            } else {
                self.case.triage.referrals.iter().any(|known| known == code)
            };
            let mut choice =
                Choice::new(code, frame.say(&one.name), if ticked { code } else { "" });
            choice.hint = Some(frame.say(&one.does).to_owned());
            choice
        });
        let mut group = self.group(id, "rujukan", "triage.referrals", options.collect());
        group.optional = true;
        group.hint = Some(frame.t("triage.referrals_help").to_owned());
        group
    }

    fn child(&self) -> ChoiceGroup {
        let known = self
            .case
            .triage
            .child
            .map(Guardian::as_str)
            .unwrap_or_default();
        let chosen = Some(self.value(Step::Child, "wali")).filter(|typed| !typed.is_empty());
        let chosen = chosen.unwrap_or(known);
        let option =
            |one: Guardian| Choice::new(one.as_str(), self.frame.t(guardian_words(one)), chosen);
        let options = Guardian::ALL.map(option).to_vec();
        self.group("anak-wali", "wali", "triage.guardian", options)
    }

    fn reported(&self) -> Reported {
        let step = Step::Reported;
        let chosen = self.value(step, "diingatkan");
        let warned = vec![Choice::new("ya", self.frame.t("triage.warned"), chosen)];
        Reported {
            is: self.case.triage.reporter_is_reported,
            warned: self.group(
                "terlapor-diingatkan",
                "diingatkan",
                "triage.warning",
                warned,
            ),
            reason: TextField {
                id: "terlapor-alasan",
                name: "alasan",
                label: self.frame.t("triage.reported_reason").to_owned(),
                error: self.error("terlapor-alasan"),
                value: self.value(step, "alasan").to_owned(),
                ..TextField::default()
            },
        }
    }

    fn told(&self) -> ChoiceGroup {
        let known = self.case.triage.read_back.map(|(told, _)| told.as_str());
        let chosen = known.unwrap_or(self.value(Step::ReadBack, "cara"));
        let option = |one: ToldBy| Choice::new(one.as_str(), self.frame.t(told_words(one)), chosen);
        let options = ToldBy::ALL.map(option).to_vec();
        self.group("dibacakan-cara", "cara", "triage.told", options)
    }

    fn confirmed(&self) -> ChoiceGroup {
        let known = self
            .case
            .triage
            .read_back
            .map(|(_, confirmed)| confirmed.as_str());
        let chosen = known.unwrap_or(self.value(Step::ReadBack, "tanda"));
        let option = |one: ConfirmedBy| {
            Choice::new(one.as_str(), self.frame.t(confirmed_words(one)), chosen)
        };
        let options = ConfirmedBy::ALL.map(option).to_vec();
        self.group("dibacakan-tanda", "tanda", "triage.confirmed", options)
    }
}
