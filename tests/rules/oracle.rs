//! The meaning of queries, as slowly and plainly as it can be told: written from the table of
//! `model::query` alone. What is asked again and again (stems, terms cut up, expressions) is remembered.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::ops::Range;
use std::rc::Rc;
use std::thread::LocalKey;

use atalaya::model::query::{
    Bound, Document, Form, Inflection, MetaField, Query, RangeField, Term, TextField, Unit,
};
use atalaya::text::{Folded, fold, is_spaced, sentences, words};
use unicode_normalization::UnicodeNormalization;

use super::disguise;

/// Stand for `*` and `?` while a term is folded.
const ANY: char = '\u{e000}';
const ONE: char = '\u{e001}';

/// Words of one text: 0 the headline, 1 the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub text: usize,
    pub from: usize,
    pub to: usize,
}

impl Place {
    fn meets(self, other: Self) -> bool {
        self.text == other.text && self.from < other.to && other.from < self.to
    }
}

/// One word of a text.
struct Word {
    /// Bytes of the folded text.
    bytes: Range<usize>,
    /// Characters of the original.
    chars: Range<usize>,
    /// Itself, folded and as written (composed).
    folded: Vec<char>,
    written: Vec<char>,
}

/// A text made ready.
struct Text {
    folded: Folded,
    words: Vec<Word>,
    /// What stands before each word, behind the one before it, and behind the last; blanks made one.
    gaps: Vec<String>,
    /// Characters of its sentences and lines.
    sentences: Vec<Range<usize>>,
    lines: Vec<Range<usize>>,
}

impl Text {
    fn new(original: &str) -> Self {
        let folded = fold(original);
        let letters: Vec<char> = original.chars().collect();
        let word = |bytes: Range<usize>| {
            let chars = folded.original(bytes.clone());
            let written = letters[chars.clone()].iter().copied().nfc().collect();
            Word { folded: folded.text[bytes.clone()].chars().collect(), written, chars, bytes }
        };
        let chars = |byte: usize| original[..byte].chars().count();
        let words: Vec<Word> = words(&folded.text).map(|token| word(token.bytes)).collect();
        let ends = std::iter::once(0).chain(words.iter().map(|word| word.bytes.end));
        let starts = words.iter().map(|word| word.bytes.start).chain([folded.text.len()]);
        let gaps = ends.zip(starts).map(|(from, to)| blanks_made_one(&folded.text[from..to]));
        let sentences = sentences(original).map(|range| chars(range.start)..chars(range.end));
        let mut lines = Vec::new();
        let mut start = 0;
        for line in original.split('\n') {
            let end = start + line.chars().count();
            lines.push(start..end);
            start = end + 1;
        }
        Self { sentences: sentences.collect(), gaps: gaps.collect(), words, lines, folded }
    }
}

/// A document under judgement, and the words that are looked at.
#[derive(Clone, Copy)]
struct View<'a> {
    texts: &'a [Text; 2],
    document: &'a Document<'a>,
    /// How many words of each text are looked at, from its beginning.
    seen: [usize; 2],
}

/// Headline and body of a document, read once for many queries.
pub struct Texts([Text; 2]);

impl Texts {
    pub fn new(document: &Document) -> Self {
        Self([Text::new(document.title), Text::new(document.body)])
    }
}

/// Whether a query holds, and its places as characters of headline (0) and body (1).
pub fn judge(
    query: &Query,
    document: &Document,
    Texts(texts): &Texts,
) -> (bool, BTreeSet<(usize, usize, usize)>) {
    let seen = [texts[0].words.len(), texts[1].words.len()];
    let view = View { texts, document, seen };
    let chars = |place: &Place| {
        let words = &texts[place.text].words;
        (place.text, words[place.from].chars.start, words[place.to - 1].chars.end)
    };
    (view.holds(query), view.places(query).iter().map(chars).collect())
}

