//! `DingTalk` custom robots: markdown, signed in the address, at most 20,000 bytes and 20 messages a minute, else the
//! robot is silent for ten minutes. `errcode` in the body tells whether it was taken.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::Sha256;
use url::Url;

use super::answer::{Codes, judge_code};
use super::markdown::Markdown;
use super::{Letter, Request, Service};
use crate::guard::PostReply;
use crate::notify::clean::clean;
use crate::notify::markup::{Markup, Measure, fitted};
use crate::notify::{Receipt, SendError};

const TEXT: usize = 14_000;
const SOURCES_CHARS: usize = 3_000;
/// Lines that only one line break parts are joined.
const MARKDOWN: Markdown = Markdown { line_break: "\n\n" };
const CODES: Codes = Codes {
    slow_down: &[(130_101, Duration::from_mins(10)), (130_102, Duration::from_mins(10))],
    passing: &[-1],
};

pub(super) struct DingTalk {
    secret: Option<SecretString>,
}

impl DingTalk {
    pub fn new(secret: Option<&SecretString>) -> Self {
        Self { secret: secret.cloned() }
    }
}

impl Service for DingTalk {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let view = &letter.view;
        let sections = letter.outline(SOURCES_CHARS);
        let mut text = format!("#### {}\n\n", MARKDOWN.escape(&view.subject));
        text.push_str(&fitted(&MARKDOWN, view, &sections, (TEXT, Measure::Bytes)));
        if let Some((name, link)) = letter.status_page() {
            text.push_str("\n\n");
            text.push_str(&MARKDOWN.link(name, link));
        }
        text.push_str("\n\n");
        text.push_str(&MARKDOWN.escape(&view.footer()));
        let body = json!({
            "msgtype": "markdown",
            "markdown": {"title": clean(&view.subject, 80), "text": text},
            "at": {"isAtAll": false},
        });
        let mut url = url.clone();
        if let Some(secret) = &self.secret {
            let millis = letter.now.as_millisecond();
            url.query_pairs_mut()
                .append_pair("timestamp", &millis.to_string())
                .append_pair("sign", &sign(millis, secret));
        }
        Request { url, headers: Vec::new(), body }
    }

    fn judge(&self, reply: &PostReply) -> Result<Receipt, SendError> {
        judge_code(reply, &CODES)
    }
}

/// Time and secret are the message, the secret is the key.
fn sign(millis: i64, secret: &SecretString) -> String {
    let secret = secret.expose_secret();
    let signed = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(format!("{millis}\n{secret}").as_bytes());
        mac.finalize()
    });
    signed.map(|code| STANDARD.encode(code.into_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn signatures_are_those_of_an_independent_reckoning() {
        // python3: base64(hmac(b"SECdemo", b"1599360473000\nSECdemo", sha256))
        assert_eq!(
            sign(1_599_360_473_000, &"SECdemo".into()),
            "tGWkA5eQOQNCNPDgphtxIoNLO+/gD8Lcb705KQoRzeY="
        );
    }
}
