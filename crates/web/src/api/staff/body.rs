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
    /// An offence of the plan, and when it was done.
    AddOffence {
        /// A code of the unit's pack.
        #[schema(min_length = 1, max_length = 64)] offence: String,
        /// First day on which the act may have been done; left out: not known.
        #[schema(format = Date, max_length = 10)] from: Option<String>,
        /// Last such day.
        #[schema(format = Date, max_length = 10)] until: Option<String>,
    }
    /// An offence to take out.
    DropOffence {
        /// A code of the plan.
        #[schema(min_length = 1, max_length = 64)] offence: String,
        /// Why.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
    }
    /// Type and legal basis of a piece of evidence. What its way of collecting must have follows from the pack.
    BaseEvidence {
        /// Its place in the order they came, from 1.
        #[schema(minimum = 1, maximum = 1000)] evidence: u32,
        /// A type of the code of procedure of the day it was collected.
        #[schema(min_length = 1, max_length = 64)] kind: String,
        /// A way of collecting.
        #[schema(min_length = 1, max_length = 64)] way: String,
        /// The day it was collected.
        #[schema(format = Date, min_length = 1, max_length = 10)] collected_on: String,
        /// Who collected it, where it was not the account.
        #[schema(max_length = 5000)] collector: Option<String>,
        /// From whom.
        #[schema(max_length = 5000)] from: Option<String>,
        /// Where.
        #[schema(max_length = 5000)] place: Option<String>,
        /// Number of the permit or letter.
        #[schema(max_length = 5000)] number: Option<String>,
        /// Why it could not wait for a permit.
        #[schema(max_length = 5000)] urgent: Option<String>,
        /// The first witness.
        #[schema(max_length = 5000)] witness_1: Option<String>,
        /// The second witness.
        #[schema(max_length = 5000)] witness_2: Option<String>,
        /// The day the holder got a copy or receipt.
        #[schema(format = Date, max_length = 10)] copy_on: Option<String>,
        /// The piece of evidence that is the recording.
        #[schema(minimum = 1, maximum = 1000)] recording: Option<u32>,
        /// Why there is no recording.
        #[schema(max_length = 5000)] no_recording: Option<String>,
    }
    /// What a piece of evidence says of an element.
    LinkEvidence {
        /// Its place in the order they came, from 1.
        #[schema(minimum = 1, maximum = 1000)] evidence: u32,
        /// An offence of the plan.
        #[schema(min_length = 1, max_length = 64)] offence: String,
        /// One of its elements.
        #[schema(min_length = 1, max_length = 64)] element: String,
        /// `supports`, `weakens` or `neutral`.
        #[schema(min_length = 1, max_length = 64)] bearing: String,
    }
    /// What was found in looking for what speaks for the reported person.
    OtherSide {
        /// Something was found.
        #[schema()] found: bool,
        /// What, or where it was looked for.
        #[schema(min_length = 1, max_length = 5000)] text: String,
    }
    /// A piece of evidence that counts no longer.
    ExcludeEvidence {
        /// Its place in the order they came, from 1.
        #[schema(minimum = 1, maximum = 1000)] evidence: u32,
        /// `withdrawn`, `permit_refused` or `unlawful`.
        #[schema(min_length = 1, max_length = 64)] ground: String,
        /// Why.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
    }
    /// A thing taken into custody.
    TakeExhibit {
        /// What it is.
        #[schema(min_length = 1, max_length = 5000)] description: String,
        /// How many pieces.
        #[schema(minimum = 1, maximum = 1_000_000)] quantity: u32,
        /// Number of its seal.
        #[schema(max_length = 40)] seal: Option<String>,
        /// From whom it was taken.
        #[schema(max_length = 5000)] from: Option<String>,
        /// Where it lies.
        #[schema(min_length = 1, max_length = 5000)] place: String,
        /// What it amounts to, in rupiah, when it is money.
        #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)] rupiah: Option<u64>,
    }
    /// To whom an exhibit is offered.
    OfferExhibit {
        /// Identifier of an account, as in `/staff`.
        #[schema(format = "uuid", min_length = 1, max_length = 64)] to: String,
        /// What for.
        #[schema(max_length = 5000)] note: Option<String>,
    }
    /// Where an accepted exhibit lies.
    AcceptExhibit {
        /// Where.
        #[schema(min_length = 1, max_length = 5000)] place: String,
        /// What the account counted, in rupiah; needed when it is money.
        #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)] counted: Option<u64>,
    }
    /// Why something is called off.
    EndWithReason {
        /// In the officer's words.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
    }
    /// Where an exhibit is put.
    MoveExhibit {
        /// Where.
        #[schema(min_length = 1, max_length = 5000)] place: String,
        /// Number of its new seal.
        #[schema(max_length = 40)] seal: Option<String>,
    }
    /// Where an exhibit is sent.
    SendExhibit {
        /// `laboratory` or `prosecutor`.
        #[schema(min_length = 1, max_length = 64)] to: String,
        /// Who takes it.
        #[schema(min_length = 1, max_length = 5000)] recipient: String,
        /// Number of the letter it goes with.
        #[schema(min_length = 1, max_length = 5000)] letter: String,
        /// What the account counted, in rupiah; needed when it is money.
        #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)] counted: Option<u64>,
    }
    /// In what state an exhibit comes back.
    TakeBackExhibit {
        /// Its state.
        #[schema(min_length = 1, max_length = 5000)] note: String,
        /// Where it lies.
        #[schema(min_length = 1, max_length = 5000)] place: String,
        /// Number of its new seal.
        #[schema(max_length = 40)] seal: Option<String>,
        /// What the account counted, in rupiah; needed when it is money.
        #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)] counted: Option<u64>,
    }
    /// How an exhibit is to end.
    ProposeDisposal {
        /// `returned`, `destroyed`, `auctioned` or `deposited`.
        #[schema(min_length = 1, max_length = 64)] way: String,
        /// Who gets it; needed when it is returned.
        #[schema(max_length = 5000)] recipient: Option<String>,
        /// Number of the letter or decision it rests on.
        #[schema(min_length = 1, max_length = 5000)] letter: String,
        /// Why.
        #[schema(min_length = 1, max_length = 5000)] reason: String,
        /// What the account counted, in rupiah; needed when it is money.
        #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)] counted: Option<u64>,
    }
    /// What the second officer counted.
    ConfirmDisposal {
        /// In rupiah; needed when it is money.
        #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)] counted: Option<u64>,
    }
    /// How a difference came about.
    ExplainDifference {
        /// In the officer's words.
        #[schema(min_length = 1, max_length = 5000)] text: String,
    }
}
