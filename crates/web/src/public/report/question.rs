//! What each question looks like.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::notice::Way;
use pengayom_core::pack::{ReportKind, ReportStep};
use pengayom_core::place::{AreaCode, AreaMatch};
use pengayom_core::subject::case::BlobRef;
use pengayom_node::handle::case::MEDIA_MAX;

use super::draft::{self, ReportDraft};
use super::place::{area_choices, district_choices, village_choices};
use super::step::ways_of_form;
use super::step::{Asked, step_address};
use crate::extract::Context;
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::public::ways_group;

/// What stands around a question.
struct StepView {
    n: usize,
    of: usize,
    words: String,
    back: String,
    action: String,
    /// The report that the page belongs to.
    report: String,
    from_check: bool,
    photo_form: bool,
    hint: Option<String>,
}

#[derive(Template)]
#[template(path = "public/report/choice.html")]
struct ChoicePage {
    page: PageFrame,
    step: StepView,
    errors: Vec<FieldError>,
    group: ChoiceGroup,
}

#[derive(Template)]
#[template(path = "public/report/danger.html")]
struct DangerPage {
    page: PageFrame,
    on: String,
    back: String,
}

#[derive(Template)]
#[template(path = "public/report/where.html")]
struct WherePage {
    page: PageFrame,
    step: StepView,
    errors: Vec<FieldError>,
    text: TextField,
    meant: Option<ChoiceGroup>,
    lat: String,
    lng: String,
    unknown: bool,
    list: String,
    chosen: Option<String>,
}

#[derive(Template)]
#[template(path = "public/report/districts.html")]
struct DistrictsPage {
    page: PageFrame,
    action: String,
    from_check: bool,
    back: String,
    group: ChoiceGroup,
}

#[derive(Template)]
#[template(path = "public/report/when.html")]
struct WhenPage {
    page: PageFrame,
    step: StepView,
    errors: Vec<FieldError>,
    group: ChoiceGroup,
    date: TextField,
    time: TextField,
}

#[derive(Template)]
#[template(path = "public/report/words.html")]
struct WordsPage {
    page: PageFrame,
    step: StepView,
    errors: Vec<FieldError>,
    text: TextField,
    tell: Vec<String>,
    wellbeing: ChoiceGroup,
    loss: TextField,
    photo: bool,
    photo_error: Option<String>,
    photos: Vec<PhotoLine>,
    more: bool,
}

struct PhotoLine {
    sha256: String,
    words: String,
}

#[derive(Template)]
#[template(path = "public/report/contact.html")]
struct ContactPage {
    page: PageFrame,
    step: StepView,
    errors: Vec<FieldError>,
    name: TextField,
    phone: TextField,
    safe: Option<TextField>,
    /// The mail address, and the ways to be told of news; none where nobody is told by any.
    email: Option<TextField>,
    tell: Option<ChoiceGroup>,
}

/// Title and step line; of sensitive kinds the title says nothing.
fn frame_step(
    context: &Context,
    frame: &mut PageFrame,
    asked: &Asked<'_>,
    report: String,
) -> StepView {
    let n = asked.place() + 1;
    let of = asked.kind.steps.len();
    let count = |n: usize| n.to_string();
    let title = if asked.kind.sensitive {
        frame.sensitive = true;
        frame.t("report.neutral_title")
    } else {
        frame.t(draft::question_of(asked.step))
    };
    let values = [("title", title), ("n", &count(n)), ("total", &count(of))];
    let title = frame.tf("report.title_step", &values);
    frame.title = title;
    frame.with_form(context, "form");
    StepView {
        n,
        of,
        words: frame.tf("report.step", &[("n", &count(n)), ("total", &count(of))]),
        back: asked.back(),
        action: step_address(asked.kind, asked.step),
        report,
        from_check: asked.from_check,
        photo_form: asked.step == ReportStep::Words && asked.kind.photo,
        hint: None,
    }
}

