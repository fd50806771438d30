//! The identity of an entry across guid changes, tracking parameters and the move to https.

use url::Url;

use crate::text;

/// The bits of an alias that tell the entries of a source apart: 44, so that among a million of them a
/// new one looks like another once in seventeen million times.
const ALIAS_OF_ENTRY: i64 = (1 << 44) - 1;

/// The URL as an identity: `https`, host in lower case, no default port, fragment, credentials,
/// session or tracking parameters. Made to be compared, not fetched. `www.` stays: there are hosts
/// that serve something else without it, and an entry that moves is known by its alias.
#[must_use]
pub fn canonical_key(url: &Url) -> String {
    let query = url.query().unwrap_or_default();
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let kept = |pair: &&str| !pair.is_empty() && !text::is_tracking(&name(pair));
    let kept: Vec<_> = query.split('&').filter(kept).collect();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mark = if kept.is_empty() { "" } else { "?" };
    let host = url.host_str().unwrap_or_default();
    format!(
        "https://{host}{port}{}{mark}{}{}",
        without_session(url.path()),
        kept.join("&"),
        route(url)
    )
}

/// A path without the session that servlets write into it.
fn without_session(path: &str) -> &str {
    if !path.contains(';') {
        return path;
    }
    let lower = path.to_ascii_lowercase();
    lower.find(";jsessionid=").map_or(path, |at| &path[..at])
}

/// A fragment that names a page of a site which is one page (`#!/a`, `#/a`); others name a place.
fn route(url: &Url) -> String {
    let fragment = url.fragment().filter(|text| text.starts_with('!') || text.starts_with('/'));
    fragment.map(|text| format!("#{text}")).unwrap_or_default()
}

/// The key of an entry: its page, else the publisher's identifier, else its headline. The last two
/// hold only within their source.
pub(super) fn entry_key(
    source: &str,
    page: Option<&str>,
    guid: Option<&str>,
    title: &str,
) -> String {
    match (page, guid) {
        (Some(page), _) => page.to_owned(),
        (None, Some(guid)) => format!("{source}#id:{guid}"),
        (None, None) => format!("{source}#title:{}", blake3::hash(title.as_bytes()).to_hex()),
    }
}

/// The key of one of several entries that share a page or an identifier.
pub(super) fn own_key(shared: &str, guid: Option<&str>, title: &str) -> String {
    format!("{shared}#{:016x}", number(&[guid.unwrap_or(title)]))
}

/// The name of an entry beside its key: the publisher's identifier and the headline together, in
/// their source. Alone neither suffices: identifiers repeat and flip, headlines recur.
/// `title` is [`plain`]. The aliases of a source lie together in their index: its bits come first, so
/// that a poll touches one page of it, not twenty.
pub(super) fn alias(source: &str, guid: Option<&str>, title: &str) -> Option<i64> {
    let guid = guid.filter(|_| !title.is_empty())?;
    let of_source = number(&[source]) & !ALIAS_OF_ENTRY;
    Some(of_source | (number(&[source, guid, title]) & ALIAS_OF_ENTRY))
}

/// A text as edits of it are noticed: without ASCII marks and capitals, and without addresses. Takes
/// bytes, since it sees every text of every poll; whether an edit matters is told by [`plain`].
pub(super) fn print(text: &str) -> i64 {
    let is_address = |word: &[u8]| memchr::memmem::find(word, b"://").is_some();
    let mut letters = vec![0; text.len() + 1];
    let mut length = 0;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            letters[length] = byte.to_ascii_lowercase();
            length += usize::from(byte.is_ascii_alphanumeric() || !byte.is_ascii());
        }
    };
    if is_address(text.as_bytes()) {
        let words = text.as_bytes().split(u8::is_ascii_whitespace);
        words.filter(|word| !is_address(word)).for_each(take);
    } else {
        take(text.as_bytes());
    }
    // The end of a part, as in `number`.
    letters.truncate(length);
    letters.push(0);
    first_bytes(&blake3::hash(&letters))
}

/// Tells an edit from mere markup: by the headline, [`plain`], and the [`print`] of the text.
pub(super) fn fingerprint(title: &str, text: i64) -> i64 {
    number(&[title, &text.to_string()])
}

/// Letters and digits in lower case, words apart by one space, addresses left out.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace().filter(|word| !word.contains("://")) {
        let from = plain.len();
        for c in word.chars() {
            if c.is_ascii_alphanumeric() {
                plain.push(c.to_ascii_lowercase());
            } else if !c.is_ascii() && c.is_alphanumeric() {
                plain.extend(c.to_lowercase());
            }
        }
        if plain.len() > from {
            plain.push(' ');
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// 64 bits of a hash over parts: enough for what is only compared within a store.
fn number(parts: &[&str]) -> i64 {
    let mut joined = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for part in parts {
        joined.extend_from_slice(part.as_bytes());
        joined.push(0);
    }
    first_bytes(&blake3::hash(&joined))
}

fn first_bytes(hash: &blake3::Hash) -> i64 {
    let [first, ..] = hash.as_bytes().as_chunks::<8>().0 else { return 0 };
    i64::from_le_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::{alias, canonical_key, entry_key, fingerprint, plain, print};

    fn check(url: &str, key: &str) {
        assert_eq!(canonical_key(&url.parse().unwrap()), key);
    }

    #[test]
    fn one_page_has_one_key() {
        check("http://Example.org:80/a?utm_source=x&id=7#top", "https://example.org/a?id=7");
        check("https://example.org/a?fbclid=1", "https://example.org/a");
        check("https://u:p@example.org:8443/a?b=1&c", "https://example.org:8443/a?b=1&c");
        check("https://example.org/a?page=2&UTM_Medium=rss", "https://example.org/a?page=2");
        check("https://example.org/a;JSESSIONID=7F?_ga=1.2&fb_source=x", "https://example.org/a");
        check("https://example.org/a?PHPSESSID=7&cid=3", "https://example.org/a?cid=3");
        check("https://example.org/#!/a", "https://example.org/#!/a");
        check("https://www.example.org/a", "https://www.example.org/a");
    }

    #[test]
    fn markup_is_no_edit() {
        let fingerprint = |title: &str, text: &str| fingerprint(&plain(title), print(text));
        let print = fingerprint("Bank fails", "It was  said. See https://x.org/?utm_source=a");
        assert_eq!(print, fingerprint(" Bank\u{a0}fails ", "It was\nsaid; see https://x.org/"));
        assert_ne!(print, fingerprint("Bank fails", "It was denied. See"));
        assert_ne!(fingerprint("a", "b c"), fingerprint("a b", "c"));
        assert_eq!(plain("¡Roban 3 millones! — 银行 "), "roban 3 millones 银行");
    }

    #[test]
    fn an_alias_needs_identifier_and_headline() {
        let alias = |source: &str, guid, title: &str| alias(source, guid, &plain(title));
        assert_eq!(alias("a", Some("7"), "T."), alias("a", Some("7"), "t"));
        assert_ne!(alias("a", Some("7"), "T"), alias("b", Some("7"), "T"));
        assert_ne!(alias("a", Some("7"), "T"), alias("a", Some("8"), "T"));
        assert_eq!((alias("a", None, "T"), alias("a", Some("7"), "…")), (None, None));
    }

    #[test]
    fn without_a_page_the_key_belongs_to_the_source() {
        assert_eq!(entry_key("a", None, Some("7"), "T"), "a#id:7");
        assert_ne!(entry_key("a", None, None, "T"), entry_key("b", None, None, "T"));
        assert_ne!(entry_key("a", None, None, "T"), entry_key("a", None, None, "U"));
    }
}
