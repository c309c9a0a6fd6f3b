//! Everything a person reads is in the words files, in every language, and every key that a page
//! asks for is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::Finding;

/// Ways in which pages and handlers ask for a word by a key written out in the source.
///
/// The character before must not belong to a name: `t(` does not match `format(`.
pub const CALLS: &[&str] = &["t(", "tf("];

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

/// The names in braces in a text: `{n} laporan` fills in `n`, and so do words that go with it, `{n:day|days}`.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let inside = text.split('{').skip(1);
    let inside = inside.filter_map(|rest| rest.split_once('}'));
    inside.map(|(inside, _)| name_of(inside)).collect()
}

fn name_of(inside: &str) -> &str {
    inside.split_once(':').map_or(inside, |(name, _)| name)
}

/// Words before a number that says which one it is, not how many there are.
const WHICH_ONE: [&str; 10] = [
    "category", "entry", "evidence", "file", "letter", "number", "page", "photo", "screen", "step",
];

/// Words that end as a plural does and are none.
const NO_PLURAL: [&str; 10] = [
    "as", "differs", "does", "has", "is", "its", "less", "needs", "this", "was",
];

/// How many words after a number may still be what it counts: "3 online reports".
const COUNTED_WITHIN: usize = 3;

/// English texts that say "1 days": a count with a plural after it, and not `{n:day|days}`.
///
/// A count is `n`, and every name that some text of the file gives words for one and many.
pub fn without_singular(path: &str, words: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut counts = BTreeSet::from(["n"]);
    for text in words.values() {
        let inside = text.split('{').skip(1);
        let inside = inside.filter_map(|rest| rest.split_once('}'));
        counts.extend(inside.filter_map(|(inside, _)| Some(inside.split_once(':')?.0)));
    }
    let mut findings = Vec::new();
    for (key, text) in words {
        for (at, _) in text.match_indices('{') {
            let (before, rest) = text.split_at(at);
            let Some((name, after)) = rest.trim_start_matches('{').split_once('}') else {
                continue;
            };
            let before = before.split_whitespace().next_back().unwrap_or_default();
            let ordinal = WHICH_ONE.contains(&before.to_lowercase().as_str());
            if !counts.contains(name) || ordinal || !after.starts_with(' ') {
                continue;
            }
            if let Some(plural) = plural_in(after) {
                let message = format!("`{key}` says \"1 {plural}\": write `{{{name}:…|{plural}}}`");
                findings.push(Finding::at(path, message));
            }
        }
    }
    findings
}

/// The first plural of the words that stand right after a number.
fn plural_in(after: &str) -> Option<&str> {
    let sentence = |c: char| !(c.is_alphabetic() || c == ' ' || c == '-' || c == '\'');
    let near = after.split(sentence).next().unwrap_or_default();
    let mut near = near.split_whitespace().take(COUNTED_WITHIN);
    near.find(|word| {
        *word == "people"
            || (word.ends_with('s') && !word.ends_with("ss") && !NO_PLURAL.contains(word))
    })
}

/// One place where a page asks for a word by a key written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Counted from 1.
    pub line: usize,
    /// The key, dotted.
    pub key: String,
    /// The names of the values handed along; nothing when they are not written out there.
    pub filled: Option<BTreeSet<String>>,
}

/// The words that a source or template asks for.
pub fn uses(text: &str) -> Vec<Use> {
    let mut found = Vec::new();
    for call in CALLS {
        for (at, _) in text.match_indices(call) {
            let before = text.get(..at).unwrap_or_default();
            let inside_a_name = before
                .chars()
                .next_back()
                .is_some_and(|previous| previous.is_alphanumeric() || previous == '_');
            let after = text.get(at + call.len()..).unwrap_or_default();
            let Some(rest) = after.trim_start().strip_prefix('"') else {
                continue;
            };
            if let Some((key, rest)) = rest.split_once('"')
                && !inside_a_name
            {
                found.push(Use {
                    line: before.matches('\n').count() + 1,
                    key: key.to_owned(),
                    filled: filled(arguments(rest)),
                });
            }
        }
    }
    found
}

