//! `atalaya stories`: which stories there are, how one spread, and people's changes to them.

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};

use super::table::table;
use super::{output, report};
use crate::app::AppError;
use crate::app::stories::{self, Change, StoriesReport};
use crate::config::{self, Config};
use crate::model::{ArticleId, Spread, StoryEdit, StoryEditId, StoryId};
use crate::story::svg;

/// Characters of a headline in a table.
const HEADLINE: usize = 80;

/// List stories, show how one spread, merge and split them
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Stories {
    #[command(subcommand)]
    edit: Option<Edit>,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
    /// Stories with an article in this time: 24h, 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = time)]
    since: SignedDuration,
    /// How this story spread
    #[arg(long, value_name = "ID", conflicts_with = "since")]
    story: Option<StoryId>,
    /// Draw its timeline into a file
    #[arg(long, value_name = "FILE", requires = "story")]
    svg: Option<PathBuf>,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// People's changes; the running daemon heeds them before its next article.
#[derive(Subcommand)]
enum Edit {
    /// Put the second story into the first; its name leads there from then on
    Merge {
        /// The story that stays
        into: StoryId,
        /// The story that goes into it
        from: StoryId,
    },
    /// Take articles, with what copies them, out of a story into a new one
    Split {
        /// The story
        story: StoryId,
        /// The articles
        #[arg(required = true)]
        articles: Vec<ArticleId>,
    },
    /// Take a change back
    Undo {
        /// The change, as merge and split name it
        edit: StoryEditId,
    },
}

pub(super) fn time(text: &str) -> Result<SignedDuration, String> {
    let span: jiff::Span = text.parse().map_err(|_| "a time such as 24h or 7d".to_owned())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    span.to_duration(days).map_err(|error| error.to_string())
}

/// Reads a configuration; answers the exit code if it is wrong.
pub(super) fn configuration(path: &Path) -> Result<Config, ExitCode> {
    let loaded = config::load(path).map_err(|findings| report::fault(&AppError::Config(findings)));
    loaded.map(|(config, _)| config)
}

impl Stories {
    /// Exit code 1 for a change that cannot be made, 2 for an unknown story or a bad configuration,
    /// 3 if the store failed.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            let done = match (&self.edit, self.story) {
                (Some(edit), _) => change(&config, edit).await,
                (None, Some(story)) => self.one(&config, story).await,
                (None, None) => self.list(&config).await,
            };
            done.unwrap_or_else(|error| report::fault(&error))
        })
    }

    async fn list(&self, config: &Config) -> Result<ExitCode, AppError> {
        let since = Timestamp::now().checked_sub(self.since).unwrap_or(Timestamp::MIN);
        let found = stories::recent(config, since).await?;
        Ok(if self.json {
            output::print_json(&found)
        } else {
            output::print_text(|text| rows(text, &found))
        })
    }

    async fn one(&self, config: &Config, id: StoryId) -> Result<ExitCode, AppError> {
        let Some(spread) = stories::one(config, id).await? else {
            let code = ExitCode::from(report::BAD_INPUT);
            return Ok(output::refuse(&format!("there is no story {id}"), code));
        };
        if let Some(path) = &self.svg
            && let Err(error) = std::fs::write(path, svg(&spread))
        {
            let what = format!("cannot write {}: {error}", path.display());
            return Ok(output::refuse(&what, ExitCode::from(report::BAD_INPUT)));
        }
        Ok(if self.json {
            output::print_json(&spread)
        } else {
            output::print_text(|text| story(text, &spread))
        })
    }
}

async fn change(config: &Config, edit: &Edit) -> Result<ExitCode, AppError> {
    let asked = match edit {
        Edit::Merge { into, from } => Change::Merge(*into, *from),
        Edit::Split { story, articles } => Change::Split(*story, articles.clone()),
        Edit::Undo { edit } => Change::Undo(*edit),
    };
    Ok(match stories::change(config, asked).await? {
        Ok(made) => output::print_text(|text| told(text, &made)),
        Err(why) => output::refuse(&why, ExitCode::from(1)),
    })
}

fn told(text: &mut String, edit: &StoryEdit) -> fmt::Result {
    let (kind, articles) = (edit.kind.name(), edit.articles.len());
    match edit.undone_at {
        None => writeln!(
            text,
            "{kind}: {articles} articles of {} are in {} now\nto take it back: atalaya stories undo {}",
            edit.from, edit.into, edit.id
        ),
        Some(_) => {
            writeln!(text, "{kind} taken back: {articles} articles are in {} again", edit.from)
        }
    }
}

