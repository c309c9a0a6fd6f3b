//! Letters in the simulated month: the receipt of a report, issued as the desk issues it.

use pengayom_core::letter::{Template, Values};
use pengayom_core::pack::Lang;
use pengayom_core::value::CaseId;
use pengayom_letter::Paper;
use pengayom_node::access::Staff;
use pengayom_node::handle::letter::LetterDraft;
use pengayom_node::{HandleError, Node};

use crate::fault::Fault;

/// Where a demonstration is reached, as its letters say.
const SITE: &str = "http://127.0.0.1:8110";

/// How many letters the month has. Each is laid out and written, which a start waits for.
const MOST: usize = 1;

/// The letters of the month so far.
#[derive(Default)]
pub(super) struct Letters {
    issued: usize,
}

impl Letters {
    /// Issues the letter that a case gets when its report is taken, if the month has not enough of them.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn issue(
        &mut self,
        node: &Node,
        by: &Staff,
        case: CaseId,
        reporter: &str,
    ) -> Result<(), Fault> {
        if self.issued >= MOST {
            return Ok(());
        }
        let unit = node.unit();
        let history = match node.case_history(by, case).await {
            Ok(history) => history,
            Err(HandleError::CaseShut(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let service = history.case.service.as_str();
        let fits = |one: &&Template| one.at_intake && one.is_for(service);
        let Some(template) = unit.pack.templates().iter().find(fits) else {
            return Ok(());
        };
        let facts = pengayom_web::letter_facts(&unit, node, by, &history, SITE).await?;
        let known = facts.get(&Lang::Id).cloned().unwrap_or_default();
        let typed: Values = template
            .fields
            .iter()
            .map(|field| {
                let fact = field.from.and_then(|fact| known.get(fact.code()).cloned());
                let said = match field.code.as_str() {
                    "reporter" => Some(reporter.to_owned()),
                    "next_step" => {
                        Some("Petugas memeriksa keterangan dan menghubungi Anda.".to_owned())
                    }
                    "when" => fact.or_else(|| known.get("reported_at").cloned()),
                    _ => fact,
                };
                (field.code.clone(), said.unwrap_or_default())
            })
            .collect();
        let draft = LetterDraft {
            kind: template.kind.as_str().to_owned(),
            paper: Paper::A4,
            english: false,
            typed,
            facts,
            replaces: None,
            site: SITE.to_owned(),
        };
        match node.issue_letter(by, case, &draft, None).await {
            Ok(_) => self.issued += 1,
            // A case that lacks what the letter asks has none, as at a real desk.
            Err(HandleError::Letter(_) | HandleError::Case(_) | HandleError::CaseShut(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
