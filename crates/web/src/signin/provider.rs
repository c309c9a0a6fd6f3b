//! Signing in through the provider (OpenID Connect Core 1.0, code flow with PKCE, state and nonce). The
//! account is found by issuer and subject; whoever is not connected with one is told so.
//!
//! The provider is begun with by a link and not by a form: browsers hold the whole way of a form to the
//! policy that forms go to this site only.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, TokenResponse as _,
};
use pengayom_core::value::OfficerId;
use pengayom_node::accounts::{AccountError, Linking, Live, Refused};
use pengayom_node::outside::{Outside, OutsideError, Question};
use pengayom_node::{HandleError, SharedNode};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{Refusal, Said, go_on, local_path, sign_in_page};
use crate::extract::{Context, CookieKind, PublicPage};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::state::AppState;

/// How long the provider may take, all its answers together.
const PATIENCE: Duration = Duration::from_secs(10);

/// Largest answer of the provider, in bytes: keys and tokens are a few thousand.
const ANSWER_MAX_BYTES: usize = 256 * 1024;

/// Longest code or state that is looked at, in bytes.
const VALUE_MAX_BYTES: usize = 4_096;

/// Where the provider sends people back to.
const BACK: &str = "/masuk/penyedia/kembali";

/// A provider whose word about who somebody is counts in this unit.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its issuer identifier, such as `https://sso.polri.example`.
    pub issuer: String,
    /// Name of this unit at the provider.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: String,
    /// Words of its button.
    pub name: String,
    /// It asks for a second factor itself, and its word stands for both.
    pub both_factors: bool,
}

impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderSettings({})", self.issuer)
    }
}

/// The ways in and back.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/masuk/penyedia", get(begin))
        .route(BACK, get(back))
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why the provider's word was not had, or does not count. What it said is for the log alone.
#[derive(Debug)]
enum NoWord {
    /// Nobody answers there in time, or not as a provider does.
    Down(String),
    /// It answers, and what it says does not hold.
    Wrong(String),
}

async fn ask(request: HttpRequest) -> Result<HttpResponse, OutsideError> {
    let (parts, body) = request.into_parts();
    let address = parts.uri.to_string();
    let outside = Outside::to(&address)?;
    let answer = outside
        .ask(Question {
            method: parts.method,
            address,
            headers: parts.headers,
            body,
            limit: ANSWER_MAX_BYTES,
            patience: PATIENCE,
        })
        .await?;
    let mut response = HttpResponse::new(answer.body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    *response.headers_mut() = answer.headers;
    Ok(response)
}

async fn client(provider: &ProviderSettings, site: &str) -> Result<Client, NoWord> {
    let wrong = |why: String| NoWord::Down(why);
    let issuer =
        IssuerUrl::new(provider.issuer.clone()).map_err(|error| wrong(error.to_string()))?;
    let metadata = CoreProviderMetadata::discover_async(issuer, &ask)
        .await
        .map_err(|error| wrong(error.to_string()))?;
    let redirect = RedirectUrl::new(format!("{site}{BACK}"));
    let redirect = redirect.map_err(|error| wrong(error.to_string()))?;
    Ok(CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(provider.client_id.clone()),
        Some(ClientSecret::new(provider.client_secret.clone())),
    )
    .set_redirect_uri(redirect))
}

async fn in_time<T>(asked: impl Future<Output = Result<T, NoWord>>) -> Result<T, NoWord> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(NoWord::Down(format!(
            "no answer within {} s",
            PATIENCE.as_secs()
        ))),
    }
}

