//! What officers are qualified for, and the lessons that gaps of real work open for them (S7, S34).

use jiff::civil::Date;
use pengayom_core::act::{Act, Actor, Payload, Subject};
use pengayom_core::pack::{LessonCode, SkillCode};
use pengayom_core::subject::case::Case;
use pengayom_core::subject::officer::{self, Officer, OfficerAct, OfficerCommand, cause};
use pengayom_core::value::{ActId, CaseId, OfficerId};
use pengayom_store::views::{self, State};
use pengayom_store::{Append, NewJob, StandingRow, StoreError};
use serde::{Deserialize, Serialize};

use super::RETRIES;
use super::once::Once;
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;

/// Opens lessons for the gaps that acts of a case show.
pub const LESSONS: &str = "lessons.open";

/// The name under which the program acts.
const JOB: &str = "lessons";

/// What a job looks at: acts of a case that may show a gap.
#[derive(Debug, Serialize, Deserialize)]
struct Look {
    case: CaseId,
    acts: Vec<ActId>,
}

/// A qualification as it is granted.
#[derive(Debug, Clone)]
pub struct Grant {
    /// For what.
    pub skill: SkillCode,
    /// Who granted it.
    pub by: String,
    /// Number of the certificate.
    pub certificate: Option<String>,
    /// First day it holds; `None`: today.
    pub from: Option<Date>,
    /// Last day it holds; `None`: as long as the pack says, from the first day.
    pub until: Option<Date>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

/// An officer's standing with its history.
#[derive(Debug, Clone)]
pub struct StandingHistory {
    /// The officer.
    pub officer: OfficerId,
    /// What is known now.
    pub known: Officer,
    /// Everything that happened, oldest first.
    pub acts: Vec<Act>,
}

impl Node {
    /// What is known of somebody's own standing.
    ///
    /// # Errors
    /// The store's.
    pub async fn own_standing(&self, by: &Staff) -> Result<StandingHistory, HandleError> {
        self.standing_history(by.id).await
    }

    /// An officer's standing, for who keeps it. Lessons are between the officer and the program: whoever
    /// keeps qualifications is not shown which gap opened which.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`]; [`HandleError::NoSuchOfficer`]; [`HandleError::NotFound`] for an
    /// officer of a station that does not concern the asker; the store's.
    pub async fn standing_of(
        &self,
        by: &Staff,
        officer: OfficerId,
    ) -> Result<StandingHistory, HandleError> {
        by.require(Permission::KeepSkills)?;
        self.require_concern(by, officer).await?;
        self.standing_history(officer).await
    }

    /// The standing of everybody whom the asker keeps it for.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn standings(&self, by: &Staff) -> Result<Vec<StandingRow>, HandleError> {
        by.require(Permission::KeepSkills)?;
        let staff = self.active_staff().await?;
        let unit = self.unit();
        let own = unit.own_station();
        let mut rows = self.store.standings(&unit.id).await?;
        rows.retain(|row| {
            let account = staff.iter().find(|account| account.id == row.id);
            account.is_some_and(|account| by.concerns(Some(account.desk(own)), own))
        });
        Ok(rows)
    }

    async fn standing_history(&self, officer: OfficerId) -> Result<StandingHistory, HandleError> {
        let subject = Subject::Officer(officer);
        let acts = self.store.acts(&self.unit().id, subject).await?;
        let known = match views::fold(&acts) {
            Some(State::Officer(known)) => *known,
            _ => Officer::default(),
        };
        Ok(StandingHistory {
            officer,
            known,
            acts,
        })
    }

    async fn require_concern(&self, by: &Staff, officer: OfficerId) -> Result<(), HandleError> {
        let staff = self.active_staff().await?;
        let account = staff.iter().find(|account| account.id == officer);
        let account = account.ok_or(HandleError::NoSuchOfficer)?;
        let unit = self.unit();
        let own = unit.own_station();
        if by.concerns(Some(account.desk(own)), own) {
            Ok(())
        } else {
            Err(HandleError::NotFound("officer"))
        }
    }

