//! Rows of the views and of the tables beside the record.

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::Act;
use pengayom_core::pack::{Matter, ServiceCode};
use pengayom_core::place::{AreaCode, StationId};
use pengayom_core::subject::case::{CaseAccess, CaseStage, Channel, Kept, SecondLook};
use pengayom_core::value::{
    CaseId, CaseNumber, EncounterId, FeedbackId, OfficerId, PersonId, SecretHash, UnitId,
};
use uuid::Uuid;

/// A case as lists and pages need it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// Identifier.
    pub id: CaseId,
    /// How many acts it has.
    pub version: u32,
    /// The number people use.
    pub number: Option<CaseNumber>,
    /// Keyed hash of the reporter's secret.
    pub secret: Option<SecretHash>,
    /// The service decided on.
    pub service: ServiceCode,
    /// The kind chosen on the report form.
    pub report_kind: Option<String>,
    /// How it came in.
    pub channel: Channel,
    /// How far it has come.
    pub stage: CaseStage,
    /// Somebody was in danger.
    pub danger: bool,
    /// Shown without its kind.
    pub sensitive: bool,
    /// Made up for a demonstration.
    pub simulated: bool,
    /// The station that answers for it.
    pub station: Option<StationId>,
    /// The beat.
    pub beat: Option<AreaCode>,
    /// The stratum.
    pub stratum: Option<String>,
    /// Latitude, degrees.
    pub lat: Option<f64>,
    /// Longitude, degrees.
    pub lng: Option<f64>,
    /// The place in words.
    pub place_text: Option<String>,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When the first response is due.
    pub respond_by: Option<Timestamp>,
    /// When the first response came.
    pub responded_at: Option<Timestamp>,
    /// Whether it came late.
    pub responded_late: bool,
    /// When it was assessed.
    pub assessed_at: Option<Timestamp>,
    /// Who serves it.
    pub taken_by: Option<OfficerId>,
    /// Who handles it.
    pub assigned_to: Option<OfficerId>,
    /// When the next news is promised.
    pub next_news_by: Option<Timestamp>,
    /// The last reason for lateness.
    pub late_reason: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Who reported.
    pub reporter: Option<PersonId>,
    /// A way to reach them was given.
    pub reachable: bool,
    /// When anything last happened.
    pub last_at: Timestamp,
    /// From when the time is counted for which what identifies people is kept; `None`: it is open, or
    /// nothing is left to erase.
    pub kept_from: Option<Timestamp>,
    /// The first moment after what was promised when it was closed; `None` also while it is held.
    pub keep_until: Option<Timestamp>,
    /// Since when nothing of it may be erased.
    pub held_since: Option<Timestamp>,
    /// It is open, its reporter needs company, and nobody recorded an offer.
    pub support_due: bool,
    /// Since when the reporter waits for an explanation or a second look.
    pub review_asked_at: Option<Timestamp>,
    /// Who may know it, apart from who has it.
    pub access: CaseAccess,
    /// Since when the oldest opening in an emergency waits for a review.
    pub opening_unreviewed_at: Option<Timestamp>,
    /// When it was last opened in an emergency.
    pub opened_at: Option<Timestamp>,
    /// Since when nobody has it, because the report is about who had it.
    pub unhanded_at: Option<Timestamp>,
    /// When the progress notice is due that waits for somebody to check it.
    pub news_due_at: Option<Timestamp>,
    /// The stage of that notice.
    pub news_stage: Option<String>,
    /// The reason given for its lateness.
    pub news_late_reason: Option<String>,
    /// Whose the matter is, and how that came about.
    pub class: CaseClass,
    /// What was done in its first hour, and what waits.
    pub first_hour: CaseFirstHour,
    /// Things in keeping, and files that were altered.
    pub exhibits: Vec<Kept>,
    /// It is open and somebody is owed their rights: when they are to be told at the latest.
    pub rights_due_at: Option<Timestamp>,
    /// It is open and a control measure lasts or was not looked at: when that is due at the latest.
    pub measure_due_at: Option<Timestamp>,
    /// How many lists of rights were owed, told or not.
    pub rights_owed: u32,
    /// How many of them were told in time.
    pub rights_in_time: u32,
    /// The longest that somebody waited for what they were told, in seconds; `None`: nobody was told any.
    pub rights_wait_s: Option<u32>,
    /// What the measures of competence count of it.
    pub measured: CaseMeasured,
}

