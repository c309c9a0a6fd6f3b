//! Encounters and feedback.

use jiff::ToSpan as _;
use pengayom_core::act::Payload;
use pengayom_core::subject::encounter::EncounterAct;
use pengayom_core::subject::feedback::Answer;
use pengayom_core::value::{EncounterId, FeedbackId};
use pengayom_store::StoreError;
use pengayom_store::rows::{EncounterRow, FeedbackRow};

use crate::Engine;
use crate::made::{at, case, encounter, feedback, hash, id, officer, pati};

/// The row shows officer, service, function, role, place and moment.
// S4
pub async fn an_encounter_row_shows_what_was_recorded(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = encounter(&pati(), 1, 7, 9, at(0));
    append.acts[0].recorded_at = at(86_400);
    store.append(append).await.unwrap();
    let expected = EncounterRow {
        id: EncounterId(id(1)),
        version: 1,
        officer: officer(7),
        person: None,
        capacity: "reporter".to_owned(),
        case: Some(case(1)),
        service: "report_theft".parse().unwrap(),
        function: "service".to_owned(),
        role: "helper".to_owned(),
        force_used: false,
        station: Some("polsek-juwana".parse().unwrap()),
        beat: Some("33.18.10.2013".parse().unwrap()),
        stratum: Some("sedang".to_owned()),
        place_text: Some("dekat pasar".to_owned()),
        happened_at: at(0),
        recorded_at: at(86_400),
        rating_code: hash(9),
        rate_by: at(30 * 86_400),
        simulated: false,
        kept_from: Some(at(0)),
    };
    let row = store.encounter(&pati(), EncounterId(id(1))).await.unwrap();
    assert_eq!(row, Some(expected));
    assert!(
        store
            .encounter(&pati(), EncounterId(id(2)))
            .await
            .unwrap()
            .is_none()
    );
}

/// The code on the card leads to the encounter.
// S5
pub async fn a_rating_code_leads_to_its_encounter(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(encounter(&pati(), 1, 7, 9, at(0)))
        .await
        .unwrap();
    store
        .append(encounter(&pati(), 2, 7, 10, at(0)))
        .await
        .unwrap();
    let found = store.encounter_by_code(&pati(), hash(10)).await.unwrap();
    assert_eq!(found.unwrap().id, EncounterId(id(2)));
    assert!(
        store
            .encounter_by_code(&pati(), hash(11))
            .await
            .unwrap()
            .is_none()
    );
}

/// A code is given to one encounter only.
pub async fn a_rating_code_belongs_to_one_encounter(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(encounter(&pati(), 1, 7, 9, at(0)))
        .await
        .unwrap();
    let taken = |result: Result<_, StoreError>| {
        matches!(
            result,
            Err(StoreError::Taken {
                what: "rating code"
            })
        )
    };
    assert!(taken(
        store.append(encounter(&pati(), 2, 7, 9, at(0))).await
    ));
    let both = store
        .append_many(vec![
            encounter(&pati(), 3, 7, 10, at(0)),
            encounter(&pati(), 4, 7, 10, at(0)),
        ])
        .await
        .unwrap();
    let [first, second] = <[_; 2]>::try_from(both).unwrap();
    assert!(first.is_ok());
    assert!(taken(second));
    assert!(
        store
            .encounter(&pati(), EncounterId(id(2)))
            .await
            .unwrap()
            .is_none()
    );
}

/// An officer's encounters, and those about a case, come newest first.
pub async fn encounters_are_listed_newest_first(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, by, seconds) in [(1, 7, 10), (2, 7, 30), (3, 8, 40), (4, 7, 20)] {
        let code = u8::try_from(n).unwrap();
        let mut append = encounter(&pati(), n, by, code, at(seconds));
        if let Payload::Encounter(EncounterAct::EncounterRecorded(recorded)) =
            &mut append.acts[0].payload
        {
            recorded.case = (n != 4).then(|| case(50));
        }
        store.append(append).await.unwrap();
    }
    let numbers = |rows: Vec<EncounterRow>| -> Vec<u128> {
        rows.iter().map(|row| row.id.0.as_u128()).collect()
    };
    let of_officer = store
        .encounters_of_officer(&pati(), officer(7), 100)
        .await
        .unwrap();
    assert_eq!(numbers(of_officer), [2, 4, 1]);
    let two = store
        .encounters_of_officer(&pati(), officer(7), 2)
        .await
        .unwrap();
    assert_eq!(numbers(two), [2, 4]);
    let of_case = store.encounters_of_case(&pati(), case(50)).await.unwrap();
    assert_eq!(numbers(of_case), [3, 2, 1]);
    assert!(
        store
            .encounters_of_case(&pati(), case(51))
            .await
            .unwrap()
            .is_empty()
    );
}

