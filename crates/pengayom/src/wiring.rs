//! Putting the parts together: store, key, node, pages.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use pengayom_core::value::UnitId;
use pengayom_node::follow::Follower;
use pengayom_node::keyring::{self, Opens};
use pengayom_node::outside::Outside;
use pengayom_node::{Node, NodeKey, SharedNode, UnitError, jobs, ledger, notices, webhooks};
use pengayom_store::Store;
use tokio::sync::watch;

use crate::clock::{SystemClock, SystemRandomness};
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::notices::NoticeArguments;
use crate::witness;

/// How long a notice that is being sent is waited for when the node ends.
const NOTICES_END: std::time::Duration = std::time::Duration::from_secs(45);
/// How long something that is sent to a webhook is waited for when the node ends.
const WEBHOOKS_END: std::time::Duration = std::time::Duration::from_secs(5);

/// The file of a SQLite store; `None` for a store on a server.
pub(crate) fn sqlite_file(store: &str) -> Option<PathBuf> {
    let path = store.strip_prefix("sqlite:")?;
    Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
}

/// Opens a store that must be there already: a mistyped path makes no new one.
///
/// # Errors
/// [`Fault`] when there is none or it does not open.
pub(crate) async fn open_known(store: &str) -> Result<Arc<dyn Store>, Fault> {
    if let Some(path) = sqlite_file(store)
        && !path.is_file()
    {
        return Err(Fault::Input(format!(
            "{}: there is no such store. Give its path with --store sqlite:PATH",
            path.display()
        )));
    }
    Ok(pengayom_store::open(store).await?)
}

/// Reads the node's key of a store.
///
/// # Errors
/// [`Fault`] when it is missing or does not read; says which key the store opens with.
pub(crate) async fn load_key(address: &str, key: &KeyArguments) -> Result<NodeKey, Fault> {
    let fault = match key.load(address, false) {
        Err(fault @ Fault::KeyMissing { .. }) => fault,
        loaded => return loaded,
    };
    let Ok(store) = open_known(address).await else {
        return Err(fault);
    };
    let opens = keyring::look(store.as_ref()).await;
    store.close().await;
    let mut expected = opens.unwrap_or_default().into_iter();
    let expected = expected.find_map(|(_, opens)| match opens {
        Opens::With(key) => Some(key),
        Opens::Unknown => None,
    });
    Err(match expected {
        Some(key) => Fault::Input(format!("{fault}. This store opens with the key {key}")),
        None => fault,
    })
}

/// Opens the node of a unit; without a code, of the only unit in the store. The key is looked at
/// before anything is done with it.
///
/// # Errors
/// [`Fault`] when there is none, or several and none was named, or the key is not the one the store
/// opens with.
pub(crate) async fn open_node(
    address: &str,
    unit: Option<&UnitId>,
    key: &KeyArguments,
) -> Result<SharedNode, Fault> {
    let found = load_key(address, key).await?;
    let store = pengayom_store::open(address).await?;
    let unit = match unit {
        Some(unit) => unit.clone(),
        None => only_unit(store.as_ref()).await?,
    };
    let node = Node::open(
        store,
        &unit,
        found,
        Arc::new(SystemClock),
        Arc::new(SystemRandomness),
    )
    .await;
    match node {
        Ok(node) => Ok(Arc::new(node)),
        Err(UnitError::Keyring(error)) => Err(key.explain(address, error)),
        Err(error) => Err(error.into()),
    }
}

/// The only unit of a store.
///
/// # Errors
/// [`Fault`] when there is none, or several.
pub(crate) async fn only_unit(store: &dyn Store) -> Result<UnitId, Fault> {
    let mut units = store.units().await?;
    match (units.pop(), units.len()) {
        (Some(unit), 0) => Ok(unit),
        (None, _) => Err(Fault::Input(
            "the store has no unit: run `pengayom init` first".to_owned(),
        )),
        (Some(last), _) => {
            units.push(last);
            let codes: Vec<String> = units.iter().map(ToString::to_string).collect();
            Err(Fault::Input(format!(
                "the store has several units: say which with --unit ({})",
                codes.join(", ")
            )))
        }
    }
}

/// A node that serves pages and does its jobs.
pub(crate) struct Serving {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    stop: watch::Sender<bool>,
    pages: tokio::task::JoinHandle<std::io::Result<()>>,
    jobs: tokio::task::JoinHandle<()>,
    notices: tokio::task::JoinHandle<()>,
    webhooks: tokio::task::JoinHandle<()>,
    ledger: tokio::task::JoinHandle<()>,
    follow: Option<tokio::task::JoinHandle<()>>,
    witnesses: Vec<tokio::task::JoinHandle<()>>,
    node: SharedNode,
}

/// How pages are served.
#[derive(Debug, Clone)]
pub(crate) struct ServeSettings {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// The address people use, without a slash behind it.
    pub(crate) public_url: Option<String>,
    /// By which ways people are told.
    pub(crate) notices: NoticeArguments,
    /// Requests to the JSON API that one address may send in a minute; 0 for any number.
    pub(crate) api_requests_per_minute: u32,
}

impl Serving {
    /// Begins to serve.
    ///
    /// # Errors
    /// [`Fault`] when the address is taken, or lies beyond loopback while demonstration accounts
    /// exist: their passwords are published.
    pub(crate) async fn begin(node: SharedNode, settings: ServeSettings) -> Result<Self, Fault> {
        Self::begin_with(node, settings, None).await
    }

