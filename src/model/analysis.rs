//! What an article says about whom: rule hits and polarity, each with its place in the text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The part of an article that a span lies in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The headline.
    Title,
    /// The text.
    Body,
}

/// Where a term occurs. Offsets count Unicode scalar values of the original text, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Headline or text.
    pub field: Field,
    /// First character.
    pub from: usize,
    /// One past the last character.
    pub to: usize,
    /// The words as they stand in the article.
    pub text: String,
    /// The term of the rule that they match.
    pub term: String,
}

/// A topic that the article concerns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TopicMatch {
    /// The topic.
    pub id: String,
    /// Which of its rules matched.
    pub rule: String,
    /// Where, at least one.
    pub spans: Vec<Span>,
}

/// A risk category that the article speaks of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryMatch {
    /// The category.
    pub id: String,
    /// Gravity of the category, 0 to 1.
    pub weight: f64,
    /// Where, at least one.
    pub spans: Vec<Span>,
}

/// The sign of an opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PolarityLabel {
    /// Speaks ill of the target.
    Negative,
    /// Neither.
    Neutral,
    /// Speaks well of the target.
    Positive,
}

/// Why a word counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// A word of opinion.
    Lexicon,
    /// A word for something that happened.
    Event,
    /// Turns the words behind it around.
    Negation,
    /// Makes the words behind it weigh more or less.
    Intensifier,
    /// Hearsay or doubt.
    Hedge,
    /// "But": what follows weighs more.
    Contrast,
    /// Who does and who suffers.
    Role,
    /// A learned weight.
    Model,
    /// The passage that a second reader builds on.
    #[serde(rename = "second_opinion")]
    SecondOpinion,
}

/// One word that made the polarity. Offsets as in [`Span`], of the text that was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// First character.
    pub from: usize,
    /// One past the last character.
    pub to: usize,
    /// The words as they stand.
    pub text: String,
    /// Why they count.
    pub kind: EvidenceKind,
    /// What they contribute; negative speaks ill of the target.
    pub value: f64,
}

/// Opinion toward one target in one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Polarity {
    /// The sign.
    #[serde(rename = "polarity")]
    pub label: PolarityLabel,
    /// -1 (very bad) to 1 (very good).
    pub score: f64,
    /// Probability that the text speaks ill of the target, 0 to 1.
    pub p_negative: f64,
    /// The words that decided.
    pub evidence: Vec<Evidence>,
}

/// What a second reader says of a target, asked where the rules were unsure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondOpinion {
    /// What the text says of the target.
    pub label: PolarityLabel,
    /// The passage that it builds on, as it stands in the article.
    pub quote: String,
    /// Probability of speaking ill before it, by the rules alone.
    pub p_before: f64,
}

/// What an article says of one topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicOpinion {
    /// Which topic, by which rule, where.
    pub topic: TopicMatch,
    /// Toward the topic's entity. Evidence offsets count in title + "\n" + body.
    pub polarity: Polarity,
    /// Categories spoken of near the entity, gravest first.
    pub categories: Vec<CategoryMatch>,
    /// 1 named in the headline, 0.6 in the lead (first two paragraphs), 0.25 further down.
    pub prominence: f64,
    /// The claim is hearsay or doubted ("según rumores", allegedly, 据传).
    pub hearsay: bool,
    /// What a second reader made of it, if one was asked and its answer counts; it is part of the
    /// polarity then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondOpinion>,
}

/// All that the analysis found in one article.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// BCP-47, detected, else declared.
    pub language: Option<String>,
    /// Opinions by topic, in the order of the keyword files.
    pub topics: Vec<TopicOpinion>,
    /// All categories spoken of anywhere in the article.
    pub categories: Vec<CategoryMatch>,
}
