//! What two sets of rules, or rules and the record, came to on the same articles.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::replay::StoryOf;
use crate::model::{ArticleId, Level, StoryId};

/// The first time that a story was told on a topic, and how high it rose.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raised {
    /// When.
    pub at: Timestamp,
    /// The highest level that it was told at.
    pub level: Option<Level>,
    /// Score at that level.
    pub score: f64,
    /// The article that raised it.
    pub headline: String,
    /// Its medium.
    pub source: String,
}

/// A topic and a story.
pub(super) type Matter = (String, StoryId);

/// What rules came to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Every alert.
    pub raised: BTreeMap<Matter, Raised>,
    /// The articles that speak of a topic, and when they were found.
    pub articles: HashMap<Matter, Vec<(ArticleId, Timestamp)>>,
    /// Where each article was put.
    pub story_of: StoryOf,
    /// How many messages went out, and when.
    pub messages: Vec<(Timestamp, usize)>,
}

impl Tally {
    /// Notes that an article of a story speaks of a topic.
    pub fn speak(&mut self, topic: &str, story: StoryId, article: ArticleId, at: Timestamp) {
        self.articles.entry((topic.to_owned(), story)).or_default().push((article, at));
    }

    /// Notes an alert, unless it is known.
    pub fn raise(&mut self, topic: &str, story: StoryId, raised: impl FnOnce() -> Raised) {
        self.raised.entry((topic.to_owned(), story)).or_insert_with(raised);
    }

    /// Notes that an alert is told at a level.
    pub fn lift(&mut self, topic: &str, story: StoryId, level: Option<Level>, score: f64) {
        if let Some(raised) = self.raised.get_mut(&(topic.to_owned(), story))
            && level > raised.level
        {
            (raised.level, raised.score) = (level, score);
        }
    }
}

/// The alerts of `ours` that `theirs` has too: the same topic, and an article of ours that stands in
/// a story which they raised. The first set holds ours, the second theirs.
pub(super) fn kept<'a>(ours: &'a Tally, theirs: &'a Tally) -> [HashSet<&'a Matter>; 2] {
    let mut both = [HashSet::new(), HashSet::new()];
    for matter in ours.raised.keys() {
        let articles = ours.articles.get(matter).map(Vec::as_slice).unwrap_or_default();
        for (article, _) in articles {
            let Some(&story) = theirs.story_of.get(article) else { continue };
            if let Some((same, _)) = theirs.raised.get_key_value(&(matter.0.clone(), story)) {
                both[0].insert(matter);
                both[1].insert(same);
            }
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Raised, Tally, kept};
    use crate::model::{ArticleId, StoryId};

    fn raise(tally: &mut Tally, topic: &str, articles: &[ArticleId]) -> StoryId {
        let story = StoryId::new();
        for &article in articles {
            tally.speak(topic, story, article, Timestamp::UNIX_EPOCH);
            tally.story_of.insert(article, story);
        }
        tally.raise(topic, story, || Raised {
            at: Timestamp::UNIX_EPOCH,
            level: None,
            score: 50.0,
            headline: "x".to_owned(),
            source: "x".to_owned(),
        });
        story
    }

    #[test]
    fn alerts_meet_by_topic_and_article() {
        let [a, b, c] = [(); 3].map(|()| ArticleId::new());
        let (mut ours, mut theirs) = (Tally::default(), Tally::default());
        let met = raise(&mut ours, "bank", &[a, b]);
        raise(&mut ours, "city", &[c]);
        let same = raise(&mut theirs, "bank", &[b]);
        raise(&mut theirs, "bank", &[c]);
        let [ours, theirs] = kept(&ours, &theirs);
        assert_eq!(ours.into_iter().collect::<Vec<_>>(), [&("bank".to_owned(), met)]);
        assert_eq!(theirs.into_iter().collect::<Vec<_>>(), [&("bank".to_owned(), same)]);
    }
}
