//! `WeCom` (企业微信) group robots: markdown of at most 4,096 bytes, 20 messages a minute. `errcode` in the body tells
//! whether it was taken.

use std::time::Duration;

use serde_json::json;
use url::Url;

use super::answer::{Codes, judge_code};
use super::{Letter, Request, Service};
use crate::guard::PostReply;
use crate::notify::clean::clean;
use crate::notify::markup::{Markup, Measure, fitted};
use crate::notify::{Receipt, SendError};

/// Of the whole; subject, link and reference come first.
const MESSAGE: usize = 3_900;
const SOURCES_CHARS: usize = 800;
const CODES: Codes =
    Codes { slow_down: &[(45_009, Duration::from_mins(1))], passing: &[-1, 45_033] };

pub(super) struct WeCom;

impl Service for WeCom {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let view = &letter.view;
        let head = format!("{}\n", Marks.bold(&Marks.escape(&clean(&view.subject, 200))));
        let mut foot = String::new();
        if let Some((name, link)) = letter.status_page().filter(|(_, link)| link.len() < 500) {
            foot.push('\n');
            foot.push_str(&Marks.link(name, link));
        }
        foot.push('\n');
        foot.push_str(&Marks.escape(&view.footer()));
        let room = MESSAGE.saturating_sub(head.len() + foot.len());
        let sections = letter.outline(SOURCES_CHARS);
        let text = fitted(&Marks, view, &sections, (room, Measure::Bytes));
        let content = format!("{head}{text}{foot}");
        let body = json!({"msgtype": "markdown", "markdown": {"content": content}});
        Request { url: url.clone(), headers: Vec::new(), body }
    }

    fn judge(&self, reply: &PostReply) -> Result<Receipt, SendError> {
        judge_code(reply, &CODES)
    }
}

/// A small markdown without escapes: what could mean something is replaced by its full-width twin.
struct Marks;

impl Markup for Marks {
    fn escape(&self, text: &str) -> String {
        let text = text.replace("://", ":\u{200b}//");
        text.chars()
            .map(|c| match c {
                '<' => '＜',
                '>' => '＞',
                '[' => '［',
                ']' => '］',
                '*' => '＊',
                '`' => '\'',
                '#' => '＃',
                '@' => '＠',
                other => other,
            })
            .collect()
    }

    fn bold(&self, text: &str) -> String {
        format!("**{text}**")
    }

    fn italic(&self, text: &str) -> String {
        text.to_owned()
    }

    fn link(&self, text: &str, url: &str) -> String {
        format!("[{text}]({})", url.replace('(', "%28").replace(')', "%29"))
    }

    fn quote(&self, text: &str) -> String {
        format!("> {text}")
    }
}
