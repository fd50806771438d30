//! Findings of the keyword files, by what the user wrote; and the shipped files.

use std::path::Path;

use super::{embedded_keywords, load_keywords};
use crate::config::{Finding, FindingSeverity};
use crate::model::query::Query;
use crate::model::{Level, Locale};

const TOPIC: &str = r#"
[[topic]]
id = "almenara"
name = { es = "Banco Almenara", en = "Almenara Bank", zh = "阿尔梅纳拉银行" }
business_line = "retail"
[[topic.rule]]
id = "names"
any = ["Banco Almenara", "阿尔梅纳拉银行"]
exclude = ["playa de Almenara"]
[[topic.rule.example]]
text = "Banco Almenara cierra oficinas"
expect = true
"#;

const CATEGORY: &str = r#"
id = "solvency"
name = { es = "Solvencia", en = "Solvency", zh = "偿付能力" }
weight = 0.95
floor = "orange"
[es]
terms = ["insolvencia", "quiebr*"]
exclude = ["quiebra de página"]
[en]
terms = ["insolvency"]
[zh]
terms = ["挤兑"]
[[zh.example]]
text = "银行挤兑"
expect = true
"#;

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
}

fn findings(files: &[(&str, &str)]) -> Vec<Finding> {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), files);
    match load_keywords(dir.path()) {
        Ok((_, warnings)) => warnings,
        Err(findings) => findings,
    }
}

/// One file gives one finding, at a line, that says something.
#[track_caller]
fn check(name: &str, text: &str, severity: FindingSeverity, line: usize, says: &str) {
    let found = findings(&[(name, text)]);
    let shown: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{shown:#?}");
    assert_eq!((found[0].severity, found[0].line), (severity, line), "{shown:#?}");
    assert!(shown[0].contains(says), "{shown:#?}");
}

#[test]
fn good_files_become_keywords() {
    let dir = tempfile::tempdir().expect("a directory");
    let lexicon =
        "[opinion]\nawful = -2.5\n[event]\n\"fraud*\" = -3.0\n[modifiers]\nnegation = [\"no\"]";
    write(
        dir.path(),
        &[
            ("topics/banks.toml", TOPIC),
            ("topics/readme.txt", "not read"),
            ("categories/solvency.toml", CATEGORY),
            ("lexicon/en.toml", lexicon),
        ],
    );
    let (keywords, warnings) = load_keywords(dir.path()).expect("no errors");
    assert_eq!(warnings, []);
    let topic = &keywords.topics[0];
    assert_eq!((topic.id.as_str(), topic.name.get(Locale::En)), ("almenara", "Almenara Bank"));
    let Query::Except { within, .. } = &topic.rules[0].names else { panic!("no exclusion") };
    assert_eq!(within.terms()[0].text, "playa de Almenara");
    assert!(topic.rules[0].examples[0].place.ends_with("banks.toml:11"));
    let category = &keywords.categories[0];
    assert_eq!((category.floor, category.terms.len()), (Some(Level::Orange), 3));
    assert!(category.terms[2].examples[0].place.ends_with("solvency.toml:14"));
    let lexicon = &keywords.lexicons[0];
    let entries: Vec<_> = lexicon.entries.iter().map(|e| (&*e.term, e.weight, e.event)).collect();
    assert_eq!(entries, [("awful", -2.5, false), ("fraud*", -3.0, true)]);
    assert_eq!(lexicon.modifiers.negation, ["no"]);
}

#[test]
fn errors_have_a_place_and_a_remedy() {
    let error = FindingSeverity::Error;
    let topic = |from: &str, to: &str| TOPIC.replace(from, to);
    let category = |from: &str, to: &str| CATEGORY.replace(from, to);
    check("topics/t.toml", &topic("exclude", "exlude"), error, 9, "did you mean `exclude`?");
    check(
        "topics/t.toml",
        &topic("\"阿尔梅纳拉银行\"]", "\"a*b\"]"),
        error,
        8,
        "`*` that is not at its end",
    );
    check("topics/t.toml", &topic("\"阿尔梅纳拉银行\"]", "\"\u{301}*\"]"), error, 8, "no letter");
    check(
        "topics/t.toml",
        &topic("[\"Banco Almenara\", \"阿尔梅纳拉银行\"]", "[]"),
        error,
        8,
        "`any` is empty",
    );
    check("topics/t.toml", &topic("id = \"names\"", "id = \" \""), error, 7, "blank id");
    check("categories/c.toml", &category("0.95", "1.5"), error, 4, "from 0 to 1");
    check("categories/c.toml", &category("0.95", "nan"), error, 4, "out of range");
    check("categories/c.toml", &category("orange", "pink"), error, 5, "`pink`");
    check("lexicon/fr.toml", "[opinion]", error, 1, "es.toml, en.toml or zh.toml");
    check("lexicon/en.toml", "[opinion]\nawful = -4.0", error, 2, "from -3 to 3");
    check("lexicon/en.toml", "[opinion]\nbad = -2.0\n[event]\nBad = -1.0", error, 4, "two weights");
    check("topics/t.toml", "[[topic]\n", error, 1, "TOML");
}

#[test]
fn warnings_do_not_stop() {
    let warning = FindingSeverity::Warning;
    let twice = TOPIC.replace("\"阿尔梅纳拉银行\"]", "\"BANCO ALMENARA\"]");
    check("topics/t.toml", &twice, warning, 8, "listed twice");
    let letter = TOPIC.replace("\"阿尔梅纳拉银行\"]", "\"B\"]");
    check("topics/t.toml", &letter, warning, 8, "single letter");
    let missing = CATEGORY.replace("[en]\nterms = [\"insolvency\"]\n", "");
    check("categories/c.toml", &missing, warning, 2, "no words in `en`");
}

#[test]
fn all_findings_are_told_at_once() {
    let bad = CATEGORY.replace("0.95", "-1").replace("\"insolvencia\"", "\"*\"");
    let found = findings(&[
        ("topics/a.toml", TOPIC),
        ("topics/b.toml", TOPIC),
        ("categories/a.toml", &bad),
        ("lexicon/en.toml", "[opinions]"),
    ]);
    let whats: Vec<_> = found.iter().map(|finding| finding.what.as_str()).collect();
    assert_eq!(whats.len(), 4, "{whats:#?}");
    assert!(whats[0].contains("taken by") && whats[0].contains("a.toml:3"), "{whats:#?}");
}

#[test]
fn a_directory_without_keywords_is_an_error() {
    let found = findings(&[("notes.toml", "")]);
    assert!(found[0].what.contains("not a directory of keyword files"), "{found:?}");
}

#[test]
fn the_shipped_files_are_without_findings() {
    let (keywords, warnings) = embedded_keywords().expect("no errors");
    let shown: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{shown:#?}");
    for (locale, least) in [(Locale::Es, 500), (Locale::En, 500), (Locale::Zh, 350)] {
        let lexicon = keywords.lexicons.iter().find(|lexicon| lexicon.locale == locale);
        assert!(lexicon.is_some_and(|lexicon| lexicon.entries.len() >= least), "{locale}");
    }
}
