//! `docs/REQUIREMENTS.md` lists every point of the mission once, and what it says is met is shown
//! by a test that exists and names the point.
//!
//! A test names its points in a comment above it or in it: `// S4` or `// S4, S32`.

use std::collections::BTreeMap;

use crate::Finding;

/// The points are numbered from 1 to this.
pub const POINTS: u8 = 88;

/// A test and the points it says it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTest {
    /// `file:line`.
    pub place: String,
    /// The function's name in Rust, the sentence in JavaScript.
    pub name: String,
    /// In the order written.
    pub points: Vec<u8>,
}

/// The tests of one Rust file, and findings about points that do not exist.
///
/// Functions of the store's contract are tests too: each engine runs them all.
pub fn rust_tests(path: &str, text: &str) -> (Vec<NamedTest>, Vec<Finding>) {
    let mut reader = Reader::new(path);
    let contract = path.starts_with("crates/store-contract/src/");
    let mut attributed = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.starts_with("//") {
            reader.comment(index + 1, trimmed);
        } else if trimmed.starts_with("#[") {
            attributed |= ["#[test]", "#[tokio::test", "#[test_case"]
                .iter()
                .any(|attribute| trimmed.starts_with(attribute));
        } else if let Some(name) = function_name(trimmed) {
            let is_test = attributed || (contract && trimmed.starts_with("pub "));
            reader.function(index + 1, is_test.then_some(name));
            reader.code(index + 1, trimmed);
            attributed = false;
        } else {
            reader.code(index + 1, trimmed);
        }
    }
    reader.finish()
}

/// The tests of one JavaScript file (`test("sentence", ...)` or `it(...)`), and findings.
pub fn script_tests(path: &str, text: &str) -> (Vec<NamedTest>, Vec<Finding>) {
    let mut reader = Reader::new(path);
    let mut expects_name = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.starts_with("//") {
            reader.comment(index + 1, trimmed);
            continue;
        }
        let call = trimmed.trim_start_matches("await ");
        let rest = ["test(", "it(", "t.test("]
            .iter()
            .find_map(|opening| call.strip_prefix(opening));
        match rest {
            Some("") => expects_name = true,
            Some(rest) => {
                if let Some(name) = first_string(rest) {
                    reader.function(index + 1, Some(name));
                }
            }
            None if expects_name => {
                if let Some(name) = first_string(trimmed) {
                    reader.function(index + 1, Some(name));
                }
                expects_name = false;
            }
            None => {}
        }
        reader.code(index + 1, trimmed);
    }
    reader.finish()
}

/// Gathers tests line by line. Comments wait until it is known whether they belong to the test they
/// stand in or to the one they stand above.
struct Reader<'a> {
    path: &'a str,
    tests: Vec<NamedTest>,
    findings: Vec<Finding>,
    waiting: Vec<u8>,
    in_test: bool,
}

impl<'a> Reader<'a> {
    fn new(path: &'a str) -> Self {
        Self {
            path,
            tests: Vec::new(),
            findings: Vec::new(),
            waiting: Vec::new(),
            in_test: false,
        }
    }

    fn comment(&mut self, line: usize, text: &str) {
        for point in points_of(text) {
            match u8::try_from(point) {
                Ok(known @ 1..=POINTS) => self.waiting.push(known),
                _ => self.findings.push(Finding::on_line(
                    self.path,
                    line,
                    format!("names S{point}; the points are S1 to S{POINTS}"),
                )),
            }
        }
    }

    /// A function begins; `name` when it is a test.
    fn function(&mut self, line: usize, name: Option<&str>) {
        self.in_test = name.is_some();
        let points = std::mem::take(&mut self.waiting);
        if let Some(name) = name {
            self.tests.push(NamedTest {
                place: format!("{}:{line}", self.path),
                name: name.to_owned(),
                points,
            });
        }
    }

    fn code(&mut self, line: usize, text: &str) {
        if let Some((_, comment)) = text.split_once("// S") {
            self.comment(line, &format!("// S{comment}"));
        }
        let points = std::mem::take(&mut self.waiting);
        if let (true, Some(test)) = (self.in_test, self.tests.last_mut()) {
            test.points.extend(points);
        }
    }

    fn finish(mut self) -> (Vec<NamedTest>, Vec<Finding>) {
        self.code(0, "");
        (self.tests, self.findings)
    }
}

