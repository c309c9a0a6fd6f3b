//! The forms of the plan of proof, and what each asks for.

use jiff::civil::Date;
use pengayom_core::act::Act;
use pengayom_core::pack::Code;
use pengayom_core::subject::case::{
    Bearing, Case, CaseRefusal, OutGround, ProofCommand, ProofRefusal, TypeEvidence,
};

use super::super::forms::{Draw, Form, Part, Reading, Typed, text_fault};
use super::super::history::proof as said;
use super::words;
use crate::extract::Fields;
use crate::form::FieldError;
use crate::frame::PageFrame;

/// Their parts of the address, in the order of the page.
const FORMS: [&str; 7] = [
    "tindak-pidana",
    "jenis",
    "kaitan",
    "sebaliknya",
    "lengkap",
    "keluarkan",
    "cabut",
];

/// The form of an address.
pub(super) fn parse(slug: &str) -> Option<&'static str> {
    FORMS.into_iter().find(|form| *form == slug)
}

/// Where a form leads back to.
pub(super) fn back(form: &str) -> &'static str {
    match form {
        "jenis" | "keluarkan" => "h-bukti",
        "lengkap" => "h-kurang",
        "tindak-pidana" | "kaitan" | "cabut" => "h-rencana",
        _ => "isi",
    }
}

/// The forms that have something to do.
pub(super) fn forms(frame: &PageFrame, case: &Case, acts: &[Act], typed: &Typed) -> Vec<Form> {
    let draw = Draw { frame, typed };
    let ask = Ask { draw, case, acts };
    let has_evidence = ask.standing().next().is_some();
    let has_offence = case.proof.charges().next().is_some();
    let mut forms = vec![ask.name()];
    if has_evidence {
        forms.push(ask.kind());
    }
    if has_evidence && has_offence {
        forms.push(ask.link());
    }
    forms.push(ask.other_side());
    if !case.proof.is_empty() && case.proof.complete_at.is_none() {
        let help = frame.t("proof.submit_help");
        let form = ask.draw.form("lengkap", "proof.submit", Vec::new());
        forms.push(form.help(help));
    }
    if has_evidence {
        forms.push(ask.put_out());
    }
    if has_offence {
        forms.push(ask.drop_offence());
    }
    forms
}

struct Ask<'p> {
    draw: Draw<'p>,
    case: &'p Case,
    acts: &'p [Act],
}

