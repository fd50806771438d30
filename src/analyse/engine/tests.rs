//! Matching by what the user wrote.

use super::Engine;
use crate::analyse::run_examples;
use crate::model::query::Document;
use crate::model::{
    Category, Example, Field, Keywords, LanguageTerms, LocalText, Locale, Rule, Span, Topic,
};
use crate::query::any_of;

fn strings(terms: &[&str]) -> Vec<String> {
    terms.iter().map(|&term| term.to_owned()).collect()
}

fn rule(any: &[&str], require: &[&str], exclude: &[&str]) -> Rule {
    Rule {
        id: "names".to_owned(),
        names: any_of(&strings(any), &strings(exclude)),
        context: (!require.is_empty()).then(|| any_of(&strings(require), &[])),
        examples: Vec::new(),
    }
}

fn article<'a>(title: &'a str, body: &'a str) -> Document<'a> {
    Document { title, body, ..Document::default() }
}

fn one_topic(rules: Vec<Rule>) -> Keywords {
    let topic = Topic { id: "almenara".to_owned(), rules, ..Topic::default() };
    Keywords { topics: vec![topic], ..Keywords::default() }
}

/// The spans that a rule finds, as `field:from-to text (term)`.
#[track_caller]
fn check(rule: Rule, title: &str, body: &str, found: &[&str]) {
    let engine = Engine::compile(&one_topic(vec![rule])).expect("compiled");
    let shown = |span: &Span| {
        let field = if span.field == Field::Title { "title" } else { "body" };
        format!("{field}:{}-{} {} ({})", span.from, span.to, span.text, span.term)
    };
    let spans: Vec<_> = engine
        .matches(&article(title, body))
        .topics
        .iter()
        .flat_map(|topic| topic.spans.iter().map(shown))
        .collect();
    assert_eq!(spans, found);
}

#[test]
fn spans_lead_to_the_original() {
    check(
        rule(&["corrupción"], &[], &[]),
        "«CORRUPCIO\u{301}N»",
        "¿Más corrupcion? ",
        &["title:1-12 CORRUPCIO\u{301}N (corrupción)", "body:5-15 corrupcion (corrupción)"],
    );
    check(rule(&["挤兑"], &[], &[]), "", "银行挤兑潮", &["body:2-4 挤兑 (挤兑)"]);
}

#[test]
fn the_longest_name_counts() {
    check(
        rule(&["Almenara", "Banco Almenara"], &[], &[]),
        "Banco Almenara y Almenara",
        "",
        &["title:0-14 Banco Almenara (Banco Almenara)", "title:17-25 Almenara (Almenara)"],
    );
}

#[test]
fn exclusions_cancel_what_they_touch() {
    let banks = || rule(&["banco"], &[], &["banco de arena", "banquillo"]);
    check(banks(), "", "un banco de arena", &[]);
    check(banks(), "", "un banco; un banco de arena", &["body:3-8 banco (banco)"]);
}

#[test]
fn required_words_may_stand_anywhere() {
    check(rule(&["Almenara"], &["banco"], &[]), "Almenara", "un castillo", &[]);
    check(
        rule(&["Almenara"], &["banco"], &[]),
        "Almenara",
        "el banco",
        &["title:0-8 Almenara (Almenara)"],
    );
}

#[test]
fn a_term_does_not_run_from_headline_to_text() {
    check(rule(&["Banco Almenara"], &[], &[]), "Un banco", "Almenara", &[]);
}

#[test]
fn a_topic_is_told_once_by_its_first_rule() {
    let mut second = rule(&["AMN.MC"], &[], &[]);
    second.id = "ticker".to_owned();
    let keywords = one_topic(vec![rule(&["Almenara"], &[], &[]), second]);
    let engine = Engine::compile(&keywords).expect("compiled");
    let topics = engine.matches(&article("AMN.MC", "Almenara")).topics;
    assert_eq!((topics.len(), topics[0].rule.as_str(), topics[0].spans.len()), (1, "names", 2));
    assert_eq!(engine.matches(&article("AMN.MC", "")).topics[0].rule, "ticker");
}

fn category(locale: Locale, terms: &[&str], examples: Vec<Example>) -> Category {
    let words = LanguageTerms { locale, terms: any_of(&strings(terms), &[]), examples };
    Category {
        id: "solvency".to_owned(),
        name: LocalText::same("Solvency"),
        weight: 0.9,
        floor: None,
        modifier: false,
        terms: vec![words],
    }
}

#[test]
fn failed_examples_name_their_place() {
    let example = |text: &str, expect, line| Example {
        text: text.to_owned(),
        expect,
        place: format!("file.toml:{line}"),
    };
    let mut names = rule(&["Almenara"], &[], &[]);
    names.examples = vec![example("Almenara", true, 1), example("Almenaras", true, 2)];
    let mut keywords = one_topic(vec![names]);
    let examples = vec![example("la quiebra", true, 3), example("quiebros", false, 4)];
    keywords.categories = vec![category(Locale::Es, &["quiebr*"], examples)];
    let engine = Engine::compile(&keywords).expect("compiled");
    let failed = run_examples(&keywords, &engine);
    let places: Vec<_> = failed.iter().map(|one| (&*one.place, &*one.what)).collect();
    assert_eq!(
        places,
        [
            ("file.toml:2", "topic `almenara`, rule `names`"),
            ("file.toml:4", "category `solvency` in es")
        ]
    );
}

#[test]
fn the_shipped_examples_hold() {
    let (keywords, _) = crate::config::embedded_keywords().expect("no errors");
    let engine = Engine::compile(&keywords).expect("compiled");
    let failed = run_examples(&keywords, &engine);
    assert!(failed.is_empty(), "{failed:#?}");
}
