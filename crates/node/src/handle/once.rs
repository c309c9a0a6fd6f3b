//! Commands that are carried out once, however often their sender has to send them.

use pengayom_core::act::{Act, Subject};
use pengayom_core::value::CommandId;
use pengayom_store::{Append, CommandRecord, StoreError};

use super::command::fingerprint;
use crate::Node;
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
}
