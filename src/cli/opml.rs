//! Exchange of feeds with other programs: OPML in, as a source file, and out.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::inspect::document;
use super::{output, report};
use crate::collect::canonical_key;
use crate::config::{self, Config, Subscription};
use crate::model::{Reach, Source, SourceKind};

/// Make a source file of the feeds of an OPML document
#[derive(Args)]
pub struct Import {
    /// The document: a file or a URL
    #[arg(value_name = "FILE|URL")]
    document: String,
    /// The source file to write, below the directory that `sources` names; without it the text goes
    /// to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite the source file if there is one
    #[arg(long, requires = "out")]
    force: bool,
    /// The URL may be on a private or loopback address
    #[arg(long)]
    allow_private: bool,
    /// Configuration file, whose sources are not imported again
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
}

/// Write the configured feeds as OPML 2.0 to standard output
#[derive(Args)]
pub struct Export {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
}

impl Import {
    /// Exit code 0, also where nothing was new; 2 for a bad document, configuration or `--out`;
    /// 3 for a network that failed.
    pub fn run(self) -> ExitCode {
        let configured = match self.configured() {
            Ok(configured) => configured,
            Err(code) => return code,
        };
        let reach = if self.allow_private { Reach::anywhere() } else { Reach::default() };
        let document = match document::open_within(&self.document, &reach) {
            Ok(document) => document,
            Err(error) => return output::refuse(&error, error.exit_code()),
        };
        let content_type = document.content_type.as_deref();
        let found = match config::read_opml(&document.bytes, content_type) {
            Ok(found) => found,
            Err(error) => return output::refuse(&error, ExitCode::from(report::BAD_INPUT)),
        };
        for warning in &found.warnings {
            eprintln!("left out: {warning}");
        }
        let new = without_known(found.feeds, &configured);
        let ids: BTreeSet<String> = configured.iter().map(|source| source.id.clone()).collect();
        let text = config::source_file(&new, &ids);
        eprintln!("{} feeds imported", new.len());
        match &self.out {
            Some(path) if new.is_empty() => {
                eprintln!("{} is not written", path.display());
                ExitCode::SUCCESS
            }
            Some(path) => write(path, &text, self.force),
            None => output::print_text(|out| {
                out.push_str(&text);
                Ok(())
            }),
        }
    }

    /// The configured sources; none where there is no configuration yet. With `--force` those of the
    /// file that is overwritten are not among them.
    fn configured(&self) -> Result<Vec<Arc<Source>>, ExitCode> {
        if !self.config.exists() {
            return Ok(Vec::new());
        }
        let mut sources = load(&self.config)?.sources;
        if let Some(path) = self.out.as_deref().filter(|_| self.force) {
            let replaced = ids(path);
            sources.retain(|source| !replaced.contains(&source.id));
        }
        Ok(sources)
    }
}

impl Export {
    /// Exit code 0, or 2 for a bad configuration.
    pub fn run(self) -> ExitCode {
        let config = match load(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        let others = config.sources.iter().filter(|source| source.kind != SourceKind::Feed);
        for source in others {
            eprintln!("left out: `{}` is no feed", source.id);
        }
        let opml = config::write_opml(&config.organisation.name, &config.sources);
        output::print_text(|out| {
            out.push_str(&opml);
            Ok(())
        })
    }
}

/// The ids of the sources of a file; none if there is no such file.
fn ids(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let sources = table.get("source").and_then(toml::Value::as_array).into_iter().flatten();
    sources.filter_map(|source| Some(source.get("id")?.as_str()?.to_owned())).collect()
}

fn load(path: &Path) -> Result<Config, ExitCode> {
    config::load(path).map(|(config, _)| config).map_err(|findings| {
        report::findings(&findings);
        ExitCode::from(report::BAD_INPUT)
    })
}

/// Leaves out, and names, what is configured already or stands in the document twice.
fn without_known(feeds: Vec<Subscription>, configured: &[Arc<Source>]) -> Vec<Subscription> {
    let mut known: std::collections::BTreeMap<String, String> = configured
        .iter()
        .map(|source| (canonical_key(&source.url), format!("it is the source `{}`", source.id)))
        .collect();
    let mut new = Vec::new();
    for feed in feeds {
        let key = canonical_key(&feed.url);
        if let Some(why) = known.get(&key) {
            eprintln!("left out: `{}`: {why}", feed.name);
        } else {
            known.insert(key, "it stands in the document twice".to_owned());
            new.push(feed);
        }
    }
    new
}

fn write(path: &Path, text: &str, force: bool) -> ExitCode {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).create_new(!force);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let what = format!("{} is there already; --force overwrites it", path.display());
            output::refuse(&what, ExitCode::from(report::BAD_INPUT))
        }
        Err(error) => {
            let what = format!("cannot write {}: {error}", path.display());
            output::refuse(&what, ExitCode::from(report::BAD_INPUT))
        }
    }
}
