//! `/meja/laporan/kertas`: a printed form that was handed in, by its number; and what the form of a
//! report asks besides when it was written on paper (S32, S78).

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use pengayom_core::subject::case::{ENTER_WITHIN_DAYS, Paper};
use pengayom_core::value::{CommandId, FORM_DIGITS, FormNumber, FormNumberError};
use pengayom_node::Node;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::paper::{ENTRIES_MAX, FormEntry, FormFault};
use serde::Deserialize;

use crate::extract::{Fields, FormPost, StaffPage, escape_query};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::{Names, moment_on, parse_date, parse_time};

/// A report that was entered from the form.
pub(super) struct EntryLine {
    pub(super) words: String,
    /// The case, for those who may open it.
    pub(super) href: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/paper.html")]
struct NumberPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    number: TextField,
    /// What was probably meant: in groups, and as it is sent.
    meant: Option<(String, String)>,
    entries: Vec<EntryLine>,
    /// Where another person's report on the same number is written.
    another: Option<String>,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NumberQuery {
    /// The number, from the form's QR code.
    nomor: Option<String>,
}

/// Most signs of a typed number that are shown again.
const SHOWN_MAX: usize = 80;

/// The field, or what became of a number.
pub(super) async fn show(
    Query(query): Query<NumberQuery>,
    page: StaffPage,
) -> Result<Response, Fault> {
    page.require(Permission::TakeReport)?;
    let typed = query.nomor.unwrap_or_default();
    if typed.is_empty() {
        return number_page(page, "", Vec::new(), Vec::new(), None);
    }
    let number = match page.node.form_number(&typed) {
        Ok(number) => number,
        Err(fault) => return refused(page, &typed, fault),
    };
    let entries = page.node.form_entries(&page.staff, &number).await?;
    let on = format!("/meja/laporan/baru?formulir={}", number.plain());
    if entries.is_empty() {
        return Ok(Redirect::to(&on).into_response());
    }
    let lines = entry_lines(&page.frame, &page.node, &entries).await?;
    let room = entries.len() < usize::from(ENTRIES_MAX);
    let another = room.then(|| format!("{on}&orang_lain=1"));
    number_page(page, &number.to_string(), Vec::new(), lines, another)
}

/// Reads a typed number.
pub(super) async fn send(mut page: StaffPage, post: FormPost) -> Result<Response, Fault> {
    page.require(Permission::TakeReport)?;
    let typed = post.fields.get("nomor");
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return number_page(page, typed, Vec::new(), Vec::new(), None);
    }
    // A reader for QR codes that works as a keyboard types the whole address.
    let typed = typed
        .rsplit_once("nomor=")
        .map_or(typed, |(_, number)| number);
    match page.node.form_number(typed) {
        Ok(number) => {
            let at = format!("/meja/laporan/kertas?nomor={}", number.plain());
            Ok(Redirect::to(&at).into_response())
        }
        Err(fault) => refused(page, typed, fault),
    }
}

fn refused(page: StaffPage, typed: &str, fault: FormFault) -> Result<Response, Fault> {
    let errors = vec![FieldError::new("nomor", fault_words(&page.frame, fault))];
    number_page(page, typed, errors, Vec::new(), None)
}

/// What is wrong with a number, and what to do.
pub(crate) fn fault_words(frame: &PageFrame, fault: FormFault) -> String {
    match fault {
        FormFault::Number(FormNumberError::Missing) => frame.t("paper.number_missing").to_owned(),
        FormFault::Number(FormNumberError::Sign) => frame.t("paper.number_sign").to_owned(),
        FormFault::Number(FormNumberError::Length { found }) => {
            let values = [("n", FORM_DIGITS.to_string()), ("found", found.to_string())];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            frame.tf("paper.number_length", &values)
        }
        FormFault::Number(FormNumberError::Check) => frame.t("paper.number_check").to_owned(),
        FormFault::NotOurs => frame.tf("paper.number_not_ours", &[("unit", &frame.unit_name)]),
    }
}

