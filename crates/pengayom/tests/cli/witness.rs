//! `ledger witness`: somebody without a unit, whom a log cannot tell two histories.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use pengayom_ledger::witness::{AddCheckpoint, origin_hash, take_answer};
use pengayom_ledger::{
    Checkpoint, Hash, SignedCheckpoint, SigningKey, TileId, TileRef, TreeHead, VerifierKey,
    integrate, leaf_hash, prove_consistency, root_at,
};
use serde_json::Value;

use crate::support::{GOOD, Unit, succeeded};

const ORIGIN: &str = "pengayom/polres-pati/0a1b2c3d";
const NAME: &str = "ombudsman.example/jateng";

fn key() -> SigningKey {
    SigningKey::log(ORIGIN, &[1; 32]).unwrap()
}

/// A log in memory.
#[derive(Clone)]
struct Log {
    head: TreeHead,
    tiles: BTreeMap<TileId, Vec<u8>>,
}

impl Log {
    /// Leaves 1 to `to`, of which those from `from` are others than usual.
    fn of(to: u64, from: u64) -> Self {
        let leaves: Vec<Hash> = (1..=to)
            .map(|seq| {
                let mut entry = [u8::from(seq >= from); 32];
                entry[..8].copy_from_slice(&seq.to_be_bytes());
                leaf_hash(&entry)
            })
            .collect();
        let grown = integrate(TreeHead::EMPTY, &BTreeMap::new(), &leaves).unwrap();
        let tiles = grown.tiles.into_iter();
        Self {
            head: grown.head,
            tiles: tiles.map(|tile| (tile.id, tile.hashes)).collect(),
        }
    }

    fn right(to: u64) -> Self {
        Self::of(to, u64::MAX)
    }

    fn checkpoint(&self) -> SignedCheckpoint {
        let checkpoint = Checkpoint::new(ORIGIN, self.head.size, self.head.root).unwrap();
        checkpoint.sign(&[&key()]).unwrap()
    }

    fn request(&self, old: u64) -> AddCheckpoint {
        AddCheckpoint {
            old,
            proof: match old {
                0 => vec![],
                old => prove_consistency(old, self.head.size, &self.tiles).unwrap(),
            },
            checkpoint: self.checkpoint(),
        }
    }

    /// What is served under a path.
    fn serve(&self, path: &str) -> Option<Vec<u8>> {
        if path == "checkpoint" {
            return Some(self.checkpoint().to_string().into_bytes());
        }
        let tile: TileRef = path.parse().ok()?;
        let hashes = self.tiles.get(&tile.id()?)?;
        hashes
            .get(..usize::from(tile.width) * 32)
            .map(<[u8]>::to_vec)
    }
}

/// A unit's `/tlog`, on a port of this machine until the test ends.
struct Served {
    log: Arc<Mutex<Log>>,
    url: String,
}

impl Served {
    fn of(log: Log) -> Self {
        let log = Arc::new(Mutex::new(log));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tlog", listener.local_addr().unwrap());
        let served = Arc::clone(&log);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut line = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                if reader.read_line(&mut line).is_err() {
                    continue;
                }
                let path = line.split(' ').nth(1).unwrap_or_default();
                let path = path.strip_prefix("/tlog/").unwrap_or_default();
                let body = served.lock().unwrap().serve(path);
                let status = if body.is_some() {
                    "200 OK"
                } else {
                    "404 Not Found"
                };
                let body = body.unwrap_or_default();
                let head = format!(
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(&[head.as_bytes(), &body].concat());
            }
        });
        Self { log, url }
    }

    fn is_now(&self, log: Log) {
        *self.log.lock().unwrap() = log;
    }
}

/// A witness's folder, and the program to run on it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pengayom"));
        command
            .args(["ledger", "witness", "--json", "--dir"])
            .arg(self.path())
            .args(["--log", &key().verifier().to_string()])
            .args(more)
            .stdin(Stdio::null());
        command
    }

    fn look(&self, served: &Served) -> (Output, Value) {
        let once = ["--name", NAME, "--once", "--url", &served.url];
        let output = self.command(&once).output().unwrap();
        let said = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output, said)
    }

    fn state(&self) -> PathBuf {
        self.path()
            .join(format!("{}.checkpoint", origin_hash(ORIGIN)))
    }
}

/// A witness that listens, ended with the test.
pub(crate) struct Listening {
    child: Child,
    pub(crate) url: String,
    pub(crate) key: VerifierKey,
}

impl Listening {
    fn on(folder: &Folder) -> Self {
        Self::start(folder.command(&["--name", NAME, "--listen", "127.0.0.1:0"]))
    }

