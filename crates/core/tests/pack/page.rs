//! What `docs/packs.md` and `docs/glossary.md` say is so.

use std::fmt::Write as _;

use pengayom_core::pack::{Lang, PACK_FILES, Pack, PackFault, PackRule};

use crate::support::{files, folder, pack};

fn page(name: &str) -> String {
    let path = folder().join("../../docs").join(name);
    std::fs::read_to_string(path)
        .unwrap_or_default()
        .replace("\r\n", "\n")
}

#[test]
fn the_page_on_packs_names_every_file_and_every_fault() {
    let page = page("packs.md");
    let rules = PackRule::ALL
        .iter()
        .map(|rule| PackFault::RuleBroken { rule: *rule }.code());
    let names = PACK_FILES
        .iter()
        .chain(&PackFault::CODES)
        .map(ToString::to_string)
        .chain(rules);
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_examples_on_the_page_are_toml_that_the_reader_knows() {
    let page = page("packs.md");
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("\n```")?.0))
        .collect();
    assert_eq!(examples.len(), 11);
    for example in examples {
        let table: toml::Table = example.parse().unwrap();
        let (section, row) = table.iter().next().unwrap();
        // A table of an entry stands alone, and what a class says has no id.
        if row.is_table() || section == "elsewhere" || table.contains_key("tree") {
            continue;
        }
        let Some(id) = row.get(0).and_then(|row| row.get("id")) else {
            assert_eq!(section, "desk");
            continue;
        };
        // Put in the place of the entry of that id, an example loads like any other.
        let file = match section.as_str() {
            "service" => "services.toml",
            "kind" => "report.toml",
            "item" => "survey.toml",
            "stratum" => "strata.toml",
            "letter" => "case.toml",
            other => panic!("{other}"),
        };
        let mut files = files();
        let text = files.get_mut(file).unwrap();
        let header = format!("[[{section}]]\nid = {id}\n");
        let start = text.find(&header).unwrap();
        let rest = &text[start + header.len()..];
        let end = rest
            .find(&format!("[[{section}]]\n"))
            .map_or(text.len(), |at| start + header.len() + at);
        text.replace_range(start..end, &format!("{example}\n\n"));
        if let Err(errors) = Pack::load(&files) {
            panic!("{section} {id}:\n{errors}");
        }
    }
}

#[test]
fn the_errors_on_the_page_are_what_the_loader_says() {
    let mut files = files();
    let text = files.get_mut("phrases.toml").unwrap();
    *text = text
        .replacen(
            "text_en = \"Welcome, I am {rank} {name}. How can we help?\"\n",
            "",
            1,
        )
        .replacen("certainty = \"draft\"", "certainty = \"sure\"", 1);
    let said = Pack::load(&files).unwrap_err().to_string();
    assert!(
        page("packs.md").contains(&format!("```text\n{said}\n```")),
        "{said}"
    );
}

/// `docs/glossary.md` as it follows from `glossary.toml`.
fn glossary() -> String {
    let mut page = String::from(
        "# Glossary\n\n\
         One word for one thing: the first column is the name in code, the others are what people read.\n\
         This page follows from `packs/id/glossary.toml`, where each term has its source; a test keeps them equal.\n\
         Certainty is about the Indonesian term. The names in code and the English terms are ours.\n\n\
         | in code | Indonesian | English | certainty |\n\
         |---|---|---|---|\n",
    );
    let mut terms: Vec<_> = pack().entries("term").iter().collect();
    terms.sort_by(|a, b| a.code.cmp(&b.code));
    for term in terms {
        let name = term.localized("name").unwrap();
        let certainty = term.sourced.certainty;
        writeln!(
            page,
            "| `{}` | {} | {} | {certainty} |",
            term.code, name.id, name.en
        )
        .unwrap();
    }
    page
}

#[test]
fn the_glossary_page_says_what_the_pack_says() {
    let expected = glossary();
    if page("glossary.md") != expected {
        let written = std::env::temp_dir().join("pengayom-glossary.md");
        std::fs::write(&written, &expected).unwrap();
        panic!(
            "docs/glossary.md differs from packs/id/glossary.toml; the right page is in {}",
            written.display()
        );
    }
}

#[test]
fn every_fault_and_every_rule_has_its_words() {
    let pack = pack();
    let codes = PackFault::CODES.iter().map(ToString::to_string).chain(
        PackRule::ALL
            .iter()
            .map(|rule| PackFault::RuleBroken { rule: *rule }.code()),
    );
    for code in codes {
        for part in ["what", "remedy"] {
            for lang in Lang::ALL {
                let key = format!("pack.{code}.{part}");
                assert!(pack.words(lang).get(&key).is_some(), "{lang}: {key}");
            }
        }
    }
}
