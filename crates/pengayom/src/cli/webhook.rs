//! `pengayom webhook`: which other programs are told that something was recorded.

use clap::Subcommand;
use pengayom_node::outside::{Guard, Network, Outside};
use pengayom_node::webhooks::KINDS;
use pengayom_node::{HandleError, Node};
use pengayom_store::webhooks::{DeliveryRow, WebhookRow};
use serde_json::json;
use uuid::Uuid;

use crate::cli::StoreArguments;
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::wiring;

/// Deliveries that are listed.
const LISTED: u32 = 100;

/// Arguments of `webhook`.
#[derive(Debug, clap::Args)]
pub(crate) struct WebhookArguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    key: KeyArguments,
    #[command(subcommand)]
    verb: WebhookVerb,
}

#[derive(Debug, Subcommand)]
enum WebhookVerb {
    /// Tell another program; the secret that signs what is sent is printed once
    Add {
        /// Where it is sent, such as <https://example.org/hook>
        address: String,
        /// What it is told of; may be given several times
        #[arg(long = "kind", required = true, value_parser = KINDS)]
        kinds: Vec<String>,
        /// A network of one's own that may be asked, such as 10.20.0.0/16; the unit's settings must allow it too
        #[arg(
            long,
            env = "PENGAYOM_OUTSIDE_ALLOW",
            value_name = "NETWORK",
            value_delimiter = ','
        )]
        outside_allow: Vec<Network>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// List who is told, and whether it arrives
    List {
        /// As JSON, one line each
        #[arg(long)]
        json: bool,
    },
    /// List what was sent and waits to be sent, the latest first
    Log {
        /// Its identifier, as `list` shows it
        webhook: Uuid,
        /// As JSON, one line each
        #[arg(long)]
        json: bool,
    },
    /// Send again to one that was disabled
    Enable {
        /// Its identifier
        webhook: Uuid,
    },
    /// Send something once more
    Redeliver {
        /// The webhook's identifier
        webhook: Uuid,
        /// The number in the first column of `log`
        sequence: i64,
    },
    /// Tell it no more; what waits for it is dropped
    Remove {
        /// Its identifier
        webhook: Uuid,
    },
}

/// Keeps the webhooks.
pub(crate) async fn run(arguments: WebhookArguments) -> Result<(), Fault> {
    let StoreArguments { store, unit } = &arguments.store;
    let node = wiring::open_node(store, unit.as_ref(), &arguments.key).await?;
    let done = carry_out(&node, arguments.verb).await;
    node.store().close().await;
    done
}

async fn carry_out(node: &Node, verb: WebhookVerb) -> Result<(), Fault> {
    match verb {
        WebhookVerb::Add {
            address,
            kinds,
            outside_allow,
            json,
        } => {
            node.set_webhook_way(Outside::guarded(Guard::new().allowing(outside_allow)));
            add(node, &address, kinds, json).await
        }
        WebhookVerb::List { json } => {
            for webhook in node.webhooks().await? {
                println!("{}", listed(&webhook, json));
            }
            Ok(())
        }
        WebhookVerb::Log { webhook, json } => {
            known(node, webhook).await?;
            for delivery in node.webhook_deliveries(webhook, None, LISTED).await? {
                println!("{}", logged(&delivery, json));
            }
            Ok(())
        }
        WebhookVerb::Enable { webhook } => Ok(node.enable_webhook(webhook).await?),
        WebhookVerb::Redeliver { webhook, sequence } => {
            Ok(node.redeliver(webhook, sequence).await?)
        }
        WebhookVerb::Remove { webhook } => Ok(node.drop_webhook(webhook).await?),
    }
}

async fn known(node: &Node, id: Uuid) -> Result<(), Fault> {
    let all = node.webhooks().await?;
    let there = all.iter().any(|webhook| webhook.id == id);
    there
        .then_some(())
        .ok_or_else(|| HandleError::NotFound("webhook").into())
}

async fn add(node: &Node, address: &str, kinds: Vec<String>, json: bool) -> Result<(), Fault> {
    let made = node.add_webhook(address, kinds, None).await;
    let made = made.map_err(|error| Fault::Input(error.to_string()))?;
    if json {
        println!(
            "{}",
            json!({ "id": made.row.id, "secret": made.secret, "kinds": made.row.kinds })
        );
    } else {
        println!("{}", made.secret);
        eprintln!(
            "This secret is shown once. Webhook {} is told from the next act on; put the secret into \
             the settings of the program that checks what it gets.",
            made.row.id
        );
    }
    Ok(())
}

/// How a webhook stands, as a word.
fn state(webhook: &WebhookRow) -> &'static str {
    match (webhook.disabled_at, webhook.failing_since) {
        (Some(_), _) => "disabled",
        (None, Some(_)) => "failing",
        (None, None) => "works",
    }
}

fn listed(webhook: &WebhookRow, json: bool) -> String {
    if json {
        return json!({
            "id": webhook.id,
            "address": webhook.address,
            "kinds": webhook.kinds,
            "created_at": webhook.created_at,
            "state": state(webhook),
            "failing_since": webhook.failing_since,
            "disabled_at": webhook.disabled_at,
            "disabled_why": webhook.disabled_why,
        })
        .to_string();
    }
    let mut line = format!(
        "{}\t{}\t{}\t{}",
        webhook.id,
        webhook.address,
        webhook.kinds.join(","),
        state(webhook)
    );
    if let Some(why) = &webhook.disabled_why {
        line.push_str(&format!(" ({why})"));
    }
    if let Some(since) = webhook.failing_since {
        line.push_str(&format!(" since {since}"));
    }
    line
}

fn logged(delivery: &DeliveryRow, json: bool) -> String {
    let state = match (delivery.due_at, delivery.delivered_at) {
        (_, Some(_)) => "delivered",
        (Some(_), None) => "waits",
        (None, None) => "given up",
    };
    if json {
        return json!({
            "sequence": delivery.sequence,
            "kind": delivery.act.kind,
            "state": state,
            "attempts": delivery.attempts,
            "due_at": delivery.due_at,
            "delivered_at": delivery.delivered_at,
            "status": delivery.status,
            "fault": delivery.fault,
        })
        .to_string();
    }
    let status = delivery.status.map(|status| status.to_string());
    format!(
        "{}\t{}\t{state}\t{} tries\t{}",
        delivery.sequence,
        delivery.act.kind,
        delivery.attempts,
        status
            .or_else(|| delivery.fault.clone())
            .unwrap_or_default()
    )
}