    /// On the log of a unit.
    pub(crate) fn of(folder: &Folder, log: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pengayom"));
        command
            .args(["ledger", "witness", "--json", "--name", NAME, "--log", log])
            .args(["--listen", "127.0.0.1:0", "--dir"])
            .arg(folder.path());
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        Self {
            child,
            url: said["url"].as_str().unwrap().to_owned(),
            key: said["key"].as_str().unwrap().parse().unwrap(),
        }
    }

    /// Status, content type and body.
    fn ask(&self, method: &str, path: &str, body: &[u8]) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // It may answer before it has read everything.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let kind = head
            .lines()
            .find_map(|line| line.strip_prefix("content-type: "));
        (status, kind.unwrap_or_default().to_owned(), body.to_owned())
    }

    fn send(&self, request: &AddCheckpoint) -> (u16, String, String) {
        self.ask("POST", "/add-checkpoint", request.to_string().as_bytes())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// S22. Looked at once a day: the first time, unchanged, grown; across the edges of tiles.
#[test]
fn a_log_that_only_grows_is_told_so() {
    let folder = Folder::new();
    let served = Served::of(Log::right(200));
    for (log, seen, known) in [
        (Log::right(200), "first", 0),
        (Log::right(200), "same", 200),
        (Log::right(257), "grown", 200),
        (Log::right(70_000), "grown", 257),
    ] {
        let found = log.head.size;
        served.is_now(log);
        let (output, said) = folder.look(&served);
        succeeded(&output);
        assert_eq!(
            (
                said["seen"].as_str().unwrap(),
                said["known"].as_u64(),
                said["found"].as_u64()
            ),
            (seen, Some(known), Some(found))
        );
        assert_eq!(said["log"], ORIGIN);
    }
    // What it remembers anybody can check: signed by the log and by the witness.
    let kept = SignedCheckpoint::parse(&std::fs::read_to_string(folder.state()).unwrap()).unwrap();
    let witness = std::fs::read_to_string(folder.path().join("witness.key")).unwrap();
    let witness = SigningKey::from_secret_text(witness.trim_end()).unwrap();
    let keys = [key().verifier(), witness.verifier()];
    assert_eq!(kept.verify(ORIGIN, &keys).unwrap().len(), 2);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("witness.key")), 0o600);
}

// S22. A store set back to yesterday's backup, an altered act, tiles that are not the tree's: each is
// told plainly, the exit status says so, and what the log signed is kept.
#[test]
fn a_log_that_was_set_back_altered_or_damaged_is_told() {
    let folder = Folder::new();
    let served = Served::of(Log::right(700));
    succeeded(&folder.look(&served).0);
    let before = std::fs::read(folder.state()).unwrap();
    let mut damaged = Log::right(800);
    damaged
        .tiles
        .get_mut(&TileId { level: 0, index: 3 })
        .unwrap()[5] ^= 1;
    for (log, seen, words) in [
        (
            Log::right(500),
            "set_back",
            "SET BACK: expected at least 700 acts, found 500",
        ),
        (
            Log::of(800, 600),
            "forked",
            "ALTERED: its 800 acts do not begin with the 700",
        ),
        (
            Log::of(700, 700),
            "forked",
            "ALTERED: its 700 acts do not begin with the 700",
        ),
        (damaged, "broken", "DAMAGED"),
    ] {
        let signed = log.checkpoint().to_string();
        served.is_now(log);
        let (output, said) = folder.look(&served);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(said["seen"], seen);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(words), "{error}");
        if seen == "broken" {
            assert_eq!(said["evidence"], Value::Null);
        } else {
            let kept = said["evidence"].as_str().unwrap();
            assert_eq!(std::fs::read_to_string(kept).unwrap(), signed);
        }
        // It holds on to what it knew.
        assert_eq!(std::fs::read(folder.state()).unwrap(), before);
    }
    served.is_now(Log::right(900));
    assert_eq!(folder.look(&served).1["seen"], "grown");
}

#[test]
fn a_log_that_is_not_watched_or_not_there_is_told() {
    let folder = Folder::new();
    let refused = |more: &[&str], words: &str| {
        let output = folder.command(more).output().unwrap();
        assert_ne!(output.status.code(), Some(0));
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(words), "{error}");
    };
    let served = Served::of(Log::right(5));
    refused(
        &["--once", "--url", &served.url],
        "give the witness a name with --name",
    );
    refused(
        &["--name", "a b", "--once", "--url", &served.url],
        "expected a key name",
    );
    let once = |url: &str, words: &str| refused(&["--name", NAME, "--once", "--url", url], words);
    once("ftp://127.0.0.1/", "http:// or https://");
    once("http://127.0.0.1:1/tlog", "127.0.0.1:1");
    once(&format!("{}/elsewhere", served.url), "status 404");
    refused(
        &["--name", "another.example", "--once", "--url", &served.url],
        "expected the key of",
    );
    refused(
        &["--log", "nonsense", "--once", "--url", &served.url],
        "verifier key",
    );
    // A log with another key: somebody serves what is not the unit's.
    let stranger = SigningKey::log(ORIGIN, &[2; 32])
        .unwrap()
        .verifier()
        .to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pengayom"));
    command
        .args(["ledger", "witness", "--dir"])
        .arg(folder.path());
    let output = command
        .args(["--log", &stranger, "--once", "--url", &served.url])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("expected a signature by"), "{error}");
}

