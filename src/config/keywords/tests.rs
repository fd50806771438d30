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
        &topic("\"阿尔梅纳拉银行\"]", "\"*\"]"),
        error,
        8,
        "by itself it would match every text",
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
    check("topics/t.toml", &letter, warning, 8, "so short");
    let missing = CATEGORY.replace("[en]\nterms = [\"insolvency\"]\n", "");
    check("categories/c.toml", &missing, warning, 2, "no words in `en`");
}

/// Rules with these lines in place of `any` and `exclude`.
fn ruled(lines: &str) -> String {
    let exclude = "exclude = [\"playa de Almenara\"]\n";
    let any = "any = [\"Banco Almenara\", \"阿尔梅纳拉银行\"]\n";
    TOPIC.replace(exclude, "").replace(any, lines)
}

/// One topic file and lists give these findings: line, column, and a part of what they say.
#[track_caller]
fn told(files: &[(&str, &str)], expected: &[(usize, usize, &str)]) {
    let found = findings(files);
    let shown: Vec<_> = found.iter().map(ToString::to_string).collect();
    let places: Vec<_> = found.iter().map(|finding| (finding.line, finding.column)).collect();
    let wanted: Vec<_> = expected.iter().map(|&(line, column, _)| (line, column)).collect();
    assert_eq!(places, wanted, "{shown:#?}");
    for (shown, (_, _, says)) in shown.iter().zip(expected) {
        assert!(shown.contains(says), "{shown:#?} does not say {says}");
    }
}

#[test]
fn queries_are_faulted_at_their_column() {
    let file = |lines: &str| ruled(lines);
    let topic = |lines: &str, expected: &[(usize, usize, &str)]| {
        told(&[("topics/t.toml", &file(lines))], expected);
    };
    topic("query = 'banco AND AND multa'\n", &[(8, 20, "missing here")]);
    topic("query = \"\\\"b\\u00e9b\\\" NEAR multa\"\n", &[(8, 23, "write NEAR/5")]);
    topic("query = \"\"\"\nbanco\n  (multa\n\"\"\"\n", &[(10, 3, "not closed")]);
    topic("query = 'banco or multa'\n", &[(8, 16, "is a word to look for")]);
    topic("query = 'NOT banco'\n", &[(8, 10, "add what must occur")]);
    topic("any = [\"Almenara\"]\nquery = 'NOT playa'\n", &[]);
    topic("query = 'almenara multa~es'\nexclude = [\"playa\"]\n", &[(9, 11, "goes with `any`")]);
    topic("\n", &[(7, 6, "nothing to look for")]);
    topic("query = 'lang:es'\n", &[(7, 6, "has no words")]);
    topic("query = 'banco NOT banco'\n", &[(7, 6, "can never hold")]);
    let second = "query = 'fraud*'\n[[topic.rule]]\nid = \"b\"\nquery = 'fraudster title:banco'\n";
    topic(second, &[(10, 6, "adds nothing: `names`")]);
    topic(
        "any = [\"fraud*\", \"fraudster\", \"ab\"]\n",
        &[(8, 31, "so short"), (8, 18, "found by `fraud*`")],
    );
    let zh = CATEGORY.replace("[zh]\nterms = [\"挤兑\"]", "[zh]\nquery = '挤兑 NEAR 银行'");
    told(&[("categories/c.toml", &zh)], &[(12, 13, "write NEAR/5")]);
    let es = CATEGORY.replace(
        "terms = [\"insolvencia\"",
        "query = 'multar~ /s banco'\nterms = [\"insolvencia\"",
    );
    told(&[("categories/c.toml", &es)], &[]);
}

#[test]
fn lists_serve_many_rules() {
    let topic = ruled("any = [\"@names\", \"=@almenara\"]\nquery = '@harms OR multa'\n");
    let utf16: Vec<u8> = "\u{feff}Término\tNota\nfraude*\tuno\n\"Dijo \"\"no\"\"\"\t\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let dir = tempfile::tempdir().expect("a directory");
    write(
        dir.path(),
        &[
            ("topics/t.toml", &topic),
            ("lists/names.txt", "# ours\nBanco Almenara\n\n@short\n"),
            ("lists/short.toml", "terms = [\"almn\", \"=ALM\"]\ndisguised = true\n"),
        ],
    );
    std::fs::write(dir.path().join("lists/harms.csv"), utf16).expect("written");
    let (keywords, warnings) = load_keywords(dir.path()).expect("no errors");
    assert_eq!(warnings, []);
    let rule = &keywords.topics[0].rules[0];
    assert_eq!(
        crate::query::print(&rule.names),
        "\"Banco Almenara\"~s OR almn~disguised OR =ALM OR =\"@almenara\""
    );
    let context = rule.context.as_ref().map(crate::query::print);
    assert_eq!(context.as_deref(), Some("(fraude* OR \"Dijo \\\"no\\\"\"~s) OR multa"));
}

