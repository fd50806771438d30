//! What other thresholds would have told: precision and recall by the verdicts of staff, alerts a day
//! by all that was scored, and the thresholds that give a wanted number of alerts.
//!
//! Pure. A story counts once for each topic, by its highest score without the verdict's own part. A
//! share is told with its interval after Wilson (1927) at 95 %: few verdicts prove little, and the
//! figures say so themselves.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Level, Standing, VerdictLabel};

/// Steps of the table.
const STEP: usize = 5;
/// No score is lower that is more than nothing.
const LEAST: f64 = 1.0;
const MOST: f64 = 100.0;
/// Least distance of two levels.
const APART: f64 = 1.0;
/// The normal quantile of 95 %.
const Z: f64 = 1.959_964;
/// Below so many verdicts, or confirmed ones, the table proves little.
const FEW: usize = 50;
const FEW_CONFIRMED: usize = 10;
/// Below so many days, "a day" means little.
const FEW_DAYS: f64 = 7.0;

/// A share of counted cases with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Proportion {
    /// How many of the cases.
    pub count: usize,
    /// Cases.
    pub of: usize,
    /// The share, 0 to 1.
    pub share: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// What one threshold would have told.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ThresholdRow {
    /// Least score, 0 to 100.
    pub from: f64,
    /// Stories told a day, each once for a topic.
    pub per_day: f64,
    /// Confirmed among those told that were judged; null if none was.
    pub precision: Option<Proportion>,
    /// Told among the confirmed; null if none is confirmed.
    pub recall: Option<Proportion>,
}

/// One level's threshold, now and as it is recommended.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LevelAdvice {
    /// The level.
    pub level: Level,
    /// Alerts a day that were wished for from this level on; null if nothing was.
    pub wanted_per_day: Option<f64>,
    /// What the present threshold would have told.
    pub present: ThresholdRow,
    /// What the recommended one would have told.
    pub advised: ThresholdRow,
}

/// What is doubtful about the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Caution {
    /// Fewer than 50 verdicts, or 10 confirmed.
    FewVerdicts,
    /// Fewer than 7 days.
    FewDays,
    /// More alerts are wished for than there were stories that score at all.
    FewStories,
    /// Nothing below the present thresholds was judged, so nobody knows what is missed there.
    JudgedAboveOnly,
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Tuning {
    /// Days that the record spans, at least 1.
    pub days: f64,
    /// Stories, each once for a topic.
    pub stories: usize,
    /// Of these, judged by staff.
    pub judged: usize,
    /// Of these, confirmed.
    pub confirmed: usize,
    /// By threshold, rising.
    pub thresholds: Vec<ThresholdRow>,
    /// By level, rising.
    pub levels: Vec<LevelAdvice>,
    /// What is doubtful.
    pub cautions: Vec<Caution>,
}

/// Reckons what thresholds would have told. `wanted` is, for blue to red, how many alerts a day are
/// wished for from that level on; a level without a wish keeps its threshold, unless it must make
/// room for a lower one.
#[must_use]
pub fn tune(
    standings: &[Standing],
    days: f64,
    present: [f64; 4],
    wanted: [Option<f64>; 4],
) -> Tuning {
    let days = days.max(1.0);
    let record = Record::of(standings, days);
    let advised = advice(&record, present, wanted);
    let steps = (0..=100).step_by(STEP).map(|at| record.row(Level::Blue, f64::from(at)));
    let levels = Level::ALL.into_iter().zip(present).zip(advised).zip(wanted);
    let levels = levels.map(|(((level, present), advised), wanted_per_day)| LevelAdvice {
        level,
        wanted_per_day,
        present: record.row(level, present),
        advised: record.row(level, advised),
    });
    Tuning {
        days,
        stories: standings.len(),
        judged: record.judged().count(),
        confirmed: record.confirmed().count(),
        thresholds: steps.collect(),
        levels: levels.collect(),
        cautions: cautions(&record, present, wanted),
    }
}

struct Record<'a> {
    standings: &'a [Standing],
    days: f64,
}

impl<'a> Record<'a> {
    fn of(standings: &'a [Standing], days: f64) -> Self {
        Self { standings, days }
    }

