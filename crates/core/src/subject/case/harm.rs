//! What a matter did to the person who reports it: to how they feel and to what they own (S3).
//!
//! Nobody has to say either. Who says that they need company is offered it before the case ends.

use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::decide::needed;
use super::filed::RequestFiled;
use super::refusal::CaseRefusal;
use super::state::Case;

/// Largest loss that is taken down, in rupiah: more than any household or firm of a regency has.
/// Larger numbers are slips of the finger.
pub const LOSS_MAX_RUPIAH: u64 = 1_000_000_000_000_000;

/// How the reporter says they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wellbeing {
    /// Well enough.
    Well,
    /// Shaken, afraid, or unable to sleep.
    Shaken,
    /// In need of company, or of somebody to talk to.
    NeedsSupport,
}

impl Wellbeing {
    /// All of them, in the order of the forms.
    pub const ALL: [Self; 3] = [Self::Well, Self::Shaken, Self::NeedsSupport];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Shaken => "shaken",
            Self::NeedsSupport => "needs_support",
        }
    }

    /// The answer of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// What a report says of harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Harm {
    /// How the reporter is; `None`: not said.
    pub wellbeing: Option<Wellbeing>,
    /// What was lost, as the reporter reckons it, in rupiah; `None`: not said.
    pub loss_rupiah: Option<u64>,
}

impl RequestFiled {
    /// What was told of harm; nothing once it was erased.
    pub fn harm(&self) -> Harm {
        Harm {
            wellbeing: self.wellbeing.as_deref().and_then(Wellbeing::parse),
            loss_rupiah: self
                .loss_rupiah
                .as_deref()
                .and_then(|loss| loss.parse().ok()),
        }
    }
}

/// What the reporter said to an offer of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportReply {
    /// They take it.
    Taken,
    /// They do not want it.
    Declined,
    /// They could not be asked; the offer is written where they will read it.
    NotReached,
}

impl SupportReply {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Taken, Self::Declined, Self::NotReached];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Declined => "declined",
            Self::NotReached => "not_reached",
        }
    }

    /// The reply of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

impl Case {
    /// Whether the reporter said that they need company.
    pub fn needs_support(&self) -> bool {
        self.filed.harm().wellbeing == Some(Wellbeing::NeedsSupport)
    }

    /// Whether they said so and nobody recorded an offer: the case does not end before (S3).
    pub fn owes_support(&self) -> bool {
        self.needs_support() && self.support_offered_at.is_none()
    }
}

/// What was said of harm, as an act keeps it.
pub(super) fn told(harm: Harm) -> Result<(Option<String>, Option<String>), CaseRefusal> {
    if harm.loss_rupiah.is_some_and(|loss| loss > LOSS_MAX_RUPIAH) {
        let limit = LOSS_MAX_RUPIAH;
        return Err(CaseRefusal::LossTooLarge { limit });
    }
    Ok((
        harm.wellbeing.map(|known| known.as_str().to_owned()),
        harm.loss_rupiah.map(|loss| loss.to_string()),
    ))
}

/// Anybody may be offered support, also who did not ask for it, and more than once.
pub(super) fn offer(support: String, reply: SupportReply) -> Result<CaseAct, CaseRefusal> {
    Ok(CaseAct::SupportOffered {
        support: needed("support", support)?,
        reply: reply.as_str().to_owned(),
    })
}
