//! The engine against an evaluator too slow to be wrong, by what users write, and against hostile texts.

mod slow;

use proptest::prelude::*;

use self::slow::Slow;
use super::{Rules, Scratch};
use crate::model::Field;
use crate::model::query::{Document, Form, Inflection, Query, Term, TextField, Unit};

fn term(text: &str, form: Form) -> Query {
    Query::Term(Term { text: text.to_owned(), form })
}

/// The texts that a query finds in a body.
#[track_caller]
fn check(query: &Query, body: &str, found: &[&str]) {
    let rules = Rules::compile([(query, None)]).expect("compiled");
    let document = Document { title: "Titular", body, ..Document::default() };
    let mut scratch = Scratch::default();
    let all = rules.matches(&document, &mut scratch);
    let places = all.queries.iter().flat_map(|&query| all.places(query));
    let chars: Vec<char> = body.chars().collect();
    let texts: Vec<String> = places.map(|place| chars[place.chars].iter().collect()).collect();
    assert_eq!(texts, found, "{query:?} in {body}");
}

#[test]
fn words_stand_alone_and_have_a_plural() {
    let plural = |text| term(text, Form::Folded(Inflection::Plural));
    check(&plural("multa"), "Multas y una MULTA, no multado", &["Multas", "MULTA"]);
    check(
        &plural("despido colectivo"),
        "despido  colectivo, despido-colectivo",
        &["despido  colectivo"],
    );
    check(&plural("dimisión"), "las dimisiones", &["dimisiones"]);
    check(&plural("banco"), "bancoes", &[]);
    check(&plural("ERE"), "¿cómo eres? Un ERE", &["ERE"]);
    check(&plural("quiebr*"), "quiebra, requiebro", &["quiebra"]);
    check(&plural("C++"), "C++ y C", &["C"]);
    check(&plural("AMN.MC"), "AMN MC, AMN.MC", &["AMN.MC"]);
    check(&plural("挤兑*"), "發生擠兌了", &["擠兌"]);
    check(&plural("BBVA"), "在BBVA银行，ＢＢＶＡ는 BBVAX", &["BBVA", "ＢＢＶＡ"]);
}

#[test]
fn forms_are_found() {
    check(
        &term("fra?d*", Form::Folded(Inflection::None)),
        "fraudes, fraxds, frauld",
        &["fraudes", "fraxds"],
    );
    check(
        &term("*gate", Form::Folded(Inflection::None)),
        "el Watergate y el gate",
        &["Watergate", "gate"],
    );
    check(
        &term("banco * españa", Form::Folded(Inflection::None)),
        "Banco de España",
        &["Banco de España"],
    );
    check(
        &term("multar", Form::Folded(Inflection::Spanish)),
        "Multó; multados; multitud",
        &["Multó", "multados"],
    );
    check(
        &term("lie", Form::Folded(Inflection::English)),
        "They were lying. Lies!",
        &["lying", "Lies"],
    );
    check(&term("IRA", Form::Exact), "La ira del IRA y de Ira", &["IRA"]);
    check(&term("cafe\u{301}", Form::Exact), "café, cafe, cafe\u{301}", &["café", "cafe"]);
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        3 => Just(Form::Folded(Inflection::None)),
        3 => Just(Form::Folded(Inflection::Plural)),
        1 => Just(Form::Folded(Inflection::Spanish)),
        1 => Just(Form::Folded(Inflection::English)),
        2 => Just(Form::Exact),
    ]
}

fn written() -> impl Strategy<Value = String> {
    let words = [
        "A", "a", "ab", "banco", "bánco", "la", "b", "银", "行", "银行", "銀", "а", "дом", "1",
        "a*", "*b", "b?", "?", "*", "银*", "ba*o",
    ];
    let word = prop::sample::select(words.to_vec());
    let gap = prop_oneof![6 => Just(" "), 1 => Just(""), 1 => Just("-"), 1 => Just("  "), 1 => Just(". ")];
    (prop::collection::vec((word, gap), 1..4), any::<bool>()).prop_map(|(parts, has_sign)| {
        let text: String = parts.iter().flat_map(|(word, gap)| [*word, *gap]).collect();
        let end = if has_sign { "+" } else { "" };
        format!("{}{end}", text.trim_end_matches([' ', '.', '-']))
    })
}

fn positional() -> impl Strategy<Value = Query> {
    let leaf = prop_oneof![
        8 => (written(), form()).prop_map(|(text, form)| term(&text, form)),
        1 => prop::sample::select(vec!["a", "b.", "银", "a b", "[ab]+"])
            .prop_map(|expression| Query::Matches(expression.to_owned())),
    ];
    leaf.prop_recursive(2, 8, 3, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 1..3).prop_map(Query::Any),
            (0..3_u32, any::<bool>(), part.clone(), part.clone()).prop_map(
                |(gap, ordered, first, second)| Query::Near {
                    gap,
                    ordered,
                    first: Box::new(first),
                    second: Box::new(second)
                }
            ),
            (part.clone(), part).prop_map(|(of, within)| Query::Except {
                of: Box::new(of),
                within: Box::new(within)
            }),
        ]
    })
}

