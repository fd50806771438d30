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
    /// A start tag, or one that is its own end.
    Open(Tag<'a>),
    /// An end tag.
    Close {
        /// With its prefix.
        name: &'a str,
    },
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// With its prefix.
    pub(super) name: &'a str,
    /// `=` outside quotes.
    pub(super) attributes: usize,
    /// `<a/>`.
    pub(super) empty: bool,
}

impl<'a> Piece<'a> {
    /// What a CDATA section holds.
    pub(super) fn cdata(self) -> &'a str {
        let inner = self.raw.strip_prefix("<![CDATA[").unwrap_or(self.raw);
        inner.strip_suffix("]]>").unwrap_or(inner)
    }

    /// Whether the document ends within this piece.
    pub(super) fn is_cut(self) -> bool {
        match self.kind {
            Kind::Text => false,
            Kind::Cdata => !self.raw.ends_with("]]>"),
            Kind::Other | Kind::Open(_) | Kind::Close { .. } => !self.raw.ends_with('>'),
        }
    }
}

/// Cuts a document into its pieces, in order.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'a> {
    document: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(document: &'a str) -> Self {
        Self { document, at: 0 }
    }

    /// How far it is: the offset of the next piece.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to the piece that began at `at`.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    /// What lies between two offsets of pieces.
    pub(super) fn between(&self, from: usize, to: usize) -> &'a str {
        self.document.get(from..to).unwrap_or_default()
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = self.document.get(self.at..)?;
        if rest.is_empty() {
            return None;
        }
        let (kind, length) = first(rest);
        self.at += length;
        Some(Piece { raw: &rest[..length], kind })
    }
}

fn first(rest: &str) -> (Kind<'_>, usize) {
    let until = |end: &str| find_end(rest, end).map_or(rest.len(), |at| at + end.len());
    match rest.as_bytes() {
        [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => (Kind::Cdata, until("]]>")),
        [b'<', b'!', b'-', b'-', ..] => (Kind::Other, until("-->")),
        // Only the opening of a declaration: what stands in its subset is pieces of its own.
        [b'<', b'!', ..] if begins_markup(rest.as_bytes()) => {
            let end = rest[2..].find(['[', '>', '<']).map_or(rest.len(), |at| at + 2);
            let length = end + usize::from(rest.as_bytes().get(end).is_some_and(|c| *c != b'<'));
            (Kind::Other, length)
        }
        [b'<', b'?', ..] => (Kind::Other, until("?>")),
        [b'<', ..] if begins_markup(rest.as_bytes()) => tag(rest),
        _ => (Kind::Text, text_length(rest)),
    }
}

/// Where a mark begins that ends in `>`: by its first byte, which is rare in texts.
fn find_end(rest: &str, end: &str) -> Option<usize> {
    let first = *end.as_bytes().first()?;
    let mut places = memchr::memchr_iter(first, rest.as_bytes());
    places
        .find(|at| rest.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(end.as_bytes())))
}

/// Whether a `<` begins a tag, comment, declaration or instruction.
fn begins_markup(bytes: &[u8]) -> bool {
    let is_name = |c: u8| c.is_ascii_alphabetic() || c == b'_';
    match bytes {
        [b'<', b'/', c, ..] => is_name(*c),
        [b'<', b'!', c, ..] => is_name(*c) || matches!(c, b'[' | b'-'),
        [b'<', c, ..] => is_name(*c) || *c == b'?',
        _ => false,
    }
}

/// Up to the next markup; a `<` that begins none belongs to the text.
fn text_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(found) = rest.as_bytes().get(at..).and_then(|rest| memchr::memchr(b'<', rest)) {
        at += found;
        // A row of them is one step.
        while bytes.get(at + 1) == Some(&b'<') {
            at += 1;
        }
        if bytes.get(at..).is_some_and(begins_markup) {
            return at;
        }
        at += 1;
    }
    rest.len()
}

