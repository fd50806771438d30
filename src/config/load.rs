//! Reads the main file and all it names into a snapshot. Every file is read and every finding
//! collected before anything is refused, so that one run of `atalaya check` tells all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::channels::{self, RawChannel};
use super::settings::{self, RawCollect, RawOrganisation, RawSeverity, RawStore, RawWeb};
use super::sources::{self, RawRoute, RawSource};
use super::value::Check;
use super::{Config, Finding, FindingSeverity, TomlFile};
use crate::model::{Keywords, Person, Plan};

/// The main file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    organisation: RawOrganisation,
    #[serde(default)]
    store: RawStore,
    #[serde(default)]
    collect: RawCollect,
    #[serde(default)]
    severity: RawSeverity,
    web: Option<RawWeb>,
    keywords: Option<Spanned<PathBuf>>,
    people: Option<Spanned<PathBuf>>,
    plans: Option<Spanned<PathBuf>>,
    #[serde(default)]
    source: Vec<RawSource>,
    #[serde(default)]
    channel: Vec<RawChannel>,
    #[serde(default)]
    route: Vec<RawRoute>,
}

/// Reads and checks a configuration and everything it names.
///
/// # Errors
/// All findings, of which at least one is an error. Warnings alone come with the snapshot.
pub fn load(path: &Path) -> Result<(Config, Vec<Finding>), Vec<Finding>> {
    let file = TomlFile::read(path).map_err(|finding| vec![finding])?;
    let raw: RawConfig = file.parse().map_err(|finding| vec![finding])?;
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut check = Check { file: &file, base: &base, findings: Vec::new() };
    let config = assemble(&mut check, raw);
    let findings = check.findings;
    match config {
        Some(config)
            if findings.iter().all(|finding| finding.severity == FindingSeverity::Warning) =>
        {
            Ok((config, findings))
        }
        _ => Err(findings),
    }
}

fn assemble(check: &mut Check<'_>, raw: RawConfig) -> Option<Config> {
    let organisation = settings::organisation(check, &raw.organisation);
    let database = settings::database(check, raw.store);
    let collect = settings::collect(check, &raw.collect);
    let severity = settings::severity(check, &raw.severity);
    let web = raw.web.and_then(|web| settings::web(check, &web));
    let keywords = keywords(check, raw.keywords.as_ref());
    let people = people(check, raw.people.as_ref(), &organisation);
    let sources = sources::sources(check, &raw.source);
    let channels = channels::channels(check, raw.channel, &organisation);
    let routes = sources::routes(check, &raw.route, &keywords, &people, &channels);
    let channel_ids = channels.iter().map(|channel| channel.id.clone()).collect();
    let plans = plans(check, raw.plans.as_ref(), &people, &keywords, &channel_ids);
    if sources.is_empty() && raw.source.is_empty() {
        check.findings.push(check.file.error(
            0..0,
            "no source is configured",
            "add a `[[source]]`",
        ));
    }
    Some(Config {
        organisation,
        database: database?,
        collect,
        severity,
        web,
        sources,
        channels,
        routes,
        people,
        plans,
        keywords,
    })
}

fn keywords(check: &mut Check<'_>, directory: Option<&Spanned<PathBuf>>) -> Keywords {
    let path = directory
        .map_or_else(|| check.path(Path::new("../keywords")), |at| check.path(at.get_ref()));
    match super::load_keywords(&path) {
        Ok((keywords, warnings)) => {
            check.findings.extend(warnings);
            keywords
        }
        Err(findings) => {
            check.findings.extend(findings);
            Keywords::default()
        }
    }
}

fn people(
    check: &mut Check<'_>,
    path: Option<&Spanned<PathBuf>>,
    organisation: &super::Organisation,
) -> BTreeMap<String, Person> {
    let Some(at) = path else { return BTreeMap::new() };
    let loaded = TomlFile::read(&check.path(at.get_ref()))
        .map_err(|finding| vec![finding])
        .and_then(|file| super::load_people(&file, organisation.locale, &organisation.time_zone));
    loaded.unwrap_or_else(|findings| {
        check.findings.extend(findings);
        BTreeMap::new()
    })
}

fn plans(
    check: &mut Check<'_>,
    directory: Option<&Spanned<PathBuf>>,
    people: &BTreeMap<String, Person>,
    keywords: &Keywords,
    channel_ids: &BTreeSet<String>,
) -> Vec<Plan> {
    let Some(at) = directory else { return Vec::new() };
    let paths = match toml_files(&check.path(at.get_ref())) {
        Ok(paths) => paths,
        Err(error) => {
            check.error(
                at,
                format!("cannot be read: {error}"),
                "name the directory that holds the plans",
            );
            return Vec::new();
        }
    };
    let category_ids = keywords.categories.iter().map(|category| category.id.clone()).collect();
    let mut plans: Vec<Plan> = Vec::new();
    for path in paths {
        let loaded = TomlFile::read(&path)
            .map_err(|finding| vec![finding])
            .and_then(|file| super::load_plan(&file, people, &category_ids, channel_ids));
        match loaded {
            Ok((plan, _)) if plans.iter().any(|other| other.id == plan.id) => {
                let what = format!(
                    "{} has the same plan id `{}` as another file",
                    path.display(),
                    plan.id
                );
                check.error(at, what, "give each plan its own id");
            }
            Ok((plan, warnings)) => {
                check.findings.extend(warnings);
                plans.push(plan);
            }
            Err(findings) => check.findings.extend(findings),
        }
    }
    plans
}

/// The `.toml` files of a directory, by name.
fn toml_files(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory)?;
    let paths =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    paths.sort();
    Ok(paths)
}
