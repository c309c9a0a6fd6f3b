//! `pengayom doctor`: what is wrong with this installation, and how to mend it.

mod accounts;
mod kept;
mod letters;
mod told;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pengayom_node::keyring::{self, Opens};
use pengayom_node::{Clock as _, KeyringError, UnitContext, UnitError};
use pengayom_store::rebuild::Mode;
use pengayom_store::{Depth, Examined, Store, StoreError};
use serde::Serialize;

use super::rebuild;
use crate::cli::StoreArguments;
use crate::clock::SystemClock;
use crate::fault::Fault;
use crate::key::{self, KeyArguments};
use crate::notices::NoticeArguments;
use crate::wiring;

/// Free space below which a disk is told of, in MiB.
const FREE_MIN_MIB: u64 = 1_024;

/// How far apart two clocks may be, in seconds: more, and the order of what people see is wrong.
const CLOCK_MAX_SECONDS: f64 = 5.0;

/// How old the last backup may be before it is told, in hours: a day, and half a day to notice.
const BACKUP_SOON_HOURS: i64 = 36;

/// How old it may be before that is wrong, in hours: a week.
const BACKUP_LATE_HOURS: i64 = 168;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    key: KeyArguments,
    /// Configuration file (TOML), of which [notices] is looked at; what is given here or in the
    /// environment goes first
    #[arg(long, env = "PENGAYOM_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    notices: NoticeArguments,
    /// Also read every index, and compare all views and counts with the acts; takes a while
    #[arg(long)]
    deep: bool,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Weight {
    /// In order.
    Good,
    /// Works, but somebody should look at it.
    Note,
    /// Wrong.
    Wrong,
}

/// Something looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    weight: Weight,
    found: String,
    remedy: Option<String>,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn good(&mut self, what: &'static str, found: impl Into<String>) {
        self.add(what, Weight::Good, found, None);
    }

    fn note(&mut self, what: &'static str, found: impl Into<String>, remedy: &str) {
        self.add(what, Weight::Note, found, Some(remedy));
    }

    fn wrong(&mut self, what: &'static str, found: impl Into<String>, remedy: &str) {
        self.add(what, Weight::Wrong, found, Some(remedy));
    }

    fn add(
        &mut self,
        what: &'static str,
        weight: Weight,
        found: impl Into<String>,
        remedy: Option<&str>,
    ) {
        self.0.push(Finding {
            what,
            weight,
            found: found.into(),
            remedy: remedy.map(ToOwned::to_owned),
        });
    }
}

/// Looks the installation over. Nothing of the store is changed, not even its tables are brought up
/// to date.
pub(crate) async fn run(arguments: DoctorArguments) -> Result<(), Fault> {
    let mut findings = Findings::default();
    let address = &arguments.store.store;
    key_file(&mut findings, &arguments.key, address);
    let file = wiring::sqlite_file(address);
    if file.as_ref().is_some_and(|path| !path.is_file()) {
        findings.wrong(
            "store",
            "there is no such file",
            "give its path with --store sqlite:PATH, or make it with `pengayom init`",
        );
    } else {
        if let Some(path) = &file {
            permissions(&mut findings, path);
            disk(&mut findings, path);
        }
        store(&mut findings, address, &arguments.key, arguments.deep).await;
    }
    let ways = arguments.notices.clone();
    notices(&mut findings, ways, arguments.config.as_deref()).await;
    tell(&findings.0, arguments.json);
    let wrong = findings.0.iter();
    let wrong = wrong.filter(|finding| finding.weight == Weight::Wrong);
    match wrong.count() {
        0 => Ok(()),
        n => Err(Fault::Input(format!("{n} found wrong"))),
    }
}

