//! Arbitrary payloads: what can be written, whether or not a rule would ever lead to it.

use pengayom_core::act::Payload;
use pengayom_core::pack::{ClockEvent, GapKind, LessonCode, Localized, Matter, SkillCode};
use pengayom_core::subject::case::{
    CaseAct, ConfirmedBy, EscalationCause, Guardian, Issued, RequestFiled, ReviewKind, RiskTrend,
    ToldBy, TriageAnswer, TriageReply,
};
use pengayom_core::subject::encounter::{EncounterAct, EncounterRecorded, PersonCapacity};
use pengayom_core::subject::erasure::{ErasureBasis, HoldGround};
use pengayom_core::subject::feedback::{Answer, FeedbackAct, FeedbackGiven, Judged};
use pengayom_core::subject::officer::{OfficerAct, QualificationGranted};
use pengayom_core::subject::outage::{OutageAct, OutageDeclared};
use pengayom_core::subject::thing::{ThingAct, ThingRegistered, ThingState};
use pengayom_core::subject::unit::{LetterTemplateSet, UnitAct};
use pengayom_core::subject::visit::{VisitAct, VisitorJoined};
use pengayom_core::value::{ActId, CaseId, OfficerId};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use uuid::Uuid;

use crate::value::{
    any_moment, any_service, case_number, channel, day, few_officers, file, hash, media, person,
    text,
};

fn issued() -> impl Strategy<Value = Issued> {
    (
        any::<u32>(),
        any::<u32>(),
        of(text()),
        any::<bool>(),
        of(any::<u32>()),
    )
        .prop_map(|(n, template, pack_version, on_file, replaces)| Issued {
            n,
            template,
            pack_version,
            on_file,
            replaces,
        })
}

/// Any payload.
pub fn any_payload() -> impl Strategy<Value = Payload> {
    // Boxed: their sum lies on the stack of a test.
    prop_oneof![
        8 => case_act().prop_map(Payload::Case).boxed(),
        4 => crate::rights::rights_act().prop_map(Payload::Case).boxed(),
        2 => encounter_act().prop_map(Payload::Encounter).boxed(),
        1 => feedback_act().prop_map(Payload::Feedback).boxed(),
        1 => visit_act().prop_map(Payload::Visit).boxed(),
        1 => outage_act().prop_map(Payload::Outage).boxed(),
        1 => thing_act().prop_map(Payload::Thing).boxed(),
        1 => officer_act().prop_map(Payload::Officer).boxed(),
        1 => unit_act().prop_map(Payload::Unit).boxed(),
    ]
}

/// Any act of a case.
pub fn case_act() -> impl Strategy<Value = CaseAct> {
    prop_oneof![
        27 => handling_act().boxed(),
        8 => triage_act().boxed(),
        8 => crate::proof::proof_act().boxed(),
        12 => crate::proof::custody_act().boxed(),
    ]
}

