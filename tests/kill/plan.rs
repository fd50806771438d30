//! What will happen in the news: events of which each must be told once, and copies of them.

use serde::Deserialize;

use crate::dice::Dice;

/// Events that a second medium copies word for word.
const COPIES: usize = 10;
/// Media of each language.
const MEDIA: usize = 2;

#[derive(Deserialize)]
struct File {
    event: Vec<Event>,
}

/// Something grave that happened.
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    /// Of the text.
    pub language: String,
    /// Headline.
    pub title: String,
    /// Paragraphs, one a line.
    pub body: String,
}

/// An article that will be published.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Index of the event it tells.
    pub event: usize,
    /// The medium that carries it.
    pub medium: String,
    /// Path of its page; unique.
    pub path: String,
}

/// The news of a run.
#[derive(Debug)]
pub struct Plan {
    /// What happens.
    pub events: Vec<Event>,
    /// Articles in the order of their publication; a copy comes after what it copies.
    pub articles: Vec<Planned>,
}

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        let File { event: events } =
            toml::from_str(include_str!("events.toml")).expect("the events are well written");
        Self::with(events, seed)
    }

    /// The plan of a seed with so many events only.
    pub fn short(seed: u64, many: usize) -> Self {
        let mut events = Self::of(seed).events;
        Dice(seed).shuffle(&mut events);
        events.truncate(many);
        Self::with(events, seed)
    }

    fn with(events: Vec<Event>, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut order: Vec<usize> = (0..events.len()).collect();
        dice.shuffle(&mut order);
        let mut articles: Vec<Planned> =
            order.iter().map(|&event| article(&events, event, event % MEDIA)).collect();
        for &event in order.iter().take(COPIES) {
            let original = articles.iter().position(|planned| planned.event == event).unwrap();
            let place = dice.throw(original as u64 + 1, articles.len() as u64 + 1);
            let place = usize::try_from(place).unwrap();
            articles.insert(place, article(&events, event, (event + 1) % MEDIA));
        }
        Self { events, articles }
    }

    /// All media, as `language-number`.
    pub fn media(&self) -> Vec<String> {
        let mut media: Vec<String> = self
            .events
            .iter()
            .flat_map(|event| (0..MEDIA).map(|number| medium(&event.language, number)))
            .collect();
        media.sort();
        media.dedup();
        media
    }
}

fn article(events: &[Event], event: usize, number: usize) -> Planned {
    let medium = medium(&events[event].language, number);
    Planned { event, path: format!("/{medium}/a/{event}"), medium }
}

fn medium(language: &str, number: usize) -> String {
    format!("{language}-{number}")
}
