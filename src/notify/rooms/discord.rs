//! Discord webhooks: one embed. Limits by Discord's documentation of embeds: title 256, description 4,096,
//! content 2,000, 6,000 in all.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::markdown::Markdown;
use super::{Letter, Request, Service, level};
use crate::guard::PostReply;
use crate::model::Level;
use crate::notify::clean::clean;
use crate::notify::http;
use crate::notify::markup::{Markup, Measure, fitted};
use crate::notify::{Receipt, SendError};

const DESCRIPTION: usize = 4_000;
const SOURCES_CHARS: usize = 2_600;
const MARKDOWN: Markdown = Markdown { line_break: "\n" };

pub(super) struct Discord;

impl Service for Discord {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let view = &letter.view;
        let sections = letter.outline(SOURCES_CHARS);
        let text = fitted(&MARKDOWN, view, &sections, (DESCRIPTION, Measure::Chars));
        let mut embed = json!({
            "title": MARKDOWN.escape(&clean(&view.subject, 120)),
            "description": text,
            "color": colour(level(letter.notice)),
            "timestamp": letter.notice.at.to_string(),
            "footer": {"text": clean(&view.footer(), 400)},
        });
        if let Some(link) = view.url().or(view.status_url.as_deref()) {
            embed["url"] = link.into();
        }
        let body = json!({
            "content": MARKDOWN.escape(&clean(&view.subject, 400)),
            "embeds": [embed],
            "allowed_mentions": {"parse": []},
        });
        Request { url: url.clone(), headers: Vec::new(), body }
    }

    /// A 429 names its wait in seconds in the body too, more exactly than `Retry-After`.
    fn judge(&self, reply: &PostReply) -> Result<Receipt, SendError> {
        #[derive(Deserialize)]
        struct Limited {
            retry_after: f64,
        }
        match (http::judge(reply), serde_json::from_slice::<Limited>(&reply.body)) {
            (Err(SendError::Slower { after, what }), Ok(limited)) => {
                let asked = Duration::try_from_secs_f64(limited.retry_after).ok();
                Err(SendError::Slower { after: asked.or(after), what })
            }
            (judged, _) => judged,
        }
    }
}

/// As in mails.
fn colour(level: Option<Level>) -> u32 {
    match level {
        None => 0x006b_7280,
        Some(Level::Blue) => 0x001d_4ed8,
        Some(Level::Yellow) => 0x00fa_cc15,
        Some(Level::Orange) => 0x00c2_410c,
        Some(Level::Red) => 0x00b9_1c1c,
    }
}