impl View<'_> {
    fn holds(self, query: &Query) -> bool {
        match query {
            Query::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Query::All(parts) => parts.iter().all(|part| self.holds(part)),
            Query::Not(part) => !self.holds(part),
            Query::AtLeast { count, of } => {
                of.iter().filter(|part| self.holds(part)).count() >= *count as usize
            }
            Query::In { field, query } => self.only(*field).holds(query),
            Query::Meta { field, value } => self.meta(*field, value),
            Query::Between { field, from, to } => self.between(*field, from.as_ref(), to.as_ref()),
            _ => !self.places(query).is_empty(),
        }
    }

    fn places(self, query: &Query) -> BTreeSet<Place> {
        match query {
            Query::Term(term) => {
                self.term(&remembered(&PATTERNS, term, || Pattern::new(term)), term.form)
            }
            Query::Matches(pattern) => self.matches(pattern),
            Query::Any(parts) | Query::All(parts) | Query::AtLeast { of: parts, .. } => {
                let parts = if self.holds(query) { parts.iter() } else { [].iter() };
                parts.flat_map(|part| self.places(part)).collect()
            }
            Query::Not(_) | Query::Meta { .. } | Query::Between { .. } => BTreeSet::new(),
            Query::Near { gap, ordered, first, second } => {
                self.near(*gap as usize, *ordered, first, second)
            }
            Query::Same { unit, parts } => self.same(*unit, parts),
            Query::Except { of, within } => {
                let within = self.places(within);
                let free = |place: &Place| !within.iter().any(|other| place.meets(*other));
                self.places(of).into_iter().filter(free).collect()
            }
            Query::In { field, query } => self.only(*field).places(query),
        }
    }

    /// As seen only in that text.
    fn only(self, field: TextField) -> Self {
        let body = match field {
            TextField::Title => 0,
            TextField::Body => self.seen[1],
            TextField::Lead => {
                let lead = self.texts[1].lines.get(1).or(self.texts[1].lines.first());
                let end = lead.map_or(0, |line| line.end);
                self.texts[1].words.iter().filter(|word| word.chars.start < end).count()
            }
        };
        let title = if field == TextField::Title { self.seen[0] } else { 0 };
        Self { seen: [title, body.min(self.seen[1])], ..self }
    }

    /// Tries every stretch of as many words as the term has.
    fn term(self, pattern: &Pattern, form: Form) -> BTreeSet<Place> {
        let many = pattern.words.len();
        let mut places = BTreeSet::new();
        for text in 0..2 {
            for from in 0..self.seen[text] {
                let place = Place { text, from, to: from + many };
                if many > 0 && place.to <= self.seen[text] && self.term_at(pattern, form, place) {
                    places.insert(place);
                }
            }
            if form == Form::Disguised && !pattern.words.iter().flatten().copied().any(is_wild) {
                places.extend(self.disguised(pattern, text));
            }
        }
        places
    }

    /// Tries every character.
    fn disguised(self, pattern: &Pattern, number: usize) -> BTreeSet<Place> {
        let Text { folded, words, .. } = &self.texts[number];
        let chars: Vec<char> = folded.text.chars().collect();
        let bytes: Vec<usize> = folded.text.char_indices().map(|(at, _)| at).collect();
        let byte = |at: usize| bytes.get(at).copied().unwrap_or(folded.text.len());
        let mut places = BTreeSet::new();
        for from in 0..chars.len() {
            for end in disguise::ends(&pattern.words, &pattern.gaps, &chars, from) {
                let covered =
                    |word: &Word| word.bytes.start < byte(end) && byte(from) < word.bytes.end;
                let first = words.iter().position(covered);
                let last = words.iter().rposition(covered);
                if let (Some(from), Some(last)) = (first, last)
                    && last < self.seen[number]
                {
                    places.insert(Place { text: number, from, to: last + 1 });
                }
            }
        }
        places
    }

    fn term_at(self, pattern: &Pattern, form: Form, place: Place) -> bool {
        let text = &self.texts[place.text];
        let many = pattern.words.len();
        let gaps = &pattern.gaps;
        (0..many).all(|n| pattern.word_fits(form, n, text, place.from + n))
            && (1..many).all(|n| text.gaps[place.from + n] == gaps[n])
            && text.gaps[place.from].ends_with(&gaps[0])
            && text.gaps[place.to].starts_with(&gaps[many])
    }

    fn matches(self, pattern: &str) -> BTreeSet<Place> {
        let build = || regex::RegexBuilder::new(pattern).case_insensitive(true).build();
        let regex = remembered(&EXPRESSIONS, pattern, || build().expect("an expression"));
        let mut places = BTreeSet::new();
        for (number, original) in [self.document.title, self.document.body].into_iter().enumerate()
        {
            let words = &self.texts[number].words[..self.seen[number]];
            for found in regex.find_iter(original) {
                let chars = |byte: usize| original[..byte].chars().count();
                let (start, end) = (chars(found.start()), chars(found.end()));
                let touched = |word: &Word| word.chars.start < end && start < word.chars.end;
                let first = words.iter().position(touched);
                let last = words.iter().rposition(touched);
                if let (Some(from), Some(last)) = (first, last) {
                    places.insert(Place { text: number, from, to: last + 1 });
                }
            }
        }
        places
    }

    fn near(self, gap: usize, ordered: bool, first: &Query, second: &Query) -> BTreeSet<Place> {
        let mut places = BTreeSet::new();
        let second = self.places(second);
        for a in self.places(first) {
            for &b in &second {
                if a.text != b.text || a.meets(b) || (ordered && b.from < a.from) {
                    continue;
                }
                let (left, right) = if a.from < b.from { (a, b) } else { (b, a) };
                if right.from - left.to <= gap {
                    places.insert(Place { text: a.text, from: left.from, to: right.to });
                }
            }
        }
        places
    }

    fn same(self, unit: Unit, parts: &[Query]) -> BTreeSet<Place> {
        let of_parts: Vec<_> = parts.iter().map(|part| self.places(part)).collect();
        let mut places = BTreeSet::new();
        for (number, text) in self.texts.iter().enumerate() {
            let units = if unit == Unit::Sentence { &text.sentences } else { &text.lines };
            for unit in units {
                let begins = |place: &&Place| {
                    place.text == number && unit.contains(&text.words[place.from].chars.start)
                };
                if of_parts.iter().all(|places| places.iter().any(|place| begins(&place))) {
                    places.extend(of_parts.iter().flatten().filter(begins));
                }
            }
        }
        places
    }

    fn meta(self, field: MetaField, value: &str) -> bool {
        let is = |known: &str| {
            glob(&marked_and_folded(value), &fold(known).text.chars().collect::<Vec<_>>())
        };
        let document = self.document;
        match field {
            MetaField::Author => document.authors.iter().any(|author| is(author)),
            MetaField::Url => document.url.is_some_and(is),
            MetaField::Source => document.source.is_some_and(is),
            MetaField::Site => document.url.is_some_and(|url| {
                let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next());
                let mut host = host.unwrap_or_default();
                loop {
                    if is(host) {
                        return true;
                    }
                    let Some((_, parent)) = host.split_once('.') else { return false };
                    host = parent;
                }
            }),
            MetaField::Language => {
                document.language.is_some_and(|tag| is(tag.split('-').next().unwrap_or(tag)))
            }
            MetaField::Region => document.region.is_some_and(is),
            MetaField::Tag => document.tags.iter().any(|tag| is(tag)),
            MetaField::Topic | MetaField::Category | MetaField::Level | MetaField::Line => false,
        }
    }

    fn between(self, field: RangeField, from: Option<&Bound>, to: Option<&Bound>) -> bool {
        if field == RangeField::Date {
            let Some(date) = self.document.date else { return false };
            let day = jiff::tz::TimeZone::UTC.to_datetime(date).date();
            let is = |bound: Option<&Bound>,
                      fits: fn(jiff::civil::Date, jiff::civil::Date) -> bool| {
                match bound {
                    Some(Bound::Day(end)) => fits(day, *end),
                    _ => true,
                }
            };
            return is(from, |day, end| day >= end) && is(to, |day, end| day <= end);
        }
        let number = match field {
            RangeField::Tier => self.document.tier.map(f64::from),
            RangeField::Severity => self.document.severity,
            _ => Some(self.texts[1].words.len() as f64),
        };
        let Some(number) = number else { return false };
        let is = |bound: Option<&Bound>, fits: fn(f64, f64) -> bool| match bound {
            Some(Bound::Number(end)) => fits(number, *end),
            _ => true,
        };
        is(from, |number, end| number >= end) && is(to, |number, end| number <= end)
    }
}

