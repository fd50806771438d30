//! Warns operators of topics that have fallen far below their usual: dead sources, or rules that match
//! nothing any more. Each silence is told once, until the topic is heard again.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Pipeline, outbox};
use crate::config::Config;
use crate::decide;
use crate::model::{NoticeBody, SilentTopic, SourcesNotice, Topic};
use crate::store::{StoreError, Transaction, health, quiet_topics};
use crate::story::{Burst, History, silence};

/// Between two looks; what is told is a row, so that a restart tells nothing twice.
const LOOK: Duration = Duration::from_hours(1);
/// Hours of the past and the present together.
const HOURS: usize = 28 * 24;
/// Hours over which silence is judged.
const PRESENT: usize = 24;
/// Silence calls for somebody: of all that is told a share of this is chance.
const RATE: f64 = 0.01;
/// Who was told stays silent until even this rate would tell nothing: nobody is told twice of one that
/// wavers.
const ENDS_AT: f64 = 0.2;

/// Looks until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    loop {
        match look(&pipeline).await {
            Ok(0) => {}
            Ok(messages) => {
                tracing::warn!(messages, "a topic has fallen silent");
                pipeline.wake.deliveries.notify_one();
            }
            Err(error) => tracing::error!(%error, "silent topics could not be looked for"),
        }
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(pipeline: &Pipeline) -> Result<usize, StoreError> {
    let (live, now) = (pipeline.snapshot(), Timestamp::now());
    let counted = pipeline.store.read(move |tx| counts(tx, now)).await?;
    let watched = live.config.keywords.topics.iter().map(|topic| topic.id.as_str());
    let (silent, wavering) = silent(&counted, watched);
    let job = move |tx: &mut dyn Transaction| tell(tx, &live.config, &silent, &wavering, now);
    pipeline.store.write(job).await
}

/// Articles by hour, oldest first: all, and by topic.
#[derive(Debug, Default)]
struct Counts {
    all: Vec<u32>,
    topics: BTreeMap<String, Vec<u32>>,
}

fn counts(tx: &mut dyn Transaction, now: Timestamp) -> Result<Counts, StoreError> {
    let past = SignedDuration::from_hours(i64::try_from(HOURS).unwrap_or(i64::MAX));
    let since = now.checked_sub(past).unwrap_or(Timestamp::MIN);
    let arrivals = quiet_topics::arrivals(tx, since, now)?;
    let oldest = arrivals.iter().map(|&(ago, _)| ago).max().unwrap_or(0);
    let hours = (oldest + 1).min(HOURS);
    let mut counted = Counts { all: vec![0; hours], topics: BTreeMap::new() };
    let put = |list: &mut Vec<u32>, ago: usize, count: u32| {
        if let Some(slot) = hours.checked_sub(ago + 1).and_then(|at| list.get_mut(at)) {
            *slot = count;
        }
    };
    for (ago, count) in arrivals {
        put(&mut counted.all, ago, count);
    }
    for (topic, ago, count) in quiet_topics::by_topic(tx, since, now)? {
        put(counted.topics.entry(topic).or_insert_with(|| vec![0; hours]), ago, count);
    }
    Ok(counted)
}

/// Topics that are silent, and topics that a laxer eye would call so.
fn silent<'a>(
    counted: &Counts,
    watched: impl Iterator<Item = &'a str>,
) -> (Vec<Burst>, Vec<String>) {
    let histories: Vec<History<'_>> = watched
        .filter_map(|topic| counted.topics.get_key_value(topic))
        .map(|(name, hours)| History { name, hours })
        .collect();
    let fallen = |rate| silence(&counted.all, &histories, PRESENT.min(counted.all.len()), rate);
    (fallen(RATE), fallen(ENDS_AT).into_iter().map(|it| it.name).collect())
}

fn tell(
    tx: &mut dyn Transaction,
    config: &Config,
    silent: &[Burst],
    wavering: &[String],
    now: Timestamp,
) -> Result<usize, StoreError> {
    let told = quiet_topics::told(tx)?;
    for topic in told.iter().filter(|topic| !wavering.contains(topic)) {
        quiet_topics::forget(tx, topic)?;
    }
    let new: Vec<&Burst> = silent.iter().filter(|it| !told.contains(&it.name)).collect();
    if new.is_empty() {
        return Ok(0);
    }
    for topic in &new {
        quiet_topics::remember(tx, &topic.name, now)?;
    }
    let healthy = health::healthy(tx)?;
    let healthy = config.sources.iter().filter(|source| healthy.contains(&source.id)).count();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let notice = SourcesNotice {
        changes: Vec::new(),
        more: 0,
        counts: BTreeMap::new(),
        silent: new.iter().map(|it| row(config, it)).collect(),
        healthy: count(healthy),
        total: count(config.sources.len()),
    };
    let occasion = format!("silence {}", now.as_millisecond());
    let notice = outbox::notice(config, now, NoticeBody::Sources(notice));
    outbox::enqueue(tx, &notice, &occasion, &decide::overseers(config))
}

fn row(config: &Config, silent: &Burst) -> SilentTopic {
    let of_id = |topic: &&Topic| topic.id == silent.name;
    let topic = config.keywords.topics.iter().find(of_id);
    SilentTopic {
        id: silent.name.clone(),
        name: topic.map(|topic| topic.name.clone()).unwrap_or_default(),
        seen: silent.seen,
        expected: silent.expected,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Counts, HOURS, PRESENT, silent};

    #[test]
    fn a_topic_that_ends_is_silent_and_one_that_goes_on_is_not() {
        let steady: Vec<u32> = (0..HOURS).map(|hour| u32::from(hour % 2 == 0)).collect();
        let mut ended = steady.clone();
        ended[HOURS - PRESENT..].fill(0);
        let all = vec![20; HOURS];
        let topics = [("steady", steady), ("ended", ended), ("removed", vec![0; HOURS])]
            .map(|(name, hours)| (name.to_owned(), hours));
        let counted = Counts { all, topics: BTreeMap::from(topics) };
        let (found, wavering) = silent(&counted, ["steady", "ended", "new"].into_iter());
        let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["ended"]);
        assert_eq!((found[0].seen, wavering.as_slice()), (0, &["ended".to_owned()][..]));
    }
}
