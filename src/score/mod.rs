//! How badly a story may hurt, as a sum of named parts that can be read aloud.
//!
//! Pure. The weights are a design, not a measurement: no public set labels severity. They follow
//! `docs/severity.md`; staff verdicts will fit them (a later issue).

use jiff::Timestamp;

use crate::config::Thresholds;
use crate::model::{
    Adjustment, Category, CategoryMatch, Field, Level, Part, PartName, Severity, StoryFacts,
    TopicOpinion,
};

const NEGATIVITY: f64 = 35.0;
const EVENT: f64 = 20.0;
const SPREAD: f64 = 12.0;
const AUTHORITY: f64 = 10.0;
const BURST: f64 = 10.0;
const PROMINENCE: f64 = 8.0;
const RECENCY: f64 = 5.0;

/// Below this probability of speaking ill nothing else counts.
pub const NEGATIVE_FROM: f64 = 0.35;
/// From this probability on negativity gives all its points.
const NEGATIVE_FULL: f64 = 0.95;
/// From this probability on a category's floor holds.
const FLOOR_FROM: f64 = 0.6;
/// An event that is only hearsay weighs this much of a stated one.
const HEARSAY: f64 = 0.7;
/// Media of tier 1, 2 and 3.
const REACH: [f64; 3] = [1.0, 0.6, 0.3];
/// Owners that give full spread: 2^4 - 1.
const SPREAD_DOUBLINGS: f64 = 4.0;
/// Standard deviations above the usual hourly rate that give full burst.
const BURST_SIGMAS: f64 = 6.0;
/// Hours in which recency halves.
const HALF_LIFE_HOURS: f64 = 6.0;

/// One article's opinion on a topic, in the light of its story.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What the article says.
    pub opinion: &'a TopicOpinion,
    /// The story so far, this article included.
    pub facts: &'a StoryFacts,
    /// When the article appeared.
    pub appeared_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// The severity of a story toward a topic, judged by its latest article.
#[must_use]
pub fn severity(case: Case<'_>, categories: &[Category], thresholds: &Thresholds) -> Severity {
    let p = case.opinion.polarity.p_negative;
    let negativity = ramp(p, NEGATIVE_FROM, NEGATIVE_FULL);
    let gravest = gravest(case.opinion, categories);
    let counts = p >= NEGATIVE_FROM;
    let mut parts = vec![part(PartName::Negativity, negativity, NEGATIVITY, format!("p={p:.2}"))];
    let rest = [
        event(case.opinion, gravest),
        spread(case.facts),
        authority(case.facts),
        burst(case.facts),
        prominence(case.opinion),
        recency(case.appeared_at, case.now),
    ];
    for (name, share, max, fact) in rest {
        parts.push(part(name, if counts { share } else { 0.0 }, max, fact));
    }
    let score = parts.iter().map(|part| part.points).sum::<f64>();
    let score = (score * 10.0).round() / 10.0;
    let mut adjustments = Vec::new();
    let level = level_of(score, thresholds);
    let level = floor(level, case.opinion, categories, &mut adjustments);
    let level = cap(level, case, thresholds, &mut adjustments);
    Severity { score, level, parts, adjustments }
}

fn part(name: PartName, share: f64, max: f64, fact: String) -> Part {
    let points = (share.clamp(0.0, 1.0) * max * 10.0).round() / 10.0;
    Part { name, points, max, fact }
}

type Share = (PartName, f64, f64, String);

fn event(opinion: &TopicOpinion, gravest: Option<&CategoryMatch>) -> Share {
    let Some(category) = gravest else { return (PartName::Event, 0.0, EVENT, "-".to_owned()) };
    let (id, weight) = (&category.id, category.weight);
    if opinion.hearsay {
        return (
            PartName::Event,
            weight * HEARSAY,
            EVENT,
            format!("{id} {weight:.2} × hearsay {HEARSAY}"),
        );
    }
    (PartName::Event, weight, EVENT, format!("{id} {weight:.2}"))
}

