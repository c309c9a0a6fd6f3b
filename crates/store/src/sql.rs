//! The store in SQL: what both engines do alike, written once.
//!
//! [`SqlStore`] reads on connections of a pool and writes through one writer that commits what waits
//! together. How each engine is opened is in `sqlite.rs` and `postgres.rs`; where their SQL differs,
//! the code asks [`engine::Engine`]. Why one writer, see
//! `docs/decisions/0005-one-writer-with-group-commit.md`; why one source for two engines,
//! `docs/decisions/0014-one-sql-for-two-engines.md`.

mod account;
pub(crate) mod adopt;
mod append;
mod ask;
mod audit;
pub(crate) mod beside;
mod blobs;
mod desk;
pub(crate) mod engine;
pub(crate) mod fault;
mod kept;
mod keyrings;
pub(crate) mod ledger;
mod listing;
pub(crate) mod map;
mod notice;
mod quality;
pub(crate) mod query;
pub(crate) mod read;
mod shown;
mod standing;
mod tokens;
mod upload;
pub(crate) mod value;
mod webhooks;
mod writer;

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::act::{Act, Subject};
use pengayom_core::place::StationId;
use pengayom_core::value::{
    CaseId, CaseNumber, CommandId, EncounterId, FeedbackId, OfficerId, PersonId, SecretHash, UnitId,
};
use tokio::sync::{Mutex, broadcast, mpsc};
use tokio::task::JoinHandle;
use uuid::Uuid;

use self::ask::unfit;
use self::beside::What;
use self::engine::{Connection, Opener, Pool};
pub use self::upload::BlobUpload;
use self::writer::{Answer, LastFault, Message, Write, Writer};
use crate::audit::Audit;
use crate::blob::{BlobProgress, BlobReport};
use crate::error::StoreError;
use crate::postgres::news::Follower;
use crate::query::{
    CasePage, CaseQuery, HourGroup, HourTotals, MeasuredCase, OfficerBeat, OfficerTotals, Span,
    SurveyTotals, WaitGroup, WaitTotals,
};
use crate::rows::{
    BackupRow, BlobRow, CaseCounts, CaseRow, DraftRow, EncounterRow, FeedbackRow, ImportRow,
    JobRow, KeyringRow, Preview, SequencedAct, SessionRow, SurveySheets, UnitRow, UserRow,
};
use crate::write::{Append, Appended, KeyringChange, SealedPerson};
use crate::{News, Store, dump, rebuild};

/// A store in SQL, on either engine.
#[derive(Debug)]
pub struct SqlStore {
    readers: Pool,
    /// Opens a connection of its own for what takes long: a backup, a rebuild.
    opener: Opener,
    queue: mpsc::Sender<Message>,
    last_fault: LastFault,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Tells and hears of other processes on the same store; where there can be any.
    follower: Option<Follower>,
}

impl SqlStore {
    /// Starts the writer on its connection.
    pub(crate) fn start(
        readers: Pool,
        opener: Opener,
        connection: Connection,
        queue: usize,
        follower: Option<Follower>,
    ) -> Self {
        let last_fault = LastFault::untried();
        let (queue, waiting) = mpsc::channel(queue.max(1));
        let teller = follower.as_ref().and_then(Follower::teller);
        let writer = Writer::new(opener.clone(), connection, last_fault.clone(), teller);
        let writer = tokio::spawn(writer.run(waiting));
        Self {
            readers,
            opener,
            queue,
            last_fault,
            writer: Mutex::new(Some(writer)),
            follower,
        }
    }

    /// Notes that nothing can be written until a write succeeds.
    pub(crate) fn not_writable(&self, fault: &StoreError) {
        self.last_fault.set(Some(fault.to_string()));
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        match self.write(Write::Append(Box::new(append))).await? {
            Answer::Appended(appended) => Ok(*appended),
            _ => Err(unfit()),
        }
    }

    async fn append_many(
        &self,
        appends: Vec<Append>,
    ) -> Result<Vec<Result<Appended, StoreError>>, StoreError> {
        match self.write(Write::AppendMany(appends)).await? {
            Answer::Many(outcomes) => Ok(outcomes),
            _ => Err(unfit()),
        }
    }

    async fn acts(&self, unit: &UnitId, subject: Subject) -> Result<Vec<Act>, StoreError> {
        read::acts(&self.readers, unit, subject).await
    }