/// A term cut up: its words, and what stands before, between and behind them.
struct Pattern {
    words: Vec<Vec<char>>,
    /// The words in their own letters, composed.
    written: Vec<Vec<char>>,
    gaps: Vec<String>,
    /// Whether the last word has a plural.
    plural: bool,
}

impl Pattern {
    fn new(term: &Term) -> Self {
        let text = term.text.trim();
        let marked = marked(text);
        let folded = fold(&marked);
        let original: Vec<char> = marked.chars().collect();
        let (mut words, mut written, mut gaps) = (Vec::new(), Vec::new(), vec![String::new()]);
        let mut chars = folded.text.char_indices().peekable();
        while let Some((start, first)) = chars.next() {
            let runs = |c: char| is_spaced(c) || is_wild(c);
            let after_single = words.last().is_some_and(|word: &Vec<char>| !runs(word[0]));
            if first == ANY && after_single && gaps.last().is_some_and(String::is_empty) {
                continue;
            }
            if !first.is_alphanumeric() && !is_wild(first) {
                gaps.last_mut().expect("one").push(first);
                continue;
            }
            let mut end = start + first.len_utf8();
            while runs(first)
                && let Some((at, c)) = chars.next_if(|&(_, c)| runs(c))
            {
                end = at + c.len_utf8();
            }
            words.push(folded.text[start..end].chars().collect());
            written.push(original[folded.original(start..end)].iter().copied().nfc().collect());
            gaps.push(String::new());
        }
        let gaps = gaps.iter().map(|gap| blanks_made_one(gap)).collect::<Vec<_>>();
        let last = folded.text.chars().next_back();
        let plural = !text.chars().any(char::is_uppercase)
            && folded.text.chars().count() > 1
            && last.is_some_and(|last| last.is_alphabetic() && is_spaced(last));
        Self { words, written, gaps, plural }
    }

