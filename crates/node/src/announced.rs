//! What the unit made known to everybody, in the order in which it last changed: for feeds and
//! calendars. Every outage is told from its announcement to its end, also those of long ago.

use std::collections::HashMap;

use jiff::Timestamp;
use pengayom_core::act::{Act, Payload, Subject};
use pengayom_core::subject::outage::OutageAct;
use pengayom_core::value::ActId;
use pengayom_store::OutageRow;
use pengayom_store::rows::SequencedAct;

use crate::Node;
use crate::error::HandleError;

/// One outage, from its announcement to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The act that announced it: its identifier for ever.
    pub id: ActId,
    /// Place of what was last said of it in the unit's order.
    pub sequence: i64,
    /// What was said of it.
    pub row: OutageRow,
    /// When it was said that it works again.
    pub end_said_at: Option<Timestamp>,
}

impl Announced {
    /// When something was last said of it.
    pub fn changed_at(&self) -> Timestamp {
        self.end_said_at.unwrap_or(self.row.declared_at)
    }

    /// When it is over, as far as anybody said.
    pub fn until(&self) -> Option<Timestamp> {
        self.row.ended_at.or(self.row.until)
    }

    fn new(act: &Act, end: Option<(&Act, Timestamp)>, sequence: i64) -> Option<Self> {
        let Payload::Outage(OutageAct::OutageDeclared(declared)) = act.payload.clone() else {
            return None;
        };
        let Subject::Outage(id) = act.subject else {
            return None;
        };
        Some(Self {
            id: act.id,
            sequence,
            row: OutageRow {
                id,
                version: end.map_or(act.version, |(end, _)| end.version),
                station: act.place.as_ref().map(|place| place.station.clone()),
                system: declared.system,
                words: declared.words,
                way: declared.way,
                since: declared.since,
                until: declared.until,
                declared_at: act.recorded_at,
                ended_at: end.map(|(_, at)| at),
                simulated: declared.simulated,
            },
            end_said_at: end.map(|(act, _)| act.recorded_at),
        })
    }
}

/// A page of what was made known, what changed last first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedPage {
    /// The outages.
    pub rows: Vec<Announced>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<i64>,
}

/// An act on the page, or one of the same subject that was looked up.
fn find<'a>(
    page: &'a [SequencedAct],
    looked_up: &'a HashMap<Subject, Vec<Act>>,
    subject: Subject,
    version: u32,
) -> Option<&'a Act> {
    let is = |act: &&Act| act.subject == subject && act.version == version;
    let mut here = page.iter().map(|row| &row.act);
    here.find(is)
        .or_else(|| looked_up.get(&subject)?.iter().find(is))
}

/// What one act on a page says: an outage by its last act, nothing where a later one says more.
fn told(
    page: &[SequencedAct],
    looked_up: &HashMap<Subject, Vec<Act>>,
    row: &SequencedAct,
) -> Option<Announced> {
    let act = &row.act;
    match &act.payload {
        Payload::Outage(OutageAct::OutageEnded { at }) => {
            let before = act.version.checked_sub(1)?;
            let declared = find(page, looked_up, act.subject, before)?;
            Announced::new(declared, Some((act, *at)), row.sequence)
        }
        Payload::Outage(OutageAct::OutageDeclared(_)) => {
            let after = find(page, looked_up, act.subject, act.version + 1);
            match after {
                None => Announced::new(act, None, row.sequence),
                Some(_) => None,
            }
        }
        _ => None,
    }
}

impl Node {
    /// Outages the unit made known, what changed last first; before a place of an earlier page, at
    /// most `limit` acts of them.
    ///
    /// # Errors
    /// The store's.
    pub async fn announced(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<AnnouncedPage, HandleError> {
        let unit = self.unit();
        let from = before.unwrap_or(i64::MAX);
        let mut acts = self.store.outage_acts(&unit.id, from, limit + 1).await?;
        let more = acts.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        acts.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = acts.last().filter(|_| more).map(|row| row.sequence);
        let mut looked_up = HashMap::new();
        for row in &acts {
            let ends = matches!(
                row.act.payload,
                Payload::Outage(OutageAct::OutageEnded { .. })
            );
            let other = if ends {
                row.act.version.saturating_sub(1)
            } else {
                row.act.version + 1
            };
            // On the first page whatever came later is on it too.
            let may_be_elsewhere = ends || before.is_some();
            let subject = row.act.subject;
            if may_be_elsewhere
                && !looked_up.contains_key(&subject)
                && find(&acts, &looked_up, subject, other).is_none()
            {
                let all = self.store.acts(&unit.id, subject).await?;
                looked_up.insert(subject, all);
            }
        }
        let rows = acts
            .iter()
            .filter_map(|row| told(&acts, &looked_up, row))
            .collect();
        Ok(AnnouncedPage { rows, next })
    }
}
