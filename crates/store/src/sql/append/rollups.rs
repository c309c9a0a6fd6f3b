//! Counts that the accepted appends of one transaction add to, added up before they are written.

use std::collections::BTreeMap;

use pengayom_core::value::UnitId;

use crate::sql::map::{add_rows, quality, stored};
use crate::sql::query::Script;
use crate::views::{
    BlobUseKey, Count, HourDelta, HourKey, OfficerBeatKey, OfficerDayDelta, OfficerDayKey,
    QualityCounts, SurveyKey, WaitKey,
};

/// What is added to each count.
#[derive(Default)]
pub(super) struct Rollups<'a> {
    hours: BTreeMap<(&'a UnitId, HourKey), HourDelta>,
    waits: BTreeMap<(&'a UnitId, WaitKey), i64>,
    officer_days: BTreeMap<(&'a UnitId, OfficerDayKey), OfficerDayDelta>,
    officer_beats: BTreeMap<(&'a UnitId, OfficerBeatKey), i64>,
    survey: BTreeMap<(&'a UnitId, SurveyKey), i64>,
    blob_uses: BTreeMap<(&'a UnitId, BlobUseKey), i64>,
    quality: BTreeMap<&'a UnitId, QualityCounts>,
}

impl<'a> Rollups<'a> {
    pub(super) fn add(&mut self, unit: &'a UnitId, count: Count) {
        match count {
            Count::Hour(key, delta) => {
                let sum = self.hours.entry((unit, key)).or_default();
                sum.filed += delta.filed;
                sum.responded += delta.responded;
                sum.responded_late += delta.responded_late;
                sum.closed += delta.closed;
                sum.wait_seconds += delta.wait_seconds;
                sum.wait_seconds_squared += delta.wait_seconds_squared;
            }
            Count::Wait(key, n) => *self.waits.entry((unit, key)).or_default() += n,
            Count::OfficerDay(key, delta) => {
                let sum = self.officer_days.entry((unit, key)).or_default();
                sum.encounters += delta.encounters;
                sum.closed += delta.closed;
            }
            Count::OfficerBeat(key, n) => *self.officer_beats.entry((unit, key)).or_default() += n,
            Count::Survey(key, n) => *self.survey.entry((unit, key)).or_default() += n,
            Count::BlobUse(key, n) => *self.blob_uses.entry((unit, key)).or_default() += n,
            Count::Quality(count) => self.quality.entry(unit).or_default().add(count),
        }
    }

    pub(super) fn write(&self, script: &mut Script) {
        self.write_requests(script);
        self.write_officers(script);
        self.write_survey(script);
        self.write_blob_uses(script);
        quality::add(script, &self.quality);
    }

    fn write_requests(&self, script: &mut Script) {
        add_rows(
            script,
            "rollup_hour",
            &[
                "unit",
                "hour",
                "station",
                "beat",
                "stratum",
                "service",
                "filed",
                "responded",
                "responded_late",
                "closed",
                "wait_seconds",
                "wait_seconds_squared",
            ],
            "ON CONFLICT (unit, hour, station, beat, stratum, service) DO UPDATE SET
                filed = rollup_hour.filed + excluded.filed,
                responded = rollup_hour.responded + excluded.responded,
                responded_late = rollup_hour.responded_late + excluded.responded_late,
                closed = rollup_hour.closed + excluded.closed,
                wait_seconds = rollup_hour.wait_seconds + excluded.wait_seconds,
                wait_seconds_squared = rollup_hour.wait_seconds_squared + excluded.wait_seconds_squared",
            &self.hours,
            |values, ((unit, key), sums)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(stored(key.hour))
                    .push_bind(key.station.as_str())
                    .push_bind(key.beat.as_str())
                    .push_bind(key.stratum.as_str())
                    .push_bind(key.service.to_string())
                    .push_bind(sums.filed)
                    .push_bind(sums.responded)
                    .push_bind(sums.responded_late)
                    .push_bind(sums.closed)
                    .push_bind(sums.wait_seconds)
                    .push_bind(sums.wait_seconds_squared);
            },
        );
        add_rows(
            script,
            "rollup_wait",
            &["unit", "hour", "station", "service", "bucket", "n"],
            "ON CONFLICT (unit, hour, station, service, bucket) DO UPDATE SET n = rollup_wait.n + excluded.n",
            &self.waits,
            |values, ((unit, key), n)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(stored(key.hour))
                    .push_bind(key.station.as_str())
                    .push_bind(key.service.to_string())
                    .push_bind(key.bucket)
                    .push_bind(**n);
            },
        );
    }

    fn write_officers(&self, script: &mut Script) {
        add_rows(
            script,
            "rollup_officer_day",
            &["unit", "day", "officer", "encounters", "closed"],
            "ON CONFLICT (unit, day, officer) DO UPDATE SET
                encounters = rollup_officer_day.encounters + excluded.encounters, closed = rollup_officer_day.closed + excluded.closed",
            &self.officer_days,
            |values, ((unit, key), sums)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(key.day.to_string())
                    .push_bind(key.officer.0)
                    .push_bind(sums.encounters)
                    .push_bind(sums.closed);
            },
        );
        add_rows(
            script,
            "rollup_officer_beat",
            &["unit", "officer", "beat", "n"],
            "ON CONFLICT (unit, officer, beat) DO UPDATE SET n = rollup_officer_beat.n + excluded.n",
            &self.officer_beats,
            |values, ((unit, key), n)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(key.officer.0)
                    .push_bind(key.beat.as_str())
                    .push_bind(**n);
            },
        );
    }

    fn write_survey(&self, script: &mut Script) {
        add_rows(
            script,
            "rollup_survey",
            &["unit", "day", "station", "service", "item", "answer", "n"],
            "ON CONFLICT (unit, day, station, service, item, answer)
             DO UPDATE SET n = rollup_survey.n + excluded.n",
            &self.survey,
            |values, ((unit, key), n)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(key.day.to_string())
                    .push_bind(key.station.as_str())
                    .push_bind(key.service.to_string())
                    .push_bind(key.item.as_str())
                    .push_bind(key.answer)
                    .push_bind(**n);
            },
        );
    }

    fn write_blob_uses(&self, script: &mut Script) {
        add_rows(
            script,
            "blob_uses",
            &["unit", "sha256", "subject_kind", "subject_id", "n"],
            "ON CONFLICT (unit, sha256, subject_kind, subject_id)
             DO UPDATE SET n = blob_uses.n + excluded.n",
            &self.blob_uses,
            |values, ((unit, key), n)| {
                values
                    .push_bind(unit.as_str())
                    .push_bind(key.sha256.as_str())
                    .push_bind(key.subject_kind)
                    .push_bind(key.subject_id)
                    .push_bind(**n);
            },
        );
    }
}
