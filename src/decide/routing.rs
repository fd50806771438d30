//! Routes: which people and rooms hear of an alert, each once.

use std::collections::BTreeSet;

use crate::config::{Channel, Config};
use crate::model::{AlertId, Level, NoticeKind, Person, Recipient};

/// A recipient and the channel that reaches them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Channel, by id.
    pub channel: String,
    /// To whom.
    pub recipient: Recipient,
}

/// Everybody whom the routes send an alert of this topic and level to: each pair of channel and
/// recipient once, in the order of the routes.
#[must_use]
pub fn addresses(config: &Config, topic: &str, level: Level) -> Vec<Address> {
    let mut seen = BTreeSet::new();
    let mut addresses = Vec::new();
    let matching = config.routes.iter().filter(|route| {
        level >= route.min_level
            && (route.topics.is_empty() || route.topics.iter().any(|id| id == topic))
    });
    for route in matching {
        let people = route.people.iter().filter_map(|id| config.people.get(id));
        let mails =
            people.flat_map(|person| route.via.iter().filter_map(move |id| mail(id, person)));
        let rooms = route.rooms.iter().filter_map(|id| room(config, id));
        addresses.extend(mails.chain(rooms).filter(|address| {
            seen.insert((address.channel.clone(), address.recipient.id.clone()))
        }));
    }
    addresses
}

/// A person over a mail channel; none if they have no address (configuration refuses that).
#[must_use]
pub fn mail(channel: &str, person: &Person) -> Option<Address> {
    Some(Address {
        channel: channel.to_owned(),
        recipient: Recipient {
            id: person.id.clone(),
            address: person.email.clone()?,
            name: person.name.clone(),
            locale: person.locale,
            time_zone: person.time_zone.clone(),
        },
    })
}

fn room(config: &Config, id: &str) -> Option<Address> {
    let Channel { id, locale, time_zone, .. } =
        config.channels.iter().find(|channel| channel.id == id)?;
    Some(Address {
        channel: id.clone(),
        recipient: Recipient {
            id: id.clone(),
            address: id.clone(),
            name: id.clone(),
            locale: *locale,
            time_zone: time_zone.clone(),
        },
    })
}

/// The name of one message for ever: the same alert told the same time to the same recipient has
/// the same key, whatever crashes and retries lie between. 32 hex digits of BLAKE3.
#[must_use]
pub fn idempotency_key(alert: AlertId, told: u32, kind: NoticeKind, address: &Address) -> String {
    let kind = match kind {
        NoticeKind::Alert => "alert",
        NoticeKind::Steps => "steps",
    };
    let text = format!("{alert}\n{told}\n{kind}\n{}\n{}", address.channel, address.recipient.id);
    let hash = blake3::hash(text.as_bytes()).to_hex();
    hash.as_str().chars().take(32).collect()
}
