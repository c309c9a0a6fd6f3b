//! Asking the writer, and waiting until what was asked is durable.

use pengayom_core::value::UnitId;
use tokio::sync::{mpsc, oneshot};

use super::SqlStore;
use super::beside::{Change, What};
use super::writer::{Answer, Message, Waiting, Write};
use crate::error::StoreError;

impl SqlStore {
    /// Puts a write into the queue and waits until it is durable.
    pub(super) async fn write(&self, write: Write) -> Result<Answer, StoreError> {
        let place = self.queue.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(()) => StoreError::Closing,
        })?;
        hand_over(write, |message| place.send(message)).await
    }

    pub(super) async fn change(&self, unit: &UnitId, what: What) -> Result<Answer, StoreError> {
        let unit = unit.clone();
        self.write(Write::Beside(Box::new(Change { unit, what })))
            .await
    }

    /// How many rows a change touched.
    pub(super) async fn rows_of(&self, unit: &UnitId, what: What) -> Result<u64, StoreError> {
        match self.change(unit, what).await? {
            Answer::Rows(rows) => Ok(rows),
            _ => Err(unfit()),
        }
    }

    pub(super) async fn done(&self, unit: &UnitId, what: What) -> Result<(), StoreError> {
        self.change(unit, what).await.map(|_| ())
    }
}

/// An answer that does not fit what was asked; the writer never gives one.
pub(super) fn unfit() -> StoreError {
    StoreError::Engine("the writer answered something else".into())
}

/// Gives a write to the writer by what takes its message, and waits until it is durable.
pub(super) async fn hand_over(
    write: Write,
    give: impl FnOnce(Message),
) -> Result<Answer, StoreError> {
    let (answer, answered) = oneshot::channel();
    give(Message::Carry(Waiting { write, answer }));
    answered
        .await
        .map_err(|_| StoreError::Engine("the writer ended before it answered".into()))?
}
