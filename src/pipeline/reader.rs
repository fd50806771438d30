//! Turns entries into articles: fetches the page, has its text extracted by the parsers, analyses it
//! on CPU threads, and hands it to the judge. An entry whose page cannot be had, or stops its reader
//! time and again, is judged by what its feed says of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use url::Url;

use super::leases::{Held, Holder};
use super::wake::wait;
use super::{Live, Pipeline, complaints, pages, second};
use crate::collect;
use crate::guard::{Get, Reply, foreign_url};
use crate::model::{Analysis, Article, ArticleId, Entry, Extracted, Source};
use crate::sandbox::Fault;
use crate::store;
use crate::store::entries::{self, Claimed};
use crate::store::leases::Claim;

/// Entries read at the same time.
const READERS: usize = 16;
/// Tries at a page before the feed's own text must do. Also bounds pages that kill their reader, or
/// by some way even the daemon: an attempt counts when it is taken.
const PAGE_TRIES: u32 = 3;
/// Before the second and the third try.
const PAUSES: [SignedDuration; 2] = [SignedDuration::from_secs(5), SignedDuration::from_secs(20)];
/// Longest rest of a host that an entry waits for; beyond it the feed's text comes sooner.
const LONGEST_REST: Duration = Duration::from_mins(2);
/// Characters of a text that are kept.
const MAX_TEXT: usize = 1_000_000;
const MAX_TITLE: usize = 300;
/// Time zones and clocks that are wrong make dates lie so far ahead; more is no date.
const FUTURE: SignedDuration = SignedDuration::from_hours(24);
/// After a fault of the store.
const PAUSE: Duration = Duration::from_secs(1);

/// An article that waits for the judge.
pub(super) struct Ready {
    /// Its entry, claimed.
    pub claimed: Claimed,
    /// Keeps the claim alive.
    pub held: Held,
    /// The medium.
    pub source: Arc<Source>,
    /// The text.
    pub article: Article,
    /// What it says about whom.
    pub analysis: Analysis,
}

/// Reads entries until the workers are to stop, then finishes those in hand.
pub(super) async fn run(pipeline: Pipeline, ready: mpsc::Sender<Ready>) {
    let room = Arc::new(Semaphore::new(READERS));
    let mut readers = JoinSet::new();
    let mut nap = Duration::ZERO;
    while wait(&pipeline.wake.entries, nap, &pipeline.stop).await {
        while readers.try_join_next().is_some() {}
        nap = PAUSE;
        let free = u32::try_from(room.available_permits().min(ready.capacity())).unwrap_or(0);
        let claimed = match claim(&pipeline, free).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "entries could not be claimed");
                continue;
            }
        };
        for claimed in claimed {
            let held = pipeline.holder.hold(Claim::Entry(claimed.entry.id.to_string()));
            let permit = Arc::clone(&room).acquire_owned().await;
            let (pipeline, ready) = (pipeline.clone(), ready.clone());
            readers.spawn(async move {
                read(&pipeline, claimed, held, &ready).await;
                drop(permit);
                pipeline.wake.entries.notify_one();
            });
        }
    }
    while readers.join_next().await.is_some() {}
}

async fn claim(pipeline: &Pipeline, limit: u32) -> Result<Vec<Claimed>, crate::store::StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let owner = pipeline.holder.owner().to_owned();
    pipeline.store.write(move |tx| entries::claim(tx, Holder::lease(&owner), limit)).await
}

