//! The engine against a slow, obvious evaluator that was written apart from it, over random queries and
//! texts; and the evaluator against the language's own examples.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

mod oracle;
mod random;

use std::collections::BTreeSet;

use atalaya::analyse::matching::{Rules, Scratch};
use atalaya::model::Field;
use atalaya::model::query::{Document, Query};
use atalaya::query::{Reading, parse, print};
use proptest::prelude::*;

use self::random::Paper;

/// Documents of one run, times queries, times runs: 100,000 cases.
const PAPERS: usize = 5;
const QUERIES: usize = 10;
const RUNS: u32 = 2_000;

fn document<'a>(paper: &'a Paper, tags: &'a [String]) -> Document<'a> {
    Document {
        title: &paper.title,
        body: &paper.body,
        authors: &paper.authors,
        url: Some(&paper.url),
        source: (paper.tier > 1).then_some("el-pais"),
        language: Some(paper.language),
        region: (paper.tier > 2).then_some("Madrid"),
        tags,
        date: format!("2026-03-0{}T23:59:59Z", paper.day).parse().ok(),
        tier: Some(paper.tier),
        severity: (paper.day > 3).then_some(f64::from(paper.day) * 15.0),
    }
}

/// Places of a query that holds, as the oracle tells them.
type Places = Option<BTreeSet<(usize, usize, usize)>>;

fn found(rules: &Rules, document: &Document, queries: usize) -> Vec<Places> {
    let mut scratch = Scratch::default();
    let found = rules.matches(document, &mut scratch);
    let mut all = vec![None; queries];
    for &query in found.queries {
        let places = found.places(query).into_iter().map(|place| {
            (usize::from(place.field == Field::Body), place.chars.start, place.chars.end)
        });
        all[query as usize] = Some(places.collect());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(RUNS) })]

    #[test]
    fn the_engine_agrees_with_the_obvious(
        papers in prop::collection::vec(random::paper(), PAPERS),
        queries in prop::collection::vec(random::query(), QUERIES),
    ) {
        let rules = Rules::compile(queries.iter().map(|query| (query, None))).expect("compiled");
        let tags = ["prensa".to_owned()];
        for paper in &papers {
            let document = document(paper, &tags);
            for (query, found) in queries.iter().zip(found(&rules, &document, queries.len())) {
                let (holds, places) = oracle::judge(query, &document);
                prop_assert_eq!(found, holds.then_some(places), "{}\n{:?}", print(query), paper);
            }
        }
    }
}

/// What a query says of a text whose first line is its headline, as documented.
#[track_caller]
fn check(query: &str, text: &str, expected: bool) {
    let reading = Reading { may_only_deny: true, ..Reading::default() };
    let read: Query =
        parse(query, &reading).unwrap_or_else(|error| panic!("{query}: {error}")).query;
    let (title, body) = text.split_once('\n').unwrap_or((text, ""));
    let document = Document { title, body, ..Document::default() };
    assert_eq!(oracle::judge(&read, &document).0, expected, "{query} on {text} (oracle)");
    let rules = Rules::compile([(&read, None)]).expect("compiled");
    assert_eq!(found(&rules, &document, 1)[0].is_some(), expected, "{query} on {text} (engine)");
}

#[test]
fn the_documented_examples_hold() {
    for (query, text, expected) in [
        ("multa", "Las MULTAS suben", true),
        ("\"multa\"", "Las multas suben", false),
        ("=IRA", "La ira del pueblo", false),
        ("=IRA", "La IRA anuncia", true),
        ("=El", "él sabe", false),
        ("multar~es", "Le multaron ayer", true),
        ("fine~en", "was fined", true),
        ("fraud*", "el fraudulento", true),
        ("te?t", "a test", true),
        ("te?t", "a teeest", false),
        ("银行挤兑", "某银行挤兑", true),
        ("银行挤兑", "某銀行擠兌", true),
        ("multa NEAR/2 banco", "multa de mil al banco", false),
        ("multa NEAR/3 banco", "multa de mil al banco", true),
        ("banco ONEAR/9 multa", "multa al banco", false),
        ("multa /s banco", "Hay multa. Un banco", false),
        ("multa /p banco", "Titular\nHay multa. Un banco", true),
        ("multa /p banco", "Titular\nHay multa.\nUn banco", false),
        ("multa banco", "Una multa\nUn banco", true),
        ("multa NEAR/9 banco", "Una multa\nUn banco", false),
        ("2 OF (multa, banco, juez)", "El juez y la multa", true),
        ("2 OF (multa, banco, juez)", "El juez y el juez", false),
        ("santander EXCEPT \"calle santander\"", "En la calle Santander", false),
        ("santander EXCEPT \"calle santander\"", "Santander, en la calle Santander", true),
        ("title:multa", "Hola\nuna multa", false),
        ("lead:multa", "Hola\nuno\nuna multa\ntres", true),
        ("lead:multa", "Hola\nuno\ndos\nuna multa", false),
        ("multa NOT feria", "multa en la feria", false),
        ("/[0-9]+ millones/", "Pide 30 Millones", true),
        ("AT&T", "La AT&T sube", true),
        ("AT&T", "La at & t sube", false),
        ("words:..3 multa", "multa\nuno dos tres", true),
        ("words:..2 multa", "multa\nuno dos tres", false),
    ] {
        check(query, text, expected);
    }
}