#[test]
fn lists_are_read_in_the_encoding_of_a_spreadsheet() {
    let (chinese, spanish) = (
        "银行挤兑,风险\n存款保险,\n阿尔梅纳拉银行,\n",
        "término;nota\nsanción;a\nindemnización;\nquiebra técnica;\n",
    );
    for (text, encoding) in [
        (chinese, encoding_rs::GB18030),
        (chinese, encoding_rs::UTF_8),
        (spanish, encoding_rs::WINDOWS_1252),
        (spanish, encoding_rs::UTF_8),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        write(dir.path(), &[("topics/t.toml", &ruled("any = [\"@l\"]\n")), ("lists/a.txt", "")]);
        let bytes = encoding.encode(text).0;
        std::fs::write(dir.path().join("lists/l.csv"), bytes).expect("written");
        let (keywords, _) = load_keywords(dir.path()).expect("no errors");
        let texts: Vec<_> =
            keywords.topics[0].rules[0].names.terms().iter().map(|term| &*term.text).collect();
        let wanted = if text == chinese {
            ["银行挤兑", "存款保险", "阿尔梅纳拉银行"]
        } else {
            ["sanción", "indemnización", "quiebra técnica"]
        };
        assert_eq!(texts, wanted, "{}", encoding.name());
    }
}

#[test]
fn lists_are_checked() {
    let topic = ruled("any = [\"@names\"]\n");
    let topic = ("topics/t.toml", topic.as_str());
    told(&[topic], &[(8, 8, "there is no list `@names`")]);
    told(&[topic, ("lists/names.txt", "@names")], &[(8, 8, "contains itself: @names → @names")]);
    told(&[topic, ("lists/names.txt", "uno\n  !!")], &[(2, 1, "no letter")]);
    told(
        &[topic, ("lists/names.txt", "uno"), ("lists/other.txt", "dos\nUno")],
        &[(2, 1, "is in `@names` already")],
    );
    told(
        &[topic, ("lists/names.txt", "uno"), ("lists/a b.txt", "dos")],
        &[(1, 1, "cannot be written")],
    );
    told(
        &[topic, ("lists/names.toml", "terms = [\"uno\"]\ninflect = \"fr\"")],
        &[(2, 11, "`fr` is not")],
    );
}

#[test]
fn entities_become_a_rule() {
    let entity = r#"
[[topic]]
id = "santander"
name = { es = "Banco Santander", en = "Santander", zh = "桑坦德银行" }
[topic.entity]
names = ["Banco Santander"]
handles = ["@santander_es"]
aliases = ["Santander"]
tickers = ["SAN"]
people = ["Ana Botín"]
require = ["banco"]
forbid = ["ayuntamiento"]
exclude = ["calle Santander"]
"#;
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &[("topics/t.toml", entity)]);
    let (keywords, warnings) = load_keywords(dir.path()).expect("no errors");
    assert_eq!(warnings, []);
    let rule = &keywords.topics[0].rules[0];
    assert_eq!(
        crate::query::print(&rule.names),
        "(\"Banco Santander\"~s OR \"@santander_es\" OR Santander OR =SAN OR \"Ana Botín\"~s) \
         EXCEPT \"calle Santander\"~s"
    );
    assert_eq!(
        rule.context.as_ref().map(crate::query::print).as_deref(),
        Some(
            "(\"Banco Santander\"~s OR \"@santander_es\") EXCEPT \"calle Santander\"~s OR \
             (Santander OR =SAN) EXCEPT \"calle Santander\"~s AND banco AND NOT ayuntamiento OR \
             \"Ana Botín\"~s EXCEPT \"calle Santander\"~s AND (banco OR Santander OR =SAN) EXCEPT \
             \"calle Santander\"~s AND NOT ayuntamiento"
        )
    );
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