async fn read(pipeline: &Pipeline, claimed: Claimed, held: Held, ready: &mpsc::Sender<Ready>) {
    let live = pipeline.snapshot();
    let entry = &claimed.entry;
    if complaints::is_one(entry) {
        read_complaint(pipeline, live, claimed, held, ready).await;
        return;
    }
    let source = live.sources.get(&entry.source_id).map(Arc::clone);
    // A reload may have taken the source away while its entries waited.
    let source = source.unwrap_or_else(|| Arc::new(Source::unlisted(&entry.source_id)));
    let page = match page(pipeline, &live, &source, &claimed).await {
        Page::Read(extracted) => Ok(extracted),
        Page::Missing(why) => Err(why),
        Page::Later(pause, error) => {
            put_back(pipeline, &claimed, pause, error).await;
            return;
        }
    };
    let (announced, medium, rules) = (entry.clone(), source.clone(), Arc::clone(&live));
    let work = move || {
        let article = assemble(&announced, page);
        let analysis = rules.engine.analyse(&article.document(&medium));
        let language = analysis.language.clone();
        (Article { language, ..article }, analysis)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok((article, analysis)) => {
            let is_history = claimed.entry.history;
            let analysis = second::weighed(pipeline, &live, &article, analysis, is_history).await;
            let ready_one = Ready { claimed, held, source, article, analysis };
            if ready.send(ready_one).await.is_err() {
                tracing::debug!("the judge has gone; the entry will be read again");
            }
        }
        Err(error) => {
            tracing::error!(entry.url = %claimed.entry.url, %error, "reading an article failed");
            put_back(pipeline, &claimed, PAUSES[0], "reading it failed".to_owned()).await;
        }
    }
}

/// A complaint has no page: what was filed is all there is.
async fn read_complaint(
    pipeline: &Pipeline,
    live: Arc<Live>,
    claimed: Claimed,
    held: Held,
    ready: &mpsc::Sender<Ready>,
) {
    let id = claimed.entry.id;
    let found = pipeline.store.read(move |tx| store::complaints::of_entry(tx, id)).await;
    let Ok(Some(complaint)) = found else {
        let error = "the complaint could not be read".to_owned();
        put_back(pipeline, &claimed, PAUSES[1], error).await;
        return;
    };
    let (entry, source) =
        (claimed.entry.clone(), Arc::new(complaints::source(&live.config, &complaint)));
    let medium = Arc::clone(&source);
    let work = move || {
        let rules = live.config.complaints.as_ref();
        complaints::read(&entry, &complaint, &medium, rules, &live.engine)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok((article, analysis)) => {
            if ready.send(Ready { claimed, held, source, article, analysis }).await.is_err() {
                tracing::debug!("the judge has gone; the complaint will be read again");
            }
        }
        Err(error) => {
            tracing::error!(%error, "reading a complaint failed");
            put_back(pipeline, &claimed, PAUSES[1], "reading it failed".to_owned()).await;
        }
    }
}

enum Page {
    Read(Box<Extracted>),
    Missing(String),
    Later(SignedDuration, String),
}

/// Fetches and reads the page of an entry.
async fn page(pipeline: &Pipeline, live: &Live, source: &Source, claimed: &Claimed) -> Page {
    if claimed.attempts > PAGE_TRIES {
        return Page::Missing(format!("its page could not be read in {PAGE_TRIES} tries"));
    }
    let url = match foreign_url(&claimed.entry.url, None) {
        Ok(url) => url,
        Err(error) => return Page::Missing(format!("its link: {error}")),
    };
    let mut rest = Duration::ZERO;
    let error = match live.client.get(Get::of(source, &url)).await {
        Ok(reply) if (200..300).contains(&reply.status) => {
            return extracted(pipeline, live, source, claimed, reply).await;
        }
        Ok(reply) if reply.status != 429 && reply.status < 500 => {
            return Page::Missing(format!("its page answered {}", reply.status));
        }
        Ok(reply) => format!("its page answered {}", reply.status),
        Err(error) if error.is_final() => return Page::Missing(error.to_string()),
        Err(error) => {
            rest = error.rest(Timestamp::now()).unwrap_or_default().min(LONGEST_REST);
            error.to_string()
        }
    };
    again(claimed).map_or_else(
        || Page::Missing(error.clone()),
        |pause| {
            Page::Later(pause.max(SignedDuration::try_from(rest).unwrap_or(pause)), error.clone())
        },
    )
}

