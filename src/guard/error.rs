//! Why a fetch brought no answer, by what the caller does next.

use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use super::rule::Forbidden;

/// A fetch without an answer. An answer of any status is not an error.
/// The texts hold neither the URL's credentials nor its query.
#[derive(Debug, Error)]
pub enum FetchError {
    /// Asking again changes nothing: the address or the redirect is not allowed.
    #[error("refused: {why}")]
    Refused {
        /// What was against it.
        why: String,
    },
    /// The answer is larger than the limit; asking again rarely helps.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit that it passed.
        limit: u64,
    },
    /// The server was too slow; try later.
    #[error("no answer in time: {phase}")]
    Timeout {
        /// What was waited for.
        phase: &'static str,
    },
    /// No connection, a broken one, or no valid HTTP; try later.
    #[error("network: {detail}")]
    Network {
        /// The innermost cause.
        detail: String,
    },
    /// The host is left alone, because it failed again and again or asked for it; nothing was
    /// sent. Ask again after this time.
    #[error("the host is left alone until {until:.0}")]
    Resting {
        /// When it is asked again.
        until: Timestamp,
    },
    /// The site's owner does not want this page to be fetched by programs.
    #[error("robots.txt of {host} forbids it")]
    Robots {
        /// The site.
        host: String,
    },
}

/// The client could not be built.
#[derive(Debug, Error)]
pub enum GuardError {
    /// TLS could not be set up: mostly a machine without root certificates.
    #[error("the HTTP client could not be set up (are root certificates installed?): {0}")]
    Tls(#[source] reqwest::Error),
    /// The proxy's URL cannot be used; it is not shown, as it may hold a password.
    #[error("the URL of the proxy is not an http or https URL that can be used")]
    Proxy,
}

impl FetchError {
    /// Whether asking again is useless.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::TooLarge { .. } | Self::Robots { .. })
    }

    /// How long the host is left alone from `now` on, if that is why.
    #[must_use]
    pub fn rest(&self, now: Timestamp) -> Option<Duration> {
        let Self::Resting { until } = self else { return None };
        Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
    }

    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }

    /// Judges an error of the HTTP library; its own text would hold the whole URL.
    pub(super) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let is_timeout = error.is_timeout();
        let mut cause: &(dyn std::error::Error + 'static) = &error;
        loop {
            if let Some(forbidden) = cause.downcast_ref::<Forbidden>() {
                return Self::refused(forbidden.to_string());
            }
            match cause.source() {
                Some(source) => cause = source,
                None => break,
            }
        }
        if is_timeout {
            return Self::Timeout { phase: "connection" };
        }
        Self::Network { detail: cause.to_string() }
    }
}

impl From<Forbidden> for FetchError {
    fn from(forbidden: Forbidden) -> Self {
        Self::refused(forbidden.to_string())
    }
}
