//! A bit that was flipped anywhere in acts, in what was told with them or in the ledger's tiles is
//! found, and the audit says where. Ten thousand of them, on each engine.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pengayom_ledger::{TileId, TreeHead, integrate, leaf_hash};
use pengayom_store::audit::Altered;
use pengayom_store::ledger::Integrated;
use pengayom_store::proof::StoredAct;
use pengayom_store::{Append, Store};
use pengayom_store_contract::made::{
    answered, at, encounter, feedback, filing, follow, pati, rembang, request,
};
use pengayom_testkit::postgres::Database;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

/// Flips altogether, and at once: fewer than one audit names.
const FLIPS: usize = 10_000;
const AT_ONCE: usize = 20;

/// Acts in the record: more than a whole tile of leaves.
const ACTS: i64 = 300;

/// A store, open to any other program.
enum ByHand {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl ByHand {
    async fn sqlite(path: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(path);
        Self::Sqlite(options.connect().await.unwrap())
    }

    async fn postgres(url: &str) -> Self {
        let options: PgConnectOptions = url.parse().unwrap();
        Self::Postgres(options.connect().await.unwrap())
    }

    async fn run(&mut self, sql: String) {
        match self {
            Self::Sqlite(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(connection)
                    .await
                    .unwrap();
            }
            Self::Postgres(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(connection)
                    .await
                    .unwrap();
            }
        }
    }

    /// Two columns of bytes by number.
    async fn two(&mut self, sql: &'static str) -> Vec<(i64, Vec<u8>, Vec<u8>)> {
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(sql).fetch_all(connection).await.unwrap();
                rows.iter()
                    .map(|r| (r.get(0), r.get(1), r.get(2)))
                    .collect()
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(sql).fetch_all(connection).await.unwrap();
                rows.iter()
                    .map(|r| (r.get(0), r.get(1), r.get(2)))
                    .collect()
            }
        }
    }

    async fn let_acts_be_changed(&mut self) {
        let sql = match self {
            Self::Sqlite(_) => "DROP TRIGGER acts_are_not_changed",
            Self::Postgres(_) => "ALTER TABLE acts DISABLE TRIGGER USER",
        };
        self.run(sql.to_owned()).await;
    }

    /// A value as the engine writes one.
    fn literal(&self, value: &Value) -> String {
        let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
        match (self, value) {
            (_, Value::Number(number)) => number.to_string(),
            (Self::Sqlite(_), Value::Text(text)) => format!("CAST(x'{}' AS TEXT)", hex(text)),
            (Self::Sqlite(_), Value::Bytes(bytes)) => format!("x'{}'", hex(bytes)),
            (Self::Sqlite(_), Value::Id(id)) => format!("x'{}'", hex(id.as_bytes())),
            (Self::Postgres(_), Value::Text(text)) => {
                format!("convert_from('\\x{}'::bytea, 'UTF8')", hex(text))
            }
            (Self::Postgres(_), Value::Bytes(bytes)) => format!("'\\x{}'::bytea", hex(bytes)),
            (Self::Postgres(_), Value::Id(id)) => format!("'{id}'::uuid"),
        }
    }

    fn update(&self, place: &Target, value: &Value) -> String {
        let literal = self.literal(value);
        let Target {
            table, column, key, ..
        } = place;
        format!("UPDATE {table} SET {column} = {literal} WHERE unit = 'polres-pati' AND {key}")
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(i64),
    Text(Vec<u8>),
    Bytes(Vec<u8>),
    Id(uuid::Uuid),
}

impl Value {
    /// The value with one bit flipped; `None` where the engine does not take what comes out.
    fn flipped(&self, rng: &mut SmallRng, any_bytes: bool) -> Option<Self> {
        let mut flip = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let at = rng.random_range(0..bytes.len());
            let before = bytes[at];
            bytes[at] ^= 1 << rng.random_range(0..8_u32);
            (bytes, before, at)
        };
        match self {
            Self::Number(number) => {
                let flipped = number ^ (1_i64 << rng.random_range(0..62_u32));
                (flipped > 0).then_some(Self::Number(flipped))
            }
            Self::Text(text) => {
                let (bytes, before, at) = flip(text);
                // PostgreSQL keeps nothing that is no text.
                let good =
                    any_bytes || (before.is_ascii() && bytes[at].is_ascii() && bytes[at] > 0);
                good.then_some(Self::Text(bytes))
            }
            Self::Bytes(bytes) => Some(Self::Bytes(flip(bytes).0)),
            Self::Id(id) => {
                let (bytes, ..) = flip(id.as_bytes());
                Some(Self::Id(uuid::Uuid::from_slice(&bytes).unwrap()))
            }
        }
    }
}

