//! `scenarios = "…"`: what drills play, every `*.toml` of a directory; its name without `.toml` is the id.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;

use super::explain::did_you_mean;
use super::load::toml_files;
use super::value::{Check, duration};
use super::{Finding, TomlFile};
use crate::model::{Case, Level, Locale, Plan, Scenario, ScenarioItem};

/// More than this are a mistake.
const MAX_ITEMS: usize = 500;
/// How long a drill lasts that does not say.
const LASTS: SignedDuration = SignedDuration::from_hours(4);
/// The longest drill: three days.
const LONGEST: SignedDuration = SignedDuration::from_hours(72);

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScenario {
    title: Text,
    category: Text,
    #[serde(default = "orange")]
    level: Level,
    lasts: Option<Text>,
    #[serde(default)]
    item: Vec<RawItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    after: Text,
    outlet: Text,
    tier: Option<Spanned<u8>>,
    language: Locale,
    headline: Text,
    text: Text,
}

fn orange() -> Level {
    Level::Orange
}

/// The scenarios of all files of a directory, in the order of their names. Those that plans drill by surprise must be
/// among them.
pub(super) fn read(
    check: &mut Check<'_>,
    directory: Option<&Spanned<PathBuf>>,
    (plans, plans_at): (&[Plan], Option<&Spanned<PathBuf>>),
) -> Vec<Scenario> {
    let found = directory.map(|at| of_directory(check, at)).unwrap_or_default();
    let known: Vec<&str> = found.iter().map(|scenario| scenario.id.as_str()).collect();
    for plan in plans {
        let schedule = plan.drill.as_ref().and_then(|drill| drill.schedule.as_ref());
        let Some(schedule) = schedule else { continue };
        if let Some(at) = plans_at.filter(|_| !known.contains(&schedule.scenario.as_str())) {
            let what = format!(
                "L24 the plan `{}` drills the unknown scenario `{}`",
                plan.id, schedule.scenario
            );
            check.error(at, what, did_you_mean(&schedule.scenario, &known));
        }
    }
    found
}

fn of_directory(check: &mut Check<'_>, at: &Spanned<PathBuf>) -> Vec<Scenario> {
    let directory = check.path(at.get_ref());
    let paths = match toml_files(&directory) {
        Ok(paths) => paths,
        Err(error) => {
            let what = format!("{} cannot be read: {error}", directory.display());
            check.error(at, what, "name the directory of the scenarios, seen from this file");
            return Vec::new();
        }
    };
    let mut found = Vec::with_capacity(paths.len());
    for path in paths {
        match scenario(&path) {
            Ok(scenario) => found.push(scenario),
            Err(findings) => check.findings.extend(findings),
        }
    }
    found
}

/// The scenario of one file.
///
/// # Errors
/// Its findings.
pub fn scenario(path: &Path) -> Result<Scenario, Vec<Finding>> {
    let file = TomlFile::read(path).map_err(|finding| vec![finding])?;
    let raw: RawScenario = file.parse().map_err(|finding| vec![finding])?;
    let mut check = Check { file: &file, base: Path::new(""), findings: Vec::new() };
    let id = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    let scenario = build(&mut check, &raw, id.unwrap_or_default());
    if check.findings.is_empty() { Ok(scenario) } else { Err(check.findings) }
}

fn build(check: &mut Check<'_>, raw: &RawScenario, id: String) -> Scenario {
    if raw.item.is_empty() {
        check.error(&raw.title, "the scenario has no articles", "add `[[item]]`");
    }
    if let Some(beyond) = raw.item.get(MAX_ITEMS) {
        let what = format!("more than {MAX_ITEMS} articles");
        check.error(&beyond.after, what, "a drill needs fewer");
    }
    let mut items: Vec<ScenarioItem> = Vec::with_capacity(raw.item.len());
    for item in &raw.item {
        let after = span(check, &item.after);
        if items.last().is_some_and(|before| before.after > after) {
            let remedy = "put them into the order of their times";
            check.error(&item.after, "this article appears before the one above", remedy);
        }
        let texts = [(&item.outlet, "outlet"), (&item.headline, "headline"), (&item.text, "text")];
        for (text, name) in texts {
            if text.get_ref().trim().is_empty() {
                check.error(text, format!("the article has no {name}"), "write one");
            }
        }
        let tier = item.tier.as_ref().map_or(2, |tier| *tier.get_ref());
        if let Some(at) = item.tier.as_ref().filter(|at| !(1..=4).contains(at.get_ref())) {
            check.error(at, "there is no such tier", "write 1 (national) to 4");
        }
        items.push(ScenarioItem {
            after,
            outlet: item.outlet.get_ref().clone(),
            tier,
            language: item.language,
            headline: item.headline.get_ref().clone(),
            text: item.text.get_ref().clone(),
        });
    }
    let last = items.last().map_or(SignedDuration::ZERO, |item| item.after);
    let lasts = raw.lasts.as_ref().map(|lasts| (lasts, span(check, lasts)));
    if let Some((at, _)) = lasts.as_ref().filter(|(_, lasts)| *lasts < last || *lasts > LONGEST) {
        let remedy = "let it last until behind its last article, and three days at most";
        check.error(at, "the drill ends before its last article, or never", remedy);
    }
    Scenario {
        id,
        title: raw.title.get_ref().clone(),
        category: raw.category.get_ref().clone(),
        level: raw.level,
        lasts: lasts.map_or(LASTS.max(last), |(_, lasts)| lasts),
        items,
    }
}

/// A time after the beginning: `+20m`, `20m`.
fn span(check: &mut Check<'_>, at: &Text) -> SignedDuration {
    let read = duration(at.get_ref().trim_start_matches('+'));
    let read = check.take(at, read, "write a number and s, m or h: `+20m`");
    read.and_then(|read| SignedDuration::try_from(read).ok()).unwrap_or(SignedDuration::ZERO)
}

/// A case of the library as a scenario; none if it tells none.
#[must_use]
pub fn of_case(case: &Case, locale: Locale) -> Option<Scenario> {
    let items: Vec<ScenarioItem> = case
        .scenario
        .iter()
        .map(|article| ScenarioItem {
            after: SignedDuration::from_mins(i64::from(article.minute)),
            outlet: article.source.clone(),
            tier: 2,
            language: article.language,
            headline: article.title.clone(),
            text: article.text.clone(),
        })
        .collect();
    let last = items.last()?.after;
    Some(Scenario {
        id: case.id.clone(),
        title: case.title.get(locale).to_owned(),
        category: case.category.clone(),
        level: Level::Orange,
        lasts: LASTS.max(last),
        items,
    })
}
