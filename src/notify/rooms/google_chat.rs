//! Google Chat webhooks: text of up to 32,000 bytes; messages of one matter share a thread, and a repeated `requestId`
//! makes no second message (Chat API, `spaces.messages.create`).

use serde_json::json;
use url::Url;

use super::{Letter, Request, Service};
use crate::notify::clean::quiet;
use crate::notify::http::header_value;
use crate::notify::markup::{Markup, Measure, fitted};

const TEXT: usize = 16_000;
const SOURCES_CHARS: usize = 4_000;

pub(super) struct GoogleChat;

impl Service for GoogleChat {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let view = &letter.view;
        let sections = letter.outline(SOURCES_CHARS);
        let mut text = format!("{}\n", Text.bold(&Text.escape(&view.subject)));
        text.push_str(&fitted(&Text, view, &sections, (TEXT, Measure::Bytes)));
        if let Some((name, link)) = letter.status_page() {
            text.push_str("\n\n");
            text.push_str(&Text.link(name, link));
        }
        text.push('\n');
        text.push_str(&Text.escape(&view.footer()));
        let mut url = url.clone();
        url.query_pairs_mut()
            .append_pair("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD")
            .append_pair("requestId", &header_value(letter.key));
        let body = json!({"text": text, "thread": {"threadKey": letter.notice.thread()}});
        Request { url, headers: Vec::new(), body }
    }
}

/// Chat's own marks. It has no escapes, so its marks are replaced by characters that look alike.
struct Text;

impl Markup for Text {
    fn escape(&self, text: &str) -> String {
        let text = quiet(text).replace("://", ":\u{200b}//");
        text.chars()
            .map(|c| match c {
                '<' => '‹',
                '>' => '›',
                '*' => '∗',
                '_' => '＿',
                '~' => '∼',
                '`' => '\'',
                other => other,
            })
            .collect()
    }

    fn bold(&self, text: &str) -> String {
        format!("*{text}*")
    }

    fn italic(&self, text: &str) -> String {
        format!("_{text}_")
    }

    fn link(&self, text: &str, url: &str) -> String {
        let url = url.replace('<', "%3C").replace('>', "%3E").replace('|', "%7C");
        format!("<{url}|{}>", text.replace('|', "¦"))
    }

    fn quote(&self, text: &str) -> String {
        format!("“{text}”")
    }
}
