//! What holds for any life: random events by people and the clock, and a year of incidents.

use std::collections::BTreeSet;

use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;

use super::{Life, at, done, minutes, now};
use crate::model::{
    ActivationMode, Happening, IncidentEvent, IncidentState, Level, Start, StepState,
};
use crate::plan::statement::message_of;
use crate::plan::tests::plans;
use crate::plan::{apply, due, holder, replay, wakes_at};

/// A year of incidents: a new one each fortnight, worked by people who are sometimes late.
#[test]
fn a_year_of_plan_life_runs_in_seconds() {
    let begun = std::time::Instant::now();
    let start = at("2026-01-01T08:00:00Z").to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let (mut events, mut reviews) = (0, 0);
    for week in 0..26_i64 {
        let begins = start.checked_add((week * 2).weeks()).expect("a day").timestamp();
        let plan = plans().swap_remove(usize::try_from(week % 3).expect("small"));
        let shift = begins.duration_since(now());
        let mut life = Life::open(plan, Level::Orange);
        life = life.moved(shift);
        for hour in 1..=24 * 14 {
            let time = begins + SignedDuration::from_hours(hour);
            life.until(time);
            if let Some(step) = life.incident.steps.iter().find(|step| step.state == StepState::Due)
            {
                let (key, by) = (step.key.clone(), step.person.clone());
                life.finish(time, &by, &key);
            } else if let Some(duty) = life.incident.life.duties.iter().find(|duty| {
                duty.care.finished.is_none() && duty.due_at.is_some_and(|due| due < time)
            }) {
                let (key, by) = (duty.key.clone(), duty.person.clone());
                life.finish(time, &by, &key);
            } else if life.incident.state == IncidentState::Monitoring {
                let what = Happening::StoodDown { met: vec![1, 2, 3], reason: "calma".to_owned() };
                life.happen(time, Some("elena.ruiz"), what).expect("it can end");
            }
        }
        assert_eq!(life.incident.state, IncidentState::StoodDown, "{}", life.plan.id);
        life.until(begins + SignedDuration::from_hours(24 * 40));
        reviews += usize::from(life.incident.life.review_asked);
        events += life.log.len();
        assert_eq!(replay(&life.plan, &life.log), Ok(Some(life.incident)));
    }
    assert_eq!(reviews, 26, "every review is asked for");
    assert!(events > 1_000, "{events} events");
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

impl Life {
    /// The same beginning at another time.
    fn moved(mut self, by: SignedDuration) -> Self {
        for event in &mut self.log {
            event.at += by;
        }
        self.incident = replay(&self.plan, &self.log).expect("a log").expect("an incident");
        self
    }
}

const MESSAGES: [&str; 5] = ["inicial", "empleados", "respuesta", "supervisor", "nada"];
const TEXTS: [&str; 3] = ["", "Calma.", "Calma y orden."];

/// What may happen: by people and by the clock, sensible or not.
fn anything() -> impl Strategy<Value = (i64, Option<&'static str>, Happening)> {
    let keys = [
        "verificar",
        "clasificar",
        "declaracion-inicial",
        "guion-oficinas",
        "efectivo",
        "comite",
        "alcance",
        "hechos",
        "supervisor-inicial",
        "supervisor-intermedio",
        "tic-inicial",
        "tesoreria",
        "nada",
    ];
    let key = proptest::sample::select(keys.to_vec()).prop_map(str::to_owned);
    let level = proptest::sample::select(&Level::ALL[..]);
    let text = proptest::sample::select(vec!["", "porque sí"]).prop_map(str::to_owned);
    let state = proptest::sample::select(&IncidentState::ALL[..]);
    let message = proptest::sample::select(MESSAGES.to_vec()).prop_map(str::to_owned);
    let written = proptest::sample::select(TEXTS.to_vec()).prop_map(str::to_owned);
    let hash = written.clone().prop_map(|text| blake3::hash(text.as_bytes()).to_hex().to_string());
    let role = proptest::sample::select(vec!["reputacion", "cumplimiento", "direccion-crisis"]);
    let role = role.prop_map(str::to_owned);
    let start = proptest::sample::select(vec![Start::Confirmed, Start::Unconfirmed, Start::Red]);
    let what = prop_oneof![
        3 => Just(None),
        1 => start.prop_map(|start| Some(Happening::Activated { start })),
        1 => text.clone().prop_map(|reason| Some(Happening::Rejected { reason })),
        2 => level.clone().prop_map(|level| Some(Happening::Raised { level, reason: None })),
        2 => (level, text.clone()).prop_map(|(level, reason)| Some(Happening::Lowered { level, reason })),
        1 => Just(Some(Happening::Classified)),
        3 => key.clone().prop_map(|key| Some(Happening::Acknowledged { key })),
        4 => key.clone().prop_map(|key| Some(done(&key))),
        2 => (key.clone(), text.clone()).prop_map(|(key, reason)| Some(Happening::Skipped { key, reason })),
        1 => key.clone().prop_map(|key| Some(Happening::Lapsed { key })),
        1 => key.clone().prop_map(|key| Some(Happening::Late { key })),
        1 => (key.clone(), 0_u32..4).prop_map(|(key, rung)| Some(Happening::Asked { key, rung })),
        1 => (key.clone(), 0_u32..5).prop_map(|(key, row)| Some(Happening::Repeated { key, row })),
        1 => (key.clone(), 0_u32..3).prop_map(|(key, warning)| Some(Happening::Warned { key, warning })),
        2 => key.prop_map(|key| Some(Happening::HandedOver { key, to: "lin.min".into(), reason: None })),
        4 => (message.clone(), written, any::<bool>()).prop_map(|(key, text, prepared)| Some(Happening::Drafted { key, text, prepared })),
        1 => message.clone().prop_map(|key| Some(Happening::Unapproved { key })),
        9 => (message, role, hash).prop_map(|(key, role, hash)| Some(Happening::Approved { key, role, hash })),
        1 => state.prop_map(|state| Some(Happening::Moved { state, reason: None })),
        1 => text.clone().prop_map(|reason| Some(Happening::StoodDown { met: vec![1, 2, 3], reason })),
        1 => text.clone().prop_map(|conclusions| Some(Happening::Reviewed { conclusions })),
        1 => text.clone().prop_map(|reason| Some(Happening::Reopened { reason })),
        1 => text.prop_map(|reason| Some(Happening::Cancelled { reason })),
    ];
    let people = [
        Some("elena.ruiz"),
        Some("ivan.soto"),
        Some("carmen.saez"),
        Some("ana.mora"),
        Some("x"),
        None,
    ];
    let by = proptest::sample::select(people.to_vec());
    // Nothing means: what the clock brings.
    (0_i64..400, by, what).prop_map(|(wait, by, what)| {
        (wait, by, what.unwrap_or(Happening::Noted { text: String::new() }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn lives_hold_their_rules(
        which in 0_usize..3, automatic: bool, first in proptest::sample::select(&Level::ALL[..]),
        lives in prop::collection::vec(anything(), 0..60),
    ) {
        let mut plan = plans().swap_remove(which);
        plan.activation.mode =
            if automatic { ActivationMode::Automatic } else { ActivationMode::Confirm };
        let mut life = Life::open(plan, first);
        let mut time = now();
        for (wait, by, what) in lives {
            time += minutes(wait);
            let before = life.incident.clone();
            if matches!(what, Happening::Noted { .. }) {
                life.until(time);
            } else if life.happen(time, by, what.clone()).is_err() {
                prop_assert_eq!(&before, &life.incident, "a refusal changes nothing");
            } else {
                let lower = life.incident.level < before.level;
                let by_person = by.is_some() && matches!(what, Happening::Lowered { .. });
                prop_assert!(!lower || by_person, "only people lower a level");
                if let Happening::Done { key, .. } = &what {
                    prop_assert!(may_go_out(&life, key), "{key} is done without an approval");
                }
            }
            holds(&life)?;
        }
        // The log makes the same of the plan, also after it was written down.
        let text = serde_json::to_string(&life.log).expect("JSON");
        let read: Vec<IncidentEvent> = serde_json::from_str(&text).expect("a log");
        prop_assert_eq!(replay(&life.plan, &read), Ok(Some(life.incident.clone())));
    }
}

/// By the log alone: since the last draft of its text each role has approved that draft, or the plan's
/// own words were approved in advance and are what would go out.
fn may_go_out(life: &Life, key: &str) -> bool {
    let Some(message) = message_of(&life.plan, key) else { return true };
    let template = &life.plan.messages[message];
    let (mut draft, mut as_planned, mut approved) = (None, true, BTreeSet::new());
    for event in &life.log {
        match &event.what {
            Happening::Drafted { key, text, prepared } if key == message => {
                draft = Some(blake3::hash(text.as_bytes()).to_hex().to_string());
                as_planned = *prepared;
                approved.clear();
            }
            Happening::Approved { key, role, hash } if key == message => {
                assert_eq!(Some(hash), draft.as_ref(), "of another text");
                approved.insert(role);
            }
            _ => {}
        }
    }
    let all = template.approvals.iter().all(|role| approved.contains(role));
    all || (as_planned && template.approved_on.is_some())
}

/// No step is lost or asked for twice; nothing is due before the plan started; whatever is due
/// can happen.
fn holds(life: &Life) -> Result<(), TestCaseError> {
    let Life { plan, incident, .. } = life;
    let keys: BTreeSet<&str> = incident.steps.iter().map(|step| step.key.as_str()).collect();
    prop_assert_eq!(keys.len(), incident.steps.len(), "a step twice");
    for planned in plan.steps.iter().filter(|planned| planned.from_level <= incident.level) {
        let step = incident.steps.iter().find(|step| step.key == planned.key);
        let step = step.ok_or_else(|| TestCaseError::fail(format!("{} is lost", planned.key)))?;
        let gone = step.state == StepState::Withdrawn;
        prop_assert!(!gone, "{} is asked for at this level", planned.key);
    }
    let duties = incident.life.duties.iter().map(|duty| &duty.care);
    for care in incident.steps.iter().map(|step| &step.care).chain(duties) {
        let over = care.finished.is_some();
        prop_assert!(!over || care.repeats.is_empty(), "what is over is asked for no more");
        for repeating in &care.repeats {
            let row = &plan.escalation[usize::try_from(repeating.row).expect("small")];
            prop_assert!(row.ack_all || row.repeat_every.is_some(), "it is asked once");
            prop_assert!(row.repeat_max.is_none_or(|most| repeating.times < most), "too often");
            prop_assert!(row.from_level <= incident.level, "above the level");
            let all = row.notify.iter().all(|role| {
                care.heard.iter().any(|by| {
                    let backup = plan.roles.get(role).map(|role| role.backup.clone());
                    holder(plan, incident, role).as_ref() == Some(by) || backup.as_ref() == Some(by)
                })
            });
            prop_assert!(!all || care.acknowledged.is_none(), "all have answered");
        }
    }
    if incident.state.is_running() {
        let started = incident.activated_at.expect("it runs");
        for step in incident.steps.iter().filter(|step| step.state.is_unfinished()) {
            prop_assert!(step.due_at.is_some_and(|due| due >= started), "{}", step.key);
            let waits =
                plan.steps.iter().find(|planned| planned.key == step.key).is_some_and(|it| {
                    let open = |key: &String| {
                        incident.steps.iter().any(|step| step.key == *key && !step.state.frees())
                    };
                    it.after.iter().any(open)
                });
            prop_assert_eq!(waits, step.state == StepState::Waiting, "{}", step.key);
        }
    } else if incident.activated_at.is_none() {
        prop_assert!(incident.life.duties.is_empty(), "nothing is owed before the plan starts");
    }
    if let Some(at) = wakes_at(plan, incident) {
        let what = due(plan, incident, at);
        let what = what.ok_or_else(|| TestCaseError::fail("a wake for nothing"))?;
        let event = IncidentEvent::new(at, None, what);
        let after = apply(plan, Some(incident), &event);
        prop_assert!(after.is_ok(), "{:?}: {:?}", event.what, after);
    }
    Ok(())
}
