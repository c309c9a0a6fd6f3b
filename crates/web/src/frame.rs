//! The frame of every page: what `web/templates/base.html` reads.

use std::borrow::Cow;
use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use pengayom_core::pack::{Lang, Localized};
use pengayom_node::UnitContext;
use pengayom_node::access::{Permission, Role, Staff};

use crate::assets;
use crate::direction::isolated;
use crate::extract::Context;
use crate::format::Format;
use crate::problem::Fault;
use crate::spoken::{self, Spoken};

/// What stands around the content of a page, and the words of its language.
pub(crate) struct PageFrame {
    /// Language of the page.
    pub(crate) lang: Lang,
    /// What the page is, in words.
    pub(crate) title: String,
    /// Name of the unit.
    pub(crate) unit_name: String,
    /// Number to call in danger.
    pub(crate) emergency_number: String,
    /// The other language.
    pub(crate) other_lang: Lang,
    /// This address in the other language.
    pub(crate) other_lang_href: String,
    /// Form that the language switch belongs to.
    pub(crate) form_id: Option<&'static str>,
    /// Everything shown is a demonstration.
    pub(crate) simulated: bool,
    /// Exit bar, neutral icon.
    pub(crate) sensitive: bool,
    /// `light`, `dark` or as the device has it.
    pub(crate) theme: &'static str,
    /// Class of the body: public pages have none.
    pub(crate) body_class: &'static str,
    /// The bar of signed-in staff.
    pub(crate) staff: Option<StaffBar>,
    /// Token of forms.
    pub(crate) csrf: String,
    unit: Arc<UnitContext>,
}

/// The bar of signed-in staff.
pub(crate) struct StaffBar {
    /// Rank and name.
    pub(crate) name: String,
    /// Roles in words.
    pub(crate) role: String,
    /// Station in words.
    pub(crate) station: String,
    /// Which of the pages this is; on any other, the station.
    pub(crate) here: String,
    /// Pages the account may open.
    pub(crate) links: Vec<StaffLink>,
    /// Address that ends the session, by POST.
    pub(crate) sign_out: &'static str,
}

/// One page of staff.
pub(crate) struct StaffLink {
    /// Address.
    pub(crate) href: &'static str,
    /// Words.
    pub(crate) words: String,
    /// The reader is on it.
    pub(crate) current: bool,
}

/// Pages of staff: address, key of its words, what it takes to open it.
const STAFF_PAGES: [(&str, &str, Permission); 10] = [
    ("/meja", "frame.staff_desk", Permission::ServeQueue),
    (
        "/meja/laporan/baru",
        "frame.staff_new_report",
        Permission::TakeReport,
    ),
    (
        "/pertemuan/baru",
        "frame.staff_new_encounter",
        Permission::RecordEncounter,
    ),
    ("/lapangan", "first_hour.road", Permission::RecordEncounter),
    ("/pertemuan", "encounter.mine", Permission::RecordEncounter),
    ("/meja/daftar", "desk.list_title", Permission::ReadCase),
    ("/pimpinan", "frame.staff_board", Permission::ReadBoard),
    (
        "/tinjauan-akses",
        "access.review_link",
        Permission::ReviewAccess,
    ),
    (
        "/setelan/akun",
        "frame.staff_accounts",
        Permission::KeepAccounts,
    ),
    (
        "/setelan/surat",
        "frame.staff_letters",
        Permission::KeepLetters,
    ),
];

impl PageFrame {
    pub(crate) fn new(context: &Context) -> Self {
        let unit = Arc::clone(context.unit());
        let lang = context.lang();
        let config = unit.config();
        Self {
            lang,
            title: String::new(),
            unit_name: config.name.clone(),
            // A unit file without a number of its own has the national one, as the pack names it.
            emergency_number: config
                .emergency_number
                .clone()
                .unwrap_or_else(|| unit.pack.words(lang).text("common.emergency_number", &[])),
            other_lang: lang.other(),
            other_lang_href: context.in_lang(lang.other()),
            form_id: None,
            simulated: unit.simulated,
            sensitive: false,
            theme: "",
            body_class: "",
            staff: None,
            csrf: String::new(),
            unit,
        }
    }

    /// Gives the page its title by key.
    pub(crate) fn titled(&mut self, key: &str) {
        self.title = self.t(key).to_owned();
    }

