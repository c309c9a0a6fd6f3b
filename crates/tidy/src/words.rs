//! Everything a person reads is in the words files, in every language, and every key that a page
//! asks for is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::Finding;

/// Ways in which pages and handlers ask for a word by a key written out in the source.
///
/// The character before must not belong to a name: `t("` does not match `format("`.
pub const CALLS: &[&str] = &["t(\"", "tf(\"", "tn(\"", "word(\"", "words.get(\""];

/// The words of one file: dotted key to text.
///
/// # Errors
///
/// What is wrong with the file, as a finding.
pub fn flatten(path: &str, text: &str) -> Result<BTreeMap<String, String>, Finding> {
    let table: toml::Table = text
        .parse()
        .map_err(|error| Finding::at(path, format!("not TOML: {error}")))?;
    let mut words = BTreeMap::new();
    collect("", &table, &mut words);
    Ok(words)
}

fn collect(prefix: &str, table: &toml::Table, words: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let dotted = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            toml::Value::Table(inner) => collect(&dotted, inner, words),
            toml::Value::String(text) => {
                words.insert(dotted, text.clone());
            }
            other => {
                words.insert(dotted, other.to_string());
            }
        }
    }
}

/// Keys that one language has and the other lacks, empty texts, and texts that fill in different
/// values (`{n}`).
pub fn compare(
    (path, words): (&str, &BTreeMap<String, String>),
    (other_path, others): (&str, &BTreeMap<String, String>),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, text) in words {
        match others.get(key) {
            None => findings.push(Finding::at(
                other_path,
                format!("`{key}` is missing; {path} has it"),
            )),
            Some(other) if placeholders(text) != placeholders(other) => {
                findings.push(Finding::at(
                    other_path,
                    format!(
                        "`{key}` fills in {:?}, but in {path} {:?}",
                        placeholders(other),
                        placeholders(text)
                    ),
                ));
            }
            Some(_) => {}
        }
        if text.trim().is_empty() {
            findings.push(Finding::at(path, format!("`{key}` is empty")));
        }
    }
    for key in others.keys().filter(|key| !words.contains_key(*key)) {
        findings.push(Finding::at(
            path,
            format!("`{key}` is missing; {other_path} has it"),
        ));
    }
    findings
}

/// The names in braces in a text: `{n} laporan` fills in `n`.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// The keys that a source or template asks for, with their lines.
pub fn keys_used(text: &str) -> Vec<(usize, &str)> {
    let mut used = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let comment = line.trim_start().starts_with("//");
        for call in CALLS.iter().filter(|_| !comment) {
            for (at, _) in line.match_indices(call) {
                let inside_a_name = line
                    .get(..at)
                    .and_then(|before| before.chars().next_back())
                    .is_some_and(|previous| previous.is_alphanumeric() || previous == '_');
                let rest = line.get(at + call.len()..).unwrap_or_default();
                if let Some(end) = rest.find('"')
                    && !inside_a_name
                {
                    used.push((index + 1, rest.get(..end).unwrap_or_default()));
                }
            }
        }
    }
    used
}

/// Keys used in one file that no words file has.
pub fn check_use(path: &str, text: &str, known: &BTreeSet<String>) -> Vec<Finding> {
    keys_used(text)
        .into_iter()
        .filter(|(_, key)| !known.contains(*key))
        .map(|(line, key)| {
            Finding::on_line(
                path,
                line,
                format!("asks for `{key}`, which no words file has"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> BTreeMap<String, String> {
        flatten("w.toml", text).unwrap_or_default()
    }

    #[test]
    fn a_key_that_one_language_lacks_is_found_from_both_sides() {
        let id = words("[case.closed]\nbody = \"Selesai\"\n");
        let en = words("[case.open]\nbody = \"Open\"\n");
        let findings = compare(("id.toml", &id), ("en.toml", &en));
        assert_eq!(findings.len(), 2);
    }

    #[test]
    fn a_text_that_fills_in_other_values_is_found() {
        let id = words("late = \"Terlambat {n} hari\"");
        let en = words("late = \"{days} days late\"");
        assert_eq!(compare(("id.toml", &id), ("en.toml", &en)).len(), 1);
        let same = words("late = \"{n} days late\"");
        assert!(compare(("id.toml", &id), ("en.toml", &same)).is_empty());
    }

    #[test]
    fn an_empty_text_is_found() {
        let id = words("late = \"\"");
        assert_eq!(compare(("id.toml", &id), ("en.toml", &id)).len(), 1);
    }

    #[test]
    fn a_key_that_nobody_wrote_is_found_in_a_template() {
        let known = BTreeSet::from(["home.title".to_owned()]);
        let text =
            "<h1>{{ w.t(\"home.title\") }}</h1>\n<p>{{ w.t(\"home.lost\") }}</p>\nformat(\"x\")";
        let findings = check_use("a.html", text, &known);
        assert_eq!(findings.len(), 1);
        assert!(
            findings
                .iter()
                .all(|finding| finding.place == "a.html:2" && finding.message.contains("home.lost"))
        );
    }
}
