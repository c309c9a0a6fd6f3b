//! `/perkara/{id}/pembuktian`: offences and their elements, evidence for and against each, and what is
//! missing (S11, S12, S13, S14).

mod form;
mod words;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::act::{Act, Payload};
use pengayom_core::pack::Offence;
use pengayom_core::subject::case::{
    Bearing, Case, CaseAct, CaseCommand, CaseRefusal, CaseStage, NotCounted, Piece, ProofRefusal,
};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;

pub(crate) use form::{blamed, command};
pub(super) use words::{custody_fault, state_words};

use super::case::{may_do, moved_words, read};
use super::forms::{Form, Part, Typed};
use super::history::proof as said;
use super::queue::seen_version;
use crate::extract::{FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Fact, Names};

#[derive(Template)]
#[template(path = "desk/proof.html")]
struct ProofPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    version: u32,
    heading: String,
    recorded: bool,
    changed: Option<String>,
    standing: (&'static str, String),
    gaps: Vec<GapLine>,
    charges: Vec<ChargeView>,
    pieces: Vec<PieceView>,
    other_side: Option<String>,
    action: String,
    forms: Vec<Form>,
    can_add: bool,
}

/// Something missing, and where it is made good.
struct GapLine {
    words: String,
    href: String,
}

struct ChargeView {
    id: String,
    name: String,
    day: String,
    codes: Vec<CodeRow>,
    milder: Option<String>,
    notes: Vec<String>,
    elements: Vec<ElementRow>,
}

struct CodeRow {
    name: String,
    article: String,
    penalty: String,
}

struct ElementRow {
    id: String,
    text: String,
    of: Option<String>,
    tag: &'static str,
    state: String,
    cells: Vec<Cell>,
}

/// Evidence of one bearing on one element.
struct Cell {
    label: &'static str,
    links: Vec<LinkView>,
}

struct LinkView {
    href: String,
    words: String,
    counts: bool,
}

struct PieceView {
    id: String,
    name: String,
    told: String,
    tag: &'static str,
    state: String,
    facts: Vec<Fact>,
    lines: Vec<String>,
    file: Option<String>,
    custody: Option<String>,
}

/// How many digits of a file's SHA-256 are shown.
const SHORT: usize = 16;

/// What the address carries after something was recorded.
const RECORDED: &str = "tercatat=ya";

/// The proof plan of a case, for those who may read the case.
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    plan_page(page, StatusCode::OK, history, None, Typed::default()).await
}

async fn plan_page(
    page: StaffPage,
    status: StatusCode,
    history: CaseHistory,
    changed: Option<String>,
    typed: Typed,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let now = node.now();
    let CaseHistory { id, case, acts } = history;
    let names = Names::read(&node).await?;
    let number = case.filed.number.as_ref();
    let number = number.map_or_else(|| id.to_string(), ToString::to_string);
    let heading = frame.tf("proof.title", &[("number", &number)]);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let href = format!("/perkara/{id}");
    let unit = frame.unit();
    let law = unit.pack.proof();
    let may = may_do(unit, &staff, &case, now);
    let open = case.stage != CaseStage::Closed;
    let forms = if open && may.contains(&Permission::ProveCase) {
        form::forms(&frame, &case, &acts, &typed)
    } else {
        Vec::new()
    };
    let gaps = case.proof.gaps(law, now);
    let done = status == StatusCode::OK && context.asks(RECORDED);
    let refused = case.proof.refused_at == Some(case.version);
    let view = View {
        frame: &frame,
        names: &names,
        case: &case,
        acts: &acts,
        href: &href,
    };
    let page = ProofPage {
        by: staff.id.to_string(),
        version: case.version,
        heading,
        recorded: done && !refused,
        changed: changed
            .or_else(|| (done && refused).then(|| frame.t("proof.refused_now").to_owned())),
        standing: words::state(&frame, &case.proof, gaps.len()),
        gaps: gaps.iter().map(|gap| view.gap(gap)).collect(),
        charges: case.proof.charges().map(|it| view.charge(it)).collect(),
        pieces: (1..)
            .zip(&case.proof.pieces)
            .map(|(n, piece)| view.piece(n, piece))
            .collect(),
        other_side: view.other_side(),
        forms,
        action: format!("{href}/pembuktian"),
        can_add: open && may.contains(&Permission::WorkCase),
        errors: typed.errors.clone(),
        href: href.clone(),
        page: frame,
    };
    draw(status, &page)
}

/// What a page is drawn from.
struct View<'p> {
    frame: &'p PageFrame,
    names: &'p Names,
    case: &'p Case,
    acts: &'p [Act],
    href: &'p str,
}

