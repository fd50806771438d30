//! A store for trying things out: a file that is gone when it is dropped.

use std::path::PathBuf;

use crate::model::EntryId;
use crate::store::{Location, Store, StoreError};

/// A database file that is gone when it is dropped. Close its store first.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A name that nobody else has, among the temporary files.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a default would be a new file each time")]
    pub fn new() -> Self {
        let name = format!("atalaya-scratch-{}.db", EntryId::new());
        Self { path: std::env::temp_dir().join(name) }
    }

    /// Makes the store.
    ///
    /// # Errors
    /// If there is no room for it.
    pub async fn open(&self) -> Result<Store, StoreError> {
        Store::open(&Location::Sqlite(self.path.clone())).await
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for suffix in ["db", "db-wal", "db-shm", "lock"] {
            let path = self.path.with_extension(suffix);
            if path.exists()
                && let Err(error) = std::fs::remove_file(&path)
            {
                tracing::debug!(%error, "a scratch file stays");
            }
        }
    }
}
