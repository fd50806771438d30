//! robots.txt (RFC 9309): what it says to us. Pure; time and memory are linear in the file.

use std::time::Duration;

/// Our product token.
const TOKEN: &str = "atalaya";

/// Bytes that are read; RFC 9309 §2.5 asks for at least 500 KiB.
pub(super) const MAX_BYTES: usize = 500 * 1024;

/// Rules that are kept.
const MAX_RULES: usize = 5000;

/// The rules of one origin for us.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Robots {
    rules: Vec<Line>,
    /// `Crawl-delay`: not in the RFC, yet what site owners write.
    pub(super) delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq)]
struct Line {
    allow: bool,
    pattern: String,
}

/// A group while the file is read.
#[derive(Default)]
struct Group {
    named: bool,
    robots: Robots,
}

impl Robots {
    /// Everything is allowed.
    pub(super) fn open() -> Self {
        Self::default()
    }

    /// Reads a file. Whatever is in it, it says something: lines that mean nothing are skipped.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(MAX_BYTES)];
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let (mut ours, mut everyones) = (Group::default(), Group::default());
        // Whose group the line stands in, and whether it may still get another name.
        let (mut in_ours, mut in_everyones, mut naming) = (false, false, false);
        for line in text.split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "user-agent" {
                if !naming {
                    (in_ours, in_everyones, naming) = (false, false, true);
                }
                in_ours |= is_ours(value);
                in_everyones |= value == "*";
                ours.named |= in_ours;
            } else if matches!(key.as_str(), "allow" | "disallow" | "crawl-delay") {
                naming = false;
                for (inside, group) in [(in_ours, &mut ours), (in_everyones, &mut everyones)] {
                    if inside {
                        group.robots.take(&key, value);
                    }
                }
            }
        }
        if ours.named { ours.robots } else { everyones.robots }
    }

    fn take(&mut self, key: &str, value: &str) {
        if key == "crawl-delay" {
            let seconds = value.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0);
            let delay = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            self.delay = self.delay.or(delay);
        } else if !value.is_empty() && self.rules.len() < MAX_RULES {
            self.rules.push(Line { allow: key == "allow", pattern: normal(value, true) });
        }
    }

    /// Whether a page may be fetched: the longest rule that matches decides, and of two equally
    /// long ones the one that allows (RFC 9309 §2.2.2). `path` is with the query.
    pub(super) fn allows(&self, path: &str) -> bool {
        let path = normal(path, false);
        if path == "/robots.txt" {
            return true;
        }
        let matching = self.rules.iter().filter(|rule| matches(&rule.pattern, &path));
        matching.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }

    /// Bytes that it takes in memory.
    pub(super) fn weight(&self) -> usize {
        let rule = size_of::<Line>();
        size_of::<Self>() + self.rules.iter().map(|one| one.pattern.len() + rule).sum::<usize>()
    }
}

/// The token is the leading letters, `_` and `-`; versions behind it do not count.
fn is_ours(value: &str) -> bool {
    let end = value.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_')));
    value[..end.unwrap_or(value.len())].eq_ignore_ascii_case(TOKEN)
}