/// Any act in the handling of a case.
fn handling_act() -> impl Strategy<Value = CaseAct> {
    prop_oneof![
        request_filed().prop_map(CaseAct::RequestFiled),
        few_officers().prop_map(|by| CaseAct::CaseTaken { by }),
        (few_officers(), few_officers(), text())
            .prop_map(|(from, to, reason)| CaseAct::CaseTakenOver { from, to, reason }),
        (any_service(), of(text()), of(any_moment()), any::<bool>()).prop_map(
            |(service, reason, respond_by, sensitive)| CaseAct::CaseAssessed {
                service,
                reason,
                respond_by,
                sensitive,
            }
        ),
        (few_officers(), of(skill()), of(text())).prop_map(|(officer, lacks, reason)| {
            CaseAct::OfficerAssigned {
                officer,
                lacks,
                reason,
            }
        }),
        text().prop_map(|responder| CaseAct::ResponderDispatched { responder }),
        text().prop_map(|responder| CaseAct::ResponderArrived { responder }),
        text().prop_map(|responder| CaseAct::ResponderCleared { responder }),
        (text(), text()).prop_map(|(text, function)| CaseAct::ActionTaken { text, function }),
        (text(), of(any_moment()))
            .prop_map(|(text, next_news_by)| CaseAct::ReporterAnswered { text, next_news_by }),
        (text(), media()).prop_map(|(text, media)| CaseAct::InformationAdded { text, media }),
        (file(), text(), of(text()), of(any_moment())).prop_map(
            |(file, description, obtained_from, obtained_at)| CaseAct::EvidenceAdded {
                file,
                description,
                obtained_from,
                obtained_at,
            }
        ),
        (text(), of(text()), day(), file(), of(issued())).prop_map(
            |(kind, number, dated, file, issued)| CaseAct::LetterGiven {
                kind,
                number,
                dated,
                file,
                issued,
            }
        ),
        (any::<u32>(), text(), any::<bool>()).prop_map(|(letter, reason, on_file)| {
            CaseAct::LetterWithdrawn {
                letter,
                reason,
                on_file,
            }
        }),
        (text(), text()).prop_map(|(reason, text)| CaseAct::DelayExplained { reason, text }),
        (text(), text()).prop_map(|(support, reply)| CaseAct::SupportOffered { support, reply }),
        (review(), text()).prop_map(|(review, text)| CaseAct::ReviewAsked { review, text }),
        (review(), text()).prop_map(|(review, text)| CaseAct::ReviewAnswered { review, text }),
        progress_act(),
        (text(), text(), of(clock_event()), any::<bool>()).prop_map(|(step, note, event, late)| {
            CaseAct::StepDone {
                step,
                note,
                event,
                late,
            }
        }),
        (text(), text()).prop_map(|(step, reason)| CaseAct::StepLeftOut { step, reason }),
        (text(), text()).prop_map(|(step, reason)| CaseAct::StepTakenBack { step, reason }),
        (case_id(), text()).prop_map(|(into, reason)| CaseAct::CaseMergedInto { into, reason }),
        (case_id(), text()).prop_map(|(part, reason)| CaseAct::CaseMergeReceived { part, reason }),
        (case_id(), text()).prop_map(|(other, reason)| CaseAct::CaseMergeUndone { other, reason }),
        (text(), text(), of(any::<u32>())).prop_map(|(outcome, reason, keep_months)| {
            CaseAct::CaseClosed {
                outcome,
                reason,
                keep_months,
            }
        }),
        (few_officers(), text())
            .prop_map(|(officer, reason)| CaseAct::ReaderNamed { officer, reason }),
        (few_officers(), text())
            .prop_map(|(officer, reason)| CaseAct::ReaderRemoved { officer, reason }),
        (few_officers(), text())
            .prop_map(|(officer, reason)| CaseAct::ConcernedNamed { officer, reason }),
        (few_officers(), text())
            .prop_map(|(officer, reason)| CaseAct::ConcernedCleared { officer, reason }),
        (text(), any_moment())
            .prop_map(|(reason, until)| CaseAct::EmergencyOpened { reason, until }),
        (any::<u32>(), any::<bool>(), text()).prop_map(|(opening, justified, text)| {
            CaseAct::OpeningReviewed {
                opening,
                justified,
                text,
            }
        }),
        first_hour_act(),
        crate::rights::rights_act(),
        (hold_ground(), text())
            .prop_map(|(ground, reference)| CaseAct::HoldPlaced { ground, reference }),
        text().prop_map(|reference| CaseAct::HoldLifted { reference }),
        text().prop_map(|reason| CaseAct::CaseReopened { reason }),
        erased().prop_map(|(basis, ground)| CaseAct::PersonalDataErased { basis, ground }),
    ]
}

fn progress_act() -> impl Strategy<Value = CaseAct> {
    prop_oneof![
        (text(), text())
            .prop_map(|(difficulty, reason)| CaseAct::DifficultySet { difficulty, reason }),
        (text(), any_moment(), text()).prop_map(|(stage, due_at, text)| {
            CaseAct::ProgressDrafted {
                stage,
                due_at,
                text,
            }
        }),
        (text(), any_moment(), text()).prop_map(|(stage, due_at, text)| CaseAct::ProgressSent {
            stage,
            due_at,
            text,
        }),
        (any_moment(), text(), text()).prop_map(|(due_at, reason, text)| {
            CaseAct::ProgressDelayExplained {
                due_at,
                reason,
                text,
            }
        }),
    ]
}

fn clock_event() -> impl Strategy<Value = ClockEvent> {
    prop::sample::select(ClockEvent::ALL.to_vec())
}

/// A few cases, so that some are met again.
pub fn case_id() -> impl Strategy<Value = CaseId> {
    (0_u128..4).prop_map(|n| CaseId(Uuid::from_u128(0xca5e_0000 + n)))
}

