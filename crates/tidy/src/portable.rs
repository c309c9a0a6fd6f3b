//! What is committed works on any machine: no path of one machine, no name of a registry's host.
//!
//! Lock files are left out: package managers write the registry into them.

use crate::Finding;
use crate::tree::has_extension;

/// In pieces, so that this file does not contain what it looks for.
const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/tmp/ba", "sh_jobs"),
];
const REGISTRY_HOSTS: &[&str] = &[
    concat!("crates", ".io"),
    concat!("registry.np", "mjs.org"),
    concat!("deb.deb", "ian.org"),
    concat!("pyp", "i.org"),
];

/// Machine paths and registry hosts in one file.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if has_extension(path, &["lock"]) || name == "package-lock.json" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for wanted in MACHINE_PATHS {
            if starts_a_path(line, wanted) {
                findings.push(Finding::on_line(
                    path,
                    index + 1,
                    format!("`{wanted}` is a path of one machine: use a path relative to the tree"),
                ));
            }
        }
        for host in REGISTRY_HOSTS {
            if line.contains(host) {
                findings.push(Finding::on_line(
                    path,
                    index + 1,
                    format!(
                        "`{host}` is a registry's host: name the package, not where it comes from"
                    ),
                ));
            }
        }
    }
    findings
}

/// Whether `wanted` stands at the beginning of a path, not inside a longer path or an address.
fn starts_a_path(line: &str, wanted: &str) -> bool {
    line.match_indices(wanted).any(|(at, _)| {
        !line
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_some_and(|previous| previous.is_alphanumeric() || "._-~}".contains(previous))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_path_is_found_with_its_line() {
        let text = format!("a\nread {}pati/areas.geojson\n", concat!("/wo", "rk/"));
        let findings = check("docs/a.md", &text);
        assert_eq!(
            findings.first().map(|finding| finding.place.as_str()),
            Some("docs/a.md:2")
        );
    }

    #[test]
    fn the_same_words_inside_an_address_are_fine() {
        let text = format!("https://example.org{}\n", concat!("/wo", "rk/"));
        assert!(check("docs/a.md", &text).is_empty());
    }

    #[test]
    fn a_registry_host_is_found_outside_lock_files_only() {
        let text = format!("see {}", concat!("crates", ".io"));
        assert_eq!(check("docs/a.md", &text).len(), 1);
        assert!(check("Cargo.lock", &text).is_empty());
        assert!(check("e2e/package-lock.json", &text).is_empty());
    }
}