fn number_page(
    page: StaffPage,
    typed: &str,
    errors: Vec<FieldError>,
    entries: Vec<EntryLine>,
    another: Option<String>,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    frame.titled("paper.enter_title");
    frame.with_form(&context, "form");
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let meant = (!errors.is_empty())
        .then(|| node.form_meant(typed))
        .flatten();
    let shown: String = typed.chars().take(SHOWN_MAX).collect();
    let page = NumberPage {
        by: staff.id.to_string(),
        number: TextField::new("nomor", frame.t("paper.number"), shown, &errors)
            .hint(frame.t("paper.number_help")),
        meant: meant.map(|number| (number.to_string(), number.plain())),
        entries,
        another,
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// "Entered 24 November 2026 by Bripka Sari: report PTI-2611-0482", one line for each.
pub(super) async fn entry_lines(
    frame: &PageFrame,
    node: &Node,
    entries: &[FormEntry],
) -> Result<Vec<EntryLine>, Fault> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let names = Names::read(node).await?;
    let line = |entry: &FormEntry| {
        let time = frame.format().moment(entry.entered_at);
        let officer = names.actor(frame, &entry.by);
        let number = entry.number.to_string();
        let values = [("time", &time), ("officer", &officer), ("number", &number)];
        EntryLine {
            words: frame.tf("paper.entered", &values.map(|(n, v)| (n, v.as_str()))),
            href: entry.may_open.then(|| format!("/perkara/{}", entry.case)),
        }
    };
    Ok(entries.iter().map(line).collect())
}

/// What the form of a report carries when the report was written on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnPaper {
    /// The form's number; `None` for a letter, or a form of somebody else.
    pub(crate) number: Option<FormNumber>,
    /// Which report on that number: 0 is the form's own.
    pub(crate) copy: u16,
}

impl OnPaper {
    /// What the fields say; `None` for a report that is told.
    ///
    /// # Errors
    /// At the field, for a number that is not one of ours.
    pub(super) fn of(
        frame: &PageFrame,
        node: &Node,
        fields: &Fields,
    ) -> Result<Option<Self>, FieldError> {
        let typed = fields.get("formulir");
        if typed.is_empty() {
            let letter = Self {
                number: None,
                copy: 0,
            };
            return Ok(fields.has("kertas").then_some(letter));
        }
        let number = node
            .form_number(typed)
            .map_err(|fault| FieldError::new("formulir", fault_words(frame, fault)))?;
        let copy: u16 = fields.get("salinan").parse().unwrap_or(0);
        if copy >= ENTRIES_MAX {
            let max = ENTRIES_MAX.to_string();
            let words = frame.tf("paper.entries_full", &[("max", &max)]);
            return Err(FieldError::new("formulir", words));
        }
        if copy > 0 && !fields.has("orang_lain") {
            let words = frame.t("paper.another_choose");
            return Err(FieldError::new("orang_lain", words));
        }
        Ok(Some(Self {
            number: Some(number),
            copy,
        }))
    }

    /// The command of the form; `None` where the page's own has to do.
    pub(super) fn command(&self, node: &Node) -> Option<CommandId> {
        let number = self.number.as_ref()?;
        Some(node.form_command(number, self.copy))
    }
}

/// The days a paper speaks of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    /// When it was handed in: from then on its writer waits.
    pub(super) handed_in: Timestamp,
    /// The day that "today" means on it: the one it was written on, or else handed in.
    pub(super) told_on: Date,
    /// What is kept with the report.
    pub(super) paper: Paper,
}

/// Reads when a paper was handed in and written.
pub(super) fn read_days(
    frame: &PageFrame,
    fields: &Fields,
    form: Option<FormNumber>,
    now: Timestamp,
) -> Result<Days, Vec<FieldError>> {
    let mut errors = Vec::new();
    let today = frame.format().local(now).date();
    let mut day = |id: &'static str, missing: Option<&str>| match fields.get(id) {
        "" => {
            if let Some(key) = missing {
                errors.push(FieldError::new(id, frame.t(key)));
            }
            None
        }
        text => {
            let day = parse_date(text);
            if day.is_none() {
                let example = today.strftime("%d-%m-%Y").to_string();
                let words = frame.tf("error.date_unreadable", &[("example", &example)]);
                errors.push(FieldError::new(id, words));
            }
            day
        }
    };
    let handed = day("serah", Some("paper.handed_missing"));
    let written = day("ditulis", None);
    let hour = parse_time(fields.get("serah_jam"));
    if hour.is_none() {
        errors.push(FieldError::new(
            "serah_jam",
            frame.t("error.time_unreadable"),
        ));
    }
    let handed_in = handed.zip(hour);
    let handed_in = handed_in.and_then(|(day, hour)| moment_on(frame.unit(), day, hour));
    let oldest = today.checked_sub(ENTER_WITHIN_DAYS.days()).unwrap_or(today);
    if handed_in.is_some_and(|at| at > now) {
        errors.push(FieldError::new("serah", frame.t("paper.handed_future")));
    } else if handed.is_some_and(|day| day <= oldest) {
        let n = frame.format().count(ENTER_WITHIN_DAYS);
        let words = frame.tf("paper.handed_long_ago", &[("n", &n)]);
        errors.push(FieldError::new("serah", words));
    }
    if let (Some(written), Some(handed)) = (written, handed)
        && written > handed
    {
        errors.push(FieldError::new("ditulis", frame.t("paper.written_later")));
    }
    let (Some(handed_in), Some(handed), true) = (handed_in, handed, errors.is_empty()) else {
        return Err(errors);
    };
    let midnight = |day: Date| moment_on(frame.unit(), day, jiff::civil::Time::midnight());
    Ok(Days {
        handed_in,
        told_on: written.unwrap_or(handed),
        paper: Paper {
            form,
            written_at: written.and_then(midnight),
        },
    })
}

