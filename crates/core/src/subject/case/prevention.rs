//! What is tried before or instead of force, and settlements outside court: offered only where no rule
//! excludes them, with everybody's free consent (S37, S87).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::control::measures;
use super::decide::needed;
use super::proof::maybe;
use super::refusal::CaseRefusal;
use super::rights::RightsRefusal;
use super::state::Case;
use crate::act::Act;
use crate::pack::{EntryCode, Exclusion, FactAnswer, Measures, Party, ServiceCode};
use crate::subject::{Method, Moment};

/// Most attempts, and most offers, of one case.
pub const ATTEMPTS_MAX: usize = 100;

/// What came of something tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriedResult {
    /// It solved the matter.
    Worked,
    /// It helped.
    Partly,
    /// It did not help.
    Failed,
    /// It goes on.
    GoesOn,
}

impl TriedResult {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Worked, Self::Partly, Self::Failed, Self::GoesOn];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worked => "worked",
            Self::Partly => "partly",
            Self::Failed => "failed",
            Self::GoesOn => "goes_on",
        }
    }

    /// The result of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// What a side said to a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Yes, of their own free will.
    Given,
    /// No.
    Declined,
    /// They took it back.
    Withdrawn,
}

impl Consent {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Given, Self::Declined, Self::Withdrawn];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The consent of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// An answer to a question about the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactGiven {
    /// A question of the pack.
    pub fact: String,
    /// The answer.
    pub answer: FactAnswer,
}

/// It was looked at whether a matter may be settled in a way; without an exclusion it is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementJudged {
    /// Its number in the case, from 1.
    pub settlement: u32,
    /// A way of the pack.
    pub way: String,
    /// The answers it was judged by.
    pub answers: Vec<FactGiven>,
    /// What excludes it, codes of the pack; nothing: it is offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<String>,
    /// Whose consent it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sides: Vec<Party>,
    /// Why it is offered though it was found excluded before, in the officer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How far a settlement has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettlementStage {
    /// A rule excludes it.
    Excluded,
    /// Offered; not everybody has said yes.
    Offered,
    /// Somebody said no, or took their consent back.
    Declined,
    /// Everybody agreed on what is done.
    Agreed,
    /// What was agreed was done.
    Kept,
    /// It was not.
    Broken,
}

/// A settlement, as its acts tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// How it was judged.
    pub judged: SettlementJudged,
    /// When.
    pub at: Timestamp,
    /// What each side said last, in the order they said it first.
    pub consents: Vec<(Party, Consent)>,
    /// When it was agreed, and until when it is to be kept.
    pub agreed: Option<(Timestamp, Option<Timestamp>)>,
    /// When it ended, and whether it was kept.
    pub ended: Option<(Timestamp, bool)>,
}

impl Settlement {
    /// What a side said last.
    pub fn consent_of(&self, side: Party) -> Option<Consent> {
        let said = self.consents.iter().find(|(one, _)| *one == side);
        said.map(|(_, consent)| *consent)
    }

    /// A side that has not said yes.
    pub fn missing(&self) -> Option<Party> {
        let mut sides = self.judged.sides.iter().copied();
        sides.find(|side| self.consent_of(*side) != Some(Consent::Given))
    }

    /// How far it has come.
    pub fn stage(&self) -> SettlementStage {
        let refused = |said: &(Party, Consent)| said.1 != Consent::Given;
        match (self.ended, self.agreed) {
            _ if !self.judged.excluded.is_empty() => SettlementStage::Excluded,
            (Some((_, true)), _) => SettlementStage::Kept,
            (Some((_, false)), _) => SettlementStage::Broken,
            _ if self.consents.iter().any(refused) => SettlementStage::Declined,
            (None, Some(_)) => SettlementStage::Agreed,
            (None, None) => SettlementStage::Offered,
        }
    }

    /// Whether something can still be recorded of it.
    pub fn is_open(&self) -> bool {
        matches!(
            self.stage(),
            SettlementStage::Offered | SettlementStage::Agreed
        )
    }
}

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// A way of the pack.
    pub kind: String,
    /// What came of it.
    pub result: TriedResult,
    /// When.
    pub at: Timestamp,
}

/// What is known of prevention in a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prevention {
    /// What was tried, the oldest first.
    pub tried: Vec<Tried>,
    /// Settlements, the oldest first.
    pub settlements: Vec<Settlement>,
}

impl Prevention {
    /// The settlement with a number.
    pub fn settlement(&self, n: u32) -> Option<&Settlement> {
        self.settlements
            .iter()
            .find(|one| one.judged.settlement == n)
    }

    /// The judgement that keeps a way shut: the last one of that way, if something excluded it.
    pub fn shut_by(&self, way: &str) -> Option<u32> {
        let mut latest = self.settlements.iter().rev();
        let last = latest.find(|one| one.judged.way == way)?;
        (!last.judged.excluded.is_empty()).then_some(last.judged.settlement)
    }

