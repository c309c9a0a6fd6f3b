//! The store's contract on SQLite.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::Arc;

use pengayom_store::Store;
use pengayom_store_contract::{Engine, store_contract};

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
}

store_contract!(crate::SqliteFile);
