//! The program while it serves.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest a test waits for something that is certain to come on a machine that is well.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A process that serves, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    log: Log,
}

/// What a process says on standard error, line by line.
#[derive(Debug, Clone)]
struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    news: Arc<Mutex<Receiver<()>>>,
}

impl Log {
    fn of(child: &mut Child) -> Self {
        let stderr = child.stderr.take().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (tell, news) = channel();
        let kept = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                kept.lock().unwrap().push(line);
                let _ = tell.send(());
            }
        });
        Self {
            lines,
            news: Arc::new(Mutex::new(news)),
        }
    }

    fn all(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }
}

impl Serving {
    /// Starts it and waits until it says where it listens.
    pub(crate) fn begin(command: Command) -> Self {
        Self::try_begin(command).unwrap_or_else(|said| panic!("did not serve: {said}"))
    }

    /// The same; what it said when it ended instead.
    pub(crate) fn try_begin(mut command: Command) -> Result<Self, String> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Log::of(&mut child);
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        match line.trim().strip_prefix("http://") {
            Some(address) => Ok(Self {
                address: address.parse().unwrap(),
                child,
                log,
            }),
            None => {
                let _ = child.kill();
                let ended = child.wait().unwrap();
                // What it said last may still be on its way through the pipe.
                let news = log.news.lock().unwrap();
                while news.recv_timeout(PATIENCE).is_ok() {}
                Err(format!("{ended}: {}", log.all()))
            }
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it said so far.
    pub(crate) fn said(&self) -> String {
        self.log.all()
    }

    /// Waits until it says a line with some words.
    pub(crate) fn wait_until_it_says(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        let news = self.log.news.lock().unwrap();
        while !self.said().contains(words) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                news.recv_timeout(left).is_ok(),
                "never said {words:?}, but: {}",
                self.said()
            );
        }
    }

    /// Ends it as a power cut would: at once, wherever it is.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        let ended = self.child.wait().unwrap();
        assert_eq!(
            ended.signal(),
            Some(9),
            "ended by itself: {ended} {}",
            self.said()
        );
    }

    /// Tells it to end, and waits until it has.
    pub(crate) fn end(mut self) -> ExitStatus {
        let process = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status();
        assert!(told.unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            // What a test that failed has to go by.
            eprintln!("it said:\n{}", self.said());
        }
    }
}