/// The points named by a comment that begins with one.
fn points_of(comment: &str) -> Vec<u32> {
    let text = comment.trim_start_matches(['/', '!', ' ']);
    let mut points = Vec::new();
    for token in text.split(|character: char| !character.is_alphanumeric()) {
        match token
            .strip_prefix('S')
            .and_then(|digits| digits.parse().ok())
        {
            Some(point) => points.push(point),
            // Only a comment that begins with a point names points; others talk about them.
            None if points.is_empty() => break,
            None => {}
        }
    }
    points
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line;
    for prefix in ["pub(crate) ", "pub ", "const ", "async "] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    let rest = rest.strip_prefix("fn ")?;
    rest.split(|character: char| !character.is_alphanumeric() && character != '_')
        .next()
}

/// The first string literal of a line, in any of the three quotes.
fn first_string(text: &str) -> Option<&str> {
    let quote = text
        .chars()
        .next()
        .filter(|first| "\"'`".contains(*first))?;
    let rest = text.get(1..)?;
    rest.get(..rest.find(quote)?)
}

/// One row of the table.
#[derive(Clone, Debug)]
struct Row<'a> {
    line: usize,
    state: &'a str,
    tests: Vec<&'a str>,
}

/// Compares the table with the tests.
///
/// The table's columns: point, what it asks, step, state, where, tests. Test names stand in
/// backticks; a path before `::` is for the reader.
pub fn check(path: &str, text: &str, tests: &[NamedTest]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut rows: BTreeMap<u8, Row<'_>> = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.trim().split('|').map(str::trim).collect();
        let Some(point) = cells
            .get(1)
            .and_then(|cell| cell.strip_prefix('S'))
            .and_then(|digits| digits.parse::<u8>().ok())
        else {
            continue;
        };
        let row = Row {
            line: index + 1,
            state: cells.get(4).copied().unwrap_or_default(),
            tests: cells
                .get(6)
                .map(|cell| cell.split('`').skip(1).step_by(2).collect())
                .unwrap_or_default(),
        };
        if !(1..=POINTS).contains(&point) {
            findings.push(Finding::on_line(
                path,
                row.line,
                format!("S{point} is not a point"),
            ));
        } else if cells.len() != 8 {
            findings.push(Finding::on_line(
                path,
                row.line,
                format!("expected 6 cells, found {}", cells.len().saturating_sub(2)),
            ));
        } else if rows.insert(point, row).is_some() {
            findings.push(Finding::on_line(
                path,
                index + 1,
                format!("S{point} is listed twice"),
            ));
        }
    }
    for point in 1..=POINTS {
        match rows.get(&point) {
            None => findings.push(Finding::at(path, format!("S{point} is missing"))),
            Some(row) => findings.extend(check_row(path, point, row, tests)),
        }
    }
    findings
}

