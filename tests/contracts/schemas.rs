//! The committed schemas are those of the types. `UPDATE_SCHEMAS=1` writes them anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas")
}

/// Fails unless `answer` is what docs/schemas/`name`.json says.
#[track_caller]
pub fn hold(name: &str, answer: &Value) {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).expect("a schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let faults: Vec<String> = validator
        .iter_errors(answer)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}\n{answer:#}");
}

#[test]
fn committed_schemas_are_those_of_the_types() {
    let update = std::env::var_os("UPDATE_SCHEMAS").is_some();
    let mut names = BTreeSet::new();
    for (name, schema) in atalaya::cli::schemas() {
        let path = folder().join(format!("{name}.json"));
        let text = format!("{schema:#}\n");
        if update {
            std::fs::create_dir_all(folder()).expect("made");
            std::fs::write(&path, &text).expect("written");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "docs/schemas/{name}.json is stale: UPDATE_SCHEMAS=1 cargo test"
        );
        names.insert(format!("{name}.json"));
    }
    for entry in std::fs::read_dir(folder()).expect("a directory") {
        let file = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        assert!(names.contains(&file), "docs/schemas/{file} belongs to no type");
    }
}

/// Schemas that allow everything would hold nothing.
#[test]
fn schemas_refuse_what_breaks_the_contract() {
    let refused = [
        ("feed", json!({"entries": []})),
        ("feed-row", json!({"id": 1})),
        ("page-row", json!({"error": "no id"})),
        (
            "match",
            json!({"topics": [{"id": "a", "rule": "b", "spans": [{"from": 0}]}], "categories": []}),
        ),
        ("match-row", json!({"id": 1, "topics": []})),
        ("sentiment", json!({"polarity": "bad", "score": 0.0, "p_negative": 0.0, "evidence": []})),
        ("sentiment-row", json!({"id": 1, "error": 5})),
        ("language-row", json!({"id": 1, "language": 5, "confidence": 1.0})),
        ("stories-row", json!({"id": 1, "story": null, "duplicate_of": null})),
        ("check", json!({"errors": 0, "warnings": 0})),
        ("sources", json!({"total": 1, "healthy": 1, "sources": [{"id": "a", "health": "fine"}]})),
        ("demo", json!({"as_scripted": true})),
        ("search", json!({"query": "a", "count": 0, "more": false, "articles": []})),
        ("search-row", json!({"id": "a", "title": "b"})),
        ("alerts", json!({"alerts": [{"id": "a", "level": "red", "state": "burning"}]})),
        ("alert", json!({"id": "a", "events": [], "escalations": []})),
        ("incident", json!({"number": "INC-2026-0001", "steps": []})),
        ("incidents", json!({"incidents": [{"number": "INC-2026-0001", "level": "green"}]})),
        ("verify", json!({"whole": "yes"})),
        ("tune", json!({"days": 1, "stories": 0})),
        ("verdict-row", json!({"story": "a"})),
        ("verdict-export-row", json!({"title": "a", "body": "b", "target": "c", "label": "fine"})),
        ("case", json!({"id": "a", "title": "a"})),
        ("cases", json!({"cases": [{"id": "a"}]})),
        ("quiz-results", json!({"by": "month", "since": "", "rows": []})),
        ("watch", json!({"id": "a", "state": "over"})),
        ("watch-report", json!({"id": "a", "levels": {"green": 1}})),
        ("watches", json!([{"id": "a", "state": "burning"}])),
        ("backtest", json!({"baseline": "record", "articles": 1})),
    ];
    let schemas = atalaya::cli::schemas();
    for (name, answer) in refused {
        let validator = jsonschema::validator_for(&schemas[name]).expect("a valid schema");
        assert!(!validator.is_valid(&answer), "{name} allows {answer}");
    }
}
