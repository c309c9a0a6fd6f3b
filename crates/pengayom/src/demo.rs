//! The demonstration: an embedded node with a sample unit, ready to click through.
//!
//! Polres Pati with its real areas and stations, and a month made up by a simulation that says so on
//! every page. The same seed and the same last day give the same month.

mod calls;
mod classes;
mod clock;
mod field;
mod first;
mod letter;
mod means;
mod progress;
mod proof;
mod queue;
mod rights;
mod scene;
mod simulate;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use pengayom_core::place::UnitConfig;
use pengayom_node::access::Role;
use pengayom_node::accounts::NewUser;
use pengayom_node::{Node, NodeKey, Randomness as _};
use pengayom_store::rows::UnitRow;

use crate::clock::SystemRandomness;
use crate::fault::Fault;
use clock::{SeededRandomness, SimulatedClock};
use words::SimulationWords;

static PACK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../packs/id");
static UNIT: &str = include_str!("../../../data/pati/unit.toml");
static AREAS: &str = include_str!("../../../data/pati/areas.geojson");
static WORDS: &str = include_str!("../../../data/pati/simulation.toml");
/// The real calls of Detroit, gzip.
pub(crate) static CALLS: &[u8] = include_bytes!("../../../data/detroit/calls_2019.csv.gz");

/// Password of every demonstration account that can be signed in to. It is published; a store that
/// has such accounts is served on loopback only.
pub(crate) const PASSWORD: &str = "contoh-pengayom";

/// One account to sign in with.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct DemoAccount {
    /// Role of the account.
    pub(crate) role: &'static str,
    /// Name to sign in with.
    pub(crate) user: String,
    /// Password.
    pub(crate) password: &'static str,
}

/// The accounts of the demonstration.
///
/// # Errors
/// [`Fault`] when the file of words that is built in does not read.
pub(crate) fn accounts() -> Result<Vec<DemoAccount>, Fault> {
    let words = SimulationWords::parse(WORDS)?;
    Ok(words
        .account
        .into_iter()
        .filter_map(|account| {
            let role = Role::parse(&account.role)?.as_str();
            Some(DemoAccount {
                role,
                user: account.login,
                password: PASSWORD,
            })
        })
        .collect())
}

/// How a demonstration is made.
#[derive(Debug, Clone)]
pub(crate) struct DemoPlan {
    /// What all chance follows from.
    pub(crate) seed: u64,
    /// Days before today that are made up.
    pub(crate) days: u16,
    /// The moment the month ends.
    pub(crate) until: Timestamp,
}

/// The unit as it is stored.
///
/// # Errors
/// [`Fault`] when what is built in does not read.
pub(crate) fn unit_row(adopted_at: Timestamp) -> Result<UnitRow, Fault> {
    let mut pack = BTreeMap::new();
    read_dir(&PACK, &mut pack);
    let config = UnitConfig::parse(UNIT).map_err(|error| Fault::Input(error.to_string()))?;
    Ok(UnitRow {
        id: config.code,
        config: UNIT.to_owned(),
        areas: AREAS.to_owned(),
        pack: serde_json::to_string(&pack).map_err(|error| Fault::Input(error.to_string()))?,
        adopted_at,
        simulated: true,
    })
}

fn read_dir(dir: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        let path = file.path();
        if path.extension().is_some_and(|extension| {
            crate::files::PACK_ENDINGS
                .iter()
                .any(|known| extension == *known)
        }) && let (Some(name), Some(text)) = (path.to_str(), file.contents_utf8())
        {
            files.insert(name.to_owned(), text.to_owned());
        }
    }
    for inner in dir.dirs() {
        read_dir(inner, files);
    }
}

/// Gives a demonstration that an earlier version made the unit of this one: pages ask its pack for
/// words that an older pack does not have. What was recorded stays.
async fn refresh(database: &Path, now: Timestamp) -> Result<(), Fault> {
    let row = unit_row(now)?;
    let store = pengayom_store::open(&format!("sqlite:{}", database.display())).await?;
    let there = store.unit(&row.id).await?;
    if there.is_some_and(|there| there.simulated && there.pack != row.pack) {
        store.put_unit(&row).await?;
    }
    store.close().await;
    Ok(())
}

