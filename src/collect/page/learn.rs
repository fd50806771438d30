//! Which places of a page carry its headlines.

use std::collections::HashMap;

use super::anchors::Anchor;
use super::{GOOD, MAX_SELECTORS};

/// Good links that make a place one of headlines …
const ENOUGH: usize = 3;

/// … if they are at least this share of its links.
const SHARE: f64 = 0.3;

/// Two links are enough where each is worth so much.
const CERTAIN: f64 = 0.8;

/// A single link in a heading is the day's top story if it is worth so much.
const TOP_STORY: f64 = 0.65;

/// The selectors of the places that carry headlines, the richest first.
pub(super) fn selectors(anchors: &[Anchor]) -> Vec<String> {
    let mut places: HashMap<&str, Vec<&Anchor>> = HashMap::new();
    for anchor in anchors {
        places.entry(&anchor.place).or_default().push(anchor);
    }
    let mut rich: Vec<(usize, &str)> = places
        .into_iter()
        .filter(|(_, links)| is_rich(links))
        .map(|(place, links)| (good(&links), place))
        .collect();
    rich.sort_by_key(|(good, place)| (std::cmp::Reverse(*good), *place));
    rich.into_iter().take(MAX_SELECTORS).map(|(_, place)| place.to_owned()).collect()
}

fn good(links: &[&Anchor]) -> usize {
    links.iter().filter(|link| link.worth >= GOOD).count()
}

fn is_rich(links: &[&Anchor]) -> bool {
    let good = good(links);
    let is_top_story = |link: &&Anchor| link.heading && link.worth >= TOP_STORY;
    let is_pair = links.len() > 1 && links.iter().all(|link| link.worth >= CERTAIN);
    let most = good as f64 >= SHARE * links.len() as f64;
    most && (good >= ENOUGH || is_pair || links.iter().any(is_top_story))
}
