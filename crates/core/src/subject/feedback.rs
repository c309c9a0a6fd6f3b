//! Feedback: the person served judges an encounter or the handling of their case (S5).
//!
//! Answers are kept apart from who gave them: an act of feedback names neither the person nor the
//! officer, and its moment of service is that of the hour, so that it is not found again by it. Trust and liking are two questions of the survey (S41); each item belongs to one
//! aspect (S6), which the pack says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::act::{Act, ActPlace, Payload};
use crate::pack::ServiceCode;
use crate::subject::erasure::{Erased, ErasureBasis};
use crate::subject::{Method, Moment, TextFault, text_fault};

/// An answer to one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Answer {
    /// The person does not know.
    Unknown,
    /// "No".
    No,
    /// "Not quite".
    NotQuite,
    /// "Yes".
    Yes,
    /// "Very".
    Very,
}

impl Answer {
    /// All of them, from "no" upwards, "do not know" last as shown.
    pub const ALL: [Self; 5] = [
        Self::No,
        Self::NotQuite,
        Self::Yes,
        Self::Very,
        Self::Unknown,
    ];

    /// The stored digit: 1 to 4, and 0 for "do not know".
    pub const fn digit(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::No => 1,
            Self::NotQuite => 2,
            Self::Yes => 3,
            Self::Very => 4,
        }
    }
}

/// A digit that is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an answer is a digit from 0 (do not know) to 4: found {0}")]
pub struct AnswerError(pub u8);

impl TryFrom<u8> for Answer {
    type Error = AnswerError;
    fn try_from(digit: u8) -> Result<Self, Self::Error> {
        Self::ALL
            .into_iter()
            .find(|answer| answer.digit() == digit)
            .ok_or(AnswerError(digit))
    }
}

impl From<Answer> for u8 {
    fn from(answer: Answer) -> Self {
        answer.digit()
    }
}

/// What was judged, without naming anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// An encounter with an officer.
    Encounter,
    /// The handling of a case.
    Case,
}

/// Somebody judged how they were served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedbackGiven {
    /// What was judged.
    pub judged: Judged,
    /// The service.
    pub service: ServiceCode,
    /// When the service was given: the full hour of the unit's zone, never the minute.
    pub served_at: Timestamp,
    /// Answers by item of the survey.
    pub answers: BTreeMap<String, Answer>,
    /// What the person wrote besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The pack version whose survey was answered.
    pub pack_version: String,
    /// Made up for a demonstration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// A fact about a feedback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum FeedbackAct {
    /// Somebody judged how they were served.
    FeedbackGiven(FeedbackGiven),
    /// What identifies a person was erased; what was done stays.
    PersonalDataErased {
        /// Why.
        basis: ErasureBasis,
        /// The ground in law or the letter it was asked with, in the words of whoever decided it;
        /// never about the person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<String>,
    },
}

impl FeedbackAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::FeedbackGiven(_) => "feedback.feedback_given",
            Self::PersonalDataErased { .. } => "feedback.personal_data_erased",
        }
    }
}

/// What can be asked of a feedback.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedbackCommand {
    /// Judge how one was served.
    Give {
        /// What is judged.
        judged: Judged,
        /// The service.
        service: ServiceCode,
        /// When it was given, to the full hour of the unit's zone. The rules know no zone and take
        /// it as it is: whoever asks has made it coarse.
        served_at: Timestamp,
        /// The last moment a judgement is taken.
        rate_by: Timestamp,
        /// Answers by item.
        answers: BTreeMap<String, Answer>,
        /// Written besides.
        message: Option<String>,
        /// The pack version in force.
        pack_version: String,
        /// Made up for a demonstration.
        simulated: bool,
    },
    /// Erase what was written besides; the answers stay.
    ErasePersonalData {
        /// Why the law allows it.
        basis: ErasureBasis,
        /// The ground in law.
        ground: Option<String>,
    },
}

