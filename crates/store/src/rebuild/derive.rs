//! What the acts of a unit come to, subject by subject.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use pengayom_core::act::{Act, Payload, Subject};
use pengayom_core::subject::case::{CaseAct, Issued};
use pengayom_core::subject::visit::VisitAct;
use pengayom_core::value::{TicketSeries, UnitId};

use super::compare::{Expected, Key};
use super::tables::{
    BLOB_USES, CASES, ENCOUNTERS, FEEDBACK, NUMBERS, OFFICER_BEATS, OFFICER_DAYS, OUTAGES,
    ROLLUP_HOURS, STANDING, SURVEY, THINGS, VISITS, WAITS, WORDS,
};
use crate::dump::{Cell, Table};
use crate::sql::map::{self, Values, stored};
use crate::sql::value::{Value, without_nul};
use crate::views::{
    self, BlobUseKey, Count, HourDelta, HourKey, OfficerBeatKey, OfficerDayDelta, OfficerDayKey,
    QualityCounts, RowChange, SurveyKey, WaitKey,
};

/// Rows of the views for some subjects.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// All subjects, those without a row included.
    pub(crate) subjects: Vec<Subject>,
    pub(crate) cases: Expected,
    pub(crate) words: Expected,
    pub(crate) encounters: Expected,
    pub(crate) feedback: Expected,
    pub(crate) visits: Expected,
    pub(crate) outages: Expected,
    pub(crate) things: Expected,
    pub(crate) standings: Expected,
}

/// Takes the acts of a unit and derives what is stored beside them.
#[derive(Debug)]
pub(crate) struct Deriver {
    unit: UnitId,
    zone: TimeZone,
    /// The engine keeps no NUL character in texts.
    without_nul: bool,
    batch: Batch,
    hours: BTreeMap<HourKey, HourDelta>,
    waits: BTreeMap<WaitKey, i64>,
    officer_days: BTreeMap<OfficerDayKey, OfficerDayDelta>,
    officer_beats: BTreeMap<OfficerBeatKey, i64>,
    survey: BTreeMap<SurveyKey, i64>,
    blob_uses: BTreeMap<BlobUseKey, i64>,
    quality: QualityCounts,
    numbers: BTreeMap<String, i64>,
}

impl Deriver {
    /// For a unit with its zone.
    pub(crate) fn new(unit: UnitId, zone: TimeZone, without_nul: bool) -> Self {
        Self {
            unit,
            zone,
            without_nul,
            batch: Batch::default(),
            hours: BTreeMap::new(),
            waits: BTreeMap::new(),
            officer_days: BTreeMap::new(),
            officer_beats: BTreeMap::new(),
            survey: BTreeMap::new(),
            blob_uses: BTreeMap::new(),
            quality: QualityCounts::default(),
            numbers: BTreeMap::new(),
        }
    }

    /// Takes all acts of one subject, oldest first.
    pub(crate) fn take(&mut self, acts: &[Act]) {
        let Some(first) = acts.first() else { return };
        self.batch.subjects.push(first.subject);
        for act in acts {
            if let Payload::Case(CaseAct::RequestFiled(filed)) = &act.payload
                && let Some(number) = &filed.number
            {
                let last = self.numbers.entry(number.series.to_string()).or_default();
                *last = i64::from(number.count).max(*last);
            }
            if let Payload::Case(CaseAct::LetterGiven {
                kind,
                dated,
                issued: Some(issued),
                ..
            }) = &act.payload
            {
                let series = Issued::series(kind, *dated);
                let last = self.numbers.entry(series).or_default();
                *last = i64::from(issued.n).max(*last);
            }
            if let Payload::Visit(VisitAct::VisitorJoined(joined)) = &act.payload
                && let (Some(ticket), Some(place)) = (joined.ticket, &act.place)
            {
                let series = TicketSeries {
                    station: place.station.clone(),
                    day: joined.day,
                };
                let last = self.numbers.entry(series.to_string()).or_default();
                *last = i64::from(ticket).max(*last);
            }
        }
        let mut words: Vec<String> = Vec::new();
        for change in views::changes(None, acts, &self.zone) {
            match change {
                RowChange::PutCase(row) => {
                    let row = self.cells(&(&self.unit, &*row), map::case::bind);
                    insert(&mut self.batch.cases, CASES, row);
                }
                RowChange::AddCaseText { text, .. } => words.push(text),
                RowChange::DropCaseText { number, .. } => words = vec![number],
                RowChange::PutEncounter(row) => {
                    let row = self.cells(&(&self.unit, &*row), map::encounter::bind);
                    insert(&mut self.batch.encounters, ENCOUNTERS, row);
                }
                RowChange::PutFeedback(row) => {
                    let row = self.cells(&(&self.unit, &*row), map::feedback::bind);
                    insert(&mut self.batch.feedback, FEEDBACK, row);
                }
                RowChange::PutVisit(row) => {
                    let row = self.cells(&(&self.unit, &*row), map::desk::bind_visit);
                    insert(&mut self.batch.visits, VISITS, row);
                }
                RowChange::PutOutage(row) => {
                    let row = self.cells(&(&self.unit, &*row), map::desk::bind_outage);
                    insert(&mut self.batch.outages, OUTAGES, row);
                }
                RowChange::PutThing(row) => {
                    let row = self.cells(&(&self.unit, &*row), map::standing::bind_thing);
                    insert(&mut self.batch.things, THINGS, row);
                }
                RowChange::PutStanding(row) => {
                    let row = self.cells(&(&self.unit, &*row), map::standing::bind_standing);
                    insert(&mut self.batch.standings, STANDING, row);
                }
                RowChange::Add(count) => self.add(count),
            }
        }
        if !words.is_empty() {
            let id = first.subject.id();
            let text = Cell::Text(self.text(words.join("\n")));
            let row = vec![self.unit_cell(), Cell::Id(id), text];
            insert(&mut self.batch.words, WORDS, row);
        }
    }

