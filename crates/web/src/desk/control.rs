//! `/perkara/{case}/upaya`: control measures, what was tried before them, and settlements (S37, S87).

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::pack::{FactAnswer, Measure, MeasureOrder};
use pengayom_core::subject::case::{
    BeginMeasure, Case, CaseCommand, Consent, ControlCommand, ControlMeasure, FactGiven, NotFirst,
    PreventionCommand, Settlement, TriedResult,
};
use pengayom_core::value::{CaseId, EncounterId};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;
use serde::Deserialize;

use super::case::read;
use super::concerned::{
    consent_key, due_words, exclusion_words, kind_name, label, not_first_key, number, result_key,
    side_key, stage_tag, tried_name, way_name,
};
use super::pieces::{Form, Piece, Typing, yes_no, yes_or_no};
use super::rights::{Asked, heading, may_record, send};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::local_moment;

/// Forms of the page, as their addresses name them.
const BEGIN: &str = "mulai";
const END: &str = "selesai";
const REVIEW: &str = "tinjau";
const TRY: &str = "coba";
const JUDGE: &str = "nilai";
const ANSWER: &str = "jawab";
const AGREE: &str = "sepakat";
const KEPT: &str = "akhiri";

/// Every form.
const FORMS: [&str; 8] = [BEGIN, END, REVIEW, TRY, JUDGE, ANSWER, AGREE, KEPT];

#[derive(Template)]
#[template(path = "desk/control.html")]
struct ControlPage {
    page: PageFrame,
    by: String,
    version: u32,
    href: String,
    back: String,
    heading: String,
    changed: Option<String>,
    errors: Vec<FieldError>,
    measures: Vec<MeasureView>,
    tried: Vec<String>,
    settlements: Vec<SettlementView>,
    /// Kinds of measure to choose from, and the chosen one.
    kinds: Vec<Link>,
    about: Option<About>,
    begin: Option<Form>,
    measure_forms: Vec<Form>,
    attempt: Option<Form>,
    ways: Vec<Link>,
    way_about: Option<String>,
    judge: Option<Form>,
    settlement_forms: Vec<Form>,
}

/// Something to choose, with its address.
struct Link {
    href: String,
    words: String,
    current: bool,
}

/// What a kind of measure needs, before it is recorded.
struct About {
    name: String,
    lines: Vec<String>,
    explain: String,
    tell: Vec<String>,
    remedies: Vec<String>,
}

