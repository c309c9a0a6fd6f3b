//! What tests of a PostgreSQL database share: a proxy that cuts a connection at a commit.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// At which moment of the next commit the connection breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cut {
    /// Before the server is told to commit.
    Before = 1,
    /// After the server has committed, before it can say so.
    After = 2,
}

/// Stands between a store and its server and hands on what they say.
pub(crate) struct Proxy {
    port: u16,
    cut: Arc<AtomicU8>,
}

impl Proxy {
    /// A proxy before the server of an address `postgres://…@127.0.0.1:PORT/…`.
    pub(crate) fn before(url: &str) -> Self {
        let server = port_of(url);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicU8::new(0));
        let shared = Arc::clone(&cut);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                relay(client, server, Arc::clone(&shared));
            }
        });
        Self { port, cut }
    }

    /// The address through the proxy.
    pub(crate) fn url(&self, url: &str) -> String {
        url.replace(&format!(":{}/", port_of(url)), &format!(":{}/", self.port))
    }

    /// Breaks the connection of the next commit off.
    pub(crate) fn cut(&self, at: Cut) {
        self.cut.store(at as u8, Ordering::SeqCst);
    }

    /// Whether a connection was broken off since it was asked for.
    pub(crate) fn has_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst) == 0
    }
}

fn port_of(url: &str) -> u16 {
    let (_, after) = url.split_once("@127.0.0.1:").unwrap();
    after.split_once('/').unwrap().0.parse().unwrap()
}

fn relay(client: TcpStream, server: TcpStream, cut: Arc<AtomicU8>) {
    let swallow = Arc::new(AtomicBool::new(false));
    let (mut from_server, mut to_client) =
        (server.try_clone().unwrap(), client.try_clone().unwrap());
    let swallowing = Arc::clone(&swallow);
    std::thread::spawn(move || {
        let mut said = [0; 8192];
        while let Ok(length @ 1..) = from_server.read(&mut said) {
            if swallowing.load(Ordering::SeqCst) || to_client.write_all(&said[..length]).is_err() {
                break;
            }
        }
        close(&from_server, &to_client);
    });
    std::thread::spawn(move || {
        let (mut from_client, mut to_server) = (client, server);
        let _ = ask(&mut from_client, &mut to_server, &cut, &swallow);
        if !swallow.load(Ordering::SeqCst) {
            close(&from_client, &to_server);
        }
    });
}

/// Hands messages on until the connection is to break off (PostgreSQL's documentation, "Message
/// Formats").
fn ask(
    client: &mut TcpStream,
    server: &mut TcpStream,
    cut: &AtomicU8,
    swallow: &AtomicBool,
) -> std::io::Result<()> {
    // Requests for encryption and the start have no letter before them.
    loop {
        let message = read_message(client, Vec::new())?;
        server.write_all(&message)?;
        let code = u32::from_be_bytes(message[4..8].try_into().unwrap());
        if code >> 16 == 3 {
            break;
        }
    }
    let mut commits = HashSet::new();
    loop {
        let mut letter = [0];
        client.read_exact(&mut letter)?;
        let message = read_message(client, letter.to_vec())?;
        let mut texts = message[5..].split(|byte| *byte == 0);
        match letter[0] {
            // Parse: a statement's name and its text.
            b'P' => {
                let (name, text) = (texts.next().unwrap(), texts.next().unwrap());
                if text == b"COMMIT" {
                    commits.insert(name.to_vec());
                } else {
                    commits.remove(name);
                }
            }
            // Bind: where it is carried out, and the statement's name.
            b'B' if commits.contains(texts.nth(1).unwrap()) => {
                match cut.swap(0, Ordering::SeqCst) {
                    at if at == Cut::Before as u8 => return Ok(()),
                    at if at == Cut::After as u8 => swallow.store(true, Ordering::SeqCst),
                    _ => {}
                }
            }
            _ => {}
        }
        server.write_all(&message)?;
    }
}

fn read_message(from: &mut TcpStream, mut message: Vec<u8>) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    message.extend(length);
    let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
    from.read_exact(&mut body)?;
    message.extend(body);
    Ok(message)
}

fn close(one: &TcpStream, other: &TcpStream) {
    let _ = one.shutdown(Shutdown::Both);
    let _ = other.shutdown(Shutdown::Both);
}
