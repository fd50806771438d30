//! Each answer in three languages against its schema and against the names of the contract.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::binary::{inspect, lines, object, rows};
use super::schemas::hold;

const FEED: [&str; 10] = [
    "kind",
    "title",
    "link",
    "language",
    "summary",
    "published",
    "updated",
    "encoding",
    "entries",
    "warnings",
];
const ENTRY: [&str; 10] = [
    "id",
    "title",
    "link",
    "published",
    "updated",
    "authors",
    "summary",
    "content",
    "enclosures",
    "categories",
];
const PAGE: [&str; 11] = [
    "title",
    "body",
    "authors",
    "published",
    "updated",
    "language",
    "canonical_url",
    "site_name",
    "image",
    "method",
    "warnings",
];
const SPAN: [&str; 5] = ["field", "from", "to", "text", "term"];
const SENTIMENT: [&str; 4] = ["polarity", "score", "p_negative", "evidence"];
const EVIDENCE: [&str; 5] = ["from", "to", "text", "kind", "value"];
const EVIDENCE_KINDS: [&str; 8] =
    ["lexicon", "event", "negation", "intensifier", "hedge", "contrast", "role", "model"];

/// The object has all these names; others may stand beside them.
#[track_caller]
fn names(object: &Value, expected: &[&str]) {
    let object = object.as_object().expect("an object");
    let missing: Vec<_> = expected.iter().filter(|name| !object.contains_key(**name)).collect();
    assert!(missing.is_empty(), "{missing:?} missing in {object:?}");
}

/// Unknown is null, never an empty string.
#[track_caller]
fn no_empty_text(value: &Value) {
    match value {
        Value::String(text) => assert!(!text.is_empty(), "an empty string"),
        Value::Array(list) => list.iter().for_each(no_empty_text),
        Value::Object(fields) => fields.values().for_each(no_empty_text),
        _ => {}
    }
}

/// RFC 3339 in UTC.
#[track_caller]
fn utc(time: &Value) {
    let time = time.as_str().expect("a time");
    let read = time.parse::<jiff::Timestamp>();
    assert!(read.is_ok() && time.ends_with('Z'), "{time}");
}

fn written(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).expect("written");
    path
}

fn rss(language: &str, title: &str, headline: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel>\
         <title>{title}</title><link>https://medium.example/</link><language>{language}</language>\
         <description></description><item><title>{headline}</title>\
         <link>https://medium.example/1</link><guid>1</guid>\
         <pubDate>Mon, 02 Mar 2026 08:30:00 +0100</pubDate><category></category></item>\
         </channel></rss>"
    )
}

#[test]
fn feeds() {
    let dir = tempfile::tempdir().expect("a directory");
    let feeds = [
        ("es", "El Diario", "El Banco Almenara presenta resultados"),
        ("en", "The Chronicle", "Almenara Bank reports results"),
        ("zh", "财经日报", "阿尔梅纳拉银行公布业绩"),
    ];
    let path = |language: &str| dir.path().join(format!("{language}.xml")).display().to_string();
    for (language, title, headline) in feeds {
        written(dir.path(), &format!("{language}.xml"), &rss(language, title, headline));
        let output = inspect(&["feed", &path(language), "--json"], "");
        assert_eq!(output.status.code(), Some(0));
        let feed = object(&output);
        hold("feed", &feed);
        names(&feed, &FEED);
        names(&feed["entries"][0], &ENTRY);
        no_empty_text(&feed);
        assert_eq!((&feed["title"], &feed["language"]), (&title.into(), &language.into()));
        assert_eq!(feed["entries"][0]["title"], headline);
        assert_eq!(feed["summary"], Value::Null);
        utc(&feed["entries"][0]["published"]);
    }
    let questions = feeds.map(|(language, ..)| json!({"id": language, "path": path(language)}));
    let output = inspect(&["feed", "--jsonl"], lines(&questions));
    assert_eq!(output.status.code(), Some(0));
    for (row, (language, title, _)) in rows(&output).iter().zip(feeds) {
        hold("feed-row", row);
        names(row, &FEED);
        assert_eq!((&row["id"], &row["title"]), (&language.into(), &title.into()));
    }
}

