//! The one writer: it takes what waits, carries it out in one transaction, and answers when the
//! commit is on the disk.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pengayom_core::value::UnitId;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::engine::{Connection, Engine, Opener};
use super::fault::{again, may_be_of_one};
use super::{append, beside, keyrings};
use crate::error::StoreError;
#[cfg(debug_assertions)]
use crate::halt::{self, Step};
use crate::postgres::news::Range;
use crate::rows::JobRow;
use crate::webhooks::{DeliveryRow, WebhookRow};
use crate::write::{Append, Appended, KeyringChange};

/// Most appends that share a commit. More would make the first of them wait for the last without
/// asking the disk less often per append to speak of.
const COMMIT_MAX: usize = 512;

/// A piece of a file counts as so many appends: sixteen of them, four megabytes, are a commit of
/// their own, so that no append waits for more.
const CHUNK_WEIGHT: usize = 32;

/// How long the outcome of a commit is asked for whose answer did not come.
const ASK_FOR: Duration = Duration::from_secs(20);

/// How long to wait between two times of asking.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// What is asked of the writer.
#[derive(Debug)]
pub(super) enum Write {
    /// Append to the record.
    Append(Box<Append>),
    /// Append many, each on its own.
    AppendMany(Vec<Append>),
    /// Change something beside the record.
    Beside(Box<beside::Change>),
    /// Change how root secrets are wrapped, of all these units or of none.
    Keyrings(Vec<KeyringChange>),
    /// Show that a write reaches the disk.
    Probe,
}

impl Write {
    fn appends(&self) -> &[Append] {
        match self {
            Self::Append(one) => std::slice::from_ref(&**one),
            Self::AppendMany(many) => many,
            Self::Beside(_) | Self::Keyrings(_) | Self::Probe => &[],
        }
    }
}

impl Write {
    /// How much of a commit it takes: what it writes beside that of a single append.
    fn weight(&self) -> usize {
        match self {
            Self::Beside(change) if change.is_large() => CHUNK_WEIGHT,
            _ => self.appends().len().max(1),
        }
    }

    /// Whether reports can be recorded when it succeeds.
    fn is_telling(&self) -> bool {
        !self.appends().is_empty() || matches!(self, Self::Probe)
    }

    /// Whether it takes away what was kept.
    fn erases(&self) -> bool {
        match self {
            Self::Beside(change) => change.erases(),
            _ => self.appends().iter().any(|append| append.erase.is_some()),
        }
    }

    /// The units it concerns.
    fn units(&self) -> Vec<&UnitId> {
        match self {
            Self::Beside(change) => vec![&change.unit],
            Self::Keyrings(changes) => changes.iter().map(|change| &change.unit).collect(),
            _ => self.appends().iter().map(|append| &append.unit).collect(),
        }
    }
}

/// What a write came to.
#[derive(Debug)]
pub(super) enum Answer {
    /// Of an append.
    Appended(Box<Appended>),
    /// Of many.
    Many(Vec<Result<Appended, StoreError>>),
    /// It is done.
    Done,
    /// So many rows went.
    Rows(u64),
    /// So many attempts until the window ends, in microseconds.
    Attempts(u32, i64),
    /// A job was taken, if one was due.
    Job(Option<JobRow>),
    /// A notice was taken, if one was due.
    Notice(Option<Box<crate::notice::NoticeRow>>),
    /// Something to send to a webhook was taken, if anything was due.
    Delivery(Option<Box<(WebhookRow, DeliveryRow)>>),
}

/// A write that waits, and whom to tell.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) write: Write,
    pub(super) answer: oneshot::Sender<Result<Answer, StoreError>>,
}

/// What the writer is sent.
#[derive(Debug)]
pub(super) enum Message {
    /// Carry this out.
    Carry(Waiting),
    /// Take nothing more, commit what waits, and end.
    Close,
}

/// The fault of the last commit, kept until one succeeds again.
#[derive(Debug, Default, Clone)]
pub(super) struct LastFault(Arc<Mutex<Option<String>>>);

