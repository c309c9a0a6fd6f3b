//! A report not yet sent: what was typed at each step, kept on the server for a day, sealed.
//!
//! What is kept is what was typed, right or wrong, so that every page comes back as it was left.

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::{Lang, ReportKind, ReportStep};
use pengayom_core::subject::case::BlobRef;
use pengayom_core::value::{CaseId, SecretDigits};
use pengayom_node::{DraftToken, Purpose};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::extract::{Context, CookieKind};
use crate::harm;
use crate::problem::Fault;

/// Seconds the cookie of a draft lives, as long as the draft itself.
const COOKIE_SECONDS: i64 = 24 * 60 * 60;

/// Minutes for which the receipt of a report of a sensitive kind can be shown again.
const SENSITIVE_RECEIPT_MINUTES: i64 = 30;

/// A report not yet sent, or just sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ReportDraft {
    /// Made with the draft: sending twice files one case.
    pub(super) command: Uuid,
    /// Code of the kind.
    pub(super) kind: String,
    /// Steps that were answered rightly.
    pub(super) answered: Vec<String>,
    /// `ya` or `tidak`.
    pub(super) danger: String,
    /// Code of the answer to "what happened?".
    pub(super) what: String,
    pub(super) place: PlaceAnswer,
    pub(super) when: WhenAnswer,
    /// In the person's words.
    pub(super) words: String,
    /// How they are.
    #[serde(default)]
    pub(super) wellbeing: String,
    /// What they lost.
    #[serde(default)]
    pub(super) loss: String,
    pub(super) photos: Vec<BlobRef>,
    pub(super) contact: ContactAnswer,
    /// The code to go on later, once one was given.
    pub(super) resume: Option<String>,
    /// The receipt, once it was sent; everything else is cleared then.
    pub(super) sent: Option<Receipt>,
    /// The receipt of what was sent another way while this was being written, which goes on.
    #[serde(default)]
    pub(super) beside: Option<Receipt>,
}

/// Where it happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PlaceAnswer {
    pub(super) text: String,
    /// Code of an area chosen.
    pub(super) area: String,
    pub(super) lat: String,
    pub(super) lng: String,
    pub(super) unknown: bool,
}

/// When it happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WhenAnswer {
    /// `sekarang`, `hari-ini`, `kemarin`, `lain` or `tidak-tahu`.
    pub(super) choice: String,
    pub(super) date: String,
    pub(super) time: String,
    /// The day meant, fixed when it was answered: "today" is another day tomorrow.
    pub(super) day: Option<Date>,
    /// The moment meant, as far as known.
    pub(super) moment: Option<Timestamp>,
}

/// How to reach the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ContactAnswer {
    pub(super) name: String,
    pub(super) phone: String,
    /// When and how it is safe.
    pub(super) safe: String,
}

/// What the person keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Receipt {
    /// The case; receipts from before the ledger have none.
    #[serde(default)]
    pub(super) case: Option<CaseId>,
    pub(super) number: String,
    pub(super) secret: String,
    pub(super) station: String,
    pub(super) service: String,
    pub(super) filed_at: Timestamp,
    pub(super) respond_by: Option<Timestamp>,
    pub(super) reachable: bool,
    pub(super) sensitive: bool,
}

impl ReportDraft {
    /// A new draft of a kind.
    pub(super) fn new(context: &Context, kind: &ReportKind) -> Self {
        Self::empty(context.state().node.new_id(), kind.code.as_str().to_owned())
    }

    fn empty(command: Uuid, kind: String) -> Self {
        Self {
            command,
            kind,
            answered: Vec::new(),
            danger: String::new(),
            what: String::new(),
            place: PlaceAnswer::default(),
            when: WhenAnswer::default(),
            words: String::new(),
            wellbeing: String::new(),
            loss: String::new(),
            photos: Vec::new(),
            contact: ContactAnswer::default(),
            resume: None,
            sent: None,
            beside: None,
        }
    }

    /// What is left once a report was sent: its receipt.
    pub(super) fn sent(&self, receipt: Receipt) -> Self {
        Self {
            sent: Some(receipt),
            ..Self::empty(self.command, self.kind.clone())
        }
    }

    /// The receipt of a report that came another way than by its questions. What is being written
    /// is not lost for it.
    pub(super) fn with_receipt(written: Option<Self>, command: Uuid, receipt: Receipt) -> Self {
        match written.filter(|written| written.sent.is_none()) {
            Some(written) => Self {
                beside: Some(receipt),
                ..written
            },
            None => Self {
                sent: Some(receipt),
                ..Self::empty(command, String::new())
            },
        }
    }

