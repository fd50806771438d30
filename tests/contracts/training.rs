//! Cases, quizzes and watches before a launch, as staff use them: the real binary on an archive made here.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use atalaya::model::{
    Alert, AlertId, AlertState, Analysis, EntryId, Level, Severity, Source, StoryId,
};
use atalaya::store::articles::{self, Mark};
use atalaya::store::{Location, Store, Transaction, alerts, stories};
use jiff::Timestamp;
use regex::Regex;
use serde_json::{Value, json};

use super::binary::object;
use super::schemas::hold;
use super::verdicts::{article, opinion};

const MAIN: &str = r#"
keywords = "keywords"
people = "people.toml"
severity = "severity.toml"
cases = "cases"
[organisation]
name = "Banco Almenara"
language = "es"
time_zone = "Europe/Madrid"
[store]
url = "sqlite:archive.db"
[[source]]
id = "diario"
url = "https://diario.example/rss.xml"
"#;
const TOPICS: &str = r#"
[[topic]]
id = "bank"
name = { es = "La app <nueva>", en = "The new app", zh = "新应用" }
[[topic.rule]]
id = "names"
any = ["Almenara"]
"#;
const PEOPLE: &str = r#"
[person.ana]
name = "Ana Mora"
language = "es"
unit = "Prensa"
[person.bao]
name = "陈宇"
language = "zh"
unit = "Prensa"
[person.eve]
name = "Eve Grant"
language = "en"
unit = "Branches"
[person.leo]
name = "Leo"
"#;
const SEVERITY: &str = r#"
[[watch]]
id = "app-launch"
topic = "bank"
from = 2026-03-02
until = 2026-03-15
points = 6
reason = "launch of the app | spring"
[[watch.question]]
text = { es = "¿Quién contesta el fin de semana?", en = "Who answers at the weekend?", zh = "周末由谁答复？" }
owner = "ana"
[[watch.question]]
text = { es = "¿Qué pasa si se cae?", en = "What if it fails?", zh = "出现故障怎么办？" }
owner = "eve"

[[watch]]
topic = "bank"
from = 2099-01-01
until = 2099-01-02
points = 3
reason = "later"
"#;

fn written(dir: &Path) -> PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["keywords/topics", "keywords/categories", "cases"] {
        std::fs::create_dir_all(dir.join(folder)).expect("made");
    }
    for category in ["solvency", "data_breach", "mis_selling"] {
        let file = format!("keywords/categories/{category}.toml");
        std::fs::copy(shipped.join(&file), dir.join(&file)).expect("copied");
    }
    for case in ["withdrawal-rumour", "data-leak", "mis-selling"] {
        let file = format!("cases/{case}.toml");
        std::fs::copy(shipped.join("config").join(&file), dir.join(&file)).expect("copied");
    }
    for (name, text) in [
        ("keywords/topics/bank.toml", TOPICS),
        ("people.toml", PEOPLE),
        ("severity.toml", SEVERITY),
        ("atalaya.toml", MAIN),
    ] {
        std::fs::write(dir.join(name), text).expect("written");
    }
    dir.join("atalaya.toml")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// One story with three articles, one of them before the watch, and another with one; an alert of the first.
fn filled(dir: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&Location::Sqlite(dir.join("archive.db"))).await.expect("opened");
        store.write(add).await.expect("added");
        store.close();
    });
}

fn add(tx: &mut dyn Transaction) -> Result<(), atalaya::store::StoreError> {
    let (failing, liked) = (StoryId::new(), StoryId::new());
    for (n, story, source, appeared, negative) in [
        (1, failing, "diario", "2026-03-01T22:59:59Z", true),
        (2, failing, "diario", "2026-03-01T23:00:00Z", true),
        (3, failing, "gaceta", "2026-03-15T22:59:59Z", true),
        (4, liked, "gaceta", "2026-03-05T10:00:00Z", false),
        (5, liked, "gaceta", "2026-03-15T23:00:00Z", false),
    ] {
        let (source, opinion) = (Source::unlisted(source), opinion());
        let mut article = article(n);
        let title = if story == failing { "La app | *falla*" } else { "Gusta" };
        title.clone_into(&mut article.title);
        article.published_at = Some(at(appeared));
        let analysis = Analysis { topics: vec![opinion.clone()], ..Analysis::default() };
        articles::insert(tx, EntryId::new(), &article, story, &analysis)?;
        stories::add_article(tx, story, &article)?;
        let mark = Mark { negative, category: "", voice: &source.name };
        articles::insert_topic(tx, &article, story, &source, &opinion, mark)?;
    }
    let opened_at = at("2026-03-03T08:30:00Z");
    let severity = Severity { score: 72.0, level: None, parts: vec![], adjustments: vec![] };
    let alert = Alert {
        id: AlertId::new(),
        story_id: failing,
        topic_id: "bank".to_owned(),
        state: AlertState::Resolved,
        state_since: opened_at,
        level: Level::Orange,
        severity,
        standing: Level::Orange,
        below_since: None,
        told: 1,
        opened_at,
        updated_at: opened_at,
    };
    alerts::save(tx, &alert)
}

