//! Persons concerned in a case, measures and settlements in words: on their pages, in the history of the case,
//! and in the refusals of the rules.

use jiff::Timestamp;
use pengayom_core::pack::{ConcernedRole, Party};
use pengayom_core::subject::case::{
    CaseAct, CaseRefusal, Concerned, Consent, Manner, NotFirst, RightsRefusal, SettlementStage,
    Signing, TriedResult,
};

use super::history::Entry;
use crate::frame::PageFrame;
use crate::staff::text_words;

/// Key of a role.
pub(crate) const fn role_key(role: ConcernedRole) -> &'static str {
    match role {
        ConcernedRole::Reporter => "rights.role_reporter",
        ConcernedRole::Victim => "rights.role_victim",
        ConcernedRole::Witness => "rights.role_witness",
        ConcernedRole::Suspect => "rights.role_suspect",
    }
}

/// Key of a manner of telling.
pub(super) const fn manner_key(manner: Manner) -> &'static str {
    match manner {
        Manner::Spoken => "rights.manner_spoken",
        Manner::Printed => "rights.manner_printed",
        Manner::Both => "rights.manner_both",
    }
}

/// Key of a signing.
pub(super) const fn signing_key(signing: Signing) -> &'static str {
    match signing {
        Signing::Signed => "rights.signing_signed",
        Signing::Refused => "rights.signing_refused",
        Signing::NotAsked => "rights.signing_not_asked",
    }
}

/// Key of a reason why nothing was tried first.
pub(super) const fn not_first_key(why: NotFirst) -> &'static str {
    match why {
        NotFirst::NotLawful => "control.not_lawful",
        NotFirst::NotSafe => "control.not_safe",
    }
}

/// Key of what came of something tried.
pub(super) const fn result_key(result: TriedResult) -> &'static str {
    match result {
        TriedResult::Worked => "prevention.worked",
        TriedResult::Partly => "prevention.partly",
        TriedResult::Failed => "prevention.failed",
        TriedResult::GoesOn => "prevention.goes_on",
    }
}

/// Key of a side.
pub(super) const fn side_key(side: Party) -> &'static str {
    match side {
        Party::Offender => "prevention.side_offender",
        Party::Child => "prevention.side_child",
        Party::Guardian => "prevention.side_guardian",
        Party::Victim => "prevention.side_victim",
    }
}

/// Key of what a side said.
pub(super) const fn consent_key(consent: Consent) -> &'static str {
    match consent {
        Consent::Given => "prevention.consent_given",
        Consent::Declined => "prevention.consent_declined",
        Consent::Withdrawn => "prevention.consent_withdrawn",
    }
}

/// State of a tag and key of its words for how far a settlement has come.
pub(super) const fn stage_tag(stage: SettlementStage) -> (&'static str, &'static str) {
    match stage {
        SettlementStage::Excluded => ("danger", "prevention.stage_excluded"),
        SettlementStage::Offered => ("wait", "prevention.stage_offered"),
        SettlementStage::Declined => ("plain", "prevention.stage_declined"),
        SettlementStage::Agreed => ("plain", "prevention.stage_agreed"),
        SettlementStage::Kept => ("ok", "prevention.stage_kept"),
        SettlementStage::Broken => ("danger", "prevention.stage_broken"),
    }
}

/// "Orang nomor 2", as the history of the case says it: nobody is named.
pub(super) fn label(frame: &PageFrame, person: &Concerned) -> String {
    frame.tf("rights.label", &[("n", &number(frame, person.n))])
}

/// The same with the roles beside, for officers.
pub(super) fn label_roles(frame: &PageFrame, person: &Concerned) -> String {
    let (n, roles) = (number(frame, person.n), roles_words(frame, &person.roles));
    frame.tf("rights.label_roles", &[("n", &n), ("roles", &roles)])
}

/// As what somebody is here, in words that they read themselves.
pub(super) fn here_as(frame: &PageFrame, person: &Concerned) -> String {
    let words = person.roles.iter().map(|role| {
        frame.t(match role {
            ConcernedRole::Suspect => "rights.role_suspected",
            role => role_key(*role),
        })
    });
    let roles = words.collect::<Vec<_>>().join(", ");
    let key = if person.is_child() {
        "rights.here_as_child"
    } else {
        "rights.here_as"
    };
    frame.tf(key, &[("roles", &roles)])
}

/// A number of a person, a measure or a settlement.
pub(super) fn number(frame: &PageFrame, n: u32) -> String {
    frame.format().count(i64::from(n))
}

/// Roles with commas between.
pub(super) fn roles_words(frame: &PageFrame, roles: &[ConcernedRole]) -> String {
    let words = roles.iter().map(|role| frame.t(role_key(*role)));
    words.collect::<Vec<_>>().join(", ")
}

