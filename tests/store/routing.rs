//! Alerts along the routes, held back, gathered, reminded and summed up: on both databases, with the
//! clock as an argument. Each chapter has its own hours and its own store.

use std::fmt::Write as _;

use atalaya::config::{self, Config};
use atalaya::model::{
    Alert, AlertState, AttemptOutcome, HeldWhy, Labels, Level, Notice, NoticeBody, Silence,
    StoryId, SummaryNotice, SummaryOf,
};
use atalaya::pipeline::{tell_alert, tell_gathered};
use atalaya::store::deliveries::{self, Outgoing};
use atalaya::store::{Store, StoreError, Transaction, alerts, held, silences};

use crate::backend::Backend;
use crate::samples::{self, at, lease, severity};
use crate::{close, on_runtime};

const ANA: &str = "people = [\"ana\"]\nvia = [\"email\"]\n";

#[test]
fn alerts_are_told_once_and_none_is_lost_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(told(&backend));
}

#[test]
fn alerts_are_told_once_and_none_is_lost_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(told(&backend));
}

/// A chapter every three hours.
async fn told(backend: &Backend) {
    let store = backend.open().await;
    a_route_without_more_tells_at_once(&store, 0).await;
    a_group_is_one_message(&store, 10_800).await;
    red_breaks_out_of_its_group(&store, 14_400).await;
    a_silence_holds_back_warns_and_reports(&store, 21_600).await;
    red_is_silenced_by_its_name_alone(&store, 32_400).await;
    a_graver_alert_stands_for_others(&store, 43_200).await;
    nobody_answers_and_is_reminded(&store, 54_000).await;
    a_storm_is_summed_up(&store, 64_800).await;
    a_digest_tells_the_rest(&store).await;
    close(store).await;
}

async fn a_route_without_more_tells_at_once(store: &Store, start: i64) {
    let config = configuration(&format!("[[route]]\n{ANA}"));
    let alert = raise(store, &config, "bank", Level::Yellow, start).await;
    let messages = take(store, start).await;
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(message.notice, samples::notice(&alert, "bank"));
    assert_eq!(gather(store, &config, start + 9_000).await, 0);
    assert!(held_since(store, start).await.is_empty());
}

async fn a_group_is_one_message(store: &Store, start: i64) {
    let config = configuration(&format!(
        "[[route]]\n{ANA}group_by = \"topic\"\ngroup_wait = \"30s\"\ngroup_interval = \"5m\"\n"
    ));
    let first = raise(store, &config, "bank", Level::Yellow, start).await;
    raise(store, &config, "bank", Level::Orange, start + 10).await;
    let alone = raise(store, &config, "sector", Level::Blue, start + 20).await;
    assert_eq!(gather(store, &config, start + 29).await, 0, "the first waits for others");
    assert_eq!(gather(store, &config, start + 30).await, 1);
    let facts = summary(&take(store, start + 30).await, 1).remove(0);
    assert!(matches!(facts.of, SummaryOf::Group { .. }));
    assert_eq!((facts.total, facts.level()), (2, Some(Level::Orange)));
    assert_eq!(facts.topics[0].items[1].alert, Some(first.id));

    assert_eq!(gather(store, &config, start + 50).await, 1);
    let one = take(store, start + 50).await.remove(0).notice;
    assert!(matches!(&one.body, NoticeBody::Alert(told) if told.alert_id == alone.id));
    assert_eq!(one.at, at(start + 50));

    raise(store, &config, "bank", Level::Blue, start + 60).await;
    assert_eq!(gather(store, &config, start + 329).await, 0, "its interval is not over");
    assert_eq!(gather(store, &config, start + 330).await, 1);
    assert_eq!(take(store, start + 330).await.len(), 1);
}

async fn red_breaks_out_of_its_group(store: &Store, start: i64) {
    let route = format!("[[route]]\n{ANA}group_by = \"topic\"\ngroup_wait = \"30s\"\n");
    let config = configuration(&route);
    let mut rises = raise(store, &config, "bank", Level::Orange, start).await;
    raise(store, &config, "bank", Level::Yellow, start + 1).await;
    assert!(take(store, start + 2).await.is_empty(), "they wait");
    (rises.level, rises.standing, rises.severity) = (Level::Red, Level::Red, severity(Level::Red));
    (rises.told, rises.updated_at) = (rises.told + 1, at(start + 3));
    tell(store, &config, &rises).await;
    let at_once = take(store, start + 3).await.remove(0).notice;
    assert!(matches!(&at_once.body, NoticeBody::Alert(told) if told.alert_id == rises.id));
    assert_eq!(gather(store, &config, start + 30).await, 1, "the other one waited, and it alone");
    let other = take(store, start + 30).await.remove(0).notice;
    assert!(matches!(&other.body, NoticeBody::Alert(told) if told.alert_id != rises.id));

    let patient = configuration(&(route + "red_waits = true\n"));
    raise(store, &patient, "sector", Level::Red, start + 1_000).await;
    assert!(take(store, start + 1_000).await.is_empty(), "if the route says so it waits");
    assert_eq!(gather(store, &patient, start + 1_030).await, 1);
    assert_eq!(take(store, start + 1_030).await.len(), 1);
}

