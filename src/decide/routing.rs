//! Routes: which people and rooms hear of an alert or of a source, each once, and how.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::labels::holds;
use crate::config::{About, Channel, Config, Digest, Route};
use crate::model::{Label, Labels, Level, NoticeKind, Person, QuietHours, Recipient, Source};

/// A recipient and the channel that reaches them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Address {
    /// Channel, by id.
    pub channel: String,
    /// To whom.
    pub recipient: Recipient,
    /// When they are not to be disturbed; rooms never sleep.
    pub quiet: Option<QuietHours>,
}

impl Address {
    /// From when on a message of this level may go out: at once, or when the recipient's quiet hours end.
    #[must_use]
    pub fn not_before(&self, level: Option<Level>, now: Timestamp) -> Timestamp {
        let until = self.quiet.and_then(|quiet| quiet.until(&self.recipient.time_zone, level, now));
        until.unwrap_or(now)
    }
}

/// A route that an alert goes along, and whom it reaches there.
#[derive(Debug, Clone, PartialEq)]
pub struct Path<'c> {
    /// The route.
    pub route: &'c Route,
    /// Whoever hears of it there and not on an earlier route; nobody if the route leads into a digest.
    pub addresses: Vec<Address>,
}

/// The routes that an alert goes along, in their order. A route whose own routes take the alert gives
/// it to them; a route without `continue` keeps it from those behind it.
#[must_use]
pub fn paths<'c>(config: &'c Config, labels: &Labels) -> Vec<Path<'c>> {
    let mut taken = Vec::new();
    take(&config.routes, labels, &mut taken);
    let mut seen = BTreeSet::new();
    let mut paths = Vec::with_capacity(taken.len());
    for route in taken {
        let mut addresses = Vec::new();
        if route.telling.digest.is_none() {
            addresses = reached(config, &route.people, &route.via, &route.rooms);
            addresses.retain(|address| seen.insert(name(address)));
        }
        let asks = route.policy.is_some();
        if route.telling.digest.is_some() || asks || !addresses.is_empty() {
            paths.push(Path { route, addresses });
        }
    }
    paths
}

/// Whether a route took it.
fn take<'c>(routes: &'c [Route], labels: &Labels, taken: &mut Vec<&'c Route>) -> bool {
    let before = taken.len();
    for route in routes.iter().filter(|route| fits(route, labels)) {
        if !take(&route.routes, labels, taken) {
            taken.push(route);
        }
        if !route.goes_on {
            break;
        }
    }
    taken.len() > before
}

fn fits(route: &Route, labels: &Labels) -> bool {
    match &route.about {
        About::Alerts { topics, min_level, matching } => {
            labels.level >= *min_level
                && (topics.is_empty() || topics.contains(&labels.topic))
                && matching.as_ref().is_none_or(|query| holds(query, labels))
        }
        About::Sources { .. } | About::Plans { .. } => false,
    }
}

/// What the alerts of a group have in common: the same for all of them, another for all others.
#[must_use]
pub fn group_key(path: &Path<'_>, labels: &Labels) -> String {
    let Path { route, addresses } = path;
    let common = route.telling.group_by.iter();
    let common = common.map(|&label| format!("{}={}", label.name(), labels.value(label)));
    let readers = addresses.iter().map(|it| format!("{} {}", it.channel, it.recipient.id));
    let lines: Vec<String> =
        std::iter::once(route.place.clone()).chain(common).chain(readers).collect();
    short_hash(&lines.join("\n"))
}

/// The values that two alerts must agree in.
#[must_use]
pub fn equal_key(labels: &Labels, equal: &[Label]) -> String {
    let values: Vec<String> = equal.iter().map(|&label| labels.value(label)).collect();
    short_hash(&values.join("\n"))
}

/// Everybody whom the routes tell how this source is: each pair of channel and recipient once.
#[must_use]
pub fn operators(config: &Config, source: &Source) -> Vec<Address> {
    along(config, |about| match about {
        About::Sources { tags } => {
            tags.is_empty() || tags.iter().any(|tag| source.tags.contains(tag))
        }
        About::Alerts { .. } | About::Plans { .. } => false,
    })
}

/// Everybody whom the routes tell how all sources are, whatever their tags, as [`operators`]; who looks
/// after some only, if nobody looks after all.
#[must_use]
pub fn overseers(config: &Config) -> Vec<Address> {
    let all = along(config, |about| matches!(about, About::Sources { tags } if tags.is_empty()));
    if all.is_empty() {
        return along(config, |about| matches!(about, About::Sources { .. }));
    }
    all
}

