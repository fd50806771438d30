//! What queries read as, what is refused and where, and that what is printed reads back.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{Entry, Lists, Reading, Subject, parse, print, term};
use crate::model::query::{
    Bound, Form, Inflection, MetaField, Query, RangeField, Term, TextField, Unit,
};

fn lists() -> Lists {
    let mut lists = Lists::default();
    let entries = ["Banco Sur", "fraud*", "BNK"].map(|text| Entry::Term(term(text)));
    lists.insert("rivals", entries.to_vec());
    lists.insert("round", vec![Entry::List("round".to_owned())]);
    lists
}

fn read(text: &str) -> Result<Query, super::QueryError> {
    let lists = lists();
    let reading =
        Reading { lists: Some(&lists), stem: Some(Inflection::Spanish), ..Reading::default() };
    parse(text, &reading).map(|parsed| parsed.query)
}

/// Reads as another text does.
#[track_caller]
fn same(text: &str, canonical: &str) {
    let query = read(text).unwrap_or_else(|error| panic!("{text}: {error} at {:?}", error.span));
    assert_eq!(print(&query), canonical, "{text}");
    assert_eq!(read(canonical).as_ref(), Ok(&query), "{canonical}");
}

#[test]
fn operators_and_their_order() {
    same("bank loan", "bank AND loan");
    same("bank + loan", "bank AND loan");
    same("+bank +loan -river", "bank AND loan AND NOT river");
    same("a1 OR b1 c1", "a1 OR b1 AND c1");
    same("(a1 | b1) c1", "(a1 OR b1) AND c1");
    same("banco Y (multa O sanción) NO feria", "banco AND (multa OR sanción) AND NOT feria");
    same("银行 与 (挤兑 或 倒闭) 非 演习", "银行 AND (挤兑 OR 倒闭) AND NOT 演习");
    same("NOT NOT bank", "NOT NOT bank");
    same("loan NOT bank NEAR/3 river", "loan AND NOT bank NEAR/3 river");
    same("a1 NEAR/3 b1 ONEAR/0 c1", "a1 NEAR/3 b1 ONEAR/0 c1");
    same("a1 NEAR/3 (b1 CERCA/2 c1)", "a1 NEAR/3 (b1 NEAR/2 c1)");
    same("fine NEAR/5 bank EXCEPT \"bank holiday\"", "fine NEAR/5 bank EXCEPT \"bank holiday\"");
    same("a1 /s b1 FRASE c1", "a1 /s b1 /s c1");
    same("a1 PÁRRAFO b1 OR c1", "a1 /p b1 OR c1");
    same("2 OF (a1, b1 OR c1, d1 e1)", "2 OF (a1, b1 OR c1, d1 AND e1)");
    same("2 DE (multa，sanción、condena)", "2 OF (multa, sanción, condena)");
    same("2 OF (@rivals)", "2 OF (\"Banco Sur\"~s, fraud*, BNK)");
    same("and bank", "and AND bank");
    same("hepatitis E", "hepatitis AND E");
}

#[test]
fn terms_and_their_forms() {
    same("fraud*", "fraud*");
    same("te?t", "te?t");
    same("“Banco  Almenara”", "\"Banco Almenara\"");
    same("«Banco \"A\"»", "\"Banco \\\"A\\\"\"");
    same("「银行挤兑」", "\"银行挤兑\"");
    same("=IRA", "=IRA");
    same("=\"La Fed\"", "=\"La Fed\"");
    same("multar~es", "multar~es");
    same("multar~", "multar~es");
    same("\"was fined\"~en", "\"was fined\"~en");
    same("fraude~disfraz", "fraude~disguised");
    same("AT&T AMN.MC #boicot", "AT&T AND AMN.MC AND #boicot");
    same("\"AND\" \"title:x\"", "\"AND\" AND \"title:x\"");
    same("10:30", "10:30");
    same("@rivals NEAR/3 bank", "(\"Banco Sur\"~s OR fraud* OR BNK) NEAR/3 bank");
    same("/multa de [0-9]+ euros/", "/multa de [0-9]+ euros/");
    same(r"/a\/b/ x1", r"/a\/b/ AND x1");
    let query = read("multa").expect("read");
    let plural = Form::Folded(Inflection::Plural);
    assert_eq!(query, Query::Term(Term { text: "multa".to_owned(), form: plural }));
}

