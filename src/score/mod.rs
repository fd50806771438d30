//! How badly a story may hurt, as a sum of named parts that can be read aloud.
//!
//! Pure. The weights are a design, not a measurement: no public set labels severity. They follow
//! `docs/severity.md` and stand in `config/severity.toml`.

mod tune;
mod tune_chart;

use jiff::Timestamp;

pub use tune::{Caution, LevelAdvice, Proportion, ThresholdRow, Tuning, tune};
pub use tune_chart::svg;

use crate::config::{SeverityRules, Thresholds, Watch};
use crate::model::{
    Adjustment, Category, CategoryMatch, Fact, Field, Level, LocalText, Part, PartName, Place,
    SecondOpinion, Severity, StoryFacts, TopicOpinion, VerdictLabel,
};

/// Below this probability of speaking ill nothing else counts.
pub const NEGATIVE_FROM: f64 = 0.35;
/// From this probability on a category's floor holds.
const FLOOR_FROM: f64 = 0.6;
/// The most that a score can be.
const MOST: f64 = 100.0;

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
pub fn severity(case: Case<'_>, categories: &[Category], rules: &SeverityRules) -> Severity {
    let Case { opinion, facts, .. } = case;
    let p = opinion.polarity.p_negative;
    let counts = p >= NEGATIVE_FROM;
    let mut sum = Sum::default();
    negativity(&mut sum, opinion, rules);
    let event = event(opinion, categories, rules);
    for (name, share, most, fact) in [
        event,
        spread(facts, rules),
        authority(facts, rules),
        burst(facts, rules),
        prominence(opinion, rules),
        novelty(case, categories, rules),
        recency(case, rules),
    ] {
        sum.add(name, if counts { share } else { 0.0 }, most, fact);
    }
    for (name, most, fact) in extras(case, rules) {
        sum.add(name, f64::from(u8::from(counts)), most, fact);
    }
    let score = tenth(sum.total);
    let mut adjustments = Vec::new();
    let level = level_of(score, &rules.levels);
    let level = floor(level, opinion, categories, &mut adjustments);
    let level = cap(level, case, &rules.levels, &mut adjustments);
    Severity { score, level, parts: sum.parts, adjustments }
}

/// Parts so far. No part takes the total beyond 0 to 100, so that they always add up to the score.
#[derive(Default)]
struct Sum {
    parts: Vec<Part>,
    total: f64,
}

