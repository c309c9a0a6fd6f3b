//! Every check of this crate, on the real tree.

#![allow(clippy::panic, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use pengayom_tidy::code::own_code;
use pengayom_tidy::tree::{Tree, has_extension};
use pengayom_tidy::{
    Finding, acceptance, layers, leftovers, length, links, manifests, portable, privacy, purity,
    rehearsal, report, requirements, words,
};

static TREE: LazyLock<Tree> = LazyLock::new(|| match Tree::open() {
    Ok(tree) => tree,
    Err(error) => panic!("the tree cannot be read: {error}"),
});

#[track_caller]
fn assert_in_order(findings: &[Finding]) {
    if let Some(text) = report(findings) {
        panic!("{} not in order:\n{text}", findings.len());
    }
}

#[test]
fn arrows_between_crates_point_down_only() {
    match layers::read(&TREE.root) {
        Ok((crates, arrows)) => {
            assert!(!crates.is_empty() && !arrows.is_empty());
            assert_in_order(&layers::check(&crates, &arrows));
        }
        Err(error) => panic!("Cargo cannot read the manifests: {error}"),
    }
}

#[test]
fn the_crates_on_the_ground_do_no_io() {
    let findings: Vec<Finding> = TREE
        .texts(|path| {
            has_extension(path, &["rs"])
                && purity::PURE_FOLDERS
                    .iter()
                    .any(|folder| path.starts_with(folder))
        })
        .flat_map(|(path, text)| purity::check(path, text))
        .collect();
    assert_in_order(&findings);
}

#[test]
fn nothing_names_one_machine_or_a_registry() {
    let findings: Vec<Finding> = TREE
        .texts(|_| true)
        .flat_map(|(path, text)| portable::check(path, text))
        .collect();
    assert_in_order(&findings);
}

#[test]
fn nothing_half_done_is_left() {
    let findings: Vec<Finding> = TREE
        .texts(|path| has_extension(path, &["rs", "mjs", "js", "html", "sql"]))
        .flat_map(|(path, text)| leftovers::check(path, text))
        .collect();
    assert_in_order(&findings);
}

#[test]
fn what_only_tests_may_ask_for_is_not_in_a_release() {
    let files: BTreeMap<&str, &str> = TREE
        .texts(|path| rehearsal::FILES.contains(&path) || path == "Cargo.toml")
        .collect();
    assert_in_order(&rehearsal::check(&files));
}

#[test]
fn no_source_file_is_too_long() {
    let findings: Vec<Finding> = TREE
        .texts(|_| true)
        .filter_map(|(path, text)| length::check(path, text))
        .collect();
    assert_in_order(&findings);
}

#[test]
fn every_crate_takes_the_workspaces_lints() {
    let manifests: Vec<(&str, &str)> = TREE
        .texts(|path| path.starts_with("crates/") && path.ends_with("/Cargo.toml"))
        .collect();
    assert!(!manifests.is_empty());
    let findings: Vec<Finding> = manifests
        .into_iter()
        .flat_map(|(path, text)| manifests::check(path, text))
        .collect();
    assert_in_order(&findings);
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let paths: BTreeSet<&str> = TREE.files.iter().map(|file| file.path.as_str()).collect();
    let findings: Vec<Finding> = TREE
        .texts(|path| has_extension(path, &["md"]))
        .flat_map(|(path, text)| links::check(path, text, &paths))
        .collect();
    assert_in_order(&findings);
}

#[test]
fn every_path_a_document_names_is_there() {
    let paths: BTreeSet<&str> = TREE.files.iter().map(|file| file.path.as_str()).collect();
    let findings: Vec<Finding> = TREE
        .texts(|path| has_extension(path, &["md"]) && !path.starts_with("data/"))
        .flat_map(|(path, text)| links::check_paths(path, text, &paths))
        .collect();
    assert_in_order(&findings);
}

