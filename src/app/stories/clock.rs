//! Counts by hour of what is said, and what of it is out of the ordinary.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::{Counts, HotReport, HotRow};
use crate::model::StoryId;
use crate::pipeline::{Burst, History, bursts, silence, surface_terms};
use crate::store::spread::Member;

/// Hours of the past and the present together.
const HOURS: usize = 28 * 24;
/// Hours over which a topic's silence is judged.
const SILENCE: usize = 24;
/// Silence calls for somebody: it is told with more care.
const SILENCE_RATE: f64 = 0.01;
/// Distinct terms that are counted; rare ones beyond are left out.
const MOST_TERMS: usize = 500_000;
/// Rows of each list.
const MOST_ROWS: usize = 40;
/// A word that stands nearly always in a longer term that is told says nothing of its own.
const INSIDE: f64 = 0.75;

/// Which hour an instant falls into.
pub struct Clock {
    now: Timestamp,
    hours: usize,
}

impl Clock {
    /// A young archive has a short past.
    pub fn new(now: Timestamp, first: Timestamp) -> Self {
        let hours = now.duration_since(first).as_hours() + 1;
        Self { now, hours: usize::try_from(hours).unwrap_or(1).clamp(1, HOURS) }
    }

    fn hour(&self, at: Timestamp) -> Option<usize> {
        let ago = usize::try_from(self.now.duration_since(at).as_hours()).ok()?;
        (self.hours - 1).checked_sub(ago)
    }

    fn count(&self, counts: &mut Counts, name: &str, at: Timestamp) {
        let Some(hour) = self.hour(at) else { return };
        if !counts.contains_key(name) {
            counts.insert(name.to_owned(), vec![0; self.hours]);
        }
        if let Some(slot) = counts.get_mut(name).and_then(|hours| hours.get_mut(hour)) {
            *slot += 1;
        }
    }

    /// What is out of the ordinary.
    pub fn report(
        &self,
        watched: &[String],
        articles: &[(String, Member)],
        arrivals: &[Timestamp],
        headlines: &HashMap<StoryId, String>,
        recent: usize,
        rate: f64,
    ) -> HotReport {
        let recent = recent.clamp(1, self.hours);
        let mut totals = vec![0; self.hours];
        for hour in arrivals.iter().filter_map(|&at| self.hour(at)) {
            totals[hour] += 1;
        }
        let (mut topics, mut stories) = (Counts::new(), Counts::new());
        for (topic, member) in articles {
            self.count(&mut topics, topic, member.discovered_at);
        }
        let mut once = HashSet::new();
        let members: Vec<&Member> =
            articles.iter().map(|it| &it.1).filter(|it| once.insert(it.id)).collect();
        for member in &members {
            self.count(&mut stories, &member.story.to_string(), member.discovered_at);
        }
        let (terms, written, family) = self.terms(&members, recent);
        let present = self.hours - recent;
        let now =
            |member: &&&Member| self.hour(member.discovered_at).is_some_and(|at| at >= present);
        let rising =
            |counts: &Counts, family| bursts(&totals, &histories(counts), recent, rate, family);
        let of_story = |burst: Burst| {
            let id: Option<StoryId> = burst.name.parse().ok();
            let headline = id.and_then(|id| headlines.get(&id)).cloned().unwrap_or_default();
            HotRow { story: Some(burst.name.clone()), ..row(&burst, headline) }
        };
        let plain = |burst: Burst| {
            let name = burst.name.clone();
            row(&burst, name)
        };
        let told_terms = without_parts(&rising(&terms, family)).into_iter().take(MOST_ROWS);
        topics.retain(|topic, _| watched.contains(topic));
        HotReport {
            hours: recent,
            past_hours: present,
            false_discovery_rate: rate,
            articles: members.iter().filter(now).count(),
            terms_watched: family,
            topics: rising(&topics, 0).into_iter().map(plain).collect(),
            terms: told_terms
                .map(|burst| {
                    let name =
                        written.get(&burst.name).cloned().unwrap_or_else(|| burst.name.clone());
                    row(&burst, name)
                })
                .collect(),
            stories: rising(&stories, 0).into_iter().take(MOST_ROWS).map(of_story).collect(),
            silent: silence(&totals, &histories(&topics), SILENCE.min(self.hours), SILENCE_RATE)
                .into_iter()
                .map(plain)
                .collect(),
        }
    }

    /// Counts of the terms that the present has, how they are written, and how many terms there
    /// are in all. Copies say nothing new.
    fn terms(
        &self,
        members: &[&Member],
        recent: usize,
    ) -> (Counts, BTreeMap<String, String>, usize) {
        let read = |member: &Member| {
            let text = format!("{}\n{}", member.title, member.body);
            surface_terms(&text, member.language.as_deref())
        };
        let mut all: HashSet<String> = HashSet::new();
        let mut written = BTreeMap::new();
        let own: Vec<&&Member> = members.iter().filter(|it| it.duplicate_of.is_none()).collect();
        for member in &own {
            let is_now =
                self.hour(member.discovered_at).is_some_and(|at| at >= self.hours - recent);
            for (term, form) in read(member) {
                if is_now && written.len() < MOST_TERMS {
                    written.entry(term.clone()).or_insert(form);
                }
                if all.len() < MOST_TERMS {
                    all.insert(term);
                }
            }
        }
        let mut counts = Counts::new();
        for member in &own {
            for (term, _) in read(member) {
                if written.contains_key(&term) {
                    self.count(&mut counts, &term, member.discovered_at);
                }
            }
        }
        counts.retain(|_, hours| hours.iter().rev().take(recent).sum::<u32>() > 1);
        (counts, written, all.len())
    }
}

fn histories(counts: &Counts) -> Vec<History<'_>> {
    counts.iter().map(|(name, hours)| History { name, hours }).collect()
}

fn row(burst: &Burst, name: String) -> HotRow {
    let expected = (burst.expected * 1000.0).round() / 1000.0;
    HotRow { name, story: None, seen: burst.seen, expected, p: burst.p }
}

fn without_parts(told: &[Burst]) -> Vec<Burst> {
    let inside = |part: &Burst| {
        told.iter().any(|whole| {
            whole.name.len() > part.name.len()
                && whole.name.contains(&part.name)
                && f64::from(whole.seen) >= INSIDE * f64::from(part.seen)
        })
    };
    told.iter().filter(|burst| !inside(burst)).cloned().collect()
}
