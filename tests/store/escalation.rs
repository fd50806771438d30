//! Who is asked while nobody takes an alert: rows with due times of their own, on both databases, whatever the
//! clock does.

use std::collections::BTreeSet;

use atalaya::config::{self, Config};
use atalaya::model::{
    Actor, Alert, AlertEventKind, AlertState, Cause, Escalation, EscalationState, Level,
    NoticeBody, StoryId,
};
use atalaya::pipeline::ask_people;
use atalaya::store::answers::{self, Answer, Refusal};
use atalaya::store::deliveries::{self, Outgoing};
use atalaya::store::{Store, StoreError, Transaction, alert_events, alerts, escalations};
use jiff::Timestamp;

use crate::backend::Backend;
use crate::samples::{self, at, lease};
use crate::{close, on_runtime};

const PEOPLE: &str = r#"
[person.ana]
name = "Ana"
email = "ana@bank.example"
[person.bea]
name = "Bea"
email = "bea@bank.example"
quiet = { from = "22:00", to = "07:00", below = "red" }
[person.eva]
name = "Eva"
email = "eva@bank.example"
"#;

const POLICIES: &str = r#"
[[policy]]
id = "desk"
rounds = 2
resume_after = "30m"
[[policy.step]]
people = ["ana"]
via = ["email"]
wait = "10m"
[[policy.step]]
people = ["bea"]
on_call = ["nights"]
via = ["email"]
wait = "20m"

[[policy]]
id = "asleep"
[[policy.step]]
people = ["bea"]
via = ["email"]
wait = "10m"
[[policy.step]]
people = ["eva"]
via = ["email"]
wait = "10m"
"#;

const NIGHTS: &str = r#"
id = "nights"
time_zone = "Europe/Madrid"
[[rotation]]
people = ["eva"]
every = "day"
hand_over = "20:00"
anchor = 2026-01-01
hours = { from = "20:00", to = "08:00" }
"#;

#[test]
fn people_are_asked_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(asked(&backend));
}

#[test]
fn people_are_asked_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(asked(&backend));
}

/// Each chapter has an alert of its own.
async fn asked(backend: &Backend) {
    let store = backend.open().await;
    let config = configuration();
    the_ladder_is_climbed_and_ends(&store, &config).await;
    a_jump_of_the_clock_asks_one_step(&store, &config).await;
    an_answer_stops_it_and_takes_back_what_has_not_left(&store, &config).await;
    a_red_alert_that_is_left_alone_is_asked_for_again(&store, &config).await;
    the_ladder_waits_for_the_morning(&store, &config).await;
    a_commit_that_fails_asks_nobody(&store, &config).await;
    close(store).await;
}

async fn the_ladder_is_climbed_and_ends(store: &Store, config: &Config) {
    let alert = begin(store, config, "desk", Level::Red, at(0)).await;
    for (seconds, who, kind) in [
        (0, &["ana"][..], AlertEventKind::Asked),
        (600, &["bea"], AlertEventKind::Escalated),
        (1800, &["ana"], AlertEventKind::Escalated),
        (2400, &["bea"], AlertEventKind::Escalated),
    ] {
        assert_eq!(ask(store, config, at(seconds - 1)).await, [], "{seconds}: before its time");
        assert_eq!(ask(store, config, at(seconds)).await, [kind], "{seconds}");
        assert_eq!(ask(store, config, at(seconds)).await, [], "{seconds}: twice");
        let sent = claim(store, at(seconds)).await;
        assert_eq!(recipients(&sent), who, "{seconds}");
        settle(store, sent, at(seconds)).await;
    }
    assert_eq!(state(store, &alert).await, AlertState::Escalated);
    assert_eq!(ask(store, config, at(3600)).await, [AlertEventKind::Exhausted]);
    assert_eq!(ask(store, config, at(99_999)).await, []);
    assert!(claim(store, at(99_999)).await.is_empty());
    assert_eq!(row(store, &alert, "desk").await.state, EscalationState::Exhausted);
}

async fn a_jump_of_the_clock_asks_one_step(store: &Store, config: &Config) {
    let alert = begin(store, config, "desk", Level::Red, at(0)).await;
    assert_eq!(ask(store, config, at(0)).await.len(), 1);
    let years = at(10 * 365 * 86_400);
    assert_eq!(ask(store, config, years).await, [AlertEventKind::Escalated], "one, however late");
    assert_eq!(ask(store, config, years).await, [], "who was asked late has their time");
    assert_eq!(ask(store, config, at(600)).await, [], "the clock is set back");
    let next = row(store, &alert, "desk").await.due_at.expect("it goes on");
    assert_eq!(next, years + jiff::SignedDuration::from_mins(20));
    let sent = claim(store, years).await;
    assert_eq!(recipients(&sent), ["ana", "bea"], "by day nobody is on call beside her");
    let keys: BTreeSet<_> = sent.iter().map(|one| &one.delivery.idempotency_key).collect();
    assert_eq!(keys.len(), sent.len());
    settle(store, sent, years).await;
    over(store, &alert).await;
}

