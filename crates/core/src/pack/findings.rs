//! What one load finds: the faults with their places, the ids that exist, the references to them, the sources.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::fault::{FAULTS_MAX, PackError, PackFault};
use super::source::SourcedEntry;

/// A file being read, with what is needed to turn offsets into lines.
pub(crate) struct FileText<'a> {
    pub(crate) name: &'a str,
    text: &'a str,
    line_starts: Vec<usize>,
}

impl<'a> FileText<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            name,
            text,
            line_starts,
        }
    }

    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }

    /// Line and column (in characters), both from 1, of a byte offset.
    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self
            .line_starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        let column = before.chars().count() + 1;
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(column).unwrap_or(u32::MAX),
        )
    }
}

/// File and line of the first entry with an id.
type FirstUse = (String, u32);

/// A reference to be followed once everything has been read.
pub(crate) struct Pending {
    /// Kind of entry that is meant.
    pub(crate) kind: &'static str,
    /// Its id.
    pub(crate) id: String,
    /// The place of the reference, with a fault that is replaced.
    pub(crate) error: PackError,
}

/// What has been found so far in one load: faults, ids, references, sources.
#[derive(Default)]
pub(crate) struct Findings {
    faults: RefCell<Vec<PackError>>,
    omitted: Cell<usize>,
    /// By kind and id.
    ids: RefCell<BTreeMap<(&'static str, String), FirstUse>>,
    pending: RefCell<Vec<Pending>>,
    sources: RefCell<Vec<SourcedEntry>>,
}

impl Findings {
    pub(crate) fn report(&self, error: PackError) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < FAULTS_MAX {
            faults.push(error);
        } else {
            self.omitted.set(self.omitted.get() + 1);
        }
    }

    pub(crate) fn report_at(
        &self,
        file: &FileText<'_>,
        offset: usize,
        key: &str,
        fault: PackFault,
    ) {
        let (line, column) = file.position(offset);
        self.report(PackError {
            file: file.name.to_owned(),
            line,
            column,
            key: key.to_owned(),
            fault,
        });
    }

    /// Takes `id` for `kind`, or answers with file and line of the one that has it.
    pub(crate) fn take_id(
        &self,
        kind: &'static str,
        id: &str,
        file: &str,
        line: u32,
    ) -> Result<(), FirstUse> {
        let mut ids = self.ids.borrow_mut();
        let key = (kind, id.to_owned());
        if let Some(first) = ids.get(&key) {
            return Err(first.clone());
        }
        ids.insert(key, (file.to_owned(), line));
        Ok(())
    }

    pub(crate) fn refer(&self, pending: Pending) {
        self.pending.borrow_mut().push(pending);
    }

    pub(crate) fn keep_source(&self, source: SourcedEntry) {
        self.sources.borrow_mut().push(source);
    }

    /// Follows every reference; called when all files could be read, so that none is missed for a broken file.
    pub(crate) fn follow_references(&self) {
        let ids = self.ids.borrow();
        for pending in self.pending.take() {
            if ids.contains_key(&(pending.kind, pending.id.clone())) {
                continue;
            }
            let known = ids
                .keys()
                .filter(|(kind, _)| *kind == pending.kind)
                .map(|(_, id)| id.as_str());
            let fault = PackFault::DanglingReference {
                kind: pending.kind,
                suggestion: nearest(&pending.id, known),
                found: pending.id,
            };
            self.report(PackError {
                fault,
                ..pending.error
            });
        }
    }

    pub(crate) fn into_parts(self) -> (Vec<PackError>, usize, Vec<SourcedEntry>) {
        (
            self.faults.into_inner(),
            self.omitted.get(),
            self.sources.into_inner(),
        )
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.faults.borrow().is_empty()
    }
}

/// The known name most like `found`, if one is near enough to be meant.
pub(crate) fn nearest<'k>(found: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    /// Names less alike than this are more likely another thing than a typing error.
    const ALIKE: f64 = 0.8;
    // A name longer than any key of ours is no typing error, and comparing it would cost.
    if found.len() > 80 {
        return None;
    }
    known
        .map(|name| (strsim::jaro_winkler(found, name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name.to_owned())
}

/// At most 60 characters of a text that goes into a fault.
pub(crate) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(SHOWN).collect();
    short.push('…');
    short
}

/// Placeholder names as a person writes them: `{n}, {time}`, or a dash for none.
pub(crate) fn braced(names: &BTreeSet<&str>) -> String {
    if names.is_empty() {
        return "–".to_owned();
    }
    let braced: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
    braced.join(", ")
}