/// "paling lambat 10.30", or that it is past.
pub(super) fn due_words(frame: &PageFrame, due: Timestamp, now: Timestamp) -> (bool, String) {
    let late = due < now;
    let key = if late {
        "rights.overdue_since"
    } else {
        "rights.due_by"
    };
    let time = frame.format().moment(due);
    (late, frame.tf(key, &[("time", &time)]))
}

/// Name of a kind of measure.
pub(crate) fn kind_name(frame: &PageFrame, kind: &str) -> String {
    let known = frame.unit().pack.measures().kind(kind);
    known
        .map_or(kind, |known| frame.say(&known.name))
        .to_owned()
}

/// Name of a way to settle.
pub(crate) fn way_name(frame: &PageFrame, way: &str) -> String {
    let known = frame.unit().pack.measures().way(way);
    known.map_or(way, |known| frame.say(&known.name)).to_owned()
}

/// Name of something that is tried first.
pub(crate) fn tried_name(frame: &PageFrame, kind: &str) -> String {
    let known = frame.unit().pack.measures().tried(kind);
    known
        .map_or(kind, |known| frame.say(&known.name))
        .to_owned()
}

/// Name of a list of rights.
pub(crate) fn list_name(frame: &PageFrame, list: &str) -> String {
    let known = frame.unit().pack.rights().list(list);
    known
        .map_or(list, |known| frame.say(&known.name))
        .to_owned()
}

/// The history's words for one of these acts.
pub(super) fn describe(frame: &PageFrame, act: &CaseAct, entry: &mut Entry) {
    match act {
        CaseAct::PersonNamed(named) => {
            let n = number(frame, named.person);
            let roles = roles_words(frame, &named.roles);
            entry.words = frame.tf("rights.act_named", &[("n", &n), ("roles", &roles)]);
            entry.text = Some(named.reason.clone());
        }
        CaseAct::RightsGiven(given) => {
            let n = number(frame, given.person);
            entry.words = frame.tf("rights.act_given", &[("n", &n)]);
            let lists = given.lists.iter();
            let lists = lists.map(|told| list_name(frame, &told.list));
            entry.lines.extend(lists);
            entry
                .lines
                .push(frame.t(manner_key(given.manner)).to_owned());
            entry
                .lines
                .push(frame.t(signing_key(given.signing)).to_owned());
            let understood = if given.understood {
                "rights.understood_yes"
            } else {
                "rights.understood_no"
            };
            entry.lines.push(frame.t(understood).to_owned());
            let words = [given.help.as_str(), given.absent.as_str()];
            let words: Vec<&str> = words.into_iter().filter(|one| !one.is_empty()).collect();
            entry.text = Some(words.join("\n"));
        }
        CaseAct::MeasureBegun(begun) => {
            let kind = kind_name(frame, &begun.kind);
            entry.words = match begun.person {
                Some(n) => frame.tf(
                    "control.act_begun_on",
                    &[("kind", &kind), ("n", &number(frame, n))],
                ),
                None => frame.tf("control.act_begun", &[("kind", &kind)]),
            };
            entry.text = Some(begun.explained.clone());
            entry.lines.push(begun.law.clone());
            if let Some(why) = begun.not_first {
                let why = frame.t(not_first_key(why));
                entry
                    .lines
                    .push(frame.tf("control.not_first_said", &[("why", why)]));
            }
        }
        CaseAct::MeasureEnded { measure, text } => {
            let n = number(frame, *measure);
            entry.words = frame.tf("control.act_ended", &[("n", &n)]);
            entry.text = Some(text.clone());
        }
        CaseAct::MeasureReviewed {
            measure,
            justified,
            text,
        } => {
            let key = if *justified {
                "control.act_reviewed"
            } else {
                "control.act_reviewed_wrong"
            };
            entry.words = frame.tf(key, &[("n", &number(frame, *measure))]);
            entry.text = Some(text.clone());
        }
        CaseAct::PreventionTried { kind, result, text } => {
            let kind = tried_name(frame, kind);
            let result = frame.t(result_key(*result));
            let values = [("kind", kind.as_str()), ("result", result)];
            entry.words = frame.tf("prevention.act_tried", &values);
            entry.text = Some(text.clone());
        }
        _ => describe_settlement(frame, act, entry),
    }
}

