//! Arbitrary commands, mostly sensible ones.

use pengayom_core::pack::GapKind;
use pengayom_core::subject::case::{
    CaseCommand, ConfirmedBy, GiveLetter, Guardian, Harm, LOSS_MAX_RUPIAH, Links, Paper, RiskNote,
    RiskTrend, SupportReply, ToldBy, TriageDecision, Wellbeing,
};
use pengayom_core::subject::encounter::{EncounterCommand, PersonCapacity};
use pengayom_core::subject::feedback::{Answer, FeedbackCommand, Judged};
use pengayom_core::subject::officer::OfficerCommand;
use pengayom_core::subject::outage::OutageCommand;
use pengayom_core::subject::thing::ThingCommand;
use pengayom_core::subject::visit::VisitCommand;
use pengayom_core::value::{ActId, FormNumber};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use uuid::Uuid;

use crate::method::{
    ENDINGS, FORCE_STAGES, FUNCTIONS, ITEMS, NEEDS, PRIORITIES, REFERRALS, ROLES, STEPS, SYSTEMS,
    THREATS, TRIAGE_OUTCOMES,
};
use crate::payload::{case_id, hold_ground, lesson, review, skill, thing_state, triage_answer};
use crate::value::{
    any_service, channel, day, few_officers, file, hash, media, person, second, text, word,
};

const RESPONDERS: &[&str] = &["P-1", "P-2"];

/// Files a request.
pub fn file_request() -> impl Strategy<Value = CaseCommand> {
    let told = (any_service(), channel(), text(), of(text()), of(text()));
    let kept = (of(hash()), any::<[bool; 3]>(), of(person()), media());
    let times = (of(-90_000_i64..90_000), of(paper()));
    (told, harm(), kept, times).prop_map(|(told, harm, kept, (occurred, paper))| {
        let (service, channel, description, when_text, report_kind) = told;
        let (secret, [danger, reachable, simulated], reporter, media) = kept;
        CaseCommand::FileRequest {
            secret,
            service,
            report_kind,
            channel,
            paper,
            description,
            when_text,
            occurred_at: occurred.map(second),
            harm,
            danger,
            reporter,
            reachable,
            media,
            pack_version: "1".to_owned(),
            simulated,
            priority: None,
        }
    })
}

/// Any paper.
pub fn paper() -> impl Strategy<Value = Paper> {
    let form = (any::<u64>(), any::<u32>());
    let form = of(form.prop_map(|(serial, mark)| FormNumber::new(serial, mark)));
    (form, of(-90_000_i64..90_000)).prop_map(|(form, written)| Paper {
        form,
        written_at: written.map(second),
    })
}

/// Any harm, mostly within its limit.
pub fn harm() -> impl Strategy<Value = Harm> {
    let wellbeing = of(proptest::sample::select(&Wellbeing::ALL[..]));
    (wellbeing, of(0..LOSS_MAX_RUPIAH + 2)).prop_map(|(wellbeing, loss_rupiah)| Harm {
        wellbeing,
        loss_rupiah,
    })
}

/// Anything asked of a case.
pub fn of_case() -> impl Strategy<Value = CaseCommand> {
    prop_oneof![
        10 => handling().boxed(),
        2 => access().boxed(),
        2 => steps().boxed(),
        3 => triage().boxed(),
        3 => first_hour().boxed(),
        1 => crate::proof::of_proof().boxed(),
        2 => crate::proof::of_custody().boxed(),
    ]
}

