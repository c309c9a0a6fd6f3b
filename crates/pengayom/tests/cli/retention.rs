//! `person retention`: what would go, what went, and what `doctor` says of it.

use serde_json::Value;

use crate::support::{Unit, complaint, succeeded};

/// Calls of 2016 that were closed then: their time is long over.
const CALLS: u64 = 12;

fn unit() -> Unit {
    let unit = Unit::of("san_francisco");
    let mut text = "call_id,unit_id,unit_seq,call_type,final_priority,received,dispatch,response,\
                    on_scene,available,disposition,station_area,lat,lng\n"
        .to_owned();
    for n in 0..CALLS {
        let at = |minute: u8| format!("2016-12-30T{n:02}:{minute:02}:00");
        let times = [1, 2, 3, 9, 40].map(at).join(",");
        text.push_str(&format!(
            "{n},E41,1,Alarms,3,{times},Fire,41,37.79254,-122.42024\n"
        ));
    }
    let calls = unit.write("calls.csv", text);
    assert_eq!(unit.import(&calls).recorded, CALLS);
    unit
}

fn told(unit: &Unit, more: &[&str]) -> Value {
    let output = unit.run(&[&["person", "retention", "--json"], more].concat());
    succeeded(&output);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn cases(told: &Value) -> u64 {
    let by_service = told["cases"].as_object().unwrap().values();
    by_service.map(|n| n.as_u64().unwrap()).sum()
}

/// What doctor says of a thing: weight and words.
fn doctor(unit: &Unit, what: &str) -> (String, String) {
    let output = unit.run(&["doctor", "--json"]);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap();
    let of = findings.iter().find(|finding| finding["what"] == what);
    let of = of.unwrap_or_else(|| panic!("{what}: {said}"));
    let word = |key: &str| of[key].as_str().unwrap_or_default().to_owned();
    (word("weight"), word("found"))
}

#[test]
fn what_would_go_is_counted_and_stays_until_it_is_asked_to_go() {
    let unit = unit();
    let (weight, said) = doctor(&unit, "retention");
    assert_eq!(weight, "note");
    assert!(said.contains("never run"), "{said}");
    for _ in 0..2 {
        let planned = told(&unit, &["--dry-run"]);
        assert_eq!(planned["format"], "pengayom-retention/v1");
        assert_eq!(planned["dry_run"], true);
        assert_eq!(cases(&planned), CALLS, "{planned}");
    }
    let output = unit.run(&["person", "retention", "--dry-run"]);
    succeeded(&output);
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(words.contains("12 cases would go"), "{words}");
    assert!(
        words.contains("messages of judgements: 0 would go"),
        "{words}"
    );
    let output = unit.run(&["person", "retention"]);
    succeeded(&output);
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(words.contains("12 cases erased"), "{words}");
    assert_eq!(cases(&told(&unit, &["--dry-run"])), 0);
    succeeded(&unit.run(&["rebuild", "--check"]));
    succeeded(&unit.run(&["ledger", "verify"]));
    let (weight, said) = doctor(&unit, "retention");
    assert_eq!(weight, "good");
    assert!(said.contains("12 erased"), "{said}");
}

// S45
#[test]
fn a_clock_that_jumped_erases_nothing_until_somebody_says_that_it_is_right() {
    let unit = unit();
    let ahead = unit.write("clock", (400 * 24 * 3600).to_string());
    let run = |more: &[&str]| {
        unit.command(&[&["person", "retention"], more].concat())
            .env("PENGAYOM_REHEARSE_CLOCK", &ahead)
            .output()
            .unwrap()
    };
    let said = complaint(&run(&[]));
    assert!(said.contains("nothing was erased"), "{said}");
    assert!(said.contains("--clock-is-right"), "{said}");
    let (weight, said) = doctor(&unit, "retention");
    assert_eq!(weight, "wrong");
    assert!(said.contains("the clock may have jumped"), "{said}");
    let output = run(&["--clock-is-right"]);
    succeeded(&output);
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(words.contains("12 cases erased"), "{words}");
}

/// The unit's pack as a version of before put it into the store: without a file, and without a section.
fn with_a_pack_of_before(unit: &Unit, change: impl Fn(&mut serde_json::Map<String, Value>)) {
    unit.ask(async |store, id| {
        let mut row = store.unit(&id).await.unwrap().unwrap();
        let mut pack: Value = serde_json::from_str(&row.pack).unwrap();
        change(pack.as_object_mut().unwrap());
        row.pack = pack.to_string();
        store.put_unit(&row).await.unwrap();
    });
}

#[test]
fn a_pack_of_another_version_is_told_with_what_to_do_and_the_record_stays() {
    let unit = unit();
    let before = unit.everything();
    let without_a_file = |pack: &mut serde_json::Map<String, Value>| {
        pack.remove("safe.toml").unwrap();
    };
    let without_periods = |pack: &mut serde_json::Map<String, Value>| {
        let services = pack["services.toml"].as_str().unwrap();
        let lines = services.lines();
        let kept = lines.filter(|line| {
            !line.starts_with("keep_months") && !line.starts_with("[service.retention]")
        });
        let services = kept.collect::<Vec<_>>().join("\n");
        pack.insert("services.toml".to_owned(), services.into());
    };
    let changes: [&dyn Fn(&mut serde_json::Map<String, Value>); 2] =
        [&without_a_file, &without_periods];
    for change in changes {
        with_a_pack_of_before(&unit, change);
        let said = complaint(&unit.run(&["serve", "--listen", "127.0.0.1:0"]));
        assert!(said.contains("`pengayom init` again"), "{said}");
        assert!(said.contains("the record"), "{said}");
        let (weight, _) = doctor(&unit, "unit");
        assert_eq!(weight, "wrong");
        succeeded(&unit.init());
        let (weight, said) = doctor(&unit, "unit");
        assert_eq!(weight, "good", "{said}");
    }
    assert_eq!(unit.everything(), before);
}
