//! One name in one text, for whoever asks about it by itself.

use std::ops::Range;

use super::matching::{Rules, Scratch};
use crate::model::query::{Document, Query};
use crate::query::term;

/// Where a name stands in a text, in characters, however it is written there; nowhere if it has no letter.
#[must_use]
pub fn occurrences_of(text: &str, name: &str) -> Vec<Range<usize>> {
    let Ok(rules) = Rules::compile([(&Query::Term(term(name)), None)]) else { return Vec::new() };
    let document = Document { body: text, ..Document::default() };
    let mut scratch = Scratch::default();
    let found = rules.matches(&document, &mut scratch);
    let places = found.queries.iter().flat_map(|&query| found.places(query));
    places.map(|place| place.chars).collect()
}