async fn a_silence_holds_back_warns_and_reports(store: &Store, start: i64) {
    let config = configuration(&format!("[[route]]\n{ANA}"));
    silence(store, "topic:bank", start, start + 3_600).await;
    let stays = raise(store, &config, "bank", Level::Orange, start + 60).await;
    let mut falls = raise(store, &config, "bank", Level::Yellow, start + 120).await;
    raise(store, &config, "sector", Level::Yellow, start + 180).await;
    assert_eq!(take(store, start + 180).await.len(), 1, "the sector is not silenced");

    assert_eq!(gather(store, &config, start + 2_699).await, 0);
    assert_eq!(gather(store, &config, start + 2_700).await, 1, "fifteen minutes before the end");
    assert_eq!(gather(store, &config, start + 2_701).await, 0, "once");
    let warning = summary(&take(store, start + 2_701).await, 1).remove(0);
    let SummaryOf::SilenceEnding(ending) = &warning.of else { panic!("{warning:?}") };
    assert_eq!((ending.owner.as_str(), warning.total), ("bea", 2));

    falls.state = AlertState::Dismissed;
    save(store, &falls).await;
    assert_eq!(gather(store, &config, start + 3_600).await, 2);
    let messages = take(store, start + 3_600).await;
    let [report, told] = messages.as_slice() else { panic!("{messages:?}") };
    let ended = facts(report);
    assert!(matches!(&ended.of, SummaryOf::SilenceEnded(_)), "{ended:?}");
    assert_eq!((report.delivery.recipient.id.as_str(), ended.total), ("bea", 2));
    let NoticeBody::Alert(alert) = &told.notice.body else { panic!("{told:?}") };
    assert_eq!((alert.alert_id, told.notice.at), (stays.id, at(start + 3_600)));
    assert_eq!(gather(store, &config, start + 3_700).await, 0, "told once");
    let why: Vec<_> = held_since(store, start).await.iter().map(|one| one.why.name()).collect();
    assert_eq!(why, ["silenced", "silenced"]);
}

async fn red_is_silenced_by_its_name_alone(store: &Store, start: i64) {
    let config = configuration(&format!("[[route]]\n{ANA}"));
    silence(store, "topic:bank", start, start + 600).await;
    raise(store, &config, "bank", Level::Red, start + 1).await;
    assert_eq!(take(store, start + 1).await.len(), 1);
    silence(store, "topic:bank level:red", start, start + 600).await;
    raise(store, &config, "bank", Level::Red, start + 2).await;
    assert!(take(store, start + 2).await.is_empty());
    // Short ones end without a warning; the alert that waited is told.
    assert_eq!(gather(store, &config, start + 599).await, 0);
    assert_eq!(gather(store, &config, start + 600).await, 3);
    assert_eq!(take(store, start + 600).await.len(), 3);
}

async fn a_graver_alert_stands_for_others(store: &Store, start: i64) {
    let config = configuration(&format!(
        "[[route]]\n{ANA}\n[[inhibit]]\nsource = \"level:red\"\ntarget = \"level:(blue OR yellow)\"\n\
         equal = [\"topic\"]\nwithin = \"1h\"\n"
    ));
    raise(store, &config, "bank", Level::Yellow, start).await;
    let mut red = raise(store, &config, "bank", Level::Red, start + 60).await;
    assert_eq!(take(store, start + 60).await.len(), 2);
    raise(store, &config, "bank", Level::Yellow, start + 120).await;
    raise(store, &config, "bank", Level::Orange, start + 120).await;
    raise(store, &config, "sector", Level::Yellow, start + 120).await;
    assert_eq!(take(store, start + 120).await.len(), 2, "orange, and another topic");
    let held = held_since(store, start).await;
    let [one] = held.as_slice() else { panic!("{held:?}") };
    assert_eq!((one.why.name(), &one.by), ("inhibited", &red.id.to_string()));
    red.state = AlertState::Dismissed;
    save(store, &red).await;
    raise(store, &config, "bank", Level::Yellow, start + 180).await;
    assert_eq!(take(store, start + 180).await.len(), 1, "it stands for nothing any more");
    raise(store, &config, "bank", Level::Red, start + 200).await;
    raise(store, &config, "bank", Level::Yellow, start + 3_800).await;
    assert_eq!(take(store, start + 3_800).await.len(), 2, "its hour is over");
}

