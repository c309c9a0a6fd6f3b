//! `pengayom user`: the accounts of staff.

use std::io::Read as _;

use clap::Subcommand;
use pengayom_core::place::StationId;
use pengayom_node::Node;
use pengayom_node::access::Role;
use pengayom_node::accounts::NewUser;

use crate::cli::StoreArguments;
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::wiring;

/// Arguments of `user`.
#[derive(Debug, clap::Args)]
pub(crate) struct UserArguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    key: KeyArguments,
    #[command(subcommand)]
    verb: UserVerb,
}

#[derive(Debug, Subcommand)]
enum UserVerb {
    /// Make an account; the password is read from standard input, or made and printed once
    Add {
        /// Name typed to sign in: a-z, 0-9, '.', '-', '_'
        login: String,
        /// Name as shown
        #[arg(long)]
        name: String,
        /// Rank, such as Bripka
        #[arg(long)]
        rank: Option<String>,
        /// Code of the station; without it the unit itself
        #[arg(long)]
        station: Option<StationId>,
        /// Role; may be given several times
        #[arg(long = "role", required = true, value_parser = parse_role)]
        roles: Vec<Role>,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// The password made here works for three days and must be changed at the first sign-in
        #[arg(long, conflicts_with = "password_stdin")]
        once: bool,
    },
    /// List the accounts
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Disable an account and end its sessions
    Disable {
        /// Name typed to sign in
        login: String,
    },
    /// Give an account a new password, end its sessions and remove its second factors
    Reset {
        /// Name typed to sign in
        login: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// The password must be changed at the next sign-in, within three days
        #[arg(long)]
        once: bool,
    },
}

fn parse_role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("one of {}", words.join(", "))
    })
}

/// Keeps accounts.
pub(crate) async fn run(arguments: UserArguments) -> Result<(), Fault> {
    let StoreArguments { store, unit } = &arguments.store;
    let node = wiring::open_node(store, unit.as_ref(), &arguments.key).await?;
    match arguments.verb {
        UserVerb::Add {
            login,
            name,
            rank,
            station,
            roles,
            password_stdin,
            once,
        } => {
            let new = NewUser {
                login,
                name,
                rank,
                station,
                roles,
                demo: false,
            };
            if once {
                let text = node.add_user_with_made_password(new).await?;
                Password { text, made: true }.tell();
            } else {
                let password = password(&node, password_stdin)?;
                node.add_user(new, &password.text).await?;
                password.tell();
            }
        }
        UserVerb::List { json } => list(&node, json).await?,
        UserVerb::Disable { login } => node.disable_user(&login).await?,
        UserVerb::Reset {
            login,
            password_stdin,
            once,
        } => {
            let password = password(&node, password_stdin)?;
            node.reset_password(&login, &password.text, once).await?;
            password.tell();
        }
    }
    node.store().close().await;
    Ok(())
}

/// A password and whether the program made it.
struct Password {
    text: String,
    made: bool,
}

impl Password {
    fn tell(&self) {
        if self.made {
            println!("{}", self.text);
            eprintln!("This password is shown once. Give it to the person, not by messages.");
        }
    }
}

fn password(node: &Node, from_stdin: bool) -> Result<Password, Fault> {
    if !from_stdin {
        return Ok(Password {
            text: node.new_password(),
            made: true,
        });
    }
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(Fault::system("reading the password from standard input"))?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    Ok(Password { text, made: false })
}

async fn list(node: &Node, json: bool) -> Result<(), Fault> {
    let unit = node.unit().id.clone();
    let users = node.store().users(&unit).await?;
    let kinds = ["totp", "passkey"];
    let with_second = node.store().accounts_with(&unit, &kinds).await?;
    for user in users {
        if json {
            println!(
                "{}",
                serde_json::json!({
                    "login": user.login,
                    "name": user.name,
                    "rank": user.rank,
                    "station": user.station,
                    "roles": user.roles,
                    "demo": user.demo,
                    "second_factor": with_second.contains(&user.id),
                    "disabled_at": user.disabled_at,
                })
            );
        } else {
            let station = user.station.map(|station| station.to_string());
            println!(
                "{}\t{} {}\t{}\t{}{}",
                user.login,
                user.rank.unwrap_or_default(),
                user.name,
                station.unwrap_or_else(|| "-".to_owned()),
                user.roles.join(","),
                if user.disabled_at.is_some() {
                    "\tdisabled"
                } else {
                    ""
                },
            );
        }
    }
    Ok(())
}
