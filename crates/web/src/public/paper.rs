//! `/lapor/kertas`: forms to print, to write on and to hand in, for who has no telephone or does not
//! want to use one (S32, S76, S78).
//!
//! Nothing is stored of a form; each has a number and a code of its own, made when it is shown
//! ([`pengayom_node::handle::paper`]). A form asks what `/lapor` asks, in the same order and words.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use pengayom_core::pack::ReportKind;
use pengayom_core::place::{AreaCode, AreaMatch, AreaResolution, Routed};
use pengayom_core::subject::case::Wellbeing;
use pengayom_node::handle::paper::{FORMS_MAX, PaperForm};
use serde::Deserialize;

use super::qr;
use super::report::outside;
use crate::extract::PublicPage;
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{Keep, PageFrame, draw, draw_kept};
use crate::harm::wellbeing_words;
use crate::problem::Fault;
use crate::staff::Digits;
use crate::state::AppState;

/// Longest name of an area that is looked for, in characters.
const AREA_MAX_CHARS: usize = 100;

/// What is to be printed, as the address says it.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    /// The kind, by its part of an address.
    jenis: Option<String>,
    /// How many.
    jumlah: Option<String>,
    /// `a4` or `f4`.
    kertas: Option<String>,
    /// A village or district in words.
    desa: Option<String>,
    /// The area chosen among several.
    wilayah: Option<String>,
}

/// A sheet of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Sheet {
    #[default]
    A4,
    /// 215 x 330 mm, usual in Indonesian offices.
    F4,
}

impl Sheet {
    const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::A4, "a4", "paper.sheet_a4"),
        (Self::F4, "f4", "paper.sheet_f4"),
    ];

    fn parse(word: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, known, _)| *known == word)
            .map(|(sheet, _, _)| sheet)
            .unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "public/paper/choose.html")]
struct ChoosePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    kind: ChoiceGroup,
    count: TextField,
    sheet: ChoiceGroup,
    area: TextField,
    meant: Option<ChoiceGroup>,
}

/// One form.
struct FormView {
    number: Digits,
    secret: Digits,
    /// Leads an officer to where it is entered.
    enter: String,
    /// Leads the person to where it is followed.
    follow: String,
}

#[derive(Template)]
#[template(path = "public/paper/print.html")]
struct PrintPage {
    page: PageFrame,
    back: String,
    how_many: String,
    f4: bool,
    forms: Vec<FormView>,
    /// The kind; nothing for kinds that are not to be read over a shoulder.
    kind: Option<String>,
    what: Vec<String>,
    tell: Vec<String>,
    wellbeing: Vec<String>,
    danger: String,
    hand_in: String,
    /// Where number and code are typed.
    track: String,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/lapor/kertas", get(choose))
        .route("/lapor/kertas/cetak", get(print))
}

/// `GET /lapor/kertas`
async fn choose(Query(wanted): Query<Wanted>, page: PublicPage) -> Result<Response, Fault> {
    choose_page(page, &wanted, Vec::new(), &[])
}

/// What is to be printed, checked.
struct Order<'u> {
    kind: &'u ReportKind,
    count: u32,
    sheet: Sheet,
    hand_in: String,
}

