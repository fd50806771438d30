//! The client: conditional GETs with checked redirects, POSTs without any.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION,
};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::body::{self, Budget, Caps};
use super::breaker::Health;
use super::clients::{Clients, HttpClient};
use super::manners::{Answer, Manners};
use super::rule::{self, foreign_url};
use super::turns::{Errand, Turns};
use super::{FetchError, Get, GuardError, Limits, Post, PostReply, Reply};
use super::{coding, headers, robots};
use crate::model::{Reach, Validators};

/// Bytes of an answer to a POST that are kept.
const POST_REPLY_BYTES: usize = 64 * 1024;

/// What feeds and pages are asked for.
const ACCEPTED: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
     application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5";

/// The one HTTP client; cheap to share by reference.
pub struct Client {
    limits: Limits,
    clients: Clients,
    turns: Turns,
    budget: Budget,
    manners: Manners,
}

impl Client {
    /// Builds the client. `user_agent` names the product and a contact.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(limits: Limits, user_agent: &str) -> Result<Self, GuardError> {
        // Fails only where somebody installed a provider before; then that one serves.
        drop(rustls::crypto::ring::default_provider().install_default());
        let clients = Clients::new(&limits, user_agent);
        clients.prove()?;
        Ok(Self {
            clients,
            turns: Turns::new(&limits),
            budget: Budget::new(&limits),
            manners: Manners::default(),
            limits,
        })
    }

    /// Fetches a page or feed, following redirects that lead nowhere forbidden.
    ///
    /// # Errors
    /// See [`FetchError`]. Cancel-safe: dropping the future drops the connection.
    pub async fn get(&self, get: Get<'_>) -> Result<Reply, FetchError> {
        self.follow(get, Errand::Page).await
    }

    /// As [`Client::get`], for a service of the operator's own: asked even if its host rests, and no
    /// failure of it rests the host.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn ping(&self, get: Get<'_>) -> Result<Reply, FetchError> {
        self.follow(get, Errand::Own).await
    }

    async fn follow(&self, get: Get<'_>, errand: Errand) -> Result<Reply, FetchError> {
        let mut url = get.url.clone();
        let mut moved = Moved::default();
        let mut left = self.limits.total;
        for _ in 0..=self.limits.redirects {
            let http = self.client_for(&url, get.reach)?;
            let fetch = |place| self.robots(place, get.reach);
            let delay = if get.obey_robots {
                self.manners.ask(&url, get.reach, fetch).await?
            } else {
                None
            };
            let turn = self.turns.take(&url, errand, delay).await?;
            let start = Instant::now();
            let step = self.hop(&http, get.validators, url, errand, start + left).await;
            if let Some(health) = health(&step) {
                self.turns.report(&turn, health);
            }
            match step? {
                Step::Done(reply) => {
                    return Ok(Reply { moved_to: moved.to, ..*reply });
                }
                Step::Elsewhere { next, for_good } => {
                    moved.on(&next, for_good);
                    url = next;
                }
            }
            left = left.saturating_sub(start.elapsed());
        }
        Err(FetchError::refused(format!("more than {} redirects", self.limits.redirects)))
    }

    /// Gets a robots.txt by the same guarded way as a page. One that cannot be followed is as good
    /// as none (RFC 9309 §2.3.1.2).
    fn robots<'a>(
        &'a self,
        place: Url,
        reach: &'a Reach,
    ) -> BoxFuture<'a, Result<Answer, FetchError>> {
        async move {
            let validators = &Validators::default();
            let get = Get { url: &place, validators, reach, obey_robots: false };
            match self.follow(get, Errand::Robots).await {
                Ok(reply) => Ok(match reply.status {
                    200..=299 => Answer::File(reply.body),
                    429 | 500.. => Answer::Broken,
                    _ => Answer::None,
                }),
                Err(error) if error.is_final() => Ok(Answer::None),
                Err(error) => Err(error),
            }
        }
        .boxed()
    }

    /// Sends a message.
    ///
    /// # Errors
    /// See [`FetchError`]. After [`FetchError::Timeout`] the message may have arrived.
    pub async fn post(&self, post: Post<'_>) -> Result<PostReply, FetchError> {
        let http = self.client_for(post.url, post.reach)?;
        let mut request = http.post(post.url.clone()).body(post.body);
        for (name, value) in &post.headers {
            request = request.header(name, value);
        }
        let _turn = self.turns.take(post.url, Errand::Own, None).await?;
        let deadline = Instant::now() + post.timeout;
        let exchange = async {
            let response = request.send().await.map_err(FetchError::of)?;
            let status = response.status().as_u16();
            let retry_after = headers::retry_after(response.headers(), Timestamp::now());
            let caps = Caps { limits: &self.limits, decoded: POST_REPLY_BYTES, deadline };
            let (body, _) = body::up_to(response, caps, &self.budget).await?;
            Ok(PostReply { status, retry_after, body })
        };
        let late = |_| FetchError::Timeout { phase: "answer" };
        timeout_at(deadline, exchange).await.map_err(late)?
    }

    /// Checks a URL, and gives the client whose sockets may go where it leads.
    fn client_for(&self, url: &Url, reach: &Reach) -> Result<HttpClient, FetchError> {
        let rule = rule::check(url, reach, &self.limits.ports)?;
        Ok(self.clients.of(rule, reach)?)
    }

    async fn hop(
        &self,
        http: &HttpClient,
        validators: &Validators,
        url: Url,
        errand: Errand,
        deadline: Instant,
    ) -> Result<Step, FetchError> {
        let sending = conditional(http.get(url.clone()), validators).send();
        let late = |_| FetchError::Timeout { phase: "head" };
        let until = deadline.min(Instant::now() + self.limits.head);
        let response = timeout_at(until, sending).await.map_err(late)?.map_err(FetchError::of)?;
        if let Some(step) = redirect(&url, &response)? {
            return Ok(step);
        }
        let status = response.status().as_u16();
        let sent = (status == 304).then_some(validators);
        let mut reply = Box::new(reply(status, url, response.headers(), sent));
        if errand == Errand::Robots {
            let caps = Caps { limits: &self.limits, decoded: robots::MAX_BYTES, deadline };
            reply.body = Box::pin(body::up_to(response, caps, &self.budget)).await?.0;
        } else if status != 304 {
            let caps = Caps { limits: &self.limits, decoded: self.limits.decoded_bytes, deadline };
            // Boxed: a 304 shall not carry the room for a body.
            reply.body = Box::pin(body::whole(response, caps, &self.budget)).await?;
        }
        Ok(Step::Done(reply))
    }
}

