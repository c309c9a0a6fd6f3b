//! What was said between the reporter and the unit.

use pengayom_core::act::{Act, Payload};
use pengayom_core::subject::case::{CaseAct, ReviewKind};
use pengayom_node::access::Staff;

use super::name_of;
use crate::desk::news::stage_name;
use crate::frame::PageFrame;
use crate::letters::{self, kind_name};

/// Something that was said between the reporter and the unit.
pub(super) struct Message {
    pub(super) from: String,
    pub(super) when: String,
    pub(super) lines: Vec<String>,
}

/// What was said, in its order.
pub(super) fn messages(frame: &PageFrame, acts: &[Act], people: &[Staff]) -> Vec<Message> {
    acts.iter()
        .filter_map(|act| {
            let Payload::Case(payload) = &act.payload else {
                return None;
            };
            let officer = || name_of(frame, people, act.actor.officer());
            let about_letter;
            let (from, text, photos) = match payload {
                CaseAct::ReporterAnswered { text, .. } => (officer(), text, 0),
                CaseAct::CaseClosed { reason, .. } | CaseAct::CaseReopened { reason } => {
                    (officer(), reason, 0)
                }
                CaseAct::ProgressSent { stage, text, .. } => {
                    let stage = stage_name(frame, stage);
                    let officer = officer();
                    let values = [("stage", stage.as_str()), ("officer", officer.as_str())];
                    (frame.tf("news.from", &values), text, 0)
                }
                hidden if letters::is_on_file(hidden) => return None,
                CaseAct::LetterGiven { kind, .. } => {
                    let kind = kind_name(frame, kind);
                    about_letter = frame.tf("letter.message", &[("kind", &kind)]);
                    (officer(), &about_letter, 0)
                }
                CaseAct::LetterWithdrawn { letter, reason, .. } => {
                    let kind = letters::name_of(frame, acts, *letter);
                    let values = [("kind", kind.as_str()), ("reason", reason)];
                    about_letter = frame.tf("letter.message_withdrawn", &values);
                    (officer(), &about_letter, 0)
                }
                CaseAct::ReviewAnswered { review, text } => {
                    let key = match review {
                        ReviewKind::Explanation => "track.explanation_from",
                        ReviewKind::SecondLook => "track.second_look_from",
                    };
                    (frame.tf(key, &[("officer", &officer())]), text, 0)
                }
                CaseAct::ReviewAsked { review, text } => {
                    let key = match review {
                        ReviewKind::Explanation => "track.you_asked_explanation",
                        ReviewKind::SecondLook => "track.you_asked_second_look",
                    };
                    (frame.t(key).to_owned(), text, 0)
                }
                CaseAct::InformationAdded { text, media } => {
                    (frame.t("track.you").to_owned(), text, media.len())
                }
                _ => return None,
            };
            let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
            if photos > 0 {
                let n = frame.format().count(i64::try_from(photos).unwrap_or(0));
                lines.push(frame.tf("case.act_photos", &[("n", &n)]));
            }
            Some(Message {
                from,
                when: frame.format().moment(act.happened_at),
                lines,
            })
        })
        .collect()
}
