//! The log of incidents: append only, each entry bound to all before it by its hash.
//!
//! The hash of an entry is BLAKE3 over the hash of the entry before (32 zero bytes for the first)
//! and the entry's row as a JSON array `[n, incident_id, seq, at, person, kind, body]`, with `at`
//! in milliseconds and `body` the stored text: any change of any row, and any row that is missing
//! in the middle, breaks the chain there. The end of the chain cannot prove itself: incidents count
//! their events, and situation reports carry the head to where the database cannot reach.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::{DeliveryId, Happening, IncidentEvent, IncidentId, Through};

const COLUMNS: &str = "n, incident_id, seq, at, person, kind, body, hash";

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the whole log, from 1.
    pub n: u32,
    /// The incident.
    pub incident_id: String,
    /// Its place in the log of the incident, from 1.
    pub seq: u32,
    /// When, milliseconds since 1970 UTC.
    pub at: i64,
    /// Who; none for the program.
    pub person: Option<String>,
    /// What, by name.
    pub kind: String,
    /// What, as JSON.
    pub body: String,
    /// Hash of this and all before, hex.
    pub hash: String,
}

/// What the body holds beside what happened.
#[derive(serde::Serialize, serde::Deserialize)]
struct Aside {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    through: Option<Through>,
}

/// The body of an entry.
#[derive(serde::Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    what: &'a Happening,
    #[serde(flatten)]
    aside: Aside,
}

impl Entry {
    /// The hash that the entry must have behind one with the hash `before` (none for the first).
    #[must_use]
    pub fn sealed(&self, before: Option<&str>) -> String {
        let row = serde_json::json!([
            self.n,
            self.incident_id,
            self.seq,
            self.at,
            self.person,
            self.kind,
            self.body
        ]);
        let mut hasher = blake3::Hasher::new();
        let before = before.and_then(|hash| blake3::Hash::from_hex(hash).ok());
        hasher.update(before.map_or([0; 32], |hash| *hash.as_bytes()).as_slice());
        hasher.update(row.to_string().as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    /// What happened.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if it says nothing that this program knows.
    pub fn event(&self) -> Result<IncidentEvent, StoreError> {
        let mismatch = |what: String| {
            StoreError::Mismatch(format!("entry {} of the log of incidents: {what}", self.n))
        };
        let what: Happening =
            serde_json::from_str(&self.body).map_err(|error| mismatch(error.to_string()))?;
        let at =
            Timestamp::from_millisecond(self.at).map_err(|error| mismatch(error.to_string()))?;
        let Aside { through } =
            serde_json::from_str(&self.body).map_err(|error| mismatch(error.to_string()))?;
        Ok(IncidentEvent { at, by: self.person.clone(), what, through })
    }
}

/// Appends what happened to an incident as its entry number `seq`. Answers the hash.
///
/// # Errors
/// [`StoreError::Conflict`] if something else was appended meanwhile.
pub fn append(
    tx: &mut dyn Transaction,
    incident: IncidentId,
    seq: u32,
    event: &IncidentEvent,
) -> Result<String, StoreError> {
    let before = head(tx)?;
    let body = Body { what: &event.what, aside: Aside { through: event.through.clone() } };
    let body =
        serde_json::to_string(&body).map_err(|error| StoreError::Mismatch(error.to_string()))?;
    let mut entry = Entry {
        n: before.as_ref().map_or(1, |entry| entry.n.saturating_add(1)),
        incident_id: incident.to_string(),
        seq,
        at: event.at.as_millisecond(),
        person: event.by.as_ref().map(|by| by.replace('\0', "")),
        kind: event.what.name().to_owned(),
        body: body.replace('\0', ""),
        hash: String::new(),
    };
    entry.hash = entry.sealed(before.as_ref().map(|entry| entry.hash.as_str()));
    tx.execute(
        "INSERT INTO incident_event (n, incident_id, seq, at, person, kind, body, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            entry.n,
            &entry.incident_id,
            entry.seq,
            entry.at,
            entry.person.as_ref(),
            &entry.kind,
            &entry.body,
            &entry.hash
        ],
    )?;
    Ok(entry.hash)
}

/// The last entry, if there is one.
///
/// # Errors
/// As [`Transaction::query`].
pub fn head(tx: &mut dyn Transaction) -> Result<Option<Entry>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM incident_event ORDER BY n DESC LIMIT 1");
    tx.query(&sql, &[])?.first().map(read).transpose()
}

/// Up to `limit` entries behind number `after` of the whole log, in their order.
///
/// # Errors
/// As [`Transaction::query`].
pub fn page(tx: &mut dyn Transaction, after: u32, limit: u32) -> Result<Vec<Entry>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM incident_event WHERE n > ?1 ORDER BY n LIMIT ?2");
    tx.query(&sql, params![after, limit])?.iter().map(read).collect()
}

/// Up to `limit` first entries of an incident, in their order.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_incident(
    tx: &mut dyn Transaction,
    incident: IncidentId,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM incident_event WHERE incident_id = ?1 ORDER BY seq LIMIT ?2"
    );
    tx.query(&sql, params![incident, limit])?.iter().map(read).collect()
}

/// What was said of an incident by the link of a message, by name.
///
/// # Errors
/// As [`Transaction::query`].
pub fn said_through(
    tx: &mut dyn Transaction,
    incident: IncidentId,
    delivery: DeliveryId,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT kind FROM incident_event WHERE incident_id = ?1 AND body LIKE ?2";
    let rows = tx.query(sql, params![incident, format!("%\"delivery\":\"{delivery}\"%")])?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        n: row.get(0)?,
        incident_id: row.get(1)?,
        seq: row.get(2)?,
        at: row.get(3)?,
        person: row.get(4)?,
        kind: row.get(5)?,
        body: row.get(6)?,
        hash: row.get(7)?,
    })
}
