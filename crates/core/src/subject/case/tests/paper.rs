//! What was written on paper: from when its writer waits, and what is kept of the paper.

use super::*;
use crate::value::FormNumber;

fn on_paper(written_minute: Option<i64>) -> (CaseCommand, String) {
    let number = FormNumber::new(7, 7);
    let mut command = file_request();
    if let CaseCommand::FileRequest { channel, paper, .. } = &mut command {
        *channel = Channel::Paper;
        *paper = Some(Paper {
            form: Some(number),
            written_at: written_minute.map(minute),
        });
    }
    (command, number.plain())
}

/// Handed in at minute 0 and entered some minutes later.
fn entered_after(minutes: i64) -> Moment {
    Moment {
        happened_at: minute(0),
        recorded_at: minute(minutes),
    }
}

fn filed_from(acts: &[CaseAct]) -> &RequestFiled {
    match acts {
        [CaseAct::RequestFiled(filed)] => filed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_wrote_on_paper_waits_from_the_moment_it_was_handed_in() {
    // S18
    let (command, number) = on_paper(Some(-600));
    let acts = given([]).told(entered_after(120)).when(command).unwrap();
    let filed = filed_from(&acts);
    assert_eq!(filed.respond_by, Some(minute(60)));
    assert_eq!(filed.form, Some(number));
    assert_eq!(filed.written_at, Some(minute(-600)));
}

#[test]
fn paper_is_handed_in_after_it_was_written_and_not_long_ago() {
    // S18
    let (command, _) = on_paper(Some(1));
    let refused = given([]).told(entered_after(120)).when(command);
    assert_eq!(
        refused,
        Err(CaseRefusal::BeforeWhatItFollows {
            at: minute(0),
            after: minute(1)
        })
    );
    let limit = ENTER_WITHIN_DAYS * 24 * 60;
    let (command, _) = on_paper(None);
    let at_limit = given([]).told(entered_after(limit)).when(command.clone());
    assert!(at_limit.is_ok());
    let refused = given([]).told(entered_after(limit + 1)).when(command);
    assert_eq!(
        refused,
        Err(CaseRefusal::ToldTooLate {
            at: minute(0),
            limit_days: ENTER_WITHIN_DAYS
        })
    );
}

#[test]
fn what_did_not_come_on_paper_keeps_nothing_of_a_paper() {
    let (mut command, _) = on_paper(Some(-600));
    if let CaseCommand::FileRequest { channel, .. } = &mut command {
        *channel = Channel::Desk;
    }
    let acts = given([]).at(0).when(command).unwrap();
    let filed = filed_from(&acts);
    assert_eq!((&filed.form, filed.written_at), (&None, None));
}
