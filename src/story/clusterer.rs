//! Stories from a stream of articles: each joins the recent story that it resembles most, or
//! opens one.
//!
//! Single-pass clustering by cosine to the story's mean (Allan, Papka, Lavrenko 1998, "On-line new
//! event detection and tracking"). Terms weigh by the inverse number of *stories* that hold them,
//! so that a name which each story holds joins none of them, however large one of them grows. A
//! story that has no article in the article's language is compared by what is the same in all
//! languages.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::model::{Article, ArticleId, Assignment, StoryId};
use crate::story::concepts::is_fact;
use crate::story::copies::fingerprint;
use crate::story::hash::ByHash;
use crate::story::settings::Settings;
use crate::story::terms::{Names, Terms, UNIT, Weight, terms};
use crate::story::window::{Part, Sum, Window};

/// Stories that were never seen and yet count in the weights, so that the first ones are careful.
const PRIOR_STORIES: f64 = 50.0;
const PRIOR_ARTICLES: f64 = 50.0;
/// Dampens rarity: the rarest word is not the event. Found on headlines.
const RARITY_POWER: f64 = 0.8;
/// Terms by which an article looks for stories, heaviest first.
const SEARCH_TERMS: usize = 32;
/// Latest stories that are looked at under one term.
const LOOKED_AT: usize = 400;
/// Stories that are compared in full.
const MAX_CANDIDATES: usize = 48;
/// Among stories that are near enough, larger ones win: a wide mean has a low cosine to each of
/// its own articles. Exponent of the number of articles; found on headlines.
const SIZE_PREFERENCE: f64 = 0.3;
const MAX_SIZE: f64 = 256.0;
/// What equals differ by at most, when they are reached by other steps.
const ROUNDING: f64 = 1.0 + 1e-9;
/// Terms of an article between which the threshold moves from `join_short` to `join_long`.
const SHORT_TERMS: f64 = 16.0;
const LONG_TERMS: f64 = 64.0;
/// Share of the thresholds that holds before [`WARM_STORIES`]: for headlines, which share few
/// words, and for full articles, which share the trade's.
const COLD_SHARE: f64 = 0.5;
const COLD_SHARE_LONG: f64 = 0.7;
/// A term is common above so many stories, and above one story in so many.
const COMMON: usize = 20;
const COMMON_SHARE: usize = 10;
/// Weight of a common term.
const TRACE: f64 = 0.05;
/// Stories from which the weights of terms are trusted.
const WARM_STORIES: usize = 30;
/// The same in articles.
const WARM_ARTICLES: u32 = 300;
/// Concepts that two texts in different languages must share.
const SHARED_CONCEPTS: usize = 4;
/// Amounts and names among them from which the facts agree.
const SHARED_FACTS: usize = 2;
/// Amounts and names from which a text has facts of its own.
const TELLING_FACTS: usize = 2;

/// An article as the clusterer sees it.
#[derive(Debug, Clone, Copy)]
pub struct StoryItem<'a> {
    /// Identifier.
    pub id: ArticleId,
    /// Headline.
    pub title: &'a str,
    /// Plain text; empty if unknown.
    pub body: &'a str,
    /// BCP-47.
    pub language: Option<&'a str>,
    /// When it appeared.
    pub at: Timestamp,
}

impl<'a> StoryItem<'a> {
    /// What the clusterer looks at of an article.
    #[must_use]
    pub fn of(article: &'a Article) -> Self {
        Self {
            id: article.id,
            title: &article.title,
            body: &article.body,
            language: article.language.as_deref(),
            at: article.discovered_at,
        }
    }
}

/// The recent stories and articles. Two items of one stream are never compared across `window`.
#[derive(Debug)]
pub struct Clusterer {
    settings: Settings,
    watched: Arc<Names>,
    window: Window,
    /// Latest instant of the stream.
    latest: Timestamp,
}

/// A term of the article at hand.
struct Weighed {
    term: u32,
    /// In the article, rarity included.
    weight: f64,
    rarity: f64,
}

