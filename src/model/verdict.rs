//! What staff said of a story, and how it was scored.

use jiff::Timestamp;

use super::{Adjustment, ArticleId, Level, PartName, Severity, StoryId, VerdictId, VerdictLabel};

/// One verdict; never changed, the last one on a story counts.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffVerdict {
    /// Identifier.
    pub id: VerdictId,
    /// The story.
    pub story_id: StoryId,
    /// The topic; none means all of the story.
    pub topic_id: Option<String>,
    /// The article that was judged: the one named, else the first of the story.
    pub article_id: ArticleId,
    /// What it says.
    pub label: VerdictLabel,
    /// Who said it.
    pub by: Option<String>,
    /// Why.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// One story toward one topic: how high it scored, and what staff said of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Its highest score, without the part that a verdict gives.
    pub score: f64,
    /// The level that it got whatever its score.
    pub floor: Option<Level>,
    /// What staff said last.
    pub verdict: Option<VerdictLabel>,
}

impl Standing {
    /// A story of which nothing is known yet.
    pub const NOTHING: Self = Self { score: 0.0, floor: None, verdict: None };

    /// Takes in how one of its articles was scored.
    pub fn take_in(&mut self, severity: &Severity) {
        self.score = self.score.max(severity.without_verdict());
        let floors = severity.adjustments.iter().filter_map(|one| match one {
            Adjustment::Floor { level, .. } => Some(*level),
            _ => None,
        });
        self.floor = self.floor.max(floors.max());
    }
}

impl Severity {
    /// The score without the part that a verdict gave: what it was before anybody judged.
    #[must_use]
    pub fn without_verdict(&self) -> f64 {
        let verdicts = self.parts.iter().filter(|part| part.name == PartName::Verdict);
        let score = self.score - verdicts.map(|part| part.points).sum::<f64>();
        (score * 10.0).round() / 10.0
    }
}
