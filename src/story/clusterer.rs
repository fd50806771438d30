//! Stories from a stream of articles: each joins the recent story that it resembles most, or
//! opens one.
//!
//! Single-pass clustering by cosine to the story's mean (Allan, Papka, Lavrenko 1998, "On-line new
//! event detection and tracking"). Terms weigh by the inverse number of *stories* that hold them,
//! so that a name which each story holds joins none of them, however large one of them grows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::model::{Article, ArticleId, Assignment, StoryId};
use crate::story::copies::{Copies, fingerprint, since};
use crate::story::terms::{Names, Terms, terms};

/// Stories that were never seen and yet count in the weights, so that the first ones are careful.
const PRIOR_STORIES: f64 = 50.0;
const PRIOR_ARTICLES: f64 = 50.0;
/// Distinct terms that are counted. Worst memory: 32 MiB.
const MAX_FREQUENCIES: usize = 1_000_000;
/// Dampens rarity: the rarest word is not the event. Found on headlines.
const RARITY_POWER: f64 = 0.8;
/// Terms by which an article looks for stories, heaviest first.
const SEARCH_TERMS: usize = 32;
/// Stories under one term: above it the term finds nobody, but still counts in the cosine.
const MAX_POSTINGS: usize = 500;
/// Stories that are compared in full.
const MAX_CANDIDATES: usize = 64;
/// Terms that a story keeps, heaviest first.
const MAX_STORY_TERMS: usize = 512;
/// Among stories that are near enough, larger ones win: a wide mean has a low cosine to each of
/// its own articles. Exponent of the number of articles; found on headlines.
const SIZE_PREFERENCE: f64 = 0.3;
const MAX_SIZE: f64 = 256.0;
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
const WARM_ARTICLES: f64 = 300.0;

/// Thresholds and bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Time without an article after which a story takes no more. Default 72 h.
    pub window: SignedDuration,
    /// Cosine from which a headline joins, 0 to 1.
    pub join_short: f64,
    /// Cosine from which a full article joins, 0 to 1.
    pub join_long: f64,
    /// Resemblance from which a text is a copy, 0 to 1.
    pub copy: f64,
    /// Stories that are remembered. Worst memory: 20 KiB each.
    pub max_stories: usize,
    /// Articles that copies are looked for among. Worst memory: 3 KiB each.
    pub max_articles: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: SignedDuration::from_hours(72),
            join_short: 0.10,
            join_long: 0.22,
            copy: 0.5,
            max_stories: 5_000,
            max_articles: 20_000,
        }
    }
}

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
    stories: BTreeMap<StoryId, Mean>,
    by_term: HashMap<u64, Vec<StoryId>>,
    copies: Copies,
    /// Articles that hold a term, of `articles` in all; both are halved once a window.
    frequency: HashMap<u64, u32>,
    articles: f64,
    halved: Timestamp,
    /// Latest instant of the stream.
    latest: Timestamp,
    /// When the stories were last aged.
    aged: Timestamp,
}

/// A term of the article at hand.
struct Weighed {
    term: u64,
    /// In the article, rarity included.
    weight: f64,
    rarity: f64,
}

/// The sum of a story's articles.
#[derive(Debug, Default)]
struct Mean {
    terms: HashMap<u64, f32>,
    articles: u32,
    norm: f64,
    last: Timestamp,
}