impl View<'_> {
    fn gap(&self, gap: &pengayom_core::subject::case::Gap) -> GapLine {
        let (words, href) = words::gap(self.frame, self.case, self.acts, self.href, gap);
        GapLine { words, href }
    }

    fn charge(&self, charge: &pengayom_core::subject::case::Charge) -> ChargeView {
        let frame = self.frame;
        let law = frame.unit().pack.proof();
        let offence = law.offence(&charge.offence);
        let day = words::day(frame, charge.from, charge.until);
        let Some(offence) = offence else {
            return ChargeView {
                id: format!("tp-{}", charge.offence),
                name: charge.offence.clone(),
                day,
                codes: Vec::new(),
                milder: None,
                notes: vec![frame.t("proof.gap_offence_unknown").to_owned()],
                elements: Vec::new(),
            };
        };
        let codes = law.codes.for_act(charge.from);
        let rows = codes.iter().map(|code| CodeRow {
            name: frame.say(law.codes.name(*code)).to_owned(),
            article: offence.article(*code).to_owned(),
            penalty: words::penalty(frame, offence, *code),
        });
        let both = codes.len() > 1;
        let elements = offence.elements.iter();
        ChargeView {
            id: format!("tp-{}", charge.offence),
            name: frame.say(&offence.name).to_owned(),
            day,
            codes: rows.collect(),
            milder: both.then(|| words::milder(frame, offence)),
            notes: words::notes(frame, law, offence),
            elements: elements.map(|e| self.element(offence, e)).collect(),
        }
    }

    fn element(&self, offence: &Offence, element: &pengayom_core::pack::Element) -> ElementRow {
        let frame = self.frame;
        let code = element.code.as_str();
        let cell = |bearing: Bearing| Cell {
            label: said::bearing_words(bearing),
            links: self.links(offence, code, bearing),
        };
        let cells: Vec<Cell> = Bearing::ALL.into_iter().map(cell).collect();
        let covered = cells
            .first()
            .is_some_and(|cell| cell.links.iter().any(|link| link.counts));
        let (tag, state) = if covered {
            ("ok", "proof.element_covered")
        } else {
            ("warn", "proof.element_open")
        };
        ElementRow {
            id: format!("unsur-{}-{code}", offence.code),
            text: frame.say(&element.text).to_owned(),
            of: element.of.as_ref().map(|of| {
                let name = said::offence_name(frame, of.as_str());
                frame.tf("proof.element_of", &[("offence", &name)])
            }),
            tag,
            state: frame.t(state).to_owned(),
            cells,
        }
    }

    fn links(&self, offence: &Offence, element: &str, bearing: Bearing) -> Vec<LinkView> {
        let pieces = (1_u32..).zip(&self.case.proof.pieces);
        let of = pieces
            .filter(|(_, piece)| piece.bearing(offence.code.as_str(), element) == Some(bearing));
        of.map(|(n, piece)| {
            let words = words::piece_name(self.frame, self.acts, n, piece);
            let counts = self.counts(piece).is_ok();
            LinkView {
                href: format!("#bukti-{n}"),
                words: if counts {
                    words
                } else {
                    format!("{words} ({})", self.frame.t("proof.not_counted"))
                },
                counts,
            }
        })
        .collect()
    }

    fn counts(&self, piece: &Piece) -> Result<(), NotCounted> {
        let law = self.frame.unit().pack.proof();
        self.case.proof.counts(piece, law)
    }

    fn piece(&self, n: u32, piece: &Piece) -> PieceView {
        let frame = self.frame;
        let counts = self.counts(piece);
        let state = match &counts {
            Ok(()) => frame.t("proof.counts").to_owned(),
            Err(why) => words::not_counted(frame, *why),
        };
        let mut facts = Vec::new();
        let mut lines = Vec::new();
        if let Some(typed) = &piece.typed {
            let law = frame.unit().pack.proof();
            let kind = said::kind_name(frame, typed.law, &typed.kind);
            let code = frame.say(law.evidence.codes.name(typed.law)).to_owned();
            facts.push(Fact::new(frame.t("proof.kind"), format!("{kind}, {code}")));
            let way = said::way_name(frame, &typed.way);
            let basis = law.evidence.collection(&typed.way);
            let basis = basis.map_or(way.clone(), |basis| format!("{way} ({})", basis.law));
            facts.push(Fact::new(frame.t("proof.way"), basis));
            facts.push(Fact::new(
                frame.t("proof.collected_on"),
                frame.format().day(typed.on),
            ));
            if let Some(CaseAct::EvidenceTyped(told)) = words::payload(self.acts, typed.act) {
                lines = said::basis_lines(frame, told);
            }
            if typed.copy_late {
                lines.push(frame.t("proof.copy_late").to_owned());
            }
        }
        facts.push(Fact::new(frame.t("proof.collector"), self.collector(piece)));
        if let Some(file) = &piece.file {
            let digits: String = file.chars().take(SHORT).collect();
            let words = frame.tf("case.file_sha256", &[("digits", &digits)]);
            lines.push(words);
        }
        let is_there = |file: &String| self.case.media.iter().any(|m| m.sha256 == *file);
        let file = piece.file.as_ref().filter(|file| is_there(file));
        PieceView {
            id: format!("bukti-{n}"),
            name: frame.tf("proof.piece", &[("n", &n.to_string())]),
            told: words::told(self.acts, piece),
            tag: if counts.is_ok() { "ok" } else { "warn" },
            state,
            facts,
            lines,
            file: file.map(|file| format!("{}/berkas/{file}", self.href)),
            custody: piece
                .exhibit
                .as_ref()
                .map(|_| format!("{}/barang-bukti/{n}", self.href)),
        }
    }

    /// Who recorded a piece, and when.
    fn collector(&self, piece: &Piece) -> String {
        let act = words::act(self.acts, piece.act);
        act.map_or_else(String::new, |act| {
            let name = self.names.actor(self.frame, &act.actor);
            format!("{name}, {}", self.frame.format().moment(act.happened_at))
        })
    }

    fn other_side(&self) -> Option<String> {
        let sought = self.case.proof.sought?;
        let name = sought.by.map(|by| self.names.of(self.frame, by));
        let time = self.frame.format().moment(sought.at);
        let key = if sought.found {
            "proof.sought_found"
        } else {
            "proof.sought_none"
        };
        let name = name.unwrap_or_default();
        let values = [("name", name.as_str()), ("time", time.as_str())];
        Some(self.frame.tf(key, &values))
    }
}

