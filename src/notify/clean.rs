//! Texts from elsewhere made harmless for one line of a message: no control characters, no
//! reordering, bounded length; links only to where a browser would go.

use url::Url;

/// The text on one line, with runs of white space made one space, control and bidirectional
/// characters (Unicode TR9: they can make a text read differently from what it says) left out,
/// cut to `max` characters.
pub fn clean(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max * 4));
    let mut length = 0;
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            space = true;
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        let gap = usize::from(space && length > 0);
        if length + gap + 1 > max {
            return ellipsis(line, length, max);
        }
        if gap == 1 {
            line.push(' ');
        }
        line.push(c);
        length += gap + 1;
        space = false;
    }
    line
}

/// The URL if it leads to a web page.
pub fn link(url: &str) -> Option<String> {
    Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .map(String::from)
        .filter(|url| url.len() <= 2000)
}

/// The key as it can stand in a file name and in the left side of a Message-ID (RFC 5322 §3.2.3):
/// unchanged where it can, else its hash.
pub fn safe_key(key: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if (1..=120).contains(&key.len()) && key.chars().all(safe) {
        key.to_owned()
    } else {
        blake3::hash(key.as_bytes()).to_hex().to_string()
    }
}

/// Keeps `@channel`, `@everyone` and their like from ringing everybody where a service reads them in
/// plain text.
pub fn quiet(text: &str) -> String {
    text.replace('@', "@\u{200b}")
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

fn ellipsis(mut line: String, length: usize, max: usize) -> String {
    if length >= max {
        line.pop();
    }
    if max > 0 {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{clean, link, safe_key};

    #[test]
    fn one_harmless_line() {
        for (text, max, line) in [
            ("a\r\nBcc: b@x", 99, "a Bcc: b@x"),
            ("  a\0\t b  ", 99, "a b"),
            ("abc\u{202e}def\u{2066}", 99, "abcdef"),
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abcde…"),
            ("abcde fg", 6, "abcde…"),
            ("银行挤兑风险", 4, "银行挤…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(clean(text, max), line, "{text:?}");
        }
    }

    #[test]
    fn only_web_pages_are_links() {
        assert_eq!(link("https://a.example/x\"y"), Some("https://a.example/x%22y".to_owned()));
        for refused in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "x"] {
            assert_eq!(link(refused), None, "{refused}");
        }
    }

    #[test]
    fn keys_stay_or_are_hashed() {
        assert_eq!(safe_key("a1-B_2"), "a1-B_2");
        assert_ne!(safe_key("a/b"), safe_key("a_b"));
        assert!(!safe_key("../../etc").contains('.'));
        assert_eq!(safe_key("").len(), 64);
    }

    proptest! {
        #[test]
        fn never_longer_never_two_lines(text in ".{0,60}", max in 0_usize..40) {
            let line = clean(&text, max);
            prop_assert!(line.chars().count() <= max);
            prop_assert!(!line.contains(|c: char| c.is_control()));
        }
    }
}
