//! `[[source]]`: where articles come from, in the main file and in files of their own.

mod files;
mod kind;
mod raw;
mod reach;
mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::value::Check;
use super::{Collect, Finding};
use crate::model::{Keywords, Media, Pace, Source};

pub(super) use files::Directory;
use kind::Kind;
pub(super) use raw::{History, RawDefaults, RawSource};
use raw::{Robots, Text};

/// Shorter than this a public site will rightly complain.
const POLITE_INTERVAL: Duration = Duration::from_secs(30);
/// Shorter than this nothing is gained.
const LEAST_INTERVAL: Duration = Duration::from_millis(100);
/// Reach of a source that nobody has judged.
const UNKNOWN_TIER: u8 = 3;

/// The sources of all files.
pub(super) struct Sources<'a> {
    collect: &'a Collect,
    media: &'a Media,
    /// None if the keyword files are broken.
    keywords: Option<&'a Keywords>,
    /// Where each id stands.
    places: BTreeMap<String, String>,
    found: Vec<Arc<Source>>,
}

impl<'a> Sources<'a> {
    pub fn new(collect: &'a Collect, media: &'a Media, keywords: Option<&'a Keywords>) -> Self {
        Self { collect, media, keywords, places: BTreeMap::new(), found: Vec::new() }
    }

    /// Adds the sources of one file.
    pub fn add(&mut self, check: &mut Check<'_>, raw: &[RawSource], defaults: &RawDefaults) {
        let before = check.findings.len();
        for raw in raw {
            self.take_id(check, &raw.id, raw.id.get_ref().clone());
            self.one(check, raw, defaults);
        }
        // What is wrong in the defaults is found with each source that has them.
        let mut told = BTreeSet::new();
        let added = check.findings.split_off(before);
        let is_new = |finding: &Finding| told.insert((finding.span.start, finding.what.clone()));
        check.findings.extend(added.into_iter().filter(is_new));
    }

    /// Whether no file holds a source, not even a broken one.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn into_found(self) -> Vec<Arc<Source>> {
        self.found
    }

    fn take_id(&mut self, check: &mut Check<'_>, at: &Text, id: String) {
        let (line, _) = check.file.place(at.span().start);
        let here = format!("{}:{line}", check.file.name());
        if id.trim().is_empty() {
            check.error(at, "the source has a blank id", "give it a name");
        } else if let Some(first) = self.places.get(&id) {
            let what = format!("the source id `{id}` is taken by {first}");
            check.error(at, what, "give one of the two another id");
        } else {
            self.places.insert(id, here);
        }
    }

    /// A source, or one for each topic that it is searched for.
    fn one(&mut self, check: &mut Check<'_>, raw: &RawSource, defaults: &RawDefaults) {
        let kind = kind::kind(check, raw);
        let Some(source) = self.common(check, raw, defaults) else { return };
        match kind {
            None => {}
            Some(Kind::Direct(kind)) => {
                if let Some(url) = kind::direct_url(check, &raw.url) {
                    self.found.push(Arc::new(Source { kind, url, ..source }));
                }
            }
            Some(Kind::Search(join)) => {
                let Some(keywords) = self.keywords else { return };
                for source in search::expand(check, raw, &join, &source, keywords) {
                    self.take_id(check, &raw.id, source.id.clone());
                    self.found.push(Arc::new(source));
                }
            }
        }
    }

    /// Everything but kind and URL.
    fn common(
        &self,
        check: &mut Check<'_>,
        raw: &RawSource,
        defaults: &RawDefaults,
    ) -> Option<Source> {
        let id = raw.id.get_ref().clone();
        let name = raw.name.clone().unwrap_or_else(|| id.clone());
        let language = raw.language.as_ref().or(defaults.language.as_ref());
        let region = raw.region.as_ref().or(defaults.region.as_ref());
        let tier = raw.tier.as_ref().or(defaults.tier.as_ref());
        let url = url::Url::parse(raw.url.get_ref()).ok();
        let outlet = url.as_ref().and_then(|url| self.media.outlet(url.host_str()?));
        let owner = raw.owner.clone().or(defaults.owner.clone());
        let reach = reach::reach(check, raw);
        let is_public =
            reach.as_ref().is_some_and(|reach| *reach == crate::model::Reach::default());
        let pace = pace(check, raw, defaults, self.collect, is_public);
        let stale_after = raw.stale_after.as_ref().or(defaults.stale_after.as_ref());
        let source = Source {
            owner: owner
                .or_else(|| outlet.map(|outlet| outlet.owner.clone()))
                .unwrap_or_else(|| name.clone()),
            language: language.map(|at| checked_language(check, at)),
            region: region.map(|at| at.get_ref().clone()),
            tier: tier
                .map(|at| checked_tier(check, at))
                .or(outlet.and_then(|outlet| outlet.tier))
                .unwrap_or(UNKNOWN_TIER),
            tags: raw.tags.clone().or(defaults.tags.clone()).unwrap_or_default(),
            business_line: raw.business_line.clone().or(defaults.business_line.clone()),
            pace,
            stale_after: stale_after.map(|at| check.duration(Some(at), Duration::ZERO)),
            reach: reach?,
            obey_robots: raw.robots != Some(Robots::Ignore),
            alert_on_history: raw
                .history
                .map_or(self.collect.alert_on_history, |history| history == History::Alert),
            name,
            ..Source::unlisted(&id)
        };
        Some(source)
    }
}

