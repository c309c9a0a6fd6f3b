//! What staff can do to a case: each act with its form and the command it asks for.

use pengayom_core::pack::ServiceClass;
use pengayom_core::subject::case::{Case, CaseCommand, CaseStage, Letter};
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::OfficerId;
use pengayom_node::access::{Permission, Staff};

use super::upload::Sent;
use super::{care, hold, letter, readers, skill};
use crate::extract::Fields;
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::staff::{Names, Select, local_moment, service_groups, service_name};

/// An act on a case, as the address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CaseForm {
    /// Take it to serve.
    Take,
    /// Take it over from a colleague.
    TakeOver,
    /// Decide which service it needs.
    Assess,
    /// Explain a missed promise, for somebody else's case.
    Explain,
    /// Look a second time at what somebody else decided.
    SecondLook,
    /// Offer support to the reporter.
    Support,
    /// Say why a promise was missed.
    Delay,
    /// Record what was done.
    Act,
    /// Answer the reporter.
    Answer,
    /// Take back a letter given by mistake.
    Withdraw,
    /// Give it to an officer.
    Assign,
    /// End it.
    Close,
    /// Open it again.
    Reopen,
    /// Let nothing of it be erased.
    Hold,
    /// Say that what held it is over.
    Lift,
    /// Erase what identifies persons in it.
    Erase,
    /// Name who may read it.
    NameReader,
    /// Take that back.
    RemoveReader,
    /// Record whom the report is about.
    NameConcerned,
    /// Say that this was a mistake.
    ClearConcerned,
    /// Open it in an emergency; only where it is shut.
    Emergency,
}

/// Every form, in the order of the page: what is owed first, then what is done most.
pub(crate) const FORMS: [CaseForm; 19] = [
    CaseForm::Delay,
    CaseForm::Explain,
    CaseForm::SecondLook,
    CaseForm::Support,
    CaseForm::Assess,
    CaseForm::Act,
    CaseForm::Answer,
    CaseForm::Withdraw,
    CaseForm::Assign,
    CaseForm::Close,
    CaseForm::TakeOver,
    CaseForm::Reopen,
    CaseForm::Hold,
    CaseForm::Lift,
    CaseForm::NameConcerned,
    CaseForm::ClearConcerned,
    CaseForm::NameReader,
    CaseForm::RemoveReader,
    CaseForm::Erase,
];