/// Begins: gives the address at the provider, and leaves the browser what must come back with the
/// answer.
pub(crate) async fn way_to(
    context: &Context,
    node: &SharedNode,
    user: Option<OfficerId>,
    next: &str,
) -> Result<Result<String, Fault>, String> {
    let Some(provider) = provider_of(context) else {
        return Ok(Err(Fault::NotFound));
    };
    let client = match in_time(client(&provider, context.site())).await {
        Ok(client) => client,
        Err(NoWord::Down(why) | NoWord::Wrong(why)) => {
            tracing::warn!(why, "the provider of sign-ins does not answer");
            return Err(provider.name.clone());
        }
    };
    let verifier = PkceCodeVerifier::new(node.new_token());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let (state, nonce) = (node.new_token(), node.new_token());
    let (told_state, told_nonce) = (state.clone(), nonce.clone());
    let (address, _, _) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(told_state),
            move || Nonce::new(told_nonce),
        )
        .set_pkce_challenge(challenge)
        .url();
    let linking = Linking {
        user,
        state,
        nonce,
        verifier: verifier.into_secret(),
        next: next.to_owned(),
    };
    let begun = node.begin_linking(linking, context.client()).await;
    Ok(match begun {
        Ok(token) => {
            context.set_cookie(CookieKind::Challenge, &token);
            Ok(address.to_string())
        }
        Err(error) => Err(error.into()),
    })
}

/// The provider of this unit.
pub(crate) fn provider_of(context: &Context) -> Option<Arc<ProviderSettings>> {
    context.state().settings.provider.clone()
}

#[derive(Deserialize)]
struct BeginQuery {
    #[serde(default)]
    lanjut: String,
}

async fn begin(page: PublicPage, Query(query): Query<BeginQuery>) -> Result<Response, Fault> {
    let next = local_path(&query.lanjut).unwrap_or_default();
    match way_to(&page.context, &page.node, None, next).await {
        Ok(address) => Ok(Redirect::to(&address?).into_response()),
        Err(name) => said(page, StatusCode::BAD_GATEWAY, "signin.provider_down", &name),
    }
}

#[derive(Template)]
#[template(path = "staff/provider.html")]
struct SaidPage {
    page: PageFrame,
    words: String,
    back: &'static str,
}

/// A page that says plainly why the provider's way did not lead in.
fn said(page: PublicPage, status: StatusCode, key: &str, name: &str) -> Result<Response, Fault> {
    let PublicPage {
        context, mut frame, ..
    } = page;
    frame.title = frame.tf("signin.provider_title", &[("name", name)]);
    let words = frame.tf(key, &[("name", name)]);
    let back = if context.cookie(CookieKind::Session).is_some() {
        "/akun"
    } else {
        "/masuk"
    };
    let page = SaidPage {
        page: frame,
        words,
        back,
    };
    let mut answer = draw(status, &page)?;
    // It is a page, and not a fault of ours to be put into other words.
    answer.extensions_mut().insert(crate::limits::AsItIs);
    Ok(answer)
}

#[derive(Deserialize)]
struct BackQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
}

/// The provider's answer. It counts once, in the browser that asked, and only with the state that browser
/// was given.
async fn back(page: PublicPage, Query(query): Query<BackQuery>) -> Result<Response, Fault> {
    let provider = provider_of(&page.context).ok_or(Fault::NotFound)?;
    let name = provider.name.clone();
    let refused = StatusCode::FORBIDDEN;
    let Some(token) = page.context.cookie(CookieKind::Challenge) else {
        return said(page, refused, "signin.provider_over", &name);
    };
    let linking = page.node.take_linking(token).await?;
    page.context.drop_cookie(CookieKind::Challenge);
    let fits = |linking: &Linking| {
        query.state.len() <= VALUE_MAX_BYTES
            && query.code.len() <= VALUE_MAX_BYTES
            && bool::from(linking.state.as_bytes().ct_eq(query.state.as_bytes()))
    };
    let Some(linking) = linking.filter(fits) else {
        return said(page, refused, "signin.provider_over", &name);
    };
    if !query.error.is_empty() {
        return said(page, refused, "signin.provider_no", &name);
    }
    let word = in_time(subject(&provider, &page, &linking, query.code));
    let subject = match word.await {
        Ok(subject) => subject,
        Err(NoWord::Down(why)) => {
            tracing::warn!(why, "the provider of sign-ins does not answer");
            return said(page, StatusCode::BAD_GATEWAY, "signin.provider_down", &name);
        }
        Err(NoWord::Wrong(why)) => {
            tracing::warn!(why, "the provider's word does not hold");
            return said(page, refused, "signin.provider_wrong", &name);
        }
    };
    match linking.user {
        Some(user) => connect(page, &provider, user, &subject).await,
        None => enter(page, &provider, &linking.next, &subject).await,
    }
}

