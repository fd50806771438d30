//! Polls one source: what it announces, and when to ask again.
//!
//! Reads feeds of every dialect, sitemaps, pages that list articles and JSON. Never fetches an article, never stores
//! anything, never decides whether an entry is new: that is the store's `key`.

mod document;
mod edit;
mod entries;
mod feed;
mod health;
mod json_list;
mod key;
mod list;
mod page;
mod poll;
mod rhythm;
mod schedule;
mod sitemap;

pub use document::{Announced, Document, ReadError, read};
pub use edit::is_material;
pub use entries::{Announcement, entries_of, is_old};
pub use feed::{FeedError, read_feed};
pub use health::{Change, Examined, Finding, examine};
pub use key::canonical_key;
pub use list::check_selector;
pub use poll::{Failure, Poll, PollResult, Wish, poll};
pub use rhythm::usual_gap;
pub use schedule::next_check;
pub use sitemap::slug_title;

/// Documents in a row that stopped their reader after which a source is quarantined.
const QUARANTINE: u32 = 3;