    fn judged(&self) -> impl Iterator<Item = &'a Standing> {
        self.standings.iter().filter(|one| one.verdict.is_some())
    }

    fn confirmed(&self) -> impl Iterator<Item = &'a Standing> {
        self.judged().filter(|one| one.verdict == Some(VerdictLabel::Confirmed))
    }

    fn row(&self, level: Level, from: f64) -> ThresholdRow {
        let told = |one: &&Standing| one.score >= from || one.floor >= Some(level);
        let right = self.confirmed().filter(told).count();
        ThresholdRow {
            from,
            per_day: self.standings.iter().filter(told).count() as f64 / self.days,
            precision: proportion(right, self.judged().filter(told).count()),
            recall: proportion(right, self.confirmed().count()),
        }
    }

    /// The lowest threshold, in tenths, that tells no more than so many a day. What a floor tells
    /// comes first: no threshold holds it back.
    fn lowest(&self, level: Level, per_day: f64) -> f64 {
        let floored = |one: &&Standing| one.floor >= Some(level);
        let always = self.standings.iter().filter(floored).count() as f64;
        let mut scores: Vec<f64> =
            self.standings.iter().filter(|one| !floored(one)).map(|one| one.score).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let room = (per_day * self.days - always).max(0.0).floor();
        let beyond = scores.iter().zip(1_u32..).find(|(_, place)| f64::from(*place) > room);
        let from = beyond.map_or(LEAST, |(score, _)| tenth_above(*score));
        from.clamp(LEAST, MOST)
    }
}

/// The next tenth above a score.
fn tenth_above(score: f64) -> f64 {
    ((score * 10.0).round() + 1.0) / 10.0
}

/// Thresholds that rise, the lowest levels first.
fn advice(record: &Record<'_>, present: [f64; 4], wanted: [Option<f64>; 4]) -> [f64; 4] {
    let mut advised = present;
    let mut least = LEAST;
    let levels = Level::ALL.into_iter().zip(wanted);
    for (at, (level, wanted)) in advised.iter_mut().zip(levels) {
        let wish = wanted.map_or(*at, |per_day| record.lowest(level, per_day));
        *at = wish.max(least);
        least = *at + APART;
    }
    // From above, where there was no room left below 100.
    let mut most = MOST;
    for at in advised.iter_mut().rev() {
        *at = at.min(most);
        most = *at - APART;
    }
    advised
}

fn cautions(record: &Record<'_>, present: [f64; 4], wanted: [Option<f64>; 4]) -> Vec<Caution> {
    let (judged, confirmed) = (record.judged().count(), record.confirmed().count());
    let scored = record.standings.iter().filter(|one| one.score >= LEAST).count() as f64;
    let most = wanted.into_iter().flatten().fold(0.0, f64::max);
    let below = record.judged().any(|one| one.score < present[0]);
    let all = [
        (judged < FEW || confirmed < FEW_CONFIRMED, Caution::FewVerdicts),
        (record.days < FEW_DAYS, Caution::FewDays),
        (most * record.days > scored, Caution::FewStories),
        (judged > 0 && !below, Caution::JudgedAboveOnly),
    ];
    all.into_iter().filter(|(holds, _)| *holds).map(|(_, caution)| caution).collect()
}

