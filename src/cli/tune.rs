//! `atalaya tune`: what other thresholds would have told, by the verdicts of staff, and which would
//! tell as often as is wished.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::stories::{configuration, time};
use super::table::table;
use super::{output, report};
use crate::app::standings;
use crate::config::Config;
use crate::model::{Level, Standing, VerdictLabel};
use crate::score::{Caution, Proportion, ThresholdRow, Tuning, svg, tune};

/// Show what other thresholds would have told, by the verdicts; recommend some
#[derive(Args)]
pub struct Tune {
    /// Alerts a day that are wished for: `5`, or from a level on, `orange=0.5`; may be repeated
    #[arg(long, value_name = "[LEVEL=]N")]
    per_day: Vec<Wish>,
    /// What was scored in this time: 90d, 12h
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = time)]
    since: SignedDuration,
    /// Verdicts as `atalaya verdict --export` writes them, instead of the archive
    #[arg(long, value_name = "FILE.jsonl", conflicts_with = "since")]
    verdicts: Option<PathBuf>,
    /// Draw the figures into a file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
}

/// So many alerts a day from a level on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Wish {
    level: Level,
    per_day: f64,
}

impl FromStr for Wish {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (level, number) = text.split_once('=').unwrap_or(("blue", text));
        let per_day: f64 = number.parse().map_err(|_| format!("`{number}` is not a number"))?;
        if !(0.0..=100_000.0).contains(&per_day) {
            return Err(format!("`{number}` is not from 0 to 100000"));
        }
        Ok(Self { level: level.parse()?, per_day })
    }
}

/// What a line of the export holds that counts here.
#[derive(Deserialize)]
struct Row {
    story: Option<String>,
    #[serde(default)]
    target: String,
    score: Option<f64>,
    label: VerdictLabel,
    at: Option<Timestamp>,
}

impl Tune {
    /// Exit code 1 if there is nothing to tune by, 2 for a bad configuration or file, 3 if the store
    /// failed.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            match self.past(&config).await {
                Ok((standings, days)) => self.answer(&standings, days, config.severity.levels.at),
                Err(code) => code,
            }
        })
    }

    /// What there is to tune by, and how many days it spans.
    async fn past(&self, config: &Config) -> Result<(Vec<Standing>, f64), ExitCode> {
        if let Some(path) = &self.verdicts {
            let bad = ExitCode::from(report::BAD_INPUT);
            return from_file(path).map_err(|what| output::refuse(&what, bad));
        }
        let now = Timestamp::now();
        let since = now.checked_sub(self.since).unwrap_or(Timestamp::MIN);
        let past = standings::since(config, since).await.map_err(|error| report::fault(&error))?;
        let days = past.first.map_or(0.0, |first| days(first, now));
        Ok((past.standings, days))
    }

    fn answer(&self, standings: &[Standing], days: f64, present: [f64; 4]) -> ExitCode {
        if standings.is_empty() {
            return output::refuse(&"nothing was scored in that time", ExitCode::from(1));
        }
        let mut wanted = [None; 4];
        for wish in &self.per_day {
            for (level, wanted) in Level::ALL.into_iter().zip(&mut wanted) {
                if level == wish.level {
                    *wanted = Some(wish.per_day);
                }
            }
        }
        let tuning = tune(standings, days, present, wanted);
        if let Some(path) = &self.svg
            && let Err(error) = std::fs::write(path, svg(&tuning))
        {
            let what = format!("cannot write {}: {error}", path.display());
            return output::refuse(&what, ExitCode::from(report::BAD_INPUT));
        }
        if self.json {
            output::print_json(&tuning)
        } else {
            output::print_text(|text| show(text, &tuning))
        }
    }
}

fn days(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 86_400.0
}

