//! The Indonesian pack of this repository, as it stands in `packs/id`.

use std::collections::BTreeSet;

use crate::support::pack;
use pengayom_core::pack::{
    Aspect, Certainty, ClockUnit, GoodEnd, Lang, Localized, OfficerRole, PoliceFunction,
    ReportStep, ServiceClass, SurveyScale,
};

#[test]
fn the_pack_has_every_entry_that_was_researched() {
    let pack = pack();
    assert_eq!(pack.head().code.as_str(), "id");
    assert_eq!(pack.instruments().len(), 36);
    assert_eq!(pack.services().len(), 30);
    assert_eq!(pack.survey().items.len(), 25);
    assert_eq!(pack.strata().len(), 20);
    assert_eq!(pack.groups().len(), 11);
    assert_eq!(pack.unit_levels().len(), 6);
    assert_eq!(pack.ranks().len(), 22);
    assert_eq!(pack.roles().len(), 16);
    assert_eq!(pack.phrases().len(), 12);
    assert_eq!(pack.letters().len(), 13);
    assert_eq!(pack.clocks().len(), 51);
    assert_eq!(pack.calendar().holidays().count(), 57);
    let proof = pack.proof();
    assert_eq!(proof.offences.len(), 18);
    assert_eq!(proof.evidence.types_new.len(), 8);
    assert_eq!(proof.evidence.types_old.len(), 5);
    assert_eq!(proof.evidence.rules.len(), 7);
    assert_eq!(proof.evidence.collections.len(), 9);
    for (section, count) in [
        ("category", 16),
        ("route", 8),
        ("principle", 6),
        ("subject_conduct", 3),
        ("stage", 6),
        ("record", 10),
        ("band", 4),
        ("formula", 2),
        ("term", 145),
    ] {
        assert_eq!(pack.entries(section).len(), count, "{section}");
    }
    assert!(pack.entries("no_such_section").is_empty());
    let tree = pack.triage();
    let counts = (
        tree.questions.len(),
        tree.outcomes.len(),
        tree.boundaries.len(),
    );
    assert_eq!(counts, (16, 14, 6));
}

// S1
#[test]
fn each_service_proposes_one_of_the_four_functions_and_each_function_is_used() {
    let pack = pack();
    let codes: Vec<&str> = pack.functions().iter().map(|f| f.code.code()).collect();
    assert_eq!(codes, ["order", "enforcement", "detection", "prevention"]);
    let used: BTreeSet<PoliceFunction> = pack.services().iter().map(|s| s.function).collect();
    assert_eq!(used.len(), PoliceFunction::ALL.len());
}

// S2
#[test]
fn each_service_serves_a_duty_of_the_law_and_kamtibmas_is_first() {
    let pack = pack();
    assert_eq!(pack.duties()[0].code.as_str(), "kamtibmas");
    for service in pack.services() {
        assert!(pack.duty(&service.duty).is_some(), "{}", service.code);
    }
    let served: BTreeSet<&str> = pack.services().iter().map(|s| s.duty.as_str()).collect();
    assert_eq!(
        served.len(),
        pack.duties().len(),
        "no duty is left without a service"
    );
}

// S6
#[test]
fn every_measure_belongs_to_one_aspect_and_trust_and_liking_stand_apart() {
    let pack = pack();
    assert_eq!(
        pack.aspects().iter().map(|a| a.code).collect::<Vec<_>>(),
        Aspect::ALL
    );
    for item in &pack.survey().items {
        let outcome = matches!(item.scale, SurveyScale::Trust | SurveyScale::Liking);
        assert_eq!(item.aspect.is_none(), outcome, "{}", item.code);
    }
    for category in pack.entries("category") {
        assert!(category.text("aspect").is_some(), "{}", category.code);
    }
}

// S5, S6, S25, S39, S41
#[test]
fn the_form_has_eight_questions_over_three_aspects_with_trust_and_liking_as_two() {
    let pack = pack();
    let form: Vec<_> = pack.survey().form_items().collect();
    assert_eq!(form.len(), 8);
    for aspect in Aspect::ALL {
        assert!(
            form.iter().any(|item| item.aspect == Some(*aspect)),
            "{aspect}"
        );
    }
    let asks = |code: &str, scale| {
        form.iter()
            .any(|item| item.code.as_str() == code && item.scale == scale)
    };
    assert!(asks("t1", SurveyScale::Trust));
    assert!(asks("t2", SurveyScale::Liking));
    let survey = &pack.survey().form;
    assert_eq!(survey.labels.id, ["Tidak", "Kurang", "Ya", "Sangat"]);
    assert_eq!((survey.small_cell, survey.small_cell_sensitive), (5, 10));
}

#[test]
fn money_asked_for_is_good_at_its_low_end() {
    let pack = pack();
    let asked = pack.survey().item("b2").unwrap();
    assert_eq!(asked.good, GoodEnd::Low);
    assert_eq!(
        (0..=5)
            .map(|answer| asked.good_points(answer))
            .collect::<Vec<_>>(),
        [None, Some(4), Some(3), Some(2), Some(1), None]
    );
    let calm = pack.survey().item("b1").unwrap();
    assert_eq!(calm.good_points(4), Some(4));
    let low = |item: &&pengayom_core::pack::SurveyItem| item.good == GoodEnd::Low;
    assert_eq!(pack.survey().items.iter().filter(low).count(), 1);
}

