//! What is kept of people no longer than the pack says: found and erased, each night and by hand.
//!
//! Cases go with the encounters about them; encounters without a case, those recorded about a case
//! that was erased already, and messages of judgements each by their own clock. A run can end anywhere:
//! each subject is erased in one transaction, a case before its encounters, and the next run finds
//! what is left. Two runs at once do not happen as long as the first says that it lives; even if they
//! did, each erasure is decided on the state it finds.
//!
//! A clock that jumps ahead must not erase what is still to be kept, and nothing brings it back. So a
//! run believes the clock only when the run before it was not long ago; otherwise it does nothing and
//! says so, until somebody who looked at the clock runs it by hand.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{Actor, Payload, Subject};
use pengayom_core::pack::{KEEP_MAX_MONTHS, ServiceCode};
use pengayom_core::subject::case::{Case, CaseRefusal, CaseStage};
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::subject::feedback::{self, FeedbackCommand, FeedbackRefusal};
use pengayom_core::subject::retention::{ends, message_ends, none_after};
use pengayom_core::value::{CaseId, EncounterId, FeedbackId};
use pengayom_store::views::{self, State};
use pengayom_store::{Append, Erase, Kept, KeptQuery, Left, RetentionRow, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Node;
use crate::error::HandleError;
use crate::handle::person::place_that_stays;

/// The job's name, in acts and in its runs.
pub const JOB: &str = "retention";

/// How a unit that kept no time before begins: a run that erases nothing.
const BASELINE: &str = "baseline";

/// How many are looked at between two looks at the clock and at whether to stop.
const BATCH: u32 = 50;

/// Most that one run erases; what is left is for the next.
pub const RUN_MAX: u64 = 10_000;

/// Most failures after which a run gives up: what fails so often is not one case.
const FAILURES_MAX: u64 = 100;

/// How long a run may say nothing before it counts as interrupted.
const ALIVE: SignedDuration = SignedDuration::from_mins(10);

/// How long after the run before it the clock is believed.
pub const BELIEVED: SignedDuration = SignedDuration::from_hours(24 * 14);

/// The hours of the night in which it runs, in the unit's zone.
const QUIET: std::ops::Range<i8> = 2..5;

/// How long after the run before it it runs at any hour: some units switch their machine off at night.
const OVERDUE: SignedDuration = SignedDuration::from_hours(36);

/// How far a run of another process may be ahead of this one's clock.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// What a run did, or what one would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// Cases, by service.
    pub cases: BTreeMap<ServiceCode, u64>,
    /// Encounters without a case, and those left of a case that was erased before; others go with
    /// their case and are not counted.
    pub encounters: u64,
    /// Messages of judgements.
    pub messages: u64,
    /// How many could not be erased; the log says why, and the next run tries again.
    pub failed: u64,
    /// Something is left for the next run.
    pub left_over: bool,
}

impl Done {
    /// How many were erased.
    pub fn erased(&self) -> u64 {
        self.cases.values().sum::<u64>() + self.encounters + self.messages
    }
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran.
    Ran(Done),
    /// Another one goes on; this one did nothing.
    AnotherRuns,
    /// The clock may be wrong; nothing was erased.
    ClockNotBelieved {
        /// The last moment that is believed.
        since: Timestamp,
        /// What the clock shows.
        now: Timestamp,
    },
}

/// What one step through a list came to.
enum Step {
    Erased,
    /// It is not over after all, or somebody else did it.
    Not,
}

/// A run that goes on.
struct Run<'a> {
    node: &'a Node,
    row: RetentionRow,
    done: Done,
    stop: &'a (dyn Fn() -> bool + Sync),
    actor: Actor,
    /// `false`: only counts.
    erases: bool,
}

/// What is done with one subject whose time is over.
#[derive(Clone, Copy)]
enum Over {
    Case(CaseId),
    Encounter(EncounterId),
    /// About a case of which all else is erased.
    Left(EncounterId),
    Message(FeedbackId),
}

