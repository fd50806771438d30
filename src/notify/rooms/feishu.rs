//! Feishu and Lark custom bots: a card of plain text, signed with the time of the attempt; at most 20 KB. `code` in
//! the body tells whether it was taken (custom bot guide).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

use super::answer::{Codes, judge_code};
use super::plain::Plain;
use super::{Letter, Request, Service, level};
use crate::guard::PostReply;
use crate::model::Level;
use crate::notify::clean::clean;
use crate::notify::markup::{Measure, fitted};
use crate::notify::{Receipt, SendError};

const TEXT: usize = 14_000;
const SOURCES_CHARS: usize = 3_000;
/// 9499 and 11232: too many; the vendor counts 100 a minute and advises against full and half hours.
const CODES: Codes = Codes {
    slow_down: &[(9499, Duration::from_mins(1)), (11_232, Duration::from_mins(1))],
    passing: &[1_500, 2_200, 19_021],
};

pub(super) struct Feishu {
    secret: Option<SecretString>,
}

impl Feishu {
    pub fn new(secret: Option<&SecretString>) -> Self {
        Self { secret: secret.cloned() }
    }
}

impl Service for Feishu {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let mut body = json!({"msg_type": "interactive", "card": card(letter)});
        if let Some(secret) = &self.secret {
            let seconds = letter.now.as_second();
            body["timestamp"] = seconds.to_string().into();
            body["sign"] = sign(seconds, secret).into();
        }
        Request { url: url.clone(), headers: Vec::new(), body }
    }

    fn judge(&self, reply: &PostReply) -> Result<Receipt, SendError> {
        judge_code(reply, &CODES)
    }
}

/// The key is made of time and secret, the message is empty.
fn sign(seconds: i64, secret: &SecretString) -> String {
    let key = format!("{seconds}\n{}", secret.expose_secret());
    let signed = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map(Mac::finalize);
    signed.map(|code| STANDARD.encode(code.into_bytes())).unwrap_or_default()
}

fn card(letter: &Letter<'_>) -> Value {
    let view = &letter.view;
    let sections = letter.outline(SOURCES_CHARS);
    let text = fitted(&Plain, view, &sections, (TEXT, Measure::Bytes));
    let mut elements = vec![json!({"tag": "div", "text": {"tag": "plain_text", "content": text}})];
    let read = view.url().map(|url| (letter.read_it(), url));
    let buttons: Vec<Value> = view
        .answer()
        .into_iter()
        .chain(read)
        .chain(letter.status_page())
        .map(|(name, url)| {
            json!({"tag": "button", "type": "default", "url": url,
                   "text": {"tag": "plain_text", "content": name}})
        })
        .collect();
    if !buttons.is_empty() {
        elements.push(json!({"tag": "action", "actions": buttons}));
    }
    elements.push(
        json!({"tag": "note", "elements": [{"tag": "plain_text", "content": view.footer()}]}),
    );
    json!({
        "config": {"wide_screen_mode": true},
        "header": {
            "template": template(level(letter.notice)),
            "title": {"tag": "plain_text", "content": clean(&view.subject, 200)},
        },
        "elements": elements,
    })
}

fn template(level: Option<Level>) -> &'static str {
    match level {
        None => "grey",
        Some(Level::Blue) => "blue",
        Some(Level::Yellow) => "yellow",
        Some(Level::Orange) => "orange",
        Some(Level::Red) => "red",
    }
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn signatures_are_those_of_an_independent_reckoning() {
        // python3: base64(hmac(b"1599360473\ndemo", b"", sha256))
        assert_eq!(
            sign(1_599_360_473, &"demo".into()),
            "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
        );
    }
}
