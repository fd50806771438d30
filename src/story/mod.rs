//! Which articles tell one event, decided as they arrive: copies first, then stories.
//!
//! Pure: no clock, no archive; the caller inserts what it committed, and restores the state from
//! the archive at start the same way. A decision is never revised, so a story keeps its name.
//! Not done: joining across languages beyond the names and numbers that are spelt alike.

mod clusterer;
mod copies;
mod terms;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use clusterer::{Clusterer, Settings, StoryItem};
pub use terms::Names;