impl Ask<'_> {
    /// Evidence that was not taken out, with its number.
    fn standing(&self) -> impl Iterator<Item = (u32, &pengayom_core::subject::case::Piece)> {
        let pieces = (1..).zip(&self.case.proof.pieces);
        pieces.filter(|(_, piece)| piece.out.is_none())
    }

    fn evidence(&self, form: &str, id: &'static str) -> Part {
        let frame = self.draw.frame;
        let options = self.standing().map(|(n, piece)| {
            let words = words::piece_name(frame, self.acts, n, piece);
            (n.to_string(), words)
        });
        let field = self.draw.text(form, id, "bukti", "proof.evidence_one");
        let group = (frame.t("proof.evidence").to_owned(), options.collect());
        self.draw.select(form, field, vec![group])
    }

    fn name(&self) -> Form {
        let (draw, form) = (&self.draw, "tindak-pidana");
        let frame = draw.frame;
        let law = frame.unit().pack.proof();
        let options = law.offences.iter().map(|offence| {
            let words = format!(
                "{} ({})",
                frame.say(&offence.name),
                offence.article(Code::New)
            );
            (offence.code.to_string(), words)
        });
        let field = draw.text(form, "tp-pilih", "tindak_pidana", "proof.offence");
        let label = frame.say(law.codes.name(Code::New)).to_owned();
        let offence = draw.select(form, field, vec![(label, options.collect())]);
        let from = draw
            .text(form, "tp-dari", "dari", "proof.day_first")
            .optional();
        let until = draw
            .text(form, "tp-sampai", "sampai", "proof.day_last")
            .optional();
        let parts = vec![offence, Part::Day(from), Part::Day(until)];
        draw.form(form, "proof.name_offence", parts)
            .help(frame.t("proof.name_offence_help"))
    }

    fn kind(&self) -> Form {
        let (draw, form) = (&self.draw, "jenis");
        let frame = draw.frame;
        let law = &frame.unit().pack.proof().evidence;
        let groups = [Code::New, Code::Old].map(|code| {
            let types = law.types(code).iter().filter(|kind| kind.collectable);
            let options =
                types.map(|kind| (kind.code.to_string(), frame.say(&kind.name).to_owned()));
            (
                frame.say(law.codes.name(code)).to_owned(),
                options.collect(),
            )
        });
        let field = draw.text(form, "jenis-jenis", "jenis", "proof.kind");
        let field = field.hint(frame.t("proof.kind_help"));
        let kind = draw.select(form, field, groups.to_vec());
        let ways = law.collections.iter();
        let ways = ways.map(|way| (way.code.to_string(), frame.say(&way.name).to_owned()));
        let field = draw.text(form, "jenis-cara", "cara", "proof.way");
        let label = frame.t("proof.way").to_owned();
        let way = draw.select(form, field, vec![(label, ways.collect())]);
        let line = |id, name, key: &str| Part::Line(draw.text(form, id, name, key).optional());
        let copy = draw
            .text(form, "jenis-salinan", "salinan", "proof.copy_on")
            .optional();
        let urgent = draw
            .text(form, "jenis-mendesak", "mendesak", "proof.urgent")
            .optional();
        let field = draw
            .text(form, "jenis-rekaman", "rekaman", "proof.recording")
            .optional();
        let files = self.standing();
        let files = files.filter(|(_, piece)| piece.file.is_some() && piece.stands());
        let files =
            files.map(|(n, piece)| (n.to_string(), words::piece_name(frame, self.acts, n, piece)));
        let label = frame.t("proof.evidence").to_owned();
        let recording = draw.select(form, field, vec![(label, files.collect())]);
        let on = draw.text(form, "jenis-tanggal", "tanggal", "proof.collected_on");
        let parts = vec![
            self.evidence(form, "jenis-bukti"),
            kind,
            way,
            Part::Day(on),
            line("jenis-oleh", "oleh_siapa", "proof.collected_by"),
            line("jenis-dari", "dari_siapa", "proof.from"),
            line("jenis-tempat", "tempat", "proof.place"),
            line("jenis-nomor", "nomor", "proof.number"),
            Part::Area(urgent),
            line("jenis-saksi1", "saksi1", "proof.witness_1"),
            line("jenis-saksi2", "saksi2", "proof.witness_2"),
            Part::Day(copy),
            recording,
            line("jenis-tanpa-rekaman", "tanpa_rekaman", "proof.no_recording"),
        ];
        draw.form(form, "proof.type", parts)
            .help(frame.t("proof.type_help"))
    }

    fn link(&self) -> Form {
        let (draw, form) = (&self.draw, "kaitan");
        let frame = draw.frame;
        let law = frame.unit().pack.proof();
        let groups = self.case.proof.charges().filter_map(|charge| {
            let offence = law.offence(&charge.offence)?;
            let options = offence.elements.iter().map(|element| {
                let value = format!("{}.{}", offence.code, element.code);
                (value, frame.say(&element.text).to_owned())
            });
            Some((frame.say(&offence.name).to_owned(), options.collect()))
        });
        let field = draw.text(form, "kaitan-unsur", "unsur", "proof.element");
        let element = draw.select(form, field, groups.collect());
        let options = Bearing::ALL.map(|it| (it.as_str(), said::bearing_words(it)));
        let arah = ("kaitan-arah", "arah");
        let bearing = draw.radios(form, arah, "proof.bearing", &options);
        let parts = vec![self.evidence(form, "kaitan-bukti"), element, bearing];
        draw.form(form, "proof.link", parts)
            .help(frame.t("proof.link_help"))
    }

    fn other_side(&self) -> Form {
        let (draw, form) = (&self.draw, "sebaliknya");
        let options = [
            ("ya", "proof.found_yes_choice"),
            ("tidak", "proof.found_no_choice"),
        ];
        let found = draw.radios(form, ("sebaliknya-hasil", "hasil"), "proof.found", &options);
        let text = draw.text(form, "sebaliknya-uraian", "uraian", "proof.sought_text");
        let parts = vec![found, Part::Area(text)];
        draw.form(form, "proof.seek", parts)
            .help(draw.frame.t("proof.seek_help"))
    }

    fn put_out(&self) -> Form {
        let (draw, form) = (&self.draw, "keluarkan");
        let options = OutGround::ALL.map(|it| (it.as_str(), said::ground_words(it)));
        let ground = ("keluarkan-dasar", "dasar");
        let ground = draw.radios(form, ground, "proof.out_ground", &options);
        let reason = draw.text(form, "keluarkan-alasan", "alasan", "proof.reason");
        let evidence = self.evidence(form, "keluarkan-bukti");
        let parts = vec![evidence, ground, Part::Area(reason)];
        let form = draw.form(form, "proof.put_out", parts);
        form.help(draw.frame.t("proof.put_out_help")).warns()
    }

    fn drop_offence(&self) -> Form {
        let (draw, form) = (&self.draw, "cabut");
        let frame = draw.frame;
        let options = self.case.proof.charges().map(|charge| {
            let name = said::offence_name(frame, &charge.offence);
            (charge.offence.clone(), name)
        });
        let field = draw.text(form, "cabut-pilih", "tindak_pidana", "proof.offence");
        let label = frame.t("proof.plan").to_owned();
        let offence = draw.select(form, field, vec![(label, options.collect())]);
        let reason = draw.text(form, "cabut-alasan", "alasan", "proof.reason");
        draw.form(form, "proof.drop", vec![offence, Part::Area(reason)])
    }
}

