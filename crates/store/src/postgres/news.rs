//! What other processes on the same database committed.
//!
//! After a commit a process tells the others the range of a unit's sequence numbers on the channel
//! `pengayom_acts`. It does so apart from the commit: a `NOTIFY` inside of a transaction makes all
//! committing sessions of the server wait for each other. A message that is lost is made good by
//! the next one, or by looking, which listeners do whenever the connection was broken and every
//! half minute.

use std::collections::BTreeMap;
use std::time::Duration;

use pengayom_core::value::UnitId;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
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

/// How often a listener looks for itself, told or not.
const LOOK: Duration = Duration::from_secs(30);

/// How long to wait before trying a broken connection again.
const AGAIN: Duration = Duration::from_secs(1);

/// What was committed for a unit: from one sequence number to another.
pub(crate) type Range = (UnitId, i64, i64);

/// Tells and listens, until dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    heard: broadcast::Sender<News>,
    tell: mpsc::Sender<Range>,
    tasks: Vec<JoinHandle<()>>,
}

impl Follower {
    pub(crate) fn start(options: PgConnectOptions) -> Self {
        let origin = Uuid::new_v4();
        let heard = broadcast::Sender::new(BACKLOG);
        let (tell, told) = mpsc::channel(BACKLOG);
        let tasks = vec![
            tokio::spawn(listen(options.clone(), origin, heard.clone())),
            tokio::spawn(speak(options, origin, told)),
        ];
        Self { heard, tell, tasks }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<News> {
        self.heard.subscribe()
    }

    /// For the writer: where to say what was committed.
    pub(crate) fn teller(&self) -> mpsc::Sender<Range> {
        self.tell.clone()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
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
        match tokio::time::timeout(LOOK, listener.try_recv()).await {
            Ok(said) => {
                // `None`: the connection broke off.
                let Some(said) = said? else { return Ok(()) };
                if let Some(news) = read(origin, said.payload()) {
                    // Nobody listening is no fault.
                    let _ = heard.send(news);
                }
            }
            Err(_) => {
                let _ = heard.send(News::Look);
            }
        }
    }
}

/// Tells the others what this process committed, gathered unit by unit.
async fn speak(options: PgConnectOptions, origin: Uuid, mut told: mpsc::Receiver<Range>) {
    let mut connection: Option<PgConnection> = None;
    while let Some(range) = told.recv().await {
        tokio::time::sleep(GATHER).await;
        let mut ranges: BTreeMap<UnitId, (i64, i64)> = BTreeMap::new();
        let mut next = Some(range);
        while let Some((unit, first, last)) = next {
            let known = ranges.entry(unit).or_insert((first, last));
            *known = (known.0.min(first), known.1.max(last));
            next = told.try_recv().ok();
        }
        let messages: Vec<String> = ranges
            .into_iter()
            .map(|(unit, (first, last))| message(origin, &(unit, first, last)))
            .collect();
        if let Err(error) = notify(&options, &mut connection, &messages).await {
            // They look for themselves soon.
            tracing::warn!(%error, "other processes could not be told of what was recorded");
            connection = None;
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
