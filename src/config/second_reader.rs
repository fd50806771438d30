//! `[second_opinion]`: who is asked about articles of which the rules are unsure.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::settings::http_url;
use super::value::{Check, SecretRef};

const TIMEOUT: Duration = Duration::from_secs(5);
const LEAST_TIMEOUT: Duration = Duration::from_millis(100);
/// An article waits so long at most.
const MOST_TIMEOUT: Duration = Duration::from_mins(1);
const BUDGET: u32 = 60;
const MOST_BUDGET: u32 = 10_000;
const MARGIN: f64 = 0.2;
const MOST_MARGIN: f64 = 0.4;

/// Who is asked, and how much that may cost.
#[derive(Debug, Clone)]
pub struct SecondReader {
    /// The address of chat completions in the common format.
    pub url: Url,
    /// The model, as the endpoint calls it.
    pub model: String,
    /// Sent as a bearer token, if the endpoint wants one.
    pub key: Option<SecretString>,
    /// Longest wait of an article.
    pub timeout: Duration,
    /// Questions an hour.
    pub budget: u32,
    /// Asked is where the probability of speaking ill lies so near to one half, or nearer.
    pub margin: f64,
    /// Whether it may be on a private or loopback address, or reached by http.
    pub allow_private: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSecondReader {
    url: Spanned<String>,
    model: Spanned<String>,
    key: Option<Spanned<SecretRef>>,
    timeout: Option<Spanned<String>>,
    budget: Option<Spanned<u32>>,
    margin: Option<Spanned<f64>>,
    #[serde(default)]
    allow_private: bool,
}

/// None after findings.
pub(super) fn second_reader(check: &mut Check<'_>, raw: &RawSecondReader) -> Option<SecondReader> {
    let url = url(check, raw);
    let model = raw.model.get_ref().trim().to_owned();
    if model.is_empty() {
        check.error(
            &raw.model,
            "the second reader has no model",
            "write the name that the endpoint gives it",
        );
    }
    let key = raw.key.as_ref().map(|at| check.secret(at));
    let timeout = check.duration(raw.timeout.as_ref(), TIMEOUT);
    if let Some(at) = &raw.timeout
        && !(LEAST_TIMEOUT..=MOST_TIMEOUT).contains(&timeout)
    {
        let what = format!("`{}` is not from 100ms to 60s", at.get_ref());
        check.error(at, what, "write a duration from `100ms` to `60s`: articles wait so long");
    }
    let budget = raw.budget.as_ref().map_or(BUDGET, |at| *at.get_ref());
    if let Some(at) = raw.budget.as_ref().filter(|_| !(1..=MOST_BUDGET).contains(&budget)) {
        let what = format!("{budget} is not from 1 to {MOST_BUDGET}");
        check.error(at, what, "write the most questions an hour, or leave out [second_opinion]");
    }
    let margin = raw.margin.as_ref().map_or(MARGIN, |at| *at.get_ref());
    if let Some(at) = raw.margin.as_ref().filter(|_| !(0.01..=MOST_MARGIN).contains(&margin)) {
        let what = format!("{margin} is not from 0.01 to {MOST_MARGIN}");
        check.error(at, what, "write how far from one half a probability is still unsure: `0.2`");
    }
    let key = match key {
        Some(None) => return None,
        key => key.flatten(),
    };
    Some(SecondReader {
        url: url?,
        model,
        key,
        timeout,
        budget,
        margin,
        allow_private: raw.allow_private,
    })
}

/// The address; the key and the articles go out in the clear only within the house.
fn url(check: &mut Check<'_>, raw: &RawSecondReader) -> Option<Url> {
    let url = http_url(check, &raw.url)?;
    if url.scheme() == "https" || raw.allow_private {
        return Some(url);
    }
    let remedy = "write an https address, or `allow_private = true` for one in your own house";
    check.error(&raw.url, "the second reader would be asked without encryption", remedy);
    None
}
