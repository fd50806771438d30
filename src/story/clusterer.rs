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
use crate::story::concepts::{is_fact, is_quote};
use crate::story::copies::fingerprint;
use crate::story::hash::ByHash;
use crate::story::likeness::{Query, ROUNDING, Weighed};
use crate::story::rarity::{Rarities, TRACE};
use crate::story::settings::Settings;
use crate::story::terms::{Names, Terms, UNIT, terms};
use crate::story::window::{Part, Sum, Window};

/// Terms by which an article looks for stories, heaviest first.
const SEARCH_TERMS: usize = 32;
/// Latest stories that are looked at under one term.
const LOOKED_AT: usize = 400;
/// Stories that are looked at under all of them, each counted as often as it is met; the rarest terms
/// come first. Without this bound the work for an article grows with the window until all its terms
/// have long lists.
const LOOKED_AT_IN_ALL: usize = 2_000;
/// Stories that are compared in full.
const MAX_CANDIDATES: usize = 48;
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
/// Concepts that two texts in different languages must share.
const SHARED_CONCEPTS: usize = 4;
/// Amounts and names among them from which the facts agree; a quotation counts for two.
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

/// A story that may be the article's.
struct Candidate {
    story: u32,
    /// Its cosine is at most this.
    at_most: f64,
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
        let rarities = Rarities::new(&self.window, &self.watched);
        self.nearest_told(article, &rarities, since)
            .or_else(|| self.nearest_across(article, &rarities, since))
    }

    /// The nearest story that is told in the article's language.
    fn nearest_told(
        &self,
        article: &Terms,
        rarities: &Rarities<'_>,
        since: Timestamp,
    ) -> Option<StoryId> {
        let query = Query::new(&article.words, rarities);
        // Until the stream tells which names all stories hold, what two texts share counts less
        // one name; so less of it is asked for.
        let named = article.words.iter().any(|&(term, _)| self.watched.hold(term));
        let (name_terms, share) = match (rarities.warm() || named, article.has_body) {
            (true, _) => (0, 1.0),
            (false, true) => (article.of_name, COLD_SHARE_LONG),
            (false, false) => (article.of_name, COLD_SHARE),
        };
        let least = self.threshold(article) * share;
        self.best(&query, since, |story, at_most, most| {
            let part = story.part(article.tongue)?;
            let size = f64::from(part.articles).min(MAX_SIZE).powf(SIZE_PREFERENCE);
            let asked = least.max(most / size);
            if at_most < asked {
                return None;
            }
            let cosine = query.cosine(part, rarities, name_terms, asked)?;
            (cosine >= least && self.shares_enough(article, part, rarities))
                .then_some(cosine * size)
        })
    }

    /// The nearest story that is told in other languages only. Events of one kind share notions;
    /// it is amounts and names that make them the same event. Where these agree, less likeness will
    /// do; where both have some and none agrees, none will.
    fn nearest_across(
        &self,
        article: &Terms,
        rarities: &Rarities<'_>,
        since: Timestamp,
    ) -> Option<StoryId> {
        let query = Query::new(&article.concepts, rarities);
        let facts_of = |terms: &mut dyn Iterator<Item = u32>| {
            let telling = |&term: &u32| is_fact(term) && !is_quote(term) && !rarities.common(term);
            let facts = terms.filter(telling);
            facts.take(TELLING_FACTS).count() >= TELLING_FACTS
        };
        let has_facts = facts_of(&mut article.concepts.iter().map(|it| it.0));
        self.best(&query, since, |story, at_most, most| {
            if story.part(article.tongue).is_some() {
                return None;
            }
            let part = story.concepts();
            let (mut shared, mut facts) = (0, 0);
            for (it, _) in query.shared(part).filter(|(it, _)| it.rarity > TRACE) {
                shared += 1;
                facts += usize::from(is_fact(it.term)) + usize::from(is_quote(it.term));
            }
            let Settings { join_across, join_across_facts, .. } = self.settings;
            let least = if facts >= SHARED_FACTS { join_across_facts } else { join_across };
            if shared < SHARED_CONCEPTS || at_most < least.max(most) {
                return None;
            }
            if facts == 0 && has_facts && facts_of(&mut part.terms.iter().map(|it| it.0)) {
                return None;
            }
            let cosine = query.cosine(part, rarities, 0, least.max(most))?;
            (cosine >= least).then_some(cosine)
        })
    }

    /// The recent story of the highest value, the earlier one of two equals. `value` is told what
    /// the story's cosine is at most, and the highest value so far; it need not answer where it
    /// cannot reach that.
    fn best(
        &self,
        query: &Query,
        since: Timestamp,
        value: impl Fn(&Sum, f64, f64) -> Option<f64>,
    ) -> Option<StoryId> {
        let mut best: Option<(f64, StoryId)> = None;
        for Candidate { story, at_most } in self.candidates(query) {
            let Some(story) = self.window.story(story).filter(|story| story.last >= since) else {
                continue;
            };
            let most = best.map_or(0.0, |(most, _)| most);
            let Some(value) = value(story, at_most, most) else { continue };
            let better =
                best.is_none_or(|(most, held)| value > most || (value >= most && story.id < held));
            if better {
                best = Some((value, story.id));
            }
        }
        best.map(|(_, id)| id)
    }

    /// Stories that share terms, most weight first.
    fn candidates(&self, query: &Query) -> Vec<Candidate> {
        let mut search: Vec<&Weighed> =
            query.terms.iter().filter(|it| it.rarity > TRACE && it.stories > 0).collect();
        search.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term.cmp(&b.term)));
        search.truncate(SEARCH_TERMS);
        search.sort_unstable_by_key(|it| (it.stories, it.term));
        let mut left = LOOKED_AT_IN_ALL;
        let mut shared: ByHash<f64> = ByHash::default();
        shared.reserve(search.iter().map(|it| it.stories.min(LOOKED_AT)).sum::<usize>().min(left));
        // What a story may share without having been met under it.
        let held = query.terms.iter().filter(|it| it.stories > 0);
        let mut unseen: f64 = held.map(|it| it.weight * it.weight).sum();
        for Weighed { term, weight, stories, .. } in search {
            let most = LOOKED_AT.min(left);
            left -= most.min(*stories);
            if *stories <= most {
                unseen -= weight * weight;
            }
            self.window.holders(*term, most, |story| {
                *shared.entry(story).or_default() += weight * weight;
            });
        }
        let mut found: Vec<(u32, f64)> = shared.into_iter().collect();
        let order = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if found.len() > MAX_CANDIDATES {
            found.select_nth_unstable_by(MAX_CANDIDATES, order);
            found.truncate(MAX_CANDIDATES);
        }
        found.sort_unstable_by(order);
        // By Cauchy and Schwarz; a term may count twice, which only widens the bound.
        let at_most = |shared: f64| ((shared + unseen) / query.squares).max(0.0).sqrt() * ROUNDING;
        let candidate = |(story, shared)| Candidate { story, at_most: at_most(shared) };
        found.into_iter().map(candidate).collect()
    }

    fn threshold(&self, article: &Terms) -> f64 {
        let Settings { join_short, join_long, .. } = self.settings;
        let terms = article.words.len() as f64;
        let share = ((terms - SHORT_TERMS) / (LONG_TERMS - SHORT_TERMS)).clamp(0.0, 1.0);
        join_short + (join_long - join_short) * share
    }

    /// Whether the texts share more than one name: two separate runs of words, or a long one; or,
    /// once enough stories are known, one term that is the story's own.
    fn shares_enough(&self, article: &Terms, part: &Part, rarities: &Rarities<'_>) -> bool {
        let share = |term| f64::from(part.sum(term)) / UNIT / f64::from(part.articles.max(1));
        let (mut runs, mut run, mut longest) = (0_usize, 0_usize, 0_usize);
        for term in &article.sequence {
            let held = term.is_some_and(|term| share(term) > 0.02 && !rarities.common(term));
            run = if held { run + 1 } else { 0 };
            runs += usize::from(run == 1);
            longest = longest.max(run);
        }
        let owns = |term: u32| share(term) > 0.3 && self.window.holding(term).0 <= 2;
        if article.has_body {
            runs >= 4
        } else {
            let owned = rarities.warm() && article.words.iter().any(|&(term, _)| owns(term));
            runs >= 2 || longest >= 3 || owned
        }
    }
}

/// `at` less `window`; the beginning of time if there is no such instant.
fn since(at: Timestamp, window: SignedDuration) -> Timestamp {
    at.checked_sub(window).unwrap_or(Timestamp::MIN)
}
