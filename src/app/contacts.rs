//! Whether mail to the people of a plan would be taken, asked without sending any.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::timeout;

use crate::config::{Channel, Config};
use crate::model::Plan;
use crate::notify::SendError;
use crate::pipeline::Live;

/// Longer than any server takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// The shape of `atalaya drill PLAN --silent-contacts --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactsReport {
    /// The plan, by id.
    pub plan: String,
    /// Everybody who may hold a role, over each mail channel of the plan.
    pub contacts: Vec<ContactRow>,
}

/// Somebody over one channel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactRow {
    /// Person, by id.
    pub person: String,
    /// The roles that they may hold.
    pub roles: Vec<String>,
    /// The channel, by id.
    pub channel: String,
    /// What its server says.
    pub standing: Standing,
    /// In its own words, or what went wrong.
    pub answer: String,
}

/// What a mail server says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It takes mail for it.
    Taken,
    /// It does not.
    Refused,
    /// It did not say: it is away, or asks to come again.
    Unknown,
    /// It cannot be asked without sending: a directory, no address.
    Untried,
}

impl Standing {
    /// The name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Untried => "untried",
        }
    }
}

/// Asks for everybody in a plan: holders, deputies, and who is ever on call. None if there is no such plan.
pub async fn ask(live: &Live, plan: &str) -> Option<ContactsReport> {
    let config = &live.config;
    let plan = config.plans.iter().find(|known| known.id == plan)?;
    let channels = channels(config, plan);
    let mut contacts = Vec::new();
    for (person, roles) in people(config, plan) {
        for channel in &channels {
            let (standing, answer) = asked(live, channel, person).await;
            contacts.push(ContactRow {
                person: person.to_owned(),
                roles: roles.iter().map(|&role| role.to_owned()).collect(),
                channel: channel.id.clone(),
                standing,
                answer,
            });
        }
    }
    Some(ContactsReport { plan: plan.id.clone(), contacts })
}

async fn asked(live: &Live, channel: &Channel, person: &str) -> (Standing, String) {
    let address = live.config.people.get(person).and_then(|person| person.email.as_deref());
    let Some(address) = address else {
        return (Standing::Refused, "there is no mail address".to_owned());
    };
    let notifier = live.notifiers.get(&channel.id);
    let Some(asking) = notifier.and_then(|notifier| notifier.ask(address)) else {
        return (Standing::Untried, "a directory takes everything".to_owned());
    };
    match timeout(PATIENCE, asking).await {
        Ok(Ok(receipt)) => (Standing::Taken, receipt.answer),
        Ok(Err(error @ (SendError::Refused { .. } | SendError::Gone { .. }))) => {
            (Standing::Refused, error.to_string())
        }
        Ok(Err(error)) => (Standing::Unknown, error.to_string()),
        Err(_) => (Standing::Unknown, "no answer".to_owned()),
    }
}

/// Each with the roles that they may hold.
fn people<'c>(config: &'c Config, plan: &'c Plan) -> BTreeMap<&'c str, BTreeSet<&'c str>> {
    let mut people: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, role) in &plan.roles {
        let calendar = role.calendar.as_ref().and_then(|id| config.calendars.get(id));
        let turns = calendar.iter().flat_map(|it| &it.rotations).flat_map(|it| &it.people);
        let others = calendar.iter().flat_map(|it| &it.overrides).map(|it| &it.person);
        for person in [&role.primary, &role.backup].into_iter().chain(turns).chain(others) {
            people.entry(person).or_default().insert(key);
        }
    }
    people
}

/// The mail channels that the plan names, else the first that there is.
fn channels<'c>(config: &'c Config, plan: &Plan) -> Vec<&'c Channel> {
    let mail = || config.channels.iter().filter(|channel| channel.is_mail());
    let named =
        |channel: &&Channel| plan.escalation.iter().any(|row| row.via.contains(&channel.id));
    let named: Vec<&Channel> = mail().filter(named).collect();
    if named.is_empty() { mail().take(1).collect() } else { named }
}