    fn settlement_mut(&mut self, n: u32) -> Option<&mut Settlement> {
        self.settlements
            .iter_mut()
            .find(|one| one.judged.settlement == n)
    }

    /// Takes notice of an act.
    pub(super) fn note(&mut self, act: &Act, payload: &CaseAct) {
        let at = act.happened_at;
        match payload {
            CaseAct::PreventionTried { kind, result, .. } if self.tried.len() < ATTEMPTS_MAX => {
                self.tried.push(Tried {
                    kind: kind.clone(),
                    result: *result,
                    at,
                });
            }
            CaseAct::SettlementJudged(judged) if self.settlements.len() < ATTEMPTS_MAX => {
                self.settlements.push(Settlement {
                    judged: judged.clone(),
                    at,
                    consents: Vec::new(),
                    agreed: None,
                    ended: None,
                });
            }
            CaseAct::SettlementAnswered {
                settlement,
                side,
                consent,
            } => {
                if let Some(known) = self.settlement_mut(*settlement) {
                    match known.consents.iter_mut().find(|(one, _)| one == side) {
                        Some((_, said)) => *said = *consent,
                        None => known.consents.push((*side, *consent)),
                    }
                }
            }
            CaseAct::SettlementAgreed {
                settlement,
                keep_by,
                ..
            } => {
                if let Some(known) = self.settlement_mut(*settlement) {
                    known.agreed = Some((at, *keep_by));
                }
            }
            CaseAct::SettlementEnded {
                settlement, kept, ..
            } => {
                if let Some(known) = self.settlement_mut(*settlement) {
                    known.ended = Some((at, *kept));
                }
            }
            _ => {}
        }
    }
}

/// What can be asked about prevention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreventionCommand {
    /// Record what was tried.
    Try {
        /// A way of the pack.
        kind: String,
        /// What came of it.
        result: TriedResult,
        /// What was done, in the officer's words.
        text: String,
    },
    /// Look whether the matter may be settled in a way, and offer it if so.
    Judge {
        /// A way of the pack.
        way: String,
        /// Answers to its questions.
        answers: Vec<FactGiven>,
        /// Why it may be offered after all, when it was found excluded before.
        reason: Option<String>,
    },
    /// Record what a side said.
    Answer {
        /// Which settlement.
        settlement: u32,
        /// Which side.
        side: Party,
        /// What they said.
        consent: Consent,
        /// They were told that it is free and may be taken back.
        told_free: bool,
    },
    /// Record what was agreed.
    Agree {
        /// Which settlement.
        settlement: u32,
        /// What is to be done, in the officer's words.
        text: String,
        /// By when.
        keep_by: Option<Timestamp>,
    },
    /// Record whether it was kept.
    End {
        /// Which settlement.
        settlement: u32,
        /// Whether it was.
        kept: bool,
        /// How that is known, in the officer's words.
        text: String,
    },
}

/// What excludes a way in a case, by the answers to its questions; nothing: it may be offered.
///
/// What follows from the service or from what is recorded of the suspects is so, whatever was answered. A
/// question without an answer is no leave: it is an error.
///
/// # Errors
/// [`RightsRefusal::FactNotAnswered`].
pub fn exclusions<'a>(
    pack: &'a Measures,
    way: &'a EntryCode,
    service: &ServiceCode,
    suspect_child: Option<bool>,
    answers: &[FactGiven],
) -> Result<Vec<&'a Exclusion>, RightsRefusal> {
    let mut found = Vec::new();
    for exclusion in pack.exclusions_of(way) {
        let fact = pack.facts.iter().find(|fact| fact.code == exclusion.fact);
        let forced = fact.and_then(|fact| {
            if fact.services.contains(service) {
                Some(FactAnswer::Yes)
            } else if fact.suspect_child {
                suspect_child.map(|child| {
                    if child {
                        FactAnswer::Yes
                    } else {
                        FactAnswer::No
                    }
                })
            } else {
                None
            }
        });
        let said = || {
            answers
                .iter()
                .find(|one| one.fact == exclusion.fact.as_str())
        };
        let answer = forced.or_else(|| said().map(|one| one.answer));
        match answer {
            Some(answer) if answer == exclusion.answer => found.push(exclusion),
            Some(_) => {}
            None => {
                return Err(RightsRefusal::FactNotAnswered {
                    fact: exclusion.fact.as_str().to_owned(),
                });
            }
        }
    }
    Ok(found)
}

