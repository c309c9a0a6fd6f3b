//! `pengayom calc`: one statistical method on a case in JSON.

use std::io::Read as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::fault::Fault;
use crate::files;

/// Largest case on standard input, in bytes.
const INPUT_MAX: u64 = 64 * 1024 * 1024;

/// Arguments of `calc`.
#[derive(Debug, clap::Args)]
pub(crate) struct CalcArguments {
    /// The method; an unknown one is answered with the names of those known
    #[arg(value_name = "METHOD")]
    method: String,
    /// The case [default: standard input]
    #[arg(long, value_name = "CASE.json")]
    input: Option<PathBuf>,
}

/// Carries a method out and prints what it gives.
pub(crate) fn run(arguments: &CalcArguments) -> Result<(), Fault> {
    let (name, text) = match &arguments.input {
        Some(path) => (path.display().to_string(), files::read_text(path)?),
        None => ("standard input".to_owned(), read_input()?),
    };
    let input: Value =
        serde_json::from_str(&text).map_err(|error| Fault::Input(format!("{name}: {error}")))?;
    let output = pengayom_measure::calc(&arguments.method, &input)
        .map_err(|error| Fault::Input(error.to_string()))?;
    println!("{output}");
    Ok(())
}

fn read_input() -> Result<String, Fault> {
    let mut text = String::new();
    std::io::stdin()
        .take(INPUT_MAX + 1)
        .read_to_string(&mut text)
        .map_err(Fault::system("reading standard input"))?;
    if text.len() as u64 > INPUT_MAX {
        return Err(Fault::Input(format!(
            "standard input is larger than {} MiB",
            INPUT_MAX / (1024 * 1024)
        )));
    }
    Ok(text)
}
