//! Every table can be distributed by unit, and every statement asks for a unit: so that a store of
//! many units can be split over parts or servers (`docs/scale.md`).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use pengayom_store::Store;
use pengayom_store_contract::{BySql, Engine};
use pengayom_testkit::postgres::{Cluster, Database, try_psql};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Row as _};

/// What tells which migrations were carried out. It belongs to the database, not to a unit.
const MIGRATIONS: &str = "_sqlx_migrations";

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// What PostgreSQL's catalogue says of the schema: what Citus and partitions ask for.
#[tokio::test]
async fn every_table_of_postgres_can_be_distributed_by_unit() {
    let database = Database::new();
    let store = pengayom_store::open(database.url()).await.unwrap();
    let tables = database.sql(
        "SELECT relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
    );
    let tables: BTreeSet<&str> = tables.lines().filter(|name| *name != MIGRATIONS).collect();
    assert!(tables.len() >= 26, "{tables:?}");
    // The page that says how to distribute them forgets none.
    let page = include_str!("../../../docs/scale.md");
    for table in &tables {
        let statement = format!("create_distributed_table('{table}', 'unit'");
        assert!(page.contains(&statement), "docs/scale.md lacks {table}");
    }
    // Every index begins with the unit, those that keep something unique above all; but the index of
    // words, which is asked together with a unit and splits like its table.
    let indexes = database.sql(
        "SELECT c.relname, i.relname, x.indisunique, x.indisprimary, coalesce(a.attname, '')
         FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid
         JOIN pg_class AS i ON i.oid = x.indexrelid
         LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
         WHERE c.relnamespace = 'public'::regnamespace",
    );
    let mut keyed = BTreeSet::new();
    for line in indexes.lines() {
        let parts: Vec<&str> = line.split('|').collect();
        let (table, index, unique, primary, first) =
            (parts[0], parts[1], parts[2], parts[3], parts[4]);
        if table == MIGRATIONS {
            continue;
        }
        if primary == "t" {
            keyed.insert(table);
        }
        if index == "case_words_by_search" {
            assert_eq!(unique, "f");
        } else {
            assert_eq!(first, "unit", "{index}");
        }
    }
    assert_eq!(keyed, tables, "tables with a primary key");
    // The unit is of one type everywhere, and never missing.
    let units = database.sql(
        "SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
         JOIN pg_collation AS o ON o.oid = a.attcollation
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
         AND a.attname = 'unit' AND a.attnotnull AND a.atttypid = 'text'::regtype
         AND o.collname = 'C'",
    );
    assert_eq!(units.lines().collect::<BTreeSet<_>>(), tables);
    for (what, sql) in [
        (
            "foreign keys and exclusions",
            "SELECT conname FROM pg_constraint WHERE contype IN ('f', 'x')",
        ),
        (
            "sequences",
            "SELECT relname FROM pg_class WHERE relkind = 'S'
             AND relnamespace = 'public'::regnamespace",
        ),
        (
            "columns that count by themselves or have a default",
            "SELECT c.relname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
             WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> '_sqlx_migrations'
             AND (a.attidentity <> '' OR a.attgenerated <> '' OR a.atthasdef)",
        ),
        (
            "triggers on other tables than acts",
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid <> 'acts'::regclass",
        ),
        ("rules", "SELECT rulename FROM pg_rules WHERE schemaname = 'public'"),
        ("views", "SELECT viewname FROM pg_views WHERE schemaname = 'public'"),
    ] {
        assert_eq!(database.sql(sql), "", "{what}");
    }
    store.close().await;
}

/// The same facts of a SQLite file: a unit can be taken out of it.
#[tokio::test]
async fn every_key_of_sqlite_begins_with_the_unit() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let address = format!("sqlite:{}", path.display());
    pengayom_store::open(&address).await.unwrap().close().await;
    let options = SqliteConnectOptions::new().filename(&path);
    let mut file = options.connect().await.unwrap();
    let rows = sqlx::query(
        "SELECT tables.name, indexes.name, indexes.origin, indexes.\"unique\", columns.name
         FROM pragma_table_list AS tables, pragma_index_list(tables.name) AS indexes,
            pragma_index_info(indexes.name) AS columns
         WHERE tables.schema = 'main' AND columns.seqno = 0 AND tables.type = 'table'
         AND tables.name NOT LIKE 'cases_fts%'",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    let mut keyed = BTreeSet::new();
    for row in rows {
        let table: String = row.get(0);
        let index: String = row.get(1);
        if table == MIGRATIONS {
            continue;
        }
        let first: Option<String> = row.get(4);
        assert_eq!(first.as_deref(), Some("unit"), "{table}: {index}");
        if row.get::<i64, _>(3) == 1 && row.get::<String, _>(2) != "c" {
            keyed.insert(table);
        }
    }
    let tables: BTreeSet<String> = sqlx::query_scalar(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
         AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'cases_fts%' AND name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut file)
    .await
    .unwrap()
    .into_iter()
    .collect();
    assert!(tables.len() >= 21, "{tables:?}");
    assert_eq!(keyed, tables, "tables with a key of their own");
    // Beside its key a case has a number within the file, which ties it to its words.
    let others: Vec<(String, String)> = sqlx::query_as(
        "SELECT tables.name, columns.name FROM pragma_table_list AS tables,
            pragma_table_info(tables.name) AS columns
         WHERE tables.schema = 'main' AND tables.type = 'table' AND columns.pk = 1
         AND columns.name <> 'unit' AND tables.name NOT LIKE 'cases_fts%'
         AND tables.name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    assert_eq!(others, [("cases".to_owned(), "row".to_owned())]);
    let foreign: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pragma_table_list AS tables,
            pragma_foreign_key_list(tables.name) WHERE tables.schema = 'main'",
    )
    .fetch_one(&mut file)
    .await
    .unwrap();
    assert_eq!(foreign, 0);
    let triggers: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'trigger'")
            .fetch_all(&mut file)
            .await
            .unwrap();
    assert_eq!(triggers, ["acts"]);
}

