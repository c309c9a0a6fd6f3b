//! Policies: what a hole is, what the floor holds against any pack, and that every refusal is safe.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use pengayom_core::place::{Areas, Geography, Strata, UnitConfig};
use pengayom_core::subject::case::{CaseAccess, Opening};
use pengayom_core::value::OfficerId;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// The policies of the Indonesian pack.
fn files() -> BTreeMap<String, String> {
    let files = ["cases.cedar", "roles.cedar", "schema.cedarschema"];
    let named = files.map(|file| format!("access/{file}"));
    named
        .into_iter()
        .map(|name| (name.clone(), read(&format!("packs/id/{name}"))))
        .collect()
}

fn policies() -> &'static Policies {
    static POLICIES: std::sync::LazyLock<Policies> =
        std::sync::LazyLock::new(|| Policies::load(&files()).unwrap());
    &POLICIES
}

fn geography() -> &'static Geography {
    static GEOGRAPHY: std::sync::LazyLock<Geography> = std::sync::LazyLock::new(|| {
        let config = UnitConfig::parse(&read("data/pati/unit.toml")).unwrap();
        let areas = Areas::from_geojson(&read("data/pati/areas.geojson")).unwrap();
        Geography::new(config, areas, &Strata::new(Vec::new()).unwrap_or_default()).unwrap()
    });
    &GEOGRAPHY
}

/// The faults of the pack with another policy at the end of its roles.
fn with(policy: &str) -> Vec<PolicyFault> {
    let mut files = files();
    files.insert(
        "access/other.cedar".to_owned(),
        format!("// ours\n\n{policy}"),
    );
    match Policies::load(&files) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.0,
    }
}

/// The one fault that a policy brings, at its line.
fn hole(policy: &str) -> Hole {
    let faults = with(policy);
    let first = faults.first().unwrap_or_else(|| panic!("taken: {policy}"));
    assert_eq!(
        (first.file.as_str(), first.line),
        ("access/other.cedar", 3),
        "{policy}: {first}"
    );
    let words = first.to_string();
    assert!(words.starts_with("access/other.cedar:3: "), "{words}");
    assert!(words.len() > 40, "a remedy: {words}");
    first.hole.clone()
}

#[test]
fn the_pack_gives_each_role_what_it_needs_and_no_more() {
    let unit = geography().unit().as_station();
    let listed = |role| {
        let carried = policies().carried(&[role], 0, &unit);
        let may = Permission::ALL.into_iter().filter(|one| carried.may(*one));
        may.map(Permission::as_str).collect::<Vec<_>>()
    };
    assert_eq!(
        listed(Role::Admin),
        ["DeclareOutage", "KeepAccounts", "KeepLetters", "KeepThings"]
    );
    assert_eq!(
        listed(Role::Oversight),
        [
            "OpenInEmergency",
            "ReadAllStations",
            "ReadBoard",
            "ReadCase",
            "ReadSensitiveCase",
            "ReviewAccess"
        ]
    );
    for role in Role::ALL {
        assert_eq!(Role::parse(role.as_str()), Some(role));
        for permission in Permission::ALL {
            let carried = policies().carried(&[role], 0, &unit);
            assert!(
                !(carried.may(permission) && is_shut(role, permission)),
                "{role:?} {permission:?}"
            );
        }
    }
    // Nobody without a role may do anything.
    let nobody = policies().carried(&[], 0, &unit);
    assert!(Permission::ALL.into_iter().all(|one| !nobody.may(one)));
}

// Fault: a policy file with a hole.
#[test]
fn a_permit_for_everybody_or_for_everything_is_refused_with_its_line() {
    for everybody in [
        "permit (principal, action, resource);",
        "permit (principal, action == Action::\"ReadCase\", resource);",
        "permit (principal is Officer, action == Action::\"ReadCase\", resource);",
        // Who it is for stands where everybody sees it, not in a condition.
        "permit (principal, action == Action::\"ReadCase\", resource) when { principal in Role::\"desk\" };",
        "permit (principal == Officer::\"x\", action == Action::\"ReadCase\", resource);",
    ] {
        assert_eq!(hole(everybody), Hole::Everybody, "{everybody}");
    }
    for everything in [
        "permit (principal in Role::\"desk\", action, resource);",
        "permit (principal is Officer in Role::\"commander\", action, resource is Case);",
    ] {
        assert_eq!(hole(everything), Hole::EveryAction, "{everything}");
    }
    let template = "permit (principal in ?principal, action == Action::\"ReadCase\", resource);";
    assert_eq!(hole(template), Hole::Template);
}

