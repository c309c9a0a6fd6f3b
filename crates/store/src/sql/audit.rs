//! Reading the record as it lies there, damaged or not, and holding it to the ledger.

use std::collections::{BTreeMap, HashMap};

use pengayom_core::value::UnitId;
use pengayom_ledger::{
    EMPTY_ROOT, TileId, commitment, leaf_hash, node_hash, told_hash as told_hash_of,
};
use uuid::Uuid;

use super::engine::{Connection, Engine, Row};
use super::map::get;
use super::query::Query;
use crate::audit::{Altered, Audit};
use crate::dump::run::snapshot;
use crate::error::StoreError;
use crate::proof::ActColumns;
use crate::rebuild::Progress;

/// How many acts are read at once: four tiles of leaves.
const ACTS: i64 = 1_024;

/// How many ids of tiles are read at once.
const TILES: i64 = 10_000;

/// How many leaves a tile has.
const WIDTH: u64 = 256;

/// Kinds of acts that say that something told was erased.
const ERASURES: [&str; 3] = [
    "case.personal_data_erased",
    "encounter.personal_data_erased",
    "feedback.personal_data_erased",
];

type Hash = [u8; 32];

/// Audits a unit's record.
pub(super) async fn run(
    connection: &mut Connection,
    unit: &UnitId,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Audit, StoreError> {
    snapshot(connection).await?;
    let mut auditor = Auditor {
        unit,
        audit: Audit::default(),
        root: None,
        erased: erasures(connection, unit).await?,
        tree: Tree::default(),
        tiles: 0,
        waiting: Vec::new(),
    };
    auditor.read_state(connection).await?;
    auditor.read_acts(connection, progress).await?;
    auditor.finish(connection).await?;
    connection.run("ROLLBACK").await?;
    Ok(auditor.audit)
}

struct Auditor<'a> {
    unit: &'a UnitId,
    audit: Audit,
    /// The root that is kept.
    root: Option<Hash>,
    /// Subjects of which something was erased, and by which act.
    erased: HashMap<(Vec<u8>, Uuid), i64>,
    tree: Tree,
    /// Tiles that were compared and are there.
    tiles: u64,
    /// Tiles that became whole and wait to be compared.
    waiting: Vec<(TileId, Vec<u8>)>,
}

/// Subjects with an act that says that something was erased, and its place.
async fn erasures(
    connection: &mut Connection,
    unit: &UnitId,
) -> Result<HashMap<(Vec<u8>, Uuid), i64>, StoreError> {
    let kind = bytes(connection.engine(), "subject_kind");
    let mut query = connection.query(format!(
        "SELECT {kind} AS subject_kind, subject_id, max(seq) AS seq FROM acts WHERE unit = "
    ));
    query.push_bind(unit).push(" AND kind").push_among(ERASURES);
    query.push(" GROUP BY acts.subject_kind, subject_id");
    let rows = connection.fetch_all(query).await?;
    rows.iter()
        .map(|row| {
            let subject = (get(row, "subject_kind")?, get(row, "subject_id")?);
            Ok((subject, get(row, "seq")?))
        })
        .collect()
}

/// A text as the bytes it is kept as: in a damaged store it may be no text.
fn bytes(engine: Engine, column: &str) -> String {
    match engine {
        Engine::Sqlite => format!("CAST({column} AS BLOB)"),
        Engine::Postgres => format!("convert_to({column}, 'UTF8')"),
    }
}

/// An act as it lies there, already held to what stands beside it in its row.
struct Raw {
    sequence: i64,
    /// What its columns come to.
    committed: Option<Hash>,
    /// What was committed to.
    kept: Option<Hash>,
    told: Told,
}

/// What was told with an act.
enum Told {
    /// Nothing, and there is nothing.
    Nothing,
    /// It is what it was.
    Whole,
    /// It is not what it was.
    Altered,
    /// There is something, and nothing was told.
    Added,
    /// It is gone, of this subject.
    Gone(Vec<u8>, Uuid),
}

fn hash_of(row: &Row, column: &'static str) -> Result<Option<Hash>, StoreError> {
    Ok(get::<Option<&[u8]>>(row, column)?.and_then(|bytes| bytes.try_into().ok()))
}

