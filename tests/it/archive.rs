//! The archive as staff look at it, beside the running daemon: search, backtest, check.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::database::Database;
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const STRIKE: &str = "Huelga indefinida en la fábrica de Cerámicas Ortuño por impagos y fraude";
const STRIKE_TEXT: &str = "Los trabajadores de Cerámicas Ortuño denuncian fraude e impagos. La huelga y la \
    quiebra amenazan a miles de familias.";

async fn run(arguments: &[&str], config: &Path) -> Output {
    let mut command = atalaya();
    command.args(arguments).arg("--config").arg(config);
    let run = move || command.output().expect("started");
    tokio::task::spawn_blocking(run).await.expect("no panic")
}

fn object(output: &Output) -> Value {
    let told = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// The shipped keywords with other topics.
fn keywords(settings: &Settings, name: &str, topic: &str) -> String {
    let dir = settings.file(name);
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords");
    for folder in ["categories", "lexicon"] {
        std::fs::create_dir_all(dir.join(folder)).expect("made");
        for file in std::fs::read_dir(shipped.join(folder)).expect("a folder") {
            let file = file.expect("a file");
            std::fs::copy(file.path(), dir.join(folder).join(file.file_name())).expect("copied");
        }
    }
    std::fs::create_dir_all(dir.join("topics")).expect("made");
    std::fs::write(dir.join("topics/one.toml"), topic).expect("written");
    dir.display().to_string()
}

fn topic(id: &str, name: &str) -> String {
    format!(
        "[[topic]]\nid = \"{id}\"\nname = {{ es = \"{name}\", en = \"{name}\", zh = \"{name}\" }}\n\
         [[topic.rule]]\nid = \"names\"\nany = [\"{name}\"]\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_raised_is_found_and_held_against_other_rules() {
    looked_at(Settings::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_on_postgresql_is_looked_at_too() {
    let database = Database::new();
    looked_at(Settings::new().store(&database.url())).await;
}

async fn looked_at(settings: Settings) {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    site.publish(STRIKE, STRIKE_TEXT);
    let settings = settings.source("diario", &site.feed_url()).mail_to_files(&["carmen.saez"]);
    let config = settings.write();
    let daemon = Daemon::start(&config).await;
    let read = || daemon.metric("atalaya_articles_total").filter(|read| *read >= 2.0);
    wait_for("both articles are judged", SOON, read).await;

    let found = run(&["search", "\"banco almenara\" NEAR/8 ciberataque", "--json"], &config).await;
    let found = object(&found);
    assert_eq!((&found["count"], &found["articles"][0]["title"]), (&1.into(), &LEAK.into()));
    let marked = &found["articles"][0]["spans"][0];
    assert_eq!(
        (&marked["field"], &marked["text"]),
        (&"title".into(), &"Banco Almenara en un ciberataque".into())
    );
    assert!(found["articles"][0]["severity"].as_f64() > Some(0.0), "{found}");
    let none = run(&["search", "Ortuño AND NOT huelga", "--since", "1d"], &config).await;
    assert_eq!(none.status.code(), Some(1));
    let plain = run(&["search", "Ortuño", "--since", "1d"], &config).await;
    let text = String::from_utf8(plain.stdout).expect("UTF-8");
    assert!(text.contains(STRIKE) && !text.contains('\u{1b}'), "{text}");
    let wrong = run(&["search", "banco NEAR/ (", "--json"], &config).await;
    assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(2), 0));

    backtested(&settings, &config).await;
}

async fn backtested(settings: &Settings, config: &Path) {
    let same = object(&run(&["backtest", "--since", "1d", "--json"], config).await);
    assert_eq!((&same["baseline"], &same["articles"]), (&"record".into(), &2.into()), "{same}");
    let totals = |report: &Value| {
        ["raised", "baseline", "new", "lost"]
            .map(|name| report["totals"][name].as_u64().expect(name))
    };
    assert_eq!(totals(&same), [1, 1, 0, 0], "{same}");

    // Other rules lose the one alert and have another.
    let other = keywords(settings, "other", &topic("ortuno", "Cerámicas Ortuño"));
    let report = run(&["backtest", "--since", "1d", "--keywords", &other, "--json"], config).await;
    let report = object(&report);
    assert_eq!(totals(&report), [1, 1, 1, 1], "{report}");
    assert_eq!(report["new"][0]["headline"], STRIKE);
    assert_eq!(report["lost"][0]["headline"], LEAK);

    let none = keywords(settings, "none", &topic("ortuno", "Nadie Nunca"));
    let against = ["backtest", "--since", "1d", "--keywords", &none, "--diff", &other, "--json"];
    let report = object(&run(&against, config).await);
    assert_eq!((totals(&report), &report["baseline"]), ([0, 1, 0, 1], &"rules".into()), "{report}");

    // A file of articles instead of the archive.
    let file = settings.file("articles.jsonl");
    let lines = [(LEAK, TEXT), (STRIKE, STRIKE_TEXT)].map(|(title, body)| {
        serde_json::json!({"id": title, "title": title, "body": body, "source": "diario",
            "published": "2026-03-02T08:00:00Z"})
        .to_string()
    });
    std::fs::write(&file, lines.join("\n") + "\nnot an article\n").expect("written");
    let file = file.display().to_string();
    let report =
        run(&["backtest", "--archive", &file, "--keywords", &other, "--json"], config).await;
    let report = object(&report);
    assert_eq!((totals(&report), &report["skipped"]), ([1, 1, 1, 1], &1.into()), "{report}");
}