impl LastFault {
    /// Before anything was written it is not known whether anything can be.
    pub(super) fn untried() -> Self {
        let fault = Self::default();
        fault.set(Some("nothing was written yet".to_owned()));
        fault
    }

    pub(super) fn get(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set(&self, fault: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

/// The writer with its connection.
#[derive(Debug)]
pub(super) struct Writer {
    opener: Opener,
    /// `None` after it failed so badly that it has to be opened anew.
    connection: Option<Connection>,
    last_fault: LastFault,
    /// Something was erased that may still be read in SQLite's write-ahead log.
    owes_cut: bool,
    /// Where to say what was committed, for other processes.
    teller: Option<mpsc::Sender<Range>>,
}

impl Writer {
    pub(super) fn new(
        opener: Opener,
        connection: Connection,
        last_fault: LastFault,
        teller: Option<mpsc::Sender<Range>>,
    ) -> Self {
        Self {
            opener,
            connection: Some(connection),
            last_fault,
            owes_cut: false,
            teller,
        }
    }

    /// Works until everybody who could ask is gone or the store is closed.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut open = true;
        while open {
            let mut batch = Vec::new();
            let mut size = 0;
            let Some(mut message) = queue.recv().await else {
                break;
            };
            loop {
                match message {
                    Message::Carry(waiting) => {
                        size += waiting.write.weight();
                        batch.push(waiting);
                    }
                    Message::Close => {
                        // What was sent before still comes out of the queue, then `None`.
                        queue.close();
                    }
                }
                if size >= COMMIT_MAX {
                    break;
                }
                match queue.try_recv() {
                    Ok(next) => message = next,
                    Err(mpsc::error::TryRecvError::Empty) => break,
                    Err(mpsc::error::TryRecvError::Disconnected) => {
                        open = false;
                        break;
                    }
                }
            }
            self.carry_out(batch).await;
        }
        if let Some(connection) = self.connection.take()
            && let Err(fault) = connection.close().await
        {
            tracing::warn!(%fault, "the store's writer did not close well");
        }
    }

    async fn carry_out(&mut self, batch: Vec<Waiting>) {
        if batch.is_empty() {
            return;
        }
        let writes: Vec<&Write> = batch.iter().map(|waiting| &waiting.write).collect();
        match self.commit(&writes).await {
            Ok(answers) => {
                self.cut_log(writes.iter().any(|write| write.erases()))
                    .await;
                tell(batch, answers);
            }
            Err(fault) if is_one(&writes) || !may_be_of_one(&fault) => {
                let answers = batch.iter().map(|_| Err(again(&fault))).collect();
                tell(batch, answers);
            }
            Err(_) => {
                // One of them spoiled the commit, and nothing of it is left. Each on its own, so
                // that it spoils nothing but itself.
                for waiting in batch {
                    let answer = self.commit_alone(&waiting.write).await;
                    self.cut_log(waiting.write.erases()).await;
                    tell(vec![waiting], vec![answer]);
                }
            }
        }
    }

    /// What was erased is overwritten in the file of SQLite, and may still stand in its write-ahead
    /// log: that is written back and cut to nothing before whoever erased is answered. While somebody
    /// reads what was before, it cannot be; then it is tried again after the next commit.
    async fn cut_log(&mut self, erased: bool) {
        self.owes_cut |= erased;
        if !self.owes_cut {
            return;
        }
        let Some(connection) = self.connection.as_mut() else {
            return;
        };
        match connection.cut_log().await {
            Ok(cut) => self.owes_cut = !cut,
            Err(fault) => tracing::warn!(%fault, "the write-ahead log could not be cut"),
        }
    }

    /// Carries one write out; many appends in one each by itself.
    async fn commit_alone(&mut self, write: &Write) -> Result<Answer, StoreError> {
        let Write::AppendMany(many) = write else {
            return self.commit_one(write).await;
        };
        let mut outcomes = Vec::with_capacity(many.len());
        for append in many {
            let one = Write::Append(Box::new(append.clone()));
            outcomes.push(match self.commit_one(&one).await {
                Ok(Answer::Appended(appended)) => Ok(*appended),
                Ok(_) => Err(StoreError::Engine("an append has no outcome".into())),
                Err(fault) => Err(fault),
            });
        }
        Ok(Answer::Many(outcomes))
    }

    async fn commit_one(&mut self, write: &Write) -> Result<Answer, StoreError> {
        let mut answers = self.commit(&[write]).await?;
        answers
            .pop()
            .unwrap_or_else(|| Err(StoreError::Engine("a write has no outcome".into())))
    }

    /// Carries writes out in one transaction and commits it. On an error nothing of it is left.
    async fn commit(
        &mut self,
        writes: &[&Write],
    ) -> Result<Vec<Result<Answer, StoreError>>, StoreError> {
        let result = self.try_commit(writes).await;
        match &result {
            // Something small beside the record may still find room where a report does not.
            Ok(_) if writes.iter().any(|write| write.is_telling()) => self.last_fault.set(None),
            Ok(_) => {}
            Err(fault) => {
                tracing::error!(%fault, "a commit of the store failed");
                self.last_fault.set(Some(fault.to_string()));
                // On some faults, such as a full disk, SQLite has undone the transaction already
                // and says that there is none. Either way a connection of which it is not certain
                // that nothing is left is given up, which undoes what it began.
                if let Some(connection) = self.connection.as_mut()
                    && connection.run("ROLLBACK").await.is_err()
                {
                    self.connection = None;
                }
            }
        }
        result
    }

    async fn try_commit(
        &mut self,
        writes: &[&Write],
    ) -> Result<Vec<Result<Answer, StoreError>>, StoreError> {
        #[cfg(debug_assertions)]
        halt_if_recording(writes, Step::BeforeBegin).await;
        match self.begin(writes).await {
            // A server that was restarted shows only when it is spoken to: once more, then.
            Err(StoreError::Unreachable(_)) if self.connection.take().is_some() => {
                self.begin(writes).await?;
            }
            begun => begun?,
        }
        let connection = self.connection.as_mut().ok_or(StoreError::Closing)?;
        #[cfg(debug_assertions)]
        halt_if_recording(writes, Step::AfterBegin).await;
        let answers = apply(connection, writes).await?;
        #[cfg(debug_assertions)]
        halt_if_recording(writes, Step::BeforeCommit).await;
        if let Err(fault) = connection.run("COMMIT").await {
            // SQLite and a server that answers say what became of it: nothing of it is left.
            if connection.engine() == Engine::Sqlite || is_answer(&fault) {
                return Err(fault);
            }
            self.connection = None;
            tracing::warn!(%fault, "the connection broke off during a commit");
            if !self.was_committed(writes, &answers).await? {
                return Err(StoreError::Unreachable(
                    "the connection broke off before the commit".to_owned(),
                ));
            }
        }
        #[cfg(debug_assertions)]
        halt_if_recording(writes, Step::AfterCommit).await;
        self.tell_others(writes, &answers);
        Ok(answers)
    }

    async fn begin(&mut self, writes: &[&Write]) -> Result<(), StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.opener.connect().await?),
        };
        begin(connection, writes).await
    }

    /// Finds out, after a commit whose answer did not come, whether it is in the record: that
    /// decides whether those who wait get their answer.
    ///
    /// What is asked for is an act of it, not the number of the transaction (`pg_xact_status`): a
    /// server that crashed or was replaced by its standby gives numbers again of which it kept
    /// nothing, and would tell of another's transaction.
    async fn was_committed(
        &mut self,
        writes: &[&Write],
        answers: &[Result<Answer, StoreError>],
    ) -> Result<bool, StoreError> {
        let recorded = recorded(writes, answers);
        let Some((append, appended)) = recorded.first() else {
            let beside = |write: &&Write| {
                matches!(write, Write::Beside(_) | Write::Keyrings(_) | Write::Probe)
            };
            return if writes.iter().any(beside) {
                // What lies beside the record leaves no such trace. Doing it again is safe.
                Err(StoreError::Unclear)
            } else {
                // Refusals and repeated answers only: nothing was to be committed.
                Ok(true)
            };
        };
        let Some(act) = appended.acts.last() else {
            return Err(StoreError::Unclear);
        };
        let began = tokio::time::Instant::now();
        while began.elapsed() < ASK_FOR {
            match self
                .is_recorded(&append.unit, appended.sequence, act.id.0)
                .await
            {
                Ok(known) => return Ok(known),
                Err(error) => tracing::warn!(%error, "a commit's outcome is not known yet"),
            }
            self.connection = None;
            tokio::time::sleep(ASK_AGAIN).await;
        }
        Err(StoreError::Unclear)
    }

    /// Whether an act is in the record for good. Waits for whoever writes for the unit, so that a
    /// transaction that the server has not given up yet is not taken for undone; and commits
    /// itself, so that what it saw is as durable as any commit (a standby, if there must be one,
    /// has it).
    async fn is_recorded(
        &mut self,
        unit: &UnitId,
        sequence: i64,
        act: Uuid,
    ) -> Result<bool, StoreError> {
        let mut connection = self.opener.connect().await?;
        connection.run("BEGIN").await?;
        lock(&mut connection, [unit].into()).await?;
        let query = connection.query("SELECT 1 FROM acts WHERE unit = $1 AND seq = $2 AND id = $3");
        let query = query.bind(unit).bind(sequence).bind(act);
        let found = connection.fetch_optional(query).await?.is_some();
        write_mark(&mut connection).await?;
        connection.run("COMMIT").await?;
        self.connection = Some(connection);
        Ok(found)
    }

    /// Says what was committed, unit by unit. What does not fit any more is found by looking.
    fn tell_others(&self, writes: &[&Write], answers: &[Result<Answer, StoreError>]) {
        let Some(teller) = &self.teller else {
            return;
        };
        for (append, appended) in recorded(writes, answers) {
            let acts = i64::try_from(appended.acts.len()).unwrap_or(1);
            let first = appended.sequence - acts + 1;
            let _ = teller.try_send((append.unit.clone(), first, appended.sequence));
        }
    }
}

