//! The record of a unit: acts, views, rollups and jobs, kept in one transaction.
//!
//! [`Store`] is what every engine does; `store-contract` says how it behaves and runs against each
//! engine. What an act changes in views and rollups is computed once, in pure code
//! ([`views::changes`]), so that engines cannot drift apart and everything can be derived anew.
//!
//! Every method is given the unit whose data it touches, and every key leads with it: many units
//! can live in one store, strictly apart.

pub mod account;
pub mod audit;
mod blob;
pub mod desk;
pub mod dump;
mod error;
mod examine;
#[cfg(debug_assertions)]
pub mod halt;
pub mod kept;
pub mod ledger;
pub mod listing;
pub mod notice;
mod postgres;
pub mod proof;
pub mod quality;
mod query;
pub mod rebuild;
pub mod rows;
pub mod shown;
mod sql;
mod sqlite;
pub mod standing;
pub mod tokens;
pub mod views;
pub mod webhooks;
mod write;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::act::{Act, Subject};
use pengayom_core::value::{
    CaseId, CaseNumber, CommandId, EncounterId, FeedbackId, OfficerId, PersonId, SecretHash, UnitId,
};

pub use account::{
    AccountChange, AccountEvent, AccountStore, CeremonyRow, DropFactors, EndSessions, FactorRow,
    UseFactor,
};
pub use blob::{BlobFault, BlobProgress, BlobReader, BlobReport, CHUNK_BYTES};
pub use desk::{DeskStore, OutageRow, VisitRow};
pub use error::StoreError;
pub use examine::{Depth, Examined, UnitExamined, examine};
pub use kept::{HeldCases, Kept, KeptQuery, KeptStore, Left, RetentionRow};
pub use ledger::LedgerStore;
pub use listing::ListStore;
pub use notice::{NoticeChange, NoticeRow, NoticeState, NoticeStore, WishRow};
pub use postgres::PostgresOptions;
pub use quality::{
    AnswerSums, CaseSums, ControlSums, ForceSums, Grain, MeetingSums, OfficerSums, QualityStore,
};
pub use query::{
    CaseCursor, CaseOrder, CasePage, CaseQuery, HourGroup, HourTotals, MeasuredCase, OfficerBeat,
    OfficerTotals, Span, SurveyTotals, WaitGroup, WaitTotals,
};
pub use shown::{ShownQuery, ShownStore};
pub use sql::{BlobUpload, SqlStore};
pub use sqlite::{BareCommits, OpenOptions, bare_commits, open_without_ledger};
pub use standing::{Demand, StandingRow, StandingStore, THINGS_MAX, ThingRow};
pub use tokens::{TokenRow, TokenStore};
pub use webhooks::WebhookStore;
pub use write::{
    Append, Appended, Blob, CommandFingerprint, CommandRecord, Erase, KeyringChange, LetterNumber,
    NewAct, NewJob, SealedPerson, SourceKey, Stored,
};

use rows::{
    BackupRow, BlobRow, CaseCounts, CaseRow, DraftRow, EncounterRow, FeedbackRow, ImportRow,
    JobRow, KeyringRow, Preview, SequencedAct, SessionRow, SurveySheets, UnitRow, UserRow,
};

/// Largest number of rows one reading returns; longer lists are read page by page.
pub const PAGE_MAX: u32 = 500;

/// Opens the store at an address: `sqlite:PATH` or `postgres://…`. The file is made when it is not
/// there; a database has to be there, its tables are made.
///
/// # Errors
/// [`StoreError::Address`] for another kind of address; see [`SqlStore::open_sqlite`] and
/// [`SqlStore::open_postgres`] for the rest.
pub async fn open(address: &str) -> Result<Arc<dyn Store>, StoreError> {
    let refused = |word: &str| Err(StoreError::Address(word.to_owned()));
    match address.split_once(':') {
        Some(("sqlite", path)) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path == ":memory:" {
                return refused("sqlite: needs the path of a file");
            }
            let store = SqlStore::open_sqlite(Path::new(path), OpenOptions::default()).await?;
            Ok(Arc::new(store))
        }
        Some(("postgres" | "postgresql", _)) => {
            let store = SqlStore::open_postgres(address, PostgresOptions::default()).await?;
            Ok(Arc::new(store))
        }
        _ => refused("unknown kind of address"),
    }
}

