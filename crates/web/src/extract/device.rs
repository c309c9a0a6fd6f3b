//! Which browser and system somebody uses, by family: enough to know one's own device again, and no
//! more.

use axum::http::{HeaderMap, header};

/// Longest header that is looked at, in bytes.
const MAX_BYTES: usize = 512;

/// Words in a browser's own description, and the family they stand for; the first that fits counts, for
/// most browsers name their forebears too.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "edge"),
    ("OPR/", "opera"),
    ("SamsungBrowser/", "samsung"),
    ("UCBrowser/", "uc"),
    ("Firefox/", "firefox"),
    ("FxiOS/", "firefox"),
    ("Chrome/", "chrome"),
    ("Safari/", "safari"),
];

/// The same for systems.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "android"),
    ("iPhone", "ios"),
    ("iPad", "ios"),
    ("Windows", "windows"),
    ("Mac OS X", "macos"),
    ("CrOS", "chromeos"),
    ("Linux", "linux"),
];

/// Browser and system of a request, such as `firefox/android`; `other` for what is not known.
pub(super) fn of(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT);
    let text = text.and_then(|text| text.to_str().ok()).unwrap_or_default();
    let text = text.get(..MAX_BYTES.min(text.len())).unwrap_or_default();
    let first = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(word, _)| text.contains(word));
        found.map_or("other", |(_, family)| family)
    };
    format!("{}/{}", first(&BROWSERS), first(&SYSTEMS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(text: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.extend(text.parse().ok().map(|value| (header::USER_AGENT, value)));
        of(&headers)
    }

    #[test]
    fn browsers_are_known_by_family_only() {
        for (text, known) in [
            (
                "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
                "firefox/android",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
                "edge/windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-A055F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
                "samsung/android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "safari/ios",
            ),
            ("curl/8.14", "other/other"),
            ("", "other/other"),
        ] {
            assert_eq!(family(text), known, "{text}");
        }
        assert_eq!(family(&"é".repeat(2_000)), "other/other");
    }
}
