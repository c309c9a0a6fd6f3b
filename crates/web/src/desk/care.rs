//! What a case owes its reporter beyond the matter: an offer of support (S3), and the answer of
//! somebody else where they asked for one (S40).

use pengayom_core::act::{Act, Payload};
use pengayom_core::pack::Helpline;
use pengayom_core::subject::case::{
    Case, CaseAct, CaseCommand, CaseStage, ReviewKind, SupportReply,
};
use pengayom_node::access::Staff;

use super::act::{CaseForm, Offer, Part};
use crate::extract::Fields;
use crate::form::{Choice, FieldError};
use crate::frame::PageFrame;
use crate::staff::Fact;

/// Something a case waits for, said above its acts.
pub(super) struct Owed {
    /// What it waits for.
    pub(super) words: String,
    /// The reporter's words.
    pub(super) text: Option<String>,
    /// Where to do it, and in which words; `None` for one who may not.
    pub(super) link: Option<(String, String)>,
}

/// What a case waits for.
pub(super) fn owed(frame: &PageFrame, offer: &Offer<'_>, acts: &[Act]) -> Vec<Owed> {
    let case = offer.case;
    let link = |form: CaseForm, key: &str| {
        let href = format!("#{}", form.slug());
        offer.has(form).then(|| (href, frame.t(key).to_owned()))
    };
    let mut owed = Vec::new();
    if case.stage != CaseStage::Closed && case.owes_support() {
        owed.push(Owed {
            words: frame.t("case.support_due").to_owned(),
            text: None,
            link: link(CaseForm::Support, "case.support"),
        });
    }
    for kind in ReviewKind::ALL {
        let Some(since) = case.reviews.of(kind).open_since else {
            continue;
        };
        let time = frame.format().moment(since);
        let (asked, form, answer) = match kind {
            ReviewKind::Explanation => (
                "case.explanation_asked",
                CaseForm::Explain,
                "case.explanation",
            ),
            ReviewKind::SecondLook => (
                "case.second_look_asked",
                CaseForm::SecondLook,
                "case.second_look",
            ),
        };
        let mut words = frame.tf(asked, &[("time", &time)]);
        if !case.may_review(offer.by.id) {
            words = format!("{words} {}", frame.t("case.review_own"));
        }
        owed.push(Owed {
            words,
            text: text_of(acts, kind),
            link: link(form, answer),
        });
    }
    owed
}

/// What the reporter wrote when they asked last.
pub(crate) fn text_of(acts: &[Act], kind: ReviewKind) -> Option<String> {
    let text = acts.iter().rev().find_map(|act| match &act.payload {
        Payload::Case(CaseAct::ReviewAsked { review, text }) if *review == kind => Some(text),
        _ => None,
    });
    text.filter(|text| !text.is_empty()).cloned()
}

/// How the reporter is and what they lost.
pub(super) fn facts(frame: &PageFrame, case: &Case) -> Vec<Fact> {
    let said = crate::harm::said(frame, case.filed.harm());
    let mut facts: Vec<Fact> = said
        .into_iter()
        .map(|(label, words)| Fact::new(label, words))
        .collect();
    if let Some(at) = case.support_offered_at {
        let time = frame.format().moment(at);
        facts.push(Fact::new(frame.t("case.support_offered"), time));
    }
    facts
}

/// Whether one of these forms is offered.
pub(super) fn is_offered(form: CaseForm, by: &Staff, case: &Case) -> bool {
    match form {
        CaseForm::Explain => case.may_answer(ReviewKind::Explanation, by.id),
        CaseForm::SecondLook => case.may_answer(ReviewKind::SecondLook, by.id),
        _ => case.stage != CaseStage::Closed,
    }
}

/// Key of an offer's answer.
pub(crate) const fn reply_words(reply: SupportReply) -> &'static str {
    match reply {
        SupportReply::Taken => "case.support_taken",
        SupportReply::Declined => "case.support_declined",
        SupportReply::NotReached => "case.support_not_reached",
    }
}

/// Title, sentence under it, and button of one of these forms.
pub(super) const fn words(form: CaseForm) -> (&'static str, Option<&'static str>, &'static str) {
    match form {
        CaseForm::Explain => (
            "case.explanation",
            Some("case.review_help"),
            "case.review_send",
        ),
        CaseForm::SecondLook => (
            "case.second_look",
            Some("case.review_help"),
            "case.review_send",
        ),
        _ => (
            "case.support",
            Some("case.support_help"),
            "case.support_save",
        ),
    }
}

/// Fields of one of these forms.
pub(super) fn parts(offer: &Offer<'_>, form: CaseForm) -> Vec<Part> {
    let (first, second) = form.field_ids();
    let frame = offer.frame;
    if form != CaseForm::Support {
        let text = offer.text(form, first, "jawaban", "case.review_text");
        return vec![Part::Area(text)];
    }
    let chosen = offer.value(form, "tanggapan");
    let replies = SupportReply::ALL.map(|reply| {
        let words = frame.t(reply_words(reply));
        Choice::new(reply.as_str(), words, chosen)
    });
    let lines = helplines(offer.frame);
    let what = offer
        .text(form, first, "dukungan", "case.support_what")
        .hint(frame.tf("case.support_lines", &[("lines", &lines)]));
    let replies = offer.radios(second, "tanggapan", "case.support_reply", replies.into());
    vec![Part::Area(what), Part::Radios(replies)]
}

/// "UPTD PPA Kabupaten Pati (085134507515); SAPA 129 (129)".
fn helplines(frame: &PageFrame) -> String {
    let unit = frame.unit();
    let lines = unit
        .pack
        .safety()
        .helplines_for(&crate::public::areas_of(unit));
    let one = |line: &&Helpline| {
        let number = line.phone.as_deref().or(line.message.as_deref());
        format!("{} ({})", frame.say(&line.name), number.unwrap_or_default())
    };
    lines.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What one of these forms asks for.
///
/// # Errors
/// What is missing in it, in words.
pub(super) fn command(
    frame: &PageFrame,
    form: CaseForm,
    fields: &Fields,
) -> Result<CaseCommand, Vec<FieldError>> {
    let (first, second) = form.field_ids();
    let answer = |review| {
        let text = fields.get("jawaban").to_owned();
        Ok(CaseCommand::AnswerReview { review, text })
    };
    match form {
        CaseForm::Explain => return answer(ReviewKind::Explanation),
        CaseForm::SecondLook => return answer(ReviewKind::SecondLook),
        _ => {}
    }
    let support = fields.get("dukungan").to_owned();
    let reply = SupportReply::parse(fields.get("tanggapan"));
    let mut errors = Vec::new();
    if support.is_empty() {
        errors.push(FieldError::new(first, frame.t("case.support_write")));
    }
    match reply {
        Some(reply) if errors.is_empty() => Ok(CaseCommand::OfferSupport { support, reply }),
        Some(_) => Err(errors),
        None => {
            let words = frame.t("case.support_reply_choose");
            errors.push(FieldError::new(second, words));
            Err(errors)
        }
    }
}
