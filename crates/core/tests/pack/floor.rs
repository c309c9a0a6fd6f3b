//! What the floor bounds, no unit leaves.

use pengayom_core::pack::PackFault;

use crate::faults::{broken, faults, one_fault};
use crate::support::pack;

#[test]
fn a_service_that_leaves_the_floor_of_retention_is_refused_with_line_rule_and_reason() {
    let floor = pack().keep_bounds().unwrap();
    for (months, why) in [("2", "too short"), ("241", "for ever")] {
        let to = format!("[service.retention]\nkeep_months = {months}");
        let from = "[service.retention]\nkeep_months = 12";
        let error = one_fault("services.toml", from, &to, 1);
        let PackFault::OutsideFloor {
            rule,
            line,
            min,
            max,
            found,
        } = error.fault
        else {
            panic!("{why}: {error}");
        };
        assert_eq!((rule, min, max), ("retention", 3, 240));
        assert_eq!(line, floor.line);
        assert_eq!(found.to_string(), months);
        let text = error.to_string();
        assert!(text.contains("services.toml:"), "{text}");
        assert!(text.contains("destroys evidence early"), "{text}");
    }
}

#[test]
fn every_service_says_how_long_it_keeps_and_so_does_the_survey() {
    let from = "[service.retention]\nkeep_months = 12";
    let error = one_fault("services.toml", from, "[service.retention]", 0);
    assert_eq!(error.fault, PackFault::MissingKey);
    let error = one_fault("survey.toml", "keep_months = 24\n", "keep_months = 2\n", 0);
    assert!(
        matches!(error.fault, PackFault::OutsideFloor { .. }),
        "{error}"
    );
    for service in pack().services() {
        let months = service.retention.keep_months;
        assert!((3..=240).contains(&months), "{}", service.code);
    }
}

#[test]
fn a_floor_without_bounds_of_retention_is_refused() {
    let (files, _) = broken("pack.toml", "keep_at_least_months = 3\n", "");
    let found = faults(&files);
    assert_eq!(found[0].fault, PackFault::MissingKey);
    assert_eq!(found[0].key, "floor[retention].keep_at_least_months");
}
