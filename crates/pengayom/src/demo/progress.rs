//! At the end of the simulated month: steps, progress notices and two reports of one event on cases of the last
//! days, through the same handlers that serve people.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::Actor;
use pengayom_core::pack::Lang;
use pengayom_core::place::AreaCode;
use pengayom_core::subject::case::{CaseCommand, CaseStage};
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::Node;
use pengayom_node::access::Staff;
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;
use pengayom_store::CaseQuery;

use super::scene::{change, told};
use super::words::{Progress, SimulationWords};
use crate::fault::Fault;

/// Most open cases that are looked at.
const LOOKED_AT: u32 = 200;

/// Plays it, by an officer of the desk, at a moment.
///
/// # Errors
/// [`Fault`].
pub(super) async fn play(
    node: &Node,
    desk: &Staff,
    words: &SimulationWords,
    beat: Option<&AreaCode>,
    now: Timestamp,
) -> Result<(), Fault> {
    let player = Player {
        node,
        desk,
        words: &words.progress,
        now,
    };
    player.notices().await?;
    if let Some(beat) = beat {
        Box::pin(player.two_reports(beat)).await?;
    }
    Ok(())
}

struct Player<'a> {
    node: &'a Node,
    desk: &'a Staff,
    words: &'a Progress,
    now: Timestamp,
}

impl Player<'_> {
    /// Steps and notices of the open cases that send them: some sent in time, some waiting, some late, with and
    /// without a reason.
    async fn notices(&self) -> Result<(), Fault> {
        let query = CaseQuery {
            stages: vec![CaseStage::Assessed, CaseStage::Handled],
            limit: LOOKED_AT,
            ..CaseQuery::default()
        };
        let mut rows = self.node.list_cases(self.desk, query).await?.rows;
        let unit = self.node.unit();
        rows.retain(|row| !row.sensitive && unit.pack.news().services.contains(&row.service));
        rows.sort_by_key(|row| (row.filed_at, row.id));
        let soon = self.now + SignedDuration::from_hours(i64::from(unit.pack.news().draft_hours));
        let (mut late, mut waiting) = (0, 0);
        for row in rows {
            let step = "rights_told".to_owned();
            let note = self.words.note.clone();
            self.change(row.id, CaseCommand::DoStep { step, note })
                .await?;
            if row.service.as_str() == "penipuan_daring" {
                let step = "bank_told".to_owned();
                let reason = self.words.left_out.clone();
                self.change(row.id, CaseCommand::LeaveOutStep { step, reason })
                    .await?;
            }
            let case = self.node.case_history(self.desk, row.id).await?.case;
            let Some(next) = case.next_news(&unit.pack, unit.reckoning()) else {
                continue;
            };
            if next.due.at > soon {
                continue;
            }
            let drafted = self
                .node
                .draft_news_now(self.desk, row.id, None, Lang::Id)
                .await?;
            let Some(draft) = drafted.case.news.draft else {
                continue;
            };
            if draft.due_at < self.now {
                late += 1;
                // Every third is late without a word, so that the chief has something to ask for.
                if late % 3 != 0 {
                    let reason = self.words.late_reason.clone();
                    let text = self.words.late_text.clone();
                    let command = CaseCommand::ExplainProgressDelay { reason, text };
                    self.change(row.id, command).await?;
                }
                if late % 3 == 1 {
                    let text = draft.text;
                    self.change(row.id, CaseCommand::SendProgress { text })
                        .await?;
                }
            } else {
                waiting += 1;
                if waiting % 2 == 0 {
                    let text = draft.text;
                    self.change(row.id, CaseCommand::SendProgress { text })
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// Two reports of one event, put together.
    async fn two_reports(&self, beat: &AreaCode) -> Result<(), Fault> {
        let first = self.file(beat, &self.words.told_first).await?;
        let second = self.file(beat, &self.words.told_second).await?;
        for case in [first, second] {
            self.change(case, CaseCommand::Take { by: self.desk.id })
                .await?;
        }
        let main = self.node.case_history(self.desk, first).await?.case;
        if let Some(number) = main.filed.number {
            let reason = self.words.merged.clone();
            self.node
                .merge_case(self.desk, second, None, &number, reason)
                .await?;
        }
        Ok(())
    }

    async fn file(&self, beat: &AreaCode, text: &str) -> Result<CaseId, Fault> {
        let service = "lp_b"
            .parse()
            .map_err(|_| Fault::Input("lp_b is no code".to_owned()))?;
        let command = CommandId(self.node.new_id());
        let place = PlaceInput::Area {
            area: beat.clone(),
            text: None,
        };
        let request = FileRequest {
            report_kind: Some("dicuri".to_owned()),
            ..told(command, service, text, place)
        };
        let actor = Actor::Officer { id: self.desk.id };
        Ok(self.node.file_request(request, &actor).await?.case)
    }

    async fn change(&self, case: CaseId, command: CaseCommand) -> Result<(), Fault> {
        change(self.node, self.desk, case, command).await
    }
}
