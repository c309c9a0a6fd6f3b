//! Encounters of another system: constants, tables, and the words of the pack.

use pengayom_core::act::Payload;
use pengayom_core::subject::encounter::EncounterAct;

use crate::support::{Unit, by_mapping, summary};

const MAPPING: &str = r#"
[source]
name = "card-index"
kind = "encounters"
time_zone = "Asia/Jakarta"
time_format = "%d-%m-%Y %H.%M"
delimiter = ";"

[key]
columns = ["tahun", "nomor"]

[columns]
happened_at = "waktu"
officer = "petugas"
capacity = "peran_warga"
beat = "desa"
note = "catatan"

[constants]
service = "call_110"
function = "order"
role = "law_enforcer"

[tables.capacity]
pelapor = "reporter"
saksi = "witness"
"#;

fn import(unit: &Unit, name: &str, rows: &str) -> crate::support::Summary {
    let mapping = unit.write("map.toml", MAPPING);
    let text = format!("tahun;nomor;waktu;petugas;peran_warga;desa;catatan\n{rows}");
    let file = unit.write(name, text);
    let arguments = by_mapping("encounters", &mapping, &file);
    summary(&unit.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()))
}

// S4: an encounter is who met whom, where, when and for what; also one from a card index.
#[test]
fn encounters_come_in_by_constants_and_tables() {
    let unit = Unit::of("pati");
    let rows = "2026;1;03-02-2026 08.15;7001;pelapor;33.18.10.1005;\"kehilangan; dompet\"\n\
                2026;2;03-02-2026 09.00;7001;saksi;33.18.10.1005;\n\
                2025;1;04-02-2025 09.00;7002;saksi;33.18.10;\n";
    assert_eq!(import(&unit, "a.csv", rows).counts(), [3, 3, 0, 0]);
    let before = unit.everything();
    let met: Vec<_> = before
        .acts
        .iter()
        .map(|act| match &act.payload {
            Payload::Encounter(EncounterAct::EncounterRecorded(recorded)) => (
                recorded,
                act.happened_at.to_string(),
                act.place.clone().unwrap(),
            ),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(met[0].1, "2026-02-03T01:15:00Z", "08.15 WIB");
    assert_eq!(met[0].0.note.as_deref(), Some("kehilangan; dompet"));
    assert_eq!(met[0].2.station.as_str(), "polsek-pati");
    assert_eq!(met[0].0.officer, met[1].0.officer, "one code, one officer");
    assert_ne!(met[0].0.officer, met[2].0.officer);
    assert_ne!(met[0].0.rating_code, met[1].0.rating_code);
    // The same rows in another order are the same encounters.
    let mut lines: Vec<&str> = rows.lines().collect();
    lines.reverse();
    assert_eq!(
        import(&unit, "b.csv", &lines.join("\n")).counts(),
        [3, 0, 3, 0]
    );
    assert_eq!(unit.everything(), before);
}

#[test]
fn encounters_that_do_not_fit_the_method_are_told() {
    let unit = Unit::of("pati");
    let rows = "2026;1;03-02-2026 08.15;7001;korban;33.18.10.1005;\n\
                2026;2;03-02-2096 08.15;7001;saksi;33.18.10.1005;\n\
                2026;3;03-02-2026 08.15;7001;saksi;99.99;\n\
                2026;4;03-02-2026 08.15;7001;;33.18.10.1005;\n\
                2026;5;03-02-2026 08.15;7001;saksi;33.18.10.1005;\n\
                2026;5;03-02-2026 08.20;7001;saksi;33.18.10.1005;\n\
                2026;;03-02-2026 08.15;7001;saksi;33.18.10.1005;\n";
    assert_eq!(import(&unit, "bad.csv", rows).counts(), [7, 0, 0, 7]);
    let found = unit.rejects("bad.csv");
    let parts = [
        "\"korban\" is not in the table tables.capacity",
        "in the future",
        "area \"99.99\" is not one of the unit's areas",
        "missing",
        "tahun, nomor must name one encounter",
        "tahun, nomor must name one encounter",
        "key is empty",
    ];
    for ((line, (found, _, reason)), part) in (2..).zip(&found).zip(parts) {
        assert_eq!(*found, line);
        assert!(reason.contains(part), "{reason}");
    }
}
