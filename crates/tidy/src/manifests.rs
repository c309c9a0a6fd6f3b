//! Every crate takes the workspace's lints, licence and edition; none opts out by silence.

use crate::Finding;

/// What a crate's manifest does not take over from the workspace.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let manifest: toml::Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![Finding::at(path, format!("not TOML: {error}"))],
    };
    let mut findings = Vec::new();
    let takes = |section: &str, key: Option<&str>| {
        let mut value = manifest.get(section);
        if let Some(key) = key {
            value = value.and_then(|section| section.get(key));
        }
        value
            .and_then(|value| value.get("workspace"))
            .and_then(toml::Value::as_bool)
            == Some(true)
    };
    if !takes("lints", None) {
        findings.push(Finding::at(
            path,
            "does not take the workspace's lints: add `[lints] workspace = true`",
        ));
    }
    for key in ["edition", "license", "publish", "rust-version"] {
        if !takes("package", Some(key)) {
            findings.push(Finding::at(
                path,
                format!("does not take the workspace's `{key}`: add `{key}.workspace = true`"),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "[package]\nname = \"a\"\nedition.workspace = true\nlicense.workspace = true\npublish.workspace = true\nrust-version.workspace = true\n[lints]\nworkspace = true\n";

    #[test]
    fn a_crate_without_the_lints_is_found() {
        assert!(check("crates/a/Cargo.toml", WHOLE).is_empty());
        let without = WHOLE.replace("[lints]\nworkspace = true\n", "");
        assert_eq!(check("crates/a/Cargo.toml", &without).len(), 1);
        let refuses = WHOLE.replace("[lints]\nworkspace = true", "[lints]\nworkspace = false");
        assert_eq!(check("crates/a/Cargo.toml", &refuses).len(), 1);
    }

    #[test]
    fn a_crate_with_its_own_edition_is_found() {
        let own = WHOLE.replace("edition.workspace = true", "edition = \"2021\"");
        assert_eq!(check("crates/a/Cargo.toml", &own).len(), 1);
    }
}
