//! Pages that list articles, without a selector: the links that look like articles are found, and the
//! places where they stand learned as CSS selectors, which are used next time too. Pure.

mod anchors;
mod learn;
mod place;
mod worth;

use std::collections::HashMap;

use scraper::{Html, Selector};
use serde::{Deserialize, Serialize};
use url::Url;

use super::document::ReadError;
use crate::model::{Feed, FeedEntry};
use crate::text::{self, DocumentKind};

use anchors::{Anchor, gather};

/// A page on which fewer links look like articles lists none.
const MIN_LINKS: usize = 3;

/// Selectors that are remembered.
const MAX_SELECTORS: usize = 24;

/// A link that is taken wherever it stands.
const GOOD: f64 = 0.5;

/// A link that is taken among good ones.
const FAIR: f64 = 0.35;

/// Share of good links that makes fair ones beside them good enough.
const GOOD_COMPANY: f64 = 0.6;

/// What is remembered of a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Learned {
    selectors: Vec<String>,
    /// Links that they found, at best.
    found: usize,
}

/// The entries of a page and what was learned of it, to be given back next time.
///
/// # Errors
/// If it is too heavy to parse, or nothing on it looks like an article.
pub(super) fn read(
    body: &[u8],
    content_type: Option<&str>,
    url: &Url,
    memory: Option<&str>,
) -> Result<(Feed, String), ReadError> {
    let decoded = text::decode(body, content_type, DocumentKind::Html);
    let Some(page) = text::tree(&decoded.text) else {
        return Err(ReadError::Refused("too many or too deeply nested tags".to_owned()));
    };
    let anchors = gather(&page, &super::list::base_of(&page, url));
    let before: Learned =
        memory.and_then(|memory| serde_json::from_str(memory).ok()).unwrap_or_default();
    let mut warnings = Vec::new();
    let fresh = learn::selectors(&anchors);
    let still = taken(&page, &anchors, &before.selectors).len();
    let learned = if still * 3 < before.found {
        warnings.push(format!(
            "the page has changed: of {} links to articles {still} are left in their places; learned again",
            before.found
        ));
        Learned { selectors: fresh, found: 0 }
    } else {
        let new = fresh.into_iter().filter(|selector| !before.selectors.contains(selector));
        let selectors = before.selectors.iter().cloned().chain(new);
        Learned { selectors: selectors.take(MAX_SELECTORS).collect(), found: before.found }
    };
    let links = taken(&page, &anchors, &learned.selectors);
    if links.len() < MIN_LINKS {
        return Err(ReadError::Empty(nothing(before.found)));
    }
    let found = links.len().max(learned.found);
    let memory = serde_json::to_string(&Learned { found, ..learned }).unwrap_or_default();
    let entries = links.into_iter().map(entry).collect();
    let encoding = Some(decoded.encoding);
    Ok((Feed { encoding, entries, warnings, ..Feed::default() }, memory))
}

fn nothing(before: usize) -> String {
    let remedy = "name the links with `links`, a CSS selector";
    if before == 0 {
        format!("no links on the page look like articles: {remedy}")
    } else {
        format!(
            "no links on the page look like articles any more ({before} did): it may have been \
             redesigned; {remedy}"
        )
    }
}

fn entry(anchor: &Anchor) -> FeedEntry {
    FeedEntry {
        title: Some(anchor.title.clone()),
        link: Some(anchor.link.to_string()),
        published: anchor.published.clone(),
        ..FeedEntry::default()
    }
}

/// The links that selectors find and that are worth it, each page once with its best headline, in the
/// order of the page.
fn taken<'a>(page: &Html, anchors: &'a [Anchor], selectors: &[String]) -> Vec<&'a Anchor> {
    let places: HashMap<_, _> =
        anchors.iter().enumerate().map(|(at, anchor)| (anchor.node, at)).collect();
    let mut is_taken = vec![false; anchors.len()];
    for selector in selectors.iter().filter_map(|selector| Selector::parse(selector).ok()) {
        let found: Vec<usize> =
            page.select(&selector).filter_map(|link| places.get(&link.id()).copied()).collect();
        let worth = |at: &usize| anchors.get(*at).map_or(0.0, |anchor| anchor.worth);
        let good = found.iter().filter(|at| worth(at) >= GOOD).count();
        let least = if good as f64 >= GOOD_COMPANY * found.len() as f64 { FAIR } else { GOOD };
        for at in found.iter().filter(|at| worth(at) >= least) {
            if let Some(place) = is_taken.get_mut(*at) {
                *place = true;
            }
        }
    }
    let mut best: Vec<&Anchor> = Vec::new();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (anchor, _) in anchors.iter().zip(is_taken).filter(|(_, is_taken)| *is_taken) {
        match seen.get(anchor.key.as_str()).and_then(|at| best.get_mut(*at)) {
            Some(other) if anchor.worth > other.worth => *other = anchor,
            Some(_) => {}
            None => {
                seen.insert(&anchor.key, best.len());
                best.push(anchor);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests;
