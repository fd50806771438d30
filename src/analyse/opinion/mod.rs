//! Opinion toward a target: where the words of opinion stand, how far each reaches a mention, and
//! the sum of it all, explained word by word.
//!
//! Depends on the literal search by its hits alone: byte ranges and what each entry means.

mod cues;
mod features;
mod layout;
pub mod model;
mod polarity;
mod rivals;
mod scope;
mod second;
mod window;

pub(super) use cues::{Marks, Reading, gap};
pub(super) use features::{Feature, features};
pub(super) use layout::{Layout, Place};
pub(super) use polarity::{Judgement, judge, learned};
pub use second::weigh_in;
pub(super) use window::windows;
