//! How long `pengayom ledger verify` takes for so many acts, beside hashing the file they are in.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use pengayom_node::{Clock as _, SharedNode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::board::fill;
use super::super::{Told, address, open_node_at, rounded};
use crate::clock::SystemClock;
use crate::demo;
use crate::fault::Fault;

/// How often the memory of the program is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Cases from which it is seen how many acts a case has.
const SAMPLE: usize = 1_000;

/// Measures once: the program itself is started, on a store of its own or at an address.
///
/// # Errors
/// [`Fault`] when the store fails, or the program does not find it whole.
pub(crate) async fn verify(
    told: Told,
    run: u32,
    folder: &Path,
    store: Option<&str>,
    acts: usize,
) -> Result<(), Fault> {
    let file = folder.join("verify.db");
    let at = store.map_or_else(|| address(folder, "verify.db"), str::to_owned);
    let unit = demo::unit_row(SystemClock.now())?;
    let node = open_node_at(&at, &unit).await?;
    let began = Instant::now();
    fill_to(&node, acts).await?;
    let filled = began.elapsed();
    let began = Instant::now();
    node.advance_ledger()
        .await
        .map_err(|error| Fault::Input(error.to_string()))?;
    let grown = began.elapsed();
    let keys = node.log_keys().await;
    let keys = keys.map_err(|error| Fault::Input(error.to_string()))?;
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    node.store().close().await;
    drop(node);
    let hashing = match store {
        None => Some(hash_file(&file)?),
        Some(_) => None,
    };
    let done = audit(&at, &keys).await?;
    let size = std::fs::metadata(&file).map_or(0, |file| file.len());
    told.tell(&json!({
        "what": "ledger_verify",
        "engine": if store.is_some() { "postgres" } else { "sqlite" },
        "run": run,
        "acts": done.acts,
        "filled_seconds": rounded(filled.as_secs_f64()),
        "tree_grown_seconds": rounded(grown.as_secs_f64()),
        "seconds": rounded(done.took.as_secs_f64()),
        "acts_a_second": (done.acts as f64 / done.took.as_secs_f64()).round(),
        "cpu_seconds": done.cpu.map(rounded),
        "store_mib": size / (1024 * 1024),
        "hashing_the_file_seconds": hashing.map(|took| rounded(took.as_secs_f64())),
        "ratio_to_hashing_the_file":
            hashing.map(|took| rounded(done.took.as_secs_f64() / took.as_secs_f64())),
        "peak_memory_mib": done.memory_mib,
    }));
    Ok(())
}

/// Fills the store until it has so many acts.
async fn fill_to(node: &SharedNode, acts: usize) -> Result<(), Fault> {
    let unit = node.unit().id.clone();
    let count = async || {
        let last = node.store().last_sequence(&unit).await?;
        Ok::<_, Fault>(usize::try_from(last).unwrap_or(0))
    };
    // A database may hold cases of another run: there are fewer of them than acts.
    let (first, mut from) = (count().await?, count().await?);
    let (mut found, begin) = (first, from);
    let mut cases = SAMPLE;
    while found < acts {
        fill(node, from..from + cases).await?;
        from += cases;
        found = count().await?;
        // What the cases so far tell of those that are missing.
        cases = (acts.saturating_sub(found) * (from - begin)).div_ceil((found - first).max(1));
    }
    Ok(())
}

/// Reads a file once from end to end and hashes it: less cannot be done to find an altered bit.
fn hash_file(path: &Path) -> Result<Duration, Fault> {
    let began = Instant::now();
    let mut file = std::fs::File::open(path).map_err(Fault::file(path))?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0_u8; 1 << 18];
    loop {
        let read = file.read(&mut piece).map_err(Fault::file(path))?;
        if read == 0 {
            break;
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
    std::hint::black_box(hasher.finalize());
    Ok(began.elapsed())
}

struct Done {
    acts: u64,
    took: Duration,
    cpu: Option<f64>,
    memory_mib: Option<u64>,
}

/// Starts this program with `ledger verify`, and looks at its memory until it ends.
async fn audit(store: &str, keys: &[String]) -> Result<Done, Fault> {
    let program = std::env::current_exe().map_err(Fault::system("finding the program"))?;
    let mut command = std::process::Command::new(program);
    command.args(["ledger", "verify", "--json", "--store", store]);
    for key in keys {
        command.args(["--log", key]);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let before = children_cpu_seconds();
    let began = Instant::now();
    let mut child = command
        .spawn()
        .map_err(Fault::system("starting the program"))?;
    let status = format!("/proc/{}/status", child.id());
    let mut memory_mib = None;
    let ended = loop {
        memory_mib = peak_of(&status).or(memory_mib);
        match child
            .try_wait()
            .map_err(Fault::system("waiting for the program"))?
        {
            Some(ended) => break ended,
            None => tokio::time::sleep(LOOK).await,
        }
    };
    let took = began.elapsed();
    let cpu = children_cpu_seconds()
        .zip(before)
        .map(|(after, before)| after - before);
    let mut said = String::new();
    if let Some(out) = &mut child.stdout {
        out.read_to_string(&mut said)
            .map_err(Fault::system("reading what it found"))?;
    }
    let found: Value = serde_json::from_str(&said).unwrap_or_default();
    let acts = found.pointer("/units/0/acts").and_then(Value::as_u64);
    match acts {
        Some(acts) if ended.success() => Ok(Done {
            acts,
            took,
            cpu,
            memory_mib,
        }),
        _ => Err(Fault::Input(format!(
            "ledger verify ended with {ended}: {said}"
        ))),
    }
}

/// The largest memory of a process so far, in MiB; `None` once it is gone.
fn peak_of(status: &str) -> Option<u64> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

/// What ended children have used of the processors, in seconds.
fn children_cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(13);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) as f64 / 100.0)
}
