//! What an answer is known by (RFC 9110 §8.8.3), and what is asked with it (§13.1).
//!
//! A tag is made of what was answered. That of something that changes by versions says the version
//! before it: `"7.…"`. A change names the tag it was decided on; only the version counts then,
//! because what passes with time, such as that an answer is late, is no reason to refuse a change.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::body::single_header;
use crate::problem::Fault;

/// Bytes of the digest in a tag: 96 bits, enough to tell apart the answers of one address.
const DIGEST_BYTES: usize = 12;

/// Most tags of one header that are looked at.
const TAGS_MAX: usize = 20;

/// The tag of an answer.
pub(crate) fn tag(version: Option<u32>, body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let digest = digest.get(..DIGEST_BYTES).unwrap_or_default();
    let digest = URL_SAFE_NO_PAD.encode(digest);
    match version {
        Some(version) => format!("\"{version}.{digest}\""),
        None => format!("\"{digest}\""),
    }
}

/// Whether one of the tags that the asker has is this one; they compare weakly (RFC 9110 §13.1.2).
/// A header that is no list of tags matches nothing: the answer is given whole.
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let mut values = headers.get_all(header::IF_NONE_MATCH).iter();
    values.any(|value| {
        let tags = value.to_str().unwrap_or_default().split(',');
        tags.take(TAGS_MAX)
            .map(str::trim)
            .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
    })
}

/// The version that a change was decided on; `None` when nothing is asked (or anything will do: `*`).
///
/// # Errors
/// [`Fault::BadHeader`] for what is not one tag with a version.
pub(crate) fn wanted_version(headers: &HeaderMap) -> Result<Option<u32>, Fault> {
    let Some(text) = single_header(headers, "If-Match")? else {
        return Ok(None);
    };
    if text == "*" {
        return Ok(None);
    }
    version_of(text)
        .map(Some)
        .ok_or(Fault::BadHeader("If-Match"))
}

/// The version in a tag of ours.
pub(crate) fn version_of(tag: &str) -> Option<u32> {
    let inside = tag.strip_prefix('"')?.strip_suffix('"')?;
    let digits = inside.split('.').next()?;
    let plain = !inside.contains('"')
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// A tag as a header.
pub(crate) fn value(tag: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(tag).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with(name: header::HeaderName, value: &[u8]) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_bytes(value).ok()?);
        Some(headers)
    }

    proptest! {
        // S40
        #[test]
        fn a_tag_is_known_again_alone_in_a_list_and_weakly(
            body in prop::collection::vec(any::<u8>(), 0..64), version in prop::option::of(any::<u32>()),
        ) {
            let tag = tag(version, &body);
            for said in [tag.clone(), format!("W/{tag}"), format!("\"a\", {tag} ,\"b\""), "*".to_owned()] {
                prop_assert!(is_known(&with(header::IF_NONE_MATCH, said.as_bytes()).unwrap(), &tag));
            }
            prop_assert_eq!(version_of(&tag).filter(|_| version.is_some()), version);
        }

        #[test]
        fn another_body_has_another_tag(
            one in prop::collection::vec(any::<u8>(), 0..64), other in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            prop_assert_eq!(tag(None, &one) == tag(None, &other), one == other);
            let headers = with(header::IF_NONE_MATCH, tag(Some(1), &one).as_bytes()).unwrap();
            prop_assert_eq!(is_known(&headers, &tag(Some(1), &other)), one == other);
            prop_assert!(!is_known(&headers, &tag(Some(2), &one)));
        }

        #[test]
        fn any_bytes_are_a_version_or_a_fault(value in prop::collection::vec(any::<u8>(), 0..40)) {
            let Some(headers) = with(header::IF_MATCH, &value) else { return Ok(()) };
            if let Ok(Some(version)) = wanted_version(&headers) {
                let text = String::from_utf8(value.clone()).unwrap();
                let begins = text.trim().trim_start_matches('"').trim_start_matches('0').to_owned();
                let digits = version.to_string();
                prop_assert!(version == 0 || begins.starts_with(&digits), "{text} is not version {version}");
            }
            let tag = tag(None, b"x");
            let _ = with(header::IF_NONE_MATCH, &value).map(|headers| is_known(&headers, &tag));
        }
    }

    #[test]
    fn a_change_says_which_version_it_means() {
        let read = |text: &str| wanted_version(&with(header::IF_MATCH, text.as_bytes()).unwrap());
        assert_eq!(read("\"7.abc\""), Ok(Some(7)));
        assert_eq!(read("\"7\""), Ok(Some(7)));
        assert_eq!(read("*"), Ok(None));
        for wrong in [
            "7",
            "W/\"7.abc\"",
            "\"abc\"",
            "\"+7.a\"",
            "\"99999999999.a\"",
            "\"7.a\", \"8.b\"",
        ] {
            assert_eq!(read(wrong), Err(Fault::BadHeader("If-Match")), "{wrong}");
        }
        assert_eq!(wanted_version(&HeaderMap::new()), Ok(None));
    }
}
