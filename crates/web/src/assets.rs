//! The files of `web/assets`, each under an address that changes with the content of the whole set.
//!
//! The address is `/assets/<hash>/<name>`: a browser keeps such a file for ever and asks again only after the set has
//! changed. One hash for the set, not one for each file, lets addresses inside a stylesheet stay relative.
//! The stylesheets of `web/assets/style/` are served as one, `style.css`, and those of `staff/` as `staff.css`: one request
//! on a slow line, several files to read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::range::{Asked, range};

#[derive(RustEmbed)]
#[folder = "../../web/assets"]
struct Files;

/// Folders whose stylesheets, in the order of their names, become one file.
const SHEETS: [(&str, &str); 2] = [("style/", "style.css"), ("staff/", "staff.css")];

/// A year, in seconds: as long as a cache may be told to keep a file.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

struct Asset {
    bytes: Cow<'static, [u8]>,
    media_type: &'static str,
}

struct Assets {
    /// Twelve hexadecimal digits of the set's SHA-256.
    version: String,
    files: BTreeMap<String, Asset>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::read);

impl Assets {
    fn read() -> Self {
        let mut files = BTreeMap::new();
        let mut parts: BTreeMap<String, Cow<'static, [u8]>> = BTreeMap::new();
        for name in Files::iter() {
            let (Some(media_type), Some(file)) = (media_type(&name), Files::get(&name)) else {
                continue;
            };
            let bytes = if name.ends_with(".mjs") || name.ends_with(".css") {
                without_comments(&file.data)
            } else {
                file.data
            };
            if SHEETS.iter().any(|(folder, _)| name.starts_with(folder)) {
                parts.insert(name.into_owned(), bytes);
            } else {
                files.insert(name.into_owned(), Asset { bytes, media_type });
            }
        }
        for (folder, sheet) in SHEETS {
            let parts = parts.iter().filter(|(name, _)| name.starts_with(folder));
            let parts: Vec<&[u8]> = parts.map(|(_, bytes)| bytes.as_ref()).collect();
            files.insert(
                sheet.to_owned(),
                Asset {
                    bytes: Cow::Owned(parts.concat()),
                    media_type: "text/css; charset=utf-8",
                },
            );
        }
        Self {
            version: version(&files),
            files,
        }
    }
}

/// A module or a stylesheet without the lines that are only comments: they are for readers of the source, and
/// a third of a module's weight on the wire. A licence (`/*!`) stays.
fn without_comments(source: &[u8]) -> Cow<'static, [u8]> {
    let mut inside = false;
    let kept = source
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| {
            let line = line.trim_ascii();
            let begins = line.starts_with(b"/*") && !line.starts_with(b"/*!");
            let comment = inside || begins || line.starts_with(b"//");
            inside = (inside || begins) && !line.ends_with(b"*/");
            !comment
        });
    Cow::Owned(kept.flatten().copied().collect())
}

/// What a file is, by the end of its name; `None` for what is not for browsers, such as a README.
fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending {
        "css" => Some("text/css; charset=utf-8"),
        "js" | "mjs" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "txt" => Some("text/plain; charset=utf-8"),
        "mp3" => Some("audio/mpeg"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

fn version(files: &BTreeMap<String, Asset>) -> String {
    let mut hash = Sha256::new();
    for (name, asset) in files {
        // Lengths first, so that no two sets run together to the same bytes.
        hash.update(name.len().to_be_bytes());
        hash.update(name.as_bytes());
        hash.update(asset.bytes.len().to_be_bytes());
        hash.update(&asset.bytes);
    }
    let mut version = String::new();
    for byte in hash.finalize().iter().take(6) {
        // Writing to a `String` cannot fail.
        let _ = write!(version, "{byte:02x}");
    }
    version
}

/// The address of the file `name` of `web/assets`, such as `style.css` or `fonts/atkinson-400.woff2`.
pub fn address(name: &str) -> String {
    format!("/assets/{}/{name}", ASSETS.version)
}

/// A text among the assets, such as a list of others.
pub(crate) fn text(name: &str) -> Option<&'static str> {
    std::str::from_utf8(&ASSETS.files.get(name)?.bytes).ok()
}

/// The route that serves the assets.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    Router::new().route("/assets/{version}/{*name}", get(serve))
}

