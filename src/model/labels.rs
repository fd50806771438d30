//! What an alert is chosen by: routes, inhibitions, silences and digests ask for these and for no words.

use serde::{Deserialize, Serialize};

use super::{Level, StoryId};

/// The labels of an alert, as it stands when it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// The story.
    pub story: StoryId,
    /// The topic, by id.
    pub topic: String,
    /// Risk categories, gravest first, by id.
    pub categories: Vec<String>,
    /// The level.
    pub level: Level,
    /// Language of the article that decided, BCP-47.
    pub language: Option<String>,
    /// Region of its source.
    pub region: Option<String>,
    /// Business line of its source.
    pub line: Option<String>,
    /// Its source, by id.
    pub source: String,
    /// Tags of its source.
    pub tags: Vec<String>,
}

/// A label by which alerts belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// The story.
    Story,
    /// The topic.
    Topic,
    /// The gravest category.
    Category,
    /// The level.
    Level,
    /// The language, by the first part of its tag.
    Language,
    /// The region of the source.
    Region,
    /// The business line of the source.
    Line,
    /// The source.
    Source,
}

impl Label {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Story,
        Self::Topic,
        Self::Category,
        Self::Level,
        Self::Language,
        Self::Region,
        Self::Line,
        Self::Source,
    ];

    /// The name in configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Topic => "topic",
            Self::Category => "category",
            Self::Level => "level",
            Self::Language => "lang",
            Self::Region => "region",
            Self::Line => "line",
            Self::Source => "source",
        }
    }
}

impl Labels {
    /// The value of a label; empty where it is not known.
    #[must_use]
    pub fn value(&self, label: Label) -> String {
        match label {
            Label::Story => self.story.to_string(),
            Label::Topic => self.topic.clone(),
            Label::Category => self.categories.first().cloned().unwrap_or_default(),
            Label::Level => self.level.name().to_owned(),
            Label::Language => {
                let tag = self.language.as_deref().unwrap_or_default();
                tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
            }
            Label::Region => self.region.clone().unwrap_or_default(),
            Label::Line => self.line.clone().unwrap_or_default(),
            Label::Source => self.source.clone(),
        }
    }
}