/// What the measures of competence count of a case, beside what its class and first hour tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseMeasured {
    /// Since when the class that holds has held.
    pub class_since: Option<Timestamp>,
    /// How many second looks were given.
    pub looks: u32,
    /// How many of them came to the same.
    pub looks_agreed: u32,
    /// When it first went up the line: the time that was taken first, or else the last one.
    pub told_at: Option<Timestamp>,
    /// When somebody took that.
    pub told_taken_at: Option<Timestamp>,
    /// What was missing when its proof was first said to be complete; `None`: nobody has said so.
    pub proof_gaps: Option<u32>,
    /// Progress notices that were sent.
    pub news_sent: u32,
    /// Of them, after they were due.
    pub news_late: u32,
}

/// Whose the matter of a case is, and how that came about (S10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseClass {
    /// As it was decided last; `None`: it has no class.
    pub last: Option<Matter>,
    /// As it was decided first.
    pub first: Option<Matter>,
    /// When it was first decided.
    pub at: Option<Timestamp>,
    /// When it was last decided.
    pub last_at: Option<Timestamp>,
    /// How often one class took the place of another.
    pub changes: u32,
    /// Whether some decision departed from what the tree proposed.
    pub disagreed: bool,
    /// How a second look stands; `None`: none was needed.
    pub second_look: Option<SecondLook>,
    /// Since when it waits for somebody.
    pub second_look_at: Option<Timestamp>,
}

/// What was done in the first hour of a case, and what waits (S8, S9).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFirstHour {
    /// The earliest thing that was done about it.
    pub first_action_at: Option<Timestamp>,
    /// The level of the line that was told last, while nobody has taken it: a code of the pack.
    pub level: Option<String>,
    /// Since when it waits for somebody to take it.
    pub since: Option<Timestamp>,
    /// How often a level was told.
    pub escalations: u32,
}

/// Open cases by stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseCounts {
    /// Nobody has read them.
    pub received: i64,
    /// Read.
    pub assessed: i64,
    /// Being handled.
    pub handled: i64,
    /// Of all these, the promise is missed.
    pub late: i64,
}

/// An encounter as lists and pages need it.
#[derive(Debug, Clone, PartialEq)]
pub struct EncounterRow {
    /// Identifier.
    pub id: EncounterId,
    /// How many acts it has.
    pub version: u32,
    /// The officer.
    pub officer: OfficerId,
    /// The person.
    pub person: Option<PersonId>,
    /// As what the person took part.
    pub capacity: String,
    /// The case it was about.
    pub case: Option<CaseId>,
    /// The service given.
    pub service: ServiceCode,
    /// The police function served.
    pub function: String,
    /// The officer's role.
    pub role: String,
    /// Force or a coercive measure was used.
    pub force_used: bool,
    /// The station that answers for the place.
    pub station: Option<StationId>,
    /// The beat.
    pub beat: Option<AreaCode>,
    /// The stratum.
    pub stratum: Option<String>,
    /// The place in words.
    pub place_text: Option<String>,
    /// When they met.
    pub happened_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Keyed hash of the rating code.
    pub rating_code: SecretHash,
    /// The last moment the code works.
    pub rate_by: Timestamp,
    /// Made up for a demonstration.
    pub simulated: bool,
    /// From when the time is counted for which what identifies people is kept; `None`: nothing is left
    /// to erase.
    pub kept_from: Option<Timestamp>,
}

/// The answers of one judgement, for counting: no words, no identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveySheet {
    /// `encounter` or `case`.
    pub judged: String,
    /// The service.
    pub service: ServiceCode,
    /// The station.
    pub station: Option<StationId>,
    /// The local day the service was given.
    pub served_on: Date,
    /// When it was given.
    pub given_at: Timestamp,
    /// Answers by item, as a JSON object of digits.
    pub answers: String,
}

/// Judgements of some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveySheets {
    /// How many there are.
    pub total: u64,
    /// The latest of them, newest first.
    pub latest: Vec<SurveySheet>,
}

