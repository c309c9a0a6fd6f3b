//! Every stored column has a decision about personal data, so that none is kept by accident.
//!
//! The decisions are in `docs/privacy.toml`, one table a section, one column a line.

use std::collections::{BTreeMap, BTreeSet};

use crate::Finding;

/// What may be decided about a column; `docs/privacy.md` says what each means.
pub const DECISIONS: &[&str] = &[
    "public",
    "operational",
    "told",
    "personal-sealed",
    "secret-hash",
];

/// Columns by table.
pub type Columns = BTreeMap<String, BTreeSet<String>>;

/// Adds the tables and columns that one migration makes, and takes away what it drops.
pub fn apply_migration(sql: &str, columns: &mut Columns) {
    let plain: String = sql
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    for statement in plain.split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
        let is = |pattern: &[&str]| {
            pattern
                .iter()
                .enumerate()
                .all(|(at, wanted)| upper.get(at).is_some_and(|word| word == wanted))
        };
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        if is(&["CREATE", "TABLE"]) || is(&["CREATE", "VIRTUAL", "TABLE"]) {
            created(statement, columns);
        } else if is(&["ALTER", "TABLE"]) && upper.get(3).is_some_and(|verb| verb == "ADD") {
            let at = if upper.get(4).is_some_and(|word| word == "COLUMN") {
                5
            } else {
                4
            };
            columns
                .entry(bare(word(2)))
                .or_default()
                .insert(bare(word(at)));
        } else if is(&["ALTER", "TABLE"])
            && upper.get(3).is_some_and(|verb| verb == "RENAME")
            && upper.get(4).is_some_and(|word| word == "TO")
        {
            if let Some(table) = columns.remove(&bare(word(2))) {
                columns.insert(bare(word(5)), table);
            }
        } else if is(&["ALTER", "TABLE"]) && upper.get(3).is_some_and(|verb| verb == "DROP") {
            let at = if upper.get(4).is_some_and(|word| word == "COLUMN") {
                5
            } else {
                4
            };
            if let Some(table) = columns.get_mut(&bare(word(2))) {
                table.remove(&bare(word(at)));
            }
        } else if is(&["DROP", "TABLE"]) {
            let at = if upper.get(2).is_some_and(|word| word == "IF") {
                4
            } else {
                2
            };
            columns.remove(&bare(word(at)));
        }
    }
}

fn created(statement: &str, columns: &mut Columns) {
    let Some((head, rest)) = statement.split_once('(') else {
        return;
    };
    // `CREATE TABLE name`, or `CREATE VIRTUAL TABLE name USING module`.
    let name = head
        .split_whitespace()
        .take_while(|word| !word.eq_ignore_ascii_case("USING"))
        .last()
        .unwrap_or_default();
    let body = rest.rsplit_once(')').map_or(rest, |(body, _)| body);
    let virtual_table = head.to_uppercase().contains("VIRTUAL");
    let table = columns.entry(bare(name)).or_default();
    for part in split_at_commas(body) {
        let first = part.split_whitespace().next().unwrap_or_default();
        let constraint = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT"]
            .iter()
            .any(|keyword| {
                let upper = first.to_uppercase();
                upper == *keyword || upper.starts_with(&format!("{keyword}("))
            });
        // Options of a virtual table are written `name = value`.
        let option = virtual_table && part.contains('=');
        if !first.is_empty() && !constraint && !option {
            table.insert(bare(first));
        }
    }
}

/// Parts of a definition list, divided at commas outside parentheses.
fn split_at_commas(body: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for character in body.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if character == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts
}

fn bare(name: &str) -> String {
    name.trim_matches(|character: char| !character.is_alphanumeric() && character != '_')
        .to_owned()
}

