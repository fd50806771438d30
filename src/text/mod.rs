//! Text as matching sees it: folded, with a way back to the original; words and scripts.
//!
//! Pure. Knows no rules and no languages beyond what Unicode says of a character.

mod fold;
mod tokens;

pub use fold::{Folded, fold};
pub use tokens::{Token, is_han, tokens};