/// Asks each way that is configured whether it answers; nothing is sent.
async fn notices(findings: &mut Findings, own: NoticeArguments, config: Option<&Path>) {
    let remedy = "mend the settings (docs/notices.md), or see why nothing answers there";
    let file = match config.map(super::serve::notices_of) {
        None => NoticeArguments::default(),
        Some(Ok(file)) => file,
        Some(Err(fault)) => return findings.wrong("notices", fault.to_string(), remedy),
    };
    let settings = match own.or(file).settings("http://127.0.0.1", None) {
        Ok(settings) => settings,
        Err(fault) => return findings.wrong("notices", fault.to_string(), remedy),
    };
    if !settings.is_on() {
        let found = "people are told by no way";
        return findings.note(
            "notices",
            found,
            "set mail, a gateway or push: docs/notices.md",
        );
    }
    for (way, checked) in settings.check().await {
        match checked {
            Ok(()) => findings.good("notices", format!("{way} is ready")),
            Err(error) => findings.wrong("notices", format!("{way}: {error}"), remedy),
        }
    }
}

fn key_file(findings: &mut Findings, key: &KeyArguments, address: &str) {
    match key.load(address, false) {
        Ok(_) => findings.good("key", "there, and only its owner can read it"),
        Err(fault) => findings.wrong(
            "key",
            fault.to_string(),
            "put the key's file back from where it is kept apart from the store",
        ),
    }
}

/// Whether the store opens with the key, and nothing of a change of the key is left half done.
async fn keyrings(
    findings: &mut Findings,
    store: &dyn Store,
    arguments: &KeyArguments,
    address: &str,
) {
    if let Some(path) = arguments.file(address)
        && let staging = key::staging(&path)
        && staging.exists()
    {
        findings.note(
            "keyring",
            format!("{}: a change of the key was interrupted", staging.display()),
            "run `pengayom key rotate` again: it finishes it",
        );
    }
    // That there is no key was said before.
    let Ok(key) = arguments.load(address, false) else {
        return;
    };
    let found = key.fingerprint();
    match keyring::look(store).await {
        Ok(units) => {
            for (unit, opens) in units {
                match opens {
                    Opens::With(expected) if expected == found => {
                        findings.good("keyring", format!("{unit}: opens with the key {found}"));
                    }
                    Opens::With(expected) => {
                        let error = KeyringError::WrongKey {
                            unit,
                            expected: Some(expected),
                            found,
                        };
                        let said = arguments.explain(address, error).to_string();
                        findings.wrong("keyring", said, "use the key the store opens with");
                    }
                    Opens::Unknown => findings.note(
                        "keyring",
                        format!("{unit}: has none yet, so a wrong key would be noticed late"),
                        "start the node once with its key: it makes one",
                    ),
                }
            }
        }
        Err(error) => findings.wrong("keyring", error.to_string(), "restore a backup"),
    }
}

/// Who can read the store's files: they hold what people told.
fn permissions(findings: &mut Findings, path: &Path) {
    let mut open = Vec::new();
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let name = PathBuf::from(name);
        if std::fs::metadata(&name).is_ok_and(|file| file.permissions().mode() & 0o077 != 0) {
            open.push(name.display().to_string());
        }
    }
    if open.is_empty() {
        findings.good("permissions", "only their owner can read the store's files");
        return;
    }
    let files = open.join(" ");
    findings.wrong(
        "permissions",
        format!("others on this machine can read {files}"),
        &format!("chmod 600 {files}"),
    );
}

fn disk(findings: &mut Findings, path: &Path) {
    match rustix::fs::statvfs(path) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) / (1024 * 1024);
            let found = format!("{free} MiB free on the store's disk");
            if free < FREE_MIN_MIB {
                findings.wrong("disk", found, "make room: a full disk refuses every report");
            } else {
                findings.good("disk", found);
            }
        }
        Err(error) => findings.note(
            "disk",
            format!("free space is not known: {error}"),
            "look at the disk yourself",
        ),
    }
}

