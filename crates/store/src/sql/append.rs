//! Appends of one transaction: what is known is read for all of them together, each is judged in
//! order as if it were alone, and the rows of those accepted are written together.

mod known;
mod rollups;
mod rows;

use std::collections::HashMap;

use pengayom_core::act::{Act, Payload, Subject};
use pengayom_core::subject::case::CaseAct;
use pengayom_core::subject::encounter::EncounterAct;
use pengayom_core::subject::visit::VisitAct;
use pengayom_core::value::{CaseNumber, SecretHash, UnitId};

use self::known::{First, FirstPlace, Known};
use self::rows::Rows;
use super::map;
use super::read;
use crate::error::StoreError;
use crate::proof::StoredAct;
use crate::sql::engine::Connection;
use crate::views::{self, State};
use crate::write::{Append, Appended, NewAct};

/// Carries appends out and says what each came to. An error means that nothing can be kept.
pub(super) async fn apply(
    connection: &mut Connection,
    appends: &[&Append],
) -> Result<Vec<Result<Appended, StoreError>>, StoreError> {
    if appends.is_empty() {
        return Ok(Vec::new());
    }
    let mut by_unit: HashMap<&UnitId, Vec<&Append>> = HashMap::new();
    for append in appends {
        by_unit.entry(&append.unit).or_default().push(append);
    }
    let mut known = HashMap::with_capacity(by_unit.len());
    for (unit, asked) in by_unit {
        known.insert(unit, Known::load(connection, unit, &asked).await?);
    }
    let mut rows = Rows::default();
    let mut outcomes: Vec<Result<Outcome, StoreError>> = Vec::with_capacity(appends.len());
    for (at, append) in appends.iter().enumerate() {
        let outcome = match known.get_mut(&append.unit) {
            Some(known) => judge(append, at, known, &mut rows)?,
            None => Err(StoreError::Engine("unit of an append not loaded".into())),
        };
        outcomes.push(outcome);
    }
    for (unit, known) in &known {
        rows.add_numbers(unit, known);
    }
    rows.write(connection).await?;
    answers(connection, appends, outcomes, rows.into_stored()).await
}

/// What an append came to.
enum Outcome {
    /// Recorded now.
    Recorded(Appended),
    /// Recorded before.
    Repeated(First),
}

/// Judges one append, and adds its rows when it is accepted. The outer error spoils all.
fn judge<'a>(
    append: &'a Append,
    at: usize,
    known: &mut Known,
    rows: &mut Rows<'a>,
) -> Result<Result<Outcome, StoreError>, StoreError> {
    if let Some(command) = &append.command
        && let Some(first) = known.commands.get(&command.id)
    {
        return Ok(if command.fingerprint.is_of(&first.fingerprint) {
            Ok(Outcome::Repeated(first.first))
        } else {
            Err(StoreError::CommandReused)
        });
    }
    if let Some(key) = &append.source_key
        && let Some(first) = known.source_keys.get(key)
    {
        return Ok(Ok(Outcome::Repeated(*first)));
    }
    if let Err(refusal) = may_be_recorded(append, known) {
        return Ok(Err(refusal));
    }
    let appended = record(append, known);
    known.remember(append, &appended, at);
    let before = known.states.remove(&append.subject);
    let before = before.as_ref().or(append.before.as_ref());
    let changes = views::changes(before, &appended.acts, &known.zone);
    if known.touched_again(append.subject) {
        let state = appended.acts.iter().fold(before.cloned(), views::evolve);
        if let Some(state) = state {
            known.states.insert(append.subject, state);
        }
    }
    rows.add(append, &appended, changes)?;
    Ok(Ok(Outcome::Recorded(appended)))
}

