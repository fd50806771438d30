//! The articles of the window and the stories that they make up.
//!
//! A story is the exact sum of its articles in the window: weights are whole numbers, and what
//! leaves is taken off again. So the state depends on the articles in the window alone, and is the
//! same after a restart that reads them back from the archive.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use crate::model::{ArticleId, StoryId};
use crate::story::copies::{Copies, Fingerprint, Remembered};
use crate::story::hash::ByHash;
use crate::story::language::Tongue;
use crate::story::postings::Postings;
use crate::story::terms::{Terms, Weight};

/// An article of the window.
#[derive(Debug)]
pub struct Kept {
    id: ArticleId,
    pub story: u32,
    pub at: Timestamp,
    /// The first seen of its copies, itself if it is no copy.
    pub original: ArticleId,
    print: Fingerprint,
    tongue: Tongue,
    /// Words, then concepts; empty for copies, which do not shift what a story is about.
    terms: Box<[u32]>,
    weights: Box<[u8]>,
    words: u8,
}

/// The sum of a story's articles.
#[derive(Debug)]
pub struct Sum {
    pub id: StoryId,
    /// By language.
    parts: Vec<Part>,
    concepts: Part,
    /// Articles in the window, copies included.
    members: u32,
    pub last: Timestamp,
}

/// The sum of the words of one language, or of the concepts.
#[derive(Debug, Clone, Default)]
pub struct Part {
    tongue: Tongue,
    pub articles: u32,
    /// By term, rising: the sum of the weights.
    pub terms: Vec<(u32, u32)>,
}

/// Who holds a term.
#[derive(Debug, Default)]
struct Holders {
    stories: Postings,
    /// How many stories these are: kept here, since it is asked far more often than which.
    held: u32,
    articles: u32,
}

impl Holders {
    fn join(&mut self, story: u32) {
        self.stories.add(story);
        self.recount();
    }

    fn leave(&mut self, story: u32) {
        self.stories.remove(story);
        self.recount();
    }

    fn recount(&mut self) {
        self.held = u32::try_from(self.stories.len()).unwrap_or(u32::MAX);
    }
}

/// All that is remembered.
#[derive(Debug, Default)]
pub struct Window {
    articles: VecDeque<Kept>,
    /// Number of the article at the front.
    first: u32,
    stories: ByHash<Sum>,
    numbers: HashMap<StoryId, u32>,
    next_story: u32,
    terms: ByHash<Holders>,
    copies: Copies,
    /// Articles that are no copies.
    originals: u32,
}

impl Remembered for Window {
    fn fingerprint(&self, number: u32) -> Option<&Fingerprint> {
        self.article(number).map(|kept| &kept.print)
    }

    fn original(&self, number: u32) -> Option<ArticleId> {
        self.article(number).map(|kept| kept.original)
    }
}

impl Window {
    /// Gives stories their numbers in the order in which they were opened, so that they stand in
    /// the order that they had before a restart.
    pub fn reserve(&mut self, stories: impl IntoIterator<Item = StoryId>) {
        let mut stories: Vec<StoryId> = stories.into_iter().collect();
        stories.sort_unstable();
        for id in stories {
            self.number(id);
        }
    }

    fn number(&mut self, id: StoryId) -> u32 {
        *self.numbers.entry(id).or_insert_with(|| {
            self.next_story = self.next_story.wrapping_add(1);
            self.next_story
        })
    }

    /// The article of a number, while it is remembered.
    pub fn article(&self, number: u32) -> Option<&Kept> {
        self.articles.get(number.wrapping_sub(self.first) as usize)
    }

    /// The story of a number.
    pub fn story(&self, number: u32) -> Option<&Sum> {
        self.stories.get(&number)
    }

    /// The article whose text this is, or nearly, not older than `since`.
    pub fn copied(&self, print: &Fingerprint, least: f64, since: Timestamp) -> Option<&Kept> {
        let recent = |number| self.article(number).is_some_and(|kept| kept.at >= since);
        self.copies.find(print, least, self, recent).and_then(|number| self.article(number))
    }