fn spread(facts: &StoryFacts) -> Share {
    let share = f64::from(facts.owners + 1).log2() / SPREAD_DOUBLINGS;
    (PartName::Spread, share, SPREAD, format!("{} owners", facts.owners))
}

fn authority(facts: &StoryFacts) -> Share {
    let tier = facts.best_tier.unwrap_or(3).clamp(1, 3);
    (PartName::Authority, REACH[usize::from(tier) - 1], AUTHORITY, format!("tier {tier}"))
}

/// Standard score of this hour's negative articles under a Poisson rate; the `+ 1` keeps a
/// single article on a quiet topic from being a burst.
fn burst(facts: &StoryFacts) -> Share {
    let (now, usual) = (f64::from(facts.negative_last_hour), facts.negative_per_hour);
    let z = (now - usual) / (usual + 1.0).sqrt();
    let fact = format!("{}/h, usual {usual:.2}/h", facts.negative_last_hour);
    (PartName::Burst, z / BURST_SIGMAS, BURST, fact)
}

fn prominence(opinion: &TopicOpinion) -> Share {
    (PartName::Prominence, opinion.prominence, PROMINENCE, format!("{:.2}", opinion.prominence))
}

fn recency(appeared_at: Timestamp, now: Timestamp) -> Share {
    let hours = now.duration_since(appeared_at).as_secs_f64().max(0.0) / 3600.0;
    (PartName::Recency, (-hours / HALF_LIFE_HOURS).exp2(), RECENCY, format!("{hours:.1} h"))
}

fn ramp(value: f64, from: f64, to: f64) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// The gravest category that is an event by itself, not a mere doubt.
fn gravest<'o>(opinion: &'o TopicOpinion, categories: &[Category]) -> Option<&'o CategoryMatch> {
    let event = |found: &&CategoryMatch| {
        !categories.iter().any(|category| category.id == found.id && category.modifier)
    };
    opinion.categories.iter().filter(event).max_by(|a, b| a.weight.total_cmp(&b.weight))
}

/// The level that a score gives by itself.
#[must_use]
pub fn level_of(score: f64, thresholds: &Thresholds) -> Option<Level> {
    Level::ALL
        .into_iter()
        .zip(thresholds.at)
        .rev()
        .find(|&(_, at)| score >= at)
        .map(|(level, _)| level)
}

/// A headline that says plainly, and against the entity, what a grave category is made of.
fn floor(
    level: Option<Level>,
    opinion: &TopicOpinion,
    categories: &[Category],
    adjustments: &mut Vec<Adjustment>,
) -> Option<Level> {
    if opinion.hearsay || opinion.polarity.p_negative < FLOOR_FROM {
        return level;
    }
    let in_title =
        |found: &&CategoryMatch| found.spans.iter().any(|span| span.field == Field::Title);
    let named = opinion.categories.iter().filter(in_title);
    let floors =
        named.filter_map(|found| categories.iter().find(|category| category.id == found.id));
    let highest = floors.filter_map(|category| Some((category.floor?, &category.id))).max();
    match highest {
        Some((floor, id)) if level.is_none_or(|level| level < floor) => {
            adjustments.push(Adjustment::Floor { level: floor, category: id.clone() });
            Some(floor)
        }
        _ => level,
    }
}

/// Red needs corroboration; what is only hearsay stays at yellow until many carry it.
fn cap(
    level: Option<Level>,
    case: Case<'_>,
    thresholds: &Thresholds,
    adjustments: &mut Vec<Adjustment>,
) -> Option<Level> {
    let owners = case.facts.negative_owners;
    let mut level = level?;
    if level == Level::Red && owners < thresholds.red_min_owners {
        level = Level::Orange;
        adjustments.push(Adjustment::Uncorroborated { owners: thresholds.red_min_owners });
    }
    if level > Level::Yellow && case.opinion.hearsay && owners < thresholds.hearsay_min_owners {
        level = Level::Yellow;
        adjustments.push(Adjustment::Hearsay { owners: thresholds.hearsay_min_owners });
    }
    Some(level)
}

#[cfg(test)]
mod tests;
