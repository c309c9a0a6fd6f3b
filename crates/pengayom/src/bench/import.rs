//! Calls imported from a file, beside a bare parse of the same file and bare commits on the disk.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use jiff::civil::DateTime;
use pengayom_core::place::UnitConfig;
use pengayom_node::Clock as _;
use pengayom_store::rows::UnitRow;
use serde_json::json;

use super::{ROW_BYTES, Told, forget_peak_memory, open_node, peak_memory_mib, rounded};
use crate::clock::SystemClock;
use crate::demo;
use crate::fault::Fault;
use crate::files;
use crate::import::{Mapping, Options, import_records};

/// Measures the import once.
///
/// # Errors
/// [`Fault`] when the sample does not read, the store fails, or a row is refused.
pub(crate) async fn import(
    told: Told,
    run: u32,
    folder: &Path,
    rows: usize,
    sample: &Path,
    pack: &Path,
) -> Result<(), Fault> {
    let config = files::read_text(&sample.join("unit.toml"))?;
    let parsed = UnitConfig::parse(&config).map_err(|error| Fault::Input(error.to_string()))?;
    let pack = files::read_pack(pack)?;
    let unit = UnitRow {
        id: parsed.code,
        config,
        areas: files::read_text(&sample.join("areas.geojson"))?,
        pack: serde_json::to_string(&pack).map_err(|error| Fault::Input(error.to_string()))?,
        adopted_at: SystemClock.now(),
        simulated: false,
    };
    let map = sample.join("calls.map.toml");
    let mapping = Mapping::parse(&map.display().to_string(), &files::read_text(&map)?)?;
    let file = folder.join("calls.csv");
    write_calls(&file, rows)?;

    let began = Instant::now();
    let parsed = bare_parse(&file)?;
    let parse = began.elapsed();
    let path = folder.join("bare.db");
    let bare =
        pengayom_store::bare_commits(&path, 1_000, ROW_BYTES, Duration::from_secs(3)).await?;

    let node = open_node(folder, "import.db", &unit).await?;
    forget_peak_memory();
    let options = Options {
        file: file.clone(),
        rejects: folder.join("rejects.csv"),
    };
    let began = Instant::now();
    let done = import_records(Arc::clone(&node), mapping, options).await?;
    let took = began.elapsed();
    let memory = peak_memory_mib();
    node.store().close().await;
    if done.recorded != rows as u64 {
        return Err(Fault::Input(format!(
            "{} of {rows} rows were recorded, {} refused",
            done.recorded, done.rejected
        )));
    }
    let rate = rows as f64 / took.as_secs_f64();
    let parse_rate = parsed as f64 / parse.as_secs_f64();
    let size = std::fs::metadata(folder.join("import.db")).map_or(0, |file| file.len());
    told.tell(&json!({
        "what": "import",
        "run": run,
        "rows": rows,
        "seconds": rounded(took.as_secs_f64()),
        "rows_a_second": rate.round(),
        "bare_parse_rows_a_second": parse_rate.round(),
        "ratio_to_bare_parse": rounded(rate / parse_rate),
        "bare_rows_a_second_in_commits_of_1000": bare.rows_a_second().round(),
        "ratio_to_bare_rows": rounded(rate / bare.rows_a_second()),
        "peak_memory_mib": memory,
        "store_mib": size / (1024 * 1024),
    }));
    Ok(())
}

/// Repeats the calls of Detroit: each time round a day later, with keys of their own.
fn write_calls(path: &Path, rows: usize) -> Result<(), Fault> {
    let wrong = |fault: &dyn std::fmt::Display| Fault::Input(format!("the sample: {fault}"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(demo::CALLS)
        .read_to_string(&mut text)
        .map_err(|error| wrong(&error))?;
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let calls: Vec<(&str, &str, DateTime, &str)> = lines
        .filter_map(|line| {
            let mut parts = line.splitn(4, ',');
            let (key, shift, at) = (parts.next()?, parts.next()?, parts.next()?);
            Some((key, shift, at.parse().ok()?, parts.next()?))
        })
        .collect();
    if calls.is_empty() {
        return Err(wrong(&"no calls"));
    }
    let file = std::fs::File::create(path).map_err(Fault::file(path))?;
    let mut file = std::io::BufWriter::with_capacity(1 << 16, file);
    writeln!(file, "{header}").map_err(Fault::file(path))?;
    for at in 0..rows {
        let round = at / calls.len();
        let Some((key, shift, moment, rest)) = calls.get(at % calls.len()) else {
            continue;
        };
        let days = i64::try_from(round).unwrap_or(0) % 2_000;
        let moment = moment
            .checked_add(days.days())
            .map_err(|error| wrong(&error))?;
        writeln!(file, "{key}-{round},{shift},{moment},{rest}").map_err(Fault::file(path))?;
    }
    file.flush().map_err(Fault::file(path))
}

/// Reads every field of every row and does nothing with it.
fn bare_parse(path: &Path) -> Result<usize, Fault> {
    let wrong = |error: csv::Error| Fault::Input(error.to_string());
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(1 << 16)
        .from_path(path)
        .map_err(wrong)?;
    let mut record = csv::ByteRecord::new();
    let (mut rows, mut bytes) = (0, 0);
    while reader.read_byte_record(&mut record).map_err(wrong)? {
        rows += 1;
        bytes += record.iter().map(<[u8]>::len).sum::<usize>();
    }
    std::hint::black_box(bytes);
    Ok(rows)
}
