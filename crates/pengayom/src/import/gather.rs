//! From rows to records: rows that follow one another with one key are one call.

use jiff::Timestamp;
use pengayom_node::handle::import::{ImportedCall, ImportedEncounter};
use pengayom_node::{HandleError, SharedNode};
use pengayom_store::Append;

use super::field::Field;
use super::mapping::{Kind, Mapping};
use super::rejects::Reject;
use super::rows::{Plan, Row};
use super::together::Apart;
use super::{call, encounter};

/// Records in one durable commit.
const BATCH: usize = 1_000;

/// A record ready to be recorded.
pub(super) struct Ready {
    /// Its acts.
    pub(super) append: Box<Append>,
    /// What happened when; tells a repetition from a record the source has changed since.
    pub(super) told: Told,
    /// The line it began at.
    pub(super) line: u64,
}

/// What happened when.
pub(super) type Told = Vec<(&'static str, i64)>;

/// What acts tell, to the microsecond the record keeps.
pub(super) fn told<'a>(
    acts: impl Iterator<Item = (&'a pengayom_core::act::Payload, Timestamp)>,
) -> Told {
    acts.map(|(payload, at)| (payload.kind(), at.as_microsecond()))
        .collect()
}

/// A part of the file.
#[derive(Default)]
pub(super) struct Batch {
    /// Records.
    pub(super) ready: Vec<Ready>,
    /// What was refused.
    pub(super) rejects: Vec<Reject>,
    /// Rows of the file that are dealt with once this batch is recorded.
    pub(super) rows_done: u64,
}

/// A call whose rows are not all read yet.
struct Open {
    line: u64,
    key: String,
    /// `None` once a row of it was refused: a call is recorded whole or not at all, so that it can
    /// come in whole when the row is mended.
    call: Option<ImportedCall>,
    rejects: Vec<Reject>,
    left_out: u64,
}

impl Open {
    fn refuse(&mut self, reject: Reject) {
        self.call = None;
        self.rejects.push(reject);
    }
}

/// Groups rows to records and decides them.
pub(super) struct Gatherer<'a> {
    node: &'a SharedNode,
    mapping: &'a Mapping,
    apart: &'a Apart,
    batch: Batch,
    open: Option<Open>,
}

impl<'a> Gatherer<'a> {
    /// Begins with nothing.
    pub(super) fn new(node: &'a SharedNode, mapping: &'a Mapping, apart: &'a Apart) -> Self {
        Self {
            node,
            mapping,
            apart,
            batch: Batch::default(),
            open: None,
        }
    }

    /// What is ready, once it is enough for a commit.
    pub(super) fn full(&mut self) -> Option<Batch> {
        if self.batch.ready.len() + self.batch.rejects.len() < BATCH {
            return None;
        }
        let full = std::mem::take(&mut self.batch);
        self.batch.rows_done = full.rows_done;
        Some(full)
    }

    /// What is ready at the end of the file.
    pub(super) fn rest(self) -> Batch {
        self.batch
    }

    /// Takes a row; `read` counts it.
    pub(super) fn row(&mut self, row: &Row, plan: &Plan, read: u64) {
        let calls = self.mapping.source.kind == Kind::Calls;
        if self.apart.has(&row.key) {
            let columns = plan.key_columns();
            let reason = if calls {
                format!("the rows of this call are not together: sort the file by {columns}")
            } else {
                format!("another row has the same key: {columns} must name one encounter")
            };
            self.alone(Err(row.reject_column(columns, reason)), read);
        } else if calls {
            self.call(row, plan, read);
        } else {
            let met = encounter::encounter(&self.mapping.source.name, row, plan);
            let ready = met.and_then(|met| self.met(met, row.line));
            self.alone(ready, read);
        }
    }

