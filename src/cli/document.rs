//! A document of headings, paragraphs, lists and tables, as Markdown and as one HTML file that
//! loads nothing from elsewhere. Texts come from people and servers: both forms show them as they
//! are and let them do nothing.

use std::fmt::Write;

use clap::ValueEnum;

/// What a document is written as.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Form {
    /// Markdown
    #[default]
    Md,
    /// One HTML file
    Html,
}

impl Form {
    /// The document in this form; a page has a title and a language.
    pub fn written(self, title: &str, language: &str, blocks: &[Block]) -> String {
        match self {
            Self::Md => markdown(blocks),
            Self::Html => html(title, language, blocks),
        }
    }
}

/// A part of a document.
#[derive(Debug, Clone)]
pub enum Block {
    /// A heading of this depth, from 1.
    Heading(u8, String),
    /// A paragraph.
    Text(String),
    /// A list.
    List(Vec<String>),
    /// A table with its head.
    Table(Vec<String>, Vec<Vec<String>>),
}

/// The document as Markdown (`CommonMark` with the tables of GitHub).
pub fn markdown(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Heading(depth, title) => {
                let marks = "#".repeat(usize::from(*depth));
                line(&mut text, &format!("{marks} {}", plain(title)));
            }
            Block::Text(words) => line(&mut text, &plain(words)),
            Block::List(items) => {
                for item in items {
                    line(&mut text, &format!("- {}", plain(item)));
                }
            }
            Block::Table(head, rows) => {
                line(&mut text, &row(head));
                line(&mut text, &format!("|{}", "---|".repeat(head.len())));
                for cells in rows {
                    line(&mut text, &row(cells));
                }
            }
        }
        text.push('\n');
    }
    text
}

fn row(cells: &[String]) -> String {
    cells.iter().fold("|".to_owned(), |row, cell| format!("{row} {} |", plain(cell)))
}

/// One line in which nothing is markup: what Markdown reads as such is written with a backslash.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => safe.push(' '),
            c if c.is_control() => {}
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' => {
                safe.extend(['\\', c]);
            }
            c => safe.push(c),
        }
    }
    safe
}

/// The document as HTML.
pub fn html(title: &str, language: &str, blocks: &[Block]) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title>\n\
         <style>body{{font:15px/1.5 Arial,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;\
         color:#1f2937}}table{{border-collapse:collapse;width:100%}}th,td{{border:1px solid #d1d5db;\
         padding:.3em .5em;text-align:left;vertical-align:top}}</style></head>\n<body>\n",
        escaped(language),
        escaped(title)
    );
    for block in blocks {
        match block {
            Block::Heading(depth, title) => {
                line(&mut text, &format!("<h{depth}>{}</h{depth}>", escaped(title)));
            }
            Block::Text(words) => line(&mut text, &format!("<p>{}</p>", escaped(words))),
            Block::List(items) => {
                let mut list = String::new();
                for item in items {
                    list += &tagged("li", item);
                }
                line(&mut text, &format!("<ul>{list}</ul>"));
            }
            Block::Table(head, rows) => {
                line(&mut text, &format!("<table>{}", cells(head, "th")));
                for row in rows {
                    line(&mut text, &cells(row, "td"));
                }
                line(&mut text, "</table>");
            }
        }
    }
    text.push_str("</body>\n</html>\n");
    text
}

fn cells(row: &[String], tag: &str) -> String {
    let mut cells = String::new();
    for cell in row {
        cells += &tagged(tag, cell);
    }
    format!("<tr>{cells}</tr>")
}

fn tagged(tag: &str, text: &str) -> String {
    format!("<{tag}>{}</{tag}>", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(' '),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

fn line(text: &mut String, words: &str) {
    // Writing into a string cannot fail.
    writeln!(text, "{words}").unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::{Block, html, markdown};

    const EVIL: &str = "<script>alert(1)</script> | *x* [a](javascript:b)\n# y";

    fn document() -> Vec<Block> {
        let text = || EVIL.to_owned();
        vec![
            Block::Heading(1, text()),
            Block::Text(text()),
            Block::List(vec![text()]),
            Block::Table(vec![text()], vec![vec![text()]]),
        ]
    }

    #[test]
    fn texts_do_nothing() {
        let page = html("t", "es", &document());
        assert!(!page.contains("<script"), "{page}");
        let parsed = scraper::Html::parse_document(&page);
        let all = scraper::Selector::parse("script,a,img").expect("selector");
        assert_eq!(parsed.select(&all).count(), 0);
        let text = markdown(&document());
        assert!(!text.contains("<script") || text.contains("\\<script"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("# ")).count(), 1, "{text}");
    }
}
