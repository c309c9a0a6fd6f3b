//! A node of Polres Pati on a store of its own, with a clock that is set and counted randomness.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test may stop at the first surprise; each test file uses a part of this"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::Actor;
use pengayom_core::place::StationId;
use pengayom_core::subject::case::{Channel, Harm};
use pengayom_core::value::{CommandId, UnitId};
use pengayom_node::access::{Role, Staff};
use pengayom_node::accounts::NewUser;
use pengayom_node::handle::case::{FileRequest, Filed};
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{Clock, Node, NodeKey, PersonDetails, Randomness, SharedNode};
use pengayom_store::Store;
use pengayom_store::rows::UnitRow;
use uuid::Uuid;

pub const PASSWORD: &str = "kata sandi panjang";

/// A clock that stands where it is set.
pub struct FixedClock(AtomicI64);

impl FixedClock {
    pub fn at(text: &str) -> Self {
        Self(AtomicI64::new(at(text).as_microsecond()))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Bytes that count up: different each time, the same in every run.
pub struct CountedRandomness(AtomicU64);

impl CountedRandomness {
    pub fn from(n: u64) -> Self {
        Self(AtomicU64::new(n))
    }
}

impl Randomness for CountedRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        use sha2::Digest as _;
        for part in bytes.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::SeqCst);
            let digest = sha2::Sha256::digest(n.to_be_bytes());
            part.copy_from_slice(&digest[..part.len()]);
        }
    }
}

pub struct World {
    pub node: SharedNode,
    pub clock: Arc<FixedClock>,
    _dir: Option<tempfile::TempDir>,
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

fn pack() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/id");
    let mut files = BTreeMap::new();
    for (dir, prefix) in [
        (root.clone(), ""),
        (root.join("words"), "words/"),
        (root.join("access"), "access/"),
    ] {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| {
                ["toml", "cedar", "cedarschema"]
                    .iter()
                    .any(|known| ending == *known)
            }) {
                let name = path.file_name().unwrap().to_str().unwrap();
                files.insert(
                    format!("{prefix}{name}"),
                    std::fs::read_to_string(&path).unwrap(),
                );
            }
        }
    }
    serde_json::to_string(&files).unwrap()
}

/// A store with the unit in it, which no node has opened.
pub async fn store_at(address: &str) -> (Arc<dyn Store>, UnitId) {
    let store = pengayom_store::open(address).await.unwrap();
    let row = UnitRow {
        id: "polres-pati".parse().unwrap(),
        config: read("data/pati/unit.toml"),
        areas: read("data/pati/areas.geojson"),
        pack: pack(),
        adopted_at: at("2026-11-01T00:00:00Z"),
        simulated: false,
    };
    store.put_unit(&row).await.unwrap();
    (store, row.id)
}

impl World {
    /// Tuesday 24 November 2026, 09.00 WIB.
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("unit.db");
        Self::at(&format!("sqlite:{}", path.display()), 1, Some(dir)).await
    }

    /// The same on a store that others may be on as well; each with randomness from another number.
    pub async fn at(address: &str, random_from: u64, dir: Option<tempfile::TempDir>) -> Self {
        let (store, unit) = store_at(address).await;
        let start = at("2026-11-24T02:00:00Z").as_microsecond();
        let clock = Arc::new(FixedClock(AtomicI64::new(start)));
        let randomness = Arc::new(CountedRandomness::from(random_from));
        let key = NodeKey::new([7; 32]);
        let shared = Arc::clone(&clock) as Arc<dyn Clock>;
        let node = Node::open(store, &unit, key, shared, randomness)
            .await
            .unwrap();
        Self {
            node: Arc::new(node),
            clock,
            _dir: dir,
        }
    }

    pub fn pass_minutes(&self, minutes: i64) {
        let now = self.clock.now() + SignedDuration::from_mins(minutes);
        self.clock.0.store(now.as_microsecond(), Ordering::SeqCst);
    }

    /// An officer with a role, at a station or at the unit itself.
    pub async fn officer(&self, login: &str, role: Role, station: Option<&str>) -> Staff {
        let new = NewUser {
            login: login.to_owned(),
            name: format!("Nama {login}"),
            rank: Some("Bripka".to_owned()),
            station: station.map(|station| station.parse::<StationId>().unwrap()),
            roles: vec![role],
            demo: false,
        };
        self.node.add_user(new, PASSWORD).await.unwrap();
        let staff = self.node.active_staff().await.unwrap();
        staff
            .into_iter()
            .find(|staff| staff.login == login)
            .unwrap()
    }

    pub async fn file(&self, service: &str, area: &str) -> Filed {
        let request = request(self.command(), service, area);
        self.node
            .file_request(request, &Actor::Citizen)
            .await
            .unwrap()
    }

    pub fn command(&self) -> CommandId {
        CommandId(self.node.new_id())
    }
}

pub fn command(n: u128) -> CommandId {
    CommandId(Uuid::from_u128(n))
}

pub fn request(command: CommandId, service: &str, area: &str) -> FileRequest {
    FileRequest {
        command,
        service: service.parse().unwrap(),
        report_kind: None,
        channel: Channel::Web,
        paper: None,
        description: "Ada orang bertengkar di jalan".to_owned(),
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        place: PlaceInput::Area {
            area: area.parse().unwrap(),
            text: None,
        },
        reporter: PersonDetails::default(),
        media: Vec::new(),
        simulated: false,
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
