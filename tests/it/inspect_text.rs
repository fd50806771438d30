//! `inspect match`, `inspect sentiment` and `inspect language` as staff call them: the real binary.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const TOPIC: &str = r#"
[[topic]]
id = "almenara"
name = { es = "Banco Almenara", en = "Almenara Bank" }
[[topic.rule]]
id = "names"
any = ["Banco Almenara", "Almenara Bank"]
"#;

fn inspect(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_atalaya"))
        .arg("inspect")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    // A command that refuses its arguments need not read its input.
    let written = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    assert!(written.is_ok() || input.is_empty());
    child.wait_with_output().expect("ended")
}

fn rows(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn keywords(dir: &Path, topic: &str) {
    let topics = dir.join("topics");
    std::fs::create_dir(&topics).expect("made");
    std::fs::write(topics.join("banks.toml"), topic).expect("written");
}

#[test]
fn match_answers_in_order_and_goes_on_after_a_bad_line() {
    let dir = tempfile::tempdir().expect("a directory");
    keywords(dir.path(), TOPIC);
    let input = concat!(
        "{\"id\":1,\"title\":\"El Banco Almenara\",\"body\":\"\",\"source\":\"x\",\"language\":\"es\"}\n",
        "not json\n",
        "{\"id\":\"b\",\"body\":\"nobody\"}\n",
    );
    let keywords = dir.path().display().to_string();
    let output = inspect(&["match", "--keywords", &keywords, "--jsonl"], input);
    assert_eq!(output.status.code(), Some(1));
    let rows = rows(&output);
    let span = json!({"field": "title", "from": 3, "to": 17, "text": "Banco Almenara",
        "term": "Banco Almenara"});
    let topics = json!([{"id": "almenara", "rule": "names", "spans": [span]}]);
    assert_eq!(rows[0], json!({"id": 1, "topics": topics, "categories": []}));
    assert!(rows[1]["error"].is_string() && rows[1]["id"].is_null());
    assert_eq!(rows[2], json!({"id": "b", "topics": [], "categories": []}));
}

#[test]
fn bad_keywords_are_told_with_their_place() {
    let dir = tempfile::tempdir().expect("a directory");
    keywords(dir.path(), &TOPIC.replace("any =", "ani ="));
    let output =
        inspect(&["match", "--keywords", &dir.path().display().to_string(), "--jsonl"], "");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("banks.toml:7:1") && told.contains("did you mean `any`?"), "{told}");
}

#[test]
fn sentiment_takes_places_and_names() {
    let input = concat!(
        "{\"id\":1,\"text\":\"Acme fined for fraud\",\"target\":{\"from\":0,\"to\":4}}\n",
        "{\"id\":2,\"text\":\"ACME fined for fraud\",\"target\":\"Acme\",\"language\":\"en\"}\n",
        "{\"id\":3,\"text\":\"Acme\",\"target\":{\"from\":2,\"to\":9}}\n",
        "{\"id\":4,\"text\":\"Acme opens at ten\",\"target\":null,\"language\":null}\n",
    );
    let output = inspect(&["sentiment", "--jsonl"], input);
    let rows = rows(&output);
    for row in &rows[..2] {
        assert_eq!(row["polarity"], "negative", "{row}");
        assert!(row["p_negative"].as_f64().is_some_and(|p| p > 0.5 && p <= 1.0), "{row}");
        assert!(row["score"].as_f64().is_some_and(|score| (-1.0..0.0).contains(&score)), "{row}");
        let evidence = row["evidence"].as_array().expect("evidence");
        assert!(evidence.iter().any(|one| one["text"] == "fraud" && one["kind"] == "event"));
    }
    assert!(rows[2]["error"].is_string());
    assert_eq!(rows[3]["polarity"], "neutral");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn language_is_null_where_nothing_tells() {
    let input = "{\"id\":1,\"text\":\"Las acciones de la entidad caen con fuerza\"}\n{\"id\":2,\"text\":\"123\"}\n";
    let output = inspect(&["language", "--jsonl"], input);
    let rows = rows(&output);
    assert_eq!(rows[0]["language"], "es");
    assert_eq!(rows[1], json!({"id": 2, "language": null, "confidence": 0.0}));
    assert_eq!(output.status.code(), Some(0));
}
