//! Lines of a message in a service's own markup, and as many of them as fit.
//!
//! What others wrote is escaped before any mark is set, so that no article makes a link, a mention or a heading of its own.

use super::outline::{Line, Section};
use super::view::View;
use crate::phrases;

/// How a service marks text. Arguments of all but `escape` are escaped already.
pub(super) trait Markup {
    /// The text with nothing left in it that the service would act on.
    fn escape(&self, text: &str) -> String;
    /// Bold.
    fn bold(&self, text: &str) -> String;
    /// Less than plain.
    fn italic(&self, text: &str) -> String;
    /// A link, if it can be made of this address.
    fn link(&self, text: &str, url: &str) -> String;
    /// A link that must survive where there are none: there its address stands beside its text.
    fn address(&self, text: &str, url: &str) -> String {
        self.link(text, url)
    }
    /// A quotation.
    fn quote(&self, text: &str) -> String;
    /// Between two lines.
    fn line_break(&self) -> &'static str {
        "\n"
    }
    /// Before a line that belongs to the one above.
    fn indent(&self) -> &'static str {
        "\n    "
    }
}

/// What a service counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Unicode scalar values.
    Chars,
    /// Bytes of UTF-8.
    Bytes,
}

impl Measure {
    /// The length of a text.
    pub fn of(self, text: &str) -> usize {
        match self {
            Measure::Chars => text.chars().count(),
            Measure::Bytes => text.len(),
        }
    }
}

/// One line, or the lines of one step or source, marked.
pub(super) fn marked(markup: &dyn Markup, view: &View, line: &Line) -> String {
    let escape = |text: &str| markup.escape(text);
    let labelled = |label: &str, value: &str| {
        // Some services see bold only between spaces, so a space follows the label in every language.
        let colon = phrases::text("format.colon", view.locale).trim_end();
        format!("{} {}", markup.bold(&format!("{}{colon}", escape(label))), escape(value))
    };
    let indented = markup.indent();
    match line {
        Line::Link { text, url } => markup.bold(&markup.address(&escape(text), url)),
        Line::Headline { text, url: Some(url) } => markup.bold(&markup.link(&escape(text), url)),
        Line::Headline { text, url: None } | Line::Heading(text) => markup.bold(&escape(text)),
        Line::Text(text) => escape(text),
        Line::Quote(text) => markup.quote(&escape(text)),
        Line::Labelled { label, value } => labelled(label, value),
        Line::Item(text) => format!("• {}", escape(text)),
        Line::Warning(text) => markup.bold(&format!("! {}", escape(text))),
        Line::Step { number, title, who, help } => {
            let mut step = format!("{number}. {}", markup.bold(&escape(title)));
            step.push_str(indented);
            step.push_str(&escape(who));
            if let Some(help) = help {
                step.push_str(indented);
                step.push_str(&markup.italic(&escape(help)));
            }
            step
        }
        Line::Source { name, state, facts } => {
            let colon = phrases::text("format.colon", view.locale);
            let mut source = format!("• {}{colon}{}", markup.bold(&escape(name)), escape(state));
            for (label, value) in facts {
                source.push_str(indented);
                source.push_str(&labelled(label, value));
            }
            source
        }
    }
}

/// All sections as one text of at most `most`, cut between lines; `…` stands for what is left out.
pub(super) fn fitted(
    markup: &dyn Markup,
    view: &View,
    sections: &[Section],
    (most, measure): (usize, Measure),
) -> String {
    let line_break = markup.line_break();
    let rest = format!("{line_break}…");
    let mut text = String::new();
    for (at, section) in sections.iter().filter(|section| !section.is_empty()).enumerate() {
        for (index, line) in section.iter().enumerate() {
            let gap = match (at, index) {
                (0, 0) => String::new(),
                (_, 0) => line_break.repeat(2),
                _ => line_break.to_owned(),
            };
            let line = format!("{gap}{}", marked(markup, view, line));
            if measure.of(&text) + measure.of(&line) + measure.of(&rest) > most {
                text.push_str(&rest);
                return text;
            }
            text.push_str(&line);
        }
    }
    text
}
