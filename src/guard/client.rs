//! The client: conditional GETs with checked redirects, POSTs without any.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, CONTENT_TYPE, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION,
};
use reqwest::{RequestBuilder, Response, redirect};
use tokio::time::{Instant, timeout};
use url::Url;

use crate::model::{PrivateAccess, Reach, Source, Validators};

use super::address::{self, Resolver};
use super::turns::Turns;
use super::{FetchError, GuardError, Limits, body, headers};

/// Bytes of an answer to a POST that are kept.
const POST_REPLY_BYTES: usize = 64 * 1024;

/// What feeds and pages are asked for.
const ACCEPTED: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
     application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5";

/// The one HTTP client; cheap to share by reference.
pub struct Client {
    limits: Limits,
    turns: Turns,
    guarded: reqwest::Client,
    open: reqwest::Client,
}

/// A page or feed to fetch.
#[derive(Debug, Clone, Copy)]
pub struct Get<'a> {
    /// Where.
    pub url: &'a Url,
    /// What the last answer gave; empty for an unconditional request.
    pub validators: &'a Validators,
    /// Where it may lead, redirects included.
    pub reach: &'a Reach,
    /// Whether robots.txt is obeyed.
    pub obey_robots: bool,
}

impl<'a> Get<'a> {
    /// An unconditional request for a document of a source.
    #[must_use]
    pub fn of(source: &'a Source, url: &'a Url) -> Self {
        const NOTHING_KNOWN: &Validators =
            &Validators { etag: None, last_modified: None, body_hash: None };
        Self {
            url,
            validators: NOTHING_KNOWN,
            reach: &source.reach,
            obey_robots: source.obey_robots,
        }
    }
}

/// The answer to a GET, of whatever status; a 304 has no body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Where the last redirect led.
    pub final_url: Url,
    /// Where it has moved for good: the end of the permanent redirects (301, 308) that it began with.
    pub moved_to: Option<Url>,
    /// `Content-Type` as received.
    pub content_type: Option<String>,
    /// For the next request. `body_hash` is left as it was sent.
    pub validators: Validators,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
    /// How long the answer stays fresh.
    pub cache_max_age: Option<Duration>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

/// A message to send.
#[derive(Debug, Clone)]
pub struct Post<'a> {
    /// Where.
    pub url: &'a Url,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body as it goes out.
    pub body: Vec<u8>,
    /// Whether private and loopback addresses are allowed.
    pub allow_private: bool,
    /// Longest time of the whole exchange, without the wait for its turn.
    pub timeout: Duration,
}

/// The answer to a POST. A redirect is a status like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostReply {
    /// The HTTP status.
    pub status: u16,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
    /// The first 64 KiB of the body.
    pub body: Vec<u8>,
}

