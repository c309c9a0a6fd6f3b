//! A report not yet sent: what was typed at each step, kept on the server for a day, sealed.
//!
//! What is kept is what was typed, right or wrong, so that every page comes back as it was left.

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::notice::Way;
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

/// How often a change is tried anew because another tab was faster.
const TRIES: usize = 20;

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
    #[serde(default)]
    pub(super) email: String,
    /// By which ways they may be told of news.
    #[serde(default)]
    pub(super) tell: Vec<Way>,
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

    /// A draft to show a page with, of which nothing is kept.
    pub(super) fn unkept(kind: &ReportKind) -> Self {
        Self::empty(Uuid::nil(), kind.code.as_str().to_owned())
    }

    /// The report that a page of this draft belongs to; empty while nothing is kept.
    pub(super) fn named(&self) -> String {
        if self.command.is_nil() {
            String::new()
        } else {
            self.command.to_string()
        }
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

    /// A draft that begins after this one was sent. The receipt of that can still be read, for who comes
    /// back to it.
    pub(super) fn after(self, context: &Context, kind: &ReportKind) -> Self {
        Self {
            beside: self.sent.or(self.beside),
            ..Self::new(context, kind)
        }
    }

    /// The photographs that go with a report of this kind. Those of a kind without are kept, should the
    /// person turn back.
    pub(super) fn photos_of(&self, kind: &ReportKind) -> &[BlobRef] {
        if kind.photo { &self.photos } else { &[] }
    }

    /// What tells these answers from others, for the page that shows them all before they are sent.
    pub(super) fn mark_of(&self, context: &Context) -> String {
        let answers = Self {
            resume: None,
            beside: None,
            ..self.clone()
        };
        // A draft that was read can be written.
        let text = serde_json::to_string(&answers).unwrap_or_default();
        let text = format!("answers\n{text}");
        let hash = context.state().node.hash(Purpose::Form, text.as_bytes());
        let begin = hash.0.iter().take(12);
        begin.map(|byte| format!("{byte:02x}")).collect()
    }

    /// Turns to another kind: what is asked of every kind stays, so that nothing is asked twice.
    pub(super) fn turn_to(&mut self, kind: &ReportKind) {
        if self.kind == kind.code.as_str() {
            return;
        }
        kind.code.as_str().clone_into(&mut self.kind);
        self.what.clear();
        self.answered.retain(|step| step != ReportStep::What.code());
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

/// Finds the draft of this browser. Before it has a cookie of its own it follows from the one that
/// forms are tied to, so that two tabs that begin at once write in one draft.
fn token_of(context: &Context) -> Option<String> {
    if let Some(token) = context.cookie(CookieKind::Draft) {
        return Some(token.to_owned());
    }
    let form = context.cookie(CookieKind::Form)?;
    let text = format!("draft of\n{form}");
    let hash = context.state().node.hash(Purpose::Form, text.as_bytes());
    Some(hash.0.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The draft of this browser.
pub(super) async fn load(context: &Context) -> Result<Option<ReportDraft>, Fault> {
    let Some(token) = token_of(context) else {
        return Ok(None);
    };
    Ok(context.state().node.draft(&DraftToken(token)).await?)
}

/// Changes the draft of this browser: what another tab kept in between is read again, never lost.
/// `change` says what is to be kept, if anything, and what came of it; it may be called several times.
pub(super) async fn change<T>(
    context: &Context,
    sensitive: bool,
    mut change: impl FnMut(Option<ReportDraft>) -> (Option<ReportDraft>, T),
) -> Result<T, Fault> {
    let node = &context.state().node;
    let token = token_of(context).unwrap_or_else(|| node.new_token());
    let key = DraftToken(token.clone());
    for _ in 0..TRIES {
        let (kept, mark) = node.marked_draft(&key).await?;
        let (draft, came) = change(kept);
        let Some(draft) = draft else {
            return Ok(came);
        };
        if node.swap_draft(&key, &draft, &mark).await? {
            remember(context, &token, sensitive);
            return Ok(came);
        }
    }
    Err(Fault::Busy)
}

fn remember(context: &Context, token: &str, sensitive: bool) {
    if sensitive {
        context.set_cookie(CookieKind::Draft, token);
    } else {
        context.set_cookie_for(CookieKind::Draft, token, COOKIE_SECONDS);
    }
}

/// Keeps the draft of this browser. Of a sensitive kind the browser forgets it when it closes, and
/// only the code that was written down leads back to it.
pub(super) async fn keep(
    context: &Context,
    draft: &ReportDraft,
    sensitive: bool,
) -> Result<(), Fault> {
    let node = &context.state().node;
    let token = token_of(context).unwrap_or_else(|| node.new_token());
    node.keep_draft(&DraftToken(token.clone()), draft).await?;
    remember(context, &token, sensitive);
    Ok(())
}

/// Forgets the draft of this browser.
pub(super) async fn forget(context: &Context) -> Result<(), Fault> {
    if let Some(token) = token_of(context) {
        let node = &context.state().node;
        node.drop_draft(&DraftToken(token)).await?;
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
