//! `/setelan/token`: the tokens by which other programs are let in.
//!
//! Made here are those of programs that act for nobody. What staff do, a program does for an account, and
//! such a token is made at the command line: whoever keeps accounts reads no cases, also not through a
//! program.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::tokens::{DAYS_DEFAULT, NAME_MAX_CHARS, NewToken, Scope, TokenError};
use pengayom_store::TokenRow;

use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::state::AppState;

/// How long a token works, to choose from, in days.
const DAYS: [u32; 4] = [30, 90, 365, 730];

/// A token as it is listed.
struct TokenLine {
    id: String,
    name: String,
    scopes: String,
    /// Whom the program acts for.
    account: Option<String>,
    until: String,
    used: String,
    /// State of the tag.
    state: &'static str,
    /// Its words.
    state_words: String,
    works: bool,
}

/// A token just made.
struct MadeNow {
    name: String,
    text: String,
    until: String,
}

#[derive(Template)]
#[template(path = "staff/tokens.html")]
struct TokensPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    made: Option<MadeNow>,
    lines: Vec<TokenLine>,
    name: TextField,
    scopes: ChoiceGroup,
    days: ChoiceGroup,
}

/// The routes.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/setelan/token", get(show).post(make))
        .route("/setelan/token/{id}", post(revoke))
}

/// `GET /setelan/token`
async fn show(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::KeepAccounts)?;
    tokens_page(page, StatusCode::OK, None, &Fields::default(), Vec::new()).await
}

/// `POST /setelan/token`: makes one and shows it, this once. Sent again it is refused by its name.
async fn make(mut page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::KeepAccounts)?;
    let fields = &form.fields;
    if let Some(lang) = form.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return tokens_page(page, StatusCode::OK, None, fields, Vec::new()).await;
    }
    if given_back(fields) {
        return tokens_page(page, StatusCode::OK, None, fields, Vec::new()).await;
    }
    let scopes: Option<Vec<Scope>> = fields.all("boleh").map(Scope::parse).collect();
    let new = NewToken {
        name: fields.line("nama").unwrap_or_default(),
        scopes: scopes.unwrap_or_default(),
        login: None,
        days: fields.get("hari").parse().unwrap_or(0),
        made_by: Some(page.staff.id),
    };
    match page.node.add_token(new).await {
        Ok(made) => {
            let made = MadeNow {
                name: made.row.name,
                text: made.text,
                until: page.frame.format().date(made.row.expires_at),
            };
            tokens_page(
                page,
                StatusCode::OK,
                Some(made),
                &Fields::default(),
                Vec::new(),
            )
            .await
        }
        Err(Ok(refusal)) => {
            let errors = vec![refused(&page.frame, &refusal)];
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            tokens_page(page, status, None, fields, errors).await
        }
        Err(Err(error)) => Err(error.into()),
    }
}