pub(super) fn checked_tier(check: &mut Check<'_>, at: &toml::Spanned<i64>) -> u8 {
    if !(1..=3).contains(at.get_ref()) {
        let what = format!("{} is not a tier", at.get_ref());
        check.error(at, what, "write 1 (widest reach), 2 or 3");
    }
    u8::try_from(*at.get_ref()).unwrap_or(UNKNOWN_TIER)
}

/// The shape of BCP-47: a language of two or three letters, then parts of up to eight.
fn checked_language(check: &mut Check<'_>, at: &Text) -> String {
    let mut parts = at.get_ref().split('-');
    let language = parts.next().unwrap_or_default();
    let is_language =
        matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !is_language || !parts.all(is_part) {
        let what = format!("`{}` is not a language", at.get_ref());
        check.error(at, what, "write a BCP-47 tag such as `es`, `en-GB` or `zh-Hant`");
    }
    at.get_ref().clone()
}

/// The bounds of the interval: the source's own keys, else those of its file, else `[collect]`.
fn pace(
    check: &mut Check<'_>,
    raw: &RawSource,
    defaults: &RawDefaults,
    collect: &Collect,
    is_public: bool,
) -> Pace {
    let own = raw.interval.is_some() || raw.min_interval.is_some() || raw.max_interval.is_some();
    let fixed = if own { raw.interval.as_ref() } else { defaults.interval.as_ref() };
    if let (Some(at), true) =
        (raw.interval.as_ref(), raw.min_interval.is_some() || raw.max_interval.is_some())
    {
        let what = "`interval` fixes both bounds, and one of them is given too";
        check.error(at, what, "keep either `interval`, or `min_interval` and `max_interval`");
    }
    if let Some(at) = fixed {
        let interval = interval(check, at, is_public);
        return Pace::fixed(interval);
    }
    let least = raw.min_interval.as_ref().or(defaults.min_interval.as_ref());
    let longest = raw.max_interval.as_ref().or(defaults.max_interval.as_ref());
    bounds(check, least, longest, collect.pace, is_public)
}

/// Two bounds over others; where only one is given, the other gives way.
pub(super) fn bounds(
    check: &mut Check<'_>,
    least: Option<&Text>,
    longest: Option<&Text>,
    default: Pace,
    is_public: bool,
) -> Pace {
    let min = least.map(|at| interval(check, at, is_public));
    let max = longest.map(|at| interval(check, at, is_public));
    if let (Some(at), Some(low), Some(high)) = (longest, min, max)
        && low > high
    {
        let what = "`max_interval` is shorter than `min_interval`";
        check.error(at, what, "let it be as long or longer");
    }
    let low = min.unwrap_or(default.min).min(max.unwrap_or(Duration::MAX));
    Pace { min: low, max: max.unwrap_or(default.max).max(low) }
}

fn interval(check: &mut Check<'_>, at: &Text, is_public: bool) -> Duration {
    let interval = check.duration(Some(at), POLITE_INTERVAL);
    if interval < POLITE_INTERVAL && is_public {
        check.warn(at, "polls a public site more than twice a minute", "write `1m` or more");
    }
    interval.max(LEAST_INTERVAL)
}
