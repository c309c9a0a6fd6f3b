//! The store's contract on SQLite.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::Arc;

use pengayom_store::Store;
use pengayom_store_contract::{BySql, Engine, store_contract};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

/// A SQLite file of its own.
struct SqliteFile(tempfile::TempDir);

impl Default for SqliteFile {
    fn default() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Engine for SqliteFile {
    async fn open(&self) -> Arc<dyn Store> {
        let path = self.0.path().join("record.sqlite");
        let address = format!("sqlite:{}", path.display());
        pengayom_store::open(&address).await.unwrap()
    }

    async fn by_hand(&self, sql: BySql) {
        let path = self.0.path().join("record.sqlite");
        let file = SqliteConnectOptions::new().filename(path);
        let mut file = file.connect().await.unwrap();
        sqlx::query(sql.sqlite).execute(&mut file).await.unwrap();
    }
}

store_contract!(crate::SqliteFile);
