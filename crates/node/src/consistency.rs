//! Consistency: the same service at every hour, at every station, from every officer (S15, S16, S17), and how much of
//! the difference lies with each. `docs/measures.md` says what each counts, and what none of them can say.
//!
//! What is measured is chosen and said. Counts are read from sums that every append keeps: no act is read. Nothing ranks
//! stations or officers. What concerns one officer is for the officer and whoever coaches them
//! ([`Node::punctuality_of`]); the chief reads only how officers differ.

mod officer;
mod part;
mod place;
mod time;
mod week;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use pengayom_core::pack::{Calendar, GoodEnd, Pack};
use pengayom_core::value::OfficerId;
use pengayom_store::{AnswerSums, CaseSums, Grain, OfficerSums, PAGE_MAX, Span};
use tokio::sync::Mutex;

use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::trend::{Good, mondays};

pub use officer::{Beside, OFFICER_NEEDS, OFFICERS_NEED, Pooled, Punctuality, Spread};
pub use part::{
    ANSWERS_MAX, ANSWERS_NEED, Factor, LEVELS_NEED, Part, PartCell, Parts, WhyNot, parts,
};
pub use place::{MixSum, Places, StationRow};
pub use time::{
    Call, Compared, DAYS_NEED, DayKind, DayLeft, Group, HOUR_NEEDS, HourSum, Hours, SIDE_NEEDS,
    USUAL_NEEDS, Usual,
};
pub use week::{Mean, MeanWeek, Means, Weekly};

/// Weeks that are looked back, all of them over.
pub const WEEKS: usize = 52;

/// Months in which stations and officers are compared, with the one that is not over.
pub const MONTHS: i64 = 12;

/// Totals of fewer are not shown, also where the pack would show them.
const SMALL_LEAST: u64 = 5;

/// Days ahead in which reports of a clock that was wrong are looked for.
const AHEAD_DAYS: i64 = 3650;

/// How long what takes long to work out is used again.
const KEEP: SignedDuration = SignedDuration::from_mins(60);

/// How long a page waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// The share of first answers that came after the promised time.
    Late,
    /// The mean time to the first answer, in minutes.
    FirstAnswer,
    /// The share of good answers to an item of the survey.
    Item {
        /// Its code.
        code: String,
        /// Which end is good.
        good: GoodEnd,
    },
}

impl Measure {
    /// The measure of a word, that of an item being its code; without a word it is [`Measure::Late`].
    #[must_use]
    pub fn parse(pack: &Pack, word: &str) -> Option<Self> {
        match word {
            "" | "late" => Some(Self::Late),
            "first_answer" => Some(Self::FirstAnswer),
            code => {
                let mut items = pack.survey().asked_items();
                let item = items.find(|item| item.code.as_str() == code)?;
                Some(Self::Item {
                    code: code.to_owned(),
                    good: item.good,
                })
            }
        }
    }

    /// The word that programs know it by; it stays the same.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Late => "late",
            Self::FirstAnswer => "first_answer",
            Self::Item { code, .. } => code,
        }
    }

    /// Which way is good.
    #[must_use]
    pub const fn good(&self) -> Good {
        match self {
            Self::Late | Self::FirstAnswer => Good::Low,
            Self::Item { .. } => Good::High,
        }
    }

    /// How it is measured.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::FirstAnswer => Kind::Mean,
            Self::Late | Self::Item { .. } => Kind::Share,
        }
    }
}

/// How something is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A share in `[0, 1]`.
    Share,
    /// A mean, in minutes.
    Mean,
}

/// What the record itself cannot say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Mondays of weeks in which something was down: what came on paper is recorded later.
    pub down: Vec<Date>,
    /// Mondays of weeks without anything between weeks with something: nothing happened, or nothing was recorded.
    pub silent: Vec<Date>,
    /// Reports whose time is yet to come: a clock was wrong.
    pub ahead: u64,
    /// Hours left out because what is counted there cannot be.
    pub impossible: u64,
    /// The node's clock is behind its own record.
    pub clock_behind: bool,
    /// Years whose holidays are not known.
    pub holidays_unknown: Vec<i16>,
    /// Reports of those weeks that nobody has answered: they are in no figure. `None`: not asked of this measure.
    pub unanswered: Option<u64>,
}

