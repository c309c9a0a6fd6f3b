//! Another machine, on this one, that does what a test tells it.
#![allow(
    unreachable_pub,
    missing_docs,
    clippy::new_without_default,
    reason = "each test file uses a part of this"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// What the other side does with one question.
#[derive(Clone, Copy)]
pub enum Reply {
    /// Answers with a status, and headers each ended with a line break.
    Status(u16, &'static str),
    /// Takes it and says nothing.
    Silence,
    /// Breaks off.
    Cut,
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub head: String,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Another machine, on this one, that does what it is told.
pub struct Peer {
    pub url: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
    pub replies: Arc<Mutex<Vec<Reply>>>,
}

impl Peer {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/kirim", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let replies: Arc<Mutex<Vec<Reply>>> = Arc::default();
        let (heard, says) = (Arc::clone(&asked), Arc::clone(&replies));
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let one = read_question(&mut stream);
                heard.lock().unwrap().push(one);
                let mut says = says.lock().unwrap();
                let reply = if says.is_empty() {
                    Reply::Status(202, "")
                } else {
                    says.remove(0)
                };
                match reply {
                    Reply::Status(status, headers) => {
                        let answer = format!(
                            "HTTP/1.1 {status} x\r\n{headers}connection: close\r\ncontent-length: 0\r\n\r\n"
                        );
                        let _ = stream.write_all(answer.as_bytes());
                    }
                    Reply::Silence => silent.push(stream),
                    Reply::Cut => drop(stream),
                }
            }
        });
        Self {
            url,
            asked,
            replies,
        }
    }

    pub fn will(&self, replies: &[Reply]) {
        self.replies.lock().unwrap().extend_from_slice(replies);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn read_question(stream: &mut std::net::TcpStream) -> Asked {
    let mut bytes = Vec::new();
    let mut piece = [0_u8; 4096];
    loop {
        let n = stream.read(&mut piece).unwrap_or(0);
        bytes.extend_from_slice(&piece[..n]);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length: ")
                    .map(str::to_owned)
            });
            let length: usize = length.map_or(0, |text| text.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let body = bytes[end + 4..end + 4 + length].to_vec();
                return Asked { head, body };
            }
        }
        if n == 0 {
            return Asked {
                head: String::new(),
                body: bytes,
            };
        }
    }
}
