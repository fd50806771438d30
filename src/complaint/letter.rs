//! From a customer's mail (RFC 5322, MIME) to a complaint.

use std::sync::LazyLock;

use mail_parser::{HeaderName, HeaderValue, Message, MessageParser, MimeHeaders};
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::intake::{CustomerRecord, MAX_FIELD, MAX_TEXT, Record};
use crate::config::Mailbox;
use crate::text;

/// Characters of an identifier that become part of a reference as they are.
const LONGEST_ID: usize = 150;
/// Words that programs put before a subject, folded.
const PREFIXES: [&str; 12] =
    ["re", "rv", "fw", "fwd", "r", "res", "aw", "tr", "回复", "答复", "转发", "回覆"];

/// How complaints are numbered.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bC-\d{4}-\d{6,}\b").ok());

/// A mail that a person wrote.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Its `Message-ID`, or a hash of the mail: the same for ever.
    pub id: String,
    /// The address that it comes from.
    pub email: String,
    /// The name that stands with it.
    pub name: Option<String>,
    /// The complaint that its subject names.
    pub about: Option<String>,
    /// Subject and text, without what it quotes.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    /// Says no more than which it is: the rest must not come into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({:?})", self.id)
    }
}

impl Letter {
    /// The letter as a complaint that came into a mailbox; `received_at` is the mail server's word.
    #[must_use]
    pub fn record(&self, mailbox: &Mailbox, received_at: jiff::Timestamp) -> Record {
        Record {
            reference: format!("mail:{}", self.id),
            channel: Some("mail".to_owned()),
            received_at: Some(received_at.to_string()),
            language: None,
            product: mailbox.product.clone(),
            branch: mailbox.branch.clone(),
            severity: mailbox.severity.clone(),
            asked: mailbox.asked.clone(),
            text: self.text.clone(),
            customer: CustomerRecord {
                id: None,
                name: self.name.clone(),
                email: Some(self.email.clone()),
                phone: None,
            },
        }
    }
}

/// Why a mail is no letter of a customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum NoLetter {
    /// A program wrote it (RFC 3834 §5): a bounce, an out-of-office note, a newsletter.
    #[error("a program wrote it")]
    Automatic,
    /// It names nobody who wrote it.
    #[error("it names no sender")]
    NoSender,
    /// It has no text: a scan alone, or an encrypted mail.
    #[error("it has no text that can be read")]
    NoText,
    /// It is no mail.
    #[error("it cannot be read as a mail")]
    Unreadable,
}

/// Reads a mail, which may have been cut off anywhere.
///
/// # Errors
/// Why it is no letter.
pub fn letter(bytes: &[u8]) -> Result<Letter, NoLetter> {
    let mail = MessageParser::default().parse(bytes).ok_or(NoLetter::Unreadable)?;
    if is_automatic(&mail) {
        return Err(NoLetter::Automatic);
    }
    let sender = mail.from().and_then(|from| from.first()).ok_or(NoLetter::NoSender)?;
    let address = sender.address().map(str::trim).filter(|it| it.contains('@'));
    let email = address.filter(|it| fits(it)).ok_or(NoLetter::NoSender)?.to_lowercase();
    let subject = mail.subject().unwrap_or_default();
    let about = NUMBER.as_ref().and_then(|number| number.find(subject)).map(|it| it.as_str());
    // Its own number is no number of the customer's.
    let subject = bare(&about.map_or(subject.to_owned(), |number| subject.replace(number, "")));
    let body = own_words(&body(&mail));
    if body.is_empty() && subject.is_empty() {
        return Err(NoLetter::NoText);
    }
    let whole = format!("{subject}\n{body}");
    let name = sender.name().map(str::trim).filter(|name| !name.is_empty());
    Ok(Letter {
        id: identifier(&mail, bytes),
        email,
        name: name.map(|name| cut(name, MAX_FIELD)),
        about: about.map(str::to_owned),
        text: cut(whole.trim(), MAX_TEXT),
    })
}

fn fits(address: &str) -> bool {
    address.chars().count() <= MAX_FIELD
}

/// Hashed where it is long: it becomes part of a reference.
fn identifier(mail: &Message<'_>, bytes: &[u8]) -> String {
    let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().as_str().chars().take(32).collect();
    match mail.message_id().map(str::trim).filter(|id| !id.is_empty()) {
        Some(id) if id.chars().count() <= LONGEST_ID => id.to_owned(),
        Some(id) => hash(id.as_bytes()),
        None => hash(bytes),
    }
}

/// Bounces, notes of absence, lists (RFC 3834 §2, RFC 2369, RFC 6522).
fn is_automatic(mail: &Message<'_>) -> bool {
    let word = |name: &'static str| {
        let text = mail.header(name).and_then(HeaderValue::as_text).unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    };
    let submitted = word("Auto-Submitted");
    let is_report = mail
        .content_type()
        .is_some_and(|it| it.ctype() == "multipart" && it.subtype() == Some("report"));
    let from_list = mail.header(HeaderName::ListId).is_some()
        || mail.header(HeaderName::ListUnsubscribe).is_some();
    (!submitted.is_empty() && submitted != "no")
        || matches!(word("Precedence").as_str(), "bulk" | "junk" | "list" | "auto_reply")
        || is_report
        || from_list
}

/// The text as its writer sees it: the plain part, else what a page of HTML says.
fn body(mail: &Message<'_>) -> String {
    let plain = mail.text_bodies().find(|part| part.is_text() && !part.is_text_html());
    match plain.and_then(|part| part.text_contents()) {
        Some(plain) if !plain.trim().is_empty() => text::lines(plain),
        _ => mail
            .html_bodies()
            .find_map(|part| part.text_contents())
            .map(text::plain_text)
            .unwrap_or_default(),
    }
}

/// Without the lines that quote another mail; all of it where nothing else is there.
fn own_words(text: &str) -> String {
    let own: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('>')).collect();
    let own = own.join("\n");
    if own.trim().is_empty() { text.trim().to_owned() } else { own.trim().to_owned() }
}

/// A subject without `Re:` and the like.
fn bare(subject: &str) -> String {
    let mut rest = subject.trim();
    while let Some((before, behind)) = rest.split_once([':', '：']) {
        if !PREFIXES.contains(&before.trim().to_lowercase().as_str()) {
            break;
        }
        rest = behind.trim();
    }
    rest.to_owned()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests;
