//! Alerts and routes for the tests of this room.

use crate::config::alert_query;
use crate::model::query::Query;
use crate::model::{Labels, Level, StoryId};

/// An alert of a topic at a level.
pub fn labels(topic: &str, level: Level) -> Labels {
    Labels {
        story: StoryId::new(),
        topic: topic.to_owned(),
        categories: Vec::new(),
        level,
        language: None,
        region: None,
        line: None,
        source: "diario".to_owned(),
        tags: Vec::new(),
    }
}

/// A query about alerts.
#[expect(
    clippy::default_trait_access,
    reason = "lists are of a room that this one does not import"
)]
pub fn query(text: &str) -> Query {
    alert_query(&Default::default(), text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