async fn store(findings: &mut Findings, address: &str, key: &KeyArguments, deep: bool) {
    let depth = if deep { Depth::Deep } else { Depth::Quick };
    let now = SystemClock.now();
    let examined = match pengayom_store::examine(address, &|| SystemClock.now(), depth).await {
        Ok(examined) => examined,
        Err(error @ StoreError::Unreachable(_)) => {
            let remedy = "start the server, or mend the address; nothing else could be looked at";
            findings.wrong("store", error.to_string(), remedy);
            return;
        }
        Err(error) => {
            findings.wrong("store", error.to_string(), "restore a backup");
            return;
        }
    };
    engine(findings, &examined);
    clock(findings, &examined);
    jobs(findings, &examined);
    backups(findings, &examined, now);
    if !migrations(findings, &examined) {
        return;
    }
    match pengayom_store::open(address).await {
        Ok(store) => {
            keyrings(findings, store.as_ref(), key, address).await;
            units(findings, store.as_ref()).await;
            kept::look(findings, store.as_ref()).await;
            accounts::look(findings, store.as_ref()).await;
            told::look(findings, store.as_ref()).await;
            if deep {
                views(findings, store.as_ref()).await;
            }
            store.close().await;
        }
        Err(error) => findings.wrong(
            "store",
            error.to_string(),
            "mend what it says, or restore a backup",
        ),
    }
}

/// The engine: sound, safe, and willing to take something.
fn engine(findings: &mut Findings, examined: &Examined) {
    let mib = examined.size_bytes / (1024 * 1024);
    if examined.damage.is_empty() {
        let found = format!("sound, {} acts, {mib} MiB", examined.acts);
        findings.good("store", found);
    } else {
        let found = examined.damage.join("; ");
        findings.wrong("store", found, "stop the node and restore a backup");
    }
    if examined.server_ahead_seconds.is_some() {
        findings.note(
            "disk",
            "the free space of the server's disk is not seen from here",
            "watch it on the server: a full disk refuses every report",
        );
    }
    if !examined.unsafe_settings.is_empty() {
        findings.wrong(
            "server",
            format!(
                "with {} it can lose acts",
                examined.unsafe_settings.join(", ")
            ),
            "set them to `on` in postgresql.conf and restart the server",
        );
    }
    if examined.is_standby {
        findings.wrong(
            "server",
            "it is a standby, which takes nothing",
            "use the address of the primary, or promote this one if the primary is lost",
        );
    }
}

fn clock(findings: &mut Findings, examined: &Examined) {
    let remedy = "set this machine's clock, and let it be set from the network";
    if examined.acts_in_the_future > 0 {
        let n = examined.acts_in_the_future;
        let found = format!("{n} acts were recorded later than now");
        findings.wrong("clock", found, remedy);
    } else {
        findings.good("clock", "no act is recorded later than now");
    }
    let Some(ahead) = examined.server_ahead_seconds else {
        return;
    };
    if ahead.abs() > CLOCK_MAX_SECONDS {
        let where_to = if ahead > 0.0 { "ahead of" } else { "behind" };
        let found = format!(
            "the server's clock is {:.0} s {where_to} this machine's",
            ahead.abs()
        );
        let remedy = "set both clocks, and let them be set from the network";
        findings.wrong("server clock", found, remedy);
    } else {
        findings.good("server clock", "agrees with this machine's");
    }
}

fn jobs(findings: &mut Findings, examined: &Examined) {
    if examined.jobs_given_up > 0 {
        findings.wrong(
            "jobs",
            format!("{} were given up", examined.jobs_given_up),
            "the log says why; photographs they were for are kept",
        );
    } else if examined.jobs_waiting_long > 0 {
        findings.wrong(
            "jobs",
            format!("{} wait for over an hour", examined.jobs_waiting_long),
            "serve the unit: jobs are done by the node that serves it",
        );
    } else {
        findings.good("jobs", "none is stuck");
    }
}

/// When each unit was last backed up, as `pengayom backup` noted it in the store.
fn backups(findings: &mut Findings, examined: &Examined, now: Timestamp) {
    let remedy = "run `pengayom backup` every day, and keep the copies on another machine";
    let hours = |from: Timestamp| now.duration_since(from).as_hours();
    for unit in &examined.units {
        let code = &unit.unit;
        match (unit.last_backup, unit.first_recorded_at) {
            (None, None) => findings.good("backup", format!("{code}: nothing to back up yet")),
            (None, Some(first)) => {
                let found = format!("{code}: never backed up");
                if hours(first) >= BACKUP_SOON_HOURS {
                    findings.wrong("backup", found, remedy);
                } else {
                    findings.note("backup", found, remedy);
                }
            }
            (Some(last), _) => {
                let behind = unit.last_sequence - last.last_sequence;
                let old = hours(last.at);
                let found = format!("{code}: {old} hours old, {behind} acts since");
                if behind == 0 || old < BACKUP_SOON_HOURS {
                    findings.good("backup", found);
                } else if old < BACKUP_LATE_HOURS {
                    findings.note("backup", found, remedy);
                } else {
                    findings.wrong("backup", found, remedy);
                }
            }
        }
    }
}

