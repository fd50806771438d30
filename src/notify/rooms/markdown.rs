//! Markdown as chat services read it: `CommonMark`'s escapes, and nothing that rings or links by itself.

use crate::notify::clean::quiet;
use crate::notify::markup::Markup;

/// `CommonMark` (Discord, Mattermost, `DingTalk`).
pub(super) struct Markdown {
    /// Between two lines: some services join lines that only `\n` parts.
    pub line_break: &'static str,
}

impl Markup for Markdown {
    /// A backslash before each character that could mean something. A zero-width space parts `://`, so that
    /// no address in somebody else's words becomes a link.
    fn escape(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        for c in quiet(text).replace("://", ":\u{200b}//").chars() {
            if matches!(
                c,
                '\\' | '`'
                    | '*'
                    | '_'
                    | '{'
                    | '}'
                    | '['
                    | ']'
                    | '('
                    | ')'
                    | '<'
                    | '>'
                    | '#'
                    | '~'
                    | '|'
            ) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    }

    fn bold(&self, text: &str) -> String {
        format!("**{text}**")
    }

    fn italic(&self, text: &str) -> String {
        format!("*{text}*")
    }

    fn link(&self, text: &str, url: &str) -> String {
        format!("[{text}]({})", url.replace('(', "%28").replace(')', "%29"))
    }

    fn quote(&self, text: &str) -> String {
        format!("> {text}")
    }

    fn line_break(&self) -> &'static str {
        self.line_break
    }

    /// After an empty line four spaces would mean code.
    fn indent(&self) -> &'static str {
        if self.line_break == "\n" { "\n    " } else { self.line_break }
    }
}