/// The server that keeps every statement it was given, while a test holds it.
static SERVER: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

/// A database on it.
struct Recorded {
    cluster: Arc<Cluster>,
    name: String,
}

/// Databases nobody uses; emptied they serve the next rule.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Default for Recorded {
    fn default() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let cluster = SERVER.lock().unwrap().upgrade().unwrap();
        let free = FREE.lock().unwrap().pop();
        let name = if let Some(name) = free {
            let empty = "/* by hand */ DROP SCHEMA public CASCADE; CREATE SCHEMA public";
            cluster.sql(&name, empty);
            name
        } else {
            let name = format!("rule{}", MADE.fetch_add(1, Ordering::Relaxed));
            cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
            name
        };
        Self { cluster, name }
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        FREE.lock().unwrap().push(std::mem::take(&mut self.name));
    }
}

impl Engine for Recorded {
    async fn open(&self) -> Arc<dyn Store> {
        pengayom_store::open(&self.cluster.url(&self.name))
            .await
            .unwrap()
    }

    async fn by_hand(&self, sql: BySql) {
        // So that what a test changes by hand is not taken for a statement of the store.
        let by_hand = format!("/* by hand */ {}", sql.postgres);
        self.cluster.sql(&self.name, &by_hand);
    }
}

/// Statements that are about the store as a whole.
const OF_THE_WHOLE: [&str; 8] = [
    // Whose units there are.
    "SELECT unit FROM units ORDER BY unit",
    // A backup is of all units, unit by unit; it is loaded only into a store that holds nothing.
    "SELECT unit FROM units UNION SELECT unit FROM acts UNION ",
    "SELECT EXISTS (SELECT $1 FROM units) OR EXISTS (SELECT $2 FROM acts) OR ",
    // The connection, and what is told between processes.
    "SELECT $1",
    "SELECT set_config(",
    "SELECT pg_notify(",
    "SELECT pg_logical_emit_message(",
    "SELECT current_database()",
];

/// What is wrong with a statement of the store; `None` when every table it reads or writes is asked
/// for a unit.
fn fault(statement: &str, tables: &BTreeSet<&str>) -> Option<String> {
    let text = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    // How much a backup will carry: the rows of a table and nothing else of them.
    let counted = text.strip_prefix("SELECT count(*) AS n FROM ");
    if counted.is_some_and(|table| tables.contains(table))
        || OF_THE_WHOLE.iter().any(|known| text.starts_with(known))
    {
        return None;
    }
    let words: Vec<&str> = text
        .split(|letter: char| !(letter.is_alphanumeric() || "_.".contains(letter)))
        .filter(|word| !word.is_empty())
        .collect();
    let (mut written, mut named) = (0, 0);
    for pair in words.windows(2) {
        let table = pair[1].trim_start_matches("public.");
        if !tables.contains(table) {
            continue;
        }
        match pair[0] {
            "INTO" => {
                written += 1;
                if !text.contains(&format!("INTO {table} (unit,"))
                    && !text.contains(&format!("INTO {table} (unit)"))
                {
                    return Some("a row without its unit first".to_owned());
                }
            }
            "FROM" | "JOIN" | "UPDATE" => named += 1,
            _ => {}
        }
    }
    let asked = ["unit = $", "unit = ANY($", "USING (unit", ".unit = "]
        .iter()
        .map(|condition| text.matches(condition).count())
        .sum::<usize>();
    // `x.unit = $1` was counted twice.
    let twice = text.matches(".unit = $").count();
    if written + named == 0 {
        return Some("it names no table".to_owned());
    }
    (asked - twice < named).then(|| format!("{named} tables, {} units", asked - twice))
}

