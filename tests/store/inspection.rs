//! What the inspection of the plans finds is told to who keeps them: once, weekly while it lasts, and anew when it
//! comes back.

use std::path::Path;

use atalaya::config::{self, Config, Owed, TomlFile};
use atalaya::model::{AttemptOutcome, NoticeBody, PlanTrouble, PlansNotice};
use atalaya::pipeline::{Inspected, Past, inspect, tell_keepers};
use atalaya::store::deliveries::{self, Outgoing};
use atalaya::store::{Store, StoreError};
use jiff::civil::{Date, date};

use crate::backend::Backend;
use crate::samples::{at, lease};
use crate::{close, on_runtime};

const DAY: i64 = 24 * 3600;
/// Keeps the plan of rumours (`owner = "reputacion"`).
const KEEPER: &str = "carmen.saez";
const GOOD: Date = date(2026, 11, 20);
const OVERDUE: Date = date(2027, 7, 1);

#[test]
fn keepers_are_told_on_sqlite() {
    on_runtime(told(&Backend::sqlite()));
}

#[test]
fn keepers_are_told_on_postgresql() {
    on_runtime(told(&Backend::postgres()));
}

async fn told(backend: &Backend) {
    let store = backend.open().await;
    let config = configuration("[[route]]\nabout = \"plans\"\nplans = [\"rumor-solvencia\"]\n");
    a_commit_that_fails_is_told_later(&store, &config).await;
    what_is_new_is_told_once_and_again_after_a_week(&store, &config).await;
    whose_lesson_it_is_hears_of_that_alone(&store, &config).await;
    what_was_seen_to_is_new_when_it_comes_back(&store, &config).await;
    close(store).await;
}

async fn a_commit_that_fails_is_told_later(store: &Store, config: &Config) {
    let (ours, found) = (config.clone(), found(config, &Past::default(), OVERDUE));
    let cut_off = store.write(move |tx| {
        assert_eq!(tell_keepers(tx, &ours, &found, at(0))?, 2);
        Err::<(), _>(StoreError::Mismatch("the power went".to_owned()))
    });
    assert!(cut_off.await.is_err());
    assert!(claim(store, 1).await.is_empty());
}

async fn what_is_new_is_told_once_and_again_after_a_week(store: &Store, config: &Config) {
    let found = found(config, &Past::default(), OVERDUE);
    assert_eq!(tell(store, config, &found, 0).await, 2);
    assert_eq!(tell(store, config, &found, 0).await, 0, "what was told is told");
    let messages = claim(store, 1).await;
    let to: Vec<&str> = messages.iter().map(recipient).collect();
    assert_eq!(to, [KEEPER, "elena.ruiz"], "who keeps it, and whom the route names");
    let told = facts(&messages[0]);
    assert_eq!((told.total, told.new, told.more), (3, 3, 0), "{told:?}");
    let due = told.findings.iter().any(|it| matches!(it.trouble, PlanTrouble::ReviewDue { .. }));
    assert!(due && told.findings.iter().all(|it| it.plan_id.as_deref() == Some("rumor-solvencia")));
    let place = told.findings[0].place.as_deref().unwrap_or_default();
    assert!(place.contains("plan.toml:"), "{place}");
    settle(store, messages, 2).await;

    assert_eq!(tell(store, config, &found, DAY).await, 0);
    assert_eq!(tell(store, config, &found, 7 * DAY - 5).await, 2, "some seconds early is a week");
    let messages = claim(store, 7 * DAY).await;
    let told = facts(&messages[0]);
    assert_eq!((told.total, told.new, told.findings[0].since), (3, 0, at(0)));
    let thread = &messages[0].delivery.thread_key;
    assert!(thread.is_some(), "the mails of one recipient are one thread");
    settle(store, messages, 7 * DAY).await;
}

async fn whose_lesson_it_is_hears_of_that_alone(store: &Store, config: &Config) {
    let trouble = PlanTrouble::Lesson {
        incident: "INC-2026-0007".to_owned(),
        text: "teléfono alternativo".to_owned(),
        owner: "ivan.soto".to_owned(),
        due: date(2027, 6, 1),
    };
    let owed = vec![Owed { plan: "rumor-solvencia".to_owned(), trouble }];
    let found = found(config, &Past { owed, ..Past::default() }, OVERDUE);
    assert_eq!(tell(store, config, &found, 8 * DAY).await, 3);
    let messages = claim(store, 8 * DAY).await;
    for message in &messages {
        let told = facts(message);
        let expected = if recipient(message) == "ivan.soto" { (1, 1) } else { (4, 1) };
        assert_eq!((told.total, told.new), expected, "{}", recipient(message));
        assert!(matches!(told.findings[0].trouble, PlanTrouble::Lesson { .. }), "new ones first");
    }
    settle(store, messages, 8 * DAY).await;
}

