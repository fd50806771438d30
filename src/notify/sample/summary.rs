//! Messages about many alerts, as the pipeline would make them.

use super::{article, at, id, names, told};
use crate::model::{
    DigestFacts, HeldWhy, Level, Locale, Notice, NoticeBody, SilenceFacts, SummaryItem,
    SummaryNotice, SummaryOf, SummaryTopic,
};

/// One of each kind, by name, in a language.
pub fn summaries(locale: Locale) -> Vec<(&'static str, Notice)> {
    let silence = SilenceFacts {
        id: "S-12".to_owned(),
        query: "topic:acme level:(yellow OR orange)".to_owned(),
        owner: "Ana Pérez".to_owned(),
        reason: "Maintenance <announced>".to_owned(),
        since: at("2026-11-23T17:00:00Z"),
        until: at("2026-11-23T19:00:00Z"),
    };
    let storm =
        SummaryOf::Storm { since: at("2026-11-23T18:52:00Z"), until: at("2026-11-23T19:02:00Z") };
    let of_many = |of| told(summary(of, many(locale)));
    let mut quiet = digest();
    quiet.alerts = 0;
    vec![
        ("group", of_many(SummaryOf::Group { key: "0123abcd".to_owned() })),
        ("reminder", told(summary(SummaryOf::Reminder { times: 2 }, vec![one(locale)]))),
        ("storm", of_many(storm)),
        ("silence_ending", of_many(SummaryOf::SilenceEnding(silence.clone()))),
        ("silence_ended", of_many(SummaryOf::SilenceEnded(silence))),
        ("digest", of_many(SummaryOf::Digest(digest()))),
        ("quiet", told(summary(SummaryOf::Digest(quiet), Vec::new()))),
    ]
}

/// As much as one message can list, with this headline everywhere.
pub fn summary_of(headline: &str) -> Notice {
    let item = SummaryItem { headline: headline.to_owned(), ..item(Locale::Es, Level::Red, 91.0) };
    let topic = |n: usize| SummaryTopic {
        id: format!("t{n}"),
        name: names(headline, headline, headline),
        total: 500,
        items: vec![item.clone(); SummaryNotice::PER_TOPIC],
    };
    let mut body =
        facts(SummaryOf::Digest(digest()), (0..SummaryNotice::TOPICS).map(topic).collect());
    body.more = 90_000;
    body.total = 100_000;
    told(NoticeBody::Summary(Box::new(body)))
}

fn digest() -> DigestFacts {
    DigestFacts {
        digest: "morning".to_owned(),
        since: at("2026-11-22T06:30:00Z"),
        until: at("2026-11-23T06:30:00Z"),
        alerts: 4,
        sources: (696, 700),
        unsubscribe: None,
    }
}

fn summary(of: SummaryOf, topics: Vec<SummaryTopic>) -> NoticeBody {
    NoticeBody::Summary(Box::new(facts(of, topics)))
}

fn facts(of: SummaryOf, topics: Vec<SummaryTopic>) -> SummaryNotice {
    let items = topics.iter().flat_map(|topic| &topic.items);
    let mut levels = std::collections::BTreeMap::new();
    for level in items.filter_map(|item| item.level) {
        *levels.entry(level).or_insert(0) += 1;
    }
    let total = topics.iter().map(|topic| topic.total).sum();
    SummaryNotice { of, total, levels, topics, more: 0 }
}

fn one(locale: Locale) -> SummaryTopic {
    SummaryTopic {
        id: "acme".to_owned(),
        name: names("Banco Acme", "Acme Bank", "顶点银行"),
        total: 1,
        items: vec![item(locale, Level::Orange, 74.4)],
    }
}

fn many(locale: Locale) -> Vec<SummaryTopic> {
    let below = SummaryItem {
        alert: None,
        level: None,
        why: Some(HeldWhy::BelowThreshold),
        url: None,
        ..item(locale, Level::Blue, 12.9)
    };
    let silenced =
        SummaryItem { why: Some(HeldWhy::Silenced), ..item(locale, Level::Yellow, 55.0) };
    vec![
        SummaryTopic {
            items: vec![item(locale, Level::Orange, 74.4), silenced],
            total: 14,
            ..one(locale)
        },
        SummaryTopic {
            id: "sector".to_owned(),
            name: names("El sector", "The sector", "银行业"),
            total: 1,
            items: vec![below],
        },
    ]
}

fn item(locale: Locale, level: Level, score: f64) -> SummaryItem {
    let [headline, ..] = article(locale);
    SummaryItem {
        alert: Some(id(1)),
        level: Some(level),
        score,
        headline: headline.to_owned(),
        url: Some("https://diario.example/economia/multa?id=7&x=1".to_owned()),
        source: "El Diario".to_owned(),
        at: at("2026-11-23T18:55:00Z"),
        why: None,
    }
}
