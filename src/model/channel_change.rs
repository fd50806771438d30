//! How channels are, as their messages fare, and what operators are told of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What became of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// Its receiver said that it is gone: nothing is sent to it until somebody enables it.
    Disabled,
    /// Nothing gets through.
    Failing,
    /// Messages were given up, while others may get through.
    Dropping,
    /// It takes messages again.
    Working,
}

impl ChannelState {
    /// All states, gravest first.
    pub const ALL: [Self; 4] = [Self::Disabled, Self::Failing, Self::Dropping, Self::Working];

    /// The name in JSON and in the keys of messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ChannelState::Disabled => "disabled",
            ChannelState::Failing => "failing",
            ChannelState::Dropping => "dropping",
            ChannelState::Working => "working",
        }
    }
}

/// How a channel fares, as its attempts tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelHealth {
    /// The channel, by id.
    pub channel: String,
    /// Attempts that failed since the last one that was accepted.
    pub failures: u32,
    /// When the first of these was.
    pub failing_since: Option<Timestamp>,
    /// When a message was last accepted.
    pub accepted_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Messages given up that operators have not heard of.
    pub dead_untold: u32,
    /// When the first of these was given up.
    pub dead_since: Option<Timestamp>,
    /// When operators were told that it fails; none while they think that it works.
    pub told_at: Option<Timestamp>,
    /// When operators last heard of messages that were given up.
    pub dead_told_at: Option<Timestamp>,
    /// When its receiver said that it is gone; none while messages are sent to it.
    pub disabled_at: Option<Timestamp>,
}

/// Channels that ceased to work, lost messages, or work again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelsNotice {
    /// Gravest first.
    pub changes: Vec<ChannelChange>,
}

/// A channel that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelChange {
    /// The channel, by id.
    pub id: String,
    /// What became of it.
    pub now: ChannelState,
    /// Since when.
    pub since: Timestamp,
    /// Attempts that failed in a row.
    pub failures: u32,
    /// Messages that wait.
    pub waiting: u32,
    /// Messages given up, of which this is the first news.
    pub dead: u32,
    /// Why; may quote what a server said.
    pub reason: Option<String>,
    /// Which channel takes its messages meanwhile.
    pub fallback: Option<String>,
}