/// Only appends count: what is written beside the record comes and goes by itself.
#[cfg(debug_assertions)]
async fn halt_if_recording(writes: &[&Write], step: Step) {
    if writes.iter().any(|write| !write.appends().is_empty()) {
        halt::pass(step).await;
    }
}

/// The appends that are recorded by this commit, refused and repeated ones left out.
fn recorded<'a>(
    writes: &[&'a Write],
    answers: &'a [Result<Answer, StoreError>],
) -> Vec<(&'a Append, &'a Appended)> {
    let mut all = Vec::new();
    for (write, answer) in writes.iter().zip(answers) {
        let appends = write.appends().iter();
        match answer {
            Ok(Answer::Appended(appended)) => all.extend(appends.zip([&**appended])),
            Ok(Answer::Many(many)) => all.extend(
                appends
                    .zip(many)
                    .filter_map(|(append, outcome)| Some((append, outcome.as_ref().ok()?))),
            ),
            _ => {}
        }
    }
    all.retain(|(_, appended)| !appended.repeated);
    all
}

/// Whether a fault is the server's own answer to a statement, after which its transaction is undone;
/// otherwise the connection broke off.
fn is_answer(fault: &StoreError) -> bool {
    match fault {
        StoreError::Unreachable(_) => false,
        StoreError::Engine(fault) => fault
            .downcast_ref::<sqlx::Error>()
            .is_some_and(|fault| fault.as_database_error().is_some()),
        _ => true,
    }
}