impl CaseForm {
    /// Its part of the address, which is also its identifier in the page.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::Take => "ambil",
            Self::TakeOver => "ambil-alih",
            Self::Assess => "telaah",
            Self::Explain => "penjelasan",
            Self::SecondLook => "penilaian-kedua",
            Self::Support => "dukungan",
            Self::Delay => "alasan-terlambat",
            Self::Act => "tindakan-baru",
            Self::Answer => "jawab",
            Self::Withdraw => "tarik-surat",
            Self::Assign => "tugaskan",
            Self::Close => "tutup",
            Self::Reopen => "buka-lagi",
            Self::Hold => "tahan-hapus",
            Self::Lift => "lepas-hapus",
            Self::Erase => "hapus-data",
            Self::NameReader => "beri-akses",
            Self::RemoveReader => "cabut-akses",
            Self::NameConcerned => "terkait",
            Self::ClearConcerned => "bukan-terkait",
            Self::Emergency => "buka-darurat",
        }
    }

    pub(super) fn parse(slug: &str) -> Option<Self> {
        FORMS
            .into_iter()
            .chain([Self::Take])
            .find(|form| form.slug() == slug)
    }

    pub(crate) const fn permission(self) -> Permission {
        match self {
            Self::Take => Permission::TakeCase,
            Self::TakeOver => Permission::ServeQueue,
            Self::NameReader | Self::RemoveReader => Permission::NameReader,
            Self::NameConcerned => Permission::NameConcerned,
            Self::ClearConcerned => Permission::ClearConcerned,
            Self::Emergency => Permission::OpenInEmergency,
            Self::Assess
            | Self::Delay
            | Self::Act
            | Self::Answer
            | Self::Explain
            | Self::SecondLook
            | Self::Support
            | Self::Withdraw => Permission::WorkCase,
            Self::Assign => Permission::AssignCase,
            Self::Close | Self::Reopen => Permission::CloseCase,
            Self::Hold | Self::Lift => Permission::HoldCase,
            Self::Erase => Permission::ErasePerson,
        }
    }

    /// Whether it is offered now; the rules of the case decide again when it is sent.
    pub(crate) fn is_offered(
        self,
        by: &Staff,
        case: &Case,
        late: bool,
        may: &[Permission],
    ) -> bool {
        let open = case.stage != CaseStage::Closed;
        let fits = match self {
            Self::Take => open && case.taken_by.is_none(),
            Self::TakeOver => open && case.taken_by.is_some_and(|officer| officer != by.id),
            Self::Delay => open && late,
            Self::Explain | Self::SecondLook | Self::Support => care::is_offered(self, by, case),
            Self::NameReader | Self::RemoveReader | Self::NameConcerned | Self::ClearConcerned => {
                readers::is_offered(self, case)
            }
            Self::Emergency => false,
            Self::Withdraw => case.letters.iter().any(Letter::is_there),
            Self::Reopen => !open,
            Self::Hold => case.hold.is_none() && (open || case.kept_from.is_some()),
            Self::Lift => case.hold.is_some(),
            Self::Erase => !open && case.hold.is_none() && case.kept_from.is_some(),
            Self::Assess | Self::Act | Self::Answer | Self::Assign | Self::Close => open,
        };
        fits && may.contains(&self.permission())
    }

    /// Identifiers of its fields: the first is where an error without a place of its own goes.
    pub(crate) const fn field_ids(self) -> (&'static str, &'static str) {
        match self {
            Self::Take => ("tindakan", "tindakan"),
            Self::TakeOver => ("ambil-alih-alasan", "ambil-alih-alasan"),
            Self::Assess => ("telaah-layanan", "telaah-alasan"),
            Self::Explain => ("penjelasan-jawaban", "penjelasan-jawaban"),
            Self::SecondLook => ("penilaian-jawaban", "penilaian-jawaban"),
            Self::Support => ("dukungan-isi", "dukungan-tanggapan"),
            Self::Delay => ("terlambat-alasan", "terlambat-penjelasan"),
            Self::Act => ("tindakan-uraian", "tindakan-fungsi"),
            Self::Answer => ("jawab-jawaban", "jawab-kabar"),
            Self::Withdraw => ("tarik-yang", "tarik-alasan"),
            Self::Assign => ("tugaskan-petugas", "tugaskan-alasan"),
            Self::Close => ("tutup-hasil", "tutup-alasan"),
            Self::Reopen => ("buka-alasan", "buka-alasan"),
            Self::Hold => ("tahan-dasar", "tahan-rujukan"),
            Self::Lift => ("lepas-rujukan", "lepas-rujukan"),
            Self::Erase => ("hapus-dasar", "hapus-yakin"),
            Self::NameReader => ("beri-petugas", "beri-alasan"),
            Self::RemoveReader => ("cabut-petugas", "cabut-alasan"),
            Self::NameConcerned => ("terkait-petugas", "terkait-alasan"),
            Self::ClearConcerned => ("bukan-petugas", "bukan-alasan"),
            Self::Emergency => ("darurat-alasan", "darurat-alasan"),
        }
    }
}

/// An act as the page offers it.
pub(super) struct ActForm {
    /// Slug and identifier.
    pub(super) id: &'static str,
    /// Heading.
    pub(super) title: String,
    /// Its form is open.
    pub(super) open: bool,
    /// One sentence under the heading.
    pub(super) help: Option<String>,
    /// Fields the form carries unseen.
    pub(super) hidden: Vec<(&'static str, String)>,
    /// Its fields, in order.
    pub(super) parts: Vec<Part>,
    /// Words of the button.
    pub(super) button: String,
    /// It cannot be undone.
    pub(super) warns: bool,
}

/// A field of an act.
pub(super) enum Part {
    /// Several lines.
    Area(TextField),
    /// One line.
    Line(TextField),
    /// Day and hour.
    Moment(TextField),
    /// One of a few.
    Radios(ChoiceGroup),
    /// One of many.
    Select(Select),
}

/// What was typed into one act and what was wrong with it.
#[derive(Default)]
pub(super) struct Typed {
    /// The act.
    pub(super) form: Option<CaseForm>,
    /// What was typed.
    pub(super) fields: Fields,
    /// What was wrong.
    pub(super) errors: Vec<FieldError>,
    /// It was a form with a file, which is no act of this page.
    pub(super) sent: Option<Sent>,
}

/// Draws the acts offered.
pub(super) struct Offer<'p> {
    pub(super) frame: &'p PageFrame,
    pub(super) by: &'p Staff,
    pub(super) case: &'p Case,
    pub(super) late: bool,
    /// What the policies let the reader do with this case.
    pub(super) may: Vec<Permission>,
    pub(super) owes_reason: bool,
    pub(super) names: &'p Names,
    pub(super) typed: &'p Typed,
}