pub(super) fn decide(
    case: &Case,
    command: PreventionCommand,
    moment: Moment,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    let full = |n: usize| {
        let limit = ATTEMPTS_MAX;
        (n >= limit).then(|| CaseRefusal::from(RightsRefusal::TooMany { limit }))
    };
    match command {
        PreventionCommand::Try { kind, result, text } => {
            if measures(method)?.tried(&kind).is_none() {
                return Err(CaseRefusal::NotInPack {
                    field: "kind",
                    word: kind,
                });
            }
            if let Some(refusal) = full(case.prevention.tried.len()) {
                return Err(refusal);
            }
            Ok(CaseAct::PreventionTried {
                kind,
                result,
                text: needed("text", text)?,
            })
        }
        PreventionCommand::Judge {
            way,
            answers,
            reason,
        } => {
            if let Some(refusal) = full(case.prevention.settlements.len()) {
                return Err(refusal);
            }
            judge(case, measures(method)?, way, answers, reason)
        }
        PreventionCommand::Answer {
            settlement,
            side,
            consent,
            told_free,
        } => {
            let known = open(case, settlement)?;
            if !known.judged.sides.contains(&side) {
                return Err(RightsRefusal::SideNotAsked.into());
            }
            if consent == Consent::Given {
                if !told_free {
                    return Err(RightsRefusal::ConsentNotFree.into());
                }
                still_offered(case, known, measures(method)?)?;
            }
            Ok(CaseAct::SettlementAnswered {
                settlement,
                side,
                consent,
            })
        }
        PreventionCommand::Agree {
            settlement,
            text,
            keep_by,
        } => {
            let known = open(case, settlement)?;
            if known.agreed.is_some() {
                return Err(RightsRefusal::AlreadyOffered.into());
            }
            if let Some(side) = known.missing() {
                return Err(RightsRefusal::ConsentMissing { side }.into());
            }
            still_offered(case, known, measures(method)?)?;
            if let Some(at) = keep_by.filter(|at| *at <= moment.happened_at) {
                return Err(CaseRefusal::BeforeWhatItFollows {
                    at,
                    after: moment.happened_at,
                });
            }
            Ok(CaseAct::SettlementAgreed {
                settlement,
                text: needed("text", text)?,
                keep_by,
            })
        }
        PreventionCommand::End {
            settlement,
            kept,
            text,
        } => {
            if open(case, settlement)?.agreed.is_none() {
                return Err(RightsRefusal::NotAgreed.into());
            }
            Ok(CaseAct::SettlementEnded {
                settlement,
                kept,
                text: needed("text", text)?,
            })
        }
    }
}

/// A way that became excluded since it was offered goes no further: the service changed, or a suspect turned
/// out to be grown up. A way that the pack does not have any more is judged by nothing new.
fn still_offered(case: &Case, known: &Settlement, pack: &Measures) -> Result<(), CaseRefusal> {
    let Some(way) = pack.way(&known.judged.way) else {
        return Ok(());
    };
    let (child, answers) = (case.rights.suspect_child(), &known.judged.answers);
    let found = exclusions(pack, &way.code, &case.service, child, answers);
    if found.is_ok_and(|found| !found.is_empty()) {
        return Err(RightsRefusal::SettlementOver.into());
    }
    Ok(())
}

fn open(case: &Case, settlement: u32) -> Result<&Settlement, CaseRefusal> {
    let known = case.prevention.settlement(settlement);
    let known = known.ok_or(RightsRefusal::NoSuchSettlement)?;
    if known.is_open() {
        Ok(known)
    } else {
        Err(RightsRefusal::SettlementOver.into())
    }
}

/// An exclusion that was found does not go away unsaid: whoever finds later that the way is free after all, with
/// other answers or because the matter became another, says why.
fn judge(
    case: &Case,
    pack: &Measures,
    way: String,
    answers: Vec<FactGiven>,
    reason: Option<String>,
) -> Result<CaseAct, CaseRefusal> {
    let Some(known) = pack.way(&way) else {
        return Err(CaseRefusal::NotInPack {
            field: "way",
            word: way,
        });
    };
    let offered = |one: &Settlement| one.is_open() && one.judged.way == way;
    if case.prevention.settlements.iter().any(offered) {
        return Err(RightsRefusal::AlreadyOffered.into());
    }
    let child = case.rights.suspect_child();
    let excluded = exclusions(pack, &known.code, &case.service, child, &answers)?;
    let reason = maybe("reason", reason)?;
    if excluded.is_empty()
        && reason.is_none()
        && let Some(settlement) = case.prevention.shut_by(&way)
    {
        return Err(RightsRefusal::ExcludedBefore { settlement }.into());
    }
    let asked = |given: &FactGiven| {
        let mut facts = pack.facts_of(&known.code);
        facts.any(|fact| fact.code.as_str() == given.fact)
    };
    // One answer to each question of the way: others say nothing about it.
    let mut kept: Vec<FactGiven> = Vec::new();
    for given in answers.into_iter().filter(asked) {
        if !kept.iter().any(|one| one.fact == given.fact) {
            kept.push(given);
        }
    }
    let excluded: Vec<String> = excluded
        .iter()
        .map(|one| one.code.as_str().to_owned())
        .collect();
    let last = case.prevention.settlements.iter();
    let last = last.map(|one| one.judged.settlement).max();
    Ok(CaseAct::SettlementJudged(SettlementJudged {
        settlement: last.unwrap_or_default().saturating_add(1),
        way,
        answers: kept,
        sides: if excluded.is_empty() {
            known.sides.clone()
        } else {
            Vec::new()
        },
        excluded,
        reason,
    }))
}
