//! Whom an article counts as, when independent voices are counted: its medium's owner, unless the
//! text is somebody else's.
//!
//! A page can only make itself less by what it claims here, never more.

use url::Url;

use crate::config::Config;
use crate::model::{Article, Source};
use crate::story::{Claim, credited_agency};
use crate::text::same_site;

/// The medium that a canonical link names, and its owner; none if nobody knows that site.
pub(super) fn claimed(config: &Config, url: &str) -> Option<(Claim, String)> {
    let target = Url::parse(url).ok()?;
    let known = config.sources.iter().find(|source| same_site(&source.url, &target));
    let claim = |medium: &str| Claim { url: url.to_owned(), medium: medium.to_owned() };
    if let Some(source) = known {
        return Some((claim(&source.name), source.owner.clone()));
    }
    let host = target.host_str()?;
    let outlet = config.media.outlet(host)?;
    Some((claim(host.strip_prefix("www.").unwrap_or(host)), outlet.owner.clone()))
}

/// Whose the text is by its own account: the agency of its credit line, else the owner of the site that
/// its canonical link names. None if it says nothing.
pub(super) fn own_account(
    config: &Config,
    authors: &[String],
    body: &str,
    original_url: Option<&str>,
) -> Option<String> {
    let agency = credited_agency(&config.media.agencies, authors, body);
    agency
        .map(|agency| agency.name.clone())
        .or_else(|| claimed(config, original_url?).map(|(_, owner)| owner))
}

/// Whom an article of a source counts as; `copied` is whom the article counts as that it copies. A
/// client of an agency that runs its text without the credit line is the agency's voice still.
pub(super) fn voice(
    config: &Config,
    source: &Source,
    own_account: Option<String>,
    copied: Option<&str>,
) -> String {
    let served = || {
        let host = source.url.host_str()?;
        let mut agencies = config.media.agencies.iter();
        let agency = agencies.find(|it| Some(it.name.as_str()) == copied && it.serves(host))?;
        Some(agency.name.clone())
    };
    own_account.or_else(served).unwrap_or_else(|| source.owner.clone())
}

/// The same for an article that is judged.
pub(super) fn of_article(
    config: &Config,
    source: &Source,
    article: &Article,
    copied: Option<&str>,
) -> String {
    let Article { authors, body, original_url, .. } = article;
    voice(config, source, own_account(config, authors, body, original_url.as_deref()), copied)
}