/// The question as it is asked, with what was answered and what was wrong with it.
pub(super) fn question_page(
    context: &Context,
    mut frame: PageFrame,
    asked: &Asked<'_>,
    answers: &ReportDraft,
    errors: Vec<FieldError>,
    meant: Option<Vec<AreaMatch>>,
) -> Result<Response, Fault> {
    let step = frame_step(context, &mut frame, asked, answers.named());
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    match asked.step {
        ReportStep::Danger => {
            let options = [("ya", "common.yes"), ("tidak", "common.no")]
                .map(|(value, key)| Choice::new(value, frame.t(key), &answers.danger));
            let question = frame.t("report.danger_title");
            let group = ChoiceGroup::new("bahaya", question, options.into(), &errors);
            let group = group.hint(frame.t("report.danger_help"));
            draw(
                status,
                &ChoicePage {
                    page: frame,
                    step,
                    errors,
                    group,
                },
            )
        }
        ReportStep::What => {
            let options = asked.kind.what.iter();
            let options = options
                .map(|one| Choice::new(one.code.as_str(), frame.say(&one.name), &answers.what))
                .collect();
            let question = frame.t("report.what_title");
            let group = ChoiceGroup::new("apa", question, options, &errors);
            let group = if asked.kind.sensitive {
                group
            } else {
                group.hint(frame.say(&asked.kind.name))
            };
            draw(
                status,
                &ChoicePage {
                    page: frame,
                    step,
                    errors,
                    group,
                },
            )
        }
        ReportStep::Where => draw(status, &where_page(frame, step, answers, errors, meant)),
        ReportStep::When => draw(status, &when_page(frame, step, answers, errors)),
        ReportStep::Words => {
            let page = words_page(frame, step, asked.kind, answers, errors);
            draw(status, &page)
        }
        ReportStep::Contact => draw(
            status,
            &contact_page(context, frame, step, asked.kind, answers, errors),
        ),
    }
}

fn where_page(
    frame: PageFrame,
    step: StepView,
    answers: &ReportDraft,
    errors: Vec<FieldError>,
    meant: Option<Vec<AreaMatch>>,
) -> WherePage {
    let place = &answers.place;
    let text = TextField::new(
        "tempat",
        frame.t("report.where_title"),
        &place.text,
        &errors,
    )
    .hint(frame.t("report.where_help"));
    let meant = meant.map(|areas| {
        let options = area_choices(&areas, &place.area);
        ChoiceGroup::new("wilayah", frame.t("report.where_meant"), options, &errors)
    });
    let chosen = place.area.parse::<AreaCode>().ok();
    let chosen = chosen
        .filter(|_| meant.is_none())
        .map(|area| frame.unit().geography.label(&area));
    let from_check = if step.from_check { "&dari=periksa" } else { "" };
    WherePage {
        lat: place.lat.clone(),
        lng: place.lng.clone(),
        unknown: place.unknown,
        list: format!("{}?daftar={from_check}", step.action),
        chosen,
        page: frame,
        step,
        errors,
        text,
        meant,
    }
}

/// A list to choose the place from: the districts, or the villages of one.
pub(super) fn list_page(
    context: &Context,
    mut frame: PageFrame,
    asked: &Asked<'_>,
    answers: &ReportDraft,
    area: &str,
) -> Result<Response, Fault> {
    let mut step = frame_step(context, &mut frame, asked, answers.named());
    let choices = frame.unit().geography.choices();
    let district = choices
        .iter()
        .find(|choice| choice.area.code.to_string() == area);
    let Some(district) = district else {
        let chosen = choices
            .iter()
            .find(|choice| {
                choice
                    .beats
                    .iter()
                    .any(|b| b.code.to_string() == answers.place.area)
            })
            .map(|choice| choice.area.code.to_string())
            .unwrap_or_default();
        let options = district_choices(&choices, &chosen);
        let question = frame.t("report.where_district");
        let group = ChoiceGroup::new("daftar", question, options, &[]);
        let page = DistrictsPage {
            page: frame,
            action: step.action.clone(),
            from_check: asked.from_check,
            back: step.action,
            group,
        };
        return draw(StatusCode::OK, &page);
    };
    let options = village_choices(&frame, district, &answers.place.area);
    let question = frame.tf("report.where_village", &[("area", &district.area.name)]);
    let group = ChoiceGroup::new("wilayah", question, options, &[]);
    step.back = format!("{}?daftar=", step.action);
    step.hint = Some(answers.place.text.clone()).filter(|text| !text.is_empty());
    draw(
        StatusCode::OK,
        &ChoicePage {
            page: frame,
            step,
            errors: Vec::new(),
            group,
        },
    )
}

