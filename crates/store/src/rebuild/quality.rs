//! Counts for the board of quality: their tables, and how those of acts of before are derived.

use std::collections::BTreeMap;

use pengayom_core::act::Act;
use pengayom_core::value::UnitId;

use super::run::{acts_after, begin_alone};
use crate::dump::run::zone_of;
use crate::dump::{Column, Kind, Table, UNIT, column};
use crate::error::StoreError;
use crate::sql::engine::{Connection, Engine};
use crate::sql::map::{self, get};
use crate::sql::query::Script;
use crate::views::{self, Count, QualityCounts, RowChange};

/// How many rows are read at a time.
const BATCH: u32 = 5_000;

const GRAIN: Column = column("grain", Kind::Text);
const AT: Column = column("at", Kind::Integer);
const PLACE: Column = column("place", Kind::Text);
const SERVICE: Column = column("service", Kind::Text);
const STATION: Column = column("station", Kind::Text);
const N: Column = column("n", Kind::Integer);
const ENCOUNTERS: Column = column("encounters", Kind::Integer);
const FORCED: Column = column("forced", Kind::Integer);
const EXPLAINED: Column = column("explained", Kind::Integer);
const RESPONDED: Column = column("responded", Kind::Integer);
const RESPONDED_LATE: Column = column("responded_late", Kind::Integer);
const CLOSED: Column = column("closed", Kind::Integer);

/// Requests.
pub(crate) const CASES: &Table = &Table {
    name: "rollup_case",
    key: &["grain", "at", "place", "service"],
    columns: &[
        UNIT,
        GRAIN,
        AT,
        PLACE,
        SERVICE,
        column("filed", Kind::Integer),
        RESPONDED,
        RESPONDED_LATE,
        CLOSED,
        column("rights_owed", Kind::Integer),
        column("rights_in_time", Kind::Integer),
        column("wait_seconds", Kind::Real),
        column("wait_seconds_squared", Kind::Real),
    ],
    batch: BATCH,
};

/// Encounters.
pub(crate) const MEETINGS: &Table = &Table {
    name: "rollup_meeting",
    key: &["grain", "at", "place", "service"],
    columns: &[
        UNIT, GRAIN, AT, PLACE, SERVICE, ENCOUNTERS, FORCED, EXPLAINED,
    ],
    batch: BATCH,
};

/// Answers to the survey.
pub(crate) const ANSWERS: &Table = &Table {
    name: "rollup_answer",
    key: &["grain", "at", "place", "item", "answer"],
    columns: &[
        UNIT,
        GRAIN,
        AT,
        PLACE,
        column("item", Kind::Text),
        column("answer", Kind::Integer),
        N,
    ],
    batch: BATCH,
};

/// Encounters with force.
pub(crate) const FORCE: &Table = &Table {
    name: "rollup_force",
    key: &["at", "station", "stage"],
    columns: &[UNIT, AT, STATION, column("stage", Kind::Text), N],
    batch: BATCH,
};

/// Control measures.
pub(crate) const CONTROL: &Table = &Table {
    name: "rollup_control",
    key: &["at", "station", "measure"],
    columns: &[UNIT, AT, STATION, column("measure", Kind::Text), N],
    batch: BATCH,
};

/// Months of officers.
pub(crate) const OFFICER_MONTHS: &Table = &Table {
    name: "rollup_officer_month",
    key: &["at", "officer", "service"],
    columns: &[
        UNIT,
        AT,
        column("officer", Kind::Id),
        SERVICE,
        ENCOUNTERS,
        FORCED,
        EXPLAINED,
        RESPONDED,
        RESPONDED_LATE,
        CLOSED,
    ],
    batch: BATCH,
};

/// All of them.
pub(crate) const TABLES: [&Table; 6] = [CASES, MEETINGS, ANSWERS, FORCE, CONTROL, OFFICER_MONTHS];

/// Derives the counts of units whose acts are from before these tables, once, before anything else is done with the
/// store. One unit in a transaction, so that it goes on where it was stopped.
pub(crate) async fn derive_due(connection: &mut Connection) -> Result<(), StoreError> {
    // Nearly always there is nothing to do, and nobody has to wait for it.
    if next_due(connection).await?.is_none() {
        return Ok(());
    }
    if connection.engine() == Engine::Postgres {
        // Processes that start at once do it one after the other, however long it takes.
        connection.run("SET lock_timeout = 0").await?;
    }
    while let Some(unit) = next_due(connection).await? {
        begin_alone(connection, &unit).await?;
        match derive(connection, &unit).await {
            Ok(acts) => {
                connection.run("COMMIT").await?;
                tracing::info!(%unit, acts, "counts for the board of quality were derived");
            }
            Err(fault) => {
                let _ = connection.run("ROLLBACK").await;
                return Err(fault);
            }
        }
    }
    if connection.engine() == Engine::Postgres {
        connection.run("RESET lock_timeout").await?;
    }
    Ok(())
}

async fn next_due(connection: &mut Connection) -> Result<Option<UnitId>, StoreError> {
    let query =
        connection.query("SELECT /* of every unit */ unit FROM rollups_due ORDER BY unit LIMIT 1");
    let row = connection.fetch_optional(query).await?;
    row.map(|row| map::code(get(&row, "unit")?, "unit"))
        .transpose()
}

/// Derives the counts of a unit in the transaction that is open, and puts them in place of those that are there. Says
/// how many acts there are.
async fn derive(connection: &mut Connection, unit: &UnitId) -> Result<u64, StoreError> {
    let due = "DELETE FROM rollups_due WHERE unit = $1 RETURNING unit";
    let due = connection.query(due).bind(unit);
    if connection.fetch_optional(due).await?.is_none() {
        // Another process was here first.
        return Ok(0);
    }
    let zone = zone_of(connection, unit).await?;
    let mut counts = QualityCounts::default();
    let mut take = |acts: &[Act]| {
        for change in views::changes(None, acts, &zone) {
            if let RowChange::Add(Count::Quality(count)) = change {
                counts.add(count);
            }
        }
    };
    let mut acts = 0_u64;
    let mut after = None;
    let mut subject: Vec<Act> = Vec::new();
    loop {
        let page = acts_after(connection, unit, after).await?;
        if page.is_empty() {
            break;
        }
        for act in page {
            after = Some((act.subject, act.version));
            acts += 1;
            if subject
                .first()
                .is_some_and(|first| first.subject != act.subject)
            {
                take(&subject);
                subject.clear();
            }
            subject.push(act);
        }
    }
    take(&subject);
    for table in TABLES {
        let gone = format!("DELETE FROM {} WHERE unit = $1", table.name);
        let gone = connection.query(gone).bind(unit);
        connection.execute(gone).await?;
    }
    let mut script = Script::new(connection.engine());
    map::quality::add(&mut script, &BTreeMap::from([(unit, counts)]));
    connection.carry_out(script).await?;
    Ok(acts)
}