/// Any act about whose a matter is, or about its reporter.
fn triage_act() -> impl Strategy<Value = CaseAct> {
    let decided = (text(), text(), matter(), of(text()), any::<[bool; 2]>());
    prop_oneof![
        (
            text(),
            vec(triage_answer(), 0..4),
            of(text()),
            any::<[bool; 2]>()
        )
            .prop_map(|(pack_version, answers, proposed, [danger, second_look])| {
                CaseAct::TriageAnswered {
                    pack_version,
                    answers,
                    proposed,
                    danger,
                    second_look,
                }
            }),
        (decided, text(), vec(text(), 0..3), of(matter())).prop_map(
            |(
                (outcome, class, matter, proposed, [agrees, second_look]),
                reason,
                referrals,
                was,
            )| {
                CaseAct::TriageDecided {
                    outcome,
                    class,
                    matter,
                    proposed,
                    agrees,
                    reason,
                    second_look,
                    referrals,
                    was,
                }
            }
        ),
        (any::<bool>(), text(), matter(), text()).prop_map(|(agrees, outcome, matter, reason)| {
            CaseAct::SecondLookGiven {
                agrees,
                outcome,
                matter,
                reason,
            }
        }),
        (text(), text(), matter(), text(), vec(text(), 0..3)).prop_map(
            |(outcome, class, matter, reason, referrals)| CaseAct::TriageSettled {
                outcome,
                class,
                matter,
                reason,
                referrals,
            }
        ),
        proptest::sample::select(&Guardian::ALL[..])
            .prop_map(|guardian| CaseAct::ChildReports { guardian }),
        (any::<bool>(), text())
            .prop_map(|(reported, reason)| CaseAct::ReporterIsReported { reported, reason }),
        (
            proptest::sample::select(&ToldBy::ALL[..]),
            proptest::sample::select(&ConfirmedBy::ALL[..]),
        )
            .prop_map(|(told, confirmed)| CaseAct::ReadBackToReporter { told, confirmed }),
    ]
}

/// Any act of a first hour.
fn first_hour_act() -> impl Strategy<Value = CaseAct> {
    let risk = (text(), text(), vec(text(), 0..3), vec(text(), 0..3), text());
    prop_oneof![
        (text(), any::<bool>(), text())
            .prop_map(|(step, done, reason)| CaseAct::FirstHourStepDone { step, done, reason }),
        (
            risk,
            proptest::sample::select(&RiskTrend::ALL[..]),
            any::<[bool; 2]>()
        )
            .prop_map(
                |((threatened, level, harms, may_happen, text), trend, [alarm, raises])| {
                    CaseAct::RiskRecorded {
                        threatened,
                        level,
                        harms,
                        may_happen,
                        text,
                        trend,
                        alarm,
                        raises,
                    }
                }
            ),
        (text(), proptest::sample::select(&EscalationCause::ALL[..]))
            .prop_map(|(level, cause)| CaseAct::FirstHourEscalated { level, cause }),
        (few_officers(), any::<bool>())
            .prop_map(|(by, overdue)| CaseAct::EscalationTaken { by, overdue }),
    ]
}

/// Any answer to a question of a tree; the questions are those of the sample.
pub fn triage_answer() -> impl Strategy<Value = TriageAnswer> {
    let question = proptest::sample::select(&crate::method::QUESTIONS[..]);
    let answer = proptest::sample::select(&TriageReply::ALL[..]);
    (question, answer).prop_map(|(question, answer)| TriageAnswer {
        question: question.to_owned(),
        answer,
    })
}

fn matter() -> impl Strategy<Value = Matter> {
    proptest::sample::select(Matter::ALL)
}

fn request_filed() -> impl Strategy<Value = RequestFiled> {
    let told = (any_service(), of(text()), channel(), text(), of(text()));
    let harm = (of(text()), of(text()), of(text()), of(any_moment()));
    let about = (
        of(any_moment()),
        any::<[bool; 4]>(),
        of(person()),
        media(),
        of(text()),
    );
    let kept = (
        of(case_number()),
        of(hash()),
        of(any_moment()),
        of(any::<u32>()),
        text(),
    );
    (told, harm, about, kept).prop_map(|(told, harm, about, kept)| {
        let (wellbeing, loss_rupiah, form, written_at) = harm;
        let (service, report_kind, channel, description, when_text) = told;
        let (occurred_at, [danger, sensitive, reachable, simulated], reporter, media, priority) =
            about;
        let (number, secret, respond_by, respond_minutes, pack_version) = kept;
        RequestFiled {
            number,
            secret,
            service,
            report_kind,
            channel,
            form,
            written_at,
            description,
            when_text,
            occurred_at,
            wellbeing,
            loss_rupiah,
            danger,
            sensitive,
            reporter,
            reachable,
            media,
            respond_by,
            respond_minutes,
            pack_version,
            simulated,
            priority,
        }
    })
}