/// A page drawn before an update names the older set: it gets today's file, to be asked for again next time.
///
/// A recording is given in parts too: players that jump in it ask for them, and some play nothing else.
async fn serve(
    Path((version, name)): Path<(String, String)>,
    asked: axum::http::HeaderMap,
) -> Response {
    let Some(asset) = ASSETS.files.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if version == ASSETS.version {
        FOR_EVER
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, keep),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if asset.media_type != "audio/mpeg" {
        return (headers, asset.bytes.clone()).into_response();
    }
    let size = asset.bytes.len() as u64;
    let asked = asked.get(header::RANGE).and_then(|it| it.to_str().ok());
    let parts = [(header::ACCEPT_RANGES, "bytes".to_owned())];
    match asked.map_or(Asked::All, |text| range(text, size)) {
        Asked::All => (headers, parts, asset.bytes.clone()).into_response(),
        Asked::Nothing => {
            let all = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, all).into_response()
        }
        Asked::Part(from, until) => {
            let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
            let part = asset.bytes.get(place(from)..place(until)).unwrap_or(&[]);
            let which = format!("bytes {from}-{}/{size}", until - 1);
            let part = part.to_vec();
            (
                StatusCode::PARTIAL_CONTENT,
                headers,
                parts,
                [(header::CONTENT_RANGE, which)],
                part,
            )
                .into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(address: &str) -> Response {
        let request = Request::get(address).body(Body::empty()).unwrap();
        router().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_file_of_this_set_is_kept_for_ever() {
        let answer = ask(&address("fonts/atkinson-400.woff2")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CACHE_CONTROL], FOR_EVER);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "font/woff2");
    }

    #[tokio::test]
    async fn a_page_drawn_before_an_update_still_gets_its_stylesheet_but_does_not_keep_it() {
        let answer = ask("/assets/000000000000/style.css").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
    }

    #[tokio::test]
    async fn what_is_not_an_asset_is_not_found() {
        for name in [
            "nothing.css",
            "fonts/README.md",
            "style/1-tokens.css",
            "staff/1-frame.css",
            "../base.html",
        ] {
            assert_eq!(ask(&address(name)).await.status(), StatusCode::NOT_FOUND);
        }
    }

    #[test]
    fn comments_of_modules_stay_at_home_and_code_does_not() {
        let module =
            b"/*! MIT */\n// What.\n/**\n * Why.\n */\nconst a = 1; // kept\n  // gone\nconst b = a\n  * 2;\n";
        let served = without_comments(module);
        assert_eq!(
            std::str::from_utf8(&served).unwrap(),
            "/*! MIT */\nconst a = 1; // kept\nconst b = a\n  * 2;\n"
        );
        let sheet = b"/* Ground,\n   and frame. */\nhtml {\n  /* Wide. */\n  margin: 0;\n}\n";
        assert_eq!(&*without_comments(sheet), b"html {\n  margin: 0;\n}\n");
    }

    #[tokio::test]
    async fn the_stylesheets_arrive_as_one_with_the_tokens_first() {
        let body = ask(&address("style.css")).await.into_body();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let tokens = text.find("--primary:").unwrap();
        assert!(text.find(".choice").is_some_and(|form| tokens < form));
        let body = ask(&address("staff.css")).await.into_body();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let bar = text.find(".staff-bar").unwrap();
        assert!(text.find(".parts").is_some_and(|case| bar < case));
    }

    /// The first view may weigh 60 kB with its page of 14: the rest is measured here. // S32
    #[test]
    fn the_first_view_stays_within_its_budget() {
        let weight = |names: &[&str]| -> usize {
            let bytes: Vec<&[u8]> = names
                .iter()
                .map(|name| &*ASSETS.files[*name].bytes)
                .collect();
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            std::io::Write::write_all(&mut encoder, &bytes.concat()).unwrap();
            encoder.finish().unwrap().len()
        };
        assert!(weight(&["style.css", "print.css"]) <= 12_000);
        assert!(weight(&["focus.js", "live.js", "report.js"]) <= 8_000);
        let receipt = [
            "receipt/noble.mjs",
            "receipt/verify.mjs",
            "receipt/page.mjs",
        ];
        assert!(weight(&receipt) <= 18_000, "{}", weight(&receipt));
        assert!(weight(&["icons.svg"]) <= 5_000);
        let fonts = ["fonts/atkinson-400.woff2", "fonts/atkinson-700.woff2"];
        let bytes: usize = fonts
            .iter()
            .map(|name| ASSETS.files[*name].bytes.len())
            .sum();
        assert!(bytes <= 22_000);
    }
}