#[test]
fn fields_and_ranges() {
    same("title:fraud* body:bank", "title:fraud* AND body:bank");
    same("titulo:(multa OR sanción) -标题：演习", "title:(multa OR sanción) AND NOT title:演习");
    same("source:elpais lang:es", "source:elpais AND lang:es");
    same("site:(elpais.com OR abc.es)", "site:elpais.com OR site:abc.es");
    same("url:https://a.example/b*", "url:https://a.example/b*");
    same("author: \"Juan Pérez\"", "author:\"Juan Pérez\"");
    same("date:2026-01-01..2026-02-01", "date:2026-01-01..2026-02-01");
    same("date:2026-01-31", "date:2026-01-31..2026-01-31");
    same("fecha:>=2026-01-01 severity:>=55", "date:2026-01-01.. AND severity:55..");
    same("tier:1..2 words:<=300", "tier:1..2 AND words:..300");
}

/// Refused at that text, saying that, with a remedy.
#[track_caller]
fn refused(text: &str, at: &str, says: &str) {
    let error = read(text).expect_err(text);
    assert_eq!(text.get(error.span.clone()), Some(at), "{text}: {error}");
    assert!(error.to_string().contains(says), "{text}: {error}");
    assert!(!error.remedy.is_empty());
}

#[test]
fn errors_have_a_place_and_a_remedy() {
    refused("", "", "empty");
    refused("(bank OR loan", "(", "not closed");
    refused("bank) loan", ")", "not opened");
    refused("bank OR", "", "missing at the end");
    refused("bank OR AND loan", "AND", "missing here");
    refused("bank ()", "()", "nothing stands");
    refused("say \"bank", "\"", "not closed");
    refused("bank NEAR loan", "NEAR", "write NEAR/5");
    refused("bank NEAR/500 loan", "NEAR/500", "0 to 100");
    refused("bank NEAR/3 (loan fee)", "(loan fee)", "neither");
    refused("title:bank NEAR/3 loan", "title:bank", "title:(fine NEAR/5 bank)");
    refused("bank EXCEPT NOT river", "NOT river", "neither");
    refused("a1 /s b1 /p c1", "a1 /s b1", "neither");
    refused("titel:bank", "titel", "did you mean `title:`?");
    refused("https://a.example", "https", "quotes");
    refused("bank - loan", "-", "by itself");
    refused("bank *", "*", "every text");
    refused("bank !!", "!!", "no letter");
    refused("NOT bank", "NOT bank", "add what must occur");
    refused("bank OR NOT loan", "bank OR NOT loan", "add what must occur");
    refused("2 OF (bank, NOT loan, NOT fee)", "2 OF (bank, NOT loan, NOT fee)", "must occur");
    refused("3 OF (a1, b1)", "3 OF (a1, b1)", "3 of 2");
    refused("a1, b1", ",", "commas separate");
    refused("@unknown", "@unknown", "lists: @rivals, @round");
    refused("@round", "@round", "contains itself: @round → @round");
    refused("=multa~es", "=multa~es", "contradict");
    refused("mult*~es", "mult*~es", "keep one");
    refused("multa~fr", "multa~fr", "~es or ~en");
    refused("/[a-/ bank", "/[a-/", "cannot be read");
    refused("/a*/", "/a*/", "empty text");
    refused("/\\b/", "/\\b/", "empty text");
    refused("/(a{1000}){1000}/", "/(a{1000}){1000}/", "too large");
    refused("/abc", "/", "no end");
    refused("date:yesterday", "yesterday", "date:2026-01-01..2026-02-01");
    refused("date:2026-02-01..2026-01-01", "2026-02-01..2026-01-01", "ends before");
    refused("tier:4", "4", "no value");
    refused("severity:inf", "inf", "no value");
    refused("words:..", "..", "no bound");
    refused("title:(a1 body:b1)", "(a1 body:b1)", "within another");
    refused("source:", ":", "no value");
}

