//! Running plans on both databases: each event one transaction with its message and its entry in
//! the log; whoever changes the log, or what it made, is found.

use std::collections::BTreeSet;
use std::path::Path;

use atalaya::config::{self, Config};
use atalaya::model::{
    AlertId, AttemptOutcome, Happening, Incident, IncidentState, Level, NoticeBody, Origin,
    PlanNews, StoryId,
};
use atalaya::pipeline::{self, IncidentRefusal, Verified};
use atalaya::store::deliveries::{self, Outgoing};
use atalaya::store::{Dialect, Store, StoreError, Transaction, incidents};
use jiff::Timestamp;

use crate::backend::Backend;
use crate::samples::{at, lease};
use crate::{close, on_runtime};

const NUMBER: &str = "INC-2026-0001";

#[test]
fn a_plan_runs_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(run(&backend));
}

#[test]
fn a_plan_runs_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(run(&backend));
}

async fn run(backend: &Backend) {
    let store = backend.open().await;
    let config = configuration();
    opened_by_hand(&store, &config).await;
    the_clock_asks_holder_deputy_and_the_others(&store, &config).await;
    people_answer(&store, &config).await;
    a_text_is_approved_by_each_role(&store, &config).await;
    a_commit_that_fails_tells_nobody(&store, &config).await;
    let found = verified(&store).await;
    assert!(found.whole && found.entries > 10, "{found:?}");
    nothing_can_be_taken_out_of_the_log(&store).await;
    what_was_changed_is_found(&store).await;
    close(store).await;
}

async fn opened_by_hand(store: &Store, config: &Config) {
    let (ours, plan) = (config.clone(), config.plans[0].clone());
    assert_eq!(plan.id, "rumor-solvencia");
    let happened = store.write(move |tx| {
        let number = incidents::next_number(tx, 2026)?;
        let origin = Origin {
            number,
            title: "Colas en las oficinas".to_owned(),
            category: "solvency".to_owned(),
            level: Level::Orange,
            topic_id: "bank".to_owned(),
            story_id: StoryId::new(),
            alert_id: AlertId::new(),
            detected_at: at(-600),
            drill: None,
        };
        pipeline::open_by_hand(tx, &ours, &plan, origin, "elena.ruiz", at(0))
    });
    let happened = happened.await.unwrap();
    assert_eq!(happened.incident.state, IncidentState::Assessing);
    assert_eq!(happened.incident.number, NUMBER);
    let sent = claim(store, at(0)).await;
    assert!(sent.iter().all(|it| news(it, |news| matches!(news, PlanNews::Activated { .. }))));
    assert!(recipients(&sent).contains(&"marta.leon".to_owned()), "{:?}", recipients(&sent));
    settle(store, sent, at(0)).await;
}

async fn the_clock_asks_holder_deputy_and_the_others(store: &Store, config: &Config) {
    for (minutes, expected, who) in [
        (9, &[][..], &[][..]),
        (10, &["asked"], &["marta.leon"]),
        (20, &["asked"], &["ivan.soto", "marta.leon"]),
        (30, &["late", "asked", "late"], &["marta.leon"]), // the second waits for the first
        (40, &["asked"], &["ivan.soto", "marta.leon"]),
    ] {
        let now = at(minutes * 60);
        assert_eq!(look(store, config, now).await, expected, "{minutes}");
        assert_eq!(look(store, config, now).await, [""; 0], "{minutes}: twice");
        let sent = claim(store, now).await;
        let mut asked: Vec<String> = sent
            .iter()
            .filter(|it| news(it, |news| matches!(news, PlanNews::Asked { .. })))
            .map(|it| it.delivery.recipient.id.clone())
            .collect();
        asked.sort();
        assert_eq!(asked, who, "{minutes}");
        settle(store, sent, now).await;
    }
}

async fn people_answer(store: &Store, config: &Config) {
    let ack = Happening::Acknowledged { key: "verificar".to_owned() };
    let incident = said(store, config, "ivan.soto", ack, 41).await.expect("taken");
    let step = incident.steps.iter().find(|step| step.key == "verificar").unwrap();
    assert_eq!(step.person, "ivan.soto", "whoever stands in and takes it holds it");
    let bare = Happening::Done { key: "verificar".to_owned(), evidence: None };
    let refused = said(store, config, "ivan.soto", bare, 42).await;
    assert!(matches!(refused, Err(IncidentRefusal::Evidence { .. })), "{refused:?}");
    said(store, config, "ivan.soto", done("verificar"), 43).await.expect("done");
    said(store, config, "elena.ruiz", done("clasificar"), 44).await.expect("done");
    look(store, config, at(60 * 60)).await;
    let sent = claim(store, at(60 * 60)).await;
    let report = sent.iter().find_map(|it| match &it.notice.body {
        NoticeBody::Plan(plan) => match &plan.news {
            PlanNews::Report(report) => Some(report.clone()),
            _ => None,
        },
        _ => None,
    });
    let report = report.expect("a situation report an hour after the start");
    assert_eq!(report.number, 1);
    assert_eq!(report.done.len(), 2);
    assert!(!report.left.is_empty() && report.log.0 > 0 && report.log.1.len() == 64);
    settle(store, sent, at(60 * 60)).await;
}

