//! Signs mails (RFC 6376), relaxed/relaxed: mail servers on the way may fold and trim.
//!
//! A repeat of a mail carries the same signature, since its time is that of the mail.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::config::Dkim;

/// Signed where they stand. Each is named once more than it may occur, so that no second one can be
/// added on the way (RFC 6376 §8.15).
const HEADERS: [&str; 11] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "list-unsubscribe",
    "mime-version",
    "content-type",
];
/// Characters of a line of the signature.
const LINE: usize = 72;

/// The mail with its signature before it; as it was if it has no head, or cannot be signed.
pub(super) fn signed(mail: &[u8], by: &Dkim, at: Timestamp) -> Vec<u8> {
    if let Some(header) = signature(mail, by, at) {
        return [header.as_bytes(), mail].concat();
    }
    tracing::error!(domain = by.domain, "a mail could not be signed; it goes unsigned");
    mail.to_vec()
}

fn signature(mail: &[u8], by: &Dkim, at: Timestamp) -> Option<String> {
    let end = mail.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&mail[..end + 2]).ok()?;
    let fields = fields(head);
    let (mut names, mut text) = (Vec::new(), String::new());
    for wanted in HEADERS {
        // From the bottom up, as verifiers look (RFC 6376 §5.4.2).
        for field in fields.iter().rev().filter(|field| field.0 == wanted) {
            names.push(wanted);
            write!(text, "{}:{}\r\n", field.0, field.1).ok()?;
        }
        if matches!(wanted, "from" | "to" | "subject" | "date") {
            names.push(wanted);
        }
    }
    let body = STANDARD.encode(Sha256::digest(relaxed_body(&mail[end + 4..])));
    let value = format!(
        "v=1; a={}; c=relaxed/relaxed; d={}; s={};\r\n t={}; h={};\r\n bh={body};\r\n b=",
        by.key.algorithm(),
        by.domain,
        by.selector,
        at.as_second().max(0),
        names.join(":\r\n  "),
    );
    text.push_str("dkim-signature:");
    text.push_str(&relaxed(&value));
    let signature = STANDARD.encode(by.key.sign(text.as_bytes())?);
    let lines: Vec<&str> = signature
        .as_bytes()
        .chunks(LINE)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    Some(format!("DKIM-Signature: {value}{}\r\n", lines.join("\r\n  ")))
}

/// Name in small letters and relaxed value of each field, in their order.
fn fields(head: &str) -> Vec<(String, String)> {
    let mut whole: Vec<String> = Vec::new();
    for line in head.split_inclusive("\r\n") {
        match whole.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => whole.push(line.to_owned()),
        }
    }
    let field = |text: &String| {
        let (name, value) = text.split_once(':')?;
        Some((name.trim_end().to_ascii_lowercase(), relaxed(value)))
    };
    whole.iter().filter_map(field).collect()
}

/// Unfolded, each run of white space one space, none at the ends (RFC 6376 §3.4.2).
fn relaxed(value: &str) -> String {
    let words = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// No white space at the ends of lines, one space for each run of it, no empty lines at the end
/// (RFC 6376 §3.4.4).
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len() + 2);
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let mut space = false;
        for &byte in line {
            if matches!(byte, b' ' | b'\t') {
                space = true;
                continue;
            }
            if space {
                out.push(b' ');
                space = false;
            }
            out.push(byte);
        }
        out.extend_from_slice(b"\r\n");
    }
    while out.ends_with(b"\r\n\r\n") {
        out.truncate(out.len() - 2);
    }
    if out == b"\r\n" { Vec::new() } else { out }
}

#[cfg(test)]
mod tests;
