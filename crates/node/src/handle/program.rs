//! What other programs see and do without an account: requests that anybody may see, and what is added
//! to them by the program that somebody told it to.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::Subject;
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::case::{BlobRef, CaseCommand, CaseStage};
use pengayom_core::value::{CaseId, CommandId};
use pengayom_store::rows::CaseRow;
use pengayom_store::{CommandRecord, ShownQuery};
use uuid::Uuid;

use super::case::{CaseHistory, require_few};
use super::command::fingerprint;
use crate::Node;
use crate::error::HandleError;
use crate::keys::Purpose;

/// How long after its filing a request is still looked at for what happened to it lately, in days.
pub const FOLLOWED_DAYS: i64 = 365;

/// Which of the requests that anybody may see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// For one of these services, as far as they are shown; any of those when `None`.
    pub services: Option<Vec<ServiceCode>>,
    /// In one of these stages; any when empty.
    pub stages: Vec<CaseStage>,
    /// So many are passed over.
    pub skip: u32,
    /// At most so many.
    pub limit: u32,
}

impl Node {
    /// Services whose requests anybody may see, by the pack.
    fn shown_services(&self, asked: Option<&[ServiceCode]>) -> Vec<ServiceCode> {
        let unit = self.unit();
        let public = unit.pack.services().iter().filter(|one| one.public);
        let codes = public.map(|service| service.code.clone());
        codes
            .filter(|code| asked.is_none_or(|asked| asked.contains(code)))
            .collect()
    }

    async fn shown(&self, query: ShownQuery) -> Result<Vec<CaseRow>, HandleError> {
        Ok(self.store.cases_shown(&self.unit().id, &query).await?)
    }

    /// Requests filed from a moment on and before another, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn shown_filed(
        &self,
        asked: Shown,
        from: Timestamp,
        before: Timestamp,
    ) -> Result<Vec<CaseRow>, HandleError> {
        let query = ShownQuery {
            services: self.shown_services(asked.services.as_deref()),
            cases: None,
            stages: asked.stages,
            filed_from: from,
            filed_before: before,
            touched_from: None,
            skip: asked.skip,
            limit: asked.limit,
        };
        self.shown(query).await
    }

    /// Requests by their identifiers, whenever they were filed, newest first. Those that are not there
    /// and those that are not shown are left out alike.
    ///
    /// # Errors
    /// The store's.
    pub async fn shown_of(&self, cases: Vec<CaseId>) -> Result<Vec<CaseRow>, HandleError> {
        let query = ShownQuery {
            services: self.shown_services(None),
            cases: Some(cases),
            stages: Vec::new(),
            filed_from: Timestamp::MIN,
            filed_before: Timestamp::MAX,
            touched_from: None,
            skip: 0,
            limit: pengayom_store::PAGE_MAX,
        };
        self.shown(query).await
    }

    /// Requests to which something happened from a moment on, filed at most [`FOLLOWED_DAYS`] earlier and
    /// before another moment, with what happened.
    ///
    /// # Errors
    /// The store's.
    pub async fn shown_touched(
        &self,
        from: Timestamp,
        before: Timestamp,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<CaseHistory>, HandleError> {
        let followed = SignedDuration::from_hours(24 * FOLLOWED_DAYS);
        let query = ShownQuery {
            services: self.shown_services(None),
            cases: None,
            stages: Vec::new(),
            filed_from: from.checked_sub(followed).unwrap_or(Timestamp::MIN),
            filed_before: before,
            touched_from: Some(from),
            skip,
            limit,
        };
        let mut found = Vec::new();
        for row in self.shown(query).await? {
            found.push(self.history(row.id).await?);
        }
        Ok(found)
    }

    /// The command of what a program sends under a key of its own: sent again, it is the same. `what`
    /// keeps kinds of things apart.
    pub fn program_command(&self, program: &str, what: &str, key: &str) -> CommandId {
        // Lengths keep one program's key from reading as another program's.
        let text = format!("{what}\n{}\n{program}\n{key}", program.len());
        CommandId(self.key.uuid(Purpose::ProgramCommand, text.as_bytes()))
    }

    /// The request that a command filed, if anybody may see it.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], or the store's.
    pub async fn shown_of_command(&self, command: Uuid) -> Result<CaseId, HandleError> {
        let unit = self.unit().id.clone();
        let command = CommandId(command);
        match self.store.subject_of_command(&unit, command).await? {
            Some(Subject::Case(case)) => self.require_shown(case).await,
            _ => Err(HandleError::NotFound("request")),
        }
    }

    async fn require_shown(&self, case: CaseId) -> Result<CaseId, HandleError> {
        let rows = self.shown_of(vec![case]).await?;
        let row = rows.first().ok_or(HandleError::NotFound("request"))?;
        Ok(row.id)
    }

    /// Adds what a program was told later about a request that anybody may see. The same `command` a
    /// second time changes nothing.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] also for one that is not shown, the rules', and the store's:
    /// `CommandReused` when the command came before with other words.
    pub async fn add_for_program(
        &self,
        case: CaseId,
        command: CommandId,
        (text, media): (String, Vec<BlobRef>),
    ) -> Result<CaseHistory, HandleError> {
        let case = self.require_shown(case).await?;
        require_few(&media)?;
        let id = case.to_string();
        let mut parts = vec![b"program".as_slice(), id.as_bytes(), text.as_bytes()];
        parts.extend(media.iter().map(|photo| photo.sha256.as_bytes()));
        let record = CommandRecord {
            id: command,
            fingerprint: self.command_fingerprint(fingerprint(&parts)),
        };
        let added = CaseCommand::AddInformation { text, media };
        self.by_reporter(case, added, Some(record)).await
    }
}