/// Whether nothing stands in the way of an append that is no repetition.
fn may_be_recorded(append: &Append, known: &Known) -> Result<(), StoreError> {
    if append.acts.is_empty() {
        return Err(StoreError::Missing { what: "act" });
    }
    let fits = |act: &NewAct| match append.subject {
        Subject::Case(_) => matches!(act.payload, Payload::Case(_)),
        Subject::Encounter(_) => matches!(act.payload, Payload::Encounter(_)),
        Subject::Feedback(_) => matches!(act.payload, Payload::Feedback(_)),
        Subject::Visit(_) => matches!(act.payload, Payload::Visit(_)),
        Subject::Outage(_) => matches!(act.payload, Payload::Outage(_)),
        Subject::Thing(_) => matches!(act.payload, Payload::Thing(_)),
        Subject::Officer(_) => matches!(act.payload, Payload::Officer(_)),
        Subject::Unit => matches!(act.payload, Payload::Unit(_)),
    };
    if !append.acts.iter().all(fits) {
        return Err(map::damaged(
            "append",
            "an act is about another kind of subject",
        ));
    }
    let expected = append.expected_version();
    let found = known.versions.get(&append.subject).copied().unwrap_or(0);
    if expected != found {
        return Err(StoreError::Stale { expected, found });
    }
    for (subject, expected) in &append.rests_on {
        let (expected, found) = (*expected, known.versions.get(subject).copied().unwrap_or(0));
        if expected != found {
            return Err(StoreError::Stale { expected, found });
        }
    }
    if append.blobs.iter().any(|blob| !known.blobs.contains(blob)) {
        return Err(StoreError::Missing { what: "blob" });
    }
    if let Some(letter) = &append.letter
        && known.counts.get(&letter.series).copied().unwrap_or(0) + 1 != letter.n
    {
        return Err(StoreError::Taken {
            what: "letter number",
        });
    }
    for act in &append.acts {
        if let Some(number) = given_number(append, act)
            && known.taken_numbers.contains(number)
        {
            return Err(StoreError::Taken { what: "number" });
        }
        if let Some(code) = rating_code(&act.payload)
            && known
                .codes
                .get(&code)
                .is_some_and(|owner| *owner != append.subject)
        {
            return Err(StoreError::Taken {
                what: "rating code",
            });
        }
    }
    Ok(())
}

/// The acts as they will be recorded, with their versions, and the filing with its number.
fn record(append: &Append, known: &mut Known) -> Appended {
    let mut acts = Vec::with_capacity(append.acts.len());
    if let Some(letter) = &append.letter {
        known.next_number(&letter.series);
    }
    for (version, act) in (append.expected_version() + 1..).zip(&append.acts) {
        let mut payload = act.payload.clone();
        if let Payload::Case(CaseAct::RequestFiled(filed)) = &mut payload
            && let Some(series) = &append.series
        {
            filed.number = Some(series.number(known.next_number(&series.to_string())));
        }
        if let Payload::Visit(VisitAct::VisitorJoined(joined)) = &mut payload
            && let Some(series) = &append.tickets
        {
            joined.ticket = Some(known.next_number(&series.to_string()));
        }
        acts.push(Act {
            id: act.id,
            unit: append.unit.clone(),
            subject: append.subject,
            version,
            actor: act.actor.clone(),
            // As it will be read again, so that what is derived now and later agrees.
            happened_at: map::as_stored(act.happened_at),
            recorded_at: map::as_stored(act.recorded_at),
            place: act.place.clone(),
            payload,
        });
        known.last_sequence += 1;
    }
    Appended {
        acts,
        subject: append.subject,
        sequence: known.last_sequence,
        repeated: false,
        stored: Vec::new(),
    }
}

/// The number a filing brings along, when the store is not to give one.
fn given_number<'a>(append: &Append, act: &'a NewAct) -> Option<&'a CaseNumber> {
    match &act.payload {
        Payload::Case(CaseAct::RequestFiled(filed)) if append.series.is_none() => {
            filed.number.as_ref()
        }
        _ => None,
    }
}

/// The rating code an act puts into force.
fn rating_code(payload: &Payload) -> Option<SecretHash> {
    match payload {
        Payload::Encounter(EncounterAct::EncounterRecorded(recorded)) => Some(recorded.rating_code),
        _ => None,
    }
}

/// The answers; those of repeated appends are read from the record. `stored` are the acts of those
/// that were recorded, in the same order.
async fn answers(
    connection: &mut Connection,
    appends: &[&Append],
    outcomes: Vec<Result<Outcome, StoreError>>,
    mut stored: impl Iterator<Item = StoredAct>,
) -> Result<Vec<Result<Appended, StoreError>>, StoreError> {
    let mut answers: Vec<Result<Appended, StoreError>> = Vec::with_capacity(outcomes.len());
    for (append, outcome) in appends.iter().zip(outcomes) {
        answers.push(match outcome {
            Err(refusal) => Err(refusal),
            Ok(Outcome::Recorded(mut appended)) => {
                appended.stored = stored.by_ref().take(appended.acts.len()).collect();
                Ok(appended)
            }
            Ok(Outcome::Repeated(first)) => match first.place {
                FirstPlace::Here(at) => match answers.get(at) {
                    Some(Ok(appended)) => Ok(Appended {
                        repeated: true,
                        ..appended.clone()
                    }),
                    _ => Err(StoreError::Engine("a repeated append has no first".into())),
                },
                FirstPlace::Recorded {
                    first: from,
                    last: to,
                } => Ok(Appended {
                    acts: read::acts_between(connection, &append.unit, from, to).await?,
                    subject: first.subject,
                    sequence: to,
                    repeated: true,
                    stored: Vec::new(),
                }),
            },
        });
    }
    Ok(answers)
}

/// What is known of a subject that a transaction touches more than once.
type States = HashMap<Subject, State>;