/// A value in the store, and what an audit has to say when it is another.
#[derive(Debug, Clone)]
struct Target {
    table: &'static str,
    column: &'static str,
    key: String,
    /// Of two targets with the same one is flipped at a time.
    row: String,
    value: Value,
    altered: Altered,
}

fn of_act(act: &StoredAct) -> Vec<Target> {
    let sequence = act.sequence;
    let text = |text: &str| Some(Value::Text(text.as_bytes().to_vec()));
    let columns = [
        ("subject_kind", text(&act.subject_kind)),
        ("subject_id", Some(Value::Id(act.subject_id))),
        ("version", Some(Value::Number(act.version))),
        ("id", Some(Value::Id(act.id))),
        ("kind", text(&act.kind)),
        ("schema_version", Some(Value::Number(act.schema_version))),
        ("actor", text(&act.actor)),
        ("happened_at", Some(Value::Number(act.happened_at))),
        ("recorded_at", Some(Value::Number(act.recorded_at))),
        ("place", act.place.as_deref().and_then(text)),
        ("payload", text(&act.payload)),
        ("salt", Some(Value::Bytes(act.salt.to_vec()))),
        (
            "told_hash",
            act.told_hash.map(|hash| Value::Bytes(hash.to_vec())),
        ),
        ("commitment", Some(Value::Bytes(act.commitment.to_vec()))),
    ];
    columns
        .into_iter()
        .filter_map(|(column, value)| {
            Some(Target {
                table: "acts",
                column,
                key: format!("seq = {sequence}"),
                row: format!("act {sequence}"),
                value: value?,
                altered: match column {
                    "commitment" => Altered::Commitment { sequence },
                    _ => Altered::Act { sequence },
                },
            })
        })
        .collect()
}

/// Three hundred acts with what was told, all but the last ten of them in the tree.
async fn fill(store: &dyn Store) -> Vec<(TileId, Vec<u8>)> {
    let minute = |n: u128| at(60 * i64::try_from(n).unwrap());
    let mut appends: Vec<Append> = Vec::new();
    for n in 1..=99 {
        appends.push(filing(&pati(), n, minute(n), request()));
        appends.push(encounter(
            &pati(),
            n,
            1,
            u8::try_from(n).unwrap(),
            minute(n),
        ));
        appends.push(feedback(&pati(), n, minute(n), &[], Some("Petugas sopan")));
    }
    for outcome in store.append_many(appends).await.unwrap() {
        outcome.unwrap();
    }
    store
        .append(filing(&rembang(), 1, at(0), request()))
        .await
        .unwrap();
    for n in 1..=3 {
        follow(store, &pati(), n, minute(200 + n), answered("Kami datang")).await;
    }
    assert_eq!(store.last_sequence(&pati()).await.unwrap(), ACTS);
    let commitments = store.commitments(&pati(), 0, 290).await.unwrap();
    let leaves: Vec<_> = commitments.iter().map(leaf_hash).collect();
    let grown = integrate(TreeHead::EMPTY, &BTreeMap::new(), &leaves).unwrap();
    let tiles: Vec<_> = grown
        .tiles
        .into_iter()
        .map(|tile| (tile.id, tile.hashes))
        .collect();
    let integrated = Integrated {
        origin: "pengayom/polres-pati/0a1b2c3d".to_owned(),
        from: 0,
        size: grown.head.size,
        root: grown.head.root,
        tiles: tiles.clone(),
    };
    store.integrate(&pati(), integrated).await.unwrap();
    tiles
}

async fn targets(
    store: &dyn Store,
    by_hand: &mut ByHand,
    tiles: Vec<(TileId, Vec<u8>)>,
) -> Vec<Target> {
    let mut targets = Vec::new();
    for sequence in 1..=ACTS {
        let act = store.stored_act(&pati(), sequence).await.unwrap();
        targets.extend(of_act(&act.unwrap()));
    }
    let told = match by_hand {
        ByHand::Sqlite(_) => {
            "SELECT seq, salt, CAST(words AS BLOB) FROM told WHERE unit = 'polres-pati'"
        }
        ByHand::Postgres(_) => {
            "SELECT seq, salt, convert_to(words, 'UTF8') FROM told WHERE unit = 'polres-pati'"
        }
    };
    for (sequence, salt, words) in by_hand.two(told).await {
        for (column, value) in [("salt", Value::Bytes(salt)), ("words", Value::Text(words))] {
            targets.push(Target {
                table: "told",
                column,
                key: format!("seq = {sequence}"),
                row: format!("told {sequence}"),
                value,
                altered: Altered::Told { sequence },
            });
        }
    }
    for (tile, hashes) in &tiles {
        let TileId { level, index } = *tile;
        targets.push(Target {
            table: "ledger_tiles",
            column: "hashes",
            key: format!("level = {level} AND idx = {index}"),
            row: format!("tile {level} {index}"),
            value: Value::Bytes(hashes.clone()),
            altered: Altered::Tile { level, index },
        });
    }
    targets
}

