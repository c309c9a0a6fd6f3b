//! Answers that a program asks for again and again: with a tag of what is in them and the moment it last
//! changed, and without a body where the asker has it (RFC 9110 §8.8, §13).

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use sha2::{Digest as _, Sha256};

/// A text whose asker may have it already. `changed_at` is when anything in it last changed, where known.
pub(crate) fn answer(
    asked: &HeaderMap,
    content_type: &'static str,
    changed_at: Option<Timestamp>,
    body: String,
) -> Response {
    let tag = tag(body.as_bytes());
    // Seconds are all an HTTP date holds; one that is not written is left out.
    let changed = changed_at.and_then(|at| Timestamp::from_second(at.as_second()).ok());
    let known = is_known(asked, &tag, changed);
    let mut headers = HeaderMap::new();
    let mut put = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::ETAG, &tag);
    put(header::CACHE_CONTROL, "no-cache");
    // Without `lang` in the address the language is the one that a cookie remembers.
    put(header::VARY, "cookie");
    if let Some(at) = changed.and_then(http_date) {
        put(header::LAST_MODIFIED, &at);
    }
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    put(header::CONTENT_TYPE, content_type);
    (headers, body).into_response()
}

/// A tag that is another for every other content.
fn tag(content: &[u8]) -> String {
    let mut tag = String::from("\"");
    for byte in Sha256::digest(content).iter().take(16) {
        // Writing to a `String` cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Whether the asker has what would be sent. A tag that is asked by decides alone (RFC 9110 §13.2.2).
fn is_known(asked: &HeaderMap, tag: &str, changed: Option<Timestamp>) -> bool {
    if asked.contains_key(header::IF_NONE_MATCH) {
        let mut lists = asked.get_all(header::IF_NONE_MATCH).iter();
        return lists.any(|list| {
            let list = list.to_str().unwrap_or_default();
            list.split(',').any(|one| {
                let one = one.trim();
                one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
            })
        });
    }
    let since = asked.get(header::IF_MODIFIED_SINCE);
    let since = since.and_then(|value| parse_http_date(value.to_str().ok()?));
    matches!((since, changed), (Some(since), Some(changed)) if changed <= since)
}

fn http_date(at: Timestamp) -> Option<String> {
    rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&at)
        .ok()
}

fn parse_http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn ask(name: header::HeaderName, value: &str) -> Response {
        let mut asked = HeaderMap::new();
        asked.insert(name, value.parse().unwrap());
        let at = "2026-11-24T14:30:00.6Z".parse().unwrap();
        answer(&asked, "text/plain", Some(at), "x".to_owned())
    }

    #[test]
    fn who_has_it_gets_no_body() {
        let first = ask(header::ACCEPT, "*/*");
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let at = first.headers()[header::LAST_MODIFIED].to_str().unwrap();
        assert_eq!(at, "Tue, 24 Nov 2026 14:30:00 GMT");
        for (name, value, status) in [
            (header::IF_NONE_MATCH, tag.as_str(), 304),
            (header::IF_NONE_MATCH, &format!("\"a\", W/{tag}"), 304),
            (header::IF_NONE_MATCH, "*", 304),
            (header::IF_NONE_MATCH, "\"a\"", 200),
            (header::IF_MODIFIED_SINCE, at, 304),
            (
                header::IF_MODIFIED_SINCE,
                "Tue, 24 Nov 2026 14:29:59 GMT",
                200,
            ),
            (header::IF_MODIFIED_SINCE, "yesterday", 200),
        ] {
            let found = ask(name.clone(), value);
            assert_eq!(found.status().as_u16(), status, "{name}: {value}");
            assert!(found.headers().contains_key(header::ETAG));
        }
    }
}