/// A feedback as pages need it. It names neither person nor officer.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackRow {
    /// Identifier.
    pub id: FeedbackId,
    /// `encounter` or `case`.
    pub judged: String,
    /// The service.
    pub service: ServiceCode,
    /// The station.
    pub station: Option<StationId>,
    /// The beat.
    pub beat: Option<AreaCode>,
    /// The local day the service was given.
    pub served_on: Date,
    /// When it was given.
    pub given_at: Timestamp,
    /// Answers by item, as a JSON object of digits.
    pub answers: String,
    /// What the person wrote.
    pub message: Option<String>,
    /// Made up for a demonstration.
    pub simulated: bool,
    /// From when the time is counted for which what identifies people is kept; `None`: nothing is left
    /// to erase.
    pub kept_from: Option<Timestamp>,
}

/// An act with its place in the unit's order.
#[derive(Debug, Clone, PartialEq)]
pub struct SequencedAct {
    /// Place in the unit's order.
    pub sequence: i64,
    /// The act.
    pub act: Act,
}

/// What is known of a stored file. What is in it is read piece by piece, see [`crate::BlobReader`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// SHA-256 of the content, 64 hexadecimal digits.
    pub sha256: String,
    /// Media type.
    pub media_type: String,
    /// Size of the content.
    pub size_bytes: u64,
    /// When it was given.
    pub recorded_at: Timestamp,
    /// Where the content lies; `None` once it was erased.
    pub body: Option<Uuid>,
    /// When the content was erased, if it was last.
    pub erased_at: Option<Timestamp>,
}

/// A small copy of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// A JPEG without metadata; empty when the picture does not open.
    pub picture: Vec<u8>,
    /// What the picture says of itself, as JSON; `None` when it says nothing.
    pub claims: Option<String>,
}

/// A draft: a form not yet sent, sealed by the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Keyed hash of the draft's token.
    pub key: SecretHash,
    /// What was typed so far, sealed.
    pub sealed: Vec<u8>,
    /// When it goes.
    pub expires_at: Timestamp,
}

/// An account of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Identifier.
    pub id: OfficerId,
    /// Name typed to sign in; lower case.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// Rank, an abbreviation of the pack.
    pub rank: Option<String>,
    /// The station they belong to; `None`: the unit itself.
    pub station: Option<StationId>,
    /// Role words, such as `desk`.
    pub roles: Vec<String>,
    /// Password hash (PHC string).
    pub password: String,
    /// A demonstration account with a published password.
    pub demo: bool,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The password was made for them: it works once, until then, and must be changed. `None`: an ordinary one.
    pub change_by: Option<Timestamp>,
}

/// A session of a signed-in member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Keyed hash of the session's token.
    pub token: SecretHash,
    /// What it is called on pages; opens nothing.
    pub id: Uuid,
    /// Whose it is.
    pub user: OfficerId,
    /// How they signed in, such as `passkey`.
    pub method: String,
    /// Browser and system, coarsely, such as `firefox/android`.
    pub device: String,
    /// The network they came from, coarsely: a /24 of IPv4, a /48 of IPv6.
    pub network: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to some minutes.
    pub seen_at: Timestamp,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
    /// When it ends, unless it is used before.
    pub expires_at: Timestamp,
}

/// A job taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Identifier.
    pub id: Uuid,
    /// The job's name.
    pub kind: String,
    /// What it needs, as JSON.
    pub payload: String,
    /// How often it was taken, this time included.
    pub attempts: u32,
}

/// What a unit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// Its code.
    pub id: UnitId,
    /// Its unit file, TOML.
    pub config: String,
    /// Its areas, GeoJSON.
    pub areas: String,
    /// Its pack: a JSON object of file name to text.
    pub pack: String,
    /// When that was adopted.
    pub adopted_at: Timestamp,
    /// The data are a demonstration, made up by the simulation from a seed.
    pub simulated: bool,
}

/// The root secret of a unit, wrapped by the node's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringRow {
    /// What was wrapped; the store cannot read it.
    pub wrapped: Vec<u8>,
    /// When it was last wrapped anew.
    pub changed_at: Timestamp,
}

/// A backup that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupRow {
    /// When it was begun.
    pub at: Timestamp,
    /// Sequence number of the last act in it.
    pub last_sequence: i64,
}

/// How far an import came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// The source's name.
    pub source: String,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub file_sha256: String,
    /// Rows read so far, the header not counted.
    pub rows_done: u64,
    /// Of them, refused.
    pub rows_rejected: u64,
    /// The whole file was read.
    pub complete: bool,
    /// When this was noted.
    pub at: Timestamp,
}