#[test]
fn a_statement_without_a_unit_is_noticed() {
    let tables = BTreeSet::from(["acts", "cases", "case_words"]);
    for good in [
        "SELECT id FROM acts WHERE acts.unit = $1 AND seq > $2",
        "INSERT INTO acts (unit, seq) SELECT * FROM unnest($1::text[], $2::bigint[])",
        "SELECT id FROM cases JOIN case_words USING (unit, id) WHERE unit = $1",
        "UPDATE cases SET stage = $2 WHERE unit = $1 AND id = (SELECT id FROM cases WHERE unit = $1)",
        "SELECT unit FROM units ORDER BY unit",
    ] {
        assert_eq!(fault(good, &tables), None, "{good}");
    }
    for bad in [
        "SELECT id FROM acts WHERE seq > $1",
        "DELETE FROM cases",
        "INSERT INTO acts (seq, unit) VALUES ($1, $2)",
        "SELECT id FROM cases JOIN case_words ON cases.id = case_words.id WHERE unit = $1",
        "UPDATE cases SET stage = $2 WHERE unit = $1 AND id = (SELECT id FROM cases)",
        "SELECT now()",
    ] {
        assert!(fault(bad, &tables).is_some(), "{bad}");
    }
}

/// Runs rules of the contract one after the other, each on a database of its own.
macro_rules! run_each {
    ($engine:ty; $($module:ident: $($rule:ident),+;)+) => {
        $($(
            // Boxed: their sum lies on the stack of the test.
            Box::pin(pengayom_store_contract::$module::$rule(&<$engine>::default())).await;
        )+)+
    };
}

/// Every statement that the whole contract brings about names a unit for every table it touches; but
/// for a migration that moves the rows of every unit, which says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_asks_for_a_unit() {
    let cluster = Cluster::start(&[
        "shared_preload_libraries=pg_stat_statements",
        "pg_stat_statements.track_utility=off",
        "pg_stat_statements.max=10000",
    ]);
    cluster.sql("postgres", "CREATE EXTENSION pg_stat_statements");
    let cluster = Arc::new(cluster);
    *SERVER.lock().unwrap() = Arc::downgrade(&cluster);
    pengayom_store_contract::for_each_rule!(run_each, Recorded);
    let tables = cluster.sql(
        "rule0",
        "/* by hand */ SELECT relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    );
    let tables: BTreeSet<&str> = tables.lines().filter(|name| *name != MIGRATIONS).collect();
    let statements = cluster.sql(
        "postgres",
        "SELECT DISTINCT regexp_replace(query, '\\s+', ' ', 'g') AS query
         FROM pg_stat_statements JOIN pg_database ON oid = dbid WHERE datname LIKE 'rule%'
         AND query NOT LIKE '/* by hand */%' AND query NOT LIKE '%\\_sqlx\\_migrations%'
         AND query NOT LIKE '%pg_advisory%' AND query NOT LIKE '%/* of every unit */%'
         /* What an older program left is looked for in all units at once, when a store is opened. */
         AND query NOT LIKE 'SELECT unit FROM acts WHERE commitment IS NULL%'",
    );
    let statements = lines(&statements);
    assert!(statements.len() > 80, "{}", statements.len());
    let faults: Vec<String> = statements
        .iter()
        .filter_map(|statement| Some((statement, fault(statement, &tables)?)))
        .map(|(statement, fault)| format!("{fault}: {statement}"))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A database whose tables are split into parts by a hash of the unit.
struct Parted(Database);

impl Default for Parted {
    fn default() -> Self {
        let database = Database::new();
        let migrated = async {
            let store = pengayom_store::open(database.url()).await.unwrap();
            store.close().await;
        };
        let runtime = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| runtime.block_on(migrated));
        database.sql(include_str!("../../../scripts/partition_by_unit.sql"));
        Self(database)
    }
}

impl Engine for Parted {
    async fn open(&self) -> Arc<dyn Store> {
        pengayom_store::open(self.0.url()).await.unwrap()
    }

    async fn by_hand(&self, sql: BySql) {
        self.0.sql(sql.postgres);
    }
}

/// Plain PostgreSQL splits every table by unit, with all its keys and triggers, and the store does
/// not notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_split_by_unit_keep_the_contract() {
    let parted = Parted::default();
    let whole = "SELECT count(*) FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
         AND NOT c.relispartition AND a.attname = 'unit'";
    assert_eq!(parted.0.sql(whole), "0");
    pengayom_store_contract::mend::an_untouched_store_differs_in_nothing(&parted).await;
    for sql in [
        "UPDATE acts SET payload = ''",
        "DELETE FROM acts",
        "TRUNCATE acts",
        "TRUNCATE acts_0",
        "TRUNCATE acts_15",
    ] {
        assert!(try_psql(parted.0.url(), sql).is_err(), "{sql}");
    }
    run_each! { Parted;
        record: numbers_have_no_gaps_under_concurrency;
        record: a_repeated_command_gets_the_first_answer;
        record: a_number_brought_along_is_kept_and_unique;
        units: lists_of_one_unit_show_nothing_of_another;
        cases: pages_follow_each_other_without_gap_or_repetition;
        cases: a_search_needs_every_word_wherever_it_stands;
        dump: what_was_dumped_loads_into_an_empty_store;
        accounts: a_login_is_unique_in_a_unit;
        tokens: a_token_is_found_by_its_hash;
        webhooks: a_webhook_that_fails_holds_up_no_other;
        jobs: a_job_is_taken_by_one_at_a_time;
    }
}
