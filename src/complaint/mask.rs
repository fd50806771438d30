//! Blots out what names a person: the customer's name, mail addresses, phone, account, card and
//! identity numbers. What may be one is blotted out too: a figure lost costs less than a person named.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::identity::{is_card, is_chinese_id, is_iban, is_spanish_id};
use crate::model::Personal;
use crate::text::{fold, is_han};

/// What stands for it, in all languages; no word, so that texts are not alike for it.
const BLOT: &str = "▇▇▇";
/// Contiguous digits from which a number is no amount but names something.
const NAMING: usize = 9;
/// Digits from which a number is none of a phone, however its groups are written, and no amount.
const LONG: usize = 16;
/// Characters of account numbers by country (ISO 13616 registry), where many of our readers live.
const LENGTHS: [(&str, usize); 13] = [
    ("ad", 24),
    ("at", 20),
    ("be", 16),
    ("ch", 21),
    ("de", 22),
    ("es", 24),
    ("fr", 27),
    ("gb", 22),
    ("ie", 22),
    ("it", 27),
    ("lu", 20),
    ("nl", 18),
    ("pt", 25),
];
/// Characters from which a part of a name is told apart from a word.
const PART: usize = 3;
/// Words within names that name nobody.
const PARTICLES: [&str; 12] =
    ["del", "las", "los", "van", "von", "der", "den", "mrs", "don", "dona", "the", "and"];

static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[a-z0-9_][a-z0-9._%+-]*\s?@\s?[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+").ok()
});
/// Digits and what people put between them; a letter before or behind, as identity numbers have.
static NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[+(]{0,2}\d(?:[ .\-/()\u{a0}]{0,2}\d)*").ok());
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d\d)\b",
    )
    .ok()
});
static IBAN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}").ok());
static SPANISH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:\d{8}|\d{1,2}\.\d{3}\.\d{3}|[xyz][ -]?\d{7})[ -]?[a-z]\b").ok()
});
static CHINESE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\d{17}[\dx]").ok());
/// People who say who they are. In folded text, so without accents.
static PRESENTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let said = r"\b(?:me llamo|mi nombre es|my name is)\s+([\p{L}'’-]+(?:\s+[\p{L}'’-]+){0,2})";
    Regex::new(&format!(r"{said}|(?:我叫|我的名字是|姓名\s*:?\s*|本人姓名)\s*(\p{{Han}}{{2,3}})"))
        .ok()
});

/// A text of the same customer without what is personal, as far as it is known of them.
#[must_use]
pub fn mask_of(personal: &Personal, text: &str) -> String {
    let known = [&personal.name, &personal.email, &personal.phone];
    let names: Vec<&str> = known.into_iter().filter_map(|name| name.as_deref()).collect();
    mask(text, &names)
}

/// The text without what names a person; `names` are those that came with it. Idempotent.
#[must_use]
pub fn mask(text: &str, names: &[&str]) -> String {
    let folded = fold(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    let whole = |pattern: &LazyLock<Option<Regex>>, keep: fn(&str) -> bool| {
        let matches = pattern.iter().flat_map(|pattern| pattern.find_iter(&folded.text));
        let kept = matches.filter(|found| keep(found.as_str()));
        kept.map(|found| found.range()).collect::<Vec<_>>()
    };
    found.extend(whole(&MAIL, |_| true));
    found.extend(whole(&SPANISH, |text| is_spanish_id(&plain(text))));
    found.extend(whole(&CHINESE, is_chinese_id));
    found.extend(ibans(&folded.text));
    found.extend(numbers(&folded.text, &whole(&DATE, |_| true)));
    found.extend(presented(&folded.text));
    for name in names {
        found.extend(named(&folded.text, &fold(name).text));
    }
    found.retain(|range| !range.is_empty());
    found.sort_by_key(|range| (range.start, range.end));

    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for range in found {
        let bytes = folded.original_bytes(range);
        if bytes.end <= done {
            continue;
        }
        if bytes.start >= done {
            masked.push_str(text.get(done..bytes.start).unwrap_or_default());
            masked.push_str(BLOT);
        }
        done = bytes.end;
    }
    masked.push_str(text.get(done..).unwrap_or_default());
    masked
}

/// Letters and digits alone.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Words may follow without a sign between: of the beginnings that check, the one as long as its country's
/// are, else the shortest.
fn ibans(text: &str) -> Vec<Range<usize>> {
    let Some(pattern) = IBAN.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for candidate in pattern.find_iter(text) {
        let written = candidate.as_str();
        let country = written.get(..2).unwrap_or_default();
        let length = LENGTHS.iter().find(|(known, _)| *known == country).map(|(_, length)| *length);
        let signs = written.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric());
        let mut ends = (1..).zip(signs).filter(|(n, _)| length.is_none_or(|length| *n == length));
        let checks = |end: usize| is_iban(&plain(written.get(..end).unwrap_or_default()));
        if let Some((_, (at, _))) = ends.find(|(_, (at, _))| checks(at + 1)) {
            found.push(candidate.start()..candidate.start() + at + 1);
        }
    }
    found
}

