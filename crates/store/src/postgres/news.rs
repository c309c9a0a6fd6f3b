//! What other processes on the same database committed.
//!
//! After a commit a process tells the others the range of a unit's sequence numbers on the channel
//! `pengayom_acts`. It does so apart from the commit: a `NOTIFY` inside of a transaction makes all
//! committing sessions of the server wait for each other. What could not be told is told later; a
//! listener whose connection was broken looks for itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pengayom_core::value::UnitId;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::News;

/// The channel.
const CHANNEL: &str = "pengayom_acts";

/// Messages that may wait to be told or read; a slow reader looks for itself.
const BACKLOG: usize = 1024;

/// How long commits are gathered before the others are told of them.
const GATHER: Duration = Duration::from_millis(20);

/// How long a listener that hears nothing waits before it makes sure that it is not cut off.
const QUIET: Duration = Duration::from_secs(30);

/// How long to wait before trying a broken connection again.
const AGAIN: Duration = Duration::from_secs(1);

/// How long the last commits before the end may take to be told.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What was committed for a unit: from one sequence number to another.
pub(crate) type Range = (UnitId, i64, i64);

/// Tells and listens, until dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    heard: broadcast::Sender<News>,
    tell: Mutex<Option<mpsc::Sender<Range>>>,
    listening: JoinHandle<()>,
    speaking: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Follower {
    pub(crate) fn start(options: PgConnectOptions) -> Self {
        let origin = Uuid::new_v4();
        let heard = broadcast::Sender::new(BACKLOG);
        let (tell, told) = mpsc::channel(BACKLOG);
        let listening = tokio::spawn(listen(options.clone(), origin, heard.clone()));
        let speaking = tokio::spawn(speak(options, origin, told));
        Self {
            heard,
            tell: Mutex::new(Some(tell)),
            listening,
            speaking: tokio::sync::Mutex::new(Some(speaking)),
        }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<News> {
        self.heard.subscribe()
    }

    /// For the writer: where to say what was committed.
    pub(crate) fn teller(&self) -> Option<mpsc::Sender<Range>> {
        self.sender().clone()
    }

    /// Tells what is still to be told, for a moment, and ends. The writer has ended before.
    pub(crate) async fn finish(&self) {
        self.listening.abort();
        *self.sender() = None;
        if let Some(speaking) = self.speaking.lock().await.take() {
            let abort = speaking.abort_handle();
            if tokio::time::timeout(LAST_WORDS, speaking).await.is_err() {
                abort.abort();
            }
        }
    }

    fn sender(&self) -> MutexGuard<'_, Option<mpsc::Sender<Range>>> {
        self.tell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.listening.abort();
        if let Some(speaking) = self.speaking.get_mut() {
            speaking.abort();
        }
    }
}

/// A message: origin, unit, first and last sequence number.
fn message(origin: Uuid, (unit, first, last): &Range) -> String {
    format!("{origin} {unit} {first} {last}")
}

/// A message of another process; `None` for our own and for what does not read.
fn read(origin: Uuid, text: &str) -> Option<News> {
    let mut parts = text.split(' ');
    let from: Uuid = parts.next()?.parse().ok()?;
    let news = News::Acts {
        unit: parts.next()?.parse().ok()?,
        first: parts.next()?.parse().ok()?,
        last: parts.next()?.parse().ok()?,
    };
    (from != origin && parts.next().is_none()).then_some(news)
}

/// Hears of others' commits, for as long as the process lives.
async fn listen(options: PgConnectOptions, origin: Uuid, heard: broadcast::Sender<News>) {
    loop {
        let _ = hear(&options, origin, &heard).await;
        // What was said meanwhile is lost.
        let _ = heard.send(News::Look);
        tokio::time::sleep(AGAIN).await;
    }
}

async fn hear(
    options: &PgConnectOptions,
    origin: Uuid,
    heard: &broadcast::Sender<News>,
) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    let _ = heard.send(News::Look);
    loop {
        match tokio::time::timeout(QUIET, listener.try_recv()).await {
            Ok(said) => {
                // `None`: the connection broke off.
                let Some(said) = said? else { return Ok(()) };
                if let Some(news) = read(origin, said.payload()) {
                    // Nobody listening is no fault.
                    let _ = heard.send(news);
                }
            }
            Err(_) => {
                (&mut listener).execute("SELECT 1").await?;
            }
        }
    }
}

/// Tells the others what this process committed, gathered unit by unit.
async fn speak(options: PgConnectOptions, origin: Uuid, mut told: mpsc::Receiver<Range>) {
    let mut connection: Option<PgConnection> = None;
    let mut ranges: BTreeMap<UnitId, (i64, i64)> = BTreeMap::new();
    loop {
        // What could not be told waits together with what comes.
        let next = if ranges.is_empty() {
            told.recv().await
        } else {
            tokio::time::timeout(AGAIN, told.recv())
                .await
                .unwrap_or(None)
        };
        if next.is_none() && ranges.is_empty() {
            break;
        }
        tokio::time::sleep(GATHER).await;
        let more = std::iter::from_fn(|| told.try_recv().ok());
        for (unit, first, last) in next.into_iter().chain(more) {
            let known = ranges.entry(unit).or_insert((first, last));
            *known = (known.0.min(first), known.1.max(last));
        }
        let messages: Vec<String> = ranges
            .iter()
            .map(|(unit, (first, last))| message(origin, &(unit.clone(), *first, *last)))
            .collect();
        match notify(&options, &mut connection, &messages).await {
            Ok(()) => ranges.clear(),
            Err(error) => {
                tracing::warn!(%error, "other processes could not be told of what was recorded");
                connection = None;
            }
        }
    }
    if let Some(connection) = connection {
        let _ = connection.close().await;
    }
}

async fn notify(
    options: &PgConnectOptions,
    connection: &mut Option<PgConnection>,
    messages: &[String],
) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        none => none.insert(options.connect().await?),
    };
    sqlx::query("SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message")
        .bind(CHANNEL)
        .bind(messages)
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_message_reads_back_and_our_own_is_passed_over() {
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let unit: UnitId = "polres-pati".parse().unwrap();
        let text = message(theirs, &(unit.clone(), 7, 12));
        let news = News::Acts {
            unit,
            first: 7,
            last: 12,
        };
        assert_eq!(read(ours, &text), Some(news));
        assert_eq!(read(theirs, &text), None);
    }

    #[test]
    fn what_does_not_read_is_passed_over() {
        for text in [
            "",
            "x",
            "00000000-0000-0000-0000-000000000002 polres-pati 7",
        ] {
            assert_eq!(read(Uuid::nil(), text), None, "{text}");
        }
    }
}