// S28
#[test]
fn each_service_proposes_one_of_the_four_roles_of_the_officer() {
    let pack = pack();
    let names: Vec<&str> = pack
        .officer_roles()
        .iter()
        .map(|r| r.name.get(Lang::Id))
        .collect();
    assert_eq!(names, ["Penegak hukum", "Pelayan", "Pelindung", "Pengayom"]);
    let used: BTreeSet<OfficerRole> = pack.services().iter().map(|s| s.role).collect();
    assert_eq!(used.len(), OfficerRole::ALL.len());
}

// S18
#[test]
fn every_service_has_a_standard_and_danger_is_answered_first() {
    let pack = pack();
    for service in pack.services() {
        let standard = &service.standard;
        assert!(standard.respond_within_minutes > 0);
        let urgent = service.class == ServiceClass::Emergency;
        assert!(
            !urgent || standard.respond_within_minutes <= 10,
            "{}",
            service.code
        );
        // A number of our own says so, and one from a source does not claim to be ours.
        let ours = standard.sourced.source == "our proposal";
        assert_eq!(
            ours,
            standard.sourced.certainty == Certainty::Draft,
            "{}",
            service.code
        );
    }
    let minutes = |code: &str| {
        let service = pack.service(&code.parse().unwrap()).unwrap();
        service.standard.respond_within_minutes
    };
    assert_eq!(minutes("call_110"), 10);
    assert_eq!(minutes("kdrt"), 24 * 60);
    assert_eq!(minutes("lp_b"), 3 * 24 * 60);
}

// S18
#[test]
fn a_standard_taken_from_a_clock_says_the_clocks_number() {
    let pack = pack();
    for service in pack.services() {
        let Some(code) = &service.standard.clock else {
            continue;
        };
        let clock = pack.clock(code.as_str()).unwrap();
        let minutes = match clock.unit {
            ClockUnit::Minutes => clock.values[0],
            ClockUnit::Hours => clock.values[0] * 60,
            ClockUnit::Days => clock.values[0] * 24 * 60,
            other => panic!("{code}: {other:?}"),
        };
        assert_eq!(
            service.standard.respond_within_minutes, minutes,
            "{}",
            service.code
        );
    }
}

// S26
#[test]
fn every_service_says_what_is_promised_and_what_is_not() {
    for service in pack().services() {
        for lang in Lang::ALL {
            assert!(!service.promise.get(lang).is_empty());
            assert!(!service.not_promised.get(lang).is_empty());
        }
    }
}

// S33
#[test]
fn there_are_eight_kinds_of_report_and_one_for_who_does_not_know() {
    let pack = pack();
    let kinds = pack.report_kinds();
    assert_eq!(kinds.len(), 9);
    assert!(kinds.last().unwrap().unknown);
    for kind in kinds {
        assert!(pack.service(&kind.service).is_some());
        assert_eq!(
            kind.steps.first(),
            Some(&ReportStep::Danger),
            "danger is asked first"
        );
        assert_eq!(pack.report_kind_by_slug(&kind.slug), Some(kind));
        assert_eq!(pack.report_kind(&kind.code), Some(kind));
        assert_eq!(
            kind.what.is_empty(),
            !kind.steps.contains(&ReportStep::What)
        );
    }
}

// S33
#[test]
fn something_lost_is_found_among_the_kinds_of_report() {
    let pack = pack();
    let led: Vec<&str> = pack
        .signposts()
        .iter()
        .map(|post| post.service.as_str())
        .collect();
    assert_eq!(led, ["sktlk"]);
    for post in pack.signposts() {
        assert_plain(post.code.as_str(), post.name.get(Lang::Id));
        assert_plain(post.code.as_str(), post.hint.get(Lang::Id));
    }
}

#[test]
fn a_sensitive_kind_says_nothing_in_an_address() {
    let pack = pack();
    let sensitive: Vec<_> = pack
        .report_kinds()
        .iter()
        .filter(|kind| kind.sensitive)
        .collect();
    let codes: Vec<&str> = sensitive.iter().map(|kind| kind.code.as_str()).collect();
    assert_eq!(codes, ["kdrt", "tpks", "abh"]);
    for kind in sensitive {
        assert!(kind.slug.starts_with("bantuan-"), "{}", kind.slug);
        assert!(pack.is_sensitive(&kind.service));
        assert!(!kind.photo);
    }
}

// S46
#[test]
fn distance_strata_cover_every_distance_once() {
    let pack = pack();
    for (metres, code) in [
        (0.0, "dekat"),
        (5_000.0, "dekat"),
        (5_000.1, "sedang"),
        (10_000.0, "sedang"),
        (10_000.1, "jauh"),
        (1.0e7, "jauh"),
    ] {
        let found = pack.distance_strata().of(metres).unwrap();
        assert_eq!(found.as_str(), code, "{metres}");
        assert!(pack.stratum(&code.parse().unwrap()).is_some());
    }
}

