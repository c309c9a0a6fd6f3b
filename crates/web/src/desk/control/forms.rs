//! The forms of `/perkara/{case}/upaya`: what each asks for, and the command it comes to.

use pengayom_core::pack::{FactAnswer, Measure, MeasureOrder};
use pengayom_core::subject::case::{
    BeginMeasure, Case, CaseCommand, Consent, ControlCommand, ControlMeasure, FactGiven, NotFirst,
    PreventionCommand, Settlement, TriedResult,
};
use pengayom_core::value::{CaseId, EncounterId};

use crate::desk::concerned::{
    consent_key, kind_name, label_roles, not_first_key, number, result_key, side_key, way_name,
};
use crate::desk::pieces::{Form, Piece, Typing, happened, yes_no, yes_or_no};
use crate::extract::Fields;
use crate::form::FieldError;
use crate::frame::PageFrame;
use crate::staff::local_moment;

/// Forms of the page, as their addresses name them.
pub(super) const BEGIN: &str = "mulai";
pub(super) const END: &str = "selesai";
pub(super) const REVIEW: &str = "tinjau";
pub(super) const TRY: &str = "coba";
pub(super) const JUDGE: &str = "nilai";
pub(super) const ANSWER: &str = "jawab";
pub(super) const AGREE: &str = "sepakat";
pub(super) const KEPT: &str = "akhiri";

/// Every form.
pub(super) const FORMS: [&str; 8] = [BEGIN, END, REVIEW, TRY, JUDGE, ANSWER, AGREE, KEPT];

/// The forms of the page.
pub(super) struct Forms<'p> {
    pub(super) id: CaseId,
    pub(super) case: &'p Case,
    pub(super) typing: Typing<'p>,
}

