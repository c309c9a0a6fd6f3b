//! Nothing half done is left in the code, and no test is switched off.

use crate::Finding;

/// In pieces, so that this file does not contain what it looks for.
const LEFTOVERS: &[(&str, &str)] = &[
    (concat!("to", "do!("), "finish it or leave it out"),
    (concat!("unimple", "mented!("), "finish it or leave it out"),
    (concat!("FIX", "ME"), "mend it, or file an issue"),
    (
        concat!("#[ign", "ore"),
        "a test that is ignored protects nobody",
    ),
    (
        concat!("test.sk", "ip("),
        "a test that is skipped protects nobody",
    ),
    (concat!("test.on", "ly("), "the other tests would not run"),
];

/// Leftovers in one source file.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for (leftover, remedy) in LEFTOVERS {
            if line.contains(leftover) {
                findings.push(Finding::on_line(
                    path,
                    index + 1,
                    format!("`{leftover}`: {remedy}"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leftover_is_found() {
        for (leftover, _) in LEFTOVERS {
            assert_eq!(check("a.rs", &format!("    {leftover}\n")).len(), 1);
        }
        assert!(check("a.rs", "fn whole() {}\n").is_empty());
    }
}
