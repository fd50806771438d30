//! F31: thousands of matches at once. The daemon stays small, each recipient gets as many messages as they are to get
//! and one summary that counts the rest, and red goes first.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::clock::Clock;
use super::{HEADLINE, OTHER, OTHER_TEXT, SOON, TEXT};
use crate::support::chat::Chat;
use crate::support::daemon::{Daemon, atalaya};
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

/// Topics that every article is about: each is a match and an alert.
const TOPICS: usize = 20;
/// Articles before the flood, more alerts than a recipient is told; then one that is red, the flood, and in it another
/// that is red.
const FIRST: usize = 3;
const FLOOD: usize = 245;
const MATCHES: usize = (FIRST + 1 + FLOOD + 1) * TOPICS;
const RED: usize = 2 * TOPICS;
/// Messages below red that a recipient gets, and red ones.
const OVER: usize = 40;
/// On a machine that does much else. Alone it takes half a minute.
const LATE: Duration = Duration::from_mins(5);
/// What the flood may add to the memory. Facts of an alert take some 10 KB, so that all of them for two recipients
/// would be 100 MB; what has to grow are 250 articles (some 10 KB each) and what threads keep free.
const GROWTH_KB: u64 = 40_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_matches_is_told_in_few_messages_and_lost_in_none() {
    let (calm, flood, chat) = (Site::open().await, Site::open().await, Chat::open().await);
    let settings = settings(&[&calm, &flood], &chat);
    let clock = Clock::new(settings.file("offset"));
    let environment = clock.environment();
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, &**value)).collect();
    for n in 0..FIRST {
        let (title, text) = matter(n);
        calm.publish(&title, &text);
    }
    let daemon = Daemon::start_with(&settings.write(), &environment).await;
    let alerts = |least: usize| {
        let (database, daemon) = (settings.file("atalaya.db"), &daemon);
        move || (count(&database, "alert") >= least).then(|| most_memory_kb(daemon.id()))
    };
    let before = wait_for("more than may be told", SOON, alerts(FIRST * TOPICS)).await;
    calm.publish(HEADLINE, TEXT);
    wait_for("a red one is decided", SOON, alerts((FIRST + 1) * TOPICS)).await;
    for n in FIRST..FIRST + FLOOD {
        let (title, text) = matter(n);
        flood.publish(&title, &text);
    }
    flood.publish(OTHER, OTHER_TEXT);
    let after = wait_for("all are decided", LATE, alerts(MATCHES)).await;
    assert!(after - before < GROWTH_KB, "{before} KB before, {after} KB after");

    let told = OVER + RED;
    let whole = || (chat.posts("desk").len() >= told).then_some(());
    wait_for("the room has what it is to get", LATE, whole).await;
    clock.set("+11m");
    let summed = || (chat.posts("desk").len() > told).then_some(());
    wait_for("the room gets a summary", SOON, summed).await;
    let summed = || (mails(&settings.mails()).len() > told).then_some(());
    wait_for("so does the person", SOON, summed).await;

    let posts: Vec<Value> =
        chat.posts("desk").iter().map(crate::support::chat::Post::body).collect();
    assert_eq!(posts.len(), told + 1);
    red_goes_first(&posts);
    let summary = &posts[told];
    assert_eq!(summary["type"], "alerts.storm");
    assert_eq!(summary["data"]["total"], MATCHES - told, "told or summed up, each once");
    let subjects: Vec<String> =
        mails(&settings.mails()).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects.len(), told + 1);
    let counted = (MATCHES - told).to_string();
    let plain = |subject: &String| subject.chars().filter(char::is_ascii_alphanumeric).collect();
    let summaries =
        subjects.iter().map(plain).filter(|subject: &String| subject.contains(&counted));
    assert_eq!(summaries.count(), 1, "{subjects:?}");
    assert_eq!(held(&settings).len(), MATCHES - told, "what was not told is kept with its reason");
}

