//! A body handed on piece by piece: its reader holds little of it at a time, whatever the sender does.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::Stream;

/// Most bytes handed on at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Most bytes handed on before the reader comes to the next field or the next piece of one. Ours fill a
/// few hundred bytes between their boundaries; what goes on longer is no head of a field.
const WITHOUT_PROGRESS: usize = 3 * PIECE_BYTES;

/// What the reader of a paced body and the body itself know of each other.
#[derive(Debug, Default)]
pub(super) struct Pace {
    since_progress: AtomicUsize,
    too_large: AtomicBool,
}

impl Pace {
    /// The reader came on to something.
    pub(super) fn progress(&self) {
        self.since_progress.store(0, Ordering::Relaxed);
    }

    /// The body ended because there was more of it than is taken.
    pub(super) fn too_large(&self) -> bool {
        self.too_large.load(Ordering::Relaxed)
    }
}

/// Why a body is not handed on any further.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("more than is taken")]
    TooLarge,
    #[error("no field for too long")]
    Stuck,
    #[error(transparent)]
    Cut(#[from] axum::Error),
}

/// A body of at most `limit` bytes. The multipart reader takes whatever a stream has ready, and looks
/// through all it has for the end of a field's head: after each piece this one says that nothing is
/// ready yet, and asks to be called again at once.
pub(super) fn paced(body: Body, limit: usize) -> (Body, Arc<Pace>) {
    let pace = Arc::new(Pace::default());
    let stream = Paced {
        body: body.into_data_stream(),
        rest: Bytes::new(),
        left: limit,
        rested: false,
        pace: Arc::clone(&pace),
    };
    (Body::from_stream(stream), pace)
}

struct Paced {
    body: BodyDataStream,
    /// Of the last frame, what is not handed on yet.
    rest: Bytes,
    /// Bytes that may still come.
    left: usize,
    /// Nothing was handed on since the reader was told to wait.
    rested: bool,
    pace: Arc<Pace>,
}

impl Paced {
    fn piece(&mut self) -> Result<Bytes, Stop> {
        let piece = self.rest.split_to(self.rest.len().min(PIECE_BYTES));
        let Some(left) = self.left.checked_sub(piece.len()) else {
            self.pace.too_large.store(true, Ordering::Relaxed);
            return Err(Stop::TooLarge);
        };
        self.left = left;
        let before = self
            .pace
            .since_progress
            .fetch_add(piece.len(), Ordering::Relaxed);
        if before + piece.len() > WITHOUT_PROGRESS {
            return Err(Stop::Stuck);
        }
        Ok(piece)
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, Stop>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.rested {
            self.rested = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_next(cx) {
                Poll::Ready(Some(Ok(frame))) => self.rest = frame,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        self.rested = false;
        Poll::Ready(Some(self.piece()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    async fn read(body: Vec<u8>, limit: usize, progress: bool) -> (usize, bool, bool) {
        let (body, pace) = paced(Body::from(body), limit);
        let mut stream = body.into_data_stream();
        let mut taken = 0;
        while let Some(piece) = stream.next().await {
            let Ok(piece) = piece else {
                return (taken, false, pace.too_large());
            };
            assert!(piece.len() <= PIECE_BYTES);
            taken += piece.len();
            if progress {
                pace.progress();
            }
        }
        (taken, true, pace.too_large())
    }

    #[tokio::test]
    async fn a_body_comes_whole_in_pieces_and_ends_at_its_limit() {
        let whole = vec![7; 10 * PIECE_BYTES + 1];
        assert_eq!(
            read(whole.clone(), whole.len(), true).await,
            (whole.len(), true, false)
        );
        let (taken, ended, too_large) = read(whole.clone(), whole.len() - 1, true).await;
        assert!(taken < whole.len() && !ended && too_large);
        // Whoever does not come to a field is not fed for ever.
        let (taken, ended, too_large) = read(whole, usize::MAX, false).await;
        assert_eq!((taken, ended, too_large), (WITHOUT_PROGRESS, false, false));
    }
}