/// What stands above the questions for a report on paper.
pub(super) struct PaperView {
    /// The number in groups.
    pub(super) number: Option<String>,
    /// As it is sent.
    pub(super) plain: String,
    pub(super) copy: String,
    pub(super) error: Option<String>,
    pub(super) entries: Vec<EntryLine>,
    pub(super) another: Option<ChoiceGroup>,
    pub(super) handed: TextField,
    pub(super) handed_time: TextField,
    pub(super) written: TextField,
}

impl PaperView {
    /// The view of what was typed; `None` for a report that is told.
    pub(super) async fn new(
        page: &StaffPage,
        fields: &Fields,
        errors: &[FieldError],
    ) -> Result<Option<Self>, Fault> {
        let StaffPage {
            frame, node, staff, ..
        } = page;
        let typed = fields.get("formulir");
        if typed.is_empty() && !fields.has("kertas") {
            return Ok(None);
        }
        let number = node.form_number(typed).ok();
        let entries = match &number {
            Some(number) => node.form_entries(staff, number).await?,
            None => Vec::new(),
        };
        let copy = entries.len();
        let another = (copy > 0).then(|| {
            let chosen = fields.get("orang_lain");
            let words = frame.t("paper.another_yes");
            let options = vec![Choice::new("1", words, chosen)];
            let question = frame.t("paper.another");
            ChoiceGroup::new("orang_lain", question, options, errors)
                .hint(frame.t("paper.another_help"))
        });
        let now = frame.format().local(node.now());
        let or_now = |name: &str, now: String| {
            if fields.has(name) {
                fields.get(name).to_owned()
            } else {
                now
            }
        };
        let day = or_now("serah", now.strftime("%Y-%m-%d").to_string());
        let hour = or_now("serah_jam", now.strftime("%H:%M").to_string());
        let error = crate::form::error_at(errors, "formulir");
        Ok(Some(Self {
            number: number.map(|number| number.to_string()),
            plain: number.map(|number| number.plain()).unwrap_or_default(),
            copy: copy.to_string(),
            error,
            entries: entry_lines(frame, node, &entries).await?,
            another,
            handed: TextField::new("serah", frame.t("paper.handed"), day, errors),
            handed_time: TextField::new("serah_jam", frame.t("paper.handed_time"), hour, errors),
            written: TextField::new(
                "ditulis",
                frame.t("paper.written_on"),
                fields.get("ditulis"),
                errors,
            )
            .optional()
            .hint(frame.t("paper.written_help")),
        }))
    }
}

/// That the form was entered since its page was opened, before anybody is read back to.
pub(crate) async fn entered(
    frame: &PageFrame,
    node: &Node,
    staff: &Staff,
    on_paper: Option<OnPaper>,
) -> Result<Option<FieldError>, Fault> {
    let Some(OnPaper {
        number: Some(number),
        copy,
    }) = on_paper
    else {
        return Ok(None);
    };
    let entries = node.form_entries(staff, &number).await?;
    let words = frame.t("paper.entered_meanwhile");
    let more = entries.len() > usize::from(copy);
    Ok(more.then(|| FieldError::new("orang_lain", words)))
}

/// Puts into a form what its address says of a printed form; where to go instead, when its number is
/// not ours or was entered.
pub(super) async fn begin(
    page: &StaffPage,
    typed: &str,
    another: bool,
    fields: &mut Fields,
) -> Result<Option<Response>, Fault> {
    let Ok(number) = page.node.form_number(typed) else {
        let at = format!("/meja/laporan/kertas?nomor={}", escape_query(typed));
        return Ok(Some(Redirect::to(&at).into_response()));
    };
    fields.push("formulir", &number.plain())?;
    if another {
        fields.push("orang_lain", "1")?;
        return Ok(None);
    }
    let entries = page.node.form_entries(&page.staff, &number).await?;
    let at = format!("/meja/laporan/kertas?nomor={}", number.plain());
    Ok((!entries.is_empty()).then(|| Redirect::to(&at).into_response()))
}
