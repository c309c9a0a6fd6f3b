//! The store's contract on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::Arc;

use pengayom_store::Store;
use pengayom_store_contract::{BySql, Engine, store_contract};
use pengayom_testkit::postgres::Database;

/// A database of its own.
#[derive(Default)]
struct Postgres(Database);

impl Engine for Postgres {
    async fn open(&self) -> Arc<dyn Store> {
        pengayom_store::open(self.0.url()).await.unwrap()
    }

    async fn by_hand(&self, sql: BySql) {
        self.0.sql(sql.postgres);
    }
}

store_contract!(crate::Postgres);
