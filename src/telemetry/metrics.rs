//! The metric registry. Names follow `OpenMetrics`: base units, `_total` for counters.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Seconds; a poll ends within the guard's total time.
const POLL_BUCKETS: [f64; 8] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 20.0];

/// Sources that are named one by one: a time series each.
const NAMED_SOURCES: usize = 200;

/// What can happen to an escalation.
const ESCALATION_EVENTS: [&str; 4] = ["asked", "escalated", "lapsed", "exhausted"];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PollLabels {
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct HealthLabels {
    health: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct SourceLabels {
    source: String,
    health: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct DecisionLabels {
    topic: String,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct EscalationLabels {
    event: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct SecondOpinionLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct DeliveryLabels {
    channel: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ChannelLabels {
    channel: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct MailboxLabels {
    mailbox: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LetterLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct HeldLabels {
    why: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ClockLabels {
    direction: &'static str,
}

/// Counts of what the daemon did since it started.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    polls: Family<PollLabels, Counter>,
    poll_seconds: Histogram,
    sources: Family<HealthLabels, Gauge>,
    source_health: Family<SourceLabels, Gauge>,
    articles: Counter,
    duplicates: Counter,
    decisions: Family<DecisionLabels, Counter>,
    second_opinions: Family<SecondOpinionLabels, Counter>,
    deliveries: Family<DeliveryLabels, Counter>,
    escalations: Family<EscalationLabels, Counter>,
    channel_working: Family<ChannelLabels, Gauge>,
    fallbacks: Family<ChannelLabels, Counter>,
    mailbox_working: Family<MailboxLabels, Gauge>,
    letters: Family<LetterLabels, Counter>,
    held: Family<HeldLabels, Gauge>,
    silences: Gauge,
    clock_sets: Family<ClockLabels, Counter>,
    entries_pending: Gauge,
    deliveries_pending: Gauge,
    reload_successful: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("atalaya"),
            polls: Family::default(),
            poll_seconds: Histogram::new(POLL_BUCKETS),
            sources: Family::default(),
            source_health: Family::default(),
            articles: Counter::default(),
            duplicates: Counter::default(),
            decisions: Family::default(),
            second_opinions: Family::default(),
            deliveries: Family::default(),
            escalations: Family::default(),
            channel_working: Family::default(),
            fallbacks: Family::default(),
            mailbox_working: Family::default(),
            letters: Family::default(),
            held: Family::default(),
            silences: Gauge::default(),
            clock_sets: Family::default(),
            entries_pending: Gauge::default(),
            deliveries_pending: Gauge::default(),
            reload_successful: Gauge::default(),
        };
        metrics.register();
        metrics.reload(true);
        // From zero on: whoever watches for the first must see it rise.
        for event in ESCALATION_EVENTS {
            metrics.escalations.get_or_create(&EscalationLabels { event }).inc_by(0);
        }
        for direction in ["forward", "back"] {
            metrics.clock_sets.get_or_create(&ClockLabels { direction }).inc_by(0);
        }
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("polls", "Polls of sources by result", self.polls.clone());
        registry.register(
            "poll_duration_seconds",
            "Time that polls took",
            self.poll_seconds.clone(),
        );
        registry.register("sources", "Sources by health", self.sources.clone());
        let help = "1 for each source that is not well, at most 200 of them";
        registry.register("source_health", help, self.source_health.clone());
        registry.register("articles", "Articles judged", self.articles.clone());
        registry.register("duplicates", "Articles that copy another", self.duplicates.clone());
        registry.register(
            "decisions",
            "Decisions on articles by topic and reason",
            self.decisions.clone(),
        );
        let help = "Opinions that a second reader was to be asked for, by what came of it";
        registry.register("second_opinions", help, self.second_opinions.clone());
        registry.register(
            "deliveries",
            "Attempts at deliveries by channel and outcome",
            self.deliveries.clone(),
        );
        let help = "Steps of escalations: asked, escalated, lapsed, exhausted";
        registry.register("escalations", help, self.escalations.clone());
        let help = "Whether a channel takes messages; 0 after three failures in a minute";
        registry.register("channel_working", help, self.channel_working.clone());
        let help = "Messages that another channel stood in for, by the channel that did not get them through";
        registry.register("fallbacks", help, self.fallbacks.clone());
        let help = "Whether a mailbox of complaints can be read";
        registry.register("mailbox_working", help, self.mailbox_working.clone());
        let help = "Mails of customers: filed, added to a complaint, known, passed over";
        registry.register("letters", help, self.letters.clone());
        let help = "Alerts not told at once: held back in the last 24 h by why, and those that wait in groups and summaries";
        registry.register("alerts_held", help, self.held.clone());
        registry.register("silences_running", "Silences that run", self.silences.clone());
        let help = "Times that the clock was set by more than 5 s, or the machine slept";
        registry.register("clock_sets", help, self.clock_sets.clone());
        registry.register(
            "entries_pending",
            "Entries that wait to be read",
            self.entries_pending.clone(),
        );
        registry.register(
            "deliveries_pending",
            "Deliveries that are due",
            self.deliveries_pending.clone(),
        );
        let help = "Whether the last reload of the configuration worked";
        registry.register("config_last_reload_successful", help, self.reload_successful.clone());
    }

    /// A source was polled.
    pub fn polled(&self, worked: bool) {
        let result = if worked { "ok" } else { "failed" };
        self.polls.get_or_create(&PollLabels { result }).inc();
    }

    /// How the sources are: how many of each health, and those that are not well by name.
    pub fn sources<'a>(
        &self,
        counts: impl IntoIterator<Item = (&'static str, i64)>,
        unwell: impl IntoIterator<Item = (&'a str, &'static str)>,
    ) {
        for (health, count) in counts {
            self.sources.get_or_create(&HealthLabels { health }).set(count);
        }
        self.source_health.clear();
        for (source, health) in unwell.into_iter().take(NAMED_SOURCES) {
            let labels = SourceLabels { source: source.to_owned(), health };
            self.source_health.get_or_create(&labels).set(1);
        }
    }

    /// How long a poll took.
    pub fn poll_seconds(&self, seconds: f64) {
        self.poll_seconds.observe(seconds);
    }

    /// An article was judged.
    pub fn judged(&self, duplicate: bool) {
        self.articles.inc();
        if duplicate {
            self.duplicates.inc();
        }
    }

    /// Something was decided on a topic.
    pub fn decided(&self, topic: &str, reason: &'static str) {
        self.decisions.get_or_create(&DecisionLabels { topic: topic.to_owned(), reason }).inc();
    }

    /// A second opinion was wanted: what it says, or why there is none.
    pub fn second_opinion(&self, outcome: &'static str) {
        self.second_opinions.get_or_create(&SecondOpinionLabels { outcome }).inc();
    }

    /// An attempt at a delivery ended.
    pub fn delivered(&self, channel: &str, outcome: &'static str) {
        self.deliveries
            .get_or_create(&DeliveryLabels { channel: channel.to_owned(), outcome })
            .inc();
    }

    /// An escalation went on: `asked`, `escalated`, `lapsed` or `exhausted`.
    pub fn escalated(&self, event: &'static str) {
        self.escalations.get_or_create(&EscalationLabels { event }).inc();
    }

    /// Which channels work.
    pub fn channels<'a>(&self, works: impl IntoIterator<Item = (&'a str, bool)>) {
        for (channel, works) in works {
            let labels = ChannelLabels { channel: channel.to_owned() };
            self.channel_working.get_or_create(&labels).set(works.into());
        }
    }

    /// Messages of a channel took a second way.
    pub fn fell_back(&self, channel: &str, messages: u32) {
        let labels = ChannelLabels { channel: channel.to_owned() };
        self.fallbacks.get_or_create(&labels).inc_by(messages.into());
    }

    /// A mailbox could be read or not.
    pub fn mailbox(&self, mailbox: &str, works: bool) {
        let labels = MailboxLabels { mailbox: mailbox.to_owned() };
        self.mailbox_working.get_or_create(&labels).set(works.into());
    }

    /// What became of a customer's mail.
    pub fn letter(&self, outcome: &'static str) {
        self.letters.get_or_create(&LetterLabels { outcome }).inc();
    }

    /// What is not told at once, by why, and how many silences run.
    pub fn held(&self, alerts: impl IntoIterator<Item = (&'static str, u32)>, silences: usize) {
        for (why, count) in alerts {
            self.held.get_or_create(&HeldLabels { why }).set(count.into());
        }
        self.silences.set(i64::try_from(silences).unwrap_or(i64::MAX));
    }

    /// The clock was set, forward or back.
    pub fn clock_set(&self, forward: bool) {
        let direction = if forward { "forward" } else { "back" };
        self.clock_sets.get_or_create(&ClockLabels { direction }).inc();
    }

    /// A reload of the configuration worked or was refused.
    pub fn reload(&self, worked: bool) {
        self.reload_successful.set(worked.into());
    }

    /// What waits.
    pub fn backlog(&self, entries: u32, deliveries: u32) {
        self.entries_pending.set(entries.into());
        self.deliveries_pending.set(deliveries.into());
    }

    /// The registry as `OpenMetrics` 1.0 text.
    ///
    /// # Errors
    /// Never in practice; the encoder's signature allows it.
    pub fn render(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
