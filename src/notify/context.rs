//! The words that decided, with what stands around them.

use serde::Serialize;

use super::clean::clean;
use crate::model::{AlertNotice, Field, Locale, Span};
use crate::phrases;

/// Characters shown on either side of a word.
const AROUND: usize = 36;

/// A word and its surroundings; these are empty if the message does not hold that part of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// What stands before it.
    pub before: String,
    /// The word as it stands in the article.
    pub word: String,
    /// What stands after it.
    pub after: String,
    /// Headline or text.
    pub field: String,
}

/// Each different word once, in order of appearance.
pub fn hits(spans: &[Span], alert: &AlertNotice, locale: Locale) -> Vec<Hit> {
    let mut seen: Vec<(Field, &str)> = Vec::new();
    let mut hits = Vec::new();
    for span in spans.iter().take(8) {
        let known = (span.field, span.text.as_str());
        if !seen.contains(&known) {
            seen.push(known);
            hits.push(hit(span, alert, locale));
        }
    }
    hits
}

fn hit(span: &Span, alert: &AlertNotice, locale: Locale) -> Hit {
    let text = match span.field {
        Field::Title => &alert.headline,
        Field::Body => &alert.excerpt,
    };
    let (before, after) = surroundings(text, span).unwrap_or_default();
    Hit {
        before,
        word: clean(&span.text, 80),
        after,
        field: phrases::field(span.field, locale).to_owned(),
    }
}

/// The place that the span names if its words stand there, else the first where they do: the
/// excerpt need not begin where the text begins.
fn surroundings(text: &str, span: &Span) -> Option<(String, String)> {
    let byte = |index: usize| {
        text.char_indices().nth(index).map(|(at, _)| at).or((index == 0).then_some(0))
    };
    let from = byte(span.from)
        .filter(|&at| text[at..].starts_with(&span.text))
        .or_else(|| text.find(&span.text))?;
    let (before, after) = (&text[..from], &text[from + span.text.len()..]);
    Some((last_words(before), first_words(after)))
}

fn first_words(text: &str) -> String {
    let Some((cut, _)) = text.char_indices().nth(AROUND) else { return kept(text) };
    let end = text[..cut].rfind(char::is_whitespace).filter(|&at| at > 0).unwrap_or(cut);
    format!("{}…", kept(&text[..end]))
}

fn last_words(text: &str) -> String {
    let Some((cut, _)) = text.char_indices().rev().nth(AROUND - 1) else { return kept(text) };
    if cut == 0 {
        return kept(text);
    }
    let rest = &text[cut..];
    let start = rest.find(char::is_whitespace).filter(|&at| at + 1 < rest.len()).unwrap_or(0);
    format!("…{}", kept(&rest[start..]))
}

/// Clean, but with the spaces toward the word kept.
fn kept(text: &str) -> String {
    let mut line = clean(text, AROUND + 1);
    if text.starts_with(char::is_whitespace) && !line.is_empty() {
        line.insert(0, ' ');
    }
    if text.ends_with(char::is_whitespace) && !line.is_empty() {
        line.push(' ');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{hits, surroundings};
    use crate::model::{Field, Locale, Span};
    use crate::notify::sample;

    fn span(from: usize, text: &str) -> Span {
        let to = from + text.chars().count();
        Span { field: Field::Title, from, to, text: text.to_owned(), term: text.to_owned() }
    }

    fn check(text: &str, from: usize, word: &str, before: &str, after: &str) {
        let found = surroundings(text, &span(from, word));
        assert_eq!(found, Some((before.to_owned(), after.to_owned())), "{word} in {text}");
    }

    #[test]
    fn words_are_shown_where_they_stand() {
        check("Multa al Banco Acme por fraude", 9, "Banco Acme", "Multa al ", " por fraude");
        check("fraude y más fraude", 13, "fraude", "fraude y más ", "");
        check("banco", 0, "banco", "", "");
        check("otro inicio: fraude", 400, "fraude", "otro inicio: ", "");
        check("监管机构处罚银行", 6, "银行", "监管机构处罚", "");
        assert_eq!(surroundings("nada", &span(0, "fraude")), None);
    }

    #[test]
    fn long_surroundings_end_at_a_word() {
        let text = "Una frase muy larga que sigue y sigue antes de la palabra fraude y \
                    continúa todavía mucho más allá de lo que cabe en una línea";
        let at = text.chars().count() - text[text.find("fraude").unwrap()..].chars().count();
        let (before, after) = surroundings(text, &span(at, "fraude")).expect("found");
        assert_eq!(before, "… sigue y sigue antes de la palabra ");
        assert_eq!(after, " y continúa todavía mucho más allá…");
    }

    #[test]
    fn a_word_is_listed_once() {
        let alert = sample::alert(Locale::Es);
        let twice = [span(0, "Banco Acme"), span(20, "Banco Acme"), span(0, "fraude")];
        assert_eq!(hits(&twice, &alert, Locale::Es).len(), 2);
    }
}