/// Any act of an encounter.
pub fn encounter_act() -> impl Strategy<Value = EncounterAct> {
    let who = (
        any::<u128>().prop_map(|n| OfficerId(Uuid::from_u128(n))),
        of(person()),
        proptest::sample::select(&PersonCapacity::ALL[..]),
        of(any::<u128>().prop_map(|n| CaseId(Uuid::from_u128(n)))),
    );
    let what = (any_service(), text(), text(), vec(text(), 0..4));
    let how = (
        any::<[bool; 2]>(),
        of(text()),
        of(text()),
        hash(),
        any_moment(),
    );
    let recorded = (who, what, how).prop_map(|(who, what, how)| {
        let (officer, person, capacity, case) = who;
        let (service, function, role, explained) = what;
        let ([force_used, simulated], legal_basis, note, rating_code, rate_by) = how;
        EncounterAct::EncounterRecorded(EncounterRecorded {
            officer,
            person,
            capacity,
            case,
            service,
            function,
            role,
            explained,
            force_used,
            legal_basis,
            note,
            rating_code,
            rate_by,
            simulated,
        })
    });
    prop_oneof![
        recorded,
        text().prop_map(|text| EncounterAct::EncounterCorrected { text }),
        erased().prop_map(|(basis, ground)| EncounterAct::PersonalDataErased { basis, ground }),
    ]
}

/// Any act of a feedback.
pub fn feedback_act() -> impl Strategy<Value = FeedbackAct> {
    let answers = btree_map(text(), proptest::sample::select(&Answer::ALL[..]), 0..5);
    let judged = proptest::sample::select(&[Judged::Encounter, Judged::Case][..]);
    let given = (
        judged,
        any_service(),
        any_moment(),
        answers,
        of(text()),
        text(),
        any::<bool>(),
    )
        .prop_map(
            |(judged, service, served_at, answers, message, pack_version, simulated)| {
                FeedbackAct::FeedbackGiven(FeedbackGiven {
                    judged,
                    service,
                    served_at,
                    answers,
                    message,
                    pack_version,
                    simulated,
                })
            },
        );
    prop_oneof![
        4 => given,
        1 => erased().prop_map(|(basis, ground)| FeedbackAct::PersonalDataErased { basis, ground }),
    ]
}

/// Any act of a visit.
pub fn visit_act() -> impl Strategy<Value = VisitAct> {
    let joined = (
        0_i16..400,
        of(any::<u32>()),
        (of(text()), of(text())),
        any::<[bool; 3]>(),
        any_moment(),
        text(),
    )
        .prop_map(
            |(day, ticket, (need, priority), flags, open_until, pack_version)| {
                let [sensitive, danger, simulated] = flags;
                VisitAct::VisitorJoined(VisitorJoined {
                    day: jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(day)),
                    ticket,
                    need,
                    sensitive,
                    priority,
                    danger,
                    open_until,
                    pack_version,
                    simulated,
                })
            },
        );
    prop_oneof![
        2 => joined,
        1 => few_officers().prop_map(|by| VisitAct::VisitorCalled { by }),
        1 => Just(VisitAct::VisitorPutBack {}),
        1 => (few_officers(), few_officers())
            .prop_map(|(from, to)| VisitAct::VisitTakenOver { from, to }),
        1 => (text(), any::<bool>())
            .prop_map(|(ended, served)| VisitAct::VisitEnded { ended, served }),
    ]
}

/// Any act of something that can be down.
pub fn outage_act() -> impl Strategy<Value = OutageAct> {
    let declared = (
        (of(text()), of(text()), of(text())),
        any_moment(),
        of(any_moment()),
        text(),
        any::<bool>(),
    )
        .prop_map(
            |((system, words, way), since, until, pack_version, simulated)| {
                OutageAct::OutageDeclared(OutageDeclared {
                    system,
                    words,
                    since,
                    way,
                    until,
                    pack_version,
                    simulated,
                })
            },
        );
    prop_oneof![
        2 => declared,
        1 => any_moment().prop_map(|at| OutageAct::OutageEnded { at }),
    ]
}

