//! What the chief sees: today hour by hour, what is late and why, how people judge the service.
//!
//! Every share carries its interval and its n; nothing ranks officers. Totals of fewer people than
//! the pack's small-cell limit are hidden.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use pengayom_core::pack::{Aspect, GoodEnd, ServiceCode};
use pengayom_core::place::StationId;
use pengayom_measure::histogram::WaitHistogram;
use pengayom_measure::proportion::{self, Share};
use pengayom_store::rows::{CaseCounts, CaseRow};
use pengayom_store::{HourGroup, Span, SurveyTotals, WaitGroup};

use crate::Node;
use crate::access::{Permission, Sight, Staff};
use crate::error::HandleError;

/// Days over which answers to the survey are counted.
pub const SURVEY_DAYS: i64 = 30;

/// Most late cases the board lists; the rest are counted.
pub const LATE_LISTED: u32 = 20;

/// One hour of today.
#[derive(Debug, Clone, PartialEq)]
pub struct Hour {
    /// Local hour, 0 to 23.
    pub hour: u8,
    /// Requests filed in it.
    pub filed: i64,
    /// Of them, answered.
    pub responded: i64,
    /// Of those, after the promised time.
    pub responded_late: i64,
    /// The hour has not come yet.
    pub ahead: bool,
}

/// How one item of the survey was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemResult {
    /// The item.
    pub item: String,
    /// The aspect it belongs to (S6); `None` for trust, liking and the like.
    pub aspect: Option<Aspect>,
    /// The share of good answers, with interval and n; `None` when hidden or nobody answered.
    pub good: Option<Share>,
    /// How many answered with one of the four points.
    pub n: u64,
    /// How many did not know.
    pub unknown: u64,
    /// Fewer answered than may be shown.
    pub hidden: bool,
}

/// The chief's morning.
#[derive(Debug, Clone)]
pub struct Morning {
    /// The moment it was read.
    pub at: Timestamp,
    /// The local day.
    pub day: Date,
    /// Open cases now.
    pub counts: CaseCounts,
    /// Today, hour by hour.
    pub hours: Vec<Hour>,
    /// Waiting times of today's requests.
    pub waits_today: WaitHistogram,
    /// Waiting times of the last [`SURVEY_DAYS`] days.
    pub waits_month: WaitHistogram,
    /// The share of answered requests of those days that were answered in time.
    pub in_time: Option<Share>,
    /// Late cases, longest overdue first, at most [`LATE_LISTED`].
    pub late: Vec<CaseRow>,
    /// Answers by item of the form, in its order.
    pub survey: Vec<ItemResult>,
    /// Requests filed in those days by service; only services that were asked for.
    pub by_service: Vec<(ServiceCode, i64)>,
    /// First day counted in `survey`.
    pub survey_from: Date,
    /// Totals of fewer people are hidden.
    pub small_cell: u32,
}

/// Weeks of the survey's trend.
pub const TREND_WEEKS: i64 = 6;

/// How people judged the service of seven local days.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyWeek {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Answers by item of the form, in its order.
    pub survey: Vec<ItemResult>,
}

/// Waiting times of one station in one local hour of the day, or of all hours together.
#[derive(Debug, Clone, PartialEq)]
pub struct StationHour {
    /// The station; `None`: the unit as a whole.
    pub station: Option<StationId>,
    /// Local hour of filing, 0 to 23; `None`: all hours.
    pub hour: Option<u8>,
    /// Waiting times until the first response.
    pub waits: WaitHistogram,
}

/// Response times over a span of local days (S15, S16).
#[derive(Debug, Clone)]
pub struct ResponseTimes {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Requests filed in those days.
    pub filed: i64,
    /// The unit as a whole, then each station, all hours; then by hour, the unit first.
    pub rows: Vec<StationHour>,
}

/// Longest span of days one reading covers.
pub const RESPONSE_DAYS_MAX: i32 = 3 * 366;

