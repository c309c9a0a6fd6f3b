//! What a reporter reads of the class of their case (S10): whose the matter is, why, where to go, and that
//! somebody else can look at it.

use pengayom_core::act::{Act, Payload};
use pengayom_core::pack::Matter;
use pengayom_core::subject::case::{Case, CaseAct, SecondLook, TriageReply};

use crate::desk::{look_words, matter_words, outcome_name};
use crate::frame::PageFrame;

/// The class of a case, for its reporter.
pub(crate) struct ClassWords {
    /// Whose the matter is; `None` of a kind kept narrow.
    pub(crate) matter: Option<Matter>,
    /// The same in words.
    pub(crate) class: String,
    /// Why, in the officer's words.
    pub(crate) reason: String,
    /// Questions with what was answered; none of a kind kept narrow.
    pub(crate) because: Vec<String>,
    /// Where to go.
    pub(crate) referrals: Vec<ReferralWords>,
    /// How a second look stands; `None`: nobody needs one.
    pub(crate) second_look: Option<SecondLook>,
    /// The same in words, or that one can be asked for.
    pub(crate) look: String,
    /// Why whoever looked a second time came to that, in their words; empty until then.
    pub(crate) look_reason: String,
}

/// Where a matter goes.
pub(crate) struct ReferralWords {
    /// Who takes it.
    pub(crate) name: String,
    /// What they do.
    pub(crate) does: String,
    /// How to begin.
    pub(crate) begin: String,
}

/// The class of a case as its reporter reads it; `None` until somebody decided it.
pub(crate) fn class_words(frame: &PageFrame, case: &Case, acts: &[Act]) -> Option<ClassWords> {
    let last = case.triage.last.as_ref()?;
    let pack = &frame.unit().pack;
    let tree = pack.triage();
    let answer = |reply: TriageReply| match reply {
        TriageReply::Yes => frame.t("common.yes"),
        TriageReply::No => frame.t("common.no"),
        TriageReply::Unknown => frame.t("triage.unknown"),
    };
    // Of a narrow kind no answer is shown: somebody may look over the reporter's shoulder.
    let answers = case.triage.answers.iter().filter(|_| !case.sensitive);
    let because = answers.filter_map(|known| {
        let question = tree.question(&known.question)?;
        let values = [
            ("question", frame.say(&question.ask)),
            ("answer", answer(known.answer)),
            ("why", frame.say(&question.why)),
        ];
        Some(frame.tf("triage.because", &values))
    });
    let places = case.triage.referrals.iter();
    let places = places.filter_map(|code| pack.referral(code));
    let look = case
        .triage
        .second_look
        .map_or("triage.look_right", look_words);
    let look = frame.t(look);
    let name = outcome_name(frame, &last.outcome);
    let values = [
        ("outcome", name.as_str()),
        ("class", matter_words(frame, last.matter)),
    ];
    Some(ClassWords {
        matter: Some(last.matter).filter(|_| !case.sensitive),
        class: if case.sensitive {
            frame.t("triage.class_narrow").to_owned()
        } else {
            frame.tf("triage.class_is", &values)
        },
        reason: reason(acts).unwrap_or_default(),
        because: because.collect(),
        referrals: places
            .map(|place| ReferralWords {
                name: frame.say(&place.name).to_owned(),
                does: frame.say(&place.does).to_owned(),
                begin: frame.say(&place.begin).to_owned(),
            })
            .collect(),
        second_look: case.triage.second_look,
        look: look.to_owned(),
        look_reason: look_reason(case, acts).unwrap_or_default(),
    })
}

/// Why it was decided so, in the words of whoever decided last.
fn reason(acts: &[Act]) -> Option<String> {
    acts.iter().rev().find_map(|act| match &act.payload {
        Payload::Case(
            CaseAct::TriageDecided { reason, .. } | CaseAct::TriageSettled { reason, .. },
        ) => Some(reason.clone()),
        _ => None,
    })
}

/// Why whoever looked a second time came to that, in their words; `None` while no look stands.
fn look_reason(case: &Case, acts: &[Act]) -> Option<String> {
    case.triage.second.as_ref()?;
    acts.iter().rev().find_map(|act| match &act.payload {
        Payload::Case(CaseAct::SecondLookGiven { reason, .. }) => Some(reason.clone()),
        _ => None,
    })
}
