//! S18, S40: progress notices are drafted, checked and sent by a person, and never late without a reason.

use super::steps::Stepped;
use super::*;

pub(super) fn draft(stage: &str, due: i64) -> CaseCommand {
    CaseCommand::DraftProgress {
        stage: stage.to_owned(),
        due_at: minute(due),
        text: "sedang diteliti".to_owned(),
    }
}

pub(super) fn send(text: &str) -> CaseCommand {
    CaseCommand::SendProgress {
        text: text.to_owned(),
    }
}

pub(super) fn explain() -> CaseCommand {
    CaseCommand::ExplainProgressDelay {
        reason: "flooded_road".to_owned(),
        text: "banjir".to_owned(),
    }
}

fn program() -> Actor {
    Actor::Program {
        job: "news.draft".to_owned(),
    }
}

fn drafted(due: i64, actor: Actor) -> Vec<(i64, Actor, CaseAct)> {
    let mut acts = received();
    acts.push((
        10,
        actor,
        CaseAct::ProgressDrafted {
            stage: "a1".to_owned(),
            due_at: minute(due),
            text: "sedang diteliti".to_owned(),
        },
    ));
    acts
}

// S40
#[test]
fn a_notice_that_was_drafted_is_sent_by_a_person_who_may_mend_it() {
    let method = Stepped::new();
    let written = given(received())
        .by(program())
        .when_by(&method, draft("a1", 600))
        .unwrap();
    assert_eq!(written[0].kind(), "case.progress_drafted");
    let given = given(drafted(600, program()));
    assert_eq!(
        given.when_by(&method, draft("a1", 600)),
        Ok(Vec::new()),
        "drafted once"
    );
    let sent = given.when_by(&method, send("saksi dipanggil")).unwrap();
    let CaseAct::ProgressSent {
        stage,
        due_at,
        text,
    } = &sent[0]
    else {
        panic!("{sent:?}")
    };
    assert_eq!(
        (stage.as_str(), *due_at, text.as_str()),
        ("a1", minute(600), "saksi dipanggil")
    );
    // The program never sends by itself, and nothing is sent that was not drafted.
    let by_program = super::given(drafted(600, program())).by(program());
    assert_eq!(
        by_program.when_by(&method, send("x")),
        Err(CaseRefusal::StaffOnly)
    );
    let none = super::given(received());
    assert_eq!(none.when_by(&method, send("x")), Err(CaseRefusal::NoDraft));
    let mut acts = drafted(600, program());
    acts.push((40, by(1), sent[0].clone()));
    let case = super::given(acts).state().unwrap();
    assert_eq!((case.news.sent.len(), case.news.draft), (1, None));
    assert!(case.response.is_some(), "it is a word to the reporter");
}

// S18
#[test]
fn an_overdue_notice_is_neither_sent_nor_the_case_closed_without_a_reason() {
    let method = Stepped::new().unbound();
    let late = || given(drafted(30, program()));
    let due = minute(30);
    let refused = Err(CaseRefusal::NewsLateWithoutReason { due });
    assert_eq!(late().when_by(&method, send("sedang diteliti")), refused);
    assert_eq!(late().when_by(&method, close("helped", "selesai")), refused);
    // Dated back it is late all the same.
    let back = late().told(told_later(20));
    assert_eq!(back.when_by(&method, send("sedang diteliti")), refused);
    assert!(
        late()
            .by(import())
            .when_by(&method, close("helped", "selesai"))
            .is_ok()
    );
    let said = late().when_by(&method, explain()).unwrap();
    let mut acts = drafted(30, program());
    acts.push((41, by(1), said[0].clone()));
    let explained = given(acts.clone()).at(42);
    assert!(
        explained
            .when_by(&method, close("helped", "selesai"))
            .is_ok()
    );
    let sent = explained.when_by(&method, send("sedang diteliti")).unwrap();
    acts.push((42, by(1), sent[0].clone()));
    let case = given(acts).state().unwrap();
    let kept = &case.news.sent[0];
    assert!(kept.is_late());
    assert_eq!(kept.late_reason.as_deref(), Some("flooded_road"));
    assert_eq!(
        given(drafted(600, program())).when_by(&method, explain()),
        Err(CaseRefusal::NotLate)
    );
}

// S40
#[test]
fn where_the_pack_says_so_nobody_sends_what_they_wrote() {
    let method = Stepped::new().by_second_person();
    let own = given(drafted(600, by(1)));
    assert_eq!(
        own.when_by(&method, send("sedang diteliti")),
        Err(CaseRefusal::OwnDraft)
    );
    let other = given(drafted(600, by(2)));
    assert!(other.when_by(&method, send("sedang diteliti")).is_ok());
    assert_eq!(
        other.when_by(&method, send("kata saya sendiri")),
        Err(CaseRefusal::OwnDraft),
        "whoever changes a text wrote it"
    );
    assert!(
        given(drafted(600, program()))
            .when_by(&method, send("sedang diteliti"))
            .is_ok()
    );
}

#[test]
fn a_reason_for_lateness_stands_when_the_notice_is_written_anew_and_goes_with_the_case_s_end() {
    let mut acts = drafted(30, program());
    acts.push((
        40,
        by(1),
        CaseAct::ProgressDelayExplained {
            due_at: minute(30),
            reason: "flooded_road".to_owned(),
            text: String::new(),
        },
    ));
    acts.push((
        41,
        by(1),
        CaseAct::ProgressDrafted {
            stage: "a1".to_owned(),
            due_at: minute(30),
            text: "baru".to_owned(),
        },
    ));
    let case = given(acts.clone()).state().unwrap();
    assert_eq!(case.news.overdue_without_reason(minute(50)), None);
    assert_eq!(case.news.draft.as_ref().unwrap().text, "baru");
    acts.push((
        42,
        by(1),
        CaseAct::CaseClosed {
            outcome: "helped".to_owned(),
            reason: "selesai".to_owned(),
            keep_months: None,
        },
    ));
    assert_eq!(given(acts).state().unwrap().news.draft, None);
}

#[test]
fn a_difficulty_is_set_once_with_a_reason() {
    let method = Stepped::new();
    let set = |difficulty: &str, reason: &str| CaseCommand::SetDifficulty {
        difficulty: difficulty.to_owned(),
        reason: reason.to_owned(),
    };
    let given = given(received());
    assert!(given.when_by(&method, set("hard", "")).is_err());
    assert!(given.when_by(&method, set("easy", "x")).is_err());
    let acts = given.when_by(&method, set("hard", "saksi jauh")).unwrap();
    assert_eq!(acts[0].kind(), "case.difficulty_set");
}
