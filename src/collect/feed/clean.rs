//! Texts, links and names of feeds made fit to keep; shared by all readers of feeds.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use url::Url;

use crate::model::FeedEntry;
use crate::text;

/// A link made absolute; one that cannot be is kept as it was given.
pub(super) fn absolute(link: &str, base: Option<&Url>) -> String {
    let link = link.trim();
    match (Url::parse(link), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => {
            base.join(link).map_or_else(|_| link.to_owned(), String::from)
        }
        _ => link.to_owned(),
    }
}

/// An identifier that is a relative link, made absolute. Bare words and URNs stay as they are.
pub(super) fn identifier(id: &str, base: Option<&Url>) -> String {
    let is_path = id.contains('/') && !id.contains([':', ' ']);
    if is_path { absolute(id, base) } else { id.to_owned() }
}

/// Whether a text is a web address.
pub(super) fn is_web(link: &str) -> bool {
    let has = |scheme: &str| {
        link.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    has("http://") || has("https://")
}

/// What the entry says itself stands in for what its publisher left out.
pub(super) fn complete(entry: &mut FeedEntry) {
    if entry.summary.is_none() {
        entry.summary.clone_from(&entry.content);
    }
}

/// A text that is not empty, without control characters. C1 controls are windows-1252 that went
/// through Latin-1 on its way (HTML §13.2.5.5 reads references to them alike).
pub(super) fn filled(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return None;
    }
    let is_fine = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    // Control characters are one byte below 0x20 or 0x7f, or 0xc2 and one more. A fold without an
    // early end looks at many bytes at a time.
    let is_suspect = |byte: u8| byte < 0x20 || byte == 0x7f || byte == 0xc2;
    let suspect = trimmed.bytes().fold(0, |found, byte| found | u8::from(is_suspect(byte)));
    if suspect == 0 || trimmed.chars().all(is_fine) {
        return Some(trimmed.to_owned());
    }
    let cured: String = trimmed.chars().filter_map(cured).filter(|c| is_fine(*c)).collect();
    Some(cured).filter(|text| !text.is_empty())
}

fn cured(c: char) -> Option<char> {
    match u8::try_from(c) {
        Ok(byte @ 0x80..=0x9f) => {
            WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next()
        }
        _ => Some(c),
    }
}

/// A headline: plain, on one line.
pub(super) fn headline(text: &str) -> Option<String> {
    if text.contains(['<', '&', '\n', '\r', '\t']) || text.contains("  ") {
        return filled(&text::one_line(text));
    }
    filled(text)
}

/// A name or label: plain.
pub(super) fn label(text: &str) -> Option<String> {
    if text.contains('&') { headline(text) } else { filled(text) }
}

/// The name in `name`, `mail@host (Name)`, `Name <mail@host>` or `Name (mail@host)`; the address
/// where there is no name.
pub(super) fn author(text: &str) -> Option<String> {
    let text = label(text)?;
    let is_address = |word: &str| word.contains('@') && !word.contains("://");
    if !text.contains('@') {
        let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        return bare.map(str::to_owned).or(Some(text));
    }
    let brackets: &[char] = &['(', ')', '<', '>', '"', ','];
    let mut address = None;
    let mut name: Vec<Cow<'_, str>> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(brackets);
        if is_address(bare) {
            let found = bare.strip_prefix("mailto:").unwrap_or(bare);
            address.get_or_insert_with(|| found.to_owned());
        } else if !bare.is_empty() {
            name.push(bare.into());
        }
    }
    if name.is_empty() { address } else { Some(name.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::{author, filled, identifier};

    #[test]
    fn authors_are_names() {
        for text in
            ["Ana Díaz", "ana@x.org (Ana Díaz)", "Ana Díaz <ana@x.org>", "Ana Díaz (ana@x.org)"]
        {
            assert_eq!(author(text).as_deref(), Some("Ana Díaz"), "{text}");
        }
        assert_eq!(author("ana@x.org").as_deref(), Some("ana@x.org"));
        assert_eq!(author(" "), None);
    }

    #[test]
    fn controls_vanish_and_quotes_come_back() {
        assert_eq!(filled(" don\u{92}t\u{0} ").as_deref(), Some("don’t"));
        assert_eq!(filled("\u{1}"), None);
        assert_eq!(filled("año\n2").as_deref(), Some("año\n2"));
    }

    #[test]
    fn only_paths_are_relative_identifiers() {
        let base = "https://x.org/a/".parse().ok();
        for (id, expected) in [
            ("abc", "abc"),
            ("b/1", "https://x.org/a/b/1"),
            ("tag:x.org,2020:a/b", "tag:x.org,2020:a/b"),
        ] {
            assert_eq!(identifier(id, base.as_ref()), expected);
        }
    }
}
