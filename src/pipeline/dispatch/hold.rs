//! What holds an alert back: silences, and graver alerts that stand for it.

use jiff::Timestamp;

use super::{Hold, TellableAlert, later, millis};
use crate::config::{Config, alert_query};
use crate::decide;
use crate::model::HeldWhy;
use crate::store::{StoreError, Transaction, inhibitors, silences};

/// From now on the alert stands for those that the rules say.
pub(super) fn stand(
    tx: &mut dyn Transaction,
    config: &Config,
    told: &TellableAlert<'_>,
) -> Result<(), StoreError> {
    for rule in config.inhibits.iter().filter(|rule| decide::holds(&rule.source, told.labels)) {
        let agreed = decide::equal_key(told.labels, &rule.equal);
        let until = later(told.notice.at, millis(rule.within));
        inhibitors::stand(tx, (&rule.key, &agreed), told.alert.alert_id, until)?;
    }
    Ok(())
}

/// Why nobody is told now, if so.
pub(super) fn held_back(
    tx: &mut dyn Transaction,
    config: &Config,
    told: &TellableAlert<'_>,
    now: Timestamp,
) -> Result<Option<Hold>, StoreError> {
    for silence in silences::running(tx, now)? {
        match alert_query(&config.lists, &silence.query) {
            Ok(query) if decide::may_hold_back(&query, told.labels) => {
                return Ok(Some(Hold { why: HeldWhy::Silenced, by: silence.id }));
            }
            Ok(_) => {}
            // It was read when it was made: a list that it names is gone since.
            Err(error) => {
                tracing::warn!(silence.id = %silence.id, %error, "a silence holds nothing back: its query cannot be read any more");
            }
        }
    }
    let rules = config.inhibits.iter();
    for rule in rules.filter(|rule| decide::may_hold_back(&rule.target, told.labels)) {
        let agreed = decide::equal_key(told.labels, &rule.equal);
        let other = inhibitors::standing(tx, (&rule.key, &agreed), now)?;
        if let Some(other) = other.filter(|other| *other != told.alert.alert_id) {
            return Ok(Some(Hold { why: HeldWhy::Inhibited, by: other.to_string() }));
        }
    }
    Ok(None)
}