/// Wilson's interval (J. Am. Stat. Assoc. 22, 1927, 209 to 212).
fn proportion(count: usize, of: usize) -> Option<Proportion> {
    if of == 0 {
        return None;
    }
    let n = of as f64;
    let share = count as f64 / n;
    let spread = Z * Z / n;
    let centre = share + spread / 2.0;
    let half = Z * (share * (1.0 - share) / n + spread / (4.0 * n)).sqrt();
    let end = |value: f64| (value / (1.0 + spread)).clamp(0.0, 1.0);
    Some(Proportion { count, of, share, low: end(centre - half), high: end(centre + half) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert, proptest};

    use super::{Caution, proportion, tune};
    use crate::model::{Level, Standing, VerdictLabel};
    use VerdictLabel::{Confirmed, Dismissed};

    const PRESENT: [f64; 4] = [40.0, 55.0, 70.0, 85.0];

    fn standing(score: f64, verdict: Option<VerdictLabel>) -> Standing {
        Standing { score, floor: None, verdict }
    }

    #[test]
    fn precision_and_recall_by_hand() {
        let record = [
            standing(90.0, Some(Confirmed)),
            standing(60.0, Some(Dismissed)),
            standing(50.0, Some(Confirmed)),
            standing(30.0, Some(Confirmed)),
            standing(45.0, None),
        ];
        let told = tune(&record, 10.0, PRESENT, [None; 4]);
        let blue = &told.levels[0].present;
        assert!((blue.per_day - 0.4).abs() < 1e-9);
        let (precision, recall) = (blue.precision.unwrap(), blue.recall.unwrap());
        assert_eq!((precision.count, precision.of, recall.count, recall.of), (2, 3, 2, 3));
        assert_eq!((told.stories, told.judged, told.confirmed), (5, 4, 3));
        assert!(told.cautions.contains(&Caution::FewVerdicts));
        assert!(!told.cautions.contains(&Caution::JudgedAboveOnly));
        let orange = &told.levels[2].present;
        assert!((orange.precision.unwrap().share - 1.0).abs() < 1e-9);
        assert_eq!(told.thresholds.last().unwrap().precision, None);
    }

    /// By the table in the paper's successors: 8 of 10 is 0.49 to 0.94, 0 of 10 is 0 to 0.28.
    #[test]
    fn few_cases_have_wide_intervals() {
        let eight = proportion(8, 10).unwrap();
        assert!(
            (eight.low - 0.490).abs() < 0.001 && (eight.high - 0.943).abs() < 0.001,
            "{eight:?}"
        );
        let none = proportion(0, 10).unwrap();
        assert!(none.low == 0.0 && (none.high - 0.278).abs() < 0.001, "{none:?}");
        assert_eq!(proportion(0, 0), None);
    }

    #[test]
    fn a_wish_moves_its_level_and_pushes_those_above() {
        let record: Vec<_> = (0..100).map(|at| standing(f64::from(at), None)).collect();
        let told = tune(&record, 10.0, PRESENT, [Some(3.0), None, None, None]);
        let at: Vec<f64> = told.levels.iter().map(|level| level.advised.from).collect();
        assert_eq!(at, [69.1, 70.1, 71.1, 85.0]);
        assert!((told.levels[0].advised.per_day - 3.0).abs() < 1e-9);
        let red = tune(&record, 10.0, PRESENT, [None, None, None, Some(0.0)]);
        let at: Vec<f64> = red.levels.iter().map(|level| level.advised.from).collect();
        assert_eq!(at, [40.0, 55.0, 70.0, 99.1]);
        let all = tune(&record, 10.0, PRESENT, [Some(500.0), None, None, None]);
        assert!((all.levels[0].advised.from - 1.0).abs() < 1e-9);
        assert!(all.cautions.contains(&Caution::FewStories));
    }

    #[test]
    fn what_a_floor_lifts_is_told_whatever_the_threshold() {
        let mut record: Vec<_> = (1..=10).map(|at| standing(f64::from(at * 5), None)).collect();
        record[0].floor = Some(Level::Orange);
        let told = tune(&record, 1.0, PRESENT, [Some(1.0), None, None, None]);
        assert!((told.levels[0].advised.from - 50.1).abs() < 1e-9);
        assert!((told.levels[2].present.per_day - 1.0).abs() < 1e-9);
        assert!((told.levels[3].present.per_day - 0.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn advice_rises_and_keeps_to_the_wish(
            scores in prop::collection::vec((0u32..=1000, prop::option::of(any::<bool>())), 0..60),
            days in 0.5..40.0f64, wish in 0.0..10.0f64, which in 0usize..4,
        ) {
            let record: Vec<_> = scores.iter().map(|&(score, right)| {
                let verdict = right.map(|right| if right { Confirmed } else { Dismissed });
                standing(f64::from(score) / 10.0, verdict)
            }).collect();
            let mut wanted = [None; 4];
            wanted[which] = Some(wish);
            let told = tune(&record, days, PRESENT, wanted);
            let at: Vec<f64> = told.levels.iter().map(|level| level.advised.from).collect();
            prop_assert!(at.is_sorted_by(|low, high| low + 0.99 <= *high), "{at:?}");
            let told_now = &told.levels[which].advised;
            // Of a hundred points the level above needs one; only there the wish may give way.
            prop_assert!(told_now.per_day <= wish + 1e-9 || told_now.from > 96.0);
            // The slow version: no lower threshold keeps to the wish as well.
            let count = |from: f64| record.iter().filter(|one| one.score >= from).count() as f64;
            let lower = told_now.from - 0.1;
            let least = if which == 0 { 1.0 } else { at[which - 1] + 1.0 };
            prop_assert!(lower < least - 1e-9 || count(lower - 1e-9) / days.max(1.0) > wish - 1e-9 || told_now.from > 96.0);
            for row in &told.thresholds {
                for share in [row.precision, row.recall].into_iter().flatten() {
                    prop_assert!(share.low <= share.share + 1e-9 && share.share <= share.high + 1e-9);
                }
            }
        }
    }
}
