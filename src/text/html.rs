//! HTML to plain text.
//!
//! One linear scan, no tree: deep or huge markup costs no stack and no more time than its length.
//! Never fetches, never runs scripts.

use std::borrow::Cow;

use scraper::Html;

/// Elements whose text nobody sees.
const HIDDEN: [&str; 6] = ["script", "style", "noscript", "template", "iframe", "svg"];

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 35] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "title",
    "tr",
    "ul",
];

/// The text of a page or fragment: blocks become lines, white space is collapsed, scripts and
/// styles vanish, character references are read. Plain text passes through.
#[must_use]
pub fn plain_text(html: &str) -> String {
    let mut raw = String::with_capacity(html.len());
    let mut hidden: Option<&str> = None;
    for piece in Pieces::new(html) {
        match piece {
            Piece::Text(text) if hidden.is_none() => push_spaced(&mut raw, text),
            Piece::Open { name, closed } if hidden.is_none() => {
                if !closed && is_one_of(name, &HIDDEN) {
                    hidden = Some(name);
                }
                raw.push_str(break_of(name));
            }
            Piece::Close(name) => {
                if hidden.is_some_and(|element| element.eq_ignore_ascii_case(name)) {
                    hidden = None;
                }
                raw.push_str(break_of(name));
            }
            Piece::Text(_) | Piece::Open { .. } => {}
        }
    }
    lines(&unescape(&raw))
}

/// Trims each line, collapses white space within it, and leaves empty ones out.
#[must_use]
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        if is_tidy(line) {
            out.push_str(line);
            continue;
        }
        let mut words = line.split_whitespace();
        out.push_str(words.next().unwrap_or_default());
        for word in words {
            out.push(' ');
            out.push_str(word);
        }
    }
    out
}

/// Whether its only white space is single spaces. Looks at bytes first, since most lines are tidy:
/// other white space begins with a control character or one of four bytes.
fn is_tidy(line: &str) -> bool {
    let bytes = line.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    // Folds without an early end, so that they are done many bytes at a time.
    let is_gap = |one: u8, next: u8| u8::from(one == b' ' && next == b' ');
    let gaps = pairs.fold(0, |gaps, (one, next)| gaps | is_gap(*one, *next));
    let is_odd = |byte: u8| byte < b' ' || byte == 0xc2 || (0xe1..=0xe3).contains(&byte);
    let odd = bytes.iter().fold(0, |odd, byte| odd | u8::from(is_odd(*byte)));
    gaps == 0 && (odd == 0 || line.chars().all(|c| c == ' ' || !c.is_whitespace()))
}

/// The text on one line.
#[must_use]
pub fn one_line(html: &str) -> String {
    plain_text(html).replace('\n', " ")
}

/// What separates an element from its surroundings.
fn break_of(name: &str) -> &'static str {
    if is_one_of(name, &BLOCKS) {
        "\n"
    } else if is_one_of(name, &["td", "th"]) {
        " "
    } else {
        ""
    }
}

/// Line breaks in the source of HTML are white space.
fn push_spaced(out: &mut String, text: &str) {
    if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_none() {
        return out.push_str(text);
    }
    let mut lines = text.split(['\n', '\r']);
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        out.push(' ');
        out.push_str(line);
    }
}

/// Reads character references. The text holds no tags, so the HTML parser gives one text node.
fn unescape(text: &str) -> Cow<'_, str> {
    if !has_references(text) {
        return text.into();
    }
    let text = text.replace('<', "&lt;").replace('\0', "");
    Html::parse_fragment(&text).root_element().text().collect::<String>().into()
}

/// Whether an `&` begins a reference: any other stands for itself (HTML §13.2.5.72).
fn has_references(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'&', bytes)
        .any(|at| bytes.get(at + 1).is_some_and(|c| *c == b'#' || c.is_ascii_alphanumeric()))
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| name.eq_ignore_ascii_case(other))
}

/// What a scan sees of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Open { name: &'a str, closed: bool },
    Close(&'a str),
}

/// Cuts markup at its tags; comments, declarations and processing instructions vanish, the text of
/// scripts and styles is one piece whatever it holds.
struct Pieces<'a> {
    rest: &'a str,
    raw: Option<&'a str>,
}