impl Forms<'_> {
    fn form(&self, id: &'static str, title: &str, help: Vec<String>, pieces: Vec<Piece>) -> Form {
        let frame = self.typing.frame;
        Form {
            id,
            action: format!("/perkara/{}/upaya/{id}", self.id),
            title: frame.t(title).to_owned(),
            help,
            hidden: Vec::new(),
            pieces,
            button: frame.t("common.save").to_owned(),
            open: self.typing.is(id),
        }
    }

    pub(super) fn begin(&self, kind: &Measure, met: Vec<(String, String)>) -> Form {
        let (typing, frame) = (&self.typing, self.typing.frame);
        let mut pieces = Vec::new();
        let people = self.case.rights.persons.iter();
        let people = people.filter(|one| one.roles.iter().any(|role| kind.roles.contains(role)));
        let people = people.map(|one| (one.n.to_string(), label_roles(frame, one)));
        let mut who = typing.select(
            BEGIN,
            ("mulai-orang", "orang"),
            "control.person",
            people.collect(),
        );
        who.field.optional = !kind.person;
        who.field.hint = Some(frame.t("control.person_help").to_owned());
        pieces.push(Piece::Select(who));
        if kind.order != MeasureOrder::None {
            let mut order = typing
                .text(BEGIN, ("mulai-surat", "surat"), "control.order")
                .hint(frame.t("control.order_help"));
            order.optional = kind.urgent;
            pieces.push(Piece::Line(order));
        }
        if kind.urgent {
            let grounds = frame.unit().pack.measures().grounds.iter();
            let grounds = grounds.map(|one| {
                (
                    one.code.as_str().to_owned(),
                    frame.say(&one.name).to_owned(),
                )
            });
            let mut ground = typing.choices(
                BEGIN,
                ("mulai-darurat", "darurat"),
                "control.ground",
                grounds.collect(),
            );
            ground.optional = kind.order != MeasureOrder::None;
            pieces.push(Piece::Radios(ground.hint(frame.t("control.ground_help"))));
        }
        pieces.push(happened(typing, BEGIN, "mulai-waktu", "control.when_begun"));
        let explained = typing.text(BEGIN, ("mulai-jelas", "jelas"), "control.explained");
        pieces.push(Piece::Area(explained.hint(frame.say(&kind.explain))));
        let told = vec![("ya".to_owned(), frame.t("control.remedy_told").to_owned())];
        pieces.push(Piece::Ticks(typing.choices(
            BEGIN,
            ("mulai-hak", "keberatan"),
            "control.remedy",
            told,
        )));
        if kind.prevent_first && self.case.prevention.tried.is_empty() {
            let why = NotFirst::ALL.map(|why| {
                (
                    why.as_str().to_owned(),
                    frame.t(not_first_key(why)).to_owned(),
                )
            });
            let mut group = typing.choices(
                BEGIN,
                ("mulai-dulu", "dulu"),
                "control.not_first",
                why.into(),
            );
            group.optional = kind.urgent;
            pieces.push(Piece::Radios(group.hint(frame.t("control.not_first_help"))));
            let text = typing.text(
                BEGIN,
                ("mulai-dulu-alasan", "dulu_alasan"),
                "control.not_first_text",
            );
            pieces.push(Piece::Line(text.optional()));
        }
        if !met.is_empty() {
            let mut field = typing.select(BEGIN, ("mulai-temu", "temu"), "control.encounter", met);
            field.field.optional = true;
            field.field.hint = Some(frame.t("control.encounter_help").to_owned());
            pieces.push(Piece::Select(field));
        }
        let mut form = self.form(BEGIN, "control.begin", Vec::new(), pieces);
        form.hidden = vec![("jenis", kind.code.as_str().to_owned())];
        form
    }

    pub(super) fn of_measures(&self) -> Vec<Form> {
        let (typing, frame) = (&self.typing, self.typing.frame);
        let all = self.case.control.measures.iter();
        let named = |one: &ControlMeasure| {
            let n = one.begun.measure;
            let kind = kind_name(frame, &one.begun.kind);
            (n.to_string(), format!("{}. {kind}", number(frame, n)))
        };
        let lasting = all.clone().filter(|one| one.ended_at.is_none());
        let lasting: Vec<_> = lasting.map(named).collect();
        let unseen = all.filter(|one| one.reviewed.is_none() && one.begun.review_by.is_some());
        let unseen: Vec<_> = unseen.map(named).collect();
        let mut forms = Vec::new();
        if !lasting.is_empty() {
            let which = typing.select(END, ("selesai-yang", "yang"), "control.measure", lasting);
            let text = typing.text(END, ("selesai-teks", "teks"), "control.end_text");
            let when = happened(typing, END, "selesai-waktu", "control.when_ended");
            let pieces = vec![Piece::Select(which), when, Piece::Line(text)];
            forms.push(self.form(END, "control.end", Vec::new(), pieces));
        }
        if !unseen.is_empty() {
            let which = typing.select(REVIEW, ("tinjau-yang", "yang"), "control.measure", unseen);
            let right = typing.choices(
                REVIEW,
                ("tinjau-tepat", "tepat"),
                "control.justified",
                yes_no(frame),
            );
            let text = typing.text(REVIEW, ("tinjau-teks", "teks"), "control.review_text");
            let pieces = vec![
                Piece::Select(which),
                Piece::Radios(right),
                Piece::Line(text),
            ];
            let help = vec![frame.t("control.review_help").to_owned()];
            forms.push(self.form(REVIEW, "control.review", help, pieces));
        }
        forms
    }

    pub(super) fn attempt(&self) -> Form {
        let (typing, frame) = (&self.typing, self.typing.frame);
        let kinds = frame.unit().pack.measures().tried.iter();
        let kinds = kinds.map(|one| {
            (
                one.code.as_str().to_owned(),
                frame.say(&one.name).to_owned(),
            )
        });
        let results = TriedResult::ALL
            .map(|one| (one.as_str().to_owned(), frame.t(result_key(one)).to_owned()));
        let pieces = vec![
            Piece::Select(typing.select(
                TRY,
                ("coba-apa", "apa"),
                "prevention.what",
                kinds.collect(),
            )),
            Piece::Radios(typing.choices(
                TRY,
                ("coba-hasil", "hasil"),
                "prevention.result",
                results.into(),
            )),
            Piece::Area(typing.text(TRY, ("coba-teks", "teks"), "prevention.text")),
        ];
        let help = vec![frame.t("prevention.try_help").to_owned()];
        self.form(TRY, "prevention.try", help, pieces)
    }

    pub(super) fn judge(&self, way: &str) -> Form {
        let (typing, frame) = (&self.typing, self.typing.frame);
        let pack = frame.unit().pack.measures();
        let code = pack.way(way).map(|known| &known.code);
        let facts = code.into_iter().flat_map(|code| pack.facts_of(code));
        // A field's name is made of its question's code; ids stay those of the form's questions in order.
        let mut pieces: Vec<Piece> = facts
            .zip(JUDGE_IDS)
            .map(|(fact, id)| {
                let mut group = typing.choices(JUDGE, (id, id), "prevention.fact", yes_no(frame));
                frame.say(&fact.ask).clone_into(&mut group.label);
                Piece::Radios(group)
            })
            .collect();
        if self.case.prevention.shut_by(way).is_some() {
            let why = typing.text(JUDGE, ("nilai-alasan", "alasan"), "prevention.reason");
            pieces.push(Piece::Area(why.hint(frame.t("prevention.reason_help"))));
        }
        let help = vec![frame.t("prevention.judge_help").to_owned()];
        let mut form = self.form(JUDGE, "prevention.judge", help, pieces);
        form.hidden = vec![("cara", way.to_owned())];
        form
    }

    pub(super) fn of_settlements(&self) -> Vec<Form> {
        let (typing, frame) = (&self.typing, self.typing.frame);
        let open = self.case.prevention.settlements.iter();
        let open: Vec<&Settlement> = open.filter(|one| one.is_open()).collect();
        let named = |one: &&Settlement| {
            let n = one.judged.settlement;
            let way = way_name(frame, &one.judged.way);
            (n.to_string(), format!("{}. {way}", number(frame, n)))
        };
        let all: Vec<_> = open.iter().map(named).collect();
        let offered: Vec<_> = open
            .iter()
            .filter(|one| one.agreed.is_none())
            .map(named)
            .collect();
        let agreed: Vec<_> = open
            .iter()
            .filter(|one| one.agreed.is_some())
            .map(named)
            .collect();
        let mut forms = Vec::new();
        if !all.is_empty() {
            let mut sides: Vec<_> = open.iter().flat_map(|one| &one.judged.sides).collect();
            sides.sort_unstable();
            sides.dedup();
            let sides = sides.into_iter();
            let sides =
                sides.map(|one| (one.code().to_owned(), frame.t(side_key(*one)).to_owned()));
            let said = Consent::ALL.map(|one| {
                (
                    one.as_str().to_owned(),
                    frame.t(consent_key(one)).to_owned(),
                )
            });
            let free = vec![("ya".to_owned(), frame.t("prevention.told_free").to_owned())];
            let which = ("jawab-yang", "yang");
            let pieces = vec![
                Piece::Select(typing.select(ANSWER, which, "prevention.settlement", all)),
                Piece::Radios(typing.choices(
                    ANSWER,
                    ("jawab-pihak", "pihak"),
                    "prevention.side",
                    sides.collect(),
                )),
                Piece::Radios(typing.choices(
                    ANSWER,
                    ("jawab-kata", "kata"),
                    "prevention.consent",
                    said.into(),
                )),
                Piece::Ticks(typing.choices(
                    ANSWER,
                    ("jawab-bebas", "bebas"),
                    "prevention.free",
                    free,
                )),
            ];
            let help = vec![frame.t("prevention.consent_help").to_owned()];
            forms.push(self.form(ANSWER, "prevention.answer", help, pieces));
        }
        if !offered.is_empty() {
            let which = ("sepakat-yang", "yang");
            let by = typing.text(AGREE, ("sepakat-kapan", "kapan"), "prevention.keep_by");
            let pieces = vec![
                Piece::Select(typing.select(AGREE, which, "prevention.settlement", offered)),
                Piece::Area(typing.text(AGREE, ("sepakat-teks", "teks"), "prevention.agree_text")),
                Piece::Moment(by.optional()),
            ];
            forms.push(self.form(AGREE, "prevention.agree", Vec::new(), pieces));
        }
        if !agreed.is_empty() {
            let which = ("akhiri-yang", "yang");
            let pieces = vec![
                Piece::Select(typing.select(KEPT, which, "prevention.settlement", agreed)),
                Piece::Radios(typing.choices(
                    KEPT,
                    ("akhiri-tepat", "tepat"),
                    "prevention.kept",
                    yes_no(frame),
                )),
                Piece::Line(typing.text(KEPT, ("akhiri-teks", "teks"), "prevention.kept_text")),
            ];
            forms.push(self.form(KEPT, "prevention.end", Vec::new(), pieces));
        }
        forms
    }
}

