//! Things the rules are tried on, the same on every run.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{ActPlace, Actor, Payload, Subject};
use pengayom_core::place::Point;
use pengayom_core::subject::case::{CaseAct, RequestFiled};
use pengayom_core::subject::encounter::{EncounterAct, EncounterRecorded};
use pengayom_core::subject::feedback::{Answer, FeedbackAct, FeedbackGiven, Judged};
use pengayom_core::value::{
    ActId, CaseId, CaseSeries, CommandId, EncounterId, FeedbackId, OfficerId, SecretHash, UnitId,
};
use pengayom_store::proof::Seed;
use pengayom_store::{
    Append, Appended, CommandFingerprint, CommandRecord, NewAct, Store, StoreError, views,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The unit most rules are tried on.
pub fn pati() -> UnitId {
    "polres-pati".parse().unwrap()
}

/// Another unit in the same store.
pub fn rembang() -> UnitId {
    "polres-rembang".parse().unwrap()
}

/// So many seconds after the morning the rules are tried on, 24 November 2026, 09:00 in Pati.
pub fn at(seconds: i64) -> Timestamp {
    let morning: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
    morning + SignedDuration::from_secs(seconds)
}

/// An identifier for a number.
pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// The case of a number.
pub fn case(n: u128) -> CaseId {
    CaseId(id(n))
}

/// The officer of a number.
pub fn officer(n: u128) -> OfficerId {
    OfficerId(id(n))
}

/// A keyed hash.
pub fn hash(n: u8) -> SecretHash {
    SecretHash([n; 32])
}

/// A command of a number, asking for what a fingerprint says.
pub fn command(n: u128, fingerprint: u8) -> Option<CommandRecord> {
    let mut keyed = [fingerprint; 40];
    // All under the same key.
    for byte in keyed.iter_mut().take(CommandFingerprint::KEY_BYTES) {
        *byte = 0;
    }
    Some(CommandRecord {
        id: CommandId(id(n)),
        fingerprint: CommandFingerprint {
            keyed,
            plain: [fingerprint; 32],
        },
    })
}

/// The series of Pati's cases in November 2026.
pub fn series() -> CaseSeries {
    CaseSeries {
        prefix: "PTI".to_owned(),
        year: 26,
        month: 11,
    }
}

/// A place in a beat of a station, with a point.
pub fn place(station: &str, beat: &str, stratum: &str) -> ActPlace {
    let point: Point = read(json!({"lat": -6.748_809, "lng": 111.038_659}));
    read(json!({
        "station": station, "beat": beat, "stratum": stratum,
        "point": point, "text": "dekat pasar", "rule": "beat",
    }))
}

/// What is filed unless a rule needs something else: a report with a promise of an hour.
pub fn request() -> RequestFiled {
    request_due(Some(at(3600)))
}

/// A report with this promise.
pub fn request_due(respond_by: Option<Timestamp>) -> RequestFiled {
    read(json!({
        "service": "report_theft", "channel": "web", "description": "Sepeda motor hilang",
        "pack_version": "1", "respond_by": respond_by,
    }))
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// A fact about a case.
pub fn act(happened_at: Timestamp, payload: CaseAct) -> NewAct {
    new_act(happened_at, Payload::Case(payload))
}

fn new_act(happened_at: Timestamp, payload: Payload) -> NewAct {
    NewAct {
        id: ActId(id(happened_at.as_microsecond().unsigned_abs().into())),
        actor: Actor::Officer { id: officer(1) },
        happened_at,
        recorded_at: happened_at,
        place: None,
        payload,
        seed: Some(Seed(seed(happened_at))),
    }
}

/// Bytes that differ from act to act.
fn seed(at: Timestamp) -> [u8; 32] {
    let mut seed = [7; 32];
    seed[..16].copy_from_slice(&at.as_nanosecond().to_le_bytes());
    seed
}

/// A filing, numbered by the store.
pub fn filing(unit: &UnitId, n: u128, filed_at: Timestamp, request: RequestFiled) -> Append {
    let mut act = act(filed_at, CaseAct::RequestFiled(request));
    act.actor = Actor::Citizen;
    act.place = Some(place("polsek-juwana", "33.18.10.2013", "sedang"));
    let mut append = Append::new(unit.clone(), Subject::Case(case(n)), None, vec![act]);
    append.series = Some(series());
    append
}

/// An append of acts to what the record knows of a case.
pub async fn next(store: &dyn Store, unit: &UnitId, n: u128, acts: Vec<NewAct>) -> Append {
    let subject = Subject::Case(case(n));
    let known = store.acts(unit, subject).await.unwrap();
    Append::new(unit.clone(), subject, views::fold(&known), acts)
}

/// Appends one act to a case.
pub async fn follow(
    store: &dyn Store,
    unit: &UnitId,
    n: u128,
    happened_at: Timestamp,
    payload: CaseAct,
) -> Appended {
    let append = next(store, unit, n, vec![act(happened_at, payload)]).await;
    store.append(append).await.unwrap()
}

/// An officer takes a case.
pub fn taken(by: u128) -> CaseAct {
    CaseAct::CaseTaken { by: officer(by) }
}

/// An officer answers the reporter.
pub fn answered(text: &str) -> CaseAct {
    CaseAct::ReporterAnswered {
        text: text.to_owned(),
        next_news_by: None,
    }
}

/// A case is closed.
pub fn closed() -> CaseAct {
    CaseAct::CaseClosed {
        outcome: "resolved".to_owned(),
        reason: "selesai".to_owned(),
        keep_months: None,
    }
}

/// An assessment that decides for another service, with another promise.
pub fn assessed(service: &str, respond_by: Option<Timestamp>) -> CaseAct {
    read(json!({
        "act": "case_assessed", "service": service, "reason": "keliru", "respond_by": respond_by,
    }))
}

/// An encounter of an officer, with a rating code.
pub fn encounter(unit: &UnitId, n: u128, by: u128, code: u8, happened_at: Timestamp) -> Append {
    let recorded: EncounterRecorded = read(json!({
        "officer": officer(by), "capacity": "reporter", "case": case(n),
        "service": "report_theft", "function": "service", "role": "helper",
        "rating_code": hash(code), "rate_by": at(30 * 86_400), "pack_version": "1",
    }));
    let mut act = new_act(
        happened_at,
        Payload::Encounter(EncounterAct::EncounterRecorded(recorded)),
    );
    act.place = Some(place("polsek-juwana", "33.18.10.2013", "sedang"));
    let subject = Subject::Encounter(EncounterId(id(n)));
    Append::new(unit.clone(), subject, None, vec![act])
}

/// A judgement of an encounter by answers to items.
pub fn feedback(
    unit: &UnitId,
    n: u128,
    served_at: Timestamp,
    answers: &[(&str, Answer)],
    message: Option<&str>,
) -> Append {
    let given = FeedbackGiven {
        judged: Judged::Encounter,
        service: read(json!("report_theft")),
        served_at,
        answers: answers
            .iter()
            .map(|(item, answer)| ((*item).to_owned(), *answer))
            .collect(),
        message: message.map(str::to_owned),
        pack_version: "1".to_owned(),
        simulated: false,
    };
    let mut act = new_act(
        served_at + SignedDuration::from_mins(90),
        Payload::Feedback(FeedbackAct::FeedbackGiven(given)),
    );
    act.actor = Actor::Citizen;
    act.place = Some(place("polsek-juwana", "33.18.10.2013", "sedang"));
    let subject = Subject::Feedback(FeedbackId(id(n)));
    Append::new(unit.clone(), subject, None, vec![act])
}

/// Whether an append was refused as stale, with these versions.
pub fn is_stale(result: &Result<Appended, StoreError>, was: u32, is: u32) -> bool {
    matches!(result, Err(StoreError::Stale { expected, found }) if *expected == was && *found == is)
}

/// A span that holds everything the rules file.
pub fn all_time() -> pengayom_store::Span {
    pengayom_store::Span {
        from: at(-400 * 86_400),
        to: at(400 * 86_400),
    }
}
