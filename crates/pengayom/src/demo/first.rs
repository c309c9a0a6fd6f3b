//! The last hour of the month: a debt that is triaged, an accident whose steps are ticked and one that waits up
//! the line. Through the same handlers as real work; all of it is made up and says so.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::Actor;
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::AreaCode;
use pengayom_core::subject::case::{CaseCommand, RiskNote, RiskTrend, TriageDecision};
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::Node;
use pengayom_node::access::Staff;
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;
use uuid::Uuid;

use super::clock::SimulatedClock;
use super::scene::{answers, told};
use super::words::LastHour;
use crate::fault::Fault;

/// What happens, and how many minutes before the end.
const EVENTS: [(i64, Event); 9] = [
    (55, Event::Debt),
    (50, Event::Answers),
    (48, Event::Decision),
    (40, Event::Accident),
    (33, Event::Step),
    (30, Event::Overdue),
    (24, Event::Threat),
    (22, Event::Risk),
    (21, Event::Overdue),
];

#[derive(Debug, Clone, Copy)]
enum Event {
    Debt,
    Answers,
    Decision,
    Accident,
    Step,
    Threat,
    Risk,
    /// The job of the clock, which made-up cases do without.
    Overdue,
}

/// The hour, as far as it is not played yet.
pub(super) struct FirstHours<'a> {
    words: &'a LastHour,
    colleague: &'a str,
    begin: Timestamp,
    played: usize,
    staff: Vec<Staff>,
    beat: AreaCode,
    case: Option<CaseId>,
}

impl<'a> FirstHours<'a> {
    /// Plans the hour before a moment, in a beat.
    pub(super) fn new(
        (words, colleague): (&'a LastHour, &'a str),
        until: Timestamp,
        staff: Vec<Staff>,
        beat: AreaCode,
    ) -> Self {
        Self {
            words,
            colleague,
            begin: until,
            played: 0,
            staff,
            beat,
            case: None,
        }
    }

    /// Plays what happens up to a moment.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn play_until(
        &mut self,
        node: &Node,
        clock: &SimulatedClock,
        until: Timestamp,
    ) -> Result<(), Fault> {
        while let Some((before, event)) = EVENTS.get(self.played) {
            let at = self.begin - SignedDuration::from_mins(*before);
            if at > until {
                break;
            }
            self.played += 1;
            clock.set(at);
            self.play(node, *event).await?;
        }
        Ok(())
    }

    async fn play(&mut self, node: &Node, event: Event) -> Result<(), Fault> {
        let words = self.words;
        match event {
            Event::Debt => return self.file(node, "lp_b", &words.debt, false).await,
            Event::Accident => return self.file(node, "laka", &words.accident, true).await,
            Event::Threat => return self.file(node, "gangguan", &words.threat, false).await,
            _ => {}
        }
        let (Some(case), Some(desk)) = (self.case, self.desk()) else {
            return Ok(());
        };
        let command = match event {
            Event::Answers => CaseCommand::AnswerTriage {
                // A debt without deceit.
                answers: answers(&["q9", "q11"]),
                pack_version: node.unit().pack.version().to_owned(),
            },
            Event::Decision => CaseCommand::DecideTriage(TriageDecision {
                outcome: "o_civil".to_owned(),
                service: None,
                reason: words.reason.clone(),
                referrals: vec!["village_mediation".to_owned(), "legal_aid".to_owned()],
            }),
            Event::Step => CaseCommand::MarkStep {
                step: "laka_note_gravity".to_owned(),
                done: true,
                reason: String::new(),
            },
            Event::Risk => CaseCommand::RecordRisk {
                risk: RiskNote {
                    threatened: words.threatened.clone(),
                    level: "high".to_owned(),
                    harms: vec!["body".to_owned()],
                    may_happen: vec!["crowd".to_owned()],
                    text: words.threat.clone(),
                },
                trend: RiskTrend::Rising,
            },
            _ => {
                node.escalate(case).await?;
                return Ok(());
            }
        };
        node.change_case(&desk, case, None, command, None).await?;
        Ok(())
    }

    fn desk(&self) -> Option<Staff> {
        let mut all = self.staff.iter();
        all.find(|staff| staff.login == self.colleague).cloned()
    }

    async fn file(
        &mut self,
        node: &Node,
        service: &str,
        text: &str,
        danger: bool,
    ) -> Result<(), Fault> {
        let (Ok(service), Some(desk)) = (service.parse::<ServiceCode>(), self.desk()) else {
            return Ok(());
        };
        let played = u128::try_from(self.played).unwrap_or_default();
        let command = CommandId(Uuid::from_u128(0x0f1e_57a0_0000 + played));
        let place = PlaceInput::Area {
            area: self.beat.clone(),
            text: None,
        };
        let request = FileRequest {
            danger,
            ..told(command, service, text, place)
        };
        let actor = Actor::Officer { id: desk.id };
        let case = node.file_request(request, &actor).await?.case;
        // With somebody, so that the queue of whoever tries it stays theirs.
        let take = CaseCommand::Take { by: desk.id };
        node.change_case(&desk, case, None, take, None).await?;
        self.case = Some(case);
        Ok(())
    }
}
