//! The engine by what users write, and against hostile texts. `tests/rules` holds it against an evaluator that
//! is too slow to be wrong.

use proptest::prelude::*;

use super::{Rules, Scratch};
use crate::model::Field;
use crate::model::query::{Document, Form, Inflection, Query, Term};

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
fn a_beginning_is_one_of_a_word_alone() {
    let both = ["terroris*", "error*"].map(|text| term(text, Form::Folded(Inflection::None)));
    let found = ["error", "Terrorists", "errors"];
    check(&Query::Any(both.to_vec()), "terror, error, Terrorists, errors, terro", &found);
}

#[test]
fn phrases_of_any_length_are_found() {
    let text: Vec<String> = (0..60).map(|nth| format!("word{nth}")).collect();
    let plain = |words: &[String]| term(&words.join(" "), Form::Folded(Inflection::None));
    for length in 1..=text.len() {
        let phrase = &text[..length];
        check(&plain(phrase), &format!("{},", phrase.join(" ")), &[&phrase.join(" ")]);
        let mut other = phrase.to_vec();
        other[length - 1] = "other".to_owned();
        check(&plain(phrase), &other.join(" "), &[]);
    }
    let nested = [2, 3, 5, 19].map(|length| plain(&text[..length]));
    let found = [2, 3, 5, 19].map(|length| text[..length].join(" "));
    check(&Query::Any(nested.to_vec()), &text.join(" "), &found.each_ref().map(String::as_str));
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

#[test]
fn disguises_are_found() {
    let finds = |text, body, found: &[&str]| check(&term(text, Form::Disguised), body, found);
    finds(
        "fraude",
        "Fraude, f r a u d e; F.R.A.U.D.E.; f-r-a-u-d-e, f * r * a * u * d * e",
        &["Fraude", "f r a u d e", "F.R.A.U.D.E", "f-r-a-u-d-e", "f * r * a * u * d * e"],
    );
    finds(
        "fraude",
        "¡FR@UDE! fr4ud3 fr\u{430}ude f r @ u d e",
        &["FR@UDE", "fr4ud3", "fr\u{430}ude", "f r @ u d e"],
    );
    finds(
        "fraude",
        "fraaaude, FRAUDEEEE, fraudes f r a u d e s",
        &["fraaaude", "FRAUDEEEE", "f r a u d e"],
    );
    finds("filial solo", "f!l1a| $0lo", &["f!l1a| $0lo"]);
    finds(
        "Banco Sur",
        "B4nco Sur, B a n c o  S u r, b a n c o sur",
        &["B4nco Sur", "B a n c o  S u r", "b a n c o sur"],
    );
    finds("挤兑", "挤兑，挤*兑，擠 兌，拥挤，兑换，挤……兑", &["挤兑", "挤*兑", "擠 兌"]);
    finds("банк", "б4нк, бaнк", &["б4нк", "бaнк"]);
    finds("@almenara", "@4lmenara y almen@ra", &["4lmenara"]);
}

#[test]
fn ordinary_words_are_no_disguise() {
    let none = |text, body| check(&term(text, Form::Disguised), body, &[]);
    none("fraude", "un x f raude y, fra ude, fra-ude, fr aude, defraude, fraudes");
    none("fraude", "f, r, a, u, d, e");
    none("fraude", "f r a u de y f ra u d e");
    none("ya", "Y a mí");
    none("fail", "Markets fall");
    none("caro", "un carro");
    none("carro", "caro, carrro");
    none("axa", "un 4x4");
    none("sos", "505 5-0-5");
    none("ISM", "el 15M");
    none("cop", "\u{441}\u{43e}\u{440}");
    none("XVI", "Luis XVIII");
    none("10", "1000 y IO");
    none("sol!banco", "sol! b@nco");
    none("fraude", "fr@udes, afr@ude");
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
        term("aaaa b", Form::Disguised),
        term("iiiiiii", Form::Disguised),
        Query::Matches("(a+)+b".to_owned()),
    ];
    let rules = Rules::compile(hostile.iter().map(|query| (query, None))).expect("compiled");
    let mut scratch = Scratch::default();
    for body in
        ["a".repeat(1 << 20), "a ".repeat(1 << 19), "银".repeat(1 << 18), "!".repeat(1 << 19)]
    {
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

/// A text of words and signs, and a phrase of it: the forms that the sieve may take a term's core from.
fn text_and_terms() -> impl Strategy<Value = (String, Vec<Query>)> {
    let word = "[ab]{1,3}|[a-d]{3,9}|[银行挤]{1,5}|ñandú|BBVA|[a-z]{8,20}";
    let parts = prop::collection::vec((word, "[ ]|[ ]|[ ]|  |, |-|\\. |\n|"), 1..40);
    let forms = prop::sample::select(vec![
        Form::Folded(Inflection::None),
        Form::Folded(Inflection::Plural),
        Form::Folded(Inflection::Spanish),
        Form::Exact,
        Form::Disguised,
    ]);
    let marks = prop::sample::select(vec!["", "", "", "", "*", "s", "x", "*b", "*ab", "?aba"]);
    let picks =
        prop::collection::vec((any::<prop::sample::Index>(), 1..5_usize, forms, marks), 1..4);
    (parts, picks).prop_map(|(parts, picks)| {
        let text: String = parts.iter().flat_map(|(word, sign)| [&**word, sign]).collect();
        let terms = picks.into_iter().map(|(from, count, form, mark)| {
            let from = from.index(parts.len());
            let picked = &parts[from..(from + count).min(parts.len())];
            let phrase: String = picked.iter().flat_map(|(word, sign)| [&**word, sign]).collect();
            term(&format!("{}{mark}", phrase.trim_end().replace('\n', " ")), form)
        });
        let terms = terms.collect();
        (text, terms)
    })
}

proptest! {
    #[test]
    fn a_first_look_lets_through_whatever_holds((text, terms) in text_and_terms()) {
        let document = Document { title: &text[..text.floor_char_boundary(9)], body: &text, ..Document::default() };
        let mut rules = Rules::compile(terms.iter().map(|term| (term, None))).expect("compiled");
        let mut scratch = Scratch::default();
        let found = rules.matches(&document, &mut scratch).queries.to_vec();
        rules.sieve = None;
        prop_assert_eq!(found, rules.matches(&document, &mut scratch).queries, "{:?} in {}", terms, text);
    }
}

#[test]
fn a_text_without_a_term_is_seen_at_first_sight() {
    let terms = ["ING", "BBVA", "despido colectivo", "银行挤兑"];
    let terms = terms.map(|text| term(text, Form::Folded(Inflection::None)));
    let rules = Rules::compile(terms.iter().map(|term| (term, None))).expect("compiled");
    let sieve = rules.sieve.expect("few plain terms");
    assert!(
        !sieve.lets_through("el banco central sube los tipos; nothing happens in going; 央行加息")
    );
    for text in ["ing", "el bbva", "un despido colectivo.", "发生银行挤兑了", "despido  colectivo"]
    {
        assert!(sieve.lets_through(text), "{text}");
    }
}
