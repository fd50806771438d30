//! Text before and under matching: bytes decoded, HTML made plain, dates and addresses read; then
//! folded, with a way back to the original; words and scripts.
//!
//! Pure. Knows no rules and no languages beyond what Unicode says of a character.

mod charset;
mod date;
mod fold;
mod folded;
pub mod glob;
mod html;
mod sentences;
mod tokens;
mod tree;
mod url;

pub use charset::{Decoded, DocumentKind, decode};
pub use date::{DateContext, Written, day_order, read_date, read_date_in};
pub use fold::{fold, fold_onto};
pub use folded::{Folded, Walk};
pub use html::{lines, one_line, plain_text};
pub use sentences::sentences;
pub use tokens::{Kind, Token, is_han, is_spaced, kind, tokens, words};
pub use tree::tree;
pub use url::{is_tracking, same_site, without_tracking};
