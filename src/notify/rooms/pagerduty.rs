//! `PagerDuty` Events API v2: one incident there for each alert here, by its key; the notice goes along as details.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use super::{Letter, Request, Service, level};
use crate::model::Level;
use crate::notify::clean::clean;
use crate::notify::render_webhook;

/// Of 1,024 that are allowed.
const SUMMARY: usize = 1_000;

pub(super) struct PagerDuty {
    key: SecretString,
}

impl PagerDuty {
    pub fn new(key: &SecretString) -> Self {
        Self { key: key.clone() }
    }
}

impl Service for PagerDuty {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let (view, notice) = (&letter.view, letter.notice);
        let read = view.url().map(|url| (letter.read_it(), url));
        let links = view.answer().into_iter().chain(read).chain(letter.status_page());
        let links: Vec<_> = links.map(|(text, href)| json!({"href": href, "text": text})).collect();
        let body = json!({
            "routing_key": self.key.expose_secret(),
            "event_action": "trigger",
            "dedup_key": clean(&notice.thread(), 255),
            "payload": {
                "summary": clean(&view.subject, SUMMARY),
                "source": "atalaya",
                "severity": severity(level(notice)),
                "timestamp": notice.at.to_string(),
                "component": clean(&view.organisation, 200),
                "class": notice.kind().name(),
                "custom_details": render_webhook(notice)["data"].clone(),
            },
            "client": "Atalaya",
            "links": links,
        });
        Request { url: url.clone(), headers: Vec::new(), body }
    }
}

fn severity(level: Option<Level>) -> &'static str {
    match level {
        None | Some(Level::Blue) => "info",
        Some(Level::Yellow) => "warning",
        Some(Level::Orange) => "error",
        Some(Level::Red) => "critical",
    }
}
