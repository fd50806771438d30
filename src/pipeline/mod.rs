//! The imperative shell around the stages: who works when, joined by rows in the store and short
//! bounded hoses. Only this room knows all stages.
//!
//! ```text
//! scheduler → (poll) → recorder → entries → reader → hose → judge → outbox → courier
//!                                     steward: plan timers, escalations; retention; indexer; heartbeat
//!                                     operators: health of sources → outbox
//!                                     dispatch: groups, reminders, storms, silences, digests → outbox
//!                                     quiet_topics: those far below their usual → outbox
//!                                     inspection: what would fail the plans → outbox
//!                                     channels: second ways, health of channels → outbox
//!                                     clock: waits after the clock was set back
//! ```

mod announce;
mod answering;
mod channels;
mod claims;
mod clock;
mod complaints;
mod courier;
mod crisis;
mod dispatch;
mod event;
mod heartbeat;
mod indexer;
mod inspection;
mod judge;
mod layouts;
mod leases;
mod live;
mod operators;
mod outbox;
mod outcome;
mod pages;
mod parsing;
mod queue;
mod quiet_topics;
mod reader;
mod recorder;
mod retention;
mod scheduler;
mod second;
mod spread;
mod steward;
mod templates;
mod voice;
mod wake;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use announce::{Brought, announce};
pub use answering::{Asked, ask_people};
pub use channels::{fall_back, tell_of_channels};
pub use complaints::{file as file_complaint, rate as rate_complaint};
pub use crisis::drill::{
    end as end_drill, mark as drill_mark, new as new_drill, resume as resume_drill,
};
pub use crisis::{
    Broken, Happened, Verified, approve as approve_text, draft as draft_text, hear, look_after,
    open_by_hand, say, verify as verify_log,
};
pub use dispatch::{tell_alert, tell_gathered};
pub use event::Event;
pub use inspection::{Inspected, Past, inspect, tell_keepers};
pub use layouts::explain_page;
pub use live::{Live, LiveError, watched};
pub use operators::tell_operators;
pub use outcome::{Judged, Subject, Told, judge_in};
pub use parsing::{Page, Parsers, Parsing, Read, answer};
pub use spread::told_by;

/// The usual time between two arrivals, for those who show sources.
pub use crate::collect::usual_gap;
/// Why something cannot happen to an incident, for those who say it.
pub use crate::plan::{
    Called, Measure, Reached, Refusal as IncidentRefusal, Scorecard, StatementStanding, concerned,
    roll_call, scorecard, statements,
};
/// What is out of the ordinary, for those who show it.
pub use crate::story::{Burst, History, bursts, silence, surface_terms};

use crate::model::StoryId;
use crate::second_opinion::Desk;
use crate::store::{
    Store, StoreError, Transaction, articles, deliveries, entries, leases as store_leases, sources,
    story_edits,
};
use crate::story::{Clusterer, Settings, StoryItem};
use crate::telemetry::Metrics;
use leases::Holder;
use templates::Templates;
use wake::Wake;

/// Articles that wait to be judged: read texts of at most 1 MB each.
const HOSE: usize = 16;
/// Events that a slow listener may lag behind; older ones are dropped for it, never waited for.
const EVENTS: usize = 4096;

/// What all workers share.
#[derive(Clone)]
pub struct Pipeline {
    store: Store,
    /// Whether the store is this process's alone.
    sole_owner: bool,
    live: watch::Receiver<Arc<Live>>,
    parsers: Parsers,
    templates: Arc<Templates>,
    second: Arc<Desk>,
    holder: Arc<Holder>,
    wake: Arc<Wake>,
    events: broadcast::Sender<Event>,
    metrics: Arc<Metrics>,
    /// No new work is taken once this is cancelled.
    stop: CancellationToken,
}