/// A words file: its path, and its texts by key.
type Language = (&'static str, BTreeMap<String, String>);

/// The words files by folder: a pack's `words/` holds one file a language.
fn words_by_folder() -> BTreeMap<&'static str, Vec<Language>> {
    let mut folders: BTreeMap<&str, Vec<Language>> = BTreeMap::new();
    for (path, text) in
        TREE.texts(|path| path.starts_with("packs/") && has_extension(path, &["toml"]))
    {
        let Some((folder, _)) = path.rsplit_once('/') else {
            continue;
        };
        if folder.ends_with("/words") {
            match words::flatten(path, text) {
                Ok(words) => folders.entry(folder).or_default().push((path, words)),
                Err(finding) => panic!("{finding}"),
            }
        }
    }
    folders
}

#[test]
fn every_word_is_there_in_every_language() {
    let mut findings = Vec::new();
    for languages in words_by_folder().values() {
        let mut files = languages.iter();
        if let Some((first_path, first)) = files.next() {
            for (path, words) in files {
                findings.extend(words::compare((first_path, first), (path, words)));
            }
        }
    }
    assert_in_order(&findings);
}

// "1 day", "2 days".
#[test]
fn every_english_count_has_its_singular() {
    let mut findings = Vec::new();
    for (path, words) in words_by_folder().values().flatten() {
        if path.ends_with("/en.toml") {
            findings.extend(words::without_singular(path, words));
        }
    }
    assert_in_order(&findings);
}

#[test]
fn every_word_a_page_asks_for_is_there() {
    let known: BTreeMap<String, String> = words_by_folder()
        .into_values()
        .flatten()
        .flat_map(|(_, words)| words)
        .collect();
    let findings: Vec<Finding> = TREE
        .texts(|path| {
            (path.starts_with("crates/web/src/") && has_extension(path, &["rs"]))
                || path.starts_with("web/templates/")
        })
        .flat_map(|(path, text)| {
            let text = if has_extension(path, &["rs"]) {
                own_code(text)
            } else {
                text.to_owned()
            };
            words::check_use(path, &text, &known)
        })
        .collect();
    assert_in_order(&findings);
}

#[test]
fn every_stored_column_has_a_privacy_decision() {
    let mut columns = privacy::Columns::new();
    for (_, sql) in TREE
        .texts(|path| path.starts_with("crates/store/migrations/") && has_extension(path, &["sql"]))
    {
        privacy::apply_migration(sql, &mut columns);
    }
    let decisions = TREE.text("docs/privacy.toml").unwrap_or_default();
    assert_in_order(&privacy::check("docs/privacy.toml", decisions, &columns));
}

#[test]
fn the_table_of_requirements_is_true() {
    let mut tests = Vec::new();
    let mut findings = Vec::new();
    for (path, text) in
        TREE.texts(|path| has_extension(path, &["rs"]) && !path.starts_with("crates/tidy/"))
    {
        let (found, wrong) = requirements::rust_tests(path, text);
        tests.extend(found);
        findings.extend(wrong);
    }
    for (path, text) in TREE.texts(|path| has_extension(path, &["mjs", "js"])) {
        let (found, wrong) = requirements::script_tests(path, text);
        tests.extend(found);
        findings.extend(wrong);
    }
    match TREE.text("docs/REQUIREMENTS.md") {
        Some(text) => findings.extend(requirements::check("docs/REQUIREMENTS.md", text, &tests)),
        None => findings.push(Finding::at("docs/REQUIREMENTS.md", "is missing")),
    }
    assert_in_order(&findings);
}

#[test]
fn the_table_of_acceptance_checks_is_true() {
    let mut tests = Vec::new();
    let mut findings = Vec::new();
    for (path, text) in TREE.texts(|path| path.starts_with("e2e/tests/")) {
        let (found, wrong) = acceptance::tests(path, text);
        tests.extend(found);
        findings.extend(wrong);
    }
    match TREE.text("docs/acceptance.md") {
        Some(text) => findings.extend(acceptance::check("docs/acceptance.md", text, &tests)),
        None => findings.push(Finding::at("docs/acceptance.md", "is missing")),
    }
    assert_in_order(&findings);
}
