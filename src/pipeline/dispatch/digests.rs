//! Digests: what was not told at once, to each reader at their time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{summary, topic_name};
use crate::config::{Config, Digest};
use crate::decide::{self, Address, Tally};
use crate::model::{DigestFacts, HeldWhy, Labels, Level, SummaryItem, SummaryOf};
use crate::pipeline::outbox;
use crate::store::held::{self, Below, DigestPlace, Held};
use crate::store::{StoreError, Transaction, alerts, digest_runs, health};

/// Rows of one reading.
const PAGE: u32 = 5_000;
/// Readers told in one transaction.
const READERS: usize = 20;

/// A stretch of time, the beginning not included.
type Stretch = (Timestamp, Timestamp);

/// Whether somebody's time has come.
pub(super) fn is_due(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(!due(tx, config, now)?.is_empty())
}

/// Tells the digests that are due, each reader what came since their last. Who gets one for the first
/// time hears of what comes from now on.
pub(super) fn look(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut made: BTreeMap<(String, Stretch), Tally> = BTreeMap::new();
    let mut messages = 0;
    for Due { digest, address, stretch } in due(tx, config, now)?.into_iter().take(READERS) {
        let until = stretch.map_or(now, |(_, until)| until);
        let reader = (address.channel.as_str(), address.recipient.id.as_str());
        digest_runs::set_until(tx, &digest.id, reader, until)?;
        let Some(stretch) = stretch else { continue };
        let key = (digest.id.clone(), stretch);
        let tally = match made.get(&key) {
            Some(tally) => tally.clone(),
            None => made.entry(key).or_insert(tally(tx, config, digest, stretch)?).clone(),
        };
        if tally.total() > 0 || digest.all_quiet {
            messages += tell(tx, config, (digest, stretch), tally, (address, now))?;
        }
    }
    Ok(messages)
}

/// A reader whose time has come; without a stretch if they get the digest for the first time.
struct Due<'c> {
    digest: &'c Digest,
    address: Address,
    stretch: Option<Stretch>,
}

fn due<'c>(
    tx: &mut dyn Transaction,
    config: &'c Config,
    now: Timestamp,
) -> Result<Vec<Due<'c>>, StoreError> {
    let mut found = Vec::new();
    for digest in &config.digests {
        for address in decide::readers(config, digest) {
            let zone = &address.recipient.time_zone;
            let last = decide::last_occasion(digest.at, &digest.days, zone, now);
            let Some(last) = last else { continue };
            let recipient = &address.recipient.id;
            let until = digest_runs::until(tx, &digest.id, &address.channel, recipient)?;
            match until {
                None => found.push(Due { digest, address, stretch: None }),
                Some(until) if until < last => {
                    found.push(Due { digest, address, stretch: Some((until, last)) });
                }
                Some(_) => {}
            }
        }
    }
    Ok(found)
}

fn tell(
    tx: &mut dyn Transaction,
    config: &Config,
    (digest, (since, until)): (&Digest, Stretch),
    tally: Tally,
    (address, now): (Address, Timestamp),
) -> Result<usize, StoreError> {
    let healthy = health::healthy(tx)?;
    let ours = config.sources.iter().filter(|source| healthy.contains(&source.id)).count();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let facts = DigestFacts {
        digest: digest.id.clone(),
        since,
        until,
        alerts: alerts::count_between(tx, since, until)?,
        sources: (count(ours), count(config.sources.len())),
        unsubscribe: digest.unsubscribe.clone(),
    };
    let facts = tally.notice(SummaryOf::Digest(facts), |id| topic_name(config, id));
    let notice = summary(config, now, facts);
    outbox::enqueue(tx, &notice, &until.to_string(), &[address])
}

/// Everything of a stretch of time that the digest is about, each story of a topic once.
fn tally(
    tx: &mut dyn Transaction,
    config: &Config,
    digest: &Digest,
    stretch: Stretch,
) -> Result<Tally, StoreError> {
    let mut stories = Stories::default();
    let mut behind = DigestPlace::default();
    loop {
        let page = held::between(tx, stretch, &behind, PAGE)?;
        for held in page.iter().filter(|held| concerns(digest, held)) {
            stories.add(&held.labels.topic, &held.labels.story.to_string(), &held.item);
        }
        let Some(last) = page.last().filter(|_| page.len() == PAGE as usize) else { break };
        behind = (last.labels.topic.clone(), last.labels.story.to_string(), last.id.to_string());
    }
    behind = DigestPlace::default();
    loop {
        let page = held::below(tx, stretch, &behind, PAGE)?;
        for below in page.iter().filter(|below| concerns_below(config, digest, below)) {
            stories.add(&below.topic, &below.story.to_string(), &below.item);
        }
        let Some(last) = page.last().filter(|_| page.len() == PAGE as usize) else { break };
        behind = (last.topic.clone(), last.story.to_string(), last.article.clone());
    }
    Ok(stories.done())
}

/// What a route leads into a digest concerns that one alone, everything else all whose query holds.
fn concerns(digest: &Digest, held: &Held) -> bool {
    match held.why {
        HeldWhy::Digest => held.by == digest.id,
        _ => digest.matching.as_ref().is_none_or(|query| decide::holds(query, &held.labels)),
    }
}

fn concerns_below(config: &Config, digest: &Digest, below: &Below) -> bool {
    let Some(query) = &digest.matching else { return true };
    let source = config.sources.iter().find(|source| source.id == below.source);
    let category = Some(below.category.clone()).filter(|category| !category.is_empty());
    let labels = Labels {
        story: below.story,
        topic: below.topic.clone(),
        categories: category.into_iter().collect(),
        level: Level::Blue,
        language: below.language.clone(),
        region: source.and_then(|source| source.region.clone()),
        line: source.and_then(|source| source.business_line.clone()),
        source: below.source.clone(),
        tags: source.map(|source| source.tags.clone()).unwrap_or_default(),
    };
    decide::holds(query, &labels)
}

/// Rows in the order of topic and story as one matter for each story: the gravest, and the last of these.
#[derive(Default)]
struct Stories {
    tally: Tally,
    open: Option<(String, String, SummaryItem)>,
}

impl Stories {
    fn add(&mut self, topic: &str, story: &str, item: &SummaryItem) {
        match &mut self.open {
            Some((of, known, best)) if of == topic && known == story => {
                if (item.level, item.score) >= (best.level, best.score) {
                    best.clone_from(item);
                }
            }
            _ => {
                self.close();
                self.open = Some((topic.to_owned(), story.to_owned(), item.clone()));
            }
        }
    }

    fn close(&mut self) {
        if let Some((topic, _, item)) = self.open.take() {
            self.tally.add(&topic, item);
        }
    }

    fn done(mut self) -> Tally {
        self.close();
        self.tally
    }
}
