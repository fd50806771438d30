//! What the daemon does, as it happens: for progress bars and the demo's live view, never for
//! decisions. The store holds the truth.

use crate::model::{AttemptOutcome, Delivery};

use super::outcome::Judged;

/// Something that just happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A source was polled.
    Polled {
        /// The source, by id.
        source: String,
        /// New entries, or why there are none.
        result: Result<u32, String>,
    },
    /// An article was read, judged and committed.
    Judged(Box<Judged>),
    /// An attempt at a delivery ended.
    Sent {
        /// The message.
        delivery: Box<Delivery>,
        /// How it ended.
        outcome: AttemptOutcome,
    },
}
