//! A stand-in for the guarded HTTP client until its room is merged: it checks no addresses.
//! To be replaced as a whole; only the names [`Client`], [`Post`], [`PostReply`] and
//! [`FetchError`] stay.

use std::time::Duration;

use url::Url;

/// An HTTP client.
#[derive(Debug, Clone)]
pub struct Client(reqwest::Client);

/// One POST request.
#[derive(Debug)]
pub struct Post<'a> {
    /// Where to.
    pub url: &'a Url,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether private and loopback addresses may be called.
    pub allow_private: bool,
    /// For the whole exchange.
    pub timeout: Duration,
}

/// What the server said.
#[derive(Debug)]
pub struct PostReply {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, as a time to wait.
    pub retry_after: Option<Duration>,
    /// First bytes of the answer.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("the request failed")]
pub struct FetchError;

impl Client {
    /// A client that follows no redirects.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    #[expect(clippy::disallowed_methods, reason = "this is the stand-in for that very client")]
    pub fn new() -> Result<Self, FetchError> {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::trace!("a TLS provider is already installed");
        }
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        builder.build().map(Self).map_err(|_| FetchError)
    }

    /// Sends a POST request.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn post(&self, post: Post<'_>) -> Result<PostReply, FetchError> {
        let mut request = self.0.post(post.url.clone()).timeout(post.timeout).body(post.body);
        for (name, value) in post.headers {
            request = request.header(name, value);
        }
        let reply = request.send().await.map_err(|_| FetchError)?;
        let status = reply.status().as_u16();
        let seconds = reply.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = seconds.and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let body = reply.bytes().await.map_err(|_| FetchError)?.to_vec();
        Ok(PostReply { status, retry_after, body })
    }
}
