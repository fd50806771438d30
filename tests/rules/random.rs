//! Random documents and queries over few words in three scripts, so that they often meet.

use atalaya::model::query::{
    Bound, Form, Inflection, MetaField, Query, RangeField, Term, TextField, Unit,
};
use proptest::prelude::*;
use proptest::sample::select;

/// What a document borrows from.
#[derive(Debug, Clone)]
pub struct Paper {
    pub title: String,
    pub body: String,
    pub authors: Vec<String>,
    pub url: String,
    pub language: &'static str,
    pub tier: u8,
    pub day: i8,
}

const WORDS: &[&str] = &[
    "banco",
    "Banco",
    "bancos",
    "multa",
    "multas",
    "multó",
    "MULTA",
    "multar",
    "fine",
    "fined",
    "fines",
    "ERE",
    "eres",
    "ere",
    "día",
    "dias",
    "a",
    "de",
    "sol",
    "soles",
    "AT&T",
    "C++",
    "3",
    "银",
    "行",
    "银行",
    "銀行",
    "挤兑",
    "股",
    "банк",
    "Банк",
    "банки",
    "суд",
    "ｆｉｎｅ",
    "mu\u{301}lta",
];
const BETWEEN: &[&str] =
    &[" ", " ", " ", " ", "  ", ", ", ". ", "。", "\n", "-", "", "! ", " (", ") ", "/", ".", "; "];
const TERMS: &[&str] = &[
    "banco",
    "Banco",
    "multa",
    "multas",
    "multó",
    "fine",
    "ERE",
    "ere",
    "día",
    "sol",
    "a",
    "3",
    "AT&T",
    "C++",
    "银行",
    "银",
    "銀行",
    "挤兑",
    "行股",
    "банк",
    "суд",
    "Банк",
    "banco de",
    "multa a",
    "de banco",
    "fine-banco",
    "银行 挤兑",
    "banco.sol",
    "de C++",
];
const WILD: &[&str] =
    &["banc*", "mult*", "f?ne", "*a", "b*o", "fin??", "挤兑*", "бан*", "banco * sol", "de mult*"];

/// A text of some words.
fn text(most: usize) -> impl Strategy<Value = String> {
    let word =
        (select(WORDS), select(BETWEEN)).prop_map(|(word, between)| format!("{word}{between}"));
    // An empty line is no paragraph of its own for anybody, and none is written.
    prop::collection::vec(word, 0..most)
        .prop_map(|words| words.concat())
        .prop_filter("no empty line", |text| !text.contains("\n\n") && !text.starts_with('\n'))
}

/// A random document.
pub fn paper() -> impl Strategy<Value = Paper> {
    let author = select(&["Ana Sol", "Juan Pérez"][..]).prop_map(str::to_owned);
    let url =
        select(&["https://www.elpais.com/a/1", "https://abc.es/b", "http://x.elpais.com/c"][..]);
    (
        text(8),
        text(24),
        prop::collection::vec(author, 0..2),
        url,
        select(&["es", "zh-Hans"][..]),
        1..4u8,
        1..6i8,
    )
        .prop_map(|(title, body, authors, url, language, tier, day)| Paper {
            title: title.replace('\n', " "),
            body,
            authors,
            url: url.to_owned(),
            language,
            tier,
            day,
        })
}

fn term() -> impl Strategy<Value = Query> {
    let form = select(
        &[
            Form::Folded(Inflection::Plural),
            Form::Folded(Inflection::None),
            Form::Folded(Inflection::Spanish),
            Form::Folded(Inflection::English),
            Form::Exact,
        ][..],
    );
    let plain = (select(TERMS), form).prop_map(|(text, form)| Term { text: text.to_owned(), form });
    let wild = (select(WILD), any::<bool>()).prop_map(|(text, exact)| Term {
        text: text.to_owned(),
        form: if exact { Form::Exact } else { Form::Folded(Inflection::None) },
    });
    prop_oneof![4 => plain, 1 => wild].prop_map(Query::Term)
}

fn positional() -> impl Strategy<Value = Query> {
    let expression = select(&["mult[aó]s?", "b.nco", "[0-9]", "银.", "fine|sol", "anc"][..]);
    let leaf = prop_oneof![
        12 => term(),
        1 => expression.prop_map(|pattern| Query::Matches(pattern.to_owned())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            2 => prop::collection::vec(inner, 2..4).prop_map(Query::Any),
            3 => (pair.clone(), 0..6u32, any::<bool>()).prop_map(|((first, second), gap, ordered)| {
                Query::Near { gap, ordered, first: Box::new(first), second: Box::new(second) }
            }),
            2 => pair.prop_map(|(of, within)| Query::Except { of: Box::new(of), within: Box::new(within) }),
        ]
    })
}

fn about_article() -> impl Strategy<Value = Query> {
    let meta = select(
        &[
            (MetaField::Author, "juan p*"),
            (MetaField::Url, "*/b"),
            (MetaField::Site, "elpais.com"),
            (MetaField::Site, "*.es"),
            (MetaField::Language, "zh"),
            (MetaField::Language, "e?"),
            (MetaField::Tag, "prensa"),
            (MetaField::Region, "mad*"),
            (MetaField::Source, "EL-PAIS"),
        ][..],
    );
    let day = |day: i8| Bound::Day(jiff::civil::date(2026, 3, day));
    let number = |number: u32| Bound::Number(f64::from(number));
    prop_oneof![
        4 => meta.prop_map(|(field, value)| Query::Meta { field, value: value.to_owned() }),
        1 => (1..6i8).prop_map(move |from| Query::Between { field: RangeField::Date, from: Some(day(from)), to: None }),
        1 => (1..6i8).prop_map(move |to| Query::Between { field: RangeField::Date, from: None, to: Some(day(to)) }),
        1 => (1..4u32).prop_map(move |tier| Query::Between { field: RangeField::Tier, from: Some(number(tier)), to: Some(number(tier)) }),
        1 => (0..20u32).prop_map(move |least| Query::Between { field: RangeField::Words, from: Some(number(least)), to: None }),
        1 => Just(Query::Between { field: RangeField::Severity, from: None, to: Some(number(50)) }),
    ]
}

/// A random query.
pub fn query() -> impl Strategy<Value = Query> {
    let unit = select(&[Unit::Sentence, Unit::Paragraph][..]);
    let same = (unit, prop::collection::vec(positional(), 2..4));
    let leaf = prop_oneof![
        8 => positional(),
        3 => same.prop_map(|(unit, parts)| Query::Same { unit, parts }),
        1 => about_article(),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..4);
        let field = select(&[TextField::Title, TextField::Lead, TextField::Body][..]);
        prop_oneof![
            2 => parts.clone().prop_map(Query::Any),
            3 => parts.clone().prop_map(Query::All),
            1 => inner.clone().prop_map(|part| Query::Not(Box::new(part))),
            1 => (parts, 1..3u32).prop_map(|(of, count)| Query::AtLeast { count, of }),
            2 => (field, inner).prop_map(|(field, query)| Query::In { field, query: Box::new(query) }),
        ]
    })
}
