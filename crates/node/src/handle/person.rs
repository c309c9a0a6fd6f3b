//! What a unit holds about a person: told to them, and erased when the law allows it.

use jiff::Timestamp;
use pengayom_core::act::{Act, ActPlace, Actor, Payload, Subject};
use pengayom_core::subject::case::{BlobRef, Case, CaseAct, CaseCommand, CaseRefusal};
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::{CaseId, CaseNumber, SecretDigits};
use pengayom_store::views::{self, State};
use pengayom_store::{Erase, StoreError};
use serde::Serialize;

use super::RETRIES;
use super::case::CaseChanged;
use super::once::Once;
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::notices::ExportedTelling;
use crate::seal::PersonDetails;
use crate::unit::UnitContext;

/// Everything the unit holds about a person for one case, to be given to them.
#[derive(Debug, Clone, Serialize)]
pub struct PersonExport {
    /// What this is, and its version.
    pub format: &'static str,
    /// Code of the unit.
    pub unit: String,
    /// Name of the unit.
    pub unit_name: String,
    /// Number of the case.
    pub number: String,
    /// When it was put together.
    pub exported_at: Timestamp,
    /// Who they are, as far as they said; nothing when it was never given or was erased.
    pub person: Option<PersonDetails>,
    /// What they said of being told of news, and what they were told; nothing when neither was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telling: Option<ExportedTelling>,
    /// The last day on which it is kept, of a closed case; a hold or another report may keep it longer.
    pub kept_until: Option<jiff::civil::Date>,
    /// When personal data was erased, if it was.
    pub erased_at: Option<Timestamp>,
    /// What happened, in order: of each act what concerns its reporter. Letters for somebody else, and that
    /// another report is of the same event, are left out.
    pub events: Vec<ExportedAct>,
    /// Photographs and other files that came with it, and letters that were given.
    pub files: Vec<ExportedFile>,
}

/// An act, as it is given to the person.
#[derive(Debug, Clone, Serialize)]
pub struct ExportedAct {
    /// What happened, such as `case.request_filed`.
    pub kind: &'static str,
    /// When.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Whether the person did it themselves, an officer, or a program.
    pub by: &'static str,
    /// Where, in the person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What is stored of it, as far as the person reads it where they follow their report, without the keyed
    /// hash of the code; nothing where an officer wrote for colleagues, which is the unit's own.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub content: serde_json::Value,
}

/// A file, by the digest of its content.
#[derive(Debug, Clone, Serialize)]
pub struct ExportedFile {
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// Media type.
    pub media_type: String,
    /// Size of the content.
    pub size_bytes: u64,
}

/// Name and version of the export.
const FORMAT: &str = "pengayom-person/v1";

impl Node {
    /// Who reported a case and how to reach them, for staff who may.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], [`HandleError::Seal`], or the store's.
    pub async fn reporter(
        &self,
        by: &Staff,
        case: &Case,
    ) -> Result<Option<PersonDetails>, HandleError> {
        by.require(Permission::ReadPerson)?;
        self.require_case(by, Permission::ReadPerson, case)?;
        let Some(id) = case.filed.reporter else {
            return Ok(None);
        };
        let Some(person) = self.store.person(&self.unit().id, id).await? else {
            return Ok(None);
        };
        Ok(Some(self.open_person(&person)?))
    }

    /// What the unit holds about whoever filed a case, for them: number and secret fit.
    ///
    /// # Errors
    /// As [`Node::track`].
    pub async fn export_for_reporter(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
    ) -> Result<PersonExport, HandleError> {
        let history = self.track(number, secret, origin).await?;
        self.export(history.id).await
    }

    /// What the unit holds about whoever filed a case, for whoever keeps the store.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] or the store's.
    pub async fn export_case(&self, number: &CaseNumber) -> Result<PersonExport, HandleError> {
        self.export(self.case_numbered(number).await?).await
    }

    async fn export(&self, id: CaseId) -> Result<PersonExport, HandleError> {
        let unit = self.unit();
        let history = self.history(id).await?;
        let case = &history.case;
        let person = match case.filed.reporter {
            Some(reporter) => self.store.person(&unit.id, reporter).await?,
            None => None,
        };
        let person = person.map(|person| self.open_person(&person)).transpose()?;
        let mut events = Vec::new();
        let known = history.acts.iter().filter(|act| !is_hidden(&act.payload));
        for act in known {
            let content = if is_for_the_person(&act.payload) && is_shown(&act.payload, case, &unit)
            {
                content_of(&act.payload, case.sensitive)?
            } else {
                serde_json::Value::Null
            };
            events.push(ExportedAct {
                kind: act.payload.kind(),
                at: act.happened_at,
                recorded_at: act.recorded_at,
                by: match act.actor {
                    Actor::Citizen => "person",
                    Actor::Officer { .. } => "officer",
                    Actor::Program { .. } | Actor::Import { .. } => "program",
                },
                place: act.place.as_ref().and_then(|place| place.text.clone()),
                content,
            });
        }
        let files = files_of(&history.acts);
        Ok(PersonExport {
            format: FORMAT,
            unit: unit.id.to_string(),
            unit_name: unit.config().name.clone(),
            number: number_of(case, id),
            exported_at: self.now(),
            person,
            telling: self.exported_telling(id).await?,
            kept_until: case.last_day_kept(self.keep_months(&case.service), &unit.zone),
            erased_at: case.erased.map(|erased| erased.at),
            events,
            files,
        })
    }

