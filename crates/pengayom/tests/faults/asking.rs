//! People who ask: requests over HTTP, each with its idempotency key.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// How long an answer is waited for. A connection whose server was killed can leave a request without
/// an end.
const PATIENCE: Duration = Duration::from_mins(1);

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

impl Answer {
    /// Its body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The receipt it is.
    pub(crate) fn receipt(&self) -> Receipt {
        let body = self.json();
        let text = |field: &str| body[field].as_str().unwrap().to_owned();
        Receipt {
            number: text("tracking_code"),
            secret: text("secret").replace(' ', ""),
        }
    }
}

/// No answer came: whether what was asked was done is not known.
#[derive(Debug)]
pub(crate) struct Lost;

/// What an asker keeps of a request that was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Receipt {
    pub(crate) number: String,
    pub(crate) secret: String,
}

/// A request as somebody means to send it, again and again until it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wish {
    /// The idempotency key.
    pub(crate) key: String,
    body: String,
}

/// Services that are asked for in turn, so that more than one row is counted up.
const SERVICES: [&str; 3] = ["call_110", "gangguan", "titip"];

impl Wish {
    /// The wish of a number; the same number is the same wish.
    pub(crate) fn new(round: usize, asker: usize, at: usize, beats: &[String]) -> Self {
        let beat = &beats[(round * 7 + asker * 3 + at) % beats.len()];
        let body = json!({
            "service_code": SERVICES[(asker + at) % SERVICES.len()],
            "description": format!("Suara benturan keras di depan pasar ({round}, {asker}, {at})."),
            "area_id": beat,
            "contact": { "name": "Warga", "phone": "081234567890" },
        });
        Self {
            key: format!("fault-{round}-{asker}-{at}"),
            body: body.to_string(),
        }
    }
}

/// One person's connection, opened anew when it broke.
#[derive(Debug)]
pub(crate) struct Asker {
    address: SocketAddr,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Asker {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connection: None,
        }
    }

    /// Sends a request and waits for the whole answer, as long as a person would: an answer that does
    /// not come by then is lost.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Lost> {
        let outcome = tokio::time::timeout(PATIENCE, self.try_send(request)).await;
        match outcome {
            Ok(Ok(answer)) => Ok(answer),
            _ => {
                self.connection = None;
                Err(Lost)
            }
        }
    }

    async fn try_send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let sender = match self.connection.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => {
                let stream = tokio::net::TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                sender
            }
        };
        let sender = self.connection.insert(sender);
        sender.ready().await?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }

    /// Reads a page.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer, Lost> {
        let request = Request::get(path).header(header::HOST, "localhost");
        self.send(request.body(Full::default()).unwrap()).await
    }

    /// Asks for what is wished.
    pub(crate) async fn ask(&mut self, wish: &Wish) -> Result<Answer, Lost> {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/requests")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", &wish.key)
            .body(Full::new(Bytes::from(wish.body.clone())))
            .unwrap();
        self.send(request).await
    }

    /// Asks for what is wished, with one photograph more.
    pub(crate) async fn ask_with_photo(
        &mut self,
        wish: &Wish,
        photo: &[u8],
    ) -> Result<Answer, Lost> {
        use base64::Engine as _;
        let mut body: Value = serde_json::from_str(&wish.body).unwrap();
        let content = base64::engine::general_purpose::STANDARD.encode(photo);
        body["media"] = json!([{ "content": content }]);
        let wish = Wish {
            key: wish.key.clone(),
            body: body.to_string(),
        };
        self.ask(&wish).await
    }

    /// Asks, and must be told that it is recorded.
    pub(crate) async fn must_file(&mut self, wish: &Wish) -> Receipt {
        match self.ask(wish).await {
            Ok(answer) if answer.status == StatusCode::CREATED => answer.receipt(),
            other => panic!("{} was not recorded: {other:?}", wish.key),
        }
    }

    /// Whether a receipt's number answers with its secret.
    pub(crate) async fn knows(&mut self, receipt: &Receipt) -> bool {
        let Receipt { number, secret } = receipt;
        let path = format!("/api/v1/requests/{number}?secret={secret}");
        let answer = self.get(&path).await.unwrap();
        answer.status == StatusCode::OK && answer.json()["tracking_code"] == *number
    }
}

/// What came of requests.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Those that were acknowledged.
    pub(crate) acknowledged: Vec<(Wish, Receipt)>,
    /// Those of which nothing is known.
    pub(crate) unanswered: Vec<Wish>,
}

impl Asked {
    /// What came of it for all askers, once each has ended.
    pub(crate) async fn by(askers: Vec<tokio::task::JoinHandle<Self>>) -> Self {
        let mut all = Self::default();
        for asker in askers {
            let asked = asker.await.unwrap();
            all.acknowledged.extend(asked.acknowledged);
            all.unanswered.extend(asked.unanswered);
        }
        all
    }
}

/// Askers that ask one thing after another, each until an answer does not come.
#[derive(Debug)]
pub(crate) struct Crowd {
    askers: Vec<tokio::task::JoinHandle<Asked>>,
    first: Arc<Notify>,
}

impl Crowd {
    /// `n` askers begin.
    pub(crate) fn begin(
        address: SocketAddr,
        n: usize,
        round: usize,
        beats: &Arc<Vec<String>>,
    ) -> Self {
        let first = Arc::new(Notify::new());
        let askers = (0..n)
            .map(|asker| {
                let (beats, first) = (Arc::clone(beats), Arc::clone(&first));
                tokio::spawn(async move { one_of(address, asker, round, &beats, &first).await })
            })
            .collect();
        Self { askers, first }
    }

    /// Waits until somebody is answered.
    pub(crate) async fn first_answer(&self) {
        self.first.notified().await;
    }

    /// What came of it, after the server is gone.
    pub(crate) async fn end(self) -> Asked {
        Asked::by(self.askers).await
    }
}

async fn one_of(
    address: SocketAddr,
    asker: usize,
    round: usize,
    beats: &[String],
    first: &Notify,
) -> Asked {
    let mut asked = Asked::default();
    let mut connection = Asker::new(address);
    for at in 0.. {
        let wish = Wish::new(round, asker, at, beats);
        match connection.ask(&wish).await {
            Ok(answer) if answer.status == StatusCode::CREATED => {
                asked.acknowledged.push((wish, answer.receipt()));
                // Kept for whoever waits later.
                first.notify_one();
            }
            Ok(answer) => panic!("{} was answered {answer:?}", wish.key),
            Err(Lost) => {
                asked.unanswered.push(wish);
                break;
            }
        }
    }
    asked
}