// Fault: a policy file with a hole.
#[test]
fn what_the_schema_does_not_name_is_refused_with_its_line() {
    let role = "permit (principal in Role::\"mayor\", action == Action::\"ReadCase\", resource);";
    assert_eq!(hole(role), Hole::UnknownRole("mayor".to_owned()));
    let kind = "permit (principal in Station::\"x\", action == Action::\"ReadCase\", resource);";
    assert_eq!(hole(kind), Hole::UnknownRole("x".to_owned()));
    for unfit in [
        "permit (principal in Role::\"desk\", action == Action::\"ReadEverything\", resource);",
        "forbid (principal, action, resource is Case) when { resource.secret };",
        "forbid (principal, action, resource is Case) when { resource.sensitive == 1 };",
        "forbid (principal in Role::\"mayor\", action, resource);",
        "forbid (principal, action, resource is Person);",
        "forbid (principal, action, resource is Case) when { context.reason == \"x\" };",
    ] {
        assert!(matches!(hole(unfit), Hole::Unfit(_)), "{unfit}");
    }
    for unread in [
        "permit (principal",
        "permit principal;",
        "allow (principal, action, resource);",
        "{}",
    ] {
        assert!(matches!(hole(unread), Hole::Syntax(_)), "{unread}");
    }
}

// Fault: a policy file with a hole.
#[test]
fn a_policy_that_fails_when_it_is_asked_is_refused() {
    let overflow = "forbid (principal, action, resource) \
                    when { principal.rank * 9223372036854775807 > 0 };";
    assert!(matches!(hole(overflow), Hole::Fails(_)));
    let permits = "permit (principal in Role::\"desk\", action == Action::\"ReadCase\", resource) \
                   when { principal.rank * 9223372036854775807 > 0 };";
    assert!(matches!(hole(permits), Hole::Fails(_)));
}

// Fault: a policy file with a hole.
#[test]
fn what_must_stay_shut_is_refused_whoever_opens_it() {
    for role in Role::ALL {
        for permission in Permission::ALL
            .into_iter()
            .filter(|one| is_shut(role, *one))
        {
            let policy = format!(
                "permit (principal in Role::\"{}\", action == Action::\"{}\", resource);",
                role.as_str(),
                permission.as_str()
            );
            assert_eq!(hole(&policy), Hole::OpensShut { role, permission });
        }
    }
    // For one sort of case alone as well.
    let policy = "permit (principal in Role::\"admin\", action == Action::\"ReadCase\", \
                  resource is Case) when { !resource.sensitive };";
    let permission = Permission::ReadCase;
    assert_eq!(
        hole(policy),
        Hole::OpensShut {
            role: Role::Admin,
            permission
        }
    );
}

// Fault: a policy file with a hole.
#[test]
fn a_schema_the_program_cannot_ask_with_is_refused() {
    let mut faults = Vec::new();
    for (from, to) in [
        ("ReadCase, ", ""),
        ("DeclareOutage,", "DeclareOutage, DeclareWar,"),
        ("    sensitive: Bool,\n", ""),
        ("sensitive: Bool", "sensitive: Long"),
        ("    rank: Long,\n", ""),
        ("rank: Long", "rank: Long, salary: Long"),
        ("entity Unit;", "entity Office;"),
        ("\"gather\", \"handle\"", "\"handle\""),
        ("entity", "entiti"),
    ] {
        let mut files = files();
        let schema = files.get_mut("access/schema.cedarschema").unwrap();
        assert!(schema.contains(from), "{from}");
        *schema = schema.replacen(from, to, 1);
        match Policies::load(&files) {
            Ok(_) => panic!("taken: {from} -> {to}"),
            Err(found) => faults.push(found.to_string()),
        }
    }
    assert!(
        faults[0].contains("lacks the action \"ReadCase\""),
        "{}",
        faults[0]
    );
    assert!(faults[1].contains("\"DeclareWar\""), "{}", faults[1]);
}

#[test]
fn a_pack_that_gives_a_role_nothing_is_refused() {
    let mut files = files();
    files.insert("access/roles.cedar".to_owned(), String::new());
    let faults = Policies::load(&files).unwrap_err();
    assert_eq!(faults.0.len(), Role::ALL.len(), "{faults}");
    assert!(
        faults
            .0
            .iter()
            .all(|fault| matches!(fault.hole, Hole::Nothing(_)))
    );
}

