//! Letters that the program makes: looked at beforehand, issued with their number, verified (S18, S40).

use std::collections::BTreeMap;

use pengayom_core::act::{Act, Payload, Subject};
use pengayom_core::letter::{Body, FieldFault, NumberParts, Template, Values, fill_number};
use pengayom_core::pack::Lang;
use pengayom_core::subject::case::{
    Case, CaseAct, CaseCommand, GiveLetter, Issued, LETTER_NUMBER_MAX_CHARS,
};
use pengayom_core::value::{CaseId, CaseNumber, SecretHash};
use pengayom_letter::{Letter, Paper, RenderError, Rendered, Side};
use pengayom_store::StoreError;
use subtle::ConstantTimeEq as _;

use super::RETRIES;
use super::case::{CaseChanged, CaseHistory};
use super::once::Once;
use super::reporter::TRIES_PER_ORIGIN;
use crate::access::{Permission, Staff};
use crate::keys::Purpose;
use crate::ledger::leaf_of;
use crate::media::Wanted;
use crate::{HandleError, Node};

/// Characters of a code's last part: 60 bits that nobody without the node's key finds.
const MARK_CHARS: usize = 12;

/// Digits and letters that are not taken for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Where a letter is verified, beneath the site's address.
pub const VERIFY_PATH: &str = "/surat";

/// A letter to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterDraft {
    /// Its kind.
    pub kind: String,
    /// What it is printed on.
    pub paper: Paper,
    /// English follows the Indonesian on a page of its own.
    pub english: bool,
    /// What the officer filled in.
    pub typed: Values,
    /// What the record knows, in each language.
    pub facts: BTreeMap<Lang, Values>,
    /// The letter of the same kind in whose place it comes.
    pub replaces: Option<u32>,
    /// Where the unit is reached, without a slash at the end.
    pub site: String,
}

/// Why a letter is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterRefusal {
    /// The pack makes no letter of that kind.
    #[error("no template for this kind of letter")]
    NoTemplate,
    /// It is not for the service of the case.
    #[error("the letter is not for the service of the case")]
    NotForService,
    /// The case has no number that could be printed.
    #[error("the case has no number")]
    NoNumber,
    /// Fields are missing or hold too much.
    #[error("{} fields are not filled in as they have to be", .0.len())]
    Fields(Vec<FieldFault>),
    /// Its number would be longer than numbers are.
    #[error("the letter's number has {chars} characters, limit {LETTER_NUMBER_MAX_CHARS}")]
    NumberTooLong {
        /// How long it would be.
        chars: usize,
    },
    /// The file was not made.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// A letter that was issued.
#[derive(Debug)]
pub struct LetterIssued {
    /// The case after it.
    pub changed: CaseChanged,
    /// Its place in the order they were given, from 1.
    pub n: u32,
    /// What of it could not be printed as it was written.
    pub unprintable: Vec<char>,
}

/// A letter that was found by its code.
#[derive(Debug)]
pub struct LetterFound {
    /// Its place in the order they were given, from 1.
    pub n: u32,
    /// Its case.
    pub history: CaseHistory,
}

impl Node {
    /// A letter as it would be, without number and code. Nothing is kept of it.
    ///
    /// # Errors
    /// [`HandleError::Letter`], or why the asker may not.
    pub async fn preview_letter(
        &self,
        by: &Staff,
        id: CaseId,
        draft: &LetterDraft,
    ) -> Result<Rendered, HandleError> {
        by.require(Permission::WorkCase)?;
        let known = self.known_case(id).await?;
        self.require_case(by, Permission::WorkCase, &known)?;
        let used = self.letter_template(&draft.kind).await?;
        let typed = fitting(&known, &used.template, draft)?;
        let none = "\u{2026}".to_owned();
        let address = format!("{}{VERIFY_PATH}", draft.site);
        self.make_letter(&used.template, draft, typed, (none, address))
            .await
    }

