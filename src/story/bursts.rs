//! What rises or falls silent against its own past (docs/stories.md says why by this test).
//!
//! Counts by hour. The hour of the week gives each hour its exposure, so that mornings are no burst
//! and Sundays no silence. A Gamma prior, which all keys share, and a key's own past give a
//! negative binomial for the present (Gamma-Poisson); what all keys' counts vary more than Poisson
//! widens it. Of thousands of keys those are told that the procedure of Benjamini and Hochberg
//! (1995) lets through.

use std::collections::HashSet;

use crate::story::vocabulary::is_function_word;
use crate::text::{fold, is_han, tokens};

/// Weight of the prior, in events.
const PRIOR: f64 = 0.5;
/// Articles' worth of belief that an hour of the week is like its hour of the day, and that like
/// the mean: a busy stream soon speaks for itself.
const SHRINK: f64 = 20.0;
/// Articles below which nothing rises, whatever the odds.
const LEAST: u32 = 3;
/// Expected articles below which silence says nothing.
const LEAST_EXPECTED: f64 = 5.0;
/// Hours of the past below which nothing is usual yet.
const YOUNG: usize = 48;
const WEEK: usize = 168;
const DAY: usize = 24;

/// Counts by hour, oldest first; the last `recent` hours are the present.
#[derive(Debug, Clone)]
pub struct History<'a> {
    /// What is counted.
    pub name: &'a str,
    /// Counts; as many as the totals.
    pub hours: &'a [u32],
}

/// What is out of the ordinary.
#[derive(Debug, Clone, PartialEq)]
pub struct Burst {
    /// What is counted.
    pub name: String,
    /// Articles in the present.
    pub seen: u32,
    /// Articles to be expected there.
    pub expected: f64,
    /// Odds of as many by chance, or as few.
    pub p: f64,
}

/// What rises in the last `recent` hours, least likely first. `totals` is the whole stream by hour; of all that is
/// told, a share of `rate` at most is chance in the long run. `family` is how many keys were looked at, if that
/// is more than there are histories.
#[must_use]
pub fn bursts(
    totals: &[u32],
    histories: &[History<'_>],
    recent: usize,
    rate: f64,
    family: usize,
) -> Vec<Burst> {
    let model = Model::new(totals, histories, recent, family);
    if model.now < YOUNG {
        return Vec::new();
    }
    let rising = histories.iter().filter_map(|history| {
        let (seen, expected, size) = model.predict(history);
        let burst = |p| Burst { name: history.name.to_owned(), seen, expected, p };
        (seen >= LEAST && f64::from(seen) > expected).then(|| burst(upper(seen, expected, size)))
    });
    let found: Vec<Burst> = rising.collect();
    let excess = |it: &Burst| f64::from(it.seen) / it.expected.max(1e-9);
    let mut told = discoveries(found, rate, family.max(histories.len()));
    told.sort_by(|a, b| {
        a.p.total_cmp(&b.p).then(excess(b).total_cmp(&excess(a))).then(a.name.cmp(&b.name))
    });
    told
}

/// What has fallen silent in the last `recent` hours.
#[must_use]
pub fn silence(totals: &[u32], histories: &[History<'_>], recent: usize, rate: f64) -> Vec<Burst> {
    let model = Model::new(totals, histories, recent, 0);
    if model.now < YOUNG {
        return Vec::new();
    }
    let falling = histories.iter().filter_map(|history| {
        let (seen, expected, size) = model.predict(history);
        (expected >= LEAST_EXPECTED && f64::from(seen) < expected).then(|| Burst {
            name: history.name.to_owned(),
            seen,
            expected,
            p: lower(seen, expected, size),
        })
    });
    let mut told = discoveries(falling.collect(), rate, histories.len());
    told.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.name.cmp(&b.name)));
    told
}

/// Benjamini and Hochberg's step up: the largest k of which the k-th smallest p is within k/m of
/// the rate.
fn discoveries(mut found: Vec<Burst>, rate: f64, tests: usize) -> Vec<Burst> {
    found.sort_by(|a, b| a.p.total_cmp(&b.p));
    let within = |at: &usize| found[*at].p <= rate * (at + 1) as f64 / tests.max(1) as f64;
    let told = (0..found.len()).rev().find(within).map_or(0, |at| at + 1);
    found.truncate(told);
    found
}

struct Model {
    exposure: Vec<f64>,
    /// Where the present begins.
    now: usize,
    past: f64,
    present: f64,
    /// Exposure of the prior.
    prior: f64,
    /// Variance over mean of counts in windows as long as the present; 1 is Poisson.
    dispersion: f64,
}

