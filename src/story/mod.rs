//! Which articles tell one event, decided as they arrive: copies first, then stories.
//!
//! Pure: no clock, no archive; the caller inserts what it committed, and restores the state from
//! the archive at start. A decision is never revised here, so a story keeps its name.

mod bursts;
mod chart;
mod clusterer;
mod concepts;
mod copies;
mod credits;
mod digest;
mod han_names;
mod hash;
mod language;
mod likeness;
mod postings;
mod rarity;
mod settings;
mod spread;
mod terms;
mod vocabulary;
mod waves;
mod window;

#[cfg(test)]
mod tests;

pub use bursts::{Burst, History, bursts, silence, surface_terms};
pub use chart::svg;
pub use clusterer::{Clusterer, StoryItem};
pub use credits::{credit_ends, credited_agency};
pub use settings::Settings;
pub use spread::{Carried, Claim, spread};
pub use terms::Names;
pub use waves::{Inflow, Usual, wave};