impl Offer<'_> {
    /// Whether an act without fields of its own is offered.
    pub(super) fn has(&self, form: CaseForm) -> bool {
        form.is_offered(self.by, self.case, self.late, &self.may)
    }

    /// The forms, with the one that comes next open.
    pub(super) fn forms(&self) -> Vec<ActForm> {
        let shown = |form: &CaseForm| self.has(*form) || self.typed.form == Some(*form);
        let mut forms: Vec<ActForm> = FORMS
            .into_iter()
            .filter(shown)
            .map(|form| self.form(form))
            .collect();
        if !forms.iter().any(|form| form.open) {
            let next = if self.owes_reason {
                Some(CaseForm::Delay)
            } else if self.case.stage == CaseStage::Received && self.case.taken_by.is_some() {
                Some(CaseForm::Assess)
            } else {
                None
            };
            for form in &mut forms {
                form.open = next.is_some_and(|next| next.slug() == form.id);
            }
        }
        forms
    }

    /// What was typed into a field of a form; empty in the others.
    pub(super) fn value(&self, form: CaseForm, name: &str) -> &str {
        if self.typed.form == Some(form) {
            self.typed.fields.get(name)
        } else {
            ""
        }
    }

    pub(super) fn text(
        &self,
        form: CaseForm,
        id: &'static str,
        name: &'static str,
        key: &str,
    ) -> TextField {
        TextField {
            id,
            name,
            label: self.frame.t(key).to_owned(),
            error: error_at(&self.typed.errors, id),
            value: self.value(form, name).to_owned(),
            ..TextField::default()
        }
    }

    pub(super) fn radios(
        &self,
        id: &str,
        name: &str,
        key: &str,
        options: Vec<Choice>,
    ) -> ChoiceGroup {
        ChoiceGroup {
            id: id.to_owned(),
            name: name.to_owned(),
            label: self.frame.t(key).to_owned(),
            error: error_at(&self.typed.errors, id),
            options,
            ..ChoiceGroup::default()
        }
    }

    fn form(&self, form: CaseForm) -> ActForm {
        let frame = self.frame;
        let (first, second) = form.field_ids();
        let mut hidden = Vec::new();
        let (title, help, button, parts) = match form {
            CaseForm::Take => ("case.take_self", None, "case.take_self", Vec::new()),
            CaseForm::TakeOver => {
                let from = self.case.taken_by.map(|from| from.to_string());
                hidden.push(("dari", from.unwrap_or_default()));
                let reason = self.text(form, first, "alasan", "desk.take_over_reason");
                (
                    "desk.take_over",
                    None,
                    "desk.take_over",
                    vec![Part::Line(reason)],
                )
            }
            CaseForm::Assess => (
                "case.assess",
                Some("case.assess_help"),
                "case.save_assess",
                self.assess(),
            ),
            CaseForm::Explain | CaseForm::SecondLook | CaseForm::Support => {
                let (title, help, button) = care::words(form);
                (title, help, button, care::parts(self, form))
            }
            CaseForm::Delay => (
                "case.delay",
                Some("case.delay_help"),
                "case.save_delay",
                self.delay(),
            ),
            CaseForm::Act => ("case.act_record", None, "case.save_act", self.act()),
            CaseForm::Answer => {
                let text = self
                    .text(form, first, "jawaban", "case.answer_text")
                    .hint(frame.t("case.answer_help"));
                let news = self
                    .text(form, second, "kabar", "case.answer_news")
                    .optional();
                let parts = vec![Part::Area(text), Part::Moment(news)];
                ("case.answer_citizen", None, "case.save_answer", parts)
            }
            CaseForm::Withdraw => (
                "case.letter_withdraw",
                Some("case.letter_withdraw_help"),
                "case.letter_withdraw_do",
                letter::which(self),
            ),
            CaseForm::Assign => (
                "case.assign",
                skill::help(self),
                "case.assign",
                skill::parts(self),
            ),
            CaseForm::Close => ("case.close", None, "case.close", self.close()),
            CaseForm::Reopen => {
                let reason = self.text(form, first, "alasan", "case.reopen_reason");
                ("case.reopen", None, "case.reopen", vec![Part::Line(reason)])
            }
            CaseForm::Hold => {
                let help = Some("case.hold_help");
                ("case.hold", help, "case.hold_do", hold::place(self))
            }
            CaseForm::NameReader
            | CaseForm::RemoveReader
            | CaseForm::NameConcerned
            | CaseForm::ClearConcerned
            | CaseForm::Emergency => {
                let (title, help) = readers::words(form);
                (title, Some(help), title, readers::parts(self, form))
            }
            CaseForm::Lift => ("case.lift", None, "case.lift", hold::lift(self)),
            CaseForm::Erase => {
                let ground = self
                    .text(form, first, "dasar", "case.erase_ground")
                    .hint(frame.t("case.erase_ground_help"));
                let chosen = self.value(form, "yakin");
                let sure = vec![Choice::new("ya", frame.t("case.erase_sure_yes"), chosen)];
                let sure = self.radios(second, "yakin", "case.erase_sure", sure);
                (
                    "case.erase",
                    Some("case.erase_help"),
                    "case.erase_do",
                    vec![Part::Line(ground), Part::Radios(sure)],
                )
            }
        };
        ActForm {
            id: form.slug(),
            title: frame.t(title).to_owned(),
            open: self.typed.form == Some(form),
            help: help.map(|key| frame.t(key).to_owned()),
            hidden,
            parts,
            button: frame.t(button).to_owned(),
            warns: form == CaseForm::Erase,
        }
    }

    fn assess(&self) -> Vec<Part> {
        let form = CaseForm::Assess;
        let (first, second) = form.field_ids();
        let name = service_name(self.frame, &self.case.service);
        let service = Select {
            field: self.text(form, first, "layanan", "case.assess_service"),
            first: self.frame.tf("case.assess_same", &[("service", &name)]),
            groups: service_groups(self.frame, self.value(form, "layanan"), |service| {
                service.code == self.case.service
            }),
        };
        let reason = self
            .text(form, second, "alasan", "case.assess_reason")
            .optional()
            .hint(self.frame.t("case.assess_reason_help"));
        vec![Part::Select(service), Part::Line(reason)]
    }

    fn delay(&self) -> Vec<Part> {
        let form = CaseForm::Delay;
        let (first, second) = form.field_ids();
        let chosen = self.value(form, "sebab");
        let reasons = self.frame.unit().pack.late_reasons().iter();
        let options = reasons
            .map(|known| Choice::new(known.code.as_str(), self.frame.say(&known.name), chosen))
            .collect();
        let reason = self.radios(first, "sebab", "case.late_reason", options);
        let text = self
            .text(form, second, "penjelasan", "case.delay_text")
            .optional();
        vec![Part::Radios(reason), Part::Line(text)]
    }

    fn act(&self) -> Vec<Part> {
        let form = CaseForm::Act;
        let (first, second) = form.field_ids();
        let pack = &self.frame.unit().pack;
        let proposed = pack
            .service(&self.case.service)
            .map(|service| service.function.code());
        let typed = self.value(form, "fungsi");
        let chosen = if typed.is_empty() {
            proposed.unwrap_or_default()
        } else {
            typed
        };
        let functions = pack.functions().iter();
        let options = functions
            .map(|known| {
                Choice::new(known.code.code(), self.frame.say(&known.name), chosen)
                    .hint(self.frame.say(&known.help))
            })
            .collect();
        let text = self
            .text(form, first, "uraian", "case.act_text")
            .hint(self.frame.t("case.act_text_help"));
        vec![
            Part::Area(text),
            Part::Radios(self.radios(second, "fungsi", "case.function", options)),
        ]
    }

    fn close(&self) -> Vec<Part> {
        let form = CaseForm::Close;
        let (first, second) = form.field_ids();
        let chosen = self.value(form, "hasil");
        let outcomes = self.frame.unit().pack.close_outcomes().iter();
        let options = outcomes
            .map(|known| {
                Choice::new(known.code.as_str(), self.frame.say(&known.name), chosen)
                    .hint(self.frame.say(&known.citizen))
            })
            .collect();
        let reason = self
            .text(form, second, "alasan", "case.close_reason")
            .hint(self.frame.t("case.close_reason_help"));
        vec![
            Part::Radios(self.radios(first, "hasil", "case.close_outcome", options)),
            Part::Area(reason),
        ]
    }
}

