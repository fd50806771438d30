//! What an officer would notice: which plan starts, what is due when, what a raise adds.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Facts, Origin, activate, choose, confirm_overdue, open, raise, triggered};
use crate::config::{TomlFile, load_people, load_plan};
use crate::model::{
    ActivationMode, AlertId, Incident, IncidentState, Level, Locale, Plan, StepState, StoryFacts,
    StoryId,
};

fn plans() -> Vec<Plan> {
    let people = include_str!("../../config/people.toml");
    let people = load_people(&TomlFile::new("people.toml", people), Locale::Es, "UTC");
    let people = people.expect("people");
    let texts = [
        include_str!("../../config/plans/rumor-solvencia.toml"),
        include_str!("../../config/plans/fuga-datos.toml"),
        include_str!("../../config/plans/venta-inadecuada.toml"),
    ];
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let categories: BTreeSet<String> = names(&["solvency", "data_breach", "mis_selling"]);
    let channels: BTreeSet<String> = names(&["email", "chat"]);
    let load = |text: &str| {
        load_plan(&TomlFile::new("plan.toml", text), Some(&people), Some(&categories), &channels)
            .expect("plan")
            .0
    };
    texts.into_iter().map(load).collect()
}

fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().expect("time")
}

fn opened(plan: &Plan, level: Level) -> Incident {
    let origin = Origin {
        number: "INC-2026-0007".to_owned(),
        title: "Colas en las oficinas".to_owned(),
        category: "solvency".to_owned(),
        level,
        topic_id: "bank".to_owned(),
        story_id: StoryId::new(),
        alert_id: AlertId::new(),
        detected_at: now(),
    };
    open(plan, origin, now())
}

fn story(owners: u32, tier1: u32, hours: (u32, u32)) -> StoryFacts {
    StoryFacts {
        owners,
        tier1,
        articles_last_hour: hours.0,
        articles_previous_hour: hours.1,
        ..StoryFacts::default()
    }
}

#[test]
fn a_story_starts_the_plan_of_its_kind() {
    let plans = plans();
    let check = |name: &str, categories: &[&str], score, story, expected: Option<(&str, Level)>| {
        let categories: Vec<String> = categories.iter().map(|&id| id.to_owned()).collect();
        let facts = Facts { categories: &categories, level: Level::Orange, score, facts: &story };
        let chosen = choose(&plans, &facts).map(|(plan, level, _)| (plan.id.as_str(), level));
        assert_eq!(chosen, expected, "{name}");
    };
    let (rumour, leak) = ("rumor-solvencia", "fuga-datos");
    check("one source", &["solvency"], 90.0, story(1, 0, (1, 0)), Some((rumour, Level::Blue)));
    check("growing", &["solvency"], 70.0, story(4, 0, (6, 2)), Some((rumour, Level::Orange)));
    check("not growing", &["solvency"], 70.0, story(4, 0, (6, 3)), Some((rumour, Level::Yellow)));
    check("wide", &["solvency"], 85.0, story(8, 1, (9, 9)), Some((rumour, Level::Red)));
    check(
        "leak by score alone",
        &["data_breach"],
        60.0,
        story(1, 0, (1, 0)),
        Some((leak, Level::Orange)),
    );
    check("too low", &["data_breach"], 44.9, story(9, 9, (9, 0)), None);
    check("another kind", &["labour"], 99.0, story(9, 9, (9, 0)), None);
    check("no kind", &[], 99.0, story(9, 9, (9, 0)), None);
    let both = ["data_breach", "solvency"];
    check("higher level wins", &both, 60.0, story(2, 0, (1, 0)), Some((leak, Level::Orange)));
    check("graver kind wins", &both, 90.0, story(8, 1, (9, 1)), Some((leak, Level::Red)));
    let both = ["solvency", "data_breach"];
    check("graver kind wins", &both, 90.0, story(8, 1, (9, 1)), Some((rumour, Level::Red)));
}

