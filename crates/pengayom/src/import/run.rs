//! The import itself: read and decide in one thread, record in another, batch by batch.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pengayom_node::SharedNode;
use pengayom_store::StoreError;
use pengayom_store::rows::ImportRow;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::gather::{Batch, Gatherer, told};
use super::mapping::Mapping;
use super::progress::{CountingReader, Progress};
use super::rejects::{Reject, Rejects};
use super::rows::{Next, Rows};
use super::together::Apart;
use crate::fault::Fault;
use crate::files;

/// Batches that may wait to be recorded.
const WAITING: usize = 2;

/// Why a record with a known key is not simply known.
const CHANGED: &str = "recorded before, and the source tells other moments now: what is recorded \
                       stays. Put it right in the record itself";

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

/// How the reading ended.
enum Ended {
    Whole,
    CutOff { line: u64, fault: String },
    Endless { line: u64 },
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
    let began = Instant::now();
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
        let file = options.file.clone();
        tokio::task::spawn_blocking(move || {
            let apart = Apart::find(files::unpacked(&file)?, &mapping)?;
            read(
                input,
                Gatherer::new(&node, &mapping, &apart),
                &mapping,
                skip,
                &sender,
            )
        })
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
        Ended::CutOff { line, fault } => {
            let why = format!("the file ends before its end, after line {line} ({fault})");
            Err(broken_off(&why, "Fetch the whole file", &options, &summary))
        }
        Ended::Endless { line } => {
            let why =
                format!("the row that begins in line {line} does not end: is a quote not closed?");
            Err(broken_off(&why, "Mend it", &options, &summary))
        }
    }
}

fn broken_off(why: &str, remedy: &str, options: &Options, summary: &ImportSummary) -> Fault {
    let rejects = summary.rejects_file.as_ref();
    let rejects = rejects.map_or_else(String::new, |file| format!(" (see {file})"));
    Fault::Input(format!(
        "{}: {why}. Before that {} rows were read, {} records made, {} known before, {} refused{rejects}. \
         {remedy} and import it again: what is recorded stays as it is",
        options.file.display(),
        summary.rows,
        summary.recorded,
        summary.known,
        summary.rejected,
    ))
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
    let (sent, appends): (Vec<_>, Vec<_>) = batch
        .ready
        .into_iter()
        .map(|ready| ((ready.line, ready.told), *ready.append))
        .unzip();
    if !appends.is_empty() {
        let answers = node.store().append_many(appends).await?;
        for ((line, sent), answer) in sent.into_iter().zip(answers) {
            match answer {
                Ok(appended) if appended.repeated => {
                    let acts = appended.acts.iter();
                    if told(acts.map(|act| (&act.payload, act.happened_at))) == sent {
                        summary.known += 1;
                    } else {
                        rejects.add(&Reject {
                            line,
                            field: String::new(),
                            reason: CHANGED.to_owned(),
                        })?;
                    }
                }
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
    mut gatherer: Gatherer<'_>,
    mapping: &Mapping,
    skip: u64,
    sender: &mpsc::Sender<Batch>,
) -> Result<Ended, Fault> {
    let mut rows = Rows::new(input, mapping)?;
    loop {
        let next = rows.next();
        if rows.read() <= skip && matches!(next, Next::Row(_) | Next::Bad(..)) {
            continue;
        }
        let ended = match next {
            Next::Row(row) => {
                gatherer.row(&row, rows.plan(), rows.read());
                None
            }
            Next::Bad(reject, key) => {
                gatherer.bad(reject, key.as_deref(), rows.read());
                None
            }
            Next::End => Some(Ended::Whole),
            Next::CutOff { line, fault } => Some(Ended::CutOff { line, fault }),
            Next::Endless { line } => Some(Ended::Endless { line }),
        };
        if let Some(ended) = ended {
            // A call at the very end of a cut-off file may lack responses: it is left for later.
            if !matches!(ended, Ended::CutOff { .. }) {
                gatherer.finish(rows.read());
            }
            // The receiver is gone only when it failed, and then it says why.
            let _ = sender.blocking_send(gatherer.rest());
            return Ok(ended);
        }
        if let Some(full) = gatherer.full()
            && sender.blocking_send(full).is_err()
        {
            return Ok(Ended::Whole);
        }
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
    let mut hex = String::with_capacity(64);
    for byte in hasher.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}
