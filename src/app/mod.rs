//! Builds everything from a configuration; starts, reloads and stops it in named steps.

pub mod alerts;
mod answer_key;
pub mod complaints;
pub mod contacts;
pub mod deliveries;
pub mod drills;
pub mod explain;
pub mod incidents;
pub mod mailboxes;
pub mod plans;
mod reload;
mod scratch;
pub mod service;
pub mod silences;
pub mod sources;
pub mod standings;
pub mod stories;
pub mod training;
pub mod trial;
pub mod verdicts;
pub mod watches;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{self, Config, Database, Finding};
pub use crate::pipeline::Parsing;
use crate::pipeline::{Live, LiveError, Parsers, Pipeline};
use crate::store::{Location, Store, StoreError, Transaction};
use crate::telemetry::Metrics;
use crate::web;
pub use scratch::Scratch;

/// Everything that was begun is finished within this after a stop, else left to the leases.
const DRAIN: Duration = Duration::from_secs(8);

/// Why the daemon does not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration is wrong.
    #[error("the configuration has errors")]
    Config(Vec<Finding>),
    /// The configuration is right and still cannot be used.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The store is away or not ours.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key for links in messages cannot be kept.
    #[error(
        "the key for links in messages cannot be kept in {}: {error}; make that possible, or name a \
         secret as `answer_key` in `[web]`", path.display()
    )]
    AnswerKey {
        /// Where.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The address of the status page is taken.
    #[error("{address} cannot be listened on: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
}

/// A running daemon.
pub struct App {
    config_path: PathBuf,
    live: watch::Sender<Arc<Live>>,
    config: watch::Sender<Arc<Config>>,
    metrics: Arc<Metrics>,
    pipeline: Pipeline,
    workers: TaskTracker,
    store: Store,
    web: Option<(SocketAddr, JoinHandle<()>)>,
    /// Stops the taking of new work.
    stop_work: CancellationToken,
    /// Stops the status page, last of all.
    stop_web: CancellationToken,
}

/// Reads and checks a configuration off the runtime: file I/O and rule compilation.
///
/// # Errors
/// Its findings, or what cannot be built from it.
pub async fn prepare(path: &Path) -> Result<(Live, Vec<Finding>), AppError> {
    let path = path.to_owned();
    let built = tokio::task::spawn_blocking(move || {
        let (config, warnings) = config::load(&path).map_err(AppError::Config)?;
        Ok((Live::build(config)?, warnings))
    });
    built.await.unwrap_or_else(|error| {
        Err(AppError::Live(LiveError::Rules(format!("the compilation was cut off: {error}"))))
    })
}

/// Opens the store that a configuration names.
///
/// # Errors
/// As [`Store::open`].
pub async fn open_store(config: &Config) -> Result<Store, StoreError> {
    Store::open(&location(config)).await
}

/// Opens the store that a configuration names for reading, beside the daemon or after it.
///
/// # Errors
/// As [`Store::open_to_read`].
pub fn open_archive(config: &Config) -> Result<Store, StoreError> {
    Store::open_to_read(&location(config))
}

/// Runs a job that only reads, beside the daemon or after it.
async fn reading<T: Send + 'static>(
    config: &Config,
    job: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let read = store.read(job).await;
    store.close();
    Ok(read?)
}

/// Runs a job that writes, beside the daemon.
async fn writing<T: Send + 'static>(
    config: &Config,
    job: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, AppError> {
    let store = Store::open_as_guest(&location(config))?;
    let done = store.write(job).await;
    store.close();
    Ok(done?)
}

fn location(config: &Config) -> Location {
    match config.database.clone() {
        Database::Sqlite(path) => Location::Sqlite(path),
        Database::Postgres { url, password } => Location::Postgres { url, password },
    }
}