#[test]
fn a_score_alone_never_gives_red() {
    let mut plan = plans().swap_remove(1);
    for row in plan.triggers.iter_mut().filter(|row| row.level == Level::Red) {
        (row.min_sources, row.min_tier1) = (None, None);
    }
    let categories = ["data_breach".to_owned()];
    let story = story(1, 0, (1, 0));
    let facts = Facts { categories: &categories, level: Level::Orange, score: 99.0, facts: &story };
    let level = |facts| triggered(&plan, facts).map(|(level, _)| level);
    assert_eq!(level(&facts), Some(Level::Orange));
    assert_eq!(level(&Facts { level: Level::Red, ..facts }), Some(Level::Red));
}

#[test]
fn a_proposal_that_nobody_answers_starts_by_itself() {
    let plan = plans().swap_remove(0);
    let incident = opened(&plan, Level::Orange);
    assert_eq!(incident.state, IncidentState::Proposed);
    let by = now() + SignedDuration::from_mins(15);
    assert_eq!(incident.confirm_by, Some(by));
    assert!(!confirm_overdue(&incident, by - SignedDuration::from_millis(1)));
    assert!(confirm_overdue(&incident, by));
    let active = activate(&incident, &plan, by);
    assert!(!confirm_overdue(&active, by), "active incidents wait for nobody");
    let verify = active.steps.iter().find(|step| step.key == "verificar").expect("step");
    assert_eq!(verify.due_at, Some(by + SignedDuration::from_mins(30)));
    assert_eq!((verify.person.as_str(), verify.backup.as_str()), ("marta.leon", "ivan.soto"));
}

#[test]
fn red_and_automatic_plans_ask_nobody() {
    let plans = plans();
    for (plan, level) in [(&plans[0], Level::Red), (&plans[1], Level::Orange)] {
        let incident = opened(plan, level);
        assert_eq!(incident.state, IncidentState::Active, "{}", plan.id);
        assert_eq!(incident.activated_at, Some(now()));
        assert_eq!(incident.confirm_by, None);
        assert!(incident.steps.iter().all(|step| step.due_at.is_some()));
    }
}

#[test]
fn steps_wait_for_what_comes_before() {
    let plan = plans().swap_remove(0);
    let incident = opened(&plan, Level::Orange);
    let state = |key| incident.steps.iter().find(|step| step.key == key).map(|step| step.state);
    assert_eq!(state("verificar"), Some(StepState::Due));
    assert_eq!(state("clasificar"), Some(StepState::Waiting));
    assert_eq!(state("comite"), None, "red only");
}

fn level() -> impl Strategy<Value = Level> {
    proptest::sample::select(&Level::ALL[..])
}

proptest! {
    #[test]
    fn lives_hold_their_rules(
        which in 0_usize..3, automatic: bool, first in level(), raises in prop::collection::vec(level(), 0..4),
        wait in 0_i64..100_000,
    ) {
        let mut plan = plans().swap_remove(which);
        plan.activation.mode =
            if automatic { ActivationMode::Automatic } else { ActivationMode::Confirm };
        let opened = opened(&plan, first);
        if opened.state == IncidentState::Proposed {
            prop_assert!(opened.steps.iter().all(|step| step.due_at.is_none()));
        }
        let later = now() + SignedDuration::from_secs(wait);
        let mut incident = activate(&opened, &plan, later);
        prop_assert_eq!(&activate(&incident, &plan, later + SignedDuration::from_hours(1)), &incident);
        let highest = raises.iter().copied().fold(first, Level::max);
        for level in raises {
            let at = later + SignedDuration::from_mins(5);
            let added = raise(&incident, &plan, level, at);
            prop_assert!(added.iter().all(|step| step.due_at.is_some_and(|due| due >= at)));
            incident.steps.extend(added);
        }
        let keys: BTreeSet<&str> = incident.steps.iter().map(|step| step.key.as_str()).collect();
        prop_assert_eq!(keys.len(), incident.steps.len(), "a step twice");
        let expected = plan.steps.iter().filter(|step| step.from_level <= highest).count();
        prop_assert_eq!(incident.steps.len(), expected);
        let started = incident.activated_at.expect("active");
        prop_assert!(incident.steps.iter().all(|step| step.due_at.is_some_and(|due| due >= started)));
    }
}
