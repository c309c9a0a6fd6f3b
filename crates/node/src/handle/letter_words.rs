//! The unit's own words in the letters that the program makes: looked at, set, taken back to the pack's (S18, S40).

use pengayom_core::act::{Act, Payload, Subject};
use pengayom_core::letter::{NumberParts, TemplateInUse, TemplateWords, Values, fill_number};
use pengayom_core::subject::unit::{
    self as unit_subject, UnitCommand, UnitRecord, UnitRefusal, letter_in_use,
};
use pengayom_letter::Rendered;
use pengayom_store::views::{self, State};
use pengayom_store::{Append, Store, StoreError};

use super::RETRIES;
use super::letter::{LetterDraft, LetterRefusal, VERIFY_PATH};
use crate::access::{Permission, Staff};
use crate::ledger::record_of;
use crate::{HandleError, Node, UnitContext};

/// What the record says of the words of the unit's letters.
#[derive(Debug)]
pub struct LettersOfUnit {
    /// What is known of the unit itself; `None`: nothing was ever changed.
    pub record: Option<UnitRecord>,
    /// Its acts, oldest first.
    pub acts: Vec<Act>,
}

impl LettersOfUnit {
    fn of(acts: Vec<Act>) -> Self {
        let record = match views::fold(&acts) {
            Some(State::Unit(record)) => Some(*record),
            _ => None,
        };
        Self { record, acts }
    }

    /// Which version the words of a kind of letter are; 0: they were never changed.
    pub fn version(&self, kind: &str) -> u32 {
        let record = self.record.as_ref();
        record.map_or(0, |record| record.letter_version(kind))
    }
}

/// The letters whose own words are not used because they lack what the unit's pack asks for.
///
/// # Errors
/// The store's.
pub async fn letters_below(
    store: &dyn Store,
    unit: &UnitContext,
) -> Result<Vec<TemplateInUse>, StoreError> {
    let record = record_of(store, &unit.id).await?;
    let templates = unit.pack.templates().iter();
    let used = templates.map(|template| letter_in_use(record.as_ref(), template));
    Ok(used.filter(|used| !used.below.is_empty()).collect())
}

impl Node {
    /// The template of a kind with the words that are in use.
    ///
    /// # Errors
    /// [`LetterRefusal::NoTemplate`], or the store's.
    pub async fn letter_template(&self, kind: &str) -> Result<TemplateInUse, HandleError> {
        let unit = self.unit();
        let template = unit.pack.template(kind).ok_or(LetterRefusal::NoTemplate)?;
        let record = record_of(self.store.as_ref(), &unit.id).await?;
        Ok(letter_in_use(record.as_ref(), template))
    }

    /// What the record says of the words of the unit's letters, for whoever keeps them.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn letter_words(&self, by: &Staff) -> Result<LettersOfUnit, HandleError> {
        by.require(Permission::KeepLetters)?;
        let acts = self.store.acts(&self.unit().id, Subject::Unit).await?;
        Ok(LettersOfUnit::of(acts))
    }

    /// Makes letters of a kind with these words from now on. `seen` is the version of the words that whoever asks
    /// looked at.
    ///
    /// # Errors
    /// [`HandleError::Unit`] with every fault of the words; [`HandleError::Conflict`] when somebody else changed them
    /// since; [`HandleError::NotAllowed`]; the store's.
    pub async fn set_letter_words(
        &self,
        by: &Staff,
        kind: &str,
        seen: u32,
        words: TemplateWords,
    ) -> Result<(), HandleError> {
        let command = UnitCommand::SetLetter {
            kind: kind.to_owned(),
            words,
            pack_version: self.unit().pack.version().to_owned(),
        };
        self.change_letter_words(by, kind, seen, command).await
    }

    /// Makes letters of a kind with the words of the pack again.
    ///
    /// # Errors
    /// As [`Node::set_letter_words`].
    pub async fn reset_letter_words(
        &self,
        by: &Staff,
        kind: &str,
        seen: u32,
        reason: Option<String>,
    ) -> Result<(), HandleError> {
        let command = UnitCommand::ResetLetter {
            kind: kind.to_owned(),
            reason,
        };
        self.change_letter_words(by, kind, seen, command).await
    }

    async fn change_letter_words(
        &self,
        by: &Staff,
        kind: &str,
        seen: u32,
        command: UnitCommand,
    ) -> Result<(), HandleError> {
        by.require(Permission::KeepLetters)?;
        let unit = self.unit();
        for _ in 0..RETRIES {
            let acts = self.store.acts(&unit.id, Subject::Unit).await?;
            let known = LettersOfUnit::of(acts);
            let record = known.record.as_ref();
            let decided = unit_subject::decide(record, command.clone(), unit.pack.templates())?;
            // Sent twice, it is so already.
            if decided.is_empty() {
                return Ok(());
            }
            if known.version(kind) != seen {
                return Err(HandleError::Conflict { now_with: None });
            }
            let moment = self.moment(None);
            let acts = self.new_acts(decided, &by.actor(), moment, None, Payload::Unit);
            let before = known.record.map(|record| State::Unit(Box::new(record)));
            let append = Append::new(unit.id.clone(), Subject::Unit, before, acts);
            match self.store.append(append).await {
                Ok(appended) => {
                    self.announce(&appended);
                    return Ok(());
                }
                Err(StoreError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// A letter about nothing with these words and with the facts of the draft, numbered as the first of its series.
    /// Nothing is kept of it, and no code of it verifies.
    ///
    /// # Errors
    /// [`HandleError::Unit`] with every fault of the words; [`HandleError::Letter`]; [`HandleError::NotAllowed`].
    pub async fn preview_letter_words(
        &self,
        by: &Staff,
        draft: &LetterDraft,
        words: &TemplateWords,
    ) -> Result<Rendered, HandleError> {
        by.require(Permission::KeepLetters)?;
        let unit = self.unit();
        let template = unit.pack.template(&draft.kind);
        let template = template.ok_or(LetterRefusal::NoTemplate)?;
        let template = template.with(&words.tidied());
        let faults = template.words_faults();
        if !faults.is_empty() {
            return Err(UnitRefusal::LetterWords(faults).into());
        }
        let parts = NumberParts {
            n: 1,
            dated: unit.zone.to_datetime(self.now()).date(),
            unit: &unit.config().case_prefix,
        };
        let number = fill_number(&template.number, parts);
        let address = format!("{}{VERIFY_PATH}", draft.site);
        self.make_letter(&template, draft, Values::new(), (number, address))
            .await
    }
}