/// Any act of the unit itself.
pub fn unit_act() -> impl Strategy<Value = UnitAct> {
    let rotated = (1_u32..1_000, text(), text(), of(text()), any::<bool>()).prop_map(
        |(generation, from, to, proof, revoked)| UnitAct::LedgerKeyRotated {
            generation,
            from,
            to,
            proof,
            revoked,
        },
    );
    let set = (text(), text(), text(), text(), text()).prop_map(
        |(kind, number, id, en, pack_version)| {
            UnitAct::LetterTemplateSet(LetterTemplateSet {
                kind,
                number,
                body: Localized { id, en },
                pack_version,
            })
        },
    );
    prop_oneof![
        rotated,
        set,
        (text(), of(text()))
            .prop_map(|(kind, reason)| UnitAct::LetterTemplateReset { kind, reason }),
    ]
}

/// Any kind of review.
pub fn review() -> impl Strategy<Value = ReviewKind> {
    proptest::sample::select(&ReviewKind::ALL[..])
}

/// Any ground for a hold.
pub fn hold_ground() -> impl Strategy<Value = HoldGround> {
    proptest::sample::select(&HoldGround::ALL[..])
}

fn erased() -> impl Strategy<Value = (ErasureBasis, Option<String>)> {
    let basis = proptest::sample::select(&[ErasureBasis::Request, ErasureBasis::Retention][..]);
    (basis, of(text()))
}

/// A skill, known or not.
pub fn skill() -> impl Strategy<Value = SkillCode> + Clone {
    proptest::sample::select(&["ppa", "first_aid", "juggling"][..])
        .prop_map(|code| code.parse().unwrap())
}

/// A lesson, known or not.
pub fn lesson() -> impl Strategy<Value = LessonCode> + Clone {
    proptest::sample::select(&["two_items", "on_time", "whistling"][..])
        .prop_map(|code| code.parse().unwrap())
}

/// A state of a thing.
pub fn thing_state() -> impl Strategy<Value = ThingState> + Clone {
    proptest::sample::select(&ThingState::ALL[..])
}

/// Any act of a thing.
pub fn thing_act() -> impl Strategy<Value = ThingAct> {
    let kind = proptest::sample::select(&["room", "car", "kite"][..]);
    let registered = (
        kind,
        text(),
        of(text()),
        thing_state(),
        of(day()),
        any::<bool>(),
    )
        .prop_map(|(kind, label, room, state, check_by, simulated)| {
            ThingAct::ThingRegistered(ThingRegistered {
                kind: kind.parse().unwrap(),
                label,
                room,
                state,
                check_by,
                pack_version: "1".to_owned(),
                simulated,
            })
        });
    prop_oneof![
        3 => registered,
        1 => (thing_state(), text())
            .prop_map(|(state, reason)| ThingAct::StateChanged { state, reason }),
        1 => (of(text()), text()).prop_map(|(room, reason)| ThingAct::ThingMoved { room, reason }),
        1 => (of(few_officers()), of(text()))
            .prop_map(|(to, note)| ThingAct::ThingHandedOver { to, note }),
        1 => (of(day()), of(text())).prop_map(|(next, note)| ThingAct::ThingChecked { next, note }),
    ]
}

/// Any act of an officer's standing.
pub fn officer_act() -> impl Strategy<Value = OfficerAct> {
    let granted = (skill(), text(), of(text()), day(), of(day()), any::<bool>()).prop_map(
        |(skill, by, certificate, from, until, simulated)| {
            OfficerAct::QualificationGranted(QualificationGranted {
                skill,
                by,
                certificate,
                from,
                until,
                pack_version: "1".to_owned(),
                simulated,
            })
        },
    );
    let opened = (
        lesson(),
        of(proptest::sample::select(GapKind::ALL)),
        of(any::<u128>()),
    )
        .prop_map(|(lesson, gap, cause)| OfficerAct::LessonOpened {
            lesson,
            gap,
            cause: cause.map(|cause| ActId(Uuid::from_u128(cause))),
        });
    prop_oneof![
        2 => granted,
        1 => (skill(), text())
            .prop_map(|(skill, reason)| OfficerAct::QualificationWithdrawn { skill, reason }),
        1 => opened,
        1 => lesson().prop_map(|lesson| OfficerAct::LessonRead { lesson }),
        1 => (lesson(), any::<u32>(), any::<bool>()).prop_map(|(lesson, question, right)| {
            OfficerAct::LessonAnswered {
                lesson,
                question,
                right,
            }
        }),
        1 => lesson().prop_map(|lesson| OfficerAct::LessonDone { lesson }),
    ]
}
