//! How badly a story may hurt, as a sum that can be read aloud.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Gravity of what is said to have happened.
    Event,
    /// How many independent owners carry the story.
    Spread,
    /// Reach of the best medium that carries it.
    Authority,
    /// More in this hour than usual.
    Burst,
    /// Headline, lead or further down.
    Prominence,
    /// How fresh it is.
    Recency,
}

/// One term of the sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Which term.
    pub name: PartName,
    /// Points it gives.
    pub points: f64,
    /// Points it can give.
    pub max: f64,
    /// The fact behind it, e.g. `p=0.92` or `5 owners`.
    pub fact: String,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
}