/// Exchanges the code, checks the token, and gives whom it is about.
async fn subject(
    provider: &ProviderSettings,
    page: &PublicPage,
    linking: &Linking,
    code: String,
) -> Result<String, NoWord> {
    let client = client(provider, page.context.site()).await?;
    let request = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| NoWord::Down(error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(linking.verifier.clone()));
    let answer: CoreTokenResponse = match request.request_async(&ask).await {
        Ok(answer) => answer,
        Err(openidconnect::RequestTokenError::Request(error)) => {
            return Err(NoWord::Down(error.to_string()));
        }
        Err(error) => return Err(NoWord::Wrong(error.to_string())),
    };
    let wrong = |why: &str| NoWord::Wrong(why.to_owned());
    let token = answer.id_token().ok_or_else(|| wrong("no ID token"))?;
    let nonce = Nonce::new(linking.nonce.clone());
    let verifier = client.id_token_verifier();
    let claims = token
        .claims(&verifier, &nonce)
        .map_err(|error| NoWord::Wrong(error.to_string()))?;
    // The library goes by the machine's clock; the node goes by its own too.
    if claims.expiration().timestamp() <= page.node.now().as_second() {
        return Err(wrong("the ID token is over"));
    }
    Ok(claims.subject().to_string())
}

async fn enter(
    page: PublicPage,
    provider: &ProviderSettings,
    next: &str,
    subject: &str,
) -> Result<Response, Fault> {
    let asker = page.context.asker();
    let entered = page
        .node
        .enter_linked(&provider.issuer, subject, provider.both_factors, asker)
        .await;
    match entered {
        Ok(entered) => go_on(&page, entered, next).await,
        Err(HandleError::NoMatch) => said(
            page,
            StatusCode::FORBIDDEN,
            "signin.provider_unknown",
            &provider.name,
        ),
        Err(error) => {
            let refusal = Refusal::of(&page.frame, error, "signin.provider_unknown")?;
            sign_in_page(page, Said::refused(next, "", refusal))
        }
    }
}

/// Connects the account of whoever began it, who must still be signed in here.
async fn connect(
    page: PublicPage,
    provider: &ProviderSettings,
    user: OfficerId,
    subject: &str,
) -> Result<Response, Fault> {
    let live: Option<Live> = match page.context.cookie(CookieKind::Session) {
        Some(token) => page.node.live(token).await?,
        None => None,
    };
    let Some(live) = live.filter(|live| live.staff.id == user) else {
        return said(
            page,
            StatusCode::FORBIDDEN,
            "signin.provider_over",
            &provider.name,
        );
    };
    let key = match page.node.link_own(&live, &provider.issuer, subject).await {
        Ok(()) => return Ok(Redirect::to("/akun?terhubung=1").into_response()),
        Err(Refused::Handle(HandleError::ProofNeeded)) => {
            return Ok(Redirect::to("/akun/pastikan?lanjut=/akun").into_response());
        }
        Err(Refused::Handle(HandleError::Conflict { .. })) => "signin.provider_taken",
        Err(Refused::Account(AccountError::Full { .. })) => "signin.provider_full",
        Err(Refused::Account(_)) => "signin.provider_wrong",
        Err(Refused::Handle(error)) => return Err(error.into()),
    };
    said(page, StatusCode::CONFLICT, key, &provider.name)
}
