//! What an XML document must keep to before a parser sees it. One linear scan.

use super::FeedError;
use super::scan::{Kind, pieces};

/// Elements inside one another. Feeds need about ten, XHTML content some more.
const MAX_DEPTH: usize = 64;

/// Attributes of one tag, namespace declarations included.
const MAX_ATTRIBUTES: usize = 256;

/// Refuses entity declarations (billion laughs, external entities) and tags with hundreds of
/// attributes. Depth is told apart, since markup that was never closed has it too: see [`is_deep`].
pub(super) fn check(document: &str) -> Result<(), FeedError> {
    for piece in pieces(document) {
        match piece.kind {
            Kind::Other if piece.raw.starts_with("<!ENTITY") => {
                return Err(FeedError::Refused("the document declares entities"));
            }
            Kind::Open { attributes, .. } | Kind::Empty { attributes }
                if attributes > MAX_ATTRIBUTES =>
            {
                return Err(FeedError::Refused("a tag has too many attributes"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// How many entries were written, whether they can be read or not.
pub(super) fn count_entries(document: &str) -> usize {
    let is_entry = |kind| matches!(kind, Kind::Open { name: "item" | "entry", .. });
    pieces(document).filter(|piece| is_entry(piece.kind)).count()
}

/// Whether elements stand open inside one another beyond the limit.
pub(super) fn is_deep(document: &str) -> bool {
    let mut depth = 0_usize;
    pieces(document).any(|piece| {
        match piece.kind {
            Kind::Open { .. } => depth += 1,
            Kind::Close { .. } => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

#[cfg(test)]
mod tests {
    use super::{check, is_deep};

    #[test]
    fn hostile_documents_are_refused() {
        let laughs = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss/>";
        let attributes = " a='1'".repeat(300);
        for document in [laughs, &format!("<rss{attributes}>")] {
            assert!(check(document).is_err(), "{document:.40}");
        }
        assert!(is_deep(&"<a>".repeat(65)));
    }

    #[test]
    fn ordinary_ones_pass() {
        let description = format!("<![CDATA[{}]]>", "<div>".repeat(200));
        let item = format!("<item><title a='b>c'>1 &lt; 2</title><x/>{description}</item>");
        let feed = format!("<?xml version='1.0'?><!-- {} --><!DOCTYPE rss SYSTEM 'x'><rss>", "<a>");
        let feed = format!("{feed}{}</rss>", item.repeat(500));
        assert!(check(&feed).is_ok() && !is_deep(&feed));
    }
}
