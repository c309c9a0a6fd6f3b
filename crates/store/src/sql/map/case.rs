//! Cases.

use jiff::Timestamp;
use pengayom_core::pack::Matter;
use pengayom_core::subject::case::{CaseAccess, CaseStage, Channel, Kept, SecondLook};
use pengayom_core::value::{CaseId, OfficerId, PersonId, UnitId};
use uuid::Uuid;

use super::{
    Values, code, count, damaged, get, hash_bytes, hash_of, maybe_code, maybe_moment, moment,
    stored,
};
use crate::error::StoreError;
use crate::query::MeasuredCase;
use crate::rows::{CaseClass, CaseFirstHour, CaseMeasured, CaseRow};
use crate::sql::engine::Row;

pub(crate) const COLUMNS: &[&str] = &[
    "unit",
    "id",
    "version",
    "number",
    "secret",
    "service",
    "report_kind",
    "channel",
    "stage",
    "danger",
    "sensitive",
    "simulated",
    "station",
    "beat",
    "stratum",
    "lat",
    "lng",
    "place_text",
    "filed_at",
    "recorded_at",
    "respond_by",
    "responded_at",
    "responded_late",
    "assessed_at",
    "taken_by",
    "assigned_to",
    "next_news_by",
    "late_reason",
    "closed_at",
    "outcome",
    "reporter",
    "reachable",
    "last_at",
    "due_order",
    "kept_from",
    "keep_until",
    "held_since",
    "support_due",
    "review_asked_at",
    "access",
    "opening_unreviewed_at",
    "opened_at",
    "unhanded_at",
    "news_due_at",
    "news_stage",
    "news_late_reason",
    "class",
    "class_first",
    "class_at",
    "class_last_at",
    "class_changes",
    "class_disagreed",
    "second_look",
    "second_look_at",
    "first_action_at",
    "escalated",
    "escalated_at",
    "escalations",
    "exhibits",
    "rights_due_at",
    "measure_due_at",
    "rights_owed",
    "rights_in_time",
    "rights_wait_s",
    "class_since",
    "looks",
    "looks_agreed",
    "told_at",
    "told_taken_at",
    "proof_gaps",
    "news_sent",
    "news_late",
];

/// What the measures of competence read of a case: no text and nobody's name.
pub(crate) const MEASURED: &[&str] = &[
    "service",
    "filed_at",
    "closed_at",
    "class",
    "class_first",
    "class_at",
    "class_last_at",
    "class_changes",
    "class_disagreed",
    "second_look",
    "second_look_at",
    "first_action_at",
    "escalated_at",
    "escalations",
    "news_due_at",
    "class_since",
    "looks",
    "looks_agreed",
    "told_at",
    "told_taken_at",
    "proof_gaps",
    "news_sent",
    "news_late",
];

/// When the nearest open promise falls due: the first response, and once it came the next news.
fn due_order(case: &CaseRow) -> i64 {
    let due: Option<Timestamp> = match case.responded_at {
        None => case.respond_by,
        Some(_) => case.next_news_by,
    };
    due.map_or(i64::MAX, stored)
}

/// Who may know a case, as JSON; nothing where nothing is known, which is most cases.
fn access_text(access: &CaseAccess) -> Option<String> {
    if access.is_empty() {
        return None;
    }
    // Writing identifiers and moments as JSON cannot fail.
    serde_json::to_string(access).ok()
}

fn exhibits_text(exhibits: &[Kept]) -> Option<String> {
    if exhibits.is_empty() {
        return None;
    }
    // Serialising plain data cannot fail.
    serde_json::to_string(exhibits).ok()
}

fn exhibits_of(row: &Row) -> Result<Vec<Kept>, StoreError> {
    match get::<Option<&str>>(row, "exhibits")? {
        None => Ok(Vec::new()),
        Some(text) => serde_json::from_str(text).map_err(|_| damaged("exhibits", "not as written")),
    }
}

fn access_of(row: &Row) -> Result<CaseAccess, StoreError> {
    match get::<Option<&str>>(row, "access")? {
        None => Ok(CaseAccess::default()),
        Some(text) => serde_json::from_str(text).map_err(|_| damaged("access", "not as written")),
    }
}

/// A count as most cases have it: none.
fn counted(n: u32) -> Option<i64> {
    (n > 0).then(|| i64::from(n))
}

fn maybe_count(row: &Row, column: &'static str) -> Result<Option<u32>, StoreError> {
    let stored = get::<Option<i64>>(row, column)?;
    let read = stored.map(u32::try_from).transpose();
    read.map_err(|_| damaged(column, "not a count"))
}

