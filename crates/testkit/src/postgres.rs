//! PostgreSQL for tests: a database of one's own, on a server on loopback.
//!
//! The server is the one that `PENGAYOM_TEST_POSTGRES` names (the address of a database whose user
//! may make others; `./test` starts one), or else a private one for this test alone. Both are gone
//! afterwards. Needs the server's programs on this machine (Debian: `postgresql`).

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The environment variable that names a server.
pub const SERVER: &str = "PENGAYOM_TEST_POSTGRES";

/// A database of one's own.
pub struct Database {
    url: String,
    server: Server,
    name: String,
}

enum Server {
    Shared(String),
    Private(#[allow(dead_code, reason = "kept until the database goes")] Cluster),
}

impl Database {
    /// Makes an empty database.
    ///
    /// # Panics
    /// When there is no server and none can be started; says what to install.
    pub fn new() -> Self {
        #[allow(clippy::disallowed_methods, reason = "a test has no command line")]
        let server = match std::env::var(SERVER) {
            Ok(url) => Server::Shared(url),
            Err(_) => Server::Private(Cluster::start(&[])),
        };
        let base = match &server {
            Server::Shared(url) => url.clone(),
            Server::Private(cluster) => cluster.url("postgres"),
        };
        let name = format!("t{}", uuid::Uuid::new_v4().simple());
        psql(&base, &format!("CREATE DATABASE {name}"));
        let url = with_database(&base, &name);
        Self { url, server, name }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Carries SQL out by hand, as any other program could; gives what `psql` prints, unaligned and
    /// without headings.
    pub fn sql(&self, sql: &str) -> String {
        psql(&self.url, sql)
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Server::Shared(base) = &self.server {
            let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let _ = try_psql(base, &drop);
        }
    }
}

/// A server of one's own, with its data in a folder that goes with it.
pub struct Cluster {
    place: tempfile::TempDir,
    port: u16,
    settings: Vec<String>,
    /// Words before the server's command, such as those that take it where a disk is seen.
    before: Vec<String>,
    server: Option<Child>,
}

impl Cluster {
    /// Makes a cluster and starts its server; settings are such as `fsync=on` (it is off for speed:
    /// what a killed server has written is still with the operating system).
    pub fn start(settings: &[&str]) -> Self {
        Self::start_as(Vec::new(), settings)
    }

    /// The same, the server started with words before its command, such as `nsenter`'s.
    pub fn start_as(before: Vec<String>, settings: &[&str]) -> Self {
        let place = tempfile::Builder::new()
            .prefix("pengayom-postgres-")
            .tempdir()
            .unwrap();
        give_to_postgres(place.path());
        let data = place.path().join("data");
        let initdb = as_postgres(&program("initdb"))
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"])
            .args(["--no-sync", "-D"])
            .arg(&data)
            .current_dir("/")
            .output()
            .unwrap();
        assert!(
            initdb.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&initdb.stderr)
        );
        Self::over(place, before, settings)
    }

    /// Starts a server over the data in a folder `data` of a place that belongs to it already.
    fn over(place: tempfile::TempDir, before: Vec<String>, settings: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut cluster = Self {
            place,
            port,
            settings: settings.iter().map(ToString::to_string).collect(),
            before,
            server: None,
        };
        cluster.run();
        cluster
    }

    /// A copy of this server's data as it is streamed to a standby, with a server on it that follows
    /// this one under a name (for `synchronous_standby_names`).
    #[must_use]
    pub fn standby(&self, name: &str, settings: &[&str]) -> Self {
        let place = tempfile::Builder::new()
            .prefix("pengayom-standby-")
            .tempdir()
            .unwrap();
        give_to_postgres(place.path());
        let from = format!(
            "host=127.0.0.1 port={} user=postgres application_name={name}",
            self.port
        );
        let copied = as_postgres(&program("pg_basebackup"))
            .args([
                "--checkpoint=fast",
                "--wal-method=stream",
                "--no-sync",
                "-R",
            ])
            .args(["-d", &from, "-D"])
            .arg(place.path().join("data"))
            .current_dir("/")
            .output()
            .unwrap();
        assert!(
            copied.status.success(),
            "pg_basebackup: {}",
            String::from_utf8_lossy(&copied.stderr)
        );
        Self::over(place, Vec::new(), settings)
    }