// S22. What the witness remembers was lost or altered: it does not start over in silence.
#[test]
fn a_witness_with_a_damaged_memory_does_not_start_over() {
    let folder = Folder::new();
    let served = Served::of(Log::right(300));
    succeeded(&folder.look(&served).0);
    let right = std::fs::read_to_string(folder.state()).unwrap();
    let smaller = right.replace("\n300\n", "\n200\n");
    for wrong in ["", &right[..right.len() / 2], &smaller] {
        std::fs::write(folder.state(), wrong).unwrap();
        let (output, _) = folder.look(&served);
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("not what the witness wrote"), "{error}");
    }
    std::fs::write(folder.state(), right).unwrap();
    assert_eq!(folder.look(&served).1["seen"], "same");
    let key = folder.path().join("witness.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (output, _) = folder.look(&served);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("chmod 600"), "{error}");
}

// S22. C2SP tlog-witness over HTTP: a log asks, and puts the answer under its checkpoint; each
// status; and a witness that was killed knows afterwards what it knew before.
#[test]
fn a_log_asks_the_witness_over_http() {
    let folder = Folder::new();
    let (small, large) = (Log::right(300), Log::right(1000));
    {
        let witness = Listening::on(&folder);
        let (status, _, body) = witness.send(&small.request(0));
        assert_eq!(status, 200);
        let mut checkpoint = small.checkpoint();
        take_answer(&mut checkpoint, &body, std::slice::from_ref(&witness.key)).unwrap();
        let keys = [key().verifier(), witness.key.clone()];
        assert_eq!(checkpoint.verify(ORIGIN, &keys).unwrap().len(), 2);
        // What it cosigned is served, with both signatures.
        let path = format!("/{}/checkpoint", origin_hash(ORIGIN));
        let (status, kind, served) = witness.ask("GET", &path, b"");
        assert_eq!((status, kind.as_str()), (200, "text/plain; charset=utf-8"));
        assert_eq!(served, checkpoint.to_string());
        let unknown = format!("/{}/checkpoint", origin_hash("another"));
        assert_eq!(witness.ask("GET", &unknown, b"").0, 404);
        // Two witnesses on one memory: refused.
        let second = folder
            .command(&["--listen", "127.0.0.1:0"])
            .output()
            .unwrap();
        assert_eq!(second.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&second.stderr).contains("another witness runs"));
    }
    let witness = Listening::on(&folder);
    let (status, kind, body) = witness.send(&large.request(0));
    assert_eq!(
        (status, kind.as_str(), body.as_str()),
        (409, "text/x.tlog.size", "300\n")
    );
    assert_eq!(witness.send(&large.request(300)).0, 200);
    let forked = Log::of(1200, 900);
    assert_eq!(witness.send(&forked.request(1000)).0, 422);
    let mut backwards = small.request(0);
    backwards.old = 1000;
    assert_eq!(witness.send(&backwards).0, 400);
    assert_eq!(witness.ask("POST", "/add-checkpoint", b"nonsense").0, 400);
    assert_eq!(witness.ask("POST", "/add-checkpoint", &[0xff; 100]).0, 400);
    assert_eq!(
        witness
            .ask("POST", "/add-checkpoint", &vec![b'x'; 200_000])
            .0,
        413
    );
    let stranger = SigningKey::log("example.com/other", &[5; 32]).unwrap();
    let other = |checkpoint: Checkpoint, by: &SigningKey| AddCheckpoint {
        old: 0,
        proof: vec![],
        checkpoint: checkpoint.sign(&[by]).unwrap(),
    };
    let root = root_at(1000, &large.tiles).unwrap();
    let theirs = Checkpoint::new("example.com/other", 1000, root).unwrap();
    assert_eq!(witness.send(&other(theirs, &stranger)).0, 404);
    let forged = Checkpoint::new(ORIGIN, 1000, root).unwrap();
    assert_eq!(witness.send(&other(forged, &stranger)).0, 403);
    assert_eq!(witness.ask("GET", "/", b"").0, 404);
}