    /// What was typed about harm.
    pub(super) fn harm(&self) -> harm::Typed<'_> {
        harm::Typed {
            wellbeing: &self.wellbeing,
            loss: &self.loss,
        }
    }

    /// Turns to another kind: what is asked of every kind stays, so that nothing is asked twice.
    pub(super) fn turn_to(&mut self, kind: &ReportKind) {
        if self.kind == kind.code.as_str() {
            return;
        }
        kind.code.as_str().clone_into(&mut self.kind);
        self.what.clear();
        self.answered.retain(|step| step != ReportStep::What.code());
        if !kind.photo {
            self.photos.clear();
        }
    }

    /// Notes whether a step is answered rightly.
    pub(super) fn mark(&mut self, step: ReportStep, right: bool) {
        self.answered.retain(|known| known != step.code());
        if right {
            self.answered.push(step.code().to_owned());
        }
    }

    pub(super) fn is_answered(&self, step: ReportStep) -> bool {
        self.answered.iter().any(|known| known == step.code())
    }

    /// The receipt as far as it may still be shown.
    pub(super) fn receipt(&self, now: Timestamp) -> Option<&Receipt> {
        let receipt = self.sent.as_ref().or(self.beside.as_ref())?;
        let minutes = now.duration_since(receipt.filed_at).as_mins();
        (!receipt.sensitive || minutes < SENSITIVE_RECEIPT_MINUTES).then_some(receipt)
    }
}

/// Name of the step in the address.
pub(super) const fn address_of(step: ReportStep) -> &'static str {
    match step {
        ReportStep::Danger => "bahaya",
        ReportStep::What => "apa",
        ReportStep::Where => "tempat",
        ReportStep::When => "waktu",
        ReportStep::Words => "cerita",
        ReportStep::Contact => "kontak",
    }
}

/// The step at an address.
pub(super) fn step_at(address: &str) -> Option<ReportStep> {
    ReportStep::ALL
        .iter()
        .copied()
        .find(|step| address_of(*step) == address)
}

/// Key of the question of a step.
pub(super) const fn question_of(step: ReportStep) -> &'static str {
    match step {
        ReportStep::Danger => "report.danger_title",
        ReportStep::What => "report.what_title",
        ReportStep::Where => "report.where_title",
        ReportStep::When => "report.when_title",
        ReportStep::Words => "report.words_title",
        ReportStep::Contact => "report.contact_title",
    }
}

/// The draft of this browser.
pub(super) async fn load(context: &Context) -> Result<Option<ReportDraft>, Fault> {
    let Some(token) = context.cookie(CookieKind::Draft) else {
        return Ok(None);
    };
    Ok(context
        .state()
        .node
        .draft(&DraftToken(token.to_owned()))
        .await?)
}

/// Keeps the draft of this browser. Of a sensitive kind the browser forgets it when it closes, and
/// only the code that was written down leads back to it.
pub(super) async fn keep(
    context: &Context,
    draft: &ReportDraft,
    sensitive: bool,
) -> Result<(), Fault> {
    let node = &context.state().node;
    let token = match context.cookie(CookieKind::Draft) {
        Some(token) => token.to_owned(),
        None => node.new_token(),
    };
    node.keep_draft(&DraftToken(token.clone()), draft).await?;
    if sensitive {
        context.set_cookie(CookieKind::Draft, &token);
    } else {
        context.set_cookie_for(CookieKind::Draft, &token, COOKIE_SECONDS);
    }
    Ok(())
}

/// Forgets the draft of this browser.
pub(super) async fn forget(context: &Context) -> Result<(), Fault> {
    if let Some(token) = context.cookie(CookieKind::Draft) {
        context
            .state()
            .node
            .drop_draft(&DraftToken(token.to_owned()))
            .await?;
        context.drop_cookie(CookieKind::Draft);
    }
    Ok(())
}

/// Keeps a copy under twelve digits that a person can write down, and gives them.
pub(super) async fn keep_for_later(
    context: &Context,
    draft: &mut ReportDraft,
) -> Result<SecretDigits, Fault> {
    let node = &context.state().node;
    let known = draft
        .resume
        .as_deref()
        .and_then(|code| code.parse::<SecretDigits>().ok());
    let code = known.unwrap_or_else(|| {
        let draw = node.hash(Purpose::Draft, node.new_token().as_bytes()).0;
        let draw = draw
            .iter()
            .take(8)
            .fold(0_u64, |draw, byte| draw << 8 | u64::from(*byte));
        SecretDigits::from_random(draw)
    });
    draft.resume = Some(code.plain());
    node.keep_draft(&DraftToken(code.plain()), draft).await?;
    Ok(code)
}

/// The kind of a draft, as the pack has it.
pub(super) fn kind_of<'p>(context: &'p Context, draft: &ReportDraft) -> Option<&'p ReportKind> {
    let kinds = context.unit().pack.report_kinds();
    kinds.iter().find(|kind| kind.code.as_str() == draft.kind)
}

/// The words of an answer to "what happened?".
pub(super) fn what_of<'k>(
    kind: &'k ReportKind,
    draft: &ReportDraft,
    lang: Lang,
) -> Option<&'k str> {
    let option = kind
        .what
        .iter()
        .find(|option| option.code.as_str() == draft.what)?;
    Some(option.name.get(lang))
}
