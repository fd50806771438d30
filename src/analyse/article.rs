//! One article: its language, each topic with the opinion toward it, the risks spoken of near it.

use std::ops::Range;

use super::engine::{Engine, Found, FoundTopic, group};
use super::joined::Joined;
use super::language::{beginning, detect_language};
use super::occurrence::Occurrence;
use super::opinion::{
    Feature, Judgement, Layout, Marks, Place, Reading, features, gap, judge, learned, windows,
};
use super::vocabulary::Role;
use crate::model::query::Document;
use crate::model::{
    Analysis, CategoryMatch, EvidenceKind, Locale, Polarity, TopicMatch, TopicOpinion,
};

/// Words (Han characters) between an entity and a risk that is still said of it.
const NEAR_WORDS: usize = 30;
const NEAR_HAN: usize = 40;
/// Below this, a detected language yields to the declared one, and words of all languages count.
const SURE: f64 = 0.5;
/// Shorter texts are too short to leave out the other languages' words.
const SURE_CHARS: usize = 60;
/// Characters that the language is read from.
const LANGUAGE_CHARS: usize = 4_000;
const PROMINENCE_TITLE: f64 = 1.0;
const PROMINENCE_LEAD: f64 = 0.6;
const PROMINENCE_REST: f64 = 0.25;
const LEAD_PARAGRAPHS: u32 = 2;

/// An article after its subjects were found, before telling.
struct Article<'a> {
    engine: &'a Engine,
    document: &'a Document<'a>,
    text: Joined,
    found: Found,
    locale: Option<Locale>,
}

impl Engine {
    /// Analyses an article. Its language is what its page or feed says, which counts where
    /// detection is unsure.
    #[must_use]
    pub fn analyse(&self, document: &Document) -> Analysis {
        let text = Joined::article(document.title, document.body);
        let Spoken { language, lexicon, only } = language_of(text.original(), document.language);
        let known = Document { language: language.as_deref(), ..*document };
        let subjects = self.vocabulary.subjects(&known, &text);
        // Spanish "sin" is no English sin; Han words cannot be mistaken.
        let found = group(&subjects, |spoken| {
            spoken == Locale::Zh || only.is_none_or(|only| only == spoken)
        });
        let article = Article { engine: self, document: &known, text, found, locale: lexicon };
        let topics = article.topics();
        let categories = article.categories(article.found.categories.iter());
        Analysis { language, topics, categories }
    }

    /// Judges what a text says of `target` (characters), or the text as a whole where that is
    /// empty. `language` is a BCP-47 tag; without one it is detected. Words of all languages count
    /// where it is neither Spanish, English nor Chinese.
    #[must_use]
    pub fn opinion(&self, text: &str, target: &[Range<usize>], language: Option<&str>) -> Polarity {
        let locale = match language {
            Some(language) => Locale::of_tag(language),
            None => detect_language(beginning(text, LANGUAGE_CHARS))
                .filter(|&(_, confidence)| confidence >= SURE)
                .and_then(|(language, _)| Locale::of_tag(&language)),
        };
        self.read(text, target, locale, |text, layout, marks, mentions| {
            let judged = judge(text, layout, marks, mentions);
            let model = self.models.iter().find(|model| Some(model.head.language) == locale);
            match model.filter(|_| !mentions.is_empty()) {
                Some(model) => learned(judged, model, text, layout, marks, mentions),
                None => judged.polarity,
            }
        })
    }

    /// What a model sees of a text; nothing if no target stands in it.
    pub(super) fn seen(
        &self,
        text: &str,
        target: &[Range<usize>],
        locale: Locale,
    ) -> Option<Vec<Feature>> {
        self.read(text, target, Some(locale), |text, layout, marks, mentions| {
            let sum = judge(text, layout, marks, mentions).sum;
            (!mentions.is_empty()).then(|| features(text, layout, marks, mentions, sum))
        })
    }

    fn read<T>(
        &self,
        text: &str,
        target: &[Range<usize>],
        locale: Option<Locale>,
        tell: impl FnOnce(&Joined, &Layout, &Marks, &[Range<usize>]) -> T,
    ) -> T {
        self.read_shaped(text, target, locale, |_| (), tell)
    }

