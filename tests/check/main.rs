//! `atalaya check` on broken configurations, as the person who broke them sees it: the real binary,
//! one snapshot a case. Each case of `fixtures/configs/bad/` lies over `fixtures/configs/good/`.

#![allow(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

mod plans;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Stands in every secret of the fixtures and of the environment below.
const CANARY: &str = "canary-5f0d";
const WEBHOOK_URL: &str = "https://siem.example/canary-5f0d";
/// Base64 of 28 bytes that begin with the canary.
const WEBHOOK_SECRET: &str = "whsec_Y2FuYXJ5LTVmMGQtd2ViaG9vay1zZWNyZXQhIQ==";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/configs")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let from = entry.expect("an entry").path();
        let to = to.join(from.file_name().expect("named"));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("copied");
        }
    }
}

/// The good configuration with a case over it, in a directory of its own.
fn laid_out(case: Option<&str>) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    copy(&fixtures().join("good"), dir.path());
    if let Some(case) = case {
        copy(&fixtures().join("bad").join(case), dir.path());
    }
    dir
}

/// Runs in `dir` with relative paths, so that no message depends on where it lies.
fn check(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atalaya"))
        .args(["check", "--config", "config/atalaya.toml"])
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .env("ATALAYA_SIEM_URL", WEBHOOK_URL)
        .env("ATALAYA_SIEM_SECRET", WEBHOOK_SECRET)
        .output()
        .expect("started")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn cases() -> Vec<String> {
    let mut cases: Vec<String> = std::fs::read_dir(fixtures().join("bad"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 70, "{} cases", cases.len());
    cases
}

#[test]
fn a_good_configuration_passes() {
    let dir = laid_out(None);
    let output = check(dir.path(), &[]);
    assert_eq!(text(&output.stderr), "config/atalaya.toml: good\n");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), ""));
    let output = check(dir.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(report(&output), serde_json::json!({"errors": 0, "warnings": 0, "findings": []}));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn warnings_alone_pass() {
    let dir = laid_out(None);
    let path = dir.path().join("config/atalaya.toml");
    let good = std::fs::read_to_string(&path).expect("read");
    std::fs::write(&path, good.replace("interval = \"5m\"", "interval = \"10s\""))
        .expect("written");
    let output = check(dir.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(0));
    let report = report(&output);
    assert_eq!((&report["errors"], &report["warnings"]), (&0.into(), &1.into()));
    assert_eq!(report["findings"][0]["severity"], "warning");
    insta::assert_snapshot!("warning", text(&check(dir.path(), &[]).stderr));
}

#[test]
fn policies_without_a_page_to_answer_on_are_warned_of() {
    let dir = laid_out(None);
    let path = dir.path().join("config/atalaya.toml");
    let good = std::fs::read_to_string(&path).expect("read");
    let url = "public_url = \"https://atalaya.almenara.example/\"\n";
    std::fs::write(&path, good.replace(url, "")).expect("written");
    let output = check(dir.path(), &[]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!("policies-without-a-page", text(&output.stderr));
}

/// The example of docs/routing.md, as somebody copies it.
#[test]
fn the_routes_of_the_documentation_pass() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_to_string(shipped.join("docs/routing.md")).expect("read");
    let (_, rest) = docs.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let main = std::fs::read_to_string(shipped.join("config/atalaya.toml")).expect("read");
    let (before, after) = main.split_once("[[route]]").expect("routes");
    let (_, sources) = after.split_once("[[source]]").expect("sources");
    let dir = tempfile::tempdir().expect("a directory");
    copy(&shipped.join("config"), &dir.path().join("config"));
    copy(&shipped.join("keywords"), &dir.path().join("keywords"));
    let text = format!("{before}{example}\n[[source]]{sources}");
    std::fs::write(dir.path().join("config/atalaya.toml"), text).expect("written");
    let output = check(dir.path(), &[]);
    assert_eq!(text_of(&output), (Some(0), "config/atalaya.toml: good\n".to_owned()));
}

fn text_of(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), text(&output.stderr).to_owned())
}

/// Exit code 2, a message with its place, and no secret; the same findings in both forms.
#[test]
fn each_broken_configuration_is_explained() {
    let mut failed = Vec::new();
    for case in cases() {
        let dir = laid_out(Some(&case));
        let (shown, json) = (check(dir.path(), &[]), check(dir.path(), &["--json"]));
        let report = report(&json);
        let told = text(&shown.stderr);
        for finding in report["findings"].as_array().expect("a list") {
            let at = format!(
                "{}:{}:{}",
                finding["file"].as_str().expect("a path"),
                finding["line"],
                finding["column"]
            );
            assert!(one_line(told).contains(&one_line(&at)), "{case}: {at} is not in\n{told}");
            assert!(finding["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{case}");
        }
        for output in [&shown, &json] {
            assert_eq!(output.status.code(), Some(2), "{case}\n{told}");
            for secret in [CANARY, "Y2FuYXJ5"] {
                let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
                assert!(!all.contains(secret), "{case} tells a secret:\n{all}");
            }
        }
        assert!(report["errors"].as_u64() > Some(0), "{case}");
        assert_eq!((text(&shown.stdout), text(&json.stderr)), ("", ""), "{case}");
        if std::panic::catch_unwind(|| insta::assert_snapshot!(case.as_str(), told)).is_err() {
            failed.push(case);
        }
    }
    assert!(failed.is_empty(), "other messages than before: {failed:?}");
}

/// Wrapping breaks long messages at spaces; the words are the same.
fn one_line(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "|" && *word != "│").collect()
}

/// Checked by hand: the caret stands where an editor should put the cursor.
#[test]
fn places_are_exact() {
    let places = [
        ("unknown-key", "config/atalaya.toml", 9, 1),
        ("tier-9", "config/atalaya.toml", 10, 8),
        ("bad-duration", "config/atalaya.toml", 10, 12),
        ("route-unknown-topic", "config/atalaya.toml", 18, 11),
        ("wide-characters", "config/atalaya.toml", 11, 21),
        ("keyword-bad-weight", "config/../keywords/categories/solvency.toml", 3, 10),
        ("plan-unknown-role", "config/plans/bank-run.toml", 35, 8),
        ("failing-example", "config/../keywords/topics/bank.toml", 11, 8),
        ("not-utf8", "config/atalaya.toml", 9, 26),
        ("missing-keywords", "config/atalaya.toml", 1, 12),
        ("missing-people", "config/atalaya.toml", 2, 10),
    ];
    for (case, file, line, column) in places {
        let dir = laid_out(Some(case));
        let report = report(&check(dir.path(), &["--json"]));
        let finding = &report["findings"][0];
        let place = (&finding["file"], &finding["line"], &finding["column"]);
        assert_eq!(place, (&file.into(), &line.into(), &column.into()), "{case}: {finding}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let dir = tempfile::tempdir().expect("a directory");
    let output = check(dir.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("missing-file", text(&output.stderr));
}
