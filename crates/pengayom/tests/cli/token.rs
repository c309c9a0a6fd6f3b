//! `pengayom token`.

use crate::support::{Unit, complaint, succeeded};

// S40
#[test]
fn a_token_is_made_listed_and_revoked() {
    let unit = Unit::of("pati");
    let made = unit.run(&[
        "token",
        "add",
        "FixMyStreet",
        "--scope",
        "open311:write",
        "--json",
    ]);
    succeeded(&made);
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("pgy_"), "{token}");
    let list = || {
        let listed = unit.run(&["token", "list"]);
        succeeded(&listed);
        String::from_utf8(listed.stdout).unwrap()
    };
    let listed = list();
    assert!(listed.contains("FixMyStreet\topen311:write\tworks\t"));
    assert!(!listed.contains(token));
    succeeded(&unit.run(&["token", "revoke", "FixMyStreet"]));
    assert!(list().contains("\trevoked\t"));
    complaint(&unit.run(&["token", "revoke", "FixMyStreet"]));
    let id = made["id"].as_str().unwrap();
    complaint(&unit.run(&["token", "revoke", id]));
}

// S40
#[test]
fn a_token_for_what_staff_do_needs_an_account() {
    let unit = Unit::of("pati");
    let refused = unit.run(&["token", "add", "papan", "--scope", "board"]);
    assert!(complaint(&refused).contains("account"));
    let unknown = unit.run(&["token", "add", "papan", "--scope", "everything"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    let user = unit.run(&[
        "user",
        "add",
        "kapolres",
        "--name",
        "Kapolres",
        "--role",
        "commander",
    ]);
    succeeded(&user);
    let made = unit.run(&[
        "token",
        "add",
        "papan",
        "--scope",
        "board",
        "--account",
        "kapolres",
        "--days",
        "7",
    ]);
    succeeded(&made);
    assert!(made.stdout.starts_with(b"pgy_"));
}
