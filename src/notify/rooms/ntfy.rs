//! ntfy: published as JSON to the server's root, the topic being the last part of the configured address. Message
//! 4,096 bytes, title 1 KB; priorities 1 to 5 (ntfy documentation, "Publish as JSON").

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use super::plain::Plain;
use super::{Letter, Request, Service, level};
use crate::model::Level;
use crate::notify::clean::clean;
use crate::notify::markup::{Measure, fitted};

const MESSAGE: usize = 3_600;
const SOURCES_CHARS: usize = 900;

pub(super) struct Ntfy {
    token: Option<SecretString>,
}

impl Ntfy {
    pub fn new(token: Option<&SecretString>) -> Self {
        Self { token: token.cloned() }
    }
}

impl Service for Ntfy {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let view = &letter.view;
        let (root, topic) = split(url);
        let sections = letter.outline(SOURCES_CHARS);
        let text = fitted(&Plain, view, &sections, (MESSAGE, Measure::Bytes));
        let mut body = json!({
            "topic": topic,
            "title": clean(&view.subject, 200),
            "message": format!("{text}\n\n{}", clean(&view.footer(), 120)),
            "priority": priority(level(letter.notice)),
        });
        if let Some(link) = view.url().or(view.status_url.as_deref()) {
            body["click"] = link.into();
        }
        if let Some((label, url)) = view.answer() {
            body["actions"] = json!([{"action": "view", "label": label, "url": url}]);
        }
        let token = self.token.iter();
        let headers = token
            .map(|token| ("authorization".to_owned(), format!("Bearer {}", token.expose_secret())))
            .collect();
        Request { url: root, headers, body }
    }
}

/// The server's root and the topic.
fn split(url: &Url) -> (Url, String) {
    let mut root = url.clone();
    let path = url.path().trim_end_matches('/');
    let (base, topic) = path.rsplit_once('/').unwrap_or(("", path));
    root.set_path(&format!("{base}/"));
    (root, topic.to_owned())
}

/// 5 rings through a phone's silence.
fn priority(level: Option<Level>) -> u8 {
    match level {
        None | Some(Level::Blue) => 2,
        Some(Level::Yellow) => 3,
        Some(Level::Orange) => 4,
        Some(Level::Red) => 5,
    }
}
