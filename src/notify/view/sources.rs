//! Changes of sources' health in their reader's language.

use serde::Serialize;

use crate::model::{Health, Locale, SilentTopic, SourceChange, SourcesNotice};
use crate::notify::clean::clean;
use crate::notify::clock::Clock;
use crate::phrases;

/// Gravest first: the order in which states are counted and explained.
const ORDER: [Health; 4] = [Health::Gone, Health::Failing, Health::Empty, Health::Stale];

/// Changes of sources' health for one reader.
#[derive(Debug, Serialize)]
pub struct SourcesView {
    pub colour: &'static str,
    pub rows: Vec<SourceRow>,
    /// Topics that have fallen silent, a line each.
    pub silent: Vec<String>,
    pub more: Option<String>,
    #[serde(skip)]
    unlisted: u32,
    pub advice: Vec<&'static str>,
    pub url: Option<String>,
}

/// A source that changed.
#[derive(Debug, Serialize)]
pub struct SourceRow {
    pub id: String,
    pub name: String,
    pub was: &'static str,
    pub now: &'static str,
    pub since: String,
    pub reason: Option<String>,
    pub next: Option<String>,
}

impl SourcesView {
    /// The changes as somebody with this language and clock reads them.
    pub fn new(notice: &SourcesNotice, locale: Locale, clock: &Clock) -> Self {
        let ill = ORDER.iter().filter(|health| notice.counts.contains_key(health));
        let mut advice: Vec<_> = ill.clone().filter_map(|&health| advice(health, locale)).collect();
        if !notice.silent.is_empty() {
            advice.push(phrases::text("sources.do_silent", locale));
        }
        advice.push(phrases::text("sources.see_all", locale));
        // White on these has a contrast of 5 to 1 (WCAG 2.2 §1.4.3).
        let is_well = ill.count() == 0 && notice.silent.is_empty();
        let colour = if is_well { "#15803d" } else { "#b45309" };
        Self {
            colour,
            rows: notice
                .changes
                .iter()
                .take(SourcesNotice::SHOWN)
                .map(|change| row(change, locale, clock))
                .collect(),
            silent: notice.silent.iter().map(|topic| silent(topic, locale)).collect(),
            more: (notice.more > 0)
                .then(|| phrases::count("count.sources_more", locale, notice.more)),
            unlisted: notice.more,
            advice,
            url: None,
        }
    }

    /// Changes that a message does not show if it shows the first `shown` rows.
    pub fn beyond(&self, shown: usize) -> u32 {
        super::beyond(self.rows.len(), self.unlisted, shown)
    }
}

/// The line that stands for the changes in an inbox.
pub fn subject(notice: &SourcesNotice, locale: Locale) -> String {
    let counted = ORDER.iter().chain(&[Health::Healthy]);
    let mut said: Vec<String> = counted
        .filter_map(|&health| {
            let count = notice.counts.get(&health).filter(|&&count| count > 0)?;
            Some(phrases::count(came_to(health)?, locale, *count))
        })
        .collect();
    if !notice.silent.is_empty() {
        let silent = u32::try_from(notice.silent.len()).unwrap_or(u32::MAX);
        said.push(phrases::count("count.topics_silent", locale, silent));
    }
    let values = [
        ("changes", said.join(phrases::text("format.list_separator", locale))),
        ("healthy", notice.healthy.to_string()),
        ("total", notice.total.to_string()),
    ];
    let values = values.each_ref().map(|(place, value)| (*place, value.as_str()));
    phrases::fill("subject.sources", locale, &values)
}

/// The phrase that counts the sources which came to a state; none for states that are not told.
fn came_to(health: Health) -> Option<&'static str> {
    Some(match health {
        Health::New => return None,
        Health::Healthy => "count.sources_recovered",
        Health::Failing => "count.sources_failing",
        Health::Stale => "count.sources_stale",
        Health::Empty => "count.sources_empty",
        Health::Gone => "count.sources_gone",
    })
}

fn advice(health: Health, locale: Locale) -> Option<&'static str> {
    let key = match health {
        Health::New | Health::Healthy => return None,
        Health::Failing => "sources.do_failing",
        Health::Stale => "sources.do_stale",
        Health::Empty => "sources.do_empty",
        Health::Gone => "sources.do_gone",
    };
    Some(phrases::text(key, locale))
}

fn row(change: &SourceChange, locale: Locale, clock: &Clock) -> SourceRow {
    SourceRow {
        id: clean(&change.id, 80),
        name: clean(&change.name, 120),
        was: phrases::health(change.was, locale),
        now: phrases::health(change.now, locale),
        since: clock.show(change.since),
        reason: reason(change),
        next: next(change, locale, clock),
    }
}

/// That a topic has fallen silent, in figures.
fn silent(topic: &SilentTopic, locale: Locale) -> String {
    let name = clean(topic.name.get(locale), 120);
    let (seen, expected) = (topic.seen.to_string(), format!("{:.0}", topic.expected));
    let values = [("topic", name.as_str()), ("seen", &seen), ("expected", &expected)];
    phrases::fill("sources.silent_topic", locale, &values)
}

/// When it is tried again; nothing to say of one that is well.
fn next(change: &SourceChange, locale: Locale, clock: &Clock) -> Option<String> {
    match (change.now, change.next_check_at) {
        (Health::Healthy, _) => None,
        (_, Some(at)) => Some(clock.show(at)),
        (_, None) => Some(phrases::text("sources.never", locale).to_owned()),
    }
}

/// Why, harmless and bounded: it may quote what a server said.
pub fn reason(change: &SourceChange) -> Option<String> {
    let reason = clean(change.reason.as_deref()?, 200);
    (!reason.is_empty()).then_some(reason)
}
