//! A long file is a place to look: is it one room or three?

use crate::Finding;
use crate::tree::has_extension;

/// Lines a source file may have.
pub const LONGEST: usize = 700;

/// What a person writes and reads as code. Data, words, lock files and documents are not.
const CODE: &[&str] = &["rs", "mjs", "js", "ts", "html", "css", "sql", "sh"];

/// Files that may be longer, each with its reason.
const ALLOWED: &[(&str, &str)] = &[];

/// One finding when the file is code, too long, and not allowed to be.
pub fn check(path: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    if !has_extension(path, CODE)
        || lines <= LONGEST
        || ALLOWED.iter().any(|(allowed, _)| *allowed == path)
    {
        return None;
    }
    Some(Finding::at(
        path,
        format!(
            "{lines} lines, more than {LONGEST}: divide it by subject, or say in crates/tidy/src/length.rs why not"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_source_file_is_found_and_a_long_table_of_data_is_not() {
        let long = "x\n".repeat(LONGEST + 1);
        assert!(check("crates/a/src/b.rs", &long).is_some());
        assert!(check("data/pati/areas.geojson", &long).is_none());
        assert!(check("crates/a/src/b.rs", &"x\n".repeat(LONGEST)).is_none());
    }
}
