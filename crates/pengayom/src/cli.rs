//! The verbs of the command line, one file each.

mod backup;
mod bench;
mod calc;
mod demo;
mod doctor;
mod export;
mod import;
mod init;
mod key;
mod ledger;
mod pack;
mod person;
mod rebuild;
mod receipt;
mod restore;
mod retention;
mod serve;
mod token;
mod user;
mod webhook;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::fault::Fault;

/// The program a police unit runs to serve its community.
#[derive(Debug, Parser)]
#[command(name = "pengayom", version, about, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Serve a sample unit with a simulated month, ready to click through
    Demo(demo::DemoArguments),
    /// Put a unit into a store: its file, its areas and its pack
    Init(init::InitArguments),
    /// Serve the pages of a unit
    Serve(serve::ServeArguments),
    /// Import records of another system by a mapping file
    Import(import::ImportArguments),
    /// Write records as a file that other programs read; nothing that names a person is in it
    Export(export::ExportArguments),
    /// Keep the webhooks: which other programs are told that something was recorded
    Webhook(webhook::WebhookArguments),
    /// Keep the accounts of staff
    User(user::UserArguments),
    /// Keep the tokens by which other programs are let in
    Token(token::TokenArguments),
    /// Show, change or replace the node's key
    Key(key::KeyVerbArguments),
    /// Tell or erase what the unit holds about a person
    Person(person::PersonArguments),
    /// Carry out one statistical method on a case in JSON
    Calc(calc::CalcArguments),
    /// Copy the whole record, encrypted, into a new folder; the unit is served meanwhile
    Backup(backup::BackupArguments),
    /// Make a store from a backup, or say what is wrong with the backup
    Restore(restore::RestoreArguments),
    /// Derive views and counts anew from the acts, tell what differs and put it right
    Rebuild(rebuild::RebuildArguments),
    /// Check what somebody took home who reported something
    Receipt(receipt::ReceiptArguments),
    /// Say what is wrong with this installation and how to mend it
    Doctor(doctor::DoctorArguments),
    /// The transparency log: watch those of units
    Ledger(ledger::LedgerArguments),
    /// Measure this machine: what the program does, beside a bare baseline in the same run
    Bench(bench::BenchArguments),
    /// Work with packs, the method of a unit as data
    Pack(pack::PackArguments),
}

/// Where the record is.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StoreArguments {
    /// The store, such as sqlite:unit.db
    #[arg(long, env = "PENGAYOM_STORE", value_name = "STORE")]
    pub(crate) store: String,
    /// Code of the unit, when the store has several
    #[arg(long, env = "PENGAYOM_UNIT", value_name = "CODE")]
    pub(crate) unit: Option<pengayom_core::value::UnitId>,
}

/// Carries out a command; the exit code says how it went.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    start_log();
    #[cfg(debug_assertions)]
    crate::rehearsal::begin();
    let done = match arguments.verb {
        Verb::Demo(arguments) => waiting(demo::run(arguments)),
        Verb::Init(arguments) => waiting(init::run(arguments)),
        Verb::Serve(arguments) => waiting(serve::run(arguments)),
        Verb::Import(arguments) => waiting(import::run(arguments)),
        Verb::Export(arguments) => waiting(export::run(arguments)),
        Verb::User(arguments) => waiting(user::run(arguments)),
        Verb::Webhook(arguments) => waiting(webhook::run(arguments)),
        Verb::Token(arguments) => waiting(token::run(arguments)),
        Verb::Key(arguments) => waiting(key::run(arguments)),
        Verb::Person(arguments) => waiting(person::run(arguments)),
        Verb::Calc(arguments) => calc::run(&arguments),
        Verb::Backup(arguments) => waiting(backup::run(arguments)),
        Verb::Restore(arguments) => waiting(restore::run(arguments)),
        Verb::Rebuild(arguments) => waiting(rebuild::run(arguments)),
        Verb::Receipt(arguments) => waiting(receipt::run(arguments)),
        Verb::Doctor(arguments) => waiting(doctor::run(arguments)),
        Verb::Ledger(arguments) => waiting(ledger::run(arguments)),
        Verb::Bench(arguments) => waiting(bench::run(arguments)),
        Verb::Pack(arguments) => pack::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("pengayom: {fault}");
            ExitCode::from(1)
        }
    }
}

/// Runs a verb that waits for the store or the network.
fn waiting(verb: impl Future<Output = Result<(), Fault>>) -> Result<(), Fault> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Fault::system("starting the runtime"))?
        .block_on(verb)
}

/// Logs go to standard error; what is said is decided by `PENGAYOM_LOG`.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PENGAYOM_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,pengayom=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A line that cannot be written, on a full disk, is left out. Saying so would be a panic of
        // whatever was about to log: the writer, or a page.
        .log_internal_errors(false)
        .init();
}
