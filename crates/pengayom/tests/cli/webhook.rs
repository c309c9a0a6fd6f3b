//! Webhooks as the administrator keeps them.

use serde_json::Value;

use crate::support::{Unit, complaint, succeeded};

// S40
#[test]
fn a_webhook_is_made_listed_and_removed_and_never_leads_into_the_house() {
    let unit = Unit::of("pati");
    let refused = unit.run(&["webhook", "add", "http://127.0.0.1:9/", "--kind", "case"]);
    assert!(complaint(&refused).contains("on this machine or in a private network"));
    let add = [
        "webhook",
        "add",
        "http://127.0.0.1:9/",
        "--kind",
        "case",
        "--kind",
        "outage",
        "--json",
    ];
    let mut allowed = unit.command(&add);
    let made = allowed
        .env("PENGAYOM_OUTSIDE_ALLOW", "127.0.0.0/8")
        .output()
        .unwrap();
    succeeded(&made);
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let id = made["id"].as_str().unwrap();
    let list = unit.run(&["webhook", "list", "--json"]);
    succeeded(&list);
    let listed: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(
        (listed["id"].as_str(), &listed["state"]),
        (Some(id), &Value::from("works"))
    );
    assert!(listed.get("secret").is_none() && !listed.to_string().contains("whsec"));
    succeeded(&unit.run(&["webhook", "log", id]));
    succeeded(&unit.run(&["webhook", "enable", id]));
    assert_eq!(
        unit.run(&["webhook", "redeliver", id, "5"]).status.code(),
        Some(1)
    );
    succeeded(&unit.run(&["webhook", "remove", id]));
    assert_eq!(unit.run(&["webhook", "remove", id]).status.code(), Some(1));
    assert_eq!(
        unit.run(&[
            "webhook",
            "add",
            "http://example.org/",
            "--kind",
            "feedback"
        ])
        .status
        .code(),
        Some(2)
    );
}
