//! Microsoft Teams by a workflow ("When a Teams webhook request is received"): an Adaptive Card 1.2 of at most 28 KB.
//! Text stands in runs, in which nothing is read as markup. A 2xx says that the workflow was started, no more.

use serde_json::{Value, json};
use url::Url;

use super::{Letter, Request, Service, level};
use crate::model::Level;
use crate::notify::outline::{Line, Section};
use crate::phrases;

/// Bytes of all blocks together.
const BLOCKS: usize = 18_000;
const SOURCES_CHARS: usize = 4_000;

pub(super) struct Teams;

impl Service for Teams {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        let view = &letter.view;
        let mut blocks =
            vec![json!({"type": "Container", "style": style(level(letter.notice)), "items": [
                {"type": "RichTextBlock", "inlines": [run(&view.subject, true)]}
            ]})];
        blocks.extend(body(letter, &letter.outline(SOURCES_CHARS)));
        blocks.push(json!({"type": "RichTextBlock", "separator": true, "inlines": [
            {"type": "TextRun", "text": view.footer(), "size": "Small", "isSubtle": true}
        ]}));
        let read = view.url().map(|url| (letter.read_it(), url));
        let links = view.answer().into_iter().chain(read).chain(letter.status_page());
        let actions: Vec<Value> = links
            .map(|(title, url)| json!({"type": "Action.OpenUrl", "title": title, "url": url}))
            .collect();
        let card = json!({
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.2",
            "body": blocks,
            "actions": actions,
            "msteams": {"width": "Full"},
        });
        let body = json!({"type": "message", "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card,
        }]});
        Request { url: url.clone(), headers: Vec::new(), body }
    }
}

/// As many lines as fit, the first of each section set apart.
fn body(letter: &Letter<'_>, sections: &[Section]) -> Vec<Value> {
    let colon = phrases::text("format.colon", letter.view.locale);
    let mut blocks = Vec::new();
    let mut room = BLOCKS;
    for section in sections {
        for (index, line) in section.iter().enumerate() {
            for (at, runs) in runs(line, colon).into_iter().enumerate() {
                let block = json!({"type": "RichTextBlock", "inlines": runs,
                                   "spacing": if (index, at) == (0, 0) { "Medium" } else { "None" }});
                let length = block.to_string().len();
                if length > room {
                    blocks.push(json!({"type": "RichTextBlock", "inlines": [run("…", false)]}));
                    return blocks;
                }
                room -= length;
                blocks.push(block);
            }
        }
    }
    blocks
}

/// A line as rows of runs.
fn runs(line: &Line, colon: &str) -> Vec<Vec<Value>> {
    match line {
        Line::Headline { text, .. } | Line::Heading(text) => vec![vec![run(text, true)]],
        Line::Text(text) => vec![vec![run(text, false)]],
        // A button below.
        Line::Link { .. } => Vec::new(),
        Line::Quote(text) => vec![vec![run(&format!("“{text}”"), false)]],
        Line::Labelled { label, value } => {
            vec![vec![run(&format!("{label}{colon}"), true), run(value, false)]]
        }
        Line::Item(text) => vec![vec![run(&format!("• {text}"), false)]],
        Line::Warning(text) => vec![vec![run(&format!("! {text}"), true)]],
        Line::Step { number, title, who, help } => {
            let mut rows =
                vec![vec![run(&format!("{number}. {title}"), true)], vec![run(who, false)]];
            rows.extend(help.iter().map(|help| vec![run(help, false)]));
            rows
        }
        Line::Source { name, state, facts } => {
            let mut rows = vec![vec![run(&format!("• {name}{colon}"), true), run(state, false)]];
            rows.extend(facts.iter().map(|(label, value)| {
                vec![run(&format!("{label}{colon}"), true), run(value, false)]
            }));
            rows
        }
    }
}

fn run(text: &str, bold: bool) -> Value {
    let weight = if bold { "Bolder" } else { "Default" };
    json!({"type": "TextRun", "text": text, "weight": weight})
}

fn style(level: Option<Level>) -> &'static str {
    match level {
        None => "default",
        Some(Level::Blue) => "accent",
        Some(Level::Yellow | Level::Orange) => "warning",
        Some(Level::Red) => "attention",
    }
}