struct MeasureView {
    title: String,
    tags: Vec<(&'static str, String)>,
    lines: Vec<String>,
    encounter: Option<String>,
}

struct SettlementView {
    title: String,
    tag: (&'static str, &'static str),
    lines: Vec<String>,
}

#[derive(Deserialize, Default)]
pub(super) struct Chosen {
    /// A kind of measure.
    #[serde(default)]
    jenis: String,
    /// A way to settle.
    #[serde(default)]
    cara: String,
}

/// `GET /perkara/{case}/upaya`
pub(super) async fn show(
    page: StaffPage,
    Path(case): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    control_page(page, history, chosen, Asked::default()).await
}

async fn control_page(
    mut page: StaffPage,
    history: CaseHistory,
    chosen: Chosen,
    asked: Asked,
) -> Result<Response, Fault> {
    let CaseHistory { id, case, .. } = history;
    let may = may_record(&page, &case);
    let now = page.node.now();
    let met = page
        .node
        .store()
        .encounters_of_case(&page.node.unit().id, id)
        .await
        .map_err(HandleError::from)?;
    let met: Vec<(String, String)> = met
        .into_iter()
        .map(|row| {
            (
                row.id.to_string(),
                page.frame.format().moment(row.happened_at),
            )
        })
        .collect();
    page.frame.titled("control.title");
    if !asked.errors.is_empty() {
        page.frame.refused();
    }
    let frame = &page.frame;
    let pack = frame.unit().pack.clone();
    let pack = pack.measures();
    let forms = Forms {
        id,
        case: &case,
        typing: Typing {
            frame,
            sent: asked.form,
            fields: &asked.fields,
            errors: &asked.errors,
        },
    };
    let kind = pack.kind(&chosen.jenis).filter(|_| may);
    let way = pack.way(&chosen.cara).filter(|_| may);
    let link = |name: &str, anchor: &str, code: &str, words: &str, current: bool| Link {
        href: format!("/perkara/{id}/upaya?{name}={code}#{anchor}"),
        words: words.to_owned(),
        current,
    };
    let kinds = pack.kinds.iter().filter(|_| may).map(|one| {
        let current = kind.is_some_and(|kind| kind.code == one.code);
        link(
            "jenis",
            "h-mulai",
            one.code.as_str(),
            frame.say(&one.name),
            current,
        )
    });
    let ways = pack.ways.iter().filter(|_| may).map(|one| {
        let current = way.is_some_and(|way| way.code == one.code);
        link(
            "cara",
            "h-damai",
            one.code.as_str(),
            frame.say(&one.name),
            current,
        )
    });
    let measures = case.control.measures.iter();
    let view = ControlPage {
        by: page.staff.id.to_string(),
        version: case.version,
        href: format!("/perkara/{id}/upaya"),
        back: format!("/perkara/{id}"),
        heading: heading(frame, id, &case),
        measures: measures
            .map(|one| measure_view(frame, &case, one, now))
            .collect(),
        tried: case
            .prevention
            .tried
            .iter()
            .map(|one| {
                let (kind, time) = (tried_name(frame, &one.kind), frame.format().moment(one.at));
                format!("{kind}: {} ({time})", frame.t(result_key(one.result)))
            })
            .collect(),
        settlements: case
            .prevention
            .settlements
            .iter()
            .map(|one| settlement_view(frame, one))
            .collect(),
        kinds: kinds.collect(),
        about: kind.map(|kind| about(frame, kind)),
        begin: kind.map(|kind| forms.begin(kind, met)),
        measure_forms: if may { forms.of_measures() } else { Vec::new() },
        attempt: may.then(|| forms.attempt()),
        ways: ways.collect(),
        way_about: way.map(|way| format!("{} ({})", frame.say(&way.about), way.law)),
        judge: way.map(|way| forms.judge(way.code.as_str())),
        settlement_forms: if may {
            forms.of_settlements()
        } else {
            Vec::new()
        },
        changed: asked.changed.clone(),
        errors: asked.errors.clone(),
        page: page.frame,
    };
    draw(asked.status, &view)
}

fn about(frame: &PageFrame, kind: &Measure) -> About {
    let pack = frame.unit().pack.measures();
    let order = match kind.order {
        MeasureOrder::None => "control.order_none",
        MeasureOrder::Police => "control.order_police",
        MeasureOrder::Court => "control.order_court",
    };
    let mut lines = vec![kind.law.clone(), frame.t(order).to_owned()];
    if kind.urgent {
        lines.push(frame.t("control.urgent_may").to_owned());
    }
    if let Some(minutes) = kind.longest_minutes {
        let time = span(frame, minutes);
        lines.push(frame.tf("control.longest", &[("time", &time)]));
    }
    if let Some(minutes) = kind.longest_child_minutes {
        let time = span(frame, minutes);
        lines.push(frame.tf("control.longest_child", &[("time", &time)]));
    }
    if let Some(minutes) = kind.review_minutes {
        let time = span(frame, minutes);
        lines.push(frame.tf("control.review_within", &[("time", &time)]));
    }
    let remedies = kind.remedies.iter().filter_map(|code| pack.remedy(code));
    About {
        name: frame.say(&kind.name).to_owned(),
        lines,
        explain: frame.say(&kind.explain).to_owned(),
        tell: kind
            .tell
            .iter()
            .map(|tell| {
                let (who, time) = (frame.say(&tell.who), span(frame, tell.minutes));
                frame.tf("control.tell_within", &[("who", who), ("time", &time)])
            })
            .collect(),
        remedies: remedies
            .map(|one| format!("{}: {}", frame.say(&one.name), frame.say(&one.how)))
            .collect(),
    }
}

/// "24 jam", "20 hari".
fn span(frame: &PageFrame, minutes: u32) -> String {
    let (n, key) = match minutes {
        m if m >= 48 * 60 && m % (24 * 60) == 0 => (m / (24 * 60), "control.days"),
        m if m >= 60 && m % 60 == 0 => (m / 60, "control.hours"),
        m => (m, "control.minutes"),
    };
    frame.tf(key, &[("n", &number(frame, n))])
}

fn measure_view(
    frame: &PageFrame,
    case: &Case,
    one: &ControlMeasure,
    now: Timestamp,
) -> MeasureView {
    let begun = &one.begun;
    let pack = frame.unit().pack.measures();
    let person = begun.person.and_then(|n| case.rights.person(n));
    let n = number(frame, begun.measure);
    let kind = kind_name(frame, &begun.kind);
    let title = match person {
        Some(person) => format!("{n}. {kind}: {}", label(frame, person)),
        None => format!("{n}. {kind}"),
    };
    let mut tags = Vec::new();
    let mut lines = vec![frame.tf(
        "control.begun_at",
        &[("time", &frame.format().moment(one.begun_at))],
    )];
    match (one.ended_at, begun.ends_by) {
        (Some(at), _) => {
            let time = frame.format().moment(at);
            tags.push(("ok", frame.t("control.ended").to_owned()));
            lines.push(frame.tf("control.ended_at", &[("time", &time)]));
        }
        (None, Some(by)) => {
            let (late, words) = due_words(frame, by, now);
            let words = format!("{}: {words}", frame.t("control.ends"));
            tags.push((if late { "danger" } else { "wait" }, words));
        }
        (None, None) => tags.push(("plain", frame.t("control.lasting").to_owned())),
    }
    match (one.reviewed, begun.review_by) {
        (Some((_, true)), _) => tags.push(("ok", frame.t("control.reviewed").to_owned())),
        (Some((_, false)), _) => {
            tags.push(("danger", frame.t("control.reviewed_wrong").to_owned()))
        }
        (None, Some(by)) => {
            let (late, words) = due_words(frame, by, now);
            let words = format!("{}: {words}", frame.t("control.review_owed"));
            tags.push((if late { "danger" } else { "wait" }, words));
        }
        (None, None) => {}
    }
    if let Some(ground) = begun.ground.as_deref().and_then(|code| pack.ground(code)) {
        let ground = frame.say(&ground.name);
        lines.push(frame.tf("control.ground_said", &[("ground", ground)]));
    }
    if let Some(order) = &begun.order {
        lines.push(frame.tf("control.order_said", &[("order", order)]));
    }
    lines.push(begun.law.clone());
    if !begun.explained.is_empty() {
        lines.push(frame.tf("control.explained_said", &[("text", &begun.explained)]));
    }
    lines.push(frame.t("control.remedy_said").to_owned());
    if let Some(why) = begun.not_first {
        let why = frame.t(not_first_key(why));
        lines.push(frame.tf("control.not_first_said", &[("why", why)]));
    }
    MeasureView {
        title,
        tags,
        lines,
        encounter: begun.encounter.map(|id| format!("/pertemuan/{id}")),
    }
}

fn settlement_view(frame: &PageFrame, one: &Settlement) -> SettlementView {
    let n = number(frame, one.judged.settlement);
    let mut lines = vec![frame.format().moment(one.at)];
    lines.extend(exclusion_words(frame, &one.judged.excluded));
    for side in &one.judged.sides {
        let said = match one.consent_of(*side) {
            Some(consent) => frame.t(consent_key(consent)),
            None => frame.t("prevention.not_asked"),
        };
        lines.push(format!("{}: {said}", frame.t(side_key(*side))));
    }
    if let Some((_, Some(by))) = one.agreed {
        let time = frame.format().moment(by);
        lines.push(frame.tf("prevention.keep_said", &[("time", &time)]));
    }
    SettlementView {
        title: format!("{n}. {}", way_name(frame, &one.judged.way)),
        tag: stage_tag(one.stage()),
        lines,
    }
}

/// The forms of the page.
struct Forms<'p> {
    id: CaseId,
    case: &'p Case,
    typing: Typing<'p>,
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

