//! A crate depends on lower numbers only, so the picture in `docs/ARCHITECTURE.md` stays true.

use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::Finding;

/// Each crate of the program and its height. Crates of the same height do not know each other.
pub const HEIGHTS: &[(&str, u8)] = &[
    ("pengayom-core", 1),
    ("pengayom-measure", 1),
    ("pengayom-plan", 1),
    ("pengayom-ledger", 1),
    ("pengayom-store", 2),
    ("pengayom-letter", 2),
    ("pengayom-node", 3),
    ("pengayom-web", 4),
    ("pengayom", 5),
];

/// Crates that serve tests and checks; the program itself never contains them.
pub const DEVELOPMENT_ONLY: &[&str] = &[
    "pengayom-store-contract",
    "pengayom-testkit",
    "pengayom-tidy",
];

/// Crates that do no I/O, and what they may therefore not depend on directly.
pub const PURE: &[&str] = &[
    "pengayom-core",
    "pengayom-measure",
    "pengayom-plan",
    "pengayom-ledger",
    "pengayom-letter",
];
const NOT_PURE: &[&str] = &[
    "async-trait",
    "axum",
    "hyper",
    "lettre",
    "rand",
    "reqwest",
    "sqlx",
    "tempfile",
    "tokio",
    "tower",
    "tracing-subscriber",
];

/// One dependency of a workspace crate.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// The crate that depends.
    pub from: String,
    /// The crate it depends on.
    pub to: String,
    /// Whether only its tests do.
    pub for_tests: bool,
}

/// The workspace's crates and all their direct dependencies, as Cargo knows them. Asks no network.
///
/// # Errors
///
/// When Cargo cannot read the manifests.
pub fn read(root: &Path) -> Result<(Vec<String>, Vec<Arrow>), cargo_metadata::Error> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()?;
    let mut crates = Vec::new();
    let mut arrows = Vec::new();
    for package in metadata.packages {
        for dependency in package.dependencies {
            arrows.push(Arrow {
                from: package.name.to_string(),
                to: dependency.name,
                for_tests: dependency.kind == DependencyKind::Development,
            });
        }
        crates.push(package.name.to_string());
    }
    Ok((crates, arrows))
}

/// Crates without a place in the picture, arrows that point up or sideways, development crates in
/// the program, and I/O in the crates that must have none.
pub fn check(crates: &[String], arrows: &[Arrow]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in crates {
        if height(name).is_none() && !is_development_only(name) {
            findings.push(Finding::at(
                name,
                "has no height: give it one in crates/tidy/src/layers.rs and docs/ARCHITECTURE.md",
            ));
        }
    }
    for Arrow {
        from,
        to,
        for_tests,
    } in arrows
    {
        let Some(from_height) = height(from) else {
            continue;
        };
        if is_development_only(to) && !for_tests {
            findings.push(Finding::at(
                from,
                format!("depends on {to}, which is for tests only"),
            ));
        }
        if let Some(to_height) = height(to)
            && to_height >= from_height
        {
            findings.push(Finding::at(
                from,
                format!(
                    "depends on {to}: an arrow from height {from_height} to {to_height}; arrows point down only"
                ),
            ));
        }
        if PURE.contains(&from.as_str()) && !for_tests && NOT_PURE.contains(&to.as_str()) {
            findings.push(Finding::at(
                from,
                format!("depends on {to}: this crate does no I/O and draws no randomness"),
            ));
        }
    }
    findings
}

fn height(name: &str) -> Option<u8> {
    HEIGHTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, height)| *height)
}

fn is_development_only(name: &str) -> bool {
    DEVELOPMENT_ONLY.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrow(from: &str, to: &str) -> Arrow {
        Arrow {
            from: from.to_owned(),
            to: to.to_owned(),
            for_tests: false,
        }
    }

    #[test]
    fn an_arrow_that_points_up_or_sideways_is_found() {
        assert_eq!(
            check(&[], &[arrow("pengayom-store", "pengayom-web")]).len(),
            1
        );
        assert_eq!(
            check(&[], &[arrow("pengayom-core", "pengayom-measure")]).len(),
            1
        );
        assert!(check(&[], &[arrow("pengayom-web", "pengayom-core")]).is_empty());
    }

    #[test]
    fn a_crate_outside_the_picture_is_found() {
        let findings = check(&["pengayom-misc".to_owned()], &[]);
        assert!(
            findings
                .iter()
                .any(|finding| finding.message.contains("no height"))
        );
    }

    #[test]
    fn a_development_crate_in_the_program_is_found() {
        let mut contract = arrow("pengayom-store", "pengayom-store-contract");
        assert_eq!(check(&[], std::slice::from_ref(&contract)).len(), 1);
        contract.for_tests = true;
        assert!(check(&[], &[contract]).is_empty());
    }

    #[test]
    fn io_in_a_pure_crate_is_found() {
        for dependency in ["tokio", "sqlx", "axum", "rand"] {
            assert_eq!(
                check(&[], &[arrow("pengayom-measure", dependency)]).len(),
                1
            );
        }
    }
}
