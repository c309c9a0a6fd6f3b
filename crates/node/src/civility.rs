//! Civility week by week (S19, S25, S37, S43, S44): whether rights were told in time, how often force was used
//! and how far it went, how people were treated. `docs/measures.md` says what each counts.
//!
//! What the law asks stands before what pleases: a sympathetic manner never makes up for rights that were not
//! told (S44). Nothing here is about one officer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::{Aspect, GoodEnd, SurveyScale};
use pengayom_measure::proportion::{self, Share};
use pengayom_store::{AnswerSums, CaseSums, ControlSums, ForceSums, Grain, MeetingSums, Span};

use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::trend::{Good, Series, Verdict, by_week, mondays, series};

/// The code of an arrest among the pack's measures.
pub const ARREST: &str = "arrest";

/// What is followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Lists of rights told in time, of those owed.
    RightsInTime,
    /// Meetings with force.
    Force,
    /// Meetings in which something was explained.
    Explained,
    /// Good answers to an item of conduct.
    Item(String),
}

impl Measure {
    /// The word that programs know it by; it stays the same.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::RightsInTime => "rights_in_time",
            Self::Force => "force",
            Self::Explained => "explained",
            Self::Item(item) => item,
        }
    }

    /// Which way is good. Force is not bad in itself; more of it is a reason to ask.
    #[must_use]
    pub const fn good(&self) -> Good {
        match self {
            Self::Force => Good::Low,
            Self::RightsInTime | Self::Explained | Self::Item(_) => Good::High,
        }
    }

    /// Whether the law asks for it.
    #[must_use]
    pub const fn is_law(&self) -> bool {
        matches!(self, Self::RightsInTime | Self::Force)
    }
}

/// A measure and its weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// Which.
    pub measure: Measure,
    /// Its weeks.
    pub series: Series,
}

/// Force at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// A stage of the pack; empty: not said.
    pub code: String,
    /// How many meetings.
    pub n: u64,
}

/// Force over the weeks, and what it was set against.
#[derive(Debug, Clone, PartialEq)]
pub struct Force {
    /// Meetings with force.
    pub n: u64,
    /// Meetings.
    pub meetings: u64,
    /// The share of meetings with force; `None`: too few meetings.
    pub share: Option<Share>,
    /// Arrests that began in those weeks. Which of them went with force is not recorded.
    pub arrests: u64,
    /// By stage, in the pack's order, what was not said last. Empty: too few meetings.
    pub stages: Vec<Stage>,
}

/// Civility of the last weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Civility {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The moment it was read.
    pub at: Timestamp,
    /// What is followed: the law first, then conduct, then sympathy.
    pub followed: Vec<Followed>,
    /// Force.
    pub force: Force,
    /// The manner is really better while what the law asks is really worse: it does not make up for it (S44).
    pub pleasing_but_unlawful: bool,
    /// Totals of fewer people are hidden; of force, rights and the like the sensitive limit holds.
    pub small_cell: u32,
    /// That limit.
    pub small_cell_sensitive: u32,
}

/// What was counted, as the store gives it.
#[derive(Debug, Default)]
pub struct Counted {
    /// Requests by day.
    pub cases: Vec<CaseSums>,
    /// Meetings by day.
    pub meetings: Vec<MeetingSums>,
    /// Answers by day.
    pub answers: Vec<AnswerSums>,
    /// Force by day.
    pub force: Vec<ForceSums>,
    /// Control measures by day.
    pub controls: Vec<ControlSums>,
}

/// An item of conduct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConductItem {
    /// Its code.
    pub code: String,
    /// Which end is good.
    pub good: GoodEnd,
}

/// The rules of counting: the pack's part.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Items of civility in the order asked, sympathy last.
    pub items: Vec<ConductItem>,
    /// Stages of force in the pack's order.
    pub stages: Vec<String>,
    /// Totals of fewer are hidden.
    pub small_cell: u32,
    /// The same for force and rights.
    pub small_cell_sensitive: u32,
}

