//! Rows to test with, and instants to test at.

use atalaya::model::{
    Alert, AlertId, AlertNotice, AlertState, Analysis, Article, ArticleId, Delivery, DeliveryId,
    DeliveryState, Entry, EntryId, EntryMarks, Level, LocalText, Locale, Notice, NoticeBody,
    NoticeId, NoticeStory, Pace, Polarity, PolarityLabel, Reach, Reason, Recipient, Severity,
    Source, SourceKind, StoryId, TopicMatch, TopicOpinion,
};
use atalaya::store::Lease;
use jiff::{SignedDuration, Timestamp};

/// The topic of all samples.
pub const TOPIC: &str = "bank";

/// `seconds` after the beginning.
pub fn at(seconds: i64) -> Timestamp {
    let beginning: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    beginning + SignedDuration::from_secs(seconds)
}

/// A lease of fifteen seconds from `seconds` on.
pub fn lease(owner: &str, seconds: i64) -> Lease<'_> {
    Lease { owner, now: at(seconds), until: at(seconds + 15) }
}

/// The entry number `n`, seen `n` seconds after the beginning.
pub fn entry(n: i64) -> Entry {
    Entry {
        id: EntryId::new(),
        source_id: "daily".to_owned(),
        key: format!("https://daily.example/{n}"),
        url: format!("http://daily.example/{n}"),
        title: format!("Titular {n} · 标题"),
        text: "Un texto".to_owned(),
        authors: vec!["Ana Mora".to_owned(), "陈宇".to_owned()],
        published_at: (n % 2 == 0).then(|| at(n - 60)),
        discovered_at: at(n),
        history: false,
        marks: EntryMarks::default(),
    }
}

/// The medium of all entries.
pub fn source() -> Source {
    Source {
        id: "daily".to_owned(),
        name: "El Diario".to_owned(),
        kind: SourceKind::Feed,
        url: "http://daily.example/feed".parse().unwrap(),
        language: None,
        region: None,
        tier: 1,
        owner: "Editorial Norte".to_owned(),
        tags: Vec::new(),
        business_line: None,
        pace: Pace::fixed(std::time::Duration::from_mins(5)),
        reach: Reach::default(),
        obey_robots: true,
        alert_on_history: false,
        stale_after: None,
    }
}

/// The article of an entry.
pub fn article(entry: &Entry, story: StoryId) -> Article {
    Article {
        id: ArticleId::new(),
        source_id: entry.source_id.clone(),
        story_id: Some(story),
        duplicate_of: None,
        url: entry.url.clone(),
        original_url: Some("https://wire.example/1".to_owned()),
        title: entry.title.clone(),
        body: "Primera línea.\n第二行。".to_owned(),
        authors: entry.authors.clone(),
        language: Some("es".to_owned()),
        published_at: entry.published_at,
        discovered_at: entry.discovered_at,
        method: "page".to_owned(),
        warnings: vec!["no date".to_owned()],
    }
}

/// An analysis that finds the article to speak ill of the bank.
pub fn analysis() -> Analysis {
    let polarity = Polarity {
        label: PolarityLabel::Negative,
        score: -0.8,
        p_negative: 0.9,
        evidence: Vec::new(),
    };
    let opinion = TopicOpinion {
        topic: TopicMatch { id: TOPIC.to_owned(), rule: "names".to_owned(), spans: Vec::new() },
        polarity,
        categories: Vec::new(),
        prominence: 1.0,
        hearsay: false,
        second: None,
    };
    let language = Some("es".to_owned());
    Analysis { language, topics: vec![opinion], categories: Vec::new() }
}

/// A severity at a level.
pub fn severity(level: Level) -> Severity {
    Severity { score: 72.5, level: Some(level), parts: Vec::new(), adjustments: Vec::new() }
}

/// A new alert.
pub fn alert(story: StoryId, now: Timestamp) -> Alert {
    Alert {
        id: AlertId::new(),
        story_id: story,
        topic_id: TOPIC.to_owned(),
        state: AlertState::Firing,
        state_since: now,
        level: Level::Orange,
        severity: severity(Level::Orange),
        standing: Level::Orange,
        below_since: None,
        told: 1,
        opened_at: now,
        updated_at: now,
    }
}

/// An alert as a message.
pub fn notice(alert: &Alert, headline: &str) -> Notice {
    Notice {
        organisation: "Banco".to_owned(),
        at: alert.updated_at,
        status_url: None,
        drill: None,
        body: NoticeBody::Alert(Box::new(facts(alert, headline))),
    }
}

fn facts(alert: &Alert, headline: &str) -> AlertNotice {
    AlertNotice {
        alert_id: alert.id,
        told: alert.told,
        reason: Reason::FirstHit,
        level: alert.level,
        previous_level: None,
        topic_id: alert.topic_id.clone(),
        topic: LocalText::same("Banco"),
        rule: "names".to_owned(),
        spans: Vec::new(),
        categories: Vec::new(),
        category_spans: Vec::new(),
        polarity: PolarityLabel::Negative,
        p_negative: 0.9,
        evidence: Vec::new(),
        hearsay: false,
        severity: alert.severity.clone(),
        headline: headline.to_owned(),
        excerpt: String::new(),
        url: "http://daily.example/1".to_owned(),
        source: "El Diario".to_owned(),
        language: Some("es".to_owned()),
        appeared_at: alert.opened_at,
        story: NoticeStory {
            id: alert.story_id,
            articles: 1,
            owners: 1,
            media: vec!["El Diario".to_owned()],
            first_seen_at: alert.opened_at,
        },
        incident: None,
    }
}

/// A message of a notice to somebody over mail, due at `not_before`.
pub fn delivery(notice: NoticeId, to: &str, not_before: Timestamp) -> Delivery {
    let id = DeliveryId::new();
    let recipient = Recipient {
        id: to.to_owned(),
        address: format!("{to}@bank.example"),
        name: to.to_owned(),
        locale: Locale::Zh,
        time_zone: "Asia/Shanghai".to_owned(),
    };
    Delivery {
        id,
        notice_id: notice,
        channel: "email".to_owned(),
        recipient,
        idempotency_key: format!("key-{id}"),
        thread_key: None,
        state: DeliveryState::Pending,
        attempts: 0,
        not_before,
        lease_epoch: 0,
        created_at: not_before,
        answer: None,
    }
}