/// Columns nobody decided on, decisions about columns that are not there, and unknown decisions.
pub fn check(path: &str, decisions: &str, columns: &Columns) -> Vec<Finding> {
    let decided: toml::Table = match decisions.parse() {
        Ok(decided) => decided,
        Err(error) => return vec![Finding::at(path, format!("not TOML: {error}"))],
    };
    let mut findings = Vec::new();
    for (table, names) in columns {
        for name in names {
            match decided
                .get(table)
                .and_then(|section| section.get(name))
                .and_then(toml::Value::as_str)
            {
                None => findings.push(Finding::at(
                    path,
                    format!(
                        "nobody decided about `{table}.{name}`: add it, as one of {DECISIONS:?}"
                    ),
                )),
                Some(decision) if !DECISIONS.contains(&decision) => {
                    findings.push(Finding::at(
                        path,
                        format!("`{table}.{name}` is `{decision}`, which is none of {DECISIONS:?}"),
                    ));
                }
                Some(_) => {}
            }
        }
    }
    // Fields of acts are compared with the acts themselves, where those are known (core).
    for (table, section) in decided.iter().filter(|(table, _)| *table != "act") {
        for name in section.as_table().into_iter().flat_map(toml::Table::keys) {
            if !columns.get(table).is_some_and(|names| names.contains(name)) {
                findings.push(Finding::at(
                    path,
                    format!("decides about `{table}.{name}`, which no migration makes"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = "-- people\nCREATE TABLE IF NOT EXISTS person (\n  unit TEXT NOT NULL, -- owner\n  phone BLOB CHECK (length(phone) > 0),\n  share NUMERIC(3, 2),\n  PRIMARY KEY (unit, phone)\n) STRICT;\nALTER TABLE person ADD COLUMN \"note\" TEXT;\nCREATE VIRTUAL TABLE search USING fts5(body, unit UNINDEXED, content='', tokenize = 'trigram');";

    fn columns() -> Columns {
        let mut columns = Columns::new();
        apply_migration(MIGRATION, &mut columns);
        columns
    }

    #[test]
    fn columns_are_read_out_of_a_migration() {
        let read: Vec<String> = columns()
            .iter()
            .flat_map(|(table, names)| names.iter().map(move |name| format!("{table}.{name}")))
            .collect();
        assert_eq!(
            read,
            [
                "person.note",
                "person.phone",
                "person.share",
                "person.unit",
                "search.body",
                "search.unit"
            ]
        );
    }

    #[test]
    fn what_a_later_migration_drops_is_gone() {
        let mut columns = columns();
        apply_migration(
            "ALTER TABLE person DROP COLUMN note; DROP TABLE IF EXISTS search;",
            &mut columns,
        );
        assert_eq!(columns.len(), 1);
        assert!(columns.values().all(|names| !names.contains("note")));
    }

    #[test]
    fn a_table_that_takes_anothers_name_takes_its_place() {
        let mut columns = columns();
        apply_migration(
            "CREATE TABLE person_now (unit TEXT, age INTEGER); DROP TABLE person;
             ALTER TABLE person_now RENAME TO person;",
            &mut columns,
        );
        assert_eq!(columns.len(), 2);
        let names: Vec<&str> = columns["person"].iter().map(String::as_str).collect();
        assert_eq!(names, ["age", "unit"]);
    }

    #[test]
    fn an_undecided_column_is_found() {
        let decisions = "[person]\nunit = \"public\"\nphone = \"personal-sealed\"\nshare = \"operational\"\n[search]\nbody = \"personal-sealed\"\nunit = \"public\"\n";
        let findings = check("docs/privacy.toml", decisions, &columns());
        assert_eq!(findings.len(), 1);
        assert!(
            findings
                .iter()
                .all(|finding| finding.message.contains("person.note"))
        );
    }

    #[test]
    fn a_decision_about_nothing_and_an_unknown_decision_are_found() {
        let mut columns = Columns::new();
        columns
            .entry("a".to_owned())
            .or_default()
            .insert("b".to_owned());
        let findings = check(
            "docs/privacy.toml",
            "[a]\nb = \"perhaps\"\nc = \"public\"\n",
            &columns,
        );
        assert_eq!(findings.len(), 2);
    }
}
