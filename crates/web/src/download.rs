//! A kept file handed down, whole or a part of it (RFC 9110 §14).

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use pengayom_node::Node;
use pengayom_store::rows::BlobRow;
use tokio_stream::wrappers::ReceiverStream;

use crate::range::{Asked, range};

/// Hands down a file under a name of ours, for whoever was found to be allowed to have it. It is never
/// shown in a page, nothing in it runs, and nobody on the way keeps it.
///
/// `name` is made of our own letters, digits, points and dashes only.
pub(crate) fn hand_down(node: &Node, file: BlobRow, asked: &HeaderMap, name: &str) -> Response {
    let size = file.size_bytes;
    let asked = asked.get(header::RANGE).and_then(|it| it.to_str().ok());
    let (status, from, until) = match asked.map(|text| range(text, size)) {
        None | Some(Asked::All) => (StatusCode::OK, 0, size),
        Some(Asked::Part(from, until)) => (StatusCode::PARTIAL_CONTENT, from, until),
        Some(Asked::Nothing) => {
            let all = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, all).into_response();
        }
    };
    let mut answer = HeaderMap::new();
    let mut put = |name, value: String| {
        if let Ok(value) = value.parse() {
            answer.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, file.media_type.clone());
    put(header::CONTENT_LENGTH, (until - from).to_string());
    put(header::ACCEPT_RANGES, "bytes".to_owned());
    put(
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{name}\""),
    );
    put(header::CACHE_CONTROL, "no-store".to_owned());
    // Whatever a browser makes of it, it runs nothing and loads nothing.
    put(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; sandbox; frame-ancestors 'none'".to_owned(),
    );
    if status == StatusCode::PARTIAL_CONTENT {
        let last = until - 1;
        put(header::CONTENT_RANGE, format!("bytes {from}-{last}/{size}"));
    }
    let mut reader = node.read_file(file, from, until);
    // One piece is read ahead while another is sent; whoever goes away is not read for any more.
    let (to, pieces) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            let piece = match reader.next().await {
                Ok(None) => break,
                Ok(Some(piece)) => Ok(piece),
                Err(fault) => {
                    tracing::error!(%fault, "a file could not be read to its end");
                    Err(fault)
                }
            };
            let ends = piece.is_err();
            if to.send(piece).await.is_err() || ends {
                break;
            }
        }
    });
    let body = Body::from_stream(ReceiverStream::new(pieces));
    (status, answer, body).into_response()
}
