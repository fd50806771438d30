//! Routes: which people and rooms hear of an alert or of a source, each once.

use std::collections::BTreeSet;

use crate::config::{About, Channel, Config, Route};
use crate::model::{Level, NoticeKind, Person, Recipient, Source};

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
    along(config, |about| match about {
        About::Alerts { topics, min_level } => {
            level >= *min_level && (topics.is_empty() || topics.iter().any(|id| id == topic))
        }
        About::Sources { .. } => false,
    })
}

/// Everybody whom the routes tell how this source is, as [`addresses`].
#[must_use]
pub fn operators(config: &Config, source: &Source) -> Vec<Address> {
    along(config, |about| match about {
        About::Sources { tags } => {
            tags.is_empty() || tags.iter().any(|tag| source.tags.contains(tag))
        }
        About::Alerts { .. } => false,
    })
}

/// Everybody whom the routes tell how all sources are, whatever their tags, as [`addresses`]; who looks
/// after some only, if nobody looks after all.
#[must_use]
pub fn overseers(config: &Config) -> Vec<Address> {
    let all = along(config, |about| matches!(about, About::Sources { tags } if tags.is_empty()));
    if all.is_empty() {
        return along(config, |about| matches!(about, About::Sources { .. }));
    }
    all
}

fn along(config: &Config, fits: impl Fn(&About) -> bool) -> Vec<Address> {
    let mut seen = BTreeSet::new();
    let routes = config.routes.iter().filter(|route| fits(&route.about));
    routes
        .flat_map(|route| reached(config, route))
        .filter(|address| seen.insert((address.channel.clone(), address.recipient.id.clone())))
        .collect()
}

fn reached<'c>(config: &'c Config, route: &'c Route) -> impl Iterator<Item = Address> + 'c {
    let people = route.people.iter().filter_map(|id| config.people.get(id));
    let mails = people.flat_map(|person| route.via.iter().filter_map(move |id| mail(id, person)));
    let rooms = route.rooms.iter().filter_map(|id| room(config, id));
    mails.chain(rooms)
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

/// The name of one message for ever: the same occasion of the same thread has the same key for the
/// same recipient, whatever crashes and retries lie between. 32 hex digits of BLAKE3. The occasion
/// of an alert is how many times it was told, this one included.
#[must_use]
pub fn idempotency_key(
    thread: &str,
    occasion: &str,
    kind: NoticeKind,
    address: &Address,
) -> String {
    let Address { channel, recipient } = address;
    let text = format!("{thread}\n{occasion}\n{}\n{channel}\n{}", kind.name(), recipient.id);
    let hash = blake3::hash(text.as_bytes()).to_hex();
    hash.as_str().chars().take(32).collect()
}