/// Anything asked in handling a case.
fn handling() -> impl Strategy<Value = CaseCommand> {
    prop_oneof![
        file_request(),
        few_officers().prop_map(|by| CaseCommand::Take { by }),
        (few_officers(), few_officers(), text())
            .prop_map(|(to, from, reason)| CaseCommand::TakeOver { to, from, reason }),
        (any_service(), of(text()))
            .prop_map(|(service, reason)| CaseCommand::Assess { service, reason }),
        (
            few_officers(),
            of(proptest::sample::select(&["ppa"][..])),
            of(text())
        )
            .prop_map(|(officer, lacks, reason)| CaseCommand::AssignOfficer {
                officer,
                lacks: lacks.map(|skill| skill.parse().unwrap()),
                reason,
            }),
        word(RESPONDERS).prop_map(|responder| CaseCommand::Dispatch { responder }),
        word(RESPONDERS).prop_map(|responder| CaseCommand::Arrive { responder }),
        word(RESPONDERS).prop_map(|responder| CaseCommand::Clear { responder }),
        (text(), word(&FUNCTIONS))
            .prop_map(|(text, function)| CaseCommand::RecordAction { text, function }),
        (text(), of(0_i64..200_000)).prop_map(|(text, next)| CaseCommand::Answer {
            text,
            next_news_by: next.map(second),
        }),
        (text(), media()).prop_map(|(text, media)| CaseCommand::AddInformation { text, media }),
        (file(), text(), of(text()), of(-90_000_i64..90_000)).prop_map(
            |(file, description, obtained_from, obtained)| CaseCommand::AddEvidence {
                file,
                description,
                obtained_from,
                obtained_at: obtained.map(second),
            }
        ),
        give_letter().prop_map(CaseCommand::GiveLetter),
        (1_u32..4, text())
            .prop_map(|(letter, reason)| CaseCommand::WithdrawLetter { letter, reason }),
        (word(&["flooded_road"]), text())
            .prop_map(|(reason, text)| CaseCommand::ExplainDelay { reason, text }),
        (word(&["helped"]), text())
            .prop_map(|(outcome, reason)| CaseCommand::Close { outcome, reason }),
        (text(), proptest::sample::select(&SupportReply::ALL[..]))
            .prop_map(|(support, reply)| CaseCommand::OfferSupport { support, reply }),
        (review(), text()).prop_map(|(review, text)| CaseCommand::AskReview { review, text }),
        (review(), text()).prop_map(|(review, text)| CaseCommand::AnswerReview { review, text }),
        text().prop_map(|reason| CaseCommand::Reopen { reason }),
        (hold_ground(), text())
            .prop_map(|(ground, reference)| CaseCommand::PlaceHold { ground, reference }),
        text().prop_map(|reference| CaseCommand::LiftHold { reference }),
    ]
}

/// Anything asked of steps, progress notices and other reports of the event.
fn steps() -> impl Strategy<Value = CaseCommand> {
    let links = (of(case_id()), vec(case_id(), 0..2));
    let links = links.prop_map(|(into, parts)| Links { into, parts });
    prop_oneof![
        (text(), text()).prop_map(|(step, note)| CaseCommand::DoStep { step, note }),
        (text(), text()).prop_map(|(step, reason)| CaseCommand::LeaveOutStep { step, reason }),
        (text(), text()).prop_map(|(step, reason)| CaseCommand::TakeStepBack { step, reason }),
        (text(), text())
            .prop_map(|(difficulty, reason)| CaseCommand::SetDifficulty { difficulty, reason }),
        (text(), 0_i64..90_000, text()).prop_map(|(stage, due, text)| {
            CaseCommand::DraftProgress {
                stage,
                due_at: second(due),
                text,
            }
        }),
        text().prop_map(|text| CaseCommand::SendProgress { text }),
        (word(&["flooded_road"]), text())
            .prop_map(|(reason, text)| CaseCommand::ExplainProgressDelay { reason, text }),
        (case_id(), case_id(), links, text()).prop_map(|(own, into, other, reason)| {
            CaseCommand::MergeInto {
                own,
                into,
                other,
                reason,
            }
        }),
        (case_id(), text()).prop_map(|(part, reason)| CaseCommand::ReceiveMerge { part, reason }),
        (case_id(), text()).prop_map(|(other, reason)| CaseCommand::UndoMerge { other, reason }),
    ]
}

/// Anything asked about whose a matter is.
fn triage() -> impl Strategy<Value = CaseCommand> {
    let outcome = || word(&TRIAGE_OUTCOMES);
    let referrals = || vec(word(&REFERRALS), 0..3);
    prop_oneof![
        2 => (vec(triage_answer(), 0..5), text()).prop_map(|(answers, pack_version)| {
            CaseCommand::AnswerTriage {
                answers,
                pack_version,
            }
        }),
        3 => (outcome(), of(any_service()), text(), referrals()).prop_map(
            |(outcome, service, reason, referrals)| CaseCommand::DecideTriage(TriageDecision {
                outcome,
                service,
                reason,
                referrals,
            })
        ),
        3 => (outcome(), text())
            .prop_map(|(outcome, reason)| CaseCommand::LookAgain { outcome, reason }),
        2 => (outcome(), text(), referrals()).prop_map(|(outcome, reason, referrals)| {
            CaseCommand::SettleTriage {
                outcome,
                reason,
                referrals,
            }
        }),
        1 => proptest::sample::select(&Guardian::ALL[..])
            .prop_map(|guardian| CaseCommand::NoteChild { guardian }),
        1 => (any::<[bool; 2]>(), text()).prop_map(|([reported, warned], reason)| {
            CaseCommand::NoteReported {
                reported,
                warned,
                reason,
            }
        }),
        1 => (
            proptest::sample::select(&ToldBy::ALL[..]),
            proptest::sample::select(&ConfirmedBy::ALL[..]),
        )
            .prop_map(|(told, confirmed)| CaseCommand::ConfirmReadBack { told, confirmed }),
    ]
}