async fn an_answer_stops_it_and_takes_back_what_has_not_left(store: &Store, config: &Config) {
    let alert = begin(store, config, "desk", Level::Orange, at(0)).await;
    assert_eq!(ask(store, config, at(0)).await.len(), 1);
    settle(store, claim(store, at(0)).await, at(0)).await;
    assert_eq!(ask(store, config, at(600)).await.len(), 1);
    // The second message still waits when somebody takes the alert.
    assert_eq!(
        answer(store, &alert, AlertEventKind::Acknowledged, at(601)).await,
        Ok(AlertState::Acknowledged)
    );
    assert!(claim(store, at(700)).await.is_empty(), "nobody is woken for what is taken");
    assert_eq!(ask(store, config, at(99_999)).await, []);
    let row = row(store, &alert, "desk").await;
    assert_eq!((row.state, row.due_at), (EscalationState::Stopped, None));
    let again = answer(store, &alert, AlertEventKind::Acknowledged, at(602)).await;
    let Err(Refusal::Already(standing)) = again else { panic!("{again:?}") };
    assert_eq!((standing.by.as_deref(), standing.at), (Some("Eva"), at(601)));
}

async fn a_red_alert_that_is_left_alone_is_asked_for_again(store: &Store, config: &Config) {
    let alert = begin(store, config, "desk", Level::Red, at(0)).await;
    assert_eq!(ask(store, config, at(0)).await.len(), 1);
    settle(store, claim(store, at(0)).await, at(0)).await;
    answer(store, &alert, AlertEventKind::Acknowledged, at(100)).await.expect("taken");
    answer(store, &alert, AlertEventKind::Noted, at(1000)).await.expect("noted");
    assert_eq!(ask(store, config, at(1900)).await, [], "something was done meanwhile");
    assert_eq!(row(store, &alert, "desk").await.due_at, Some(at(2800)));
    assert_eq!(ask(store, config, at(2800)).await, [AlertEventKind::Lapsed]);
    assert_eq!(ask(store, config, at(2801)).await, [AlertEventKind::Escalated]);
    let sent = claim(store, at(2801)).await;
    assert_eq!(recipients(&sent), ["ana"], "from the beginning");
    let NoticeBody::Escalation(facts) = &sent[0].notice.body else {
        panic!("{:?}", sent[0].notice)
    };
    assert_eq!(facts.cause, Cause::Lapsed { taken_by: Some("Eva".to_owned()), taken_at: at(100) });
    settle(store, sent, at(2801)).await;
    over(store, &alert).await;
    assert_eq!(ask(store, config, at(99_999)).await, []);
}

async fn the_ladder_waits_for_the_morning(store: &Store, config: &Config) {
    // 23:00 in UTC, which is Bea's zone.
    let night: Timestamp = "2026-11-24T23:00:00Z".parse().unwrap();
    let morning: Timestamp = "2026-11-25T07:00:00Z".parse().unwrap();
    let later = morning + jiff::SignedDuration::from_mins(10);
    let alert = begin(store, config, "asleep", Level::Orange, night).await;
    assert_eq!(ask(store, config, night).await, [AlertEventKind::Asked]);
    assert!(claim(store, night).await.is_empty(), "Bea sleeps");
    assert_eq!(
        row(store, &alert, "asleep").await.due_at,
        Some(later),
        "her time begins in the morning"
    );
    let sent = claim(store, morning).await;
    assert_eq!(recipients(&sent), ["bea"]);
    settle(store, sent, morning).await;
    over(store, &alert).await;

    let red = begin(store, config, "asleep", Level::Red, night).await;
    assert_eq!(ask(store, config, night).await, [AlertEventKind::Asked]);
    let sent = claim(store, night).await;
    assert_eq!(recipients(&sent), ["bea"], "red wakes her");
    settle(store, sent, night).await;
    over(store, &red).await;
}

async fn a_commit_that_fails_asks_nobody(store: &Store, config: &Config) {
    let alert = begin(store, config, "desk", Level::Red, at(0)).await;
    let ours = config.clone();
    let cut_off = store.write(move |tx| {
        assert_eq!(ask_people(tx, &ours, at(0))?.len(), 1);
        Err::<(), _>(StoreError::Mismatch("the power went".to_owned()))
    });
    assert!(cut_off.await.is_err());
    assert!(claim(store, at(0)).await.is_empty());
    assert_eq!(ask(store, config, at(5)).await, [AlertEventKind::Asked]);
    assert_eq!(recipients(&claim(store, at(5)).await), ["ana"]);
    let id = alert.id;
    let events = store.read(move |tx| alert_events::of_alert(tx, id)).await.unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
}

