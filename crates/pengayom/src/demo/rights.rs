//! Cases that show rights, control measures and settlements: a suspect who was told, a seizure with its remedy, a child
//! with their guardian and a diversion, a settlement that a rule excludes, and rights that are overdue.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::Actor;
use pengayom_core::pack::{ConcernedRole, FactAnswer, Party, ServiceCode};
use pengayom_core::place::AreaCode;
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{
    BeginMeasure, CaseCommand, Consent, ControlCommand, FactGiven, GiveRights, PreventionCommand,
    RightsCommand, TriedResult,
};
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::Node;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::place::PlaceInput;
use uuid::Uuid;

use super::scene::told;
use super::words::{RightsWords, SimulationWords};
use crate::fault::Fault;

/// Who plays these cases, and where.
struct Scene<'a> {
    node: &'a Node,
    words: &'a RightsWords,
    /// Whoever takes what is filed and gives it to the investigator.
    desk: Staff,
    by: Staff,
    beat: AreaCode,
    until: Timestamp,
}

/// Plays them, as told of the last hours before a moment.
///
/// # Errors
/// [`Fault`].
pub(super) async fn cases(
    node: &Node,
    words: &SimulationWords,
    seed: u64,
    until: Timestamp,
) -> Result<(), Fault> {
    let staff = node.active_staff().await?;
    let with = |role: Role| {
        let mut all = staff.iter();
        all.find(|one| one.station.is_none() && one.roles.contains(&role))
            .cloned()
    };
    let desk = with(Role::Desk);
    let investigator = with(Role::Investigator);
    let unit = node.unit();
    let beat = unit
        .geography
        .beats()
        .next()
        .map(|area| area.code().clone());
    let (Some(desk), Some(by), Some(beat)) = (desk, investigator, beat) else {
        return Ok(());
    };
    let scene = Scene {
        node,
        words: &words.rights,
        desk,
        by,
        beat,
        until,
    };
    scene.theft(seed).await?;
    scene.child(seed).await?;
    scene.violence(seed).await?;
    scene.urgent(seed).await
}

