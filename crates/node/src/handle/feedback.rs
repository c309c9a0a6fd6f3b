//! Judging how one was served.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{ActPlace, Actor, Payload, Subject};
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::encounter::RATING_DAYS;
use pengayom_core::subject::feedback::{self, Answer, FeedbackCommand, FeedbackRefusal, Judged};
use pengayom_core::value::{CaseId, CaseNumber, EncounterId, FeedbackId, SecretDigits};
use pengayom_store::{Append, StoreError};

use super::case::CaseHistory;
use crate::Node;
use crate::error::HandleError;
use crate::keys::Purpose;

/// Tries of rating codes from one origin in a quarter of an hour.
pub const TRIES_PER_ORIGIN: u32 = 30;

/// What a code or a receipt lets one judge.
#[derive(Debug, Clone, PartialEq)]
pub struct Rateable {
    /// The feedback it leads to.
    pub feedback: FeedbackId,
    /// What is judged.
    pub judged: Judged,
    /// The service.
    pub service: ServiceCode,
    /// When it was given.
    pub served_at: Timestamp,
    /// The last moment a judgement is taken.
    pub rate_by: Timestamp,
    /// Where.
    pub place: Option<ActPlace>,
    /// Somebody judged it already.
    pub used: bool,
    /// Made up for a demonstration.
    pub simulated: bool,
}

impl Node {
    /// What a rating code lets one judge.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`] for an unknown code (counted), [`HandleError::TooManyTries`], or
    /// the store's.
    pub async fn rateable(
        &self,
        code: &SecretDigits,
        origin: &str,
    ) -> Result<Rateable, HandleError> {
        let unit = self.unit();
        let tries = format!("rate/origin/{origin}");
        self.require_tries_left(&tries, TRIES_PER_ORIGIN).await?;
        let hash = self.hash(Purpose::RatingCode, code.plain().as_bytes());
        let Some(row) = self.store.encounter_by_code(&unit.id, hash).await? else {
            self.count_try(&tries, TRIES_PER_ORIGIN).await?;
            return Err(HandleError::NoMatch);
        };
        let known = self.known_encounter(row.id).await?.encounter;
        let feedback = self.feedback_about_encounter(row.id);
        let used = self.store.feedback(&unit.id, feedback).await?.is_some();
        Ok(Rateable {
            feedback,
            judged: Judged::Encounter,
            service: known.recorded.service,
            served_at: known.happened_at,
            rate_by: known.recorded.rate_by,
            place: known.place,
            used,
            simulated: known.recorded.simulated,
        })
    }

    /// What the one who filed a case can judge: its handling, once there was a response.
    ///
    /// # Errors
    /// As [`Node::track`]; [`HandleError::NotFound`] before the first response.
    pub async fn rateable_case(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
    ) -> Result<Rateable, HandleError> {
        let history = self.track(number, secret, origin).await?;
        self.rateable_of(&history).await
    }

    /// Whether the handling of a case was judged.
    ///
    /// # Errors
    /// The store's.
    pub async fn feedback_given_about_case(&self, case: CaseId) -> Result<bool, HandleError> {
        let feedback = self.feedback_about_case(case);
        Ok(self
            .store
            .feedback(&self.unit().id, feedback)
            .await?
            .is_some())
    }

    /// The one judgement that an encounter can receive. It follows from the encounter, so that a
    /// second one meets the first as a version conflict; only this node's key leads from the one to
    /// the other (S5).
    fn feedback_about_encounter(&self, encounter: EncounterId) -> FeedbackId {
        let text = format!("encounter/{encounter}");
        FeedbackId(self.key.uuid(Purpose::Feedback, text.as_bytes()))
    }

    /// The one judgement that the person who filed a case can give on its handling.
    fn feedback_about_case(&self, case: CaseId) -> FeedbackId {
        let text = format!("case/{case}");
        FeedbackId(self.key.uuid(Purpose::Feedback, text.as_bytes()))
    }

    async fn rateable_of(&self, history: &CaseHistory) -> Result<Rateable, HandleError> {
        let case = &history.case;
        let Some(response) = case.response else {
            return Err(HandleError::NotFound("response"));
        };
        let from = case.closed_at.unwrap_or(self.now());
        let rate_by = from
            .checked_add(SignedDuration::from_hours(24 * RATING_DAYS))
            .unwrap_or(Timestamp::MAX);
        let feedback = self.feedback_about_case(history.id);
        let used = self
            .store
            .feedback(&self.unit().id, feedback)
            .await?
            .is_some();
        Ok(Rateable {
            feedback,
            judged: Judged::Case,
            service: case.service.clone(),
            served_at: response.at,
            rate_by,
            place: case.place.clone(),
            used,
            simulated: case.filed.simulated,
        })
    }

    /// Records a judgement. A second one, at whatever time, is refused.
    ///
    /// # Errors
    /// The rules', or the store's.
    pub async fn give_feedback(
        &self,
        rateable: Rateable,
        answers: BTreeMap<String, Answer>,
        message: Option<String>,
        at: Option<Timestamp>,
    ) -> Result<(), HandleError> {
        let unit = self.unit();
        if rateable.used {
            return Err(FeedbackRefusal::AlreadyGiven.into());
        }
        let moment = self.moment(at);
        let place = rateable.place.as_ref().map(without_position);
        let decided = feedback::decide(
            None,
            FeedbackCommand::Give {
                judged: rateable.judged,
                service: rateable.service,
                served_at: full_hour(rateable.served_at, &unit.zone),
                rate_by: rateable.rate_by,
                answers,
                message,
                pack_version: unit.pack.version().to_owned(),
                simulated: rateable.simulated,
            },
            moment,
            &unit.method(),
        )?;
        let subject = Subject::Feedback(rateable.feedback);
        let acts = self.new_acts(
            decided,
            &Actor::Citizen,
            moment,
            place.as_ref(),
            Payload::Feedback,
        );
        match self
            .store
            .append(Append::new(unit.id.clone(), subject, None, acts))
            .await
        {
            Ok(appended) => {
                self.announce(&appended);
                Ok(())
            }
            Err(StoreError::Stale { .. }) => Err(FeedbackRefusal::AlreadyGiven.into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The full hour of a moment in the unit's zone: a minute would tell which encounter it was.
fn full_hour(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let local = zone.to_datetime(at);
    let seconds = 60 * i64::from(local.minute()) + i64::from(local.second());
    let into_hour = SignedDuration::new(seconds, local.subsec_nanosecond());
    at.checked_sub(into_hour).unwrap_or(at)
}

/// A judgement keeps the station and the beat, not the door.
fn without_position(place: &ActPlace) -> ActPlace {
    ActPlace {
        point: None,
        text: None,
        ..place.clone()
    }
}