    /// Takes a row that does not read, with its key if that is known.
    pub(super) fn bad(&mut self, reject: Reject, key: Option<&str>, read: u64) {
        match &mut self.open {
            Some(open) if key == Some(open.key.as_str()) => open.refuse(reject),
            // Rows of the open call may follow, so it stays open; but not for ever.
            Some(open) if key.is_none() && open.rejects.len() < BATCH => open.rejects.push(reject),
            _ => self.alone(Err(reject), read),
        }
    }

    /// The open call is whole; rows up to this one are dealt with.
    pub(super) fn finish(&mut self, rows_done: u64) {
        if let Some(open) = self.open.take() {
            let mut rejects = open.rejects;
            match open.call {
                Some(call) => match self.decided(call, open.line) {
                    Ok(ready) => self.batch.ready.push(ready),
                    Err(reject) => rejects.push(reject),
                },
                None if open.left_out > 0 => {
                    let others = match open.left_out {
                        1 => "other row is".to_owned(),
                        n => format!("other {n} rows are"),
                    };
                    rejects.push(Reject {
                        line: open.line,
                        field: String::new(),
                        reason: format!("a row of this call is refused, so its {others} left out"),
                    });
                }
                None => {}
            }
            rejects.sort_by_key(|reject| reject.line);
            self.batch.rejects.append(&mut rejects);
        }
        self.batch.rows_done = self.batch.rows_done.max(rows_done);
    }

    /// A row that stands for itself.
    fn alone(&mut self, ready: Result<Ready, Reject>, read: u64) {
        self.finish(read - 1);
        match ready {
            Ok(ready) => self.batch.ready.push(ready),
            Err(reject) => self.batch.rejects.push(reject),
        }
        self.batch.rows_done = read;
    }

    fn call(&mut self, row: &Row, plan: &Plan, read: u64) {
        if let Some(open) = self.open.as_mut().filter(|open| open.key == row.key) {
            match &mut open.call {
                None => open.left_out += 1,
                Some(known) => {
                    if let Err(reject) = call::add(known, row, plan) {
                        // The rows before it are left out with it.
                        open.left_out += u64::try_from(known.responses.len()).unwrap_or(1).max(1);
                        open.refuse(reject);
                    }
                }
            }
            return;
        }
        self.finish(read - 1);
        let (call, rejects) = match call::begin(&self.mapping.source.name, row, plan) {
            Ok(call) => (Some(call), Vec::new()),
            Err(reject) => (None, vec![reject]),
        };
        self.open = Some(Open {
            line: row.line,
            key: row.key.clone(),
            call,
            rejects,
            left_out: 0,
        });
    }

    fn decided(&self, call: ImportedCall, line: u64) -> Result<Ready, Reject> {
        let area = call.area.as_ref().map(ToString::to_string);
        let append = self.node.prepare_call(call);
        append
            .map(|append| ready(append, line))
            .map_err(|error| refused(line, &error, area))
    }

    fn met(&self, met: ImportedEncounter, line: u64) -> Result<Ready, Reject> {
        let area = met.area.as_ref().map(ToString::to_string);
        let append = self.node.prepare_encounter(met);
        append
            .map(|append| ready(append, line))
            .map_err(|error| refused(line, &error, area))
    }
}

fn ready(append: Append, line: u64) -> Ready {
    Ready {
        told: told(
            append
                .acts
                .iter()
                .map(|act| (&act.payload, act.happened_at)),
        ),
        append: Box::new(append),
        line,
    }
}

fn refused(line: u64, error: &HandleError, area: Option<String>) -> Reject {
    let (field, reason) = match (error, area) {
        (HandleError::PlaceUnknown, Some(area)) => (
            Field::Beat.name(),
            format!("area {area:?} is not one of the unit's areas"),
        ),
        (HandleError::PlaceUnknown, None) => (
            Field::Beat.name(),
            "neither an area nor a position".to_owned(),
        ),
        (HandleError::Nowhere | HandleError::Elsewhere { .. } | HandleError::Point(_), _) => {
            (Field::Lat.name(), error.to_string())
        }
        _ => ("", error.to_string()),
    };
    Reject {
        line,
        field: field.to_owned(),
        reason,
    }
}
