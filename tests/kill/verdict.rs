//! Holds what the receivers took against the plan, and against what the store says of it.

use std::collections::{BTreeMap, BTreeSet};

use atalaya::decide::{self, Address};
use atalaya::model::{Locale, NoticeKind, Recipient};

use crate::ledger::Accepted;
use crate::reaper::Deaths;
use crate::stage::{READERS, ROOMS, Stage, TOPIC};

/// Of ten kills so many must have met a living process.
const LEAST_HITS: usize = 9;

/// The page of each article, and the alert of its story on the topic.
const ALERTS: &str = "SELECT a.url, al.id, al.told FROM article a JOIN alert al \
    ON al.story_id = a.story_id WHERE al.topic_id = 'banco-almenara' ORDER BY a.url";
/// Every message: key, state, attempts that were cut off in doubt, channel, recipient.
const OUTBOX: &str = "SELECT d.idempotency_key, d.state, (SELECT COUNT(*) FROM attempt t \
    WHERE t.delivery_id = d.id AND t.outcome = 'in_doubt'), d.channel, d.recipient_id FROM delivery d";
/// Every attempt at a message of which one was in doubt: key, number, outcome, begin (ms of 1970).
const DOUBTS: &str = "SELECT d.idempotency_key, t.n, t.outcome, t.started_at FROM attempt t \
    JOIN delivery d ON d.id = t.delivery_id WHERE EXISTS (SELECT 1 FROM attempt u \
    WHERE u.delivery_id = d.id AND u.outcome = 'in_doubt') ORDER BY d.idempotency_key, t.n";

