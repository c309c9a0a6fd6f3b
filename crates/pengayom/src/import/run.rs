//! The import itself: read and decide in one thread, record in another, batch by batch.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pengayom_node::handle::import::{ImportedCall, ImportedEncounter};
use pengayom_node::{HandleError, SharedNode};
use pengayom_store::rows::ImportRow;
use pengayom_store::{Append, StoreError};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::field::Field;
use super::mapping::{Kind, Mapping};
use super::progress::{CountingReader, Progress};
use super::rejects::{Reject, Rejects};
use super::rows::{Next, Row, Rows};
use super::{call, encounter};
use crate::fault::Fault;

/// Records in one durable commit.
const BATCH: usize = 1_000;

/// Batches that may wait to be recorded.
const WAITING: usize = 2;

/// How an import is done.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The file.
    pub(crate) file: PathBuf,
    /// Where rejects go.
    pub(crate) rejects: PathBuf,
}

/// What an import came to.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct ImportSummary {
    /// Rows read in this run.
    pub(crate) rows: u64,
    /// Records made.
    pub(crate) recorded: u64,
    /// Records that were there before.
    pub(crate) known: u64,
    /// Rows or records refused.
    pub(crate) rejected: u64,
    /// Rows skipped because an earlier run had read them.
    pub(crate) resumed_after: u64,
    /// The file was read to its end.
    pub(crate) complete: bool,
    /// How long it took.
    pub(crate) seconds: f64,
    /// The rejects file, if there is something in it.
    pub(crate) rejects_file: Option<String>,
}

/// A record ready to be recorded, and the line it began at.
struct Ready {
    append: Box<Append>,
    line: u64,
}

/// A part of the file.
#[derive(Default)]
struct Batch {
    ready: Vec<Ready>,
    rejects: Vec<Reject>,
    /// Rows of the file that are dealt with once this batch is recorded.
    rows_done: u64,
}

/// How the reading ended.
enum Ended {
    Whole,
    CutOff { line: u64, fault: String },
}

/// Imports calls or encounters.
///
/// # Errors
/// [`Fault`] when the mapping does not fit the file, the store fails, or the file is cut off; what
/// was read before is recorded then.
pub(crate) async fn import_records(
    node: SharedNode,
    mapping: Mapping,
    options: Options,
) -> Result<ImportSummary, Fault> {
    let began = now();
    let unit = node.unit().id.clone();
    let file_sha256 = digest(&options.file)?;
    let source = mapping.source.name.clone();
    let state = node
        .store()
        .import_state(&unit, &source, &file_sha256)
        .await?;
    // A whole file with refused rows is read again: the mapping, the areas or the pack may have been
    // mended since. What is recorded is known by its keys.
    let state = state.filter(|state| !(state.complete && state.rows_rejected > 0));
    let skip = state.as_ref().map_or(0, |state| state.rows_done);
    let mut summary = ImportSummary {
        rows: 0,
        recorded: 0,
        known: 0,
        rejected: 0,
        resumed_after: skip,
        complete: state.as_ref().is_some_and(|state| state.complete),
        seconds: 0.0,
        rejects_file: None,
    };
    if summary.complete {
        return Ok(summary);
    }
    let rejected_before = state.as_ref().map_or(0, |state| state.rows_rejected);
    let mut rejects = Rejects::new(options.rejects.clone(), skip > 0);
    let size = std::fs::metadata(&options.file)
        .map_err(Fault::file(&options.file))?
        .len();
    let (input, counted) = open_counted(&options.file)?;
    let progress = Progress::of(size, counted);
    let (sender, mut batches) = mpsc::channel(WAITING);
    let reading = {
        let node = std::sync::Arc::clone(&node);
        tokio::task::spawn_blocking(move || read(input, &node, &mapping, skip, &sender))
    };
    let mut note = ImportRow {
        source,
        file_sha256,
        rows_done: skip,
        rows_rejected: rejected_before,
        complete: false,
        at: node.now(),
    };
    while let Some(batch) = batches.recv().await {
        record(&node, batch, &mut summary, &mut note, &mut rejects).await?;
        node.store().put_import_state(&unit, &note).await?;
        summary.rows = note.rows_done - skip;
        progress.rows(summary.rows);
    }
    progress.end();
    let ended = reading
        .await
        .map_err(|error| Fault::Input(format!("reading was broken off: {error}")))??;
    rejects.flush()?;
    summary.seconds = began.elapsed().as_secs_f64();
    summary.rejected = rejects.count();
    summary.rejects_file = (rejects.count() > 0).then(|| rejects.path().display().to_string());
    match ended {
        Ended::Whole => {
            note.complete = true;
            node.store().put_import_state(&unit, &note).await?;
            summary.complete = true;
            Ok(summary)
        }
        Ended::CutOff { line, fault } => Err(Fault::Input(format!(
            "{}: the file ends before its end, after line {line} ({fault}). {} rows were read and \
             recorded. Fetch the whole file and import it: what is there already stays as it is",
            options.file.display(),
            note.rows_done,
        ))),
    }
}