/// The plan's words with what the log knows go to all who may approve; each role's word is an entry of the log.
async fn a_text_is_approved_by_each_role(store: &Store, config: &Config) {
    let now = at(61 * 60);
    let ours = config.clone();
    let drafted = store.write(move |tx| {
        pipeline::draft_text(tx, &ours, NUMBER, "carmen.saez", ("respuesta", None), now)
    });
    drafted.await.unwrap().expect("an incident").expect("drafted");
    let left = sent(store, now).await;
    let text = left.iter().find_map(|it| match &it.notice.body {
        NoticeBody::Plan(plan) => match &plan.news {
            PlanNews::Drafted { text, .. } => Some(text.clone()),
            _ => None,
        },
        _ => None,
    });
    let text = text.expect("the whole text");
    assert!(text.starts_with("https://bank.example/n\nQué estamos haciendo: Confirmar el nivel"));
    let is_draft = |it: &&Outgoing| news(it, |news| matches!(news, PlanNews::Drafted { .. }));
    let asked = left.iter().filter(is_draft).map(|it| it.delivery.recipient.id.clone());
    let asked: BTreeSet<String> = asked.collect();
    let approvers =
        ["ana.mora", "carmen.saez", "elena.ruiz", "jorge.rey", "pablo.nieto", "tomas.gil"];
    assert_eq!(asked, approvers.map(str::to_owned).into());
    let approve = async |by: &'static str| {
        let ours = config.clone();
        let said = store.write(move |tx| {
            pipeline::approve_text(tx, &ours, NUMBER, by, ("respuesta", None), now)
        });
        said.await.unwrap().expect("an incident").map(|happened| happened.messages)
    };
    assert_eq!(approve("carmen.saez").await, Ok(0));
    let twice = approve("pablo.nieto").await;
    assert!(matches!(&twice, Err(IncidentRefusal::Only(_))), "his role has spoken: {twice:?}");
    assert_eq!(approve("jorge.rey").await, Ok(0));
    assert_eq!(approve("elena.ruiz").await, Ok(1), "who waits for it is told");
    assert_eq!(recipients(&sent(store, now).await), ["carmen.saez"]);
    assert!(verified(store).await.whole);
}

async fn a_commit_that_fails_tells_nobody(store: &Store, config: &Config) {
    let ours = config.clone();
    let failed = store.write(move |tx| {
        let what = Happening::Noted { text: "x".to_owned() };
        pipeline::say(tx, &ours, NUMBER, "elena.ruiz", &what, at(3700))?;
        Err::<(), _>(StoreError::Mismatch("the power fails".to_owned()))
    });
    failed.await.expect_err("it fails");
    assert!(verified(store).await.whole);
}

async fn nothing_can_be_taken_out_of_the_log(store: &Store) {
    for sql in [
        "UPDATE incident_event SET person = 'nobody' WHERE n = 3",
        "DELETE FROM incident_event WHERE n = 3",
    ] {
        let refused = store.write(move |tx| tx.execute(sql, &[])).await;
        let why = refused.expect_err("append only").to_string();
        assert!(why.contains("append only"), "{why}");
    }
}

/// Whoever has the database can take the triggers away; the chain still tells.
async fn what_was_changed_is_found(store: &Store) {
    let head = verified(store).await.head.expect("a head");
    unguarded(store).await;
    for (sql, undo, place) in [
        (
            "UPDATE incident_event SET person = 'tomas.gil' WHERE n = 2",
            "UPDATE incident_event SET person = 'elena.ruiz' WHERE n = 2",
            Some(2),
        ),
        (
            "UPDATE incident_event SET at = at + 1 WHERE n = 5",
            "UPDATE incident_event SET at = at - 1 WHERE n = 5",
            Some(5),
        ),
        ("UPDATE incident SET level = 'blue'", "UPDATE incident SET level = 'orange'", None),
        (
            "UPDATE step SET person = 'x' WHERE key = 'efectivo'",
            "UPDATE step SET person = 'marta.leon' WHERE key = 'efectivo'",
            None,
        ),
        (
            "UPDATE incident SET plan = plan || ' '",
            "UPDATE incident SET plan = SUBSTR(plan, 1, LENGTH(plan) - 1)",
            None,
        ),
    ] {
        change(store, sql).await;
        let found = verified(store).await;
        assert!(!found.whole, "{sql}");
        assert_eq!(found.broken[0].entry, place, "{sql}: {:?}", found.broken);
        change(store, undo).await;
        let found = verified(store).await;
        assert!(found.whole, "{undo}: {:?}", found.broken);
    }
    let cut = "DELETE FROM incident_event WHERE n = (SELECT MAX(n) FROM incident_event)";
    change(store, cut).await;
    assert!(!verified(store).await.whole, "the end is missing");
    let expected = head.clone();
    let found = store.read(move |tx| pipeline::verify_log(tx, Some(&expected))).await.unwrap();
    assert!(found.broken.iter().any(|it| it.what.contains(&head)), "{:?}", found.broken);
    change(store, "DELETE FROM incident_event WHERE n = 4").await;
    let found = verified(store).await;
    assert!(found.broken[0].what.contains("entries 4 to 4 are missing"), "{:?}", found.broken);
}