impl Clusterer {
    /// An empty clusterer.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            watched: Arc::default(),
            stories: BTreeMap::new(),
            by_term: HashMap::new(),
            copies: Copies::default(),
            frequency: HashMap::new(),
            articles: 0.0,
            halved: Timestamp::MIN,
            latest: Timestamp::MIN,
            aged: Timestamp::MIN,
        }
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
        if let Some((original, story)) = self.copies.original(&print, self.settings.copy, since) {
            return Assignment { story, opens: false, duplicate_of: Some(original) };
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
        self.copies.insert(print, duplicate_of.unwrap_or(item.id), story, item.at);
        let known = self.stories.contains_key(&story);
        if duplicate_of.is_none() || !known {
            self.add(story, &terms(item.title, item.body, item.language));
        }
        if let Some(mean) = self.stories.get_mut(&story) {
            mean.last = if known { mean.last.max(item.at) } else { item.at };
        }
        self.age();
    }

    /// Stories, terms under stories, and articles that are remembered.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize, usize) {
        let postings = self.by_term.values().map(Vec::len).sum();
        (self.stories.len(), postings, self.copies.len())
    }

    fn nearest(&self, article: &Terms, since: Timestamp) -> Option<StoryId> {
        let weighed: Vec<Weighed> = article
            .weights
            .iter()
            .map(|&(term, weight)| {
                let rarity = self.rarity(term);
                Weighed { term, weight: f64::from(weight) * rarity, rarity }
            })
            .collect();
        let norm = length(weighed.iter().map(|weighed| weighed.weight));
        // Until the stream tells which names all stories hold, what two texts share counts less
        // one name; so less of it is asked for.
        let named = article.weights.iter().any(|&(term, _)| self.watched.hold(term));
        let (name_terms, share) = match (self.warm() || named, article.has_body) {
            (true, _) => (0, 1.0),
            (false, true) => (article.of_name, COLD_SHARE_LONG),
            (false, false) => (article.of_name, COLD_SHARE),
        };
        let least = self.threshold(article) * share;
        let mut best: Option<(StoryId, f64)> = None;
        for id in self.candidates(&weighed) {
            let Some(mean) = self.stories.get(&id).filter(|mean| mean.last >= since) else {
                continue;
            };
            let cosine = Self::cosine(&weighed, norm, mean, name_terms);
            if cosine < least || !self.shares_enough(article, mean) {
                continue;
            }
            let score = cosine * f64::from(mean.articles).min(MAX_SIZE).powf(SIZE_PREFERENCE);
            let better =
                best.is_none_or(|(held, most)| score > most || (score >= most && id < held));
            if better {
                best = Some((id, score));
            }
        }
        best.map(|(id, _)| id)
    }

    /// Stories that share terms, most weight first.
    fn candidates(&self, weighed: &[Weighed]) -> Vec<StoryId> {
        let mut search: Vec<&Weighed> = weighed.iter().collect();
        search.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term.cmp(&b.term)));
        let mut shared: HashMap<StoryId, f64> = HashMap::new();
        for Weighed { term, weight, .. } in search.into_iter().take(SEARCH_TERMS) {
            let stories = self.by_term.get(term).filter(|stories| stories.len() <= MAX_POSTINGS);
            for &story in stories.into_iter().flatten() {
                *shared.entry(story).or_default() += weight * weight;
            }
        }
        let mut found: Vec<(StoryId, f64)> = shared.into_iter().collect();
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(MAX_CANDIDATES);
        found.into_iter().map(|(story, _)| story).collect()
    }

    /// How rare a term is among stories and among articles, dampened; a trace for common terms.
    /// Stories alone would not see the common words of one that has grown over all others;
    /// articles alone would take the words of a large story for common.
    fn rarity(&self, term: u64) -> f64 {
        if self.common(term) {
            return TRACE;
        }
        let holding = self.holding(term);
        let stories = idf(self.stories.len() as f64, holding as f64, PRIOR_STORIES);
        let articles = f64::from(self.frequency.get(&term).copied().unwrap_or(0));
        let articles = idf(self.articles, articles, PRIOR_ARTICLES);
        (stories * articles).sqrt().max(TRACE).powf(RARITY_POWER)
    }

    fn holding(&self, term: u64) -> usize {
        self.by_term.get(&term).map_or(0, Vec::len)
    }

    /// Whether a term tells no stories apart: a watched name, or a word that very many hold.
    fn common(&self, term: u64) -> bool {
        let many = COMMON.max(self.stories.len() / COMMON_SHARE);
        self.watched.hold(term) || (self.warm() && self.holding(term) > many)
    }

    fn warm(&self) -> bool {
        self.stories.len() >= WARM_STORIES || self.articles >= WARM_ARTICLES
    }

    /// Cosine of the article to the story's mean, less what the `unproven` heaviest shared terms
    /// contribute.
    fn cosine(weighed: &[Weighed], norm: f64, mean: &Mean, unproven: usize) -> f64 {
        let articles = f64::from(mean.articles.max(1));
        let mut shared: Vec<f64> = weighed
            .iter()
            .filter_map(|Weighed { term, weight, rarity }| {
                let sum = f64::from(*mean.terms.get(term)?);
                Some(weight * sum / articles * rarity)
            })
            .collect();
        shared.sort_unstable_by(|a, b| b.total_cmp(a));
        let dot: f64 = shared.iter().skip(unproven).sum();
        let length = norm * mean.norm;
        if length > 0.0 { dot / length } else { 0.0 }
    }

    fn threshold(&self, article: &Terms) -> f64 {
        let Settings { join_short, join_long, .. } = self.settings;
        let terms = article.weights.len() as f64;
        let share = ((terms - SHORT_TERMS) / (LONG_TERMS - SHORT_TERMS)).clamp(0.0, 1.0);
        join_short + (join_long - join_short) * share
    }

    /// Whether the texts share more than one name: two separate runs of words, or a long one; or,
    /// once enough stories are known, one term that is the story's own.
    fn shares_enough(&self, article: &Terms, mean: &Mean) -> bool {
        let articles = mean.articles.max(1) as f32;
        let (mut runs, mut run, mut longest) = (0_usize, 0_usize, 0_usize);
        for term in &article.sequence {
            let held = term.is_some_and(|term| {
                let share = mean.terms.get(&term).map_or(0.0, |sum| sum / articles);
                share > 0.02 && !self.common(term)
            });
            run = if held { run + 1 } else { 0 };
            runs += usize::from(run == 1);
            longest = longest.max(run);
        }
        if article.has_body {
            runs >= 4
        } else {
            runs >= 2 || longest >= 3 || self.owns(article, mean)
        }
    }

    fn owns(&self, article: &Terms, mean: &Mean) -> bool {
        let articles = mean.articles.max(1) as f32;
        self.warm()
            && article.weights.iter().any(|(term, _)| {
                let share = mean.terms.get(term).map_or(0.0, |sum| sum / articles);
                share > 0.3 && self.holding(*term) <= 2
            })
    }

    fn add(&mut self, story: StoryId, article: &Terms) {
        self.count(article);
        let mean = self.stories.entry(story).or_default();
        mean.articles = mean.articles.saturating_add(1);
        for &(term, weight) in &article.weights {
            let sum = mean.terms.entry(term).or_insert_with(|| {
                self.by_term.entry(term).or_default().push(story);
                0.0
            });
            *sum += weight;
        }
        let dropped = mean.prune();
        self.forget_terms(story, &dropped);
        let norm = self.stories.get(&story).map_or(0.0, |mean| {
            let articles = f64::from(mean.articles);
            length(
                mean.terms
                    .iter()
                    .map(|(&term, &sum)| f64::from(sum) / articles * self.rarity(term)),
            )
        });
        if let Some(mean) = self.stories.get_mut(&story) {
            mean.norm = norm;
        }
    }

    fn count(&mut self, article: &Terms) {
        if since(self.latest, self.settings.window) > self.halved
            || self.frequency.len() > MAX_FREQUENCIES
        {
            self.halved = self.latest;
            self.articles /= 2.0;
            self.frequency.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
        self.articles += 1.0;
        for (term, _) in &article.weights {
            let count = self.frequency.entry(*term).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Forgets what lies outside the window, once an hour of the stream; and what exceeds the
    /// bounds, at once.
    fn age(&mut self) {
        let since = since(self.latest, self.settings.window);
        self.copies.forget(since, self.settings.max_articles);
        let hour = SignedDuration::from_hours(1);
        if self.stories.len() <= self.settings.max_stories
            && self.latest.duration_since(self.aged) < hour
        {
            return;
        }
        self.aged = self.latest;
        let mut by_age: Vec<(Timestamp, StoryId)> =
            self.stories.iter().map(|(&id, mean)| (mean.last, id)).collect();
        by_age.sort_unstable();
        let over = by_age.len().saturating_sub(self.settings.max_stories);
        // A tenth more than is over, so that a full house is not swept for each article.
        let over = if over > 0 { over + self.settings.max_stories / 10 } else { 0 };
        for (index, &(last, id)) in by_age.iter().enumerate() {
            if last >= since && index >= over {
                break;
            }
            if let Some(mean) = self.stories.remove(&id) {
                self.forget_terms(id, &mean.terms.into_keys().collect::<Vec<_>>());
            }
        }
    }

    fn forget_terms(&mut self, story: StoryId, terms: &[u64]) {
        for term in terms {
            if let Some(stories) = self.by_term.get_mut(term) {
                stories.retain(|&other| other != story);
                if stories.is_empty() {
                    self.by_term.remove(term);
                }
            }
        }
    }
}

impl Mean {
    /// Drops the lightest terms above the bound, a quarter of it at a time.
    fn prune(&mut self) -> Vec<u64> {
        if self.terms.len() <= MAX_STORY_TERMS {
            return Vec::new();
        }
        let mut rising: Vec<(u64, f32)> = self.terms.iter().map(|(&t, &sum)| (t, sum)).collect();
        rising.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let dropped = self.terms.len() - MAX_STORY_TERMS * 3 / 4;
        let dropped: Vec<u64> = rising.into_iter().take(dropped).map(|(term, _)| term).collect();
        for term in &dropped {
            self.terms.remove(term);
        }
        dropped
    }
}

/// ln of all over those that hold it, with `prior` unseen ones that do not.
fn idf(all: f64, holding: f64, prior: f64) -> f64 {
    ((all + prior + 1.0) / (holding + 0.5)).ln().max(TRACE)
}

fn length(weights: impl Iterator<Item = f64>) -> f64 {
    weights.map(|weight| weight * weight).sum::<f64>().sqrt()
}
