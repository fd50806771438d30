//! What is remembered of each source, how it is, and who polls it now.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::transaction::{json, params};
use super::{Lease, Row, StoreError, Transaction, Value};
use crate::model::{Address, Health, SourceState, Validators, Vitals};

const COLUMNS: &str = "source_id, etag, last_modified, body_hash, next_check_at, last_success_at, \
                       failures, last_error, seeded, address, memory";
const STATE_COLUMNS: usize = 11;
const NEXT_CHECK_AT: usize = 4;
const VITALS_COLUMNS: usize = 14;
const VITALS: &str = "health, health_since, health_reason, told_health, streak, stops, polls, polled_at, \
                      listed, last_entry_at, rhythm, hints, slow, breaking_until";
/// JSON of what is not known yet.
const NOTHING: &str = "{}";

/// Sources of one statement; fewer are filled up, so that one prepared statement serves all.
const AT_ONCE: usize = 64;

/// A source that this process may poll.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// What is remembered of it.
    pub state: SourceState,
    /// Fencing epoch of the claim.
    pub epoch: i64,
    /// How it was when it was claimed.
    pub vitals: Vitals,
}

/// What a poll changes.
#[derive(Debug, Clone, PartialEq)]
pub struct PollRecord {
    /// The source.
    pub source_id: String,
    /// Fencing epoch of the claim.
    pub epoch: i64,
    /// When it was polled.
    pub at: Timestamp,
    /// For the next conditional GET.
    pub validators: Validators,
    /// Where it answers.
    pub address: Option<Address>,
    /// What the reader of its kind keeps.
    pub memory: Option<String>,
    /// When it is polled next.
    pub next_check_at: Timestamp,
    /// How it is.
    pub vitals: Vitals,
    /// Failures in a row, this one included.
    pub failures: u32,
    /// Why nothing could be read, if so.
    pub error: Option<String>,
}

/// A next check further away than this belongs to a source that was taken out of configuration.
const RETIRED_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Makes sure that each source has a row; new ones, and such as had been taken out, are due at once.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn register(
    tx: &mut dyn Transaction,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in ids {
        tx.execute(
            "INSERT INTO source_state (source_id, next_check_at) VALUES (?1, ?2) \
             ON CONFLICT (source_id) DO UPDATE SET next_check_at = excluded.next_check_at \
             WHERE source_state.next_check_at > ?3",
            params![id, now, now + RETIRED_AFTER],
        )?;
    }
    Ok(())
}

/// Makes the sources due at once, for a round that was asked for by hand.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn make_due(
    tx: &mut dyn Transaction,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let places: Vec<String> = (2..AT_ONCE + 2).map(|n| format!("?{n}")).collect();
    let places = places.join(", ");
    let sql = format!("UPDATE source_state SET next_check_at = ?1 WHERE source_id IN ({places})");
    for some in ids.chunks(AT_ONCE) {
        let mut values = vec![Value::from(now)];
        values.extend(some.iter().map(Value::from));
        values.resize_with(AT_ONCE + 1, || Value::Null);
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

/// Claims up to `limit` due sources, the longest overdue first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn claim(
    tx: &mut dyn Transaction,
    lease: Lease<'_>,
    limit: u32,
) -> Result<Vec<Claimed>, StoreError> {
    let sql = format!(
        "UPDATE source_state SET lease_owner = ?1, lease_until = ?2, lease_epoch = lease_epoch + 1 \
         WHERE source_id IN (SELECT source_id FROM source_state \
             WHERE next_check_at <= ?3 AND lease_until <= ?3 \
             ORDER BY next_check_at LIMIT ?4{}) RETURNING {COLUMNS}, {VITALS}, lease_epoch",
        tx.skip_locked()
    );
    let rows = tx.query(&sql, params![lease.owner, lease.until, lease.now, limit])?;
    rows.into_iter().map(read_claimed).collect()
}

/// How far a pass over the due sources has come.
#[derive(Debug, Clone, Copy)]
pub struct Passed {
    at: Timestamp,
    row: i64,
}

/// Up to `limit` sources that are due, the longest overdue first, behind those that were `passed`; and
/// how far that goes, unless it is all. For a `SQLite` file, which one process has to itself: no row
/// is claimed.
///
/// # Errors
/// As [`Transaction::query`].
pub fn due(
    tx: &mut dyn Transaction,
    now: Timestamp,
    passed: Option<Passed>,
    limit: u32,
) -> Result<(Vec<Claimed>, Option<Passed>), StoreError> {
    // A bare parameter as the limit would have the statement planned anew for each other value.
    let sql = format!(
        "SELECT {COLUMNS}, {VITALS}, lease_epoch, rowid FROM source_state \
         WHERE next_check_at <= ?1 AND (next_check_at, rowid) > (?2, ?3) \
         ORDER BY next_check_at, rowid LIMIT ?4 + 0"
    );
    let Passed { at, row } = passed.unwrap_or(Passed { at: Timestamp::MIN, row: i64::MIN });
    let rows = tx.query(&sql, params![now, at, row, limit])?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let reached = last.map(|row| {
        let (at, row) = (row.get(NEXT_CHECK_AT)?, row.get(STATE_COLUMNS + VITALS_COLUMNS + 1)?);
        Ok::<_, StoreError>(Passed { at, row })
    });
    let reached = reached.transpose()?;
    Ok((rows.into_iter().map(read_claimed).collect::<Result<_, _>>()?, reached))
}

