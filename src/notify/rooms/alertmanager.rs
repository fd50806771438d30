//! Alertmanager's webhook format, version 4, for receivers that were written for it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use super::plain::Plain;
use super::{Letter, Request, Service, level};
use crate::notify::clean::safe_key;
use crate::notify::markup::{Measure, fitted};

const DESCRIPTION: usize = 8_000;
const SOURCES_CHARS: usize = 3_000;
/// Go's zero time: the alert has not ended.
const NO_END: &str = "0001-01-01T00:00:00Z";

pub(super) struct Alertmanager;

impl Service for Alertmanager {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let (view, notice) = (&letter.view, letter.notice);
        let labels = labels(letter);
        let sections = letter.outline(SOURCES_CHARS);
        let text = fitted(&Plain, view, &sections, (DESCRIPTION, Measure::Bytes));
        let annotations = json!({"summary": view.subject, "description": text});
        let page = view.status_url.as_deref().unwrap_or_default();
        let thread = notice.thread();
        let body = json!({
            "version": "4",
            "groupKey": format!("{{}}:{{alert=\"{thread}\"}}"),
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "atalaya",
            "groupLabels": {"alertname": labels["alertname"]},
            "commonLabels": labels,
            "commonAnnotations": annotations,
            "externalURL": page,
            "alerts": [{
                "status": "firing",
                "labels": labels,
                "annotations": annotations,
                "startsAt": began(letter).to_string(),
                "endsAt": NO_END,
                "generatorURL": view.url().unwrap_or(page),
                "fingerprint": &blake3::hash(thread.as_bytes()).to_hex()[..16],
            }],
        });
        let headers = vec![("idempotency-key".to_owned(), safe_key(letter.key))];
        Request { url: url.clone(), headers, body }
    }
}

fn labels(letter: &Letter<'_>) -> Value {
    let notice = letter.notice;
    let mut labels = Map::new();
    let mut put = |name: &str, value: &str| labels.insert(name.to_owned(), value.into());
    put("alertname", &format!("atalaya_{}", notice.kind().name()));
    put("organisation", &letter.view.organisation);
    put("severity", level(notice).map_or("info", |level| level.name()));
    if let Some(alert) = notice.alert() {
        put("alert", &alert.alert_id.to_string());
        put("topic", &alert.topic_id);
        if let Some((category, _)) = alert.categories.first() {
            put("category", category);
        }
    }
    Value::Object(labels)
}

fn began(letter: &Letter<'_>) -> Timestamp {
    letter.notice.alert().map_or(letter.notice.at, |alert| alert.story.first_seen_at)
}
