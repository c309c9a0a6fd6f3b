//! What every handler shares.

use std::sync::Arc;

use pengayom_node::SharedNode;

use crate::signin::provider::ProviderSettings;

/// How the pages are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSettings {
    /// Address at which people reach the node, such as `https://pati.example`, without a slash at
    /// the end; printed on receipts and cards. `None`: the address each browser asked for.
    pub public_url: Option<String>,
    /// Cookies go over TLS only and carry the `__Host-` prefix. Set when `public_url` is https.
    pub secure_cookies: bool,
    /// The node stands behind a proxy of one's own: the last address of `X-Forwarded-For` is the
    /// asker's. Otherwise that header is not believed.
    pub behind_proxy: bool,
    /// The provider through which staff may sign in too.
    pub provider: Option<Arc<ProviderSettings>>,
    /// Requests to the JSON API that one address may send in a minute; 0 for any number. Those from
    /// the node's own machine are not counted.
    pub api_requests_per_minute: u32,
}

/// Requests to the JSON API in a minute unless told otherwise: ten a second, more than any page's user sends.
pub const API_REQUESTS_PER_MINUTE: u32 = 600;

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            secure_cookies: false,
            behind_proxy: false,
            api_requests_per_minute: API_REQUESTS_PER_MINUTE,
            provider: None,
        }
    }
}

impl WebSettings {
    /// Settings for an address; cookies are secure when it is https.
    pub fn at(public_url: Option<String>) -> Self {
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        let secure_cookies = public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"));
        Self {
            public_url,
            secure_cookies,
            ..Self::default()
        }
    }
}

/// The node and how it is served; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The application.
    pub node: SharedNode,
    /// How it is served.
    pub settings: Arc<WebSettings>,
}

impl AppState {
    /// State of a router.
    pub fn new(node: SharedNode, settings: WebSettings) -> Self {
        Self {
            node,
            settings: Arc::new(settings),
        }
    }
}
