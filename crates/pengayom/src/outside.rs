//! Asking other machines over HTTP: bounded in size and time, and without following anybody
//! elsewhere.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::fault::Fault;

/// How long one question may take, answer and all.
const PATIENCE: Duration = Duration::from_secs(30);

/// What another machine said.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body, at most as long as was allowed.
    pub(crate) body: Vec<u8>,
}

/// A way to other machines. Certificates are checked against those this machine trusts: the system's,
/// or those in the file that `SSL_CERT_FILE` names.
#[derive(Debug, Clone)]
pub(crate) struct Outside {
    client: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Plain(Client<HttpConnector, Full<Bytes>>),
    Secure(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

impl Outside {
    /// A way to an address that begins with `http://` or `https://`.
    ///
    /// # Errors
    /// [`Fault`] for another address, or when this machine has no certificates to check with.
    pub(crate) fn to(address: &str) -> Result<Self, Fault> {
        let builder = Client::builder(TokioExecutor::new());
        let client = if address.starts_with("http://") {
            Way::Plain(builder.build_http())
        } else if address.starts_with("https://") {
            let connector = HttpsConnectorBuilder::new()
                .with_native_roots()
                .map_err(Fault::system("reading the certificates of this machine"))?
                .https_only()
                .enable_http1()
                .build();
            Way::Secure(builder.build(connector))
        } else {
            return Err(Fault::Input(format!(
                "{address}: expected an address that begins with http:// or https://"
            )));
        };
        Ok(Self { client })
    }

    /// Asks for an address; the answer may have `limit` bytes.
    ///
    /// # Errors
    /// [`Fault`] when nobody answers in time, or the answer is longer.
    pub(crate) async fn get(&self, address: &str, limit: usize) -> Result<Answer, Fault> {
        self.ask(Method::GET, address, Vec::new(), limit).await
    }

    /// Sends something to an address; the answer may have `limit` bytes.
    ///
    /// # Errors
    /// [`Fault`] when nobody answers in time, or the answer is longer.
    pub(crate) async fn post(
        &self,
        address: &str,
        body: Vec<u8>,
        limit: usize,
    ) -> Result<Answer, Fault> {
        self.ask(Method::POST, address, body, limit).await
    }

    async fn ask(
        &self,
        method: Method,
        address: &str,
        body: Vec<u8>,
        limit: usize,
    ) -> Result<Answer, Fault> {
        let wrong = |why: String| Fault::Input(format!("{address}: {why}"));
        let uri: Uri = address.parse().map_err(|_| wrong("no address".into()))?;
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(
                "user-agent",
                concat!("pengayom/", env!("CARGO_PKG_VERSION")),
            )
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| wrong(error.to_string()))?;
        let asked = async {
            let response = match &self.client {
                Way::Plain(client) => client.request(request).await,
                Way::Secure(client) => client.request(request).await,
            };
            let response = response.map_err(|error| wrong(advised(whole(&error))))?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), limit)
                .collect()
                .await
                .map_err(|error| wrong(format!("the answer did not come whole: {error}")))?;
            Ok(Answer {
                status,
                body: body.to_bytes().to_vec(),
            })
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(wrong(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }
}

/// What the library says of every certificate it does not believe.
const NOT_BELIEVED: &str = "invalid peer certificate";

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
