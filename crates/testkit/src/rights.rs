//! Arbitrary acts about persons, rights, measures and settlements.

use pengayom_core::pack::{ConcernedRole, FactAnswer, Party};
use pengayom_core::subject::case::{
    CaseAct, Consent, FactGiven, ListGiven, Manner, MeasureBegun, NotFirst, PersonNamed,
    RightsGiven, SettlementJudged, Signing, TriedResult,
};
use pengayom_core::value::EncounterId;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use crate::value::{any_moment, text};

fn roles() -> impl Strategy<Value = Vec<ConcernedRole>> {
    vec(select(ConcernedRole::ALL), 0..4)
}

fn side() -> impl Strategy<Value = Party> {
    select(Party::ALL)
}

fn answers() -> impl Strategy<Value = Vec<FactGiven>> {
    let one = (text(), select(FactAnswer::ALL));
    vec(
        one.prop_map(|(fact, answer)| FactGiven { fact, answer }),
        0..4,
    )
}

fn encounter() -> impl Strategy<Value = EncounterId> {
    any::<u128>().prop_map(|n| EncounterId(Uuid::from_u128(n)))
}

fn named() -> impl Strategy<Value = CaseAct> {
    let who = (0_u32..4, roles(), of(any::<bool>()), text());
    (who, vec(text(), 0..3), of(any_moment()), text()).prop_map(|(who, owed, due_at, reason)| {
        let (person, roles, under_18, needs) = who;
        CaseAct::PersonNamed(PersonNamed {
            person,
            roles,
            under_18,
            needs,
            owed,
            due_at,
            reason,
        })
    })
}

fn given() -> impl Strategy<Value = CaseAct> {
    let list = (text(), any::<u32>()).prop_map(|(list, version)| ListGiven { list, version });
    let how = (select(&Manner::ALL[..]), text(), any::<bool>());
    let with = (of(any::<bool>()), of(any::<bool>()), text());
    let came = (any::<bool>(), text(), select(&Signing::ALL[..]));
    (0_u32..4, vec(list, 0..3), how, with, came).prop_map(|(person, lists, how, with, came)| {
        let (manner, language, interpreter) = how;
        let (guardian, adviser, absent) = with;
        let (understood, help, signing) = came;
        CaseAct::RightsGiven(RightsGiven {
            person,
            lists,
            manner,
            language,
            interpreter,
            guardian,
            adviser,
            absent,
            understood,
            help,
            signing,
        })
    })
}

fn begun() -> impl Strategy<Value = CaseAct> {
    let what = (0_u32..4, text(), of(0_u32..4), of(text()), of(text()));
    let first = (of(select(&NotFirst::ALL[..])), text(), of(encounter()));
    let times = (of(any_moment()), of(any_moment()), of(any_moment()));
    (what, text(), text(), first, times, any::<bool>()).prop_map(
        |(what, law, explained, first, times, liberty)| {
            let (measure, kind, person, order, ground) = what;
            let (not_first, not_first_text, encounter) = first;
            let (ends_by, review_by, rights_by) = times;
            CaseAct::MeasureBegun(MeasureBegun {
                measure,
                kind,
                person,
                order,
                ground,
                law,
                explained,
                not_first,
                not_first_text,
                encounter,
                ends_by,
                review_by,
                rights_by,
                liberty,
            })
        },
    )
}

fn judged() -> impl Strategy<Value = CaseAct> {
    (
        0_u32..4,
        text(),
        answers(),
        vec(text(), 0..2),
        vec(side(), 0..3),
        of(text()),
    )
        .prop_map(|(settlement, way, answers, excluded, sides, reason)| {
            CaseAct::SettlementJudged(SettlementJudged {
                settlement,
                way,
                answers,
                excluded,
                sides,
                reason,
            })
        })
}

/// Any act of these.
pub(crate) fn rights_act() -> impl Strategy<Value = CaseAct> {
    prop_oneof![
        named(),
        given(),
        begun(),
        (0_u32..4, text()).prop_map(|(measure, text)| CaseAct::MeasureEnded { measure, text }),
        (0_u32..4, any::<bool>(), text()).prop_map(|(measure, justified, text)| {
            CaseAct::MeasureReviewed {
                measure,
                justified,
                text,
            }
        }),
        (text(), select(&TriedResult::ALL[..]), text())
            .prop_map(|(kind, result, text)| CaseAct::PreventionTried { kind, result, text }),
        judged(),
        (0_u32..4, side(), select(&Consent::ALL[..])).prop_map(|(settlement, side, consent)| {
            CaseAct::SettlementAnswered {
                settlement,
                side,
                consent,
            }
        }),
        (0_u32..4, text(), of(any_moment())).prop_map(|(settlement, text, keep_by)| {
            CaseAct::SettlementAgreed {
                settlement,
                text,
                keep_by,
            }
        }),
        (0_u32..4, any::<bool>(), text()).prop_map(|(settlement, kept, text)| {
            CaseAct::SettlementEnded {
                settlement,
                kept,
                text,
            }
        }),
    ]
}
