//! What an XML document must keep to before a parser sees it. One linear scan.

use super::FeedError;

/// Elements inside one another. Feeds need about ten, XHTML content some more.
const MAX_DEPTH: usize = 64;

/// Attributes of one tag, namespace declarations included.
const MAX_ATTRIBUTES: usize = 256;

/// Refuses entity declarations (billion laughs, external entities), deep nesting and tags with
/// hundreds of attributes.
pub(super) fn check(document: &str) -> Result<(), FeedError> {
    let mut depth = 0_usize;
    let mut rest = document;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let length = if rest.starts_with("<![CDATA[") {
            until(rest, "]]>")
        } else if rest.starts_with("<!--") {
            until(rest, "-->")
        } else if rest.starts_with("<!ENTITY") {
            return Err(FeedError::Refused("the document declares entities"));
        } else if rest.starts_with("<!") {
            // Into the declaration: what it declares are tags for this scan.
            2
        } else if rest.starts_with("<?") {
            until(rest, "?>")
        } else {
            let tag = tag(rest);
            if tag.attributes > MAX_ATTRIBUTES {
                return Err(FeedError::Refused("a tag has too many attributes"));
            }
            match tag.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                Kind::Empty => {}
            }
            if depth > MAX_DEPTH {
                return Err(FeedError::Refused("the elements are nested too deeply"));
            }
            tag.length
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(())
}

fn until(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

enum Kind {
    Open,
    Close,
    Empty,
}

struct Tag {
    kind: Kind,
    attributes: usize,
    length: usize,
}

fn tag(text: &str) -> Tag {
    let bytes = text.as_bytes();
    let (mut quote, mut attributes, mut end) = (None, 0, bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => {
                end = at + 1;
                break;
            }
            // A second `<` ends a tag that was never closed, or was none.
            (None, b'<') if at > 0 => {
                end = at;
                break;
            }
            (None, b'=') => attributes += 1,
            (None, b'"' | b'\'') if attributes > 0 => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    let inner = &bytes[..end];
    let kind = match inner {
        [b'<', b'/', ..] => Kind::Close,
        [.., b'/', b'>'] => Kind::Empty,
        [b'<', first, .., b'>'] if !first.is_ascii_whitespace() => Kind::Open,
        _ => Kind::Empty,
    };
    Tag { kind, attributes, length: end.max(1) }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn hostile_documents_are_refused() {
        let laughs = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss/>";
        let attributes: String = (0..300).map(|n| format!(" a{n}='1'")).collect();
        for document in [laughs, &"<a>".repeat(65), &format!("<rss{attributes}>")] {
            assert!(check(document).is_err(), "{document:.40}");
        }
    }

    #[test]
    fn ordinary_ones_pass() {
        let description = format!("<![CDATA[{}]]>", "<div>".repeat(200));
        let item = format!("<item><title a='b>c'>1 &lt; 2</title><x/>{description}</item>");
        let feed = format!("<?xml version='1.0'?><!-- {} --><!DOCTYPE rss SYSTEM 'x'><rss>", "<a>");
        assert!(check(&format!("{feed}{}</rss>", item.repeat(500))).is_ok());
    }
}
