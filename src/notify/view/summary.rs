//! One message about many alerts in its reader's language.

use serde::Serialize;

use super::alert::{colours, level_name};
use crate::model::{
    DigestFacts, Level, Locale, SilenceFacts, SummaryItem, SummaryNotice, SummaryOf, SummaryTopic,
};
use crate::notify::clean::{clean, link};
use crate::notify::clock::Clock;
use crate::phrases;

/// Many alerts for one reader.
#[derive(Debug, Serialize)]
pub struct SummaryView {
    pub colour: &'static str,
    pub ink: &'static str,
    /// What this message is.
    pub intro: String,
    pub facts: Vec<FactRow>,
    pub topics: Vec<TopicRow>,
    /// Matters of topics that are not listed.
    pub more: Option<String>,
    pub advice: Vec<String>,
    /// The page, where the message is about one matter.
    pub url: Option<String>,
}

/// A fact with its name.
#[derive(Debug, Serialize)]
pub struct FactRow {
    pub name: &'static str,
    pub value: String,
}

/// What concerns a topic.
#[derive(Debug, Serialize)]
pub struct TopicRow {
    pub name: String,
    pub total: u32,
    pub items: Vec<ItemRow>,
}

/// One matter.
#[derive(Debug, Serialize)]
pub struct ItemRow {
    /// Level and score; only the score of what lies below all levels.
    pub mark: String,
    pub headline: String,
    pub url: Option<String>,
    /// The medium, when, and why it was not told at once.
    pub about: String,
}

impl SummaryView {
    /// The message as somebody with this language and clock reads it.
    pub fn new(notice: &SummaryNotice, locale: Locale, clock: &Clock) -> Self {
        let level = notice.level().filter(|_| is_alarm(&notice.of));
        // A message that wakes nobody has the ink of a heading.
        let (colour, ink) = level.map_or(("#374151", "#ffffff"), colours);
        let topics = notice.topics.iter().take(SummaryNotice::TOPICS);
        let url = match notice.of {
            SummaryOf::Reminder { .. } => only_item(notice).and_then(|item| item.url.as_deref()),
            _ => None,
        };
        Self {
            colour,
            ink,
            intro: intro(notice, locale, clock),
            facts: facts(notice, locale, clock),
            topics: topics.map(|topic| row(topic, locale, clock)).collect(),
            more: (notice.more > 0)
                .then(|| phrases::count("count.matters_more", locale, notice.more)),
            advice: advice(notice, locale),
            url: url.and_then(link),
        }
    }
}

impl TopicRow {
    /// How many of its matters stand in no row of the first `shown`.
    pub fn beyond(&self, shown: usize) -> u32 {
        self.total.saturating_sub(u32::try_from(shown).unwrap_or(u32::MAX))
    }
}

/// Whether it tells of alerts for the first time, or once more.
fn is_alarm(of: &SummaryOf) -> bool {
    matches!(of, SummaryOf::Group { .. } | SummaryOf::Reminder { .. } | SummaryOf::Storm { .. })
}

/// The line that stands for the message in an inbox.
pub fn subject(notice: &SummaryNotice, locale: Locale, clock: &Clock) -> String {
    let count = phrases::count("count.alerts", locale, notice.total);
    let level = notice.level().map(|level| level_name(level, locale)).unwrap_or_default();
    match &notice.of {
        SummaryOf::Group { .. } => {
            let headline = first(notice).map(|item| clean(&item.headline, 120)).unwrap_or_default();
            let values = [("level", level.as_str()), ("count", &count), ("headline", &headline)];
            phrases::fill("subject.group", locale, &values)
        }
        SummaryOf::Reminder { .. } => {
            let headline = first(notice).map(|item| clean(&item.headline, 140)).unwrap_or_default();
            phrases::fill("subject.reminder", locale, &[("level", &level), ("headline", &headline)])
        }
        SummaryOf::Storm { .. } => {
            phrases::fill("subject.storm", locale, &[("level", &level), ("count", &count)])
        }
        SummaryOf::SilenceEnding(silence) => {
            let values = [("id", silence.id.as_str()), ("time", &clock.show(silence.until))];
            phrases::fill("subject.silence_ending", locale, &values)
        }
        SummaryOf::SilenceEnded(silence) => {
            let values = [("id", silence.id.as_str()), ("count", &count)];
            phrases::fill("subject.silence_ended", locale, &values)
        }
        SummaryOf::Digest(digest) => {
            let time = clock.show(digest.until);
            if is_quiet(notice, digest) {
                return phrases::fill("subject.quiet", locale, &[("time", &time)]);
            }
            let matters = phrases::count("count.matters", locale, notice.total);
            phrases::fill("subject.digest", locale, &[("count", &matters), ("time", &time)])
        }
    }
}

/// Whether nothing happened at all.
fn is_quiet(notice: &SummaryNotice, digest: &DigestFacts) -> bool {
    notice.total == 0 && digest.alerts == 0
}