/// Makes the demonstration in a folder, unless it is there already. Gives the store's address and
/// the key's file.
///
/// It is made beside and moved into place when whole, so that one that was broken off is made anew.
///
/// # Errors
/// [`Fault`].
pub(crate) async fn make(dir: &Path, plan: &DemoPlan) -> Result<Made, Fault> {
    let made = Made {
        database: dir.join("unit.db"),
        key: dir.join("unit.key"),
    };
    if made.database.exists() && made.key.exists() {
        refresh(&made.database, plan.until).await?;
        return Ok(made);
    }
    std::fs::create_dir_all(dir).map_err(Fault::file(dir))?;
    let building = dir.join("building");
    if building.exists() {
        std::fs::remove_dir_all(&building).map_err(Fault::file(&building))?;
    }
    std::fs::create_dir_all(&building).map_err(Fault::file(&building))?;
    let database = building.join("unit.db");
    let key_file = building.join("unit.key");
    let key = crate::key::make_key(&key_file)?;
    Box::pin(fill(&database, key, plan)).await?;
    std::fs::rename(&key_file, &made.key).map_err(Fault::file(&key_file))?;
    std::fs::rename(&database, &made.database).map_err(Fault::file(&database))?;
    std::fs::remove_dir_all(&building).map_err(Fault::file(&building))?;
    Ok(made)
}

/// Where a demonstration is.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// The database file.
    pub(crate) database: PathBuf,
    /// The key's file.
    pub(crate) key: PathBuf,
}

impl Made {
    /// The store's address.
    pub(crate) fn store(&self) -> String {
        format!("sqlite:{}", self.database.display())
    }
}

async fn fill(database: &Path, key: NodeKey, plan: &DemoPlan) -> Result<(), Fault> {
    let store = pengayom_store::open(&format!("sqlite:{}", database.display())).await?;
    let row = unit_row(plan.until)?;
    store.put_unit(&row).await?;
    let clock = Arc::new(SimulatedClock::new(plan.until));
    let randomness = Arc::new(SeededRandomness::new(plan.seed));
    let node = Node::open(
        Arc::clone(&store),
        &row.id,
        key,
        Arc::clone(&clock) as Arc<dyn pengayom_node::Clock>,
        randomness,
    )
    .await?;
    let words = SimulationWords::parse(WORDS)?;
    add_accounts(&node, &words).await?;
    // On the heap: a month has many kinds of scenes.
    Box::pin(simulate::month(&node, &clock, &words, CALLS, plan)).await?;
    means::fill(&node, &words, plan.until).await?;
    store.close().await;
    Ok(())
}

async fn add_accounts(node: &Node, words: &SimulationWords) -> Result<(), Fault> {
    for account in &words.account {
        let role = Role::parse(&account.role)
            .ok_or_else(|| Fault::Input(format!("simulation.toml: role {:?}", account.role)))?;
        let new = NewUser {
            login: account.login.clone(),
            name: account.name.clone(),
            rank: Some(account.rank.clone()),
            station: account.station.clone(),
            roles: vec![role],
            demo: true,
        };
        node.add_user(new, PASSWORD).await?;
    }
    let unit = node.unit();
    let stations = unit.geography.stations();
    let names = words.officers.names.iter().cycle();
    let ranks = words.officers.ranks.iter().cycle();
    for ((station, name), rank) in stations.iter().zip(names).zip(ranks) {
        let new = NewUser {
            login: format!("petugas-{}", station.id),
            name: name.clone(),
            rank: Some(rank.clone()),
            station: Some(station.id.clone()),
            roles: vec![Role::Patrol],
            demo: true,
        };
        add_unknown(node, new).await?;
    }
    let colleague = NewUser {
        login: words.colleague.login.clone(),
        name: words.colleague.name.clone(),
        rank: Some(words.colleague.rank.clone()),
        station: None,
        roles: vec![Role::Desk],
        demo: true,
    };
    add_unknown(node, colleague).await
}

