//! Whether the log of incidents is whole: its chain, and that it makes of each plan the incident
//! that is stored.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Happening, Incident, IncidentEvent, IncidentId, Plan};
use crate::plan;
use crate::store::{StoreError, Transaction, incident_events, incidents};

/// Entries read at once.
const PAGE: u32 = 500;
/// Breaks that are told; where the chain is broken once, all behind it is broken.
const MOST: usize = 20;
/// Incidents that are held against their logs.
const INCIDENTS: u32 = 100_000;

/// What was found.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Verified {
    /// Whether nothing is broken.
    pub whole: bool,
    /// Entries in the log.
    pub entries: u32,
    /// Incidents with a log.
    pub incidents: u32,
    /// Incidents that are older than the log and to which nothing has happened since.
    pub without_log: u32,
    /// Hash of the last entry, hex; null without one. Kept elsewhere, it proves the log up to here.
    pub head: Option<String>,
    /// What is broken, at most 20.
    pub broken: Vec<Broken>,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Broken {
    /// The incident, by number or else by identifier; null where the whole log is meant.
    pub incident: Option<String>,
    /// Entry of the whole log, from 1; null where no entry is meant.
    pub entry: Option<u32>,
    /// What.
    pub what: String,
}

/// Reads the whole log and every incident. The hash `once` must have been its head at some time:
/// it shows that the log was not written anew, nor cut behind it.
///
/// # Errors
/// As the store's. What is broken is no error.
pub fn verify(tx: &mut dyn Transaction, once: Option<&str>) -> Result<Verified, StoreError> {
    let mut found = Verified::default();
    let mut logs: BTreeMap<String, Vec<IncidentEvent>> = BTreeMap::new();
    let seen = chain(tx, &mut found, &mut logs, once)?;
    if let (Some(once), false) = (once, seen) {
        found.note(None, None, format!("the log never had the head {once}"));
    }
    let stored = incidents::all(tx, INCIDENTS)?;
    for incident in &stored {
        let events = logs.remove(&incident.id.to_string());
        held(tx, &mut found, incident, events)?;
    }
    for id in logs.into_keys() {
        found.note(Some(id), None, "its log is there and the incident is not".to_owned());
    }
    found.whole = found.broken.is_empty();
    Ok(found)
}

impl Verified {
    fn note(&mut self, incident: Option<String>, entry: Option<u32>, what: String) {
        if self.broken.len() < MOST {
            self.broken.push(Broken { incident, entry, what });
        }
    }
}

/// The chain from its first entry to its last; gathers the events of each incident. Answers whether
/// the hash `once` is among its hashes.
fn chain(
    tx: &mut dyn Transaction,
    found: &mut Verified,
    logs: &mut BTreeMap<String, Vec<IncidentEvent>>,
    once: Option<&str>,
) -> Result<bool, StoreError> {
    let (mut after, mut seen) = (0, false);
    loop {
        let page = incident_events::page(tx, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(seen) };
        let end = last.n;
        for entry in page {
            let (n, id) = (Some(entry.n), Some(entry.incident_id.clone()));
            found.entries += 1;
            if entry.n != after + 1 {
                let gap = format!("entries {} to {} are missing", after + 1, entry.n - 1);
                found.note(None, n, gap);
            }
            if entry.hash != entry.sealed(found.head.as_deref()) {
                let what = "the hash does not fit what it says and what stands before";
                found.note(id.clone(), n, what.to_owned());
            }
            let log = logs.entry(entry.incident_id.clone()).or_default();
            if usize::try_from(entry.seq).ok() != Some(log.len() + 1) {
                found.note(id.clone(), n, format!("it is entry {} of the incident", entry.seq));
            }
            match entry.event() {
                Ok(event) if event.what.name() == entry.kind => log.push(event),
                Ok(_) => found.note(id, n, "its name is not that of what it says".to_owned()),
                Err(error) => found.note(id, n, error.to_string()),
            }
            seen |= once == Some(entry.hash.as_str());
            after = entry.n;
            found.head = Some(entry.hash);
        }
        after = end;
    }
}

/// Whether the log makes of the frozen plan the incident that is stored.
fn held(
    tx: &mut dyn Transaction,
    found: &mut Verified,
    incident: &Incident,
    events: Option<Vec<IncidentEvent>>,
) -> Result<(), StoreError> {
    let number = Some(incident.number.clone());
    let Some(events) = events else {
        if incident.life.events == 0 {
            found.without_log += 1;
        } else {
            found.note(number, None, "its log is missing".to_owned());
        }
        return Ok(());
    };
    found.incidents += 1;
    let Some(plan) = frozen(tx, found, incident.id, &events, number.as_ref())? else {
        return Ok(());
    };
    if events.len() != usize::try_from(incident.life.events).unwrap_or(usize::MAX) {
        let what = format!(
            "its log has {} entries and should have {}",
            events.len(),
            incident.life.events
        );
        found.note(number, None, what);
        return Ok(());
    }
    match plan::replay(&plan, &events) {
        Ok(Some(replayed)) if replayed == *incident => {}
        Ok(_) => {
            let what = "what is stored of it is not what its log says";
            found.note(number, None, what.to_owned());
        }
        Err((at, why)) => {
            found.note(number, None, format!("entry {at} of it cannot have happened: {why}"));
        }
    }
    Ok(())
}

/// The frozen plan, if it is the one that the log was begun with.
fn frozen(
    tx: &mut dyn Transaction,
    found: &mut Verified,
    id: IncidentId,
    events: &[IncidentEvent],
    number: Option<&String>,
) -> Result<Option<Plan>, StoreError> {
    let text = incidents::plan_text(tx, id)?.unwrap_or_default();
    let sum = blake3::hash(text.as_bytes()).to_hex().to_string();
    let bound = events.first().and_then(|event| match &event.what {
        Happening::Opened { plan, .. } | Happening::Found { plan, .. } => Some(plan),
        _ => None,
    });
    if bound != Some(&sum) {
        let what = "its frozen plan is not the one that it was opened with";
        found.note(number.cloned(), None, what.to_owned());
        return Ok(None);
    }
    match serde_json::from_str(&text) {
        Ok(plan) => Ok(Some(plan)),
        Err(error) => {
            found.note(number.cloned(), None, format!("its frozen plan cannot be read: {error}"));
            Ok(None)
        }
    }
}
