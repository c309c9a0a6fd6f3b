//! The bodies of changes to a case, for the description. What is read is said beside each change.

use utoipa::ToSchema;

macro_rules! bodies {
    ($($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $field_doc:literal])* #[schema($($schema:tt)*)] $field:ident: $type:ty,)*
    })*) => {$(
        $(#[doc = $doc])*
        #[derive(ToSchema)]
        #[expect(dead_code, reason = "names members for the description; a test holds them to what is read")]
        pub(super) struct $name {
            $($(#[doc = $field_doc])* #[schema($($schema)*)] $field: $type,)*
        }
    )*};
}

bodies! {
    /// A case that a colleague has.
    TakeCaseOver {
        /// Identifier of the colleague's account, as the asker saw it.
        #[schema(format = "uuid", max_length = 64)] from: String,
        /// Why; colleagues read it.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
    }
    /// The service that a case needs.
    AssessCase {
        /// A code of the unit's catalogue; without it, the service it has.
        #[schema(max_length = 64)] service_code: Option<String>,
        /// Why; needed where it differs from what was asked for, and for civil or social matters.
        #[schema(max_length = 5000)] reason: Option<String>,
    }
    /// What was done.
    RecordAction {
        /// In the officer's words.
        #[schema(min_length = 1, max_length = 5000)] text: String,
        /// The police function served, a code of `/words`.
        #[schema(min_length = 1, max_length = 64)] function: String,
    }
    /// An answer to the reporter.
    AnswerReporter {
        /// In the officer's words.
        #[schema(min_length = 1, max_length = 5000)] text: String,
        /// When the next news is promised.
        #[schema(format = DateTime, max_length = 64)] next_news_by: Option<String>,
    }
    /// Why a promise was missed.
    ExplainDelay {
        /// A code of `/words`.
        #[schema(min_length = 1, max_length = 64)] reason: String,
        /// In the officer's words; some reasons need it.
        #[schema(max_length = 5000)] text: Option<String>,
    }
    /// What was offered.
    OfferSupport {
        /// In the officer's words. Staff see it, the reporter does not.
        #[schema(min_length = 1, max_length = 5000)] support: String,
        /// What the reporter said: `taken`, `declined` or `not_reached`.
        #[schema(min_length = 1, max_length = 64)] reply: String,
    }
    /// An answer to what the reporter asked others to look at.
    AnswerReview {
        /// In the officer's words.
        #[schema(min_length = 1, max_length = 5000)] text: String,
    }
    /// Who is to handle a case.
    AssignCase {
        /// Identifier of an account, as in `/staff`.
        #[schema(format = "uuid", max_length = 64)] officer: String,
        /// Why they nevertheless; needed where the service asks for a skill they do not have and a colleague has, unless
        /// somebody is in danger.
        #[schema(max_length = 5000)] reason: Option<String>,
    }
    /// How a case ended.
    CloseCase {
        /// A code of `/words`.
        #[schema(min_length = 1, max_length = 64)] outcome: String,
        /// Why; the reporter reads it.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
    }
    /// Why a case is opened again.
    ReopenCase {
        /// In the officer's words; the reporter reads it.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
    }
    /// An officer, and why they are named.
    NameOfficer {
        /// Identifier of an account, as in `/staff`.
        #[schema(format = "uuid", max_length = 64)] officer: String,
        /// Why; it stays in the record.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
    }
    /// What a hold rests on.
    HoldCase {
        /// A code of `/words`.
        #[schema(min_length = 1, max_length = 64)] ground: String,
        /// The order, letter or number; about the matter, never about a person.
        #[schema(min_length = 1, max_length = 5000)] reference: String,
    }
    /// What the lifting rests on.
    LiftHold {
        /// The letter or decision; about the matter, never about a person.
        #[schema(min_length = 1, max_length = 5000)] reference: String,
    }
    /// What an erasure rests on.
    EraseCase {
        /// The request's letter or the ground in law; never about the person.
        #[schema(min_length = 1, max_length = 5000)] ground: String,
        /// True: it cannot be undone, and that is known.
        #[schema()] sure: bool,
    }
    /// Why a letter is taken back.
    WithdrawLetter {
        /// In the officer's words; the reporter reads it.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
    }
}
