//! The codes that bodies of staff name, with their words: what the forms of pages offer.

use axum::response::Response;
use pengayom_core::subject::case::{SupportReply, Wellbeing};
use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_core::subject::erasure::HoldGround;
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::Named;
use crate::api::caller::{Api, for_everybody};
use crate::desk::{ground_words, reply_words};
use crate::field::card::capacity_words;
use crate::field::force::stage_words;
use crate::harm::wellbeing_words;
use crate::problem::Fault;

/// The codes that bodies of staff name, in the order that pages offer them.
#[derive(Serialize, ToSchema)]
pub(super) struct WordsBody {
    /// Police functions.
    functions: Vec<Named>,
    /// Roles in which officers meet people.
    roles: Vec<Named>,
    /// As what people take part in an encounter.
    capacities: Vec<Named>,
    /// What is explained in an encounter.
    explanations: Vec<Named>,
    /// How far force goes, in order.
    force_stages: Vec<Named>,
    /// How a case ends.
    outcomes: Vec<Named>,
    /// Why a promise was missed.
    late_reasons: Vec<Named>,
    /// Kinds of letter.
    letters: Vec<Named>,
    /// What holds a case.
    hold_grounds: Vec<Named>,
    /// What a reporter says to an offer of support.
    support_replies: Vec<Named>,
    /// How a reporter is.
    wellbeing: Vec<Named>,
    /// What people come to the front desk for.
    needs: Vec<Named>,
    /// Why somebody goes first.
    priorities: Vec<Named>,
    /// How a visit ends.
    endings: Vec<Named>,
    /// What can be down.
    systems: Vec<Named>,
}

/// The codes that bodies of staff name, with their words.
#[utoipa::path(
    get, path = "/words", operation_id = "listWords", tag = "staff",
    responses((status = 200, description = "As the unit's pack has them.", body = WordsBody)),
    security(("token" = []))
)]
pub(super) async fn all(api: Api) -> Result<Response, Fault> {
    if api.bearer.is_none() {
        return Err(Fault::Token);
    }
    let frame = &api.frame;
    let named = |code: &str, name: &str| Named {
        code: code.to_owned(),
        name: name.to_owned(),
    };
    let by_key = |code: &str, key: &str| named(code, frame.t(key));
    let pack = &frame.unit().pack;
    let desk = pack.desk();
    macro_rules! of_pack {
        ($entries:expr, $code:ident) => {
            $entries
                .iter()
                .map(|known| named(known.code.$code(), frame.say(&known.name)))
                .collect()
        };
    }
    let body = WordsBody {
        functions: of_pack!(pack.functions(), code),
        roles: of_pack!(pack.officer_roles(), code),
        capacities: PersonCapacity::ALL
            .map(|known| named(known.as_str(), capacity_words(frame, known.as_str())))
            .into(),
        explanations: of_pack!(pack.explanations(), as_str),
        force_stages: pack
            .force_stages()
            .iter()
            .map(|known| named(known.code.as_str(), stage_words(frame, known)))
            .collect(),
        outcomes: of_pack!(pack.close_outcomes(), as_str),
        late_reasons: of_pack!(pack.late_reasons(), as_str),
        // What is for somebody else is not given to the reporter.
        letters: pack
            .letters()
            .iter()
            .filter(|known| pack.letter_is_for_reporter(known.code.as_str()))
            .map(|known| named(known.code.as_str(), frame.say(&known.name)))
            .collect(),
        hold_grounds: HoldGround::ALL
            .map(|known| by_key(known.as_str(), ground_words(known)))
            .into(),
        support_replies: SupportReply::ALL
            .map(|known| by_key(known.as_str(), reply_words(known)))
            .into(),
        wellbeing: Wellbeing::ALL
            .map(|known| by_key(known.as_str(), wellbeing_words(known)))
            .into(),
        needs: of_pack!(desk.needs, as_str),
        priorities: of_pack!(desk.priorities, as_str),
        endings: of_pack!(desk.endings, as_str),
        systems: of_pack!(desk.systems, as_str),
    };
    api.found(&body).map(for_everybody)
}