/// `GET /lapor/kertas/cetak`: each time other numbers.
async fn print(Query(wanted): Query<Wanted>, page: PublicPage) -> Result<Response, Fault> {
    let unit = page.context.unit().clone();
    let order = match read(&page.frame, unit.pack.report_kinds(), &wanted) {
        Ok(order) => order,
        Err((errors, meant)) => return choose_page(page, &wanted, errors, &meant),
    };
    let PublicPage {
        context,
        mut frame,
        node,
    } = page;
    frame.titled("paper.form_title");
    frame.sensitive = order.kind.sensitive;
    frame.body_class = match order.sheet {
        Sheet::A4 => "print-form",
        Sheet::F4 => "print-form print-f4",
    };
    let site = context.site();
    let form = |form: PaperForm| {
        let plain = form.number.plain();
        FormView {
            enter: qr::svg(&format!("{site}/meja/laporan/kertas?nomor={plain}")),
            follow: qr::svg(&format!("{site}/lacak?nomor={plain}")),
            number: Digits::new(form.number.to_string()),
            secret: Digits::new(form.secret.grouped()),
        }
    };
    let what = if order.kind.unknown {
        // What one would choose first on the screen.
        let known = unit.pack.report_kinds().iter().filter(|kind| !kind.unknown);
        known.map(|kind| frame.say(&kind.name).to_owned()).collect()
    } else {
        let options = order.kind.what.iter();
        options.map(|one| frame.say(&one.name).to_owned()).collect()
    };
    let n = frame.format().count(i64::from(order.count));
    let view = PrintPage {
        back: "/lapor/kertas".to_owned(),
        how_many: frame.tf("paper.how_many", &[("n", &n)]),
        f4: order.sheet == Sheet::F4,
        forms: node.new_forms(order.count).into_iter().map(form).collect(),
        kind: (!order.kind.sensitive && !order.kind.unknown)
            .then(|| frame.say(&order.kind.name).to_owned()),
        what,
        tell: order.kind.tell.get(frame.lang).to_vec(),
        wellbeing: Wellbeing::ALL
            .map(|known| frame.t(wellbeing_words(known)).to_owned())
            .to_vec(),
        danger: frame.tf("paper.danger", &[("number", &frame.emergency_number)]),
        hand_in: order.hand_in,
        track: format!("{site}/lacak"),
        page: frame,
    };
    draw(StatusCode::OK, &view)
}

/// Everything that is wrong at once, and the areas that may be meant.
fn read<'u>(
    frame: &PageFrame,
    kinds: &'u [ReportKind],
    wanted: &Wanted,
) -> Result<Order<'u>, (Vec<FieldError>, Vec<AreaMatch>)> {
    let mut errors = Vec::new();
    let kind = match wanted.jenis.as_deref() {
        None => kinds.iter().find(|kind| kind.unknown),
        Some(slug) => kinds.iter().find(|kind| kind.slug == slug),
    };
    if kind.is_none() {
        errors.push(FieldError::new("jenis", frame.t("paper.kind_choose")));
    }
    let count = match wanted.jumlah.as_deref().map(str::trim) {
        None => Some(1),
        Some(typed) => typed.parse().ok(),
    };
    let count = count.filter(|count| (1..=FORMS_MAX).contains(count));
    if count.is_none() {
        let max = FORMS_MAX.to_string();
        let words = frame.tf("paper.count_wrong", &[("max", &max)]);
        errors.push(FieldError::new("jumlah", words));
    }
    let mut meant = Vec::new();
    let hand_in = hand_in(frame, wanted).unwrap_or_else(|(error, areas)| {
        errors.push(error);
        meant = areas;
        String::new()
    });
    match (kind, count) {
        (Some(kind), Some(count)) if errors.is_empty() => Ok(Order {
            kind,
            count,
            sheet: Sheet::parse(wanted.kertas.as_deref().unwrap_or_default()),
            hand_in,
        }),
        _ => Err((errors, meant)),
    }
}