fn intro(notice: &SummaryNotice, locale: Locale, clock: &Clock) -> String {
    let n = notice.total.to_string();
    match &notice.of {
        SummaryOf::Group { .. } => phrases::fill("summary.group", locale, &[("n", &n)]),
        SummaryOf::Reminder { times } => {
            phrases::fill("summary.reminder", locale, &[("n", &times.to_string())])
        }
        SummaryOf::Storm { since, until } => {
            let values =
                [("n", n.as_str()), ("since", &clock.show(*since)), ("until", &clock.show(*until))];
            phrases::fill("summary.storm", locale, &values)
        }
        SummaryOf::SilenceEnding(silence) => {
            let values = [("time", clock.show(silence.until)), ("n", n)];
            let values = values.each_ref().map(|(place, value)| (*place, value.as_str()));
            phrases::fill("summary.silence_ending", locale, &values)
        }
        SummaryOf::SilenceEnded(_) => phrases::fill("summary.silence_ended", locale, &[("n", &n)]),
        SummaryOf::Digest(digest) if is_quiet(notice, digest) => {
            phrases::text("summary.quiet", locale).to_owned()
        }
        SummaryOf::Digest(_) if notice.total == 0 => {
            phrases::text("summary.digest_empty", locale).to_owned()
        }
        SummaryOf::Digest(_) => phrases::fill("summary.digest", locale, &[("n", &n)]),
    }
}

fn facts(notice: &SummaryNotice, locale: Locale, clock: &Clock) -> Vec<FactRow> {
    let mut rows = match &notice.of {
        SummaryOf::SilenceEnding(silence) | SummaryOf::SilenceEnded(silence) => {
            silence_facts(silence, locale, clock)
        }
        SummaryOf::Digest(digest) => digest_facts(digest, locale, clock),
        _ => Vec::new(),
    };
    if !notice.levels.is_empty() {
        let separator = phrases::text("format.list_separator", locale);
        // The gravest first.
        let levels = notice.levels.iter().rev();
        let levels: Vec<String> =
            levels.map(|(level, n)| format!("{} {n}", phrases::level(*level, locale))).collect();
        let name = phrases::text("summary.levels", locale);
        rows.push(FactRow { name, value: levels.join(separator) });
    }
    rows
}

fn silence_facts(silence: &SilenceFacts, locale: Locale, clock: &Clock) -> Vec<FactRow> {
    let between = [("since", clock.show(silence.since)), ("until", clock.show(silence.until))];
    let between = between.each_ref().map(|(place, value)| (*place, value.as_str()));
    [
        ("summary.silence", clean(&silence.id, 40)),
        ("summary.query", clean(&silence.query, 300)),
        ("summary.owner", clean(&silence.owner, 120)),
        ("mail.reason", clean(&silence.reason, 300)),
        ("summary.time", phrases::fill("summary.between", locale, &between)),
    ]
    .map(|(key, value)| FactRow { name: phrases::text(key, locale), value })
    .into()
}

fn digest_facts(digest: &DigestFacts, locale: Locale, clock: &Clock) -> Vec<FactRow> {
    let between = [("since", clock.show(digest.since)), ("until", clock.show(digest.until))];
    let between = between.each_ref().map(|(place, value)| (*place, value.as_str()));
    let (healthy, total) = (digest.sources.0.to_string(), digest.sources.1.to_string());
    let sources = [("healthy", healthy.as_str()), ("total", &total)];
    [
        ("summary.time", phrases::fill("summary.between", locale, &between)),
        ("summary.alerts", digest.alerts.to_string()),
        ("summary.sources", phrases::fill("summary.healthy", locale, &sources)),
    ]
    .map(|(key, value)| FactRow { name: phrases::text(key, locale), value })
    .into()
}

fn row(topic: &SummaryTopic, locale: Locale, clock: &Clock) -> TopicRow {
    let items = topic.items.iter().take(SummaryNotice::PER_TOPIC);
    TopicRow {
        name: clean(topic.name.get(locale), 120),
        total: topic.total,
        items: items.map(|item| item_row(item, locale, clock)).collect(),
    }
}

fn item_row(item: &SummaryItem, locale: Locale, clock: &Clock) -> ItemRow {
    // Rounded down, as everywhere: a message never claims a level that the score has not reached.
    let score = format!("{:.0}", item.score.clamp(0.0, 100.0).floor());
    let mark = match item.level {
        Some(level) => format!("{} {score}", level_name(level, locale)),
        None => score,
    };
    let mut about = vec![clean(&item.source, 120), clock.show(item.at)];
    about.extend(item.why.map(|why| phrases::held_why(why, locale).to_owned()));
    ItemRow {
        mark,
        headline: clean(&item.headline, 300),
        url: item.url.as_deref().and_then(link),
        about: about.join(" · "),
    }
}

/// What the reader can do, where there is something to do.
fn advice(notice: &SummaryNotice, locale: Locale) -> Vec<String> {
    let said = |key| vec![phrases::text(key, locale).to_owned()];
    match &notice.of {
        SummaryOf::Storm { .. } => said("summary.do_storm"),
        SummaryOf::SilenceEnding(silence) => {
            let id = clean(&silence.id, 40);
            vec![phrases::fill("summary.do_ending", locale, &[("id", &id)])]
        }
        SummaryOf::SilenceEnded(_) if notice.total > 0 => said("summary.do_ended"),
        SummaryOf::Digest(_) if notice.total > 0 => said("summary.do_digest"),
        _ => Vec::new(),
    }
}

fn first(notice: &SummaryNotice) -> Option<&SummaryItem> {
    notice.topics.first()?.items.first()
}

fn only_item(notice: &SummaryNotice) -> Option<&SummaryItem> {
    first(notice).filter(|_| notice.total == 1)
}

/// The level that a message is about: none of digests and silences, which ask nobody to act.
pub fn level(notice: &SummaryNotice) -> Option<Level> {
    notice.level().filter(|_| is_alarm(&notice.of))
}