fn page(language: &str, title: &str, sentence: &str) -> String {
    let paragraph = format!("<p>{}</p>", sentence.repeat(6));
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta property=\"article:published_time\" content=\"2026-03-02T08:30:00+01:00\">\
         <meta name=\"author\" content=\"\"></head><body><nav><a href=\"/\">.</a></nav>\
         <article><h1>{title}</h1>{paragraph}{paragraph}{paragraph}</article></body></html>"
    )
}

#[test]
fn pages() {
    let dir = tempfile::tempdir().expect("a directory");
    let pages = [
        ("es", "El Banco Almenara presenta resultados", "La entidad ganó más que el año pasado. "),
        ("en", "Almenara Bank reports results", "The bank earned more than a year before. "),
        ("zh", "阿尔梅纳拉银行公布业绩", "该银行今年的利润高于去年，董事会表示满意。"),
    ];
    let path = |language: &str| dir.path().join(format!("{language}.html")).display().to_string();
    for (language, title, sentence) in pages {
        written(dir.path(), &format!("{language}.html"), &page(language, title, sentence));
        let arguments =
            ["page", &path(language), "--url", "https://medium.example/1.html", "--json"];
        let output = inspect(&arguments, "");
        assert_eq!(output.status.code(), Some(0));
        let page = object(&output);
        hold("page", &page);
        names(&page, &PAGE);
        no_empty_text(&page);
        assert_eq!(page["title"], title);
        let body = page["body"].as_str().expect("a body");
        assert!(body.contains(sentence.trim()), "{body}");
        assert!(!body.contains("\n\n") && !body.contains('<'), "{body}");
        assert_eq!(page["image"], Value::Null);
        let published = page["published"].as_str().expect("a date");
        assert!(published.starts_with("2026-03-02"), "{published}");
    }
    let questions = pages.map(|(language, ..)| {
        json!({"id": language, "path": path(language), "url": "https://medium.example/1.html"})
    });
    for (row, (language, ..)) in
        rows(&inspect(&["page", "--jsonl"], lines(&questions))).iter().zip(pages)
    {
        hold("page-row", row);
        names(row, &PAGE);
        assert_eq!(row["id"], language);
    }
}

/// The program's own keyword files: what the shipped rules say of the invented bank.
#[test]
fn matches() {
    let keywords = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let questions = [
        json!({"id": "es", "title": "Pánico en Banco Almenara",
            "body": "Clientes de Banco Almenara temen una retirada masiva.", "source": "gaceta",
            "language": "es", "published": "2026-03-02T07:30:00Z"}),
        json!({"id": "en", "title": "Almenara Bank", "body": "Customers fear a bank run."}),
        json!({"id": "zh", "body": "阿尔梅纳拉银行遭遇挤兑。"}),
    ];
    let output = inspect(&["match", "--keywords", &keywords, "--jsonl"], lines(&questions));
    assert_eq!(output.status.code(), Some(0));
    let rows = rows(&output);
    assert_eq!(rows.len(), 3);
    for row in &rows {
        hold("match-row", row);
        names(row, &["id", "topics", "categories"]);
        assert_eq!(row["topics"][0]["id"], "banco-almenara", "{row}");
        names(&row["topics"][0], &["id", "rule", "spans"]);
        names(&row["topics"][0]["spans"][0], &SPAN);
        assert_eq!(row["categories"][0]["id"], "solvency", "{row}");
        names(&row["categories"][0], &["id", "weight", "spans"]);
        names(&row["categories"][0]["spans"][0], &SPAN);
    }
    let one = inspect(&["match", "--keywords", &keywords], "Almenara Bank\nA bank run.");
    hold("match", &object(&one));
}

