//! Reads the main file and all it names into a snapshot. Every file is read and every finding
//! collected before anything is refused, so that one run of `atalaya check` tells all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::calendars;
use super::cases;
use super::channels::{self, RawChannel};
use super::complaints::{self, RawComplaints};
use super::explain::did_you_mean;
use super::fallbacks;
use super::gathering::{self, RawDigest, RawInhibit, RawStorm};
use super::holidays;
use super::inspection::{self, RawInspection};
use super::keywords::load_with_lists;
use super::media;
use super::policies::{self, Reach};
use super::routes::{self, RawRoute};
use super::scenarios;
use super::second_reader::{self, RawSecondReader};
use super::settings::{self, RawCollect, RawOrganisation, RawStore, RawWeb};
use super::severity;
use super::sites;
use super::sources::{Directory, RawDefaults, RawSource, Sources};
use super::templates;
use super::value::Check;
use super::{Config, Finding, FindingSeverity, PlanNames, TomlFile};
use crate::model::{BusinessDays, Calendar, Keywords, Person, Plan, Policy};
use crate::query::Lists;

/// The main file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    organisation: RawOrganisation,
    #[serde(default)]
    store: RawStore,
    #[serde(default)]
    collect: RawCollect,
    severity: Option<Spanned<toml::Value>>,
    second_opinion: Option<RawSecondReader>,
    web: Option<RawWeb>,
    complaints: Option<RawComplaints>,
    keywords: Option<Spanned<PathBuf>>,
    people: Option<Spanned<PathBuf>>,
    calendars: Option<Spanned<PathBuf>>,
    policies: Option<Spanned<PathBuf>>,
    plans: Option<Spanned<PathBuf>>,
    holidays: Option<Spanned<PathBuf>>,
    cases: Option<Spanned<PathBuf>>,
    scenarios: Option<Spanned<PathBuf>>,
    sources: Option<Directory>,
    sites: Option<Spanned<PathBuf>>,
    media: Option<Spanned<PathBuf>>,
    templates: Option<Spanned<PathBuf>>,
    #[serde(default)]
    source: Vec<RawSource>,
    #[serde(default)]
    channel: Vec<RawChannel>,
    #[serde(default)]
    route: Vec<RawRoute>,
    #[serde(default)]
    inhibit: Vec<RawInhibit>,
    storm: Option<RawStorm>,
    #[serde(default)]
    inspection: RawInspection,
    #[serde(default)]
    digest: Vec<RawDigest>,
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
    let keep = settings::keep(check, &raw.store);
    let database = settings::database(check, raw.store);
    let collect = settings::collect(check, &raw.collect);
    let second = raw.second_opinion.as_ref().map(|raw| second_reader::second_reader(check, raw));
    let data = settings::data_directory(check, database.as_ref());
    let has_page = raw.web.as_ref().is_some_and(RawWeb::has_public_url);
    let web = raw.web.and_then(|web| settings::web(check, &web, &data));
    let (keywords, lists) = keywords(check, raw.keywords.as_ref()).unzip();
    let people = people(check, raw.people.as_ref(), &organisation);
    let media = media::media(check, raw.media.as_ref());
    let mut found = Sources::new(&collect, &media, keywords.as_ref());
    add_sources(check, &mut found, &raw.source, raw.sources.as_ref());
    let sources = found.into_found();
    let channel_names = channels::names(&raw.channel);
    let mut channels = channels::channels(check, &raw.channel, &organisation);
    fallbacks::fallbacks(check, &raw.channel, &mut channels, &channel_names, people.as_ref());
    let templates = templates::templates(check, raw.templates.as_ref(), &channel_names);
    let calendars = calendars::calendars(check, raw.calendars.as_ref(), people.as_ref());
    let reach =
        Reach { people: people.as_ref(), calendars: calendars.as_ref(), channels: &channel_names };
    let policies = answerable(check, raw.policies.as_ref(), &reach, has_page);
    let names = Names {
        topics: keywords.as_ref().map(|keywords| ids(&keywords.topics, |topic| &topic.id)),
        categories: keywords.as_ref().map(|all| ids(&all.categories, |category| &category.id)),
        people: people.as_ref(),
        calendars: calendars.as_ref(),
        channels: &channel_names,
        policies: policies.as_ref().map(|all| all.keys().cloned().collect()),
        lists: lists.as_ref(),
    };
    let complaints = raw.complaints.as_ref().map(|raw| {
        let (time_zone, has_web) = (organisation.time_zone.as_str(), web.is_some());
        let beside = complaints::Beside { names: &names, sources: &sources, time_zone, has_web };
        complaints::complaints(check, raw, &beside)
    });
    let tags = &sources.iter().flat_map(|source| &source.tags).map(String::as_str).collect();
    let holidays = holidays::holidays(check, raw.holidays.as_ref());
    let days = holidays.as_ref().filter(|_| raw.holidays.is_some());
    let (plans, plan_files) = plans(check, raw.plans.as_ref(), &names, days);
    let digests = &gathering::ids(check, &raw.digest);
    let known = routes::Known { names: &names, tags, digests, plans: &plans };
    let routes = routes::routes(check, &raw.route, &known);
    let inhibits = gathering::inhibits(check, &raw.inhibit, &names);
    let storm = raw.storm.and_then(|storm| gathering::storm(check, &storm));
    let digests = gathering::digests(check, &raw.digest, &names);
    let severity =
        severity::severity(check, raw.severity.as_ref(), &names, &organisation.time_zone);
    Some(Config {
        scenarios: scenarios::read(check, raw.scenarios.as_ref(), (&plans, raw.plans.as_ref())),
        cases: cases::cases(check, raw.cases.as_ref(), names.categories.as_ref()),
        organisation,
        database: database?,
        keep,
        collect,
        severity: severity?,
        second_reader: second.flatten(),
        web,
        sources,
        media,
        sites: sites::sites(check, raw.sites.as_ref()),
        channels,
        templates,
        routes,
        inhibits,
        storm,
        digests,
        people: people.unwrap_or_default(),
        calendars: calendars.unwrap_or_default(),
        policies: policies.unwrap_or_default(),
        complaints,
        plans,
        plan_files,
        inspection: inspection::inspection(check, &raw.inspection),
        holidays: holidays.unwrap_or_default(),
        keywords: keywords.unwrap_or_default(),
        lists: lists.unwrap_or_default(),
    })
}