/// Everybody who hears what the inspection finds at a plan, each once: whom the routes about it tell (about all plans
/// for what no plan covers), and these people by mail. Whoever looks after all sources, where that is nobody.
#[must_use]
pub fn keepers(config: &Config, plan: Option<&str>, people: &[String]) -> Vec<Address> {
    let mut all = along(config, |about| match about {
        About::Plans { plans } => {
            plans.is_empty() || plan.is_some_and(|plan| plans.iter().any(|it| it == plan))
        }
        About::Alerts { .. } | About::Sources { .. } => false,
    });
    all.extend(called(config, people, &[]));
    if all.is_empty() {
        return overseers(config);
    }
    let mut seen = BTreeSet::new();
    all.retain(|address| seen.insert(name(address)));
    all
}

fn along(config: &Config, fits: impl Fn(&About) -> bool) -> Vec<Address> {
    let routes = config.routes.iter().filter(|route| fits(&route.about));
    let mut seen = BTreeSet::new();
    routes
        .flat_map(|route| reached(config, &route.people, &route.via, &route.rooms))
        .filter(|address| seen.insert(name(address)))
        .collect()
}

/// Everybody who gets a digest.
#[must_use]
pub fn readers(config: &Config, digest: &Digest) -> Vec<Address> {
    let mut seen = BTreeSet::new();
    let mut all = reached(config, &digest.people, &digest.via, &digest.rooms);
    all.retain(|address| seen.insert(name(address)));
    all
}

fn name(address: &Address) -> (String, String) {
    (address.channel.clone(), address.recipient.id.clone())
}

fn reached(config: &Config, people: &[String], via: &[String], rooms: &[String]) -> Vec<Address> {
    let people = people.iter().filter_map(|id| config.people.get(id));
    let mails = people.flat_map(|person| via.iter().filter_map(move |id| mail(id, person)));
    let rooms = rooms.iter().filter_map(|id| room(config, id));
    mails.chain(rooms).collect()
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
        quiet: person.quiet,
    })
}

/// People over the mail channels among `via` and each room among them once. Without a mail channel
/// there the people are written to over the first that is configured.
#[must_use]
pub fn called<'p>(
    config: &Config,
    people: impl IntoIterator<Item = &'p String>,
    via: &[String],
) -> Vec<Address> {
    let mails = |channel: &&Channel| channel.is_mail();
    let named = |channel: &&Channel| via.contains(&channel.id);
    let mut channels: Vec<&Channel> = config.channels.iter().filter(named).filter(mails).collect();
    if channels.is_empty() {
        channels.extend(config.channels.iter().find(mails));
    }
    let people: Vec<&Person> = people.into_iter().filter_map(|id| config.people.get(id)).collect();
    let each = |channel: &Channel| {
        people.iter().filter_map(|person| mail(&channel.id, person)).collect::<Vec<_>>()
    };
    let mut addresses: Vec<Address> = channels.into_iter().flat_map(each).collect();
    let rooms = config.channels.iter().filter(named).filter(|channel| !channel.is_mail());
    addresses.extend(rooms.filter_map(|channel| room(config, &channel.id)));
    addresses
}

/// A room by its channel.
pub(super) fn room(config: &Config, id: &str) -> Option<Address> {
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
        quiet: None,
    })
}

/// A recipient that was written down, over the same channel, with the quiet hours that they have now.
#[must_use]
pub fn to(config: &Config, channel: String, recipient: Recipient) -> Address {
    let is_person = config.channels.iter().any(|it| it.id == channel && it.is_mail());
    let person = config.people.get(&recipient.id).filter(|_| is_person);
    Address { quiet: person.and_then(|person| person.quiet), channel, recipient }
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
    let Address { channel, recipient, .. } = address;
    short_hash(&format!("{thread}\n{occasion}\n{}\n{channel}\n{}", kind.name(), recipient.id))
}

