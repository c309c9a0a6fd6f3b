//! Laws of the loader: whatever it is given, it answers; what it read, it gives back.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::support::files;
use pengayom_core::pack::{FAULTS_MAX, Lang, PACK_FILES, Pack, PackErrors};
use proptest::prelude::*;

static FILES: LazyLock<BTreeMap<String, String>> = LazyLock::new(files);

/// The real pack with one file replaced.
fn with(name: &str, bytes: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = FILES
        .iter()
        .map(|(name, text)| (name.clone(), text.clone().into_bytes()))
        .collect();
    files.insert(name.to_owned(), bytes);
    files
}

/// Every fault lies inside its file, and there are no more than the bound.
fn assert_placed(errors: &PackErrors, files: &BTreeMap<String, Vec<u8>>) {
    assert!(!errors.errors().is_empty());
    assert!(errors.errors().len() <= FAULTS_MAX);
    for error in errors.errors() {
        let lines = files
            .get(&error.file)
            .map_or(1, |bytes| bytes.split(|byte| *byte == b'\n').count());
        let line = usize::try_from(error.line).unwrap();
        assert!((1..=lines).contains(&line), "{error} of {lines} lines");
        assert!(error.column >= 1);
    }
}

fn any_file() -> impl Strategy<Value = &'static str> {
    prop::sample::select(PACK_FILES.to_vec())
}

/// Pieces of TOML that are likely to reach deep into the reader.
fn toml_like() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[[service]]\n",
        "[service.standard]\n",
        "[[kind]]\n",
        "[[kind.what]]\n",
        "[form]\n",
        "[pack]\n",
        "[common]\n",
        "id = \"a\"\n",
        "id = 1\n",
        "id = [[1]]\n",
        "name_id = \"{x}\"\n",
        "name_en = \"{\"\n",
        "items = [1, \"k1\", {}]\n",
        "source = \"s\"\n",
        "certainty = \"found\"\n",
        "a.b.c = 1\n",
        "over_km = 9e9\n",
        "x = 1979-05-27\n",
        "y = inf\n",
        "service = 3\n",
        "{",
        "}",
        "\"",
        "= ",
        "\n",
        "é",
        "\u{0}",
        "[",
        "]",
        "'''",
        "#",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_answered(
        name in any_file(),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let files = with(name, bytes);
        if let Err(errors) = Pack::load_bytes(&files) {
            assert_placed(&errors, &files);
        }
    }

    #[test]
    fn any_text_that_looks_like_toml_is_answered(name in any_file(), text in toml_like()) {
        let files = with(name, text.into_bytes());
        if let Err(errors) = Pack::load_bytes(&files) {
            assert_placed(&errors, &files);
        }
    }

    #[test]
    fn a_real_file_with_a_piece_cut_out_and_one_put_in_is_answered(
        name in any_file(),
        at in any::<prop::sample::Index>(),
        cut in 0_usize..60,
        put in "\\PC{0,6}",
    ) {
        let chars: Vec<char> = FILES[name].chars().collect();
        let at = at.index(chars.len());
        let mut changed: String = chars[..at].iter().collect();
        changed.push_str(&put);
        changed.extend(chars.iter().skip(at + cut));
        let files = with(name, changed.into_bytes());
        if let Err(errors) = Pack::load_bytes(&files) {
            assert_placed(&errors, &files);
        }
    }

    #[test]
    fn words_written_as_toml_come_back(
        words in prop::collection::btree_map(
            "[a-z][a-z0-9_]{0,8}",
            prop::collection::btree_map(
                "[a-z][a-z0-9_]{0,8}",
                "[^{}\\p{C}]{0,30}[a-zé\"\\\\]",
                1..5,
            ),
            1..6,
        ),
    ) {
        let text = toml::to_string(&words).unwrap();
        let mut files = with("words/id.toml", text.clone().into_bytes());
        files.insert("words/en.toml".into(), text.into_bytes());
        let pack = Pack::load_bytes(&files).unwrap();
        let expected: BTreeMap<String, String> = words
            .iter()
            .flat_map(|(section, words)| {
                words.iter().map(move |(key, text)| (format!("{section}.{key}"), text.clone()))
            })
            .collect();
        for lang in Lang::ALL {
            let found: BTreeMap<String, String> = pack
                .words(lang)
                .iter()
                .map(|(key, text)| (key.to_owned(), text.to_owned()))
                .collect();
            prop_assert_eq!(&found, &expected);
        }
    }

    #[test]
    fn a_standard_written_is_the_standard_read(minutes in 1_u32..=43_200) {
        let text = FILES["services.toml"].replacen(
            "respond_within_minutes = 10",
            &format!("respond_within_minutes = {minutes}"),
            1,
        );
        let pack = Pack::load_bytes(&with("services.toml", text.into_bytes())).unwrap();
        prop_assert_eq!(pack.services()[0].standard.respond_within_minutes, minutes);
    }
}

#[test]
fn tables_nested_without_end_are_answered() {
    for text in [
        format!("{}b = \"x\"\n", "a.".repeat(300_000)),
        format!("a = {}{}\n", "[".repeat(300_000), "]".repeat(300_000)),
        format!("a = {}1{}\n", "{a = ".repeat(100_000), "}".repeat(100_000)),
        format!("[{}a]\n", "a.".repeat(300_000)),
    ] {
        let files = with("words/id.toml", text.into_bytes());
        let errors = Pack::load_bytes(&files).unwrap_err();
        assert_placed(&errors, &files);
    }
}

#[test]
fn the_digest_is_of_every_file_and_of_nothing_else() {
    let one = Pack::load(&FILES).unwrap();
    assert_eq!(one.digest().len(), 64);
    assert_eq!(one.digest(), Pack::load(&FILES).unwrap().digest());
    for name in PACK_FILES {
        let mut text = FILES[name].clone();
        text.push('\n');
        let other = Pack::load_bytes(&with(name, text.into_bytes())).unwrap();
        assert_ne!(one.digest(), other.digest(), "{name}");
    }
}