impl Client {
    /// Builds the client. `user_agent` names the product and a contact.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(limits: Limits, user_agent: &str) -> Result<Self, GuardError> {
        // Fails only where somebody installed a provider before; then that one serves.
        drop(rustls::crypto::ring::default_provider().install_default());
        let build = |allow_private| builder(&limits, user_agent, allow_private).build();
        let guarded = build(false).map_err(GuardError::Tls)?;
        let open = build(true).map_err(GuardError::Tls)?;
        Ok(Self { turns: Turns::new(&limits), limits, guarded, open })
    }

    /// A client that takes `site.test` for a public host, wherever it really is.
    #[cfg(test)]
    pub(super) fn with_public_site(limits: Limits, site: std::net::SocketAddr) -> Self {
        let client = Self::new(limits, "test").unwrap();
        let guarded = builder(&client.limits, "test", false).resolve("site.test", site).build();
        Self { guarded: guarded.unwrap(), ..client }
    }

    /// Fetches a page or feed, following redirects that lead nowhere forbidden.
    ///
    /// # Errors
    /// See [`FetchError`]. Cancel-safe: dropping the future drops the connection.
    pub async fn get(&self, get: Get<'_>) -> Result<Reply, FetchError> {
        let mut url = get.url.clone();
        let mut spent = Duration::ZERO;
        for _ in 0..=self.limits.redirects {
            address::check(&url, is_open(get))?;
            let _turn = self.turns.take(&url, true).await?;
            let start = Instant::now();
            let left = self.limits.total.saturating_sub(spent);
            match timeout(left, self.hop(get, &url)).await {
                Ok(Ok(Step::Done(reply))) => return Ok(*reply),
                Ok(Ok(Step::Elsewhere(next))) => url = next,
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(FetchError::Timeout { phase: "body" }),
            }
            spent += start.elapsed();
        }
        Err(FetchError::refused(format!("more than {} redirects", self.limits.redirects)))
    }

    /// Sends a message.
    ///
    /// # Errors
    /// See [`FetchError`]. After [`FetchError::Timeout`] the message may have arrived.
    pub async fn post(&self, post: Post<'_>) -> Result<PostReply, FetchError> {
        address::check(post.url, post.allow_private)?;
        let mut request = self.inner(post.allow_private).post(post.url.clone()).body(post.body);
        for (name, value) in &post.headers {
            request = request.header(name, value);
        }
        let _turn = self.turns.take(post.url, false).await?;
        let exchange = async {
            let response = request.send().await.map_err(FetchError::of)?;
            let status = response.status().as_u16();
            let retry_after = headers::retry_after(response.headers(), Timestamp::now());
            let (body, _) = body::up_to(response, POST_REPLY_BYTES).await?;
            Ok(PostReply { status, retry_after, body })
        };
        let late = |_| FetchError::Timeout { phase: "answer" };
        timeout(post.timeout, exchange).await.map_err(late)?
    }

    fn inner(&self, allow_private: bool) -> &reqwest::Client {
        if allow_private { &self.open } else { &self.guarded }
    }

    async fn hop(&self, get: Get<'_>, url: &Url) -> Result<Step, FetchError> {
        let request = self.inner(is_open(get)).get(url.clone());
        let sending = conditional(request, get.validators).send();
        let response = timeout(self.limits.head, sending)
            .await
            .map_err(|_| FetchError::Timeout { phase: "head" })?
            .map_err(FetchError::of)?;
        if let Some(next) = target(url, &response)? {
            return Ok(Step::Elsewhere(next));
        }
        let status = response.status().as_u16();
        let head = response.headers().clone();
        let sent = (status == 304).then_some(get.validators);
        let body = body::whole(response, &self.limits).await?;
        Ok(Step::Done(Box::new(reply(status, url, &head, sent, body))))
    }
}

fn is_open(get: Get<'_>) -> bool {
    get.reach.private != PrivateAccess::None
}

enum Step {
    Done(Box<Reply>),
    Elsewhere(Url),
}

#[expect(clippy::disallowed_methods, reason = "this is the one HTTP client")]
fn builder(limits: &Limits, user_agent: &str, allow_private: bool) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(limits.connect)
        .pool_max_idle_per_host(limits.per_host)
        .dns_resolver(Resolver { allow_private, patience: limits.resolve })
}

fn conditional(request: RequestBuilder, validators: &Validators) -> RequestBuilder {
    let mut request = request.header(ACCEPT, ACCEPTED);
    if let Some(etag) = &validators.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(last_modified) = &validators.last_modified {
        request = request.header(IF_MODIFIED_SINCE, last_modified);
    }
    request
}

/// Where a redirect leads. From https it never leads to http: that would undo what TLS proved.
fn target(url: &Url, response: &Response) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = headers::text(response.headers(), &LOCATION) else { return Ok(None) };
    let next = url.join(location).map_err(|_| FetchError::refused("a redirect to no valid URL"))?;
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(FetchError::refused("a redirect from https to http"));
    }
    Ok(Some(next))
}

fn reply(
    status: u16,
    url: &Url,
    head: &HeaderMap,
    sent: Option<&Validators>,
    body: Vec<u8>,
) -> Reply {
    Reply {
        status,
        final_url: url.clone(),
        moved_to: None,
        content_type: headers::text(head, &CONTENT_TYPE).map(str::to_owned),
        validators: headers::validators(head, sent),
        retry_after: headers::retry_after(head, Timestamp::now()),
        cache_max_age: headers::max_age(head),
        body,
    }
}