    fn begin(&self, kind: &Measure, met: Vec<(String, String)>) -> Form {
        let (typing, frame) = (&self.typing, self.typing.frame);
        let mut pieces = Vec::new();
        let people = self.case.rights.persons.iter();
        let people = people.filter(|one| one.roles.iter().any(|role| kind.roles.contains(role)));
        let people = people.map(|one| (one.n.to_string(), label(frame, one)));
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

    fn of_measures(&self) -> Vec<Form> {
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
            let pieces = vec![Piece::Select(which), Piece::Line(text)];
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

    fn attempt(&self) -> Form {
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

    fn judge(&self, way: &str) -> Form {
        let (typing, frame) = (&self.typing, self.typing.frame);
        let pack = frame.unit().pack.measures();
        let code = pack.way(way).map(|known| &known.code);
        let facts = code.into_iter().flat_map(|code| pack.facts_of(code));
        // A field's name is made of its question's code; ids stay those of the form's questions in order.
        let pieces = facts
            .zip(JUDGE_IDS)
            .map(|(fact, id)| {
                let mut group = typing.choices(JUDGE, (id, id), "prevention.fact", yes_no(frame));
                frame.say(&fact.ask).clone_into(&mut group.label);
                Piece::Radios(group)
            })
            .collect();
        let help = vec![frame.t("prevention.judge_help").to_owned()];
        let mut form = self.form(JUDGE, "prevention.judge", help, pieces);
        form.hidden = vec![("cara", way.to_owned())];
        form
    }

    fn of_settlements(&self) -> Vec<Form> {
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

/// `POST /perkara/{case}/upaya/{act}`
pub(super) async fn carry_out(
    page: StaffPage,
    Path((case, act)): Path<(String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    let form = FORMS.into_iter().find(|form| *form == act);
    let form = form.ok_or(Fault::NotFound)?;
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let fields = post.fields;
    let chosen = || Chosen {
        jenis: fields.get("jenis").to_owned(),
        cara: fields.get("cara").to_owned(),
    };
    if given_back(&fields) {
        let (chosen, asked) = (
            chosen(),
            Asked {
                form,
                fields: fields.clone(),
                ..Asked::default()
            },
        );
        return control_page(page, history, chosen, asked).await;
    }
    let met = match EncounterId::of(&fields) {
        Some(encounter) => {
            let unit = &page.node.unit().id;
            let met = page.node.store().encounters_of_case(unit, history.id).await;
            let met = met.map_err(HandleError::from)?;
            // Another case's encounter is nothing to link.
            met.iter()
                .any(|row| row.id == encounter)
                .then_some(encounter)
        }
        None => None,
    };
    let command = match command(&page.frame, form, &fields, met) {
        Ok(command) => command,
        Err(errors) => {
            let chosen = chosen();
            let asked = Asked {
                form,
                fields: fields.clone(),
                errors,
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Asked::default()
            };
            return control_page(page, history, chosen, asked).await;
        }
    };
    let to = format!("/perkara/{}/upaya", history.id);
    match send(&page, history, command, &fields, |field| id_of(form, field)).await? {
        Ok(()) => Ok(Redirect::to(&to).into_response()),
        Err((history, refused)) => {
            let chosen = chosen();
            let asked = Asked {
                form,
                fields: fields.clone(),
                ..refused
            };
            control_page(page, history, chosen, asked).await
        }
    }
}

/// The encounter that a form names.
trait OfForm: Sized {
    fn of(fields: &Fields) -> Option<Self>;
}

impl OfForm for EncounterId {
    fn of(fields: &Fields) -> Option<Self> {
        fields.get("temu").parse().ok()
    }
}

/// The field of a form that a rule blames.
fn id_of(form: &str, field: &str) -> &'static str {
    match (form, field) {
        (BEGIN, "order") => "mulai-surat",
        (BEGIN, "ground") => "mulai-darurat",
        (BEGIN, "explained") => "mulai-jelas",
        (BEGIN, "remedy_told") => "mulai-hak",
        (BEGIN, "not_first") => "mulai-dulu",
        (BEGIN, "not_first_text") => "mulai-dulu-alasan",
        (BEGIN, _) => "mulai-orang",
        (END, "text") => "selesai-teks",
        (END, _) => "selesai-yang",
        (REVIEW, "text") => "tinjau-teks",
        (REVIEW, _) => "tinjau-yang",
        (TRY, "text") => "coba-teks",
        (TRY, _) => "coba-apa",
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
fn command(
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
        }))
    } else {
        Err(errors)
    }
}
