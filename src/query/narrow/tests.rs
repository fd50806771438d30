//! What each kind of query asks of an index.

use super::{narrow, ranges};
use crate::model::condition::Condition;
use crate::model::query::{Bound, Form, Inflection, MetaField, Query, RangeField, Term, TextField};

fn term(text: &str, form: Form) -> Query {
    Query::Term(Term { text: text.to_owned(), form })
}

fn plain(text: &str) -> Query {
    term(text, Form::Folded(Inflection::None))
}

/// A condition in one line.
fn told(condition: &Condition) -> String {
    let row = |row: &super::WordRow| {
        format!("[{}{}]", row.words.join(" "), if row.prefix { "*" } else { "" })
    };
    let list = |parts: &[Condition], by: &str| {
        format!("({})", parts.iter().map(told).collect::<Vec<_>>().join(by))
    };
    match condition {
        Condition::Phrase(one) => row(one),
        Condition::Near { gap, rows: [a, b] } => format!("near{gap}({}{})", row(a), row(b)),
        Condition::All(parts) => list(parts, " & "),
        Condition::Any(parts) => list(parts, " | "),
        Condition::In { title, part } => format!("{title}:{}", told(part)),
    }
}

#[track_caller]
fn check(query: &Query, expected: &str) {
    assert_eq!(narrow(query).map_or("-".to_owned(), |condition| told(&condition)), expected);
}

#[test]
fn terms() {
    let plural = Form::Folded(Inflection::Plural);
    check(&plain("Banco de España"), "[banco de espana]");
    check(&term("fraude", plural), "([fraude] | [fraudes] | [fraudees])");
    check(&term("银行挤兑", plural), "[银行 行挤 挤兑]");
    check(&plain("银"), "[银*]");
    check(&plain("A股"), "[a 股*]");
    check(&plain("fraud*"), "[fraud*]");
    check(&plain("banco fraud* ayer"), "([banco fraud*] & [ayer])");
    check(&plain("fr?ude fiscal"), "[fiscal]");
    check(&plain("银*挤兑"), "([银*] & [挤兑])");
    check(&plain("*ismo"), "-");
    check(&term("IRA", Form::Exact), "[ira]");
    check(&term("fraude", Form::Disguised), "-");
    check(&term("vender", Form::Folded(Inflection::Spanish)), "-");
    check(&plain("¡!"), "-");
}

#[test]
fn what_says_nothing_of_words_drops_out() {
    let field = Query::Meta { field: MetaField::Language, value: "es".to_owned() };
    let not = Query::Not(Box::new(plain("copa")));
    check(&not, "-");
    check(&field, "-");
    check(&Query::Matches("a+".to_owned()), "-");
    check(&Query::All(vec![plain("a"), not.clone(), field.clone()]), "[a]");
    check(&Query::Any(vec![plain("a"), not.clone()]), "-");
    check(&Query::Any(vec![plain("a"), plain("b")]), "([a] | [b])");
    let of = vec![plain("a"), plain("b"), not];
    check(&Query::AtLeast { count: 1, of: of.clone() }, "-");
    check(&Query::AtLeast { count: 2, of }, "([a] | [b])");
    check(&Query::All(Vec::new()), "-");
    check(&Query::Any(Vec::new()), "-");
}

#[test]
fn places() {
    let near = |first, second| Query::Near {
        gap: 3,
        ordered: true,
        first: Box::new(first),
        second: Box::new(second),
    };
    check(&near(plain("a b"), plain("c")), "near5([a b][c])");
    let either = Query::Any(vec![plain("c"), plain("d")]);
    check(&near(plain("a"), either.clone()), "([a] & ([c] | [d]))");
    let except = Query::Except { of: Box::new(either), within: Box::new(plain("x c")) };
    check(&except, "([c] | [d])");
    let lead = Query::In { field: TextField::Lead, query: Box::new(plain("a")) };
    check(&lead, "false:[a]");
}

#[test]
fn what_is_too_much_to_ask_is_not_asked() {
    let many: Vec<Query> = (0..10_000).map(|n| plain(&format!("w{n}"))).collect();
    check(&Query::Any(many), "-");
    let deep = (0..10_000).fold(plain("a"), |inner, _| Query::All(vec![inner, plain("b")]));
    assert!(narrow(&deep).is_some());
    std::mem::forget(deep); // its own drop is as deep as it is; the parser lets none of this through
}

#[test]
fn ranges_that_every_article_is_in() {
    let day = |text: &str| Some(Bound::Day(text.parse().expect("a day")));
    let date =
        Query::Between { field: RangeField::Date, from: day("2026-03-01"), to: day("2026-03-09") };
    let narrower = Query::Between { field: RangeField::Date, from: day("2026-03-05"), to: None };
    let severe =
        Query::Between { field: RangeField::Severity, from: Some(Bound::Number(60.0)), to: None };
    let found = ranges(&Query::All(vec![date.clone(), narrower, severe]));
    assert_eq!(found.from, Some("2026-03-05".parse().expect("a day")));
    assert_eq!(found.to, Some("2026-03-09".parse().expect("a day")));
    assert!(found.judged && found.weighed);
    assert_eq!(ranges(&Query::Any(vec![date])), super::Ranges::default());
}
