//! Offsets count Unicode scalar values of the text as it was given, end exclusive.

use std::path::Path;

use serde_json::{Value, json};

use super::binary::{inspect, lines, rows};

/// What stands between two offsets, counted in scalar values.
fn slice(text: &str, span: &Value) -> String {
    let place =
        |name: &str| usize::try_from(span[name].as_u64().expect("a number")).expect("small");
    text.chars().skip(place("from")).take(place("to") - place("from")).collect()
}

/// Texts in which bytes, UTF-16 units, graphemes and scalar values all count differently.
const TEXTS: [&str; 7] = [
    "🏦🏦 Banco Almenara: una estafa",
    "👩‍👩‍👧 e\u{301} Banco Almenara, una estafa",
    "据传阿尔梅纳拉银行涉嫌欺诈",
    "𠮷野家：阿爾梅納拉銀行涉嫌詐騙",
    "BANCO ALMENARA — ¡estafa! İstanbul ß",
    "Ba\u{301}nco… ﬁnally, Almenara Bank: a fraud",
    "\u{feff}Almenara Bank\u{200b} a fraud 🇪🇸",
];

#[test]
fn spans_of_matches() {
    let keywords = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let questions: Vec<Value> = TEXTS
        .iter()
        .enumerate()
        .map(|(id, text)| json!({"id": id, "title": text, "body": format!("🏦\n{text}")}))
        .collect();
    let output = inspect(&["match", "--keywords", &keywords, "--jsonl"], lines(&questions));
    for (row, question) in rows(&output).iter().zip(&questions) {
        let mut fields = Vec::new();
        let lists = [&row["topics"], &row["categories"]];
        for found in lists.iter().flat_map(|list| list.as_array().expect("a list")) {
            for span in found["spans"].as_array().expect("a list") {
                let field = span["field"].as_str().expect("a field");
                let text = question[field].as_str().expect("a text");
                assert_eq!(slice(text, span), span["text"].as_str().expect("a text"), "{row}");
                fields.push(field.to_owned());
            }
        }
        assert!(fields.iter().any(|field| field == "title"), "{row}");
        assert!(fields.iter().any(|field| field == "body"), "{row}");
    }
}

#[test]
fn evidence_and_targets_of_sentiments() {
    let questions: Vec<Value> =
        TEXTS.iter().enumerate().map(|(id, text)| json!({"id": id, "text": text})).collect();
    for (row, text) in
        rows(&inspect(&["sentiment", "--jsonl"], lines(&questions))).iter().zip(TEXTS)
    {
        let evidence = row["evidence"].as_array().expect("a list");
        assert!(!evidence.is_empty(), "{row}");
        for span in evidence {
            assert_eq!(slice(text, span), span["text"].as_str().expect("a text"), "{row}");
        }
    }
    // The whole text by scalar values is a target, one more is not.
    for (text, beyond, code) in [("🏦 estafa", 0, 0), ("🏦 estafa", 1, 1), ("欺诈", 1, 1)] {
        let to = text.chars().count() + beyond;
        let question = json!({"id": 1, "text": text, "target": {"from": 0, "to": to}});
        let output = inspect(&["sentiment", "--jsonl"], lines(&[question]));
        assert_eq!(output.status.code(), Some(code), "{text} 0..{to}");
    }
}
