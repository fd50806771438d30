//! Crisis plans in action: which plan fits a story, and the life of the incident that follows.
//!
//! Pure: plans, facts and `now` are arguments; nothing is stored or sent here, and nobody is told.
//! Sources: the state machines of the crisis design; Chinese and European four-colour levels.

mod incident;
mod trigger;

#[cfg(test)]
mod tests;

pub use incident::{Origin, activate, confirm_overdue, open, raise};
pub use trigger::{Facts, choose, triggered};