/// `POST /setelan/token/{id}`: revokes one. One that is revoked already stays so.
async fn revoke(
    page: StaffPage,
    Path(id): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::KeepAccounts)?;
    if given_back(&form.fields) {
        return tokens_page(page, StatusCode::OK, None, &Fields::default(), Vec::new()).await;
    }
    let id = id.parse().map_err(|_| Fault::NotFound)?;
    let known = page.node.tokens().await?;
    if known.iter().all(|token| token.id != id) {
        return Err(Fault::NotFound);
    }
    match page.node.revoke_token(id).await {
        Ok(()) | Err(HandleError::NotFound(_)) => {
            Ok(Redirect::to("/setelan/token").into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(frame: &PageFrame, refusal: &TokenError) -> FieldError {
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    match refusal {
        TokenError::Name(_) => {
            let words = frame.tf("token.name_wrong", &[("max", &count(NAME_MAX_CHARS))]);
            FieldError::new("nama", words)
        }
        TokenError::NameTaken => FieldError::new("nama", frame.t("token.name_taken")),
        TokenError::NoScope | TokenError::NeedsAccount(_) | TokenError::Account(_) => {
            FieldError::new("boleh", frame.t("token.scope_choose"))
        }
        TokenError::Days(_) => FieldError::new("hari", frame.t("token.days_choose")),
        TokenError::TooMany => FieldError::new("nama", frame.t("token.too_many")),
    }
}

async fn tokens_page(
    page: StaffPage,
    status: StatusCode,
    made: Option<MadeNow>,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let tokens = page.node.tokens().await?;
    let people = page.node.active_staff().await?;
    let now = page.node.now();
    let StaffPage {
        context, mut frame, ..
    } = page;
    frame.with_form(&context, "form");
    frame.titled("token.title");
    if !errors.is_empty() {
        frame.refused();
    }
    let lines = tokens.iter().map(|row| line(&frame, row, &people, now));
    let lines = lines.collect();
    let name = TextField::new("nama", frame.t("token.name"), fields.get("nama"), &errors)
        .hint(frame.t("token.name_help"));
    let scopes = scopes(&frame, fields, &errors);
    let days = days(&frame, fields, &errors);
    let page = TokensPage {
        page: frame,
        errors,
        made,
        lines,
        name,
        scopes,
        days,
    };
    draw(status, &page)
}

fn line(frame: &PageFrame, row: &TokenRow, people: &[Staff], now: Timestamp) -> TokenLine {
    let format = frame.format();
    let account = row.user.map(|user| {
        let known = people.iter().find(|staff| staff.id == user);
        known.map_or_else(
            || frame.t("token.account_gone").to_owned(),
            Staff::addressed,
        )
    });
    let (state, words) = match row.revoked_at {
        Some(_) => ("plain", "token.state_revoked"),
        None if row.works(now) => ("ok", "token.state_works"),
        None => ("plain", "token.state_expired"),
    };
    let scopes = row.scopes.iter().map(|word| scope_words(frame, word));
    TokenLine {
        id: row.id.to_string(),
        name: row.name.clone(),
        scopes: scopes.collect::<Vec<_>>().join(", "),
        account,
        until: format.date(row.expires_at),
        used: row.used_on.map_or_else(
            || frame.t("token.used_never").to_owned(),
            |on| format.date(on),
        ),
        state,
        state_words: frame.t(words).to_owned(),
        works: row.works(now),
    }
}

/// What a scope lets a program do, in words; a scope of a later program by its own word.
fn scope_words(frame: &PageFrame, word: &str) -> String {
    let Some(scope) = Scope::parse(word) else {
        return word.to_owned();
    };
    let words = match scope {
        Scope::Open311Write => "token.scope_open311",
        Scope::RequestsWrite => "token.scope_requests_write",
        Scope::RequestsRead => "token.scope_requests_read",
        Scope::CasesRead => "token.scope_cases_read",
        Scope::CasesWrite => "token.scope_cases_write",
        Scope::Desk => "token.scope_desk",
        Scope::Encounters => "token.scope_encounters",
        Scope::Board => "token.scope_board",
        Scope::Export => "token.scope_export",
        Scope::Webhooks => "token.scope_webhooks",
        Scope::Accounts => "token.scope_accounts",
    };
    frame.t(words).to_owned()
}

fn scopes(frame: &PageFrame, fields: &Fields, errors: &[FieldError]) -> ChoiceGroup {
    let offered = Scope::ALL
        .into_iter()
        .filter(|scope| !scope.needs_account());
    let options = offered.map(|scope| {
        let word = scope.as_str();
        let mut choice = Choice::new(word, scope_words(frame, word), "");
        choice.checked = fields.all("boleh").any(|chosen| chosen == word);
        choice
    });
    let label = frame.t("token.scopes");
    ChoiceGroup::new("boleh", label, options.collect(), errors).hint(frame.t("token.scopes_help"))
}

fn days(frame: &PageFrame, fields: &Fields, errors: &[FieldError]) -> ChoiceGroup {
    let chosen = fields
        .some("hari")
        .unwrap_or_else(|| DAYS_DEFAULT.to_string());
    let options = DAYS.into_iter().map(|days| {
        let n = frame.format().count(i64::from(days));
        Choice::new(
            days.to_string(),
            frame.tf("token.days_n", &[("n", &n)]),
            &chosen,
        )
    });
    ChoiceGroup::new("hari", frame.t("token.days"), options.collect(), errors)
}