#[test]
fn sentiments() {
    let questions = [
        json!({"id": "es", "text": "Una estafa vergonzosa de Banco Almenara", "target": "Banco Almenara", "language": "es"}),
        json!({"id": "en", "text": "Almenara Bank was fined for fraud", "target": {"from": 0, "to": 13}}),
        json!({"id": "zh", "text": "阿尔梅纳拉银行涉嫌欺诈被罚款", "target": "阿尔梅纳拉银行"}),
    ];
    let output = inspect(&["sentiment", "--jsonl"], lines(&questions));
    assert_eq!(output.status.code(), Some(0));
    for row in rows(&output) {
        hold("sentiment-row", &row);
        names(&row, &SENTIMENT);
        assert_eq!(row["polarity"], "negative", "{row}");
        let (score, p) = (row["score"].as_f64(), row["p_negative"].as_f64());
        assert!(score.is_some_and(|score| (-1.0..0.0).contains(&score)), "{row}");
        assert!(p.is_some_and(|p| (0.5..=1.0).contains(&p)), "{row}");
        for evidence in row["evidence"].as_array().expect("a list") {
            names(evidence, &EVIDENCE);
            let kind = evidence["kind"].as_str().expect("a kind");
            assert!(EVIDENCE_KINDS.contains(&kind), "{kind}");
        }
    }
    hold("sentiment", &object(&inspect(&["sentiment"], "A shameful fraud")));
}

#[test]
fn languages() {
    let texts = [
        ("es", "La entidad presentará mañana sus resultados del primer trimestre"),
        ("en", "The bank will present its results for the first quarter tomorrow"),
        ("zh", "该银行明天将公布第一季度业绩"),
    ];
    let questions = texts.map(|(language, text)| json!({"id": language, "text": text}));
    let output = inspect(&["language", "--jsonl"], lines(&questions));
    for (row, (language, _)) in rows(&output).iter().zip(texts) {
        hold("language-row", row);
        names(row, &["id", "language", "confidence"]);
        let told = row["language"].as_str().expect("a language");
        assert_eq!(told.split('-').next(), Some(language));
        assert!(row["confidence"].as_f64().is_some_and(|c| c > 0.0 && c <= 1.0), "{row}");
    }
    let nothing = object(&inspect(&["language"], "12345"));
    hold("language", &nothing);
    assert_eq!(nothing["language"], Value::Null);
}

#[test]
fn stories() {
    let body = |text: &str| text.repeat(8);
    let es = body("La entidad confirmó una caída del servicio en toda la red de cajeros. ");
    let en = body("The regulator opened a formal inquiry into the lender's fees. ");
    let questions = [
        json!({"id": 1, "title": "Caída del servicio en Banco Almenara", "body": es,
            "language": "es", "published": "2026-03-02T07:30:00Z", "source": "gaceta"}),
        json!({"id": "copia", "title": "Caída del servicio en Banco Almenara", "body": es,
            "language": "es", "published": "2026-03-02T08:30:00Z"}),
        json!({"id": 3, "title": "Regulator opens inquiry into fees", "body": en,
            "language": "en", "published": "2026-03-02T09:00:00Z"}),
        json!({"id": 4, "title": "阿尔梅纳拉银行公布业绩", "body": "该银行今年的利润高于去年，董事会表示满意。",
            "language": "zh", "published": "2026-03-02T09:30:00Z"}),
    ];
    let output = inspect(&["stories", "--jsonl"], lines(&questions));
    assert_eq!(output.status.code(), Some(0));
    let rows = rows(&output);
    for row in &rows {
        hold("stories-row", row);
        names(row, &["id", "story", "duplicate_of"]);
        assert!(row["story"].is_string());
    }
    assert_eq!(rows[1]["duplicate_of"], 1, "the id as it was given");
    assert_eq!(rows[0]["story"], rows[1]["story"]);
    let distinct = [&rows[0]["story"], &rows[2]["story"], &rows[3]["story"]];
    assert!(distinct[0] != distinct[1] && distinct[1] != distinct[2], "{rows:?}");
}

