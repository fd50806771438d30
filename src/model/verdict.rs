//! What staff said of a story.

use jiff::Timestamp;

use super::{ArticleId, StoryId, VerdictId, VerdictLabel};

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