impl Scene<'_> {
    /// A moment some minutes before the end.
    fn before(&self, minutes: i64) -> Timestamp {
        self.until
            .checked_sub(SignedDuration::from_mins(minutes))
            .unwrap_or(self.until)
    }

    async fn file(&self, n: u64, seed: u64, service: &str, text: &str) -> Result<CaseId, Fault> {
        let service: ServiceCode = service
            .parse()
            .map_err(|_| Fault::Input("simulation.toml: no such service".to_owned()))?;
        let command = CommandId(Uuid::from_u64_pair(seed ^ 0x5249_4748_5453, n));
        let place = PlaceInput::Area {
            area: self.beat.clone(),
            text: Some(self.words.place.clone()),
        };
        let request = told(command, service, text, place);
        let moment = Moment {
            happened_at: self.before(300),
            recorded_at: self.until,
        };
        let actor = Actor::Officer { id: self.desk.id };
        let filed = self
            .node
            .file_request_at(request, &actor, moment, None)
            .await?;
        let case = filed.case;
        let take = CaseCommand::Take { by: self.desk.id };
        self.act_as(&self.desk, case, 299, take).await?;
        let assign = CaseCommand::AssignOfficer {
            officer: self.by.id,
            lacks: None,
            reason: None,
        };
        self.act_as(&self.desk, case, 299, assign).await?;
        let answer = CaseCommand::Answer {
            text: self.words.answer.clone(),
            next_news_by: None,
        };
        self.act(case, 298, answer).await?;
        Ok(case)
    }

    async fn act(&self, case: CaseId, before: i64, command: CaseCommand) -> Result<(), Fault> {
        self.act_as(&self.by, case, before, command).await
    }

    async fn act_as(
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

    async fn name(
        &self,
        case: CaseId,
        before: i64,
        role: ConcernedRole,
        under_18: bool,
    ) -> Result<(), Fault> {
        let command = RightsCommand::Name {
            person: None,
            roles: vec![role],
            under_18: Some(under_18),
            needs: Vec::new(),
            reason: String::new(),
        };
        self.act(case, before, CaseCommand::Rights(command)).await
    }

    fn told(&self, person: u32) -> GiveRights {
        GiveRights::understood(person, &self.words.language)
    }

    async fn tell(&self, case: CaseId, before: i64, give: GiveRights) -> Result<(), Fault> {
        let command = CaseCommand::Rights(RightsCommand::Give(give));
        self.act(case, before, command).await
    }

    fn measure(&self, kind: &str, person: Option<u32>) -> BeginMeasure {
        BeginMeasure {
            kind: kind.to_owned(),
            person,
            order: self.words.order.clone(),
            ground: String::new(),
            explained: self.words.explained.clone(),
            remedy_told: true,
            not_first: None,
            not_first_text: String::new(),
            encounter: None,
        }
    }

    async fn judge(&self, case: CaseId, way: &str, yes: &[&str]) -> Result<(), Fault> {
        let unit = self.node.unit();
        let answers = unit.pack.measures().facts.iter().map(|fact| FactGiven {
            fact: fact.code.as_str().to_owned(),
            answer: if yes.contains(&fact.code.as_str()) {
                FactAnswer::Yes
            } else {
                FactAnswer::No
            },
        });
        let command = PreventionCommand::Judge {
            way: way.to_owned(),
            answers: answers.collect(),
            reason: None,
        };
        self.act(case, 200, CaseCommand::Prevention(command)).await
    }

    /// A witness who became a suspect, and a seizure after an invitation that led nowhere.
    async fn theft(&self, seed: u64) -> Result<(), Fault> {
        let case = self.file(1, seed, "lp_b", &self.words.theft).await?;
        self.name(case, 290, ConcernedRole::Victim, false).await?;
        self.tell(case, 280, self.told(1)).await?;
        self.name(case, 270, ConcernedRole::Witness, false).await?;
        self.tell(case, 265, self.told(2)).await?;
        let attempt = PreventionCommand::Try {
            kind: "invitation".to_owned(),
            result: TriedResult::Partly,
            text: self.words.tried.clone(),
        };
        self.act(case, 240, CaseCommand::Prevention(attempt))
            .await?;
        let change = RightsCommand::Name {
            person: Some(2),
            roles: vec![ConcernedRole::Suspect],
            under_18: Some(false),
            needs: Vec::new(),
            reason: self.words.changed.clone(),
        };
        self.act(case, 220, CaseCommand::Rights(change)).await?;
        self.tell(case, 210, self.told(2)).await?;
        let seizure = ControlCommand::Begin(self.measure("seizure", Some(2)));
        self.act(case, 190, CaseCommand::Control(seizure)).await
    }

    /// A child with their mother, and a diversion that everybody agrees to.
    async fn child(&self, seed: u64) -> Result<(), Fault> {
        let case = self.file(2, seed, "abh", &self.words.child).await?;
        self.name(case, 290, ConcernedRole::Suspect, true).await?;
        let give = GiveRights {
            guardian: Some(true),
            adviser: Some(false),
            absent: self.words.absent.clone(),
            ..self.told(1)
        };
        self.tell(case, 270, give).await?;
        self.judge(case, "diversion", &["child"]).await?;
        for (before, side) in [
            (180, Party::Child),
            (179, Party::Guardian),
            (120, Party::Victim),
        ] {
            let answer = PreventionCommand::Answer {
                settlement: 1,
                side,
                consent: Consent::Given,
                told_free: true,
            };
            self.act(case, before, CaseCommand::Prevention(answer))
                .await?;
        }
        let agree = PreventionCommand::Agree {
            settlement: 1,
            text: self.words.agreed.clone(),
            keep_by: self
                .until
                .checked_add(SignedDuration::from_hours(24 * 14))
                .ok(),
        };
        self.act(case, 90, CaseCommand::Prevention(agree)).await
    }

    /// A settlement that the law excludes, whatever is answered.
    async fn violence(&self, seed: u64) -> Result<(), Fault> {
        let case = self.file(3, seed, "tpks", &self.words.violence).await?;
        self.name(case, 290, ConcernedRole::Victim, false).await?;
        self.tell(case, 285, self.told(1)).await?;
        self.judge(case, "restorative", &[]).await
    }

    /// Somebody caught in the act, whose rights are overdue.
    async fn urgent(&self, seed: u64) -> Result<(), Fault> {
        let case = self.file(4, seed, "lp_b", &self.words.urgent).await?;
        self.name(case, 290, ConcernedRole::Suspect, false).await?;
        let arrest = BeginMeasure {
            order: String::new(),
            ground: "caught".to_owned(),
            explained: self.words.caught.clone(),
            ..self.measure("arrest", Some(1))
        };
        let arrest = ControlCommand::Begin(arrest);
        self.act(case, 120, CaseCommand::Control(arrest)).await
    }
}