/// Adds an account that only stands in the record: nobody knows its password, which does not follow
/// from the seed.
async fn add_unknown(node: &Node, new: NewUser) -> Result<(), Fault> {
    let mut random = [0_u8; 32];
    SystemRandomness.fill(&mut random);
    let password: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    node.add_user(new, &password).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use pengayom_core::act::Payload;
    use pengayom_core::subject::case::CaseAct;
    use pengayom_core::subject::officer::OfficerAct;
    use pengayom_core::subject::thing::ThingAct;
    use pengayom_core::subject::visit::VisitAct;
    use pengayom_store::rows::SequencedAct;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn plan(seed: u64) -> DemoPlan {
        DemoPlan {
            seed,
            days: 3,
            until: "2026-11-24T10:00:00Z".parse().unwrap(),
        }
    }

    async fn filled(dir: &Path, plan: &DemoPlan) -> Arc<dyn pengayom_store::Store> {
        let database = dir.join(format!("{}.db", plan.seed));
        Box::pin(fill(&database, NodeKey::new(KEY), plan))
            .await
            .unwrap();
        let address = format!("sqlite:{}", database.display());
        pengayom_store::open(&address).await.unwrap()
    }

    async fn made(dir: &Path, seed: u64) -> Vec<SequencedAct> {
        let store = filled(dir, &plan(seed)).await;
        let unit = "polres-pati".parse().unwrap();
        store.acts_after(&unit, 0, 500).await.unwrap()
    }

    /// What is told, without the identifiers of accounts, whose order alone follows from the seed.
    fn told(acts: &[SequencedAct]) -> Vec<(String, String)> {
        acts.iter()
            .map(|act| {
                let text = match &act.act.payload {
                    Payload::Case(CaseAct::RequestFiled(filed)) => filed.description.clone(),
                    other => other.kind().to_owned(),
                };
                (act.act.happened_at.to_string(), text)
            })
            .collect()
    }

    #[tokio::test]
    async fn the_same_seed_gives_the_same_month_and_it_says_that_it_is_made_up() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = made(one.path(), 1).await;
        assert!(first.len() > 50, "{}", first.len());
        assert_eq!(told(&first), told(&made(other.path(), 1).await));
        assert_ne!(told(&first), told(&made(other.path(), 2).await));
        for act in &first {
            match &act.act.payload {
                Payload::Case(CaseAct::RequestFiled(filed)) => assert!(filed.simulated),
                Payload::Visit(VisitAct::VisitorJoined(joined)) => assert!(joined.simulated),
                Payload::Thing(ThingAct::ThingRegistered(there)) => assert!(there.simulated),
                Payload::Officer(OfficerAct::QualificationGranted(granted)) => {
                    assert!(granted.simulated);
                }
                Payload::Case(_) | Payload::Visit(_) | Payload::Thing(_) | Payload::Officer(_) => {}
                Payload::Encounter(_)
                | Payload::Feedback(_)
                | Payload::Outage(_)
                | Payload::Unit(_) => {
                    let text = act.act.payload.to_stored().unwrap();
                    assert!(text.contains("\"simulated\":true") || text.contains("corrected"));
                }
            }
        }
    }

    /// Steps of first hours that are open before an officer, case by case.
    async fn before_them(node: &Node, login: &str) -> Vec<usize> {
        let staff = node.active_staff().await.unwrap();
        let officer = staff.iter().find(|one| one.login == login).unwrap();
        let unit = node.unit();
        let method = unit.method();
        let mut open = Vec::new();
        for row in node.own_cases(officer, 50).await.unwrap() {
            let case = node.case_history(officer, row.id).await.unwrap().case;
            let steps = case.first_hour_steps(&method);
            open.push(steps.iter().filter(|step| step.mark.is_none()).count());
        }
        open
    }

    // S8: the page of the road shows something from the first look.
    #[tokio::test]
    async fn patrol_and_community_have_work_before_them_when_it_opens() {
        let (dir, plan) = (tempfile::tempdir().unwrap(), plan(1));
        let node = Node::open(
            filled(dir.path(), &plan).await,
            &"polres-pati".parse().unwrap(),
            NodeKey::new(KEY),
            Arc::new(SimulatedClock::new(plan.until)) as Arc<dyn pengayom_node::Clock>,
            Arc::new(SeededRandomness::new(2)),
        )
        .await
        .unwrap();
        // An accident that somebody reached, a quarrel that nobody has; neighbours, and loud music.
        for (login, open) in [("patroli", [4, 4]), ("binmas", [2, 4])] {
            let mut found = before_them(&node, login).await;
            found.sort_unstable();
            assert_eq!(found, open, "{login}");
        }
    }

    #[test]
    fn there_is_an_account_for_each_role() {
        let roles: Vec<&str> = accounts()
            .unwrap()
            .iter()
            .map(|account| account.role)
            .collect();
        let all: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        assert_eq!(roles, all);
    }
}
