//! A plan is practised: the real daemon plays a scenario to a mail sink and a chat sink, in minutes that
//! take a second. Everybody sees that it is a drill; nothing of it counts as real.

use std::collections::BTreeSet;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use crate::support::chat::Chat;
use crate::support::daemon::{Daemon, atalaya};
use crate::support::mail::{Mail, asked_by_mail, mails};
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3QsIG5vIG1vcmU=";
const MARKS: [(&str, &str); 3] =
    [("elena.ruiz", "[SIMULACRO]"), ("grace.hughes", "[DRILL]"), ("chen.yu", "【演练】")];

/// Rosa Vidal has a role, and stands on no list of the drill.
const PLAN: &str = r#"
schema = 1
[plan]
id = "fuga"
title = "Fuga de datos"
owner = "prensa"
version = "1"
timezone = "Europe/Madrid"
language = "es"
[activation]
mode = "confirm"
confirm_within = "25m"
[[trigger]]
level = "orange"
category = "data_breach"
min_score = 1
[[trigger]]
level = "red"
category = "data_breach"
min_sources = 3
min_tier1 = 1
[role]
mando = { title = "Mando", kind = "command", primary = "elena.ruiz", backup = "tomas.gil" }
sistemas = { title = "Sistemas", kind = "unit", primary = "grace.hughes", backup = "oliver.grant" }
oficinas = { title = "Oficinas", kind = "business", primary = "rosa.vidal", backup = "luis.prado" }
prensa = { title = "Prensa", kind = "reputation", primary = "chen.yu", backup = "lin.min" }
[[escalation.steps]]
from_level = "orange"
wait = "0s"
notify = ["mando"]
via = ["mail", "chat", "siem"]
[[step]]
key = "hechos"
title = "Comprobar los hechos"
role = "sistemas"
from_level = "orange"
due = "20m"
ack_within = "15m"
evidence = "note"
[[step]]
key = "avisar"
title = "Avisar a las oficinas"
role = "oficinas"
from_level = "orange"
due = "1m"
ack_within = "1m"
[[step]]
key = "nota"
title = "Aprobar la declaración"
role = "prensa"
from_level = "orange"
due = "40m"
message = "inicial"
[message.inicial]
audience = "public"
approvals = ["prensa"]
body = "Estamos comprobando los hechos."
[drill]
prefix = "[SIMULACRO]"
allow_recipients = ["elena.ruiz@almenara.example", "grace.hughes@almenara.example", "chen.yu@almenara.example"]
allow_channels = ["chat", "siem"]
targets = { confirm = "15m", facts = "30m", statement = "60m" }
"#;

const SCENARIO: &str = r#"
title = "Datos de clientes a la venta"
category = "data_breach"
lasts = "10h"
[[item]]
after = "+0m"
outlet = "Foro"
tier = 3
language = "es"
headline = "Rumor: datos de clientes en venta"
text = "Un mensaje anónimo ofrece una lista."
[[item]]
after = "+3m"
outlet = "National Daily"
tier = 1
language = "en"
headline = "Bank data for sale"
text = "A list of customers is offered."
[[item]]
after = "+6m"
outlet = "财经报"
tier = 2
language = "zh"
headline = "银行否认数据泄露"
text = "该行称消息不实。"
"#;

fn command(settings: &Settings, words: &[&str]) -> Output {
    let mut command = atalaya();
    command.args(words).arg("--config").arg(settings.file("atalaya.toml"));
    command.output().expect("started")
}

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(settings: &Settings, words: &[&str]) -> Value {
    let output = command(settings, &[words, &["--json"]].concat());
    let told = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// Begins a drill; its number.
fn begin(settings: &Settings, more: &[&str]) -> String {
    let file = settings.file("escenario.toml").display().to_string();
    let words = ["drill", "fuga", "--scenario", file.as_str(), "--by", "elena.ruiz"];
    let said = done(&command(settings, &[&words, more].concat()));
    said.split(' ').next().unwrap_or_default().to_owned()
}

fn settings(site: &Site, chat: &Chat) -> Settings {
    let slack = "kind = \"slack\"\nurl = { file = \"chat-url\" }\nallow_private = true\n";
    let webhook = "kind = \"webhook\"\nurl = { file = \"hook-url\" }\nallow_private = true\n\
                   secret = { file = \"hook-secret\" }\n";
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .mail_to_files(&["elena.ruiz"])
        .links()
        .room("chat", slack)
        .room("siem", webhook)
        .plan(PLAN);
    for (name, text) in [
        ("chat-url", chat.url("chat").as_str()),
        ("hook-url", chat.url("hook").as_str()),
        ("hook-secret", SECRET),
        ("escenario.toml", SCENARIO),
    ] {
        std::fs::write(settings.file(name), text).expect("written");
    }
    settings
}

fn of<'m>(mails: &'m [Mail], person: &str) -> Vec<&'m Mail> {
    mails.iter().filter(|mail| mail.to.starts_with(person)).collect()
}