/// How long to wait for the next try at a page, if there is one.
fn again(claimed: &Claimed) -> Option<SignedDuration> {
    let tried = usize::try_from(claimed.attempts).unwrap_or(usize::MAX);
    PAUSES.get(tried.saturating_sub(1)).copied()
}

/// Has a page read. One that stops its reader gets the tries that are left, since it may have been
/// the machine's fault, and is then in quarantine: it is not read again.
async fn extracted(
    pipeline: &Pipeline,
    live: &Live,
    source: &Source,
    claimed: &Claimed,
    reply: Reply,
) -> Page {
    let url = &claimed.entry.url;
    match pages::read(pipeline, live, source, reply).await {
        Ok(extracted) => Page::Read(Box::new(extracted)),
        Err(Fault::TooLarge) => Page::Missing("its page is too large to be read".to_owned()),
        Err(Fault::Unavailable) => Page::Later(PAUSES[0], "no reader could be started".to_owned()),
        Err(fault @ Fault::Killed { .. }) => {
            let error = format!("its page stopped the reader: {fault}");
            tracing::warn!(entry.url = %url, attempt = claimed.attempts, error, "a reader was lost");
            again(claimed).map_or_else(
                || Page::Missing(format!("{error}; in quarantine after {PAGE_TRIES} tries")),
                |pause| Page::Later(pause, error.clone()),
            )
        }
    }
}

async fn put_back(pipeline: &Pipeline, claimed: &Claimed, pause: SignedDuration, error: String) {
    tracing::debug!(entry.url = %claimed.entry.url, error, "an entry is tried again later");
    let (id, epoch) = (claimed.entry.id, claimed.epoch);
    let at = Timestamp::now() + pause;
    let done =
        pipeline.store.write(move |tx| entries::put_back(tx, id, epoch, at, Some(&error))).await;
    if let Err(error) = done {
        tracing::error!(%error, "an entry could not be put back; its lease will run out");
    }
}

/// The article of an entry: the page's text, and where the page has none, the feed's.
fn assemble(entry: &Entry, page: Result<Box<Extracted>, String>) -> Article {
    let (extracted, missing) = match page {
        Ok(extracted) => (*extracted, None),
        Err(why) => (Extracted::default(), Some(why)),
    };
    let mut warnings = extracted.warnings;
    warnings.extend(missing);
    let (body, method) = if let Some(body) = extracted.body.filter(|body| !body.trim().is_empty()) {
        (body, extracted.method.unwrap_or_else(|| "page".to_owned()))
    } else {
        warnings.push("judged by what the source says of it".to_owned());
        (entry.text.clone(), "feed".to_owned())
    };
    let title = if entry.title.trim().is_empty() {
        let slug = || Url::parse(&entry.url).ok().as_ref().and_then(collect::slug_title);
        extracted.title.or_else(slug).unwrap_or_default()
    } else {
        entry.title.clone()
    };
    let published = extracted.published.as_deref().and_then(|text| text.parse().ok());
    let mut published_at = entry.published_at.or(published);
    if published_at.is_some_and(|at| at > entry.discovered_at + FUTURE) {
        warnings.push("its date lies in the future and is not believed".to_owned());
        published_at = None;
    }
    Article {
        id: ArticleId::new(),
        source_id: entry.source_id.clone(),
        story_id: None,
        duplicate_of: None,
        url: extracted.canonical_url.unwrap_or_else(|| entry.url.clone()),
        original_url: extracted.original_url,
        title: title.chars().take(MAX_TITLE).collect(),
        body: body.chars().take(MAX_TEXT).collect(),
        authors: if entry.authors.is_empty() { extracted.authors } else { entry.authors.clone() },
        language: extracted.language,
        published_at,
        discovered_at: entry.discovered_at,
        method,
        warnings,
    }
}
