//! Commands about whose a matter is and about the first hour, in the table of each command in each stage. A
//! method without a tree and without steps knows no word of theirs; what they lead to stands in
//! `crates/core/tests/laws/first.rs`.

use super::*;

/// The first of these commands.
pub(super) fn first() -> CaseCommand {
    CaseCommand::AnswerTriage {
        answers: Vec::new(),
        pack_version: "1".to_owned(),
    }
}

pub(super) fn following(command: &CaseCommand) -> Option<CaseCommand> {
    let reason = || "alasan".to_owned();
    Some(match command {
        CaseCommand::AnswerTriage { .. } => CaseCommand::DecideTriage(TriageDecision {
            outcome: "civil".to_owned(),
            service: None,
            reason: reason(),
            referrals: Vec::new(),
        }),
        CaseCommand::DecideTriage(_) => CaseCommand::LookAgain {
            outcome: "civil".to_owned(),
            reason: reason(),
        },
        CaseCommand::LookAgain { .. } => CaseCommand::SettleTriage {
            outcome: "civil".to_owned(),
            reason: reason(),
            referrals: Vec::new(),
        },
        CaseCommand::SettleTriage { .. } => CaseCommand::NoteChild {
            guardian: Guardian::Present,
        },
        CaseCommand::NoteChild { .. } => CaseCommand::NoteReported {
            reported: true,
            warned: true,
            reason: reason(),
        },
        CaseCommand::NoteReported { .. } => CaseCommand::ConfirmReadBack {
            told: ToldBy::Aloud,
            confirmed: ConfirmedBy::Word,
        },
        CaseCommand::ConfirmReadBack { .. } => CaseCommand::MarkStep {
            step: "dance".to_owned(),
            done: true,
            reason: String::new(),
        },
        CaseCommand::MarkStep { .. } => CaseCommand::RecordRisk {
            risk: RiskNote {
                level: "huge".to_owned(),
                ..RiskNote::default()
            },
            trend: RiskTrend::Same,
        },
        CaseCommand::RecordRisk { .. } => CaseCommand::TakeEscalation,
        _ => return None,
    })
}

pub(super) fn row(command: &CaseCommand) -> [Result<&'static str, CaseRefusal>; 5] {
    use CaseRefusal as No;
    let always = |found: CaseRefusal| {
        let found = || Err(found.clone());
        [Err(No::NotFiled), found(), found(), found(), found()]
    };
    let open = |found: Result<&'static str, CaseRefusal>| {
        let open = || found.clone();
        [Err(No::NotFiled), open(), open(), open(), Err(No::Closed)]
    };
    let unknown = |field, word: &str| No::NotInPack {
        field,
        word: word.to_owned(),
    };
    match command {
        CaseCommand::AnswerTriage { .. } => open(Err(No::TriageUnfinished)),
        CaseCommand::DecideTriage(_) => open(Err(unknown("triage_outcome", "civil"))),
        CaseCommand::LookAgain { .. } => always(No::NothingDecided),
        CaseCommand::SettleTriage { .. } => always(No::NothingAsked),
        CaseCommand::NoteChild { .. } => open(Ok("case.child_reports")),
        CaseCommand::NoteReported { .. } => open(Ok("case.reporter_is_reported")),
        CaseCommand::ConfirmReadBack { .. } => open(Ok("case.read_back_to_reporter")),
        CaseCommand::MarkStep { .. } => open(Err(unknown("step", "dance"))),
        CaseCommand::RecordRisk { .. } => open(Err(unknown("level", "huge"))),
        _ => open(Err(No::NothingWaits)),
    }
}