/// Begins a transaction. On PostgreSQL it also waits until no other process writes for the units
/// concerned.
async fn begin(connection: &mut Connection, writes: &[&Write]) -> Result<(), StoreError> {
    match connection.engine() {
        // Said in SQL, because sqlx goes on counting a transaction that SQLite undid by itself.
        Engine::Sqlite => connection.run("BEGIN IMMEDIATE").await,
        Engine::Postgres => {
            connection.run("BEGIN").await?;
            lock(
                connection,
                writes.iter().flat_map(|write| write.units()).collect(),
            )
            .await
        }
    }
}

/// Locks units until the transaction ends; in the order of their codes, so that two processes never
/// wait for each other.
async fn lock(connection: &mut Connection, units: BTreeSet<&UnitId>) -> Result<(), StoreError> {
    if units.is_empty() {
        return Ok(());
    }
    let mut query = connection.query("SELECT unit FROM unit_locks WHERE unit");
    query.push_among(units.iter().copied());
    query.push(" ORDER BY unit FOR NO KEY UPDATE");
    let rows = connection.fetch_all(query.clone()).await?;
    if rows.len() < units.len() {
        let missing = units.iter().map(|unit| vec![(*unit).into()]).collect();
        let mut insert = connection.query("INSERT INTO unit_locks (unit)");
        insert.push_rows(missing).push(" ON CONFLICT DO NOTHING");
        connection.execute(insert).await?;
        connection.fetch_all(query).await?;
    }
    Ok(())
}

