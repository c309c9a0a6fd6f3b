//! `pengayom serve`: the pages of a unit.

use std::net::SocketAddr;
use std::path::PathBuf;

use pengayom_core::value::UnitId;
use serde::Deserialize;

use crate::fault::Fault;
use crate::files;
use crate::key::KeyArguments;
use crate::notices::NoticeArguments;
use crate::provider::{ProviderArguments, ProviderFile};
use crate::wiring::{self, ServeSettings, Serving};
use crate::witness::ask::Asked;

/// Arguments of `serve`. Each can stand in the configuration file under its name with `_` for `-`.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArguments {
    /// Configuration file (TOML): store, unit, listen, public_url, node_key_file,
    /// api_requests_per_minute, witnesses, the table notices, and the table oidc with issuer, client_id,
    /// client_secret_file, name, both_factors; what is given here or in the environment goes first
    #[arg(long, env = "PENGAYOM_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The store, such as sqlite:unit.db
    #[arg(long, env = "PENGAYOM_STORE", value_name = "STORE")]
    store: Option<String>,
    /// Code of the unit, when the store has several
    #[arg(long, env = "PENGAYOM_UNIT", value_name = "CODE")]
    unit: Option<UnitId>,
    /// Where to listen [default: 127.0.0.1:8110]
    #[arg(long, env = "PENGAYOM_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// The address people use, for links and QR codes [default: http:// and where it listens]
    #[arg(long, env = "PENGAYOM_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Requests to the JSON API that one address may send in a minute; 0 for any number [default: 600]
    #[arg(long, env = "PENGAYOM_API_REQUESTS_PER_MINUTE", value_name = "N")]
    api_requests_per_minute: Option<u32>,
    /// A witness to ask to cosign the ledger: its key, a space, its address; several may be given
    #[arg(
        long = "witness",
        env = "PENGAYOM_WITNESSES",
        value_name = "KEY URL",
        value_delimiter = ','
    )]
    witnesses: Vec<Asked>,
    #[command(flatten)]
    notices: NoticeArguments,
    #[command(flatten)]
    key: KeyArguments,
    #[command(flatten)]
    provider: ProviderArguments,
}

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    store: Option<String>,
    unit: Option<UnitId>,
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    node_key_file: Option<PathBuf>,
    api_requests_per_minute: Option<u32>,
    #[serde(default)]
    witnesses: Vec<String>,
    #[serde(default)]
    notices: NoticeArguments,
    #[serde(default)]
    oidc: ProviderFile,
}

/// Where a node listens unless told otherwise: this machine only.
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8110);

/// What a configuration file says of notices.
///
/// # Errors
/// [`Fault`] when it does not read.
pub(crate) fn notices_of(path: &std::path::Path) -> Result<NoticeArguments, Fault> {
    let file: Configuration = toml::from_str(&files::read_text(path)?)
        .map_err(|error| Fault::Input(format!("{}: {error}", path.display())))?;
    Ok(file.notices)
}

/// Serves until told to end.
pub(crate) async fn run(arguments: ServeArguments) -> Result<(), Fault> {
    let file = match &arguments.config {
        None => Configuration::default(),
        Some(path) => toml::from_str(&files::read_text(path)?)
            .map_err(|error| Fault::Input(format!("{}: {error}", path.display())))?,
    };
    let provider = arguments.provider.read(file.oidc)?;
    let store = arguments.store.or(file.store).ok_or_else(|| {
        Fault::Input("which store? use --store, PENGAYOM_STORE or the configuration file".into())
    })?;
    let key = arguments.key.or_file(file.node_key_file);
    let unit = arguments.unit.or(file.unit);
    let node = wiring::open_node(&store, unit.as_ref(), &key).await?;
    let settings = ServeSettings {
        listen: arguments.listen.or(file.listen).unwrap_or(LISTEN),
        public_url: arguments.public_url.or(file.public_url),
        notices: arguments.notices.or(file.notices),
        api_requests_per_minute: arguments
            .api_requests_per_minute
            .or(file.api_requests_per_minute)
            .unwrap_or(pengayom_web::API_REQUESTS_PER_MINUTE),
    };
    let mut witnesses = arguments.witnesses;
    if witnesses.is_empty() {
        let parsed: Result<_, String> = file.witnesses.iter().map(|text| text.parse()).collect();
        witnesses = parsed.map_err(|error| Fault::Input(format!("witnesses: {error}")))?;
    }
    let mut serving = Serving::begin_with(node, settings, provider).await?;
    serving.ask(witnesses);
    println!("http://{}", serving.address);
    serving.until_told().await
}
