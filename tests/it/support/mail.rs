//! Mails as their readers get them, read by somebody else's parser.

use std::fs;
use std::path::Path;
use std::time::Duration;

use mail_parser::{HeaderValue, Message, MessageParser};

use super::wait_for;

/// A mail that arrived.
#[derive(Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub message_id: String,
    /// `X-Atalaya-Key`.
    pub key: String,
    pub text: String,
    pub html: String,
}

/// The mails in a directory; none while it does not exist. Drafts begin with a dot.
pub fn mails(directory: &Path) -> Vec<Mail> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let finished = paths.filter(|path| {
        !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    });
    finished.map(|path| parse(&fs::read(path).expect("a mail"))).collect()
}

/// The path of the page behind the link of the mail that asks somebody for a step.
pub async fn asked_by_mail(directory: &Path, person: &str) -> String {
    const BASE: &str = "https://atalaya.example/desk";
    wait_for(&format!("a mail that asks {person}"), Duration::from_mins(1), || {
        let mine = mails(directory).into_iter().filter(|mail| mail.to.starts_with(person));
        mine.into_iter().find_map(|mail| {
            let lines = mail.text.lines().map(str::trim);
            let mut links = lines.filter_map(|line| line.strip_prefix(BASE));
            links.find(|path| path.starts_with("/answer/")).map(str::to_owned)
        })
    })
    .await
}

fn parse(bytes: &[u8]) -> Mail {
    let mail = MessageParser::default().parse(bytes).expect("a mail");
    let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address());
    Mail {
        to: to.expect("a recipient").to_owned(),
        subject: mail.subject().expect("a subject").to_owned(),
        message_id: mail.message_id().expect("a message id").to_owned(),
        key: header(&mail, "X-Atalaya-Key"),
        text: part(&mail, "plain"),
        html: part(&mail, "html"),
    }
}

fn header(mail: &Message<'_>, name: &'static str) -> String {
    match mail.header(name) {
        Some(HeaderValue::Text(text)) => text.trim().to_owned(),
        other => panic!("{name}: {other:?}"),
    }
}

/// The part that really has this type: the parser would make one of the other.
fn part(mail: &Message<'_>, subtype: &str) -> String {
    use mail_parser::MimeHeaders;
    let part = mail.parts.iter().find(|part| part.is_content_type("text", subtype));
    part.and_then(|part| part.text_contents())
        .unwrap_or_else(|| panic!("no text/{subtype}"))
        .to_owned()
}