    /// Erases what identifies persons in a case, for whoever keeps the store.
    ///
    /// # Errors
    /// The rules': it is open, or erased already; [`HandleError::NotFound`]; the store's.
    pub async fn erase_numbered(
        &self,
        number: &CaseNumber,
        basis: ErasureBasis,
        ground: Option<String>,
        job: &str,
    ) -> Result<CaseChanged, HandleError> {
        let id = self.case_numbered(number).await?;
        let actor = Actor::Program {
            job: job.to_owned(),
        };
        self.erase_case(id, basis, ground, &actor, None).await
    }

    /// Erases what identifies persons in a case and in the encounters about it.
    ///
    /// The case comes first: its act is decided on all that happened to it, so a hold that comes
    /// before keeps everything, and one that comes after finds nothing to hold. What is stopped
    /// halfway is done whole when it is asked for again, and by the job of each night.
    ///
    /// A judgement stays: it names nobody, and erasing it in the same breath would tell whose it is
    /// (S5).
    pub(crate) async fn erase_case(
        &self,
        id: CaseId,
        basis: ErasureBasis,
        ground: Option<String>,
        actor: &Actor,
        once: Option<Once>,
    ) -> Result<CaseChanged, HandleError> {
        let command = CaseCommand::ErasePersonalData {
            basis,
            ground: ground.clone(),
        };
        for _ in 0..RETRIES {
            let known = self.known_case(id).await?;
            if basis == ErasureBasis::Retention && !self.is_over(&known) {
                return Err(HandleError::NotOver);
            }
            let moment = self.moment(None);
            let erased = self
                .append_command(
                    id,
                    known.clone(),
                    command.clone(),
                    actor,
                    moment,
                    once.map(Once::record),
                )
                .await;
            match erased {
                Err(HandleError::Store(StoreError::Stale { .. })) => {}
                Err(HandleError::Case(CaseRefusal::AlreadyErased))
                    if basis == ErasureBasis::Request =>
                {
                    let left = self.erase_encounters(id, basis, ground, actor).await?;
                    return if left == 0 {
                        Err(CaseRefusal::AlreadyErased.into())
                    } else {
                        Ok(CaseChanged {
                            case: known,
                            changed: true,
                            acts: Vec::new(),
                        })
                    };
                }
                Err(other) => return Err(other),
                Ok(changed) => {
                    self.erase_encounters(id, basis, ground, actor).await?;
                    return Ok(changed);
                }
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// Erases what identifies persons in the encounters about a case, and says in how many.
    async fn erase_encounters(
        &self,
        id: CaseId,
        basis: ErasureBasis,
        ground: Option<String>,
        actor: &Actor,
    ) -> Result<usize, HandleError> {
        let unit = self.unit();
        let mut erased = 0;
        loop {
            let met = self
                .store
                .encounters_kept_of_case(&unit.id, id, 100)
                .await?;
            if met.is_empty() {
                return Ok(erased);
            }
            erased += met.len();
            for met in met {
                self.erase_encounter(met, basis, ground.clone(), actor)
                    .await?;
            }
        }
    }

    /// What goes when a case is erased: its reporter's details, and the files that came with it.
    pub(crate) async fn what_identifies(&self, id: CaseId) -> Result<Erase, HandleError> {
        let acts = self.store.acts(&self.unit().id, Subject::Case(id)).await?;
        let persons = match views::fold(&acts) {
            Some(State::Case(case)) => case.filed.reporter.into_iter().collect(),
            _ => Vec::new(),
        };
        let blobs = blobs_of(&acts, |_| true);
        Ok(Erase {
            persons,
            blobs: blobs.map(|blob| blob.sha256.clone()).collect(),
        })
    }

    async fn case_numbered(&self, number: &CaseNumber) -> Result<CaseId, HandleError> {
        let row = self.store.case_by_number(&self.unit().id, number).await?;
        Ok(row.ok_or(HandleError::NotFound("case"))?.id)
    }
}

/// What the reporter is not to know of: a letter for somebody else, and that another report is of the same
/// event.
const fn is_hidden(payload: &Payload) -> bool {
    match payload {
        Payload::Case(CaseAct::LetterGiven {
            issued: Some(issued),
            ..
        }) => issued.on_file,
        Payload::Case(CaseAct::LetterWithdrawn { on_file, .. }) => *on_file,
        Payload::Case(
            CaseAct::CaseMergedInto { .. }
            | CaseAct::CaseMergeReceived { .. }
            | CaseAct::CaseMergeUndone { .. },
        ) => true,
        _ => false,
    }
}

/// What the person told, and what the unit told them: what they read where they follow their report.
const fn is_for_the_person(payload: &Payload) -> bool {
    matches!(
        payload,
        Payload::Case(
            CaseAct::RequestFiled(_)
                | CaseAct::InformationAdded { .. }
                | CaseAct::ReporterAnswered { .. }
                | CaseAct::LetterGiven { .. }
                | CaseAct::LetterWithdrawn { .. }
                | CaseAct::DelayExplained { .. }
                | CaseAct::ProgressSent { .. }
                | CaseAct::ProgressDelayExplained { .. }
                | CaseAct::TriageDecided { .. }
                | CaseAct::TriageSettled { .. }
                | CaseAct::SecondLookGiven { .. }
                | CaseAct::StepLeftOut { .. }
                | CaseAct::ReviewAsked { .. }
                | CaseAct::ReviewAnswered { .. }
                | CaseAct::CaseClosed { .. }
                | CaseAct::CaseReopened { .. }
                | CaseAct::PersonalDataErased { .. }
        )
    )
}

/// Whether the reporter sees what an act is about: of steps those that concern them, and none of a kind kept
/// narrow.
fn is_shown(payload: &Payload, case: &Case, unit: &UnitContext) -> bool {
    let Payload::Case(CaseAct::StepLeftOut { step, .. }) = payload else {
        return true;
    };
    let mut steps = unit.pack.steps().of(&case.service).iter();
    !case.sensitive
        && steps.any(|known| known.code.as_str() == step.as_str() && known.citizen.is_some())
}

/// What is stored of an act, as far as its reporter is told it: without the keyed hash of the code, without what
/// led to a class, and of a kind kept narrow without the class itself.
fn content_of(payload: &Payload, sensitive: bool) -> Result<serde_json::Value, HandleError> {
    let stored = payload.to_stored().map_err(|_| HandleError::Malformed)?;
    let mut content: serde_json::Value =
        serde_json::from_str(&stored).map_err(|_| HandleError::Malformed)?;
    let kept: &[&str] = match payload {
        Payload::Case(CaseAct::RequestFiled(_)) => &["secret"],
        Payload::Case(CaseAct::TriageDecided { .. } | CaseAct::TriageSettled { .. })
            if sensitive =>
        {
            &["outcome", "class", "matter", "proposed", "agrees", "was"]
        }
        Payload::Case(CaseAct::TriageDecided { .. }) => &["proposed", "agrees", "was"],
        Payload::Case(CaseAct::SecondLookGiven { .. }) => &["outcome", "matter"],
        _ => &[],
    };
    if let Some(fields) = content.as_object_mut() {
        for field in kept {
            fields.remove(*field);
        }
    }
    Ok(content)
}

/// A place as the act of an erasure names it: down to the beat. Where somebody lives goes with the
/// erasure, and so must not be told anew by its own act.
pub(crate) fn place_that_stays(place: Option<&ActPlace>) -> Option<ActPlace> {
    place.map(|place| ActPlace {
        point: None,
        text: None,
        ..place.clone()
    })
}

fn number_of(case: &Case, id: CaseId) -> String {
    let number = case.filed.number.as_ref();
    number.map_or_else(|| id.to_string(), ToString::to_string)
}

/// The files of the acts that a reader asks for, in the order they came.
fn blobs_of(acts: &[Act], wanted: fn(&Payload) -> bool) -> impl Iterator<Item = &BlobRef> {
    acts.iter()
        .filter(move |act| wanted(&act.payload))
        .flat_map(|act| match &act.payload {
            Payload::Case(CaseAct::RequestFiled(filed)) => filed.media.as_slice(),
            Payload::Case(CaseAct::InformationAdded { media, .. }) => media.as_slice(),
            Payload::Case(
                CaseAct::EvidenceAdded { file, .. } | CaseAct::LetterGiven { file, .. },
            ) => std::slice::from_ref(file),
            _ => &[],
        })
}

/// Files that came from the person, and letters given to them; what officers found is the unit's own.
fn files_of(acts: &[Act]) -> Vec<ExportedFile> {
    blobs_of(acts, |payload| {
        is_for_the_person(payload) && !is_hidden(payload)
    })
    .map(|blob| ExportedFile {
        sha256: blob.sha256.clone(),
        media_type: blob.media_type.clone(),
        size_bytes: blob.size_bytes,
    })
    .collect()
}
