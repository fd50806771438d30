//! Which language a text is in, down to a headline of forty characters.
//!
//! Scripts decide where they can (Han without kana is Chinese). In Latin script the grammar words
//! vote; where they do not agree, trigrams do (`whatlang`, after Cavnar and Trenkle 1994).

use std::collections::HashMap;
use std::sync::LazyLock;

use whatlang::{Detector, Lang, Script};

use super::function_words::MARKS;
use crate::text::{is_han, tokens};

/// A vote for a grammar word; words that several languages share count for each a part of it.
const WORD: f64 = 1.0;
/// A vote for an ending.
const ENDING: f64 = 0.6;
/// A vote for a letter that few languages have.
const LETTER: f64 = 0.8;
/// What the trigrams' opinion adds.
const TRIGRAMS: f64 = 1.0;
/// What the languages that are mostly watched have before the first word.
const PRIOR: f64 = 0.6;
/// Votes a word from which a text is not in a language without word list, whatever trigrams say.
const FOREIGN: f64 = 0.15;
/// Lead of the first over the second that is confident.
const CONFIDENT_LEAD: f64 = 3.0;
/// Share of kana among East Asian characters from which a text is Japanese.
const KANA_SHARE: usize = 12;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    // Rare languages that are mistaken for the press's common ones are left out.
    Detector::with_allowlist(vec![
        Lang::Eng,
        Lang::Spa,
        Lang::Por,
        Lang::Cat,
        Lang::Fra,
        Lang::Ita,
        Lang::Deu,
        Lang::Nld,
        Lang::Cmn,
        Lang::Jpn,
        Lang::Kor,
        Lang::Rus,
        Lang::Ukr,
        Lang::Ara,
        Lang::Heb,
        Lang::Hin,
        Lang::Ell,
        Lang::Tur,
        Lang::Pol,
        Lang::Swe,
        Lang::Dan,
        Lang::Nob,
        Lang::Fin,
        Lang::Ron,
        Lang::Ces,
        Lang::Hun,
        Lang::Vie,
        Lang::Ind,
        Lang::Tha,
        Lang::Ben,
        Lang::Bul,
        Lang::Pes,
    ])
});

static WORDS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut words: HashMap<&str, Vec<&str>> = HashMap::new();
    for marks in MARKS {
        for word in marks.words.split_whitespace() {
            words.entry(word).or_default().push(marks.language);
        }
    }
    words
});

/// The language of a text as a BCP-47 primary subtag, and how sure that is, 0 to 1. None where
/// there is nothing to tell by.
#[must_use]
pub fn detect_language(text: &str) -> Option<(String, f64)> {
    if let Some(language) = by_script(text) {
        return Some((language.to_owned(), 1.0));
    }
    let trigrams = DETECTOR.detect(text);
    let (mut votes, words) = votes(text);
    if let Some(info) = &trigrams {
        let code = bcp47(info.lang());
        match MARKS.iter().find(|marks| marks.language == code) {
            Some(marks) => {
                *votes.entry(marks.language).or_default() += TRIGRAMS * (0.5 + info.confidence());
            }
            None if info.script() != Script::Latin => return Some((code, info.confidence())),
            None if votes.values().all(|&votes| votes < FOREIGN * words as f64) => {
                return Some((code, info.confidence()));
            }
            None => {}
        }
    }
    let mut ranked: Vec<_> = votes.into_iter().collect();
    if words == 0 {
        return None;
    }
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let &(language, first) = ranked.first()?;
    let second = ranked.get(1).map_or(0.0, |&(_, votes)| votes);
    let confidence = ((first - second) / CONFIDENT_LEAD).clamp(0.05, 1.0);
    Some((language.to_owned(), confidence))
}