#[test]
fn ranks_and_levels_stand_in_their_order() {
    let pack = pack();
    let in_order = |found: Vec<u32>| {
        let last = u32::try_from(found.len()).unwrap();
        assert_eq!(found, (1..=last).collect::<Vec<_>>());
    };
    in_order(pack.ranks().iter().map(|rank| rank.order).collect());
    in_order(pack.unit_levels().iter().map(|level| level.order).collect());
    let bripka = pack.rank(&"bripka".parse().unwrap()).unwrap();
    assert_eq!(bripka.abbr, "Bripka");
}

#[test]
fn what_is_not_found_is_told_to_the_administrator() {
    let pack = pack();
    let unverified: BTreeSet<&str> = pack.unverified().map(|entry| entry.path.as_str()).collect();
    assert!(pack.unverified().count() < pack.sources().len());
    assert!(unverified.contains("service[sidik_jari]"));
    assert!(unverified.contains("service[kdrt].first_hour"));
    assert!(
        unverified.contains("service[skck]"),
        "found, with something still to be checked"
    );
    assert!(!unverified.contains("service[tpks]"));
    let placed = |entry: &pengayom_core::pack::SourcedEntry| {
        entry.line > 0 && !entry.sourced.source.is_empty()
    };
    assert!(pack.sources().iter().all(placed));
    assert!(
        pack.sources()
            .is_sorted_by_key(|entry| (&entry.file, entry.line))
    );
}

/// Most words in one sentence: about what a person who reads slowly keeps in mind. Our choice.
const SENTENCE_WORDS_MAX: usize = 16;

/// Words that put people off or say nothing on a form.
const BANNED: [&str; 5] = ["mohon", "maaf", "valid", "invalid", "wajib"];

fn assert_plain(key: &str, text: &str) {
    let lower = text.to_lowercase();
    let words: BTreeSet<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    for banned in BANNED {
        assert!(!words.contains(banned), "{key}: {banned}");
    }
    for sentence in text.split(['.', '?', '!', ';', ':']) {
        let count = sentence.split_whitespace().count();
        assert!(
            count <= SENTENCE_WORDS_MAX,
            "{key}: {count} words: {sentence}"
        );
    }
}

// S33
#[test]
fn the_words_are_plain_and_short() {
    let pack = pack();
    for (key, text) in pack.words(Lang::Id).iter() {
        assert_plain(key, text);
    }
    let plain = |key: &str, text: &Localized| assert_plain(key, text.get(Lang::Id));
    for service in pack.services() {
        plain(service.code.as_str(), &service.promise);
        plain(service.code.as_str(), &service.not_promised);
    }
    for kind in pack.report_kinds() {
        plain(kind.code.as_str(), &kind.name);
        plain(kind.code.as_str(), &kind.hint);
        for option in &kind.what {
            plain(option.code.as_str(), &option.name);
        }
        for tell in kind.tell.get(Lang::Id) {
            assert_plain(kind.code.as_str(), tell);
        }
    }
    for item in pack.survey().form_items() {
        plain(item.code.as_str(), &item.ask);
    }
    for outcome in pack.close_outcomes() {
        plain(outcome.code.as_str(), &outcome.citizen);
    }
    for reason in pack.late_reasons() {
        plain(reason.code.as_str(), &reason.name);
    }
    for explanation in pack.explanations() {
        plain(explanation.code.as_str(), &explanation.name);
    }
    for template in pack.templates() {
        for line in template.body.get(Lang::Id).lines() {
            assert_plain(template.kind.as_str(), line);
        }
        for field in &template.fields {
            plain(template.kind.as_str(), &field.label);
        }
    }
}

#[test]
fn the_words_of_the_pages_are_there() {
    let pack = pack();
    let text = |lang, key: &str, values: &[(&str, &str)]| pack.words(lang).text(key, values);
    assert_eq!(
        text(Lang::Id, "home.title", &[]),
        "Apa yang bisa kami bantu?"
    );
    assert_eq!(
        text(Lang::En, "home.wait", &[("n", "12"), ("k", "4")]),
        "About 12 minutes, 4 people waiting"
    );
    assert_eq!(text(Lang::Id, "desk.left", &[("n", "18")]), "sisa 18 menit");
    assert_eq!(text(Lang::Id, "no.such_key", &[]), "no.such_key");
}

// S26
#[test]
fn every_service_says_where_else_to_go_and_one_of_its_own_goes_before_that_of_its_class() {
    let pack = pack();
    for service in pack.services() {
        let elsewhere = service.elsewhere.as_ref().unwrap();
        assert!(!elsewhere.say.get(Lang::Id).is_empty(), "{}", service.code);
    }
    let say = |code: &str| {
        let service = pack.services().iter().find(|s| s.code.as_str() == code);
        service
            .unwrap()
            .elsewhere
            .clone()
            .unwrap()
            .say
            .get(Lang::En)
            .join(" ")
    };
    assert!(say("skck").contains("Polda") && !say("skck").contains("Propam"));
    assert!(say("lp_b").contains("Ombudsman"));
    assert_eq!(say("lp_b"), say("tipiring"));
}
