//! One client of the HTTP library for each reach, built when it is first needed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::redirect;
use tokio::sync::Semaphore;

use super::connector::Gate;
use super::resolve::{Resolver, places};
use super::rule::Rule;
use super::{FetchError, GuardError, Limits};
use crate::model::{Proxy, Reach};

/// Clients that are kept; the one that was used longest ago goes first.
const KEPT: usize = 64;

/// How long a connection waits for the next feed of its host; each holds some 35 KB.
const IDLE: Duration = Duration::from_secs(10);

/// HTTP/2 windows, of a stream and of a connection: what a server may send that nobody has read.
const WINDOWS: (u32, u32) = (256 * 1024, 512 * 1024);

/// HTTP/1 header lines and bytes of HTTP/2 header lists. (An HTTP/1 head of any number of lines is
/// at most 408 KiB: hyper's read buffer.)
const HEADERS: (usize, u32) = (100, 64 * 1024);

/// The clients by what their sockets may reach.
pub(super) struct Clients {
    limits: Limits,
    user_agent: String,
    lookups: Arc<Semaphore>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    clock: u64,
    clients: HashMap<(Rule, Option<Proxy>), (u64, HttpClient)>,
}

#[expect(clippy::disallowed_types, reason = "this is the one HTTP client")]
pub(super) type HttpClient = reqwest::Client;

impl Clients {
    pub(super) fn new(limits: &Limits, user_agent: &str) -> Self {
        Self {
            limits: limits.clone(),
            user_agent: user_agent.to_owned(),
            lookups: places(),
            known: Mutex::default(),
        }
    }

    /// Builds the client for the public internet, so that broken TLS is known at the start.
    pub(super) fn prove(&self) -> Result<(), GuardError> {
        let reach = Reach::default();
        self.of(Rule::public(), &reach).map(drop)
    }

    /// The client for a rule and a proxy.
    pub(super) fn of(&self, rule: Rule, reach: &Reach) -> Result<HttpClient, GuardError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.clock += 1;
        let now = known.clock;
        let key = (rule, reach.proxy.clone());
        if let Some((used, client)) = known.clients.get_mut(&key) {
            *used = now;
            return Ok(client.clone());
        }
        let client = self.build(&key.0, reach.proxy.as_ref())?;
        if known.clients.len() >= KEPT {
            let oldest = known.clients.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                known.clients.remove(&oldest);
            }
        }
        known.clients.insert(key, (now, client.clone()));
        Ok(client)
    }

    /// With a proxy the socket goes to the proxy, which the operator chose: no rule holds for it,
    /// and the names of the targets are the proxy's to resolve.
    #[expect(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        reason = "this is the one HTTP client"
    )]
    fn build(&self, rule: &Rule, proxy: Option<&Proxy>) -> Result<HttpClient, GuardError> {
        let resolver = Resolver {
            rule: proxy.is_none().then(|| rule.clone()),
            patience: self.limits.resolve,
            places: Arc::clone(&self.lookups),
        };
        let builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(self.limits.per_host)
            .pool_idle_timeout(IDLE)
            .http1_max_headers(HEADERS.0)
            .http2_max_header_list_size(HEADERS.1)
            .http2_initial_stream_window_size(WINDOWS.0)
            .http2_initial_connection_window_size(WINDOWS.1)
            .dns_resolver(resolver);
        let builder = match proxy {
            None => {
                let gate = Gate { rule: rule.clone(), patience: self.limits.connect };
                builder.connector_layer(gate)
            }
            Some(proxy) => builder.connect_timeout(self.limits.connect).proxy(of_url(proxy)?),
        };
        builder.build().map_err(GuardError::Tls)
    }
}

fn of_url(proxy: &Proxy) -> Result<reqwest::Proxy, GuardError> {
    if !matches!(proxy.0.scheme(), "http" | "https") {
        return Err(GuardError::Proxy);
    }
    // The library's error would hold the URL, credentials included.
    reqwest::Proxy::all(proxy.0.as_str()).map_err(|_| GuardError::Proxy)
}

impl From<GuardError> for FetchError {
    fn from(error: GuardError) -> Self {
        match error {
            GuardError::Proxy => Self::refused(error.to_string()),
            GuardError::Tls(_) => Self::Network { detail: error.to_string() },
        }
    }
}
