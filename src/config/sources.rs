//! `[[source]]`: where articles come from.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::settings::http_url;
use super::value::Check;
use crate::model::{Pace, PrivateAccess, Reach, Source, SourceKind};

const INTERVAL: Duration = Duration::from_mins(5);
/// Shorter than this a public site will rightly complain.
const POLITE_INTERVAL: Duration = Duration::from_secs(30);
/// Reach of a source that nobody has judged.
const UNKNOWN_TIER: u8 = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
    id: Spanned<String>,
    name: Option<String>,
    #[serde(default)]
    kind: RawKind,
    url: Spanned<String>,
    links: Option<Spanned<String>>,
    language: Option<String>,
    region: Option<String>,
    tier: Option<Spanned<i64>>,
    owner: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    business_line: Option<String>,
    interval: Option<Spanned<String>>,
    #[serde(default)]
    allow_private: bool,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    #[default]
    Feed,
    Page,
}

pub(super) fn sources(
    check: &mut Check<'_>,
    raw: &[RawSource],
    alert_on_history: bool,
) -> Vec<Source> {
    let mut seen = BTreeSet::new();
    let mut sources = Vec::new();
    for raw in raw {
        if !seen.insert(raw.id.get_ref()) {
            check.error(
                &raw.id,
                format!("the source id `{}` is used twice", raw.id.get_ref()),
                "give it another id",
            );
        }
        sources.extend(source(check, raw, alert_on_history));
    }
    sources
}

fn source(check: &mut Check<'_>, raw: &RawSource, alert_on_history: bool) -> Option<Source> {
    let url = http_url(check, &raw.url)?;
    let kind = source_kind(check, raw)?;
    let tier = raw.tier.as_ref().map_or(UNKNOWN_TIER, |at| {
        if !(1..=3).contains(at.get_ref()) {
            check.error(
                at,
                format!("{} is not a tier", at.get_ref()),
                "write 1 (widest reach), 2 or 3",
            );
        }
        u8::try_from(*at.get_ref()).unwrap_or(UNKNOWN_TIER)
    });
    let interval = check.duration(raw.interval.as_ref(), INTERVAL);
    if let Some(at) = &raw.interval
        && interval < POLITE_INTERVAL
        && !raw.allow_private
    {
        check.warn(at, "polls a public site more than twice a minute", "write `1m` or more");
    }
    let name = raw.name.clone().unwrap_or_else(|| raw.id.get_ref().clone());
    Some(Source {
        id: raw.id.get_ref().clone(),
        owner: raw.owner.clone().unwrap_or_else(|| name.clone()),
        name,
        kind,
        url,
        language: raw.language.clone(),
        region: raw.region.clone(),
        tier,
        tags: raw.tags.clone(),
        business_line: raw.business_line.clone(),
        pace: Pace::fixed(interval.max(Duration::from_millis(100))),
        reach: Reach {
            private: if raw.allow_private { PrivateAccess::All } else { PrivateAccess::None },
            proxy: None,
        },
        obey_robots: true,
        alert_on_history,
    })
}

fn source_kind(check: &mut Check<'_>, raw: &RawSource) -> Option<SourceKind> {
    match (raw.kind, &raw.links) {
        (RawKind::Feed, None) => Some(SourceKind::Feed),
        (RawKind::Feed, Some(at)) => {
            check.error(at, "`links` is for pages only", "remove it, or write `kind = \"page\"`");
            None
        }
        (RawKind::Page, None) => {
            let what = "a page needs `links`, the CSS selector of its links to articles";
            check.error(&raw.id, what, "add e.g. `links = \"h2 a\"`");
            None
        }
        (RawKind::Page, Some(at)) => {
            if scraper::Selector::parse(at.get_ref()).is_err() {
                let what = format!("`{}` is not a CSS selector", at.get_ref());
                check.error(at, what, "write e.g. `h2 a` for the links in second headings");
                return None;
            }
            Some(SourceKind::Page { links: Some(at.get_ref().clone()) })
        }
    }
}