// S22. Many ask at once: one memory, one history. Two logs of the same size are never both cosigned.
#[test]
fn two_histories_at_once_are_never_both_cosigned() {
    let folder = Folder::new();
    let witness = Listening::on(&folder);
    let base = Log::right(100);
    assert_eq!(witness.send(&base.request(0)).0, 200);
    let histories: Vec<Log> = (0..8).map(|fork| Log::of(150 + fork, 101 + fork)).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = histories
            .iter()
            .map(|log| scope.spawn(|| witness.send(&log.request(100)).0))
            .collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let cosigned = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(cosigned, 1, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 409)),
        "{statuses:?}"
    );
}

/// A unit that is served, ended with the test.
pub(crate) struct ServedUnit {
    child: Child,
    url: String,
}

impl ServedUnit {
    fn of(unit: &Unit, witness: Option<&Listening>) -> Self {
        Self::asking(unit, witness.map(|one| (&one.key, one.url.as_str())), &[])
    }

    /// A unit that asks a witness at an address, with settings in the environment.
    pub(crate) fn asking(
        unit: &Unit,
        witness: Option<(&VerifierKey, &str)>,
        settings: &[(&str, &Path)],
    ) -> Self {
        let mut command = unit.command(&["serve", "--listen", "127.0.0.1:0"]);
        if let Some((key, url)) = witness {
            command.args(["--witness", &format!("{key} {url}")]);
        }
        command
            .env_remove("SSL_CERT_FILE")
            .envs(settings.iter().copied());
        let mut child = command
            .env("PENGAYOM_LOG", "info")
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let url = line.trim_end().to_owned();
        Self { child, url }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: u\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Asks again until it fits.
    pub(crate) fn until<T>(&self, path: &str, fits: impl Fn(&str) -> Option<T>) -> T {
        for _ in 0..600 {
            let said = self.get(path);
            if let Some(found) = fits(&said) {
                return found;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("{path} is still {}", self.get(path));
    }

    /// Lines of the log until one holds these words.
    pub(crate) fn says(&mut self, words: &str) -> String {
        let mut log = BufReader::new(self.child.stderr.take().unwrap());
        let mut all = String::new();
        while log.read_line(&mut all).unwrap() > 0 {
            if all.lines().last().is_some_and(|line| line.contains(words)) {
                return all;
            }
        }
        panic!("{words:?} is not in {all}");
    }
}

impl Drop for ServedUnit {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn cosigned(text: &str, keys: &[VerifierKey]) -> Option<u64> {
    let checkpoint = SignedCheckpoint::parse(text).ok()?;
    let said = checkpoint.checkpoint();
    let by = checkpoint.verify(said.origin(), keys).ok()?;
    (by.len() == keys.len()).then_some(said.size())
}

// S22. A real unit asks its witness, and its checkpoint bears both signatures; set back to a copy of
// before, it is told by the witness at once and by whoever looks.
#[test]
fn a_unit_asks_its_witness_and_cannot_be_set_back_unnoticed() {
    let unit = Unit::of("detroit");
    unit.import_rows("calls.csv", &[GOOD]);
    let (log, small) = {
        let served = ServedUnit::of(&unit, None);
        let log: VerifierKey = served.until("/tlog/key", |text| text.lines().next()?.parse().ok());
        let alone = std::slice::from_ref(&log);
        let small = served.until("/tlog/checkpoint", |text| cosigned(text, alone));
        (log, small)
    };
    let copy = unit.path("yesterday.db");
    let store = unit.path("unit.db");
    let yesterday = || {
        ["", "-wal"].map(|end| {
            let name = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
            (name(&store), name(&copy))
        })
    };
    for (from, to) in yesterday() {
        if from.exists() {
            std::fs::copy(from, to).unwrap();
        }
    }

    let second = "2,0,2019-01-07T09:09:31,9,907,2.8,9.3";
    unit.import_rows("more.csv", &[GOOD, second]);
    let folder = Folder::new();
    let witness = Listening::of(&folder, &log.to_string());
    let keys = [log.clone(), witness.key.clone()];
    let large = {
        let served = ServedUnit::of(&unit, Some(&witness));
        served.until("/tlog/checkpoint", |text| {
            cosigned(text, &keys).filter(|size| *size > small)
        })
    };

    for (to, from) in yesterday() {
        let _ = std::fs::remove_file(&to);
        if from.exists() {
            std::fs::copy(from, to).unwrap();
        }
    }
    let mut served = ServedUnit::of(&unit, Some(&witness));
    let said = served.says("the ledger was set back");
    assert!(said.contains(&format!("known={large}")), "{said}");
    drop(witness);
    let url = format!("{}/tlog", served.url);
    let mut look = Command::new(env!("CARGO_BIN_EXE_pengayom"));
    look.args(["ledger", "witness", "--json", "--dir"])
        .arg(folder.path());
    look.args(["--log", &log.to_string(), "--once", "--url", &url]);
    let output = look.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (seen["seen"].as_str(), seen["known"].as_u64()),
        (Some("set_back"), Some(large))
    );
}
