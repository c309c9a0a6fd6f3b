//! Hearing of what other processes on the same store recorded, so that live pages here are told.

use std::ops::RangeInclusive;

use pengayom_store::{News, PAGE_MAX, StoreError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use crate::SharedNode;

/// Follows the other processes on the store of a node.
pub struct Follower {
    node: SharedNode,
    news: broadcast::Receiver<News>,
    /// Up to where the record need not be looked at.
    known: i64,
}

impl Follower {
    /// Begins to follow: whatever is recorded from now on is told. `None` where no other process
    /// can be heard of.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin(node: SharedNode) -> Result<Option<Self>, StoreError> {
        let Some(news) = node.store().news() else {
            return Ok(None);
        };
        let known = node.store().last_sequence(&node.unit().id).await?;
        Ok(Some(Self { node, news, known }))
    }

    /// Tells live pages, until told to stop.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let heard = tokio::select! {
                heard = self.news.recv() => heard,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            let told = match heard {
                Ok(News::Acts { unit, first, last }) if unit == self.node.unit().id => {
                    self.known = self.known.max(last);
                    tell(&self.node, first..=last).await
                }
                Ok(News::Acts { .. }) => Ok(()),
                // Something was missed: everything after what is known, our own included.
                Ok(News::Look) | Err(RecvError::Lagged(_)) => {
                    look(&self.node, &mut self.known).await
                }
                Err(RecvError::Closed) => return,
            };
            if let Err(error) = told {
                tracing::warn!(%error, "what another process recorded could not be read");
            }
        }
    }
}

async fn look(node: &SharedNode, known: &mut i64) -> Result<(), StoreError> {
    let unit = node.unit().id.clone();
    let last = node.store().last_sequence(&unit).await?;
    if last > *known {
        tell(node, *known + 1..=last).await?;
        *known = last;
    }
    Ok(())
}

/// Tells live pages of acts in the record, each in its order: a page of one kind of act hears of it also when another
/// came right after it. Of very many the last are enough: a page that hears of more than it can follow reads itself
/// anew.
async fn tell(node: &SharedNode, range: RangeInclusive<i64>) -> Result<(), StoreError> {
    let unit = node.unit().id.clone();
    let after = (range.start() - 1).max(range.end() - i64::from(PAGE_MAX));
    let acts = node.store().acts_after(&unit, after, PAGE_MAX).await?;
    for act in acts.iter().filter(|act| range.contains(&act.sequence)) {
        node.tell(&act.act, act.sequence);
    }
    Ok(())
}
