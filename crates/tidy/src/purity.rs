//! The crates on the ground name no file, socket, clock, environment or source of randomness.
//!
//! Only their own code is read: comments and test modules may say or do these things.

use crate::Finding;
use crate::code::own_code;

/// Folders whose code must be a function of what it is given.
pub const PURE_FOLDERS: &[&str] = &[
    "crates/core/src/",
    "crates/measure/src/",
    "crates/plan/src/",
    "crates/ledger/src/",
    "crates/letter/src/",
];

const FORBIDDEN: &[(&str, &str)] = &[
    ("std::fs", "files are read by the program and passed in"),
    ("std::net", "no sockets here"),
    ("std::process", "no processes here"),
    ("std::env", "settings are passed in"),
    ("std::time::SystemTime", "time is passed in"),
    ("SystemTime::now", "time is passed in"),
    ("Instant::now", "time is passed in"),
    ("Timestamp::now", "time is passed in"),
    ("ZonedDateTime::now", "time is passed in"),
    ("TimeZone::system", "the unit's zone is passed in"),
    ("now_v7", "ids are passed in"),
    ("new_v4", "ids are passed in"),
    ("rand::", "randomness is passed in"),
    ("println!", "results are returned, not printed"),
];

/// Forbidden names in one source file of a pure crate.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, code) in own_code(text).lines().enumerate() {
        for (name, reason) in FORBIDDEN {
            if mentions(code, name) {
                findings.push(Finding::on_line(
                    path,
                    index + 1,
                    format!("mentions `{name}`: {reason}"),
                ));
            }
        }
    }
    findings
}

/// Whether `name` stands in `code` as a name of its own, not as the tail of a longer one.
fn mentions(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        !code
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_some_and(|previous| previous.is_alphanumeric() || previous == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_and_files_are_found() {
        let text =
            "fn a() {\n    let now = jiff::Timestamp::now();\n    std::fs::read(\"x\");\n}\n";
        let findings = check("crates/core/src/a.rs", text);
        assert_eq!(findings.len(), 2);
        assert_eq!(
            findings.first().map(|finding| finding.place.as_str()),
            Some("crates/core/src/a.rs:2")
        );
    }

    #[test]
    fn comments_and_test_modules_may_mention_them() {
        let text = "// not Timestamp::now\n#[cfg(test)]\nmod tests {\n    fn a() { std::fs::read(\"x\"); }\n}\n#[cfg(test)]\nmod more;\n";
        assert!(check("crates/core/src/a.rs", text).is_empty());
    }

    #[test]
    fn code_after_a_test_module_is_read_again() {
        let text = "#[cfg(test)]\nmod tests {\n    fn a() {}\n}\nfn b() { std::net::lookup(); }\n";
        assert_eq!(check("crates/core/src/a.rs", text).len(), 1);
    }

    #[test]
    fn a_longer_name_is_another_name() {
        assert!(check("a.rs", "let x = operand::<u8>();").is_empty());
    }
}