impl Sum {
    fn add(&mut self, name: PartName, share: f64, max: f64, fact: Fact) {
        // A weight with more decimals would round to a part that exceeds it.
        let max = tenth(max);
        let points = tenth(share.clamp(0.0, 1.0) * max);
        let points = tenth(points.clamp(-self.total, MOST - self.total));
        self.total = (self.total + points).clamp(0.0, MOST);
        self.parts.push(Part { name, points, max, fact });
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// What the rules alone say, and apart from it what a second reader changed.
fn negativity(sum: &mut Sum, opinion: &TopicOpinion, rules: &SeverityRules) {
    let p = opinion.polarity.p_negative;
    let alone = opinion.second.as_ref().map_or(p, |second| second.p_before);
    let share = |p| ramp(p, NEGATIVE_FROM, rules.shape.negative_full);
    let most = rules.points.negativity;
    sum.add(PartName::Negativity, share(alone), most, Fact::Probability { p: alone });
    if let Some(SecondOpinion { label, quote, .. }) = &opinion.second {
        let change = share(p) - share(alone);
        let fact = Fact::SecondOpinion { label: *label, quote: quote.clone(), p };
        sum.add(PartName::SecondOpinion, change.abs(), most.copysign(change), fact);
    }
}

type Share = (PartName, f64, f64, Fact);

fn event(opinion: &TopicOpinion, categories: &[Category], rules: &SeverityRules) -> Share {
    let most = rules.points.event;
    let Some(found) = gravest(opinion, categories) else {
        return (PartName::Event, 0.0, most, Fact::NoEvent);
    };
    let share = found.weight * if opinion.hearsay { rules.shape.hearsay } else { 1.0 };
    let named = categories.iter().find(|category| category.id == found.id);
    let fact = Fact::Event {
        category: found.id.clone(),
        name: named.map_or_else(|| LocalText::same(&found.id), |category| category.name.clone()),
        weight: found.weight,
        hearsay: opinion.hearsay,
    };
    (PartName::Event, share, most, fact)
}

fn spread(facts: &StoryFacts, rules: &SeverityRules) -> Share {
    let doublings = (rules.shape.owners_full + 1.0).log2();
    let share = f64::from(facts.owners + 1).log2() / doublings;
    (PartName::Spread, share, rules.points.spread, Fact::Owners { owners: facts.owners })
}

fn authority(facts: &StoryFacts, rules: &SeverityRules) -> Share {
    let tier = facts.best_tier.unwrap_or(3).clamp(1, 3);
    let share = match tier {
        1 => 1.0,
        2 => rules.shape.tier_2,
        _ => rules.shape.tier_3,
    };
    (PartName::Authority, share, rules.points.authority, Fact::Tier { tier })
}

/// Standard score of this hour's negative articles under a Poisson rate; the `+ 1` keeps a
/// single article on a quiet topic from being a burst.
fn burst(facts: &StoryFacts, rules: &SeverityRules) -> Share {
    let (now, usual) = (facts.negative_last_hour, facts.negative_per_hour);
    let z = (f64::from(now) - usual) / (usual + 1.0).sqrt();
    let fact = Fact::Rate { now, usual, weekly: facts.weekly_rate };
    (PartName::Burst, z / rules.shape.burst_sigmas, rules.points.burst, fact)
}

/// Where the topic stands gives most of it, how often it is named the rest.
fn prominence(opinion: &TopicOpinion, rules: &SeverityRules) -> Share {
    let mentions = u32::try_from(opinion.topic.spans.len()).unwrap_or(u32::MAX).max(1);
    let often = f64::from(mentions - 1) / (rules.shape.mentions_full - 1.0);
    let often = rules.shape.mentions_share * (often.min(1.0) - 1.0);
    let place = match opinion.prominence {
        place if place >= 1.0 => Place::Headline,
        place if place >= 0.6 => Place::Lead,
        _ => Place::Body,
    };
    let share = opinion.prominence * (1.0 + often);
    (PartName::Prominence, share, rules.points.prominence, Fact::Named { place, mentions })
}

/// Full for an event that the topic never had; grows again as the last one grows old.
fn novelty(case: Case<'_>, categories: &[Category], rules: &SeverityRules) -> Share {
    let most = rules.points.novelty;
    if gravest(case.opinion, categories).is_none() {
        return (PartName::Novelty, 0.0, most, Fact::NoEvent);
    }
    let last = case.facts.last_such_at;
    let days = last.map(|last| case.now.duration_since(last).as_secs_f64().max(0.0) / 86400.0);
    let share = days.map_or(1.0, |days| 1.0 - (-days / rules.shape.novelty_half_days).exp2());
    (PartName::Novelty, share, most, Fact::Novelty { days })
}

fn recency(case: Case<'_>, rules: &SeverityRules) -> Share {
    let hours = case.now.duration_since(case.appeared_at).as_secs_f64().max(0.0) / 3600.0;
    let share = (-hours / rules.shape.recency_half_hours).exp2();
    (PartName::Recency, share, rules.points.recency, Fact::Age { hours })
}

/// What is there only sometimes: watches on the topic, and the verdict of staff.
fn extras(case: Case<'_>, rules: &SeverityRules) -> Vec<(PartName, f64, Fact)> {
    let topic = &case.opinion.topic.id;
    let on =
        |watch: &&Watch| watch.topic == *topic && (watch.from..watch.until).contains(&case.now);
    let watch = |watch: &Watch| {
        (PartName::Watch, watch.points, Fact::Watch { reason: watch.reason.clone() })
    };
    let mut extras: Vec<_> = rules.watches.iter().filter(on).map(watch).collect();
    if let Some(label) = case.facts.verdict {
        let most = match label {
            VerdictLabel::Confirmed => rules.points.confirmed,
            VerdictLabel::Dismissed | VerdictLabel::WrongTarget => -rules.points.dismissed,
        };
        extras.push((PartName::Verdict, most, Fact::Verdict { label }));
    }
    extras
}

fn ramp(value: f64, from: f64, to: f64) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// The gravest category that is an event by itself, not a mere doubt.
#[must_use]
pub fn gravest<'o>(
    opinion: &'o TopicOpinion,
    categories: &[Category],
) -> Option<&'o CategoryMatch> {
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