/// Names and identifiers of the questions of a way, in their order.
const JUDGE_IDS: [&str; 24] = [
    "nilai-1", "nilai-2", "nilai-3", "nilai-4", "nilai-5", "nilai-6", "nilai-7", "nilai-8",
    "nilai-9", "nilai-10", "nilai-11", "nilai-12", "nilai-13", "nilai-14", "nilai-15", "nilai-16",
    "nilai-17", "nilai-18", "nilai-19", "nilai-20", "nilai-21", "nilai-22", "nilai-23", "nilai-24",
];

/// The field of a form that a rule blames.
pub(super) fn id_of(form: &str, field: &str) -> &'static str {
    match (form, field) {
        (BEGIN, "order") => "mulai-surat",
        (BEGIN, "ground") => "mulai-darurat",
        (BEGIN, "explained") => "mulai-jelas",
        (BEGIN, "remedy_told") => "mulai-hak",
        (BEGIN, "not_first") => "mulai-dulu",
        (BEGIN, "not_first_text") => "mulai-dulu-alasan",
        (BEGIN, "happened_at" | "keep_by") => "mulai-waktu",
        (BEGIN, _) => "mulai-orang",
        (END, "text") => "selesai-teks",
        (END, "happened_at" | "keep_by") => "selesai-waktu",
        (END, _) => "selesai-yang",
        (REVIEW, "text") => "tinjau-teks",
        (REVIEW, _) => "tinjau-yang",
        (TRY, "text") => "coba-teks",
        (TRY, _) => "coba-apa",
        (JUDGE, "reason") => "nilai-alasan",
        (JUDGE, _) => "nilai-1",
        (ANSWER, "side") => "jawab-pihak",
        (ANSWER, "told_free") => "jawab-bebas",
        (ANSWER, _) => "jawab-yang",
        (AGREE, "text") => "sepakat-teks",
        (AGREE, "keep_by") => "sepakat-kapan",
        (AGREE, _) => "sepakat-yang",
        (_, "text") => "akhiri-teks",
        _ => "akhiri-yang",
    }
}

