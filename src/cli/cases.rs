//! `atalaya cases`: the library of cases that people learn from.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use schemars::JsonSchema;
use serde::Serialize;

use super::stories::{configuration, cut};
use super::table::table;
use super::{output, report};
use crate::config::Config;
use crate::model::{Case, LocalText, Locale};
use crate::phrases::{count, text};
use crate::text::fold;

/// List the library of cases, read one, search in it
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cases {
    #[command(subcommand)]
    what: Option<What>,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
    /// Language of the texts: es, en or zh. Default: the organisation's
    #[arg(long, value_name = "LANG", global = true)]
    language: Option<Locale>,
    /// One JSON object on standard output, with all languages
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// What happened, what was done, what went wrong, what is learned from it
    Show {
        /// The case
        id: String,
    },
    /// Cases that hold all these words, in any language, accents and case apart
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
    },
}

/// The shape of `atalaya cases --json` and `atalaya cases search --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CasesReport {
    /// In the order of the files.
    pub cases: Vec<CaseRow>,
}

/// A case in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseRow {
    /// Identifier.
    pub id: String,
    /// As people call it.
    pub title: LocalText,
    /// The risk category, by id.
    pub category: String,
    /// Questions that a quiz asks of it.
    pub questions: u32,
    /// Articles by which it can be played again.
    pub articles: u32,
}

impl Cases {
    /// Exit code 1 if a search finds nothing, 2 for an unknown case or a bad configuration.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        let locale = self.language.unwrap_or(config.organisation.locale);
        match self.what {
            None => listed(&config.cases.iter().collect::<Vec<_>>(), locale, self.json),
            Some(What::Show { id }) => match find(&config, &id) {
                Ok(case) if self.json => output::print_json(case),
                Ok(case) => output::print_text(|out| told(out, &config, case, locale)),
                Err(code) => code,
            },
            Some(What::Search { words }) => {
                let found = search(&config.cases, &words);
                let code = listed(&found, locale, self.json);
                if found.is_empty() { ExitCode::FAILURE } else { code }
            }
        }
    }
}

/// A case by its id; answers the exit code if there is none.
pub(super) fn find<'a>(config: &'a Config, id: &str) -> Result<&'a Case, ExitCode> {
    config.cases.iter().find(|case| case.id == id).ok_or_else(|| {
        let known: Vec<&str> = config.cases.iter().map(|case| case.id.as_str()).collect();
        let what = match known.as_slice() {
            [] => "the library has no cases: name their directory, `cases = \"cases\"`".to_owned(),
            known => format!("there is no case `{id}`; there are {}", known.join(", ")),
        };
        output::refuse(&what, ExitCode::from(report::BAD_INPUT))
    })
}

fn listed(cases: &[&Case], locale: Locale, json: bool) -> ExitCode {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    if json {
        let row = |case: &&Case| CaseRow {
            id: case.id.clone(),
            title: case.title.clone(),
            category: case.category.clone(),
            questions: number(case.questions.len()),
            articles: number(case.scenario.len()),
        };
        return output::print_json(&CasesReport { cases: cases.iter().map(row).collect() });
    }
    let row = |case: &&Case| {
        [
            case.id.clone(),
            case.category.clone(),
            case.questions.len().to_string(),
            case.scenario.len().to_string(),
            cut(case.title.get(locale)),
        ]
    };
    let rows: Vec<_> = cases.iter().map(row).collect();
    let head = ["CASE", "CATEGORY", "QUESTIONS", "ARTICLES", "TITLE"];
    output::print_text(|out| table(out, head, &rows))
}

/// The cases in which all words occur, those with all of them in the title first.
fn search<'a>(cases: &'a [Case], words: &[String]) -> Vec<&'a Case> {
    let words: Vec<String> = words
        .iter()
        .flat_map(|words| words.split_whitespace())
        .map(folded)
        .filter(|word| !word.is_empty())
        .collect();
    let all_in = |text: &str| words.iter().all(|word| text.contains(word.as_str()));
    let titled = |case: &Case| all_in(&folded(&joined([&case.title])));
    let mut found: Vec<&Case> = cases.iter().filter(|case| all_in(&folded(&all(case)))).collect();
    found.sort_by_key(|case| !titled(case));
    found
}

fn folded(text: &str) -> String {
    fold(text).text
}

fn joined<'a>(texts: impl IntoIterator<Item = &'a LocalText>) -> String {
    let texts = texts.into_iter().flat_map(|text| text.0.values());
    texts.map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// All that is told of a case, in all languages; what its quiz asks is not.
fn all(case: &Case) -> String {
    let happened = case.happened.iter().map(|entry| &entry.what);
    let texts = happened.chain(&case.done).chain(&case.wrong).chain(&case.lessons);
    let told = joined(std::iter::once(&case.title).chain(texts));
    [told, case.id.clone(), case.category.clone()].join("\n")
}

fn told(out: &mut String, config: &Config, case: &Case, locale: Locale) -> fmt::Result {
    writeln!(out, "{}", case.title.get(locale))?;
    let category = config.keywords.categories.iter().find(|known| known.id == case.category);
    let category = category.map_or(case.category.as_str(), |known| known.name.get(locale));
    writeln!(out, "{} · {category}", case.id)?;
    writeln!(out, "\n{}", text("case.happened", locale))?;
    for entry in &case.happened {
        let at = entry.at.strftime("%Y-%m-%d %H:%M");
        writeln!(out, "  {at}  {}", entry.what.get(locale))?;
    }
    for (heading, texts) in [
        (text("case.done", locale), &case.done),
        (text("case.wrong", locale), &case.wrong),
        (text("case.lessons", locale), &case.lessons),
    ] {
        if texts.is_empty() {
            continue;
        }
        writeln!(out, "\n{heading}")?;
        for text in texts {
            writeln!(out, "  - {}", text.get(locale))?;
        }
    }
    if !case.questions.is_empty() {
        let questions = u32::try_from(case.questions.len()).unwrap_or(u32::MAX);
        let asked = count("case.quiz", locale, questions);
        writeln!(out, "\n{asked}: atalaya quiz start --case {} --person ID", case.id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::search;
    use crate::config::load;
    use std::path::Path;

    #[test]
    fn words_of_any_language_find_a_case() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/atalaya.toml");
        let (config, _) = load(&path).expect("the shipped configuration is good");
        let found = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            search(&config.cases, &words).iter().map(|case| case.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(found(&["RETIRADA"]), ["withdrawal-rumour"]);
        assert_eq!(found(&["pensioners broadcast"]), ["mis-selling"]);
        assert_eq!(found(&["数据", "泄露"]), ["data-leak"]);
        assert_eq!(found(&["telefono", "leak"]), ["data-leak"], "accents do not matter");
        assert_eq!(found(&["withdrawal", "zebra"]), Vec::<String>::new());
    }
}
