//! What a report says when it is filed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::pack::ServiceCode;
use crate::value::{CaseNumber, PersonId, SecretHash};

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The pages, by the person.
    Web,
    /// The desk, told in person.
    Desk,
    /// By telephone.
    Phone,
    /// On paper: a printed form or a letter.
    Paper,
    /// An officer in the field.
    Officer,
    /// A program, through the API.
    Api,
    /// Another system's records.
    Import,
}

impl Channel {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Desk => "desk",
            Self::Phone => "phone",
            Self::Paper => "paper",
            Self::Officer => "officer",
            Self::Api => "api",
            Self::Import => "import",
        }
    }

    /// The channel of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Web,
            Self::Desk,
            Self::Phone,
            Self::Paper,
            Self::Officer,
            Self::Api,
            Self::Import,
        ]
        .into_iter()
        .find(|channel| channel.as_str() == word)
    }
}

/// A file kept beside the acts, named by what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobRef {
    /// SHA-256 of the content, as 64 hexadecimal digits.
    pub sha256: String,
    /// Media type, such as `image/jpeg`.
    pub media_type: String,
    /// Size of the content.
    pub size_bytes: u64,
}

/// A request was filed. By its reporter or for them; it asserts what was told, not that it is so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestFiled {
    /// The number people use. `None` only until the store has numbered it, inside the same
    /// transaction, so that the series has no gaps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CaseNumber>,
    /// Keyed hash of the secret the reporter keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretHash>,
    /// The service asked for.
    pub service: ServiceCode,
    /// The kind chosen on the report form, if that was the way in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_kind: Option<String>,
    /// How it came in.
    pub channel: Channel,
    /// Number of the printed form it was written on, in digits: who has the paper has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// First moment of the day it was written, as the paper says. When it was handed in is the moment
    /// of the act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Timestamp>,
    /// What the reporter told, in their words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// When the reported fact occurred, in the reporter's words (a day, "last night").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_text: Option<String>,
    /// When the reported fact occurred, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// How the reporter said they are, a word of [`super::Wellbeing`] (S3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wellbeing: Option<String>,
    /// What was lost as the reporter reckons it, in rupiah, in digits: told words are texts (S3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_rupiah: Option<String>,
    /// Somebody is in danger now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub danger: bool,
    /// Shown without its kind, with narrow access.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// Who reported; details are sealed elsewhere. `None`: anonymous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<PersonId>,
    /// The reporter wrote down a way to be reached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reachable: bool,
    /// Photographs and other files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<BlobRef>,
    /// The promise: first response due by then. `None`: the service promises no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<Timestamp>,
    /// The promise in minutes, as the pack had it that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_minutes: Option<u32>,
    /// The pack version the case runs under.
    pub pack_version: String,
    /// Made up by the simulation, for a demonstration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// Priority word or digit as the source gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
}