/// Numbers that name something; dates are none, and are passed over where they stand.
fn numbers(text: &str, dates: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let Some(pattern) = NUMBER.as_ref() else { return found };
    let mut from = 0;
    let ends = dates.iter().map(|date| (date.start, date.end)).chain([(text.len(), text.len())]);
    for (until, next) in ends {
        let stretch = text.get(from..until).unwrap_or_default();
        let named = pattern.find_iter(stretch).filter(|it| names_something(it.as_str()));
        found.extend(named.map(|it| from + it.start()..from + it.end()));
        from = next;
    }
    found
}

fn names_something(written: &str) -> bool {
    let digits: Vec<u8> = written.bytes().filter(u8::is_ascii_digit).map(|it| it - b'0').collect();
    let is_digit = |c: char| c.is_ascii_digit();
    let groups: Vec<&str> = written.split(|c| !is_digit(c)).filter(|it| !it.is_empty()).collect();
    let contiguous = groups.iter().any(|group| group.len() >= NAMING);
    contiguous || digits.len() >= LONG || is_card(&digits) || is_phone(written, &digits, &groups)
}

/// E.164 and how its numbers are written in Spain, the Americas, the United Kingdom and China. An amount
/// has groups of three behind the first, with points or blanks, and is no phone number unless it reads like
/// a Spanish one.
fn is_phone(written: &str, digits: &[u8], groups: &[&str]) -> bool {
    let abroad =
        written.starts_with('+') || written.starts_with("(+") || digits.starts_with(&[0, 0]);
    if abroad && (8..=15).contains(&digits.len()) {
        return true;
    }
    let first = digits.first().copied().unwrap_or_default();
    let thousands = groups.len() > 1 && groups.iter().skip(1).all(|group| group.len() == 3);
    match digits.len() {
        9 => (6..=9).contains(&first),
        10..=12 => groups.len() > 1 && !thousands,
        // A Chinese landline without its area, a British or Latin American number without its own.
        8 => groups.len() > 1 && groups.iter().all(|group| group.len() == 4) && first != 0,
        _ => false,
    }
}

fn presented(text: &str) -> Vec<Range<usize>> {
    let found = PRESENTED.iter().flat_map(|pattern| pattern.captures_iter(text));
    found.filter_map(|it| it.get(1).or_else(|| it.get(2))).map(|name| name.range()).collect()
}

/// Where a name or a telling part of it stands, all of them folded.
fn named(text: &str, name: &str) -> Vec<Range<usize>> {
    let name = name.trim();
    let mut found = Vec::new();
    let mut parts: Vec<&str> = vec![name];
    parts.extend(name.split([' ', ',', '.', '·', '-']).filter(|part| is_telling(part)));
    for part in parts.into_iter().filter(|part| part.chars().count() >= 2) {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_han(c));
        let spaced = !part.chars().all(is_han);
        for (at, _) in text.match_indices(part) {
            let end = at + part.len();
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let behind = text.get(end..).and_then(|behind| behind.chars().next());
            if !spaced || !(is_word(before) || is_word(behind)) {
                found.push(at..end);
            }
        }
    }
    if name.chars().all(is_han) && name.chars().count() >= 2 {
        let surname: String = name.chars().take(1).collect();
        for title in ["先生", "女士", "小姐", "某"] {
            let titled = format!("{surname}{title}");
            found.extend(text.match_indices(&titled).map(|(at, _)| at..at + surname.len()));
        }
    }
    found
}