pub(crate) fn bind(values: &mut Values, (unit, case): &(&UnitId, &CaseRow)) {
    values
        .push_bind(unit.as_str())
        .push_bind(case.id.0)
        .push_bind(case.version)
        .push_bind(case.number.as_ref().map(ToString::to_string))
        .push_bind(case.secret.map(hash_bytes))
        .push_bind(case.service.to_string())
        .push_bind(case.report_kind.as_deref())
        .push_bind(case.channel.as_str())
        .push_bind(case.stage.as_str())
        .push_bind(case.danger)
        .push_bind(case.sensitive)
        .push_bind(case.simulated)
        .push_bind(case.station.as_ref().map(ToString::to_string))
        .push_bind(case.beat.as_ref().map(ToString::to_string))
        .push_bind(case.stratum.as_deref())
        .push_bind(case.lat)
        .push_bind(case.lng)
        .push_bind(case.place_text.as_deref())
        .push_bind(stored(case.filed_at))
        .push_bind(stored(case.recorded_at))
        .push_bind(case.respond_by.map(stored))
        .push_bind(case.responded_at.map(stored))
        .push_bind(case.responded_late)
        .push_bind(case.assessed_at.map(stored))
        .push_bind(case.taken_by.map(|officer| officer.0))
        .push_bind(case.assigned_to.map(|officer| officer.0))
        .push_bind(case.next_news_by.map(stored))
        .push_bind(case.late_reason.as_deref())
        .push_bind(case.closed_at.map(stored))
        .push_bind(case.outcome.as_deref())
        .push_bind(case.reporter.map(|person| person.0))
        .push_bind(case.reachable)
        .push_bind(stored(case.last_at))
        .push_bind(due_order(case))
        .push_bind(case.kept_from.map(stored))
        .push_bind(case.keep_until.map(stored))
        .push_bind(case.held_since.map(stored))
        .push_bind(case.support_due)
        .push_bind(case.review_asked_at.map(stored))
        .push_bind(access_text(&case.access))
        .push_bind(case.opening_unreviewed_at.map(stored))
        .push_bind(case.opened_at.map(stored))
        .push_bind(case.unhanded_at.map(stored))
        .push_bind(case.news_due_at.map(stored))
        .push_bind(case.news_stage.as_deref())
        .push_bind(case.news_late_reason.as_deref())
        .push_bind(case.class.last.map(Matter::code))
        .push_bind(case.class.first.map(Matter::code))
        .push_bind(case.class.at.map(stored))
        .push_bind(case.class.last_at.map(stored))
        .push_bind(case.class.last.map(|_| case.class.changes))
        .push_bind(case.class.last.map(|_| case.class.disagreed))
        .push_bind(case.class.second_look.map(SecondLook::as_str))
        .push_bind(case.class.second_look_at.map(stored))
        .push_bind(case.first_hour.first_action_at.map(stored))
        .push_bind(case.first_hour.level.as_deref())
        .push_bind(case.first_hour.since.map(stored))
        .push_bind(some_of(case.first_hour.escalations))
        .push_bind(exhibits_text(&case.exhibits))
        .push_bind(case.rights_due_at.map(stored))
        .push_bind(case.measure_due_at.map(stored))
        .push_bind(counted(case.rights_owed))
        .push_bind(counted(case.rights_in_time))
        .push_bind(case.rights_wait_s.map(i64::from))
        .push_bind(case.measured.class_since.map(stored))
        .push_bind(counted(case.measured.looks))
        .push_bind(counted(case.measured.looks_agreed))
        .push_bind(case.measured.told_at.map(stored))
        .push_bind(case.measured.told_taken_at.map(stored))
        .push_bind(case.measured.proof_gaps.map(i64::from))
        .push_bind(counted(case.measured.news_sent))
        .push_bind(counted(case.measured.news_late));
}