#[test]
fn doubts_are_told() {
    let doubts = |text: &str| {
        let parsed = parse(text, &Reading::default()).expect("read");
        parsed.doubts.into_iter().map(|doubt| text[doubt.span].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(doubts("bank or loan"), ["or"]);
    assert_eq!(doubts("la Fed x 行 lang:es tag:(a OR b) =o UE 5G"), ["la", "x", "行"]);
}

#[test]
fn hostile_queries_are_bounded() {
    let long = |text: &str| read(text).expect_err("refused").message;
    assert!(long(&"a".repeat(1 << 20)).contains("64 KiB"));
    assert!(long(&"a OR ".repeat(100_000)).contains("64 KiB"));
    let deep = "nested more than 64 deep";
    assert!(long(&"(".repeat(10_000)).contains(deep));
    assert!(long(&format!("{}a1{}", "(".repeat(10_000), ")".repeat(10_000))).contains(deep));
    assert!(long(&"NOT ".repeat(10_000)).contains(deep));
    assert!(long(&"title:".repeat(10_000)).contains(deep));
    assert!(long(&"+".repeat(10_000)).contains(deep));
    assert!(long(&"2 OF (".repeat(10_000)).contains(deep));
    assert!(long(&format!("a1{}", " NEAR/1 a1".repeat(6_000))).contains(deep));
    assert!(long(&format!("a1{}", " EXCEPT a1".repeat(6_000))).contains(deep));
    assert!(long(&"/a1/ ".repeat(1_000)).contains("20 expressions"));
    for bomb in ["(((((x{30}){30}){30}){30}){30})", "[\\w\\W]{5000}y", "(x+x+)+y{1000}{1000}"] {
        assert!(long(&format!("/{bomb}/")).contains("too large"), "{bomb}");
    }
    assert!(long(&format!("/{}/", "(".repeat(900))).contains("cannot be read"));
    // As wide as it may be, it is read.
    let wide = read("a1|".repeat(21_000).trim_end_matches('|')).expect("read");
    assert!(matches!(wide, Query::Any(parts) if parts.len() == 21_000));
    let wide = read(&"a1 ".repeat(21_000)).expect("read");
    assert!(matches!(wide, Query::All(parts) if parts.len() == 21_000));
}

#[test]
fn lists_are_bounded() {
    let mut lists = Lists::default();
    let mut names = String::new();
    for list in 0..3 {
        let terms = (0..60_000).map(|n| Entry::Term(term(&format!("w{n}"))));
        lists.insert(&format!("l{list}"), terms.collect());
        write!(names, "@l{list} ").expect("written");
    }
    let reading = Reading { lists: Some(&lists), ..Reading::default() };
    let error = parse(&names, &reading).expect_err("refused");
    assert!(error.message.contains("100,000 parts"), "{error}");
    assert_eq!(error.span, 4..7);
}

fn any_term() -> impl Strategy<Value = Term> {
    let forms = prop_oneof![
        Just(Form::Folded(Inflection::None)),
        Just(Form::Folded(Inflection::Plural)),
        Just(Form::Folded(Inflection::Spanish)),
        Just(Form::Folded(Inflection::English)),
        Just(Form::Disguised),
        Just(Form::Exact),
    ];
    let text = "[a-zñ银AND~=:/@+\\-(\",|\\\\«]{0,4}[a-z银]{1,3}( [a-z银OR]{1,3}[*?]?)?";
    (text, forms).prop_map(|(text, form)| {
        let stemmed = matches!(
            form,
            Form::Disguised | Form::Folded(Inflection::Spanish | Inflection::English)
        );
        let text = if stemmed { text.replace(['*', '?'], "") } else { text };
        Term { text, form }
    })
}

fn positional() -> impl Strategy<Value = Query> {
    let leaf = prop_oneof![
        4 => any_term().prop_map(Query::Term),
        1 => "[a-z]{1,3}/?[a-z][0-9]".prop_map(Query::Matches),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 2..4).prop_map(Query::Any),
            (pair.clone(), 0..101u32, any::<bool>()).prop_map(|((first, second), gap, ordered)| {
                Query::Near { gap, ordered, first: Box::new(first), second: Box::new(second) }
            }),
            pair.prop_map(|(of, within)| Query::Except {
                of: Box::new(of),
                within: Box::new(within)
            }),
        ]
    })
}