async fn nobody_answers_and_is_reminded(store: &Store, start: i64) {
    let config = configuration(&format!("[[route]]\n{ANA}repeat = \"30m\"\n"));
    let mut alert = raise(store, &config, "bank", Level::Orange, start).await;
    assert_eq!(take(store, start).await.len(), 1);
    assert_eq!(gather(store, &config, start + 1_799).await, 0);
    for times in 1..3 {
        let seconds = start + 1_800 * i64::from(times);
        assert_eq!(gather(store, &config, seconds).await, 1);
        let messages = take(store, seconds).await;
        let facts = summary(&messages, 1).remove(0);
        assert_eq!(facts.of, SummaryOf::Reminder { times });
        assert_eq!(facts.topics[0].items[0].alert, Some(alert.id));
        assert!(messages[0].delivery.thread_key.is_some(), "in the thread of the alert");
    }
    alert.state = AlertState::Acknowledged;
    save(store, &alert).await;
    assert_eq!(gather(store, &config, start + 9_000).await, 0);
}

async fn a_storm_is_summed_up(store: &Store, start: i64) {
    let routes = format!("[[route]]\n{ANA}\n[storm]\nover = 3\nwithin = \"10m\"\n");
    let config = configuration(&routes);
    for n in 0..10 {
        raise(store, &config, "bank", Level::Yellow, start + n).await;
    }
    raise(store, &config, "bank", Level::Red, start + 10).await;
    assert_eq!(take(store, start + 10).await.len(), 4, "three, and the red one");
    assert_eq!(gather(store, &config, start + 602).await, 0);
    assert_eq!(gather(store, &config, start + 603).await, 1);
    let facts = summary(&take(store, start + 603).await, 1).remove(0);
    let SummaryOf::Storm { since, until } = facts.of else { panic!("{facts:?}") };
    assert_eq!((since, until), (at(start + 3), at(start + 603)));
    assert_eq!((facts.total, facts.topics[0].items.len()), (7, 7));
    assert_eq!(held_since(store, start).await.len(), 7);
    assert_eq!(gather(store, &config, start + 700).await, 0);
    raise(store, &config, "bank", Level::Yellow, start + 700).await;
    assert_eq!(take(store, start + 700).await.len(), 1, "it is over");
}

/// Two days later; at 07:30 in Shanghai it is 23:30 UTC, and the samples begin at 10:00 UTC.
async fn a_digest_tells_the_rest(store: &Store) {
    let day = |days: i64| 86_400 * days + 48_600;
    let digest =
        "[[digest]]\nid = \"morning\"\npeople = [\"ana\"]\nvia = [\"email\"]\nat = \"07:30\"\n";
    let config = configuration(&format!(
        "[[route]]\n{ANA}digest = \"morning\"\n{digest}all_quiet = true\n\
         [[digest]]\nid = \"sector\"\npeople = [\"bea\"]\nvia = [\"email\"]\nat = \"07:30\"\n\
         match = \"topic:sector\"\n"
    ));
    assert_eq!(gather(store, &config, day(2) - 60).await, 0, "from now on");
    let story = raise(store, &config, "bank", Level::Yellow, day(2) - 50).await;
    raise(store, &config, "sector", Level::Blue, day(2) - 40).await;
    let mut again = story.clone();
    (again.level, again.told) = (Level::Orange, 2);
    (again.severity, again.updated_at) = (severity(Level::Orange), at(day(2) - 30));
    tell(store, &config, &again).await;
    assert!(take(store, day(2) - 30).await.is_empty());
    assert_eq!(gather(store, &config, day(2) - 1).await, 0);
    // The daemon was away at half past seven. What a route leads into one digest is not in another.
    assert_eq!(gather(store, &config, day(2) + 3_600).await, 1);
    assert_eq!(gather(store, &config, day(2) + 3_601).await, 0);
    let facts = summary(&take(store, day(2) + 3_601).await, 1).remove(0);
    let SummaryOf::Digest(frame) = &facts.of else { panic!("{facts:?}") };
    assert_eq!((frame.since, frame.until), (at(day(2) - 60), at(day(2))));
    assert_eq!((facts.total, frame.alerts), (2, 2), "each story once");
    assert_eq!(facts.topics[0].items[0].level, Some(Level::Orange));
    assert_eq!(facts.topics[0].items[0].why.map(HeldWhy::name), Some("digest"));

    assert_eq!(gather(store, &config, day(3)).await, 1, "all quiet is said, where it is wanted");
    let facts = summary(&take(store, day(3)).await, 1).remove(0);
    assert_eq!(facts.total, 0);
    assert!(matches!(&facts.of, SummaryOf::Digest(frame) if frame.alerts == 0), "{facts:?}");
}