    /// How many subjects wait to be compared.
    pub(crate) fn waiting(&self) -> usize {
        self.batch.subjects.len()
    }

    /// The rows derived since the last time.
    pub(crate) fn batch(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }

    fn add(&mut self, count: Count) {
        match count {
            Count::Hour(key, delta) => {
                let sums = self.hours.entry(key).or_default();
                sums.filed += delta.filed;
                sums.responded += delta.responded;
                sums.responded_late += delta.responded_late;
                sums.closed += delta.closed;
                sums.wait_seconds += delta.wait_seconds;
                sums.wait_seconds_squared += delta.wait_seconds_squared;
            }
            Count::Wait(key, n) => *self.waits.entry(key).or_default() += n,
            Count::OfficerDay(key, delta) => {
                let sums = self.officer_days.entry(key).or_default();
                sums.encounters += delta.encounters;
                sums.closed += delta.closed;
            }
            Count::OfficerBeat(key, n) => *self.officer_beats.entry(key).or_default() += n,
            Count::Survey(key, n) => *self.survey.entry(key).or_default() += n,
            Count::BlobUse(key, n) => *self.blob_uses.entry(key).or_default() += n,
            Count::Quality(count) => self.quality.add(count),
        }
    }

    /// The rows of a table that is compared whole; takes them out.
    pub(crate) fn counts(&mut self, table: &'static Table) -> Expected {
        let unit = self.unit.clone();
        let mut rows = Expected::new();
        for values in map::quality::rows(table, &unit, &self.quality) {
            insert(&mut rows, table, values.into_iter().map(cell).collect());
        }
        let mut add = |cells: Vec<Value>| {
            let mut row = vec![Cell::Text(unit.to_string())];
            row.extend(cells.into_iter().map(cell));
            insert(&mut rows, table, row);
        };
        if table == ROLLUP_HOURS {
            for (key, sums) in std::mem::take(&mut self.hours) {
                add(vec![
                    stored(key.hour).into(),
                    key.station.into(),
                    key.beat.into(),
                    key.stratum.into(),
                    key.service.to_string().into(),
                    sums.filed.into(),
                    sums.responded.into(),
                    sums.responded_late.into(),
                    sums.closed.into(),
                    sums.wait_seconds.into(),
                    sums.wait_seconds_squared.into(),
                ]);
            }
        } else if table == WAITS {
            for (key, n) in std::mem::take(&mut self.waits) {
                add(vec![
                    stored(key.hour).into(),
                    key.station.into(),
                    key.service.to_string().into(),
                    key.bucket.into(),
                    n.into(),
                ]);
            }
        } else if table == OFFICER_DAYS {
            for (key, sums) in std::mem::take(&mut self.officer_days) {
                add(vec![
                    key.day.to_string().into(),
                    key.officer.0.into(),
                    sums.encounters.into(),
                    sums.closed.into(),
                ]);
            }
        } else if table == OFFICER_BEATS {
            for (key, n) in std::mem::take(&mut self.officer_beats) {
                add(vec![key.officer.0.into(), key.beat.into(), n.into()]);
            }
        } else if table == SURVEY {
            for (key, n) in std::mem::take(&mut self.survey) {
                add(vec![
                    key.day.to_string().into(),
                    key.station.into(),
                    key.service.to_string().into(),
                    key.item.into(),
                    key.answer.into(),
                    n.into(),
                ]);
            }
        } else if table == BLOB_USES {
            for (key, n) in std::mem::take(&mut self.blob_uses) {
                add(vec![
                    key.sha256.into(),
                    key.subject_kind.into(),
                    key.subject_id.into(),
                    n.into(),
                ]);
            }
        } else if table == NUMBERS {
            for (series, last) in std::mem::take(&mut self.numbers) {
                add(vec![series.into(), last.into()]);
            }
        }
        rows
    }

    fn cells<T>(&self, row: &T, bind: impl Fn(&mut Values, &T)) -> Vec<Cell> {
        let mut values = Values::default();
        bind(&mut values, row);
        let cells = values.into_vec().into_iter().map(cell);
        cells
            .map(|cell| match cell {
                Cell::Text(text) => Cell::Text(self.text(text)),
                cell => cell,
            })
            .collect()
    }

    fn text(&self, text: String) -> String {
        if self.without_nul {
            without_nul(text)
        } else {
            text
        }
    }

    fn unit_cell(&self) -> Cell {
        Cell::Text(self.unit.to_string())
    }
}

fn insert(rows: &mut Expected, table: &Table, row: Vec<Cell>) {
    // The columns of a key always have a value in a row that was derived.
    if let Some(key) = Key::of(table, &row) {
        rows.insert(key, row);
    }
}

/// A bound value as a cell.
fn cell(value: Value) -> Cell {
    match value {
        Value::Int(Some(number)) => Cell::Integer(number),
        Value::Float(Some(number)) => Cell::Real(number),
        Value::Bool(Some(flag)) => Cell::Flag(flag),
        Value::Text(Some(text)) => Cell::Text(text),
        Value::Bytes(Some(bytes)) => Cell::Bytes(bytes),
        Value::Uuid(Some(id)) => Cell::Id(id),
        Value::Int(None)
        | Value::Float(None)
        | Value::Bool(None)
        | Value::Text(None)
        | Value::Bytes(None)
        | Value::Uuid(None) => Cell::Null,
    }
}