/// The escalation policies. They are of little use where nobody can answer from a message.
fn answerable(
    check: &mut Check<'_>,
    path: Option<&Spanned<PathBuf>>,
    reach: &Reach<'_>,
    has_page: bool,
) -> Option<BTreeMap<String, Policy>> {
    let policies = policies::policies(check, path, reach);
    let asks = policies.as_ref().is_some_and(|all| !all.is_empty());
    if let Some(at) = path.filter(|_| asks && !has_page) {
        let what = "people are asked to take alerts, and their messages have no link to do it by";
        let remedy = "add `public_url` to `[web]`; else `atalaya alerts ack` is the only way";
        check.warn(at, what, remedy);
    }
    policies
}

/// The sources of the main file and those of a directory; an error if there is none, for no fault of theirs.
fn add_sources(
    check: &mut Check<'_>,
    sources: &mut Sources<'_>,
    own: &[RawSource],
    directory: Option<&Directory>,
) {
    sources.add(check, own, &RawDefaults::default());
    let before = check.findings.len();
    if let Some(directory) = directory {
        sources.add_files(check, directory);
    }
    if sources.is_empty() && check.findings.len() == before {
        let remedy =
            "add a `[[source]]`, or `sources = \"…\"`, a directory of files that hold some";
        check.findings.push(check.file.error(0..0, "no source is configured", remedy));
    }
}

/// The names that routes and plans may use. Those of a file that is itself broken are unknown:
/// its own findings suffice.
pub(super) struct Names<'a> {
    pub topics: Option<BTreeSet<String>>,
    pub categories: Option<BTreeSet<String>>,
    pub people: Option<&'a BTreeMap<String, Person>>,
    pub calendars: Option<&'a BTreeMap<String, Calendar>>,
    /// With each, whether it carries mail to persons.
    pub channels: &'a BTreeMap<String, bool>,
    pub policies: Option<BTreeSet<String>>,
    /// Lists that queries may name.
    pub lists: Option<&'a Lists>,
}