    /// As `read`, after `shape` has changed where words stand.
    fn read_shaped<T>(
        &self,
        text: &str,
        target: &[Range<usize>],
        locale: Option<Locale>,
        shape: impl FnOnce(&mut Layout),
        tell: impl FnOnce(&Joined, &Layout, &Marks, &[Range<usize>]) -> T,
    ) -> T {
        let document = Document { body: text, ..Document::default() };
        let text = Joined::bare(text);
        let subjects = self.vocabulary.subjects(&document, &text);
        let found = group(&subjects, |spoken| locale.is_none_or(|locale| locale == spoken));
        let whole = 0..text.folded.text.len();
        let whole = std::slice::from_ref(&whole);
        let words = self.vocabulary.words(&document, &text, locale, whole);
        let reading = self.reading(&words, whole, &found);
        let mut layout = Layout::new(&text, &reading.contrasts());
        shape(&mut layout);
        let mut mentions: Vec<_> =
            target.iter().map(|chars| layout.words_of_chars(chars, &text)).collect();
        mentions.retain(|words| !words.is_empty());
        mentions.sort_by_key(|words| (words.start, words.end));
        mentions.dedup();
        let names: Vec<_> = mentions.iter().filter_map(|words| layout.bytes(words)).collect();
        let marks = reading.marks(&layout, &names);
        tell(&text, &layout, &marks, &mentions)
    }

    fn reading<'a>(
        &'a self,
        hits: &'a [Occurrence],
        within: &'a [Range<usize>],
        found: &'a Found,
    ) -> Reading<'a> {
        let Self { vocabulary, categories, .. } = self;
        Reading { vocabulary, categories, hits, within, found }
    }
}

impl Article<'_> {
    fn topics(&self) -> Vec<TopicOpinion> {
        if self.found.topics.is_empty() {
            return Vec::new();
        }
        let names = self.found.topics.values().flat_map(FoundTopic::names);
        let last = names.map(|name| name.end).max().unwrap_or_default();
        let layout = Layout::of_sentences(&self.text, last);
        let within = self.windows(&layout);
        self.opinions(layout, &within)
    }

    /// What is said of each topic, by words of opinion in some stretches of the folded text.
    fn opinions(&self, mut layout: Layout, within: &[Range<usize>]) -> Vec<TopicOpinion> {
        let vocabulary = &self.engine.vocabulary;
        let words = vocabulary.words(self.document, &self.text, self.locale, within);
        let reading = self.engine.reading(&words, within, &self.found);
        layout.divide(&reading.contrasts());
        let mut told: Vec<(&FoundTopic, TopicOpinion)> = Vec::new();
        for (&at, found) in &self.found.topics {
            let Some(topic) = self.engine.topic(at, found, &self.text) else { continue };
            // Topics of one company differ in their context more often than in its names.
            let same = told.iter().find(|(other, _)| other.names().eq(found.names()));
            let opinion = match same {
                Some((_, opinion)) => TopicOpinion { topic, ..opinion.clone() },
                None => self.opinion(topic, found, &reading, &layout),
            };
            told.push((found, opinion));
        }
        told.into_iter().map(|(_, opinion)| opinion).collect()
    }

    /// Where words of opinion weigh, in bytes of the folded text.
    fn windows(&self, layout: &Layout) -> Vec<Range<usize>> {
        let headline = layout.places.partition_point(|place| self.text.is_title(&place.bytes));
        let names = self.found.topics.values().flat_map(FoundTopic::names);
        let windows = windows(layout, 0..headline, names.map(|name| layout.words(name)));
        windows.iter().filter_map(|words| layout.bytes(words)).collect()
    }

    fn opinion(
        &self,
        topic: TopicMatch,
        found: &FoundTopic,
        reading: &Reading,
        layout: &Layout,
    ) -> TopicOpinion {
        let names: Vec<_> = found.names().cloned().collect();
        let mentions: Vec<_> = names.iter().map(|bytes| layout.words(bytes)).collect();
        let marks = reading.marks(layout, &names);
        let judged = judge(&self.text, layout, &marks, &mentions);
        let near = self.near(&mentions, layout);
        let events = near.iter().filter(|(at, _)| !self.modifies(*at));
        let events = events.map(|(at, places)| (at, places));
        let mut categories = self.categories(events);
        categories.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let hearsay = self.hearsay(&judged, &near, &marks);
        TopicOpinion {
            topic,
            polarity: judged.polarity,
            categories,
            prominence: self.prominence(&mentions, layout),
            hearsay,
            second: None,
        }
    }

    /// What the headline states plainly is no hearsay, whatever doubts follow further down; what it
    /// doubts is, whatever is added.
    fn hearsay(
        &self,
        judged: &Judgement,
        near: &[(usize, Vec<Occurrence>)],
        marks: &Marks,
    ) -> bool {
        let in_title = |bytes: &Range<usize>| self.text.is_title(bytes);
        let mut rumours = near.iter().filter(|(at, _)| self.modifies(*at)).flat_map(|(_, at)| at);
        let rumoured = rumours.clone().next().is_some();
        let hedged = marks.cues.iter().any(|cue| cue.role == Role::Hedge && in_title(&cue.bytes));
        let doubts = hedged || rumours.any(|place| in_title(&place.bytes));
        let states = judged.polarity.evidence.iter().any(|one| {
            let bad = matches!(one.kind, EvidenceKind::Event | EvidenceKind::Lexicon);
            bad && one.value < 0.0 && self.text.in_title(one.from)
        });
        judged.polarity.score < 0.0 && (doubts || (!states && (judged.hedged || rumoured)))
    }

    fn modifies(&self, category: usize) -> bool {
        self.engine.categories.get(category).is_some_and(|category| category.modifier)
    }

    fn categories<'b>(
        &self,
        found: impl Iterator<Item = (&'b usize, &'b Vec<Occurrence>)>,
    ) -> Vec<CategoryMatch> {
        found.filter_map(|(&at, places)| self.engine.category(at, places, &self.text)).collect()
    }

    /// For each category, its occurrences that are said of one of the mentions.
    fn near(&self, mentions: &[Range<usize>], layout: &Layout) -> Vec<(usize, Vec<Occurrence>)> {
        let paragraph = |words: &Range<usize>| Some(layout.places.get(words.start)?.paragraph);
        // The headline is paragraph 0 and the first paragraph is the next.
        let leads = mentions.iter().any(|words| paragraph(words).is_some_and(|at| at <= 1));
        let is_near = |place: &Occurrence| {
            let words = layout.words(&place.bytes);
            let title = layout.places.get(words.start).is_some_and(|p| self.titled(p));
            let next = mentions.partition_point(|name| name.end <= words.start);
            let inside = mentions
                .get(next)
                .is_some_and(|name| name.start <= words.start && words.end <= name.end);
            !inside && ((title && leads) || within_reach(&words, mentions, layout))
        };
        let kept = |places: &Vec<Occurrence>| -> Vec<Occurrence> {
            places.iter().filter(|place| is_near(place)).cloned().collect()
        };
        let all = self.found.categories.iter().map(|(&at, places)| (at, kept(places)));
        all.filter(|(_, places)| !places.is_empty()).collect()
    }

    fn prominence(&self, mentions: &[Range<usize>], layout: &Layout) -> f64 {
        let of = |place: &Place| {
            if self.titled(place) {
                PROMINENCE_TITLE
            } else if place.paragraph <= LEAD_PARAGRAPHS {
                PROMINENCE_LEAD
            } else {
                PROMINENCE_REST
            }
        };
        let places = mentions.iter().filter_map(|words| layout.places.get(words.start));
        places.map(of).fold(PROMINENCE_REST, f64::max)
    }

    fn titled(&self, place: &Place) -> bool {
        self.text.is_title(&place.bytes)
    }
}