#[test]
fn a_unit_may_be_stricter_by_rank_and_by_area() {
    let mut files = files();
    files.insert(
        "access/ours.cedar".to_owned(),
        "forbid (principal, action == Action::\"CloseCase\", resource) when { principal.rank < 10 };\n\
         forbid (principal, action == Action::\"WorkCase\", resource is Case)\n\
         when { resource in Area::\"33.18.10\" && principal in Role::\"patrol\" };"
            .to_owned(),
    );
    let stricter = Policies::load(&files).unwrap();
    let unit = geography().unit().as_station();
    assert!(
        !stricter
            .carried(&[Role::Desk], 9, &unit)
            .may(Permission::CloseCase)
    );
    assert!(
        stricter
            .carried(&[Role::Desk], 10, &unit)
            .may(Permission::CloseCase)
    );
    let beat = "33.18.10.1005".parse().unwrap();
    let elsewhere = "33.18.01.2001".parse().unwrap();
    let access = CaseAccess::default();
    let mut asker = staff(1, &[Role::Patrol], None);
    asker.carries = stricter.carried(&asker.roles, 0, &unit);
    for (beat, open) in [(&beat, false), (&elsewhere, true)] {
        let case = CaseFacts {
            beat: Some(beat),
            ..plain(&access)
        };
        let works = stricter.opens(
            &asker,
            Permission::WorkCase,
            &case,
            Purpose::Handle,
            geography(),
        );
        assert_eq!(works, open, "{beat}");
    }
}

fn now() -> Timestamp {
    "2026-11-24T14:30:00Z".parse().unwrap()
}

fn officer(n: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(n))
}

fn staff(n: u128, roles: &[Role], station: Option<&StationId>) -> Staff {
    let unit = geography().unit().as_station();
    Staff {
        id: officer(n),
        login: "x".to_owned(),
        name: "x".to_owned(),
        rank: None,
        station: station.cloned(),
        roles: roles.to_vec(),
        carries: policies().carried(roles, 0, station.unwrap_or(&unit)),
    }
}

fn plain(access: &CaseAccess) -> CaseFacts<'_> {
    CaseFacts {
        sensitive: false,
        station: None,
        beat: None,
        taken_by: None,
        assigned_to: None,
        access,
        now: now(),
    }
}

fn opens(by: &Staff, permission: Permission, case: &CaseFacts<'_>) -> bool {
    policies().opens(by, permission, case, Purpose::Handle, geography())
}

/// Two stations of the unit.
fn stations() -> (StationId, StationId) {
    let mut all = geography()
        .stations()
        .iter()
        .map(|station| station.id.clone());
    (all.next().unwrap(), all.next().unwrap())
}

#[test]
fn a_station_sees_its_own_cases_and_the_unit_sees_all() {
    let (here, there) = stations();
    let access = CaseAccess::default();
    let case = CaseFacts {
        station: Some(&here),
        ..plain(&access)
    };
    let read = Permission::ReadCase;
    assert!(opens(&staff(1, &[Role::Patrol], Some(&here)), read, &case));
    assert!(!opens(
        &staff(1, &[Role::Patrol], Some(&there)),
        read,
        &case
    ));
    assert!(opens(&staff(1, &[Role::Patrol], None), read, &case));
    for (role, at, sees) in [
        (Role::Commander, None, true),
        // The chief of a station is chief of that station.
        (Role::Commander, Some(&there), false),
        (Role::Oversight, Some(&there), true),
    ] {
        assert_eq!(opens(&staff(1, &[role], at), read, &case), sees, "{role:?}");
    }
    assert!(!opens(&staff(1, &[Role::Admin], None), read, &case));
    // Whoever has it keeps it, wherever they are.
    let case = CaseFacts {
        assigned_to: Some(officer(1)),
        ..case
    };
    assert!(opens(&staff(1, &[Role::Patrol], Some(&there)), read, &case));
}

