//! `pengayom export`: records as files that other programs read (`docs/export.md`).

use std::path::PathBuf;

use jiff::civil::Date;
use pengayom_node::UnitContext;
use serde_json::json;

use crate::backup::Progress;
use crate::cli::StoreArguments;
use crate::export::{self, Days, Format, Holds, Kind, Out, Reader, WriteError};
use crate::fault::Fault;
use crate::wiring;

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArguments {
    /// What is written
    #[arg(value_enum)]
    kind: Kind,
    #[command(flatten)]
    store: StoreArguments,
    /// How it is written
    #[arg(long, value_enum)]
    format: Format,
    /// The first day, such as 2026-11-01: of filing, meeting or service
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// The last day
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// The file, which is there whole or stays as it was [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print how many rows were written as JSON; needs --out
    #[arg(long, requires = "out")]
    json: bool,
}

/// Writes an export.
pub(crate) async fn run(arguments: ExportArguments) -> Result<(), Fault> {
    let ExportArguments {
        kind,
        format,
        from,
        to,
        ..
    } = arguments;
    let columns = kind.columns().map_err(|why| Fault::Input(why.to_owned()))?;
    let is_placed = columns.iter().any(|column| column.holds == Holds::Place);
    if format == Format::Geojson && !is_placed {
        return Err(Fault::Input(format!(
            "{}: a row has no place. Choose --format csv, jsonl or parquet",
            kind.word()
        )));
    }
    if kind == Kind::Areas && (from.is_some() || to.is_some()) {
        return Err(Fault::Input(
            "areas: they are of no day. Leave out --from and --to".to_owned(),
        ));
    }
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Fault::Input(format!("--to {to} lies before --from {from}")));
    }
    let out = Out::begin(arguments.out.as_deref(), format == Format::Parquet)?;
    let store = wiring::open_known(&arguments.store.store).await?;
    let unit = match arguments.store.unit {
        Some(unit) => unit,
        None => wiring::only_unit(store.as_ref()).await?,
    };
    let unit = UnitContext::load(store.as_ref(), &unit).await?;
    let reader = Reader::new(std::sync::Arc::clone(&store), unit, kind, Days { from, to });
    let writer = export::writer(format, kind, columns, out.sink()?).map_err(not_written)?;
    let is_piped = arguments.out.is_none();
    let rows = write(reader, writer, kind, is_piped).await;
    store.close().await;
    let rows = rows?;
    if let Some(file) = out.finish()? {
        let file = file.display().to_string();
        if arguments.json {
            println!(
                "{}",
                json!({ "kind": kind.word(), "rows": rows, "file": file })
            );
        } else {
            println!("{rows} rows of {} written to {file}", kind.word());
        }
    }
    Ok(())
}

/// Writes all rows, until there are no more or the program is told to end.
async fn write(
    mut reader: Reader,
    mut writer: Box<dyn export::RowWriter>,
    kind: Kind,
    is_piped: bool,
) -> Result<u64, Fault> {
    let progress = Progress::of_rows(&format!("exporting {}", kind.word()));
    let told = tokio::spawn(async move {
        wiring::told_to_end().await;
        // Who reads the pipe may have stopped reading: writing to it would never end.
        if is_piped {
            eprintln!("pengayom: stopped before the end");
            std::process::exit(1);
        }
    });
    let mut rows = 0_u64;
    while let Some(row) = reader.row().await? {
        writer.row(row).map_err(not_written)?;
        rows += 1;
        progress.add(1);
        if told.is_finished() {
            progress.end();
            return Err(Fault::Input(
                "stopped before the end: nothing was written to the file".to_owned(),
            ));
        }
    }
    writer.finish().map_err(not_written)?;
    told.abort();
    progress.end();
    Ok(rows)
}

fn not_written(error: WriteError) -> Fault {
    Fault::system("writing the export")(match error {
        WriteError::Io(error) => error,
        other => std::io::Error::other(other.to_string()),
    })
}