async fn what_was_seen_to_is_new_when_it_comes_back(store: &Store, config: &Config) {
    let good = found(config, &Past::default(), GOOD);
    assert_eq!(tell(store, config, &good, 9 * DAY).await, 0);
    let found = found(config, &Past::default(), OVERDUE);
    assert_eq!(tell(store, config, &found, 10 * DAY).await, 2);
    let messages = claim(store, 10 * DAY).await;
    assert_eq!((facts(&messages[0]).new, facts(&messages[0]).findings[0].since), (3, at(10 * DAY)));
    settle(store, messages, 10 * DAY).await;
}

#[test]
fn what_no_plan_covers_goes_to_routes_about_all_plans_else_to_who_looks_after_sources() {
    let backend = Backend::sqlite();
    on_runtime(async {
        let store = backend.open().await;
        let uncovered = |config: &Config| {
            let mut found = found(config, &Past::default(), GOOD);
            found.retain(|it| matches!(it.trouble, PlanTrouble::Uncovered { .. }));
            assert!(!found.is_empty(), "categories that no plan covers");
            found
        };
        for (seconds, about, expected) in [
            (0, "[[route]]\nabout = \"plans\"\n", 1),
            (1, "[[route]]\nabout = \"sources\"\n", 1),
            (2, "[[route]]\nabout = \"plans\"\nplans = [\"rumor-solvencia\"]\n", 0),
        ] {
            let config = configuration(about);
            let found = uncovered(&config);
            assert_eq!(tell(&store, &config, &found, seconds).await, expected, "{about}");
            // Nothing was found: what is told next is new.
            assert_eq!(tell(&store, &config, &[], seconds).await, 0);
        }
        close(store).await;
    });
}

/// One plan, and a route to Elena.
fn configuration(route: &str) -> Config {
    let home = tempfile::tempdir().expect("a directory").keep();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [keywords, people, holidays] = ["keywords", "config/people.toml", "config/holidays.toml"]
        .map(|name| ours.join(name).display().to_string());
    std::fs::create_dir(home.join("plans")).expect("made");
    let plan = ours.join("config/plans/rumor-solvencia.toml");
    std::fs::copy(plan, home.join("plans/plan.toml")).expect("copied");
    let channel = |id: &str| {
        format!(
            "[[channel]]\nid = \"{id}\"\nkind = \"maildir\"\ndirectory = \"{id}\"\nfrom = \"a@bank.example\"\n"
        )
    };
    let text = format!(
        "keywords = {keywords:?}\npeople = {people:?}\nplans = \"plans\"\nholidays = {holidays:?}\n\
         [organisation]\nname = \"Banco\"\ntime_zone = \"UTC\"\n\
         [[source]]\nid = \"daily\"\nurl = \"http://daily.example/feed\"\n{}{}\
         {route}people = [\"elena.ruiz\"]\nvia = [\"email\"]\n",
        channel("email"),
        channel("chat"),
    );
    std::fs::write(home.join("atalaya.toml"), text).expect("written");
    config::load(&home.join("atalaya.toml")).unwrap_or_else(|findings| panic!("{findings:?}")).0
}

/// What the inspection finds.
fn found(config: &Config, past: &Past, today: Date) -> Vec<Inspected> {
    let (found, unread) = inspect(config, past, today, &TomlFile::new("atalaya.toml", ""));
    assert_eq!(unread, []);
    found
}

async fn tell(store: &Store, config: &Config, found: &[Inspected], seconds: i64) -> usize {
    let (config, found) = (config.clone(), found.to_vec());
    store.write(move |tx| tell_keepers(tx, &config, &found, at(seconds))).await.expect("told")
}

async fn claim(store: &Store, seconds: i64) -> Vec<Outgoing> {
    let claim = store.write(move |tx| deliveries::claim(tx, "email", lease("a", seconds), 9)).await;
    let mut messages = claim.expect("claimed");
    messages.sort_by(|a, b| recipient(a).cmp(recipient(b)));
    messages
}

async fn settle(store: &Store, messages: Vec<Outgoing>, seconds: i64) {
    for message in messages {
        let accepted = AttemptOutcome::Accepted("ok".to_owned());
        let done = store
            .write(move |tx| deliveries::finish(tx, &message.delivery, &accepted, at(seconds)));
        assert!(done.await.expect("settled"));
    }
}

fn recipient(message: &Outgoing) -> &str {
    &message.delivery.recipient.id
}

fn facts(message: &Outgoing) -> &PlansNotice {
    match &message.notice.body {
        NoticeBody::Plans(facts) => facts,
        other => panic!("{other:?}"),
    }
}