/// Judges a run.
///
/// # Errors
/// Everything that is wrong with it.
pub async fn judge(stage: &Stage, deaths: &Deaths) -> Result<(), Vec<String>> {
    let Found { mut findings, taken, outbox, repeats } = look(stage).await;
    findings.extend(void(deaths));
    println!(
        "{} kills: {} hit, {} of them a daemon that ran, {} over entries, {} over messages; \
         {} messages taken, {} in the outbox, {repeats} repeated and in doubt; {} lost or doubled; \
         drained in {:?}",
        deaths.kills,
        deaths.hit,
        deaths.up,
        deaths.over_entries,
        deaths.over_deliveries,
        taken,
        outbox,
        findings.len(),
        deaths.drained_in
    );
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// What a run left.
pub struct Found {
    /// Everything that is wrong.
    pub findings: Vec<String>,
    /// Messages that the receivers took.
    pub taken: usize,
    /// Messages of the outbox.
    pub outbox: usize,
    /// Messages that came again, as they had to.
    pub repeats: usize,
}

/// Holds ledger, plan and store against each other, whatever broke in between.
pub async fn look(stage: &Stage) -> Found {
    let taken = stage.ledger.all();
    let alerts = stage.query(ALERTS).await.expect("the store can be read");
    let outbox = stage.query(OUTBOX).await.expect("the store can be read");
    let doubts = stage.query(DOUBTS).await.expect("the store can be read");
    let mut findings = untold(stage, &alerts, &taken);
    findings.extend(told_twice(stage, &taken));
    let (repeats, unexplained) = unexplained(&outbox, &taken);
    findings.extend(unexplained);
    explain(&outbox, &doubts, &taken);
    Found { findings, taken: taken.len(), outbox: outbox.len(), repeats }
}

/// Tells of each message that was ever in doubt what its attempts were and when its receiver took it:
/// one line an attempt, so that every repeat has the row that explains it.
fn explain(outbox: &[Vec<String>], doubts: &[Vec<String>], taken: &[Accepted]) {
    let mut last = "";
    for row in doubts {
        let [key, n, outcome, began] = row.as_slice() else { continue };
        if key != last {
            last = key;
            let of = outbox.iter().find(|row| row[0] == *key);
            let (channel, to) = of.map_or(("?", "?"), |row| (&row[3], &row[4]));
            let times = taken.iter().filter(|taken| taken.key == *key);
            let times: Vec<String> =
                times.map(|taken| taken.at.as_millisecond().to_string()).collect();
            let verdict = match times.len() {
                0 => "NEVER TAKEN",
                1 => "taken once",
                _ => "taken again: nobody could know",
            };
            println!("in doubt: {key} over {channel} to {to}: {verdict}, at {}", times.join(", "));
        }
        println!("  attempt {n} began {began}: {outcome}");
    }
}

/// A run whose faults did not fire proves nothing.
fn void(deaths: &Deaths) -> Vec<String> {
    let Deaths { kills, hit, over_entries, over_deliveries, .. } = *deaths;
    let mut void = Vec::new();
    if hit * 10 < kills * LEAST_HITS {
        void.push(format!("void: only {hit} of {kills} kills hit a living daemon"));
    }
    if over_entries == 0 || over_deliveries == 0 {
        void.push(format!(
            "void: {over_entries} kills met waiting entries, {over_deliveries} open messages"
        ));
    }
    void
}

/// Each event has one alert of its own, and each receiver has its first message.
fn untold(stage: &Stage, alerts: &[Vec<String>], taken: &[Accepted]) -> Vec<String> {
    let news = &stage.news;
    let taken: BTreeSet<(&str, &str)> =
        taken.iter().map(|taken| (taken.recipient.as_str(), taken.key.as_str())).collect();
    let mut findings = Vec::new();
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for planned in &news.plan.articles {
        let url = news.url(&planned.path);
        let title = &news.plan.events[planned.event].title;
        let found: Vec<&Vec<String>> = alerts.iter().filter(|row| row[0] == url).collect();
        let [row] = found.as_slice() else {
            findings.push(format!("lost: {} alerts, not one: {url} {title}", found.len()));
            continue;
        };
        let owner = *owners.entry(row[1].as_str()).or_insert(planned.event);
        if owner != planned.event {
            let other = &news.plan.events[owner].title;
            findings.push(format!("lost: {title} was put into the story of {other}"));
        }
        for (address, key) in first_keys(&row[1]) {
            if !taken.contains(&(address.as_str(), key.as_str())) {
                findings.push(format!("lost: {address} was not told of {title}"));
            }
        }
    }
    let events = news.plan.events.len();
    if owners.len() != events {
        findings.push(format!("{} alerts on {events} events", owners.len()));
    }
    findings
}

/// Whom an alert must reach, and under which key.
fn first_keys(alert: &str) -> Vec<(String, String)> {
    let readers = READERS.map(|(person, address)| ("email", person, address));
    let rooms = ROOMS.map(|room| (room, room, room));
    readers
        .into_iter()
        .chain(rooms)
        .map(|(channel, id, to)| {
            let key = decide::idempotency_key(alert, "1", NoticeKind::Alert, &address(channel, id));
            (to.to_owned(), key)
        })
        .collect()
}

fn address(channel: &str, id: &str) -> Address {
    let recipient = Recipient {
        id: id.to_owned(),
        address: String::new(),
        name: String::new(),
        locale: Locale::Es,
        time_zone: String::new(),
    };
    Address { channel: channel.to_owned(), recipient, quiet: None }
}

/// What the webhook's receiver can see without the store: one first message an event.
fn told_twice(stage: &Stage, taken: &[Accepted]) -> Vec<String> {
    let news = &stage.news;
    let mut keys: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for taken in taken.iter().filter(|taken| taken.channel == "siem") {
        let body: serde_json::Value = serde_json::from_str(&taken.text).unwrap_or_default();
        let data = &body["data"];
        if body["type"] != "alert.raised" || data["topic_id"] != TOPIC {
            continue;
        }
        let page = |path: &str| data["url"] == news.url(path).as_str();
        match news.plan.articles.iter().find(|planned| page(&planned.path)) {
            Some(planned) => drop(keys.entry(planned.event).or_default().insert(&taken.key)),
            None => return vec![format!("ghost: an alert on {}", data["url"])],
        }
    }
    keys.iter()
        .filter(|(_, keys)| keys.len() > 1)
        .map(|(&event, keys)| format!("doubled: {} under {keys:?}", news.plan.events[event].title))
        .collect()
}

/// Every message of the outbox was taken and no other; a repeat needs a doubt that explains it.
/// Answers how many repeats there were.
fn unexplained(outbox: &[Vec<String>], taken: &[Accepted]) -> (usize, Vec<String>) {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for taken in taken {
        *times.entry(&taken.key).or_default() += 1;
    }
    let (mut repeats, mut findings) = (0, Vec::new());
    for row in outbox {
        let (key, state, doubts) = (row[0].as_str(), row[1].as_str(), &row[2]);
        let times = times.remove(key).unwrap_or(0);
        let doubts: usize = doubts.parse().expect("a count");
        repeats += times.saturating_sub(1);
        if times == 0 || state != "accepted" {
            findings.push(format!("lost: message {key} is {state} and was taken {times} times"));
        }
        if times > 1 + doubts {
            findings.push(format!("doubled: {key} was taken {times} times with {doubts} doubts"));
        }
    }
    findings.extend(times.keys().map(|key| format!("ghost: `{key}` is in no outbox")));
    (repeats, findings)
}