impl Raw {
    fn read(unit: &UnitId, row: &Row) -> Result<Self, StoreError> {
        let told_hash = hash_of(row, "told_hash")?;
        let columns = ActColumns {
            sequence: get(row, "seq")?,
            subject_kind: get(row, "subject_kind")?,
            subject_id: get(row, "subject_id")?,
            version: get(row, "version")?,
            id: get(row, "id")?,
            kind: get(row, "kind")?,
            schema_version: get(row, "schema_version")?,
            actor: get(row, "actor")?,
            happened_at: get(row, "happened_at")?,
            recorded_at: get(row, "recorded_at")?,
            told_hash: told_hash.as_ref(),
            place: get(row, "place")?,
            payload: get(row, "payload")?,
        };
        let salt = hash_of(row, "salt")?;
        let words: Option<&[u8]> = get(row, "words")?;
        let told = match (told_hash, words) {
            (None, None) => Told::Nothing,
            (None, Some(_)) => Told::Added,
            (Some(hash), Some(words)) => {
                let salt = hash_of(row, "told_salt")?;
                match salt.map(|salt| told_hash_of(&salt, words)) {
                    Some(found) if found == hash => Told::Whole,
                    _ => Told::Altered,
                }
            }
            (Some(_), None) => Told::Gone(columns.subject_kind.to_vec(), columns.subject_id),
        };
        Ok(Self {
            sequence: columns.sequence,
            committed: salt.map(|salt| commitment(&salt, columns.text(unit))),
            kept: hash_of(row, "commitment")?,
            told,
        })
    }

    /// A page of them.
    fn read_all(unit: &UnitId, rows: &[Row]) -> Result<Vec<Self>, StoreError> {
        rows.iter().map(|row| Self::read(unit, row)).collect()
    }
}

