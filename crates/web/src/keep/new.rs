//! `/setelan/akun/baru`: a new account.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use pengayom_core::place::StationId;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Role};
use pengayom_node::accounts::{AccountError, NewUser, Refused};
use pengayom_store::StoreError;

use super::made_page;
use crate::account::to_proof;
use crate::account::words::account_words;
use crate::extract::{AccountPage, Fields, FormPost};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw, role_key};
use crate::problem::Fault;
use crate::signin::status_of;
use crate::staff::{OptionGroup, Pick, Select};
use crate::state::AppState;

const HERE: &str = "/setelan/akun/baru";

/// The form of a new account.
pub(super) fn router() -> Router<AppState> {
    Router::new().route(HERE, get(show).post(make))
}

#[derive(Template)]
#[template(path = "staff/account_new.html")]
struct NewPage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    /// The proof is too old: what was typed stays, and the proof opens beside it.
    unproved: bool,
    name: TextField,
    login: TextField,
    rank: Select,
    station: Select,
    roles: ChoiceGroup,
}

async fn show(account: AccountPage) -> Result<Response, Fault> {
    account.page.require(Permission::KeepAccounts)?;
    if !account.live.is_proved() {
        return Ok(to_proof(HERE));
    }
    new_page(account, &Fields::default(), Vec::new())
}

fn new_page(
    account: AccountPage,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    let mut frame = page.frame;
    frame.with_form(&page.context, "form");
    frame.titled("keep.new_title");
    if !errors.is_empty() {
        frame.refused();
    }
    let text = |name: &'static str, key: &str| {
        TextField::new(name, frame.t(key), fields.get(name), &errors)
    };
    let chosen = fields.get("pangkat");
    let ranks = frame.unit().pack.ranks().iter();
    let ranks = ranks.map(|rank| {
        let words = format!("{}: {}", rank.abbr, frame.say(&rank.name));
        Pick::new(rank.abbr.clone(), words, chosen)
    });
    let rank = Select {
        field: text("pangkat", "keep.rank").optional(),
        first: frame.t("keep.rank_none").to_owned(),
        groups: vec![OptionGroup {
            label: frame.t("keep.rank").to_owned(),
            options: ranks.collect(),
        }],
    };
    let chosen = fields.get("tempat");
    let stations = frame.unit().geography.stations().iter();
    let stations = stations.map(|station| Pick::new(station.id.to_string(), &station.name, chosen));
    let station = Select {
        field: text("tempat", "keep.station"),
        first: frame.unit().config().name.clone(),
        groups: vec![OptionGroup {
            label: frame.t("keep.station").to_owned(),
            options: stations.collect(),
        }],
    };
    let roles = Role::ALL.into_iter().map(|role| {
        let mut choice = Choice::new(role.as_str(), frame.t(role_key(role)), "");
        choice.checked = fields.all("peran").any(|word| word == role.as_str());
        choice
    });
    let roles = ChoiceGroup::new("peran", frame.t("keep.roles"), roles.collect(), &errors)
        .hint(frame.t("keep.roles_help"));
    let status = status_of(&errors, None);
    let shown = NewPage {
        by: live.staff.id.to_string(),
        unproved: !live.is_proved(),
        name: text("nama_petugas", "keep.name"),
        login: text("nama_masuk", "keep.login").hint(frame.t("keep.login_help")),
        rank,
        station,
        roles,
        page: frame,
        errors,
    };
    draw(status, &shown)
}

async fn make(mut account: AccountPage, form: FormPost) -> Result<Response, Fault> {
    account.page.require(Permission::KeepAccounts)?;
    let fields = &form.fields;
    if let Some(lang) = form.switched_lang() {
        let context = account.page.context.clone();
        account.page.frame.switch_lang(&context, lang);
        return new_page(account, fields, Vec::new());
    }
    let frame = &account.page.frame;
    let (new, errors) = typed(frame, fields);
    if !errors.is_empty() {
        return new_page(account, fields, errors);
    }
    let (name, login) = (new.name.clone(), new.login.clone());
    let AccountPage { page, live } = &account;
    let error = match page.node.keep_new(live, new).await {
        Ok(password) => {
            let back = "/setelan/akun".to_owned();
            return made_page(account.page.frame, name, login, password, back);
        }
        Err(error) => error,
    };
    let (field, words) = match error {
        Refused::Account(error) => {
            let field = match error {
                AccountError::Name(_) => "nama_petugas",
                AccountError::Station(_) => "tempat",
                AccountError::NoRole => "peran",
                _ => "nama_masuk",
            };
            (field, account_words(&page.frame, &error))
        }
        Refused::Handle(HandleError::Store(StoreError::Taken { .. })) => {
            ("nama_masuk", page.frame.t("keep.login_taken").to_owned())
        }
        Refused::Handle(HandleError::ProofNeeded) => {
            ("pastikan", page.frame.t("keep.proof_old").to_owned())
        }
        Refused::Handle(error) => return Err(error.into()),
    };
    new_page(account, fields, vec![FieldError::new(field, words)])
}

/// What was typed, and what of it cannot be.
fn typed(frame: &PageFrame, fields: &Fields) -> (NewUser, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut say = |field: &str, key: &str| errors.push(FieldError::new(field, frame.t(key)));
    let name = fields.line("nama_petugas").unwrap_or_default();
    if name.is_empty() {
        say("nama_petugas", "keep.name_write");
    }
    let login = fields.get("nama_masuk").to_lowercase();
    if login.is_empty() {
        say("nama_masuk", "keep.login_write");
    }
    let roles: Vec<Role> = fields.all("peran").filter_map(Role::parse).collect();
    if roles.is_empty() {
        say("peran", "keep.role_write");
    }
    let station: Option<Result<StationId, _>> =
        fields.some("tempat").map(|code| code.parse::<StationId>());
    let station = match station {
        Some(Err(_)) => {
            say("tempat", "keep.station_wrong");
            None
        }
        Some(Ok(station)) => Some(station),
        None => None,
    };
    let mut ranks = frame.unit().pack.ranks().iter();
    let rank = fields
        .some("pangkat")
        .filter(|abbr| ranks.any(|rank| rank.abbr == *abbr));
    let new = NewUser {
        login,
        name,
        rank,
        station,
        roles,
        demo: false,
    };
    (new, errors)
}
