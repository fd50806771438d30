//! Which plan a story sets off, and at which level.

use std::collections::BTreeSet;

use crate::model::{Level, Plan, StoryFacts, Trigger};

/// What is known of a story when plans are looked through.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Risk categories of the story, gravest first.
    pub categories: &'a [String],
    /// Level of the alert.
    pub level: Level,
    /// Severity, 0 to 100.
    pub score: f64,
    /// Spread and growth.
    pub facts: &'a StoryFacts,
    /// Queries of triggers that hold for the alert, as they are written.
    pub queries: &'a BTreeSet<String>,
}

/// The highest level that a row of the plan gives, and the category of that row (the gravest of
/// the story where the row names none). Rows on complaints hold where so many are in the story.
///
/// Red takes corroboration: a row that gives red without asking for sources or tier 1 counts as
/// orange while the alert itself is not red.
#[must_use]
pub fn triggered(plan: &Plan, facts: &Facts<'_>) -> Option<(Level, String)> {
    let rows = plan.triggers.iter().filter_map(|row| {
        let rank = category_rank(row, facts)?;
        holds(row, facts).then(|| (given_level(row, facts), rank))
    });
    let (level, rank) = rows.max_by_key(|&(level, rank)| (level, std::cmp::Reverse(rank)))?;
    Some((level, facts.categories.get(rank).cloned().unwrap_or_default()))
}

/// The plan that fits best: highest level first, then the gravest category, then the order given.
#[must_use]
pub fn choose<'p>(plans: &'p [Plan], facts: &Facts<'_>) -> Option<(&'p Plan, Level, String)> {
    let mut best: Option<(&Plan, Level, String)> = None;
    for plan in plans {
        let Some((level, category)) = triggered(plan, facts) else { continue };
        let better = best.as_ref().is_none_or(|(_, held, other)| {
            level > *held || (level == *held && rank(facts, &category) < rank(facts, other))
        });
        if better {
            best = Some((plan, level, category));
        }
    }
    best
}

fn rank(facts: &Facts<'_>, category: &str) -> usize {
    facts.categories.iter().position(|id| id == category).unwrap_or(usize::MAX)
}

/// Position of the row's category among those of the story; none if the story is of another kind.
fn category_rank(row: &Trigger, facts: &Facts<'_>) -> Option<usize> {
    match row.category.as_ref().or(row.complaint_category.as_ref()) {
        None => Some(0),
        Some(category) => facts.categories.iter().position(|id| id == category),
    }
}

fn holds(row: &Trigger, facts: &Facts<'_>) -> bool {
    let story = facts.facts;
    row.query.as_ref().is_none_or(|query| facts.queries.contains(query))
        && row.min_complaints_1h.is_none_or(|least| story.complaints_last_hour >= least)
        && row.min_score.is_none_or(|least| facts.score >= least)
        && row.min_sources.is_none_or(|least| story.owners >= least)
        && row.min_tier1.is_none_or(|least| story.tier1 >= least)
        && row.growth_1h.is_none_or(|least| growth(story) >= least)
}

/// Articles of this hour over those of the hour before; an empty hour counts as one article.
fn growth(story: &StoryFacts) -> f64 {
    f64::from(story.articles_last_hour) / f64::from(story.articles_previous_hour.max(1))
}

fn given_level(row: &Trigger, facts: &Facts<'_>) -> Level {
    let corroborated = row.min_sources.is_some_and(|least| least > 1) || row.min_tier1.is_some();
    if row.level == Level::Red && !corroborated && facts.level < Level::Red {
        Level::Orange
    } else {
        row.level
    }
}