pub(crate) fn read(row: &Row) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        id: CaseId(get(row, "id")?),
        version: count(row, "version")?,
        number: maybe_code(row, "number")?,
        secret: get::<Option<&[u8]>>(row, "secret")?
            .map(|bytes| hash_of(bytes, "secret"))
            .transpose()?,
        service: code(get(row, "service")?, "service")?,
        report_kind: get(row, "report_kind")?,
        channel: Channel::parse(get(row, "channel")?)
            .ok_or_else(|| damaged("channel", "unknown to this version"))?,
        stage: stage(row)?,
        danger: get(row, "danger")?,
        sensitive: get(row, "sensitive")?,
        simulated: get(row, "simulated")?,
        station: maybe_code(row, "station")?,
        beat: maybe_code(row, "beat")?,
        stratum: get(row, "stratum")?,
        lat: get(row, "lat")?,
        lng: get(row, "lng")?,
        place_text: get(row, "place_text")?,
        filed_at: moment(row, "filed_at")?,
        recorded_at: moment(row, "recorded_at")?,
        respond_by: maybe_moment(row, "respond_by")?,
        responded_at: maybe_moment(row, "responded_at")?,
        responded_late: get(row, "responded_late")?,
        assessed_at: maybe_moment(row, "assessed_at")?,
        taken_by: get::<Option<Uuid>>(row, "taken_by")?.map(OfficerId),
        assigned_to: get::<Option<Uuid>>(row, "assigned_to")?.map(OfficerId),
        next_news_by: maybe_moment(row, "next_news_by")?,
        late_reason: get(row, "late_reason")?,
        closed_at: maybe_moment(row, "closed_at")?,
        outcome: get(row, "outcome")?,
        reporter: get::<Option<Uuid>>(row, "reporter")?.map(PersonId),
        reachable: get(row, "reachable")?,
        last_at: moment(row, "last_at")?,
        kept_from: maybe_moment(row, "kept_from")?,
        keep_until: maybe_moment(row, "keep_until")?,
        held_since: maybe_moment(row, "held_since")?,
        support_due: get(row, "support_due")?,
        review_asked_at: maybe_moment(row, "review_asked_at")?,
        access: access_of(row)?,
        opening_unreviewed_at: maybe_moment(row, "opening_unreviewed_at")?,
        opened_at: maybe_moment(row, "opened_at")?,
        unhanded_at: maybe_moment(row, "unhanded_at")?,
        news_due_at: maybe_moment(row, "news_due_at")?,
        news_stage: get(row, "news_stage")?,
        news_late_reason: get(row, "news_late_reason")?,
        class: class_of(row)?,
        first_hour: CaseFirstHour {
            first_action_at: maybe_moment(row, "first_action_at")?,
            level: get(row, "escalated")?,
            since: maybe_moment(row, "escalated_at")?,
            escalations: count_of(row, "escalations")?,
        },
        exhibits: exhibits_of(row)?,
        rights_due_at: maybe_moment(row, "rights_due_at")?,
        measure_due_at: maybe_moment(row, "measure_due_at")?,
        rights_owed: maybe_count(row, "rights_owed")?.unwrap_or_default(),
        rights_in_time: maybe_count(row, "rights_in_time")?.unwrap_or_default(),
        rights_wait_s: maybe_count(row, "rights_wait_s")?,
        measured: measured_of(row)?,
    })
}

fn measured_of(row: &Row) -> Result<CaseMeasured, StoreError> {
    Ok(CaseMeasured {
        class_since: maybe_moment(row, "class_since")?,
        looks: count_of(row, "looks")?,
        looks_agreed: count_of(row, "looks_agreed")?,
        told_at: maybe_moment(row, "told_at")?,
        told_taken_at: maybe_moment(row, "told_taken_at")?,
        proof_gaps: maybe_count(row, "proof_gaps")?,
        news_sent: count_of(row, "news_sent")?,
        news_late: count_of(row, "news_late")?,
    })
}

/// A row of [`MEASURED`].
pub(crate) fn read_measured(row: &Row) -> Result<MeasuredCase, StoreError> {
    Ok(MeasuredCase {
        service: code(get(row, "service")?, "service")?,
        filed_at: moment(row, "filed_at")?,
        closed_at: maybe_moment(row, "closed_at")?,
        class: class_of(row)?,
        first_action_at: maybe_moment(row, "first_action_at")?,
        escalations: count_of(row, "escalations")?,
        escalated_at: maybe_moment(row, "escalated_at")?,
        news_due_at: maybe_moment(row, "news_due_at")?,
        measured: measured_of(row)?,
    })
}

/// What stands in a count that is not there while it is none.
const fn some_of(n: u32) -> Option<u32> {
    if n == 0 { None } else { Some(n) }
}

fn count_of(row: &Row, column: &'static str) -> Result<u32, StoreError> {
    let n = get::<Option<i64>>(row, column)?.unwrap_or(0);
    u32::try_from(n).map_err(|_| damaged(column, "not a count"))
}

fn matter_of(row: &Row, column: &'static str) -> Result<Option<Matter>, StoreError> {
    let word: Option<&str> = get(row, column)?;
    let matter = word.map(|word| {
        word.parse()
            .map_err(|_| damaged(column, "unknown to this version"))
    });
    matter.transpose()
}

fn class_of(row: &Row) -> Result<CaseClass, StoreError> {
    let look: Option<&str> = get(row, "second_look")?;
    let look = look.map(|word| {
        SecondLook::parse(word).ok_or_else(|| damaged("second_look", "unknown to this version"))
    });
    Ok(CaseClass {
        last: matter_of(row, "class")?,
        first: matter_of(row, "class_first")?,
        at: maybe_moment(row, "class_at")?,
        last_at: maybe_moment(row, "class_last_at")?,
        changes: count_of(row, "class_changes")?,
        disagreed: get::<Option<bool>>(row, "class_disagreed")?.unwrap_or_default(),
        second_look: look.transpose()?,
        second_look_at: maybe_moment(row, "second_look_at")?,
    })
}

pub(crate) fn stage(row: &Row) -> Result<CaseStage, StoreError> {
    CaseStage::parse(get(row, "stage")?).ok_or_else(|| damaged("stage", "unknown to this version"))
}