fn check_row(path: &str, point: u8, row: &Row<'_>, tests: &[NamedTest]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |message: String| findings.push(Finding::on_line(path, row.line, message));
    match row.state {
        "met" | "partly" => {
            if row.tests.is_empty() {
                say(format!("S{point} is `{}`, but no test is named", row.state));
            }
        }
        "not yet" => {
            if let Some(test) = tests.iter().find(|test| test.points.contains(&point)) {
                say(format!(
                    "S{point} is `not yet`, but {} (`{}`) shows it",
                    test.place, test.name
                ));
            }
        }
        other => say(format!(
            "S{point} is `{other}`; expected `met`, `partly` or `not yet`"
        )),
    }
    for written in &row.tests {
        let name = written.rsplit("::").next().unwrap_or(written);
        let mut called_so = tests.iter().filter(|test| test.name == name).peekable();
        if called_so.peek().is_none() {
            say(format!("S{point}: there is no test `{name}`"));
        } else if !called_so.any(|test| test.points.contains(&point)) {
            say(format!(
                "S{point}: the test `{name}` does not name it: add `// S{point}`"
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table in which only S4 differs from `not yet`.
    fn table(fourth: &str) -> String {
        (1..=POINTS)
            .map(|point| {
                if point == 4 {
                    format!("{fourth}\n")
                } else {
                    format!("| S{point} | x | 2 | not yet | | |\n")
                }
            })
            .collect()
    }

    fn shown() -> Vec<NamedTest> {
        rust_tests(
            "a.rs",
            "// S4\n#[test]\nfn an_encounter_is_recorded() {\n}\n",
        )
        .0
    }

    #[test]
    fn a_true_table_passes() {
        let text = table("| S4 | x | 1 | met | core | `a::an_encounter_is_recorded` |");
        assert_eq!(check("r.md", &text, &shown()), []);
    }

    #[test]
    fn a_missing_and_a_doubled_point_are_found() {
        assert_eq!(check("r.md", &table(""), &[]).len(), 1);
        let doubled = table("| S4 | x | 1 | not yet | | |\n| S4 | x | 1 | not yet | | |");
        assert_eq!(check("r.md", &doubled, &[]).len(), 1);
    }

    #[test]
    fn a_point_without_its_test_is_found() {
        let unnamed = table("| S4 | x | 1 | met | core | |");
        assert_eq!(check("r.md", &unnamed, &shown()).len(), 1);
        let invented = table("| S4 | x | 1 | partly | core | `no_such_test` |");
        assert_eq!(check("r.md", &invented, &shown()).len(), 1);
        let other = rust_tests("a.rs", "#[test]\nfn other() {\n}\n").0;
        let silent = table("| S4 | x | 1 | met | core | `other` |");
        assert_eq!(check("r.md", &silent, &other).len(), 1);
    }

    #[test]
    fn a_point_that_is_shown_but_said_to_be_open_is_found() {
        let text = table("| S4 | x | 1 | not yet | | |");
        assert_eq!(check("r.md", &text, &shown()).len(), 1);
    }

    #[test]
    fn an_unknown_state_and_a_broken_row_are_found() {
        assert_eq!(
            check("r.md", &table("| S4 | x | 1 | soon | | |"), &[]).len(),
            1
        );
        // A row that cannot be read is reported, and its point is missing.
        assert_eq!(check("r.md", &table("| S4 | x |"), &[]).len(), 2);
    }

    #[test]
    fn points_are_read_above_and_inside_a_test() {
        let text = "/// Says why.\n// S1, S2\n#[tokio::test]\nasync fn one() {\n    let a = 1; // S5\n    // S6 and S32\n    check(a);\n}\n\nfn helper() {\n    // S9\n    go();\n}\n\n// S33\n#[test]\nfn two() {}\n";
        let (tests, findings) = rust_tests("a.rs", text);
        assert_eq!(findings, []);
        let points: Vec<(&str, &[u8])> = tests
            .iter()
            .map(|test| (test.name.as_str(), test.points.as_slice()))
            .collect();
        assert_eq!(
            points,
            [
                ("one", [1, 2, 5, 6, 32].as_slice()),
                ("two", [33].as_slice())
            ]
        );
    }

    #[test]
    fn a_point_that_does_not_exist_is_found() {
        let (_, findings) = rust_tests("a.rs", "// S89\n#[test]\nfn one() {}\n");
        assert_eq!(findings.len(), 1);
    }

    #[test]
    fn a_comment_that_only_talks_about_a_point_names_none() {
        assert!(points_of("// as S4 asks").is_empty());
        assert!(points_of("// Step 4").is_empty());
        assert_eq!(points_of("// S4: the encounter, see S5"), [4, 5]);
    }

    #[test]
    fn browser_tests_are_read_by_their_sentence() {
        let text = "// S32\ntest('a report is sent without JavaScript', async () => {\n  // S33\n  go();\n});\ntest(\n  \"a second\",\n  () => {},\n);\n";
        let (tests, _) = script_tests("e2e/a.mjs", text);
        let read: Vec<(&str, &[u8])> = tests
            .iter()
            .map(|test| (test.name.as_str(), test.points.as_slice()))
            .collect();
        assert_eq!(
            read,
            [
                ("a report is sent without JavaScript", [32, 33].as_slice()),
                ("a second", [].as_slice())
            ]
        );
    }

    #[test]
    fn functions_of_the_stores_contract_are_tests() {
        let text = "// S4\npub async fn an_append_is_whole(store: &dyn Store) {\n}\n";
        let (tests, _) = rust_tests("crates/store-contract/src/append.rs", text);
        assert_eq!(tests.len(), 1);
        assert!(rust_tests("crates/store/src/append.rs", text).0.is_empty());
    }
}