impl App {
    /// Opens store and status page on a configuration that was prepared from `config_path`.
    /// Nothing is polled or sent before [`App::begin`].
    ///
    /// # Errors
    /// If the store is away, the address is taken or the key for links cannot be kept; nothing is left
    /// running then.
    pub async fn open(
        config_path: &Path,
        mut live: Live,
        parsing: &Parsing,
    ) -> Result<Self, AppError> {
        answer_key::provide(&mut live)?;
        let store = open_store(&live.config).await?;
        let sole_owner = matches!(live.config.database, Database::Sqlite(_));
        let listen = live.config.web.as_ref().map(|web| web.listen);
        let listener = bind(listen).await?;
        let (config, shown) = watch::channel(Arc::clone(&live.config));
        let (sender, receiver) = watch::channel(Arc::new(live));
        let metrics = Arc::new(Metrics::new());
        let (stop_work, stop_web) = (CancellationToken::new(), CancellationToken::new());
        let pipeline = Pipeline::new(
            store.clone(),
            sole_owner,
            receiver,
            Parsers::new(parsing),
            Arc::clone(&metrics),
            stop_work.clone(),
        )
        .await?;
        let state = web::Shared {
            store: store.clone(),
            config: shown,
            plans: |tx, config, number, event| {
                let heard = crate::pipeline::hear(tx, config, number, event)?;
                Ok(heard.map(|done| done.map(drop)))
            },
            complaints: crate::pipeline::file_complaint,
            ratings: crate::pipeline::rate_complaint,
            metrics: Arc::clone(&metrics),
            stopping: stop_work.clone(),
        };
        let web = listener.map(|(address, listener)| {
            (address, tokio::spawn(web::serve(listener, state, stop_web.clone())))
        });
        Ok(Self {
            config_path: config_path.to_owned(),
            live: sender,
            config,
            metrics,
            pipeline,
            workers: TaskTracker::new(),
            store,
            web,
            stop_work,
            stop_web,
        })
    }

    /// Starts the work.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn begin(&self) -> Result<(), StoreError> {
        self.pipeline.start(&self.workers).await
    }

    /// The shared parts of the workers: events and backlog.
    #[must_use]
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How many sources are configured.
    #[must_use]
    pub fn source_count(&self) -> usize {
        self.config.borrow().sources.len()
    }

    /// Where the status page is served.
    #[must_use]
    pub fn web_address(&self) -> Option<SocketAddr> {
        self.web.as_ref().map(|(address, _)| *address)
    }

    /// Reads the configuration again and goes over to it; on any error the old one stays.
    ///
    /// # Errors
    /// What is wrong with the new one.
    pub async fn reload(&self) -> Result<Vec<Finding>, AppError> {
        let reloaded = reload::reload(&self.config_path, &self.live).await;
        self.metrics.reload(reloaded.is_ok());
        let warnings = reloaded?;
        self.config.send_replace(Arc::clone(&self.live.borrow().config));
        self.pipeline.register_sources().await?;
        Ok(warnings)
    }

    /// Stops: take no more, finish what was begun, give back the rest, close. LIFO of the start.
    /// False if something had to be cut off; its leases run out by themselves.
    pub async fn stop(self) -> bool {
        self.stop_work.cancel();
        self.workers.close();
        let drained = tokio::time::timeout(DRAIN, self.workers.wait()).await.is_ok();
        if !drained {
            tracing::warn!("some work was cut off; it will be taken again");
        }
        if let Err(error) = self.pipeline.release().await {
            tracing::warn!(%error, "claims could not be given back; they will run out");
        }
        self.stop_web.cancel();
        if let Some((_, server)) = self.web
            && let Err(error) = tokio::time::timeout(Duration::from_secs(1), server).await
        {
            tracing::debug!(%error, "the status page was cut off");
        }
        let store = self.store;
        if let Err(error) = tokio::task::spawn_blocking(move || store.close()).await {
            tracing::error!(%error, "the store did not close");
        }
        drained
    }
}

async fn bind(address: Option<SocketAddr>) -> Result<Option<(SocketAddr, TcpListener)>, AppError> {
    let Some(address) = address else { return Ok(None) };
    let failed = |error| AppError::Listen { address, error };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Some((address, listener)))
}
