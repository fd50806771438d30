//! A configuration made ready for work: rules compiled, the HTTP client and the channels built.
//! A reload builds a whole new one before the old one goes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::analyse::Engine;
use crate::config::Config;
use crate::guard;
use crate::model::Source;
use crate::notify::{self, Notifier, TemplateFault, Wording};
use crate::story::Names;

/// Everything that workers use of a configuration.
pub struct Live {
    /// The configuration.
    pub config: Arc<Config>,
    /// Its sources, by id.
    pub sources: HashMap<String, Arc<Source>>,
    /// Its rules and lexicons.
    pub engine: Engine,
    /// The names that are watched.
    pub names: Arc<Names>,
    /// The HTTP client for the outside world.
    pub client: Arc<guard::Client>,
    /// Senders, by channel.
    pub notifiers: BTreeMap<String, Arc<dyn Notifier>>,
}

/// Why a checked configuration still cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The rules do not compile.
    #[error("the rules do not compile: {0}")]
    Rules(String),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
    /// Templates of the organisation's own do not work; at least one.
    #[error("{}", faults(.0))]
    Templates(Vec<TemplateFault>),
    /// A channel cannot be built.
    #[error("channel `{channel}` cannot be built: {what}")]
    Channel {
        /// Which.
        channel: String,
        /// Why, free of secrets.
        what: String,
    },
}

fn faults(faults: &[TemplateFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Live {
    /// Builds everything. CPU work: some milliseconds per thousand terms.
    ///
    /// # Errors
    /// What cannot be built; nothing is kept then.
    pub fn build(config: Config) -> Result<Self, LiveError> {
        let engine = Engine::compile(&config.keywords)
            .map_err(|error| LiveError::Rules(error.to_string()))?;
        let usual = guard::Limits::default();
        let limits = guard::Limits {
            host_gap: config.collect.host_gap,
            ports: config.collect.ports.clone().unwrap_or_else(|| usual.ports.clone()),
            ..usual
        };
        let client = guard::Client::new(limits, &user_agent(&config.collect.contact))
            .map_err(|error| LiveError::Client(error.to_string()))?;
        let client = Arc::new(client);
        let wording = Wording::build(&config.templates, &config.channels);
        let wording = Arc::new(wording.map_err(LiveError::Templates)?);
        let mut notifiers = BTreeMap::new();
        for channel in &config.channels {
            let notifier =
                notify::build(channel, Arc::clone(&client), &wording).map_err(|error| {
                    LiveError::Channel { channel: channel.id.clone(), what: error.to_string() }
                })?;
            notifiers.insert(channel.id.clone(), Arc::from(notifier));
        }
        let names = Arc::new(watched(&config));
        let sources = config.sources.iter();
        let sources = sources.map(|source| (source.id.clone(), Arc::clone(source))).collect();
        Ok(Self { config: Arc::new(config), sources, engine, names, client, notifiers })
    }
}

/// What the organisation is called in the topics that alert.
#[must_use]
pub fn watched(config: &Config) -> Names {
    let topics = config.keywords.topics.iter().filter(|topic| topic.alerts);
    let terms = topics.flat_map(|topic| &topic.rules).flat_map(|rule| rule.names.terms());
    Names::of(terms.map(|term| term.text.as_str()))
}

fn user_agent(contact: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    if contact.is_empty() {
        format!("Atalaya/{version}")
    } else {
        format!("Atalaya/{version} (+{contact})")
    }
}