/// What a form asks for.
///
/// # Errors
/// What is wrong with it before any rule is asked, in words.
pub(crate) fn command(
    frame: &PageFrame,
    form: &str,
    fields: &Fields,
    today: Date,
) -> Result<ProofCommand, Vec<FieldError>> {
    let mut it = Reading {
        frame,
        fields,
        errors: Vec::new(),
    };
    let command = match form {
        "tindak-pidana" => ProofCommand::NameOffence {
            offence: it.chosen("tp-pilih", "tindak_pidana"),
            from: it.day("tp-dari", "dari"),
            until: it.day("tp-sampai", "sampai"),
            today,
        },
        "cabut" => ProofCommand::DropOffence {
            offence: it.chosen("cabut-pilih", "tindak_pidana"),
            reason: it.needed("cabut-alasan", "alasan"),
        },
        "jenis" => type_evidence(&mut it, today),
        "kaitan" => {
            let evidence = evidence(&mut it, "kaitan-bukti");
            let pair = it.chosen("kaitan-unsur", "unsur");
            let (offence, element) = pair.split_once('.').unwrap_or((&pair, ""));
            let bearing = it.word("kaitan-arah", "arah", Bearing::parse);
            ProofCommand::Link {
                evidence,
                offence: offence.to_owned(),
                element: element.to_owned(),
                bearing: bearing.unwrap_or(Bearing::Neutral),
            }
        }
        "sebaliknya" => ProofCommand::SeekOtherSide {
            found: it
                .word("sebaliknya-hasil", "hasil", |word| match word {
                    "ya" => Some(true),
                    "tidak" => Some(false),
                    _ => None,
                })
                .unwrap_or_default(),
            text: it.needed("sebaliknya-uraian", "uraian"),
        },
        "keluarkan" => {
            let evidence = evidence(&mut it, "keluarkan-bukti");
            let ground = it.word("keluarkan-dasar", "dasar", OutGround::parse);
            ProofCommand::PutOut {
                evidence,
                ground: ground.unwrap_or(OutGround::Withdrawn),
                reason: it.needed("keluarkan-alasan", "alasan"),
            }
        }
        _ => ProofCommand::Submit,
    };
    if it.errors.is_empty() {
        Ok(command)
    } else {
        Err(it.errors)
    }
}

fn evidence(it: &mut Reading<'_>, id: &str) -> u32 {
    it.chosen(id, "bukti").parse().unwrap_or_default()
}

