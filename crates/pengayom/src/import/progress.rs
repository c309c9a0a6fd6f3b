//! A bar with rate and time left, on a terminal only.

use std::io::{IsTerminal as _, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

/// Counts the bytes that are read through it.
pub(crate) struct CountingReader<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R> CountingReader<R> {
    /// Reads through; the counter can be looked at meanwhile.
    pub(crate) fn new(inner: R) -> (Self, Arc<AtomicU64>) {
        let count = Arc::new(AtomicU64::new(0));
        (
            Self {
                inner,
                count: Arc::clone(&count),
            },
            count,
        )
    }
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Shows how far a file was read.
pub(crate) struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
}

impl Progress {
    /// Of a file of so many bytes, as they lie on the disk.
    pub(crate) fn of(bytes: u64, read: Arc<AtomicU64>) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(bytes)
        } else {
            ProgressBar::hidden()
        };
        let template = "{bar:30} {percent:>3} %  {msg}  {elapsed} gone, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, read }
    }

    /// Says how many rows were read.
    pub(crate) fn rows(&self, rows: u64) {
        self.bar.set_position(self.read.load(Ordering::Relaxed));
        let seconds = self.bar.elapsed().as_secs_f64();
        if seconds > 0.2 {
            #[expect(clippy::cast_precision_loss, reason = "for show only")]
            let rate = rows as f64 / seconds;
            self.bar
                .set_message(format!("{rows} rows, {rate:.0} rows/s"));
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