/// Anything asked in a first hour.
fn first_hour() -> impl Strategy<Value = CaseCommand> {
    let risk = (text(), word(&THREATS), text(), any::<[bool; 2]>());
    prop_oneof![
        2 => (word(&STEPS), any::<bool>(), text())
            .prop_map(|(step, done, reason)| CaseCommand::MarkStep { step, done, reason }),
        2 => (risk, proptest::sample::select(&RiskTrend::ALL[..])).prop_map(
            |((threatened, level, text, [harm, may]), trend)| CaseCommand::RecordRisk {
                risk: RiskNote {
                    threatened,
                    level,
                    harms: harm.then(|| "body".to_owned()).into_iter().collect(),
                    may_happen: may.then(|| "again".to_owned()).into_iter().collect(),
                    text,
                },
                trend,
            }
        ),
        2 => Just(CaseCommand::TakeEscalation),
        3 => Just(CaseCommand::Escalate),
    ]
}

/// Anything asked about who may know a case.
fn access() -> impl Strategy<Value = CaseCommand> {
    prop_oneof![
        2 => (few_officers(), text())
            .prop_map(|(officer, reason)| CaseCommand::NameReader { officer, reason }),
        4 => (few_officers(), text())
            .prop_map(|(officer, reason)| CaseCommand::RemoveReader { officer, reason }),
        1 => (few_officers(), text())
            .prop_map(|(officer, reason)| CaseCommand::NameConcerned { officer, reason }),
        4 => (few_officers(), text())
            .prop_map(|(officer, reason)| CaseCommand::ClearConcerned { officer, reason }),
        1 => text().prop_map(|reason| CaseCommand::OpenInEmergency { reason }),
        2 => (0_u32..3, any::<bool>(), text()).prop_map(|(opening, justified, text)| {
            CaseCommand::ReviewOpening {
                opening,
                justified,
                text,
            }
        }),
    ]
}

/// A letter to give, mostly of a kind that is known and dated before.
pub fn give_letter() -> impl Strategy<Value = GiveLetter> {
    (word(&["progress"]), of(text()), day(), file()).prop_map(|(kind, number, dated, file)| {
        GiveLetter {
            kind,
            number,
            dated,
            today: jiff::civil::date(2026, 11, 24),
            file,
            issued: None,
        }
    })
}

/// Anything asked of an encounter.
pub fn of_encounter() -> impl Strategy<Value = EncounterCommand> {
    let who = (
        few_officers(),
        of(person()),
        proptest::sample::select(&PersonCapacity::ALL[..]),
        any_service(),
    );
    let what = (
        word(&FUNCTIONS),
        word(&ROLES),
        vec(word(&["next_steps", "rights"]), 0..3),
    );
    let force = (any::<bool>(), of(word(&FORCE_STAGES)));
    let how = (force, any::<bool>(), of(text()), of(text()), hash());
    let record = (who, what, how).prop_map(|(who, what, how)| {
        let (officer, person, capacity, service) = who;
        let (function, role, explained) = what;
        let ((force_used, force_stage), simulated, legal_basis, note, rating_code) = how;
        EncounterCommand::Record {
            officer,
            person,
            capacity,
            case: None,
            service,
            function,
            role,
            explained,
            force_used,
            force_stage,
            legal_basis,
            note,
            rating_code,
            simulated,
        }
    });
    prop_oneof![
        record,
        text().prop_map(|text| EncounterCommand::Correct { text }),
    ]
}