    /// Records that an officer is qualified for something.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn grant_skill(
        &self,
        by: &Staff,
        officer: OfficerId,
        grant: Grant,
        once: Option<Once>,
    ) -> Result<(), HandleError> {
        by.require(Permission::KeepSkills)?;
        self.require_concern(by, officer).await?;
        let unit = self.unit();
        let from = grant.from.unwrap_or_else(|| self.today());
        let skill = unit.pack.skill(grant.skill.as_str());
        let months = skill.and_then(|skill| skill.valid_months);
        let last = |months: u32| {
            let span = jiff::Span::new().months(i64::from(months));
            from.saturating_add(span).yesterday().ok()
        };
        let command = OfficerCommand::Grant {
            skill: grant.skill,
            by: grant.by,
            certificate: grant.certificate,
            from,
            until: grant.until.or_else(|| months.and_then(last)),
            pack_version: unit.pack.version().to_owned(),
            simulated: grant.simulated,
        };
        self.change_standing(officer, &by.actor(), command, once)
            .await?;
        Ok(())
    }

    /// Records that an officer is not qualified for something any more.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn withdraw_skill(
        &self,
        by: &Staff,
        officer: OfficerId,
        skill: SkillCode,
        reason: String,
        once: Option<Once>,
    ) -> Result<(), HandleError> {
        by.require(Permission::KeepSkills)?;
        self.require_concern(by, officer).await?;
        let command = OfficerCommand::Withdraw { skill, reason };
        self.change_standing(officer, &by.actor(), command, once)
            .await?;
        Ok(())
    }

    /// Takes what an officer chose at the end of a lesson; gives whether each question is answered
    /// rightly now, in their order.
    ///
    /// # Errors
    /// See [`HandleError`]; [`HandleError::NotFound`] for a lesson the pack does not have.
    pub async fn answer_lesson(
        &self,
        by: &Staff,
        lesson: LessonCode,
        choices: Vec<u32>,
        once: Option<Once>,
    ) -> Result<Vec<bool>, HandleError> {
        let unit = self.unit();
        let known = unit.pack.lesson(lesson.as_str());
        let known = known.ok_or(HandleError::NotFound("lesson"))?;
        let right = known.questions.iter().zip(&choices);
        let right = right.map(|(question, chosen)| question.right == *chosen);
        let right: Vec<bool> = right.collect();
        let command = OfficerCommand::Answer { lesson, choices };
        self.change_standing(by.id, &by.actor(), command, once)
            .await?;
        Ok(right)
    }

    async fn change_standing(
        &self,
        officer: OfficerId,
        actor: &Actor,
        command: OfficerCommand,
        once: Option<Once>,
    ) -> Result<Vec<OfficerAct>, HandleError> {
        let unit = self.unit();
        let subject = Subject::Officer(officer);
        if self.done_before(once).await?.is_some() {
            return Ok(Vec::new());
        }
        for _ in 0..RETRIES {
            let history = self.standing_history(officer).await?;
            let known = (!history.acts.is_empty()).then_some(history.known);
            let moment = self.moment(None);
            let method = unit.method();
            let decided = officer::decide(
                officer,
                known.as_ref(),
                command.clone(),
                actor,
                moment,
                self.today(),
                &method,
            );
            let decided = match decided {
                Ok(decided) if decided.is_empty() => return Ok(decided),
                Ok(decided) => decided,
                // Sent twice at once: the other one did it.
                Err(_) if self.done_before(once).await?.is_some() => return Ok(Vec::new()),
                Err(refusal) => return Err(refusal.into()),
            };
            let acts = self.new_acts(decided.clone(), actor, moment, None, Payload::Officer);
            let before = known.map(|known| State::Officer(Box::new(known)));
            let mut append = Append::new(unit.id.clone(), subject, before, acts);
            append.command = once.map(Once::record);
            match self.store.append(append).await {
                Ok(appended) => {
                    self.announce(&appended);
                    return Ok(decided);
                }
                Err(StoreError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// The work of looking whether acts of a case show a gap.
    pub(crate) fn add_lesson_jobs(&self, append: &mut Append) {
        let Subject::Case(case) = append.subject else {
            return;
        };
        let acts = append.acts.iter().map(|act| (&act.id, &act.payload));
        let acts = cause::showing(acts);
        let Some(run_at) = append.acts.last().map(|act| act.recorded_at) else {
            return;
        };
        if acts.is_empty() {
            return;
        }
        let Ok(payload) = serde_json::to_string(&Look { case, acts }) else {
            return;
        };
        append.jobs.push(NewJob {
            id: self.new_id(),
            kind: LESSONS.to_owned(),
            payload,
            run_at,
        });
    }

    /// Opens the lessons for the gaps that acts of a case show; safe to do twice.
    pub(crate) async fn open_lessons(&self, payload: &str) -> Result<(), HandleError> {
        let look: Look = serde_json::from_str(payload).map_err(|_| HandleError::Malformed)?;
        let unit = self.unit();
        let acts = self.store.acts(&unit.id, Subject::Case(look.case)).await?;
        let actor = Actor::Program {
            job: JOB.to_owned(),
        };
        let seen = look.acts.iter().flat_map(|act| cause::seen(&acts, *act));
        for seen in seen {
            // Somebody who left reads no lesson.
            let Ok(()) = self.require_officer(seen.officer).await else {
                continue;
            };
            let known = self.standing_history(seen.officer).await?.known;
            let lessons = unit.pack.lessons();
            let lesson = cause::lesson(lessons, Some(&known), seen.gap, &seen.service);
            let Some(lesson) = lesson else { continue };
            let command = OfficerCommand::Open {
                lesson: lesson.code.clone(),
                gap: seen.gap,
                cause: seen.cause,
            };
            self.change_standing(seen.officer, &actor, command, None)
                .await?;
        }
        Ok(())
    }

    /// The skill that a case's service asks for and an officer does not have now, though a colleague has it;
    /// `None`: they may have it, nothing is asked, or nobody in the unit has it and there is no choice. Where
    /// several are asked for, the first one lacking.
    ///
    /// # Errors
    /// The store's.
    pub async fn lacks_skill(
        &self,
        case: &Case,
        officer: OfficerId,
    ) -> Result<Option<SkillCode>, HandleError> {
        let unit = self.unit();
        let asked: Vec<&SkillCode> = unit
            .pack
            .skills_for(&case.service)
            .map(|skill| &skill.code)
            .collect();
        if asked.is_empty() {
            return Ok(None);
        }
        let known = self.standing_history(officer).await?.known;
        let now = self.now();
        let lacking: Vec<SkillCode> = asked
            .into_iter()
            .filter(|skill| !known.is_qualified(skill, now, &unit.zone))
            .cloned()
            .collect();
        if lacking.is_empty() {
            return Ok(None);
        }
        let read = self.readiness().await?;
        let mut lacking = lacking.into_iter();
        Ok(lacking.find(|skill| !read.qualified(skill).is_empty()))
    }
}