fn type_evidence(it: &mut Reading<'_>, today: Date) -> ProofCommand {
    let evidence = evidence(it, "jenis-bukti");
    let kind = it.chosen("jenis-jenis", "jenis");
    let way = it.chosen("jenis-cara", "cara");
    let on = it.day("jenis-tanggal", "tanggal");
    if on.is_none() && it.fields.get("tanggal").is_empty() {
        it.wrong("jenis-tanggal", "proof.day_write");
    }
    let line = |name: &str| it.fields.line(name);
    let told = TypeEvidence {
        evidence,
        kind,
        way,
        on: on.unwrap_or(today),
        today,
        collector: line("oleh_siapa"),
        place: line("tempat"),
        from: line("dari_siapa"),
        number: line("nomor"),
        urgent: it.fields.some("mendesak"),
        witnesses: [line("saksi1"), line("saksi2")],
        copy_on: None,
        recording: it.fields.get("rekaman").parse().ok(),
        no_recording: line("tanpa_rekaman"),
    };
    let copy_on = it.day("jenis-salinan", "salinan");
    ProofCommand::TypeEvidence(Box::new(TypeEvidence { copy_on, ..told }))
}

/// The words for the rule that stood in the way, at the field to blame; `None` when the case moved on.
pub(crate) fn blamed(frame: &PageFrame, form: &str, refusal: &CaseRefusal) -> Option<FieldError> {
    let first = match form {
        "jenis" => "jenis-bukti",
        "kaitan" => "kaitan-bukti",
        "sebaliknya" => "sebaliknya-hasil",
        "keluarkan" => "keluarkan-bukti",
        "cabut" => "cabut-pilih",
        "lengkap" => "lengkap",
        _ => "tp-pilih",
    };
    let at = |id: &str, key: &str| Some(FieldError::new(id, frame.t(key)));
    let days = |day: Date| frame.format().day(day);
    match refusal {
        CaseRefusal::Text { field, fault } => {
            let id = match (form, *field) {
                ("jenis", "collector") => "jenis-oleh",
                ("jenis", "from") => "jenis-dari",
                ("jenis", "place") => "jenis-tempat",
                ("jenis", "number") => "jenis-nomor",
                ("jenis", "urgent") => "jenis-mendesak",
                ("jenis", "witness_1") => "jenis-saksi1",
                ("jenis", "witness_2") => "jenis-saksi2",
                ("jenis", _) => "jenis-tanpa-rekaman",
                ("cabut", _) => "cabut-alasan",
                ("keluarkan", _) => "keluarkan-alasan",
                _ => "sebaliknya-uraian",
            };
            Some(FieldError::new(id, text_fault(frame, *fault)))
        }
        CaseRefusal::NotInPack { field: "kind", .. } => {
            at("jenis-jenis", "proof.kind_not_that_day")
        }
        CaseRefusal::NotInPack { field: "way", .. } => at("jenis-cara", "proof.choose_one"),
        CaseRefusal::NotInPack {
            field: "element", ..
        } => at("kaitan-unsur", "proof.choose_one"),
        CaseRefusal::NotInPack { .. } => at(first, "proof.choose_one"),
        CaseRefusal::Proof(refusal) => match refusal {
            ProofRefusal::TooManyOffences { limit } => {
                let words = frame.tf("proof.too_many_offences", &[("max", &limit.to_string())]);
                Some(FieldError::new(first, words))
            }
            ProofRefusal::DaysReversed { .. } => at("tp-sampai", "proof.days_reversed"),
            ProofRefusal::DayAhead { day } => {
                let id = if form == "jenis" {
                    "jenis-tanggal"
                } else {
                    "tp-dari"
                };
                let words = frame.tf("proof.day_ahead", &[("day", &days(*day))]);
                Some(FieldError::new(id, words))
            }
            ProofRefusal::NotInPlan => at(first, "proof.not_in_plan"),
            ProofRefusal::NoSuchEvidence => at(first, "proof.no_such_evidence"),
            ProofRefusal::IsOut => at(first, "proof.is_out"),
            ProofRefusal::NotCollectable(_) => at("jenis-jenis", "proof.not_collectable"),
            ProofRefusal::NoSuchRecording => at("jenis-rekaman", "proof.no_such_recording"),
            ProofRefusal::CopyTooEarly { .. } => at("jenis-salinan", "proof.copy_too_early"),
            ProofRefusal::AlreadyComplete => at(first, "proof.already_complete"),
            ProofRefusal::Incomplete(_) | ProofRefusal::NothingToMark => None,
        },
        _ => None,
    }
}
