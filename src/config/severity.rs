//! `severity = "…"`: the weights of the sum, the levels and the watches. The file that is shipped is
//! built in; an operator's file changes what it names.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::load::Names;
use super::value::{Check, duration};
use super::watches::{self, RawWatch, Watch};
use super::{Finding, TomlFile};

const SHIPPED: &str = include_str!("../../config/severity.toml");

/// How facts become a score, and a score a level.
#[derive(Debug, Clone, PartialEq)]
pub struct SeverityRules {
    /// Most points of each part.
    pub points: Points,
    /// How facts become shares of them.
    pub shape: Shape,
    /// How a score becomes a level.
    pub levels: Thresholds,
    /// Topics that weigh more for a time.
    pub watches: Vec<Watch>,
}

/// Most points of each part; all but the last two add up to at most 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/severity.toml has a comment for each key")]
pub struct Points<T = f64> {
    pub negativity: T,
    pub event: T,
    pub spread: T,
    pub authority: T,
    pub burst: T,
    pub prominence: T,
    pub novelty: T,
    pub recency: T,
    pub confirmed: T,
    pub dismissed: T,
}

/// How facts become shares of points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/severity.toml has a comment for each key")]
pub struct Shape<T = f64> {
    pub negative_full: T,
    pub hearsay: T,
    pub owners_full: T,
    pub tier_2: T,
    pub tier_3: T,
    pub burst_sigmas: T,
    pub mentions_full: T,
    pub mentions_share: T,
    pub novelty_half_days: T,
    pub recency_half_hours: T,
}

/// How a score becomes a level.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// Least score of blue, yellow, orange, red; rising, 0 to 100.
    pub at: [f64; 4],
    /// Red needs this many distinct owners: a score alone never gives it.
    pub red_min_owners: u32,
    /// What is only hearsay stays at yellow until this many distinct owners carry it.
    pub hearsay_min_owners: u32,
    /// A level falls only after so long below its line.
    pub down_after: Duration,
    /// And by so many points.
    pub down_margin: f64,
}

