//! What an element says, from the pieces between its tags: references read, CDATA opened, markup
//! that was never escaped kept as HTML, base64 decoded.

use std::borrow::Cow;

use base64::Engine as _;

use super::super::scan::{Kind, Piece, Scanner, local};
use super::Faults;

/// How a text is carried (Atom 1.0 §3.1, Atom 0.3 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    /// Text or HTML, escaped or not: RSS does not say, and Atom is not to be believed.
    Text,
    /// XML of another language.
    Xml,
    /// In base64, if it can be decoded.
    Base64,
}

impl Carrier {
    /// From the attributes of the element.
    pub(super) fn of(kind: Option<&str>, mode: Option<&str>, faults: &mut Faults) -> Self {
        let kind = kind.unwrap_or_default().trim().to_ascii_lowercase();
        if mode.is_some_and(|mode| mode.eq_ignore_ascii_case("base64")) {
            return Self::Base64;
        }
        match kind.as_str() {
            "" | "text" | "html" | "text/html" | "text/plain" => Self::Text,
            kind if kind.contains("xml") || kind == "xhtml" => Self::Xml,
            // RFC 4287 §4.1.3.3: other media types than text come in base64.
            kind if kind.contains('/') && !kind.starts_with("text/") => {
                faults.odd_types = true;
                Self::Base64
            }
            _ => {
                faults.odd_types = true;
                Self::Text
            }
        }
    }
}

/// The text between two tags; HTML where it has markup.
pub(super) fn text<'a>(inner: &'a str, carrier: Carrier, faults: &mut Faults) -> Cow<'a, str> {
    let out = match only_piece(inner) {
        Some(piece) if piece.kind == Kind::Cdata => piece.cdata().into(),
        Some(piece) if piece.kind == Kind::Text => references(piece.raw, faults),
        _ => pieced(inner, faults).into(),
    };
    match carrier {
        Carrier::Base64 => unpacked(&out).map_or(out, Cow::from),
        Carrier::Xml => without_div(out),
        Carrier::Text => out,
    }
}

/// What stands there if it is one piece, as it mostly is.
fn only_piece(inner: &str) -> Option<Piece<'_>> {
    let mut pieces = Scanner::new(inner.trim());
    pieces.next().filter(|_| pieces.next().is_none())
}

fn pieced(inner: &str, faults: &mut Faults) -> String {
    let pieces = || Scanner::new(inner);
    let has_tags = pieces().any(|piece| matches!(piece.kind, Kind::Open(_) | Kind::Close { .. }));
    let mut out = String::with_capacity(inner.len());
    for piece in pieces() {
        match piece.kind {
            Kind::Cdata => out.push_str(piece.cdata()),
            Kind::Text if has_tags && piece.raw.contains('<') => {
                faults.references = true;
                out.push_str(&piece.raw.replace('<', "&lt;"));
            }
            Kind::Text if has_tags => out.push_str(piece.raw),
            Kind::Text => out.push_str(&references(piece.raw, faults)),
            Kind::Open(_) | Kind::Close { .. } => push_tag(&mut out, piece.raw),
            // A declaration in a text is text: nobody declares anything there.
            Kind::Other if piece.raw.starts_with("<!") && !piece.raw.starts_with("<!--") => {
                out.push_str(&piece.raw.replace('<', "&lt;"));
            }
            Kind::Other => {}
        }
    }
    out
}

/// The characters between two tags, without markup: for links, dates, names and identifiers.
pub(super) fn bare<'a>(inner: &'a str, faults: &mut Faults) -> Cow<'a, str> {
    if !inner.contains('<') {
        return references(inner, faults);
    }
    let mut out = String::with_capacity(inner.len());
    for piece in Scanner::new(inner) {
        match piece.kind {
            Kind::Cdata => out.push_str(&references(piece.cdata(), &mut Faults::default())),
            Kind::Text => out.push_str(&references(piece.raw, faults)),
            Kind::Other | Kind::Open(_) | Kind::Close { .. } => {}
        }
    }
    out.into()
}

