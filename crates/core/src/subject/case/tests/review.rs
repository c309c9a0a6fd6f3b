//! S40: the reporter asks for an explanation or a second look, and somebody else answers.

use super::*;

const DAY: i64 = 24 * 60;

fn ask(review: ReviewKind) -> CaseCommand {
    CaseCommand::AskReview {
        review,
        text: String::new(),
    }
}

fn answer(review: ReviewKind) -> CaseCommand {
    CaseCommand::AnswerReview {
        review,
        text: "sudah diperiksa".to_owned(),
    }
}

fn asked(at: i64, review: ReviewKind) -> (i64, Actor, CaseAct) {
    let text = String::new();
    (at, Actor::Citizen, CaseAct::ReviewAsked { review, text })
}

fn answered(at: i64, review: ReviewKind) -> (i64, Actor, CaseAct) {
    let text = "sudah diperiksa".to_owned();
    (at, by(9), CaseAct::ReviewAnswered { review, text })
}

/// What the reporter gets at a minute.
fn reporter(
    acts: Vec<(i64, Actor, CaseAct)>,
    at: i64,
    review: ReviewKind,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    given(acts).by(Actor::Citizen).at(at).when(ask(review))
}

#[test]
fn an_explanation_is_owed_once_a_promise_is_past() {
    let kind = ReviewKind::Explanation;
    assert_eq!(
        reporter(received(), 60, kind),
        Err(CaseRefusal::NothingToExplain)
    );
    assert!(reporter(received(), 61, kind).is_ok());
}

#[test]
fn an_explanation_is_owed_once_news_is_overdue() {
    let kind = ReviewKind::Explanation;
    let mut acts = received();
    let text = "kami cari".to_owned();
    let next_news_by = Some(minute(200));
    acts.push((20, by(1), CaseAct::ReporterAnswered { text, next_news_by }));
    assert_eq!(
        reporter(acts.clone(), 200, kind),
        Err(CaseRefusal::NothingToExplain)
    );
    assert!(reporter(acts, 201, kind).is_ok());
}

#[test]
fn a_second_look_needs_something_decided() {
    let kind = ReviewKind::SecondLook;
    assert_eq!(
        reporter(received(), 40, kind),
        Err(CaseRefusal::NothingDecided)
    );
    assert!(reporter(read(), 40, kind).is_ok());
    assert!(reporter(closed(), 40, kind).is_ok());
}

#[test]
fn both_end_some_days_after_the_closing() {
    let last = 30 + REVIEW_WITHIN_DAYS * DAY;
    for kind in ReviewKind::ALL {
        let mut acts = closed();
        acts[0].2 = filed("lost_item", Some(5));
        assert!(reporter(acts.clone(), last, kind).is_ok(), "{kind:?}");
        let limit_days = REVIEW_WITHIN_DAYS;
        assert_eq!(
            reporter(acts, last + 1, kind),
            Err(CaseRefusal::AskedTooLate { limit_days })
        );
    }
}

#[test]
fn one_of_each_kind_is_open_at_a_time_and_few_in_all() {
    let kind = ReviewKind::SecondLook;
    let mut acts = read();
    for n in 0..i64::from(REVIEWS_MAX) {
        assert!(reporter(acts.clone(), 40 + n * 10, kind).is_ok());
        acts.push(asked(40 + n * 10, kind));
        let again = reporter(acts.clone(), 41 + n * 10, kind);
        assert_eq!(again, Err(CaseRefusal::AlreadyAsked));
        // The other kind is not in the way.
        assert!(reporter(acts.clone(), 70 + n * 10, ReviewKind::Explanation).is_ok());
        acts.push(answered(45 + n * 10, kind));
    }
    let limit = REVIEWS_MAX;
    assert_eq!(
        reporter(acts, 100, kind),
        Err(CaseRefusal::TooManyReviews { limit })
    );
}

#[test]
fn only_the_reporter_asks_and_only_staff_answers() {
    let kind = ReviewKind::SecondLook;
    assert_eq!(
        given(read()).when(ask(kind)),
        Err(CaseRefusal::ReporterOnly)
    );
    let mut acts = read();
    acts.push(asked(20, kind));
    let refused = given(acts).by(Actor::Citizen).when(answer(kind));
    assert_eq!(refused, Err(CaseRefusal::StaffOnly));
}

#[test]
fn who_handles_or_decided_a_case_does_not_answer_for_it() {
    // S40
    // Assessed by 1, taken by 2, handled by 3, closed by 3; 4 has nothing to do with it.
    let kind = ReviewKind::SecondLook;
    let mut acts = closed();
    acts.push(asked(35, kind));
    for officer in [1, 2, 3] {
        let refused = given(acts.clone()).by(by(officer)).when(answer(kind));
        assert_eq!(refused, Err(CaseRefusal::OwnDecision), "{officer}");
    }
    let acts = given(acts).by(by(4)).when(answer(kind));
    assert_eq!(acts, Ok(vec![answered(0, kind).2]));
}

#[test]
fn an_answer_needs_a_question_and_ends_it() {
    let kind = ReviewKind::Explanation;
    let refused = given(read()).by(by(9)).when(answer(kind));
    assert_eq!(refused, Err(CaseRefusal::NothingAsked));
    let mut acts = read();
    acts.push(asked(70, kind));
    let open = |acts: &[(i64, Actor, CaseAct)]| {
        let case = given(acts.to_vec()).state();
        case.and_then(|case| case.reviews.open_since())
    };
    assert_eq!(open(&acts), Some(minute(70)));
    acts.push(answered(80, kind));
    assert_eq!(open(&acts), None);
}

#[test]
fn stored_kinds_read_back() {
    for kind in ReviewKind::ALL {
        assert_eq!(ReviewKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(ReviewKind::parse("x"), None);
}