    /// Issues a letter: numbers it, keeps its file and gives it, once for each `once`.
    ///
    /// # Errors
    /// [`HandleError::Letter`], the refusal of a rule, or why the asker may not.
    pub async fn issue_letter(
        &self,
        by: &Staff,
        id: CaseId,
        draft: &LetterDraft,
        once: Option<Once>,
    ) -> Result<LetterIssued, HandleError> {
        by.require(Permission::WorkCase)?;
        if let Some(done) = self.done_before(once).await? {
            return self.issued_before(id, done.acts).await;
        }
        let unit = self.unit();
        let moment = self.moment(None);
        let today = unit.zone.to_datetime(moment.recorded_at).date();
        for _ in 0..RETRIES {
            let known = self.known_case(id).await?;
            self.require_case(by, Permission::WorkCase, &known)?;
            let used = self.letter_template(&draft.kind).await?;
            let template = &used.template;
            let typed = fitting(&known, template, draft)?;
            // What a rule refuses is not made, numbered or kept.
            if template.to_reporter {
                known.may_get_letters()?;
            } else {
                known.may_have_letters()?;
            }
            let n = u32::try_from(known.letters.len() + 1).unwrap_or(u32::MAX);
            let series = Issued::series(&draft.kind, today);
            let running = self.store.last_in_series(&unit.id, &series).await? + 1;
            let parts = NumberParts {
                n: running,
                dated: today,
                unit: &unit.config().case_prefix,
            };
            let number = fill_number(&template.number, parts);
            let chars = number.chars().count();
            if chars > LETTER_NUMBER_MAX_CHARS {
                return Err(LetterRefusal::NumberTooLong { chars }.into());
            }
            let case = known.filed.number.as_ref().ok_or(LetterRefusal::NoNumber)?;
            let code = self.letter_code(case, n);
            let address = format!("{}{VERIFY_PATH}/{code}", draft.site);
            let made = (number.clone(), address);
            let made = self.make_letter(template, draft, typed, made).await?;
            let mut intake = self.begin_file(Wanted::Letter);
            intake.write(&made.pdf).await?;
            let command = CaseCommand::GiveLetter(GiveLetter {
                kind: draft.kind.clone(),
                number: Some(number),
                dated: today,
                today,
                file: intake.finish().await?,
                issued: Some(Issued {
                    n: running,
                    template: used.version,
                    pack_version: Some(unit.pack.version().to_owned()),
                    on_file: !template.to_reporter,
                    replaces: draft.replaces,
                }),
            });
            let record = once.map(Once::record);
            let appended =
                Box::pin(self.append_command(id, known, command, &by.actor(), moment, record))
                    .await;
            match appended {
                // Somebody was faster, on this case or in this series: another place, another number.
                Err(HandleError::Store(StoreError::Stale { .. } | StoreError::Taken { .. })) => {}
                Err(error) => return Err(error),
                Ok(changed) => {
                    return Ok(LetterIssued {
                        changed,
                        n,
                        unprintable: made.unprintable.into_iter().collect(),
                    });
                }
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// What the same command issued before.
    async fn issued_before(&self, id: CaseId, acts: Vec<Act>) -> Result<LetterIssued, HandleError> {
        let history = self.history(id).await?;
        let last = acts.first().map_or(0, |act| act.version);
        let before = history.acts.iter().filter(|act| {
            let given = matches!(act.payload, Payload::Case(CaseAct::LetterGiven { .. }));
            given && act.version <= last
        });
        let n = u32::try_from(before.count()).unwrap_or(u32::MAX);
        Ok(LetterIssued {
            changed: CaseChanged {
                case: history.case,
                changed: false,
                acts,
            },
            n,
            unprintable: Vec::new(),
        })
    }

    /// The letter of a code for whoever asks, who has only so many tries: a code is not searched for.
    ///
    /// # Errors
    /// [`HandleError::TooManyTries`], or the store's.
    pub async fn verify_letter(
        &self,
        typed: &str,
        origin: &str,
    ) -> Result<Option<LetterFound>, HandleError> {
        let tries = format!("letter/origin/{origin}");
        self.require_tries_left(&tries, TRIES_PER_ORIGIN).await?;
        let found = self.letter_by_code(typed).await?;
        if found.is_none() {
            self.count_try(&tries, TRIES_PER_ORIGIN).await?;
        }
        Ok(found)
    }

    /// The place in the unit's log of the act that gave a letter, from 0.
    ///
    /// # Errors
    /// The store's.
    pub async fn letter_in_log(&self, found: &LetterFound) -> Result<Option<u64>, HandleError> {
        let given = |act: &&Act| matches!(act.payload, Payload::Case(CaseAct::LetterGiven { .. }));
        let before = usize::try_from(found.n.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(act) = found.history.acts.iter().filter(given).nth(before) else {
            return Ok(None);
        };
        let subject = Subject::Case(found.history.id);
        let unit = &self.unit().id;
        let stored = self.store.stored_act_of(unit, subject, act.version).await?;
        Ok(stored.map(|stored| leaf_of(stored.sequence)))
    }

    /// The letter that a code stands on, however somebody typed it.
    ///
    /// # Errors
    /// The store's; `None` for a code that this unit gave to no letter.
    pub async fn letter_by_code(&self, typed: &str) -> Result<Option<LetterFound>, HandleError> {
        let Some((number, n)) = self.read_letter_code(typed) else {
            return Ok(None);
        };
        let Some(row) = self.store.case_by_number(&self.unit().id, &number).await? else {
            return Ok(None);
        };
        let history = self.history(row.id).await?;
        let issued = history
            .case
            .letter(n)
            .is_some_and(|one| one.issued.is_some());
        Ok(issued.then_some(LetterFound { n, history }))
    }

    /// The code of a letter: the number of its case, its place there, and a mark that only this unit makes.
    pub fn letter_code(&self, case: &CaseNumber, n: u32) -> String {
        format!("{case}-{n}-{}", self.letter_mark(case, n))
    }

    fn letter_mark(&self, case: &CaseNumber, n: u32) -> String {
        let text = format!("{}/{case}/{n}", self.unit().id);
        let SecretHash(hash) = self.key.hash(Purpose::Letter, text.as_bytes());
        let bits = hash
            .iter()
            .take(8)
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        (0..MARK_CHARS)
            .map(|at| {
                let five = (bits >> (59 - 5 * at)) & 31;
                let sign = usize::try_from(five).ok().and_then(|at| ALPHABET.get(at));
                sign.map_or('0', |sign| char::from(*sign))
            })
            .collect()
    }

    /// Number and place of a code whose mark this unit made.
    fn read_letter_code(&self, typed: &str) -> Option<(CaseNumber, u32)> {
        // Longer than any code: not looked at.
        if typed.len() > 80 {
            return None;
        }
        let typed: String = typed
            .chars()
            .filter(|sign| !sign.is_whitespace())
            .map(|sign| sign.to_ascii_uppercase())
            .collect();
        let (rest, mark) = typed.rsplit_once('-')?;
        let (number, n) = rest.rsplit_once('-')?;
        let number: CaseNumber = number.parse().ok()?;
        let n: u32 = n.parse().ok().filter(|n| *n > 0)?;
        // What people take for a digit is one.
        let mark: String = mark
            .chars()
            .map(|sign| match sign {
                'O' => '0',
                'I' | 'L' => '1',
                sign => sign,
            })
            .collect();
        let ours = self.letter_mark(&number, n);
        bool::from(ours.as_bytes().ct_eq(mark.as_bytes())).then_some((number, n))
    }

    /// Lays a letter out. What was typed goes before what the record knows; number and address are given.
    pub(super) async fn make_letter(
        &self,
        template: &Template,
        draft: &LetterDraft,
        typed: Values,
        (number, address): (String, String),
    ) -> Result<Rendered, HandleError> {
        let unit = self.unit();
        let langs: &[Lang] = if draft.english {
            &Lang::ALL
        } else {
            &[Lang::Id]
        };
        let mut sides = Vec::new();
        for lang in langs {
            let mut values = draft.facts.get(lang).cloned().unwrap_or_default();
            values.extend(typed.clone());
            values.insert("number".to_owned(), number.clone());
            values.insert("url".to_owned(), address.clone());
            let body =
                Body::parse(template.body.get(*lang)).map_err(|_| LetterRefusal::NoTemplate)?;
            let words = unit.pack.words(*lang);
            let code_words = words.text("letters.code_words", &[("url", &address)]);
            let page_words = words.text("letters.page_words", &[]);
            sides.push((*lang, body.fill(&values), code_words, page_words));
        }
        let kind = unit.pack.letter(&draft.kind);
        let title = kind.map_or(draft.kind.as_str(), |kind| kind.name.get(Lang::Id));
        let title = format!("{title} {number}");
        let author = unit.config().name.clone();
        let dated = unit.zone.to_datetime(self.now()).date();
        let paper = draft.paper;
        // Half a page of arithmetic: not where other requests wait.
        let made = tokio::task::spawn_blocking(move || {
            let sides: Vec<Side<'_>> = sides
                .iter()
                .map(|(lang, blocks, code_words, page_words)| Side {
                    lang: *lang,
                    blocks,
                    code_words,
                    page_words,
                })
                .collect();
            pengayom_letter::render(&Letter {
                title: &title,
                author: &author,
                dated,
                paper,
                address: &address,
                sides: &sides,
            })
        })
        .await;
        match made {
            Ok(made) => Ok(made.map_err(LetterRefusal::from)?),
            Err(_) => Err(LetterRefusal::Render(RenderError::Invalid("cancelled".into())).into()),
        }
    }
}

/// What was typed, when the letter is for this case and every field is as it has to be.
fn fitting(case: &Case, template: &Template, draft: &LetterDraft) -> Result<Values, LetterRefusal> {
    if !template.is_for(case.service.as_str()) {
        return Err(LetterRefusal::NotForService);
    }
    template.typed(&draft.typed).map_err(LetterRefusal::Fields)
}