/// What a form asks for.
pub(super) fn command(
    frame: &PageFrame,
    form: &'static str,
    fields: &Fields,
    encounter: Option<EncounterId>,
) -> Result<CaseCommand, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut missing = |id: &'static str| {
        errors.push(FieldError::new(id, frame.t("rights.choose_one")));
    };
    let text = || fields.get("teks").to_owned();
    let n = fields.get("yang").parse::<u32>().ok();
    let asked = match form {
        BEGIN => Some(CaseCommand::Control(ControlCommand::Begin(BeginMeasure {
            kind: fields.get("jenis").to_owned(),
            person: fields.get("orang").parse().ok(),
            order: fields.line("surat").unwrap_or_default(),
            ground: fields.get("darurat").to_owned(),
            explained: fields.get("jelas").to_owned(),
            remedy_told: fields.get("keberatan") == "ya",
            not_first: NotFirst::parse(fields.get("dulu")),
            not_first_text: fields.line("dulu_alasan").unwrap_or_default(),
            encounter,
        }))),
        TRY => {
            let result = TriedResult::parse(fields.get("hasil"));
            if result.is_none() {
                missing("coba-hasil");
            }
            result.map(|result| {
                CaseCommand::Prevention(PreventionCommand::Try {
                    kind: fields.get("apa").to_owned(),
                    result,
                    text: text(),
                })
            })
        }
        JUDGE => return judge_command(frame, fields),
        _ => {
            if n.is_none() {
                missing(id_of(form, ""));
            }
            n.and_then(|n| numbered(frame, form, fields, n, &mut errors))
        }
    };
    asked.filter(|_| errors.is_empty()).ok_or(errors)
}

