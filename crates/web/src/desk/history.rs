//! The history of a case in words: every act, who did it, when it happened and when it was recorded.

pub(crate) mod proof;

use jiff::SignedDuration;
use pengayom_core::act::{Act, Payload};
use pengayom_core::subject::case::{CaseAct, Channel, ReviewKind, SupportReply};
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::{FormNumber, OfficerId};

use super::care::reply_words;
use super::file::{obtained_words, size_words};
use crate::frame::PageFrame;
use crate::letters::{kind_name, name_of, number_and_day};
use crate::staff::{Names, service_name};

/// One act as the page shows it.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// What happened.
    pub(crate) words: String,
    /// Who did it.
    pub(crate) who: String,
    /// When, as the unit writes it; with the moment it was recorded, where that differs.
    pub(crate) when: String,
    /// When, for programs.
    pub(crate) at: String,
    /// What was written.
    pub(crate) text: Option<String>,
    /// Smaller lines.
    pub(crate) lines: Vec<String>,
}

/// Acts recorded within this time of happening count as told at once.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(2);

/// The history, newest first: what happened last is what the reader needs first.
pub(super) fn entries(frame: &PageFrame, names: &Names, acts: &[Act]) -> Vec<Entry> {
    acts.iter()
        .rev()
        .filter_map(|act| entry(frame, names, acts, act))
        .collect()
}

/// One act of a case, in words; `acts` are all of the case.
pub(crate) fn entry(frame: &PageFrame, names: &Names, acts: &[Act], act: &Act) -> Option<Entry> {
    let Payload::Case(payload) = &act.payload else {
        return None;
    };
    let format = frame.format();
    let happened = format.moment(act.happened_at);
    let when = if act.recorded_at.duration_since(act.happened_at) > AT_ONCE {
        let recorded = format.moment(act.recorded_at);
        let values = [
            ("happened", happened.as_str()),
            ("recorded", recorded.as_str()),
        ];
        frame.tf("case.happened_recorded", &values)
    } else {
        happened
    };
    let mut entry = Entry {
        who: names.actor(frame, &act.actor),
        when,
        at: act.happened_at.to_string(),
        ..Entry::default()
    };
    describe(frame, names, payload, &mut entry);
    if let CaseAct::LetterWithdrawn { letter, .. } = payload {
        let kind = name_of(frame, acts, *letter);
        entry.words = frame.tf("case.act_letter_withdrawn", &[("kind", &kind)]);
    }
    // Words that were erased leave no empty frame behind.
    entry.text = entry.text.filter(|text| !text.is_empty());
    Some(entry)
}

