//! Commands about a case, and what its reporter may see of it.

use jiff::Timestamp;
use pengayom_core::act::{Act, ActPlace, Actor, Payload, Subject};
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::StationId;
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{
    self, BlobRef, Case, CaseAct, CaseCommand, Channel, CustodyCommand, Harm, Issued, Paper,
};
use pengayom_core::value::{
    ActId, CaseId, CaseNumber, CaseSeries, CommandId, OfficerId, PersonId, SecretDigits,
};
use pengayom_store::views::{self, State};
use pengayom_store::{
    Append, Appended, CommandRecord, LetterNumber, SealedPerson, SourceKey, StoreError,
};
use sha2::{Digest as _, Sha256};

use super::RETRIES;
use super::command::fingerprint;
use super::once::Once;
use super::person::place_that_stays;
use super::place::PlaceInput;
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::ledger::Promised;
use crate::seal::PersonDetails;

/// Most files one report or one addition carries.
pub const MEDIA_MAX: usize = 4;

/// A request for help or a report, as it came in.
#[derive(Debug, Clone)]
pub struct FileRequest {
    /// Made by the asker: sending twice gives one case and the same answer.
    pub command: CommandId,
    /// The service asked for.
    pub service: ServiceCode,
    /// The kind chosen on the report form.
    pub report_kind: Option<String>,
    /// How it came in.
    pub channel: Channel,
    /// What the paper says of itself, when it came on paper.
    pub paper: Option<Paper>,
    /// What was told.
    pub description: String,
    /// When the fact occurred, in words.
    pub when_text: Option<String>,
    /// When the fact occurred.
    pub occurred_at: Option<Timestamp>,
    /// What was said of harm (S3).
    pub harm: Harm,
    /// Somebody is in danger now.
    pub danger: bool,
    /// Where.
    pub place: PlaceInput,
    /// Who reports, as far as they say.
    pub reporter: PersonDetails,
    /// Files put before.
    pub media: Vec<BlobRef>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

/// What the reporter keeps.
#[derive(Debug, Clone)]
pub struct Filed {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// The secret for tracking.
    pub secret: SecretDigits,
    /// The station that answers for it.
    pub station: StationId,
    /// The place as resolved.
    pub place: ActPlace,
    /// The service.
    pub service: ServiceCode,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When the first response is due.
    pub respond_by: Option<Timestamp>,
    /// The promise in minutes.
    pub respond_minutes: Option<u32>,
    /// Shown without its kind.
    pub sensitive: bool,
    /// The act that recorded it.
    pub act: ActId,
    /// SHA-256 over that act as it is stored: identifier, kind, moments of happening and recording
    /// in microseconds, and payload, each on a line. 64 hexadecimal digits; the same in every answer
    /// to one command.
    pub act_sha256: String,
    /// What the unit promises, signed: the report is in its ledger for good.
    pub promised: Promised,
    /// It had been sent before; this is the first answer.
    pub repeated: bool,
}

/// What a command about a case came to.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseChanged {
    /// What is known now.
    pub case: Case,
    /// Whether anything changed; a command that asks for what is so already changes nothing.
    pub changed: bool,
    /// The acts that did it; of a command sent again ([`Once`]) those of the first time.
    pub acts: Vec<Act>,
}

/// A case with its history.
#[derive(Debug, Clone)]
pub struct CaseHistory {
    /// Identifier.
    pub id: CaseId,
    /// What is known now.
    pub case: Case,
    /// Everything that happened, oldest first.
    pub acts: Vec<Act>,
}

impl Node {
    /// Files a request.
    ///
    /// # Errors
    /// The place's, the rules' and the store's; see [`HandleError`].
    pub async fn file_request(
        &self,
        request: FileRequest,
        actor: &Actor,
    ) -> Result<Filed, HandleError> {
        let moment = self.moment(None);
        self.file_request_at(request, actor, moment, None).await
    }

    /// Files a request that was told at another moment, for imports and the simulation.
    ///
    /// # Errors
    /// As [`Node::file_request`].
    pub async fn file_request_at(
        &self,
        request: FileRequest,
        actor: &Actor,
        moment: Moment,
        source_key: Option<SourceKey>,
    ) -> Result<Filed, HandleError> {
        let (append, secret) = self.prepare_request(request, actor, moment, source_key)?;
        self.file_prepared(append, secret).await
    }