    /// Starts the server (again) and waits until it answers.
    pub fn run(&mut self) {
        let data = self.place.path().join("data");
        let mut command = as_postgres_after(&self.before, &program("postgres"));
        command
            .arg("-D")
            .arg(&data)
            .args(["-p", &self.port.to_string(), "-h", "127.0.0.1", "-k"])
            .arg(self.place.path())
            .args(["-c", "fsync=off", "-c", "max_connections=200"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.place.path().join("log"))
            .unwrap();
        command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        self.server = Some(command.spawn().unwrap());
        for _ in 0..600 {
            // A server that was killed may not be gone altogether yet.
            let ended = self.server.as_mut().map(Child::try_wait);
            if matches!(ended, Some(Ok(Some(_)))) {
                self.server = Some(command.spawn().unwrap());
            }
            if try_psql(&self.url("postgres"), "SELECT 1").is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.place.path().join("log")).unwrap_or_default();
        panic!("the server does not start:\n{log}");
    }

    /// Kills the server and all its processes at once, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            // A server whose first process is killed leaves its others alone for a moment; asked to
            // quit at once it writes nothing more either.
            let _ = Command::new("kill")
                .args(["-QUIT", &server.id().to_string()])
                .status();
            let _ = server.wait();
        }
    }

    /// Kills the server's first process, with SIGKILL, and then the others.
    pub fn kill_hard(&mut self) {
        if let Some(mut server) = self.server.take() {
            let id = server.id();
            let others = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
            let _ = server.kill();
            let _ = server.wait();
            // By themselves they would go a moment later, and keep the next server from starting.
            for other in others.unwrap_or_default().split_whitespace() {
                let _ = Command::new("kill").args(["-KILL", other]).output();
            }
        }
    }

    /// Makes a standby the one that is written to.
    pub fn promote(&self) {
        psql(&self.url("postgres"), "SELECT pg_promote(true, 60)");
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Its port on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Carries SQL out in a database by hand.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        psql(&self.url(database), sql)
    }

    /// Where its data are (folder `data`), and its socket and log.
    pub fn place(&self) -> &Path {
        self.place.path()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The address of another database on the same server.
fn with_database(base: &str, name: &str) -> String {
    let (address, rest) = base.split_once('?').map_or((base, ""), |(a, b)| (a, b));
    let scheme = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(scheme..).and_then(|rest| rest.find('/'));
    let server = end.map_or(address, |end| address.get(..scheme + end).unwrap());
    match rest {
        "" => format!("{server}/{name}"),
        rest => format!("{server}/{name}?{rest}"),
    }
}

fn psql(url: &str, sql: &str) -> String {
    try_psql(url, sql).unwrap_or_else(|said| panic!("psql: {said}"))
}

/// What `psql` prints, or what it says is wrong.
///
/// # Errors
/// Its own words.
pub fn try_psql(url: &str, sql: &str) -> Result<String, String> {
    let output = Command::new(program("psql"))
        .args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            url,
            "-c",
            sql,
        ])
        .env("PGCONNECT_TIMEOUT", "5")
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// One of the server's programs: on the path, or where Debian keeps them.
fn program(name: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    found.sort();
    let newest = found
        .iter()
        .rev()
        .map(|version| version.join("bin").join(name));
    newest
        .into_iter()
        .find(|path| path.is_file())
        .unwrap_or_else(|| PathBuf::from(name))
}

/// A command of the server's: never as root, which it refuses, and ended with this process.
fn as_postgres(program: &Path) -> Command {
    as_postgres_after(&[], program)
}

fn as_postgres_after(before: &[String], program: &Path) -> Command {
    let mut command = match before.split_first() {
        Some((first, words)) => {
            let mut command = Command::new(first);
            command.args(words).arg("setpriv");
            command
        }
        None => Command::new("setpriv"),
    };
    command.args(["--pdeathsig", "QUIT"]);
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg(program);
    command
}

fn is_root() -> bool {
    let said = Command::new("id").arg("-u").output();
    said.is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

fn give_to_postgres(place: &Path) {
    if is_root() {
        let given = Command::new("chown")
            .arg("postgres:postgres")
            .arg(place)
            .status();
        assert!(
            given.is_ok_and(|status| status.success()),
            "PostgreSQL is needed for this test: install it (Debian: apt install postgresql)"
        );
    }
}
