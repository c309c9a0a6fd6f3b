//! How far a backup, a restore or a rebuild has come, on a terminal only.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error.
#[derive(Debug, Clone)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for bytes.
    pub(crate) fn of_bytes(what: &str, bytes: u64) -> Self {
        let template = "{msg}: {bar:30} {percent:>3} %  {bytes}, {eta} left";
        Self::begin(what, Some(bytes), template)
    }

    /// A bar for acts, whose number is told later.
    pub(crate) fn of_acts(what: &str) -> Self {
        let template = "{msg}: {bar:30} {pos} of {len} acts, {eta} left";
        Self::begin(what, Some(0), template)
    }

    /// A count of rows; how many there are is not known.
    pub(crate) fn of_rows(what: &str) -> Self {
        Self::begin(what, None, "{msg}: {pos} rows, {elapsed} gone")
    }

    fn begin(what: &str, length: Option<u64>, template: &str) -> Self {
        let bar = match length {
            _ if !std::io::stderr().is_terminal() => ProgressBar::hidden(),
            Some(length) => ProgressBar::new(length),
            None => ProgressBar::no_length(),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        Self(bar)
    }

    /// So many more.
    pub(crate) fn add(&self, more: u64) {
        self.0.inc(more);
    }

    /// So many of so many.
    pub(crate) fn at(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