impl Auditor<'_> {
    async fn read_state(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let query = connection.query(
            "SELECT origin, size, root, published_size, checkpoint FROM ledger WHERE unit = $1",
        );
        let Some(row) = connection.fetch_optional(query.bind(self.unit)).await? else {
            return Ok(());
        };
        let audit = &mut self.audit;
        audit.origin = Some(get(&row, "origin")?);
        audit.size = u64::try_from(get::<i64>(&row, "size")?).unwrap_or(0);
        let published = get::<i64>(&row, "published_size")?;
        audit.published_size = u64::try_from(published).unwrap_or(0);
        audit.checkpoint = get(&row, "checkpoint")?;
        self.root = hash_of(&row, "root")?;
        Ok(())
    }

    fn page(&self, connection: &Connection, after: i64) -> Query {
        let text = |column| bytes(connection.engine(), column);
        let mut query = connection.query(format!(
            "SELECT acts.seq AS seq, {} AS subject_kind, subject_id, version, id, {} AS kind,
                schema_version, {} AS actor, happened_at, recorded_at, {} AS place, {} AS payload,
                acts.salt AS salt, told_hash, commitment, told.salt AS told_salt, {} AS words
             FROM acts LEFT JOIN told ON told.unit = acts.unit AND told.seq = acts.seq
             WHERE acts.unit = ",
            text("subject_kind"),
            text("kind"),
            text("actor"),
            text("place"),
            text("payload"),
            text("told.words"),
        ));
        query.push_bind(self.unit).push(" AND acts.seq > ");
        query.push_bind(after).push(" ORDER BY acts.seq LIMIT ");
        query.push_bind(ACTS);
        query
    }

    async fn read_acts(
        &mut self,
        connection: &mut Connection,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), StoreError> {
        let query = connection
            .query("SELECT count(*) AS n FROM acts WHERE unit = $1")
            .bind(self.unit);
        let of: i64 = get(&connection.fetch_one(query).await?, "n")?;
        let of = u64::try_from(of).unwrap_or(0);
        let mut next = 1_i64;
        let mut rows = connection.fetch_all(self.page(connection, 0)).await?;
        while let Some(last) = rows.last() {
            // While this page is hashed, the next one is read.
            let last = get(last, "seq")?;
            let unit = self.unit.clone();
            let hashing = tokio::task::spawn_blocking(move || Raw::read_all(&unit, &rows));
            rows = connection.fetch_all(self.page(connection, last)).await?;
            let acts = hashing
                .await
                .map_err(|error| StoreError::Engine(Box::new(error)))??;
            let first = acts.first().map_or(last, |act| act.sequence);
            let leaves = self.leaves(connection, first, last).await?;
            for act in &acts {
                if next < act.sequence {
                    // A gap may be as wide as a number goes: the first place says it.
                    self.audit.add(Altered::Missing { sequence: next });
                }
                next = act.sequence + 1;
                self.judge(act, leaves.get(&act.sequence));
            }
            self.compare(connection).await?;
            let acts = self.audit.acts;
            progress(Progress { acts, of });
        }
        Ok(())
    }

    /// What the tiles hold of acts from one place to another.
    async fn leaves(
        &self,
        connection: &mut Connection,
        first: i64,
        last: i64,
    ) -> Result<BTreeMap<i64, Hash>, StoreError> {
        let width = i64::try_from(WIDTH).unwrap_or(256);
        let query = connection
            .query(
                "SELECT idx, hashes FROM ledger_tiles WHERE unit = $1 AND level = 0
                 AND idx BETWEEN $2 AND $3 ORDER BY idx LIMIT $4",
            )
            .bind(self.unit)
            .bind((first - 1) / width)
            .bind((last - 1) / width)
            .bind(ACTS);
        let mut leaves = BTreeMap::new();
        for row in connection.fetch_all(query).await? {
            let index: i64 = get(&row, "idx")?;
            let hashes: Vec<u8> = get(&row, "hashes")?;
            let from = index.saturating_mul(width).saturating_add(1);
            for (sequence, hash) in (from..).zip(hashes.as_chunks::<32>().0) {
                leaves.insert(sequence, *hash);
            }
        }
        Ok(leaves)
    }

    fn judge(&mut self, act: &Raw, in_tile: Option<&Hash>) {
        let sequence = act.sequence;
        self.audit.acts += 1;
        let recomputed = act.committed.as_ref().map(leaf_hash);
        let leaf = if recomputed.is_some() && act.committed == act.kept {
            recomputed
        } else if in_tile.is_some() && in_tile == recomputed.as_ref() {
            self.audit.add(Altered::Commitment { sequence });
            recomputed
        } else {
            self.audit.add(Altered::Act { sequence });
            act.kept.as_ref().map(leaf_hash).or(recomputed)
        };
        self.judge_told(act);
        let index = u64::try_from(sequence.saturating_sub(1)).unwrap_or(u64::MAX);
        if index == self.tree.size
            && index < self.audit.size
            && let Some(leaf) = leaf
        {
            self.tree.push(&leaf, &mut self.waiting);
            if self.tree.size == self.audit.published_size {
                self.audit.published_root = Some(self.tree.root());
            }
        }
    }

    fn judge_told(&mut self, act: &Raw) {
        let sequence = act.sequence;
        match &act.told {
            Told::Nothing => {}
            Told::Whole => self.audit.told += 1,
            Told::Altered => self.audit.add(Altered::Told { sequence }),
            Told::Added => self.audit.add(Altered::ToldAdded { sequence }),
            Told::Gone(kind, subject) => {
                let by = self.erased.get(&(kind.clone(), *subject));
                // The act of an erasure may itself have named a place that went with it.
                if by.is_some_and(|by| *by >= sequence) {
                    self.audit.erased += 1;
                } else {
                    self.audit.add(Altered::ToldMissing { sequence });
                }
            }
        }
    }

    /// Compares tiles that became whole with those that are kept.
    async fn compare(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        for (tile, hashes) in std::mem::take(&mut self.waiting) {
            let index = i64::try_from(tile.index).unwrap_or(i64::MAX);
            let query = connection
                .query(
                    "SELECT hashes FROM ledger_tiles WHERE unit = $1 AND level = $2 AND idx = $3",
                )
                .bind(self.unit)
                .bind(i64::from(tile.level))
                .bind(index);
            let row = connection.fetch_optional(query).await?;
            let kept: Option<Vec<u8>> = row.map(|row| get(&row, "hashes")).transpose()?;
            self.tiles += u64::from(kept.is_some());
            if kept.as_deref() != Some(hashes.as_slice()) {
                let (level, index) = (tile.level, tile.index);
                self.audit.add(Altered::Tile { level, index });
            }
        }
        Ok(())
    }

    async fn finish(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        if self.tree.size < self.audit.size {
            let (size, acts) = (self.audit.size, self.tree.size);
            self.audit.add(Altered::Size { size, acts });
        }
        self.waiting = self.tree.parts();
        self.compare(connection).await?;
        self.audit.root = self.tree.root();
        if self.audit.published_size == 0 {
            self.audit.published_root = Some(EMPTY_ROOT);
        }
        if self.root.is_some_and(|kept| kept != self.audit.root) {
            self.audit.add(Altered::Root);
        }
        self.look_for_added(connection).await
    }

    /// Tiles and words that belong to nothing.
    async fn look_for_added(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let mut after = (-1_i64, -1_i64);
        loop {
            let query = connection
                .query(
                    "SELECT level, idx FROM ledger_tiles WHERE unit = $1 AND (level, idx) > ($2, $3)
                     ORDER BY level, idx LIMIT $4",
                )
                .bind(self.unit)
                .bind(after.0)
                .bind(after.1)
                .bind(TILES);
            let rows = connection.fetch_all(query).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let (level, index): (i64, i64) = (get(row, "level")?, get(row, "idx")?);
                after = (level, index);
                let known = match (u8::try_from(level), u64::try_from(index)) {
                    (Ok(level), Ok(index)) => TileId { level, index }.width_at(self.tree.size) > 0,
                    _ => false,
                };
                if !known {
                    self.audit.add(Altered::TileAdded { level, index });
                }
            }
        }
        let query = connection
            .query(
                "SELECT seq FROM told WHERE unit = $1 AND NOT EXISTS
                 (SELECT 1 FROM acts WHERE acts.unit = $1 AND acts.seq = told.seq)
                 ORDER BY seq LIMIT $2",
            )
            .bind(self.unit)
            .bind(ACTS);
        for row in connection.fetch_all(query).await? {
            let sequence = get(&row, "seq")?;
            self.audit.add(Altered::ToldAdded { sequence });
        }
        Ok(())
    }
}

