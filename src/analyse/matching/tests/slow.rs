//! The table of `model::query` word by word: every stretch of words is tried, nothing is remembered.

use std::collections::BTreeSet;

use regex::RegexBuilder;
use unicode_normalization::UnicodeNormalization;

use crate::model::query::{Document, Form, Inflection, Query, Term, TextField, Unit};
use crate::text::{Folded, fold, is_spaced, sentences, words};

/// Text (0 headline, 1 body), first word, word behind the last.
pub type Places = BTreeSet<(usize, usize, usize)>;

/// One of a document's texts.
struct Text<'a> {
    original: &'a str,
    folded: Folded,
    /// Bytes of the folded text.
    words: Vec<(usize, usize)>,
}

pub struct Slow<'a> {
    texts: [Text<'a>; 2],
}

impl<'a> Slow<'a> {
    pub fn new(document: &Document<'a>) -> Self {
        let text = |original: &'a str| {
            let folded = fold(original);
            let words = words(&folded.text).map(|word| (word.bytes.start, word.bytes.end));
            Text { original, words: words.collect(), folded }
        };
        Self { texts: [text(document.title), text(document.body)] }
    }

    /// Whether a query holds, and where, seen only in some fields.
    pub fn evaluate(&self, query: &Query, seen: &[TextField]) -> (bool, Places) {
        let all = |parts: &[Query]| -> Vec<(bool, Places)> {
            parts.iter().map(|part| self.evaluate(part, seen)).collect()
        };
        let holding = |parts: &[(bool, Places)]| -> Places {
            parts.iter().filter(|part| part.0).flat_map(|part| part.1.clone()).collect()
        };
        let placed = |places: Places| (!places.is_empty(), places);
        match query {
            Query::Term(term) => {
                let parts = parts(&term.text);
                placed(self.stretches(seen, |t, a, b| self.is_term(term, &parts, t, a, b)))
            }
            Query::Matches(expression) => placed(self.expression(expression, seen)),
            Query::Any(parts) => {
                let parts = all(parts);
                (parts.iter().any(|part| part.0), holding(&parts))
            }
            Query::All(parts) => {
                let parts = all(parts);
                (parts.iter().all(|part| part.0), holding(&parts))
            }
            Query::Not(part) => (!self.evaluate(part, seen).0, Places::new()),
            Query::AtLeast { count, of } => {
                let parts = all(of);
                let held = parts.iter().filter(|part| part.0).count();
                (held >= *count as usize, holding(&parts))
            }
            Query::Near { gap, ordered, first, second } => {
                let (first, second) = (self.evaluate(first, seen).1, self.evaluate(second, seen).1);
                let mut found = Places::new();
                for &a in &first {
                    for &b in &second {
                        for (x, y, fits) in [(a, b, true), (b, a, !ordered)] {
                            let follows = x.0 == y.0 && y.1 >= x.2 && y.1 - x.2 <= *gap as usize;
                            if fits && follows {
                                found.insert((x.0, x.1, y.2));
                            }
                        }
                    }
                }
                placed(found)
            }
            Query::Same { unit, parts } => {
                let parts = all(parts);
                let unit = |place: &(usize, usize, usize)| self.unit(*unit, place);
                let is_common = |place: &(usize, usize, usize)| {
                    parts.iter().all(|part| part.1.iter().any(|other| unit(other) == unit(place)))
                };
                let places = parts.iter().flat_map(|part| part.1.clone());
                placed(places.filter(is_common).collect())
            }
            Query::Except { of, within } => {
                let (of, within) = (self.evaluate(of, seen).1, self.evaluate(within, seen).1);
                let is_free = |place: &(usize, usize, usize)| {
                    !within
                        .iter()
                        .any(|other| other.0 == place.0 && other.1 < place.2 && place.1 < other.2)
                };
                placed(of.into_iter().filter(is_free).collect())
            }
            Query::In { field, query } => {
                let seen: Vec<_> = [seen, &[*field]].concat();
                self.evaluate(query, &seen)
            }
            Query::Meta { .. } | Query::Between { .. } => (false, Places::new()),
        }
    }

    fn stretches(&self, seen: &[TextField], is: impl Fn(usize, usize, usize) -> bool) -> Places {
        let mut found = Places::new();
        for text in 0..2 {
            let count = self.texts[text].words.len();
            for from in 0..count {
                for to in from + 1..=count {
                    let place = (text, from, to);
                    if seen.iter().all(|&field| self.sees(field, place)) && is(text, from, to) {
                        found.insert(place);
                    }
                }
            }
        }
        found
    }

    fn sees(&self, field: TextField, (text, _, to): (usize, usize, usize)) -> bool {
        match field {
            TextField::Title => text == 0,
            TextField::Body => text == 1,
            TextField::Lead => {
                let body = &self.texts[1];
                let lines = body.folded.text.split_inclusive('\n').scan(0, |end, line| {
                    *end += line.len();
                    Some((*end, line))
                });
                let ends = lines.filter(|(_, line)| !line.trim().is_empty()).map(|(end, _)| end);
                let end = ends.take(2).last().unwrap_or(0);
                text == 1 && body.words[to - 1].1 <= end
            }
        }
    }

    fn unit(&self, unit: Unit, &(text, from, _): &(usize, usize, usize)) -> (usize, usize) {
        let Text { original, folded, words } = &self.texts[text];
        let word = words[from].0..words[from].1;
        let nth = match unit {
            Unit::Paragraph => folded.text[..word.start].matches('\n').count(),
            Unit::Sentence => {
                let at = folded.original_bytes(word).start;
                sentences(original).filter(|sentence| sentence.start <= at).count()
            }
        };
        (text, nth)
    }

    fn expression(&self, expression: &str, seen: &[TextField]) -> Places {
        let regex = RegexBuilder::new(expression).case_insensitive(true).build().expect("regex");
        let mut found = Places::new();
        for (text, Text { original, folded, words }) in self.texts.iter().enumerate() {
            for hit in regex.find_iter(original) {
                let shares = |word: &&(usize, usize)| {
                    let at = folded.original_bytes(word.0..word.1);
                    at.start < hit.end() && hit.start() < at.end
                };
                let first = words.iter().position(|word| shares(&word));
                let last = words.iter().rposition(|word| shares(&word));
                if let (Some(first), Some(last)) = (first, last) {
                    let place = (text, first, last + 1);
                    if seen.iter().all(|&field| self.sees(field, place)) {
                        found.insert(place);
                    }
                }
            }
        }
        found
    }

    fn is_term(&self, term: &Term, parts: &Parts, text: usize, from: usize, to: usize) -> bool {
        let Text { original, folded, words } = &self.texts[text];
        let (before, middle, after) = parts;
        if middle.len() != to - from || middle.is_empty() {
            return false;
        }
        let folded_text = folded.text.as_str();
        let ends_fit = folded_text[..words[from].0].ends_with(before.as_str())
            && folded_text[words[to - 1].1..].starts_with(after.as_str());
        ends_fit
            && (0..middle.len()).all(|nth| {
                let (gap, word) = &middle[nth];
                let (start, end) = words[from + nth];
                let gap_fits =
                    nth == 0 || *gap == single_blanks(&folded_text[words[from + nth - 1].1..start]);
                let range = folded.original_bytes(start..end);
                let marks = original[range.end..].chars();
                let marks = marks.take_while(|c| ('\u{300}'..'\u{370}').contains(c));
                let exact: String = original[range].chars().chain(marks).nfc().collect();
                let letters = &folded_text[start..end];
                gap_fits && is_word(term, word, letters, &exact, nth + 1 == middle.len())
            })
    }
}