/// A tag as it stands, without the prefix of its namespace.
fn push_tag(out: &mut String, raw: &str) {
    let (start, rest) = raw.split_at(if raw.starts_with("</") { 2 } else { 1 });
    let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    out.push_str(start);
    out.push_str(local(name));
    out.push_str(rest);
    if !rest.ends_with('>') {
        out.push('>');
    }
}

/// The `div` that carries XHTML in Atom is no part of it (RFC 4287 §3.1.1.3).
fn without_div(text: Cow<'_, str>) -> Cow<'_, str> {
    let trimmed = text.trim();
    let inner = trimmed
        .strip_prefix("<div")
        .and_then(|rest| rest.split_once('>'))
        .and_then(|(_, rest)| rest.strip_suffix("</div>"));
    match inner {
        Some(inner) if !inner.contains("<div") => inner.trim().to_owned().into(),
        _ => text,
    }
}

fn unpacked(text: &str) -> Option<String> {
    let packed: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
    String::from_utf8(bytes).ok()
}

/// Reads references to characters and the five that XML knows; those that HTML knows beside them stay
/// for the reader of HTML, and so does an `&` that begins no reference.
pub(super) fn references<'a>(text: &'a str, faults: &mut Faults) -> Cow<'a, str> {
    let Some(first) = text.find('&') else { return text.into() };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(after) = rest.strip_prefix('&') {
        let end =
            after.bytes().take(32).position(|byte| !byte.is_ascii_alphanumeric() && byte != b'#');
        let name = end.map_or("", |end| &after[..end]);
        let closed = end.is_some_and(|end| after.as_bytes().get(end) == Some(&b';'));
        let used = match reference(name).filter(|_| closed) {
            Some(Reference::Char(c)) => {
                out.push(c);
                name.len() + 1
            }
            Some(Reference::Forbidden) => {
                faults.references = true;
                name.len() + 1
            }
            Some(Reference::Html) => {
                out.push('&');
                0
            }
            None => {
                faults.references = true;
                out.push('&');
                0
            }
        };
        let left = &after[used..];
        let next = left.find('&').unwrap_or(left.len());
        out.push_str(&left[..next]);
        rest = &left[next..];
    }
    out.into()
}

enum Reference {
    Char(char),
    /// A character that no document may hold.
    Forbidden,
    /// A name of HTML, or of nothing.
    Html,
}

fn reference(name: &str) -> Option<Reference> {
    let c = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "" | "#" => return None,
        _ => {
            let Some(number) = name.strip_prefix('#') else { return Some(Reference::Html) };
            let hex = number.strip_prefix(['x', 'X']);
            let code = match hex {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            };
            let c = code.and_then(char::from_u32);
            return Some(
                c.filter(|c| is_xml_char(*c)).map_or(Reference::Forbidden, Reference::Char),
            );
        }
    };
    Some(Reference::Char(c))
}

/// XML 1.0 §2.2.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::{Carrier, Faults, references, text};

    fn check(inner: &str, carrier: Carrier, expected: &str) {
        assert_eq!(text(inner, carrier, &mut Faults::default()), expected, "{inner}");
    }

    #[test]
    fn texts() {
        check("AT&amp;T &#233; &nbsp;", Carrier::Text, "AT&T é &nbsp;");
        check("a<![CDATA[<b>&amp;</b>]]>c", Carrier::Text, "a<b>&amp;</b>c");
        check("<b>a</b> &lt;c> 1 < 2", Carrier::Text, "<b>a</b> &lt;c> 1 &lt; 2");
        check("<x:div xmlns:x='y'><x:p>a</x:p></x:div>", Carrier::Xml, "<p>a</p>");
        check("PGI+\nw6k8L2I+", Carrier::Base64, "<b>é</b>");
        check("not base64", Carrier::Base64, "not base64");
    }

    #[test]
    fn broken_references_are_noticed() {
        for (raw, read, broken) in [
            ("Q&A", "Q&A", true),
            ("a & b", "a & b", true),
            ("&#0;x", "x", true),
            ("&eacute;", "&eacute;", false),
            ("&#x20AC;", "€", false),
            ("&", "&", true),
        ] {
            let mut faults = Faults::default();
            assert_eq!(references(raw, &mut faults), read, "{raw}");
            assert_eq!(faults.references, broken, "{raw}");
        }
    }
}