/// Consistency of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Consistency {
    /// What is measured.
    pub measure: Measure,
    /// First day of the weeks.
    pub from: Date,
    /// Last day of them.
    pub to: Date,
    /// First day in which stations and officers are compared.
    pub months_from: Date,
    /// Last day of that.
    pub months_to: Date,
    /// The moment it was read.
    pub at: Timestamp,
    /// Week by week.
    pub weekly: Weekly,
    /// Hours beside hours.
    pub hours: Hours,
    /// Stations beside one another.
    pub places: Places,
    /// How officers differ in answering in time, whatever is measured above; `None`: too few officers.
    pub officers: Option<Spread>,
    /// How much of being late lies with month, station and officer; `None`: it is being worked out.
    pub parts: Option<Arc<Parts>>,
    /// What the record cannot say.
    pub gaps: Gaps,
    /// Totals of fewer are not shown.
    pub small: u64,
}

/// What was counted, in the unit's own days and hours.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// By hour.
    pub hours: Vec<HourSum>,
    /// By station and service.
    pub mix: Vec<MixSum>,
    /// Whether [`Counted::mix`] has services.
    pub has_mix: bool,
    /// By month, officer and service.
    pub officers: Vec<OfficerSums>,
}

/// The rules of comparing.
pub struct Rules<'a> {
    /// What is measured.
    pub measure: Measure,
    /// Mondays of the weeks, oldest first.
    pub weeks: &'a [Date],
    /// What kind of day a day is.
    pub day_kind: &'a dyn Fn(Date) -> DayKind,
    /// Totals of fewer are not shown.
    pub small: u64,
}

/// What a board compares.
#[derive(Debug, Clone, PartialEq)]
pub struct Worked {
    /// Week by week.
    pub weekly: Weekly,
    /// Hours beside hours.
    pub hours: Hours,
    /// Stations beside one another.
    pub places: Places,
    /// How officers differ.
    pub officers: Option<Spread>,
    /// Weeks without anything between weeks with something.
    pub silent: Vec<Date>,
}

/// Compares what was counted; pure.
#[must_use]
pub fn work_out(counted: &Counted, rules: &Rules<'_>) -> Worked {
    let (kind, good, small) = (rules.measure.kind(), rules.measure.good(), rules.small);
    let weekly = week::weekly(&counted.hours, rules.weeks, kind, good, small);
    let hours = time::hours(
        &counted.hours,
        weekly.baseline(),
        kind,
        good,
        rules.day_kind,
        small,
    );
    let has: BTreeSet<Date> = counted
        .hours
        .iter()
        .filter(|row| row.n > 0)
        .map(|row| {
            let back = i64::from(row.day.weekday().to_monday_zero_offset());
            row.day.saturating_sub(back.days())
        })
        .collect();
    let silent = rules.weeks.iter().filter(|monday| {
        let between = has.first() < Some(*monday) && has.last() > Some(*monday);
        between && !has.contains(*monday)
    });
    Worked {
        silent: silent.copied().collect(),
        weekly,
        hours,
        places: place::places(&counted.mix, kind, counted.has_mix, small),
        officers: officer::spread(&counted.officers, small),
    }
}

/// Takes what was measured from sums of requests; `None`: it cannot be.
fn of_case(measure: &Measure, row: &CaseSums) -> Option<(u64, f64, f64)> {
    let n = u64::try_from(row.responded).ok()?;
    let (sum, squares) = match measure {
        Measure::FirstAnswer => (row.wait_seconds / 60.0, row.wait_seconds_squared / 3600.0),
        Measure::Late | Measure::Item { .. } => {
            let late = row.responded_late as f64;
            (late, late)
        }
    };
    let is_share = measure.kind() == Kind::Share;
    let holds = sum >= 0.0 && squares.is_finite() && !(is_share && sum > n as f64);
    (holds && sum.is_finite()).then_some((n, sum, squares))
}

