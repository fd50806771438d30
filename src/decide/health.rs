//! Which changes of sources' health are worth telling: what somebody must look after, and its end.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Health, HealthEvent};

/// A source that is not as people last heard of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthChange {
    /// The source.
    pub source_id: String,
    /// How people last heard of it.
    pub was: Health,
    /// How it is.
    pub now: Health,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// The events of a while, oldest first, as at most one change a source, gravest first. A source
/// that is again as people last heard of it (`last_told`, else what its first event says) has not
/// changed; its recovery is a change only if its illness was told.
#[must_use]
pub fn health_changes(
    events: &[HealthEvent],
    last_told: &BTreeMap<String, Health>,
) -> Vec<HealthChange> {
    let mut ends: BTreeMap<&str, (Health, &HealthEvent)> = BTreeMap::new();
    for event in events {
        let told = last_told.get(&event.source_id).copied().unwrap_or(event.was);
        ends.entry(&event.source_id).and_modify(|(_, last)| *last = event).or_insert((told, event));
    }
    let worth_telling = |(told, last): &(Health, &HealthEvent)| {
        let recovered = last.now == Health::Healthy && is_ill(*told);
        last.now != *told && (is_ill(last.now) || recovered)
    };
    let mut changes: Vec<HealthChange> = ends
        .into_values()
        .filter(worth_telling)
        .map(|(was, last)| HealthChange {
            source_id: last.source_id.clone(),
            was,
            now: last.now,
            since: last.at,
            reason: last.reason.clone(),
        })
        .collect();
    changes.sort_by_key(|change| order(change.now));
    changes
}

fn is_ill(health: Health) -> bool {
    match health {
        Health::New | Health::Healthy => false,
        Health::Failing | Health::Stale | Health::Empty | Health::Gone => true,
    }
}

/// Gravest first.
fn order(health: Health) -> u8 {
    match health {
        Health::Gone => 0,
        Health::Failing => 1,
        Health::Empty => 2,
        Health::Stale => 3,
        Health::Healthy | Health::New => 4,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::health_changes;
    use crate::model::Health::{self, Empty, Failing, Gone, Healthy, New, Stale};
    use crate::model::{HealthEvent, HealthEventId};

    /// One source goes through `course`; how it was last told; what is told of it now.
    fn check(course: &[Health], told: Option<Health>, expected: Option<(Health, Health)>) {
        let last_told: BTreeMap<String, Health> =
            told.map(|health| ("a".to_owned(), health)).into_iter().collect();
        let changes = health_changes(&events("a", course), &last_told);
        let found: Vec<_> = changes.iter().map(|change| (change.was, change.now)).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{course:?} after {told:?}");
    }

    fn events(source: &str, course: &[Health]) -> Vec<HealthEvent> {
        let beginning: jiff::Timestamp = "2026-11-23T10:00:00Z".parse().expect("instant");
        let steps = (0_u64..).zip(course.windows(2));
        let event = |(n, step): (u64, &[Health])| HealthEvent {
            id: HealthEventId::new(),
            source_id: source.to_owned(),
            at: beginning + std::time::Duration::from_secs(n),
            was: step[0],
            now: step[1],
            reason: Some(format!("reason {n}")),
        };
        steps.map(event).collect()
    }

    #[test]
    fn what_falls_ill_is_told_and_its_recovery_after_it() {
        check(&[Healthy, Failing], None, Some((Healthy, Failing)));
        check(&[New, Failing], None, Some((New, Failing)));
        check(&[Healthy, Stale], Some(Healthy), Some((Healthy, Stale)));
        check(&[Failing, Gone], Some(Failing), Some((Failing, Gone)));
        check(&[Failing, Healthy], Some(Failing), Some((Failing, Healthy)));
        // Its illness was told so long ago that nothing of it is left.
        check(&[Empty, Healthy], None, Some((Empty, Healthy)));
    }

    #[test]
    fn what_is_as_it_was_is_not_told() {
        check(&[Healthy, Failing, Healthy], Some(Healthy), None);
        check(&[Healthy, Failing, Healthy], None, None);
        check(&[New, Failing, Healthy], None, None);
        check(&[New, Healthy], None, None);
        check(&[Failing, Healthy, Failing], Some(Failing), None);
        // An illness that nobody heard of ends unheard.
        check(&[Failing, Healthy], Some(Healthy), None);
        check(&[Failing, New], Some(Failing), None);
    }

    #[test]
    fn several_changes_of_a_source_are_one() {
        check(&[Healthy, Failing, Gone], None, Some((Healthy, Gone)));
        check(&[Failing, Healthy, Empty], Some(Failing), Some((Failing, Empty)));
        check(&[Healthy, Failing, Healthy, Stale], Some(Healthy), Some((Healthy, Stale)));
    }

    #[test]
    fn the_gravest_comes_first_with_its_last_reason() {
        let mut all = events("a", &[Failing, Healthy]);
        all.extend(events("b", &[Healthy, Stale]));
        all.extend(events("c", &[Healthy, Failing, Healthy, Failing]));
        all.extend(events("d", &[Healthy, Gone]));
        let changes = health_changes(&all, &BTreeMap::new());
        let ids: Vec<&str> = changes.iter().map(|change| change.source_id.as_str()).collect();
        assert_eq!(ids, ["d", "c", "b", "a"]);
        let failing = &changes[1];
        assert_eq!((failing.reason.as_deref(), failing.since), (Some("reason 2"), all[4].at));
    }
}
