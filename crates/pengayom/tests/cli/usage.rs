//! Exit codes and what is said where.

use crate::support::{Unit, complaint, repository, succeeded};

#[test]
fn wrong_usage_ends_with_2_a_bad_state_with_1_and_success_with_0() {
    let unit = Unit::of("detroit");
    for wrong in [
        &["import"][..],
        &["import", "calls"],
        &["import", "cats", "--mapping", "m.toml", "f.csv"],
        &["nothing"],
        &[],
    ] {
        let output = unit.run(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {output:?}");
        assert!(output.stdout.is_empty());
    }
    succeeded(&unit.run(&["--version"]));
    succeeded(&unit.run(&["import", "--help"]));
    let said = complaint(&unit.run(&["import", "calls", "--mapping", "none.toml", "f.csv"]));
    assert!(said.contains("none.toml: No such file"), "{said}");
}

#[test]
fn init_checks_everything_before_it_stores_anything() {
    let unit = Unit::of("detroit");
    let areas = repository("data/san_francisco/areas.geojson");
    let config = unit.data("unit.toml");
    let pack = repository("packs/id");
    let store = format!("sqlite:{}", unit.path("other.db").display());
    let said = complaint(&unit.run(&[
        "init",
        "--store",
        &store,
        "--pack",
        pack.to_str().unwrap(),
        "--unit",
        config.to_str().unwrap(),
        "--areas",
        areas.to_str().unwrap(),
    ]));
    assert!(
        said.contains("unit.area detroit is not in the area file"),
        "{said}"
    );
    assert!(!unit.path("other.db").exists());
}

// Fault: a policy file with a hole.
#[test]
fn a_pack_whose_policies_have_a_hole_is_refused_with_the_line_and_the_reason() {
    let unit = Unit::of("detroit");
    let pack = unit.path("pack");
    copy(&repository("packs/id"), &pack);
    let hole = "// Everybody of the town.\n\npermit (principal, action, resource);\n";
    std::fs::write(pack.join("access/ours.cedar"), hole).unwrap();
    let pack = pack.to_str().unwrap();
    let store = format!("sqlite:{}", unit.path("other.db").display());
    let (config, areas) = (unit.data("unit.toml"), unit.data("areas.geojson"));
    let init = [
        "init",
        "--store",
        &store,
        "--pack",
        pack,
        "--unit",
        config.to_str().unwrap(),
        "--areas",
        areas.to_str().unwrap(),
    ];
    for asked in [&["pack", "check", pack][..], &init] {
        let said = complaint(&unit.run(asked));
        assert!(
            said.contains("access/ours.cedar:3: permits to everybody"),
            "{said}"
        );
        assert!(said.contains("principal in Role::"), "a remedy: {said}");
    }
    assert!(!unit.path("other.db").exists());
}

/// Copies a folder and its folders.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_store_without_its_key_is_told_where_the_key_should_be() {
    let unit = Unit::of("detroit");
    std::fs::remove_file(unit.path("unit.db.key")).unwrap();
    let said = complaint(&unit.import_output(&unit.data("calls_2019.csv.gz")));
    assert!(
        said.contains("unit.db.key: the node's key is missing"),
        "{said}"
    );
}
