//! The query language: what analysts write, read into a [`crate::model::Query`].
//!
//! One grammar (docs/query-language.md) for topics, categories, silences, the search of the archive and
//! backtests. Pure: text in, tree or error with its place out. Looks at no article: that is the work
//! of `analyse`.

mod index;
mod narrow;
mod term;

pub use index::{INDEX_VERSION, index_words};
pub use narrow::{Ranges, narrow, ranges};
pub use term::{any_of, term};
