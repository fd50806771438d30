//! Text before and under matching: bytes decoded, HTML made plain, dates and addresses read; then
//! folded, with a way back to the original; words and scripts.
//!
//! Pure. Knows no rules and no languages beyond what Unicode says of a character.

mod charset;
mod date;
mod fold;
mod html;
mod tokens;
mod url;

pub use charset::{Decoded, DocumentKind, decode};
pub use date::{Written, read_date};
pub use fold::{Folded, fold};
pub use html::{Weight, lines, one_line, plain_text, weigh};
pub use tokens::{Token, is_han, tokens};
pub use url::{is_tracking, same_site, without_tracking};