    /// The same, with a provider through which staff may sign in too.
    ///
    /// # Errors
    /// As [`Serving::begin`].
    pub(crate) async fn begin_with(
        node: SharedNode,
        settings: ServeSettings,
        provider: Option<pengayom_web::ProviderSettings>,
    ) -> Result<Self, Fault> {
        if !settings.listen.ip().is_loopback() && node.has_demo_accounts().await? {
            return Err(Fault::Input(format!(
                "refusing to listen on {}: this store has demonstration accounts, whose passwords \
                 are published. Listen on 127.0.0.1, or disable them with `pengayom user disable`",
                settings.listen
            )));
        }
        let listener = tokio::net::TcpListener::bind(settings.listen)
            .await
            .map_err(Fault::system(&format!("listening on {}", settings.listen)))?;
        let address = listener
            .local_addr()
            .map_err(Fault::system("reading the address"))?;
        let public_url = settings
            .public_url
            .unwrap_or_else(|| format!("http://{address}"));
        let site = public_url.trim_end_matches('/');
        let port = Some(address.port());
        node.set_webhook_way(Outside::guarded(settings.notices.guard(site, port)?));
        let told = settings.notices.settings(site, port)?;
        if told.is_on() {
            node.tell_by(told)
                .map_err(|error| Fault::Input(error.to_string()))?;
        }
        let (stop, stopped) = watch::channel(false);
        let web = pengayom_web::WebSettings {
            api_requests_per_minute: settings.api_requests_per_minute,
            provider: provider.map(Arc::new),
            ..pengayom_web::WebSettings::at(Some(public_url))
        };
        let router = pengayom_web::router(pengayom_web::AppState::new(Arc::clone(&node), web));
        let jobs = tokio::spawn(jobs::run(Arc::clone(&node), stopped.clone()));
        let notices = tokio::spawn(notices::run(Arc::clone(&node), stopped.clone()));
        let webhooks = tokio::spawn(webhooks::run(Arc::clone(&node), stopped.clone()));
        let ledger = tokio::spawn(ledger::run(Arc::clone(&node), stopped.clone()));
        let follow = Follower::begin(Arc::clone(&node)).await?;
        let follow = follow.map(|follower| tokio::spawn(follower.run(stopped.clone())));
        let mut ending = stopped;
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let pages = tokio::spawn(async move {
            axum::serve(listener, service)
                .with_graceful_shutdown(async move {
                    let _ = ending.wait_for(|stop| *stop).await;
                })
                .await
        });
        Ok(Self {
            address,
            stop,
            pages,
            jobs,
            notices,
            webhooks,
            ledger,
            follow,
            witnesses: Vec::new(),
            node,
        })
    }

    /// Asks these witnesses for their word on every checkpoint from now on.
    pub(crate) fn ask(&mut self, witnesses: Vec<witness::ask::Asked>) {
        for asked in witnesses {
            let asking = witness::ask::run(Arc::clone(&self.node), asked, self.stop.subscribe());
            self.witnesses.push(tokio::spawn(asking));
        }
    }

    /// Serves until the process is told to end, then commits what waits.
    ///
    /// # Errors
    /// [`Fault`] when serving itself failed.
    pub(crate) async fn until_told(self) -> Result<(), Fault> {
        self.until(told_to_end()).await
    }

    /// Ends now, and commits what waits.
    ///
    /// # Errors
    /// [`Fault`] when serving itself failed.
    pub(crate) async fn end(self) -> Result<(), Fault> {
        self.until(std::future::ready(())).await
    }

    async fn until(self, told: impl Future<Output = ()>) -> Result<(), Fault> {
        let mut pages = self.pages;
        let served = tokio::select! {
            served = &mut pages => Some(served),
            () = told => None,
        };
        let _ = self.stop.send(true);
        let served = match served {
            Some(served) => served,
            // A page that streams ends with the signal; one that hangs does not hold up the end.
            None => tokio::time::timeout(std::time::Duration::from_secs(10), pages)
                .await
                .unwrap_or(Ok(Ok(()))),
        };
        // One that waits for an answer loses nothing: it asks again next time.
        for asking in self.witnesses {
            asking.abort();
            let _ = asking.await;
        }
        let _ = self.jobs.await;
        // What is being sent comes to its end; beyond that it is sent once more when the node is back.
        let mut notices = self.notices;
        if tokio::time::timeout(NOTICES_END, &mut notices)
            .await
            .is_err()
        {
            notices.abort();
        }
        // What is on its way is sent once more when the node is back, under its identifier.
        let mut webhooks = self.webhooks;
        let ended = tokio::time::timeout(WEBHOOKS_END, &mut webhooks).await;
        if ended.is_err() {
            webhooks.abort();
        }
        let _ = self.ledger.await;
        if let Some(follow) = self.follow {
            let _ = follow.await;
        }
        self.node.store().close().await;
        match served {
            Ok(served) => served.map_err(Fault::system("serving pages")),
            Err(error) => Err(Fault::system("serving pages")(std::io::Error::other(
                error.to_string(),
            ))),
        }
    }
}

/// Waits until somebody tells the program to end: Ctrl-C, or a service manager.
pub(crate) async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