/// A configuration with these routes and tables.
fn configuration(routes: &str) -> Config {
    let shipped = env!("CARGO_MANIFEST_DIR");
    let mut text = format!("keywords = \"{shipped}/keywords\"\npeople = \"people.toml\"\n");
    text += "[organisation]\nname = \"Banco\"\n";
    text += "[[channel]]\nid = \"email\"\nkind = \"maildir\"\ndirectory = \"mail\"\nfrom = \"a@bank.example\"\n";
    text += "[[source]]\nid = \"daily\"\nurl = \"https://daily.example/\"\n";
    // The samples' topic is none of the shipped ones.
    text += &routes.replace("topic:sector", "topic:sect*");
    let mut people = String::new();
    for id in ["ana", "bea"] {
        write!(
            people,
            "[person.{id}]\nname = \"{id}\"\nemail = \"{id}@bank.example\"\ntime_zone = \"Asia/Shanghai\"\n"
        )
        .unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("people.toml"), people).unwrap();
    let path = directory.path().join("atalaya.toml");
    std::fs::write(&path, text).unwrap();
    config::load(&path).unwrap_or_else(|findings| panic!("{findings:?}")).0
}

/// A new alert of a story of its own, told.
async fn raise(store: &Store, config: &Config, topic: &str, level: Level, seconds: i64) -> Alert {
    let alert = Alert {
        topic_id: topic.to_owned(),
        level,
        standing: level,
        severity: severity(level),
        ..samples::alert(StoryId::new(), at(seconds))
    };
    tell(store, config, &alert).await;
    alert
}

async fn tell(store: &Store, config: &Config, alert: &Alert) {
    let (config, alert) = (config.clone(), alert.clone());
    let labels = Labels {
        story: alert.story_id,
        topic: alert.topic_id.clone(),
        categories: Vec::new(),
        level: alert.level,
        language: Some("es".to_owned()),
        region: None,
        line: None,
        source: "daily".to_owned(),
        tags: Vec::new(),
    };
    let job = move |tx: &mut dyn Transaction| {
        alerts::save(tx, &alert)?;
        let notice = samples::notice(&alert, &alert.topic_id);
        tell_alert(tx, &config, &labels, &notice, &alert.told.to_string())
    };
    store.write(job).await.unwrap();
}

async fn save(store: &Store, alert: &Alert) {
    let alert = alert.clone();
    store.write(move |tx| alerts::save(tx, &alert)).await.unwrap();
}

/// What falls due at that time, after a transaction of the same that is cut off and must leave nothing.
async fn gather(store: &Store, config: &Config, seconds: i64) -> usize {
    let (cut, config) = (config.clone(), config.clone());
    let cut_off = store.write(move |tx| {
        tell_gathered(tx, &cut, at(seconds))?;
        Err::<(), _>(StoreError::Mismatch("the power went".to_owned()))
    });
    assert!(cut_off.await.is_err());
    store.write(move |tx| tell_gathered(tx, &config, at(seconds))).await.unwrap()
}

async fn silence(store: &Store, query: &str, from: i64, until: i64) {
    let query = query.to_owned();
    let job = move |tx: &mut dyn Transaction| {
        let silence = Silence {
            id: silences::next_id(tx)?,
            query: query.clone(),
            owner: "bea".to_owned(),
            reason: "Maintenance".to_owned(),
            starts_at: at(from),
            ends_at: at(until),
            warned: false,
            reported: false,
        };
        silences::save(tx, &silence)
    };
    store.write(job).await.unwrap();
}

/// All messages that wait, which are then sent.
async fn take(store: &Store, seconds: i64) -> Vec<Outgoing> {
    let mut all = Vec::new();
    loop {
        let claim =
            move |tx: &mut dyn Transaction| deliveries::claim(tx, "email", lease("a", seconds), 50);
        let messages = store.write(claim).await.unwrap();
        if messages.is_empty() {
            return all;
        }
        for message in &messages {
            let (delivery, now) = (message.delivery.clone(), at(seconds));
            let accepted = AttemptOutcome::Accepted("ok".to_owned());
            let finish =
                move |tx: &mut dyn Transaction| deliveries::finish(tx, &delivery, &accepted, now);
            assert!(store.write(finish).await.unwrap());
        }
        all.extend(messages);
    }
}

async fn held_since(store: &Store, seconds: i64) -> Vec<held::Held> {
    store.read(move |tx| held::recent(tx, at(seconds), 1_000)).await.unwrap()
}

/// The facts of so many messages, all about many alerts.
#[track_caller]
fn summary(messages: &[Outgoing], count: usize) -> Vec<SummaryNotice> {
    assert_eq!(messages.len(), count, "{messages:?}");
    messages.iter().map(|message| facts(message).clone()).collect()
}

#[track_caller]
fn facts(message: &Outgoing) -> &SummaryNotice {
    match &message.notice {
        Notice { body: NoticeBody::Summary(facts), .. } => facts,
        other => panic!("{other:?}"),
    }
}
