//! Which language a text is in, down to a headline of forty characters.
//!
//! Scripts decide where they can (Han without kana is Chinese, and its writing is told by the
//! characters that only one writing has). In Latin script runs of letters ([`super::ngrams`]) and
//! grammar words vote; for other alphabets `whatlang` does.

use std::collections::HashMap;
use std::sync::LazyLock;

use whatlang::{Detector, Lang};

use super::function_words::MARKS;
use super::han;
use super::ngrams::Ngrams;
use crate::text::{is_han, tokens};

/// Letters that are looked at: the opinion does not change after that.
const LETTERS: usize = 2_000;
/// Nats by which a language must lead, of that for which evidence counts in full, to be taken before all letters
/// are looked at; and after how many words that is asked.
const DECIDED: f64 = 40.0;
const WORDS_APART: usize = 2;
/// What a grammar word adds to the languages that have it, in nats; a word that several have says
/// less of each.
const GRAMMAR_WORD: f64 = 3.0;
/// What languages have before the first word, in nats: those that are mostly watched the most.
const PRIORS: [(&str, f64); 8] = [
    ("es", 0.0),
    ("en", 0.0),
    ("pt", -0.7),
    ("ca", -0.7),
    ("fr", -0.7),
    ("de", -0.7),
    ("it", -0.7),
    ("gl", -3.0),
];
/// What all others have.
const RARE: f64 = -4.0;
/// Letters are not independent of each other: their evidence counts for a part of itself.
const TEMPER: f64 = 0.4;
/// Share of kana among East Asian characters from which a text is Japanese.
const KANA_SHARE: usize = 12;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    Detector::with_allowlist(vec![
        Lang::Rus,
        Lang::Ukr,
        Lang::Bul,
        Lang::Ara,
        Lang::Pes,
        Lang::Heb,
        Lang::Hin,
        Lang::Ell,
        Lang::Tha,
        Lang::Ben,
    ])
});

static WORDS: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut words: HashMap<&str, Vec<usize>> = HashMap::new();
    let languages = Ngrams::built_in().map_or(&[][..], |table| &table.languages);
    for marks in MARKS {
        let Some(column) = languages.iter().position(|known| *known == marks.language) else {
            continue;
        };
        for word in marks.words.split_whitespace() {
            let columns = words.entry(word).or_default();
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    words
});

/// The language of a text as a BCP-47 tag, and how sure that is, 0 to 1: the primary subtag, for
/// Chinese with its writing where that can be told (`zh-Hans`, `zh-Hant`). None where there is nothing
/// to tell by.
#[must_use]
pub fn detect_language(text: &str) -> Option<(String, f64)> {
    match script(beginning(text, 2 * LETTERS))? {
        Script::Chinese => {
            let tag = han::script(text).map_or("zh".to_owned(), |script| format!("zh-{script}"));
            Some((tag, 1.0))
        }
        Script::Japanese => Some(("ja".to_owned(), 1.0)),
        Script::Korean => Some(("ko".to_owned(), 1.0)),
        Script::Latin => latin(text),
        Script::Other => {
            let found = DETECTOR.detect(text)?;
            Some((bcp47(found.lang()).to_owned(), found.confidence()))
        }
    }
}

enum Script {
    Chinese,
    Japanese,
    Korean,
    Latin,
    Other,
}

/// The script that most letters are in.
fn script(text: &str) -> Option<Script> {
    let (mut han, mut kana, mut hangul, mut other) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut latin = count(text, u8::is_ascii_alphabetic);
    // Other letters have two bytes at least, those that count twice three: nearly every Latin text is told by that.
    if count(text, |byte| !byte.is_ascii()) < latin {
        return Some(Script::Latin);
    }
    // Quotation marks and dashes are looked at no further.
    let is_plain = |c: &char| c.is_ascii() || ('\u{2000}'..='\u{206f}').contains(c);
    for c in text.chars().filter(|c| !is_plain(c)) {
        match c {
            c if is_han(c) => han += 1,
            c if !c.is_alphabetic() => {}
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => latin += 1,
            '\u{3040}'..='\u{30ff}' => kana += 1,
            '\u{ac00}'..='\u{d7a3}' => hangul += 1,
            _ => other += 1,
        }
    }
    // A Han character says as much as two or three Latin letters.
    let east = (han + kana + hangul) * 2;
    if east + latin + other == 0 {
        None
    } else if east >= latin + other {
        Some(if hangul > han + kana {
            Script::Korean
        } else if kana * KANA_SHARE > han {
            Script::Japanese
        } else {
            Script::Chinese
        })
    } else {
        Some(if latin >= other { Script::Latin } else { Script::Other })
    }
}

/// Bytes of a kind; by so many as one byte counts, which is what a processor counts fastest.
fn count(text: &str, is: impl Fn(&u8) -> bool) -> usize {
    let parts = text.as_bytes().chunks(usize::from(u8::MAX));
    parts.map(|part| usize::from(part.iter().map(|byte| u8::from(is(byte))).sum::<u8>())).sum()
}