impl Pipeline {
    /// Prepares the store and the shared parts; nothing runs yet.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn new(
        store: Store,
        sole_owner: bool,
        live: watch::Receiver<Arc<Live>>,
        parsers: Parsers,
        metrics: Arc<Metrics>,
        stop: CancellationToken,
    ) -> Result<Self, StoreError> {
        if sole_owner {
            store.write(|tx| store_leases::free_all(tx)).await?;
        }
        let (events, _) = broadcast::channel(EVENTS);
        let pipeline = Self {
            holder: Arc::new(Holder::new(store.clone())),
            store,
            sole_owner,
            live,
            parsers,
            templates: Arc::default(),
            second: Arc::default(),
            wake: Arc::new(Wake::default()),
            events,
            metrics,
            stop,
        };
        pipeline.register_sources().await?;
        Ok(pipeline)
    }

    /// Starts all workers on a tracker.
    ///
    /// # Errors
    /// If the archive cannot be read.
    pub async fn start(&self, tracker: &TaskTracker) -> Result<(), StoreError> {
        let clusterer = self.remembered_stories().await?;
        let (ready, hose) = mpsc::channel(HOSE);
        self.start_collecting(tracker);
        tracker.spawn(reader::run(self.clone(), ready));
        tracker.spawn(judge::run(self.clone(), hose, clusterer));
        tracker.spawn(courier::run(self.clone()));
        tracker.spawn(steward::run(self.clone()));
        tracker.spawn(retention::run(self.clone()));
        tracker.spawn(indexer::run(self.clone()));
        tracker.spawn(heartbeat::run(self.clone()));
        tracker.spawn(operators::run(self.clone()));
        tracker.spawn(dispatch::run(self.clone()));
        tracker.spawn(quiet_topics::run(self.clone()));
        tracker.spawn(inspection::run(self.clone()));
        tracker.spawn(channels::run(self.clone()));
        tracker.spawn(clock::run(self.clone()));
        tracker.spawn(complaints::read_mailboxes(self.clone()));
        Ok(())
    }

    /// Starts only what polls the sources: entries are announced and wait.
    pub fn start_collecting(&self, tracker: &TaskTracker) {
        let (recorder, done) = mpsc::channel(recorder::BATCH);
        tracker.spawn(leases::keep(self.clone()));
        tracker.spawn(scheduler::run(self.clone(), recorder));
        tracker.spawn(recorder::run(self.clone(), done));
    }

    /// What happens, as it happens; a listener that lags loses the oldest events.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Makes sure that each configured source is polled; called again after a reload.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn register_sources(&self) -> Result<(), StoreError> {
        let ids: Vec<String> =
            self.snapshot().config.sources.iter().map(|source| source.id.clone()).collect();
        let now = Timestamp::now();
        self.store.write(move |tx| sources::register(tx, &ids, now)).await?;
        self.wake.sources.notify_one();
        Ok(())
    }

    /// Makes every source due now.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn poll_all_now(&self) -> Result<(), StoreError> {
        let ids: Vec<String> =
            self.snapshot().config.sources.iter().map(|source| source.id.clone()).collect();
        let now = Timestamp::now();
        self.store.write(move |tx| sources::make_due(tx, &ids, now)).await?;
        self.wake.sources.notify_one();
        Ok(())
    }

    /// How much is left to do now: entries that wait, and deliveries due by now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn backlog(&self) -> Result<(u32, u32), StoreError> {
        let now = Timestamp::now();
        self.store
            .read(move |tx| Ok((entries::pending(tx)?, deliveries::unsettled(tx, now)?)))
            .await
    }

    /// How many configured sources were not polled since `since`.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn unpolled(&self, since: Timestamp) -> Result<u32, StoreError> {
        self.store.read(move |tx| sources::unpolled(tx, since)).await
    }

    /// Gives back what is still claimed, after the workers have ended.
    ///
    /// # Errors
    /// If the store cannot be written; the leases then run out by themselves.
    pub async fn release(&self) -> Result<(), StoreError> {
        let owner = self.holder.owner().to_owned();
        self.store.write(move |tx| store_leases::release(tx, &owner)).await
    }

    fn snapshot(&self) -> Arc<Live> {
        Arc::clone(&self.live.borrow())
    }

    /// Tells listeners; nobody need be listening.
    fn emit(&self, event: Event) {
        drop(self.events.send(event));
    }

    /// The clusterer as it was when the daemon stopped: the window is counted from the last article.
    /// With it the number of the last change that people made to stories.
    async fn remembered_stories(&self) -> Result<(Clusterer, i64), StoreError> {
        let settings = Settings::default();
        let (window, most) = (settings.window, u32::try_from(settings.max_articles));
        let job = move |tx: &mut dyn Transaction| {
            let known = articles::last(tx, window, most.unwrap_or(u32::MAX))?;
            Ok((known, story_edits::latest(tx)?))
        };
        let (known, edits) = self.store.read(job).await?;
        let remembered = known.iter().map(|article| {
            let story = article.story_id.unwrap_or_else(StoryId::new);
            (StoryItem::of(article), story, article.duplicate_of)
        });
        Ok((Clusterer::restore(settings, remembered), edits))
    }
}
