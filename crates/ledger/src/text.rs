//! The small spellings that all C2SP formats share: numbers and base64 that have one form only.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::hash::Hash;

/// Bytes as standard base64 with padding (RFC 4648, section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What [`base64()`] wrote; `None` for any other spelling.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash in base64; `None` unless it is one and spelled in the one right way.
pub(crate) fn hash_from_base64(text: &str) -> Option<Hash> {
    if text.len() != 44 {
        return None;
    }
    from_base64(text)?.try_into().ok()
}

/// Bytes as base64 for web addresses, without padding (RFC 4648, section 5).
pub(crate) fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What [`base64_url`] wrote; `None` for any other spelling.
pub(crate) fn from_base64_url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A decimal number without sign or leading zeroes; `None` for any other spelling.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if !plain || leading_zero {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for wrong in [
            "",
            "+1",
            "-1",
            "01",
            "00",
            " 1",
            "1 ",
            "1_000",
            "18446744073709551616",
            "١",
        ] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        let hash = [0xff; 32];
        let text = base64(&hash);
        assert_eq!(hash_from_base64(&text), Some(hash));
        // The last digit carries two bits that no byte needs: set, they would be a second spelling.
        assert_eq!(hash_from_base64(&text.replace("8=", "9=")), None);
        assert_eq!(hash_from_base64(text.trim_end_matches('=')), None);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..100), number in any::<u64>()) {
            prop_assert_eq!(from_base64(&base64(&bytes)), Some(bytes.clone()));
            prop_assert_eq!(from_base64_url(&base64_url(&bytes)), Some(bytes));
            prop_assert_eq!(decimal(&number.to_string()), Some(number));
        }

        #[test]
        fn what_is_read_is_spelled_as_it_would_be_written(text in "[A-Za-z0-9+/=_-]{0,12}") {
            if let Some(bytes) = from_base64(&text) {
                prop_assert_eq!(base64(&bytes), text.clone());
            }
            if let Some(bytes) = from_base64_url(&text) {
                prop_assert_eq!(base64_url(&bytes), text.clone());
            }
            if let Some(number) = decimal(&text) {
                prop_assert_eq!(number.to_string(), text);
            }
        }
    }
}
