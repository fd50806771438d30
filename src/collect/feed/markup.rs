//! Repairs of the tags themselves: HTML that was never escaped, elements that were never closed.

use super::scan::{Kind, Piece, pieces};

/// Elements of text: of RSS, and of Atom.
const TEXTS: [&str; 6] =
    ["title", "description", "summary", "subtitle", "content", "content:encoded"];

/// Elements that stand open before balancing is given up: it would take quadratic time, and the
/// parser would be refused the result anyway.
const MAX_OPEN: usize = 256;

/// Elements whose end the rest of a broken download does not have.
const ITEMS: [&str; 2] = ["item", "entry"];

/// HTML that stands in text elements as if it were XML, escaped, so that the element has a text.
pub(super) fn escape_naked(document: &str) -> String {
    let mut out = String::with_capacity(document.len() + 1024);
    let mut all = pieces(document);
    while let Some(piece) = all.next() {
        let text = match piece.kind {
            Kind::Open { name, .. } if TEXTS.contains(&name) && !piece.raw.contains("xhtml") => {
                name
            }
            _ => {
                out.push_str(piece.raw);
                continue;
            }
        };
        let mut inner = Vec::new();
        let mut end = None;
        for piece in all.by_ref() {
            if ends_text(piece, text) {
                end = Some(piece);
                break;
            }
            inner.push(piece);
        }
        match end {
            Some(end) if end.kind == (Kind::Close { name: text }) => {
                put_text(&mut out, piece.raw, &inner);
                out.push_str(end.raw);
            }
            // Never closed: not a text with markup but one that swallowed its neighbours.
            _ => {
                let all = [piece].into_iter().chain(inner).chain(end);
                out.extend(all.map(|piece| piece.raw));
            }
        }
    }
    out
}

/// The end tag of a text, or what cannot stand in one.
fn ends_text(piece: Piece<'_>, text: &str) -> bool {
    match piece.kind {
        Kind::Close { name } => name == text || ITEMS.contains(&name),
        Kind::Open { name, .. } => ITEMS.contains(&name) || name == "channel",
        _ => false,
    }
}

fn put_text(out: &mut String, start: &str, inner: &[Piece<'_>]) {
    let is_tag = |piece: &Piece<'_>| {
        matches!(piece.kind, Kind::Open { .. } | Kind::Close { .. } | Kind::Empty { .. })
    };
    if !inner.iter().any(is_tag) {
        out.push_str(start);
        out.extend(inner.iter().map(|piece| piece.raw));
        return;
    }
    // Atom has to be told that the text is HTML now; RSS takes every text for it.
    if start.contains("type=") || !start.contains("title") && !start.contains("description") {
        out.push_str(&super::repair::with_type(start, "html"));
    } else {
        out.push_str(start);
    }
    for piece in inner {
        match piece.kind {
            Kind::Cdata => {
                let raw = piece.raw.trim_start_matches("<![CDATA[").trim_end_matches("]]>");
                out.push_str(&raw.replace('&', "&amp;").replace('<', "&lt;"));
            }
            _ => out.push_str(&piece.raw.replace('&', "&amp;").replace('<', "&lt;")),
        }
    }
}

/// Ends for what was never closed, none for what was never opened. A wrong name closes the element
/// that just took text; an item that breaks off at the end of the document is left out.
pub(super) fn balance(document: &str) -> String {
    let mut out = String::with_capacity(document.len() + 64);
    // What stands open: its name, and where its start tag stands in the output.
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut after_start = false;
    for piece in pieces(document) {
        match piece.kind {
            Kind::Open { .. } if open.len() == MAX_OPEN => return document.to_owned(),
            Kind::Open { name, .. } => {
                open.push((name, out.len()));
                out.push_str(piece.raw);
                if !piece.raw.ends_with('>') {
                    out.push('>');
                }
                after_start = true;
            }
            Kind::Close { name } => {
                let found = open.iter().rposition(|(other, _)| other.eq_ignore_ascii_case(name));
                let keep =
                    found.or_else(|| (after_start && !open.is_empty()).then(|| open.len() - 1));
                if let Some(keep) = keep {
                    close(&mut out, &mut open, keep);
                }
                after_start = false;
            }
            Kind::Empty { .. } => {
                out.push_str(piece.raw);
                after_start = false;
            }
            Kind::Text if piece.raw.starts_with('<') => {
                out.push_str("&lt;");
                out.push_str(&piece.raw[1..]);
            }
            _ => out.push_str(piece.raw),
        }
    }
    if let Some(at) = open.iter().position(|(name, _)| ITEMS.contains(name)) {
        out.truncate(open[at].1);
        open.truncate(at);
    }
    close(&mut out, &mut open, 0);
    out
}

fn close(out: &mut String, open: &mut Vec<(&str, usize)>, keep: usize) {
    for (name, _) in open.drain(keep..).rev() {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
}

#[cfg(test)]
mod tests {
    use super::{balance, escape_naked};

    fn check(repair: fn(&str) -> String, broken: &str, whole: &str) {
        assert_eq!(repair(broken), whole, "{broken}");
    }

    #[test]
    fn naked_markup_becomes_text() {
        check(
            escape_naked,
            "<item><title><b>A</b> &amp; B</title><link>x</link></item>",
            "<item><title>&lt;b>A&lt;/b> &amp;amp; B</title><link>x</link></item>",
        );
        check(
            escape_naked,
            "<description>a<br>b<img src='x'></description>",
            "<description>a&lt;br>b&lt;img src='x'></description>",
        );
        check(escape_naked, "<title>plain</title>", "<title>plain</title>");
    }

    #[test]
    fn tags_are_balanced() {
        check(balance, "<a><b>x</a>", "<a><b>x</b></a>");
        check(balance, "<a><lang>en</langauge><c/></a>", "<a><lang>en</lang><c/></a>");
        check(balance, "<a>x</b></a></a>", "<a>x</a>");
        check(balance, "<rss><item>1</item><item><title>cut", "<rss><item>1</item></rss>");
        check(balance, "<a>1 < 2</a>", "<a>1 &lt; 2</a>");
    }
}