/// Where the form is handed in: the station that answers for the area, and the unit's own desk.
fn hand_in(frame: &PageFrame, wanted: &Wanted) -> Result<String, (FieldError, Vec<AreaMatch>)> {
    let wrong = |words: String| (FieldError::new("desa", words), Vec::new());
    let unit = frame.unit();
    let typed = typed_area(wanted);
    let chosen = wanted.wilayah.as_deref().map(str::parse::<AreaCode>);
    let area = match (chosen, typed.is_empty()) {
        (Some(Ok(area)), _) => area,
        (_, true) => {
            return Ok(frame.tf("paper.hand_in", &[("unit", &frame.unit_name)]));
        }
        (_, false) => match unit.geography.resolve_area(&typed) {
            AreaResolution::One(area) if area.exact => area.code,
            AreaResolution::One(area) => return Err(choose_area(frame, vec![area])),
            AreaResolution::Several(areas) => return Err(choose_area(frame, areas)),
            AreaResolution::None => {
                return Err(wrong(
                    frame.tf("error.place_not_found", &[("text", &typed)]),
                ));
            }
        },
    };
    match unit.geography.route_area(&area) {
        Routed::Ours(route) if route.station == *unit.own_station() => {
            Ok(frame.tf("paper.hand_in_unit", &[("unit", &frame.unit_name)]))
        }
        Routed::Ours(route) => Ok(frame.tf(
            "paper.hand_in_station",
            &[("station", &route.station_name), ("unit", &frame.unit_name)],
        )),
        Routed::Elsewhere(area) => Err(wrong(outside(frame, &area.name))),
        Routed::Unknown => Err(wrong(
            frame.tf("error.place_not_found", &[("text", &typed)]),
        )),
    }
}

fn choose_area(frame: &PageFrame, areas: Vec<AreaMatch>) -> (FieldError, Vec<AreaMatch>) {
    let words = frame.t("report.where_found");
    (FieldError::new("wilayah", words), areas)
}

fn typed_area(wanted: &Wanted) -> String {
    let typed = wanted.desa.as_deref().unwrap_or_default().trim();
    typed.chars().take(AREA_MAX_CHARS).collect()
}

fn choose_page(
    PublicPage { mut frame, .. }: PublicPage,
    wanted: &Wanted,
    errors: Vec<FieldError>,
    meant: &[AreaMatch],
) -> Result<Response, Fault> {
    frame.titled("paper.title");
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let kinds = frame.unit().pack.report_kinds();
    let unknown = kinds.iter().find(|kind| kind.unknown);
    let first = unknown.map(|kind| kind.slug.as_str()).unwrap_or_default();
    let chosen = wanted.jenis.as_deref().unwrap_or(first);
    // Who does not know comes first here: that form asks everybody.
    let (known, open): (Vec<_>, Vec<_>) = kinds.iter().partition(|kind| !kind.unknown);
    let kinds = open.into_iter().chain(known).map(|kind| {
        let words = if kind.unknown {
            frame.t("paper.kind_any")
        } else {
            frame.say(&kind.name)
        };
        Choice::new(kind.slug.as_str(), words, chosen)
    });
    let sheet = wanted.kertas.as_deref().unwrap_or("a4");
    let sheets = Sheet::ALL.map(|(_, word, key)| Choice::new(word, frame.t(key), sheet));
    let max = FORMS_MAX.to_string();
    let picked = wanted.wilayah.as_deref().unwrap_or_default();
    let meant = (!meant.is_empty()).then(|| {
        let options = super::report::area_choices(meant, picked);
        ChoiceGroup::new("wilayah", frame.t("report.where_meant"), options, &errors)
    });
    let typed: String = wanted
        .jumlah
        .as_deref()
        .unwrap_or("1")
        .chars()
        .take(20)
        .collect();
    let page = ChoosePage {
        kind: ChoiceGroup::new("jenis", frame.t("paper.kind"), kinds.collect(), &errors),
        count: TextField::new("jumlah", frame.t("paper.count"), typed, &errors)
            .hint(frame.tf("paper.count_help", &[("max", &max)])),
        sheet: ChoiceGroup::new("kertas", frame.t("paper.sheet"), sheets.into(), &errors),
        area: TextField::new("desa", frame.t("paper.area"), typed_area(wanted), &errors)
            .optional()
            .hint(frame.t("paper.area_help")),
        meant,
        page: frame,
        errors,
    };
    draw_kept(status, &page, Keep::AskAgain)
}
