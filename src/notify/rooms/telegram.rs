//! Telegram bots: `sendMessage` in HTML, up to 4,096 characters. Its `ok` counts, and a 429 names its wait in
//! `parameters.retry_after` (Bot API, "Making requests").

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Letter, Request, Service};
use crate::guard::PostReply;
use crate::notify::http;
use crate::notify::markup::{Markup, Measure, fitted};
use crate::notify::{Receipt, SendError};

const TEXT: usize = 3_600;
const SOURCES_CHARS: usize = 2_200;

pub(super) struct Telegram {
    token: SecretString,
    chat: String,
}

impl Telegram {
    pub fn new(token: &SecretString, chat: &str) -> Self {
        Self { token: token.clone(), chat: chat.to_owned() }
    }

    fn address(&self, url: &Url) -> Url {
        let mut address = url.clone();
        let base = url.path().trim_end_matches('/');
        address.set_path(&format!("{base}/bot{}/sendMessage", self.token.expose_secret()));
        address
    }
}

impl Service for Telegram {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let view = &letter.view;
        let sections = letter.outline(SOURCES_CHARS);
        let mut text = format!("{}\n\n", Html.bold(&Html.escape(&view.subject)));
        text.push_str(&fitted(&Html, view, &sections, (TEXT, Measure::Chars)));
        text.push_str("\n\n");
        text.push_str(&Html.italic(&Html.escape(&view.footer())));
        let read = view.url().map(|url| json!({"text": letter.read_it(), "url": url}));
        let status = letter.status_page().map(|(name, url)| json!({"text": name, "url": url}));
        let answer = view.answer().map(|(name, url)| json!({"text": name, "url": url}));
        let buttons: Vec<_> = answer.into_iter().chain(read).chain(status).collect();
        let mut body = json!({
            "chat_id": self.chat,
            "text": text,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": true},
        });
        if !buttons.is_empty() {
            body["reply_markup"] = json!({"inline_keyboard": [buttons]});
        }
        Request { url: self.address(url), headers: Vec::new(), body }
    }

    fn judge(&self, reply: &PostReply) -> Result<Receipt, SendError> {
        #[derive(Deserialize)]
        struct Answer {
            ok: bool,
            parameters: Option<Parameters>,
        }
        #[derive(Deserialize)]
        struct Parameters {
            retry_after: Option<u64>,
        }
        let judged = http::judge(reply);
        let answer: Option<Answer> = serde_json::from_slice(&reply.body).ok();
        let asked = answer.as_ref().and_then(|answer| answer.parameters.as_ref()?.retry_after);
        match (judged, answer.map(|answer| answer.ok)) {
            (Ok(receipt), Some(true)) => Ok(receipt),
            (Ok(receipt), said) => {
                let what = format!("{}, but not taken", receipt.answer);
                match said {
                    Some(_) => Err(SendError::Refused { what }),
                    None => Err(SendError::Retry { after: None, what }),
                }
            }
            (Err(SendError::Slower { after, what }), _) => {
                Err(SendError::Slower { after: asked.map(Duration::from_secs).or(after), what })
            }
            (Err(other), _) => Err(other),
        }
    }
}

struct Html;

impl Markup for Html {
    fn escape(&self, text: &str) -> String {
        let text = crate::notify::clean::quiet(text).replace("://", ":\u{200b}//");
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    fn bold(&self, text: &str) -> String {
        format!("<b>{text}</b>")
    }

    fn italic(&self, text: &str) -> String {
        format!("<i>{text}</i>")
    }

    fn link(&self, text: &str, url: &str) -> String {
        let url = url.replace('&', "&amp;").replace('"', "%22").replace('<', "%3C");
        format!("<a href=\"{url}\">{text}</a>")
    }

    fn quote(&self, text: &str) -> String {
        format!("<blockquote>{text}</blockquote>")
    }
}
