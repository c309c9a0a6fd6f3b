//! `/perkara/{case}/upaya`: control measures, what was tried before them, and settlements (S37, S87).

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::pack::{Measure, MeasureOrder};
use pengayom_core::subject::case::{Case, ControlMeasure, Settlement};
use pengayom_core::value::EncounterId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;
use serde::Deserialize;

mod forms;

use super::case::read;
use super::concerned::{
    consent_key, due_words, exclusion_words, kind_name, label_roles, not_first_key, number,
    result_key, side_key, stage_tag, tried_name, way_name,
};
use super::pieces::{Form, Piece, Typing};
use super::rights::{Asked, RECORDED, heading, may_record, send};
use crate::extract::{FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;

#[derive(Template)]
#[template(path = "desk/control.html")]
struct ControlPage {
    page: PageFrame,
    by: String,
    version: u32,
    back: String,
    heading: String,
    recorded: bool,
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
    let all = forms::Forms {
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
            "upaya-terpilih",
            one.code.as_str(),
            frame.say(&one.name),
            current,
        )
    });
    let ways = pack.ways.iter().filter(|_| may).map(|one| {
        let current = way.is_some_and(|way| way.code == one.code);
        link(
            "cara",
            "cara-terpilih",
            one.code.as_str(),
            frame.say(&one.name),
            current,
        )
    });
    let measures = case.control.measures.iter();
    let view = ControlPage {
        by: page.staff.id.to_string(),
        version: case.version,
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
        begin: kind.map(|kind| all.begin(kind, met)),
        measure_forms: if may { all.of_measures() } else { Vec::new() },
        attempt: may.then(|| all.attempt()),
        ways: ways.collect(),
        way_about: way.map(|way| format!("{} ({})", frame.say(&way.about), way.law)),
        judge: way.map(|way| all.judge(way.code.as_str())),
        settlement_forms: if may {
            all.of_settlements()
        } else {
            Vec::new()
        },
        recorded: asked.status == StatusCode::OK && page.context.asks(RECORDED),
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
        Some(person) => format!("{n}. {kind}: {}", label_roles(frame, person)),
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
            tags.push(("danger", frame.t("control.reviewed_wrong").to_owned()));
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
    if let Some(reason) = one.judged.reason.as_ref().filter(|told| !told.is_empty()) {
        lines.push(frame.tf("prevention.reason_said", &[("text", reason)]));
    }
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

/// `POST /perkara/{case}/upaya/{act}`
pub(super) async fn carry_out(
    page: StaffPage,
    Path((case, act)): Path<(String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    let form = forms::FORMS.into_iter().find(|form| *form == act);
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
    let met = match fields.get("temu").parse::<EncounterId>().ok() {
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
    let command = match forms::command(&page.frame, form, &fields, met) {
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
    let to = format!("/perkara/{}/upaya?{RECORDED}", history.id);
    match send(&page, history, command, &fields, |field| {
        forms::id_of(form, field)
    })
    .await?
    {
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
