//! What the officers of a station have before them when the demonstration opens (`/lapangan`): somebody hurt, a quarrel
//! that nobody has reached yet, neighbours who want to talk. A colleague at the desk takes it and gives it to them,
//! and they tick what they did, through the same handlers as real work.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::Actor;
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::Node;
use pengayom_node::access::Staff;
use pengayom_node::handle::place::PlaceInput;
use uuid::Uuid;

use super::scene::told;
use super::words::{Errand, SimulationWords};
use crate::fault::Fault;

/// Plays them, as told of the last hour before a moment.
///
/// # Errors
/// [`Fault`].
pub(super) async fn errands(
    node: &Node,
    words: &SimulationWords,
    seed: u64,
    until: Timestamp,
) -> Result<(), Fault> {
    let staff = node.active_staff().await?;
    let with = |login: &str| {
        let known = staff.iter().find(|staff| staff.login == login);
        known.ok_or_else(|| Fault::Input(format!("simulation.toml: no account {login}")))
    };
    let desk = with(&words.colleague.login)?;
    for (n, errand) in (0_u64..).zip(&words.field.errand) {
        let road = Road {
            node,
            desk,
            officer: with(&errand.login)?,
            errand,
            until,
        };
        let command = CommandId(Uuid::from_u64_pair(seed ^ 0x4c41_5041_4e47, n));
        let place = PlaceInput::Area {
            area: words.field.area.clone(),
            text: Some(errand.place.clone()),
        };
        Box::pin(road.play(command, place)).await?;
    }
    Ok(())
}

/// One errand, and who has to do with it.
struct Road<'a> {
    node: &'a Node,
    /// Whoever takes it and gives it out.
    desk: &'a Staff,
    officer: &'a Staff,
    errand: &'a Errand,
    until: Timestamp,
}

impl Road<'_> {
    /// A moment some minutes before the end.
    fn before(&self, minutes: i64) -> Timestamp {
        self.until
            .checked_sub(SignedDuration::from_mins(minutes))
            .unwrap_or(self.until)
    }

    async fn play(&self, command: CommandId, place: PlaceInput) -> Result<(), Fault> {
        let errand = self.errand;
        let request = told(command, errand.service.clone(), &errand.told, place);
        let moment = Moment {
            happened_at: self.before(errand.minutes),
            recorded_at: self.until,
        };
        let actor = Actor::Officer { id: self.desk.id };
        let filed = self.node.file_request_at(request, &actor, moment, None);
        let case = filed.await?.case;
        let responder = self.officer.addressed();
        let given = [
            CaseCommand::Take { by: self.desk.id },
            CaseCommand::AssignOfficer {
                officer: self.officer.id,
                lacks: None,
                reason: None,
            },
            CaseCommand::Dispatch {
                responder: responder.clone(),
            },
        ];
        for command in given {
            self.ask(self.desk, case, errand.minutes - 1, command)
                .await?;
        }
        let Some(arrived) = errand.arrived else {
            return Ok(());
        };
        let there = CaseCommand::Arrive { responder };
        self.ask(self.officer, case, arrived, there).await?;
        for step in &errand.done {
            let done = CaseCommand::MarkStep {
                step: step.clone(),
                done: true,
                reason: String::new(),
            };
            self.ask(self.officer, case, arrived, done).await?;
        }
        Ok(())
    }

    async fn ask(
        &self,
        by: &Staff,
        case: CaseId,
        before: i64,
        command: CaseCommand,
    ) -> Result<(), Fault> {
        let at = Some(self.before(before));
        self.node.change_case(by, case, None, command, at).await?;
        Ok(())
    }
}
