//! Thresholds and bounds of the clusterer.

use jiff::SignedDuration;

/// Thresholds and bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Time without an article after which a story takes no more. Default 72 h.
    pub window: SignedDuration,
    /// Cosine from which a headline joins, 0 to 1.
    pub join_short: f64,
    /// Cosine from which a full article joins, 0 to 1.
    pub join_long: f64,
    /// Cosine of the concepts from which an article joins a story told in other languages.
    pub join_across: f64,
    /// The same where amounts and names agree.
    pub join_across_facts: f64,
    /// Share of the smaller text from which a text is a copy, 0 to 1.
    pub copy: f64,
    /// Articles that are remembered. Worst memory: 4 KiB each.
    pub max_articles: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: SignedDuration::from_hours(72),
            join_short: 0.08,
            join_long: 0.22,
            join_across: 0.55,
            join_across_facts: 0.40,
            copy: 0.45,
            max_articles: 200_000,
        }
    }
}
