//! Where the tests' articles come from: fixtures of our own, or folders with `items.jsonl` of `title`,
//! `body` and `lang_attr` (`ATALAYA_ARTICLES`, separated by `:`).

use std::path::Path;

use serde::Deserialize;

use crate::stream::Text;

#[derive(Deserialize)]
struct Events {
    #[serde(alias = "event")]
    article: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    story: Option<String>,
    language: String,
    title: String,
    body: String,
}

fn file(path: &str) -> Vec<Text> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(path).expect("a fixture");
    let events: Events = toml::from_str(&text).expect("a fixture");
    let read = |(number, event): (usize, Event)| Text {
        label: event.story.unwrap_or_else(|| number.to_string()),
        language: Some(event.language),
        title: event.title,
        body: event.body,
    };
    events.article.into_iter().enumerate().map(read).collect()
}

/// Ten events in three languages, with follow-ups and look-alikes.
pub fn events() -> Vec<Text> {
    file("tests/fixtures/stories/events.toml")
}

/// Forty events of one bank, each told once.
pub fn of_one_bank() -> Vec<Text> {
    file("tests/kill/events.toml")
}

#[derive(Deserialize)]
struct Item {
    id: String,
    title: Option<String>,
    body: Option<String>,
    lang_attr: Option<String>,
}

/// Distinct articles with bodies.
pub fn articles() -> Vec<Text> {
    let Ok(folders) = std::env::var("ATALAYA_ARTICLES") else {
        // Of each event of the fixture one article in each language: translations copy nothing.
        let mut texts = of_one_bank();
        texts.extend(events());
        for (number, text) in texts.iter_mut().enumerate() {
            text.label = number.to_string();
        }
        return texts;
    };
    let mut texts = Vec::new();
    for folder in folders.split(':') {
        let items = Path::new(folder).join("items.jsonl");
        let items = std::fs::read_to_string(items).expect("items.jsonl");
        for line in items.lines().filter(|line| !line.trim().is_empty()) {
            let item: Item = serde_json::from_str(line).expect("an item");
            texts.push(Text {
                label: item.id,
                language: item.lang_attr,
                title: item.title.unwrap_or_default(),
                body: item.body.unwrap_or_default(),
            });
        }
    }
    texts
}