#[test]
fn check_reports() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/configs");
    for (case, code) in [("bad/tier-9", 2), ("bad/syntax-error", 2), ("bad/not-utf8", 2)] {
        let output = Command::new(env!("CARGO_BIN_EXE_atalaya"))
            .args(["check", "--json", "--config", "config/atalaya.toml"])
            .current_dir(fixtures.join(case))
            .output()
            .expect("started");
        assert_eq!(output.status.code(), Some(code), "{case}");
        let report = object(&output);
        hold("check", &report);
        names(&report, &["findings"]);
        let finding = &report["findings"][0];
        names(finding, &["file", "line", "column", "severity", "what", "remedy"]);
        assert_eq!(finding["severity"], "error");
    }
}

/// The whole day, as fast as it goes: what is told here is the demo's own test, its shape this one.
#[test]
fn demo_outcome() {
    let dir = tempfile::tempdir().expect("a directory");
    let output = Command::new(env!("CARGO_BIN_EXE_atalaya"))
        .args(["demo", "--json", "--speed", "60", "--dir"])
        .arg(dir.path())
        .output()
        .expect("started");
    let outcome = object(&output);
    hold("demo", &outcome);
    let good = outcome["as_scripted"].as_bool().expect("a flag");
    assert_eq!(output.status.code(), Some(i32::from(!good)));
    for list in ["alerts", "deliveries", "incidents"] {
        assert!(outcome[list].as_array().is_some_and(|list| !list.is_empty()), "{list}");
    }
}

#[test]
fn explanations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = tempfile::tempdir().expect("a directory");
    let text = "Regulador multa a Banco Almenara por fraude\nEl banco pagará 40 millones de euros.";
    let file = written(dir.path(), "article.txt", text);
    let output = Command::new(env!("CARGO_BIN_EXE_atalaya"))
        .args(["explain", "--json", "--config", "config/atalaya.toml"])
        .arg(&file)
        .current_dir(root)
        .output()
        .expect("started");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let explained = object(&output);
    hold("explain", &explained);
    names(&explained, &["language", "story", "topics"]);
    let topic = &explained["topics"][0];
    assert_eq!(topic["id"], "banco-almenara");
    assert_eq!(topic["polarity"]["polarity"], "negative");
    let parts = topic["severity"]["parts"].as_array().expect("the sum");
    let sum: f64 = parts.iter().filter_map(|part| part["points"].as_f64()).sum();
    let score = topic["severity"]["score"].as_f64().expect("a score");
    assert!((sum - score).abs() < 0.06, "{sum} is not {score}");
    let readers: Vec<_> = topic["told"].as_array().expect("readers").iter().collect();
    assert!(readers.iter().any(|reader| reader["language"] == "zh"), "{readers:?}");
}

/// A daemon that was stopped leaves what it knew; the table reads it.
#[test]
fn sources_reports() {
    let directory = tempfile::tempdir().expect("a directory");
    let keywords = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let config = format!(
        "keywords = {keywords:?}\n[organisation]\nname = \"B\"\n[store]\nurl = \"sqlite:a.db\"\n\
         [[source]]\nid = \"down\"\nurl = \"http://127.0.0.1:1/feed\"\nallow_private = true\n"
    );
    std::fs::write(directory.path().join("a.toml"), config).expect("written");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.args(arguments).args(["--config", "a.toml"]).current_dir(directory.path());
        command.output().expect("started")
    };
    assert_eq!(run(&["sources"]).status.code(), Some(3), "there is no store yet");
    assert_eq!(run(&["poll", "--once"]).status.code(), Some(3), "the source is down");
    let output = run(&["sources", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let report = object(&output);
    hold("sources", &report);
    names(&report, &["total", "healthy", "sources"]);
    let source = &report["sources"][0];
    assert_eq!((&source["id"], &source["health"]), (&json!("down"), &json!("failing")), "{report}");
    assert!(source["reason"].as_str().is_some_and(|reason| reason.contains("network")), "{report}");
    let output = run(&["sources", "--check", "--unhealthy"]);
    assert_eq!(output.status.code(), Some(1), "for scripts");
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.starts_with("SOURCE  HEALTH"), "{table}");
    assert!(table.ends_with("0 of 1 sources healthy\n"), "{table}");
}

