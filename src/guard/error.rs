//! Why a fetch brought no answer, by what the caller does next.

use thiserror::Error;

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
}

/// The client could not be built.
#[derive(Debug, Error)]
pub enum GuardError {
    /// TLS could not be set up: mostly a machine without root certificates.
    #[error("the HTTP client could not be set up (are root certificates installed?): {0}")]
    Tls(#[source] reqwest::Error),
}

impl FetchError {
    /// Whether asking again is useless.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::TooLarge { .. })
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
            if let Some(forbidden) = cause.downcast_ref::<super::address::Forbidden>() {
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