/// Chinese, Japanese and Korean, where most letters are theirs.
fn by_script(text: &str) -> Option<&'static str> {
    let (mut han, mut kana, mut hangul, mut other) = (0_usize, 0_usize, 0_usize, 0_usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        match c {
            c if is_han(c) => han += 1,
            '\u{3040}'..='\u{30ff}' => kana += 1,
            '\u{ac00}'..='\u{d7a3}' => hangul += 1,
            _ => other += 1,
        }
    }
    // A Han character says as much as two or three Latin letters.
    let east = (han + kana + hangul) * 2;
    if east == 0 || east < other {
        None
    } else if hangul > han + kana {
        Some("ko")
    } else if kana * KANA_SHARE > han {
        Some("ja")
    } else {
        Some("zh")
    }
}

/// Votes by language, and how many words there are.
fn votes(text: &str) -> (HashMap<&'static str, f64>, usize) {
    let mut votes: HashMap<&'static str, f64> = HashMap::from([("es", PRIOR), ("en", PRIOR)]);
    let mut words = 0;
    let lower = text.to_lowercase().replace('’', "'");
    for token in tokens(&lower) {
        words += usize::from(token.text.contains(char::is_alphabetic));
        // An elided article ("l'any") is a word by itself.
        let elided = token.text.find('\'').and_then(|at| token.text.get(..=at));
        if let Some(languages) = WORDS.get(token.text).or(elided.and_then(|word| WORDS.get(word))) {
            for language in languages {
                *votes.entry(language).or_default() += WORD / languages.len() as f64;
            }
        } else {
            vote_by_ending(token.text, &mut votes);
        }
    }
    for c in lower.chars() {
        let languages: &[&str] = match c {
            'ñ' | '¿' | '¡' => &["es"],
            'ã' | 'õ' => &["pt"],
            'ß' | 'ä' | 'ö' | 'ü' => &["de"],
            'k' | 'w' => &["en", "de", "nl"],
            'ç' => &["pt", "ca", "fr"],
            'ê' | 'â' | 'ô' => &["fr", "pt"],
            'û' | 'î' | 'œ' => &["fr"],
            'ì' => &["it"],
            'ò' => &["it", "ca"],
            'è' => &["it", "fr", "ca"],
            '·' => &["ca"],
            'í' | 'ú' => &["es", "pt", "ca"],
            'á' => &["es", "pt"],
            _ => continue,
        };
        for language in languages {
            *votes.entry(language).or_default() += LETTER / languages.len() as f64;
        }
    }
    (votes, words)
}

fn vote_by_ending(word: &str, votes: &mut HashMap<&'static str, f64>) {
    let ends = |endings: &str| {
        endings
            .split_whitespace()
            .any(|ending| word.len() > ending.len() + 1 && word.ends_with(ending))
    };
    let languages: Vec<_> = MARKS.iter().filter(|marks| ends(marks.endings)).collect();
    for marks in &languages {
        *votes.entry(marks.language).or_default() += ENDING / languages.len() as f64;
    }
}

fn bcp47(lang: Lang) -> String {
    match lang {
        Lang::Eng => "en",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Cat => "ca",
        Lang::Fra => "fr",
        Lang::Ita => "it",
        Lang::Deu => "de",
        Lang::Nld => "nl",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Pol => "pl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "nb",
        Lang::Fin => "fi",
        Lang::Ron => "ro",
        Lang::Ces => "cs",
        Lang::Hun => "hu",
        Lang::Vie => "vi",
        Lang::Ind => "id",
        Lang::Tha => "th",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Pes => "fa",
        // BCP-47 takes the three letters of ISO 639-3 where a language has no two.
        other => other.code(),
    }
    .to_owned()
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
        check("银行股价大跌，储户排队取款", Some("zh"));
        check("BBVA银行宣布收购", Some("zh"));
        check("銀行が支店を閉鎖すると発表した", Some("ja"));
        check("은행 주가가 급락했다", Some("ko"));
        check("Банк закрыл отделения", Some("ru"));
    }

    #[test]
    fn nothing_to_tell_by() {
        check("", None);
        check("12 345 !!", None);
    }
}
