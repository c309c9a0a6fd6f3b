//! Every link from one document to another file of the tree leads somewhere, and every path that a
//! document names is there.

use std::collections::BTreeSet;

use crate::Finding;

/// Links of one Markdown file whose target is neither a file nor a folder of the tree.
///
/// `paths` are all files of the tree. Addresses elsewhere and anchors are not judged.
pub fn check(path: &str, text: &str, paths: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for target in targets(line) {
            let wanted = target.split('#').next().unwrap_or_default();
            if wanted.is_empty() || wanted.contains("://") || wanted.starts_with("mailto:") {
                continue;
            }
            let resolved = resolve(path, wanted);
            if !exists(&resolved, paths) {
                findings.push(Finding::on_line(
                    path,
                    index + 1,
                    format!("link to `{target}` leads nowhere ({resolved})"),
                ));
            }
        }
    }
    findings
}

/// Paths in backticks (`crates/core/src/act.rs`) of one Markdown file that are not in the tree.
///
/// Only what begins with a top-level folder of the tree is taken for a path; patterns such as
/// `packs/*/words/` are not judged.
pub fn check_paths(path: &str, text: &str, paths: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for named in line.split('`').skip(1).step_by(2) {
            let folder = named.split_once('/').map_or("", |(folder, _)| folder);
            let is_path = TOP_FOLDERS.contains(&folder)
                && named
                    .chars()
                    .all(|character| character.is_alphanumeric() || "/._-".contains(character));
            if is_path && !exists(named.trim_end_matches('/'), paths) {
                findings.push(Finding::on_line(
                    path,
                    index + 1,
                    format!("names `{named}`, which is not there"),
                ));
            }
        }
    }
    findings
}

/// The folders a document may name a path in.
const TOP_FOLDERS: &[&str] = &[
    "crates", "data", "docs", "e2e", "fuzz", "packs", "scripts", "web",
];

/// Whether a path is a file or a folder of the tree. The empty path is the tree itself.
fn exists(path: &str, paths: &BTreeSet<&str>) -> bool {
    let folder = format!("{path}/");
    path.is_empty() || paths.contains(path) || paths.iter().any(|known| known.starts_with(&folder))
}

/// The targets of `[text](target)` and `src="target"` in a line, outside inline code.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let prose: Vec<&str> = line.split('`').step_by(2).collect();
    for part in prose {
        for (opening, closing) in [("](", ')'), ("src=\"", '"')] {
            for (at, _) in part.match_indices(opening) {
                let rest = part.get(at + opening.len()..).unwrap_or_default();
                if let Some(end) = rest.find(closing) {
                    let target = rest.get(..end).unwrap_or_default();
                    // A title may follow the target: [a](b "title").
                    found.push(target.split(' ').next().unwrap_or_default());
                }
            }
        }
    }
    found
}

/// `wanted` as seen from the file `from`, as a path from the root.
fn resolve(from: &str, wanted: &str) -> String {
    let mut parts: Vec<&str> = if wanted.starts_with('/') {
        Vec::new()
    } else {
        from.split('/').collect()
    };
    parts.pop();
    for part in wanted.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> usize {
        let paths = BTreeSet::from(["README.md", "docs/logging.md", "docs/img/desk.png"]);
        check("docs/a.md", text, &paths).len()
    }

    #[test]
    fn a_link_to_nothing_is_found() {
        assert_eq!(findings("see [b](b.md)"), 1);
        assert_eq!(findings("see [r](../README.md#top), [l](logging.md)"), 0);
        assert_eq!(findings("see [i](img/), ![x](img/none.png)"), 1);
        assert_eq!(findings("<img src=\"img/desk.png\">"), 0);
    }

    #[test]
    fn a_named_path_that_is_not_there_is_found() {
        let paths = BTreeSet::from(["crates/core/src/act.rs"]);
        let text = "`crates/core/src/act.rs` `crates/core/` `crates/old/` `packs/*/words/` `a/b`";
        let findings = check_paths("docs/a.md", text, &paths);
        assert_eq!(findings.len(), 1);
        assert!(
            findings
                .iter()
                .all(|finding| finding.message.contains("`crates/old/`"))
        );
    }

    #[test]
    fn addresses_anchors_and_code_are_not_judged() {
        assert_eq!(findings("[a](https://example.org/x.md) [b](#here)"), 0);
        assert_eq!(findings("`[a](x.md)`\n```\n[a](x.md)\n```\n"), 0);
    }
}