/// Paths in one spelling: what need not be percent-encoded is not, everything else is, in upper
/// case. In a pattern `*` and a `$` at the end keep their meaning.
fn normal(text: &str, pattern: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let coded = (byte == b'%').then(|| bytes.get(at + 1..at + 3)).flatten().and_then(hex);
        at += if coded.is_some() { 3 } else { 1 };
        let plain = match (coded, byte) {
            (Some(byte), _) => byte.is_ascii_alphanumeric() || b"-._~".contains(&byte),
            (None, b'*') => pattern,
            (None, b'$') => pattern && at == bytes.len(),
            (None, byte) => byte.is_ascii_graphic(),
        };
        let byte = coded.unwrap_or(byte);
        if plain {
            out.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    out
}

fn hex(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

/// Matches from the start of the path; `*` is any bytes. Greedy from the left is enough, since
/// every piece may match as early as it can; only one tied to the end must match there.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return !to_end || rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(found) => rest = &rest[found + piece.len()..],
            None => return false,
        }
    }
    if to_end { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{Robots, matches, normal};

    fn check(file: &str, path: &str, allowed: bool) {
        assert_eq!(Robots::parse(file.as_bytes()).allows(path), allowed, "{file:?} {path}");
    }

    /// RFC 9309 §5.1 and §5.2.
    #[test]
    fn the_examples_of_the_rfc() {
        let file = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n\
            User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n\
            User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\n\
            User-Agent: quxbot\n\nEOF\n";
        for (path, allowed) in
            [("/a.gif", false), ("/a.gif?x", true), ("/example/x", false), ("/publications/", true)]
        {
            check(file, path, allowed);
        }
        let foo = file.replace("foobot", "Atalaya");
        for (path, allowed) in
            [("/a", false), ("/example/page.html", true), ("/example/allowed.gif", true)]
        {
            check(&foo, path, allowed);
        }
        let two = file.replace("bazbot", "atalaya/2.0");
        check(&two, "/example/page.html", false);
        check(&two, "/example/other", true);
        check(&file.replace("quxbot", "ATALAYA"), "/example/x", true);
        let longest = "User-Agent: foobot\nUser-agent: *\nAllow: /example/page/\n\
            Disallow: /example/page/disallowed.gif\n";
        check(longest, "/example/page/", true);
        check(longest, "/example/page/disallowed.gif", false);
    }

    /// The table of RFC 9309 §2.2.2 and §2.2.3.
    #[test]
    fn paths_are_compared_in_one_spelling() {
        for (pattern, path, allowed) in [
            ("/foo/bar?baz=quz", "/foo/bar?baz=quz", false),
            ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar", false),
            ("/foo/bar/\u{30c4}", "/foo/bar/%E3%83%84", false),
            ("/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84", false),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz", false),
            ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", false),
            ("/path/foo-%24", "/path/foo-$", false),
            ("/a$b", "/a$bc", false),
            ("/this/path/exactly$", "/this/path/exactly", false),
            ("/this/path/exactly$", "/this/path/exactly/not", true),
            ("/this/*/exactly", "/this/x/y/exactly/z", false),
            ("/*.php$", "/a.php.b.php", false),
            ("/x%2fy", "/x/y", true),
            ("", "/", true),
            ("/", "/", false),
        ] {
            check(&format!("user-agent: *\ndisallow: {pattern}"), path, allowed);
        }
    }

    #[test]
    fn groups_are_merged_and_ties_allow() {
        let file = "User-agent: atalaya\r\nDisallow: /a\r\nUser-agent: *\r\nDisallow: /\r\n\
            User-agent: Atalaya # again\r\nDisallow: /b\r\nAllow: /b\r\n";
        for (path, allowed) in [("/a", false), ("/b", true), ("/c", true)] {
            check(file, path, allowed);
        }
        check("Disallow: /", "/", true);
        check("\u{feff}User-agent: *\rDisallow: /\r", "/robots.txt", true);
        check("User-agent: atalayabot\nDisallow: /", "/", true);
    }

    #[test]
    fn delays_are_read() {
        for (value, seconds) in
            [("5", Some(5.0)), ("0.5", Some(0.5)), ("-1", None), ("nan", None), ("1e300", None)]
        {
            let file = format!("user-agent: *\ncrawl-delay: {value}\n");
            let delay = Robots::parse(file.as_bytes()).delay;
            assert_eq!(delay, seconds.map(Duration::from_secs_f64), "{value}");
        }
    }

    #[test]
    fn a_hostile_file_is_read_in_bounds() {
        let mut file = b"user-agent: *\n".to_vec();
        while file.len() < 3_000_000 {
            file.extend_from_slice(b"disallow: /*a*a*a*a*a*a*a*ab\n\xff\xfe:\0\n");
        }
        let robots = Robots::parse(&file);
        assert!(robots.weight() < 1_000_000);
        assert!(robots.allows(&format!("/{}", "a".repeat(4000))));
    }

    /// The obvious way: try every length for every star.
    fn slowly(pattern: &[u8], path: &[u8]) -> bool {
        match pattern {
            [] => true,
            b"$" => path.is_empty(),
            [b'*', rest @ ..] => (0..=path.len()).any(|at| slowly(rest, &path[at..])),
            [first, rest @ ..] => path.first() == Some(first) && slowly(rest, &path[1..]),
        }
    }

    proptest! {
        #[test]
        fn stars_match_as_the_obvious_way_does(pattern in "/[ab*]{0,8}[$]?", path in "/[ab]{0,8}") {
            prop_assert_eq!(matches(&pattern, &path), slowly(pattern.as_bytes(), path.as_bytes()));
        }

        #[test]
        fn no_file_is_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200), path in ".*") {
            Robots::parse(&bytes).allows(&path);
            let once = normal(&path, false);
            prop_assert_eq!(normal(&once, false), once);
        }
    }
}