    async fn acts_after(
        &self,
        unit: &UnitId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<SequencedAct>, StoreError> {
        read::acts_after(&self.readers, unit, after, limit).await
    }

    async fn last_sequence(&self, unit: &UnitId) -> Result<i64, StoreError> {
        read::last_sequence(&self.readers, unit).await
    }

    async fn last_in_series(&self, unit: &UnitId, series: &str) -> Result<u32, StoreError> {
        read::last_in_series(&self.readers, unit, series).await
    }

    async fn case(&self, unit: &UnitId, case: CaseId) -> Result<Option<CaseRow>, StoreError> {
        read::cases::case(&self.readers, unit, case).await
    }

    async fn case_by_number(
        &self,
        unit: &UnitId,
        number: &CaseNumber,
    ) -> Result<Option<CaseRow>, StoreError> {
        read::cases::by_number(&self.readers, unit, number).await
    }

    async fn cases(&self, unit: &UnitId, query: &CaseQuery) -> Result<CasePage, StoreError> {
        read::cases::page(&self.readers, unit, query).await
    }

    async fn queue(
        &self,
        unit: &UnitId,
        query: &CaseQuery,
        limit: u32,
    ) -> Result<Vec<CaseRow>, StoreError> {
        read::cases::queue(&self.readers, unit, query, limit).await
    }

    async fn search_cases(
        &self,
        unit: &UnitId,
        words: &str,
        limit: u32,
    ) -> Result<Vec<CaseRow>, StoreError> {
        read::cases::search(&self.readers, unit, words, limit).await
    }

    async fn late_cases(
        &self,
        unit: &UnitId,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<CaseRow>, StoreError> {
        read::cases::late_cases(&self.readers, unit, at, limit).await
    }

    async fn case_counts(&self, unit: &UnitId, at: Timestamp) -> Result<CaseCounts, StoreError> {
        read::cases::counts(&self.readers, unit, at).await
    }

    async fn encounter(
        &self,
        unit: &UnitId,
        encounter: EncounterId,
    ) -> Result<Option<EncounterRow>, StoreError> {
        read::encounters::encounter(&self.readers, unit, encounter).await
    }

    async fn encounter_by_code(
        &self,
        unit: &UnitId,
        code: SecretHash,
    ) -> Result<Option<EncounterRow>, StoreError> {
        read::encounters::by_code(&self.readers, unit, code).await
    }

    async fn encounters_of_officer(
        &self,
        unit: &UnitId,
        officer: OfficerId,
        limit: u32,
    ) -> Result<Vec<EncounterRow>, StoreError> {
        read::encounters::of_officer(&self.readers, unit, officer, limit).await
    }

    async fn encounters_of_case(
        &self,
        unit: &UnitId,
        case: CaseId,
    ) -> Result<Vec<EncounterRow>, StoreError> {
        read::encounters::of_case(&self.readers, unit, case).await
    }

    async fn feedback(
        &self,
        unit: &UnitId,
        feedback: FeedbackId,
    ) -> Result<Option<FeedbackRow>, StoreError> {
        read::encounters::feedback(&self.readers, unit, feedback).await
    }

    async fn feedback_messages(
        &self,
        unit: &UnitId,
        limit: u32,
    ) -> Result<Vec<FeedbackRow>, StoreError> {
        read::encounters::messages(&self.readers, unit, limit).await
    }

    async fn survey_sheets(
        &self,
        unit: &UnitId,
        from: jiff::civil::Date,
        to: jiff::civil::Date,
        limit: u32,
    ) -> Result<SurveySheets, StoreError> {
        read::encounters::sheets(&self.readers, unit, (from, to), limit).await
    }

    async fn hour_totals(
        &self,
        unit: &UnitId,
        span: Span,
        by: HourGroup,
    ) -> Result<Vec<HourTotals>, StoreError> {
        read::rollups::hours(&self.readers, unit, span, by).await
    }

    async fn wait_totals(
        &self,
        unit: &UnitId,
        span: Span,
        by: WaitGroup,
    ) -> Result<Vec<WaitTotals>, StoreError> {
        read::rollups::waits(&self.readers, unit, span, by).await
    }

    async fn measured_cases(
        &self,
        unit: &UnitId,
        span: Span,
        limit: u32,
    ) -> Result<Vec<MeasuredCase>, StoreError> {
        read::cases::measured(&self.readers, unit, span, limit).await
    }

    async fn survey_totals(
        &self,
        unit: &UnitId,
        from: jiff::civil::Date,
        to: jiff::civil::Date,
        station: Option<&StationId>,
    ) -> Result<Vec<SurveyTotals>, StoreError> {
        read::rollups::survey(&self.readers, unit, from, to, station).await
    }

    async fn officer_totals(
        &self,
        unit: &UnitId,
        from: jiff::civil::Date,
        to: jiff::civil::Date,
    ) -> Result<Vec<OfficerTotals>, StoreError> {
        read::rollups::officers(&self.readers, unit, from, to).await
    }

    async fn officer_beats(
        &self,
        unit: &UnitId,
        officer: Option<OfficerId>,
    ) -> Result<Vec<OfficerBeat>, StoreError> {
        read::rollups::officer_beats(&self.readers, unit, officer).await
    }

    async fn person(
        &self,
        unit: &UnitId,
        person: PersonId,
    ) -> Result<Option<SealedPerson>, StoreError> {
        read::beside::person(&self.readers, unit, person).await
    }

    async fn persons_after(
        &self,
        unit: &UnitId,
        after: Option<PersonId>,
        limit: u32,
    ) -> Result<Vec<SealedPerson>, StoreError> {
        read::beside::persons_after(&self.readers, unit, after, limit).await
    }

    async fn put_contacts(
        &self,
        unit: &UnitId,
        contacts: &[(SecretHash, PersonId)],
    ) -> Result<(), StoreError> {
        self.done(unit, What::PutContacts(contacts.to_vec())).await
    }

    async fn commands_not_keyed(
        &self,
        unit: &UnitId,
        limit: u32,
    ) -> Result<Vec<(CommandId, [u8; 32])>, StoreError> {
        read::beside::commands_not_keyed(&self.readers, unit, limit).await
    }

    async fn key_commands(
        &self,
        unit: &UnitId,
        keyed: Vec<(CommandId, [u8; 40])>,
    ) -> Result<(), StoreError> {
        self.done(unit, What::KeyCommands(keyed)).await
    }

    async fn cases_by_contact(
        &self,
        unit: &UnitId,
        contact: SecretHash,
        limit: u32,
    ) -> Result<Vec<CaseRow>, StoreError> {
        read::cases::by_contact(&self.readers, unit, contact, limit).await
    }

    async fn keyring(&self, unit: &UnitId) -> Result<Option<KeyringRow>, StoreError> {
        read::beside::keyring(&self.readers, unit).await
    }

    async fn put_keyrings(&self, changes: Vec<KeyringChange>) -> Result<(), StoreError> {
        self.write(Write::Keyrings(changes)).await.map(|_| ())
    }

    fn begin_blob(&self, unit: &UnitId, id: Uuid, expires_at: Timestamp) -> BlobUpload {
        BlobUpload::new(unit.clone(), id, expires_at, self.queue.clone())
    }

    async fn blob(&self, unit: &UnitId, sha256: &str) -> Result<Option<BlobRow>, StoreError> {
        blobs::blob(&self.readers, unit, sha256).await
    }

    async fn blob_part(
        &self,
        unit: &UnitId,
        body: Uuid,
        from: u64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        blobs::part(&self.readers, unit, body, from).await
    }

    async fn preview(&self, unit: &UnitId, sha256: &str) -> Result<Option<Preview>, StoreError> {
        blobs::preview(&self.readers, unit, sha256).await
    }

    async fn check_blobs(
        &self,
        unit: &UnitId,
        progress: &(dyn Fn(BlobProgress) + Send + Sync),
    ) -> Result<BlobReport, StoreError> {
        blobs::check(&self.readers, unit, progress).await
    }

    async fn put_preview(
        &self,
        unit: &UnitId,
        sha256: &str,
        preview: &Preview,
    ) -> Result<(), StoreError> {
        let what = What::PutPreview(sha256.to_owned(), preview.clone());
        self.done(unit, what).await
    }

    async fn put_draft(&self, unit: &UnitId, draft: &DraftRow) -> Result<(), StoreError> {
        self.done(unit, What::PutDraft(draft.clone())).await
    }

    async fn swap_draft(
        &self,
        unit: &UnitId,
        draft: &DraftRow,
        before: Option<&[u8]>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let what = What::SwapDraft {
            draft: draft.clone(),
            before: before.map(<[u8]>::to_vec),
            at,
        };
        match self.change(unit, what).await? {
            Answer::Rows(rows) => Ok(rows > 0),
            _ => Err(unfit()),
        }
    }

    async fn draft(
        &self,
        unit: &UnitId,
        key: SecretHash,
        at: Timestamp,
    ) -> Result<Option<DraftRow>, StoreError> {
        read::beside::draft(&self.readers, unit, key, at).await
    }

    async fn drop_draft(&self, unit: &UnitId, key: SecretHash) -> Result<(), StoreError> {
        self.done(unit, What::DropDraft(key)).await
    }

    async fn drop_expired(&self, unit: &UnitId, at: Timestamp) -> Result<u64, StoreError> {
        match self.change(unit, What::DropExpired(at)).await? {
            Answer::Rows(rows) => Ok(rows),
            _ => Err(unfit()),
        }
    }

    async fn put_user(&self, unit: &UnitId, user: &UserRow) -> Result<(), StoreError> {
        self.done(unit, What::PutUser(user.clone())).await
    }

    async fn user_by_login(
        &self,
        unit: &UnitId,
        login: &str,
    ) -> Result<Option<UserRow>, StoreError> {
        read::beside::user_by_login(&self.readers, unit, login).await
    }

    async fn user(&self, unit: &UnitId, user: OfficerId) -> Result<Option<UserRow>, StoreError> {
        read::beside::user(&self.readers, unit, user).await
    }

    async fn users(&self, unit: &UnitId) -> Result<Vec<UserRow>, StoreError> {
        read::beside::users(&self.readers, unit).await
    }

    async fn put_session(&self, unit: &UnitId, session: &SessionRow) -> Result<(), StoreError> {
        self.done(unit, What::PutSession(session.clone())).await
    }

    async fn session(
        &self,
        unit: &UnitId,
        token: SecretHash,
        at: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        read::beside::session(&self.readers, unit, token, at).await
    }

    async fn drop_session(&self, unit: &UnitId, token: SecretHash) -> Result<(), StoreError> {
        self.done(unit, What::DropSession(token)).await
    }

    async fn drop_sessions_of(&self, unit: &UnitId, user: OfficerId) -> Result<(), StoreError> {
        self.done(unit, What::DropSessionsOf(user)).await
    }

    async fn count_attempt(
        &self,
        unit: &UnitId,
        key: SecretHash,
        at: Timestamp,
        window_seconds: u32,
    ) -> Result<(u32, Timestamp), StoreError> {
        let what = What::CountAttempt {
            key,
            at,
            window_seconds,
        };
        match self.change(unit, what).await? {
            Answer::Attempts(attempts, ends_at) => {
                Ok((attempts, map::moment_of(ends_at, "ends_at")?))
            }
            _ => Err(unfit()),
        }
    }

    async fn attempts(
        &self,
        unit: &UnitId,
        key: SecretHash,
        at: Timestamp,
    ) -> Result<(u32, Timestamp), StoreError> {
        read::beside::attempts(&self.readers, unit, key, at).await
    }

    async fn forget_attempts(&self, unit: &UnitId, key: SecretHash) -> Result<(), StoreError> {
        self.done(unit, What::ForgetAttempts(key)).await
    }

    async fn take_job(
        &self,
        unit: &UnitId,
        at: Timestamp,
        lease_seconds: u32,
    ) -> Result<Option<JobRow>, StoreError> {
        if !read::beside::job_is_due(&self.readers, unit, at).await? {
            return Ok(None);
        }
        match self
            .change(unit, What::TakeJob { at, lease_seconds })
            .await?
        {
            Answer::Job(job) => {
                #[cfg(debug_assertions)]
                if job.is_some() {
                    crate::halt::pass(crate::halt::Step::AfterJob).await;
                }
                Ok(job)
            }
            _ => Err(unfit()),
        }
    }

    async fn finish_job(&self, unit: &UnitId, job: Uuid) -> Result<(), StoreError> {
        self.done(unit, What::FinishJob(job)).await
    }

    async fn fail_job(
        &self,
        unit: &UnitId,
        job: Uuid,
        retry_at: Option<Timestamp>,
        fault: &str,
    ) -> Result<(), StoreError> {
        let what = What::FailJob {
            job,
            retry_at,
            fault: fault.to_owned(),
        };
        self.done(unit, what).await
    }

    async fn put_unit(&self, unit: &UnitRow) -> Result<(), StoreError> {
        self.done(&unit.id, What::PutUnit(unit.clone())).await
    }

    async fn unit(&self, unit: &UnitId) -> Result<Option<UnitRow>, StoreError> {
        read::beside::unit(&self.readers, unit).await
    }

    async fn units(&self) -> Result<Vec<UnitId>, StoreError> {
        read::beside::units(&self.readers).await
    }

    async fn import_state(
        &self,
        unit: &UnitId,
        source: &str,
        file_sha256: &str,
    ) -> Result<Option<ImportRow>, StoreError> {
        read::beside::import(&self.readers, unit, source, file_sha256).await
    }

    async fn put_import_state(&self, unit: &UnitId, import: &ImportRow) -> Result<(), StoreError> {
        self.done(unit, What::PutImport(import.clone())).await
    }

    async fn known_source_keys(
        &self,
        unit: &UnitId,
        source: &str,
        keys: &[String],
    ) -> Result<Vec<String>, StoreError> {
        read::beside::known_source_keys(&self.readers, unit, source, keys).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.readers.execute(self.readers.query("SELECT 1")).await?;
        if self.queue.is_closed() {
            return Err(StoreError::Closing);
        }
        // At first, and after a commit that failed, only one that succeeds shows that the disk is well.
        if self.last_fault.get().is_some() {
            self.write(Write::Probe).await?;
        }
        Ok(())
    }

    async fn subject_of_command(
        &self,
        unit: &UnitId,
        command: CommandId,
    ) -> Result<Option<Subject>, StoreError> {
        read::beside::subject_of_command(&self.readers, unit, command).await
    }

    fn news(&self) -> Option<broadcast::Receiver<News>> {
        self.follower.as_ref().map(Follower::subscribe)
    }

    async fn rebuild(
        &self,
        unit: &UnitId,
        mode: rebuild::Mode,
        progress: &(dyn Fn(rebuild::Progress) + Send + Sync),
    ) -> Result<rebuild::Report, StoreError> {
        rebuild::rebuild(&self.opener, unit, mode, progress).await
    }

    async fn audit(
        &self,
        unit: &UnitId,
        progress: &(dyn Fn(rebuild::Progress) + Send + Sync),
    ) -> Result<Audit, StoreError> {
        let mut connection = self.opener.connect().await?;
        let audit = audit::run(&mut connection, unit, progress).await?;
        connection.close().await?;
        Ok(audit)
    }

    async fn dump(&self, to: mpsc::Sender<dump::Batch>) -> Result<(), StoreError> {
        let mut connection = self.opener.connect().await?;
        dump::run::dump(&mut connection, &to).await?;
        connection.close().await
    }

    async fn load(
        &self,
        mut from: mpsc::Receiver<dump::Load>,
        progress: &(dyn Fn(rebuild::Progress) + Send + Sync),
    ) -> Result<Vec<(UnitId, rebuild::Report)>, StoreError> {
        let mut connection = self.opener.connect().await?;
        // On a fault the connection is dropped, which undoes what it began.
        let loaded = dump::run::load(&mut connection, &mut from, progress).await?;
        connection.close().await?;
        Ok(loaded)
    }

    async fn note_backup(&self, unit: &UnitId, backup: BackupRow) -> Result<(), StoreError> {
        self.done(unit, What::NoteBackup(backup)).await
    }

    async fn last_backup(&self, unit: &UnitId) -> Result<Option<BackupRow>, StoreError> {
        read::beside::last_backup(&self.readers, unit).await
    }

    async fn schema(&self) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(max(version), 0) AS version FROM _sqlx_migrations";
        let row = self.readers.fetch_one(self.readers.query(sql)).await?;
        map::get(&row, "version")
    }

    async fn close(&self) {
        let writer = self.writer.lock().await.take();
        // The writer goes last: only then does SQLite bring all into one file and drop its journal,
        // so that the file alone is the whole record.
        self.readers.close().await;
        // Waits for a place in a full queue; fails only when the writer has ended already.
        let _ = self.queue.send(Message::Close).await;
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the store's writer ended badly");
        }
        if let Some(follower) = &self.follower {
            follower.finish().await;
        }
    }
}
