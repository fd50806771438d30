//! Complaints on their way in, whichever way they come: filed with the entry by which they are judged, or, where a
//! customer writes about one again, added to it.

use jiff::{SignedDuration, Timestamp};

use super::reminders;
use crate::complaint::{self, Fault, Letter, Record};
use crate::config::{Config, Mailbox};
use crate::model::{Complaint, ComplaintEvent, ComplaintEventKind, Reminder};
use crate::store::complaints::{self, Filed, Filing};
use crate::store::{StoreError, Transaction};

/// Files a record with its entry in one transaction; a fault changes nothing.
///
/// # Errors
/// As the store's.
pub fn file(
    tx: &mut dyn Transaction,
    record: &Record,
    config: &Config,
    now: Timestamp,
) -> Result<Result<Filed, Fault>, StoreError> {
    let Some(rules) = &config.complaints else {
        return Err(StoreError::Mismatch("complaints are not configured".to_owned()));
    };
    let reachable = config.people.values().filter(|person| person.email.is_some());
    let people = reachable.map(|person| person.id.clone()).collect();
    let nth = u64::from(complaints::count(tx)?);
    let complaint = match complaint::take_in(record, rules, &people, (nth, now)) {
        Ok(complaint) => complaint,
        Err(fault) => return Ok(Err(fault)),
    };
    let remind_at = complaint::next_reminder(&complaint.life, &rules.remind);
    let year = complaint::year(rules, now);
    let max_age = SignedDuration::try_from(config.collect.max_age).unwrap_or(SignedDuration::MAX);
    let entry = |complaint: &_| complaint::entry(complaint, max_age);
    Ok(Ok(complaints::file(tx, complaint, (year, remind_at), entry)?))
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is a new complaint.
    Filed,
    /// It belongs to one that is there, whose owner is told.
    Added,
    /// It was read before.
    Known,
}

impl Outcome {
    /// The name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Added => "added",
            Self::Known => "known",
        }
    }
}

/// Files a letter, or adds it to the complaint that its subject names if the same customer wrote that one.
pub(super) fn take_letter(
    tx: &mut dyn Transaction,
    letter: &Letter,
    received_at: Timestamp,
    (mailbox, config): (&Mailbox, &Config),
    now: Timestamp,
) -> Result<Result<Outcome, Fault>, StoreError> {
    if let Some(known) = named(tx, letter)? {
        return Ok(Ok(add(tx, &known, letter, config, now)?));
    }
    let record = letter.record(mailbox, received_at.min(now));
    Ok(file(tx, &record, config, now)?.map(|filed| match filed.filing {
        Filing::New(_) => Outcome::Filed,
        // The same identifier and another text: a server that edits what it keeps.
        Filing::Known(_) | Filing::Conflict => Outcome::Known,
    }))
}

/// The complaint that a letter names. A number alone is no proof: it must come from the same address.
fn named(tx: &mut dyn Transaction, letter: &Letter) -> Result<Option<Complaint>, StoreError> {
    let Some(number) = &letter.about else { return Ok(None) };
    let known = complaints::find(tx, number)?;
    let theirs = |known: &Complaint| {
        let email = known.personal.email.as_deref();
        email.is_some_and(|email| email.eq_ignore_ascii_case(&letter.email))
    };
    Ok(known.filter(theirs))
}

fn add(
    tx: &mut dyn Transaction,
    known: &Complaint,
    letter: &Letter,
    config: &Config,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let note = complaint::mask_of(&known.personal, &letter.text);
    let event = ComplaintEvent {
        at: now,
        kind: ComplaintEventKind::Wrote,
        state: known.life.state,
        by: None,
        to: None,
        note: Some(note.clone()),
    };
    let before = complaints::events(tx, &known.number)?;
    if before.iter().any(|it| it.kind == event.kind && it.note == event.note) {
        return Ok(Outcome::Known);
    }
    complaints::add_event(tx, &known.number, &event)?;
    let told = Complaint { masked: note, ..known.clone() };
    let occasion = format!("{}/{}", known.number, before.len());
    reminders::tell_owner(tx, config, (&told, Reminder::Wrote), (&occasion, now))?;
    Ok(Outcome::Added)
}
