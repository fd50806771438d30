//! What operators hear of channels, and who stands in where one does not get a message through.

use jiff::{SignedDuration, Timestamp};

use super::routing::{Address, mail, overseers, room};
use crate::config::{Channel, Config, Fallback};
use crate::model::{ChannelHealth, ChannelState, Delivery, NoticeId};

/// So many attempts must fail in a row, over so long a time, before a channel counts as failing.
const FAILURES: u32 = 3;
const FAILING_FOR: SignedDuration = SignedDuration::from_secs(60);
/// Losses are gathered so long, and told at most so often.
const GATHER: SignedDuration = SignedDuration::from_secs(5);
const LOSSES_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Whether nothing gets through a channel.
#[must_use]
pub fn is_failing(health: &ChannelHealth, now: Timestamp) -> bool {
    let long = health.failing_since.is_some_and(|since| now.duration_since(since) >= FAILING_FOR);
    health.disabled_at.is_some() || (health.failures >= FAILURES && long)
}

/// What became of a channel that operators have not heard of; and since when.
#[must_use]
pub fn channel_news(health: &ChannelHealth, now: Timestamp) -> Option<(ChannelState, Timestamp)> {
    let ripe = |since: Timestamp| now.duration_since(since) >= GATHER;
    let again = health.dead_told_at.is_none_or(|told| now.duration_since(told) >= LOSSES_EVERY);
    if let Some(since) = health.disabled_at {
        let untold = health.told_at.is_none_or(|told| told < since) && ripe(since);
        return untold.then_some((ChannelState::Disabled, since));
    }
    match (health.told_at, health.failing_since, health.dead_since, health.accepted_at) {
        (None, Some(since), ..) if is_failing(health, now) => Some((ChannelState::Failing, since)),
        (Some(told), None, _, Some(accepted)) if accepted > told => {
            Some((ChannelState::Working, accepted))
        }
        (_, _, Some(since), _) if health.dead_untold > 0 && ripe(since) && again => {
            Some((ChannelState::Dropping, since))
        }
        _ => None,
    }
}

/// What is to be told of each channel, once one of them is news: what would be news in a moment comes along, so
/// that servers which fall together are one message.
#[must_use]
pub fn news_of_channels(
    healths: &[ChannelHealth],
    now: Timestamp,
) -> Vec<Option<(ChannelState, Timestamp)>> {
    let ripe = healths.iter().any(|health| channel_news(health, now).is_some());
    let soon = now.checked_add(GATHER).ok().filter(|_| ripe).unwrap_or(now);
    healths.iter().map(|health| channel_news(health, soon)).collect()
}

/// Everybody who looks after the daemon, over channels that are not among `broken`.
#[must_use]
pub fn channel_operators(config: &Config, broken: &[&str]) -> Vec<Address> {
    let mut all = overseers(config);
    all.retain(|address| !broken.contains(&address.channel.as_str()));
    all
}

/// Who is told over the fallback in place of a delivery's recipient: the room, or the person by
/// their mail, or whom the configuration names for a room.
#[must_use]
pub fn stand_ins(config: &Config, fallback: &Fallback, delivery: &Delivery) -> Vec<Address> {
    let id = fallback.channel.as_str();
    let Some(channel) = config.channels.iter().find(|channel| channel.id == id) else {
        return Vec::new();
    };
    if !Channel::is_mail(channel) {
        let mut address = room(config, id);
        if let Some(address) = &mut address {
            address.recipient.name.clone_from(&delivery.recipient.name);
        }
        return address.into_iter().collect();
    }
    let person = config.people.get(&delivery.recipient.id).filter(|_| fallback.people.is_empty());
    let named = fallback.people.iter().filter_map(|id| config.people.get(id));
    person.into_iter().chain(named).filter_map(|person| mail(id, person)).collect()
}

/// The key of a message that stands in: whichever deliveries of a notice fall back on one recipient,
/// they are one message. 32 hex digits of BLAKE3.
#[must_use]
pub fn fallback_key(notice: NoticeId, address: &Address) -> String {
    let Address { channel, recipient, .. } = address;
    let text = format!("fallback\n{notice}\n{channel}\n{}", recipient.id);
    let hash = blake3::hash(text.as_bytes()).to_hex();
    hash.as_str().chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::channel_news;
    use crate::model::{ChannelHealth, ChannelState};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn health() -> ChannelHealth {
        ChannelHealth {
            channel: "mail".to_owned(),
            failures: 0,
            failing_since: None,
            accepted_at: Some(at(0)),
            last_error: None,
            dead_untold: 0,
            dead_since: None,
            told_at: None,
            dead_told_at: None,
            disabled_at: None,
        }
    }

    #[test]
    fn a_blink_is_no_news_and_each_change_is_told_once() {
        use ChannelState::{Disabled, Dropping, Failing, Working};
        let failing = ChannelHealth { failures: 3, failing_since: Some(at(100)), ..health() };
        let told = ChannelHealth { told_at: Some(at(170)), ..failing.clone() };
        let mended = ChannelHealth {
            failures: 0,
            failing_since: None,
            accepted_at: Some(at(300)),
            ..told.clone()
        };
        let lost = ChannelHealth { dead_untold: 2, dead_since: Some(at(100)), ..health() };
        let heard = ChannelHealth { dead_told_at: Some(at(90)), ..lost.clone() };
        let gone = ChannelHealth { disabled_at: Some(at(100)), ..lost.clone() };
        for (name, health, now, expected) in [
            ("gone, and a loss with it", gone.clone(), 105, Some((Disabled, at(100)))),
            (
                "gone is told once",
                ChannelHealth { told_at: Some(at(110)), ..gone.clone() },
                900,
                None,
            ),
            (
                "gone while it failed",
                ChannelHealth { told_at: Some(at(90)), ..gone },
                105,
                Some((Disabled, at(100))),
            ),
            ("well", health(), 500, None),
            ("a blink", failing.clone(), 159, None),
            ("two failures", ChannelHealth { failures: 2, ..failing.clone() }, 500, None),
            ("failing", failing, 160, Some((Failing, at(100)))),
            ("told", told.clone(), 500, None),
            ("mended", mended, 301, Some((Working, at(300)))),
            ("a loss is gathered", lost.clone(), 104, None),
            ("a loss", lost, 105, Some((Dropping, at(100)))),
            ("losses within the hour", heard.clone(), 3_000, None),
            ("losses after the hour", heard, 3_690, Some((Dropping, at(100)))),
            (
                "a loss while it fails",
                ChannelHealth { dead_untold: 1, dead_since: Some(at(400)), ..told },
                500,
                Some((Dropping, at(400))),
            ),
        ] {
            assert_eq!(channel_news(&health, at(now)), expected, "{name}");
        }
    }
}