/// The rule that stood in the way of a feedback.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedbackRefusal {
    /// The code was used before.
    #[error("already given")]
    AlreadyGiven,
    /// The code has run out.
    #[error("the rating period ended {ended}")]
    RatingEnded {
        /// When it ended.
        ended: Timestamp,
    },
    /// No answer at all.
    #[error("no item answered")]
    NothingAnswered,
    /// The survey does not ask this.
    #[error("item {0:?} is not asked")]
    NotAsked(String),
    /// No such feedback.
    #[error("not given")]
    NotGiven,
    /// There is nothing to erase, or it was erased.
    #[error("personal data was erased already")]
    AlreadyErased,
    /// The message is too long.
    #[error("message: {0}")]
    Message(TextFault),
}

/// What is known of a feedback.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// How many acts it has.
    pub version: u32,
    /// What was given.
    pub given: FeedbackGiven,
    /// When it was given.
    pub given_at: Timestamp,
    /// Where the service was given.
    pub place: Option<ActPlace>,
    /// What was written besides was erased.
    pub erased: Option<Erased>,
}

impl Feedback {
    /// From when the time is counted for which what was written besides is kept; `None`: nothing was,
    /// or it was erased.
    pub fn kept_from(&self) -> Option<Timestamp> {
        let place = self.place.as_ref();
        let written = self.given.message.is_some()
            || place.is_some_and(|place| place.point.is_some() || place.text.is_some());
        (written && self.erased.is_none()).then_some(self.given_at)
    }
}

/// What a command about a feedback leads to.
///
/// # Errors
/// [`FeedbackRefusal`], naming the rule that stood in the way.
pub fn decide(
    feedback: Option<&Feedback>,
    command: FeedbackCommand,
    moment: Moment,
    method: &impl Method,
) -> Result<Vec<FeedbackAct>, FeedbackRefusal> {
    let FeedbackCommand::Give {
        judged,
        service,
        served_at,
        rate_by,
        answers,
        message,
        pack_version,
        simulated,
    } = command
    else {
        return erase(feedback, command);
    };
    if feedback.is_some() {
        return Err(FeedbackRefusal::AlreadyGiven);
    }
    if moment.recorded_at > rate_by {
        return Err(FeedbackRefusal::RatingEnded { ended: rate_by });
    }
    if let Some(item) = answers.keys().find(|item| !method.asks(item)) {
        return Err(FeedbackRefusal::NotAsked(item.clone()));
    }
    if answers.is_empty() {
        return Err(FeedbackRefusal::NothingAnswered);
    }
    let message = message.filter(|message| text_fault(message) != Some(TextFault::Empty));
    if let Some(fault) = message.as_deref().and_then(text_fault) {
        return Err(FeedbackRefusal::Message(fault));
    }
    Ok(vec![FeedbackAct::FeedbackGiven(FeedbackGiven {
        judged,
        service,
        served_at,
        answers,
        message,
        pack_version,
        simulated,
    })])
}

fn erase(
    feedback: Option<&Feedback>,
    command: FeedbackCommand,
) -> Result<Vec<FeedbackAct>, FeedbackRefusal> {
    let FeedbackCommand::ErasePersonalData { basis, ground } = command else {
        return Err(FeedbackRefusal::AlreadyGiven);
    };
    let known = feedback.ok_or(FeedbackRefusal::NotGiven)?;
    if known.kept_from().is_none() {
        return Err(FeedbackRefusal::AlreadyErased);
    }
    Ok(vec![FeedbackAct::PersonalDataErased { basis, ground }])
}

/// How an act changes what is known of a feedback.
pub fn evolve(feedback: Option<Feedback>, act: &Act) -> Option<Feedback> {
    match (feedback, &act.payload) {
        (None, Payload::Feedback(FeedbackAct::FeedbackGiven(given))) => Some(Feedback {
            version: act.version,
            given: given.clone(),
            given_at: act.happened_at,
            place: act.place.clone(),
            erased: None,
        }),
        (Some(mut known), Payload::Feedback(FeedbackAct::PersonalDataErased { basis, .. })) => {
            known.version = act.version;
            known.erased = Some(Erased {
                at: act.recorded_at,
                basis: *basis,
            });
            known.given.message = None;
            if let Some(place) = &mut known.place {
                place.point = None;
                place.text = None;
            }
            Some(known)
        }
        (known, _) => known,
    }
}

#[cfg(test)]
mod tests;
