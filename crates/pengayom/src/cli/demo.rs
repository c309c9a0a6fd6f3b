//! `pengayom demo`: an embedded node with a sample unit, ready to click through.

use std::net::SocketAddr;
use std::path::PathBuf;

use pengayom_node::Clock as _;

use crate::clock::SystemClock;
use crate::demo::{self, DemoPlan};
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::notices::NoticeArguments;
use crate::wiring::{self, ServeSettings, Serving};

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArguments {
    /// Folder the demonstration is kept in
    #[arg(long, value_name = "DIR", default_value = "demo")]
    dir: PathBuf,
    /// Where to listen; loopback only, for the accounts' passwords are published
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8110")]
    listen: SocketAddr,
    /// Throw away what is there and make it anew, ending now
    #[arg(long)]
    fresh: bool,
    /// Requests to the JSON API that one address may send in a minute; 0 for any number
    #[arg(long, value_name = "N", default_value_t = pengayom_web::API_REQUESTS_PER_MINUTE)]
    api_requests_per_minute: u32,
    /// Print one line of JSON once it is ready
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    notices: NoticeArguments,
    /// What all chance follows from
    #[arg(long, default_value_t = 2611)]
    seed: u64,
    /// Days before today that are made up
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(0..=366))]
    days: u16,
}

/// Makes the demonstration if it is not there, and serves it.
pub(crate) async fn run(arguments: DemoArguments) -> Result<(), Fault> {
    if arguments.fresh {
        remove_demo(&arguments.dir)?;
    }
    let plan = DemoPlan {
        seed: arguments.seed,
        days: arguments.days,
        until: SystemClock.now(),
    };
    let made = Box::pin(demo::make(&arguments.dir, &plan)).await?;
    let key = KeyArguments::in_file(made.key.clone());
    let node = wiring::open_node(&made.store(), None, &key).await?;
    let settings = ServeSettings {
        listen: arguments.listen,
        public_url: None,
        notices: arguments.notices,
        api_requests_per_minute: arguments.api_requests_per_minute,
    };
    let serving = Serving::begin(node, settings).await?;
    let url = format!("http://{}", serving.address);
    let accounts = demo::accounts()?;
    if arguments.json {
        let ready = serde_json::json!({
            "url": url,
            "store": made.store(),
            "accounts": accounts,
        });
        println!("{ready}");
    } else {
        println!("{url}\n\nPolres Pati, a simulated month. Sign in at {url}/masuk:\n");
        for account in &accounts {
            println!(
                "  {:<14} {:<10} {}",
                account.role, account.user, account.password
            );
        }
        println!(
            "\nEnd with Ctrl-C. What you do is kept in {}.",
            arguments.dir.display()
        );
    }
    serving.until_told().await
}

/// Removes what a demonstration made, and nothing else that may lie in the folder.
fn remove_demo(dir: &std::path::Path) -> Result<(), Fault> {
    for name in ["unit.db", "unit.db-wal", "unit.db-shm", "unit.key"] {
        let path = dir.join(name);
        if path.exists() {
            std::fs::remove_file(&path).map_err(Fault::file(&path))?;
        }
    }
    let building = dir.join("building");
    if building.exists() {
        std::fs::remove_dir_all(&building).map_err(Fault::file(&building))?;
    }
    Ok(())
}