impl Clusterer {
    /// An empty clusterer.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            watched: Arc::default(),
            window: Window::default(),
            latest: Timestamp::MIN,
        }
    }

    /// The clusterer as it was when it had seen the last of these articles, given in the order of
    /// the stream; those of the window suffice. Each comes with its story and whose copy it is.
    #[must_use]
    pub fn restore<'a>(
        settings: Settings,
        articles: impl Iterator<Item = (StoryItem<'a>, StoryId, Option<ArticleId>)> + Clone,
    ) -> Self {
        let mut clusterer = Self::new(settings);
        clusterer.window.reserve(articles.clone().map(|(_, story, _)| story));
        for (item, story, duplicate_of) in articles {
            clusterer.insert(&item, story, duplicate_of);
        }
        clusterer
    }

    /// Which names tell no stories apart from now on.
    pub fn watch(&mut self, names: Arc<Names>) {
        self.watched = names;
    }

    /// Where the article belongs. Changes nothing: `insert` follows once it is committed.
    #[must_use]
    pub fn assign(&self, item: &StoryItem<'_>) -> Assignment {
        let since = since(item.at, self.settings.window);
        let print = fingerprint(item.title, item.body);
        if let Some(kept) = self.window.copied(&print, self.settings.copy, since)
            && let Some(story) = self.window.story(kept.story)
        {
            return Assignment { story: story.id, opens: false, duplicate_of: Some(kept.original) };
        }
        match self.nearest(&terms(item.title, item.body, item.language), since) {
            Some(story) => Assignment { story, opens: false, duplicate_of: None },
            None => Assignment { story: StoryId::new(), opens: true, duplicate_of: None },
        }
    }

    /// Remembers an article, in the order of the stream. `duplicate_of` is the first seen of its
    /// copies; copies keep a story alive but do not shift what it is about.
    pub fn insert(
        &mut self,
        item: &StoryItem<'_>,
        story: StoryId,
        duplicate_of: Option<ArticleId>,
    ) {
        self.latest = self.latest.max(item.at);
        let print = fingerprint(item.title, item.body);
        let read = duplicate_of.is_none().then(|| terms(item.title, item.body, item.language));
        let original = duplicate_of.unwrap_or(item.id);
        self.window.insert((item.id, original, item.at), story, print, read.as_ref());
        self.window.forget(since(self.latest, self.settings.window), self.settings.max_articles);
    }

    /// Puts articles into other stories, as people did.
    pub fn regroup(&mut self, places: &HashMap<ArticleId, StoryId>) {
        self.window.regroup(places);
    }

    /// Stories, terms, and articles that are remembered.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize, usize) {
        self.window.sizes()
    }

    /// Bytes that are held.
    #[must_use]
    pub fn heap(&self) -> usize {
        self.window.heap()
    }

    fn nearest(&self, article: &Terms, since: Timestamp) -> Option<StoryId> {
        self.nearest_told(article, since).or_else(|| self.nearest_across(article, since))
    }

    /// The nearest story that is told in the article's language.
    fn nearest_told(&self, article: &Terms, since: Timestamp) -> Option<StoryId> {
        let weighed = self.weigh(&article.words);
        let length = length(weighed.iter().map(|weighed| weighed.weight));
        // Until the stream tells which names all stories hold, what two texts share counts less
        // one name; so less of it is asked for.
        let named = article.words.iter().any(|&(term, _)| self.watched.hold(term));
        let (name_terms, share) = match (self.warm() || named, article.has_body) {
            (true, _) => (0, 1.0),
            (false, true) => (article.of_name, COLD_SHARE_LONG),
            (false, false) => (article.of_name, COLD_SHARE),
        };
        let least = self.threshold(article) * share;
        self.best(&weighed, since, |story, most| {
            let part = story.part(article.tongue)?;
            let size = f64::from(part.articles).min(MAX_SIZE).powf(SIZE_PREFERENCE);
            let asked = least.max(most / size);
            let cosine = self.cosine(&weighed, length, part, name_terms, asked)?;
            (cosine >= least && self.shares_enough(article, part)).then_some(cosine * size)
        })
    }

    /// The nearest story that is told in other languages only. Events of one kind share notions;
    /// it is amounts and names that make them the same event. Where these agree, less likeness will
    /// do; where both have some and none agrees, none will.
    fn nearest_across(&self, article: &Terms, since: Timestamp) -> Option<StoryId> {
        let weighed = self.weigh(&article.concepts);
        let length = length(weighed.iter().map(|weighed| weighed.weight));
        let facts_of = |terms: &mut dyn Iterator<Item = u32>| {
            terms.filter(|&term| is_fact(term) && !self.common(term)).count() >= TELLING_FACTS
        };
        let has_facts = facts_of(&mut article.concepts.iter().map(|it| it.0));
        self.best(&weighed, since, |story, most| {
            if story.part(article.tongue).is_some() {
                return None;
            }
            let part = story.concepts();
            let shared = || weighed.iter().filter(|it| it.rarity > TRACE && part.sum(it.term) > 0);
            let facts = shared().filter(|it| is_fact(it.term)).count();
            let Settings { join_across, join_across_facts, .. } = self.settings;
            let least = if facts >= SHARED_FACTS { join_across_facts } else { join_across };
            if facts == 0 && has_facts && facts_of(&mut part.terms.iter().map(|it| it.0)) {
                return None;
            }
            if shared().count() < SHARED_CONCEPTS {
                return None;
            }
            let cosine = self.cosine(&weighed, length, part, 0, least.max(most))?;
            (cosine >= least).then_some(cosine)
        })
    }

    /// The recent story of the highest value, the earlier one of two equals. `value` is told the
    /// highest so far, and need not answer where it cannot reach it.
    fn best(
        &self,
        weighed: &[Weighed],
        since: Timestamp,
        value: impl Fn(&Sum, f64) -> Option<f64>,
    ) -> Option<StoryId> {
        let mut best: Option<(f64, StoryId)> = None;
        for number in self.candidates(weighed) {
            let Some(story) = self.window.story(number).filter(|story| story.last >= since) else {
                continue;
            };
            let most = best.map_or(0.0, |(most, _)| most);
            let Some(value) = value(story, most) else { continue };
            let better =
                best.is_none_or(|(most, held)| value > most || (value >= most && story.id < held));
            if better {
                best = Some((value, story.id));
            }
        }
        best.map(|(_, id)| id)
    }

    fn weigh(&self, terms: &[Weight]) -> Vec<Weighed> {
        let weigh = |&(term, weight): &Weight| {
            let rarity = self.rarity(term);
            Weighed { term, weight: f64::from(weight) / UNIT * rarity, rarity }
        };
        terms.iter().map(weigh).collect()
    }

    /// Stories that share terms, most weight first.
    fn candidates(&self, weighed: &[Weighed]) -> Vec<u32> {
        let mut search: Vec<&Weighed> = weighed.iter().filter(|it| it.rarity > TRACE).collect();
        search.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term.cmp(&b.term)));
        let mut shared: ByHash<f64> = ByHash::default();
        for Weighed { term, weight, .. } in search.into_iter().take(SEARCH_TERMS) {
            self.window.holders(*term, LOOKED_AT, |story| {
                *shared.entry(story).or_default() += weight * weight;
            });
        }
        let mut found: Vec<(u32, f64)> = shared.into_iter().collect();
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(MAX_CANDIDATES);
        found.into_iter().map(|(story, _)| story).collect()
    }

    /// How rare a term is among stories and among articles, dampened; a trace for common terms.
    /// Stories alone would not see the common words of one that has grown over all others;
    /// articles alone would take the words of a large story for common.
    fn rarity(&self, term: u32) -> f64 {
        let (stories, articles) = self.window.holding(term);
        if self.common_to(term, stories) {
            return TRACE;
        }
        let stories = idf(self.stories() as f64, stories as f64, PRIOR_STORIES);
        let all = f64::from(self.window.originals());
        let articles = idf(all, f64::from(articles), PRIOR_ARTICLES);
        (stories * articles).sqrt().max(TRACE).powf(RARITY_POWER)
    }

    fn stories(&self) -> usize {
        self.window.sizes().0
    }

    /// Whether a term tells no stories apart: a watched name, or a word that very many hold.
    fn common(&self, term: u32) -> bool {
        self.common_to(term, self.window.holding(term).0)
    }

    fn common_to(&self, term: u32, holding: usize) -> bool {
        let many = COMMON.max(self.stories() / COMMON_SHARE);
        (holding > many && self.warm()) || self.watched.hold(term)
    }

    fn warm(&self) -> bool {
        self.stories() >= WARM_STORIES || self.window.originals() >= WARM_ARTICLES
    }

    /// Cosine of the article to the mean of a part of the story, less what the `unproven` heaviest
    /// shared terms contribute; `None` if it is below `asked`. The mean's length takes a look-up
    /// for each of its terms, so it is added up only until it is too long for what is asked. A
    /// length kept from earlier would make stories depend on when it was kept, and so on restarts.
    fn cosine(
        &self,
        weighed: &[Weighed],
        length: f64,
        part: &Part,
        unproven: usize,
        asked: f64,
    ) -> Option<f64> {
        let mut shared: Vec<f64> = weighed
            .iter()
            .map(|Weighed { term, weight, rarity }| weight * rarity * f64::from(part.sum(*term)))
            .filter(|&product| product > 0.0)
            .collect();
        shared.sort_unstable_by(|a, b| b.total_cmp(a));
        let dot: f64 = shared.iter().skip(unproven).sum();
        let longest = (dot / (length * asked)).powi(2) * ROUNDING;
        let mut squares = 0.0;
        for &(term, sum) in &part.terms {
            squares += (f64::from(sum) * self.rarity(term)).powi(2);
            if squares > longest {
                return None;
            }
        }
        let length = length * squares.sqrt();
        (length > 0.0).then(|| dot / length)
    }

    fn threshold(&self, article: &Terms) -> f64 {
        let Settings { join_short, join_long, .. } = self.settings;
        let terms = article.words.len() as f64;
        let share = ((terms - SHORT_TERMS) / (LONG_TERMS - SHORT_TERMS)).clamp(0.0, 1.0);
        join_short + (join_long - join_short) * share
    }

    /// Whether the texts share more than one name: two separate runs of words, or a long one; or,
    /// once enough stories are known, one term that is the story's own.
    fn shares_enough(&self, article: &Terms, part: &Part) -> bool {
        let share = |term| f64::from(part.sum(term)) / UNIT / f64::from(part.articles.max(1));
        let (mut runs, mut run, mut longest) = (0_usize, 0_usize, 0_usize);
        for term in &article.sequence {
            let held = term.is_some_and(|term| share(term) > 0.02 && !self.common(term));
            run = if held { run + 1 } else { 0 };
            runs += usize::from(run == 1);
            longest = longest.max(run);
        }
        let owns = |term: u32| share(term) > 0.3 && self.window.holding(term).0 <= 2;
        if article.has_body {
            runs >= 4
        } else {
            let owned = self.warm() && article.words.iter().any(|&(term, _)| owns(term));
            runs >= 2 || longest >= 3 || owned
        }
    }
}

/// ln of all over those that hold it, with `prior` unseen ones that do not.
fn idf(all: f64, holding: f64, prior: f64) -> f64 {
    ((all + prior + 1.0) / (holding + 0.5)).ln().max(TRACE)
}

fn length(weights: impl Iterator<Item = f64>) -> f64 {
    weights.map(|weight| weight * weight).sum::<f64>().sqrt()
}

/// `at` less `window`; the beginning of time if there is no such instant.
fn since(at: Timestamp, window: SignedDuration) -> Timestamp {
    at.checked_sub(window).unwrap_or(Timestamp::MIN)
}