impl Names<'_> {
    /// The channels that carry mail to persons, or the others.
    pub fn channels_of(&self, mail: bool) -> impl Iterator<Item = &str> {
        let wanted = self.channels.iter().filter(move |(_, is_mail)| **is_mail == mail);
        wanted.map(|(id, _)| id.as_str())
    }
}

fn ids<T>(list: &[T], id: impl Fn(&T) -> &String) -> BTreeSet<String> {
    list.iter().map(|item| id(item).clone()).collect()
}

/// None after findings.
fn keywords(
    check: &mut Check<'_>,
    directory: Option<&Spanned<PathBuf>>,
) -> Option<(Keywords, Lists)> {
    let path = directory
        .map_or_else(|| check.path(Path::new("../keywords")), |at| check.path(at.get_ref()));
    if let Some(at) = directory.filter(|_| !path.is_dir()) {
        let what = format!("there is no directory {}", path.display());
        check.error(at, what, "name the directory of the keyword files, seen from this file");
        return None;
    }
    match load_with_lists(&path) {
        Ok((keywords, lists, warnings)) => {
            check.findings.extend(warnings);
            Some((keywords, lists))
        }
        Err(findings) => {
            check.findings.extend(findings);
            None
        }
    }
}

fn people(
    check: &mut Check<'_>,
    path: Option<&Spanned<PathBuf>>,
    organisation: &super::Organisation,
) -> Option<BTreeMap<String, Person>> {
    let Some(at) = path else { return Some(BTreeMap::new()) };
    let path = check.path(at.get_ref());
    if !path.is_file() {
        let what = format!("there is no file {}", path.display());
        check.error(at, what, "name the file that lists the people, seen from this file");
        return None;
    }
    let loaded = TomlFile::read(&path)
        .map_err(|finding| vec![finding])
        .and_then(|file| super::load_people(&file, organisation.locale, &organisation.time_zone));
    loaded.map_err(|findings| check.findings.extend(findings)).ok()
}

fn plans(
    check: &mut Check<'_>,
    directory: Option<&Spanned<PathBuf>>,
    names: &Names<'_>,
    holidays: Option<&BTreeMap<String, BusinessDays>>,
) -> (Vec<Plan>, Vec<PathBuf>) {
    let Some(at) = directory else { return Default::default() };
    let directory = check.path(at.get_ref());
    let remedy = "name the directory of the crisis plans, seen from this file";
    if !directory.is_dir() {
        check.error(at, format!("there is no directory {}", directory.display()), remedy);
        return Default::default();
    }
    let paths = match toml_files(&directory) {
        Ok(paths) => paths,
        Err(error) => {
            let what = format!("{} cannot be read: {error}", directory.display());
            check.error(at, what, remedy);
            return Default::default();
        }
    };
    let channel_ids = names.channels.keys().cloned().collect();
    let mut plans: Vec<Plan> = Vec::new();
    let known = PlanNames {
        people: names.people,
        calendars: names.calendars,
        category_ids: names.categories.as_ref(),
        channel_ids: &channel_ids,
        topic_ids: names.topics.as_ref(),
        lists: names.lists,
    };
    for path in &paths {
        let file = TomlFile::read(path).map_err(|finding| vec![finding]);
        let loaded = file.and_then(|file| super::load_plan(&file, &known));
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
                plans.push(with_days(check, at, plan, holidays));
            }
            Err(findings) => check.findings.extend(findings),
        }
    }
    (plans, paths)
}

/// The plan with the business days of its calendar. Where no file of holidays is named, Monday to
/// Friday count.
fn with_days(
    check: &mut Check<'_>,
    at: &Spanned<PathBuf>,
    plan: Plan,
    holidays: Option<&BTreeMap<String, BusinessDays>>,
) -> Plan {
    let (Some(holidays), Some(name)) = (holidays, plan.calendar.as_ref()) else { return plan };
    let Some(days) = holidays.get(name) else {
        let what = format!("the plan `{}` names the unknown calendar `{name}`", plan.id);
        let known: Vec<&str> = holidays.keys().map(String::as_str).collect();
        check.error(at, what, did_you_mean(name, &known));
        return plan;
    };
    Plan { business_days: days.clone(), ..plan }
}

/// The `.toml` files of a directory, by name.
pub(super) fn toml_files(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
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