/// The tree over leaves that come one after the other; keeps one unfinished tile a level.
#[derive(Default)]
struct Tree {
    size: u64,
    /// The unfinished tile of each level, and how many are whole before it.
    levels: Vec<(u64, Vec<u8>)>,
    /// Roots of whole subtrees from the left, each smaller than the one before: height and hash.
    roots: Vec<(u32, Hash)>,
}

impl Tree {
    fn push(&mut self, leaf: &Hash, whole: &mut Vec<(TileId, Vec<u8>)>) {
        self.size += 1;
        let mut grown = (0, *leaf);
        while let Some((height, hash)) = self.roots.last().copied()
            && height == grown.0
        {
            self.roots.pop();
            grown = (height + 1, node_hash(&hash, &grown.1));
        }
        self.roots.push(grown);
        self.push_hash(0, leaf, whole);
    }

    fn push_hash(&mut self, level: u8, hash: &Hash, whole: &mut Vec<(TileId, Vec<u8>)>) {
        let at = usize::from(level);
        if self.levels.len() <= at {
            self.levels.resize_with(at + 1, Default::default);
        }
        let Some((done, hashes)) = self.levels.get_mut(at) else {
            return;
        };
        hashes.extend_from_slice(hash);
        if hashes.len() < 8_192 {
            return;
        }
        let tile = std::mem::take(hashes);
        let index = *done;
        *done += 1;
        let above = over(&tile);
        whole.push((TileId { level, index }, tile));
        self.push_hash(level + 1, &above, whole);
    }

    /// The tiles that are not whole.
    fn parts(&self) -> Vec<(TileId, Vec<u8>)> {
        (0..=u8::MAX)
            .zip(&self.levels)
            .filter(|(_, (_, hashes))| !hashes.is_empty())
            .map(|(level, (index, hashes))| {
                let index = *index;
                (TileId { level, index }, hashes.clone())
            })
            .collect()
    }

    /// Root over all leaves so far (RFC 6962 §2.1).
    fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = roots.next() else {
            return EMPTY_ROOT;
        };
        roots.fold(last, |right, left| node_hash(&left, &right))
    }
}

/// Root over the hashes of a whole tile.
fn over(tile: &[u8]) -> Hash {
    let mut hashes: Vec<Hash> = tile.as_chunks::<32>().0.to_vec();
    while hashes.len() > 1 {
        hashes = hashes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[left, right]| node_hash(left, right))
            .collect();
    }
    hashes.first().copied().unwrap_or(EMPTY_ROOT)
}
