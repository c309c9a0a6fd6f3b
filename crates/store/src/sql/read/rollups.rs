//! Questions about counts. A count that came to nothing is as if it had never been there.

use jiff::civil::Date;
use pengayom_core::place::StationId;
use pengayom_core::value::{OfficerId, UnitId};

use super::select;
use crate::error::StoreError;
use crate::query::{
    HourGroup, HourTotals, OfficerBeat, OfficerTotals, Span, SurveyTotals, WaitGroup, WaitTotals,
};
use crate::sql::engine::{Pool, Row};
use crate::sql::map::{count, damaged, get, moment, stored};
use crate::sql::query::Query;

fn push_span(query: &mut Query, span: Span) {
    query.push(" AND hour >= ").push_bind(stored(span.from));
    query.push(" AND hour < ").push_bind(stored(span.to));
}

fn push_days(query: &mut Query, from: Date, to: Date) {
    query.push(" AND day >= ").push_bind(from.to_string());
    query.push(" AND day <= ").push_bind(to.to_string());
}

pub(in crate::sql) async fn hours(
    pool: &Pool,
    unit: &UnitId,
    span: Span,
    by: HourGroup,
) -> Result<Vec<HourTotals>, StoreError> {
    let group = match by {
        HourGroup::Hour => "hour",
        HourGroup::Station => "station",
        HourGroup::Beat => "beat",
        HourGroup::Stratum => "stratum",
        HourGroup::Service => "service",
    };
    let columns = [
        group,
        "CAST(sum(filed) AS BIGINT) AS filed",
        "CAST(sum(responded) AS BIGINT) AS responded",
        "CAST(sum(responded_late) AS BIGINT) AS responded_late",
        "CAST(sum(closed) AS BIGINT) AS closed",
        "sum(wait_seconds) AS wait_seconds",
        "sum(wait_seconds_squared) AS wait_seconds_squared",
    ];
    let mut query = select(pool.engine(), "rollup_hour", &columns, unit);
    push_span(&mut query, span);
    query.push(format!(
        " GROUP BY {group} HAVING sum(filed) <> 0 ORDER BY {group}"
    ));
    let rows = pool.fetch_all(query).await?;
    let read = |row: &Row| {
        let by_hour = by == HourGroup::Hour;
        Ok(HourTotals {
            hour: by_hour.then(|| moment(row, "hour")).transpose()?,
            key: (!by_hour).then(|| get(row, group)).transpose()?,
            filed: get(row, "filed")?,
            responded: get(row, "responded")?,
            responded_late: get(row, "responded_late")?,
            closed: get(row, "closed")?,
            wait_seconds: get(row, "wait_seconds")?,
            wait_seconds_squared: get(row, "wait_seconds_squared")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(in crate::sql) async fn waits(
    pool: &Pool,
    unit: &UnitId,
    span: Span,
    by: WaitGroup,
) -> Result<Vec<WaitTotals>, StoreError> {
    let (key, hour) = match by {
        WaitGroup::All => (None, false),
        WaitGroup::Hour => (None, true),
        WaitGroup::Station => (Some("station"), false),
        WaitGroup::StationHour => (Some("station"), true),
        WaitGroup::Service => (Some("service"), false),
    };
    let mut group: Vec<&str> = key.into_iter().collect();
    group.extend(hour.then_some("hour"));
    group.push("bucket");
    let mut columns = group.clone();
    columns.push("CAST(sum(n) AS BIGINT) AS n");
    let mut query = select(pool.engine(), "rollup_wait", &columns, unit);
    push_span(&mut query, span);
    let group = group.join(", ");
    query.push(format!(
        " GROUP BY {group} HAVING sum(n) <> 0 ORDER BY {group}"
    ));
    let mut totals: Vec<WaitTotals> = Vec::new();
    for row in &pool.fetch_all(query).await? {
        let key: Option<String> = key.map(|key| get(row, key)).transpose()?;
        let hour = hour.then(|| moment(row, "hour")).transpose()?;
        let same = totals
            .last()
            .is_some_and(|last| last.key == key && last.hour == hour);
        if !same {
            totals.push(WaitTotals {
                hour,
                key,
                histogram: pengayom_measure::histogram::WaitHistogram::new(),
            });
        }
        if let Some(last) = totals.last_mut() {
            last.histogram.add(count(row, "bucket")?, get(row, "n")?);
        }
    }
    Ok(totals)
}

pub(in crate::sql) async fn survey(
    pool: &Pool,
    unit: &UnitId,
    from: Date,
    to: Date,
    station: Option<&StationId>,
) -> Result<Vec<SurveyTotals>, StoreError> {
    let columns = ["item", "answer", "CAST(sum(n) AS BIGINT) AS n"];
    let mut query = select(pool.engine(), "rollup_survey", &columns, unit);
    push_days(&mut query, from, to);
    if let Some(station) = station {
        query.push(" AND station = ").push_bind(station.to_string());
    }
    query.push(" GROUP BY item, answer HAVING sum(n) <> 0 ORDER BY item, answer");
    let mut totals: Vec<SurveyTotals> = Vec::new();
    for row in &pool.fetch_all(query).await? {
        let item: String = get(row, "item")?;
        if totals.last().is_none_or(|last| last.item != item) {
            totals.push(SurveyTotals {
                item,
                ..SurveyTotals::default()
            });
        }
        let answer: usize = count(row, "answer")?;
        let place = totals
            .last_mut()
            .and_then(|last| last.counts.get_mut(answer))
            .ok_or_else(|| damaged("answer", "no digit from 0 to 4"))?;
        *place = get(row, "n")?;
    }
    Ok(totals)
}

pub(in crate::sql) async fn officers(
    pool: &Pool,
    unit: &UnitId,
    from: Date,
    to: Date,
) -> Result<Vec<OfficerTotals>, StoreError> {
    let columns = [
        "officer",
        "CAST(sum(encounters) AS BIGINT) AS encounters",
        "CAST(sum(closed) AS BIGINT) AS closed",
    ];
    let mut query = select(pool.engine(), "rollup_officer_day", &columns, unit);
    push_days(&mut query, from, to);
    query
        .push(" GROUP BY officer HAVING sum(encounters) <> 0 OR sum(closed) <> 0 ORDER BY officer");
    let rows = pool.fetch_all(query).await?;
    let read = |row: &Row| {
        Ok(OfficerTotals {
            officer: OfficerId(get(row, "officer")?),
            encounters: get(row, "encounters")?,
            closed: get(row, "closed")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(in crate::sql) async fn officer_beats(
    pool: &Pool,
    unit: &UnitId,
    officer: Option<OfficerId>,
) -> Result<Vec<OfficerBeat>, StoreError> {
    let columns = ["officer", "beat", "n"];
    let mut query = select(pool.engine(), "rollup_officer_beat", &columns, unit);
    if let Some(officer) = officer {
        query.push(" AND officer = ").push_bind(officer.0);
    }
    query.push(" AND n <> 0 ORDER BY officer, beat");
    let rows = pool.fetch_all(query).await?;
    let read = |row: &Row| {
        let beat: String = get(row, "beat")?;
        Ok(OfficerBeat {
            officer: OfficerId(get(row, "officer")?),
            beat: if beat.is_empty() {
                None
            } else {
                Some(
                    beat.parse()
                        .map_err(|_| damaged("beat", "no code of an area"))?,
                )
            },
            encounters: get(row, "n")?,
        })
    };
    rows.iter().map(read).collect()
}