impl Over {
    /// What it is, for the log.
    const fn what(self) -> &'static str {
        match self {
            Self::Case(_) => "case",
            Self::Encounter(_) | Self::Left(_) => "encounter",
            Self::Message(_) => "feedback",
        }
    }

    /// Its identifier.
    const fn id(self) -> Uuid {
        match self {
            Self::Case(id) => id.0,
            Self::Encounter(id) | Self::Left(id) => id.0,
            Self::Message(id) => id.0,
        }
    }
}

impl Node {
    /// Months for which what identifies people in a case is kept, by the pack in force now; of a service
    /// that the pack has no longer, the most that it keeps anything.
    pub fn keep_months(&self, service: &ServiceCode) -> u32 {
        let pack = &self.unit().pack;
        let most = pack.keep_bounds().map(|bounds| bounds.at_most);
        pack.keep_months(service)
            .or(most)
            .unwrap_or(KEEP_MAX_MONTHS)
    }

    /// Whether what identifies people in a case is kept too long by now.
    pub(crate) fn is_over(&self, case: &Case) -> bool {
        let months = self.keep_months(&case.service);
        case.is_kept_too_long(self.now(), months, &self.unit().zone)
    }

    /// Counts what a run would erase now, without a bound; changes nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn plan_retention(&self) -> Result<Done, HandleError> {
        let mut run = Run {
            node: self,
            row: self.new_run(JOB),
            done: Done::default(),
            stop: &|| false,
            actor: program(),
            erases: false,
        };
        run.walk().await?;
        Ok(run.done)
    }

    /// The last runs, newest first, each with what it did.
    ///
    /// # Errors
    /// The store's.
    pub async fn retention_runs(
        &self,
        limit: u32,
    ) -> Result<Vec<(RetentionRow, Done)>, HandleError> {
        let rows = self.store.retention_runs(&self.unit().id, limit).await?;
        let read = |row: RetentionRow| {
            let done = serde_json::from_str(&row.done).unwrap_or_default();
            (row, done)
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Erases what is kept too long. `clock_is_right`: somebody looked at the clock. `stop` is asked
    /// between two subjects.
    ///
    /// # Errors
    /// The store's, when it does not answer; one subject that fails is counted and logged.
    pub async fn run_retention(
        &self,
        started_by: &str,
        clock_is_right: bool,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Outcome, HandleError> {
        let mut row = self.new_run(started_by);
        let (unit, now) = (self.unit().id.clone(), row.begun_at);
        let alive_since = now.checked_sub(ALIVE).unwrap_or(Timestamp::MIN);
        if let Some(since) = self.not_believed(now).await?.filter(|_| !clock_is_right) {
            row.refused = true;
            row.ended_at = Some(now);
            self.store.begin_retention(&unit, &row, alive_since).await?;
            tracing::error!(%since, %now, "nothing is erased by its time: the clock may have jumped");
            return Ok(Outcome::ClockNotBelieved { since, now });
        }
        if !self.store.begin_retention(&unit, &row, alive_since).await? {
            return Ok(Outcome::AnotherRuns);
        }
        let mut run = Run {
            node: self,
            row,
            done: Done::default(),
            stop,
            actor: program(),
            erases: true,
        };
        let walked = run.walk().await;
        if walked.is_err() {
            run.done.left_over = true;
        }
        let noted = run.note(true).await;
        walked?;
        noted?;
        let done = run.done;
        tracing::info!(
            cases = done.cases.values().sum::<u64>(),
            encounters = done.encounters,
            messages = done.messages,
            failed = done.failed,
            left_over = done.left_over,
            "personal data whose time was over is erased"
        );
        Ok(Outcome::Ran(done))
    }

    /// Runs when it is time to: once a night, or by day when the night was missed. `None`: not now.
    ///
    /// # Errors
    /// As [`Node::run_retention`].
    pub async fn retention_by_night(
        &self,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Outcome>, HandleError> {
        let now = self.now();
        let Some((last, done)) = self.last_run(now).await? else {
            return self.begin_counting().await;
        };
        if !self.is_time(&last, &done, now) {
            return Ok(None);
        }
        Ok(Some(self.run_retention(JOB, false, stop).await?))
    }

    /// The last run that is not later than now: what a clock that jumped has noted does not count.
    async fn last_run(&self, now: Timestamp) -> Result<Option<(RetentionRow, Done)>, HandleError> {
        let until = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let runs = self.retention_runs(20).await?;
        Ok(runs.into_iter().find(|(row, _)| row.begun_at <= until))
    }

    fn is_time(&self, last: &RetentionRow, done: &Done, now: Timestamp) -> bool {
        if last.ended_at.is_none() {
            return now.duration_since(last.noted_at) > ALIVE;
        }
        let zone = &self.unit().zone;
        let (local, before) = (zone.to_datetime(now), zone.to_datetime(last.begun_at));
        if done.left_over && done.failed == 0 {
            return true;
        }
        local.date() > before.date()
            && (QUIET.contains(&local.hour()) || now.duration_since(last.begun_at) > OVERDUE)
    }

    /// The first time there is nothing to compare the clock with but the record; whoever looks after
    /// the unit has a night to see what would go.
    async fn begin_counting(&self) -> Result<Option<Outcome>, HandleError> {
        let mut row = self.new_run(BASELINE);
        row.ended_at = Some(row.begun_at);
        row.refused = self.not_believed(row.begun_at).await?.is_some();
        let unit = self.unit().id.clone();
        self.store
            .begin_retention(&unit, &row, Timestamp::MIN)
            .await?;
        Ok(None)
    }

    /// The last moment that is believed, when the clock is too far from it to be believed.
    async fn not_believed(&self, now: Timestamp) -> Result<Option<Timestamp>, HandleError> {
        let runs = self.store.retention_runs(&self.unit().id, 100).await?;
        let run = runs
            .iter()
            .filter(|run| !run.refused)
            .map(|run| run.begun_at);
        let since = run.max().or_else(|| self.record_clock.latest());
        Ok(since.filter(|since| now.duration_since(*since) > BELIEVED))
    }

    fn new_run(&self, started_by: &str) -> RetentionRow {
        let now = self.now();
        RetentionRow {
            id: self.new_id(),
            started_by: started_by.to_owned(),
            begun_at: now,
            noted_at: now,
            ended_at: None,
            refused: false,
            done: "{}".to_owned(),
        }
    }

    /// Erases an encounter about a case of which all else is erased; `false` when there is something
    /// about the case to keep again, with which it goes.
    async fn erase_left(&self, id: EncounterId, actor: &Actor) -> Result<bool, HandleError> {
        let about = self.known_encounter(id).await?.encounter.recorded.case;
        if let Some(case) = about {
            let case = self.known_case(case).await?;
            let is_erased = case.stage == CaseStage::Closed && case.kept_from.is_none();
            if !is_erased || case.hold.is_some() {
                return Ok(false);
            }
        }
        let basis = ErasureBasis::Retention;
        self.erase_encounter(id, basis, None, actor).await?;
        Ok(true)
    }

    /// Erases what was written beside a judgement, once its time is over.
    async fn erase_message(&self, id: FeedbackId, actor: &Actor) -> Result<(), HandleError> {
        let unit = self.unit();
        let subject = Subject::Feedback(id);
        let acts = self.store.acts(&unit.id, subject).await?;
        let Some(State::Feedback(known)) = views::fold(&acts) else {
            return Err(HandleError::NotFound("feedback"));
        };
        let command = FeedbackCommand::ErasePersonalData {
            basis: ErasureBasis::Retention,
            ground: None,
        };
        let moment = self.moment(None);
        let method = unit.method();
        let decided = feedback::decide(Some(&known), command, moment, &method)?;
        let place = place_that_stays(known.place.as_ref());
        let acts = self.new_acts(decided, actor, moment, place.as_ref(), Payload::Feedback);
        let before = State::Feedback(known);
        let mut append = Append::new(unit.id.clone(), subject, Some(before), acts);
        append.erase = Some(Erase::default());
        let appended = self.store.append(append).await?;
        self.announce(&appended);
        Ok(())
    }
}

fn program() -> Actor {
    Actor::Program {
        job: JOB.to_owned(),
    }
}

impl Run<'_> {
    /// Goes through every list, page by page.
    async fn walk(&mut self) -> Result<(), HandleError> {
        let node = self.node;
        let unit = node.unit();
        let now = self.row.begun_at;
        for service in node.store.kept_services(&unit.id).await? {
            let months = node.keep_months(&service);
            let is_over = |kept: &Kept<CaseId>| ends(kept.from, months, &unit.zone) <= now;
            let mut query = first_page(none_after(now, months, &unit.zone), now);
            loop {
                let page = node.store.cases_kept(&unit.id, &service, query).await?;
                let turned = self.turn(&mut query, &page, is_over, Over::Case, Some(&service));
                if !turned.await? {
                    break;
                }
            }
            if self.done.left_over {
                return Ok(());
            }
        }
        self.encounters().await?;
        self.encounters_left().await?;
        self.messages().await
    }

    async fn encounters(&mut self) -> Result<(), HandleError> {
        let node = self.node;
        let unit = node.unit();
        let now = self.row.begun_at;
        let months = unit.pack.survey().encounter_retention.keep_months;
        let is_over = |kept: &Kept<EncounterId>| ends(kept.from, months, &unit.zone) <= now;
        let mut query = first_page(none_after(now, months, &unit.zone), now);
        loop {
            let page = node.store.encounters_kept(&unit.id, query).await?;
            let turned = self.turn(&mut query, &page, is_over, Over::Encounter, None);
            if !turned.await? {
                return Ok(());
            }
        }
    }

    /// Those about a case of which all else is erased: what was stopped halfway, and what was
    /// recorded since and is kept as long as one without a case.
    async fn encounters_left(&mut self) -> Result<(), HandleError> {
        let node = self.node;
        let unit = node.unit();
        let now = self.row.begun_at;
        let months = unit.pack.survey().encounter_retention.keep_months;
        let is_over =
            |kept: &Kept<Left>| kept.id.cut_off || ends(kept.from, months, &unit.zone) <= now;
        let mut query = first_page(none_after(now, months, &unit.zone), now);
        loop {
            let page = node.store.encounters_left(&unit.id, query).await?;
            let over = |left: Left| Over::Left(left.id);
            if !self.turn(&mut query, &page, is_over, over, None).await? {
                return Ok(());
            }
        }
    }

    async fn messages(&mut self) -> Result<(), HandleError> {
        let node = self.node;
        let unit = node.unit();
        let now = self.row.begun_at;
        let months = unit.pack.survey().message_retention.keep_months;
        let is_over = |kept: &Kept<FeedbackId>| message_ends(kept.from, months, &unit.zone) <= now;
        let mut query = first_page(none_after(now, months, &unit.zone), now);
        loop {
            let page = node.store.feedback_kept(&unit.id, query).await?;
            let turned = self.turn(&mut query, &page, is_over, Over::Message, None);
            if !turned.await? {
                return Ok(());
            }
        }
    }

    /// Erases what is over on a page, and moves on to the next; `false` when there is none, or when
    /// the run is to stop.
    async fn turn<T: Copy>(
        &mut self,
        query: &mut KeptQuery,
        page: &[Kept<T>],
        is_over: impl Fn(&Kept<T>) -> bool,
        over: impl Fn(T) -> Over,
        service: Option<&ServiceCode>,
    ) -> Result<bool, HandleError> {
        for kept in page {
            if !is_over(kept) {
                continue;
            }
            if self.is_to_stop() {
                return Ok(false);
            }
            self.one(over(kept.id), service).await?;
        }
        if self.erases && !self.note(false).await? {
            // Somebody took this run for interrupted and began another.
            self.done.left_over = true;
            return Ok(false);
        }
        let last = page.last();
        query.after = last.map(|last| (last.at, over(last.id).id()));
        Ok(last.is_some() && !self.done.left_over)
    }

    /// Whether to go no further; then something may be left.
    fn is_to_stop(&mut self) -> bool {
        let enough = self.done.erased() >= RUN_MAX || self.done.failed >= FAILURES_MAX;
        let stops = (self.stop)() || (self.erases && (enough || self.done.left_over));
        self.done.left_over |= stops;
        stops
    }

    /// Erases one, or counts it.
    async fn one(&mut self, over: Over, service: Option<&ServiceCode>) -> Result<(), HandleError> {
        let step = if self.erases {
            self.erase(over).await
        } else {
            Ok(Step::Erased)
        };
        match step {
            Ok(Step::Erased) => match (over, service) {
                (Over::Case(_), Some(service)) => {
                    *self.done.cases.entry(service.clone()).or_default() += 1;
                }
                (Over::Message(_), _) => self.done.messages += 1,
                (Over::Case(_) | Over::Encounter(_) | Over::Left(_), _) => {
                    self.done.encounters += 1;
                }
            },
            Ok(Step::Not) => {}
            // The store itself does not answer: there is no going on.
            Err(HandleError::Store(
                error @ (StoreError::Closing | StoreError::Unreachable(_) | StoreError::Busy),
            )) => return Err(error.into()),
            Err(error) => {
                self.done.failed += 1;
                let (what, id) = (over.what(), over.id());
                tracing::error!(what, %id, %error, "what is kept too long could not be erased");
            }
        }
        Ok(())
    }

    async fn erase(&self, over: Over) -> Result<Step, HandleError> {
        let node = self.node;
        let basis = ErasureBasis::Retention;
        let erased = match over {
            Over::Case(id) => node
                .erase_case(id, basis, None, &self.actor, None)
                .await
                .map(|changed| changed.changed),
            Over::Encounter(id) => node
                .erase_encounter(id, basis, None, &self.actor)
                .await
                .map(|()| true),
            Over::Left(id) => node.erase_left(id, &self.actor).await,
            Over::Message(id) => node.erase_message(id, &self.actor).await.map(|()| true),
        };
        match erased {
            Ok(true) => Ok(Step::Erased),
            // Opened again, held or erased since the list was read.
            Ok(false)
            | Err(
                HandleError::Case(
                    CaseRefusal::NotClosed | CaseRefusal::Held { .. } | CaseRefusal::AlreadyErased,
                )
                | HandleError::Feedback(FeedbackRefusal::AlreadyErased)
                | HandleError::Store(StoreError::Stale { .. })
                | HandleError::Conflict { .. }
                | HandleError::NotOver,
            ) => Ok(Step::Not),
            Err(error) => Err(error),
        }
    }

    /// Notes how far it is. `false`: it was ended by somebody else.
    async fn note(&mut self, ended: bool) -> Result<bool, HandleError> {
        let node = self.node;
        self.row.noted_at = node.now();
        self.row.ended_at = ended.then_some(self.row.noted_at);
        self.row.done = serde_json::to_string(&self.done).map_err(|_| HandleError::Malformed)?;
        let unit = node.unit().id.clone();
        Ok(node.store.note_retention(&unit, &self.row).await?)
    }
}

const fn first_page(before: Timestamp, now: Timestamp) -> KeptQuery {
    KeptQuery {
        before,
        promised_until: now,
        after: None,
        limit: BATCH,
    }
}
