//! Asking other machines over HTTP: bounded in size and time, and without following anybody
//! elsewhere.
//!
//! An address that somebody configured or a browser handed over is asked through a [`Guard`]: it
//! judges the addresses that the name resolves to at the moment of connecting, and the connection
//! goes to exactly those, so that a name cannot point elsewhere between the two (DNS rebinding).

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tower::Service;

mod guard;

pub use guard::{Guard, Network, Refused};

/// How long one question may take, answer and all.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Longest address that is asked, in bytes.
const ADDRESS_MAX: usize = 2_000;

/// Why another machine was not asked, or did not answer. No address in it: one may say who is asked
/// for.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// It is no address of the web.
    #[error("expected an address that begins with http:// or https://")]
    NoAddress,
    /// The guard does not let anybody ask there.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A header to send is none.
    #[error("the header {0} cannot be sent")]
    Header(&'static str),
    /// This machine has no certificates to check others with.
    #[error("reading the certificates of this machine: {0}")]
    Certificates(String),
    /// Nothing listens there, or it broke off.
    #[error("{0}")]
    Unreachable(String),
    /// It took too long. What was sent may have arrived.
    #[error("no answer within {} s", .0.as_secs())]
    Slow(Duration),
    /// The answer is longer than was allowed, or broke off.
    #[error("the answer did not come whole: {0}")]
    NotWhole(String),
}

impl OutsideError {
    /// Whether what was sent may have arrived all the same.
    pub const fn may_have_arrived(&self) -> bool {
        matches!(
            self,
            Self::Slow(_) | Self::NotWhole(_) | Self::Unreachable(_)
        )
    }
}

/// What another machine said.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most as long as was allowed.
    pub body: Vec<u8>,
}

/// A question to another machine.
#[derive(Debug, Clone)]
pub struct Question {
    /// `GET`, `POST`, …
    pub method: Method,
    /// Where, beginning with `http://` or `https://`.
    pub address: String,
    /// Headers beside `host`, `content-length` and `user-agent`.
    pub headers: HeaderMap,
    /// What is sent.
    pub body: Vec<u8>,
    /// How many bytes the answer may have.
    pub limit: usize,
    /// How long it may take, answer and all.
    pub patience: Duration,
}

impl Question {
    /// Sends something with `POST`; the answer may have `limit` bytes and take [`PATIENCE`].
    pub fn post(address: impl Into<String>, body: Vec<u8>, limit: usize) -> Self {
        Self {
            method: Method::POST,
            address: address.into(),
            headers: HeaderMap::new(),
            body,
            limit,
            patience: PATIENCE,
        }
    }

    /// Asks with `GET`; the answer may have `limit` bytes and take [`PATIENCE`].
    pub fn get(address: impl Into<String>, limit: usize) -> Self {
        Self {
            method: Method::GET,
            ..Self::post(address, Vec::new(), limit)
        }
    }

    /// With a header.
    ///
    /// # Errors
    /// [`OutsideError::Header`] when the value has a line break or another sign that no header has.
    pub fn with(mut self, name: &'static str, value: &str) -> Result<Self, OutsideError> {
        let bytes = HeaderValue::from_str(value).map_err(|_| OutsideError::Header(name))?;
        self.headers.insert(HeaderName::from_static(name), bytes);
        Ok(self)
    }
}

/// A way to other machines. Certificates are checked against those this machine trusts: the system's,
/// or those in the file that `SSL_CERT_FILE` names.
#[derive(Debug, Clone)]
pub struct Outside {
    plain: Client<Dialer, Full<Bytes>>,
    /// What was wrong with the certificates, when there is no such way.
    secure: Result<Client<HttpsConnector<Dialer>, Full<Bytes>>, String>,
    guard: Option<Arc<Guard>>,
}

impl Outside {
    /// A way to addresses that the person at the command line names.
    ///
    /// # Errors
    /// [`OutsideError`] for something that is no address, or when this machine has no certificates to
    /// check with.
    pub fn to(address: &str) -> Result<Self, OutsideError> {
        let outside = Self::with(None);
        if address.starts_with("https://") {
            let missing = outside.secure.as_ref().err().cloned();
            return missing.map_or(Ok(outside), |why| Err(OutsideError::Certificates(why)));
        }
        if address.starts_with("http://") {
            return Ok(outside);
        }
        Err(OutsideError::NoAddress)
    }

    /// A way to addresses that somebody else named, held to a guard. Where this machine has no
    /// certificates, only `https` addresses are refused, when they are asked.
    pub fn guarded(guard: Guard) -> Self {
        Self::with(Some(Arc::new(guard)))
    }

    fn with(guard: Option<Arc<Guard>>) -> Self {
        let dialer = Dialer {
            guard: guard.clone(),
        };
        let secure = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map(|builder| {
                let connector = builder
                    .https_only()
                    .enable_http1()
                    .wrap_connector(dialer.clone());
                Client::builder(TokioExecutor::new()).build(connector)
            })
            .map_err(|error| error.to_string());
        Self {
            plain: Client::builder(TokioExecutor::new()).build(dialer),
            secure,
            guard,
        }
    }

    /// Asks for an address; the answer may have `limit` bytes.
    ///
    /// # Errors
    /// [`OutsideError`] when nobody answers in time, or the answer is longer.
    pub async fn get(&self, address: &str, limit: usize) -> Result<Answer, OutsideError> {
        self.ask(Question::get(address, limit)).await
    }

