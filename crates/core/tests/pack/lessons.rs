//! Skills, lessons and things that cannot be used are refused where they stand (S7, S34, S35).

use pengayom_core::pack::{PackFault, PackRule};

use crate::faults::{broken, faults, one_fault};

#[test]
fn a_lesson_without_a_question_or_of_two_screens_is_refused() {
    let (mut files, _) = broken("lessons.toml", "berkas_digital", "berkas_digital");
    let text = files.get_mut("lessons.toml").unwrap();
    let at = text.rfind("[[lesson.question]]").unwrap();
    text.truncate(at);
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].key, "lesson[berkas_digital].question");
    assert_eq!(found[0].fault, PackFault::MissingKey);

    let (mut files, _) = broken("lessons.toml", "berkas_digital", "berkas_digital");
    let text = files.get_mut("lessons.toml").unwrap();
    let begin = text.rfind("id = \"berkas_digital\"").unwrap();
    let screens: Vec<usize> = text[begin..]
        .match_indices("[[lesson.screen]]")
        .map(|(at, _)| begin + at)
        .collect();
    let question = begin + text[begin..].find("[[lesson.question]]").unwrap();
    text.replace_range(screens[2]..question, "");
    let found = faults(&files);
    assert_eq!(
        found[0].fault,
        PackFault::WrongCount {
            min: 3,
            max: 8,
            found: 2
        },
        "{found:#?}"
    );
}

#[test]
fn a_lesson_longer_than_its_minutes_is_refused() {
    let long = format!("text_id = [\n  \"{0}\",\n  \"{0}\",", "kata ".repeat(390));
    let rule = PackFault::RuleBroken {
        rule: PackRule::LessonTooLong,
    };
    let (files, _) = broken("lessons.toml", "text_id = [", &long);
    // The two lists have not the same length any more either.
    let found = faults(&files);
    assert!(found.iter().any(|error| error.fault == rule), "{found:#?}");
    let error = one_fault("lessons.toml", "minutes = 4", "minutes = 6", 0);
    assert!(matches!(error.fault, PackFault::OutOfRange { .. }));
}

#[test]
fn a_right_answer_that_is_no_choice_is_refused() {
    let error = one_fault("lessons.toml", "right = 1", "right = 4", 0);
    assert_eq!(
        error.fault,
        PackFault::RuleBroken {
            rule: PackRule::RightAnswer
        }
    );
}

#[test]
fn a_skill_a_thing_and_a_lesson_are_of_services_that_there_are() {
    for (file, from, to) in [
        (
            "skills.toml",
            "services = [\"laka\", \"tilang\"]",
            "services = [\"lakka\", \"tilang\"]",
        ),
        (
            "things.toml",
            "services = [\"sambang\", \"patroli\"]",
            "services = [\"sambang\", \"patrolli\"]",
        ),
        (
            "lessons.toml",
            "services = [\"kdrt\", \"tpks\"]",
            "services = [\"kdrt\", \"tpkss\"]",
        ),
    ] {
        let error = one_fault(file, from, to, 0);
        assert!(
            matches!(error.fault, PackFault::DanglingReference { .. }),
            "{file}"
        );
    }
}

#[test]
fn what_is_needed_says_how_many_once_a_level() {
    let rule = |rule| PackFault::RuleBroken { rule };
    let (files, _) = broken(
        "things.toml",
        "[[thing.need]]\nservices = [\"sambang\", \"patroli\"]\neffect = \"hampers\"\n",
        "",
    );
    let found = faults(&files);
    assert_eq!(
        found[0].fault,
        rule(PackRule::NeedWithMinimum),
        "{found:#?}"
    );
    let (files, _) = broken(
        "things.toml",
        "services = [\"patroli\", \"gangguan\", \"kawal\", \"laka\"]",
        "services = [\"call_110\", \"gangguan\", \"kawal\", \"laka\"]",
    );
    let found = faults(&files);
    assert_eq!(found[0].fault, rule(PackRule::NeedOnce), "{found:#?}");
}

#[test]
fn two_of_one_code_are_refused() {
    for (file, id) in [
        ("skills.toml", "ppa"),
        ("things.toml", "rpk"),
        ("lessons.toml", "hak_anak"),
    ] {
        let text = crate::support::files().remove(file).unwrap();
        let other = text
            .match_indices("\nid = \"")
            .map(|(at, _)| text[at + 7..].split('"').next().unwrap().to_owned())
            .find(|other| other != id)
            .unwrap();
        let (files, _) = broken(
            file,
            &format!("id = \"{other}\""),
            &format!("id = \"{id}\""),
        );
        let found = faults(&files);
        let doubled = found
            .iter()
            .any(|error| matches!(error.fault, PackFault::DuplicateId { .. }));
        assert!(doubled, "{file}: {found:#?}");
    }
}
