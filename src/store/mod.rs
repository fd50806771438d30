//! All SQL. One text of each query serves `SQLite` and `PostgreSQL`; jobs run on the store's own
//! threads, each in one transaction: SERIALIZABLE in effect on both, re-run when a race is lost.
//!
//! A job reads facts, calls pure decisions and writes their outcome, so that nothing is ever
//! decided on stale facts and nothing is half written.

pub mod alert_events;
pub mod alerts;
pub mod answers;
pub mod articles;
pub mod attempts;
pub mod channels;
pub mod complaint_service;
pub mod complaint_waves;
pub mod complaints;
pub mod deliveries;
pub mod digest_runs;
pub mod drills;
pub mod entries;
pub mod escalations;
pub mod flows;
pub mod gathered;
pub mod groups;
pub mod health;
pub mod held;
pub mod incident_events;
pub mod incidents;
pub mod inhibitors;
pub mod known;
pub mod leases;
pub mod mailboxes;
mod migrate;
pub mod plan_findings;
mod postgres;
pub mod prune;
pub mod quiet_topics;
pub mod quiz_results;
pub mod reminders;
pub mod replay;
pub mod search;
mod sequence;
pub mod silences;
pub mod sources;
pub mod spread;
mod sqlite;
pub mod status;
pub mod stories;
pub mod story_edits;
mod transaction;
pub mod verdicts;
pub mod waits;
pub mod watch_marks;
pub mod watched;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;

pub use transaction::{Column, Dialect, Row, Transaction, Value};

use worker::Worker;

/// Why a job did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another transaction was first; the same job, run again, sees its result.
    #[error("lost a race against another transaction: {0}")]
    Conflict(String),
    /// The database is away, full, locked or slow; worth trying later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A row or a query is not what this program expects.
    #[error("the store disagrees with this program: {0}")]
    Mismatch(String),
    /// The schema was written by a newer program.
    #[error("the store has schema {found}, this program knows up to {known}; use a newer atalaya")]
    Newer {
        /// Version in the store.
        found: i64,
        /// Latest version this program knows.
        known: i64,
    },
}

/// Where the store is.
#[derive(Debug, Clone)]
pub enum Location {
    /// A file; its directory is made if missing.
    Sqlite(PathBuf),
    /// A server, as a connection URL without password, and the password if it needs one.
    Postgres {
        /// `postgres://user@host/database?…`
        url: String,
        /// From a file or the environment, never from the URL.
        password: Option<SecretString>,
    },
}

/// The right to a row that was claimed: who holds it, and until when nobody else may take it.
#[derive(Debug, Clone, Copy)]
pub struct Lease<'a> {
    /// This process.
    pub owner: &'a str,
    /// Now.
    pub now: Timestamp,
    /// When others may take the row again.
    pub until: Timestamp,
}

/// A handle to the store; clones share its threads.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Arc<Worker>,
    reader: Arc<Worker>,
}

impl Store {
    /// Opens the store and brings its schema up to date.
    ///
    /// # Errors
    /// If it cannot be reached, is in use by another daemon (`SQLite`), or was written by a newer program.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let store = match location {
            Location::Sqlite(path) => {
                let (ours, theirs) = (path.clone(), path.clone());
                let writer =
                    Worker::start("store-writer", move || sqlite::Connection::writer(&ours))?;
                let reader =
                    Worker::start("store-reader", move || sqlite::Connection::reader(&theirs))?;
                Self { writer: Arc::new(writer), reader: Arc::new(reader) }
            }
            Location::Postgres { url, password } => {
                let server = postgres::Server::new(url, password.as_ref())?;
                let other = server.clone();
                let writer = Worker::start("store-writer", move || {
                    Ok(postgres::Connection::new(server.clone()))
                })?;
                let reader = Worker::start("store-reader", move || {
                    Ok(postgres::Connection::new(other.clone()))
                })?;
                Self { writer: Arc::new(writer), reader: Arc::new(reader) }
            }
        };
        store.write(migrate::migrate).await?;
        Ok(store)
    }

    /// Opens the store for reading beside the daemon that owns it; it must exist.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub fn open_to_read(location: &Location) -> Result<Self, StoreError> {
        Self::open_beside(location, sqlite::Connection::reader)
    }

    /// Opens the store for short writes beside the daemon that owns it; it must exist, with a schema
    /// that is up to date.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub fn open_as_guest(location: &Location) -> Result<Self, StoreError> {
        Self::open_beside(location, sqlite::Connection::guest)
    }

    fn open_beside(
        location: &Location,
        connect: fn(&std::path::Path) -> Result<sqlite::Connection, StoreError>,
    ) -> Result<Self, StoreError> {
        let worker = match location {
            Location::Sqlite(path) => {
                let path = path.clone();
                Worker::start("store-beside", move || connect(&path))?
            }
            Location::Postgres { url, password } => {
                let server = postgres::Server::new(url, password.as_ref())?;
                Worker::start("store-reader", move || {
                    Ok(postgres::Connection::new(server.clone()))
                })?
            }
        };
        let worker = Arc::new(worker);
        Ok(Self { writer: Arc::clone(&worker), reader: worker })
    }

    /// Runs a job in a transaction that may write. It may run several times; only the last counts.
    ///
    /// # Errors
    /// What the job answers, or [`StoreError::Unavailable`] if the store is away.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(job).await
    }

    /// Runs a job that only reads, beside the writer.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.reader.run(job).await
    }

    /// Ends both threads after the jobs they have.
    pub fn close(&self) {
        self.reader.close();
        self.writer.close();
    }
}