fn describe_settlement(frame: &PageFrame, act: &CaseAct, entry: &mut Entry) {
    match act {
        CaseAct::SettlementJudged(judged) => {
            let key = if judged.excluded.is_empty() {
                "prevention.act_offered"
            } else {
                "prevention.act_excluded"
            };
            entry.words = frame.tf(key, &[("way", &way_name(frame, &judged.way))]);
            entry.lines.extend(exclusion_words(frame, &judged.excluded));
            entry.text.clone_from(&judged.reason);
        }
        CaseAct::SettlementAnswered {
            settlement,
            side,
            consent,
        } => {
            let n = number(frame, *settlement);
            let (side, said) = (frame.t(side_key(*side)), frame.t(consent_key(*consent)));
            let values = [("n", n.as_str()), ("side", side), ("said", said)];
            entry.words = frame.tf("prevention.act_answered", &values);
        }
        CaseAct::SettlementAgreed {
            settlement, text, ..
        } => {
            let n = number(frame, *settlement);
            entry.words = frame.tf("prevention.act_agreed", &[("n", &n)]);
            entry.text = Some(text.clone());
        }
        CaseAct::SettlementEnded {
            settlement,
            kept,
            text,
        } => {
            let key = if *kept {
                "prevention.act_kept"
            } else {
                "prevention.act_broken"
            };
            entry.words = frame.tf(key, &[("n", &number(frame, *settlement))]);
            entry.text = Some(text.clone());
        }
        _ => {}
    }
}

/// Why a way is shut, a sentence for each exclusion with its law.
pub(super) fn exclusion_words(frame: &PageFrame, codes: &[String]) -> Vec<String> {
    let pack = frame.unit().pack.measures();
    let one = |code: &String| match pack.exclusion(code) {
        Some(known) => match &known.law {
            Some(law) => format!("{} ({law})", frame.say(&known.name)),
            None => frame.say(&known.name).to_owned(),
        },
        None => code.clone(),
    };
    codes.iter().map(one).collect()
}

/// The field that a refusal blames, and the words for it; `None` when the case moved on.
pub(crate) fn blamed(frame: &PageFrame, refusal: &CaseRefusal) -> Option<(&'static str, String)> {
    let say = |field: &'static str, key: &str| Some((field, frame.t(key).to_owned()));
    let limit = |key: &str, n: usize| {
        let n = frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
        frame.tf(key, &[("n", &n)])
    };
    let rights = match refusal {
        CaseRefusal::Rights(rights) => rights,
        CaseRefusal::Text { field, fault } => {
            return Some((field, text_words(frame, *fault, "rights.write")));
        }
        CaseRefusal::NotInPack { field, .. } => return say(field, "rights.choose_one"),
        CaseRefusal::OwnDecision => return say("measure", "control.own"),
        CaseRefusal::BeforeWhatItFollows { .. } => return say("keep_by", "control.before"),
        CaseRefusal::InTheFuture { .. } => return say("happened_at", "first_hour.at_future"),
        CaseRefusal::ToldTooLate { limit_days, .. } => {
            let n = frame.format().count(*limit_days);
            let words = frame.tf("case.told_too_late", &[("n", &n)]);
            return Some(("happened_at", words));
        }
        _ => return None,
    };
    match rights {
        RightsRefusal::NoSuchPerson | RightsRefusal::PersonMissing => {
            say("person", "control.person_choose")
        }
        RightsRefusal::TooManyPersons { limit: n } => Some(("roles", limit("rights.too_many", *n))),
        RightsRefusal::RoleMissing => say("roles", "rights.role_choose"),
        RightsRefusal::ChildAlone => say("guardian", "rights.child_say"),
        RightsRefusal::RightsFirst { .. } => say("person", "control.rights_first"),
        RightsRefusal::NotForRole => say("person", "control.not_for_role"),
        RightsRefusal::OrderMissing => say("order", "control.order_missing"),
        RightsRefusal::RemedyNotTold => say("remedy_told", "control.remedy_missing"),
        RightsRefusal::NothingTriedFirst => say("not_first", "control.try_first"),
        RightsRefusal::NoSuchMeasure | RightsRefusal::MeasureOver => say("measure", "control.over"),
        RightsRefusal::MeasureLasts { .. } => say("measure", "control.lasts"),
        RightsRefusal::MeasureUnseen { .. } => say("measure", "control.unseen"),
        RightsRefusal::TooMany { limit: n } => Some(("kind", limit("control.too_many", *n))),
        RightsRefusal::FactNotAnswered { .. } => say("answers", "prevention.answer_all"),
        RightsRefusal::ExcludedBefore { .. } => say("reason", "prevention.excluded_before"),
        RightsRefusal::AlreadyOffered => say("way", "prevention.offered_already"),
        RightsRefusal::NoSuchSettlement | RightsRefusal::SettlementOver => {
            say("settlement", "prevention.over")
        }
        RightsRefusal::SideNotAsked => say("side", "prevention.side_choose"),
        RightsRefusal::ConsentMissing { side } => {
            let side = frame.t(side_key(*side));
            let words = frame.tf("prevention.consent_missing", &[("side", side)]);
            Some(("settlement", words))
        }
        RightsRefusal::ConsentNotFree => say("told_free", "prevention.free_missing"),
        RightsRefusal::NotAgreed => say("settlement", "prevention.not_agreed"),
    }
}