    /// Sends something to an address; the answer may have `limit` bytes.
    ///
    /// # Errors
    /// [`OutsideError`] when nobody answers in time, or the answer is longer.
    pub async fn post(
        &self,
        address: &str,
        body: Vec<u8>,
        limit: usize,
    ) -> Result<Answer, OutsideError> {
        self.ask(Question::post(address, body, limit)).await
    }

    /// Whether an address may be asked as things stand: what its name resolves to is judged, and nothing is sent. It is
    /// judged again when it is asked.
    ///
    /// # Errors
    /// As [`Outside::ask`], without the answer.
    pub async fn check(&self, address: &str) -> Result<(), OutsideError> {
        let uri: Uri = address.parse().map_err(|_| OutsideError::NoAddress)?;
        let host = uri.host().ok_or(OutsideError::NoAddress)?;
        let port = match (uri.scheme_str(), uri.port_u16()) {
            (Some("http" | "https"), Some(port)) => port,
            (Some("https"), None) => 443,
            (Some("http"), None) => 80,
            _ => return Err(OutsideError::NoAddress),
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Some(guard) = &self.guard {
            guard.permits_name(host)?;
            let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((bare, port)));
            let found = found.await.map_err(|_| OutsideError::Slow(PATIENCE))?;
            let found = found.map_err(|error| OutsideError::Unreachable(error.to_string()))?;
            for address in found {
                guard.permits(address)?;
            }
        }
        Ok(())
    }

    /// Asks a question. A redirect is an answer like any other: nobody is followed.
    ///
    /// # Errors
    /// [`OutsideError`] when the guard refuses, nobody answers in time, or the answer is longer than
    /// was allowed.
    pub async fn ask(&self, question: Question) -> Result<Answer, OutsideError> {
        if question.address.len() > ADDRESS_MAX {
            return Err(OutsideError::NoAddress);
        }
        let uri: Uri = question
            .address
            .parse()
            .map_err(|_| OutsideError::NoAddress)?;
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(OutsideError::NoAddress),
        };
        if let (Some(guard), Some(host)) = (&self.guard, uri.host()) {
            guard.permits_name(host)?;
        }
        let mut request = Request::new(Full::new(Bytes::from(question.body)));
        *request.method_mut() = question.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = question.headers;
        request.headers_mut().insert(
            hyper::header::USER_AGENT,
            HeaderValue::from_static(concat!("pengayom/", env!("CARGO_PKG_VERSION"))),
        );
        let asked = async {
            let response = match (&self.secure, is_secure) {
                (Ok(client), true) => client.request(request).await,
                (Err(why), true) => return Err(OutsideError::Certificates(why.clone())),
                (_, false) => self.plain.request(request).await,
            };
            let response = response.map_err(|error| refused_or_unreachable(&error))?;
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            let body = Limited::new(response.into_body(), question.limit)
                .collect()
                .await
                .map_err(|error| OutsideError::NotWhole(error.to_string()))?;
            Ok(Answer {
                status,
                headers,
                body: body.to_bytes().to_vec(),
            })
        };
        let patience = question.patience;
        match tokio::time::timeout(patience, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(OutsideError::Slow(patience)),
        }
    }
}

/// Connects to what a name resolves to, as far as the guard permits it.
#[derive(Debug, Clone)]
struct Dialer {
    guard: Option<Arc<Guard>>,
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<TcpStream>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let guard = self.guard.clone();
        Box::pin(async move {
            let host = uri.host().unwrap_or_default();
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            let port = uri
                .port_u16()
                .unwrap_or(if uri.scheme_str() == Some("https") {
                    443
                } else {
                    80
                });
            let addresses: Vec<SocketAddr> = match bare.parse::<IpAddr>() {
                Ok(ip) => vec![SocketAddr::new(ip, port)],
                Err(_) => tokio::net::lookup_host((bare, port)).await?.collect(),
            };
            if let Some(guard) = guard {
                // All of them: a name that points inside and outside is not to be trusted with either.
                for address in &addresses {
                    guard.permits(*address).map_err(std::io::Error::other)?;
                }
            }
            let stream = TcpStream::connect(addresses.as_slice()).await?;
            stream.set_nodelay(true)?;
            Ok(TokioIo::new(stream))
        })
    }
}

/// What the library says of every certificate it does not believe.
const NOT_BELIEVED: &str = "invalid peer certificate";

/// The guard's refusal, found again among the errors it was wrapped in; otherwise what was wrong with
/// the connection.
fn refused_or_unreachable(error: &hyper_util::client::legacy::Error) -> OutsideError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(known) = cause {
        let inner = known
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .and_then(|inner| inner.downcast_ref::<Refused>());
        if let Some(refused) = inner {
            return OutsideError::Refused(*refused);
        }
        cause = known.source();
    }
    OutsideError::Unreachable(advised(whole(error)))
}

/// With what to do about it.
fn advised(said: String) -> String {
    if !said.contains(NOT_BELIEVED) {
        return said;
    }
    format!(
        "its certificate is not one that this machine trusts for this name ({said}). If it is right, add the \
         authority that signed it to the system's certificates, or name a file with it in SSL_CERT_FILE"
    )
}

/// An error with what caused it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said.push_str(": ");
        said.push_str(&cause.to_string());
        source = cause.source();
    }
    said
}

#[cfg(test)]
mod tests;