    /// Adds an article; without terms it is a copy.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "numbers wrap by design, and a window is shorter"
    )]
    pub fn insert(
        &mut self,
        (id, original, at): (ArticleId, ArticleId, Timestamp),
        story: StoryId,
        print: Fingerprint,
        terms: Option<&Terms>,
    ) {
        let story_number = self.number(story);
        let number = self.first.wrapping_add(self.articles.len() as u32);
        self.copies.insert(&print, number);
        let empty = Terms::default();
        let read = terms.unwrap_or(&empty);
        let all = || read.words.iter().chain(&read.concepts);
        let kept = Kept {
            id,
            story: story_number,
            at,
            original,
            print,
            tongue: read.tongue,
            terms: all().map(|weight| weight.0).collect(),
            weights: all().map(|weight| weight.1).collect(),
            words: u8::try_from(read.words.len()).unwrap_or(u8::MAX),
        };
        for term in &kept.terms {
            self.terms.entry(*term).or_default().articles += 1;
        }
        self.originals += u32::from(!kept.terms.is_empty());
        self.join(&kept, story);
        self.articles.push_back(kept);
    }

    /// Forgets what was seen before `since`, and the oldest above `most`.
    pub fn forget(&mut self, since: Timestamp, most: usize) {
        while self.articles.len() > most
            || self.articles.front().is_some_and(|kept| kept.at < since)
        {
            let Some(kept) = self.articles.pop_front() else { break };
            let number = self.first;
            self.first = self.first.wrapping_add(1);
            self.copies.remove(&kept.print, number);
            if !kept.terms.is_empty() {
                self.originals = self.originals.saturating_sub(1);
            }
            self.leave(&kept);
            for term in &kept.terms {
                if let Some(holders) = self.terms.get_mut(term) {
                    holders.articles = holders.articles.saturating_sub(1);
                    if holders.articles == 0 {
                        self.terms.remove(term);
                    }
                }
            }
        }
    }

    /// Puts articles into other stories.
    pub fn regroup(&mut self, places: &HashMap<ArticleId, StoryId>) {
        let mut articles = std::mem::take(&mut self.articles);
        for kept in &mut articles {
            let Some(&story) = places.get(&kept.id) else { continue };
            self.leave(kept);
            kept.story = self.number(story);
            self.join(kept, story);
        }
        self.articles = articles;
    }

    /// Adds an article to its story.
    fn join(&mut self, kept: &Kept, story: StoryId) {
        let sum = self.stories.entry(kept.story).or_insert_with(|| Sum::new(story, kept.at));
        sum.members += 1;
        sum.last = sum.last.max(kept.at);
        if kept.terms.is_empty() {
            return;
        }
        for term in sum.add(kept) {
            self.terms.entry(term).or_default().join(kept.story);
        }
    }

    /// Takes an article off its story, which ends with its last one.
    fn leave(&mut self, kept: &Kept) {
        let Some(sum) = self.stories.get_mut(&kept.story) else { return };
        let gone = sum.take(kept);
        sum.members = sum.members.saturating_sub(1);
        if sum.members == 0 {
            self.numbers.remove(&sum.id);
            self.stories.remove(&kept.story);
        }
        for term in gone {
            if let Some(holders) = self.terms.get_mut(&term) {
                holders.leave(kept.story);
            }
        }
    }

    /// Stories, terms, and articles that are remembered.
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.stories.len(), self.terms.len(), self.articles.len())
    }

    /// Articles that are no copies.
    pub fn originals(&self) -> u32 {
        self.originals
    }

    /// How many stories and articles hold a term.
    pub fn holding(&self, term: u32) -> (usize, u32) {
        self.terms.get(&term).map_or((0, 0), |it| (it.held as usize, it.articles))
    }

    /// The latest stories that hold a term.
    pub fn holders(&self, term: u32, most: usize, each: impl FnMut(u32)) {
        if let Some(holders) = self.terms.get(&term) {
            holders.stories.latest(most, each);
        }
    }

    /// The window's memory on the heap, in bytes, as its parts' sizes say.
    pub fn heap(&self) -> usize {
        let kept = |kept: &Kept| size_of::<Kept>() + kept.print.heap() + kept.terms.len() * 5;
        let sum = |sum: &Sum| {
            let parts = sum.parts.iter().chain([&sum.concepts]);
            size_of::<Sum>()
                + parts.map(|it| size_of::<Part>() + it.terms.capacity() * 8).sum::<usize>()
        };
        self.articles.iter().map(kept).sum::<usize>()
            + self.stories.values().map(sum).sum::<usize>()
            + self.terms.capacity() * (size_of::<(u32, Holders)>() + 1)
            + self.terms.values().map(|it| it.stories.heap()).sum::<usize>()
            + self.copies.heap()
    }
}

