//! The single tables of the main file: organisation, store, collect, web.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::sources::{self, History};
use super::value::{Check, SecretRef};
use super::{Answers, Collect, Database, Heartbeat, Organisation, Web};
use crate::model::{AnswerKey, Locale, Pace};

const HOST_GAP: Duration = Duration::from_secs(1);
/// Between two polls of a source that does not say otherwise.
const PACE: Pace = Pace { min: Duration::from_mins(2), max: Duration::from_hours(1) };
const DAY: Duration = Duration::from_hours(24);
const MAX_AGE: Duration = Duration::from_hours(7 * 24);
const KEEP: Duration = Duration::from_hours(400 * 24);
/// Less than this, and stories that still go on would lose their beginning.
const LEAST_KEEP: Duration = Duration::from_hours(7 * 24);
const HEARTBEAT: Duration = Duration::from_mins(5);
/// A ping more often than this tells nothing more.
const LEAST_HEARTBEAT: Duration = Duration::from_secs(1);
/// Long enough for an outage to reach every source that is polled meanwhile, short enough to act on.
const HEALTH_GROUP: Duration = Duration::from_secs(30);
/// A weekend, and the Monday after it.
const ANSWER_VALID: Duration = Duration::from_hours(3 * 24);
const LEAST_ANSWER_VALID: Duration = Duration::from_mins(5);
/// Characters.
const LEAST_ANSWER_KEY: usize = 32;
/// A blank that passes sooner alarms nobody.
const HEALTH_AFTER: Duration = Duration::from_mins(15);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOrganisation {
    name: Spanned<String>,
    #[serde(default)]
    language: Locale,
    time_zone: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStore {
    url: Option<Spanned<String>>,
    password: Option<Spanned<SecretRef>>,
    keep: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCollect {
    contact: Option<Spanned<String>>,
    host_gap: Option<Spanned<String>>,
    min_interval: Option<Spanned<String>>,
    max_interval: Option<Spanned<String>>,
    #[serde(default)]
    history: History,
    max_age: Option<Spanned<String>>,
    heartbeat: Option<Spanned<SecretRef>>,
    heartbeat_every: Option<Spanned<String>>,
    #[serde(default)]
    heartbeat_allow_private: bool,
    health_group: Option<Spanned<String>>,
    health_after: Option<Spanned<String>>,
    ports: Option<Vec<u16>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWeb {
    listen: Spanned<String>,
    public_url: Option<Spanned<String>>,
    answer_key: Option<Spanned<SecretRef>>,
    answer_valid: Option<Spanned<String>>,
    slack_signing_secret: Option<Spanned<SecretRef>>,
    mattermost_buttons: Option<Spanned<bool>>,
}

impl RawWeb {
    /// Whether it says how people reach the page, well or badly.
    pub fn has_public_url(&self) -> bool {
        self.public_url.is_some()
    }
}

pub(super) fn organisation(check: &mut Check<'_>, raw: &RawOrganisation) -> Organisation {
    if raw.name.get_ref().trim().is_empty() {
        check.error(&raw.name, "the organisation has no name", "write the name that messages use");
    }
    let time_zone = raw.time_zone.as_ref().map(|zone| time_zone(check, zone));
    Organisation {
        name: raw.name.get_ref().clone(),
        locale: raw.language,
        time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()),
    }
}

/// An IANA zone name, or a finding and UTC.
pub(super) fn time_zone(check: &mut Check<'_>, at: &Spanned<String>) -> String {
    let name = at.get_ref();
    if jiff::tz::TimeZone::get(name).is_err() {
        let what = format!("`{name}` is not a time zone");
        check.error(at, what, "write an IANA name such as `Europe/Madrid`");
    }
    name.clone()
}

/// How long articles are kept.
pub(super) fn keep(check: &mut Check<'_>, raw: &RawStore) -> Duration {
    check.at_least(raw.keep.as_ref(), KEEP, LEAST_KEEP, "write `7d` or more")
}

pub(super) fn database(check: &mut Check<'_>, raw: RawStore) -> Option<Database> {
    let password = raw.password.as_ref().map(|at| check.secret(at));
    let Some(at) = raw.url else {
        return Some(Database::Sqlite(check.path(Path::new("../data/atalaya.db"))));
    };
    let remedy = "write `sqlite:path/to/file.db` or `postgres://user@host/database`";
    if let Some(path) = at.get_ref().strip_prefix("sqlite:") {
        let path = check.path(&PathBuf::from(path));
        return Some(Database::Sqlite(path));
    }
    match Url::parse(at.get_ref()) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
            if url.password().is_some() {
                check.error(
                    &at,
                    "the URL holds a password",
                    "take it out and write `password = { file = \"…\" }`",
                );
            }
            let password = match password {
                Some(None) => return None,
                password => password.flatten(),
            };
            Some(Database::Postgres { url: at.into_inner(), password })
        }
        _ => {
            let scheme = at.get_ref().split(':').next().unwrap_or_default();
            check.error(&at, format!("`{scheme}` is not a store that atalaya knows"), remedy);
            None
        }
    }
}

