//! The few headers that steer the next request.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{CACHE_CONTROL, ETAG, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER};

use crate::model::Validators;

/// Longest header value that is kept for the next request.
const VALIDATOR_BYTES: usize = 1024;

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date from which the wait is counted.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = text(headers, &RETRY_AFTER)?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// `max-age` of `Cache-Control` (RFC 9111 §5.2.2.1), unless caching is forbidden.
pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &CACHE_CONTROL)?.to_ascii_lowercase();
    if value.contains("no-store") || value.contains("no-cache") {
        return None;
    }
    let age = value.split(',').find_map(|part| part.trim().strip_prefix("max-age="))?;
    age.trim_matches('"').parse().ok().map(Duration::from_secs)
}

/// What to send back next time; what a 304 leaves out stays as it was sent.
pub(super) fn validators(headers: &HeaderMap, sent: Option<&Validators>) -> Validators {
    let kept = |name: &HeaderName| {
        text(headers, name).filter(|value| value.len() <= VALIDATOR_BYTES).map(str::to_owned)
    };
    let old = sent.cloned().unwrap_or_default();
    Validators {
        etag: kept(&ETAG).or(old.etag),
        last_modified: kept(&LAST_MODIFIED).or(old.last_modified),
        body_hash: old.body_hash,
    }
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{CACHE_CONTROL, HeaderMap, HeaderValue, RETRY_AFTER};

    use super::{max_age, retry_after};

    #[test]
    fn waits_are_read() {
        let now = "2024-05-01T10:00:00Z".parse().unwrap();
        for (value, seconds) in [
            ("120", Some(120)),
            ("Wed, 01 May 2024 10:01:00 GMT", Some(60)),
            ("Wed, 01 May 2024 09:00:00 GMT", Some(0)),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
            assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn ages_are_read() {
        for (value, seconds) in
            [("public, max-age=300", Some(300)), ("no-cache, max-age=300", None), ("private", None)]
        {
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(value))]);
            assert_eq!(max_age(&headers), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