/// What stands between here and the parenthesis that closes the call.
fn arguments(rest: &str) -> &str {
    let mut depth = 1_usize;
    for (at, character) in rest.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return rest.get(..at).unwrap_or_default();
        }
    }
    rest
}

/// The names in `[("n", value), ...]`; nothing when the list is made elsewhere.
fn filled(arguments: &str) -> Option<BTreeSet<String>> {
    let arguments = arguments.trim().trim_start_matches(',').trim();
    if arguments.is_empty() {
        return Some(BTreeSet::new());
    }
    arguments.contains('[').then(|| {
        arguments
            .split('(')
            .filter_map(|part| part.trim_start().strip_prefix('"'))
            .filter_map(|part| part.split_once('"'))
            .filter(|(_, rest)| rest.trim_start().starts_with(','))
            .map(|(name, _)| name.to_owned())
            .collect()
    })
}

/// Words asked for in one file that are not there, or that are left with a gap: the text says `{n}`
/// and no `n` is handed along.
pub fn check_use(path: &str, text: &str, known: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Use { line, key, filled } in uses(text) {
        let Some(words) = known.get(&key) else {
            findings.push(Finding::on_line(
                path,
                line,
                format!("asks for `{key}`, which no words file has"),
            ));
            continue;
        };
        for gap in placeholders(words) {
            if filled.as_ref().is_some_and(|filled| !filled.contains(gap)) {
                findings.push(Finding::on_line(
                    path,
                    line,
                    format!("`{key}` says `{{{gap}}}`, but no `{gap}` is handed along"),
                ));
            }
        }
    }
    findings
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
    fn a_count_without_a_singular_is_found() {
        let found = |text: &str| without_singular("en.toml", &words(text)).len();
        assert_eq!(found("late = \"{n} days late\""), 1);
        assert_eq!(found("late = \"{n} {n:day|days} late\""), 0);
        assert_eq!(found("wait = \"{n} more online reports\""), 1);
        assert_eq!(found("ahead = \"{n} people ahead\""), 1);
        // Which one, not how many; and what no text counts by.
        assert_eq!(found("was = \"Evidence {n} was sent to others\""), 0);
        assert_eq!(found("who = \"{officer} sees cases\""), 0);
        assert_eq!(found("a = \"{of} steps\"\nb = \"{of} {of:step|steps}\""), 1);
        assert_eq!(found("gap = \"{n} more, of other cases\""), 0);
    }

    #[test]
    fn words_that_go_with_a_count_fill_in_its_value() {
        let id = words("late = \"Terlambat {n} hari\"");
        let en = words("late = \"{n} {n:day|days} late\"");
        assert!(compare(("id.toml", &id), ("en.toml", &en)).is_empty());
    }

    #[test]
    fn an_empty_text_is_found() {
        let id = words("late = \"\"");
        assert_eq!(compare(("id.toml", &id), ("en.toml", &id)).len(), 1);
    }

    #[test]
    fn a_key_that_nobody_wrote_is_found_in_a_template() {
        let known = words("[home]\ntitle = \"Beranda\"");
        let text =
            "<h1>{{ w.t(\"home.title\") }}</h1>\n<p>{{ w.t(\"home.lost\") }}</p>\nformat(\"x\")";
        let findings = check_use("a.html", text, &known);
        assert_eq!(findings.len(), 1);
        assert!(
            findings.iter().all(
                |finding| finding.place == "a.html:2" && finding.message.contains("home.lost")
            )
        );
    }

    #[test]
    fn a_gap_that_nobody_fills_is_found() {
        let known = words("late = \"Terlambat {n} hari sejak {day}\"");
        let one = "w.tf(\n    \"late\",\n    &[(\"n\", &days(3).to_string())],\n)";
        assert_eq!(check_use("a.rs", one, &known).len(), 1);
        let both = "w.tf(\"late\", &[(\"n\", \"3\"), (\"day\", day)])";
        assert!(check_use("a.rs", both, &known).is_empty());
        assert_eq!(check_use("a.rs", "w.t(\"late\")", &known).len(), 2);
        assert!(check_use("a.rs", "w.tf(\"late\", &values)", &known).is_empty());
    }
}