/// A new alert, and the escalation that a policy makes of it.
async fn begin(
    store: &Store,
    config: &Config,
    policy: &str,
    level: Level,
    now: Timestamp,
) -> Alert {
    let mut alert = samples::alert(StoryId::new(), now);
    (alert.level, alert.standing) = (level, level);
    let notice = samples::notice(&alert, "titular");
    let escalation = Escalation {
        alert_id: alert.id,
        policy: policy.to_owned(),
        run: 1,
        state: EscalationState::Running,
        ladder: config.policies[policy].ladder.clone(),
        facts: notice.alert().expect("about an alert").clone(),
        cause: Cause::Raised,
        began_at: now,
        last: None,
        asked: BTreeSet::new(),
        due_at: Some(now),
    };
    let ours = alert.clone();
    let job = move |tx: &mut dyn Transaction| {
        alerts::save(tx, &ours)?;
        escalations::save(tx, &escalation)?;
        assert_eq!(escalations::find(tx, ours.id, &escalation.policy)?.as_ref(), Some(&escalation));
        Ok(())
    };
    store.write(job).await.unwrap();
    alert
}

async fn ask(store: &Store, config: &Config, now: Timestamp) -> Vec<AlertEventKind> {
    let config = config.clone();
    let done = store.write(move |tx| ask_people(tx, &config, now)).await.unwrap();
    done.iter().map(|step| step.kind).collect()
}

async fn answer(
    store: &Store,
    alert: &Alert,
    kind: AlertEventKind,
    now: Timestamp,
) -> Result<AlertState, Refusal> {
    let id = alert.id;
    let actor = Actor { name: Some("Eva".to_owned()), ..Actor::default() };
    let answer = Answer { kind, actor, note: None, link: None };
    let done = store.write(move |tx| answers::record(tx, id, &answer, now)).await.unwrap();
    done.map(|alert| alert.state)
}

async fn over(store: &Store, alert: &Alert) {
    answer(store, alert, AlertEventKind::Resolved, at(0)).await.expect("over");
}

async fn state(store: &Store, alert: &Alert) -> AlertState {
    let id = alert.id;
    store.read(move |tx| alerts::by_id(tx, id)).await.unwrap().expect("an alert").state
}

async fn row(store: &Store, alert: &Alert, policy: &'static str) -> Escalation {
    let id = alert.id;
    store.read(move |tx| escalations::find(tx, id, policy)).await.unwrap().expect("an escalation")
}

async fn claim(store: &Store, now: Timestamp) -> Vec<Outgoing> {
    let lease = move || atalaya::store::Lease { now, until: now, ..lease("a", 0) };
    store.write(move |tx| deliveries::claim(tx, "email", lease(), 99)).await.unwrap()
}

async fn settle(store: &Store, sent: Vec<Outgoing>, now: Timestamp) {
    for Outgoing { delivery, .. } in sent {
        let accepted = atalaya::model::AttemptOutcome::Accepted("250 ok".to_owned());
        let job = move |tx: &mut dyn Transaction| deliveries::finish(tx, &delivery, &accepted, now);
        assert!(store.write(job).await.unwrap());
    }
}

fn recipients(sent: &[Outgoing]) -> Vec<&str> {
    sent.iter().map(|one| one.delivery.recipient.id.as_str()).collect()
}

/// The daemon's own configuration, as small as it can be.
fn configuration() -> Config {
    let home = tempfile::tempdir().expect("a directory");
    let keywords =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let text = format!(
        "keywords = {keywords:?}\npeople = \"people.toml\"\ncalendars = \"calendars\"\npolicies = \"policies.toml\"\n\
         [organisation]\nname = \"Banco\"\ntime_zone = \"UTC\"\n\
         [[source]]\nid = \"daily\"\nurl = \"http://daily.example/feed\"\n\
         [[channel]]\nid = \"email\"\nkind = \"maildir\"\ndirectory = \"mail\"\nfrom = \"a@bank.example\"\n"
    );
    std::fs::create_dir(home.path().join("calendars")).expect("made");
    for (name, text) in [
        ("atalaya.toml", text.as_str()),
        ("people.toml", PEOPLE),
        ("policies.toml", POLICIES),
        ("calendars/nights.toml", NIGHTS),
    ] {
        std::fs::write(home.path().join(name), text).expect("written");
    }
    config::load(&home.path().join("atalaya.toml")).expect("a good configuration").0
}
