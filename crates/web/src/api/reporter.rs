//! What a program reads of the class of a request and of its reporter's rights: what their page shows (S10, S24),
//! by the same functions, so that neither shows more than the other.

use jiff::Timestamp;
use pengayom_core::act::Act;
use pengayom_core::pack::Matter;
use pengayom_core::subject::case::{Case, SecondLook};
use serde::Serialize;
use utoipa::ToSchema;

use crate::class::{ReferralWords, class_words};
use crate::frame::PageFrame;
use crate::public::reporter_rights;

/// Whose the matter is, as somebody decided it.
#[derive(Serialize, ToSchema)]
pub(super) struct ClassOfRequest {
    /// Null of a kind that is kept narrow.
    #[schema(required)]
    matter: Option<MatterWord>,
    /// The same in words; of a kind that is kept narrow, only that it was assessed.
    words: String,
    /// Why, in the officer's words.
    #[schema(required)]
    reason: Option<String>,
    /// Questions with what was answered; none of a kind that is kept narrow.
    because: Vec<String>,
    /// Where to go.
    referrals: Vec<Referral>,
    /// How a second look stands; null: nobody needs one.
    #[schema(required)]
    second_look: Option<SecondLookWord>,
    /// The same in words, or that one can be asked for.
    second_look_words: String,
    /// Why whoever looked a second time came to that, in their words.
    #[schema(required)]
    second_look_reason: Option<String>,
}

/// Of which law a matter is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MatterWord {
    /// Of criminal law.
    Criminal,
    /// Of civil law: a court decides, the police refers.
    Civil,
    /// Of both at once.
    Both,
    /// Of neither.
    Neither,
}

impl From<Matter> for MatterWord {
    fn from(matter: Matter) -> Self {
        match matter {
            Matter::Criminal => Self::Criminal,
            Matter::Civil => Self::Civil,
            Matter::Both => Self::Both,
            Matter::Neither => Self::Neither,
        }
    }
}

/// How a second look stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SecondLookWord {
    /// Another officer has to look at it.
    Due,
    /// They came to the same.
    Agreed,
    /// They came to something else; a superior decides.
    Conflict,
    /// That was decided.
    Settled,
}

impl From<SecondLook> for SecondLookWord {
    fn from(look: SecondLook) -> Self {
        match look {
            SecondLook::Due => Self::Due,
            SecondLook::Agreed => Self::Agreed,
            SecondLook::Conflict => Self::Conflict,
            SecondLook::Settled => Self::Settled,
        }
    }
}

/// Where a matter goes.
#[derive(Serialize, ToSchema)]
struct Referral {
    name: String,
    /// What they do.
    does: String,
    /// How to begin.
    begin: String,
}

impl From<ReferralWords> for Referral {
    fn from(place: ReferralWords) -> Self {
        Self {
            name: place.name,
            does: place.does,
            begin: place.begin,
        }
    }
}

/// A list of rights of the reporter.
#[derive(Serialize, ToSchema)]
pub(super) struct RightsOfReporter {
    /// A code of the unit's method.
    #[schema(examples("reporter"))]
    list: String,
    name: String,
    /// The rights, in the order they are told.
    rights: Vec<RightWords>,
    /// When an officer told them; null: not recorded.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    told_at: Option<Timestamp>,
}

/// A right.
#[derive(Serialize, ToSchema)]
struct RightWords {
    words: String,
    /// The article it rests on.
    #[schema(required)]
    article: Option<String>,
}

fn said(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The class of a request; `None` until somebody decided it.
pub(super) fn class(frame: &PageFrame, case: &Case, acts: &[Act]) -> Option<ClassOfRequest> {
    let known = class_words(frame, case, acts)?;
    Some(ClassOfRequest {
        matter: known.matter.map(MatterWord::from),
        words: known.class,
        reason: said(known.reason),
        because: known.because,
        referrals: known.referrals.into_iter().map(Referral::from).collect(),
        second_look: known.second_look.map(SecondLookWord::from),
        second_look_words: known.look,
        second_look_reason: said(known.look_reason),
    })
}

/// What whoever is themself the one a request is about has to know before telling more.
pub(super) fn warning(frame: &PageFrame, case: &Case) -> Option<String> {
    let words = frame.t("triage.warning_reader");
    case.triage.reporter_is_reported.then(|| words.to_owned())
}

/// The reporter's rights, with when they were told them.
pub(super) fn rights(frame: &PageFrame, case: &Case) -> Vec<RightsOfReporter> {
    let lists = reporter_rights(frame, case).into_iter();
    lists
        .map(|item| {
            let rights = item.list.rights.into_iter();
            let rights = rights.map(|(words, article)| RightWords {
                words,
                article: said(article),
            });
            RightsOfReporter {
                list: item.list.code,
                name: item.list.name,
                rights: rights.collect(),
                told_at: item.told_at,
            }
        })
        .collect()
}
