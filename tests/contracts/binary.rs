//! Runs the real binary and reads what it printed.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs `atalaya inspect …` with `input` on standard input.
pub fn inspect(arguments: &[&str], input: impl AsRef<[u8]>) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_atalaya"))
        .arg("inspect")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.as_ref().to_owned();
    // Beside the reading: a long stream would fill both pipes.
    let writing = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("ended");
    writing.join().expect("not panicked").expect("read to the end");
    output
}

/// A stream's answers; each line must be one JSON object.
pub fn rows(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    let rows: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(rows.iter().all(Value::is_object), "{text}");
    rows
}

/// The one object on standard output.
pub fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// JSON Lines.
pub fn lines(questions: &[Value]) -> String {
    let questions: Vec<String> = questions.iter().map(Value::to_string).collect();
    questions.join("\n") + "\n"
}