pub(super) fn collect(check: &mut Check<'_>, raw: &RawCollect) -> Collect {
    let contact = raw.contact.as_ref().map(|at| {
        if at.get_ref().chars().any(|c| !c.is_ascii_graphic()) {
            check.error(
                at,
                "the contact must be one word of ASCII",
                "write a mail address or a URL",
            );
        }
        at.get_ref().clone()
    });
    Collect {
        contact: contact.unwrap_or_default(),
        host_gap: check.duration(raw.host_gap.as_ref(), HOST_GAP),
        pace: sources::bounds(
            check,
            raw.min_interval.as_ref(),
            raw.max_interval.as_ref(),
            PACE,
            true,
        ),
        alert_on_history: raw.history == History::Alert,
        max_age: check.at_least(raw.max_age.as_ref(), MAX_AGE, DAY, "write `1d` or more"),
        heartbeat: heartbeat(check, raw),
        health_group: check.duration(raw.health_group.as_ref(), HEALTH_GROUP),
        health_after: check.duration(raw.health_after.as_ref(), HEALTH_AFTER),
        ports: raw.ports.clone(),
    }
}

fn heartbeat(check: &mut Check<'_>, raw: &RawCollect) -> Option<Heartbeat> {
    let every = raw.heartbeat_every.as_ref();
    let every = check.at_least(every, HEARTBEAT, LEAST_HEARTBEAT, "write `1s` or more");
    let allow_private = raw.heartbeat_allow_private;
    let url = secret_url(check, raw.heartbeat.as_ref()?, allow_private)?;
    Some(Heartbeat { url, every, allow_private })
}

/// An address that is itself a secret: never quoted. Plain http only within the house.
fn secret_url(
    check: &mut Check<'_>,
    at: &Spanned<SecretRef>,
    allow_private: bool,
) -> Option<SecretString> {
    let secret = check.secret(at)?;
    let good = Url::parse(secret.expose_secret()).is_ok_and(|url| {
        url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && allow_private))
    });
    let valid = if good { Ok(()) } else { Err("what it names is not an https URL".to_owned()) };
    let remedy = "put the full https:// address there (http only with `heartbeat_allow_private`)";
    check.take(at, valid, remedy)?;
    Some(secret)
}

/// `data` is the directory of what the daemon keeps.
pub(super) fn web(check: &mut Check<'_>, raw: &RawWeb, data: &Path) -> Option<Web> {
    let answers = answers(check, raw, data);
    let listen = raw
        .listen
        .get_ref()
        .parse()
        .map_err(|_| format!("`{}` is not an IP address with a port", raw.listen.get_ref()));
    let listen = check.take(&raw.listen, listen, "write IP and port, e.g. `127.0.0.1:8087`")?;
    let public_url = raw.public_url.as_ref().and_then(|at| http_url(check, at));
    Some(Web { listen, public_url, answers: answers? })
}

fn answers(check: &mut Check<'_>, raw: &RawWeb, data: &Path) -> Option<Answers> {
    let valid = raw.answer_valid.as_ref();
    let valid = check.at_least(valid, ANSWER_VALID, LEAST_ANSWER_VALID, "write `5m` or more");
    let key = match &raw.answer_key {
        None => None,
        Some(at) => {
            let secret = check.secret(at)?;
            let long = secret.expose_secret().len() >= LEAST_ANSWER_KEY;
            let enough = long.then_some(()).ok_or_else(|| "what it names is too short".to_owned());
            check.take(at, enough, "put 32 random characters or more there")?;
            Some(AnswerKey::of(secret.expose_secret()))
        }
    };
    let slack = match &raw.slack_signing_secret {
        None => None,
        Some(at) => Some(check.secret(at)?),
    };
    let mattermost = raw.mattermost_buttons.as_ref();
    if let Some(at) = mattermost.filter(|at| *at.get_ref() && raw.public_url.is_none()) {
        let what = "Mattermost cannot know where to tell of a button: there is no `public_url`";
        check.error(at, what, "write `public_url`, as the Mattermost server reaches this page");
    }
    let mattermost = mattermost.is_some_and(|at| *at.get_ref());
    Some(Answers { key, file: data.join("answer.key"), valid, slack, mattermost })
}

/// The directory of what the daemon keeps: that of its database, or the usual one.
pub(super) fn data_directory(check: &Check<'_>, database: Option<&Database>) -> PathBuf {
    match database {
        Some(Database::Sqlite(path)) => path.parent().unwrap_or(Path::new("")).to_owned(),
        _ => check.path(Path::new("../data")),
    }
}

/// An http or https URL without user or password, or a finding.
pub(super) fn http_url(check: &mut Check<'_>, at: &Spanned<String>) -> Option<Url> {
    let full = "write the full address, such as `https://example.org/rss`";
    let (what, remedy) = match Url::parse(at.get_ref()) {
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            ("this is not a full web address".to_owned(), full)
        }
        Err(error) => (format!("this is not a web address: {error}"), full),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => (
            "the address holds a user or a password, which messages and logs would tell".to_owned(),
            "take them out",
        ),
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => return Some(url),
        Ok(url) => (format!("`{}:` addresses cannot be fetched", url.scheme()), full),
    };
    check.error(at, what, remedy);
    None
}
