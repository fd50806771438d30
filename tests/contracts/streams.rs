//! `--jsonl`: the input's order, bad lines answered and passed, bounded memory, exit codes.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::binary::{inspect, lines, rows};
use super::schemas::hold;

/// Every stream: its name, its arguments and a question that it can answer.
fn streams(dir: &Path) -> [(&'static str, Vec<String>, Value); 6] {
    let keywords = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let (feed, page) = (dir.join("feed.xml"), dir.join("page.html"));
    let rss = "<rss version=\"2.0\"><channel><title>t</title></channel></rss>";
    std::fs::write(&feed, rss).expect("written");
    std::fs::write(&page, "<html><title>t</title><p>text</p></html>").expect("written");
    let one = |name: &str| vec![name.to_owned(), "--jsonl".to_owned()];
    let matching = ["match", "--keywords", &keywords, "--jsonl"].map(str::to_owned).to_vec();
    [
        ("feed", one("feed"), json!({"path": feed})),
        ("page", one("page"), json!({"path": page})),
        ("match", matching, json!({"body": "Banco Almenara"})),
        ("sentiment", one("sentiment"), json!({"text": "estafa"})),
        ("language", one("language"), json!({"text": "el banco"})),
        ("stories", one("stories"), json!({"title": "El banco", "body": "El banco gana más"})),
    ]
}

fn with_id(question: &Value, id: impl Into<Value>) -> Value {
    let mut question = question.clone();
    question["id"] = id.into();
    question
}

#[test]
fn a_thousand_answers_come_in_the_order_of_the_questions() {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, arguments, question) in streams(dir.path()) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let questions: Vec<Value> = (0..1_100).map(|id| with_id(&question, id)).collect();
        let output = inspect(&arguments, lines(&questions));
        let ids: Vec<Option<u64>> = rows(&output).iter().map(|row| row["id"].as_u64()).collect();
        assert_eq!(ids, (0..1_100).map(Some).collect::<Vec<_>>(), "{name}");
        assert_eq!(output.status.code(), Some(0), "{name}");
    }
}

#[test]
fn a_bad_line_is_answered_and_the_stream_goes_on() {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, arguments, question) in streams(dir.path()) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut input = lines(&[with_id(&question, "first")]).into_bytes();
        input.extend(b"{\"id\":\"wrong\",\"text\":5,\"body\":5,\"path\":5,\"title\":5}\n");
        input.extend(b"{\"id\":\"cut\n\n[1]\n\"\xff\xfe\"\n");
        input.extend(lines(&[with_id(&question, json!(["last"]))]).trim_end().as_bytes());
        let output = inspect(&arguments, input);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let rows = rows(&output);
        let ids: Vec<Value> = rows.iter().map(|row| row["id"].clone()).collect();
        let null = Value::Null;
        let expected =
            [json!("first"), json!("wrong"), null.clone(), null.clone(), null, json!(["last"])];
        assert_eq!(ids, expected, "{name}");
        for (index, row) in rows.iter().enumerate() {
            hold(&format!("{name}-row"), row);
            let failed = (1..5).contains(&index);
            assert_eq!(row["error"].is_string(), failed, "{name}: {row}");
            assert!(!failed || row.as_object().is_some_and(|row| row.len() == 2), "{name}: {row}");
        }
    }
}

#[test]
fn a_file_that_is_missing_fails_its_line_alone() {
    for name in ["feed", "page"] {
        let output =
            inspect(&[name, "--jsonl"], lines(&[json!({"id": 7, "path": "no/such/file"})]));
        let rows = rows(&output);
        assert_eq!((output.status.code(), &rows[0]["id"]), (Some(1), &7.into()));
        assert!(rows[0]["error"].as_str().is_some_and(|error| error.contains("no/such/file")));
    }
}

#[test]
fn no_input_is_no_failure() {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, arguments, _) in streams(dir.path()) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        for input in ["", "\n\n"] {
            let output = inspect(&arguments, input);
            assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0), "{name}");
        }
    }
}

/// Answers leave while questions still come: whatever the length, only a batch is held.
#[test]
fn answers_come_before_the_input_ends() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_atalaya"))
        .args(["inspect", "language", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut stdin = child.stdin.take().expect("a pipe");
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let (sender, answers) = std::sync::mpsc::sync_channel(64);
    let reading = std::thread::spawn(move || {
        stdout
            .lines()
            .map_while(Result::ok)
            .filter(|line| sender.send(line.clone()).is_ok())
            .count()
    });
    let line = format!("{}\n", json!({"id": 1, "text": "el banco ".repeat(50)}));
    let mut written = 0;
    // Pipes and one batch hold far less than this.
    while answers.try_recv().is_err() {
        stdin.write_all(line.as_bytes()).expect("read");
        written += 1;
        assert!(written < 20_000, "no answer after {written} questions");
    }
    drop(stdin);
    let rest = answers.iter().count();
    assert_eq!(reading.join().expect("not panicked"), written);
    assert_eq!(rest + 1, written);
    assert_eq!(child.wait().expect("ended").code(), Some(0));
}
