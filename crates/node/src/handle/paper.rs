//! Printed forms: their numbers, their secrets, and what was entered from them.
//!
//! Nothing is stored of a form before it is handed in. Its mark, its secret and the command it is
//! entered with follow from its number by the root secret, so that they outlive a change of the
//! node's key ([`crate::keyring`]), and nobody without the root secret makes a number that is taken.

use jiff::Timestamp;
use pengayom_core::act::{Actor, Subject};
use pengayom_core::value::{
    CaseId, CaseNumber, CommandId, FormNumber, FormNumberError, SecretDigits, SecretHash,
};

use super::case::CaseHistory;
use super::reporter::{TRIES_PER_CASE, TRIES_PER_ORIGIN};
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::keys::Purpose;

/// Most forms that are made at once.
pub const FORMS_MAX: u32 = 20;

/// Most reports that are entered under one number: the form's own and those of photocopies.
pub const ENTRIES_MAX: u16 = 40;

/// A form to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperForm {
    /// Its number.
    pub number: FormNumber,
    /// The secret on the strip that the person keeps.
    pub secret: SecretDigits,
}

/// Why a text is not the number of one of the unit's forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// It is no form number.
    #[error(transparent)]
    Number(#[from] FormNumberError),
    /// It is one, but this unit did not make it.
    #[error("the mark of the form number is not this unit's")]
    NotOurs,
}

/// A report that was entered from a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormEntry {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// When the paper was handed in.
    pub filed_at: Timestamp,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Who entered it.
    pub by: Actor,
    /// Whether the asker may open the case.
    pub may_open: bool,
}

/// What the one who holds a form's strip is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormTracked {
    /// The number of the report entered from it; the code opens that too.
    Entered(CaseNumber),
    /// The strip is right, and nobody entered the form yet.
    NotEntered,
}

impl Node {
    /// New forms, at most [`FORMS_MAX`]. Nothing of them is kept.
    pub fn new_forms(&self, count: u32) -> Vec<PaperForm> {
        let mut forms = Vec::new();
        for _ in 0..count.min(FORMS_MAX) {
            let mut random = [0_u8; 8];
            self.randomness.fill(&mut random);
            // Taken modulo 10^12: of 2^64 values the bias is below 10^-7.
            let serial = FormNumber::new(u64::from_be_bytes(random), 0).serial();
            let number = FormNumber::new(serial, self.mark_of(serial));
            let secret = self.form_secret(&number);
            forms.push(PaperForm { number, secret });
        }
        forms
    }

    /// The number of one of the unit's forms, as somebody typed it.
    ///
    /// # Errors
    /// [`FormFault`], which says what to do about it.
    pub fn form_number(&self, typed: &str) -> Result<FormNumber, FormFault> {
        let number: FormNumber = typed.parse()?;
        if self.is_ours(&number) {
            Ok(number)
        } else {
            Err(FormFault::NotOurs)
        }
    }

    /// The one form of the unit that a slip of the hand leads from to what was typed. For staff,
    /// who have the paper before them: it is shown, never taken.
    pub fn form_meant(&self, typed: &str) -> Option<FormNumber> {
        let mut ours = FormNumber::meant(typed)
            .into_iter()
            .filter(|number| self.is_ours(number));
        let first = ours.next()?;
        ours.next().is_none().then_some(first)
    }

    /// The command that a form is entered with: the same from every desk, so that it is entered once.
    /// `copy` is 0 for the form itself and counts the reports of other people on photocopies of it.
    pub fn form_command(&self, number: &FormNumber, copy: u16) -> CommandId {
        let text = format!("{}/{}/{copy}", self.unit().id, number.plain());
        CommandId(self.key.uuid(Purpose::FormCommand, text.as_bytes()))
    }