/// The judged of an export, each story once for a topic, and the days between the first and the last
/// verdict.
fn from_file(path: &Path) -> Result<(Vec<Standing>, f64), String> {
    let named = |what: String| format!("{}: {what}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
    let mut stories: BTreeMap<(String, String), Standing> = BTreeMap::new();
    let mut times: Vec<Timestamp> = Vec::new();
    let mut without = 0_usize;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row: Row = serde_json::from_str(line)
            .map_err(|error| named(format!("line {}: {error}", at + 1)))?;
        let Some(score) = row.score else {
            without += 1;
            continue;
        };
        let story = row.story.unwrap_or_else(|| at.to_string());
        let standing = stories.entry((story, row.target)).or_insert(Standing::NOTHING);
        standing.score = standing.score.max(score);
        standing.verdict = Some(row.label);
        times.extend(row.at);
    }
    if without > 0 {
        eprintln!("{without} rows without a score are left out");
    }
    let span = times.iter().min().zip(times.iter().max());
    let days = span.map_or(0.0, |(first, last)| days(*first, *last));
    Ok((stories.into_values().collect(), days))
}

fn show(text: &mut String, tuning: &Tuning) -> fmt::Result {
    writeln!(
        text,
        "{} stories in {:.1} days, {} judged, {} confirmed\n",
        tuning.stories, tuning.days, tuning.judged, tuning.confirmed
    )?;
    let cells = |row: &ThresholdRow| {
        [format!("{:.2}", row.per_day), proportion(row.precision), proportion(row.recall)]
    };
    let rows: Vec<[String; 4]> = tuning
        .thresholds
        .iter()
        .map(|row| {
            let [per_day, precision, recall] = cells(row);
            [format!("{:.0}", row.from), per_day, precision, recall]
        })
        .collect();
    let (precision, recall) = ("precision (95 % interval)", "recall (95 % interval)");
    table(text, ["from", "alerts a day", precision, recall], &rows)?;
    writeln!(text)?;
    let mut rows: Vec<[String; 6]> = Vec::new();
    for one in &tuning.levels {
        for (name, row) in [("present", &one.present), ("recommended", &one.advised)] {
            let wanted = one.wanted_per_day.map_or_else(|| "-".to_owned(), |n| n.to_string());
            let [per_day, precision, recall] = cells(row);
            let level = format!("{} {name}", one.level);
            rows.push([level, format!("{:.1}", row.from), wanted, per_day, precision, recall]);
        }
    }
    let head = ["level", "from", "wished", "alerts a day", precision, recall];
    table(text, head, &rows)?;
    writeln!(text)?;
    tuning.cautions.iter().try_for_each(|one| writeln!(text, "caution: {}", caution(*one)))?;
    let moved = tuning.levels.iter().any(|one| (one.advised.from - one.present.from).abs() > 0.05);
    if moved {
        writeln!(text, "\nFor the file that `severity` of the configuration names:\n\n[levels]")?;
        let mut levels = tuning.levels.iter();
        levels.try_for_each(|one| writeln!(text, "{} = {:.1}", one.level, one.advised.from))?;
    }
    Ok(())
}

fn proportion(of: Option<Proportion>) -> String {
    of.map_or_else(
        || "-".to_owned(),
        |it| {
            format!("{:.2} ({:.2} to {:.2}; {} of {})", it.share, it.low, it.high, it.count, it.of)
        },
    )
}

fn caution(caution: Caution) -> &'static str {
    match caution {
        Caution::FewVerdicts => {
            "fewer than 50 verdicts or 10 confirmed: look at the intervals, not at the shares"
        }
        Caution::FewDays => "fewer than 7 days: alerts a day may be quite different",
        Caution::FewStories => "more alerts are wished for than there were stories that score",
        Caution::JudgedAboveOnly => {
            "nothing below blue was judged: what is missed there is unknown, and recall is of the judged alone"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Wish;
    use crate::model::Level;

    #[test]
    fn wishes_name_a_level_or_mean_all() {
        assert_eq!("5".parse(), Ok(Wish { level: Level::Blue, per_day: 5.0 }));
        assert_eq!("orange=0.5".parse(), Ok(Wish { level: Level::Orange, per_day: 0.5 }));
        for bad in ["", "x", "-1", "NaN", "pink=1", "red=", "inf"] {
            assert!(bad.parse::<Wish>().is_err(), "{bad}");
        }
    }
}