/// The first text is drafted, approved and used; only then the scorecard has its time.
async fn a_text_is_practised(settings: &Settings, number: &str) {
    let note = |what: &str, by: &str| {
        let key = if what == "done" { "nota" } else { "inicial" };
        command(settings, &["incident", what, number, key, "--by", by])
    };
    done(&note("draft", "chen.yu"));
    let asked = wait_for("the text", SOON, || {
        let all = mails(&settings.mails());
        let text = "Estamos comprobando los hechos.";
        all.into_iter().find(|mail| mail.to.starts_with("chen.yu") && mail.text.contains(text))
    });
    assert!(asked.await.subject.starts_with("【演练】"));
    assert_eq!(note("done", "chen.yu").status.code(), Some(1), "nobody has approved it");
    done(&note("approve", "chen.yu"));
    let card = json(settings, &["drill", "show", number])["scorecard"].clone();
    let statement = card["measures"].as_array().expect("measures").iter();
    let statement = statement.clone().find(|it| it["key"] == "statement").expect("a measure");
    assert_eq!(statement["seconds"], Value::Null, "approved, and not done: {card}");
    done(&note("done", "chen.yu"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_is_marked_everywhere_and_counts_as_nothing_real() {
    let (site, chat) = (Site::open().await, Chat::open().await);
    let settings = settings(&site, &chat);
    let config = settings.write();
    let mut daemon = Daemon::start(&config).await;
    let number = &begin(&settings, &["--speed", "60"]);
    assert!(number.starts_with("SIM-20"), "{number}");
    let news = |headline: &str| {
        let all = mails(&settings.mails());
        of(&all, "elena.ruiz").iter().filter(|it| it.subject.contains(headline)).count()
    };
    wait_for("the rumour", SOON, || (news("Rumor") == 1).then_some(())).await;
    done(&command(&settings, &["incident", "activate", number, "--by", "elena.ruiz"]));
    // The power fails in the middle; nothing is lost, nothing comes twice.
    daemon.signal("KILL");
    daemon = Daemon::start(&config).await;
    for headline in ["Bank data for sale", "银行否认数据泄露"] {
        wait_for(headline, SOON, || (news(headline) == 1).then_some(())).await;
    }
    assert_eq!(news("Rumor"), 1);
    let (status, page) = daemon.get(&asked_by_mail(&settings.mails(), "grace.hughes").await);
    assert!(status == 200 && page.contains("[DRILL] This is an exercise"), "{page}");
    let ack = ["incident", "ack", number, "hechos", "--by", "grace.hughes"];
    done(&command(&settings, &ack));
    let evidence = ["incident", "done", number, "hechos", "--evidence", "visto"];
    done(&command(&settings, &[&evidence[..], &["--by", "grace.hughes"]].concat()));
    let again = ["incident", "ack", number, "nota", "--by", "chen.yu"];
    done(&command(&settings, &again));
    a_text_is_practised(&settings, number).await;
    done(&command(&settings, &["drill", "stop", number, "--by", "elena.ruiz"]));
    wait_for("the end is told", SOON, || (news("fin del simulacro") == 1).then_some(())).await;

    // Everybody sees what it is, in their language; nobody else gets anything.
    let all = mails(&settings.mails());
    for (person, mark) in MARKS {
        let own = of(&all, person);
        assert!(own.len() >= 4, "{person}: {}", own.len());
        for mail in own {
            assert!(mail.subject.starts_with(mark), "{}", mail.subject);
            assert!(mail.text.starts_with(mark), "{}", mail.text);
            assert!(mail.html.contains("repeating-linear-gradient"), "a striped banner");
        }
    }
    let readers: BTreeSet<&str> = all.iter().filter_map(|mail| mail.to.split('@').next()).collect();
    assert_eq!(readers, MARKS.iter().map(|(person, _)| *person).collect());
    let posts = wait_for("the rooms", SOON, || {
        let posts = (chat.posts("chat"), chat.posts("hook"));
        (posts.0.len() >= 4 && posts.1.len() >= 4).then_some(posts)
    });
    let (posts, hooks) = posts.await;
    for post in posts {
        assert!(post.body().to_string().contains("[SIMULACRO]"), "{}", post.body());
    }
    for hook in hooks {
        assert_eq!(hook.body()["data"]["drill"], true, "{}", hook.body());
    }

    // Nothing of it is real.
    assert_eq!(json(&settings, &["incident", "list", "--all"])["incidents"], Value::Array(vec![]));
    assert_eq!(json(&settings, &["alerts"])["alerts"], Value::Array(vec![]));
    let found = command(&settings, &["search", "venta"]);
    assert!(!String::from_utf8_lossy(&found.stdout).contains("Rumor"), "not in the archive");

    // What it showed, seconds of the drill's own clock.
    let shown = json(&settings, &["drill", "show", number]);
    let card = &shown["scorecard"];
    let time = |key: &str| {
        let all = card["measures"].as_array().expect("measures").iter();
        let found = all.clone().find(|it| it["key"] == key);
        found.expect("a measure")["seconds"].as_i64()
    };
    assert!(time("confirm").is_some() && time("facts").is_some(), "{card}");
    assert!(time("statement").is_some(), "{card}");
    let refused = &card["failed"][0];
    assert!(refused["why"].as_str().unwrap_or_default().contains("allow_recipients"), "{card}");
    let lost: Vec<&str> = card["never_reached"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(lost, ["rosa.vidal"], "{card}");

    // The next one is compared with it, and says nothing to anybody.
    let before = mails(&settings.mails()).len();
    let next = &begin(&settings, &["--tabletop", "--speed", "600"]);
    wait_for("all articles", SOON, || {
        (json(&settings, &["drill", "show", next])["played"] == 3).then_some(())
    })
    .await;
    done(&command(&settings, &["drill", "stop", next, "--by", "elena.ruiz"]));
    let second = json(&settings, &["drill", "show", next]);
    assert_eq!(second["before"], *number, "{second}");
    assert_eq!(second["scorecard_before"], *card, "{second}");
    assert_eq!(mails(&settings.mails()).len(), before, "nothing is written at a table");
    let document = done(&command(&settings, &["drill", "show", next, "--export", "md"]));
    assert!(document.contains(number) && document.contains("confirm"), "{document}");
    let proof = json(&settings, &["verify"]);
    assert_eq!(proof["whole"], true, "{proof}");
    assert_eq!(daemon.stop(SOON).await.code(), Some(0), "{}", daemon.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn something_real_stops_a_drill_and_is_told_without_a_mark() {
    let (site, chat) = (Site::open().await, Chat::open().await);
    let settings = settings(&site, &chat);
    let daemon = Daemon::start(&settings.write()).await;
    let number = &begin(&settings, &[]);
    let subjects = || {
        let all = mails(&settings.mails());
        let of = of(&all, "elena.ruiz");
        of.iter().map(|mail| mail.subject.clone()).collect::<Vec<_>>()
    };
    let has = |word: &str| subjects().into_iter().find(|subject| subject.contains(word));
    wait_for("the drill", SOON, || has("Rumor")).await;
    site.publish(LEAK, TEXT);
    let real = wait_for("the real thing", SOON, || has("INCIDENTE REAL")).await;
    assert!(!real.contains("SIMULACRO") && real.contains("INC-20"), "{real}");
    let shown = json(&settings, &["drill", "show", number]);
    assert_eq!(shown["state"], "paused", "{shown}");
    let refused = command(&settings, &["drill", "resume", number]);
    assert_eq!(refused.status.code(), Some(1), "not while it lasts");
    let list = json(&settings, &["incident", "list"]);
    let open = list["incidents"].as_array().expect("a list");
    assert_eq!(open.len(), 1, "the drill neither hides it nor takes it in: {list}");
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn sinks_keep_every_message_as_a_file() {
    let (site, chat) = (Site::open().await, Chat::open().await);
    let settings = settings(&site, &chat);
    let daemon = Daemon::start(&settings.write()).await;
    let sinks = settings.file("sinks");
    begin(&settings, &["--sinks", &sinks.display().to_string()]);
    let kept = wait_for("files", SOON, || {
        let all = if sinks.is_dir() { mails(&sinks) } else { Vec::new() };
        (all.len() >= 6).then_some(all)
    });
    let kept = kept.await;
    assert!(kept.iter().any(|mail| mail.to.starts_with("rosa.vidal")), "nobody is left out");
    assert!(kept.iter().any(|mail| mail.to.starts_with("chat")), "nor is a room");
    assert!(chat.posts("chat").is_empty() && !settings.mails().exists(), "nothing left the house");
    drop(daemon);
}
