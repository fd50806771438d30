//! Crisis plans in action: numbered, saved, raised, found when their time has come.

use std::path::Path;

use atalaya::config::{self, TomlFile};
use atalaya::model::{
    Happening, Incident, IncidentEvent, IncidentId, IncidentState, Level, Locale, Origin, Plan,
    Start,
};
use atalaya::plan;
use atalaya::store::{Store, StoreError, incidents};

use crate::archive::Told;
use crate::samples::at;

/// One incident a plan and story; a raise adds steps; a proposal falls due.
pub async fn an_incident_runs_once_a_story(store: &Store, told: &Told) {
    let plan = sample_plan();
    let (incident, number) = open(store, told, &plan).await;
    assert_eq!(number, "INC-2026-0002", "numbers are never used twice");
    assert_eq!(of_story(store, told).await, Some((incident.clone(), plan.clone())));

    let mut second = incident.clone();
    second.id = IncidentId::new();
    "INC-2026-0003".clone_into(&mut second.number);
    let refused = save(store, &second, &plan).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");

    assert_eq!(incident.state, IncidentState::Proposed);
    let due = incident.confirm_by.expect("a proposal has a term");
    let early = due - jiff::SignedDuration::from_secs(1);
    assert!(store.read(move |tx| incidents::due(tx, early, 9)).await.unwrap().is_empty());
    let overdue = store.read(move |tx| incidents::due(tx, due, 9)).await.unwrap();
    assert_eq!(overdue, [(incident.clone(), plan.clone())]);

    let started = Happening::Activated { start: Start::Unconfirmed };
    let started = happens(&plan, Some(&incident), started, due);
    let raised = Happening::Raised { level: Level::Red, reason: None };
    let raised = happens(&plan, Some(&started), raised, due);
    assert!(raised.steps.len() > incident.steps.len(), "the plan has steps for red alone");
    save(store, &raised, &plan).await.unwrap();
    assert_eq!(of_story(store, told).await, Some((raised.clone(), plan.clone())));
    let (id, topic) = (plan.id.clone(), raised.topic_id.clone());
    let open = store.read(move |tx| incidents::open_of(tx, &id, &topic)).await.unwrap();
    assert_eq!(open, Some((raised.clone(), plan.clone())));
    let found = store.read(move |tx| incidents::by_number(tx, &number)).await.unwrap();
    assert_eq!(found, Some((raised, plan)));
    let none = store.read(|tx| incidents::open_of(tx, "rumor-solvencia", "another")).await.unwrap();
    assert_eq!(none, None);
    assert!(store.read(move |tx| incidents::due(tx, due, 9)).await.unwrap().is_empty());
}

fn happens(
    plan: &Plan,
    incident: Option<&Incident>,
    what: Happening,
    at: jiff::Timestamp,
) -> Incident {
    let event = IncidentEvent::new(at, None, what);
    plan::apply(plan, incident, &event).expect("it can happen")
}

async fn open(store: &Store, told: &Told, plan: &Plan) -> (Incident, String) {
    let first = store.write(|tx| incidents::next_number(tx, 2026)).await.unwrap();
    assert_eq!(first, "INC-2026-0001");
    let number = store.write(|tx| incidents::next_number(tx, 2026)).await.unwrap();
    let origin = Origin {
        number: number.clone(),
        title: "Titular".to_owned(),
        category: "solvency".to_owned(),
        level: Level::Orange,
        topic_id: told.alert.topic_id.clone(),
        story_id: told.alert.story_id,
        alert_id: told.alert.id,
        detected_at: at(1),
        drill: None,
    };
    let opened = plan::opening(plan, origin, String::new()).swap_remove(0);
    let incident = happens(plan, None, opened, at(900));
    save(store, &incident, plan).await.unwrap();
    (incident, number)
}

async fn save(store: &Store, incident: &Incident, plan: &Plan) -> Result<(), StoreError> {
    let (incident, plan) = (incident.clone(), plan.clone());
    store
        .write(move |tx| {
            incidents::save(tx, &incident, &plan, plan::wakes_at(&plan, &incident))?;
            incidents::attach(tx, incident.id, incident.story_id, incident.opened_at)
        })
        .await
}

async fn of_story(store: &Store, told: &Told) -> Option<(Incident, Plan)> {
    let story = told.alert.story_id;
    store.read(move |tx| incidents::of_story(tx, story)).await.unwrap()
}

/// A plan that the program comes with.
fn sample_plan() -> Plan {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let read = |name: &str| TomlFile::read(&home.join(name)).expect("it can be read");
    let people = config::load_people(&read("people.toml"), Locale::Es, "Europe/Madrid");
    let people = people.expect("people without errors");
    let categories = config::embedded_keywords().expect("the program's own keywords").0.categories;
    let categories = categories.into_iter().map(|category| category.id).collect();
    let channels = ["email", "chat", "siem"].map(str::to_owned).into();
    let plan = read("plans/rumor-solvencia.toml");
    let known = config::PlanNames {
        people: Some(&people),
        calendars: None,
        category_ids: Some(&categories),
        channel_ids: &channels,
        topic_ids: None,
        lists: None,
    };
    config::load_plan(&plan, &known).expect("a plan without errors").0
}