/// Takes good answers from sums of answers; `None`: they cannot be.
fn of_answer(good: GoodEnd, row: &AnswerSums) -> Option<(u64, f64, f64)> {
    let [_, no, not_quite, yes, very] = row.counts;
    let of = match good {
        GoodEnd::High => yes + very,
        GoodEnd::Low => no,
    };
    let n = u64::try_from(no + not_quite + yes + very).ok()?;
    let of = u64::try_from(of).ok().filter(|of| *of <= n)? as f64;
    Some((n, of, of))
}

/// What a day is by a calendar.
fn day_kind(calendar: &Calendar, day: Date) -> DayKind {
    if calendar.holiday(day).is_some() {
        DayKind::Holiday
    } else if calendar.is_working(day) {
        DayKind::Working
    } else {
        DayKind::Rest
    }
}

/// What takes long to work out, with when it was and from which day on.
type PartsRead = Option<(Timestamp, Date, Arc<Parts>)>;

/// The last reading of that; locked while the next is worked out, so that it is once.
#[derive(Debug, Default)]
pub(crate) struct Kept(Arc<Mutex<PartsRead>>);

impl Node {
    /// Reads how consistent a measure is over the last weeks that are over.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn consistency(
        &self,
        by: &Staff,
        measure: Measure,
    ) -> Result<Consistency, HandleError> {
        by.require(Permission::ReadBoard)?;
        let unit = self.unit();
        let at = self.now();
        let today = unit.zone.to_datetime(at).date();
        let mut weeks = mondays(today);
        let weeks = weeks.split_off(weeks.len().saturating_sub(WEEKS));
        let from = weeks.first().copied().unwrap_or(today);
        let to = weeks.last().copied().unwrap_or(today);
        let to = to.saturating_add(6.days());
        let span = Span {
            from: self.day_span(from)?.from,
            to: self.day_span(to)?.to,
        };
        let (months_from, months_to) = self.months();
        let mut gaps = Gaps {
            clock_behind: self.clock_behind().is_some(),
            ahead: self.filed_ahead(today).await?,
            down: self.weeks_down(&weeks, span).await?,
            holidays_unknown: unknown_years(unit.pack.calendar(), from, to),
            ..Gaps::default()
        };
        let mut counted = match &measure {
            Measure::Late | Measure::FirstAnswer => {
                self.count_cases(&measure, span, &mut gaps).await?
            }
            Measure::Item { code, good } => {
                self.count_answers((code, *good), span, &mut gaps).await?
            }
        };
        counted.officers = self
            .store
            .officer_sums(&unit.id, self.months_span()?, None)
            .await?;
        let small = u64::from(unit.pack.survey().form.small_cell).max(SMALL_LEAST);
        let calendar = unit.pack.calendar();
        let worked = work_out(
            &counted,
            &Rules {
                measure: measure.clone(),
                weeks: &weeks,
                day_kind: &|day| day_kind(calendar, day),
                small,
            },
        );
        gaps.silent = worked.silent;
        let parts = self.parts(&counted.officers);
        // Whoever waits no longer reads it later: what was begun goes on.
        let parts = tokio::time::timeout(PATIENCE, parts).await;
        let parts = parts.ok().transpose()?;
        Ok(Consistency {
            measure,
            from,
            to,
            months_from,
            months_to,
            at,
            weekly: worked.weekly,
            hours: worked.hours,
            places: worked.places,
            officers: worked.officers,
            parts,
            gaps,
            small,
        })
    }

    /// Reads whether somebody's own answers come in time, beside what the same services have everywhere.
    ///
    /// # Errors
    /// The store's.
    pub async fn own_punctuality(&self, by: &Staff) -> Result<Punctuality, HandleError> {
        self.punctuality(by.id).await
    }

    /// The same of an officer, for who coaches them: who carries [`Permission::ReadCoaching`] and belongs to the same
    /// station. Of a station's officers that is the chief of the station, and not the chief of the unit.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`]; [`HandleError::NoSuchOfficer`]; [`HandleError::NotFound`] for an officer whom they do
    /// not coach; the store's.
    pub async fn punctuality_of(
        &self,
        by: &Staff,
        officer: OfficerId,
    ) -> Result<Punctuality, HandleError> {
        by.require(Permission::ReadCoaching)?;
        let staff = self.active_staff().await?;
        let account = staff.iter().find(|account| account.id == officer);
        let account = account.ok_or(HandleError::NoSuchOfficer)?;
        if !self.coaches(by, account) {
            return Err(HandleError::NotFound("officer"));
        }
        self.punctuality(officer).await
    }

    /// Whether somebody coaches a colleague.
    pub fn coaches(&self, by: &Staff, officer: &Staff) -> bool {
        let unit = self.unit();
        let own = unit.own_station();
        by.may(Permission::ReadCoaching) && by.id != officer.id && by.desk(own) == officer.desk(own)
    }

    async fn punctuality(&self, officer: OfficerId) -> Result<Punctuality, HandleError> {
        let unit = self.unit();
        let span = self.months_span()?;
        let rows = self.store.officer_sums(&unit.id, span, None).await?;
        Ok(officer::punctuality(&rows, officer, self.months()))
    }

    /// First and last day of the months.
    fn months(&self) -> (Date, Date) {
        let today = self.unit().zone.to_datetime(self.now()).date();
        let first = today.first_of_month();
        (first.saturating_sub((MONTHS - 1).months()), today)
    }

    fn months_span(&self) -> Result<Span, HandleError> {
        let (from, to) = self.months();
        Ok(Span {
            from: self.day_span(from)?.from,
            to: self.day_span(to)?.to,
        })
    }

    /// Counts requests by hour over some weeks, and by station and service over the months.
    async fn count_cases(
        &self,
        measure: &Measure,
        span: Span,
        gaps: &mut Gaps,
    ) -> Result<Counted, HandleError> {
        let unit = self.unit();
        let hours = self.store.case_sums(&unit.id, span, Grain::Hour).await?;
        let mix = self
            .store
            .case_sums(&unit.id, self.months_span()?, Grain::MixMonth)
            .await?;
        let open: i64 = hours.iter().map(|row| row.filed - row.responded).sum();
        gaps.unanswered = Some(u64::try_from(open).unwrap_or(0));
        let mut counted = Counted {
            has_mix: true,
            ..Counted::default()
        };
        for row in &hours {
            let local = unit.zone.to_datetime(row.at);
            match of_case(measure, row) {
                Some((n, sum, squares)) if n > 0 => counted.hours.push(HourSum {
                    day: local.date(),
                    hour: local.hour(),
                    n,
                    sum,
                    squares,
                }),
                Some(_) => {}
                None => gaps.impossible += 1,
            }
        }
        counted.mix = together(mix.into_iter().filter_map(|row| {
            let measured = of_case(measure, &row)?;
            Some(((row.place, row.service), measured))
        }));
        Ok(counted)
    }

    /// Counts answers to an item by hour over some weeks, and by station over the months.
    async fn count_answers(
        &self,
        (item, good): (&str, GoodEnd),
        span: Span,
        gaps: &mut Gaps,
    ) -> Result<Counted, HandleError> {
        let unit = self.unit();
        let hours = self.store.answer_sums(&unit.id, span, Grain::Hour).await?;
        let stations = self
            .store
            .answer_sums(&unit.id, self.months_span()?, Grain::StationDay)
            .await?;
        let mut counted = Counted::default();
        for row in hours.iter().filter(|row| row.item == item) {
            let local = unit.zone.to_datetime(row.at);
            match of_answer(good, row) {
                Some((n, sum, squares)) if n > 0 => counted.hours.push(HourSum {
                    day: local.date(),
                    hour: local.hour(),
                    n,
                    sum,
                    squares,
                }),
                Some(_) => {}
                None => gaps.impossible += 1,
            }
        }
        let of_item = stations.into_iter().filter(|row| row.item == item);
        counted.mix = together(of_item.filter_map(|row| {
            let measured = of_answer(good, &row)?;
            Some(((row.place, String::new()), measured))
        }));
        Ok(counted)
    }

    /// Reports whose time is yet to come.
    async fn filed_ahead(&self, today: Date) -> Result<u64, HandleError> {
        let unit = self.unit();
        let tomorrow = today.saturating_add(1.days());
        let last = today.saturating_add(AHEAD_DAYS.days());
        let ahead = Span {
            from: self.day_span(tomorrow)?.from,
            to: self.day_span(last)?.to,
        };
        let rows = self.store.case_sums(&unit.id, ahead, Grain::Day).await?;
        let filed: i64 = rows.iter().map(|row| row.filed).sum();
        Ok(u64::try_from(filed).unwrap_or(0))
    }

    /// Weeks in which something was down.
    async fn weeks_down(&self, weeks: &[Date], span: Span) -> Result<Vec<Date>, HandleError> {
        let unit = self.unit();
        let outages = self.store.outages(&unit.id, span.from, PAGE_MAX).await?;
        let mut down = Vec::new();
        for monday in weeks {
            let from = self.day_span(*monday)?.from;
            let to = self.day_span(monday.saturating_add(6.days()))?.to;
            let is_down = outages.iter().any(|outage| {
                let ends_after = outage.ended_at.is_none_or(|ended| ended > from);
                outage.since < to && ends_after
            });
            if is_down {
                down.push(*monday);
            }
        }
        Ok(down)
    }

    /// How much of being late lies with what; worked out at most once in [`KEEP`].
    async fn parts(&self, rows: &[OfficerSums]) -> Result<Arc<Parts>, HandleError> {
        let unit = self.unit();
        let now = self.now();
        let (from, _) = self.months();
        let mut kept = Arc::clone(&self.consistency_parts.0).lock_owned().await;
        if let Some((at, of, parts)) = kept.as_ref() {
            let age = now.duration_since(*at);
            if *of == from && age >= SignedDuration::ZERO && age < KEEP {
                return Ok(Arc::clone(parts));
            }
        }
        let own = unit.own_station();
        let users = self.store.users(&unit.id).await?;
        let stations: BTreeMap<OfficerId, String> = users
            .iter()
            .map(|user| (user.id, user.station.as_ref().unwrap_or(own).to_string()))
            .collect();
        let mut cells: BTreeMap<(Date, OfficerId), (u64, u64)> = BTreeMap::new();
        for row in rows {
            let month = unit.zone.to_datetime(row.at).date();
            let (n, late) = cells.entry((month, row.officer)).or_default();
            *n += u64::try_from(row.responded).unwrap_or(0);
            *late += u64::try_from(row.responded_late).unwrap_or(0);
        }
        let cells: Vec<PartCell> = cells
            .into_iter()
            .map(|((month, officer), (n, late))| PartCell {
                month,
                station: stations.get(&officer).cloned().unwrap_or_default(),
                officer,
                n,
                late,
            })
            .collect();
        // Seconds of arithmetic where there are many officers: not where other requests wait.
        let made = tokio::task::spawn_blocking(move || {
            let made = Arc::new(parts(&cells));
            *kept = Some((now, from, Arc::clone(&made)));
            made
        });
        made.await.map_err(|_| HandleError::Malformed)
    }
}

/// Sums of one station and service from those of months or days.
fn together(rows: impl Iterator<Item = ((String, String), (u64, f64, f64))>) -> Vec<MixSum> {
    let mut sums: BTreeMap<(String, String), (u64, f64, f64)> = BTreeMap::new();
    for (key, (n, sum, squares)) in rows {
        let all = sums.entry(key).or_default();
        all.0 += n;
        all.1 += sum;
        all.2 += squares;
    }
    let rows = sums.into_iter();
    rows.map(|((station, service), (n, sum, squares))| MixSum {
        station,
        service,
        n,
        sum,
        squares,
    })
    .collect()
}

/// Years of a span whose holidays the calendar does not know.
fn unknown_years(calendar: &Calendar, from: Date, to: Date) -> Vec<i16> {
    let years = from.year()..=to.year();
    let day = |year| Date::new(year, 1, 1).ok();
    years
        .filter(|year| day(*year).is_some_and(|day| !calendar.knows(day)))
        .collect()
}