/// The stories of a daemon that has read one article, and what rises with it.
#[test]
fn stories_of_an_archive() {
    let directory = tempfile::tempdir().expect("a directory");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let feed = rss("es", "Gaceta", "Multa de tres millones al Banco Almenara por fraude");
    std::thread::spawn(move || serve(&listener, &feed));
    let keywords = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let config = format!(
        "keywords = {keywords:?}\n[organisation]\nname = \"B\"\n[store]\nurl = \"sqlite:a.db\"\n\
         [collect]\nhistory = \"alert\"\nports = [{}]\n[[source]]\nid = \"gaceta\"\nurl = \"http://{address}/feed\"\n\
         allow_private = true\n",
        address.port()
    );
    std::fs::write(directory.path().join("a.toml"), config).expect("written");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.args(arguments).args(["--config", "a.toml"]).current_dir(directory.path());
        command.output().expect("started")
    };
    assert_eq!(run(&["stories"]).status.code(), Some(3), "there is no store yet");
    run(&["poll", "--once"]);
    let report = object(&run(&["stories", "--since", "24h", "--json"]));
    hold("stories", &report);
    names(&report, &["since", "stories"]);
    let id = report["stories"][0]["id"].as_str().unwrap_or_else(|| panic!("{report}")).to_owned();
    let output = run(&["stories", "--story", &id, "--svg", "a.svg", "--json"]);
    let story = object(&output);
    hold("story", &story);
    names(&story, &["id", "headline", "lead", "phrases", "entities", "first", "hours", "owners"]);
    assert_eq!((&story["id"], &story["articles"]), (&json!(id), &json!(1)));
    utc(&story["first"]["at"]);
    let drawn = std::fs::read_to_string(directory.path().join("a.svg")).expect("drawn");
    assert!(drawn.starts_with("<svg ") && drawn.contains("Banco Almenara"), "{drawn}");
    let list = object(&run(&["alerts", "--json"]));
    hold("alerts", &list);
    let alert = list["alerts"][0]["id"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned();
    assert_eq!(run(&["alerts", "ack", &alert, "--by", "Ana"]).status.code(), Some(0));
    assert_eq!(run(&["alerts", "ack", &alert, "--by", "Bea"]).status.code(), Some(1), "too late");
    let shown = object(&run(&["alerts", "show", &alert, "--json"]));
    hold("alert", &shown);
    names(&shown, &["id", "level", "state", "since", "by", "events", "escalations"]);
    let events = shown["events"].as_array().expect("events");
    let what: Vec<_> = events.iter().map(|event| &event["what"]).collect();
    assert_eq!(what, ["opened", "acknowledged"]);
    utc(&events[1]["at"]);
    let hot = object(&run(&["hot", "--json"]));
    hold("hot", &hot);
    names(&hot, &["hours", "false_discovery_rate", "topics", "terms", "stories", "silent"]);
    let nobody = "01a21ace-ca6f-76ef-a2d0-62a24e9f07c3";
    assert_eq!(run(&["stories", "--story", nobody]).status.code(), Some(2));
    assert_eq!(run(&["stories", "merge", &id, &id]).status.code(), Some(1), "it is one already");
}

/// Answers every request with the feed, whatever it asks for.
fn serve(listener: &std::net::TcpListener, feed: &str) {
    use std::io::{Read, Write};
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { return };
        let mut asked = [0; 4096];
        if stream.read(&mut asked).is_err() {
            continue;
        }
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{feed}",
            feed.len()
        );
        drop(stream.write_all(answer.as_bytes()));
    }
}