#[expect(clippy::too_many_lines, reason = "a table, one entry an act")]
fn describe(frame: &PageFrame, names: &Names, act: &CaseAct, entry: &mut Entry) {
    let pack = &frame.unit().pack;
    match act {
        CaseAct::RequestFiled(filed) => {
            let channel = channel_words(frame, filed.channel);
            entry.words = frame.tf("case.act_filed", &[("channel", &channel)]);
            entry.lines.extend(photo_line(frame, filed.media.len()));
            let form = filed.form.as_deref().and_then(form_words);
            let form = form.map(|form| format!("{} {form}", frame.t("paper.number")));
            let written = filed.written_at.map(|at| {
                let day = frame.format().date(at);
                format!("{} {day}", frame.t("paper.written_on"))
            });
            entry.lines.extend(form.into_iter().chain(written));
        }
        CaseAct::CaseTaken { .. } => frame.t("case.act_taken").clone_into(&mut entry.words),
        CaseAct::CaseTakenOver { from, reason, .. } => {
            let officer = names.of(frame, *from);
            entry.words = frame.tf("case.act_taken_over", &[("officer", &officer)]);
            entry.text = Some(reason.clone());
        }
        CaseAct::CaseAssessed {
            service, reason, ..
        } => {
            let service = service_name(frame, service);
            entry.words = frame.tf("case.act_assessed", &[("service", &service)]);
            if let Some(reason) = reason {
                entry
                    .lines
                    .push(frame.tf("case.act_assessed_reason", &[("reason", reason)]));
            }
        }
        CaseAct::OfficerAssigned {
            officer,
            lacks,
            reason,
        } => {
            let officer = names.of(frame, *officer);
            entry.words = frame.tf("case.act_assigned", &[("officer", &officer)]);
            let lacks = lacks
                .as_ref()
                .map(|skill| super::skill::without(frame, skill));
            entry.lines.extend(lacks);
            entry.text.clone_from(reason);
        }
        CaseAct::ResponderDispatched { responder } => {
            entry.words = frame.tf("case.act_dispatched", &[("responder", responder)]);
        }
        CaseAct::ResponderArrived { responder } => {
            entry.words = frame.tf("case.act_arrived", &[("responder", responder)]);
        }
        CaseAct::ResponderCleared { responder } => {
            entry.words = frame.tf("case.act_cleared", &[("responder", responder)]);
        }
        CaseAct::ActionTaken { text, function } => {
            let mut known = pack.functions().iter();
            let name = known
                .find(|known| known.code.code() == function)
                .map_or(function.as_str(), |known| frame.say(&known.name));
            entry.words = frame.tf("case.act_action_taken", &[("function", name)]);
            entry.text = Some(text.clone());
        }
        CaseAct::ReporterAnswered { text, next_news_by } => {
            frame.t("case.act_answered").clone_into(&mut entry.words);
            entry.text = Some(text.clone());
            if let Some(at) = next_news_by {
                let time = frame.format().moment(*at);
                entry
                    .lines
                    .push(frame.tf("case.act_news_by", &[("time", &time)]));
            }
        }
        CaseAct::InformationAdded { text, media } => {
            frame.t("case.act_information").clone_into(&mut entry.words);
            entry.text = Some(text.clone());
            entry.lines.extend(photo_line(frame, media.len()));
        }
        CaseAct::EvidenceAdded {
            file, description, ..
        } => {
            let size = size_words(frame, file);
            entry.words = frame.tf("case.act_evidence", &[("file", &size)]);
            entry.text = Some(description.clone());
            entry.lines.extend(obtained_words(frame, act));
        }
        CaseAct::LetterGiven {
            kind,
            number,
            dated,
            file,
            ..
        } => {
            let kind = kind_name(frame, kind);
            entry.words = frame.tf("case.act_letter", &[("kind", &kind)]);
            let number = number_and_day(frame, number.as_deref(), *dated);
            entry.lines.extend([number, size_words(frame, file)]);
        }
        CaseAct::LetterWithdrawn { reason, .. } => entry.text = Some(reason.clone()),
        CaseAct::DelayExplained { reason, text } => {
            let reason = late_reason(frame, reason);
            entry.words = frame.tf("case.act_delay", &[("reason", &reason)]);
            entry.text = Some(text.clone()).filter(|text| !text.is_empty());
        }
        CaseAct::SupportOffered { support, reply } => {
            entry.words = match SupportReply::parse(reply) {
                Some(reply) => {
                    let reply = frame.t(reply_words(reply));
                    frame.tf("case.act_support", &[("reply", reply)])
                }
                None => frame.t("case.act_support_erased").to_owned(),
            };
            entry.text = Some(support.clone());
        }
        CaseAct::ReviewAsked { review, text } => {
            let words = match review {
                ReviewKind::Explanation => "case.act_explanation_asked",
                ReviewKind::SecondLook => "case.act_second_look_asked",
            };
            frame.t(words).clone_into(&mut entry.words);
            entry.text = Some(text.clone());
        }
        CaseAct::ReviewAnswered { review, text } => {
            let words = match review {
                ReviewKind::Explanation => "case.act_explanation",
                ReviewKind::SecondLook => "case.act_second_look",
            };
            frame.t(words).clone_into(&mut entry.words);
            entry.text = Some(text.clone());
        }
        CaseAct::StepDone { .. }
        | CaseAct::StepLeftOut { .. }
        | CaseAct::StepTakenBack { .. }
        | CaseAct::DifficultySet { .. }
        | CaseAct::ProgressDrafted { .. }
        | CaseAct::ProgressSent { .. }
        | CaseAct::ProgressDelayExplained { .. }
        | CaseAct::CaseMergedInto { .. }
        | CaseAct::CaseMergeReceived { .. }
        | CaseAct::CaseMergeUndone { .. } => super::progress::describe(frame, act, entry),
        CaseAct::CaseClosed {
            outcome, reason, ..
        } => {
            let mut known = pack.close_outcomes().iter();
            let name = known
                .find(|known| known.code.as_str() == outcome)
                .map_or(outcome.as_str(), |known| frame.say(&known.name));
            entry.words = frame.tf("case.act_closed", &[("outcome", name)]);
            entry.text = Some(reason.clone()).filter(|reason| !reason.is_empty());
        }
        CaseAct::CaseReopened { reason } => {
            frame.t("case.act_reopened").clone_into(&mut entry.words);
            entry.text = Some(reason.clone());
        }
        CaseAct::ReaderNamed { .. }
        | CaseAct::ReaderRemoved { .. }
        | CaseAct::ConcernedNamed { .. }
        | CaseAct::ConcernedCleared { .. }
        | CaseAct::EmergencyOpened { .. }
        | CaseAct::OpeningReviewed { .. } => describe_access(frame, names, act, entry),
        CaseAct::TriageAnswered { .. }
        | CaseAct::TriageDecided { .. }
        | CaseAct::SecondLookGiven { .. }
        | CaseAct::TriageSettled { .. }
        | CaseAct::ChildReports { .. }
        | CaseAct::ReporterIsReported { .. }
        | CaseAct::ReadBackToReporter { .. } => super::triage::describe(frame, act, entry),
        CaseAct::FirstHourStepDone { .. }
        | CaseAct::RiskRecorded { .. }
        | CaseAct::FirstHourEscalated { .. }
        | CaseAct::EscalationTaken { .. } => super::first_hour::describe(frame, act, entry),
        CaseAct::OffenceNamed(_)
        | CaseAct::OffenceDropped(_)
        | CaseAct::EvidenceTyped(_)
        | CaseAct::EvidenceLinked(_)
        | CaseAct::EvidenceOut(_)
        | CaseAct::OtherSideSought(_)
        | CaseAct::ProofRefused(_)
        | CaseAct::FileAltered(_)
        | CaseAct::ExhibitTaken(_)
        | CaseAct::HandoverOffered(_)
        | CaseAct::HandoverAccepted(_)
        | CaseAct::HandoverEnded(_)
        | CaseAct::ExhibitMoved(_)
        | CaseAct::ExhibitSent(_)
        | CaseAct::ExhibitBack(_)
        | CaseAct::DisposalProposed(_)
        | CaseAct::DisposalConfirmed(_)
        | CaseAct::DisposalRejected(_)
        | CaseAct::CountDiffered(_)
        | CaseAct::CustodyExplained(_)
        | CaseAct::ProofSubmitted {} => proof::describe(frame, names, act, entry),
        CaseAct::PersonNamed(_)
        | CaseAct::RightsGiven(_)
        | CaseAct::MeasureBegun(_)
        | CaseAct::MeasureEnded { .. }
        | CaseAct::MeasureReviewed { .. }
        | CaseAct::PreventionTried { .. }
        | CaseAct::SettlementJudged(_)
        | CaseAct::SettlementAnswered { .. }
        | CaseAct::SettlementAgreed { .. }
        | CaseAct::SettlementEnded { .. } => super::concerned::describe(frame, act, entry),
        CaseAct::HoldPlaced { .. }
        | CaseAct::HoldLifted { .. }
        | CaseAct::PersonalDataErased { .. } => describe_kept(frame, act, entry),
    }
}