/// Whoever waits for the room is overtaken.
fn red_goes_first(posts: &[Value]) {
    let red: Vec<bool> =
        posts[..OVER + RED].iter().map(|post| post["data"]["level"] == "red").collect();
    assert_eq!(red.iter().filter(|red| **red).count(), RED);
    let first = red.iter().position(|red| *red).expect("a red one");
    assert!(first < OVER, "nobody waited when the first red one came");
    // One may be on its way when it comes.
    let before_the_last = red[first..].iter().scan(0, |seen, red| {
        *seen += usize::from(*red);
        (*seen < TOPICS).then_some(!red)
    });
    assert!(before_the_last.filter(|below| *below).count() <= 1, "{red:?}");
}

/// A room, which is slow, and a person are told of everything; only what `HEADLINE` and `OTHER` tell is red.
fn settings(sites: &[&Site], chat: &Chat) -> Settings {
    let mut settings = Settings::new()
        .mail_channel()
        .keywords("keywords")
        .severity("[levels]\nblue = 1\nyellow = 2\norange = 3\nred = 80\nred_min_owners = 1\n");
    for (n, site) in sites.iter().enumerate() {
        settings.add_source(&format!("diario-{n}"), &site.feed_url());
    }
    std::fs::write(settings.file("desk-url"), chat.url("desk")).expect("written");
    std::fs::write(settings.file("desk-secret"), "whsec_c3Rvcm0tc3Rvcm0tc3Rvcm0tc3Rvcm0h")
        .expect("written");
    topics(&settings);
    settings.routes(&format!(
        "[[channel]]\nid = \"desk\"\nkind = \"webhook\"\nallow_private = true\nmin_gap = \"400ms\"\n\
         url = {{ file = \"desk-url\" }}\nsecret = {{ file = \"desk-secret\" }}\n\
         [[route]]\npeople = [\"carmen.saez\"]\nvia = [\"mail\"]\nrooms = [\"desk\"]\n\
         [storm]\nover = {OVER}\nwithin = \"10m\"\n"
    ))
}

/// Beside the keywords that ship so many topics that what is about the bank is about all of them.
fn topics(settings: &Settings) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords");
    let own = settings.file("keywords");
    let copied = Command::new("cp").arg("-r").args([&shipped, &own]).status().expect("cp");
    assert!(copied.success());
    for n in 1..TOPICS {
        let name = format!("{{ es = \"Parte {n}\", en = \"Part {n}\", zh = \"部分{n}\" }}");
        let rule = "[[topic.rule]]\nid = \"name\"\nany = [\"Banco Almenara\"]\n";
        let topic = format!("[[topic]]\nid = \"part-{n}\"\nname = {name}\n{rule}");
        std::fs::write(own.join(format!("topics/part-{n}.toml")), topic).expect("written");
    }
}

/// A matter like no other, so that it is a story of its own: its words are made of its number.
fn matter(n: usize) -> (String, String) {
    const SYLLABLES: [&str; 16] = [
        "ba", "de", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "xu", "ya",
        "ze",
    ];
    let word = |place: usize| -> String {
        let hash = blake3::hash(format!("{n} {place}").as_bytes());
        hash.as_bytes()[..4].iter().map(|byte| SYLLABLES[usize::from(byte % 16)]).collect()
    };
    let words: Vec<String> = (0..30).map(word).collect();
    let title =
        format!("Quejas contra el Banco Almenara en {}: {} {}", words[0], words[1], words[2]);
    let rest = words[3..].join(" ");
    (title, format!("Clientes del Banco Almenara protestan por el pésimo servicio de {rest}."))
}

fn count(database: &Path, table: &str) -> usize {
    let database = rusqlite::Connection::open(database).expect("opened");
    let sql = format!("SELECT count(*) FROM {table}");
    let rows: u32 = database.query_row(&sql, [], |row| row.get(0)).expect("a number");
    usize::try_from(rows).expect("a number")
}

/// The most memory that a process had, as Linux counts it.
fn most_memory_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn held(settings: &Settings) -> Vec<Value> {
    let mut command = atalaya();
    command.args(["held", "--json", "--config"]).arg(settings.file("atalaya.toml"));
    let output = command.output().expect("started");
    serde_json::from_slice(&output.stdout).expect("a list")
}