enum Step {
    Done(Box<Reply>),
    Elsewhere { next: Url, for_good: bool },
}

/// The permanent redirects that a chain begins with.
#[derive(Default)]
struct Moved {
    to: Option<Url>,
    over: bool,
}

impl Moved {
    fn on(&mut self, next: &Url, for_good: bool) {
        self.over |= !for_good;
        if !self.over {
            self.to = Some(next.clone());
        }
    }
}

/// What a request says of its host; nothing if it was our own rules that ended it.
fn health(step: &Result<Step, FetchError>) -> Option<Health> {
    match step {
        Ok(Step::Done(reply)) => Some(match (reply.status, reply.retry_after) {
            (429 | 503, Some(pause)) => Health::Asked(pause),
            (429 | 500.., _) => Health::Failed,
            _ => Health::Fine,
        }),
        Ok(Step::Elsewhere { .. }) | Err(FetchError::TooLarge { .. }) => Some(Health::Fine),
        Err(FetchError::Timeout { phase: body::NO_ROOM }) => None,
        Err(FetchError::Network { .. } | FetchError::Timeout { .. }) => Some(Health::Failed),
        Err(_) => None,
    }
}

fn conditional(request: RequestBuilder, validators: &Validators) -> RequestBuilder {
    let fixed = HeaderValue::from_static;
    let request = request.header(ACCEPT, fixed(ACCEPTED));
    let mut request = request.header(ACCEPT_ENCODING, fixed(coding::ACCEPTED));
    if let Some(etag) = &validators.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(last_modified) = &validators.last_modified {
        request = request.header(IF_MODIFIED_SINCE, last_modified);
    }
    request
}

/// Where a redirect leads. From https it never leads to http: that would undo what TLS proved.
fn redirect(url: &Url, response: &Response) -> Result<Option<Step>, FetchError> {
    let status = response.status().as_u16();
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    // Not only ASCII: addresses in Spanish or Chinese are sent as they are.
    let location = response.headers().get(LOCATION).map(HeaderValue::as_bytes);
    let Some(location) = location.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        return Ok(None);
    };
    let next = foreign_url(location, Some(url)).map_err(|error| match error {
        FetchError::Refused { why } => FetchError::refused(format!("a redirect: {why}")),
        other => other,
    })?;
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(FetchError::refused("a redirect from https to http"));
    }
    Ok(Some(Step::Elsewhere { next, for_good: matches!(status, 301 | 308) }))
}

/// What the head of an answer says; its body is still to come.
fn reply(status: u16, final_url: Url, head: &HeaderMap, sent: Option<&Validators>) -> Reply {
    Reply {
        status,
        final_url,
        moved_to: None,
        content_type: headers::text(head, &CONTENT_TYPE).map(str::to_owned),
        validators: headers::validators(head, sent),
        retry_after: headers::retry_after(head, Timestamp::now()),
        cache_max_age: headers::max_age(head),
        body: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::redirect;

    #[test]
    fn https_never_becomes_http() {
        for (from, to, followed) in [
            ("http://a.test/", "https://a.test/", true),
            ("http://a.test/", "http://b.test/", true),
            ("https://a.test/", "https://b.test/", true),
            ("https://a.test/", "/there", true),
            ("https://a.test/", "http://a.test/", false),
            ("https://a.test/", "ftp://a.test/", false),
            ("http://a.test/", "/espa\u{f1}a", true),
        ] {
            let response = http::Response::builder().status(301).header("location", to.as_bytes());
            let response = response.body(Vec::new()).unwrap().into();
            let step = redirect(&from.parse().unwrap(), &response);
            assert_eq!(step.is_ok_and(|step| step.is_some()), followed, "{from} {to}");
        }
    }
}