/// Acts about what is kept of the case.
fn describe_kept(frame: &PageFrame, act: &CaseAct, entry: &mut Entry) {
    match act {
        CaseAct::HoldPlaced { ground, reference } => {
            let ground = frame.t(super::hold::ground_words(*ground));
            entry.words = frame.tf("case.act_hold_placed", &[("ground", ground)]);
            entry.text = Some(reference.clone());
        }
        CaseAct::HoldLifted { reference } => {
            frame.t("case.act_hold_lifted").clone_into(&mut entry.words);
            entry.text = Some(reference.clone());
        }
        CaseAct::PersonalDataErased { basis, ground } => {
            let words = match basis {
                ErasureBasis::Request => "case.act_erased_request",
                ErasureBasis::Retention => "case.act_erased_retention",
            };
            frame.t(words).clone_into(&mut entry.words);
            entry.text = ground.clone();
        }
        _ => {}
    }
}

/// Acts about who may know the case.
fn describe_access(frame: &PageFrame, names: &Names, act: &CaseAct, entry: &mut Entry) {
    match act {
        CaseAct::ReaderNamed { officer, reason } => {
            named(frame, names, "access.act_reader_named", *officer, entry);
            entry.text = Some(reason.clone());
        }
        CaseAct::ReaderRemoved { officer, reason } => {
            named(frame, names, "access.act_reader_removed", *officer, entry);
            entry.text = Some(reason.clone());
        }
        CaseAct::ConcernedNamed { officer, reason } => {
            named(frame, names, "access.act_concerned_named", *officer, entry);
            entry.text = Some(reason.clone());
        }
        CaseAct::ConcernedCleared { officer, reason } => {
            named(
                frame,
                names,
                "access.act_concerned_cleared",
                *officer,
                entry,
            );
            entry.text = Some(reason.clone());
        }
        CaseAct::EmergencyOpened { reason, until } => {
            let time = frame.format().moment(*until);
            entry.words = frame.tf("access.act_emergency_opened", &[("time", &time)]);
            entry.text = Some(reason.clone());
        }
        CaseAct::OpeningReviewed {
            justified, text, ..
        } => {
            let key = if *justified {
                "access.act_justified"
            } else {
                "access.act_not_justified"
            };
            frame.t(key).clone_into(&mut entry.words);
            entry.text = Some(text.clone());
        }
        _ => {}
    }
}