    fn word_fits(&self, form: Form, number: usize, text: &Text, at: usize) -> bool {
        let word = &text.words[at];
        let pattern = &self.words[number];
        if form == Form::Exact {
            return glob(&self.written[number], &word.written);
        }
        let chars = &word.folded;
        let word: String = chars.iter().collect();
        let letters: String = pattern.iter().collect();
        match form {
            Form::Folded(Inflection::Spanish) => stem("es", &word) == stem("es", &letters),
            Form::Folded(Inflection::English) => stem("en", &word) == stem("en", &letters),
            Form::Folded(Inflection::Plural) if self.plural && number + 1 == self.words.len() => {
                let vowel = letters.ends_with(['a', 'e', 'i', 'o', 'u']);
                word == letters
                    || word == format!("{letters}s")
                    || (!vowel && word == format!("{letters}es"))
            }
            _ => glob(pattern, chars),
        }
    }
}

type Memory<K, V> = RefCell<HashMap<K, Rc<V>>>;

thread_local! {
    static PATTERNS: Memory<Term, Pattern> = RefCell::default();
    static EXPRESSIONS: Memory<String, regex::Regex> = RefCell::default();
    static STEMS: Memory<String, String> = RefCell::default();
}

/// What was made for a key before, else made now.
fn remembered<K: Hash + Eq + Borrow<Q>, V, Q: Hash + Eq + ToOwned<Owned = K> + ?Sized>(
    memory: &'static LocalKey<Memory<K, V>>,
    key: &Q,
    make: impl FnOnce() -> V,
) -> Rc<V> {
    let known = memory.with_borrow(|memory| memory.get(key).cloned());
    known.unwrap_or_else(|| {
        let made = Rc::new(make());
        memory.with_borrow_mut(|memory| memory.insert(key.to_owned(), Rc::clone(&made)));
        made
    })
}

fn stem(language: &str, word: &str) -> Rc<String> {
    use rust_stemmers::{Algorithm, Stemmer};
    let algorithm = if language == "es" { Algorithm::Spanish } else { Algorithm::English };
    let stem = || Stemmer::create(algorithm).stem(word).into_owned();
    remembered(&STEMS, &*format!("{language} {word}"), stem)
}

fn marked(text: &str) -> String {
    text.replace('*', &ANY.to_string()).replace('?', &ONE.to_string())
}

fn marked_and_folded(text: &str) -> Vec<char> {
    fold(&marked(text)).text.chars().collect()
}

fn is_wild(c: char) -> bool {
    c == ANY || c == ONE
}

fn glob(pattern: &[char], word: &[char]) -> bool {
    match (pattern.split_first(), word.split_first()) {
        (None, None) => true,
        (Some((&ANY, after)), _) => (0..=word.len()).any(|skip| glob(after, &word[skip..])),
        (Some((&ONE, after)), Some((_, rest))) => glob(after, rest),
        (Some((wanted, after)), Some((c, rest))) => wanted == c && glob(after, rest),
        _ => false,
    }
}

pub fn blanks_made_one(gap: &str) -> String {
    let mut made = String::new();
    for c in gap.chars() {
        if c != ' ' || !made.ends_with(' ') {
            made.push(c);
        }
    }
    made
}