fn when_page(
    frame: PageFrame,
    step: StepView,
    answers: &ReportDraft,
    errors: Vec<FieldError>,
) -> WhenPage {
    let when = &answers.when;
    let options = [
        ("sekarang", "report.when_now"),
        ("hari-ini", "report.when_today"),
        ("kemarin", "report.when_yesterday"),
        ("lain", "report.when_earlier"),
        ("tidak-tahu", "common.do_not_know"),
    ]
    .map(|(value, key)| Choice::new(value, frame.t(key), &when.choice));
    let group = ChoiceGroup::new(
        "kapan",
        frame.t("report.when_title"),
        options.into(),
        &errors,
    );
    let date = TextField::new("tanggal", frame.t("report.when_date"), &when.date, &errors)
        .hint(frame.t("report.when_date_help"));
    let time = TextField::new("jam", frame.t("report.when_time"), &when.time, &errors)
        .optional()
        .hint(frame.t("report.when_time_help"));
    WhenPage {
        page: frame,
        step,
        errors,
        group,
        date,
        time,
    }
}

fn words_page(
    frame: PageFrame,
    step: StepView,
    kind: &ReportKind,
    answers: &ReportDraft,
    errors: Vec<FieldError>,
) -> WordsPage {
    let text = TextField::new(
        "cerita",
        frame.t("report.words_title"),
        &answers.words,
        &errors,
    );
    let photos = answers
        .photos
        .iter()
        .enumerate()
        .map(|(at, photo)| PhotoLine {
            sha256: photo.sha256.clone(),
            words: photo_words(&frame, at, photo),
        });
    WordsPage {
        photos: photos.collect(),
        more: answers.photos.len() < MEDIA_MAX,
        photo: kind.photo,
        photo_error: crate::form::error_at(&errors, "foto"),
        wellbeing: answers
            .harm()
            .wellbeing(&frame, "harm.ask", "harm.ask_help"),
        loss: answers.harm().loss(&frame, &errors),
        tell: kind.tell.get(frame.lang).to_vec(),
        page: frame,
        step,
        errors,
        text,
    }
}

/// "Foto 1, 820 kB".
pub(super) fn photo_words(frame: &PageFrame, at: usize, photo: &BlobRef) -> String {
    let kilobytes = i64::try_from(photo.size_bytes.div_ceil(1024)).unwrap_or(i64::MAX);
    let values = [
        ("n", (at + 1).to_string()),
        ("kb", frame.format().count(kilobytes)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    frame.tf("report.photo_line", &values)
}

fn contact_page(
    context: &Context,
    frame: PageFrame,
    step: StepView,
    kind: &ReportKind,
    answers: &ReportDraft,
    errors: Vec<FieldError>,
) -> ContactPage {
    let contact = &answers.contact;
    let field = |name, key, value| TextField::new(name, frame.t(key), value, &errors).optional();
    let name = field("nama", "report.contact_name", &contact.name);
    let phone = field("telepon", "report.contact_phone", &contact.phone)
        .hint(frame.t("report.contact_phone_help"));
    let safe = kind.sensitive.then(|| {
        field("aman", "report.contact_safe", &contact.safe)
            .hint(frame.t("report.contact_safe_help"))
    });
    let open = ways_of_form(context);
    let email = open
        .contains(&Way::Email)
        .then(|| field("surel", "report.contact_email", &contact.email));
    let tell = (!open.is_empty()).then(|| {
        let group = ways_group(&frame, &open, &contact.tell, "telling.ask", &errors);
        group.hint(frame.t(if kind.sensitive {
            "telling.ask_sensitive"
        } else {
            "telling.ask_help"
        }))
    });
    ContactPage {
        page: frame,
        step,
        errors,
        name,
        phone,
        safe,
        email,
        tell,
    }
}

/// "In danger now": the number to call comes before the next question.
pub(super) fn danger_page(
    context: &Context,
    mut frame: PageFrame,
    asked: &Asked<'_>,
) -> Result<Response, Fault> {
    frame_step(context, &mut frame, asked, String::new());
    frame.form_id = None;
    if !asked.kind.sensitive {
        frame.titled("report.danger_now");
    }
    let on = asked.next().map_or_else(
        || "/lapor/periksa".to_owned(),
        |next| step_address(asked.kind, next),
    );
    let back = step_address(asked.kind, asked.step);
    draw(
        StatusCode::OK,
        &DangerPage {
            page: frame,
            on,
            back,
        },
    )
}