/// Whether the tables are those of this program; says so too.
fn migrations(findings: &mut Findings, examined: &Examined) -> bool {
    if !examined.unknown.is_empty() {
        findings.wrong(
            "schema",
            "a newer program has changed the tables",
            "use that program, or a newer one",
        );
        return false;
    }
    if examined.is_blank {
        findings.wrong("unit", "the store has none", "run `pengayom init`");
        return false;
    }
    if !examined.pending.is_empty() {
        findings.note(
            "schema",
            format!("{} changes of the tables wait", examined.pending.len()),
            "back up with the program that was used so far, then start this one: it carries them \
             out. What needs them was not looked at",
        );
        return false;
    }
    findings.good("schema", "up to date");
    true
}

/// Whether views and counts are those the acts give.
async fn views(findings: &mut Findings, store: &dyn Store) {
    let units = match store.units().await {
        Ok(units) => units,
        Err(error) => return findings.wrong("views", error.to_string(), "restore a backup"),
    };
    for unit in units {
        match rebuild::once(store, &unit, Mode::Check).await {
            Ok(report) if report.differences() == 0 => {
                let rows = report.rows();
                let acts = report.acts;
                let found = format!("{unit}: {rows} rows follow from {acts} acts");
                findings.good("views", found);
            }
            Ok(report) => {
                let first = report.named.first().map(rebuild::said);
                let found = format!(
                    "{unit}: {} differ from what the acts give, such as {}",
                    report.differences(),
                    first.unwrap_or_default()
                );
                findings.wrong("views", found, "run `pengayom rebuild`");
            }
            Err(error) => findings.wrong("views", format!("{unit}: {error}"), "restore a backup"),
        }
    }
}

/// The units in the store: each loads with its areas and its pack.
async fn units(findings: &mut Findings, store: &dyn Store) {
    let units = match store.units().await {
        Ok(units) => units,
        Err(error) => {
            findings.wrong("unit", error.to_string(), "restore a backup");
            return;
        }
    };
    if units.is_empty() {
        findings.wrong("unit", "the store has none", "run `pengayom init`");
    }
    for unit in units {
        let context = match UnitContext::load(store, &unit).await {
            Ok(context) => context,
            Err(error) => {
                let remedy = match &error {
                    UnitError::PackOfAnotherVersion(_) => {
                        "run `pengayom init` again, with the pack that came with this version"
                    }
                    _ => "run `pengayom init` with files that are in order",
                };
                findings.wrong("unit", format!("{unit}: {error}"), remedy);
                continue;
            }
        };
        findings.good(
            "unit",
            format!(
                "{unit}: {} stations, {} beats, {} services",
                context.geography.stations().len(),
                context.geography.beats().count(),
                context.pack.services().len()
            ),
        );
        let unverified = context.pack.unverified().count();
        if unverified > 0 {
            findings.note(
                "pack",
                format!("{unit}: {unverified} entries are not verified yet"),
                "let the unit check them: `pengayom pack check` lists them",
            );
        }
        letters::look(findings, store, &context).await;
    }
}

fn tell(findings: &[Finding], json: bool) {
    if json {
        println!("{}", serde_json::json!({ "findings": findings }));
        return;
    }
    for finding in findings {
        let mark = match finding.weight {
            Weight::Good => "good ",
            Weight::Note => "note ",
            Weight::Wrong => "WRONG",
        };
        println!("{mark} {}: {}", finding.what, finding.found);
        if let Some(remedy) = &finding.remedy {
            println!("      {remedy}");
        }
    }
}