/// What another process on the same store did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It committed acts of a unit, from one sequence number to another; acts of this process may
    /// lie between.
    Acts {
        /// The unit.
        unit: UnitId,
        /// Sequence number of the first.
        first: i64,
        /// Sequence number of the last.
        last: i64,
    },
    /// Something may have been missed: look for yourself.
    Look,
}

/// What every engine does. All methods may be called at the same time from many tasks.
///
/// # Errors
/// Every method fails with [`StoreError`]; only [`Store::append`] and [`Store::append_many`] meet
/// `Stale`, `CommandReused` and `Missing`.
#[async_trait]
pub trait Store:
    AccountStore
    + KeptStore
    + DeskStore
    + LedgerStore
    + ListStore
    + NoticeStore
    + QualityStore
    + ShownStore
    + StandingStore
    + TokenStore
    + WebhookStore
    + 'static
{
    // -- the record ------------------------------------------------------------------------

    /// Appends acts to one subject, with everything that belongs to them, in one transaction.
    ///
    /// Answers only after the commit is durable. Waiting appends share a commit. A command or
    /// source key seen before changes nothing and gives [`Appended`] with `repeated` set and the
    /// acts of the first time, whatever the version is by now.
    ///
    /// Refused with `Missing` when there is no act or a blob it names is gone, and with `Taken`
    /// when a filing brings a number that is taken, or an encounter a rating code in force for
    /// another one: draw another code and append again.
    async fn append(&self, append: Append) -> Result<Appended, StoreError>;

    /// Appends to many subjects in one durable commit, for imports. Each append succeeds or is
    /// refused on its own; a refused one leaves nothing behind.
    async fn append_many(
        &self,
        appends: Vec<Append>,
    ) -> Result<Vec<Result<Appended, StoreError>>, StoreError>;

    /// All acts of one subject, oldest version first.
    async fn acts(&self, unit: &UnitId, subject: Subject) -> Result<Vec<Act>, StoreError>;

    /// Acts of a unit in the order they were committed, after a sequence number; at most `limit`.
    async fn acts_after(
        &self,
        unit: &UnitId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<SequencedAct>, StoreError>;

    /// Sequence number of a unit's last act; 0 when it has none.
    async fn last_sequence(&self, unit: &UnitId) -> Result<i64, StoreError>;

    /// The last number given in a series; 0 when it has none.
    async fn last_in_series(&self, unit: &UnitId, series: &str) -> Result<u32, StoreError>;

    // -- cases -----------------------------------------------------------------------------

    /// One case.
    async fn case(&self, unit: &UnitId, case: CaseId) -> Result<Option<CaseRow>, StoreError>;

    /// The case with a number.
    async fn case_by_number(
        &self,
        unit: &UnitId,
        number: &CaseNumber,
    ) -> Result<Option<CaseRow>, StoreError>;

    /// Cases that fit, newest filing first, page by page.
    async fn cases(&self, unit: &UnitId, query: &CaseQuery) -> Result<CasePage, StoreError>;

    /// Open cases in the order to serve them: danger first, then those whose promise is nearest
    /// or passed, then by arrival. The promise is the first response, and once it came the next
    /// news. Everything in the query narrows it but `after` and `limit`.
    async fn queue(
        &self,
        unit: &UnitId,
        query: &CaseQuery,
        limit: u32,
    ) -> Result<Vec<CaseRow>, StoreError>;

    /// Cases that have all the words given, what was recorded last first; those with a longer word that
    /// begins so come after.
    async fn search_cases(
        &self,
        unit: &UnitId,
        words: &str,
        limit: u32,
    ) -> Result<Vec<CaseRow>, StoreError>;

    /// Cases whose promise is missed at a moment: open and overdue, longest overdue first.
    async fn late_cases(
        &self,
        unit: &UnitId,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<CaseRow>, StoreError>;

    /// How many open cases there are by stage, and how many of them are late at a moment.
    async fn case_counts(&self, unit: &UnitId, at: Timestamp) -> Result<CaseCounts, StoreError>;

    // -- encounters and feedback -----------------------------------------------------------

    /// One encounter.
    async fn encounter(
        &self,
        unit: &UnitId,
        encounter: EncounterId,
    ) -> Result<Option<EncounterRow>, StoreError>;

    /// The encounter whose card carries this rating code.
    async fn encounter_by_code(
        &self,
        unit: &UnitId,
        code: SecretHash,
    ) -> Result<Option<EncounterRow>, StoreError>;

    /// Encounters of one officer, newest first.
    async fn encounters_of_officer(
        &self,
        unit: &UnitId,
        officer: OfficerId,
        limit: u32,
    ) -> Result<Vec<EncounterRow>, StoreError>;

    /// Encounters about one case, newest first.
    async fn encounters_of_case(
        &self,
        unit: &UnitId,
        case: CaseId,
    ) -> Result<Vec<EncounterRow>, StoreError>;

    /// One feedback.
    async fn feedback(
        &self,
        unit: &UnitId,
        feedback: FeedbackId,
    ) -> Result<Option<FeedbackRow>, StoreError>;

    /// Feedback with a written message, newest first.
    async fn feedback_messages(
        &self,
        unit: &UnitId,
        limit: u32,
    ) -> Result<Vec<FeedbackRow>, StoreError>;

    /// Judgements of services given on some local days, both included: how many, and the latest of
    /// them, at most `limit` (not bound by [`PAGE_MAX`]: rows are small and have no texts).
    async fn survey_sheets(
        &self,
        unit: &UnitId,
        from: jiff::civil::Date,
        to: jiff::civil::Date,
        limit: u32,
    ) -> Result<SurveySheets, StoreError>;

    // -- rollups ---------------------------------------------------------------------------

    /// Totals of requests over a span, grouped as asked, in order of the group's key.
    async fn hour_totals(
        &self,
        unit: &UnitId,
        span: Span,
        by: HourGroup,
    ) -> Result<Vec<HourTotals>, StoreError>;

    /// Waiting times until the first response over a span, grouped as asked.
    async fn wait_totals(
        &self,
        unit: &UnitId,
        span: Span,
        by: WaitGroup,
    ) -> Result<Vec<WaitTotals>, StoreError>;

    /// What the measures of competence count of the cases filed in a span, latest first, at most
    /// `limit` of them (not bound by [`PAGE_MAX`]: rows are small and have no texts).
    async fn measured_cases(
        &self,
        unit: &UnitId,
        span: Span,
        limit: u32,
    ) -> Result<Vec<MeasuredCase>, StoreError>;

    /// Answers to the survey by item over a span of days (by the day of service, local), both
    /// days included, all stations or one.
    async fn survey_totals(
        &self,
        unit: &UnitId,
        from: jiff::civil::Date,
        to: jiff::civil::Date,
        station: Option<&pengayom_core::place::StationId>,
    ) -> Result<Vec<SurveyTotals>, StoreError>;

    /// What each officer did over a span of local days, both included.
    async fn officer_totals(
        &self,
        unit: &UnitId,
        from: jiff::civil::Date,
        to: jiff::civil::Date,
    ) -> Result<Vec<OfficerTotals>, StoreError>;

    /// How often officers met somebody, by beat and of all times, in the order of officer and beat; all officers
    /// or one. For the officer themself, and for what all of them come to together: never for a list of officers.
    async fn officer_beats(
        &self,
        unit: &UnitId,
        officer: Option<OfficerId>,
    ) -> Result<Vec<OfficerBeat>, StoreError>;

    // -- sealed and stored things ----------------------------------------------------------

    /// The sealed details of a person.
    async fn person(
        &self,
        unit: &UnitId,
        person: PersonId,
    ) -> Result<Option<SealedPerson>, StoreError>;

    /// Persons in the order of their identifiers, after one; at most `limit`.
    async fn persons_after(
        &self,
        unit: &UnitId,
        after: Option<PersonId>,
        limit: u32,
    ) -> Result<Vec<SealedPerson>, StoreError>;

    /// Adds keyed hashes by which persons are found; what is there already stays. A hash of somebody
    /// who is not in the store any more is not added.
    async fn put_contacts(
        &self,
        unit: &UnitId,
        contacts: &[(SecretHash, PersonId)],
    ) -> Result<(), StoreError>;

    /// Commands whose fingerprint is not keyed, with their SHA-256; at most `limit`, see [`PAGE_MAX`].
    async fn commands_not_keyed(
        &self,
        unit: &UnitId,
        limit: u32,
    ) -> Result<Vec<(CommandId, [u8; 32])>, StoreError>;

    /// Puts keyed fingerprints (see [`CommandFingerprint::keyed`]) in the place of those that are not;
    /// one that is keyed already stays.
    async fn key_commands(
        &self,
        unit: &UnitId,
        keyed: Vec<(CommandId, [u8; 40])>,
    ) -> Result<(), StoreError>;

    /// Cases whose reporter is found by a keyed hash, newest filing first.
    async fn cases_by_contact(
        &self,
        unit: &UnitId,
        contact: SecretHash,
        limit: u32,
    ) -> Result<Vec<CaseRow>, StoreError>;

    /// The wrapped root secret of a unit.
    async fn keyring(&self, unit: &UnitId) -> Result<Option<KeyringRow>, StoreError>;

    /// Puts wrapped root secrets in place of those that are there, of all the units named or of
    /// none. Refused with `Taken` when one is not as expected: somebody else changed it.
    async fn put_keyrings(&self, changes: Vec<KeyringChange>) -> Result<(), StoreError>;

    /// Begins to take a file, piece by piece, under an id of its own. What is not finished by
    /// `expires_at` goes with the expired drafts.
    fn begin_blob(&self, unit: &UnitId, id: uuid::Uuid, expires_at: Timestamp) -> BlobUpload;

    /// What is known of a file, by the SHA-256 of its content (64 hexadecimal digits).
    async fn blob(&self, unit: &UnitId, sha256: &str) -> Result<Option<BlobRow>, StoreError>;

    /// Bytes of a file's content from a place on, as far as one piece goes ([`BlobRow::body`] says
    /// where it lies). `None` when no byte is kept at that place.
    async fn blob_part(
        &self,
        unit: &UnitId,
        body: uuid::Uuid,
        from: u64,
    ) -> Result<Option<Vec<u8>>, StoreError>;

    /// The small copy of a picture with what it says of itself, once made.
    async fn preview(&self, unit: &UnitId, sha256: &str) -> Result<Option<Preview>, StoreError>;

    /// Reads what is in every file of a unit and says which is not what its name says, or is not
    /// there. `progress` is told now and then how far it has come.
    async fn check_blobs(
        &self,
        unit: &UnitId,
        progress: &(dyn Fn(BlobProgress) + Send + Sync),
    ) -> Result<BlobReport, StoreError>;

    /// Keeps a small copy of a picture beside it, as long as the picture itself is there.
    async fn put_preview(
        &self,
        unit: &UnitId,
        sha256: &str,
        preview: &Preview,
    ) -> Result<(), StoreError>;

    /// Keeps a draft, replacing the one with the same key.
    async fn put_draft(&self, unit: &UnitId, draft: &DraftRow) -> Result<(), StoreError>;

    /// Keeps a draft if the one with the same key is still `before`, as it was read; `None` when there
    /// was none that had not expired `at` that moment. Says whether it was kept: if not, somebody
    /// else kept theirs in between, and nothing changed.
    async fn swap_draft(
        &self,
        unit: &UnitId,
        draft: &DraftRow,
        before: Option<&[u8]>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// A draft that has not expired.
    async fn draft(
        &self,
        unit: &UnitId,
        key: SecretHash,
        at: Timestamp,
    ) -> Result<Option<DraftRow>, StoreError>;

    /// Drops a draft.
    async fn drop_draft(&self, unit: &UnitId, key: SecretHash) -> Result<(), StoreError>;

    /// Drops what has expired: drafts, files of forms never sent, files never finished, sessions,
    /// counted attempts, tokens that ended [`tokens::ENDED_TOKEN_KEPT_DAYS`] ago. Says how many of
    /// them went.
    async fn drop_expired(&self, unit: &UnitId, at: Timestamp) -> Result<u64, StoreError>;

    // -- accounts --------------------------------------------------------------------------

    /// Adds or replaces an account. The login is unique within the unit.
    async fn put_user(&self, unit: &UnitId, user: &UserRow) -> Result<(), StoreError>;

    /// An account by its login name.
    async fn user_by_login(
        &self,
        unit: &UnitId,
        login: &str,
    ) -> Result<Option<UserRow>, StoreError>;

    /// An account.
    async fn user(&self, unit: &UnitId, user: OfficerId) -> Result<Option<UserRow>, StoreError>;

    /// All accounts, by name.
    async fn users(&self, unit: &UnitId) -> Result<Vec<UserRow>, StoreError>;

    /// Keeps a session.
    async fn put_session(&self, unit: &UnitId, session: &SessionRow) -> Result<(), StoreError>;

    /// A session that has not expired.
    async fn session(
        &self,
        unit: &UnitId,
        token: SecretHash,
        at: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError>;

    /// Ends a session.
    async fn drop_session(&self, unit: &UnitId, token: SecretHash) -> Result<(), StoreError>;

    /// Ends all sessions of an account.
    async fn drop_sessions_of(&self, unit: &UnitId, user: OfficerId) -> Result<(), StoreError>;

    /// Counts an attempt under a key in a fixed window and gives how many there were in it, this
    /// one included, and when the window ends. Survives a restart.
    async fn count_attempt(
        &self,
        unit: &UnitId,
        key: SecretHash,
        at: Timestamp,
        window_seconds: u32,
    ) -> Result<(u32, Timestamp), StoreError>;

    /// How many attempts were counted under a key in the window that is open, and when it ends;
    /// 0 and `at` when none is open. Counts nothing.
    async fn attempts(
        &self,
        unit: &UnitId,
        key: SecretHash,
        at: Timestamp,
    ) -> Result<(u32, Timestamp), StoreError>;

    /// Forgets the attempts under a key, after a success.
    async fn forget_attempts(&self, unit: &UnitId, key: SecretHash) -> Result<(), StoreError>;

    // -- jobs ------------------------------------------------------------------------------

    /// Takes the next job that is due, for a lease; another taker gets it when the lease runs out.
    async fn take_job(
        &self,
        unit: &UnitId,
        at: Timestamp,
        lease_seconds: u32,
    ) -> Result<Option<JobRow>, StoreError>;

    /// Ends a job that was done.
    async fn finish_job(&self, unit: &UnitId, job: uuid::Uuid) -> Result<(), StoreError>;

    /// Puts a job that failed back until a later moment, or gives it up (`retry_at` `None`), with
    /// what was wrong, free of personal data.
    async fn fail_job(
        &self,
        unit: &UnitId,
        job: uuid::Uuid,
        retry_at: Option<Timestamp>,
        fault: &str,
    ) -> Result<(), StoreError>;

    // -- units and imports -----------------------------------------------------------------

    /// Adds or replaces what a unit is: its file, areas and pack. Put before the unit's first act:
    /// days are counted in the zone its file names (`time_zone` in `[unit]`), and in UTC as long
    /// as the unit is not known.
    async fn put_unit(&self, unit: &UnitRow) -> Result<(), StoreError>;

    /// One unit.
    async fn unit(&self, unit: &UnitId) -> Result<Option<UnitRow>, StoreError>;

    /// All units in the store, by code.
    async fn units(&self) -> Result<Vec<UnitId>, StoreError>;

    /// How far an import of one file came, by the digest of the file.
    async fn import_state(
        &self,
        unit: &UnitId,
        source: &str,
        file_sha256: &str,
    ) -> Result<Option<ImportRow>, StoreError>;

    /// Notes how far an import came.
    async fn put_import_state(&self, unit: &UnitId, import: &ImportRow) -> Result<(), StoreError>;

    /// Which of a source's keys are in the record already.
    async fn known_source_keys(
        &self,
        unit: &UnitId,
        source: &str,
        keys: &[String],
    ) -> Result<Vec<String>, StoreError>;

    // -- the store itself ------------------------------------------------------------------

    /// Whether the store can be reached, its migrations are done and its writer lives.
    async fn check(&self) -> Result<(), StoreError>;

    /// The command a subject's first act came from, if it was recorded with one.
    async fn subject_of_command(
        &self,
        unit: &UnitId,
        command: CommandId,
    ) -> Result<Option<Subject>, StoreError>;

    /// What other processes on the same store do from now on; `None` where there are none to hear
    /// of. Our own appends are not told.
    fn news(&self) -> Option<tokio::sync::broadcast::Receiver<News>>;

    /// Derives the views and rollups of a unit anew from its acts and compares them with what is
    /// stored ([`rebuild`]). [`rebuild::Mode::Check`] reads one snapshot and changes nothing.
    /// [`rebuild::Mode::Mend`] puts right what differs, in one transaction; appends of the unit wait
    /// for it, or are refused with [`StoreError::Busy`] when it takes long. `progress` is told now
    /// and then how far it has come.
    async fn rebuild(
        &self,
        unit: &UnitId,
        mode: rebuild::Mode,
        progress: &(dyn Fn(rebuild::Progress) + Send + Sync),
    ) -> Result<rebuild::Report, StoreError>;

    /// Holds every act of a unit, and what was told with it, to the ledger, and the ledger's tree to
    /// the acts, in one snapshot; changes nothing. `progress` is told now and then how far it has
    /// come.
    async fn audit(
        &self,
        unit: &UnitId,
        progress: &(dyn Fn(rebuild::Progress) + Send + Sync),
    ) -> Result<audit::Audit, StoreError>;

    /// Sends every row of the record and of what lies beside it ([`dump::TABLES`]), of all units,
    /// as they are at one moment; appends go on meanwhile. Ends early when nobody listens any more.
    async fn dump(&self, to: tokio::sync::mpsc::Sender<dump::Batch>) -> Result<(), StoreError>;

    /// Fills this store, which must be empty, with rows of another, derives its views and says what
    /// each unit came to. Everything is kept or nothing: refused with `Taken` when something is in
    /// the store already, and with `Missing` when the sender goes away before [`dump::Load::End`].
    async fn load(
        &self,
        from: tokio::sync::mpsc::Receiver<dump::Load>,
        progress: &(dyn Fn(rebuild::Progress) + Send + Sync),
    ) -> Result<Vec<(UnitId, rebuild::Report)>, StoreError>;

    /// Notes that a unit's record was backed up; an older backup than the last is not noted.
    async fn note_backup(&self, unit: &UnitId, backup: BackupRow) -> Result<(), StoreError>;

    /// The last backup of a unit that was noted.
    async fn last_backup(&self, unit: &UnitId) -> Result<Option<BackupRow>, StoreError>;

    /// Number of the last migration carried out on the store.
    async fn schema(&self) -> Result<i64, StoreError>;

    /// Commits what waits, ends the writer and closes every connection.
    async fn close(&self);
}