fn within_reach(words: &Range<usize>, mentions: &[Range<usize>], layout: &Layout) -> bool {
    let han = layout.places.get(words.start).is_some_and(|place| place.han);
    let reach = if han { NEAR_HAN } else { NEAR_WORDS };
    let next = mentions.partition_point(|name| name.start < words.start);
    let near = next.saturating_sub(1)..(next + 1).min(mentions.len());
    mentions[near].iter().any(|name| gap(name, words) < reach)
}

/// A text's language and how far it can be built on.
#[derive(Default)]
struct Spoken {
    language: Option<String>,
    /// The lexicon that counts; all where the language is a guess.
    lexicon: Option<Locale>,
    /// The only language, beside Chinese, whose category words count; all in short texts.
    only: Option<Locale>,
}

fn language_of(text: &str, declared: Option<&str>) -> Spoken {
    let detected = detect_language(beginning(text, LANGUAGE_CHARS));
    let long = text.chars().nth(SURE_CHARS).is_some();
    match (detected, declared) {
        (Some((language, confidence)), _) if confidence >= SURE => {
            let lexicon = Locale::of_tag(&language);
            Spoken { language: Some(language), lexicon, only: lexicon.filter(|_| long) }
        }
        (_, Some(declared)) => Spoken {
            language: Some(declared.to_owned()),
            lexicon: Locale::of_tag(declared),
            only: None,
        },
        (Some((language, _)), None) => Spoken { language: Some(language), ..Spoken::default() },
        (None, None) => Spoken::default(),
    }
}

#[cfg(test)]
mod ablation;
#[cfg(test)]
mod tests;