async fn record(
    node: &SharedNode,
    batch: Batch,
    summary: &mut ImportSummary,
    note: &mut ImportRow,
    rejects: &mut Rejects,
) -> Result<(), Fault> {
    let before = rejects.count();
    for reject in &batch.rejects {
        rejects.add(reject)?;
    }
    let (lines, appends): (Vec<u64>, Vec<Append>) = batch
        .ready
        .into_iter()
        .map(|ready| (ready.line, *ready.append))
        .unzip();
    if !appends.is_empty() {
        let answers = node.store().append_many(appends).await?;
        for (line, answer) in lines.into_iter().zip(answers) {
            match answer {
                Ok(appended) if appended.repeated => summary.known += 1,
                Ok(_) => summary.recorded += 1,
                Err(
                    error @ (StoreError::Stale { .. }
                    | StoreError::CommandReused
                    | StoreError::Taken { .. }
                    | StoreError::Damaged { .. }),
                ) => {
                    rejects.add(&Reject {
                        line,
                        field: String::new(),
                        reason: error.to_string(),
                    })?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    rejects.flush()?;
    note.rows_done = batch.rows_done;
    note.rows_rejected += rejects.count() - before;
    note.at = node.now();
    Ok(())
}

/// Reads the file, groups rows to records and decides them.
fn read(
    input: Box<dyn std::io::Read + Send>,
    node: &SharedNode,
    mapping: &Mapping,
    skip: u64,
    sender: &mpsc::Sender<Batch>,
) -> Result<Ended, Fault> {
    let mut rows = Rows::new(input, mapping)?;
    let mut reader = Reader {
        node,
        mapping,
        batch: Batch::default(),
        open: None,
    };
    loop {
        let next = rows.next();
        if rows.read() <= skip && matches!(next, Next::Row(_) | Next::Bad(_)) {
            continue;
        }
        let ended = match next {
            Next::Row(row) => {
                reader.row(&row, rows.plan(), rows.read());
                None
            }
            Next::Bad(reject) => {
                reader.finish(rows.read() - 1);
                reader.batch.rejects.push(reject);
                reader.batch.rows_done = rows.read();
                None
            }
            Next::End => Some(Ended::Whole),
            Next::CutOff { line, fault } => Some(Ended::CutOff { line, fault }),
        };
        if let Some(ended) = ended {
            // A call at the very end of a cut-off file may lack responses: it is left for later.
            if matches!(ended, Ended::Whole) {
                reader.finish(rows.read());
            }
            // The receiver is gone only when it failed, and then it says why.
            let _ = sender.blocking_send(reader.batch);
            return Ok(ended);
        }
        if reader.is_full() {
            let full = std::mem::take(&mut reader.batch);
            reader.batch.rows_done = full.rows_done;
            if sender.blocking_send(full).is_err() {
                return Ok(Ended::Whole);
            }
        }
    }
}

/// A record whose rows are not all read yet.
struct Open {
    line: u64,
    key: String,
    call: Result<ImportedCall, ()>,
}

struct Reader<'a> {
    node: &'a SharedNode,
    mapping: &'a Mapping,
    batch: Batch,
    open: Option<Open>,
}

impl Reader<'_> {
    fn is_full(&self) -> bool {
        self.batch.ready.len() + self.batch.rejects.len() >= BATCH
    }

    fn row(&mut self, row: &Row, plan: &super::rows::Plan, read: u64) {
        if self.mapping.source.kind == Kind::Encounters {
            match encounter::encounter(&self.mapping.source.name, row, plan) {
                Ok(met) => self.encounter(met, row.line),
                Err(reject) => self.batch.rejects.push(reject),
            }
            self.batch.rows_done = read;
            return;
        }
        if let Some(open) = self.open.as_mut().filter(|open| open.key == row.key) {
            if let Ok(known) = &mut open.call
                && let Err(reject) = call::add(known, row, plan)
            {
                self.batch.rejects.push(reject);
            }
            return;
        }
        self.finish(read - 1);
        let begun = call::begin(&self.mapping.source.name, row, plan);
        self.open = Some(Open {
            line: row.line,
            key: row.key.clone(),
            call: begun.map_err(|reject| self.batch.rejects.push(reject)),
        });
    }

    /// The open record is whole; rows up to this one are dealt with.
    fn finish(&mut self, rows_done: u64) {
        if let Some(open) = self.open.take()
            && let Ok(call) = open.call
        {
            let area = call.area.as_ref().map(ToString::to_string);
            match self.node.prepare_call(call) {
                Ok(append) => {
                    self.batch.ready.push(Ready {
                        append: Box::new(append),
                        line: open.line,
                    });
                }
                Err(error) => self.batch.rejects.push(refused(open.line, &error, area)),
            }
        }
        self.batch.rows_done = self.batch.rows_done.max(rows_done);
    }

    fn encounter(&mut self, met: ImportedEncounter, line: u64) {
        let area = met.area.as_ref().map(ToString::to_string);
        match self.node.prepare_encounter(met) {
            Ok(append) => self.batch.ready.push(Ready {
                append: Box::new(append),
                line,
            }),
            Err(error) => self.batch.rejects.push(refused(line, &error, area)),
        }
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

type Counted = (
    Box<dyn std::io::Read + Send>,
    std::sync::Arc<std::sync::atomic::AtomicU64>,
);

fn open_counted(path: &Path) -> Result<Counted, Fault> {
    let file = std::fs::File::open(path).map_err(Fault::file(path))?;
    let (counting, count) = CountingReader::new(file);
    let buffered = std::io::BufReader::with_capacity(1 << 16, counting);
    let input: Box<dyn std::io::Read + Send> = match path
        .extension()
        .and_then(std::ffi::OsStr::to_str)
    {
        Some("gz") => Box::new(flate2::bufread::MultiGzDecoder::new(buffered)),
        Some("zst") => Box::new(zstd::Decoder::with_buffer(buffered).map_err(Fault::file(path))?),
        _ => Box::new(buffered),
    };
    Ok((input, count))
}

fn digest(path: &Path) -> Result<String, Fault> {
    let mut file = std::fs::File::open(path).map_err(Fault::file(path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let read = file.read(&mut buffer).map_err(Fault::file(path))?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else {
            break;
        };
        hasher.update(part);
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long an import takes is told, not decided on"
)]
fn now() -> Instant {
    Instant::now()
}