pub(super) type Given = Option<Spanned<f64>>;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawSeverity {
    #[serde(default)]
    points: Points<Given>,
    #[serde(default)]
    shape: Shape<Given>,
    #[serde(default)]
    levels: RawLevels,
    #[serde(default)]
    watch: Vec<RawWatch>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawLevels {
    blue: Given,
    yellow: Given,
    orange: Given,
    red: Given,
    red_min_owners: Option<u32>,
    hearsay_min_owners: Option<u32>,
    down_after: Option<Spanned<String>>,
    down_margin: Given,
}

/// What is built in: every key of it stands in the file.
#[derive(Deserialize)]
struct Shipped {
    points: Points,
    shape: Shape,
    levels: ShippedLevels,
}

#[derive(Deserialize)]
struct ShippedLevels {
    blue: f64,
    yellow: f64,
    orange: f64,
    red: f64,
    red_min_owners: u32,
    hearsay_min_owners: u32,
    down_after: String,
    down_margin: f64,
}

impl SeverityRules {
    /// The rules that are built in.
    ///
    /// # Errors
    /// A finding if the file that was built in is broken; a test holds that it is not.
    pub fn shipped() -> Result<Self, Finding> {
        let file = TomlFile::new("config/severity.toml", SHIPPED);
        let Shipped { points, shape, levels } = file.parse()?;
        let down_after = duration(&levels.down_after)
            .map_err(|what| file.error(0..0, what, "mend `down_after`"))?;
        let levels = Thresholds {
            at: [levels.blue, levels.yellow, levels.orange, levels.red],
            red_min_owners: levels.red_min_owners,
            hearsay_min_owners: levels.hearsay_min_owners,
            down_after,
            down_margin: levels.down_margin,
        };
        Ok(Self { points, shape, levels, watches: Vec::new() })
    }
}

/// The rules of the file that the main file names, else those that are built in; none after findings.
pub(super) fn severity(
    check: &mut Check<'_>,
    at: Option<&Spanned<toml::Value>>,
    names: &Names<'_>,
    time_zone: &str,
) -> Option<SeverityRules> {
    let shipped = SeverityRules::shipped().map_err(|finding| check.findings.push(finding)).ok()?;
    let Some(at) = at else { return Some(shipped) };
    let Some(path) = at.get_ref().as_str() else {
        let remedy = "move these keys to a file of their own, under `[levels]`, and name it here: \
                      `severity = \"severity.toml\"` above the first section";
        check.error(at, "levels do not stand in the main file any more", remedy);
        return None;
    };
    let path = check.path(&PathBuf::from(path));
    if !path.is_file() {
        let what = format!("there is no file {}", path.display());
        check.error(at, what, "name the file of the weights and levels, seen from this file");
        return None;
    }
    let read = TomlFile::read(&path).and_then(|file| Ok((file.parse::<RawSeverity>()?, file)));
    let (raw, file) = read.map_err(|finding| check.findings.push(finding)).ok()?;
    let mut inner = Check { file: &file, base: check.base, findings: Vec::new() };
    let rules = SeverityRules {
        points: points(&mut inner, &raw.points, shipped.points),
        shape: shape(&mut inner, &raw.shape, shipped.shape),
        levels: levels(&mut inner, &raw.levels, &shipped.levels),
        watches: watches::watches(&mut inner, &raw.watch, names, time_zone),
    };
    check.findings.append(&mut inner.findings);
    Some(rules)
}

pub(super) fn number(
    check: &mut Check<'_>,
    given: &Given,
    shipped: f64,
    range: RangeInclusive<f64>,
) -> f64 {
    let Some(at) = given else { return shipped };
    if range.contains(at.get_ref()) {
        return *at.get_ref();
    }
    let (from, to) = (range.start(), range.end());
    let what = format!("{} is not from {from} to {to}", at.get_ref());
    check.error(at, what, format!("write a number from {from} to {to}"));
    shipped
}

fn points(check: &mut Check<'_>, given: &Points<Given>, shipped: Points) -> Points {
    let mut most = |given, shipped| number(check, given, shipped, 0.0..=100.0);
    let points = Points {
        negativity: most(&given.negativity, shipped.negativity),
        event: most(&given.event, shipped.event),
        spread: most(&given.spread, shipped.spread),
        authority: most(&given.authority, shipped.authority),
        burst: most(&given.burst, shipped.burst),
        prominence: most(&given.prominence, shipped.prominence),
        novelty: most(&given.novelty, shipped.novelty),
        recency: most(&given.recency, shipped.recency),
        dismissed: most(&given.dismissed, shipped.dismissed),
        confirmed: number(check, &given.confirmed, shipped.confirmed, 0.0..=50.0),
    };
    let Points {
        negativity, event, spread, authority, burst, prominence, novelty, recency, ..
    } = points;
    let sum = negativity + event + spread + authority + burst + prominence + novelty + recency;
    let changed = [
        &given.negativity,
        &given.event,
        &given.spread,
        &given.authority,
        &given.burst,
        &given.prominence,
        &given.novelty,
        &given.recency,
    ];
    if let Some(at) = changed.into_iter().flatten().last()
        && sum > 100.0
    {
        let what = format!("with it the parts add up to {sum}, more than 100");
        check.error(
            at,
            what,
            "take points from other parts; those left out keep the shipped value",
        );
    }
    points
}

fn shape(check: &mut Check<'_>, given: &Shape<Given>, shipped: Shape) -> Shape {
    let mut within = |given, shipped, range| number(check, given, shipped, range);
    let tier_2 = within(&given.tier_2, shipped.tier_2, 0.0..=1.0);
    Shape {
        negative_full: within(&given.negative_full, shipped.negative_full, 0.36..=1.0),
        hearsay: within(&given.hearsay, shipped.hearsay, 0.0..=1.0),
        owners_full: within(&given.owners_full, shipped.owners_full, 1.0..=1000.0),
        tier_2,
        tier_3: within(&given.tier_3, shipped.tier_3.min(tier_2), 0.0..=tier_2),
        burst_sigmas: within(&given.burst_sigmas, shipped.burst_sigmas, 1.0..=100.0),
        mentions_full: within(&given.mentions_full, shipped.mentions_full, 2.0..=100.0),
        mentions_share: within(&given.mentions_share, shipped.mentions_share, 0.0..=1.0),
        novelty_half_days: within(&given.novelty_half_days, shipped.novelty_half_days, 0.1..=365.0),
        recency_half_hours: within(
            &given.recency_half_hours,
            shipped.recency_half_hours,
            0.1..=720.0,
        ),
    }
}

fn levels(check: &mut Check<'_>, raw: &RawLevels, shipped: &Thresholds) -> Thresholds {
    let mut at = shipped.at;
    let given = [&raw.blue, &raw.yellow, &raw.orange, &raw.red];
    for (threshold, given) in at.iter_mut().zip(given) {
        *threshold = number(check, given, *threshold, 0.0..=100.0);
    }
    if let Some(last) = given.into_iter().flatten().last()
        && !at.is_sorted_by(|low, high| low < high)
    {
        let [blue, yellow, orange, red] = at;
        let what = format!(
            "the thresholds do not rise: blue {blue}, yellow {yellow}, orange {orange}, red {red}"
        );
        check.error(last, what, "let blue < yellow < orange < red");
    }
    Thresholds {
        at,
        red_min_owners: raw.red_min_owners.unwrap_or(shipped.red_min_owners),
        hearsay_min_owners: raw.hearsay_min_owners.unwrap_or(shipped.hearsay_min_owners),
        down_after: check.duration(raw.down_after.as_ref(), shipped.down_after),
        down_margin: number(check, &raw.down_margin, shipped.down_margin, 0.0..=50.0),
    }
}

#[cfg(test)]
mod tests {
    use super::SeverityRules;

    #[test]
    fn the_built_in_file_is_good_and_its_parts_make_100() {
        let rules = SeverityRules::shipped().expect("a good file");
        let points = rules.points;
        let sum = points.negativity
            + points.event
            + points.spread
            + points.authority
            + points.burst
            + points.prominence
            + points.novelty
            + points.recency;
        assert!((sum - 100.0).abs() < 1e-9);
        assert!(rules.levels.at.is_sorted());
    }
}