fn latin(text: &str) -> Option<(String, f64)> {
    let table = Ngrams::built_in()?;
    let prior = |code: &&str| {
        PRIORS.iter().find(|(known, _)| known == code).map_or(RARE, |(_, prior)| *prior)
    };
    let mut scores: Vec<f64> = table.languages.iter().map(prior).collect();
    let mut known = 0;
    let mut lower = String::new();
    for (nth, token) in (1..).zip(tokens(beginning(text, LETTERS))) {
        lower.clear();
        lower.extend(token.text.chars().flat_map(char::to_lowercase).map(straight));
        for word in lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
            known += table.charge(word, &mut scores);
        }
        grammar(&lower, &mut scores);
        if nth % WORDS_APART == 0 && lead(&scores) * TEMPER > DECIDED {
            break;
        }
    }
    if known == 0 {
        return None;
    }
    let best = scores.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let odds: f64 = scores.iter().map(|score| ((score - best.1) * TEMPER).exp()).sum();
    Some(((*table.languages.get(best.0)?).to_owned(), 1.0 / odds))
}

/// The apostrophe that grammar words are written with.
fn straight(c: char) -> char {
    if c == '’' { '\'' } else { c }
}

/// The first characters of a text, so many at most.
pub(super) fn beginning(text: &str, chars: usize) -> &str {
    // By `chars`, which passes over many at a time; `char_indices` does not.
    let mut rest = text.chars();
    match chars.checked_sub(1).map(|last| rest.nth(last)) {
        None => "",
        Some(_) => &text[..text.len() - rest.as_str().len()],
    }
}

/// How far the best score is before the next.
fn lead(scores: &[f64]) -> f64 {
    let (mut best, mut next) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for &score in scores {
        if score > best {
            (best, next) = (score, best);
        } else {
            next = next.max(score);
        }
    }
    best - next
}

/// The vote of a word that is a grammar word somewhere; an elided article ("l'any") is one by itself.
fn grammar(word: &str, scores: &mut [f64]) {
    let elided = word.find('\'').and_then(|at| word.get(..=at));
    let Some(columns) = WORDS.get(word).or(elided.and_then(|word| WORDS.get(word))) else { return };
    for &column in columns {
        scores[column] += GRAMMAR_WORD / (columns.len() as f64).sqrt();
    }
}

/// Languages in other alphabets than the Latin one.
fn bcp47(lang: Lang) -> &'static str {
    match lang {
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Bul => "bg",
        Lang::Ara => "ar",
        Lang::Pes => "fa",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Ell => "el",
        Lang::Tha => "th",
        Lang::Ben => "bn",
        // BCP-47 takes the three letters of ISO 639-3 where a language has no two.
        other => other.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::detect_language;

    #[track_caller]
    fn check(text: &str, language: Option<&str>) {
        let found = detect_language(text).map(|(language, _)| language);
        assert_eq!(found.as_deref(), language, "{text}");
    }

    #[test]
    fn headlines() {
        check("El banco cierra cien oficinas en Galicia", Some("es"));
        check("Bank shares slump after profit warning", Some("en"));
        check("Regulator fines lender over outage", Some("en"));
        check("Caída masiva de la app del banco", Some("es"));
        check("O banco não vai fechar mais agências", Some("pt"));
        check("El banc tancarà cent oficines més aquest any", Some("ca"));
        check("银行股价大跌，储户排队取款", Some("zh-Hans"));
        check("銀行股價大跌，儲戶排隊提款", Some("zh-Hant"));
        check("BBVA银行宣布收购", Some("zh-Hans"));
        check("央行宣布降准", Some("zh"));
        check("銀行が支店を閉鎖すると発表した", Some("ja"));
        check("은행 주가가 급락했다", Some("ko"));
        check("Банк закрыл отделения", Some("ru"));
    }

    #[test]
    fn neighbours_are_told_apart() {
        for (language, headlines) in [
            (
                "gl",
                [
                    "A Xunta anuncia unha nova liña de axudas para as familias",
                    "O concello pecha a piscina ata o vindeiro mes",
                    "Os veciños denuncian que non hai médico no centro de saúde",
                    "O banco non pechará máis oficinas na comarca",
                ],
            ),
            (
                "pt",
                [
                    "O governo anuncia uma nova linha de apoios para as famílias",
                    "A câmara fecha a piscina até ao próximo mês",
                    "Moradores denunciam falta de médico no centro de saúde",
                    "Banco central mantém a taxa de juro inalterada",
                ],
            ),
            (
                "es",
                [
                    "El Gobierno anuncia una nueva línea de ayudas a las familias",
                    "El ayuntamiento cierra la piscina hasta el próximo mes",
                    "Vecinos denuncian la falta de médico en el centro de salud",
                    "La Xunta aprueba el plan de vivienda en Ourense",
                ],
            ),
            (
                "ca",
                [
                    "El Govern anuncia una nova línia d'ajuts per a les famílies",
                    "L'ajuntament tanca la piscina fins al mes vinent",
                    "Veïns denuncien la manca de metge al centre de salut",
                    "El Suprem rebutja el recurs de la Generalitat",
                ],
            ),
            (
                "eu",
                [
                    "Eusko Jaurlaritzak laguntza berriak iragarri ditu familientzat",
                    "Udalak igerilekua itxiko du datorren hilera arte",
                    "Bizilagunek salatu dute ez dagoela medikurik osasun zentroan",
                    "Bankuak ez du bulego gehiago itxiko eskualdean",
                ],
            ),
        ] {
            for headline in headlines {
                check(headline, Some(language));
            }
        }
    }

    #[test]
    fn nothing_to_tell_by() {
        check("", None);
        check("12 345 !!", None);
    }
}