/// Where something is altered. Whether an act or the commitment beside it was, only its tile can tell:
/// not of an act that is in no tile yet, nor when that was altered at the same time.
fn said(altered: &Altered) -> String {
    match *altered {
        Altered::Commitment { sequence } => Altered::Act { sequence }.to_string(),
        ref other => other.to_string(),
    }
}

async fn every_flip_is_found(store: &dyn Store, mut by_hand: ByHand, any_bytes: bool) {
    let tiles = fill(store).await;
    let whole = store.audit(&pati(), &|_| ()).await.unwrap();
    assert_eq!(whole.named, []);
    assert_eq!((whole.acts, whole.size), (300, 290));
    let targets = targets(store, &mut by_hand, tiles).await;
    let subjects: Vec<Value> = targets
        .iter()
        .filter(|target| target.column == "subject_id")
        .map(|target| target.value.clone())
        .collect();
    by_hand.let_acts_be_changed().await;
    let mut rng = SmallRng::seed_from_u64(20_261_124);
    let mut flipped: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    // Where act, commitment and tile all say something else, nobody can tell which is right; so
    // tiles are flipped by themselves.
    let (of_tiles, of_rows): (Vec<Target>, Vec<Target>) = targets
        .into_iter()
        .partition(|target| target.table == "ledger_tiles");
    let mut all = 0;
    while all < FLIPS {
        let (targets, at_once) = if rng.random_ratio(1, 8) {
            (&of_tiles, of_tiles.len())
        } else {
            (&of_rows, AT_ONCE)
        };
        all += at_once;
        let mut chosen: BTreeMap<String, (Target, Value)> = BTreeMap::new();
        while chosen.len() < at_once {
            let target = &targets[rng.random_range(0..targets.len())];
            // The engine itself refuses a second act at one place in a subject's history.
            let refused = |value: &Value| target.column == "subject_id" && subjects.contains(value);
            if let Some(value) = target.value.flipped(&mut rng, any_bytes)
                && !refused(&value)
            {
                chosen
                    .entry(target.row.clone())
                    .or_insert((target.clone(), value));
            }
        }
        let (mut flips, mut back) = (Vec::new(), Vec::new());
        for (target, value) in chosen.values() {
            assert_ne!(&target.value, value);
            flips.push(by_hand.update(target, value));
            back.push(by_hand.update(target, &target.value));
            *flipped.entry((target.table, target.column)).or_default() += 1;
        }
        by_hand.run(flips.join(";")).await;
        let audit = store.audit(&pati(), &|_| ()).await.unwrap();
        let expected: BTreeSet<String> = chosen
            .values()
            .map(|(target, _)| said(&target.altered))
            .collect();
        let found: BTreeSet<String> = audit.named.iter().map(said).collect();
        assert!(expected.is_subset(&found), "{expected:?}\n{found:?}");
        // Nothing else is blamed, but that a hash of what was told that is another one is told of
        // twice: of the act and of the words.
        let told = |named: &&String| !named.starts_with("what was told");
        let (blamed, meant) = (found.iter().filter(told), expected.iter().filter(told));
        let (blamed, meant): (BTreeSet<_>, BTreeSet<_>) = (blamed.collect(), meant.collect());
        let wrongly: Vec<_> = blamed.difference(&meant).collect();
        assert!(wrongly.is_empty(), "{wrongly:?} {chosen:?}");
        assert!(!audit.is_whole());
        by_hand.run(back.join(";")).await;
    }
    assert!(flipped.len() >= 17, "{flipped:?}");
    assert!(flipped.values().all(|n| *n > 50), "{flipped:?}");
    let whole = store.audit(&pati(), &|_| ()).await.unwrap();
    assert_eq!(whole.named, []);
    // Another unit's record is another matter.
    assert!(store.audit(&rembang(), &|_| ()).await.unwrap().is_whole());
}

// S13, S22
#[tokio::test]
async fn ten_thousand_flipped_bits_are_found_in_sqlite() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = pengayom_store::open(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    let by_hand = ByHand::sqlite(&path).await;
    every_flip_is_found(&*store, by_hand, true).await;
}

// S13, S22
#[tokio::test]
async fn ten_thousand_flipped_bits_are_found_in_postgres() {
    let database = Database::new();
    let store = pengayom_store::open(database.url()).await.unwrap();
    let by_hand = ByHand::postgres(database.url()).await;
    every_flip_is_found(&*store, by_hand, false).await;
}
