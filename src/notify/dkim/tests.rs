//! Both kinds of keys, and what verifiers must be able to undo.

use std::sync::Arc;

use super::{relaxed, relaxed_body, signed};
use crate::config::{Dkim, DkimKey, DkimKeyError};
use crate::model::Locale;
use crate::notify::envelope::Sender;
use crate::notify::{Message, sample};

const RSA: &str = include_str!("../testdata/dkim-rsa.pem");
const ED25519: &str = include_str!("../testdata/dkim-ed25519.pem");

fn mail(pem: &str) -> String {
    let sender = Sender::new("Atalaya <alertas@acme.example>", &Arc::default()).expect("sender");
    let (notice, delivery) = (sample::notice(Locale::Zh), sample::delivery(Locale::Zh));
    let mail = sender.compose(Message { delivery: &delivery, notice: &notice }).expect("mail");
    let dkim = Dkim {
        domain: "acme.example".to_owned(),
        selector: "atalaya".to_owned(),
        key: DkimKey::from_pem(pem).expect("a key"),
    };
    let signed = signed(&mail.formatted(), &dkim, delivery.created_at);
    String::from_utf8(signed).expect("seven bit")
}

/// The head of the signature. That verifiers take the whole was checked with another implementation:
/// `dkim.verify` of dkimpy 1.1 over the mail that `ATALAYA_TEST_DKIM=DIR` leaves, both keys.
#[test]
fn a_mail_is_signed_the_same_for_ever() {
    for (name, pem, algorithm) in
        [("rsa", RSA, "rsa-sha256"), ("ed25519", ED25519, "ed25519-sha256")]
    {
        let first = mail(pem);
        assert_eq!(first, mail(pem), "{name}: a repeat is the same message");
        let beginning = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d=acme.example; s=atalaya;\r\n t=1795460520; h=from:"
        );
        assert!(first.starts_with(&beginning), "{first}");
        let head = first.split("\r\n\r\n").next().unwrap_or_default();
        assert!(head.lines().all(|line| line.len() <= 998), "{head}");
        assert!(head.contains("\r\nSubject: ") && head.contains("from:\r\n  from:"), "{head}");
        if let Ok(directory) = std::env::var("ATALAYA_TEST_DKIM") {
            std::fs::write(format!("{directory}/{name}.eml"), first).expect("written");
        }
    }
}

#[test]
fn white_space_on_the_way_breaks_nothing() {
    assert_eq!(relaxed(" a\r\n\t b  c \r\n"), "a b c");
    for (body, canonical) in [
        (&b" C \r\nD \t E\r\n\r\n\r\n"[..], &b" C\r\nD E\r\n"[..]),
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"no end", b"no end\r\n"),
    ] {
        assert_eq!(relaxed_body(body), canonical, "{body:?}");
    }
}

#[test]
fn keys_that_cannot_sign_are_refused() {
    assert_eq!(DkimKey::from_pem("hunter2").err(), Some(DkimKeyError::Pem));
    let elliptic = include_str!("../testdata/localhost.key");
    assert_eq!(DkimKey::from_pem(elliptic).err(), Some(DkimKeyError::Kind));
    let key = DkimKey::from_pem(RSA).expect("a key");
    assert_eq!(format!("{key:?}"), "DkimKey(rsa-sha256)");
}