fn named(frame: &PageFrame, names: &Names, key: &str, officer: OfficerId, entry: &mut Entry) {
    let officer = names.of(frame, officer);
    entry.words = frame.tf(key, &[("officer", &officer)]);
}

/// A reason for lateness as the reporter reads it.
pub(crate) fn late_reason(frame: &PageFrame, code: &str) -> String {
    let mut known = frame.unit().pack.late_reasons().iter();
    known.find(|known| known.code.as_str() == code).map_or_else(
        || code.to_owned(),
        |known| frame.say(&known.name).to_owned(),
    )
}

/// The number of a form as it is printed.
pub(crate) fn form_words(stored: &str) -> Option<String> {
    let number = stored.parse::<FormNumber>().ok()?;
    Some(number.to_string())
}

/// How a request came in, in words.
pub(crate) fn channel_words(frame: &PageFrame, channel: Channel) -> String {
    let word = channel.as_str();
    let mut known = frame.unit().pack.channels().iter();
    known.find(|known| known.code.as_str() == word).map_or_else(
        || word.to_owned(),
        |known| frame.say(&known.name).to_owned(),
    )
}

fn photo_line(frame: &PageFrame, photos: usize) -> Option<String> {
    let n = frame
        .format()
        .count(i64::try_from(photos).unwrap_or(i64::MAX));
    (photos > 0).then(|| frame.tf("case.act_photos", &[("n", &n)]))
}
