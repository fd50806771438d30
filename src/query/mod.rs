//! The query language: what analysts write, read into a [`crate::model::query::Query`].
//!
//! One grammar (docs/query-language.md) for topics, categories, silences, the search of the archive and
//! backtests. Pure: text in, tree or error with its place out. Looks at no article: that is the work
//! of `analyse`.

mod error;
mod index;
mod lint;
mod lists;
mod names;
mod narrow;
mod operand;
mod parse;
mod print;
mod term;
mod token;

pub use error::{Doubt, QueryError};
pub use index::{INDEX_VERSION, index_words};
pub use lint::{covers, implies, needs_something, never_holds};
pub use lists::{Entry, ListError, Lists};
pub use narrow::{Ranges, narrow, ranges};
pub use operand::is_short;
pub use parse::{Parsed, Reading, Subject, parse};
pub use print::print;
pub use term::{any_but, any_of, listed, term};

#[cfg(test)]
mod tests;
