//! What customers say of how their complaint was served, by their link or through staff.

use jiff::Timestamp;

use super::reminders;
use crate::complaint::{self, Act, Refusal};
use crate::config::Config;
use crate::model::Reminder;
use crate::store::{StoreError, Transaction, complaints};

/// A customer who gives this or less is not content: somebody should ask why.
const DISPLEASED: u8 = 2;

/// Records how content a customer is, 1 (not at all) to 5, and closes the complaint; of a customer who is not, its owner
/// and the manager hear. None if there is no such complaint.
///
/// # Errors
/// As the store's.
pub fn rate(
    tx: &mut dyn Transaction,
    config: &Config,
    number: &str,
    rating: u8,
    now: Timestamp,
) -> Result<Option<Result<(), Refusal>>, StoreError> {
    let Some(rules) = &config.complaints else { return Ok(None) };
    let Some(known) = complaints::find(tx, number)? else { return Ok(None) };
    let Some(severity) = rules.severity_or_usual(&known.severity) else { return Ok(None) };
    let rated = complaint::after(&known.life, &Act::Rate(rating), (severity, rules), now);
    let (life, event) = match rated {
        Ok(done) => done,
        Err(refusal) => return Ok(Some(Err(refusal))),
    };
    complaints::save(tx, number, &life, None)?;
    complaints::add_event(tx, number, &event)?;
    if rating <= DISPLEASED {
        let occasion = format!("{number}/rated/{}", life.reopened);
        reminders::tell_owner_and_manager(
            tx,
            config,
            (&known, Reminder::Displeased),
            (&occasion, now),
        )?;
    }
    Ok(Some(Ok(())))
}
