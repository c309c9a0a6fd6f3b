//! The survey after an encounter (S5, S6, S25, S39, S41).

use super::choice::choice;
use super::code::{EntryCode, ItemCode};
use super::fault::PackRule;
use super::function::Aspect;
use super::lang::{Localized, LocalizedList};
use super::read::Table;
use super::retention::{KeepBounds, Retention};
use super::source::Sourced;

/// Points of an answer run from 1 to this.
pub const SURVEY_POINTS: u8 = 4;

/// Most items of one further part.
const PART_ITEMS: usize = 12;

choice!(
    /// The scale an item belongs to; scales are reported apart.
    pub enum SurveyScale {
        /// The nine elements of the yearly satisfaction index (PermenPANRB 14/2017).
        Ikm = "ikm",
        /// Competence.
        Competence = "competence",
        /// Consistency.
        Consistency = "consistency",
        /// Civility.
        Civility = "civility",
        /// Sympathetic behaviour, the fourth need (S42).
        Sympathy = "sympathy",
        /// Trust (S39), apart from liking.
        Trust = "trust",
        /// Liking (S41), apart from trust.
        Liking = "liking",
        /// Equal attention to areas (S46).
        EqualAttention = "equal_attention",
    }
);

choice!(
    /// Which end of an item's four points is good.
    pub enum GoodEnd {
        /// 4 is good.
        High = "high",
        /// 1 is good, as for "was money asked?".
        Low = "low",
    }
);

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyItem {
    /// Code kept with the answer.
    pub code: ItemCode,
    /// Scale it belongs to.
    pub scale: SurveyScale,
    /// Aspect it measures (S6); `None` only for trust and liking, which are outcomes of all three.
    pub aspect: Option<Aspect>,
    /// Which end is good.
    pub good: GoodEnd,
    /// The question.
    pub ask: Localized,
    /// Names of the four points, 1 to 4.
    pub labels: LocalizedList,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl SurveyItem {
    /// Points in the good direction, 1 (worst) to 4 (best), of an `answer` from 1 to 4; `None` outside that.
    #[must_use]
    pub const fn good_points(&self, answer: u8) -> Option<u8> {
        match (answer, self.good) {
            (1..=SURVEY_POINTS, GoodEnd::High) => Some(answer),
            (1..=SURVEY_POINTS, GoodEnd::Low) => Some(SURVEY_POINTS + 1 - answer),
            _ => None,
        }
    }

    pub(crate) fn read(row: &Table<'_>) -> Self {
        let item = Self {
            code: row.id("survey item"),
            scale: row.choice("scale", SurveyScale::Competence),
            aspect: row.choice_or_none("aspect"),
            good: row.choice("good", GoodEnd::High),
            ask: row.localized("ask"),
            labels: row.localized_list(
                "labels",
                &(usize::from(SURVEY_POINTS)..=usize::from(SURVEY_POINTS)),
            ),
            sourced: row.sourced(),
        };
        let outcome = matches!(item.scale, SurveyScale::Trust | SurveyScale::Liking);
        if item.aspect.is_none() != outcome {
            row.break_rule("aspect", PackRule::ItemNeedsAspect);
        }
        item
    }
}

/// Questions that whoever wants to may answer besides the short form, under a heading of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyPart {
    /// Its code.
    pub code: EntryCode,
    /// Heading.
    pub title: Localized,
    /// Its items, in order.
    pub items: Vec<ItemCode>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl SurveyPart {
    fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("survey part"),
            title: row.localized("title"),
            items: row.references("items", "survey item", &(1..=PART_ITEMS)),
            sourced: row.sourced(),
        }
    }
}

/// The short form asked after an encounter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyForm {
    /// Its eight items, in order.
    pub items: Vec<ItemCode>,
    /// Names of the four points when the form shows one scale for all items.
    pub labels: LocalizedList,
    /// Name of "I do not know", which counts as no answer.
    pub unknown: Localized,
    /// Fewest answers shown as a total; smaller totals are hidden.
    pub small_cell: u32,
    /// The same for complaints, force, children and sexual violence.
    pub small_cell_sensitive: u32,
    /// Days a code stays open.
    pub open_days: u32,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// The survey of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The short form.
    pub form: SurveyForm,
    /// What may be answered besides.
    pub parts: Vec<SurveyPart>,
    /// Every item, also those not on the form.
    pub items: Vec<SurveyItem>,
    /// How long what a person wrote beside the answers is kept, from the day they gave it.
    pub message_retention: Retention,
    /// How long what identifies people in an encounter without a case is kept, from the day they met; one about
    /// a case goes with the case.
    pub encounter_retention: Retention,
}

impl Survey {
    /// The item with this code.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&SurveyItem> {
        self.items.iter().find(|item| item.code.as_str() == code)
    }

    /// The items of the short form, in its order.
    pub fn form_items(&self) -> impl Iterator<Item = &SurveyItem> {
        self.form
            .items
            .iter()
            .filter_map(|code| self.item(code.as_str()))
    }

    /// The items of a further part, in its order, without those that the short form asks.
    pub fn part_items<'a>(&'a self, part: &'a SurveyPart) -> impl Iterator<Item = &'a SurveyItem> {
        let further = |code: &&ItemCode| !self.form.items.contains(code);
        let items = part.items.iter().filter(further);
        items.filter_map(|code| self.item(code.as_str()))
    }

    /// Every item that is asked: of the short form, then of the further parts.
    pub fn asked_items(&self) -> impl Iterator<Item = &SurveyItem> {
        let parts = self.parts.iter();
        self.form_items()
            .chain(parts.flat_map(|part| self.part_items(part)))
    }

    pub(crate) fn read(root: &Table<'_>, floor: Option<KeepBounds>) -> Option<Self> {
        let items = root.rows("item", SurveyItem::read);
        let form = root.table("form", |form| SurveyForm::read(form, &items))?;
        let parts = root.rows_or_empty("part", |row| SurveyPart::read(row));
        let retention = root.table("retention", |table| {
            ["message", "encounter"].map(|name| {
                table
                    .table(name, |table| Retention::read(table, floor))
                    .unwrap_or_else(Retention::unread)
            })
        });
        let [message_retention, encounter_retention] = retention?;
        Some(Self {
            form,
            parts,
            items,
            message_retention,
            encounter_retention,
        })
    }
}

impl SurveyForm {
    fn read(table: &Table<'_>, items: &[SurveyItem]) -> Self {
        /// Items of the form: few enough for a minute.
        const ITEMS: usize = 8;
        let form = Self {
            items: table.references("items", "survey item", &(ITEMS..=ITEMS)),
            labels: table.localized_list(
                "labels",
                &(usize::from(SURVEY_POINTS)..=usize::from(SURVEY_POINTS)),
            ),
            unknown: table.localized("unknown"),
            small_cell: table.whole("small_cell", &(2..=100)),
            small_cell_sensitive: table.whole("small_cell_sensitive", &(2..=100)),
            open_days: table.whole("open_days", &(1..=365)),
            sourced: table.sourced(),
        };
        let chosen = || items.iter().filter(|item| form.items.contains(&item.code));
        let asks = |scale| chosen().any(|item| item.scale == scale);
        if !asks(SurveyScale::Trust) || !asks(SurveyScale::Liking) {
            table.break_rule("items", PackRule::TrustAndLikingApart);
        }
        if !Aspect::ALL
            .iter()
            .all(|aspect| chosen().any(|item| item.aspect == Some(*aspect)))
        {
            table.break_rule("items", PackRule::EveryAspectAsked);
        }
        form
    }
}