impl<'a> Pieces<'a> {
    fn new(html: &'a str) -> Self {
        Self { rest: html, raw: None }
    }

    fn split(&mut self, at: usize) -> &'a str {
        let (head, rest) = self.rest.split_at(at);
        self.rest = rest;
        head
    }

    /// The text of a script or style, up to its end tag.
    fn raw_text(&mut self, name: &str) -> &'a str {
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        while let Some(found) = self.rest[at..].find("</") {
            let start = at + found + 2;
            let end = bytes.get(start..start + name.len());
            if end.is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes())) {
                return self.split(start - 2);
            }
            at = start;
        }
        self.split(bytes.len())
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if let Some(name) = self.raw.take() {
            return Some(Piece::Text(self.raw_text(name)));
        }
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let bytes = self.rest.as_bytes();
            if bytes[0] != b'<' || !starts_markup(bytes) {
                let from = usize::from(bytes[0] == b'<');
                let end = memchr::memchr(b'<', &bytes[from..]).map_or(bytes.len(), |at| from + at);
                return Some(Piece::Text(self.split(end)));
            }
            let length = markup_length(self.rest);
            let markup = self.split(length);
            let inner = markup.trim_start_matches('<').trim_end_matches('>');
            match inner.as_bytes().first() {
                Some(b'!' | b'?') | None => {}
                Some(b'/') => return Some(Piece::Close(tag_name(&inner[1..]))),
                Some(_) => {
                    let name = tag_name(inner);
                    let closed = inner.ends_with('/');
                    if !closed && is_one_of(name, &["script", "style"]) {
                        self.raw = Some(name);
                    }
                    return Some(Piece::Open { name, closed });
                }
            }
        }
    }
}

fn starts_markup(bytes: &[u8]) -> bool {
    match bytes.get(1) {
        Some(b'/') => bytes.get(2).is_some_and(u8::is_ascii_alphabetic),
        Some(next) => next.is_ascii_alphabetic() || matches!(next, b'!' | b'?'),
        None => false,
    }
}

/// The length of the tag, comment or declaration that the text starts with; a `>` in a quoted
/// attribute does not end a tag, unless the quote is never closed.
fn markup_length(text: &str) -> usize {
    if let Some(comment) = text.strip_prefix("<!--") {
        return comment.find("-->").map_or(text.len(), |at| at + 7);
    }
    if text.starts_with("<![CDATA[") {
        return text.find("]]>").map_or(text.len(), |at| at + 3);
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().take(MAX_TAG_BYTES) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    text.find('>').map_or(text.len(), |at| at + 1)
}

/// A tag longer than this is taken to have an unclosed quote; keeps the scan linear.
const MAX_TAG_BYTES: usize = 64 * 1024;

fn tag_name(inner: &str) -> &str {
    let end = inner.find(|c: char| c.is_whitespace() || c == '/' || c == '>');
    &inner[..end.unwrap_or(inner.len())]
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    fn check(html: &str, text: &str) {
        assert_eq!(plain_text(html), text, "{html:?}");
    }

    #[test]
    fn blocks_become_lines_and_references_characters() {
        check("<p>Uno &amp; dos</p>\n<p>Tres<br/>cuatro</p>", "Uno & dos\nTres\ncuatro");
        check("AT&amp;T &lt;b&gt; ca&ntilde;a &#8364;5&nbsp;m", "AT&T <b> caña €5 m");
        check("<b>bold</b>face <i>x</i>", "boldface x");
        check("a<script>if (a<b) { '</p>' }</script>b<style>p{}</style>c", "abc");
        check("<!-- no > no --><a title='1 > 0'>yes</a>", "yes");
        check("3 < 4 and 5 > 4, Q&A", "3 < 4 and 5 > 4, Q&A");
        check("银行<wbr>挤兑", "银行挤兑");
        check("plain   text\n", "plain text");
        check("cut <a href='", "cut");
    }

    #[test]
    fn nesting_costs_nothing() {
        assert_eq!(plain_text(&format!("{}text", "<div>".repeat(100_000))), "text");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(html in "[<>&/!a-c\"'= -]{0,60}") {
            let once = plain_text(&html);
            proptest::prop_assert!(once.len() <= html.len() + 2 * html.matches('&').count());
        }
    }
}
