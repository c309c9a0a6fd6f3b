//! What every answer tells browsers to refuse.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Nothing runs, loads or is sent but what this site serves; nobody frames it.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; \
     script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The same for the page that verifies receipts: it may ask the log of another unit.
pub(crate) const POLICY_OF_CHECK: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; \
     script-src 'self'; connect-src 'self' https: http:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const FIXED: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), camera=(), microphone=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// A year, as browsers advise for a site that stays on TLS (RFC 6797).
const TLS_ONLY: &str = "max-age=31536000";

/// Adds the headers; one that a handler set stays. An answer that does not say how long it may be
/// kept is kept nowhere.
pub(crate) fn secure(headers: &mut HeaderMap, over_tls: bool) {
    for (name, value) in FIXED {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if over_tls {
        let value = HeaderValue::from_static(TLS_ONLY);
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(value);
    }
}