/// The earliest instant after `now` at which a source will be due.
///
/// # Errors
/// As [`Transaction::query`].
pub fn next_after(
    tx: &mut dyn Transaction,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT next_check_at FROM source_state WHERE next_check_at > ?1 \
               ORDER BY next_check_at LIMIT 1";
    tx.query(sql, params![now])?.first().map(|row| row.get(0)).transpose()
}

/// Gives claims back, each with the time at which its source is to be claimed again.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn put_back(
    tx: &mut dyn Transaction,
    claims: &[(String, i64, Timestamp)],
) -> Result<(), StoreError> {
    for (id, epoch, at) in claims {
        tx.execute(
            "UPDATE source_state SET next_check_at = ?3, lease_until = 0 \
             WHERE source_id = ?1 AND lease_epoch = ?2",
            params![id, *epoch, *at],
        )?;
    }
    Ok(())
}

/// The earliest instant at which a source that nobody holds will be due.
///
/// # Errors
/// As [`Transaction::query`].
pub fn next_due(tx: &mut dyn Transaction, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT next_check_at FROM source_state WHERE lease_until <= ?1 \
               ORDER BY next_check_at LIMIT 1";
    tx.query(sql, params![now])?.first().map(|row| row.get(0)).transpose()
}

/// How many of the registered sources were not polled since `since`; those that were taken out of
/// configuration do not count.
///
/// # Errors
/// As [`Transaction::query`].
pub fn unpolled(tx: &mut dyn Transaction, since: Timestamp) -> Result<u32, StoreError> {
    let rows = tx.query(
        "SELECT COUNT(*) FROM source_state WHERE (polled_at IS NULL OR polled_at < ?1) \
         AND next_check_at < ?2",
        params![since, since + RETIRED_AFTER],
    )?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// How a claimed source is, and how often it failed in a row; none if the claim was lost.
///
/// # Errors
/// As [`Transaction::query`].
pub fn vitals(
    tx: &mut dyn Transaction,
    id: &str,
    epoch: i64,
) -> Result<Option<(Vitals, u32)>, StoreError> {
    let sql = format!(
        "SELECT {VITALS}, failures FROM source_state WHERE source_id = ?1 AND lease_epoch = ?2"
    );
    let rows = tx.query(&sql, params![id, epoch])?;
    let read = |mut row: Row| Ok((read_vitals(&mut row, 0)?, row.get(VITALS_COLUMNS)?));
    rows.into_iter().next().map(read).transpose()
}

/// Records a poll and gives the claim back. False if it was lost meanwhile: then the caller must
/// change nothing else.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn record(tx: &mut dyn Transaction, poll: &PollRecord) -> Result<bool, StoreError> {
    let Validators { etag, last_modified, body_hash } = &poll.validators;
    let vitals = &poll.vitals;
    let worked = poll.error.is_none();
    let rhythm = unless_default(&vitals.rhythm)?;
    let hints = unless_default(&vitals.hints)?;
    let changed = tx.execute(
        "UPDATE source_state SET etag = ?3, last_modified = ?4, body_hash = ?5, next_check_at = ?6, \
         last_success_at = COALESCE(?7, last_success_at), failures = ?8, last_error = ?9, \
         seeded = CASE WHEN seeded < ?10 THEN 1 ELSE seeded END, address = ?11, memory = ?12, health = ?13, \
         health_since = ?14, health_reason = ?15, told_health = ?16, streak = ?17, stops = ?18, \
         polls = ?19, polled_at = ?20, listed = ?21, last_entry_at = ?22, rhythm = ?23, hints = ?24, \
         slow = ?25, lease_until = 0 WHERE source_id = ?1 AND lease_epoch = ?2",
        params![
            &poll.source_id, poll.epoch, etag.as_ref(), last_modified.as_ref(), body_hash.as_ref(),
            poll.next_check_at, worked.then_some(poll.at), poll.failures, poll.error.as_ref(), worked,
            poll.address.as_ref().map(Address::to_string), poll.memory.as_ref(), vitals.health.name(),
            vitals.health_since, vitals.health_reason.as_ref(), vitals.told_health.name(), vitals.streak,
            vitals.stops, vitals.polls, vitals.polled_at, vitals.listed, vitals.last_entry_at, rhythm,
            hints, vitals.slow
        ],
    )?;
    Ok(changed == 1)
}

/// A poll that changed nothing but times and counts.
#[derive(Debug, Clone, Copy)]
pub struct QuietPoll<'a> {
    /// As it was claimed.
    pub claimed: &'a Claimed,
    /// When it was polled.
    pub at: Timestamp,
    /// When it is polled next.
    pub next_check_at: Timestamp,
    /// How it is: as it was claimed, but for the counts.
    pub vitals: &'a Vitals,
}

