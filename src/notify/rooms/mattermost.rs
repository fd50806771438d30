//! Mattermost incoming webhooks: markdown, up to 16,383 characters; red asks for an acknowledgement, which the server
//! repeats until it is given (message priority).

use serde_json::json;
use url::Url;

use super::markdown::Markdown;
use super::{Letter, Request, Service, level};
use crate::model::Level;
use crate::notify::markup::{Markup, Measure, fitted};

const TEXT: usize = 14_000;
const SOURCES_CHARS: usize = 10_000;
const MARKDOWN: Markdown = Markdown { line_break: "\n" };

pub(super) struct Mattermost;

impl Service for Mattermost {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let view = &letter.view;
        let sections = letter.outline(SOURCES_CHARS);
        let mut text = format!("#### {}\n", MARKDOWN.escape(&view.subject));
        text.push_str(&fitted(&MARKDOWN, view, &sections, (TEXT, Measure::Chars)));
        if let Some((name, link)) = letter.status_page() {
            text.push_str("\n\n");
            text.push_str(&MARKDOWN.link(name, link));
        }
        text.push('\n');
        text.push_str(&MARKDOWN.italic(&MARKDOWN.escape(&view.footer())));
        let mut body = json!({"text": text});
        if let Some(priority) = level(letter.notice).and_then(priority) {
            body["priority"] = priority;
        }
        Request { url: url.clone(), headers: Vec::new(), body }
    }
}

fn priority(level: Level) -> Option<serde_json::Value> {
    match level {
        Level::Blue | Level::Yellow => None,
        Level::Orange => Some(json!({"priority": "important"})),
        Level::Red => Some(json!({"priority": "urgent", "requested_ack": true})),
    }
}
