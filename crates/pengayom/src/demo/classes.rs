//! In the simulated month: whose a matter is, second looks, what goes up the line, and proof that is handed in
//! too early, so that measures of competence have something to say. Through the same handlers as real work, and
//! without drawing from the month's chance: everything else happens as it does without.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::subject::case::{CaseCommand, ProofCommand, SecondLook, TriageDecision};
use pengayom_core::value::CaseId;
use pengayom_node::access::{Role, Staff};
use pengayom_node::{HandleError, Node};

use super::scene::{answers, change};
use super::simulate::Step;
use super::words::ClassWords;
use crate::fault::Fault;

/// Days before the end within which nothing is decided, so that what waits for whoever tries it stays theirs.
const LEFT_DAYS: i64 = 4;

/// Whoever decides, looks again and decides between two, all of the unit itself.
pub(super) struct Classes<'a> {
    node: &'a Node,
    words: &'a ClassWords,
    desk: Staff,
    other: Staff,
    chief: Staff,
    /// Cases filed before are played.
    pub(super) until: Timestamp,
}

impl<'a> Classes<'a> {
    /// `None` where the unit has not all three.
    pub(super) fn of(
        node: &'a Node,
        words: &'a ClassWords,
        staff: &[Staff],
        end: Timestamp,
    ) -> Option<Self> {
        let with = |role| {
            let mut known = staff.iter();
            let fits = |it: &&Staff| it.roles.contains(&role) && it.station.is_none();
            known.find(fits).cloned()
        };
        Some(Self {
            node,
            words,
            desk: with(Role::Desk)?,
            other: with(Role::Investigator)?,
            chief: with(Role::Commander)?,
            until: end - SignedDuration::from_hours(LEFT_DAYS * 24),
        })
    }

    /// What comes with a step of a story: its place among the stories and its kind of report.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn play(
        &self,
        (n, kind): (usize, &str),
        step: Step,
        case: CaseId,
    ) -> Result<(), Fault> {
        match (kind, step) {
            ("dicuri", Step::Assess) => {
                let outcome = if n.is_multiple_of(5) {
                    "o_petty"
                } else {
                    "o_criminal"
                };
                self.decide(case, &["q9", "q10"], outcome).await
            }
            ("ditipu", Step::Assess) if n.is_multiple_of(3) => {
                self.decide(case, &["q9", "q11", "q12"], "o_criminal").await
            }
            ("ditipu", Step::Assess) => self.decide(case, &["q9", "q11"], "o_civil").await,
            ("ditipu", Step::Respond) => self.look(n, case).await,
            ("ditipu", Step::Act) => self.settle(case).await,
            ("dicuri", Step::Act) if n.is_multiple_of(2) => self.hand_in(n, case).await,
            ("laka", Step::Respond) => {
                self.node.escalate(case).await?;
                Ok(())
            }
            ("laka", Step::Act) => {
                self.ask(&self.chief, case, CaseCommand::TakeEscalation)
                    .await
            }
            _ => Ok(()),
        }
    }

    async fn decide(&self, case: CaseId, yes: &[&str], outcome: &str) -> Result<(), Fault> {
        let answers = CaseCommand::AnswerTriage {
            answers: answers(yes),
            pack_version: self.node.unit().pack.version().to_owned(),
        };
        self.ask(&self.desk, case, answers).await?;
        let civil = outcome == "o_civil";
        let reason = match outcome {
            "o_civil" => self.words.civil.clone(),
            "o_petty" => self.words.petty.clone(),
            _ => String::new(),
        };
        let decision = TriageDecision {
            outcome: outcome.to_owned(),
            service: None,
            reason,
            referrals: if civil {
                vec!["legal_aid".to_owned()]
            } else {
                Vec::new()
            },
        };
        self.ask(&self.desk, case, CaseCommand::DecideTriage(decision))
            .await
    }

    /// Every third look comes to something else.
    async fn look(&self, n: usize, case: CaseId) -> Result<(), Fault> {
        let Some((SecondLook::Due, decided)) = self.second_look(case).await? else {
            return Ok(());
        };
        let differs = n % 3 == 1 && decided == "o_civil";
        let (outcome, reason) = if differs {
            ("o_criminal", &self.words.differs)
        } else {
            (decided.as_str(), &self.words.agrees)
        };
        let look = CaseCommand::LookAgain {
            outcome: outcome.to_owned(),
            reason: reason.clone(),
        };
        self.ask(&self.other, case, look).await
    }

    async fn settle(&self, case: CaseId) -> Result<(), Fault> {
        let Some((SecondLook::Conflict, _)) = self.second_look(case).await? else {
            return Ok(());
        };
        let settle = CaseCommand::SettleTriage {
            outcome: "o_criminal".to_owned(),
            reason: self.words.settled.clone(),
            referrals: Vec::new(),
        };
        self.ask(&self.chief, case, settle).await
    }

    /// How the second look stands, and what was decided.
    async fn second_look(&self, case: CaseId) -> Result<Option<(SecondLook, String)>, Fault> {
        let known = match self.node.case_history(&self.desk, case).await {
            Ok(history) => history.case.triage,
            Err(HandleError::CaseShut(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(known.second_look.zip(known.last.map(|last| last.outcome)))
    }

    /// "Complete" without evidence: refused, and the refusal says what is missing. Some looked for the other side
    /// before, which is one gap less.
    async fn hand_in(&self, n: usize, case: CaseId) -> Result<(), Fault> {
        let today = self.node.unit().zone.to_datetime(self.node.now()).date();
        let name = ProofCommand::NameOffence {
            offence: "pencurian".to_owned(),
            from: None,
            until: Some(today),
            today,
        };
        self.ask(&self.other, case, CaseCommand::Proof(name))
            .await?;
        if n.is_multiple_of(4) {
            let sought = ProofCommand::SeekOtherSide {
                found: false,
                text: self.words.agrees.clone(),
            };
            self.ask(&self.other, case, CaseCommand::Proof(sought))
                .await?;
        }
        let submit = CaseCommand::Proof(ProofCommand::Submit);
        self.ask(&self.other, case, submit).await
    }

    async fn ask(&self, by: &Staff, case: CaseId, command: CaseCommand) -> Result<(), Fault> {
        change(self.node, by, case, command).await
    }
}
