//! A rendered mail as the bytes that go over the wire: headers, parts, threading.
//!
//! The same delivery gives the same bytes for ever: a repeat after a doubtful attempt is the same
//! message to every mail system on the way.

use std::sync::Arc;
use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message as Mail};

use super::clean::{clean, safe_key};
use super::wording::Wording;
use super::{BuildError, Message, RenderError, SendError};
use crate::model::{Level, Notice, NoticeBody, SummaryOf};

/// Who sends our mails.
pub struct Sender {
    mailbox: Mailbox,
    wording: Arc<Wording>,
}

impl Sender {
    /// A sender written as `Name <address>` or as an address.
    ///
    /// # Errors
    /// If it is neither.
    pub fn new(from: &str, wording: &Arc<Wording>) -> Result<Self, BuildError> {
        let mailbox = clean(from, 300).parse();
        mailbox
            .map(|mailbox| Self { mailbox, wording: Arc::clone(wording) })
            .map_err(|error| BuildError::Sender(error.to_string()))
    }

    /// The part of the address behind the at sign.
    pub fn domain(&self) -> &str {
        self.mailbox.email.domain()
    }

    /// The address alone.
    pub fn address(&self) -> Address {
        self.mailbox.email.clone()
    }

    /// The whole mail for a message.
    ///
    /// # Errors
    /// If the recipient's address is none.
    pub fn compose(&self, message: Message<'_>) -> Result<Mail, EnvelopeError> {
        let (delivery, notice) = (message.delivery, message.notice);
        let rendered = self.wording.mail(notice, delivery)?;
        let address: Address = delivery.recipient.address.parse()?;
        let name = Some(clean(&delivery.recipient.name, 80)).filter(|name| !name.is_empty());

        let date = SystemTime::try_from(delivery.created_at).unwrap_or(SystemTime::UNIX_EPOCH);

        let mut builder = Mail::builder()
            .from(self.mailbox.clone())
            .to(Mailbox::new(name, address))
            .subject(rendered.subject)
            .date(date)
            .message_id(Some(self.message_id(&delivery.idempotency_key)));
        if let Some(first) = &delivery.thread_key {
            let first = self.message_id(first);
            builder = builder.in_reply_to(first.clone()).references(first);
        }
        // RFC 3834: keeps out-of-office replies away.
        builder = builder.raw_header(header("Auto-Submitted", "auto-generated")?);
        builder =
            builder.raw_header(header("X-Atalaya-Key", &clean(&delivery.idempotency_key, 200))?);
        if urgent(notice) {
            builder = builder.raw_header(header("X-Priority", "1 (Highest)")?);
        }
        if let Some(address) = self.unsubscribe(notice) {
            // RFC 2369 §3.2: mail programs show it as a button; a person reads what comes there.
            let to = format!("<mailto:{address}?subject=unsubscribe>");
            builder = builder.raw_header(header("List-Unsubscribe", &to)?);
        }
        let boundary = blake3::hash(delivery.idempotency_key.as_bytes()).to_hex();
        let parts = MultiPart::alternative()
            .boundary(format!("atalaya-{}", &boundary[..32]))
            .singlepart(part(ContentType::TEXT_PLAIN, rendered.text))
            .singlepart(part(ContentType::TEXT_HTML, rendered.html));
        Ok(builder.multipart(parts)?)
    }

    /// Where wishes to get no more digests go: only these are no duty of who gets them.
    fn unsubscribe(&self, notice: &Notice) -> Option<Address> {
        let NoticeBody::Summary(summary) = &notice.body else { return None };
        let SummaryOf::Digest(digest) = &summary.of else { return None };
        let named = digest.unsubscribe.as_ref().and_then(|address| address.parse().ok());
        Some(named.unwrap_or_else(|| self.mailbox.email.clone()))
    }

    fn message_id(&self, key: &str) -> String {
        format!("<{}@{}>", safe_key(key), self.domain())
    }
}