async fn unguarded(store: &Store) {
    let off = store.write(|tx| {
        let triggers: &[&str] = match tx.dialect() {
            Dialect::Sqlite => {
                &["DROP TRIGGER incident_event_no_update", "DROP TRIGGER incident_event_no_delete"]
            }
            Dialect::Postgres => &["DROP TRIGGER incident_event_append_only ON incident_event"],
        };
        triggers.iter().try_for_each(|sql| tx.execute(sql, &[]).map(drop))
    });
    off.await.unwrap();
}

async fn change(store: &Store, sql: &'static str) {
    let changed = store.write(move |tx| tx.execute(sql, &[])).await.unwrap();
    assert!(changed > 0, "{sql}");
}

async fn verified(store: &Store) -> Verified {
    store.read(|tx| pipeline::verify_log(tx, None)).await.unwrap()
}

async fn look(store: &Store, config: &Config, now: Timestamp) -> Vec<&'static str> {
    let ours = config.clone();
    let due = store.read(move |tx| incidents::due(tx, now, 9)).await.unwrap();
    if due.is_empty() {
        return Vec::new();
    }
    let looked = store.write(move |tx| pipeline::look_after(tx, &ours, NUMBER, now)).await;
    looked.unwrap().0
}

async fn said(
    store: &Store,
    config: &Config,
    by: &'static str,
    what: Happening,
    minutes: i64,
) -> Result<Incident, IncidentRefusal> {
    let ours = config.clone();
    let said = store.write(move |tx| pipeline::say(tx, &ours, NUMBER, by, &what, at(minutes * 60)));
    said.await.unwrap().expect("there is such an incident").map(|happened| happened.incident)
}

fn done(key: &str) -> Happening {
    Happening::Done { key: key.to_owned(), evidence: Some("https://bank.example/n".to_owned()) }
}

fn news(outgoing: &Outgoing, is: impl Fn(&PlanNews) -> bool) -> bool {
    matches!(&outgoing.notice.body, NoticeBody::Plan(plan) if is(&plan.news))
}

fn recipients(sent: &[Outgoing]) -> Vec<String> {
    sent.iter().map(|it| it.delivery.recipient.id.clone()).collect()
}

async fn claim(store: &Store, now: Timestamp) -> Vec<Outgoing> {
    let lease = move || atalaya::store::Lease { now, until: now, ..lease("a", 0) };
    store.write(move |tx| deliveries::claim(tx, "email", lease(), 99)).await.unwrap()
}

/// All that leaves by now: who has several messages of one incident gets one after the other.
async fn sent(store: &Store, now: Timestamp) -> Vec<Outgoing> {
    let mut all = Vec::new();
    loop {
        let claimed = claim(store, now).await;
        if claimed.is_empty() {
            return all;
        }
        settle(store, claimed.clone(), now).await;
        all.extend(claimed);
    }
}

async fn settle(store: &Store, sent: Vec<Outgoing>, now: Timestamp) {
    for Outgoing { delivery, .. } in sent {
        let accepted = AttemptOutcome::Accepted("250 ok".to_owned());
        let job = move |tx: &mut dyn Transaction| deliveries::finish(tx, &delivery, &accepted, now);
        assert!(store.write(job).await.unwrap());
    }
}

/// The program's own people and plans, with one mail channel and one room.
fn configuration() -> Config {
    let home = tempfile::tempdir().expect("a directory");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [keywords, people, holidays] = ["keywords", "config/people.toml", "config/holidays.toml"]
        .map(|name| ours.join(name).display().to_string());
    std::fs::create_dir(home.path().join("plans")).expect("made");
    let plan = ours.join("config/plans/rumor-solvencia.toml");
    std::fs::copy(plan, home.path().join("plans/plan.toml")).expect("copied");
    let text = format!(
        "keywords = {keywords:?}\npeople = {people:?}\nplans = \"plans\"\nholidays = {holidays:?}\n\
         [organisation]\nname = \"Banco\"\ntime_zone = \"UTC\"\n\
         [[source]]\nid = \"daily\"\nurl = \"http://daily.example/feed\"\n\
         [[channel]]\nid = \"email\"\nkind = \"maildir\"\ndirectory = \"mail\"\nfrom = \"a@bank.example\"\n\
         [[channel]]\nid = \"chat\"\nkind = \"maildir\"\ndirectory = \"chat\"\nfrom = \"a@bank.example\"\n"
    );
    std::fs::write(home.path().join("atalaya.toml"), text).expect("written");
    config::load(&home.path().join("atalaya.toml")).expect("a good configuration").0
}