/// What a form asks for, a browser's or one that a program's request was read into.
///
/// # Errors
/// What is wrong with it before any rule is asked, in words; [`Fault::Unreadable`] for what no page
/// of ours sends.
pub(crate) fn command(
    frame: &PageFrame,
    by: &Staff,
    case: &Case,
    form: CaseForm,
    fields: &Fields,
) -> Result<CaseCommand, Result<Vec<FieldError>, Fault>> {
    let (first, second) = form.field_ids();
    let wrong = |id: &str, key: &str| Err(Ok(vec![FieldError::new(id, frame.t(key))]));
    let reason = || fields.line("alasan").unwrap_or_default();
    Ok(match form {
        CaseForm::Take => CaseCommand::Take { by: by.id },
        CaseForm::TakeOver => {
            let from: OfficerId = fields
                .get("dari")
                .parse()
                .map_err(|_| Err(Fault::Unreadable))?;
            CaseCommand::TakeOver {
                to: by.id,
                from,
                reason: reason(),
            }
        }
        CaseForm::Assess => {
            let picked = fields.get("layanan");
            let service = if picked.is_empty() {
                case.service.clone()
            } else {
                picked.parse().map_err(|_| Err(Fault::Unreadable))?
            };
            let known = frame.unit().pack.service(&service);
            let civil = known.is_some_and(|known| known.class == ServiceClass::CivilOrSocial);
            if civil && reason().is_empty() {
                return wrong(second, "desk.civil_reason");
            }
            CaseCommand::Assess {
                service,
                reason: fields.line("alasan"),
            }
        }
        CaseForm::Delay => {
            let chosen = fields.get("sebab");
            let text = fields.get("penjelasan").to_owned();
            if chosen.is_empty() {
                return wrong(first, "case.delay_choose");
            }
            let mut known = frame.unit().pack.late_reasons().iter();
            let known = known.find(|known| known.code.as_str() == chosen);
            if known.is_some_and(|known| known.needs_text) && text.is_empty() {
                return wrong(second, "case.delay_text_write");
            }
            CaseCommand::ExplainDelay {
                reason: chosen.to_owned(),
                text,
            }
        }
        CaseForm::Act => {
            let function = fields.get("fungsi").to_owned();
            let text = fields.get("uraian").to_owned();
            let mut errors = Vec::new();
            if text.is_empty() {
                errors.push(FieldError::new(first, frame.t("case.act_text_write")));
            }
            if function.is_empty() {
                errors.push(FieldError::new(second, frame.t("case.function_choose")));
            }
            if !errors.is_empty() {
                return Err(Ok(errors));
            }
            CaseCommand::RecordAction { text, function }
        }
        CaseForm::Answer => {
            let news = fields.get("kabar");
            let next_news_by = if news.is_empty() {
                None
            } else {
                match local_moment(frame.unit(), news) {
                    Ok(at) => Some(at),
                    Err(_) => return wrong(second, "error.time_unreadable"),
                }
            };
            CaseCommand::Answer {
                text: fields.get("jawaban").to_owned(),
                next_news_by,
            }
        }
        CaseForm::Assign => match fields.get("petugas").parse() {
            // What the register says they are not qualified for is added where it is decided.
            Ok(officer) => CaseCommand::AssignOfficer {
                officer,
                lacks: None,
                reason: fields.line("alasan"),
            },
            Err(_) => return wrong(first, "case.assign_choose"),
        },
        CaseForm::Close => {
            let outcome = fields.get("hasil").to_owned();
            let reason = fields.get("alasan").to_owned();
            let mut errors = Vec::new();
            if outcome.is_empty() {
                errors.push(FieldError::new(first, frame.t("case.close_outcome_choose")));
            }
            if reason.is_empty() {
                errors.push(FieldError::new(second, frame.t("case.close_reason_write")));
            }
            if !errors.is_empty() {
                return Err(Ok(errors));
            }
            CaseCommand::Close { outcome, reason }
        }
        CaseForm::Reopen => CaseCommand::Reopen { reason: reason() },
        CaseForm::Explain | CaseForm::SecondLook | CaseForm::Support => {
            care::command(frame, form, fields).map_err(Ok)?
        }
        CaseForm::Hold | CaseForm::Lift => hold::command(frame, form, fields).map_err(Ok)?,
        CaseForm::NameReader
        | CaseForm::RemoveReader
        | CaseForm::NameConcerned
        | CaseForm::ClearConcerned => readers::command(frame, form, fields).map_err(Ok)?,
        CaseForm::Emergency => return Err(Err(Fault::NotFound)),
        CaseForm::Withdraw => letter::withdrawal(frame, fields).map_err(Ok)?,
        CaseForm::Erase => {
            let ground = fields.line("dasar").unwrap_or_default();
            let mut errors = Vec::new();
            if ground.is_empty() {
                errors.push(FieldError::new(first, frame.t("case.erase_ground_write")));
            }
            if fields.get("yakin") != "ya" {
                errors.push(FieldError::new(second, frame.t("case.erase_sure_choose")));
            }
            if !errors.is_empty() {
                return Err(Ok(errors));
            }
            CaseCommand::ErasePersonalData {
                basis: ErasureBasis::Request,
                ground: Some(ground),
            }
        }
    })
}
