//! What is wrong with rights and measures in a pack, and how a right is written.

use pengayom_core::pack::{Pack, PackFault};

use crate::support::{files, pack};

fn faults(file: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = files();
    let text = files.get(file).unwrap();
    assert!(text.contains(from), "{from}");
    let text = text.replace(from, to);
    files.insert(file.to_owned(), text);
    let errors = Pack::load(&files).unwrap_err();
    errors
        .errors()
        .iter()
        .map(|error| error.fault.code())
        .collect()
}

// The floor: a pack that leaves a right out does not load.
#[test]
fn a_pack_that_takes_a_right_away_is_refused() {
    let found = faults("rights.toml", "id = \"silence\"", "id = \"talking\"");
    assert_eq!(found, ["dangling_reference"]);
    let files = files();
    let errors = |fault: &PackFault| matches!(fault, PackFault::DanglingReference { .. });
    let mut cut = files;
    let text = cut
        .get("pack.toml")
        .unwrap()
        .replace("must_tell", "must_not_tell");
    cut.insert("pack.toml".to_owned(), text);
    let refused = Pack::load(&cut).unwrap_err();
    assert!(!refused.errors().iter().any(|error| errors(&error.fault)));
}

#[test]
fn a_role_without_rights_a_measure_without_remedy_and_liberty_without_end_are_refused() {
    let found = faults(
        "rights.toml",
        "role = \"witness\"\nage = \"adult\"",
        "role = \"victim\"\nage = \"adult\"",
    );
    assert!(
        found.contains(&"rule_rights_of_each_role".to_owned()),
        "{found:?}"
    );
    let found = faults(
        "measures.toml",
        "remedies = [\"pretrial\", \"superior\", \"propam\", \"kompolnas\", \"ombudsman\"]",
        "remedies = []",
    );
    assert!(found.contains(&"wrong_count".to_owned()), "{found:?}");
    let found = faults("measures.toml", "longest = \"handcuffs\"\n", "");
    assert!(
        found.contains(&"rule_liberty_has_end".to_owned()),
        "{found:?}"
    );
    let found = faults(
        "measures.toml",
        "route = \"kompolnas\"",
        "route = \"nobody\"",
    );
    assert_eq!(found, ["dangling_reference"]);
    let found = faults(
        "measures.toml",
        "sides = [\"offender\", \"victim\"]",
        "sides = [\"offender\", \"child\"]",
    );
    assert!(
        found.contains(&"rule_way_has_exclusions".to_owned()),
        "{found:?}"
    );
}

// S24: for a person who left school early.
#[test]
fn every_right_is_one_short_sentence_in_both_languages() {
    for right in &pack().rights().rights {
        for said in [right.said_to(false), right.said_to(true)] {
            let words = said.id.split_whitespace().count();
            assert!(words <= 16, "{}: {words} words", right.code);
            for text in [&said.id, &said.en] {
                assert!(text.ends_with('.'), "{}", right.code);
                assert_eq!(text.matches('.').count(), 1, "{}", right.code);
            }
        }
    }
}

// S24: a child is spoken to as a child, in every list it may be told.
#[test]
fn no_right_says_anda_to_a_child() {
    let book = pack().rights();
    let lists = book.lists.iter().filter(|list| list.age.fits(Some(true)));
    let young = lists.filter(|list| list.code.as_str() != "elder");
    for list in young {
        for right in book.of_list(&list.code) {
            let said = &right.said_to(true).id;
            assert!(!said.contains("Anda"), "{}: {said}", list.code);
        }
    }
}
