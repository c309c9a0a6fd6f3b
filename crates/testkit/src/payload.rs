//! Arbitrary payloads: what can be written, whether or not a rule would ever lead to it.

use pengayom_core::act::Payload;
use pengayom_core::subject::case::{CaseAct, RequestFiled, ReviewKind};
use pengayom_core::subject::encounter::{EncounterAct, EncounterRecorded, PersonCapacity};
use pengayom_core::subject::erasure::{ErasureBasis, HoldGround};
use pengayom_core::subject::feedback::{Answer, FeedbackAct, FeedbackGiven, Judged};
use pengayom_core::subject::outage::{OutageAct, OutageDeclared};
use pengayom_core::subject::unit::UnitAct;
use pengayom_core::subject::visit::{VisitAct, VisitorJoined};
use pengayom_core::value::{CaseId, OfficerId};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use uuid::Uuid;

use crate::value::{
    any_moment, any_service, case_number, channel, day, few_officers, file, hash, media, person,
    text,
};

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
        1 => unit_act().prop_map(Payload::Unit).boxed(),
    ]
}

/// Any act of a case.
pub fn case_act() -> impl Strategy<Value = CaseAct> {
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
        few_officers().prop_map(|officer| CaseAct::OfficerAssigned { officer }),
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
        (text(), of(text()), day(), file()).prop_map(|(kind, number, dated, file)| {
            CaseAct::LetterGiven {
                kind,
                number,
                dated,
                file,
            }
        }),
        (any::<u32>(), text())
            .prop_map(|(letter, reason)| CaseAct::LetterWithdrawn { letter, reason }),
        (text(), text()).prop_map(|(reason, text)| CaseAct::DelayExplained { reason, text }),
        (text(), text()).prop_map(|(support, reply)| CaseAct::SupportOffered { support, reply }),
        (review(), text()).prop_map(|(review, text)| CaseAct::ReviewAsked { review, text }),
        (review(), text()).prop_map(|(review, text)| CaseAct::ReviewAnswered { review, text }),
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
        crate::rights::rights_act(),
        (hold_ground(), text())
            .prop_map(|(ground, reference)| CaseAct::HoldPlaced { ground, reference }),
        text().prop_map(|reference| CaseAct::HoldLifted { reference }),
        text().prop_map(|reason| CaseAct::CaseReopened { reason }),
        erased().prop_map(|(basis, ground)| CaseAct::PersonalDataErased { basis, ground }),
    ]
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
    (1_u32..1_000, text(), text(), of(text()), any::<bool>()).prop_map(
        |(generation, from, to, proof, revoked)| UnitAct::LedgerKeyRotated {
            generation,
            from,
            to,
            proof,
            revoked,
        },
    )
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