fn any_query() -> impl Strategy<Value = Query> {
    let unit = prop_oneof![Just(Unit::Sentence), Just(Unit::Paragraph)];
    let day = jiff::civil::date(2026, 3, 14);
    let leaf = prop_oneof![
        6 => positional(),
        1 => (unit, prop::collection::vec(positional(), 2..4)).prop_map(|(unit, parts)| Query::Same { unit, parts }),
        1 => "[a-z\":(,\\\\*?]{0,3}[a-z]( [a-z])?".prop_map(|value| Query::Meta { field: MetaField::Url, value }),
        1 => (0..1000u32).prop_map(|n| Query::Between {
            field: RangeField::Severity, from: Some(Bound::Number(f64::from(n) / 10.0)), to: None,
        }),
        1 => Just(Query::Between { field: RangeField::Date, from: None, to: Some(Bound::Day(day)) }),
        1 => positional().prop_map(|query| Query::In { field: TextField::Lead, query: Box::new(query) }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..5);
        prop_oneof![
            parts.clone().prop_map(Query::Any),
            parts.clone().prop_map(Query::All),
            inner.prop_map(|part| Query::Not(Box::new(part))),
            parts.prop_map(|of| Query::AtLeast { count: 2, of }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_printed_reads_back(query in any_query()) {
        let text = print(&query);
        let reading = Reading { may_only_deny: true, ..Reading::default() };
        let back = parse(&text, &reading).map(|parsed| parsed.query);
        prop_assert_eq!(back, Ok(query), "{}", text);
    }

    #[test]
    fn no_text_panics_and_every_error_has_its_place(
        text in "([a-z银]{1,3}|AND|OR |NOT |NEAR/3|[()\"“»/~@=*|,: .-]|title:|date:|2 OF \\(| ){0,24}",
    ) {
        let lists = lists();
        let reading = Reading { lists: Some(&lists), may_only_deny: true, ..Reading::default() };
        match parse(&text, &reading) {
            Err(error) => prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error),
            Ok(parsed) => {
                let back = parse(&print(&parsed.query), &reading).map(|parsed| parsed.query);
                prop_assert_eq!(back, Ok(parsed.query));
            }
        }
    }
}

/// Reads a query about alerts.
fn read_of_alerts(text: &str) -> Result<Query, super::QueryError> {
    let reading = Reading { subject: Subject::Alert, may_only_deny: true, ..Reading::default() };
    parse(text, &reading).map(|parsed| parsed.query)
}

#[test]
fn alerts_are_asked_for_by_labels() {
    let query =
        read_of_alerts("tema:banco (color:red OR 级别:x)").expect_err("tier is of articles");
    assert!(query.to_string().contains("asks for alerts"), "{query}");
    let query = read_of_alerts("tema:banco AND NOT color:(red OR orange) línea:hipotecas");
    let printed = print(&query.expect("read"));
    assert_eq!(printed, "topic:banco AND NOT (level:red OR level:orange) AND line:hipotecas");
    read_of_alerts("NOT topic:sector").expect("may only deny");
    for (text, at, says) in [
        ("topic:banco fraude", "fraude", "`fraude` is a word of a text"),
        ("/frau.e/ topic:banco", "/frau.e/", "is a word of a text"),
        ("@rivals", "@rivals", "is a word of a text"),
        ("title:fraude", "title", "is known of articles"),
        ("site:elpais.com", "site", "is known of articles"),
        ("date:2026-01-01", "date", "is known of articles"),
        ("level:crimson", "crimson", "is no level"),
        ("level:(red OR rot)", "level:(red OR rot)", "is no level"),
        ("topik:x", "topik", "there is no field"),
    ] {
        let error = read_of_alerts(text).expect_err(text);
        assert_eq!(text.get(error.span.clone()), Some(at), "{text}: {error}");
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    refused("topic:banco fraude", "topic", "is known of alerts");
}
