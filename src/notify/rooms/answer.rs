//! Answers of services that say in the body whether they took a message, whatever the status.

use std::time::Duration;

use serde::Deserialize;

use crate::guard::PostReply;
use crate::notify::clean::clean;
use crate::notify::http;
use crate::notify::{Receipt, SendError};

/// What `code` numbers mean, by service.
pub(super) struct Codes {
    /// Too many messages: how long to wait.
    pub slow_down: &'static [(i64, Duration)],
    /// The service is at fault and may recover.
    pub passing: &'static [i64],
}

/// `{"code": 0, …}` or `{"errcode": 0, …}`: zero is taken. A 2xx without such a body was not answered by
/// the service (a proxy, a login page) and is tried again.
pub(super) fn judge_code(reply: &PostReply, codes: &Codes) -> Result<Receipt, SendError> {
    let status = http::judge(reply)?;
    let Some(Coded { code, text }) = coded(&reply.body) else {
        return Err(retry(format!("{}, but no answer of the service", status.answer)));
    };
    if code == 0 {
        return Ok(status);
    }
    // Messages of services may quote the request; the number says enough beside a few plain words.
    let what = format!("code {code} {}", words(&text)).trim_end().to_owned();
    if let Some(&(_, wait)) = codes.slow_down.iter().find(|(slow, _)| *slow == code) {
        return Err(SendError::Slower { after: Some(wait), what });
    }
    if codes.passing.contains(&code) {
        return Err(retry(what));
    }
    Err(SendError::Refused { what })
}

fn retry(what: String) -> SendError {
    SendError::Retry { after: None, what }
}

struct Coded {
    code: i64,
    text: String,
}

fn coded(body: &[u8]) -> Option<Coded> {
    #[derive(Deserialize)]
    struct Answer {
        code: Option<i64>,
        errcode: Option<i64>,
        msg: Option<String>,
        errmsg: Option<String>,
    }
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let code = answer.code.or(answer.errcode)?;
    Some(Coded { code, text: answer.msg.or(answer.errmsg).unwrap_or_default() })
}

/// The beginning of a message, if it is plain words: an address or a token in it would be a secret.
pub(super) fn words(text: &str) -> String {
    let plain = |c: char| c.is_alphabetic() || matches!(c, ' ' | ',' | '.' | '\'' | '，' | '。');
    let end = text.find(|c| !plain(c)).unwrap_or(text.len());
    clean(&text[..end], 60)
}
