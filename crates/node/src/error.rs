//! Why a command was not carried out.

use jiff::Timestamp;
use pengayom_core::place::{AreaMatch, PointError};
use pengayom_core::subject::case::CaseRefusal;
use pengayom_core::subject::encounter::EncounterRefusal;
use pengayom_core::subject::feedback::FeedbackRefusal;
use pengayom_core::subject::officer::OfficerRefusal;
use pengayom_core::subject::outage::OutageRefusal;
use pengayom_core::subject::thing::ThingRefusal;
use pengayom_core::subject::unit::UnitRefusal;
use pengayom_core::subject::visit::VisitRefusal;
use pengayom_core::value::OfficerId;
use pengayom_store::StoreError;

use crate::access::{Permission, Shut};
use crate::handle::letter::LetterRefusal;
use crate::ledger::LedgerError;
use crate::media::MediaError;
use crate::seal::SealError;

/// Why a command was not carried out. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The asker may not do this.
    #[error("not allowed: {0:?}")]
    NotAllowed(Permission),
    /// The case is shut to the asker, whatever their roles carry.
    #[error("case is shut: {0:?}")]
    CaseShut(Shut),
    /// There is no such thing.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A rule of the case stands in the way.
    #[error(transparent)]
    Case(#[from] CaseRefusal),
    /// What identifies people in it is still to be kept.
    #[error("the time for which it is kept is not over")]
    NotOver,
    /// A rule of the encounter stands in the way.
    #[error(transparent)]
    Encounter(#[from] EncounterRefusal),
    /// A rule of the feedback stands in the way.
    #[error(transparent)]
    Feedback(#[from] FeedbackRefusal),
    /// A rule of the visit stands in the way.
    #[error(transparent)]
    Visit(#[from] VisitRefusal),
    /// A rule of the outage stands in the way.
    #[error(transparent)]
    Outage(#[from] OutageRefusal),
    /// A rule of a thing stands in the way.
    #[error(transparent)]
    Thing(#[from] ThingRefusal),
    /// A rule of an officer's standing stands in the way.
    #[error(transparent)]
    Officer(#[from] OfficerRefusal),
    /// No area fits the words.
    #[error("no area of the unit fits the words")]
    PlaceUnknown,
    /// Several areas fit the words; the person chooses.
    #[error("{} areas fit the words", .0.len())]
    PlaceAmbiguous(Vec<AreaMatch>),
    /// The point is not one.
    #[error(transparent)]
    Point(#[from] PointError),
    /// The place is another unit's.
    #[error("the place is in {area}, which another unit answers for")]
    Elsewhere {
        /// The area that unit answers for.
        area: String,
    },
    /// The place is in nobody's area that the unit knows.
    #[error("the place is outside every area the unit knows")]
    Nowhere,
    /// A colleague did something in between; the state now is another.
    #[error("somebody else acted in between")]
    Conflict {
        /// The colleague who has the case now, if one does.
        now_with: Option<OfficerId>,
    },
    /// Too many tries.
    #[error("too many tries; again from {until}")]
    TooManyTries {
        /// When to try again.
        until: Timestamp,
    },
    /// Name and password, or number and code, do not fit.
    #[error("credentials do not fit")]
    NoMatch,
    /// They are signed in, and must prove once more who they are before this.
    #[error("a fresh proof of who it is is needed")]
    ProofNeeded,
    /// The code is right, but more than one person has it: it stood on a form that was copied.
    #[error("more than one person has this code")]
    CodeShared,
    /// The officer named is not known or not active.
    #[error("no such officer")]
    NoSuchOfficer,
    /// A photograph cannot be taken.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// More than is kept.
    #[error("too large: {found} bytes, limit {limit}")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Something does not read.
    #[error("does not read")]
    Malformed,
    /// Something sealed cannot be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A rule of the unit itself stands in the way.
    #[error(transparent)]
    Unit(#[from] UnitRefusal),
    /// A letter is not made.
    #[error(transparent)]
    Letter(#[from] LetterRefusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger is not as it was built, or its key is another one.
    #[error(transparent)]
    Ledger(LedgerError),
}

impl From<LedgerError> for HandleError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store(error) => Self::Store(error),
            other => Self::Ledger(other),
        }
    }
}
