//! `pengayom token`: what other programs show to be let in.

use clap::Subcommand;
use pengayom_node::Node;
use pengayom_node::tokens::{DAYS_DEFAULT, NewToken, Scope};
use uuid::Uuid;

use crate::cli::StoreArguments;
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::wiring;

/// Arguments of `token`.
#[derive(Debug, clap::Args)]
pub(crate) struct TokenArguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    key: KeyArguments,
    #[command(subcommand)]
    verb: TokenVerb,
}

#[derive(Debug, Subcommand)]
enum TokenVerb {
    /// Make a token; it is printed once
    Add {
        /// What people call it, such as the program that gets it
        name: String,
        /// What the program may do; may be given several times
        #[arg(long = "scope", required = true, value_parser = parse_scope)]
        scopes: Vec<Scope>,
        /// Login of the account the program acts for; it may do no more than this account
        #[arg(long, value_name = "LOGIN")]
        account: Option<String>,
        /// How many days it works
        #[arg(long, default_value_t = DAYS_DEFAULT)]
        days: u32,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// List the tokens; none can be read again
    List {
        /// As JSON, one line each
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token: from then on it opens nothing
    Revoke {
        /// Its name or its identifier, as `list` shows them
        token: String,
    },
}

fn parse_scope(word: &str) -> Result<Scope, String> {
    Scope::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("one of {}", words.join(", "))
    })
}

/// Keeps the tokens of programs.
pub(crate) async fn run(arguments: TokenArguments) -> Result<(), Fault> {
    let StoreArguments { store, unit } = &arguments.store;
    let node = wiring::open_node(store, unit.as_ref(), &arguments.key).await?;
    match arguments.verb {
        TokenVerb::Add {
            name,
            scopes,
            account,
            days,
            json,
        } => {
            let new = NewToken {
                name,
                scopes,
                login: account,
                days,
                made_by: None,
            };
            add(&node, new, json).await?;
        }
        TokenVerb::List { json } => list(&node, json).await?,
        TokenVerb::Revoke { token } => revoke(&node, &token).await?,
    }
    node.store().close().await;
    Ok(())
}

async fn add(node: &Node, new: NewToken, json: bool) -> Result<(), Fault> {
    let made = node.add_token(new).await?;
    if json {
        println!(
            "{}",
            serde_json::json!({
                "id": made.row.id,
                "token": made.text,
                "name": made.row.name,
                "scopes": made.row.scopes,
                "expires_at": made.row.expires_at,
            })
        );
    } else {
        println!("{}", made.text);
        eprintln!(
            "This token is shown once and works until {}. Put it into the program's settings, not \
             into messages.",
            made.row.expires_at
        );
    }
    Ok(())
}

async fn list(node: &Node, json: bool) -> Result<(), Fault> {
    let now = node.now();
    for token in node.tokens().await? {
        let state = match token.revoked_at {
            Some(_) => "revoked",
            None if token.works(now) => "works",
            None => "expired",
        };
        let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
        let used = token.used_on.map(day);
        if json {
            println!(
                "{}",
                serde_json::json!({
                    "id": token.id,
                    "name": token.name,
                    "scopes": token.scopes,
                    "account": token.user.map(|user| user.0),
                    "created_at": token.created_at,
                    "expires_at": token.expires_at,
                    "used_on": used,
                    "revoked_at": token.revoked_at,
                    "state": state,
                })
            );
        } else {
            println!(
                "{}\t{}\t{}\t{state}\tuntil {}\tused {}",
                token.id,
                token.name,
                token.scopes.join(","),
                day(token.expires_at),
                used.as_deref().unwrap_or("never"),
            );
        }
    }
    Ok(())
}

/// By identifier, or by the name of the one that works.
async fn revoke(node: &Node, token: &str) -> Result<(), Fault> {
    let now = node.now();
    let by_name = node.tokens().await?.into_iter();
    let named = by_name
        .filter(|row| row.works(now))
        .find(|row| row.name == token)
        .map(|row| row.id);
    let id = named.or_else(|| token.parse::<Uuid>().ok());
    let id = id.ok_or(pengayom_node::HandleError::NotFound("token that works"))?;
    Ok(node.revoke_token(id).await?)
}