/// Anything asked of a feedback.
pub fn of_feedback() -> impl Strategy<Value = FeedbackCommand> {
    let answers = btree_map(
        word(&ITEMS),
        proptest::sample::select(&Answer::ALL[..]),
        0..4,
    );
    let judged = proptest::sample::select(&[Judged::Encounter, Judged::Case][..]);
    (
        judged,
        any_service(),
        (-90_000_i64..0),
        (-1_000_i64..100_000),
        answers,
        of(text()),
    )
        .prop_map(
            |(judged, service, served, until, answers, message)| FeedbackCommand::Give {
                judged,
                service,
                served_at: second(served),
                rate_by: second(until),
                answers,
                message,
                pack_version: "1".to_owned(),
                simulated: false,
            },
        )
}

/// Somebody comes to a front desk.
pub fn join() -> impl Strategy<Value = VisitCommand> {
    let open = prop_oneof![9 => 0_u32..100, 1 => 490_u32..510];
    (of(word(&NEEDS)), of(word(&PRIORITIES)), 0_i64..90_000, open).prop_map(
        |(need, priority, until, open)| VisitCommand::Join {
            need,
            priority,
            day: jiff::civil::date(2026, 11, 24),
            open_until: second(until),
            open,
            pack_version: "1".to_owned(),
            simulated: false,
        },
    )
}

/// Anything asked of a visit.
pub fn of_visit() -> impl Strategy<Value = VisitCommand> {
    prop_oneof![
        1 => join(),
        4 => Just(VisitCommand::Call),
        2 => Just(VisitCommand::PutBack),
        2 => few_officers().prop_map(|from| VisitCommand::TakeOver { from }),
        2 => word(&ENDINGS).prop_map(|ended| VisitCommand::End { ended }),
        1 => Just(VisitCommand::Lapse),
    ]
}

/// Anything said of something that can be down.
pub fn of_outage() -> impl Strategy<Value = OutageCommand> {
    let what = (of(word(&SYSTEMS)), of(text()), of(text()));
    let declare = (
        what,
        -90_000_i64..200_000,
        of(-1_000_i64..400_000),
        0_u32..22,
    )
        .prop_map(
            |((system, words, way), since, until, open)| OutageCommand::Declare {
                words: words.filter(|_| system.is_none()),
                system,
                since: second(since),
                way,
                until: until.map(second),
                open,
                pack_version: "1".to_owned(),
                simulated: false,
            },
        );
    prop_oneof![
        3 => declare,
        2 => (-90_000_i64..200_000).prop_map(|at| OutageCommand::End { at: second(at) }),
    ]
}

/// Anything asked of a thing.
pub fn of_thing() -> impl Strategy<Value = ThingCommand> {
    let kind = proptest::sample::select(&["room", "car", "kite"][..]);
    let register = (kind, text(), of(text()), thing_state(), of(day())).prop_map(
        |(kind, label, room, state, check_by)| ThingCommand::Register {
            kind: kind.parse().unwrap(),
            label,
            room,
            state,
            check_by,
            pack_version: "1".to_owned(),
            simulated: false,
        },
    );
    let station = proptest::sample::select(&["polsek-juwana", "polsek-tayu"][..]);
    prop_oneof![
        2 => register,
        4 => (thing_state(), text())
            .prop_map(|(state, reason)| ThingCommand::Change { state, reason }),
        2 => (station, of(text()), text()).prop_map(|(to, room, reason)| ThingCommand::Move {
            to: to.parse().unwrap(),
            room,
            reason,
        }),
        2 => (of(few_officers()), of(text()))
            .prop_map(|(to, note)| ThingCommand::HandOver { to, note }),
        1 => (of(day()), of(text())).prop_map(|(next, note)| ThingCommand::Check { next, note }),
    ]
}

/// Anything asked of an officer's standing.
pub fn of_officer() -> impl Strategy<Value = OfficerCommand> {
    let grant = (skill(), text(), of(text()), day(), of(day())).prop_map(
        |(skill, by, certificate, from, until)| OfficerCommand::Grant {
            skill,
            by,
            certificate,
            from,
            until,
            pack_version: "1".to_owned(),
            simulated: false,
        },
    );
    let open = (lesson(), proptest::sample::select(GapKind::ALL), 1_u128..6).prop_map(
        |(lesson, gap, cause)| OfficerCommand::Open {
            lesson,
            gap,
            cause: ActId(Uuid::from_u128(cause)),
        },
    );
    prop_oneof![
        3 => grant,
        1 => (skill(), text())
            .prop_map(|(skill, reason)| OfficerCommand::Withdraw { skill, reason }),
        3 => open,
        3 => (lesson(), vec(0_u32..4, 0..3))
            .prop_map(|(lesson, choices)| OfficerCommand::Answer { lesson, choices }),
    ]
}
