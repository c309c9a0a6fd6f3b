//! What the parts of the demonstration do alike: something is told, the tree is answered, a command is carried out.

use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::case::{CaseCommand, Channel, Harm, TriageAnswer, TriageReply};
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::access::Staff;
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{HandleError, Node, PersonDetails};

use crate::fault::Fault;

/// The last question of the tree that is answered; those the answers do not lead to count for nothing.
const LAST_QUESTION: u32 = 16;

/// What somebody without a name tells at the desk; made up, and it says so.
pub(super) fn told(
    command: CommandId,
    service: ServiceCode,
    text: &str,
    place: PlaceInput,
) -> FileRequest {
    FileRequest {
        command,
        service,
        report_kind: None,
        channel: Channel::Desk,
        paper: None,
        description: text.to_owned(),
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        place,
        reporter: PersonDetails::default(),
        media: Vec::new(),
        simulated: true,
    }
}

/// Every question of the tree answered with no, but for these.
pub(super) fn answers(yes: &[&str]) -> Vec<TriageAnswer> {
    let answer = |n: u32| {
        let question = format!("q{n}");
        let answer = if yes.contains(&question.as_str()) {
            TriageReply::Yes
        } else {
            TriageReply::No
        };
        TriageAnswer { question, answer }
    };
    (1..=LAST_QUESTION).map(answer).collect()
}

/// Carries out a command; one that a rule refuses is left out, as people would leave it.
///
/// # Errors
/// [`Fault`].
pub(super) async fn change(
    node: &Node,
    by: &Staff,
    case: CaseId,
    command: CaseCommand,
) -> Result<(), Fault> {
    match node.change_case(by, case, None, command, None).await {
        Ok(_) | Err(HandleError::Case(_) | HandleError::CaseShut(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