fn is_word(term: &Term, word: &str, letters: &str, exact: &str, is_last: bool) -> bool {
    let wild = word.contains(['*', '?']);
    let folded = fold(word).text;
    match term.form {
        Form::Exact => glob(&word.nfc().collect::<Vec<_>>(), &exact.chars().collect::<Vec<_>>()),
        _ if wild => {
            glob(&folded.chars().collect::<Vec<_>>(), &letters.chars().collect::<Vec<_>>())
        }
        Form::Folded(Inflection::Spanish) => stem("es", &folded) == stem("es", letters),
        Form::Folded(Inflection::English) => stem("en", &folded) == stem("en", letters),
        Form::Folded(Inflection::Plural) if is_last => {
            let last = folded.chars().next_back().unwrap_or('1');
            let has_plural = !term.text.chars().any(char::is_uppercase)
                && fold(&term.text).text.trim().chars().count() > 1
                && last.is_alphabetic()
                && is_spaced(last);
            letters == folded
                || has_plural && letters == format!("{folded}s")
                || has_plural && !"aeiou".contains(last) && letters == format!("{folded}es")
        }
        _ => letters == folded,
    }
}

fn stem(language: &str, word: &str) -> String {
    use rust_stemmers::{Algorithm, Stemmer};
    let algorithm = if language == "es" { Algorithm::Spanish } else { Algorithm::English };
    Stemmer::create(algorithm).stem(word).into_owned()
}

fn glob(pattern: &[char], word: &[char]) -> bool {
    match pattern.split_first() {
        None => word.is_empty(),
        Some(('*', rest)) => (0..=word.len()).any(|at| glob(rest, &word[at..])),
        Some(('?', rest)) => !word.is_empty() && glob(rest, &word[1..]),
        Some((c, rest)) => word.first() == Some(c) && glob(rest, &word[1..]),
    }
}

/// Signs before, words as written with the gaps before them, signs after.
type Parts = (String, Vec<(String, String)>, String);

fn parts(term: &str) -> Parts {
    let mut words: Vec<(String, String)> = Vec::new();
    let (mut gap, mut open) = (String::new(), false);
    for c in term.trim().chars() {
        let is_mark = ('\u{300}'..'\u{370}').contains(&c);
        let is_run = is_spaced(c) || c == '*' || c == '?' || is_mark;
        if is_run && open {
            words.last_mut().expect("open").1.push(c);
        } else if is_run || c.is_alphanumeric() {
            words.push((std::mem::take(&mut gap), c.to_string()));
            open = is_run;
        } else {
            gap.push(c);
            open = false;
        }
    }
    let before = words.first_mut().map(|first| std::mem::take(&mut first.0)).unwrap_or_default();
    let is_idle = |at: usize, words: &[(String, String)]| {
        words[at].1.chars().all(|c| c == '*')
            && ((at > 0 && words[at].0.is_empty())
                || words.get(at + 1).is_some_and(|next| next.0.is_empty()))
    };
    let kept = (0..words.len())
        .filter(|&at| !is_idle(at, &words))
        .map(|at| (single_blanks(&fold(&words[at].0).text), words[at].1.clone()));
    (fold(&before).text, kept.collect(), fold(&gap).text)
}

fn single_blanks(gap: &str) -> String {
    let mut single = gap.to_owned();
    while single.contains("  ") {
        single = single.replace("  ", " ");
    }
    single
}
