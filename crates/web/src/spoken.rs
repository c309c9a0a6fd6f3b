//! Pages read aloud, for people who read little (S78): which words each one says, and the recording.
//!
//! A recording belongs to the words it says. A unit whose pack words a page otherwise shows no
//! recording there, rather than one that says something else than the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use pengayom_core::pack::{Lang, Pack};
use sha2::{Digest, Sha256};

use crate::assets;

/// Pages that can be listened to, by the name of their recordings.
pub const PAGES: [&str; 12] = [
    "home", "kinds", "danger", "where", "when", "words", "contact", "check", "safe", "track",
    "rate", "paper",
];

/// What the folder of recordings says of each: name, SHA-256 of its words, seconds.
const LIST: &str = "spoken/list.txt";

/// A recording, as `ui::spoken` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spoken {
    /// Its address.
    pub(crate) href: String,
    /// How long it is: `0:40`.
    pub(crate) length: String,
}

/// What a page says when it is read aloud: sentences in the order of the page; `None` for a page
/// without.
pub fn words_of(pack: &Pack, lang: Lang, page: &str) -> Option<String> {
    let words = pack.words(lang);
    let keys: &[&str] = match page {
        "home" => &[
            "home.title",
            "common.danger_strip",
            "home.door_report",
            "home.door_unsafe",
            "home.door_services",
            "home.door_track",
            "home.door_rate",
            "home.door_complain",
            "home.area_label",
        ],
        "kinds" => &["report.danger_title", "report.danger_first"],
        "danger" => &[
            "report.danger_title",
            "report.danger_help",
            "common.yes",
            "common.no",
        ],
        "where" => &[
            "report.where_title",
            "report.where_help",
            "report.where_use_position",
            "report.where_choose",
            "common.do_not_know",
            "report.where_unknown_help",
        ],
        "when" => &[
            "report.when_title",
            "report.when_now",
            "report.when_today",
            "report.when_yesterday",
            "report.when_earlier",
            "common.do_not_know",
        ],
        "words" => &["report.words_title", "report.photo_add"],
        "contact" => &[
            "report.contact_title",
            "report.contact_help",
            "report.contact_empty",
            "report.contact_name",
            "report.contact_phone",
        ],
        "check" => &["check.title", "check.not_sent_yet"],
        "safe" => &[
            "safe.title",
            "safe.not_alone",
            "safe.desk_title",
            "safe.desk_words",
            "safe.contact_title",
            "safe.time",
            "safe.word",
            "safe.after",
        ],
        "track" => &[
            "track.title",
            "track.number",
            "track.code",
            "track.code_lost",
        ],
        "rate" => &["rate.title"],
        "paper" => &[
            "paper.title",
            "paper.lead",
            "paper.step_print",
            "paper.step_write",
            "paper.step_tear",
            "paper.step_hand_in",
            "report.danger_title",
            "report.danger_first",
            "paper.kind",
            "paper.count",
            "paper.area",
            "paper.sheet",
            "paper.nothing_kept",
        ],
        _ => return None,
    };
    let mut said: Vec<&str> = keys.iter().filter_map(|key| words.get(key)).collect();
    if page == "kinds" {
        said.push(words.get("report.choose_kind")?);
        for kind in pack.report_kinds() {
            said.push(kind.name.get(lang));
            said.push(kind.hint.get(lang));
        }
    }
    if page == "rate" {
        let survey = pack.survey();
        said.extend(survey.form_items().map(|item| item.ask.get(lang)));
    }
    let mut text = String::new();
    for sentence in said {
        let ends = sentence.ends_with(['.', '?', '!']);
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{sentence}{}", if ends { "" } else { "." });
    }
    Some(text)
}

/// The fingerprint by which a recording is known to say these words: SHA-256, hexadecimal.
pub fn fingerprint(words: &str) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(words.as_bytes()) {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Recordings by language and page: fingerprint of their words, and seconds.
static RECORDINGS: LazyLock<BTreeMap<String, (String, u32)>> = LazyLock::new(|| {
    let list = assets::text(LIST).unwrap_or_default();
    list.lines()
        .filter_map(|line| {
            let mut parts = line.split_whitespace();
            let (name, words, seconds) = (parts.next()?, parts.next()?, parts.next()?);
            Some((name.to_owned(), (words.to_owned(), seconds.parse().ok()?)))
        })
        .collect()
});

/// The recording of a page, if there is one that says what the page says.
pub(crate) fn recording(pack: &Pack, lang: Lang, page: &str) -> Option<Spoken> {
    let name = format!("{lang}/{page}");
    let (said, seconds) = RECORDINGS.get(&name)?;
    if *said != fingerprint(&words_of(pack, lang, page)?) {
        return None;
    }
    Some(Spoken {
        href: assets::address(&format!("spoken/{name}.mp3")),
        length: format!("{}:{:02}", seconds / 60, seconds % 60),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::path::Path;

    use super::*;

    fn files() -> BTreeMap<String, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/id");
        let mut files = BTreeMap::new();
        for folder in ["", "access", "words"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                    let text = std::fs::read_to_string(&path).unwrap();
                    files.insert(name.to_owned(), text);
                }
            }
        }
        files
    }

    #[test]
    fn every_page_that_can_be_listened_to_has_a_recording_of_its_words() {
        // S78
        let pack = Pack::load(&files()).unwrap();
        for lang in Lang::ALL {
            for page in PAGES {
                let recording = recording(&pack, lang, page);
                assert!(
                    recording.is_some(),
                    "{lang}/{page}: its words have changed; run web/spoken.sh"
                );
            }
        }
    }

    #[test]
    fn a_page_with_other_words_has_no_recording_rather_than_a_wrong_one() {
        // S78
        let mut files = files();
        let words = files.get_mut("words/id.toml").unwrap();
        *words = words.replace("Apa yang bisa kami bantu?", "Ada yang bisa kami bantu?");
        let pack = Pack::load(&files).unwrap();
        assert_eq!(recording(&pack, Lang::Id, "home"), None);
        assert!(recording(&pack, Lang::En, "home").is_some());
        assert!(recording(&pack, Lang::Id, "track").is_some());
    }
}