impl Model {
    fn new(totals: &[u32], histories: &[History<'_>], recent: usize, family: usize) -> Self {
        let now = totals.len().saturating_sub(recent);
        let exposure = exposures(totals, now);
        let past: f64 = exposure[..now].iter().sum();
        let present: f64 = exposure[now..].iter().sum();
        let events: f64 = histories.iter().map(|it| sum(it.hours, 0, now)).sum();
        let keys = family.max(histories.len()).max(1) as f64;
        // The mean rate of a key, as if each had been seen half a time more.
        let mean = (events / keys + PRIOR) / past.max(1.0);
        let mut model = Self { exposure, now, past, present, prior: PRIOR / mean, dispersion: 1.0 };
        model.dispersion = model.measured(histories, recent.max(1));
        model
    }

    /// How much more than Poisson the keys' past counts vary, all keys together.
    fn measured(&self, histories: &[History<'_>], length: usize) -> f64 {
        let (mut squares, mut freedom) = (0.0, 0.0);
        for history in histories {
            let all = sum(history.hours, 0, self.now);
            if all < 10.0 {
                continue;
            }
            let rate = all / self.past.max(1e-9);
            for from in (0..self.now.saturating_sub(length - 1)).step_by(length) {
                let expected = rate * self.exposure[from..from + length].iter().sum::<f64>();
                if expected > 0.05 {
                    let seen = sum(history.hours, from, from + length);
                    squares += (seen - expected).powi(2) / expected;
                    freedom += 1.0;
                }
            }
            freedom -= 1.0;
        }
        if freedom < 30.0 { 1.0 } else { (squares / freedom).max(1.0) }
    }

    /// What is seen, what is expected, and the size of the negative binomial around it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of articles"
    )]
    fn predict(&self, history: &History<'_>) -> (u32, f64, f64) {
        let events = PRIOR + sum(history.hours, 0, self.now);
        let expected = events / (self.prior + self.past) * self.present;
        let wide = (self.dispersion - 1.0) / expected.max(1e-9);
        let seen = sum(history.hours, self.now, history.hours.len());
        (seen as u32, expected, 1.0 / (1.0 / events + wide))
    }
}

fn sum(hours: &[u32], from: usize, to: usize) -> f64 {
    hours.get(from..to.min(hours.len())).unwrap_or_default().iter().map(|&it| f64::from(it)).sum()
}

/// How much each hour weighs, 1 on average, learned from the hours before `now`.
fn exposures(totals: &[u32], now: usize) -> Vec<f64> {
    let mean = sum(totals, 0, now) / now.max(1) as f64;
    if mean <= 0.0 {
        return vec![1.0; totals.len()];
    }
    let gather = |cycle: usize, at: usize| {
        let same = (at % cycle..now).step_by(cycle);
        let (count, sum) =
            same.fold((0.0, 0.0), |(n, s), hour| (n + 1.0, s + f64::from(totals[hour])));
        (count, sum)
    };
    let weight = |at: usize| {
        let (days, by_day) = gather(DAY, at);
        let (weeks, by_week) = gather(WEEK, at);
        let daily = (by_day + SHRINK) / (days + SHRINK / mean);
        ((by_week + SHRINK) / (weeks + SHRINK / daily)) / mean
    };
    let cycle: Vec<f64> = (0..WEEK).map(weight).collect();
    (0..totals.len()).map(|at| cycle[at % WEEK]).collect()
}

/// Odds of at least `seen` under a negative binomial of this mean and size.
fn upper(seen: u32, mean: f64, size: f64) -> f64 {
    let below: f64 = probabilities(mean, size).take(seen as usize).sum();
    if below < 0.999 {
        return (1.0 - below).clamp(0.0, 1.0);
    }
    // What is left is lost in rounding: add up the tail itself.
    let mut tail = 0.0;
    for p in probabilities(mean, size).skip(seen as usize).take(10_000) {
        tail += p;
        if p <= tail * 1e-12 {
            break;
        }
    }
    tail
}

fn lower(seen: u32, mean: f64, size: f64) -> f64 {
    probabilities(mean, size).take(seen as usize + 1).sum::<f64>().min(1.0)
}

/// Of 0, 1, 2 …
fn probabilities(mean: f64, size: f64) -> impl Iterator<Item = f64> {
    let step = (mean / (size + mean)).ln();
    let mut log = size * (size / (size + mean)).ln();
    let mut at = 0.0;
    std::iter::from_fn(move || {
        let p = log.exp();
        log += ((size + at) / (at + 1.0)).ln() + step;
        at += 1.0;
        Some(p)
    })
}

/// The words and pairs of words of a text for which counts are kept, each once: how they are
/// counted, and how they are written. In Han, runs of two and of four characters.
#[must_use]
pub fn surface_terms(text: &str, language: Option<&str>) -> Vec<(String, String)> {
    let language = language.and_then(|tag| tag.split('-').next()).unwrap_or_default();
    let original: Vec<char> = text.chars().collect();
    let folded = fold(text);
    let list: Vec<_> = tokens(&folded.text).collect();
    let han = |at: usize| list[at].text.chars().all(is_han);
    let told = |at: usize| {
        let word = list[at].text;
        han(at)
            || (word.chars().count() >= 3
                && word.chars().any(char::is_alphabetic)
                && !is_function_word(word, language))
    };
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for from in 0..list.len() {
        let lengths: &[usize] = if han(from) { &[2, 4] } else { &[1, 2] };
        for &length in lengths {
            let to = from + length - 1;
            let gap = if han(from) { "" } else { " " };
            let whole = to < list.len()
                && (from..=to).all(|at| han(at) == han(from) && told(at))
                && (from..to)
                    .all(|at| &folded.text[list[at].bytes.end..list[at + 1].bytes.start] == gap);
            if !whole {
                continue;
            }
            let bytes = list[from].bytes.start..list[to].bytes.end;
            let key = folded.text[bytes.clone()].to_owned();
            if seen.insert(key.clone()) {
                let range = folded.original(bytes);
                found.push((key, original.get(range).unwrap_or_default().iter().collect()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