impl Sum {
    fn new(id: StoryId, at: Timestamp) -> Self {
        Self { id, parts: Vec::new(), concepts: Part::default(), members: 0, last: at }
    }

    /// What is known of the story's articles in one language.
    pub fn part(&self, tongue: Tongue) -> Option<&Part> {
        self.parts.iter().find(|part| part.tongue == tongue)
    }

    /// What is known of the story's concepts.
    pub fn concepts(&self) -> &Part {
        &self.concepts
    }

    /// Adds an article; answers which terms are new.
    fn add(&mut self, kept: &Kept) -> Vec<u32> {
        let (words, concepts) = kept.split();
        let mut new = self.part_mut(kept.tongue).add(words);
        new.append(&mut self.concepts.add(concepts));
        new
    }

    /// Takes an article off again; answers which terms are gone.
    fn take(&mut self, kept: &Kept) -> Vec<u32> {
        if kept.terms.is_empty() {
            return Vec::new();
        }
        let (words, concepts) = kept.split();
        let mut gone = self.part_mut(kept.tongue).take(words);
        gone.append(&mut self.concepts.take(concepts));
        self.parts.retain(|part| part.articles > 0);
        gone
    }

    fn part_mut(&mut self, tongue: Tongue) -> &mut Part {
        let at = self.parts.iter().position(|part| part.tongue == tongue).unwrap_or_else(|| {
            self.parts.push(Part { tongue, ..Part::default() });
            self.parts.len() - 1
        });
        &mut self.parts[at]
    }
}

impl Part {
    /// The sum of a term's weights.
    pub fn sum(&self, term: u32) -> u32 {
        let at = self.terms.binary_search_by_key(&term, |it| it.0);
        at.ok().and_then(|at| self.terms.get(at)).map_or(0, |it| it.1)
    }

    fn add(&mut self, terms: impl Iterator<Item = Weight>) -> Vec<u32> {
        let mut added = Vec::new();
        for (term, weight) in terms {
            let weight = u32::from(weight);
            match self.terms.binary_search_by_key(&term, |it| it.0) {
                Ok(at) => {
                    let sum = &mut self.terms[at].1;
                    *sum += weight;
                }
                Err(_) => added.push((term, weight)),
            }
        }
        let new = added.iter().map(|it| it.0).collect();
        added.sort_unstable_by_key(|it| it.0);
        self.terms.reserve_exact(added.len());
        self.terms.append(&mut added);
        // Two rising runs: a stable sort merges them.
        self.terms.sort_by_key(|it| it.0);
        self.articles += 1;
        new
    }

    fn take(&mut self, terms: impl Iterator<Item = Weight>) -> Vec<u32> {
        let mut gone = Vec::new();
        for (term, weight) in terms {
            let Ok(at) = self.terms.binary_search_by_key(&term, |it| it.0) else { continue };
            let sum = &mut self.terms[at].1;
            *sum = sum.saturating_sub(u32::from(weight));
            if *sum == 0 {
                gone.push(term);
            }
        }
        self.terms.retain(|it| it.1 > 0);
        self.articles = self.articles.saturating_sub(1);
        gone
    }
}

impl Kept {
    /// Words and concepts.
    fn split(&self) -> (impl Iterator<Item = Weight>, impl Iterator<Item = Weight>) {
        let all = || self.terms.iter().copied().zip(self.weights.iter().copied());
        let words = usize::from(self.words);
        (all().take(words), all().skip(words))
    }
}