/// Writes something of no meaning, so that the commit of this transaction has to reach the disk.
async fn write_mark(connection: &mut Connection) -> Result<(), StoreError> {
    connection
        .run("SELECT pg_logical_emit_message(true, 'pengayom', '')")
        .await
}

/// Carries writes out: first what lies beside the record, then all appends together.
async fn apply(
    connection: &mut Connection,
    writes: &[&Write],
) -> Result<Vec<Result<Answer, StoreError>>, StoreError> {
    let mut answers: Vec<Option<Result<Answer, StoreError>>> = Vec::with_capacity(writes.len());
    for write in writes {
        answers.push(match write {
            Write::Append(_) | Write::AppendMany(_) => None,
            Write::Beside(change) => Some(beside::apply(connection, change).await?),
            Write::Keyrings(changes) => Some(keyrings::apply(connection, changes).await?),
            Write::Probe => {
                probe(connection).await?;
                Some(Ok(Answer::Done))
            }
        });
    }
    let appends: Vec<&Append> = writes.iter().flat_map(|write| write.appends()).collect();
    let mut outcomes = append::apply(connection, &appends).await?.into_iter();
    let mut next = || {
        outcomes
            .next()
            .unwrap_or_else(|| Err(StoreError::Engine("an append has no outcome".into())))
    };
    Ok(writes
        .iter()
        .zip(answers)
        .map(|(write, answer)| match write {
            Write::Append(_) => next().map(|appended| Answer::Appended(Box::new(appended))),
            Write::AppendMany(many) => Ok(Answer::Many(many.iter().map(|_| next()).collect())),
            Write::Beside(_) | Write::Keyrings(_) | Write::Probe => {
                answer.unwrap_or(Ok(Answer::Done))
            }
        })
        .collect())
}

/// Writes as much as several appends would and takes it back, so that it succeeds only where there is
/// room for them too.
async fn probe(connection: &mut Connection) -> Result<(), StoreError> {
    let statements = match connection.engine() {
        // Deleted pages are written, because their content has to be gone.
        Engine::Sqlite => &[
            "CREATE TABLE store_probe AS SELECT zeroblob(262144) AS room",
            "DROP TABLE store_probe",
        ][..],
        Engine::Postgres => &[
            "CREATE TABLE store_probe AS
             SELECT repeat(md5(n::text), 32) AS room FROM generate_series(1, 256) AS n",
            "DROP TABLE store_probe",
        ],
    };
    for statement in statements {
        connection.run(statement).await?;
    }
    Ok(())
}

/// Whether there is nothing that could be carried out apart from the rest.
fn is_one(writes: &[&Write]) -> bool {
    let parts = writes.iter().map(|write| write.appends().len().max(1));
    parts.sum::<usize>() == 1
}

fn tell(batch: Vec<Waiting>, answers: Vec<Result<Answer, StoreError>>) {
    for (waiting, answer) in batch.into_iter().zip(answers) {
        // Whoever asked may have gone away; what was asked is done all the same.
        let _ = waiting.answer.send(answer);
    }
}
