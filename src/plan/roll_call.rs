//! Who was asked, who answered, and who let it pass: read from the log alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{apply, effects};
use crate::model::{Happening, Incident, IncidentEvent, Plan};

/// Somebody who was asked for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Person, by id.
    pub person: String,
    /// How often.
    pub asked: u32,
    /// When they first answered anything.
    pub answered_at: Option<Timestamp>,
    /// Whether they never answered, and others had to be asked, or nobody has answered since.
    pub never_answered: bool,
}

/// Whom each event of a log concerns, in its order. One that cannot have happened concerns nobody: that
/// somebody tampered with a log is for its proof to say, and keeps nobody from reading it.
#[must_use]
pub fn concerned(plan: &Plan, events: &[IncidentEvent]) -> Vec<BTreeSet<String>> {
    let mut incident: Option<Incident> = None;
    let mut all = Vec::with_capacity(events.len());
    for event in events {
        let Ok(after) = apply(plan, incident.as_ref(), event) else {
            all.push(BTreeSet::new());
            continue;
        };
        let effect = incident.as_ref().and_then(|before| effects(plan, before, event, &after));
        all.push(effect.map(|effect| effect.people).unwrap_or_default());
        incident = Some(after);
    }
    all
}

/// Everybody who was asked for something, by id; `concerned` is whom each event concerns.
#[must_use]
pub fn roll_call(events: &[IncidentEvent], concerned: &[BTreeSet<String>]) -> Vec<Called> {
    let mut asked: BTreeMap<&str, u32> = BTreeMap::new();
    let mut answers: BTreeMap<&str, Timestamp> = BTreeMap::new();
    // Who was last asked for what; and those of them who were passed over.
    let mut waiting: BTreeMap<&str, &BTreeSet<String>> = BTreeMap::new();
    let mut passed: BTreeSet<&str> = BTreeSet::new();
    for (event, people) in events.iter().zip(concerned) {
        if let Happening::Asked { key, .. } | Happening::Repeated { key, .. } = &event.what {
            let before = waiting.insert(key, people);
            passed.extend(before.into_iter().flatten().map(String::as_str));
            for person in people {
                let count = asked.entry(person).or_default();
                *count = count.saturating_add(1);
            }
        } else if let Some(by) = event.by.as_deref().filter(|_| is_answer(&event.what)) {
            answers.entry(by).or_insert(event.at);
            event.what.key().map(|key| waiting.remove(key));
        }
    }
    passed.extend(waiting.values().flat_map(|people| people.iter()).map(String::as_str));
    let called = |(person, asked): (&str, u32)| {
        let answered_at = answers.get(person).copied();
        Called {
            person: person.to_owned(),
            asked,
            answered_at,
            never_answered: answered_at.is_none() && passed.contains(person),
        }
    };
    asked.into_iter().map(called).collect()
}

/// Whether somebody says by this that they heard.
pub(super) fn is_answer(what: &Happening) -> bool {
    matches!(
        what,
        Happening::Acknowledged { .. }
            | Happening::Done { .. }
            | Happening::Skipped { .. }
            | Happening::HandedOver { .. }
            | Happening::Drafted { .. }
            | Happening::Approved { .. }
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::SignedDuration;

    use super::{concerned, roll_call};
    use crate::model::{Happening, IncidentEvent, Start};
    use crate::plan::drill_tests::origin;
    use crate::plan::tests::plans;
    use crate::plan::{apply, opening};

    /// Marta León is asked and says nothing, and her deputy takes it; Rosa Vidal is asked and says nothing,
    /// and nobody else does either.
    #[test]
    fn whoever_lets_it_pass_is_named_and_whoever_was_spared_is_not() {
        let plan = plans().swap_remove(0);
        let start: jiff::Timestamp = "2026-11-23T10:00:00Z".parse().expect("time");
        let origin = origin(start);
        let (mut log, mut incident) = (Vec::new(), None);
        let mut happen = |minutes: i64, by: Option<&str>, what: Happening| {
            let at = start + SignedDuration::from_mins(minutes);
            let event = IncidentEvent::new(at, by.map(str::to_owned), what);
            let after = apply(&plan, incident.as_ref(), &event).expect("it can happen");
            log.push(event);
            incident = Some(after);
        };
        for what in opening(&plan, origin, String::new()) {
            happen(0, None, what);
        }
        happen(0, Some("elena.ruiz"), Happening::Activated { start: Start::Confirmed });
        let asked = |key: &str, rung| Happening::Asked { key: key.to_owned(), rung };
        happen(10, None, asked("verificar", 0));
        happen(20, None, asked("verificar", 1));
        happen(25, Some("ivan.soto"), Happening::Acknowledged { key: "verificar".to_owned() });
        let key = "guion-oficinas".to_owned();
        happen(60, None, Happening::Late { key });
        happen(61, None, asked("guion-oficinas", 0));

        let people = concerned(&plan, &log);
        assert_eq!(people.len(), log.len());
        let called = roll_call(&log, &people);
        let row = |person: &str| called.iter().find(|row| row.person == person).expect("a row");
        assert_eq!((row("marta.leon").asked, row("marta.leon").never_answered), (2, true));
        let ivan = row("ivan.soto");
        assert_eq!((ivan.asked, ivan.never_answered), (1, false));
        assert_eq!(ivan.answered_at, Some(start + SignedDuration::from_mins(25)));
        assert!(row("rosa.vidal").never_answered, "nobody has answered since: {called:?}");

        // Whoever was asked too, and was spared because another was faster, has let nothing pass.
        let spared = IncidentEvent::new(
            start + SignedDuration::from_mins(70),
            Some("luis.prado".to_owned()),
            Happening::Acknowledged { key: "guion-oficinas".to_owned() },
        );
        let (log, people) =
            ([log, vec![spared]].concat(), [people, vec![BTreeSet::default()]].concat());
        let called = roll_call(&log, &people);
        let rosa = called.iter().find(|row| row.person == "rosa.vidal").expect("a row");
        assert!(!rosa.never_answered && rosa.answered_at.is_none(), "{called:?}");
    }
}