impl Node {
    /// Reads response times by station and local hour of filing over a span of local days, both
    /// included.
    ///
    /// Fair comparison needs the same service and enough cases: each row carries its n, and rows
    /// are in the order of the stations' codes, not of their figures.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`]; [`HandleError::TooLarge`] beyond [`RESPONSE_DAYS_MAX`] days;
    /// [`HandleError::Malformed`] when `to` is before `from`; otherwise the store's.
    pub async fn response_times(
        &self,
        by: &Staff,
        from: Date,
        to: Date,
    ) -> Result<ResponseTimes, HandleError> {
        by.require(Permission::ReadBoard)?;
        let unit = self.unit();
        let span = self.days_span(from, to)?;
        let totals = self
            .store
            .wait_totals(&unit.id, span, WaitGroup::StationHour)
            .await?;
        let mut sums: BTreeMap<(Option<u8>, Option<StationId>), WaitHistogram> = BTreeMap::new();
        for row in &totals {
            let hour = row
                .hour
                .map(|hour| unit.zone.to_datetime(hour).hour())
                .and_then(|hour| u8::try_from(hour).ok());
            let station = row.key.as_deref().and_then(|key| key.parse().ok());
            for hour in [None, hour] {
                sums.entry((hour, None)).or_default().merge(&row.histogram);
                if station.is_some() {
                    let key = (hour, station.clone());
                    sums.entry(key).or_default().merge(&row.histogram);
                }
            }
        }
        let filed = self
            .store
            .hour_totals(&unit.id, span, HourGroup::Station)
            .await?;
        Ok(ResponseTimes {
            from,
            to,
            filed: filed.iter().map(|row| row.filed).sum(),
            rows: sums
                .into_iter()
                .map(|((hour, station), waits)| StationHour {
                    station,
                    hour,
                    waits,
                })
                .collect(),
        })
    }

