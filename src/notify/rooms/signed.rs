//! Receivers of signed JSON (Standard Webhooks 1.0.0): the whole notice, signed anew for each attempt under one
//! `webhook-id`.

use secrecy::{ExposeSecret, SecretString};
use standardwebhooks::Webhook;
use url::Url;

use super::{Letter, Request, Service};
use crate::notify::BuildError;
use crate::notify::http::header_value;
use crate::notify::webhook::render_webhook_to;

pub(super) struct Signed {
    signer: Webhook,
}

impl Signed {
    /// # Errors
    /// If the secret is none.
    pub fn new(secret: &SecretString) -> Result<Self, BuildError> {
        let key = secret.expose_secret().strip_prefix("whsec_");
        let signer = key.and_then(|key| Webhook::new(key).ok()).ok_or(BuildError::Secret)?;
        Ok(Self { signer })
    }
}

impl Service for Signed {
    /// Receivers refuse timestamps older than five minutes, so the time is that of the attempt.
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let body = render_webhook_to(letter.notice, letter.delivery);
        let (key, now) = (header_value(letter.key), letter.now.as_second());
        let mut headers = vec![
            ("webhook-id".to_owned(), key.clone()),
            ("webhook-timestamp".to_owned(), now.to_string()),
        ];
        match self.signer.sign(&key, now, body.to_string().as_bytes()) {
            Ok(signature) => headers.push(("webhook-signature".to_owned(), signature)),
            // The receiver refuses what is not signed, and the refusal is seen.
            Err(error) => tracing::error!(%error, "a webhook could not be signed"),
        }
        Request { url: url.clone(), headers, body }
    }
}
