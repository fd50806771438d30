//! The identity of an entry across guid changes, tracking parameters and the move to https.

use url::Url;

use crate::text;

/// The URL as an identity: `https`, host in lower case, no default port, fragment, credentials or
/// tracking parameters. Made to be compared, not fetched.
#[must_use]
pub fn canonical_key(url: &Url) -> String {
    let query = url.query().unwrap_or_default();
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let kept = |pair: &&str| !pair.is_empty() && !text::is_tracking(&name(pair));
    let kept: Vec<_> = query.split('&').filter(kept).collect();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mark = if kept.is_empty() { "" } else { "?" };
    let host = url.host_str().unwrap_or_default();
    format!("https://{host}{port}{}{mark}{}", url.path(), kept.join("&"))
}

/// The key of an entry: its page, else the publisher's identifier, else its headline. The last two
/// hold only within their source.
pub(super) fn entry_key(
    source: &str,
    url: Option<&Url>,
    guid: Option<&str>,
    title: &str,
) -> String {
    match (url, guid) {
        (Some(url), _) => canonical_key(url),
        (None, Some(guid)) => format!("{source}#id:{guid}"),
        (None, None) => format!("{source}#title:{}", blake3::hash(title.as_bytes()).to_hex()),
    }
}

#[cfg(test)]
mod tests {
    use super::{canonical_key, entry_key};

    fn check(url: &str, key: &str) {
        assert_eq!(canonical_key(&url.parse().unwrap()), key);
    }

    #[test]
    fn one_page_has_one_key() {
        check("http://Example.org:80/a?utm_source=x&id=7#top", "https://example.org/a?id=7");
        check("https://example.org/a?fbclid=1", "https://example.org/a");
        check("https://u:p@example.org:8443/a?b=1&c", "https://example.org:8443/a?b=1&c");
        check("https://example.org/a?page=2&UTM_Medium=rss", "https://example.org/a?page=2");
    }

    #[test]
    fn without_a_page_the_key_belongs_to_the_source() {
        assert_eq!(entry_key("a", None, Some("7"), "T"), "a#id:7");
        assert_ne!(entry_key("a", None, None, "T"), entry_key("b", None, None, "T"));
        assert_ne!(entry_key("a", None, None, "T"), entry_key("a", None, None, "U"));
    }
}
