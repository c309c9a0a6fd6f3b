//! What tests of faults may ask of the program is not compiled into a release.

use std::collections::BTreeMap;

use crate::Finding;

/// Files that only a build with debug assertions may hold.
pub const FILES: &[&str] = &[
    "crates/pengayom/src/rehearsal.rs",
    "crates/store/src/halt.rs",
];

/// What each of them begins with, behind its own documentation.
const MARK: &str = "#![cfg(debug_assertions)]";

/// Checks those files, and that no profile for a release brings debug assertions. `files` holds them
/// and the workspace's `Cargo.toml`, by path.
pub fn check(files: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in FILES {
        let text = files.get(path).copied().unwrap_or_default();
        let first = text.lines().find(|line| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with("//")
        });
        if first != Some(MARK) {
            findings.push(Finding::at(*path, format!("does not begin with `{MARK}`")));
        }
    }
    let manifest = files.get("Cargo.toml").copied().unwrap_or_default();
    match manifest.parse::<toml::Table>() {
        Err(error) => findings.push(Finding::at("Cargo.toml", format!("not TOML: {error}"))),
        Ok(table) => {
            let profiles = table.get("profile").and_then(toml::Value::as_table);
            for (name, profile) in profiles.into_iter().flatten() {
                let tests_only = ["dev", "test"].contains(&name.as_str());
                if !tests_only && profile.get("debug-assertions").is_some() {
                    findings.push(Finding::at(
                        "Cargo.toml",
                        format!("profile.{name} sets debug-assertions: a release must not"),
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_the_mark_and_a_release_with_assertions_are_found() {
        let marked = "//! What it is.\n\n#![cfg(debug_assertions)]\nfn a() {}\n";
        let mut files: BTreeMap<&str, &str> = FILES.iter().map(|path| (*path, marked)).collect();
        files.insert("Cargo.toml", "[profile.release]\nlto = true\n");
        assert!(check(&files).is_empty());
        files.insert("Cargo.toml", "[profile.release]\ndebug-assertions = true\n");
        files.insert(FILES[0], "//! What it is.\nfn a() {}\n");
        assert_eq!(check(&files).len(), 2);
        files.remove(FILES[1]);
        assert_eq!(check(&files).len(), 3);
    }
}