    /// Reads the chief's morning.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn morning(&self, by: &Staff) -> Result<Morning, HandleError> {
        by.require(Permission::ReadBoard)?;
        let unit = self.unit();
        let at = self.now();
        let day = unit.zone.to_datetime(at).date();
        let today = self.day_span(day)?;
        let survey_from = day.checked_sub(SURVEY_DAYS.days()).unwrap_or(day);
        let month = Span {
            from: self.day_span(survey_from)?.from,
            to: today.to,
        };
        let by_hour = self
            .store
            .hour_totals(&unit.id, today, HourGroup::Hour)
            .await?;
        let hours = (0..24_u8)
            .map(|hour| {
                let start = start_of_hour(today.from, hour);
                let next = start_of_hour(today.from, hour + 1);
                let mut sum = Hour {
                    hour,
                    filed: 0,
                    responded: 0,
                    responded_late: 0,
                    ahead: start > at,
                };
                let inside = |moment: Timestamp| moment >= start && moment < next;
                for totals in by_hour.iter().filter(|row| row.hour.is_some_and(inside)) {
                    sum.filed += totals.filed;
                    sum.responded += totals.responded;
                    sum.responded_late += totals.responded_late;
                }
                sum
            })
            .collect();
        let by_service = self
            .store
            .hour_totals(&unit.id, month, HourGroup::Service)
            .await?;
        let in_time = by_service.iter().fold((0, 0), |(all, late), row| {
            (all + row.responded, late + row.responded_late)
        });
        let (responded, late) = (count(in_time.0), count(in_time.1));
        let survey = self
            .store
            .survey_totals(&unit.id, survey_from, day, None)
            .await?;
        let small_cell = unit.pack.survey().form.small_cell;
        let mut late_cases = self.store.late_cases(&unit.id, at, LATE_LISTED).await?;
        let mut counts = self.store.case_counts(&unit.id, at).await?;
        let listed = late_cases.len();
        // Nobody reads here of a report about themselves, nor that one is left out.
        late_cases.retain(|row| self.sight_of(by, row) != Sight::Hidden);
        let hidden = listed - late_cases.len();
        counts.late -= i64::try_from(hidden).unwrap_or(0);
        Ok(Morning {
            at,
            day,
            counts,
            hours,
            waits_today: self.waits(today).await?,
            waits_month: self.waits(month).await?,
            in_time: proportion::share(responded.saturating_sub(late), responded).ok(),
            late: late_cases,
            survey: self.item_results(&survey, small_cell),
            by_service: by_service
                .iter()
                .filter_map(|row| Some((row.key.as_deref()?.parse().ok()?, row.filed)))
                .collect(),
            survey_from,
            small_cell,
        })
    }

    /// How people judged the service week by week, the oldest of [`TREND_WEEKS`] first, the last one
    /// ending today (S5). Weeks are by the day of service. Each share carries its interval and its
    /// n; whether a difference is real is not said here.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn survey_weeks(&self, by: &Staff) -> Result<Vec<SurveyWeek>, HandleError> {
        by.require(Permission::ReadBoard)?;
        let unit = self.unit();
        let today = unit.zone.to_datetime(self.now()).date();
        let small_cell = unit.pack.survey().form.small_cell;
        let mut weeks = Vec::new();
        for back in (0..TREND_WEEKS).rev() {
            let to = today.saturating_sub((7 * back).days());
            let from = to.saturating_sub(6.days());
            let totals = self.store.survey_totals(&unit.id, from, to, None).await?;
            weeks.push(SurveyWeek {
                from,
                to,
                survey: self.item_results(&totals, small_cell),
            });
        }
        Ok(weeks)
    }

    /// From the beginning of a local day to the end of another.
    ///
    /// # Errors
    /// [`HandleError::TooLarge`] beyond [`RESPONSE_DAYS_MAX`] days; [`HandleError::Malformed`] when `to` is
    /// before `from`.
    pub(crate) fn days_span(&self, from: Date, to: Date) -> Result<Span, HandleError> {
        let days = from
            .until(to)
            .map_err(|_| HandleError::Malformed)?
            .get_days();
        if days < 0 {
            return Err(HandleError::Malformed);
        }
        if days > RESPONSE_DAYS_MAX {
            let found = usize::try_from(days).unwrap_or(usize::MAX);
            let limit = usize::try_from(RESPONSE_DAYS_MAX).unwrap_or(usize::MAX);
            return Err(HandleError::TooLarge { found, limit });
        }
        Ok(Span {
            from: self.day_span(from)?.from,
            to: self.day_span(to)?.to,
        })
    }

    async fn waits(&self, span: Span) -> Result<WaitHistogram, HandleError> {
        let totals = self
            .store
            .wait_totals(&self.unit().id, span, WaitGroup::All)
            .await?;
        let mut all = WaitHistogram::new();
        for row in &totals {
            all.merge(&row.histogram);
        }
        Ok(all)
    }

    pub(crate) fn item_results(&self, totals: &[SurveyTotals], small_cell: u32) -> Vec<ItemResult> {
        let unit = self.unit();
        let survey = unit.pack.survey();
        survey
            .form_items()
            .map(|item| {
                let code = item.code.as_str();
                let found = totals.iter().find(|row| row.item == code);
                let [unknown, no, not_quite, yes, very] =
                    found.map_or([0; 5], |row| row.counts).map(count);
                let n = no + not_quite + yes + very;
                let good = match item.good {
                    GoodEnd::High => yes + very,
                    GoodEnd::Low => no,
                };
                let hidden = n > 0 && n < u64::from(small_cell);
                ItemResult {
                    item: code.to_owned(),
                    aspect: item.aspect,
                    good: if hidden {
                        None
                    } else {
                        proportion::share(good, n).ok()
                    },
                    n,
                    unknown,
                    hidden,
                }
            })
            .collect()
    }

    /// A local day as a span of moments.
    pub fn day_span(&self, day: Date) -> Result<Span, HandleError> {
        let unit = self.unit();
        let start = |day: Date| {
            unit.zone
                .to_timestamp(day.at(0, 0, 0, 0))
                .map_err(|_| HandleError::Malformed)
        };
        let next = day
            .checked_add(1.days())
            .map_err(|_| HandleError::Malformed)?;
        Ok(Span {
            from: start(day)?,
            to: start(next)?,
        })
    }
}

fn start_of_hour(day: Timestamp, hour: u8) -> Timestamp {
    day.checked_add(SignedDuration::from_hours(i64::from(hour)))
        .unwrap_or(day)
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