/// Why a message cannot be put into a mail. Nothing the network does will change it.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// The recipient's address is none.
    #[error("the recipient's address is not valid: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// The mail cannot be built.
    #[error("the mail cannot be built: {0}")]
    Mail(#[from] lettre::error::Error),
    /// A header that is not ASCII.
    #[error("the mail has a header without a name")]
    Header,
    /// A template does not fit.
    #[error(transparent)]
    Render(#[from] RenderError),
}

impl From<EnvelopeError> for SendError {
    fn from(error: EnvelopeError) -> Self {
        SendError::Refused { what: clean(&error.to_string(), 200) }
    }
}

fn urgent(notice: &Notice) -> bool {
    notice.level() >= Some(Level::Orange)
}

fn part(kind: ContentType, body: String) -> SinglePart {
    SinglePart::builder().header(kind).body(body)
}

fn header(name: &'static str, value: &str) -> Result<HeaderValue, EnvelopeError> {
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| EnvelopeError::Header)?;
    Ok(HeaderValue::new(name, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::Sender;
    use crate::model::{Delivery, Level, Locale, Notice, NoticeBody};
    use crate::notify::{Message, sample};

    fn compose(notice: &Notice, delivery: &Delivery) -> String {
        let sender =
            Sender::new("Atalaya <alertas@acme.example>", &Arc::default()).expect("sender");
        let mail = sender.compose(Message { delivery, notice }).expect("mail");
        String::from_utf8(mail.formatted()).expect("seven bit")
    }

    fn head(mail: &str) -> Vec<&str> {
        mail.split("\r\n\r\n").next().unwrap_or_default().split("\r\n").collect()
    }

    #[test]
    fn headers_carry_the_key_and_the_thread() {
        let (notice, mut delivery) = (sample::notice(Locale::Es), sample::delivery(Locale::Es));
        delivery.thread_key = Some("first-key".to_owned());
        let mail = compose(&notice, &delivery);
        let head = head(&mail);
        for line in [
            "From: Atalaya <alertas@acme.example>",
            "Message-ID: <01981f2e-key-0001@acme.example>",
            "In-Reply-To: <first-key@acme.example>",
            "References: <first-key@acme.example>",
            "Date: Mon, 23 Nov 2026 19:02:00 +0000",
            "Auto-Submitted: auto-generated",
            "X-Atalaya-Key: 01981f2e-key-0001",
            "X-Priority: 1 (Highest)",
            "MIME-Version: 1.0",
        ] {
            assert!(head.contains(&line), "{line} in {head:#?}");
        }
        assert!(mail.contains("multipart/alternative") && mail.is_ascii());
    }

    #[test]
    fn low_levels_are_not_urgent() {
        let mut alert = sample::alert(Locale::Es);
        alert.level = Level::Yellow;
        for notice in [sample::of_alert(alert), sample::sources()] {
            assert!(!compose(&notice, &sample::delivery(Locale::Es)).contains("X-Priority"));
        }
    }

    /// Alerts are a duty; a digest is a service that somebody may not want.
    #[test]
    fn digests_alone_say_how_to_get_no_more() {
        for (name, notice) in sample::summaries(Locale::Es) {
            let mail = compose(&notice, &sample::delivery(Locale::Es));
            let line = "List-Unsubscribe: <mailto:alertas@acme.example?subject=unsubscribe>";
            let is_digest = matches!(name, "digest" | "quiet");
            assert_eq!(head(&mail).contains(&line), is_digest, "{name}: {:#?}", head(&mail));
            let urgent = matches!(name, "group" | "reminder" | "storm");
            assert_eq!(mail.contains("X-Priority"), urgent, "{name}");
        }
    }

    #[test]
    fn a_repeat_is_the_same_message() {
        let (notice, mut delivery) = (sample::notice(Locale::Zh), sample::delivery(Locale::Zh));
        let first = compose(&notice, &delivery);
        delivery.attempts = 9;
        delivery.lease_epoch = 7;
        assert_eq!(first, compose(&notice, &delivery));
        delivery.idempotency_key = "another".to_owned();
        assert_ne!(first, compose(&notice, &delivery));
    }

    #[test]
    fn nothing_from_outside_adds_a_header() {
        let (mut alert, mut delivery) = (sample::alert(Locale::Es), sample::delivery(Locale::Es));
        let names = |mail: &str| -> Vec<String> {
            head(mail)
                .into_iter()
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap_or_default().to_owned())
                .collect()
        };
        let mut notice = sample::of_alert(alert.clone());
        let expected = names(&compose(&notice, &delivery));
        for evil in ["x\r\nBcc: eve@evil.example", "x\nBcc: e", "x\r\rBcc: e", "x\0\u{2028}Bcc: e"]
        {
            alert.headline = evil.to_owned();
            evil.clone_into(&mut delivery.recipient.name);
            evil.clone_into(&mut delivery.idempotency_key);
            alert.story.media = vec![evil.to_owned()];
            notice.body = NoticeBody::Alert(Box::new(alert.clone()));
            assert_eq!(names(&compose(&notice, &delivery)), expected, "{evil:?}");
        }
        "a@b.example\r\nBcc: eve@evil.example".clone_into(&mut delivery.recipient.address);
        let sender = Sender::new("a@acme.example", &Arc::default()).expect("sender");
        assert!(sender.compose(Message { delivery: &delivery, notice: &notice }).is_err());
    }

    /// Field names of a head, in their order.
    fn names(mail: &str) -> Vec<String> {
        let whole = head(mail).into_iter().filter(|line| !line.starts_with([' ', '\t']));
        whole.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    }

    proptest! {
        /// Whatever headlines, media, names and keys are made of (F35).
        #[test]
        fn no_text_adds_a_header(
            headline in "[\\PC\\r\\n\\t\\x00\u{85}\u{2028}=?:<>\"]{0,400}",
            name in "[\\PC\\r\\n\\x00,;:<>@\"]{0,120}",
            key in "[\\PC\\r\\n<>@]{1,80}",
        ) {
            let (mut alert, mut delivery) = (sample::alert(Locale::Es), sample::delivery(Locale::Es));
            let expected = names(&compose(&sample::of_alert(alert.clone()), &delivery));
            alert.headline = headline;
            delivery.recipient.name = name;
            delivery.idempotency_key = key;
            let mail = compose(&sample::of_alert(alert), &delivery);
            prop_assert_eq!(names(&mail), expected);
            let head = head(&mail);
            prop_assert!(head.iter().all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])));
            prop_assert_eq!(head.concat().matches("reader@acme.example").count(), 1, "one recipient");
        }
    }
}