fn rows(text: &mut String, found: &StoriesReport) -> fmt::Result {
    let row = |it: &stories::StoryRow| {
        [
            it.articles.to_string(),
            it.copies.to_string(),
            it.owners.to_string(),
            it.voices.to_string(),
            it.best_tier.map_or_else(|| "–".to_owned(), |tier| tier.to_string()),
            it.languages.join(" "),
            short_time(&it.first_seen_at),
            short_time(&it.last_seen_at),
            cut(&it.headline),
            it.id.clone(),
        ]
    };
    let head = [
        "ARTICLES",
        "COPIES",
        "OWNERS",
        "VOICES",
        "TIER",
        "LANGUAGES",
        "FIRST",
        "LAST",
        "HEADLINE",
        "STORY",
    ];
    table(text, head, &found.stories.iter().map(row).collect::<Vec<_>>())?;
    writeln!(text, "{} stories since {}", found.stories.len(), found.since)
}

/// RFC 3339 to the minute.
pub(super) fn short_time(time: &str) -> String {
    time.get(..16).unwrap_or(time).replace('T', " ")
}

pub(super) fn cut(text: &str) -> String {
    if text.chars().count() <= HEADLINE {
        return text.to_owned();
    }
    text.chars().take(HEADLINE - 1).chain(['…']).collect()
}

fn story(text: &mut String, spread: &Spread) -> fmt::Result {
    let mut plain = String::new();
    writeln!(plain, "{}\n", spread.headline)?;
    let place = |it: &crate::model::SpreadArticle| {
        format!("{}, {} (tier {}): {} {}", short_time(&it.at), it.source, it.tier, it.title, it.url)
    };
    for (name, article) in [
        ("lead", &spread.lead),
        ("first", &spread.first),
        ("original", &spread.original),
        ("first of tier 1", &spread.first_authoritative),
    ] {
        let article = article.as_ref().map_or_else(|| "–".to_owned(), place);
        writeln!(plain, "{name:>16}  {article}")?;
    }
    let shares = |list: &[crate::model::Share]| {
        let each = list.iter().map(|share| format!("{} {}", share.name, share.articles));
        each.collect::<Vec<_>>().join(", ")
    };
    for (name, value) in [
        ("articles", format!("{}, {} of them copies", spread.articles, spread.copies)),
        ("voices", format!("{} of {} owners", spread.voices, spread.owners.len())),
        ("according to", shares(&spread.according_to)),
        ("languages", shares(&spread.languages)),
        ("regions", shares(&spread.regions)),
        ("phrases", spread.phrases.join("; ")),
        ("names", spread.entities.join("; ")),
    ] {
        writeln!(plain, "{name:>16}  {value}")?;
    }
    text.push_str(&plain.chars().filter(|&c| c == '\n' || !c.is_control()).collect::<String>());
    writeln!(text)?;
    let owner = |it: &crate::model::SpreadOwner| {
        [short_time(&it.first_at), it.articles.to_string(), it.owner.clone(), it.media.join(", ")]
    };
    let owners: Vec<_> = spread.owners.iter().map(owner).collect();
    table(text, ["FIRST", "ARTICLES", "OWNER", "MEDIA"], &owners)?;
    writeln!(text)?;
    let hour = |it: &crate::model::SpreadHour| {
        [
            short_time(&it.at),
            it.tier1.to_string(),
            it.tier2.to_string(),
            it.tier3.to_string(),
            it.copies.to_string(),
        ]
    };
    let hours: Vec<_> = spread.hours.iter().map(hour).collect();
    table(text, ["HOUR", "TIER 1", "TIER 2", "TIER 3", "COPIES"], &hours)?;
    if !spread.credits.is_empty() {
        writeln!(text)?;
    }
    let credit = |it: &crate::model::Credit| {
        let kind = it.kind.name().to_owned();
        [it.medium.clone(), it.from.clone(), kind, it.evidence.clone()]
    };
    let credits: Vec<_> = spread.credits.iter().map(credit).collect();
    table(text, ["MEDIUM", "NAMES", "BY", "IN THE WORDS"], &credits)
}