/// Civility from what was counted; pure. Days and the moment are for the caller to set.
///
/// - `weeks`: Mondays, oldest first.
/// - `day`: the local day of a moment.
#[must_use]
pub fn civility(
    counted: &Counted,
    rules: &Rules,
    weeks: &[Date],
    day: impl Fn(Timestamp) -> Date,
) -> Civility {
    let small = u64::from(rules.small_cell);
    let sensitive = u64::from(rules.small_cell_sensitive);
    let follow = |measure: Measure, days: Vec<(Date, i64, i64)>, small: u64| Followed {
        series: series(&by_week(weeks, days), measure.good(), small),
        measure,
    };
    let cases = counted.cases.iter();
    let rights = cases.map(|row| (day(row.at), row.rights_in_time, row.rights_owed));
    let forced = counted
        .meetings
        .iter()
        .map(|row| (day(row.at), row.forced, row.encounters));
    let explained = counted
        .meetings
        .iter()
        .map(|row| (day(row.at), row.explained, row.encounters));
    let mut followed = vec![
        follow(Measure::RightsInTime, rights.collect(), sensitive),
        follow(Measure::Force, forced.collect(), sensitive),
        follow(Measure::Explained, explained.collect(), small),
    ];
    for item in &rules.items {
        let rows = counted.answers.iter().filter(|row| row.item == item.code);
        let days = rows.map(|row| {
            let [_, no, not_quite, yes, very] = row.counts;
            let good = match item.good {
                GoodEnd::High => yes + very,
                GoodEnd::Low => no,
            };
            (day(row.at), good, no + not_quite + yes + very)
        });
        followed.push(follow(
            Measure::Item(item.code.clone()),
            days.collect(),
            small,
        ));
    }
    let is = |followed: &Followed, is_law: bool, verdict: fn(&Verdict) -> bool| {
        followed.measure.is_law() == is_law && verdict(&followed.series.verdict)
    };
    let worse = |of: &Followed| is(of, true, |said| matches!(said, Verdict::Worse(_)));
    let better = |of: &Followed| is(of, false, |said| matches!(said, Verdict::Better(_)));
    Civility {
        from: weeks.first().copied().unwrap_or(Date::ZERO),
        to: Date::ZERO,
        at: Timestamp::UNIX_EPOCH,
        pleasing_but_unlawful: followed.iter().any(worse) && followed.iter().any(better),
        force: force(counted, rules, sensitive),
        followed,
        small_cell: rules.small_cell,
        small_cell_sensitive: rules.small_cell_sensitive,
    }
}

fn force(counted: &Counted, rules: &Rules, sensitive: u64) -> Force {
    let sum = |of: fn(&MeetingSums) -> i64| {
        let sum: i64 = counted.meetings.iter().map(of).sum();
        u64::try_from(sum).unwrap_or(0)
    };
    let (n, meetings) = (sum(|row| row.forced), sum(|row| row.encounters));
    let arrests = counted.controls.iter().filter(|row| row.measure == ARREST);
    let arrests: i64 = arrests.map(|row| row.n).sum();
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &counted.force {
        *found.entry(row.stage.as_str()).or_default() += u64::try_from(row.n).unwrap_or(0);
    }
    let known = rules.stages.iter().map(String::as_str);
    let order: Vec<&str> = known
        .chain(found.keys().copied().filter(|stage| !stage.is_empty()))
        .collect();
    let mut stages: Vec<Stage> = Vec::new();
    for code in order.into_iter().chain([""]) {
        let n = found.get(code).copied().unwrap_or(0);
        if n > 0 && !stages.iter().any(|stage| stage.code == code) {
            stages.push(Stage {
                code: code.to_owned(),
                n,
            });
        }
    }
    let enough = meetings >= sensitive;
    Force {
        n,
        meetings,
        share: proportion::share(n.min(meetings), meetings)
            .ok()
            .filter(|_| enough),
        arrests: u64::try_from(arrests).unwrap_or(0),
        stages: if enough { stages } else { Vec::new() },
    }
}

impl Node {
    /// Reads civility over the last weeks that are over.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn civility(&self, by: &Staff) -> Result<Civility, HandleError> {
        by.require(Permission::ReadBoard)?;
        let unit = self.unit();
        let at = self.now();
        let weeks = mondays(unit.zone.to_datetime(at).date());
        let first = weeks.first().copied().unwrap_or(Date::ZERO);
        let last = weeks.last().copied().unwrap_or(Date::ZERO);
        let to = last.saturating_add(jiff::Span::new().days(6));
        let span = Span {
            from: self.day_span(first)?.from,
            to: self.day_span(to)?.to,
        };
        let grain = Grain::Day;
        let counted = Counted {
            cases: self.store.case_sums(&unit.id, span, grain).await?,
            meetings: self.store.meeting_sums(&unit.id, span, grain).await?,
            answers: self.store.answer_sums(&unit.id, span, grain).await?,
            force: self.store.force_sums(&unit.id, span).await?,
            controls: self.store.control_sums(&unit.id, span).await?,
        };
        let zone = unit.zone.clone();
        let day = |at: Timestamp| zone.to_datetime(at).date();
        let mut read = civility(&counted, &rules(&unit.pack), &weeks, day);
        read.to = to;
        read.at = at;
        Ok(read)
    }
}

fn rules(pack: &pengayom_core::pack::Pack) -> Rules {
    let survey = pack.survey();
    let civil = || {
        survey
            .form_items()
            .filter(|item| item.aspect == Some(Aspect::Civility))
    };
    let conduct = civil().filter(|item| item.scale != SurveyScale::Sympathy);
    let sympathy = civil().filter(|item| item.scale == SurveyScale::Sympathy);
    let items = conduct
        .chain(sympathy)
        .filter(|item| item.scale != SurveyScale::Ikm);
    Rules {
        items: items
            .map(|item| ConductItem {
                code: item.code.to_string(),
                good: item.good,
            })
            .collect(),
        stages: pack
            .force_stages()
            .iter()
            .map(|stage| stage.code.to_string())
            .collect(),
        small_cell: survey.form.small_cell,
        small_cell_sensitive: survey.form.small_cell_sensitive,
    }
}

#[cfg(test)]
mod tests;
