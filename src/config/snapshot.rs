//! The checked configuration: what the daemon runs by until the next reload.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::{
    Channel, ComplaintRules, Digest, Inhibit, InspectionTime, SecondReader, SeverityRules, Storm,
    Telling, TemplateFile,
};
use crate::model::query::Query;
use crate::model::{
    AnswerKey, BusinessDays, Calendar, Case, Keywords, Level, Locale, Media, Pace, Person, Plan,
    Policy, Scenario, SiteLayout, Source,
};
use crate::query::Lists;

/// Everything that files and environment say, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whose name is at stake.
    pub organisation: Organisation,
    /// Where articles and alerts are kept.
    pub database: Database,
    /// How long articles are kept.
    pub keep: Duration,
    /// How sources are polled.
    pub collect: Collect,
    /// How facts become a score, and a score a level.
    pub severity: SeverityRules,
    /// Who is asked where the rules are unsure, if anybody.
    pub second_reader: Option<SecondReader>,
    /// The status page, if it is served.
    pub web: Option<Web>,
    /// Where articles come from.
    pub sources: Vec<Arc<Source>>,
    /// Who owns which media, and which agencies they take their texts from.
    pub media: Media,
    /// What is known of single sites, by host.
    pub sites: BTreeMap<String, SiteLayout>,
    /// Where messages go out.
    pub channels: Vec<Channel>,
    /// The organisation's own wording of messages.
    pub templates: Vec<TemplateFile>,
    /// Who is told what.
    pub routes: Vec<Route>,
    /// Which alerts stand for others.
    pub inhibits: Vec<Inhibit>,
    /// How many alerts a recipient is told at once, if that is bounded.
    pub storm: Option<Storm>,
    /// What is told at a fixed time of the day.
    pub digests: Vec<Digest>,
    /// Who can be told, by id.
    pub people: BTreeMap<String, Person>,
    /// Who is on call, by id of the calendar.
    pub calendars: BTreeMap<String, Calendar>,
    /// Who is asked while nobody takes an alert, by id.
    pub policies: BTreeMap<String, Policy>,
    /// Customers' complaints, if they are taken in.
    pub complaints: Option<ComplaintRules>,
    /// Crisis plans.
    pub plans: Vec<Plan>,
    /// Their files.
    pub plan_files: Vec<PathBuf>,
    /// When they are inspected.
    pub inspection: InspectionTime,
    /// Business days, by calendar.
    pub holidays: BTreeMap<String, BusinessDays>,
    /// The library of cases.
    pub cases: Vec<Case>,
    /// What drills play.
    pub scenarios: Vec<Scenario>,
    /// Topics, categories, lexicons.
    pub keywords: Keywords,
    /// Lists of terms, for queries that are asked later.
    pub lists: Lists,
}

impl Config {
    /// What is known of the site of an address: of its host, else of the nearest domain above it.
    #[must_use]
    pub fn site(&self, url: &Url) -> Option<&SiteLayout> {
        super::sites::nearest(&self.sites, url.host_str()?)
    }
}

/// Whose name is at stake.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// As messages call it.
    pub name: String,
    /// Language where nobody says otherwise.
    pub locale: Locale,
    /// IANA zone where nobody says otherwise.
    pub time_zone: String,
}

/// Where articles and alerts are kept.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres {
        /// Without password.
        url: String,
        /// From a file or the environment.
        password: Option<SecretString>,
    },
}

/// How sources are polled.
#[derive(Debug, Clone)]
pub struct Collect {
    /// How site owners reach us, part of the User-Agent.
    pub contact: String,
    /// Least time between two requests to one host.
    pub host_gap: Duration,
    /// The least and the longest time between two polls of a source that does not say otherwise.
    pub pace: Pace,
    /// Whether the first poll of a source may alert, or only fills the archive.
    pub alert_on_history: bool,
    /// How long changes of sources' health are gathered into one message.
    pub health_group: Duration,
    /// How long a source must be failing or empty before people hear of it.
    pub health_after: Duration,
    /// Ports that public addresses are asked on; empty means any, none given the usual ones.
    pub ports: Option<Vec<u16>>,
    /// What was published longer ago is history whenever it turns up.
    pub max_age: Duration,
    /// Who is pinged while all is well, if anybody.
    pub heartbeat: Option<Heartbeat>,
}

/// A dead man's switch: somebody else's service that raises the alarm when the pings end.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    /// Asked by GET; a secret, since who knows it can ping.
    pub url: SecretString,
    /// Time between two pings.
    pub every: Duration,
    /// Whether it may be on a private or loopback address.
    pub allow_private: bool,
}

/// The status page and the endpoints for machines.
#[derive(Debug, Clone)]
pub struct Web {
    /// Address it is served on.
    pub listen: SocketAddr,
    /// As people reach it, for links in messages.
    pub public_url: Option<Url>,
    /// Links by which people take an alert.
    pub answers: Answers,
}

/// Links by which people take an alert.
#[derive(Debug, Clone)]
pub struct Answers {
    /// What seals them; none until the daemon has read or made `file`.
    pub key: Option<AnswerKey>,
    /// Where the daemon keeps a key of its own if none is configured.
    pub file: PathBuf,
    /// How long a link is good for.
    pub valid: Duration,
    /// Signs what Slack sends when a button is pressed there; none if nothing is heeded.
    pub slack: Option<SecretString>,
    /// Whether messages in Mattermost have a button whose presses its server tells of.
    pub mattermost: bool,
}

/// Who is told of what.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// What it carries.
    pub about: About,
    /// People told, each in their language.
    pub people: Vec<String>,
    /// Mail channels that reach the people.
    pub via: Vec<String>,
    /// Room channels told once each.
    pub rooms: Vec<String>,
    /// Who is asked while nobody takes the alert, by id of the policy.
    pub policy: Option<String>,
    /// Where it stands: `2`, and `2.1` for the first of its own.
    pub place: String,
    /// How it tells.
    pub telling: Telling,
    /// Whether the routes behind it see what it took.
    pub goes_on: bool,
    /// Its own routes, which are asked first: the one that takes it tells it instead.
    pub routes: Vec<Route>,
}

/// What a route carries.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// Alerts.
    Alerts {
        /// Topics it is for; none given means all.
        topics: Vec<String>,
        /// Least level.
        min_level: Level,
        /// What else its labels must say.
        matching: Option<Query>,
    },
    /// How sources are.
    Sources {
        /// Sources with one of these tags; none given means all.
        tags: Vec<String>,
    },
    /// What the inspection finds at the plans.
    Plans {
        /// Plans it is for, by id; none given means all.
        plans: Vec<String>,
    },
}
