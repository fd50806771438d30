//! How much a term tells: rare ones much, common ones next to nothing.
//!
//! Terms weigh by the inverse number of stories and of articles that hold them. Stories alone would
//! not see the common words of one that has grown over all others; articles alone would take the
//! words of a large story for common.

use std::cell::Cell;

use crate::story::terms::Names;
use crate::story::window::Window;

/// Weight of a common term.
pub const TRACE: f64 = 0.05;
/// Stories that were never seen and yet count in the weights, so that the first ones are careful.
const PRIOR_STORIES: f64 = 50.0;
const PRIOR_ARTICLES: f64 = 50.0;
/// Dampens rarity: the rarest word is not the event. Found on headlines. Halved, since the two
/// factors of a term are a geometric mean.
const HALF_POWER: f64 = 0.8 / 2.0;
/// A term is common above so many stories, and above one story in so many.
const COMMON: usize = 20;
const COMMON_SHARE: usize = 10;
/// Stories from which the weights of terms are trusted.
const WARM_STORIES: usize = 30;
/// The same in articles.
const WARM_ARTICLES: u32 = 300;
/// Numbers of holders of which the logarithm is taken once for an article: most terms are rare.
const TABLE: usize = 256;

/// The weights of terms at one moment.
pub struct Rarities<'a> {
    window: &'a Window,
    watched: &'a Names,
    stories: Factors,
    articles: Factors,
    /// A term that more stories hold is common, once the stream is warm.
    many: usize,
    warm: bool,
}

impl<'a> Rarities<'a> {
    /// As the window is now.
    pub fn new(window: &'a Window, watched: &'a Names) -> Self {
        let (stories, originals) = (window.sizes().0, window.originals());
        Self {
            window,
            watched,
            stories: Factors::new(stories as f64 + PRIOR_STORIES),
            articles: Factors::new(f64::from(originals) + PRIOR_ARTICLES),
            many: COMMON.max(stories / COMMON_SHARE),
            warm: stories >= WARM_STORIES || originals >= WARM_ARTICLES,
        }
    }

    /// Whether enough was seen to know which terms all stories hold.
    pub fn warm(&self) -> bool {
        self.warm
    }

    /// How rare a term is, dampened; [`TRACE`] for common ones.
    pub fn of(&self, term: u32) -> f64 {
        self.counted(term).0
    }

    /// The same, and how many stories hold the term.
    pub fn counted(&self, term: u32) -> (f64, usize) {
        let (stories, articles) = self.window.holding(term);
        if self.common_to(term, stories) {
            return (TRACE, stories);
        }
        (self.stories.of(stories) * self.articles.of(articles as usize), stories)
    }

    /// Whether a term tells no stories apart: a watched name, or a word that very many hold.
    pub fn common(&self, term: u32) -> bool {
        self.common_to(term, self.window.holding(term).0)
    }

    fn common_to(&self, term: u32, stories: usize) -> bool {
        (stories > self.many && self.warm) || self.watched.hold(term)
    }
}

/// ln of all over those that hold a term, dampened.
struct Factors {
    all: f64,
    known: Vec<Cell<f64>>,
}

impl Factors {
    fn new(all: f64) -> Self {
        Self { all, known: vec![Cell::new(0.0); TABLE] }
    }

    fn of(&self, holding: usize) -> f64 {
        let Some(known) = self.known.get(holding) else { return self.computed(holding) };
        if known.get() <= 0.0 {
            known.set(self.computed(holding));
        }
        known.get()
    }

    fn computed(&self, holding: usize) -> f64 {
        ((self.all + 1.0) / (holding as f64 + 0.5)).ln().max(TRACE).powf(HALF_POWER)
    }
}