fn query() -> impl Strategy<Value = Query> {
    let unit = prop_oneof![Just(Unit::Sentence), Just(Unit::Paragraph)];
    let same = (unit, prop::collection::vec(positional(), 2..4))
        .prop_map(|(unit, parts)| Query::Same { unit, parts });
    let leaf = prop_oneof![4 => positional(), 1 => same];
    let field =
        prop_oneof![Just(TextField::Title), Just(TextField::Lead), Just(TextField::Body)].boxed();
    leaf.prop_recursive(3, 12, 3, move |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 1..4).prop_map(Query::All),
            prop::collection::vec(part.clone(), 1..4).prop_map(Query::Any),
            part.clone().prop_map(|part| Query::Not(Box::new(part))),
            (1..3_u32, prop::collection::vec(part.clone(), 2..4))
                .prop_map(|(count, of)| Query::AtLeast { count, of }),
            (field.clone(), part)
                .prop_map(|(field, part)| Query::In { field, query: Box::new(part) }),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    let words = [
        "A",
        "a",
        "as",
        "ab",
        "Banco",
        "bánco",
        "bancos",
        "la",
        "b",
        "银",
        "行",
        "银行",
        "銀",
        "дом",
        "а",
        "1",
        "ba\u{301}o",
        "bao",
    ];
    let gaps = [" ", " ", " ", "  ", ". ", "\n", "", "", "-", ", ", "+ ", "+", "。"];
    let (word, gap) = (prop::sample::select(words.to_vec()), prop::sample::select(gaps.to_vec()));
    prop::collection::vec((word, gap), 0..12)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, gap)| [word, gap]).collect())
}

/// Of one case: each query is checked on each document, so that a thousand cases check 100,000 pairs.
const QUERIES: usize = 20;
const DOCUMENTS: usize = 5;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_slow_evaluator(
        queries in prop::collection::vec(query(), QUERIES),
        documents in prop::collection::vec((text(), text()), DOCUMENTS),
    ) {
        let rules = Rules::compile(queries.iter().map(|query| (query, None))).expect("compiled");
        let mut scratch = Scratch::default();
        for (title, body) in &documents {
            let document = Document { title, body, ..Document::default() };
            let found = rules.matches(&document, &mut scratch);
            let slow = Slow::new(&document);
            for (at, query) in (0..).zip(&queries) {
                let (holds, places) = slow.evaluate(query, &[]);
                prop_assert_eq!(found.queries.contains(&at), holds, "{:?} in {:?}", query, document);
                if holds {
                    prop_assert_eq!(found.stretches(at), places, "{:?} in {:?}", query, document);
                }
            }
        }
    }
}

#[test]
fn work_is_bounded() {
    let any = Form::Folded(Inflection::None);
    let near = |first: Query, second: Query| Query::Near {
        gap: 100,
        ordered: false,
        first: Box::new(first),
        second: Box::new(second),
    };
    let hostile = [
        near(near(term("a", any), term("a", any)), term("a", any)),
        term("*a*a*a*a*b", any),
        term("* *", any),
        Query::Matches("(a+)+b".to_owned()),
    ];
    let rules = Rules::compile(hostile.iter().map(|query| (query, None))).expect("compiled");
    let mut scratch = Scratch::default();
    for body in ["a".repeat(1 << 20), "a ".repeat(1 << 19), "银".repeat(1 << 18)] {
        let document = Document { body: &body, ..Document::default() };
        let found = rules.matches(&document, &mut scratch);
        for &query in found.queries {
            assert!(found.places(query).len() <= 1 << 20);
        }
    }
    let deep = (0..2_000).fold(term("a", any), |query, _| Query::Not(Box::new(query)));
    assert!(Rules::compile([(&deep, None)]).is_err());
    assert!(Rules::compile([(&Query::Matches("a{1000}{1000}{1000}".to_owned()), None)]).is_err());
}

#[test]
fn fields_are_told_apart() {
    let query = term("banco", Form::Folded(Inflection::None));
    let rules = Rules::compile([(&query, None)]).expect("compiled");
    let document = Document { title: "El banco", body: "Un banco", ..Document::default() };
    let mut scratch = Scratch::default();
    let found = rules.matches(&document, &mut scratch);
    let places: Vec<_> =
        found.places(0).into_iter().map(|place| (place.field, place.chars)).collect();
    assert_eq!(places, [(Field::Title, 3..8), (Field::Body, 3..8)]);
}
