//! How badly a story may hurt, as a sum that can be read aloud.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{LocalText, PolarityLabel, Wave};

/// Alert levels, as in Chinese and European emergency practice: IV blue to I red.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Watch.
    Blue,
    /// Prepare.
    Yellow,
    /// Respond.
    Orange,
    /// Crisis committee.
    Red,
}

impl Level {
    /// All levels, rising.
    pub const ALL: [Level; 4] = [Level::Blue, Level::Yellow, Level::Orange, Level::Red];

    /// The name in configuration files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Blue => "blue",
            Level::Yellow => "yellow",
            Level::Orange => "orange",
            Level::Red => "red",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.name() == s)
            .ok_or_else(|| format!("`{s}` is not one of blue, yellow, orange, red"))
    }
}

/// The terms of the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PartName {
    /// How surely the article speaks ill of the entity.
    Negativity,
    /// What a second reader adds to that or takes away.
    #[serde(rename = "second_opinion")]
    SecondOpinion,
    /// Gravity of what is said to have happened.
    Event,
    /// How many independent owners carry the story.
    Spread,
    /// Reach of the best medium that carries it.
    Authority,
    /// More in this hour than usual.
    Burst,
    /// Headline, lead or further down, and how often it is named.
    Prominence,
    /// How long the topic had no such news.
    Novelty,
    /// How fresh it is.
    Recency,
    /// The topic is watched for a time.
    Watch,
    /// What staff said of the story.
    Verdict,
}

/// What staff says of an alert, a story or an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictLabel {
    /// It speaks ill of us, and it was right to tell.
    Confirmed,
    /// It was nothing.
    Dismissed,
    /// It speaks ill, but of somebody else.
    WrongTarget,
}

impl VerdictLabel {
    /// All labels.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::Dismissed, Self::WrongTarget];

    /// The name on the command line, in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
            Self::WrongTarget => "wrong-target",
        }
    }
}

impl FromStr for VerdictLabel {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|label| label.name() == s)
            .ok_or_else(|| format!("`{s}` is not one of confirmed, dismissed, wrong-target"))
    }
}

/// Where a topic is named first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the headline.
    Headline,
    /// In the first two paragraphs.
    Lead,
    /// Further down.
    Body,
}

/// The fact behind a part: figures and names, put into words by `phrases`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// Probability of speaking ill, 0 to 1.
    Probability {
        /// The probability.
        p: f64,
    },
    /// What a second reader says.
    SecondOpinion {
        /// Of the entity.
        label: PolarityLabel,
        /// The passage that it builds on.
        quote: String,
        /// Probability of speaking ill with it, 0 to 1.
        p: f64,
    },
    /// The gravest category.
    Event {
        /// Its id.
        category: String,
        /// As people call it.
        name: LocalText,
        /// Its gravity, 0 to 1.
        weight: f64,
        /// Whether it is only hearsay.
        hearsay: bool,
    },
    /// No category that is an event.
    NoEvent,
    /// Distinct owners of media.
    Owners {
        /// How many.
        owners: u32,
    },
    /// The best medium.
    Tier {
        /// 1 to 3.
        tier: u8,
    },
    /// Negative articles on the topic.
    Rate {
        /// In the last hour.
        now: u32,
        /// The usual number an hour.
        usual: f64,
        /// Whether that is the number of this hour of the week.
        weekly: bool,
    },
    /// How the topic is named.
    Named {
        /// Where first.
        place: Place,
        /// How often.
        mentions: u32,
    },
    /// Days since the topic last had such news in another story; null if it never had.
    Novelty {
        /// Days.
        days: Option<f64>,
    },
    /// Hours since the article appeared.
    Age {
        /// Hours.
        hours: f64,
    },
    /// Why the topic is watched.
    Watch {
        /// As the configuration says.
        reason: String,
    },
    /// The last verdict on the story.
    Verdict {
        /// What it says.
        label: VerdictLabel,
    },
    /// As an earlier version wrote it.
    Text {
        /// The words.
        said: String,
    },
}

/// A fact, or the bare text that stands in archives of earlier versions.
fn fact_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fact, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Fact(Fact),
        Text(String),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Fact(fact) => fact,
        Either::Text(said) => Fact::Text { said },
    })
}

/// One term of the sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Which term.
    pub name: PartName,
    /// Points it gives; below zero where it takes some away.
    pub points: f64,
    /// Points that it gives at the utmost.
    pub max: f64,
    /// The fact behind it.
    #[serde(deserialize_with = "fact_or_text")]
    pub fact: Fact,
}

/// A severity: the sum of its parts, and the level that follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Severity {
    /// 0 to 100.
    pub score: f64,
    /// None where the score lies below the lowest threshold.
    pub level: Option<Level>,
    /// The terms, in fixed order.
    pub parts: Vec<Part>,
    /// What moved the level away from what the score alone says.
    pub adjustments: Vec<Adjustment>,
}

/// A rule that moved a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Adjustment {
    /// The headline plainly says what a grave category is made of.
    Floor {
        /// The level that it gives at least.
        level: Level,
        /// The category.
        category: String,
    },
    /// Red needs more owners: held at orange.
    Uncorroborated {
        /// Owners that it needs.
        owners: u32,
    },
    /// Only hearsay so far: held at yellow.
    Hearsay {
        /// Owners from which on hearsay counts like news.
        owners: u32,
    },
    /// It is told by a wave of complaints.
    Wave {
        /// The level that it gives at least.
        level: Level,
        /// The wave.
        wave: Wave,
    },
}