/// Records a poll that found nothing changed, and gives the claim back: the short form of [`record`].
/// False if the claim was lost, or the source hurried meanwhile: then nothing was written.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn record_unchanged(tx: &mut dyn Transaction, poll: QuietPoll<'_>) -> Result<bool, StoreError> {
    let QuietPoll { claimed, at, next_check_at, vitals } = poll;
    let changed = tx.execute(
        "UPDATE source_state SET next_check_at = ?4, last_success_at = ?5, polled_at = ?5, polls = ?6, \
         streak = ?7, lease_until = 0 \
         WHERE source_id = ?1 AND lease_epoch = ?2 AND COALESCE(breaking_until, 0) = ?3",
        params![
            &claimed.state.source_id, claimed.epoch,
            vitals.breaking_until.map_or(0, Timestamp::as_millisecond), next_check_at, at,
            vitals.polls, vitals.streak
        ],
    )?;
    Ok(changed == 1)
}

fn unless_default<T: Default + PartialEq + Serialize>(
    value: &T,
) -> Result<Value<'static>, StoreError> {
    if *value == T::default() { Ok(NOTHING.into()) } else { json(value) }
}

fn or_default<T: Default + DeserializeOwned>(row: &Row, at: usize) -> Result<T, StoreError> {
    if row.text(at)? == NOTHING { Ok(T::default()) } else { row.json(at) }
}

/// Has sources asked as often as they may be until `until`, and first of all by the time given with
/// each. Those that fail keep their pause: a server in trouble is not helped by haste.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn hurry(
    tx: &mut dyn Transaction,
    sources: &[(String, Timestamp)],
    until: Timestamp,
) -> Result<(), StoreError> {
    for (id, by) in sources {
        tx.execute(
            "UPDATE source_state SET breaking_until = ?2, next_check_at = \
             CASE WHEN failures = 0 AND next_check_at > ?3 THEN ?3 ELSE next_check_at END \
             WHERE source_id = ?1",
            params![id, until, *by],
        )?;
    }
    Ok(())
}

/// How every source is, and when it was last polled, by name.
///
/// # Errors
/// As [`Transaction::query`].
pub fn healths(
    tx: &mut dyn Transaction,
) -> Result<Vec<(String, Health, Option<Timestamp>)>, StoreError> {
    let rows =
        tx.query("SELECT source_id, health, polled_at FROM source_state ORDER BY source_id", &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.parse(1)?, row.get(2)?))).collect()
}

/// What is remembered of every source and how it is, by name.
///
/// # Errors
/// As [`Transaction::query`].
pub fn overview(tx: &mut dyn Transaction) -> Result<Vec<(SourceState, Vitals)>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, {VITALS} FROM source_state ORDER BY source_id");
    let rows = tx.query(&sql, &[])?;
    let read_all = |mut row: Row| Ok((read(&mut row)?, read_vitals(&mut row, STATE_COLUMNS)?));
    rows.into_iter().map(read_all).collect()
}

/// What is remembered of every source, by name.
///
/// # Errors
/// As [`Transaction::query`].
pub fn all(tx: &mut dyn Transaction) -> Result<Vec<SourceState>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM source_state ORDER BY source_id");
    tx.query(&sql, &[])?.iter_mut().map(read).collect()
}

fn read_claimed(mut row: Row) -> Result<Claimed, StoreError> {
    let epoch = row.get(STATE_COLUMNS + VITALS_COLUMNS)?;
    let vitals = read_vitals(&mut row, STATE_COLUMNS)?;
    Ok(Claimed { state: read(&mut row)?, vitals, epoch })
}

fn read(row: &mut Row) -> Result<SourceState, StoreError> {
    Ok(SourceState {
        source_id: row.get(0)?,
        validators: Validators {
            etag: row.take_text(1)?,
            last_modified: row.take_text(2)?,
            body_hash: row.take_text(3)?,
        },
        next_check_at: row.get(NEXT_CHECK_AT)?,
        last_success_at: row.get(5)?,
        failures: row.get(6)?,
        last_error: row.take_text(7)?,
        seeded: row.get(8)?,
        address: row.take_text(9)?.and_then(|address| address.parse().ok()),
        memory: row.take_text(10)?,
    })
}

fn read_vitals(row: &mut Row, from: usize) -> Result<Vitals, StoreError> {
    Ok(Vitals {
        health: row.parse(from)?,
        health_since: row.get(from + 1)?,
        health_reason: row.take_text(from + 2)?,
        told_health: row.parse(from + 3)?,
        streak: row.get(from + 4)?,
        stops: row.get(from + 5)?,
        polls: row.get(from + 6)?,
        polled_at: row.get(from + 7)?,
        listed: row.get(from + 8)?,
        last_entry_at: row.get(from + 9)?,
        rhythm: or_default(row, from + 10)?,
        hints: or_default(row, from + 11)?,
        slow: row.get(from + 12)?,
        breaking_until: row.get(from + 13)?,
    })
}