// S45
#[test]
fn a_sensitive_case_is_open_to_named_people_and_to_no_role() {
    let access = CaseAccess::default();
    let case = CaseFacts {
        sensitive: true,
        ..plain(&access)
    };
    for role in Role::ALL {
        for permission in [
            Permission::ReadCase,
            Permission::WorkCase,
            Permission::ReadPerson,
        ] {
            assert!(
                !opens(&staff(1, &[role], None), permission, &case),
                "{role:?}"
            );
        }
    }
    let everything = staff(1, &Role::ALL, None);
    assert!(!opens(&everything, Permission::ReadCase, &case));
    assert!(opens(&everything, Permission::TakeCase, &case));
    assert!(!opens(
        &staff(1, &[Role::Dispatch], None),
        Permission::TakeCase,
        &case
    ));
    for case in [
        CaseFacts {
            taken_by: Some(officer(1)),
            ..case
        },
        CaseFacts {
            assigned_to: Some(officer(1)),
            ..case
        },
    ] {
        assert!(opens(
            &staff(1, &[Role::Patrol], None),
            Permission::ReadCase,
            &case
        ));
        assert!(!opens(
            &staff(2, &[Role::Desk], None),
            Permission::ReadCase,
            &case
        ));
        assert!(!opens(
            &staff(2, &[Role::Desk], None),
            Permission::TakeCase,
            &case
        ));
    }
    let named = CaseAccess {
        named: vec![officer(1)],
        ..CaseAccess::default()
    };
    let case = CaseFacts {
        sensitive: true,
        ..plain(&named)
    };
    assert!(opens(
        &staff(1, &[Role::Patrol], None),
        Permission::ReadCase,
        &case
    ));
    assert!(!opens(
        &staff(1, &[Role::Admin], None),
        Permission::ReadCase,
        &case
    ));
}

// S45
#[test]
fn an_emergency_opens_to_act_and_decides_nothing_that_lasts() {
    let opened = |until: i64| CaseAccess {
        openings: vec![Opening {
            by: officer(1),
            at: now() - SignedDuration::from_mins(30),
            until: now() + SignedDuration::from_mins(until),
            review: None,
        }],
        ..CaseAccess::default()
    };
    let held = opened(30);
    let case = CaseFacts {
        sensitive: true,
        ..plain(&held)
    };
    let chief = staff(1, &[Role::Commander, Role::Desk], None);
    for permission in [
        Permission::ReadCase,
        Permission::WorkCase,
        Permission::ReadPerson,
    ] {
        assert!(opens(&chief, permission, &case), "{permission:?}");
        assert!(!opens(
            &staff(2, &[Role::Commander, Role::Desk], None),
            permission,
            &case
        ));
        let gathers = policies().opens(&chief, permission, &case, Purpose::Gather, geography());
        assert!(!gathers, "{permission:?}");
    }
    for permission in [
        Permission::AssignCase,
        Permission::CloseCase,
        Permission::ErasePerson,
        Permission::HoldCase,
        Permission::ServeQueue,
        Permission::NameConcerned,
        Permission::ClearConcerned,
    ] {
        assert!(!opens(&chief, permission, &case), "{permission:?}");
    }
    let over = opened(0);
    let case = CaseFacts {
        sensitive: true,
        ..plain(&over)
    };
    assert!(!opens(&chief, Permission::ReadCase, &case));
}

fn any_roles() -> impl Strategy<Value = Vec<Role>> {
    proptest::sample::subsequence(Role::ALL.to_vec(), 0..=8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // S45
    #[test]
    fn whoever_a_report_is_about_may_do_nothing_with_it(
        roles in any_roles(), flags in any::<[bool; 6]>(), n in 0..Permission::ALL.len(),
    ) {
        let [sensitive, taken, given, named, opened, placed] = flags;
        let (here, _) = stations();
        let access = CaseAccess {
            named: if named { vec![officer(1)] } else { Vec::new() },
            concerned: vec![officer(1)],
            openings: if opened {
                vec![Opening { by: officer(1), at: now(), until: Timestamp::MAX, review: None }]
            } else {
                Vec::new()
            },
            unhanded_at: None,
        };
        let case = CaseFacts {
            sensitive,
            station: placed.then_some(&here),
            taken_by: taken.then_some(officer(1)),
            assigned_to: given.then_some(officer(1)),
            ..plain(&access)
        };
        prop_assert!(!opens(&staff(1, &roles, None), Permission::ALL[n], &case));
    }

    #[test]
    fn no_text_in_place_of_the_policies_is_a_panic_or_opens_what_is_shut(text in "\\PC{0,60}") {
        let mut files = files();
        files.insert("access/other.cedar".to_owned(), text);
        if let Ok(loaded) = Policies::load(&files) {
            let unit = geography().unit().as_station();
            prop_assert!(!loaded.carried(&[Role::Admin], 0, &unit).may(Permission::ReadCase));
        }
    }
}
