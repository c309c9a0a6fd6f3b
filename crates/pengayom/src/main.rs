//! The `pengayom` command line: arguments in, exit code out.

mod backup;
mod bench;
mod cli;
mod clock;
mod demo;
mod export;
mod fault;
mod files;
mod import;
mod key;
mod notices;
mod provider;
mod rehearsal;
mod wiring;
mod witness;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Clap ends the process itself on wrong usage, with code 2.
    cli::run(cli::Arguments::parse())
}