    /// What was entered from a form, its own report first.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn form_entries(
        &self,
        by: &Staff,
        number: &FormNumber,
    ) -> Result<Vec<FormEntry>, HandleError> {
        by.require(Permission::TakeReport)?;
        let mut entries = Vec::new();
        for copy in 0..ENTRIES_MAX {
            let Some(id) = self.entered(number, copy).await? else {
                break;
            };
            let history = self.history(id).await?;
            let first = history.acts.first().ok_or(HandleError::NotFound("case"))?;
            let case = &history.case;
            entries.push(FormEntry {
                case: id,
                number: case
                    .filed
                    .number
                    .clone()
                    .ok_or(HandleError::NotFound("case number"))?,
                filed_at: first.happened_at,
                entered_at: first.recorded_at,
                by: first.actor.clone(),
                may_open: self.require_case(by, Permission::ReadCase, case).is_ok(),
            });
        }
        Ok(entries)
    }

    /// What became of a form, for the one who has its number and the code of its strip.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`], also for a number that is not this unit's; otherwise as
    /// [`Node::track`].
    pub async fn track_form(
        &self,
        number: &FormNumber,
        secret: &SecretDigits,
        origin: &str,
    ) -> Result<FormTracked, HandleError> {
        let tries = format!("track/origin/{origin}");
        self.require_tries_left(&tries, TRIES_PER_ORIGIN).await?;
        if !self.is_ours(number) || self.form_secret(number) != *secret {
            self.count_try(&tries, TRIES_PER_ORIGIN).await?;
            let form = format!("track/form/{}", number.plain());
            self.count_try(&form, TRIES_PER_CASE).await?;
            return Err(HandleError::NoMatch);
        }
        let Some(case) = self.entered(number, 0).await? else {
            return Ok(FormTracked::NotEntered);
        };
        let number = self.known_case(case).await?.filed.number;
        let number = number.ok_or(HandleError::NotFound("case number"))?;
        self.track(&number, secret, origin).await?;
        Ok(FormTracked::Entered(number))
    }

    /// Refuses the code of a form's strip once another person's report was entered under the same
    /// number: their photocopy has the same code, and must not open somebody else's report.
    pub(super) async fn require_one_holder(
        &self,
        history: &CaseHistory,
        secret: &SecretDigits,
    ) -> Result<(), HandleError> {
        let form = history.case.filed.form.as_deref();
        let Some(number) = form.and_then(|form| form.parse::<FormNumber>().ok()) else {
            return Ok(());
        };
        if self.form_secret(&number) == *secret && self.entered(&number, 1).await?.is_some() {
            return Err(HandleError::CodeShared);
        }
        Ok(())
    }

    async fn entered(&self, number: &FormNumber, copy: u16) -> Result<Option<CaseId>, HandleError> {
        let command = self.form_command(number, copy);
        let unit = self.unit();
        let subject = self.store.subject_of_command(&unit.id, command).await?;
        Ok(match subject {
            Some(Subject::Case(case)) => Some(case),
            _ => None,
        })
    }

    /// The secret of a form is that of the command it is entered with, as of every report.
    fn form_secret(&self, number: &FormNumber) -> SecretDigits {
        let command = self.form_command(number, 0);
        self.key.digits(Purpose::CaseSecret, command.0.as_bytes())
    }

    fn is_ours(&self, number: &FormNumber) -> bool {
        number.mark() == self.mark_of(number.serial())
    }

    /// The mark of a form: six digits of a keyed hash. One of a million made-up numbers has it, and
    /// such a number opens nothing: the secret needs the key too.
    fn mark_of(&self, serial: u64) -> u32 {
        let text = format!("{}/{serial:012}", self.unit().id);
        let SecretHash(hash) = self.hash(Purpose::FormMark, text.as_bytes());
        let mut draw = 0_u64;
        for byte in hash.iter().take(8) {
            draw = draw << 8 | u64::from(*byte);
        }
        u32::try_from(draw % 1_000_000).unwrap_or(0)
    }
}