/// `POST /perkara/{case}/pembuktian/{act}`: one form of the page.
pub(super) async fn carry_out(
    page: StaffPage,
    Path((case, slug)): Path<(String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    let form = form::parse(&slug).ok_or(Fault::NotFound)?;
    let history = read(&page, &case).await?;
    page.require(Permission::ProveCase)?;
    let id = history.id;
    let fields = post.fields;
    let typed = |errors| Typed {
        form: Some(form),
        fields: fields.clone(),
        errors,
    };
    if given_back(&fields) {
        return plan_page(page, StatusCode::OK, history, None, typed(Vec::new())).await;
    }
    let today = page.frame.format().local(page.node.now()).date();
    let command = match form::command(&page.frame, form, &fields, today) {
        Ok(command) => command,
        Err(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return plan_page(page, status, history, None, typed(errors)).await;
        }
    };
    let seen = seen_version(&fields);
    let wanted = CaseCommand::Proof(command);
    let changed = page
        .node
        .change_case(&page.staff, id, seen, wanted, None)
        .await;
    let back = format!("/perkara/{id}/pembuktian?{RECORDED}#{}", form::back(form));
    let Err(error) = changed else {
        return Ok(Redirect::to(&back).into_response());
    };
    let history = page.node.case_history(&page.staff, id).await?;
    let (status, words, errors) = match error {
        // What is missing stands on the page itself.
        HandleError::Case(CaseRefusal::Proof(ProofRefusal::Incomplete(_))) => {
            let words = page.frame.t("proof.still_incomplete").to_owned();
            (StatusCode::CONFLICT, Some(words), Vec::new())
        }
        HandleError::Case(refusal) => match form::blamed(&page.frame, form, &refusal) {
            Some(error) => (StatusCode::UNPROCESSABLE_ENTITY, None, vec![error]),
            None => {
                let words = moved_words(&page.frame, &page.node, &refusal).await?;
                (StatusCode::CONFLICT, Some(words), Vec::new())
            }
        },
        HandleError::Conflict { .. } => {
            let words = page.frame.t("case.changed").to_owned();
            (StatusCode::CONFLICT, Some(words), Vec::new())
        }
        error => return Err(error.into()),
    };
    plan_page(page, status, history, words, typed(errors)).await
}

/// Words that an act tells of, by its version.
pub(super) fn payload_of(acts: &[Act], version: u32) -> Option<&CaseAct> {
    match &words::act(acts, version)?.payload {
        Payload::Case(act) => Some(act),
        _ => None,
    }
}

/// What a piece of evidence is, in the words of whoever added it.
pub(super) fn told_of(acts: &[Act], piece: &Piece) -> String {
    words::told(acts, piece)
}