fn short_hash(text: &str) -> String {
    let hash = blake3::hash(text.as_bytes()).to_hex();
    hash.as_str().chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::{Path, group_key, paths};
    use crate::config::{self, Config};
    use crate::decide::samples::labels;
    use crate::model::{Labels, Level};

    /// A configuration with these routes.
    fn configuration(routes: &str) -> Config {
        let shipped = env!("CARGO_MANIFEST_DIR");
        let text = format!(
            "keywords = \"{shipped}/keywords\"\npeople = \"{shipped}/config/people.toml\"\n\
             [organisation]\nname = \"Banco\"\n\
             [[channel]]\nid = \"mail\"\nkind = \"maildir\"\ndirectory = \"mail\"\nfrom = \"a@b.example\"\n\
             [[channel]]\nid = \"post\"\nkind = \"maildir\"\ndirectory = \"post\"\nfrom = \"a@b.example\"\n\
             {routes}\n\
             [[digest]]\nid = \"morning\"\npeople = [\"chen.yu\"]\nvia = [\"mail\"]\nat = \"07:30\"\n\
             [[source]]\nid = \"d\"\nurl = \"https://d.example/\"\n"
        );
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("atalaya.toml");
        std::fs::write(&path, text).expect("written");
        config::load(&path).unwrap_or_else(|findings| panic!("{findings:?}")).0
    }

    /// Where the alert goes: `place:recipient,recipient@channel`.
    fn told(config: &Config, labels: &Labels) -> Vec<String> {
        let show = |path: &Path<'_>| {
            let to = path.addresses.iter().map(|it| format!("{}@{}", it.recipient.id, it.channel));
            let digest = path.route.telling.digest.iter().map(|id| format!("digest {id}"));
            format!("{}: {}", path.route.place, to.chain(digest).collect::<Vec<_>>().join(" "))
        };
        paths(config, labels).iter().map(show).collect()
    }

    #[test]
    fn every_route_at_the_top_that_fits_tells_it_to_each_once() {
        let config = configuration(
            "[[route]]\ntopics = [\"banco-almenara\"]\npeople = [\"carmen.saez\"]\nvia = [\"mail\"]\n\
             [[route]]\nmin_level = \"orange\"\npeople = [\"carmen.saez\", \"lin.min\"]\nvia = [\"mail\"]\n",
        );
        let told = |topic, level| told(&config, &labels(topic, level));
        assert_eq!(told("banco-almenara", Level::Blue), ["1: carmen.saez@mail"]);
        assert_eq!(told("banco-almenara", Level::Red), ["1: carmen.saez@mail", "2: lin.min@mail"]);
        assert_eq!(told("sector", Level::Red), ["2: carmen.saez@mail lin.min@mail"]);
        assert!(told("sector", Level::Yellow).is_empty());
    }

    const TREE: &str = r#"
[[route]]
people = ["carmen.saez"]
via = ["mail"]
group_by = "story"
group_wait = "1m"
[[route.route]]
match = "level:red"
people = ["elena.ruiz"]
group_by = "none"
continue = true
[[route.route]]
match = "category:solvency AND lang:es"
people = ["pablo.nieto"]
via = ["post"]
repeat = "30m"
[[route.route.route]]
match = "region:madrid"
[[route.route]]
match = "level:blue"
digest = "morning"
[[route]]
match = "topic:sector"
continue = false
digest = "morning"
[[route]]
people = ["lin.min"]
via = ["mail"]
"#;

    #[test]
    fn a_route_gives_it_to_the_first_of_its_own_that_takes_it() {
        let config = configuration(TREE);
        let mut alert = labels("banco-almenara", Level::Yellow);
        assert_eq!(told(&config, &alert), ["1: carmen.saez@mail", "3: lin.min@mail"]);
        alert.level = Level::Red;
        assert_eq!(told(&config, &alert), ["1.1: elena.ruiz@mail", "3: lin.min@mail"]);
        alert.categories = vec!["fraud".to_owned(), "solvency".to_owned()];
        alert.language = Some("es-MX".to_owned());
        assert_eq!(
            told(&config, &alert),
            ["1.1: elena.ruiz@mail", "1.2: pablo.nieto@post", "3: lin.min@mail"]
        );
        alert.region = Some("Madrid".to_owned());
        assert_eq!(told(&config, &alert)[1], "1.2.1: pablo.nieto@post");
        let blue = labels("sector", Level::Blue);
        assert_eq!(told(&config, &blue), ["1.3: digest morning", "2: digest morning"]);
    }

    #[test]
    fn how_it_is_told_is_inherited() {
        let config = configuration(TREE);
        let top = &config.routes[0];
        let (red, solvency) = (&top.routes[0].telling, &top.routes[1].routes[0].telling);
        assert!(red.group_by.is_empty() && red.repeat.is_none());
        assert_eq!(solvency.group_by, top.telling.group_by);
        assert_eq!(solvency.group_wait, top.telling.group_wait);
        assert_eq!(solvency.repeat.map(|time| time.as_secs()), Some(30 * 60));
        assert_eq!(config.routes[2].telling.group_by, []);
    }

    #[test]
    fn alerts_of_one_story_are_one_group() {
        let config = configuration(TREE);
        let one = labels("banco-almenara", Level::Yellow);
        let raised = Labels { level: Level::Orange, ..one.clone() };
        let other = labels("banco-almenara", Level::Yellow);
        let key = |labels: &Labels| group_key(&paths(&config, labels)[0], labels);
        assert_eq!(key(&one), key(&raised));
        assert_ne!(key(&one), key(&other));
    }
}