/// What a form about a measure or settlement with a number asks for.
fn numbered(
    frame: &PageFrame,
    form: &'static str,
    fields: &Fields,
    n: u32,
    errors: &mut Vec<FieldError>,
) -> Option<CaseCommand> {
    let mut missing = |id: &'static str| {
        errors.push(FieldError::new(id, frame.t("rights.choose_one")));
    };
    let text = fields.get("teks").to_owned();
    match form {
        END => Some(CaseCommand::Control(ControlCommand::End {
            measure: n,
            text,
        })),
        REVIEW | KEPT => {
            let Some(right) = yes_or_no(fields, "tepat") else {
                missing(if form == REVIEW {
                    "tinjau-tepat"
                } else {
                    "akhiri-tepat"
                });
                return None;
            };
            Some(if form == REVIEW {
                CaseCommand::Control(ControlCommand::Review {
                    measure: n,
                    justified: right,
                    text,
                })
            } else {
                CaseCommand::Prevention(PreventionCommand::End {
                    settlement: n,
                    kept: right,
                    text,
                })
            })
        }
        ANSWER => {
            let side = fields.get("pihak").parse().ok();
            if side.is_none() {
                missing("jawab-pihak");
            }
            let consent = Consent::parse(fields.get("kata"));
            if consent.is_none() {
                missing("jawab-kata");
            }
            Some(CaseCommand::Prevention(PreventionCommand::Answer {
                settlement: n,
                side: side?,
                consent: consent?,
                told_free: fields.get("bebas") == "ya",
            }))
        }
        _ => {
            let mut keep_by = None;
            if let Some(when) = fields.some("kapan") {
                match local_moment(frame.unit(), &when) {
                    Ok(at) => keep_by = Some(at),
                    Err(_) => {
                        let words = frame.t("error.time_unreadable");
                        errors.push(FieldError::new("sepakat-kapan", words));
                        return None;
                    }
                }
            }
            Some(CaseCommand::Prevention(PreventionCommand::Agree {
                settlement: n,
                text,
                keep_by,
            }))
        }
    }
}

fn judge_command(frame: &PageFrame, fields: &Fields) -> Result<CaseCommand, Vec<FieldError>> {
    let pack = frame.unit().pack.measures();
    let way = fields.get("cara").to_owned();
    let code = pack.way(&way).map(|known| &known.code);
    let facts = code.into_iter().flat_map(|code| pack.facts_of(code));
    let mut errors = Vec::new();
    let mut answers = Vec::new();
    for (fact, id) in facts.zip(JUDGE_IDS) {
        match yes_or_no(fields, id) {
            Some(yes) => answers.push(FactGiven {
                fact: fact.code.as_str().to_owned(),
                answer: if yes { FactAnswer::Yes } else { FactAnswer::No },
            }),
            None => errors.push(FieldError::new(id, frame.t("prevention.answer_this"))),
        }
    }
    if errors.is_empty() {
        Ok(CaseCommand::Prevention(PreventionCommand::Judge {
            way,
            answers,
            reason: fields.some("alasan"),
        }))
    } else {
        Err(errors)
    }
}
