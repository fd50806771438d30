//! Every text that people read, in Spanish, English and Chinese (`phrases.toml`).
//!
//! Knows the words of the model and nothing else. Never decides what is told, only how it is said.

mod catalogue;
mod facts;
mod names;
mod troubles;
mod waves;

pub use catalogue::{count, fill, text};
pub use facts::{fact, verdict};
pub use names::{
    adjustment, alert_event, alert_state, audience, delivery_state, drill_mark, evidence_kind,
    field, health, held_why, incident_state, level, month, part, polarity, reason, reminder,
    step_state,
};
pub use troubles::{trouble, trouble_remedy};
pub use waves::{wave, wave_headline};