fn is_telling(part: &str) -> bool {
    part.chars().count() >= PART && !PARTICLES.contains(&part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::mask;

    #[test]
    fn people_are_not_named_in_any_language() {
        let cases: [(&str, &[&str], &str); 24] = [
            (
                "Escríbanme a Ana.Perez+banco@correo.example, gracias",
                &[],
                "Escríbanme a ▇▇▇, gracias",
            ),
            (
                "Mi móvil es 612 345 678 y el fijo 91-234-56-78.",
                &[],
                "Mi móvil es ▇▇▇ y el fijo ▇▇▇.",
            ),
            ("Llamen al +34 612.345.678", &[], "Llamen al ▇▇▇"),
            ("Cuenta ES91 2100 0418 4502 0005 1332 bloqueada", &[], "Cuenta ▇▇▇ bloqueada"),
            ("IBAN es9121000418450200051332.", &[], "IBAN ▇▇▇."),
            (
                "la tarjeta 4111 1111 1111 1111, cobrada dos veces",
                &[],
                "la tarjeta ▇▇▇, cobrada dos veces",
            ),
            ("DNI 12.345.678-Z y NIE X-1234567-L", &[], "DNI ▇▇▇ y NIE ▇▇▇"),
            (
                "Soy María José García del Río; MARIA otra vez",
                &["María José García del Río"],
                "Soy ▇▇▇; ▇▇▇ otra vez",
            ),
            ("Me llamo Elena Ruiz y exijo", &[], "Me llamo ▇▇▇ exijo"),
            (
                "My name is John Smith. Call 020 7946 0958 or (415) 555-2671.",
                &[],
                "My name is ▇▇▇. Call ▇▇▇ or ▇▇▇.",
            ),
            ("My IBAN GB82 WEST 1234 5698 7654 32 was closed", &[], "My IBAN ▇▇▇ was closed"),
            ("Mr Smith's card, Smithson & Co", &["John Smith"], "Mr ▇▇▇'s card, Smithson & Co"),
            ("我叫张伟，电话13812345678", &[], "我叫▇▇▇，电话▇▇▇"),
            ("身份证11010519491231002X被泄露", &[], "身份证▇▇▇被泄露"),
            ("电话：０１０－１２３４５６７８", &[], "电话：▇▇▇"),
            ("王小明说，王先生要求退款", &["王小明"], "▇▇▇说，▇▇▇先生要求退款"),
            ("邮箱wang@mail.example，卡号6222 0212 3456 7890 123", &[], "邮箱▇▇▇，卡号▇▇▇"),
            // What names nobody stays.
            (
                "El 12/03/2026 me cobraron 1.234,56 € y 12.500 €",
                &[],
                "El 12/03/2026 me cobraron 1.234,56 € y 12.500 €",
            ),
            ("Desde 2026-11-29 10:30 espero", &[], "Desde 2026-11-29 10:30 espero"),
            (
                "una hipoteca de 250.000 euros a 30 años, oficina 0182",
                &[],
                "una hipoteca de 250.000 euros a 30 años, oficina 0182",
            ),
            (
                "Paid 1,250,000 USD in 2025, 2.5 % more",
                &[],
                "Paid 1,250,000 USD in 2025, 2.5 % more",
            ),
            ("3月15日扣款1200元，2026年10月1日未退", &[], "3月15日扣款1200元，2026年10月1日未退"),
            ("Compré 5 fondos a 12 000 000 pesos", &[], "Compré 5 fondos a 12 000 000 pesos"),
            ("", &["Ana"], ""),
        ];
        for (text, names, expected) in cases {
            assert_eq!(mask(text, names), expected);
        }
    }

    proptest! {
        /// Whatever stands around them.
        #[test]
        fn what_is_known_to_be_personal_never_shows(
            before in "[a-zñ,.; 银行]{0,30}", behind in "[,;!? ][a-zñ 银行]{0,30}", which in 0_usize..6,
        ) {
            let personal = ["ana@correo.example", "+34612345678", "ES9121000418450200051332",
                "4111111111111111", "12345678Z", "11010519491231002X"];
            let text = format!("{before} {}{behind}", personal[which]);
            let masked = mask(&text, &[]);
            prop_assert!(!masked.contains(personal[which]), "{}", masked);
            prop_assert!(masked.ends_with(&behind), "{}", masked);
            prop_assert_eq!(mask(&masked, &[]), masked);
        }

        #[test]
        fn any_text_is_taken(text in "\\PC{0,200}", name in "\\PC{0,20}") {
            let masked = mask(&text, &[&name]);
            prop_assert!(masked.len() <= text.len() * 10 + 10);
        }
    }
}
