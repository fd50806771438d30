//! Which articles tell one event, decided as they arrive: copies first, then stories.
//!
//! Pure: no clock, no archive; the caller inserts what it committed, and restores the state from
//! the archive at start. A decision is never revised here, so a story keeps its name.

mod bursts;
mod chart;
mod clusterer;
mod concepts;
mod copies;
mod digest;
mod hash;
mod language;
mod postings;
mod settings;
mod spread;
mod terms;
mod vocabulary;
mod window;

#[cfg(test)]
mod tests;

pub use bursts::{Burst, History, bursts, silence, surface_terms};
pub use chart::svg;
pub use clusterer::{Clusterer, StoryItem};
pub use settings::Settings;
pub use spread::{Carried, spread};
pub use terms::Names;