    pub(crate) async fn file_prepared(
        &self,
        append: Append,
        secret: SecretDigits,
    ) -> Result<Filed, HandleError> {
        let brings_work = !append.jobs.is_empty();
        let mut appended = self.store.append(append).await?;
        self.announce(&appended);
        if brings_work {
            self.work.notify_one();
        }
        let promised = self.promised(&mut appended).await?;
        filed(&appended, secret, promised)
    }

    /// Decides a request without recording it, so that many can share one commit.
    ///
    /// # Errors
    /// The place's and the rules'.
    pub fn prepare_request(
        &self,
        request: FileRequest,
        actor: &Actor,
        moment: Moment,
        source_key: Option<SourceKey>,
    ) -> Result<(Append, SecretDigits), HandleError> {
        let unit = self.unit();
        require_few(&request.media)?;
        let asked = asked(&request);
        let place = unit.resolve(&request.place)?;
        let command = request.command;
        let secret = self.key.digits(Purpose::CaseSecret, command.0.as_bytes());
        let reporter = self.sealed_reporter(&request.reporter, moment.recorded_at)?;
        let blobs: Vec<String> = request
            .media
            .iter()
            .map(|blob| blob.sha256.clone())
            .collect();
        let decided = case::decide(
            None,
            CaseCommand::FileRequest {
                secret: Some(self.hash(Purpose::CaseSecret, secret.plain().as_bytes())),
                service: request.service,
                report_kind: request.report_kind,
                channel: request.channel,
                paper: request.paper,
                description: request.description,
                when_text: request.when_text,
                occurred_at: request.occurred_at,
                harm: request.harm,
                danger: request.danger,
                reporter: reporter.as_ref().map(|person| person.id),
                reachable: request.reporter.is_reachable(),
                media: request.media,
                pack_version: unit.pack.version().to_owned(),
                simulated: request.simulated,
                priority: None,
            },
            actor,
            moment,
            &unit.method(),
        )?;
        let subject = Subject::Case(CaseId(self.new_id()));
        let acts = self.new_acts(decided, actor, moment, Some(&place), Payload::Case);
        let hour = self.first_hour_jobs(CaseId(subject.id()), None, &acts, actor);
        let local_day = unit.zone.to_datetime(moment.happened_at).date();
        let series = CaseSeries::on(&unit.config().case_prefix, local_day).ok();
        let mut append = Append::new(unit.id.clone(), subject, None, acts);
        append.series = series;
        append.command = Some(CommandRecord {
            id: command,
            fingerprint: self.command_fingerprint(asked),
        });
        append.source_key = source_key;
        append.jobs = self.preview_jobs(&blobs, moment.recorded_at);
        append.jobs.extend(hour);
        append.blobs = blobs;
        append.persons = reporter.into_iter().collect();
        self.add_notice_jobs(&mut append, actor);
        self.add_news_jobs(&mut append, actor, None);
        Ok((append, secret))
    }