fn atalaya(config: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.args(arguments).arg("--config").arg(config).stdin(Stdio::null());
    command.output().expect("started")
}

#[track_caller]
fn said(config: &Path, arguments: &[&str]) -> String {
    let output = atalaya(config, arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
fn refused(config: &Path, arguments: &[&str], code: i32, words: &str) {
    let output = atalaya(config, arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    assert!(told.contains(words), "{arguments:?}: {told}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

/// Times of this run are not the same in the next.
fn timeless(text: &str) -> String {
    let written = Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d").expect("pattern");
    let mut lines = text.lines().map(|line| {
        let ours = line.contains("Europe/Madrid") || line.contains("Ana");
        if ours { written.replace_all(line, "[now]").into_owned() } else { line.to_owned() }
    });
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |text, line| text + "\n" + &line)
}

#[test]
fn cases_are_listed_read_and_found() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = written(dir.path());
    insta::assert_snapshot!("cases", said(&config, &["cases"]));
    let shown = said(&config, &["cases", "show", "withdrawal-rumour", "--language", "zh"]);
    insta::assert_snapshot!("case-zh", shown);
    hold("cases", &object(&atalaya(&config, &["cases", "--json"])));
    let case = object(&atalaya(&config, &["cases", "show", "data-leak", "--json"]));
    hold("case", &case);
    assert_eq!(case["questions"][0]["right"], 0);
    assert_eq!(case["happened"][0]["at"], "2025-06-03T07:10:00");

    let found = object(&atalaya(&config, &["cases", "search", "jubilados", "--json"]));
    hold("cases", &found);
    assert_eq!(found["cases"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["cases"][0]["id"], "mis-selling");
    refused(&config, &["cases", "search", "xylophone"], 1, "");
    refused(&config, &["cases", "show", "none"], 2, "there is no case `none`");
}

#[test]
fn quizzes_are_marked_explained_and_counted() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = written(dir.path());
    let leak = ["quiz", "start", "--case", "data-leak"];
    let take = |person: &str, answers: &str| {
        said(&config, &[&leak[..], &["--person", person, "--answers", answers]].concat())
    };
    refused(&config, &["quiz", "start", "--person", "ana"], 3, "");
    filled(dir.path());
    refused(&config, &["quiz", "start", "--person", "ana"], 2, "no terminal");
    refused(&config, &["quiz", "start", "--person", "nobody"], 2, "no person `nobody`");
    for (answers, words) in [
        ("a,c", "2 answers are given to 3 questions"),
        ("a,c,d", "answer 3: `d` is not offered; write one of a, b, c"),
    ] {
        let arguments = [&leak[..], &["--person", "ana", "--answers", answers]].concat();
        refused(&config, &arguments, 2, words);
    }

    insta::assert_snapshot!("quiz-es", take("ana", "b,c,b"));
    insta::assert_snapshot!("quiz-zh", take("bao", "A, c ,b"));
    let english =
        [&leak[..], &["--person", "ana", "--answers", "a,a,b", "--language", "en"]].concat();
    assert!(said(&config, &english).contains("2 of 3 answers right"));
    let paper = said(&config, &["quiz", "questions", "data-leak", "--language", "en"]);
    assert!(paper.contains("1. Which answer was best") && !paper.contains("refuted"), "{paper}");

    counted(&config);
}

fn counted(config: &Path) {
    let results = |by: &str| {
        let report = object(&atalaya(config, &["quiz", "results", "--by", by, "--json"]));
        hold("quiz-results", &report);
        report["rows"].as_array().expect("rows").clone()
    };
    let figures = |row: &Value| {
        let n = |key: &str| row[key].as_u64().expect("a number");
        let counts = ["people", "trained", "quizzes", "right", "questions"].map(n);
        (row["id"].as_str().map(str::to_owned), counts)
    };
    let of = |by: &str| results(by).iter().map(figures).collect::<Vec<_>>();
    let named = |id: &str, counts| (Some(id.to_owned()), counts);
    let units = [
        (None, [1, 0, 0, 0, 0]),
        named("Branches", [1, 0, 0, 0, 0]),
        named("Prensa", [2, 2, 3, 7, 9]),
    ];
    assert_eq!(of("unit"), units);
    let people = [
        named("ana", [1, 1, 2, 4, 6]),
        named("bao", [1, 1, 1, 3, 3]),
        named("eve", [1, 0, 0, 0, 0]),
        named("leo", [1, 0, 0, 0, 0]),
    ];
    assert_eq!(of("person"), people);
    let cases = [
        named("data-leak", [4, 2, 3, 7, 9]),
        named("mis-selling", [4, 0, 0, 0, 0]),
        named("withdrawal-rumour", [4, 0, 0, 0, 0]),
    ];
    assert_eq!(of("case"), cases);
    let table = said(config, &["quiz", "results", "--since", "7d"]);
    assert!(table.contains("7/9") && table.contains("78 %"), "{table}");
}

#[test]
fn a_watch_is_asked_about_and_closed_with_a_report() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = written(dir.path());
    filled(dir.path());
    let list = object(&atalaya(&config, &["watch", "list", "--json"]));
    hold("watches", &list);
    assert_eq!((&list[0]["id"], &list[0]["state"]), (&json!("app-launch"), &json!("over")));
    assert_eq!((&list[1]["id"], &list[1]["state"]), (&json!("bank-2099-01-01"), &json!("planned")));

    let settle = ["watch", "check", "app-launch", "1", "--by", "Ana"];
    said(&config, &[&settle[..], &["--note", "guardia_abc"]].concat());
    said(&config, &["watch", "check", "app-launch", "2", "--by", "Eve"]);
    said(&config, &["watch", "reopen", "app-launch", "2", "--by", "Ana"]);
    refused(&config, &["watch", "check", "app-launch", "3", "--by", "Ana"], 2, "no question 3");
    refused(&config, &["watch", "check", "app-launch", "0", "--by", "Ana"], 2, "no question 0");
    refused(&config, &["watch", "check", "launch", "1", "--by", "Ana"], 2, "no watch `launch`");
    refused(&config, &["watch", "report", "launch"], 2, "there are app-launch, bank-2099-01-01");

    let shown = object(&atalaya(&config, &["watch", "show", "app-launch", "--json"]));
    hold("watch", &shown);
    assert_eq!((&shown["open"], &shown["questions"]), (&1.into(), &2.into()));
    assert_eq!(shown["checklist"][0]["settled"], true);
    let table = timeless(&said(&config, &["watch", "show", "app-launch", "--language", "en"]));
    assert!(table.contains("2026-03-02  2026-03-15  1/2"), "{table}");
    assert!(table.contains("Who answers at the weekend?"), "{table}");
    told(&config);
}

fn told(config: &Path) {
    let report = object(&atalaya(config, &["watch", "report", "app-launch", "--json"]));
    hold("watch-report", &report);
    let numbers = |of: &str| {
        ["articles", "negative", "stories", "owners"]
            .map(|key| report[of][key].as_u64().expect("a number"))
    };
    assert_eq!((numbers("seen"), numbers("before")), ([3, 2, 2, 2], [1, 1, 1, 1]));
    assert_eq!(report["levels"], json!({"orange": 1}));
    for language in ["es", "en", "zh"] {
        let arguments = ["watch", "report", "app-launch", "--language", language];
        let text = timeless(&said(config, &arguments));
        insta::assert_snapshot!(format!("watch-report-{language}"), text);
    }
    let html = timeless(&said(config, &["watch", "report", "app-launch", "--html"]));
    assert!(!html.contains("<nueva>") && html.contains("La app &lt;nueva&gt;"), "{html}");
    insta::assert_snapshot!("watch-report-html", html);
    let later = said(config, &["watch", "report", "bank-2099-01-01", "--language", "en"]);
    assert!(later.contains("The watch has not begun.") && later.contains("No article was seen."));
}