    /// Says in the title that a form was refused.
    pub(crate) fn refused(&mut self) {
        self.title = format!("{} {}", self.t("error.title_prefix"), self.title);
    }

    /// Prepares for a form: its token, and the language switch as one of its buttons.
    pub(crate) fn with_form(&mut self, context: &Context, form_id: &'static str) {
        self.csrf = context.form_token();
        self.form_id = Some(form_id);
    }

    /// Turns to the language switched to in a form, and remembers it.
    pub(crate) fn switch_lang(&mut self, context: &Context, lang: Lang) {
        self.lang = lang;
        self.other_lang = lang.other();
        self.other_lang_href = context.in_lang(lang.other());
        context.remember_lang(lang);
    }

    /// Adds the bar of staff.
    pub(crate) fn for_staff(&mut self, context: &Context, staff: &Staff) {
        let roles: Vec<&str> = staff
            .roles
            .iter()
            .map(|role| self.t(role_key(*role)))
            .collect();
        let station = staff.station.as_ref().unwrap_or(self.unit.own_station());
        let links: Vec<StaffLink> = STAFF_PAGES
            .iter()
            .filter(|(_, _, permission)| staff.may(*permission))
            .map(|(href, key, _)| StaffLink {
                href,
                words: self.t(key).to_owned(),
                current: context.path() == *href,
            })
            .collect();
        let station = self.unit.station_name(station);
        let here = links.iter().find(|link| link.current);
        self.staff = Some(StaffBar {
            name: staff.addressed(),
            role: roles.join(", "),
            here: here.map_or_else(|| station.clone(), |link| link.words.clone()),
            station,
            links,
            sign_out: "/keluar-akun",
        });
        self.theme = context.theme();
        self.body_class = "staff";
        self.csrf = context.form_token();
    }

    /// Words by key.
    pub(crate) fn t<'f>(&'f self, key: &'f str) -> &'f str {
        self.unit.pack.words(self.lang).get(key).unwrap_or(key)
    }

    /// Words by key, with values filled in.
    pub(crate) fn tf(&self, key: &str, values: &[(&str, &str)]) -> String {
        // What a person wrote stays apart from the sentence it stands in.
        let values: Vec<(&str, Cow<'_, str>)> = values
            .iter()
            .map(|(name, value)| (*name, isolated(value)))
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_ref()))
            .collect();
        self.unit.pack.words(self.lang).text(key, &values)
    }

    /// Words of the pack that stand in both languages.
    pub(crate) fn say<'f>(&self, words: &'f Localized) -> &'f str {
        words.get(self.lang)
    }

    /// Address of a file of `web/assets`.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through the page"
    )]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The recording of a page, if there is one that says what the page says.
    pub(crate) fn spoken(&self, page: &str) -> Option<Spoken> {
        spoken::recording(&self.unit.pack, self.lang, page)
    }

    /// Dates, times and numbers.
    pub(crate) fn format(&self) -> Format<'_> {
        Format::new(&self.unit, self.lang)
    }

    /// The unit.
    pub(crate) fn unit(&self) -> &UnitContext {
        &self.unit
    }
}

/// Key of the words for a role of accounts.
pub(crate) const fn role_key(role: Role) -> &'static str {
    match role {
        Role::Desk => "role.desk",
        Role::Patrol => "role.patrol",
        Role::Community => "role.community",
        Role::Investigator => "role.investigator",
        Role::Dispatch => "role.dispatch",
        Role::Commander => "role.commander",
        Role::Oversight => "role.oversight",
        Role::Admin => "role.admin",
    }
}

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nowhere: it shows something of a person, or of a session.
    Nowhere,
    /// In the browser, which asks again each time.
    AskAgain,
}

/// Draws a page that is kept nowhere.
pub(crate) fn draw(status: StatusCode, page: &impl Template) -> Result<Response, Fault> {
    draw_kept(status, page, Keep::Nowhere)
}

/// Draws a page.
pub(crate) fn draw_kept(
    status: StatusCode,
    page: &impl Template,
    keep: Keep,
) -> Result<Response, Fault> {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be drawn");
        Fault::Internal
    })?;
    let keep = match keep {
        Keep::Nowhere => "no-store",
        Keep::AskAgain => "no-cache",
    };
    Ok((
        status,
        [(header::CACHE_CONTROL, HeaderValue::from_static(keep))],
        Html(html),
    )
        .into_response())
}
