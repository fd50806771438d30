//! Mattermost incoming webhooks: markdown, up to 16,383 characters; red asks for an acknowledgement, which the server
//! repeats until it is given (message priority). Buttons are actions of an attachment ("Interactive messages").

use serde_json::{Value, json};
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
        if let Some((name, press)) = letter.press() {
            // The context stays on the server: nobody in the channel sees the token. Whoever answers a press has to
            // say the whole message again.
            let context = json!({"token": press.token, "message": text});
            body["attachments"] = json!([{"fallback": name, "actions": [
                {"id": "answer", "type": "button", "name": name, "style": "primary",
                 "integration": {"url": press.url, "context": context}}
            ]}]);
        }
        if let Some(priority) = level(letter.notice).and_then(priority) {
            body["priority"] = priority;
        }
        Request { url: url.clone(), headers: Vec::new(), body }
    }
}

/// What a press of the button is answered with: what came of it is said to who pressed, and if nothing is left to
/// press, below the `message` in the button's place.
#[must_use]
pub fn answered(said: &str, message: Option<&str>) -> Value {
    let note = MARKDOWN.escape(said);
    // Slack's markup in others' words would be made ours.
    let mut body = json!({"ephemeral_text": note, "skip_slack_parsing": true});
    if let Some(message) = message {
        let attachment = json!({"fallback": said, "text": note});
        body["update"] = json!({"message": message, "props": {"attachments": [attachment]}});
    }
    body
}

fn priority(level: Level) -> Option<Value> {
    match level {
        Level::Blue | Level::Yellow => None,
        Level::Orange => Some(json!({"priority": "important"})),
        Level::Red => Some(json!({"priority": "urgent", "requested_ack": true})),
    }
}