/// A judgement shows service, place and day, and neither person nor officer.
// S5
pub async fn a_feedback_row_names_nobody(engine: &impl Engine) {
    let store = engine.open().await;
    let answers = [("polite", Answer::Very), ("explained", Answer::Unknown)];
    let append = feedback(&pati(), 1, at(0), &answers, Some("terima kasih"));
    store.append(append).await.unwrap();
    let expected = FeedbackRow {
        id: FeedbackId(id(1)),
        judged: "encounter".to_owned(),
        service: "report_theft".parse().unwrap(),
        station: Some("polsek-juwana".parse().unwrap()),
        beat: Some("33.18.10.2013".parse().unwrap()),
        served_on: "2026-11-24".parse().unwrap(),
        given_at: at(5400),
        answers: "{\"explained\":0,\"polite\":4}".to_owned(),
        message: Some("terima kasih".to_owned()),
        simulated: false,
        kept_from: Some(at(5400)),
    };
    let row = store.feedback(&pati(), FeedbackId(id(1))).await.unwrap();
    assert_eq!(row, Some(expected));
    assert!(
        store
            .feedback(&pati(), FeedbackId(id(2)))
            .await
            .unwrap()
            .is_none()
    );
}

/// Written messages come newest first; judgements without one are not among them.
pub async fn feedback_with_a_message_is_listed_newest_first(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, seconds, message) in [
        (1, 10, Some("satu")),
        (2, 30, Some("dua")),
        (3, 40, None),
        (4, 20, Some("tiga")),
    ] {
        let append = feedback(&pati(), n, at(seconds), &[("polite", Answer::Yes)], message);
        store.append(append).await.unwrap();
    }
    let messages = store.feedback_messages(&pati(), 100).await.unwrap();
    let texts: Vec<_> = messages
        .iter()
        .map(|row| row.message.as_deref().unwrap())
        .collect();
    assert_eq!(texts, ["dua", "tiga", "satu"]);
    assert_eq!(store.feedback_messages(&pati(), 1).await.unwrap().len(), 1);
}

/// Judgements of some days are counted whole; of their answers the latest are read.
// S5
pub async fn judgements_of_some_days_are_counted_and_the_latest_read(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, day) in [(1, 0), (2, 2), (3, 1), (4, 3)] {
        let served = at(day * 86_400);
        let append = feedback(
            &pati(),
            n,
            served,
            &[("polite", Answer::Yes)],
            Some("terima kasih"),
        );
        store.append(append).await.unwrap();
    }
    let day = |n: i64| jiff::civil::date(2026, 11, 24).saturating_add(n.days());
    let read = async |from: i64, to: i64, limit: u32| {
        let sheets = store
            .survey_sheets(&pati(), day(from), day(to), limit)
            .await
            .unwrap();
        let days: Vec<_> = sheets.latest.iter().map(|sheet| sheet.served_on).collect();
        (sheets.total, days)
    };
    assert_eq!(read(0, 3, 2).await, (4, vec![day(3), day(2)]));
    assert_eq!(read(1, 2, 10).await, (2, vec![day(2), day(1)]));
    assert_eq!(read(4, 9, 10).await, (0, vec![]));
    let sheets = store
        .survey_sheets(&pati(), day(3), day(3), 1)
        .await
        .unwrap();
    let sheet = sheets.latest.first().unwrap();
    assert_eq!(sheet.answers, "{\"polite\":3}");
    assert_eq!(sheet.judged, "encounter");
    assert_eq!(sheet.station, Some("polsek-juwana".parse().unwrap()));
}
