//! XML cut at its tags, well-formed or not. Builds no tree, resolves nothing; linear.

/// A piece of a document; the pieces put together are the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// As it stands in the document.
    pub(super) raw: &'a str,
    /// What it is.
    pub(super) kind: Kind<'a>,
}

/// The kinds of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Characters; a `<` that begins no markup is one of them.
    Text,
    /// `<![CDATA[…]]>`.
    Cdata,
    /// Comments, processing instructions, declarations.
    Other,
    /// A start tag and how many attributes it has.
    Open {
        /// With its prefix.
        name: &'a str,
        /// `=` outside quotes.
        attributes: usize,
    },
    /// A tag that is its own end.
    Empty {
        /// `=` outside quotes.
        attributes: usize,
    },
    /// An end tag.
    Close {
        /// With its prefix.
        name: &'a str,
    },
}

/// The pieces of a document, in order.
pub(super) fn pieces(document: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = document;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (kind, length) = first(rest);
        let (raw, after) = rest.split_at(length);
        rest = after;
        Some(Piece { raw, kind })
    })
}

fn first(rest: &str) -> (Kind<'_>, usize) {
    let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    match rest.as_bytes() {
        [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => (Kind::Cdata, until("]]>")),
        [b'<', b'!', b'-', b'-', ..] => (Kind::Other, until("-->")),
        // Only the opening of a declaration: what stands in its subset is pieces of its own.
        [b'<', b'!', ..] => (Kind::Other, rest.find(['[', '>']).map_or(rest.len(), |at| at + 1)),
        [b'<', b'?', ..] => (Kind::Other, until("?>")),
        [b'<', b'/', c, ..] | [b'<', c, ..] if c.is_ascii_alphabetic() || *c == b'_' => tag(rest),
        _ => {
            let from = usize::from(rest.starts_with('<'));
            (Kind::Text, rest[from..].find('<').map_or(rest.len(), |at| at + from))
        }
    }
}

fn tag(rest: &str) -> (Kind<'_>, usize) {
    let (mut quote, mut attributes, mut end) = (None, 0, rest.len());
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => {
                end = at + 1;
                break;
            }
            // A second `<` ends a tag that was never closed.
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
    let inner = rest[..end].trim_start_matches('<').trim_end_matches('>');
    let name = |inner: &'_ str| inner.find([' ', '\t', '\r', '\n', '/']).unwrap_or(inner.len());
    let kind = if let Some(inner) = inner.strip_prefix('/') {
        Kind::Close { name: &inner[..name(inner)] }
    } else if inner.ends_with('/') {
        Kind::Empty { attributes }
    } else {
        Kind::Open { name: &inner[..name(inner)], attributes }
    };
    (kind, end)
}

#[cfg(test)]
mod tests {
    use super::{Kind, pieces};

    #[test]
    fn kinds() {
        let document = "<?xml?><!--<a>--><a b='>'>1 < 2<![CDATA[<b>]]><br/></a >";
        let found: Vec<_> = pieces(document).map(|piece| (piece.raw, piece.kind)).collect();
        assert_eq!(
            found,
            [
                ("<?xml?>", Kind::Other),
                ("<!--<a>-->", Kind::Other),
                ("<a b='>'>", Kind::Open { name: "a", attributes: 1 }),
                ("1 ", Kind::Text),
                ("< 2", Kind::Text),
                ("<![CDATA[<b>]]>", Kind::Cdata),
                ("<br/>", Kind::Empty { attributes: 0 }),
                ("</a >", Kind::Close { name: "a" }),
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost(document in "[<>&/!?a-c\"'= \\[\\]-é]{0,60}") {
            let whole: String = pieces(&document).map(|piece| piece.raw).collect();
            proptest::prop_assert_eq!(whole, document);
        }
    }
}
