//! What the triggers of plans would have done with the news of the past (rule L17 of the inspection).

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::model::{Plan, StoryId, Trigger};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// An article as it was scored toward a topic, with what was known of its story then.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its story.
    pub story: StoryId,
    /// The topic, by id.
    pub topic: String,
    /// When.
    pub at: Timestamp,
    /// Severity, 0 to 100.
    pub score: f64,
    /// Distinct owners of media in the story.
    pub owners: u32,
    /// Whether a medium of tier 1 was among them.
    pub tier1: bool,
    /// The gravest category.
    pub category: Option<String>,
}

type Story = (StoryId, String);

/// Counts, row by row, the stories that a trigger would have held for. Articles come in the order of time.
#[derive(Debug)]
pub struct Rehearsal<'p> {
    plans: &'p [Plan],
    /// By plan and row.
    fired: BTreeMap<(usize, usize), BTreeSet<Story>>,
    /// When the articles of the last two hours of a story came.
    recent: HashMap<Story, VecDeque<Timestamp>>,
}

impl<'p> Rehearsal<'p> {
    /// Of these plans.
    #[must_use]
    pub fn new(plans: &'p [Plan]) -> Self {
        Self { plans, fired: BTreeMap::new(), recent: HashMap::new() }
    }

    /// Takes in the next article.
    pub fn take_in(&mut self, seen: &Seen) {
        let story = (seen.story, seen.topic.clone());
        let recent = self.recent.entry(story.clone()).or_default();
        recent.push_back(seen.at);
        while recent.front().is_some_and(|at| seen.at.duration_since(*at) >= HOUR + HOUR) {
            recent.pop_front();
        }
        let growth = growth(recent, seen.at);
        for (nth, plan) in self.plans.iter().enumerate() {
            for (row, trigger) in plan.triggers.iter().enumerate() {
                if is_known(trigger) && holds(trigger, seen, growth) {
                    self.fired.entry((nth, row)).or_default().insert(story.clone());
                }
            }
        }
    }

    /// For each plan by id, for each of its rows: how many stories it would have held for; none where what the row
    /// asks for is not kept.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, Vec<Option<usize>>> {
        let fired = |nth, row| self.fired.get(&(nth, row)).map_or(0, BTreeSet::len);
        let counts = |(nth, plan): (usize, &Plan)| {
            let rows = plan.triggers.iter().enumerate();
            let counts = rows.map(|(row, trigger)| is_known(trigger).then(|| fired(nth, row)));
            (plan.id.clone(), counts.collect())
        };
        self.plans.iter().enumerate().map(counts).collect()
    }
}

/// Of a scored article neither labels nor complaints nor the number of media of tier 1 are kept.
fn is_known(row: &Trigger) -> bool {
    row.query.is_none()
        && row.complaint_category.is_none()
        && row.min_complaints_1h.is_none()
        && row.min_tier1.is_none_or(|least| least <= 1)
}

fn holds(row: &Trigger, seen: &Seen, growth: f64) -> bool {
    row.category.as_ref().is_none_or(|category| seen.category.as_ref() == Some(category))
        && row.min_score.is_none_or(|least| seen.score >= least)
        && row.min_sources.is_none_or(|least| seen.owners >= least)
        && row.min_tier1.is_none_or(|least| least == 0 || seen.tier1)
        && row.growth_1h.is_none_or(|least| growth >= least)
}

/// Articles of the hour up to now over those of the hour before; an empty hour counts as one article.
fn growth(recent: &VecDeque<Timestamp>, now: Timestamp) -> f64 {
    let late = recent.iter().filter(|at| now.duration_since(**at) < HOUR).count();
    let early = recent.len() - late;
    late as f64 / early.max(1) as f64
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Rehearsal, Seen};
    use crate::model::{Level, StoryId, Trigger};
    use crate::plan::tests::plan_of;

    fn row(category: &str) -> Trigger {
        Trigger {
            level: Level::Orange,
            category: Some(category.to_owned()),
            min_score: None,
            min_sources: None,
            min_tier1: None,
            growth_1h: None,
            complaint_category: None,
            min_complaints_1h: None,
            query: None,
        }
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + minute * 60).expect("a time")
    }

    #[test]
    fn each_row_counts_the_stories_that_it_would_have_held_for() {
        let mut plan = plan_of("rumor-solvencia");
        plan.triggers = vec![
            row("solvency"),
            Trigger { min_score: Some(80.0), ..row("solvency") },
            Trigger { min_sources: Some(3), min_tier1: Some(1), ..row("solvency") },
            Trigger { growth_1h: Some(3.0), ..row("solvency") },
            row("data_breach"),
            Trigger { min_complaints_1h: Some(5), ..row("solvency") },
            Trigger { min_tier1: Some(2), ..row("solvency") },
        ];
        let plans = [plan];
        let mut rehearsal = Rehearsal::new(&plans);
        let (first, second) = (StoryId::new(), StoryId::new());
        let seen = |story, minute, score, owners| Seen {
            story,
            topic: "bank".to_owned(),
            at: at(minute),
            score,
            owners,
            tier1: owners > 2,
            category: Some("solvency".to_owned()),
        };
        // The first grows from one article an hour to three; the second comes once.
        for (minute, score, owners) in [(0, 50.0, 1), (70, 60.0, 2), (80, 85.0, 3), (90, 60.0, 3)] {
            rehearsal.take_in(&seen(first, minute, score, owners));
        }
        rehearsal.take_in(&seen(second, 91, 40.0, 1));
        let counts = &rehearsal.counts()["rumor-solvencia"];
        assert_eq!(counts, &[Some(2), Some(1), Some(1), Some(1), Some(0), None, None]);
    }
}