    fn sealed_reporter(
        &self,
        details: &PersonDetails,
        at: Timestamp,
    ) -> Result<Option<SealedPerson>, HandleError> {
        if details.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.seal_person(
            PersonId(self.new_id()),
            details,
            at,
        )?))
    }

    /// Carries out a staff member's command about a case.
    ///
    /// `seen` is the version the asker looked at: when given, anything written since is a
    /// [`HandleError::Conflict`] instead of a decision on what they did not see.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn change_case(
        &self,
        by: &Staff,
        id: CaseId,
        seen: Option<u32>,
        command: CaseCommand,
        happened_at: Option<Timestamp>,
    ) -> Result<CaseChanged, HandleError> {
        let moment = self.moment(happened_at);
        // On the heap: a case is large, and every page that changes one would carry it along.
        Box::pin(self.carry_out(by, id, seen, command, moment, None)).await
    }

    /// Carries out a command about a case, once for each `once`.
    pub(super) async fn carry_out(
        &self,
        by: &Staff,
        id: CaseId,
        seen: Option<u32>,
        command: CaseCommand,
        moment: Moment,
        once: Option<Once>,
    ) -> Result<CaseChanged, HandleError> {
        let needed = needed_for(&command);
        by.require(needed)?;
        if let Some(officer) = names_officer(&command) {
            self.require_officer(officer).await?;
        }
        let actor = by.actor();
        if let CaseCommand::ErasePersonalData { basis, ground } = &command {
            let known = self.known_case(id).await?;
            self.require_case(by, needed, &known)?;
            // Of a held case it is said that it is held, whatever was seen of it.
            let is_stale = seen.is_some_and(|seen| seen != known.version);
            if is_stale && known.hold.is_none() {
                return Err(HandleError::Conflict {
                    now_with: known.taken_by,
                });
            }
            let erased = self.erase_case(id, *basis, ground.clone(), &actor, once);
            return Box::pin(erased).await;
        }
        for _ in 0..RETRIES {
            let known = self.known_case(id).await?;
            self.require_case(by, needed, &known)?;
            if seen.is_some_and(|seen| seen != known.version) {
                return Err(HandleError::Conflict {
                    now_with: known.taken_by,
                });
            }
            let command = self.with_what_is_lacking(&known, command.clone()).await?;
            let record = record_of(once);
            // On the heap: a case is large, and every page that changes one would carry it along.
            let appended = self.append_command(id, known, command, &actor, moment, record);
            match Box::pin(appended).await {
                Err(HandleError::Store(StoreError::Stale { .. })) => {}
                other => return other,
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// A case given to an officer, with what the register says they are not qualified for: nobody who
    /// asks decides that.
    async fn with_what_is_lacking(
        &self,
        known: &Case,
        command: CaseCommand,
    ) -> Result<CaseCommand, HandleError> {
        match command {
            CaseCommand::AssignOfficer {
                officer, reason, ..
            } => Ok(CaseCommand::AssignOfficer {
                officer,
                lacks: self.lacks_skill(known, officer).await?,
                reason,
            }),
            other => Ok(other),
        }
    }

    /// Decides on a command and records what it comes to, once for each `record`: what was recorded
    /// under it before stays as it is.
    pub(crate) async fn append_command(
        &self,
        id: CaseId,
        known: Case,
        command: CaseCommand,
        actor: &Actor,
        moment: Moment,
        record: Option<CommandRecord>,
    ) -> Result<CaseChanged, HandleError> {
        let unit = self.unit();
        let (command, rests_on) = Box::pin(self.with_the_main_case(command)).await?;
        let mut blobs: Vec<String> = match &command {
            CaseCommand::AddInformation { media, .. } => {
                media.iter().map(|blob| blob.sha256.clone()).collect()
            }
            CaseCommand::AddEvidence { file, .. } => vec![file.sha256.clone()],
            _ => Vec::new(),
        };
        // Of a letter no page shows a small copy.
        let previews = self.preview_jobs(&blobs, moment.recorded_at);
        if let CaseCommand::GiveLetter(letter) = &command {
            blobs.push(letter.file.sha256.clone());
        }
        let decided = case::decide(Some(&known), command, actor, moment, &unit.method())?;
        if decided.is_empty() {
            return Ok(CaseChanged {
                case: known,
                changed: false,
                acts: Vec::new(),
            });
        }
        let erases = decided
            .iter()
            .any(|act| matches!(act, CaseAct::PersonalDataErased { .. }));
        let erase = if erases {
            Some(self.what_identifies(id).await?)
        } else {
            None
        };
        let place = if erases {
            place_that_stays(known.place.as_ref())
        } else {
            known.place.clone()
        };
        let acts = self.new_acts(decided, actor, moment, place.as_ref(), Payload::Case);
        let hour = self.first_hour_jobs(id, Some(&known), &acts, actor);
        let before = State::Case(Box::new(known.clone()));
        let mut append = Append::new(unit.id.clone(), Subject::Case(id), Some(before), acts);
        append.letter = append
            .acts
            .iter()
            .find_map(|act| letter_number(&act.payload));
        append.jobs = previews;
        append.jobs.extend(hour);
        append.blobs = blobs;
        append.rests_on = rests_on;
        append.erase = erase;
        append.command = record;
        append.jobs.extend(self.mirror_jobs(id, &append.acts));
        self.add_notice_jobs(&mut append, actor);
        self.add_news_jobs(&mut append, actor, Some(&known));
        self.add_lesson_jobs(&mut append);
        let brings_work = !append.jobs.is_empty();
        let appended = self.store.append(append).await?;
        if appended.repeated {
            return Ok(CaseChanged {
                case: known,
                changed: false,
                acts: appended.acts,
            });
        }
        self.announce(&appended);
        if brings_work {
            self.work.notify_one();
        }
        let case = appended.acts.iter().fold(Some(known), case::evolve);
        let case = case.ok_or(HandleError::NotFound("case"))?;
        Ok(CaseChanged {
            case,
            changed: true,
            acts: appended.acts,
        })
    }

    /// A case with its history, for staff.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], [`HandleError::NotAllowed`], or the store's.
    pub async fn case_history(&self, by: &Staff, id: CaseId) -> Result<CaseHistory, HandleError> {
        by.require(Permission::ReadCase)?;
        let history = self.history(id).await?;
        self.require_case(by, Permission::ReadCase, &history.case)?;
        Ok(history)
    }

    pub(crate) async fn history(&self, id: CaseId) -> Result<CaseHistory, HandleError> {
        let acts = self.store.acts(&self.unit().id, Subject::Case(id)).await?;
        match views::fold(&acts) {
            Some(State::Case(case)) => Ok(CaseHistory {
                id,
                case: *case,
                acts,
            }),
            _ => Err(HandleError::NotFound("case")),
        }
    }

    pub(crate) async fn known_case(&self, id: CaseId) -> Result<Case, HandleError> {
        Ok(self.history(id).await?.case)
    }

    pub(crate) async fn require_officer(&self, officer: OfficerId) -> Result<(), HandleError> {
        let user = self.store.user(&self.unit().id, officer).await?;
        match user.filter(|user| user.disabled_at.is_none()) {
            Some(_) => Ok(()),
            None => Err(HandleError::NoSuchOfficer),
        }
    }
}

/// The number that a letter made here has in its series.
fn letter_number(payload: &Payload) -> Option<LetterNumber> {
    match payload {
        Payload::Case(CaseAct::LetterGiven {
            kind,
            dated,
            issued: Some(issued),
            ..
        }) => Some(LetterNumber {
            series: Issued::series(kind, *dated),
            n: issued.n,
        }),
        _ => None,
    }
}

fn record_of(once: Option<Once>) -> Option<CommandRecord> {
    once.map(Once::record)
}

/// What a staff member needs for a command.
pub(super) const fn needed_for(command: &CaseCommand) -> Permission {
    match command {
        CaseCommand::FileRequest { .. } => Permission::TakeReport,
        CaseCommand::Take { .. } => Permission::TakeCase,
        CaseCommand::TakeOver { .. } => Permission::ServeQueue,
        CaseCommand::NameReader { .. } | CaseCommand::RemoveReader { .. } => Permission::NameReader,
        CaseCommand::NameConcerned { .. } => Permission::NameConcerned,
        CaseCommand::ClearConcerned { .. } => Permission::ClearConcerned,
        CaseCommand::OpenInEmergency { .. } => Permission::OpenInEmergency,
        CaseCommand::ReviewOpening { .. } => Permission::ReviewAccess,
        // Whoever gives cases out is the chief or on duty: they decide between two who differ.
        CaseCommand::AssignOfficer { .. } | CaseCommand::SettleTriage { .. } => {
            Permission::AssignCase
        }
        CaseCommand::Close { .. } | CaseCommand::Reopen { .. } => Permission::CloseCase,
        CaseCommand::ErasePersonalData { .. } => Permission::ErasePerson,
        CaseCommand::PlaceHold { .. } | CaseCommand::LiftHold { .. } => Permission::HoldCase,
        CaseCommand::Proof(_) => Permission::ProveCase,
        CaseCommand::Custody(_) => Permission::KeepExhibits,
        CaseCommand::Assess { .. }
        | CaseCommand::AnswerTriage { .. }
        | CaseCommand::DecideTriage(_)
        | CaseCommand::LookAgain { .. }
        | CaseCommand::NoteChild { .. }
        | CaseCommand::NoteReported { .. }
        | CaseCommand::ConfirmReadBack { .. }
        | CaseCommand::MarkStep { .. }
        | CaseCommand::RecordRisk { .. }
        | CaseCommand::TakeEscalation
        | CaseCommand::Escalate
        | CaseCommand::Dispatch { .. }
        | CaseCommand::Arrive { .. }
        | CaseCommand::Clear { .. }
        | CaseCommand::RecordAction { .. }
        | CaseCommand::Answer { .. }
        | CaseCommand::AddInformation { .. }
        | CaseCommand::AddEvidence { .. }
        | CaseCommand::GiveLetter(_)
        | CaseCommand::WithdrawLetter { .. }
        | CaseCommand::ExplainDelay { .. }
        | CaseCommand::DoStep { .. }
        | CaseCommand::LeaveOutStep { .. }
        | CaseCommand::TakeStepBack { .. }
        | CaseCommand::SetDifficulty { .. }
        | CaseCommand::DraftProgress { .. }
        | CaseCommand::SendProgress { .. }
        | CaseCommand::ExplainProgressDelay { .. }
        | CaseCommand::MergeInto { .. }
        | CaseCommand::ReceiveMerge { .. }
        | CaseCommand::UndoMerge { .. }
        | CaseCommand::OfferSupport { .. }
        | CaseCommand::Rights(_)
        | CaseCommand::Control(_)
        | CaseCommand::Prevention(_)
        | CaseCommand::AskReview { .. }
        | CaseCommand::AnswerReview { .. } => Permission::WorkCase,
    }
}

/// The colleague a command names anew, who has to be there.
const fn names_officer(command: &CaseCommand) -> Option<OfficerId> {
    match command {
        CaseCommand::AssignOfficer { officer, .. }
        | CaseCommand::NameReader { officer, .. }
        | CaseCommand::Custody(CustodyCommand::Offer { to: officer, .. }) => Some(*officer),
        _ => None,
    }
}

/// Refuses more files than one message carries.
pub(super) fn require_few(media: &[BlobRef]) -> Result<(), HandleError> {
    let found = media.len();
    if found > MEDIA_MAX {
        let limit = MEDIA_MAX;
        return Err(HandleError::TooLarge { found, limit });
    }
    Ok(())
}

/// What was asked, without what the program adds.
fn asked(request: &FileRequest) -> [u8; 32] {
    let place = request.place.asked();
    let reporter = serde_json::to_vec(&request.reporter).unwrap_or_default();
    let media: String = request
        .media
        .iter()
        .map(|blob| blob.sha256.as_str())
        .collect();
    let occurred = request
        .occurred_at
        .map(|at| at.to_string())
        .unwrap_or_default();
    let flags = [u8::from(request.danger), u8::from(request.simulated)];
    let harm = format!("{:?}", request.harm);
    let paper = format!("{:?}", request.paper);
    let mut parts: Vec<&[u8]> = vec![
        request.service.as_str().as_bytes(),
        request.report_kind.as_deref().unwrap_or("").as_bytes(),
        request.channel.as_str().as_bytes(),
        request.description.as_bytes(),
        request.when_text.as_deref().unwrap_or("").as_bytes(),
        occurred.as_bytes(),
        &flags,
        place.as_bytes(),
        &reporter,
        media.as_bytes(),
    ];
    if request.harm != Harm::default() {
        // Left out of reports that say nothing of it: sent again, they are known by what they were.
        parts.push(harm.as_bytes());
    }
    if request.paper.is_some() {
        parts.push(paper.as_bytes());
    }
    fingerprint(&parts)
}

/// The answer to a filing, from what was recorded, the first time as well as later.
fn filed(
    appended: &Appended,
    secret: SecretDigits,
    promised: Promised,
) -> Result<Filed, HandleError> {
    let Subject::Case(case) = appended.subject else {
        return Err(HandleError::NotFound("case"));
    };
    let act = appended.acts.first().ok_or(HandleError::NotFound("case"))?;
    let (Payload::Case(CaseAct::RequestFiled(filed)), Some(place)) = (&act.payload, &act.place)
    else {
        return Err(HandleError::NotFound("case"));
    };
    let number = filed
        .number
        .clone()
        .ok_or(HandleError::NotFound("case number"))?;
    Ok(Filed {
        case,
        number,
        secret,
        station: place.station.clone(),
        place: place.clone(),
        service: filed.service.clone(),
        filed_at: act.happened_at,
        recorded_at: act.recorded_at,
        respond_by: filed.respond_by,
        respond_minutes: filed.respond_minutes,
        sensitive: filed.sensitive,
        act: act.id,
        act_sha256: act_sha256(act)?,
        promised,
        repeated: appended.repeated,
    })
}

/// Digest of an act as it is stored.
fn act_sha256(act: &Act) -> Result<String, HandleError> {
    use std::fmt::Write as _;
    let payload = act
        .payload
        .to_stored()
        .map_err(|_| HandleError::Malformed)?;
    let (happened, recorded) = (
        act.happened_at.as_microsecond(),
        act.recorded_at.as_microsecond(),
    );
    let (id, kind) = (act.id, act.payload.kind());
    let digest = Sha256::digest(format!("{id}\n{kind}\n{happened}\n{recorded}\n{payload}"));
    Ok(digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