/// Where a tag ends, and what it is. A quote that is never closed, or only after another tag has
/// begun, is no quote (XML allows no `<` in one).
fn tag(rest: &str) -> (Kind<'_>, usize) {
    let bytes = rest.as_bytes();
    let (mut quote, mut attributes) = (None, 0);
    let mut quoted_end = None;
    let mut end = None;
    for (at, byte) in bytes.iter().copied().enumerate() {
        match (quote, byte) {
            (None, b'>') => end = Some(at + 1),
            // A second `<` ends a tag that was never closed.
            (None, b'<') if at > 0 => end = Some(at),
            (Some(_), b'<') if quoted_end.is_some() => end = quoted_end,
            (Some(_), b'>') if quoted_end.is_none() => quoted_end = Some(at + 1),
            (None, b'=') => attributes += 1,
            (None, b'"' | b'\'') if attributes > 0 => (quote, quoted_end) = (Some(byte), None),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        if end.is_some() {
            break;
        }
    }
    let end = end.or(quoted_end.filter(|_| quote.is_some())).unwrap_or(rest.len());
    let inner = rest[1..end].trim_end_matches('>');
    let (inner, is_close) = inner.strip_prefix('/').map_or((inner, false), |inner| (inner, true));
    let name = inner.find([' ', '\t', '\r', '\n', '/']).unwrap_or(inner.len());
    let name = &inner[..name];
    let kind = if is_close {
        Kind::Close { name }
    } else {
        Kind::Open(Tag { name, attributes, empty: inner.ends_with('/') })
    };
    (kind, end)
}

/// The attributes of a start tag, values as they are written; without quotes too.
pub(super) fn attributes(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    let inner = raw.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
    let is_space = |c: char| c.is_ascii_whitespace();
    let mut rest = inner.find(is_space).map_or("", |at| &inner[at..]);
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('=')?;
        // What stands before the name is an attribute without a value.
        let name = name.trim_end();
        let name = name.rfind(is_space).map_or(name, |at| &name[at + 1..]);
        let after = after.trim_start();
        let (value, left) = match after.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                let inside = &after[1..];
                let quote = char::from(*quote);
                inside.split_once(quote).unwrap_or((inside, ""))
            }
            _ => after.split_at(after.find(is_space).unwrap_or(after.len())),
        };
        rest = left;
        Some((name, value))
    })
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    // Names are short: a plain look is faster than a search.
    name.bytes().rposition(|byte| byte == b':').map_or(name, |at| &name[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::{Kind, Scanner, Tag, attributes};

    fn open(name: &str, attributes: usize, empty: bool) -> Kind<'_> {
        Kind::Open(Tag { name, attributes, empty })
    }

    #[test]
    fn kinds() {
        let document = "<?xml?><!--<a>--><a b='>'>1 < 2<![CDATA[<b>]]><br/></a ><a c='x>y<d>";
        let found: Vec<_> = Scanner::new(document).map(|piece| (piece.raw, piece.kind)).collect();
        assert_eq!(
            found,
            [
                ("<?xml?>", Kind::Other),
                ("<!--<a>-->", Kind::Other),
                ("<a b='>'>", open("a", 1, false)),
                ("1 < 2", Kind::Text),
                ("<![CDATA[<b>]]>", Kind::Cdata),
                ("<br/>", open("br", 0, true)),
                ("</a >", Kind::Close { name: "a" }),
                ("<a c='x>", open("a", 1, false)),
                ("y", Kind::Text),
                ("<d>", open("d", 0, false)),
            ]
        );
    }

    #[test]
    fn attributes_with_and_without_quotes() {
        let found: Vec<_> = attributes("<a b='1' checked c = \"x y\" d=2 e='>").collect();
        assert_eq!(found, [("b", "1"), ("c", "x y"), ("d", "2"), ("e", "")]);
        assert_eq!(attributes("<link href=http://a.b/c/>").next(), Some(("href", "http://a.b/c")));
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost(document in "[<>&/!?a-c\"'= \\[\\]-é]{0,60}") {
            let whole: String = Scanner::new(&document).map(|piece| piece.raw).collect();
            proptest::prop_assert_eq!(whole, document);
        }
    }
}
