//! Crisis plans in action: which plan fits a story, and the life of the incident that follows.
//!
//! An incident is what the events of its log make of a plan ([`apply`], [`replay`]); what the
//! clock brings is told by [`due`] and [`wakes_at`], whom an event concerns by [`effects`].
//!
//! Pure: plans, facts and `now` are arguments; nothing is stored or sent here, and nobody is told.
//! Sources: the state machines of the crisis design; Chinese and European four-colour levels.

mod chase;
mod clock;
mod duties;
mod effects;
mod life;
mod on_call;
mod people;
mod refusal;
mod rehearsal;
mod roll_call;
mod scorecard;
mod statement;
mod steps;
mod surprise;
mod timers;
mod trigger;

#[cfg(test)]
mod drill_tests;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod tests;

pub use chase::{Rung, Whom, awaited, holder, ladder};
pub use effects::{Effect, effects, everybody};
pub use life::{apply, opening, replay, rise};
pub use on_call::on_duty;
pub use refusal::Refusal;
pub use rehearsal::{Rehearsal, Seen};
pub use roll_call::{Called, concerned, roll_call};
pub use scorecard::{FailedMessage, Measure, PersonTime, Reached, Scorecard, scorecard};
pub use statement::{StatementStanding, fill, pending, statement, statements};
pub use surprise::surprise;
pub use timers::{due, wakes_at};
pub use trigger::{Facts, choose, triggered};
