//! Commands that are carried out once, however often their sender has to send them.

use jiff::Timestamp;
use pengayom_core::act::{Act, Subject};
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::{CaseId, CommandId};
use pengayom_store::{Append, CommandRecord, StoreError};

use super::case::{CaseChanged, needed_for};
use super::command::fingerprint;
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;

/// A command that is carried out once: sent again it gets its first answer, with other content it is
/// refused ([`StoreError::CommandReused`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once(CommandRecord);

impl Once {
    /// What the store keeps of it.
    pub(crate) const fn record(self) -> CommandRecord {
        self.0
    }
}

/// What a command came to the first time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Done {
    /// What it was about.
    pub(crate) subject: Subject,
    /// What it recorded, in order.
    pub(crate) acts: Vec<Act>,
}

impl Node {
    /// A command under an identifier that its sender made. `asked` is everything that tells it from
    /// another one: who asks, for what, with which content. Nothing of that is kept but a keyed hash.
    pub fn once(&self, id: CommandId, asked: &[&[u8]]) -> Once {
        Once(CommandRecord {
            id,
            fingerprint: self.command_fingerprint(fingerprint(asked)),
        })
    }

    /// What a command came to before; `None` when it was not carried out yet.
    ///
    /// # Errors
    /// [`StoreError::CommandReused`] when another content came under its identifier, or the store's.
    pub(crate) async fn done_before(
        &self,
        once: Option<Once>,
    ) -> Result<Option<Done>, HandleError> {
        let Some(Once(record)) = once else {
            return Ok(None);
        };
        let unit = self.unit().id.clone();
        let Some(subject) = self.store.subject_of_command(&unit, record.id).await? else {
            return Ok(None);
        };
        // The store holds a command to what it recorded before it looks at anything else: without an
        // act this only asks.
        let mut append = Append::new(unit, subject, None, Vec::new());
        append.command = Some(record);
        match self.store.append(append).await {
            Ok(first) => Ok(Some(Done {
                subject: first.subject,
                acts: first.acts,
            })),
            Err(StoreError::Missing { what: "act" }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// [`Node::change_case`] for a command that may be sent again: it is done once, and its first
    /// answer given again as long as the asker may see the case.
    ///
    /// # Errors
    /// As [`Node::change_case`]; [`StoreError::CommandReused`] for other content under the same
    /// identifier.
    pub async fn change_case_once(
        &self,
        by: &Staff,
        id: CaseId,
        seen: Option<u32>,
        command: CaseCommand,
        once: Once,
    ) -> Result<CaseChanged, HandleError> {
        self.change_case_once_at(by, id, seen, command, None, once)
            .await
    }

    /// The same for what happened at another moment.
    ///
    /// # Errors
    /// As [`Node::change_case_once`].
    pub async fn change_case_once_at(
        &self,
        by: &Staff,
        id: CaseId,
        seen: Option<u32>,
        command: CaseCommand,
        happened_at: Option<Timestamp>,
        once: Once,
    ) -> Result<CaseChanged, HandleError> {
        let needed = needed_for(&command);
        by.require(needed)?;
        if let Some(done) = self.changed_before(by, needed, id, once).await? {
            return Ok(done);
        }
        let moment = self.moment(happened_at);
        let changed = self.carry_out(by, id, seen, command, moment, Some(once));
        match changed.await {
            // Sent twice at once: the other one did it.
            Err(error @ (HandleError::Case(_) | HandleError::Conflict { .. })) => {
                let done = self.changed_before(by, needed, id, once).await?;
                done.ok_or(error)
            }
            other => other,
        }
    }

    /// What a command about a case came to before.
    async fn changed_before(
        &self,
        by: &Staff,
        needed: Permission,
        id: CaseId,
        once: Once,
    ) -> Result<Option<CaseChanged>, HandleError> {
        let Some(done) = self.done_before(Some(once)).await? else {
            return Ok(None);
        };
        if done.subject != Subject::Case(id) {
            return Err(StoreError::CommandReused.into());
        }
        let case = self.known_case(id).await?;
        self.require_case(by, needed, &case)?;
        Ok(Some(CaseChanged {
            case,
            changed: false,
            acts: done.acts,
        }))
    }

    /// Takes the case that is next to serve: danger first, then the nearest promise, then arrival.
    ///
    /// # Errors
    /// See [`HandleError`]; `Ok(None)` when nobody waits.
    pub async fn serve_next(&self, by: &Staff) -> Result<Option<CaseId>, HandleError> {
        self.serve_next_of(by, None).await
    }

    /// [`Node::serve_next`] for a command that may be sent again: it takes one case.
    ///
    /// # Errors
    /// As [`Node::serve_next`]; [`StoreError::CommandReused`].
    pub async fn serve_next_once(
        &self,
        by: &Staff,
        once: Once,
    ) -> Result<Option<CaseId>, HandleError> {
        self.serve_next_of(by, Some(once)).await
    }

    async fn serve_next_of(
        &self,
        by: &Staff,
        once: Option<Once>,
    ) -> Result<Option<CaseId>, HandleError> {
        by.require(Permission::ServeQueue)?;
        if let Some(done) = self.done_before(once).await? {
            return case_of(done.subject).map(Some);
        }
        for row in self.waiting(by, 20).await? {
            let take = CaseCommand::Take { by: by.id };
            let moment = self.moment(None);
            match self.carry_out(by, row.id, None, take, moment, once).await {
                // Of a command sent twice at once, the case of the first.
                Ok(changed) => {
                    let subject = changed.acts.first().map(|act| act.subject);
                    return case_of(subject.unwrap_or(Subject::Case(row.id))).map(Some);
                }
                // A colleague was faster: the next one.
                Err(
                    HandleError::Case(_)
                    | HandleError::Conflict { .. }
                    | HandleError::CaseShut(_)
                    | HandleError::NotAllowed(_)
                    | HandleError::NotFound(_),
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// The case that something is about.
const fn case_of(subject: Subject) -> Result<CaseId, HandleError> {
    match subject {
        Subject::Case(id) => Ok(id),
        _ => Err(HandleError::Store(StoreError::CommandReused)),
    }
}
