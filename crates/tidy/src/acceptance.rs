//! `docs/acceptance.md` lists every acceptance check of the pages once: shown by tests that exist and say so, or due with
//! its step.
//!
//! A browser test names its checks in a comment above it: `// UX 3` or `// UX 1, UX 5`.

use std::collections::BTreeMap;

use crate::Finding;

/// The checks are numbered from 1 to this.
pub const CHECKS: u8 = 24;

/// A browser test and the checks it says it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// `file:line`.
    pub place: String,
    /// The sentence, as it is written: with `${…}` where something is filled in.
    pub name: String,
    /// In the order written.
    pub checks: Vec<u8>,
}

/// The tests of one script with the checks named above them, and findings about checks that do not exist.
pub fn tests(path: &str, text: &str) -> (Vec<Shown>, Vec<Finding>) {
    let mut shown = Vec::new();
    let mut findings = Vec::new();
    let mut waiting = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix("//") {
            for check in checks_of(comment) {
                if (1..=u32::from(CHECKS)).contains(&check) {
                    waiting.extend(u8::try_from(check));
                } else {
                    let message = format!("names UX {check}; the checks are 1 to {CHECKS}");
                    findings.push(Finding::on_line(path, index + 1, message));
                }
            }
        } else if let Some(name) = test_name(line) {
            shown.push(Shown {
                place: format!("{path}:{}", index + 1),
                name: name.to_owned(),
                checks: std::mem::take(&mut waiting),
            });
        } else if !waiting.is_empty() {
            let message = "names a check, but no test begins on the next line";
            findings.push(Finding::on_line(path, index + 1, message));
            waiting.clear();
        }
    }
    (shown, findings)
}

/// The checks named by a comment that begins with one.
fn checks_of(comment: &str) -> Vec<u32> {
    let mut checks = Vec::new();
    for part in comment.split(',') {
        let Some(check) = part.trim().strip_prefix("UX ") else {
            break;
        };
        match check.parse() {
            Ok(check) => checks.push(check),
            Err(_) => break,
        }
    }
    checks
}

/// The sentence of a test that begins on this line.
fn test_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("test(")?;
    let quote = rest
        .chars()
        .next()
        .filter(|first| "\"'`".contains(*first))?;
    let rest = rest.get(1..)?;
    rest.get(..rest.find(quote)?)
}

/// Compares the table with the tests.
///
/// Its columns: number, what is checked, state, tests. The state is `shown`, `partly, step N` or `due, step N`; tests stand by
/// their sentences in quotation marks “…”, separated by line breaks (`<br>`).
pub fn check(path: &str, text: &str, tests: &[Shown]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut rows: BTreeMap<u8, usize> = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.trim().split('|').map(str::trim).collect();
        let Some(number) = cells.get(1).and_then(|cell| cell.parse::<u8>().ok()) else {
            continue;
        };
        let mut say = |message: String| findings.push(Finding::on_line(path, index + 1, message));
        let (true, [_, _, _, state, shown, _]) = ((1..=CHECKS).contains(&number), cells.as_slice())
        else {
            say(format!(
                "expected a check from 1 to {CHECKS} in 4 cells, found {line}"
            ));
            continue;
        };
        if rows.insert(number, index + 1).is_some() {
            say(format!("check {number} is listed twice"));
        }
        let named = sentences(shown);
        let (first, step) = state.split_once(", step ").unwrap_or((state, ""));
        let stepped = !step.is_empty() && step.chars().all(|c| c.is_ascii_digit());
        let known = *state == "shown" || (stepped && ["partly", "due"].contains(&first));
        if !known {
            say(format!(
                "check {number} is `{state}`; expected `shown`, `partly, step N` or `due, step N`"
            ));
        }
        if (first == "due") != named.is_empty() {
            say(format!(
                "check {number} is `{state}` with {} tests",
                named.len()
            ));
        }
        for name in &named {
            match tests.iter().find(|test| test.name == *name) {
                None => say(format!("check {number}: there is no test “{name}”")),
                Some(test) if !test.checks.contains(&number) => say(format!(
                    "check {number}: {} does not name it: add `// UX {number}`",
                    test.place
                )),
                Some(_) => {}
            }
        }
        for test in tests.iter().filter(|test| test.checks.contains(&number)) {
            if !named.contains(&test.name.as_str()) {
                say(format!(
                    "check {number}: {} (“{}”) shows it and is not listed",
                    test.place, test.name
                ));
            }
        }
    }
    for number in (1..=CHECKS).filter(|number| !rows.contains_key(number)) {
        findings.push(Finding::at(path, format!("check {number} is missing")));
    }
    findings
}

/// What stands in “…” in a cell. A sentence may itself quote: the closing mark is the one before a break or the end.
fn sentences(cell: &str) -> Vec<&str> {
    cell.split("<br>")
        .filter_map(|part| part.trim().strip_prefix('“')?.strip_suffix('”'))
        .collect()
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    fn table(third: &str) -> String {
        (1..=CHECKS)
            .map(|number| {
                if number == 3 {
                    format!("{third}\n")
                } else {
                    format!("| {number} | x | due, step 7 | |\n")
                }
            })
            .collect()
    }

    fn shown() -> Vec<Shown> {
        tests(
            "a.mjs",
            "// UX 3\n// S33\ntest(`narrow (${width})`, async () => {\n});\n",
        )
        .0
    }

    #[test]
    fn a_true_table_passes() {
        let text = table("| 3 | x | shown | “narrow (${width})” |");
        assert_eq!(check("a.md", &text, &shown()), []);
    }

    #[test]
    fn a_missing_and_a_doubled_check_are_found() {
        assert_eq!(check("a.md", &table(""), &[]).len(), 1);
        let doubled = table("| 3 | x | due, step 6 | |\n| 3 | x | due, step 6 | |");
        assert_eq!(check("a.md", &doubled, &[]).len(), 1);
    }

    #[test]
    fn a_test_that_is_not_there_or_does_not_say_so_is_found() {
        let invented = table("| 3 | x | shown | “no such test” |");
        assert_eq!(check("a.md", &invented, &[]).len(), 1);
        let silent = tests("a.mjs", "test(\"silent\", () => {});\n").0;
        let text = table("| 3 | x | partly, step 8 | “silent” |");
        assert_eq!(check("a.md", &text, &silent).len(), 1);
    }

    #[test]
    fn a_test_that_is_not_listed_and_a_state_that_does_not_fit_are_found() {
        let due = table("| 3 | x | due, step 8 | |");
        assert_eq!(check("a.md", &due, &shown()).len(), 1);
        let bare = table("| 3 | x | shown | |");
        assert_eq!(check("a.md", &bare, &[]).len(), 1);
        let odd = table("| 3 | x | soon | “narrow (${width})” |");
        assert_eq!(check("a.md", &odd, &shown()).len(), 1);
    }

    #[test]
    fn a_check_that_does_not_exist_or_belongs_to_no_test_is_found() {
        assert_eq!(
            tests("a.mjs", "// UX 25\ntest(\"one\", () => {});\n")
                .1
                .len(),
            1
        );
        assert_eq!(tests("a.mjs", "// UX 2\nconst a = 1;\n").1.len(), 1);
        assert_eq!(tests("a.mjs", "// as UX 2 asks\nconst a = 1;\n").1, []);
    }
}
